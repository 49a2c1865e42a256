"""The models of the register that price a package: the target's loss and that of those who impose it."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from detente.errors import ModelError
from detente.models._inputs import read_inputs, refuse
from detente.models.registry import FloatArray, Input, Output, register
from detente.models.sanctions.responses import (
    REFERENCE_LEVEL,
    SCALE_RANGE,
    PackageResponse,
    read_response,
)
from detente.models.sanctions.welfare import surviving_share

__all__ = ["HORIZONS", "package_cost", "package_horizons", "package_loss"]

_CITES = ("caliendo2015", "dekle2008", "boehm2023")
_REFERENCE = "caliendo2015, equilibrium in relative changes, solved on a design and interpolated"

_SHARED = (
    Input(
        name="joining_prob",
        unit="prob",
        description="probability that the member joins, or the share of its trade that takes part",
        per_member=True,
        low=0.0,
        high=1.0,
    ),
    Input(
        name="intensity",
        unit="share",
        description="share of the flows under the measures that scale which stops at unchanged prices",
        default=0.0,
        low=0.0,
        high=1.0,
    ),
    Input(
        name="trade_cost_pct",
        unit="pct",
        description="ad-valorem rise of trade costs on the flows under the measures that scale",
        default=0.0,
        low=0.0,
    ),
    Input(
        name="trade_elasticity",
        unit="ratio",
        description="long-run trade elasticity of all sectors where they do not differ",
        low=0.5,
        high=50.0,
    ),
    Input(
        name="elasticity_scale",
        unit="ratio",
        description="share of the long-run elasticity that is reached at the horizon",
        default=1.0,
        low=0.01,
        high=1.0,
    ),
    Input(
        name="elasticity_spread",
        unit="share",
        description="how far sectors differ in their elasticity: 0 not at all, 1 as published",
        default=0.0,
        low=0.0,
        high=1.0,
    ),
)

_LOSS_INPUTS = (
    *_SHARED,
    Input(
        name="compliance",
        unit="share",
        description="share with which third countries follow controls on what is sold to the target",
        default=0.0,
        low=0.0,
        high=1.0,
    ),
    Input(
        name="finance_loss_pct_gdp",
        unit="pct_gdp",
        description="loss from a shock to funding, taken as given",
        default=0.0,
        low=0.0,
        high=100.0,
    ),
)


def _design(
    package: str, rows: Sequence[Mapping[str, str]], members: Sequence[str]
) -> PackageResponse:
    return read_response(package, rows, members)


@register(
    "sanctions.package_loss",
    inputs=_LOSS_INPUTS,
    outputs=(
        Output(
            name="loss_pct_gdp",
            unit="pct_gdp",
            description="the target's loss of real income in percent",
        ),
        Output(
            name="trade_loss_pct_gdp",
            unit="pct_gdp",
            description="the part of the loss that comes from trade",
        ),
    ),
    cites=_CITES,
    reference=_REFERENCE,
    read_design=_design,
)
def package_loss(*, design: PackageResponse, **inputs: ArrayLike) -> Mapping[str, FloatArray]:
    """Loss of real income of the target of a package, from an equilibrium of world trade.

    Members take part in proportion to their probability of joining: the loss is that of the mean coalition. A shock to
    funding comes on top of the income that trade leaves.
    """
    given = read_inputs("sanctions.package_loss", _LOSS_INPUTS, inputs)
    trade = design.target_loss_pct(
        _participation("sanctions.package_loss", design, given["joining_prob"]),
        intensity=_intensity(given),
        scale=_scale("sanctions.package_loss", given),
        spread=given["elasticity_spread"],
        compliance=given["compliance"],
    )
    finance = given["finance_loss_pct_gdp"]
    return {
        "loss_pct_gdp": trade + finance - trade * finance / 100.0,
        "trade_loss_pct_gdp": trade,
    }


_COST_INPUTS = (
    *_SHARED,
    Input(
        name="bank_claims_share",
        unit="share",
        description="claims of the member's banks on the target, as a share of the member's GDP",
        per_member=True,
        default=0.0,
        low=0.0,
        high=10.0,
    ),
    Input(
        name="claims_loss_share",
        unit="share",
        description="share of the bank claims that is lost",
        default=0.0,
        low=0.0,
        high=1.0,
    ),
    Input(
        name="gdp_weight",
        unit="share",
        description="weight of the member in the total; only proportions matter",
        per_member=True,
        default=1.0,
        low=0.0,
    ),
)


@register(
    "sanctions.package_cost",
    inputs=_COST_INPUTS,
    outputs=(
        Output(
            name="member_loss_pct_gdp",
            unit="pct_gdp",
            description="expected loss of the member in percent of its own GDP; negative for a gain",
            per_member=True,
        ),
        Output(
            name="loss_pct_gdp",
            unit="pct_gdp",
            description="loss of all members in percent of their joint GDP",
        ),
    ),
    cites=_CITES,
    reference=_REFERENCE,
    read_design=_design,
)
def package_cost(*, design: PackageResponse, **inputs: ArrayLike) -> Mapping[str, FloatArray]:
    """Loss of each member of the coalition under a package, from an equilibrium of world trade.

    A member loses its own trade with the target if it joins, and its terms of trade move with the others' either way.
    Lost bank claims are a loss of wealth, booked once against one year's GDP, and only if it joins.
    """
    name = "sanctions.package_cost"
    given = read_inputs(name, _COST_INPUTS, inputs)
    joining = _participation(name, design, given["joining_prob"])
    trade = design.member_loss_pct(
        joining,
        intensity=_intensity(given),
        scale=_scale(name, given),
        spread=given["elasticity_spread"],
    )
    claims = 100.0 * given["bank_claims_share"] * given["claims_loss_share"]
    member = trade + joining * claims
    weight = given["gdp_weight"]
    total = weight.sum(axis=0)
    refuse(
        name,
        "gdp_weight",
        total,
        total <= 0.0,
        why="is the sum over the members, which leaves nothing to weigh by",
        fix="give at least one member a positive weight",
    )
    return {
        "member_loss_pct_gdp": member,
        "loss_pct_gdp": (member * weight).sum(axis=0) / total,
    }


HORIZONS = ("month", "year", "3y")
"""Horizons of :func:`package_horizons`: one month, one year, three years."""

_APART_SHARE = Input(
    name="apart_share",
    unit="share",
    description="how far what another mechanism prices (column coverage_apart of the packages) is left to it",
    default=0.0,
    low=0.0,
    high=1.0,
)

_HORIZON_INPUTS = (
    *(item for item in _LOSS_INPUTS if item.name != "elasticity_scale"),
    Input(
        name="finance_lasting_share",
        unit="share",
        description="share of the loss from a shock to funding that is left after three years",
        default=1.0,
        low=0.0,
        high=1.0,
    ),
    *(item for item in _COST_INPUTS if item.name in {"bank_claims_share", "claims_loss_share"}),
    _APART_SHARE,
    *(
        Input(
            name=f"scale_{horizon}",
            unit="ratio",
            description=f"share of the long-run elasticity that is reached after {words}",
            low=0.01,
            high=1.0,
        )
        for horizon, words in zip(HORIZONS, ("one month", "one year", "three years"), strict=True)
    ),
)


@register(
    "sanctions.package_horizons",
    inputs=_HORIZON_INPUTS,
    outputs=(
        *(
            Output(
                name=f"loss_{horizon}_pct_gdp",
                unit="pct_gdp",
                description=f"the target's loss while the package is in force, after {words}",
            )
            for horizon, words in zip(HORIZONS, ("a month", "a year", "three years"), strict=True)
        ),
        *(
            Output(
                name=f"member_loss_{horizon}_pct_gdp",
                unit="pct_gdp",
                description=f"the member's loss while the package is in force, after {words}",
                per_member=True,
            )
            for horizon, words in zip(HORIZONS, ("a month", "a year", "three years"), strict=True)
        ),
        *(
            Output(
                name=f"finance_loss_{horizon}_pct_gdp",
                unit="pct_gdp",
                description=f"the target's loss from a shock to funding, after {words}",
            )
            for horizon, words in zip(HORIZONS, ("a month", "a year", "three years"), strict=True)
        ),
        Output(
            name="member_claims_loss_pct_gdp",
            unit="pct_gdp",
            description="bank claims that the member writes off over the first year",
            per_member=True,
        ),
    ),
    cites=_CITES,
    reference=_REFERENCE,
    read_design=_design,
)
def package_horizons(*, design: PackageResponse, **inputs: ArrayLike) -> Mapping[str, FloatArray]:
    """Losses of target and members under a package after a month, a year and three years.

    A loss is that of the income of the period; the elasticity of trade grows with the horizon. Trade and finance stand
    apart. A shock to funding counts as far as those take part who weigh in trade, in full from the first month on, with
    the share that lasts after three years; bank claims are written off evenly over the first year by who takes part.
    """
    name = "sanctions.package_horizons"
    given = read_inputs(name, _HORIZON_INPUTS, inputs)
    joining = _participation(name, design, given["joining_prob"])
    found: dict[str, FloatArray] = {}
    for horizon in HORIZONS:
        at = given | {"elasticity_scale": given[f"scale_{horizon}"]}
        point = {
            "intensity": _intensity(at),
            "scale": _scale(name, at, horizon=f"scale_{horizon}"),
            "spread": given["elasticity_spread"],
        }
        target, members = _without_apart(
            design, joining, given["apart_share"], point=point, compliance=given["compliance"]
        )
        found[f"loss_{horizon}_pct_gdp"] = target
        found[f"member_loss_{horizon}_pct_gdp"] = members
        finance = given["finance_loss_pct_gdp"]
        if finance.any():
            finance = finance * design.joined(
                joining, scale=point["scale"], spread=given["elasticity_spread"]
            )
        lasting = given["finance_lasting_share"] if horizon == HORIZONS[-1] else 1.0
        found[f"finance_loss_{horizon}_pct_gdp"] = finance * lasting
    claims = 100.0 * given["bank_claims_share"] * given["claims_loss_share"]
    found["member_claims_loss_pct_gdp"] = joining * claims
    return found


def _without_apart(
    design: PackageResponse,
    joining: FloatArray,
    share: FloatArray,
    *,
    point: Mapping[str, FloatArray],
    compliance: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return the losses of target and members, without what is priced apart as far as ``share`` says."""
    cases = [(1.0 - share, design)]
    if design.apart is not None and share.any():
        cases.append((share, design.apart))
    else:
        cases = [(np.ones(()), design)]
    target: FloatArray | float = 0.0
    members: FloatArray | float = 0.0
    for weight, each in cases:
        if weight.any():
            losses = each.losses_pct(joining, **point, compliance=compliance)
            target, members = target + weight * losses[0], members + weight * losses[1]
    return np.asarray(target), np.asarray(members)


