"""The models of the register for finance: the target's currency, and the reserves that a coalition can freeze."""

from collections.abc import Mapping

from numpy.typing import ArrayLike

from detente.models._inputs import ROUNDING, read_inputs, refuse
from detente.models.registry import FloatArray, Input, Output, register
from detente.models.sanctions.currency import currency_price_ratio, freezable_share

__all__ = ["currency", "freezable_reserves", "personal_listing"]


def _share(name: str, description: str, default: float | None = 0.0) -> Input:
    return Input(
        name=name, unit="share", description=description, default=default, low=0.0, high=1.0
    )


def _ratio(name: str, description: str, *, low: float, high: float, default: float | None) -> Input:
    return Input(
        name=name, unit="ratio", description=description, default=default, low=low, high=high
    )


_CURRENCY_INPUTS = (
    _ratio("export_ratio", "exports over imports before", low=0.05, high=20.0, default=None),
    _share("export_stop", "share of exports that sanctions stop"),
    _share("import_stop", "share of imports that sanctions stop"),
    _ratio(
        "hoarding_ratio",
        "wish to hold more foreign currency, over the imports of the period",
        low=0.0,
        high=50.0,
        default=0.0,
    ),
    _share("controls_share", "share of the hoarding that capital controls stop"),
    Input(
        name="rate_rise",
        unit="pct_points",
        description="rise of the policy rate",
        default=0.0,
        low=-100.0,
        high=200.0,
    ),
    _ratio(
        "rate_response",
        "fall of the log wish to hoard per percentage point of the rate",
        low=0.0,
        high=1.0,
        default=0.0,
    ),
    _ratio(
        "defence_ratio",
        "reserves that the central bank can sell over the imports of the period if it can use all of them",
        low=0.0,
        high=50.0,
        default=0.0,
    ),
    _share("frozen_share", "share of reserves that is frozen"),
    _share("illiquid_share", "share of reserves that cannot be sold in the period, such as gold"),
    _ratio(
        "import_elasticity",
        "elasticity of imports to the price of foreign currency at the horizon",
        low=0.05,
        high=20.0,
        default=None,
    ),
    _ratio(
        "hoarding_elasticity",
        "elasticity of hoarding to the price of foreign currency",
        low=0.05,
        high=20.0,
        default=None,
    ),
)


@register(
    "sanctions.currency",
    inputs=_CURRENCY_INPUTS,
    outputs=(
        Output(
            name="depreciation_pct",
            unit="pct",
            description="rise of the price of foreign currency in percent; negative if the currency gains",
        ),
        Output(
            name="usable_share",
            unit="share",
            description="share of reserves that can be sold in the period",
        ),
    ),
    cites=("itskhoki2022",),
    reference="itskhoki2022, balance of currency demand and supply; one period, constant elasticities",
)
def currency(**inputs: ArrayLike) -> Mapping[str, FloatArray]:
    """Price of foreign currency under sanctions on exports, on imports and on reserves, with hoarding and controls."""
    name = "sanctions.currency"
    given = read_inputs(name, _CURRENCY_INPUTS, inputs)
    usable = 1.0 - given["frozen_share"] - given["illiquid_share"]
    usable = usable.clip(0.0, 1.0)
    ratio = currency_price_ratio(
        export_ratio=given["export_ratio"],
        export_stop=given["export_stop"],
        import_stop=given["import_stop"],
        hoarding_ratio=given["hoarding_ratio"],
        controls_share=given["controls_share"],
        rate_rise=given["rate_rise"],
        rate_response=given["rate_response"],
        sales_capacity=given["defence_ratio"] * usable,
        import_elasticity=given["import_elasticity"],
        hoarding_elasticity=given["hoarding_elasticity"],
    )
    return {"depreciation_pct": 100.0 * (ratio - 1.0), "usable_share": usable}


_RESERVE_INPUTS = (
    Input(
        name="held_share",
        unit="share",
        description="share of the target's reserves held with the member, or in its currency",
        per_member=True,
        low=0.0,
        high=1.0,
    ),
    Input(
        name="joining_prob",
        unit="prob",
        description="probability that the member joins the freeze",
        per_member=True,
        low=0.0,
        high=1.0,
    ),
)


@register(
    "sanctions.freezable_reserves",
    inputs=_RESERVE_INPUTS,
    outputs=(
        Output(
            name="frozen_share",
            unit="share",
            description="share of the target's reserves that the coalition freezes",
        ),
    ),
    cites=("itskhoki2022",),
    reference="own: sum of the members' shares; why a freeze matters is itskhoki2022",
)
def freezable_reserves(**inputs: ArrayLike) -> Mapping[str, FloatArray]:
    """Share of the target's reserves that a coalition can freeze, from where or in whose currency they are held."""
    name = "sanctions.freezable_reserves"
    given = read_inputs(name, _RESERVE_INPUTS, inputs)
    total = given["held_share"].sum(axis=0)
    refuse(
        name,
        "held_share",
        total,
        total > 1.0 + ROUNDING,
        why="is the sum over the members, more than all reserves",
        fix="give either the place or the currency of the reserves, not both",
    )
    return {"frozen_share": freezable_share(given["held_share"], given["joining_prob"])}


_LISTING_INPUTS = (
    Input(
        name="closing_prob",
        unit="prob",
        description="chance that a settlement that is wanted is closed, nobody being listed",
        low=0.0,
        high=1.0,
    ),
    _share("listed_share", "how far those who decide are listed", 1.0),
    _share(
        "narrowing_share", "share of that chance which a listing of the leader takes away", None
    ),
)


@register(
    "sanctions.personal_listing",
    inputs=_LISTING_INPUTS,
    outputs=(
        Output(
            name="closing_prob",
            unit="prob",
            description="chance that a settlement that is wanted is closed under the listing",
        ),
        Output(
            name="channel_cost_prob",
            unit="prob",
            description="fall of that chance: what the listing costs the negotiating channel",
        ),
    ),
    cites=("felbermayr2020",),
    reference="own: a listing takes a share of the chance away; kinds of measures after felbermayr2020",
)
def personal_listing(**inputs: ArrayLike) -> Mapping[str, FloatArray]:
    """Cost of personal measures against those who decide for the channel through which they negotiate.

    No published estimate exists; the share is judgement, so that the output shows how far it carries.
    """
    given = read_inputs("sanctions.personal_listing", _LISTING_INPUTS, inputs)
    lost = given["closing_prob"] * given["listed_share"] * given["narrowing_share"]
    return {"closing_prob": given["closing_prob"] - lost, "channel_cost_prob": lost}
