r"""What a model says beyond its coefficients: average marginal effects, and how well it foretells rows that it has not seen.

The average marginal effect of a column on an outcome is :math:`\frac1n \sum_i \partial P_i / \partial x_i`, through every term and
utility that the column stands in; of a word, the difference to the first word by the alphabet. Its standard error is by the delta
method, with the exact derivative by the coefficients.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

import numpy as np

from detente.arrays import FloatArray
from detente.errors import UsageError, nearest, refuse
from detente.fit.constrained import restore
from detente.fit.fitted import Fitted
from detente.fit.jets import Jet
from detente.fit.maximising import AbstractLikelihood, AbstractOutcomeLikelihood, maximise
from detente.fit.penalties import PENALTIES, Penalty, penalise
from detente.fit.results import FitResult
from detente.fit.signalling import SignallingLikelihood, outcomes_along
from detente.fit.signalling_fitting import refit
from detente.fit.specs import Spec
from detente.fit.terms import Observations

__all__ = ["CrossValidation", "Effect", "average_effects", "cross_validate"]

_Outcomes = AbstractOutcomeLikelihood | SignallingLikelihood

_STEP = 1e-4
"""Width of the difference by which a column is moved, in its standard deviations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The average effect of a column on the probability of an outcome, by its place from left to right."""

    column: str
    outcome: int
    effect: float
    se: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossValidation:
    """Scores of rows that a model was not fitted to.

    ``log_score`` is the mean log-likelihood of a row, ``in_sample`` the same where it was fitted; ``brier`` the mean squared
    error over outcomes (None where rows are not outcomes); ``lost`` the folds without an estimate, whose rows are left out.
    """

    folds: int
    log_score: float
    in_sample: float
    brier: float | None
    lost: int


def average_effects(result: FitResult, columns: Sequence[str] = ()) -> list[Effect]:
    """Return the average marginal effects of some columns, by default of all, on each outcome.

    Parameters
    ----------
    result
        A fit of a tree, of a game by how it ended, or of the signalling game; there equilibria move with the column.
    columns
        Names of columns of the table.

    Raises
    ------
    UsageError
        ``option-invalid`` for another model; ``table-column-missing`` for a column that the model does not hold.
    """
    fitted = _fitted(result, "average_effects")
    likelihood = fitted.likelihood
    if not isinstance(likelihood, AbstractOutcomeLikelihood | SignallingLikelihood):
        _refuse(result, "average_effects")
    known = fitted.columns()
    found: list[Effect] = []
    for column in columns or known:
        if column not in known:
            near = nearest(column, known) or tuple(known[:6])
            refuse(
                f"the model holds no column {column!r}",
                code="table-column-missing",
                at="average_effects",
                fix=f"name one of: {', '.join(near)}",
                error=UsageError,
            )
        for label, low, high, width in _shifts(fitted.data, column):
            ends = [_mean_probs(likelihood, fitted, data) for data in (low, high)]
            effect = (ends[1][0] - ends[0][0]) / width
            slope = (ends[1][1] - ends[0][1]) / width
            spread = np.sqrt(np.einsum("ok,kl,ol->o", slope, result.covariance, slope))
            found += [
                Effect(column=label, outcome=place, effect=float(size), se=float(error))
                for place, (size, error) in enumerate(zip(effect, spread, strict=True))
            ]
    return found


def _outcomes(likelihood: _Outcomes, theta: FloatArray) -> list[Jet]:
    """Return the logs of the outcomes' probabilities; of signalling games at the equilibria nearest to those that were found."""
    if isinstance(likelihood, SignallingLikelihood):
        near = restore(likelihood, theta, likelihood.beliefs.resist)
        return outcomes_along(likelihood, theta, near)
    return likelihood.outcomes(likelihood.jets(theta))


def _shifts(data: Observations, column: str) -> list[tuple[str, Observations, Observations, float]]:
    """Return a column's name, the data with it moved down and up, and how far; for words, one entry for each but the first."""
    words = data.words(column)
    if words:
        first = data.replacing(column, [words[0]] * data.size)
        return [
            (f"{column}[{word}]", first, data.replacing(column, [word] * data.size), 1.0)
            for word in words[1:]
        ]
    values = data.numbers(column, Spec(entries={}))
    if set(values.tolist()) <= {0.0, 1.0}:
        ends = [data.replacing(column, [cell] * data.size) for cell in ("0", "1")]
        return [(column, ends[0], ends[1], 1.0)]
    step = _STEP * (float(values.std()) or 1.0)
    low, high = (
        data.replacing(
            column, [data.table.style.write(repr(float(value))) for value in values + way]
        )
        for way in (-step, step)
    )
    return [(column, low, high, 2.0 * step)]


