"""The issue space of two sides: what each package is worth to each, and what fighting is worth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from detente.models.registry import FloatArray

__all__ = ["IssueSpace", "fighting_values", "make_issue_space"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueSpace:
    r"""Ideal points and stakes of two sides on several issues.

    A side's utility of a package ``x`` is one at its own ideal point and zero at the other side's:

    .. math:: u(x) = 1 - \frac{\sum_k s_k |x_k - a_k|^\rho}{\sum_k s_k |b_k - a_k|^\rho}

    ``challenger`` and ``defender`` are ideal points, shape ``(n_issues, ...)``; ``challenger_slope`` and
    ``defender_slope`` are the loss of a side at distance 100, same shape; ``challenger_stake`` and ``defender_stake``
    the loss at the other side's ideal point, which sums to one over issues (or to zero for a side that has nothing at
    stake, whose utility is one everywhere); ``exponent`` is ``rho``, shape ``(...)``.
    """

    challenger: FloatArray
    defender: FloatArray
    challenger_slope: FloatArray
    defender_slope: FloatArray
    challenger_stake: FloatArray
    defender_stake: FloatArray
    exponent: FloatArray

    def powered(self, distance: FloatArray) -> FloatArray:
        """Return a distance to the power of the exponent."""
        if (self.exponent == 1.0).all():
            return distance
        if (self.exponent == 2.0).all():
            return distance * distance
        return np.asarray(distance**self.exponent)

    def utilities(self, conceded: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Compute the utility of each side where the challenger concedes a share of the way on each issue.

        ``conceded`` has shape ``(n_issues, ...)``: 0 at the challenger's ideal point, 1 at the defender's.
        """
        challenger = 1.0 - (self.challenger_stake * self.powered(conceded)).sum(axis=0)
        defender = 1.0 - (self.defender_stake * self.powered(1.0 - conceded)).sum(axis=0)
        return challenger, defender

    def package(self, conceded: FloatArray) -> FloatArray:
        """Positions of the package, 0-100, that concedes these shares; shape ``(n_issues, ...)``."""
        return np.asarray(self.challenger + conceded * (self.defender - self.challenger))


def make_issue_space(
    challenger: ArrayLike,
    defender: ArrayLike,
    *,
    challenger_salience: ArrayLike,
    defender_salience: ArrayLike,
    exponent: ArrayLike = 1.0,
) -> IssueSpace:
    """Build the issue space from ideal points and saliences.

    Parameters
    ----------
    challenger, defender
        Ideal points, 0-100, shape ``(n_issues, ...)``.
    challenger_salience, defender_salience
        Saliences >= 0 that broadcast with them; only proportions matter.
    exponent
        Power of the distance in the loss, >= 1: one is linear (risk-neutral), two quadratic (risk-averse).

    Returns
    -------
    IssueSpace
        Arrays in the broadcast shape.

    References
    ----------
    Single-peaked preferences on each issue after :cite:p:`black1948`. That losses add up over issues by salience, and
    the scale on which a side's whole stake is one, are our own.
    """
    a, b, sa, sb, rho = np.broadcast_arrays(
        *(
            np.asarray(x, dtype=np.float64)
            for x in (challenger, defender, challenger_salience, defender_salience, exponent)
        )
    )
    distance = (np.abs(b - a) / 100.0) ** rho
    slope_a, slope_b = _slopes(sa, distance), _slopes(sb, distance)
    return IssueSpace(
        challenger=a,
        defender=b,
        challenger_slope=slope_a,
        defender_slope=slope_b,
        challenger_stake=slope_a * distance,
        defender_stake=slope_b * distance,
        exponent=rho[0],
    )


def fighting_values(
    win_prob: ArrayLike,
    *,
    challenger_cost: ArrayLike,
    defender_cost: ArrayLike,
    disagreement: ArrayLike = 0.0,
) -> tuple[FloatArray, FloatArray]:
    r"""Compute what fighting is worth: a costly lottery whose winner gets its way on every issue.

    .. math:: v_C = p - c_C, \qquad v_D = 1 - p + d - c_D

    Parameters
    ----------
    win_prob
        Chance ``p`` that the challenger wins.
    challenger_cost, defender_cost
        Cost of fighting to each side, as shares of its whole stake.
    disagreement
        How much the two sides' beliefs about their own chances exceed one in sum, ``d`` >= 0: private information.

    Returns
    -------
    tuple[FloatArray, FloatArray]
        Reservation values of challenger and defender, at most one.

    References
    ----------
    :cite:p:`fearon1995`, war as a costly lottery; disagreements about relative power are his second section on
    private information.
    """
    p, c, k, d = (
        np.asarray(x, dtype=np.float64)
        for x in (win_prob, challenger_cost, defender_cost, disagreement)
    )
    return np.asarray(p - c), np.asarray(np.minimum(1.0 - p + d, 1.0) - k)


def _slopes(salience: FloatArray, distance: FloatArray) -> FloatArray:
    worth = (salience * distance).sum(axis=0)
    return np.where(worth > 0.0, salience / np.where(worth > 0.0, worth, 1.0), 0.0)
