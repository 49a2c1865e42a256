"""What personal measures cost the channel through which the listed negotiate."""

from typing import Annotated, TypedDict

from detente.arrays import FloatArray
from detente.models.inputs import prob, share
from detente.models.registry import Output, model

__all__ = ["personal_listing"]


class _Outputs(TypedDict):
    closing_prob: Annotated[
        FloatArray,
        Output("prob", "chance that a settlement that is wanted is closed under the listing"),
    ]
    channel_cost_prob: Annotated[
        FloatArray,
        Output("prob", "fall of that chance: what the listing costs the negotiating channel"),
    ]


@model(
    "sanctions.personal_listing",
    cites=("felbermayr2020",),
    reference="own: a listing takes a share of the chance away; kinds of measures after felbermayr2020",
)
def personal_listing(
    *,
    closing_prob: Annotated[
        FloatArray, prob("chance that a settlement that is wanted is closed, nobody being listed")
    ],
    listed_share: Annotated[FloatArray, share("how far those who decide are listed", default=1.0)],
    narrowing_share: Annotated[
        FloatArray, share("share of that chance which a listing of the leader takes away")
    ],
) -> _Outputs:
    """Cost of personal measures against those who decide for the channel through which they negotiate.

    No published estimate exists; the share is judgement, so that the output shows how far it carries.
    """
    lost = closing_prob * listed_share * narrowing_share
    return {"closing_prob": closing_prob - lost, "channel_cost_prob": lost}
