"""Where forces stand: a map from the rows of the table of forces that have coordinates.

Each row with coordinates is a mark: what, how many, who says so, as of when, and how it is known. Rows of one actor at one
place are rival counts of the same force: the sketch gives their range, and the middle of it to the disc.
"""

from dataclasses import dataclass
from typing import Literal

from detente.analysis.provenance import JUDGEMENT
from detente.brief.book import Book
from detente.brief.certainty import MEMORY
from detente.brief.context import Context
from detente.brief.figures import Chart, Figure, Trace, link
from detente.brief.ground import describe_ground, read_ground
from detente.brief.pictures.drawing import Words
from detente.brief.pictures.maps import Ground, Spot, beyond, draw_map
from detente.brief.pictures.palette import NEUTRAL
from detente.brief.questions._parts import picture_words
from detente.brief.words import format_date, format_range, format_value
from detente.crisis.csv_cells import read_number
from detente.crisis.elements import TableRow
from detente.crisis.quantity_building import split_sources

__all__ = ["theatre_chart"]

LONGEST = 24
"""Longer names of places are cut at their first comma."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """What stands at a point: all its rows, and those that count the largest force there in persons."""

    place: str
    side: str
    colour: str
    is_challenger: bool
    latitude: float
    longitude: float
    rows: tuple[TableRow, ...]
    counts: tuple[TableRow, ...]

    @property
    def span(self) -> tuple[float, float]:
        """Fewest and most persons that a count of the largest force names, zero without one."""
        ends = [_span(row) for row in self.counts] or [(0.0, 0.0)]
        return min(low for low, _ in ends), max(high for _, high in ends)

    @property
    def size(self) -> float:
        """Persons that the disc has the area of: the one count, or the middle between rivals."""
        return _middle(self.counts[0]) if len(self.counts) == 1 else sum(self.span) / 2


def theatre_chart(book: Book) -> Chart | None:
    """Draw the places of the table of forces; None where fewer than three have coordinates."""
    context = book.context
    marks = sorted(_marks(context), key=lambda mark: -mark.size)
    if len(marks) < 3:
        return None
    lines = tuple(
        _line(book, mark, row)
        for mark in marks
        for row in (*mark.counts, *(row for row in mark.rows if row not in mark.counts))
    )
    ground = read_ground(context)
    spots = [
        Spot(
            label=_label(context, mark, shared=sum(mark.place == one.place for one in marks) > 1),
            latitude=mark.latitude,
            longitude=mark.longitude,
            size=mark.size,
            series=mark.side,
            colour=mark.colour,
            claimed=any(row.cells["grade"] == "claim" for row in mark.counts),
        )
        for mark in marks
    ]
    if len(beyond(ground, spots)) > len(spots) - 2:
        return None
    return draw_map(
        "deterrence-theatre",
        spots,
        lines,
        _words(context, marks, ground, spots),
        claim=context.say("deterrence", "theatre_claim"),
        ground=ground,
    )


def _words(context: Context, marks: list[_Mark], ground: Ground, spots: list[Spot]) -> Words:
    counted = [mark for mark in marks if mark.counts]
    own = [_force(context, mark) for mark in counted if mark.is_challenger]
    others = [_force(context, mark) for mark in counted if not mark.is_challenger]
    days = sorted(row.cells["as_of"] for mark in marks for row in mark.rows)
    table = context.tables.get("forces")
    far = beyond(ground, spots)
    return picture_words(
        context,
        "deterrence",
        "theatre",
        own=next(iter(own), None),
        other=next(iter(others), None),
        places=len(marks),
        coasts=bool(ground.land),
        ours=any(all(_is_ours(context, row) for row in mark.counts) for mark in counted),
        file=table.file if table else "",
        first=format_date(days[0]),
        last=format_date(days[-1]),
        outside=[mark.place for mark, spot in zip(marks, spots, strict=True) if spot in far],
        ground=describe_ground(context),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Force:
    """The largest force of a side at a place: how many, and whether that is ours, a claim (whose), disputed or known."""

    place: str
    side: str
    many: str
    case: Literal["ours", "claim", "differ", "known"]
    who: str = ""


def _force(context: Context, mark: _Mark) -> Force:
    first, (low, high) = mark.counts[0], mark.span
    many = format_range(low, high, "persons", exact=True) or format_value(
        low, "persons", exact=True
    )
    case: Literal["ours", "claim", "differ", "known"] = "known"
    if len(mark.counts) > 1:
        case = "differ"
    elif first.cells["grade"] == "claim":
        case = "claim"
    elif _is_ours(context, first):
        case = "ours"
    return Force(
        place=_short(mark.place),
        side=mark.side,
        many=many,
        case=case,
        who=_who(context, first).partition(" (")[0] if case == "claim" else "",
    )


def _marks(context: Context) -> list[_Mark]:
    """Gather the rows with coordinates by side and place."""
    table = context.tables.get("forces")
    places: dict[tuple[str, str], list[TableRow]] = {}
    for row in table.rows if table is not None else ():
        if _coordinates(row) is not None:
            places.setdefault((row.cells.get("side", ""), row.cells.get("place", "")), []).append(
                row
            )
    players = context.roles.players("challenger")
    challengers = {actor for player in players for actor in player.actors}
    found = []
    for (side, place), rows in places.items():
        at = _coordinates(rows[0])
        name, colour = _side(context, side)
        if at is not None:
            found.append(
                _Mark(
                    place=place,
                    side=name,
                    colour=colour,
                    is_challenger=side in challengers,
                    latitude=at[0],
                    longitude=at[1],
                    rows=tuple(rows),
                    counts=_largest_force(rows),
                )
            )
    return found


def _largest_force(rows: list[TableRow]) -> tuple[TableRow, ...]:
    """Return the counts in persons of the actor with the largest of them; none where nobody counts persons."""
    actors: dict[str, list[TableRow]] = {}
    for row in rows:
        if row.cells.get("unit") == "persons" and _middle(row) > 0:
            actors.setdefault(row.cells.get("actor", row.cells["id"]), []).append(row)
    return tuple(max(actors.values(), key=lambda counts: max(map(_middle, counts)), default=[]))


def _line(book: Book, mark: _Mark, row: TableRow) -> tuple[str, ...]:
    """Return what the table beside the sketch says of one row."""
    cells, context = row.cells, book.context
    many = _how_many(row)
    if many and row in mark.counts:
        low, high = _span(row)
        figure = book.keep(
            Figure(
                id=f"{book.question}.theatre.{cells['id']}",
                label=f"{cells['item']}, {mark.place}",
                value=_middle(row),
                low=low if low < high else None,
                high=high if low < high else None,
                unit="persons",
                trace=Trace(
                    sources=split_sources(cells["source"]),
                    model="row of the table of forces",
                    place=f"{row.place.file}:{row.place.line}",
                ),
                exact=True,
            )
        )
        many = link(figure, many)
    return (
        mark.place,
        mark.side,
        cells["item"],
        many,
        _who(context, row),
        format_date(cells["as_of"]),
        context.names.grade(cells["grade"]),
    )


def _how_many(row: TableRow) -> str:
    """Write the count of a row with its range; nothing where it has none."""
    unit, value = row.cells.get("unit", ""), read_number(row.cells.get("value", ""))
    low, high = _span(row)
    ends = format_range(low, high, unit, exact=True, bare=value is not None)
    if value is None:
        return ends
    text = format_value(value, unit, exact=True)
    return f"{text} ({ends})" if ends else text


def _who(context: Context, row: TableRow) -> str:
    """Say who makes a count: the claimant, we, or whoever published it."""
    claimed_by = row.cells.get("claimed_by", "")
    if claimed_by:
        return context.names.grade("claim", claimed_by).removeprefix("claim by ")
    if _is_ours(context, row):
        return "our judgement"
    if _standings(context, row) == {MEMORY}:
        return "our memory"
    sources = [context.crisis.sources[key] for key in split_sources(row.cells["source"])]
    return "; ".join(dict.fromkeys(source.publisher for source in sources))


def _is_ours(context: Context, row: TableRow) -> bool:
    return _standings(context, row) == {JUDGEMENT}


def _standings(context: Context, row: TableRow) -> set[str]:
    return {context.crisis.sources[key].standing for key in split_sources(row.cells["source"])}


def _label(context: Context, mark: _Mark, *, shared: bool) -> str:
    """Return the name of a place with its count, and whose count it is unless it is a fact or an estimate of others.

    At a place that sides share, that of the side stands first.
    """
    name = _short(mark.place)
    if shared and mark.side != name:
        name = f"{mark.side}, {name}"
    if not mark.counts:
        counted = [many for row in mark.rows if _middle(row) > 1 and (many := _how_many(row))]
        return f"{name}: {counted[0]}" if len(counted) == 1 else name
    force = _force(context, mark)
    return context.say(
        "deterrence",
        "theatre_mark",
        name=name,
        many=force.many.removesuffix(" persons"),
        case=force.case,
        who=force.who,
    )


def _short(place: str) -> str:
    """Return the first part of a long name of a place."""
    return place if len(place) <= LONGEST else place.partition(",")[0]


def _span(row: TableRow) -> tuple[float, float]:
    """Return low and high of a count, or its value twice, or zeros."""
    value = read_number(row.cells.get("value", "")) or 0.0
    low, high = read_number(row.cells.get("low", "")), read_number(row.cells.get("high", ""))
    return (value, value) if low is None or high is None else (low, high)


def _middle(row: TableRow) -> float:
    value = read_number(row.cells.get("value", ""))
    return sum(_span(row)) / 2 if value is None else value


def _coordinates(row: TableRow) -> tuple[float, float] | None:
    latitude, longitude = (
        read_number(row.cells.get(name, "")) for name in ("latitude", "longitude")
    )
    return None if latitude is None or longitude is None else (latitude, longitude)


def _side(context: Context, side: str) -> tuple[str, str]:
    """Name and colour of the side that a row counts for."""
    name = context.names.actor(side)
    for player in context.roles.players():
        if side in player.actors:
            return name, context.roles.colours[player.id]
    return name, NEUTRAL
