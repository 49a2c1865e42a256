"""The words of question 4: whether deterrence holds, against what, for whom, and where defence becomes provocation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detente.analysis.effects import CLEAR_CHANGE
from detente.analysis.provenance import count_standing
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Chart, Figure, Trace
from detente.brief.levels import Level, reads
from detente.brief.pages import PageWords, read_page
from detente.brief.pictures.charts import Span, draw_ranges
from detente.brief.pictures.palette import INK, NEUTRAL
from detente.brief.questions._holding import Held, quiet_shares, shadows
from detente.brief.questions._parts import (
    Moved,
    PostureReading,
    held_by,
    moved_by,
    picture_words,
    run_note,
)
from detente.brief.type_effects import type_changes
from detente.brief.words import sentence_case

__all__ = ["deterrence_words", "holds_chart"]

HALF = 0.5
HELP = frozenset({"aid", "defence"})
"""Kinds of instruments that help the one who may be attacked."""
SMALL = 0.05
"""Chances of success that differ by less hardly differ."""
SETTLED = 0.95
"""Share of cases from which holding back is taken for granted."""
DEARER = 0.02
"""Least fall of a share that climbing down is worth telling for."""
RISE = 0.02
"""Least rise of a belief that makes a step a threat."""
TOLD = 0.05
"""Share of cases from which a posture that backfires is told."""
MOST_SHADOWS = 2
Rows = Sequence[tuple[Level, Figure]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfire:
    """A posture that makes an attack likelier in some cases: in which share, and how many inputs behind the fear are judged."""

    label: str
    share: Figure
    judged: int


def deterrence_words(
    book: Book,
    *,
    attack: Figure,
    held: Sequence[Held],
    success: Rows,
    effects: Mapping[str, tuple[Figure, Figure]],
    read: Sequence[PostureReading],
    bases: Sequence[tuple[str, Figure]],
) -> PageWords:
    """Say whether deterrence holds.

    Parameters
    ----------
    book
        The book of the question.
    attack
        The chance of an attack.
    held
        Per option, in which share of cases holding back is worth more.
    success
        Chances that an option succeeds, by state.
    effects
        Per commitment that deploys or arms, the chance of an attack and what it changes.
    read
        How each side reads the other's posture.
    bases
        Past rates of what the table compares with an attack.
    """
    context = book.context
    ranked = sorted(held, key=lambda item: item.share.value or 0.0)
    options = [(_label(context, item), item.share) for item in ranked]
    open_effects = {
        policy: pair for policy, pair in effects.items() if not context.policies.forgoes(policy)
    }
    best = min(open_effects, key=lambda name: open_effects[name][1].value or 0.0, default="")
    return read_page(
        "deterrence",
        {
            "one_case": context.results.n_draws == 1,
            "names": context.roles.names("challenger"),
            "options": options,
            "split": _split(context, held),
            "attack": attack,
            "first": _first_success(context, success),
            "best": _best(book, best, effects) if best else None,
            "compared": len(open_effects),
            "settled": bool(held) and all((item.share.value or 0.0) >= SETTLED for item in held),
            "arms": _arms(context, success),
            "shadows": shadows(book, held)[:MOST_SHADOWS],
            "climbing": [
                (label, quiet, now)
                for label, quiet, now in quiet_shares(book, held)
                if (quiet.value or 0.0) - (now.value or 0.0) >= DEARER
            ][:1],
            "alarms": _alarms(context, read),
            "backfires": _backfires(book, effects, read),
            "bases": bases[:1],
            "what": "" if not ranked else _weakest(context, ranked[0])[1],
            "held_rows": _held_rows(context, book, ranked),
            "moved_rows": ()
            if ranked
            else moved_by(
                book, "attack", "an attack", among=context.traces.inputs_of("deterrence.") or None
            ),
            "has_mechanism": bool(context.levels.mechanisms("deterrence.")),
            "has_margin": bool(held),
            "has_forces": context.tables.get("forces") is not None,
        },
        language=context.language,
    )


def _label(context: Context, item: Held) -> str:
    return context.crisis.mechanisms[item.mechanism].label


def _clause(context: Context, level: Level) -> str:
    """Return what may follow "if": the type that a level is about."""
    return next(
        (
            context.names.type_clause(variable.removesuffix(".type"), value)
            for variable, value in level.state
            if variable.endswith(".type")
        ),
        "",
    )


def _split(context: Context, held: Sequence[Held]) -> tuple[list[str], list[str]] | None:
    """Tell for which types holding back is worth more in most cases, over all options, and for which not; None if all are alike."""
    shares: dict[str, list[float]] = {}
    for item in held:
        for _, level, figure in item.by_type:
            shares.setdefault(_clause(context, level), []).append(figure.value or 0.0)
    holds = [clause for clause, values in shares.items() if np.mean(values) >= HALF]
    fails = [clause for clause in shares if clause not in holds]
    return (holds, fails) if holds and fails else None


def _first_success(context: Context, success: Rows) -> tuple[str, Figure] | None:
    if not success:
        return None
    level, figure = success[0]
    return context.crisis.mechanisms[level.mechanism].label, figure


def _best(
    book: Book, policy: str, effects: Mapping[str, tuple[Figure, Figure]]
) -> tuple[str, str, Figure, list[tuple[str, Figure]]]:
    """Return the deployment under which an attack is least likely: whether it lowers it, by how much, and what it does by type."""
    change = effects[policy][1]
    case = "lowers" if (change.value or 0.0) <= -CLEAR_CHANGE else "not"
    typed = [
        (book.context.names.type_clause(effect.player, effect.type), figure)
        for effect, figure in type_changes(book.context, book, policy)
        if not effect.is_forced
    ]
    signs = {(figure.value or 0.0) > 0 for _, figure in typed}
    label = book.context.policies.get(policy).label
    return label, case, change, typed if len(signs) > 1 else []


def _arms(context: Context, success: Rows) -> tuple[str, str, str, Figure, Figure] | None:
    """Return the option whose success help to the attacked moves most: the help, whether it ``hardly`` does, before and after."""
    helping = {
        (variable, str(value))
        for item in context.crisis.instruments.values()
        if item.kind in HELP and context.crisis.players[item.player].role != "challenger"
        for variable, value in item.effects.items()
    }
    options = context.levels.mechanisms("deterrence.option")
    found = []
    for level, figure in success:
        gains = any(
            reads(option.inputs["success_prob"], {level.mechanism})
            for option in options
            if "success_prob" in option.inputs
        )
        if not gains or not set(context.levels.changed(level)) <= helping:
            continue
        start = next(
            (
                other
                for at, other in success
                if at.mechanism == level.mechanism and not context.levels.changed(at)
            ),
            None,
        )
        if start is None or not context.levels.changed(level):
            continue
        fall = (start.value or 0.0) - (figure.value or 0.0)
        if fall > 0.0 and start.text != figure.text:
            label = context.crisis.mechanisms[level.mechanism].label
            found.append((fall, (label, context.levels.label(level), start, figure)))
    if not found:
        return None
    fall, (label, words, start, figure) = max(found, key=lambda item: item[0])
    return label, words, "hardly" if fall < SMALL else "much", start, figure


def _alarms(
    context: Context, read: Sequence[PostureReading]
) -> list[tuple[str, Figure, Figure, str]]:
    """Return the beliefs that a posture raises: whose, before, after, and the posture."""
    return [
        (
            reading.mechanism.label,
            reading.prior,
            reading.widest[1],
            context.levels.state_words(reading.widest[0]),
        )
        for reading in read
        if (reading.widest[1].value or 0.0) - (reading.prior.value or 0.0) >= RISE
    ]


def _backfires(
    book: Book,
    effects: Mapping[str, tuple[Figure, Figure]],
    read: Sequence[PostureReading],
) -> list[Backfire]:
    """Return the postures that make an attack likelier in a good share of cases, the largest share first."""
    context, found = book.context, []
    paths = {
        path
        for reading in read
        for path in reading.widest[1].trace.quantities
        if isinstance(reading.widest[1].trace, Trace)
    }
    standing = count_standing(context.crisis, sorted(paths & set(context.crisis.quantities)))
    for policy in effects:
        label = context.policies.get(policy).label
        share = book.share(
            f"backfires.{policy}",
            f"share of versions in which “{label}” makes an attack likelier",
            context.columns.change("attack", policy) >= CLEAR_CHANGE,
            trace=context.traces.of("attack", policy),
        )
        if (share.value or 0.0) >= TOLD:
            found.append(Backfire(label=label, share=share, judged=standing.judged))
    return sorted(found, key=lambda item: -(item.share.value or 0.0))


def _weakest(context: Context, item: Held) -> tuple[Level | None, str]:
    """Return the level and the name of an option for the type that it tempts most."""
    label = _label(context, item)
    if not item.by_type:
        return None, label
    _, level, _ = min(item.by_type, key=lambda row: row[2].value or 0.0)
    return level, f"{label} if {_clause(context, level)}"


def _held_rows(context: Context, book: Book, ranked: Sequence[Held]) -> tuple[Moved, ...]:
    if not ranked:
        return ()
    level, name = _weakest(context, ranked[0])
    if level is None:
        level = context.levels.start(ranked[0].mechanism, "margin")[0]
    return held_by(book, level, name)


def holds_chart(context: Context, held: Sequence[Held]) -> Chart | None:
    """Draw in which share of cases holding back is worth more, by option and type."""
    if not held:
        return None
    player = next(iter(context.roles.players("challenger")), None)
    strong = context.roles.colours[player.id] if player is not None else INK
    colours = (NEUTRAL, strong, INK)
    spans = []
    for item in held:
        row = sentence_case(_label(context, item))
        if not item.by_type:
            spans.append(Span(row=row, figure=item.share, colour=strong))
        for place, (name, _, figure) in enumerate(item.by_type):
            spans.append(
                Span(
                    row=row,
                    figure=figure,
                    series=sentence_case(name),
                    colour=colours[min(place, len(colours) - 1)],
                )
            )
    split = _split(context, held)
    weakest = min(held, key=lambda item: item.share.value or 0.0)
    return draw_ranges(
        "deterrence-holds",
        spans,
        picture_words(
            context,
            "deterrence",
            "holds",
            note=run_note(context, marks=""),
            fails="" if split is None else split[1][0],
            weakest=_label(context, weakest),
            share=weakest.share,
        ),
        bars=True,
        row_title="Option",
        heads=("Share", "Range"),
    )
