"""What a coalition's ban on the target's oil does to the world price, to importers and to the target."""

from typing import Annotated, TypedDict, cast

import numpy as np

from detente.arrays import FloatArray
from detente.models.inputs import ratio, share
from detente.models.registry import Input, Output, model

__all__ = ["oil_market"]

_HORIZONS = ("month", "year", "3y")


def _volume(description: str) -> Input:
    return Input("mb_per_day", description, low=0.0, high=200.0)


def _stranded(time: str) -> Input:
    return share(f"share of the banned oil that no other buyer takes after {time}")


def _net(time: str) -> Input:
    return ratio(
        f"elasticity of demand plus elasticity of the others' supply after {time}",
        low=0.01,
        high=1000.0,
    )


class _Outputs(TypedDict):
    price_rise_month_pct: Annotated[
        FloatArray, Output("pct", "rise of the world price of oil after a month")
    ]
    price_rise_year_pct: Annotated[
        FloatArray, Output("pct", "rise of the world price of oil after a year")
    ]
    price_rise_3y_pct: Annotated[
        FloatArray, Output("pct", "rise of the world price of oil after three years")
    ]
    importer_loss_year_pct_gdp: Annotated[
        FloatArray, Output("pct_gdp", "loss of an average importer after a year")
    ]
    importer_loss_3y_pct_gdp: Annotated[
        FloatArray, Output("pct_gdp", "loss of an average importer after three years")
    ]
    revenue_loss_year_pct_gdp: Annotated[
        FloatArray,
        Output("pct_gdp", "revenue that the target loses in a year; negative for a gain"),
    ]
    target_loss_year_pct_gdp: Annotated[
        FloatArray, Output("pct_gdp", "the target's loss after a year; negative for a gain")
    ]
    target_loss_3y_pct_gdp: Annotated[
        FloatArray, Output("pct_gdp", "the target's loss after three years; negative for a gain")
    ]


@model(
    "sanctions.oil_market",
    cites=("gurvich2015",),
    reference="own: constant-elasticity market for what is stranded; gurvich2015 for what revenue is worth",
)
def oil_market(
    *,
    banned_mb_per_day: Annotated[FloatArray, _volume("oil that the coalition bought and bans")],
    other_exports_mb_per_day: Annotated[
        FloatArray, _volume("oil that the target exports to others")
    ],
    rest_mb_per_day: Annotated[
        FloatArray,
        Input(
            "mb_per_day", "supply of oil in the world beside those exports", low=1.0, high=1000.0
        ),
    ],
    stranded_month: Annotated[FloatArray, _stranded("a month")],
    stranded_year: Annotated[FloatArray, _stranded("a year")],
    stranded_3y: Annotated[FloatArray, _stranded("three years")],
    net_elasticity_month: Annotated[FloatArray, _net("a month")],
    net_elasticity_year: Annotated[FloatArray, _net("a year")],
    net_elasticity_3y: Annotated[FloatArray, _net("three years")],
    importer_response: Annotated[
        FloatArray,
        Input(
            "pct_gdp",
            "loss of an average importer when oil costs a tenth more",
            low=0.0,
            high=10.0,
        ),
    ],
    revenue_pct_gdp: Annotated[
        FloatArray, Input("pct_gdp", "the target's revenue from oil before", low=0.0, high=100.0)
    ],
    discount_share: Annotated[
        FloatArray, share("discount that other buyers of the banned oil ask", default=0.0)
    ],
    gdp_per_revenue_year: Annotated[
        FloatArray, ratio("output lost for revenue lost after a year", high=10.0)
    ],
    gdp_per_revenue_3y: Annotated[
        FloatArray, ratio("output lost for revenue lost after three years", high=10.0)
    ],
) -> _Outputs:
    r"""Price, importers' loss and the target's loss when a coalition stops buying its oil.

    With :math:`q` the stranded share of world supply and :math:`\eta` the net elasticity the price becomes
    :math:`P'/P = (1 - q)^{-1/\eta}`. The target sells what it did not sell to the coalition, and what it reroutes at a
    discount, at that price. A dearer barrel may pay for fewer of them: the sign of its loss is open.
    """
    exports = banned_mb_per_day + other_exports_mb_per_day
    stranded = dict(zip(_HORIZONS, (stranded_month, stranded_year, stranded_3y), strict=True))
    net = dict(
        zip(_HORIZONS, (net_elasticity_month, net_elasticity_year, net_elasticity_3y), strict=True)
    )
    found: dict[str, FloatArray] = {}
    for horizon in _HORIZONS:
        lost = banned_mb_per_day * stranded[horizon]
        price = np.exp(-np.log1p(-lost / (exports + rest_mb_per_day)) / net[horizon])
        found[f"price_rise_{horizon}_pct"] = 100.0 * (price - 1.0)
        if horizon == "month":
            continue
        found[f"importer_loss_{horizon}_pct_gdp"] = importer_response * 10.0 * (price - 1.0)
        sold = other_exports_mb_per_day + (banned_mb_per_day - lost) * (1.0 - discount_share)
        kept = np.divide(sold, exports, out=np.ones(sold.shape), where=exports > 0.0)
        revenue = revenue_pct_gdp * (1.0 - price * kept)
        if horizon == "year":
            found["revenue_loss_year_pct_gdp"] = revenue
        worth = gdp_per_revenue_year if horizon == "year" else gdp_per_revenue_3y
        found[f"target_loss_{horizon}_pct_gdp"] = worth * revenue
    return cast("_Outputs", found)
