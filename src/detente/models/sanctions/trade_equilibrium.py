"""The equilibrium of world trade after a shock, in changes from the one before it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray
from detente.errors import ModelError
from detente.models.sanctions._trade_equations import (
    Gaps,
    Linearisation,
    TradeSystem,
    gaps_at,
    largest_gap,
    linearise,
    make_system,
    price_step,
    sell,
    settle_prices,
    spend,
)
from detente.models.sanctions.trade_shocks import TradeShock
from detente.models.sanctions.trade_table import TradeEconomy

__all__ = ["TradeCertificate", "TradeResult", "balance_trade", "solve_trade"]

TOLERANCE = 1e-11
"""Largest gap of a solution, in logs of prices and factor incomes."""

_LARGEST_STEP = 0.7
"""Wages move by at most this many log points per iteration."""

_HALVINGS = 12
_SETTLING_STEPS = 400
_SETTLED = 1e-4

_ROUNDING = 2e-14
"""A gap that no step is taken to reduce."""

_REUSES = 10
"""Steps with one matrix."""

_GOOD_CUT = 0.2
"""A step with an old matrix must leave no more than this share of the gap."""

Status = Literal["converged", "stalled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeCertificate:
    """How well the answer solves the equations, recomputed from it alone.

    Attributes
    ----------
    price
        Largest gap of a price equation, in logs.
    market_clearing
        Largest gap between what factors earn from sales and their income, relative to that income.
    goods
        Largest gap between spending on a good and what producers and final users ask for, relative to world income.
    walras
        Value of all excess demand for factors, relative to world income.
    trade_balance
        Largest gap between a region's net imports and its transfer, relative to its income.
    """

    price: float
    market_clearing: float
    goods: float
    walras: float
    trade_balance: float

    @property
    def worst(self) -> float:
        """The largest of the residuals."""
        return max(self.price, self.market_clearing, self.goods, self.walras, self.trade_balance)


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeResult:
    """An equilibrium after a shock. A ratio is the value after over the value before.

    Attributes
    ----------
    regions, sectors
        Labels, ``N`` and ``J`` of them.
    real_income_change_pct
        Change of each region's real income (all income over the price of final goods), percent, shape ``(N,)``.
    wage_ratio
        Factor price relative to before, shape ``(N,)``; the world's factor income is the numeraire.
    price_ratio
        Price index of each sector, shape ``(J, N)``.
    final_price_ratio
        Price of final goods, shape ``(N,)``.
    income
        Income after the shock, duties and transfer included, shape ``(N,)``, in the table's unit.
    import_share
        Share of each seller in a buyer's spending, shape ``(J, N, N)``: sector, buyer, seller.
    spending
        Spending on each sector, duties included, shape ``(J, N)``.
    trade_elasticity
        Elasticities used, shape ``(J,)``.
    certificate
        Residuals recomputed from the answer.
    iterations
        Matrices factorised.
    status
        ``converged``, or ``stalled`` if no step reduced the gap any further before the tolerance was met.
    """

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    real_income_change_pct: FloatArray
    wage_ratio: FloatArray
    price_ratio: FloatArray
    final_price_ratio: FloatArray
    income: FloatArray
    import_share: FloatArray
    spending: FloatArray
    trade_elasticity: FloatArray
    certificate: TradeCertificate
    iterations: int
    status: Status

    def change_pct(self, region: str) -> float:
        """Change of one region's real income in percent."""
        return float(self.real_income_change_pct[self.regions.index(region)])


