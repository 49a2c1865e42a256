"""Writing: each file of a briefing is built beside its place and moved in; nothing else is touched or lost."""

import contextlib
import errno
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from detente.brief.export.rendering import to_csv_files, to_html, to_json, to_markdown
from detente.errors import RunError
from detente.summaries import html_fields, text_fields

if TYPE_CHECKING:
    from detente.brief.document import Brief

__all__ = ["BriefPaths", "check_place", "write_files"]

_OWN_NAME = re.compile(r"charts/[^/\\]+\.svg|tables/[^/\\]+\.csv")
"""Files in folders that a briefing may remove again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefPaths:
    """Where the files of a briefing lie."""

    __repr__ = text_fields
    _repr_html_ = html_fields

    html: Path
    markdown: Path
    json: Path
    charts: tuple[Path, ...]
    tables: tuple[Path, ...]


def write_files(brief: "Brief", folder: str | Path) -> BriefPaths:
    """Write the files of a composed briefing into a folder.

    Parameters
    ----------
    brief
        What :func:`detente.brief.compose` made.
    folder
        Where to write ``brief.html``, ``brief.md``, ``brief.json``, ``charts/`` and ``tables/``. Other files there, a
        run or a table of one's own for instance, are left alone; charts and tables of an earlier briefing go.

    Returns
    -------
    BriefPaths
        The files written.

    Raises
    ------
    RunError
        ``output-unwritable`` if the folder cannot be written or a file or folder that is not a briefing's lies in the
        way; what it held before is still there.
    """
    folder = Path(folder)
    files = {
        # first, so that what a stopped write leaves behind is listed
        "brief.json": to_json(brief),
        "brief.html": to_html(brief),
        "brief.md": to_markdown(brief),
        **{f"charts/{chart.id}.svg": chart.svg for chart in brief.charts},
        **{f"tables/{name}": text for name, text in to_csv_files(brief).items()},
    }
    try:
        _replace(folder, files)
    except OSError as error:
        raise _unwritable(folder, error) from error

    def paths(kind: str) -> tuple[Path, ...]:
        return tuple(folder / name for name in files if name.startswith(f"{kind}/"))

    return BriefPaths(
        html=folder / "brief.html",
        markdown=folder / "brief.md",
        json=folder / "brief.json",
        charts=paths("charts"),
        tables=paths("tables"),
    )


def check_place(folder: str | Path) -> None:
    """Refuse a folder in which a briefing cannot stand, before anything is solved for it.

    Raises
    ------
    RunError
        ``output-unwritable`` if a folder lies where a file of the briefing goes, or a file where a folder goes.
    """
    folder = Path(folder)
    try:
        _check_way(folder, ("brief.html", "brief.md", "brief.json", "charts/any", "tables/any"))
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> RunError:
    reason = error.strerror or str(error)
    return RunError(
        f"cannot write the briefing into {folder}: {reason}",
        code="output-unwritable",
        at=str(error.filename or folder),
        fix="choose a folder that you can write to with --out; what is already there stays as it was",
    )


def _check_way(folder: Path, names: Iterable[str]) -> None:
    """Refuse a folder in the way of a file, and a file in the way of a folder."""
    for name in names:
        path = folder / name
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, f"{name} is a folder there", str(path))
        for parent in (path.parent, folder):
            if os.path.lexists(parent) and not parent.is_dir():
                raise NotADirectoryError(
                    errno.ENOTDIR, f"{parent.name} is a file there", str(parent)
                )


def _check_strangers(folder: Path, names: Iterable[str], known: frozenset[str]) -> None:
    """Refuse to write over a chart or table that no briefing put there, a crisis table for instance."""
    for name in names:
        path = folder / name
        if name not in known and "/" in name and os.path.lexists(path):
            raise FileExistsError(
                errno.EEXIST, f"{name} was not written by a briefing; it is kept", str(path)
            )


def _earlier_files(folder: Path, names: Iterable[str]) -> frozenset[str]:
    """Return the charts and tables that an earlier briefing lists as its own.

    A briefing without such a list owns what bears the names of this one and the charts that it names.
    """
    try:
        data = json.loads((folder / "brief.json").read_text(encoding="utf-8"))
        charts = [chart for question in data["questions"] for chart in question["charts"]]
        listed = data.get("files")
        if listed is None:
            listed = [*names, *(chart[key] for chart in charts for key in ("file", "table"))]
        return frozenset(name for name in listed if _OWN_NAME.fullmatch(name))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return frozenset()


def _replace(folder: Path, files: Mapping[str, str]) -> None:
    """Write every file beside its place, then put one after the other in; on failure put the old ones back.

    Only files of these names are touched, and those that an earlier briefing lists as its own and this one lacks.
    """
    _check_way(folder, files)
    earlier = _earlier_files(folder, files)
    _check_strangers(folder, files, earlier)
    with contextlib.ExitStack() as undo:
        for name in ("", *dict.fromkeys(str(Path(name).parent) for name in files)):
            _make_folder(folder / name, undo)
        fresh = {name: _write_beside(folder / name, text, undo) for name, text in files.items()}
        stale = [name for name in sorted(earlier - set(files)) if (folder / name).is_file()]
        kept = [
            old
            for name in (*fresh, *stale)
            if (old := _move_aside(folder / name, fresh.get(name), undo)) is not None
        ]
        undo.pop_all()
    for old in kept:
        with contextlib.suppress(OSError):
            old.unlink()


def _make_folder(path: Path, undo: contextlib.ExitStack) -> None:
    missing = [part for part in (path, *path.parents) if not part.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for part in reversed(missing):
        undo.callback(_quietly, part.rmdir)


def _write_beside(path: Path, text: str, undo: contextlib.ExitStack) -> Path:
    """Write a file of another name into the folder of its place."""
    beside = path.with_name(f".{path.name}.brief-new")
    undo.callback(_quietly, beside.unlink)
    beside.write_text(text, encoding="utf-8", newline="\n")
    return beside


def _move_aside(path: Path, fresh: Path | None, undo: contextlib.ExitStack) -> Path | None:
    """Keep the old file under another name and put the new one in its place, if there is one."""
    old = path.with_name(f".{path.name}.brief-old")
    was_there = os.path.lexists(path)
    if was_there:
        path.replace(old)
        undo.callback(_quietly, lambda: old.replace(path))
    if fresh is not None:
        fresh.replace(path)
        if not was_there:
            undo.callback(_quietly, path.unlink)
    return old if was_there else None


def _quietly(step: Callable[[], object]) -> None:
    with contextlib.suppress(OSError):
        step()
