r"""Constrained maximum likelihood of the crisis signalling game: coefficients and equilibria found together.

The likelihood is maximised in coefficients and each game's log-odds :math:`q` of resisting, subject to the equilibrium
condition :math:`c(\theta, q) = 0` of each game :cite:p:`su2012,crismancox2021`. No equilibrium is solved for on the way, so that a
game with several causes no jump. Every condition holds its own game's log-odds alone: a step of sequential quadratic programming
costs one Hessian of the size of the coefficients,

.. math:: dq = -C^{-1}(c + A\,d\theta),\qquad \mu = -C^{-1} \ell_q,\qquad
   Z = \begin{pmatrix} I \\ -C^{-1} A \end{pmatrix},\qquad H = Z' \nabla^2 (\ell + \mu' c)\, Z,

with :math:`A` and the diagonal :math:`C` the derivatives of the conditions. At the end :math:`-H^{-1}` is the inverse of the
information on the coefficients along the equilibria, and gives the standard errors.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from detente.arrays import FloatArray
from detente.fit.jets import Jet
from detente.fit.maximising import Expansion, climb
from detente.fit.penalties import Bend
from detente.fit.signalling import SignallingLikelihood

__all__ = ["CERTAIN", "Constrained", "maximise_constrained", "reduce_system", "restore"]

_MOST_STEPS = 60
_FEASIBLE = 1e-9
"""Largest equilibrium condition, in log-odds, that counts as met."""
_DECREMENT = 1e-10
_FARTHEST = 3.0
"""Longest step of a game's log-odds."""
CERTAIN = 35.0
"""Log-odds beyond which a probability is 0 or 1 to all digits, so that a step out there moves nothing."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Constrained:
    """A constrained maximum: coefficients, log-odds of resisting, and the likelihood along the equilibria.

    ``evaluation`` holds the penalty, if there is one, but for the gradients of the rows; ``loglik`` is without it.
    """

    theta: FloatArray
    log_odds: FloatArray
    evaluation: Expansion
    converged: bool
    steps: int
    violation: float
    loglik: float
    reason: str = ""


def reduce_system(
    likelihood: SignallingLikelihood, ell: Jet, condition: Jet
) -> tuple[Expansion, FloatArray, FloatArray]:
    """Return likelihood, gradient and Hessian along the conditions, and how log-odds move with coefficients and by themselves."""
    last = ell.first.shape[0] - 1
    own = condition.first[last]
    multiplier = -ell.first[last] / own
    slopes = -condition.first[:last] / own  # of log-odds by payoffs, at fixed condition
    first = ell.first[:last] + ell.first[last] * slopes
    second = ell.second + multiplier * condition.second
    cross = second[:last, last]
    reduced = second[:last, :last] + slopes[:, np.newaxis] * cross + cross[:, np.newaxis] * slopes
    reduced = reduced + second[last, last] * slopes[:, np.newaxis] * slopes
    along = likelihood.gather(Jet(ell.value, first, reduced))
    moves = np.hstack(
        [
            equation.columns * slope[:, np.newaxis]
            for equation, slope in zip(likelihood.equations, slopes, strict=True)
        ]
    )
    return along, moves, -condition.value / own


Prior = Callable[[FloatArray], Bend]
"""A penalty on coefficients."""


def _merit(ell: Jet, condition: Jet, weight: FloatArray, added: float) -> float:
    value = float(ell.value.sum() - (weight * np.abs(condition.value)).sum()) + added
    return value if np.isfinite(value) else -np.inf


def _seen(log_odds: FloatArray, shift: FloatArray) -> FloatArray:
    """Return how far steps go within the log-odds that make a difference."""
    before, after = (np.clip(odds, -CERTAIN, CERTAIN) for odds in (log_odds, log_odds + shift))
    return np.asarray(after - before)


def _within(log_odds: FloatArray, shift: FloatArray) -> FloatArray:
    """Return steps, each game's cut to the longest."""
    seen = np.abs(_seen(log_odds, shift))
    return np.asarray(shift * np.minimum(1.0, _FARTHEST / np.maximum(seen, 1e-300)))


def _violation(condition: Jet, log_odds: FloatArray) -> float:
    return float((np.abs(condition.value) / np.maximum(1.0, np.abs(log_odds))).max())


