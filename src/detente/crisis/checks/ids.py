"""Checks of names: characters, reserved words, names that stand twice."""

import re
from collections.abc import Iterable, Iterator

from detente.crisis.draft import Draft, Keys, duplicates
from detente.crisis.expressions import BINDING_WORDS, CASE_WORDS, EFFECT_WORDS
from detente.crisis.schema import (
    MAPPING_SECTIONS,
    SCHEMA_VERSION,
    FactEntry,
    InstrumentEntry,
    PhaseEntry,
)
from detente.errors import Finding, Place

__all__ = [
    "check_crisis_id",
    "check_duplicate_ids",
    "check_entry_ids",
    "check_quantity_paths",
    "check_row_ids",
    "check_schema_version",
    "check_state_values",
    "check_type_ids",
]

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,79}")
_VALUE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,79}")
_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9][A-Za-z0-9_-]*){0,7}")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,119}")
_ID_FIX = "use letters, digits, - and _, starting with a letter"
_TABLE_PATHS = (
    "exposures",
    "positions",
    "salience",
    "red_lines",
    "effects",
    "state",
    "types",
    "quantities",
)


def _invalid(draft: Draft, name: str, at: Keys | Place, fix: str, why: str) -> Finding:
    return draft.finding("id-invalid", f"{name[:80]!r} {why}", at=at, value=name, fix=fix)


def check_schema_version(draft: Draft) -> Iterator[Finding]:
    """Find a crisis file of another version of the format."""
    version = draft.header.get("schema_version", SCHEMA_VERSION)
    if version != SCHEMA_VERSION:
        yield draft.finding(
            "schema-version",
            f"the file is of schema version {version}; this program reads {SCHEMA_VERSION}",
            at=("schema",),
            value=version,
            fix=f"write `schema: {SCHEMA_VERSION}` and adapt the file, or use a matching program",
        )


def check_crisis_id(draft: Draft) -> Iterator[Finding]:
    """Find a crisis id with bad characters."""
    name = draft.header.get("id", "crisis")
    if not _ID.fullmatch(name):
        yield _invalid(draft, name, ("id",), _ID_FIX, "is no id")


def check_entry_ids(draft: Draft) -> Iterator[Finding]:
    """Find ids of entries with bad characters, and state variables with a reserved name."""
    for keys, name in _ids(draft):
        if not _ID.fullmatch(name):
            yield _invalid(draft, name, keys, _ID_FIX, "is no id")
        elif keys[0] == "state" and name in {"round", "type"}:
            yield _invalid(draft, name, keys, "choose another name", "is a reserved name")


def _ids(draft: Draft) -> Iterator[tuple[Keys, str]]:
    """Yield every id of an entry with its place; quantities and types have checks of their own."""
    for section in MAPPING_SECTIONS:
        if section != "quantities":
            for name in draft.named(section):
                yield (section, name), name
    for keys, phase in draft.each("phases", PhaseEntry):
        yield (*keys, "id"), phase.id
    for keys, fact in draft.each("facts", FactEntry):
        yield (*keys, "id"), fact.id
    for instrument in draft.instruments.values():
        for k, outcome in enumerate(instrument.chance):
            yield ("instruments", instrument.id, "chance", k, "id"), outcome.id


def check_type_ids(draft: Draft) -> Iterator[Finding]:
    """Find ids of types with bad characters, or that would read as a binding in weights."""
    for player in draft.players.values():
        for item in player.types:
            at = ("players", player.id, "types", item.id)
            if not _ID.fullmatch(item.id):
                yield _invalid(draft, item.id, at, _ID_FIX, "is no id")
            elif item.id in {*BINDING_WORDS, *CASE_WORDS}:
                yield _invalid(draft, item.id, at, "choose another name", "is a reserved name")


