"""Workers on this machine: threads of this process, or processes of their own that do not share an interpreter's lock.

Threads begin at once and share the compiled game; the Python between the kernels, some third of the work, runs in one of
them at a time. Processes take seconds to start and then do not hinder each other. Either computes whole shards and writes
them, so that the bytes of a run do not tell which it was.
"""

import itertools
import multiprocessing
import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.sharedctypes import RawValue
from pathlib import Path

from detente.crisis.crisis import Crisis
from detente.errors import RunError, UsageError
from detente.runs._worker import begin, make_shards
from detente.runs.shards import BLOCK_DRAWS, ShardMaker
from detente.runs.store import Manifest, remove_run_leftovers, write_shard

__all__ = ["check_not_nested", "gather", "is_worth_processes", "run_processes", "run_threads"]

_SLOW_TO_LOAD = (
    "highspy",
    "pyarrow.parquet",
    "scipy.interpolate",
    "scipy.linalg",
    "scipy.optimize",
    "scipy.sparse",
    "scipy.special",
    "scipy.stats",
)
"""What the functions of a run import when they are called."""

_WORTH_S = 40.0
_MEASURED_S = 3.0
_TRIES = 3


def is_worth_processes(*, done: int, left: int, seconds: float) -> bool:
    """Tell whether so much is left that processes pay: they take some five seconds to start.

    Parameters
    ----------
    done, seconds
        Shards that threads have finished since the first one, and the time that they took.
    left
        Shards that are left.

    Examples
    --------
    >>> is_worth_processes(done=100, left=100, seconds=10.0)
    False
    >>> is_worth_processes(done=100, left=1000, seconds=10.0)
    True
    """
    return done > 0 and seconds >= _MEASURED_S and left * seconds / done > _WORTH_S


