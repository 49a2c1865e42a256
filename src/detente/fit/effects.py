r"""What a model says beyond its coefficients: average marginal effects, and how well it foretells rows that it has not seen.

The average marginal effect of a column on an outcome is :math:`\frac1n \sum_i \partial P_i / \partial x_i`, through every term and
utility that the column stands in; of a word, the difference to the first word by the alphabet. In the ultimatum game the outcomes
are the mean offer and the probability that it is accepted. Counted choices have no columns: the effect is that of lambda, or of a
part of payoffs, on the probability of each action. The standard error is by the delta method, with the exact derivative by the
coefficients.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NoReturn

import numpy as np

from detente.arrays import FloatArray, IntArray
from detente.errors import UsageError, nearest, refuse
from detente.fit.constrained import restore
from detente.fit.fitted import Fitted
from detente.fit.jets import Jet, exp
from detente.fit.maximising import AbstractLikelihood, AbstractOutcomeLikelihood, maximise
from detente.fit.penalties import PENALTIES, Penalty, penalise
from detente.fit.qre import ChoiceLikelihood, choice_names
from detente.fit.results import FitResult
from detente.fit.signalling import SignallingLikelihood, outcomes_along
from detente.fit.signalling_fitting import refit
from detente.fit.specs import Spec
from detente.fit.terms import Observations
from detente.fit.ultimatum import UltimatumLikelihood

__all__ = ["CrossValidation", "Effect", "average_effects", "cross_validate"]

_ByRow = AbstractOutcomeLikelihood | UltimatumLikelihood

_STEP = 1e-4
"""Width of the difference by which a column is moved, in its standard deviations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The average effect of a column on the probability of an outcome, by its place from left to right.

    ``name`` is the outcome's, where it is no end of a game: the mean offer, an answer, an action at an information set.
    ``se`` is None where the estimate has no standard errors.
    """

    column: str
    outcome: int
    effect: float
    se: float | None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossValidation:
    """Scores of rows that a model was not fitted to; of counted choices, of choices.

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
        A fit. In the signalling game equilibria move with the column.
    columns
        Names of columns of the table; of counted choices, names of coefficients, a player's own lambda by its label.

    Raises
    ------
    UsageError
        ``table-column-missing`` for a column that the model does not hold; ``option-invalid`` for a result without its data.
    """
    fitted = _fitted(result, "average_effects")
    likelihood = fitted.likelihood
    if isinstance(likelihood, ChoiceLikelihood):
        return _effects_on_choices(likelihood, fitted.theta, result.covariance, columns)
    if not isinstance(likelihood, AbstractOutcomeLikelihood | UltimatumLikelihood):
        _refuse(result, "average_effects")
    names = ("mean offer", "accepted") if isinstance(likelihood, UltimatumLikelihood) else ()
    found: list[Effect] = []
    for column in _chosen(columns, fitted.columns()):
        for label, low, high, width in _shifts(fitted.data, column):
            ends = [_means(likelihood, fitted, data) for data in (low, high)]
            effect = (ends[1][0] - ends[0][0]) / width
            slope = (ends[1][1] - ends[0][1]) / width
            found += _told(label, effect, slope, result.covariance, names)
    return found


def _chosen(columns: Sequence[str], known: Sequence[str]) -> Sequence[str]:
    for column in columns:
        if column not in known:
            near = nearest(column, known) or tuple(known[:6])
            refuse(
                f"the model holds no column {column!r}",
                code="table-column-missing",
                at="average_effects",
                fix=f"name one of: {', '.join(near)}",
                error=UsageError,
            )
    return columns or known


def _told(
    label: str, effect: FloatArray, slope: FloatArray, covariance: FloatArray, names: Sequence[str]
) -> list[Effect]:
    variance = np.einsum("ok,kl,ol->o", slope, covariance, slope)
    return [
        Effect(
            column=label,
            outcome=place,
            effect=float(size),
            se=float(np.sqrt(max(square, 0.0))) if np.isfinite(square) else None,
            name=names[place] if names else "",
        )
        for place, (size, square) in enumerate(zip(effect, variance, strict=True))
    ]


def _effects_on_choices(
    likelihood: ChoiceLikelihood, theta: FloatArray, covariance: FloatArray, columns: Sequence[str]
) -> list[Effect]:
    """Return how the probability of each action moves with lambda, or with a part of payoffs."""
    labels = [
        (term if who == "all" else f"{term} {who}") if term == "lambda" else term
        for who, term in choice_names(likelihood)
    ]
    scale = likelihood.told_scale(theta)
    probs = [exp(log) for log in likelihood.choices(likelihood.jets(theta))]
    first = np.stack([prob.first[:, 0] for prob in probs]) / scale
    second = np.stack([prob.second[:, :, 0] for prob in probs]) / np.outer(scale, scale)
    for place in range(likelihood.rates):  # of lambda itself, not of its logarithm
        second[:, place, place] -= first[:, place] / scale[place]
    form = likelihood.game.form
    names = [
        f"{form.info_set_label[place]}: {form.action_label[action]}"
        for place, (begin, end) in enumerate(pairwise(form.action_offset.tolist()))
        for action in range(begin, end)
    ]
    found: list[Effect] = []
    for column in _chosen(columns, labels):
        place = labels.index(column)
        found += _told(column, first[:, place], second[:, place], covariance, names)
    return found


def _outcomes(likelihood: AbstractOutcomeLikelihood, theta: FloatArray) -> list[Jet]:
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


def _means(likelihood: _ByRow, fitted: Fitted, data: Observations) -> tuple[FloatArray, FloatArray]:
    """Return the mean of each outcome's probability, or expectation, and its derivative by the coefficients, ``(O, K)``."""
    equations = [data.same_equation(equation) for equation in likelihood.equations]
    moved = replace(likelihood, equations=equations)  # type: ignore[type-var]  # every likelihood is a dataclass
    if isinstance(moved, UltimatumLikelihood):
        expected = moved.expectations(moved.jets(fitted.theta))
    else:
        expected = [exp(log) for log in _outcomes(moved, fitted.theta)]
    means, slopes = [], []
    for jet in expected:
        parts = [
            (equation.columns * jet.first[place][:, np.newaxis]).mean(axis=0)
            for place, equation in enumerate(equations)
        ]
        means.append(jet.value.mean())
        slopes.append(np.concatenate(parts))
    return np.array(means), np.stack(slopes)


