"""Many draws of the trade elasticities at once: the losses of every region, draw by draw."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray
from detente.errors import ModelError
from detente.models.sanctions._trade_equations import (
    Linearisation,
    TradeSystem,
    gaps_at,
    largest_gap,
    linearise,
    make_system,
    price_step,
    share_between_threads,
    spend,
)
from detente.models.sanctions.trade_equilibrium import TOLERANCE, TradeResult, solve_trade
from detente.models.sanctions.trade_shocks import TradeShock
from detente.models.sanctions.trade_table import TradeEconomy

__all__ = ["TradeDraws", "solve_trade_draws"]

_CHUNK = 50
"""Draws solved together; their trade shares stay in the cache."""

_MEMORY = 6
"""Steps that the acceleration looks back on."""

_PATIENCE = 40
"""Iterations before a draw is handed to Newton's method."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeDraws:
    """Losses over draws of the elasticities.

    Attributes
    ----------
    regions
        Labels of ``N`` regions.
    real_income_change_pct
        Change of real income in percent, shape ``(D, N)``.
    residual
        Largest gap of prices, spending and factor incomes, shape ``(D,)``, recomputed from the answers; of the
        baseline or the shocked equilibrium, whichever is larger.
    iterations
        Passes over the equations, baseline and shock together, shape ``(D,)``.
    converged
        Whether the residual met the tolerance, shape ``(D,)``.
    """

    regions: tuple[str, ...]
    real_income_change_pct: FloatArray
    residual: FloatArray
    iterations: np.ndarray
    converged: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reference:
    """A solved equilibrium to start from, and the derivative there."""

    result: TradeResult
    line: Linearisation


def solve_trade_draws(
    economy: TradeEconomy,
    shocks: Sequence[TradeShock],
    *,
    trade_elasticity: ArrayLike,
    balanced: bool = True,
    tolerance: float = TOLERANCE * 10,
    threads: int = 1,
) -> TradeDraws:
    """Effect of a shock for many draws of the elasticities.

    A fixed Newton matrix, taken at the median draw, is applied to all draws together and accelerated by Anderson's
    method; draws that do not settle so are solved one by one. The answer for a draw does not depend on the others
    beyond the tolerance.

    Parameters
    ----------
    economy
        Shares of a table, deficits included.
    shocks
        The measures.
    trade_elasticity
        Draws of the elasticities, shape ``(D, J)``, or ``(D, 1)`` for one elasticity in all sectors; > 0.
    balanced
        Compare equilibria of balanced trade, each draw with its own baseline. Otherwise transfers stay.
    tolerance
        Largest gap, in logs.
    threads
        Threads that share the draws; the result does not depend on their number.

    Returns
    -------
    TradeDraws
        Losses and residuals; draws that did not converge are marked, not dropped.

    Raises
    ------
    ModelError
        ``input-invalid`` as :func:`solve_trade`, and for elasticities of the wrong shape.

    References
    ----------
    :cite:p:`caliendo2015` for the equations; :cite:p:`walker2011` for the acceleration.
    """
    theta = _read_draws(economy, trade_elasticity)
    start = economy
    if balanced:
        start = replace(economy, transfer=np.zeros_like(economy.transfer))
    middle = np.exp(np.median(np.log(theta), axis=0))
    cases: list[tuple[Sequence[TradeShock], _Reference]] = [
        (measures, _find_reference(start, measures, middle))
        for measures in ([(), shocks] if balanced and not economy.is_balanced else [shocks])
    ]
    chunks = [slice(at, at + _CHUNK) for at in range(0, len(theta), _CHUNK)]

    def work(chunk: slice) -> list[tuple[FloatArray, FloatArray, np.ndarray]]:
        return [
            _solve_chunk(start, measures, theta[chunk], reference, tolerance)
            for measures, reference in cases
        ]

    with ThreadPoolExecutor(max_workers=threads) as pool:
        solved = list(pool.map(work, chunks))
    real = [np.concatenate([part[case][0] for part in solved]) for case in range(len(cases))]
    residual = np.max(
        [np.concatenate([part[case][1] for part in solved]) for case in range(len(cases))], axis=0
    )
    iterations = np.sum(
        [np.concatenate([part[case][2] for part in solved]) for case in range(len(cases))], axis=0
    )
    ratio = real[-1] / real[0] if len(cases) > 1 else real[0]
    return TradeDraws(
        regions=economy.regions,
        real_income_change_pct=100.0 * (ratio - 1.0),
        residual=residual,
        iterations=iterations,
        converged=residual <= tolerance,
    )


def _read_draws(economy: TradeEconomy, given: ArrayLike) -> FloatArray:
    theta = np.asarray(given, dtype=np.float64)
    n_sectors = len(economy.sectors)
    if theta.ndim != 2 or theta.shape[1] not in {1, n_sectors} or not len(theta):
        message = f"trade_elasticity has the shape {theta.shape}"
        raise ModelError(
            message,
            code="input-invalid",
            at="trade_elasticity",
            fix=f"give draws x sectors: (n_draws, {n_sectors}) or (n_draws, 1)",
        )
    wrong = ~(np.isfinite(theta) & (theta > 0.0))
    if wrong.any():
        draw, sector = (int(i) for i in np.argwhere(wrong)[0])
        message = f"the trade elasticity {theta[draw, sector]:g} is not positive and finite"
        raise ModelError(
            message,
            code="input-invalid",
            at=f"trade_elasticity (draw {draw}, sector {sector})",
            fix="check the distribution; an elasticity is positive",
        )
    return np.broadcast_to(theta, (len(theta), n_sectors))


