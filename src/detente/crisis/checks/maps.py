"""Checks of the table of the map: kinds that are known, points that can be drawn."""

from collections.abc import Iterator

from detente.crisis.draft import Draft
from detente.crisis.elements import TableRow
from detente.crisis.map_points import LEAST_POINTS, read_points
from detente.crisis.registers import terms
from detente.errors import Finding

__all__ = ["check_map_kinds", "check_map_points", "check_map_routes"]


def _rows(draft: Draft) -> tuple[TableRow, ...]:
    return draft.tables["map"].rows if "map" in draft.tables else ()


def check_map_kinds(draft: Draft) -> Iterator[Finding]:
    """Find kinds of things on the map that nothing draws."""
    kinds = terms("map kind")
    for row in _rows(draft):
        kind = row.cells["kind"]
        if kind not in kinds:
            yield draft.finding(
                "table-row-invalid",
                f"{row.place.path!r} is of the unknown kind {kind[:80]!r}",
                at=row.place,
                value=kind,
                fix=draft.suggest(kind, kinds, otherwise=f"write one of {', '.join(kinds)}"),
            )


def check_map_points(draft: Draft) -> Iterator[Finding]:
    """Find points that are no degrees, and too few or too many of them."""
    for row in _rows(draft):
        kind, cell = row.cells["kind"], row.cells["points"]
        points = read_points(cell)
        least = LEAST_POINTS.get(kind, 2)
        if points is None:
            yield draft.finding(
                "table-row-invalid",
                f"the points of {row.place.path!r} are no degrees east and north",
                at=row.place,
                value=cell[:80],
                fix="write degrees east, a space and degrees north, and a semicolon between points: `30.5 50.4; 31 50`",
            )
        elif len(points) < least or (least == 1 and len(points) > 1):
            yield draft.finding(
                "table-row-invalid",
                f"{row.place.path!r} has {len(points)} points",
                at=row.place,
                value=str(len(points)),
                fix=f"give a {kind} {'one point' if least == 1 else f'at least {least} points'}",
            )


def check_map_routes(draft: Draft) -> Iterator[Finding]:
    """Find routes on the map that no route of gas is."""
    routes = draft.tables["gas_routes"].rows if "gas_routes" in draft.tables else ()
    known = {row.cells["id"] for row in routes}
    for row in _rows(draft):
        name = row.cells["name"]
        if row.cells["kind"] == "route" and name not in known:
            yield draft.finding(
                "table-row-invalid",
                f"{row.place.path!r} draws a route {name[:80]!r} that the table gas_routes does not have",
                at=row.place,
                value=name,
                fix=draft.suggest(name, known, otherwise="name the id of a row of gas_routes"),
            )
