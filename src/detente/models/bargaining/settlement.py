"""Settlements that two sides prefer to fighting, the points that axioms pick, and what would empty the range."""

from typing import Annotated, TypedDict

import numpy as np

from detente.arrays import FloatArray
from detente.models.bargaining._declared import NO_LINE, RedLineFirmness, WinProb, war_cost
from detente.models.bargaining.diagnosis import (
    carried_by_issue,
    slack_by_issue,
    trade_rate,
    undivided_exists,
)
from detente.models.bargaining.issues import IssueSpace, fighting_values, make_issue_space
from detente.models.bargaining.ranges import agreement_volume, solve_range
from detente.models.inputs import prob, ratio, score, share, weight
from detente.models.registry import Output, model

__all__ = ["settlement"]


class _Outputs(TypedDict):
    exists: Annotated[
        FloatArray, Output("prob", "1 if both sides prefer some settlement to fighting, else 0")
    ]
    width: Annotated[
        FloatArray,
        Output(
            "share",
            "most a side can gain over fighting, in worths of the issue space, mean of both",
        ),
    ]
    volume: Annotated[
        FloatArray, Output("share", "share of all packages that both sides prefer to fighting")
    ]
    nash_point: Annotated[
        FloatArray,
        Output(
            "score_0_100", "position of the Nash bargaining solution on the issue", per_member=True
        ),
    ]
    kalai_smorodinsky_point: Annotated[
        FloatArray,
        Output(
            "score_0_100",
            "position of the Kalai-Smorodinsky solution on the issue",
            per_member=True,
        ),
    ]
    challenger_gain: Annotated[
        FloatArray,
        Output("share", "challenger's gain over fighting at the Nash point; 0 without a range"),
    ]
    defender_gain: Annotated[
        FloatArray,
        Output("share", "defender's gain over fighting at the Nash point; 0 without a range"),
    ]
    challenger_accepts_below: Annotated[
        FloatArray,
        Output(
            "prob",
            "chance of its own victory up to which the challenger prefers the Nash point to fighting, cut to 0-1",
        ),
    ]
    defender_accepts_below: Annotated[
        FloatArray,
        Output(
            "prob",
            "chance of its own victory up to which the defender prefers the Nash point to fighting, cut to 0-1",
        ),
    ]
    exists_common_beliefs: Annotated[
        FloatArray,
        Output(
            "prob",
            "1 if a settlement that both sides prefer to fighting would exist if both sides judged the chances of war alike, else 0",
        ),
    ]
    exists_firm_deals: Annotated[
        FloatArray,
        Output(
            "prob",
            "1 if a settlement that both sides prefer to fighting would exist if deals held and striking first gave no advantage, else 0",
        ),
    ]
    exists_no_red_lines: Annotated[
        FloatArray,
        Output(
            "prob",
            "1 if a settlement that both sides prefer to fighting would exist without red lines, else 0",
        ),
    ]
    exists_undivided: Annotated[
        FloatArray,
        Output(
            "prob",
            "1 if a settlement that both sides prefer to fighting would exist if every issue had to go whole to one side, else 0",
        ),
    ]
    challenger_shortfall: Annotated[
        FloatArray,
        Output(
            "ratio",
            "what the challenger alone would have to waive for a range to open, in worths of the issue space",
        ),
    ]
    defender_shortfall: Annotated[
        FloatArray,
        Output(
            "ratio",
            "what the defender alone would have to waive for a range to open, in worths of the issue space",
        ),
    ]
    range_challenger_end: Annotated[
        FloatArray,
        Output(
            "score_0_100",
            "how near to the challenger the issue alone can move from the Nash point with a range left",
            per_member=True,
        ),
    ]
    range_defender_end: Annotated[
        FloatArray,
        Output(
            "score_0_100",
            "how near to the defender the issue alone can move from the Nash point with a range left",
            per_member=True,
        ),
    ]
    carried: Annotated[
        FloatArray,
        Output(
            "share",
            "share of the range that goes if the issue stays out of the talks",
            per_member=True,
        ),
    ]
    trade_rate: Annotated[
        FloatArray,
        Output(
            "share",
            "worth of a point on the issue to the challenger as a share of its worth to both",
            per_member=True,
        ),
    ]


