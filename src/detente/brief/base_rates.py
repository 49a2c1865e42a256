"""Base rates: how often such things happened, with the model's figure beside them."""

from detente.brief.context import Context
from detente.brief.figures import TableView, link, present_table
from detente.brief.shared import SharedFigures, comparable_label
from detente.brief.words import (
    format_range,
    format_value,
    sentence_case,
)
from detente.crisis.elements import Table, TableRow
from detente.crisis.quantity_building import split_sources

__all__ = ["base_rate_tables"]


def base_rate_tables(context: Context, shared: SharedFigures) -> tuple[TableView, ...]:
    """Return the base rates to read, with the model's figure beside them, and all of them folded."""
    table = context.tables.get("base_rates")
    if table is None:
        return ()
    rows = [line for row in table.rows if (line := _rate_row(context, row)) is not None]
    shown = [row for row in table.rows if row.cells.get("show", "").strip()] or _general(table)
    first = [line for row in shown if (line := _rate_beside(context, row, shared)) is not None]
    views = []
    if first:
        views.append(
            present_table(
                "base-rates",
                _BESIDE_COLUMNS,
                first,
                title=context.say("methods", "base_rates_title"),
                numeric=(False, True, True, True, False, False),
                note=context.say("methods", "base_rates_note"),
            )
        )
    if len(rows) > len(first):
        views.append(
            present_table(
                "base-rates-all",
                _RATE_COLUMNS,
                rows,
                title="All base rates",
                numeric=(False, False, False, True, True, True, False),
                folded=True,
            )
        )
    return tuple(views)


def _rate_row(context: Context, row: TableRow) -> tuple[str, ...] | None:
    cells = row.cells
    unit = cells.get("unit", "").strip()
    value, low, high = (_number(cells.get(name, "")) for name in ("value", "lo90", "hi90"))
    if value is None:
        return None
    return (
        sentence_case(cells.get("topic", "")),
        cells.get("statistic", ""),
        cells.get("population", ""),
        format_value(value, unit, exact=unit not in {"share", "prob"}, digits=3),
        format_range(low, high, unit, bare=True),
        cells.get("n", ""),
        context.names.sources(split_sources(cells.get("source", ""))),
    )


def _rate_beside(context: Context, row: TableRow, shared: SharedFigures) -> tuple[str, ...] | None:
    line = _rate_row(context, row)
    if line is None:
        return None
    cells = row.cells
    name = cells.get("compare", "").strip()
    figure = shared.compared.get(name)
    words = cells.get("words", "").strip() or line[1]
    model = "\N{EN DASH}"
    if figure is not None:
        label = sentence_case(comparable_label(context, name))
        model = f"{label}: {link(figure, figure.full_text)}."
        if cells.get("differs", "").strip():
            model += f" Base rate: {cells['differs'].strip()}."
    among = f" ({line[2]})" if line[2] else ""
    return (sentence_case(words) + among, *line[3:6], model, line[6])


def _general(table: Table) -> list[TableRow]:
    """Choose per topic the most general rate: the one with the most cases, then the shortest population."""
    best: dict[str, TableRow] = {}
    for row in table.rows:
        cells = row.cells
        if cells.get("unit", "").strip() not in {"share", "prob"}:
            continue
        if _number(cells.get("value", "")) is None or _number(cells.get("n", "")) is None:
            continue
        topic = cells.get("topic", "").partition(":")[0]
        if topic not in best or _generality(row) > _generality(best[topic]):
            best[topic] = row
    return list(best.values())


def _generality(row: TableRow) -> tuple[float, int]:
    cells = row.cells
    return _number(cells.get("n", "")) or 0.0, -len(cells.get("population", "")) - len(
        cells.get("statistic", "")
    )


_BESIDE_COLUMNS = (
    "What happened, and among what",
    "How often",
    "90% interval",
    "Cases",
    "The model, for this crisis",
    "Source",
)
_RATE_COLUMNS = ("Topic", "Statistic", "Population", "Value", "90% interval", "Cases", "Source")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
