"""Are diplomatic efforts working? Tracks, what is scheduled, the chance of a settlement, and talks as a pretext."""

from collections import Counter
from datetime import date, timedelta

import numpy as np

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.facts import read_facts
from detente.brief.figures import Answer, Chart, Figure, TableView, link
from detente.brief.pages import read_page
from detente.brief.pictures.charts import Span, draw_ranges, draw_weeks
from detente.brief.pictures.drawing import Words
from detente.brief.questions._parts import (
    change_sentences,
    effect_sentence,
    run_note,
)
from detente.brief.questions._terms import causes_chart, read_terms
from detente.brief.words import format_date, join_words, plural, sentence_case
from detente.crisis.elements import Table
from detente.crisis.metric_names import metric_name
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
        _weeks(context, book, table) if table is not None else None,
        None if terms is None else causes_chart(context, terms),
        _policy_chart(context, settlement, effects),
    ]
    said = read_page(
        ID,
        {
            **_cases(settlement, room),
            "counts_settlements": flagged,
            "settlement": settlement,
            "room": room,
            "has_tracks": table is not None,
        },
    )
    return Answer(
        id=ID,
        title=said.title,
        answer=said.answer,
        facts=read_facts(book),
        model=(
            *_counted(context, book, table),
            *_effect_paragraphs(context, effects),
            *_pretext(context, book),
            *_hidden(context),
        ),
        charts=tuple(chart for chart in charts if chart is not None),
        tables=_tables(context),
        changes=change_sentences(book, METRIC, "a settlement") if flagged else (),
        absent=said.absent,
    )


def _cases(settlement: Figure, room: Figure | None) -> dict[str, str]:
    """Name the cases that the first sentence tells apart: how likely a settlement is, and how the room for terms joins it."""
    value = settlement.value or 0.0
    verdict = "no" if value < 0.2 else "part" if value < 0.55 else "yes"
    joint = ""
    if room is not None and room.value is not None:
        joint = "despite" if value < 0.55 and room.value > value + 0.1 else "with"
    return {"verdict": verdict, "joint": joint}


def _counted(context: Context, book: Book, table: Table | None) -> tuple[str, ...]:
    """Count the meetings held and scheduled."""
    if table is None:
        return ()
    held, ahead = _meetings(context, table)
    first = min((day for day, _ in held), default=None)
    count = book.count("tracks.held", "meetings and calls held", table, len(held))
    meetings = "meeting or call has" if len(held) == 1 else "meetings and calls have"
    text = f"{link(count)} {meetings} been held"
    if first is not None:
        text += f" since {format_date(first)}"
    if ahead:
        later = book.count("tracks.ahead", "meetings and calls scheduled", table, len(ahead))
        text += f" and {link(later)} {'is' if len(ahead) == 1 else 'are'} scheduled"
    return (f"By the table of tracks, {text}.",)


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


def _weeks(context: Context, book: Book, table: Table) -> Chart | None:
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
    title = f"{plural(len(held), 'meeting')} so far"
    title += f", {recent} of them in the last week" if recent else ""
    title += f"; {len(ahead)} more scheduled" if ahead else "; none scheduled"
    del book
    return draw_weeks(
        f"{ID}-weeks",
        rows,
        Words(
            title=title,
            subtitle="Meetings and calls per week, by the Monday that it begins with",
            footnote=f"Source: table of tracks ({table.file}), as of {context.crisis.as_of.isoformat()}.",
        ),
        states=states,
        unit="Week of",
    )


def _policy_chart(
    context: Context, settlement: Figure, effects: dict[str, tuple[Figure, Figure]]
) -> Chart | None:
    if not effects:
        return None
    spans = [
        Span(
            row=f"Base case: {context.policies.get(context.policies.base).label}", figure=settlement
        )
    ]
    spans += [
        Span(row=sentence_case(context.policies.get(policy).label), figure=level, colour="#56B4E9")
        for policy, (level, _) in effects.items()
    ]
    best = max(effects.items(), key=lambda item: item[1][0].value or 0.0)
    if (best[1][0].value or 0.0) > (settlement.value or 0.0):
        title = (
            f"“{sentence_case(context.policies.get(best[0]).label)}” makes a settlement most likely"
        )
    else:
        title = "No diplomatic commitment compared makes a settlement more likely"
    return draw_ranges(
        f"{ID}-policies",
        spans,
        Words(
            title=title,
            subtitle="Model's probability of a settlement under each commitment that uses diplomacy, mean over explored cases",
            footnote=run_note(context),
        ),
        row_title="Commitment",
    )


def _effect_paragraphs(
    context: Context, effects: dict[str, tuple[Figure, Figure]]
) -> tuple[str, ...]:
    ranked = sorted(effects.items(), key=lambda item: -(item[1][1].value or 0.0))
    return tuple(
        effect_sentence(context, policy, "a settlement", pair) for policy, pair in ranked[:3]
    )


def _pretext(context: Context, book: Book) -> tuple[str, ...]:
    """Say whether talks may be a pretext: does the type that would attack talk first as often as the other."""
    paragraphs = []
    for player in context.roles.players("challenger"):
        talk = [item for item in context.roles.instruments_of(player.id) if item.kind in KINDS]
        if len(player.types) < 2 or not talk:
            continue
        parts = []
        for kind in player.types:
            metrics = [metric_name("first", player.id, kind.id, item.id) for item in talk]
            known = [metric for metric in metrics if context.columns.has(metric)]
            if not known:
                continue
            total = np.sum([context.columns.values(metric) for metric in known], axis=0)
            figure = book.array(
                f"talk.{player.id}.{kind.id}",
                f"first move is diplomacy if {player.name} is “{kind.label}”",
                total,
                unit="prob",
                trace=context.traces.of(known[0]),
            )
            parts.append(f"{link(figure, figure.full_text)} if it is “{kind.label}”")
        if parts:
            names = join_words([f"“{item.label}”" for item in talk], last="or")
            paragraphs.append(
                f"Are talks a pretext? {player.name} opens with diplomacy ({names}) with a probability of {join_words(parts)}. "
                "The closer the two, the less its talking says about its aims."
            )
    return tuple(paragraphs)


def _hidden(context: Context) -> tuple[str, ...]:
    hidden = [
        item for item in context.crisis.instruments.values() if item.seen_by and item.kind in KINDS
    ]
    if not hidden:
        return ()
    groups: dict[tuple[str, ...], list[str]] = {}
    for item in hidden:
        groups.setdefault(tuple(item.seen_by), []).append(f"“{item.label}”")
    parts = [
        f"{join_words(names)} {'is' if len(names) == 1 else 'are'} seen by "
        f"{join_words([context.names.actor(who) for who in seen_by])} alone"
        for seen_by, names in groups.items()
    ]
    return (f"Not all of it is public: {'; '.join(parts)}.",)


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
        title="Diplomatic tracks",
    )
    return () if tracks is None else (tracks,)
