"""The log, on a file and on a Postgres server: what is acknowledged stays, in order, once."""

import json
import math
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import RunError, UsageError
from detente.log import Log
from detente.log.log import MOST_BYTES, MOST_EVENTS
from detente.testing.profiles import examples


@pytest.fixture
def log(url):
    with Log.open(url) as found:
        yield found


def python(script, *words, **options):
    """Another process, which says a line at a time."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *words], stdout=subprocess.PIPE, text=True, **options
    )


class PlainLog:
    """The same in a plain list: slow, and clear."""

    def __init__(self):
        self.events = []

    def append(self, stream, events, command, after):
        known = [event for event in self.events if command and event[0::4] == (stream, command)]
        if known:
            return known
        last = len(self.read(stream, 0))
        if after is not None and after != last:
            return None
        added = [
            (stream, number, kind, data, command)
            for number, (kind, data) in enumerate(events, last + 1)
        ]
        self.events += added
        return added

    def read(self, stream, after):
        return [event for event in self.events if event[0] == stream and event[1] > after]

    def streams(self, prefix):
        return sorted({event[0] for event in self.events if event[0].startswith(prefix)})


def plain(events):
    return [(e.stream, e.number, e.kind, e.data, e.command) for e in events]


STREAMS = st.sampled_from(["draft/a", "draft/B", "draft/b", "draft%", "job/1", "note/x_y"])
DATA = st.dictionaries(
    st.text(max_size=4),
    st.recursive(
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(),
            st.floats(allow_nan=False, allow_infinity=False),
            st.text(max_size=4),
        ),
        lambda inner: st.lists(inner, max_size=3),
        max_leaves=4,
    ),
    max_size=3,
)
EVENTS = st.lists(
    st.tuples(st.sampled_from(["queued", "saved", "done"]), DATA), min_size=1, max_size=3
)
CALLS = st.lists(
    st.one_of(
        st.tuples(
            st.just("append"),
            STREAMS,
            EVENTS,
            st.sampled_from(["", "", "c1", "c2"]),
            st.one_of(st.none(), st.integers(0, 4)),
        ),
        st.tuples(st.just("read"), STREAMS, st.integers(0, 4)),
        st.tuples(
            st.just("streams"), st.sampled_from(["", "draft/", "draft", "draft/b", "z", "draft%"])
        ),
        st.tuples(st.just("reopen")),
    ),
    max_size=12,
)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def places(request, tmp_path_factory):
    """A maker of addresses, for a test that wants many."""
    from tests.log.postgres import new_database

    if request.param == "postgres":
        server = request.getfixturevalue("postgres")
        return lambda: new_database(server)
    numbers = iter(range(10**6))
    home = tmp_path_factory.mktemp("logs")
    return lambda: f"sqlite:///{home / str(next(numbers))}.db"


@examples(40)
@given(calls=CALLS)
def test_it_is_what_a_plain_list_is(places, calls):
    """Oracle: independent code, the list above; names with `%` are refused by both."""
    url = places()
    log, known = Log.open(url), PlainLog()
    try:
        for verb, *given_ in calls:
            if verb == "reopen":
                log.close()
                log = Log.open(url)
            elif verb == "append":
                stream, events, command, after = given_
                if "%" in stream:
                    with pytest.raises(UsageError, match="log-event-invalid"):
                        log.append(stream, events)
                    continue
                expected = known.append(stream, events, command, after)
                if expected is None:
                    with pytest.raises(RunError) as refused:
                        log.append(stream, events, command=command, after=after)
                    assert refused.value.code == "log-conflict"
                else:
                    found = log.append(stream, events, command=command, after=after)
                    assert plain(found) == expected
            elif verb == "read":
                assert plain(log.read(given_[0], after=given_[1])) == known.read(*given_)
            else:
                assert list(log.streams(given_[0])) == known.streams(given_[0])
        for stream in {event[0] for event in known.events}:
            assert plain(log.read(stream)) == known.read(stream, 0)
            assert log.last(stream) == len(known.read(stream, 0))
    finally:
        log.close()


def test_what_is_returned_is_what_is_read(log):
    """Oracle by hand; the time is that of the call, UTC, to the microsecond."""
    before = datetime.now(UTC)
    added = log.append("note/x", [("written", {"a": [1, 2.5, "é\0\ud800"]}), ("written", {})])
    assert log.read("note/x") == added
    assert before <= added[0].at <= datetime.now(UTC)
    assert added[0].at.utcoffset() == timedelta(0)


def test_all_or_nothing(log):
    """Oracle by hand: the second of two events cannot be kept, so the first is not."""
    with pytest.raises(UsageError):
        log.append("draft/a", [("saved", {}), ("saved", {"x": math.nan})])
    assert log.read("draft/a") == ()


@pytest.mark.parametrize(
    ("stream", "events", "command"),
    [
        ("", [("saved", {})], ""),
        ("/x", [("saved", {})], ""),
        ("a b", [("saved", {})], ""),
        ("x" * 201, [("saved", {})], ""),
        ("x", [], ""),
        ("x", [("saved", {})] * (MOST_EVENTS + 1), ""),
        ("x", [("Saved", {})], ""),
        ("x", [("saved", {})], "a b"),
        ("x", [("saved", {"a": {1, 2}})], ""),
        ("x", [("saved", {"a": math.inf})], ""),
        ("x", [("saved", {"a": 10**5000})], ""),
        ("x", [("saved", {"a": "x" * MOST_BYTES})], ""),
    ],
)
def test_what_cannot_be_kept_is_refused(stream, events, command):
    """Oracle by hand: the code, a place and a fix."""
    with Log.open("sqlite://") as log:
        with pytest.raises(UsageError) as refused:
            log.append(stream, events, command=command)
        assert refused.value.code == "log-event-invalid"
        assert refused.value.fix
        assert log.streams() == ()


def test_the_largest_event_is_kept(log):
    """Oracle by hand: as many bytes as are allowed."""
    data = {"a": "x" * (MOST_BYTES - len('{"a":""}'))}
    assert log.append("x", [("saved", data)])[0].data == data


def test_waiting_ends_with_an_event_of_another_process(log, url):
    """Oracle by hand: nothing comes and it says so; a process adds something and it ends long before its time."""
    log.append("job/1", [("queued", {})])
    assert log.wait("job/1", 0, 0.0)
    assert not log.wait("job/1", 1, 0.15)
    script = (
        "import sys; from detente.log import Log\n"
        "with Log.open(sys.argv[1]) as log: log.append('job/1', [('done', {})])"
    )
    with python(script, url) as other:
        assert log.wait("job/1", 1, 60)
        assert other.wait(60) == 0


def test_waiting_ends_with_an_event_of_another_thread(log):
    """Oracle by hand: sooner than the clock of the looks would tell."""
    ready = threading.Event()
    found = []

    def wait():
        ready.set()
        found.append(log.wait("job/1", 0, 60))

    thread = threading.Thread(target=wait)
    thread.start()
    ready.wait()
    log.append("job/1", [("queued", {})])
    thread.join(30)
    assert found == [True]


ADDER = """
import sys
from detente.log import Log
print("here", flush=True)
sys.stdin.readline()
with Log.open(sys.argv[1]) as log:
    for number in range(60):
        log.append("draft/a", [("saved", {"by": sys.argv[2], "n": number}), ("saved", {})], command=f"{sys.argv[2]}-{number}")
