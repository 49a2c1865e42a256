# mypy: disable-error-code="no-untyped-def,no-untyped-call"
# ruff: noqa: ANN001, ANN202  (numba infers the types of kernels)
"""Compiled loops of :mod:`detente.game.nash`, on sequences of own actions in place of the tree. Importing it loads numba.

Row 0 of a plan is the start of the game, row ``1 + a`` the product of a player's own choices up to action ``a``. An
*end* is a combination of the players' last actions, with the payoffs of its terminal nodes weighted by chance.
"""

from typing import Any

import numba
import numpy as np

__all__ = ["gains_by_deviating", "improve"]

_OPTIONS: dict[str, Any] = {"nogil": True, "cache": True, "error_model": "numpy"}


def _collect(end, worth, plan, i, gain):
    """Write to ``gain`` ``(1 + A,)`` what player ``i`` earns at the ends of each own action, weighted by the others."""
    gain[:] = 0.0
    for e in range(end.shape[0]):
        total = worth[e, i]
        for j in range(end.shape[1]):
            if j != i:
                total *= plan[end[e, j]]
        gain[end[e, i]] += total


def _improve(
    end, worth, order, order_start, parent, offset, regret, sigma, plan, average, gain, first, last
):  # fmt: skip
    """Make the iterations from ``first`` to ``last`` (less one) of CFR+, the players taking turns.

    ``regret``, ``sigma`` are ``(A,)``; ``plan`` and ``average`` ``(1 + A,)``, the latter the sum of the plans weighted
    by iteration. ``order`` lists the sets of player ``i`` from ``order_start[i]`` on, those with more moves before them first.
    """
    for t in range(first, last):
        for i in range(end.shape[1]):
            collect(end, worth, plan, i, gain)
            for k in range(order_start[i], order_start[i + 1]):
                s = order[k]
                mean = 0.0
                for a in range(offset[s], offset[s + 1]):
                    mean += sigma[a] * gain[1 + a]
                total = 0.0
                for a in range(offset[s], offset[s + 1]):
                    regret[a] = max(regret[a] + gain[1 + a] - mean, 0.0)
                    total += regret[a]
                for a in range(offset[s], offset[s + 1]):
                    sigma[a] = (
                        regret[a] / total if total > 0.0 else 1.0 / (offset[s + 1] - offset[s])
                    )
                gain[1 + parent[s]] += mean
            for k in range(order_start[i + 1] - 1, order_start[i] - 1, -1):
                s = order[k]
                for a in range(offset[s], offset[s + 1]):
                    plan[1 + a] = plan[1 + parent[s]] * sigma[a]
                    average[1 + a] += t * plan[1 + a]


def _gains_by_deviating(end, worth, order, order_start, parent, offset, plan, gain):
    """Return what all players together gain by best replies to the plans of the others."""
    total = 0.0
    for e in range(end.shape[0]):
        reach = 1.0
        for j in range(end.shape[1]):
            reach *= plan[end[e, j]]
        for i in range(end.shape[1]):
            total -= reach * worth[e, i]
    for i in range(end.shape[1]):
        collect(end, worth, plan, i, gain)
        for k in range(order_start[i], order_start[i + 1]):
            s = order[k]
            best = -np.inf
            for a in range(offset[s], offset[s + 1]):
                best = max(best, gain[1 + a])
            gain[1 + parent[s]] += best
        total += gain[0]
    return total


collect = numba.njit(**_OPTIONS)(_collect)
improve = numba.njit(**_OPTIONS)(_improve)
gains_by_deviating = numba.njit(**_OPTIONS)(_gains_by_deviating)
