"""What moves tell: beliefs after a move by those who see it and by the public, and how far fears of both sides grow.

Everything is read off columns of a run by Bayes' rule, or off the crisis; no game is solved.
"""

from detente.arrays import FloatArray
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Instrument, Policy
from detente.models.beliefs import pool_by_look, posteriors, spiral_index
from detente.rules.policies import changes_at_start

__all__ = ["LEAST_CHANGE", "beliefs_after", "shared_fear", "values_changed"]


LEAST_CHANGE = 0.01
"""Smallest shift of a belief that is told: one point."""


def beliefs_after(
    prior: FloatArray, likelihood: FloatArray, looks: tuple[int, ...]
) -> tuple[FloatArray, FloatArray]:
    """Return beliefs in each type after each move: of those who see the move, and of the public.

    Parameters
    ----------
    prior
        Chance of each type, shape ``(n_types, n_draws)``.
    likelihood
        Chance of each move by type, shape ``(n_types, n_moves, n_draws)``.
    looks
        Place of the move that each move looks like to the public.

    Returns
    -------
    tuple
        Two arrays of the shape of ``likelihood``.
    """
    return posteriors(prior, likelihood), posteriors(prior, pool_by_look(likelihood, looks))


def shared_fear(
    first: tuple[FloatArray, FloatArray], second: tuple[FloatArray, FloatArray]
) -> FloatArray:
    """Return the spiral index of two moves, one by each side, shape ``(n_draws,)``.

    Parameters
    ----------
    first, second
        Belief before and after the move that the other side is dangerous, shape ``(n_draws,)`` each.
    """
    return spiral_index((first[0], second[0]), (first[1], second[1]))


def values_changed(crisis: Crisis, policy: Policy, instrument: Instrument) -> dict[str, str]:
    """Return the variables that a policy or an instrument, used at the start, acts on, with the values that they leave."""
    return {**policy.state, **changes_at_start(crisis, instrument)}
