"""Checks of the table of forces: its ranges, and what a mark on the map must say.

A row with coordinates is a mark: it says what stands where, how many, who says so and as of when.
"""

from collections.abc import Iterator
from datetime import timedelta

from detente.crisis.csv_cells import read_number
from detente.crisis.dates import last_day
from detente.crisis.draft import Draft
from detente.crisis.elements import TableRow
from detente.errors import Finding

__all__ = ["check_force_ranges", "check_marks", "check_places", "check_stale_counts"]

MOST_DAYS = 90
"""Most days before the cut-off of a count that stands on the map without a word; see decision note 0093."""

_LIMITS = {"latitude": 90.0, "longitude": 180.0}


def _rows(draft: Draft) -> tuple[TableRow, ...]:
    return draft.tables["forces"].rows if "forces" in draft.tables else ()


def _point(row: TableRow) -> tuple[float | None, float | None]:
    return read_number(row.cells.get("latitude", "")), read_number(row.cells.get("longitude", ""))


def _is_mark(row: TableRow) -> bool:
    return _point(row) != (None, None)


def check_force_ranges(draft: Draft) -> Iterator[Finding]:
    """Find counts of forces with only one of low and high, or with low, value and high out of order."""
    for row in _rows(draft):
        value, low, high = (read_number(row.cells[name]) for name in ("value", "low", "high"))
        if (low is None) != (high is None):
            yield draft.finding(
                "table-row-invalid",
                f"the count {row.place.path!r} has a range that is not complete",
                at=row.place,
                value=f"{row.cells['low']}..{row.cells['high']}",
                fix="fill low and high, or leave both blank",
            )
        elif low is not None and high is not None:
            middle = low if value is None else value
            if not low <= middle <= high:
                yield draft.finding(
                    "distribution-invalid",
                    f"the count {row.place.path!r} has {middle:g} outside {low:g} to {high:g}",
                    at=row.place,
                    value=f"{middle:g}",
                    fix="correct value, low and high: low <= value <= high",
                )


def check_marks(draft: Draft) -> Iterator[Finding]:
    """Find marks on the map that lie outside it, or do not say where, what or who says so."""
    for row in filter(_is_mark, _rows(draft)):
        for (name, limit), degrees in zip(_LIMITS.items(), _point(row), strict=True):
            if degrees is not None and not -limit <= degrees <= limit:
                yield draft.finding(
                    "value-out-of-range",
                    f"{name} {degrees:g} of {row.place.path!r} is outside -{limit:g} to {limit:g}",
                    at=row.place,
                    value=f"{degrees:g}",
                    fix="write degrees north and degrees east",
                )
        for lacks in _lacking(row):
            yield draft.finding(
                "mark-incomplete",
                f"the force {row.place.path!r} stands on the map without {lacks}",
                at=row.place,
                value=row.cells["id"],
                fix=f"give it {lacks}, or take it off the map: leave latitude and longitude blank",
                severity="warning",
            )


def _lacking(row: TableRow) -> Iterator[str]:
    """Yield what a mark does not say."""
    if None in _point(row):
        yield "one of its two coordinates"
    if not row.cells["place"]:
        yield "the name of its place"
    if not row.cells["item"]:
        yield "what stands there"
    if row.cells["grade"] == "claim" and not row.cells.get("claimed_by"):
        yield "who claims it (`claimed_by`)"


def check_places(draft: Draft) -> Iterator[Finding]:
    """Find places that stand at two points of the map."""
    first: dict[str, tuple[float | None, float | None]] = {}
    for row in filter(_is_mark, _rows(draft)):
        place, point = row.cells["place"], _point(row)
        if place and first.setdefault(place, point) != point:
            yield draft.finding(
                "table-row-invalid",
                f"the place {place[:80]!r} stands at two points of the map",
                at=row.place,
                value=f"{row.cells['latitude']}, {row.cells['longitude']}",
                fix="give all rows of a place the same latitude and longitude, or name two places",
            )


def check_stale_counts(draft: Draft) -> Iterator[Finding]:
    """Find counts on the map that are too old to stand for the day of the cut-off; a column ``holds`` may say why one does."""
    for row in filter(_is_mark, _rows(draft)):
        counted = any(row.cells[name] for name in ("value", "low"))
        day = last_day(row.cells["as_of"])
        if not counted or day is None or draft.cutoff is None or row.cells.get("holds"):
            continue
        age = draft.cutoff - day
        if age > timedelta(days=MOST_DAYS):
            yield draft.finding(
                "count-stale",
                f"the count {row.place.path!r} stands on the map and is {age.days} days older than the cut-off",
                at=row.place,
                value=row.cells["as_of"],
                fix="give a newer count, take the row off the map (leave latitude and longitude blank), "
                "or say in a column `holds` why it still stands",
                severity="warning",
            )
