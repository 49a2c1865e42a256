"""The security dilemma in question 7: what a mover means, what the observer infers, and what it does to the outcome."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from detente.analysis.effects import are_forced_equal, label_news
from detente.analysis.moves import LEAST_CHANGE, shared_fear, values_changed
from detente.arrays import FloatArray
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Chart, Figure, TableView, Trace, link, present_table
from detente.brief.pictures.charts import Dumbbell, Span, draw_dumbbells, draw_ranges
from detente.brief.pictures.palette import INK
from detente.brief.questions._channels import channel_table, open_policy
from detente.brief.questions._parts import PostureReading, picture_words, readings, run_note
from detente.brief.type_effects import (
    MIXED,
    EffectReading,
    TypeChanges,
    reading_of,
    reading_words,
    type_changes,
)
from detente.brief.words import sentence_case
from detente.crisis.elements import Instrument, Player
from detente.crisis.metric_names import Metric, metric_name, metric_prefix
from detente.crisis.registers import instrument_kinds, kind_of

__all__ = ["DilemmaParts", "count_readings", "dilemma_parts"]


RARE, TINY = 0.02, 1e-6
"""First moves that no type makes with this chance are passed over; the smallest chance in a ratio."""
READINGS: tuple[EffectReading, ...] = (
    "deters",
    "reassures",
    "provokes",
    "uses force",
    "spends leverage",
    MIXED,
    "no clear effect",
)
"""The order in which readings are counted."""
PAGE = "outlook"


@dataclass(frozen=True, slots=True, kw_only=True)
class DilemmaParts:
    """What question 7 shows of the dilemma: pictures and tables."""

    charts: tuple[Chart, ...] = ()
    tables: tuple[TableView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Move:
    """One move: who means what by it, the observer's fear before and after, and what it does to an attack."""

    mover: Player
    label: str
    intent: str
    before: Figure | None
    after: Figure | None
    effect: Figure
    reading: EffectReading
    reading_text: str
    changes: TypeChanges = ()
    fear: tuple[FloatArray, FloatArray] | None = None

    @property
    def shift(self) -> float:
        if self.before is None or self.after is None:
            return 0.0
        return (self.after.value or 0.0) - (self.before.value or 0.0)


def dilemma_parts(context: Context, book: Book) -> DilemmaParts:
    """Read the moves of those who do not challenge off the commitments, and the challenger's off its first moves."""
    if not context.roles.players("challenger"):
        return DilemmaParts()
    ours = _commitments(context, book)
    theirs = _first_moves(context, book)
    moves = [*ours, *theirs]
    if not moves:
        return DilemmaParts()
    _enter_spiral(context, book, ours, theirs)
    charts = (_fear_chart(context, moves), _effect_chart(context, moves))
    tables = (_table(context, moves), _signals(context, book), channel_table(context, book))
    return DilemmaParts(
        charts=tuple(chart for chart in charts if chart is not None),
        tables=tuple(table for table in tables if table is not None),
    )


# --- moves -----------------------------------------------------------------------------------------------------------


def _commitments(context: Context, book: Book) -> list[_Move]:
    """Each compared commitment to an instrument that the base case does not use, by a player that does not challenge.

    Commitments that forgo an attack of their own side are left out: what they change in one is their own doing.
    """
    challengers = {player.id for player in context.roles.players("challenger")}
    read = readings(book)
    found = []
    meant = [kind.name for kind in instrument_kinds().values() if not kind.open_force]
    for policy in context.policies.with_kinds(meant):
        chosen = [
            context.crisis.instruments[one]
            for one in context.policies.get(policy).forced
            if one in context.crisis.instruments
        ]
        base = {one for _, one in context.policies.get(context.policies.base).fixed}
        new = [
            item
            for item in chosen
            if item.id not in base
            and item.player not in challengers
            and item.kind in meant
            and not kind_of(item).restrains
        ]
        if not new or context.policies.forgoes(policy):
            continue
        _, change = book.policies([policy], "attack", "an attack")[policy]
        before, after, fear = _alarm(context, read, policy, new[0])
        changes = type_changes(context, book, policy)
        found.append(
            _Move(
                mover=context.crisis.players[new[0].player],
                label=context.policies.get(policy).label,
                intent=kind_of(new[0]).intent,
                before=before,
                after=after,
                effect=change,
                reading=reading_of(context, policy, changes),
                reading_text=reading_words(context, policy, changes),
                changes=changes,
                fear=fear,
            )
        )
    return found


