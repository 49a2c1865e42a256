"""Choice from menus as arrays: the lists that options stand in, level by level, and the logit response from them.

Sets without a menu are one list of their actions here, so that all sets are treated alike. The compiled solver has its own
loops (:mod:`detente.game.kernels.choosing`); this is what evaluates and differentiates answers.
"""

import weakref
from dataclasses import dataclass

import numpy as np

from detente.arrays import FloatArray, Int64Array, IntArray
from detente.game.form import ExtensiveForm
from detente.game.menus import MenuForm, Menus

__all__ = ["ChoiceLists", "VisibleLists", "scales", "share_logs", "visible_lists"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VisibleLists:
    """The lists of menus from which something is picked: a nest of one entry is that entry, and has no list.

    Attributes
    ----------
    info_set, depth
        Of each list: its information set, and how many nests it stands in, its own included, shape ``(L,)``.
    holder
        The list that each entry stands in, shape ``(V,)``.
    action, opens
        The action or the list that each entry is, -1 if it is the other, shape ``(V,)``.
    share_row
        The row of :func:`share_logs` that each entry has, shape ``(V,)``.
    scale_row
        The row of :func:`scales` that each list has, shape ``(L,)``.
    share_weight, share_list
        Of each row of shares: the row of its weight, and that of its list's in ``list_weight``.
    list_weight
        The rows of weights of the different lists, -1 where they have fewer entries than others.
    scale_parent, scale_similarity
        Of each row of scales: the row that it goes on from and the row of the similarity; the first is the scale 1.
    """

    info_set: Int64Array
    depth: Int64Array
    holder: Int64Array
    action: Int64Array
    opens: Int64Array
    share_row: IntArray
    scale_row: IntArray
    share_weight: IntArray
    share_list: IntArray
    list_weight: Int64Array
    scale_parent: Int64Array
    scale_similarity: Int64Array


_CACHE: "weakref.WeakKeyDictionary[MenuForm, VisibleLists]" = weakref.WeakKeyDictionary()


def visible_lists(menu: MenuForm) -> VisibleLists:
    """Return the lists of menus in the order of sets, within a set the deepest first and its own list last; made once."""
    found = _CACHE.get(menu)
    if found is None:
        found = _see_lists(menu)
        _CACHE[menu] = found
    return found


def _see_lists(menu: MenuForm) -> VisibleLists:
    only = np.full(menu.n_nests, -1, dtype=np.int64)
    only[menu.holder[menu.holder >= 0]] = np.flatnonzero(menu.holder >= 0)
    size = np.bincount(menu.holder[menu.holder >= 0], minlength=menu.n_nests)
    # what each entry is, past nests of one entry
    inner = np.arange(menu.n_entries)
    nest = menu.nest
    while True:
        single = nest[inner] >= 0
        single[single] = size[nest[inner[single]]] == 1
        if not single.any():
            break
        inner[single] = only[nest[inner[single]]]
    entry = np.flatnonzero((menu.holder < 0) | (size[np.maximum(menu.holder, 0)] > 1) if size.size
                           else menu.holder < 0)  # fmt: skip
    wide = np.flatnonzero(size > 1)
    sets = np.unique(menu.info_set)
    of_nest = np.zeros(menu.n_nests, dtype=np.int64)
    of_nest[menu.nest[menu.nest >= 0]] = menu.info_set[menu.nest >= 0]
    list_set = np.concatenate([of_nest[wide], sets])
    list_nest = np.concatenate([wide, np.full(sets.size, -1)])
    depth = np.concatenate([1 + menu.depth[wide], np.zeros(sets.size, dtype=np.int64)])
    order = np.lexsort((list_nest, -depth, list_set))
    place = np.argsort(order, kind="stable")
    place_of_nest = np.full(menu.n_nests + 1, -1, dtype=np.int64)
    place_of_nest[wide] = place[: wide.size]
    place_of_set = np.zeros(int(sets.max(initial=-1)) + 1, dtype=np.int64)
    place_of_set[sets] = place[wide.size :]
    holder = np.where(
        menu.holder[entry] >= 0,
        place_of_nest[menu.holder[entry]],
        place_of_set[menu.info_set[entry]],
    )
    rank = np.argsort(holder, kind="stable")
    entry = entry[rank]
    scale_of_nest, parent, similarity = _scale_rows(menu)
    weight_row, holder = menu.weight_row[entry], holder[rank]
    list_weight, of_list = np.unique(_padded(holder, weight_row), axis=0, return_inverse=True)
    kinds = int(weight_row.max(initial=0)) + 1
    key, share_row = np.unique(
        of_list.reshape(-1)[holder] * kinds + weight_row, return_inverse=True
    )
    return VisibleLists(
        info_set=list_set[order],
        depth=depth[order],
        holder=holder,
        action=menu.action[inner[entry]],
        opens=place_of_nest[nest[inner[entry]]],
        share_row=share_row.reshape(-1),
        scale_row=np.append(scale_of_nest, 0)[list_nest[order]],
        share_weight=key % kinds,
        share_list=key // kinds,
        list_weight=list_weight,
        scale_parent=parent,
        scale_similarity=similarity,
    )


def _padded(holder: Int64Array, weight_row: Int64Array) -> Int64Array:
    """Return the rows of weights of each list, rising, filled up with -1, shape ``(L, entries of the longest)``."""
    order = np.lexsort((weight_row, holder))
    start = np.flatnonzero(np.diff(holder[order], prepend=-1))
    count = np.diff(np.append(start, holder.size))
    table = np.full((start.size, int(count.max(initial=0))), -1, dtype=np.int64)
    table[holder[order], np.arange(holder.size) - np.repeat(start, count)] = weight_row[order]
    return table


def _scale_rows(menu: MenuForm) -> tuple[Int64Array, Int64Array, Int64Array]:
    """Return the row of scales of each nest, and the row before and the row of similarities of each row of scales."""
    row = np.zeros(menu.n_nests + 1, dtype=np.int64)
    depth, parent = menu.depth, menu.parent
    before, similarity = [np.array([-1])], [np.array([-1])]
    kinds, count = int(menu.similarity_row.max(initial=0)) + 1, 1
    for level in range(int(depth.max(initial=-1)) + 1):
        here = np.flatnonzero(depth == level)
        above = row[
            parent[here]
        ]  # a nest that stands in none has parent -1: the last entry, the scale 1
        key, which = np.unique(above * kinds + menu.similarity_row[here], return_inverse=True)
        row[here] = count + which.reshape(-1)
        before.append(key // kinds)
        similarity.append(key % kinds)
        count += key.size
    return row[:-1], np.concatenate(before), np.concatenate(similarity)


def share_logs(lists: VisibleLists, menus: Menus) -> FloatArray:
    """Return logarithms of the different shares of entries of their lists, shape ``(shares, D or 1)``."""
    padded = np.concatenate([menus.weight, np.zeros((1, menus.weight.shape[1]))])
    total = padded[lists.list_weight].sum(axis=1)
    return np.asarray(np.log(menus.weight[lists.share_weight] / total[lists.share_list]))


def scales(lists: VisibleLists, menus: Menus) -> FloatArray:
    """Return the different scales of lists: products of dissimilarities from the menu down, shape ``(scales, D or 1)``."""
    found = np.ones((lists.scale_parent.size, menus.similarity.shape[1]))
    for row in range(1, lists.scale_parent.size):
        less = 1.0 - menus.similarity[lists.scale_similarity[row]]
        found[row] = found[lists.scale_parent[row]] * less
    return found


class ChoiceLists:
    """All lists that movers of a game pick from: those of menus and, for sets without one, that of their actions."""

    def __init__(self, form: ExtensiveForm, menus: Menus | None) -> None:
        self.form = form
        counts = np.diff(form.action_offset)
        owner = np.repeat(np.arange(form.n_info_sets), counts)
        plain = np.ones(form.n_info_sets, dtype=np.bool_)
        if menus is not None:
            plain[menus.form.info_set] = False
        rows = np.flatnonzero(plain[owner])
        number = np.cumsum(plain) - 1
        holder, action = number[owner[rows]], rows.astype(np.int64)
        opens = np.full(rows.size, -1, dtype=np.int64)
        log_share = -np.log(counts[owner[rows]])[:, np.newaxis]
        self.info_set = np.flatnonzero(plain).astype(np.int64)
        depth = np.zeros(self.info_set.size, dtype=np.int64)
        scale = np.ones((self.info_set.size, 1))
        if menus is not None:
            lists = visible_lists(menus.form)
            before = self.info_set.size
            self.info_set = np.concatenate([self.info_set, lists.info_set])
            depth = np.concatenate([depth, lists.depth])
            holder = np.concatenate([holder, before + lists.holder])
            action = np.concatenate([action, lists.action])
            opens = np.concatenate([opens, np.where(lists.opens >= 0, before + lists.opens, -1)])
            log_share = _stack(log_share, share_logs(lists, menus)[lists.share_row])
            scale = _stack(scale, scales(lists, menus)[lists.scale_row])
        # entries by depth of their list, deepest first, lists side by side
        order = np.lexsort((holder, -depth[holder]))
        self.holder, self.action, self.opens = holder[order], action[order], opens[order]
        self.log_share, self.scale = log_share[order], scale
        starts = np.flatnonzero(np.diff(self.holder, prepend=-1))
        self.start: IntArray = starts
        self.list_order = self.holder[starts]
        breaks = np.flatnonzero(np.diff(depth[self.list_order], prepend=-1))
        ends = np.append(breaks[1:], starts.size)[: breaks.size]
        after = np.append(starts, self.holder.size)
        self.levels = [
            (
                slice(int(after[low]), int(after[high])),
                slice(low, high),
                after[low:high] - after[low],
            )
            for low, high in zip(breaks.tolist(), ends.tolist(), strict=True)
        ]

    @property
    def n_lists(self) -> int:
        """Number of lists."""
        return self.info_set.size

    def sharpest(self) -> FloatArray:
        """Return the least scale of the lists, ``(1,)`` or ``(D,)``: log-odds go up to lambda times payoffs divided by it."""
        return np.asarray(self.scale.min(axis=0, initial=1.0))

    def _up(self, values: FloatArray, entry: slice, below: FloatArray) -> FloatArray:
        """Return what the entries of a level have: options from ``values`` ``(A, D)``, nests from their lists."""
        action, opens = self.action[entry], self.opens[entry]
        given = np.empty((action.size, values.shape[1]))
        option = action >= 0
        given[option] = values[action[option]]
        given[~option] = below[opens[~option]]
        return given

    def respond(self, logits: FloatArray) -> FloatArray:
        """Return logarithms of the shares of entries within their lists ``(V, D)``; ``logits`` are lambda times payoffs."""
        width = max(logits.shape[1], self.log_share.shape[1], self.scale.shape[1])
        if not self.form.n_actions:
            return np.empty((0, width))
        first, counts = self.form.action_offset[:-1], np.diff(self.form.action_offset)
        top = np.repeat(np.maximum.reduceat(logits, first, axis=0), counts, axis=0)
        logits = np.broadcast_to(logits - top, (logits.shape[0], width))
        log_prob = np.empty((self.holder.size, width))
        value = np.zeros((self.n_lists, width))
        for entry, lists, start in self.levels:
            which, here = self.list_order[lists], self.holder[entry]
            scale = self.scale[here]
            x = self._up(logits, entry, value) / scale + self.log_share[entry]
            counts = np.diff(np.append(start, here.size))
            most = np.maximum.reduceat(x, start, axis=0)
            x = x - np.repeat(most, counts, axis=0)
            total = np.log(np.add.reduceat(np.exp(x), start, axis=0))
            log_prob[entry] = x - np.repeat(total, counts, axis=0)
            value[which] = self.scale[which] * (most + total)
        return log_prob

    def strategy(self, log_prob: FloatArray) -> FloatArray:
        """Return the probability of each action ``(A, D)``: the product of the shares of the lists above it."""
        return np.exp(self._down(log_prob))

    def at_zero(self, allowed: FloatArray) -> FloatArray:
        """Return the choice at rationality 0 among actions of which some are allowed, 1 or 0 ``(A,)``, as ``(A, D or 1)``."""
        there = np.zeros((self.n_lists, 1))
        step = np.empty(self.log_share.shape)
        for entry, lists, start in self.levels:
            weight = self._up(allowed[:, np.newaxis], entry, there) * np.exp(self.log_share[entry])
            total = np.add.reduceat(weight, start, axis=0)
            there[self.list_order[lists], 0] = (total > 0.0).any(axis=1)
            counts = np.diff(np.append(start, weight.shape[0]))
            with np.errstate(divide="ignore"):
                below = np.repeat(np.where(total > 0.0, total, 1.0), counts, axis=0)
                step[entry] = np.log(weight / below)
        return np.exp(self._down(step))

    def _down(self, step: FloatArray) -> FloatArray:
        """Return the sum of what the entries above each action have ``(A, D)``."""
        answer = np.zeros((self.form.n_actions, step.shape[1]))
        above = np.zeros((self.n_lists, step.shape[1]))
        for entry, _, _ in reversed(self.levels):
            total = above[self.holder[entry]] + step[entry]
            action, opens = self.action[entry], self.opens[entry]
            option = action >= 0
            answer[action[option]] = total[option]
            above[opens[~option]] = total[~option]
        return answer

    def shares(self, strategy: FloatArray) -> FloatArray:
        """Return what each entry has of its list under a strategy ``(V, D)``; where the list has nothing, its share."""
        width = max(strategy.shape[1], self.log_share.shape[1])
        mass = np.zeros((self.n_lists, width))
        share = np.empty((self.holder.size, width))
        strategy = np.broadcast_to(strategy, (strategy.shape[0], width))
        for entry, lists, start in self.levels:
            given = self._up(strategy, entry, mass)
            total = np.add.reduceat(given, start, axis=0)
            mass[self.list_order[lists]] = total
            counts = np.diff(np.append(start, given.shape[0]))
            below = np.repeat(total, counts, axis=0)
            even = np.broadcast_to(np.exp(self.log_share[entry]), given.shape)
            share[entry] = np.where(below > 0.0, given / np.where(below > 0.0, below, 1.0), even)
        return share

    def masses(self, strategy: FloatArray) -> FloatArray:
        """Return how often something of each list is picked, ``(L,)``, under the strategy of one draw ``(A,)``."""
        mass = np.zeros((self.n_lists, 1))
        for entry, lists, start in self.levels:
            given = self._up(strategy[:, np.newaxis], entry, mass)
            mass[self.list_order[lists]] = np.add.reduceat(given, start, axis=0)
        return mass[:, 0]

    def logits(self, strategy: FloatArray, *, least: float) -> FloatArray:
        """Return lambda times payoffs, up to a constant in each set, that a strategy is the response to ``(A, D)``."""
        log_prob = np.log(np.maximum(self.shares(strategy), least))
        return self._down(self.scale[self.holder] * (log_prob - self.log_share))

    def differential(self, share: FloatArray, change: FloatArray) -> FloatArray:
        """Return the change of the logarithm of each probability ``(A, D)`` when logits change; see :meth:`shares`."""
        value = np.zeros((self.n_lists, change.shape[1]))
        step = np.empty((self.holder.size, change.shape[1]))
        for entry, lists, start in self.levels:
            given = self._up(change, entry, value)
            mean = np.add.reduceat(share[entry] * given, start, axis=0)
            value[self.list_order[lists]] = mean
            counts = np.diff(np.append(start, given.shape[0]))
            step[entry] = (given - np.repeat(mean, counts, axis=0)) / self.scale[self.holder[entry]]
        return self._down(step)


def _stack(first: FloatArray, second: FloatArray) -> FloatArray:
    """Put the rows of two arrays below one another, draws spread where one has them."""
    width = max(first.shape[1], second.shape[1])
    return np.concatenate(
        [np.broadcast_to(part, (part.shape[0], width)) for part in (first, second)]
    )
