"""Constant-elasticity curves cut into priced steps."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray
from detente.errors import ModelError
from detente.models.energy.system import Step, SupplyStep

__all__ = ["cut_curve", "residual_supply", "response_steps", "stagger_prices"]


def response_steps(
    elasticity: float, *, base_price: float, prices: Sequence[float]
) -> tuple[Step, ...]:
    r"""Cut a constant-elasticity demand curve into steps that give way one after the other.

    .. math:: D(p) / D(p_0) = (p / p_0)^{-\varepsilon}

    Step ``k`` is the share of demand that falls away between price ``k`` and the next, and goes at the geometric mean
    of the two; the last step ends at the last price, so that beyond it nothing more gives way.

    Parameters
    ----------
    elasticity
        Elasticity of demand without its sign, >= 0.
    base_price
        Price at which demand is the given demand, EUR/MWh.
    prices
        Rising prices that bound the steps, EUR/MWh, the first at or above the base price.

    Returns
    -------
    tuple[Step, ...]
        One step fewer than there are prices.

    References
    ----------
    The stepping is our own; :doc:`/decisions/0022-gas-programme`.

    Examples
    --------
    >>> [round(step.share, 4) for step in response_steps(0.18, base_price=50, prices=[50, 100, 200])]
    [0.1173, 0.1035]
    """
    return tuple(
        Step(share=share, price=price) for share, price in _cut(elasticity, base_price, prices)
    )


def _cut(
    elasticity: float, base_price: float, prices: Sequence[float]
) -> list[tuple[float, float]]:
    edges = _read_prices(prices, base_price, elasticity)
    left = (edges / base_price) ** -elasticity
    at = np.sqrt(edges[:-1] * edges[1:])
    return list(zip((-np.diff(left)).tolist(), at.tolist(), strict=True))


def stagger_prices(
    n_steps: int, *, base_price: float, highest: float, offsets: FloatArray
) -> FloatArray:
    r"""Return prices that bound the steps of a curve, each row of offsets cutting the curve elsewhere.

    Between the base price and the highest, the bounds rise by one ratio :math:`q`; the first bound above the base is
    :math:`p_0 q^{\varphi}` with :math:`\varphi` the offset. Where nodes and months cut the same curve at different prices,
    their sum follows the curve more closely than any of them, and ties are rare.

    Parameters
    ----------
    n_steps
        Steps, two or more.
    base_price, highest
        EUR/MWh.
    offsets
        From above 0 to 1, any shape.

    Returns
    -------
    FloatArray
        Shape ``(n_steps + 1, *offsets.shape)``, rising.

    References
    ----------
    Our own; :doc:`/decisions/0022-gas-programme`.
    """
    ratio = (highest / base_price) ** (1.0 / (n_steps - 1))
    power = np.arange(n_steps - 1).reshape(-1, *(1,) * offsets.ndim) + offsets
    first = np.full((1, *offsets.shape), base_price)
    last = np.full((1, *offsets.shape), highest)
    return np.concatenate([first, np.minimum(base_price * ratio**power, highest), last])


def cut_curve(elasticity: ArrayLike, prices: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the shares and prices of the steps between prices along the first axis; see :func:`response_steps`."""
    left = (prices / prices[0]) ** -np.asarray(elasticity, dtype=np.float64)
    return -np.diff(left, axis=0), np.sqrt(prices[:-1] * prices[1:])


def residual_supply(
    name: str,
    *,
    base_twh_per_day: float,
    others_twh_per_day: float,
    elasticity: float,
    base_price: float,
    prices: Sequence[float],
    premium: float = 0.0,
    delay_days: float = 0.0,
) -> tuple[SupplyStep, ...]:
    r"""World supply of liquefied gas that is left for the system, in steps.

    What others buy at the base price they give up along their own demand curve:

    .. math:: S(p) = S_0 + D_0 \left(1 - (p / p_0)^{-\varepsilon}\right)

    Parameters
    ----------
    name
        First part of the names of the steps.
    base_twh_per_day
        What the system buys at the base price: it comes at the base price and without delay.
    others_twh_per_day
        What the rest of the world buys at the base price: it can be diverted.
    elasticity
        Elasticity of the others' demand without its sign.
    base_price
        EUR/MWh.
    prices
        Rising prices that bound the steps, EUR/MWh, the first at or above the base price.
    premium
        What diverting a cargo costs on top of the price, EUR/MWh.
    delay_days
        How long a diverted cargo takes.

    Returns
    -------
    tuple[SupplyStep, ...]
        The base step and one for each interval of prices.

    References
    ----------
    Residual supply of a large buyer; the stepping is our own; :doc:`/decisions/0022-gas-programme`.
    """
    steps = _cut(elasticity, base_price, prices)
    diverted = tuple(
        SupplyStep(
            name=f"{name} diverted {number}",
            volume_twh_per_day=share * others_twh_per_day,
            price=price,
            premium=premium,
            delay_days=delay_days,
        )
        for number, (share, price) in enumerate(steps, 1)
    )
    base = SupplyStep(name=f"{name} base", volume_twh_per_day=base_twh_per_day, price=base_price)
    return (base, *diverted)


def _read_prices(prices: Sequence[float], base_price: float, elasticity: float) -> np.ndarray:
    edges = np.asarray(prices, dtype=np.float64)
    if (
        edges.ndim != 1
        or edges.size < 2
        or not 0.0 < base_price <= edges[0]
        or (np.diff(edges) <= 0.0).any()
        or not np.isfinite(edges).all()
        or not elasticity >= 0.0
    ):
        message = f"prices {list(prices)} and elasticity {elasticity:g} make no curve"
        raise ModelError(
            message,
            code="input-invalid",
            at="gas curve",
            fix=f"give two or more rising prices from the base price {base_price:g} up, "
            "and an elasticity from zero up",
        )
    return edges
