"""What an estimation gives: coefficients with their covariance, and what must be said of them."""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from detente.arrays import FloatArray
from detente.fit.fitted import Fitted
from detente.summaries import html_grid, text_grid

__all__ = ["SAME", "Coefficient", "FitResult", "StandardErrors", "Start"]

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
    row_logliks
        Log-likelihood of each row, shape ``(n,)``; empty for counted choices.
    fitted
        Likelihood and rows, for effects and cross-validation; None where neither is modelled.
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
    row_logliks: FloatArray = field(default_factory=lambda: np.zeros(0), repr=False)
    fitted: Fitted | None = field(default=None, repr=False)

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
