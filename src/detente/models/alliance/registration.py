"""The alliance models of the register: what a measure costs, who joins a package, and what a body then adopts."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from detente.models._inputs import read_inputs, refuse
from detente.models.alliance.benefits import exposure_cost, stated_value
from detente.models.alliance.decisions import Votes, consensus_prob, veto_share
from detente.models.alliance.equilibrium import coverage_share, solve_joining, unanimity_prob
from detente.models.registry import FloatArray, Input, Output, register

__all__ = ["adoption", "joining", "measure"]


def _share(name: str, description: str, *, per_member: bool, default: float | None = None) -> Input:
    return Input(
        name=name,
        unit="share",
        description=description,
        per_member=per_member,
        default=default,
        low=0.0,
        high=1.0,
    )


def _score(name: str, description: str, default: float | None = None) -> Input:
    return Input(
        name=name,
        unit="score_0_100",
        description=description,
        per_member=True,
        default=default,
        low=0.0,
        high=100.0,
    )


def _exposure(name: str, description: str) -> Input:
    return Input(
        name=name,
        unit="share",
        description=description,
        per_member=True,
        default=0.0,
        low=0.0,
        high=10.0,
    )


def _coefficient(name: str, description: str, default: float) -> Input:
    return Input(
        name=name, unit="ratio", description=description, default=default, low=0.0, high=1000.0
    )


_EXPOSURES = (
    _share(
        "dependence",
        "the challenger's share of the member's gas, or of the oil or energy that counts",
        per_member=True,
        default=0.0,
    ),
    _exposure("trade_exposure", "trade with the challenger as a share of the member's GDP"),
    _exposure("bank_exposure", "bank claims on the challenger as a share of the member's GDP"),
    _share(
        "cut_risk",
        "chance that the challenger withholds that energy from members that join",
        per_member=False,
        default=1.0,
    ),
    _share(
        "gas_relief",
        "share of a member's loss of it that others make good",
        per_member=True,
        default=0.0,
    ),
    _coefficient("w_dependence", "cost of full dependence under the heaviest package", 2.0),
    _coefficient("w_trade", "cost of trade worth one GDP under the heaviest package", 10.0),
    _coefficient("w_bank", "cost of bank claims worth one GDP under the heaviest package", 20.0),
)
_WEIGHT = Input(
    name="weight",
    unit="share",
    description="weight of the member in the coalition; only proportions matter",
    per_member=True,
    low=0.0,
)
_RATIONALITY = Input(
    name="rationality",
    unit="ratio",
    description="precision of the choice; it multiplies all coefficients",
    low=0.0,
    high=1000.0,
)
_RELUCTANCE = _coefficient(
    "w_reluctance", "cost to any member of acting with the heaviest package", 2.0
)

_JOINING = (
    _score("position", "the member's stated firmness, 100 for the firmest"),
    Input(
        name="distance_km",
        unit="km",
        description="distance of the member from the front",
        per_member=True,
        low=0.0,
    ),
    _WEIGHT,
    _share("severity", "how bad the challenger's act is, 1 for the worst", per_member=False),
    _share("package_strength", "how heavy the package is, 1 for the heaviest", per_member=False),
    _RATIONALITY,
    *_EXPOSURES,
    _score("history", "how firm the member was in earlier cases, 50 for neither", 50.0),
    _share("opinion", "share of the member's public for acting", per_member=True, default=0.5),
    _score("arms", "the member's stand on arming the target, 50 for neither", 50.0),
    Input(
        name="measure_cost",
        unit="ratio",
        description="cost of the measures in the package, summed over alliance.measure",
        per_member=True,
        default=0.0,
        low=0.0,
    ),
    Input(
        name="resolve",
        unit="ratio",
        description="what only the member itself knows of its will, in log odds",
        per_member=True,
        default=0.0,
        low=-1000.0,
        high=1000.0,
    ),
    _share(
        "side_payment",
        "share of the cost of exposures that others make good",
        per_member=False,
        default=0.0,
    ),
    Input(
        name="payment_pct_gdp",
        unit="pct_gdp",
        description="payment to a member that joins, in percent of its GDP",
        per_member=True,
        default=0.0,
        low=0.0,
        high=100.0,
    ),
    _share(
        "burden_sharing",
        "share of the cost of the package that falls away when all others join",
        per_member=False,
        default=0.0,
    ),
    _share(
        "free_riding",
        "share of the worth of an answer that a member has without joining when all others join",
        per_member=False,
        default=0.0,
    ),
    _coefficient("w_position", "benefit to the firmest member of answering the worst act", 6.0),
    _coefficient("w_distance", "benefit to a member at the front of answering the worst act", 1.0),
    _coefficient("w_history", "benefit from a record of full firmness, against none", 1.0),
    _coefficient("w_opinion", "benefit from a public all for acting, against evenly split", 1.0),
    _coefficient("w_arms", "benefit from full support for arms, against a neutral stand", 0.5),
    _coefficient("w_social", "pressure of all others joining, against none joining", 1.0),
    _coefficient("w_payment", "worth of a payment of one percent of GDP", 0.2),
    _RELUCTANCE,
)


@register(
    "alliance.joining",
    inputs=_JOINING,
    outputs=(
        Output(
            name="joining_prob",
            unit="prob",
            description="probability that the member joins",
            per_member=True,
        ),
        Output(name="coverage", unit="share", description="expected share of weight that joins"),
        Output(name="unanimity_prob", unit="prob", description="probability that all join"),
        Output(name="expected_share", unit="share", description="expected share of members"),
        Output(
            name="multiple",
            unit="prob",
            description="1 where social pressure holds up more than one answer, else 0",
        ),
        Output(name="residual", unit="prob", description="gap left in the fixed point, recomputed"),
        Output(
            name="worth",
            unit="ratio",
            description="what an answer is worth to the member before its cost, in log odds",
            per_member=True,
            kept=False,
        ),
        Output(
            name="cost",
            unit="ratio",
            description="what the package costs the member if it joins alone, in log odds",
            per_member=True,
            kept=False,
        ),
    ),
    cites=("brock2001", "milgrom1990", "boulding1962", "olson1966"),
    reference="brock2001, self-consistent choice probabilities; net benefit our own",
)
def joining(**inputs: ArrayLike) -> Mapping[str, FloatArray]:
    """Who joins a package, from exposures, stated positions and what the others do.

    The net benefit of joining is ``worth - cost`` with
    ``worth = severity * V + resolve`` (:func:`detente.models.alliance.stated_value`) and
    ``cost = package_strength * [(1 - side_payment) * E + w_reluctance] + measure_cost - w_payment * payment``
    (:func:`detente.models.alliance.exposure_cost`). When all others join, ``burden_sharing`` of the cost of exposures
    and measures falls away and ``free_riding`` of the worth is had without joining. These are our own equations
    (docs/explanation/alliance.md); the fixed point is that of :func:`detente.models.alliance.solve_joining`.
    """
    name = "alliance.joining"
    given = read_inputs(name, _JOINING, inputs)
    weight = given["weight"]
    total = weight.sum(axis=0)
    refuse(
        name,
        "weight",
        total,
        total <= 0.0,
        why="is the sum over the members, which leaves nothing to weigh by",
        fix="give at least one member a positive weight",
    )
    worth = given["severity"] * stated_value(given) + given["resolve"]
    burden = (
        given["package_strength"] * (1.0 - given["side_payment"]) * exposure_cost(given)
        + given["measure_cost"]
    )
    cost = (
        burden
        + given["package_strength"] * given["w_reluctance"]
        - given["w_payment"] * given["payment_pct_gdp"]
    )
    solved = solve_joining(
        worth - cost,
        weight=weight,
        social=given["w_social"],
        rationality=given["rationality"],
        slope=given["burden_sharing"] * burden - given["free_riding"] * np.maximum(worth, 0.0),
    )
    return {
        "joining_prob": solved.prob,
        "coverage": coverage_share(solved.prob, weight=weight),
        "unanimity_prob": unanimity_prob(solved.prob),
        "expected_share": np.asarray(solved.prob.mean(axis=0)),
        "multiple": solved.multiple.astype(np.float64),
        "residual": solved.residual,
        "worth": worth,
        "cost": cost,
    }


_MEASURE = (
    _score("position", "the member's stated position on the measure, 0 opposed in any case"),
    _share("strength", "how heavy the measure is in the heaviest package", per_member=False),
    *_EXPOSURES,
    _share(
        "gas_hit",
        "share of the exposure by energy that the measure hits",
        per_member=False,
        default=0.0,
    ),
    _share(
        "trade_hit", "share of the exposure to trade that it hits", per_member=False, default=0.0
    ),
    _share(
        "bank_hit", "share of the exposure to claims that it hits", per_member=False, default=0.0
    ),
    _coefficient("w_objection", "cost of the heaviest package to a member that opposes it", 2.0),
    _RELUCTANCE,
)


@register(
    "alliance.measure",
    inputs=_MEASURE,
    outputs=(
        Output(
            name="cost",
            unit="ratio",
            description="what the measure costs the member, in log odds",
            per_member=True,
            kept=False,
        ),
    ),
    cites=("boulding1962",),
    reference="cost of a measure by channel of exposure and stated position, our own equation",
)
def measure(**inputs: ArrayLike) -> Mapping[str, FloatArray]:
    """Compute what one measure of a package costs each member, by the channels that it hits.

    ``strength * (w_reluctance + w_objection * (1 - position / 100))`` and the exposures of
    :func:`detente.models.alliance.exposure_cost`, each times the share of it that the measure hits. Never negative, so
    that a larger package never costs a member less.
    """
    given = read_inputs("alliance.measure", _MEASURE, inputs)
    exposed = dict(given)
    for channel, hit in (
        ("dependence", "gas_hit"),
        ("trade_exposure", "trade_hit"),
        ("bank_exposure", "bank_hit"),
    ):
        exposed[channel] = given[channel] * given[hit]
    refusal = given["w_objection"] * (1.0 - given["position"] / 100.0)
    cost = given["strength"] * (given["w_reluctance"] + refusal) + exposure_cost(exposed)
    return {"cost": np.asarray(cost)}


_ADOPTION = (
    Input(
        name="joining_prob",
        unit="prob",
        description="probability that the member joins",
        per_member=True,
        low=0.0,
        high=1.0,
    ),
    Input(
        name="votes",
        unit="share",
        description="1 if the member sits in the body that decides, else 0: it then joins or not by itself",
        per_member=True,
        default=1.0,
        low=0.0,
        high=1.0,
    ),
    Input(
        name="people",
        unit="persons",
        description="people of the member, by which abstentions are weighed; only proportions matter",
        per_member=True,
        default=1.0,
        low=0.0,
    ),
    _WEIGHT,
    Input(
        name="stake",
        unit="ratio",
        description="what the package is worth to a member that stays out of it, in log odds",
        per_member=True,
        default=0.0,
        low=-1000.0,
        high=1000.0,
    ),
    _coefficient("veto_price", "cost of blocking what the others want", 3.0),
    _RATIONALITY,
)


@register(
    "alliance.adoption",
    inputs=_ADOPTION,
    outputs=(
        Output(
            name="adopted_prob",
            unit="prob",
            description="probability that the body adopts the package by consensus",
        ),
        Output(
            name="applied_share",
            unit="share",
            description="expected share of weight that applies the package",
        ),
        Output(
            name="applies_prob",
            unit="prob",
            description="probability that the member applies the package",
            per_member=True,
            kept=False,
        ),
        Output(
            name="veto_prob",
            unit="prob",
            description="probability that the member blocks the package",
            per_member=True,
            kept=False,
        ),
    ),
    cites=("euabstention",),
    reference="euabstention, unanimity with constructive abstention; choice of a veto our own",
)
def adoption(**inputs: ArrayLike) -> Mapping[str, FloatArray]:
    """Compute what a body that decides by consensus makes of its members' wish to join.

    Constructive abstention is allowed. A member that stays out blocks with the probability of :func:`detente.models.alliance.veto_share`, else it abstains
    and is not bound. The package is adopted if nobody blocks and those who abstain are not both a third of the members
    and of the people. Members outside the body apply it if they join. That somebody joins is taken to be independent of
    whether too many of the others abstain.
    """
    name = "alliance.adoption"
    given = read_inputs(name, _ADOPTION, inputs)
    shape = np.broadcast_shapes(*(array.shape for array in given.values()))
    sits = np.broadcast_to(given["votes"], shape)[:, 0, 0] > 0.5
    refuse(
        name,
        "votes",
        given["votes"],
        (given["votes"] > 0.5) != sits[:, None, None],
        why="differs between cases",
        fix="give each member one place in or out of the body",
    )
    total = given["weight"].sum(axis=0)
    refuse(
        name,
        "weight",
        total,
        total <= 0.0,
        why="is the sum over the members, which leaves nothing to weigh by",
        fix="give at least one member a positive weight",
    )
    joins = np.broadcast_to(given["joining_prob"], shape)
    veto = (1.0 - joins) * veto_share(
        given["stake"], price=given["veto_price"], rationality=given["rationality"]
    )
    veto = np.where(sits[:, None, None], veto, 0.0)
    adopted = np.ones(shape[1:])
    if sits.any():
        people = given["people"][sits] if len(given["people"]) > 1 else given["people"]
        people = np.where(people.sum(axis=0) > 0.0, people, 1.0)
        if people[0].size > 1:
            people = np.broadcast_to(people, joins[sits].shape)
        elif len(people) == 1:
            people = np.ones((int(sits.sum()), 1, 1))
        adopted = consensus_prob(Votes(join=joins[sits], block=veto[sits], weight=people))
    free = 1.0 - veto
    inside = np.divide(joins, free, out=np.zeros(shape), where=free > 0.0) * adopted
    applies = np.where(sits[:, None, None], inside, joins)
    return {
        "adopted_prob": adopted,
        "applied_share": coverage_share(applies, weight=np.broadcast_to(given["weight"], shape)),
        "applies_prob": applies,
        "veto_prob": veto,
    }
