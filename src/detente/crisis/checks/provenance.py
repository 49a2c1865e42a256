"""Checks of how things are known: sources, dates, grades, claims."""

import calendar
import re
from collections.abc import Iterator
from typing import get_args

from detente.crisis.dates import UNDATED, first_day
from detente.crisis.draft import Draft, Keys, duplicates
from detente.crisis.elements import Grade, TableRow
from detente.crisis.quantity_building import split_sources
from detente.crisis.schema import Entry, FactEntry, InstrumentEntry, QuantityEntry
from detente.errors import Finding, Place

__all__ = [
    "check_claimants",
    "check_claims",
    "check_dates",
    "check_row_claims",
    "check_row_dates",
    "check_row_grades",
    "check_row_sources",
    "check_source_editions",
    "check_source_rows",
    "check_sources",
]

_DAY_IN_ADDRESS = re.compile(
    r"(?<![0-9])((?:1[89]|20)[0-9]{2})(?:([-/]?)([01][0-9])(?:\2([0-3][0-9]))?)?(?![0-9])"
)
_DAY_IN_WORDS = re.compile(
    r"(?<![0-9-])(?:(January|February|March|April|May|June|July|August|September|October|November|December) )?"
    r"((?:1[89]|20)[0-9]{2})(?![0-9])"
)
_MONTHS = list(calendar.month_name)

_CLAIM = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")


def _rows(draft: Draft) -> Iterator[TableRow]:
    for kind, table in draft.tables.items():
        if kind != "sources":
            yield from table.rows


def _sourced(draft: Draft) -> Iterator[tuple[Keys, QuantityEntry | FactEntry]]:
    yield from draft.each("quantities", QuantityEntry)
    yield from draft.each("facts", FactEntry)


def _known(draft: Draft, key: str, at: Keys | Place) -> Iterator[Finding]:
    """Yield the finding that a source is not in the table of sources, if that table could be read."""
    if "sources" in draft.tables and key not in draft.sources:
        yield draft.finding(
            "source-unknown",
            f"there is no source {key!r}",
            at=at,
            value=key,
            fix=draft.suggest(
                key, draft.sources, otherwise="add a row for it to the table of sources"
            ),
        )


def check_sources(draft: Draft) -> Iterator[Finding]:
    """Find quantities and facts without a source, and sources that the table of sources does not have."""
    for keys, entry in _sourced(draft):
        contested = entry.contested if isinstance(entry, QuantityEntry) else None
        if not entry.source and not contested:
            yield draft.finding(
                "source-missing",
                f"{keys[0]} {keys[1]!r} has no source",
                at=keys,
                value=keys[1],
                fix="add `source:` with a key of the table of sources",
            )
        for key in entry.source:
            yield from _known(draft, key, (*keys, "source"))
        for index, rival in enumerate(contested or ()):
            for key in rival.source:
                yield from _known(draft, key, (*keys, "contested", index, "source"))
    for keys, item in draft.each("instruments", InstrumentEntry):
        for key in item.source:
            yield from _known(draft, key, (*keys, "source"))


def check_row_sources(draft: Draft) -> Iterator[Finding]:
    """Find table rows without a source, and sources that the table of sources does not have."""
    for row in _rows(draft):
        keys = split_sources(row.cells["source"])
        if not keys:
            yield draft.finding(
                "source-missing",
                f"the row {row.place.path!r} has no source",
                at=row.place,
                value=row.place.path,
                fix="write a key of the table of sources into the column source",
            )
        for key in keys:
            yield from _known(draft, key, row.place)


def check_source_rows(draft: Draft) -> Iterator[Finding]:
    """Find sources without a publisher or title, with a date that is none, or dated after the cut-off."""
    for source in draft.sources.values():
        for name, text in (("publisher", source.publisher), ("title", source.title)):
            if not text:
                yield draft.finding(
                    "table-row-invalid",
                    f"the source {source.key!r} has no {name}",
                    at=source.place,
                    value=source.key,
                    fix=f"fill the column {name}",
                )
    if "sources" in draft.tables:
        for row in draft.tables["sources"].rows:
            yield from _date(draft, row, "date", blank=True)


def check_source_editions(draft: Draft) -> Iterator[Finding]:
    """Find sources that were read in a text younger than the cut-off, or of no known day, and do not say so."""
    rows = draft.tables["sources"].rows if "sources" in draft.tables else ()
    for row in rows:
        edition = row.cells.get("edition", "")
        if edition and edition != UNDATED and first_day(edition) is None:
            yield draft.finding(
                "table-row-invalid",
                f"{edition[:80]!r} in the column 'edition' is no date",
                at=row.place,
                value=edition,
                fix=f"write YYYY-MM-DD, YYYY-MM or YYYY, or {UNDATED}",
            )
        if edition:
            continue
        key, later = row.cells["key"], _later_day(draft, row)
        if later:
            why = f"the source {key!r} names {later}, which is after the cut-off, and no edition"
        elif not row.cells["date"] and not re.search(
            r"[12][0-9]{3}", row.cells.get("date_printed", "")
        ):
            why = f"the source {key!r} has neither a date nor an edition"
        else:
            continue
        yield draft.finding(
            "source-edition",
            why,
            at=row.place,
            value=later or key,
            fix=f"write into the column `edition` the day, month or year of the text that was read, or `{UNDATED}`",
            severity="warning",
        )


