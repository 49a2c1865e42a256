"""Which mix of commitments is robust: what the search over combinations found, beside the listed commitments.

Everything is read from the run and from the record of the search in its folder; nothing is solved here.
"""

from dataclasses import dataclass

import numpy as np

from detente.analysis.mixes import MixSearch
from detente.analysis.robustness import Aim, find_pareto
from detente.arrays import FloatArray
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Chart, Figure, TableView, Trace, link, present_table
from detente.brief.pictures.matrix import draw_matrix
from detente.brief.questions._parts import picture_words, run_note
from detente.brief.questions._regret import REGRET_REFERENCE
from detente.brief.questions._robust import row_name
from detente.brief.traces import STRONGEST
from detente.brief.words import format_value, sentence_case
from detente.crisis.metric_names import Metric
from detente.runs.statistics import RegretTable, find_regret

__all__ = ["SearchPart", "find_search"]


SEARCH_REFERENCE = "every combination of the commitments that the policies make; Pareto: none at least as good in all aims"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPart:
    """What the briefing shows of the search; ``preferred`` is the mix or policy that falls short least over all aims."""

    table: TableView | None = None
    chart: Chart | None = None
    preferred: str = ""
    combinations: Figure | None = None


def find_search(context: Context, book: Book) -> SearchPart:
    """Say what combinations were searched, which of them nothing betters, and how far each falls short in each aim."""
    search = context.policies.search
    if search is None or len(context.policies.ids) < 2:
        return SearchPart()
    if not search.choices:
        return SearchPart()
    combinations = _enter_counts(book, search)
    if not context.policies.mixes:
        return SearchPart(combinations=combinations)
    aims = search.as_aims()
    regrets = {aim.metric: _regret(context, aim) for aim in aims}
    shades = _shades(regrets, context.policies.compared)
    ranked = sorted(context.policies.compared, key=lambda policy: sum(shades[policy]))
    figures = {
        (row.policy, aim.metric): _figure(context, book, aim, row.policy, row.mean, row.high)
        for aim in aims
        for row in regrets[aim.metric].rows
    }
    kept = _unbeaten(context, aims)
    return SearchPart(
        table=_table(context, aims, ranked, figures, regrets, kept),
        chart=_chart(context, aims, ranked, figures, shades),
        preferred=ranked[0],
        combinations=combinations,
    )


# --- numbers ---------------------------------------------------------------------------------------------------------


def _values(context: Context, aim: Aim, policy: str) -> FloatArray:
    parts = [context.columns.values(metric, policy) for metric in aim.metric.split("+")]
    return np.sum(parts, axis=0) if len(parts) > 1 else parts[0]


def _regret(context: Context, aim: Aim) -> RegretTable:
    table = np.array([_values(context, aim, policy) for policy in context.policies.compared])
    return find_regret(
        aim.metric, context.policies.compared, table, lower_is_better=aim.lower_is_better
    )


def _shades(
    regrets: dict[str, RegretTable], policies: tuple[str, ...]
) -> dict[str, tuple[float, ...]]:
    """Return the mean regret of each policy in each aim, as a share of the largest in that aim."""
    rows = {
        metric: {row.policy: row.mean for row in table.rows} for metric, table in regrets.items()
    }
    most = {metric: max(means.values()) or 1.0 for metric, means in rows.items()}
    return {
        policy: tuple(means[policy] / most[metric] for metric, means in rows.items())
        for policy in policies
    }


def _unbeaten(context: Context, aims: tuple[Aim, ...]) -> tuple[str, ...]:
    losses = [
        [
            float(_values(context, aim, policy).mean()) * (1.0 if aim.lower_is_better else -1.0)
            for aim in aims
        ]
        for policy in context.policies.compared
    ]
    kept = find_pareto(losses)
    return tuple(
        policy for policy, good in zip(context.policies.compared, kept, strict=True) if good
    )


def _is_chance(aim: Aim) -> bool:
    return Metric.parse(aim.metric).kind in {"attack", "settlement", "outcome"}


