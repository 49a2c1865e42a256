"""Several files that belong together, written as one generation: either all of them are of one writing, or it can be told.

The new files are written into a folder of their own beside their places. Then a journal is put in the folder in one step; it
says which files there are, with their checksums, and which of an earlier generation go. From that moment the new generation
counts: the files are moved to their places, and the journal goes last. A writer that is killed before the journal has
changed nothing; one that is killed after it has left all that the next one needs to finish (decision note 0062).
"""

import contextlib
import errno
import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from pydantic_core import from_json

from detente.errors import RunError
from detente.files.holding import holding
from detente.files.links import check_links
from detente.files.reading import read_plain
from detente.files.writing import (
    create_file,
    make_folder,
    remove_leftovers,
    sync_folder,
    write_whole,
)

__all__ = [
    "GenerationKind",
    "check_finished",
    "check_places",
    "finish_generation",
    "write_generation",
]

_MAX_JOURNAL_BYTES = 16 * 2**20
_MAX_FILE_BYTES = 2**31
_STAGED = re.compile(r"(new|old|stale)-[0-9]{1,6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationKind:
    """What a generation is of.

    ``word`` is its name in messages and in names of files, ``own`` matches the names that its files may have (with ``/``
    between folder and file), ``again`` says how it is written again.
    """

    word: str
    own: re.Pattern[str]
    again: str

    def journal(self, folder: Path) -> Path:
        """Path of the journal."""
        return folder / f".{self.word}-journal.json"

    def may_own(self, name: object) -> bool:
        """Tell whether a name may be that of a file of such a generation."""
        return isinstance(name, str) and self.own.fullmatch(name) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Journal:
    """A generation on its way: ``files`` map names to checksums, in the order of their numbers in the folder ``staging``."""

    staging: str
    files: Mapping[str, str]
    stale: tuple[str, ...]

    @property
    def names(self) -> frozenset[str]:
        """All files of this generation and of those before it."""
        return frozenset(self.files) | frozenset(self.stale)

    def as_bytes(self) -> bytes:
        body = {"staging": self.staging, "files": dict(self.files), "stale": list(self.stale)}
        return (json.dumps(body, indent=1) + "\n").encode()


def write_generation(
    folder: Path,
    files: Mapping[str, bytes],
    *,
    kind: GenerationKind,
    earlier: Callable[[], Collection[str]] = tuple,
) -> None:
    """Write files that belong together in place of those of an earlier writing.

    Parameters
    ----------
    folder
        Where; made if missing. Other files there are left alone.
    files
        Content by name, with ``/`` between a folder and a file.
    kind
        What they are.
    earlier
        Names of the files of the generation that stands in the folder; those that are not written again are removed.

    Raises
    ------
    RunError
        ``output-unwritable`` if the folder cannot be written, or a file or folder that is not of an earlier generation is
        in the way: what was there before is still there. ``path-linked`` for a link, ``run-busy`` if another process is
        writing there.
    """
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    with holding(folder, is_shared=False):
        undo = _Undo([_removal(part) for part in reversed(missing)])
        try:
            journal = _begin(folder, files, kind, earlier, undo)
            _move_in(folder, journal, undo)
        except OSError as error:
            undo.go_back()
            _refuse(folder, error, kind)
        except BaseException:
            undo.go_back()
            raise
        with contextlib.suppress(
            OSError
        ):  # the files stand; what is left here goes at the next start
            _finish(folder, journal, kind)


def finish_generation(folder: Path, *, kind: GenerationKind) -> None:
    """Finish what an earlier writer began, if there is something, and remove what it left.

    Raises
    ------
    RunError
        As :func:`write_generation`.
    """
    if not folder.is_dir():
        return
    with holding(folder, is_shared=False):
        try:
            check_links(folder, (kind.journal(folder).name,))
            _recover(folder, kind)
        except OSError as error:
            _refuse(folder, error, kind)


def check_finished(folder: Path, *, kind: GenerationKind) -> None:
    """Refuse to read from a folder whose files may be of two generations.

    Raises
    ------
    RunError
        ``run-corrupt`` if a writer was stopped in between, or is at work.
    """
    journal = kind.journal(folder)
    if os.path.lexists(journal):
        message = (
            f"the {kind.word} in {folder} was not written to its end: its files may be of two runs"
        )
        raise RunError(message, code="run-corrupt", at=str(journal), fix=kind.again)


def check_places(folder: Path, names: Iterable[str], *, kind: GenerationKind) -> None:
    """Refuse a link, a folder in the way of a file, and a file in the way of a folder.

    Raises
    ------
    RunError
        ``path-linked`` or ``output-unwritable``.
    """
    names = tuple(names)
    check_links(folder, names)
    for name in names:
        path = folder / name
        if path.is_dir():
            error: OSError = IsADirectoryError(errno.EISDIR, f"{name} is a folder there", str(path))
            _refuse(folder, error, kind)
        for parent in (path.parent, folder):
            if os.path.lexists(parent) and not parent.is_dir():
                words = f"{parent.name} is a file there"
                _refuse(folder, NotADirectoryError(errno.ENOTDIR, words, str(parent)), kind)


# --- the way there -----------------------------------------------------------------------------------------------------


class _Undo:
    """Steps that undo what was done, taken from the last to the first; where one fails, those before it are not taken.

    So a journal stays unless all files are back in their places, and the next start can go on from there.
    """

    def __init__(self, steps: list[Callable[[], object]]) -> None:
        self.steps = steps

    def go_back(self) -> None:
        """Take the steps."""
        with contextlib.suppress(OSError):
            for step in reversed(self.steps):
                step()


def _removal(folder: Path) -> Callable[[], None]:
    """Return the step that removes a folder if nothing is in it."""

    def remove() -> None:
        with contextlib.suppress(OSError):
            folder.rmdir()

    return remove


def _begin(
    folder: Path,
    files: Mapping[str, bytes],
    kind: GenerationKind,
    earlier: Callable[[], Collection[str]],
    undo: _Undo,
) -> _Journal:
    """Do everything up to the journal, which is the moment from which the new files count."""
    check_links(folder, (*files, kind.journal(folder).name))
    pending = _recover(folder, kind)
    owned = frozenset(filter(kind.may_own, earlier()))
    if pending is not None:
        owned |= pending.names
    check_places(folder, files, kind=kind)
    _check_strangers(folder, files, owned, kind)
    stale = tuple(name for name in sorted(owned - set(files)) if _is_file(folder, name))
    staging = _stage(folder, files, kind, undo)
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    journal = _Journal(staging=staging.name, files=digests, stale=stale)
    write_whole(kind.journal(folder), journal.as_bytes())
    if pending is None:
        undo.steps.append(kind.journal(folder).unlink)
    sync_folder(folder)
    return journal


def _stage(folder: Path, files: Mapping[str, bytes], kind: GenerationKind, undo: _Undo) -> Path:
    """Write the files under numbers into a new folder, and make the folders that they will stand in."""
    staging = folder / f".{kind.word}-{secrets.token_hex(8)}"
    staging.mkdir(mode=0o700)
    undo.steps.append(lambda: _remove_staging(staging))
    for number, content in enumerate(files.values()):
        create_file(staging / f"new-{number}", content)
    for parent in dict.fromkeys((folder / name).parent for name in files):
        if not parent.exists():
            undo.steps.append(_removal(parent))
        make_folder(parent, within=folder)
    sync_folder(staging)
    return staging


def _move_in(folder: Path, journal: _Journal, undo: _Undo) -> None:
    """Put every new file in its place and the old ones aside."""
    staging = folder / journal.staging
    for number, name in enumerate(journal.files):
        target = folder / name
        if os.path.lexists(target):
            _move(target, staging / f"old-{number}", undo)
        _move(staging / f"new-{number}", target, undo)
    for number, name in enumerate(journal.stale):
        _move(folder / name, staging / f"stale-{number}", undo)


def _move(path: Path, target: Path, undo: _Undo) -> None:
    path.replace(target)
    undo.steps.append(lambda: target.replace(path))


def _finish(folder: Path, journal: _Journal, kind: GenerationKind) -> None:
    """Remove what is left of the way when every file stands in its place; the journal last."""
    for parent in dict.fromkeys((folder / name).parent for name in journal.names):
        sync_folder(parent)
    for staging in _stagings(folder, kind):
        _remove_staging(staging)
    kind.journal(folder).unlink()
    sync_folder(folder)


# --- after a kill ------------------------------------------------------------------------------------------------------


def _recover(folder: Path, kind: GenerationKind) -> _Journal | None:
    """Finish an unfinished generation; return it if that cannot be done, since a file is damaged or missing."""
    prefix = f".{kind.journal(folder).name}."
    remove_leftovers(path for path in folder.iterdir() if path.name.startswith(prefix))
    journal = _read_journal(folder, kind)
    if journal is None:
        for staging in _stagings(folder, kind):
            _remove_staging(staging)
        return None
    staging = folder / journal.staging
    check_links(folder, (journal.staging, *journal.names))
    places = [
        (staging / f"new-{number}", folder / name) for number, name in enumerate(journal.files)
    ]
    for (new, target), digest in zip(places, journal.files.values(), strict=True):
        if digest not in (_digest(new), None if os.path.lexists(new) else _digest(target)):
            return journal
    for new, target in places:
        if os.path.lexists(new):
            make_folder(target.parent, within=folder)
            new.replace(target)
    for name in journal.stale:
        if _is_file(folder, name):
            (folder / name).unlink()
    _finish(folder, journal, kind)
    return None


def _read_journal(folder: Path, kind: GenerationKind) -> _Journal | None:
    """Read the journal; None if there is none, or one that no writer wrote: it then goes when the next one is written."""
    try:
        body = from_json(read_plain(kind.journal(folder), most=_MAX_JOURNAL_BYTES))
        staging, files, stale = body["staging"], body["files"], body["stale"]
        own = re.fullmatch(rf"\.{kind.word}-[0-9a-f]{{16}}", staging)
        if own is None or not all(map(kind.may_own, (*files, *stale))):
            return None
        if not all(isinstance(digest, str) for digest in files.values()):
            return None
        return _Journal(staging=staging, files=files, stale=tuple(stale))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _stagings(folder: Path, kind: GenerationKind) -> list[Path]:
    """Folders of this and earlier writers, by their names; no links."""
    name = re.compile(rf"\.{kind.word}-[0-9a-f]{{16}}")
    return [
        path
        for path in folder.iterdir()
        if name.fullmatch(path.name) and path.is_dir() and not path.is_symlink()
    ]


def _remove_staging(staging: Path) -> None:
    """Remove such a folder and what writers put there; anything else stays, and the folder with it."""
    with contextlib.suppress(OSError):
        for path in list(staging.iterdir()):
            if _STAGED.fullmatch(path.name):
                path.unlink()
        staging.rmdir()


def _digest(path: Path) -> str | None:
    try:
        return hashlib.sha256(read_plain(path, most=_MAX_FILE_BYTES)).hexdigest()
    except (OSError, RunError):
        return None


def _is_file(folder: Path, name: str) -> bool:
    path = folder / name
    check_links(folder, (name,))
    return path.is_file()


def _check_strangers(
    folder: Path, names: Iterable[str], owned: Collection[str], kind: GenerationKind
) -> None:
    """Refuse to write over a file in a folder beside, a crisis table for instance, that no such writer put there."""
    for name in names:
        if "/" in name and name not in owned and os.path.lexists(folder / name):
            words = f"{name} was not written with a {kind.word} that stands there; it is kept"
            _refuse(folder, FileExistsError(errno.EEXIST, words, str(folder / name)), kind)


def _refuse(folder: Path, error: OSError, kind: GenerationKind) -> NoReturn:
    message = f"cannot write the {kind.word} into {folder}: {error.strerror or error}"
    fix = "choose another folder that you can write to with --out, or move what is in the way; what is already there stays as it was"
    at = str(error.filename or folder)
    raise RunError(message, code="output-unwritable", at=at, fix=fix) from error
