"""Channels of a seat, points on a scale, and windows on a seat, without a browser."""

import re
from importlib.resources import files

import pytest
from tests.play.driving import Driven

from detente.crisis import load_crisis
from detente.errors import DetenteError
from detente.play.rulebooks import Rulebook
from detente.play.state import CONTROL
from detente.play.views import view
from detente.web.play.talking import draw_scale, show_channels


@pytest.fixture(scope="module")
def coercion():
    """The template with a hidden move, at few cases."""
    folder = files("detente.crisis") / "templates" / "coercion"
    return Rulebook(load_crisis(str(folder)), draws=4)


@pytest.fixture
def made(coercion):
    def make(talk="any"):
        seats = dict.fromkeys(coercion.crisis.players, "human")
        return Driven(coercion, seats=seats, talk=talk, case=0).do(CONTROL, "start")

    return make


def channels(session, who):
    return {item["key"]: item for item in show_channels(view(session.state, who))}


def test_a_message_stands_in_the_channel_of_its_circle_alone(made):
    """Oracle by hand: to all, to one, to control, to two, and an answer of one of the two: each where it was said, for both sides."""
    session = (
        made().do("west", "say", to=[], text="all").do("west", "say", to=["north"], text="one")
    )
    session.do("west", "say", to=["mid", "north"], text="two")
    session.do("north", "say", to=["west", "mid"], text="back").do(
        CONTROL, "say", to=["west"], text="desk"
    )
    found = channels(session, "west")
    said = {key: [message["text"] for message in item["messages"]] for key, item in found.items()}
    circle = next(key for key, item in found.items() if item["reads"] == "several")
    assert said == {
        "everyone": ["all"],
        "with-north": ["one"],
        "with-mid": [],
        "with-control": ["desk"],
        circle: ["two", "back"],
    }
    assert (found[circle]["count"], found["with-north"]["count"]) == (1, 0)
    assert channels(session, "north")["with-west"]["count"] == 1
    assert all(
        item["messages"] == []
        for key, item in channels(session, "mid").items()
        if key.startswith("with-north") and item["reads"] == "two"
    )


def test_each_channel_says_who_reads_it(made):
    """Oracle by hand."""
    found = channels(made(), "west")
    assert {key: item["reads"] for key, item in found.items()} == {
        "everyone": "all",
        "with-north": "two",
        "with-mid": "two",
        "with-control": "control",
    }


@pytest.mark.parametrize("talk", ["any", "all", "none"])
@pytest.mark.parametrize("to", [[], ["north"], [CONTROL]])
def test_a_channel_is_closed_where_the_session_would_refuse(made, talk, to):
    """Oracle: independent code: the rule of the command `say`."""
    session = made(talk)
    closed = channels(session, "west")["-".join(("with", *to)) if to else "everyone"]["closed"]
    try:
        session.do("west", "say", to=to, text="x")
    except DetenteError:
        assert closed == talk
    else:
        assert closed == ""


def test_marks_stand_at_their_points():
    """Oracle by hand: a mark of width 1 at 50 begins at 49.5; at the ends it stays on the scale."""
    found = draw_scale(100.0, [(0, [0.0]), (1, [50.0])])
    assert re.findall(r'class="(\w+)[^"]*" x="([\d.]+)"', found) == [
        ("stand", "0.0"),
        ("stand", "49.5"),
        ("proposed", "98.4"),
    ]
