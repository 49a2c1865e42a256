"""The extensive form: a finite game tree with chance and perfect recall, as flat arrays.

Nodes are numbered from the root downwards and the children of a node lie side by side, so that a solver walks the tree
by walking arrays. Payoffs and chance probabilities are no part of the form: they change from draw to draw while the
tree stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import BoolArray, FloatArray, Int32Array, IntArray
from detente.errors import GameError, refuse
from detente.summaries import html_fields, text_fields

__all__ = ["CHANCE", "TERMINAL", "ExtensiveForm"]


TERMINAL = -2
"""The entry of ``player`` at a terminal node."""
CHANCE = -1
"""The entry of ``player`` at a chance node."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class ExtensiveForm:
    """A checked game tree with ``N`` nodes, ``I`` information sets and ``T`` terminal nodes.

    Make one with :meth:`from_arrays`, which checks it, or with :class:`detente.game.GameBuilder`.
    ``A`` is the flat axis of actions, information set by information set; ``R`` that of chance branches.

    Attributes
    ----------
    player
        Who moves at each node, shape ``(N,)``: 0, 1, ... a player, -1 chance, -2 nobody (terminal).
    first_child, n_children
        The children of node ``h`` are ``first_child[h] ... first_child[h] + n_children[h] - 1``, shape ``(N,)``.
    parent
        The parent of each node, shape ``(N,)``; -1 at the root, which is node 0.
    info_set
        Information set of a decision node, chance event of a chance node, -1 at a terminal node, shape ``(N,)``.
    info_set_player
        The mover of each information set, shape ``(I,)``.
    action_offset
        Actions of set ``s`` are ``action_offset[s] ... action_offset[s + 1] - 1``, shape ``(I + 1,)``.
    chance_offset
        The same for the branches of each chance event, shape ``(C + 1,)``.
    terminal_node
        The terminal nodes, shape ``(T,)``.
    payoff_class
        The row of the payoff table that each terminal node pays, shape ``(T,)``.
    info_set_parent
        The mover's own last action before each information set, shape ``(I,)``; -1 if it has not moved yet.
    terminal_action
        Each player's own last action before each terminal node, shape ``(T, P)``; -1 for none.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    n_players: int
    player: Int32Array
    first_child: Int32Array
    n_children: Int32Array
    parent: Int32Array
    info_set: Int32Array
    info_set_player: Int32Array
    action_offset: Int32Array
    chance_offset: Int32Array
    terminal_node: Int32Array
    payoff_class: Int32Array
    info_set_parent: Int32Array
    terminal_action: Int32Array
    player_label: tuple[str, ...]
    info_set_label: tuple[str, ...]
    action_label: tuple[str, ...]
    chance_label: tuple[str, ...]

    @property
    def n_nodes(self) -> int:
        """Number of nodes, terminal nodes included."""
        return self.player.size

    @property
    def n_info_sets(self) -> int:
        """Number of information sets."""
        return self.info_set_player.size

    @property
    def n_actions(self) -> int:
        """Length of the flat action axis."""
        return int(self.action_offset[-1])

    @property
    def n_branches(self) -> int:
        """Length of the flat axis of chance branches."""
        return int(self.chance_offset[-1])

    @property
    def n_classes(self) -> int:
        """Number of rows that a payoff table needs at least."""
        return int(self.payoff_class.max()) + 1

    def uniform_strategy(self) -> FloatArray:
        """Return the behaviour strategy that picks every action of a set alike, shape ``(A,)``."""
        counts = np.diff(self.action_offset)
        return np.repeat(1.0 / counts, counts)

    @classmethod
    def from_arrays(
        cls,
        player: ArrayLike,
        first_child: ArrayLike,
        n_children: ArrayLike,
        info_set: ArrayLike,
        info_set_player: ArrayLike,
        action_offset: ArrayLike,
        chance_offset: ArrayLike,
        terminal_node: ArrayLike,
        payoff_class: ArrayLike,
        n_players: int,
        *,
        player_label: Sequence[str] = (),
        info_set_label: Sequence[str] = (),
        action_label: Sequence[str] = (),
        chance_label: Sequence[str] = (),
    ) -> "ExtensiveForm":
        """Check the arrays of a game tree and keep them; see the class for their meaning.

        Labels are for people: leave one out and its entries are numbered.

        Raises
        ------
        GameError
            ``game-invalid`` if the arrays are no tree or disagree; ``recall-imperfect`` with the information set whose
            mover would forget what it did or knew.
        """
        arrays = _Arrays(
            player=_vector("player", player),
            first_child=_vector("first_child", first_child),
            n_children=_vector("n_children", n_children),
            info_set=_vector("info_set", info_set),
            info_set_player=_vector("info_set_player", info_set_player),
            action_offset=_vector("action_offset", action_offset),
            chance_offset=_vector("chance_offset", chance_offset),
            terminal_node=_vector("terminal_node", terminal_node),
            payoff_class=_vector("payoff_class", payoff_class),
            n_players=n_players,
        )
        _check_sizes(arrays)
        parent = _parents(arrays)
        _check_sets(arrays)
        _check_terminals(arrays)
        sets = _labels("info_set_label", info_set_label, arrays.info_set_player.size)
        last = _last_actions(arrays, parent)
        return cls(
            n_players=n_players,
            player=arrays.player,
            first_child=arrays.first_child,
            n_children=arrays.n_children,
            parent=parent,
            info_set=arrays.info_set,
            info_set_player=arrays.info_set_player,
            action_offset=arrays.action_offset,
            chance_offset=arrays.chance_offset,
            terminal_node=arrays.terminal_node,
            payoff_class=arrays.payoff_class,
            info_set_parent=_check_recall(arrays, last, sets),
            terminal_action=np.ascontiguousarray(last[arrays.terminal_node]),
            player_label=_labels("player_label", player_label, n_players),
            info_set_label=sets,
            action_label=_labels("action_label", action_label, int(arrays.action_offset[-1])),
            chance_label=_labels("chance_label", chance_label, int(arrays.chance_offset[-1])),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrays:
    """What came in, as int32 vectors."""

    player: Int32Array
    first_child: Int32Array
    n_children: Int32Array
    info_set: Int32Array
    info_set_player: Int32Array
    action_offset: Int32Array
    chance_offset: Int32Array
    terminal_node: Int32Array
    payoff_class: Int32Array
    n_players: int


def _vector(name: str, values: ArrayLike) -> Int32Array:
    """Return a private int32 vector of the values, or refuse them."""
    array = np.asarray(values)
    if array.size == 0:
        array = array.astype(np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        refuse(
            f"{name} has shape {array.shape} and type {array.dtype}, not a vector of integers",
            code="game-invalid",
            at=name,
            fix="pass a one-dimensional array of integers",
            error=GameError,
        )
    limit = np.iinfo(np.int32).max
    if array.size and (array.max() > limit or array.min() < -limit):
        refuse(
            f"{name} holds {array[np.argmax(np.abs(array.astype(np.float64)))]}, too large for an index",
            code="game-invalid",
            at=name,
            fix="pass indices below two thousand million",
            error=GameError,
        )
    copy = array.astype(np.int32)
    copy.setflags(write=False)
    return copy


def _labels(name: str, labels: Sequence[str], count: int) -> tuple[str, ...]:
    if not labels:
        return tuple(str(number + 1) for number in range(count))
    if len(labels) != count:
        refuse(
            f"{name} has {len(labels)} entries for {count}",
            code="game-invalid",
            at=name,
            fix="give one label for each, or none at all",
            error=GameError,
        )
    return tuple(labels)


def _first(mask: BoolArray) -> int:
    return int(np.flatnonzero(mask)[0])


def _check_sizes(arrays: _Arrays) -> None:
    n_nodes = arrays.player.size
    if n_nodes == 0:
        refuse(
            "the tree has no node",
            code="game-invalid",
            at="player",
            fix="start with a root node",
            error=GameError,
        )
    if arrays.n_players < 1:
        refuse(
            f"the game has {arrays.n_players} players",
            code="game-invalid",
            at="n_players",
            fix="name at least one player",
            error=GameError,
        )
    for name in ("first_child", "n_children", "info_set"):
        size = getattr(arrays, name).size
        if size != n_nodes:
            refuse(
                f"{name} has {size} entries for {n_nodes} nodes",
                code="game-invalid",
                at=name,
                fix="give one entry a node",
                error=GameError,
            )
    outside = (arrays.player < TERMINAL) | (arrays.player >= arrays.n_players)
    if outside.any():
        node = _first(outside)
        refuse(
            f"player is {arrays.player[node]} at node {node}, with {arrays.n_players} players",
            code="game-invalid",
            at=f"player[{node}]",
            fix="use 0, 1, ... for players, -1 for chance and -2 for terminal nodes",
            error=GameError,
        )
    for name, count in (
        ("action_offset", arrays.info_set_player.size),
        ("chance_offset", None),
    ):
        offset = getattr(arrays, name)
        if offset.size == 0 or offset[0] != 0 or (np.diff(offset) < 1).any():
            refuse(
                f"{name} does not start at 0 and rise",
                code="game-invalid",
                at=name,
                fix="give 0 and then the running sum of the number of actions",
                error=GameError,
            )
        if count is not None and offset.size != count + 1:
            refuse(
                f"{name} has {offset.size} entries for {count} information sets",
                code="game-invalid",
                at=name,
                fix="give one entry more than there are information sets",
                error=GameError,
            )


def _parents(arrays: _Arrays) -> Int32Array:
    """Return the parent of each node; refuse arrays that are no tree."""
    n_nodes = arrays.player.size
    terminal = arrays.player == TERMINAL
    wrong = terminal != (arrays.n_children == 0)
    if wrong.any() or (arrays.n_children < 0).any():
        node = _first(wrong | (arrays.n_children < 0))
        refuse(
            f"node {node} has player {arrays.player[node]} and {arrays.n_children[node]} children",
            code="game-invalid",
            at=f"n_children[{node}]",
            fix="give terminal nodes no child and every other node at least one",
            error=GameError,
        )
    inner = np.flatnonzero(~terminal)
    counts = arrays.n_children[inner].astype(np.int64)
    first = arrays.first_child[inner].astype(np.int64)
    bad = (first <= inner) | (first + counts > n_nodes)
    if bad.any():
        node = int(inner[_first(bad)])
        refuse(
            f"the children of node {node} are {arrays.first_child[node]} and following, "
            f"in a tree of {n_nodes} nodes",
            code="game-invalid",
            at=f"first_child[{node}]",
            fix="number the nodes from the root downwards, children side by side",
            error=GameError,
        )
    if counts.sum() != n_nodes - 1:
        refuse(
            f"the nodes have {counts.sum()} children in all, a tree of {n_nodes} nodes needs {n_nodes - 1}",
            code="game-invalid",
            at="n_children",
            fix="give every node but the root exactly one parent",
            error=GameError,
        )
    child = np.repeat(first - (np.cumsum(counts) - counts), counts) + np.arange(n_nodes - 1)
    parent = np.full(n_nodes, -1, dtype=np.int32)
    parent[child] = np.repeat(inner, counts)
    orphan = parent[1:] < 0
    if orphan.any():
        node = _first(orphan) + 1
        refuse(
            f"node {node} is nobody's child, so another node has two parents",
            code="game-invalid",
            at=f"first_child[{node}]",
            fix="give every node but the root exactly one parent",
            error=GameError,
        )
    parent.setflags(write=False)
    return parent


def _check_sets(arrays: _Arrays) -> None:
    """Check that information sets and chance events exist and agree with their nodes."""
    movers = arrays.info_set_player
    stranger = (movers < 0) | (movers >= arrays.n_players)
    if stranger.any():
        first = _first(stranger)
        refuse(
            f"information set {first} belongs to player {movers[first]} of {arrays.n_players}",
            code="game-invalid",
            at=f"info_set_player[{first}]",
            fix="use the numbers 0, 1, ... of the players",
            error=GameError,
        )
    for kind, offset in (("decision", arrays.action_offset), ("chance", arrays.chance_offset)):
        here = arrays.player >= 0 if kind == "decision" else arrays.player == CHANCE
        nodes = np.flatnonzero(here)
        index = arrays.info_set[nodes]
        count = offset.size - 1
        outside = (index < 0) | (index >= count)
        if outside.any():
            node = int(nodes[_first(outside)])
            refuse(
                f"{kind} node {node} refers to set {arrays.info_set[node]} of {count}",
                code="game-invalid",
                at=f"info_set[{node}]",
                fix="number information sets and chance events from 0, each on its own",
                error=GameError,
            )
        wrong = arrays.n_children[nodes] != np.diff(offset)[index]
        if wrong.any():
            node = int(nodes[_first(wrong)])
            refuse(
                f"node {node} has {arrays.n_children[node]} children but its set "
                f"{arrays.info_set[node]} has {np.diff(offset)[arrays.info_set[node]]} actions",
                code="game-invalid",
                at=f"info_set[{node}]",
                fix="give every node of a set the same number of actions",
                error=GameError,
            )
        if kind == "decision":
            _check_movers(arrays, nodes)


def _check_movers(arrays: _Arrays, nodes: IntArray) -> None:
    index = arrays.info_set[nodes]
    wrong = np.asarray(arrays.info_set_player[index] != arrays.player[nodes])
    if wrong.any():
        node = int(nodes[_first(wrong)])
        owner = arrays.info_set_player[arrays.info_set[node]]
        refuse(
            f"player {arrays.player[node]} moves at node {node} of information set "
            f"{arrays.info_set[node]}, which belongs to player {owner}",
            code="game-invalid",
            at=f"info_set[{node}]",
            fix="let one player move in all nodes of an information set",
            error=GameError,
        )
    used = np.bincount(index, minlength=arrays.info_set_player.size)
    if (used == 0).any():
        empty = _first(used == 0)
        refuse(
            f"information set {empty} has no node",
            code="game-invalid",
            at=f"info_set_player[{empty}]",
            fix="leave out information sets that no node refers to",
            error=GameError,
        )


def _check_terminals(arrays: _Arrays) -> None:
    if arrays.terminal_node.size != arrays.payoff_class.size:
        refuse(
            f"payoff_class has {arrays.payoff_class.size} entries for "
            f"{arrays.terminal_node.size} terminal nodes",
            code="game-invalid",
            at="payoff_class",
            fix="give one entry for each entry of terminal_node",
            error=GameError,
        )
    expected = np.flatnonzero(arrays.player == TERMINAL)
    if not np.array_equal(np.sort(arrays.terminal_node), expected):
        refuse(
            "terminal_node does not list the terminal nodes once each",
            code="game-invalid",
            at="terminal_node",
            fix="list every node with player -2, each once",
            error=GameError,
        )
    if (arrays.payoff_class < 0).any():
        index = _first(arrays.payoff_class < 0)
        refuse(
            f"payoff_class is {arrays.payoff_class[index]} at terminal {index}",
            code="game-invalid",
            at=f"payoff_class[{index}]",
            fix="use the rows 0, 1, ... of the payoff table",
            error=GameError,
        )


def _last_actions(arrays: _Arrays, parent: Int32Array) -> Int32Array:
    """Return each player's own last action on the way to each node, shape ``(N, P)``; -1 for none."""
    n_nodes = arrays.player.size
    last = np.full((n_nodes, arrays.n_players), -1, dtype=np.int32)
    level = np.zeros(1, dtype=np.int64)
    while True:
        level = level[arrays.n_children[level] > 0]
        if level.size == 0:
            return last
        counts = arrays.n_children[level].astype(np.int64)
        branch = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        child = np.repeat(arrays.first_child[level], counts) + branch
        above = parent[child]
        last[child] = last[above]
        mover = arrays.player[above]
        own = np.flatnonzero(mover >= 0)
        last[child[own], mover[own]] = (
            arrays.action_offset[arrays.info_set[above[own]]] + branch[own]
        )
        level = child


def _check_recall(arrays: _Arrays, last: Int32Array, labels: tuple[str, ...]) -> Int32Array:
    """Return the mover's last action before each set; refuse a set whose nodes disagree on it.

    By induction from the root, one last own action for all nodes of each set means one sequence of own sets and
    actions for all of them, which is perfect recall.
    """
    nodes = np.flatnonzero(arrays.player >= 0)
    index = arrays.info_set[nodes]
    own = last[nodes, arrays.player[nodes]]
    before = np.full(arrays.info_set_player.size, -1, dtype=np.int32)
    before[index] = own
    wrong = before[index] != own
    if wrong.any():
        node = int(nodes[_first(wrong)])
        which = int(arrays.info_set[node])
        members = nodes[index == which]
        refuse(
            f"player {arrays.info_set_player[which]} forgets its own past at information set {which} "
            f"({labels[which]!r}): nodes {', '.join(str(item) for item in members[:4])} "
            "follow different own moves",
            code="recall-imperfect",
            at=f"info_set[{node}]",
            fix="split the information set by what the player did and knew before",
            error=GameError,
        )
    before.setflags(write=False)
    return before
