r"""How an equilibrium moves when payoffs do, by implicit differentiation.

With :math:`x_a = \lambda u_I(a)` the logit equilibrium solves :math:`x = \lambda u(\mathrm{softmax}(x), \theta)`, so its
derivative solves :math:`(1 - \lambda\, \partial u / \partial x)\, x' = \lambda\, \partial u / \partial\theta`; on a menu with nests
the response takes the place of softmax. The matrix
is never formed: one walk down and up the tree applies it, and GMRES :cite:p:`saad1986` solves the system. The same
derivative as from differences of solutions, without their noise and without solving again.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray
from detente.errors import SolverError, refuse
from detente.game._choices import ChoiceLists
from detente.game._inputs import as_chance, as_payoffs, as_rationality, as_strategy
from detente.game._steps import first_step, walk
from detente.game.evaluation import posteriors, reach_probs
from detente.game.form import ExtensiveForm
from detente.game.menus import Menus
from detente.game.qre._restriction import as_policy
from detente.game.qre._terms import ChoiceTerms
from detente.summaries import html_fields, text_fields

__all__ = ["SensitivityResult", "equilibrium_sensitivity"]

_GOAL = 1e-11


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityResult:
    """Derivatives of an equilibrium in ``W`` directions.

    Attributes
    ----------
    strategy
        Derivative of each action's probability, shape ``(A, W)``.
    terminal_probs
        Derivative of the probability that play ends at each terminal node, shape ``(T, W)``; sums to zero.
    expected_payoffs
        Derivative of what each player expects, the change of the payoffs themselves included, shape ``(P, W)``.
    residual
        Certificate of each direction, relative to its right-hand side, recomputed from the answer, shape ``(W,)``.
        Large where the branch is about to turn and the derivative does not exist.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    strategy: FloatArray
    terminal_probs: FloatArray
    expected_payoffs: FloatArray
    residual: FloatArray

    def outcome_probs(self, outcome: ArrayLike, n_outcomes: int) -> FloatArray:
        """Return the derivative of each outcome's probability, shape ``(n_outcomes, W)``.

        ``outcome`` names the outcome of each terminal node, shape ``(T,)``, from 0 to ``n_outcomes - 1``.
        """
        groups = np.asarray(outcome)
        answer = np.zeros((n_outcomes, self.terminal_probs.shape[1]))
        np.add.at(answer, groups, self.terminal_probs)
        return answer


def equilibrium_sensitivity(
    form: ExtensiveForm,
    strategy: ArrayLike,
    rationality: ArrayLike,
    *,
    payoffs: ArrayLike,
    directions: ArrayLike,
    chance_probs: ArrayLike = (),
    menus: Menus | None = None,
    own_odds: Mapping[int, ArrayLike] | None = None,
    fixed: ArrayLike | None = None,
) -> SensitivityResult:
    """Return the derivatives of a logit equilibrium with respect to payoffs.

    Parameters
    ----------
    form
        The game tree.
    strategy
        The equilibrium, as :func:`~detente.game.solve_logit_qre` returns it for one draw, shape ``(A,)`` or ``(A, 1)``.
        Actions of probability 0 stay there, and so do the sets that only they lead to.
    rationality
        The lambda that it was solved for, one number or one per player ``(P, 1)``.
    payoffs
        Payoff of each player in each payoff class, shape ``(K, P)``.
    directions
        How the payoffs move with each parameter, shape ``(W, K, P)``. Where payoffs are weights times prices, the
        direction of one player's weight is the price in that player's column and 0 in the others.
    chance_probs
        Probability of each chance branch, shape ``(R,)``.
    menus, own_odds
        What the equilibrium was solved for, as handed to the solver, of one draw.
    fixed
        What players are committed to, as handed to the solver: sets that are not NaN do not move.

    Raises
    ------
    SolverError
        ``payoff-not-finite``, ``rationality-invalid``, ``policy-invalid``, or ``game-invalid`` for arrays that do not
        fit the form or have a draw axis.

    Examples
    --------
    A player who picks between 1 and 0 with rationality 1, when the 1 grows: p (1 - p).

    >>> from detente.game import GameBuilder, solve_logit_qre
    >>> builder = GameBuilder(["chooser"])
    >>> root = builder.decision(None, player="chooser", info_set="pick", actions=["one", "zero"])
    >>> _ = builder.terminal((root, "one"), payoffs=[1.0])
    >>> _ = builder.terminal((root, "zero"), payoffs=[0.0])
    >>> game = builder.build()
    >>> answer = solve_logit_qre(game.form, 1.0, payoffs=game.payoffs).strategy
    >>> moves = equilibrium_sensitivity(game.form, answer, 1.0, payoffs=game.payoffs,
    ...                                 directions=[game.payoffs])
    >>> moves.strategy[:, 0].round(4).tolist()
    [0.1966, -0.1966]
    """
    table, chance = as_payoffs(form, payoffs), as_chance(form, chance_probs)
    sigma, rate = as_strategy(form, strategy), as_rationality(form, rationality)
    terms = ChoiceTerms.check(form, chance, menus, own_odds)
    numbers = (table, chance, sigma, rate, *terms.draws.values())
    if any(array.shape[-1] != 1 for array in numbers):
        refuse(
            "one game is differentiated at a time, but an argument has a draw axis",
            code="game-invalid",
            at="strategy",
            fix="pass one draw at a time",
            error=SolverError,
        )
    ways = np.asarray(directions, dtype=np.float64)
    if ways.ndim != 3 or ways.shape[1:] != table.shape[:2] or not np.isfinite(ways).all():
        refuse(
            f"directions has shape {ways.shape} or is not finite, not (W, {table.shape[0]}, {table.shape[1]})",
            code="game-invalid",
            at="directions",
            fix="give one finite table of the shape of payoffs for each direction",
            error=SolverError,
        )
    policy = as_policy(form, None, fixed)
    free = np.ones(form.n_actions) if policy is None else np.isnan(policy.fixed[:, 0]).astype(float)
    free = free * _can_be_reached(form, sigma, chance, free)
    game = _Linear(form, sigma, chance, table[:, :, 0], rate[:, 0], terms, free)
    parts = [game.solve(way) for way in ways]
    empty = np.zeros(0)

    def stack(which: int, rows: int) -> FloatArray:
        columns = [part[which] for part in parts]
        return np.stack(columns, axis=1) if columns else np.zeros((rows, 0))

    return SensitivityResult(
        strategy=stack(0, form.n_actions),
        terminal_probs=stack(1, form.terminal_node.size),
        expected_payoffs=stack(2, form.n_players),
        residual=np.array([part[3] for part in parts]) if parts else empty,
    )


