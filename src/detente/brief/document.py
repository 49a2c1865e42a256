"""The whole briefing as one value: the first screen, the seven answers, and what stands behind them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from detente.brief.context import Context, quantity_text
from detente.brief.figures import Answer, Chart, Figure, TableView, link
from detente.brief.questions import (
    aims,
    alliance,
    deterrence,
    diplomacy,
    options,
    outlook,
    sanctions,
)
from detente.brief.questions._parts import comparable, comparable_label
from detente.brief.words import (
    KNOWN_DIGITS,
    LIKELIHOOD_BANDS,
    LIKELIHOOD_SOURCE,
    format_number,
    format_percent,
    format_range,
    format_value,
    join_words,
    plural,
    sentence_case,
    spread_word,
)
from detente.crisis.elements import Crisis, Source, Table, TableRow
from detente.runs.results import Results

__all__ = ["QUESTIONS", "READING", "READING_EXPLORED", "Brief", "compose", "reading"]

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


def reading(results: Results) -> str:
    """Return how to read the numbers of a run: by its mode."""
    return READING_EXPLORED if results.manifest.mode == "exploratory" else READING


QUESTIONS = (aims, options, diplomacy, deterrence, sanctions, alliance, outlook)
"""The question modules in the order of the briefing."""

JUDGEMENT = "judgement"
"""Standing of a source that is the authors' own judgement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A briefing before it is rendered."""

    context: Context
    answers: tuple[Answer, ...]
    headline: tuple[str, ...]
    sure: tuple[str, ...]
    figures: Mapping[str, Figure]
    inputs: TableView
    base_rates: tuple[TableView, ...]
    timeline: TableView | None
    overrides: tuple[str, ...]
    assumptions: tuple[str, ...]
    limits: tuple[str, ...]
    disputes: tuple[str, ...]
    disputed: TableView | None
    methods: tuple[str, ...]
    sources: tuple[Source, ...]

    @property
    def crisis(self) -> Crisis:
        """The crisis briefed."""
        return self.context.crisis

    @property
    def charts(self) -> tuple[Chart, ...]:
        """All pictures in order."""
        return tuple(chart for answer in self.answers for chart in answer.charts)

    @property
    def hero(self) -> Chart | None:
        """The picture of the first screen: the outcomes."""
        return next((chart for chart in self.charts if chart.id == "outlook-outcomes"), None)


def compose(crisis: Crisis, results: Results) -> Brief:
    """Answer the seven questions and gather what stands behind them.

    Parameters
    ----------
    crisis
        The crisis that was run, with the same overrides.
    results
        The finished run, with its studies (:func:`detente.analysis.studies.keep_studies`).

    Raises
    ------
    RunError
        ``study-missing`` if the crisis binds mechanisms that a study is about and the run holds none.
    """
    context = Context(crisis, results)
    answers = tuple(module.answer(context) for module in QUESTIONS)
    figures = {figure.id: figure for answer in answers for figure in answer.figures}
    return Brief(
        context=context,
        answers=answers,
        headline=_headline(context, answers[-1], figures),
        sure=_sure(context, figures),
        figures=figures,
        inputs=_inputs(context),
        base_rates=_base_rates(context),
        timeline=context.table_view(
            "timeline",
            {
                "date": "Date",
                "actors": "Actors",
                "event": "Event",
                "grade": "Grade",
                "source": "Source",
            },
            title="Events before the cut-off",
        ),
        overrides=tuple(f"{path} = {value}" for path, value in crisis.overrides.items()),
        assumptions=_assumptions(context),
        limits=_limits(crisis),
        disputes=tuple(crisis.disputes),
        disputed=_disputed(context),
        methods=_methods(context),
        sources=_sources(context, answers, figures.values()),
    )


# --- first screen ----------------------------------------------------------------------------------------------------


def _headline(
    context: Context, last: Answer, figures: Mapping[str, Figure]
) -> tuple[str, str, str]:
    return last.answer, _policy_sentence(context, figures), _hinge_sentence(context, figures)


