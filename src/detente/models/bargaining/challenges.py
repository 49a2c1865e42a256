"""What challenging each other is worth to the actors of one issue: votes, chances, expected utilities.

All pairs of actors are compared at once, in blocks of rows. Actors vote for the nearer of two positions, so the voters
of each side of a contest are the actors on one side of the midpoint, and a table of running sums over the actors in
order of position gives every tally in constant time. Time and memory grow with the square of the number of actors.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from detente.arrays import BoolArray, FloatArray, IntArray

__all__ = [
    "SAME_POSITION",
    "Challenges",
    "Contests",
    "Probability",
    "count_votes",
    "price_challenges",
    "row_blocks",
]

Probability = Literal["all-pairs", "pairwise"]
"""What a tally of votes is divided by: the votes of all contests, or of this contest."""

SAME_POSITION = 1e-8
"""Positions closer than this share of the scale count as the same.

Whether a challenger out-gains what the challenged loses is of second order in their distance, so at the root of the
rounding error and below it cannot be told.
"""

_CELLS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Contests:
    """Votes in every contest between two positions, of actors in ascending order of position.

    ``positions`` and ``salience`` have shape ``(n,)``. ``running[t, j]`` is the disutility of actor j's position to the
    ``t`` lowest actors, each weighted by its share of capability times salience; shape ``(n + 1, n)``. ``all_votes`` is
    the sum of all votes in all contests, ``span`` the length of the scale.
    """

    positions: FloatArray
    salience: FloatArray
    running: FloatArray
    all_votes: float
    span: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenges:
    """Pairs of actors as the actor in the row sees them; shape ``(n_rows, n)``.

    ``own`` is the expected utility to the actor of challenging the actor in the column, ``other`` that of being
    challenged, to the challenger; ``stake`` the utility between winning and losing, ``win_prob`` the chance that the
    own challenge wins a contest. ``same`` marks pairs at the same position, for which all but the stake is zero.
    """

    own: FloatArray
    other: FloatArray
    stake: FloatArray
    win_prob: FloatArray
    same: BoolArray


def row_blocks(n_actors: int) -> Iterator[slice]:
    """Yield slices of rows such that a block of pairs stays within a fixed number of cells."""
    step = max(1, _CELLS // max(n_actors, 1))
    for start in range(0, n_actors, step):
        yield slice(start, min(start + step, n_actors))


def count_votes(
    positions: FloatArray,
    weights: FloatArray,
    salience: FloatArray,
    *,
    risk_exponents: FloatArray,
    span: float,
) -> Contests:
    r"""Count the votes in every contest between the positions of two actors.

    .. math:: v_k(i, j) = c_k s_k \left[\left(\frac{|x_k - x_j|}{\Delta}\right)^{r_k}
        - \left(\frac{|x_k - x_i|}{\Delta}\right)^{r_k}\right]

    Parameters
    ----------
    positions
        Positions in ascending order, shape ``(n,)``.
    weights
        Shares in capability times salience, shape ``(n,)``, sum one.
    salience
        Saliences, 0-1, shape ``(n,)``.
    risk_exponents
        Exponents ``r``, shape ``(n,)``: above one averse to risk, below one acceptant.
    span
        Length of the scale, > 0, no shorter than the range of positions.

    Returns
    -------
    Contests
        Running sums from which every tally is read.

    References
    ----------
    :cite:p:`scholz2011`, votes of an actor between two positions.
    """
    n = len(positions)
    running = np.zeros((n + 1, n))
    rank = 2.0 * np.arange(n) - (n - 1)
    all_votes = 0.0
    for rows in row_blocks(n):
        distance = np.abs(positions[rows, None] - positions[None, :]) / span
        exponent = risk_exponents[rows, None]
        if (exponent != 1.0).any():
            distance **= exponent
        distance *= weights[rows, None]
        running[rows.start + 1 : rows.stop + 1] = distance
        distance.sort(axis=1)
        all_votes += 2.0 * float((distance @ rank).sum())
    np.cumsum(running, axis=0, out=running)
    return Contests(
        positions=positions,
        salience=salience,
        running=running,
        all_votes=all_votes,
        span=span,
    )


def price_challenges(
    contests: Contests,
    rows: slice,
    *,
    risk_exponents: FloatArray,
    probability: Probability,
) -> Challenges:
    r"""Price challenges between the actors in the rows and all actors, as the actors in the rows see them.

    .. math::
        E(i, j) = s_j \left[P_{ij} U_s + (1 - P_{ij}) U_f\right] + (1 - s_j) U_s - U_q,
        \qquad
        U_{s,f} = 2 - 4 \left(\tfrac12 \mp \tfrac12 \frac{|x_i - x_j|}{\Delta}\right)^{r},
        \quad U_q = 2 - 4 \cdot 2^{-r}

    Parameters
    ----------
    contests
        Votes of all actors.
    rows
        Actors whose view is taken.
    risk_exponents
        Exponents of the actors in the rows, shape ``(n_rows,)``; each prices both its own challenges and those of
        others with its own exponent.
    probability
        ``all-pairs`` divides an actor's votes by those of all contests, ``pairwise`` by those of this contest (one half
        where nobody votes).

    Returns
    -------
    Challenges
        Zero where two positions are the same.

    References
    ----------
    :cite:p:`scholz2011`, expected utility of a challenge with the status quo certain (``Q = 1``).
    """
    votes_for, votes_against = _tally(contests, rows)
    if probability == "all-pairs":
        total = contests.all_votes if contests.all_votes > 0.0 else 1.0
        win, lose = votes_for / total, votes_against / total
    else:
        total_votes = votes_for + votes_against
        counted = np.where(total_votes > 0.0, total_votes, 1.0)
        win = np.where(total_votes > 0.0, votes_for / counted, 0.5)
        lose = np.where(total_votes > 0.0, votes_against / counted, 0.5)
    x = contests.positions
    distance = np.abs(x[rows, None] - x[None, :]) / contests.span
    r = risk_exponents[:, None]
    # U_s - U_q and U_q - U_f, exact for close positions too
    unit = 4.0 * 0.5**r
    if (r == 1.0).all():
        gain, stake = 2.0 * distance, 4.0 * distance
    else:
        with np.errstate(divide="ignore"):
            gain = -unit * np.expm1(r * np.log1p(-np.minimum(distance, 1.0)))
        stake = gain + unit * np.expm1(r * np.log1p(distance))
    s = contests.salience
    same = distance <= SAME_POSITION
    return Challenges(
        own=np.where(same, 0.0, gain - s[None, :] * (1.0 - win) * stake),
        other=np.where(same, 0.0, gain - s[rows, None] * (1.0 - lose) * stake),
        stake=stake,
        win_prob=np.where(same, 0.0, win),
        same=same,
    )


def _tally(contests: Contests, rows: slice) -> tuple[FloatArray, FloatArray]:
    """Votes for the row's position against the column's, and for the column's against the row's."""
    x, running = contests.positions, contests.running
    n = len(x)
    middle = 0.5 * (x[rows, None] + x[None, :])
    below: IntArray = np.searchsorted(x, middle)
    columns = np.arange(n)
    mine = columns[rows, None]
    # utility lost at the row's position, less that at the column's, by the actors below the middle and above it
    low = running[below, mine] - running[below, columns[None, :]]
    high = (running[-1][mine] - running[-1][None, :]) - low
    row_is_lower = x[rows, None] < x[None, :]
    votes_for = np.maximum(np.where(row_is_lower, -low, -high), 0.0)
    votes_against = np.maximum(np.where(row_is_lower, high, low), 0.0)
    return votes_for, votes_against
