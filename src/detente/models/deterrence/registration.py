"""The deterrence models of the register."""

from collections.abc import Mapping

from numpy.typing import ArrayLike

from detente.models._inputs import read_inputs, refuse
from detente.models.deterrence.contests import ratio_success_prob
from detente.models.deterrence.options import option_value, threshold_success_prob
from detente.models.registry import FloatArray, Input, Output, register

__all__ = ["contest", "option"]

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
    ),
    cites=("fearon1995", "powell2015"),
    reference="fearon1995, value of the costly lottery, with an escalation term after powell2015",
)
def option(**inputs: ArrayLike) -> Mapping[str, FloatArray]:
    """Value of an attack, its distance from holding back, and the chance of success that would make it pay."""
    given = read_inputs("deterrence.option", _OPTION_INPUTS, inputs)
    prob, hold = given.pop("success_prob"), given.pop("hold_value")
    value = option_value(prob, **given)
    return {
        "value": value,
        "margin": hold - value,
        "threshold_prob": threshold_success_prob(**given, hold_value=hold),
    }
