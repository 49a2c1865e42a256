"""Reading a file of one's own folders: a plain file of bounded size, and nothing that waits or leads elsewhere."""

import errno
import os
import stat
from pathlib import Path

from detente.files.links import forbid_link

__all__ = ["read_plain"]

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOFOLLOW", 0)
)


def read_plain(path: Path, *, most: int) -> bytes:
    """Return the bytes of a plain file.

    A pipe or a device in its place is not waited for, and a file that is too large is not read.

    Parameters
    ----------
    path
        The file.
    most
        How many bytes it may have.

    Raises
    ------
    RunError
        ``path-linked`` if a link stands in its place.
    OSError
        If it is missing, no plain file, larger, or cannot be read.
    """
    if path.is_symlink():
        forbid_link(path)
    handle = os.open(path, _FLAGS)
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is no plain file", str(path))
        if found.st_size > most:
            raise OSError(errno.EFBIG, f"it has more than {most:,} bytes", str(path))
        with os.fdopen(handle, "rb", closefd=False) as stream:
            return stream.read(found.st_size)
    finally:
        os.close(handle)
