"""All answers of one case of joining, by a search over one number: the weight that joins.

Members meet each other only through that weight, so that the game is aggregative: given its value each member's
probability follows, and an answer is a value that comes back as itself.
"""

import numpy as np

from detente.arrays import FloatArray
from detente.models.alliance._system import JoiningSystem

__all__ = ["answers_by_aggregate", "has_own_branches"]

_GRID = 257
_BISECTIONS = 60
_OWN_STEPS = 60


def answers_by_aggregate(system: JoiningSystem) -> FloatArray:
    """Find fixed points of a system of one case, shape ``(n_members, n_found)`` in the order of the weight that joins."""
    grid = np.linspace(0.0, 1.0, _GRID)
    excess = _excess(system, grid)
    excess[0] = max(
        excess[0], np.finfo(np.float64).tiny
    )  # where all join with a chance that rounds to zero
    crossing = np.flatnonzero((excess[:-1] > 0.0) != (excess[1:] > 0.0))
    low, high = grid[crossing], grid[crossing + 1]
    start = excess[crossing] > 0.0
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        same = (_excess(system, middle) > 0.0) == start
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return _own(system, 0.5 * (low + high))


def has_own_branches(system: JoiningSystem) -> bool:
    """Say whether a free rider's own equation can have more than one root, because its weight is large."""
    steepest = -system.rationality * system.slope * system.weight / (4.0 * system.others)
    return bool((steepest >= 1.0).any())


def _excess(system: JoiningSystem, total: FloatArray) -> FloatArray:
    """Return how much more weight joins than was assumed; positive at 0, not at 1, shape as ``total``."""
    return np.asarray((system.weight * _own(system, total)).sum(axis=0) - total)


def _own(system: JoiningSystem, total: FloatArray) -> FloatArray:
    """Solve each member's own equation given the weight that joins, itself included, by bisection.

    Where the own weight counts so much that a free rider's equation has more than one root, one of them is taken.
    """
    from scipy.special import expit  # noqa: PLC0415  slow to load

    shape = (system.base.shape[0], total.size)
    low, high = np.zeros(shape), np.ones(shape)
    for _ in range(_OWN_STEPS):
        middle = 0.5 * (low + high)
        rest = (total - system.weight * middle) / system.others
        answer = expit(system.rationality * (system.base + system.slope * rest))
        above = answer > middle
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return 0.5 * (low + high)
