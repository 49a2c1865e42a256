"""The market for foreign currency under sanctions: three levers with their own signs, hoarding, controls, reserves."""

from typing import Annotated, TypedDict

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray
from detente.errors import ModelError
from detente.models.inputs import ratio, share
from detente.models.registry import Input, Output, model

__all__ = ["currency", "currency_price_ratio"]

_STEPS = 60
_TOLERANCE = 1e-12


class _Outputs(TypedDict):
    depreciation_pct: Annotated[
        FloatArray,
        Output(
            "pct",
            "rise of the price of foreign currency in percent; negative if the currency gains",
        ),
    ]
    usable_share: Annotated[
        FloatArray, Output("share", "share of reserves that can be sold in the period")
    ]


@model(
    "sanctions.currency",
    cites=("itskhoki2022",),
    reference="itskhoki2022, balance of currency demand and supply; one period, constant elasticities",
)
def currency(
    *,
    export_ratio: Annotated[FloatArray, ratio("exports over imports before", low=0.05, high=20.0)],
    export_stop: Annotated[FloatArray, share("share of exports that sanctions stop", default=0.0)],
    import_stop: Annotated[FloatArray, share("share of imports that sanctions stop", default=0.0)],
    hoarding_ratio: Annotated[
        FloatArray,
        ratio(
            "wish to hold more foreign currency, over the imports of the period",
            high=50.0,
            default=0.0,
        ),
    ],
    controls_share: Annotated[
        FloatArray, share("share of the hoarding that capital controls stop", default=0.0)
    ],
    rate_rise: Annotated[
        FloatArray,
        Input("pct_points", "rise of the policy rate", default=0.0, low=-100.0, high=200.0),
    ],
    rate_response: Annotated[
        FloatArray,
        ratio(
            "fall of the log wish to hoard per percentage point of the rate", high=1.0, default=0.0
        ),
    ],
    defence_ratio: Annotated[
        FloatArray,
        ratio(
            "reserves that the central bank can sell over the imports of the period if it can use all of them",
            high=50.0,
            default=0.0,
        ),
    ],
    frozen_share: Annotated[FloatArray, share("share of reserves that is frozen", default=0.0)],
    illiquid_share: Annotated[
        FloatArray,
        share("share of reserves that cannot be sold in the period, such as gold", default=0.0),
    ],
    import_elasticity: Annotated[
        FloatArray,
        ratio(
            "elasticity of imports to the price of foreign currency at the horizon",
            low=0.05,
            high=20.0,
        ),
    ],
    hoarding_elasticity: Annotated[
        FloatArray,
        ratio("elasticity of hoarding to the price of foreign currency", low=0.05, high=20.0),
    ],
) -> _Outputs:
    """Price of foreign currency under sanctions on exports, on imports and on reserves, with hoarding and controls."""
    usable = (1.0 - frozen_share - illiquid_share).clip(0.0, 1.0)
    price = currency_price_ratio(
        export_ratio=export_ratio,
        export_stop=export_stop,
        import_stop=import_stop,
        hoarding_ratio=hoarding_ratio,
        controls_share=controls_share,
        rate_rise=rate_rise,
        rate_response=rate_response,
        sales_capacity=defence_ratio * usable,
        import_elasticity=import_elasticity,
        hoarding_elasticity=hoarding_elasticity,
    )
    return {"depreciation_pct": 100.0 * (price - 1.0), "usable_share": usable}


