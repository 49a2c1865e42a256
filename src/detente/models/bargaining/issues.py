"""The issue space of two sides: what each package is worth to each, and what fighting is worth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray
from detente.models.bargaining._declared import HARD

__all__ = ["IssueSpace", "fighting_values", "make_issue_space"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueSpace:
    r"""Ideal points and stakes of two sides on several issues.

    A side's utility of a package ``x`` is one at its own ideal point and falls with the distance from it, on each issue
    by its share :math:`\hat s_k` in the side's salience:

    .. math:: u(x) = 1 - \sum_k \hat s_k \left(\frac{|x_k - a_k|}{100}\right)^\rho

    So the unit is the worth of the whole issue space: a package 100 points away on every issue is worth nothing.

    ``challenger`` and ``defender`` are ideal points, shape ``(n_issues, ...)``; ``challenger_slope`` and
    ``defender_slope`` the shares of salience, same shape, which sum to one over issues (or to zero for a side that
    cares for none, whose utility is one everywhere); ``challenger_stake`` and ``defender_stake`` are what a side loses on
    each issue at the other side's ideal point; ``exponent`` is ``rho``, shape ``(...)``.

    A red line is the farthest point from its own ideal that a side signs at the usual price; beyond it every point costs
    ``firmness`` times as much as one at the usual price of a linear loss. ``challenger_limit`` and ``defender_limit`` are the red lines as
    shares of the way that the challenger concedes: one and zero where there is none.
    """

    challenger: FloatArray
    defender: FloatArray
    challenger_slope: FloatArray
    defender_slope: FloatArray
    challenger_stake: FloatArray
    defender_stake: FloatArray
    exponent: FloatArray
    challenger_limit: FloatArray
    defender_limit: FloatArray
    firmness: FloatArray

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
        over, under = self.crossed(conceded)
        challenger = 1.0 - (self.challenger_stake * (self.powered(conceded) + over)).sum(axis=0)
        defender = 1.0 - (self.defender_stake * (self.powered(1.0 - conceded) + under)).sum(axis=0)
        return challenger, defender

    def crossed(self, conceded: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Extra distance, in shares of the way, that crossing a red line counts for; of challenger and defender."""
        more = self.firmness - 1.0
        return (
            np.asarray(more * np.maximum(conceded - self.challenger_limit, 0.0)),
            np.asarray(more * np.maximum(self.defender_limit - conceded, 0.0)),
        )

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
    challenger_red_line: ArrayLike | None = None,
    defender_red_line: ArrayLike | None = None,
    firmness: ArrayLike = HARD,
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
    challenger_red_line, defender_red_line
        Positions beyond which a side signs at a higher price only, 0-100, same shape. One that lies beyond the other
        side's ideal point does not bind; one on the far side of the own ideal point counts as at it. None or NaN: no red line.
    firmness
        How many times dearer a point beyond a red line is, >= 1; 1 is no red line, a million (the default) an absolute one.

    Returns
    -------
    IssueSpace
        Arrays in the broadcast shape.

    References
    ----------
    Single-peaked preferences on each issue after :cite:p:`black1948`. That losses add up over issues by salience, the
    scale on which the whole issue space is worth one, and red lines as kinks are our own.
    """
    lines = [challenger_red_line, defender_red_line]
    firm = np.ones_like(firmness) if all(line is None for line in lines) else firmness
    given = [challenger, defender, challenger_salience, defender_salience, exponent, firm]
    given += [ideal if line is None else line for ideal, line in zip(given, lines, strict=False)]
    a, b, sa, sb, rho, firm, line_a, line_b = np.broadcast_arrays(
        *(np.asarray(x, dtype=np.float64) for x in given)
    )
    way = np.abs(b - a)
    distance = (way / 100.0) ** rho
    slope_a, slope_b = _shares(sa), _shares(sb)
    along = np.where(b >= a, 1.0, -1.0)
    whole = np.where(way > 0.0, way, 1.0)
    # without a line, or without a dispute, nothing is ever crossed
    limit_a = (
        np.clip((line_a - a) * along / whole, 0.0, 1.0) if lines[0] is not None else way * 0.0 + 1.0
    )
    limit_b = np.clip((line_b - a) * along / whole, 0.0, 1.0) if lines[1] is not None else way * 0.0
    limit_a = np.where((way > 0.0) & ~np.isnan(limit_a), limit_a, 1.0)
    limit_b = np.where((way > 0.0) & ~np.isnan(limit_b), limit_b, 0.0)
    return IssueSpace(
        challenger=a,
        defender=b,
        challenger_slope=slope_a,
        defender_slope=slope_b,
        challenger_stake=slope_a * distance,
        defender_stake=slope_b * distance,
        exponent=rho[0],
        challenger_limit=limit_a,
        defender_limit=limit_b,
        firmness=firm[0],
    )


def fighting_values(
    space: IssueSpace,
    *,
    win_prob: ArrayLike,
    challenger_cost: ArrayLike,
    defender_cost: ArrayLike,
    disagreement: ArrayLike = 0.0,
) -> tuple[FloatArray, FloatArray]:
    r"""Compute what fighting is worth: a costly lottery whose winner gets its way on every issue.

    .. math:: v_C = 1 - (1 - p)\,W_C - c_C, \qquad v_D = 1 - (p - d)\,W_D - c_D

    Parameters
    ----------
    space
        Ideal points and stakes; a side's whole stake ``W`` is what it loses at the other side's ideal point.
    win_prob
        Chance ``p`` that the challenger wins, shape ``(...)``.
    challenger_cost, defender_cost
        Cost of fighting to each side, in worths of the whole issue space.
    disagreement
        How much the two sides' beliefs about their own chances exceed one in sum, ``d`` >= 0: private information. The
        defender's belief in victory is ``1 - p + d``, at most one.

    Returns
    -------
    tuple[FloatArray, FloatArray]
        Reservation values of challenger and defender.

    References
    ----------
    :cite:p:`fearon1995`, war as a costly lottery, and disagreements about relative power.
    """
    p, c, k, d = (
        np.asarray(x, dtype=np.float64)
        for x in (win_prob, challenger_cost, defender_cost, disagreement)
    )
    challenger = 1.0 - (1.0 - p) * space.challenger_stake.sum(axis=0) - c
    defender = 1.0 - np.maximum(p - d, 0.0) * space.defender_stake.sum(axis=0) - k
    return challenger, defender


def _shares(salience: FloatArray) -> FloatArray:
    total = salience.sum(axis=0)
    return salience / np.where(total > 0.0, total, 1.0)