def _participation(model: str, design: PackageResponse, joining: FloatArray) -> FloatArray:
    if len(joining) not in {1, len(design.actors)}:
        message = f"there are {len(joining)} members, the design has {len(design.actors)}"
        raise ModelError(
            message, code="input-invalid", at=f"{model}.joining_prob", fix="give one value each"
        )
    return np.broadcast_to(joining, (len(design.actors), *joining.shape[1:]))


def _intensity(given: Mapping[str, FloatArray]) -> FloatArray:
    """Return the share of flows that stops at unchanged prices: what is forbidden, and what costs keep away."""
    theta = given["trade_elasticity"] * given["elasticity_scale"]
    left = surviving_share(given["trade_cost_pct"], trade_elasticity=theta)
    return np.asarray(1.0 - (1.0 - given["intensity"]) * left)


def _scale(
    model: str, given: Mapping[str, FloatArray], *, horizon: str = "elasticity_scale"
) -> FloatArray:
    """Return the scale of the design: that of the horizon times the level relative to the reference's."""
    level = given["trade_elasticity"] / REFERENCE_LEVEL
    scale = np.asarray(given["elasticity_scale"] * level ** (1.0 - given["elasticity_spread"]))
    low, high = SCALE_RANGE
    refuse(
        model,
        horizon,
        scale,
        (scale < low) | (scale > high),
        why=f"times the level over {REFERENCE_LEVEL:g} is outside {low:g} to {high:g}, which the design spans",
        fix="narrow the distributions of trade_elasticity and elasticity_scale",
    )
    return scale
