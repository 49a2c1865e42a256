"""Peeling and pasting of boxes: the steps of PRIM, counted along sorted orders of the cases."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.analysis._columns import InputColumn
from detente.arrays import BoolArray, FloatArray, IntArray

__all__ = ["Bounds", "Objective", "Peeler"]

Objective = Literal["lenient", "lenient2", "original"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Ends of the numeric inputs, shape ``(2, n_numeric)``, and the categories left of the others."""

    ends: FloatArray
    left: tuple[frozenset[int], ...]


class _Step(NamedTuple):
    """A step: its worth, inputs restricted after it, whether it moves an end, where, which end or category, to what."""

    worth: float
    n_limits: int
    is_end: bool
    at: int
    which: int
    value: float
    n_cases: int


class Peeler:
    """The state of a search: the box, the cases in it, and their order along every numeric input."""

    def __init__(
        self,
        columns: tuple[InputColumn, ...],
        score: FloatArray,
        searched: BoolArray,
        objective: Objective,
        peel_alpha: float,
        paste_alpha: float,
        mass_min: float,
    ) -> None:
        self.n_all, self.score, self.searched = score.size, score, searched
        self.objective, self.mass_min = objective, mass_min
        self.peel_alpha, self.paste_alpha = peel_alpha, paste_alpha
        numeric = [column for column in columns if not column.labels]
        # Floats before integers, as in the Workbench: of equal steps the first is taken.
        self.place = sorted(range(len(numeric)), key=lambda at: numeric[at].is_integer)
        self.is_integer = [numeric[at].is_integer for at in self.place]
        self.values = np.array([numeric[at].values for at in self.place]).reshape(-1, self.n_all)
        self.codes = [column.values.astype(np.intp) for column in columns if column.labels]
        self.start = Bounds(
            ends=np.array([self.values.min(axis=1), self.values.max(axis=1)]).reshape(2, -1),
            left=tuple(frozenset(range(len(item.labels))) for item in columns if item.labels),
        )
        self.ends, self.left = self.start.ends.copy(), self.start.left
        self.inside = searched.copy()
        order = np.argsort(self.values, axis=1, kind="stable").astype(np.int32)
        self.order = order[searched[order]].reshape(len(self.values), int(searched.sum()))

    @property
    def bounds(self) -> Bounds:
        """The box, numeric inputs in their own order."""
        ends = np.empty_like(self.ends)
        ends[:, self.place] = self.ends
        return Bounds(ends=ends, left=self.left)

    def _restricted(self) -> tuple[BoolArray, list[bool]]:
        changed = (self.ends != self.start.ends).any(axis=0)
        return changed, [now != at for now, at in zip(self.left, self.start.left, strict=True)]

    def _worth(self, before: tuple[int, float], after: tuple[int, float]) -> float:
        """Objective of a step between boxes given as (cases, cases of interest)."""
        (n_before, k_before), (n_after, k_after) = before, after
        mean_before = k_before / n_before
        if self.objective == "original":
            return k_after / n_after if n_after else -1.0
        mean_after = k_after / n_after if n_after else 0.0
        if mean_before == mean_after or n_before == n_after:
            return 0.0
        gain = (mean_after - mean_before) / abs(n_after - n_before)
        if self.objective == "lenient2":
            return n_after * (mean_after - mean_before) / abs(n_after - n_before)
        return gain

    def peel(self) -> bool:
        """Take the best slice off; False if none is worth it."""
        n_now = int(self.inside.sum())
        now = (n_now, float(self.score[self.inside].sum()))
        # Of equal steps the first is taken: ends before categories, upper ends before lower ones.
        best = max(chain(self._end_peels(now), self._category_peels(now)), key=_key, default=None)
        if (
            best is None
            or best.worth <= 0.0
            or best.n_cases / self.n_all < self.mass_min
            or best.n_cases == n_now
        ):
            return False
        at = best.at
        if best.is_end:
            self.ends[best.which, at] = best.value
            row = self.values[at]
            self.inside &= row <= best.value if best.which else row >= best.value
        else:
            self.left = (*self.left[:at], self.left[at] - {best.which}, *self.left[at + 1 :])
            self.inside &= self.codes[at] != best.which
        if len(self.values):
            self.order = self.order[self.inside[self.order]].reshape(len(self.values), best.n_cases)
        return True

    def _end_peels(self, now: tuple[int, float]) -> Iterator[_Step]:
        changed, narrowed = self._restricted()
        n_changed = int(changed.sum()) + sum(narrowed)
        for at in range(len(self.values)):
            for side in (1, 0):
                new, n_new, k_new = self._slice(at, side, *now)
                is_changed = bool(
                    new != self.start.ends[side, at]
                    or self.ends[1 - side, at] != self.start.ends[1 - side, at]
                )
                n_limits = n_changed + int(is_changed) - int(changed[at])
                yield _Step(self._worth(now, (n_new, k_new)), n_limits, True, at, side, new, n_new)

    def _category_peels(self, now: tuple[int, float]) -> Iterator[_Step]:
        changed, narrowed = self._restricted()
        n_changed = int(changed.sum()) + sum(narrowed)
        for at, codes in enumerate(self.codes):
            for code in sorted(self.left[at]) if len(self.left[at]) > 1 else ():
                taken = self.inside & (codes == code)
                n_new = now[0] - int(taken.sum())
                after = (n_new, now[1] - float(self.score[taken].sum()))
                n_limits = n_changed + int(not narrowed[at])
                yield _Step(self._worth(now, after), n_limits, False, at, code, 0.0, n_new)

    def _slice(self, at: int, side: int, n_now: int, k_now: float) -> tuple[float, int, float]:
        """Find the new end, the cases and the cases of interest after a slice off one side of a numeric input."""
        row, order = self.values[at], self.order[at]
        cut = _quantile(row, order, 1.0 - self.peel_alpha if side else self.peel_alpha)
        if self.is_integer[at]:
            cut = float(int(cut))
            beyond = cut == self.ends[side, at]
            how = ("left" if beyond else "right") if side else ("right" if beyond else "left")
        else:
            how = "right" if side else "left"
        position = _position(row, order, cut, how)
        taken = order[position:] if side else order[:position]
        n_new, k_new = n_now - taken.size, k_now - float(self.score[taken].sum())
        if self.is_integer[at]:
            if n_new == 0:
                cut = float(row[order[-1 if side else 0]])
            else:
                cut = float(row[order[position - 1 if side else position]])
        return cut, n_new, k_new

    def paste(self) -> bool:
        """Widen the box by the best slice; False if none is worth it."""
        now = (int(self.inside.sum()), float(self.score[self.inside].sum()))
        low = self.values >= self.ends[0][:, None]
        high = self.values <= self.ends[1][:, None]
        allowed = [
            np.isin(codes, sorted(left)) for codes, left in zip(self.codes, self.left, strict=True)
        ]
        broken = (~(low & high)).sum(axis=0)
        for item in allowed:
            broken = broken + ~item
        steps = chain(
            self._end_pastes(now, low, high, broken), self._category_pastes(now, allowed, broken)
        )
        found = max(steps, key=lambda pair: _key(pair[0]), default=None)
        if found is None:
            return False
        best, inside = found
        k_new = float(self.score[inside].sum())
        better = best.n_cases > now[0] and k_new / best.n_cases > now[1] / now[0]
        if best.worth <= 0.0 or not better or best.n_cases / self.n_all < self.mass_min:
            return False
        at = best.at
        if best.is_end:
            self.ends[best.which, at] = best.value
        else:
            self.left = (*self.left[:at], self.left[at] | {best.which}, *self.left[at + 1 :])
        self.inside = inside
        return True

    def _end_pastes(
        self, now: tuple[int, float], low: BoolArray, high: BoolArray, broken: IntArray
    ) -> Iterator[tuple[_Step, BoolArray]]:
        changed, narrowed = self._restricted()
        n_changed = int(changed.sum()) + sum(narrowed)
        for at in np.flatnonzero(changed).tolist():
            fits = (broken - ~(low[at] & high[at]) == 0) & self.searched
            values = self.values[at]
            for side in (0, 1):
                end, outer = float(self.ends[side, at]), float(self.start.ends[side, at])
                row = np.sort(values[fits & (values >= end if side else values <= end)])
                share = self.paste_alpha if side else 1.0 - self.paste_alpha
                new = _quantile(row, np.arange(row.size), share) if row.size else outer
                wider = low[at] & (values <= new) if side else high[at] & (values >= new)
                inside = fits & wider
                n_new, k_new = int(inside.sum()), float(self.score[inside].sum())
                still = new != outer or self.ends[1 - side, at] != self.start.ends[1 - side, at]
                worth, n_limits = self._worth(now, (n_new, k_new)), n_changed - int(not still)
                yield _Step(worth, n_limits, True, at, side, new, n_new), inside

    def _category_pastes(
        self, now: tuple[int, float], allowed: list[BoolArray], broken: IntArray
    ) -> Iterator[tuple[_Step, BoolArray]]:
        changed, narrowed = self._restricted()
        n_changed = int(changed.sum()) + sum(narrowed)
        for at, codes in enumerate(self.codes):
            fits = (broken - ~allowed[at] == 0) & self.searched
            for code in sorted(self.start.left[at] - self.left[at]):
                inside = fits & (allowed[at] | (codes == code))
                n_new, k_new = int(inside.sum()), float(self.score[inside].sum())
                still = len(self.left[at]) + 1 < len(self.start.left[at])
                worth, n_limits = self._worth(now, (n_new, k_new)), n_changed - int(not still)
                yield _Step(worth, n_limits, False, at, code, 0.0, n_new), inside


def _key(step: _Step) -> tuple[float, int]:
    """Rank steps by their worth, then by how few inputs are restricted after them."""
    return step.worth, -step.n_limits


def _quantile(row: FloatArray, order: NDArray[np.integer], share: float) -> float:
    """Value midway between the two cases about a quantile, moving out of ties towards the middle of the box."""
    at = (order.size - 1) * share
    low, high = int(np.floor(at)), int(np.ceil(at))
    if share > 0.5:
        value = row[order[high]]
        if (
            row[order[low]] == value
        ):  # the last place below with another value; the first place if there is none
            low = max(_position(row, order[: low + 1], value, "left") - 1, 0)
    else:
        value = row[order[low]]
        if row[order[high]] == value:
            last = order.size - 1
            high = min(high + _position(row, order[high:], value, "right"), last)
    return float((row[order[low]] + row[order[high]]) / 2)


def _position(row: FloatArray, order: NDArray[np.integer], value: float, how: str) -> int:
    """Place of a value along an order of cases, by bisection without copying the sorted values."""
    low, high = 0, order.size
    while low < high:
        middle = (low + high) // 2
        item = row[order[middle]]
        if item < value or (how == "right" and item == value):
            low = middle + 1
        else:
            high = middle
    return low
