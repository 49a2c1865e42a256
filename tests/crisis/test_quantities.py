import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from detente.crisis import mean, ppf, quantities, reference_value, support
from detente.crisis.elements import Distribution
from detente.crisis.quantities import distribution_problem, outline
from detente.errors import UsageError
from detente.testing.strategies import distributions

GRID = np.concatenate([[1e-12, 1e-6], np.linspace(0.001, 0.999, 97), [1 - 1e-6, 1 - 1e-12]])
ROUNDING = 1e-12  # floating point only


def make(family, *parameters):
    return Distribution(family=family, parameters=parameters)


SCIPY = {
    "triangular": (make("triangular", -2, 1, 7), stats.triang(3 / 9, loc=-2, scale=9)),
    "triangular with its mode at the low end": (
        make("triangular", 0, 0, 4),
        stats.triang(0, scale=4),
    ),
    "triangular with its mode at the high end": (
        make("triangular", 0, 4, 4),
        stats.triang(1, scale=4),
    ),
    "uniform": (make("uniform", -3, 5), stats.uniform(-3, 8)),
    "normal": (make("normal", 2, 0.5), stats.norm(2, 0.5)),
    "lognormal": (make("lognormal", 3, 0.7), stats.lognorm(0.7, scale=3)),
    "beta": (make("beta", 2, 5, 10, 30), stats.beta(2, 5, loc=10, scale=20)),
    "skew beta": (make("beta", 0.5, 0.5, 0, 1), stats.beta(0.5, 0.5)),
}


@pytest.mark.parametrize("name", SCIPY)
def test_quantiles_and_means_match_scipy(name):
    # Oracle: independent code, scipy.stats.
    ours, theirs = SCIPY[name]
    np.testing.assert_allclose(ppf(ours, GRID), theirs.ppf(GRID), rtol=1e-9, atol=1e-9)
    assert mean(ours) == pytest.approx(theirs.mean(), rel=1e-12)
    assert support(ours) == pytest.approx(theirs.support())
    assert reference_value(ours) == pytest.approx(theirs.median(), rel=1e-12)


def test_discrete_quantiles_match_scipy():
    # Oracle: independent code, scipy.stats.rv_discrete; the grid avoids the jumps.
    ours = make("discrete", 5, 0.2, 1, 0.5, 3, 0.3)
    theirs = stats.rv_discrete(values=([1, 3, 5], [0.5, 0.3, 0.2]))
    inner = np.array([0.01, 0.3, 0.49, 0.51, 0.7, 0.79, 0.81, 0.99])
    np.testing.assert_array_equal(ppf(ours, inner), theirs.ppf(inner))
    assert mean(ours) == pytest.approx(theirs.mean())


def test_quantiles_by_hand():
    # Oracle: hand. F(x) = x^2 / 2 on [0, 1] for the triangle 0, 1, 2.
    assert ppf(make("triangular", 0, 1, 2), 0.125) == pytest.approx(0.5, abs=ROUNDING)
    assert ppf(make("triangular", 0, 1, 2), 0.875) == pytest.approx(1.5, abs=ROUNDING)
    assert ppf(make("uniform", 2, 4), 0.25) == pytest.approx(2.5, abs=ROUNDING)
    assert ppf(make("normal", 5, 2), 0.5) == pytest.approx(5, abs=ROUNDING)
    assert ppf(make("lognormal", 5, 2), 0.5) == pytest.approx(5, abs=ROUNDING)
    assert ppf(make("beta", 1, 1, 0, 10), 0.3) == pytest.approx(3, abs=ROUNDING)
    np.testing.assert_array_equal(ppf(make("fixed", 7), [[0, 0.5], [0.9, 1]]), [[7, 7], [7, 7]])


def test_discrete_value_without_weight_never_comes():
    # Oracle: hand.
    distribution = make("discrete", 0, 0.0, 1, 1.0)
    np.testing.assert_array_equal(ppf(distribution, [0, 0.5, 1]), [1, 1, 1])
    assert support(distribution) == (1, 1)


def test_ends_of_the_uniform_numbers_give_the_support():
    # Oracle: theorem, the quantile at 0 and 1 is the end of the support.
    for ours, _ in SCIPY.values():
        np.testing.assert_allclose(ppf(ours, [0, 1]), support(ours))


