"""The after-action report as its page, its file and its printed pages show it: words, rows and pictures, made of its data."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from detente.crisis.crisis import Crisis
from detente.crisis.registers import kind_of
from detente.play.debrief import lead_of, path_case
from detente.play.state import CONTROL
from detente.play.survey import POINTS
from detente.web.play.pictures import (
    HALF,
    draw_belief,
    draw_both,
    draw_ladder,
    draw_path,
    draw_rooms,
    draw_thousand,
)
from detente.web.play.showing import end_case, name_of_seat
from detente.web.rendering import Renderer

__all__ = ["RoomsCase", "rooms_case", "show_report"]

RoomsCase = Literal["alike", "other_ends", "other_ways"]
"""How rooms are titled: the same was done in all, they ended differently, or alike on different ways."""

_WORDS, _TIMELINE = "play/words.j2", "play/timeline.j2"
_MOVES = frozenset({"revealed", "drew"})
"""Entries of the timeline that the steps of a turn tell with what was expected."""
_TALK = frozenset({"said", "news", "joined", "surveyed"})
"""Entries of which a page shows the number alone, until a reader asks for them."""


def rooms_case(rooms: Sequence[Mapping[str, Any]]) -> RoomsCase:
    """Return how rooms are titled.

    Examples
    --------
    >>> rooms_case([{"outcome": "war", "parts": None}, {"outcome": "war", "parts": {"turn": 2}}])
    'other_ways'
    """
    if len({room["outcome"] for room in rooms}) > 1:
        return "other_ends"
    return "other_ways" if any(room["parts"] for room in rooms) else "alike"


def show_report(renderer: Renderer, crisis: Crisis, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the report in the words, rows and pictures that it shows."""
    names = {seat["id"]: name_of_seat(seat) for seat in data["seats"]} | {
        "": "chance",
        CONTROL: "Control",
    }
    labels = {name: item.label for name, item in crisis.instruments.items()}
    for item in crisis.instruments.values():
        labels |= {chance.id: chance.label for chance in item.chance}
    types = {
        (player, kind.id): kind.label
        for player, who in crisis.players.items()
        for kind in who.types
    }
    shown = {
        "told": crisis,
        "report": data,
        "names": names,
        "numbers": {seat["id"]: number for number, seat in enumerate(data["seats"])},
        "labels": labels,
        "ends": {name: item.label for name, item in crisis.outcomes.items()},
        "types": types,
        "asked": [
            renderer.words(_WORDS, "question", item, names, labels, types)
            for item in data["questions"]
        ],
        "points": POINTS,
    }
    return {
        **shown,
        "groups": _groups(renderer, data, shown),
        **_head(renderer, data, names, labels),
        **_pictures(renderer, crisis, data, shown),
        **_rooms(renderer, data),
    }


def _head(
    renderer: Renderer, data: Mapping[str, Any], names: Mapping[str, str], labels: Mapping[str, str]
) -> dict[str, str]:
    """Return the sentences at the head: how it ended, where it turned, and what the path says."""
    start = data["turns"][0]["ends"] if data["turns"] else {}
    end = end_case(data["outcome"], start)
    said = (end, data["outcome_label"], start.get(data["outcome"]))
    case, step = lead_of(data["steps"])
    path, (low, high) = path_case(data["path"], data["outcome"])
    return {
        "finding": renderer.words(_WORDS, "ended", *said),
        "turned": renderer.words(_WORDS, "lead", case, step, names, labels),
        "path_title": renderer.words(_WORDS, "path_title", path, low, high),
    }


