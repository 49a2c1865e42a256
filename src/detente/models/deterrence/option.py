"""The expected value of an attack, how far it stands from holding back, and what holds it back."""

from typing import Annotated, TypedDict

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray
from detente.models.inputs import prob, share, stakes
from detente.models.registry import Input, Output, model

__all__ = [
    "option",
    "option_value",
    "threshold_escalation_prob",
    "threshold_success_prob",
]


class _Outputs(TypedDict):
    value: Annotated[FloatArray, Output("stakes", "expected value of striking")]
    margin: Annotated[
        FloatArray,
        Output("stakes", "value of holding back less value of striking; positive deters"),
    ]
    threshold_prob: Annotated[
        FloatArray, Output("prob", "chance of success from which striking pays, cut to 0-1")
    ]
    threshold_escalation: Annotated[
        FloatArray,
        Output("prob", "chance of escalation from which striking no longer pays, cut to 0-1"),
    ]
    quiet_margin: Annotated[
        FloatArray,
        Output(
            "stakes",
            "value of never having raised the crisis less value of striking; positive: general deterrence",
        ),
    ]
    temptation: Annotated[
        FloatArray,
        Output("stakes", "what a sure and costless success would give over holding back"),
    ]
    failure: Annotated[
        FloatArray,
        Output("stakes", "part of the margin from the chance that the option fails (denial)"),
    ]
    fighting: Annotated[
        FloatArray, Output("stakes", "part of the margin from what the fighting costs (denial)")
    ]
    punishment: Annotated[
        FloatArray, Output("stakes", "part of the margin from what others impose")
    ]
    shadow: Annotated[
        FloatArray, Output("stakes", "part of the margin from the risk of escalation")
    ]


@model(
    "deterrence.option",
    cites=("fearon1995", "powell2015", "powell1987", "snyder1961", "morgan1977"),
    reference="fearon1995, value of the costly lottery, with an escalation term after powell2015",
)
def option(
    *,
    success_prob: Annotated[FloatArray, prob("chance that the option succeeds")],
    gain: Annotated[FloatArray, stakes("worth of success")],
    loss: Annotated[FloatArray, stakes("damage of failure")],
    cost: Annotated[FloatArray, stakes("what the option costs either way")],
    escalation_prob: Annotated[
        FloatArray, prob("chance that the option escalates beyond control", default=0.0)
    ],
    escalation_cost: Annotated[FloatArray, stakes("what escalation costs", default=0.0)],
    hold_value: Annotated[FloatArray, Input("stakes", "value of holding back", default=0.0)],
    punishment: Annotated[
        FloatArray, stakes("what others impose for the option: sanctions, blame", default=0.0)
    ],
    reversibility: Annotated[
        FloatArray,
        share(
            "how far the option can be undone: share of the worth of waiting that it keeps",
            default=0.0,
        ),
    ],
    waiting_value: Annotated[
        FloatArray,
        stakes("worth of keeping all options open, which holding back has in full", default=0.0),
    ],
    quiet_value: Annotated[
        FloatArray, Input("stakes", "value of never having raised the crisis", default=0.0)
    ],
) -> _Outputs:
    r"""Value of an attack, its distance from holding back and from a quiet life, and what that distance is made of.

    The margin of holding back over an attack is split into temptation, denial, punishment and the nuclear shadow:

    .. math::
        H - V = \underbrace{(1 - p)(G + L)}_{\text{failure}} + \underbrace{C}_{\text{fighting}}
        + \underbrace{P}_{\text{punishment}} + \underbrace{q X}_{\text{shadow}} - \underbrace{(G - H)}_{\text{temptation}}

    Temptation is what an attack that is sure to succeed and costs nothing would give over holding back. Failure and
    fighting are denial, what the defence makes of the attack; punishment and the shadow lie outside the battlefield.

    References
    ----------
    Denial and punishment are those of :cite:p:`snyder1961`; the split of the sum is an identity of our own.
    """
    # what an option that can be undone keeps of the worth of waiting, holding back has no more before it
    kept = reversibility * waiting_value
    hold, quiet = hold_value - kept, quiet_value - kept
    worths = {
        "gain": gain,
        "loss": loss,
        "cost": cost + punishment,
        "escalation_cost": escalation_cost,
    }
    value = option_value(success_prob, **worths, escalation_prob=escalation_prob)
    return {
        "value": value + kept,
        "margin": hold - value,
        "threshold_prob": threshold_success_prob(
            **worths, escalation_prob=escalation_prob, hold_value=hold
        ),
        "threshold_escalation": threshold_escalation_prob(success_prob, **worths, hold_value=hold),
        "quiet_margin": quiet - value,
        "temptation": gain - hold,
        "failure": (1.0 - success_prob) * (gain + loss),
        "fighting": cost,
        "punishment": punishment,
        "shadow": escalation_prob * escalation_cost,
    }


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


def threshold_escalation_prob(
    success_prob: ArrayLike,
    *,
    gain: ArrayLike,
    loss: ArrayLike,
    cost: ArrayLike,
    escalation_cost: ArrayLike,
    hold_value: ArrayLike = 0.0,
) -> FloatArray:
    r"""Chance of escalation from which holding back is worth more than striking, all else as it is.

    .. math:: q^* = \frac{p\,G - (1 - p)\,L - C - H}{X}

    Parameters
    ----------
    success_prob, gain, loss, escalation_cost, hold_value
        As in :func:`option_value`.
    cost
        All that the attack costs either way, in stakes.

    Returns
    -------
    FloatArray
        Cut to 0-1: 0 where holding back is worth more without any shadow, 1 also where no shadow is enough.

    References
    ----------
    Solves :func:`option_value` for the probability: the critical risk (:cite:p:`powell1987`) of a side for which
    going on is an attack.
    """
    p, g, harm, c, x, hold = np.broadcast_arrays(
        *(
            np.asarray(v, dtype=np.float64)
            for v in (success_prob, gain, loss, cost, escalation_cost, hold_value)
        )
    )
    needed = p * g - (1.0 - p) * harm - c - hold
    cut = np.clip(needed, 0.0, x) / np.where(x > 0.0, x, 1.0)
    return np.where(x > 0.0, cut, np.where(needed <= 0.0, 0.0, 1.0))
