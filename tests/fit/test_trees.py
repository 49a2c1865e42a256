"""Likelihoods of small trees: formulas by hand, derivatives by differences, and what a fit says."""

import copy

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import norm

from detente.errors import UsageError
from detente.fit import fit_game, likelihood_ratio_test
from detente.fit.maximising import Equation
from detente.fit.trees import TREES, TreeLikelihood
from detente.testing.disputes import DISPUTES_SPEC as SPEC

UTILITIES = {
    "egame12": ["u11", "u13", "u14", "u24"],
    "egame122": ["u11", "u12", "u13", "u14", "u22", "u24"],
    "egame123": ["u11", "u13", "u15", "u16", "u23", "u25", "u26", "u36"],
}
SHAPES = {"egame12": 3, "egame122": 4, "egame123": 4}


def made(model, errors="agent", link="probit", scale=(), rows=30):
    generator = np.random.default_rng(3)
    counts = generator.integers(0, 3, (rows, SHAPES[model])).astype(float)
    names = [*UTILITIES[model], *scale]
    equations = [
        Equation(name=name, terms=("a", "b"), columns=generator.normal(size=(rows, 2)))
        for name in names
    ]
    likelihood = TreeLikelihood(
        tree=TREES[model], counts=counts, equations=equations, fixed={}, errors=errors, link=link
    )
    return likelihood, 0.4 * generator.normal(size=likelihood.size)


def cdf(link):
    return norm.cdf if link == "probit" else lambda x: 1.0 / (1.0 + np.exp(-x))


def by_hand(model, u, errors, link):
    """Chances of the outcomes, written out from the figures of the published games."""
    share = cdf(link)

    def step(gain, *chances):
        private = errors == "private"
        return share(gain / np.sqrt(sum(p * p for p in chances) if private else 2.0))

    if model == "egame12":
        war = step(u["u24"], 1.0, 1.0)
        act = step((1 - war) * u["u13"] + war * u["u14"] - u["u11"], 1.0, war, 1 - war)
        return np.stack([1 - act, act * (1 - war), act * war], axis=1)
    if model == "egame122":
        low, high = step(u["u22"], 1.0, 1.0), step(u["u24"], 1.0, 1.0)
        worth = (1 - high) * u["u13"] + high * u["u14"] - (1 - low) * u["u11"] - low * u["u12"]
        right = step(worth, low, 1 - low, high, 1 - high)
        return np.stack(
            [(1 - right) * (1 - low), (1 - right) * low, right * (1 - high), right * high], axis=1
        )
    third = step(u["u36"], 1.0, 1.0)
    worth = (1 - third) * u["u25"] + third * u["u26"] - u["u23"]
    second = step(worth, 1.0, third, 1 - third)
    ends = [1 - second, second * (1 - third), second * third]
    worth = ends[0] * u["u13"] + ends[1] * u["u15"] + ends[2] * u["u16"] - u["u11"]
    first = step(worth, 1.0, *ends)
    return np.stack([1 - first, *(first * end for end in ends)], axis=1)


CASES = [
    (model, errors, link)
    for model in UTILITIES
    for errors, link in (("agent", "probit"), ("agent", "logit"), ("private", "probit"))
]


@pytest.mark.parametrize(("model", "errors", "link"), CASES)
def test_chances_are_those_of_the_published_games(model, errors, link):
    """Oracle: hand: the formulas of each game, written out."""
    likelihood, theta = made(model, errors, link)
    values = dict(zip(UTILITIES[model], [jet.value for jet in likelihood.jets(theta)], strict=True))
    expected = by_hand(model, values, errors, link)
    np.testing.assert_allclose(likelihood.outcome_probs(theta), expected, rtol=1e-12)
    np.testing.assert_allclose(
        likelihood.evaluate(theta).value, (likelihood.counts * np.log(expected)).sum(), rtol=1e-12
    )


@pytest.mark.parametrize(("model", "errors", "link"), CASES)
@pytest.mark.parametrize("scale", [(), ("log_sigma1", "log_sigma2")])
def test_gradient_and_hessian_are_exact(model, errors, link, scale):
    """Oracle: differences of the log-likelihood and of its gradient."""
    likelihood, theta = made(model, errors, link, scale)
    here = likelihood.evaluate(theta)
    step = 1e-5
    for place in range(likelihood.size):
        way = step * np.eye(likelihood.size)[place]
        up, down = likelihood.evaluate(theta + way), likelihood.evaluate(theta - way)
        assert here.gradient[place] == pytest.approx(
            (up.value - down.value) / (2 * step), rel=1e-5, abs=1e-6
        )
        np.testing.assert_allclose(
            here.hessian[place], (up.gradient - down.gradient) / (2 * step), rtol=1e-4, atol=1e-5
        )
    np.testing.assert_allclose(here.scores.sum(axis=0), here.gradient, rtol=1e-10)


