# mypy: disable-error-code="no-untyped-def,no-untyped-call"
# ruff: noqa: ANN001, ANN202  (numba infers the types of kernels)
"""Compiled loops that fill what the solver walks in. Importing it loads numba."""

from typing import Any

import numba
import numpy as np

__all__ = ["lay_payoffs"]

_OPTIONS: dict[str, Any] = {"nogil": True, "cache": True, "error_model": "numpy"}


def _lay_payoffs(table, draws, payoff_class, tail, least, most):
    """Write to ``tail`` ``(classes, P, 8)`` payoffs of draws, counted from the least of each player and draw.

    ``table`` is ``(K, P, D)``, ``draws`` ``(8,)``; ``least`` and ``most`` ``(P, 8)`` get the least payoff and the spread.
    """
    n_players, n_lanes = least.shape
    least[:] = np.inf
    most[:] = 0.0
    for k in range(payoff_class.size):
        c = payoff_class[k]
        for p in range(n_players):
            for d in range(n_lanes):
                x = table[c, p, draws[d]]
                tail[k, p, d] = x
                least[p, d] = min(least[p, d], x)
    for k in range(payoff_class.size):
        for p in range(n_players):
            for d in range(n_lanes):
                x = tail[k, p, d] - least[p, d]
                tail[k, p, d] = x
                most[p, d] = max(most[p, d], x)


lay_payoffs = numba.njit(**_OPTIONS)(_lay_payoffs)
