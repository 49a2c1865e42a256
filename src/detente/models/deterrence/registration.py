"""The deterrence models of the register."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from detente.models._inputs import read_inputs, refuse
from detente.models.deterrence.arrivals import share_in_place
from detente.models.deterrence.brinkmanship import best_power, critical_risk
from detente.models.deterrence.contests import ratio_success_prob
from detente.models.deterrence.options import (
    option_value,
    split_margin,
    threshold_escalation_prob,
    threshold_success_prob,
)
from detente.models.registry import FloatArray, Input, Output, register

__all__ = ["arrival", "brinkmanship", "contest", "option"]

_CONTEST_INPUTS = (
    Input(
        name="attacker_strength",
        unit="any",
        description="strength of the attacker, in the same unit as the defender's",
        low=0.0,
    ),
    Input(
        name="defender_strength",
        unit="any",
        description="strength of the defender, in the same unit as the attacker's",
        low=0.0,
    ),
    Input(
        name="decisiveness",
        unit="ratio",
        description="power to which the ratio of strengths is raised",
        low=0.0,
        high=50.0,
    ),
    Input(
        name="advantage",
        unit="log_odds",
        description="log odds of the attacker's success at equal strength",
        default=0.0,
        low=-50.0,
        high=50.0,
    ),
)


@register(
    "deterrence.contest",
    inputs=_CONTEST_INPUTS,
    outputs=(
        Output(name="success_prob", unit="prob", description="chance that the attack succeeds"),
    ),
    cites=("hirshleifer1989", "skaperdas1996"),
    reference="hirshleifer1989, ratio form of the contest success function",
)
def contest(**inputs: ArrayLike) -> Mapping[str, FloatArray]:
    """Chance that an attack succeeds, from the strengths of both sides.

    See :func:`detente.models.deterrence.ratio_success_prob`. Two sides without any strength are refused.
    """
    name = "deterrence.contest"
    given = read_inputs(name, _CONTEST_INPUTS, inputs)
    attacker, defender = given["attacker_strength"], given["defender_strength"]
    total = attacker + defender
    refuse(
        name,
        "attacker_strength",
        total,
        total <= 0.0,
        why="and defender_strength are both zero: there is no contest",
        fix="give at least one side some strength",
    )
    prob = ratio_success_prob(
        attacker, defender, decisiveness=given["decisiveness"], advantage=given["advantage"]
    )
    return {"success_prob": prob}


def _stakes(name: str, description: str, default: float | None = None) -> Input:
    return Input(name=name, unit="stakes", description=description, default=default, low=0.0)


_OPTION_INPUTS = (
    Input(
        name="success_prob",
        unit="prob",
        description="chance that the option succeeds",
        low=0.0,
        high=1.0,
    ),
    _stakes("gain", "worth of success"),
    _stakes("loss", "damage of failure"),
    _stakes("cost", "what the option costs either way"),
    Input(
        name="escalation_prob",
        unit="prob",
        description="chance that the option escalates beyond control",
        default=0.0,
        low=0.0,
        high=1.0,
    ),
    _stakes("escalation_cost", "what escalation costs", 0.0),
    Input(
        name="hold_value",
        unit="stakes",
        description="value of holding back",
        default=0.0,
    ),
    _stakes("punishment", "what others impose for the option: sanctions, blame", 0.0),
    Input(
        name="reversibility",
        unit="share",
        description="how far the option can be undone: share of the worth of waiting that it keeps",
        default=0.0,
        low=0.0,
        high=1.0,
    ),
    _stakes(
        "waiting_value", "worth of keeping all options open, which holding back has in full", 0.0
    ),
    Input(
        name="quiet_value",
        unit="stakes",
        description="value of never having raised the crisis",
        default=0.0,
    ),
)


@register(
    "deterrence.option",
    inputs=_OPTION_INPUTS,
    outputs=(
        Output(name="value", unit="stakes", description="expected value of striking"),
        Output(
            name="margin",
            unit="stakes",
            description="value of holding back less value of striking; positive deters",
        ),
        Output(
            name="threshold_prob",
            unit="prob",
            description="chance of success from which striking pays, cut to 0-1",
        ),
        Output(
            name="threshold_escalation",
            unit="prob",
            description="chance of escalation from which striking no longer pays, cut to 0-1",
        ),
        Output(
            name="quiet_margin",
            unit="stakes",
            description="value of never having raised the crisis less value of striking; positive: general deterrence",
        ),
        Output(
            name="temptation",
            unit="stakes",
            description="what a sure and costless success would give over holding back",
        ),
        Output(
            name="failure",
            unit="stakes",
            description="part of the margin from the chance that the option fails (denial)",
        ),
        Output(
            name="fighting",
            unit="stakes",
            description="part of the margin from what the fighting costs (denial)",
        ),
        Output(
            name="punishment",
            unit="stakes",
            description="part of the margin from what others impose",
        ),
        Output(
            name="shadow",
            unit="stakes",
            description="part of the margin from the risk of escalation",
        ),
    ),
    cites=("fearon1995", "powell2015", "powell1987", "snyder1961", "morgan1977"),
    reference="fearon1995, value of the costly lottery, with an escalation term after powell2015",
)
def option(**inputs: ArrayLike) -> Mapping[str, FloatArray]:
    """Value of an attack, its distance from holding back and from a quiet life, and what that distance is made of."""
    given = read_inputs("deterrence.option", _OPTION_INPUTS, inputs)
    prob, hold = given.pop("success_prob"), given.pop("hold_value")
    punishment, quiet = given.pop("punishment"), given.pop("quiet_value")
    # what an option that can be undone keeps of the worth of waiting, holding back has no more before it
    kept = given.pop("reversibility") * given.pop("waiting_value")
    hold, quiet = hold - kept, quiet - kept
    parts = split_margin(prob, **given, punishment=punishment, hold_value=hold)
    fighting = given["cost"]
    given["cost"] = fighting + punishment
    value = option_value(prob, **given)
    shadowed = {key: given[key] for key in ("gain", "loss", "cost", "escalation_cost")}
    return {
        "value": value + kept,
        "margin": hold - value,
        "threshold_prob": threshold_success_prob(**given, hold_value=hold),
        "threshold_escalation": threshold_escalation_prob(prob, **shadowed, hold_value=hold),
        "quiet_margin": quiet - value,
        "temptation": parts.temptation,
        "failure": parts.failure,
        "fighting": parts.fighting,
        "punishment": parts.punishment,
        "shadow": parts.shadow,
    }


def _days(name: str, description: str, default: float | None = 0.0) -> Input:
    return Input(
        name=name, unit="days", description=description, default=default, low=-3650.0, high=36500.0
    )


_ARRIVAL_INPUTS = (
    _days("day", "day on which the force is counted, from the cut-off", None),
    _days("decision_day", "day of the order, from the cut-off"),
    _days("notice_days", "notice to move"),
    _days("transit_days", "days under way"),
    _days("assembly_days", "days over which the rest arrives, joins up or learns to use its arms"),
)


@register(
    "deterrence.arrival",
    inputs=_ARRIVAL_INPUTS,
    outputs=(
        Output(
            name="share_in_place", unit="share", description="share that is in place on the day"
        ),
        Output(
            name="first_day", unit="days", description="day on which the first unit is in place"
        ),
        Output(name="ready_day", unit="days", description="day on which all is in place"),
    ),
    cites=("mearsheimer1989",),
    reference="own bookkeeping; mearsheimer1989 on balances of forces through mobilisation",
)
def arrival(**inputs: ArrayLike) -> Mapping[str, FloatArray]:
    """Share of a reinforcement or of delivered arms that is in place on a day, and when it is.

    See :func:`detente.models.deterrence.share_in_place`.
    """
    given = read_inputs("deterrence.arrival", _ARRIVAL_INPUTS, inputs)
    first = given["decision_day"] + given["notice_days"] + given["transit_days"]
    return {
        "share_in_place": share_in_place(given.pop("day"), **given),
        "first_day": first,
        "ready_day": first + given["assembly_days"],
    }


def _prob(name: str, description: str, default: float | None = None) -> Input:
    return Input(
        name=name, unit="prob", description=description, default=default, low=0.0, high=1.0
    )


_BRINK_INPUTS = (
    _prob("success_low", "chance of success with the least power brought to bear"),
    _prob("success_more", "what the most power adds to that chance, cut at certainty"),
    _prob("risk_low", "chance that control is lost with the least power"),
    _prob("risk_more", "what the most power adds to that risk, cut at certainty"),
    _stakes("gain", "worth of success"),
    _stakes("loss", "damage of failure"),
    _stakes("cost", "what the option costs either way"),
    _stakes("escalation_cost", "what losing control costs"),
    Input(name="hold_value", unit="stakes", description="value of holding back", default=0.0),
    _prob("risk_cap", "most risk that the challenger may create without being outbid", 1.0),
)


@register(
    "deterrence.brinkmanship",
    inputs=_BRINK_INPUTS,
    outputs=(
        Output(
            name="power",
            unit="share",
            description="power that it pays to bring to bear, from the least to the most",
        ),
        Output(name="success_prob", unit="prob", description="chance of success with that power"),
        Output(
            name="escalation_prob", unit="prob", description="chance that control is lost with it"
        ),
        Output(name="value", unit="stakes", description="expected value of striking with it"),
        Output(
            name="margin",
            unit="stakes",
            description="value of holding back less value of striking; positive deters",
        ),
        Output(
            name="resolve",
            unit="prob",
            description="largest risk of losing control that winning is worth to the challenger",
        ),
    ),
    cites=("powell2015", "powell1987"),
    reference="powell2015, trade-off of power and risk; powell1987, critical risk",
)
def brinkmanship(**inputs: ArrayLike) -> Mapping[str, FloatArray]:
    """How much power a challenger brings to bear where more power means more risk of losing control.

    See :func:`detente.models.deterrence.best_power` and :func:`detente.models.deterrence.critical_risk`.
    """
    given = read_inputs("deterrence.brinkmanship", _BRINK_INPUTS, inputs)
    for kind in ("success", "risk"):
        given[f"{kind}_high"] = np.minimum(given[f"{kind}_low"] + given.pop(f"{kind}_more"), 1.0)
    hold, disaster = given.pop("hold_value"), given.pop("escalation_cost")
    found = best_power(**given, disaster=disaster)
    won = given["gain"] - given["cost"]
    return {
        "power": found.power,
        "success_prob": found.success_prob,
        "escalation_prob": found.escalation_prob,
        "value": found.value,
        "margin": hold - found.value,
        "resolve": critical_risk(win=won, quit_value=hold, disaster=-disaster),
    }
