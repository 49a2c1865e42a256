"""The efficient packages of two sides with linear losses: a polyline whose corners are found exactly.

Losses add up over issues and are linear between the ideal points, with a kink at each red line. So an issue is one to
three stretches, each with a constant worth per point to either side, and the efficient packages give the defender one
stretch after another, the one first that it values most for what it costs the challenger. Stretches of equal worth go
together. Along that order both gains are piecewise linear, and every question has an answer in closed form.
"""

from dataclasses import dataclass

import numpy as np

from detente.arrays import FloatArray
from detente.models.bargaining.issues import IssueSpace

__all__ = ["Frontier", "make_frontier", "stretches"]

_STEP = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """Corners of the efficient frontier, from all that the challenger wants to all that the defender wants.

    ``challenger`` and ``defender`` are utilities at the corners, shape ``(n_stretches + 1, ...)``. ``before`` and
    ``tied`` say, per stretch, how many come before it and how many go together with it; ``length`` is its share of the
    way between the ideal points of its issue, shape ``(3, n_issues, ...)`` like ``idle``, which marks stretches that
    neither side cares for.
    """

    challenger: FloatArray
    defender: FloatArray
    before: FloatArray
    tied: FloatArray
    length: FloatArray
    idle: np.ndarray

    def gains(self, place: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Utilities at a place along the frontier, 0 to the number of stretches; shape ``(...)``."""
        low = np.clip(np.floor(place), 0, len(self.challenger) - 2).astype(np.intp)
        part = place - low

        def at(values: FloatArray) -> FloatArray:
            start, end = (np.take_along_axis(values, (low + k)[None], axis=0)[0] for k in (0, 1))
            return np.asarray(start + part * (end - start))

        return at(self.challenger), at(self.defender)

    def conceded(self, place: FloatArray) -> FloatArray:
        """Share of the way conceded on each issue at a place along the frontier, shape ``(n_issues, ...)``."""
        share = np.clip((place - self.before) / self.tied, 0.0, 1.0)
        share = np.where(self.idle, 0.5, share)
        return np.asarray((share.reshape(self.length.shape) * self.length).sum(axis=0))

    def turn(self, values: FloatArray) -> FloatArray:
        """Return the last place at which values that fall along the corners are not negative (0 if none is)."""
        n = len(values) - 1
        low = np.clip((values >= 0.0).sum(axis=0) - 1, 0, n - 1)
        start, end = (np.take_along_axis(values, (low + k)[None], axis=0)[0] for k in (0, 1))
        fall = start - end
        part = np.divide(start, fall, out=np.zeros_like(start), where=fall > 0.0)
        place = low + np.clip(part, 0.0, 1.0)
        return np.where(values[-1] >= 0.0, float(n), np.where(values[0] < 0.0, 0.0, place))

    def best_product(self, challenger_value: FloatArray, defender_value: FloatArray) -> FloatArray:
        """Return the place of the largest product of gains over two values; of equal ones, the middle of a stretch."""
        u, w = self.challenger - challenger_value, self.defender - defender_value
        best, place = np.full(u.shape[1:], -1.0), np.zeros(u.shape[1:])
        for k in range(len(u) - 1):
            lost, won = u[k] - u[k + 1], w[k + 1] - w[k]
            both = lost * won
            # the product is a parabola along the stretch: its top, or an end
            top = np.divide(
                u[k] * won - w[k] * lost, 2.0 * both, out=np.full_like(both, 0.5), where=both > 0.0
            )
            one_sided = np.where(won > 0.0, 1.0, np.where(lost > 0.0, 0.0, 0.5))
            part = np.clip(np.where(both > 0.0, top, one_sided), 0.0, 1.0)
            product = np.maximum(u[k] - part * lost, 0.0) * np.maximum(w[k] + part * won, 0.0)
            better = product > best + _STEP
            best, place = np.where(better, product, best), np.where(better, k + part, place)
        return place


def stretches(space: IssueSpace) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Cut every issue at its red lines; return length, and what it costs the challenger and gives the defender.

    All of shape ``(3, n_issues, ...)``, the stretch nearest to the challenger's ideal point first.
    """
    mine, theirs = space.challenger_limit, space.defender_limit
    first, last = np.minimum(mine, theirs), np.maximum(mine, theirs)
    ends = (np.zeros_like(first), first, last, np.ones_like(first))
    length = np.stack([ends[k + 1] - ends[k] for k in range(3)])
    middle = np.stack([0.5 * (ends[k + 1] + ends[k]) for k in range(3)])
    dear = space.firmness
    cost = space.challenger_stake * length * np.where(middle > mine, dear, 1.0)
    worth = space.defender_stake * length * np.where(middle < theirs, dear, 1.0)
    return length, cost, worth


def make_frontier(space: IssueSpace) -> Frontier:
    """Order the stretches of all issues and add up utilities along them.

    Parameters
    ----------
    space
        Ideal points, stakes and red lines; losses must be linear.

    Returns
    -------
    Frontier
        Exact up to rounding.
    """
    length, cost, worth = stretches(space)
    if (space.challenger_limit >= 1.0).all() and (space.defender_limit <= 0.0).all():
        # no red lines: one stretch an issue
        length, cost, worth = (
            length[:1] * 0.0 + 1.0,
            cost.sum(axis=0)[None],
            worth.sum(axis=0)[None],
        )
    shape = cost.shape[2:]
    c, d = cost.reshape(-1, *shape), worth.reshape(-1, *shape)
    idle = (c <= 0.0) & (d <= 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(d) - np.log(c)
    ratio = np.where(idle, -np.inf, ratio)
    n = len(c)
    before = np.zeros(c.shape)
    tied = np.ones(c.shape)
    for k in range(n):
        for j in range(k):
            ahead = ratio[j] > ratio[k]
            same = ratio[j] == ratio[k]
            before[k] += ahead
            before[j] += ~(ahead | same)
            tied[k] += same
            tied[j] += same
    challenger = np.empty((n + 1, *shape))
    defender = np.empty((n + 1, *shape))
    for m in range(n + 1):
        share = np.clip((m - before) / tied, 0.0, 1.0)
        challenger[m] = 1.0 - (c * share).sum(axis=0)
        defender[m] = 1.0 - (d * (1.0 - share)).sum(axis=0)
    return Frontier(
        challenger=challenger, defender=defender, before=before, tied=tied, length=length, idle=idle
    )
