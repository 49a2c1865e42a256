"""The nuclear shadow: how much risk a side will run, and how much power it pays to bring to bear under that risk."""

from typing import Annotated, TypedDict

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray
from detente.models.inputs import prob, stakes
from detente.models.registry import Input, Output, model

__all__ = ["brinkmanship", "critical_risk"]

_NIL = 1e-12
"""Differences of chances below this are none."""


class _Outputs(TypedDict):
    power: Annotated[
        FloatArray,
        Output("share", "power that it pays to bring to bear, from the least to the most"),
    ]
    success_prob: Annotated[FloatArray, Output("prob", "chance of success with that power")]
    escalation_prob: Annotated[FloatArray, Output("prob", "chance that control is lost with it")]
    value: Annotated[FloatArray, Output("stakes", "expected value of striking with it")]
    margin: Annotated[
        FloatArray,
        Output("stakes", "value of holding back less value of striking; positive deters"),
    ]
    resolve: Annotated[
        FloatArray,
        Output("prob", "largest risk of losing control that winning is worth to the challenger"),
    ]


@model(
    "deterrence.brinkmanship",
    cites=("powell2015", "powell1987"),
    reference="powell2015, trade-off of power and risk; powell1987, critical risk",
)
def brinkmanship(
    *,
    success_low: Annotated[
        FloatArray, prob("chance of success with the least power brought to bear")
    ],
    success_more: Annotated[
        FloatArray, prob("what the most power adds to that chance, cut at certainty")
    ],
    risk_low: Annotated[FloatArray, prob("chance that control is lost with the least power")],
    risk_more: Annotated[
        FloatArray, prob("what the most power adds to that risk, cut at certainty")
    ],
    gain: Annotated[FloatArray, stakes("worth of success")],
    loss: Annotated[FloatArray, stakes("damage of failure")],
    cost: Annotated[FloatArray, stakes("what the option costs either way")],
    escalation_cost: Annotated[FloatArray, stakes("what losing control costs")],
    hold_value: Annotated[FloatArray, Input("stakes", "value of holding back", default=0.0)],
    risk_cap: Annotated[
        FloatArray,
        prob("most risk that the challenger may create without being outbid", default=1.0),
    ],
) -> _Outputs:
    r"""How much power a challenger brings to bear where more power means more risk of losing control.

    Chance and risk rise in proportion to power :math:`k`, :math:`p(k) = p_0 + k (p_1 - p_0)` and
    :math:`r(k) = r_0 + k (r_1 - r_0)`. The challenger maximises

    .. math:: V(k) = \left(1 - r(k)\right) \left[p(k)\, G - (1 - p(k))\, L - C\right] - r(k)\, X

    a parabola, so the best power is its top or an end of what the risk cap allows: what a defender of known resolve would
    not outbid. If even the least power goes beyond it, the least is taken. Of two equally good powers it is the lesser.

    References
    ----------
    The trade-off between power and risk, and a challenger that equates their margins, are those of :cite:p:`powell2015`,
    as is the cap by the defender's resolve; the linear form is our own. Resolve is :func:`critical_risk`.

    Examples
    --------
    >>> best = brinkmanship(success_low=0.3, success_more=0.4, risk_low=0.0, risk_more=0.2, gain=50.0, loss=10.0,
    ...                     cost=5.0, escalation_cost=100.0)
    >>> round(best["power"].item(), 3), round(best["escalation_prob"].item(), 3)
    (0.354, 0.071)
    """
    p0, p1, r0, r1, g, harm, c, x, cap = np.broadcast_arrays(
        success_low,
        np.minimum(success_low + success_more, 1.0),
        risk_low,
        np.minimum(risk_low + risk_more, 1.0),
        gain,
        loss,
        cost,
        escalation_cost,
        risk_cap,
    )
    chance, hazard = p1 - p0, r1 - r0
    worth = chance * (g + harm)
    start = p0 * (g + harm) - harm - c
    # V(k) = (1 - r0 - k h)(start + k w) - (r0 + k h) X
    linear = (1.0 - r0) * worth - hazard * (start + x)
    bend = hazard * worth
    most = np.divide(cap - r0, hazard, out=np.where(cap >= r0, 1.0, 0.0), where=hazard > _NIL)
    most = np.clip(most, 0.0, 1.0)
    top = np.divide(linear, 2.0 * bend, out=np.where(linear > 0.0, 1.0, 0.0), where=bend > _NIL)
    power = np.clip(top, 0.0, most)
    p, r = p0 + power * chance, r0 + power * hazard
    value = (1.0 - r) * (p * g - (1.0 - p) * harm - c) - r * x
    return {
        "power": power,
        "success_prob": p,
        "escalation_prob": r,
        "value": value,
        "margin": hold_value - value,
        "resolve": critical_risk(win=gain - cost, quit_value=hold_value, disaster=-escalation_cost),
    }


def critical_risk(*, win: ArrayLike, quit_value: ArrayLike, disaster: ArrayLike) -> FloatArray:
    r"""Largest risk of disaster at which a side would rather go on, if that made the other quit, than quit itself.

    .. math:: R = \frac{W - Q}{W - D}

    Parameters
    ----------
    win, quit_value, disaster
        Worth of prevailing ``W``, of quitting ``Q`` and of disaster ``D``, in stakes.

    Returns
    -------
    FloatArray
        A probability, cut to 0-1: zero where quitting is worth more than prevailing, one where it is worth less than
        disaster.

    References
    ----------
    :cite:p:`powell1987` gives the notions of resolve and critical risk their game; the formula is the usual one, from
    memory.

    Examples
    --------
    >>> float(critical_risk(win=30.0, quit_value=0.0, disaster=-120.0))
    0.2
    """
    w, q, d = np.broadcast_arrays(
        *(np.asarray(x, dtype=np.float64) for x in (win, quit_value, disaster))
    )
    span = w - d
    ratio = np.divide(w - q, span, out=np.where(w > q, 1.0, 0.0), where=span > 0.0)
    return np.asarray(np.clip(ratio, 0.0, 1.0))
