"""The bargaining model of the register."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from detente.models._inputs import read_inputs
from detente.models.bargaining.issues import fighting_values, make_issue_space
from detente.models.bargaining.ranges import agreement_volume, solve_range
from detente.models.registry import FloatArray, Input, Output, register

__all__ = ["settlement"]


def _position(name: str, description: str) -> Input:
    return Input(
        name=name,
        unit="score_0_100",
        description=description,
        per_member=True,
        low=0.0,
        high=100.0,
    )


def _salience(name: str, description: str) -> Input:
    return Input(name=name, unit="share", description=description, per_member=True, low=0.0)


def _cost(name: str, description: str) -> Input:
    return Input(name=name, unit="share", description=description, low=-10.0, high=10.0)


_INPUTS = (
    _position("challenger_position", "ideal point of the challenger on the issue"),
    _position("defender_position", "ideal point of the defender on the issue"),
    _salience("challenger_salience", "weight of the issue for the challenger; proportions matter"),
    _salience("defender_salience", "weight of the issue for the defender; proportions matter"),
    Input(
        name="win_prob",
        unit="prob",
        description="chance that the challenger wins a fight",
        low=0.0,
        high=1.0,
    ),
    _cost(
        "challenger_war_cost",
        "cost of fighting to the challenger, in worths of the whole issue space",
    ),
    _cost(
        "defender_war_cost", "cost of fighting to the defender, in worths of the whole issue space"
    ),
    Input(
        name="disagreement",
        unit="prob",
        description="by how much both sides' chances of winning, as each sees it, exceed one",
        default=0.0,
        low=0.0,
        high=1.0,
    ),
    Input(
        name="commitment_loss",
        unit="share",
        description="what each side expects to lose because a deal will not hold, in worths of the issue space",
        default=0.0,
        low=0.0,
        high=1.0,
    ),
    Input(
        name="loss_exponent",
        unit="ratio",
        description="power of distance in the loss: 1 linear (risk-neutral), 2 quadratic",
        default=1.0,
        low=1.0,
        high=4.0,
    ),
)


@register(
    "bargaining.settlement",
    inputs=_INPUTS,
    outputs=(
        Output(
            name="exists",
            unit="prob",
            description="1 if both sides prefer some settlement to fighting, else 0",
        ),
        Output(
            name="width",
            unit="share",
            description="most a side can gain over fighting, in worths of the issue space, mean of both",
        ),
        Output(
            name="volume",
            unit="share",
            description="share of all packages that both sides prefer to fighting",
        ),
        Output(
            name="nash_point",
            unit="score_0_100",
            description="position of the Nash bargaining solution on the issue",
            per_member=True,
        ),
        Output(
            name="kalai_smorodinsky_point",
            unit="score_0_100",
            description="position of the Kalai-Smorodinsky solution on the issue",
            per_member=True,
        ),
        Output(
            name="challenger_gain",
            unit="share",
            description="challenger's gain over fighting at the Nash point; 0 without a range",
        ),
        Output(
            name="defender_gain",
            unit="share",
            description="defender's gain over fighting at the Nash point; 0 without a range",
        ),
    ),
    cites=("fearon1995", "nash1950", "kalai1975", "black1948", "powell2006"),
    reference="fearon1995, bargaining range of the costly lottery; nash1950; kalai1975",
)
def settlement(**inputs: ArrayLike) -> Mapping[str, FloatArray]:
    """Settlements that both sides prefer to fighting, and the points that Nash and Kalai-Smorodinsky pick.

    A deal that may not hold raises what fighting must be beaten by: ``commitment_loss`` is added to both reservation
    values. See :class:`detente.models.bargaining.IssueSpace` for the utilities.
    """
    given = read_inputs("bargaining.settlement", _INPUTS, inputs)
    scalars = ("win_prob", "challenger_war_cost", "defender_war_cost")
    exponent, lost = given["loss_exponent"], given["commitment_loss"]
    shape = np.broadcast_shapes(
        *(given[name].shape for name in (*scalars, "disagreement", "commitment_loss")),
        exponent.shape,
    )
    space = make_issue_space(
        given["challenger_position"],
        given["defender_position"],
        challenger_salience=given["challenger_salience"],
        defender_salience=given["defender_salience"],
        exponent=np.broadcast_to(exponent, shape),
    )
    challenger, defender = fighting_values(
        space,
        win_prob=given["win_prob"],
        challenger_cost=given["challenger_war_cost"],
        defender_cost=given["defender_war_cost"],
        disagreement=given["disagreement"],
    )
    challenger, defender = challenger + lost, defender + lost
    found = solve_range(space, challenger_value=challenger, defender_value=defender)
    return {
        "exists": found.exists.astype(np.float64),
        "width": found.width,
        "volume": agreement_volume(space, challenger_value=challenger, defender_value=defender),
        "nash_point": found.nash_point,
        "kalai_smorodinsky_point": found.kalai_smorodinsky_point,
        "challenger_gain": found.challenger_gain,
        "defender_gain": found.defender_gain,
    }
