"""What moved between two runs, and how sure that is: paired draw by draw where they share draws."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from detente.analysis.effects import TypeEffect, read_type_effects, type_metrics
from detente.analysis.reading import find_crisis_of
from detente.arrays import FloatArray
from detente.crisis.metric_names import Metric, metric_name
from detente.errors import refuse
from detente.runs.run import Run
from detente.runs.statistics import summarise_difference
from detente.summaries import html_fields, text_fields

__all__ = ["MovedMetric", "Pairing", "RunComparison", "compare_inputs", "compare_runs"]

Pairing = Literal["same draws", "first draws", "other draws"]
"""How the cases of two runs go together: all of them, those that the smaller run has, or none."""

_FIRST = ("attack", "settlement", "outcome")
_Z90 = 1.6448536269514722


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedMetric:
    """A metric with another mean in the second run.

    ``low`` and ``high`` are the ends of the 90% interval of ``change``, NaN where one case leaves none; ``same_as`` names
    the metrics that have the same values in both runs, to seven digits.
    """

    metric: str
    before: float
    after: float
    change: float
    low: float
    high: float
    same_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunComparison:
    """What moved between two runs under a policy.

    ``moved`` lists chances of an attack, a settlement and the outcomes first, then the rest by how far they moved in
    standard deviations. ``by_type`` holds what changes for each type of a challenger, where the cases go together and the
    crisis of the second run is at hand. ``n_shared`` is the number of draws that both were compared on, 0 for draws that differ;
    ``n_metrics`` how many metrics both hold.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    policy: str
    pairing: Pairing
    n_shared: int
    n_metrics: int
    moved: tuple[MovedMetric, ...]
    by_type: tuple[TypeEffect, ...] = ()


def compare_runs(before: Run, after: Run, *, policy: str | None = None) -> RunComparison:
    """Compare the metrics of two runs.

    Runs of one seed and one design whose draws do not depend on their number share the first draws, and are compared on
    these, draw by draw. Others are compared by their means, with the error of both.

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
    chosen = _shared_policy(before, after, policy)
    pairing, n_shared = _pairing(before, after)
    rows: list[tuple[float, MovedMetric]] = []
    known: dict[tuple[bytes, bytes], int] = {}
    n_metrics = 0
    for metric in _metrics(before, after, chosen):
        old, new = (run.values(metric, chosen) for run in (before, after))
        if n_shared:
            old, new = old[:n_shared], new[:n_shared]
        if np.isnan(old).all() or np.isnan(new).all():
            continue
        n_metrics += 1
        key = (old.astype(np.float32).tobytes(), new.astype(np.float32).tobytes())
        twin = known.setdefault(key, len(rows))
        if twin < len(rows):
            size, row = rows[twin]
            rows[twin] = (size, replace(row, same_as=(*row.same_as, metric)))
            continue
        rows.append(_moved(metric, chosen, old, new, paired=bool(n_shared)))
    ranked = sorted(rows, key=lambda item: (_rank(item[1].metric), -item[0], item[1].metric))
    return RunComparison(
        policy=chosen,
        pairing=pairing,
        n_shared=n_shared,
        n_metrics=n_metrics,
        moved=tuple(row for _, row in ranked if row.change != 0.0),
        by_type=_by_type(before, after, chosen, n_shared),
    )


def _by_type(before: Run, after: Run, policy: str, n_shared: int) -> tuple[TypeEffect, ...]:
    """Read effects by type on the cases that both runs share, where both store what these read."""
    crisis = find_crisis_of(after) if n_shared else None
    if crisis is None or not all(
        run.has(metric, policy) for run in (before, after) for metric in type_metrics(crisis)
    ):
        return ()
    return read_type_effects(
        crisis,
        lambda metric: before.values(metric, policy)[:n_shared],
        lambda metric: after.values(metric, policy)[:n_shared],
    )


def _shared_policy(before: Run, after: Run, policy: str | None) -> str:
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
    return policy or shared[0]


def _pairing(before: Run, after: Run) -> tuple[Pairing, int]:
    """Say how the cases go together, and how many draws both hold: those with the same number have the same key."""
    first, second = before.manifest, after.manifest
    if (first.seed, first.plan) != (second.seed, second.plan):
        return "other draws", 0
    if before.n_draws == after.n_draws:
        return "same draws", before.n_draws
    if first.plan.is_extensible:
        return "first draws", min(before.n_draws, after.n_draws)
    return "other draws", 0


def _metrics(before: Run, after: Run, policy: str) -> list[str]:
    """Return what both runs hold of the results under a policy, what the headline is about first."""
    found = [
        metric
        for metric in before.metrics(policy=policy)
        if Metric.parse(metric).kind != "certificate" and after.has(metric, policy)
    ]
    return sorted(found, key=lambda metric: (_rank(metric), metric.count("/"), metric))


def _rank(metric: str) -> int:
    kind = Metric.parse(metric).kind
    return _FIRST.index(kind) if kind in _FIRST else len(_FIRST)


def _moved(
    metric: str, policy: str, old: FloatArray, new: FloatArray, *, paired: bool
) -> tuple[float, MovedMetric]:
    """Return how far a metric moved, in standard deviations of its values, and the row."""
    means = float(np.nanmean(old)), float(np.nanmean(new))
    if paired and not np.isnan(new - old).all():
        found = summarise_difference(metric, policy, policy, new - old)
        change, low, high = found.mean, found.mean_low, found.mean_high
        if np.isfinite(new - old).sum() < 2:
            low = high = np.nan
    else:
        change = means[1] - means[0]
        error = _Z90 * float(np.sqrt(_squared_error(old) + _squared_error(new)))
        low, high = change - error, change + error
    spread = float(np.sqrt((np.nanvar(old) + np.nanvar(new)) / 2))
    size = abs(change) / spread if spread > 0.0 else (np.inf if change else 0.0)
    row = MovedMetric(
        metric=metric, before=means[0], after=means[1], change=change, low=low, high=high
    )
    return size, row


def _squared_error(values: FloatArray) -> float:
    """Return the squared standard error of a mean, NaN for one value."""
    known = values[~np.isnan(values)]
    return float(known.var(ddof=1) / known.size) if known.size > 1 else float("nan")


def compare_inputs(before: Run, after: Run) -> tuple[tuple[str, str, str], ...]:
    """Return path and texts of the quantities that two runs draw or fix otherwise: means with 5-95% ranges, or values.

    Of runs that share draws only these are looked at; other draws of the very same crisis differ by chance alone.
    """
    _, n_shared = _pairing(before, after)

    def span(results: Run, path: str) -> str:
        if path in results.manifest.fixed:
            return f"{results.manifest.fixed[path]:g}"
        if not results.has(metric_name("quantity", path)):
            return "absent"
        values = results.values(metric_name("quantity", path))[: n_shared or None]
        low, high = np.quantile(values, (0.05, 0.95))
        return f"{values.mean():.4g} ({low:.4g} to {high:.4g})"

    if not n_shared and before.manifest.digest == after.manifest.digest:
        return ()
    paths = dict.fromkeys(
        path for item in (before, after) for path in (*item.quantities(), *item.manifest.fixed)
    )
    rows = ((path, span(before, path), span(after, path)) for path in paths)
    return tuple(row for row in rows if row[1] != row[2])
