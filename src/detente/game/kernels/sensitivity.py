# mypy: disable-error-code="no-untyped-def,no-untyped-call"
# ruff: noqa: ANN001, ANN202  (numba infers the types of kernels)
"""Compiled loops of :mod:`detente.game.qre.sensitivity`, one game at a time. Importing it loads numba."""

from typing import Any

import numba

__all__ = ["action_payoff_changes", "values"]

_OPTIONS: dict[str, Any] = {"nogil": True, "cache": True, "error_model": "numpy"}


def _values(player, first_child, n_children, first_step, steps, value):
    """Fill ``value`` ``(N, P)``, given at terminal nodes, with expected payoffs at the others.

    ``steps`` ``(rows, P)`` are probabilities as each player holds them.
    """
    for h in range(player.size - 1, -1, -1):
        for a in range(n_children[h]):
            for p in range(value.shape[1]):
                value[h, p] += steps[first_step[h] + a, p] * value[first_child[h] + a, p]


def _action_payoff_changes(
    player, first_child, n_children, info_set, first_step, steps, d_log, value, belief,
    d_reach, d_value, mean, out,
):  # fmt: skip
    """Write to ``out`` ``(A,)`` the change of the payoff of each action; ``steps`` as in :func:`values`.

    ``d_log`` ``(rows,)`` is the change of the logarithm of each step and ``d_value`` ``(N, P)`` that of payoffs at
    terminal nodes, 0 elsewhere. Leaves in ``d_reach`` ``(N,)`` the change of the logarithm of the reach probabilities.
    ``mean`` ``(I,)`` is scratch.
    """
    d_reach[0] = 0.0
    mean[:] = 0.0
    out[:] = 0.0
    for h in range(player.size):
        if player[h] >= 0:
            mean[info_set[h]] += belief[h] * d_reach[h]
        for a in range(n_children[h]):
            d_reach[first_child[h] + a] = d_reach[h] + d_log[first_step[h] + a]
    for h in range(player.size - 1, -1, -1):
        i = player[h]
        shift = belief[h] * (d_reach[h] - mean[info_set[h]]) if i >= 0 else 0.0
        for a in range(n_children[h]):
            row = first_step[h] + a
            c = first_child[h] + a
            for p in range(value.shape[1]):
                d_value[h, p] += steps[row, p] * (d_log[row] * value[c, p] + d_value[c, p])
            if i >= 0:
                out[row] += shift * value[c, i] + belief[h] * d_value[c, i]


values = numba.njit(**_OPTIONS)(_values)
action_payoff_changes = numba.njit(**_OPTIONS)(_action_payoff_changes)
