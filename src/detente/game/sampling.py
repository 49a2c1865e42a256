"""Histories of play, drawn at random from a behaviour strategy."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray, Int32Array, Int64Array
from detente.errors import SolverError, refuse
from detente.game._inputs import as_chance, as_strategy, count_draws
from detente.game._steps import first_step
from detente.game.form import ExtensiveForm
from detente.summaries import html_fields, text_fields

__all__ = ["Histories", "sample_histories"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Histories:
    """``n`` plays of each of ``D`` draws.

    Attributes
    ----------
    nodes
        The nodes that each play passes, from the root to its end, shape ``(steps, n, D)``; -1 after the end.
    terminal
        Where each play ends, as a place in the form's ``terminal_node`` and ``payoff_class``, shape ``(n, D)``.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    nodes: Int32Array
    terminal: Int64Array


def sample_histories(
    form: ExtensiveForm,
    strategy: ArrayLike,
    chance_probs: ArrayLike = (),
    *,
    n: int,
    rng: np.random.Generator,
) -> Histories:
    """Play the game ``n`` times in every draw, each move drawn from the strategy or from chance.

    Parameters
    ----------
    form
        The game tree.
    strategy
        Probability of each action at its information set, shape ``(A,)`` or ``(A, D)``.
    chance_probs
        Probability of each chance branch, shape ``(R,)`` or ``(R, D)``.
    n
        Plays of each draw, at least 0.
    rng
        The source of chance. Its state and the arguments fix the answer.

    Raises
    ------
    SolverError
        ``game-invalid`` for arrays that do not fit the form or a negative number of plays.

    Examples
    --------
    >>> from detente.game import GameBuilder
    >>> builder = GameBuilder(["chooser"])
    >>> root = builder.decision(None, player="chooser", info_set="pick", actions=["one", "zero"])
    >>> _ = builder.terminal((root, "one"), payoffs=[1.0])
    >>> _ = builder.terminal((root, "zero"), payoffs=[0.0])
    >>> game = builder.build()
    >>> plays = sample_histories(game.form, [0.0, 1.0], n=2, rng=np.random.default_rng(1))
    >>> plays.nodes[:, :, 0].tolist()
    [[0, 0], [2, 2]]
    """
    if n < 0:
        refuse(
            f"n is {n}",
            code="game-invalid",
            at="n",
            fix="ask for 0 plays or more",
            error=SolverError,
        )
    sigma, chance = as_strategy(form, strategy), as_chance(form, chance_probs)
    n_draws = count_draws(strategy=sigma, chance_probs=chance)
    steps = [np.broadcast_to(array, (array.shape[0], n_draws)) for array in (sigma, chance)]
    table = np.concatenate(steps)
    first = first_step(form)
    here = np.zeros((n, n_draws), dtype=np.int32)
    draw = np.broadcast_to(np.arange(n_draws), here.shape)
    passed = [here]
    while (going := form.n_children[here] > 0).any():
        at, which = here[going], draw[going]
        branch = _pick(table, first[at], form.n_children[at], which, rng.random(at.size))
        here = here.copy()
        here[going] = form.first_child[at] + branch
        passed.append(np.where(going, here, -1))
    place = np.zeros(form.n_nodes, dtype=np.int64)
    place[form.terminal_node] = np.arange(form.terminal_node.size)
    return Histories(nodes=np.stack(passed).astype(np.int32), terminal=place[here])


def _pick(
    table: FloatArray,
    row: Int64Array,
    count: Int32Array,
    draw: Int64Array,
    uniform: FloatArray,
) -> Int32Array:
    """Return a branch for each play, by inverting the distribution in ``count`` rows from ``row`` on."""
    most = int(count.max())
    reach = np.zeros((most, row.size))
    total = np.zeros(row.size)
    for branch in range(most):
        there = branch < count
        total = total + np.where(there, table[np.where(there, row + branch, 0), draw], 0.0)
        reach[branch] = total
    # probabilities may sum to a little off one; no rounding lets a branch of probability zero be drawn
    aim = np.minimum(uniform * total, np.nextafter(total, 0.0))
    return np.asarray((aim >= reach).sum(axis=0), dtype=np.int32)
