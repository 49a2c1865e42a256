"""Bayes' rule."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from detente.models import find_model
from detente.models.beliefs import (
    LOG_RATIO_LIMIT,
    expected_shift,
    log_likelihood_ratio,
    move_probs,
    posteriors,
)

EXACT = 1e-12
MODEL = find_model("beliefs.posterior")
probs = st.floats(0.0, 1.0)


@st.composite
def signals(draw):
    """Prior (T, D) and likelihood (T, M, D), both normalised."""
    n_types, n_moves, n_draws = draw(st.integers(2, 4)), draw(st.integers(1, 4)), 3
    positive = st.floats(0.01, 1.0)
    prior = draw(npst.arrays(float, (n_types, n_draws), elements=positive))
    likelihood = draw(npst.arrays(float, (n_types, n_moves, n_draws), elements=positive))
    return prior / prior.sum(axis=0), likelihood / likelihood.sum(axis=1, keepdims=True)


def price(**inputs):
    return {key: float(np.squeeze(value)) for key, value in MODEL(**inputs).items()}


@given(st.integers(1, 9), st.integers(1, 10), st.integers(1, 10))
def test_bayes_exactly(prior, likelihood, other):
    """Oracle: exact fractions."""
    p, a, b = Fraction(prior, 10), Fraction(likelihood, 10), Fraction(other, 10)
    expected = p * a / (p * a + (1 - p) * b)
    got = price(prior=float(p), likelihood=float(a), likelihood_other=float(b))
    assert got["posterior"] == pytest.approx(float(expected), abs=EXACT)
    assert got["shift"] == pytest.approx(float(expected - p), abs=EXACT)
    assert got["log_ratio"] == pytest.approx(np.log(float(a / b)), abs=EXACT)


@given(probs, probs)
def test_a_move_both_types_make_equally_shifts_nothing(prior, likelihood):
    """Oracle: theorem. Exactly nothing, not nearly nothing."""
    got = price(prior=prior, likelihood=likelihood, likelihood_other=likelihood)
    assert got == {"posterior": prior, "shift": 0.0, "log_ratio": 0.0}


@given(st.floats(0.01, 0.99), st.floats(0.01, 1.0), st.floats(0.01, 1.0))
def test_log_odds_add(prior, likelihood, other):
    """Oracle: theorem. Posterior log odds are prior log odds plus the log likelihood ratio."""
    got = price(prior=prior, likelihood=likelihood, likelihood_other=other)
    before = np.log(prior) - np.log1p(-prior)
    after = np.log(got["posterior"]) - np.log1p(-got["posterior"])
    assert after == pytest.approx(before + got["log_ratio"], abs=1e-6)


@pytest.mark.parametrize(
    ("prior", "likelihood", "other", "posterior", "log_ratio"),
    [
        (0.3, 0.0, 0.5, 0.0, -LOG_RATIO_LIMIT),
        (0.3, 0.5, 0.0, 1.0, LOG_RATIO_LIMIT),
        (0.3, 0.0, 0.0, 0.3, 0.0),
        (0.0, 0.5, 0.0, 0.0, LOG_RATIO_LIMIT),
        (1.0, 0.0, 0.5, 1.0, -LOG_RATIO_LIMIT),
        (0.0, 0.5, 0.1, 0.0, np.log(5)),
        (0.3, 1e-300, 1e-310, 3e-301 / (3e-301 + 7e-311), np.log(1e10)),
    ],
)
def test_edges(prior, likelihood, other, posterior, log_ratio):
    """Oracle: hand. A move of probability zero leaves the belief; proof is cut at the limit."""
    got = price(prior=prior, likelihood=likelihood, likelihood_other=other)
    assert got["posterior"] == pytest.approx(posterior, abs=EXACT)
    assert got["log_ratio"] == pytest.approx(log_ratio, rel=1e-6)


@given(signals())
def test_posteriors_are_probabilities_and_average_to_the_prior(signal):
    """Oracle: theorem. Beliefs are a martingale."""
    prior, likelihood = signal
    after = posteriors(prior, likelihood)
    np.testing.assert_allclose(after.sum(axis=0), 1.0, atol=EXACT)
    expected = (move_probs(prior, likelihood)[None] * after).sum(axis=1)
    np.testing.assert_allclose(expected, prior, atol=1e-9)


@given(signals())
def test_two_types_agree_with_the_registered_model(signal):
    prior, likelihood = signal
    two = prior[:2] / prior[:2].sum(axis=0)
    after = posteriors(two, likelihood[:2])
    for move in range(likelihood.shape[1]):
        got = MODEL(
            prior=two[:1], likelihood=likelihood[0, move], likelihood_other=likelihood[1, move]
        )
        np.testing.assert_allclose(got["posterior"][0], after[0, move], atol=1e-12)


@given(signals())
def test_nothing_is_expected_to_shift_when_all_types_move_alike(signal):
    prior, likelihood = signal
    alike = np.broadcast_to(likelihood[:1], likelihood.shape)
    np.testing.assert_allclose(expected_shift(prior, alike), 0.0, atol=EXACT)


def test_separating_moves_shift_the_most():
    """Oracle: hand. With prior 0.3 a move that tells the types apart shifts by 2 * 0.3 * 0.7."""
    got = expected_shift([[0.3], [0.7]], [[[1.0], [0.0]], [[0.0], [1.0]]])
    np.testing.assert_allclose(got, 0.42, atol=EXACT)


def test_a_move_nobody_makes_leaves_the_prior():
    got = posteriors([[0.3], [0.7]], [[[0.0], [1.0]], [[0.0], [1.0]]])
    np.testing.assert_array_equal(got[:, 0, 0], [0.3, 0.7])


def test_rare_moves_do_not_underflow():
    got = posteriors([[0.5], [0.5]], [[[1e-320]], [[1e-320]]])
    np.testing.assert_allclose(got[:, 0, 0], 0.5, atol=1e-3)


def test_log_ratio_is_cut_and_antisymmetric():
    one = log_likelihood_ratio([1.0, 0.2, 0.0], [0.0, 0.4, 0.0])
    other = log_likelihood_ratio([0.0, 0.4, 0.0], [1.0, 0.2, 0.0])
    np.testing.assert_allclose(one, [LOG_RATIO_LIMIT, np.log(0.5), 0.0])
    np.testing.assert_allclose(one, -other)
