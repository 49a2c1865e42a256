"""The words of question 5: what sanctions cost whom, what naming them in advance does, and measure by measure."""

from collections.abc import Mapping, Sequence

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Chart, Figure
from detente.brief.levels import Level
from detente.brief.pages import PageWords, read_page
from detente.brief.pictures.charts import Span, draw_ranges
from detente.brief.pictures.palette import INK
from detente.brief.questions._measures import Measures
from detente.brief.questions._parts import grouped_row, moved_by, picture_words, run_note
from detente.brief.questions._payers import Payers

__all__ = ["blow_chart", "sanctions_words"]

Rows = Sequence[tuple[Level, Figure]]
LOSS = "loss_pct_gdp"
HARDLY = 0.005
SMALLEST_LOSS = 0.05
"""Differences of a loss that are worth a sentence, in % of GDP."""
SHRINKS = 0.9
"""A blow that keeps no more than this share of itself is told to shrink."""
MOST_MEASURES, MOST_USES = 6, 4


def sanctions_words(
    book: Book,
    *,
    hardest: tuple[Level, Figure] | None,
    own: tuple[Level, Figure] | None,
    effects: Mapping[str, tuple[Figure, Figure]],
    measures: Measures,
    payers: Payers,
    sanction_policy: str | None,
) -> PageWords:
    """Say what sanctions do.

    Parameters
    ----------
    book
        The book of the question.
    hardest
        The target's largest loss.
    own
        The largest loss of those who impose sanctions.
    effects
        Per commitment to sanction, the chance of an attack and what it changes.
    measures
        What each measure does by itself.
    payers
        Currency, uses, answers and limits.
    sanction_policy
        The last commitment that sanctions, of which the words say what would change an attack.
    """
    context = book.context
    effects = {name: pair for name, pair in effects.items() if not context.policies.forgoes(name)}
    best = min(effects, key=lambda name: effects[name][1].value or 0.0, default="")
    currency = sorted(payers.currency, key=lambda row: -(row[1].value or 0.0))
    return read_page(
        "sanctions",
        {
            "one_case": context.results.n_draws == 1,
            "names": context.roles.names("challenger"),
            "hardest": None if hardest is None else (_label(context, hardest[0]), hardest[1]),
            "own": None if own is None else (_label(context, own[0]), own[1]),
            "effect": _effect(context, best, effects) if best else None,
            "several": len(effects) > 1,
            "grows": None if hardest is None else _grows(context, book, hardest),
            "shrinks": None if hardest is None else _shrinks(context, book, hardest[0]),
            "alone": measures.alone[:MOST_MEASURES],
            "first_month": measures.first_month[:MOST_MEASURES],
            "late": measures.late,
            "prices": measures.prices,
            "unmodelled": measures.unmodelled,
            "ally": measures.ally,
            "currency": currency[:1],
            "uses": sorted(payers.uses, key=lambda row: -(row[1].value or 0.0))[:MOST_USES],
            "listings": payers.listings[-1:],
            "counter": payers.counter,
            "limits": payers.limits,
            "has_packages": payers.has_packages,
            "loss_rows": ()
            if hardest is None
            else moved_by(
                book,
                hardest[0].metric,
                "the largest loss",
                unit="pct_gdp",
                smallest=SMALLEST_LOSS,
                most=2,
            ),
            "policy": context.policies.get(sanction_policy).label if sanction_policy else "",
            "attack_rows": moved_by(
                book,
                "attack",
                "an attack"
                + (
                    f" under “{context.policies.get(sanction_policy).label}”"
                    if sanction_policy
                    else ""
                ),
                policy=sanction_policy,
                among=context.traces.inputs_of("sanctions.") or None,
                most=2,
            ),
            "has_mechanism": bool(context.levels.mechanisms("sanctions.")),
        },
        language=context.language,
    )


