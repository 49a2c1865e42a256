"""What about sanctions? What each package costs the target and those who impose it, and what it does to the choice."""

from collections.abc import Sequence

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.facts import read_facts
from detente.brief.figures import Answer, Chart, Figure, TableView
from detente.brief.levels import Level
from detente.brief.pictures.charts import Span, draw_ranges
from detente.brief.pictures.palette import INK
from detente.brief.questions._measures import describe_measures
from detente.brief.questions._parts import base_row, grouped_row, picture_words, run_note
from detente.brief.questions._payers import find_payers
from detente.brief.questions._sanctions_card import blow_chart, sanctions_words
from detente.brief.words import sentence_case
from detente.crisis.metric_names import metric_name
from detente.crisis.registers import kinds_for

__all__ = ["answer"]

ID, ORDER = "sanctions", 50
KINDS = kinds_for(ID)
METRIC = "attack"
LOSS = "loss_pct_gdp"
TARGET_MODELS = ("sanctions.target_loss", "sanctions.package_loss")
"""Models that price the target's loss."""
SENDER_MODELS = ("sanctions.sender_loss", "sanctions.package_cost")
"""Models that price the loss of those who impose sanctions."""
TINY = 0.05
"""A package whose largest loss is below this share of the largest of all has one row."""
MOST_ROWS = 12
"""Most losses of either side on a picture."""
SELDOM = 0.005
"""Instruments used less often than this are not listed."""

Rows = list[tuple[Level, Figure]]


def answer(book: Book) -> Answer:
    """Answer the question from the losses by package and from commitments to sanction."""
    context = book.context
    target = _losses(context, book, TARGET_MODELS)
    others = [
        mechanism.model
        for mechanism in context.levels.mechanisms("sanctions.")
        if mechanism.model not in TARGET_MODELS
    ]
    senders = _losses(context, book, tuple(dict.fromkeys(others)))
    members = _member_losses(context, book)
    payers = find_payers(context, book)
    measures = describe_measures(context, book)
    effects = book.policies(context.policies.with_kinds(KINDS), METRIC, "an attack")
    charts = [
        blow_chart(
            context,
            target,
            [row for row in senders if _sends(context, row[0])],
            _largest(target),
        ),
        _loss_chart(context, target, senders),
        _member_chart(context, members),
        *payers.charts,
        _policy_chart(context, book, effects),
    ]
    sanctioning = context.policies.with_kinds(KINDS)
    said = sanctions_words(
        book,
        hardest=_largest(target),
        own=_largest([row for row in senders if _sends(context, row[0])]),
        effects=effects,
        measures=measures,
        payers=payers,
        sanction_policy=sanctioning[-1] if sanctioning else None,
    )
    _use(context, book)
    return Answer(
        id=ID,
        title=said.title,
        answer=said.answer,
        so_what=said.so_what,
        facts=read_facts(book),
        model=said.model,
        charts=tuple(chart for chart in charts if chart is not None),
        tables=(*measures.tables, *payers.tables, *_tables(context)),
        changes=said.changes,
        absent=said.absent,
    )


def _losses(context: Context, book: Book, models: Sequence[str]) -> Rows:
    """Losses by level, those that are zero in every case left out."""
    found: Rows = []
    for mechanism in context.levels.mechanisms(*models) if models else ():
        for level in context.levels.main(mechanism.id, LOSS, skip_zero=True):
            figure = book.level(
                f"loss.{mechanism.id}{context.levels.key(level)}",
                context.levels.full_label(level),
                level,
                unit="pct_gdp",
            )
            found.append((level, figure))
    return found


def _member_losses(context: Context, book: Book) -> Rows:
    """Losses of each sender at the level where they are largest."""
    found: Rows = []
    for mechanism in context.levels.mechanisms(*SENDER_MODELS):
        levels = context.levels.of(mechanism.id, f"member_{LOSS}")
        states = list(dict.fromkeys(level.state for level in levels))
        if not states:
            continue
        totals = {
            state: sum(
                float(context.columns.values(level.metric).mean())
                for level in levels
                if level.state == state
            )
            for state in states
        }
        worst = max(states, key=lambda state: totals[state])
        for level in levels:
            if level.state == worst and level.member and context.columns.values(level.metric).any():
                name = context.names.actor(level.member)
                figure = book.level(
                    f"member_loss.{mechanism.id}.{level.member}",
                    f"{mechanism.label}: {name}, {context.levels.label(level)}",
                    level,
                    unit="pct_gdp",
                )
                found.append((level, figure))
    return sorted(found, key=lambda pair: -(pair[1].value or 0.0))


