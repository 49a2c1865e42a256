"""Are diplomatic efforts working? Tracks, what is scheduled, the chance of a settlement, and talks as a pretext."""

from collections import Counter
from datetime import date, timedelta

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.facts import read_facts
from detente.brief.figures import Answer, Chart, Figure, TableView
from detente.brief.pictures.charts import Span, draw_ranges, draw_weeks
from detente.brief.questions._diplomacy_card import diplomacy_words
from detente.brief.questions._parts import base_row, picture_words, run_note
from detente.brief.questions._terms import causes_chart, read_terms
from detente.brief.words import sentence_case
from detente.crisis.elements import Table
from detente.crisis.registers import kinds_for

__all__ = ["answer"]

ID, ORDER = "diplomacy", 30
KINDS = kinds_for(ID)
METRIC = "settlement"


def answer(book: Book) -> Answer:
    """Answer the question from the tracks, the probability of a settlement, and what offers change."""
    context = book.context
    flagged = context.has_settlement
    settlement = book.metric("settlement", "a settlement", METRIC)
    terms = read_terms(book)
    room = None if terms is None else terms.exists
    effects = book.policies(
        context.policies.with_kinds(KINDS) if flagged else (), METRIC, "a settlement"
    )
    table = context.tables.get("tracks")
    charts = [
        _policy_chart(context, settlement, effects),
        _weeks(context, table) if table is not None else None,
        None if terms is None else causes_chart(context, terms),
    ]
    meetings = None if table is None else _meetings(context, table)
    if table is not None and meetings is not None:
        _count(book, table, meetings)
    said = diplomacy_words(
        book,
        kinds=frozenset(KINDS),
        settlement=settlement,
        room=room,
        effects=effects,
        meetings=meetings,
        since=min((day for day, _ in meetings[0]), default=None) if meetings else None,
    )
    return Answer(
        id=ID,
        title=said.title,
        answer=said.answer,
        so_what=said.so_what,
        facts=read_facts(book),
        model=said.model,
        charts=tuple(chart for chart in charts if chart is not None),
        tables=_tables(context),
        changes=said.changes,
        absent=said.absent,
    )


def _count(
    book: Book,
    table: Table,
    meetings: tuple[list[tuple[date, str]], list[tuple[date, str]]],
) -> None:
    """Enter how many meetings were held and are ahead."""
    for name, words, found in zip(("held", "ahead"), ("held", "scheduled"), meetings, strict=True):
        book.count(f"tracks.{name}", f"meetings and calls {words}", table, len(found))


def _meetings(
    context: Context, table: Table
) -> tuple[list[tuple[date, str]], list[tuple[date, str]]]:
    """Dated meetings held up to the cut-off, and those scheduled after it."""
    held, ahead = [], []
    for row in table.rows:
        later = row.cells.get("scheduled_for", "").strip()
        day = _day(later or row.cells.get("date", ""))
        status = row.cells.get("status", "held").strip() or "held"
        if day is None:
            continue
        if later or day > context.crisis.as_of:
            if status != "offered":
                ahead.append((day, status))
        elif status == "held":
            held.append((day, status))
    return held, ahead


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _weeks(context: Context, table: Table) -> Chart | None:
    held, ahead = _meetings(context, table)
    days = [(day, "Held") for day, _ in held] + [(day, "Scheduled") for day, _ in ahead]
    if len(days) < 3:
        return None
    counts = Counter((day - timedelta(days=day.weekday()), state) for day, state in days)
    first, last = min(week for week, _ in counts), max(week for week, _ in counts)
    weeks = [first + timedelta(weeks=k) for k in range((last - first).days // 7 + 1)]
    states = [state for state in ("Held", "Scheduled") if any(s == state for _, s in counts)]
    rows = [
        (f"{week.day} {week:%b}", state, counts[week, state]) for week in weeks for state in states
    ]
    this_week = context.crisis.as_of - timedelta(days=context.crisis.as_of.weekday())
    recent = sum(n for (week, state), n in counts.items() if week == this_week and state == "Held")
    return draw_weeks(
        f"{ID}-weeks",
        rows,
        picture_words(
            context,
            ID,
            "weeks",
            held=len(held),
            recent=recent,
            ahead=len(ahead),
            file=table.file,
            day=context.crisis.as_of.isoformat(),
        ),
        states=states,
        unit="Week of",
    )


def _policy_chart(
    context: Context, settlement: Figure, effects: dict[str, tuple[Figure, Figure]]
) -> Chart | None:
    if not effects:
        return None
    spans = [Span(row=base_row(context), figure=settlement)]
    spans += [
        Span(row=sentence_case(context.policies.get(policy).label), figure=level, colour="#56B4E9")
        for policy, (level, _) in effects.items()
    ]
    best = max(effects.items(), key=lambda item: item[1][0].value or 0.0)
    return draw_ranges(
        f"{ID}-policies",
        spans,
        picture_words(
            context,
            ID,
            "policies",
            note=run_note(context),
            raises=(best[1][0].value or 0.0) > (settlement.value or 0.0),
            policy=context.policies.get(best[0]).label,
        ),
        row_title="Commitment",
    )


def _tables(context: Context) -> tuple[TableView, ...]:
    tracks = context.tables.view(
        "tracks",
        {
            "date": "Date",
            "scheduled_for": "Scheduled for",
            "status": "Status",
            "format": "Format",
            "place": "Place",
            "participants": "Participants",
            "result": "Result",
            "visibility": "Visibility",
            "grade": "Grade",
            "source": "Source",
        },
        title=context.say(ID, "tracks_title"),
    )
    return () if tracks is None else (tracks,)
