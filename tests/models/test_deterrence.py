"""Contest success functions and the value of an attack."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import ModelError
from detente.models import find_model
from detente.models.deterrence import (
    difference_success_prob,
    option_value,
    ratio_success_prob,
    threshold_success_prob,
)

EXACT = 1e-12
strengths = st.floats(0.1, 1e4)
powers = st.floats(0.0, 5.0)
edges = st.floats(-3.0, 3.0)
stakes = st.floats(0.0, 100.0)
probs = st.floats(0.0, 1.0)


def test_a_decisiveness_of_one_is_proportional():
    """Oracle: hand, A / (A + D)."""
    assert ratio_success_prob(30.0, 10.0, decisiveness=1.0) == pytest.approx(0.75, abs=EXACT)


@pytest.mark.parametrize(
    ("attacker", "defender", "decisiveness", "prob"),
    [(0, 5, 1, 0), (5, 0, 1, 1), (0, 5, 0, 0.5), (5, 0, 0, 0.5), (0, 0, 2, 0.5), (7, 7, 3, 0.5)],
)
def test_edges_of_the_ratio_form(attacker, defender, decisiveness, prob):
    """Oracle: hand."""
    assert ratio_success_prob(attacker, defender, decisiveness=decisiveness) == prob


@given(strengths, strengths, powers, edges)
def test_the_two_sides_share_one(attacker, defender, power, edge):
    """Oracle: theorem. Exchanging the sides and turning the advantage round gives the other's chance."""
    one = ratio_success_prob(attacker, defender, decisiveness=power, advantage=edge)
    other = ratio_success_prob(defender, attacker, decisiveness=power, advantage=-edge)
    assert one + other == pytest.approx(1.0, abs=1e-9)


@given(strengths, strengths, powers, edges, st.floats(0.01, 100.0))
def test_only_the_ratio_matters(attacker, defender, power, edge, scale):
    """Oracle: theorem (skaperdas1996: the ratio form is the one without a unit)."""
    one = ratio_success_prob(attacker, defender, decisiveness=power, advantage=edge)
    same = ratio_success_prob(
        attacker * scale, defender * scale, decisiveness=power, advantage=edge
    )
    assert one == pytest.approx(same, abs=1e-9)


@given(strengths, strengths, st.floats(0.0, 1000.0), powers, edges)
def test_reinforcing_the_defender_never_helps_the_attacker(attacker, defender, more, power, edge):
    before = ratio_success_prob(attacker, defender, decisiveness=power, advantage=edge)
    after = ratio_success_prob(attacker, defender + more, decisiveness=power, advantage=edge)
    assert after <= before + EXACT


@given(strengths, strengths, st.floats(0.0, 0.1), st.floats(-500.0, 500.0))
def test_only_the_difference_matters_in_the_rival_form(attacker, defender, steepness, shift):
    """Oracle: theorem (hirshleifer1989)."""
    one = difference_success_prob(attacker, defender, steepness=steepness)
    same = difference_success_prob(attacker + shift, defender + shift, steepness=steepness)
    assert one == pytest.approx(same, abs=1e-9)


def test_a_side_without_strength_keeps_a_chance_in_the_rival_form():
    assert difference_success_prob(0.0, 2.0, steepness=0.5) == pytest.approx(1 / (1 + np.e))


def test_two_sides_without_strength_are_refused():
    with pytest.raises(ModelError, match="no contest") as caught:
        find_model("deterrence.contest")(
            attacker_strength=[0.0, 1.0], defender_strength=0.0, decisiveness=1.0
        )
    assert "draw 0" in caught.value.at
    assert caught.value.fix


def test_value_of_striking():
    """Oracle: hand. .6 * 50 - .4 * 10 - 20 - .05 * 100 = 1."""
    value = option_value(0.6, gain=50, loss=10, cost=20, escalation_prob=0.05, escalation_cost=100)
    assert value == pytest.approx(1.0, abs=EXACT)


@given(probs, st.floats(0.1, 100.0), stakes, stakes, probs, stakes, st.floats(-50.0, 50.0))
def test_striking_pays_from_the_threshold_on(prob, gain, loss, cost, escalation, worst, hold):
    """Oracle: theorem. The margin changes its sign at the threshold."""
    terms = {
        "gain": gain,
        "loss": loss,
        "cost": cost,
        "escalation_prob": escalation,
        "escalation_cost": worst,
    }
    threshold = threshold_success_prob(**terms, hold_value=hold)
    margin = hold - option_value(prob, **terms)
    if prob > threshold + 1e-9:
        assert margin < 0.0
    elif prob < threshold - 1e-9:
        assert margin > 0.0


def test_threshold_where_nothing_hangs_on_success():
    got = threshold_success_prob(gain=0.0, loss=0.0, cost=[1.0, 1.0], hold_value=[0.0, -2.0])
    np.testing.assert_array_equal(got, [1.0, 0.0])


@given(probs, stakes, stakes, stakes, stakes)
def test_a_higher_cost_deters_more(prob, gain, loss, cost, more):
    option = find_model("deterrence.option")
    before = option(success_prob=prob, gain=gain, loss=loss, cost=cost)
    after = option(success_prob=prob, gain=gain, loss=loss, cost=cost + more)
    assert after["margin"] >= before["margin"]
    assert after["threshold_prob"] >= before["threshold_prob"]
    assert before["margin"] == -before["value"]
