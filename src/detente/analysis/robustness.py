r"""Which policy: aims, outcome tables, satisficing, mean and variance, Pareto sets, switch points. Plain functions of arrays.

``values`` holds policies by draws; draws are the same under every policy, so that policies are compared case by case.
Regret is in :mod:`detente.runs.statistics`. Which of these measures to use is the reader's choice: they can disagree, and
saying so is part of the answer.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from detente.analysis._columns import numeric_column
from detente.arrays import BoolArray, FloatArray, Int16Array
from detente.errors import refuse
from detente.runs.statistics import find_regret, summarise_difference

__all__ = [
    "Aim",
    "OutcomeCell",
    "PolicyScore",
    "Satisficing",
    "SwitchPoint",
    "find_pareto",
    "find_switch_points",
    "parse_aims",
    "parse_limits",
    "satisfice",
    "score_policies",
    "tabulate_policies",
]

_N_KNOTS = 6
_N_REPLICATES = 200
_BLOCK_DRAWS = 8192


class Aim(NamedTuple):
    """Something wanted: a metric, and whether less of it is better. ``limit`` is what is still good enough, if given."""

    metric: str
    lower_is_better: bool = True
    limit: float | None = None
    label: str = ""

    def holds(self, values: FloatArray) -> BoolArray:
        """Tell where a value is good enough; everywhere without a limit."""
        if self.limit is None:
            return np.ones(np.shape(values), dtype=np.bool_)
        return values <= self.limit if self.lower_is_better else values >= self.limit


class OutcomeCell(NamedTuple):
    """A metric under a policy: mean, 5% and 95% quantiles, and the paired change of the mean against the baseline.

    ``change_low`` and ``change_high`` are the 90% interval of the mean change from the paired standard error.
    """

    metric: str
    policy: str
    mean: float
    low: float
    high: float
    change: float
    change_low: float
    change_high: float


class Satisficing(NamedTuple):
    """Share of draws in which a policy meets every aim, and each aim alone, in the order of the aims."""

    policy: str
    share: float
    by_aim: tuple[float, ...]


class PolicyScore(NamedTuple):
    """Robustness of a policy for one aim, by several measures.

    ``mean`` and ``deviation`` over draws; ``worst`` is the 95% quantile on the bad side; ``regret_mean`` and ``regret_max``
    are Savage's; ``best_share`` is the share of draws in which it is the best. ``efficient`` tells that no other policy
    has both a better mean and a smaller deviation.
    """

    policy: str
    mean: float
    deviation: float
    worst: float
    regret_mean: float
    regret_max: float
    best_share: float
    efficient: bool


class SwitchPoint(NamedTuple):
    """The value of a quantity at which the preferred policy changes, from ``before`` below it to ``after`` above it.

    ``low`` and ``high`` hold 90% of the bootstrap's replicates that switch at all, ``support`` is the share of these.
    """

    quantity: str
    value: float
    low: float
    high: float
    before: str
    after: str
    support: float


def parse_aims(text: str) -> tuple[Aim, ...]:
    """Read aims as the command line gives them: ``attack,payoff/usa:max``; less is better unless ``:max`` is said.

    Raises
    ------
    UsageError
        ``option-invalid`` for an empty name or another direction.

    Examples
    --------
    >>> parse_aims("attack,payoff/usa:max")[1].lower_is_better
    False
    """
    found = []
    for part in text.split(","):
        metric, _, direction = part.strip().partition(":")
        if not metric or direction not in {"", "min", "max"}:
            refuse(
                f"{part.strip()!r} is no aim",
                code="option-invalid",
                at="--aims",
                fix="write metrics with :min or :max behind, for instance attack,payoff/usa:max",
            )
        found.append(Aim(metric=metric, lower_is_better=direction != "max"))
    return tuple(found)


def parse_limits(texts: Sequence[str]) -> tuple[Aim, ...]:
    """Read limits: ``attack<=0.2`` or ``payoff/usa>=-10``.

    Raises
    ------
    UsageError
        ``option-invalid`` for text of another form.

    Examples
    --------
    >>> parse_limits(["attack<=0.2"])[0].limit
    0.2
    """
    found = []
    for text in texts:
        sign = "<=" if "<=" in text else ">="
        metric, _, value = text.partition(sign)
        try:
            limit = float(value)
        except ValueError:
            limit = float("nan")
        if not metric.strip() or not np.isfinite(limit):
            refuse(
                f"{text!r} is no limit",
                code="option-invalid",
                at="--satisfy",
                fix="write a metric, <= or >= and a number, for instance attack<=0.2",
            )
        found.append(Aim(metric=metric.strip(), lower_is_better=sign == "<=", limit=limit))
    return tuple(found)


def tabulate_policies(
    values: Mapping[str, ArrayLike], policies: Sequence[str], *, baseline: int = 0
) -> tuple[OutcomeCell, ...]:
    """Outcome table: every metric under every policy, with the paired change against a baseline.

    Parameters
    ----------
    values
        Per metric an array of shape ``(n_policies, n_draws)``.
    policies
        Ids of the policies.
    baseline
        Place of the policy to compare with.
    """
    cells = []
    for metric, given in values.items():
        table = _table(metric, given, policies)
        for policy, row in zip(policies, table, strict=True):
            change = summarise_difference(metric, policy, policies[baseline], row - table[baseline])
            low, high = np.quantile(row, (0.05, 0.95))
            cells.append(
                OutcomeCell(
                    metric,
                    policy,
                    float(row.mean()),
                    float(low),
                    float(high),
                    change.mean,
                    change.mean_low,
                    change.mean_high,
                )
            )
    return tuple(cells)


def satisfice(
    values: Mapping[str, ArrayLike], policies: Sequence[str], aims: Sequence[Aim]
) -> tuple[Satisficing, ...]:
    """Share of draws in which a policy is good enough in every aim (:cite:p:`lempert2019`), the largest first.

    Parameters
    ----------
    values
        Per metric an array of shape ``(n_policies, n_draws)``.
    policies
        Ids of the policies.
    aims
        Aims with limits.
    """
    tables = [_table(aim.metric, values[aim.metric], policies) for aim in aims]
    holds = [aim.holds(table) for aim, table in zip(aims, tables, strict=True)]
    found = []
    for place, policy in enumerate(policies):
        rows = [item[place] for item in holds]
        share = float(np.logical_and.reduce(rows).mean()) if rows else 1.0
        found.append(Satisficing(policy, share, tuple(float(row.mean()) for row in rows)))
    return tuple(sorted(found, key=lambda item: -item.share))


def score_policies(aim: Aim, values: ArrayLike, policies: Sequence[str]) -> tuple[PolicyScore, ...]:
    """Score each policy for one aim by mean, spread, bad tail and regret, in the order given.

    Parameters
    ----------
    aim
        What is wanted.
    values
        Shape ``(n_policies, n_draws)``.
    policies
        Ids of the policies.
    """
    table = _table(aim.metric, values, policies)
    regret = find_regret(aim.metric, policies, table, lower_is_better=aim.lower_is_better)
    means, deviations = table.mean(axis=1), table.std(axis=1)
    tail = np.quantile(table, 0.95 if aim.lower_is_better else 0.05, axis=1)
    loss = means if aim.lower_is_better else -means
    efficient = find_pareto(np.array([loss, deviations]).T)
    return tuple(
        PolicyScore(
            policy,
            float(means[k]),
            float(deviations[k]),
            float(tail[k]),
            regret.rows[k].mean,
            regret.rows[k].maximum,
            regret.rows[k].best_share,
            bool(efficient[k]),
        )
        for k, policy in enumerate(policies)
    )


def find_pareto(losses: ArrayLike) -> BoolArray:
    """Mark the points that no other beats: none is at least as small in every loss and smaller in one.

    Parameters
    ----------
    losses
        Shape ``(n_points, n_aims)``, less is better; negate what should be large.

    Returns
    -------
    BoolArray
        Shape ``(n_points,)``. Equal points stand or fall together.

    Examples
    --------
    >>> find_pareto([[0, 3], [1, 1], [2, 2], [3, 0]]).tolist()
    [True, True, False, True]
    """
    points = np.asarray(losses, dtype=np.float64)
    if points.ndim != 2 or not np.isfinite(points).all():
        refuse(
            f"losses of shape {points.shape} are no table of finite numbers",
            code="option-invalid",
            at="losses",
            fix="give one row for each point and one column for each aim",
        )
    kept = np.ones(len(points), dtype=np.bool_)
    for place, point in enumerate(points):
        beaten = (points <= point).all(axis=1) & (points < point).any(axis=1)
        kept[place] = not beaten.any()
    return kept


def find_switch_points(
    quantities: Mapping[str, ArrayLike],
    values: ArrayLike,
    policies: Sequence[str],
    *,
    lower_is_better: bool = False,
    support: float = 0.9,
    seed: int = 1,
) -> tuple[SwitchPoint, ...]:
    """Find the values of single quantities at which the policy with the best expected value changes.

    The expected value of each policy along a quantity, all others varying as they do, is fitted by straight pieces between
    quantiles (least squares on tent functions). A switch is kept if it recurs in bootstrap replicates of the draws.

    Parameters
    ----------
    quantities
        Per quantity its draws, shape ``(n_draws,)``.
    values
        Shape ``(n_policies, n_draws)``.
    policies
        Ids of the policies.
    lower_is_better
        True for a loss.
    support
        Share of replicates in which the two policies must change places.
    seed
        Key of the bootstrap.

    Returns
    -------
    tuple of SwitchPoint
        The best supported first. The form of the fit is our own choice.
    """
    table = _table("values", values, policies)
    gains = -table if lower_is_better else table
    n_draws = table.shape[1]
    generator = np.random.default_rng(seed)
    weights = np.empty((_N_REPLICATES, n_draws), dtype=np.int16)
    for row in weights:
        row[:] = np.bincount(generator.integers(n_draws, size=n_draws), minlength=n_draws)
    found = []
    for name, given in quantities.items():
        x = numeric_column(f"quantities[{name!r}]", given)
        knots = np.unique(np.quantile(x, np.linspace(0.0, 1.0, _N_KNOTS)))
        if x.size != n_draws or knots.size < 3:
            continue
        basis = _tents(x, knots)
        grid = np.linspace(knots[0], knots[-1], 201)
        lines = _tents(grid, knots) @ np.linalg.lstsq(basis, gains.T, rcond=None)[0]
        inside = (grid >= np.quantile(x, 0.05)) & (grid <= np.quantile(x, 0.95))
        best = lines.argmax(axis=1)
        for place in np.flatnonzero((best[1:] != best[:-1]) & inside[1:]).tolist():
            pair = int(best[place]), int(best[place + 1])
            gap = gains[pair[1]] - gains[pair[0]]
            here = _crossing(grid, lines[:, pair[1]] - lines[:, pair[0]], float(grid[place]))
            replicates = _replicate_gaps(basis, gap, weights, _tents(grid, knots))
            crossings = [_crossing(grid, row, here) for row in replicates]
            kept = np.array([value for value in crossings if np.isfinite(value)])
            share = kept.size / _N_REPLICATES
            if share < support or not np.isfinite(here):
                continue
            low, high = np.quantile(kept, (0.05, 0.95))
            found.append(
                SwitchPoint(
                    name,
                    here,
                    float(low),
                    float(high),
                    policies[pair[0]],
                    policies[pair[1]],
                    share,
                )
            )
    return tuple(sorted(found, key=lambda item: (-item.support, item.quantity, item.value)))


def _tents(x: FloatArray, knots: FloatArray) -> FloatArray:
    """Tent functions at knots, shape ``(n, n_knots)``; they add up to one."""
    return np.array([np.interp(x, knots, row) for row in np.eye(knots.size)]).T


def _replicate_gaps(
    basis: FloatArray, gap: FloatArray, weights: Int16Array, lines: FloatArray
) -> FloatArray:
    """Fitted gap along the grid in each replicate, shape ``(n_replicates, n_grid)``."""
    n_draws, count = basis.shape
    left = np.zeros((len(weights), count * count))
    right = np.zeros((len(weights), count))
    for first in range(0, n_draws, _BLOCK_DRAWS):
        part = basis[first : first + _BLOCK_DRAWS]
        times = weights[:, first : first + _BLOCK_DRAWS].astype(np.float64)
        left += times @ (part[:, :, None] * part[:, None, :]).reshape(len(part), -1)
        right += times @ (part * gap[first : first + _BLOCK_DRAWS, None])
    square = left.reshape(-1, count, count) + 1e-9 * np.eye(count)
    return np.linalg.solve(square, right[:, :, None])[:, :, 0] @ lines.T


def _crossing(grid: FloatArray, gap: FloatArray, near: float) -> float:
    """Where a gap turns from negative to positive, nearest to a value; NaN if nowhere."""
    rising = np.flatnonzero((gap[:-1] <= 0.0) & (gap[1:] > 0.0))
    if rising.size == 0:
        return float("nan")
    step = grid[rising + 1] - grid[rising]
    places = grid[rising] - gap[rising] * step / (gap[rising + 1] - gap[rising])
    return float(places[np.abs(places - near).argmin()])


def _table(metric: str, given: ArrayLike, policies: Sequence[str]) -> FloatArray:
    table = np.asarray(given, dtype=np.float64)
    if table.ndim != 2 or len(table) != len(policies) or table.shape[1] == 0:
        refuse(
            f"{metric} has shape {table.shape} for {len(policies)} policies",
            code="option-invalid",
            at=metric,
            fix="give one row for each policy and one column for each draw",
        )
    return table