def gather(
    missing: Sequence[int], *, shard_draws: int, n_workers: int
) -> tuple[tuple[int, ...], ...]:
    """Gather shards to be computed together: as many as a block of draws holds, but two lots for each worker at least.

    Examples
    --------
    >>> gather(range(6), shard_draws=64, n_workers=1)
    ((0, 1), (2, 3), (4, 5))
    >>> gather(range(6), shard_draws=64, n_workers=2)
    ((0,), (1,), (2,), (3,), (4,), (5,))
    >>> gather([3, 5], shard_draws=1024, n_workers=1)
    ((3,), (5,))
    """
    most = min(BLOCK_DRAWS // shard_draws, len(missing) // (2 * n_workers))
    size = max(1, most)
    return tuple(tuple(missing[place : place + size]) for place in range(0, len(missing), size))


def check_not_nested() -> None:
    """Refuse to start processes while this process is one that is only starting.

    Python's processes import the script that started them: one that runs an ensemble outside ``if __name__ ==
    "__main__":`` would do so again in each.

    Raises
    ------
    UsageError
        ``option-invalid``.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        message = "a script that is imported by a worker process starts a run with processes"
        fix = 'put the call under if __name__ == "__main__":, or use executor="threads"'
        raise UsageError(message, code="option-invalid", at="executor", fix=fix)


def run_threads(
    crisis: Crisis,
    manifest: Manifest,
    folder: Path,
    missing: Sequence[int],
    *,
    n_workers: int,
    finish: Callable[[], None],
    may_hand_over: bool = False,
) -> tuple[int, ...]:
    """Compute and write shards with threads of this process; few are waiting at any time.

    Parameters
    ----------
    missing
        Numbers of the shards to compute.
    finish
        Called after each shard, from the calling thread.
    may_hand_over
        Whether to stop once :func:`is_worth_processes` says so.

    Returns
    -------
    tuple of int
        Shards that are left to processes: none unless ``may_hand_over``.
    """
    stop = threading.Event()
    stamp = manifest.stamp()
    with ThreadPoolExecutor(max_workers=n_workers) as pool:
        try:
            maker = ShardMaker(crisis, manifest, pool)

            def run(numbers: Sequence[int]) -> int:
                for shard in maker.make_all(numbers, is_stopped=stop.is_set):
                    write_shard(folder, shard, stamp=stamp)
                return len(numbers)

            waiting = iter(gather(missing, shard_draws=manifest.shard_draws, n_workers=n_workers))
            pending: set[Future[int]] = set()
            done, begun, is_over = 0, 0.0, False
            while True:
                while (
                    not is_over
                    and len(pending) < 2 * n_workers
                    and (numbers := next(waiting, None)) is not None
                ):
                    pending.add(pool.submit(run, numbers))
                if not pending:
                    return tuple(itertools.chain.from_iterable(waiting))
                finished, pending = wait(pending, return_when=FIRST_COMPLETED)
                made = 0
                for future in finished:
                    made += future.result()
                    for _ in range(future.result()):
                        finish()
                begun = begun or time.monotonic()  # kernels are compiled or loaded by now
                is_over = may_hand_over and is_worth_processes(
                    done=done, left=len(missing) - done, seconds=time.monotonic() - begun
                )
                done += made
        except BaseException:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def run_processes(
    crisis: Crisis,
    manifest: Manifest,
    folder: Path,
    missing: Sequence[int],
    *,
    n_workers: int,
    finish: Callable[[], None],
) -> None:
    """Compute and write shards with processes of this machine.

    If one dies, all are started anew and compute what is not there. They end with this process, however it ends, and an
    interrupt reaches them through it alone.

    Parameters
    ----------
    missing
        Numbers of the shards to compute.
    finish
        Called after each shard, from the calling thread.

    Raises
    ------
    RunError
        ``executor-failed`` if processes keep dying without a finished shard between; what a shard raises.
    """
    payload = pickle.dumps((crisis, manifest))
    left = dict.fromkeys(missing)
    fruitless = 0
    while left:
        before = len(left)

        def note(numbers: Sequence[int]) -> None:
            for number in numbers:
                del left[number]
                finish()

        lots = gather(tuple(left), shard_draws=manifest.shard_draws, n_workers=n_workers)
        try:
            _run_pool(payload, folder, lots, n_workers=min(n_workers, len(lots)), note=note)
        except BrokenProcessPool as error:
            remove_run_leftovers(folder)
            fruitless = fruitless + 1 if len(left) == before else 0
            if fruitless == _TRIES:
                message = f"worker processes died {_TRIES} times in a row without finishing a shard"
                fix = (
                    "use fewer workers if memory is short, or threads; see what the processes wrote to standard error; "
                    "then run the same command again: finished shards are kept"
                )
                raise RunError(
                    message, code="executor-failed", at=f"{n_workers} processes", fix=fix
                ) from error


def _run_pool(
    payload: bytes,
    folder: Path,
    lots: Sequence[tuple[int, ...]],
    *,
    n_workers: int,
    note: Callable[[Sequence[int]], None],
) -> None:
    """Compute shards with one pool of processes, which may break."""
    # A plain byte, not an event: a process that is killed while it holds the lock of an event would hang all others.
    stop = RawValue("b", 0)
    pool = ProcessPoolExecutor(
        max_workers=n_workers,
        mp_context=_context(),
        initializer=begin,
        initargs=(payload, folder.resolve(), stop),
    )
    try:
        waiting = iter(lots)
        pending: dict[Future[dict[str, str] | None], tuple[int, ...]] = {}
        while True:
            while len(pending) < 2 * n_workers and (numbers := next(waiting, None)) is not None:
                with _interrupts_kept_back():
                    pending[pool.submit(make_shards, numbers)] = numbers
            if not pending:
                return
            finished = wait(pending, return_when=FIRST_COMPLETED).done
            for future in sorted(finished, key=lambda future: future.exception() is not None):
                numbers = pending.pop(future)
                failure = future.result()
                if failure is not None:
                    raise RunError(**failure)  # type: ignore[arg-type]  # fields of an error of ours
                note(numbers)
    finally:
        stop.value = 1
        pool.shutdown(wait=True, cancel_futures=True)


def _context() -> ForkServerContext | SpawnContext:
    """Return how processes start: clean, since a copy of a process with threads may hang."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    # imported once, not once per process
    context.set_forkserver_preload([begin.__module__, *_SLOW_TO_LOAD])
    return context


@contextmanager
def _interrupts_kept_back() -> Iterator[None]:
    """Have processes that start here never see Ctrl-C: a terminal sends it to all, and this process answers for all."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
