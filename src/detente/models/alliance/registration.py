"""The alliance model of the register."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from detente.models._inputs import read_inputs, refuse
from detente.models.alliance.equilibrium import (
    coverage_share,
    proximity,
    solve_joining,
    unanimity_prob,
)
from detente.models.registry import FloatArray, Input, Output, register

__all__ = ["joining"]


def _share(name: str, description: str, *, per_member: bool, default: float | None = None) -> Input:
    return Input(
        name=name,
        unit="share",
        description=description,
        per_member=per_member,
        default=default,
        low=0.0,
        high=1.0,
    )


def _coefficient(name: str, description: str, default: float) -> Input:
    return Input(
        name=name, unit="ratio", description=description, default=default, low=0.0, high=1000.0
    )


_INPUTS = (
    _share("dependence", "the challenger's share of the member's gas", per_member=True),
    Input(
        name="trade_exposure",
        unit="share",
        description="trade with the challenger as a share of the member's GDP",
        per_member=True,
        low=0.0,
        high=10.0,
    ),
    Input(
        name="bank_exposure",
        unit="share",
        description="bank claims on the challenger as a share of the member's GDP",
        per_member=True,
        low=0.0,
        high=10.0,
    ),
    Input(
        name="position",
        unit="score_0_100",
        description="the member's stated firmness, 100 for the firmest",
        per_member=True,
        low=0.0,
        high=100.0,
    ),
    Input(
        name="distance_km",
        unit="km",
        description="distance of the member from the front",
        per_member=True,
        low=0.0,
    ),
    Input(
        name="weight",
        unit="share",
        description="weight of the member in the coalition; only proportions matter",
        per_member=True,
        low=0.0,
    ),
    _share("severity", "how bad the challenger's act is, 1 for the worst", per_member=False),
    _share("package_strength", "how heavy the package is, 1 for the heaviest", per_member=False),
    _share("side_payment", "share of the cost of joining that others make good", per_member=False),
    Input(
        name="rationality",
        unit="ratio",
        description="precision of the choice; it multiplies all coefficients",
        low=0.0,
        high=1000.0,
    ),
    _coefficient("w_dependence", "cost of full gas dependence under the heaviest package", 2.0),
    _coefficient("w_trade", "cost of trade worth one GDP under the heaviest package", 10.0),
    _coefficient("w_bank", "cost of bank claims worth one GDP under the heaviest package", 20.0),
    _coefficient("w_position", "benefit to the firmest member of answering the worst act", 6.0),
    _coefficient("w_distance", "benefit to a member at the front of answering the worst act", 1.0),
    _coefficient("w_social", "pressure of all others joining, against none joining", 1.0),
    _coefficient("w_reluctance", "cost to any member of acting with the heaviest package", 2.0),
)


@register(
    "alliance.joining",
    inputs=_INPUTS,
    outputs=(
        Output(
            name="joining_prob",
            unit="prob",
            description="probability that the member joins",
            per_member=True,
        ),
        Output(name="coverage", unit="share", description="expected share of weight that joins"),
        Output(name="unanimity_prob", unit="prob", description="probability that all join"),
        Output(name="expected_share", unit="share", description="expected share of members"),
        Output(
            name="multiple",
            unit="prob",
            description="1 where social pressure holds up more than one answer, else 0",
        ),
        Output(name="residual", unit="prob", description="gap left in the fixed point, recomputed"),
    ),
    cites=("brock2001", "milgrom1990", "boulding1962"),
    reference="brock2001, self-consistent choice probabilities; net benefit our own",
)
def joining(**inputs: ArrayLike) -> Mapping[str, FloatArray]:
    """Who joins a package, from exposures, stated positions and what the others do.

    The net benefit of joining is
    ``severity * (w_position * position/100 + w_distance * exp(-distance/1000 km))
    - package_strength * [(1 - side_payment) * (w_dependence * dependence + w_trade * trade + w_bank * bank)
    + w_reluctance]``; it is our own equation (docs/explanation/alliance.md). The fixed point is that of
    :func:`detente.models.alliance.solve_joining`.
    """
    name = "alliance.joining"
    given = read_inputs(name, _INPUTS, inputs)
    weight = given["weight"]
    total = weight.sum(axis=0)
    refuse(
        name,
        "weight",
        total,
        total <= 0.0,
        why="is the sum over the members, which leaves nothing to weigh by",
        fix="give at least one member a positive weight",
    )
    benefit = given["severity"] * (
        given["w_position"] * given["position"] / 100.0
        + given["w_distance"] * proximity(given["distance_km"])
    )
    exposure = (
        given["w_dependence"] * given["dependence"]
        + given["w_trade"] * given["trade_exposure"]
        + given["w_bank"] * given["bank_exposure"]
    )
    cost = given["package_strength"] * (
        (1.0 - given["side_payment"]) * exposure + given["w_reluctance"]
    )
    solved = solve_joining(
        benefit - cost,
        weight=weight,
        social=given["w_social"],
        rationality=given["rationality"],
    )
    return {
        "joining_prob": solved.prob,
        "coverage": coverage_share(solved.prob, weight=weight),
        "unanimity_prob": unanimity_prob(solved.prob),
        "expected_share": np.asarray(solved.prob.mean(axis=0)),
        "multiple": solved.multiple.astype(np.float64),
        "residual": solved.residual,
    }
