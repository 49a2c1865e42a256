# mypy: disable-error-code="no-untyped-def,no-untyped-call"
# ruff: noqa: ANN001, ANN202, C901, PLR0912, PLR0915, PLR1714  (see detente.game._kernels)
"""Compiled tracing of one draw's principal branch by pseudo-arclength continuation, for branches that turn.

The unknowns are the payoffs ``x`` of the actions of active sets, in units of the mover's rationality, and the share
``t`` of the way. Points of the branch are zeros of ``x - G(x, t)``, where ``G`` is one Gauss-Seidel walk
(:mod:`detente.game._kernels`); its derivative is applied by a walk of differentials, never formed. Each step predicts
along the tangent and corrects by Newton's method with GMRES on the bordered system, which stays regular where the
branch turns back in ``t``.
"""

import math
from typing import Any, NamedTuple

import numba
import numpy as np

from detente.game._kernels import walk

__all__ = ["Room", "trace_branch", "walk_differential"]

_OPTIONS: dict[str, Any] = {
    "nogil": True,
    "cache": True,
    "error_model": "numpy",
    "boundscheck": False,
}


_STRAIGHT = 0.8  # least cosine between the tangents of two neighbouring points


class Room(NamedTuple):
    """Arrays to trace in: for walks, for walks of differentials and for GMRES.

    With ``A`` actions, ``n`` active ones and ``m`` basis vectors: ``point``, ``d_point``, ``d_log``, ``d_sigma`` and
    ``d_out`` are ``(A,)``; ``d_reach`` and ``d_value`` as the walk's; ``rights``, ``shift`` ``(n + 1,)``, ``last``
    ``(n,)``; ``basis`` ``(m + 1, n + 1)``, ``hessenberg`` ``(m + 1, m)``, ``rotation`` ``(2, m)``, ``small`` ``(m + 1,)``.
    """

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
    basis: Any
    hessenberg: Any
    rotation: Any
    small: Any


def _walk_differential(
    n_players, piece, cell, split_start, split_node,
    chance, value, belief, sigma_in, sigma, out, point, t,
    d_log, d_sigma, d_reach, d_value, d_out, d_point, dt,
):  # fmt: skip
    """Write to ``d_out`` the derivative of a walk at the walked ``point`` in direction ``(d_point, dt)``."""
    n_inner = belief.size
    d_reach[0] = 0.0
    for k in range(piece.shape[0]):
        i, row, n_act, lo, hi = piece[k, 0], piece[k, 1], piece[k, 2], piece[k, 3], piece[k, 4]
        first, kind, active = piece[k, 5], piece[k, 6], piece[k, 7]
        if active != 0 and kind <= 1:
            mean = 0.0
            for a in range(row, row + n_act):
                d_log[a] = t * d_point[a] + dt * point[a]
                mean += sigma_in[a] * d_log[a]
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
        if lagged:
            for a in range(row, row + n_act):
                d_sigma[a] = sigma_in[a] * d_log[a]
        else:
            mean = 0.0
            for a in range(row, row + n_act):
                d_sigma[a] = t * d_out[a] + dt * out[a]
                mean += sigma[a] * d_sigma[a]
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
        tree.n_players, tree.piece, tree.cell, tree.split_start, tree.split_node,
        block.chance, block.value, block.belief, block.sigma_in, block.sigma, block.out, point, t,
        room.d_log, room.d_sigma, room.d_reach, room.d_value, room.d_out, d_point,
        direction[n] / scale,
    )  # fmt: skip
    for r in range(n):
        result[r] = direction[r] - room.d_out[rows[r]]
    result[n] = total


