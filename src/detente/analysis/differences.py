"""What moved between two versions of a crisis, or two runs, and which inputs did it."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple

import numpy as np

from detente.analysis.splitting import EXACT_INPUTS, Split, split_change
from detente.arrays import BoolArray, FloatArray
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Policy, Quantity
from detente.crisis.metric_names import Metric, metric_name
from detente.engine import Engine, draw_quantities
from detente.engine.usual import DRAWS_OF_A_CHANGE, SEED
from detente.errors import refuse
from detente.runs.run import Run
from detente.runs.statistics import Difference, summarise_difference

__all__ = [
    "RULES",
    "InputChange",
    "compare_inputs",
    "compare_results",
    "explain_change",
    "find_changed_inputs",
    "find_changed_rules",
]


RULES = "rules of the game"
"""Stands for everything that is no quantity, as one input of a split."""

_PARTS = (
    "players",
    "state",
    "instruments",
    "phases",
    "ends_when",
    "outcomes",
    "mechanisms",
    "considerations",
    "policies",
    "rationality",
    "rounds",
    "correlations",
)
_SILENT = frozenset(
    {"place", "claims", "label", "description", "sources", "value_labels", "phrases"}
)


class InputChange(NamedTuple):
    """A quantity that differs: its distributions in words, None where it is absent."""

    path: str
    label: str
    before: str | None
    after: str | None


def find_changed_inputs(before: Crisis, after: Crisis) -> tuple[InputChange, ...]:
    """Find the quantities whose distribution differs or that stand in one version only, by path."""
    found = []
    for path in sorted(before.quantities.keys() | after.quantities.keys()):
        old, new = before.quantities.get(path), after.quantities.get(path)
        if _law(old) != _law(new):
            known = new or old
            label = known.label if known is not None else path
            found.append(InputChange(path, label, _law(old), _law(new)))
    return tuple(found)


def find_changed_rules(before: Crisis, after: Crisis) -> tuple[str, ...]:
    """Name the entries other than quantities that differ in what they do; words and sources do not count."""
    found = []
    for part in _PARTS:
        old, new = getattr(before, part), getattr(after, part)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            found += [
                f"{part}.{key}"
                for key in dict.fromkeys([*old, *new])
                if _bare(old.get(key)) != _bare(new.get(key))
            ]
        elif _bare(old) != _bare(new):
            found.append(part)
    return tuple(found)


def explain_change(
    before: Crisis,
    after: Crisis,
    metric: str,
    *,
    policy: str | None = None,
    n_draws: int = DRAWS_OF_A_CHANGE,
    seed: int = SEED,
    workers: int = 2,
    n_orders: int = 16,
) -> Split:
    """Split the change of a metric's mean between two versions of a crisis among what differs.

    Sets of inputs are solved with the distributions of ``after`` for those in the set and of ``before`` for all others, at
    the same underlying random numbers, so that what is left is the inputs' doing. Everything that is no quantity counts
    as one input, :data:`RULES`.

    Parameters
    ----------
    before, after
        Two versions of a crisis, overrides applied.
    metric
        A metric of the solved game.
    policy
        Id of a policy of both; the first of ``before`` by default.
    n_draws, seed
        Draws to average over.
    workers
        Threads.
    n_orders
        Orders to sample where more than :data:`~detente.analysis.splitting.EXACT_INPUTS` inputs differ.

    Raises
    ------
    UsageError
        ``option-invalid`` if nothing differs or a policy is missing in one version.
    """
    changed = [item.path for item in find_changed_inputs(before, after)]
    with_rules = bool(find_changed_rules(before, after))
    names = [*changed, RULES] if with_rules else changed
    if not names:
        refuse(
            "the two versions do not differ",
            code="option-invalid",
            at="after",
            fix="compare versions that differ",
        )
    chosen = [
        _policy(crisis, policy or next(iter(before.policies), None)) for crisis in (before, after)
    ]
    draws = [
        dict(draw_quantities(crisis, n_draws, seed=seed).as_mapping()) for crisis in (before, after)
    ]

    def solve(masks: BoolArray) -> FloatArray:
        results = np.empty(len(masks))
        for rules, crisis in enumerate((before, after)):
            picked = np.flatnonzero(masks[:, -1] == bool(rules)) if with_rules else None
            if picked is None:
                if rules:
                    continue
                picked = np.arange(len(masks))
            if picked.size == 0:
                continue
            settings = _settings(crisis, draws, changed, masks[picked], rules)
            engine = Engine(crisis, workers=workers)
            many = engine.draw(picked.size * n_draws, seed=seed, settings=settings)
            values = engine.solve(chosen[rules], draws=many)[metric].values
            results[picked] = values.reshape(picked.size, n_draws).mean(axis=1)
        return results

    return split_change(solve, names, exact_up_to=EXACT_INPUTS, n_orders=n_orders, seed=seed)


def compare_results(
    before: Run, after: Run, *, policy: str | None = None
) -> tuple[tuple[Difference, float, float], ...]:
    """Compare the metrics of two runs: differences with the means before and after.

    Where both runs have the same seed and number of draws, they are paired draw by draw; otherwise the intervals are NaN.

    Parameters
    ----------
    before, after
        Two runs.
    policy
        Of both; the first that both hold by default.

    Raises
    ------
    UsageError
        ``option-invalid`` if the runs share no policy, or not the one named.
    """
    shared = [name for name in before.policy_ids if name in after.policy_ids]
    if not shared or (policy is not None and policy not in shared):
        refuse(
            f"the runs do not share the policy {policy!r}"
            if policy
            else "the runs share no policy",
            code="option-invalid",
            at="policy",
            fix=f"use one of: {', '.join(shared)}"
            if shared
            else "compare runs of the same policies",
        )
    chosen = policy or shared[0]
    paired = (before.manifest.seed, before.n_draws) == (after.manifest.seed, after.n_draws)
    found = []
    for metric in before.metrics(policy=chosen):
        if Metric.parse(metric).kind == "certificate" or not after.has(metric, chosen):
            continue
        old, new = before.values(metric, chosen), after.values(metric, chosen)
        known = ~np.isnan(old).all() and ~np.isnan(new).all()
        if not known:
            continue
        means = float(np.nanmean(old)), float(np.nanmean(new))
        if paired and not np.isnan(new - old).all():
            difference = summarise_difference(metric, chosen, chosen, new - old)
        else:
            missing = float("nan")
            difference = Difference(
                metric,
                chosen,
                chosen,
                means[1] - means[0],
                missing,
                missing,
                missing,
                missing,
                missing,
                missing,
            )
        found.append((difference, *means))
    return tuple(sorted(found, key=lambda item: (-abs(item[0].mean), item[0].metric)))


def compare_inputs(before: Run, after: Run) -> tuple[tuple[str, str, str], ...]:
    """Return path and texts of the quantities that two runs draw or fix otherwise: means with 5-95% ranges, or values."""

    def span(results: Run, path: str) -> str:
        if path in results.manifest.fixed:
            return f"{results.manifest.fixed[path]:g}"
        if not results.has(metric_name("quantity", path)):
            return "absent"
        values = results.values(metric_name("quantity", path))
        low, high = np.quantile(values, (0.05, 0.95))
        return f"{values.mean():.4g} ({low:.4g} to {high:.4g})"

    paths = dict.fromkeys(
        path for item in (before, after) for path in (*item.quantities(), *item.manifest.fixed)
    )
    rows = ((path, span(before, path), span(after, path)) for path in paths)
    return tuple(row for row in rows if row[1] != row[2])


def _settings(
    crisis: Crisis,
    draws: Sequence[Mapping[str, FloatArray]],
    changed: Sequence[str],
    masks: BoolArray,
    rules: int,
) -> dict[str, FloatArray]:
    """Values of every quantity of a crisis for all sets and draws, sets one after the other."""
    own = draws[rules]
    settings = {path: np.tile(own[path], len(masks)) for path in crisis.quantities}
    for place, path in enumerate(changed):
        if path in settings:
            old, new = (item.get(path, own[path]) for item in draws)
            settings[path] = np.where(masks[:, place, None], new, old).reshape(-1)
    return settings


def _policy(crisis: Crisis, name: str | None) -> Policy:
    if name is None:
        return Policy(id="free", label="")
    if name not in crisis.policies:
        refuse(
            f"crisis {crisis.id!r} has no policy {name!r} in one of the versions",
            code="option-invalid",
            at="policy",
            fix=f"use one of: {', '.join(crisis.policies)}",
        )
    return crisis.policies[name]


def _law(quantity: Quantity | None) -> str | None:
    """Write a distribution in words: family, parameters, group of correlation."""
    if quantity is None:
        return None
    law = quantity.distribution
    numbers = ", ".join(f"{value:g}" for value in law.parameters)
    tied = f" in group {quantity.group}" if quantity.group else ""
    return f"{law.family} {numbers}{tied}"


def _bare(item: Any) -> Any:
    """Strip an entry of what does not change the game: places, words, sources."""
    if is_dataclass(item) and not isinstance(item, type):
        return (
            type(item).__name__,
            *(
                (field.name, _bare(getattr(item, field.name)))
                for field in fields(item)
                if field.name not in _SILENT
            ),
        )
    if isinstance(item, Mapping):
        return tuple((key, _bare(value)) for key, value in item.items())
    if isinstance(item, (list, tuple)):
        return tuple(_bare(part) for part in item)
    return item
