"""Add, rename and remove actors, moves and outcomes of a crisis, with everything in its folder that refers to them."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal, NamedTuple

from detente.crisis.draft import Keys
from detente.crisis.editing import (
    add_entry,
    remove_entry,
    rename_entry,
    set_value,
    value_at,
)
from detente.crisis.expectations import EXPECTATIONS_FILE
from detente.crisis.loading import CRISIS_FILE
from detente.crisis.metric_names import METRIC_PARTS, Metric
from detente.errors import refuse

__all__ = ["EntryKind", "add_named", "id_of", "remove_named", "rename_named"]

EntryKind = Literal["actors", "instruments", "outcomes"]
"""Sections whose entries are added, renamed and removed as a whole."""

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,79}")
_ANY = "*"


class _Use(NamedTuple):
    """Where entries of a kind are named: a pattern of keys, and what goes with the last name that stands there.

    ``goes`` counts the keys of the place that stay: what is left of it when the name is removed. ``keys`` is for names that are
    keys themselves.
    """

    pattern: tuple[str, ...]
    goes: int
    keys: bool = False


_USES: dict[EntryKind, tuple[_Use, ...]] = {
    "actors": (
        _Use(("players", _ANY, "actors"), 3),
        _Use(("actors", _ANY, "members"), 3),
        _Use(("mechanisms", _ANY, "members"), 3),
        _Use(("event_rules", _ANY, "actor"), 2),
        _Use(("event_rules", _ANY, "target"), 2),
        _Use(("quantities", _ANY, "claimed_by"), 3),
        _Use(("facts", _ANY, "claimed_by"), 3),
    ),
    "instruments": (
        _Use(("phases", _ANY, "menu"), 2),
        _Use(("phases", _ANY, "moves", _ANY, "menu"), 4),
        _Use(("policies", _ANY, "fix", _ANY), 4),
        _Use(("policies", _ANY, "forbid"), 3),
        _Use(("instruments", _ANY, "looks_like"), 3),
        _Use(("event_rules", _ANY, "move"), 2),
        _Use(("reported",), 2, keys=True),
    ),
    "outcomes": (_Use(("aims", _ANY, "outcomes"), 2),),
}
_PART = {"instruments": "instrument", "outcomes": "outcome"}
_OWN_COLUMNS = ("exposures", "positions", "salience", "red_lines")
_ACTOR_CELLS = frozenset(
    {
        "actor",
        "actors",
        "side",
        "sender",
        "target",
        "place",
        "on",
        "participants",
        "proposed_by",
        "objected_by",
        "claimed_by",
    }
)
"""Columns of tables whose cells may name actors."""


def id_of(label: str, taken: Mapping[str, Any]) -> str:
    """Return an id made of a label that no other entry has.

    Examples
    --------
    >>> id_of("Seize the strait!", {"seize_the_strait": 1})
    'seize_the_strait_2'
    """
    word = re.sub(r"[^0-9a-z]+", "_", label.lower()).strip("_")[:40] or "entry"
    word = word if word[0].isalpha() else f"e_{word}"
    names = [word, *(f"{word}_{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def add_named(
    files: Mapping[str, str],
    kind: EntryKind,
    name: str,
    entry: Mapping[str, Any],
    *,
    phases: tuple[str, ...] = (),
) -> dict[str, str]:
    """Return the files of a crisis with a new actor, move or outcome.

    Parameters
    ----------
    files
        Names and texts.
    kind
        Section of the entry.
    name
        Its id.
    entry
        What stands under it. An outcome stands before the last one, which takes all that no other names.
    phases
        Of a move: ids of the phases whose menus are to offer it.
    """
    if not _ID.fullmatch(name):
        refuse(
            f"{name[:80]!r} is no id",
            code="id-invalid",
            at=kind,
            fix="use letters, digits, - and _, starting with a letter",
        )
    text = files[CRISIS_FILE]
    there = value_at(text, (kind,)) or {}
    last = next(reversed(there), "")
    rest = kind == "outcomes" and bool(last) and there[last].get("when") == {}
    text = add_entry(text, (kind, name), dict(entry), before=last if rest else "")
    for number, phase in enumerate(value_at(text, ("phases",)) or []):
        if phase.get("id") in phases:
            text = _offer(text, number, phase, name, str(entry.get("player", "")))
    return {**files, CRISIS_FILE: text}


def rename_named(files: Mapping[str, str], kind: EntryKind, name: str, new: str) -> dict[str, str]:
    """Return the files of a crisis with another id for an actor, move or outcome, wherever it is named.

    Raises
    ------
    UsageError
        ``path-unknown`` if there is none of that name, ``id-duplicate`` or ``id-invalid`` for the new one.
    """
    if not _ID.fullmatch(new):
        refuse(
            f"{new[:80]!r} is no id",
            code="id-invalid",
            at=f"{kind}.{name}",
            fix="use letters, digits, - and _, starting with a letter",
        )
    text = rename_entry(files[CRISIS_FILE], (kind, name), new)
    for use, keys, found in list(_places(text, kind, name)):
        if use.keys:
            text = rename_entry(text, keys, new)
        else:
            text = set_value(text, keys, f"{new}{found.removeprefix(name)}")
    changed = {**files, CRISIS_FILE: text}
    if kind == "actors":
        changed[CRISIS_FILE] = _rename_columns(text, name, new)
        return _in_tables(changed, name, lambda cells, column: _swap(cells[column], name, new))
    return _in_expectations(changed, kind, name, new)


def remove_named(files: Mapping[str, str], kind: EntryKind, name: str) -> dict[str, str]:
    """Return the files of a crisis without an actor, move or outcome, and without what named nothing but it.

    A phase whose menu it was goes, and so do rules of events and expectations about it and rows of tables of an actor. What the
    rules then lack is for the checks to say.
    """
    text = remove_entry(files[CRISIS_FILE], (kind, name))
    while True:
        place = next(iter(_places(text, kind, name)), None)
        if place is None:
            break
        use, keys, _ = place
        siblings = value_at(text, keys[:-1])
        alone = not isinstance(siblings, list) or len(siblings) == 1
        text = remove_entry(text, keys[: use.goes] if alone else keys)
    changed = {**files, CRISIS_FILE: text}
    if kind == "actors":
        return _in_tables(changed, name, lambda cells, column: _drop(cells[column], name))
    return _in_expectations(changed, kind, name, "")


def _offer(text: str, number: int, phase: Mapping[str, Any], name: str, player: str) -> str:
    """Put a move on the menu of a phase: that of its player, where several move."""
    if "moves" not in phase:
        return _append(text, ("phases", number, "menu"), name)
    for place, move in enumerate(phase["moves"]):
        if move.get("player") == player:
            return _append(text, ("phases", number, "moves", place, "menu"), name)
    return text


def _append(text: str, keys: Keys, name: str) -> str:
    there = value_at(text, keys)
    if isinstance(there, list):
        return text if name in there else add_entry(text, (*keys, "-"), name)
    return set_value(text, keys, [there, name])


def _places(text: str, kind: EntryKind, name: str) -> Iterator[tuple[_Use, Keys, str]]:
    """Yield where a name stands in the crisis file, with the text that names it."""
    for use in _USES[kind]:
        for keys, found in _match(value_at(text, use.pattern[:1]), use.pattern[1:]):
            place: Keys = (use.pattern[0], *keys)
            if use.keys:
                if isinstance(found, dict) and name in found:
                    yield use, (*place, name), name
            elif isinstance(found, list):
                for number, item in enumerate(found):
                    if _names(item, name):
                        yield use, (*place, number), str(item)
            elif _names(found, name):
                yield use, place, str(found)


def _names(found: Any, name: str) -> bool:
    return isinstance(found, str) and (found == name or found.startswith(f"{name}/"))


def _match(value: Any, pattern: tuple[str, ...]) -> Iterator[tuple[Keys, Any]]:
    if not pattern:
        yield (), value
        return
    items: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for key, child in items:
        if pattern[0] in (_ANY, key):
            for keys, found in _match(child, pattern[1:]):
                yield (key, *keys), found


def _rename_columns(text: str, name: str, new: str) -> str:
    """Rename an actor in paths of quantities of tables, and where a binding reads its column."""
    starts = tuple(f"{table}.{name}." for table in _OWN_COLUMNS)
    columns = {"position", "salience", "red_line"}
    for section in ("mechanisms", "considerations", "facts", "policies", "instruments"):
        for keys, found in list(_scalars(value_at(text, (section,)))):
            if isinstance(found, str) and found.startswith(starts):
                table, _, rest = found.split(".", 2)
                text = set_value(text, (section, *keys), f"{table}.{new}.{rest}")
            elif found == name and keys and keys[-1] in columns:
                text = set_value(text, (section, *keys), new)
    return text


def _scalars(value: Any) -> Iterator[tuple[Keys, Any]]:
    items: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    else:
        yield (), value
    for key, child in items:
        for keys, found in _scalars(child):
            yield (key, *keys), found


def _in_expectations(files: dict[str, str], kind: EntryKind, name: str, new: str) -> dict[str, str]:
    """Rename a move or outcome in the metrics that are expected; without a new name, drop what is expected of it."""
    text = files.get(EXPECTATIONS_FILE)
    entries = value_at(text, ()) if text is not None else None
    if text is None or not isinstance(entries, list):
        return files
    for number in reversed(range(len(entries))):
        metric = str(entries[number].get("metric", ""))
        renamed = "+".join(_metric(part, kind, name, new) for part in metric.split("+"))
        if renamed != metric and new:
            text = set_value(text, (number, "metric"), renamed)
        elif renamed != metric:
            text = remove_entry(text, (number,))
    return {**files, EXPECTATIONS_FILE: text}


def _metric(name: str, kind: EntryKind, old: str, new: str) -> str:
    metric = Metric.parse(name)
    wanted = next((parts for known, parts in METRIC_PARTS.items() if known == metric.kind), ())
    parts = [
        new if part == _PART[kind] and given == old else given
        for part, given in zip(wanted, metric.parts, strict=False)
    ]
    return str(replace(metric, parts=(*parts, *metric.parts[len(parts) :])))


def _in_tables(
    files: dict[str, str], name: str, change: Callable[[dict[str, str], str], str]
) -> dict[str, str]:
    """Change the cells of tables that name an actor; a row whose own actor is gone goes, too."""
    tables = value_at(files[CRISIS_FILE], ("tables",)) or {}
    changed = dict(files)
    for kind, file in tables.items():
        if kind != "sources" and isinstance(file, str) and file in files:
            changed[file] = _table(files[file], name, change)
    return changed


def _table(text: str, name: str, change: Callable[[dict[str, str], str], str]) -> str:
    """Change the rows of a table that name an actor; all others stay as they are written."""
    lines = text.splitlines(keepends=True)
    reader = csv.reader(lines)
    heads = next(reader, [])
    columns = [column for column in heads if column in _ACTOR_CELLS]
    out, begin = lines[: reader.line_num], reader.line_num
    for row in reader:
        written, begin = lines[begin : reader.line_num], reader.line_num
        cells = dict(zip(heads, row, strict=False))
        if all(name not in re.split(r"[;,\s]+", cells.get(column, "")) for column in columns):
            out += written
            continue
        had = cells.get("actor")
        cells |= {column: change(cells, column) for column in columns if column in cells}
        if had and not cells["actor"]:
            continue
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow([cells.get(head, "") for head in heads])
        out.append(line.getvalue())
    return "".join(out)


def _swap(cell: str, name: str, new: str) -> str:
    return re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", new, cell)


def _drop(cell: str, name: str) -> str:
    parts = [part for part in re.split(r"[;,\s]+", cell) if part and part != name]
    return (";" if ";" in cell else " ").join(parts)
