"""Forged commands: whatever anybody sends, it is refused with a code or it is done by the rules, and the log replays."""

import json

from hypothesis import given
from hypothesis import strategies as st
from tests.play.driving import Driven

from detente.errors import CODES, DetenteError
from detente.play.desk import OF_CONTROL
from detente.play.folding import fold_all
from detente.play.seat_commands import OF_SEATS
from detente.play.state import CONTROL
from detente.play.views import view_bytes
from detente.testing.profiles import examples

SEATS = ("north", "west", "mid", CONTROL, "public", "moon", "")
NAMES = (
    "choices",
    "why",
    "text",
    "to",
    "name",
    "terms",
    "proposal",
    "of",
    "lapses",
    "estimates",
    "phase",
    "round",
    "minutes",
    "state",
    "when",
    "inject",
    "seat",
    "kind",
    "instrument",
    "outcome",
    "model",
    "answers",
    "instead_of",
)
WORDS = (
    "wait",
    "arm",
    "hold",
    "invade",
    "subvert",
    "accept",
    "won",
    "north",
    "west",
    "mid",
    CONTROL,
    "human",
    "random",
    "model",
    "membership",
    "talks",
    "agreed",
    "posture",
    "armed",
    "P1",
    "I1",
    "A1",
    "for",
    "answer",
    "aims",
    "remark",
    "argument",
    "reasons",
    "side",
    "odds",
    "refused",
    "<b>\x00\u202e",
    "x" * 2001,
)
PLAIN = st.one_of(
    st.sampled_from(WORDS), st.integers(-3, 120), st.floats(), st.booleans(), st.none()
)
VALUES = st.one_of(
    PLAIN,
    st.lists(PLAIN, max_size=3),
    st.dictionaries(st.sampled_from(WORDS), PLAIN, max_size=2),
    st.lists(st.lists(PLAIN, max_size=1), max_size=1),
)
FORGED = st.tuples(
    st.sampled_from(SEATS),
    st.sampled_from([*OF_SEATS, *OF_CONTROL, "dance", ""]),
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4),
)


@examples(200)
@given(
    commands=st.lists(FORGED, max_size=25),
    minutes=st.sampled_from([None, 5.0]),
    first=st.sampled_from(["start", "practise"]),
)
def test_forged_commands_are_refused_or_done_and_the_log_replays(
    coercion, commands, minutes, first
):
    """Oracle: theorem: no other error comes, the session keeps to the rules, and its events, as JSON, replay to the same views."""
    seats = {"north": "human", "west": "human", "mid": "model"}
    driven = Driven(coercion, seats=seats, minutes=minutes, looks=True, arguments=True, case=0)
    driven.do(CONTROL, first)
    for seat, kind, data in commands:
        driven.wait(1)
        before = len(driven.events)
        try:
            driven.do(seat, kind, **data)
        except DetenteError as error:
            assert error.code in CODES  # noqa: PT017
            assert error.fix  # noqa: PT017
            assert len(driven.events) == before
    replayed = fold_all(coercion, json.loads(json.dumps(driven.events, allow_nan=False)))
    for who in ("north", "west", "mid", CONTROL, "public"):
        assert view_bytes(replayed, who) == view_bytes(driven.state, who)


@examples(60)
@given(commands=st.lists(FORGED, max_size=12), seed=st.integers(0, 10**6))
def test_a_session_can_be_played_to_its_end_after_any_commands(coercion, commands, seed):
    """Oracle: theorem: control can always let bots play on, whatever was sent before."""
    driven = Driven(
        coercion,
        seats={"north": "human", "west": "human"},
        session_seed=seed,
        arguments=True,
        case=0,
    )
    driven.do(CONTROL, "start")
    for seat, kind, data in commands:
        try:
            driven.do(seat, kind, **data)
        except DetenteError:
            continue
    if driven.state.status == "paused":
        driven.do(CONTROL, "resume")
    for seat in driven.state.seats:
        if driven.state.status == "running":
            driven.do(CONTROL, "take", seat=seat, kind="equilibrium")
    assert driven.state.status == "ended"
