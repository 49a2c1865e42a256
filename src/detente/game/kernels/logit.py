# mypy: disable-error-code="no-untyped-def,no-untyped-call,call-arg,var-annotated"
# ruff: noqa: ANN001, ANN202, C901, PLR0912, PLR0915, PLR1714  (numba infers types; a kernel is one piece on purpose)
"""Compiled kernels of the solver. Importing this module loads numba, so other modules import it inside functions.

Every kernel serves blocks of eight draws (arrays ``(rows, 8)``) and single draws (arrays ``(rows,)``) from one source;
see :mod:`detente.game.kernels._lanes`. Reach probabilities are kept as logarithms: beliefs at information sets that are hardly
ever reached are their exact limits, and nothing underflows at any rationality.

Symbols: ``v`` the payoff that a set's mover expects from each action (the unknown), ``lam`` each player's rationality.
"""

import math
from typing import Any, NamedTuple

import numba
import numpy as np

from detente.game.kernels._lanes import LANES, absolute, exp, fma, load, maximum, same, store
from detente.game.kernels._pieces import at, average, expect, largest_gap, soften
from detente.game.kernels.choosing import choose, has_terms

__all__ = ["HISTORY", "LANES", "Block", "LayoutArrays", "solve_block", "walk"]

_OPTIONS: dict[str, Any] = {
    "nogil": True,
    "cache": True,
    "error_model": "numpy",
    "boundscheck": False,
}


class LayoutArrays(NamedTuple):
    """The arrays of a layout, ``menu`` as :class:`~detente.game.kernels.choosing.MenuArrays`.

    ``own_odds`` ``(P,)`` is how many rows of chance each player's own odds come after the analysts', and empty where nobody
    has any.

    Compiled code that is kept on disk names this class and is found by the line of its function: who renames the class
    must move the functions that take it by a line, or an older copy of the code is read and fails.
    """

    n_players: Any
    piece: Any
    cell: Any
    above: Any
    split_start: Any
    split_node: Any
    active_row: Any
    active_player: Any
    menu: Any
    own_odds: Any


class Block(NamedTuple):
    """The payoffs of a block and the room to walk in.

    ``value`` holds payoffs of inner nodes and then of payoff classes, player by player; ``chance`` the odds of the analysts
    and then those of players who have their own; ``tilt`` how much likelier, as a logarithm, the mover of each inner node
    holds it than the analysts do, with no row where nobody has odds of its own; ``numbers`` those of menus. ``share_in`` and
    ``share`` are ``sigma_in`` and ``sigma`` by entry of menus. The rest is scratch, except what :func:`walk` says it leaves
    there.
    """

    lam: Any
    chance: Any
    log_chance: Any
    value: Any
    reach: Any
    belief: Any
    sigma_in: Any
    sigma: Any
    out: Any
    tilt: Any
    numbers: Any
    share_in: Any
    share: Any


_FIELDS = 8
"""Entries of a piece in ``LayoutArrays.piece``."""


