"""A crisis in the making: what has been read so far, and every finding about it.

Reading, shaping and building fill a :class:`Draft`; the checks read it. It holds whatever could be understood, so that one
pass finds as many problems as possible.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar

from detente.crisis.elements import (
    Actor,
    Binding,
    Condition,
    Consideration,
    EventRule,
    Fact,
    Indicator,
    Instrument,
    Issue,
    Mechanism,
    Nest,
    OutcomeRule,
    Phase,
    Player,
    Policy,
    Quantity,
    Source,
    StatedAim,
    StateVariable,
    Table,
)
from detente.crisis.reading import Document
from detente.crisis.schema import LIST_SECTIONS, Entry
from detente.errors import Code, Finding, Place, Severity, nearest

__all__ = [
    "MAX_FINDINGS",
    "BindingRole",
    "BindingUse",
    "Draft",
    "Keys",
    "VariableUse",
    "duplicates",
    "suggest",
]

MAX_FINDINGS = 1000
"""Most findings of one check, so that a hostile folder cannot fill the memory."""

_MAX_TEXT = 1000
"""Longest message or fix, in characters."""

_MAX_SEARCHES = 100
"""Most searches for nearest names in one folder; they are slow where thousands of names are wrong."""

AnyEntry = TypeVar("AnyEntry", bound=Entry)
AnyElement = TypeVar("AnyElement")

Keys = tuple[str | int, ...]
"""Where an entry stands in the document."""

BindingRole = Literal[
    "input",
    "price",
    "weight",
    "prob",
    "prior",
    "credibility",
    "cost",
    "similarity",
    "menu weight",
    "shift",
]
"""What a whole binding feeds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingUse:
    """One binding, or part of one, at its place. ``role`` says what the whole binding feeds."""

    keys: Keys
    binding: Binding
    role: BindingRole
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableUse:
    """A state variable named at a place with some of its values. ``role`` says by what.

    ``covers_rest`` tells of cases whether an ``else`` stands for every value that is not named.
    """

    keys: Keys
    variable: str
    values: tuple[str, ...]
    role: Literal["condition", "effect", "case", "initial"]
    covers_rest: bool = False


