"""Links in folders of the program's own: they are refused, since what is written or removed through them lies elsewhere.

A folder that a user names may be a link; what stands in it by names that the program chose may not.
"""

from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import NoReturn

from detente.errors import RunError

__all__ = ["check_links", "forbid_link"]


def check_links(folder: Path, names: Iterable[str | PurePath]) -> None:
    """Refuse links at places within a folder, and on the way to them.

    Parameters
    ----------
    folder
        A folder that a user named; it may be a link itself, and need not exist.
    names
        Places in it, relative to it.

    Raises
    ------
    RunError
        ``path-linked``, naming the first one.
    """
    seen: set[Path] = set()
    for name in names:
        path = folder
        for part in PurePath(name).parts:
            path /= part
            if path not in seen and path.is_symlink():
                forbid_link(path)
            seen.add(path)


def forbid_link(path: Path) -> NoReturn:
    """Say that a link stands where a file or folder of the program's own should.

    Raises
    ------
    RunError
        ``path-linked``.
    """
    message = f"{path.name} is a link, and files of the program's own are not written, read or removed through links"
    fix = f"remove the link {path}, or put what it leads to in its place; or choose another folder"
    raise RunError(message, code="path-linked", at=str(path), fix=fix)
