"""Run folders on disk: find them, say what is in them and what is wrong with it, remove them."""

import contextlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from detente.errors import RunError
from detente.files.holding import holding
from detente.files.links import check_links
from detente.files.writing import is_being_written
from detente.runs.store import (
    RUN_FOLDERS,
    Manifest,
    check_shard,
    read_manifest,
    read_shard,
    shard_file,
)
from detente.runs.studies import STUDY_FOLDER, check_study

__all__ = ["RunReport", "find_runs", "find_strangers", "inspect_run", "remove_run"]

_MAX_DEPTH = 8

_OWN = re.compile(r"shard-[0-9]{6,}\.(parquet|json)|\.shard-[0-9]{6,}\.(parquet|json)\..+\.part")
_OWN_TOP = re.compile(r"(manifest|search)\.json|\.(manifest|search)\.json\..+\.part")
_OWN_STUDY = re.compile(r"[a-z][a-z0-9_-]*\.(npz|json)|\.[a-z][a-z0-9_-]*\.(npz|json)\..+\.part")
_PLACES = ((".", _OWN_TOP), ("shards", _OWN), (STUDY_FOLDER, _OWN_STUDY))
"""Folders of a run and the names that its files have there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What a run folder holds.

    ``manifest`` is None and ``problem`` says why if the manifest cannot be read. ``present`` counts the shards that are
    there and whole as far as was looked; ``damaged`` are file names and what is wrong with each; ``missing`` counts
    shards that are not there. ``studies`` are those that are there and whole as far as was looked, ``outdated`` those from
    before the run had its present number of draws. ``leftovers`` are temporary files that nobody is writing, ``foreign`` files that are not of a run. ``verified``
    tells that every checksum was compared.
    """

    folder: Path
    manifest: Manifest | None
    problem: str
    n_shards: int
    present: int
    missing: int
    studies: tuple[str, ...]
    outdated: tuple[str, ...]
    damaged: tuple[tuple[str, str], ...]
    leftovers: tuple[str, ...]
    foreign: tuple[str, ...]
    n_bytes: int
    verified: bool

    @property
    def state(self) -> str:
        """``unreadable``, ``damaged``, ``unfinished`` or ``complete``."""
        if self.manifest is None:
            return "unreadable"
        if self.damaged:
            return "damaged"
        return "unfinished" if self.missing else "complete"


def find_runs(folder: Path) -> tuple[Path, ...]:
    """Return the run folders at and below a folder, sorted; links and hidden folders are not followed.

    A folder counts as one of a run if it has a ``manifest.json`` that is a run's, or one beside a folder ``shards``.
    """
    found: list[Path] = []
    for here, folders, files in os.walk(folder):
        path = Path(here)
        if "manifest.json" in files and (_is_readable(path) or "shards" in folders):
            found.append(path)
            folders.clear()
            continue
        if len(path.relative_to(folder).parts) >= _MAX_DEPTH:
            folders.clear()
        folders[:] = sorted(name for name in folders if not name.startswith("."))
    return tuple(sorted(found))


def find_strangers(folder: Path) -> tuple[str, ...]:
    """Return what stands in a folder beside the files of a run, sorted; hidden files do not count."""
    return tuple(name for name in _files(folder)[2] if not Path(name).name.startswith("."))


def inspect_run(folder: Path, *, verify: bool = False) -> RunReport:
    """Look at every file of a run folder.

    Parameters
    ----------
    folder
        The run folder.
    verify
        Read every shard and compare its checksum; otherwise seals and sizes are compared, which is fast.

    Raises
    ------
    RunError
        ``run-corrupt`` if there is no manifest at all.
    """
    manifest, problem = None, ""
    try:
        manifest = read_manifest(folder)
    except RunError as error:
        problem = error.message
    if manifest is None and not problem:
        message = f"{folder} holds no run"
        fix = "give the folder of a run; detente runs lists those below a folder"
        raise RunError(message, code="run-corrupt", at=str(folder), fix=fix)
    own, leftovers, foreign, n_bytes = _files(folder)
    present = missing = 0
    damaged = [
        (place, "a link, which is not followed")
        for place in ("manifest.json", *RUN_FOLDERS)
        if (folder / place).is_symlink()
    ]
    for number in range(manifest.n_shards if manifest else 0):
        wrong = _wrong(folder, number, manifest, verify=verify) if manifest else ""
        if wrong == "missing":
            missing += 1
        elif wrong:
            damaged.append((shard_file(folder, number).name, wrong))
        else:
            present += 1
    studies, outdated = [], []
    for name in _study_names(folder) if manifest else ():
        wrong = check_study(folder, name, manifest=manifest, verify=verify) if manifest else ""
        if wrong == "outdated":
            outdated.append(name)
        elif wrong:
            damaged.append((f"{STUDY_FOLDER}/{name}", wrong))
        else:
            studies.append(name)
    return RunReport(
        folder=folder,
        manifest=manifest,
        problem=problem,
        n_shards=manifest.n_shards if manifest else sum(name.endswith(".parquet") for name in own),
        present=present,
        missing=missing,
        studies=tuple(studies),
        outdated=tuple(outdated),
        damaged=tuple(damaged),
        leftovers=leftovers,
        foreign=foreign,
        n_bytes=n_bytes,
        verified=verify,
    )


