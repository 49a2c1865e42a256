"""The equations of the trade equilibrium in changes, and their derivatives. One state or many at once.

Symbols of the paper (:cite:t:`caliendo2015`, equilibrium in relative changes) and arrays here, each with leading axes
for draws where ``...`` stands: ``p`` log price index (..., J, N); ``w`` log wage (..., N); ``c`` log cost of an input
bundle (..., J, N); ``x`` spending (..., J, N); ``y`` sales net of duties (..., J, N). Axes of trade: sector, buyer,
seller.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from detente.arrays import FloatArray, Int32Array
from detente.models.sanctions.trade_shocks import TradeShock, remaining_demand, total_tariff
from detente.models.sanctions.trade_table import TradeEconomy

__all__ = [
    "Gaps",
    "Linearisation",
    "Prices",
    "TradeSystem",
    "gaps_at",
    "largest_gap",
    "linearise",
    "make_system",
    "price_step",
    "sell",
    "settle_prices",
    "share_between_threads",
    "spend",
]

Factors = tuple[FloatArray, Int32Array]
"""A matrix factorised by :func:`scipy.linalg.lu_factor`."""

_NULL = 1e-12
"""Singular values below this share of the largest belong to regions that trade with nobody: their wage is free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeSystem:
    """An economy, elasticities and shocks, ready to evaluate.

    ``log_demand`` is the log of the trade share before times the factor of the shocks, shape ``(..., J, N, N)``, minus
    infinity where nothing is bought; ``kept`` is the part of a payment that is no duty, shape ``(J, N, N)``, or None.
    """

    economy: TradeEconomy
    theta: FloatArray
    log_demand: FloatArray
    kept: FloatArray | None
    transfer: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What one pass over the price equations gives: costs, trade shares (net of duties beside) and log prices."""

    cost: FloatArray
    share: FloatArray
    share_net: FloatArray
    log_price: FloatArray


def make_system(
    economy: TradeEconomy, shocks: Sequence[TradeShock], theta: FloatArray
) -> TradeSystem:
    """Put economy, shocks and elasticities ``(..., J)`` together."""
    demand = np.asarray(economy.import_share * remaining_demand(shocks, trade_elasticity=theta))
    tariff = total_tariff(shocks)
    with np.errstate(divide="ignore"):
        log_demand = np.log(demand)
    return TradeSystem(
        economy=economy,
        theta=theta,
        log_demand=log_demand,
        kept=None if tariff is None else 1.0 / (1.0 + tariff),
        transfer=economy.transfer,
    )


def price_step(system: TradeSystem, p: FloatArray, w: FloatArray) -> Prices:
    """Costs from prices and wages, then shares and prices from costs."""
    economy = system.economy
    cost = economy.value_added_share * w[..., None, :] + _mix(p, economy.input_share)
    theta = system.theta[..., None]
    share = system.log_demand - (theta * cost)[..., None, :]
    top = share.max(axis=-1, keepdims=True)
    share -= top
    np.exp(share, out=share)
    total = share.sum(axis=-1, keepdims=True)
    share /= total
    log_price = -(top + np.log(total))[..., 0] / theta
    share_net = share if system.kept is None else share * system.kept
    return Prices(cost=cost, share=share, share_net=share_net, log_price=log_price)


def settle_prices(
    system: TradeSystem, p: FloatArray, w: FloatArray, *, steps: int, tolerance: float
) -> FloatArray:
    """Iterate the price equations at given wages: a contraction with modulus 1 - (smallest value-added share)."""
    for _ in range(steps):
        new = price_step(system, p, w).log_price
        gap = np.abs(new - p).max()
        p = new
        if not gap > tolerance:
            break
    return p


def sell(prices: Prices, x: FloatArray) -> FloatArray:
    """Sales of each seller net of duties, shape ``(..., J, N)``."""
    return np.asarray((x[..., None, :] @ prices.share_net)[..., 0, :])


def spend(
    system: TradeSystem, prices: Prices, w: FloatArray, x: FloatArray, y: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Spending on each sector that sales and income call for, and income; shapes ``(..., J, N)``, ``(..., N)``."""
    economy = system.economy
    income = economy.value_added * np.exp(w) + system.transfer
    if system.kept is not None:
        income = income + (x * (1.0 - prices.share_net.sum(axis=-1))).sum(axis=-2)
    bought = _buy(y, economy.input_share)
    return bought + economy.final_share * income[..., None, :], income