@model(
    "bargaining.settlement",
    cites=("fearon1995", "nash1950", "kalai1975", "black1948", "powell2006"),
    reference="fearon1995, bargaining range of the costly lottery; nash1950; kalai1975",
)
def settlement(
    *,
    challenger_position: Annotated[FloatArray, score("ideal point of the challenger on the issue")],
    defender_position: Annotated[FloatArray, score("ideal point of the defender on the issue")],
    challenger_salience: Annotated[
        FloatArray, weight("weight of the issue for the challenger; proportions matter")
    ],
    defender_salience: Annotated[
        FloatArray, weight("weight of the issue for the defender; proportions matter")
    ],
    win_prob: WinProb,
    challenger_war_cost: Annotated[FloatArray, war_cost("challenger")],
    defender_war_cost: Annotated[FloatArray, war_cost("defender")],
    disagreement: Annotated[
        FloatArray,
        prob(
            "by how much both sides' chances of winning, as each sees it, exceed one", default=0.0
        ),
    ],
    commitment_loss: Annotated[
        FloatArray,
        share(
            "what each side expects to lose because a deal will not hold, in worths of the issue space",
            default=0.0,
        ),
    ],
    first_strike_advantage: Annotated[
        FloatArray,
        prob(
            "by how much either side's chance of winning is higher if it strikes first", default=0.0
        ),
    ],
    challenger_red_line: Annotated[
        FloatArray,
        score(
            "farthest point that the challenger signs at the usual price; without one no red line",
            default=NO_LINE,
        ),
    ],
    defender_red_line: Annotated[
        FloatArray,
        score(
            "farthest point that the defender signs at the usual price; without one no red line",
            default=NO_LINE,
        ),
    ],
    red_line_firmness: RedLineFirmness,
    loss_exponent: Annotated[
        FloatArray,
        ratio(
            "power of distance in the loss: 1 linear (risk-neutral), 2 quadratic",
            default=1.0,
            low=1.0,
            high=4.0,
        ),
    ],
) -> _Outputs:
    """Settlements that both sides prefer to fighting, the points that axioms pick, and what would empty the range.

    A deal that may not hold raises what fighting must be beaten by: ``commitment_loss`` is added to both reservation
    values. An advantage of striking first works like a disagreement about the chances. A red line that is given is not
    crossed unless ``red_line_firmness`` says at what price it is. See
    :class:`detente.models.bargaining.IssueSpace` for the utilities.
    """
    shape = np.broadcast_shapes(
        win_prob.shape,
        challenger_war_cost.shape,
        defender_war_cost.shape,
        disagreement.shape,
        commitment_loss.shape,
        first_strike_advantage.shape,
        red_line_firmness.shape,
        loss_exponent.shape,
    )
    exponent = np.broadcast_to(loss_exponent, shape)
    red = [
        None if np.isnan(line).all() else line for line in (challenger_red_line, defender_red_line)
    ]
    written = any(line is not None for line in red)
    firmness = np.broadcast_to(red_line_firmness if written else np.ones((1, 1)), shape)
    lines = (firmness > 1.0).any()

    def space_with(firm: FloatArray | float) -> IssueSpace:
        drawn = lines and not (np.asarray(firm) == 1.0).all()
        return make_issue_space(
            challenger_position,
            defender_position,
            challenger_salience=challenger_salience,
            defender_salience=defender_salience,
            exponent=exponent,
            challenger_red_line=red[0] if drawn else None,
            defender_red_line=red[1] if drawn else None,
            firmness=firm,
        )

    space = space_with(firmness)
    lost, first = commitment_loss, first_strike_advantage

    def values(apart: FloatArray, more: FloatArray | float) -> tuple[FloatArray, FloatArray]:
        challenger, defender = fighting_values(
            space,
            win_prob=win_prob,
            challenger_cost=challenger_war_cost,
            defender_cost=defender_war_cost,
            disagreement=apart,
        )
        return challenger + more, defender + more

    def exists(where: IssueSpace, pair: tuple[FloatArray, FloatArray]) -> FloatArray:
        found = solve_range(where, challenger_value=pair[0], defender_value=pair[1])
        return found.exists.astype(np.float64)

    apart = disagreement + first
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
            win_prob,
            found.challenger_gain + np.where(found.exists, 0.0, shortfall[0]),
            space.challenger_stake,
        ),
        "defender_accepts_below": _most_hope(
            np.minimum(1.0 - win_prob + apart, 1.0),
            found.defender_gain + np.where(found.exists, 0.0, shortfall[1]),
            space.defender_stake,
        ),
        "exists_common_beliefs": exists(space, values(first, lost)),
        "exists_firm_deals": exists(space, values(disagreement, 0.0)),
        "exists_no_red_lines": exists(space_with(1.0), pair),
        "exists_undivided": undivided_exists(space, **reservation).astype(np.float64),
        "challenger_shortfall": np.where(found.exists, 0.0, -found.most_challenger),
        "defender_shortfall": np.where(found.exists, 0.0, -found.most_defender),
        "range_challenger_end": ends[0],
        "range_defender_end": ends[1],
        "carried": carried_by_issue(
            space, found, **reservation, win_prob=win_prob, disagreement=apart
        ),
        "trade_rate": trade_rate(space),
    }


def _most_hope(belief: FloatArray, gain: FloatArray, stake: FloatArray) -> FloatArray:
    """Belief in victory at which a gain over fighting is used up."""
    whole = stake.sum(axis=0)
    more = np.divide(gain, whole, out=np.sign(gain), where=whole > 0.0)
    return np.asarray(np.clip(belief + more, 0.0, 1.0))
