"""The survey after a session: who is asked, what is an answer, who is sent it, and what of it leaves the room."""

import csv
import io

import pytest
from tests.play.driving import Driven

from detente.errors import UsageError
from detente.play.reports import report_data
from detente.play.research import SURVEY_COLUMNS, event_lines, survey_table
from detente.play.survey import QUESTIONS
from detente.play.views import PUBLIC, view, view_bytes

TYPES = {"north": "limited", "west": "hollow"}
PEOPLE = {"north": "human", "west": "human", "mid": "equilibrium"}


def ended(book, **options):
    """Return a session that was played to an end by two people."""
    driven = Driven(book, seats=PEOPLE, chosen=TYPES, case=0, **options).do("control", "start")
    driven.do("west", "seal", choices=["arm"])
    return driven.do("north", "seal", choices=["withdraw"])


def test_answers_are_kept_and_given_again_take_the_place(coercion):
    """Oracle: hand."""
    driven = ended(coercion)
    assert driven.state.status == "ended"
    driven.do("west", "survey", answers={"aims": 4, "remark": "the line\x1b was clear"})
    assert driven.state.surveys == {"west": {"aims": 4, "remark": "the line was clear"}}
    driven.do("west", "survey", answers={"surprise": 1})
    assert driven.state.surveys == {"west": {"surprise": 1}}
    data = report_data(driven.state)["survey"]
    assert data["answers"] == {"west": {"surprise": 1}}
    assert [item["id"] for item in data["questions"]] == [item.id for item in QUESTIONS]
    assert data["counts"]["surprise"] == [1, 0, 0, 0, 0]
    assert data["counts"]["aims"] == [0] * 5


@pytest.mark.parametrize(
    "answers",
    [
        None,
        {},
        {"aims": 0},
        {"aims": 6},
        {"aims": True},
        {"aims": 2.0},
        {"aims": "4"},
        {"weather": 3},
        {"remark": "x" * 2001},
        {"remark": 3},
        {"remark": " \x00"},
    ],
)
def test_what_is_no_answer_is_refused(coercion, answers):
    """Oracle: hand."""
    driven = ended(coercion)
    with pytest.raises(UsageError) as caught:
        driven.do("west", "survey", answers=answers)
    assert caught.value.code == "command-invalid"
    assert caught.value.fix
    assert driven.state.surveys == {}


def test_only_seats_of_people_are_asked_and_only_after_the_end(coercion):
    """Oracle: hand; a bot's seat has nobody to ask, unless a person sat there before."""
    before = Driven(coercion, seats=PEOPLE, chosen=TYPES, case=0).do("control", "start")
    with pytest.raises(UsageError):
        before.do("west", "survey", answers={"aims": 4})
    driven = ended(coercion)
    with pytest.raises(UsageError):
        driven.do("mid", "survey", answers={"aims": 4})
    with pytest.raises(UsageError) as caught:
        driven.do("control", "survey", answers={"aims": 4})
    assert caught.value.code == "seat-foreign"
    handed = Driven(coercion, seats=PEOPLE, chosen=TYPES, case=0)
    handed.do("west", "join", name="Ada").do("control", "start")
    handed.do("control", "take", seat="west", kind="random")
    handed.do("control", "end", why="time is up")
    handed.do("west", "survey", answers={"aims": 2})
    assert handed.state.surveys == {"west": {"aims": 2}}


def test_no_seat_is_sent_what_another_answered(coercion):
    """Oracle: theorem: whatever another seat answers, the bytes of a seat and of the public are the same; its own reach it."""
    found = []
    for answers in ({"aims": 1, "remark": "never again"}, {"reading": 5}):
        driven = ended(coercion)
        driven.do("west", "survey", answers=answers)
        found.append([view_bytes(driven.state, who) for who in ("north", "mid", PUBLIC)])
        assert view(driven.state, "west")["survey"] == answers
        assert view(driven.state, "north")["survey"] == {}
        assert view(driven.state, "mid")["survey"] is None
    assert found[0] == found[1]


def test_points_leave_the_room_and_texts_do_not(coercion):
    """Oracle: hand."""
    driven = ended(coercion)
    driven.do("west", "survey", answers={"aims": 4, "remark": "Ilse was right"})
    rows = list(csv.DictReader(io.StringIO(survey_table(driven.state))))
    assert tuple(rows[0]) == SURVEY_COLUMNS
    assert [(row["seat"], row["aims"], row["surprise"]) for row in rows] == [("west", "4", "")]
    lines = event_lines(driven.state, driven.events)
    assert '"aims": 4' in lines
    assert "Ilse" not in lines + survey_table(driven.state)
