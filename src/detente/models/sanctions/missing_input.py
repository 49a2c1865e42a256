"""What an export control stops beyond trade: output that cannot do without the controlled input."""

from typing import Annotated, TypedDict

import numpy as np

from detente.arrays import FloatArray
from detente.models.inputs import share
from detente.models.registry import Input, Output, model

__all__ = ["missing_input"]

_MONTHS = 12.0


class _Outputs(TypedDict):
    loss_month_pct_gdp: Annotated[
        FloatArray, Output("pct_gdp", "the target's loss in the first month")
    ]
    loss_year_pct_gdp: Annotated[
        FloatArray, Output("pct_gdp", "the target's loss in the first year")
    ]
    loss_3y_pct_gdp: Annotated[FloatArray, Output("pct_gdp", "the target's loss in the third year")]


@model(
    "sanctions.missing_input",
    cites=("boehm2019", "carvalho2021"),
    reference="own: output falls one for one with the missing input (boehm2019) once stocks are used up",
)
def missing_input(
    *,
    output_share: Annotated[
        FloatArray, share("share of the target's output that cannot do without the input")
    ],
    missing_share: Annotated[FloatArray, share("share of the input that is missing")],
    stock_months: Annotated[
        FloatArray, Input("months", "months for which stocks last", low=0.0, high=240.0)
    ],
    replaced_share: Annotated[
        FloatArray,
        share("share of what is missing that is replaced by the third year", default=0.0),
    ],
) -> _Outputs:
    """Loss of output by horizon where nothing replaces an input: stocks first, then the shortfall, then replacement."""
    full = 100.0 * output_share * missing_share

    def without(months: float) -> FloatArray:
        return np.asarray(np.clip(1.0 - stock_months / months, 0.0, 1.0))

    third = np.clip((3.0 * _MONTHS - stock_months) / _MONTHS, 0.0, 1.0)
    return {
        "loss_month_pct_gdp": full * without(1.0),
        "loss_year_pct_gdp": full * without(_MONTHS),
        "loss_3y_pct_gdp": full * third * (1.0 - replaced_share),
    }
