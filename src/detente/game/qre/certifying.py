"""What certifies a logit equilibrium: the response to a strategy computed anew, and what rounding may hide from it."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import BoolArray, FloatArray, IntArray
from detente.game._choices import ChoiceLists
from detente.game._inputs import as_chance, as_rationality, count_draws
from detente.game._steps import first_step, walk
from detente.game.form import ExtensiveForm
from detente.game.menus import Menus
from detente.game.payoffs import Payoffs, payoff_source
from detente.game.qre._terms import ChoiceTerms

__all__ = ["LARGE_SPAN", "hidden_by_rounding", "logit_residual"]

LARGE_SPAN = 1e6
"""Rationality times spread of payoffs beyond which rounding of payoffs may move a probability by more than 1e-10."""
_ROUNDING = float(np.finfo(np.float64).eps)
"""Error of an expected payoff by rounding, in units of its player's spread."""
_LEAST = 1e-300
"""Probabilities below this are not told apart: their logarithms are lost."""
_CLEAR = 40.0
"""How much more likely, as a logarithm, the nodes of a set must be whose odds are known than those whose are not."""


def hidden_by_rounding(
    form: ExtensiveForm,
    payoff: FloatArray,
    rate: FloatArray,
    span: FloatArray,
    *,
    menus: Menus | None = None,
) -> FloatArray:
    """Return the largest change of a choice that rounding of payoffs may hide, shape ``()`` or ``(D,)``.

    On a menu with nests a choice is one within a list, and rounding counts more the smaller the list's scale.

    ``payoff`` ``(A, ...)`` is what movers expect from their actions, ``rate`` ``(I, ...)`` their rationality and ``span``
    ``(I, ...)`` that times the spread of their payoffs. It is 0 where every choice is as good as certain.
    """
    if not form.n_actions:
        return np.zeros(payoff.shape[1:])
    first: IntArray = form.action_offset[:-1].astype(np.intp)
    size: IntArray = np.diff(form.action_offset).astype(np.intp)
    gap = np.repeat(np.maximum.reduceat(payoff, first, axis=0), size, axis=0) - payoff
    with np.errstate(over="ignore"):
        log_odds = -np.repeat(rate, size, axis=0) * gap
    slack = 2.0 * _ROUNDING * np.repeat(span, size, axis=0)
    if menus is not None:
        lists = ChoiceLists(form, menus)
        log_odds, slack, first, size = _odds_in_lists(lists, log_odds, 2.0 * _ROUNDING * span)
        payoff = log_odds
    weight = np.exp(log_odds)
    moved = np.maximum(
        np.exp(np.minimum(log_odds + slack, 0.0)) - weight, weight * -np.expm1(-slack)
    )
    # what the best action of a set may lose is what the others may gain
    best = log_odds == 0.0
    alone = np.repeat(np.add.reduceat(best, first, axis=0, dtype=np.int64), size, axis=0) < 2
    moved = np.where(best & alone, 0.0, moved)
    return np.asarray(moved.max(axis=0, initial=0.0))


def _odds_in_lists(
    lists: ChoiceLists, logits: FloatArray, slack: FloatArray
) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
    """Return log-odds of entries against the best of their list, what rounding does to them, and where lists begin.

    Columns stay as they came: one draw without an axis for it, or draws.
    """
    flat = logits.ndim == 1
    log_prob = lists.respond(logits[:, np.newaxis] if flat else logits)
    size = np.diff(np.append(lists.start, lists.holder.size))
    best = np.repeat(np.maximum.reduceat(log_prob, lists.start, axis=0), size, axis=0)
    sets = lists.info_set[lists.holder]
    given = (slack[:, np.newaxis] if flat else slack)[sets]
    hidden = np.broadcast_to(given / lists.scale[lists.holder], log_prob.shape)
    odds = log_prob - best
    return (
        (odds[:, 0], hidden[:, 0], lists.start, size) if flat else (odds, hidden, lists.start, size)
    )


