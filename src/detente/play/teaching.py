"""What a room is taught with: roles, issues, course of play, timetables, injects and an assignment of a crisis, as plain data.

Everything is read off the crisis and its solved game by stated rules (:doc:`/decisions/0130-teaching-and-design`); what an author
adds stands in ``teaching.yaml`` (:mod:`detente.crisis.teaching`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from detente.crisis.crisis import Crisis
from detente.crisis.elements import Condition
from detente.crisis.hindcasts import all_hindcasts
from detente.crisis.loading import shipped_crises
from detente.crisis.teaching import TeachingNotes, TeachingQuestion, read_teaching
from detente.play.aims import describe_role
from detente.play.decisions import DecisionTable, SeatDecision, WeighedMove
from detente.play.forecasts import forecast
from detente.play.knowing import weighted_range
from detente.play.menus import condition_words, describe_instrument
from detente.play.rulebooks import Rulebook

__all__ = ["Timetable", "plan_demonstration", "plan_role_play", "teaching_data"]

DEMONSTRATION: Final = 20
"""Minutes of a demonstration."""
ROLE_PLAY: Final = 120
"""Minutes of a role-play."""
_BEGIN, _CLOSE = 4, 4
_WELCOME, _CARDS, _BREAK, _DEBRIEF = 10, 15, 5, 25
_LEAST = 4
"""Minutes of a turn under which a role-play is too hurried."""
_COMES_UP = 0.05
"""A move counts if it comes up in at least so many of all runs."""
_WATCHED = 3
_INJECTS = 6
POINTS: Final = 10
"""Points of a question of the assignment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """The minutes of a game: those of an order and of talk before it, how many of them, and how many rounds fit if not all do."""

    total: int
    turns: int
    talk: float
    order: float
    rounds: int


