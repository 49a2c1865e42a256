"""The equations of joining in flat arrays: members x cases."""

from dataclasses import dataclass

import numpy as np

from detente.arrays import FloatArray

__all__ = ["JoiningSystem", "add_up", "enclose", "responses"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JoiningSystem:
    """Logit answers to the weight of the others that join: ``p = logistic(rationality * (base + slope * q))``.

    ``base``, ``slope``, ``weight`` (sums to one) and ``others`` (one less the own weight; 1 with slope 0 for a member
    alone) have shape ``(n_members, n_cases)``, ``rationality`` and ``social`` ``(n_cases,)``.
    """

    base: FloatArray
    slope: FloatArray
    weight: FloatArray
    others: FloatArray
    rationality: FloatArray
    social: FloatArray

    def select(self, cases: np.ndarray) -> "JoiningSystem":
        """Return some of the cases, by index or by mask."""
        return JoiningSystem(
            base=self.base[:, cases],
            slope=self.slope[:, cases],
            weight=self.weight[:, cases],
            others=self.others[:, cases],
            rationality=self.rationality[cases],
            social=self.social[cases],
        )

    def bound(self) -> FloatArray:
        """Return the largest slope that a response can have anywhere, shape ``(n_cases,)``."""
        return np.asarray(self.rationality * np.abs(self.slope).max(axis=0) / 4.0)

    def gap(self, prob: FloatArray) -> FloatArray:
        """Return the largest gap between a probability and the answer to the others, shape ``(n_cases,)``."""
        return np.asarray(np.abs(responses(self, prob) - prob).max(axis=0))


def add_up(terms: FloatArray) -> FloatArray:
    """Sum over members, one after the other in each case, shape ``(n_cases,)``.

    NumPy's own order depends on the layout of the array and on the number of cases, so that the last digit of a case would
    tell in whose company it was solved.
    """
    if terms.shape[1] == 1:
        return np.asarray(np.add.accumulate(terms, axis=0)[-1])
    return np.asarray(np.ascontiguousarray(terms).sum(axis=0))


def responses(system: JoiningSystem, prob: FloatArray) -> FloatArray:
    """Return what each member answers to the probabilities of the others, shape ``(n_members, n_cases)``."""
    from scipy.special import expit  # noqa: PLC0415  slow to load

    own = system.weight * prob
    rest = (add_up(own) - own) / system.others
    return np.asarray(expit(system.rationality * (system.base + system.slope * rest)))


def enclose(system: JoiningSystem, low: FloatArray, high: FloatArray) -> tuple[FloatArray, ...]:
    """Narrow a box that holds every answer, and bound how much of a change the responses pass on inside it.

    Parameters
    ----------
    system
        The equations.
    low, high
        A box in which every answer lies, shape ``(n_members, n_cases)`` each.

    Returns
    -------
    tuple[FloatArray, ...]
        Lower and upper ends of a box inside it that still holds every answer and that the responses do not leave, and
        the bound, shape ``(n_cases,)``: the smaller of the norms by the largest member and by weight. Below 1 the
        responses contract on the box, so that it holds one answer alone.
    """
    from scipy.special import expit  # noqa: PLC0415  slow to load

    ends = []
    for prob in (low, high):
        own = system.weight * prob
        ends.append(system.base + system.slope * (add_up(own) - own) / system.others)
    lower, upper = np.minimum(*ends), np.maximum(*ends)
    # a logit response is steepest at even odds, and less so the farther the nearest end lies from them
    nearest = np.clip(0.0, lower, upper)
    middle = expit(system.rationality * nearest)
    steepest = system.rationality * np.abs(system.slope) * middle * (1.0 - middle)
    by_weight = add_up(system.weight * steepest / system.others)
    bound = np.minimum(steepest.max(axis=0), by_weight)
    return (
        np.maximum(expit(system.rationality * lower), low),
        np.minimum(expit(system.rationality * upper), high),
        bound,
    )
