"""Language models at the table, against a server on the loopback address that replays, drifts, stalls, limits and talks nonsense."""

import json
import time

import pytest
from tests.play.models import first_open, last_open, says, serving

from detente.errors import UsageError
from detente.log import Log
from detente.play import Session, SessionOptions
from detente.play.folding import fold_all
from detente.play.language import KEY, Endpoint, answer_seats, compose
from detente.play.views import view_bytes

TYPES = {"north": "limited", "west": "hollow"}


@pytest.fixture
def session(coercion):
    with Log.open("sqlite://") as log:
        seats = {"west": "model", "north": "model", "mid": "equilibrium"}
        options = SessionOptions(seats=seats, chosen=TYPES, draws=16, case=0)
        found = Session.create(log, coercion, options)
        found.send("control", "start")
        yield found


def _play(session, answer, timeout_s=5.0):
    with serving(answer) as fake:
        answer_seats(session, Endpoint(url=fake.url, model="tiny", timeout_s=timeout_s))
    return fake


def test_a_model_chooses_among_what_is_open(session):
    """Oracle: hand; its orders are its own, marked, with the prompt, the reply and a hash in the log."""
    fake = _play(
        session, lambda _, told: says(json.dumps({"choices": first_open(told), "why": "so"}))
    )
    state = session.state
    assert state.status == "ended"
    order = state.turns[0].orders["west"]
    assert (order.choices, order.by, order.why) == (("wait",), "model", "so")
    assert [item["fallback"] for item in state.asked] == [False] * len(fake.requests)
    assert state.asked[0]["model"] == "tiny"
    assert len(state.asked[0]["hash"]) == 64
    assert fake.requests[0][0] == "/v1/chat/completions"
    assert {seat["id"]: seat["kind"] for seat in session.view("public")["seats"]}["west"] == "model"


def test_a_session_replays_without_the_model(session, coercion):
    """Oracle: theorem; the server answers otherwise each time that it is asked, and the log is all that counts."""
    _play(
        session,
        lambda number, told: says(
            json.dumps({"choices": first_open(told) if number % 2 else last_open(told)})
        ),
    )
    events = [(event.kind, event.data) for event in session.events]
    again = fold_all(coercion, events)
    for who in ("north", "west", "mid", "public", "control"):
        assert view_bytes(again, who) == view_bytes(session.state, who)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (lambda *_: says('{"choices": ["accept"]}'), ""),
        (lambda *_: says('{"choices": "wait"}'), ""),
        (lambda *_: says('{"choices": ["wait", "wait"]}'), ""),
        (lambda *_: says('{"choices": [{"id": "wait"}]}'), ""),
        (lambda *_: says("I would rather not say."), ""),
        (lambda *_: says("[" * 100_000), ""),
        (lambda *_: says(None), "no reply"),
        (lambda *_: (200, b"\xff\x00 not json", {}), "no reply"),
        (lambda *_: (200, b"[" * 100_000, {}), "no reply"),
        (lambda *_: (200, b"x" * 300_000, {}), "too long"),
        (lambda *_: (500, b"", {}), "failed: 500"),
        (lambda *_: (302, b"", {"Location": "http://127.0.0.1:1/"}), "failed: 302"),
        (lambda *_: (429, b"", {"Retry-After": "0"}), "limited"),
    ],
)
def test_garbage_is_logged_and_the_bot_plays(session, answer, fault):
    """Oracle: hand; whatever comes back, the session ends by legal orders."""
    _play(session, answer)
    state = session.state
    assert state.status == "ended"
    assert all(item["fallback"] for item in state.asked)
    assert {item["fault"] for item in state.asked} == {fault}
    assert {turn.orders[seat].by for turn in state.turns for seat in turn.orders} <= {
        "bot",
        "equilibrium",
    }


def test_who_asks_too_often_asks_once_more(session):
    """Oracle: hand; the second answer counts."""

    def answer(number, told):
        if number % 2:
            return 429, b"", {"Retry-After": "0"}
        return says(json.dumps({"choices": first_open(told)}))

    _play(session, answer)
    assert not any(item["fallback"] for item in session.state.asked)


def test_a_server_that_stalls_is_late(session):
    """Oracle: hand; each question ends after its time, and the bot plays."""

    def answer(*_given):
        time.sleep(0.6)
        return says('{"choices": ["wait"]}')

    _play(session, answer, timeout_s=0.15)
    state = session.state
    assert state.status == "ended"
    assert {item["fault"] for item in state.asked} == {"late"}


def test_nobody_there_is_a_failure(session):
    """Oracle: hand."""
    answer_seats(session, Endpoint(url="http://127.0.0.1:1/v1", model="tiny", timeout_s=2.0))
    assert {item["fault"] for item in session.state.asked} == {"failed"}


def test_a_model_may_write_messages_to_seats(session):
    """Oracle: hand; what is no message, or to nobody, has no effect."""
    said = [{"to": ["north"], "text": "hello\x1b"}, {"to": ["moon"], "text": "x"}, "x", {"text": 3}]

    def answer(_number, told):
        return says(
            json.dumps({"choices": first_open(told), "say": said if told["you"] == "west" else 5})
        )

    _play(session, answer)
    messages = [(item.sender, item.to, item.text) for item in session.state.messages]
    assert set(messages) == {("west", ("north",), "hello")}


def test_a_prompt_is_made_of_the_view_of_the_seat(session):
    """Oracle: hand; what others wrote to each other and the types of others are not in it."""
    session.send("north", "say", {"to": ["mid"], "text": "between north and mid"})
    session.send("control", "note", {"text": "north is limited"})
    prompt = compose(session.view("west"))
    assert "between north and mid" not in prompt
    assert "north is limited" not in prompt
    assert '"your_type": "hollow"' in prompt


def test_the_key_is_sent_and_not_kept(session, monkeypatch):
    """Oracle: hand; it comes from the environment, and neither log nor view holds it."""
    monkeypatch.setenv(KEY, "key-of-a-test")
    fake = _play(session, lambda _, told: says(json.dumps({"choices": first_open(told)})))
    assert {headers["Authorization"] for headers in fake.headers} == {"Bearer key-of-a-test"}
    assert "key-of-a-test" not in json.dumps([event.data for event in session.events])
    assert b"key-of-a-test" not in view_bytes(session.state, "control")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://host/x", "http://", "http://me:key@host"]
)
def test_an_address_that_is_none_is_refused(url):
    """Oracle: hand."""
    with pytest.raises(UsageError) as caught:
        Endpoint(url=url, model="tiny")
    assert caught.value.code == "option-invalid"