def cross_validate(result: FitResult, *, folds: int = 10, seed: int = 1) -> CrossValidation:
    """Fit a model again without each of several parts of the rows, and score it on that part.

    Of counted choices each choice is a row. Of the signalling game rows are scored at the equilibria nearest to those that were
    found for all.

    Parameters
    ----------
    result
        A fit. Each search begins at its estimate.
    folds
        Parts, from 2 to the number of rows; rows fall into them at random.
    seed
        Of the parts.

    Raises
    ------
    UsageError
        ``option-invalid`` for another number of parts, or a result without its data.
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
        theta = _refit(train, result.method, penalty, fitted.theta)
        if theta is None:
            lost += 1
            continue
        score, square = _score(likelihood.take(part), theta)
        scores.append(score)
        squares.append(square)
    nothing = np.array([np.nan])
    brier = float(np.concatenate(squares or [nothing]).mean())
    return CrossValidation(
        folds=folds,
        log_score=float(np.concatenate(scores or [nothing]).mean()),
        in_sample=float(_score(likelihood, fitted.theta)[0].mean()),
        brier=brier if np.isfinite(brier) else None,
        lost=lost,
    )


def _score(test: AbstractLikelihood, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the log-likelihood of each row, and its squared error over outcomes; NaN where rows are not outcomes."""
    if isinstance(test, ChoiceLikelihood):
        return _score_choices(test, theta)
    if not isinstance(test, AbstractOutcomeLikelihood):
        values = test.rows(test.jets(theta)).value
        return values, np.full_like(values, np.nan)
    logs = np.stack([log.value for log in _outcomes(test, theta)], axis=1)
    seen = test.counts > 0.0
    values = np.where(seen, test.counts * np.where(seen, logs, 0.0), 0.0).sum(axis=1)
    trials = test.counts.sum(axis=1, keepdims=True)
    shares = test.counts / np.where(trials > 0.0, trials, 1.0)
    return values, ((np.exp(logs) - shares) ** 2).sum(axis=1)


def _score_choices(test: ChoiceLikelihood, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the same of each choice, its outcomes being the actions at its information set."""
    logs = np.array([log.value[0] for log in test.choices(test.jets(theta))])
    probs = np.exp(logs)
    square = np.empty_like(probs)
    for begin, end in pairwise(test.game.form.action_offset.tolist()):
        whole = (probs[begin:end] ** 2).sum()
        square[begin:end] = whole - 2.0 * probs[begin:end] + 1.0
    times: IntArray = test.counts.astype(np.intp)
    return np.repeat(logs, times), np.repeat(square, times)


def _refit(
    train: AbstractLikelihood, method: str, penalty: Penalty, theta: FloatArray
) -> FloatArray | None:
    if isinstance(train, SignallingLikelihood):
        if not train.counts.sum(axis=0).all():
            return None
        return refit(train, method, theta, train.beliefs.resist, penalty)
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
        fix="give a result of fit_game",
        error=UsageError,
    )
