"""What the target of sanctions loses by trade and finance, from its trade shares alone."""

from typing import Annotated, TypedDict

import numpy as np

from detente.arrays import FloatArray
from detente.models.inputs import share
from detente.models.registry import ROUNDING, Output, model, raise_where
from detente.models.sanctions._declared import (
    JoiningProb,
    TradeCost,
    TradeElasticity,
    ValueAddedShare,
    pct_gdp,
)
from detente.models.sanctions.welfare import surviving_share, welfare_loss_pct

__all__ = ["target_loss"]


class _Outputs(TypedDict):
    loss_pct_gdp: Annotated[
        FloatArray, Output("pct_gdp", "the target's loss of real income in percent")
    ]
    trade_loss_pct_gdp: Annotated[
        FloatArray, Output("pct_gdp", "the part of the loss that comes from trade")
    ]


@model(
    "sanctions.target_loss",
    cites=("arkolakis2012", "costinot2014"),
    reference="arkolakis2012, equation (1)",
)
def target_loss(
    *,
    trade_share: Annotated[
        FloatArray,
        share("share of the target's expenditure spent on goods of the member", per_member=True),
    ],
    joining_prob: JoiningProb,
    trade_cost_pct: TradeCost,
    trade_elasticity: TradeElasticity,
    finance_loss_pct_gdp: Annotated[
        FloatArray,
        pct_gdp("loss from financial measures (bank and messaging cut-off), taken as given"),
    ],
    value_added_share: ValueAddedShare,
) -> _Outputs:
    """Loss of real income of a country whose suppliers raise its trade costs.

    Each member's share shrinks in proportion to its probability of joining. Financial losses come on top of the
    income that trade leaves: ``1 - (1 - trade)(1 - finance)``.
    """
    total = trade_share.sum(axis=0)
    raise_where(
        total > 1.0 + ROUNDING,
        at="sanctions.target_loss.trade_share",
        array=total,
        why="is the sum over the members, more than the whole expenditure",
        fix="give each member's share of the target's total expenditure",
    )
    priced_out = 1.0 - surviving_share(trade_cost_pct, trade_elasticity=trade_elasticity)
    lost = priced_out * np.minimum((trade_share * joining_prob).sum(axis=0), 1.0)
    trade = welfare_loss_pct(
        lost, trade_elasticity=trade_elasticity, value_added_share=value_added_share
    )
    return {
        "loss_pct_gdp": trade + finance_loss_pct_gdp - trade * finance_loss_pct_gdp / 100.0,
        "trade_loss_pct_gdp": trade,
    }