def _later_day(draft: Draft, row: TableRow) -> str:
    """Return the first day after the cut-off that the address of a source or the words of its standing name, or nothing."""
    named = [
        "-".join(part for part in (match[1], match[3], match[4]) if part)
        for match in _DAY_IN_ADDRESS.finditer(row.cells["address"])
    ] + [
        f"{match[2]}-{_MONTHS.index(match[1]):02}" if match[1] else match[2]
        for match in _DAY_IN_WORDS.finditer(row.cells["standing"])
    ]
    for text in named:
        day = first_day(text)
        if day is not None and draft.cutoff is not None and day > draft.cutoff:
            return text
    return ""


def _after(draft: Draft, text: str, at: Keys | Place, name: str) -> Iterator[Finding]:
    first, cutoff = first_day(text), draft.cutoff
    if first is not None and cutoff is not None and first > cutoff:
        yield draft.finding(
            "date-after-cutoff",
            f"{name} {text} is after the cut-off {cutoff.isoformat()}",
            at=at,
            value=text,
            fix="correct the date, or leave the entry out: nothing that was not yet known may enter",
        )


def check_dates(draft: Draft) -> Iterator[Finding]:
    """Find quantities and facts dated after the cut-off."""
    for keys, entry in _sourced(draft):
        yield from _after(draft, entry.as_of, (*keys, "as_of"), "as_of")


def _date(draft: Draft, row: TableRow, column: str, *, blank: bool) -> Iterator[Finding]:
    text = row.cells[column]
    if first_day(text) is not None:
        yield from _after(draft, text, row.place, column)
    elif text or not blank:
        yield draft.finding(
            "table-row-invalid",
            f"{text[:80]!r} in the column {column!r} is no date",
            at=row.place,
            value=text,
            fix="write YYYY-MM-DD, YYYY-MM or YYYY",
        )


def check_row_dates(draft: Draft) -> Iterator[Finding]:
    """Find table rows with a date that is none, or that is after the cut-off; only ``scheduled_for`` may be."""
    for kind, table in draft.tables.items():
        if kind == "sources":
            continue
        for row in table.rows:
            yield from _date(draft, row, "as_of", blank=False)
            if "date" in table.columns:
                yield from _date(draft, row, "date", blank=kind != "timeline")


def check_row_grades(draft: Draft) -> Iterator[Finding]:
    """Find table rows whose grade is not in the closed list."""
    grades = get_args(Grade)
    for row in _rows(draft):
        grade = row.cells["grade"]
        if grade not in grades:
            yield draft.finding(
                "grade-unknown",
                f"there is no grade {grade[:80]!r}",
                at=row.place,
                value=grade,
                fix=draft.suggest(grade, grades, otherwise="write a grade"),
            )


def check_claimants(draft: Draft) -> Iterator[Finding]:
    """Find claims that do not say who makes them."""
    for keys, entry in _sourced(draft):
        if entry.grade == "claim" and not entry.claimed_by:
            yield draft.finding(
                "key-missing",
                f"{keys[0]} {keys[1]!r} is a claim and does not say whose",
                at=(*keys, "grade"),
                value="claim",
                fix="add `claimed_by:` with the actor who says so",
            )


def check_claims(draft: Draft) -> Iterator[Finding]:
    """Find ids of claims with bad characters, or that an entry carries twice."""
    for section in draft.entries:
        for keys, entry in draft.each(section, Entry):
            yield from _claims(draft, _claims_of(entry), (*keys, "claims"))


def _claims_of(entry: Entry) -> list[str]:
    claims: list[str] = getattr(entry, "claims", [])
    return claims


def _claims(
    draft: Draft, claims: list[str] | tuple[str, ...], at: Keys | Place
) -> Iterator[Finding]:
    for claim in claims:
        if not _CLAIM.fullmatch(claim):
            yield draft.finding(
                "claim-invalid",
                f"{claim[:80]!r} is no id of a claim",
                at=at,
                value=claim,
                fix="write ids such as W1, separated by blanks",
            )
    for _, claim in duplicates(claims):
        yield draft.finding(
            "claim-invalid",
            f"the claim {claim[:80]!r} stands twice",
            at=at,
            value=claim,
            fix="name it once",
        )


def check_row_claims(draft: Draft) -> Iterator[Finding]:
    """Find ids of claims in table rows with bad characters, or that a row carries twice."""
    for row in _rows(draft):
        yield from _claims(draft, row.claims, row.place)
