"""Threads and processes: the same bytes whoever computes, whoever dies; nothing outlives the run."""

import errno
import multiprocessing
import os
import pickle
import random
import signal
import subprocess
import sys
import time
from multiprocessing.sharedctypes import RawValue
from pathlib import Path

import pytest

import detente.crisis
from detente.crisis import load_crisis
from detente.engine import Design
from detente.errors import RunError, UsageError
from detente.files.holding import holding
from detente.runs import _worker, run_ensemble, run_part, running, workers
from detente.runs.running import make_manifest
from detente.runs.store import shard_file

TEMPLATE = Path(detente.crisis.__file__).with_name("templates") / "coercion"
POLICIES = ("free", "arm")
N_DRAWS = 320


@pytest.fixture(scope="module")
def crisis():
    return load_crisis(TEMPLATE)


def run(crisis, folder, **options):
    defaults = {"policies": POLICIES, "n_draws": N_DRAWS, "seed": 3, "workers": 2}
    return run_ensemble(crisis, folder=folder, **(defaults | options))


def read_files(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def folder(crisis, tmp_path_factory):
    """A run by one thread; nobody changes it."""
    path = tmp_path_factory.mktemp("run") / "run"
    run(crisis, path, workers=1)
    return path


def test_processes_give_the_same_bytes(crisis, folder, tmp_path):
    # oracle by theorem (the requirement itself)
    calls = []
    run(crisis, tmp_path, executor="processes", progress=lambda *call: calls.append(call))
    assert read_files(tmp_path) == read_files(folder)
    assert calls == [(64 * number, N_DRAWS) for number in range(6)]


def test_threads_hand_over_to_processes(crisis, folder, tmp_path, monkeypatch):
    # oracle by theorem (the requirement itself)
    begun = []
    real = workers.run_processes

    def spy(crisis, manifest, folder, missing, **options):
        begun.append(missing)
        real(crisis, manifest, folder, missing, **options)

    monkeypatch.setattr(workers, "is_worth_processes", lambda **_: True)
    monkeypatch.setattr(running, "run_processes", spy)
    monkeypatch.setattr(running, "_n_workers", lambda _: 2)
    run(crisis, tmp_path, executor="auto", workers=1, n_draws=N_DRAWS)
    assert len(begun) == 1
    assert 0 < len(begun[0]) < N_DRAWS // 64
    assert read_files(tmp_path) == read_files(folder)


def test_a_short_run_stays_with_threads(crisis, folder, tmp_path, monkeypatch):
    monkeypatch.delattr(running, "run_processes")
    run(crisis, tmp_path, executor="auto")
    assert read_files(tmp_path) == read_files(folder)


@pytest.mark.parametrize(
    ("done", "left", "seconds", "expected"),
    [
        (0, 10**6, 100.0, False),  # nothing known yet
        (5, 10**6, 1.0, False),  # not yet sure
        (5, 50, 4.0, False),  # 40 s are left
        (5, 51, 4.0, True),
    ],
)
def test_processes_are_for_what_is_long(done, left, seconds, expected):
    # oracle by hand
    assert workers.is_worth_processes(done=done, left=left, seconds=seconds) is expected


def test_the_way_of_a_worker_gives_the_same_bytes(crisis, folder, tmp_path, monkeypatch):
    # in this process, where it can be looked at
    manifest = make_manifest(crisis, POLICIES, N_DRAWS, 3, Design())
    stop = RawValue("b", 0)
    monkeypatch.setattr(_worker, "_job", None)
    with pytest.raises(RuntimeError):
        _worker.make_shards([1])
    _worker.begin(pickle.dumps((crisis, manifest)), tmp_path, stop)
    assert _worker.make_shards([1]) is None
    assert shard_file(tmp_path, 1).read_bytes() == shard_file(folder, 1).read_bytes()
    stop.value = 1
    assert _worker.make_shards([2]) is None
    assert not shard_file(tmp_path, 2).exists()


def test_an_error_of_a_worker_comes_back_with_its_code(crisis, tmp_path):
    # oracle: the operating system, which makes no folder where a file is
    (tmp_path / "shards").write_text("in the way")
    manifest = make_manifest(crisis, POLICIES, 64, 3, Design())
    with pytest.raises(RunError) as caught:
        workers.run_processes(crisis, manifest, tmp_path, [0], n_workers=1, finish=lambda: None)
    assert caught.value.code == "output-unwritable"
    assert os.strerror(errno.EEXIST) in caught.value.message
    assert "shards" in caught.value.at
    assert caught.value.fix


class Deadly:
    """Ends the process that reads it."""

    def __reduce__(self):
        return os._exit, (1,)


def test_workers_that_keep_dying_are_named(crisis, tmp_path):
    manifest = make_manifest(crisis, POLICIES, 64, 3, Design())
    with pytest.raises(RunError, match="died 3 times in a row") as caught:
        workers.run_processes(Deadly(), manifest, tmp_path, [0], n_workers=1, finish=lambda: None)
    assert caught.value.code == "executor-failed"
    assert "fewer workers" in caught.value.fix


def test_an_interrupt_of_processes_leaves_a_run_that_resumes(crisis, folder, tmp_path):
    def interrupt(done, total):
        del total
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(crisis, tmp_path, executor="processes", progress=interrupt)
    assert not multiprocessing.active_children()
    assert not list(tmp_path.rglob("*.part"))
    assert 1 <= len(list(tmp_path.glob("shards/*.parquet"))) < N_DRAWS // 64
    run(crisis, tmp_path)
    assert read_files(tmp_path) == read_files(folder)


@pytest.mark.slow
def test_twenty_kills_of_worker_processes_change_nothing(crisis, tmp_path):
    # oracle by theorem: kill -9 of a worker at any moment changes nothing; the undisturbed run is made here
    options = {"n_draws": 20_480, "shard_draws": 64}
    run(crisis, tmp_path / "calm", workers=1, **options)
    chance, killed = random.Random(11), []  # noqa: S311  moments of kills
    moments = sorted(chance.sample(range(1, 300), 20))

    def kill(done, total):
        alive = (
            multiprocessing.active_children()
        )  # none while the pool that a kill broke is cleared away
        if moments and alive and 64 * moments[0] <= done < total:
            time.sleep(chance.uniform(0.0, 0.05))
            victim = chance.choice(alive).pid
            try:
                os.kill(victim, signal.SIGKILL)
            except ProcessLookupError:
                return  # it was cleared away with a pool that an earlier kill broke: another one next time
            moments.pop(0)
            killed.append(victim)

    run(crisis, tmp_path / "killed", executor="processes", progress=kill, **options)
    assert len(killed) == len(set(killed)) == 20
    assert read_files(tmp_path / "killed") == read_files(tmp_path / "calm")


ORPHANS = """
import multiprocessing, os, signal, sys
from detente.crisis import load_crisis
from detente.runs import run_ensemble

def die(done, total):
    if done:
        print(*(child.pid for child in multiprocessing.active_children()), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    crisis = load_crisis(sys.argv[1])
    run_ensemble(
        crisis, folder=sys.argv[2], policies=["free"], n_draws=6400, workers=2, executor="processes", progress=die
    )
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
def test_workers_end_with_a_parent_that_is_killed(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(ORPHANS)
    words = [sys.executable, str(script), str(TEMPLATE), str(tmp_path / "run")]
    with (tmp_path / "out").open("w") as out:  # a file, since workers would keep a pipe open
        done = subprocess.run(words, stdout=out, stderr=subprocess.DEVNULL, check=False)
    assert done.returncode == -signal.SIGKILL
    pids = (tmp_path / "out").read_text().split()
    assert pids
    deadline = time.monotonic() + 20.0
    while (left := [pid for pid in pids if is_alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


UNGUARDED = """
import sys
from detente.crisis import load_crisis
from detente.runs import run_ensemble

run_ensemble(
    load_crisis(sys.argv[1]), folder=sys.argv[2], policies=["free"], n_draws=128, workers=2, executor="processes"
)
"""


@pytest.mark.slow
def test_a_script_without_a_guard_ends_with_a_code(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED)
    words = [sys.executable, str(script), str(TEMPLATE), str(tmp_path / "run")]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 1
    assert "[executor-failed]" in done.stderr
    assert 'put the call under if __name__ == "__main__":' in done.stderr


def test_a_process_that_is_only_starting_starts_none(monkeypatch, crisis, tmp_path):
    monkeypatch.setattr(multiprocessing.current_process(), "_inheriting", True, raising=False)
    for executor in ("auto", "processes"):
        with pytest.raises(UsageError) as caught:
            run(crisis, tmp_path, executor=executor)
        assert caught.value.code == "option-invalid"


@pytest.mark.parametrize("n_workers", [0, -1, running.MAX_WORKERS + 1])
def test_numbers_of_workers_that_cannot_be_are_refused(crisis, tmp_path, n_workers):
    with pytest.raises(UsageError) as caught:
        run(crisis, tmp_path / "run", workers=n_workers)
    assert caught.value.code == "option-invalid"
    assert not (tmp_path / "run").exists()


def test_many_workers_change_nothing(crisis, folder, tmp_path):
    # oracle by theorem (the requirement itself)
    run(crisis, tmp_path, workers=64)
    assert read_files(tmp_path) == read_files(folder)


def test_a_part_is_computed_here(crisis, tmp_path):
    with pytest.raises(UsageError) as caught:
        run_part(crisis, folder=tmp_path, part=(1, 2), executor="dask://h:1")
    assert caught.value.code == "option-invalid"


# --- one run at a time -----------------------------------------------------------------------------------------------


def test_a_folder_that_is_being_filled_is_refused(crisis, folder, tmp_path):
    # oracle by hand: a second run of the folder begins in the middle of the first
    refused = []

    def again(done, total):
        del total
        if done and not refused:
            with pytest.raises(RunError) as caught:
                run(crisis, tmp_path)
            refused.append(caught.value.code)

    run(crisis, tmp_path, progress=again)
    assert refused == ["run-busy"]
    assert read_files(tmp_path) == read_files(folder)


def test_parts_may_share_a_folder_and_a_whole_run_may_not(tmp_path):
    with holding(tmp_path, is_shared=True), holding(tmp_path, is_shared=True):
        with pytest.raises(RunError) as caught, holding(tmp_path, is_shared=False):
            pass
        assert caught.value.code == "run-busy"
    with (
        holding(tmp_path, is_shared=False),
        pytest.raises(RunError),
        holding(tmp_path, is_shared=True),
    ):
        pass
    assert not list(tmp_path.iterdir())


def test_a_lock_goes_with_the_process_that_has_it(tmp_path):
    text = (
        "import os, sys; from pathlib import Path; from detente.files.holding import holding\n"
        "with holding(Path(sys.argv[1]), is_shared=False): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", text, str(tmp_path)], check=False)
    with holding(tmp_path, is_shared=False):
        pass


def test_what_is_no_folder_cannot_be_held(tmp_path):
    (tmp_path / "file").write_text("")
    for place in ("file", "file/run"):
        with (
            pytest.raises(RunError) as caught,
            holding(tmp_path / place, is_shared=False),
        ):
            pass
        assert caught.value.code == "output-unwritable"


def test_a_file_system_without_locks_is_used_all_the_same(tmp_path, monkeypatch):
    import fcntl

    def refuse(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with holding(tmp_path, is_shared=False), holding(tmp_path, is_shared=False):
        pass
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with holding(tmp_path, is_shared=False), holding(tmp_path, is_shared=False):
        pass