def solve_trade(
    economy: TradeEconomy,
    shocks: Sequence[TradeShock] = (),
    *,
    trade_elasticity: ArrayLike,
    start: TradeResult | None = None,
    tolerance: float = TOLERANCE,
    max_iterations: int = 60,
) -> TradeResult:
    r"""Solve the equilibrium in relative changes by Newton's method on prices and wages.

    With log cost :math:`c^j_n = \gamma^j_n \ln\hat w_n + \sum_k \gamma^{kj}_n \ln\hat P^k_n` and shocks :math:`\phi`:

    .. math::

        \hat P^j_n = \Big(\sum_i \pi^j_{ni} \phi^j_{ni} e^{-\theta^j c^j_i}\Big)^{-1/\theta^j}, \quad
        \pi'^j_{ni} = \frac{\pi^j_{ni} \phi^j_{ni} e^{-\theta^j c^j_i}}{(\hat P^j_n)^{-\theta^j}}

        X'^j_n = \sum_k \gamma^{jk}_n y'^k_n + \alpha^j_n I'_n, \quad
        y'^k_i = \sum_n \frac{\pi'^k_{ni}}{1 + t^k_{ni}} X'^k_n, \quad
        \hat w_n V_n = \sum_j \gamma^j_n y'^j_n

    where income :math:`I'` is :math:`\hat w_n V_n` plus duties plus the transfer.

    Parameters
    ----------
    economy
        Shares before the shock. Its transfers stay as they are; see :func:`balance_trade` to remove them first.
    shocks
        The measures; none is the identity.
    trade_elasticity
        Trade elasticity theta > 0, one number or one per sector, shape ``(J,)``.
    start
        A solution near by, to start from.
    tolerance
        Largest gap of prices and of factor incomes, in logs.
    max_iterations
        Most matrices to factorise.

    Returns
    -------
    TradeResult
        The answer with its residuals. Without a change of anything it is the point of departure, exactly.

    Raises
    ------
    ModelError
        ``input-invalid`` for elasticities that are not positive, or a buyer who is left without any seller of a good
        it needs. Transfers that a cut-off region cannot pay have no equilibrium: the status is then ``stalled``.

    References
    ----------
    :cite:p:`caliendo2015`, equilibrium in relative changes; :cite:p:`dekle2008` for the method.
    Departs from source: demand may be cut by a ban on a part of the goods; duties before the shock are zero.
    """
    theta = _read_elasticity(economy, trade_elasticity)
    system = make_system(economy, shocks, theta)
    _check_sellers(system)
    if start is None:
        p, w = np.zeros_like(economy.final_share), np.zeros_like(economy.value_added)
    else:
        p, w = np.log(start.price_ratio), np.log(start.wage_ratio)
    point, iterations = _newton(system, p, w, tolerance=tolerance, max_iterations=max_iterations)
    status: Status = "converged" if point.gap <= tolerance else "stalled"
    return _report(system, point, iterations=iterations, status=status)


def balance_trade(
    economy: TradeEconomy, *, trade_elasticity: ArrayLike, start: TradeResult | None = None
) -> TradeEconomy:
    """Return the economy as it would be if every region spent what it earns.

    Parameters
    ----------
    economy
        Shares of a table, with the deficits of its year.
    trade_elasticity
        Trade elasticity theta > 0, one number or one per sector, shape ``(J,)``.
    start
        A solution near by, to start from.

    Returns
    -------
    TradeEconomy
        New trade shares and incomes, no transfers; technology and tastes as before.

    Raises
    ------
    ModelError
        ``input-invalid`` if the balanced equilibrium is not found.

    References
    ----------
    :cite:p:`dekle2008`, who remove deficits in this way; :cite:p:`costinot2014` recommend it before a counterfactual.
    """
    level = replace(economy, transfer=np.zeros_like(economy.transfer))
    result = solve_trade(level, trade_elasticity=trade_elasticity, start=start)
    if result.status != "converged":
        message = f"no balanced equilibrium found: a gap of {result.certificate.worst:.1e} remains"
        raise ModelError(
            message,
            code="input-invalid",
            at="trade_elasticity",
            fix="check the table and the elasticities",
        )
    income = economy.value_added * result.wage_ratio
    return replace(level, import_share=result.import_share, value_added=income)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """A state of the search: log prices, log wages, spending, the gaps there and the largest of them."""

    p: FloatArray
    w: FloatArray
    x: FloatArray
    gaps: Gaps
    gap: float


def _newton(
    system: TradeSystem, p: FloatArray, w: FloatArray, *, tolerance: float, max_iterations: int
) -> tuple[_Point, int]:
    """Newton steps; each matrix is used for as many steps as it serves well, and big steps are damped."""
    p = settle_prices(system, p, w, steps=_SETTLING_STEPS, tolerance=_SETTLED)
    line, point = _factorise(system, p, w)
    iterations = 1
    if point.gap <= tolerance:
        return point, iterations
    while point.gap > _ROUNDING and iterations < max_iterations:
        moved = _reuse(system, line, point)
        if moved is not point:
            if moved.gap <= _ROUNDING:
                return moved, iterations
            line, fresh = _factorise(system, moved.p, moved.w)
            iterations += 1
            point = fresh if fresh.gap < moved.gap else moved
            continue
        if point.gap <= tolerance:
            break
        damped, used = _damp(system, line, point)
        iterations += used
        if damped is None:
            break
        line, point = damped
    return point, iterations


def _reuse(system: TradeSystem, line: Linearisation, start: _Point) -> _Point:
    """Step with one matrix while each step cuts the gap well, down to rounding; give the start if none does."""
    point = start
    for _ in range(_REUSES):
        dp, dw, dx = line.step(*point.gaps)
        if not np.abs(dw).max() <= _LARGEST_STEP:
            break
        tried = _locate(system, point.p + dp, point.w + dw, point.x + dx)
        if not tried.gap < _GOOD_CUT * point.gap:
            break
        point = tried
    return point


