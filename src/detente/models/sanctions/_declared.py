"""Inputs that the sanctions models share."""

from typing import Annotated

from detente.arrays import FloatArray
from detente.models.inputs import prob, ratio, share, weight
from detente.models.registry import Input

__all__ = [
    "BankClaimsShare",
    "ClaimsLossShare",
    "GdpWeight",
    "JoiningProb",
    "TradeCost",
    "TradeElasticity",
    "ValueAddedShare",
    "pct_gdp",
]


def pct_gdp(description: str) -> Input:
    """Declare a loss in percent of GDP that is none by default."""
    return Input("pct_gdp", description, default=0.0, low=0.0, high=100.0)


JoiningProb = Annotated[
    FloatArray, prob("probability that the member joins the sanctions", per_member=True)
]
TradeCost = Annotated[
    FloatArray,
    Input("pct", "ad-valorem rise of trade costs between a joining member and the target", low=0.0),
]
TradeElasticity = Annotated[
    FloatArray,
    ratio(
        "trade elasticity theta, the percentage fall of trade per percent of trade cost",
        low=0.05,
        high=100.0,
    ),
]
ValueAddedShare = Annotated[
    FloatArray,
    share(
        "share of value added in gross output; 1 leaves intermediate goods out",
        default=1.0,
        low=0.05,
    ),
]
BankClaimsShare = Annotated[
    FloatArray,
    share(
        "claims of the member's banks on the target, as a share of the member's GDP",
        per_member=True,
        default=0.0,
        high=10.0,
    ),
]
ClaimsLossShare = Annotated[FloatArray, share("share of the bank claims that is lost", default=0.0)]
GdpWeight = Annotated[
    FloatArray, weight("weight of the member in the total; only proportions matter", default=1.0)
]