def _policy_sentence(context: Context, figures: Mapping[str, Figure]) -> str:
    base = figures["outlook.attack"]
    if len(context.policies) < 2:
        alone = "Only the base case was run"
        if len(context.crisis.policies) < 2:
            alone = "The file names no commitment to compare with the base case"
        return f"{alone}: an attack stands at {link(base, base.full_text)}."
    least = min(
        context.policies,
        key=lambda policy: figures[f"outlook.policy.{policy}.attack"].value or 0.0,
    )
    payoff = context.results.regret(policies=context.policies).least_mean
    under = figures[f"outlook.policy.{least}.attack"]
    others = len(context.policies) - 1
    label = context.policy(least).label
    if least == context.base:
        text = f"None of {plural(others, 'other commitment')} compared brings an attack below the base case ({link(base)})"
    else:
        text = (
            f"Of {plural(others, 'commitment')} compared with the base case, “{label}” lowers the probability of an attack most, "
            f"from {link(base)} to {link(under, under.full_text)}"
        )
    if payoff == least:
        text += f", and it also leaves {context.opponent_names()} with the least regret once costs are counted"
    else:
        text += (
            f"; counting costs as well, “{context.policy(payoff).label}” leaves "
            f"{context.opponent_names()} with the least regret"
        )
    return text + "."


def _hinge_sentence(context: Context, figures: Mapping[str, Figure]) -> str:
    rows = []
    for driver in context.movers("attack")[:2]:
        quantity = context.crisis.quantities.get(driver.path)
        low = figures.get(f"outlook.driver.attack.{driver.path}.low")
        high = figures.get(f"outlook.driver.attack.{driver.path}.high")
        if quantity is None or low is None or high is None or driver.effect == 0:
            continue
        rows.append(
            f"{quantity.label} ({link(low)} where that is low, {link(high)} where it is high)"
        )
    if not rows and context.results.n_draws == 1:
        return "One case does not show which quantity moves the probability of an attack."
    if not rows:
        return (
            "No single uncertain quantity of the file moves the probability of an attack by more than chance among "
            f"{plural(context.results.n_draws, 'case')} would."
        )
    return f"The probability of an attack hinges most on {join_words(rows)}."


def _sure(context: Context, figures: Mapping[str, Figure]) -> tuple[str, ...]:
    attack = figures["outlook.attack"]
    certificate = context.results.certificate
    n, missed = certificate.n_solutions, certificate.unconverged
    solved = (
        ("The one game is" if n == 1 else f"All {n:,} games are") + " solved to tolerance"
        if missed == 0
        else f"{missed:,} of {plural(n, 'game')} ({format_percent(certificate.unconverged_share)}) missed the tolerance and are kept"
    )
    sentences = [
        f"Solver. {solved}; the largest residual is {_residual(certificate.max_residual, 0)}."
    ]
    if context.results.n_draws == 1:
        sentences.append("Spread. One case was explored, so there is no range.")
    elif not attack.range_text:
        sentences.append(f"Spread. An attack stands at {link(attack)} in nearly every case.")
    elif attack.low is not None and attack.high is not None:
        sentences.append(
            f"Spread. The range of an attack is {spread_word(attack.low, attack.high)}: "
            f"{link(attack, attack.range_text)} across the cases that the file's own uncertainty allows."
        )
    sentences.append(f"Inputs. {_judgement_sentence(context)}")
    return tuple(sentences)


def _is_judgement(context: Context, path: str) -> bool:
    sources = [
        context.crisis.sources[key]
        for key in context.crisis.quantities[path].sources
        if key in context.crisis.sources
    ]
    return bool(sources) and all(source.standing == JUDGEMENT for source in sources)


def _judgement_sentence(context: Context) -> str:
    paths = context.game_inputs
    count = sum(_is_judgement(context, path) for path in paths)
    rest = len(paths) - count
    if not paths:
        return "The game reads no quantity of the file."
    if rest == 0:
        every = "The one quantity" if count == 1 else f"All {count:,} quantities"
        return (
            f"{every} that the game reads {'is' if count == 1 else 'are'} the authors' judgement."
        )
    if count == 0:
        every = "The one quantity" if rest == 1 else f"All {rest:,} quantities"
        return f"{every} that the game reads {'comes' if rest == 1 else 'come'} from sources other than the authors' judgement."
    return (
        f"Of {len(paths):,} quantities that the game reads, {count:,} {'is' if count == 1 else 'are'} the authors' "
        f"judgement and {rest:,} {'comes' if rest == 1 else 'come'} from other sources."
    )


