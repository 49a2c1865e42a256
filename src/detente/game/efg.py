"""Gambit's extensive-game files (``.efg``): reading and writing.

A file opens with ``EFG 2 R "title" { "player" ... }`` and an optional comment; then the nodes follow from the root,
each before its subtrees: ``c`` chance, ``p`` a player's move, ``t`` the end. Outcomes have numbers and may be attached
to any node; their payoffs add up along the path. Later mentions of an information set or outcome may be short.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import NoReturn

from detente.errors import Code
from detente.game._inputs import FloatArray
from detente.game._refusals import refuse_game
from detente.game.building import Game, GameBuilder, Place
from detente.game.form import CHANCE, TERMINAL

__all__ = ["parse_efg", "read_efg", "write_efg"]

_LARGEST_BYTES = 256 * 2**20
_TOKEN = re.compile(r'\s+|"(?:[^"\\]|\\.)*"|[{},]|[^\s"{},]+')
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?(/\d+(\.\d*)?)?", re.IGNORECASE)


def read_efg(path: str | Path) -> Game:
    """Read a game from a file.

    Raises
    ------
    GameError
        ``file-missing``, ``file-not-utf8``, ``file-too-large``, or what :func:`parse_efg` raises.
    """
    file = Path(path)
    if not file.is_file():
        refuse_game(
            f"there is no file {file}", code="file-missing", at=str(file), fix="name a file"
        )
    if file.stat().st_size > _LARGEST_BYTES:
        refuse_game(
            f"{file} has {file.stat().st_size} bytes",
            code="file-too-large",
            at=str(file),
            fix="build games of this size with ExtensiveForm.from_arrays",
        )
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        _refuse_bytes(file, error.start)
    return parse_efg(text, name=file.name)


def _refuse_bytes(file: Path, place: int) -> NoReturn:
    refuse_game(
        f"{file.name} is not UTF-8 at byte {place}",
        code="file-not-utf8",
        at=str(file),
        fix="save the file as UTF-8",
    )


@dataclass(slots=True)
class _Reader:
    """Hands out the tokens of a file one by one and knows the line."""

    text: str
    name: str
    place: int = 0
    line: int = 1
    ahead: str | None = field(default=None)

    def refuse(self, message: str, fix: str, code: Code = "game-invalid") -> NoReturn:
        refuse_game(message, code=code, at=f"{self.name}:{self.line}", fix=fix)

    def peek(self) -> str:
        """Return the next token, empty at the end of the file."""
        while self.ahead is None:
            if self.place >= len(self.text):
                self.ahead = ""
                break
            found = _TOKEN.match(self.text, self.place)
            if found is None:
                self.refuse("a quoted text does not end", 'close it with "')
            token = found.group()
            self.place = found.end()
            self.line += token.count("\n")
            if not token.isspace():
                self.ahead = token
        return self.ahead

    def take(self) -> str:
        token = self.peek()
        self.ahead = None
        return token

    def expect(self, token: str) -> None:
        found = self.take()
        if found != token:
            self.refuse(f"{found[:40]!r} stands where {token!r} belongs", "follow Gambit's format")

    def text_of(self, what: str) -> str:
        token = self.take()
        if not token.startswith('"'):
            self.refuse(f"{token[:40]!r} is no {what}", 'give a text in double quotes, "" if empty')
        return re.sub(r"\\(.)", r"\1", token[1:-1])

    def integer(self, what: str) -> int:
        token = self.take()
        if not re.fullmatch(r"\d{1,9}", token):
            self.refuse(f"{token[:40]!r} is no {what}", "give a whole number")
        return int(token)

    def number(self, what: str) -> Fraction:
        token = self.take()
        if not _NUMBER.fullmatch(token) or len(token) > 80:
            self.refuse(f"{token[:40]!r} is no {what}", "give a number such as 2, -0.5 or 1/3")
        upper, _, lower = token.partition("/")
        below = Fraction(lower) if lower else Fraction(1)
        if below == 0:
            self.refuse(f"{token!r} divides by zero", "give a number such as 2, -0.5 or 1/3")
        return Fraction(upper) / below

    def texts(self, what: str) -> list[str]:
        self.expect("{")
        found = []
        while self.peek() != "}":
            found.append(self.text_of(what))
        self.take()
        return found


@dataclass(slots=True, kw_only=True)
class _Known:
    """What earlier nodes have said about sets, events and outcomes, by their numbers."""

    sets: dict[tuple[int, int], tuple[str, list[str]]] = field(default_factory=dict)
    events: dict[int, tuple[list[str], list[Fraction]]] = field(default_factory=dict)
    outcomes: dict[int, list[float]] = field(default_factory=dict)


def parse_efg(text: str, *, name: str = "text") -> Game:
    """Return the game that the text of an ``.efg`` file describes.

    Information sets keep the order in which the file comes to them, and carry the file's labels or, where those are
    empty, its numbers. Action labels that are empty or used twice in a set are numbered.

    Raises
    ------
    GameError
        ``game-invalid`` with file and line, ``recall-imperfect`` if a player would forget.

    Examples
    --------
    >>> game = parse_efg('EFG 2 R "choice" { "me" } p "" 1 1 "s" { "a" "b" } 0 t "" 1 { 1 } t "" 2 { 1/2 }')
    >>> game.payoffs.tolist()
    [[0.5], [1.0]]
    """
    reader = _Reader(text.removeprefix("\ufeff"), name)
    reader.expect("EFG")
    reader.expect("2")
    if reader.peek() not in {"R", "D"}:
        reader.refuse(f"{reader.peek()[:40]!r} is no kind of number", "write EFG 2 R")
    reader.take()
    title = reader.text_of("title")
    players = reader.texts("name of a player")
    if reader.peek().startswith('"'):
        reader.take()
    builder = GameBuilder(_unique(players), title=title)
    known = _Known()
    places: list[Place] = [None]
    while places:
        place = places.pop()
        number, count = _read_node(reader, builder, known, place)
        places.extend((number, action) for action in range(count - 1, -1, -1))
    if reader.peek():
        reader.refuse(
            f"{reader.peek()[:40]!r} follows after the last node",
            "end the file where the tree ends",
        )
    return builder.build()


def _unique(labels: Sequence[str]) -> list[str]:
    """Return the labels with empty and repeated ones numbered."""
    found: list[str] = []
    for number, label in enumerate(labels):
        wanted = label or str(number + 1)
        extra = 2
        fresh = wanted
        while fresh in found:
            fresh, extra = f"{wanted} ({extra})", extra + 1
        found.append(fresh)
    return found


def _read_node(
    reader: _Reader, builder: GameBuilder, known: _Known, place: Place
) -> tuple[int, int]:
    """Read one node into the builder; return its number and how many subtrees follow."""
    kind = reader.take()
    if kind not in {"c", "p", "t"}:
        reader.refuse(
            f"{kind[:40]!r} stands where a node belongs" if kind else "the file ends amid the tree",
            "start each node with c, p or t, and give every action a subtree",
        )
    reader.text_of("name of a node")
    if kind == "t":
        payoffs = _read_outcome(reader, known, len(builder.players))
        return builder.terminal(place, payoffs=payoffs), 0
    if kind == "c":
        actions, probs = _read_event(reader, known)
        payoffs = _read_outcome(reader, known, len(builder.players))
        shares = dict(zip(actions, map(float, probs), strict=True))
        return builder.chance(place, probs=shares, payoffs=payoffs), len(actions)
    mover = reader.integer("number of a player")
    if not 1 <= mover <= len(builder.players):
        reader.refuse(
            f"player {mover} of {len(builder.players)} moves", "use the players of the first line"
        )
    which = reader.integer("number of an information set")
    label, actions = _read_set(reader, known, (mover, which))
    payoffs = _read_outcome(reader, known, len(builder.players))
    number = builder.decision(
        place,
        player=builder.players[mover - 1],
        info_set=str(which),
        actions=actions,
        payoffs=payoffs,
        label=label or str(which),
    )
    return number, len(actions)


def _read_set(reader: _Reader, known: _Known, key: tuple[int, int]) -> tuple[str, list[str]]:
    label = reader.text_of("label") if reader.peek().startswith('"') else ""
    if reader.peek() != "{":
        if key not in known.sets:
            reader.refuse(
                f"information set {key[1]} of player {key[0]} has no actions yet",
                "list the actions where a set comes first",
            )
        return known.sets[key]
    actions = _unique(reader.texts("label of an action"))
    if not actions:
        reader.refuse("an information set has no action", "list one action or more")
    if key in known.sets and known.sets[key][1] != actions:
        reader.refuse(
            f"information set {key[1]} of player {key[0]} had other actions before",
            "give all nodes of a set the same actions in the same order",
        )
    return known.sets.setdefault(key, (label, actions))


def _read_event(reader: _Reader, known: _Known) -> tuple[list[str], list[Fraction]]:
    number = reader.integer("number of a chance event")
    if reader.peek().startswith('"'):
        reader.take()
    if reader.peek() != "{":
        if number not in known.events:
            reader.refuse(
                f"chance event {number} has no branches yet",
                "list the branches where an event comes first",
            )
        return known.events[number]
    reader.take()
    labels, probs = [], []
    while reader.peek() != "}":
        labels.append(reader.text_of("label of a branch"))
        probs.append(reader.number("probability"))
    reader.take()
    if not labels or min(probs) < 0 or abs(float(sum(probs)) - 1.0) > 1e-9:
        reader.refuse(
            f"the branches of chance event {number} have probabilities "
            f"{', '.join(str(value) for value in probs[:8])}",
            "give probabilities from 0 to 1 that sum to 1",
        )
    return known.events.setdefault(number, (_unique(labels), probs))


def _read_outcome(reader: _Reader, known: _Known, n_players: int) -> list[float]:
    number = reader.integer("number of an outcome")
    if reader.peek().startswith('"'):
        reader.take()
    if reader.peek() == "{":
        reader.take()
        payoffs = []
        while reader.peek() != "}":
            payoffs.append(_as_payoff(reader))
            if reader.peek() == ",":
                reader.take()
        reader.take()
        if len(payoffs) != n_players:
            reader.refuse(
                f"outcome {number} has {len(payoffs)} payoffs for {n_players} players",
                "give one payoff for each player",
            )
        return known.outcomes.setdefault(number, payoffs)
    if number and number not in known.outcomes:
        reader.refuse(
            f"outcome {number} has no payoffs yet", "give the payoffs where an outcome comes first"
        )
    return known.outcomes.get(number, [0.0] * n_players)


def _as_payoff(reader: _Reader) -> float:
    value = reader.number("payoff")
    if abs(value) > 10**300:
        reader.refuse("a payoff is too large", "give payoffs below 1e300")
    return float(value)


def write_efg(game: Game) -> str:
    """Return the game as the text of an ``.efg`` file, payoffs at the ends; reading it gives the same text again."""
    form = game.form
    lines = [
        f"EFG 2 R {_quoted(game.title)} {{ {' '.join(map(_quoted, form.player_label))} }}",
        '""',
        "",
    ]
    class_of = dict(zip(form.terminal_node.tolist(), form.payoff_class.tolist(), strict=True))
    numbers: dict[int, int] = {}
    counts = [0] * form.n_players
    stack = [0]
    while stack:
        node = stack.pop()
        kind, which = int(form.player[node]), int(form.info_set[node])
        first, count = int(form.first_child[node]), int(form.n_children[node])
        if kind == TERMINAL:
            row = class_of[node]
            paid = ", ".join(_plain(value) for value in game.payoffs[row])
            lines.append(f't "" {row + 1} "" {{ {paid} }}')
            continue
        if kind == CHANCE:
            rows = slice(form.chance_offset[which], form.chance_offset[which + 1])
            branches = zip(form.chance_label[rows], _shares(game.chance_probs[rows]), strict=True)
            text = " ".join(f"{_quoted(label)} {share}" for label, share in branches)
            lines.append(f'c "" {which + 1} "" {{ {text} }} 0')
        else:
            if which not in numbers:
                counts[kind] += 1
                numbers[which] = counts[kind]
            rows = slice(form.action_offset[which], form.action_offset[which + 1])
            text = " ".join(map(_quoted, form.action_label[rows]))
            label = _quoted(form.info_set_label[which])
            lines.append(f'p "" {kind + 1} {numbers[which]} {label} {{ {text} }} 0')
        stack.extend(range(first + count - 1, first - 1, -1))
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _plain(value: float) -> str:
    """Return a number as a decimal that reads back to the same bits, or a fraction if that is shorter."""
    near = Fraction(float(value)).limit_denominator(10_000)
    return str(near) if float(near) == value else repr(float(value))


def _shares(probs: FloatArray) -> list[str]:
    """Return probabilities as fractions that sum to one exactly."""
    parts = [Fraction(_plain(float(value))) for value in probs]
    parts[-1] = 1 - sum(parts[:-1], Fraction(0))
    return [str(part) for part in parts]
