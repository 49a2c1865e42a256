"""What the model's number stands beside: how often such things happened, and what others said, from the tables of the crisis."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure
from detente.brief.shared import SharedFigures, comparable, comparable_label
from detente.crisis.csv_cells import read_number
from detente.crisis.quantity_building import split_sources

__all__ = ["Beside", "Comparison", "read_comparisons"]

MOST_RATES, MOST_VIEWS = 4, 4
_BEHIND = re.compile(r" / | \(|, ")
"""What stands behind a name: another one, or who wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A base rate with its interval, or a view: a range that its words were read as, without a value."""

    words: str
    source: str
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What the model says of one outcome, or of an attack, and what stands beside it."""

    label: str
    figure: Figure
    rates: tuple[Beside, ...]
    views: tuple[Beside, ...]


def read_comparisons(context: Context, book: Book, shared: SharedFigures) -> tuple[Comparison, ...]:
    """Read the base rates to be shown and the views of outcomes and of an attack, by what they are compared with."""
    rates = _rates(context)
    views = _views(context)
    known = ["attack", *context.crisis.outcomes]
    found = []
    left_rates, left_views = MOST_RATES, MOST_VIEWS
    for name in sorted(known, key=lambda item: (item not in rates, item not in views)):
        mine = rates.get(name, ())[:left_rates]
        theirs = views.get(name, ())[:left_views]
        figure = shared.compared.get(name) or comparable(book, name)
        if figure is None or figure.value is None or not (mine or theirs):
            continue
        left_rates, left_views = left_rates - len(mine), left_views - len(theirs)
        found.append(
            Comparison(
                label=comparable_label(context, name), figure=figure, rates=mine, views=theirs
            )
        )
    return tuple(found)


def _rates(context: Context) -> Mapping[str, tuple[Beside, ...]]:
    """Return the rows that the crisis marks to be shown, of several with the same words the first."""
    table = context.tables.get("base_rates")
    rows = [
        row.cells
        for row in (table.rows if table is not None else ())
        if row.cells.get("show", "").strip() and read_number(row.cells.get("value", "")) is not None
    ]
    found: dict[str, dict[str, Beside]] = {}
    for cells in rows:
        words = cells.get("words", "").strip() or cells.get("statistic", "")
        found.setdefault(cells.get("compare", "").strip(), {}).setdefault(
            words,
            Beside(
                words=words,
                source=context.names.sources(split_sources(cells.get("source", ""))),
                value=read_number(cells.get("value", "")),
                low=read_number(cells.get("lo90", "")),
                high=read_number(cells.get("hi90", "")),
            ),
        )
    return {name: tuple(rows.values()) for name, rows in found.items() if name}


def _views(context: Context) -> Mapping[str, tuple[Beside, ...]]:
    """Return what sources said of an outcome, the latest of each source; its words were read as a range by the crisis."""
    table = context.tables.get("estimates")
    latest: dict[tuple[str, str], tuple[str, Beside]] = {}
    for row in table.rows if table is not None else ():
        cells = row.cells
        low, high = (read_number(cells.get(name, "")) for name in ("reads_low", "reads_high"))
        name = cells.get("compare", "").strip()
        keys = split_sources(cells.get("source", ""))
        if low is None or high is None or not name or not keys:
            continue
        known = context.crisis.sources.get(keys[0])
        publisher = cells.get("claimed_by", "").strip() or (
            keys[0] if known is None else known.publisher
        )
        publisher = _BEHIND.split(publisher)[0]
        view = Beside(
            words=publisher,
            source=context.names.sources(keys),
            value=None,
            low=low,
            high=high,
        )
        day = cells.get("as_of", "")
        before = latest.get((name, publisher))
        if before is None or before[0] < day:
            latest[name, publisher] = (day, view)
    found: dict[str, list[Beside]] = {}
    for (name, _), (_, view) in latest.items():
        found.setdefault(name, []).append(view)
    return {name: tuple(rows) for name, rows in found.items()}