Gaps = tuple[FloatArray, FloatArray, FloatArray]
"""Gaps of the price (logs), spending (value) and factor-market (logs) equations."""


def gaps_at(system: TradeSystem, p: FloatArray, w: FloatArray, x: FloatArray) -> Gaps:
    """Evaluate the gaps of all equations; the level of wages, which they leave open, is the world's income."""
    prices = price_step(system, p, w)
    y = sell(prices, x)
    wanted, _ = spend(system, prices, w, x, y)
    earned = (system.economy.value_added_share * y).sum(axis=-2)
    before = system.economy.value_added
    bill = before * np.exp(w)
    level = np.log(bill.sum(axis=-1, keepdims=True) / before.sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        market = np.log(earned / bill) - level
    return prices.log_price - p, wanted - x, market


def largest_gap(system: TradeSystem, gaps: Gaps) -> FloatArray:
    """Largest gap of each draw, spending relative to the region's income; infinite where one is not finite."""
    price, spending, market = gaps
    largest = np.max(
        [
            np.abs(price).max(axis=(-2, -1)),
            (np.abs(spending) / system.economy.value_added).max(axis=(-2, -1)),
            np.abs(market).max(axis=-1),
        ],
        axis=0,
    )
    return np.asarray(np.where(np.isfinite(largest), largest, np.inf))


@dataclass(frozen=True, slots=True, kw_only=True)
class Linearisation:
    """The derivative of the equations at one state, factorised, and ready to solve for a step.

    ``M = J N`` is (sector, region) flattened. ``prices_lu`` and ``spending_lu`` are factors of the price and spending
    systems; ``cross`` (J, N, N) is the effect of costs on sales, price indices included; ``price_w`` (N, J, N),
    ``spending_w`` and ``gap_inverse`` (N, N) the response to each wage.
    """

    system: TradeSystem
    share: FloatArray
    share_net: FloatArray
    cross: FloatArray
    revenue: FloatArray | None
    wage_bill: FloatArray
    earned: FloatArray
    spending: FloatArray
    prices_lu: Factors | FloatArray
    spending_lu: Factors | FloatArray
    price_w: FloatArray
    spending_w: FloatArray
    gap_inverse: FloatArray

    def step(
        self, price_gap: FloatArray, spending_gap: FloatArray, market_gap: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Newton step of log prices, log wages and spending; gaps of shape ``(..., J, N)`` and ``(..., N)``."""
        still = np.zeros_like(market_gap)
        dp, dx, gap = _respond(self, price_gap, spending_gap, still)
        dw = -(market_gap + gap) @ self.gap_inverse.T
        dp = dp + np.tensordot(dw, self.price_w, axes=1)
        dx = dx + np.tensordot(dw, self.spending_w, axes=1)
        return dp, dw, dx


def linearise(system: TradeSystem, prices: Prices, w: FloatArray) -> Linearisation:
    """Solve spending at one state (no draw axes), and factorise the derivative of all equations there."""
    from scipy.linalg import lu_factor, lu_solve  # noqa: PLC0415  slow to load

    economy = system.economy
    j, n = prices.cost.shape
    m = j * n
    theta = np.asarray(system.theta)[:, None, None]
    share, share_net = prices.share, prices.share_net
    price_matrix = np.einsum("jni,ikj->jnki", share, economy.input_share).reshape(m, m)
    spending_matrix = np.einsum("njk,kin->jnki", economy.input_share, share_net)
    rate = 1.0 - share_net.sum(axis=-1)
    if system.kept is not None:
        place = np.arange(n)
        spending_matrix[:, place, :, place] += np.einsum("jn,kn->njk", economy.final_share, rate)
    prices_lu = lu_factor(np.eye(m) - price_matrix, overwrite_a=True, check_finite=False)
    spending_lu = lu_factor(
        np.eye(m) - spending_matrix.reshape(m, m), overwrite_a=True, check_finite=False
    )
    wage_bill = economy.value_added * np.exp(w)
    outlay = (economy.final_share * (wage_bill + system.transfer)).ravel()
    x = lu_solve(spending_lu, outlay, check_finite=False).reshape(j, n)
    y = sell(prices, x)
    sold = share_net * x[:, :, None]
    cross = theta * (sold.transpose(0, 2, 1) @ share)
    cross[:, np.arange(n), np.arange(n)] -= theta[:, :, 0] * y
    revenue = None
    if system.kept is not None:
        revenue = x[:, :, None] * theta * (share_net - (1.0 - rate)[:, :, None] * share)
    bare = Linearisation(
        system=system,
        share=share,
        share_net=share_net,
        cross=cross,
        revenue=revenue,
        wage_bill=wage_bill,
        earned=(economy.value_added_share * y).sum(axis=0),
        spending=x,
        prices_lu=prices_lu,
        spending_lu=spending_lu,
        price_w=np.empty(0),
        spending_w=np.empty(0),
        gap_inverse=np.empty(0),
    )
    none = np.zeros((n, j, n))
    price_w, spending_w, gap = _respond(bare, none, none, np.eye(n))
    # the equations leave the level of wages open; pin it by the world's factor income
    pinned = gap.T - wage_bill / wage_bill.sum()
    return replace(
        bare,
        price_w=price_w,
        spending_w=spending_w,
        gap_inverse=np.linalg.pinv(np.nan_to_num(pinned), rcond=_NULL),
    )


def _respond(
    at: Linearisation, price_gap: FloatArray, spending_gap: FloatArray, dw: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Close the price and spending gaps at given wage changes; also give the change of the log market gap."""
    economy = at.system.economy
    cost_w = economy.value_added_share * dw[..., None, :]
    moved = (at.share @ cost_w[..., None])[..., 0]
    dp = _solve(at.prices_lu, price_gap + moved)
    dc = cost_w + _mix(dp, economy.input_share)
    dy = (at.cross @ dc[..., None])[..., 0]
    income = at.wage_bill * dw
    if at.revenue is not None:
        income = income + (at.revenue @ dc[..., None])[..., 0].sum(axis=-2)
    wanted = (
        spending_gap + _buy(dy, economy.input_share) + economy.final_share * income[..., None, :]
    )
    dx = _solve(at.spending_lu, wanted)
    dy = dy + (dx[..., None, :] @ at.share_net)[..., 0, :]
    gap = (economy.value_added_share * dy).sum(axis=-2) / at.earned - dw
    return dp, dx, gap


def share_between_threads(line: Linearisation) -> Linearisation:
    """Put inverses in the place of factors: scipy's solver writes to the pivots while it runs."""
    m = line.share.shape[0] * line.share.shape[1]
    unit = np.eye(m)
    return replace(
        line,
        prices_lu=_solve(line.prices_lu, unit.reshape(m, -1, line.share.shape[1])).reshape(m, m).T,
        spending_lu=_solve(line.spending_lu, unit.reshape(m, -1, line.share.shape[1]))
        .reshape(m, m)
        .T,
    )


def _solve(lu: Factors | FloatArray, right: FloatArray) -> FloatArray:
    from scipy.linalg import lu_solve  # noqa: PLC0415  slow to load

    flat = right.reshape(-1, right.shape[-2] * right.shape[-1])
    if not isinstance(lu, tuple):
        return np.asarray((flat @ lu.T).reshape(right.shape))
    return np.asarray(lu_solve(lu, flat.T, check_finite=False).T.reshape(right.shape))


def _mix(p: FloatArray, input_share: FloatArray) -> FloatArray:
    """Log cost of inputs from log prices: region by region, ``(..., J, N)`` to ``(..., J, N)``."""
    lifted = np.moveaxis(p, -1, 0)[..., None, :] @ _lift(input_share, p.ndim)
    return np.asarray(np.moveaxis(lifted[..., 0, :], 0, -1))


def _buy(y: FloatArray, input_share: FloatArray) -> FloatArray:
    """Purchases of inputs from sales, ``(..., J, N)`` to ``(..., J, N)``."""
    lifted = _lift(input_share, y.ndim) @ np.moveaxis(y, -1, 0)[..., None]
    return np.asarray(np.moveaxis(lifted[..., 0], 0, -1))


def _lift(matrix: FloatArray, ndim: int) -> FloatArray:
    """Insert draw axes after the region axis of a ``(N, J, J)`` array, to multiply arrays of ``ndim`` axes."""
    return matrix.reshape(matrix.shape[0], *(1,) * (ndim - 2), *matrix.shape[1:])