def _groups(
    renderer: Renderer, data: Mapping[str, Any], shown: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the timeline by turn: what was said and done before its moves, these with what was expected, and what came later.

    The first group is what came before the start, the last what came after the end; they are left out where nothing did.
    """
    turns = {turn["turn"]: turn for turn in reversed(data["turns"])}
    places = dict.fromkeys(
        (*sorted({0, *turns}), *(item["turn"] for item in data["timeline"])), None
    )
    split: dict[int, tuple[list[Any], list[Any]]] = {place: ([], []) for place in (*places, -1)}
    moved: set[int] = set()
    for item in data["timeline"]:
        place = -1 if item["after"] else item["turn"]
        if item["kind"] in _MOVES:
            moved.add(place)
        else:
            split[place][place in moved].append(item)
    groups = []
    for place in (*sorted(place for place in split if place >= 0), -1):
        steps = [
            _step(renderer, step, number, shown)
            for number, step in enumerate(data["steps"], 1)
            if step["turn"] == place
        ]
        before, later = (_entries(renderer, items, shown) for items in split[place])
        if steps or before["rows"] or later["rows"]:
            title = renderer.words(_TIMELINE, "phase", place, turns.get(place))
            groups.append({"title": title, "before": before, "steps": steps, "later": later})
    return groups


def _step(
    renderer: Renderer, step: Mapping[str, Any], number: int, shown: Mapping[str, Any]
) -> dict[str, Any]:
    turns = [
        renderer.words(_TIMELINE, "turning", step, why, shown["ends"]) for why in step["turning"]
    ]
    played = renderer.words(_TIMELINE, "by", step, shown["names"])
    return {**step, "number": number, "played": played, "turns": turns}


def _entries(
    renderer: Renderer, items: Sequence[Mapping[str, Any]], shown: Mapping[str, Any]
) -> dict[str, Any]:
    """Return entries as a line of words and what a person wrote each; they are shown at once if they are more than talk."""
    names, labels = shown["names"], shown["labels"]
    rows = [
        {
            "head": renderer.words(_TIMELINE, "entry", item, names, labels, shown["told"]),
            "text": item.get("text") or item.get("why") or "",
            "number": shown["numbers"].get(
                item.get("from") or item.get("sponsor") or item.get("seat")
            ),
        }
        for item in items
    ]
    kinds = [item["kind"] for item in items]
    summary = renderer.words(_TIMELINE, "summary", kinds)
    return {"rows": rows, "summary": summary, "opens": not _TALK.issuperset(kinds)}


def _pictures(
    renderer: Renderer, crisis: Crisis, data: Mapping[str, Any], shown: Mapping[str, Any]
) -> dict[str, Any]:
    turned = {
        number: shown["labels"][step["did"]]
        for number, step in enumerate(data["steps"], 1)
        if step["turning"]
    }
    path, ends = data["path"], shown["ends"]
    says = renderer.words(_WORDS, "says_path", path) if path else ""
    rungs: dict[int, list[str]] = {}
    for item in crisis.instruments.values():
        kind = kind_of(item)
        if kind.label not in rungs.setdefault(kind.force, []):
            rungs[kind.force].append(kind.label)
    named = {force: ", ".join(kinds) for force, kinds in rungs.items()}
    climbed = renderer.words(_WORDS, "says_ladder", data["turns"], named)
    drawn: dict[str, Callable[[int], str]] = {
        "path": lambda width: draw_path(path, turned, width=width, says=says),
        "ladder": lambda width: draw_ladder(data["turns"], named, width=width, says=climbed),
    }
    return {
        "rungs": named,
        "draw": drawn,
        "path": draw_both(drawn["path"]),
        "ladder": draw_both(drawn["ladder"], wide=HALF),
        "beliefs": _beliefs(renderer, data, shown),
        "thousands": {
            turn["turn"]: draw_thousand([turn["thousand"].get(name, 0) for name in ends])
            for turn in data["turns"]
        },
    }


def _beliefs(
    renderer: Renderer, data: Mapping[str, Any], shown: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return, for each seat and each other, what could be believed of the type that was dealt, and what the seat said, by turn."""
    dealt = {seat["id"]: seat["type"] for seat in data["seats"]}
    found = []
    for who in dealt:
        for player, kind in dealt.items():
            turns = [turn for turn in data["turns"] if player in turn["beliefs"].get(who, {})]
            if not turns:
                continue
            readings = [turn["beliefs"][who][player][kind] for turn in turns]
            own = [turn["estimates"].get(who, {}).get(f"{player}.{kind}") for turn in turns]
            label = shown["types"][(player, kind)]
            says = renderer.words(_WORDS, "says_belief", readings, own)
            picture = draw_belief(readings, own, says)
            found.append({"who": who, "of": player, "label": label, "picture": picture})
    return found


def _rooms(renderer: Renderer, data: Mapping[str, Any]) -> dict[str, Any]:
    rooms = data["rooms"]
    if not rooms:
        return {"rooms_title": "", "rooms_picture": "", "draw_rooms": None}
    ends = len({room["outcome"] for room in rooms})
    says = renderer.words(_WORDS, "says_rooms", rooms)
    lines = [[point["attack"][0] for point in room["path"]] for room in rooms]

    def draw(width: int) -> str:
        return draw_rooms([line for line in lines if line], width=width, says=says)

    return {
        "rooms_title": renderer.words(_WORDS, "rooms_title", rooms_case(rooms), len(rooms), ends),
        "rooms_picture": draw_both(draw),
        "draw_rooms": draw,
    }
