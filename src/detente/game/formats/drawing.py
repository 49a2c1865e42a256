"""Drawing a game tree that fits a page as SVG, and summing up one that does not."""

from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape

import numpy as np

from detente.arrays import FloatArray
from detente.errors import GameError, refuse
from detente.game.building import Game
from detente.game.form import CHANCE, TERMINAL
from detente.game.formats._numbers import prob_texts

__all__ = ["GameSummary", "draw_tree", "fits_page", "summarise"]

_MOST_ENDS = 80
_MOST_DEPTH = 12
_ROW = 34
_LETTER = 6.6
_FAN = 36
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_INK = "#333333"
_LONGEST_LABEL = 26
_HALO = 'paint-order="stroke" stroke="white" stroke-width="4"'


@dataclass(frozen=True, slots=True, kw_only=True)
class GameSummary:
    """A game in figures.

    ``payoff_low`` and ``payoff_high`` are the least and the most that each player can get; ``sets`` counts the
    information sets of each player; ``depth`` is the longest path in moves.
    """

    title: str
    players: tuple[str, ...]
    nodes: int
    decisions: int
    chance_nodes: int
    ends: int
    sets: tuple[int, ...]
    actions: int
    depth: int
    payoff_low: tuple[float, ...]
    payoff_high: tuple[float, ...]
    perfect_information: bool


def summarise(game: Game) -> GameSummary:
    """Return a game in figures."""
    form = game.form
    paid = game.payoffs[form.payoff_class]
    sets = np.bincount(form.info_set_player, minlength=form.n_players)
    decisions = int((form.player >= 0).sum())
    return GameSummary(
        title=game.title,
        players=form.player_label,
        nodes=form.n_nodes,
        decisions=decisions,
        chance_nodes=int((form.player == CHANCE).sum()),
        ends=form.terminal_node.size,
        sets=tuple(sets.tolist()),
        actions=form.n_actions,
        depth=int(_depths(game).max()),
        payoff_low=tuple(paid.min(axis=0).tolist()),
        payoff_high=tuple(paid.max(axis=0).tolist()),
        perfect_information=decisions == form.n_info_sets,
    )


def fits_page(game: Game) -> bool:
    """Whether the tree is small enough to be read as a picture."""
    ends = game.form.terminal_node.size
    return (
        ends <= _MOST_ENDS
        and game.form.n_nodes <= 3 * _MOST_ENDS
        and _depths(game).max() <= _MOST_DEPTH
    )


def draw_tree(game: Game) -> str:
    """Return the tree as SVG: time runs to the right, dashes join the nodes of an information set.

    Raises
    ------
    GameError
        ``game-too-large`` if the tree does not fit a page.
    """
    if not fits_page(game):
        refuse(
            f"the tree has {game.form.terminal_node.size} ends and {_depths(game).max()} moves in a row",
            code="game-too-large",
            at=game.title[:80] or "game",
            fix=f"draw trees of at most {_MOST_ENDS} ends and {_MOST_DEPTH} moves in a row",
            error=GameError,
        )
    return _Picture(game).svg()


