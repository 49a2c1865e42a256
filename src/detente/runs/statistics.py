"""What drives a result, which policy holds up and where the choice changes: plain functions of draws.

All of them are statistics of an ensemble that is already there; none solves anything. They are our own plain choices, in
the tradition of robust decision making (:cite:p:`lempert2019`); regret is Savage's (:cite:p:`savage1951`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from detente.arrays import BoolArray, FloatArray
from detente.summaries import html_fields, text_fields

__all__ = [
    "Difference",
    "Driver",
    "Fifths",
    "FirstChange",
    "PolicyRegret",
    "RegretTable",
    "find_drivers",
    "find_effects",
    "find_first_changes",
    "find_regret",
    "split_fifths",
    "summarise_difference",
]

_N_BINS = 5
_Z90 = 1.6448536269514722  # 95% quantile of the normal distribution: 90% intervals of means


@dataclass(frozen=True, slots=True, kw_only=True)
class Fifths:
    """Quantities with the draws of their bottom and top fifth marked.

    ``values``, ``ranks`` (average ranks), ``bottom`` and ``top`` have shape ``(n_quantities, n_draws)``. A quantity with
    few values may have ends larger than a fifth: all draws at or below its 20% quantile, at or above its 80% quantile.
    """

    paths: tuple[str, ...]
    values: FloatArray
    ranks: FloatArray
    bottom: BoolArray
    top: BoolArray


class Driver(NamedTuple):
    """What a quantity does to a metric.

    ``effect`` is the metric's mean in the quantity's top fifth (``mean_at_top``) less that in its bottom fifth;
    ``rank_correlation`` is Spearman's.
    """

    path: str
    effect: float
    mean_at_bottom: float
    mean_at_top: float
    rank_correlation: float


class PolicyRegret(NamedTuple):
    """Regret of a policy over draws: mean, 95% quantile, maximum; share of draws in which it is the best."""

    policy: str
    mean: float
    high: float
    maximum: float
    best_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RegretTable:
    """Regret of every policy for one metric, in the metric's unit.

    ``minimax`` is the policy with the smallest maximum regret, ``least_mean`` the one with the smallest mean regret
    (the first in order, if tied).
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    metric: str
    lower_is_better: bool
    rows: tuple[PolicyRegret, ...]
    minimax: str
    least_mean: str


class Difference(NamedTuple):
    """A metric under a policy less the same under a baseline, paired by draw.

    ``mean`` with its 90% interval from the paired standard error (``mean_low``, ``mean_high``); ``low`` and ``high`` are
    the 5% and 95% quantiles over draws; ``share_lower`` and ``share_higher`` are the shares of draws in which the policy
    gives less or more than the baseline.
    """

    metric: str
    policy: str
    baseline: str
    mean: float
    mean_low: float
    mean_high: float
    low: float
    high: float
    share_lower: float
    share_higher: float


class FirstChange(NamedTuple):
    """Where the preferred policy first changes as a quantity moves away from its middle.

    Draws are split into fifths of the quantity. ``before`` has the best mean in the middle fifth, ``after`` in the first
    fifth in that direction in which another is better by more than 1.645 standard errors of the paired difference;
    ``direction`` is ``above`` or ``below``, ``threshold`` is the edge between this fifth and the one before it.
    ``advantage`` is by how much ``after`` beats ``before`` there, ``advantage_error`` the standard error of that.
    """

    path: str
    direction: str
    threshold: float
    before: str
    after: str
    advantage: float
    advantage_error: float


