"""Talk on the page of a seat: who takes part in a conversation, what was said there, and terms on the scales of their issues."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from detente.crisis.crisis import Crisis
from detente.play.aims import positions_on_issues
from detente.play.state import CONTROL

__all__ = ["ClosedCase", "ReaderCase", "draw_scale", "show_channels", "show_terms"]

ClosedCase = Literal["", "none", "all"]
"""Why a seat cannot write in a channel: it can; seats do not talk in the game; they speak to all at once."""

ReaderCase = Literal["all", "control", "two", "several"]
"""Who reads a channel: everyone; the seat and control; two seats and control; a larger circle and control."""


def show_channels(view: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the conversations of a seat: with everyone, with each other seat, with control, and in each larger circle.

    Parameters
    ----------
    view
        What the seat is sent.
    """
    who = view["who"]
    seats = [seat["id"] for seat in view["seats"] if seat["id"] != who]
    order = {name: place for place, name in enumerate([*seats, CONTROL])}
    found: dict[tuple[str, ...], dict[str, Any]] = {}

    def channel(others: Sequence[str]) -> dict[str, Any]:
        circle = tuple(sorted(set(others) - {who}, key=order.__getitem__))
        return found.setdefault(circle, _channel(circle, view["talk"]))

    for circle in ((), *((seat,) for seat in seats), (CONTROL,)):
        channel(circle)
    for item in view["messages"]:
        channel([item["from"], *item["to"]] if item["to"] else [])["messages"].append(item)
    for item in view["proposals"]:
        channel(item["parties"])["proposals"].append(item)
    for item in found.values():
        others = [message for message in item["messages"] if message["from"] != who]
        item["count"] = len(others) + sum(what["sponsor"] != who for what in item["proposals"])
    return list(found.values())


def _channel(circle: tuple[str, ...], talk: str) -> dict[str, Any]:
    seats = [name for name in circle if name != CONTROL]
    closed: ClosedCase = ""
    if CONTROL not in circle and (talk == "none" or (talk == "all" and circle)):
        closed = "none" if talk == "none" else "all"
    reads: ReaderCase = "all" if not circle else "control" if not seats else "several"
    if len(seats) == 1 and len(circle) == 1:
        reads = "two"
    return {
        "key": "-".join(("with", *circle)) if circle else "everyone",
        "to": list(circle),
        "seats": seats,
        "closed": closed,
        "reads": reads,
        "messages": [],
        "proposals": [],
        "count": 0,
    }


def show_terms(
    crisis: Crisis, view: Mapping[str, Any], numbers: Mapping[str, int]
) -> dict[str, list[dict[str, Any]]]:
    """Return by proposal its terms, each on the scale of its issue with the positions that the crisis file states of its parties."""
    positions = positions_on_issues(crisis)
    found: dict[str, list[dict[str, Any]]] = {}
    for item in view["proposals"]:
        rows = found[item["id"]] = []
        for name, point in item["terms"].items():
            held = {
                party: sorted(positions[name][party].values())
                for party in item["parties"]
                if party in positions.get(name, {})
            }
            stands = [(numbers[party], points) for party, points in held.items()]
            rows.append(
                {
                    "issue": crisis.issues[name],
                    "point": point,
                    "picture": draw_scale(point, stands),
                    "stands": [(party, points[0], points[-1]) for party, points in held.items()],
                }
            )
    return found


def draw_scale(point: float, stands: Sequence[tuple[int, Sequence[float]]]) -> str:
    """Return a point on a scale from 0 to 100, with marks where others stand: by the number of their colour, their points.

    Examples
    --------
    >>> draw_scale(40.0, [(0, [90.0]), (1, [10.0, 20.0])]).count('class="stand')
    3
    """
    marks = "".join(
        f'<rect class="stand who-{number % 10}" x="{_x(place, 1.0)}" y="4" width="1" height="8"/>'
        for number, places in stands
        for place in places
    )
    return (
        '<svg class="scale" viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true">'
        '<line class="zero" x1="0" x2="100" y1="8" y2="8"/>'
        f'{marks}<rect class="proposed" x="{_x(point, 1.6)}" y="0" width="1.6" height="16"/></svg>'
    )


def _x(place: float, width: float) -> str:
    return f"{min(max(place - width / 2, 0.0), 100.0 - width):.1f}"