def _mean_probs(
    likelihood: _Outcomes, fitted: Fitted, data: Observations
) -> tuple[FloatArray, FloatArray]:
    """Return the mean probability of each outcome, and its derivative by the coefficients, ``(O, K)``."""
    equations = [data.same_equation(equation) for equation in likelihood.equations]
    moved = replace(likelihood, equations=equations)  # type: ignore[type-var]  # every likelihood is a dataclass
    logs = _outcomes(moved, fitted.theta)
    means, slopes = [], []
    for log in logs:
        prob = np.exp(log.value)
        parts = [
            (equation.columns * (prob * log.first[place])[:, np.newaxis]).mean(axis=0)
            for place, equation in enumerate(equations)
        ]
        means.append(prob.mean())
        slopes.append(np.concatenate(parts))
    return np.array(means), np.stack(slopes)


def cross_validate(result: FitResult, *, folds: int = 10, seed: int = 1) -> CrossValidation:
    """Fit a model again without each of several parts of the rows, and score it on that part.

    Parameters
    ----------
    result
        A fit that is not of counted choices, nor a plain pseudo-likelihood. Each search begins at its estimate.
    folds
        Parts, from 2 to the number of rows; rows fall into them at random.
    seed
        Of the parts.

    Raises
    ------
    UsageError
        ``option-invalid`` for another model or number of parts.
    """
    fitted = _fitted(result, "cross_validate")
    likelihood = fitted.likelihood
    if not 2 <= folds <= result.n:
        refuse(
            f"{folds} folds of {result.n} rows",
            code="option-invalid",
            at="folds",
            fix=f"give a number from 2 to {result.n}",
            error=UsageError,
        )
    order = np.random.default_rng(seed).permutation(result.n)
    penalty = next(name for name in PENALTIES if name == (result.penalty or "none"))
    scores: list[FloatArray] = []
    squares: list[FloatArray] = []
    lost = 0
    for part in np.array_split(order, folds):
        train = likelihood.take(np.setdiff1d(order, part))
        test = likelihood.take(part)
        theta = _refit(train, result.method, penalty, fitted.theta)
        if theta is None:
            lost += 1
        elif isinstance(test, AbstractOutcomeLikelihood | SignallingLikelihood):
            logs = np.stack([log.value for log in _outcomes(test, theta)], axis=1)
            seen = test.counts > 0.0
            scores.append(np.where(seen, test.counts * np.where(seen, logs, 0.0), 0.0).sum(axis=1))
            trials = test.counts.sum(axis=1, keepdims=True)
            shares = test.counts / np.where(trials > 0.0, trials, 1.0)
            squares.append(((np.exp(logs) - shares) ** 2).sum(axis=1))
        else:
            scores.append(test.rows(test.jets(theta)).value)
    nothing = np.array([np.nan])
    return CrossValidation(
        folds=folds,
        log_score=float(np.concatenate(scores or [nothing]).mean()),
        in_sample=result.loglik / result.n,
        brier=float(np.concatenate(squares).mean()) if squares else None,
        lost=lost,
    )


def _refit(
    train: AbstractLikelihood, method: str, penalty: Penalty, theta: FloatArray
) -> FloatArray | None:
    if isinstance(train, SignallingLikelihood):
        if not train.counts.sum(axis=0).all():
            return None
        return refit(train, method, theta, train.beliefs.resist)
    maximum = maximise(penalise(train, penalty), theta, train.sizes())
    return maximum.theta if maximum.converged else None


def _fitted(result: FitResult, at: str) -> Fitted:
    if result.fitted is None:
        _refuse(result, at)
    return result.fitted


def _refuse(result: FitResult, at: str) -> NoReturn:
    refuse(
        f"{at} of {result.model} is not modelled",
        code="option-invalid",
        at=at,
        fix="use it with a model whose rows end in outcomes",
        error=UsageError,
    )
