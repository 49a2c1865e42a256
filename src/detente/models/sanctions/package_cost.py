"""What a package costs those who impose it, from an equilibrium of world trade."""

from typing import Annotated, TypedDict

from detente.arrays import FloatArray
from detente.models.inputs import sum_of_weights
from detente.models.registry import Output, model
from detente.models.sanctions._declared import BankClaimsShare, ClaimsLossShare, GdpWeight
from detente.models.sanctions._packages import (
    CITES,
    REFERENCE,
    Design,
    ElasticityScale,
    ElasticitySpread,
    Intensity,
    JoiningProb,
    TradeCost,
    TradeElasticity,
    participation_of,
    scale_of,
    stopped_share,
)

__all__ = ["package_cost"]


class _Outputs(TypedDict):
    member_loss_pct_gdp: Annotated[
        FloatArray,
        Output(
            "pct_gdp",
            "expected loss of the member in percent of its own GDP; negative for a gain",
            per_member=True,
        ),
    ]
    loss_pct_gdp: Annotated[
        FloatArray, Output("pct_gdp", "loss of all members in percent of their joint GDP")
    ]


@model("sanctions.package_cost", cites=CITES, reference=REFERENCE)
def package_cost(
    design: Design,
    *,
    joining_prob: JoiningProb,
    intensity: Intensity,
    trade_cost_pct: TradeCost,
    trade_elasticity: TradeElasticity,
    elasticity_scale: ElasticityScale,
    elasticity_spread: ElasticitySpread,
    bank_claims_share: BankClaimsShare,
    claims_loss_share: ClaimsLossShare,
    gdp_weight: GdpWeight,
) -> _Outputs:
    """Loss of each member of the coalition under a package, from an equilibrium of world trade.

    A member loses its own trade with the target if it joins, and its terms of trade move with the others' either way.
    Lost bank claims are a loss of wealth, booked once against one year's GDP, and only if it joins.
    """
    joining = participation_of(design, joining_prob, model="sanctions.package_cost")
    trade = design.member_loss_pct(
        joining,
        intensity=stopped_share(
            intensity,
            trade_cost_pct=trade_cost_pct,
            trade_elasticity=trade_elasticity * elasticity_scale,
        ),
        scale=scale_of(
            elasticity_scale,
            trade_elasticity=trade_elasticity,
            elasticity_spread=elasticity_spread,
            at="sanctions.package_cost.elasticity_scale",
        ),
        spread=elasticity_spread,
    )
    claims = 100.0 * bank_claims_share * claims_loss_share
    member = trade + joining * claims
    total = sum_of_weights(gdp_weight, at="sanctions.package_cost.gdp_weight")
    return {
        "member_loss_pct_gdp": member,
        "loss_pct_gdp": (member * gdp_weight).sum(axis=0) / total,
    }
