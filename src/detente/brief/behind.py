"""What stands behind the answers: inputs, assumptions, limits, disputes, methods, sources, and how to read it all."""

from collections.abc import Iterable, Mapping, Sequence

from detente.brief.context import Context
from detente.brief.figures import Answer, Figure, TableView, present_table
from detente.brief.first_screen import MEMORY, residual_text
from detente.brief.quantity_words import is_contested, quantity_text
from detente.brief.words import (
    KNOWN_DIGITS,
    LIKELIHOOD_BANDS,
    LIKELIHOOD_SOURCE,
    format_date,
    format_number,
    format_percent,
    format_value,
    join_words,
    plural,
    say_edition,
    sentence_case,
)
from detente.crisis.crisis import Crisis
from detente.crisis.dates import UNDATED, last_day
from detente.crisis.elements import (
    Binding,
    Constant,
    Policy,
    Product,
    QuantityOf,
    Source,
    Sum,
)
from detente.crisis.metric_names import Metric, metric_prefix
from detente.crisis.quantity_building import split_sources
from detente.runs.run import Run

__all__ = [
    "READING",
    "READING_EXPLORED",
    "disputed_table",
    "input_table",
    "reading",
    "say_assumptions",
    "say_limits",
    "say_methods",
    "say_sources",
    "used_sources",
]

READING = (
    "How to read the numbers. A case is one draw of everything that the file leaves uncertain; in each case the model gives "
    "every outcome a probability. What is called a probability here is the mean of that over explored cases, with the range "
    "that holds 90% of them in brackets; it holds under the distributions that the file declares. A share “of explored cases” "
    "counts the cases in which something holds; it is not a probability."
)
"""Explained once, beside the first picture and with the methods."""

READING_EXPLORED = (
    "How to read the numbers. This is an exploratory run: a case is one choice of everything that the file leaves uncertain, and "
    "cases are spread evenly over the ranges that the file states, whatever it holds for likelier. In each case the model gives "
    "every outcome a probability; a percentage here is the mean of that over explored cases, with the range that holds 90% of "
    "them in brackets. It says how far the stated assumptions carry; it is no probability that something happens, and neither is "
    "a share “of explored cases”."
)
"""What stands in the place of :data:`READING` where cases are spread over ranges."""


def reading(results: Run) -> str:
    """Return how to read the numbers of a run: by its mode."""
    return READING_EXPLORED if results.manifest.mode == "exploratory" else READING


def input_table(context: Context) -> TableView:
    """Return every quantity that the game or a mechanism reads, with its source and line."""
    read = dict.fromkeys(context.traces.game_inputs)
    for name in context.results.metrics(metric_prefix("quantity")):
        read.setdefault(Metric.parse(name).about)
    rows = []
    for path in read:
        quantity = context.crisis.quantities.get(path)
        if quantity is None:
            continue
        place = quantity.place
        rows.append(
            (
                path,
                quantity.label,
                quantity_text(quantity),
                context.names.grade(quantity.grade, quantity.claimed_by),
                context.names.sources(quantity.sources),
                f"{place.file}:{place.line}" if place.line else place.file,
            )
        )
    return present_table(
        "quantities",
        ("Path", "What", "Value (range)", "Grade", "Source", "Line"),
        rows,
        title="Quantities behind the results",
        numeric=(False, False, True, False, False, False),
        folded=True,
    )


def say_assumptions(context: Context) -> tuple[str, ...]:
    """Say what the game, its players and its draws assume."""
    crisis = context.crisis
    quantal = crisis.quantities.get(crisis.rationality.path)
    lines = [
        (
            f"The game has {plural(crisis.rounds, 'round')} of {plural(len(crisis.phases), 'phase')} and "
            f"{plural(len(context.roles.players()), 'strategic player')}: {join_words([p.name for p in context.roles.players()])}."
        ),
        "Players choose better options more often, not always: their choice follows the logit rule"
        + (f", with a precision of {quantity_text(quantal)}" if quantal is not None else "")
        + ". Each knows the rules and the priors, not the others' types.",
        (
            "What a player cares about adds up: each consideration has a weight per type and a price per state. "
            f"The considerations are {join_words([item.label for item in crisis.considerations.values()])}."
        ),
    ]
    lines.extend(
        f"The player “{player.name}” knows its own type "
        f"({join_words([kind.label for kind in player.types], last='or')}); the others hold the prior."
        for player in context.roles.players()
        if len(player.types) > 1
    )
    base = context.policies.get(context.policies.base)
    lines.append(
        f"The base case is “{base.label}”{f': {base.description}' if base.description else '.'}"
    )
    lines.extend(
        _say_pledges(crisis, policy)
        for policy in map(context.policies.get, context.policies.compared)
        if policy.pledges
    )
    if crisis.correlations:
        lines.append(
            "Correlated quantities: "
            + join_words(
                [
                    f"{group} (pair by pair)"
                    if isinstance(value, Mapping)
                    else f"{group} ({value:g})"
                    for group, value in sorted(crisis.correlations.items())
                ]
            )
            + "; all others are drawn independently."
        )
    else:
        lines.append("Uncertain quantities are drawn independently of each other.")
    return tuple(lines)


