"""The crisis signalling game, from a specification and a table to an estimate, by three methods.

*Pseudo-likelihood* (``pl``): beliefs are what was observed, smoothed by logits on all regressors. *Nested pseudo-likelihood*
(``npl``): beliefs are replaced by the responses to them until they are an equilibrium :cite:p:`aguirregabiria2007`.
*Constrained maximum likelihood* (``cmle``): beliefs and coefficients are found together :cite:p:`crismancox2021`.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.special import log_expit

from detente.arrays import BoolArray, FloatArray, IntArray
from detente.errors import UsageError, refuse
from detente.fit.constrained import CERTAIN, Constrained, maximise_constrained, restore
from detente.fit.fitted import Fitted
from detente.fit.jets import log_add, log_normal, variables
from detente.fit.maximising import Expansion, maximise
from detente.fit.outcomes import check_outcomes, outcome_columns, read_outcomes
from detente.fit.penalties import Penalty, penalise, prior_of
from detente.fit.results import FitResult, Start
from detente.fit.searching import Options, covariance_of, finish, resampled, tell_starts
from detente.fit.separation import separating_direction
from detente.fit.signalling import (
    PAYOFFS,
    Beliefs,
    SignallingLikelihood,
    challenger_moves,
    equilibria,
    outcome_logs,
    resistance,
)
from detente.fit.specs import Spec
from detente.fit.terms import Observations, read_observations
from detente.fit.tree_fitting import read_equations, used_terms

__all__ = ["METHODS", "fit_signalling", "read_signalling", "refit"]

METHODS = ("cmle", "npl", "pl")
_KEYS = ("outcome", "utilities", "missing")
_NAMES = ("status quo", "concession", "standing firm", "backing down")
_ROUNDS = 200
_STILL = 1e-5
_RIDGE = 1e-3
"""Weight of the penalty on first-step logits, so that they exist where data separate; in observations."""


class _Found(NamedTuple):
    theta: FloatArray
    evaluation: Expansion
    loglik: float
    log_odds: FloatArray
    converged: bool
    reason: str


def fit_signalling(spec: Spec, path: Path, method: str, options: Options) -> FitResult:
    """Fit the crisis signalling game with incomplete information."""
    if options.penalty == "jeffreys":
        refuse(
            "Jeffreys' penalty along the equilibria of the signalling game is not modelled",
            code="option-invalid",
            at="penalty",
            fix="use log-f or cauchy",
            error=UsageError,
        )
    likelihood, data = read_signalling(spec, path)
    separation = _check_resistance(likelihood, data, options.penalty)
    found, starts = _search(likelihood, method, options)
    warnings = tell_starts(starts)
    errors = options.errors
    if errors == "bootstrap":
        covariance, lost = _resample(likelihood, found, method, options)
        if lost:
            warnings.append(
                f"{lost} of {options.resamples} resamples had no estimate and are left out"
            )
    elif method == "pl":
        errors = "none"
        covariance = np.full((likelihood.size, likelihood.size), np.nan)
        warnings.append(
            "a pseudo-likelihood estimate carries the error of its first step: standard errors need --errors bootstrap"
        )
    elif method == "npl":
        covariance = _nested_covariance(likelihood, found, sandwich=errors == "sandwich")
    else:
        covariance = covariance_of(found.evaluation, errors)
    warnings += _count_equilibria(likelihood, found)
    result = FitResult(
        model="signalling",
        method=method,
        loglik=found.loglik,
        converged=found.converged,
        n=data.size,
        coefficients=(),
        covariance=covariance,
        errors=errors,
        starts=starts,
        separation=tuple(separation),
        warnings=tuple(warnings),
        penalty="" if options.penalty == "none" else options.penalty,
        row_logliks=_row_logliks(likelihood, found),
        fitted=_keep(likelihood, found, data),
    )
    return finish(likelihood.names, found.theta, covariance, result)


def read_signalling(spec: Spec, path: Path) -> tuple[SignallingLikelihood, Observations]:
    """Read the games of a table, and check that the model can be estimated from them; beliefs are pooled shares."""
    spec.check_keys(_KEYS)
    data = read_observations(path, spec, [*outcome_columns(spec), *used_terms(spec, "utilities")])
    counts = read_outcomes(spec, data, _NAMES)
    equations, fixed = read_equations(spec, data, PAYOFFS)
    if not equations:
        spec.refuse(
            "key-missing",
            "no payoff has a term, so there is nothing to estimate",
            "utilities",
            fix=f"give a list of terms to some of: {', '.join(PAYOFFS)}",
        )
    empty = np.zeros(data.size)
    likelihood = SignallingLikelihood(
        counts=counts,
        equations=equations,
        fixed=fixed,
        beliefs=Beliefs(resist=empty, firm=empty),
    )
    check_outcomes(counts, _NAMES, data, likelihood.size)
    _check_identified(spec, likelihood)
    return likelihood.believing(_pooled(counts)), data


def _check_identified(spec: Spec, likelihood: SignallingLikelihood) -> None:
    """Refuse a term that stands in all payoffs of a player: it moves nothing :cite:p:`lewis2003`."""
    terms = {item.name: set(item.terms) for item in likelihood.equations}
    for payoffs in (("S_A", "V_A", "W_A", "a"), ("C_B", "W_B", "V_B")):
        shared = set.intersection(*(terms.get(name, set()) for name in payoffs))
        if shared:
            spec.refuse(
                "fit-unidentified",
                f"{', '.join(sorted(shared))} stands in all of {', '.join(payoffs)}: only differences of payoffs matter",
                "utilities",
                fix="leave it out of one of them",
            )


def _pooled(counts: FloatArray) -> Beliefs:
    """Return beliefs that are the shares of all games together."""
    _, conceded, fought, backed = counts.sum(axis=0)
    ones = np.ones(len(counts))
    return Beliefs(
        resist=ones * np.log((fought + backed) / conceded),
        firm=ones * np.log(fought / (fought + backed)),
    )


def _check_resistance(
    likelihood: SignallingLikelihood, data: Observations, penalty: Penalty
) -> list[str]:
    """Refuse data in which B's terms separate those who resist, given pooled beliefs; tell it under a penalty."""
    firm = np.exp(likelihood.beliefs.firm)[:, np.newaxis]
    weights = {"W_B": 1.0 + 0.0 * firm, "V_B": (1.0 - firm) / firm, "C_B": -1.0 / firm}
    own = [item for item in likelihood.equations if item.name in weights]
    challenged = likelihood.counts[:, 1:].sum(axis=1) > 0.0
    if not own:
        return []
    columns = np.hstack([item.columns * weights[item.name] for item in own])[challenged]
    counts = likelihood.counts[challenged]
    direction = separating_direction(columns, counts[:, 1] > 0.0, counts[:, 2:].sum(axis=1) > 0.0)
    # pooled beliefs are the same in all games: terms in two payoffs look alike, and along their difference nothing is gained
    if direction is None:
        return []
    row = int(np.flatnonzero(challenged)[np.argmax(np.abs(columns @ direction))])
    names = ", ".join(f"{item.name} {term}" for item in own for term in item.terms)
    words = (
        f"terms among {names} separate the games in which B resists from those in which it concedes"
    )
    if penalty != "none":
        return [words]
    return refuse(
        words,
        code="data-separated",
        at=data.at(row),
        fix="leave one of these terms out, add games in which it does not decide alone, or use a penalty",
        error=UsageError,
    )


