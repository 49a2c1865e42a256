"""The principal branch of one game: agent quantal response equilibria at several rationalities from one tracing."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import BoolArray, FloatArray, Int8Array, Int64Array, IntArray
from detente.errors import SolverError, refuse
from detente.game._choices import ChoiceLists
from detente.game._inputs import as_chance, as_payoffs, as_rationality
from detente.game.evaluation import expected_payoffs
from detente.game.form import ExtensiveForm
from detente.game.menus import Menus
from detente.game.qre._terms import ChoiceTerms, OwnOdds
from detente.game.qre._tracing import MOST_SPAN, Stops, Tracer
from detente.game.qre._unwinding import trace_draw
from detente.game.qre.certifying import logit_residual
from detente.game.qre.solving import Status
from detente.summaries import html_fields, text_fields

__all__ = ["BranchResult", "trace_logit_branch"]

_SECONDS = 0.25
"""Seconds between two looks at how far a tracing is."""
_SCALES = (1e4, 1e8, 1e16, MOST_SPAN)
"""Values of lambda times the spread of payoffs up to these are traced together."""
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
    span
        Lambda times the largest spread of payoffs, divided by the least scale of a menu's lists: how far log-odds go, shape
        ``(S,)``. Beyond 1,000 rounding may show.
    reasons
        Why each value did not converge, in a sentence; empty for those that did.
    folds
        Values of lambda at which the branch turned on the way to the largest value, in the order of the way.
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
    span: FloatArray
    reasons: tuple[str, ...]
    tolerance: float
    folds: tuple[float, ...]


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
    progress: Callable[[float], None] | None = None,
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
    progress
        Called some times a second with how far the tracing is, from 0 to 1.

    Raises
    ------
    SolverError
        ``payoff-not-finite``, ``rationality-invalid``, or ``game-invalid`` for arrays that do not fit the form.
    """
    table, chance = as_payoffs(form, payoffs), as_chance(form, chance_probs)
    values = as_rationality(form, np.atleast_1d(np.asarray(rationality, dtype=np.float64)))[0]
    terms = ChoiceTerms.check(form, chance, menus, own_odds)
    numbers = (table, chance, *terms.draws.values())
    if np.ndim(rationality) > 1 or any(array.shape[-1] != 1 for array in numbers):
        refuse(
            "the branch is traced for one game, but an argument has a draw axis",
            code="game-invalid",
            at="payoffs",
            fix="trace draws one at a time, or use solve_logit_qre for many",
            error=SolverError,
        )
    traced = _trace(form, values, table[:, :, 0], chance[:, 0], terms, most_walks, progress)
    # log-odds within a list of scale t go up to lambda times the spread divided by t
    spread = float(np.ptp(table[:, :, 0], axis=0).max(initial=0.0))
    spread /= float(ChoiceLists(form, terms.menus).sharpest().min())
    strategy, residual = traced.strategy, traced.residual
    check = logit_residual(
        form,
        strategy,
        values,
        payoffs=table,
        chance_probs=chance,
        menus=terms.menus,
        own_odds=terms.own,
    )
    # two certificates, of the point that was traced and of the probabilities: the worse one holds where it says no
    residual = np.where(check > tolerance, np.maximum(residual, check), residual)
    good = (residual <= tolerance) & traced.met
    return BranchResult(
        rationality=values.copy(),
        strategy=strategy,
        residual=residual,
        turns=traced.turns.astype(np.int64),
        apart=traced.apart.astype(np.int64),
        reached=float(traced.reached.max(initial=0.0)),
        walks=traced.walks.astype(np.int64),
        status=np.where(good, Status.CONVERGED, Status.STALLED).astype(np.int8),
        expected_payoffs=expected_payoffs(form, strategy, table, chance, own_odds=terms.own),
        own_odds=terms.own,
        span=np.array([float(value) * spread for value in values]),
        reasons=tuple(
            ""
            if good[stop]
            else _reason(
                float(values[stop]),  # of Python: what overflows is infinite, without a warning
                spread,
                float(traced.reached[stop]),
                int(traced.walks[stop]),
                most_walks,
            )
            for stop in range(values.size)
        ),
        tolerance=tolerance,
        folds=traced.folds,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Traced:
    """Stops of all tracings together, in the order asked for; ``reached`` in rationality, by stop."""

    strategy: FloatArray
    residual: FloatArray
    turns: FloatArray
    walks: FloatArray
    apart: FloatArray
    met: BoolArray
    reached: FloatArray
    folds: tuple[float, ...]


def _groups(span: FloatArray) -> list[IntArray]:
    """Return the stops that are traced together, each group in rising order.

    Values of very different size are traced apart: what is traced to a large one takes its scale from there. One that is
    larger than is solved for is traced alone, as the largest that is, player by player.
    """
    order = np.argsort(span, kind="stable")
    group = np.searchsorted(_SCALES, span[order])
    parts = [order[group == which] for which in range(len(_SCALES))]
    beyond = [order[place : place + 1] for place in np.flatnonzero(group == len(_SCALES))]
    return [part for part in (*parts, *beyond) if part.size]


def _trace(
    form: ExtensiveForm,
    values: FloatArray,
    payoffs: FloatArray,
    chance: FloatArray,
    terms: ChoiceTerms,
    most_walks: int,
    progress: Callable[[float], None] | None,
) -> _Traced:
    """Trace the branch to all values, those of one order of magnitude at a time."""
    met_payoffs = payoffs[np.unique(form.payoff_class)]
    spread = float(np.ptp(met_payoffs, axis=0).max(initial=0.0))
    with np.errstate(over="ignore"):
        span = values * spread
    count = values.size
    answer = _Traced(
        strategy=np.empty((form.n_actions, count)),
        met=np.zeros(count, dtype=np.bool_),
        folds=(),
        **{name: np.zeros(count) for name in ("residual", "turns", "walks", "apart", "reached")},
    )
    folds: tuple[float, ...] = ()
    tracer = Tracer(form, terms)
    groups = _groups(span)
    for number, which in enumerate(groups):
        top = max(float(values[which].max()), 1e-300)

        def trace(which: IntArray = which, top: float = top) -> Stops:
            return trace_draw(
                tracer,
                payoffs,
                chance,
                np.full(form.n_players, top),
                terms,
                shares=values[which] / top,
                most_walks=most_walks,
            )

        stops = _watched(trace, tracer, number, len(groups), progress)
        for name in ("residual", "turns", "walks", "apart", "met"):
            getattr(answer, name)[which] = getattr(stops, name)
        answer.strategy[:, which] = stops.strategy
        answer.reached[which] = stops.reached * top
        folds = tuple(share * top for share in stops.folds) or folds
    return replace(answer, folds=folds)


def _watched(
    trace: Callable[[], Stops],
    tracer: Tracer,
    number: int,
    count: int,
    progress: Callable[[float], None] | None,
) -> Stops:
    """Return what a tracing gives; while it is at work tell from time to time how far it is."""
    if progress is None:
        return trace()
    found: list[Stops] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            found.append(trace())
        except BaseException as error:  # noqa: BLE001  it is raised again where somebody waits for it
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(_SECONDS)
        progress((number + min(tracer.share_done(), 1.0)) / count)
    if failed:
        raise failed[0]
    return found[0]


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
