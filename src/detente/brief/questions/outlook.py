"""What happens now? Outcomes, escalation, which commitment holds up, what drives the result, and what to watch."""

from collections.abc import Iterator, Mapping, Sequence

from detente.analysis.effects import CLEAR_CHANGE
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.facts import read_facts
from detente.brief.figures import (
    Answer,
    Chart,
    Figure,
    TableView,
    link,
    present_table,
)
from detente.brief.pictures.charts import Dumbbell, Span, draw_dumbbells, draw_ranges
from detente.brief.pictures.drawing import Key
from detente.brief.pictures.palette import INK, OKABE_ITO, SOFT
from detente.brief.questions._beliefs import belief_chart, read_beliefs
from detente.brief.questions._dilemma import dilemma_parts
from detente.brief.questions._hopes import read_hopes
from detente.brief.questions._leading import (
    Leading,
    outcomes_case,
    read_leading,
)
from detente.brief.questions._mixing import find_search
from detente.brief.questions._outlook_card import outlook_words
from detente.brief.questions._parts import base_row, picture_words, policy_row, readings, run_note
from detente.brief.questions._reasons import enter_noise, reason_table
from detente.brief.questions._regret import preference_table, regret_table
from detente.brief.questions._robust import find_mix
from detente.brief.shared import SharedFigures, declare_shared
from detente.brief.type_effects import effects_table
from detente.brief.words import (
    format_date,
    sentence_case,
)
from detente.crisis.elements import OutcomeRule
from detente.crisis.metric_names import metric_name
from detente.crisis.quantity_building import split_sources

__all__ = ["answer"]

ID, ORDER = "outlook", 70


def answer(book: Book) -> Answer:
    """Answer the question from the ensemble: outcomes, policies, drivers, beliefs."""
    context = book.context
    shared = declare_shared(context)
    outcomes, attack = shared.outcomes, shared.attack
    book.keep_all([*(figure for _, figure in outcomes), attack])
    leading = read_leading(context, book, outcomes, attack)
    for pairs in (shared.policies, shared.settlements):
        book.keep_all(figure for pair in pairs.values() for figure in pair)
    beliefs = read_beliefs(context, book)
    dilemma = dilemma_parts(context, book)
    charts = [
        _outcome_chart(context, outcomes, attack, leading),
        *dilemma.charts,
        belief_chart(context, beliefs),
        _policy_chart(context, shared.policies, shared.settlements),
        _driver_chart(context, book, shared),
    ]
    regret = regret_table(context, book)
    search = find_search(context, book)
    mix = find_mix(context, book, also=search.preferred)
    book.keep_all(_beside_base_rates(context, shared))
    facts = read_facts(book)
    noise = enter_noise(context, book)
    _enter_by_player(context, book)
    _enter_by_type(context, book)
    under_each = _policy_outcomes(context, book, outcomes)
    book.keep_all(figure for pairs in shared.by_type.values() for _, figure in pairs)
    said = outlook_words(
        book,
        leading=leading,
        shared=shared,
        beliefs=beliefs,
        read=readings(book),
        mix=mix,
        combinations=search.combinations,
        noise=noise,
        hopes=read_hopes(context, book),
    )
    return Answer(
        id=ID,
        title=said.title,
        answer=said.answer,
        so_what=said.so_what,
        facts=facts,
        model=said.model,
        charts=tuple(chart for chart in (*charts, search.chart) if chart is not None),
        tables=tuple(
            table
            for table in (
                regret,
                search.table,
                mix.table,
                mix.failing,
                preference_table(context),
                reason_table(context, book),
                effects_table(context, shared.by_type),
                _policy_table(context, under_each),
                *dilemma.tables,
                *_watch(context),
            )
            if table
        ),
        changes=said.changes,
        absent=said.absent,
    )


def _beside_base_rates(context: Context, shared: SharedFigures) -> Iterator[Figure]:
    """Yield the figures that the base rates to be shown stand beside."""
    table = context.tables.get("base_rates")
    for row in table.rows if table is not None else ():
        name = row.cells.get("compare", "").strip()
        if row.cells.get("show", "").strip() and name in shared.compared:
            yield shared.compared[name]


# --- pictures --------------------------------------------------------------------------------------------------------


def _outcome_colour(rule: OutcomeRule) -> str:
    if rule.attack:
        return INK
    return OKABE_ITO["sky"] if rule.settlement else SOFT


_OUTCOMES = (("An attack", INK), ("A settlement", OKABE_ITO["sky"]), ("Neither", SOFT))
"""What the colours of outcomes stand for."""


def _outcome_chart(
    context: Context,
    outcomes: Sequence[tuple[OutcomeRule, Figure]],
    attack: Figure,
    leading: Leading,
) -> Chart:
    ranked = sorted(outcomes, key=lambda pair: -(pair[1].value or 0.0))
    return draw_ranges(
        f"{ID}-outcomes",
        [
            Span(row=sentence_case(item.label), figure=value, colour=_outcome_colour(item))
            for item, value in ranked
        ],
        picture_words(
            context,
            ID,
            "outcomes",
            note=run_note(context, marks="bar"),
            **outcomes_case(leading, outcomes, attack),
        ),
        bars=True,
        row_title="Outcome",
        keys=[
            Key(name, colour, "bar")
            for name, colour in _OUTCOMES
            if any(_outcome_colour(item) == colour for item, _ in outcomes)
        ],
    )


