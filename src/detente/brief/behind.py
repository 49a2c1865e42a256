"""What stands behind the answers: inputs, assumptions, limits, disputes, methods, sources, and how to read it all."""

from collections.abc import Iterable, Mapping, Sequence

from detente.brief.certainty import MEMORY, residual_text
from detente.brief.context import Context
from detente.brief.figures import Answer, Figure, TableView, present_table
from detente.brief.pages import say_lines
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
    "disputed_table",
    "input_table",
    "reading",
    "say_assumptions",
    "say_limits",
    "say_methods",
    "say_sources",
    "used_sources",
]

PAGE = "methods"


def reading(results: Run) -> str:
    """Return how to read the numbers of a run: by its mode."""
    return " ".join(
        say_lines(
            PAGE,
            "reading",
            explored=results.manifest.mode == "exploratory",
            cases=results.n_draws,
        )
    )


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
    base = context.policies.get(context.policies.base)
    return say_lines(
        PAGE,
        "assumptions",
        rounds=crisis.rounds,
        phases=len(crisis.phases),
        players=[player.name for player in context.roles.players()],
        precision="" if quantal is None else quantity_text(quantal),
        considerations=[item.label for item in crisis.considerations.values()],
        types=[
            (player.name, [kind.label for kind in player.types])
            for player in context.roles.players()
            if len(player.types) > 1
        ],
        base=base.label,
        base_means=base.description,
        pledges=[
            _pledged(crisis, policy)
            for policy in map(context.policies.get, context.policies.compared)
            if policy.pledges
        ],
        correlations=[
            f"{group} (pair by pair)" if isinstance(value, Mapping) else f"{group} ({value:g})"
            for group, value in sorted(crisis.correlations.items())
        ],
    )


def _pledged(crisis: Crisis, policy: Policy) -> tuple[str, str, list[tuple[str, str, str]]]:
    """Return on what a commitment rests: the chance that it holds, and what making and breaking it costs whom."""
    credibility = ""
    costs: list[tuple[str, str, str]] = []
    for pledge in policy.pledges:
        if pledge.credibility is not None:
            credibility = _binding_text(crisis, pledge.credibility, "prob")
        for case, paid in (("make", pledge.cost), ("break", pledge.broken)):
            costs.extend(
                (case, crisis.players[player].name, _binding_text(crisis, binding, "stakes"))
                for player, binding in paid
            )
    return policy.label, credibility, costs


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
    return (*crisis.limits, *say_lines(PAGE, "limits"))


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
    return say_lines(
        PAGE,
        "methods",
        cases=results.n_draws,
        design=results.manifest.design,
        drawn_from=_drawn_from(results),
        seed=results.manifest.seed,
        policies=len(context.policies.ids),
        mixes=len(context.policies.mixes),
        residual=residual_text(certificate.max_residual, 1),
        games=certificate.n_solutions,
        missed=certificate.unconverged,
        missed_share=format_percent(certificate.unconverged_share),
        iterations=certificate.max_iterations,
        nashconv=format_number(certificate.max_nashconv),
        explored=results.manifest.mode == "exploratory",
        scale=LIKELIHOOD_SOURCE,
        bands=[
            f"{term} {low * 100:.0f}\N{EN DASH}{high * 100:.0f}%"
            for term, low, high in LIKELIHOOD_BANDS
        ],
        version=results.manifest.versions.get("detente", ""),
        crisis=context.crisis.id,
        digest=context.crisis.digest[:12],
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
    return say_lines(
        PAGE,
        "sources",
        cutoff=format_date(crisis.as_of),
        as_of_then=not late and not undated and not memory,
        copies=len(copies),
        copies_named=_name(copies),
        written=len(written),
        written_named=_name(written),
        who_knew=_says_who_knew(crisis),
        undated=len(undated),
        undated_named=_name(undated),
        memory=len(memory),
    )


def _is_late(crisis: Crisis, source: Source) -> bool:
    """Say whether the text that was read is, or may be, younger than the cut-off."""
    day = last_day(source.edition)
    return day is not None and day > crisis.as_of


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
