"""How a move is read: reassurance, provocation or noise, by what it does to the observer's best option."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray
from detente.errors import ModelError
from detente.models.beliefs.bayes import posteriors

__all__ = ["Kind", "MoveReading", "classify_change", "pool_by_look", "read_moves", "signal_senders"]

Kind = Literal["reassurance", "provocation", "noise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveReading:
    """How an observer reads moves. ``T`` types, ``M`` moves, ``D`` draws.

    ``posterior`` has shape ``(T, M, D)``. ``before`` ``(D,)`` and ``after`` ``(M, D)`` are what the observer's hostile option
    is worth to it over its peaceful one, by the belief held; ``switches`` says where the better of the two changes.
    """

    posterior: FloatArray
    before: FloatArray
    after: FloatArray
    switches: np.ndarray

    def kinds(self, *, least: float) -> tuple[Kind, ...]:
        """Classify each move by its mean effect on the observer's hostile option."""
        return tuple(
            classify_change(float(np.mean(row - self.before)), least=least) for row in self.after
        )


def classify_change(change: float, *, least: float) -> Kind:
    """Classify a move by what it does to the observer's hostile option.

    Parameters
    ----------
    change
        By how much the hostile option gains on the peaceful one (worth, or the chance that it is taken).
    least
        Changes smaller than this are noise, >= 0.

    Returns
    -------
    Kind
        ``provocation`` if it gains at least ``least``, ``reassurance`` if it loses as much, else ``noise``.

    Examples
    --------
    >>> classify_change(-0.03, least=0.01)
    'reassurance'
    """
    if abs(change) < least or change == 0.0:
        return "noise"
    return "provocation" if change > 0.0 else "reassurance"


def read_moves(prior: ArrayLike, likelihood: ArrayLike, hostility: ArrayLike) -> MoveReading:
    r"""Update on each move by Bayes' rule and see what it does to the observer's best option.

    .. math:: h(m) = \sum_t P(t \mid m)\, h_t

    Parameters
    ----------
    prior
        Belief in each type of the mover, shape ``(T, D)``.
    likelihood
        Probability of each move given the type, shape ``(T, M, D)``.
    hostility
        What the observer's hostile option is worth over its peaceful one if the mover is of the type, shape ``(T, D)`` or
        ``(T, 1)``.

    Returns
    -------
    MoveReading
        A move that all types make alike changes nothing, exactly.

    References
    ----------
    Bayes' rule; :cite:p:`kydd1997`: a build-up rationally raises fear where the dangerous type is likelier to make it.
    """
    p = np.asarray(prior, dtype=np.float64)
    q = np.asarray(likelihood, dtype=np.float64)
    h = np.asarray(hostility, dtype=np.float64)
    found = posteriors(p, q)
    # a move that every type makes alike leaves the belief as it was, to the last digit
    alike = (q == q[:1]).all(axis=0)
    found = np.where(alike[None], p[:, None, :], found)
    before = (p * h).sum(axis=0)
    after = (found * h[:, None, :]).sum(axis=0)
    after = np.where(alike, before[None], after)
    return MoveReading(
        posterior=found,
        before=np.asarray(before),
        after=np.asarray(after),
        switches=(after > 0.0) != (before > 0.0),
    )


def pool_by_look(likelihood: ArrayLike, looks: tuple[int, ...]) -> FloatArray:
    """Give an observer who cannot tell some moves apart the likelihood of what it sees.

    Parameters
    ----------
    likelihood
        Probability of each move given the type, shape ``(T, M, D)``.
    looks
        For each move the index of the move that it looks like (itself if it is seen as it is).

    Returns
    -------
    FloatArray
        Shape ``(T, M, D)``: for each move the probability of seeing what it looks like. A public rejection with a private
        offer beside it reads as the rejection does.

    Raises
    ------
    ModelError
        ``input-invalid`` if there is not one look for each move.
    """
    q = np.asarray(likelihood, dtype=np.float64)
    if len(looks) != q.shape[1] or not all(0 <= look < len(looks) for look in looks):
        message = f"{len(looks)} looks {looks} do not fit {q.shape[1]} moves"
        raise ModelError(
            message,
            code="input-invalid",
            at="looks",
            fix="give for each move the index of the move that it looks like",
        )
    pooled = np.zeros_like(q)
    for move, look in enumerate(looks):
        pooled[:, look] += q[:, move]
    return np.asarray(pooled[:, list(looks)])


def signal_senders(gain: ArrayLike, cost: ArrayLike) -> np.ndarray:
    """Say which types send a signal that costs them something and wins what trust is worth to them.

    Parameters
    ----------
    gain
        What being trusted is worth to each type, shape ``(T, ...)``.
    cost
        What the signal costs each type, >= 0, shape ``(T, ...)``.

    Returns
    -------
    numpy.ndarray
        True where a type gains more than it pays. The signal separates two types where one sends it and the other does not;
        cheap talk (no cost) separates none that all wish to be trusted.

    References
    ----------
    :cite:p:`kydd2000`: reassurance is possible if trustworthy actors are more willing to take risks to attain mutual
    cooperation than untrustworthy ones. The inequality is ours.
    """
    return np.asarray(np.asarray(gain, np.float64) > np.asarray(cost, np.float64))
