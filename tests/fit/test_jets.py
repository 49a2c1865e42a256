"""Derivatives that values carry with them. Oracle: differences of the functions, and integrals by other code."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import multivariate_normal, norm

from detente.fit import jets
from detente.fit.jets import variables

FUNCTIONS = {
    "sum": lambda x, y: x + 2.0 * y - 1.0,
    "difference": lambda x, y: 3.0 - x - y,
    "product": lambda x, y: x * y * x,
    "exp": lambda x, y: jets.exp(x * y),
    "power": lambda x, y: jets.power(jets.exp(x) + y * y, -0.5),
    "softplus": lambda x, y: jets.softplus(x - y),
    "log_logistic": lambda x, y: jets.log_logistic(x * y),
    "log_normal": lambda x, y: jets.log_normal(x - y * y),
    "log_one_plus_square": lambda x, y: jets.log_one_plus_square(x - y),
    "log_add": lambda x, y: jets.log_add(x, y * y),
    "log_both_below": lambda x, y: jets.log_both_below(x * y, x - y),
    "largest of two": lambda x, y: jets.log_largest([x, y * x], [jets.exp(y), x * x + 1.0])[1],
    "largest of three": lambda x, y: jets.log_largest(
        [x, y, x * y], [jets.exp(0.3 * x), y * y + 0.5, x * 0.0 + 1.0]
    )[0],
    "compose": lambda x, y: jets.compose(
        jets.log_add(*variables([(x * y).value, y.value])), [x * y, y]
    ),
    "total": lambda x, y: jets.total([x, y, x * y]),
}
POINTS = np.array([[0.3, -1.2, 2.0, -3.0], [0.7, 0.4, -1.5, -2.5]])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_derivatives_are_those_of_differences(name):
    function, step = FUNCTIONS[name], 1e-5

    def at(shift):
        return function(*variables(POINTS + np.asarray(shift)[:, None]))

    jet = at((0.0, 0.0))
    for place in range(2):
        way = step * np.eye(2)[place]
        up, down = at(way), at(-way)
        np.testing.assert_allclose(
            jet.first[place], (up.value - down.value) / (2 * step), rtol=1e-6, atol=1e-8
        )
        np.testing.assert_allclose(
            jet.second[place], (up.first - down.first) / (2 * step), rtol=1e-6, atol=1e-8
        )


@pytest.mark.parametrize(("a", "b"), [(0.0, 0.0), (1.0, -2.0), (-3.0, 2.0), (2.0, 2.0), (8.0, 8.0)])
def test_two_correlated_normals_below_two_bounds(a, b):
    """Oracle: independent code: the distribution function of the bivariate normal in scipy."""
    rho = 1.0 / np.sqrt(2.0)
    found = jets.log_both_below(*variables([[a], [b]])).value[0]
    expected = multivariate_normal([0.0, 0.0], [[1.0, rho], [rho, 1.0]]).cdf([a, b])
    assert np.exp(found) == pytest.approx(float(expected), abs=1e-8)


@pytest.mark.parametrize("apart", [0.0, 1.5, 6.0])
def test_the_largest_of_independent_normals(apart):
    """Oracle: independent code: the integral by scipy's adaptive quadrature, and chances that sum to one."""
    means, variances = np.array([0.0, apart, -0.7, 0.4 * apart]), np.array([1.0, 0.2, 0.05, 0.6])
    logs = jets.log_largest(
        variables([[mean] for mean in means], order=1),
        variables([[variance] for variance in variances], order=1),
    )
    found = np.exp([log.value[0] for log in logs])
    assert found.sum() == pytest.approx(1.0, abs=1e-9)
    for own in range(4):
        others = np.arange(4) != own

        def density(x, own=own, others=others):
            below = norm.cdf((x - means[others]) / np.sqrt(variances[others])).prod()
            return below * norm.pdf(x, means[own], np.sqrt(variances[own]))

        width = 12.0 * np.sqrt(variances[own])
        ends = means[own] - width, means[own] + width
        expected = quad(density, *ends, epsabs=1e-14, limit=500, points=list(means))[0]
        assert found[own] == pytest.approx(expected, abs=1e-9)


def test_the_largest_keeps_its_log_in_the_tail():
    """Oracle: theorem: a third that never wins leaves the two, whose chance has a closed form."""
    from scipy.special import log_ndtr

    means = variables([[0.0], [40.0], [-60.0]], order=1)
    ones = [mean * 0.0 + 1.0 for mean in means]
    found = jets.log_largest(means, ones)[0].value[0]
    assert found == pytest.approx(log_ndtr(-40.0 / np.sqrt(2.0)), rel=1e-9)


def test_far_tails_keep_their_logs():
    """Oracle: theorem: one bound far away leaves the normal distribution of the other, whose log is known."""
    from scipy.special import log_ndtr

    far = jets.log_both_below(*variables([[60.0, -20.0], [-30.0, 60.0]])).value
    np.testing.assert_allclose(far, log_ndtr([-30.0, -20.0]), rtol=1e-10)