def _first_step(likelihood: SignallingLikelihood) -> Beliefs:
    """Return beliefs from logits of what was observed on all regressors, slightly penalised."""
    columns = np.hstack([item.columns for item in likelihood.equations])
    scale = columns.std(axis=0)
    varied = np.unique(columns[:, scale > 0.0] / scale[scale > 0.0], axis=1)
    design = np.column_stack([np.ones(len(columns)), varied - varied.mean(axis=0)])
    _, conceded, fought, backed = likelihood.counts.T
    resist = _logit_fit(design, fought + backed, conceded)
    return Beliefs(resist=resist, firm=np.asarray(log_expit(_logit_fit(design, fought, backed))))


def _logit_fit(design: FloatArray, yes: FloatArray, no: FloatArray) -> FloatArray:
    penalty = _RIDGE * np.ones(design.shape[1])

    def evaluate(theta: FloatArray) -> Expansion:
        index = design @ theta
        share = np.exp(log_expit(index))
        value = float((yes * log_expit(index) + no * log_expit(-index)).sum())
        scores = design * (yes - (yes + no) * share)[:, np.newaxis]
        weight = (yes + no) * share * (1.0 - share)
        return Expansion(
            value - 0.5 * float(penalty @ theta**2),
            scores.sum(axis=0) - penalty * theta,
            -(design.T @ (design * weight[:, np.newaxis])) - np.diag(penalty),
            scores,
        )

    start = np.zeros(design.shape[1])
    return np.asarray(design @ maximise(evaluate, start, np.ones_like(start)).theta)


