"""The principal branch of one game: agent quantal response equilibria at several rationalities from one tracing."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray, Int8Array, Int64Array
from detente.errors import SolverError, refuse
from detente.game._choices import ChoiceLists
from detente.game._inputs import as_chance, as_payoffs, as_rationality
from detente.game.evaluation import expected_payoffs
from detente.game.form import ExtensiveForm
from detente.game.menus import Menus
from detente.game.qre._terms import OwnOdds, Terms
from detente.game.qre._tracing import Tracer
from detente.game.qre._unwinding import trace_draw
from detente.game.qre.solving import Status
from detente.summaries import html_fields, text_fields

__all__ = ["BranchResult", "trace_logit_branch"]

_ROUNDING = 1000.0
"""Lambda times the spread of payoffs beyond which rounding may show in residuals."""


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
    apart
        How many folds on the way were passed in one part of the game alone, while what is played in the rest was held
        still, shape ``(S,)``. 0 means that the branch of the whole game was followed all the way. Otherwise the answer
        is an equilibrium by its residual, but it is not certified to lie on the principal branch; each such fold
        counts as two turns.
    reached
        The largest rationality that was come to on the way.
    walks
        Walks over the tree from lambda 0 to there, shape ``(S,)``.
    status
        A :class:`~detente.game.qre.solving.Status` per value, shape ``(S,)``.
    expected_payoffs
        What each player expects to get, by its own odds where it has any, shape ``(P, S)``.
    own_odds
        Odds of chance by player, for those who have their own, each of shape ``(R, 1)``.
    reasons
        Why each value did not converge, in a sentence; empty for those that did.
    tolerance
        The largest residual that counts as converged.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    rationality: FloatArray
    strategy: FloatArray
    residual: FloatArray
    turns: Int64Array
    apart: Int64Array
    reached: float
    walks: Int64Array
    status: Int8Array
    expected_payoffs: FloatArray
    own_odds: OwnOdds
    reasons: tuple[str, ...]
    tolerance: float


def trace_logit_branch(
    form: ExtensiveForm,
    rationality: ArrayLike,
    *,
    payoffs: ArrayLike,
    chance_probs: ArrayLike = (),
    menus: Menus | None = None,
    own_odds: Mapping[int, ArrayLike] | None = None,
    tolerance: float = 1e-9,
    most_walks: int = 1_000_000,
) -> BranchResult:
    """Trace the principal branch of one game from lambda 0 through several values of rationality.

    Pseudo-arclength continuation :cite:p:`turocy2010`: the branch is followed as a curve, round the turns that it may
    take in lambda, so that an answer behind a fold is still the one that is connected to the uniform strategy. In
    games of more than 150 unknowns whose parts fold one beside the other, where the branch turns more often than it
    can be followed, folds are passed part by part; ``apart`` counts them.

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
    menus, own_odds
        As for :func:`~detente.game.solve_logit_qre`, of one draw.
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
    terms = Terms.check(form, chance, menus, own_odds)
    numbers = (table, chance, *terms.draws.values())
    if np.ndim(rationality) > 1 or any(array.shape[-1] != 1 for array in numbers):
        refuse(
            "the branch is traced for one game, but an argument has a draw axis",
            code="game-invalid",
            at="payoffs",
            fix="trace draws one at a time, or use solve_logit_qre for many",
            error=SolverError,
        )
    order = np.argsort(values, kind="stable")
    top = max(float(values.max(initial=0.0)), 1e-300)
    stops = trace_draw(
        Tracer(form, terms),
        table[:, :, 0],
        chance[:, 0],
        np.full(form.n_players, top),
        terms,
        shares=values[order] / top,
        most_walks=most_walks,
    )
    back = np.argsort(order, kind="stable")
    reached = stops.reached * top
    # log-odds within a list of scale t go up to lambda times the spread divided by t
    spread = float(np.ptp(table[:, :, 0], axis=0).max(initial=0.0))
    spread /= float(ChoiceLists(form, terms.menus).sharpest().min())
    strategy, residual = stops.strategy[:, back], stops.residual[back]
    return BranchResult(
        rationality=values.copy(),
        strategy=strategy,
        residual=residual,
        turns=stops.turns[back].astype(np.int64),
        apart=stops.apart[back].astype(np.int64),
        reached=reached,
        walks=stops.walks[back].astype(np.int64),
        status=np.where(residual <= tolerance, Status.CONVERGED, Status.STALLED).astype(np.int8),
        expected_payoffs=expected_payoffs(form, strategy, table, chance, own_odds=terms.own),
        own_odds=terms.own,
        reasons=tuple(
            ""
            if residual[stop] <= tolerance
            else _reason(values[stop], spread, reached, int(stops.walks[back[stop]]), most_walks)
            for stop in range(values.size)
        ),
        tolerance=tolerance,
    )


def _reason(value: float, spread: float, reached: float, walks: int, most_walks: int) -> str:
    """Return why a value did not converge."""
    rounding = (
        f"; lambda times the spread of payoffs, over the scale of the menus, is {value * spread:.3g}, "
        "where rounding alone may leave more than the tolerance"
        if value * spread > _ROUNDING
        else ""
    )
    if reached >= value * (1.0 - 1e-9):
        return f"the branch came there, but not to the tolerance{rounding}"
    if walks >= most_walks:
        return f"given up after {walks} walks at lambda {reached:.6g}; allow more walks{rounding}"
    return f"the branch was lost at lambda {reached:.6g}{rounding}"
