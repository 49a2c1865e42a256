"""Scores of forecasts: by hand, by theorem, and against other code."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import mannwhitneyu, norm

from detente.scores import (
    area_under_curve,
    brier_scores,
    crps_of_climatology,
    crps_of_normal,
    crps_of_quantiles,
    log_scores,
    partition_brier,
    reliability,
)

PROB = np.array([0.05, 0.2, 0.2, 0.35, 0.5, 0.5, 0.65, 0.8, 0.9, 0.97])
HAPPENED = np.array([0, 0, 1, 0, 1, 0, 1, 1, 0, 1]) > 0
VALUE, MEAN, SD = np.array([3.2, -1.0, 10.0]), np.array([3.0, 0.5, 4.0]), np.array([1.5, 0.2, 5.0])
LEVELS = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
probs = st.floats(0.0, 1.0, allow_nan=False)
forecasts = st.lists(st.tuples(probs, st.booleans()), min_size=1, max_size=60)


def split(pairs):
    prob, happened = zip(*pairs, strict=True)
    return np.array(prob), np.array(happened)


def test_scores_load_no_library_until_one_is_computed():
    """Oracle: hand, in a process of its own."""
    modules = "detente.scores, detente.analysis.forecasts, detente.analysis.panel, detente.watch.scoring, detente.cli"
    script = f"import sys, {modules}; print(*({{'sklearn', 'scoringrules'}} & set(sys.modules)))"
    found = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert found.stdout.split() == []


def test_scores_of_ten_forecasts():
    """Oracle: hand: squares, and pairs in the right order, ties half; log_loss of scikit-learn 1.9.1 and log_score of scoringrules."""
    from scoringrules import log_score
    from sklearn.metrics import log_loss

    y = HAPPENED * 1.0
    assert brier_scores(PROB, HAPPENED) == pytest.approx((PROB - y) ** 2, abs=1e-15)
    assert log_scores(PROB, HAPPENED).mean() == pytest.approx(log_loss(y, PROB), abs=1e-12)
    assert log_scores(PROB, HAPPENED) == pytest.approx(log_score(y, PROB), abs=1e-12)
    wins = np.sign(PROB[HAPPENED][:, None] - PROB[~HAPPENED][None, :])
    assert area_under_curve(PROB, HAPPENED) == pytest.approx((0.5 + 0.5 * wins).mean(), abs=1e-12)


def test_small_probabilities_keep_their_digits():
    """Oracle: hand: what had a chance of 1e-20 and happened costs 20 ln 10, not infinitely much."""
    found = log_scores(np.array([1e-20, 1.0 - 1e-10]), np.array([True, False]))
    assert found == pytest.approx([20.0 * math.log(10.0), 10.0 * math.log(10.0)], rel=1e-6)


def test_a_certain_error_costs_one_and_infinitely_much():
    """Oracle: hand."""
    prob, happened = np.array([0.0, 1.0, 1.0]), np.array([True, False, True])
    assert brier_scores(prob, happened).tolist() == [1.0, 1.0, 0.0]
    assert log_scores(prob, happened).tolist() == [math.inf, math.inf, 0.0]


@pytest.mark.parametrize("score", [brier_scores, log_scores], ids=["brier", "log"])
@given(truth=st.floats(0.01, 0.99), said=st.floats(0.01, 0.99))
def test_the_truth_has_the_best_expected_score(score, truth, said):
    """Oracle: theorem, both scores are strictly proper."""

    def expected(prob):
        came, not_came = score(np.array([prob, prob]), np.array([True, False]))
        return truth * came + (1.0 - truth) * not_came

    assert expected(truth) <= expected(said) + 1e-12
    if abs(said - truth) > 0.01:
        assert expected(truth) < expected(said)


def test_the_crps_of_a_normal_forecast():
    """Oracle: hand, the closed form; and the integral that defines it, by quadrature."""
    found = crps_of_normal(VALUE, MEAN, SD)
    z = (VALUE - MEAN) / SD
    closed = SD * (z * (2.0 * norm.cdf(z) - 1.0) + 2.0 * norm.pdf(z) - 1.0 / math.sqrt(math.pi))
    assert found == pytest.approx(closed, abs=1e-12)
    assert found == pytest.approx([0.36116519, 1.38716208, 3.74007659], abs=1e-8)
    for value, mean, sd, score in zip(VALUE, MEAN, SD, found, strict=True):
        below = quad(lambda x, m=mean, s=sd: norm.cdf(x, m, s) ** 2, -60, value, limit=200)[0]
        above = quad(lambda x, m=mean, s=sd: norm.sf(x, m, s) ** 2, value, 60, limit=200)[0]
        assert score == pytest.approx(below + above, abs=1e-6)


def test_the_crps_of_quantiles():
    """Oracle: hand, twice the mean quantile loss; the first 2 x 1.025 / 5."""
    quantiles = np.array([[1, 2, 3, 4.5, 7], [-3, -1.5, -0.2, 0, 1], [0, 3, 4, 6, 9]])
    found = crps_of_quantiles(VALUE, quantiles, LEVELS)
    missed = quantiles - VALUE[:, None]
    losses = ((missed > 0.0) - LEVELS) * missed
    assert found == pytest.approx(2.0 * losses.mean(axis=1), abs=1e-12)
    assert found == pytest.approx([0.41, 0.39, 3.68], abs=1e-12)


def test_many_quantiles_approach_the_crps():
    """Oracle: theorem, the score is the integral of twice the quantile loss over all levels."""
    levels = (np.arange(2000) + 0.5) / 2000
    quantiles = norm.ppf(levels)[None, :] * SD[:, None] + MEAN[:, None]
    found = crps_of_quantiles(VALUE, quantiles, levels)
    assert found == pytest.approx(crps_of_normal(VALUE, MEAN, SD), abs=2e-3)


@given(value=st.floats(-1e6, 1e6), said=st.floats(-1e6, 1e6))
def test_a_forecast_of_one_number_has_the_absolute_error(value, said):
    """Oracle: theorem."""
    error = pytest.approx(abs(value - said), rel=1e-12, abs=1e-12)
    x, point = np.array([value]), np.array([said])
    assert crps_of_normal(x, point, np.zeros(1))[0] == error
    assert crps_of_quantiles(x, np.tile(point, (1, 5)), LEVELS)[0] == error


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=40))
def test_climatology_of_numbers(values):
    """Oracle: theorem, half the mean absolute difference, by all pairs."""
    column = np.array(values)
    pairs = np.abs(column[:, None] - column[None, :]).mean() / 2
    assert crps_of_climatology(column) == pytest.approx(pairs, abs=1e-9)


def test_climatology_of_five_numbers():
    """Oracle: independent code, the mean crps_ensemble of scoringrules, each value against all of them."""
    from scoringrules import crps_ensemble

    values = np.array([1.0, 4.0, 4.0, 9.0, -2.0])
    expected = crps_ensemble(values, np.tile(values, (5, 1)), backend="numpy").mean()
    assert crps_of_climatology(values) == pytest.approx(expected, abs=1e-12)


def test_the_parts_of_five_forecasts():
    """Oracle: hand. Of two at 0.2 one happened, of three at 0.8 two; 3/5 in all."""
    prob = np.array([0.2, 0.2, 0.8, 0.8, 0.8])
    found = partition_brier(prob, np.array([0, 1, 1, 1, 0]) > 0)
    assert found.reliability == pytest.approx((2 * 0.3**2 + 3 * (0.8 - 2 / 3) ** 2) / 5)
    assert found.resolution == pytest.approx((2 * 0.1**2 + 3 * (2 / 3 - 0.6) ** 2) / 5)
    assert found.uncertainty == pytest.approx(0.24)
    assert found.within == 0.0


@given(forecasts, st.integers(1, 20))
def test_the_parts_sum_to_the_score(pairs, bins):
    """Oracle: theorem of Murphy, with the terms within bins of Stephenson, Coelho and Jolliffe."""
    prob, happened = split(pairs)
    found = partition_brier(prob, happened, bins=bins)
    total = found.reliability - found.resolution + found.uncertainty + found.within
    assert total == pytest.approx(brier_scores(prob, happened).mean(), abs=1e-12)
    assert min(found.reliability, found.resolution, found.uncertainty) >= 0.0
    if np.unique(prob).size <= bins + 1:
        assert found.within == 0.0


@given(forecasts, st.integers(1, 20))
def test_every_forecast_stands_in_one_bin(pairs, bins):
    """Oracle: theorem, a partition; and the mean of a bin lies in it."""
    prob, happened = split(pairs)
    found = reliability(prob, happened, bins=bins)
    assert sum(item.count for item in found) == prob.size
    assert sum(item.happened for item in found) == happened.sum()
    assert [item.low for item in found] == sorted(item.low for item in found)
    for item in found:
        assert item.low - 1e-12 <= item.mean <= item.high + 1e-12


def test_an_end_of_a_bin_belongs_to_the_bin_above():
    """Oracle: hand; one is the end of the last."""
    prob = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0])
    found = reliability(prob, prob > 0.5)
    assert [(item.low, item.count) for item in found] == [
        *((place / 10, 1) for place in range(9)),
        (0.9, 3),
    ]


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.7]), st.booleans()), min_size=2))
def test_the_area_is_the_statistic_of_mann_and_whitney(pairs):
    """Oracle: independent code, scipy."""
    prob, happened = split(pairs)
    found = area_under_curve(prob, happened)
    if happened.all() or not happened.any():
        assert math.isnan(found)
        return
    statistic = mannwhitneyu(prob[happened], prob[~happened], method="asymptotic").statistic
    assert found == pytest.approx(statistic / (happened.sum() * (~happened).sum()))