@dataclass(slots=True, kw_only=True)
class Draft:
    """Everything understood of a crisis folder so far."""

    folder: Path
    document: Document
    files: dict[str, bytes] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    header: dict[str, Any] = field(default_factory=dict)
    entries: dict[str, dict[str, Entry]] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    unread_tables: set[str] = field(default_factory=set)
    sources: dict[str, Source] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    players: dict[str, Player] = field(default_factory=dict)
    quantities: dict[str, Quantity] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    issues: dict[str, Issue] = field(default_factory=dict)
    state: dict[str, StateVariable] = field(default_factory=dict)
    nests: dict[str, Nest] = field(default_factory=dict)
    hopes: dict[str, Binding] = field(default_factory=dict)
    instruments: dict[str, Instrument] = field(default_factory=dict)
    phases: list[Phase] = field(default_factory=list)
    outcomes: dict[str, OutcomeRule] = field(default_factory=dict)
    mechanisms: dict[str, Mechanism] = field(default_factory=dict)
    considerations: dict[str, Consideration] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    aims: dict[str, StatedAim] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    event_rules: list[EventRule] = field(default_factory=list)
    indicators: dict[str, Indicator] = field(default_factory=dict)
    ends_when: Condition = ()
    bindings: list[BindingUse] = field(default_factory=list)
    variables: list[VariableUse] = field(default_factory=list)
    searches: int = 0

    def each(self, section: str, model: type[AnyEntry]) -> Iterator[tuple[Keys, AnyEntry]]:
        """Yield place and entry of every valid entry of a section; ``model`` is the model of that section."""
        listed = section in LIST_SECTIONS
        yield from (
            ((section, int(name) if listed else name), entry)
            for name, entry in self.entries.get(section, {}).items()
            if isinstance(entry, model)
        )

    def element(
        self, kind: type[AnyElement], entry: Entry, keys: Keys, **converted: object
    ) -> AnyElement:
        """Return the frozen element of an entry.

        Parameters
        ----------
        kind
            A class of :mod:`detente.crisis.elements`.
        entry
            The entry as written. What the element names alike is carried over, lists as tuples; what is absent and has no
            default in the file keeps that of the element.
        keys
            Where the entry stands: its place, and its id unless the entry holds one.
        converted
            Fields of the element that are not as written.
        """
        written: dict[str, Any] = {"id": str(keys[-1]), "place": self.place(*keys)}
        for name in type(entry).model_fields:
            value = getattr(entry, name)
            if value is not None:
                written[name] = tuple(value) if isinstance(value, list) else value
        known: Any = kind  # a dataclass, which the type of a class does not say
        written |= converted
        return kind(
            **{item.name: written[item.name] for item in fields(known) if item.name in written}
        )

    @property
    def cutoff(self) -> date | None:
        """Return the cut-off, or None if it could not be read."""
        value = self.header.get("as_of")
        return date.fromisoformat(value) if value else None

    @property
    def rounds(self) -> int:
        """Return the number of rounds; 0 if it could not be read."""
        return int(self.header.get("rounds", 0))

    def named(self, section: str) -> Collection[str]:
        """Return the ids that a section defines, those of entries that could not be understood included."""
        root = self.document.root
        node = None if root is None else root.content.get(section)
        if node is None or not isinstance(node.content, dict):
            return ()
        names: dict[str, Any] = node.content
        return names.keys()

    def values_of(self, variable: str) -> tuple[str, ...]:
        """Return the values of a state variable or of ``PLAYER.type``; none where they are not known."""
        if variable in self.state:
            return self.state[variable].values
        player, _, last = variable.rpartition(".")
        if last == "type" and player in self.players:
            return tuple(item.id for item in self.players[player].types)
        return ()

    def known_values(self) -> dict[str, tuple[str, ...] | None]:
        """Return the values of each variable, ``round`` and ``PLAYER.type`` included; None where they are not known."""
        known: dict[str, tuple[str, ...] | None] = dict.fromkeys(self.named("state"))
        known |= {name: variable.values for name, variable in self.state.items()}
        for player in self.named("players"):
            entry = self.players.get(player)
            types = None if entry is None else tuple(item.id for item in entry.types)
            known[f"{player}.type"] = types
        known["round"] = tuple(str(k + 1) for k in range(self.rounds)) or None
        return known

    def place(self, *keys: str | int) -> Place:
        """Return the place in the crisis file at the keys."""
        return self.document.place(*keys)

    def finding(
        self,
        code: Code,
        message: str,
        *,
        at: Keys | Place,
        fix: str,
        value: object = "",
        severity: Severity = "error",
    ) -> Finding:
        """Return a finding at keys of the crisis file, or at a place."""
        place = at if isinstance(at, Place) else self.place(*at)
        return Finding(
            code=code,
            message=_cut(message),
            file=place.file,
            line=place.line,
            path=place.path,
            value=str(value)[:200],
            fix=_cut(fix),
            severity=severity,
        )

    def report(
        self,
        code: Code,
        message: str,
        *,
        at: Keys | Place,
        fix: str,
        value: object = "",
        severity: Severity = "error",
    ) -> None:
        """Note a finding at keys of the crisis file, or at a place; beyond some thousands nothing is noted."""
        if len(self.findings) < 5 * MAX_FINDINGS:
            self.findings.append(
                self.finding(code, message, at=at, fix=fix, value=value, severity=severity)
            )

    def suggest(self, name: str, known: Iterable[str], *, otherwise: str) -> str:
        """Return :func:`suggest` of a name, as long as not too many were sought in this folder."""
        self.searches += 1
        if self.searches > _MAX_SEARCHES:
            return otherwise
        return suggest(name, known, otherwise=otherwise)

    def unknown(
        self,
        code: Code,
        kind: str,
        name: str,
        known: Iterable[str] | Mapping[str, Any],
        *,
        at: Keys | Place,
    ) -> Finding:
        """Return the finding that a name is not among the known ones, with the nearest of them."""
        return self.finding(
            code,
            f"there is no {kind} {name!r}",
            at=at,
            value=name,
            fix=self.suggest(
                name, known, otherwise=f"define the {kind}, or name one that is defined"
            ),
        )


def _cut(text: str) -> str:
    """Keep a text that names thousands of things readable."""
    return text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]} ..."


def suggest(name: str, known: Iterable[str], *, otherwise: str) -> str:
    """Return a fix that names what was probably meant, or all known names if they are few.

    Examples
    --------
    >>> suggest("postre", ["posture", "talks"], otherwise="define it")
    'did you mean posture?'
    """
    names = list(known)
    found = nearest(name, names)
    if found:
        return f"did you mean {' or '.join(found)}?"
    if 0 < len(names) <= 12:
        return f"{otherwise}; there are: {', '.join(names)}"
    return otherwise


def duplicates(names: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield index and name of each name that stood before."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield index, name
        seen.add(name)
