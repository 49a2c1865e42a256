# mypy: disable-error-code="no-untyped-def,no-untyped-call"
# ruff: noqa: ANN001, ANN202  (numba infers the types of kernels)
"""Compiled loops of :mod:`detente.game.evaluation`, draws in the innermost axis. Importing it loads numba."""

from typing import Any

import numba

__all__ = [
    "add_earned",
    "add_ends",
    "best_replies",
    "expect",
    "scatter_add",
    "walk_down",
    "walk_up",
]

_OPTIONS: dict[str, Any] = {"nogil": True, "cache": True, "error_model": "numpy"}


def _walk_down(player, first_child, n_children, first_step, steps, left_out, additive, out):
    """Write to ``out`` ``(N, D)`` the product (or sum) of the steps from the root to each node.

    Row ``first_step[h] + a`` of ``steps`` ``(rows, D)`` is the step from node ``h`` to its child ``a``; the steps of
    player ``left_out`` count as one (or zero).
    """
    n_draws = out.shape[1]
    out[0, :] = 0.0 if additive else 1.0
    for h in range(player.size):
        for a in range(n_children[h]):
            c = first_child[h] + a
            row = first_step[h] + a
            if player[h] == left_out:
                for d in range(n_draws):
                    out[c, d] = out[h, d]
            elif additive:
                for d in range(n_draws):
                    out[c, d] = out[h, d] + steps[row, d]
            else:
                for d in range(n_draws):
                    out[c, d] = out[h, d] * steps[row, d]


def _walk_up(player, first_child, n_children, first_step, steps, belief, mover, value, out):
    """Fill ``value`` ``(N, D)``, given at terminal nodes, with what a mover expects at the others.

    What it expects from its own actions, weighted by ``belief`` ``(N, D)`` in the nodes of the set, is added to ``out``
    ``(A, D)``.
    """
    for h in range(player.size - 1, -1, -1):
        for a in range(n_children[h]):
            c = first_child[h] + a
            row = first_step[h] + a
            for d in range(value.shape[1]):
                value[h, d] += steps[row, d] * value[c, d]
            if player[h] == mover:
                for d in range(value.shape[1]):
                    out[row, d] += belief[h, d] * value[c, d]


def _scatter_add(index, values, out):
    """Add row ``t`` of ``values`` to row ``index[t]`` of ``out``."""
    for t in range(index.size):
        g = index[t]
        for d in range(values.shape[1]):
            out[g, d] += values[t, d]


def _add_ends(node, group, reach, out):
    """Add the reach ``(N, D)`` of node ``node[t]`` to row ``group[t]`` of ``out``."""
    for t in range(node.size):
        g, h = group[t], node[t]
        for d in range(out.shape[1]):
            out[g, d] += reach[h, d]


def _add_earned(node, group, payoff_class, player, table, first, reach, out):
    """Add what a player earns at each terminal node to row ``group[t]`` of ``out`` ``(rows, n)``.

    That is the reach ``(N, n)`` of the node times the payoff of its class in ``table`` ``(K, P, D)``, draws from ``first`` on.
    """
    n = out.shape[1]
    for t in range(node.size):
        g, h = group[t], node[t]
        paid = table[payoff_class[t], player, first : first + n]
        for d in range(n):
            out[g, d] += reach[h, d] * paid[d]


def _expect(table, first, prob, player, out):
    """Write to ``out`` ``(n,)`` the sum over payoff classes of ``prob`` ``(K, n)`` times a player's payoff in ``table``."""
    n = out.size
    out[:] = 0.0
    for k in range(prob.shape[0]):
        paid = table[k, player, first : first + n]
        for d in range(n):
            out[d] += paid[d] * prob[k, d]


def _best_replies(order, parent, action_offset, gain, choice):
    """Collect gains ``(1 + A, D)`` from the last sets of a player to the first, each set at its best action.

    ``order`` are the player's sets, later ones first; ``parent`` the action before each. Row 0 of ``gain`` is the
    start of the game and row ``1 + a`` what follows action ``a``. ``choice`` ``(A, D)`` gets 1 at the best actions.
    """
    for s in order:
        for d in range(gain.shape[1]):
            best = action_offset[s]
            for a in range(best + 1, action_offset[s + 1]):
                if gain[1 + a, d] > gain[1 + best, d]:
                    best = a
            gain[1 + parent[s], d] += gain[1 + best, d]
            for a in range(action_offset[s], action_offset[s + 1]):
                choice[a, d] = 1.0 if a == best else 0.0


walk_down = numba.njit(**_OPTIONS)(_walk_down)
walk_up = numba.njit(**_OPTIONS)(_walk_up)
scatter_add = numba.njit(**_OPTIONS)(_scatter_add)
add_ends = numba.njit(**_OPTIONS)(_add_ends)
add_earned = numba.njit(**_OPTIONS)(_add_earned)
expect = numba.njit(**_OPTIONS)(_expect)
best_replies = numba.njit(**_OPTIONS)(_best_replies)