def logit_residual(
    form: ExtensiveForm,
    strategy: ArrayLike,
    rationality: ArrayLike,
    *,
    payoffs: Payoffs,
    chance_probs: ArrayLike = (),
    menus: Menus | None = None,
    own_odds: Mapping[int, ArrayLike] | None = None,
) -> FloatArray:
    """Return how far a strategy is from a logit equilibrium: the certificate, computed from the probabilities alone.

    It is the largest difference between a probability and the logit response to the strategy, on a menu with nests within
    each list, so that options of a nest that is hardly ever picked count as well. It shares no step with the solver. Information sets whose beliefs hang on moves made less than once in 1e300 plays, or that are behind branches
    that never happen, are left out: probabilities do not tell what is believed there.

    Parameters
    ----------
    form
        The game tree.
    strategy
        Probability of each action, shape ``(A,)`` or ``(A, D)``.
    rationality
        Lambda, as for :func:`~detente.game.solve_logit_qre`.
    payoffs, chance_probs, menus, own_odds
        As for :func:`~detente.game.solve_logit_qre`.

    Returns
    -------
    FloatArray
        Shape ``(D,)``; infinite where the strategy is no distribution: not a number, negative, or of another sum than 1.

    Raises
    ------
    SolverError
        ``payoff-not-finite``, ``rationality-invalid``, or ``game-invalid`` for arrays that do not fit the form.

    Examples
    --------
    A player who picks between 1 and 0 with rationality 1 picks the first with probability 1 / (1 + exp(-1)):

    >>> from detente.game import GameBuilder
    >>> builder = GameBuilder(["chooser"])
    >>> root = builder.decision(None, player="chooser", info_set="pick", actions=["one", "zero"])
    >>> _ = builder.terminal((root, "one"), payoffs=[1.0])
    >>> _ = builder.terminal((root, "zero"), payoffs=[0.0])
    >>> game = builder.build()
    >>> [f"{logit_residual(game.form, [p, 1 - p], 1.0, payoffs=game.payoffs)[0]:.4f}" for p in (0.7310586, 0.5)]
    ['0.0000', '0.2311']
    """
    source, chance = payoff_source(form, payoffs), as_chance(form, chance_probs)
    rates = as_rationality(form, rationality)
    sigma = np.asarray(strategy, dtype=np.float64)
    sigma = sigma[:, np.newaxis] if sigma.ndim == 1 else sigma
    terms = ChoiceTerms.check(form, chance, menus, own_odds)
    n_draws = count_draws(
        payoffs=np.empty((0, source.n_draws)),
        strategy=sigma,
        rationality=rates,
        chance_probs=chance,
        **terms.draws,
    )

    def column(array: FloatArray, draw: int) -> FloatArray:
        return array[:, draw if array.shape[1] > 1 else 0]

    return np.array(
        [
            _residual(
                form,
                column(sigma, draw),
                column(rates, draw),
                source.block(slice(draw, draw + 1))[:, :, 0],
                column(chance, draw),
                terms.pick(slice(draw, draw + 1)),
            )
            for draw in range(n_draws)
        ]
    )


def _residual(
    form: ExtensiveForm,
    sigma: FloatArray,
    rates: FloatArray,
    payoffs: FloatArray,
    chance: FloatArray,
    terms: ChoiceTerms,
) -> float:
    if not form.n_actions:
        return 0.0
    first, size = form.action_offset[:-1], np.diff(form.action_offset)
    if not np.isfinite(sigma).all() or (sigma < 0.0).any():
        return float(np.inf)
    if not (np.abs(np.add.reduceat(sigma, first) - 1.0) <= 1e-6).all():
        return float(np.inf)
    odds = [
        terms.own[player][:, 0] if player in terms.own else chance
        for player in range(form.n_players)
    ]
    belief, known = _beliefs(form, sigma, odds)
    paid = payoffs[form.payoff_class]
    least = paid.min(axis=0)
    spread = np.maximum(paid.max(axis=0) - least, 1e-300)
    value = _values(form, sigma, odds, (paid - least) / spread)
    decision = np.flatnonzero(form.player >= 0)
    child, owner = _children(form, decision)
    mover = form.player[owner]
    row = first_step(form)[owner] + child - form.first_child[owner]
    expected = np.bincount(
        row, weights=belief[owner] * value[child, mover], minlength=form.n_actions
    )
    with np.errstate(over="ignore"):
        span = np.minimum(rates * spread, 1e300)
        gap = np.repeat(np.maximum.reduceat(expected, first), size) - expected
        log_odds = -np.repeat(span[form.info_set_player], size) * gap
    if terms.menus is not None:
        lists = ChoiceLists(form, terms.menus)
        shares, response = (
            lists.shares(sigma[:, np.newaxis]),
            np.exp(lists.respond(np.asarray(log_odds[:, np.newaxis], dtype=np.float64))),
        )
        seen = known[lists.info_set[lists.holder]] & (lists.masses(sigma) >= _LEAST)[lists.holder]
        return float(np.abs(shares - response)[seen].max(initial=0.0))
    weight = np.exp(log_odds)
    response = weight / np.repeat(np.add.reduceat(weight, first), size)
    return float(np.abs(sigma - response)[np.repeat(known, size)].max(initial=0.0))


