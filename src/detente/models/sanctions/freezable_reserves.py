"""The reserves of the target that a coalition can freeze."""

from typing import Annotated, TypedDict

import numpy as np

from detente.arrays import FloatArray
from detente.models.inputs import prob, share
from detente.models.registry import ROUNDING, Output, model, raise_where

__all__ = ["freezable_reserves"]


class _Outputs(TypedDict):
    frozen_share: Annotated[
        FloatArray, Output("share", "share of the target's reserves that the coalition freezes")
    ]


@model(
    "sanctions.freezable_reserves",
    cites=("itskhoki2022",),
    reference="own: sum of the members' shares; why a freeze matters is itskhoki2022",
)
def freezable_reserves(
    *,
    held_share: Annotated[
        FloatArray,
        share(
            "share of the target's reserves held with the member, or in its currency",
            per_member=True,
        ),
    ],
    joining_prob: Annotated[
        FloatArray, prob("probability that the member joins the freeze", per_member=True)
    ],
) -> _Outputs:
    """Share of the target's reserves that a coalition can freeze, from where or in whose currency they are held."""
    total = held_share.sum(axis=0)
    raise_where(
        total > 1.0 + ROUNDING,
        at="sanctions.freezable_reserves.held_share",
        array=total,
        why="is the sum over the members, more than all reserves",
        fix="give either the place or the currency of the reserves, not both",
    )
    return {"frozen_share": np.clip((held_share * joining_prob).sum(axis=0), 0.0, 1.0)}
