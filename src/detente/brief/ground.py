"""The ground of maps: what the table of the map of a crisis has, and what a caption must say of it."""

from detente.brief.context import Context
from detente.brief.pictures.maps import Ground, Named
from detente.brief.words import join_words
from detente.crisis.elements import TableRow
from detente.crisis.map_points import Point, read_points
from detente.crisis.quantity_building import split_sources

__all__ = ["describe_ground", "read_courses", "read_ground"]


def _rows(context: Context, *kinds: str) -> list[TableRow]:
    table = context.tables.get("map")
    rows = table.rows if table is not None else ()
    return [row for row in rows if row.cells["kind"] in kinds]


def _lines(context: Context, kind: str) -> tuple[tuple[Point, ...], ...]:
    return tuple(read_points(row.cells["points"]) or () for row in _rows(context, kind))


def read_ground(context: Context) -> Ground:
    """Read the ground; empty where the crisis has no table of the map."""
    return Ground(
        land=_lines(context, "land"),
        lakes=_lines(context, "lake"),
        rivers=_lines(context, "river"),
        borders=_lines(context, "border"),
        disputed=_lines(context, "disputed"),
        names=tuple(
            Named(name=row.cells["name"], at=points[0], sea=row.cells["kind"] == "sea")
            for row in _rows(context, "sea", "place")
            if (points := read_points(row.cells["points"]))
        ),
    )


def read_courses(context: Context) -> dict[str, tuple[Point, ...]]:
    """Return the courses of routes of gas by the id of the route."""
    return {
        row.cells["name"]: read_points(row.cells["points"]) or () for row in _rows(context, "route")
    }


def describe_ground(context: Context) -> str:
    """Say where the ground is from and which borders are drawn; nothing where there is no ground."""
    shapes = _rows(context, "land", "lake", "river")
    if not shapes:
        return ""
    plain, disputed = _rows(context, "border"), _rows(context, "disputed")
    return context.say(
        "pictures",
        "ground",
        publishers=_publishers(context, shapes),
        disputed=[
            (row.cells["name"], _publishers(context, [row]), row.cells.get("note", ""))
            for row in disputed
        ],
        borders=[row.cells["name"] for row in plain],
    )


def _publishers(context: Context, rows: list[TableRow]) -> str:
    keys = [key for row in rows for key in split_sources(row.cells["source"])]
    return join_words(list(dict.fromkeys(context.crisis.sources[key].publisher for key in keys)))
