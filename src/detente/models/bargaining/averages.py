"""The simplest forecasts of a negotiated outcome: weighted mean and median of positions."""

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray
from detente.errors import ModelError

__all__ = ["weighted_mean", "weighted_median"]


def weighted_mean(positions: ArrayLike, weights: ArrayLike) -> FloatArray:
    """Mean position of the actors, each weighted by power times salience.

    Parameters
    ----------
    positions
        Positions of the actors, shape ``(n_actors, ...)``.
    weights
        Capability times salience, >= 0, same shape or broadcastable; not all zero.

    Returns
    -------
    FloatArray
        Shape ``(...)``.

    Raises
    ------
    ModelError
        ``input-invalid`` if a value is NaN, a weight is negative or all weights are zero.

    References
    ----------
    :cite:p:`achen2006`: the compromise model, the weighted mean as an approximation of the Nash bargaining solution.

    Examples
    --------
    >>> float(weighted_mean([0.0, 100.0], [3.0, 1.0]))
    25.0
    """
    x, w = _read(positions, weights)
    return np.asarray((x * w).sum(axis=0) / w.sum(axis=0))


def weighted_median(positions: ArrayLike, weights: ArrayLike) -> FloatArray:
    """Median position of the actors, each weighted by power times salience.

    Parameters
    ----------
    positions, weights
        As in :func:`weighted_mean`.

    Returns
    -------
    FloatArray
        Shape ``(...)``: the lowest position at or below which at least half of the weight lies.

    Raises
    ------
    ModelError
        As :func:`weighted_mean`.

    References
    ----------
    :cite:p:`black1948`: the position that no other beats in pairwise votes.

    Examples
    --------
    >>> float(weighted_median([0.0, 40.0, 100.0], [1.0, 1.0, 1.0]))
    40.0
    """
    x, w = _read(positions, weights)
    order = np.argsort(x, axis=0, kind="stable")
    x, w = np.take_along_axis(x, order, axis=0), np.take_along_axis(w, order, axis=0)
    total = w.cumsum(axis=0)
    # a sum of weights may miss one half by rounding
    reached = total >= 0.5 * total[-1:] * (1.0 - 1e-12)
    index = reached.argmax(axis=0)
    return np.asarray(np.take_along_axis(x, index[None], axis=0)[0])


def _read(positions: ArrayLike, weights: ArrayLike) -> tuple[FloatArray, FloatArray]:
    x, w = np.broadcast_arrays(
        np.atleast_1d(np.asarray(positions, dtype=np.float64)),
        np.atleast_1d(np.asarray(weights, dtype=np.float64)),
    )
    if not (np.isfinite(x).all() and np.isfinite(w).all()):
        message = "a position or weight is not finite"
        raise ModelError(
            message, code="input-invalid", at="positions, weights", fix="fill or drop the actor"
        )
    if (w < 0.0).any() or (w.sum(axis=0) <= 0.0).any():
        message = f"weights must be positive in sum and none negative, the lowest is {w.min():g}"
        raise ModelError(
            message, code="input-invalid", at="weights", fix="give capability times salience"
        )
    return x, w
