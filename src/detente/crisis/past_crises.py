"""Past crises from a user's copy of the International Crisis Behavior data, system level.

The data do not ship; :func:`read_past_crises` reads the official table of crises (``icb1``) that a user has
(:cite:p:`brecher2023`). Codes are those of its codebook; their names are our own words.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from detente.crisis.csv_cells import NumberStyle, is_missing
from detente.crisis.user_tables import read_content, read_user_table
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
_LARGEST_CODE = 1_000_000


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
    return hashlib.sha256(read_content(path, "crises")).hexdigest()


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
        ``file-missing``, ``file-not-utf8``, ``character-forbidden``, ``table-column-missing`` or ``table-row-invalid``,
        with the line.
    """
    table = read_user_table(path, "crises", wanted=_COLUMNS)
    missing = [name for name in _COLUMNS if name not in table.columns]
    if missing:
        message = f"the table of crises has no column {', '.join(missing)}"
        fix = "give the system-level table of the ICB project (icb1); version 15 was tried"
        refuse(message, code="table-column-missing", at=f"{path}:1", fix=fix)
    if not table.rows:
        message = "the table of crises has no row"
        refuse(message, code="table-row-invalid", at=str(path), fix="give the whole table")
    return tuple(_crisis(cells, table.style, f"{path}:{line}") for line, cells in table.records())


def _crisis(cells: Mapping[str, str], style: NumberStyle, at: str) -> PastCrisis:
    numbers: dict[str, int | None] = {}
    for name in _COLUMNS:
        if name == "crisname":
            continue
        value = style.read(cells[name])
        odd = value is None and not is_missing(cells[name])
        if odd or (value is not None and (value != int(value) or abs(value) > _LARGEST_CODE)):
            message = f"{cells[name][:40]!r} is no code of {name}"
            fix = "write the number of the codebook, or leave the cell blank"
            refuse(message, code="table-row-invalid", at=at, fix=fix)
        numbers[name] = None if value is None else int(value)
    number, year, within = numbers["crisno"], numbers["yrtrig"], numbers["iwcmb"]
    if number is None or year is None:
        message = "a crisis has no number or no year"
        refuse(message, code="table-row-invalid", at=at, fix="write both as whole numbers")
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
