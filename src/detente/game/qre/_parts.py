"""Parts of a game that are closed behind public moves, and each part as a game of its own.

A *part* is a group of nodes at one depth with everything below them, such that no information set lies partly inside.
What is played inside bears on the rest through its value alone, and the rest on it through the odds of its first nodes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from detente.arrays import BoolArray, FloatArray, Int64Array, IntArray
from detente.game.form import CHANCE, TERMINAL, ExtensiveForm

__all__ = ["GamePart", "Parts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GamePart:
    """A part as a game: chance leads to its first nodes.

    ``form`` is the game, ``first`` the nodes of the whole game that chance leads to, ``branch`` the chance branches of
    the whole game that come after those of the root, ``row`` the whole game's row of each action.
    """

    form: ExtensiveForm
    first: IntArray
    branch: IntArray
    row: IntArray


class Parts:
    """The parts of a form. The smallest one that a set of actions lies in is found fast; see :meth:`around`."""

    def __init__(self, form: ExtensiveForm) -> None:
        self.form = form
        self.depth = _depths(form)
        self.group, self.closed = _groups(form, self.depth)
        decision = np.flatnonzero(form.player >= 0)
        self.set_node = np.zeros(form.n_info_sets, dtype=np.int64)
        self.set_node[form.info_set[decision[::-1]]] = decision[::-1]

    def around(self, weight: FloatArray, share: float) -> list[int]:
        """Return nodes of ever larger parts that hold at least this share of the weight of actions ``(A,)``.

        The whole game is left out. A part is named by the first of its first nodes.
        """
        form = self.form
        owner = np.repeat(np.arange(form.n_info_sets), np.diff(form.action_offset))
        mass = np.bincount(owner, weights=weight, minlength=form.n_info_sets)
        sets = np.flatnonzero(mass > 1e-6 * mass.sum())
        node, mass = self.set_node[sets], mass[sets]
        found: list[int] = []
        goal = share * mass.sum()
        for level in range(int(self.depth[node].max()), 0, -1):
            below = self.depth[node] > level
            while below.any():
                node = np.where(below, form.parent[node], node)
                below = self.depth[node] > level
            here = self.depth[node] == level
            _, place = np.unique(self.group[node[here]], return_inverse=True)
            totals = np.bincount(place, weights=mass[here])
            if totals.size and totals.max() >= goal:
                inside = int(node[here][place == totals.argmax()][0])
                if self.closed[inside]:
                    found.append(int(self.first(inside)[0]))
        return found

    def first(self, node: int) -> IntArray:
        """Return the first nodes of the part that this node is one of."""
        return np.flatnonzero((self.depth == self.depth[node]) & (self.group == self.group[node]))

    def part(self, node: int) -> GamePart:
        """Return the part that has this node among its first ones as a game."""
        form = self.form
        first = self.first(node)
        nodes, level = [first], first
        while True:
            level = level[form.n_children[level] > 0]
            if level.size == 0:
                break
            counts = form.n_children[level].astype(np.int64)
            branch = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
            level = np.repeat(form.first_child[level], counts) + branch
            nodes.append(level)
        old = np.concatenate(nodes).astype(np.int64)
        player = np.concatenate([[CHANCE], form.player[old]])
        n_children = np.concatenate([[first.size], form.n_children[old]]).astype(np.int64)
        inner = n_children > 0
        first_child = np.zeros(player.size, dtype=np.int64)
        first_child[inner] = 1 + np.cumsum(n_children[inner]) - n_children[inner]
        info_set = np.concatenate([[0], form.info_set[old]]).astype(np.int64)
        decision = player >= 0
        sets, info_set[decision] = np.unique(info_set[decision], return_inverse=True)
        chance = player == CHANCE
        chance[0] = False
        events, place = np.unique(info_set[chance], return_inverse=True)
        info_set[chance] = 1 + place
        info_set[player == TERMINAL] = -1
        class_of = np.full(form.n_nodes, -1, dtype=np.int64)
        class_of[form.terminal_node] = form.payoff_class
        ends = np.flatnonzero(player == TERMINAL)
        counts = np.diff(form.action_offset)[sets]
        widths = np.diff(form.chance_offset)[events]
        small = ExtensiveForm.from_arrays(
            player,
            first_child,
            n_children,
            info_set,
            form.info_set_player[sets],
            np.cumsum([0, *counts]),
            np.cumsum([0, first.size, *widths]),
            ends,
            class_of[old[ends - 1]],
            form.n_players,
        )
        return GamePart(
            form=small,
            first=first,
            branch=_ranges(form.chance_offset[events], widths),
            row=_ranges(form.action_offset[sets], counts),
        )


def _ranges(start: NDArray[np.integer], count: NDArray[np.integer]) -> IntArray:
    """Return ``start[0]``, ``start[0] + 1``, ... and so on for each start, one after the other."""
    count = count.astype(np.int64)
    return np.repeat(start - (np.cumsum(count) - count), count) + np.arange(count.sum())


def _depths(form: ExtensiveForm) -> Int64Array:
    depth = np.zeros(form.n_nodes, dtype=np.int64)
    level, number = np.zeros(1, dtype=np.int64), 0
    while level.size:
        depth[level] = number
        level = level[form.n_children[level] > 0]
        level = _ranges(form.first_child[level], form.n_children[level])
        number += 1
    return depth


def _groups(form: ExtensiveForm, depth: Int64Array) -> tuple[Int64Array, BoolArray]:
    """Return the group that each node is in and whether it is a part, ``(N,)``; groups are numbered within a depth.

    A group is no part if a set that reaches into it has a node nearer to the root.
    """
    group = np.zeros(form.n_nodes, dtype=np.int64)
    closed = np.ones(form.n_nodes, dtype=np.bool_)
    decision = np.flatnonzero(form.player >= 0)
    order = decision[np.argsort(form.info_set[decision], kind="stable")]
    same = np.flatnonzero(np.diff(form.info_set[order]) == 0)
    # pairs of nodes that must lie in one part, each carried up to the depth at hand
    one, two = order[same].astype(np.int64), order[same + 1].astype(np.int64)
    for level in range(int(depth.max()), -1, -1):
        one = np.where(depth[one] > level, form.parent[one], one)
        two = np.where(depth[two] > level, form.parent[two], two)
        apart = one != two
        one, two = one[apart], two[apart]
        here = (depth[one] == level) & (depth[two] == level)
        nodes = np.flatnonzero(depth == level)
        place = np.zeros(form.n_nodes, dtype=np.int64)
        place[nodes] = np.arange(nodes.size)
        pairs = np.unique(np.stack([place[one[here]], place[two[here]]]), axis=1)
        graph = coo_array(
            (np.ones(pairs.shape[1]), (pairs[0], pairs[1])), shape=(nodes.size, nodes.size)
        )
        _, group[nodes] = connected_components(graph, directed=False)
        crossing = np.concatenate(
            [
                one[(depth[one] == level) & (depth[two] < level)],
                two[(depth[two] == level) & (depth[one] < level)],
            ]
        )
        closed[nodes] = ~np.isin(group[nodes], group[crossing])
    return group, closed
