"""A practice turn: people see the first menus, and what follows is what it would have been without it."""

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.play.driving import Driven

from detente.errors import DetenteError
from detente.play.folding import fold_all
from detente.play.language import seats_of_models
from detente.play.reports import report_data
from detente.play.state import CONTROL
from detente.play.views import PUBLIC, view, view_bytes
from detente.testing.profiles import examples

PEOPLE = {"usa": "human", "ussr": "human"}


def driven(book, **options):
    return Driven(book, **{"case": 0, **options})


def first_movers(session):
    return [
        player for player in session.state.movers if session.state.seats[player].kind == "human"
    ]


def seal(session, seat, rng=None):
    """Seal the first, or a drawn, order of a seat."""
    pick = rng.choice if rng else (lambda names: names[0])
    return session.do(seat, "seal", choices=[pick(names) for names in session.open_to(seat)])


def everyone(session):
    return (*session.state.seats, CONTROL, PUBLIC)


def play_on(session, rng):
    """Start, let people seal what is drawn, and end; the events and all views from the start on."""
    before = len(session.events)
    views = []
    session.do(CONTROL, "start")
    views.append([view_bytes(session.state, who) for who in everyone(session)])
    while session.state.status == "running":
        seal(session, session.state.waiting_for[0], rng)
        views.append([view_bytes(session.state, who) for who in everyone(session)])
    return session.events[before:], views


@examples(15)
@given(seed=st.integers(0, 2**32))
def test_what_follows_a_practice_turn_is_what_it_would_have_been(coercion, seed):
    """Oracle: theorem: all events, all views to the last byte, and what a report tells are those of the session without practice."""
    seats = dict.fromkeys(coercion.crisis.players, "human")
    plain, tried = (driven(coercion, seats=seats, session_seed=seed) for _ in range(2))
    rng = Random(seed)  # noqa: S311
    others = list(seats)
    tried.do(CONTROL, "practise")
    for _ in range(rng.randint(0, 8)):
        sender, to = rng.sample(others, 2)
        tried.do(sender, "say", to=[to], text=f"{rng.random()}")
        issue = next(item.id for item in coercion.crisis.issues.values() if item.negotiable)
        tried.do(sender, "propose", to=[to], terms={issue: 50.0}, text="practice")
        tried.do(
            sender, "estimate", estimates={f"outcome.{next(iter(coercion.crisis.outcomes))}": 0.5}
        )
        if to in tried.state.waiting_for and len(tried.state.waiting_for) > 1:
            seal(tried, to, rng).do(to, "open")
    if rng.random() < 0.5:
        tried.do(CONTROL, "finish")
    for seat in tried.state.waiting_for:
        if tried.state.status == "practice":
            seal(tried, seat, rng)
    assert tried.state.status == "lobby"
    found = [play_on(session, Random(seed)) for session in (plain, tried)]  # noqa: S311
    assert found[0] == found[1]
    assert plain.state.history == tried.state.history


def test_people_see_the_menus_that_the_first_turn_will_have(cuba):
    """Oracle by hand: in practice the menus of each seat are those of turn 1, closed moves and their reasons included."""
    session = driven(cuba, seats=PEOPLE)
    lobby = view(session.state, "usa")
    assert lobby["menus"] == []
    session.do(CONTROL, "practise")
    tried = {seat: view(session.state, seat)["menus"] for seat in session.state.seats}
    session.do(CONTROL, "finish").do(CONTROL, "start")
    assert tried == {seat: view(session.state, seat)["menus"] for seat in session.state.seats}
    assert any(tried.values())


def test_practice_ends_when_all_people_with_a_move_have_sealed(coercion):
    """Oracle by hand: a seat seals, opens again and seals; the last seal goes back to the lobby, where nothing is sealed or said."""
    seats = dict.fromkeys(coercion.crisis.players, "human")
    session = (
        driven(coercion, seats=seats)
        .do("west", "say", to=[], text="before")
        .do(CONTROL, "practise")
    )
    session.do("west", "say", to=[], text="in practice")
    waiting = session.state.waiting_for
    for seat in waiting[:-1]:
        seal(session, seat).do(seat, "open")
        assert not view(session.state, PUBLIC)["sealed"][seat]
        seal(session, seat)
        assert session.state.status == "practice"
    seal(session, waiting[-1])
    state = session.state
    assert (state.status, state.orders, state.practised) == ("lobby", {}, True)
    assert [item.text for item in state.messages] == ["before"]
    assert view(state, PUBLIC)["practised"]
    session.do(CONTROL, "start")
    assert not session.state.practised


def test_who_sits_where_stays(coercion):
    """Oracle by hand: joined, ready, handed to a bot and noted in practice is so after it; a bot's seat ends the wait for it."""
    session = driven(coercion, seats=dict.fromkeys(coercion.crisis.players, "human")).do(
        CONTROL, "practise"
    )
    session.do("west", "join", name="Ada").do("west", "ready").do(CONTROL, "note", text="slow")
    for seat in session.state.waiting_for:
        session.do(CONTROL, "take", seat=seat, kind="random")
    assert session.state.status == "lobby"
    assert session.state.seats["west"].names == ("Ada",)
    assert session.state.seats["west"].ready
    assert session.state.notes == ("slow",)
    assert [item.kind for item in session.state.news] == ["seat"] * len(session.state.news)
    assert session.state.news


def test_models_and_bots_are_not_asked(coercion):
    """Oracle by hand: a language model is waited for in turn 1 and not in practice."""
    seats = {"north": "model", "west": "human", "mid": "equilibrium"}
    session = driven(coercion, seats=seats).do(CONTROL, "practise")
    assert session.state.waiting_for == ("west",)
    assert seats_of_models(session.state) == ()
    assert all(
        done for seat, done in view(session.state, PUBLIC)["sealed"].items() if seat != "west"
    )


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        ((), "finish"),
        (("practise",), "practise"),
        (("practise",), "start"),
        (("practise",), "pause"),
        (("start",), "practise"),
    ],
)
def test_what_does_not_fit_is_refused(coercion, before, kind):
    """Oracle by hand: practice begins in the lobby alone and once at a time, and the game starts after it."""
    session = driven(coercion, seats={"west": "human", "north": "human"})
    for item in before:
        session.do(CONTROL, item)
    with pytest.raises(DetenteError) as refused:
        session.do(CONTROL, kind)
    assert refused.value.code == "command-invalid"
    assert refused.value.fix


def test_practice_needs_a_person_with_a_move(coercion):
    """Oracle by hand: where bots hold all seats that move first nobody could practise."""
    session = driven(coercion)
    with pytest.raises(DetenteError, match="no seat of a person has a move"):
        session.do(CONTROL, "practise")


def test_control_may_end_the_session_in_practice(coercion):
    """Oracle by hand: what was said in practice is in no report then either, and the log replays."""
    session = driven(coercion, seats={"west": "human", "north": "human"}).do(CONTROL, "practise")
    session.do("west", "say", to=[], text="in practice").do(CONTROL, "end", why="no time")
    assert session.state.status == "ended"
    assert "in practice" not in json.dumps(report_data(session.state))
    replayed = fold_all(coercion, json.loads(json.dumps(session.events)))
    assert view_bytes(replayed, CONTROL) == view_bytes(session.state, CONTROL)
