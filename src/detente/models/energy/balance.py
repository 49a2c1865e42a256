"""A merit-order balance of gas over one period."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from detente.models.registry import FloatArray

__all__ = ["GasBalance", "balance_gas"]


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
