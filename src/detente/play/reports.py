"""What to say after a session: what was expected and done at each turn, where it turned, who believed what, and who got what.

Plain data; the rules stand in :doc:`/decisions/0123-after-action-report` and :doc:`/decisions/0127-debrief-survey-and-rooms`, and were
fixed before anybody played.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

import numpy as np

from detente.crisis.registers import kind_of
from detente.errors import refuse
from detente.play.courses import Stand
from detente.play.debrief import CHANGED, UNLIKELY, ask_questions, path_of
from detente.play.forecasts import (
    Outlook,
    choice_chances,
    distance,
    forecast,
    parallels,
    thousand,
)
from detente.play.knowing import Knowledge, Range
from detente.play.priors import argument_rows
from detente.play.state import SessionState, Turn
from detente.play.survey import POINTS, QUESTIONS
from detente.play.timeline import tell_timeline

__all__ = ["CHANGED", "UNLIKELY", "UNSEEN", "PlayedStep", "find_steps", "report_data", "turning"]

UNSEEN: Final = 0.10
"""Least difference in an end between who saw a hidden move and who did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedStep:
    """A move of a seat, or a draw of chance (``seat`` empty), with what was expected before and after it.

    ``expected`` is the chance of what was done, ``of_type`` that for the type that was dealt (None for chance), ``likeliest`` what
    was likelier than all else, with its chance; ``hidden_from`` are seats that did not see it as what it was, ``unseen`` by how much an end is likelier
    for who saw it, and which.
    """

    turn: int
    round: int
    phase: str
    seat: str
    did: str
    of: str
    by: str
    why: str
    expected: Range
    of_type: Range | None
    likeliest: str
    likeliest_chance: float
    hidden_from: tuple[str, ...]
    before: Outlook
    after: Outlook
    unseen: tuple[str, float]


def turning(step: PlayedStep) -> tuple[str, ...]:
    """Return why a step is a turning point: it ``changed_the_ends``, or ``kept_an_end_open_unseen``; nothing if it is none."""
    if step.expected[0] > UNLIKELY or step.did == step.likeliest:
        return ()
    reasons = []
    if distance(step.before.shares, step.after.shares) >= CHANGED:
        reasons.append("changed_the_ends")
    if step.hidden_from and step.unseen[1] >= UNSEEN:
        reasons.append("kept_an_end_open_unseen")
    return tuple(reasons)


def find_steps(state: SessionState) -> list[PlayedStep]:
    """Return every move and draw of a session in order, with what was expected."""
    return [step for turn in state.turns for step in _steps_of(state, turn)]


def _steps_of(state: SessionState, turn: Turn) -> list[PlayedStep]:
    course = turn.opening.course
    here, found = turn.before, []
    left = {seat: list(order.choices) for seat, order in turn.orders.items()}
    seats = [menu.player for menu in course.menus(turn.before)] if turn.orders else []
    for seat in seats:
        choice = left[seat].pop(0)
        found.append(_step(state, turn, here, seat=seat, choice=choice))
        here = course.after(here, choice)
    for drawn in turn.draws:
        found.append(_step(state, turn, here, seat="", choice=drawn.outcome, by=drawn.by))
        here = course.after(here, drawn.outcome)
    return found


def _step(
    state: SessionState, turn: Turn, here: Stand, *, seat: str, choice: str, by: str = ""
) -> PlayedStep:
    opening, crisis = turn.opening, state.book.crisis
    course = opening.course
    stands = parallels(course, here)
    chances = choice_chances(opening, stands)
    after = course.after(here, choice)
    likeliest = max(chances, key=lambda name: chances[name][0])
    round_number, phase = turn.before.where
    of_type: Range | None = None
    hidden: tuple[str, ...] = ()
    if seat:
        own = state.types[seat]
        mine = [stand for stand in stands if course.profiles[stand.path[0]][seat] == own]
        of_type = choice_chances(opening, mine)[choice]
        seen_by = crisis.instruments[choice].seen_by
        hidden = tuple(who for who in crisis.players if seen_by and who not in {*seen_by, seat})
    order = turn.orders.get(seat)
    return PlayedStep(
        turn=turn.number,
        round=round_number,
        phase=phase,
        seat=seat,
        did=choice,
        of=here.drawing,
        by=order.by if order else by,
        why=order.why if order else "",
        expected=chances[choice],
        of_type=of_type,
        likeliest=likeliest,
        likeliest_chance=chances[likeliest][0],
        hidden_from=hidden,
        before=forecast(opening, crisis, stands),
        after=forecast(opening, crisis, parallels(course, after)),
        unseen=_unseen(state, turn) if hidden else ("", 0.0),
    )


