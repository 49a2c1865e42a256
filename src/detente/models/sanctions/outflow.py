"""The currency when private capital leaves: what a cut-off of banks does without a freeze of reserves."""

from typing import Annotated, TypedDict

import numpy as np

from detente.arrays import FloatArray
from detente.models.registry import Input, Output, model

__all__ = ["outflow"]


class _Outputs(TypedDict):
    fall_pct: Annotated[FloatArray, Output("pct", "fall of the currency's value in dollars")]
    depreciation_pct: Annotated[
        FloatArray, Output("pct", "rise of the price of foreign currency in percent")
    ]


@model(
    "sanctions.outflow",
    cites=("itskhoki2022",),
    reference="own: fall per percent of GDP of extra outflow, compounded; why outflow matters is itskhoki2022",
)
def outflow(
    *,
    outflow_pct_gdp: Annotated[
        FloatArray,
        Input("pct_gdp", "extra private outflow of capital in the period", low=0.0, high=100.0),
    ],
    fall_per_pct_gdp: Annotated[
        FloatArray,
        Input(
            "pct",
            "fall of the currency's value for each percent of GDP that leaves",
            low=0.0,
            high=100.0,
        ),
    ],
) -> _Outputs:
    r"""Fall of the currency when capital leaves.

    The fall is :math:`1 - \exp(-r\,o / 100)`, so that it is :math:`r` percent per percent at first and never all of it.
    No published equation relates the two for sanctions; the response is read off episodes.
    """
    log_fall = outflow_pct_gdp * fall_per_pct_gdp / 100.0
    return {
        "fall_pct": -100.0 * np.expm1(-log_fall),
        "depreciation_pct": 100.0 * np.expm1(log_fall),
    }
