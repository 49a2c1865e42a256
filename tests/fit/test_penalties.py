"""Penalties: finite estimates where data separate, and what each adds."""

import copy

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from detente.errors import UsageError
from detente.fit import fit_game, likelihood_ratio_test
from detente.testing.disputes import DISPUTES_SPEC as SPEC
from detente.testing.disputes import OFFERS_SPEC, draw_offers

PENALTIES = ["log-f", "cauchy", "jeffreys"]


def separated(disputes):
    spec = copy.deepcopy(SPEC)
    spec["utilities"]["u24"] = ["const", "z", "flag"]
    return disputes | {"flag": disputes["answer"] * 1.0}, spec


@pytest.mark.parametrize("penalty", PENALTIES)
def test_separated_data_have_an_estimate_and_it_is_told(penalty, disputes, write_table):
    """Oracle: theorem: each penalty falls without bound in every direction that separates."""
    columns, spec = separated(disputes)
    found = fit_game("egame12", write_table(columns), spec, penalty=penalty)
    assert found.converged
    assert found.penalty == penalty
    assert "player 2's choices are separated by" in found.separation[0]
    flag = next(item for item in found.coefficients if item.term == "flag")
    assert 0.5 < flag.estimate < 60.0
    assert flag.se is not None


@pytest.mark.parametrize("penalty", PENALTIES)
def test_data_that_say_much_are_hardly_moved(penalty, disputes, write_table):
    """Oracle: theorem: a penalty of the order of one observation moves an estimate by a small part of its error."""
    table = write_table(disputes)
    plain, found = (
        fit_game("egame12", table, SPEC),
        fit_game("egame12", table, SPEC, penalty=penalty),
    )
    assert found.separation == ()
    assert plain.loglik - 1.0 < found.loglik < plain.loglik
    for mine, theirs in zip(found.coefficients, plain.coefficients, strict=True):
        assert abs(mine.estimate - theirs.estimate) < 0.5 * theirs.se
        assert mine.se == pytest.approx(theirs.se, rel=0.2)


TREE_OF_ONE = {
    "outcome": {"column": "y", "order": ["a", "b", "c"]},
    "link": "logit",
    "utilities": {"u11": 0, "u24": ["const", "x"]},
}
"""egame12 whose first move is even odds: what is estimated is one logit, at half the variance of its errors."""


@pytest.fixture
def logit():
    generator = np.random.default_rng(8)
    x = generator.normal(size=60)
    answer = generator.random(60) < expit(0.5 + 1.5 * x)
    act = generator.random(60) < 0.7
    return {"x": x, "y": np.where(~act, "a", np.where(answer, "c", "b"))}


def penalised_by_hand(penalty, columns):
    """Maximise a plain logit of the second move by other code."""
    reached = columns["y"] != "a"
    design = np.column_stack([np.ones(reached.sum()), columns["x"][reached]]) / np.sqrt(2.0)
    sizes = np.sqrt((np.column_stack([np.ones(60), columns["x"]]) ** 2).mean(axis=0))
    yes = columns["y"][reached] == "c"

    def minus(theta):
        share = expit(design @ theta)
        value = np.log(np.where(yes, share, 1.0 - share)).sum()
        beta = theta * sizes
        if penalty == "log-f":
            value += (0.5 * beta - np.log1p(np.exp(beta))).sum()
        elif penalty == "cauchy":
            value -= np.log1p((beta / np.array([10.0, 2.5])) ** 2).sum()
        return -value

    return minimize(minus, np.zeros(2), method="BFGS", options={"gtol": 1e-9}).x


@pytest.mark.parametrize("penalty", ["none", "log-f", "cauchy"])
def test_estimates_are_those_of_other_code(penalty, logit, write_table):
    """Oracle: independent code: the same penalty on a plain logit, by scipy."""
    found = fit_game("egame12", write_table(logit), TREE_OF_ONE, penalty=penalty)
    expected = penalised_by_hand(penalty, logit)
    np.testing.assert_allclose([item.estimate for item in found.coefficients], expected, atol=1e-4)


def test_jeffreys_is_firths_estimate_in_a_logit(write_table):
    """Oracle: theorem: with a constant alone Firth's logit adds half a success and half a failure.

    The information holds the chance that the move is reached too, but that is a constant here.
    """
    columns = {"y": ["a"] * 6 + ["b"] * 3 + ["c"] * 9}
    spec = TREE_OF_ONE | {"utilities": {"u11": 0, "u24": ["const"]}}
    (found,) = fit_game("egame12", write_table(columns), spec, penalty="jeffreys").coefficients
    assert found.estimate == pytest.approx(np.sqrt(2.0) * np.log(9.5 / 3.5), abs=1e-5)


def test_where_no_penalty_is_modelled_it_is_refused(disputes, write_table):
    """Oracle: hand."""
    with pytest.raises(UsageError) as caught:
        fit_game("ultimatum", write_table(draw_offers(50, seed=1)), OFFERS_SPEC, penalty="log-f")
    assert caught.value.code == "option-invalid"
    with pytest.raises(UsageError) as caught:
        fit_game("egame12", write_table(disputes), SPEC, penalty="ridge")
    assert caught.value.code == "option-invalid"


def test_a_penalised_fit_has_no_likelihood_ratio_test(disputes, write_table):
    """Oracle: hand."""
    table = write_table(disputes)
    small = copy.deepcopy(SPEC)
    del small["utilities"]["u14"]
    fits = [fit_game("egame12", table, spec, penalty="log-f") for spec in (small, SPEC)]
    with pytest.raises(UsageError, match="with a penalty"):
        likelihood_ratio_test(*fits)
