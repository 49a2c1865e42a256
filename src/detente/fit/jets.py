r"""Numbers that carry their first and second derivatives: what makes gradients and Hessians of likelihoods exact.

A :class:`Jet` holds a value for each row of a data set and the derivatives of that value by a few variables of the same row
(utilities, log-scales, an equilibrium probability): forward differentiation to second order :cite:p:`griewank2008`. A
likelihood is written once, as a formula; its derivatives cannot disagree with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, log_expit, log_ndtr

from detente.arrays import FloatArray

__all__ = [
    "Jet",
    "compose",
    "exp",
    "log_add",
    "log_both_below",
    "log_largest",
    "log_logistic",
    "log_normal",
    "log_one_plus_square",
    "power",
    "softplus",
    "total",
    "variables",
]

_LOG_ROOT_TWO_PI = 0.5 * np.log(2.0 * np.pi)
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)
_FINE_NODES, _FINE_WEIGHTS = np.polynomial.legendre.leggauss(160)
_REACH = 9.0
"""Standard deviations beyond which a normal density adds nothing to sixteen digits."""


@dataclass(frozen=True, slots=True, eq=False)
class Jet:
    """A value per row, its derivatives by ``J`` variables, and its second derivatives.

    ``value`` has shape ``(n,)``, ``first`` ``(J, n)``, ``second`` ``(J, J, n)`` and is symmetric; of shape ``(0, 0, n)`` where
    second derivatives are not asked for.
    """

    value: FloatArray
    first: FloatArray
    second: FloatArray

    def through(self, value: FloatArray, slope: FloatArray, bend: FloatArray) -> "Jet":
        """Return f of this, of which value, first and second derivative are given."""
        if not self.second.size:
            second = self.second
        elif _is_linear(self):
            second = bend * (self.first[:, np.newaxis] * self.first)
        else:
            second = slope * self.second
            second += bend * (self.first[:, np.newaxis] * self.first)
        return Jet(value, slope * self.first, second)

    def __neg__(self) -> "Jet":
        """Return minus this."""
        return Jet(-self.value, -self.first, self.second if _is_linear(self) else -self.second)

    def __add__(self, other: "Jet | float | FloatArray") -> "Jet":
        """Return the sum with a jet or with constants."""
        if isinstance(other, Jet):
            second = (
                self.second
                if _is_linear(other)
                else other.second
                if _is_linear(self)
                else self.second + other.second
            )
            return Jet(self.value + other.value, self.first + other.first, second)
        return Jet(self.value + other, self.first, self.second)

    __radd__ = __add__

    def __sub__(self, other: "Jet | float | FloatArray") -> "Jet":
        """Return the difference to a jet or to constants."""
        if isinstance(other, Jet):
            second = self.second if _is_linear(other) else self.second - other.second
            return Jet(self.value - other.value, self.first - other.first, second)
        return self + (-other)

    def __rsub__(self, other: "float | FloatArray") -> "Jet":
        """Return the difference of constants to this."""
        return -self + other

    def __mul__(self, other: "Jet | float | FloatArray") -> "Jet":
        """Return the product with a jet or with constants."""
        if not isinstance(other, Jet):
            second = self.second if _is_linear(self) else self.second * other
            return Jet(self.value * other, self.first * other, second)
        first = self.first * other.value + other.first * self.value
        if not self.second.size:
            return Jet(self.value * other.value, first, self.second)
        cross = self.first[:, np.newaxis] * other.first
        second = cross + cross.transpose(1, 0, 2)
        if not _is_linear(self):
            second += self.second * other.value
        if not _is_linear(other):
            second += other.second * self.value
        return Jet(self.value * other.value, first, second)

    __rmul__ = __mul__

    __array_ufunc__ = None


def _is_linear(jet: Jet) -> bool:
    """Tell whether second derivatives are known to be zero: an array that repeats one number, as variables have it."""
    return jet.second.strides == (0, 0, 0)


def variables(values: Sequence[ArrayLike], *, order: int = 2) -> list[Jet]:
    """Return independent variables of the given values, each of shape ``(n,)``, with derivatives up to an order.

    Examples
    --------
    >>> x, y = variables([[2.0], [3.0]])
    >>> (x * y).first[:, 0].tolist(), (x * y).second[0, 1].tolist()
    ([3.0, 2.0], [1.0])
    """
    count = len(values)
    found = []
    for number, value in enumerate(values):
        array = np.asarray(value, dtype=np.float64)
        first = np.zeros((count, array.size))
        first[number] = 1.0
        size = count if order == 2 else 0
        found.append(Jet(array, first, np.broadcast_to(0.0, (size, size, array.size))))
    return found


def total(jets: Sequence[Jet]) -> Jet:
    """Return the sum of several jets, at least one."""
    answer = jets[0]
    for jet in jets[1:]:
        answer = answer + jet
    return answer


def exp(jet: Jet) -> Jet:
    """Return e to the power of a jet."""
    value = np.exp(jet.value)
    return jet.through(value, value, value)


def power(jet: Jet, exponent: float) -> Jet:
    """Return a positive jet to a fixed power."""
    value = jet.value**exponent
    slope = exponent * value / jet.value
    return jet.through(value, slope, (exponent - 1.0) * slope / jet.value)


def softplus(jet: Jet) -> Jet:
    """Return log(1 + e^x)."""
    share = expit(jet.value)
    return jet.through(np.logaddexp(0.0, jet.value), share, share * expit(-jet.value))


def log_one_plus_square(jet: Jet) -> Jet:
    """Return log(1 + x^2)."""
    square = jet.value**2
    slope = 2.0 * jet.value / (1.0 + square)
    return jet.through(np.log1p(square), slope, 2.0 * (1.0 - square) / (1.0 + square) ** 2)


def log_logistic(jet: Jet) -> Jet:
    """Return the log of the logistic distribution function."""
    rest = expit(-jet.value)
    return jet.through(log_expit(jet.value), rest, -rest * expit(jet.value))


def log_normal(jet: Jet) -> Jet:
    """Return the log of the standard normal distribution function."""
    value = log_ndtr(jet.value)
    hazard = _hazard(jet.value)
    return jet.through(value, hazard, -hazard * (jet.value + hazard))


def log_add(left: Jet, right: Jet) -> Jet:
    """Return log(e^x + e^y)."""
    return left + softplus(right - left)


def compose(outer: Jet, inner: Sequence[Jet]) -> Jet:
    """Return a function of several jets, of which value and derivatives by those are given."""
    first = sum(outer.first[place] * jet.first for place, jet in enumerate(inner))
    second = inner[0].second
    if second.size:
        second = np.zeros_like(second)
        for place, jet in enumerate(inner):
            second += outer.first[place] * jet.second
            slope = sum(outer.second[place, other] * item.first for other, item in enumerate(inner))
            second += jet.first[:, np.newaxis] * slope
    return Jet(outer.value, np.asarray(first), second)


def log_largest(means: Sequence[Jet], variances: Sequence[Jet]) -> list[Jet]:
    r"""Return the logs of the probabilities that each of several independent normals is the largest.

    .. math:: P_a = \int \varphi(z) \prod_{b \ne a} \Phi\!\left(\frac{\mu_a - \mu_b + s_a z}{s_b}\right) dz

    For two it is a normal distribution function; for more the integral is over 160 nodes around the peak of the integrand, which
    is log-concave and falls off like a normal density, or faster. Good to some ten digits of the probability itself, in the
    tails too, as long as no standard deviation is more than five times another.
    """
    if len(means) == 2:
        gain = (means[1] - means[0]) * power(variances[0] + variances[1], -0.5)
        return [log_normal(-gain), log_normal(gain)]
    widths = [power(variance, 0.5) for variance in variances]
    found = []
    for own, (mean, width) in enumerate(zip(means, widths, strict=True)):
        others = [place for place in range(len(means)) if place != own]
        units = [power(widths[place], -1.0) for place in others]
        offsets = [(mean - means[place]) * unit for place, unit in zip(others, units, strict=True)]
        slopes = [width * unit for unit in units]
        outer = _log_above(
            np.stack([jet.value for jet in offsets]), np.stack([jet.value for jet in slopes])
        )
        found.append(compose(outer, [*offsets, *slopes]))
    return found


def _log_above(offset: FloatArray, slope: FloatArray) -> Jet:
    """Return the log of the mean of a product of normal distribution functions, each of ``offset + slope z``, over normal z.

    Both have shape ``(m, n)``; the variables are the offsets, then the slopes.
    """
    low, high = np.zeros(offset.shape[1]), (slope * (1.0 + np.abs(offset))).sum(axis=0)
    for _ in range(40):  # to the peak, where the slope of the log of the integrand changes sign
        middle = 0.5 * (low + high)
        rising = (slope * _hazard(offset + slope * middle)).sum(axis=0) > middle
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    z = 0.5 * (low + high) + _REACH * _FINE_NODES[:, np.newaxis]
    at = offset[:, np.newaxis] + slope[:, np.newaxis] * z  # (m, K, n)
    logs = log_ndtr(at).sum(axis=0) - 0.5 * z**2 - _LOG_ROOT_TWO_PI
    top = logs.max(axis=0)
    weights = _REACH * _FINE_WEIGHTS[:, np.newaxis] * np.exp(logs - top)
    whole = weights.sum(axis=0)
    weights = weights / whole
    hazard = _hazard(at)
    bend = -hazard * (at + hazard)
    count = len(offset)
    steps = np.concatenate([hazard, hazard * z])
    first = (weights * steps).sum(axis=1)
    second = np.einsum("kn,ikn,jkn->ijn", weights, steps, steps) - first[:, np.newaxis] * first
    for place in range(count):
        for row, column, power_of_z in ((0, 0, 0), (0, count, 1), (count, 0, 1), (count, count, 2)):
            curve = (weights * bend[place] * z**power_of_z).sum(axis=0)
            second[row + place, column + place] += curve
    return Jet(np.log(whole) + top, first, second)


def _hazard(at: FloatArray) -> FloatArray:
    """Return the normal density over the normal distribution function."""
    return np.asarray(np.exp(-0.5 * at**2 - _LOG_ROOT_TWO_PI - log_ndtr(at)))


def log_both_below(left: Jet, right: Jet) -> Jet:
    r"""Return the log of the probability that two standard normals with correlation 1/sqrt(2) lie below two bounds.

    The larger of two errors of one player is compared with a bound, and with the other error: their correlation is that.
    Good to some thirteen digits of the probability itself, in the tails too.
    """
    a, b = left.value, right.value
    value = _log_both_below(a, b)
    root = np.sqrt(2.0)

    def density(at: FloatArray) -> FloatArray:
        return np.asarray(-0.5 * at**2 - _LOG_ROOT_TWO_PI)

    by_a = np.exp(density(a) + log_ndtr(root * b - a) - value)
    by_b = np.exp(density(b) + log_ndtr(root * a - b) - value)
    joint = np.exp(np.log(root / (2.0 * np.pi)) - (a * a - root * a * b + b * b) - value)
    aa = -a * by_a - joint / root - by_a**2
    bb = -b * by_b - joint / root - by_b**2
    ab = joint - by_a * by_b
    second = by_a * left.second + by_b * right.second
    if second.size:
        cross = left.first[:, np.newaxis] * right.first
        second += aa * (left.first[:, np.newaxis] * left.first)
        second += bb * (right.first[:, np.newaxis] * right.first)
        second += ab * (cross + cross.transpose(1, 0, 2))
    return Jet(value, by_a * left.first + by_b * right.first, second)


def _log_both_below(a: FloatArray, b: FloatArray) -> FloatArray:
    """Integrate the density of the second below its bound times the chance of the first, on a scale of logs."""
    # the integrand is log-concave, its peak within 0.6 of the middle, and falls off like a normal density, or faster
    middle = np.minimum(a, 0.0) / np.sqrt(2.0)
    upper = np.minimum(b, middle + _REACH)
    middle = np.minimum(middle, upper)
    lower = middle - np.where(middle < upper, _REACH, np.minimum(_REACH, 45.0 / (1.0 - middle)))
    half = 0.5 * (upper - lower)
    at = 0.5 * (upper + lower) + half * _NODES[:, np.newaxis]
    logs = -0.5 * at**2 - _LOG_ROOT_TWO_PI + log_ndtr(np.sqrt(2.0) * a - at)
    top = logs.max(axis=0)
    found = np.log((_WEIGHTS[:, np.newaxis] * np.exp(logs - top)).sum(axis=0) * half) + top
    return np.asarray(found)
