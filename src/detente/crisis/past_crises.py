"""Past crises from a user's copy of the International Crisis Behavior data, system level.

The data do not ship; :func:`read_past_crises` reads the official table of crises (``icb1``) that a user has
(:cite:p:`brecher2023`). Codes are those of its codebook; their names are our own words.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from detente.crisis.csv_reader import MalformedCsvError, decode_text, read_records
from detente.errors import refuse

__all__ = ["GRAVITIES", "TRIGGERS", "VIOLENCE", "PastCrisis", "checksum", "read_past_crises"]

TRIGGERS: Mapping[int, str] = {
    1: "verbal",
    2: "political",
    3: "economic",
    4: "external-change",
    5: "other-non-violent",
    6: "internal-challenge",
    7: "non-violent-military",
    8: "indirect-violent",
    9: "violent",
}
"""What set a crisis off (variable ``break``)."""

GRAVITIES: Mapping[int, str] = {
    0: "economic",
    1: "population-and-property",
    2: "political-system",
    3: "territory",
    4: "influence",
    5: "grave-damage",
    6: "existence",
    7: "other",
}
"""The highest value threatened (variable ``gravcr``)."""

VIOLENCE: Mapping[int, str] = {
    1: "none",
    2: "minor-clashes",
    3: "serious-clashes",
    4: "full-scale-war",
}
"""How far violence went (variable ``viol``)."""

_COLUMNS = ("crisno", "crisname", "yrtrig", "break", "trigent", "gravcr", "viol", "iwcmb")
_OUTSIDE_WAR = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCrisis:
    """One crisis; codes are None where the data have none. ``triggered_by`` is a numeric country code."""

    number: int
    name: str
    year: int
    trigger: int | None
    triggered_by: int | None
    gravity: int | None
    violence: int | None
    within_war: bool


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file, to tell one release from another."""
    return hashlib.sha256(_content(path)).hexdigest()


def read_past_crises(path: Path) -> tuple[PastCrisis, ...]:
    """Read the table of crises.

    Parameters
    ----------
    path
        The CSV file ``icb1`` of a release, as published.

    Returns
    -------
    tuple of PastCrisis
        In the order of the table.

    Raises
    ------
    UsageError
        ``file-missing``, ``file-not-utf8``, ``table-column-missing`` or ``table-row-invalid``, with the line.
    """
    try:
        text = decode_text(_content(path))
    except UnicodeDecodeError as error:
        message = f"the table of crises is not UTF-8 at byte {error.start}"
        fix = "save the table as UTF-8"
        refuse(message, code="file-not-utf8", at=str(path), fix=fix, cause=error)
    try:
        found = _parse(text, path)
    except MalformedCsvError as error:
        message = f"the table of crises cannot be read: {error.reason}"
        fix = "keep the table as published"
        refuse(message, code="table-row-invalid", at=f"{path}:{error.line}", fix=fix, cause=error)
    if not found:
        message = "the table of crises has no row"
        refuse(message, code="table-row-invalid", at=str(path), fix="give the whole table")
    return found


def _parse(text: str, path: Path) -> tuple[PastCrisis, ...]:
    columns, records = read_records(text)
    names = {name.strip().lower(): name for name in columns if name}
    missing = [name for name in _COLUMNS if name not in names]
    if missing:
        message = f"the table of crises has no column {', '.join(missing)}"
        fix = "give the system-level table of the ICB project (icb1); version 15 was tried"
        refuse(message, code="table-column-missing", at=f"{path}:1", fix=fix)
    return tuple(
        _crisis({name: cells[names[name]].strip() for name in _COLUMNS}, f"{path}:{line}")
        for line, cells in records
    )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"the crises cannot be read: {error.strerror or error}"
        fix = "name a copy of the table icb1 of the International Crisis Behavior project"
        refuse(message, code="file-missing", at=str(path), fix=fix, cause=error)


def _crisis(cells: Mapping[str, str], at: str) -> PastCrisis:
    numbers: dict[str, int | None] = {}
    for name in _COLUMNS:
        if name == "crisname":
            continue
        try:
            value = float(cells[name]) if cells[name] else None
        except ValueError as error:
            message = f"{cells[name][:40]!r} is no code of {name}"
            fix = "keep the table as published"
            refuse(message, code="table-row-invalid", at=at, fix=fix, cause=error)
        numbers[name] = int(value) if value is not None and value == int(value) else None
    number, year, within = numbers["crisno"], numbers["yrtrig"], numbers["iwcmb"]
    if number is None or year is None:
        message = "a crisis has no number or no year"
        refuse(message, code="table-row-invalid", at=at, fix="keep the table as published")
    return PastCrisis(
        number=number,
        name=cells["crisname"],
        year=year,
        trigger=numbers["break"],
        triggered_by=numbers["trigent"],
        gravity=numbers["gravcr"],
        violence=numbers["viol"],
        within_war=within != _OUTSIDE_WAR,
    )