"""


def test_processes_add_to_one_stream_at_once(url):
    """Oracle by hand: each event once, numbers without a gap, each process in its own order; the file is made by either."""
    others = [python(ADDER, url, name, stdin=subprocess.PIPE) for name in "pq"]
    for other in others:
        assert other.stdout.readline() == "here\n"
    for other in others:
        other.stdin.write("go\n")
        other.stdin.close()
    assert [other.wait(120) for other in others] == [0, 0]
    for other in others:
        other.stdout.close()
    with Log.open(url) as log:
        events = log.read("draft/a")
        assert [event.number for event in events] == list(range(1, 241))
        for name in "pq":
            own = [event.data["n"] for event in events if event.data.get("by") == name]
            assert own == list(range(60))
        pairs = zip(events[::2], events[1::2], strict=True)
        assert all(first.command == second.command for first, second in pairs)


def test_threads_that_know_the_same_last_number_cannot_both_add(log):
    """Oracle by hand: of eight with one number, one adds and seven are told."""
    start, codes = threading.Barrier(8), []

    def add():
        start.wait()
        try:
            log.append("draft/a", [("saved", {})], after=0)
            codes.append("")
        except RunError as error:
            codes.append(error.code)

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(codes) == ["", *["log-conflict"] * 7]
    assert log.last("draft/a") == 1


SAVER = """
import sys
from detente.log import Log
with Log.open(sys.argv[1]) as log:
    for number in range(200):
        log.append("draft/a", [("saved", {"n": number})], command=f"c{number}")
        print(number, flush=True)
"""


@pytest.mark.parametrize("lines", [1, 57, 143])
def test_nothing_acknowledged_is_lost_when_a_writer_is_killed(url, lines):
    """Oracle by hand: a process says each number that was acknowledged, and is killed (SIGKILL) in between 200."""
    with python(SAVER, url) as writer:
        said = [writer.stdout.readline() for _ in range(lines)]
        time.sleep(0.003 * (lines % 7))
        writer.send_signal(signal.SIGKILL)
        said += writer.stdout.readlines()
    acknowledged = [int(line) for line in said if line.endswith("\n")]
    assert lines <= len(acknowledged) < 200
    with Log.open(url) as log:
        kept = [event.data["n"] for event in log.read("draft/a")]
        assert kept == list(range(len(kept)))
        assert len(kept) >= len(acknowledged)
        again = log.append("draft/a", [("saved", {"n": -1})], command="c0")
        assert again[0].data == {"n": 0}
        assert log.append("draft/a", [("saved", {"n": len(kept)})])[0].number == len(kept) + 1


def test_data_are_kept_as_json_in_ascii(log, url):
    """Oracle: independent code, what the database holds, read without the log."""
    import sqlalchemy as sa

    from detente.log.opening import database_of

    log.append("x", [("saved", {"a": "é"})])
    engine = sa.create_engine(database_of(url))
    with engine.connect() as connection:
        text = connection.exec_driver_sql("SELECT data FROM detente_events").scalar()
    engine.dispose()
    assert text == json.dumps({"a": "é"}, separators=(",", ":"))
