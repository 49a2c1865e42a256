"""Mechanisms evaluated at states of the caller's choice."""

import numpy as np
import pytest

from detente.crisis import load_crisis
from detente.engine import draw_quantities
from detente.errors import UsageError
from detente.linking import evaluate_mechanisms, plan_pricing, price
from detente.rules import compile_rules, unroll


@pytest.fixture(scope="module")
def reference():
    crisis = load_crisis("ukraine-2022")
    draws = draw_quantities(crisis, 8, seed=3)
    return crisis, dict(zip(draws.paths, draws.values, strict=True))


def test_states_of_the_game_give_what_pricing_gives(reference):
    """Oracle: independent code, the pricing of the whole game at the states that it reaches."""
    crisis, values = reference
    tree = unroll(compile_rules(crisis))
    priced = price(plan_pricing(tree, crisis), values)
    for name in ("joining_invasion", "contest_invasion", "gas_system"):
        states = priced.level_states[name]
        got = evaluate_mechanisms(crisis, [name], values=values, states=states)[name]
        assert got.members == crisis.mechanisms[name].members
        for output, expected in priced.outputs[name].items():
            np.testing.assert_allclose(got.outputs[output], expected, rtol=1e-9, atol=1e-12)


def test_inputs_come_as_they_are_bound(reference):
    """Oracle: hand. The severity is the quantity itself, distances are one per member."""
    crisis, values = reference
    got = evaluate_mechanisms(crisis, ["joining_invasion"], values=values)["joining_invasion"]
    np.testing.assert_allclose(got.inputs["severity"][0], values["joining.severity_invasion"])
    assert got.inputs["distance_km"].shape == (len(got.members), 1, 8)
    assert got.inputs["distance_km"][got.members.index("DEU"), 0, 0] == 1200.0


def test_a_state_that_play_never_reaches_is_answered(reference):
    crisis, values = reference
    states = ({"gas": "flowing"}, {"gas": "cut"})
    got = evaluate_mechanisms(crisis, ["gas_system"], values=values, states=states)["gas_system"]
    short = got.outputs["shortfall_share"]
    assert short.shape == (2, 8)
    assert (short[1] >= short[0]).all()


@pytest.mark.parametrize(
    ("names", "states", "code"),
    [
        (["tea_leaves"], [{}], "mechanism-unknown"),
        (["gas_system"], [{"gas": "boiling"}], "state-value-unknown"),
        (["gas_system"], [{"weather": "fair"}], "state-value-unknown"),
    ],
)
def test_unknown_names_are_refused_with_a_fix(reference, names, states, code):
    crisis, values = reference
    with pytest.raises(UsageError) as caught:
        evaluate_mechanisms(crisis, names, values=values, states=states)
    assert caught.value.code == code
    assert caught.value.fix
