"""What a cut of energy costs an economy."""

from typing import Annotated, TypedDict

from detente.arrays import FloatArray
from detente.models._production import ces_loss_pct
from detente.models.inputs import ratio, share
from detente.models.registry import Input, Output, model

__all__ = ["ces_loss"]


class _Outputs(TypedDict):
    loss_pct_gdp: Annotated[
        FloatArray,
        Output("pct_gdp", "loss of output in percent of the baseline; negative for a gain"),
    ]


@model(
    "sanctions.ces_loss",
    cites=("bachmann2022", "bachmann2024"),
    reference="bachmann2022, aggregate CES production function of the simplified model",
)
def ces_loss(
    *,
    energy_share: Annotated[
        FloatArray, share("share of the input (energy, or gas) in gross national expenditure")
    ],
    elasticity: Annotated[
        FloatArray,
        ratio("elasticity of substitution between the input and everything else", high=100.0),
    ],
    input_change_pct: Annotated[
        FloatArray, Input("pct", "change of the input in percent; a cut is negative", low=-100.0)
    ],
) -> _Outputs:
    """Loss of output when an economy loses part of its energy.

    See :func:`detente.models.sanctions.ces_output_ratio` for the equation.
    """
    loss = ces_loss_pct(input_change_pct, input_share=energy_share, elasticity=elasticity)
    return {"loss_pct_gdp": loss}
