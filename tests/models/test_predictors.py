"""Forecasts of negotiated outcomes: hand cases and theorems."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import norm

from detente.errors import UsageError
from detente.models.bargaining import (
    DEFAULT_PREDICTOR,
    PREDICTORS,
    find_predictor,
    make_issue,
    nash_point,
    polarisation,
    predictive_median,
    weighted_mean,
)

SAME = 1e-6

names = st.sampled_from(sorted(PREDICTORS))
tables = st.integers(0, 10_000).map(
    lambda seed: np.random.default_rng(seed).uniform([0.1, 0.0, 0.05], [1.0, 100.0, 1.0], (5, 3)).T
)


def predict(name, table, **scale):
    return PREDICTORS[name].predict(make_issue(*table, **scale))


@pytest.mark.parametrize("weight", [0.1, 0.3, 0.5, 0.8])
def test_two_opposite_camps_by_hand(weight):
    """Oracle: hand. Between the camps F(y) = 0.35 (1 - w) + 0.65 Phi((y - 100 w) / 20), which is one half at this y."""
    issue = make_issue([(1 - weight) ** 2, weight**2], [0, 100], [1, 1])
    expected = 100 * weight + 20 * norm.ppf((0.5 - 0.35 * (1 - weight)) / 0.65)
    assert predictive_median(issue) == pytest.approx(np.clip(expected, 0, 100), abs=SAME)


def test_capability_counts_by_its_root():
    """Oracle: theorem. Four times the capability weighs as twice the salience."""
    first = make_issue([4, 1, 1], [0, 30, 100], [0.4, 0.5, 0.8])
    second = make_issue([1, 1, 1], [0, 30, 100], [0.8, 0.5, 0.8])
    assert predictive_median(first) == pytest.approx(predictive_median(second), abs=SAME)


@given(tables)
def test_polarisation_is_one_for_two_camps_only(table):
    """Oracle: theorem (Bhatia and Davis): the variance is at most (high - mean)(mean - low)."""
    issue = make_issue(*table)
    assert 0.0 <= polarisation(issue) < 1.0
    ends = np.where(table[1] > np.median(table[1]), 90.0, 10.0)
    assert polarisation(make_issue(table[0], ends, table[2])) == pytest.approx(1.0)


def test_polarisation_by_hand():
    """Oracle: hand. Half of the weight in the middle halves the variance; agreement counts as one position."""
    assert polarisation(make_issue([1, 1, 2], [0, 100, 50], [1, 1, 1])) == pytest.approx(0.5)
    assert polarisation(make_issue([1, 1], [5, 5], [1, 1])) == 1.0


@given(tables)
def test_a_hint_of_an_actor_between_the_camps_changes_little(table):
    """Oracle: theorem. Polarisation is continuous in weights, so the forecast does not jump."""
    camps = [[2.0, 1.0], [0.0, 100.0], [1.0, 0.7]]
    faint = [[2.0, 1.0, 1e-8], [0.0, 100.0, table[1, 0]], [1.0, 0.7, 1e-4]]
    got = predictive_median(make_issue(*faint))
    assert got == pytest.approx(predictive_median(make_issue(*camps)), abs=1e-3)


def test_a_large_majority_has_its_way():
    """Oracle: hand. With nine tenths of the weight the median lies beyond the camp, so at it."""
    issue = make_issue([9, 1], [0, 100], [1, 1])
    assert predictive_median(issue, prevailing_prob=0.5, capability_power=1.0) == pytest.approx(
        0.0, abs=SAME
    )


@given(tables)
def test_no_prevailing_position_leaves_the_weighted_mean(table):
    """Oracle: theorem."""
    issue = make_issue(*table)
    got = predictive_median(issue, prevailing_prob=0.0, capability_power=1.0)
    assert got == pytest.approx(float(weighted_mean(issue.position, issue.weights)), abs=SAME)


@given(tables)
def test_only_prevailing_positions_leave_the_weighted_median(table):
    """Oracle: theorem."""
    issue = make_issue(*table)
    got = predictive_median(issue, prevailing_prob=1.0, capability_power=1.0)
    assert got == pytest.approx(predict("weighted-median", table), abs=SAME)


@given(tables)
def test_predictive_median_has_the_least_expected_error(table):
    """Oracle: independent code, a large sample of the distribution."""
    issue = make_issue(np.ones(5), *table[1:], low=0.0, high=100.0)
    rng = np.random.default_rng(0)
    mean = float(weighted_mean(issue.position, issue.weights))
    won = round(5000 * 0.35 * polarisation(issue) ** 2)
    compromise = norm.ppf((np.arange(5000 - won) + 0.5) / (5000 - won)) * 20 + mean
    prevailing = rng.choice(issue.position, size=won, p=issue.weights)
    sample = np.concatenate([compromise, prevailing])
    best = np.abs(sample - predictive_median(issue)).mean()
    assert best <= np.abs(sample - mean).mean() + 0.02
    assert best <= np.abs(sample - np.median(sample)).mean() + 0.02


@given(tables)
def test_nash_point_maximises_the_product_of_gains(table):
    """Oracle: independent code."""
    issue = make_issue(*table, low=0.0, high=100.0)

    def loss(y):
        return -(issue.weights * np.log(100 - np.abs(y - issue.position))).sum()

    found = minimize_scalar(loss, bounds=(0, 100), method="bounded", options={"xatol": 1e-9})
    assert loss(nash_point(issue)) <= found.fun + 1e-9


@given(st.integers(1, 9))
def test_nash_point_of_opposite_camps_is_the_weighted_mean(weight):
    """Oracle: theorem."""
    table = [[weight, 10 - weight], [0, 100], [1, 1]]
    assert predict("nash", table) == pytest.approx(predict("weighted-mean", table), abs=SAME)


@pytest.mark.parametrize("name", sorted(set(PREDICTORS) - {"mean", "midpoint", "salience-mean"}))
def test_actors_without_weight_do_not_count(name):
    """Oracle: theorem, on a fixed scale."""
    heard = predict(name, [[2, 1], [0, 60], [1, 1]], low=0.0, high=1e9)
    also = predict(name, [[2, 1, 0], [0, 60, 1e9], [1, 1, 1]], low=0.0, high=1e9)
    assert also == pytest.approx(heard, abs=SAME)


@given(tables, names)
def test_forecast_lies_in_the_scale(table, name):
    """Oracle: theorem."""
    got = predict(name, table)
    assert table[1].min() - SAME <= got <= table[1].max() + SAME


@given(tables, names, st.permutations(range(5)))
def test_order_of_actors_does_not_matter(table, name, order):
    """Oracle: theorem."""
    assert predict(name, table[:, list(order)]) == pytest.approx(predict(name, table), abs=SAME)


@given(tables, names, st.floats(0.01, 100.0), st.floats(-100.0, 100.0))
def test_units_do_not_matter(table, name, factor, shift):
    """Oracle: theorem."""
    moved = table.copy()
    moved[0] *= factor
    moved[1] = moved[1] * factor + shift
    expected = predict(name, table) * factor + shift
    assert predict(name, moved) == pytest.approx(expected, abs=1e-6 * factor + 1e-9)


@given(tables, names)
def test_turning_the_scale_around_turns_the_forecast_around(table, name):
    """Oracle: theorem."""
    turned = table.copy()
    turned[1] = 100.0 - turned[1]
    assert predict(name, turned) == pytest.approx(100.0 - predict(name, table), abs=1e-5)


@given(names, st.floats(0.0, 100.0))
def test_unanimous_actors_get_what_they_want(name, position):
    """Oracle: theorem, but for the middle of the scale."""
    table = [[1, 2, 3], [position] * 3, [0.2, 0.4, 1]]
    assert predict(name, table) == pytest.approx(position)
    if name != "midpoint":
        assert predict(name, table, low=0.0, high=100.0) == pytest.approx(position)


@given(tables, st.integers(0, 4), st.floats(0.0, 100.0))
def test_forecast_follows_an_actor(table, actor, target):
    """Oracle: theorem. If an actor moves up, no forecast on a fixed scale moves down."""
    moved = table.copy()
    moved[1, actor] = max(target, table[1, actor])
    for name in PREDICTORS:
        before, after = (predict(name, t, low=0.0, high=100.0) for t in (table, moved))
        assert after >= before - SAME


def test_predictor_that_does_not_exist_is_refused():
    with pytest.raises(UsageError, match="'oracle'") as caught:
        find_predictor("oracle")
    assert DEFAULT_PREDICTOR in caught.value.fix
