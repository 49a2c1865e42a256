r"""Scores of forecasts against what happened: losses, so that less is better; what each measures, and its parts.

With a probability :math:`p` and :math:`y = 1` where the event happened, else 0, Brier's score is :math:`(p - y)^2`
(:cite:p:`brier1950`) and the logarithmic score :math:`-\ln` of the probability that was given to what happened
(:cite:p:`good1952`). A forecast of a number is scored by the continuous ranked probability score (:cite:p:`gneiting2007`).
Scores are those of scoringrules and scikit-learn where these have them as they are meant here (decision note 0099).
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from detente.arrays import BoolArray, FloatArray, IntArray

__all__ = [
    "BrierParts",
    "ReliabilityBin",
    "area_under_curve",
    "brier_scores",
    "crps_of_climatology",
    "crps_of_normal",
    "crps_of_quantiles",
    "log_scores",
    "partition_brier",
    "reliability",
]

_BACKEND: Literal["numpy"] = "numpy"
"""Of scoringrules: what is compiled would compile anew in each process."""

BINS = 10
"""Most bins of a table of reliability, unless told otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """Forecasts from ``low`` to ``high``: how many, their mean, and how many of the events happened."""

    low: float
    high: float
    count: int
    happened: int
    mean: float

    @property
    def rate(self) -> float:
        """The share of events that happened."""
        return self.happened / self.count


@dataclass(frozen=True, slots=True, kw_only=True)
class BrierParts:
    """The parts of a mean Brier score: ``reliability - resolution + uncertainty + within`` is the score.

    ``within`` is what forecasts that share a bin differ by; it is zero where a bin is one value.
    """

    reliability: float
    resolution: float
    uncertainty: float
    within: float


def brier_scores(prob: FloatArray, happened: BoolArray) -> FloatArray:
    """Brier's score of each forecast.

    Parameters
    ----------
    prob
        Probabilities, shape ``(n,)``.
    happened
        Whether each event happened, shape ``(n,)``.

    References
    ----------
    :cite:p:`brier1950`, for an event that happens or does not (half of the sum over both).

    Examples
    --------
    >>> brier_scores(np.array([0.2, 1.0]), np.array([True, True]))
    array([0.64, 0.  ])
    """
    from scoringrules import brier_score  # noqa: PLC0415  slow to load

    return np.asarray(brier_score(happened, prob, backend=_BACKEND))


def log_scores(prob: FloatArray, happened: BoolArray) -> FloatArray:
    """Logarithmic score of each forecast, in nats; infinite where what happened had been given no chance.

    References
    ----------
    :cite:p:`good1952`.

    Examples
    --------
    >>> log_scores(np.array([0.5, 0.0]), np.array([True, True]))
    array([0.69314718,        inf])
    """
    with np.errstate(divide="ignore"):
        scores: FloatArray = -np.log(np.where(happened, prob, 1.0 - prob))
    return scores + 0.0  # no negative zero


def crps_of_normal(value: FloatArray, mean: FloatArray, sd: FloatArray) -> FloatArray:
    r"""Continuous ranked probability score of normal forecasts; without spread it is the absolute error.

    .. math:: \sigma \left[ z (2 \Phi(z) - 1) + 2 \varphi(z) - 1 / \sqrt{\pi} \right], \quad z = (x - \mu) / \sigma

    Parameters
    ----------
    value
        What came about, shape ``(n,)``.
    mean, sd
        Of the forecasts, shape ``(n,)``, in the same unit.

    References
    ----------
    :cite:p:`gneiting2005`.

    Examples
    --------
    >>> crps_of_normal(np.array([3.0, 0.0]), np.array([1.0, 0.0]), np.array([0.0, 1.0])).round(6)
    array([2.      , 0.233695])
    """
    from scoringrules import crps_normal  # noqa: PLC0415  slow to load

    wide = sd > 0.0
    spread = crps_normal(value, mean, np.where(wide, sd, 1.0), backend=_BACKEND)
    return np.where(wide, spread, np.abs(value - mean))


def crps_of_quantiles(value: FloatArray, quantiles: FloatArray, levels: FloatArray) -> FloatArray:
    r"""Score of forecasts by quantiles: twice the mean quantile loss over the levels.

    .. math:: \frac{2}{K} \sum_k \left( 1[x < q_k] - \tau_k \right) (q_k - x)

    It approaches the continuous ranked probability score as levels fill the unit interval evenly, and is the weighted interval
    score where they lie in pairs around the median.

    Parameters
    ----------
    value
        What came about, shape ``(n,)``.
    quantiles
        Shape ``(n, K)``.
    levels
        Between 0 and 1, shape ``(K,)``; in pairs that sum to one, so that a forecast whose quantiles are all the same has the
        absolute error.

    References
    ----------
    :cite:p:`bracher2021`, the weighted interval score and its form by quantiles.

    Examples
    --------
    >>> crps_of_quantiles(np.array([3.0]), np.array([[1.0, 1.0, 1.0]]), np.array([0.05, 0.5, 0.95]))
    array([2.])
    """
    from scoringrules import crps_quantile  # noqa: PLC0415  slow to load

    return np.asarray(crps_quantile(value, quantiles, levels, backend=_BACKEND))


