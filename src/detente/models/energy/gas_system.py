"""A gas cut-off in the gas system of a crisis: what each member loses in a year."""

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
from detente.models.inputs import weight
from detente.models.registry import Output, model

__all__ = ["gas_system"]


class _Outputs(TypedDict):
    loss_pct_gdp: Annotated[
        FloatArray,
        Output("pct_gdp", "mean loss of the members by weight against no cut and no pact"),
    ]
    member_loss_pct_gdp: Annotated[
        FloatArray,
        Output(
            "pct_gdp",
            "the member's loss against no cut and no pact; zero for one without a node",
            per_member=True,
        ),
    ]
    energy_change_pct: Annotated[
        FloatArray,
        Output("pct", "change of gas used by the members, by weight, against no cut and no pact"),
    ]
    member_energy_change_pct: Annotated[
        FloatArray,
        Output(
            "pct", "change of gas used by the member against no cut and no pact", per_member=True
        ),
    ]
    response_share: Annotated[
        FloatArray, Output("share", "share of the union's demand that gives way to the price")
    ]
    shortfall_share: Annotated[FloatArray, Output("share", "share of the union's demand cut off")]
    price_eur_per_mwh: Annotated[
        FloatArray, Output("eur_per_mwh", "mean price in the union over the year")
    ]
    lng_used_twh: Annotated[FloatArray, Output("twh", "liquefied gas landed in the year")]


@model(
    "energy.gas_system",
    cites=("riepin2022", "bachmann2022", "huangfu2018", "labandeira2017"),
    reference="riepin2022, least-cost programme of nodes, pipelines, terminals and stores by month; bachmann2022, "
    "aggregate CES; surface through a design our own",
)
def gas_system(
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
    gdp_weight: Annotated[
        FloatArray, weight("the member's weight in the loss of all", default=1.0)
    ],
) -> _Outputs:
    """Loss of each member when a supplier cuts its gas, from the gas system of the crisis by country and month.

    The surface is read at the case and, for comparison, at the same weather, supply at sea and elasticity without cut
    and pact. What hoarding adds is read off a surface of its own and weighed by its chance.
    """
    axes = {
        "cut_share": cut_share,
        "lng_spare_twh": lng_spare_twh,
        "demand_elasticity": demand_elasticity,
        "weather": weather,
        "lng_pact_twh": lng_pact_twh,
    }
    base, cases, shape = gas.cases(axes, hoarding_prob=hoarding_prob)
    outputs: dict[str, FloatArray] = {}
    for chance, case in cases:
        member = gas.member_change_pct(case["lost"], base["lost"], shape)
        loss = ces_loss_pct(member, input_share=energy_share, elasticity=elasticity)
        weights = np.broadcast_to(gdp_weight, loss.shape)
        total = weights.sum(axis=0)
        safe = np.where(total > 0.0, total, 1.0)
        priced = {
            "loss_pct_gdp": (weights * loss).sum(axis=0) / safe,
            "member_loss_pct_gdp": loss,
            "energy_change_pct": (weights * member).sum(axis=0) / safe,
            "member_energy_change_pct": member,
            "response_share": case["responds"].reshape(shape),
            "shortfall_share": case["shed"].reshape(shape),
            "price_eur_per_mwh": gas.union_price(case["price"]).reshape(shape),
            "lng_used_twh": case["lng_twh"].reshape(shape),
        }
        for name, array in priced.items():
            outputs[name] = outputs.get(name, 0.0) + chance * array
    return cast("_Outputs", outputs)