def _nest(likelihood: SignallingLikelihood, theta: FloatArray, penalty: Penalty) -> _Found:
    """Maximise the pseudo-likelihood and replace beliefs by responses until nothing moves."""
    sizes = likelihood.sizes()
    reason = f"beliefs still move after {_ROUNDS} rounds"
    maximum = maximise(penalise(likelihood, penalty), theta, sizes)
    for _ in range(_ROUNDS):
        with np.errstate(all="ignore"):
            after = likelihood.respond(maximum.theta, likelihood.beliefs)
        if not (np.isfinite(after.resist).all() and np.isfinite(after.firm).all()):
            reason = "the responses to beliefs are out of range"
            break
        moved = max(
            float(
                np.abs(after.resist - likelihood.beliefs.resist)[_matter(after)].max(initial=0.0)
            ),
            float(np.abs(after.firm - likelihood.beliefs.firm).max()),
        )
        following = maximise(penalise(likelihood.believing(after), penalty), maximum.theta, sizes)
        if not np.isfinite(following.evaluation.hessian).all():
            reason = "the responses to beliefs are out of range"
            break
        likelihood = likelihood.believing(after)
        moved = max(moved, float(np.abs((following.theta - maximum.theta) * sizes).max()))
        maximum = following
        if moved < _STILL:
            reason = maximum.reason
            break
    plain = likelihood.evaluate(maximum.theta).value
    odds = likelihood.beliefs.resist
    return _Found(maximum.theta, maximum.evaluation, plain, odds, not reason, reason)


def _matter(beliefs: Beliefs) -> BoolArray:
    """Return the games in which log-odds of resisting are not beyond all digits of a probability."""
    return np.asarray(np.abs(beliefs.resist) < CERTAIN)


def _constrain(
    likelihood: SignallingLikelihood, theta: FloatArray, log_odds: FloatArray, penalty: Penalty
) -> _Found:
    with np.errstate(all="ignore"):
        near = restore(likelihood, theta, log_odds)
    prior = prior_of(likelihood, penalty)
    found: Constrained = maximise_constrained(likelihood, theta, near, prior=prior)
    return _Found(
        found.theta, found.evaluation, found.loglik, found.log_odds, found.converged, found.reason
    )


def _search(
    likelihood: SignallingLikelihood, method: str, options: Options
) -> tuple[_Found, tuple[Start, ...]]:
    """Return the best of several searches, and where each ended."""
    generator = np.random.default_rng(options.seed)
    zero = np.zeros(likelihood.size)
    noise = [
        generator.standard_normal(zero.size) / likelihood.sizes()
        for _ in range(max(options.starts - 1, 0))
    ]
    runs: list[tuple[str, _Found]] = []
    if method == "pl":
        given = likelihood.believing(_first_step(likelihood))
        for number, start in enumerate([zero, *noise]):
            maximum = maximise(penalise(given, options.penalty), start, likelihood.sizes())
            found = _Found(
                maximum.theta,
                maximum.evaluation,
                given.evaluate(maximum.theta).value,
                given.beliefs.resist,
                maximum.converged,
                maximum.reason,
            )
            runs.append((f"random {number}" if number else "zero", found))
    else:
        nested = _nest(likelihood, zero, options.penalty)
        if method == "npl":
            runs.append(("pooled beliefs", nested))
            if options.starts > 1:
                first = likelihood.believing(_first_step(likelihood))
                other = _nest(first, zero, options.penalty)
                runs.append(("first-step beliefs", other))
        else:
            found = _constrain(likelihood, nested.theta, nested.log_odds, options.penalty)
            runs.append(("nested estimate", found))
            # one standard deviation of the nested estimate, as its curvature has it
            curvature, axes = np.linalg.eigh(-nested.evaluation.hessian)
            width = axes / np.sqrt(np.maximum(curvature, 1e-3))
            for number, part in enumerate(noise, start=1):
                near = nested.theta + width @ (part * likelihood.sizes())
                found = _constrain(likelihood, near, nested.log_odds, options.penalty)
                runs.append((f"random {number}", found))
    runs.sort(key=lambda item: (not item[1].converged, -_finite(item[1].evaluation.value)))
    starts = tuple(
        Start(
            name=name,
            loglik=item.evaluation.value,
            converged=item.converged,
            reason=item.reason,
        )
        for name, item in runs
    )
    return runs[0][1], starts


def _finite(value: float) -> float:
    return value if np.isfinite(value) else -np.inf


def _resample(
    likelihood: SignallingLikelihood, found: _Found, method: str, options: Options
) -> tuple[FloatArray, int]:
    """Return the covariance of estimates over games drawn with replacement, first step and beliefs included."""
    generator = np.random.default_rng(options.seed)
    rows = len(likelihood.counts)
    kept = []
    for _ in range(options.resamples):
        drawn: IntArray = generator.integers(0, rows, rows)
        sample = likelihood.take(drawn)
        if not sample.counts.sum(axis=0).all():
            continue
        answer = refit(sample, method, found.theta, found.log_odds[drawn], options.penalty)
        if answer is not None:
            kept.append(answer)
    return resampled(kept, likelihood.size), options.resamples - len(kept)


