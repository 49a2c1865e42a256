# mypy: disable-error-code="no-untyped-def,no-untyped-call"
# ruff: noqa: ANN001, ANN202, C901, PLR0912, PLR0915  (see detente.game.kernels.logit)
"""Compiled tracing of one draw's principal branch by pseudo-arclength continuation, for branches that turn.

The unknowns are the payoffs ``x`` of the actions of active sets, in units of the mover's rationality, and the share
``t`` of the way. Points of the branch are zeros of ``x - G(x, t)``, where ``G`` is one Gauss-Seidel walk
(:mod:`detente.game.kernels.logit`); its derivative is applied by a walk of differentials, never formed. Each step predicts
along the tangent and corrects by Newton's method with GMRES on the bordered system, which stays regular where the
branch turns back in ``t``.
"""

import math
from typing import Any

import numba
import numpy as np

from detente.game.kernels.branch_algebra import decompose, solve_bordered
from detente.game.kernels.logit import walk

__all__ = [
    "BACK",
    "BEFORE",
    "MEMO",
    "PAUSED",
    "PEAK",
    "POINTS",
    "STOPS",
    "TOP",
    "WALKS",
    "T",
    "trace_branch",
]

# compiled code is kept by the line of its function and names the class LayoutArrays: see there
_OPTIONS: dict[str, Any] = {
    "nogil": True,
    "cache": True,
    "error_model": "numpy",
    "boundscheck": False,
}

# the least cosine between the tangents of two neighbouring points, and the angle that steps are sized for
_STRAIGHT, _AIM = 0.98, 0.17
_TESTED_STRAIGHT, _TESTED_AIM = 0.85, 0.4  # where the orientation is tested
# a chord leaves the tangent by half the angle that the tangent turns by: its largest square over that of the step
_CHORD = 1.15
# up to so many unknowns systems are solved by factors in place of GMRES
_DIRECT = 12
# a step that moves no probability by more takes what it meets for a crossing of curves
_CROSSING = 1e-6
# of t in the length of a curve: at more the angle between tangents would not show where probabilities turn
_WEIGHT = 0.01


def _correct(
    tree, block, room, x, t, scale, border, goal, most_first, tangent, aim, direct
):  # fmt: skip
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
            for p in range(tree.n_players):
                block.lam[p] = t * room.weight[p]
            # never exact; the constant False would compile a second walk, since numba types constants by value
            walk(tree, block, room.point, step < 0, room.change)
            walks += 1
            moved = room.change[0]
            # errors of rare choices do not show in probabilities, yet they are the beliefs behind them
            gap = moved
            for r in range(n):
                rate = t * room.weight[tree.active_player[r]]
                if tree.menu.active_list.size > 0 and tree.menu.active_list[r] >= 0:
                    which = tree.menu.scale_row[tree.menu.active_list[r]]
                    rate *= block.numbers.sharpness[which]
                rate = max(rate, 1.0)
                gap = max(gap, rate * abs(block.out[rows[r]] - x[r]))
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
        walks += solve_bordered(
            tree, block, room, room.point, t, scale, border, room.rights, answer,
            1e-4 if found else 1e-3, found, direct,
        )  # fmt: skip
        if found:
            norm = 0.0
            for r in range(n + 1):
                norm += tangent[r] * tangent[r]
            norm = math.sqrt(norm)
            for r in range(n + 1):
                tangent[r] /= norm
            pace = 1e-300
            for a in range(tree.menu.n_actions):
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


_START, _STEP, _STOP = 0, 1, 2
_STEPS = 100_000
# places in the memory of a tracing that pauses
T, PAUSED, BEFORE, PEAK, STOPS, WALKS, BACK, TOP, POINTS, MEMO = 0, 1, 2, 10, 11, 12, 13, 14, 15, 16


def _pace_of(n, t):
    """Return the weight of t in the length of a curve."""
    return _WEIGHT * math.sqrt(n) / (1.0 + t)


