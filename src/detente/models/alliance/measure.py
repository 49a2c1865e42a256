"""What one measure of a package costs each member."""

from typing import Annotated, TypedDict

from detente.arrays import FloatArray
from detente.models.alliance._exposed import (
    BankExposure,
    CutRisk,
    Dependence,
    GasRelief,
    Reluctance,
    TradeExposure,
    WeightOfBank,
    WeightOfDependence,
    WeightOfTrade,
    coefficient,
    exposure_cost,
)
from detente.models.inputs import score, share
from detente.models.registry import Output, model

__all__ = ["measure"]


class _Outputs(TypedDict):
    cost: Annotated[
        FloatArray,
        Output(
            "ratio", "what the measure costs the member, in log odds", per_member=True, kept=False
        ),
    ]


@model(
    "alliance.measure",
    cites=("boulding1962",),
    reference="cost of a measure by channel of exposure and stated position, our own equation",
)
def measure(
    *,
    position: Annotated[
        FloatArray, score("the member's stated position on the measure, 0 opposed in any case")
    ],
    strength: Annotated[FloatArray, share("how heavy the measure is in the heaviest package")],
    dependence: Dependence,
    trade_exposure: TradeExposure,
    bank_exposure: BankExposure,
    cut_risk: CutRisk,
    gas_relief: GasRelief,
    w_dependence: WeightOfDependence,
    w_trade: WeightOfTrade,
    w_bank: WeightOfBank,
    gas_hit: Annotated[
        FloatArray, share("share of the exposure by energy that the measure hits", default=0.0)
    ],
    trade_hit: Annotated[
        FloatArray, share("share of the exposure to trade that it hits", default=0.0)
    ],
    bank_hit: Annotated[
        FloatArray, share("share of the exposure to claims that it hits", default=0.0)
    ],
    w_objection: Annotated[
        FloatArray,
        coefficient("cost of the heaviest package to a member that opposes it", default=2.0),
    ],
    w_reluctance: Reluctance,
) -> _Outputs:
    """Compute what one measure of a package costs each member, by the channels that it hits.

    ``strength * (w_reluctance + w_objection * (1 - position / 100))`` and the exposures of
    ``alliance.joining``, each times the share of it that the measure hits. Never negative, so
    that a larger package never costs a member less.
    """
    exposed = exposure_cost(
        dependence=dependence * gas_hit,
        trade_exposure=trade_exposure * trade_hit,
        bank_exposure=bank_exposure * bank_hit,
        cut_risk=cut_risk,
        gas_relief=gas_relief,
        w_dependence=w_dependence,
        w_trade=w_trade,
        w_bank=w_bank,
    )
    refusal = w_objection * (1.0 - position / 100.0)
    return {"cost": strength * (w_reluctance + refusal) + exposed}
