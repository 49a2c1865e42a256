"""Inputs that the bargaining models share."""

from typing import Annotated

from detente.arrays import FloatArray
from detente.models.inputs import prob, ratio, share
from detente.models.registry import Input

__all__ = ["RedLineFirmness", "WinProb", "war_cost"]

WinProb = Annotated[FloatArray, prob("chance that the challenger wins a fight")]
RedLineFirmness = Annotated[
    FloatArray,
    ratio(
        "how many times dearer a point beyond a red line is; 1 is no red line",
        default=1.0,
        low=1.0,
        high=1e6,
    ),
]


def war_cost(party: str) -> Input:
    """Declare what fighting costs a party; negative where it gains by it."""
    return share(
        f"cost of fighting to the {party}, in worths of the whole issue space", low=-10.0, high=10.0
    )
