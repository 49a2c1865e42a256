"""Bayes' rule over types and moves, batched over draws."""

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray

__all__ = [
    "LOG_RATIO_LIMIT",
    "expected_shift",
    "log_likelihood_ratio",
    "move_probs",
    "posteriors",
]

LOG_RATIO_LIMIT = 50.0
"""Log likelihood ratios are cut here: beyond it (odds of 5e21 to one) a move is proof, and infinity is no number."""


def move_probs(prior: ArrayLike, likelihood: ArrayLike) -> FloatArray:
    """Probability of each move over all types.

    Parameters
    ----------
    prior
        Probability of each type, shape ``(n_types, n_draws)``; sums to one over types.
    likelihood
        Probability of each move given the type, shape ``(n_types, n_moves, n_draws)``.

    Returns
    -------
    FloatArray
        Shape ``(n_moves, n_draws)``.
    """
    p, q = np.asarray(prior, dtype=np.float64), np.asarray(likelihood, dtype=np.float64)
    return np.asarray((p[:, None, :] * q).sum(axis=0))


def posteriors(prior: ArrayLike, likelihood: ArrayLike) -> FloatArray:
    r"""Probability of each type after each move: Bayes' rule.

    .. math:: P(t \mid m) = \frac{P(t)\,P(m \mid t)}{\sum_s P(s)\,P(m \mid s)}

    Parameters
    ----------
    prior
        Probability of each type, shape ``(n_types, n_draws)``.
    likelihood
        Probability of each move given the type, shape ``(n_types, n_moves, n_draws)``. Likelihoods need not sum to
        one over moves.

    Returns
    -------
    FloatArray
        Shape ``(n_types, n_moves, n_draws)``; sums to one over types. After a move that has probability zero the rule
        says nothing: the prior is kept.

    References
    ----------
    Bayes' rule; :cite:p:`kydd2005` for its use on trust between states.

    Examples
    --------
    >>> posteriors([[0.4], [0.6]], [[[0.5]], [[0.25]]])[:, 0, 0].round(3).tolist()
    [0.571, 0.429]
    """
    p, q = np.asarray(prior, dtype=np.float64), np.asarray(likelihood, dtype=np.float64)
    # scaling by the largest likelihood keeps very rare moves away from underflow
    top = q.max(axis=0, keepdims=True)
    scaled = q / np.where(top > 0.0, top, 1.0)
    joint = p[:, None, :] * scaled
    total = joint.sum(axis=0, keepdims=True)
    kept = np.broadcast_to(p[:, None, :], joint.shape)
    return np.where(total > 0.0, joint / np.where(total > 0.0, total, 1.0), kept)


def expected_shift(prior: ArrayLike, likelihood: ArrayLike) -> FloatArray:
    r"""How far the next move is expected to move the belief in each type.

    .. math:: \sum_m P(m)\,|P(t \mid m) - P(t)|

    Parameters
    ----------
    prior, likelihood
        As in :func:`posteriors`; here likelihoods must sum to one over moves for the result to be an expectation.

    Returns
    -------
    FloatArray
        Shape ``(n_types, n_draws)``, 0-1. Zero if every type moves alike.
    """
    p = np.asarray(prior, dtype=np.float64)
    shift = np.abs(posteriors(p, likelihood) - p[:, None, :])
    return np.asarray((move_probs(p, likelihood)[None] * shift).sum(axis=1))


def log_likelihood_ratio(likelihood: ArrayLike, likelihood_other: ArrayLike) -> FloatArray:
    """Weight of evidence of a move for one type against the other, in log odds.

    Parameters
    ----------
    likelihood, likelihood_other
        Probability of the move under the type and under the other, any shape.

    Returns
    -------
    FloatArray
        Log of their ratio, cut at plus and minus :data:`LOG_RATIO_LIMIT`; zero if the move is impossible under both.
    """
    a, b = np.broadcast_arrays(
        np.asarray(likelihood, dtype=np.float64), np.asarray(likelihood_other, dtype=np.float64)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(a) - np.log(b)
    return np.where(a == b, 0.0, np.clip(ratio, -LOG_RATIO_LIMIT, LOG_RATIO_LIMIT))
