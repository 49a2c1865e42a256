"""Policies as masks on the actions of a tree, and the tree that a mask leaves.

A policy shortens menus; it makes no new history. So the games of all policies that start in one position are found in the
tree of that position without any policy, which is unrolled once. What is cut out of it is the game that a run or a search
solves: a menu of one action is no decision and makes no node, as in a tree that is unrolled under the policy itself.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from detente.arrays import BoolArray, Int64Array, IntArray
from detente.crisis.elements import Policy
from detente.errors import UsageError
from detente.rules._rows import breadth_first
from detente.rules.policies import AdaptivePolicy, menu_masks, narrow
from detente.rules.unrolling import Tree

__all__ = ["CutTree", "SwitchEffect", "TreeMasks"]

SwitchEffect = Literal["changes", "unseen", "alike"]
"""What adapting does to a game: something, or nothing for one of two reasons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CutTree:
    """What a mask leaves of a tree: nodes in breadth-first order, without those at which one action is left.

    Arrays up to ``terminal_node`` are as in :class:`~detente.rules.Tree`; chance events are numbered as there, whether
    play comes to them or not.

    Attributes
    ----------
    info_sets, actions
        The information set ``(I',)`` and the action ``(A',)`` of the whole tree that each one is.
    terminals
        ``(T',)`` the terminal of the whole tree that each one is.
    """

    player: Int64Array
    first_child: Int64Array
    n_children: Int64Array
    info_set: Int64Array
    info_sets: Int64Array
    action_offset: Int64Array
    actions: Int64Array
    terminal_node: Int64Array
    terminals: Int64Array


