"""The beliefs model of the register."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from detente.models._inputs import read_inputs
from detente.models.beliefs.bayes import log_likelihood_ratio
from detente.models.registry import FloatArray, Input, Output, register

__all__ = ["posterior"]


def _prob(name: str, description: str) -> Input:
    return Input(name=name, unit="prob", description=description, low=0.0, high=1.0)


_INPUTS = (
    _prob("prior", "probability of the type before the move"),
    _prob("likelihood", "probability of the move if the player is of the type"),
    _prob("likelihood_other", "probability of the move if the player is not of the type"),
)


@register(
    "beliefs.posterior",
    inputs=_INPUTS,
    outputs=(
        Output(name="posterior", unit="prob", description="probability of the type after the move"),
        Output(name="shift", unit="prob", description="posterior less prior, from -1 to 1"),
        Output(
            name="log_ratio",
            unit="log_odds",
            description="log likelihood ratio of the move, cut at plus and minus 50",
        ),
    ),
    cites=("kydd2005",),
    reference="Bayes' rule for two types; kydd2005 for its use on trust between states",
)
def posterior(**inputs: ArrayLike) -> Mapping[str, FloatArray]:
    """Belief in a type after a move, by Bayes' rule.

    A move that is impossible under the prior (probability zero) leaves the belief as it was.
    """
    given = read_inputs("beliefs.posterior", _INPUTS, inputs)
    prior, likelihood, other = np.broadcast_arrays(
        given["prior"], given["likelihood"], given["likelihood_other"]
    )
    # scaled by the larger likelihood, so that equal ones cancel exactly and rare moves do not underflow
    top = np.maximum(likelihood, other)
    scale = np.where(top > 0.0, top, 1.0)
    joint = prior * (likelihood / scale)
    total = joint + (1.0 - prior) * (other / scale)
    known = (total > 0.0) & (likelihood != other)
    after = np.where(known, joint / np.where(total > 0.0, total, 1.0), prior)
    return {
        "posterior": after,
        "shift": after - prior,
        "log_ratio": log_likelihood_ratio(likelihood, other),
    }