def _policy_chart(
    context: Context,
    levels: Mapping[str, tuple[Figure, Figure]],
    terms: Mapping[str, tuple[Figure, Figure]],
) -> Chart | None:
    if len(levels) < 2:
        return None
    ranked = sorted(levels, key=lambda policy: levels[policy][0].value or 0.0)
    spans = []
    for policy in ranked:
        row = sentence_case(context.policies.get(policy).label)
        if policy == context.policies.base:
            row = base_row(context)
        spans.append(Span(row=row, figure=levels[policy][0], series="Attack", colour=INK))
        if context.has_settlement:
            spans.append(
                Span(
                    row=row,
                    figure=terms[policy][0],
                    series="Settlement",
                    colour=OKABE_ITO["sky"],
                )
            )
    low, high = levels[ranked[0]][0], levels[ranked[-1]][0]
    return draw_ranges(
        f"{ID}-policies",
        spans,
        picture_words(
            context,
            ID,
            "policies",
            note=run_note(context),
            least=(context.policies.get(ranked[0]).label, low),
            most=(context.policies.get(ranked[-1]).label, high),
            has_settlement=context.has_settlement,
        ),
        row_title="Commitment",
    )


def _driver_chart(context: Context, book: Book, shared: SharedFigures) -> Chart | None:
    book.keep_all(figure for mover in shared.movers for figure in (mover.low, mover.high))
    rows = [
        Dumbbell(row=sentence_case(mover.quantity.label), start=mover.low, end=mover.high)
        for mover in shared.movers
    ]
    if not rows:
        return None
    return draw_dumbbells(
        f"{ID}-drivers",
        rows,
        picture_words(context, ID, "drivers", note=run_note(context, marks=""), first=rows[0].row),
        start="In its lowest fifth",
        end="In its highest fifth",
        line_at=shared.attack.value,
        row_title="Quantity",
    )


# --- numbers ---------------------------------------------------------------------------------------------------------


def _enter_by_player(context: Context, book: Book) -> None:
    """Enter how likely an attack by each player is, where there are several who attack."""
    players = [
        player
        for player in context.roles.players()
        if context.columns.has(metric_name("attack_by", player.id))
    ]
    for player in players if len(players) > 1 else ():
        book.metric(
            f"attack_by.{player.id}",
            f"an attack by {player.name}",
            metric_name("attack_by", player.id),
        )


def _enter_by_type(context: Context, book: Book) -> None:
    """Enter the chance of an attack by type, of players whose types are not met alike."""
    for player in (*context.roles.players("challenger"), *context.roles.opponents()):
        metrics = {
            kind: metric
            for kind in (player.types if len(player.types) > 1 else ())
            if context.columns.has(metric := metric_name("attack_given", player.id, kind.id))
        }
        means = [float(context.columns.values(metric).mean()) for metric in metrics.values()]
        if not means or max(means) - min(means) < CLEAR_CHANGE:
            continue
        for kind, metric in metrics.items():
            book.metric(
                f"attack_given.{player.id}.{kind.id}",
                f"an attack if {player.name} is “{kind.label}”",
                metric,
            )


# --- tables ----------------------------------------------------------------------------------------------------------


Outcomes = list[tuple[OutcomeRule, dict[str, Figure]]]
"""Outcomes of the run, each with its figure under every policy."""


def _policy_outcomes(
    context: Context, book: Book, outcomes: Sequence[tuple[OutcomeRule, Figure]]
) -> Outcomes:
    """Declare every outcome under every policy other than the base case, for the table and the data file."""
    found: Outcomes = [(rule, {context.policies.base: figure}) for rule, figure in outcomes]
    for policy in context.policies.ids:
        for rule, cells in found if policy != context.policies.base else ():
            cells[policy] = book.metric(
                f"policy.{policy}.outcome.{rule.id}",
                f"outcome “{rule.label}” under “{context.policies.get(policy).label}”",
                metric_name("outcome", rule.id),
                policy=policy,
            )
    return found


def _policy_table(context: Context, outcomes: Outcomes) -> TableView | None:
    if len(context.policies.ids) < 2:
        return None
    rows = []
    for policy in context.policies.ids:
        cells = [link(row[policy], row[policy].full_text) for _, row in outcomes]
        rows.append(
            (
                policy_row(context, policy),
                *cells,
            )
        )
    return present_table(
        "policy-outcomes",
        ("Commitment", *(sentence_case(rule.label) for rule, _ in outcomes)),
        rows,
        title=context.say(ID, "policy_outcomes_title"),
        note=context.say("pictures", "mean_and_range"),
        folded=True,
    )


def _watch(context: Context) -> tuple[TableView, ...]:
    """Tabulate what to watch: dates that lie ahead, from any table with a column of scheduled dates."""
    rows = []
    for table in context.crisis.tables.values():
        for row in table.rows:
            day = row.cells.get("scheduled_for", "").strip()
            if not day:
                continue
            cells = row.cells
            text = next(
                (
                    cells[name]
                    for name in ("format", "event", "item", "rule", "series")
                    if cells.get(name)
                ),
                "",
            )
            detail = next(
                (
                    cells[name]
                    for name in ("participants", "result", "place", "note")
                    if cells.get(name)
                ),
                "",
            )
            rows.append(
                (
                    day,
                    sentence_case(text),
                    context.names.actors_text(detail),
                    context.names.sources(split_sources(cells.get("source", ""))),
                )
            )
    if not rows:
        return ()
    rows.sort()
    return (
        present_table(
            "watch",
            ("Date", "What", "Who or where", "Source"),
            tuple((format_date(day), *rest) for day, *rest in rows),
            title=context.say(ID, "watch_title"),
            folded=len(rows) > 8,
            numeric=(),
        ),
    )