def restore(
    likelihood: SignallingLikelihood, theta: FloatArray, log_odds: FloatArray
) -> FloatArray:
    """Return the equilibria nearest to some log-odds by Newton's method, game by game, halving steps that do not help."""
    for _ in range(100):
        _, condition, _ = likelihood.joint(theta, log_odds)
        gap = np.abs(condition.value)
        if gap.max() < 1e-12 * max(1.0, np.abs(log_odds).max()):
            break
        step = _within(log_odds, -condition.value / condition.first[-1])
        if np.abs(step).max() < 1e-10 * max(1.0, np.abs(log_odds).max()):
            return log_odds + step  # what is left is rounding
        share = np.ones_like(step)
        for _ in range(12):
            _, there, _ = likelihood.joint(theta, log_odds + share * step)
            worse = ~(np.abs(there.value) < gap) & (gap > 1e-12)
            if not worse.any():
                break
            share = np.where(worse, 0.5 * share, share)
        log_odds = log_odds + share * step
    return log_odds


def maximise_constrained(
    likelihood: SignallingLikelihood,
    theta: FloatArray,
    log_odds: FloatArray,
    *,
    prior: Prior,
) -> Constrained:
    """Climb to a constrained maximum of likelihood and penalty from coefficients and log-odds that need not be an equilibrium."""
    with np.errstate(all="ignore"):
        return _maximise(likelihood, theta, log_odds, prior)


def _maximise(
    likelihood: SignallingLikelihood, theta: FloatArray, log_odds: FloatArray, prior: Prior
) -> Constrained:
    sizes = likelihood.sizes()
    ell, condition, _ = likelihood.joint(theta, log_odds)
    weight = np.zeros_like(log_odds)
    reason = f"no maximum within {_MOST_STEPS} steps"
    steps = 0
    added = prior(theta)
    while steps < _MOST_STEPS:
        along, moves, normal = reduce_system(likelihood, ell, condition)
        along = _add(along, added)
        violation = _violation(condition, log_odds)
        if not (np.isfinite(along.hessian).all() and np.isfinite(normal).all()):
            reason = "the equilibrium condition has no derivative"
            break
        step, curvature = climb(along.gradient, along.hessian, sizes)
        gain = float(step @ along.gradient)
        if gain < _DECREMENT and violation < _FEASIBLE:
            reason = "" if curvature > 1e-9 else "the likelihood is flat in some direction"
            break
        shift = normal + moves @ step
        longest = float(np.abs(_seen(log_odds, shift)).max())
        if longest > _FARTHEST:
            step, shift = step * (_FARTHEST / longest), shift * (_FARTHEST / longest)
        multiplier = np.abs(ell.first[-1] / condition.first[-1])
        weight = np.where(weight < 1.1 * multiplier, 1.5 * multiplier + 1e-3, weight)
        merit = _merit(ell, condition, weight, added.value)
        share = 1.0
        while share > 1e-4:
            odds = log_odds + share * shift
            there = likelihood.joint(theta + share * step, odds)
            more = prior(theta + share * step)
            if _merit(there[0], there[1], weight, more.value) > merit - 1e-12 * abs(merit):
                break
            # second-order correction: back to the equilibria that the straight step has left
            odds = odds + _within(odds, -there[1].value / there[1].first[-1])
            there = likelihood.joint(theta + share * step, odds)
            if _merit(there[0], there[1], weight, more.value) > merit - 1e-12 * abs(merit):
                break
            share *= 0.5
        else:
            reason = "no step climbs any more"
            break
        theta, log_odds = theta + share * step, odds
        steps += 1
        ell, condition, _ = there
        added = more
    along, _, _ = reduce_system(likelihood, ell, condition)
    loglik = along.value
    along = _add(along, added)
    return Constrained(
        theta=theta,
        log_odds=log_odds,
        evaluation=along,
        converged=not reason,
        steps=steps,
        violation=_violation(condition, log_odds),
        loglik=loglik,
        reason=reason,
    )


def _add(along: Expansion, added: Bend) -> Expansion:
    return Expansion(
        along.value + added.value,
        along.gradient + added.gradient,
        along.hessian + added.hessian,
        along.scores,
    )
