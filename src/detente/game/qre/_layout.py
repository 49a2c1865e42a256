"""The order in which the kernels walk a form: from the root down, information set by information set.

A *piece* is a run of nodes that share an information set (or a chance event) and are walked together. Every set is one
piece wherever the sets can be put in an order in which no set comes before one of its ancestors. Where they cannot
(two sets that lie above and below each other on different paths), some sets are split into several pieces; the kernels
then lag the strategy of those sets by one iteration, which changes the path of the iteration and not its fixed points.
"""

import weakref
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np

from detente.arrays import BoolArray, Int32Array, Int64Array, IntArray
from detente.game.form import TERMINAL, ExtensiveForm

__all__ = ["Layout", "layout_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Arrays for the kernels. ``n`` inner nodes, and the rows of the strategy, are renumbered in the order of the pieces.

    Attributes
    ----------
    node
        The form's number of each inner node, shape ``(n,)``.
    row
        Where each action of the form stands in the kernels' arrays, shape ``(A,)``: its row.
    piece
        Player (-1 chance), first row of strategy or chance, number of actions, first inner node, end of inner nodes,
        first cell, kind (0 whole, 1 first of several pieces, 2 middle, 3 last), and whether the set is *active*: a
        belief of somebody else below depends on its strategy, shape ``(pieces, 8)``.
    cell
        Where each action of each inner node leads, shape ``(cells,)``: an inner node ``k < n`` or ``n`` plus a place
        in ``payoff_class``.
    above
        The inner node before each inner node, and what reaching it from there multiplies by: a row of the strategy
        of an active set, or -2 less a row of chance, or -1 where it does not matter, shape ``(n, 2)``.
    payoff_class
        The payoff classes of the form in the order in which a walk meets them.
    split_start, split_node
        For the sets that are in several pieces: their inner nodes.
    active_row, active_player
        The rows of active sets and their movers, rising, shape ``(at most A,)``: the unknowns. All other choices
        follow from these by one walk upwards; a game of perfect information has none.
    """

    n_players: int
    node: Int32Array
    row: Int32Array
    piece: Int32Array
    cell: Int32Array
    above: Int32Array
    split_start: Int32Array
    split_node: Int32Array
    payoff_class: Int32Array
    active_row: Int32Array
    active_player: Int32Array


_CACHE: "weakref.WeakKeyDictionary[ExtensiveForm, Layout]" = weakref.WeakKeyDictionary()


def layout_of(form: ExtensiveForm) -> Layout:
    """Return the layout of a form, made once for each form."""
    layout = _CACHE.get(form)
    if layout is None:
        layout = _lay_out(form)
        _CACHE[form] = layout
    return layout


def _children(form: ExtensiveForm, nodes: IntArray) -> Int64Array:
    """Return the children of the nodes, node by node."""
    counts = form.n_children[nodes].astype(np.int64)
    branch = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    first = form.first_child[nodes].astype(np.int64)
    return np.asarray(np.repeat(first, counts) + branch)


def _layers(form: ExtensiveForm) -> Int32Array:
    """Return the step at which each inner node is walked, shape ``(N,)``; -1 at terminal nodes.

    A decision node waits until the parents of all nodes of its set are walked. If everything waits, the sets block
    each other: the set that waits at the lowest node number goes ahead with the nodes that it has.
    """
    group = np.where(form.player >= 0, form.info_set, -1)
    missing = np.bincount(group[group >= 0], minlength=form.n_info_sets)
    order = np.argsort(group, kind="stable")
    start = np.searchsorted(group[order], np.arange(form.n_info_sets + 1))
    layer = np.full(form.n_nodes, -1, dtype=np.int32)
    waiting = np.zeros(form.n_nodes, dtype=np.bool_)
    fresh = np.zeros(1, dtype=np.int64)
    blocked: list[int] | None = (
        None  # once sets have blocked each other: a heap of nodes that wait or did
    )
    step = 0
    while True:
        fresh = fresh[form.player[fresh] != TERMINAL]
        decisions = fresh[form.player[fresh] >= 0]
        waiting[decisions] = True
        if blocked is not None:
            for item in decisions.tolist():
                heappush(blocked, item)
        sets, count = np.unique(group[decisions], return_counts=True)
        missing[sets] -= count
        ready = sets[missing[sets] == 0]
        members = [order[start[item] : start[item + 1]] for item in ready]
        now = (
            np.concatenate([fresh[form.player[fresh] < 0], *members])
            if members
            else fresh[form.player[fresh] < 0]
        )
        now = now[layer[now] < 0]
        if now.size == 0:
            if blocked is None:
                blocked = np.flatnonzero(waiting).tolist()
            while blocked and not waiting[blocked[0]]:
                heappop(blocked)
            if not blocked:
                return layer
            which = group[blocked[0]]
            now = order[start[which] : start[which + 1]]
            now = now[waiting[now]]
        layer[now] = step
        waiting[now] = False
        fresh = _children(form, now)
        step += 1


def _active_sets(form: ExtensiveForm, layer: Int32Array, split_sets: IntArray) -> BoolArray:
    """Tell which sets' strategies bear on a belief below them, or are lagged, shape ``(I,)``."""
    decision = form.player >= 0
    size = np.bincount(form.info_set[decision], minlength=form.n_info_sets)
    uncertain = np.zeros(form.n_nodes, dtype=np.bool_)
    uncertain[decision] = size[form.info_set[decision]] > 1
    below = np.zeros((form.n_nodes, form.n_players), dtype=np.bool_)
    order = np.argsort(layer, kind="stable")
    ends = np.searchsorted(layer[order], np.arange(-1, layer.max() + 1), side="right")
    for step in range(layer.max(), 0, -1):
        nodes = order[ends[step] : ends[step + 1]]
        seen = below[nodes]
        mine = np.flatnonzero(uncertain[nodes])
        seen[mine, form.player[nodes[mine]]] = True
        np.logical_or.at(below, form.parent[nodes], seen)
    inner = np.flatnonzero(decision)
    others = below[inner]
    others[np.arange(inner.size), form.player[inner]] = False
    active = np.zeros(form.n_info_sets, dtype=np.bool_)
    active[form.info_set[inner[others.any(axis=1)]]] = True
    active[split_sets] = True
    return active


def _met_classes(form: ExtensiveForm, node: IntArray) -> tuple[Int64Array, Int64Array]:
    """Return the payoff classes in the order of the walk, and the place of each class in it."""
    class_of = np.full(form.n_nodes, -1, dtype=np.int64)
    class_of[form.terminal_node] = form.payoff_class
    met = class_of[np.append(_children(form, node), 0)]
    classes, first = np.unique(met[met >= 0], return_index=True)
    order = np.argsort(first)
    place = np.zeros(form.n_classes, dtype=np.int64)
    place[classes[order]] = np.arange(classes.size)
    return classes[order], place


def _above(
    form: ExtensiveForm,
    node: IntArray,
    where: Int64Array,
    row: Int64Array,
    active: BoolArray,
) -> Int64Array:
    """Return what stands before each inner node, and by which row it is reached; see :class:`Layout`.

    ``row`` is the first row of each information set.
    """
    parent = form.parent[node]
    branch = node - form.first_child[parent]
    event = form.info_set[parent]
    result = np.full((node.size, 2), -1, dtype=np.int64)
    result[:, 0] = where[parent]
    chance = np.flatnonzero((form.player[parent] < 0) & (parent >= 0))
    result[chance, 1] = -2 - form.chance_offset[event[chance]] - branch[chance]
    moves = np.flatnonzero(form.player[parent] >= 0)
    moves = moves[active[event[moves]]]
    result[moves, 1] = row[event[moves]] + branch[moves]
    result[node == 0] = 0, -1
    return result


def _kinds(piece_set: Int64Array, pieces_of: Int64Array) -> Int64Array:
    """Return the kind of each piece; ``piece_set`` is -1 at chance events, ``pieces_of`` counts the pieces of each set."""
    kind = np.zeros(piece_set.size, dtype=np.int64)
    places = np.flatnonzero(piece_set >= 0)
    places = places[pieces_of[piece_set[places]] > 1]
    places = places[np.argsort(piece_set[places], kind="stable")]
    counts = pieces_of[pieces_of > 1]
    ends = np.cumsum(counts)
    kind[places] = 2
    kind[places[ends - counts]] = 1
    kind[places[ends - 1]] = 3
    return kind


def _lay_out(form: ExtensiveForm) -> Layout:
    layer = _layers(form)
    inner = np.flatnonzero(form.player != TERMINAL)
    set_of = form.info_set[inner]
    mover = form.player[inner]
    order = np.lexsort((inner, set_of, mover >= 0, layer[inner]))
    node = inner[order]
    mover, set_of = mover[order], set_of[order]
    step = layer[node]
    decision = mover >= 0
    starts = np.ones(node.size, dtype=np.bool_)
    starts[1:] = (np.diff(np.stack([step, decision, set_of]), axis=1) != 0).any(axis=0)
    breaks = np.flatnonzero(starts)
    ends = np.append(breaks[1:], node.size)[: breaks.size]
    counts = form.n_children[node].astype(np.int64)
    cell_start = np.cumsum(counts) - counts
    where = np.full(form.n_nodes, -1, dtype=np.int64)
    where[node] = np.arange(node.size)
    classes, place = _met_classes(form, node)
    where[form.terminal_node] = node.size + place[form.payoff_class]
    piece_set = set_of[breaks]
    piece_player = np.where(decision[breaks], mover[breaks], -1)
    row = np.empty(breaks.size, dtype=np.int64)
    is_set = piece_player >= 0
    counts_of = np.diff(form.action_offset)
    met, first = np.unique(piece_set[is_set], return_index=True)
    met = met[np.argsort(first)]
    row_of = np.zeros(form.n_info_sets, dtype=np.int64)
    row_of[met] = np.cumsum(counts_of[met]) - counts_of[met]
    row_of_action = np.repeat(row_of - form.action_offset[:-1], counts_of) + np.arange(
        form.n_actions
    )
    row[is_set] = row_of[piece_set[is_set]]
    row[~is_set] = form.chance_offset[piece_set[~is_set]]
    pieces_of = np.bincount(piece_set[is_set], minlength=form.n_info_sets)
    split_sets = np.flatnonzero(pieces_of > 1)
    kind = _kinds(np.where(is_set, piece_set, -1), pieces_of)
    split_node = np.flatnonzero(decision)
    split_node = split_node[pieces_of[set_of[split_node]] > 1]
    split_node = split_node[np.argsort(set_of[split_node], kind="stable")]
    split_sizes = np.bincount(set_of[split_node], minlength=form.n_info_sets)[split_sets]
    active = _active_sets(form, layer, split_sets)
    is_active = np.zeros(breaks.size, dtype=np.int64)
    is_active[is_set] = active[piece_set[is_set]]
    piece = np.stack(
        [piece_player, row, counts[breaks], breaks, ends, cell_start[breaks], kind, is_active],
        axis=1,
    )
    set_of_row = np.empty(form.n_actions, dtype=np.int64)
    set_of_row[row_of_action] = np.repeat(np.arange(form.n_info_sets), counts_of)
    active_row = np.flatnonzero(active[set_of_row])
    return Layout(
        n_players=form.n_players,
        node=node.astype(np.int32),
        row=row_of_action.astype(np.int32),
        piece=np.ascontiguousarray(piece, dtype=np.int32),
        cell=where[_children(form, node)].astype(np.int32),
        above=_above(form, node, where, row_of, active).astype(np.int32),
        split_start=np.cumsum(np.append(0, split_sizes)).astype(np.int32),
        split_node=split_node.astype(np.int32),
        payoff_class=classes.astype(np.int32),
        active_row=active_row.astype(np.int32),
        active_player=form.info_set_player[set_of_row[active_row]],
    )