def remove_run(folder: Path) -> tuple[str, ...]:
    """Remove the files of a run, and its folders if nothing else is in them.

    The manifest goes last, so that a removal that is stopped leaves an unfinished run, not stray files.

    Returns
    -------
    tuple of str
        Files that are not of a run: they are left.

    Raises
    ------
    RunError
        ``run-corrupt`` if the folder holds no run, ``run-busy`` if another process is filling it, ``path-linked`` if a
        folder of the run is a link, ``output-unwritable`` if a file cannot be removed.
    """
    inspect_run(folder)
    check_links(folder, RUN_FOLDERS)
    with holding(folder, is_shared=False):
        return _remove_files(folder)


def _remove_files(folder: Path) -> tuple[str, ...]:
    _, _, foreign, _ = _files(folder)
    names = [
        path
        for place, pattern in _PLACES
        for path in _entries(folder / place)
        if pattern.fullmatch(path.name)
    ]
    names.sort(key=lambda path: path.name == "manifest.json")
    for path in names:
        try:
            path.unlink()
        except OSError as error:
            message = f"{path.name} cannot be removed: {error.strerror or error}"
            fix = "make the folder writable, then remove the run again"
            raise RunError(message, code="output-unwritable", at=str(path), fix=fix) from error
    for place, _ in reversed(_PLACES):
        with contextlib.suppress(OSError):
            (folder / place).rmdir()
    return foreign


def _study_names(folder: Path) -> tuple[str, ...]:
    """Names of the studies of which a folder holds a file."""
    found = {
        path.stem
        for path in _entries(folder / STUDY_FOLDER)
        if _OWN_STUDY.fullmatch(path.name) and not path.name.startswith(".")
    }
    return tuple(sorted(found))


def _wrong(folder: Path, number: int, manifest: Manifest, *, verify: bool) -> str:
    stamp = manifest.stamp()
    wrong = check_shard(folder, number, stamp=stamp)
    if wrong or not verify:
        return wrong
    try:
        read_shard(folder, number, stamp=stamp)
    except RunError as error:
        return error.message.partition("is damaged: ")[2] or error.message
    return ""


def _files(folder: Path) -> tuple[list[str], tuple[str, ...], tuple[str, ...], int]:
    """Names of the run's files, of temporary ones and of foreign ones, and the bytes of all."""
    own: list[str] = []
    leftovers: list[str] = []
    foreign: list[str] = []
    n_bytes = 0
    folders = {place for place, _ in _PLACES}
    for path, pattern in (
        (path, pattern)
        for place, pattern in _PLACES
        for path in (
            [] if place != "." and (folder / place).is_symlink() else _entries(folder / place)
        )
        if place != "." or path.name not in folders
    ):
        with contextlib.suppress(OSError):
            n_bytes += path.lstat().st_size
        if not pattern.fullmatch(path.name):
            foreign.append(str(path.relative_to(folder)))
        elif path.name.endswith(".part"):
            if not is_being_written(path):
                leftovers.append(path.name)
        else:
            own.append(path.name)
    return own, tuple(leftovers), tuple(foreign), n_bytes


def _entries(folder: Path) -> list[Path]:
    """Return what stands in a folder; nothing if it cannot be read."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _is_readable(folder: Path) -> bool:
    try:
        return read_manifest(folder) is not None
    except RunError:
        return False