def _residual(value: float, digits: int) -> str:
    return "0" if value == 0 else f"{value:.{digits}e}"


# --- behind the answers ----------------------------------------------------------------------------------------------


def _inputs(context: Context) -> TableView:
    """Return every quantity that the game or a mechanism reads, with its source and line."""
    read = dict.fromkeys(context.game_inputs)
    for figure in context.results.metrics("quantity/"):
        read.setdefault(figure.removeprefix("quantity/"))
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
                context.grade_words(quantity.grade, quantity.claimed_by),
                context.source_names(quantity.sources),
                f"{place.file}:{place.line}" if place.line else place.file,
            )
        )
    return TableView(
        id="quantities",
        title="Quantities behind the results",
        columns=("Path", "What", "Value (range)", "Grade", "Source", "Line"),
        rows=tuple(rows),
        numeric=(False, False, True, False, False, False),
        folded=True,
    )


def _base_rates(context: Context) -> tuple[TableView, ...]:
    """Return the base rates to read, with the model's figure beside them, and all of them folded."""
    table = context.table("base_rates")
    if table is None:
        return ()
    rows = [line for row in table.rows if (line := _rate_row(context, row)) is not None]
    shown = [row for row in table.rows if row.cells.get("show", "").strip()] or _general(table)
    first = [line for row in shown if (line := _rate_beside(context, row)) is not None]
    views = []
    if first:
        views.append(
            TableView(
                id="base-rates",
                title="How often such things happened, and what the model says of this crisis",
                columns=_BESIDE_COLUMNS,
                rows=tuple(first),
                numeric=(False, True, True, True, False, False),
                note="Base rate and model need not agree. A base rate counts past cases of many kinds; the model's figure is the "
                "mean over explored cases of its probability in this crisis, under what the file declares and for the weeks "
                "that the game covers.",
            )
        )
    if len(rows) > len(first):
        views.append(
            TableView(
                id="base-rates-all",
                title="All base rates",
                columns=_RATE_COLUMNS,
                rows=tuple(rows),
                numeric=(False, False, False, True, True, True, False),
                folded=True,
            )
        )
    return tuple(views)


def _rate_row(context: Context, row: TableRow) -> tuple[str, ...] | None:
    cells = row.cells
    unit = cells.get("unit", "").strip()
    value, low, high = (_number(cells.get(name, "")) for name in ("value", "lo90", "hi90"))
    if value is None:
        return None
    return (
        sentence_case(cells.get("topic", "")),
        cells.get("statistic", ""),
        cells.get("population", ""),
        format_value(value, unit, exact=unit not in {"share", "prob"}, digits=3),
        format_range(low, high, unit, bare=True),
        cells.get("n", ""),
        context.source_names(_keys(cells.get("source", ""))),
    )


def _rate_beside(context: Context, row: TableRow) -> tuple[str, ...] | None:
    line = _rate_row(context, row)
    if line is None:
        return None
    cells = row.cells
    name = cells.get("compare", "").strip()
    figure = comparable(context.book("outlook"), name) if name else None
    words = cells.get("words", "").strip() or line[1]
    model = "\N{EN DASH}"
    if figure is not None:
        label = sentence_case(comparable_label(context, name))
        model = f"{label}: {link(figure, figure.full_text)}."
        if cells.get("differs", "").strip():
            model += f" Base rate: {cells['differs'].strip()}."
    among = f" ({line[2]})" if line[2] else ""
    return (sentence_case(words) + among, *line[3:6], model, line[6])


def _general(table: Table) -> list[TableRow]:
    """Choose per topic the most general rate: the one with the most cases, then the shortest population."""
    best: dict[str, TableRow] = {}
    for row in table.rows:
        cells = row.cells
        if cells.get("unit", "").strip() not in {"share", "prob"}:
            continue
        if _number(cells.get("value", "")) is None or _number(cells.get("n", "")) is None:
            continue
        topic = cells.get("topic", "").partition(":")[0]
        if topic not in best or _generality(row) > _generality(best[topic]):
            best[topic] = row
    return list(best.values())


