"""Write files of commands whole or not at all."""

import os
import tempfile
from pathlib import Path

from detente.errors import RunError

__all__ = ["write_text"]


def write_text(path: Path, text: str) -> None:
    """Write a text file by renaming a finished one over it; what was there stays if anything fails.

    Raises
    ------
    RunError
        ``output-unwritable`` if it cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
            temporary.chmod(0o644)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        message = f"the file {str(path)!r} cannot be written: {error.strerror}"
        fix = "choose a file in a folder that exists and that you may write to"
        raise RunError(message, code="output-unwritable", at=str(path), fix=fix) from error
