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

    With ``warm`` the solution is sought from ``answer`` and checked; otherwise it is sought from zero.
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


def _correct(tree, block, room, x, t, scale, border, goal, most_first, tangent, aim):
    """Correct ``x`` and ``t`` on the plane through them across ``border``; with ``aim`` write the unit tangent there.

    Return t, the last change of the strategy (infinite for a failure), Newton steps, walks, and the pace of the
    strategy along the tangent.
    """
    rows = tree.active_row
    n = rows.size
    walks = 0
    step = 0
    best = np.inf
    moved = np.inf
    found = False
    answer = room.shift
    while True:
        if not found:
            for r in range(n):
                room.point[rows[r]] = x[r]
            block.lam[:] = t
            # never exact; the constant False would compile a second walk, since numba types constants by value
            walk(tree, block, room.point, step < 0, room.change)
            walks += 1
            moved = room.change[0]
            failed = (step == 0 and moved > most_first) or (step >= 2 and not moved <= 2.0 * best)
            if failed or step == 12:
                return t, np.inf, step, walks, 0.0
            found = moved <= goal or (step >= 3 and moved <= 1e-10 and moved > 0.5 * best)
            best = min(best, moved)
        if found:
            if t == 0.0:
                # every point chooses alike here; take the payoffs of that choice
                for r in range(n):
                    x[r] = block.out[rows[r]]
                    room.point[rows[r]] = x[r]
            if not aim:
                return t, moved, step, walks, 0.0
            room.rights[:] = 0.0
            room.rights[n] = 1.0
            for r in range(n + 1):
                tangent[r] = border[r]
            answer = tangent
        else:
            for r in range(n):
                room.rights[r] = block.out[rows[r]] - x[r]
            room.rights[n] = 0.0
        walks += _solve_bordered(
            tree, block, room, room.point, t, scale, border, room.rights, answer,
            1e-4 if found else 1e-3, found,
        )  # fmt: skip
        if found:
            norm = 0.0
            for r in range(n + 1):
                norm += tangent[r] * tangent[r]
            norm = math.sqrt(norm)
            for r in range(n + 1):
                tangent[r] /= norm
            pace = 1e-300
            for a in range(room.d_sigma.size):
                pace = max(pace, abs(room.d_sigma[a]) / norm)
            return t, moved, step, walks, pace
        for r in range(n):
            x[r] += room.shift[r]
        t += room.shift[n] / scale
        step += 1
        if not t >= 0.0:
            return t, np.inf, step, walks, 0.0


_START, _STEP, _STOP = 0, 1, 2


def _trace_branch(tree, block, room, x, t, stops, tight, most_steps, most_walks, answers, notes):
    """Trace the branch from ``x`` ``(n,)`` at ``t`` through the rising ``stops`` in t.

    Writes the point at each stop to ``answers`` ``(S, n)`` and turns, walks and the last change of the strategy to
    ``notes`` ``(S, 3)``, the change infinite for stops that are not reached.
    """
    n = tree.active_row.size
    scale = math.sqrt(n)
    plumb = np.zeros(n + 1)
    plumb[n] = 1.0
    tangent = plumb.copy()
    fresh = np.zeros(n + 1)
    trial = x.copy()
    notes[:, 2] = np.inf
    turns, stop, walks, steps = 0, 0, 0, 0
    delta, speed, quick, pitch, length = 0.03, 1.0, 1.0, 1.0, 0.0
    before = t
    mode = _START
    while stop < stops.size and steps < most_steps and walks <= most_walks:
        there, goal, most_first, guide = t, 1e-9, 1.0, plumb
        if mode == _STEP:
            steps += 1
            length = delta / speed
            pace = abs(tangent[n]) / scale
            if pace > 0.0:
                length = min(length, (0.3 * t + 0.01) / pace)
            for r in range(n):
                trial[r] = x[r] + length * tangent[r]
            there = t + length * tangent[n] / scale
            goal, most_first, guide = 1e-6, max(0.5 * delta, 0.01), tangent
        elif mode == _STOP:
            there, goal, most_first = stops[stop], tight, 0.5
            rise = tangent[n] / scale
            bend = (tangent[n] - fresh[n]) / scale / length
            if there <= t:
                share = (there - before) / (t - before)
                for r in range(n):
                    trial[r] = room.last[r] + share * (x[r] - room.last[r])
            else:
                root = math.sqrt(max(rise * rise - 2.0 * bend * (there - before), 0.0))
                for r in range(n):
                    trial[r] = room.last[r] + (rise - root) / bend * tangent[r]
        moved, newton, pace = np.inf, 0, 0.0
        if there >= 0.0:
            there, moved, newton, more, pace = _correct(
                tree,
                block,
                room,
                trial,
                there,
                scale,
                guide,
                goal,
                most_first,
                fresh,
                mode != _STOP,
            )
            walks += more
        if mode == _START:
            if moved == np.inf:
                break
            for r in range(n):
                x[r] = trial[r]
            while stop < stops.size and stops[stop] <= t:
                for r in range(n):
                    answers[stop, r] = x[r]
                notes[stop, 1] = walks
                notes[stop, 2] = moved
                stop += 1
            for r in range(n + 1):
                tangent[r] = fresh[r]
            speed, pitch = pace, abs(tangent[n])
            mode = _STEP
            continue
        if mode == _STEP:
            if moved < np.inf:
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
            delta = min(delta * (1.5 if newton <= 3 else (1.0 if newton <= 4 else 0.7)), 0.2)
            before = t
            for r in range(n):
                room.last[r] = x[r]
                x[r] = trial[r]
            t = there
            quick = pace
        elif moved < np.inf or stops[stop] <= t:
            for r in range(n):
                answers[stop, r] = trial[r]
            notes[stop, 0] = turns + (1 if tangent[n] < 0.0 < fresh[n] else 0)
            notes[stop, 1] = walks
            notes[stop, 2] = moved
            stop += 1
        # the highest t on the way: behind a fold it lies above both ends
        peak = max(before, t)
        if tangent[n] > 0.0 > fresh[n]:
            peak = max(
                peak,
                before + 0.5 * tangent[n] * tangent[n] * length / (tangent[n] - fresh[n]) / scale,
            )
        late = mode == _STOP and moved == np.inf  # the fold was lower than it looked
        if not late and stop < stops.size and before < stops[stop] <= peak:
            mode = _STOP
            continue
        if tangent[n] * fresh[n] < 0.0:
            turns += 1
        for r in range(n + 1):
            tangent[r] = fresh[r]
        speed = quick
        pitch = max(abs(tangent[n]), 0.8 * pitch)
        mode = _STEP
    notes[stop:, 1] = walks
    notes[stop:, 0] = turns


walk_differential = numba.njit(**_OPTIONS)(_walk_differential)
_apply = numba.njit(inline="always", **_OPTIONS)(_apply)
_solve_bordered = numba.njit(inline="always", **_OPTIONS)(_solve_bordered)
_correct = numba.njit(inline="always", **_OPTIONS)(_correct)
trace_branch = numba.njit(**_OPTIONS)(_trace_branch)