def _alarm(
    context: Context, read: tuple[PostureReading, ...], policy: str, instrument: Instrument
) -> tuple[Figure | None, Figure | None, tuple[FloatArray, FloatArray] | None]:
    """Return the belief that a mechanism gives before and after an instrument, if it depends on what the instrument changes."""
    given = values_changed(context.crisis, context.policies.get(policy), instrument)
    for reading in read:
        states = dict(reading.rows[0][0].state)
        if not any(variable in given for variable in states):
            continue
        known = context.crisis.state
        now = {name: known[name].initial for name in states if name in known}
        then = {**now, **{name: given[name] for name in states if name in given}}
        pair = [
            next(
                ((level, figure) for level, figure in reading.rows if dict(level.state) == state),
                None,
            )
            for state in (now, then)
        ]
        if pair[0] is not None and pair[1] is not None:
            (first, before), (second, after) = pair[0], pair[1]
            return (
                before,
                after,
                (context.columns.values(first.metric), context.columns.values(second.metric)),
            )
    return None, None, None


def _first_moves(context: Context, book: Book) -> list[_Move]:
    """Each first move of a challenger with more than one type that a public observer can see."""
    found = []
    for player in context.roles.players("challenger"):
        if len(player.types) < 2:
            continue
        kind = player.types[-1]
        name = metric_name("prior", player.id, kind.id)
        if not context.columns.has(name):
            continue
        priors = {
            one.id: context.columns.values(metric_name("prior", player.id, one.id))
            for one in player.types
        }
        threat = {
            one.id: context.columns.values(metric_name("attack_given", player.id, one.id))
            for one in player.types
        }
        before = book.metric(
            f"prior.{player.id}.{kind.id}", f"prior that {player.name} is “{kind.label}”", name
        )
        for metric in context.columns.metrics(metric_prefix("belief", player.id, kind.id)):
            token = Metric.parse(metric).parts[-1]
            instrument = context.crisis.instruments.get(token)
            beliefs = {
                one.id: context.columns.values(metric_name("belief", player.id, one.id, token))
                for one in player.types
            }
            # an attack is no signal of one
            if instrument is None or kind_of(instrument).open_force:
                continue
            if not np.isfinite(beliefs[kind.id]).all():
                continue
            after = book.metric(
                f"belief.{player.id}.{kind.id}.{token}",
                f"belief that {player.name} is “{kind.label}” after “{instrument.label}”",
                metric,
            )
            shift = np.asarray(sum((beliefs[one] - priors[one]) * threat[one] for one in threat))
            news = label_news(shift)
            effect = book.array(
                f"dilemma.{player.id}.{token}.effect",
                f"change of the attack to be expected by what “{instrument.label}” tells of {player.name}",
                shift,
                unit="points",
                trace=context.traces.of(metric),
            )
            found.append(
                _Move(
                    mover=player,
                    label=instrument.label,
                    intent=kind_of(instrument).intent,
                    before=before,
                    after=after,
                    effect=effect,
                    reading=news,
                    reading_text=news,
                    fear=(priors[kind.id], beliefs[kind.id]),
                )
            )
    return found


# --- numbers ---------------------------------------------------------------------------------------------------------


def _enter_spiral(context: Context, book: Book, ours: list[_Move], theirs: list[_Move]) -> None:
    """Enter how far the most alarming move of each side raises both sides' fear."""
    mine = max((move for move in ours if move.fear), key=lambda move: move.shift, default=None)
    other = max((move for move in theirs if move.fear), key=lambda move: move.shift, default=None)
    if mine is None or other is None or mine.fear is None or other.fear is None:
        return
    index = shared_fear(mine.fear, other.fear)
    base = context.traces.of("attack")
    book.array(
        "dilemma.spiral",
        f"spiral index of “{mine.label}” and “{other.label}”",
        index,
        unit="ratio",
        trace=replace(
            base,
            model="beliefs.spiral_index",
            reference="kydd1997, fear rises by Bayes' rule; index our own",
            metric="",
        )
        if isinstance(base, Trace)
        else Trace(),
    )


