"""Shards on a Dask cluster: workers compute them, this process alone writes the run folder.

So no file system need be shared. A worker that dies costs the shards that it had not yet sent back: the scheduler gives
them to another. A shard is a pure function of the manifest and its number, so that where it is computed changes nothing
as long as the worker has the same versions of the libraries.
"""

import hashlib
import importlib
import pickle
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from detente.crisis.crisis import Crisis
from detente.errors import DetenteError, RunError, UsageError
from detente.runs.shards import ShardMaker
from detente.runs.store import Manifest, encode_shard, store_shard
from detente.runs.versions import library_versions

__all__ = ["parse_address", "run_on_cluster"]

_CONNECT_S = 20.0
_PATIENCE_S = 120.0
_POLL_S = 5.0
_ADDRESS = re.compile(r"(dask|tcp|tls)://([A-Za-z0-9_.\-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})/?")


def parse_address(text: str) -> str:
    """Return the address of a scheduler as Dask writes it; ``dask://`` stands for ``tcp://``.

    Raises
    ------
    UsageError
        ``option-invalid`` for anything that is no address.

    Examples
    --------
    >>> parse_address("dask://10.0.0.5:8786")
    'tcp://10.0.0.5:8786'
    """
    match = _ADDRESS.fullmatch(text.strip())
    if match is None or not 1 <= int(match[3]) <= 65_535:
        message = f"the executor {text[:80]!r} is no address of a scheduler"
        fix = "write dask://HOST:PORT, the address that dask-scheduler prints"
        raise UsageError(message, code="option-invalid", at="executor", fix=fix)
    scheme = "tcp" if match[1] == "dask" else match[1]
    return f"{scheme}://{match[2]}:{match[3]}"


def run_on_cluster(
    crisis: Crisis,
    manifest: Manifest,
    folder: Path,
    missing: Sequence[int],
    *,
    address: str,
    finish: Callable[[], None],
    patience_s: float = _PATIENCE_S,
) -> None:
    """Have shards computed by the workers of a Dask scheduler and write them here.

    Parameters
    ----------
    crisis, manifest, folder
        The run.
    missing
        Numbers of the shards to compute.
    address
        Of the scheduler: ``dask://HOST:PORT``.
    finish
        Called after each shard.
    patience_s
        How long to wait while the cluster has no worker.

    Raises
    ------
    UsageError
        ``option-invalid`` for an address that is none, ``extra-missing`` without the extra ``dask``.
    RunError
        ``executor-failed`` if the cluster cannot be reached, has no worker or gives up; ``run-mismatch`` if a worker has
        other versions of the libraries.
    """
    target = parse_address(address)
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError as error:
        message = "Dask is not installed, so --executor cannot be used"
        fix = 'install the extra: pip install "detente[dask]"'
        raise UsageError(message, code="extra-missing", at="executor", fix=fix) from error
    try:
        client = distributed.Client(target, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, TimeoutError) as error:
        message = f"no Dask scheduler answers at {target}"
        fix = "start one with dask-scheduler, and give the address that it prints"
        raise RunError(message, code="executor-failed", at=target, fix=fix) from error
    try:
        with client.as_current():
            _run(distributed, client, crisis, manifest, folder, missing, finish, patience_s)
    except (distributed.KilledWorker, CancelledError, OSError, TimeoutError) as error:
        message = f"the cluster gave up: {_first_line(error)}"
        fix = "look at the logs of the workers (memory?), then run the same command again: finished shards are kept"
        raise RunError(message, code="executor-failed", at=target, fix=fix) from error
    finally:
        client.close(timeout=5)


def _run(
    distributed: Any,
    client: Any,
    crisis: Crisis,
    manifest: Manifest,
    folder: Path,
    missing: Sequence[int],
    finish: Callable[[], None],
    patience_s: float,
) -> None:
    """Keep every thread of the cluster busy with two shards each, write what comes back."""
    payload = pickle.dumps((crisis, manifest))
    key = hashlib.sha256(payload).hexdigest()
    # A task, not scattered data: if the worker that holds it dies, the scheduler has it made again.
    recipe = client.submit(_same, payload, pure=False)
    waiting = iter(missing)
    pending: dict[Any, int] = {}
    seen_worker = time.monotonic()
    versions = dict(library_versions())
    while True:
        threads = sum(client.nthreads().values())
        while len(pending) < max(2, 2 * threads) and (number := next(waiting, None)) is not None:
            future = client.submit(_compute, recipe, key, versions, number, pure=False)
            pending[future] = number
        if not pending:
            return
        try:
            finished = distributed.wait(
                list(pending), timeout=_POLL_S, return_when="FIRST_COMPLETED"
            ).done
        except TimeoutError:
            finished = set()
        now = time.monotonic()
        seen_worker = now if threads or finished else seen_worker
        if now - seen_worker > patience_s:
            message = f"no worker for {patience_s:.0f} s"
            raise TimeoutError(message)
        for future in finished:
            number = pending.pop(future)
            store_shard(folder, number, _content(future.result()), stamp=manifest.stamp())
            future.release()
            finish()


def _content(answer: bytes | Mapping[str, Any]) -> bytes:
    """Return the bytes of a shard, or raise what the worker says."""
    if isinstance(answer, bytes):
        return answer
    raise RunError(**answer)


# --- on the worker ---------------------------------------------------------------------------------------------------

_makers: dict[str, ShardMaker] = {}
_lock = threading.Lock()


def _same(payload: bytes) -> bytes:
    return payload


def _compute(
    payload: bytes, key: str, versions: Mapping[str, str], number: int
) -> bytes | dict[str, Any]:
    """Compute one shard; an error of ours comes back as its fields."""
    here = library_versions()
    for name, wanted in versions.items():
        if here.get(name) != wanted:
            return {
                "message": f"a worker has {name} {here.get(name) or 'missing'}, not {wanted}",
                "code": "run-mismatch",
                "at": name,
                "fix": "install the same versions on every machine: numbers depend on them",
            }
    try:
        shard = _maker(payload, key).make(number)
    except DetenteError as error:
        return {"message": error.message, "code": error.code, "at": error.at, "fix": error.fix}
    return b"" if shard is None else encode_shard(shard)


def _maker(payload: bytes, key: str) -> ShardMaker:
    """Compile a run once per process; only the latest is kept."""
    with _lock:
        if key not in _makers:
            crisis, manifest = pickle.loads(payload)  # noqa: S301  our own client made it
            _makers.clear()
            with ThreadPoolExecutor(max_workers=1) as pool:
                _makers[key] = ShardMaker(crisis, manifest, pool)
        return _makers[key]


def _first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return text[0][:200] if text else type(error).__name__