def _can_be_reached(
    form: ExtensiveForm, sigma: FloatArray, chance: FloatArray, free: FloatArray
) -> FloatArray:
    """Return 1 for the actions of sets that do not lie behind actions of probability 0 alone, shape ``(A,)``."""
    closed = ((sigma == 0.0) & (free[:, np.newaxis] > 0.0)).astype(np.float64)
    shut = walk(form, closed, np.zeros_like(chance), 1, additive=True)[:, 0] > 0.0
    there = np.zeros(form.n_info_sets)
    there[form.info_set[(form.player >= 0) & ~shut]] = 1.0
    return np.repeat(there, np.diff(form.action_offset))


class _Linear:
    """The linear system at one equilibrium."""

    def __init__(
        self,
        form: ExtensiveForm,
        sigma: FloatArray,
        chance: FloatArray,
        table: FloatArray,
        rate: FloatArray,
        terms: ChoiceTerms,
        free: FloatArray,
    ) -> None:
        from detente.game.kernels import sensitivity as kernels  # noqa: PLC0415  loads numba

        self.kernels, self.form = kernels, form
        odds = [terms.own.get(player, chance) for player in range(form.n_players)]
        self.steps = np.stack([np.concatenate([sigma, each])[:, 0] for each in odds], axis=1)
        self.lists = None if terms.menus is None else ChoiceLists(form, terms.menus)
        self.shares = None if self.lists is None else self.lists.shares(sigma)
        self.sigma, self.free = np.ascontiguousarray(sigma[:, 0]), free
        self.belief = np.ascontiguousarray(
            posteriors(form, sigma, chance, own_odds=terms.own)[:, 0]
        )
        self.reach = reach_probs(form, sigma, chance)[form.terminal_node, 0]
        self.first_step = first_step(form)
        self.counts = np.diff(form.action_offset)
        self.rate = np.repeat(rate[form.info_set_player], self.counts)
        self.value = np.zeros((form.n_nodes, form.n_players))
        self.value[form.terminal_node] = table[form.payoff_class]
        kernels.values(
            form.player, form.first_child, form.n_children, self.first_step, self.steps, self.value
        )
        self.d_log = np.zeros(self.steps.shape[0])
        self.d_reach = np.zeros(form.n_nodes)
        self.d_value = np.zeros_like(self.value)
        self.mean = np.zeros(form.n_info_sets)
        self.out = np.zeros(form.n_actions)

    def apply(self, move: FloatArray, way: FloatArray | None) -> FloatArray:
        """Return the change of lambda times the payoffs of actions when logits move, and payoffs by ``way``."""
        form = self.form
        if self.lists is not None and self.shares is not None:
            change = self.lists.differential(self.shares, move[:, np.newaxis])[:, 0]
            self.d_log[: form.n_actions] = change * self.free
        elif form.n_actions:
            mean = np.add.reduceat(self.sigma * move, form.action_offset[:-1])
            self.d_log[: form.n_actions] = (move - np.repeat(mean, self.counts)) * self.free
        self.d_value[:] = 0.0
        if way is not None:
            self.d_value[form.terminal_node] = way[form.payoff_class]
        self.kernels.action_payoff_changes(
            form.player, form.first_child, form.n_children, form.info_set, self.first_step,
            self.steps, self.d_log, self.value, self.belief, self.d_reach, self.d_value,
            self.mean, self.out,
        )  # fmt: skip
        return np.asarray(self.rate * self.out)

    def solve(self, way: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, float]:
        """Return the changes of strategy, ends and payoffs, and the relative residual."""
        from scipy.sparse.linalg import LinearOperator, gmres  # noqa: PLC0415  slow to load

        size = self.form.n_actions
        rights = self.apply(np.zeros(size), way)
        move, residual, norm = np.zeros(size), 0.0, float(np.linalg.norm(rights))
        if norm > 0.0:
            matrix: LinearOperator = LinearOperator(
                (size, size), matvec=lambda x: x - self.apply(np.ravel(x), None), dtype=np.float64
            )
            move = gmres(matrix, rights, rtol=_GOAL, restart=min(size, 200), maxiter=20)[0]
        image = self.apply(move, way)
        if norm > 0.0:
            residual = float(np.linalg.norm(move - image)) / norm
        return (
            self.sigma * self.d_log[:size],
            self.reach * self.d_reach[self.form.terminal_node],
            self.d_value[0].copy(),
            residual,
        )