def check_state_values(draft: Draft) -> Iterator[Finding]:
    """Find state values with bad characters, reserved names or doubles, and labels of values that do not exist."""
    for name, variable in draft.state.items():
        at: Keys = ("state", name, "values")
        for index, value in enumerate(variable.values):
            place = (*at, index)
            if not _VALUE.fullmatch(value):
                fix = "use letters, digits, - and _"
                yield _invalid(draft, value, place, fix, "is no name of a value")
            elif value in {*CASE_WORDS, *EFFECT_WORDS}:
                yield _invalid(draft, value, place, "choose another name", "is a reserved name")
        yield from _twice(draft, variable.values, at, f"value of {name!r}")
        for key, words in (("value_labels", variable.value_labels), ("phrases", variable.phrases)):
            for value in words:
                if value not in variable.values:
                    at = ("state", name, key, value)
                    yield draft.unknown(
                        "state-value-unknown", f"value of {name!r}", value, variable.values, at=at
                    )


def check_quantity_paths(draft: Draft) -> Iterator[Finding]:
    """Find paths of quantities with bad characters, or that tables and ``--set`` use themselves."""
    for path in draft.named("quantities"):
        at = ("quantities", path)
        if not _PATH.fullmatch(path):
            fix = "use names of letters, digits, - and _, joined by dots"
            yield _invalid(draft, path, at, fix, "is no path of a quantity")
        elif path.split(".")[0] in _TABLE_PATHS or path == "rounds":
            fix = "choose another first name; exposures and positions stand in their tables"
            yield _invalid(draft, path, at, fix, "begins with a reserved name")


def _twice(draft: Draft, names: Iterable[str], at: Keys, kind: str) -> Iterator[Finding]:
    for index, name in duplicates(names):
        yield draft.finding(
            "id-duplicate",
            f"the {kind} {name!r} stands twice",
            at=(*at, index),
            value=name,
            fix="remove one, or rename it",
        )


def check_duplicate_ids(draft: Draft) -> Iterator[Finding]:
    """Find ids that stand twice in a list: phases, facts, chance outcomes, menus."""
    named: dict[str, list[tuple[Keys, str]]] = {
        "phase": [(keys, phase.id) for keys, phase in draft.each("phases", PhaseEntry)],
        "fact": [(keys, fact.id) for keys, fact in draft.each("facts", FactEntry)],
    }
    for kind, entries in named.items():
        for index, name in duplicates(name for _, name in entries):
            yield draft.finding(
                "id-duplicate",
                f"the {kind} {name!r} stands twice",
                at=(*entries[index][0], "id"),
                value=name,
                fix="remove one, or rename it",
            )
    for keys, item in draft.each("instruments", InstrumentEntry):
        chances = [outcome.id for outcome in item.chance]
        yield from _twice(draft, chances, (*keys, "chance"), "chance outcome")
    for keys, phase in draft.each("phases", PhaseEntry):
        yield from _twice(draft, phase.menu or [], (*keys, "menu"), "instrument of the menu")
        for k, move in enumerate(phase.moves or ()):
            menu = (*keys, "moves", k, "menu")
            yield from _twice(draft, move.menu, menu, "instrument of the menu")


def check_row_ids(draft: Draft) -> Iterator[Finding]:
    """Find table rows without an id, with bad characters in it, or with one that stands twice."""
    for kind, table in draft.tables.items():
        column = "key" if kind == "sources" else "id"
        if column not in table.columns:
            continue
        seen: dict[str, int] = {}
        for row in table.rows:
            name = row.cells[column]
            if not _KEY.fullmatch(name):
                fix = "use letters, digits, and - _ . : inside"
                yield _invalid(draft, name, row.place, fix, f"is no {column} of a row")
            elif name in seen:
                yield draft.finding(
                    "id-duplicate",
                    f"the {column} {name!r} stands twice, first in line {seen[name]}",
                    at=row.place,
                    value=name,
                    fix="remove one, or rename it",
                )
            seen.setdefault(name, row.place.line)
