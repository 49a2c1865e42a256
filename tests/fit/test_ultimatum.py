"""The ultimatum game: a density that integrates to one, derivatives, and made-up offers found again."""

import numpy as np
import pytest
from scipy.integrate import quad

from detente.errors import UsageError
from detente.fit import fit_game
from detente.fit.maximising import Equation
from detente.fit.ultimatum import UltimatumLikelihood
from detente.testing.disputes import OFFERS, OFFERS_SPEC, draw_offers


def made(offer, accept=None, s1=None, s2=None):
    offer = np.atleast_1d(np.asarray(offer, dtype=float))
    one = np.ones((offer.size, 1))
    names = [
        "R1",
        "R2",
        *(f"log_{name}" for name, value in (("s1", s1), ("s2", s2)) if value is None),
    ]
    return UltimatumLikelihood(
        offer=offer,
        accept=accept,
        equations=[Equation(name=name, terms=("const",), columns=one) for name in names],
        smallest=0.0,
        largest=10.0,
        s1=s1,
        s2=s2,
    )


@pytest.mark.parametrize(("r1", "r2", "s1", "s2"), [(2.0, 3.0, 1.5, 0.7), (-4.0, 8.0, 4.0, 2.0)])
def test_offers_have_a_distribution(r1, r2, s1, s2):
    """Oracle: theorem: the chances of both ends and the density between them sum to one."""
    theta = np.array([r1, r2])

    def likelihood(offer):
        return np.exp(made(offer, s1=s1, s2=s2).evaluate(theta).value)

    inside = quad(likelihood, 1e-6, 10.0 - 1e-6, limit=200)[0]
    assert inside + likelihood(0.0) + likelihood(10.0) == pytest.approx(1.0, abs=1e-5)


def test_gradient_and_hessian_are_exact():
    """Oracle: differences of the log-likelihood and of its gradient; offers at both ends among them."""
    generator = np.random.default_rng(1)
    offer = np.concatenate([[0.0, 10.0], generator.uniform(0.0, 10.0, 20)])
    likelihood = made(offer, accept=(generator.random(22) < 0.5) * 1.0)
    theta, step = np.array([1.0, 4.0, 0.6, 0.2]), 1e-5
    here = likelihood.evaluate(theta)
    for place in range(4):
        way = step * np.eye(4)[place]
        up, down = likelihood.evaluate(theta + way), likelihood.evaluate(theta - way)
        assert here.gradient[place] == pytest.approx((up.value - down.value) / (2 * step), rel=1e-6)
        np.testing.assert_allclose(
            here.hessian[place], (up.gradient - down.gradient) / (2 * step), rtol=1e-5, atol=1e-5
        )


def test_coefficients_are_found_again(write_table):
    """Oracle: what the best offers on a grid were drawn from, within four standard errors."""
    found = fit_game("ultimatum", write_table(draw_offers(800, seed=5)), OFFERS_SPEC)
    assert found.converged
    truth = [value for values in OFFERS.values() for value in values]
    for item, true in zip(found.coefficients, truth, strict=True):
        assert abs(item.estimate - true) < 4.0 * item.se, item


def test_offers_alone_are_enough(write_table):
    columns = draw_offers(2000, seed=6)
    spec = OFFERS_SPEC | {"outcome": {"offer": "offer"}, "scale": {"s2": 2.7}}
    found = fit_game("ultimatum", write_table(columns), spec)
    assert [item.utility for item in found.coefficients] == ["R1", "R1", "R2", "R2", "log_s1"]
    assert found.converged


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"offers": {}}, "key-missing"),
        ({"offers": {"largest": 0}}, "value-out-of-range"),
        ({"offers": {"largest": 20}}, "value-out-of-range"),
        ({"utilities": {"R1": ["const"]}}, "key-missing"),
        ({"scale": {"s2": -1}}, "value-out-of-range"),
        ({"outcome": {"offer": "offer", "accept": "x"}}, "table-row-invalid"),
        ({"outcome": {"accept": "accept"}}, "key-missing"),
    ],
)
def test_what_is_wrong_is_refused(change, code, write_table):
    """Oracle: hand."""
    with pytest.raises(UsageError) as caught:
        fit_game("ultimatum", write_table(draw_offers(60, seed=2)), OFFERS_SPEC | change)
    assert caught.value.code == code


def test_answers_that_the_offer_separates_are_refused(write_table):
    """Oracle: hand: every offer above 20 accepted, none below."""
    columns = draw_offers(100, seed=3)
    columns["accept"] = (columns["offer"] > 20.0) * 1
    with pytest.raises(UsageError) as caught:
        fit_game(
            "ultimatum",
            write_table(columns),
            OFFERS_SPEC | {"utilities": {"R1": ["const"], "R2": ["const"]}},
        )
    assert caught.value.code == "data-separated"
    fixed = OFFERS_SPEC | {"scale": {"s2": 3.0}}
    assert fit_game("ultimatum", write_table(columns), fixed).converged


def test_one_row(write_table):
    """Oracle: hand."""
    with pytest.raises(UsageError) as caught:
        fit_game("ultimatum", write_table(draw_offers(1, seed=3)), OFFERS_SPEC)
    assert caught.value.code == "data-too-few"
    assert caught.value.at.endswith("data.csv:2")
