"""The text of Gambit's file format for extensive games (``.efg``): reading and writing all that stands in it.

Numbers stay as written; node names, outcome names and payoffs at inner nodes are kept.
:mod:`detente.game.formats.efg` turns such a file into a game and back.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NoReturn

from detente.game.form import CHANCE, TERMINAL
from detente.game.formats._files import check_size, line_of
from detente.game.formats._foreign import check_format
from detente.game.formats._numbers import as_fraction
from detente.game.formats._tokens import BRACE, COMMA, END, TEXT, WORD, Tokens

__all__ = ["EfgEvent", "EfgFile", "EfgOutcome", "EfgSet", "format_efg_file", "parse_efg_file"]

_BACKSLASH = re.compile(r'\\(?=["\\]|$)|"', re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class EfgSet:
    """An information set as it stands in a file; ``number`` is unique for its player (numbered from 0 here)."""

    player: int
    number: int
    label: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EfgEvent:
    """A chance event: its branches and their probabilities, as written."""

    number: int
    label: str
    actions: tuple[str, ...]
    probs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EfgOutcome:
    """An outcome: what it pays to each player, as written."""

    number: int
    label: str
    payoffs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EfgFile:
    """What an ``.efg`` file says. Nodes are in the order of the file, each before its subtrees.

    Attributes
    ----------
    player
        Who moves at each node: 0, 1, ... a player, -1 chance, -2 nobody (terminal).
    info_set
        Index into ``sets`` of a decision node, into ``events`` of a chance node, -1 at a terminal node.
    outcome
        Index into ``outcomes``, -1 for none.
    node_label
        Name of each node, often empty.
    offset
        Where each node starts in the text, for messages; empty if the file was not read.
    name
        Name of the file, for messages.
    """

    title: str
    comment: str = ""
    players: tuple[str, ...]
    sets: tuple[EfgSet, ...]
    events: tuple[EfgEvent, ...]
    outcomes: tuple[EfgOutcome, ...]
    player: tuple[int, ...]
    info_set: tuple[int, ...]
    outcome: tuple[int, ...]
    node_label: tuple[str, ...]
    offset: tuple[int, ...] = ()
    text: str = field(default="", repr=False)
    name: str = ""


def parse_efg_file(text: str, *, name: str = "text") -> EfgFile:
    """Return everything that the text of an ``.efg`` file says.

    Players and actions without a name, or with the same one, are numbered as in Gambit: ``_1``, ``x_1``, ``x_2``.

    Raises
    ------
    GameError
        As :func:`read_efg`, but for perfect recall, which :func:`game_from_efg_file` checks.
    """
    return _Parser(text.removeprefix("\ufeff"), name).parse()


def format_efg_file(document: EfgFile, *, in_full: bool = False) -> str:
    """Return the text of an ``.efg`` file; each set, event and outcome is described where it first appears.

    With ``in_full`` they are described wherever they appear, and every outcome that appears has a number of its own,
    for programs that know no short mentions.
    """
    names = " ".join(_quote(player) for player in document.players)
    lines = [f"EFG 2 R {_quote(document.title)} {{ {names} }}", _quote(document.comment), ""]
    sets = [
        f"{item.player + 1} {item.number} {_quote(item.label)} {{ {_quoted(item.actions)} }}"
        for item in document.sets
    ]
    short_sets = [f"{item.player + 1} {item.number}" for item in document.sets]
    events = [
        f"{item.number} {_quote(item.label)} {{ "
        + " ".join(
            f"{_quote(label)} {prob}" for label, prob in zip(item.actions, item.probs, strict=True)
        )
        + " }"
        for item in document.events
    ]
    short_events = [str(item.number) for item in document.events]
    outcomes = [
        f"{item.number} {_quote(item.label)} {{ {', '.join(item.payoffs)} }}"
        for item in document.outcomes
    ]
    short_outcomes = [str(item.number) for item in document.outcomes]
    if in_full:
        short_sets, short_events = sets, events
    paid = 0
    for player, which, outcome, label in zip(
        document.player, document.info_set, document.outcome, document.node_label, strict=True
    ):
        node = _quote(label)
        pays = "0"
        if outcome >= 0 and in_full:
            paid += 1
            pays = f"{paid} {outcomes[outcome].partition(' ')[2]}"
        elif outcome >= 0:
            pays, outcomes[outcome] = outcomes[outcome], short_outcomes[outcome]
        if player == TERMINAL:
            lines.append(f"t {node} {pays}")
        elif player == CHANCE:
            lines.append(f"c {node} {events[which]} {pays}")
            events[which] = short_events[which]
        else:
            lines.append(f"p {node} {sets[which]} {pays}")
            sets[which] = short_sets[which]
    lines.append("")
    return "\n".join(lines)


def _quote(label: str) -> str:
    return f'"{_BACKSLASH.sub(lambda found: chr(92) + found[0], label)}"'


def _quoted(labels: tuple[str, ...]) -> str:
    return " ".join(_quote(label) for label in labels)


class _Parser(Tokens):
    """Reads one text, token by token; no recursion, so that depth costs nothing."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text, name)
        self.players: tuple[str, ...] = ()
        self.sets: dict[tuple[int, int], int] = {}
        self.set_list: list[EfgSet] = []
        self.events: dict[int, int] = {}
        self.event_list: list[EfgEvent] = []
        self.outcomes: dict[int, int] = {}
        self.outcome_list: list[EfgOutcome] = []

    def parse(self) -> EfgFile:
        title = self.header()
        comment = ""
        if self.kind == TEXT:
            comment = self.take_text("a comment")
        player: list[int] = []
        info_set: list[int] = []
        outcome: list[int] = []
        labels: list[str] = []
        offset: list[int] = []
        missing: list[tuple[int, int]] = []
        readers: dict[str, Callable[[], tuple[int, int, int]]] = {
            "c": self.chance_node,
            "p": self.player_node,
            "t": self.terminal_node,
        }
        while self.kind != END:
            if player and not missing:
                self.refuse(
                    f"{self.value[:40]!r} follows, but every action of the tree leads somewhere",
                    "remove what follows the tree, or list the actions that lead there",
                )
            if self.kind != WORD or self.value not in readers:
                self.expected("a node (c, p or t)", "start each node with c, p or t")
            offset.append(self.start)
            read = readers[self.value]
            self.advance()
            labels.append(self.take_text("the name of the node"))
            mover, which, count = read()
            player.append(mover)
            info_set.append(which)
            outcome.append(self.pays())
            if len(player) % 4096 == 0:
                check_size(len(player), len(self.players), at=self.name)
            if missing:
                node, left = missing.pop()
                if left > 1:
                    missing.append((node, left - 1))
            if count:
                missing.append((len(player) - 1, count))
        if missing or not player:
            self.truncated(player, info_set, offset, missing)
        check_size(len(player), len(self.players), at=self.name)
        return EfgFile(
            title=title,
            comment=comment,
            players=self.players,
            sets=tuple(self.set_list),
            events=tuple(self.event_list),
            outcomes=tuple(self.outcome_list),
            player=tuple(player),
            info_set=tuple(info_set),
            outcome=tuple(outcome),
            node_label=tuple(labels),
            offset=tuple(offset),
            text=self.text,
            name=self.name,
        )

    def truncated(
        self,
        player: list[int],
        info_set: list[int],
        offset: list[int],
        missing: list[tuple[int, int]],
    ) -> NoReturn:
        if not player:
            self.refuse("the file has no node", "list the nodes after the players, root first")
        node, left = missing[-1]
        here = info_set[node]
        item = self.event_list[here] if player[node] == CHANCE else self.set_list[here]
        self.refuse(
            f"the file ends, but action {item.actions[-left]!r} of the node at line "
            f"{line_of(self.text, offset[node])} leads nowhere",
            f"list the missing subtrees ({sum(count for _, count in missing)} actions wait for one), "
            "or shorten the lists of actions",
        )

    def header(self) -> str:
        if self.kind != WORD or self.value != "EFG":
            check_format(self.text, name=self.name, wanted="efg")
        for expected in ("EFG", "2"):
            if self.kind != WORD or self.value != expected:
                self.expected(
                    f"{expected!r}", 'start the file with: EFG 2 R "title" { "player" ... }'
                )
            self.advance()
        if self.kind != WORD or self.value not in {"R", "D"}:
            self.expected("'R'", 'start the file with: EFG 2 R "title" { "player" ... }')
        self.advance()
        title = self.take_text("the title")
        start = self.start
        self.take_brace("{", "before the players")
        names: list[str] = []
        while self.kind == TEXT:
            names.append(self.take_text("a player"))
            self.check_count(len(names), "players")
        self.take_brace("}", "after the players")
        self.players = self.unique(names, "players", start)
        return title

    def chance_node(self) -> tuple[int, int, int]:
        number = self.take_integer("the number of a chance event")
        start = self.start
        if self.kind == WORD:
            which = self.known(self.events.get(number), f"chance event {number}")
            return CHANCE, which, len(self.event_list[which].actions)
        label = self.take_text("the name of the event") if self.kind == TEXT else ""
        self.take_brace("{", "before the branches")
        names: list[str] = []
        probs: list[str] = []
        while self.kind == TEXT:
            names.append(self.take_text("a branch"))
            self.check_count(len(names), "branches")
            probs.append(self.take_number("a probability", code="probability-out-of-range"))
            if self.kind == COMMA:
                self.advance()
        self.take_brace("}", "after the branches")
        actions = self.unique(names, "branches", start)
        which = self.events.setdefault(number, len(self.event_list))
        if which < len(self.event_list):
            item = self.event_list[which]
            same = (item.label, item.actions) == (label, actions) and (
                item.probs == tuple(probs)
                or [*map(as_fraction, item.probs)] == [*map(as_fraction, probs)]
            )
            if not same:
                self.mismatch(f"chance event {number}", start)
        else:
            self.check_probs(probs, start)
            self.event_list.append(
                EfgEvent(number=number, label=label, actions=actions, probs=tuple(probs))
            )
        return CHANCE, which, len(actions)

    def check_probs(self, probs: list[str], start: int) -> None:
        values = [as_fraction(prob) for prob in probs]
        for text, value in zip(probs, values, strict=True):
            if value < 0:
                self.refuse(
                    f"a branch has probability {text}",
                    "give probabilities from 0 to 1",
                    code="probability-out-of-range",
                    start=start,
                )
        total = sum(values, Fraction(0))
        if abs(total - 1) > Fraction(1, 10**9):
            self.refuse(
                f"the probabilities sum to {float(total):.10g}",
                "make the probabilities of the branches sum to 1; fractions such as 1/3 are exact",
                code="probability-out-of-range",
                start=start,
            )

    def player_node(self) -> tuple[int, int, int]:
        begin = self.start
        mover = self.take_integer("the number of a player", low=1) - 1
        if mover >= len(self.players):
            self.refuse(
                f"player {mover + 1} moves, but the file names {len(self.players)}",
                f"use a number from 1 to {len(self.players)}",
                start=begin,
            )
        number = self.take_integer("the number of an information set")
        start = self.start
        key = (mover, number)
        if self.kind == WORD:
            what = f"information set {number} of {self.players[mover]!r}"
            which = self.known(self.sets.get(key), what)
            return mover, which, len(self.set_list[which].actions)
        label = self.take_text("the name of the set") if self.kind == TEXT else ""
        self.take_brace("{", "before the actions")
        names: list[str] = []
        while self.kind == TEXT:
            names.append(self.take_text("an action"))
            self.check_count(len(names), "actions")
        self.take_brace("}", "after the actions")
        actions = self.unique(names, "actions", start)
        which = self.sets.setdefault(key, len(self.set_list))
        if which == len(self.set_list):
            self.set_list.append(EfgSet(player=mover, number=number, label=label, actions=actions))
        elif (self.set_list[which].label, self.set_list[which].actions) != (label, actions):
            self.mismatch(f"information set {number} of {self.players[mover]!r}", start)
        return mover, which, len(actions)

    def terminal_node(self) -> tuple[int, int, int]:
        return TERMINAL, -1, 0

    def pays(self) -> int:
        """Read the outcome of a node; return its index, -1 for none."""
        number = self.take_integer("the number of an outcome")
        described = self.kind == TEXT or (self.kind == BRACE and self.value == "{")
        if number == 0:
            if described:
                self.refuse(
                    "outcome 0 is described, but 0 stands for no outcome",
                    "give the outcome another number, or remove its name and payoffs",
                )
            return -1
        if not described:
            return self.known(self.outcomes.get(number), f"outcome {number}")
        start = self.start
        label = self.take_text("the name of the outcome") if self.kind == TEXT else ""
        self.take_brace("{", "before the payoffs")
        payoffs: list[str] = []
        while self.kind == WORD:
            payoffs.append(self.take_number("a payoff", code="payoff-not-finite"))
            if self.kind == COMMA:
                self.advance()
        if len(payoffs) != len(self.players):
            self.refuse(
                f"outcome {number} has {len(payoffs)} payoffs for {len(self.players)} players",
                "give one payoff for each player",
                start=start,
            )
        self.take_brace("}", "after the payoffs")
        which = self.outcomes.setdefault(number, len(self.outcome_list))
        if which == len(self.outcome_list):
            self.outcome_list.append(EfgOutcome(number=number, label=label, payoffs=tuple(payoffs)))
            return which
        item = self.outcome_list[which]
        if item.label != label or (
            item.payoffs != tuple(payoffs)
            and [*map(as_fraction, item.payoffs)] != [*map(as_fraction, payoffs)]
        ):
            self.mismatch(f"outcome {number}", start)
        return which

    def known(self, which: int | None, what: str) -> int:
        if which is None:
            self.refuse(
                f"{what} is used here but nothing before says what it holds",
                "describe it where it first appears",
            )
        return which

    def mismatch(self, what: str, start: int) -> NoReturn:
        self.refuse(
            f"{what} is described here in another way than where it first appears",
            "repeat the description exactly, leave it out, or use another number",
            start=start,
        )