def _unseen(state: SessionState, turn: Turn) -> tuple[str, float]:
    """Return the end that is most underrated after a turn by one who sees only what all see, and by how much."""
    opening, crisis = turn.opening, state.book.crisis
    if turn.after.position.is_over:  # all are told how it ended
        return ("", 0.0)
    known = forecast(opening, crisis, parallels(opening.course, turn.after)).shares
    worlds = [world.stand for world in opening.course.worlds(turn.after, "") if world.first]
    public = forecast(opening, crisis, worlds).shares
    name = max(known, key=lambda end: known[end] - public[end])
    return (name, known[name] - public[name])


# --- the report ------------------------------------------------------------------------------------------------------


def report_data(state: SessionState) -> dict[str, Any]:
    """Return the report of a session as plain data.

    Raises
    ------
    UsageError
        ``command-invalid`` if the session has not ended: a report would tell its secrets.
    """
    if state.status != "ended":
        refuse(
            "the session has not ended, and a report would tell its secrets",
            code="command-invalid",
            at="session",
            fix="play it to its end, or let control end it",
        )
    crisis = state.book.crisis
    steps = find_steps(state)
    points = [(step, why) for step in steps if (why := turning(step))]
    told = {
        "turns": [_turn_data(state, turn, steps) for turn in state.turns],
        "steps": [_step_data(step) for step in steps],
        "goals": _goals(state),
        "changes": _changes(state),
    }
    return {
        **told,
        "path": path_of(told["steps"], told["changes"]),
        "questions": ask_questions(state, **told),
        "survey": _survey(state),
        "arguments": argument_rows(state),
        "timeline": tell_timeline(state),
        "crisis": {"id": crisis.id, "title": crisis.title, "digest": crisis.digest},
        "commitment": state.book.policy.id if state.book.policy is not None else "",
        "seed": state.seed,
        "case": state.case,
        "cases": state.book.draws,
        "forked": list(state.forked) if state.forked[0] else [],
        "outcome": state.outcome,
        "outcome_label": crisis.outcomes[state.outcome].label if state.outcome else "",
        "seats": [
            {
                "id": seat.player,
                "name": crisis.players[seat.player].name,
                "type": state.types[seat.player],
                "type_label": next(
                    item.label
                    for item in crisis.players[seat.player].types
                    if item.id == state.types[seat.player]
                ),
                "kind": seat.kind,
                "people": list(seat.names),
            }
            for seat in state.seats.values()
        ],
        "turning_points": [
            {"turn": step.turn, "seat": step.seat, "did": step.did, "of": step.of, "why": list(why)}
            for step, why in points
        ],
        "messages": [
            {"turn": item.turn, "from": item.sender, "to": list(item.to), "text": item.text}
            for item in state.messages
        ],
        "proposals": [
            {
                "turn": item.turn,
                "id": item.id,
                "sponsor": item.sponsor,
                "parties": list(item.parties),
                "terms": dict(item.terms),
                "answers": dict(item.answers),
                "breaches": [list(pair) for pair in item.breaches],
            }
            for item in state.proposals.values()
        ],
        "news": [{"turn": item.turn, "kind": item.kind, "text": item.text} for item in state.news],
        "asked": [dict(item) for item in state.asked],
    }


