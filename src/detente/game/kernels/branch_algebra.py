# mypy: disable-error-code="no-untyped-def,no-untyped-call"
# ruff: noqa: ANN001, ANN202, C901, PLR0912, PLR0915, PLR1714  (see detente.game.kernels.logit)
"""Compiled linear algebra of the tracing: the derivative of a walk, applied, factored and solved with its border."""

import math
from typing import Any, NamedTuple

import numba

from detente.game.kernels.choosing import change_choice

__all__ = ["Room", "decompose", "solve_bordered", "walk_differential"]

# compiled code is kept by the line of its function and names the class LayoutArrays: see there
_OPTIONS: dict[str, Any] = {
    "nogil": True,
    "cache": True,
    "error_model": "numpy",
    "boundscheck": False,
}


class Room(NamedTuple):
    """Arrays to trace in: for walks, for walks of differentials and for GMRES.

    ``weight`` ``(P,)`` is what t counts for with each player, ``always[0]`` the number of unknowns up to which every
    step is tested. With ``A`` actions, ``n`` active ones and ``m`` basis
    vectors: ``point``, ``d_point``, ``d_log``, ``d_sigma`` and
    ``d_out`` are ``(A,)``; ``d_reach`` and ``d_value`` as the walk's; ``rights``, ``shift`` ``(n + 1,)``, ``last``
    ``(n,)``; ``bend`` ``(n + 1,)``; ``basis`` ``(m + 1, n + 1)``, ``hessenberg`` ``(m + 1, m)``, ``rotation`` ``(2, m)``,
    ``small`` ``(m + 1,)``. ``square`` is ``(n + 1, n + 1)`` where the orientation of steps is to be tested by
    determinants, and empty otherwise.
    """

    weight: Any
    always: Any
    point: Any
    change: Any
    d_point: Any
    d_log: Any
    d_sigma: Any
    d_reach: Any
    d_value: Any
    d_out: Any
    rights: Any
    shift: Any
    last: Any
    bend: Any
    square: Any
    order: Any
    basis: Any
    hessenberg: Any
    rotation: Any
    small: Any


def _walk_differential(
    n_players, piece, cell, split_start, split_node, menu, own_odds, numbers,
    chance, value, belief, sigma_in, share_in, sigma, share, out, point, t, weights,
    d_log, d_sigma, d_reach, d_value, d_out, d_point, dt,
):  # fmt: skip
    """Write to ``d_out`` the derivative of a walk at the walked ``point`` in direction ``(d_point, dt)``."""
    n_inner = belief.size
    d_reach[0] = 0.0
    for k in range(piece.shape[0]):
        i, row, n_act, lo, hi = piece[k, 0], piece[k, 1], piece[k, 2], piece[k, 3], piece[k, 4]
        first, kind, active = piece[k, 5], piece[k, 6], piece[k, 7]
        j = menu.of_piece[k] if menu.of_piece.size > 0 else -1
        if active != 0 and kind <= 1:
            mean = 0.0
            for a in range(row, row + n_act):
                d_log[a] = weights[i] * (t * d_point[a] + dt * point[a])
                mean += sigma_in[a] * d_log[a]
            if j >= 0:
                change_choice(menu, numbers, share_in, d_log, j)
            else:
                for a in range(row, row + n_act):
                    d_log[a] -= mean
        for a in range(n_act):
            step = d_log[row + a] if (i >= 0 and active != 0) else 0.0
            for h in range(lo, hi):
                c = cell[first + (h - lo) * n_act + a]
                if c < n_inner:
                    d_reach[c] = d_reach[h] + step
    # differentials of beliefs take the place of those of reach
    for s in range(split_start.shape[0] - 1):
        mean = 0.0
        for j in range(split_start[s], split_start[s + 1]):
            mean += belief[split_node[j]] * d_reach[split_node[j]]
        for j in range(split_start[s], split_start[s + 1]):
            d_reach[split_node[j]] = belief[split_node[j]] * (d_reach[split_node[j]] - mean)
    for k in range(piece.shape[0] - 1, -1, -1):
        i, row, n_act, lo, hi = piece[k, 0], piece[k, 1], piece[k, 2], piece[k, 3], piece[k, 4]
        first, kind = piece[k, 5], piece[k, 6]
        if i < 0:
            for h in range(lo, hi):
                for p in range(n_players):
                    d_value[h * n_players + p] = 0.0
                for a in range(n_act):
                    c = cell[first + (h - lo) * n_act + a]
                    if c < n_inner:
                        weight = chance[row + a]
                        for p in range(n_players):
                            if own_odds.size > 0:
                                weight = chance[own_odds[p] + row + a]
                            d_value[h * n_players + p] += weight * d_value[c * n_players + p]
            continue
        if kind == 0:
            mean = 0.0
            for h in range(lo, hi):
                mean += belief[h] * d_reach[h]
            for h in range(lo, hi):
                d_reach[h] = belief[h] * (d_reach[h] - mean)
        for a in range(n_act):
            total = d_out[row + a] if (kind == 1 or kind == 2) else 0.0
            for h in range(lo, hi):
                c = cell[first + (h - lo) * n_act + a]
                total += d_reach[h] * value[c * n_players + i]
                if c < n_inner:
                    total += belief[h] * d_value[c * n_players + i]
            d_out[row + a] = total
        lagged = kind != 0
        j = menu.of_piece[k] if menu.of_piece.size > 0 else -1
        if lagged:
            for a in range(row, row + n_act):
                d_sigma[a] = sigma_in[a] * d_log[a]
        else:
            mean = 0.0
            for a in range(row, row + n_act):
                d_sigma[a] = weights[i] * (t * d_out[a] + dt * out[a])
                mean += sigma[a] * d_sigma[a]
            if j >= 0:
                change_choice(menu, numbers, share, d_sigma, j)
                mean = 0.0
            for a in range(row, row + n_act):
                d_sigma[a] = sigma[a] * (d_sigma[a] - mean)
        for h in range(lo, hi):
            start = first + (h - lo) * n_act
            for p in range(n_players):
                d_value[h * n_players + p] = 0.0
            for a in range(n_act):
                c = cell[start + a]
                weight = d_sigma[row + a]
                for p in range(n_players):
                    d_value[h * n_players + p] += weight * value[c * n_players + p]
                if c < n_inner:
                    weight = sigma_in[row + a] if lagged else sigma[row + a]
                    for p in range(n_players):
                        d_value[h * n_players + p] += weight * d_value[c * n_players + p]