@given(distributions(), st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_quantiles_rise_and_stay_within_support(distribution, numbers):
    # Oracle: theorem, a quantile function is monotone and maps into the support.
    assert not distribution_problem(distribution)
    values = ppf(distribution, np.sort(numbers))
    assert values.shape == (len(numbers),)
    assert np.all(values[1:] >= values[:-1])
    low, high = support(distribution)
    assert np.all((values >= low) & (values <= high))
    assert low <= reference_value(distribution) <= high


@given(distributions())
def test_mean_is_the_average_of_quantiles(distribution):
    # Oracle: theorem, the mean is the integral of the quantile function; the midpoint rule is coarse in the tails.
    grid = (np.arange(20_000) + 0.5) / 20_000
    values = ppf(distribution, grid)
    spread = float(values.max() - values.min()) + abs(mean(distribution)) + 1e-9
    assert values.mean() == pytest.approx(mean(distribution), abs=0.01 * spread, rel=0.02)


@pytest.mark.parametrize("u", [-0.1, 1.1, math.nan, [0.5, 2]])
def test_number_that_is_no_probability_is_refused(u):
    with pytest.raises(UsageError) as caught:
        ppf(make("fixed", 1), u)
    assert caught.value.code == "value-out-of-range"
    assert caught.value.fix


def test_input_is_not_changed():
    u = np.array([0.9, 0.1])
    ppf(make("discrete", 1, 0.5, 2, 0.5), u)
    np.testing.assert_array_equal(u, [0.9, 0.1])


@pytest.mark.parametrize(
    ("distribution", "part"),
    [
        (make("fixed"), "0 parameters"),
        (make("fixed", math.nan), "not finite"),
        (make("triangular", 1, 2), "2 parameters"),
        (make("triangular", 1, 0, 2), "not in order"),
        (make("triangular", 1, 1, 1), "are both 1"),
        (make("uniform", 1), "1 parameters"),
        (make("uniform", 1, 1), "not below"),
        (make("uniform", -1.7e308, 1.7e308), "too large"),
        (make("triangular", -1.7e308, 0, 1.7e308), "too large"),
        (make("normal", 1), "1 parameters"),
        (make("normal", 1, -1), "not positive"),
        (make("normal", 1, 1e308), "too large"),
        (make("lognormal", 1), "1 parameters"),
        (make("lognormal", 0, 1), "median 0"),
        (make("lognormal", 1, 0), "sigma 0"),
        (make("lognormal", 1, 1e6), "too large"),
        (make("lognormal", 1, 40), "too large"),
        (make("beta", 1, 2), "2 parameters"),
        (make("beta", 1, 0, 0, 1), "not both positive"),
        (make("beta", 1, 1, 1, 1), "not below"),
        (make("discrete"), "no pairs"),
        (make("discrete", 1, 0.5, 2), "no pairs"),
        (make("discrete", 1, 1.5), "outside 0-1"),
        (make("discrete", 1, 0.5, 1, 0.5), "stands twice"),
        (make("discrete", 1, 0.5, 2, 0.4), "sum to 0.9"),
    ],
)
def test_what_is_no_distribution_is_explained(distribution, part):
    # Oracle: hand.
    problem = distribution_problem(distribution)
    assert part in problem
    assert bool(problem) == bool(part)


def test_normal_quantiles_known_by_heart_are_those_of_scipy():
    # oracle: independent code, to the last bit
    known = quantities._SCORES
    assert list(known.values()) == special.ndtri(np.array(list(known))).tolist()
    assert ppf(make("normal", 1, 2), [[0.5], [0.3]]).tolist() == [
        [1.0],
        [1 + 2 * special.ndtri(0.3)],
    ]


def test_beta_distributions_that_are_not_tried_have_all_their_quantiles():
    # oracle: independent code, on a grid of shapes that holds the ends
    shapes = np.geomspace(*quantities._PLAIN_SHAPE, 33)
    found = special.betaincinv(shapes[:, None, None], shapes[None, :, None], quantities._EDGES)
    assert ((found >= 0.0) & (found <= 1.0)).all()


@pytest.mark.parametrize("scale", [5e-324, 1e-300, 1.0, 1e150, 8.9e307])
def test_quantiles_that_are_not_tried_lie_between_the_ends(scale):
    # oracle: the quantiles themselves, at the edges and at the largest widths there are
    for family, parameters in [
        ("fixed", (scale,)),
        ("uniform", (-scale, scale)),
        ("uniform", (0.0, 2 * scale)),
        ("triangular", (-scale, -scale, scale)),
        ("triangular", (-scale, 0.0, scale)),
        ("triangular", (0.0, 2 * scale, 2 * scale)),
    ]:
        found = ppf(make(family, *parameters), quantities._EDGES)
        assert np.isfinite(found).all()
        assert ((found >= min(parameters)) & (found <= max(parameters))).all()


@pytest.mark.parametrize(
    ("family", "parameters"),
    [
        ("triangular", (1.0, 2.0, 4.0)),
        ("uniform", (-1.0, 3.0)),
        ("normal", (5.0, 2.0)),
        ("lognormal", (3.0, 0.5)),
        ("beta", (2.0, 5.0, 0.0, 10.0)),
    ],
)
def test_outline_encloses_one_and_lies_about_the_mean(family, parameters):
    """Oracle: theorem. A density integrates to one (less what is cut off), and its mean is that of the distribution."""
    law = Distribution(family=family, parameters=parameters)
    points = np.array(outline(law))
    x = np.linspace(points[0, 0], points[-1, 0], 4001)
    y = np.interp(x, *points.T)
    assert np.trapezoid(y, x) == pytest.approx(1.0, abs=0.04)
    assert np.trapezoid(x * y, x) / np.trapezoid(y, x) == pytest.approx(mean(law), rel=0.04)


def test_outline_of_what_is_fixed_is_its_value():
    """Oracle: hand."""
    assert outline(Distribution(family="fixed", parameters=(3.0,))) == ((3.0, 1.0),)
