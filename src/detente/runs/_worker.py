"""What a worker process does: compile the run once, then compute and write one lot of shards after the other."""

import os
import pickle
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from ctypes import c_byte
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path

from detente.errors import DetenteError
from detente.models import all_models
from detente.runs.shards import ShardMaker
from detente.runs.store import write_shard

__all__ = ["begin", "make_shards"]


@dataclass(slots=True)
class _Job:
    """The run that this process works on; ``maker`` is there from the first shard on."""

    payload: bytes
    folder: Path
    stop: c_byte
    maker: ShardMaker | None = None
    stamp: str = ""


_job: _Job | None = None

all_models()  # registers them, before this process is copied


def begin(payload: bytes, folder: Path, stop: c_byte) -> None:
    """Take a run to work on, and end with the process that gave it.

    Parameters
    ----------
    payload
        Pickled crisis and manifest.
    folder
        The run folder.
    stop
        Shared by all: shards in the making are given up once it is not zero.
    """
    global _job  # noqa: PLW0603  # one run for the life of this process
    _job = _Job(payload, folder, stop)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def make_shards(numbers: Sequence[int]) -> dict[str, str] | None:
    """Compute and write some shards; an error of ours comes back as its fields."""
    job = _job
    if job is None:
        message = "a shard is asked for before the run"
        raise RuntimeError(message)
    try:
        if job.maker is None:
            crisis, manifest = pickle.loads(job.payload)  # noqa: S301  our own process made it
            with ThreadPoolExecutor(max_workers=1) as pool:
                job.maker = ShardMaker(crisis, manifest, pool)
            job.stamp = manifest.stamp()
        for shard in job.maker.make_all(numbers, is_stopped=lambda: bool(job.stop.value)):
            write_shard(job.folder, shard, stamp=job.stamp)
    except DetenteError as error:
        return {"message": error.message, "code": error.code, "at": error.at, "fix": error.fix}
    return None


def _end_with_parent() -> None:
    """End this process once the one that started it has: its queues would keep it waiting for ever."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
