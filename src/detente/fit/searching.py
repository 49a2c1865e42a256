"""From a likelihood to a result: several starts, the best maximum, its covariance, and what must be said of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from detente.arrays import FloatArray
from detente.errors import UsageError, refuse
from detente.fit.fitted import Fitted
from detente.fit.maximising import AbstractLikelihood, Expansion, Maximum, maximise
from detente.fit.penalties import Penalty, penalise
from detente.fit.results import SAME, Coefficient, FitResult, StandardErrors, Start
from detente.fit.terms import Observations

__all__ = [
    "Options",
    "Search",
    "bootstrap",
    "covariance_of",
    "estimate",
    "finish",
    "inverse",
    "resampled",
    "search",
    "tell_starts",
]

Search = tuple[Maximum, tuple[Start, ...]]


class Options(NamedTuple):
    """How to fit: kind of standard errors, number of resamples, number of starts, seed of both, penalty."""

    errors: StandardErrors = "hessian"
    resamples: int = 200
    starts: int = 4
    seed: int = 1
    penalty: Penalty = "none"


def search(
    likelihood: AbstractLikelihood, begin: Mapping[str, FloatArray], options: Options
) -> Search:
    """Climb from named starts, and from random ones around the first until there are as many as asked for."""
    generator = np.random.default_rng(options.seed)
    sizes = likelihood.sizes()
    starts = dict(list(begin.items())[: options.starts])
    first = next(iter(starts.values()))
    for number in range(1, options.starts - len(starts) + 1):
        starts[f"random {number}"] = first + generator.standard_normal(first.size) / sizes
    evaluate = penalise(likelihood, options.penalty)
    found = [(name, maximise(evaluate, start, sizes)) for name, start in starts.items()]
    found.sort(key=lambda item: (not item[1].converged, -_value(item[1])))
    told = tuple(
        Start(name=name, loglik=item.evaluation.value, converged=item.converged, reason=item.reason)
        for name, item in found
    )
    return found[0][1], told


def estimate(
    model: str,
    likelihood: AbstractLikelihood,
    begin: Mapping[str, FloatArray],
    options: Options,
    *,
    data: Observations | None = None,
    separation: Sequence[str] = (),
) -> FitResult:
    """Return the maximum-likelihood estimate of a model, searched for from named starts and random ones.

    Raises
    ------
    UsageError
        ``fit-unidentified`` if the likelihood is flat at its maximum.
    """
    maximum, starts = search(likelihood, begin, options)
    warnings = tell_starts(starts)
    if options.errors == "bootstrap":
        covariance, lost = bootstrap(likelihood, maximum.theta, options)
        if lost:
            warnings.append(
                f"{lost} of {options.resamples} resamples had no estimate and are left out"
            )
    elif options.penalty == "jeffreys":
        # of Firth's estimate: its penalty is of the order of a constant, and its Hessian is not worked out in full
        covariance = inverse(likelihood.expected_information(maximum.theta))
    else:
        covariance = covariance_of(maximum.evaluation, options.errors)
    plain = maximum.evaluation.value
    if options.penalty != "none":
        plain = likelihood.in_blocks()(maximum.theta).value
    result = FitResult(
        model=model,
        method="ml",
        loglik=plain,
        converged=maximum.converged,
        n=likelihood.equations[0].columns.shape[0],
        coefficients=(),
        covariance=covariance,
        errors=options.errors,
        starts=starts,
        separation=tuple(separation),
        warnings=tuple(warnings),
        penalty="" if options.penalty == "none" else options.penalty,
        row_logliks=likelihood.rows(likelihood.jets(maximum.theta)).value,
        fitted=None
        if data is None
        else Fitted(likelihood=likelihood, data=data, theta=maximum.theta),
    )
    return finish(likelihood.names, maximum.theta, covariance, result)


def _value(maximum: Maximum) -> float:
    value = maximum.evaluation.value
    return value if np.isfinite(value) else -np.inf


def tell_starts(starts: Sequence[Start]) -> list[str]:
    """Say where starts led to different maxima, or led nowhere."""
    best, others = starts[0], starts[1:]
    words = []
    if not best.converged:
        words.append(f"no search converged ({best.reason}): the numbers are no estimate")
    lower = [item for item in others if item.converged and item.loglik < best.loglik - SAME]
    if lower:
        worst = min(item.loglik for item in lower)
        words.append(
            f"the likelihood has several maxima: {len(lower)} of {len(starts)} starts ended below the best "
            f"one, as low as {worst:.4f}; there may be a higher one, and more starts look for it"
        )
    lost = [item for item in others if not item.converged]
    if lost and best.converged:
        words.append(f"{len(lost)} of {len(starts)} starts did not converge")
    higher = [item for item in lost if item.loglik > best.loglik + SAME]
    if higher and best.converged:
        words.append("a start that did not converge had a higher likelihood than the estimate")
    return words


def covariance_of(evaluation: Expansion, errors: StandardErrors) -> FloatArray:
    """Return the covariance of estimates from the Hessian, or the sandwich of it and the rows' gradients."""
    bread = inverse(-evaluation.hessian)
    if errors == "sandwich":
        return np.asarray(bread @ (evaluation.scores.T @ evaluation.scores) @ bread)
    return bread


