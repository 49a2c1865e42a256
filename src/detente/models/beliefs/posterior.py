"""What a move tells about its maker, if there are two types."""

from typing import Annotated, TypedDict

import numpy as np

from detente.arrays import FloatArray
from detente.models.beliefs.bayes import log_likelihood_ratio
from detente.models.inputs import prob
from detente.models.registry import Output, model

__all__ = ["posterior"]


class _Outputs(TypedDict):
    posterior: Annotated[FloatArray, Output("prob", "probability of the type after the move")]
    shift: Annotated[FloatArray, Output("prob", "posterior less prior, from -1 to 1")]
    log_ratio: Annotated[
        FloatArray, Output("log_odds", "log likelihood ratio of the move, cut at plus and minus 50")
    ]


@model(
    "beliefs.posterior",
    cites=("kydd2005",),
    reference="Bayes' rule for two types; kydd2005 for its use on trust between states",
)
def posterior(
    *,
    prior: Annotated[FloatArray, prob("probability of the type before the move")],
    likelihood: Annotated[FloatArray, prob("probability of the move if the player is of the type")],
    likelihood_other: Annotated[
        FloatArray, prob("probability of the move if the player is not of the type")
    ],
) -> _Outputs:
    """Belief in a type after a move, by Bayes' rule.

    A move that is impossible under the prior (probability zero) leaves the belief as it was.
    """
    before, this, other = np.broadcast_arrays(prior, likelihood, likelihood_other)
    # scaled by the larger likelihood, so that equal ones cancel exactly and rare moves do not underflow
    top = np.maximum(this, other)
    scale = np.where(top > 0.0, top, 1.0)
    joint = before * (this / scale)
    total = joint + (1.0 - before) * (other / scale)
    known = (total > 0.0) & (this != other)
    after = np.where(known, joint / np.where(total > 0.0, total, 1.0), before)
    return {
        "posterior": after,
        "shift": after - before,
        "log_ratio": log_likelihood_ratio(this, other),
    }
