"""What the models of a package share: the responses they read, the inputs of its participants, and how both meet."""

from typing import Annotated

import numpy as np

from detente.arrays import FloatArray
from detente.errors import ModelError
from detente.models.inputs import prob, ratio, share
from detente.models.registry import Input, Prepared, Setting, raise_where
from detente.models.sanctions._declared import pct_gdp
from detente.models.sanctions.responses import (
    REFERENCE_LEVEL,
    SCALE_RANGE,
    PackageResponse,
    read_response,
)
from detente.models.sanctions.welfare import surviving_share

__all__ = [
    "CITES",
    "REFERENCE",
    "Compliance",
    "Design",
    "ElasticityScale",
    "ElasticitySpread",
    "FinanceLoss",
    "Intensity",
    "JoiningProb",
    "TradeCost",
    "TradeElasticity",
    "participation_of",
    "scale_of",
    "stopped_share",
]

CITES = ("caliendo2015", "dekle2008", "boehm2023")
REFERENCE = "caliendo2015, equilibrium in relative changes, solved on a design and interpolated"


def _read_design(setting: Setting) -> PackageResponse:
    return read_response(setting.design, setting.responses, setting.members)


Design = Annotated[PackageResponse, Prepared(_read_design, from_responses=True)]
JoiningProb = Annotated[
    FloatArray,
    prob(
        "probability that the member joins, or the share of its trade that takes part",
        per_member=True,
    ),
]
Intensity = Annotated[
    FloatArray,
    share(
        "share of the flows under the measures that scale which stops at unchanged prices",
        default=0.0,
    ),
]
TradeCost = Annotated[
    FloatArray,
    Input(
        "pct",
        "ad-valorem rise of trade costs on the flows under the measures that scale",
        default=0.0,
        low=0.0,
    ),
]
TradeElasticity = Annotated[
    FloatArray,
    ratio("long-run trade elasticity of all sectors where they do not differ", low=0.5, high=50.0),
]
ElasticityScale = Annotated[
    FloatArray,
    ratio(
        "share of the long-run elasticity that is reached at the horizon",
        default=1.0,
        low=0.01,
        high=1.0,
    ),
]
ElasticitySpread = Annotated[
    FloatArray,
    share("how far sectors differ in their elasticity: 0 not at all, 1 as published", default=0.0),
]
Compliance = Annotated[
    FloatArray,
    share(
        "share with which third countries follow controls on what is sold to the target",
        default=0.0,
    ),
]
FinanceLoss = Annotated[FloatArray, pct_gdp("loss from a shock to funding, taken as given")]


def participation_of(design: PackageResponse, joining: FloatArray, *, model: str) -> FloatArray:
    """Return the participation of each actor of the design, shape ``(n_actors, ...)``.

    Raises
    ------
    ModelError
        ``input-invalid`` unless there is one value for all or one for each.
    """
    if len(joining) not in {1, len(design.actors)}:
        message = f"there are {len(joining)} members, the design has {len(design.actors)}"
        raise ModelError(
            message, code="input-invalid", at=f"{model}.joining_prob", fix="give one value each"
        )
    return np.broadcast_to(joining, (len(design.actors), *joining.shape[1:]))


def stopped_share(
    intensity: FloatArray, *, trade_cost_pct: FloatArray, trade_elasticity: FloatArray
) -> FloatArray:
    """Return the share of flows that stops at unchanged prices: what is forbidden, and what costs keep away."""
    left = surviving_share(trade_cost_pct, trade_elasticity=trade_elasticity)
    return np.asarray(1.0 - (1.0 - intensity) * left)


def scale_of(
    horizon_scale: FloatArray,
    *,
    trade_elasticity: FloatArray,
    elasticity_spread: FloatArray,
    at: str,
) -> FloatArray:
    """Return the scale of the design: that of the horizon times the level relative to the reference's.

    Raises
    ------
    ModelError
        ``input-invalid`` at the input named, where the design does not span the scale.
    """
    level = trade_elasticity / REFERENCE_LEVEL
    scale = np.asarray(horizon_scale * level ** (1.0 - elasticity_spread))
    low, high = SCALE_RANGE
    raise_where(
        (scale < low) | (scale > high),
        at=at,
        array=scale,
        why=f"times the level over {REFERENCE_LEVEL:g} is outside {low:g} to {high:g}, which the design spans",
        fix="narrow the distributions of trade_elasticity and elasticity_scale",
    )
    return scale
