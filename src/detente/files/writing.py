"""The one way in which a file is written: beside its place under a name that nobody can guess, then moved in.

So a file appears whole or not at all, what was there stays until then, and a link that somebody planted is never followed.
"""

import contextlib
import errno
import os
import platform
import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from detente.errors import RunError
from detente.files.links import check_links, forbid_link

__all__ = [
    "create_file",
    "is_being_written",
    "make_folder",
    "remove_leftovers",
    "sync_folder",
    "write_whole",
]

_FLAGS = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
)
_LEFTOVER = re.compile(r"\..+\.(?P<host>[A-Za-z0-9]+)-(?P<process>[0-9]+)-[0-9a-f]+\.part")


def write_whole(path: Path, content: bytes, *, within: Path | None = None) -> None:
    """Write a file so that it appears whole or not at all.

    Parameters
    ----------
    path
        The file. A link in its place is replaced, not followed.
    content
        Its bytes.
    within
        The folder of the program's own that the file is part of: it is made if missing, with those between, and no link
        may stand at the file or between. Without it the folder of the file must exist.

    Raises
    ------
    RunError
        ``output-unwritable`` if the folder cannot be written or the disk is full, ``path-linked`` for a link within the
        program's own folder.
    """
    name = f".{path.name}.{_host()}-{os.getpid()}-{secrets.token_hex(8)}.part"
    temporary = path.parent / name
    try:
        if not path.name or (path.is_dir() and not path.is_symlink()):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if within is not None:
            check_links(within, (path.relative_to(within),))
            make_folder(path.parent, within=within)
        try:
            create_file(temporary, content)
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        message = f"the file {str(path)!r} cannot be written: {error.strerror or error}"
        fix = "free space, or choose a place in a folder that exists and that you may write to; what is already there stays"
        raise RunError(message, code="output-unwritable", at=str(path), fix=fix) from error


def create_file(path: Path, content: bytes) -> None:
    """Write a file that must not exist yet, and see that it reaches the disk.

    Raises
    ------
    OSError
        If something is there, or it cannot be written.
    """
    handle = os.open(path, _FLAGS, 0o666)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def make_folder(path: Path, *, within: Path) -> None:
    """Make a folder of the program's own and those between; none of them may be a link.

    Raises
    ------
    RunError
        ``path-linked``.
    OSError
        If one cannot be made, or is no folder.
    """
    within.mkdir(parents=True, exist_ok=True)
    here = within
    for part in path.relative_to(within).parts:
        here /= part
        if here.is_symlink():
            forbid_link(here)
        here.mkdir(exist_ok=True)


def sync_folder(folder: Path) -> None:
    """See that names in a folder reach the disk, where the system can do that."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove_leftovers(paths: Iterable[Path]) -> None:
    """Remove temporary files of processes of this machine that have ended; those of others may still be written."""
    for path in paths:
        match = _LEFTOVER.fullmatch(path.name)
        if match and match["host"] == _host() and not is_being_written(path):
            with contextlib.suppress(OSError):
                path.unlink()


def is_being_written(path: Path) -> bool:
    """Tell whether a temporary file is one of a living process of this machine."""
    match = _LEFTOVER.fullmatch(path.name)
    return bool(match and match["host"] == _host() and _is_alive(int(match["process"])))


def _is_alive(process: int) -> bool:
    if os.name != "posix":
        return True  # there is no harmless question elsewhere
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _host() -> str:
    return re.sub(r"[^A-Za-z0-9]", "", platform.node())[:40] or "host"
