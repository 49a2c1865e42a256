"""Why rational sides may fight although a deal exists: the mechanisms of Fearon (1995) in closed form.

The stake is one, side A wins it in a war with probability ``p``, and war costs A ``c_A`` and B ``c_B``.
"""

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray

__all__ = ["best_demand", "first_strike_width", "preventive_motive"]


def best_demand(
    win_prob: ArrayLike, *, own_cost: ArrayLike, other_low: ArrayLike, other_high: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    r"""Demand that side A makes when it does not know B's cost of war, and the risk of war that it takes.

    B's cost is uniform between ``l`` and ``h``, and B accepts a demand ``x`` if ``x - p`` is at most its cost. A weighs a
    better deal against a refusal:

    .. math:: x^* - p = \max\left(l, \tfrac{h - c_A}{2}\right), \qquad
        \Pr(\text{war}) = \frac{(x^* - p) - l}{h - l}

    Parameters
    ----------
    win_prob
        Chance ``p`` that A wins, any shape.
    own_cost
        A's cost of war ``c_A`` >= 0, in stakes.
    other_low, other_high
        Bounds of B's cost, ``0 <= l <= h``.

    Returns
    -------
    tuple[FloatArray, FloatArray]
        The demand, at most one, and the probability of war. Where ``l = h`` nothing is private and there is no war.

    References
    ----------
    :cite:p:`fearon1995`, miscalculation of the opponent's willingness to fight: a demand that risks war is rational if
    the opponent's cost is private. The uniform case is worked out here.

    Examples
    --------
    >>> demand, risk = best_demand(0.5, own_cost=0.1, other_low=0.0, other_high=0.3)
    >>> round(float(demand), 3), round(float(risk), 3)
    (0.6, 0.333)
    """
    p, c, low, high = np.broadcast_arrays(
        *(np.asarray(x, dtype=np.float64) for x in (win_prob, own_cost, other_low, other_high))
    )
    room = 1.0 - p
    wanted = np.clip(0.5 * (high - c), low, np.maximum(high, low))
    # nobody can be asked for more than the whole stake
    wanted = np.minimum(wanted, room)
    spread = high - low
    risk = np.divide(wanted - low, spread, out=np.zeros_like(wanted), where=spread > 0.0)
    return p + wanted, np.clip(risk, 0.0, 1.0)


def first_strike_width(
    win_first: ArrayLike, win_second: ArrayLike, *, cost_a: ArrayLike, cost_b: ArrayLike
) -> FloatArray:
    r"""Length of the bargaining range where striking first helps; negative where no deal can hold.

    .. math:: (c_A + c_B) - (p_f - p_s)

    Parameters
    ----------
    win_first, win_second
        Chance that A wins if A strikes first, ``p_f``, and if B does, ``p_s``.
    cost_a, cost_b
        Costs of war, in stakes.

    Returns
    -------
    FloatArray
        The range from ``p_f - c_A`` to ``p_s + c_B``.

    References
    ----------
    :cite:p:`fearon1995`, preemptive war: each side must be held back from a surprise attack.

    Examples
    --------
    >>> round(float(first_strike_width(0.7, 0.5, cost_a=0.05, cost_b=0.1)), 2)
    -0.05
    """
    first, second, a, b = (
        np.asarray(x, dtype=np.float64) for x in (win_first, win_second, cost_a, cost_b)
    )
    return np.asarray((a + b) - (first - second))


def preventive_motive(
    win_now: ArrayLike, win_later: ArrayLike, *, discount: ArrayLike, cost: ArrayLike
) -> FloatArray:
    r"""By how much a declining side prefers war now to the best that peace can promise; positive: it fights.

    The rising side wins with ``p_1`` today and ``p_2`` from tomorrow on and cannot promise not to use its later strength.
    Today it can give up the whole stake at most:

    .. math:: \delta p_2 - p_1 - (1 - \delta)^2 c

    Parameters
    ----------
    win_now, win_later
        Chances ``p_1`` and ``p_2`` that the rising side wins a war.
    discount
        Factor ``delta`` from one period to the next, 0-1.
    cost
        The declining side's cost of war ``c``, once, in stakes of one period.

    Returns
    -------
    FloatArray
        In stakes of one period.

    References
    ----------
    :cite:p:`fearon1995`, preventive war as a commitment problem; :cite:p:`powell2006`, that a large and rapid shift of
    power is common to commitment problems. Worked out here for a cost that is paid once.

    Examples
    --------
    >>> bool(preventive_motive(0.3, 0.6, discount=0.9, cost=0.2) > 0)
    True
    """
    now, later, delta, c = (
        np.asarray(x, dtype=np.float64) for x in (win_now, win_later, discount, cost)
    )
    return np.asarray(delta * later - now - (1.0 - delta) ** 2 * c)
