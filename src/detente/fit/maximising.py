"""Likelihoods of linear utilities, and their maximum by Newton's method from several starts.

The Hessian is exact, so that the same matrix steers the search, certifies the maximum and gives the standard errors. Where it
is not negative definite, its eigenvalues are turned round: the step then climbs in every direction and leaves saddles.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, NamedTuple

import numpy as np

from detente.arrays import FloatArray, IntArray
from detente.fit.jets import Jet, total, variables

__all__ = [
    "AbstractLikelihood",
    "AbstractOutcomeLikelihood",
    "Equation",
    "Expansion",
    "Maximum",
    "climb",
    "information",
    "maximise",
]

_MOST_STEPS = 200
_DECREMENT = 1e-10
"""Largest gain in log-likelihood that the quadratic model still promises at a maximum."""
_LONGEST = 20.0
"""Longest step, each coefficient counted in units of one over the size of its regressor."""
_FLAT = 1e-9
"""Curvature, relative to the largest, below which a direction counts as flat."""
_NOTHING = 1e-6
"""Least curvature that counts as the largest: below it the data say nothing on any coefficient."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Equation:
    """A utility or log-scale: its name, its terms, and the column of each term, shape ``(n, k)``."""

    name: str
    terms: tuple[str, ...]
    columns: FloatArray

    def take(self, rows: IntArray) -> "Equation":
        """Return the same equation of some rows, by number."""
        return Equation(name=self.name, terms=self.terms, columns=self.columns[rows])


class Expansion(NamedTuple):
    """A log-likelihood, its gradient ``(K,)``, its Hessian ``(K, K)`` and the gradient of each row ``(n, K)``."""

    value: float
    gradient: FloatArray
    hessian: FloatArray
    scores: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Maximum:
    """Where a search ended; ``converged`` if the gradient vanishes there and no direction climbs or is flat."""

    theta: FloatArray
    evaluation: Expansion
    converged: bool
    steps: int
    reason: str = ""