def _say_pledges(crisis: Crisis, policy: Policy) -> str:
    """Say in words on what a commitment rests: the chance that it holds, and what it costs whom."""
    said = []
    for pledge in policy.pledges:
        if pledge.credibility is not None:
            chance = _binding_text(crisis, pledge.credibility, "prob")
            said.append(
                f"it holds with a chance of {chance}, and only who makes it knows whether it will"
            )
        for words, paid in (("making it", pledge.cost), ("breaking it", pledge.broken)):
            said.extend(
                f"{words} costs {crisis.players[player].name} {_binding_text(crisis, binding, 'stakes')}"
                for player, binding in paid
            )
    return f"The commitment “{policy.label}” rests on a pledge: {join_words(said)}."


def _binding_text(crisis: Crisis, binding: Binding, unit: str) -> str:
    """Return the value of a binding that depends on no state, in words."""
    if isinstance(binding, QuantityOf):
        return quantity_text(crisis.quantities[binding.path])
    if isinstance(binding, Sum | Product):
        parts = binding.terms if isinstance(binding, Sum) else binding.factors
        sign = " plus " if isinstance(binding, Sum) else " times "
        return sign.join(_binding_text(crisis, part, unit) for part in parts)
    return format_value(binding.value, unit, exact=True) if isinstance(binding, Constant) else ""


def say_limits(crisis: Crisis) -> tuple[str, ...]:
    """Return the limits that the file names, and those of every briefing."""
    own = (
        (
            "Probabilities are the model's, under the priors and distributions that the file declares. They are no forecast by "
            "the sources cited."
        ),
        "A range shows what the file's own uncertainty allows; what the file leaves out is not in it.",
    )
    return (*crisis.limits, *own)


def disputed_table(context: Context) -> TableView | None:
    """Return the quantities on which sources differ, None if there are none."""
    rows = []
    for path, quantity in context.crisis.quantities.items():
        if not is_contested(context.crisis.quantities.get(path)):
            continue
        values = "; ".join(
            f"{format_value(value, quantity.unit, exact=True, digits=2 if quantity.grade == 'derived' else KNOWN_DIGITS)} "
            f"({context.names.sources(key.split(';'))})"
            for value, key in quantity.contested
        )
        rows.append((sentence_case(quantity.label), values, path))
    if not rows:
        return None
    return present_table(
        "disputed",
        ("What", "Values and their sources", "Path"),
        rows,
        title="Figures on which sources differ",
        folded=len(rows) > 12,
        numeric=(),
    )


def _drawn_from(results: Run) -> str:
    """Name the mode and what it draws from."""
    if results.manifest.mode == "exploratory":
        return "exploratory: spread evenly over the stated ranges"
    return "probabilistic: from the distributions that the file declares"


def say_methods(context: Context) -> tuple[str, ...]:
    """Say how the run was drawn, solved, checked and summarised."""
    results = context.results
    certificate = results.certificate
    n_policies = len(context.policies.ids)
    mixes = (
        f" and {plural(len(context.policies.mixes), 'mix', 'mixes')} of them"
        if context.policies.mixes
        else ""
    )
    words = "; ".join(
        f"{term} {low * 100:.0f}\N{EN DASH}{high * 100:.0f}%"
        for term, low, high in LIKELIHOOD_BANDS
    )
    version = results.manifest.versions.get("detente", "")
    missed = f"none of {plural(certificate.n_solutions, 'game')} missed"
    if certificate.unconverged:
        missed = (
            f"{certificate.unconverged:,} of {plural(certificate.n_solutions, 'game')}, kept in every figure, "
            f"({format_percent(certificate.unconverged_share)}) missed"
        )
    return (
        (
            f"{plural(results.n_draws, 'draw')} of all uncertain quantities (design {results.manifest.design}, "
            f"{_drawn_from(results)}, seed {results.manifest.seed}) times "
            f"{plural(n_policies, 'policy', 'policies')}{mixes}, the same draws under each. Each pair is one game, solved for its "
            "logit agent quantal response equilibrium on the principal branch (McKelvey and Palfrey 1998)."
        ),
        reading(results),
        (
            f"Certificate: largest fixed-point residual {residual_text(certificate.max_residual, 1)}; "
            f"{missed} the tolerance; at most "
            f"{plural(certificate.max_iterations, 'iteration')}. A player could gain at most "
            f"{format_number(certificate.max_nashconv)} stakes in all by deviating: this is the size of quantal error, "
            "not an error of the solver."
        ),
        (
            "Ranges of results are the 5% and 95% quantiles over explored cases; those of inputs are the ends that the file "
            "names, or else the same quantiles. “Lowest fifth” and “highest fifth” compare cases in "
            "which one quantity is low or high, all others varying; effects are named only where they stand out from chance "
            "among the cases (5%, corrected for the number of quantities)."
        ),
        f"Likelihood words follow {LIKELIHOOD_SOURCE}: {words}. A value on an edge takes the word nearer to even."
        if results.manifest.mode == "probabilistic"
        else "No likelihood words are used: nothing in an exploratory run is a probability that something happens.",
        (
            "Conditions under which a commitment fails are a box found by PRIM (Friedman and Fisher 1999) among the eight "
            "quantities that tell most; limits that chance could have made (quasi-p above 5%, Bryant and Lempert 2010) are "
            "dropped. "
            f"Regret is the shortfall from the best policy of each case (Savage 1951). detente {version}, crisis file "
            f"{context.crisis.id}, digest {context.crisis.digest[:12]}."
        ),
        "To see where a number comes from, follow it to its trace below, or run: detente trace FIGURE_ID.",
    )


