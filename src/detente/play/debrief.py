"""What the report leads with, and what it asks: named cases, each with a rule that stood before anybody played.

The rules are those of :doc:`/decisions/0127-debrief-survey-and-rooms`.
"""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final, Literal, get_args

from detente.play.priors import argument_questions, argument_rows
from detente.play.state import CONTROL, SessionState

__all__ = [
    "CHANGED",
    "FAR",
    "MOST_QUESTIONS",
    "UNLIKELY",
    "WARNED",
    "LeadCase",
    "PathCase",
    "QuestionCase",
    "ask_questions",
    "lead_of",
    "path_case",
    "path_of",
]

UNLIKELY: Final = 0.45
"""Highest chance of a move that is held unlikely: the upper end of that word in ICD-203."""
CHANGED: Final = 0.20
"""Least part of runs that end otherwise after a move that changes the ends."""
FAR: Final = 0.25
"""Least distance of an own estimate from what could be believed: the width of a word of ICD-203."""
WARNED: Final = 0.10
"""Least difference from the start by which the chance of an attack has moved before the end came."""
MOST_QUESTIONS: Final = 8
"""Questions of a debrief."""

QuestionCase = Literal[
    "changed_the_ends",
    "kept_an_end_open_unseen",
    "signed_and_broken",
    "far_estimate",
    "intervened",
    "unexpected",
    "odds_apart",
    "goal_missed",
]
"""What may be asked, in the order in which it is."""

LeadCase = Literal["none", "by_seat", "by_chance", "by_control"]
"""How the turning point that moved the ends most is told: there is none, or who brought it about."""

PathCase = Literal["stopped", "plain", "unwarned", "warned", "unmoved", "moved"]
"""How the path is titled: the game did not end; its end was never open between an attack and none; an attack came after the chance of one
had hardly moved, or had moved; none came, and the chance had hardly moved, or had."""

Data = Mapping[str, Any]


def lead_of(steps: Sequence[Data]) -> tuple[LeadCase, Data | None]:
    """Return the case in which the turning point that moved the ends most is told, and its step; the first of equals."""
    points = [step for step in steps if step["turning"]]
    if not points:
        return "none", None
    first = max(points, key=lambda step: float(step["moved"]))
    if first["by"] == CONTROL:
        return "by_control", first
    return ("by_seat" if first["seat"] else "by_chance"), first


def path_of(steps: Sequence[Data], changes: Sequence[Data]) -> list[dict[str, Any]]:
    """Return the points of the path: the start, and what was to be expected after each move, draw and change from outside.

    Each has ``turn``, ``step`` (its number among the steps, 0 for others), ``attack`` and ``settlement`` as ranges.
    """
    if not steps:
        return []
    left = sorted(changes, key=lambda item: int(item["turn"]))
    first = steps[0]["before"]
    found = [{"turn": 0, "step": 0, **_odds(first)}]
    for number, step in enumerate(steps, 1):
        while left and left[0]["turn"] <= step["turn"]:
            change = left.pop(0)
            found.append({"turn": change["turn"], "step": 0, **_odds(change["after"])})
        found.append({"turn": step["turn"], "step": number, **_odds(step["after"])})
    found.extend({"turn": item["turn"], "step": 0, **_odds(item["after"])} for item in left)
    return found


def _odds(outlook: Data) -> dict[str, Any]:
    return {name: outlook[name] for name in ("attack", "settlement")}


def path_case(path: Sequence[Data], outcome: str) -> tuple[PathCase, tuple[float, float]]:
    """Return how the path is titled, and the least and the highest chance of an attack before the step that brought the end.

    Examples
    --------
    >>> path = [{"attack": (share, 0, 1)} for share in (0.22, 0.26, 0.23, 1.0, 1.0)]
    >>> path_case(path, "war")
    ('unwarned', (0.22, 0.26))
    """
    if not outcome or not path:
        return "stopped", (0.0, 0.0)
    shares = [float(point["attack"][0]) for point in path]
    came = next(place for place in range(len(shares)) if len({*shares[place:]}) == 1)
    if came == 0:
        return "plain", (shares[0], shares[0])
    before = shares[:came]
    moved = max(abs(share - before[0]) for share in before) >= WARNED
    attacked = shares[-1] > before[-1]
    case: PathCase = (
        ("warned" if moved else "unwarned") if attacked else ("moved" if moved else "unmoved")
    )
    return case, (min(before), max(before))