def _apply(tree, block, room, point, t, scale, border, direction, result):
    """Apply the bordered derivative to ``direction`` ``(n + 1,)``; its last entry is ``scale`` times that of t."""
    rows = tree.active_row
    n = rows.size
    d_point = room.d_point
    total = border[n] * direction[n]
    for r in range(n):
        d_point[rows[r]] = direction[r]
        total += border[r] * direction[r]
    walk_differential(
        tree.n_players, tree.piece, tree.cell, tree.split_start, tree.split_node, tree.menu,
        tree.own_odds, block.numbers, block.chance, block.value, block.belief, block.sigma_in,
        block.share_in, block.sigma, block.share, block.out, point, t, room.weight,
        room.d_log, room.d_sigma, room.d_reach, room.d_value, room.d_out, d_point,
        direction[n] / scale,
    )  # fmt: skip
    for r in range(n):
        result[r] = direction[r] - room.d_out[rows[r]]
    result[n] = total


def _solve_bordered(
    tree, block, room, point, t, scale, border, rights, answer, goal, warm, direct
):  # fmt: skip
    """Solve the bordered system by restarted GMRES to the relative residual ``goal``; return walks taken.

    With ``warm`` the solution is sought from ``answer`` and checked; otherwise it is sought from zero. With ``direct``
    the derivative is formed and factored, and the iteration begins at what that gives.
    """
    size = rights.size
    limit = room.hessenberg.shape[1]
    basis, hessenberg, rotation, small = room.basis, room.hessenberg, room.rotation, room.small
    walks = 0
    if direct:
        decompose(tree, block, room, point, t, scale, border)
        _substitute(room.square, room.order, rights, answer)
        walks = size
    elif not warm:
        answer[:] = 0.0
    warm = warm or direct
    norm = 0.0
    for r in range(size):
        norm += rights[r] * rights[r]
    norm = math.sqrt(norm)
    if norm == 0.0:
        return 0
    for restart in range(5):
        used = 0
        # k = -1 takes the residual, so that the derivative is applied at one place: it is compiled once
        for k in range(-1, limit):
            if k >= 0 or restart > 0 or warm:
                source = basis[k] if k >= 0 else answer
                _apply(tree, block, room, point, t, scale, border, source, basis[k + 1])
                walks += 1
            else:
                basis[0, :] = 0.0
            if k < 0:
                beta = 0.0
                for r in range(size):
                    basis[0, r] = rights[r] - basis[0, r]
                    beta += basis[0, r] * basis[0, r]
                beta = math.sqrt(beta)
                if beta <= (goal if restart == 0 else 2.0 * goal) * norm:
                    return walks
                for r in range(size):
                    basis[0, r] /= beta
                small[:] = 0.0
                small[0] = beta
                continue
            for j in range(k + 1):
                total = 0.0
                for r in range(size):
                    total += basis[j, r] * basis[k + 1, r]
                hessenberg[j, k] = total
                for r in range(size):
                    basis[k + 1, r] -= total * basis[j, r]
            total = 0.0
            for r in range(size):
                total += basis[k + 1, r] * basis[k + 1, r]
            total = math.sqrt(total)
            if total > 0.0:
                for r in range(size):
                    basis[k + 1, r] /= total
            for j in range(k):
                upper, lower = hessenberg[j, k], hessenberg[j + 1, k]
                hessenberg[j, k] = rotation[0, j] * upper + rotation[1, j] * lower
                hessenberg[j + 1, k] = rotation[0, j] * lower - rotation[1, j] * upper
            length = math.sqrt(hessenberg[k, k] ** 2 + total**2)
            if length == 0.0:
                break
            rotation[0, k], rotation[1, k] = hessenberg[k, k] / length, total / length
            hessenberg[k, k] = length
            small[k + 1] = -rotation[1, k] * small[k]
            small[k] = rotation[0, k] * small[k]
            used = k + 1
            if abs(small[k + 1]) <= goal * norm or total == 0.0:
                break
        for j in range(used - 1, -1, -1):
            total = small[j]
            for k in range(j + 1, used):
                total -= hessenberg[j, k] * small[k]
            small[j] = total / hessenberg[j, j]
        for j in range(used):
            for r in range(size):
                answer[r] += small[j] * basis[j, r]
        if used < limit and not warm:
            break
    return walks


