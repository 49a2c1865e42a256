"""What comes when: arrivals that the model times, and days that the tables know to lie ahead."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Chart
from detente.brief.pictures.palette import NEUTRAL
from detente.brief.pictures.timeline import Arrival, Dated, draw_timeline
from detente.brief.questions._parts import picture_words, run_note
from detente.brief.words import format_date, join_words, sentence_case
from detente.crisis.csv_cells import read_number
from detente.crisis.elements import TableRow

__all__ = ["arrivals_case", "timeline_chart"]

TABLES = ("reinforcement", "forces", "tracks")
"""Tables whose rows may say when something is scheduled, the one whose words count first."""
UNSURE = frozenset({"offered", "proposed"})
"""States of a track that is not agreed."""
PAGE = "deterrence"
MOST = 16
"""Most days on the picture, the first ones."""


def timeline_chart(book: Book) -> Chart | None:
    """Draw when reinforcements and arms are in place and which days lie ahead; None where there are fewer than three of them."""
    context = book.context
    arrivals = _arrivals(book)
    dates = _dates(context)
    if len(arrivals) + len(dates) < 3:
        return None
    start = context.crisis.as_of
    shades = {context.roles.colours[player.id] for player in context.roles.players("challenger")}
    return draw_timeline(
        "deterrence-timeline",
        arrivals,
        dates,
        picture_words(
            context,
            PAGE,
            "timeline",
            note=_sources(context, arrivals, dates),
            first=arrivals_case(
                [row for row in arrivals if row.colour in shades],
                [row for row in arrivals if row.colour not in shades],
                start=start,
            )
            if arrivals
            else dates_case(dates),
            names=context.roles.names("challenger"),
            arrivals=bool(arrivals),
            known=format_date(start.isoformat()) if dates else "",
        ),
        start=start,
        heads=(
            context.say(PAGE, "timeline_first", day=f"{start.day} {start:%B}"),
            context.say(PAGE, "timeline_ahead"),
        ),
    )


def _sources(context: Context, arrivals: Sequence[Arrival], dates: Sequence[Dated]) -> str:
    files = [
        table.file
        for kind in (TABLES if dates else ())
        if (table := context.tables.get(kind)) and any(_ahead(context, kind))
    ]
    said = [run_note(context, marks="")] if arrivals else []
    return " ".join([*said, *([context.say(PAGE, "timeline_note", files=files)] if dates else [])])


def arrivals_case(
    own: Sequence[Arrival], others: Sequence[Arrival], *, start: date
) -> tuple[str, str, str]:
    """Tell which side is complete first on average, with both days; of one side alone, what comes first and is complete last.

    The case is ``own`` or ``others`` with the day of that side and of the other, ``one`` or ``apart`` with what comes first and
    last.
    """

    def complete(rows: Sequence[Arrival]) -> date:
        return start + timedelta(days=round(max(row.ready.value or 0.0 for row in rows)))

    if own and others:
        one, two = complete(own), complete(others)
        days = [format_date(day.isoformat()).removesuffix(f" {start.year}") for day in (one, two)]
        return ("own", days[0], days[1]) if one <= two else ("others", days[1], days[0])
    rows = sorted((*own, *others), key=lambda row: row.first.value or 0.0)
    first, last = rows[0], max(rows, key=lambda row: row.ready.value or 0.0)
    return ("one" if first is last else "apart"), first.row, last.row


def dates_case(dates: Sequence[Dated]) -> tuple[str, str, str]:
    """Return the first of the days and what comes on it."""
    first = min(item.day for item in dates)
    said = [item.words for item in dates if item.day == first]
    return "dates", format_date(first.isoformat()), join_words(said)


def _arrivals(book: Book) -> list[Arrival]:
    """Read first and last days of every arrival, the earliest first."""
    context = book.context
    colours = _sides(context)
    rows = []
    for mechanism in context.levels.mechanisms("deterrence.arrival"):
        first = context.levels.start(mechanism.id, "first_day")[:1]
        ready = context.levels.start(mechanism.id, "ready_day")[:1]
        if not first or not ready:
            continue
        rows.append(
            Arrival(
                row=sentence_case(mechanism.label),
                first=book.level(
                    f"first_day.{mechanism.id}",
                    f"days from the cut-off to the first part: {mechanism.label}",
                    first[0],
                    unit="days",
                ),
                ready=book.level(
                    f"ready_day.{mechanism.id}",
                    f"days from the cut-off until all is in place: {mechanism.label}",
                    ready[0],
                    unit="days",
                ),
                colour=colours.get(mechanism.id, NEUTRAL),
            )
        )
    return sorted(rows, key=lambda row: row.first.value or 0.0)


def _sides(context: Context) -> dict[str, str]:
    """Colour of each arrival: that of the first player that its label names, by an actor's name or id."""
    found = {}
    names = [
        (name, context.roles.colours[player.id])
        for player in context.roles.players()
        for actor in player.actors
        for name in (context.names.actor(actor), actor)
    ]
    for mechanism in context.levels.mechanisms("deterrence.arrival"):
        for word in mechanism.label.replace(",", " ").split():
            if word[:1].isupper() and len(word) > 1:
                colour = next(
                    (
                        shade
                        for name, shade in names
                        if word.startswith(name) or name.startswith(word)
                    ),
                    None,
                )
                if colour is not None:
                    found[mechanism.id] = colour
                    break
    return found


def _ahead(context: Context, kind: str) -> Iterator[tuple[date, TableRow]]:
    """Yield the rows of a table that lie ahead, with their day."""
    table = context.tables.get(kind)
    for row in table.rows if table is not None else ():
        try:
            day = date.fromisoformat(row.cells.get("scheduled_for", "").strip())
        except ValueError:
            continue
        if day > context.crisis.as_of and row.cells.get("status", "") not in UNSURE:
            yield day, row


def _dates(context: Context) -> list[Dated]:
    """Gather the days that lie ahead; what two tables have on one day at one place is one, by the words of the first."""
    found: dict[tuple[date, str], tuple[str, date | None]] = {}
    for kind in TABLES:
        for day, row in _ahead(context, kind):
            key = (day, row.cells.get("place", "") or row.cells["id"])
            words, until = _words(context, kind, row), _until(day, row)
            known = found.get(key)
            if known is None or (kind == "tracks" and known[1] is None and until is not None):
                found[key] = (words if known is None else known[0], until)
            elif kind == "tracks" and row.cells["place"] == "remote":
                found[day, row.cells["id"]] = (words, until)
    dates = [Dated(words=words, day=day, until=until) for (day, _), (words, until) in found.items()]
    return sorted(dates, key=lambda item: (item.day, item.words))[:MOST]


def _until(day: date, row: TableRow) -> date | None:
    """Return the last day of what lasts several, by a count of days in the row."""
    count = read_number(row.cells.get("value", "")) if row.cells.get("unit") == "days" else None
    return day + timedelta(days=round(count) - 1) if count is not None and count > 1 else None


def _words(context: Context, kind: str, row: TableRow) -> str:
    """Say what is scheduled: the item of a row, or the format of a meeting with its place and who takes part."""
    cells = row.cells
    if kind != "tracks":
        return cells.get("item", "").strip()
    who = [
        context.names.actor(name) for name in cells["participants"].partition(";")[0].split(", ")
    ]
    place = cells["place"] if cells["place"] not in {"", "-", "remote"} else ""
    return f"{cells['format']}{f', {place}' if place else ''} ({', '.join(who)})"
