"""Checks of the table of indicators: ranges in order, outcomes that exist, chances that stay below one."""

from collections.abc import Iterator, Sequence

from detente.crisis.draft import Draft
from detente.crisis.elements import TableRow
from detente.crisis.indicators import indicator_rows, law_of
from detente.crisis.quantities import support
from detente.crisis.quantity_building import split_sources
from detente.errors import Finding

__all__ = ["check_indicator_chances", "check_indicator_rows"]

UNITS = {True: "ratio", False: "prob"}
"""Unit of a row with outcomes and of one without."""


def check_indicator_rows(draft: Draft) -> Iterator[Finding]:
    """Find rows with a range out of order, another unit than theirs, or outcomes that are not defined."""
    outcomes = draft.named("outcomes")
    for rows in indicator_rows(draft).values():
        for row in rows:
            named = split_sources(row.cells["outcomes"])
            for name in named:
                if name not in outcomes:
                    yield draft.unknown("path-unknown", "outcome", name, outcomes, at=row.place)
            if law_of(row) is None:
                given = ", ".join(row.cells[name] or "nothing" for name in ("low", "value", "high"))
                yield draft.finding(
                    "value-out-of-range",
                    f"low, value and high of {row.place.path!r} are {given}",
                    at=row.place,
                    value=given,
                    fix="write three numbers above 0, none below the one before",
                )
            unit = UNITS[bool(named)]
            if row.cells["unit"] != unit:
                yield draft.finding(
                    "unit-mismatch",
                    f"{row.place.path!r} is in {row.cells['unit']!r}",
                    at=row.place,
                    value=row.cells["unit"],
                    fix=f"write {unit}: a row {'with' if named else 'without'} outcomes gives "
                    + ("a relative likelihood" if named else "the chance that the sign is seen"),
                )


def check_indicator_chances(draft: Draft) -> Iterator[Finding]:
    """Find indicators without one row for the chance of a false alarm, or with chances above one or outcomes named twice."""
    for name, rows in indicator_rows(draft).items():
        alarms = [row for row in rows if not split_sources(row.cells["outcomes"])]
        if len(alarms) != 1:
            yield _wrong_row(
                draft,
                rows[-1],
                f"the indicator {name!r} has {len(alarms)} rows without outcomes",
                "give it one: the chance that it is seen where no outcome comes that its other rows name",
            )
            continue
        named = [one for row in rows for one in split_sources(row.cells["outcomes"])]
        twice = sorted({one for one in named if named.count(one) > 1})
        if twice:
            yield _wrong_row(
                draft,
                rows[-1],
                f"the indicator {name!r} names {twice[0]!r} twice",
                "name each outcome in one of its rows",
            )
        alarm, most = law_of(alarms[0]), _most([row for row in rows if row is not alarms[0]])
        if alarm is not None and support(alarm)[1] * most > 1.0 + 1e-9:
            yield draft.finding(
                "probability-out-of-range",
                f"the chance to see {name!r} can reach {support(alarm)[1] * most:.3g}",
                at=alarms[0].place,
                value=alarms[0].cells["high"],
                fix=f"write a high of at most {1.0 / most:.3g}: it is multiplied by up to {most:g}",
            )


def _most(rows: Sequence[TableRow]) -> float:
    """Return the largest relative likelihood, at least that of an outcome that no row names."""
    return max([1.0, *(support(law)[1] for row in rows if (law := law_of(row)) is not None)])


def _wrong_row(draft: Draft, row: TableRow, message: str, fix: str) -> Finding:
    return draft.finding(
        "table-row-invalid", message, at=row.place, value=row.cells["indicator"], fix=fix
    )