def _decompose(tree, block, room, point, t, scale, border):
    """Factor the bordered derivative at the walked ``point`` in ``room.square``; return the sign of its determinant.

    Along a curve the sign does not change. It changes where a step passes from one curve to another one beside it,
    and where curves cross.
    """
    rows = tree.active_row
    n = rows.size
    square = room.square
    for r in range(n):
        room.d_point[rows[r]] = 0.0
    for k in range(n + 1):
        if k < n:
            room.d_point[rows[k]] = 1.0
        walk_differential(
            tree.n_players, tree.piece, tree.cell, tree.split_start, tree.split_node, tree.menu,
            tree.own_odds, block.numbers, block.chance, block.value, block.belief, block.sigma_in,
            block.share_in, block.sigma, block.share, block.out, point, t, room.weight,
            room.d_log, room.d_sigma, room.d_reach, room.d_value, room.d_out, room.d_point,
            0.0 if k < n else 1.0 / scale,
        )  # fmt: skip
        if k < n:
            room.d_point[rows[k]] = 0.0
        for r in range(n):
            square[r, k] = (1.0 if r == k else 0.0) - room.d_out[rows[r]]
        square[n, k] = border[k]
    sign = 1.0
    for k in range(n + 1):
        top = k
        for r in range(k + 1, n + 1):
            if abs(square[r, k]) > abs(square[top, k]):
                top = r
        room.order[k] = top
        if top != k:
            sign = -sign
            for c in range(n + 1):
                square[k, c], square[top, c] = square[top, c], square[k, c]
        pivot = square[k, k]
        if pivot < 0.0:
            sign = -sign
        if pivot != 0.0:
            for r in range(k + 1, n + 1):
                share = square[r, k] / pivot
                square[r, k] = share
                if share != 0.0:
                    for c in range(k + 1, n + 1):
                        square[r, c] -= share * square[k, c]
    return sign


def _substitute(square, order, rights, answer):
    """Solve for ``rights`` with the factors that :func:`decompose` left."""
    size = rights.size
    for r in range(size):
        answer[r] = rights[r]
    for k in range(size):
        answer[k], answer[order[k]] = answer[order[k]], answer[k]
    for k in range(size):
        for r in range(k + 1, size):
            answer[r] -= square[r, k] * answer[k]
    for k in range(size - 1, -1, -1):
        answer[k] /= square[k, k]
        for r in range(k):
            answer[r] -= square[r, k] * answer[k]


walk_differential = numba.njit(**_OPTIONS)(_walk_differential)
_apply = numba.njit(inline="always", **_OPTIONS)(_apply)
decompose = numba.njit(**_OPTIONS)(_decompose)
_substitute = numba.njit(**_OPTIONS)(_substitute)
solve_bordered = numba.njit(inline="always", **_OPTIONS)(_solve_bordered)
