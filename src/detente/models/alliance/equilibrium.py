"""Quantal joining with social pressure: a fixed point over all members of an alliance at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from detente.errors import ModelError
from detente.models.registry import FloatArray

__all__ = [
    "Joining",
    "coverage_share",
    "extreme_joining",
    "proximity",
    "solve_joining",
    "unanimity_prob",
]

_TOLERANCE = 1e-12
_MAX_ITERATIONS = 2_000
_NEWTON_STEPS = 50
_DISTINCT = 1e-6
_SOLVED = 1e-9
_UNSOLVED = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """Joining probabilities that answer each other.

    ``prob`` has shape ``(n_members, ...)``; ``residual`` (the largest gap between a member's probability and its
    answer to the others, recomputed from the result) and ``multiple`` (another fixed point exists) have shape
    ``(...)``.
    """

    prob: FloatArray
    residual: FloatArray
    multiple: np.ndarray


def proximity(distance_km: ArrayLike, *, scale_km: float = 1000.0) -> FloatArray:
    """Compute closeness to the front, 1 at it and towards 0 far away: ``exp(-distance / scale)``.

    Parameters
    ----------
    distance_km
        Distance in km, >= 0.
    scale_km
        Distance over which closeness falls by the factor e, in km.

    Returns
    -------
    FloatArray
        Closeness, 0-1.

    References
    ----------
    Our own equation: a loss of strength with distance after :cite:p:`boulding1962`, in exponential form.
    """
    return np.asarray(np.exp(-np.asarray(distance_km, dtype=np.float64) / scale_km))


def solve_joining(
    benefit: ArrayLike,
    *,
    weight: ArrayLike,
    social: ArrayLike,
    rationality: ArrayLike,
) -> Joining:
    r"""Solve for the joining probability of each member when each cares about what the others do.

    .. math:: p_m = \frac{1}{1 + \exp(-\lambda [b_m + J (2 q_{-m} - 1)])}, \qquad
              q_{-m} = \frac{\sum_{k \ne m} w_k p_k}{\sum_{k \ne m} w_k}

    Parameters
    ----------
    benefit
        Net benefit ``b`` of joining over staying out, shape ``(n_members, ...)``.
    weight
        Weight ``w`` of a member in the eyes of the others, >= 0, broadcasts with ``benefit``.
    social
        Social pressure ``J`` >= 0, shape ``(...)``.
    rationality
        Precision lambda >= 0, shape ``(...)``.

    Returns
    -------
    Joining
        The fixed point that best responses reach from even odds. If lambda * J < 2 it is the only one. Beyond that
        the lowest and the highest fixed point are computed too and ``multiple`` says where they differ; where best
        responses from even odds find no rest, the lowest is returned. A member without others (alone, or all others
        of weight zero) feels no pressure.

    Raises
    ------
    ModelError
        ``input-invalid`` if a gap above 1e-6 is left, which only extreme pressure at extreme rationality can do.

    References
    ----------
    :cite:p:`brock2001`, self-consistent choice probabilities under social interactions;
    :cite:p:`milgrom1990` for the lowest and highest equilibrium of games with complements.
    Departs from source: members are unlike each other and weigh unequally.
    """
    b, w, others, j, lam = _columns(benefit, weight, social, rationality)
    shape = np.broadcast_shapes(
        np.shape(benefit), np.shape(weight), np.shape(social), np.shape(rationality)
    )
    steep = lam * j >= 2.0
    multiple = np.zeros(steep.shape, dtype=bool)
    # the slope of a response lies within lam * j / 2, so this step cannot swing about an answer
    step = np.where(steep, 1.0 / (1.0 + 0.5 * lam * j), 1.0)
    answer = _iterate(np.full(b.shape, 0.5), step, b, w, others, j, lam)
    if steep.any():
        part = (b[:, steep], w[:, steep], others[:, steep], j[steep], lam[steep])
        low, high = _extremes(*part)
        multiple[steep] = np.abs(high - low).max(axis=0) > _DISTINCT
        found = answer[:, steep]
        open_cases = _gap(found, *part) > _SOLVED
        answer[:, steep] = np.where(open_cases, low, found)
    residual = _gap(answer, b, w, others, j, lam)
    if residual.max() > _UNSOLVED:
        case = int(residual.argmax())
        message = f"joining probabilities do not settle: a gap of {residual[case]:.2g} is left"
        raise ModelError(
            message,
            code="input-invalid",
            at=f"social pressure {j[case]:g}, rationality {lam[case]:g}",
            fix="lower the social pressure or the rationality",
        )
    return Joining(
        prob=answer.reshape(shape),
        residual=residual.reshape(shape[1:]),
        multiple=multiple.reshape(shape[1:]),
    )


def extreme_joining(
    benefit: ArrayLike,
    *,
    weight: ArrayLike,
    social: ArrayLike,
    rationality: ArrayLike,
) -> tuple[FloatArray, FloatArray]:
    """Lowest and highest fixed point of :func:`solve_joining`; every other one lies between them.

    Parameters
    ----------
    benefit, weight, social, rationality
        As in :func:`solve_joining`.

    Returns
    -------
    tuple[FloatArray, FloatArray]
        Lowest and highest joining probabilities, shape ``(n_members, ...)`` each.
    """
    low, high = _extremes(*_columns(benefit, weight, social, rationality))
    shape = np.broadcast_shapes(
        np.shape(benefit), np.shape(weight), np.shape(social), np.shape(rationality)
    )
    return low.reshape(shape), high.reshape(shape)


def coverage_share(prob: ArrayLike, *, weight: ArrayLike) -> FloatArray:
    """Compute the expected share of the alliance's weight that joins.

    Parameters
    ----------
    prob
        Joining probabilities, shape ``(n_members, ...)``.
    weight
        Weights >= 0 that broadcast with them; only proportions matter.

    Returns
    -------
    FloatArray
        Shape ``(...)``, 0-1.
    """
    p, w = np.broadcast_arrays(np.asarray(prob, np.float64), np.asarray(weight, np.float64))
    return np.asarray((p * w).sum(axis=0) / w.sum(axis=0))


def unanimity_prob(prob: ArrayLike) -> FloatArray:
    """Probability that every member joins, each deciding on its own once the others' odds are known.

    Parameters
    ----------
    prob
        Joining probabilities, shape ``(n_members, ...)``.

    Returns
    -------
    FloatArray
        Shape ``(...)``.
    """
    return np.asarray(np.prod(np.asarray(prob, dtype=np.float64), axis=0))


def _columns(
    benefit: ArrayLike, weight: ArrayLike, social: ArrayLike, rationality: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Flatten everything to members x cases; weights scaled to sum to one, with the weight of the others."""
    b, w, j, lam = np.broadcast_arrays(
        *(np.asarray(x, dtype=np.float64) for x in (benefit, weight, social, rationality))
    )
    n = b.shape[0]
    b, w = b.reshape(n, -1), w.reshape(n, -1)
    w = w / w.sum(axis=0)
    others = np.clip(1.0 - w, 0.0, 1.0)
    # a sum of weights leaves a rounding error where there is nobody else
    others = np.where(others < 1e-12, 0.0, others)
    return b, w, others, j.reshape(n, -1)[0], lam.reshape(n, -1)[0]


