"""Which commitments are worth debating: an attack against what it costs those who make the commitment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from detente.analysis.robustness import find_pareto
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.figures import Figure
from detente.brief.shared import SharedFigures
from detente.brief.summary.moves import has_attacks
from detente.brief.summary.value import TypeLine
from detente.crisis.metric_names import metric_name

__all__ = [
    "Choices",
    "NamedChoice",
    "Part",
    "Point",
    "RemainingRisk",
    "read_choices",
    "read_prepared",
]

MOST = 3
PREPARE = 0.2
"""An attack likelier than this under every commitment named remains to be prepared for: above "very unlikely"."""

Part = Literal["both", "safest", "surest", "other", "base"]
"""Why a commitment is named: least mean regret and least attack, one of them, neither; ``base`` is the base case as the safest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One commitment on the chart: the chance of an attack, and the payoff of the defenders less that in the base case."""

    policy: str
    label: str
    attack: Figure
    gain: Figure
    base: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedChoice:
    """A commitment that is named, and in what share of cases the defenders do better under it than in the base case."""

    point: Point
    part: Part
    settlement: Figure | None
    better: Figure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """All commitments that may be compared, those that no other beats on both counts, and those that are named.

    ``case`` says what the chart shows: ``beats`` if one that is named is better than the base case on both counts, ``price``
    if the one with the lowest chance of an attack costs the defenders something, ``base`` if no other beats the base case on either count.
    """

    points: tuple[Point, ...]
    unbeaten: tuple[str, ...]
    named: tuple[NamedChoice, ...]
    case: Literal["beats", "price", "base", "none"]
    best: Point | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemainingRisk:
    """The type of a challenger with which an attack stays likeliest, and its chance in the base case and under what is named."""

    type: TypeLine | None
    base: Figure
    under: tuple[tuple[str, Figure], ...]


def read_choices(context: Context, book: Book, shared: SharedFigures) -> Choices | None:
    """Compare the commitments on an attack and on the defenders' payoff; None where there are not two to compare, or no attack."""
    ranked = context.policies.ranked
    if len(ranked) < 2 or not has_attacks(context):
        return None
    gains = _gains(context, ranked)
    points = {policy: _point(context, book, shared, policy, gains[policy]) for policy in ranked}
    losses = [(shared.policies[p][0].value or 0.0, -float(gains[p].mean())) for p in ranked]
    unbeaten = tuple(p for p, keep in zip(ranked, find_pareto(losses), strict=True) if keep)
    regret = context.results.regret(policies=ranked)
    by_regret = sorted(regret.rows, key=lambda row: row.mean)
    safest = regret.least_mean
    surest = min(unbeaten, key=lambda policy: shared.policies[policy][0].value or 0.0)
    order = (safest, surest, *(row.policy for row in by_regret if row.policy in unbeaten))
    names = [policy for policy in dict.fromkeys(order) if policy != context.policies.base][:MOST]
    named = tuple(
        NamedChoice(
            point=points[policy],
            part=_part(policy, safest, surest),
            settlement=shared.settlements[policy][0] if context.has_settlement else None,
            better=book.share(
                f"better.{policy}",
                f"share of versions in which {context.roles.opponent_names()} do better under “{points[policy].label}” than "
                "in the base case",
                gains[policy] > 0.0,
                trace=context.traces.of(
                    metric_name("payoff", context.roles.opponents()[0].id), policy
                ),
            ),
        )
        for policy in names
    )
    base = points[context.policies.base]
    beating = [item.point for item in named if _beats(item.point, base)]
    cheaper = points[surest]
    case: Literal["beats", "price", "base", "none"] = "none"
    if beating:
        case = "beats"
    elif surest == context.policies.base:
        case = "base" if safest == context.policies.base else "none"
    elif (cheaper.gain.value or 0.0) < 0.0:
        case = "price"
    return Choices(
        points=tuple(points.values()),
        unbeaten=unbeaten,
        named=named,
        case=case,
        best=beating[0] if beating else cheaper,
    )


def _gains(context: Context, policies: tuple[str, ...]) -> Mapping[str, np.ndarray]:
    """Return the payoff of the defenders, summed, less that in the base case, by policy and draw."""
    defenders = [metric_name("payoff", player.id) for player in context.roles.opponents()]
    return {
        policy: np.sum([context.columns.change(metric, policy) for metric in defenders], axis=0)
        for policy in policies
    }


def _point(
    context: Context, book: Book, shared: SharedFigures, policy: str, gain: np.ndarray
) -> Point:
    label = context.policies.get(policy).label
    figure = book.array(
        f"gain.{policy}",
        f"payoff of {context.roles.opponent_names()} under “{label}” less that in the base case",
        gain,
        unit="stakes",
        trace=context.traces.of(metric_name("payoff", context.roles.opponents()[0].id), policy),
    )
    return Point(
        policy=policy,
        label=label,
        attack=shared.policies[policy][0],
        gain=figure,
        base=policy == context.policies.base,
    )


def _part(policy: str, safest: str, surest: str) -> Part:
    if policy == safest:
        return "both" if safest == surest else "safest"
    return "surest" if policy == surest else "other"


def _beats(point: Point, base: Point) -> bool:
    return (point.attack.value or 0.0) < (base.attack.value or 0.0) and (
        point.gain.value or 0.0
    ) > 0.0


def read_prepared(
    context: Context, book: Book, choices: Choices | None, types: tuple[TypeLine, ...]
) -> RemainingRisk | None:
    """Find the type with which an attack stays likeliest; None where it falls low enough under some commitment named."""
    metrics = {
        line: metric
        for line in types
        if context.columns.has(metric := metric_name("attack_given", line.player, line.id))
    }
    if not metrics or not has_attacks(context):
        return None
    worst = max(metrics, key=lambda line: float(context.columns.values(metrics[line]).mean()))
    metric = metrics[worst]
    base = book.metric(
        f"attack_given.{worst.player}.{worst.id}", f"an attack if {worst.clause}", metric
    )
    under = tuple(
        (
            item.point.label,
            book.metric(
                f"policy.{item.point.policy}.attack_given.{worst.player}.{worst.id}",
                f"an attack under “{item.point.label}” if {worst.clause}",
                metric,
                policy=item.point.policy,
            ),
        )
        for item in (choices.named if choices is not None else ())
    )
    least = min([base.value or 0.0, *(figure.value or 0.0 for _, figure in under)])
    return RemainingRisk(type=worst, base=base, under=under) if least > PREPARE else None
