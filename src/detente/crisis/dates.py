"""Dates of a crisis file: a day, a month or a year, read as the first and last day that it covers."""

import calendar
import re
from datetime import date
from functools import lru_cache

__all__ = ["UNDATED", "first_day", "last_day"]

UNDATED = "undated"
"""What the edition of a source says whose day nobody can tell."""

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


@lru_cache(maxsize=4096)  # the same few days stand in hundreds of rows
def first_day(text: str) -> date | None:
    """Return the first day of ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; None if the text is no date.

    Examples
    --------
    >>> first_day("2030-02")
    datetime.date(2030, 2, 1)
    """
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(part) if part else 1 for part in match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


def last_day(text: str) -> date | None:
    """Return the last day of ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; None if the text is no date.

    Examples
    --------
    >>> last_day("2028-02")
    datetime.date(2028, 2, 29)
    """
    first = first_day(text)
    if first is None or len(text) == len("2030-01-15"):
        return first
    month = 12 if len(text) == len("2030") else first.month
    return date(first.year, month, calendar.monthrange(first.year, month)[1])
