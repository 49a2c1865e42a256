"""Names: what the ids of a crisis are called in a sentence."""

import re
from collections.abc import Iterable

from detente.brief.quantity_words import source_date
from detente.brief.words import be, format_date, join_words, plain_label
from detente.crisis.crisis import Crisis

__all__ = ["Names"]


class Names:
    """The names and labels of a crisis.

    Parameters
    ----------
    crisis
        The crisis.
    """

    def __init__(self, crisis: Crisis) -> None:
        self._crisis = crisis

    def actor(self, actor: str) -> str:
        """Return the name of an actor, a player or an issue, or the id itself."""
        crisis = self._crisis
        if actor in crisis.actors:
            return crisis.actors[actor].name
        if actor in crisis.players:
            return crisis.players[actor].name
        return crisis.issues[actor].label if actor in crisis.issues else actor

    def actors_text(self, text: str) -> str:
        """Write ids of actors as names; other text is left as it is."""
        parts = [part for part in re.split(r"[;\s]+", text) if part]
        if parts and all(part in self._crisis.actors for part in parts):
            return join_words([self._crisis.actors[part].name for part in parts])
        return text

    def type_of(self, player: str, kind: str) -> str:
        """Return the label of a player's type."""
        for item in self._crisis.players[player].types:
            if item.id == kind:
                return item.label
        return plain_label(kind)

    def type_clause(self, player: str, kind: str) -> str:
        """Return words that may follow "if": that a player is of a type, in the file's words where it gives them."""
        known = self._crisis.players[player]
        phrase = next((item.phrase for item in known.types if item.id == kind), None)
        return phrase or f"{known.name} {be(known.name)} “{self.type_of(player, kind)}”"

    def state_phrase(self, variable: str, value: str) -> str:
        """Return words that say, behind a noun, that a variable has a value: the file's phrase where it gives one."""
        if variable == "round":
            return f"in round {value}"
        player, _, tail = variable.partition(".")
        if tail == "type" and player in self._crisis.players:
            name = self._crisis.players[player].name
            return f"if {name} {be(name)} “{self.type_of(player, value)}”"
        known = self._crisis.state.get(variable)
        if known is None:
            return f"where {plain_label(variable)} is “{plain_label(value)}”"
        if value in known.phrases:
            return known.phrases[value]
        label = known.value_labels.get(value, plain_label(value))
        return f"where {known.label} is “{label}”"

    def exposure(self, name: str) -> str:
        """Return what an exposure measures: the label of its rows, without the actor's name."""
        for actor in self._crisis.actors.values():
            quantity = self._crisis.quantities.get(f"exposures.{actor.id}.{name}")
            label = "" if quantity is None else quantity.label.removeprefix(f"{actor.name}: ")
            if label not in {"", plain_label(name)}:
                return label
        return plain_label(name)

    def source(self, key: str) -> str:
        """Return publisher and date of a source, for a line under a fact."""
        source = self._crisis.sources.get(key)
        if source is None:
            return key
        day = source_date(source)
        return f"{source.publisher}, {format_date(day)}" if day else source.publisher

    def sources(self, keys: Iterable[str]) -> str:
        """Return several sources, joined."""
        return "; ".join(self.source(key) for key in keys)

    def grade(self, grade: str, claimed_by: str = "") -> str:
        """Return a grade in words; a claim names its claimant."""
        if grade == "claim" and claimed_by:
            names = re.sub(r"\w+", lambda word: self._who(word[0]), claimed_by)
            return f"claim by {names}"
        return {
            "memory-unverified": "from memory, unverified",
            "convention": "scale of our own",
        }.get(grade, grade)

    def _who(self, word: str) -> str:
        return self._crisis.actors[word].name if word in self._crisis.actors else word