def _solve_bordered(tree, block, room, point, t, scale, border, rights, answer, goal, warm):
    """Solve the bordered system by restarted GMRES to the relative residual ``goal``; return walks taken.

    With ``warm`` the solution is sought from ``answer``, otherwise from zero.
    """
    size = rights.size
    limit = room.hessenberg.shape[1]
    basis, hessenberg, rotation, small = room.basis, room.hessenberg, room.rotation, room.small
    if not warm:
        answer[:] = 0.0
    walks = 0
    norm = 0.0
    for r in range(size):
        norm += rights[r] * rights[r]
    norm = math.sqrt(norm)
    if norm == 0.0:
        return 0
    for restart in range(4):
        if restart == 0 and not warm:
            basis[0, :] = rights
        else:
            _apply(tree, block, room, point, t, scale, border, answer, basis[0])
            walks += 1
            for r in range(size):
                basis[0, r] = rights[r] - basis[0, r]
        beta = 0.0
        for r in range(size):
            beta += basis[0, r] * basis[0, r]
        beta = math.sqrt(beta)
        if beta <= goal * norm:
            return walks
        for r in range(size):
            basis[0, r] /= beta
        small[:] = 0.0
        small[0] = beta
        used = 0
        for k in range(limit):
            _apply(tree, block, room, point, t, scale, border, basis[k], basis[k + 1])
            walks += 1
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
            hessenberg[k + 1, k] = total
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
        if used < limit:
            break
    return walks


def _correct(tree, block, room, x, t, scale, border, goal, most_first):
    """Correct ``x`` and ``t`` on the plane through them across ``border``.

    Return t, the last change of the strategy (infinite for a failure), Newton steps and walks.
    """
    rows = tree.active_row
    n = rows.size
    walks = 0
    best = np.inf
    for step in range(12):
        for r in range(n):
            room.point[rows[r]] = x[r]
        block.lam[:] = t
        walk(tree, block, room.point, False, room.change)
        walks += 1
        moved = room.change[0]
        if step == 0 and moved > most_first:
            return t, np.inf, step, walks
        if moved <= goal or (step >= 3 and moved <= 1e-10 and moved > 0.5 * best):
            return t, moved, step, walks
        if step >= 2 and not (moved <= 2.0 * best):
            return t, np.inf, step, walks
        best = min(best, moved)
        for r in range(n):
            room.rights[r] = block.out[rows[r]] - x[r]
        room.rights[n] = 0.0
        walks += _solve_bordered(
            tree, block, room, room.point, t, scale, border, room.rights, room.shift, 1e-3, False
        )
        for r in range(n):
            x[r] += room.shift[r]
        t += room.shift[n] / scale
        if not t >= 0.0:
            return t, np.inf, step, walks
    return t, np.inf, 12, walks


def _direct(tree, block, room, x, t, scale, border, tangent):
    """Write the unit tangent at the point walked last; return the pace of its strategy and the walks taken."""
    rows = tree.active_row
    n = rows.size
    room.rights[:] = 0.0
    room.rights[n] = 1.0
    tangent[:] = border
    for r in range(n):
        room.point[rows[r]] = x[r]
    walks = _solve_bordered(
        tree, block, room, room.point, t, scale, border, room.rights, tangent, 1e-4, True
    )
    tangent /= math.sqrt(np.sum(tangent * tangent))
    _apply(tree, block, room, room.point, t, scale, border, tangent, room.shift)
    speed = 1e-300
    for a in range(room.d_sigma.size):
        speed = max(speed, abs(room.d_sigma[a]))
    return speed, walks + 1


