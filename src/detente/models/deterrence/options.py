"""The expected value of an attack, and how far it stands from holding back."""

import numpy as np
from numpy.typing import ArrayLike

from detente.models.registry import FloatArray

__all__ = ["option_value", "threshold_success_prob"]


def option_value(
    success_prob: ArrayLike,
    *,
    gain: ArrayLike,
    loss: ArrayLike,
    cost: ArrayLike,
    escalation_prob: ArrayLike = 0.0,
    escalation_cost: ArrayLike = 0.0,
) -> FloatArray:
    r"""Compute the expected value of striking.

    .. math:: V = p\,G - (1 - p)\,L - C - q\,X

    Parameters
    ----------
    success_prob
        Chance ``p`` that the attack succeeds.
    gain, loss
        Worth ``G`` of success and damage ``L`` of failure, in stakes, both >= 0.
    cost
        What the attack costs either way, ``C``, in stakes: fighting, sanctions.
    escalation_prob, escalation_cost
        Chance ``q`` that it escalates and what that costs, ``X``, in stakes.

    Returns
    -------
    FloatArray
        Value in stakes, in the broadcast shape.

    References
    ----------
    :cite:p:`fearon1995`, the value of the costly lottery; :cite:p:`powell2015` for a risk of escalation that both
    sides share.
    """
    p, g, harm, c, q, x = (
        np.asarray(v, dtype=np.float64)
        for v in (success_prob, gain, loss, cost, escalation_prob, escalation_cost)
    )
    return np.asarray(p * g - (1.0 - p) * harm - c - q * x)


def threshold_success_prob(
    *,
    gain: ArrayLike,
    loss: ArrayLike,
    cost: ArrayLike,
    escalation_prob: ArrayLike = 0.0,
    escalation_cost: ArrayLike = 0.0,
    hold_value: ArrayLike = 0.0,
) -> FloatArray:
    r"""Chance of success from which striking is worth more than holding back.

    .. math:: p^* = \frac{H + L + C + q\,X}{G + L}

    Parameters
    ----------
    gain, loss, cost, escalation_prob, escalation_cost
        As in :func:`option_value`.
    hold_value
        Value ``H`` of holding back, in stakes.

    Returns
    -------
    FloatArray
        Threshold cut to 0-1, in the broadcast shape: 1 also where no chance of success is enough, 0 also where any
        is. If nothing hangs on success (``G + L = 0``) it is 0 or 1.

    References
    ----------
    Solves :func:`option_value` for the probability.
    """
    g, harm, c, q, x, hold = np.broadcast_arrays(
        *(
            np.asarray(v, dtype=np.float64)
            for v in (gain, loss, cost, escalation_prob, escalation_cost, hold_value)
        )
    )
    needed, at_stake = hold + harm + c + q * x, g + harm
    # cut before dividing: next to nothing at stake must not overflow
    share = np.clip(needed, 0.0, at_stake) / np.where(at_stake > 0.0, at_stake, 1.0)
    return np.where(at_stake > 0.0, share, np.where(needed < 0.0, 0.0, 1.0))
