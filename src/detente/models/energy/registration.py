"""The energy model of the register."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from detente.models._inputs import read_inputs
from detente.models.energy.balance import balance_gas
from detente.models.registry import FloatArray, Input, Output, register

__all__ = ["annual_balance"]


def _gas(name: str, description: str, default: float | None = None) -> Input:
    return Input(name=name, unit="twh", description=description, low=0.0, default=default)


def _share(name: str, description: str, default: float | None = None) -> Input:
    return Input(
        name=name, unit="share", description=description, low=0.0, high=1.0, default=default
    )


_INPUTS = (
    _gas("demand_twh", "demand over the period before any response to price"),
    _gas("domestic_twh", "own production over the period"),
    _gas("other_pipeline_twh", "pipeline gas from suppliers other than the challenger"),
    _gas("lng_twh", "LNG under contract or usually bought"),
    _gas("lng_spare_twh", "further LNG that terminals and the world market could supply"),
    _gas("challenger_gas_twh", "gas that the challenger would deliver over the period"),
    _gas("storage_twh", "gas in storage at the start"),
    _gas("storage_floor_twh", "stock below which storage is not drawn"),
    _share("cut_share", "share of its deliveries that the challenger withholds"),
    _share("demand_response_share", "share of demand that gives way to the price"),
    _share("lng_spare_won_share", "share of the spare LNG that the price wins", 1.0),
)
_OUTPUTS = (
    Output(name="shortfall_twh", unit="twh", description="demand that nothing covers"),
    Output(name="shortfall_share", unit="share", description="shortfall as a share of demand"),
    Output(name="lng_used_twh", unit="twh", description="LNG used, contracted and spare"),
    Output(name="storage_end_twh", unit="twh", description="gas in storage at the end"),
    Output(
        name="energy_change_pct",
        unit="pct",
        description="change of gas used against demand: response and shortfall, never positive",
    ),
    Output(name="storage_draw_twh", unit="twh", description="gas drawn from storage"),
    Output(name="demand_response_twh", unit="twh", description="demand that gave way to price"),
    Output(name="challenger_used_twh", unit="twh", description="challenger's gas that was used"),
)


@register(
    "energy.annual_balance",
    inputs=_INPUTS,
    outputs=_OUTPUTS,
    cites=("bruegel2022",),
    reference="bruegel2022, supply and demand balance without one supplier; order of cover our own",
)
def annual_balance(**inputs: ArrayLike) -> Mapping[str, FloatArray]:
    """Balance of gas over one period when a supplier withholds a share of its deliveries.

    Sources cover demand in the order of :func:`detente.models.energy.balance_gas`. Storage gives what stands above
    the floor; a stock that starts below the floor gives nothing and is not refilled.
    """
    given = read_inputs("energy.annual_balance", _INPUTS, inputs)
    demand, storage = given["demand_twh"], given["storage_twh"]
    balance = balance_gas(
        demand,
        domestic=given["domestic_twh"],
        other_pipeline=given["other_pipeline_twh"],
        challenger=given["challenger_gas_twh"] * (1.0 - given["cut_share"]),
        lng_contracted=given["lng_twh"],
        lng_spare=given["lng_spare_twh"] * given["lng_spare_won_share"],
        storage_draw=np.maximum(storage - given["storage_floor_twh"], 0.0),
        demand_response=demand * given["demand_response_share"],
    )
    positive = np.where(demand > 0.0, demand, 1.0)
    return {
        "shortfall_twh": balance.shortfall,
        "shortfall_share": balance.shortfall / positive,
        "lng_used_twh": balance.lng_contracted + balance.lng_spare,
        "storage_end_twh": storage - balance.storage_draw,
        # zero is subtracted from, so that nothing lost reads 0 and not -0
        "energy_change_pct": 0.0 - 100.0 * (balance.demand_response + balance.shortfall) / positive,
        "storage_draw_twh": balance.storage_draw,
        "demand_response_twh": balance.demand_response,
        "challenger_used_twh": balance.challenger,
    }
