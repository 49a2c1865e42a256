"""Where forces stand: a sketch from the places of the table of forces that have coordinates."""

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Chart, Trace
from detente.brief.pictures.deterrence import Spot, draw_map
from detente.brief.pictures.drawing import Words
from detente.brief.pictures.palette import NEUTRAL
from detente.brief.words import format_value
from detente.crisis.elements import TableRow

__all__ = ["theatre_chart"]

LONGEST = 36
"""Longer names of places are cut at their first comma."""


def theatre_chart(book: Book) -> Chart | None:
    """Draw the places of the table of forces, the largest count of persons at each; None without coordinates."""
    context = book.context
    table = context.tables.get("forces")
    places: dict[tuple[str, str], list[TableRow]] = {}
    for row in table.rows if table is not None else ():
        if _coordinates(row) is not None:
            places.setdefault((_side(context, row)[0], row.cells.get("place", "")), []).append(row)
    spots = []
    for (side, place), rows in places.items():
        at = _coordinates(rows[0])
        counted = [row for row in rows if row.cells.get("unit") == "persons" and _number(row) > 0]
        first = max(counted, key=_number) if counted else rows[0]
        if at is None:
            continue
        value, unit = _number(first), first.cells.get("unit", "")
        text = format_value(value, unit, exact=True) if value else "named"
        made = None
        if value:
            keys = [key.strip() for key in first.cells.get("source", "").split(";") if key.strip()]
            made = book.number(
                f"theatre.{first.cells.get('id', '')}",
                f"{first.cells.get('item', '')}, {place}",
                value,
                unit=unit,
                trace=Trace(
                    sources=tuple(keys),
                    model="row of the table of forces",
                    place=f"{first.place.file}:{first.place.line}",
                ),
            )
        spots.append(
            Spot(
                label=f"{_short(place)}: {text.removesuffix(' persons')}"
                if counted
                else _short(place),
                latitude=at[0],
                longitude=at[1],
                text=f"{text}, {first.cells.get('item', '')}",
                size=value if counted else 0.0,
                series=side,
                colour=_side(context, first)[1],
                figure=made,
            )
        )
    if len(spots) < 3:
        return None
    spots.sort(key=lambda spot: -spot.size)
    counted_places = sum(spot.size > 0 for spot in spots)
    return draw_map(
        "deterrence-theatre",
        spots,
        Words(
            title=f"Where forces stand: {len(spots)} places named, {counted_places} of them with a count of persons",
            subtitle="Places of the table of forces that have coordinates, without coasts or borders. Area of a disc: persons, the "
            "largest count of the place; small discs: places named without a count of persons",
            footnote=f"Source: table of forces ({table.file if table else ''}), as of {context.crisis.as_of.isoformat()}. "
            "Counts are of different days and by different sides; do not add them.",
        ),
    )


def _short(place: str) -> str:
    """Return the first part of a long name of a place."""
    return place if len(place) <= LONGEST else place.partition(",")[0]


def _number(row: TableRow) -> float:
    try:
        return float(row.cells.get("value", ""))
    except ValueError:
        return 0.0


def _coordinates(row: TableRow) -> tuple[float, float] | None:
    try:
        return float(row.cells.get("latitude", "")), float(row.cells.get("longitude", ""))
    except ValueError:
        return None


def _side(context: Context, row: TableRow) -> tuple[str, str]:
    """Name and colour of the side that a row counts for."""
    side = row.cells.get("side", "")
    name = context.names.actor(side)
    for player in context.roles.players():
        if side in player.actors:
            return name, context.roles.colours[player.id]
    return name, NEUTRAL