def split_fifths(paths: Sequence[str], values: FloatArray) -> Fifths:
    """Mark the bottom and top fifth of each quantity.

    Parameters
    ----------
    paths
        Names of the quantities.
    values
        Their draws, shape ``(n_quantities, n_draws)``.

    Returns
    -------
    Fifths
        A quantity with a single value has empty ends.
    """
    from scipy.stats import rankdata  # noqa: PLC0415  slow to load

    bottom = np.zeros(values.shape, dtype=np.bool_)
    top = np.zeros(values.shape, dtype=np.bool_)
    for row, item in enumerate(values):
        low, high = np.quantile(item, (1 / _N_BINS, 1 - 1 / _N_BINS), method="nearest")
        bottom[row], top[row] = item <= low, item >= high
        if low == high:  # the middle value fills the fifths: compare what lies beyond it
            above, below = item > low, item < low
            if above.any():
                top[row] = above
                bottom[row] = below if below.any() else item == low
            elif below.any():
                bottom[row], top[row] = below, item == low
            else:
                bottom[row] = top[row] = False
    ranks = rankdata(values, axis=1) if values.size else values
    return Fifths(
        paths=tuple(paths),
        values=values,
        ranks=np.asarray(ranks, dtype=np.float64),
        bottom=bottom,
        top=top,
    )


def find_drivers(fifths: Iterable[Fifths], values: FloatArray) -> tuple[Driver, ...]:
    """Effect of each quantity on a metric, the largest absolute effect first.

    Parameters
    ----------
    fifths
        The quantities, some at a time.
    values
        The metric, shape ``(n_draws,)``; draws in which it is NaN are left out.

    Returns
    -------
    tuple of Driver
        Sorted by absolute effect, then by path: ties do not depend on the order of the file.
    """
    drivers: list[Driver] = []
    for block in fifths:
        low, high, effects = _ends(block, values)
        correlations = _rank_correlations(block, values, ~np.isnan(values))
        drivers += [
            Driver(path, float(effect), float(at_low), float(at_high), float(correlation))
            for path, effect, at_low, at_high, correlation in zip(
                block.paths, effects, low, high, correlations, strict=True
            )
        ]
    return tuple(sorted(drivers, key=lambda driver: (-abs(driver.effect), driver.path)))


def find_effects(fifths: Iterable[Fifths], values: FloatArray) -> tuple[tuple[str, float], ...]:
    """Path and effect of each quantity, in the order of :func:`find_drivers`, and nothing more."""
    pairs = [
        pair
        for block in fifths
        for pair in zip(block.paths, _ends(block, values)[2].tolist(), strict=True)
    ]
    return tuple(sorted(pairs, key=lambda pair: (-abs(pair[1]), pair[0])))