MOST_NAMED = 8
"""Most sources that a sentence names; of more it gives number and years."""


def say_sources(crisis: Crisis, sources: Sequence[Source]) -> tuple[str, ...]:
    """Say that no later event was used, and which sources were read in texts younger than the cut-off.

    Each kind of source has a sentence where there is one: a later copy of what was published by then; what was written or
    revised later, with what the sides knew of it at the time; what nobody can date; and memory.
    """
    every = [source for source in sources if source.standing != MEMORY]
    memory = [source for source in sources if source.standing == MEMORY]
    late = [source for source in every if _is_late(crisis, source)]
    copies = [source for source in late if source.date is not None]
    written = [source for source in late if source.date is None]
    undated = [source for source in every if source.edition == UNDATED]
    cutoff = format_date(crisis.as_of)
    lines = [
        f"Nothing that happened after {cutoff} was used: no row, figure or fact of the folder is dated later."
    ]
    if not late and not undated and not memory:
        lines.append("All sources were read in texts of that day or before.")
    if copies:
        lines.append(
            f"{plural(len(copies), 'source')} published by then {_was(copies)} read in later copies: {_name(copies)}. "
            "What stood in them may have been revised since."
        )
    if written:
        lines.append(
            f"{plural(len(written), 'source')} {_was(written)} written, or revised, after that day: {_name(written)}. "
            "They are read for what was so by then."
        )
    if written and _says_who_knew(crisis):
        lines.append(
            "What is known now was not known to every side then: the tables of talks and events say what was public."
        )
    if undated:
        lines.append(
            f"{plural(len(undated), 'source')} {_was(undated)} read in texts of unknown day: {_name(undated)}."
        )
    if memory:
        lines.append(
            "What is graded as from memory was written down later, without a page to check it against."
        )
    return tuple(lines)


def _is_late(crisis: Crisis, source: Source) -> bool:
    """Say whether the text that was read is, or may be, younger than the cut-off."""
    day = last_day(source.edition)
    return day is not None and day > crisis.as_of


def _was(sources: list[Source]) -> str:
    return "was" if len(sources) == 1 else "were"


def _name(sources: list[Source]) -> str:
    """Name a few sources with their editions; of many give the years in which they were written."""
    if len(sources) <= MOST_NAMED:
        named = [
            source.publisher
            if source.edition == UNDATED
            else f"{source.publisher} ({say_edition(source.edition)})"
            for source in sources
        ]
        return join_words(list(dict.fromkeys(named)))
    years = sorted(source.edition[:4] for source in sources if source.edition != UNDATED)
    span = (
        ""
        if not years
        else f" (of {years[0]} to {years[-1]})"
        if years[0] != years[-1]
        else f" (of {years[0]})"
    )
    return f"they are marked in the list{span}"


def _says_who_knew(crisis: Crisis) -> bool:
    return any(
        row.cells.get("visibility")
        for table in crisis.tables.values()
        if table.kind in {"tracks", "timeline"}
        for row in table.rows
    )


def used_sources(
    context: Context, answers: Iterable[Answer], figures: Iterable[Figure]
) -> tuple[Source, ...]:
    """Return every source that a fact, a figure or a quantity of the briefing names, by publisher and date."""
    keys = {key for figure in figures for key in figure.trace.sources}
    for answer in answers:
        for fact in answer.facts:
            keys.update(fact.sources)
            for value in fact.values:
                keys.update(split_sources(value.source_key))
    for quantity in context.crisis.quantities.values():
        keys.update(quantity.sources)
    for table in context.crisis.tables.values():
        for row in table.rows:
            keys.update(split_sources(row.cells.get("source", "")))
    found = [context.crisis.sources[key] for key in keys if key in context.crisis.sources]
    return tuple(
        sorted(
            found, key=lambda source: (source.publisher.lower(), str(source.date or ""), source.key)
        )
    )