def _pressure(prob: FloatArray, w: FloatArray, others: FloatArray) -> FloatArray:
    rest = (w * prob).sum(axis=0) - w * prob
    share = np.where(others > 0.0, rest / np.where(others > 0.0, others, 1.0), 0.5)
    return np.asarray(2.0 * share - 1.0)


def _respond(
    prob: FloatArray,
    b: FloatArray,
    w: FloatArray,
    others: FloatArray,
    j: FloatArray,
    lam: FloatArray,
) -> FloatArray:
    return np.asarray(expit(lam * (b + j * _pressure(prob, w, others))))


def _gap(
    prob: FloatArray,
    b: FloatArray,
    w: FloatArray,
    others: FloatArray,
    j: FloatArray,
    lam: FloatArray,
) -> FloatArray:
    return np.asarray(np.abs(_respond(prob, b, w, others, j, lam) - prob).max(axis=0))


def _extremes(
    b: FloatArray, w: FloatArray, others: FloatArray, j: FloatArray, lam: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Lowest and highest fixed point: best responses from nobody rise, from everybody fall, and both must stop."""
    full = np.ones(j.shape)
    low = _iterate(np.zeros(b.shape), full, b, w, others, j, lam)
    high = _iterate(np.ones(b.shape), full, b, w, others, j, lam)
    return low, high


def _iterate(
    start: FloatArray,
    step: FloatArray,
    b: FloatArray,
    w: FloatArray,
    others: FloatArray,
    j: FloatArray,
    lam: FloatArray,
) -> FloatArray:
    """Best responses from a start, a share of the way at a time, then Newton where they are slow."""
    answer = start.copy()
    open_cases = np.arange(b.shape[1])
    for _ in range(_MAX_ITERATIONS):
        c = open_cases
        part = answer[:, c]
        move = _respond(part, b[:, c], w[:, c], others[:, c], j[c], lam[c]) - part
        answer[:, c] = part + step[c] * move
        open_cases = c[np.abs(move).max(axis=0) > _TOLERANCE]
        if open_cases.size == 0:
            return answer
    c = open_cases
    answer[:, c] = _newton(answer[:, c], b[:, c], w[:, c], others[:, c], j[c], lam[c])
    return answer


def _newton(
    prob: FloatArray,
    b: FloatArray,
    w: FloatArray,
    others: FloatArray,
    j: FloatArray,
    lam: FloatArray,
) -> FloatArray:
    """Newton steps on ``respond(p) - p = 0``, one small linear system per case; kept only where they help."""
    n = b.shape[0]
    scale = np.where(others > 0.0, 1.0 / np.where(others > 0.0, others, 1.0), 0.0)
    best, gap = prob, _gap(prob, b, w, others, j, lam)
    current = prob
    for _ in range(_NEWTON_STEPS):
        response = _respond(current, b, w, others, j, lam)
        slope = response * (1.0 - response) * lam * j * 2.0 * scale
        jacobian = slope[:, None, :] * w[None, :, :] * (1.0 - np.eye(n))[:, :, None]
        system = (np.eye(n)[:, :, None] - jacobian).transpose(2, 0, 1)
        delta = (np.linalg.pinv(system) @ (response - current).T[:, :, None])[:, :, 0].T
        current = np.clip(current + delta, 0.0, 1.0)
        new_gap = _gap(current, b, w, others, j, lam)
        better = new_gap < gap
        if not better.any():
            break
        best = np.where(better, current, best)
        gap = np.minimum(gap, new_gap)
    return best
