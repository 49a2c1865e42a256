"""Past crises from a user's copy of the International Crisis Behavior data: the crises, and their actors.

The data do not ship; :func:`read_past_crises` reads the official table of crises (``icb1``) that a user has, and
:func:`read_crisis_actors` that of actors (``icb2``) (:cite:p:`brecher2023`). Codes are those of its codebook; their names are our own words.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from detente.crisis.csv_cells import NumberStyle, is_missing
from detente.crisis.user_tables import UserTable, read_content, read_user_table
from detente.errors import refuse

__all__ = [
    "GRAVITIES",
    "ONSET_COLUMNS",
    "TRIGGERS",
    "VIOLENCE",
    "CrisisActor",
    "PastCrisis",
    "checksum",
    "read_crisis_actors",
    "read_past_crises",
]

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
ONSET_COLUMNS = ("motrig", "datrig", "yrterm", "moterm", "daterm", "geog", "pcid")
"""Columns of the table of crises that are read where they are there: dates, region, conflict."""
_ACTOR_COLUMNS = (
    "crisno",
    "cracid",
    "yrtrig",
    "motrig",
    "datrig",
    "powsta",
    "cractloc",
    "nuclear",
    "regime",
)
_NO_CONFLICT = range(40, 45)
_OUTSIDE_WAR = 1
_LARGEST_CODE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCrisis:
    """One crisis; codes are None where the data have none. ``triggered_by`` is a numeric country code.

    ``began`` and ``ended`` are year, month and day: what is not known of the beginning is taken to be early, of the end late.
    """

    number: int
    name: str
    year: int
    trigger: int | None
    triggered_by: int | None
    gravity: int | None
    violence: int | None
    within_war: bool
    began: tuple[int, int, int]
    ended: tuple[int, int, int] | None = None
    region: int | None = None
    conflict: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrisisActor:
    """What a state was when a crisis began for it; ``crisis`` is the number of the crisis, ``actor`` the code of the state."""

    crisis: int
    actor: int
    began: tuple[int, int, int]
    power: int | None
    place: int | None
    nuclear: int | None
    regime: int | None


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
    table = _read_codes(path, "crises", _COLUMNS, more=ONSET_COLUMNS, level="system", name="icb1")
    return tuple(_crisis(cells, table.style, f"{path}:{line}") for line, cells in table.records())


def read_crisis_actors(path: Path) -> tuple[CrisisActor, ...]:
    """Read the table of actors.

    Parameters
    ----------
    path
        The CSV file ``icb2`` of a release, as published.

    Returns
    -------
    tuple of CrisisActor
        In the order of the table.

    Raises
    ------
    UsageError
        As :func:`read_past_crises`.
    """
    table = _read_codes(path, "actors", _ACTOR_COLUMNS, level="actor", name="icb2")
    return tuple(_actor(cells, table.style, f"{path}:{line}") for line, cells in table.records())


def _read_codes(
    path: Path,
    what: str,
    columns: tuple[str, ...],
    *,
    more: tuple[str, ...] = (),
    level: str,
    name: str,
) -> UserTable:
    table = read_user_table(path, what, wanted=(*columns, *more))
    missing = [column for column in columns if column not in table.columns]
    if missing:
        message = f"the table of {what} has no column {', '.join(missing)}"
        fix = f"give the {level}-level table of the ICB project ({name}); version 15 was tried"
        refuse(message, code="table-column-missing", at=f"{path}:1", fix=fix)
    if not table.rows:
        message = f"the table of {what} has no row"
        refuse(message, code="table-row-invalid", at=str(path), fix="give the whole table")
    return table


def _codes(
    cells: Mapping[str, str], columns: tuple[str, ...], style: NumberStyle, at: str
) -> dict[str, int | None]:
    numbers: dict[str, int | None] = {}
    for name in columns:
        value = style.read(cells[name])
        odd = value is None and not is_missing(cells[name])
        if odd or (value is not None and (value != int(value) or abs(value) > _LARGEST_CODE)):
            message = f"{cells[name][:40]!r} is no code of {name}"
            fix = "write the number of the codebook, or leave the cell blank"
            refuse(message, code="table-row-invalid", at=at, fix=fix)
        numbers[name] = None if value is None else int(value)
    return numbers


def _crisis(cells: Mapping[str, str], style: NumberStyle, at: str) -> PastCrisis:
    read = tuple(
        name for name in (*_COLUMNS, *ONSET_COLUMNS) if name in cells and name != "crisname"
    )
    numbers = _codes(cells, read, style, at)
    number, year = numbers["crisno"], numbers["yrtrig"]
    if number is None or year is None:
        message = "a crisis has no number or no year"
        refuse(message, code="table-row-invalid", at=at, fix="write both as whole numbers")
    last = numbers.get("yrterm")
    conflict = numbers.get("pcid")
    return PastCrisis(
        number=number,
        name=cells["crisname"],
        year=year,
        trigger=numbers["break"],
        triggered_by=numbers["trigent"],
        gravity=numbers["gravcr"],
        violence=numbers["viol"],
        within_war=numbers["iwcmb"] != _OUTSIDE_WAR,
        began=(year, numbers.get("motrig") or 0, numbers.get("datrig") or 0),
        ended=None
        if last is None
        else (last, numbers.get("moterm") or 13, numbers.get("daterm") or 32),
        region=numbers.get("geog"),
        conflict=None if conflict in _NO_CONFLICT else conflict,
    )


def _actor(cells: Mapping[str, str], style: NumberStyle, at: str) -> CrisisActor:
    numbers = _codes(cells, _ACTOR_COLUMNS, style, at)
    crisis, actor, year = numbers["crisno"], numbers["cracid"], numbers["yrtrig"]
    if crisis is None or actor is None or year is None:
        message = "an actor has no crisis, no code or no year"
        refuse(message, code="table-row-invalid", at=at, fix="write all three as whole numbers")
    return CrisisActor(
        crisis=crisis,
        actor=actor,
        began=(year, numbers["motrig"] or 0, numbers["datrig"] or 0),
        power=numbers["powsta"],
        place=numbers["cractloc"],
        nuclear=numbers["nuclear"],
        regime=numbers["regime"],
    )