def _turn_data(state: SessionState, turn: Turn, steps: Sequence[PlayedStep]) -> dict[str, Any]:
    """Return where a turn began: what was expected, what each side believed, and how high its moves stand on the ladder."""
    crisis = state.book.crisis
    expected = forecast(turn.opening, crisis, parallels(turn.opening.course, turn.before))
    made = [step.did for step in steps if step.turn == turn.number and step.seat]
    then = replace(state, opening=turn.opening, stand=turn.before)
    round_number, phase = turn.before.where
    return {
        "turn": turn.number,
        "round": round_number,
        "phase": phase,
        "phase_label": next((item.label for item in crisis.phases if item.id == phase), ""),
        **_forecast_data(expected),
        "thousand": thousand(expected.shares),
        "beliefs": {player: Knowledge(then, player).beliefs() for player in crisis.players},
        "estimates": {
            seat: dict(values) for number, seat, values in state.estimates if number == turn.number
        },
        "ladder": max((kind_of(crisis.instruments[name]).force for name in made), default=0),
    }


def _forecast_data(found: Outlook) -> dict[str, Any]:
    return {
        "ends": {name: list(share) for name, share in found.ends.items()},
        "attack": list(found.attack),
        "settlement": list(found.settlement),
    }


def _step_data(step: PlayedStep) -> dict[str, Any]:
    return {
        "turn": step.turn,
        "round": step.round,
        "phase": step.phase,
        "seat": step.seat,
        "did": step.did,
        "of": step.of,
        "by": step.by,
        "why": step.why,
        "expected": list(step.expected),
        "expected_of_type": list(step.of_type) if step.of_type else None,
        "likeliest": step.likeliest,
        "likeliest_chance": step.likeliest_chance,
        "hidden_from": list(step.hidden_from),
        "before": _forecast_data(step.before),
        "after": _forecast_data(step.after),
        "moved": round(distance(step.before.shares, step.after.shares), 6),
        "unseen": {"end": step.unseen[0], "by": round(step.unseen[1], 6)},
        "turning": list(turning(step)),
    }


def _changes(state: SessionState) -> list[dict[str, Any]]:
    """Return where values were set from outside: what was expected before and after, and which injects did it."""
    crisis, found = state.book.crisis, []
    every = [*state.earlier, (state.begun, state.where)]
    for (before, stand), (after, _) in pairwise(every):
        then = forecast(before, crisis, parallels(before.course, stand))
        begin = after.course.begin(stand.path[0])
        now = forecast(after, crisis, parallels(after.course, begin))
        made = [
            item.id
            for item in state.injects.values()
            if item.state and item.status == "happened" and item.round == after.first_round
        ]
        found.append(
            {
                "turn": stand.turn,
                "round": after.first_round,
                "injects": made,
                "before": _forecast_data(then),
                "after": _forecast_data(now),
                "moved": round(distance(then.shares, now.shares), 6),
            }
        )
    return found


def _survey(state: SessionState) -> dict[str, Any]:
    """Return what was asked, the answers by seat, and how often each point was given, from least to most."""
    return {
        "questions": [
            {"id": item.id, "kind": item.kind, "words": item.words} for item in QUESTIONS
        ],
        "answers": {seat: dict(answers) for seat, answers in state.surveys.items()},
        "counts": {
            item.id: [
                sum(answers.get(item.id) == point for answers in state.surveys.values())
                for point in POINTS
            ]
            for item in QUESTIONS
            if item.kind == "points"
        },
    }


def _goals(state: SessionState) -> list[dict[str, Any]]:
    """Return by seat what the end is worth beside what was expected; not modelled where the game is not the one of the start."""
    crisis, stand = state.book.crisis, state.where
    modelled = stand.position.is_over and not state.earlier
    found: list[dict[str, Any]] = []
    for number, player in enumerate(crisis.players):
        if not modelled:
            found.append({"seat": player, "modelled": False})
            continue
        opening = state.begun
        root, form = opening.root, opening.root.form
        rows = np.array(
            [types[player] == state.types[player] for types in opening.course.profiles]
        )[root.profile]
        reach = root.reach[:, state.case] * rows
        paid = state.book.payoffs[:, number, state.case]
        place = int(np.flatnonzero(form.terminal_node == opening.node(stand))[0])
        got, expected = float(paid[place]), float((reach * paid).sum() / reach.sum())
        found.append(
            {
                "seat": player,
                "modelled": True,
                "stakes": got,
                "expected": expected,
                "best": float(paid[rows].max()),
                "worst": float(paid[rows].min()),
                "met": got >= expected,
            }
        )
    return found