def _damp(
    system: TradeSystem, line: Linearisation, point: _Point
) -> tuple[tuple[Linearisation, _Point] | None, int]:
    """Make a shortened step, prices settled after it, that cuts the gap; None if there is none."""
    dp, dw, _ = line.step(*point.gaps)
    scale = min(1.0, _LARGEST_STEP / max(float(np.abs(dw).max()), _LARGEST_STEP))
    for used in range(1, _HALVINGS + 1):
        w = point.w + scale * dw
        p = settle_prices(
            system, point.p + scale * dp, w, steps=_SETTLING_STEPS, tolerance=_SETTLED
        )
        tried = _factorise(system, p, w)
        if tried[1].gap < point.gap:
            return tried, used
        scale *= 0.5
    return None, _HALVINGS


def _factorise(system: TradeSystem, p: FloatArray, w: FloatArray) -> tuple[Linearisation, _Point]:
    """Solve spending at given prices and wages, and take the derivative there."""
    line = linearise(system, price_step(system, p, w), w)
    return line, _locate(system, p, w, line.spending)


def _locate(system: TradeSystem, p: FloatArray, w: FloatArray, x: FloatArray) -> _Point:
    gaps = gaps_at(system, p, w, x)
    return _Point(p=p, w=w, x=x, gaps=gaps, gap=float(largest_gap(system, gaps)))


def _read_elasticity(economy: TradeEconomy, given: ArrayLike) -> FloatArray:
    theta = np.asarray(given, dtype=np.float64)
    n_sectors = len(economy.sectors)
    if theta.ndim > 1 or theta.size not in {1, n_sectors}:
        message = f"trade_elasticity has the shape {theta.shape}"
        raise ModelError(
            message,
            code="input-invalid",
            at="trade_elasticity",
            fix=f"give one number or one per sector ({n_sectors})",
        )
    theta = np.broadcast_to(theta, (n_sectors,))
    wrong = ~(np.isfinite(theta) & (theta > 0.0))
    if wrong.any():
        at = int(wrong.argmax())
        message = f"the trade elasticity {theta[at]:g} of {economy.sectors[at]} is not positive and finite"
        raise ModelError(
            message,
            code="input-invalid",
            at=f"trade_elasticity ({economy.sectors[at]})",
            fix="give a positive number, for instance 5",
        )
    return theta


def _check_sellers(system: TradeSystem) -> None:
    economy = system.economy
    left = np.isfinite(system.log_demand).any(axis=-1)
    needed = (economy.final_share > 0.0) | (economy.input_share.sum(axis=2).T > 0.0)
    wrong = needed & ~left
    if wrong.any():
        sector, region = (int(i) for i in np.argwhere(wrong)[0])
        message = (
            f"{economy.regions[region]} is left without any seller of {economy.sectors[sector]}, "
            "which it needs: there is no equilibrium"
        )
        raise ModelError(
            message,
            code="input-invalid",
            at=f"shocks ({economy.sectors[sector]}, {economy.regions[region]})",
            fix="leave a seller, or give a coverage below one",
        )


def _report(system: TradeSystem, point: _Point, *, iterations: int, status: Status) -> TradeResult:
    p, w, x = point.p, point.w, point.x
    economy = system.economy
    prices = price_step(system, p, w)
    y = sell(prices, x)
    _, income = spend(system, prices, w, x, y)
    final_price = np.exp((economy.final_share * p).sum(axis=0))
    before = economy.value_added + economy.transfer
    return TradeResult(
        regions=economy.regions,
        sectors=economy.sectors,
        real_income_change_pct=100.0 * (income / before / final_price - 1.0),
        wage_ratio=np.exp(w),
        price_ratio=np.exp(p),
        final_price_ratio=final_price,
        income=income,
        import_share=prices.share,
        spending=x,
        trade_elasticity=system.theta,
        certificate=_certify(system, p, w, x),
        iterations=iterations,
        status=status,
    )


def _certify(system: TradeSystem, p: FloatArray, w: FloatArray, x: FloatArray) -> TradeCertificate:
    """Residuals from the answer alone, written out flow by flow."""
    economy = system.economy
    world = float(economy.value_added.sum())
    theta = system.theta[:, None, None]
    cost = economy.value_added_share * w + np.einsum("nkj,kn->jn", economy.input_share, p)
    paid = np.exp(system.log_demand - theta * (cost[:, None, :] - p[:, :, None]))
    flows = paid * x[:, :, None]
    net = flows if system.kept is None else flows * system.kept
    sales = net.sum(axis=1)
    factor_income = economy.value_added * np.exp(w)
    earned = (economy.value_added_share * sales).sum(axis=0)
    income = factor_income + system.transfer + (flows - net).sum(axis=(0, 2))
    asked = np.einsum("njk,kn->jn", economy.input_share, sales) + economy.final_share * income
    imports = net.sum(axis=(0, 2)) - sales.sum(axis=0)
    return TradeCertificate(
        price=float(np.abs(np.log(paid.sum(axis=2))).max()),
        market_clearing=float(np.abs(earned / factor_income - 1.0).max()),
        goods=float(np.abs(asked - x).max() / world),
        walras=float(np.abs((earned - factor_income).sum()) / world),
        trade_balance=float((np.abs(imports - system.transfer) / factor_income).max()),
    )
