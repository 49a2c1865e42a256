r"""The crisis signalling game with incomplete information, its equilibria, and three ways to estimate it.

A challenges or leaves the status quo; B, challenged, concedes or resists; A, resisted, stands firm or backs down
:cite:p:`lewis2003`. Payoffs are S (status quo), V (B concedes), C (B concedes, for B), W (A stands firm) and a (A backs down);
those of standing firm and backing down have a standard normal part that only their player knows. With :math:`p_R` the chance that
B resists, A challenges if the better of :math:`W_A + \epsilon_A` and :math:`a + \epsilon_a` exceeds
:math:`c = (S_A - (1 - p_R) V_A)/p_R`; then

.. math:: p_C = 1 - \Phi(c - W_A)\,\Phi(c - a),\quad
   p_F = \Phi_2\!\left(\tfrac{W_A - a}{\sqrt 2}, W_A - c; \tfrac{1}{\sqrt 2}\right)\big/ p_C,\quad
   p_R = \Phi\!\left(\frac{p_F W_B + (1 - p_F) V_B - C_B}{p_F}\right),

where :math:`p_F` is B's belief that A, having challenged, stands firm :cite:p:`crismancox2021`. An equilibrium is a fixed
point in :math:`p_R`; there may be several. Here :math:`q` is the log-odds of :math:`p_R`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

from detente.arrays import FloatArray, IntArray
from detente.fit.jets import (
    Jet,
    exp,
    log_add,
    log_both_below,
    log_logistic,
    log_normal,
    variables,
)
from detente.fit.maximising import AbstractOutcomeLikelihood, Equation

__all__ = [
    "PAYOFFS",
    "Beliefs",
    "SignallingLikelihood",
    "challenger_moves",
    "equilibria",
    "outcome_logs",
    "outcomes_along",
    "resistance",
]

PAYOFFS = ("S_A", "V_A", "C_B", "W_A", "W_B", "a", "V_B")
"""Payoffs in the order of the literature."""


def challenger_moves(utilities: Sequence[Jet], log_odds: Jet) -> tuple[Jet, Jet, Jet]:
    """Return the logs of A's chances: to leave the status quo; to challenge and stand firm; to challenge and back down.

    Parameters
    ----------
    utilities
        The payoffs in the order of :data:`PAYOFFS`.
    log_odds
        Of B's resisting, as A expects it.
    """
    status_quo, concession, _, firm, _, back, _ = utilities
    resist = exp(-log_logistic(log_odds))
    threshold = resist * status_quo - (resist - 1.0) * concession
    apart = (firm - back) * (1.0 / np.sqrt(2.0))
    stay = log_normal(threshold - firm) + log_normal(threshold - back)
    return (
        stay,
        log_both_below(apart, firm - threshold),
        log_both_below(-apart, back - threshold),
    )


def resistance(utilities: Sequence[Jet], log_firm: Jet) -> Jet:
    """Return what B gains by resisting in units of its error, by the log of its belief that A stands firm."""
    _, _, conceding, _, firm, _, backed = utilities
    return firm - backed + (backed - conceding) * exp(-log_firm)


def outcome_logs(challenger: tuple[Jet, Jet, Jet], target: tuple[Jet, Jet]) -> list[Jet]:
    """Return the logs of the outcomes' probabilities by those of A's moves, and of B's resisting and conceding."""
    stay, firm, back = challenger
    resist, concede = target
    return [stay, log_add(firm, back) + concede, resist + firm, resist + back]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Beliefs:
    """What each side expects of the other in each game: log-odds of resisting ``(n,)``, log of the chance of standing firm."""

    resist: FloatArray
    firm: FloatArray


@dataclass(slots=True, kw_only=True, eq=False)
class SignallingLikelihood(AbstractOutcomeLikelihood):
    """The pseudo-likelihood of outcomes of games, beliefs taken as given; the likelihood where they are an equilibrium's.

    Attributes
    ----------
    counts
        How often each game ended with the status quo, a concession, A standing firm, A backing down, shape ``(n, 4)``.
    equations
        The payoffs that are estimated, named as in :data:`PAYOFFS`.
    fixed
        Payoffs that are numbers; those neither here nor in ``equations`` are 0.
    beliefs
        What the sides expect.
    """

    counts: FloatArray
    equations: Sequence[Equation]
    fixed: Mapping[str, float]
    beliefs: Beliefs

    def take(self, rows: IntArray) -> "SignallingLikelihood":
        """Return the likelihood of some games, by number."""
        beliefs = Beliefs(resist=self.beliefs.resist[rows], firm=self.beliefs.firm[rows])
        return SignallingLikelihood(
            counts=self.counts[rows],
            equations=[equation.take(rows) for equation in self.equations],
            fixed=self.fixed,
            beliefs=beliefs,
        )

    def believing(self, beliefs: Beliefs) -> "SignallingLikelihood":
        """Return the pseudo-likelihood under other beliefs."""
        return SignallingLikelihood(
            counts=self.counts, equations=self.equations, fixed=self.fixed, beliefs=beliefs
        )

    def payoffs(self, utilities: Sequence[Jet]) -> list[Jet]:
        """Return all payoffs, in the order of :data:`PAYOFFS`."""
        found = {
            equation.name: jet for equation, jet in zip(self.equations, utilities, strict=False)
        }
        zero = utilities[0] * 0.0
        return [found.get(name, zero + self.fixed.get(name, 0.0)) for name in PAYOFFS]

    def outcomes(self, utilities: Sequence[Jet]) -> list[Jet]:
        """Return the logs of the outcomes' probabilities in each game, each side answering its beliefs."""
        payoffs = self.payoffs(utilities)
        zero = payoffs[0] * 0.0
        stay, firm, back = challenger_moves(payoffs, zero + self.beliefs.resist)
        gain = resistance(payoffs, zero + self.beliefs.firm)
        return outcome_logs((stay, firm, back), (log_normal(gain), log_normal(-gain)))

    def respond(self, theta: FloatArray, beliefs: Beliefs) -> Beliefs:
        """Return what each side would do, and so be expected to do, under some beliefs."""
        payoffs = self.payoffs(self.jets(theta))
        zero = payoffs[0] * 0.0
        _, firm, back = challenger_moves(payoffs, zero + beliefs.resist)
        gain = resistance(payoffs, zero + beliefs.firm).value
        return Beliefs(
            resist=log_ndtr(gain) - log_ndtr(-gain), firm=(firm - log_add(firm, back)).value
        )

    def joint(self, theta: FloatArray, log_odds: FloatArray) -> tuple[Jet, Jet, Sequence[Jet]]:
        """Return log-likelihood and equilibrium condition of each game, as functions of payoffs and B's log-odds.

        The condition is the log-odds less those of B's response to them: 0 in equilibrium.
        """
        pairs = zip(self.equations, self.parts(theta), strict=True)
        with np.errstate(all="ignore"):
            *utilities, odds = variables(
                [*(equation.columns @ part for equation, part in pairs), log_odds]
            )
            payoffs = self.payoffs(utilities)
            stay, firm, back = challenger_moves(payoffs, odds)
            gain = resistance(payoffs, firm - log_add(firm, back))
            resist, concede = log_normal(gain), log_normal(-gain)
            ell = self.weigh(outcome_logs((stay, firm, back), (resist, concede)))
            return ell, odds - (resist - concede), utilities