def currency_price_ratio(
    *,
    export_ratio: ArrayLike,
    export_stop: ArrayLike = 0.0,
    import_stop: ArrayLike = 0.0,
    hoarding_ratio: ArrayLike = 0.0,
    controls_share: ArrayLike = 0.0,
    rate_rise: ArrayLike = 0.0,
    rate_response: ArrayLike = 0.0,
    sales_capacity: ArrayLike = 0.0,
    import_elasticity: ArrayLike,
    hoarding_elasticity: ArrayLike,
) -> FloatArray:
    r"""Price of foreign currency relative to before that clears the market of a period.

    Demand is for imports and for savings in foreign currency, supply comes from exports and official reserves. In units
    of the period's imports before, with :math:`e` the price of foreign currency relative to before,

    .. math:: (1 - m)\, e^{-\eta} + h\, (1 - k)\, e^{-\rho \Delta i}\, e^{-\zeta} + \chi - 1
              = (1 - x)\, \chi + v

    where :math:`\chi` is exports over imports, so that :math:`\chi - 1` flowed out before; the levers are :math:`x`
    (export side), :math:`m` (import side) and the sale of reserves :math:`v`, which a freeze takes away. Reserves are
    sold to hold the price, not to lower it: :math:`v` is the capacity, or what it takes to keep :math:`e = 1` if that is
    less.

    Parameters
    ----------
    export_ratio
        :math:`\chi`, exports over imports before, > 0.
    export_stop, import_stop
        :math:`x, m`: share of exports and imports that sanctions stop, 0-1.
    hoarding_ratio
        :math:`h`: wish to hold more foreign currency, over imports of the period, >= 0.
    controls_share
        :math:`k`: share of the hoarding that controls stop, 0-1.
    rate_rise, rate_response
        :math:`\Delta i` in percentage points and :math:`\rho` per point: higher rates make savers keep their own currency.
    sales_capacity
        Reserves that can be sold over imports of the period, >= 0.
    import_elasticity, hoarding_elasticity
        :math:`\eta, \zeta` > 0.

    Returns
    -------
    FloatArray
        Above one: the currency depreciates. Broadcast shape.

    Raises
    ------
    ModelError
        ``input-invalid`` where no price clears the market: what is earned does not cover what flows out at any price, or
        nobody wants foreign currency at all.

    References
    ----------
    :cite:p:`itskhoki2022`, the balance of currency demand (imports, precautionary savings) and supply (exports,
    reserves), and the signs of the levers. Departs from source: one period with constant elasticities instead of an
    intertemporal problem; the outflow before is kept, so that nothing moves without a shock. See decision note 0026.

    Examples
    --------
    >>> given = dict(export_ratio=1.4, import_elasticity=0.8, hoarding_elasticity=0.8)
    >>> [round(float(currency_price_ratio(**given, **lever)), 2)
    ...  for lever in ({}, {"export_stop": 0.1}, {"import_stop": 0.1}, {"hoarding_ratio": 0.3})]
    [1.0, 1.21, 0.88, 1.39]
    """
    chi, x, m, h, k, rise, rho, capacity, eta, zeta = np.broadcast_arrays(
        *(
            np.asarray(value, dtype=np.float64)
            for value in (
                export_ratio,
                export_stop,
                import_stop,
                hoarding_ratio,
                controls_share,
                rate_rise,
                rate_response,
                sales_capacity,
                import_elasticity,
                hoarding_elasticity,
            )
        )
    )
    trade = 1.0 - m
    saving = h * (1.0 - k) * np.exp(-rho * rise)
    earned = (1.0 - x) * chi - (chi - 1.0)
    supply = earned + np.clip(trade + saving - earned, 0.0, capacity)
    if not (trade + saving > 0.0).all():
        message = "nobody wants foreign currency: imports and hoarding are stopped in full"
        raise ModelError(
            message, code="input-invalid", at="currency", fix="leave some imports or some hoarding"
        )
    if not (supply > 0.0).all():
        message = f"currency earned less what flows out is {float(supply.min()):.3g} of imports: no price clears"
        raise ModelError(
            message,
            code="input-invalid",
            at="currency",
            fix="lower the export stop, or give more reserves to sell",
        )
    # demand is convex and falling in the log price: Newton's method from the left never passes the root
    gap = np.log((trade + saving) / supply)
    log_price = gap / np.where(gap > 0.0, np.maximum(eta, zeta), np.minimum(eta, zeta))
    for _ in range(_STEPS):
        bought, saved = trade * np.exp(-eta * log_price), saving * np.exp(-zeta * log_price)
        step = (bought + saved - supply) / np.maximum(eta * bought + zeta * saved, 1e-300)
        log_price = log_price + step
        if np.abs(step).max() < _TOLERANCE:
            break
    return np.asarray(np.exp(log_price))
