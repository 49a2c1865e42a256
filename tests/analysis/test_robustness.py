"""Measures of robustness on tables that can be checked by hand; Pareto sets by brute force; switch points by construction."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.analysis.robustness import (
    Aim,
    find_pareto,
    find_switch_points,
    parse_aims,
    parse_limits,
    satisfice,
    score_policies,
    tabulate_policies,
)
from detente.errors import UsageError

POLICIES = ("a", "b")
ATTACK = np.array([[0.1, 0.3, 0.5, 0.7], [0.4, 0.4, 0.4, 0.4]])
COST = np.array([[1.0, 1.0, 9.0, 1.0], [2.0, 2.0, 2.0, 9.0]])


def test_the_outcome_table_pairs_draws():
    # oracle by hand
    cells = tabulate_policies({"attack": ATTACK}, POLICIES)
    assert (cells[0].mean, cells[1].mean) == (pytest.approx(0.4), pytest.approx(0.4))
    assert cells[0].change == cells[0].change_low == 0.0
    error = np.std(ATTACK[1] - ATTACK[0], ddof=1) / 2.0
    assert cells[1].change_high - cells[1].change == pytest.approx(1.6448536 * error)


def test_satisficing_counts_cases_in_which_all_limits_hold():
    # oracle by hand: a meets attack in 2 of 4 and cost in 3, both in 2; b meets attack in 4 and cost in 3
    limits = (Aim("attack", limit=0.4), Aim("cost", limit=2.0))
    found = satisfice({"attack": ATTACK, "cost": COST}, POLICIES, limits)
    assert found[0] == ("b", 0.75, (1.0, 0.75))
    assert found[1] == ("a", 0.5, (0.5, 0.75))
    assert Aim("x", lower_is_better=False, limit=2.0).holds(COST[1]).tolist() == [True] * 4


def test_scores_are_means_spreads_and_regrets():
    # oracle by hand: regrets of a are 0, 0, 0.1, 0.3, of b 0.3, 0.1, 0, 0
    a, b = score_policies(Aim("attack"), ATTACK, POLICIES)
    assert (a.regret_mean, a.regret_max, a.best_share) == pytest.approx((0.1, 0.3, 0.5))
    assert (b.regret_mean, b.regret_max) == pytest.approx((0.1, 0.3))
    assert (a.deviation, b.deviation) == pytest.approx((np.sqrt(0.05), 0.0))
    assert not a.efficient  # the same mean with more spread
    assert b.efficient
    assert a.worst == pytest.approx(np.quantile(ATTACK[0], 0.95))
    best = score_policies(Aim("attack", lower_is_better=False), ATTACK, POLICIES)[0]
    assert best.worst == pytest.approx(np.quantile(ATTACK[0], 0.05))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)), min_size=1))
def test_pareto_sets_are_those_of_brute_force(points):
    # oracle by brute force
    expected = [
        not any(
            all(x <= y for x, y in zip(other, point, strict=True)) and other != point
            for other in points
        )
        for point in points
    ]
    assert find_pareto(points).tolist() == expected


def test_a_switch_point_is_found_with_its_interval():
    # oracle by construction: b beats a where x is above 0.3
    rng = np.random.default_rng(2)
    x, noise = rng.random(2000), rng.normal(scale=0.3, size=2000)
    values = np.array([noise, noise + x - 0.3 + rng.normal(scale=0.1, size=2000)])
    (found,) = find_switch_points({"x": x, "idle": rng.random(2000)}, values, POLICIES)
    assert (found.quantity, found.before, found.after) == ("x", "a", "b")
    assert found.low < 0.3 < found.high
    assert found.value == pytest.approx(0.3, abs=0.02)
    (other,) = find_switch_points({"x": x}, values, POLICIES, lower_is_better=True)
    assert (other.before, other.after) == ("b", "a")


def test_chance_and_constants_switch_nothing():
    rng = np.random.default_rng(3)
    noise = rng.normal(size=(2, 500))
    quantities = {"x": rng.random(500), "one": np.ones(500)}
    assert find_switch_points(quantities, noise - [[0.0], [1.0]], POLICIES) == ()


@pytest.mark.parametrize(
    ("call", "fix"),
    [
        (lambda: parse_aims("attack,"), ":min or :max"),
        (lambda: parse_aims("attack:most"), ":min or :max"),
        (lambda: parse_limits(["attack"]), "<= or >="),
        (lambda: parse_limits(["attack<=x"]), "number"),
        (lambda: find_pareto([1.0, 2.0]), "row for each"),
        (lambda: find_pareto([[np.nan]]), "row for each"),
        (lambda: score_policies(Aim("x"), [[1.0]], POLICIES), "each policy"),
    ],
)
def test_what_is_no_table_or_aim_is_refused(call, fix):
    with pytest.raises(UsageError) as caught:
        call()
    assert caught.value.code == "option-invalid"
    assert fix in caught.value.fix


def test_aims_and_limits_are_read():
    assert parse_aims("attack, payoff/usa:max") == (
        Aim("attack"),
        Aim("payoff/usa", lower_is_better=False),
    )
    assert parse_limits(["payoff/usa>=-2"]) == (
        Aim("payoff/usa", lower_is_better=False, limit=-2.0),
    )