def _key(context: Context, aim: Aim) -> str:
    """Return how ids of figures name an aim: as the crisis file does, or by its metric."""
    for stated in context.crisis.aims.values():
        if "+".join(stated.metrics) == aim.metric:
            return stated.id
    return Metric.parse(aim.metric).dotted


def _figure(
    context: Context, book: Book, aim: Aim, policy: str, mean: float, high: float
) -> Figure:
    parts = [context.traces.of(metric) for metric in aim.metric.split("+")]
    paths = tuple(dict.fromkeys(path for part in parts for path in part.quantities))[:STRONGEST]
    return book.keep(
        Figure(
            id=f"{book.question}.search.regret.{_key(context, aim)}.{policy}",
            label=f"mean regret of {context.policies.short_name(policy)}, {aim.label}",
            value=mean,
            low=0.0,
            high=high,
            unit="points" if _is_chance(aim) else "stakes",
            trace=Trace(
                sources=context.traces.sources_of(paths),
                quantities=paths,
                model="ensemble.regret",
                reference=REGRET_REFERENCE,
                metric=aim.metric,
                policy=policy,
                inputs_read=max(part.inputs_read for part in parts),
            ),
        )
    )


def _count(book: Book, name: str, label: str, number: int) -> Figure:
    trace = Trace(model="ensemble.mixes", reference=SEARCH_REFERENCE)
    return book.number(f"search.{name}", label, float(number), unit="number", trace=trace)


def _enter_counts(book: Book, search: MixSearch) -> Figure:
    """Enter how much was searched, and how much of it nothing betters; return how many combinations there were."""
    combinations = _count(
        book, "combinations", "combinations of commitments searched", search.n_combinations
    )
    _count(book, "games", "different games among them, all solved", search.n_games)
    _count(
        book,
        "unbeaten",
        "combinations that are no listed commitment and that nothing betters in all aims",
        search.n_unbeaten,
    )
    return combinations


# --- table and picture -----------------------------------------------------------------------------------------------


def _table(
    context: Context,
    aims: tuple[Aim, ...],
    ranked: list[str],
    figures: dict[tuple[str, str], Figure],
    regrets: dict[str, RegretTable],
    kept: tuple[str, ...],
) -> TableView:
    largest = {
        (row.policy, metric): row.maximum for metric, table in regrets.items() for row in table.rows
    }
    rows = []
    for policy in ranked:
        cells = []
        for aim in aims:
            figure = figures[policy, aim.metric]
            ends = [
                _bare(format_value(value, figure.unit))
                for value in (figure.high, largest[policy, aim.metric])
            ]
            cells.append(f"{link(figure, _bare(figure.text))} ({', '.join(ends)})")
        rows.append(
            (
                row_name(context, policy, is_marked=True),
                *cells,
                "yes" if policy in kept else "",
            )
        )
    return present_table(
        "mix-regret",
        ("Commitment", *(sentence_case(aim.label) for aim in aims), "None better in all"),
        rows,
        title=context.say("outlook", "mix_regret_title"),
        numeric=(False, *(True for _ in aims), False),
        note=context.say("outlook", "mix_regret_note"),
    )


def _bare(text: str) -> str:
    return text.removesuffix(" stakes").removesuffix(" points").removesuffix(" point").lstrip("+")


def _chart(
    context: Context,
    aims: tuple[Aim, ...],
    ranked: list[str],
    figures: dict[tuple[str, str], Figure],
    shades: dict[str, tuple[float, ...]],
) -> Chart:
    first = ranked[0]
    name = context.policies.short_name(first)
    return draw_matrix(
        "outlook-mixes",
        [sentence_case(context.policies.short_name(policy).strip("“”")) for policy in ranked],
        [sentence_case(aim.label) for aim in aims],
        [[figures[policy, aim.metric] for aim in aims] for policy in ranked],
        picture_words(context, "outlook", "mixes", note=run_note(context, marks=""), first=name),
        shades=[shades[policy] for policy in ranked],
        names=[row_name(context, policy) for policy in ranked],
        corner="Commitment",
    )