def _children(
    form: ExtensiveForm, nodes: "np.ndarray[tuple[int], np.dtype[np.intp]]"
) -> tuple[
    "np.ndarray[tuple[int], np.dtype[np.int64]]", "np.ndarray[tuple[int], np.dtype[np.intp]]"
]:
    """Return the children of nodes, and the node that each is a child of."""
    count = form.n_children[nodes].astype(np.int64)
    owner = np.repeat(nodes, count)
    branch = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return form.first_child[owner] + branch, owner


def _values(
    form: ExtensiveForm, sigma: FloatArray, odds: list[FloatArray], paid: FloatArray
) -> FloatArray:
    """Return each player's expected payoff at each node, by its odds of chance, shape ``(N, P)``."""
    value = np.zeros((form.n_nodes, form.n_players))
    value[form.terminal_node] = paid
    inner = np.flatnonzero(form.n_children > 0)
    step = np.ones((form.n_nodes, form.n_players))
    child, owner = _children(form, inner)
    steps = np.stack([np.concatenate([sigma, each]) for each in odds], axis=1)
    step[child] = steps[first_step(form)[owner] + child - form.first_child[owner]]
    depth = np.zeros(form.n_nodes, dtype=np.int64)
    level = np.zeros(1, dtype=np.int64)
    number = 0
    while level.size:
        depth[level] = number
        level, _ = _children(form, level)
        number += 1
    order = np.argsort(-depth, kind="stable")
    ends = np.searchsorted(-depth[order], -np.arange(number - 1, -1, -1), side="right")
    for nodes in np.split(order, ends)[:-2]:
        np.add.at(value, form.parent[nodes], step[nodes] * value[nodes])
    return value


def _beliefs(
    form: ExtensiveForm, sigma: FloatArray, odds: list[FloatArray]
) -> tuple[FloatArray, BoolArray]:
    """Return the mover's belief in each node ``(N,)``, and which information sets' beliefs are known ``(I,)``."""
    logs = np.log(np.maximum(sigma, _LEAST))[:, np.newaxis]
    rare = (sigma < _LEAST).astype(np.float64)[:, np.newaxis]
    with np.errstate(divide="ignore"):
        log_odds = [np.log(each)[:, np.newaxis] for each in odds]
    belief, known = np.zeros(form.n_nodes), np.zeros(form.n_info_sets, dtype=np.bool_)
    for player in range(form.n_players):
        nodes = np.flatnonzero(form.player == player)
        if not nodes.size:
            continue
        chance = log_odds[player]
        reached = walk(form, logs, chance, 1, left_out=player, additive=True)[nodes, 0]
        lost = (
            walk(form, rare, np.zeros_like(chance), 1, left_out=player, additive=True)[nodes, 0]
            > 0.0
        )
        sets = form.info_set[nodes]
        top, clear, murky = (np.full(form.n_info_sets, -np.inf) for _ in range(3))
        np.maximum.at(top, sets, reached)
        np.maximum.at(clear, sets[~lost], reached[~lost])
        np.maximum.at(murky, sets[lost], reached[lost])
        single = np.bincount(sets, minlength=form.n_info_sets) == 1
        with np.errstate(invalid="ignore"):
            sure = (clear > -np.inf) & ~(clear - murky < _CLEAR)
        mine = np.unique(sets)
        known[mine] = (sure | single)[mine]
        weight = np.exp(reached - np.maximum(top, -1e300)[sets])
        weight[single[sets]] = 1.0
        total = np.bincount(sets, weights=weight, minlength=form.n_info_sets)
        belief[nodes] = weight / np.maximum(total, 1e-300)[sets]
    return belief, known
