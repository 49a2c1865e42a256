"""Trust, fear and the spiral: when security seekers cooperate, and how far arming feeds on fear."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray
from detente.errors import ModelError

__all__ = ["ArmsRace", "cooperates", "solve_arms_race", "spiral_index", "trust_threshold"]

_STEPS = 10_000
_TOLERANCE = 1e-12


def trust_threshold(
    mutual: ArrayLike, temptation: ArrayLike, exploited: ArrayLike, conflict: ArrayLike
) -> FloatArray:
    r"""Least trust at which a player cooperates: the smallest chance that the other will cooperate too.

    .. math:: t^* = \frac{P - S}{(P - S) + (R - T)}

    Parameters
    ----------
    mutual, temptation, exploited, conflict
        Payoffs R (both cooperate), T (exploits the other), S (is exploited), P (neither cooperates), ``P >= S``.

    Returns
    -------
    FloatArray
        0 to 1 for a security seeker (``R > T``); infinite for one that would rather exploit (``T >= R``, and ``P > S``):
        no trust makes it cooperate.

    Raises
    ------
    ModelError
        ``input-invalid`` if being exploited is better than conflict somewhere, which is no security dilemma.

    References
    ----------
    :cite:p:`kydd2005`, chapter 1: trust is the belief that the other would rather reciprocate cooperation than exploit it,
    and one cooperates if it exceeds a threshold. The formula is the indifference of the expected payoffs.
    """
    r, t, s, p = (np.asarray(x, np.float64) for x in (mutual, temptation, exploited, conflict))
    if (p < s).any():
        message = "being exploited pays more than conflict"
        raise ModelError(
            message,
            code="input-invalid",
            at="exploited",
            fix="give payoffs with conflict at least as good as being exploited",
        )
    fear, hope = np.broadcast_arrays(p - s, r - t)
    total = fear + hope
    return np.asarray(
        np.where(
            hope > 0.0,
            np.divide(fear, total, out=np.zeros_like(total), where=total > 0.0),
            np.where(fear > 0.0, np.inf, np.where(hope < 0.0, np.inf, 0.0)),
        )
    )


def cooperates(trust: ArrayLike, threshold: ArrayLike) -> np.ndarray:
    """Say whether trust reaches the threshold."""
    return np.asarray(np.asarray(trust, np.float64) >= np.asarray(threshold, np.float64))


def spiral_index(
    prior: tuple[ArrayLike, ArrayLike], posterior: tuple[ArrayLike, ArrayLike]
) -> FloatArray:
    r"""How far two sides' moves raise both sides' fear: the mean share of the missing certainty that is filled.

    .. math:: \frac12 \sum_i \begin{cases} (\mu_i' - \mu_i) / (1 - \mu_i) & \mu_i' \ge \mu_i \\
              (\mu_i' - \mu_i) / \mu_i & \text{else} \end{cases}

    Parameters
    ----------
    prior
        Belief of each side that the other is dangerous, before the other's move.
    posterior
        The same after it.

    Returns
    -------
    FloatArray
        -1 (both are fully reassured) to 1 (both are certain of the worst); 0 where moves tell nothing, as they do where
        safe and dangerous types make them alike.

    References
    ----------
    Our own index on Bayes' rule; :cite:p:`kydd1997` for the claim that fear can rise without any bias.
    """
    parts = []
    for before, after in zip(prior, posterior, strict=True):
        b, a = np.broadcast_arrays(np.asarray(before, np.float64), np.asarray(after, np.float64))
        room = np.where(a >= b, 1.0 - b, b)
        parts.append(np.divide(a - b, room, out=np.zeros(b.shape), where=room > 0.0))
    return np.asarray(0.5 * (parts[0] + parts[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmsRace:
    """A spiral: which share of each side arms, and which would have armed without fear.

    ``cutoff`` (2,) are the costs up to which each side arms, ``arming`` (2,) the probabilities, ``dominant`` (2,) those of
    types that arm whatever the other does, ``path`` the probabilities step by step from there.
    """

    cutoff: FloatArray
    arming: FloatArray
    dominant: FloatArray
    path: FloatArray

    @property
    def fear_share(self) -> FloatArray:
        """Probability of arming that comes of fear alone, each side."""
        return np.asarray(self.arming - self.dominant)


def solve_arms_race(
    distribution: tuple[Callable[[float], float], Callable[[float], float]],
    *,
    advantage: tuple[float, float],
    damage: tuple[float, float],
) -> ArmsRace:
    r"""Follow the spiral of fear in an arms race to its first rest: the least equilibrium.

    Each side arms if its private cost is at most what arming saves and gains:

    .. math:: c_i \le F_j(c_j)\, d_i + (1 - F_j(c_j))\, \mu_i

    Starting from the types that arm anyway (cost at most :math:`\mu_i`), each step adds those that the other's arming
    frightens into it.

    Parameters
    ----------
    distribution
        Distribution function of each side's cost of arming.
    advantage
        Gain ``mu`` of being armed alone.
    damage
        Loss ``d`` of being unarmed alone, larger than the gain.

    Returns
    -------
    ArmsRace
        The least fixed point.

    Raises
    ------
    ModelError
        ``input-invalid`` if a loss is smaller than the gain, or the spiral does not come to rest.

    References
    ----------
    :cite:p:`baliga2004`: payoffs of the arms race (arm: -c against an armed, mu - c against an unarmed rival; else -d and
    0), and the result that under a condition on F fear alone makes an arms race certain however few arm for gain.
    """
    mu, d = np.asarray(advantage, np.float64), np.asarray(damage, np.float64)
    if (d < mu).any():
        message = f"the loss {d.tolist()} is smaller than the gain {mu.tolist()}"
        raise ModelError(
            message,
            code="input-invalid",
            at="damage",
            fix="give losses of being unarmed alone at least as large as gains of being armed alone",
        )
    cutoff = mu.copy()
    dominant = np.array([distribution[i](float(cutoff[i])) for i in (0, 1)])
    arming, path = dominant, [dominant]
    for _ in range(_STEPS):
        cutoff = arming[::-1] * d + (1.0 - arming[::-1]) * mu
        after = np.array([distribution[i](float(cutoff[i])) for i in (0, 1)])
        path.append(after)
        if np.abs(after - arming).max() <= _TOLERANCE:
            return ArmsRace(cutoff=cutoff, arming=after, dominant=dominant, path=np.array(path))
        arming = after
    message = "the spiral does not come to rest"
    raise ModelError(
        message,
        code="input-invalid",
        at="distribution",
        fix="give a smoother distribution of costs",
    )
