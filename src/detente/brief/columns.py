"""Columns of the run: values of metrics per draw, under a policy or under none."""

import numpy as np

from detente.arrays import FloatArray
from detente.crisis.metric_names import Metric
from detente.runs.run import Run

__all__ = ["Columns", "tamed"]

HUGE = 1e100
"""Above this the square or the sum of values may be too large for a number."""


class Columns:
    """The values that a run stores; ``base`` is the policy that is meant where none is named.

    Parameters
    ----------
    results
        The finished run.
    base
        The policy of the base case.
    """

    def __init__(self, results: Run, *, base: str) -> None:
        self.base = base
        self._results = results
        self._cache: dict[tuple[str, str], FloatArray] = {}
        self._names = frozenset(results.metrics())
        self._once = frozenset(results.metrics(policy=""))

    def has(self, metric: str) -> bool:
        """Say whether the run holds a metric."""
        return metric in self._names

    def metrics(self, prefix: str) -> tuple[str, ...]:
        """Return the names of the run's metrics under a prefix, sorted."""
        return tuple(sorted(name for name in self._names if name.startswith(prefix)))

    def values(self, metric: str, policy: str | None = None) -> FloatArray:
        """Return a metric per draw, shape ``(n_draws,)``, under a policy (default: the base case)."""
        key = (metric, self.policy_of(metric, policy))
        if key not in self._cache:
            self._cache[key] = np.asarray(self._results.values(*key), dtype=np.float64)
        return self._cache[key]

    def policy_of(self, metric: str, policy: str | None = None) -> str:
        """Return the policy that a metric is stored under: none for what the crisis alone decides."""
        if metric in self._once or Metric.parse(metric).of_the_crisis:
            return ""
        return policy or self.base

    def change(self, metric: str, policy: str) -> FloatArray:
        """Return what a policy changes in a metric, draw by draw, against the base case, shape ``(n_draws,)``."""
        return self.values(metric, policy) - self.values(metric)


def tamed(*rows: FloatArray) -> tuple[tuple[FloatArray, ...], float]:
    """Divide huge values by their common scale, so that sums and squares of them are numbers; return the scale."""
    top = max(float(np.nanmax(np.abs(row), initial=0.0)) for row in rows)
    if not HUGE < top < np.inf:
        return rows, 1.0
    return tuple(row / top for row in rows), top
