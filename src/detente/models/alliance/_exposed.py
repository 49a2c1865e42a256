"""Exposures of a member to the challenger and what they cost it: shared by the models of a package and of a measure."""

from typing import Annotated

import numpy as np

from detente.arrays import FloatArray
from detente.models.inputs import ratio, share, weight
from detente.models.registry import Input

__all__ = [
    "BankExposure",
    "CutRisk",
    "Dependence",
    "GasRelief",
    "Rationality",
    "Reluctance",
    "TradeExposure",
    "Weight",
    "WeightOfBank",
    "WeightOfDependence",
    "WeightOfTrade",
    "coefficient",
    "exposure_cost",
]


def coefficient(description: str, *, default: float | None = None) -> Input:
    """Declare a coefficient of the net benefit, in log odds."""
    return ratio(description, default=default, high=1000.0)


Dependence = Annotated[
    FloatArray,
    share(
        "the challenger's share of the member's gas, or of the oil or energy that counts",
        per_member=True,
        default=0.0,
    ),
]
TradeExposure = Annotated[
    FloatArray,
    share(
        "trade with the challenger as a share of the member's GDP",
        per_member=True,
        default=0.0,
        high=10.0,
    ),
]
BankExposure = Annotated[
    FloatArray,
    share(
        "bank claims on the challenger as a share of the member's GDP",
        per_member=True,
        default=0.0,
        high=10.0,
    ),
]
CutRisk = Annotated[
    FloatArray,
    share("chance that the challenger withholds that energy from members that join", default=1.0),
]
GasRelief = Annotated[
    FloatArray,
    share("share of a member's loss of it that others make good", per_member=True, default=0.0),
]
WeightOfDependence = Annotated[
    FloatArray, coefficient("cost of full dependence under the heaviest package", default=2.0)
]
WeightOfTrade = Annotated[
    FloatArray, coefficient("cost of trade worth one GDP under the heaviest package", default=10.0)
]
WeightOfBank = Annotated[
    FloatArray,
    coefficient("cost of bank claims worth one GDP under the heaviest package", default=20.0),
]
Reluctance = Annotated[
    FloatArray, coefficient("cost to any member of acting with the heaviest package", default=2.0)
]
Weight = Annotated[
    FloatArray, weight("weight of the member in the coalition; only proportions matter")
]
Rationality = Annotated[
    FloatArray, coefficient("precision of the choice; it multiplies all coefficients")
]


def exposure_cost(
    *,
    dependence: FloatArray,
    trade_exposure: FloatArray,
    bank_exposure: FloatArray,
    cut_risk: FloatArray,
    gas_relief: FloatArray,
    w_dependence: FloatArray,
    w_trade: FloatArray,
    w_bank: FloatArray,
) -> FloatArray:
    r"""Cost to a member of the heaviest package through its exposures.

    .. math:: E_m = w_g\, \text{gas}_m\, \rho\, (1 - y_m) + w_t\, \text{trade}_m + w_b\, \text{banks}_m

    Parameters
    ----------
    dependence, trade_exposure, bank_exposure
        Exposures, as shares.
    cut_risk, gas_relief
        The chance rho that the challenger withholds gas from those who join, and the share y of that loss which others
        make good.
    w_dependence, w_trade, w_bank
        Their weights; all arrays broadcast.

    Returns
    -------
    FloatArray
        Never negative; rises with every exposure and with the risk of a cut-off, falls with relief.

    References
    ----------
    Our own equation (decision note 0004, decision note 0030).
    """
    return np.asarray(
        w_dependence * dependence * cut_risk * (1.0 - gas_relief)
        + w_trade * trade_exposure
        + w_bank * bank_exposure
    )
