"""Parallel rooms: which are compared, and where they parted."""

import pytest
from tests.play.driving import Driven

from detente.errors import UsageError
from detente.log import Log
from detente.play.comparing import MOST_ROOMS, compare_rooms, solution_key
from detente.play.options import SessionOptions
from detente.play.reports import report_data
from detente.play.sessions import Session

TYPES = {"north": "limited", "west": "hollow"}


def played(book, *moves, **options):
    """A session of people that is played as listed and then ended."""
    seats = dict.fromkeys(book.crisis.players, "human")
    given = {"chosen": TYPES, "seats": seats, "case": 0, **options}
    driven = Driven(book, **given).do("control", "start")
    for seat, choice in moves:
        driven.do(seat, "seal", choices=[choice])
    if driven.state.status != "ended":
        driven.do("control", "end", why="time is up")
    return driven.state


def test_rooms_part_where_their_moves_first_differ(coercion):
    """Oracle: hand: alike in the first turn, other moves in the second; one alike throughout; one that never came so far."""
    here = played(coercion, ("west", "arm"), ("north", "withdraw"))
    others = {
        "B": played(coercion, ("west", "arm"), ("north", "hold")),
        "C": played(coercion, ("west", "arm"), ("north", "withdraw"), case=1),
        "D": played(coercion, ("west", "arm")),
        "E": played(coercion, ("west", "wait"), ("north", "withdraw")),
    }
    found = compare_rooms("A", here, others)
    assert [item["room"] for item in found] == list("ABCDE")
    assert [item["parts"] and item["parts"]["turn"] for item in found] == [None, 2, None, 2, 1]
    assert found[1]["parts"]["here"] == [{"seat": "north", "did": "withdraw"}]
    assert found[1]["parts"]["there"] == [{"seat": "north", "did": "hold"}]
    assert found[3]["parts"]["there"] == []
    assert [item["outcome"] for item in found] == ["backdown", "", "backdown", "", "backdown"]


def test_a_room_is_told_as_its_own_report_tells_it(coercion):
    """Oracle: independent code: the report of that room."""
    here, there = (
        played(coercion, ("west", "arm"), ("north", "withdraw")),
        played(coercion, ("west", "wait"), ("north", "withdraw"), chosen={}, session_seed=5),
    )
    own, other = report_data(there), compare_rooms("A", here, {"B": there})[1]
    assert other["path"] == own["path"]
    assert other["types"] == {seat["id"]: seat["type"] for seat in own["seats"]}
    assert other["goals"] == {goal["seat"]: goal["met"] for goal in own["goals"]}
    assert [item["did"] for item in other["moves"]] == [step["did"] for step in own["steps"]]


def test_where_there_is_no_other_room_nothing_is_compared(coercion):
    """Oracle: hand; a room is not another than itself."""
    here = played(coercion, ("west", "arm"))
    assert compare_rooms("A", here, {}) == []
    assert compare_rooms("A", here, {"A": here}) == []


def test_no_more_rooms_are_compared_than_are_read(coercion):
    """Oracle: hand."""
    here = played(coercion, ("west", "arm"))
    others = {f"R{number}": here for number in range(MOST_ROOMS + 3)}
    assert len(compare_rooms("A", here, others)) == MOST_ROOMS


def test_rooms_of_another_solution_are_refused(coercion):
    """Oracle: hand: other cases of the same crisis."""
    log = Log.open("sqlite://")
    here = played(coercion, ("west", "arm"))
    session = Session.create(log, coercion, SessionOptions(draws=coercion.draws))
    assert solution_key(session.events[0].data) == (coercion.crisis.digest, "", 16, 1)
    other = played(coercion, ("west", "arm"))
    object.__setattr__(other, "options", SessionOptions(draws=8))
    with pytest.raises(UsageError) as caught:
        compare_rooms("A", here, {"B": other})
    assert caught.value.code == "session-mismatch"
    log.close()


def test_a_room_that_has_not_ended_is_refused(coercion):
    """Oracle: hand; before the end a comparison would tell its secrets."""
    here = played(coercion, ("west", "arm"))
    running = Driven(coercion, chosen=TYPES, case=0).state
    with pytest.raises(UsageError) as caught:
        compare_rooms("A", here, {"B": running})
    assert caught.value.code == "command-invalid"