class AbstractLikelihood(ABC):
    """A log-likelihood of rows, each a formula of utilities that are linear in coefficients.

    Attributes
    ----------
    equations
        The utilities and log-scales, in the order of the coefficients.
    block
        Most rows that are worked on at once.
    """

    equations: Sequence[Equation]
    block: ClassVar[int] = 8192

    @abstractmethod
    def rows(self, utilities: Sequence[Jet]) -> Jet:
        """Return the log-likelihood of each row, of the equations' values there."""

    @abstractmethod
    def take(self, rows: IntArray) -> "AbstractLikelihood":
        """Return the likelihood of some rows, by number."""

    @abstractmethod
    def standardise(self, coefficients: Sequence[Jet]) -> list[Jet]:
        """Return the coefficients that a penalty counts, in units of one over the size of their regressors and of errors."""

    @abstractmethod
    def expected_information(self, theta: FloatArray) -> FloatArray:
        """Return the expected outer product of the rows' gradients by the coefficients as they are told, shape ``(K, K)``."""

    @property
    def size(self) -> int:
        """Number of coefficients."""
        return sum(len(equation.terms) for equation in self.equations)

    @property
    def names(self) -> list[tuple[str, str]]:
        """Utility and term of each coefficient."""
        return [(equation.name, term) for equation in self.equations for term in equation.terms]

    def parts(self, theta: FloatArray) -> list[FloatArray]:
        """Return the coefficients of each equation."""
        ends = np.cumsum([len(equation.terms) for equation in self.equations])
        return np.split(theta, ends[:-1])

    def jets(self, theta: FloatArray) -> list[Jet]:
        """Return the equations' values at some coefficients, as variables."""
        pairs = zip(self.equations, self.parts(theta), strict=True)
        return variables([equation.columns @ part for equation, part in pairs])

    def gather(self, jet: Jet) -> Expansion:
        """Return the sum over rows, with derivatives by coefficients."""
        columns = [equation.columns for equation in self.equations]
        scores = np.hstack(
            [matrix * jet.first[place][:, np.newaxis] for place, matrix in enumerate(columns)]
        )
        ends = np.cumsum([0, *(matrix.shape[1] for matrix in columns)])
        spans = [slice(begin, end) for begin, end in pairwise(ends)]
        hessian = np.empty((self.size, self.size))
        for row, left in enumerate(columns):
            for column, right in enumerate(columns[: row + 1]):
                block = left.T @ (right * jet.second[row, column][:, np.newaxis])
                hessian[spans[row], spans[column]] = block
                hessian[spans[column], spans[row]] = block.T
        return Expansion(float(jet.value.sum()), scores.sum(axis=0), hessian, scores)

    def evaluate(self, theta: FloatArray) -> Expansion:
        """Return the log-likelihood at some coefficients with its exact derivatives."""
        with np.errstate(all="ignore"):
            return self.gather(self.rows(self.jets(theta)))

    def in_blocks(self) -> Callable[[FloatArray], Expansion]:
        """Return what evaluates the likelihood by blocks of rows, so that derivatives of many rows fit into memory."""
        rows = self.equations[0].columns.shape[0]
        if rows <= self.block:
            return self.evaluate
        parts = np.array_split(np.arange(rows), -(-rows // self.block))
        blocks = [self.take(part) for part in parts]

        def evaluate(theta: FloatArray) -> Expansion:
            found = [block.evaluate(theta) for block in blocks]
            return Expansion(
                sum(item.value for item in found),
                np.asarray(sum(item.gradient for item in found)),
                np.asarray(sum(item.hessian for item in found)),
                np.concatenate([item.scores for item in found]),
            )

        return evaluate

    def sizes(self) -> FloatArray:
        """Return how large the regressor of each coefficient is: its root mean square, 1 for none."""
        found = np.concatenate(
            [np.sqrt((equation.columns**2).mean(axis=0)) for equation in self.equations]
        )
        return np.where(found > 0.0, found, 1.0)


class AbstractOutcomeLikelihood(AbstractLikelihood):
    """A log-likelihood of rows that count how often each of some outcomes came about.

    Attributes
    ----------
    counts
        Shape ``(n, O)``.
    """

    counts: FloatArray

    @abstractmethod
    def outcomes(self, utilities: Sequence[Jet]) -> list[Jet]:
        """Return the logs of the outcomes' probabilities in each row."""

    def rows(self, utilities: Sequence[Jet]) -> Jet:
        """Return the log-likelihood of each row."""
        return self.weigh(self.outcomes(utilities))

    def weigh(self, outcomes: Sequence[Jet]) -> Jet:
        """Return the log-likelihood of each row by the logs of the outcomes' probabilities."""
        return total([log * self.counts[:, place] for place, log in enumerate(outcomes)])

    def standardise(self, coefficients: Sequence[Jet]) -> list[Jet]:
        """Return all coefficients in units of one over the size of their regressors."""
        return [jet * size for jet, size in zip(coefficients, self.sizes().tolist(), strict=True)]

    def expected_information(self, theta: FloatArray) -> FloatArray:
        """Return the expected outer product of an outcome's gradient, as often as each row has outcomes."""
        times = self.counts.sum(axis=1)
        return information(self.equations, self.outcomes(self.jets(theta)), times)

    def outcome_probs(self, theta: FloatArray) -> FloatArray:
        """Return the probability of each outcome in each row, shape ``(n, O)``."""
        return np.exp(np.stack([log.value for log in self.outcomes(self.jets(theta))], axis=1))


def information(
    equations: Sequence[Equation], outcomes: Sequence[Jet], times: FloatArray
) -> FloatArray:
    """Return the outer products of outcomes' gradients, over outcomes by their probabilities, summed over rows.

    Parameters
    ----------
    equations
        By whose values the outcomes' derivatives are.
    outcomes
        Logs of the outcomes' probabilities in each row.
    times
        How many outcomes each row has, shape ``(n,)``.
    """
    size = sum(len(equation.terms) for equation in equations)
    found = np.zeros((size, size))
    for jet in outcomes:
        share = times * np.exp(jet.value)
        scores = np.hstack(
            [
                equation.columns * jet.first[place][:, np.newaxis]
                for place, equation in enumerate(equations)
            ]
        )
        found += (scores * share[:, np.newaxis]).T @ scores
    return found


def climb(gradient: FloatArray, hessian: FloatArray, sizes: FloatArray) -> tuple[FloatArray, float]:
    """Return the step to take from a point, and the least curvature there over the largest (negative: a saddle)."""
    scaled = -hessian / np.outer(sizes, sizes)
    curvature, axes = np.linalg.eigh(scaled)
    largest = max(float(np.abs(curvature).max(initial=0.0)), _NOTHING)
    safe = np.maximum(np.abs(curvature), 1e-12 * largest)
    step = axes @ ((axes.T @ (gradient / sizes)) / safe)
    length = float(np.linalg.norm(step))
    if length > _LONGEST:
        step *= _LONGEST / length
    return step / sizes, float(curvature.min(initial=largest)) / largest


def maximise(
    evaluate: Callable[[FloatArray], Expansion], start: FloatArray, sizes: FloatArray
) -> Maximum:
    """Climb from a start to a maximum of a log-likelihood.

    Parameters
    ----------
    evaluate
        The log-likelihood with its derivatives; a value that is not finite stands for an impossible point.
    start
        Where to begin, shape ``(K,)``.
    sizes
        Size of the regressor of each coefficient, shape ``(K,)``.
    """
    theta, now = start, evaluate(start)
    if not _usable(now):
        reason = "the likelihood of the start is zero"
        return Maximum(theta=theta, evaluation=now, converged=False, steps=0, reason=reason)
    for steps in range(_MOST_STEPS):
        step, curvature = climb(now.gradient, now.hessian, sizes)
        gain = float(step @ now.gradient)
        if gain < _DECREMENT * (1.0 + 1e-4 * abs(now.value)):
            reason = "" if curvature > _FLAT else "the likelihood is flat in some direction"
            return Maximum(
                theta=theta, evaluation=now, converged=not reason, steps=steps, reason=reason
            )
        found = _search(evaluate, theta, step, now.value, gain)
        if found is None:
            reason = "no step climbs any more"
            return Maximum(theta=theta, evaluation=now, converged=False, steps=steps, reason=reason)
        theta, now = found
    reason = f"no maximum within {_MOST_STEPS} steps"
    return Maximum(theta=theta, evaluation=now, converged=False, steps=_MOST_STEPS, reason=reason)


def _usable(evaluation: Expansion) -> bool:
    return bool(
        np.isfinite(evaluation.value)
        and np.isfinite(evaluation.gradient).all()
        and np.isfinite(evaluation.hessian).all()
    )


def _search(
    evaluate: Callable[[FloatArray], Expansion],
    theta: FloatArray,
    step: FloatArray,
    value: float,
    gain: float,
) -> tuple[FloatArray, Expansion] | None:
    """Halve a step until the likelihood rises by a share of what the gradient promises."""
    share = 1.0
    while share > 1e-9:
        there = evaluate(theta + share * step)
        if _usable(there) and there.value >= value + 1e-4 * share * gain - 1e-13 * abs(value):
            return theta + share * step, there
        share *= 0.5
    return None
