"""The principal branch of one game: agent quantal response equilibria at several rationalities from one tracing."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.game._inputs import FloatArray, as_chance, as_payoffs, as_rationality
from detente.game._refusals import refuse_input
from detente.game._tracing import Tracer
from detente.game.evaluation import expected_payoffs
from detente.game.form import ExtensiveForm
from detente.game.qre import Status

__all__ = ["BranchResult", "trace_logit_branch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchResult:
    """Points of the principal branch at ``S`` values of rationality.

    Attributes
    ----------
    rationality
        The values, in the order asked for, shape ``(S,)``.
    strategy
        The behaviour strategy where the branch first comes to each value, shape ``(A, S)``.
    residual
        Largest difference between a probability and the logit response to the strategy, shape ``(S,)``.
    turns
        How often the branch turned in lambda before it came there, shape ``(S,)``: 0 on the segment that starts at
        the uniform strategy, 2 behind a first fold and its counterpart, and so on.
    walks
        Walks over the tree from lambda 0 to there, shape ``(S,)``.
    status
        A :class:`~detente.game.qre.Status` per value, shape ``(S,)``.
    expected_payoffs
        Each player's payoff, shape ``(P, S)``.
    tolerance
        The largest residual that counts as converged.
    """

    rationality: FloatArray
    strategy: FloatArray
    residual: FloatArray
    turns: NDArray[np.int64]
    walks: NDArray[np.int64]
    status: NDArray[np.int8]
    expected_payoffs: FloatArray
    tolerance: float


def trace_logit_branch(
    form: ExtensiveForm,
    rationality: ArrayLike,
    *,
    payoffs: ArrayLike,
    chance_probs: ArrayLike = (),
    tolerance: float = 1e-9,
    most_walks: int = 1_000_000,
) -> BranchResult:
    """Trace the principal branch of one game from lambda 0 through several values of rationality.

    Pseudo-arclength continuation :cite:p:`turocy2010`: the branch is followed as a curve, round the turns that it may
    take in lambda, so that an answer behind a fold is still the one that is connected to the uniform strategy.

    Parameters
    ----------
    form
        The game tree.
    rationality
        Values of lambda, at least 0, in any order, shape ``(S,)``.
    payoffs
        Payoff of each player in each payoff class, shape ``(K, P)``.
    chance_probs
        Probability of each chance branch, shape ``(R,)``.
    tolerance
        Largest residual that counts as converged.
    most_walks
        Walks over the tree after which tracing gives up; values not reached have status ``STALLED``.

    Raises
    ------
    SolverError
        ``payoff-not-finite``, ``rationality-invalid``, or ``game-invalid`` for arrays that do not fit the form.
    """
    table, chance = as_payoffs(form, payoffs), as_chance(form, chance_probs)
    values = as_rationality(form, np.atleast_1d(np.asarray(rationality, dtype=np.float64)))[0]
    if np.ndim(rationality) > 1 or table.shape[2] != 1 or chance.shape[1] != 1:
        refuse_input(
            "the branch is traced for one game, but an argument has a draw axis",
            at="payoffs",
            fix="trace draws one at a time, or use solve_logit_qre for many",
        )
    order = np.argsort(values, kind="stable")
    top = max(float(values.max(initial=0.0)), 1e-300)
    stops = Tracer(form).trace(
        table[:, :, 0],
        chance[:, 0],
        np.full(form.n_players, top),
        shares=values[order] / top,
        most_walks=most_walks,
    )
    back = np.argsort(order, kind="stable")
    strategy, residual = stops.strategy[:, back], stops.residual[back]
    return BranchResult(
        rationality=values.copy(),
        strategy=strategy,
        residual=residual,
        turns=stops.turns[back].astype(np.int64),
        walks=stops.walks[back].astype(np.int64),
        status=np.where(residual <= tolerance, Status.CONVERGED, Status.STALLED).astype(np.int8),
        expected_payoffs=expected_payoffs(form, strategy, table, chance),
        tolerance=tolerance,
    )