def test_a_maximum_is_that_of_another_optimiser(disputes, write_table):
    """Oracle: independent code: scipy's BFGS on the formula by hand."""
    result = fit_game("egame12", write_table(disputes), SPEC)
    x, z, w = (disputes[name] for name in "xzw")
    place = np.array([["quiet", "yield", "war"].index(word) for word in disputes["outcome"]])

    def minus(theta):
        u = {
            "u11": theta[0] + theta[1] * x,
            "u13": theta[2] + 0.0 * x,
            "u14": theta[3] * w,
            "u24": theta[4] + theta[5] * z,
        }
        chances = by_hand("egame12", u, "agent", "probit")
        return -np.log(chances[np.arange(len(x)), place]).sum()

    other = minimize(minus, np.zeros(6), method="BFGS")
    assert result.loglik == pytest.approx(-other.fun, abs=1e-6)
    found = [item.estimate for item in result.coefficients]
    np.testing.assert_allclose(found, other.x, atol=2e-3)
    assert result.converged
    assert [start.converged for start in result.starts] == [True] * 4


def test_outcomes_may_be_actions_or_counts(disputes, write_table):
    """Oracle: theorem: the same choices, written in three ways, have one likelihood."""
    words = disputes["outcome"]
    table = write_table(
        disputes | {f"n_{word}": (words == word) * 1 for word in ("quiet", "yield", "war")}
    )
    first = fit_game("egame12", table, SPEC)
    for outcome in ({"actions": ["act", "answer"]}, {"counts": ["n_quiet", "n_yield", "n_war"]}):
        other = fit_game("egame12", table, SPEC | {"outcome": outcome})
        assert other.loglik == pytest.approx(first.loglik, abs=1e-9)


def test_order_and_scale_of_columns_do_not_matter(disputes, write_table):
    """Oracle: theorem: a regressor in other units has its coefficient in other units, and the same z."""
    first = fit_game("egame12", write_table(disputes), SPEC)
    reversed_rows = {name: column[::-1] for name, column in disputes.items()}
    other = fit_game("egame12", write_table(reversed_rows | {"x": 1000 * reversed_rows["x"]}), SPEC)
    assert other.loglik == pytest.approx(first.loglik, abs=1e-8)
    for mine, theirs in zip(first.coefficients, other.coefficients, strict=True):
        factor = 1000.0 if mine.term == "x" else 1.0
        assert theirs.estimate * factor == pytest.approx(mine.estimate, rel=1e-5, abs=1e-7)
        assert theirs.estimate / theirs.se == pytest.approx(
            mine.estimate / mine.se, rel=1e-4, abs=1e-6
        )


def test_a_likelihood_ratio_test_by_hand(disputes, write_table):
    """Oracle: hand: twice the difference, one degree, the tail of chi-squared."""
    table = write_table(disputes)
    small = copy.deepcopy(SPEC)
    del small["utilities"]["u14"]
    little, large = fit_game("egame12", table, small), fit_game("egame12", table, SPEC)
    test = likelihood_ratio_test(little, large)
    assert test.statistic == pytest.approx(2.0 * (large.loglik - little.loglik))
    assert test.degrees == 1
    assert test.p_value == pytest.approx(2.0 * norm.sf(np.sqrt(test.statistic)), rel=1e-6)
    with pytest.raises(UsageError, match="the smaller model has 6 coefficients") as caught:
        likelihood_ratio_test(large, little)
    assert caught.value.code == "option-invalid"


def test_bootstrap_and_sandwich_say_what_they_are(disputes, write_table):
    """Oracle: theorem: under the model the three kinds agree, up to the noise of 100 resamples."""
    table = write_table(disputes)
    found = {
        errors: fit_game("egame12", table, SPEC, errors=errors, resamples=100)
        for errors in ("hessian", "sandwich", "bootstrap")
    }
    assert {name: item.errors for name, item in found.items()} == dict(
        zip(found, found, strict=True)
    )
    for name in ("sandwich", "bootstrap"):
        ratios = [
            a.se / b.se
            for a, b in zip(found[name].coefficients, found["hessian"].coefficients, strict=True)
        ]
        assert 0.6 < min(ratios) <= max(ratios) < 1.7