def _depths(game: Game) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Return the number of moves before each node, shape ``(N,)``."""
    form = game.form
    depth = np.zeros(form.n_nodes, dtype=np.int64)
    level = np.zeros(1, dtype=np.int64)
    while level.size:
        level = level[form.n_children[level] > 0]
        counts = form.n_children[level].astype(np.int64)
        branch = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        child = np.repeat(form.first_child[level], counts) + branch
        depth[child] = np.repeat(depth[level], counts) + 1
        level = child
    return depth


def _clean(label: str) -> str:
    """Return a label without what XML forbids."""
    return "".join(letter if letter.isprintable() else " " for letter in label)


def _short(label: str) -> str:
    clean = _clean(label)
    return clean if len(clean) <= _LONGEST_LABEL else clean[: _LONGEST_LABEL - 1] + "\u2026"


def _probs(values: list[float]) -> list[str]:
    """Return probabilities as people write them: a short fraction or decimal, else four digits."""
    exact = prob_texts(values)
    return [
        text if len(text) <= 6 else f"{value:.4g}"
        for text, value in zip(exact, values, strict=True)
    ]


def _number(value: float) -> str:
    return f"{value:.4g}".replace("-", "\u2212")


class _Picture:
    """Places of the nodes and the marks between them."""

    def __init__(self, game: Game) -> None:
        self.game, self.form = game, game.form
        self.depth = _depths(game)
        self.probs = [
            text
            for start, stop in pairwise(game.form.chance_offset.tolist())
            for text in _probs(game.chance_probs[start:stop].tolist())
        ]
        self.y = self._rows()
        self.branch = [self._branch(node) for node in range(self.form.n_nodes)]
        self.name = [self._name(node) for node in range(self.form.n_nodes)]
        self.x = self._columns()

    def _rows(self) -> FloatArray:
        """Return the height of each node: ends in order, others amid their children."""
        form, y = self.form, np.zeros(self.form.n_nodes)
        stack, row = [0], 0
        while stack:
            node = stack.pop()
            first, count = int(form.first_child[node]), int(form.n_children[node])
            stack.extend(range(first + count - 1, first - 1, -1))
            if not count:
                y[node] = row
                row += 1
        for node in range(form.n_nodes - 1, -1, -1):
            first, count = int(form.first_child[node]), int(form.n_children[node])
            if count:
                y[node] = (y[first] + y[first + count - 1]) / 2
        return 70 + _ROW * y

    def _branch(self, node: int) -> str:
        """Return what stands on the line to a node."""
        if node == 0:
            return ""
        form, above = self.form, int(self.form.parent[node])
        index, which = node - int(form.first_child[above]), int(form.info_set[above])
        if form.player[above] != CHANCE:
            return _short(form.action_label[form.action_offset[which] + index])
        place = int(form.chance_offset[which]) + index
        return f"{_short(form.chance_label[place])} ({self.probs[place]})"

    def _name(self, node: int) -> str:
        """Return what stands at a node."""
        form, mover, which = self.form, int(self.form.player[node]), int(self.form.info_set[node])
        if mover == TERMINAL:
            return ""
        return (
            "chance"
            if mover == CHANCE
            else f"{_short(form.player_label[mover])}: {_short(form.info_set_label[which])}"
        )

    def _columns(self) -> FloatArray:
        width = np.zeros(int(self.depth.max()) + 1)
        for node, depth in enumerate(self.depth.tolist()):
            letters = max(len(self.branch[node]), len(self.name[node]))
            width[depth] = max(width[depth], letters * _LETTER + 14 + (_FAN if depth else 0))
        return (10 + np.cumsum(width))[self.depth]

    def colour(self, player: int) -> str:
        return _COLOURS[player % len(_COLOURS)] if player >= 0 else _INK

    def svg(self) -> str:
        form = self.form
        pays = dict(zip(form.terminal_node.tolist(), form.payoff_class.tolist(), strict=True))
        ends = [
            sum(len(_number(value)) + 2 for value in self.game.payoffs[row].tolist())
            for row in pays.values()
        ]
        width = self.x.max() + max(ends) * 7.4 + 20
        title = _short(self.game.title) or "game"
        parts = [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {max(width, 320):.0f} '
                f'{self.y.max() + 30:.0f}" font-family="system-ui, sans-serif" font-size="12" role="img">'
            ),
            f"<title>{escape(_clean(self.game.title)) or 'game'}</title>",
            '<rect width="100%" height="100%" fill="white"/>',
            f'<text x="10" y="22" font-size="15" font-weight="600" fill="{_INK}">{escape(title)}</text>',
            '<text x="10" y="40">'
            + "  ".join(
                f'<tspan fill="{self.colour(player)}" font-weight="600">{escape(_short(name))}</tspan>'
                for player, name in enumerate(form.player_label)
            )
            + "</text>",
        ]
        parts += self._dashes()
        for node in range(form.n_nodes):
            parts += self._node(node, pays.get(node))
        return "\n".join([*parts, "</svg>", ""])

    def _dashes(self) -> list[str]:
        form, parts, bend = self.form, [], 0
        for which in range(form.n_info_sets):
            nodes = np.flatnonzero((form.info_set == which) & (form.player >= 0))
            if nodes.size < 2:
                continue
            nodes = nodes[np.argsort(self.y[nodes], kind="stable")]
            bend = bend % 4 + 1
            for one, other in zip(nodes[:-1].tolist(), nodes[1:].tolist(), strict=True):
                middle = (self.x[one] + self.x[other]) / 2 + 14 * bend
                parts.append(
                    f'<path d="M{self.x[one]:.1f} {self.y[one]:.1f} Q{middle:.1f} '
                    f'{(self.y[one] + self.y[other]) / 2:.1f} {self.x[other]:.1f} {self.y[other]:.1f}" '
                    f'fill="none" stroke="{self.colour(int(form.info_set_player[which]))}" '
                    'stroke-width="1.4" stroke-dasharray="5 4"/>'
                )
        return parts

    def _node(self, node: int, row: int | None) -> list[str]:
        form, x, y = self.form, self.x[node], self.y[node]
        mover, parts = int(form.player[node]), []
        colour = self.colour(mover)
        if node:
            above = int(form.parent[node])
            start, line = self.x[above], self.colour(int(form.player[above]))
            parts += [
                (
                    f'<path d="M{start:.1f} {self.y[above]:.1f} L{start + _FAN:.1f} {y:.1f} H{x:.1f}" '
                    f'fill="none" stroke="{line}" stroke-width="1.2"/>'
                ),
                (
                    f'<text x="{start + _FAN + 2:.1f}" y="{y - 4:.1f}" fill="{line}">'
                    f"{escape(self.branch[node])}</text>"
                ),
            ]
        if row is not None:
            values = ", ".join(
                f'<tspan fill="{self.colour(player)}">{_number(value)}</tspan>'
                for player, value in enumerate(self.game.payoffs[row].tolist())
            )
            parts.append(
                f'<text x="{x + 8:.1f}" y="{y + 4:.1f}" fill="{_INK}" {_HALO}>{values}</text>'
            )
            return parts
        fill = "white" if mover == CHANCE else colour
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{fill}" stroke="{colour}" stroke-width="1.4"/>',
            (
                f'<text x="{x - 7:.1f}" y="{y + 14:.1f}" text-anchor="end" font-size="11" '
                f'fill="{colour}">{escape(self.name[node])}</text>'
            ),
        ]
        return parts
