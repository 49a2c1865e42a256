"""Inputs that many models declare: shares, chances, worths, weights."""

import numpy as np

from detente.arrays import FloatArray
from detente.models.registry import Input, raise_where

__all__ = ["prob", "ratio", "score", "share", "stakes", "sum_of_weights", "weight"]


def share(
    description: str,
    *,
    per_member: bool = False,
    default: float | None = None,
    low: float = 0.0,
    high: float = 1.0,
) -> Input:
    """Declare a share, by default from 0 to 1."""
    return Input("share", description, per_member=per_member, default=default, low=low, high=high)


def prob(description: str, *, per_member: bool = False, default: float | None = None) -> Input:
    """Declare a probability."""
    return Input("prob", description, per_member=per_member, default=default, low=0.0, high=1.0)


def ratio(
    description: str,
    *,
    per_member: bool = False,
    default: float | None = None,
    low: float = 0.0,
    high: float = np.inf,
) -> Input:
    """Declare a number without a unit, by default not negative."""
    return Input("ratio", description, per_member=per_member, default=default, low=low, high=high)


def stakes(description: str, *, default: float | None = None) -> Input:
    """Declare a worth in stakes, not negative."""
    return Input("stakes", description, default=default, low=0.0)


def score(description: str, *, default: float | None = None) -> Input:
    """Declare a score of each member from 0 to 100."""
    return Input("score_0_100", description, per_member=True, default=default, low=0.0, high=100.0)


def weight(description: str, *, default: float | None = None) -> Input:
    """Declare a weight of each member, of which only proportions matter."""
    return Input("share", description, per_member=True, default=default, low=0.0)


def sum_of_weights(weights: FloatArray, *, at: str) -> FloatArray:
    """Return the sum of the members' weights.

    Parameters
    ----------
    weights
        Weights >= 0, shape ``(n_members, ...)``.
    at
        Model and input, ``mechanism.name.input``.

    Returns
    -------
    FloatArray
        Positive, shape ``(...)``.

    Raises
    ------
    ModelError
        ``input-invalid`` where no member has any weight.
    """
    total = np.asarray(weights.sum(axis=0))
    raise_where(
        total <= 0.0,
        at=at,
        array=total,
        why="is the sum over the members, which leaves nothing to weigh by",
        fix="give at least one member a positive weight",
    )
    return total
