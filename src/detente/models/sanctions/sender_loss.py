"""What those who impose sanctions lose, from their trade shares and bank claims alone."""

from typing import Annotated, TypedDict

from detente.arrays import FloatArray
from detente.models.inputs import share, sum_of_weights
from detente.models.registry import Output, model
from detente.models.sanctions._declared import (
    BankClaimsShare,
    ClaimsLossShare,
    GdpWeight,
    JoiningProb,
    TradeCost,
    TradeElasticity,
    ValueAddedShare,
)
from detente.models.sanctions.welfare import surviving_share, welfare_loss_pct

__all__ = ["sender_loss"]


class _Outputs(TypedDict):
    member_loss_pct_gdp: Annotated[
        FloatArray,
        Output("pct_gdp", "expected loss of the member in percent of its own GDP", per_member=True),
    ]
    loss_pct_gdp: Annotated[
        FloatArray, Output("pct_gdp", "loss of all members in percent of their joint GDP")
    ]


@model(
    "sanctions.sender_loss",
    cites=("arkolakis2012", "costinot2014"),
    reference="arkolakis2012, equation (1)",
)
def sender_loss(
    *,
    trade_share: Annotated[
        FloatArray,
        share("share of the member's expenditure spent on goods of the target", per_member=True),
    ],
    joining_prob: JoiningProb,
    bank_claims_share: BankClaimsShare,
    gdp_weight: GdpWeight,
    trade_cost_pct: TradeCost,
    trade_elasticity: TradeElasticity,
    claims_loss_share: ClaimsLossShare,
    value_added_share: ValueAddedShare,
) -> _Outputs:
    """Loss of those who impose sanctions.

    A member loses only if it joins: the outputs are its loss when it joins times the probability that it does.
    Written-off claims are a loss of wealth, booked once against one year's GDP.
    """
    priced_out = 1.0 - surviving_share(trade_cost_pct, trade_elasticity=trade_elasticity)
    trade = welfare_loss_pct(
        trade_share * priced_out,
        trade_elasticity=trade_elasticity,
        value_added_share=value_added_share,
    )
    claims = 100.0 * bank_claims_share * claims_loss_share
    member = joining_prob * (trade + claims)
    total = sum_of_weights(gdp_weight, at="sanctions.sender_loss.gdp_weight")
    return {
        "member_loss_pct_gdp": member,
        "loss_pct_gdp": (member * gdp_weight).sum(axis=0) / total,
    }
