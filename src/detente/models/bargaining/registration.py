"""The bargaining model of the register."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from detente.models._inputs import read_inputs
from detente.models.bargaining.diagnosis import (
    carried_by_issue,
    slack_by_issue,
    trade_rate,
    undivided_exists,
)
from detente.models.bargaining.issues import IssueSpace, fighting_values, make_issue_space
from detente.models.bargaining.ranges import agreement_volume, solve_range
from detente.models.registry import FloatArray, Input, Output, register

__all__ = ["consent", "settlement"]


def _position(name: str, description: str, default: float | None = None) -> Input:
    return Input(
        name=name,
        unit="score_0_100",
        description=description,
        per_member=True,
        default=default,
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
        name="first_strike_advantage",
        unit="prob",
        description="by how much either side's chance of winning is higher if it strikes first",
        default=0.0,
        low=0.0,
        high=1.0,
    ),
    _position(
        "challenger_red_line", "farthest point that the challenger signs at the usual price", 50.0
    ),
    _position(
        "defender_red_line", "farthest point that the defender signs at the usual price", 50.0
    ),
    Input(
        name="red_line_firmness",
        unit="ratio",
        description="how many times dearer a point beyond a red line is; 1 is no red line",
        default=1.0,
        low=1.0,
        high=1e6,
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


def _exists(name: str, condition: str) -> Output:
    return Output(
        name=f"exists_{name}",
        unit="prob",
        description=f"1 if a settlement that both sides prefer to fighting would exist {condition}, else 0",
    )


def _accepts(side: str) -> Output:
    return Output(
        name=f"{side}_accepts_below",
        unit="prob",
        description=f"chance of its own victory up to which the {side} prefers the Nash point to fighting, cut to 0-1",
    )


def _end(side: str) -> Output:
    return Output(
        name=f"range_{side}_end",
        unit="score_0_100",
        description=f"how near to the {side} the issue alone can move from the Nash point with a range left",
        per_member=True,
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
        _accepts("challenger"),
        _accepts("defender"),
        _exists("common_beliefs", "if both sides judged the chances of war alike"),
        _exists("firm_deals", "if deals held and striking first gave no advantage"),
        _exists("no_red_lines", "without red lines"),
        _exists("undivided", "if every issue had to go whole to one side"),
        Output(
            name="challenger_shortfall",
            unit="ratio",
            description="what the challenger alone would have to waive for a range to open, in worths of the issue space",
        ),
        Output(
            name="defender_shortfall",
            unit="ratio",
            description="what the defender alone would have to waive for a range to open, in worths of the issue space",
        ),
        _end("challenger"),
        _end("defender"),
        Output(
            name="carried",
            unit="share",
            description="share of the range that goes if the issue stays out of the talks",
            per_member=True,
        ),
        Output(
            name="trade_rate",
            unit="share",
            description="worth of a point on the issue to the challenger as a share of its worth to both",
            per_member=True,
        ),
    ),
    cites=("fearon1995", "nash1950", "kalai1975", "black1948", "powell2006"),
    reference="fearon1995, bargaining range of the costly lottery; nash1950; kalai1975",
)
def settlement(**inputs: ArrayLike) -> Mapping[str, FloatArray]:
    """Settlements that both sides prefer to fighting, the points that axioms pick, and what would empty the range.

    A deal that may not hold raises what fighting must be beaten by: ``commitment_loss`` is added to both reservation
    values. An advantage of striking first works like a disagreement about the chances. See
    :class:`detente.models.bargaining.IssueSpace` for the utilities.
    """
    given = read_inputs("bargaining.settlement", _INPUTS, inputs)
    shape = np.broadcast_shapes(
        *(given[item.name].shape for item in _INPUTS if not item.per_member),
    )
    exponent = np.broadcast_to(given["loss_exponent"], shape)
    firmness = np.broadcast_to(given["red_line_firmness"], shape)
    lines = (firmness > 1.0).any()

    def space_with(firm: FloatArray | float) -> IssueSpace:
        drawn = lines and not (np.asarray(firm) == 1.0).all()
        return make_issue_space(
            given["challenger_position"],
            given["defender_position"],
            challenger_salience=given["challenger_salience"],
            defender_salience=given["defender_salience"],
            exponent=exponent,
            challenger_red_line=given["challenger_red_line"] if drawn else None,
            defender_red_line=given["defender_red_line"] if drawn else None,
            firmness=firm,
        )

    space = space_with(firmness)
    lost, first = given["commitment_loss"], given["first_strike_advantage"]

    def values(disagreement: FloatArray, more: FloatArray | float) -> tuple[FloatArray, FloatArray]:
        challenger, defender = fighting_values(
            space,
            win_prob=given["win_prob"],
            challenger_cost=given["challenger_war_cost"],
            defender_cost=given["defender_war_cost"],
            disagreement=disagreement,
        )
        return challenger + more, defender + more

    def exists(where: IssueSpace, pair: tuple[FloatArray, FloatArray]) -> FloatArray:
        found = solve_range(where, challenger_value=pair[0], defender_value=pair[1])
        return found.exists.astype(np.float64)

    apart = given["disagreement"] + first
    pair = values(apart, lost)
    reservation = {"challenger_value": pair[0], "defender_value": pair[1]}
    found = solve_range(space, **reservation)
    ends = slack_by_issue(space, found)
    # where there is no range the point leaves both sides short
    shortfall = [u - v for u, v in zip(space.utilities(found.nash_conceded), pair, strict=True)]
    return {
        "exists": found.exists.astype(np.float64),
        "width": found.width,
        "volume": agreement_volume(space, **reservation),
        "nash_point": found.nash_point,
        "kalai_smorodinsky_point": found.kalai_smorodinsky_point,
        "challenger_gain": found.challenger_gain,
        "defender_gain": found.defender_gain,
        "challenger_accepts_below": _most_hope(
            given["win_prob"],
            found.challenger_gain + np.where(found.exists, 0.0, shortfall[0]),
            space.challenger_stake,
        ),
        "defender_accepts_below": _most_hope(
            np.minimum(1.0 - given["win_prob"] + apart, 1.0),
            found.defender_gain + np.where(found.exists, 0.0, shortfall[1]),
            space.defender_stake,
        ),
        "exists_common_beliefs": exists(space, values(first, lost)),
        "exists_firm_deals": exists(space, values(given["disagreement"], 0.0)),
        "exists_no_red_lines": exists(space_with(1.0), pair),
        "exists_undivided": undivided_exists(space, **reservation).astype(np.float64),
        "challenger_shortfall": np.where(found.exists, 0.0, -found.most_challenger),
        "defender_shortfall": np.where(found.exists, 0.0, -found.most_defender),
        "range_challenger_end": ends[0],
        "range_defender_end": ends[1],
        "carried": carried_by_issue(
            space, found, **reservation, win_prob=given["win_prob"], disagreement=apart
        ),
        "trade_rate": trade_rate(space),
    }


def _most_hope(belief: FloatArray, gain: FloatArray, stake: FloatArray) -> FloatArray:
    """Belief in victory at which a gain over fighting is used up."""
    whole = stake.sum(axis=0)
    more = np.divide(gain, whole, out=np.sign(gain), where=whole > 0.0)
    return np.asarray(np.clip(belief + more, 0.0, 1.0))


_CONSENT_INPUTS = (
    _position("package", "position of the package on the issue"),
    _position("position", "ideal point of the third party on the issue"),
    _salience("salience", "weight of the issue for the third party; proportions matter"),
    _position("challenger_position", "where the challenger would set the issue after a victory"),
    _position("red_line", "farthest point that the third party signs at the usual price", 50.0),
    Input(
        name="red_line_firmness",
        unit="ratio",
        description="how many times dearer a point beyond a red line is; 1 is no red line",
        default=1.0,
        low=1.0,
        high=1e6,
    ),
    Input(
        name="win_prob",
        unit="prob",
        description="chance that the challenger wins a fight",
        low=0.0,
        high=1.0,
    ),
    _cost("war_cost", "cost of fighting to the third party, in worths of the whole issue space"),
)


@register(
    "bargaining.consent",
    inputs=_CONSENT_INPUTS,
    outputs=(
        Output(
            name="consents",
            unit="prob",
            description="1 if the third party prefers the package to fighting, else 0",
        ),
        Output(
            name="gain",
            unit="ratio",
            description="third party's gain of the package over fighting, in worths of the issue space",
        ),
    ),
    cites=("fearon1995",),
    reference="fearon1995, value of the costly lottery, for a third party whose consent is needed",
)
def consent(**inputs: ArrayLike) -> Mapping[str, FloatArray]:
    """Whether a third party would rather live with a package than fight on; see :func:`settlement` for the unit."""
    given = read_inputs("bargaining.consent", _CONSENT_INPUTS, inputs)
    slope = given["salience"] / np.maximum(given["salience"].sum(axis=0), np.finfo(float).tiny)
    ideal, package = given["position"], given["package"]
    side = np.sign(given["red_line"] - ideal)
    over = np.where(
        side == 0.0,
        np.abs(package - ideal),
        np.maximum((package - given["red_line"]) * side, 0.0),
    )
    lost = np.abs(package - ideal) + (given["red_line_firmness"] - 1.0) * over
    beaten = np.abs(given["challenger_position"] - ideal)
    utility = 1.0 - (slope * lost / 100.0).sum(axis=0)
    fighting = 1.0 - given["win_prob"] * (slope * beaten / 100.0).sum(axis=0) - given["war_cost"]
    gain = utility - fighting
    return {"consents": (gain >= 0.0).astype(np.float64), "gain": gain}
