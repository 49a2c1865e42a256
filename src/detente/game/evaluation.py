"""What a behaviour strategy does: how often it reaches each node, what it pays, and who could do better.

Strategies, payoffs and chance probabilities may have a draw axis, the last one; answers always have it. What a player
expects or believes goes by its own odds of chance where ``own_odds`` names it, otherwise by ``chance_probs``; what comes
about goes by ``chance_probs`` alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.arrays import FloatArray, Int64Array
from detente.errors import SolverError, refuse
from detente.game._inputs import as_chance, as_own_odds, as_strategy, count_draws
from detente.game._steps import columns, first_step, own_order, stack_steps, walk, walk_steps
from detente.game.form import ExtensiveForm
from detente.game.payoffs import Payoffs, PayoffTable, PricedPayoffs, payoff_source, take_draws
from detente.summaries import html_fields, text_fields

__all__ = [
    "BestResponse",
    "action_payoffs",
    "best_response",
    "class_probs",
    "expected_payoffs",
    "information_set_beliefs",
    "nash_conv",
    "outcome_probs",
    "payoff_parts",
    "posteriors",
    "reach_probs",
    "terminal_probs",
    "type_payoffs",
]

OwnOdds = Mapping[int, ArrayLike]
"""Odds of chance by player, for those who do not share the analysts', each of shape ``(R,)`` or ``(R, D)``."""

_MOST_CELLS = 2**19
"""Nodes times draws that are held at a time where the answer is smaller than that."""


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

    __repr__ = text_fields
    _repr_html_ = html_fields

    payoff: FloatArray
    gain: FloatArray
    strategy: FloatArray


def _sum_by(index: NDArray[np.integer], values: FloatArray, count: int) -> FloatArray:
    """Return the sums of the rows of ``values`` by index, shape ``(count, D)``."""
    from detente.game.kernels import evaluation as kernels  # noqa: PLC0415  loads numba

    out = np.zeros((count, values.shape[1]))
    kernels.scatter_add(index.astype(np.int64), np.ascontiguousarray(values), out)
    return out