def inverse(matrix: FloatArray) -> FloatArray:
    """Return the inverse of a matrix; NaN where there is none."""
    try:
        return np.asarray(np.linalg.inv(matrix))
    except np.linalg.LinAlgError:
        return np.full_like(matrix, np.nan)


def bootstrap(
    likelihood: AbstractLikelihood, theta: FloatArray, options: Options
) -> tuple[FloatArray, int]:
    """Return the covariance of estimates over data sets drawn from the rows with replacement, and how many had none.

    A draw that does not converge is left out: its coefficients are no estimate.
    """
    generator = np.random.default_rng(options.seed)
    rows = likelihood.equations[0].columns.shape[0]
    sizes = likelihood.sizes()
    found = []
    for _ in range(options.resamples):
        drawn = np.asarray(generator.integers(0, rows, rows))
        sample = likelihood.take(drawn)
        maximum = maximise(penalise(sample, options.penalty), theta, sizes)
        if maximum.converged:
            found.append(maximum.theta)
    return resampled(found, theta.size), options.resamples - len(found)


def resampled(found: Sequence[FloatArray], size: int) -> FloatArray:
    """Return the covariance of some estimates; NaN of fewer than two."""
    if len(found) < 2:
        return np.full((size, size), np.nan)
    return np.atleast_2d(np.cov(np.stack(found), rowvar=False))


def finish(
    names: Sequence[tuple[str, str]],
    theta: FloatArray,
    covariance: FloatArray,
    result: FitResult,
) -> FitResult:
    """Return a result with its coefficients and their standard errors; NaN where the variance is no positive number.

    Raises
    ------
    UsageError
        ``fit-unidentified`` if the search converged to no strict maximum because the likelihood is flat there.
    """
    if not result.converged and "flat" in result.starts[0].reason:
        refuse(
            f"the likelihood of {result.model} is flat at its maximum: some coefficients can change together without "
            "any effect on it",
            code="fit-unidentified",
            at=", ".join(dict.fromkeys(name for name, _ in names)),
            fix="leave a term out of one utility of each player, fix a utility, or do not estimate its scale",
            error=UsageError,
        )
    variances = np.diag(covariance)
    good = np.isfinite(variances) & (variances > 0.0) & result.converged
    coefficients = tuple(
        Coefficient(
            utility=utility,
            term=term,
            estimate=float(theta[place]),
            se=float(np.sqrt(variances[place])) if good[place] else None,
        )
        for place, (utility, term) in enumerate(names)
    )
    return replace(result, coefficients=coefficients, covariance=covariance)
