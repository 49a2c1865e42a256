"""What the pages of a session show beyond a view: labels of the crisis, links as squares, and in what words."""

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, Literal

import segno

from detente.crisis.crisis import Crisis
from detente.play.options import MODEL
from detente.play.priors import two_dice
from detente.play.sessions import Session
from detente.play.state import CONTROL
from detente.play.survey import POINTS, QUESTIONS
from detente.play.views import PUBLIC
from detente.web.play.desks import name_estimates, show_odds
from detente.web.play.pictures import draw_worth
from detente.web.play.talking import show_channels, show_terms

__all__ = [
    "EndCase",
    "SeatCase",
    "clock_case",
    "end_case",
    "name_of_seat",
    "show_control",
    "show_seat",
    "square",
]

SeatCase = Literal[
    "lobby",
    "paused",
    "ended",
    "stopped",
    "elsewhere",
    "choose",
    "sealed",
    "waits",
    "unknown",
    "practice",
    "practice_sealed",
    "practice_elsewhere",
    "practised",
]
"""How a seat, or the public, is told where the game is: it has not begun, is paused, has ended, was ended by control; a phase is on in
which the seat has no move; it is to choose; it has sealed; all have sealed or bots move; it cannot know which phase is on; it is to try
a choice; it has sealed one in practice; others practise; practice is over and the game has not begun."""

EndCase = Literal["stopped", "likeliest", "likelier", "unlikely"]
"""How an end is told: control ended the session; the end was the likeliest of all at the start; it was held likelier than one in five;
or it was not."""

_BOARD = 7
"""Lines of how things stand on a projector (:doc:`/decisions/0128-the-desk-and-its-class`)."""
_LIKELY = 0.2
"""From here on an end that was not the likeliest is not called unlikely: the upper end of "very unlikely" in ICD-203."""


def clock_case(view: Mapping[str, Any]) -> SeatCase:
    """Return the case in which a seat or the public is told where the game is."""
    status = view["status"]
    if status in {"lobby", "practice", "paused"}:
        return "paused" if status == "paused" else _before_case(view)
    if status == "ended":
        return "ended" if view["outcome"] else "stopped"
    if view.get("menus"):
        return "sealed" if view["order"] else "choose"
    if view["phase"] is None:
        return "unknown"
    return "elsewhere" if view["sealed"] else "waits"


def _before_case(view: Mapping[str, Any]) -> SeatCase:
    """Return the case before the game: in the lobby, or in its practice turn."""
    if view["status"] == "lobby":
        return "practised" if view["practised"] else "lobby"
    if not view.get("menus"):
        return "practice_elsewhere"
    return "practice_sealed" if view["order"] else "practice"


def end_case(outcome: str, ends: Mapping[str, Sequence[float]]) -> EndCase:
    """Return the case in which an end is told, by what the model gave each end at the start.

    Examples
    --------
    >>> end_case("war", {"war": (0.1, 0.0, 0.2), "peace": (0.9, 0.8, 1.0)})
    'unlikely'
    """
    if not outcome:
        return "stopped"
    means = {name: share[0] for name, share in ends.items()}
    if means.get(outcome, 0.0) >= max(means.values(), default=0.0):
        return "likeliest"
    return "likelier" if means[outcome] > _LIKELY else "unlikely"