def _over_draws(
    form: ExtensiveForm, n_draws: int, part: Callable[[slice], FloatArray]
) -> FloatArray:
    """Return ``part`` of all draws, taken block by block so that no array of nodes by all draws is held."""
    size = max(8, _MOST_CELLS // form.n_nodes // 8 * 8)
    parts = [part(slice(first, min(first + size, n_draws))) for first in range(0, n_draws, size)]
    return np.concatenate(parts, axis=-1) if parts else part(slice(0, 0))


def _reach(form: ExtensiveForm, sigma: FloatArray, chance: FloatArray, draws: slice) -> FloatArray:
    """Return how often play of some draws passes through each node, shape ``(N, n)``."""
    return walk(form, take_draws(sigma, draws), take_draws(chance, draws), draws.stop - draws.start)


def _end_sums(
    form: ExtensiveForm,
    sigma: FloatArray,
    chance: FloatArray,
    groups: NDArray[np.integer],
    n_groups: int,
) -> FloatArray:
    """Return how often play ends in each group of terminal nodes, shape ``(n_groups, D)``."""
    from detente.game.kernels import evaluation as kernels  # noqa: PLC0415  loads numba

    group = groups.astype(np.int64)

    def part(draws: slice) -> FloatArray:
        out = np.zeros((n_groups, draws.stop - draws.start))
        kernels.add_ends(form.terminal_node, group, _reach(form, sigma, chance, draws), out)
        return out

    return _over_draws(form, count_draws(strategy=sigma, chance_probs=chance), part)


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
    sigma, chance = as_strategy(form, strategy), as_chance(form, chance_probs)
    return _end_sums(form, sigma, chance, form.payoff_class, form.n_classes)


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
    sigma, chance = as_strategy(form, strategy), as_chance(form, chance_probs)
    return _end_sums(form, sigma, chance, groups, n_outcomes)


def _groups(index: ArrayLike, name: str, count: int, n_groups: int) -> Int64Array:
    groups = np.asarray(index)
    if (
        groups.shape != (count,)
        or groups.dtype.kind not in "iu"
        or (groups.size and (groups.min() < 0 or groups.max() >= n_groups))
    ):
        refuse(
            f"{name} is no vector of {count} integers from 0 to {n_groups - 1}",
            code="game-invalid",
            at=name,
            fix="name one group for each entry",
            error=SolverError,
        )
    return groups.astype(np.int64)


def expected_payoffs(
    form: ExtensiveForm,
    strategy: ArrayLike,
    payoffs: Payoffs,
    chance_probs: ArrayLike = (),
    *,
    own_odds: OwnOdds | None = None,
) -> FloatArray:
    """Return each player's expected payoff, shape ``(P, D)``.

    ``payoffs`` is ``(K, P)``, ``(K, P, D)`` or :class:`~detente.game.PricedPayoffs`.
    """
    source = payoff_source(form, payoffs)
    sigma, chance = as_strategy(form, strategy), as_chance(form, chance_probs)
    return _expected(form, sigma, source, _views(form, chance, own_odds))


def _expected(
    form: ExtensiveForm,
    sigma: FloatArray,
    source: PayoffTable | PricedPayoffs,
    views: "list[tuple[FloatArray, list[int]]]",
) -> FloatArray:
    """Return each player's expected payoff by the odds that it goes by, shape ``(P, D)``."""
    from detente.game.kernels import evaluation as kernels  # noqa: PLC0415  loads numba

    probs = [_end_sums(form, sigma, odds, form.payoff_class, form.n_classes) for odds, _ in views]
    n_draws = _count(
        source.n_draws, **{f"strategy, view {n}": item for n, item in enumerate(probs)}
    )

    def part(draws: slice) -> FloatArray:
        width = draws.stop - draws.start
        table, first = _paid(source, draws)
        answer = np.empty((form.n_players, width))
        for (_, players), found in zip(views, probs, strict=True):
            here = columns(take_draws(found, draws), width)
            for player in players:
                kernels.expect(table, first, here, player, answer[player])
        return answer

    return _over_draws(form, n_draws, part)


def _paid(source: PayoffTable | PricedPayoffs, draws: slice) -> tuple[FloatArray, int]:
    """Return payoffs of some draws as the kernels read them, and the column where they begin."""
    if isinstance(source, PayoffTable) and source.n_draws > 1 and source.table.flags.c_contiguous:
        return source.table, draws.start
    block = source.block(draws)
    shape = (*block.shape[:2], draws.stop - draws.start)
    return np.array(np.broadcast_to(block, shape), order="C"), 0


def _views(
    form: ExtensiveForm, chance: FloatArray, own_odds: OwnOdds | None
) -> list[tuple[FloatArray, list[int]]]:
    """Return the different odds of chance with the players who go by each; the analysts' first."""
    own = as_own_odds(form, own_odds, chance)
    others = [player for player in range(form.n_players) if player not in own]
    return [(chance, others), *((odds, [player]) for player, odds in own.items())]


def _odds_of(form: ExtensiveForm, chance: FloatArray, own_odds: OwnOdds | None) -> list[FloatArray]:
    """Return the odds of chance that each player goes by."""
    own = as_own_odds(form, own_odds, chance)
    return [own.get(player, chance) for player in range(form.n_players)]


def _named(views: list[tuple[FloatArray, list[int]]]) -> dict[str, FloatArray]:
    return {f"chance_probs, view {number}": odds for number, (odds, _) in enumerate(views)}


def _count(n_draws: int, **arrays: FloatArray) -> int:
    """Return the number of draws of payoffs and arrays."""
    return count_draws(payoffs=np.empty((0, n_draws)), **arrays)


def type_payoffs(
    form: ExtensiveForm,
    strategy: ArrayLike,
    payoffs: Payoffs,
    chance_probs: ArrayLike,
    group: ArrayLike,
    n_groups: int,
    *,
    own_odds: OwnOdds | None = None,
) -> FloatArray:
    """Return each player's expected payoff given the group that play ends in, shape ``(n_groups, P, D)``.

    ``group`` puts each terminal node in a group, for instance a player's type, shape ``(T,)``. A group that is never
    reached has payoff NaN.
    """
    source = payoff_source(form, payoffs)
    groups = _groups(group, "group", form.terminal_node.size, n_groups)
    sigma, chance = as_strategy(form, strategy), as_chance(form, chance_probs)
    views = _views(form, chance, own_odds)
    n_draws = _count(source.n_draws, strategy=sigma, **_named(views))

    def part(draws: slice) -> FloatArray:
        table = source.block(draws)
        answer = np.empty((n_groups, form.n_players, draws.stop - draws.start))
        for odds, players in views:
            ends = _reach(form, sigma, odds, draws)[form.terminal_node]
            total = _sum_by(groups, ends, n_groups)
            for player in players:
                earned = ends * table[form.payoff_class, player]
                with np.errstate(invalid="ignore", divide="ignore"):
                    answer[:, player] = _sum_by(groups, earned, n_groups) / total
        return answer

    return _over_draws(form, n_draws, part)


def payoff_parts(
    form: ExtensiveForm,
    strategy: ArrayLike,
    payoffs: PricedPayoffs,
    chance_probs: ArrayLike = (),
    *,
    group: ArrayLike | None = None,
    n_groups: int = 1,
    own_odds: OwnOdds | None = None,
) -> FloatArray:
    """Return what each consideration adds to each player's expected payoff, by group, shape ``(n_groups, P, C, D)``.

    The parts of a player sum to its payoff. ``group`` puts each terminal node in a group, for instance a player's
    type, shape ``(T,)``; parts are then those given the group, NaN for one that is never reached. Without it there is
    one group of all.
    """
    payoff_source(form, payoffs)
    ends_in = np.zeros(form.terminal_node.size, dtype=np.int64) if group is None else group
    groups = _groups(ends_in, "group", form.terminal_node.size, n_groups)
    classes, n_parts = form.n_classes, payoffs.level.shape[1]
    index = groups * classes + form.payoff_class
    sigma = as_strategy(form, strategy)
    views = _views(form, as_chance(form, chance_probs), own_odds)
    probs = [
        _end_sums(form, sigma, odds, index, n_groups * classes).reshape(n_groups, classes, -1)
        for odds, _ in views
    ]
    n_draws = _count(
        payoffs.n_draws, **{f"strategy, view {n}": item for n, item in enumerate(probs)}
    )

    def part(draws: slice) -> FloatArray:
        answer = np.empty((n_groups, form.n_players, n_parts, draws.stop - draws.start))
        for (_, players), found in zip(views, probs, strict=True):
            here = take_draws(found, draws)
            with np.errstate(invalid="ignore", divide="ignore"):
                share = here / here.sum(axis=1, keepdims=True)
            for number in range(n_parts):
                table = payoffs.part(number, draws)[:classes]
                for which, one in enumerate(share):
                    total = (table * one[:, np.newaxis]).sum(axis=0)
                    answer[which, players, number] = total[players]
        return answer

    return _over_draws(form, n_draws, part)


def posteriors(
    form: ExtensiveForm,
    strategy: ArrayLike,
    chance_probs: ArrayLike = (),
    *,
    own_odds: OwnOdds | None = None,
) -> FloatArray:
    """Return the mover's belief in each node of its information set, shape ``(N, D)``; 0 at all other nodes.

    By Bayes' rule from the others' moves and chance, since the mover's own moves are the same before all nodes of a
    set. Probabilities multiply as logarithms, so rare sets keep exact beliefs. Where the others exclude every node of
    a set, its nodes are held equally likely.
    """
    sigma, chance = as_strategy(form, strategy), as_chance(form, chance_probs)
    odds = _odds_of(form, chance, own_odds)
    n_draws = count_draws(
        strategy=sigma, **{f"odds of player {player}": item for player, item in enumerate(odds)}
    )
    with np.errstate(divide="ignore"):
        log_sigma, log_odds = np.log(sigma), [np.log(item) for item in odds]
    belief = np.zeros((form.n_nodes, n_draws))
    for player in range(form.n_players):
        nodes = np.flatnonzero(form.player == player)
        nodes = nodes[np.argsort(form.info_set[nodes], kind="stable")]
        if nodes.size == 0:
            continue
        sets = form.info_set[nodes]
        start = np.flatnonzero(np.r_[True, np.diff(sets) != 0])
        which = np.cumsum(np.r_[False, np.diff(sets) != 0])
        weight = walk(form, log_sigma, log_odds[player], n_draws, left_out=player, additive=True)[
            nodes
        ]
        top = np.maximum.reduceat(weight, start, axis=0)[which]
        weight = np.exp(np.where(top == -np.inf, 0.0, weight - np.maximum(top, -1e300)))
        belief[nodes] = weight / np.add.reduceat(weight, start, axis=0)[which]
    return belief


def action_payoffs(
    form: ExtensiveForm,
    strategy: ArrayLike,
    payoffs: Payoffs,
    chance_probs: ArrayLike = (),
    *,
    own_odds: OwnOdds | None = None,
) -> FloatArray:
    """Return what the mover of each information set expects from each action there, shape ``(A, D)``.

    It believes what :func:`posteriors` say, and everybody plays on by the strategy. The logit response is to these.
    """
    from detente.game.kernels import evaluation as kernels  # noqa: PLC0415  loads numba

    sigma, chance = as_strategy(form, strategy), as_chance(form, chance_probs)
    odds, views = _odds_of(form, chance, own_odds), _views(form, chance, own_odds)
    source = payoff_source(form, payoffs)
    n_draws = _count(source.n_draws, strategy=sigma, **_named(views))
    first = first_step(form)

    def part(draws: slice) -> FloatArray:
        width = draws.stop - draws.start
        mine, table = take_draws(sigma, draws), source.block(draws)
        here = {player: take_draws(item, draws) for player, item in enumerate(odds)}
        belief = posteriors(form, mine, take_draws(chance, draws), own_odds=here)
        answer = np.zeros((form.n_actions, width))
        for player in range(form.n_players):
            steps = np.concatenate([columns(mine, width), columns(here[player], width)])
            value = np.zeros((form.n_nodes, width))
            value[form.terminal_node] = table[form.payoff_class, player]
            kernels.walk_up(
                form.player, form.first_child, form.n_children, first, steps,
                columns(belief, width), player, value, answer,
            )  # fmt: skip
        return answer

    return _over_draws(form, n_draws, part)


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
    payoffs: Payoffs,
    chance_probs: ArrayLike = (),
    *,
    player: int,
    own_odds: OwnOdds | None = None,
) -> BestResponse:
    """Return a best response of one player to the strategies of the others, draw by draw."""
    if not 0 <= player < form.n_players:
        refuse(
            f"there is no player {player} among {form.n_players}",
            code="player-unknown",
            at="player",
            fix="use a number from 0 to the number of players less one",
            error=SolverError,
        )
    sigma, chance = as_strategy(form, strategy), as_chance(form, chance_probs)
    odds = _odds_of(form, chance, own_odds)[player]
    source = payoff_source(form, payoffs)
    n_draws = _count(source.n_draws, strategy=sigma, chance_probs=odds)

    def part(draws: slice) -> FloatArray:
        width = draws.stop - draws.start
        steps = stack_steps(take_draws(sigma, draws), take_draws(odds, draws), width)
        return np.vstack(_reply(form, steps, *_paid(source, draws), player))

    found = _over_draws(form, n_draws, part)
    own = _expected(form, sigma, source, [(odds, [player])])[player]
    return BestResponse(payoff=found[0], gain=found[0] - own, strategy=found[1:])