def blow_chart(
    context: Context, target: Rows, senders: Rows, hardest: tuple[Level, Figure] | None
) -> Chart | None:
    """Draw the target's loss under the hardest package in each situation, beside what those who impose it lose."""
    if hardest is None:
        return None
    hit = next(iter(context.roles.players("challenger")), None)
    own = next(iter(context.roles.opponents()), None)
    mine = [row for row in target if row[0].mechanism == hardest[0].mechanism]
    theirs = max(senders, key=lambda row: row[1].value or 0.0, default=None)
    spans = []
    seen: dict[str, int] = {}
    for rows, player in ((mine, hit), ([theirs] if theirs else [], own)):
        colour = context.roles.colours[player.id] if player is not None else INK
        for level, figure in rows:
            row, name = grouped_row(context, level, seen)
            spans.append(Span(row=row, name=name, figure=figure, colour=colour))
    if len(spans) < 2:
        return None
    least = min(mine, key=lambda row: row[1].value or 0.0)
    start = mine[0][1].value or 0.0
    shrinks = context.levels.changed(least[0]) and (least[1].value or 0.0) <= SHRINKS * start
    return draw_ranges(
        "sanctions-blow",
        spans,
        picture_words(
            context,
            "sanctions",
            "blow",
            note=run_note(context),
            package=_label(context, hardest[0]),
            hardest=hardest[1],
            shrinks=context.levels.label(least[0]) if shrinks else "",
            least=least[1],
            start=mine[0][1],
        ),
        row_title="Who and when",
    )


def _label(context: Context, level: Level) -> str:
    return context.crisis.mechanisms[level.mechanism].label


def _effect(
    context: Context, policy: str, effects: Mapping[str, tuple[Figure, Figure]]
) -> tuple[str, str, Figure]:
    """Return the commitment to sanction under which an attack is least likely: its name, what it does, by how much."""
    change = effects[policy][1]
    value = change.value or 0.0
    case = "hardly" if abs(value) < HARDLY else "lowers" if value < 0.0 else "raises"
    return context.policies.get(policy).label, case, change


def _shrinks(
    context: Context, book: Book, hardest: Level
) -> tuple[str, Figure, Figure, bool] | None:
    """Return how the blow shrinks where sanctions are announced in another way, and whether members leave: what is announced, before, after."""
    known = context.crisis.state
    kinds = {"sanctions", "deterrence"}
    announced = {
        (variable, str(value))
        for item in context.crisis.instruments.values()
        if item.kind in kinds
        for variable, value in item.effects.items()
    }
    found = []
    for level in context.levels.of(hardest.mechanism, LOSS):
        changed = context.levels.changed(level)
        if len(changed) == 1 and changed[0][0] in known and changed[0] in announced:
            found.append((float(context.columns.values(level.metric).mean()), level, changed[0]))
    start = context.levels.start(hardest.mechanism, LOSS)
    if not found or not start:
        return None
    least, level, change = min(found, key=lambda row: row[0])
    whole = float(context.columns.values(start[0].metric).mean())
    if least > SHRINKS * whole:
        return None
    before, after = (
        book.level(
            f"loss.{one.mechanism}{context.levels.key(one)}",
            context.levels.full_label(one),
            one,
            unit="pct_gdp",
        )
        for one in (start[0], level)
    )
    return context.levels.label(level), before, after, _members_leave(context, change)


def _grows(
    context: Context, book: Book, hardest: tuple[Level, Figure]
) -> tuple[str, Figure, Figure] | None:
    """Return in which situation the blow is largest, and from what it grows; None where it is largest as things stand."""
    level, figure = hardest
    start = context.levels.start(level.mechanism, LOSS)
    if not start or not context.levels.changed(level):
        return None
    before = book.level(
        f"loss.{level.mechanism}{context.levels.key(start[0])}",
        context.levels.full_label(start[0]),
        start[0],
        unit="pct_gdp",
    )
    if (before.value or 0.0) > SHRINKS * (figure.value or 0.0):
        return None
    return context.levels.label(level), before, figure


def _members_leave(context: Context, change: tuple[str, str]) -> bool:
    """Tell whether less weight joins the first package where one thing is changed."""
    for mechanism in context.levels.mechanisms("alliance.joining"):
        start = context.levels.start(mechanism.id, "coverage")
        for level in context.levels.of(mechanism.id, "coverage"):
            if start and context.levels.changed(level) == (change,):
                before, after = (
                    float(context.columns.values(one.metric).mean()) for one in (start[0], level)
                )
                return after < SHRINKS * before
    return False
