"""What a package costs its target, from an equilibrium of world trade."""

from typing import Annotated, TypedDict

from detente.arrays import FloatArray
from detente.models.registry import Output, model
from detente.models.sanctions._packages import (
    CITES,
    REFERENCE,
    Compliance,
    Design,
    ElasticityScale,
    ElasticitySpread,
    FinanceLoss,
    Intensity,
    JoiningProb,
    TradeCost,
    TradeElasticity,
    participation_of,
    scale_of,
    stopped_share,
)

__all__ = ["package_loss"]


class _Outputs(TypedDict):
    loss_pct_gdp: Annotated[
        FloatArray, Output("pct_gdp", "the target's loss of real income in percent")
    ]
    trade_loss_pct_gdp: Annotated[
        FloatArray, Output("pct_gdp", "the part of the loss that comes from trade")
    ]


@model("sanctions.package_loss", cites=CITES, reference=REFERENCE)
def package_loss(
    design: Design,
    *,
    joining_prob: JoiningProb,
    intensity: Intensity,
    trade_cost_pct: TradeCost,
    trade_elasticity: TradeElasticity,
    elasticity_scale: ElasticityScale,
    elasticity_spread: ElasticitySpread,
    compliance: Compliance,
    finance_loss_pct_gdp: FinanceLoss,
) -> _Outputs:
    """Loss of real income of the target of a package, from an equilibrium of world trade.

    Members take part in proportion to their probability of joining: the loss is that of the mean coalition. A shock to
    funding comes on top of the income that trade leaves.
    """
    trade = design.target_loss_pct(
        participation_of(design, joining_prob, model="sanctions.package_loss"),
        intensity=stopped_share(
            intensity,
            trade_cost_pct=trade_cost_pct,
            trade_elasticity=trade_elasticity * elasticity_scale,
        ),
        scale=scale_of(
            elasticity_scale,
            trade_elasticity=trade_elasticity,
            elasticity_spread=elasticity_spread,
            at="sanctions.package_loss.elasticity_scale",
        ),
        spread=elasticity_spread,
        compliance=compliance,
    )
    return {
        "loss_pct_gdp": trade + finance_loss_pct_gdp - trade * finance_loss_pct_gdp / 100.0,
        "trade_loss_pct_gdp": trade,
    }