def show_seat(crisis: Crisis, view: Mapping[str, Any], start: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page of a seat or of the public shows beside its view; ``start`` is how things stood when the game began."""
    names = {seat["id"]: name_of_seat(seat) for seat in view["seats"]}
    return {
        "case": clock_case(view),
        "names": {**names, CONTROL: "Control"},
        "numbers": {name: number for number, name in enumerate(names)},
        "standing": _standing(crisis, view["state"]),
        "board": _board(crisis, view["state"], start),
        "moves": _moves(crisis, view),
        "worth": draw_worth(view["brief"]["worth"]) if "brief" in view else [],
        **(_of_seat(crisis, view, list(names)) if "brief" in view else {}),
        "issues": [issue for issue in crisis.issues.values() if issue.negotiable],
        "survey": QUESTIONS,
        "points": POINTS,
    }


def _of_seat(crisis: Crisis, view: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return what the page of a seat alone shows: its conversations, terms on their scales, and its last estimates by name."""
    numbers = {name: number for number, name in enumerate(names)}
    estimates: dict[str, float] = {}
    for item in view["estimates"]:
        estimates |= item
    return {
        "channels": show_channels(view),
        "terms": show_terms(crisis, view, numbers),
        "estimates": estimates,
    }


def name_of_seat(seat: Mapping[str, Any]) -> str:
    """Return the name of a seat as pages show it: who is played by a language model is marked wherever it is named.

    Examples
    --------
    >>> name_of_seat({"name": "Westmark", "kind": "model"})
    'Westmark (language model)'
    """
    return f"{seat['name']} (language model)" if seat["kind"] == MODEL else str(seat["name"])


def _standing(crisis: Crisis, state: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return each state variable in words, several possible values joined."""
    found = []
    for name, variable in crisis.state.items():
        values = state[name]
        held = [values] if isinstance(values, str) else values
        words = [variable.value_labels.get(value, value) for value in held]
        found.append((variable.label, " or ".join(words)))
    return found


def _board(crisis: Crisis, state: Mapping[str, Any], start: Mapping[str, str]) -> dict[str, Any]:
    """Return the lines that a projector has room for, what may have changed first, and how many more are as at the start."""
    rows = [
        {"label": label, "words": words, "changed": state[name] != start[name]}
        for name, (label, words) in zip(crisis.state, _standing(crisis, state), strict=True)
    ]
    rows.sort(key=lambda row: not row["changed"])
    more = rows[_BOARD:]
    return {
        "rows": rows[:_BOARD],
        "changed": sum(row["changed"] for row in more),
        "same": sum(not row["changed"] for row in more),
    }


def _moves(crisis: Crisis, view: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what was seen, and the odds of what chance drew, in words and in order."""
    phases = {phase.id: phase.label for phase in crisis.phases}
    found = [{**item, "phase_label": phases[item["phase"]]} for item in view.get("seen", ())]
    odds = []
    for item in view.get("drawn", ()):
        made = crisis.instruments[item["instrument"]]
        labels = {chance.id: chance.label for chance in made.chance}
        shares = [(labels[name], share) for name, share in item["odds"].items()]
        odds.append(
            {
                "round": item["round"],
                "phase_label": phases[item["phase"]],
                "label": made.label,
                "shares": shares,
            }
        )
    return [*({**item, "shares": ()} for item in found), *odds]


def show_control(
    session: Session,
    view: Mapping[str, Any],
    links: Mapping[str, str],
    kinds: Mapping[str, str],
) -> dict[str, Any]:
    """Return what the desk of control shows beside its view; ``kinds`` are who may play a seat, in words."""
    crisis = session.book.crisis
    names = {seat["id"]: name_of_seat(seat) for seat in view["seats"]}
    labels = {name: item.label for name, item in crisis.instruments.items()}
    return {
        "names": {**names, CONTROL: "Control"},
        "numbers": {name: number for number, name in enumerate(names)},
        "standing": _standing(crisis, view["state"]),
        "links": {seat: (link, square(link)) for seat, link in links.items()},
        "kinds": kinds,
        "labels": labels
        | {
            chance.id: chance.label
            for item in crisis.instruments.values()
            for chance in item.chance
        },
        "options": session.state.options,
        "variables": list(crisis.state.values()),
        "next_round": max(session.state.where.where[0], session.state.begun.first_round) + 1,
        "public": PUBLIC,
        "dice": [
            (number, int(36 * two_dice(number)), float(100 * two_dice(number)))
            for number in range(2, 13)
        ],
        "odds": show_odds(session, view),
        "estimate_rows": partial(name_estimates, crisis),
    }


@lru_cache(maxsize=1024)
def square(link: str) -> str:
    """Return a link as a square to be photographed, in SVG without a style of its own.

    Examples
    --------
    >>> "style" in square("http://192.0.2.1:8000/play/ABCDEF/usa/join?s=x")
    False
    """
    return str(segno.make(link, error="m").svg_inline(scale=4, omitsize=True, svgclass="qr"))
