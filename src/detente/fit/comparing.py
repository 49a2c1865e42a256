r"""Models compared on the same rows: nested ones by likelihood ratio, others by Vuong's and Clarke's tests.

With :math:`m_i` the difference of two models' log-likelihoods in row :math:`i`, and :math:`c = (k_1 - k_2)/2\,\log n` what the one
with more coefficients is charged, Vuong's statistic :cite:p:`vuong1989` is

.. math:: z = \frac{\sum_i m_i - c}{\sqrt n\,\hat\omega},\qquad \hat\omega^2 = \frac1n \sum_i m_i^2 - \left(\frac1n \sum_i m_i\right)^2,

standard normal if the models are equally far from the truth; Clarke's :cite:p:`clarke2007` is the number of rows with
:math:`m_i > c/n`, then binomial with chance one half. Both test models of which none contains the other.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, chi2, norm

from detente.arrays import FloatArray
from detente.errors import UsageError, refuse
from detente.fit.results import FitResult

__all__ = [
    "LikelihoodRatio",
    "NonNested",
    "clarke_test",
    "likelihood_ratio_test",
    "vuong_test",
]

_PSEUDO = {"pl", "npl"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelihoodRatio:
    """Twice the difference of two log-likelihoods, its degrees of freedom, and the chance of more under the smaller model."""

    statistic: float
    degrees: int
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NonNested:
    """A test of two models of which none contains the other.

    ``statistic`` is Vuong's z, or Clarke's number of rows; ``p_value`` is two-sided; ``favours`` is 1 or 2, the model that the
    statistic speaks for, however weakly, and 0 for neither.
    """

    statistic: float
    p_value: float
    favours: int


def likelihood_ratio_test(small: FitResult, large: FitResult) -> LikelihoodRatio:
    """Test a model against one that contains it.

    Whether it does is for the caller to know; the rows must be the same.

    Parameters
    ----------
    small
        The restricted model, with fewer coefficients.
    large
        The model that contains it.

    Raises
    ------
    UsageError
        ``option-invalid`` if the models cannot be one in the other: other rows, no fewer coefficients, a higher likelihood
        of the smaller one; or for a pseudo-likelihood or a penalty.
    """
    _check("likelihood_ratio_test", small, large)
    degrees = len(large.coefficients) - len(small.coefficients)
    statistic = 2.0 * (large.loglik - small.loglik)
    words = ""
    if degrees <= 0:
        words = f"the smaller model has {len(small.coefficients)} coefficients, the larger {len(large.coefficients)}"
    elif statistic < -1e-6:
        words = f"the smaller model has the higher log-likelihood ({small.loglik:.4f} against {large.loglik:.4f})"
    if words:
        refuse(
            words,
            code="option-invalid",
            at="likelihood_ratio_test",
            fix="give two maximum-likelihood fits to the same rows, the second with all terms of the first",
            error=UsageError,
        )
    value = max(statistic, 0.0)
    return LikelihoodRatio(statistic=value, degrees=degrees, p_value=float(chi2.sf(value, degrees)))


def vuong_test(first: FitResult, second: FitResult) -> NonNested:
    """Test whether two models are equally far from the truth, by how their log-likelihoods differ from row to row.

    Raises
    ------
    UsageError
        ``option-invalid`` for fits to other rows, a pseudo-likelihood or a penalty, or models that are the same in every row.
    """
    gain, charge = _differences("vuong_test", first, second)
    spread = float(gain.std())
    if spread < 1e-12:
        refuse(
            "the models give every row the same likelihood",
            code="option-invalid",
            at="vuong_test",
            fix="compare models that differ",
            error=UsageError,
        )
    z = (float(gain.sum()) - charge) / (np.sqrt(gain.size) * spread)
    return NonNested(
        statistic=float(z), p_value=float(2.0 * norm.sf(abs(z))), favours=1 if z > 0 else 2
    )


def clarke_test(first: FitResult, second: FitResult) -> NonNested:
    """Test whether each of two models is better in half of the rows, whatever the size of the differences.

    Raises
    ------
    UsageError
        As :func:`vuong_test`.
    """
    gain, charge = _differences("clarke_test", first, second)
    better = int((gain > charge / gain.size).sum())
    less = min(better, gain.size - better)
    p_value = min(1.0, 2.0 * float(binom.cdf(less, gain.size, 0.5)))
    favours = 0 if 2 * better == gain.size else 1 if 2 * better > gain.size else 2
    return NonNested(statistic=float(better), p_value=p_value, favours=favours)


def _differences(at: str, first: FitResult, second: FitResult) -> tuple[FloatArray, float]:
    _check(at, first, second)
    more = len(first.coefficients) - len(second.coefficients)
    return first.row_logliks - second.row_logliks, 0.5 * more * float(
        np.log(first.row_logliks.size)
    )


def _check(at: str, first: FitResult, second: FitResult) -> None:
    words = ""
    if {first.method, second.method} & _PSEUDO:
        words = "a pseudo-likelihood has no test between models"
    elif first.penalty or second.penalty:
        words = "an estimate with a penalty has no test between models"
    elif first.n != second.n or first.row_logliks.size != second.row_logliks.size:
        words = f"the models were fitted to {first.n} and {second.n} rows"
    elif at != "likelihood_ratio_test" and not first.row_logliks.size:
        words = "counted choices are no rows"
    if words:
        refuse(
            words,
            code="option-invalid",
            at=at,
            fix="give two maximum-likelihood fits to the same rows",
            error=UsageError,
        )
