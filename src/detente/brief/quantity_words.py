"""How quantities and sources of a crisis are written: the value that stands for one, its range, its digits, its place."""

import numpy as np

from detente.brief.words import (
    KNOWN_DIGITS,
    format_range,
    format_value,
    round_significant,
)
from detente.crisis.elements import Distribution, Player, Quantity, Source
from detente.crisis.quantities import mean, ppf, reference_value, support

__all__ = [
    "centre",
    "file_line",
    "given_range",
    "is_contested",
    "is_given",
    "known_digits",
    "quantity_text",
    "source_date",
]


def source_date(source: Source) -> str:
    """Return the date of a source as its file prints it: a day, a month or a year; empty if there is none."""
    if source.date is None:
        return ""
    return source.date_printed or source.date.isoformat()


def file_line(entry: Quantity | Player) -> str:
    """Return the file and the line at which an entry of the crisis stands."""
    place = entry.place
    return f"{place.file}:{place.line}" if place.line else place.file


def is_contested(quantity: Quantity | None) -> bool:
    """Say whether sources give a quantity different values; what the crisis does not have is not contested."""
    return quantity is not None and len({value for value, _ in quantity.contested}) > 1


def is_given(distribution: Distribution) -> bool:
    """Say whether the numbers of a distribution are printed in its source, not computed from it."""
    return distribution.family in {"fixed", "triangular", "uniform", "discrete"}


def known_digits(quantity: Quantity) -> int:
    """Return how many significant digits of a quantity are known: two of a computed one and between rivals."""
    return 2 if is_contested(quantity) or quantity.grade == "derived" else KNOWN_DIGITS


def quantity_text(quantity: Quantity) -> str:
    """Write a quantity as its source gives it: the value, or the centre with the range of its distribution."""
    distribution, digits = quantity.distribution, known_digits(quantity)
    exact = is_given(distribution)
    if distribution.family == "fixed":
        return format_value(distribution.parameters[0], quantity.unit, exact=True, digits=digits)
    low, high = given_range(distribution)
    middle = format_value(centre(distribution), quantity.unit, exact=exact, digits=digits)
    ends = format_range(low, high, quantity.unit, exact=exact, bare=True, digits=digits)
    return f"{middle} ({ends})" if ends else middle


def given_range(distribution: Distribution) -> tuple[float, float]:
    """Return the range that stands for a distribution: all of it if the file names its ends, else its 5-95 % range."""
    if is_given(distribution):
        return support(distribution)
    low, high = (float(end) for end in ppf(distribution, np.array([0.05, 0.95])))
    return round_significant(low), round_significant(high)


def centre(distribution: Distribution) -> float:
    """Return the value that stands for a distribution: mode of a triangular one, median or mean of the others."""
    match distribution.family:
        case "triangular":
            return float(distribution.parameters[1])
        case "lognormal":
            return reference_value(distribution)
        case _:
            return float(mean(distribution))
