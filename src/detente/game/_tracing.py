"""Room and order of work for tracing single draws along the principal branch; see ``_branch_kernels``."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from detente.game._inputs import FloatArray
from detente.game._layout import Layout, layout_of
from detente.game.form import ExtensiveForm

__all__ = ["TESTED", "Stops", "Tracer", "log_chance", "tree_of"]

_BASIS = 120
_STEPS = 100_000
_TIGHT = 1e-13
_MOVES = 20.0
"""Moves on one path that may each be as rare as they can be before a branch of probability 0 counts beside them."""
TESTED = 150
"""Up to so many unknowns the orientation of steps is tested; the cost of a test grows with their square."""


def tree_of(form: ExtensiveForm, kernels: Any) -> Any:
    """Return the layout of a form as the kernels take it."""
    layout = layout_of(form)
    return kernels.Tree(
        n_players=form.n_players,
        piece=layout.piece,
        cell=layout.cell,
        above=layout.above,
        split_start=layout.split_start,
        split_node=layout.split_node,
        active_row=layout.active_row,
        active_player=layout.active_player,
    )


def log_chance(chance: FloatArray, span: FloatArray | float) -> FloatArray:
    """Return logarithms of chance probabilities; those of 0 lie below every strategy's.

    ``span`` is the spread of payoffs times rationality, which bounds the log-odds of a move. Behind branches that
    never happen beliefs are thus those of branches that hardly ever do, and elsewhere they do not count.
    """
    floor = np.log(1e-300) - _MOVES * np.asarray(span)
    found = np.broadcast_to(floor, chance.shape).copy()
    np.log(chance, out=found, where=chance > 1e-300)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Stops:
    """Points of a branch at ``S`` stops.

    ``strategy`` ``(A, S)``; ``residual``, ``turns`` and ``walks`` ``(S,)``, the last two counted from rationality 0.
    """

    strategy: FloatArray
    residual: FloatArray
    turns: FloatArray
    walks: FloatArray


class Tracer:
    """Traces draws of one form, one at a time. Not shared between threads."""

    def __init__(self, form: ExtensiveForm) -> None:
        from detente.game import _branch_algebra, _branch_kernels, _kernels  # noqa: PLC0415  they load numba

        self.walk, self.trace_branch = _kernels.walk, _branch_kernels.trace_branch
        self.form = form
        self.layout: Layout = layout_of(form)
        self.tree = tree_of(form, _kernels)
        inner, actions, players = self.layout.node.size, form.n_actions, form.n_players
        active = self.layout.active_row.size
        basis = min(_BASIS, active + 1)
        self.block = _kernels.Block(
            lam=np.zeros(players),
            chance=np.zeros(form.n_branches),
            log_chance=np.zeros(form.n_branches),
            value=np.zeros((inner + self.layout.payoff_class.size) * players),
            reach=np.zeros(max(inner, 1)),
            belief=np.zeros(inner),
            sigma_in=np.zeros(actions),
            sigma=np.zeros(actions),
            out=np.zeros(actions),
        )
        self.tail = self.block.value[inner * players :].reshape(-1, players)
        self.room = _branch_algebra.Room(
            weight=np.ones(players),
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
            square=np.zeros((active + 1, active + 1) if active <= TESTED else (0, 0)),
            order=np.zeros(active + 1, dtype=np.int64),
            basis=np.zeros((basis + 1, active + 1)),
            hessenberg=np.zeros((basis + 1, basis)),
            rotation=np.zeros((2, basis)),
            small=np.zeros(basis + 1),
        )

    def trace(
        self,
        payoffs: FloatArray,
        chance: FloatArray,
        rationality: FloatArray,
        *,
        shares: FloatArray,
        most_walks: int,
    ) -> Stops:
        """Trace one draw to rising shares of its rationality.

        ``payoffs`` ``(K, P)``, ``chance`` ``(R,)``, ``rationality`` ``(P,)`` and ``shares`` ``(S,)`` in 0-1.
        """
        block, room, active = self.block, self.room, self.layout.active_row
        # payoffs from 0 to 1, so that steps depend neither on units nor on where the tracing ends
        worth = payoffs[self.layout.payoff_class]
        worth = worth - worth.min(axis=0)
        spread = worth.max(axis=0)
        self.tail[:] = np.divide(worth, spread, out=np.zeros_like(worth), where=spread > 0.0)
        rate = rationality * spread
        span = float(rate.max()) or 1.0
        room.weight[:] = rate / span
        stops = shares * span
        block.chance[:] = chance
        block.log_chance[:] = log_chance(chance, span)
        points = np.zeros((shares.size, active.size))
        notes = np.zeros((shares.size, 3))
        if active.size:
            self.trace_branch(
                self.tree,
                block,
                room,
                np.zeros(active.size),
                0.0,
                stops,
                _TIGHT,
                _STEPS,
                most_walks,
                points,
                notes,
            )
        strategy = np.empty((self.form.n_actions, shares.size))
        residual = np.empty(shares.size)
        point = np.zeros(self.form.n_actions)
        for stop, t in enumerate(stops):
            block.lam[:] = t * room.weight
            point[active] = points[stop]
            self.walk(self.tree, block, point, False, room.change)
            # the unknowns stay as they were corrected: one more response would multiply their rounding by lambda
            point[:] = block.out
            point[active] = points[stop]
            self.walk(self.tree, block, point, True, room.change)
            strategy[:, stop] = block.sigma_in[self.layout.row]
            residual[stop] = room.change[0]
        return Stops(strategy=strategy, residual=residual, turns=notes[:, 0], walks=notes[:, 1] + 2)
