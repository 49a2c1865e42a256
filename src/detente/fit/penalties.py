r"""Penalties on coefficients, for data that separate or say little: what is added to the log-likelihood.

Each coefficient counts in units of one over the size of its regressor, :math:`\beta = \theta\, s` with :math:`s` the root mean square
of the column. Where the scale of errors is estimated or utilities have a unit of their own (the ultimatum game, counted choices),
it counts in units of the errors besides, as it stands in the index of a logit; the scale itself has no penalty.

- *log-F*: :math:`\beta/2 - \log(1 + e^{\beta})`, the log of a log-F(1, 1) density: as much as one observation says, half of it
  for and half against.
- *Cauchy*: :math:`-\log(1 + (\beta/c)^2)` with :math:`c = 2.5`, and 10 for a constant.
- *Jeffreys*: half the log of the determinant of the expected information :cite:p:`kosmidis2021`; it moves with the design and has
  no scale of its own.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from detente.arrays import FloatArray
from detente.fit.jets import log_one_plus_square, softplus, total, variables
from detente.fit.maximising import AbstractLikelihood, Expansion

__all__ = ["PENALTIES", "Bend", "Penalty", "jeffreys", "penalise", "prior_of"]

Penalty = Literal["none", "log-f", "cauchy", "jeffreys"]
PENALTIES: tuple[Penalty, ...] = ("none", "log-f", "cauchy", "jeffreys")
"""Names of the penalties."""

_CAUCHY, _CAUCHY_CONST = 2.5, 10.0
_STEP = 1e-4


class Bend(NamedTuple):
    """The log of a penalty at some coefficients, its gradient ``(K,)`` and its Hessian ``(K, K)``."""

    value: float
    gradient: FloatArray
    hessian: FloatArray


def penalise(likelihood: AbstractLikelihood, penalty: Penalty) -> Callable[[FloatArray], Expansion]:
    """Return what evaluates a log-likelihood with a penalty; derivatives of the rows are left as they are."""
    evaluate = likelihood.in_blocks()
    if penalty == "none":
        return evaluate
    prior = prior_of(likelihood, penalty)

    def penalised(theta: FloatArray) -> Expansion:
        found = evaluate(theta)
        added = prior(theta)
        return Expansion(
            found.value + added.value,
            found.gradient + added.gradient,
            found.hessian + added.hessian,
            found.scores,
        )

    return penalised


def prior_of(likelihood: AbstractLikelihood, penalty: Penalty) -> Callable[[FloatArray], Bend]:
    """Return what evaluates a penalty by itself, on the coefficients of a likelihood."""
    if penalty == "jeffreys":
        return jeffreys(likelihood.expected_information, likelihood.sizes())
    constant = [term == "const" for _, term in likelihood.names]

    def prior(theta: FloatArray) -> Bend:
        size = theta.size
        if penalty == "none":
            return Bend(0.0, np.zeros(size), np.zeros((size, size)))
        coefficients = variables(list(theta[:, np.newaxis]))
        parts = []
        for beta, is_constant in zip(likelihood.standardise(coefficients), constant, strict=False):
            if penalty == "log-f":
                parts.append(beta * 0.5 - softplus(beta))
            else:
                parts.append(
                    -log_one_plus_square(beta * (1.0 / (_CAUCHY_CONST if is_constant else _CAUCHY)))
                )
        found = total(parts)
        hessian = found.second[:, :, 0] + np.zeros((size, size))
        return Bend(float(found.value[0]), found.first[:, 0], hessian)

    return prior


def jeffreys(
    information: Callable[[FloatArray], FloatArray], sizes: FloatArray
) -> Callable[[FloatArray], Bend]:
    """Return what evaluates half the log-determinant of an information, its derivatives by differences.

    Of the second derivatives those along the axes: they steer the search; the maximum is where the gradient is zero.
    """

    def logdet(theta: FloatArray) -> float:
        with np.errstate(all="ignore"):
            scaled = information(theta) / np.outer(sizes, sizes)
        if not np.isfinite(scaled).all():
            return -np.inf
        sign, value = np.linalg.slogdet(scaled)
        return 0.5 * float(value) if sign > 0.0 else -np.inf

    def prior(theta: FloatArray) -> Bend:
        middle = logdet(theta)
        if not np.isfinite(middle):
            return Bend(-np.inf, np.zeros(theta.size), np.zeros((theta.size, theta.size)))
        ways = _STEP * np.eye(theta.size) / sizes
        up = np.array([logdet(theta + way) for way in ways])
        down = np.array([logdet(theta - way) for way in ways])
        width = _STEP / sizes
        with np.errstate(invalid="ignore"):
            slope = (up - down) / (2.0 * width)
            bend = np.diag((up - 2.0 * middle + down) / width**2)
        return Bend(middle, slope, np.minimum(bend, 0.0))

    return prior