def _trace_branch(
    tree, block, room, x, tangent, memo, stops, tight, most_turns, most_walks, answers, notes, path
):  # fmt: skip
    """Trace the branch from ``x`` ``(n,)`` at ``memo[T]`` through the rising ``stops`` in t.

    Writes the point at each stop to ``answers`` ``(S, n)`` and turns, walks and the last change of the strategy to
    ``notes`` ``(S, 3)``, the change infinite for stops that are not reached.

    The points on the way go to ``path`` ``(L, n + 1)``, x and then t, as far as there is room; ``memo[POINTS]`` counts them.

    ``memo`` ``(MEMO,)`` begins as zeros but for t, and for ``memo[BACK]`` 1 if t is to fall at first. ``memo[TOP]`` is the
    largest t on the way. Behind ``most_turns`` turns the tracing pauses: ``memo[PAUSED]`` is 1,
    ``x`` and ``tangent`` are where it stands, ``room.last`` and ``memo[BEFORE]`` the point before the turn and
    ``memo[PEAK]`` the t of the turn; called again with what it left and the stops that are left it goes on. Turns and
    walks are counted in each call.
    """
    n = tree.active_row.size
    t = memo[T]
    plumb = np.zeros(n + 1)
    plumb[n] = 1.0
    fresh = np.zeros(n + 1)
    trial = x.copy()
    notes[:, 2] = np.inf
    turns, stop, walks, steps, wary, firm = 0, 0, 0, 0, 0, 0
    tested = room.square.shape[0] == n + 1
    delta, speed, quick, pitch, length, side = 0.03, 1.0, 1.0, 1.0, 0.0, 0.0
    before, earlier = t, side
    if memo[PAUSED] == 1.0:
        mode, scale = _STEP, memo[3]
        delta, speed, pitch, side = memo[4], memo[5], memo[6], memo[7]
        before, earlier, length, quick = memo[BEFORE], side, memo[8], memo[9]
    else:
        mode, scale = _START, _pace_of(n, t)
        for r in range(n + 1):
            tangent[r] = plumb[r]
            room.bend[r] = 0.0
    memo[PAUSED], memo[STOPS] = 0.0, 0.0
    while stop < stops.size and steps < _STEPS and walks <= most_walks:
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
            if wary > 0:
                # next to a crossing an error across the curve would grow to a step aside
                goal = 1e-12
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
                tested and (n <= _DIRECT or firm > 0),
            )
            walks += more
            if moved == np.inf and newton > 2:
                firm = 20
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
            if memo[BACK] == 1.0:
                for r in range(n + 1):
                    fresh[r] = -fresh[r]
            for r in range(n + 1):
                tangent[r] = fresh[r]
            speed, pitch = pace, abs(tangent[n])
            side = decompose(tree, block, room, room.point, t, scale, fresh) if tested else 0.0
            mode = _STEP
            continue
        if mode == _STEP:
            factor, earlier = 0.4, side
            if moved < np.inf:
                cosine = 0.0
                for r in range(n + 1):
                    cosine += fresh[r] * tangent[r]
                # a chord leaves the tangent by half the angle that the tangent turns by
                chord = (scale * (there - t)) ** 2
                for r in range(n):
                    chord += (trial[r] - x[r]) ** 2
                # where curves cross, t alone tells them apart: its share of the step must not fall at once
                steady = fresh[n] * tangent[n] > 0.0 and abs(fresh[n]) >= abs(tangent[n])
                steady = steady or abs(fresh[n] - tangent[n]) <= max(0.5 * pitch, 0.005)
                angle = math.acos(min(max(cosine, -1.0), 1.0))
                factor = (
                    2.0 if newton <= 2 else (1.5 if newton <= 3 else (1.0 if newton <= 4 else 0.7))
                )
                aim = _AIM if side == 0.0 else _TESTED_AIM
                factor = max(min(factor, aim / max(angle, 1e-9)), 0.2)
                least = _STRAIGHT if side == 0.0 else _TESTED_STRAIGHT
                if cosine < least or not steady or chord > _CHORD * length * length:
                    moved = np.inf
                elif n <= room.always[0] or cosine < 0.95 or fresh[n] * tangent[n] <= 0.0:
                    turned = 0.0
                    if tested:
                        turned = decompose(tree, block, room, room.point, there, scale, fresh)
                    if turned != side and length * speed > _CROSSING:
                        moved = np.inf
                        wary = 10
                    else:
                        side = turned
            if moved == np.inf:
                delta = length * speed * min(factor, 0.4)
                if delta < 1e-8 and length * abs(tangent[n]) < 1e-8 * scale * (1.0 + t):
                    break
                continue
            for r in range(n + 1):
                room.bend[r] = (fresh[r] - tangent[r]) / length
            delta = min(length * pace * factor, 0.2)
            before = t
            wary -= 1
            firm -= 1
            for r in range(n):
                room.last[r] = x[r]
                x[r] = trial[r]
            t = there
            quick = pace
            memo[TOP] = max(memo[TOP], t)
            passed = int(memo[POINTS])
            if passed < path.shape[0]:
                for r in range(n):
                    path[passed, r] = x[r]
                path[passed, n] = t
            memo[POINTS] = passed + 1
        elif moved == np.inf and stops[stop] <= t:
            # too far from both points: go back and come nearer
            for r in range(n):
                x[r] = room.last[r]
            t, side, mode = before, earlier, _STEP
            memo[POINTS] -= 1
            delta = 0.3 * length * speed
            if delta < 1e-8 and length * abs(tangent[n]) < 1e-8 * scale * (1.0 + t):
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
        # lengths are measured anew from here, so that steps keep their measure as t grows
        ratio = _pace_of(n, t) / scale
        scale *= ratio
        norm = 0.0
        tangent[n] *= ratio
        for r in range(n + 1):
            norm += tangent[r] * tangent[r]
        norm = math.sqrt(norm)
        for r in range(n + 1):
            tangent[r] /= norm
            room.bend[r] /= norm * norm
        room.bend[n] *= ratio
        speed = quick / norm
        pitch = max(abs(tangent[n]), 0.8 * pitch * ratio / norm)
        mode = _STEP
        if turns >= most_turns:
            memo[PAUSED], memo[T], memo[BEFORE], memo[PEAK] = 1.0, t, before, peak
            memo[3], memo[4], memo[5], memo[6], memo[7] = scale, delta, speed, pitch, side
            memo[8], memo[9] = length, quick
            break
    memo[STOPS], memo[WALKS] = stop, walks
    notes[stop:, 1] = walks
    notes[stop:, 0] = turns


_correct = numba.njit(inline="always", **_OPTIONS)(_correct)
_pace_of = numba.njit(**_OPTIONS)(_pace_of)
_cubic = numba.njit(**_OPTIONS)(_cubic)
trace_branch = numba.njit(**_OPTIONS)(_trace_branch)
