"""Which mix holds up: good-enough shares, what no other commitment betters, and where the best one fails, in words.

Statistics of the run alone; nothing is solved here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from detente.analysis.discovery import find_box
from detente.analysis.robustness import find_pareto
from detente.analysis.sensitivity import find_telling_inputs
from detente.analysis.wording import limits_words
from detente.arrays import BoolArray, FloatArray
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure, TableView, Trace, link, present_table
from detente.brief.questions._parts import policy_row
from detente.brief.words import format_value, sentence_case
from detente.crisis.metric_names import metric_name

__all__ = ["GOOD_ENOUGH", "RobustPart", "find_mix", "row_name"]


GOOD_ENOUGH = 0.20
"""An attack at or below this is at most "very unlikely" on the scale of likelihood words."""
FEWEST_CASES = 64
"""With fewer cases no box is looked for."""
BOX_REFERENCE = (
    "Friedman and Fisher (1999), PRIM; coverage and density as in Bryant and Lempert (2010)"
)
SHARE_REFERENCE = "share of versions in which every limit holds"


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustPart:
    """What the briefing shows of mixes: which are good enough how often, and where they fail; empty where only one policy was run.

    ``shares`` say by policy how often each is good enough, ``limit`` up to which chance of an attack one may be.
    """

    table: TableView | None = None
    failing: TableView | None = None
    shares: Mapping[str, Figure] = field(default_factory=dict)
    limit: Figure | None = None


def find_mix(context: Context, book: Book, *, also: str = "") -> RobustPart:
    """Say which commitments are good enough in most cases, which none betters, and where the best of them fails.

    ``also`` is another policy or mix whose failing is told of.
    """
    if len(context.policies.ids) < 2:
        return RobustPart()
    goods = {policy: _good(context, policy) for policy in context.policies.compared}
    shares = {
        policy: _share(context, book, policy, goods[policy]) for policy in context.policies.compared
    }
    ranked = sorted(context.policies.compared, key=lambda policy: -(shares[policy].value or 0.0))
    kept = _pareto(context)
    limit = _limit(book)
    rows = [
        row
        for policy in dict.fromkeys((ranked[0], also or ranked[0]))
        if (row := _failure(context, book, policy)) is not None
    ]
    return RobustPart(
        table=_table(context, ranked, shares, kept),
        failing=_failures(context, rows),
        shares=shares,
        limit=limit,
    )


def row_name(context: Context, policy: str, *, is_marked: bool = False) -> str:
    """Return how a row of a table names a policy: a mix by its letter and what it is made of; the base case, if asked, as such."""
    label = context.policies.get(policy).label
    if policy in context.policies.mixes:
        return f"{sentence_case(context.policies.short_name(policy))}: {label}"
    return policy_row(context, policy) if is_marked else sentence_case(label)


def _sides(context: Context) -> tuple[str, ...]:
    """Return players whose costs count: those that regret is about, and their allies."""
    own = [player.id for player in context.roles.opponents()]
    return (*own, *(player.id for player in context.roles.players("ally") if player.id not in own))


def _good(context: Context, policy: str) -> BoolArray:
    """Tell in which cases an attack is very unlikely and no side does worse than the base case does on average."""
    good = context.columns.values("attack", policy) <= GOOD_ENOUGH
    for player in _sides(context):
        good &= context.columns.values(metric_name("payoff", player), policy) >= float(
            context.columns.values(metric_name("payoff", player)).mean()
        )
    return good


def _share(context: Context, book: Book, policy: str, good: BoolArray) -> Figure:
    label = context.policies.get(policy).label
    return book.share(
        f"good_enough.{policy}",
        f"share of versions in which “{label}” is good enough",
        good,
        trace=_statistic(context, policy, "ensemble.satisficing", SHARE_REFERENCE),
    )


def _statistic(context: Context, policy: str, model: str, reference: str) -> Trace:
    trace = context.traces.of("attack", policy)
    return Trace(
        sources=trace.sources,
        quantities=trace.quantities,
        model=model,
        reference=reference,
        metric="attack",
        policy=policy,
        inputs_read=trace.inputs_read,
    )


def _pareto(context: Context) -> tuple[str, ...]:
    """Return the policies that no other betters in an attack and in the mean payoff of every side."""
    losses = [
        [
            float(context.columns.values("attack", policy).mean()),
            *(
                -float(context.columns.values(metric_name("payoff", player), policy).mean())
                for player in _sides(context)
            ),
        ]
        for policy in context.policies.compared
    ]
    kept = find_pareto(losses)
    return tuple(
        policy for policy, good in zip(context.policies.compared, kept, strict=True) if good
    )


def _limit(book: Book) -> Figure:
    return book.number(
        "good_enough.limit",
        "largest probability of an attack that counts as good enough",
        GOOD_ENOUGH,
        unit="prob",
        trace=Trace(
            model="scale of likelihood words",
            reference="ICD-203 (ODNI, 2015), D.6.e.(2)(a): very unlikely ends at 20%",
        ),
    )


def _failures(context: Context, rows: list[tuple[str, ...]]) -> TableView | None:
    if not rows:
        return None
    return present_table(
        "failing",
        context.say_lines("outlook", "failing_heads"),
        rows,
        title=context.say("outlook", "failing_title"),
        numeric=(False, True, False, True, True),
        note=context.say(
            "outlook",
            "failing_note",
            limit=format_value(GOOD_ENOUGH, "prob"),
            reference=BOX_REFERENCE,
        ),
    )


def _failure(context: Context, book: Book, policy: str) -> tuple[str, ...] | None:
    """Return the row that says where an attack stays likelier than good enough under a commitment."""
    attack = context.columns.values("attack", policy)
    failing = attack > GOOD_ENOUGH
    count = int(failing.sum())
    if context.results.n_draws < FEWEST_CASES or not 0 < count < failing.size:
        return None
    label = context.policies.get(policy).label
    trace = _statistic(context, policy, "ensemble.prim", BOX_REFERENCE)
    share = book.share(
        f"fails.{policy}",
        f"share of versions in which an attack is likelier than good enough under “{label}”",
        failing,
        trace=trace,
    )
    name = row_name(context, policy)
    inputs = _moving(context, policy)
    box = None
    if inputs:
        search = find_box(inputs, failing)
        box = search.simplify(search.balanced)
    if box is None or not box.limits:
        return (name, link(share), context.say("outlook", "failing_none"), "", "")
    density, coverage = (
        book.number(f"fails.{policy}.{name}", words, value, unit="share", trace=trace, exact=False)
        for name, words, value in (
            (
                "density",
                "share of the cases in the box found in which an attack is likelier than good enough",
                box.density,
            ),
            (
                "coverage",
                "share of all cases in which an attack is likelier than good enough that the box found holds",
                box.coverage,
            ),
        )
    )
    quantities = context.crisis.quantities
    words = limits_words(
        box.limits,
        labels={path: f"“{quantities[path].label}”" for path in inputs},
        write=lambda path, value: format_value(value, quantities[path].unit),
    )
    return (name, link(share), words, link(density), link(coverage))


def _moving(context: Context, policy: str) -> dict[str, FloatArray]:
    """Return the quantities to look for a box among: those that tell most about an attack."""
    paths = [
        path
        for path in context.traces.game_inputs
        if path in context.crisis.quantities and context.columns.has(metric_name("quantity", path))
    ]
    values = {path: context.columns.values(metric_name("quantity", path)) for path in paths}
    values = {path: item for path, item in values.items() if item.min() < item.max()}
    if not values:
        return {}
    chosen = find_telling_inputs(values, context.columns.values("attack", policy), most=8)
    return {path: values[path] for path in chosen}


def _table(
    context: Context, ranked: list[str], shares: dict[str, Figure], kept: tuple[str, ...]
) -> TableView:
    sides = _sides(context)
    names = [context.crisis.players[name].name for name in sides]
    rows = []
    for policy in ranked:
        alone = [context.columns.values("attack", policy) <= GOOD_ENOUGH]
        alone += [
            context.columns.values(metric_name("payoff", player), policy)
            >= float(context.columns.values(metric_name("payoff", player)).mean())
            for player in sides
        ]
        rows.append(
            (
                row_name(context, policy, is_marked=True),
                link(shares[policy]),
                *(format_value(float(np.mean(item)), "share") for item in alone),
                "yes" if policy in kept else "",
            )
        )
    return present_table(
        "good-enough",
        (
            "Commitment",
            "All limits",
            f"Attack at most {format_value(GOOD_ENOUGH, 'prob')}",
            *(f"{name} no worse" for name in names),
            "None better in all",
        ),
        rows,
        title=context.say("outlook", "good_enough_title"),
        numeric=(False, True, True, *(True for _ in names), False),
        note=context.say("outlook", "good_enough_note"),
    )