def plan_demonstration(choices: int, rounds: int) -> Timetable:
    """Share what a demonstration has between its opening and its close by the choices that its seat can meet, in half minutes.

    Examples
    --------
    >>> plan_demonstration(5, 3).order
    2.0
    """
    left = DEMONSTRATION - _BEGIN - _CLOSE
    turns = max(choices, 1)
    return Timetable(
        total=DEMONSTRATION,
        turns=turns,
        talk=0.0,
        order=max(2 * left // turns, 1) / 2,
        rounds=rounds,
    )


def plan_role_play(longest: Sequence[int]) -> Timetable:
    """Share what a role-play has for turns by those of the longest run; the larger half of a turn is talk.

    Parameters
    ----------
    longest
        Turns of the longest run up to the end of each round. If a turn would have less than 4 minutes, as many rounds are
        played as leave it so much.

    Examples
    --------
    >>> plan_role_play([3, 7, 9])
    Timetable(total=120, turns=9, talk=4, order=3, rounds=3)
    >>> plan_role_play([10, 20]).rounds
    1
    """
    left = ROLE_PLAY - _WELCOME - _CARDS - _BREAK - _DEBRIEF
    fits = [number for number, turns in enumerate(longest, 1) if left // max(turns, 1) >= _LEAST]
    rounds = max(fits, default=1)
    turns = max(longest[rounds - 1], 1)
    minutes = max(left // turns, 1)
    talk = -(-minutes // 2)
    return Timetable(
        total=ROLE_PLAY, turns=turns, talk=talk, order=max(minutes - talk, 1), rounds=rounds
    )


def teaching_data(book: Rulebook) -> dict[str, Any]:
    """Return everything that is printed for a room.

    Parameters
    ----------
    book
        The crisis without a commitment; it is solved.

    Returns
    -------
    dict
        ``crisis``, ``cards`` (one for each player and type), ``open_cards`` (one for each player), ``issues``, ``facts``, ``sources``, ``course``, ``odds``, ``watch``,
        ``plans``, ``injects``, ``assignment``, ``notes`` and ``record``: shares are between 0 and 1, worths in stakes.

    Raises
    ------
    CrisisFileError
        If the folder has a ``teaching.yaml`` that cannot be used.
    """
    crisis, notes = book.crisis, read_teaching(book.crisis)
    table = DecisionTable(book)
    hang = {player: _sum(table, player) for player in crisis.players}
    shown = max(hang, key=lambda player: hang[player])
    people = [player for player in crisis.players if table.choices(player)[0] >= 1.0] or [shown]
    longest = [table.longest(number) for number in range(1, crisis.rounds + 1)]
    watch = sorted(table.all, key=lambda item: -item.hangs)[:_WATCHED]
    return {
        "crisis": {
            "id": crisis.id,
            "title": crisis.title,
            "as_of": crisis.as_of.isoformat(),
            "summary": crisis.summary,
            "digest": crisis.digest,
            "rounds": crisis.rounds,
            "changed": dict(crisis.overrides),
            "draws": book.draws,
            "seed": book.seed,
        },
        "cards": [
            _card(book, player.id, kind.id)
            for player in crisis.players.values()
            for kind in player.types
        ],
        "open_cards": [_card(book, player, "") for player in crisis.players],
        "issues": [
            {"label": item.label, "at_0": item.at_0, "at_50": item.at_50, "at_100": item.at_100}
            for item in crisis.issues.values()
            if item.negotiable
        ],
        "facts": _facts(crisis),
        "sources": {
            key: {"publisher": item.publisher, "title": item.title}
            for key, item in crisis.sources.items()
        },
        "course": _course(crisis),
        "odds": _odds(book),
        "watch": [_decision(crisis, item) for item in watch],
        "plans": {
            "demonstration": _plan(plan_demonstration(table.choices(shown)[1], crisis.rounds)),
            "role_play": _plan(plan_role_play(longest)),
            "shown": crisis.players[shown].name,
            "people": [crisis.players[player].name for player in people],
            "bots": [who.name for player, who in crisis.players.items() if player not in people],
            "turns": {"average": table.turns[0], "longest": table.turns[1]},
        },
        "script": [
            {**_decision(crisis, item), "opens": item is table.all[0]}
            for item in _script(table, shown)
        ],
        "injects": _injects(crisis),
        "assignment": _assignment(book, table),
        "notes": _notes(notes),
        "record": _record(crisis),
    }


def _sum(table: DecisionTable, player: str) -> float:
    return sum(item.hangs for item in table.all if item.player == player)


def _plan(plan: Timetable) -> dict[str, Any]:
    return {
        "total": plan.total,
        "turns": plan.turns,
        "talk": plan.talk,
        "order": plan.order,
        "rounds": plan.rounds,
        "begin": _BEGIN if plan.total == DEMONSTRATION else _WELCOME,
        "cards": 0 if plan.total == DEMONSTRATION else _CARDS,
        "pause": 0 if plan.total == DEMONSTRATION else _BREAK,
        "close": _CLOSE if plan.total == DEMONSTRATION else _DEBRIEF,
    }


# --- players ---------------------------------------------------------------------------------------------------------


def _card(book: Rulebook, player: str, kind: str) -> dict[str, Any]:
    """Return the role card of a type: what its seat is told before play, and nothing of another seat's type.

    Without a type it is the card for a game in which all types lie open: it has what the ends are worth to each.
    """
    crisis = book.crisis
    who = crisis.players[player]
    roles = {item.id: describe_role(book, player, item.id) for item in who.types}
    every = [
        row[end] for item in roles.values() for row in item["worth"] for end in ("low", "high")
    ]
    role = roles[kind or who.types[0].id]
    return {
        "player": player,
        "type": kind,
        "name": who.name,
        "role": who.role,
        "type_label": role["type_label"] if kind else "",
        "hides": bool(kind) and len(who.types) > 1,
        "worths": [
            {"label": item["type_label"], "rows": item["worth"]}
            for name, item in roles.items()
            if kind in {"", name}
        ],
        "scale": [min([0.0, *every]), max([0.0, *every])],
        "moves": [
            {**_move(crisis, item["id"]), "when": _open(crisis, item["id"])}
            for item in role["instruments"]
        ],
        "issues": [
            {
                **issue,
                "stands": [
                    {"actor": crisis.actors[actor].name, **held}
                    for actor, held in issue["stands"].items()
                    if "positions" in held
                ],
            }
            for issue in role["issues"]
            if any("positions" in held for held in issue["stands"].values())
        ],
        "others": [
            {"name": other.name, "types": _priors(book, other.id)}
            for other in crisis.players.values()
            if other.id != player
        ],
        "clock": [
            {"round": row["round"], "phase": row["phase"], "mine": player in row["players"]}
            for row in _course(crisis)
        ],
        "sources": [
            {"key": item["key"], "publisher": item["publisher"], "title": item["title"]}
            for item in role["sources"]
            if any(
                item["key"] in instrument.sources
                for instrument in crisis.instruments.values()
                if instrument.player == player
            )
        ],
    }


def _move(crisis: Crisis, name: str) -> dict[str, Any]:
    found = describe_instrument(crisis, crisis.instruments[name])
    return {
        "id": name,
        "label": found["label"],
        "description": found["description"],
        "hidden_from": [crisis.players[other].name for other in found["hidden_from"]],
        "seen_as": found["seen_as_label"],
        "chance": [item["label"] for item in found["chance"]],
    }


def _open(crisis: Crisis, name: str) -> str:
    return condition_words(crisis, crisis.instruments[name].when)


def _priors(book: Rulebook, player: str) -> list[dict[str, Any]]:
    """Return what all believe of a player's type at the start: mean and 5-95% range over the cases; nothing of one with one type."""
    kinds = book.crisis.players[player].types
    if len(kinds) < 2:
        return []
    opening = book.opening()
    prior = opening.prior()
    found = []
    for kind in kinds:
        rows = np.array([types[player] == kind.id for types in opening.course.profiles])
        values = prior[rows].sum(axis=0)
        mean, low, high = weighted_range(values, np.ones_like(values))
        found.append({"label": kind.label, "mean": mean, "low": low, "high": high})
    return found


def _facts(crisis: Crisis) -> list[dict[str, Any]]:
    return [
        {
            "question": item.question,
            "text": item.text,
            "claimed_by": item.claimed_by,
            "sources": list(item.sources),
        }
        for item in crisis.facts
    ]


# --- the game --------------------------------------------------------------------------------------------------------


def _course(crisis: Crisis) -> list[dict[str, Any]]:
    """Return the phases of each round in order: who moves, among what, and what of it is hidden."""
    return [
        {
            "round": number,
            "phase": phase.label,
            "players": [move.player for move in phase.moves],
            "when": condition_words(crisis, phase.when),
            "movers": [
                {
                    "name": crisis.players[move.player].name,
                    "moves": [_move(crisis, name) for name in move.menu],
                }
                for move in phase.moves
            ],
        }
        for number in range(1, crisis.rounds + 1)
        for phase in crisis.phases
        if not phase.rounds or number in phase.rounds
    ]


def _odds(book: Rulebook) -> dict[str, Any]:
    """Return what is expected at the start, the likeliest end first: mean and 5-95% range over the cases."""
    opening = book.opening()
    begun = [opening.course.begin(profile) for profile in range(len(opening.course.profiles))]
    found = forecast(opening, book.crisis, begun)
    ends = [
        {
            "label": book.crisis.outcomes[name].label,
            "attack": bool(book.crisis.outcomes[name].attack),
            "settlement": book.crisis.outcomes[name].settlement,
            "mean": share[0],
            "low": share[1],
            "high": share[2],
        }
        for name, share in found.ends.items()
    ]
    return {
        "ends": sorted(ends, key=lambda row: -float(str(row["mean"]))),
        "attack": list(found.attack),
        "settlement": list(found.settlement),
    }


def _decision(crisis: Crisis, found: SeatDecision) -> dict[str, Any]:
    """Return a decision in labels; moves that come up too rarely to be spoken of are left out."""
    phases = {phase.id: phase.label for phase in crisis.phases}
    return {
        "seat": crisis.players[found.player].name,
        "round": found.round,
        "phase": phases[found.phase],
        "comes_up": found.comes_up,
        "hangs": found.hangs,
        "moves": [
            _weighed(crisis, item)
            for item in found.moves
            if item.open >= _COMES_UP * found.comes_up
        ],
    }


def _weighed(crisis: Crisis, move: WeighedMove) -> dict[str, Any]:
    attack = sum(share for name, share in move.ends.items() if crisis.outcomes[name].attack)
    settled = sum(share for name, share in move.ends.items() if crisis.outcomes[name].settlement)
    likeliest = max(move.ends, key=lambda name: move.ends[name])
    return {
        "label": crisis.instruments[move.instrument].label,
        "chance": move.chance,
        "attack": attack,
        "settlement": settled,
        "likeliest": crisis.outcomes[likeliest].label,
        "share": move.ends[likeliest],
    }


def _script(table: DecisionTable, player: str) -> list[SeatDecision]:
    """Return what is spoken of in a demonstration: the first decision of its seat, and that on which most hangs."""
    mine = [item for item in table.all if item.player == player]
    most = max(mine, key=lambda item: item.hangs, default=None)
    found = [item for item in (mine[0] if mine else None, most) if item is not None]
    return list(dict.fromkeys(found))


def _injects(crisis: Crisis) -> list[dict[str, Any]]:
    """Return values of the state that open or close something and do not hold at the start; those that touch most first."""
    touched: list[tuple[str, str, Condition]] = [
        *(("move", item.label, item.when) for item in crisis.instruments.values()),
        *(("phase", item.label, item.when) for item in crisis.phases),
        *(("end", item.label, item.when) for item in crisis.outcomes.values()),
    ]
    over = {
        (name, value)
        for item in crisis.ends_when
        for name, values in item.allowed.items()
        for value in values
    }
    found = []
    for name, variable in crisis.state.items():
        for value in variable.values:
            if value == variable.initial or (name, value) in over:
                continue
            opens = list(_changed(touched, name, value, variable.initial))
            closes = list(_changed(touched, name, variable.initial, value))
            if opens or closes:
                found.append(
                    {
                        "variable": variable.label,
                        "value": variable.value_labels.get(value, value),
                        "opens": opens,
                        "closes": closes,
                    }
                )
    found.sort(key=lambda row: -len(row["opens"]) - len(row["closes"]))
    return found[:_INJECTS]


def _changed(
    touched: Iterable[tuple[str, str, Condition]], name: str, now: str, then: str
) -> Iterable[dict[str, str]]:
    """Yield what a value allows that another does not."""
    for kind, label, when in touched:
        sides = [item.allowed[name] for item in when if name in item.allowed]
        if any(now in side for side in sides) and not any(then in side for side in sides):
            yield {"kind": kind, "label": label}


# --- the assignment --------------------------------------------------------------------------------------------------


def _assignment(book: Rulebook, table: DecisionTable) -> list[dict[str, Any]]:
    """Return the questions whose answers are computed, as named cases with the numbers that they speak of."""
    crisis = book.crisis
    hidden = [
        {**_move(crisis, name), "player": crisis.players[item.player].name}
        for name, item in crisis.instruments.items()
        if describe_instrument(crisis, item)["hidden_from"]
    ]
    hung = max(table.all, key=lambda item: item.hangs)
    told = _telling(crisis, table)
    asked: list[dict[str, Any]] = [
        {"case": "odds", "odds": _odds(book)},
        {"case": "hangs", "decision": _decision(crisis, hung)},
    ]
    if told is not None:
        asked.append({"case": "belief", **told})
    if hidden:
        asked.append({"case": "hidden", "moves": hidden})
    return [{**item, "points": POINTS} for item in asked]


def _telling(crisis: Crisis, table: DecisionTable) -> dict[str, Any] | None:
    """Return the move that all see and that tells most of its mover's type, with what Bayes' rule needs and gives; None if none tells."""
    best: tuple[float, SeatDecision, WeighedMove, str] | None = None
    for found in table.all:
        for move in found.moves:
            hidden = describe_instrument(crisis, crisis.instruments[move.instrument])["hidden_from"]
            if hidden or move.open * move.chance < _COMES_UP or len(move.types) < 2:
                continue
            for kind, held in move.types.items():
                moved = held * move.by_type[kind] / move.chance - held
                if best is None or moved > best[0]:
                    best = (moved, found, move, kind)
    if best is None:
        return None
    _, found, move, kind = best
    who = crisis.players[found.player]
    labels = {item.id: item.label for item in who.types}
    return {
        "seat": who.name,
        "round": found.round,
        "phase": {phase.id: phase.label for phase in crisis.phases}[found.phase],
        "move": crisis.instruments[move.instrument].label,
        "type": labels[kind],
        "types": [
            {
                "label": labels[name],
                "before": held,
                "makes": move.by_type[name],
                "after": held * move.by_type[name] / move.chance,
            }
            for name, held in move.types.items()
        ],
    }


# --- authors and what happened ---------------------------------------------------------------------------------------


def _notes(notes: TeachingNotes) -> dict[str, Any]:
    told: Callable[[TeachingQuestion], Mapping[str, Any]] = lambda item: {  # noqa: E731  one shape, twice
        "ask": item.ask,
        "guide": item.guide,
        "sources": list(item.sources),
    }
    return {
        "about": list(notes.about),
        "aims": list(notes.aims),
        "questions": [told(item) for item in notes.questions],
        "debrief": [told(item) for item in notes.debrief],
    }


def _record(crisis: Crisis) -> list[dict[str, str]]:
    """Return what happened after the cut-off of a crisis that ships, told as the track record tells it."""
    if shipped_crises().get(crisis.id) != crisis.folder:
        return []
    found = {
        (item.happened_on.isoformat(), item.happened)
        for item in all_hindcasts()
        if item.crisis == crisis.id
    }
    return [{"on": day, "happened": words} for day, words in sorted(found)]
