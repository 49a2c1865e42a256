"""Whether a third party whose consent is needed prefers a package to fighting, and to things as they stand."""

from typing import Annotated, TypedDict

import numpy as np

from detente.arrays import FloatArray
from detente.models.bargaining._declared import NO_LINE, RedLineFirmness, WinProb, war_cost
from detente.models.inputs import score, weight
from detente.models.registry import Output, model

__all__ = ["consent"]


class _Outputs(TypedDict):
    consents: Annotated[
        FloatArray, Output("prob", "1 if the third party prefers the package to fighting, else 0")
    ]
    gain: Annotated[
        FloatArray,
        Output(
            "ratio", "third party's gain of the package over fighting, in worths of the issue space"
        ),
    ]
    consents_as_things_stand: Annotated[
        FloatArray,
        Output("prob", "1 if the third party prefers the package to things as they stand, else 0"),
    ]
    gain_as_things_stand: Annotated[
        FloatArray,
        Output(
            "ratio",
            "third party's gain of the package over things as they stand, in worths of the issue space",
        ),
    ]


@model(
    "bargaining.consent",
    cites=("fearon1995",),
    reference="fearon1995, value of the costly lottery, for a third party whose consent is needed",
)
def consent(
    *,
    package: Annotated[FloatArray, score("position of the package on the issue")],
    position: Annotated[FloatArray, score("ideal point of the third party on the issue")],
    salience: Annotated[
        FloatArray, weight("weight of the issue for the third party; proportions matter")
    ],
    challenger_position: Annotated[
        FloatArray, score("where the challenger would set the issue after a victory")
    ],
    status_quo: Annotated[FloatArray, score("where the issue stands without a deal or a fight")],
    red_line: Annotated[
        FloatArray,
        score(
            "farthest point that the third party signs at the usual price; without one no red line",
            default=NO_LINE,
        ),
    ],
    red_line_firmness: RedLineFirmness,
    win_prob: WinProb,
    war_cost: Annotated[FloatArray, war_cost("third party")],
) -> _Outputs:
    """Whether a third party would rather live with a package than fight on, or than keep things as they stand.

    It may prefer the package to a war and yet lose by it against today: a settlement made over its head. See
    :func:`settlement` for the unit. A red line counts where the third party signs, in the package alone.
    """
    slope = salience / np.maximum(salience.sum(axis=0), np.finfo(float).tiny)
    side = np.sign(red_line - position)
    over = np.where(
        side == 0.0, np.abs(package - position), np.maximum((package - red_line) * side, 0.0)
    )
    over = np.where(np.isnan(red_line), 0.0, over)
    lost = np.abs(package - position) + (red_line_firmness - 1.0) * over
    beaten = np.abs(challenger_position - position)
    utility = 1.0 - (slope * lost / 100.0).sum(axis=0)
    fighting = 1.0 - win_prob * (slope * beaten / 100.0).sum(axis=0) - war_cost
    standing = 1.0 - (slope * np.abs(status_quo - position) / 100.0).sum(axis=0)
    gain, change = utility - fighting, utility - standing
    return {
        "consents": (gain >= 0.0).astype(np.float64),
        "gain": gain,
        "consents_as_things_stand": (change >= 0.0).astype(np.float64),
        "gain_as_things_stand": change,
    }
