"""Sanctions: production function, gravity, welfare, and the three registered models."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import ModelError
from detente.models import find_model
from detente.models.sanctions import (
    ces_loss_pct,
    ces_output_ratio,
    gains_from_trade_pct,
    surviving_share,
    trade_cost_from_gravity,
    welfare_loss_pct,
)

EXACT = 1e-12

shares = st.floats(0.0, 1.0)
thetas = st.floats(0.3, 60.0)


def members(*values):
    return np.array(values, dtype=float).reshape(-1, 1, 1)


def price(name, **inputs):
    return find_model(name)(**inputs)


# --- production function


def test_elasticity_of_one_is_cobb_douglas():
    """Oracle: theorem."""
    assert ces_output_ratio(0.9, input_share=0.04, elasticity=1.0) == pytest.approx(
        0.9**0.04, abs=EXACT
    )


@pytest.mark.parametrize("elasticity", [1 - 1e-9, 1 - 1e-6, 1 + 1e-9, 1 + 1e-6])
def test_near_one_the_function_is_continuous(elasticity):
    assert ces_output_ratio(0.7, input_share=0.3, elasticity=elasticity) == pytest.approx(
        0.7**0.3, rel=1e-6
    )


@pytest.mark.parametrize(("ratio", "output"), [(0.6, 0.6), (1.0, 1.0), (1.4, 1.0), (0.0, 0.0)])
@pytest.mark.parametrize("elasticity", [0.0, 1e-300, 1e-12])
def test_no_substitution_is_leontief(ratio, output, elasticity):
    """Oracle: theorem."""
    got = ces_output_ratio(ratio, input_share=0.05, elasticity=elasticity)
    assert got == pytest.approx(output, abs=1e-9)


def test_perfect_substitutes_lose_the_share_alone():
    """Oracle: hand. At an elasticity without bound output is the weighted mean of the inputs."""
    got = ces_output_ratio(0.5, input_share=0.2, elasticity=1e12)
    assert got == pytest.approx(0.9, abs=1e-9)


def test_an_essential_input_cut_to_nothing_stops_output_below_one_and_not_above():
    """Oracle: hand. Above one output is (1 - a)^(s / (s - 1))."""
    got = ces_output_ratio(0.0, input_share=0.2, elasticity=[0.5, 1.0, 2.0])
    np.testing.assert_allclose(got, [0.0, 0.0, 0.8**2], atol=EXACT)


def test_an_input_without_a_share_changes_nothing():
    got = ces_output_ratio(
        [0.0, 0.5, 2.0], input_share=0.0, elasticity=[[0.0], [0.5], [1.0], [3.0]]
    )
    np.testing.assert_array_equal(got, 1.0)


def test_an_input_that_is_everything_scales_output():
    got = ces_output_ratio(
        [0.2, 0.5, 2.0], input_share=1.0, elasticity=[[0.1], [0.5], [1.0], [3.0]]
    )
    np.testing.assert_allclose(got, np.broadcast_to([0.2, 0.5, 2.0], (4, 3)), rtol=1e-12)


@given(shares, st.floats(0.0, 50.0))
def test_no_cut_no_loss(share, elasticity):
    assert ces_loss_pct(0.0, input_share=share, elasticity=elasticity) == 0.0


@given(st.floats(0.001, 0.999), st.floats(0.0, 20.0), st.floats(0.01, 0.99))
def test_output_lies_between_the_input_and_the_baseline(share, elasticity, ratio):
    got = ces_output_ratio(ratio, input_share=share, elasticity=elasticity)
    assert ratio - EXACT <= got <= 1.0 + EXACT


@given(
    st.floats(0.001, 0.999),
    st.floats(0.0, 20.0),
    st.floats(0.0, 20.0),
    st.floats(0.01, 0.99),
)
def test_easier_substitution_never_hurts(share, one, other, ratio):
    low, high = sorted((one, other))
    hard = ces_output_ratio(ratio, input_share=share, elasticity=low)
    easy = ces_output_ratio(ratio, input_share=share, elasticity=high)
    assert easy >= hard - 1e-9


# --- gravity and welfare


@given(st.floats(-3.0, 3.0), thetas)
def test_gravity_costs_explain_the_flows_they_came_from(coefficient, theta):
    cost = trade_cost_from_gravity(coefficient, trade_elasticity=theta)
    assert surviving_share(cost, trade_elasticity=theta) == pytest.approx(
        np.exp(coefficient), rel=1e-9
    )


@given(st.lists(st.floats(0.001, 0.2), min_size=1, max_size=5), st.floats(0.0, 500.0), thetas)
def test_welfare_is_the_fall_of_the_price_index(trade_shares, cost, theta):
    """Oracle: independent code. Armington with fixed factor prices: real income is one over the price index."""
    tau = np.r_[1.0, np.full(len(trade_shares), 1.0 + cost / 100.0)]
    weights = np.r_[1.0 - sum(trade_shares) if sum(trade_shares) < 1 else 0.0, trade_shares]
    weights = weights / weights.sum()
    price_index = (weights * tau**-theta).sum() ** (-1.0 / theta)
    got = price(
        "sanctions.target_loss",
        trade_share=members(*weights[1:]),
        joining_prob=1.0,
        trade_cost_pct=cost,
        trade_elasticity=theta,
    )
    expected = 100.0 * (1.0 - 1.0 / price_index)
    assert got["loss_pct_gdp"][0, 0] == pytest.approx(expected, abs=1e-8)


def test_autarky_is_the_limit_of_prohibitive_costs():
    """Oracle: theorem, gains from trade of arkolakis2012: 1 - lambda^(1/theta)."""
    got = price(
        "sanctions.target_loss",
        trade_share=members(0.1, 0.15),
        joining_prob=1.0,
        trade_cost_pct=1e12,
        trade_elasticity=5.0,
    )
    assert got["loss_pct_gdp"][0, 0] == pytest.approx(100 * (1 - 0.75**0.2), abs=1e-9)
    assert gains_from_trade_pct(0.75, trade_elasticity=5.0) == pytest.approx(
        100 * (1 - 0.75**0.2), abs=1e-9
    )


def test_intermediate_goods_multiply_the_loss():
    """Oracle: hand, exponent 1 / (theta beta)."""
    got = welfare_loss_pct(0.2, trade_elasticity=4.0, value_added_share=0.5)
    assert got == pytest.approx(100 * (1 - 0.8**0.5), abs=1e-9)


def test_losing_everything_costs_everything():
    assert welfare_loss_pct(1.0, trade_elasticity=5.0) == 100.0


# --- target and senders


def test_nobody_joining_leaves_the_financial_loss_alone():
    got = price(
        "sanctions.target_loss",
        trade_share=members(0.1, 0.2),
        joining_prob=0.0,
        trade_cost_pct=50.0,
        trade_elasticity=5.0,
        finance_loss_pct_gdp=3.0,
    )
    assert got["trade_loss_pct_gdp"][0, 0] == 0.0
    assert got["loss_pct_gdp"][0, 0] == 3.0


def test_trade_and_finance_losses_compound():
    """Oracle: hand."""
    got = price(
        "sanctions.target_loss",
        trade_share=members(0.5),
        joining_prob=1.0,
        trade_cost_pct=1e12,
        trade_elasticity=1.0,
        finance_loss_pct_gdp=10.0,
    )
    assert got["loss_pct_gdp"][0, 0] == pytest.approx(100 * (1 - 0.5 * 0.9), abs=1e-7)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(1.0, 200.0), thetas)
def test_more_joining_hurts_the_target_more(one, other, cost, theta):
    low, high = sorted((one, other))
    losses = [
        price(
            "sanctions.target_loss",
            trade_share=members(0.1, 0.2),
            joining_prob=members(prob, 0.5),
            trade_cost_pct=cost,
            trade_elasticity=theta,
        )["loss_pct_gdp"][0, 0]
        for prob in (low, high)
    ]
    assert losses[1] >= losses[0] - EXACT


def test_shares_that_exceed_the_whole_are_refused():
    with pytest.raises(ModelError, match="more than the whole expenditure") as caught:
        price(
            "sanctions.target_loss",
            trade_share=members(0.7, 0.6),
            joining_prob=1.0,
            trade_cost_pct=10.0,
            trade_elasticity=5.0,
        )
    assert caught.value.code == "input-invalid"
    assert caught.value.fix


SENDER = {"trade_cost_pct": 40.0, "trade_elasticity": 5.0}


def test_a_sender_that_imposes_nothing_loses_nothing():
    """Oracle: theorem. Nothing imposed: no trade cost and no claims lost, or nobody joins."""
    idle = price(
        "sanctions.sender_loss",
        trade_share=members(0.1, 0.3),
        joining_prob=members(1.0, 0.4),
        bank_claims_share=members(0.02, 0.0),
        trade_cost_pct=0.0,
        trade_elasticity=5.0,
    )
    absent = price(
        "sanctions.sender_loss",
        trade_share=members(0.1, 0.3),
        joining_prob=0.0,
        bank_claims_share=0.02,
        claims_loss_share=0.5,
        **SENDER,
    )
    for got in (idle, absent):
        assert (got["member_loss_pct_gdp"] == 0.0).all()
        assert (got["loss_pct_gdp"] == 0.0).all()


def test_members_lose_their_claims_and_their_trade():
    """Oracle: hand."""
    got = price(
        "sanctions.sender_loss",
        trade_share=members(0.0, 0.2),
        joining_prob=members(0.5, 1.0),
        bank_claims_share=members(0.04, 0.0),
        claims_loss_share=0.25,
        trade_cost_pct=1e12,
        trade_elasticity=2.0,
        gdp_weight=members(1.0, 3.0),
    )
    second = 100 * (1 - 0.8**0.5)
    np.testing.assert_allclose(got["member_loss_pct_gdp"][:, 0, 0], [0.5, second], atol=1e-9)
    assert got["loss_pct_gdp"][0, 0] == pytest.approx((0.5 + 3 * second) / 4, abs=1e-9)


def test_equal_weights_are_the_default():
    got = price("sanctions.sender_loss", trade_share=members(0.1, 0.3), joining_prob=1.0, **SENDER)
    assert got["loss_pct_gdp"] == pytest.approx(got["member_loss_pct_gdp"].mean(), abs=EXACT)


def test_weights_of_zero_are_refused():
    with pytest.raises(ModelError, match="nothing to weigh by"):
        price(
            "sanctions.sender_loss",
            trade_share=members(0.1, 0.3),
            joining_prob=1.0,
            gdp_weight=0.0,
            **SENDER,
        )
