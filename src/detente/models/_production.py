"""An aggregate production function that loses part of one input."""

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray

__all__ = ["ces_loss_pct", "ces_output_ratio"]

_RIGID = 1e-12
"""Below this elasticity nothing can be substituted: the function is within rounding of its Leontief limit."""


def ces_output_ratio(
    input_ratio: ArrayLike, *, input_share: ArrayLike, elasticity: ArrayLike
) -> FloatArray:
    r"""Output relative to the baseline when one input changes and all others stay.

    .. math:: \frac{Y'}{Y} = \left[a \left(\frac{E'}{E}\right)^{\frac{s-1}{s}} + 1 - a\right]^{\frac{s}{s-1}}

    Parameters
    ----------
    input_ratio
        Input after over input before, >= 0, any shape.
    input_share
        Share ``a`` of the input in the baseline cost, 0-1.
    elasticity
        Elasticity of substitution ``s`` between the input and the rest, >= 0. At 1 the limit is Cobb-Douglas
        (``input_ratio ** a``), at 0 it is Leontief (``min(input_ratio, 1)``); both are taken exactly.

    Returns
    -------
    FloatArray
        Output ratio, >= 0, in the broadcast shape. An input without a share (``a = 0``) changes nothing.

    References
    ----------
    :cite:p:`bachmann2022`, the simplified model with an aggregate CES production function.

    Examples
    --------
    >>> float(ces_output_ratio(0.9, input_share=0.04, elasticity=0.04).round(4))
    0.9843
    """
    ratio, a, s = np.broadcast_arrays(
        np.asarray(input_ratio, dtype=np.float64),
        np.asarray(input_share, dtype=np.float64),
        np.asarray(elasticity, dtype=np.float64),
    )
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        log_ratio = np.log(ratio)
        exponent = (s - 1.0) / s
        power = exponent * log_ratio
        # near one, expm1 and log1p keep the digits; far from one, logaddexp keeps the range
        near = np.log1p(a * np.expm1(power)) / exponent
        far = np.logaddexp(np.log(a) + power, np.log1p(-a)) / exponent
        log_output = np.where(np.abs(power) < 1.0, near, far)
        log_output = np.where(exponent == 0.0, a * log_ratio, log_output)
        log_output = np.where(s < _RIGID, np.minimum(log_ratio, 0.0), log_output)
        log_output = np.where((a == 0.0) | (ratio == 1.0), 0.0, log_output)
        return np.exp(log_output)


def ces_loss_pct(
    input_change_pct: ArrayLike, *, input_share: ArrayLike, elasticity: ArrayLike
) -> FloatArray:
    """Loss of output in percent of the baseline; see :func:`ces_output_ratio`.

    Parameters
    ----------
    input_change_pct
        Change of the input in percent, >= -100; a cut is negative.
    input_share, elasticity
        As in :func:`ces_output_ratio`.

    Returns
    -------
    FloatArray
        Loss in percent, positive for a loss.
    """
    ratio = 1.0 + np.asarray(input_change_pct, dtype=np.float64) / 100.0
    output = ces_output_ratio(ratio, input_share=input_share, elasticity=elasticity)
    return np.asarray(100.0 * (1.0 - output))
