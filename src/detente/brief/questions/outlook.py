"""What happens now? Outcomes, escalation, which commitment holds up, what drives the result, and what to watch."""

from collections.abc import Iterator, Mapping, Sequence

from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.facts import read_facts
from detente.brief.figures import (
    Answer,
    Chart,
    Figure,
    TableView,
    Trace,
    chance,
    link,
    present_table,
)
from detente.brief.pictures.charts import Dumbbell, Span, draw_dumbbells, draw_ranges
from detente.brief.pictures.drawing import Words
from detente.brief.pictures.palette import INK, OKABE_ITO
from detente.brief.questions._dilemma import dilemma_parts
from detente.brief.questions._mixing import find_search
from detente.brief.questions._parts import (
    PostureReading,
    change_sentences,
    reading_sentence,
    readings,
    run_note,
)
from detente.brief.questions._robust import find_mix
from detente.brief.shared import SharedFigures, declare_shared
from detente.brief.words import (
    format_date,
    format_number,
    format_percent,
    format_value,
    join_words,
    sentence_case,
)
from detente.crisis.elements import OutcomeRule, Player
from detente.crisis.figures import split_sources
from detente.crisis.metric_names import Metric, metric_name, metric_prefix

__all__ = ["answer"]

ID, ORDER = "outlook", 70
REGRET_REFERENCE = "Savage (1951), regret: shortfall from the best policy of each case"
TELLING = 0.02
"""Smallest shift of a belief that is shown."""


def answer(book: Book) -> Answer:
    """Answer the question from the ensemble: outcomes, policies, drivers, beliefs."""
    context = book.context
    shared = declare_shared(context)
    outcomes, attack = shared.outcomes, shared.attack
    book.keep_all([*(figure for _, figure in outcomes), attack])
    leading = _leading(context, book, outcomes)
    for pairs in (shared.policies, shared.settlements):
        book.keep_all(figure for pair in pairs.values() for figure in pair)
    beliefs = _beliefs(context, book)
    dilemma = dilemma_parts(context, book)
    charts = [
        _outcome_chart(context, outcomes, attack),
        _policy_chart(context, shared.policies, shared.settlements),
        _driver_chart(context, book, shared),
        _belief_chart(context, beliefs),
        *dilemma.charts,
    ]
    regret = _regret_table(context, book)
    search = find_search(context, book)
    mix = find_mix(context, book, also=search.preferred)
    book.keep_all(_beside_base_rates(context, shared))
    facts = read_facts(book)
    model = (
        _policy_paragraph(context, book),
        *search.paragraphs,
        *mix.paragraphs,
        *_dilemma(context, beliefs, readings(book)),
        *dilemma.sentences,
        *_types(context, book),
    )
    changes = (
        *change_sentences(book, "attack", "an attack", most=3),
        *_preference_changes(context),
    )
    under_each = _policy_outcomes(context, book, outcomes)
    return Answer(
        id=ID,
        title="What happens now?",
        answer=_first_sentence(outcomes, attack, leading),
        facts=facts,
        model=model,
        charts=tuple(chart for chart in (*charts, search.chart) if chart is not None),
        tables=tuple(
            table
            for table in (
                regret,
                search.table,
                mix.table,
                _policy_table(context, under_each),
                *dilemma.tables,
                *_watch(context),
            )
            if table
        ),
        changes=changes,
        absent=()
        if len(context.policies.ids) > 1
        else (
            "Only one policy was run, so nothing is compared, there is no regret and no mix to search for.",
        )
        if len(context.crisis.policies) > 1
        else (
            "The file names no commitments to compare, so there is no regret and no mix to search for.",
        ),
    )


def _beside_base_rates(context: Context, shared: SharedFigures) -> Iterator[Figure]:
    """Yield the figures that the base rates to be shown stand beside."""
    table = context.tables.get("base_rates")
    for row in table.rows if table is not None else ():
        name = row.cells.get("compare", "").strip()
        if row.cells.get("show", "").strip() and name in shared.compared:
            yield shared.compared[name]


def _leading(
    context: Context, book: Book, outcomes: Sequence[tuple[OutcomeRule, Figure]]
) -> tuple[OutcomeRule, Figure, Figure]:
    """Return the outcome with the highest mean, and the share of cases in which it is the likeliest of all."""
    rule, figure = max(outcomes, key=lambda pair: pair[1].value or 0.0)
    mine = context.columns.values(metric_name("outcome", rule.id))
    others = [
        context.columns.values(metric_name("outcome", item.id))
        for item, _ in outcomes
        if item is not rule
    ]
    holds = mine > max(others, key=lambda row: float(row.mean())) if others else mine >= 0
    for row in others:
        holds &= mine > row
    share = book.share(
        f"leading.{rule.id}",
        f"share of explored cases in which “{rule.label}” is the likeliest outcome",
        holds,
        trace=context.traces.of(metric_name("outcome", rule.id)),
    )
    return rule, figure, share


