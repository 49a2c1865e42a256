"""Values of an uncertain quantity: quantiles, mean, support and the median of each distribution family.

Everything is exact (closed form, or the special functions of scipy) and vectorised over the uniform numbers.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray
from detente.crisis.elements import Distribution
from detente.errors import refuse

__all__ = [
    "correlation_matrix",
    "distribution_problem",
    "is_positive_definite",
    "mean",
    "outline",
    "ppf",
    "reference_value",
    "support",
]


_OUTLINE, _TAIL = 96, 0.005
"""Steps of an outline, and what an unbounded distribution is cut off at on either side."""

_EDGES = np.array([2.0**-53, 1e-6, 0.5, 1 - 1e-6, 1 - 2.0**-53])
"""Uniform numbers at which every distribution must give a finite value."""

_PLAIN_SHAPE = (0.01, 1e6)
"""Parameters of beta distributions between these have a quantile for every edge (tested), which need not be computed."""


def ppf(distribution: Distribution, u: ArrayLike) -> FloatArray:
    """Return the quantiles of a distribution.

    Parameters
    ----------
    distribution
        What is uncertain.
    u
        Probabilities from 0 to 1, any shape.

    Returns
    -------
    ndarray
        The smallest value whose distribution function reaches ``u``; same shape, in the quantity's unit. The ends of an
        unbounded family (``u`` of 0 or 1) are infinite.

    Raises
    ------
    UsageError
        ``value-out-of-range`` if a ``u`` is outside 0-1 or NaN.

    Examples
    --------
    >>> ppf(Distribution(family="triangular", parameters=(0, 1, 2)), [0, 0.5, 1])
    array([0., 1., 2.])
    """
    uniform = np.asarray(u, dtype=np.float64)
    if not np.all((uniform >= 0) & (uniform <= 1)):
        bad = uniform[~((uniform >= 0) & (uniform <= 1))].flat[0]
        message = f"a probability of {bad} is outside 0-1"
        refuse(message, code="value-out-of-range", at="ppf", fix="give numbers from 0 to 1")
    values = _QUANTILES[distribution.family](uniform, *distribution.parameters)
    return np.asarray(values, dtype=np.float64)


def outline(distribution: Distribution) -> tuple[tuple[float, float], ...]:
    """Return points on the density of a distribution, to be drawn; of a fixed or discrete one its values and probabilities.

    Between two quantiles the density is the probability between them over their distance, so no family needs a formula of
    its own. Where a family has no ends the outer halves of a per cent are left out.

    Examples
    --------
    >>> outline(Distribution(family="discrete", parameters=(1, 0.25, 2, 0.75)))
    ((1.0, 0.25), (2.0, 0.75))
    """
    family, given = distribution.family, distribution.parameters
    if family == "fixed":
        return ((float(given[0]), 1.0),)
    if family == "discrete":
        pairs = zip(given[::2], given[1::2], strict=True)
        return tuple(sorted((float(value), float(prob)) for value, prob in pairs))
    if family in {"triangular", "uniform"}:
        low, *middle, high = given
        height = 2.0 if middle else 1.0
        tops = middle or [low, high]
        return (
            (float(low), 0.0),
            *((float(top), height / (high - low)) for top in tops),
            (float(high), 0.0),
        )
    u = np.linspace(_TAIL, 1.0 - _TAIL, _OUTLINE + 1)
    x = ppf(distribution, u)
    steps = np.diff(x)
    kept = steps > 0.0
    middles, heights = (x[1:] + x[:-1])[kept] / 2, np.diff(u)[kept] / steps[kept]
    return tuple(zip(middles.tolist(), heights.tolist(), strict=True))


def correlation_matrix(
    pairs: Mapping[str, Mapping[str, float]], paths: Sequence[str]
) -> FloatArray:
    """Return the correlations of the quantities at some paths, each pair given once; 0 where none is.

    Examples
    --------
    >>> correlation_matrix({"a": {"b": 0.5}}, ["a", "b"]).tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    """
    place = {path: number for number, path in enumerate(paths)}
    matrix = np.eye(len(paths))
    for first, row in pairs.items():
        for second, value in row.items():
            matrix[place[first], place[second]] = matrix[place[second], place[first]] = value
    return matrix


def is_positive_definite(pairs: Mapping[str, Mapping[str, float]], paths: Sequence[str]) -> bool:
    """Tell whether some joint distribution has these correlations, but for rounding in their tenth digit."""
    return bool(np.linalg.eigvalsh(correlation_matrix(pairs, paths))[0] > -1e-9)


def mean(distribution: Distribution) -> float:
    """Return the expected value of a distribution, in the quantity's unit.

    Examples
    --------
    >>> mean(Distribution(family="discrete", parameters=(0, 0.25, 4, 0.75)))
    3.0
    """
    values = distribution.parameters
    match distribution.family:
        case "triangular":
            return float(values[0] / 3 + values[1] / 3 + values[2] / 3)
        case "uniform":
            return float(values[0] / 2 + values[1] / 2)
        case "lognormal":
            return float(values[0] * math.exp(values[1] ** 2 / 2))
        case "beta":
            a, b, low, high = values
            return float(low + (high - low) * (a / (a + b)))
        case "discrete":
            return float(math.fsum(v * p for v, p in zip(values[::2], values[1::2], strict=True)))
        case _:
            return float(values[0])


def support(distribution: Distribution) -> tuple[float, float]:
    """Return the lowest and highest possible value, in the quantity's unit; infinite for unbounded families.

    Examples
    --------
    >>> support(Distribution(family="lognormal", parameters=(2, 0.5)))
    (0.0, inf)
    """
    values = distribution.parameters
    match distribution.family:
        case "normal":
            return -math.inf, math.inf
        case "lognormal":
            return 0.0, math.inf
        case "beta":
            return float(values[2]), float(values[3])
        case "discrete":
            possible = [v for v, p in zip(values[::2], values[1::2], strict=True) if p > 0]
            return float(min(possible)), float(max(possible))
        case _:
            return float(values[0]), float(values[-1])


def reference_value(distribution: Distribution) -> float:
    """Return the median of a distribution, in the quantity's unit: the value shown where one number must stand.

    Examples
    --------
    >>> reference_value(Distribution(family="uniform", parameters=(1, 3)))
    2.0
    """
    return float(ppf(distribution, 0.5))


def distribution_problem(distribution: Distribution) -> str:
    """Say in one clause why a distribution is not one; empty if it is.

    Examples
    --------
    >>> distribution_problem(Distribution(family="uniform", parameters=(3, 1)))
    'low 3 is not below high 1'
    """
    if not all(math.isfinite(value) for value in distribution.parameters):
        return "a parameter is not finite"
    shape = _PROBLEMS[distribution.family](distribution.parameters)
    if shape:
        return shape
    low, high = support(distribution)
    if math.isfinite(low) and math.isfinite(high) and not math.isfinite(high - low):
        return "its values are too large to be finite numbers"
    with np.errstate(all="ignore"):
        try:
            finite = _lies_between_ends(distribution) or bool(
                np.all(np.isfinite(ppf(distribution, _EDGES)))
            )
            finite = finite and math.isfinite(mean(distribution))
        except OverflowError:
            finite = False
    return "" if finite else "its values are too large to be finite numbers"


def _lies_between_ends(distribution: Distribution) -> bool:
    """Tell whether every quantile is known to be a number between finite ends, so that none need be computed."""
    if distribution.family == "beta":
        least, most = _PLAIN_SHAPE
        return all(least <= shape <= most for shape in distribution.parameters[:2])
    return distribution.family in {"fixed", "triangular", "uniform"}


_SCORES = {
    2.0**-53: -8.209536151601387,
    1e-6: -4.753424308822899,
    0.001: -3.090232306167813,
    0.5: 0.0,
    1 - 0.001: 3.090232306167813,
    1 - 1e-6: 4.753424308817087,
    1 - 2.0**-53: 8.209536151601387,
}
"""Quantiles of the standard normal distribution that the checks of every crisis ask for."""


def _scores(u: FloatArray) -> FloatArray:
    """Return quantiles of the standard normal distribution; scipy is loaded for those that are not known by heart."""
    if u.size <= len(_SCORES) and all(prob in _SCORES for prob in u.flat):
        return np.array([_SCORES[prob] for prob in u.flat]).reshape(u.shape)
    from scipy import special  # noqa: PLC0415  slow to load

    return np.asarray(special.ndtri(u))


def _fixed(u: FloatArray, value: float) -> FloatArray:
    return np.full(u.shape, value)


def _triangular(u: FloatArray, low: float, mode: float, high: float) -> FloatArray:
    """Invert both arcs of the distribution function; the products are split so that they cannot overflow."""
    width, left, right = high - low, mode - low, high - mode
    rising = low + np.sqrt(u) * (math.sqrt(width) * math.sqrt(left))
    falling = high - np.sqrt(1 - u) * (math.sqrt(width) * math.sqrt(right))
    return np.clip(np.where(u * width < left, rising, falling), low, high)


def _uniform(u: FloatArray, low: float, high: float) -> FloatArray:
    return np.clip(low * (1 - u) + high * u, low, high)


def _normal(u: FloatArray, centre: float, sd: float) -> FloatArray:
    return np.asarray(centre + sd * _scores(u))


def _lognormal(u: FloatArray, median: float, sigma: float) -> FloatArray:
    return np.asarray(median * np.exp(sigma * _scores(u)))


def _beta(u: FloatArray, a: float, b: float, low: float, high: float) -> FloatArray:
    from scipy import special  # noqa: PLC0415  slow to load

    return np.clip(low + (high - low) * special.betaincinv(a, b, u), low, high)


def _discrete(u: FloatArray, *pairs: float) -> FloatArray:
    values, probs = np.array(pairs[::2], dtype=np.float64), np.array(pairs[1::2], dtype=np.float64)
    possible = probs > 0
    values, probs = values[possible], probs[possible]
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(probs[order])
    index = np.searchsorted(cumulative[:-1], u, side="left")
    return np.asarray(values[order][index])


_QUANTILES: dict[str, Callable[..., FloatArray]] = {
    "fixed": _fixed,
    "triangular": _triangular,
    "uniform": _uniform,
    "normal": _normal,
    "lognormal": _lognormal,
    "beta": _beta,
    "discrete": _discrete,
}

Parameters = tuple[float, ...]


def _number(value: float) -> str:
    return f"{value:.12g}"


def _fixed_problem(values: Parameters) -> str:
    return "" if len(values) == 1 else f"it has {len(values)} parameters instead of one value"


def _triangular_problem(values: Parameters) -> str:
    if len(values) != 3:
        return f"it has {len(values)} parameters instead of low, mode, high"
    low, mode, high = values
    if not low <= mode <= high:
        return f"low {_number(low)}, mode {_number(mode)}, high {_number(high)} are not in order"
    return "" if low < high else f"low and high are both {_number(low)}"


def _uniform_problem(values: Parameters) -> str:
    if len(values) != 2:
        return f"it has {len(values)} parameters instead of low, high"
    low, high = values
    return "" if low < high else f"low {_number(low)} is not below high {_number(high)}"


def _normal_problem(values: Parameters) -> str:
    if len(values) != 2:
        return f"it has {len(values)} parameters instead of mean, sd"
    return "" if values[1] > 0 else f"the standard deviation {_number(values[1])} is not positive"


def _lognormal_problem(values: Parameters) -> str:
    if len(values) != 2:
        return f"it has {len(values)} parameters instead of median, sigma"
    if values[0] <= 0:
        return f"the median {_number(values[0])} is not positive"
    return "" if values[1] > 0 else f"sigma {_number(values[1])} is not positive"


def _beta_problem(values: Parameters) -> str:
    if len(values) != 4:
        return f"it has {len(values)} parameters instead of a, b or a, b, low, high"
    a, b, low, high = values
    if a <= 0 or b <= 0:
        return f"a {_number(a)} and b {_number(b)} are not both positive"
    return "" if low < high else f"low {_number(low)} is not below high {_number(high)}"


def _discrete_problem(values: Parameters) -> str:
    if not values or len(values) % 2:
        return "it has no pairs of value and probability"
    outcomes, probs = values[::2], values[1::2]
    bad = next((p for p in probs if not 0 <= p <= 1), None)
    if bad is not None:
        return f"the probability {_number(bad)} is outside 0-1"
    if len(set(outcomes)) < len(outcomes):
        twice, _ = Counter(outcomes).most_common(1)[0]
        return f"the value {_number(twice)} stands twice"
    total = math.fsum(probs)
    return "" if abs(total - 1) <= 1e-9 else f"the probabilities sum to {_number(total)}, not 1"


_PROBLEMS: dict[str, Callable[[Parameters], str]] = {
    "fixed": _fixed_problem,
    "triangular": _triangular_problem,
    "uniform": _uniform_problem,
    "normal": _normal_problem,
    "lognormal": _lognormal_problem,
    "beta": _beta_problem,
    "discrete": _discrete_problem,
}
