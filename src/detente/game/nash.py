"""A Nash-seeking method, for reference beside the quantal response equilibria: regret matching with a certificate.

CFR+ :cite:p:`tammelin2014`: every information set keeps the regret of each action, floored at zero, and plays in
proportion to it; players take turns, and the answer is the average of the plans with weights that grow by iteration.
In two-player zero-sum games the average converges to a Nash equilibrium. In other games nothing is promised: the
method often comes close, and ``nash_conv``, recomputed from the answer, says whether it did.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray, Int64Array
from detente.errors import SolverError, refuse
from detente.game._inputs import as_chance, as_payoffs
from detente.game._steps import own_order, walk
from detente.game.evaluation import expected_payoffs, nash_conv
from detente.game.form import ExtensiveForm
from detente.summaries import html_fields, text_fields

__all__ = ["NashResult", "solve_nash"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NashResult:
    """An approximate Nash equilibrium of one game.

    Attributes
    ----------
    strategy
        Probability of each action at its information set, shape ``(A,)``; even at sets that the mover itself avoids.
    nash_conv
        Certificate: what all players together could gain by deviating on their own, computed from ``strategy``.
    iterations
        Iterations made.
    expected_payoffs
        Each player's payoff under ``strategy``, shape ``(P,)``.
    tolerance
        The largest ``nash_conv`` that counts as converged.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    strategy: FloatArray
    nash_conv: float
    iterations: int
    expected_payoffs: FloatArray
    tolerance: float

    @property
    def converged(self) -> bool:
        """Whether the certificate is within the tolerance."""
        return self.nash_conv <= self.tolerance


def solve_nash(
    form: ExtensiveForm,
    *,
    payoffs: ArrayLike,
    chance_probs: ArrayLike = (),
    tolerance: float = 1e-3,
    most_iterations: int = 100_000,
) -> NashResult:
    """Look for a Nash equilibrium of one game by CFR+, which converges to one if two players' payoffs sum to zero.

    In games of more players, or where interests are not opposed, the answer may stay above the tolerance: look at
    ``converged``. :func:`~detente.game.solve_logit_qre` at a high rationality is then the better way to one.

    Parameters
    ----------
    form
        The game tree.
    payoffs
        Payoff of each player in each payoff class, shape ``(K, P)``.
    chance_probs
        Probability of each chance branch, shape ``(R,)``.
    tolerance
        Stop when all players together could gain no more than this by deviating, in units of payoff.
    most_iterations
        Stop after so many iterations at the latest.

    Raises
    ------
    SolverError
        ``payoff-not-finite``, or ``game-invalid`` for arrays that do not fit the form or have a draw axis.

    Examples
    --------
    Matching pennies with a double prize on heads:

    >>> from detente.game import game_from_tree
    >>> reply = lambda a, b: {"player": 1, "infoset": 0, "actions": ["heads", "tails"],
    ...                       "children": [{"payoffs": [a, -a]}, {"payoffs": [b, -b]}]}
    >>> tree = {"player": 0, "infoset": 0, "actions": ["heads", "tails"],
    ...         "children": [reply(2.0, -1.0), reply(-1.0, 1.0)]}
    >>> game = game_from_tree({"players": ["matcher", "other"], "tree": tree})
    >>> result = solve_nash(game.form, payoffs=game.payoffs, tolerance=1e-4)
    >>> result.strategy.round(3).tolist(), result.expected_payoffs.round(3).tolist()
    ([0.4, 0.6, 0.4, 0.6], [0.2, -0.2])
    """
    table, chance = as_payoffs(form, payoffs), as_chance(form, chance_probs)
    if table.shape[2] != 1 or chance.shape[1] != 1:
        refuse(
            "one game is solved at a time, but an argument has a draw axis",
            code="game-invalid",
            at="payoffs",
            fix="solve draws one by one",
            error=SolverError,
        )
    search = _Search(form, table, chance)
    done, check = 0, 8
    while True:
        averaged, last = search.gains()
        if min(averaged, last) <= 0.99 * tolerance or done >= most_iterations or not form.n_actions:
            break
        ahead = min(done + check, most_iterations)
        search.improve(done, ahead)
        done, check = ahead, max(8, ahead // 8)
    strategy = search.behaviour(search.average if averaged <= last else search.plan)
    return NashResult(
        strategy=strategy,
        nash_conv=float(nash_conv(form, strategy, table, chance)[0]),
        iterations=done,
        expected_payoffs=expected_payoffs(form, strategy, table, chance)[:, 0],
        tolerance=tolerance,
    )


class _Search:
    """The state of the iteration."""

    def __init__(self, form: ExtensiveForm, table: FloatArray, chance: FloatArray) -> None:
        from detente.game.kernels import regret as kernels  # noqa: PLC0415  loads numba

        self.kernels, self.form = kernels, form
        odds = walk(form, np.ones((form.n_actions, 1)), chance, 1)[form.terminal_node]
        ends, which = np.unique(form.terminal_action, axis=0, return_inverse=True)
        self.end: Int64Array = np.ascontiguousarray(ends, dtype=np.int64) + 1
        self.worth = np.zeros((ends.shape[0], form.n_players))
        np.add.at(self.worth, which.reshape(-1), odds * table[form.payoff_class, :, 0])
        orders = [own_order(form, player) for player in range(form.n_players)]
        self.order = np.concatenate(orders)
        self.order_start = np.cumsum([0, *[order.size for order in orders]])
        self.sigma = form.uniform_strategy()
        self.regret = np.zeros(form.n_actions)
        self.plan = np.ones(form.n_actions + 1)
        for which_set in self.order[::-1]:
            rows = slice(form.action_offset[which_set], form.action_offset[which_set + 1])
            above = self.plan[form.info_set_parent[which_set] + 1]
            self.plan[1:][rows] = above * self.sigma[rows]
        self.average = self.plan.copy()
        self.gain = np.zeros(form.n_actions + 1)

    def improve(self, first: int, last: int) -> None:
        """Make the iterations from ``first`` to ``last`` less one."""
        self.kernels.improve(
            self.end, self.worth, self.order, self.order_start,
            self.form.info_set_parent, self.form.action_offset,
            self.regret, self.sigma, self.plan, self.average, self.gain, first + 1, last + 1,
        )  # fmt: skip
        self.average[0] = 1.0 + 0.5 * last * (last + 1)

    def gains(self) -> tuple[float, float]:
        """Return what players gain by deviating from the average and from the last plans."""
        plans = (self.average / self.average[0], self.plan)
        averaged, last = (
            self.kernels.gains_by_deviating(
                self.end, self.worth, self.order, self.order_start,
                self.form.info_set_parent, self.form.action_offset, plan, self.gain,
            )
            for plan in plans
        )  # fmt: skip
        return float(averaged), float(last)

    def behaviour(self, plan: FloatArray) -> FloatArray:
        """Return the behaviour strategy of a plan, shape ``(A,)``."""
        form = self.form
        counts = np.diff(form.action_offset)
        above = np.repeat(plan[form.info_set_parent + 1], counts)
        even = np.repeat(1.0 / counts, counts)
        return np.divide(plan[1:], above, out=even, where=above > 0.0)