def _first_sentence(
    outcomes: Sequence[tuple[OutcomeRule, Figure]],
    attack: Figure,
    leading: tuple[OutcomeRule, Figure, Figure],
) -> str:
    rule, figure, share = leading
    text = f"The likeliest single outcome is “{rule.label}” ({link(figure, figure.aside_text)})"
    if share.value is not None:
        clear = share.value >= 0.5
        text += f", {'and' if clear else 'though'} it leads in {'' if clear else 'only '}{link(share)} of explored cases"
    flagged = [item for item, _ in outcomes if item.attack]
    if flagged and not (len(flagged) == 1 and flagged[0] is rule):
        text += f"; an attack{' of any kind' if len(flagged) > 1 else ''} {chance(attack)}"
    return text + "."


# --- pictures --------------------------------------------------------------------------------------------------------


def _outcome_colour(rule: OutcomeRule) -> str:
    if rule.attack:
        return INK
    return OKABE_ITO["sky"] if rule.settlement else "#a8a8a8"


def _outcome_chart(
    context: Context, outcomes: Sequence[tuple[OutcomeRule, Figure]], attack: Figure
) -> Chart:
    ranked = sorted(outcomes, key=lambda pair: -(pair[1].value or 0.0))
    rule, figure = ranked[0]
    title = f"“{sentence_case(rule.label)}” leads with {figure.text}"
    if (figure.value or 0.0) < 0.5:
        title = f"No outcome dominates: “{rule.label}” is first with {figure.text}"
    if sum(item.attack for item, _ in outcomes) > 1:
        title += f"; attacks of all kinds together come to {attack.text}"
    elif not rule.attack:
        title += f"; an attack comes to {attack.text}"
    return draw_ranges(
        f"{ID}-outcomes",
        [
            Span(row=sentence_case(item.label), figure=value, colour=_outcome_colour(item))
            for item, value in ranked
        ],
        Words(
            title=title,
            subtitle="Model's probability of each outcome in the base case, mean over explored cases; dark: attack, blue: settlement, "
            "grey: neither",
            footnote=run_note(context).replace("Point", "Bar"),
        ),
        bars=True,
        row_title="Outcome",
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
            row = f"Base case: {row}"
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
        Words(
            title=f"An attack is least likely under “{context.policies.get(ranked[0]).label}” ({low.text}), "
            f"most under “{context.policies.get(ranked[-1]).label}” ({high.text})",
            subtitle=f"Model's probability of an attack{' and of a settlement' if context.has_settlement else ''} under each "
            "commitment, mean over the same explored cases",
            footnote=run_note(context),
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
        Words(
            title=f"{rows[0].row} moves the probability of an attack most",
            subtitle="Model's probability of an attack, mean over the cases in which a quantity is in its lowest fifth (hollow) "
            "and highest fifth (filled); dashed: all cases",
            footnote=run_note(context, spread=False),
        ),
        start="In its lowest fifth",
        end="In its highest fifth",
        line_at=shared.attack.value,
        row_title="Quantity",
    )


Beliefs = list[tuple[Player, str, str, Figure, Figure]]


def _beliefs(context: Context, book: Book) -> Beliefs:
    """Per player with two types or more: how each observed first move shifts the belief in one of the types."""
    found: Beliefs = []
    for player in context.roles.players():
        if len(player.types) < 2:
            continue
        kind = player.types[-1] if player.role == "challenger" else player.types[0]
        before = metric_name("prior", player.id, kind.id)
        if not context.columns.has(before):
            continue
        prior = book.metric(
            f"prior.{player.id}.{kind.id}", f"prior that {player.name} is “{kind.label}”", before
        )
        prefix = metric_prefix("belief", player.id, kind.id)
        for metric in context.columns.metrics(prefix):
            move = Metric.parse(metric).parts[-1]
            instrument = context.crisis.instruments.get(move)
            label = instrument.label if instrument is not None else "an unseen move"
            after = book.metric(
                f"belief.{player.id}.{kind.id}.{move}",
                f"belief that {player.name} is “{kind.label}” after “{label}”",
                metric,
            )
            if after.value is not None:
                found.append((player, kind.label, label, prior, after))
    return found


def _shift(item: tuple[Player, str, str, Figure, Figure]) -> float:
    return (item[4].value or 0.0) - (item[3].value or 0.0)


def _belief_chart(context: Context, beliefs: Beliefs) -> Chart | None:
    ranked = sorted(beliefs, key=lambda item: -abs(_shift(item)))[:12]
    ranked = [item for item in ranked if abs(_shift(item)) >= TELLING]
    if not ranked:
        return None
    ranked.sort(key=lambda item: (item[0].id, -_shift(item)))
    player, kind, label, prior, after = max(ranked, key=lambda item: abs(_shift(item)))
    words = "raises" if (after.value or 0) > (prior.value or 0) else "lowers"
    return draw_dumbbells(
        f"{ID}-beliefs",
        [
            Dumbbell(
                row=f"{item[0].name}, “{item[2]}”: {item[1]}",
                start=item[3],
                end=item[4],
                colour=context.roles.colours[item[0].id],
            )
            for item in ranked
        ],
        Words(
            title=f"“{sentence_case(label)}” tells most: it {words} the belief that {player.name} is “{kind}” "
            f"from {prior.text} to {after.text}",
            subtitle="Belief of a public observer in a type before (hollow) and after (filled) the first move seen, mean over "
            "explored cases",
            footnote=run_note(context, spread=False),
        ),
        start="Before",
        end="After",
        row_title="Move and type",
    )


# --- words -----------------------------------------------------------------------------------------------------------


def _policy_paragraph(context: Context, book: Book) -> str:
    if len(context.policies.ids) < 2:
        return (
            "Only the base case was run."
            if len(context.crisis.policies) > 1
            else "The file names no commitment to compare with the base case."
        )
    table = context.results.regret("attack", lower_is_better=True, policies=context.policies.ids)
    label = context.policies.get(table.least_mean).label
    row = next(row for row in table.rows if row.policy == table.least_mean)
    figure = _regret_figure(context, book, "attack", row.policy, row.mean, row.high)
    text = (
        f"Of {len(context.policies.ids)} commitments compared over the same cases, “{label}” holds up best against an attack: "
        + (
            "in every case no other leaves it less likely"
            if row.best_share == 1
            else f"on average it leaves the probability {link(figure, _points(figure.value))} above that of the best "
            "commitment of each case"
        )
    )
    if table.minimax != table.least_mean:
        text += f", while “{context.policies.get(table.minimax).label}” has the smallest worst case"
    payoff = context.results.regret(policies=context.policies.ids)
    defenders = context.roles.opponent_names()
    best = next(item for item in payoff.rows if item.policy == payoff.least_mean)
    cost = _regret_figure(context, book, "payoff", best.policy, best.mean, best.high)
    text += (
        f". Once its costs to {defenders} are counted, “{context.policies.get(best.policy).label}” has the least regret "
        f"({link(cost, cost.text)} on average)."
    )
    return text


def _points(value: float | None) -> str:
    points = (value or 0.0) * 100
    if points == 0:
        return "0 points"
    return (
        "under 1 point"
        if points < 0.5
        else f"{points:.0f} point{'' if round(points) == 1 else 's'}"
    )


def _regret_figure(
    context: Context, book: Book, what: str, policy: str, mean: float, high: float
) -> Figure:
    label = context.policies.get(policy).label
    metric = (
        "attack" if what == "attack" else metric_name("payoff", context.roles.opponents()[0].id)
    )
    words = (
        "probability of an attack"
        if what == "attack"
        else f"payoff of {context.roles.opponent_names()}"
    )
    trace = context.traces.of(metric, policy)
    return book.keep(
        Figure(
            id=f"{ID}.regret.{what}.{policy}",
            label=f"mean regret of “{label}”, {words}",
            value=mean,
            low=0.0,
            high=high,
            unit="points" if what == "attack" else "stakes",
            trace=Trace(
                sources=trace.sources,
                quantities=trace.quantities,
                model="ensemble.regret",
                reference=REGRET_REFERENCE,
                metric=metric,
                policy=policy,
                inputs_read=trace.inputs_read,
            ),
        )
    )


def _dilemma(
    context: Context, beliefs: Beliefs, read: tuple[PostureReading, ...]
) -> tuple[str, ...]:
    """Describe the security dilemma: how the other side reads moves of restraint and of strength."""
    ranked = sorted(beliefs, key=lambda item: -abs(_shift(item)))
    parts = []
    seen: set[str] = set()
    for player, kind, label, prior, after in ranked:
        if player.id in seen or abs((after.value or 0.0) - (prior.value or 0.0)) < TELLING:
            continue
        seen.add(player.id)
        verb = "raises" if (after.value or 0.0) > (prior.value or 0.0) else "lowers"
        parts.append(
            f"“{label}” by {player.name} {verb} the belief that it is “{kind}” from {link(prior)} to "
            f"{link(after, after.full_text)}"
        )
    mutual = tuple(reading_sentence(context, reading) for reading in read)
    if not parts:
        if not beliefs and not mutual:
            return ()
        quiet = (
            "No first move tells the other side much: types of a player open so much alike that no belief shifts by "
            "two points or more."
        )
        return (" ".join((*mutual, *((quiet,) if beliefs else ()))),)
    quiet = "A move that every type makes alike tells nothing."
    if not mutual:
        return (f"What first moves tell the other side: {join_words(parts)}. {quiet}",)
    head = f"Each side reads the other's moves. {' '.join(mutual)}"
    return (f"{head} In the other direction, {join_words(parts)}. {quiet}",)


def _types(context: Context, book: Book) -> tuple[str, ...]:
    parts = []
    shown = {
        player.id for player in (*context.roles.players("challenger"), *context.roles.opponents())
    }
    for player in context.roles.players():
        if player.id not in shown:
            continue
        for kind in player.types if len(player.types) > 1 else ():
            metric = metric_name("attack_given", player.id, kind.id)
            if context.columns.has(metric):
                figure = book.metric(
                    f"attack_given.{player.id}.{kind.id}",
                    f"an attack if {player.name} is “{kind.label}”",
                    metric,
                )
                parts.append(
                    f"{link(figure, figure.full_text)} if {player.name} {_verb(player.name)} “{kind.label}”"
                )
    return (f"The model's probability of an attack by type: {'; '.join(parts)}.",) if parts else ()


def _verb(name: str) -> str:
    return "are" if " and " in name else "is"


def _preference_changes(context: Context) -> tuple[str, ...]:
    """Where the commitment that the defender would choose changes."""
    if len(context.policies.ids) < 2:
        return ()
    sentences = []
    for change in context.results.first_changes(policies=context.policies.ids)[:2]:
        quantity = context.crisis.quantities.get(change.path)
        if quantity is None or change.advantage <= 2 * change.advantage_error:
            continue
        sentences.append(
            f"Where “{quantity.label}” is {change.direction} {_threshold(change.threshold, quantity.unit)}, "
            f"{context.roles.opponent_names()} would do better with “{context.policies.get(change.after).label}” than with "
            f"“{context.policies.get(change.before).label}”."
        )
    return tuple(sentences)


def _threshold(value: float, unit: str) -> str:
    return format_percent(value) if unit in {"prob", "share"} else format_number(value)


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
        base = policy == context.policies.base
        cells = [link(row[policy], row[policy].full_text) for _, row in outcomes]
        rows.append(
            (
                sentence_case(context.policies.get(policy).label)
                + (" (base case)" if base else ""),
                *cells,
            )
        )
    return present_table(
        "policy-outcomes",
        ("Commitment", *(sentence_case(rule.label) for rule, _ in outcomes)),
        rows,
        title="Every outcome under every commitment",
        note="Mean and 5\N{EN DASH}95% of explored cases.",
        folded=True,
    )


def _regret_table(context: Context, book: Book) -> TableView | None:
    if len(context.policies.ids) < 2:
        return None
    regret = context.results.regret
    attack = regret("attack", lower_is_better=True, policies=context.policies.ids)
    payoff = {row.policy: row for row in regret(policies=context.policies.ids).rows}
    rows = []
    for row in sorted(attack.rows, key=lambda item: item.mean):
        other = payoff[row.policy]
        first = _regret_figure(context, book, "attack", row.policy, row.mean, row.high)
        second = _regret_figure(context, book, "payoff", row.policy, other.mean, other.high)
        rows.append(
            (
                sentence_case(context.policies.get(row.policy).label)
                + (" (base case)" if row.policy == context.policies.base else ""),
                link(first, _points(row.mean)) + f" ({round(row.high * 100)})",
                format_percent(row.best_share),
                link(second, second.text.removesuffix(" stakes"))
                + f" ({format_value(other.high, 'stakes').removesuffix(' stakes')})",
            )
        )
    defenders = context.roles.opponent_names()
    return present_table(
        "regret",
        (
            "Commitment",
            "Attack",
            "Lowest attack in",
            f"Payoff of {defenders}",
        ),
        rows,
        title="Regret: how far each commitment falls short of the best one of each case",
        note="Mean over cases, in brackets what 95% of cases stay below. Attack in percentage points; payoff in stakes, "
        "costs included. Small regret in both columns is what robust means here.",
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
            title="Dates to watch, as known at the cut-off",
            folded=len(rows) > 8,
            numeric=(),
        ),
    )