def _find_reference(
    economy: TradeEconomy, shocks: Sequence[TradeShock], theta: FloatArray
) -> _Reference:
    result = solve_trade(economy, shocks, trade_elasticity=theta)
    system = make_system(economy, shocks, theta)
    p, w = np.log(result.price_ratio), np.log(result.wage_ratio)
    line = linearise(system, price_step(system, p, w), w)
    return _Reference(result=result, line=share_between_threads(line))


def _solve_chunk(
    economy: TradeEconomy,
    shocks: Sequence[TradeShock],
    theta: FloatArray,
    reference: _Reference,
    tolerance: float,
) -> tuple[FloatArray, FloatArray, np.ndarray]:
    """Real income relative to the table, residual and iterations of each draw of a chunk."""
    system = make_system(economy, shocks, theta)
    p, w, x, iterations = _accelerate(system, reference, tolerance)
    residual = largest_gap(system, gaps_at(system, p, w, x))
    for draw in np.flatnonzero(~(residual <= tolerance)):
        result = solve_trade(
            economy,
            shocks,
            trade_elasticity=theta[draw],
            start=reference.result,
            tolerance=tolerance,
        )
        p[draw], w[draw] = np.log(result.price_ratio), np.log(result.wage_ratio)
        x[draw] = result.spending
        iterations[draw] += result.iterations
    residual = largest_gap(system, gaps_at(system, p, w, x))
    income = spend(system, price_step(system, p, w), w, x, np.zeros_like(x))[1]
    before = economy.value_added + economy.transfer
    final_price = np.exp((economy.final_share * p).sum(axis=-2))
    return income / before / final_price, residual, iterations


def _accelerate(
    system: TradeSystem, reference: _Reference, tolerance: float
) -> tuple[FloatArray, FloatArray, FloatArray, np.ndarray]:
    """Chord iteration with Anderson acceleration; draws that meet the tolerance stop."""
    n_draws, (j, n) = len(system.theta), system.economy.final_share.shape
    scale = np.maximum(reference.result.spending, 1e-6 * reference.result.spending.max())
    point = _stack(
        np.broadcast_to(np.log(reference.result.price_ratio), (n_draws, j, n)),
        np.broadcast_to(np.log(reference.result.wage_ratio), (n_draws, n)),
        np.ones((n_draws, j, n)),
    )
    iterations = np.zeros(n_draws, dtype=np.int64)
    active = np.arange(n_draws)
    here = system
    points: list[FloatArray] = []
    steps: list[FloatArray] = []
    for _ in range(_PATIENCE):
        p, w, x = _unstack(point[active], j, n)
        x = x * scale
        gaps = gaps_at(here, p, w, x)
        iterations[active] += 1
        going = ~(largest_gap(here, gaps) <= tolerance)
        if not going.all():
            active, here = active[going], _pick(system, active[going])
            gaps = (gaps[0][going], gaps[1][going], gaps[2][going])
            points = [item[going] for item in points]
            steps = [item[going] for item in steps]
        if not len(active):
            break
        dp, dw, dx = reference.line.step(*gaps)
        step = _stack(dp, dw, dx / scale)
        step = np.where(np.isfinite(step), step, 0.0)
        points.append(point[active])
        steps.append(step)
        points, steps = points[-_MEMORY:], steps[-_MEMORY:]
        point[active] = _mix_steps(points, steps)
    p, w, x = _unstack(point, j, n)
    return p.copy(), w.copy(), x * scale, iterations


def _mix_steps(points: list[FloatArray], steps: list[FloatArray]) -> FloatArray:
    """Anderson's combination of the last points and steps, draw by draw (type II, no damping)."""
    if len(points) == 1:
        return np.asarray(points[0] + steps[0])
    moved = np.stack([b - a for a, b in pairwise(points)], axis=1)
    changed = np.stack([b - a for a, b in pairwise(steps)], axis=1)
    gram = changed @ changed.transpose(0, 2, 1)
    size = np.trace(gram, axis1=1, axis2=2)[:, None, None]
    gram = gram + (1e-14 * size + 1e-300) * np.eye(gram.shape[1])
    right = changed @ steps[-1][:, :, None]
    weight = np.linalg.solve(gram, right)
    return np.asarray(points[-1] + steps[-1] - ((moved + changed) * weight).sum(axis=1))


def _pick(system: TradeSystem, draws: np.ndarray) -> TradeSystem:
    log_demand = system.log_demand
    if log_demand.ndim == 4:
        log_demand = log_demand[draws]
    return replace(system, theta=system.theta[draws], log_demand=log_demand)


def _stack(p: FloatArray, w: FloatArray, x: FloatArray) -> FloatArray:
    return np.concatenate([p.reshape(len(p), -1), w, x.reshape(len(x), -1)], axis=1)


def _unstack(point: FloatArray, j: int, n: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    m = j * n
    return (
        point[:, :m].reshape(-1, j, n),
        point[:, m : m + n],
        point[:, m + n :].reshape(-1, j, n),
    )
