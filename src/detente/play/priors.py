"""What the model makes of an argument: the chance that its values hold when the next round begins, and what is told of it.

The rules stand in :doc:`/decisions/0129-arguments-of-a-matrix-game`.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

import numpy as np

from detente.play.courses import Stand
from detente.play.knowing import Knowledge, Range, weighted_range
from detente.play.rulebooks import Opening
from detente.play.state import CONTROL, Argument, SessionState

__all__ = [
    "FAR_ODDS",
    "argument_questions",
    "argument_rows",
    "holding",
    "prior_of",
    "public_round",
    "tell_arguments",
    "two_dice",
]

FAR_ODDS: Final = 0.20
"""Least distance of odds from the mean of the prior at which the debrief asks about them."""


def two_dice(at_least: int) -> Fraction:
    """Return the chance that two dice show a number or more.

    Examples
    --------
    >>> two_dice(7)
    Fraction(7, 12)
    """
    ways = sum(one + other >= at_least for one in range(1, 7) for other in range(1, 7))
    return Fraction(ways, 36)


def public_round(state: SessionState) -> int | None:
    """Return the round that is on, if all can know it."""
    found: int | None = Knowledge(state, "").agreed(lambda stand: stand.where[0])
    return found


def holding(
    opening: Opening, stands: Sequence[Stand], *, round_number: int, wanted: Mapping[str, str]
) -> Range | None:
    """Return how likely values hold when a round begins, given that it begins, from some stands on.

    Parameters
    ----------
    opening
        What is played.
    stands
        Where it may stand; none lies on the way to another.
    round_number
        The round; where it offers no choice, the next that does.
    wanted
        The values, by state variable.

    Returns
    -------
    tuple or None
        Mean over the cases, each weighed by how likely it makes these stands and the round, and the 5-95% range; None if in no
        case the round begins.
    """
    total = np.zeros(opening.mass.shape[1])
    held = np.zeros_like(total)
    for stand in stands:
        for node, closed in opening.closings(stand, round_number):
            mass = opening.mass[node]
            total += mass
            if all(closed[name] == value for name, value in wanted.items()):
                held += mass
    if not total.any():
        return None
    share = np.divide(held, total, out=np.zeros_like(total), where=total > 0.0)
    return weighted_range(share, total)


def prior_of(state: SessionState, argument: Argument) -> dict[str, Range | None]:
    """Return the chance of what is argued, as ``control`` knows the world and as the ``public`` does; None where no round can begin."""
    opening = state.begun
    public = [world.stand for world in opening.course.worlds(state.where, "") if world.first]
    stands = {"control": [state.where], "public": public}
    return {
        who: holding(opening, found, round_number=argument.round, wanted=argument.state)
        for who, found in stands.items()
    }


def tell_arguments(state: SessionState, knowledge: Knowledge | None) -> list[dict[str, Any]] | None:
    """Return the arguments as they are sent, to control (no knowledge) with its prior; None in a game without arguments."""
    if not state.options.arguments:
        return None
    found = []
    for item in state.arguments.values():
        row = {
            "id": item.id,
            "seat": item.seat,
            "text": item.text,
            "state": dict(item.state),
            "round": item.round,
            "turn": item.turn,
            "reasons": [
                {"from": reason.sender, "side": reason.side, "text": reason.text}
                for reason in item.reasons
            ],
            "status": _status(state, item, knowledge),
            "odds": item.odds,
            "drawn": item.drawn,
            "why": item.why,
        }
        if knowledge is None:
            row |= {"prior": dict(item.prior), "inject": item.inject}
        found.append(row)
    return found


def _status(state: SessionState, item: Argument, knowledge: Knowledge | None) -> str:
    """Return the status of an argument, ``lapsed`` where one can know that its round has begun and it was not judged."""
    if item.status != "open":
        return item.status

    def past(stand: Stand) -> bool:
        return stand.position.is_over or stand.where[0] >= item.round

    lapsed = past(state.where) if knowledge is None else knowledge.agreed(past)
    return "lapsed" if lapsed or state.status == "ended" else "open"


def argument_rows(state: SessionState) -> list[dict[str, Any]]:
    """Return the arguments of a session that has ended, with the prior and with what came of those that succeeded.

    ``came`` is ``happened``, ``passed`` (the game ended first), ``withdrawn`` (control took it back), or empty.
    """
    rows = tell_arguments(state, None) or []
    came = {"waiting": "passed"}
    for row in rows:
        status = state.injects[row["inject"]].status if row["inject"] else ""
        row["came"] = came.get(status, status)
    return rows


def argument_questions(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what to ask about odds that were outside the range of the prior of control and far from its mean."""
    found = []
    for row in rows:
        prior = row["prior"].get(CONTROL)
        if row["odds"] is None or prior is None:
            continue
        mean, low, high = prior
        apart = abs(row["odds"] - mean)
        if not low <= row["odds"] <= high and apart >= FAR_ODDS:
            of = {"turn": row["turn"], "seat": row["seat"], "argument": row["id"]}
            found.append({**of, "odds": row["odds"], "model": mean, "size": apart})
    return found