def nash_conv(
    form: ExtensiveForm,
    strategy: ArrayLike,
    payoffs: Payoffs,
    chance_probs: ArrayLike = (),
    *,
    own_odds: OwnOdds | None = None,
) -> FloatArray:
    """Return what all players together could gain by deviating on their own, shape ``(D,)``; 0 in equilibrium."""
    from detente.game.kernels import evaluation as kernels  # noqa: PLC0415  loads numba

    sigma, chance = as_strategy(form, strategy), as_chance(form, chance_probs)
    views = _views(form, chance, own_odds)
    source = payoff_source(form, payoffs)
    n_draws = _count(source.n_draws, strategy=sigma, **_named(views))
    klass = form.payoff_class.astype(np.int64)

    def part(draws: slice) -> FloatArray:
        width = draws.stop - draws.start
        table, first = _paid(source, draws)
        best, own = np.empty((2, form.n_players, width))
        for odds, players in views:
            steps = stack_steps(take_draws(sigma, draws), take_draws(odds, draws), width)
            probs = np.zeros((form.n_classes, width))
            kernels.add_ends(form.terminal_node, klass, walk_steps(form, steps), probs)
            for player in players:
                kernels.expect(table, first, probs, player, own[player])
                best[player] = _reply(form, steps, table, first, player)[0]
        return np.asarray(best.sum(axis=0) - own.sum(axis=0))

    return _over_draws(form, n_draws, part)


def _reply(
    form: ExtensiveForm, steps: FloatArray, table: FloatArray, first: int, player: int
) -> tuple[FloatArray, FloatArray]:
    """Return the payoff ``(n,)`` and strategy ``(A, n)`` of a best response in the draws of ``table`` from ``first`` on."""
    from detente.game.kernels import evaluation as kernels  # noqa: PLC0415  loads numba

    reach = walk_steps(form, steps, left_out=player)
    before = form.terminal_action[:, player].astype(np.int64) + 1
    gain = np.zeros((form.n_actions + 1, steps.shape[1]))
    kernels.add_earned(
        form.terminal_node, before, form.payoff_class, player, table, first, reach, gain
    )
    choice = steps[: form.n_actions].copy()
    kernels.best_replies(
        own_order(form, player), form.info_set_parent, form.action_offset, gain, choice
    )
    return gain[0].copy(), choice