def crps_of_climatology(values: FloatArray) -> float:
    r"""Mean continuous ranked probability score of one who gives, each time, the distribution of all the values.

    .. math:: \frac{1}{2 n^2} \sum_{i, j} |x_i - x_j|

    References
    ----------
    :cite:p:`gneiting2007`, the score by expected distances, with the values as the distribution.

    Examples
    --------
    >>> crps_of_climatology(np.array([0.0, 1.0]))
    0.25
    """
    ordered = np.sort(values)
    n = ordered.size
    ranks = 2.0 * np.arange(1, n + 1) - n - 1.0
    return float((ranks / n) @ (ordered - ordered.mean()) / n)


def area_under_curve(prob: FloatArray, happened: BoolArray) -> float:
    """Probability that an event that happened had been given more than one that did not; ties count half.

    It is the area under the receiver operating characteristic. NaN where all events happened, or none did.

    Examples
    --------
    >>> area_under_curve(np.array([0.9, 0.4, 0.4]), np.array([True, True, False]))
    0.75
    """
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415  slow to load

    if happened.all() or not happened.any():
        return math.nan
    return float(roc_auc_score(happened, prob))


def reliability(
    prob: FloatArray, happened: BoolArray, *, bins: int = BINS
) -> tuple[ReliabilityBin, ...]:
    """Group forecasts by what they said, and count what came about.

    Parameters
    ----------
    prob, happened
        As for :func:`brier_scores`.
    bins
        Where forecasts have no more different values than ``bins`` + 1, each value is a bin; else the unit interval is cut into
        as many of the same width, each without its upper end but the last.

    Returns
    -------
    tuple of ReliabilityBin
        Without those that are empty, from the lowest.

    Examples
    --------
    >>> [(item.mean, item.count, item.happened) for item in reliability(np.array([0.5, 0.1, 0.5]), np.array([1, 0, 0]) > 0)]
    [(0.1, 1, 0), (0.5, 2, 1)]
    """
    places, edges = _group(prob, bins)
    counts = np.bincount(places)
    hits = np.bincount(places, weights=happened)
    sums = np.bincount(places, weights=prob)
    return tuple(
        ReliabilityBin(
            low=edges[place][0],
            high=edges[place][1],
            count=int(counts[place]),
            happened=int(hits[place]),
            mean=float(sums[place] / counts[place])
            if edges[place][0] < edges[place][1]
            else edges[place][0],
        )
        for place in np.flatnonzero(counts)
    )


def partition_brier(prob: FloatArray, happened: BoolArray, *, bins: int = BINS) -> BrierParts:
    r"""Split the mean Brier score into reliability, resolution and uncertainty.

    With :math:`n_k` forecasts of mean :math:`p_k` in bin :math:`k`, of whose events the share :math:`y_k` happened, and
    :math:`y` of all:

    .. math::
        \frac{1}{n} \sum_k n_k (p_k - y_k)^2 - \frac{1}{n} \sum_k n_k (y_k - y)^2 + y (1 - y)

    Forecasts of one bin that differ add the variance of forecasts within bins, less twice their covariance with the events.

    Parameters
    ----------
    prob, happened, bins
        As for :func:`reliability`.

    References
    ----------
    :cite:p:`murphy1973`; for what bins add, :cite:p:`stephenson2008`.

    Examples
    --------
    >>> partition_brier(np.array([0.5, 0.5, 0.0, 0.0]), np.array([1, 0, 0, 0]) > 0)
    BrierParts(reliability=0.0, resolution=0.0625, uncertainty=0.1875, within=0.0)
    """
    places, _ = _group(prob, bins)
    y = np.asarray(happened, dtype=float)
    counts = np.maximum(np.bincount(places), 1)
    rates = np.bincount(places, weights=y) / counts
    means = np.bincount(places, weights=prob) / counts
    rate, forecast, base = rates[places], means[places], float(y.mean())
    parted = np.unique(prob).size > np.unique(places).size
    within = (prob - forecast) ** 2 - 2.0 * (prob - forecast) * (y - rate)
    return BrierParts(
        reliability=float(((forecast - rate) ** 2).mean()),
        resolution=float(((rate - base) ** 2).mean()),
        uncertainty=base * (1.0 - base),
        within=float(within.mean()) if parted else 0.0,
    )


def _group(prob: FloatArray, bins: int) -> tuple[IntArray, list[tuple[float, float]]]:
    """Return the bin of each forecast, and the ends of all bins."""
    values, places = np.unique(prob, return_inverse=True)
    if values.size <= bins + 1:
        return places, [(float(value), float(value)) for value in values]
    ends = [place / bins for place in range(bins + 1)]
    inside = np.searchsorted(np.array(ends[1:-1]), prob, side="right")
    return inside, list(pairwise(ends))