def _signals(context: Context, book: Book) -> TableView | None:
    """Tabulate how often each type opens with a move, of every player with types: the farther apart, the more it tells."""
    rows = []
    for player in context.roles.players():
        if len(player.types) < 2:
            continue
        policy = open_policy(context, player.id)
        kinds = (player.types[0], player.types[-1])
        for item in context.roles.instruments_of(player.id):
            names = [metric_name("first", player.id, kind.id, item.id) for kind in kinds]
            if kind_of(item).open_force or not all(context.columns.has(name) for name in names):
                continue
            values = [context.columns.values(name, policy) for name in names]
            if max(float(value.mean()) for value in values) < RARE or are_forced_equal(*values):
                continue
            figures = [
                book.metric(
                    f"signal.{player.id}.{kind.id}.{item.id}",
                    f"{player.name} opens with “{item.label}” if “{kind.label}”",
                    name,
                    policy=policy,
                )
                for kind, name in zip(kinds, names, strict=True)
            ]
            rows.append(
                (
                    sentence_case(item.label),
                    player.name,
                    *(
                        f"{link(figure, figure.full_text)} if “{kind.label}”"
                        for figure, kind in zip(figures, kinds, strict=True)
                    ),
                )
            )
    if not rows:
        return None
    return present_table(
        "signals",
        ("First move", "By", "One type", "The other"),
        rows,
        title=context.say(PAGE, "signals_title"),
        numeric=(),
        note=context.say(PAGE, "signals_note"),
        folded=True,
    )


# --- pictures and tables -----------------------------------------------------------------------------------------------


def _fear_chart(context: Context, moves: list[_Move]) -> Chart | None:
    shown = [move for move in moves if move.before is not None and move.after is not None]
    shown = [move for move in shown if abs(move.shift) >= LEAST_CHANGE / 2]
    if not shown:
        return None
    shown.sort(key=lambda move: (move.mover.id, -move.shift))
    top = max(shown, key=lambda move: abs(move.shift))
    rows = [
        Dumbbell(
            row=f"{sentence_case(move.label)} ({move.intent})",
            start=move.before,
            end=move.after,
            colour=context.roles.colours[move.mover.id],
        )
        for move in shown
        if move.before is not None and move.after is not None
    ]
    return draw_dumbbells(
        "outlook-dilemma-fear",
        rows,
        picture_words(
            context,
            PAGE,
            "fear",
            note=run_note(context, marks=""),
            move=top.label,
            intent=top.intent,
            raises=top.shift > 0,
            before=top.before,
            after=top.after,
        ),
        start="Before",
        end="After",
        row_title="Move (what is meant)",
    )


def _effect_chart(context: Context, moves: list[_Move]) -> Chart | None:
    if not moves:
        return None
    ranked = sorted(moves, key=lambda move: move.effect.value or 0.0)
    return draw_ranges(
        "outlook-dilemma-effect",
        [
            Span(
                row=f"{sentence_case(move.label)} ({move.intent})",
                figure=move.effect,
                series=sentence_case(move.reading),
                colour=INK,
            )
            for move in ranked
        ],
        picture_words(
            context,
            PAGE,
            "effect",
            note=run_note(context),
            count=len(moves),
            readings=count_readings([move.reading for move in moves]),
        ),
        zero_line=True,
        row_title="Move (what is meant)",
    )


def count_readings(readings: Sequence[EffectReading]) -> list[tuple[EffectReading, int]]:
    """Count what moves do, each reading that there is.

    Examples
    --------
    >>> count_readings(["no clear effect", "deters", "provokes", "deters"])
    [('deters', 2), ('provokes', 1), ('no clear effect', 1)]
    """
    counts = [(reading, list(readings).count(reading)) for reading in READINGS]
    return [(reading, count) for reading, count in counts if count]


def _table(context: Context, moves: list[_Move]) -> TableView:
    rows = []
    for move in sorted(moves, key=lambda item: (item.mover.id, item.effect.value or 0.0)):
        infers = "nothing new"
        if (
            move.before is not None
            and move.after is not None
            and abs(move.shift) >= LEAST_CHANGE / 2
        ):
            infers = f"{link(move.before)} → {link(move.after)}"
        rows.append(
            (
                sentence_case(move.label),
                move.mover.name,
                move.intent,
                infers,
                link(move.effect, move.effect.full_text),
                move.reading_text,
            )
        )
    return present_table(
        "dilemma",
        (
            "Move",
            "By",
            "Meant",
            "Observer's fear",
            "Chance of an attack",
            "Reading",
        ),
        rows,
        title=context.say(PAGE, "dilemma_title"),
        numeric=(False, False, False, True, True, False),
        note=f"{context.say(PAGE, 'readings_note')} {context.say(PAGE, 'dilemma_note')}",
    )
