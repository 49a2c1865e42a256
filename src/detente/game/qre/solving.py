r"""Agent quantal response equilibrium of extensive games, batched over draws.

In a logit agent quantal response equilibrium :cite:p:`mckelvey1998` the mover of each information set picks action
``a`` with probability

.. math:: \sigma_I(a) = \frac{\exp(\lambda\, \mathrm{E}[u_i \mid I, a])}{\sum_b \exp(\lambda\, \mathrm{E}[u_i \mid I, b])},

where the expectation is conditional on reaching the set, with beliefs by Bayes' rule from the strategy itself. Every
action has positive probability, so beliefs are defined everywhere. The equilibria form a branch that starts at the
uniform strategy for :math:`\lambda = 0`; the solver follows this *principal branch* up to the rationality asked for.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import BoolArray, FloatArray, Int8Array, Int64Array, IntArray
from detente.errors import SolverError, refuse
from detente.game._choices import ChoiceLists
from detente.game._inputs import as_chance, as_effort, as_rationality, as_strategy, count_draws
from detente.game.evaluation import (
    expected_payoffs,
    nash_conv,
    outcome_probs,
    payoff_parts,
    posteriors,
    reach_probs,
    type_payoffs,
)
from detente.game.form import ExtensiveForm
from detente.game.kernels.memory import side_by_side
from detente.game.menus import Menus
from detente.game.payoffs import Payoffs, PayoffTable, PricedPayoffs, payoff_source
from detente.game.qre._layout import layout_of
from detente.game.qre._restriction import ActionLimits, Restriction, as_policy, restrictions
from detente.game.qre._terms import ChoiceTerms, OwnOdds, TermArrays, log_chance
from detente.game.qre._tracing import Tracer, tree_of
from detente.game.qre._unwinding import trace_draw
from detente.game.qre.certifying import LARGE_SPAN, hidden_by_rounding
from detente.summaries import html_fields, text_fields

__all__ = ["LogitQREResult", "Status", "solve_logit_qre"]

_TIGHT = 1e-12
_MAX_ITERATIONS = 3000
_MOST_WALKS = 200_000
_MOST_SPAN = 1e9
"""Largest lambda times spread of payoffs that draws are solved for. Rounding of payoffs alone then moves a probability by up
to 1e-7, and draws would take all the walks that they may to no avail."""
_SMALL = 60
"""Up to so many actions that bear on beliefs, branches are traced as curves from the start.

