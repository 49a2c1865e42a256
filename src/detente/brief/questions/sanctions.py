"""What about sanctions? What each package costs the target and those who impose it, and what it does to the choice."""

from collections.abc import Sequence

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.facts import read_facts
from detente.brief.figures import Answer, Chart, Figure, TableView, link
from detente.brief.levels import Level
from detente.brief.pictures.charts import Span, draw_ranges
from detente.brief.pictures.drawing import Words
from detente.brief.pictures.palette import INK
from detente.brief.questions._measures import describe_measures
from detente.brief.questions._parts import (
    change_sentences,
    effect_sentence,
    grouped_row,
    run_note,
)
from detente.brief.questions._payers import find_payers
from detente.brief.words import join_words, sentence_case
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
SMALLEST_LOSS = 0.05
"""Differences of a loss that are worth a sentence, in % of GDP."""
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
        _loss_chart(context, target, senders),
        _member_chart(context, members),
        *payers.charts,
        _policy_chart(context, book, effects),
    ]
    return Answer(
        id=ID,
        title="What about sanctions?",
        answer=_first_sentence(context, target, senders, effects),
        facts=read_facts(book),
        model=(
            *_loss_paragraphs(context, target, senders),
            *measures.paragraphs,
            *payers.paragraphs,
            *_effects(context, effects),
            *_use(context, book),
        ),
        charts=tuple(chart for chart in charts if chart is not None),
        tables=(*measures.tables, *payers.tables, *_tables(context)),
        changes=_changes(context, book, target),
        absent=()
        if context.levels.mechanisms("sanctions.")
        else ("The crisis file uses no sanctions mechanism, so losses are not computed.",),
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


def _first_sentence(
    context: Context, target: Rows, senders: Rows, effects: dict[str, tuple[Figure, Figure]]
) -> str:
    challenger = context.roles.names("challenger")
    hardest = _largest(target)
    if hardest is not None:
        label = context.crisis.mechanisms[hardest[0].mechanism].label
        text = f"{sentence_case(label)} {'reaches' if len(target) > 1 else 'is'} {link(hardest[1], hardest[1].full_text)}"
        own = _largest([row for row in senders if _sends(context, row[0])])
        if own is not None:
            label = context.crisis.mechanisms[own[0].mechanism].label
            text += f", {label} {link(own[1], own[1].text)}"
    else:
        text = f"The file computes no loss of {challenger} under sanctions"
    if effects:
        policy, (_, change) = min(effects.items(), key=lambda item: item[1][1].value or 0.0)
        doing = (
            "announcing sanctions"
            if len(effects) > 1
            else f"“{context.policies.get(policy).label}”"
        )
        points = change.text.removeprefix("\N{MINUS SIGN}").removeprefix("+")
        if change.value is not None and abs(change.value) < 0.005:
            text += f"; {doing} hardly changes the probability of an attack"
        else:
            verb = "lowers" if (change.value or 0.0) < 0 else "raises"
            text += f"; {doing} {verb} the probability of an attack by {'up to ' if len(effects) > 1 else ''}{link(change, points)}"
    return text + "."


def _sends(context: Context, level: Level) -> bool:
    """Whether a loss is that of those who impose sanctions, not of those whom a counter-measure hits."""
    return context.crisis.mechanisms[level.mechanism].model in SENDER_MODELS


def _loss_paragraphs(context: Context, target: Rows, senders: Rows) -> tuple[str, ...]:
    """Say in which situation the target loses most, what other packages add, and what others pay."""
    hardest = _largest(target)
    sentences = []
    if hardest is not None and context.levels.changed(hardest[0]):
        label = context.crisis.mechanisms[hardest[0].mechanism].label
        sentences.append(f"{sentence_case(label)} is largest {context.levels.label(hardest[0])}.")
    rest = [] if hardest is None else [r for r in target if r[0].mechanism != hardest[0].mechanism]
    more = _by_mechanism(context, rest)
    if more:
        sentences.append(f"Other packages add to it or stand in its place: {join_words(more)}.")
    counter = _by_mechanism(context, [row for row in senders if not _sends(context, row[0])])
    if counter:
        sentences.append(f"Others pay too: {join_words(counter)}.")
    return (" ".join(sentences),) if sentences else ()


def _by_mechanism(context: Context, rows: Rows) -> list[str]:
    """Say up to what each mechanism's loss goes."""
    found = []
    for name in dict.fromkeys(level.mechanism for level, _ in rows):
        row = _largest([row for row in rows if row[0].mechanism == name])
        if row is not None:
            label = context.crisis.mechanisms[name].label
            found.append(f"{label} reaches {link(row[1], row[1].full_text)}")
    return found


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
    title = "What sanctions and counter-measures cost"
    if hardest is not None and cost is not None:
        larger = (hardest[1].value or 0.0) > (cost[1].value or 0.0)
        title = (
            "Sanctions cost the target more than those who impose them"
            if larger
            else "Those who impose sanctions may lose more than the target"
        )
    elif hardest is not None:
        title = f"The hardest package costs the target {hardest[1].text}"
    return draw_ranges(
        f"{ID}-losses",
        spans,
        Words(
            title=title,
            subtitle="Loss of real income in % of GDP by package and situation; situations without any loss are left out",
            footnote=run_note(context),
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
        Words(
            title=f"{context.names.actor(first[0].member)} loses most of those who impose sanctions",
            subtitle=f"Loss of each sender in % of GDP, {context.levels.label(first[0])}",
            footnote=run_note(context),
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
    spans = [
        Span(row=f"Base case: {context.policies.get(context.policies.base).label}", figure=attack)
    ]
    spans += [
        Span(row=sentence_case(context.policies.get(policy).label), figure=level, colour=INK)
        for policy, (level, _) in ranked
    ]
    policy, (level, change) = ranked[0]
    title = (
        f"“{sentence_case(context.policies.get(policy).label)}” brings the probability of an attack to {level.text}"
        if (change.value or 0.0) < 0
        else "No commitment to sanction lowers the probability of an attack"
    )
    return draw_ranges(
        f"{ID}-policies",
        spans,
        Words(
            title=title,
            subtitle="Model's probability of an attack under each commitment that uses sanctions, mean over explored cases",
            footnote=run_note(context),
        ),
        row_title="Commitment",
    )


def _effects(context: Context, effects: dict[str, tuple[Figure, Figure]]) -> tuple[str, ...]:
    ranked = sorted(effects.items(), key=lambda item: item[1][1].value or 0.0)
    return tuple(effect_sentence(context, policy, "an attack", pair) for policy, pair in ranked[:3])


def _use(context: Context, book: Book) -> tuple[str, ...]:
    """Say how often those who threaten would use each sanction, in the base case."""
    parts = []
    for player in context.roles.players("defender", "ally", "target"):
        for instrument in context.roles.instruments_of(player.id):
            metric = metric_name("use", player.id, instrument.id)
            if instrument.kind in KINDS and context.columns.has(metric):
                if float(context.columns.values(metric).mean()) < SELDOM:
                    continue
                figure = book.metric(
                    f"use.{instrument.id}", f"{player.name} uses “{instrument.label}”", metric
                )
                parts.append(f"“{instrument.label}”, {link(figure, figure.full_text)}")
    if not parts:
        return ()
    return (
        "Probability that each is used at all, with or without a war: " + "; ".join(parts) + ".",
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
        title="Measures on the table",
        numeric=("value",),
    )
    return () if view is None else (view,)


def _changes(context: Context, book: Book, target: Rows) -> tuple[str, ...]:
    """Say what moves the target's largest loss, and an attack under the commitment that sanctions most."""
    sentences: tuple[str, ...] = ()
    hardest = _largest(target)
    if hardest is not None:
        sentences = change_sentences(
            book,
            hardest[0].metric,
            "the largest loss",
            unit="pct_gdp",
            smallest=SMALLEST_LOSS,
            most=3,
        )
    policies = context.policies.with_kinds(KINDS)
    policy = policies[-1] if policies else None
    noun = f"an attack under “{context.policies.get(policy).label}”" if policy else "an attack"
    among = context.traces.inputs_of("sanctions.") or None
    moved = change_sentences(book, METRIC, noun, policy=policy, among=among, most=2)
    if sentences and not any(
        driver.path in (among or ()) for driver in context.traces.movers(METRIC, policy)
    ):
        return sentences
    return (*sentences, *moved)
