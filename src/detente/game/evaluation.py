"""What a behaviour strategy does: how often it reaches each node, what it pays, and who could do better.

Strategies, payoffs and chance probabilities may have a draw axis, the last one; answers always have it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.game._inputs import FloatArray, as_chance, as_payoffs, as_strategy, count_draws
from detente.game._refusals import refuse_input
from detente.game._steps import columns, own_order, walk
from detente.game.form import ExtensiveForm

__all__ = [
    "BestResponse",
    "best_response",
    "class_probs",
    "expected_payoffs",
    "information_set_beliefs",
    "nash_conv",
    "outcome_probs",
    "posteriors",
    "reach_probs",
    "terminal_probs",
    "type_payoffs",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class BestResponse:
    """A player's best response to the others' strategies.

    Attributes
    ----------
    payoff
        What the player gets by it, shape ``(D,)``.
    gain
        How much more than by its own strategy, at least 0 up to rounding, shape ``(D,)``.
    strategy
        The given strategy with the player's sets at their best actions, the first one of equals, shape ``(A, D)``.
    """

    payoff: FloatArray
    gain: FloatArray
    strategy: FloatArray


def _sum_by(index: NDArray[np.integer], values: FloatArray, count: int) -> FloatArray:
    """Return the sums of the rows of ``values`` by index, shape ``(count, D)``."""
    from detente.game import _evaluation_kernels as kernels  # noqa: PLC0415  loads numba

    out = np.zeros((count, values.shape[1]))
    kernels.scatter_add(index.astype(np.int64), np.ascontiguousarray(values), out)
    return out


def reach_probs(
    form: ExtensiveForm, strategy: ArrayLike, chance_probs: ArrayLike = ()
) -> FloatArray:
    """Return the probability that play passes through each node, shape ``(N, D)``.

    ``strategy`` has shape ``(A,)`` or ``(A, D)`` and ``chance_probs`` ``(R,)`` or ``(R, D)``.
    """
    sigma, chance = as_strategy(form, strategy), as_chance(form, chance_probs)
    return walk(form, sigma, chance, count_draws(strategy=sigma, chance_probs=chance))


def terminal_probs(
    form: ExtensiveForm, strategy: ArrayLike, chance_probs: ArrayLike = ()
) -> FloatArray:
    """Return the probability that play ends at each terminal node, shape ``(T, D)``; sums to one."""
    return reach_probs(form, strategy, chance_probs)[form.terminal_node]


def class_probs(
    form: ExtensiveForm, strategy: ArrayLike, chance_probs: ArrayLike = ()
) -> FloatArray:
    """Return the probability that play ends in each payoff class, shape ``(K, D)``.

    Expected payoffs, and their parts, are these probabilities times a payoff table.
    """
    ends = terminal_probs(form, strategy, chance_probs)
    return _sum_by(form.payoff_class, ends, form.n_classes)


def outcome_probs(
    form: ExtensiveForm,
    strategy: ArrayLike,
    chance_probs: ArrayLike,
    outcome: ArrayLike,
    n_outcomes: int,
) -> FloatArray:
    """Return the probability of each outcome, shape ``(n_outcomes, D)``.

    ``outcome`` names the outcome of each terminal node, shape ``(T,)``, from 0 to ``n_outcomes - 1``.
    """
    groups = _groups(outcome, "outcome", form.terminal_node.size, n_outcomes)
    return _sum_by(groups, terminal_probs(form, strategy, chance_probs), n_outcomes)


def _groups(index: ArrayLike, name: str, count: int, n_groups: int) -> NDArray[np.int64]:
    groups = np.asarray(index)
    if (
        groups.shape != (count,)
        or groups.dtype.kind not in "iu"
        or (groups.size and (groups.min() < 0 or groups.max() >= n_groups))
    ):
        refuse_input(
            f"{name} is no vector of {count} integers from 0 to {n_groups - 1}",
            at=name,
            fix="name one group for each entry",
        )
    return groups.astype(np.int64)


def expected_payoffs(
    form: ExtensiveForm, strategy: ArrayLike, payoffs: ArrayLike, chance_probs: ArrayLike = ()
) -> FloatArray:
    """Return each player's expected payoff, shape ``(P, D)``; ``payoffs`` is ``(K, P)`` or ``(K, P, D)``."""
    table = as_payoffs(form, payoffs)
    ends = class_probs(form, strategy, chance_probs)
    count_draws(payoffs=table, strategy=ends)
    return _mean(table[: form.n_classes], ends)


def _mean(table: FloatArray, probs: FloatArray) -> FloatArray:
    """Return the mean of payoffs ``(K, P, D or 1)`` under ``(K, D or 1)``, shape ``(P, D)``."""
    return np.asarray((table * probs[:, np.newaxis, :]).sum(axis=0))


def type_payoffs(
    form: ExtensiveForm,
    strategy: ArrayLike,
    payoffs: ArrayLike,
    chance_probs: ArrayLike,
    group: ArrayLike,
    n_groups: int,
) -> FloatArray:
    """Return each player's expected payoff given the group that play ends in, shape ``(n_groups, P, D)``.

    ``group`` puts each terminal node in a group, for instance a player's type, shape ``(T,)``. A group that is never
    reached has payoff NaN.
    """
    table = as_payoffs(form, payoffs)
    groups = _groups(group, "group", form.terminal_node.size, n_groups)
    ends = terminal_probs(form, strategy, chance_probs)
    n_draws = count_draws(payoffs=table, strategy=ends)
    total = _sum_by(groups, ends, n_groups)
    answer = np.empty((n_groups, form.n_players, n_draws))
    for player in range(form.n_players):
        earned = ends * table[form.payoff_class, player]
        with np.errstate(invalid="ignore", divide="ignore"):
            answer[:, player] = _sum_by(groups, earned, n_groups) / total
    return answer


