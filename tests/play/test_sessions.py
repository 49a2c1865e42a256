"""Sessions in a log: what was acknowledged is kept, a command sent twice is done once, and a past turn can be played anew."""

import threading

import pytest

from detente.errors import UsageError
from detente.log import Log
from detente.play import Session, SessionOptions
from detente.play.sessions import events_digest, stream_of
from detente.play.views import view_bytes


@pytest.fixture
def log():
    with Log.open("sqlite://") as found:
        yield found


def _options(book, **changes):
    given = {"draws": book.draws, "seats": {"west": "human"}, "session_seed": 4, **changes}
    return SessionOptions(**given)


def test_a_session_that_is_opened_again_stands_where_it_stood(log, coercion):
    """Oracle: theorem, the state is a fold of what was committed."""
    session = Session.create(log, coercion, _options(coercion))
    session.send("control", "start")
    session.send("west", "seal", {"choices": ["arm"]})
    again = Session(log, session.name, coercion)
    for who in ("north", "west", "mid", "control", "public"):
        assert view_bytes(again.state, who) == view_bytes(session.state, who)
    assert again.digest == session.digest


def test_a_command_sent_twice_is_done_once(log, coercion):
    """Oracle: hand; also where the phase is over meanwhile, and by another holder of the session."""
    session = Session.create(log, coercion, _options(coercion))
    session.send("control", "start", command="c1")
    first = session.send("west", "seal", {"choices": ["arm"]}, command="c2")
    count = len(session.events)
    assert session.send("west", "seal", {"choices": ["arm"]}, command="c2") == first
    other = Session(log, session.name, coercion)
    assert other.send("west", "seal", {"choices": ["arm"]}, command="c2") == first
    assert len(other.events) == count


def test_two_holders_of_a_session_agree(log, coercion):
    """Oracle: hand; forty messages from four threads and two holders, none lost, none twice, the same state."""
    one = Session.create(log, coercion, _options(coercion))
    two = Session(log, one.name, coercion)

    def talk(session, seat, start):
        for number in range(start, start + 10):
            session.send(seat, "say", {"text": str(number)}, command=f"m{number}")

    threads = [
        threading.Thread(target=talk, args=(session, seat, 10 * number))
        for number, (session, seat) in enumerate(
            [(one, "west"), (two, "north"), (one, "mid"), (two, "west")]
        )
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    said = [item.text for item in one.state.messages]
    assert sorted(map(int, said)) == list(range(40))
    assert [item.text for item in two.state.messages] == said


def test_what_is_refused_is_not_kept(log, coercion):
    """Oracle: hand."""
    session = Session.create(log, coercion, _options(coercion))
    count = log.last(stream_of(session.name))
    with pytest.raises(UsageError):
        session.send("west", "seal", {"choices": ["arm"]}, command="c1")
    assert log.last(stream_of(session.name)) == count


def test_a_fork_is_the_same_until_its_turn_and_the_first_stays(log, coercion):
    """Oracle: theorem: the events up to the turn are those of the first session."""
    session = Session.create(log, coercion, _options(coercion, minutes=5.0))
    session.send("control", "start")
    session.send("west", "seal", {"choices": ["arm"]})
    digest = session.digest
    forked = session.fork(1, name="anew")
    kept = [(event.kind, event.data) for event in session.events[:3]]
    assert [(event.kind, event.data) for event in forked.events[:3]] == kept
    assert forked.events[3].kind == "forked"
    assert forked.state.turn == 1
    forked.send("west", "seal", {"choices": ["wait"]})
    assert forked.state.turns[0].orders["west"].choices == ("wait",)
    assert session.digest == digest
    with pytest.raises(UsageError, match="has not begun"):
        session.fork(99)


def test_a_fork_of_bots_plays_on_by_its_own_seed(log, coercion):
    """Oracle: hand; from the first turn, some of a dozen seeds end otherwise than the first session."""
    session = Session.create(log, coercion, _options(coercion, seats={}))
    session.send("control", "start")
    ends = [session.fork(1, seed=seed).state.outcome for seed in range(12)]
    assert all(ends)
    assert len(set(ends)) > 1
    same = session.fork(1, seed=session.state.seed)
    assert same.state.outcome == session.state.outcome


def test_a_session_that_is_not_there_is_refused(log, coercion):
    """Oracle: hand."""
    with pytest.raises(UsageError) as caught:
        Session(log, "K7Q4M2", coercion)
    assert caught.value.code == "session-unknown"


def test_the_digest_tells_plays_apart():
    """Oracle: hand."""
    events = [("said", {"text": "a", "to": []})]
    assert events_digest(events) == events_digest([("said", {"to": [], "text": "a"})])
    assert events_digest(events) != events_digest([("said", {"text": "b", "to": []})])


def test_a_session_shows_itself(log, coercion):
    """Oracle: hand, it fits a screen and names where it stands."""
    session = Session.create(log, coercion, _options(coercion), name="room")
    assert "Session 'room'" in repr(session)
    assert "lobby" in repr(session)
    assert "room" in session._repr_html_()