def _generality(row: TableRow) -> tuple[float, int]:
    cells = row.cells
    return _number(cells.get("n", "")) or 0.0, -len(cells.get("population", "")) - len(
        cells.get("statistic", "")
    )


_BESIDE_COLUMNS = (
    "What happened, and among what",
    "How often",
    "90% interval",
    "Cases",
    "The model, for this crisis",
    "Source",
)
_RATE_COLUMNS = ("Topic", "Statistic", "Population", "Value", "90% interval", "Cases", "Source")


def _keys(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _assumptions(context: Context) -> tuple[str, ...]:
    crisis = context.crisis
    quantal = crisis.quantities.get(crisis.rationality.path)
    lines = [
        (
            f"The game has {plural(crisis.rounds, 'round')} of {plural(len(crisis.phases), 'phase')} and "
            f"{plural(len(context.players()), 'strategic player')}: {join_words([p.name for p in context.players()])}."
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
        for player in context.players()
        if len(player.types) > 1
    )
    base = context.policy(context.base)
    lines.append(
        f"The base case is “{base.label}”{f': {base.description}' if base.description else '.'}"
    )
    if crisis.correlations:
        lines.append(
            "Correlated quantities: "
            + join_words(
                [f"{group} ({value:g})" for group, value in sorted(crisis.correlations.items())]
            )
            + "; all others are drawn independently."
        )
    else:
        lines.append("Uncertain quantities are drawn independently of each other.")
    return tuple(lines)


def _limits(crisis: Crisis) -> tuple[str, ...]:
    own = (
        (
            "Probabilities are the model's, under the priors and distributions that the file declares. They are no forecast by "
            "the sources cited."
        ),
        "A range shows what the file's own uncertainty allows; what the file leaves out is not in it.",
    )
    return (*crisis.limits, *own)


def _disputed(context: Context) -> TableView | None:
    rows = []
    for path, quantity in context.crisis.quantities.items():
        if not context.is_contested(path):
            continue
        values = "; ".join(
            f"{format_value(value, quantity.unit, exact=True, digits=2 if quantity.grade == 'derived' else KNOWN_DIGITS)} "
            f"({context.source_names(key.split(';'))})"
            for value, key in quantity.contested
        )
        rows.append((sentence_case(quantity.label), values, path))
    if not rows:
        return None
    return TableView(
        id="disputed",
        title="Figures on which sources differ",
        columns=("What", "Values and their sources", "Path"),
        rows=tuple(rows),
        folded=len(rows) > 12,
    )


def _drawn_from(results: Results) -> str:
    """Name the mode and what it draws from."""
    if results.manifest.mode == "exploratory":
        return "exploratory: spread evenly over the stated ranges"
    return "probabilistic: from the distributions that the file declares"


def _methods(context: Context) -> tuple[str, ...]:
    results = context.results
    certificate = results.certificate
    n_policies = len(context.policies)
    mixes = f" and {plural(len(context.mixes), 'mix', 'mixes')} of them" if context.mixes else ""
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
            f"Certificate: largest fixed-point residual {_residual(certificate.max_residual, 1)}; "
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


def _sources(
    context: Context, answers: Iterable[Answer], figures: Iterable[Figure]
) -> tuple[Source, ...]:
    """Return every source that a fact, a figure or a quantity of the briefing names, by publisher and date."""
    keys = {key for figure in figures for key in figure.trace.sources}
    for answer in answers:
        for fact in answer.facts:
            keys.update(fact.sources)
            for value in fact.values:
                keys.update(_keys(value.source_key))
    for quantity in context.crisis.quantities.values():
        keys.update(quantity.sources)
    for table in context.crisis.tables.values():
        for row in table.rows:
            keys.update(_keys(row.cells.get("source", "")))
    found = [context.crisis.sources[key] for key in keys if key in context.crisis.sources]
    return tuple(
        sorted(
            found, key=lambda source: (source.publisher.lower(), str(source.date or ""), source.key)
        )
    )
