"""The folder where results that are dear to compute are kept for the next time, by a digest of all that they depend on."""

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from detente.errors import RunError
from detente.files.writing import write_whole

__all__ = ["FOLDER", "cache_folder", "keep"]

FOLDER = "DETENTE_CACHE"
"""Environment variable: folder where such results are kept; empty to keep none."""


def cache_folder(kind: str) -> Path | None:
    """Return the folder for results of a kind, which need not exist; None if none are to be kept, or nobody has a home."""
    given = os.environ.get(FOLDER)
    if given is not None:
        return Path(given) if given else None
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(base) if base else Path.home() / ".cache") / "detente" / kind
    except RuntimeError:  # a user whom the system does not know, without HOME
        return None


def keep(path: Path, write: Callable[[IO[bytes]], Any]) -> None:
    """Write a file whole or not at all; a folder that cannot be written to is no error."""
    try:
        stream = io.BytesIO()
        write(stream)
        write_whole(path, stream.getvalue(), within=path.parent)
    except (OSError, RunError):
        return
