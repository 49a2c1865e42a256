"""From joining members to an adopted package: rules of decision, and who really applies what is adopted.

Members decide apart from each other once the odds of the others are known, so that the chance of each rule is a sum over
who joins, who stays out and who blocks; sums over count and weight are exact for weights in steps of 1/120.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray, Int64Array

__all__ = [
    "BINS",
    "RULES",
    "Votes",
    "adoption_prob",
    "consensus_prob",
    "majority_prob",
    "split_weight",
    "veto_share",
    "willing_prob",
]

BINS = 120
"""Steps of weight in which a vote is counted: weights are rounded to them, the largest remainders first."""
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Votes:
    """What members of a body do: join, abstain or block.

    ``join`` and ``block`` are probabilities of shape ``(n_members, ...)``, the rest abstains; ``weight`` (votes, people)
    has shape ``(n_members,)`` or that of ``join``, and only proportions matter.
    """

    join: FloatArray
    block: FloatArray
    weight: FloatArray


def veto_share(stake: ArrayLike, *, price: ArrayLike, rationality: ArrayLike) -> FloatArray:
    r"""Probability that a member that stays out stops the others too.

    .. math:: \beta = \frac{1}{1 + \exp(\lambda [u + c])}

    Parameters
    ----------
    stake
        What the package is worth to the member if others adopt it without it, ``u``, negative if it hurts.
    price
        What it costs to stand alone against the others, ``c`` >= 0.
    rationality
        Precision lambda >= 0.

    Returns
    -------
    FloatArray
        Shape of the inputs. One half where nothing is at stake and a veto is free.

    References
    ----------
    Our own equation: the logit choice of the joining decision, at the second of two steps.
    """
    from scipy.special import expit  # noqa: PLC0415  slow to load

    lam = np.asarray(rationality, dtype=np.float64)
    return np.asarray(expit(-lam * (np.asarray(stake, np.float64) + np.asarray(price, np.float64))))


def consensus_prob(votes: Votes, *, most_abstaining: float = 1.0 / 3.0) -> FloatArray:
    """Probability that nobody blocks and that not too many abstain.

    Parameters
    ----------
    votes
        Who joins, abstains and blocks.
    most_abstaining
        The package falls if those who abstain are at least this share of the members *and* of the weight.

    Returns
    -------
    FloatArray
        Shape ``(...)``.

    References
    ----------
    :cite:p:`euabstention`: an abstention with a declaration does not block, and the decision is not adopted if the
    members who declare so are at least a third of the states with at least a third of the people.
    """
    join, block = _flat(votes)
    free = 1.0 - block
    none = np.prod(free, axis=0)
    abstain = np.divide(1.0 - join - block, free, out=np.zeros_like(free), where=free > 0.0)
    too_many = _least_count(most_abstaining, len(join))
    too_heavy = _least_bins(most_abstaining)
    tally = _Tally(np.clip(abstain, 0.0, 1.0), votes.weight)
    fine = tally.below(count=too_many) + tally.below(weight=too_heavy)
    fine = fine - tally.below(count=too_many, weight=too_heavy)
    return np.asarray(none * np.clip(fine, 0.0, 1.0)).reshape(votes.join.shape[1:])


def majority_prob(
    votes: Votes,
    *,
    least_members: float = 0.55,
    least_weight: float = 0.65,
    least_blockers: int = 4,
) -> FloatArray:
    """Probability of a qualified majority: enough members with enough weight; abstaining counts as a vote against.

    Parameters
    ----------
    votes
        Who joins; whether the others abstain or block is no matter.
    least_members, least_weight
        Shares of the members and of the weight that must be in favour.
    least_blockers
        With fewer members than this against, the weight is not asked for.

    Returns
    -------
    FloatArray
        Shape ``(...)``.

    References
    ----------
    :cite:p:`euqmv`: 55 % of the states with 65 % of the people; a blocking minority needs four; an abstention counts as
    a vote against.
    """
    join, _ = _flat(votes)
    n = len(join)
    against = _Tally(1.0 - join, votes.weight)
    most, lightest = n - _least_count(least_members, n) + 1, BINS - _least_bins(least_weight) + 1
    few = min(least_blockers, most)
    chance = against.below(count=most, weight=lightest)
    chance = chance + against.below(count=few) - against.below(count=few, weight=lightest)
    return np.asarray(np.clip(chance, 0.0, 1.0)).reshape(votes.join.shape[1:])


def willing_prob(votes: Votes, *, least_weight: float = 0.5) -> FloatArray:
    """Probability that a coalition of the willing holds enough of the weight; nobody is bound and nobody can block.

    Parameters
    ----------
    votes
        Who joins.
    least_weight
        Share of the weight below which a coalition does not go ahead.

    Returns
    -------
    FloatArray
        Shape ``(...)``.
    """
    join, _ = _flat(votes)
    against = _Tally(1.0 - join, votes.weight)
    return against.below(weight=BINS - _least_bins(least_weight) + 1).reshape(votes.join.shape[1:])


def _unanimity(votes: Votes) -> FloatArray:
    return np.asarray(np.prod(votes.join, axis=0))


RULES: dict[str, Callable[[Votes], FloatArray]] = {
    "unanimity": _unanimity,
    "consensus": consensus_prob,
    "majority": majority_prob,
    "willing": willing_prob,
}
"""Rules of decision by name: all join; nobody blocks; a qualified majority; half of the weight joins."""


def adoption_prob(rule: str, votes: Votes) -> FloatArray:
    """Probability that a package is adopted under a rule of :data:`RULES`, with its usual thresholds.

    Parameters
    ----------
    rule
        ``unanimity``, ``consensus``, ``majority`` or ``willing``.
    votes
        Who joins, abstains and blocks.

    Returns
    -------
    FloatArray
        Shape ``(...)``.
    """
    return RULES[rule](votes)


def _flat(votes: Votes) -> tuple[FloatArray, FloatArray]:
    join = np.asarray(votes.join, dtype=np.float64)
    block = np.broadcast_to(np.asarray(votes.block, dtype=np.float64), join.shape)
    n = len(join)
    return join.reshape(n, -1), block.reshape(n, -1)


def _least_count(share: float, n_members: int) -> int:
    return int(np.ceil(share * n_members - _ROUNDING))


def _least_bins(share: float) -> int:
    return int(np.ceil(share * BINS - _ROUNDING))


class _Tally:
    """How many of some independent events happen, and of how much weight."""

    def __init__(self, prob: FloatArray, weight: FloatArray) -> None:
        self.prob = np.ascontiguousarray(prob)
        w = np.asarray(weight, dtype=np.float64)
        flat = w.reshape(len(w), -1)
        steps = split_weight(flat)
        self.bins = np.broadcast_to(steps, prob.shape)

    def below(self, *, count: int | None = None, weight: int | None = None) -> FloatArray:
        """Chance of fewer events than ``count`` with less weight than ``weight``, shape ``(n_cases,)``."""
        from detente.models.alliance import _vote_kernels as kernels  # noqa: PLC0415  loads numba

        if count == 0 or weight == 0:
            return np.zeros(self.prob.shape[1])
        counts = np.full(len(self.prob), 0 if count is None else 1)
        bins = np.zeros_like(self.bins) if weight is None else self.bins
        table = kernels.tally_chances(  # type: ignore[no-untyped-call]
            self.prob, counts, bins, count or 1, weight or 1
        )
        return np.asarray(table.sum(axis=(1, 2)))


def split_weight(weight: ArrayLike) -> Int64Array:
    """Split the steps of weight among members in proportion, the largest remainders first, so that none is lost.

    Parameters
    ----------
    weight
        Weights >= 0, shape ``(n_members, n_cases)``.

    Returns
    -------
    Int64Array
        Steps of weight, same shape; they sum to :data:`BINS` in each case.
    """
    w = np.asarray(weight, dtype=np.float64)
    exact = w / w.sum(axis=0) * BINS
    bins = np.floor(exact + _ROUNDING).astype(np.int64)
    rank = np.argsort(np.argsort(bins - exact, axis=0, kind="stable"), axis=0, kind="stable")
    return np.asarray(bins + (rank < BINS - bins.sum(axis=0)))