def _trace_branch(tree, block, room, x, t, stops, tight, most_steps, most_walks, answers, notes):
    """Trace the branch from ``x`` ``(n,)`` at ``t`` through the rising ``stops`` in t.

    Writes the point at each stop to ``answers`` ``(S, n)`` and turns, walks and the last change of the strategy to
    ``notes`` ``(S, 3)``, the change infinite for stops that are not reached.
    """
    rows = tree.active_row
    n = rows.size
    scale = math.sqrt(n)
    border = np.zeros(n + 1)
    border[n] = 1.0
    plumb = np.zeros(n + 1)
    plumb[n] = 1.0
    tangent = np.zeros(n + 1)
    fresh = np.zeros(n + 1)
    trial = np.zeros(n)
    notes[:, 2] = np.inf
    turns = 0
    stop = 0
    delta = 0.03
    t, moved, _, walks = _correct(tree, block, room, x, t, scale, plumb, 1e-9, 1.0)
    if moved == np.inf:
        return
    if t == 0.0:
        # every point chooses alike here; take the payoffs of that choice
        for r in range(n):
            x[r] = block.out[rows[r]]
    while stop < stops.size and stops[stop] <= t:
        answers[stop, :] = x
        notes[stop, 1] = walks
        notes[stop, 2] = moved
        stop += 1
    if stop == stops.size:
        return
    speed, more = _direct(tree, block, room, x, t, scale, border, tangent)
    walks += more
    pitch = abs(tangent[n])
    for _ in range(most_steps):
        if walks > most_walks:
            break
        length = delta / speed
        pace = abs(tangent[n]) / scale
        if pace > 0.0:
            length = min(length, (0.3 * t + 0.01) / pace)
        for r in range(n):
            trial[r] = x[r] + length * tangent[r]
        there = t + length * tangent[n] / scale
        moved = np.inf
        newton = 0
        if there >= 0.0:
            there, moved, newton, more = _correct(
                tree, block, room, trial, there, scale, tangent, 1e-6, max(0.5 * delta, 0.01)
            )
            walks += more
        if moved < np.inf:
            quick, more = _direct(tree, block, room, trial, there, scale, tangent, fresh)
            walks += more
            cosine = 0.0
            for r in range(n + 1):
                cosine += fresh[r] * tangent[r]
            # where curves cross, t alone tells them apart: its share of the step must not fall at once
            steady = fresh[n] * tangent[n] > 0.0 and abs(fresh[n]) >= abs(tangent[n])
            if cosine < _STRAIGHT or not (
                steady or abs(fresh[n] - tangent[n]) <= max(0.5 * pitch, 0.005)
            ):
                moved = np.inf
        if moved == np.inf:
            delta *= 0.4
            if delta < 1e-7:
                break
            continue
        delta *= 1.5 if newton <= 3 else (1.0 if newton <= 4 else 0.7)
        delta = min(delta, 0.2)
        before = t
        room.last[:] = x
        x[:] = trial
        t = there
        # the highest t on the way: behind a fold it lies above both ends
        peak = max(before, t)
        rise = tangent[n] / scale
        bend = (tangent[n] - fresh[n]) / scale / length
        if tangent[n] > 0.0 > fresh[n]:
            peak = max(peak, before + 0.5 * rise * rise / bend)
        while stop < stops.size and before < stops[stop] <= peak:
            if stops[stop] <= t:
                share = (stops[stop] - before) / (t - before)
                for r in range(n):
                    trial[r] = room.last[r] + share * (x[r] - room.last[r])
            else:
                root = math.sqrt(max(rise * rise - 2.0 * bend * (stops[stop] - before), 0.0))
                for r in range(n):
                    trial[r] = room.last[r] + (rise - root) / bend * tangent[r]
            _, moved, _, more = _correct(
                tree, block, room, trial, stops[stop], scale, plumb, tight, 0.5
            )
            walks += more
            if moved == np.inf and stops[stop] > t:
                break  # the fold is lower than it looked; the branch comes here later
            answers[stop, :] = trial
            notes[stop, 0] = turns + (1 if tangent[n] < 0.0 < fresh[n] else 0)
            notes[stop, 1] = walks
            notes[stop, 2] = moved
            stop += 1
        if stop == stops.size:
            break
        if tangent[n] * fresh[n] < 0.0:
            turns += 1
        tangent[:] = fresh
        speed = quick
        pitch = max(abs(tangent[n]), 0.8 * pitch)
    notes[stop:, 1] = walks
    notes[stop:, 0] = turns


walk_differential = numba.njit(**_OPTIONS)(_walk_differential)
_apply = numba.njit(**_OPTIONS)(_apply)
_solve_bordered = numba.njit(**_OPTIONS)(_solve_bordered)
_direct = numba.njit(**_OPTIONS)(_direct)
_correct = numba.njit(**_OPTIONS)(_correct)
trace_branch = numba.njit(**_OPTIONS)(_trace_branch)
