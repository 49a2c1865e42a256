"""Checks of the tables of a gas system: complete, numbers in range, nodes that exist, every month of every node."""

from collections.abc import Iterator

from detente.crisis.csv_cells import read_number
from detente.crisis.draft import Draft
from detente.crisis.elements import TableRow
from detente.crisis.registers import attributes, terms
from detente.crisis.tables import GAS_COLUMNS
from detente.errors import Finding

__all__ = [
    "check_gas_complete",
    "check_gas_demand",
    "check_gas_names",
    "check_gas_nodes",
    "check_gas_numbers",
    "check_gas_stores",
]

MONTHS = tuple(f"{month:02d}" for month in range(1, 13))
MAY_BE_BLANK = frozenset({"flow_twh_per_day", "total_twh", "cost_eur_per_mwh"})


def _rows(draft: Draft, kind: str) -> tuple[TableRow, ...]:
    return draft.tables[kind].rows if kind in draft.tables else ()


def _nodes(draft: Draft) -> set[str]:
    return {row.cells["id"] for row in _rows(draft, "gas_nodes")}


def check_gas_complete(draft: Draft) -> Iterator[Finding]:
    """Find a gas system of which only some tables are named."""
    named = [kind for kind in GAS_COLUMNS if kind in draft.header.get("tables", {})]
    for kind in GAS_COLUMNS:
        if named and kind not in named:
            yield draft.finding(
                "table-missing",
                f"the crisis names {named[0]!r} and no table {kind!r}",
                at=("tables",),
                value=kind,
                fix=f"add `{kind}: {kind}.csv` under `tables`; a table without rows will do",
            )


def check_gas_numbers(draft: Draft) -> Iterator[Finding]:
    """Find cells of gas tables that are blank, no number, negative or beyond their plausible range."""
    for kind, columns in GAS_COLUMNS.items():
        known = [attributes()[column] for column in columns if column in attributes()]
        for row in _rows(draft, kind):
            for item in known:
                text = row.cells[item.name]
                number = read_number(text)
                if number is None and not text and item.name in MAY_BE_BLANK:
                    continue
                if number is None:
                    yield draft.finding(
                        "table-row-invalid",
                        f"{item.name} {text[:80]!r} of {row.place.path!r} is no finite number",
                        at=row.place,
                        value=text,
                        fix=f"write a number in {item.unit}: {item.description}",
                    )
                elif not item.low <= number <= item.high:
                    yield draft.finding(
                        "value-out-of-range",
                        f"{item.name} {number:g} of {row.place.path!r} is outside {item.low:g} to {item.high:g}",
                        at=row.place,
                        value=f"{number:g}",
                        fix=f"check the sign and the unit; the column is in {item.unit}",
                    )


def check_gas_names(draft: Draft) -> Iterator[Finding]:
    """Find unknown groups of supply steps, unknown actors of nodes, and routes that lead nowhere."""
    groups = terms("gas supply group")
    for row in _rows(draft, "gas_supply"):
        group = row.cells["group"]
        if group not in groups:
            fix = draft.suggest(group, groups, otherwise=f"write one of {', '.join(groups)}")
            yield draft.finding(
                "table-row-invalid",
                f"{group!r} is no group of supply steps",
                at=row.place,
                value=group,
                fix=fix,
            )
    for row in _rows(draft, "gas_nodes"):
        for actor in filter(None, row.cells["actors"].split(";")):
            if actor not in draft.actors:
                yield draft.unknown("actor-unknown", "actor", actor, draft.actors, at=row.place)


def check_gas_nodes(draft: Draft) -> Iterator[Finding]:
    """Find nodes in routes, terminals, stores and demand that the table of nodes does not have."""
    nodes = _nodes(draft)
    if "gas_nodes" not in draft.tables:
        return
    for kind, column in (
        ("gas_routes", "end"),
        ("gas_terminals", "node"),
        ("gas_stores", "node"),
        ("gas_demand", "node"),
    ):
        for row in _rows(draft, kind):
            node = row.cells[column]
            if node not in nodes:
                yield draft.finding(
                    "table-row-invalid",
                    f"{row.place.path!r} names the node {node!r}, which the table of nodes does not have",
                    at=row.place,
                    value=node,
                    fix=draft.suggest(node, nodes, otherwise="add a row to the table gas_nodes"),
                )
    for row in _rows(draft, "gas_routes"):
        start, end, supplier = (row.cells[name] for name in ("start", "end", "supplier"))
        if start in nodes and start == end:
            what, fix = f"starts and ends at {start!r}", "join two nodes"
        elif start not in nodes and not supplier:
            what = f"starts at {start!r}, which is no node, and names no supplier"
            fix = "correct the node, or name the supplier whose gas comes in there"
        else:
            continue
        yield draft.finding(
            "table-row-invalid", f"{row.place.path!r} {what}", at=row.place, value=start, fix=fix
        )


def check_gas_demand(draft: Draft) -> Iterator[Finding]:
    """Find nodes that lack a month of demand, months that are none or stand twice, and a system without demand."""
    seen: dict[tuple[str, str], TableRow] = {}
    total = 0.0
    rows = _rows(draft, "gas_demand")
    for row in rows:
        key = row.cells["node"], row.cells["month"].zfill(2)
        total += read_number(row.cells["demand_twh"]) or 0.0
        if key[1] not in MONTHS:
            what, fix = (
                f"the month {row.cells['month']!r} is none",
                "write 01 to 12; demand is by calendar month",
            )
        elif key in seen:
            what, fix = (
                f"month {key[1]} of {key[0]!r} stands twice, first in line {seen[key].place.line}",
                "keep one row",
            )
        else:
            seen[key] = row
            continue
        yield draft.finding(
            "table-row-invalid", what, at=row.place, value=row.cells["month"], fix=fix
        )
    if "gas_demand" not in draft.tables:
        return
    for row in _rows(draft, "gas_nodes"):
        node = row.cells["id"]
        lacking = [month for month in MONTHS if (node, month) not in seen]
        if lacking:
            yield draft.finding(
                "table-row-invalid",
                f"the node {node!r} has no demand for month {', '.join(lacking)}",
                at=row.place,
                value=lacking[0],
                fix="add the rows to the table gas_demand; write 0 where a node only passes gas on",
            )
    if rows and total == 0.0:
        yield draft.finding(
            "value-out-of-range",
            "the gas demand of all nodes and months is zero",
            at=rows[0].place,
            value="0",
            fix="give demand in TWh a month; shares of lost demand need some",
        )


def check_gas_stores(draft: Draft) -> Iterator[Finding]:
    """Find stores that hold more than they can, and flows above the capacity of their route."""
    for kind, low, high, what in (
        ("gas_stores", "stock_twh", "capacity_twh", "holds more than it can"),
        ("gas_routes", "flow_twh_per_day", "capacity_twh_per_day", "carries more than it can"),
    ):
        for row in _rows(draft, kind):
            small, large = read_number(row.cells[low]), read_number(row.cells[high])
            if small is not None and large is not None and small > large * (1 + 1e-9):
                yield draft.finding(
                    "value-out-of-range",
                    f"{row.place.path!r} {what}: {low} {small:g}, {high} {large:g}",
                    at=row.place,
                    value=f"{small:g}",
                    fix=f"lower {low}, or raise {high}",
                )
