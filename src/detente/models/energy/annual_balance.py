"""A merit-order balance of gas over one period."""

from dataclasses import dataclass
from typing import Annotated, TypedDict

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray
from detente.models.inputs import share
from detente.models.registry import Input, Output, model

__all__ = ["GasBalance", "annual_balance", "balance_gas"]


def _gas(description: str) -> Input:
    return Input("twh", description, low=0.0)


class _Outputs(TypedDict):
    shortfall_twh: Annotated[FloatArray, Output("twh", "demand that nothing covers")]
    shortfall_share: Annotated[FloatArray, Output("share", "shortfall as a share of demand")]
    lng_used_twh: Annotated[FloatArray, Output("twh", "LNG used, contracted and spare")]
    storage_end_twh: Annotated[FloatArray, Output("twh", "gas in storage at the end")]
    energy_change_pct: Annotated[
        FloatArray,
        Output("pct", "change of gas used against demand: response and shortfall, never positive"),
    ]
    storage_draw_twh: Annotated[FloatArray, Output("twh", "gas drawn from storage")]
    demand_response_twh: Annotated[FloatArray, Output("twh", "demand that gave way to price")]
    challenger_used_twh: Annotated[FloatArray, Output("twh", "challenger's gas that was used")]


@model(
    "energy.annual_balance",
    cites=("bruegel2022",),
    reference="bruegel2022, supply and demand balance without one supplier; order of cover our own",
)
def annual_balance(
    *,
    demand_twh: Annotated[FloatArray, _gas("demand over the period before any response to price")],
    domestic_twh: Annotated[FloatArray, _gas("own production over the period")],
    other_pipeline_twh: Annotated[
        FloatArray, _gas("pipeline gas from suppliers other than the challenger")
    ],
    lng_twh: Annotated[FloatArray, _gas("LNG under contract or usually bought")],
    lng_spare_twh: Annotated[
        FloatArray, _gas("further LNG that terminals and the world market could supply")
    ],
    challenger_gas_twh: Annotated[
        FloatArray, _gas("gas that the challenger would deliver over the period")
    ],
    storage_twh: Annotated[FloatArray, _gas("gas in storage at the start")],
    storage_floor_twh: Annotated[FloatArray, _gas("stock below which storage is not drawn")],
    cut_share: Annotated[
        FloatArray, share("share of its deliveries that the challenger withholds")
    ],
    demand_response_share: Annotated[
        FloatArray, share("share of demand that gives way to the price")
    ],
    lng_spare_won_share: Annotated[
        FloatArray, share("share of the spare LNG that the price wins", default=1.0)
    ],
) -> _Outputs:
    """Balance of gas over one period when a supplier withholds a share of its deliveries.

    Sources cover demand in the order of :func:`balance_gas`. Storage gives what stands above
    the floor; a stock that starts below the floor gives nothing and is not refilled.
    """
    balance = balance_gas(
        demand_twh,
        domestic=domestic_twh,
        other_pipeline=other_pipeline_twh,
        challenger=challenger_gas_twh * (1.0 - cut_share),
        lng_contracted=lng_twh,
        lng_spare=lng_spare_twh * lng_spare_won_share,
        storage_draw=np.maximum(storage_twh - storage_floor_twh, 0.0),
        demand_response=demand_twh * demand_response_share,
    )
    positive = np.where(demand_twh > 0.0, demand_twh, 1.0)
    return {
        "shortfall_twh": balance.shortfall,
        "shortfall_share": balance.shortfall / positive,
        "lng_used_twh": balance.lng_contracted + balance.lng_spare,
        "storage_end_twh": storage_twh - balance.storage_draw,
        # zero is subtracted from, so that nothing lost reads 0 and not -0
        "energy_change_pct": 0.0 - 100.0 * (balance.demand_response + balance.shortfall) / positive,
        "storage_draw_twh": balance.storage_draw,
        "demand_response_twh": balance.demand_response,
        "challenger_used_twh": balance.challenger,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class GasBalance:
    """Who covers demand: every field in TWh, in the broadcast shape; their sum is demand."""

    domestic: FloatArray
    other_pipeline: FloatArray
    challenger: FloatArray
    lng_contracted: FloatArray
    lng_spare: FloatArray
    storage_draw: FloatArray
    demand_response: FloatArray
    shortfall: FloatArray


def balance_gas(
    demand: ArrayLike,
    *,
    domestic: ArrayLike,
    other_pipeline: ArrayLike,
    challenger: ArrayLike,
    lng_contracted: ArrayLike,
    lng_spare: ArrayLike,
    storage_draw: ArrayLike,
    demand_response: ArrayLike,
) -> GasBalance:
    """Cover demand from each source in turn; what no source covers is the shortfall.

    The order is the merit order of short-run cost: domestic production, pipelines that are not the challenger's, the
    challenger's gas, LNG under contract, LNG that the price draws from elsewhere, storage, demand that gives way to
    the price. A source beyond the remaining demand is left unused, last in the order first.

    Parameters
    ----------
    demand
        Demand before any response, TWh, >= 0, any shape.
    domestic, other_pipeline, challenger, lng_contracted, lng_spare, storage_draw, demand_response
        What each source can give at most, TWh, >= 0.

    Returns
    -------
    GasBalance
        What each source gives.

    References
    ----------
    An accounting identity with a fixed order; :cite:p:`bruegel2022` does the same sum for a continent.
    """
    sources = {
        "domestic": domestic,
        "other_pipeline": other_pipeline,
        "challenger": challenger,
        "lng_contracted": lng_contracted,
        "lng_spare": lng_spare,
        "storage_draw": storage_draw,
        "demand_response": demand_response,
    }
    remaining: FloatArray = np.asarray(demand, dtype=np.float64)
    used: dict[str, FloatArray] = {}
    for name, available in sources.items():
        used[name] = np.minimum(remaining, np.asarray(available, dtype=np.float64))
        remaining = remaining - used[name]
    return GasBalance(shortfall=remaining, **used)
