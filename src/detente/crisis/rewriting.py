"""Write a crisis with values set as a folder of its own: the text of the file with these values in their places.

All else of the text stays as it stands, comments too. What was set says so in its note, and no longer names a source that gave
another value. The folder that results is loaded again and must say the same as the crisis with its values set.
"""

import csv
import io
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from detente.crisis.crisis import Crisis
from detente.crisis.editing import remove_entry, rename_entry, set_value, value_at, write_value
from detente.crisis.elements import Constant, Quantity
from detente.crisis.loading import CRISIS_FILE, load_crisis
from detente.crisis.scaffold import check_name
from detente.crisis.schema import WAYS_TO_GIVE_A_VALUE
from detente.errors import CrisisFileError, RunError, refuse
from detente.files.writing import write_whole

__all__ = ["rewrite", "write_changed"]

_TABLE_CELLS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "exposures": (("value",), ("low", "high")),
    "effects": (("value", "low", "high"), ()),
    "salience": (("salience",), ()),
}
"""By the first part of a path: cells of its row that take a fixed value, and cells that are emptied."""
_JUDGEMENT = "judgement"
"""Key of the source that stands for the judgement of whoever wrote the file."""


def rewrite(crisis: Crisis, *, name: str = "") -> dict[str, bytes]:
    """Return the files of a folder that says what a crisis with values set says.

    Parameters
    ----------
    crisis
        A crisis that was loaded, with values set or none.
    name
        Id of the crisis in the folder; its own by default.

    Returns
    -------
    dict
        Contents by name: of all files that were read.

    Raises
    ------
    UsageError
        ``id-invalid`` for a bad name; ``option-invalid`` for a value that a table cannot say, or if the folder would say
        something else.
    """
    if name:
        check_name(name)
    files = dict(crisis.files)
    text = files[CRISIS_FILE].decode("utf-8-sig")
    files[CRISIS_FILE] = _rewritten(crisis, text, name).encode()
    for quantity in _set_quantities(crisis):
        if quantity.place is not None and quantity.place.file != CRISIS_FILE:
            file = quantity.place.file
            files[file] = _with_row(quantity, files[file])
    _check(crisis, files)
    return files


def write_changed(crisis: Crisis, folder: Path, *, name: str = "") -> Path:
    """Write a crisis with values set as a folder that is not there yet.

    Parameters
    ----------
    crisis
        A crisis that was loaded, with values set or none.
    folder
        Where to write it.
    name
        Id of the crisis in the folder; its own by default.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    UsageError
        As :func:`rewrite`; ``folder-exists`` if there is something in the folder.
    RunError
        ``output-unwritable`` if it cannot be written.
    """
    files = rewrite(crisis, name=name)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir()
        for file, content in files.items():
            write_whole(folder / file, content)
    except FileExistsError:
        refuse(
            f"there is already something at {str(folder)!r}",
            code="folder-exists",
            at=str(folder),
            fix="choose another name",
        )
    except OSError as error:
        refuse(
            f"the folder {str(folder)!r} cannot be written: {error.strerror}",
            code="output-unwritable",
            at=str(folder),
            fix="choose a folder that you may write to",
            error=RunError,
            cause=error,
        )
    return folder


def _set_quantities(crisis: Crisis) -> Iterator[Quantity]:
    for path in crisis.overrides:
        quantity = crisis.quantities.get(path.removeprefix("quantities."))
        if quantity is not None:
            yield quantity


def _rewritten(crisis: Crisis, text: str, name: str) -> str:
    """Return the text of the crisis file with what is set in its place."""
    if name:
        text = set_value(text, ("id",), name)
    for quantity in _set_quantities(crisis):
        if quantity.place is None or quantity.place.file == CRISIS_FILE:
            text = _with_quantity(crisis, quantity, text)
    for path in crisis.overrides:
        if path.startswith("state.") and path[6:] in crisis.state:
            keys = ("state", path[6:], "initial")
            text = set_value(text, keys, crisis.state[path[6:]].initial)
        elif path == "rounds":
            text = set_value(text, ("rounds",), crisis.rounds)
    for player in crisis.written_players:
        for item in crisis.players[player].types:
            prior = item.prior.value if isinstance(item.prior, Constant) else "rest"
            text = set_value(text, ("players", player, "types", item.id, "prior"), prior)
    return text


