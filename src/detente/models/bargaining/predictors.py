"""Point forecasts of a negotiated outcome from positions, saliences and capabilities, simple ones first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from detente.arrays import FloatArray
from detente.models.bargaining._choices import choose
from detente.models.bargaining.averages import weighted_mean, weighted_median
from detente.models.bargaining.expected_utility import BargainingIssue

__all__ = [
    "DEFAULT_PREDICTOR",
    "PREDICTORS",
    "Predictor",
    "find_predictor",
    "nash_point",
    "polarisation",
    "predictive_median",
]

_PREVAILING_PROB = 0.35
_SPREAD = 0.2
_CAPABILITY_POWER = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictor:
    """A named forecast: a function of an issue, and what it is in one line."""

    name: str
    summary: str
    predict: Callable[[BargainingIssue], float]
    cites: tuple[str, ...] = ()


def predictive_median(
    issue: BargainingIssue,
    *,
    prevailing_prob: float | None = None,
    spread: float = _SPREAD,
    capability_power: float = _CAPABILITY_POWER,
) -> float:
    r"""Median of what may come of it: mostly a compromise, give or take, and else one position prevails.

    With weights :math:`w_i \propto s_i c_i^{\gamma}`, their mean position :math:`m` and the length of the scale
    :math:`\Delta`, the outcome :math:`y` has the distribution

    .. math:: F(y) = \pi \sum_i w_i [x_i \le y] + (1 - \pi)\, \Phi\!\left(\frac{y - m}{\sigma \Delta}\right)

    and the forecast is its median, which has the least expected absolute error.

    Parameters
    ----------
    issue
        Actors and scale.
    prevailing_prob
        Chance ``pi`` that no compromise is struck and one position prevails outright, each with the weight behind it.
        By default 0.35 times the square of :func:`polarisation`: where nobody stands between two camps there is the least to meet on.
    spread
        Standard deviation of compromises around the mean, in lengths of the scale, > 0.
    capability_power
        How far capability counts, ``gamma``: 0 not at all, 1 in proportion.

    Returns
    -------
    float
        Between the lowest and the highest position. It leans from the weighted mean towards the position of a majority,
        and stays at the mean where the two sides are equal.

    References
    ----------
    Our own, decision note 0021. That bargaining comes first and a test of strength after it is :cite:p:`achen2006`; that
    salience forecasts better than resources is :cite:p:`schneider2010`.

    Examples
    --------
    >>> from detente.models.bargaining import make_issue
    >>> round(predictive_median(make_issue([9.0, 1.0], [0.0, 100.0], [1.0, 1.0])), 1)
    18.1
    """
    from scipy.special import ndtr  # noqa: PLC0415  slow to load

    x, w = issue.position, issue.salience * issue.capability**capability_power
    heard = w > 0.0
    x, w = x[heard], w[heard] / w[heard].sum()
    if prevailing_prob is None:
        prevailing_prob = _PREVAILING_PROB * _polarisation(x, w) ** 2
    span = issue.high - issue.low
    middle = float(weighted_mean(x, w))

    def falls_short(y: float) -> bool:
        below = float(w[x <= y].sum())
        compromise = float(ndtr((y - middle) / (spread * span)))
        return prevailing_prob * below + (1.0 - prevailing_prob) * compromise < 0.5

    return _bisect(falls_short, x)


def polarisation(issue: BargainingIssue) -> float:
    r"""How far the weight of an issue lies at the two ends of its positions, 0-1.

    .. math:: \rho = \frac{\sum_i w_i (x_i - m)^2}{(x_{\max} - m)(m - x_{\min})}

    Parameters
    ----------
    issue
        Actors and scale; actors without weight do not count.

    Returns
    -------
    float
        One if and only if everybody stands at one of two positions: no variance is larger at the same mean
        (:cite:p:`bhatia2000`). One also where nobody disagrees.

    Examples
    --------
    >>> from detente.models.bargaining import make_issue
    >>> polarisation(make_issue([1.0, 1.0, 2.0], [0.0, 100.0, 50.0], [1.0, 1.0, 1.0]))
    0.5
    """
    heard = issue.weights > 0.0
    return _polarisation(issue.position[heard], issue.weights[heard])


def _polarisation(x: FloatArray, w: FloatArray) -> float:
    low, high = float(x.min()), float(x.max())
    if high <= low:
        return 1.0
    share = (x - low) / (high - low)
    mean = float(w @ share)
    most = mean * (1.0 - mean)
    return min(1.0, float(w @ (share - mean) ** 2) / most) if most > 0.0 else 1.0


def nash_point(issue: BargainingIssue) -> float:
    r"""Nash bargaining solution with linear losses, if no agreement is as bad as the far end of the scale.

    .. math:: \arg\max_y \sum_i w_i \log\left(\Delta - |y - x_i|\right)

    Parameters
    ----------
    issue
        Actors and scale; weights are bargaining powers.

    Returns
    -------
    float
        Between the lowest and the highest position. With all positions at the ends of the scale it is the weighted mean;
        otherwise it lies between mean and median as a rule.

    References
    ----------
    :cite:p:`nash1950`; with salience as power :cite:p:`schneider2010`.

    Examples
    --------
    >>> from detente.models.bargaining import make_issue
    >>> round(nash_point(make_issue([3.0, 1.0], [0.0, 100.0], [1.0, 1.0])), 6)
    25.0
    """
    heard = issue.weights > 0.0
    x, w = issue.position[heard], issue.weights[heard]
    span = issue.high - issue.low

    def falls_short(y: float) -> bool:
        # a point next to one end leaves nothing to the other end, whose pull is then infinite
        with np.errstate(divide="ignore"):
            pull = w * np.sign(x - y) / (span - np.abs(x - y))
        return float(pull.sum()) > 0.0

    return _bisect(falls_short, x)


def _bisect(falls_short: Callable[[float], bool], positions: FloatArray) -> float:
    """Return the lowest number between the lowest and the highest position that does not fall short."""
    low, high = float(positions.min()), float(positions.max())
    middle = 0.5 * (low + high)
    while low < middle < high:
        low, high = (middle, high) if falls_short(middle) else (low, middle)
        middle = 0.5 * (low + high)
    return high


def _weighted_mean(issue: BargainingIssue) -> float:
    return float(weighted_mean(issue.position, issue.weights))


def _weighted_median(issue: BargainingIssue) -> float:
    return float(weighted_median(issue.position, issue.weights))


def _salience_mean(issue: BargainingIssue) -> float:
    return float(np.average(issue.position, weights=issue.salience))


def _plain_mean(issue: BargainingIssue) -> float:
    return float(issue.position.mean())


def _midpoint(issue: BargainingIssue) -> float:
    return 0.5 * issue.low + 0.5 * issue.high


DEFAULT_PREDICTOR = "predictive-median"

PREDICTORS: Mapping[str, Predictor] = MappingProxyType(
    {
        predictor.name: predictor
        for predictor in (
            Predictor(
                name=DEFAULT_PREDICTOR,
                summary="median of a likely compromise and an occasional clear win",
                predict=predictive_median,
                cites=("achen2006", "schneider2010"),
            ),
            Predictor(
                name="nash",
                summary="Nash bargaining solution, failure as bad as the far end",
                predict=nash_point,
                cites=("nash1950", "schneider2010"),
            ),
            Predictor(
                name="weighted-mean",
                summary="mean by capability times salience (compromise model)",
                predict=_weighted_mean,
                cites=("achen2006",),
            ),
            Predictor(
                name="weighted-median",
                summary="median by capability times salience",
                predict=_weighted_median,
                cites=("black1948",),
            ),
            Predictor(
                name="salience-mean",
                summary="mean by salience alone",
                predict=_salience_mean,
                cites=("schneider2010",),
            ),
            Predictor(name="mean", summary="mean of positions, unweighted", predict=_plain_mean),
            Predictor(name="midpoint", summary="middle of the scale", predict=_midpoint),
        )
    }
)
"""The forecasts by name, the default first."""


def find_predictor(name: str) -> Predictor:
    """Return the predictor of this name.

    Raises
    ------
    UsageError
        ``option-invalid`` if there is none.

    Examples
    --------
    >>> find_predictor("midpoint").summary
    'middle of the scale'
    """
    return choose(PREDICTORS, name, kind="predictor", of="negotiated outcomes")
