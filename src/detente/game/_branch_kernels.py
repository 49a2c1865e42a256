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


# the least cosine between the tangents of two neighbouring points, and the angle that steps are sized for
_STRAIGHT, _AIM = 0.98, 0.17
_TESTED_STRAIGHT, _TESTED_AIM = 0.85, 0.4  # where the orientation is tested
_CROSSING = (
    1e-6  # a step that moves no probability by more takes what it meets for a crossing of curves
)


class Room(NamedTuple):
    """Arrays to trace in: for walks, for walks of differentials and for GMRES.

    With ``A`` actions, ``n`` active ones and ``m`` basis vectors: ``point``, ``d_point``, ``d_log``, ``d_sigma`` and
    ``d_out`` are ``(A,)``; ``d_reach`` and ``d_value`` as the walk's; ``rights``, ``shift`` ``(n + 1,)``, ``last``
    ``(n,)``; ``bend`` ``(n + 1,)``; ``basis`` ``(m + 1, n + 1)``, ``hessenberg`` ``(m + 1, m)``, ``rotation`` ``(2, m)``,
    ``small`` ``(m + 1,)``. ``square`` is ``(n + 1, n + 1)`` where the orientation of steps is to be tested by
    determinants, and empty otherwise.
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
    bend: Any
    square: Any
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
            # errors of rare choices do not show in probabilities, yet they are the beliefs behind them
            gap = moved
            for r in range(n):
                gap = max(gap, t * abs(block.out[rows[r]] - x[r]))
            found = moved <= goal and gap <= 1e3 * goal
            found = found or (step >= 2 and moved <= 1e-6 and 0.5 * best < gap <= 1e-3)
            failed = (step == 0 and moved > most_first) or (step >= 2 and not gap <= 2.0 * best)
            if not found and (failed or step == 12):
                return t, np.inf, step, walks, 0.0
            best = min(best, gap)
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


def _cubic(start, end, slope, final, share):
    """Return the cubic with these ends and slopes at a share of the way."""
    rest = end - start
    return start + share * (
        slope + share * (3.0 * rest - 2.0 * slope - final + share * (slope + final - 2.0 * rest))
    )


def _orientation(tree, block, room, point, t, scale, tangent):
    """Return the sign of the determinant of the bordered derivative at the walked ``point``, 0 if it is not tested.

    Along a curve it does not change. It changes where a step passes from one curve to another one beside it, and
    where curves cross.
    """
    rows = tree.active_row
    n = rows.size
    square = room.square
    if square.shape[0] != n + 1:
        return 0.0
    for r in range(n):
        room.d_point[rows[r]] = 0.0
    for k in range(n + 1):
        if k < n:
            room.d_point[rows[k]] = 1.0
        walk_differential(
            tree.n_players, tree.piece, tree.cell, tree.split_start, tree.split_node,
            block.chance, block.value, block.belief, block.sigma_in, block.sigma, block.out, point, t,
            room.d_log, room.d_sigma, room.d_reach, room.d_value, room.d_out, room.d_point,
            0.0 if k < n else 1.0 / scale,
        )  # fmt: skip
        if k < n:
            room.d_point[rows[k]] = 0.0
        for r in range(n):
            square[r, k] = (1.0 if r == k else 0.0) - room.d_out[rows[r]]
        square[n, k] = tangent[k]
    sign = 1.0
    for k in range(n + 1):
        top = k
        for r in range(k + 1, n + 1):
            if abs(square[r, k]) > abs(square[top, k]):
                top = r
        if top != k:
            sign = -sign
            for c in range(k, n + 1):
                square[k, c], square[top, c] = square[top, c], square[k, c]
        pivot = square[k, k]
        if pivot < 0.0:
            sign = -sign
        if pivot != 0.0:
            for r in range(k + 1, n + 1):
                factor = square[r, k] / pivot
                for c in range(k + 1, n + 1):
                    square[r, c] -= factor * square[k, c]
    return sign


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
    delta, speed, quick, pitch, length, side = 0.03, 1.0, 1.0, 1.0, 0.0, 0.0
    before, earlier = t, side
    for r in range(n + 1):
        room.bend[r] = 0.0
    mode = _START
    while stop < stops.size and steps < most_steps and walks <= most_walks:
        there, goal, most_first, guide = t, 1e-9, 1.0, plumb
        if mode == _STEP:
            steps += 1
            length = delta / speed
            pace = abs(tangent[n]) / scale
            if pace > 0.0:
                length = min(length, (0.3 * t + 0.01) / pace)
            half = 0.5 * length * length
            for r in range(n):
                trial[r] = x[r] + length * tangent[r] + half * room.bend[r]
            there = t + (length * tangent[n] + half * room.bend[n]) / scale
            goal, most_first, guide = 1e-6, max(0.5 * delta, 0.01), tangent
        elif mode == _STOP:
            there, goal, most_first = stops[stop], tight, 0.5
            # where the cubic through both points and tangents first comes to the stop, or next to it
            first, last, gap = 0.0, 0.0, np.inf
            for k in range(1, 65):
                share = k / 64
                rest = there - _cubic(
                    before, t, length * tangent[n] / scale, length * fresh[n] / scale, share
                )
                if rest < gap:
                    gap, first, last = rest, share - 1 / 64, share
                if rest <= 0.0:
                    break
            if gap <= 0.0:
                for _ in range(40):
                    share = 0.5 * (first + last)
                    low = _cubic(
                        before, t, length * tangent[n] / scale, length * fresh[n] / scale, share
                    )
                    first, last = (share, last) if low < there else (first, share)
            for r in range(n):
                trial[r] = _cubic(room.last[r], x[r], length * tangent[r], length * fresh[r], last)
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
            side = _orientation(tree, block, room, room.point, t, scale, fresh)
            mode = _STEP
            continue
        if mode == _STEP:
            factor, earlier = 0.4, side
            if moved < np.inf:
                cosine = 0.0
                for r in range(n + 1):
                    cosine += fresh[r] * tangent[r]
                # where curves cross, t alone tells them apart: its share of the step must not fall at once
                steady = fresh[n] * tangent[n] > 0.0 and abs(fresh[n]) >= abs(tangent[n])
                steady = steady or abs(fresh[n] - tangent[n]) <= max(0.5 * pitch, 0.005)
                angle = math.acos(min(max(cosine, -1.0), 1.0))
                factor = (
                    2.0 if newton <= 2 else (1.5 if newton <= 3 else (1.0 if newton <= 4 else 0.7))
                )
                aim = _AIM if side == 0.0 else _TESTED_AIM
                factor = max(min(factor, aim / max(angle, 1e-9)), 0.2)
                if cosine < (_STRAIGHT if side == 0.0 else _TESTED_STRAIGHT) or not steady:
                    moved = np.inf
                elif cosine < 0.95 or fresh[n] * tangent[n] <= 0.0:
                    turned = _orientation(tree, block, room, room.point, there, scale, fresh)
                    if turned != side and length * speed > _CROSSING:
                        moved = np.inf
                    else:
                        side = turned
            if moved == np.inf:
                delta = length * speed * min(factor, 0.4)
                if delta < 1e-8:
                    break
                continue
            for r in range(n + 1):
                room.bend[r] = (fresh[r] - tangent[r]) / length
            delta = min(length * pace * factor, 0.2)
            before = t
            for r in range(n):
                room.last[r] = x[r]
                x[r] = trial[r]
            t = there
            quick = pace
        elif moved == np.inf and stops[stop] <= t:
            # too far from both points: go back and come nearer
            for r in range(n):
                x[r] = room.last[r]
            t, side, mode = before, earlier, _STEP
            delta = 0.3 * length * speed
            if delta < 1e-8:
                break
            continue
        elif moved < np.inf:
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
_cubic = numba.njit(**_OPTIONS)(_cubic)
_orientation = numba.njit(**_OPTIONS)(_orientation)
trace_branch = numba.njit(**_OPTIONS)(_trace_branch)
