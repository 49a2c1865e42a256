"""What an estimation gives: coefficients with their covariance, and what must be said of them."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.stats import chi2

from detente.arrays import FloatArray
from detente.errors import UsageError, refuse
from detente.summaries import html_grid, text_grid

__all__ = ["Coefficient", "FitResult", "LikelihoodRatio", "Start", "likelihood_ratio_test"]

SAME = 1e-4
"""Difference in log-likelihood within which two maxima count as one."""

StandardErrors = Literal["hessian", "sandwich", "bootstrap", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """The estimate of one term of a utility; ``se`` is None where no standard error is known."""

    utility: str
    term: str
    estimate: float
    se: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where one search ended."""

    name: str
    loglik: float
    converged: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FitResult:
    """An estimated model.

    Attributes
    ----------
    model, method
        What was fitted, and how.
    loglik
        Log-likelihood at the estimate; the pseudo-likelihood of the methods that maximise one.
    converged
        Whether the estimate is certified: gradient zero, no flat direction, and equilibrium conditions met where there are
        any.
    n
        Rows of data.
    coefficients
        In the order of the specification.
    covariance
        Of the estimates, shape ``(K, K)``; NaN where unknown.
    errors
        How standard errors were made.
    starts
        Where each search ended, the best first.
    separation
        Moves whose choices separate, in words; only under a penalty, since such data are refused without one.
    warnings
        What must be known when the numbers are used.
    penalty
        What was added to the log-likelihood, by name; empty if nothing was. ``loglik`` is without it.
    """

    model: str
    method: str
    loglik: float
    converged: bool
    n: int
    coefficients: tuple[Coefficient, ...]
    covariance: FloatArray
    errors: StandardErrors
    starts: tuple[Start, ...]
    separation: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    penalty: str = ""

    def plain(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return {
            "model": self.model,
            "method": self.method,
            "loglik": self.loglik if np.isfinite(self.loglik) else None,
            "converged": self.converged,
            "n": self.n,
            "errors": self.errors,
            "starts": [
                {
                    "name": item.name,
                    "loglik": item.loglik if np.isfinite(item.loglik) else None,
                    "converged": item.converged,
                    "reason": item.reason,
                }
                for item in self.starts
            ],
            "separation": list(self.separation),
            "warnings": list(self.warnings),
            "coefficients": [
                {
                    "utility": item.utility,
                    "term": item.term,
                    "estimate": item.estimate,
                    "se": item.se,
                }
                for item in self.coefficients
            ],
        }

    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """Return the table: utility, term, estimate, standard error, z."""
        return [
            (
                item.utility,
                item.term,
                f"{item.estimate:.4f}",
                "" if item.se is None else f"{item.se:.4f}",
                "" if not item.se else f"{item.estimate / item.se:.2f}",
            )
            for item in self.coefficients
        ]

    @property
    def title(self) -> str:
        """Return model, log-likelihood and rows in one line."""
        return f"{self.model} ({self.method}): log-likelihood {self.loglik:.4f}, n {self.n}"

    def __repr__(self) -> str:
        """Return the table as text."""
        return text_grid(self.title, ("utility", "term", "estimate", "se", "z"), self.rows())

    def _repr_html_(self) -> str:
        return html_grid(self.title, ("utility", "term", "estimate", "se", "z"), self.rows())


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelihoodRatio:
    """Twice the difference of two log-likelihoods, its degrees of freedom, and the chance of more under the smaller model."""

    statistic: float
    degrees: int
    p_value: float


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
        of the smaller one, or a pseudo-likelihood.
    """
    degrees = len(large.coefficients) - len(small.coefficients)
    statistic = 2.0 * (large.loglik - small.loglik)
    words = ""
    if {small.method, large.method} & {"pl", "npl"}:
        words = "a pseudo-likelihood has no likelihood-ratio test"
    elif small.penalty or large.penalty:
        words = "an estimate with a penalty has no likelihood-ratio test"
    elif small.n != large.n:
        words = f"the models were fitted to {small.n} and {large.n} rows"
    elif degrees <= 0:
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
