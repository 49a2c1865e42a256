"""A number as it is told to somebody who sees no page: with its range, its unit, where it comes from, and what it is not."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel

from detente.analysis.reading import paths_read, uncertain_paths
from detente.brief.names import Names
from detente.brief.words import format_range, format_value
from detente.crisis.crisis import Crisis
from detente.crisis.metric_names import METRIC_PARTS, Metric
from detente.errors import nearest, refuse
from detente.web.answers import Asked, Spread, version
from detente.web.links import write_link
from detente.web.rendering import Renderer

__all__ = [
    "STANDING",
    "NumberTold",
    "TraceOfNumber",
    "check_figure",
    "is_figure",
    "label_figure",
    "tell_figure",
    "trace_of",
    "unit_of_figure",
]

STANDING = "explored cases, not a forecast"
"""What every number is, said with each of them."""

_UNITS: Mapping[str, Literal["prob", "stakes"]] = {
    "attack": "prob",
    "attack_by": "prob",
    "attack_given": "prob",
    "belief": "prob",
    "first": "prob",
    "outcome": "prob",
    "outcome_given": "prob",
    "payoff": "stakes",
    "settlement": "prob",
    "settlement_given": "prob",
    "use": "prob",
}
"""Kinds of metrics that may be asked for, with their units."""
_MOST_READ = 4
"""Quantities that are named with a number; the others are counted."""


class TraceOfNumber(BaseModel):
    """Where a number comes from: a metric of a solved game, and the uncertain quantities that it can depend on.

    ``reads`` are the paths of the first of these, ``reads_in_all`` is how many there are; ``link`` opens it in the workbench.
    """

    metric: str
    rests_on: str
    reads: list[str]
    reads_in_all: int
    link: str


class NumberTold(BaseModel):
    """A number: mean over the cases, 5% and 95% quantile, unit, words, trace; ``excluded`` where the rules leave no way to it."""

    id: str
    label: str
    mean: float | None
    low: float | None
    high: float | None
    unit: str
    text: str
    excluded: bool
    standing: str = STANDING
    trace: TraceOfNumber


def is_figure(name: str) -> bool:
    """Tell whether a name is of the form of a figure's, known or not."""
    return Metric.parse(name).kind in _UNITS


def check_figure(crisis: Crisis, figure: str) -> Metric:
    """Return the metric that a figure is.

    Raises
    ------
    UsageError
        ``figure-unknown`` for one that is none, with those that may be asked for.
    """
    found = Metric.parse(figure)
    if not (is_figure(figure) and _are_known(crisis, found)):
        known = ["attack", "settlement", *(str(Metric.of("outcome", i)) for i in crisis.outcomes)]
        near = nearest(figure[:80], known) or tuple(known)
        kinds = ("/".join((kind, *map(str.upper, _parts_of(kind)))) for kind in _UNITS)
        refuse(
            f"crisis {crisis.id!r} has no figure {figure[:80]!r}",
            code="figure-unknown",
            at="figure",
            fix=f"use {' or '.join(near)}, or a name of the form {', '.join(kinds)}",
        )
    return found


def tell_figure(
    renderer: Renderer, crisis: Crisis, metric: Metric, spread: Spread | None, trace: TraceOfNumber
) -> NumberTold:
    """Return a number with its words.

    Parameters
    ----------
    renderer
        Has the words.
    crisis
        Whose number it is.
    metric
        What it is.
    spread
        Mean and range; None where the rules exclude it.
    trace
        Where it comes from.
    """
    unit = _UNITS[metric.kind]
    text = "excluded by the rules"
    if spread is not None:
        ends = format_range(spread.low, spread.high, unit)
        text = f"{format_value(spread.mean, unit)}{f' ({ends})' if ends else ''}"
    return NumberTold(
        id=str(metric),
        label=label_figure(renderer, crisis, metric),
        mean=None if spread is None else spread.mean,
        low=None if spread is None else spread.low,
        high=None if spread is None else spread.high,
        unit=unit,
        text=text,
        excluded=spread is None,
        trace=trace,
    )


def label_figure(renderer: Renderer, crisis: Crisis, metric: Metric) -> str:
    """Return what a figure is called."""
    return renderer.words("assistants-words.j2", "figure", metric.kind, _words_of(crisis, metric))


def unit_of_figure(metric: Metric) -> Literal["prob", "stakes"]:
    """Return the unit of a figure."""
    return _UNITS[metric.kind]


def trace_of(filed: Crisis, changed: Crisis, metric: Metric, asked: Asked) -> TraceOfNumber:
    """Return where a number comes from: a metric of a crisis with values set, under what was asked."""
    read = paths_read(changed, str(metric), uncertain_paths(changed))
    policy = asked.policy or next(iter(filed.policies), "")
    label = filed.policies[policy].label if policy in filed.policies else policy
    return TraceOfNumber(
        metric=str(metric),
        rests_on=f"crisis file {filed.id} {filed.digest[:12]}, commitment “{label}”, "
        f"{asked.draws} cases, seed {asked.seed}, detente {version()}",
        reads=list(read[:_MOST_READ]),
        reads_in_all=len(read),
        link=write_link(filed, asked),
    )


def _are_known(crisis: Crisis, metric: Metric) -> bool:
    """Tell whether a metric has the parts of its kind, and these are of the crisis; a belief may be after what only looks like a move."""
    wanted = _parts_of(metric.kind)
    least = 2 if metric.kind == "payoff" else len(wanted)
    if not least <= len(metric.parts) <= len(wanted):
        return False
    named = dict(zip(wanted, metric.parts, strict=False))
    player = crisis.players.get(named.get("player", ""))
    return (
        ("player" not in named or player is not None)
        and ("type" not in named or named["type"] in _types(crisis, named["player"]))
        and named.get("outcome", next(iter(crisis.outcomes), None)) in crisis.outcomes
        and (
            "instrument" not in named
            or metric.kind == "belief"
            or named["instrument"] in crisis.instruments
        )
        and ("consideration" not in named or named["consideration"] in crisis.considerations)
    )


def _parts_of(kind: str) -> tuple[str, ...]:
    """Return what a metric of a kind is about."""
    return next(parts for name, parts in METRIC_PARTS.items() if name == kind)


def _types(crisis: Crisis, player: str) -> list[str]:
    known = crisis.players.get(player)
    return [] if known is None else [item.id for item in known.types]


def _words_of(crisis: Crisis, metric: Metric) -> dict[str, str]:
    """Return the labels of what a metric is about."""
    names = Names(crisis)
    found: dict[str, str] = {}
    player = ""
    for part, name in zip(_parts_of(metric.kind), metric.parts, strict=False):
        if part == "player":
            player = name
            found[part] = crisis.players[name].name
        elif part == "type":
            found[part] = names.type_of(player, name)
            found["clause"] = names.type_clause(player, name)
        elif part == "outcome":
            found[part] = crisis.outcomes[name].label
        elif part == "instrument":
            known = crisis.instruments.get(name)
            found[part] = name if known is None else known.label
        elif part == "consideration":
            found[part] = crisis.considerations[name].label
    return found
