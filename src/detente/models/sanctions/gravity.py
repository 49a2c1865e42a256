"""From an estimated effect on trade flows to the trade cost that explains it."""

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray

__all__ = ["trade_cost_from_gravity"]


def trade_cost_from_gravity(coefficient: ArrayLike, *, trade_elasticity: ArrayLike) -> FloatArray:
    r"""Ad-valorem rise of trade costs, in percent, that a gravity coefficient stands for.

    A gravity equation says that flows move with :math:`\tau^{-\theta}`. An estimated effect of
    :math:`\delta` log points therefore is a factor :math:`\hat\tau = \exp(-\delta / \theta)` on trade costs.

    Parameters
    ----------
    coefficient
        Effect on log trade flows; negative for a fall.
    trade_elasticity
        Trade elasticity theta > 0.

    Returns
    -------
    FloatArray
        Rise of trade costs in percent, in the broadcast shape.

    References
    ----------
    :cite:p:`arkolakis2012`, the gravity restriction (R3) that defines the trade elasticity.

    Examples
    --------
    >>> float(trade_cost_from_gravity(-0.29, trade_elasticity=5.0).round(1))
    6.0
    """
    ratio = np.asarray(coefficient, dtype=np.float64) / np.asarray(trade_elasticity, np.float64)
    return np.asarray(100.0 * np.expm1(-ratio))
