"""Gambit's file format for games in normal form (``.nfg``): read as games in which all players choose at once.

A player after the other chooses in one information set of its own, so that nobody knows what the others do. Both versions
of the format are read: a list of payoffs, and a list of outcomes that the cells of the table refer to.
"""

import math

import numpy as np

from detente.arrays import FloatArray
from detente.game.building import Game
from detente.game.form import TERMINAL, ExtensiveForm
from detente.game.formats._files import check_size
from detente.game.formats._foreign import check_format
from detente.game.formats._numbers import as_float
from detente.game.formats._tokens import COMMA, END, TEXT, WORD, Tokens

__all__ = ["parse_nfg"]

_START = 'start the file with: NFG 1 R "title" { "player" ... } { 2 ... }'


def parse_nfg(text: str, *, name: str = "text") -> Game:
    """Return the game that the text of an ``.nfg`` file describes; players choose at once.

    Raises
    ------
    GameError
        ``game-invalid``, ``payoff-not-finite`` or ``game-too-large`` with the line that is wrong, ``character-forbidden``,
        ``file-foreign`` if the text is of another format.

    Examples
    --------
    >>> game = parse_nfg('NFG 1 R "pennies" { "row" "column" } { 2 2 } 1 -1 -1 1 -1 1 1 -1')
    >>> game.form.n_info_sets, game.form.n_nodes
    (2, 7)
    """
    return _Parser(text.removeprefix("\ufeff"), name).parse()


class _Parser(Tokens):
    """Reads one text, token by token."""

    def parse(self) -> Game:
        title, players = self.header()
        strategies = self.strategies(players)
        sizes = [len(labels) for labels in strategies]
        before = [math.prod(sizes[:number]) for number in range(len(sizes) + 1)]
        check_size(sum(before), len(players), at=self.name)
        if self.kind == TEXT:
            self.advance()  # a comment
        cells = before[-1]
        table = self.outcomes(players, cells) if self.value == "{" else self.payoffs(players, cells)
        if self.kind != END:
            self.refuse(
                f"{self.value[:40]!r} follows, but each of the {cells} cells of the table has its entry",
                "remove what follows, or check the numbers of strategies",
            )
        # a file lists cells with the first player's strategy changing fastest, a tree with the last player's
        axes = [*range(len(sizes) - 1, -1, -1), len(sizes)]
        rows = table.reshape([*sizes[::-1], len(players)]).transpose(axes).reshape(cells, -1)
        payoffs, payoff_class = np.unique(rows + 0.0, axis=0, return_inverse=True)
        return Game(
            title=title,
            form=_one_shot(players, strategies, before, payoff_class.reshape(-1)),
            payoffs=payoffs,
            chance_probs=np.zeros(0),
        )

    def header(self) -> tuple[str, tuple[str, ...]]:
        if self.kind != WORD or self.value != "NFG":
            check_format(self.text, name=self.name, wanted="nfg")
        for expected in (("NFG",), ("1",), ("R", "D")):
            if self.kind != WORD or self.value not in expected:
                self.expected(repr(expected[0]), _START)
            self.advance()
        title = self.take_text("the title")
        start = self.start
        self.take_brace("{", "before the players")
        names = self.texts("a player", "players")
        self.take_brace("}", "after the players")
        return title, self.unique(names, "players", start)

    def texts(self, one: str, many: str) -> list[str]:
        found: list[str] = []
        while self.kind == TEXT:
            found.append(self.take_text(one))
            self.check_count(len(found), many)
        return found

    def strategies(self, players: tuple[str, ...]) -> list[tuple[str, ...]]:
        """Read the numbers of strategies, or their names, of each player."""
        start = self.start
        self.take_brace("{", "before the strategies")
        found: list[tuple[str, ...]] = []
        while self.value != "}" or self.kind in {TEXT, END}:
            if self.kind == WORD:
                count = self.take_integer("a number of strategies", low=1)
                self.check_count(count, "strategies")
                found.append(tuple(str(number + 1) for number in range(count)))
            else:
                begin = self.start
                self.take_brace("{", "before the strategies of a player")
                labels = self.texts("a strategy", "strategies")
                self.take_brace("}", "after the strategies of a player")
                found.append(self.unique(labels, "strategies", begin))
        self.take_brace("}", "after the strategies")
        if len(found) != len(players):
            self.refuse(
                f"there are strategies of {len(found)} players, but {len(players)} players",
                "give each player a number of strategies, or their names in braces",
                start=start,
            )
        return found

    def payoffs(self, players: tuple[str, ...], cells: int) -> FloatArray:
        """Read a payoff of each player for each cell."""
        count = cells * len(players)
        values: list[float] = []
        while self.kind == WORD and len(values) < count:
            values.append(as_float(self.take_number("a payoff", code="payoff-not-finite")))
            if self.kind == COMMA:
                self.advance()
        if len(values) < count:
            self.expected(
                f"payoff {len(values) + 1} of {count}",
                f"give {cells} cells a payoff for each of {len(players)} players",
            )
        return np.array(values).reshape(cells, len(players))

    def outcomes(self, players: tuple[str, ...], cells: int) -> FloatArray:
        """Read the outcomes, and which of them each cell has; 0 is none, which pays nothing."""
        self.take_brace("{", "before the outcomes")
        rows = [[0.0] * len(players)]
        while self.value == "{" and self.kind != TEXT:
            start = self.start
            self.advance()
            if self.kind == TEXT:
                self.advance()  # a name
            row: list[float] = []
            while self.kind == WORD:
                row.append(as_float(self.take_number("a payoff", code="payoff-not-finite")))
                if self.kind == COMMA:
                    self.advance()
            self.take_brace("}", "after the payoffs of an outcome")
            if len(row) != len(players):
                self.refuse(
                    f"outcome {len(rows)} has {len(row)} payoffs for {len(players)} players",
                    "give one payoff for each player",
                    start=start,
                )
            rows.append(row)
        self.take_brace("}", "after the outcomes")
        chosen: list[int] = []
        while len(chosen) < cells:
            start = self.start
            number = self.take_integer(f"the outcome of cell {len(chosen) + 1} of {cells}", low=0)
            if number >= len(rows):
                self.refuse(
                    f"cell {len(chosen) + 1} has outcome {number}, but there are {len(rows) - 1}",
                    f"use a number from 0 (no outcome) to {len(rows) - 1}",
                    start=start,
                )
            chosen.append(number)
        return np.array(rows)[chosen]


def _one_shot(
    players: tuple[str, ...],
    strategies: list[tuple[str, ...]],
    before: list[int],
    payoff_class: "np.ndarray[tuple[int], np.dtype[np.intp]]",
) -> ExtensiveForm:
    """Return the tree in which each player in turn chooses and knows nothing; ``before`` counts the nodes of each turn."""
    sizes = [len(labels) for labels in strategies]
    turn = np.repeat(np.arange(len(sizes)), before[:-1])
    ends = before[-1]
    count = np.append(np.array(sizes)[turn], np.zeros(ends, dtype=np.int64))
    return ExtensiveForm.from_arrays(
        np.append(turn, np.full(ends, TERMINAL)),
        np.where(count > 0, 1 + np.cumsum(count) - count, 0),
        count,
        np.append(turn, np.full(ends, -1)),
        np.arange(len(sizes)),
        np.cumsum([0, *sizes]),
        np.zeros(1, dtype=np.int64),
        turn.size + np.arange(ends),
        payoff_class,
        len(players),
        player_label=players,
        info_set_label=["1"] * len(players),
        action_label=[label for labels in strategies for label in labels],
    )
