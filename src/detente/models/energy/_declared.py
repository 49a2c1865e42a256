"""What the models of the gas system share: the system itself, and the inputs of a cut."""

from typing import Annotated

from detente.arrays import FloatArray
from detente.models.energy.pricing import AXES, HIGH, LOW, GasMechanism
from detente.models.energy.tables import GAS_TABLES
from detente.models.inputs import prob, ratio, share
from detente.models.registry import Input, Prepared

__all__ = [
    "CutShare",
    "DemandElasticity",
    "Elasticity",
    "EnergyShare",
    "Gas",
    "HoardingProb",
    "LngPact",
    "LngSpare",
    "Weather",
]


def _axis(name: str, unit: str, description: str, default: float | None = None) -> Input:
    axis = AXES.index(name)
    low, high = float(LOW[axis]), float(HIGH[axis])
    return Input(unit, description, default=default, low=low, high=high)


Gas = Annotated[GasMechanism, Prepared(GasMechanism, tables=GAS_TABLES)]
CutShare = Annotated[
    FloatArray, _axis("cut_share", "share", "share of its deliveries that the challenger withholds")
]
LngSpare = Annotated[
    FloatArray,
    _axis(
        "lng_spare_twh", "twh", "liquefied gas in a year that the price draws beyond today's pace"
    ),
]
LngPact = Annotated[
    FloatArray, _axis("lng_pact_twh", "twh", "liquefied gas in a year that a pact diverts", 0.0)
]
DemandElasticity = Annotated[
    FloatArray,
    _axis("demand_elasticity", "ratio", "price elasticity of gas demand without its sign", 0.18),
]
Weather = Annotated[
    FloatArray, _axis("weather", "ratio", "need for heat against a normal year", 1.0)
]
HoardingProb = Annotated[
    FloatArray, prob("chance that members keep their own gas once it is cut", default=0.0)
]
EnergyShare = Annotated[
    FloatArray, share("share of gas in the member's expenditure", per_member=True)
]
Elasticity = Annotated[FloatArray, ratio("elasticity of substitution between gas and the rest")]
