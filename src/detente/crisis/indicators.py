"""Indicators: signs to watch for that are no move of the game, from the rows of a table.

A row names an indicator and either outcomes, with how much likelier the sign is if it ends so (``ratio``), or no outcome,
with the chance that it is seen all the same (``prob``).
"""

from detente.crisis.csv_cells import read_number
from detente.crisis.draft import Draft
from detente.crisis.elements import Distribution, Indicator, TableRow
from detente.crisis.quantity_building import split_sources, table_rows

__all__ = ["build_indicators", "indicator_rows", "law_of"]


def indicator_rows(draft: Draft) -> dict[str, list[TableRow]]:
    """Return the rows of each indicator, by its id."""
    found: dict[str, list[TableRow]] = {}
    for row in table_rows(draft, "indicators"):
        found.setdefault(row.cells["indicator"], []).append(row)
    return found


def law_of(row: TableRow) -> Distribution | None:
    """Return what a row says of its number; None if value, low and high are no three numbers in order above zero."""
    low, value, high = (read_number(row.cells[name]) for name in ("low", "value", "high"))
    if low is None or value is None or high is None or not 0.0 < low <= value <= high:
        return None
    if low == high:
        return Distribution(family="fixed", parameters=(value,))
    return Distribution(family="triangular", parameters=(low, value, high))


def build_indicators(draft: Draft) -> None:
    """Enter the indicators whose rows can be read; the checks say what is wrong with others."""
    for name, rows in indicator_rows(draft).items():
        laws = [(split_sources(row.cells["outcomes"]), law_of(row)) for row in rows]
        alarms = [law for outcomes, law in laws if not outcomes and law is not None]
        if len(alarms) != 1:
            continue
        said = {
            column: next((row.cells[column] for row in rows if row.cells.get(column)), "")
            for column in ("label", "seen", "lead_days")
        }
        sources = [key for row in rows for key in split_sources(row.cells["source"])]
        draft.indicators[name] = Indicator(
            id=name,
            label=said["label"],
            ratios=tuple((outcomes, law) for outcomes, law in laws if outcomes and law is not None),
            alarm=alarms[0],
            seen=said["seen"] or "no",
            lead=said["lead_days"],
            sources=tuple(dict.fromkeys(sources)),
            place=rows[0].place,
        )
