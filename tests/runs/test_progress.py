"""Words of a run's progress: rate, time left and memory, that of worker processes included."""

import io
import multiprocessing
import time

import pytest

from detente.runs import progress
from detente.runs.progress import ProgressDisplay, peak_memory_mib


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is told to go on."""
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_the_rate_is_that_of_work_and_not_of_starting(clock):
    # oracle by hand: 64 cases found, the first 64 come after 30 s of starting, then 200 in 10 s; 672 are left
    stream = io.StringIO()
    told = ProgressDisplay("cases", stream=stream)
    told(64, 1000)
    clock[0] += 30.0
    told(128, 1000)
    assert "left" not in told.pace()
    clock[0] += 10.0
    told(328, 1000)
    assert told.pace().startswith("20/s, 34 s left, peak ")
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("328 of 1,000 cases, 20/s, 34 s left, peak ")


@pytest.mark.skipif(not progress.Path("/proc/self/status").exists(), reason="reads /proc")
def test_memory_of_worker_processes_counts():
    # oracle: the operating system's count for a child, an interpreter of its own
    here = peak_memory_mib()
    assert here > 10.0
    child = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(60,))
    child.start()
    deadline = time.monotonic() + 30.0
    while progress._peak_of(child.pid) < 5.0 and time.monotonic() < deadline:
        time.sleep(0.02)
    told = ProgressDisplay("cases", stream=io.StringIO())
    together = told.peak_mib()
    child.kill()
    child.join()
    assert together >= here + 5.0
    assert told.peak_mib() == together  # a peak stays


def test_a_process_that_is_no_more_has_no_memory():
    assert progress._peak_of(None) == 0.0
    assert progress._peak_of(2**30) == 0.0


@pytest.mark.parametrize(
    ("seconds", "words"), [(8.4, "8 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")]
)
def test_durations_are_words(seconds, words):
    # oracle by hand
    assert progress._duration(seconds) == words


@pytest.mark.parametrize(
    ("elsewhere", "written"), [("counter", "\rday 1 of 2\rday 2 of 2\n"), ("nothing", "")]
)
def test_a_display_that_is_no_terminal_counts_in_one_line_or_is_silent(elsewhere, written):
    # oracle by hand
    stream = io.StringIO()
    with ProgressDisplay("Watching", elsewhere=elsewhere, unit="day", stream=stream) as told:
        told(1, 2)
        told(2, 2)
    assert stream.getvalue() == written


def test_a_line_is_written_per_tenth_of_what_takes_more_than_two_seconds(clock):
    # oracle by hand: a hundred steps of a quarter of a second; the first two seconds, eight steps, are silent
    stream = io.StringIO()
    told = ProgressDisplay("Watching", elsewhere="tenths", unit="step", stream=stream)
    for step in range(1, 101):
        clock[0] += 0.25
        told(step, 100)
    lines = stream.getvalue().splitlines()
    assert [line.partition(" of ")[0] for line in lines] == [
        f"{step}" for step in range(10, 101, 10)
    ]
    assert lines[-1].startswith("100 of 100 steps, 4/s, 0 s left")


def test_what_is_soon_done_is_not_told_of(clock):
    # oracle by hand
    stream = io.StringIO()
    told = ProgressDisplay("Watching", elsewhere="tenths", stream=stream)
    for step in range(1, 101):
        clock[0] += 0.01
        told(step, 100)
    assert stream.getvalue() == ""