Accelerated iteration is faster on larger trees, but where a branch crosses another one, as happens in games with exact
symmetries, it may leave the one that it came on. Such games are small in practice.
"""


class Status(IntEnum):
    """How the solution of a draw ended."""

    STALLED = 0
    """The residual is above the tolerance: use the answer only with that in view."""
    CONVERGED = 1
    """The residual is within the tolerance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogitQREResult:
    """Logit agent quantal response equilibria, one per draw.

    What follows from the strategies is computed when it is asked for, by blocks of draws: beliefs, reach, outcomes,
    payoffs by type and by consideration.

    Attributes
    ----------
    strategy
        Probability of each action at its information set, shape ``(A, D)``.
    residual
        Certificate of each draw, shape ``(D,)``: the largest difference between a probability of ``strategy`` and the
        logit response to ``strategy``, computed from the answer. On a menu with nests probabilities are compared within
        each list, so that odds within a nest that is hardly ever picked count as much as others.
    iterations
        Walks over the tree that each draw took, shape ``(D,)``.
    turns
        How often the branch turned in lambda on the way to the answer, shape ``(D,)``; see
        :func:`~detente.game.qre.branch.trace_logit_branch`.
    apart
        How many folds were passed in one part of the game alone, shape ``(D,)``; where it is not 0 the answer is not
        certified to lie on the principal branch.
    status
        A :class:`Status` per draw, shape ``(D,)``.
    expected_payoffs
        What each player expects to get under ``strategy``, by its own odds where it has any, shape ``(P, D)``.
    rationality
        What was asked for, shape ``(P, D)``.
    tolerance
        The largest residual that counts as converged.
    form, payoffs, chance_probs, menus, own_odds
        The game that was solved; payoffs by draw as :class:`~detente.game.payoffs.PayoffTable` or
        :class:`~detente.game.PricedPayoffs`; ``menus`` None where all sets are plain lists, ``own_odds`` by player.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    strategy: FloatArray
    residual: FloatArray
    iterations: Int64Array
    turns: Int64Array
    apart: Int64Array
    status: Int8Array
    expected_payoffs: FloatArray
    rationality: FloatArray
    tolerance: float
    form: ExtensiveForm
    payoffs: PayoffTable | PricedPayoffs
    chance_probs: FloatArray
    menus: Menus | None
    own_odds: OwnOdds

    @property
    def converged(self) -> BoolArray:
        """Whether each draw is within the tolerance, shape ``(D,)``."""
        return np.asarray(self.status == Status.CONVERGED)

    def reach_probs(self) -> FloatArray:
        """Return the probability that play passes through each node, by the analysts' odds, shape ``(N, D)``."""
        return reach_probs(self.form, self.strategy, self.chance_probs)

    def posteriors(self) -> FloatArray:
        """Return the mover's belief in each node of its information set, by its own odds, shape ``(N, D)``."""
        return posteriors(self.form, self.strategy, self.chance_probs, own_odds=self.own_odds)

    def analysts_payoffs(self) -> FloatArray:
        """Return each player's payoff by the analysts' odds, shape ``(P, D)``.

        What a player expects more than that, ``expected_payoffs`` less this, is what it hopes for in vain.
        """
        return expected_payoffs(self.form, self.strategy, self.payoffs, self.chance_probs)

    def outcome_probs(self, outcome: ArrayLike, n_outcomes: int) -> FloatArray:
        """Return the probability of each outcome, by the analysts' odds, shape ``(n_outcomes, D)``.

        ``outcome`` names the outcome of each terminal node.
        """
        return outcome_probs(self.form, self.strategy, self.chance_probs, outcome, n_outcomes)

    def type_payoffs(self, group: ArrayLike, n_groups: int) -> FloatArray:
        """Return what each player expects given the group, such as a type, that play ends in, shape ``(n_groups, P, D)``."""
        return type_payoffs(
            self.form,
            self.strategy,
            self.payoffs,
            self.chance_probs,
            group,
            n_groups,
            own_odds=self.own_odds,
        )

    def payoff_parts(self, group: ArrayLike | None = None, n_groups: int = 1) -> FloatArray:
        """Return what each consideration adds to what each player expects, by group, shape ``(n_groups, P, C, D)``.

        Raises
        ------
        SolverError
            ``game-invalid`` if the game was solved for payoffs that were not priced by considerations.
        """
        if not isinstance(self.payoffs, PricedPayoffs):
            refuse(
                "the payoffs are a table, so they have no parts",
                code="game-invalid",
                at="payoffs",
                fix="solve for PricedPayoffs, which keep levels, prices and weights apart",
                error=SolverError,
            )
        return payoff_parts(
            self.form,
            self.strategy,
            self.payoffs,
            self.chance_probs,
            group=group,
            n_groups=n_groups,
            own_odds=self.own_odds,
        )

    def nash_conv(self) -> FloatArray:
        """Return what all players together could gain, each by its own odds, by deviating on their own, shape ``(D,)``."""
        return nash_conv(
            self.form, self.strategy, self.payoffs, self.chance_probs, own_odds=self.own_odds
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    """Checked inputs, draws in the last axis (1 stands for all draws)."""

    form: ExtensiveForm
    payoffs: PayoffTable | PricedPayoffs
    chance: FloatArray
    rationality: FloatArray
    terms: ChoiceTerms
    start: FloatArray | None
    effort: FloatArray | None
    tolerance: float
    most_walks: int
    n_draws: int


def solve_logit_qre(
    form: ExtensiveForm,
    rationality: ArrayLike,
    *,
    payoffs: Payoffs,
    chance_probs: ArrayLike = (),
    menus: Menus | None = None,
    own_odds: Mapping[int, ArrayLike] | None = None,
    tolerance: float = 1e-9,
    start: ArrayLike | None = None,
    effort: ArrayLike | None = None,
    allowed: ArrayLike | None = None,
    fixed: ArrayLike | None = None,
    most_walks: int = _MOST_WALKS,
    threads: int = 1,
) -> LogitQREResult:
    """Solve for the logit agent quantal response equilibrium on the principal branch, for every draw.

    A draw's numbers depend on that draw alone: they are the same bytes whatever the other draws, the blocks and the
    number of threads.

    Parameters
    ----------
    form
        The game tree.
    rationality
        Lambda, at least 0, per unit of payoff: one number, one per draw ``(D,)``, or per player and draw ``(P, D)``.
    payoffs
        Payoff of each player in each payoff class, shape ``(K, P)`` or ``(K, P, D)``, or
        :class:`~detente.game.PricedPayoffs`, which are added up block by block and never held for all draws.
    chance_probs
        Probability of each chance branch, shape ``(R,)`` or ``(R, D)``: the analysts' odds, by which outcomes come about.
    menus
        Which options of information sets stand in which nest, with weights and similarities by draw. Sets without a menu
        are plain lists; so are all of them if it is left out.
    own_odds
        By player, who does not share the analysts' odds: its own probability of each chance branch, shape ``(R,)`` or
        ``(R, D)``, positive where the analysts' is. It values by them what may happen, and learns by them from what did.
    tolerance
        Largest residual of a draw that counts as converged.
    start
        A strategy near the answer, shape ``(A,)`` or ``(A, D)``, for instance of a neighbouring policy. If the answer
        is not close to it, the draw is traced from rationality 0 as without it.
    effort
        What draws are likely to take, shape ``(D,)``, such as the iterations that a neighbouring policy took: those that take
        alike are solved side by side. It changes no number.
    allowed
        The actions that may be taken, booleans of shape ``(A,)`` or ``(A, D)``; all of them if left out. Others have
        probability 0 and all players know it, as if they were not in the tree.
    fixed
        Probabilities that players are committed to, shape ``(A,)`` or ``(A, D)``, NaN at the information sets that are
        free to choose. A set that no play can come to under ``allowed`` picks its allowed actions as at rationality 0, or
        as fixed. What is forbidden on a menu leaves the weights of nests as they are.
    most_walks
        Walks over the tree that a draw may take whose branch turns or where plain iteration stalls and the branch is
        traced as a curve; that many take seconds in small games and minutes in very large ones. What has not come to
        an answer by then has status ``STALLED`` and a large residual.
    threads
        Threads to spread blocks of draws over.

    Raises
    ------
    SolverError
        ``payoff-not-finite``, ``rationality-invalid`` also where lambda times the spread of payoffs is beyond 1e9,
        ``policy-invalid`` if ``allowed`` or ``fixed`` leaves a set without an action or a distribution, ``menu-invalid`` for
        menus of another form, ``odds-incompatible`` for own odds that leave open what the analysts' do not or the reverse,
        or ``game-invalid`` for arrays that do not fit the form.

    Examples
    --------
    A player who picks between 1 and 0 with rationality 1:

    >>> from detente.game import GameBuilder
    >>> builder = GameBuilder(["chooser"])
    >>> root = builder.decision(None, player="chooser", info_set="pick", actions=["one", "zero"])
    >>> _ = builder.terminal((root, "one"), payoffs=[1.0])
    >>> _ = builder.terminal((root, "zero"), payoffs=[0.0])
    >>> game = builder.build()
    >>> result = solve_logit_qre(game.form, 1.0, payoffs=game.payoffs)
    >>> result.strategy[:, 0].round(4).tolist()
    [0.7311, 0.2689]
    """
    problem = _problem(
        form, rationality, payoffs, chance_probs, menus, own_odds, start, effort, tolerance, most_walks
    )  # fmt: skip
    policy = as_policy(form, allowed, fixed)
    if policy is None:
        return _solve(problem, threads)
    n_draws = count_draws(
        payoffs=np.empty((0, problem.payoffs.n_draws)),
        chance_probs=problem.chance,
        rationality=problem.rationality,
        policy=policy.draws,
        **problem.terms.draws,
        **({} if problem.start is None else {"start": problem.start}),
    )
    problem = replace(problem, n_draws=n_draws)
    answer = _blank(problem)
    for restriction in restrictions(form, policy, n_draws):
        _solve_restricted(problem, policy, restriction, answer, threads)
    return answer


def _blank(problem: _Problem) -> LogitQREResult:
    form, n_draws = problem.form, problem.n_draws
    return LogitQREResult(
        strategy=np.full((form.n_actions, n_draws), np.nan),
        residual=np.full(n_draws, np.inf),
        iterations=np.zeros(n_draws, dtype=np.int64),
        turns=np.zeros(n_draws, dtype=np.int64),
        apart=np.zeros(n_draws, dtype=np.int64),
        status=np.empty(n_draws, dtype=np.int8),
        expected_payoffs=np.empty((form.n_players, n_draws)),
        rationality=np.broadcast_to(problem.rationality, (form.n_players, n_draws)).copy(),
        tolerance=problem.tolerance,
        form=form,
        payoffs=problem.payoffs,
        chance_probs=problem.chance,
        menus=problem.terms.menus,
        own_odds=problem.terms.own,
    )


def _solve(problem: _Problem, threads: int) -> LogitQREResult:
    """Solve every draw of a game without a policy."""
    from detente.game.kernels import logit  # noqa: PLC0415  loads numba

    answer = _blank(problem)
    order = np.arange(problem.n_draws)
    if problem.effort is not None:
        # a block takes as long as the slowest of its draws
        order = np.argsort(problem.effort, kind="stable")
    table = _table_in(order, problem)
    blocks = range(0, problem.n_draws, logit.LANES)
    share = max(1, min(threads, len(blocks)))
    ahead = iter(blocks)

    def work(_which: int) -> None:
        room = _Room(problem, logit, order, table)
        for first in ahead:  # shared: a thread that gets less of the machine takes fewer blocks
            room.solve(first, answer)

    if share == 1:
        work(0)
    else:
        with ThreadPoolExecutor(share) as pool:
            list(pool.map(work, range(share)))
    answer.status[:] = np.where(
        answer.residual <= problem.tolerance, Status.CONVERGED, Status.STALLED
    )
    return answer


def _table_in(order: IntArray, problem: _Problem) -> FloatArray | None:
    """Return payoffs with the draws in an order, side by side in memory as blocks are; None where they are priced by blocks."""
    source = problem.payoffs
    if not isinstance(source, PayoffTable):
        return None
    if problem.effort is None or source.n_draws == 1:
        return np.ascontiguousarray(source.table)
    return np.take(source.table, order, axis=2)


def _solve_restricted(
    problem: _Problem,
    policy: ActionLimits,
    restriction: Restriction,
    answer: LogitQREResult,
    threads: int,
) -> None:
    """Solve the draws that share a restricted form, and write them into the answer of the whole form."""
    draws, smaller = restriction.draws, restriction.form

    def pick(array: FloatArray) -> FloatArray:
        return np.ascontiguousarray(array[..., draws]) if array.shape[-1] > 1 else array

    fixed = pick(policy.fixed)
    chance = pick(problem.chance)
    committed = fixed[restriction.fixed_action]

    def with_committed(odds: FloatArray) -> FloatArray:
        width = max(odds.shape[1], committed.shape[1])
        both = [np.broadcast_to(part, (part.shape[0], width)) for part in (odds, committed)]
        return np.concatenate(both)

    chance = with_committed(chance)
    own = {player: with_committed(pick(odds)) for player, odds in problem.terms.own.items()}
    terms = problem.terms.pick(draws)
    start = None
    if problem.start is not None and smaller.n_actions:
        start = np.maximum(pick(problem.start)[restriction.action], 1e-300)
        start = start / np.repeat(
            np.add.reduceat(start, smaller.action_offset[:-1], axis=0),
            np.diff(smaller.action_offset),
            axis=0,
        )
    part = _solve(
        replace(
            problem,
            form=smaller,
            payoffs=problem.payoffs.pick(draws),
            chance=chance,
            rationality=pick(problem.rationality),
            terms=terms.restrict(smaller, restriction.action, own),
            start=start,
            effort=None if problem.effort is None else problem.effort[draws],
            n_draws=draws.size,
        ),
        threads,
    )
    strategy = np.where(
        np.isnan(fixed), _aimless(problem.form, terms.menus, restriction.absent), fixed
    )
    strategy = np.array(np.broadcast_to(strategy, (strategy.shape[0], draws.size)))
    strategy[restriction.action] = part.strategy
    answer.strategy[:, draws] = strategy
    answer.expected_payoffs[:, draws] = part.expected_payoffs
    for name in ("residual", "iterations", "turns", "apart", "status"):
        getattr(answer, name)[draws] = getattr(part, name)


def _aimless(form: ExtensiveForm, menus: Menus | None, open_: FloatArray) -> FloatArray:
    """Return the choice at rationality 0 of the sets that have open actions ``(A,)``, 0 at others, ``(A, D or 1)``."""
    counts = np.add.reduceat(open_, form.action_offset[:-1])
    even = open_ / np.repeat(np.maximum(counts, 1.0), np.diff(form.action_offset))
    if menus is None or not open_.any():
        return np.asarray(even[:, np.newaxis])
    drawn = ChoiceLists(form, menus).at_zero(open_)
    rows = menus.form.action[menus.form.action >= 0]
    answer = np.repeat(even[:, np.newaxis], drawn.shape[1], axis=1)
    answer[rows] = drawn[rows]
    return answer


def _problem(
    form: ExtensiveForm,
    rationality: ArrayLike,
    payoffs: Payoffs,
    chance_probs: ArrayLike,
    menus: Menus | None,
    own_odds: Mapping[int, ArrayLike] | None,
    start: ArrayLike | None,
    effort: ArrayLike | None,
    tolerance: float,
    most_walks: int,
) -> _Problem:
    source = payoff_source(form, payoffs)
    arrays = {
        "payoffs": np.empty((0, source.n_draws)),
        "chance_probs": as_chance(form, chance_probs),
        "rationality": as_rationality(form, rationality),
    }
    if start is not None:
        arrays["start"] = as_strategy(form, start)
    terms = ChoiceTerms.check(form, arrays["chance_probs"], menus, own_odds)
    n_draws = count_draws(**arrays, **terms.draws)
    return _Problem(
        form=form,
        payoffs=source,
        chance=arrays["chance_probs"],
        rationality=arrays["rationality"],
        terms=terms,
        start=arrays.get("start"),
        effort=None if effort is None else as_effort(effort, n_draws),
        tolerance=tolerance,
        most_walks=most_walks,
        n_draws=n_draws,
    )


def _refuse_span(rate: FloatArray, draws: IntArray) -> NoReturn:
    """Refuse lambda times spreads of payoffs ``(P, 8)`` of some draws that are too large."""
    player, lane = (int(index[0]) for index in np.nonzero(~(rate <= _MOST_SPAN)))
    refuse(
        f"lambda times the spread of payoffs of player {player} is {rate[player, lane]:.3g} in draw {draws[lane]}, "
        f"more than {_MOST_SPAN:g}",
        code="rationality-invalid",
        at="rationality",
        fix="lower lambda, or state payoffs on a smaller scale: beyond this floats cannot tell how often "
        "players choose otherwise than their best",
        error=SolverError,
    )


class _Room:
    """The arrays that one thread solves blocks in."""

    def __init__(
        self, problem: _Problem, kernels: Any, order: IntArray, table: FloatArray | None
    ) -> None:
        from detente.game.kernels.filling import lay_payoffs  # noqa: PLC0415  loads numba

        self.problem, self.kernels = problem, kernels
        form, layout = problem.form, layout_of(problem.form)
        self.layout = layout
        players, inner = form.n_players, layout.node.size
        active, classes = layout.active_row.size, layout.payoff_class.size
        self.arrays = TermArrays(form, layout, problem.terms)
        self.tree = tree_of(form, kernels, self.arrays)
        self.tracer: Tracer | None = None
        parts = {
            "lam": players,
            "log_chance": form.n_branches,
            "value": (inner + classes) * players,
            "reach": max(inner, 1),
            "belief": inner,
            "sigma_in": self.arrays.action_rows,
            "sigma": self.arrays.action_rows,
            "out": self.arrays.action_rows,
        }
        history = kernels.HISTORY * active
        terms = self.arrays.rooms
        rows = side_by_side(
            kernels.LANES,
            lam=players,
            chance=terms.pop("chance"),
            **{name: count for name, count in parts.items() if name != "lam"},
            point=self.arrays.action_rows,
            kept=4 * active,
            bends=history,
            moves=history,
            change=1,
            state=3,
            **terms,
        )
        self.rows = rows
        self.block = kernels.Block(
            **{name: rows[name] for name in parts}, **self.arrays.block_fields(rows)
        )
        self.lay_payoffs = lay_payoffs
        self.order, self.table = order, table
        self.tail = self.block.value[inner * players :].reshape(classes, players, kernels.LANES)
        self.point, self.kept = rows["point"], rows["kept"]
        self.bends, self.moves = rows["bends"], rows["moves"]
        self.change, self.state = rows["change"], rows["state"]

    def solve(self, first: int, answer: LogitQREResult) -> None:
        """Solve a block of draws, from ``first`` on in their order, and write it into the answer."""
        problem, block, kernels = self.problem, self.block, self.kernels
        draws = self.order[first : first + kernels.LANES]
        count = draws.size
        lane = np.minimum(np.arange(kernels.LANES), count - 1)
        seen = draws[lane]

        def pick(array: FloatArray) -> FloatArray:
            return array[..., seen if array.shape[-1] > 1 else np.zeros_like(seen)]

        least, most = self.lay(first, lane)
        rationality = pick(problem.rationality)
        with np.errstate(over="ignore"):
            rate = most * rationality
        if not (rate <= _MOST_SPAN).all():
            _refuse_span(rate, seen)
        self.span = rate.max(axis=0)
        terms = problem.terms.pick(seen)
        self.menus = terms.menus
        span = terms.span(self.span)
        chance = pick(problem.chance)
        block.log_chance[:] = log_chance(chance, span)
        self.arrays.fill(self.rows, terms, chance, block.log_chance, span)
        first_step = np.minimum(1.0, 2.0 / np.maximum(span, 1e-300))
        if problem.start is not None:
            rate = np.repeat(
                rationality[problem.form.info_set_player],
                np.diff(problem.form.action_offset),
                axis=0,
            )
            start = np.log(np.maximum(pick(problem.start), 1e-300))
            if terms.menus is not None:
                start = ChoiceLists(problem.form, terms.menus).logits(
                    pick(problem.start), least=1e-300
                )
            logits = np.divide(start, rate, out=np.zeros_like(start), where=rate > 0.0)
            self.point[self.layout.row] = logits
        lanes = np.arange(count)
        if problem.start is None and 0 < self.layout.active_row.size <= _SMALL:
            for draw in draws.tolist():
                self.trace(draw, answer)
            lanes = np.flatnonzero(answer.residual[draws] > problem.tolerance)
            if lanes.size == 0:
                return
        kernels.solve_block(
            self.tree,
            block,
            rationality,
            (rationality / np.maximum(rationality.max(axis=0), 1e-300)) ** 2,
            first_step,
            problem.start is not None,
            min(_TIGHT, problem.tolerance),
            problem.tolerance,
            _MAX_ITERATIONS,
            self.point,
            self.kept,
            self.bends,
            self.moves,
            self.state,
        )
        block.lam[:] = rationality
        kernels.walk(self.tree, block, self.point, False, self.change)
        self.point[:] = block.out
        kernels.walk(self.tree, block, self.point, True, self.change)
        answer.iterations[draws[lanes]] += self.state[1, lanes].astype(np.int64) + 2
        self.keep(draws, lanes, least, answer)
        if self.layout.active_row.size > _SMALL:
            for draw in draws[lanes][answer.residual[draws[lanes]] > problem.tolerance].tolist():
                self.trace(draw, answer)

    def lay(self, first: int, lane: IntArray) -> tuple[FloatArray, FloatArray]:
        """Lay out the payoffs of a block of draws; return the least of each player in each lane and the spread, ``(P, 8)``."""
        least, most = np.empty((2, self.problem.form.n_players, lane.size))
        table, column = self.table, first + lane
        if table is None:
            draws = self.order[first : first + lane[-1] + 1]
            table, column = np.ascontiguousarray(self.problem.payoffs.block(draws)), lane
        if table.shape[2] == 1:
            column = np.zeros_like(lane)
        # payoffs count from each player's least, so that large ones in common cost no digits
        self.lay_payoffs(table, column, self.layout.payoff_class, self.tail, least, most)
        return least, most

    def keep(
        self, block: IntArray, lanes: IntArray, least: FloatArray, answer: LogitQREResult
    ) -> None:
        """Write what was walked last into the answer, in the lanes where it is better than what is there."""
        paid = self.block.value[: self.problem.form.n_players] + least
        # what is no number anywhere in the tree comes up to its root, while a comparison would not see it
        residual = np.where(np.isfinite(paid).all(axis=0), self.change[0], np.inf)
        if self.span.max() > LARGE_SPAN:
            residual = np.maximum(residual, self.hidden())
        lanes = lanes[residual[lanes] < answer.residual[block[lanes]]]
        draws = block[lanes]
        answer.strategy[:, draws] = self.block.sigma_in[self.layout.row][:, lanes]
        answer.residual[draws] = residual[lanes]
        answer.turns[draws] = answer.apart[draws] = 0
        answer.expected_payoffs[:, draws] = paid[:, lanes]

    def hidden(self) -> FloatArray:
        """Return what rounding of payoffs may hide in each lane whose payoffs are large, 0 in the others, shape ``(8,)``."""
        form = self.problem.form
        rate = self.block.lam[form.info_set_player]
        span = (self.block.lam * self.tail.max(axis=0))[form.info_set_player]
        found = hidden_by_rounding(
            form, self.block.out[self.layout.row], rate, span, menus=self.menus
        )
        return np.where(self.span > LARGE_SPAN, found, 0.0)

    def trace(self, draw: int, answer: LogitQREResult) -> None:
        """Trace the branch of one draw as a curve; write its end into the answer if that is better."""
        problem = self.problem
        if self.tracer is None:
            self.tracer = Tracer(problem.form, problem.terms)

        def pick(array: FloatArray) -> FloatArray:
            return np.ascontiguousarray(array[..., draw if array.shape[-1] > 1 else 0])

        payoffs = np.ascontiguousarray(problem.payoffs.block(slice(draw, draw + 1))[:, :, 0])
        chance = pick(problem.chance)
        terms = problem.terms.pick(slice(draw, draw + 1))
        stops = trace_draw(
            self.tracer,
            payoffs,
            chance,
            pick(problem.rationality),
            terms,
            shares=np.ones(1),
            most_walks=problem.most_walks,
        )
        answer.iterations[draw] += int(stops.walks[0])
        if stops.met[0] and stops.residual[0] < answer.residual[draw]:
            strategy = stops.strategy[:, 0]
            answer.strategy[:, draw] = strategy
            answer.residual[draw] = stops.residual[0]
            answer.turns[draw] = int(stops.turns[0])
            answer.apart[draw] = int(stops.apart[0])
            answer.expected_payoffs[:, draw] = expected_payoffs(
                problem.form, strategy, payoffs, chance, own_odds=terms.own
            )[:, 0]
