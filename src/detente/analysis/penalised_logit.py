"""A logit with a ridge penalty: many categories and few cases, each coefficient drawn towards none."""

import numpy as np

from detente.arrays import BoolArray, FloatArray
from detente.errors import SolverError, refuse
from detente.scores import log_scores

__all__ = ["choose_penalty", "fit_ridge_logit", "forecast_by_logit", "predict_logit"]

_STEPS = 100
_TOLERANCE = 1e-10
_SMALLEST = 1e-8
_FURTHEST = 30.0
"""Largest log-odds that are told from certainty."""


def fit_ridge_logit(
    columns: FloatArray, happened: BoolArray, penalty: float, *, start: FloatArray | None = None
) -> FloatArray:
    r"""Fit a logit by Newton's method; the intercept is not penalised.

    .. math:: \max_\beta \sum_i \ln P(y_i \mid x_i, \beta) - \frac{\lambda}{2} \sum_{j > 0} \beta_j^2

    Parameters
    ----------
    columns
        Regressors without a constant, shape ``(n, k)``.
    happened
        Outcomes, shape ``(n,)``; some and not all happened.
    penalty
        :math:`\lambda > 0`.
    start
        Where to start, shape ``(k + 1,)``.

    Returns
    -------
    FloatArray
        The intercept and the coefficients, shape ``(k + 1,)``.

    Raises
    ------
    SolverError
        ``input-invalid`` if all events happened or none did: then the intercept has no finite best value.

    References
    ----------
    :cite:p:`lecessie1992`.

    Examples
    --------
    >>> fit_ridge_logit(np.zeros((4, 1)), np.array([True, False, False, False]), 1.0).round(4)
    array([-1.0986,  0.    ])
    """
    hits = int(happened.sum())
    if not 0 < hits < happened.size:
        message = f"{hits} of {happened.size} events happened: a logit needs some and not all"
        refuse(
            message,
            code="input-invalid",
            at="happened",
            fix="give more cases",
            error=SolverError,
        )
    x = np.column_stack([np.ones(happened.size), columns])
    y = happened.astype(float)
    weight = np.full(x.shape[1], penalty)
    weight[0] = 0.0
    beta = np.zeros(x.shape[1]) if start is None else start
    if start is None:
        beta[0] = np.log(hits / (happened.size - hits))
    value = _loss(x, y, beta, weight)
    for _ in range(_STEPS):
        prob = _logistic(x @ beta)
        gradient = x.T @ (prob - y) + weight * beta
        if np.abs(gradient).max() < _TOLERANCE * y.size:
            break
        curvature = (x * (prob * (1.0 - prob))[:, None]).T @ x + np.diag(weight)
        step = np.linalg.solve(curvature, gradient)
        size = 1.0
        while (tried := _loss(x, y, beta - size * step, weight)) > value and size > _SMALLEST:
            size /= 2.0
        if size <= _SMALLEST:  # what is left is rounding
            break
        beta, value = beta - size * step, tried
    return beta


def predict_logit(columns: FloatArray, beta: FloatArray) -> FloatArray:
    """Return probabilities, shape ``(n,)``."""
    return _logistic(beta[0] + columns @ beta[1:])


def choose_penalty(
    columns: FloatArray, happened: BoolArray, penalties: tuple[float, ...], *, folds: int = 10
) -> float:
    """Choose the penalty with the least log loss on cases that were left out.

    Fold ``k`` holds every ``folds``-th case from the ``k``-th on, so that the choice is the same each time.

    Parameters
    ----------
    columns, happened
        As for :func:`fit_ridge_logit`.
    penalties
        The candidates.
    folds
        How many parts.

    Returns
    -------
    float
        The first of the best, from the strictest.
    """
    losses = dict.fromkeys(sorted(penalties, reverse=True), 0.0)
    places = np.arange(happened.size) % folds
    for fold in range(folds):
        kept, left = places != fold, places == fold
        start = None
        for penalty in losses:
            start = fit_ridge_logit(columns[kept], happened[kept], penalty, start=start)
            prob = predict_logit(columns[left], start)
            losses[penalty] += float(log_scores(prob, happened[left]).sum())
    return min(losses, key=lambda penalty: losses[penalty])


def forecast_by_logit(
    columns: FloatArray,
    happened: BoolArray,
    new: FloatArray,
    *,
    scaled: BoolArray,
    penalties: tuple[float, ...],
) -> tuple[float, FloatArray]:
    """Forecast new cases by a logit on past ones, with the penalty that these choose.

    Parameters
    ----------
    columns, happened
        The past cases, as for :func:`fit_ridge_logit`; columns that do not vary are left out.
    new
        Regressors of the new cases, shape ``(m, k)``.
    scaled
        Which columns are numbers, shape ``(k,)``: they are centred and divided by two standard deviations of the past
        cases, so that they weigh like a yes or no. The others are 0 or 1.
    penalties
        The candidates.

    Returns
    -------
    float, FloatArray
        The penalty, and the probability of each new case.

    References
    ----------
    :cite:p:`gelman2008`.
    """
    varied = columns.max(axis=0) > columns.min(axis=0)
    past, numbers = columns[:, varied], scaled[varied]
    centre = np.where(numbers, past.mean(axis=0), 0.0)
    spread = np.where(numbers, 2.0 * past.std(axis=0), 1.0)
    x = (past - centre) / spread
    penalty = choose_penalty(x, happened, penalties)
    beta = fit_ridge_logit(x, happened, penalty)
    return penalty, predict_logit((new[:, varied] - centre) / spread, beta)


def _logistic(odds: FloatArray) -> FloatArray:
    held: FloatArray = np.clip(odds, -_FURTHEST, _FURTHEST)
    return 1.0 / (1.0 + np.exp(-held))


def _loss(x: FloatArray, y: FloatArray, beta: FloatArray, weight: FloatArray) -> float:
    odds = x @ beta
    return float((np.logaddexp(0.0, odds) - y * odds).sum() + 0.5 * weight @ (beta * beta))