def outcomes_along(
    likelihood: SignallingLikelihood, theta: FloatArray, log_odds: FloatArray
) -> list[Jet]:
    """Return the logs of the outcomes' probabilities at equilibria, with their first derivatives by the payoffs.

    The equilibria move with the payoffs: derivatives are along them, by the implicit function theorem.
    """
    pairs = zip(likelihood.equations, likelihood.parts(theta), strict=True)
    with np.errstate(all="ignore"):
        values = [equation.columns @ part for equation, part in pairs]
        *utilities, odds = variables([*values, log_odds], order=1)
        payoffs = likelihood.payoffs(utilities)
        stay, firm, back = challenger_moves(payoffs, odds)
        gain = resistance(payoffs, firm - log_add(firm, back))
        resist, concede = log_normal(gain), log_normal(-gain)
        condition = odds - (resist - concede)
        slopes = -condition.first[:-1] / condition.first[-1]
        logs = outcome_logs((stay, firm, back), (resist, concede))
        return [Jet(log.value, log.first[:-1] + log.first[-1] * slopes, log.second) for log in logs]


def equilibria(values: Sequence[FloatArray], *, points: int = 240) -> tuple[FloatArray, IntArray]:
    """Return equilibria of games, and how many each has.

    The condition is looked at on a grid of log-odds, and each change of sign is closed in on. A pair of equilibria nearer to
    each other than the grid is not seen.

    Parameters
    ----------
    values
        The payoffs in the order of :data:`PAYOFFS`, each of shape ``(n,)``.
    points
        Points of the grid from log-odds of -30 to 30, denser in the middle; beyond there are a few, up to 1e30.

    Returns
    -------
    log_odds
        Of resisting, in the first ``counts[i]`` entries of row ``i``, from the least; NaN after.
    counts
        How many equilibria each game has, shape ``(n,)``.
    """
    grid = 30.0 * np.sinh(np.linspace(-3.0, 3.0, points)) / np.sinh(3.0)
    beyond = 10.0 ** np.array([2, 3, 4, 6, 9, 13, 18, 30])
    grid = np.concatenate([-beyond[::-1], grid, beyond])
    games = np.asarray(values[0]).size
    signs = np.stack([_condition(values, np.full(games, at)) for at in grid]) > 0.0
    changes = signs[1:] != signs[:-1]
    counts = changes.sum(axis=0)
    found = np.full((games, int(counts.max(initial=0))), np.nan)
    place, game = np.nonzero(changes)
    rank = changes.cumsum(axis=0)[place, game] - 1
    low, high = grid[place].copy(), grid[place + 1].copy()
    payoffs = [np.asarray(value)[game] for value in values]
    rising = _condition(payoffs, high) > 0.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        above = (_condition(payoffs, middle) > 0.0) == rising
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    found[game, rank] = 0.5 * (low + high)
    return found, counts


def _condition(values: Sequence[FloatArray], log_odds: FloatArray) -> FloatArray:
    """Return the equilibrium condition of games."""
    with np.errstate(all="ignore"):
        empty = np.zeros((0, log_odds.size))
        flat = np.zeros((0, 0, log_odds.size))
        payoffs = [Jet(value, empty, flat) for value in values]
        expected = np.maximum(
            log_odds, -300.0
        )  # no chance is less than that, and its square can be held
        _, firm, back = challenger_moves(payoffs, Jet(expected, empty, flat))
        gain = resistance(payoffs, firm - log_add(firm, back)).value
        # where A as good as never challenges, it stands firm if it does, or backs down, whichever is worth more
        _, _, conceding, firm_a, firm_b, back_a, backed = values
        last = np.where(firm_a > back_a, firm_b - conceding, np.inf * np.sign(backed - conceding))
        gain = np.where(np.isnan(gain), last, gain)
        return log_odds - (log_ndtr(gain) - log_ndtr(-gain))