def _walk_down(
    piece, above, menu, numbers, v, lam, log_chance, tilt, reach, sigma_in, share_in, log_sigma, exact
):  # fmt: skip
    """Write log reach probabilities under softmax(lam * v).

    They need not leave out the mover's own moves, nor moves that nobody below has a belief about: those are the same
    before all nodes of a set, so beliefs, which are relative within the set, do not feel them. Odds of its own are the
    mover's: they come in when everything below is written.
    """
    of_piece, n_actions = menu.of_piece, menu.n_actions
    nested = has_terms(menu) and of_piece.size > 0
    menus = (
        menu.first_list, menu.first_entry, menu.opened_by, menu.row, menu.share_row, menu.scale_row
    )  # fmt: skip
    numbers = (
        numbers.log_share, numbers.scale, numbers.sharpness,
        numbers.worth, numbers.log_odds,
    )  # fmt: skip
    for k in range(0, piece.size, _FIELDS):
        i = at(piece, k)
        if i >= 0 and at(piece, k + 6) <= 1 and (exact or at(piece, k + 7) != 0):
            j = at(of_piece, k // _FIELDS) if nested else -1
            if j >= 0:
                choose(n_actions, menus, numbers, v, sigma_in, log_sigma, share_in, 1, lam, i, j)
                continue
            soften(v, sigma_in, log_sigma, at(piece, k + 1), load(lam, i), at(piece, k + 2))
    store(reach, 0, same(v, 0.0))
    for h in range(1, above.shape[0]):
        row = at(above, 2 * h + 1)
        before = load(reach, at(above, 2 * h))
        if row >= 0:
            before = before + load(log_sigma, row)
        elif row < -1:
            before = before + load(log_chance, -2 - row)
        store(reach, h, before)
    if has_terms(menu):
        for h in range(tilt.shape[0]):
            store(reach, h, load(reach, h) + load(tilt, h))


def _average_own(value, n_players, low, high, chance, row, n_act, cell, first, own_odds):
    """Write payoffs at the nodes of a chance event where players weigh by odds of their own."""
    for h in range(low, high):
        start = first + (h - low) * n_act
        for p in range(n_players):
            total = same(value, 0.0)
            for a in range(n_act):
                odds = load(chance, at(own_odds, p) + row + a)
                total = fma(odds, load(value, at(cell, start + a) * n_players + p), total)
            store(value, h * n_players + p, total)


def _walk_up(
    n_players, piece, cell, split_start, split_node, menu, own_odds, numbers,
    v, lam, chance, value, reach, belief, sigma_in, share_in, sigma, share, out, exact,
):  # fmt: skip
    """Write values, the payoffs of actions and the choices that follow; return the largest change."""
    for s in range(split_start.shape[0] - 1):
        top = load(reach, split_node[split_start[s]])
        for j in range(split_start[s] + 1, split_start[s + 1]):
            top = maximum(top, load(reach, split_node[j]))
        total = same(v, 0.0)
        for j in range(split_start[s], split_start[s + 1]):
            weight = exp(load(reach, split_node[j]) - top)
            store(belief, split_node[j], weight)
            total = total + weight
        for j in range(split_start[s], split_start[s + 1]):
            store(belief, split_node[j], load(belief, split_node[j]) / total)
    of_piece, first_list, first_entry = menu.of_piece, menu.first_list, menu.first_entry
    n_actions = menu.n_actions
    nested = has_terms(menu) and of_piece.size > 0
    menus = (first_list, first_entry, menu.opened_by, menu.row, menu.share_row, menu.scale_row)
    numbers = (
        numbers.log_share, numbers.scale, numbers.sharpness,
        numbers.worth, numbers.log_odds,
    )  # fmt: skip
    shares_kept = 1 if share.shape[0] == share_in.shape[0] else 0
    worst, one = same(v, 0.0), same(v, 1.0)
    for k in range(piece.size - _FIELDS, -1, -_FIELDS):
        i, row, n_act = at(piece, k), at(piece, k + 1), at(piece, k + 2)
        lo, hi, first, kind = at(piece, k + 3), at(piece, k + 4), at(piece, k + 5), at(piece, k + 6)
        if i < 0:
            if has_terms(menu) and own_odds.size > 0:
                average_own(value, n_players, lo, hi, chance, row, n_act, cell, first, own_odds)
            else:
                average(value, n_players, lo, hi, chance, row, n_act, cell, first)
            continue
        if kind == 0:
            soften(reach, belief, None, lo, one, hi - lo)
        fresh = kind == 0 or kind == 3
        expect(out, row, n_act, belief, lo, hi - lo, value, n_players, i, cell, first, fresh)
        if kind <= 1:
            j = at(of_piece, k // _FIELDS) if nested else -1
            if j >= 0:
                choose(n_actions, menus, numbers, out, sigma, None, share, shares_kept, lam, i, j)
                if at(piece, k + 7) != 0 or exact:
                    # within each list: probabilities of options in a rare nest would hide their odds
                    low = at(first_entry, at(first_list, j))
                    count = at(first_entry, at(first_list, j + 1)) - low
                    worst = largest_gap(worst, share, share_in, low * shares_kept, low, count)
            else:
                soften(out, sigma, None, row, load(lam, i), n_act)
                if at(piece, k + 7) != 0 or exact:
                    worst = largest_gap(worst, sigma, sigma_in, row, row, n_act)
        if kind == 0 and not exact:
            average(value, n_players, lo, hi, sigma, row, n_act, cell, first)
        else:
            average(value, n_players, lo, hi, sigma_in, row, n_act, cell, first)
    return worst


def _walk(tree, block, v, exact, change):
    """Walk down with the strategy softmax(lam * v) and up with the choices that follow from the beliefs.

    Leaves in ``block.out`` the payoff of each action, in ``block.sigma`` softmax(lam * out), in ``block.sigma_in``
    softmax(lam * v) for active sets, and in ``change[0]`` the largest difference of the two, within lists where a set has a
    menu; for softmax read the response from the menu there. With ``exact`` values are
    those of softmax(lam * v) itself, everywhere, so ``change`` is the residual of the logit equilibrium; without it
    each set above already meets the new choices below (Gauss-Seidel), which leaves only the sets that bear on beliefs
    to iterate on.
    """
    _walk_down(
        tree.piece, tree.above, tree.menu, block.numbers, v, block.lam, block.log_chance, block.tilt,
        block.reach, block.sigma_in, block.share_in, block.out, exact,
    )  # fmt: skip
    worst = _walk_up(
        tree.n_players, tree.piece, tree.cell, tree.split_start, tree.split_node, tree.menu,
        tree.own_odds, block.numbers,
        v, block.lam, block.chance, block.value, block.reach, block.belief,
        block.sigma_in, block.share_in, block.sigma, block.share, block.out, exact,
    )  # fmt: skip
    store(change, 0, worst)


# inlined: a function that is called at one place need not be compiled on its own and then again with its caller
average_own = numba.njit(**_OPTIONS)(_average_own)
_walk_down = numba.njit(inline="always", **_OPTIONS)(_walk_down)
_walk_up = numba.njit(inline="always", **_OPTIONS)(_walk_up)
walk = numba.njit(**_OPTIONS)(_walk)


HISTORY = 4
_LOOSE = 1e-4
# errors in log-odds that pass where the probabilities agree: they are the beliefs behind choices that are hardly made
_ODDS = 1e2
_MAX_FIRST = 0.4
_MAX_TOTAL = 1.5
_MAX_STAGE = 40
# a step whose corrections add up to much more than the first of them may have crossed over to another part of a branch
_MAX_DRIFT = 3.0
_FREE_DRIFT = 0.05
_MIN_STEP = 1e-3

_RUNNING, _CONVERGED, _STALLED = 0, 1, 2


def _mix(products, rights, newest, ages, weights):
    """Solve one draw's least-squares problem of Anderson acceleration on its newest columns, in place.

    ``products`` ``(m, m)`` are inner products of residual differences, ``rights`` ``(m,)`` those with the residual;
    ``ages`` columns count, from ``newest`` backwards in the ring. A column that the newer ones explain is left out.
    """
    m = weights.size
    factor = np.zeros((m, m))
    solved = np.zeros(m)
    kept = np.zeros(m, dtype=np.int64)
    count = 0
    for age in range(ages):
        column = (newest - age) % m
        for j in range(count):
            total = products[kept[j], column]
            for q in range(j):
                total -= factor[j, q] * factor[count, q]
            factor[count, j] = total / factor[j, j]
        pivot = products[column, column]
        for q in range(count):
            pivot -= factor[count, q] * factor[count, q]
        if pivot <= 1e-14 * products[column, column]:
            continue
        factor[count, count] = math.sqrt(pivot)
        total = rights[column]
        for q in range(count):
            total -= factor[count, q] * solved[q]
        solved[count] = total / factor[count, count]
        kept[count] = column
        count += 1
    weights[:] = 0.0
    for j in range(count - 1, -1, -1):
        total = solved[j]
        for q in range(j + 1, count):
            total -= factor[q, j] * weights[kept[q]]
        weights[kept[j]] = total / factor[j, j]


def _solve_block(
    tree, block, rho, weight, start_step, warm, tight, tolerance, max_iterations,
    v, kept, bends, moves, state,
):  # fmt: skip
    """Continue a block of draws from rationality 0 to ``rho`` by accelerated fixed-point iteration.

    With ``warm`` the iteration first tries ``rho`` itself from the point in ``v``, and starts over from 0 if that is
    not close to an answer. ``weight`` ``(P, 8)`` makes residuals of different players comparable.

    Each draw has its own steps and stops when it is done; it does not see its neighbours. Afterwards ``v`` holds the
    payoffs of actions at the answers (or at the last point accepted), and ``state`` per draw the share of the way
    gone, iterations and status.

    Per active row, ``kept`` ``(4 * rows, 8)`` holds the last accepted point, the one before it, the last image and the
    last residual; ``bends`` and ``moves`` ``(HISTORY * rows, 8)`` hold differences of residuals and of images.
    ``start_step`` is ``(8,)`` and ``state`` ``(3, 8)``.
    """
    rows = tree.active_row
    n = rows.size
    m = HISTORY
    change = np.zeros((1, LANES))
    goal = np.zeros(LANES)  # t at which the current stage ends
    here = np.zeros(LANES)  # t of the last accepted point
    before = np.zeros(LANES)  # t of the one before
    step = start_step.copy()
    stage = np.zeros(LANES, dtype=np.int64)
    columns = np.zeros(LANES, dtype=np.int64)
    first = np.zeros(LANES)
    total = np.zeros(LANES)
    status = np.zeros(LANES, dtype=np.int64)
    iterations = np.zeros(LANES, dtype=np.int64)
    accepted = np.zeros(LANES, dtype=np.int64)
    products = np.zeros((LANES, m, m))
    rights = np.zeros((LANES, m))
    weights = np.zeros((LANES, m))
    dots = np.zeros((2 * m + 1, LANES))
    # blending coefficients of the next point: image, last point, point before, differences of images
    blend = np.zeros((4 + m, LANES))
    for r in range(4 * n):
        store(kept, r, same(v, 0.0))
    for r in range(m * n):
        store(bends, r, same(v, 0.0))
        store(moves, r, same(v, 0.0))
    newest = 0
    if warm or n == 0:
        goal[:] = 1.0
    else:
        for r in range(n):
            store(v, rows[r], same(v, 0.0))
    running = LANES
    while running > 0:
        for p in range(tree.n_players):
            for d in range(LANES):
                block.lam[p, d] = rho[p, d] * goal[d]
        walk(tree, block, v, False, change)
        newest = (newest + 1) % m
        d0, d1, d2, d3 = same(v, 0.0), same(v, 0.0), same(v, 0.0), same(v, 0.0)
        e0, e1, e2, e3 = same(v, 0.0), same(v, 0.0), same(v, 0.0), same(v, 0.0)
        gap = same(v, 0.0)
        for r in range(n):
            image = load(block.out, rows[r])
            residual = image - load(v, rows[r])
            fresh = residual - load(kept, 4 * r + 3)
            store(bends, m * r + newest, fresh)
            store(moves, m * r + newest, image - load(kept, 4 * r + 2))
            store(kept, 4 * r + 2, image)
            store(kept, 4 * r + 3, residual)
            gap = maximum(gap, absolute(residual) * load(block.lam, tree.active_player[r]))
            scale = load(weight, tree.active_player[r])
            fresh = fresh * scale
            residual = residual * scale
            bend = load(bends, m * r)
            d0, e0 = fma(bend, fresh, d0), fma(bend, residual, e0)
            bend = load(bends, m * r + 1)
            d1, e1 = fma(bend, fresh, d1), fma(bend, residual, e1)
            bend = load(bends, m * r + 2)
            d2, e2 = fma(bend, fresh, d2), fma(bend, residual, e2)
            bend = load(bends, m * r + 3)
            d3, e3 = fma(bend, fresh, d3), fma(bend, residual, e3)
        if has_terms(tree.menu):
            for r in range(tree.menu.active_list.size):
                k = at(tree.menu.active_list, r)
                if k >= 0:
                    # log-odds within a list of scale t move by lambda / t
                    sharp = load(block.numbers.sharpness, at(tree.menu.scale_row, k))
                    rate = load(block.lam, tree.active_player[r]) * sharp
                    gap = maximum(gap, absolute(load(kept, 4 * r + 3)) * rate)
        store(dots, 2 * m, gap)
        store(dots, 0, d0)
        store(dots, 1, d1)
        store(dots, 2, d2)
        store(dots, 3, d3)
        store(dots, 4, e0)
        store(dots, 5, e1)
        store(dots, 6, e2)
        store(dots, 7, e3)
        running = 0
        accepting = False
        blend[:] = 0.0
        for d in range(LANES):
            if status[d] != _RUNNING:
                blend[1, d] = 1.0
                continue
            iterations[d] += 1
            stage[d] += 1
            for j in range(m):
                products[d, newest, j] = dots[j, d]
                products[d, j, newest] = dots[j, d]
                rights[d, j] = dots[m + j, d]
            moved = change[0, d]
            if stage[d] == 1:
                first[d] = moved
                total[d] = 0.0
            else:
                columns[d] = min(columns[d] + 1, m)
            total[d] += moved
            final = goal[d] >= 1.0
            odds = dots[2 * m, d]
            near = moved <= _LOOSE
            if final:
                near = moved <= tight and odds <= _ODDS * tight
                late = stage[d] >= _MAX_STAGE and moved <= tolerance
                near = near or (late and odds <= _ODDS * tolerance)
            smooth = n == 0 or (
                first[d] <= _MAX_FIRST
                and total[d] <= _MAX_TOTAL
                and (accepted[d] == 0 or total[d] <= _MAX_DRIFT * first[d] + _FREE_DRIFT)
            )
            if near and smooth:
                # accept the point and step on
                accepting = True
                blend[3, d] = 1.0
                before[d] = here[d]
                here[d] = goal[d]
                accepted[d] += 1
                if final:
                    status[d] = _CONVERGED
                    blend[0, d] = 1.0
                    continue
                if accepted[d] > 1:
                    if first[d] < 0.08:
                        step[d] *= 3.0
                    elif first[d] < 0.2:
                        step[d] *= 1.7
                    elif first[d] > 0.3:
                        step[d] *= 0.7
            elif warm and accepted[d] == 0 and (not smooth or stage[d] >= _MAX_STAGE):
                goal[d] = 0.0
                stage[d] = 0
                columns[d] = 0
                running += 1
                continue
            elif (
                not smooth
                or not (moved < 2.0)
                or stage[d] >= _MAX_STAGE
                or iterations[d] >= max_iterations
            ):
                # too far, too slow: go back and take a shorter step
                step[d] *= 0.35
                if step[d] < _MIN_STEP or iterations[d] >= max_iterations:
                    status[d] = _STALLED
                    blend[1, d] = 1.0
                    continue
            else:
                _mix(products[d], rights[d], newest, columns[d], weights[d])
                blend[0, d] = 1.0
                for j in range(m):
                    blend[4 + j, d] = -weights[d, j]
                running += 1
                continue
            running += 1
            stage[d] = 0
            columns[d] = 0
            goal[d] = min(here[d] + step[d], 1.0)
            if goal[d] > 1.0 - 0.3 * step[d]:
                goal[d] = 1.0
            reach = 0.0
            if accepted[d] > 2:
                reach = (goal[d] - here[d]) / (here[d] - before[d])
            blend[1, d] = 1.0 + reach
            blend[2, d] = -reach
        take, keep = load(blend, 3), load(blend, 1)
        if accepting:
            for r in range(n):
                last, older = load(kept, 4 * r), load(kept, 4 * r + 1)
                image = load(kept, 4 * r + 2)
                store(kept, 4 * r, fma(take, image - last, last))
                store(kept, 4 * r + 1, fma(take, last - older, older))
        mix, back = load(blend, 0), load(blend, 2)
        w0, w1, w2, w3 = load(blend, 4), load(blend, 5), load(blend, 6), load(blend, 7)
        for r in range(n):
            point = mix * load(kept, 4 * r + 2)
            point = fma(keep, load(kept, 4 * r), point)
            point = fma(back, load(kept, 4 * r + 1), point)
            point = fma(w0, load(moves, m * r), point)
            point = fma(w1, load(moves, m * r + 1), point)
            point = fma(w2, load(moves, m * r + 2), point)
            point = fma(w3, load(moves, m * r + 3), point)
            store(v, rows[r], point)
    for d in range(LANES):
        state[0, d] = here[d]
        state[1, d] = iterations[d]
        state[2, d] = status[d]
    # the answer's active rows are the last accepted image; one more walk gives every row and the certificate
    for r in range(n):
        store(v, rows[r], load(kept, 4 * r))


_mix = numba.njit(inline="always", **_OPTIONS)(_mix)
solve_block = numba.njit(**_OPTIONS)(_solve_block)
