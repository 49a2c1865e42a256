"""Published games, one file each: ``<journal or book>/<author year>/<name>.efg``.

The comment in each file says what it is and where it stands; the folder's author and year are the key of the
publication in the bibliography.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from detente.errors import UsageError, nearest

__all__ = ["catalogue", "find_game"]

_FOLDER = Path(__file__).parent


@cache
def catalogue() -> Mapping[str, Path]:
    """Return the files of the published games by name, such as ``books/kuhn1950/poker``."""
    files = sorted(_FOLDER.glob("*/*/*.efg"))
    return MappingProxyType(
        {file.relative_to(_FOLDER).with_suffix("").as_posix(): file for file in files}
    )


def find_game(name: str) -> Path:
    """Return the file of a published game; the end of its name will do where it is unique.

    Raises
    ------
    UsageError
        ``path-unknown`` with the nearest names.

    Examples
    --------
    >>> find_game("kuhn1950/poker").name
    'poker.efg'
    """
    games = catalogue()
    wanted = name.removesuffix(".efg").removeprefix("journals/").strip("/")
    if wanted in games:
        return games[wanted]
    ends = [full for full in games if f"/{full}/".find(f"/{wanted}/") >= 0] if wanted else []
    if len(ends) == 1:
        return games[ends[0]]
    near = ends or list(nearest(wanted, games)) or list(games)[:3]
    several = f"{len(ends)} published games fit {name!r}" if ends else ""
    message = several or f"there is neither a file nor a published game {name[:80]!r}"
    raise UsageError(
        message,
        code="path-unknown",
        at=name[:80],
        fix=f"name a file, or a game such as {', '.join(near[:4])}; detente solve --list shows all",
    )