def _largest(rows: Rows) -> tuple[Level, Figure] | None:
    return max(rows, key=lambda pair: pair[1].value or 0.0) if rows else None


def _sends(context: Context, level: Level) -> bool:
    """Whether a loss is that of those who impose sanctions, not of those whom a counter-measure hits."""
    return context.crisis.mechanisms[level.mechanism].model in SENDER_MODELS


def _loss_chart(context: Context, target: Rows, senders: Rows) -> Chart | None:
    if not target and not senders:
        return None
    hit = next(iter(context.roles.players("challenger")), None)
    own = next(iter(context.roles.opponents()), None)
    spans = []
    seen: dict[str, int] = {}
    for rows, player in ((target, hit), (senders, own)):
        colour = context.roles.colours[player.id] if player is not None else INK
        for level, figure in _of_each_package(rows):
            row, name = grouped_row(context, level, seen)
            spans.append(Span(row=row, name=name, figure=figure, colour=colour))
    hardest, cost = _largest(target), _largest(senders)
    case = "senders"
    if hardest is not None:
        case = "target"
        if cost is not None:
            larger = (hardest[1].value or 0.0) > (cost[1].value or 0.0)
            case = "target_more" if larger else "senders_more"
    return draw_ranges(
        f"{ID}-losses",
        spans,
        picture_words(
            context,
            ID,
            "losses",
            note=run_note(context),
            case=case,
            hardest=None if hardest is None else hardest[1],
        ),
        bars=True,
        row_title="Who and when",
    )


def _of_each_package(rows: Rows) -> Rows:
    """Return the largest losses of every mechanism, the mechanism with the largest first, together no more than a picture holds."""
    packages: dict[str, Rows] = {}
    for level, figure in rows:
        packages.setdefault(level.mechanism, []).append((level, figure))
    room = max(1, MOST_ROWS // max(len(packages), 1))
    largest = max((figure.value or 0.0 for _, figure in rows), default=0.0)
    shown = []
    for found in packages.values():
        ranked = sorted(found, key=lambda row: -(row[1].value or 0.0))
        shown.append(ranked[: room if (ranked[0][1].value or 0.0) >= TINY * largest else 1])
    shown.sort(key=lambda found: -(found[0][1].value or 0.0))
    return [row for found in shown for row in found]


def _member_chart(context: Context, members: Rows) -> Chart | None:
    if len(members) < 2:
        return None
    owner = {
        actor: player.id for player in context.crisis.players.values() for actor in player.actors
    }
    first = members[0]
    return draw_ranges(
        f"{ID}-members",
        [
            Span(
                row=context.names.actor(level.member),
                figure=figure,
                colour=context.roles.colours.get(owner.get(level.member, ""), INK),
            )
            for level, figure in members[:14]
        ],
        picture_words(
            context,
            ID,
            "members",
            note=run_note(context),
            member=context.names.actor(first[0].member),
            state=context.levels.label(first[0]),
        ),
        bars=True,
        row_title="Sender",
    )


def _policy_chart(
    context: Context, book: Book, effects: dict[str, tuple[Figure, Figure]]
) -> Chart | None:
    if len(effects) < 2:
        return None
    attack = book.metric("attack", "an attack", METRIC)
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


def _use(context: Context, book: Book) -> None:
    """Enter how often those who threaten would use each sanction, in the base case."""
    for player in context.roles.players("defender", "ally", "target"):
        for instrument in context.roles.instruments_of(player.id):
            metric = metric_name("use", player.id, instrument.id)
            if instrument.kind in KINDS and context.columns.has(metric):
                if float(context.columns.values(metric).mean()) < SELDOM:
                    continue
                book.metric(
                    f"use.{instrument.id}", f"{player.name} uses “{instrument.label}”", metric
                )


def _tables(context: Context) -> tuple[TableView, ...]:
    view = context.tables.view(
        "measures",
        {
            "measure": "Measure",
            "variant": "Variant",
            "proposed_by": "Proposed by",
            "objected_by": "Objected to by",
            "state": "State of play",
            "effect_on": "Effect on",
            "value": "Effect",
            "lag": "Lag",
            "grade": "Grade",
            "source": "Source",
        },
        title=context.say(ID, "measures_title"),
        numeric=("value",),
    )
    return () if view is None else (view,)
