"""What about defence and deterrence? What forces and aid add to the price of each option, and how they are read."""

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.facts import read_facts
from detente.brief.figures import Answer, Chart, Figure, TableView
from detente.brief.levels import Level
from detente.brief.pictures.charts import Dumbbell, Span, draw_dumbbells, draw_ranges
from detente.brief.pictures.palette import INK
from detente.brief.questions._deterrence_card import deterrence_words, holds_chart
from detente.brief.questions._holding import (
    balance_chart,
    base_rates_of_attack,
    read_held,
    typed_levels,
)
from detente.brief.questions._parts import (
    PostureReading,
    base_row,
    grouped_row,
    picture_words,
    readings,
    run_note,
)
from detente.brief.questions._theatre import theatre_chart
from detente.brief.questions._timeline import timeline_chart
from detente.brief.words import sentence_case
from detente.crisis.registers import kinds_for

__all__ = ["answer"]

ID, ORDER = "deterrence", 40
DEPLOYMENTS = kinds_for(ID, open_force=False)
"""Kinds of instruments that deploy or arm."""
KINDS = kinds_for(ID)
"""The same with the use of force: all that tells of resolve."""
METRIC = "attack"
SHIFT = 0.02
"""Smallest shift of a belief that is worth a sentence."""


def answer(book: Book) -> Answer:
    """Answer the question from margins, chances of success and commitments that deploy or arm."""
    context = book.context
    attack = book.metric("attack", "an attack", METRIC)
    margins = _levels(context, book, "margin", "stakes", "margin against")
    success = _levels(context, book, "success_prob", "prob", "")
    effects = book.policies(context.policies.with_kinds(DEPLOYMENTS), METRIC, "an attack")
    held = read_held(book)
    read = readings(book)
    said = deterrence_words(
        book,
        attack=attack,
        held=held,
        success=success,
        effects=effects,
        read=read,
        bases=base_rates_of_attack(book),
    )
    charts = [
        holds_chart(context, held),
        balance_chart(book, held),
        _margin_chart(context, margins),
        timeline_chart(book),
        theatre_chart(book),
        _alarm_chart(context, read),
        _success_chart(context, success),
        _policy_chart(context, attack, effects),
    ]
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


Rows = list[tuple[Level, Figure]]


def _levels(context: Context, book: Book, output: str, unit: str, words: str) -> Rows:
    found: Rows = []
    for mechanism in context.levels.mechanisms("deterrence."):
        levels = (
            typed_levels(context, mechanism.id, output)
            if output == "margin"
            else context.levels.main(mechanism.id, output)
        )
        for level in levels:
            label = f"{words} {mechanism.label}".strip()
            figure = book.level(
                f"{output}.{mechanism.id}{context.levels.key(level)}",
                f"{label} {context.levels.label(level)}",
                level,
                unit=unit,
            )
            found.append((level, figure))
    return found


def _alarm_chart(context: Context, read: tuple[PostureReading, ...]) -> Chart | None:
    if not read:
        return None
    rows = [
        Dumbbell(
            row=sentence_case(context.levels.state_words(level))
            if len(read) == 1
            else f"{sentence_case(reading.mechanism.label)} {context.levels.state_words(level)}",
            start=reading.prior,
            end=figure,
            colour=INK,
        )
        for reading in read
        for level, figure in reading.rows
    ]
    first = max(
        read, key=lambda item: abs((item.widest[1].value or 0.0) - (item.prior.value or 0.0))
    )
    level, after = first.widest
    shift = (after.value or 0.0) - (first.prior.value or 0.0)
    return draw_dumbbells(
        f"{ID}-readings",
        rows,
        picture_words(
            context,
            ID,
            "readings",
            note=run_note(context, marks=""),
            belief=first.mechanism.label,
            case="quiet" if abs(shift) < SHIFT else "rises" if shift > 0 else "falls",
            before=first.prior,
            after=after,
            state=context.levels.state_words(level),
        ),
        start="Before",
        end="After",
        row_title="Posture",
    )


def _rows(context: Context, rows: Rows) -> list[Span]:
    spans = []
    seen: dict[str, int] = {}
    for level, figure in _start_first(context, rows):
        row, name = grouped_row(context, level, seen)
        spans.append(Span(row=row, name=name, figure=figure, colour=INK))
    return spans


def _start_first(context: Context, rows: Rows) -> Rows:
    """Put the state of the start before the others of a mechanism."""
    order = list(dict.fromkeys(level.mechanism for level, _ in rows))
    return sorted(
        rows, key=lambda row: (order.index(row[0].mechanism), bool(context.levels.changed(row[0])))
    )


def _margin_chart(context: Context, margins: Rows) -> Chart | None:
    if not margins:
        return None
    challenger = context.roles.names("challenger")
    positive = sum((figure.value or 0.0) > 0 for _, figure in margins)
    return draw_ranges(
        f"{ID}-margins",
        _rows(context, margins),
        picture_words(
            context,
            ID,
            "margins",
            note=run_note(context),
            case="all" if positive == len(margins) else "some" if positive else "none",
            names=challenger,
            positive=positive,
            of=len(margins),
        ),
        zero_line=True,
        row_title="Option and posture",
    )


def _success_chart(context: Context, success: Rows) -> Chart | None:
    if not success:
        return None
    known = [pair for pair in success if pair[1].value is not None]
    low = min(known, key=lambda pair: pair[1].value or 0.0)
    high = max(known, key=lambda pair: pair[1].value or 0.0)
    mechanisms = list(dict.fromkeys(level.mechanism for level, _ in success))
    return draw_ranges(
        f"{ID}-success",
        _rows(context, success),
        picture_words(
            context,
            ID,
            "success",
            note=run_note(context),
            labels=[context.crisis.mechanisms[name].label for name in mechanisms],
            case="apart" if low[1].text != high[1].text else "same" if len(success) > 1 else "one",
            low=low[1],
            high=high[1],
        ),
        row_title="Situation",
    )


def _policy_chart(
    context: Context, attack: Figure, effects: dict[str, tuple[Figure, Figure]]
) -> Chart | None:
    if len(effects) < 2:
        return None
    ranked = sorted(effects.items(), key=lambda item: item[1][0].value or 0.0)
    spans = [Span(row=base_row(context), figure=attack)]
    spans += [
        Span(row=sentence_case(context.policies.get(policy).label), figure=level, colour=INK)
        for policy, (level, _) in ranked
    ]
    policy, (level, change) = ranked[0]
    return draw_ranges(
        f"{ID}-policies",
        spans,
        picture_words(
            context,
            ID,
            "policies",
            note=run_note(context),
            lowers=(change.value or 0.0) < 0,
            policy=context.policies.get(policy).label,
            attack=level,
        ),
        row_title="Commitment",
    )


def _tables(context: Context) -> tuple[TableView, ...]:
    common = {"value": "Value", "as_of": "As of", "grade": "Grade", "source": "Source"}
    views = [
        context.tables.view(
            "forces",
            {"side": "Side", "item": "Item", "place": "Place", **common},
            title=context.say(ID, "forces_title"),
            numeric=("value",),
            note=context.say(ID, "forces_note"),
        ),
        context.tables.view(
            "arms",
            {"sender": "Sender", "item": "Item", **common},
            title=context.say(ID, "arms_title"),
            numeric=("value",),
        ),
        context.tables.view(
            "reinforcement",
            {"side": "Side", "item": "Item", "place": "Place", **common},
            title=context.say(ID, "reinforcement_title"),
            numeric=("value",),
        ),
    ]
    return tuple(view for view in views if view is not None)
