"""Parallel rooms: how sessions of one crisis that were played by the same solution went, and where they parted.

The rule is that of :doc:`/decisions/0127-debrief-survey-and-rooms`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from detente.errors import refuse
from detente.play.debrief import path_of
from detente.play.options import read_options
from detente.play.reports import report_data
from detente.play.state import SessionState, Turn

__all__ = ["MOST_ROOMS", "compare_rooms", "solution_key"]

MOST_ROOMS: Final = 24
"""Rooms that are compared, the one that is reported among them."""

Moves = tuple[tuple[str, str], ...]


def solution_key(created: Mapping[str, Any]) -> tuple[str, str, int, int]:
    """Return what sessions share that are played by one solution: crisis file, commitment, and cases; of the data of ``created``."""
    options = read_options(created["options"])
    return (str(created["digest"]), options.policy, options.draws, options.seed)


def compare_rooms(
    name: str, state: SessionState, others: Mapping[str, SessionState]
) -> list[dict[str, Any]]:
    """Return how rooms went, first the one that is reported; nothing if there is no other.

    Parameters
    ----------
    name, state
        The room that is reported.
    others
        Other rooms by name, in the order in which they are told; at most :data:`MOST_ROOMS` in all.

    Raises
    ------
    UsageError
        ``session-mismatch`` for a room that was played by another solution, ``command-invalid`` for one that has not ended.
    """
    own = _key(state)
    for other, there in others.items():
        if _key(there) != own:
            refuse(
                f"the sessions {name!r} and {other!r} were not played by the same crisis file, commitment and cases",
                code="session-mismatch",
                at=other,
                fix="compare sessions of one crisis file that were created with the same policy, draws and seed",
            )
    kept = {who: there for who, there in others.items() if who != name}
    told = list(kept.items())[: MOST_ROOMS - 1]
    if not told:
        return []
    return [
        _tell(name, state),
        *({**_tell(who, there), "parts": _parts(state, there)} for who, there in told),
    ]


def _key(state: SessionState) -> tuple[str, str, int, int]:
    options = state.options
    return (state.book.crisis.digest, options.policy, options.draws, options.seed)


def _tell(name: str, state: SessionState) -> dict[str, Any]:
    """Return how a room that has ended went: its end, the chance of an attack from point to point, its moves, and goals met.

    ``parts`` is where it parted from the one that is reported: nothing for that one itself.
    """
    data = report_data(state)
    return {
        "room": name,
        "forked": data["forked"],
        "case": data["case"],
        "types": dict(state.types),
        "outcome": data["outcome"],
        "outcome_label": data["outcome_label"],
        "path": path_of(data["steps"], data["changes"]),
        "moves": [
            {key: step[key] for key in ("turn", "seat", "did", "of")} for step in data["steps"]
        ],
        "goals": {
            goal["seat"]: bool(goal["met"]) if goal["modelled"] else None for goal in data["goals"]
        },
        "parts": None,
    }


def _parts(one: SessionState, other: SessionState) -> dict[str, Any] | None:
    """Return the first turn in which two rooms went different ways, and what was done in it here and there; None if there is none."""
    here, there = _turns(one.turns), _turns(other.turns)
    for number in sorted({*here, *there}):
        if here.get(number) != there.get(number):
            told = {"here": here.get(number, ()), "there": there.get(number, ())}
            return {"turn": number, **{side: _listed(moves) for side, moves in told.items()}}
    return None


def _listed(moves: Moves) -> list[dict[str, str]]:
    return [{"seat": seat, "did": did} for seat, did in moves]


def _turns(turns: Sequence[Turn]) -> dict[int, Moves]:
    """Return what seats chose and chance drew, by turn; the seat of a draw is empty."""
    found: dict[int, Moves] = {}
    for turn in turns:
        chosen = [(seat, did) for seat, order in turn.orders.items() for did in order.choices]
        drawn = [("", item.outcome) for item in turn.draws]
        found[turn.number] = (*found.get(turn.number, ()), *sorted(chosen), *drawn)
    return found
