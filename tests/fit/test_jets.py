"""Derivatives that values carry with them. Oracle: differences of the functions, and integrals by other code."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

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
    "log_add": lambda x, y: jets.log_add(x, y * y),
    "log_both_below": lambda x, y: jets.log_both_below(x * y, x - y),
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


def test_far_tails_keep_their_logs():
    """Oracle: theorem: one bound far away leaves the normal distribution of the other, whose log is known."""
    from scipy.special import log_ndtr

    far = jets.log_both_below(*variables([[60.0, -20.0], [-30.0, 60.0]])).value
    np.testing.assert_allclose(far, log_ndtr([-30.0, -20.0]), rtol=1e-10)
