"""A gas cut-off by horizon: what each member loses in the first month, in a year and in the third, and the supplier."""

from collections.abc import Mapping
from typing import Annotated, TypedDict, cast

import numpy as np

from detente.arrays import FloatArray
from detente.models._production import ces_loss_pct
from detente.models.energy._declared import (
    CutShare,
    DemandElasticity,
    Elasticity,
    EnergyShare,
    Gas,
    HoardingProb,
    LngPact,
    LngSpare,
    Weather,
)
from detente.models.inputs import ratio
from detente.models.registry import Input, Output, model

__all__ = ["GAS_HORIZONS", "gas_horizons"]

GAS_HORIZONS = ("month", "year", "3y")
"""Horizons of :func:`gas_horizons`: the first month, the first year, the third."""


class _Outputs(TypedDict):
    member_loss_month_pct_gdp: Annotated[
        FloatArray,
        Output(
            "pct_gdp",
            "the member's loss in the first month of the cut, in percent of the income of the period",
            per_member=True,
        ),
    ]
    member_loss_year_pct_gdp: Annotated[
        FloatArray,
        Output(
            "pct_gdp",
            "the member's loss in the first year of the cut, in percent of the income of the period",
            per_member=True,
        ),
    ]
    member_loss_3y_pct_gdp: Annotated[
        FloatArray,
        Output(
            "pct_gdp",
            "the member's loss in the third year of the cut, in percent of the income of the period",
            per_member=True,
        ),
    ]
    member_stopped_month_pct_gdp: Annotated[
        FloatArray,
        Output(
            "pct_gdp",
            "the member's loss in the first month if nothing of the supplier's gas is taken at all, in percent of the income of the period",
            per_member=True,
        ),
    ]
    member_stopped_year_pct_gdp: Annotated[
        FloatArray,
        Output(
            "pct_gdp",
            "the member's loss in the first year if nothing of the supplier's gas is taken at all, in percent of the income of the period",
            per_member=True,
        ),
    ]
    member_stopped_3y_pct_gdp: Annotated[
        FloatArray,
        Output(
            "pct_gdp",
            "the member's loss in the third year if nothing of the supplier's gas is taken at all, in percent of the income of the period",
            per_member=True,
        ),
    ]
    supplier_loss_pct_gdp: Annotated[
        FloatArray, Output("pct_gdp", "revenue that the supplier forgoes while it cuts")
    ]


@model(
    "energy.gas_horizons",
    cites=("riepin2022", "bachmann2022", "labandeira2017"),
    reference="riepin2022, least-cost programme of nodes, pipelines, terminals and stores by month; bachmann2022, "
    "aggregate CES; horizons our own",
)
def gas_horizons(
    gas: Gas,
    *,
    cut_share: CutShare,
    lng_spare_twh: LngSpare,
    lng_pact_twh: LngPact,
    demand_elasticity: DemandElasticity,
    weather: Weather,
    hoarding_prob: HoardingProb,
    energy_share: EnergyShare,
    elasticity: Elasticity,
    month_ratio: Annotated[
        FloatArray,
        ratio(
            "elasticity of substitution within a month over that within a year",
            high=1.0,
            default=1.0,
        ),
    ],
    third_year_ratio: Annotated[
        FloatArray,
        ratio(
            "elasticity of substitution in the third year over that within the first",
            low=1.0,
            high=20.0,
            default=1.0,
        ),
    ],
    revenue_pct_gdp: Annotated[
        FloatArray,
        Input("pct_gdp", "gas revenue that the supplier forgoes", low=0.0, high=100.0, default=0.0),
    ],
) -> _Outputs:
    """Loss of each member by horizon when a supplier cuts its gas, and when nothing of its gas is taken.

    The first month is that of the programme, in which stores and ships stand in for what is missing. The third year is
    as short of gas as the first, since stores end as full as they began and nothing is built; more can be replaced.
    """
    axes = {
        "cut_share": cut_share,
        "lng_spare_twh": lng_spare_twh,
        "demand_elasticity": demand_elasticity,
        "weather": weather,
        "lng_pact_twh": lng_pact_twh,
    }
    at = {
        "month": ("first", elasticity * month_ratio),
        "year": ("lost", elasticity),
        "3y": ("lost", elasticity * third_year_ratio),
    }

    def losses(name: str, axes: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        base, cases, shape = gas.cases(axes, hoarding_prob=hoarding_prob)
        outputs: dict[str, FloatArray] = {}
        for chance, case in cases:
            for horizon, (part, substitution) in at.items():
                key = f"member_{name}_{horizon}_pct_gdp"
                loss = ces_loss_pct(
                    gas.member_change_pct(case[part], base[part], shape),
                    input_share=energy_share,
                    elasticity=substitution,
                )
                outputs[key] = outputs.get(key, 0.0) + chance * loss
        return outputs

    whole = axes | {"cut_share": np.where(cut_share > 0.0, 1.0, 0.0)}
    outputs = losses("loss", axes) | losses("stopped", whole)
    return cast("_Outputs", outputs | {"supplier_loss_pct_gdp": revenue_pct_gdp})