def _with_quantity(crisis: Crisis, quantity: Quantity, text: str) -> str:
    """Return the text with the value of a quantity, a note that says so, and no source that gave another."""
    place = ("quantities", quantity.path)
    entry: Mapping[str, Any] = value_at(text, place)
    way = next(way for way in WAYS_TO_GIVE_A_VALUE if way in entry)
    law = quantity.distribution
    now: tuple[str, Any] = (
        ("value", _number(law.parameters[0]))
        if law.family == "fixed"
        else (law.family, list(map(_number, law.parameters)))
    )
    note = f"set in a what-if; before that {write_value({way: entry[way]}).strip('{}')}"
    before = entry.get("note")
    source = _JUDGEMENT if _JUDGEMENT in crisis.sources else list(quantity.sources)
    text = rename_entry(text, (*place, way), now[0])
    if "claimed_by" in entry:
        text = remove_entry(text, (*place, "claimed_by"))
    for key, value in (
        now,
        ("source", source),
        ("grade", "estimate"),
        ("note", f"{note}. {before}" if before else note),
    ):
        text = set_value(text, (*place, key), value)
    return text


def _number(value: float) -> float | int:
    """Return a whole number as one, as people write it."""
    return int(value) if value == int(value) else value


def _with_row(quantity: Quantity, content: bytes) -> bytes:
    """Return a table with the value that is set in the row of a quantity."""
    kind = quantity.path.partition(".")[0]
    law = quantity.distribution
    if kind not in _TABLE_CELLS or law.family != "fixed":
        shown = "a range" if law.family != "fixed" else "a value without its spread"
        refuse(
            f"the table that gives {quantity.path} has no cells for {shown}",
            code="option-invalid",
            at=quantity.path,
            fix="let this assumption vary again, or change the row of the table by hand",
        )
    filled, emptied = _TABLE_CELLS[kind]
    text = content.decode("utf-8-sig")
    lines = text.splitlines(keepends=True)
    head = next(csv.reader(lines))
    first = quantity.place.line - 1 if quantity.place is not None else 0
    reader = csv.reader(lines[first:])
    cells = next(reader)
    for column in (*filled, *emptied):
        if column in head:
            cells[head.index(column)] = f"{law.parameters[0]:g}" if column in filled else ""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return "".join([*lines[:first], out.getvalue(), *lines[first + reader.line_num :]]).encode()


def _check(crisis: Crisis, files: Mapping[str, bytes]) -> None:
    """Refuse files that do not say what the crisis says."""
    with tempfile.TemporaryDirectory(prefix="detente-") as folder:
        for file, content in files.items():
            write_whole(Path(folder) / file, content)
        try:
            found = load_crisis(folder)
        except CrisisFileError as error:
            first = error.findings[0]
            refuse(
                f"written to a folder, the crisis would not pass its checks: {first.message}",
                code="option-invalid",
                at=first.path,
                fix="let what was set there vary again, or change the folder by hand",
                cause=error,
            )
    differ = [
        path
        for path, item in crisis.quantities.items()
        if found.quantities[path].distribution != item.distribution
    ]
    differ += [f"state.{name}" for name, item in crisis.state.items() if found.state[name] != item]
    differ += [
        f"types.{player.id}.{kind.id}"
        for player in crisis.players.values()
        for kind, other in zip(player.types, found.players[player.id].types, strict=True)
        if kind.prior != other.prior
    ]
    if differ or found.rounds != crisis.rounds:
        refuse(
            f"written to a folder, the crisis would not have the value that is set for {', '.join(differ[:3]) or 'rounds'}",
            code="option-invalid",
            at=", ".join(differ[:3]) or "rounds",
            fix="let it vary again, or change the folder by hand",
        )
