"""Forces in time: when a reinforcement is in place, and from when on delivered arms can be used."""

import numpy as np
from numpy.typing import ArrayLike

from detente.models.registry import FloatArray

__all__ = ["share_in_place"]

_NIL = 1e-9
"""Fewer days than this are none."""


def share_in_place(
    day: ArrayLike,
    *,
    decision_day: ArrayLike = 0.0,
    notice_days: ArrayLike = 0.0,
    transit_days: ArrayLike = 0.0,
    assembly_days: ArrayLike = 0.0,
) -> FloatArray:
    r"""Share of a force that is in place and usable on a day.

    .. math:: \min\left(1, \max\left(0, \frac{t - (d + n + \tau)}{a}\right)\right)

    Parameters
    ----------
    day
        Day ``t``, counted from the cut-off, any shape.
    decision_day, notice_days, transit_days
        Day ``d`` of the order, notice to move ``n`` and way ``tau``, all in days; the first unit is there after them.
    assembly_days
        Days ``a`` over which the rest arrives evenly, unloads, joins up or learns to use what was delivered; zero: all at
        once.

    Returns
    -------
    FloatArray
        Zero before the first unit, one when the last is ready; on the very day of arrival all is there if ``a`` is zero.

    References
    ----------
    Our own bookkeeping. That a balance of forces must be followed through mobilisation and not counted on one day is
    the point of :cite:p:`mearsheimer1989`.

    Examples
    --------
    >>> share_in_place([5.0, 10.0, 20.0], notice_days=5.0, transit_days=2.0, assembly_days=6.0).round(2).tolist()
    [0.0, 0.5, 1.0]
    """
    t, d, n, way, a = np.broadcast_arrays(
        *(
            np.asarray(x, dtype=np.float64)
            for x in (day, decision_day, notice_days, transit_days, assembly_days)
        )
    )
    since = t - (d + n + way)
    spread = np.divide(since, a, out=np.where(since >= 0.0, 1.0, 0.0), where=a > _NIL)
    return np.asarray(np.clip(spread, 0.0, 1.0))