def _ends(fifths: Fifths, values: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return means in the bottom and top fifth of each quantity, and their difference; 0 where one is empty."""
    defined = ~np.isnan(values)
    known = np.where(defined, values, 0.0)

    def mean_over(mask: BoolArray) -> FloatArray:
        counts = (mask & defined).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((mask * known).sum(axis=1) / counts, dtype=np.float64)

    low, high = mean_over(fifths.bottom), mean_over(fifths.top)
    return low, high, np.nan_to_num(high - low, nan=0.0)


def find_regret(
    metric: str, policies: Sequence[str], values: FloatArray, *, lower_is_better: bool = False
) -> RegretTable:
    """Regret of each policy: in each draw, how far it falls short of the best policy of that draw.

    Parameters
    ----------
    metric
        Name for the table.
    policies
        Their ids.
    values
        The metric, shape ``(n_policies, n_draws)``.
    lower_is_better
        True for a loss.

    Returns
    -------
    RegretTable
        Policies that tie for the best share the draw equally, so that the shares sum to one.
    """
    gains = -values if lower_is_better else values
    regrets = gains.max(axis=0) - gains
    best = regrets == 0.0
    share = (best / best.sum(axis=0)).mean(axis=1)
    rows = tuple(
        PolicyRegret(
            policy,
            float(regret.mean()),
            float(np.quantile(regret, 0.95)),
            float(regret.max()),
            float(best_share),
        )
        for policy, regret, best_share in zip(policies, regrets, share, strict=True)
    )
    return RegretTable(
        metric=metric,
        lower_is_better=lower_is_better,
        rows=rows,
        minimax=min(rows, key=lambda row: row.maximum).policy,
        least_mean=min(rows, key=lambda row: row.mean).policy,
    )


def summarise_difference(
    metric: str, policy: str, baseline: str, differences: FloatArray
) -> Difference:
    """Mean, interval and spread of paired differences, shape ``(n_draws,)``."""
    known = differences[~np.isnan(differences)]
    mean = float(known.mean())
    error = float(known.std(ddof=1) / np.sqrt(known.size)) if known.size > 1 else 0.0
    low, high = np.quantile(known, (0.05, 0.95))
    return Difference(
        metric,
        policy,
        baseline,
        mean,
        mean - _Z90 * error,
        mean + _Z90 * error,
        float(low),
        float(high),
        float((known < 0.0).mean()),
        float((known > 0.0).mean()),
    )


def find_first_changes(
    fifths: Iterable[Fifths],
    policies: Sequence[str],
    values: FloatArray,
    *,
    lower_is_better: bool = False,
) -> tuple[FirstChange, ...]:
    """Where the preferred policy (best mean) first changes, for each quantity and direction.

    Parameters
    ----------
    fifths
        The quantities, some at a time.
    policies
        Their ids.
    values
        The metric, shape ``(n_policies, n_draws)``.
    lower_is_better
        True for a loss.

    Returns
    -------
    tuple of FirstChange
        The clearest first: by advantage over its standard error, then by path. Quantities that never change the
        preferred policy are absent.
    """
    gains = -values if lower_is_better else values
    changes: list[FirstChange] = []
    middle = _N_BINS // 2
    items = (pair for block in fifths for pair in zip(block.paths, block.values, strict=True))
    for path, item in items:
        edges = np.quantile(item, np.arange(1, _N_BINS) / _N_BINS)
        bins = np.searchsorted(edges, item, side="right")
        if np.unique(bins).size < _N_BINS:  # too few values to speak of fifths
            continue
        best = [int(gains[:, bins == fifth].mean(axis=1).argmax()) for fifth in range(_N_BINS)]
        for direction, steps in (("below", range(middle)[::-1]), ("above", range(middle + 1, 5))):
            for fifth in steps:
                if best[fifth] == best[middle]:
                    continue
                pair = (gains[best[fifth]] - gains[best[middle]])[bins == fifth]
                error = float(pair.std(ddof=1) / np.sqrt(pair.size)) if pair.size > 1 else 0.0
                if pair.mean() < _Z90 * error:  # chance may have made the difference
                    continue
                edge = edges[fifth] if direction == "below" else edges[fifth - 1]
                changes.append(
                    FirstChange(
                        path,
                        direction,
                        float(edge),
                        policies[best[middle]],
                        policies[best[fifth]],
                        float(pair.mean()),
                        error,
                    )
                )
                break
    return tuple(
        sorted(
            changes,
            key=lambda change: (
                -change.advantage / max(change.advantage_error, 1e-300),
                change.path,
                change.direction,
            ),
        )
    )


def _rank_correlations(fifths: Fifths, values: FloatArray, defined: BoolArray) -> FloatArray:
    """Spearman's rank correlation of each quantity with the metric; zero where either is constant."""
    from scipy.stats import rankdata  # noqa: PLC0415  slow to load

    if not defined.any() or not fifths.paths:
        return np.zeros(len(fifths.paths))
    ranks = fifths.ranks if defined.all() else rankdata(fifths.values[:, defined], axis=1)
    other = rankdata(values[defined])
    ranks = ranks - ranks.mean(axis=1, keepdims=True)
    other = other - other.mean()
    spread = np.sqrt((ranks**2).sum(axis=1) * (other**2).sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(
            np.where(spread > 0.0, (ranks * other).sum(axis=1) / spread, 0.0), dtype=np.float64
        )