def posteriors(
    form: ExtensiveForm, strategy: ArrayLike, chance_probs: ArrayLike = ()
) -> FloatArray:
    """Return the mover's belief in each node of its information set, shape ``(N, D)``; 0 at all other nodes.

    By Bayes' rule from the others' moves and chance, since the mover's own moves are the same before all nodes of a
    set. Probabilities multiply as logarithms, so rare sets keep exact beliefs. Where the others exclude every node of
    a set, its nodes are held equally likely.
    """
    sigma, chance = as_strategy(form, strategy), as_chance(form, chance_probs)
    n_draws = count_draws(strategy=sigma, chance_probs=chance)
    with np.errstate(divide="ignore"):
        log_sigma, log_chance = np.log(sigma), np.log(chance)
    belief = np.zeros((form.n_nodes, n_draws))
    for player in range(form.n_players):
        nodes = np.flatnonzero(form.player == player)
        nodes = nodes[np.argsort(form.info_set[nodes], kind="stable")]
        if nodes.size == 0:
            continue
        sets = form.info_set[nodes]
        start = np.flatnonzero(np.r_[True, np.diff(sets) != 0])
        which = np.cumsum(np.r_[False, np.diff(sets) != 0])
        weight = walk(form, log_sigma, log_chance, n_draws, left_out=player, additive=True)[nodes]
        top = np.maximum.reduceat(weight, start, axis=0)[which]
        weight = np.exp(np.where(top == -np.inf, 0.0, weight - np.maximum(top, -1e300)))
        belief[nodes] = weight / np.add.reduceat(weight, start, axis=0)[which]
    return belief


def information_set_beliefs(
    form: ExtensiveForm, belief: ArrayLike, group: ArrayLike, n_groups: int
) -> FloatArray:
    """Return each set's belief in groups of nodes, for instance types, shape ``(I, n_groups, D)``.

    ``belief`` comes from :func:`posteriors`; ``group`` puts each node in a group, shape ``(N,)``.
    """
    weights = np.asarray(belief, dtype=np.float64)
    groups = _groups(group, "group", form.n_nodes, n_groups)
    nodes = np.flatnonzero(form.player >= 0)
    index = form.info_set[nodes].astype(np.int64) * n_groups + groups[nodes]
    sums = _sum_by(index, weights[nodes], form.n_info_sets * n_groups)
    return sums.reshape(form.n_info_sets, n_groups, -1)


def best_response(
    form: ExtensiveForm,
    strategy: ArrayLike,
    payoffs: ArrayLike,
    chance_probs: ArrayLike = (),
    *,
    player: int,
) -> BestResponse:
    """Return a best response of one player to the strategies of the others, draw by draw."""
    if not 0 <= player < form.n_players:
        refuse_input(
            f"there is no player {player} among {form.n_players}",
            code="player-unknown",
            at="player",
            fix="use a number from 0 to the number of players less one",
        )
    sigma, chance = as_strategy(form, strategy), as_chance(form, chance_probs)
    table = as_payoffs(form, payoffs)
    n_draws = count_draws(strategy=sigma, chance_probs=chance, payoffs=table)
    payoff, choice = _reply(form, sigma, chance, table, n_draws, player)
    own = expected_payoffs(form, sigma, table, chance)[player]
    return BestResponse(payoff=payoff, gain=payoff - own, strategy=choice)


def nash_conv(
    form: ExtensiveForm, strategy: ArrayLike, payoffs: ArrayLike, chance_probs: ArrayLike = ()
) -> FloatArray:
    """Return what all players together could gain by deviating on their own, shape ``(D,)``; 0 in equilibrium."""
    sigma, chance = as_strategy(form, strategy), as_chance(form, chance_probs)
    table = as_payoffs(form, payoffs)
    n_draws = count_draws(strategy=sigma, chance_probs=chance, payoffs=table)
    best = [
        _reply(form, sigma, chance, table, n_draws, player)[0] for player in range(form.n_players)
    ]
    return np.asarray(
        np.sum(best, axis=0) - expected_payoffs(form, sigma, table, chance).sum(axis=0)
    )


def _reply(
    form: ExtensiveForm,
    sigma: FloatArray,
    chance: FloatArray,
    table: FloatArray,
    n_draws: int,
    player: int,
) -> tuple[FloatArray, FloatArray]:
    """Return the payoff ``(D,)`` and strategy ``(A, D)`` of a best response."""
    from detente.game import _evaluation_kernels as kernels  # noqa: PLC0415  loads numba

    ends = walk(form, sigma, chance, n_draws, left_out=player)[form.terminal_node]
    earned = ends * table[form.payoff_class, player]
    gain = _sum_by(form.terminal_action[:, player] + 1, earned, form.n_actions + 1)
    choice = columns(sigma, n_draws)
    kernels.best_replies(
        own_order(form, player), form.info_set_parent, form.action_offset, gain, choice
    )
    return gain[0].copy(), choice
