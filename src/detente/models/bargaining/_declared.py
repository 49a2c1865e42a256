"""Inputs that the bargaining models share."""

from typing import Annotated

from detente.arrays import FloatArray
from detente.models.inputs import prob, ratio, share
from detente.models.registry import Input

__all__ = ["HARD", "NO_LINE", "RedLineFirmness", "WinProb", "war_cost"]

HARD = 1e6
"""Firmness of a red line that no gain on other issues pays for: what a line is where nobody says that it can be crossed."""

NO_LINE = float("nan")
"""What stands for a red line where none is drawn."""

WinProb = Annotated[FloatArray, prob("chance that the challenger wins a fight")]
RedLineFirmness = Annotated[
    FloatArray,
    ratio(
        "how many times dearer a point beyond a red line is; 1 is no red line, the default one that is not crossed",
        default=HARD,
        low=1.0,
        high=HARD,
    ),
]


def war_cost(party: str) -> Input:
    """Declare what fighting costs a party; negative where it gains by it."""
    return share(
        f"cost of fighting to the {party}, in worths of the whole issue space", low=-10.0, high=10.0
    )
