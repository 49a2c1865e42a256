r"""Penalties on coefficients, for data that separate or say little: what is added to the log-likelihood.

Each coefficient counts in units of one over the size of its regressor, :math:`\beta = \theta\, s` with :math:`s` the root mean square
of the column.

- *log-F*: :math:`\beta/2 - \log(1 + e^{\beta})`, the log of a log-F(1, 1) density: as much as one observation says, half of it
  for and half against.
- *Cauchy*: :math:`-\log(1 + (\beta/c)^2)` with :math:`c = 2.5`, and 10 for a constant.
- *Jeffreys*: half the log of the determinant of the expected information :cite:p:`kosmidis2021`; it moves with the design and has
  no scale of its own.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np

from detente.arrays import FloatArray
from detente.fit.maximising import AbstractLikelihood, AbstractOutcomeLikelihood, Expansion

__all__ = ["PENALTIES", "Penalty", "expected_information", "penalise"]

Penalty = Literal["none", "log-f", "cauchy", "jeffreys"]
PENALTIES: tuple[Penalty, ...] = ("none", "log-f", "cauchy", "jeffreys")
"""Names of the penalties."""

_CAUCHY, _CAUCHY_CONST = 2.5, 10.0
_STEP = 1e-4


def penalise(likelihood: AbstractLikelihood, penalty: Penalty) -> Callable[[FloatArray], Expansion]:
    """Return what evaluates a log-likelihood with a penalty; derivatives of the rows are left as they are."""
    evaluate = likelihood.in_blocks()
    if penalty == "none":
        return evaluate
    sizes = likelihood.sizes()
    if penalty == "jeffreys" and isinstance(likelihood, AbstractOutcomeLikelihood):
        return _with_jeffreys(likelihood, evaluate, sizes)
    constant = np.array([term == "const" for _, term in likelihood.names])
    scale = np.where(constant, _CAUCHY_CONST, _CAUCHY)

    def penalised(theta: FloatArray) -> Expansion:
        found = evaluate(theta)
        beta = theta * sizes
        if penalty == "log-f":
            share = 1.0 / (1.0 + np.exp(-beta))
            value = 0.5 * beta - np.logaddexp(0.0, beta)
            slope, bend = 0.5 - share, -share * (1.0 - share)
        else:
            square = (beta / scale) ** 2
            value = -np.log1p(square)
            slope = -2.0 * beta / scale**2 / (1.0 + square)
            bend = -2.0 / scale**2 * (1.0 - square) / (1.0 + square) ** 2
        return Expansion(
            found.value + float(value.sum()),
            found.gradient + slope * sizes,
            found.hessian + np.diag(bend * sizes**2),
            found.scores,
        )

    return penalised


def expected_information(likelihood: AbstractOutcomeLikelihood, theta: FloatArray) -> FloatArray:
    """Return the expected outer product of a row's gradient, over outcomes by their probabilities, summed over rows."""
    columns = [equation.columns for equation in likelihood.equations]
    jets = likelihood.outcomes(likelihood.jets(theta))
    size = likelihood.size
    found = np.zeros((size, size))
    for jet in jets:
        share = np.exp(jet.value)
        scores = np.hstack(
            [matrix * jet.first[place][:, np.newaxis] for place, matrix in enumerate(columns)]
        )
        found += (scores * share[:, np.newaxis]).T @ scores
    return found


def _with_jeffreys(
    likelihood: AbstractOutcomeLikelihood,
    evaluate: Callable[[FloatArray], Expansion],
    sizes: FloatArray,
) -> Callable[[FloatArray], Expansion]:
    """Return the log-likelihood and half the log-determinant of the information, its derivatives by differences."""

    def logdet(theta: FloatArray) -> float:
        with np.errstate(all="ignore"):
            information = expected_information(likelihood, theta) / np.outer(sizes, sizes)
        sign, value = np.linalg.slogdet(information)
        return 0.5 * float(value) if sign > 0.0 else -np.inf

    def penalised(theta: FloatArray) -> Expansion:
        found = evaluate(theta)
        middle = logdet(theta)
        if not np.isfinite(middle):
            return found._replace(value=-np.inf)
        ways = _STEP * np.eye(theta.size) / sizes
        up = np.array([logdet(theta + way) for way in ways])
        down = np.array([logdet(theta - way) for way in ways])
        width = _STEP / sizes
        # of the second derivatives those along the axes: they steer the search; the maximum is where the gradient is zero
        with np.errstate(invalid="ignore"):
            slope = (up - down) / (2.0 * width)
            bend = np.diag((up - 2.0 * middle + down) / width**2)
        return Expansion(
            found.value + middle,
            found.gradient + slope,
            found.hessian + np.minimum(bend, 0.0),
            found.scores,
        )

    return penalised