# --- questions -------------------------------------------------------------------------------------------------------


def ask_questions(
    state: SessionState,
    *,
    steps: Sequence[Data],
    turns: Sequence[Data],
    goals: Sequence[Data],
    changes: Sequence[Data],
) -> list[dict[str, Any]]:
    """Return what to ask, as named cases with the numbers that they speak of: the largest of each case, then the second of each.

    Parameters
    ----------
    state
        The session.
    steps, turns, goals, changes
        Of its report.
    """
    free = [step for step in steps if step["by"] != CONTROL]
    found: dict[QuestionCase, list[dict[str, Any]]] = {
        "changed_the_ends": _points(free, "changed_the_ends"),
        "kept_an_end_open_unseen": _points(free, "kept_an_end_open_unseen"),
        "signed_and_broken": _broken(state),
        "far_estimate": _far(turns),
        "intervened": _intervened(steps, changes),
        "unexpected": _unexpected(free),
        "odds_apart": argument_questions(argument_rows(state)),
        "goal_missed": _missed(goals),
    }
    rows = [
        [{"case": case, **item} for item in sorted(found[case], key=lambda item: -item["size"])]
        for case in get_args(QuestionCase)
    ]
    every = [item for row in zip_longest(*rows) for item in row if item is not None]
    return every[:MOST_QUESTIONS]


def _points(steps: Sequence[Data], reason: str) -> list[dict[str, Any]]:
    unseen = reason == "kept_an_end_open_unseen"
    return [
        {**_of(step), "size": step["unseen"]["by"] if unseen else step["moved"]}
        for step in steps
        if reason in step["turning"]
    ]


def _of(step: Data) -> dict[str, Any]:
    return {name: step[name] for name in ("turn", "seat", "did", "of")}


def _broken(state: SessionState) -> list[dict[str, Any]]:
    """Return claims of breach of terms that all had signed: the first for each pair of terms and accused, all of one size."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for turn, kind, data in state.history:
        if kind == "breached":
            claim = {"turn": turn, "proposal": data["proposal"], "seat": data["of"]}
            told = {**claim, "by": data["seat"], "size": 0.0}
            found.setdefault((data["proposal"], data["of"]), told)
    return list(found.values())


def _far(turns: Sequence[Data]) -> list[dict[str, Any]]:
    """Return the estimate of each seat that lies farthest from what it could believe, if it is far."""
    found: dict[str, dict[str, Any]] = {}
    for turn in turns:
        for seat, values in turn["estimates"].items():
            for player, kinds in turn["beliefs"].get(seat, {}).items():
                for kind, (mean, low, high) in kinds.items():
                    own = values.get(f"{player}.{kind}")
                    size = 0.0 if own is None else max(low - own, own - high)
                    if size >= FAR and size > found.get(seat, {"size": 0.0})["size"]:
                        of = {"turn": turn["turn"], "seat": seat, "player": player, "type": kind}
                        found[seat] = {**of, "own": own, "model": mean, "size": size}
    return list(found.values())


def _intervened(steps: Sequence[Data], changes: Sequence[Data]) -> list[dict[str, Any]]:
    orders = [{**_of(step), "size": step["moved"]} for step in steps if step["by"] == CONTROL]
    nothing = {"seat": "", "did": "", "of": ""}
    made = [{**nothing, "turn": item["turn"], "size": item["moved"]} for item in changes]
    return [item for item in (*orders, *made) if item["size"] >= CHANGED]


def _unexpected(steps: Sequence[Data]) -> list[dict[str, Any]]:
    """Return the move of a seat that lay farthest behind the likeliest, if that is far and it is no turning point."""
    found = [
        {
            **_of(step),
            "expected": step["expected"][0],
            "likeliest": step["likeliest"],
            "size": step["likeliest_chance"] - step["expected"][0],
        }
        for step in steps
        if step["seat"] and not step["turning"] and step["expected"][0] <= UNLIKELY
    ]
    first = max(found, key=lambda item: float(item["size"]), default=None)
    return [first] if first is not None and first["size"] >= CHANGED else []


def _missed(goals: Sequence[Data]) -> list[dict[str, Any]]:
    return [
        {
            "seat": goal["seat"],
            "short_by": goal["expected"] - goal["stakes"],
            "size": (goal["expected"] - goal["stakes"]) / (goal["best"] - goal["worst"]),
        }
        for goal in goals
        if goal["modelled"] and not goal["met"]
    ]
