"""Room and order of work for tracing single draws along the principal branch; see :mod:`detente.game.kernels.branch`."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from detente.arrays import BoolArray, FloatArray
from detente.game.form import ExtensiveForm
from detente.game.qre._layout import Layout, layout_of
from detente.game.qre._terms import ChoiceTerms, TermArrays, log_chance
from detente.game.qre.certifying import LARGE_SPAN, hidden_by_rounding

__all__ = ["MOST_SPAN", "STEPS", "TESTED", "State", "Stops", "Tracer", "tree_of"]

_BASIS = 120
STEPS = 1_000_000
"""Turns that a game of up to :data:`TESTED` unknowns may take: more than any does."""
_TIGHT = 1e-13
TESTED = 150
"""Up to so many unknowns the orientation of steps is tested; the cost of a test grows with their square."""
MOST_SPAN = 1e30
"""Largest rationality times spread of payoffs that is solved for. A choice whose payoffs differ by more than rounding is as
good as certain long before, so that an answer of certain choices holds for any larger one as well; one of choices that are
not is beyond what floats can tell (see :mod:`detente.game.qre.certifying`)."""
_ALWAYS = 32
"""Up to so many it is tested at every step; with more where a step turns back in rationality or bends."""


def tree_of(form: ExtensiveForm, kernels: Any, arrays: TermArrays | None = None) -> Any:
    """Return the layout of a form as the kernels take it, with its menus and own odds if there are any."""
    layout = layout_of(form)
    terms = TermArrays(form, layout, ChoiceTerms()) if arrays is None else arrays
    return kernels.LayoutArrays(
        n_players=form.n_players,
        piece=layout.piece,
        cell=layout.cell,
        above=layout.above,
        split_start=layout.split_start,
        split_node=layout.split_node,
        active_row=layout.active_row,
        active_player=layout.active_player,
        **terms.tree(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stops:
    """Points of a branch at ``S`` stops.

    ``strategy`` ``(A, S)``; ``residual``, ``turns``, ``walks`` and ``apart`` ``(S,)``, the last three counted from
    rationality 0; ``apart`` are the folds that were passed in a part of the game while the rest was held. ``met`` ``(S,)``
    tells which stops the branch came to. ``reached`` is the largest share on the way, ``folds`` are the shares at which
    the branch turned.
    """

    strategy: FloatArray
    residual: FloatArray
    turns: FloatArray
    walks: FloatArray
    apart: FloatArray
    met: BoolArray
    reached: float
    folds: tuple[float, ...]


class Tracer:
    """Traces draws of one form, one at a time. Not shared between threads."""

    def __init__(
        self,
        form: ExtensiveForm,
        terms: ChoiceTerms,
        *,
        tested: int = TESTED,
        always: int = _ALWAYS,
        most_points: int = 0,
    ) -> None:
        from detente.game.kernels import branch, branch_algebra, logit  # noqa: PLC0415  they load numba

        self.walk, self.trace_branch = logit.walk, branch.trace_branch
        self.form = form
        self.layout: Layout = layout_of(form)
        self.arrays, self.terms = TermArrays(form, self.layout, terms, single=True), terms
        self.tree = tree_of(form, logit, self.arrays)
        self.rows = {name: np.zeros(count) for name, count in self.arrays.rooms.items()}
        action = np.empty(form.n_actions, dtype=np.int64)
        action[self.layout.row] = np.arange(form.n_actions)
        self.unknown = action[self.layout.active_row]
        inner, actions = self.layout.node.size, self.arrays.action_rows
        players = form.n_players
        active = self.layout.active_row.size
        basis = min(_BASIS, active + 1)
        self.path = np.zeros((most_points if active <= tested else 0, active + 1))
        self.memo = np.zeros(
            branch.MEMO
        )  # of the tracing at work: how far it is may be read from another thread
        self.top_place = branch.TOP
        self.block = logit.Block(
            lam=np.zeros(players),
            log_chance=np.zeros(form.n_branches),
            value=np.zeros((inner + self.layout.payoff_class.size) * players),
            reach=np.zeros(max(inner, 1)),
            belief=np.zeros(inner),
            sigma_in=np.zeros(actions),
            sigma=np.zeros(actions),
            out=np.zeros(actions),
            **self.arrays.block_fields(self.rows),
        )
        self.tail = self.block.value[inner * players :].reshape(-1, players)
        self.room = branch_algebra.Room(
            weight=np.ones(players),
            always=np.array([always]),
            point=np.zeros(actions),
            change=np.zeros(1),
            d_point=np.zeros(actions),
            d_log=np.zeros(actions),
            d_sigma=np.zeros(actions),
            d_reach=np.zeros(max(inner, 1)),
            d_value=np.zeros(inner * players),
            d_out=np.zeros(actions),
            rights=np.zeros(active + 1),
            shift=np.zeros(active + 1),
            last=np.zeros(active),
            bend=np.zeros(active + 1),
            square=np.zeros((active + 1, active + 1) if active <= tested else (0, 0)),
            order=np.zeros(active + 1, dtype=np.int64),
            basis=np.zeros((basis + 1, active + 1)),
            hessenberg=np.zeros((basis + 1, basis)),
            rotation=np.zeros((2, basis)),
            small=np.zeros(basis + 1),
        )

    def prepare(
        self, payoffs: FloatArray, chance: FloatArray, rationality: FloatArray, terms: ChoiceTerms
    ) -> None:
        """Take up one draw: ``payoffs`` ``(K, P)``, ``chance`` ``(R,)``, ``rationality`` ``(P,)``, and its terms."""
        self.terms = terms
        # payoffs from 0 to 1, so that steps depend neither on units nor on where the tracing ends
        worth = payoffs[self.layout.payoff_class]
        self.least = worth.min(axis=0)
        worth = worth - self.least
        self.spread = np.where(worth.max(axis=0) > 0.0, worth.max(axis=0), 1.0)
        self.tail[:] = worth / self.spread
        with np.errstate(over="ignore"):
            rate = np.minimum(rationality * worth.max(axis=0), MOST_SPAN)
        self.span = float(rate.max()) or 1.0
        self.room.weight[:] = rate / self.span
        span = terms.span(self.span)
        self.block.log_chance[:] = log_chance(chance[:, np.newaxis], span)[:, 0]
        self.arrays.filled = False
        self.arrays.fill(
            {name: array[:, np.newaxis] for name, array in self.rows.items()},
            terms,
            chance[:, np.newaxis],
            self.block.log_chance[:, np.newaxis],
            span,
        )

    def run(
        self, state: "State", stops: FloatArray, *, most_turns: int, most_walks: int
    ) -> tuple[FloatArray, FloatArray]:
        """Trace on from a state, which is changed; return points ``(S, n)`` and notes ``(S, 3)`` as the kernel does."""
        self.memo = state.memo
        points = np.zeros((stops.size, state.x.size))
        notes = np.zeros((stops.size, 3))
        self.trace_branch(
            self.tree,
            self.block,
            self.room,
            state.x,
            state.tangent,
            state.memo,
            stops,
            _TIGHT,
            most_turns,
            most_walks,
            points,
            notes,
            self.path,
        )
        return points, notes

    def passed(self, state: "State") -> FloatArray:
        """Return the points on the way of a tracing ``(L, n + 1)``, x and then t, as far as there was room."""
        from detente.game.kernels import branch  # noqa: PLC0415  loads numba

        return self.path[: int(state.memo[branch.POINTS])].copy()

    def share_done(self) -> float:
        """Return how far the tracing at work is, from 0 to 1; steps grow with t, so its logarithm is counted."""
        return float(np.log1p(self.memo[self.top_place]) / np.log1p(self.span))

    def strategy_at(self, x: FloatArray, t: float) -> tuple[FloatArray, float]:
        """Return the strategy at a point ``(n,)`` of the branch, shape ``(A,)``, and its residual.

        Where rounding of payoffs may hide more than the residual that was found, the residual is that.
        """
        block, active = self.block, self.layout.active_row
        point = np.zeros(self.arrays.action_rows)
        block.lam[:] = t * self.room.weight
        point[active] = x
        self.walk(self.tree, block, point, False, self.room.change)
        # the unknowns stay as they were corrected: one more response would multiply their rounding by lambda
        point[:] = block.out
        point[active] = x
        self.walk(self.tree, block, point, True, self.room.change)
        residual = float(self.room.change[0])
        if t > LARGE_SPAN:
            rate = block.lam[self.form.info_set_player]
            hidden = hidden_by_rounding(
                self.form, block.out[self.layout.row], rate, rate, menus=self.terms.menus
            )
            residual = max(residual, float(hidden))
        return block.sigma_in[self.layout.row], residual


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a tracing stands: the point ``x`` ``(n,)``, the tangent ``(n + 1,)`` and the kernel's memory."""

    x: FloatArray
    tangent: FloatArray
    memo: FloatArray

    @property
    def top(self) -> float:
        """The largest t on the way."""
        from detente.game.kernels import branch  # noqa: PLC0415  loads numba

        return float(self.memo[branch.TOP])

    @property
    def t(self) -> float:
        """Where it stands in t."""
        from detente.game.kernels import branch  # noqa: PLC0415  loads numba

        return float(self.memo[branch.T])

    @classmethod
    def begin(
        cls, size: int, x: FloatArray | None = None, t: float = 0.0, *, back: bool = False
    ) -> "State":
        """Return a state at the even strategy, or at a point to be corrected, to be left with t falling or rising."""
        from detente.game.kernels import branch  # noqa: PLC0415  loads numba

        memo = np.zeros(branch.MEMO)
        memo[branch.T] = t
        memo[branch.BACK] = float(back)
        return cls(
            x=np.zeros(size) if x is None else x.copy(), tangent=np.zeros(size + 1), memo=memo
        )
