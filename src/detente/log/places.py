"""Where a log is kept unless somebody says otherwise: the folder of the user's data, by the rules of the system."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa

__all__ = ["data_folder", "usual_store"]


def data_folder(
    *, system: str = sys.platform, home: Path | None = None, given: Mapping[str, str] = os.environ
) -> Path:
    """Return the folder of the user's data for this package; it need not exist.

    ``$XDG_DATA_HOME/detente`` or ``~/.local/share/detente``, ``~/Library/Application Support/detente`` on macOS,
    ``%LOCALAPPDATA%/detente`` on Windows.

    Examples
    --------
    >>> data_folder(system="linux", home=Path("me"), given={}).as_posix()
    'me/.local/share/detente'
    """
    mine = home if home is not None else Path.home()
    if system == "win32":
        base = Path(given.get("LOCALAPPDATA") or mine / "AppData" / "Local")
    elif system == "darwin":
        base = mine / "Library" / "Application Support"
    else:
        named = given.get("XDG_DATA_HOME", "")  # by the rules of XDG a relative one does not count
        base = Path(named) if Path(named).is_absolute() else mine / ".local" / "share"
    return base / "detente"


def usual_store() -> str:
    """Return the address of the store in :func:`data_folder`."""
    found = sa.URL.create("sqlite", database=str(data_folder() / "store.db"))
    return found.render_as_string()