def refit(
    likelihood: SignallingLikelihood,
    method: str,
    theta: FloatArray,
    log_odds: FloatArray,
    penalty: Penalty,
) -> FloatArray | None:
    """Return the estimate from other games by a method, searched for from one nearby; None if there is none.

    Beliefs of the first step, or those that nested searches begin with, are taken from the games themselves.
    """
    sample = likelihood.believing(_pooled(likelihood.counts))
    if method == "pl":
        given = sample.believing(_first_step(sample))
        maximum = maximise(penalise(given, penalty), theta, sample.sizes())
        return maximum.theta if maximum.converged else None
    if method == "npl":
        found = _nest(sample, theta, penalty)
    else:
        found = _constrain(sample, theta, log_odds, penalty)
    return found.theta if found.converged else None


def _nested_covariance(
    likelihood: SignallingLikelihood, found: _Found, *, sandwich: bool
) -> FloatArray:
    r"""Return the covariance of the nested pseudo-likelihood estimate :cite:p:`aguirregabiria2007`.

    Along the equilibria beliefs move with coefficients by :math:`(I - \Psi_P)^{-1}\Psi_\theta`, so that the estimating
    equation has the derivative :math:`A = \ell_{\theta\theta} + \ell_{\theta P}(I - \Psi_P)^{-1}\Psi_\theta`, and the covariance is
    :math:`A^{-1} B A'^{-1}` with :math:`B = -\ell_{\theta\theta}`, or outer products of the games' gradients for the sandwich.
    """
    pairs = zip(likelihood.equations, likelihood.parts(found.theta), strict=True)
    start = likelihood.believing(Beliefs(resist=found.log_odds, firm=np.zeros_like(found.log_odds)))
    with np.errstate(all="ignore"):
        firm = start.respond(found.theta, start.beliefs).firm
        *utilities, resist, standing = variables(
            [*(item.columns @ part for item, part in pairs), found.log_odds, firm]
        )
        payoffs = likelihood.payoffs(utilities)
        stay, fight, back = challenger_moves(payoffs, resist)
        gain = resistance(payoffs, standing)
        yes, no = log_normal(gain), log_normal(-gain)
        value = likelihood.weigh(outcome_logs((stay, fight, back), (yes, no)))

    def spread(by_payoff: FloatArray) -> FloatArray:
        """Return derivatives by coefficients from those by payoffs, shape ``(n, K)``."""
        parts = [
            item.columns * by_payoff[place][:, np.newaxis]
            for place, item in enumerate(likelihood.equations)
        ]
        return np.hstack(parts)

    responses = (yes - no, fight - log_add(fight, back))
    slopes = np.stack([spread(jet.first) for jet in responses], axis=1)
    own = np.stack([jet.first[-2:].T for jet in responses], axis=1)
    moves = np.linalg.solve(np.eye(2) - own, slopes)
    mixed = np.stack([spread(value.second[:, place]) for place in (-2, -1)], axis=1)
    hessian = found.evaluation.hessian
    scores = found.evaluation.scores
    middle = scores.T @ scores if sandwich else -hessian
    try:
        outer = np.linalg.inv(hessian + np.einsum("nbk,nbl->kl", mixed, moves))
    except np.linalg.LinAlgError:
        return np.full_like(hessian, np.nan)
    return np.asarray(outer @ middle @ outer.T)


def _keep(likelihood: SignallingLikelihood, found: _Found, data: Observations) -> Fitted:
    """Keep the games with the equilibria that were found."""
    beliefs = Beliefs(resist=found.log_odds, firm=likelihood.beliefs.firm)
    return Fitted(likelihood=likelihood.believing(beliefs), data=data, theta=found.theta)


def _row_logliks(likelihood: SignallingLikelihood, found: _Found) -> FloatArray:
    """Return the log-likelihood of each game at the equilibria that were found."""
    return likelihood.joint(found.theta, found.log_odds)[0].value


def _count_equilibria(likelihood: SignallingLikelihood, found: _Found) -> list[str]:
    """Say how many games have more than one equilibrium at the estimate."""
    if not np.isfinite(found.theta).all():
        return []
    values = [jet.value for jet in likelihood.payoffs(likelihood.jets(found.theta))]
    _, counts = equilibria(values)
    many = int((counts > 1).sum())
    if not many:
        return []
    words = (
        f"{many} of {len(counts)} games have several equilibria at the estimate: the likelihood is that of those "
        "which were found with it, and forecasts need a rule of selection"
    )
    return [words]
