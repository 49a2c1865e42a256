"""The closed lists of units and of event categories, and the known exposure variables: tables that ship with the package."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from detente.crisis.csv_reader import decode_text, read_records

__all__ = ["Attribute", "Unit", "attributes", "event_categories", "units"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit with the range that every value in it must keep."""

    name: str
    meaning: str
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A known exposure variable with its unit and plausible range."""

    name: str
    unit: str
    low: float
    high: float
    description: str


def _rows(file: str) -> list[dict[str, str]]:
    content = resources.files("detente.crisis").joinpath(file).read_bytes()
    return [cells for _, cells in read_records(decode_text(content))[1]]


@cache
def units() -> Mapping[str, Unit]:
    """Return the units that a crisis may use, by name.

    Examples
    --------
    >>> units()["prob"].high
    1.0
    """
    return {
        row["unit"]: Unit(
            name=row["unit"],
            meaning=row["meaning"],
            low=float(row["low"] or -math.inf),
            high=float(row["high"] or math.inf),
        )
        for row in _rows("units.csv")
    }


@cache
def attributes() -> Mapping[str, Attribute]:
    """Return the known exposure variables, by name; a crisis may use others.

    Examples
    --------
    >>> attributes()["gas_share"].unit
    'share'
    """
    return {
        row["variable"]: Attribute(
            name=row["variable"],
            unit=row["unit"],
            low=float(row["low"] or -math.inf),
            high=float(row["high"] or math.inf),
            description=row["description"],
        )
        for row in _rows("attributes.csv")
    }


@cache
def event_categories() -> Mapping[str, str]:
    """Return the categories that a dated event may have, those of the PLOVER manual, and what each means.

    The manual is :cite:p:`halterman2023`; two categories of its earlier version are taken too. Meanings are in our own words.

    Examples
    --------
    >>> event_categories()["RETREAT"]
    'withdraws forces or ends a use of force'
    """
    return {row["category"]: row["meaning"] for row in _rows("event_categories.csv")}