class TreeMasks:
    """Finds what policies leave of one tree; may be shared by threads.

    Parameters
    ----------
    tree
        Unrolled without a policy.
    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        counts = np.diff(tree.action_offset).astype(np.intp)
        self.owner: IntArray = np.repeat(np.arange(counts.size), counts)
        """The information set of each action, shape ``(A,)``."""
        index = {item.id: number for number, item in enumerate(tree.rules.instruments)}
        self._ids = tuple(index)
        self._instrument = np.array([index[name] for name in tree.action_label], dtype=np.intp)
        self._moments: dict[tuple[str, int], IntArray] = {}
        pairs = zip(tree.info_set_phase.tolist(), tree.info_set_round.tolist(), strict=True)
        for pair in sorted(set(pairs)):
            here = (tree.info_set_phase == pair[0]) & (tree.info_set_round == pair[1])
            self._moments[tree.phases[pair[0]], pair[1]] = np.flatnonzero(here)
        parent = tree.parent.astype(np.intp)
        self._ordinal = np.arange(parent.size) - tree.first_child[parent]
        mover = tree.player[parent] >= 0
        mover[0] = False  # the root has no parent
        decided = (
            tree.action_offset[np.where(mover, tree.info_set[parent], 0)] + self._ordinal
        ).astype(np.intp)
        self._branch = np.where(
            mover, decided, self._instrument.size
        )  # the last one is always open
        self._levels = _levels(parent)

    def allowed(self, policy: Policy | AdaptivePolicy) -> BoolArray:
        """Return the actions that a policy leaves, shape ``(A,)``; all of those at sets that play cannot come to.

        Raises
        ------
        UsageError
            ``policy-invalid`` for a signal that is no instrument.
        """
        if isinstance(policy, AdaptivePolicy):
            seen = self._has_seen(policy.signal)[self.owner]
            mask = np.where(seen, self._left(policy.switch), self._left(policy.start))
        else:
            mask = self._left(policy)
        return mask | ~self.reached(mask)[self.owner]

    def switching(self, policy: AdaptivePolicy) -> SwitchEffect:
        """Tell whether adapting makes another game than its start alone, and if not, why not.

        Returns
        -------
        SwitchEffect
            ``changes``; ``unseen`` if under the start no play shows the signal to a player before a menu of its own; ``alike``
            if both policies leave the same wherever it has been seen.

        Raises
        ------
        UsageError
            ``policy-invalid`` for a signal that is no instrument.
        """
        alone = self.allowed(policy.start)
        if not np.array_equal(self.allowed(policy), alone):
            return "changes"
        seen = self._has_seen(policy.signal) & self.reached(alone)
        return "alike" if seen.any() else "unseen"

    def reached(self, allowed: BoolArray) -> BoolArray:
        """Tell which information sets some play comes to, shape ``(I,)``."""
        tree, kept = self.tree, self._kept(allowed)
        found = np.zeros(tree.n_info_sets, dtype=np.bool_)
        found[tree.info_set[kept & (tree.player >= 0)]] = True
        return found

    def came_up(self, allowed: BoolArray) -> frozenset[tuple[str, int]]:
        """Return the pairs of phase and round in which a menu of the tree is reached."""
        there = self.reached(allowed)
        return frozenset(moment for moment, sets in self._moments.items() if there[sets].any())

    def cut(self, allowed: BoolArray) -> CutTree:
        """Return the tree that a mask leaves."""
        tree = self.tree
        kept = self._kept(allowed)
        counts = np.bincount(self.owner[allowed], minlength=tree.n_info_sets)
        decides = tree.player >= 0
        forced = (
            decides & (counts[np.where(decides, tree.info_set, 0)] == 1) if counts.size else decides
        )
        # each node hangs from the nearest one above at which something is open
        above, depth = tree.parent.astype(np.intp), np.zeros(tree.n_nodes, dtype=np.int64)
        ranks = np.cumsum(allowed) - 1  # of each action among those left in its set
        ranks = ranks - np.concatenate(([0], np.cumsum(counts)))[:-1][self.owner]
        ordinal = np.where(
            self._branch < allowed.size, np.append(ranks, 0)[self._branch], self._ordinal
        )
        for first, last in self._levels:
            part = slice(first, last)
            parent = above[part]
            skip = forced[parent]
            ordinal[part] = np.where(skip, ordinal[parent], ordinal[part])
            above[part] = np.where(skip, above[parent], parent)
            depth[part] = depth[above[part]] + 1
        old = np.flatnonzero(kept & ~forced)
        place = np.full(tree.n_nodes, -1, dtype=np.int64)
        place[old] = np.arange(old.size)
        parent = np.where(old > 0, place[above[old]], -1)
        n_children = np.bincount(parent[1:], minlength=old.size)
        spot, order, first_child = breadth_first(depth[old], parent, ordinal[old], n_children)
        old = old[order]
        player = tree.player[old].astype(np.int64)
        sets = np.unique(tree.info_set[old[player >= 0]]).astype(np.int64)
        info_set = tree.info_set[old].astype(np.int64)
        info_set[player >= 0] = np.searchsorted(sets, info_set[player >= 0])
        mine = np.zeros(tree.n_info_sets, dtype=np.bool_)
        mine[sets] = True
        ends = place[tree.terminal_node]
        terminals = np.flatnonzero(ends >= 0)
        node = spot[ends[terminals]]
        by_node = np.argsort(node)
        return CutTree(
            player=player,
            first_child=first_child.astype(np.int64),
            n_children=n_children[order],
            info_set=info_set,
            info_sets=sets,
            action_offset=np.concatenate(([0], np.cumsum(counts[sets]))).astype(np.int64),
            actions=np.flatnonzero(allowed & mine[self.owner]).astype(np.int64),
            terminal_node=node[by_node],
            terminals=terminals[by_node].astype(np.int64),
        )

    # --- inside ------------------------------------------------------------------------------------------------------

    def _left(self, policy: Policy) -> BoolArray:
        """Actions that a policy leaves, shape ``(A,)``, reached or not."""
        tree = self.tree
        open_ = np.zeros((tree.n_info_sets, len(self._ids)), dtype=np.bool_)
        open_[self.owner, self._instrument] = True
        for (phase, number), sets in self._moments.items():
            open_[sets] = narrow(open_[sets], menu_masks(policy, phase, number, self._ids))
        return np.asarray(open_[self.owner, self._instrument])

    def _kept(self, allowed: BoolArray) -> BoolArray:
        """Tell which nodes some play comes to, shape ``(N,)``."""
        tree = self.tree
        open_ = np.append(allowed, True)[self._branch]
        kept = np.zeros(tree.n_nodes, dtype=np.bool_)
        kept[0] = True
        for first, last in self._levels:
            part = slice(first, last)
            kept[part] = kept[tree.parent[part]] & open_[part]
        return kept

    def _has_seen(self, name: str) -> BoolArray:
        """Tell at which information sets the mover has seen an instrument of another player, shape ``(I,)``."""
        tree = self.tree
        known = {item.id: item for item in tree.rules.instruments}
        if name not in known:
            message = f"the signal {name!r} is no instrument of the crisis"
            raise UsageError(
                message,
                code="policy-invalid",
                at="signal",
                fix=f"use one of: {', '.join(known)}",
            )
        signal = known[name]
        seen_by = np.array(
            [_remembers(tree, signal.sight[player]) for player in range(len(tree.players))]
        )
        player = tree.info_set_player.astype(np.intp)
        seen: BoolArray = seen_by[player, tree.info_set_memory] & (player != signal.player)
        return seen


def _levels(parent: IntArray) -> list[tuple[int, int]]:
    """Ranges of nodes of one depth, from the children of the root on: nodes are in breadth-first order."""
    found = []
    first, last = 0, 1
    while last < parent.size:
        first, last = last, int(np.searchsorted(parent, last))
        found.append((first, last))
    return found


def _remembers(tree: Tree, sight: int) -> BoolArray:
    """Tell of each memory whether it holds a sight, shape ``(H + 1,)``; the last entry answers for an empty memory."""
    found = np.zeros(len(tree.memory_parent) + 1, dtype=np.bool_)
    for memory in range(len(tree.memory_parent)):  # what was remembered before comes before
        parent = int(tree.memory_parent[memory])
        found[memory] = int(tree.memory_sight[memory]) == sight or (parent >= 0 and found[parent])
    return found
