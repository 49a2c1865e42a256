"""What a package costs target and members by horizon, from an equilibrium of world trade."""

from collections.abc import Mapping
from typing import Annotated, TypedDict, cast

import numpy as np

from detente.arrays import FloatArray
from detente.models.inputs import ratio, share
from detente.models.registry import Input, Output, model
from detente.models.sanctions._declared import BankClaimsShare, ClaimsLossShare
from detente.models.sanctions._packages import (
    CITES,
    REFERENCE,
    Compliance,
    Design,
    ElasticitySpread,
    FinanceLoss,
    Intensity,
    JoiningProb,
    TradeCost,
    TradeElasticity,
    participation_of,
    scale_of,
    stopped_share,
)
from detente.models.sanctions.responses import PackageResponse

__all__ = ["HORIZONS", "package_horizons"]

HORIZONS = ("month", "year", "3y")
"""Horizons of :func:`package_horizons`: one month, one year, three years."""


def _scale(time: str) -> Input:
    return ratio(
        f"share of the long-run elasticity that is reached after {time}", low=0.01, high=1.0
    )


class _Outputs(TypedDict):
    loss_month_pct_gdp: Annotated[
        FloatArray,
        Output("pct_gdp", "the target's loss while the package is in force, after a month"),
    ]
    loss_year_pct_gdp: Annotated[
        FloatArray,
        Output("pct_gdp", "the target's loss while the package is in force, after a year"),
    ]
    loss_3y_pct_gdp: Annotated[
        FloatArray,
        Output("pct_gdp", "the target's loss while the package is in force, after three years"),
    ]
    member_loss_month_pct_gdp: Annotated[
        FloatArray,
        Output(
            "pct_gdp",
            "the member's loss while the package is in force, after a month",
            per_member=True,
        ),
    ]
    member_loss_year_pct_gdp: Annotated[
        FloatArray,
        Output(
            "pct_gdp",
            "the member's loss while the package is in force, after a year",
            per_member=True,
        ),
    ]
    member_loss_3y_pct_gdp: Annotated[
        FloatArray,
        Output(
            "pct_gdp",
            "the member's loss while the package is in force, after three years",
            per_member=True,
        ),
    ]
    finance_loss_month_pct_gdp: Annotated[
        FloatArray, Output("pct_gdp", "the target's loss from a shock to funding, after a month")
    ]
    finance_loss_year_pct_gdp: Annotated[
        FloatArray, Output("pct_gdp", "the target's loss from a shock to funding, after a year")
    ]
    finance_loss_3y_pct_gdp: Annotated[
        FloatArray,
        Output("pct_gdp", "the target's loss from a shock to funding, after three years"),
    ]
    member_claims_loss_pct_gdp: Annotated[
        FloatArray,
        Output(
            "pct_gdp", "bank claims that the member writes off over the first year", per_member=True
        ),
    ]


@model("sanctions.package_horizons", cites=CITES, reference=REFERENCE)
def package_horizons(
    design: Design,
    *,
    joining_prob: JoiningProb,
    intensity: Intensity,
    trade_cost_pct: TradeCost,
    trade_elasticity: TradeElasticity,
    elasticity_spread: ElasticitySpread,
    compliance: Compliance,
    finance_loss_pct_gdp: FinanceLoss,
    finance_lasting_share: Annotated[
        FloatArray,
        share(
            "share of the loss from a shock to funding that is left after three years", default=1.0
        ),
    ],
    bank_claims_share: BankClaimsShare,
    claims_loss_share: ClaimsLossShare,
    apart_share: Annotated[
        FloatArray,
        share(
            "how far what another mechanism prices (column coverage_apart of the packages) is left to it",
            default=0.0,
        ),
    ],
    scale_month: Annotated[FloatArray, _scale("one month")],
    scale_year: Annotated[FloatArray, _scale("one year")],
    scale_3y: Annotated[FloatArray, _scale("three years")],
) -> _Outputs:
    """Losses of target and members under a package after a month, a year and three years.

    A loss is that of the income of the period; the elasticity of trade grows with the horizon. Trade and finance stand
    apart. A shock to funding counts as far as those take part who weigh in trade, in full from the first month on, with
    the share that lasts after three years; bank claims are written off evenly over the first year by who takes part.
    """
    joining = participation_of(design, joining_prob, model="sanctions.package_horizons")
    found: dict[str, FloatArray] = {}
    for horizon, reached in zip(HORIZONS, (scale_month, scale_year, scale_3y), strict=True):
        point = {
            "intensity": stopped_share(
                intensity,
                trade_cost_pct=trade_cost_pct,
                trade_elasticity=trade_elasticity * reached,
            ),
            "scale": scale_of(
                reached,
                trade_elasticity=trade_elasticity,
                elasticity_spread=elasticity_spread,
                at=f"sanctions.package_horizons.scale_{horizon}",
            ),
            "spread": elasticity_spread,
        }
        target, members = _without_apart(
            design, joining, apart_share, point=point, compliance=compliance
        )
        found[f"loss_{horizon}_pct_gdp"] = target
        found[f"member_loss_{horizon}_pct_gdp"] = members
        finance = finance_loss_pct_gdp
        if finance.any():
            finance = finance * design.joined(
                joining, scale=point["scale"], spread=elasticity_spread
            )
        lasting = finance_lasting_share if horizon == HORIZONS[-1] else 1.0
        found[f"finance_loss_{horizon}_pct_gdp"] = finance * lasting
    claims = 100.0 * bank_claims_share * claims_loss_share
    found["member_claims_loss_pct_gdp"] = joining * claims
    return cast("_Outputs", found)


def _without_apart(
    design: PackageResponse,
    joining: FloatArray,
    share_apart: FloatArray,
    *,
    point: Mapping[str, FloatArray],
    compliance: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return the losses of target and members, without what is priced apart as far as ``share_apart`` says."""
    cases = [(1.0 - share_apart, design)]
    if design.apart is not None and share_apart.any():
        cases.append((share_apart, design.apart))
    else:
        cases = [(np.ones(()), design)]
    target: FloatArray | float = 0.0
    members: FloatArray | float = 0.0
    for weight, each in cases:
        if weight.any():
            losses = each.losses_pct(joining, **point, compliance=compliance)
            target, members = target + weight * losses[0], members + weight * losses[1]
    return np.asarray(target), np.asarray(members)
