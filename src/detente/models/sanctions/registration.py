"""The sanctions models of the register."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from detente.models._inputs import ROUNDING, read_inputs, refuse
from detente.models._production import ces_loss_pct
from detente.models.registry import FloatArray, Input, Output, register
from detente.models.sanctions.welfare import surviving_share, welfare_loss_pct

__all__ = ["ces_loss", "sender_loss", "target_loss"]

_TRADE_COST = Input(
    name="trade_cost_pct",
    unit="pct",
    description="ad-valorem rise of trade costs between a joining member and the target",
    low=0.0,
)
_TRADE_ELASTICITY = Input(
    name="trade_elasticity",
    unit="ratio",
    description="trade elasticity theta, the percentage fall of trade per percent of trade cost",
    low=0.05,
    high=100.0,
)
_VALUE_ADDED_SHARE = Input(
    name="value_added_share",
    unit="share",
    description="share of value added in gross output; 1 leaves intermediate goods out",
    default=1.0,
    low=0.05,
    high=1.0,
)
_JOINING_PROB = Input(
    name="joining_prob",
    unit="prob",
    description="probability that the member joins the sanctions",
    per_member=True,
    low=0.0,
    high=1.0,
)

_CES_INPUTS = (
    Input(
        name="energy_share",
        unit="share",
        description="share of the input (energy, or gas) in gross national expenditure",
        low=0.0,
        high=1.0,
    ),
    Input(
        name="elasticity",
        unit="ratio",
        description="elasticity of substitution between the input and everything else",
        low=0.0,
        high=100.0,
    ),
    Input(
        name="input_change_pct",
        unit="pct",
        description="change of the input in percent; a cut is negative",
        low=-100.0,
    ),
)


@register(
    "sanctions.ces_loss",
    inputs=_CES_INPUTS,
    outputs=(
        Output(
            name="loss_pct_gdp",
            unit="pct_gdp",
            description="loss of output in percent of the baseline; negative for a gain",
        ),
    ),
    cites=("bachmann2022", "bachmann2024"),
    reference="bachmann2022, aggregate CES production function of the simplified model",
)
def ces_loss(**inputs: ArrayLike) -> Mapping[str, FloatArray]:
    """Loss of output when an economy loses part of its energy.

    Inputs and outputs as registered; see :func:`detente.models.sanctions.ces_output_ratio` for the equation.
    """
    given = read_inputs("sanctions.ces_loss", _CES_INPUTS, inputs)
    loss = ces_loss_pct(
        given["input_change_pct"],
        input_share=given["energy_share"],
        elasticity=given["elasticity"],
    )
    return {"loss_pct_gdp": loss}


_TARGET_INPUTS = (
    Input(
        name="trade_share",
        unit="share",
        description="share of the target's expenditure spent on goods of the member",
        per_member=True,
        low=0.0,
        high=1.0,
    ),
    _JOINING_PROB,
    _TRADE_COST,
    _TRADE_ELASTICITY,
    Input(
        name="finance_loss_pct_gdp",
        unit="pct_gdp",
        description="loss from financial measures (bank and messaging cut-off), taken as given",
        default=0.0,
        low=0.0,
        high=100.0,
    ),
    _VALUE_ADDED_SHARE,
)


@register(
    "sanctions.target_loss",
    inputs=_TARGET_INPUTS,
    outputs=(
        Output(
            name="loss_pct_gdp",
            unit="pct_gdp",
            description="the target's loss of real income in percent",
        ),
        Output(
            name="trade_loss_pct_gdp",
            unit="pct_gdp",
            description="the part of the loss that comes from trade",
        ),
    ),
    cites=("arkolakis2012", "costinot2014"),
    reference="arkolakis2012, equation (1)",
)
def target_loss(**inputs: ArrayLike) -> Mapping[str, FloatArray]:
    """Loss of real income of a country whose suppliers raise its trade costs.

    Each member's share shrinks in proportion to its probability of joining. Financial losses come on top of the
    income that trade leaves: ``1 - (1 - trade)(1 - finance)``.
    """
    name = "sanctions.target_loss"
    given = read_inputs(name, _TARGET_INPUTS, inputs)
    total = given["trade_share"].sum(axis=0)
    refuse(
        name,
        "trade_share",
        total,
        total > 1.0 + ROUNDING,
        why="is the sum over the members, more than the whole expenditure",
        fix="give each member's share of the target's total expenditure",
    )
    theta = given["trade_elasticity"]
    priced_out = 1.0 - surviving_share(given["trade_cost_pct"], trade_elasticity=theta)
    lost = priced_out * np.minimum((given["trade_share"] * given["joining_prob"]).sum(axis=0), 1.0)
    trade = welfare_loss_pct(
        lost, trade_elasticity=theta, value_added_share=given["value_added_share"]
    )
    finance = given["finance_loss_pct_gdp"]
    return {
        "loss_pct_gdp": trade + finance - trade * finance / 100.0,
        "trade_loss_pct_gdp": trade,
    }


_SENDER_INPUTS = (
    Input(
        name="trade_share",
        unit="share",
        description="share of the member's expenditure spent on goods of the target",
        per_member=True,
        low=0.0,
        high=1.0,
    ),
    _JOINING_PROB,
    Input(
        name="bank_claims_share",
        unit="share",
        description="claims of the member's banks on the target, as a share of the member's GDP",
        per_member=True,
        default=0.0,
        low=0.0,
        high=10.0,
    ),
    Input(
        name="gdp_weight",
        unit="share",
        description="weight of the member in the total; only proportions matter",
        per_member=True,
        default=1.0,
        low=0.0,
    ),
    _TRADE_COST,
    _TRADE_ELASTICITY,
    Input(
        name="claims_loss_share",
        unit="share",
        description="share of the bank claims that is lost",
        default=0.0,
        low=0.0,
        high=1.0,
    ),
    _VALUE_ADDED_SHARE,
)


@register(
    "sanctions.sender_loss",
    inputs=_SENDER_INPUTS,
    outputs=(
        Output(
            name="member_loss_pct_gdp",
            unit="pct_gdp",
            description="expected loss of the member in percent of its own GDP",
            per_member=True,
        ),
        Output(
            name="loss_pct_gdp",
            unit="pct_gdp",
            description="loss of all members in percent of their joint GDP",
        ),
    ),
    cites=("arkolakis2012", "costinot2014"),
    reference="arkolakis2012, equation (1)",
)
def sender_loss(**inputs: ArrayLike) -> Mapping[str, FloatArray]:
    """Loss of those who impose sanctions.

    A member loses only if it joins: the outputs are its loss when it joins times the probability that it does.
    Written-off claims are a loss of wealth, booked once against one year's GDP.
    """
    name = "sanctions.sender_loss"
    given = read_inputs(name, _SENDER_INPUTS, inputs)
    theta = given["trade_elasticity"]
    priced_out = 1.0 - surviving_share(given["trade_cost_pct"], trade_elasticity=theta)
    trade = welfare_loss_pct(
        given["trade_share"] * priced_out,
        trade_elasticity=theta,
        value_added_share=given["value_added_share"],
    )
    claims = 100.0 * given["bank_claims_share"] * given["claims_loss_share"]
    member = given["joining_prob"] * (trade + claims)
    weight = given["gdp_weight"]
    total = weight.sum(axis=0)
    refuse(
        name,
        "gdp_weight",
        total,
        total <= 0.0,
        why="is the sum over the members, which leaves nothing to weigh by",
        fix="give at least one member a positive weight",
    )
    return {
        "member_loss_pct_gdp": member,
        "loss_pct_gdp": (member * weight).sum(axis=0) / total,
    }
