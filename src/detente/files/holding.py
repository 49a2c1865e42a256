"""Holding a folder while it is written to, so that no second process writes there at the same time.

The lock is one of the operating system on the folder itself: it leaves no file, and goes with the process that has it,
however that ends. Where there are no such locks (some network file systems, Windows) nothing is held.
"""

import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from detente.errors import RunError

__all__ = ["holding"]


@contextmanager
def holding(folder: Path, *, is_shared: bool) -> Iterator[None]:
    """Hold a folder, made if missing, until the context ends.

    Parameters
    ----------
    folder
        The folder.
    is_shared
        Whether others may hold it in the same way: tasks of a job array do, each with a part of a run.

    Raises
    ------
    RunError
        ``run-busy`` if another process holds it, ``output-unwritable`` if it is no folder or cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"the folder cannot be made: {error.strerror or error}"
        fix = "choose a folder that you can write to"
        raise RunError(message, code="output-unwritable", at=str(folder), fix=fix) from error
    handle = _lock(folder, is_shared=is_shared)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _lock(folder: Path, *, is_shared: bool) -> int | None:
    """Lock a folder; None where that cannot be done."""
    try:
        fcntl: Any = importlib.import_module("fcntl")
        handle = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        return None
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        message = f"another process is writing in {folder}"
        raise RunError(
            message,
            code="run-busy",
            at=str(folder),
            fix="wait until it has finished, or stop it; or choose another folder",
        ) from None
    except OSError:  # this file system knows no locks
        os.close(handle)
        return None
    return handle
