"""Forces in time: when a reinforcement is in place, and from when on delivered arms can be used."""

from typing import Annotated, TypedDict

import numpy as np

from detente.arrays import FloatArray
from detente.models.registry import Input, Output, model

__all__ = ["arrival"]

_NIL = 1e-9
"""Fewer days than this are none."""


def _days(description: str, default: float | None = 0.0) -> Input:
    return Input("days", description, default=default, low=-3650.0, high=36500.0)


class _Outputs(TypedDict):
    share_in_place: Annotated[FloatArray, Output("share", "share that is in place on the day")]
    first_day: Annotated[FloatArray, Output("days", "day on which the first unit is in place")]
    ready_day: Annotated[FloatArray, Output("days", "day on which all is in place")]


@model(
    "deterrence.arrival",
    cites=("mearsheimer1989",),
    reference="own bookkeeping; mearsheimer1989 on balances of forces through mobilisation",
)
def arrival(
    *,
    day: Annotated[
        FloatArray, _days("day on which the force is counted, from the cut-off", default=None)
    ],
    decision_day: Annotated[FloatArray, _days("day of the order, from the cut-off")],
    notice_days: Annotated[FloatArray, _days("notice to move")],
    transit_days: Annotated[FloatArray, _days("days under way")],
    assembly_days: Annotated[
        FloatArray, _days("days over which the rest arrives, joins up or learns to use its arms")
    ],
) -> _Outputs:
    r"""Share of a reinforcement or of delivered arms that is in place on a day, and when it is.

    .. math:: \min\left(1, \max\left(0, \frac{t - (d + n + \tau)}{a}\right)\right)

    with the day ``t``, the day ``d`` of the order, the notice ``n``, the way ``tau`` and the days ``a`` over which the rest
    arrives evenly, unloads, joins up or learns to use what was delivered. The share is zero before the first unit, one when
    the last is ready; on the very day of arrival all is there if ``a`` is zero.

    References
    ----------
    Our own bookkeeping. That a balance of forces must be followed through mobilisation and not counted on one day is
    the point of :cite:p:`mearsheimer1989`.

    Examples
    --------
    >>> found = arrival(day=[5.0, 10.0, 20.0], notice_days=5.0, transit_days=2.0, assembly_days=6.0)
    >>> found["share_in_place"].round(2).tolist()
    [[0.0, 0.5, 1.0]]
    """
    first = decision_day + notice_days + transit_days
    since, spread = np.broadcast_arrays(day - first, assembly_days)
    at_once = np.where(since >= 0.0, 1.0, 0.0)
    in_place = np.divide(since, spread, out=at_once, where=spread > _NIL)
    return {
        "share_in_place": np.clip(in_place, 0.0, 1.0),
        "first_day": first,
        "ready_day": first + assembly_days,
    }
