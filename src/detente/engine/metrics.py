"""Metrics: every named number of a solved game, for all draws of a block at once.

A metric is a sum of the probabilities of terminals of the tree. Which is known before any draw: it is compiled once
per tree into one sparse matrix with a row for each pair of type profile (who is of which type) and key (an outcome, a
level of a consideration, an instrument used). For a block of draws one sparse product gives all sums *given the type
profile*; probabilities given one player's type, and those before types are known, are weighted sums over profiles. So a
conditional probability is defined even where a prior is zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from detente.arrays import BoolArray, FloatArray, Int16Array, IntArray
from detente.crisis.crisis import Crisis
from detente.crisis.metric_names import metric_name
from detente.errors import GameError
from detente.linking import Priced
from detente.linking.pledges import PricedPledges
from detente.models.beliefs import posteriors
from detente.rules import Tree

__all__ = [
    "MetricPlan",
    "MoveKeys",
    "compile_metrics",
    "evaluate_metrics",
    "find_excluded",
    "find_move_keys",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveKeys:
    """Pairs (player, instrument) that metrics about moves are stored for, each in a fixed order.

    ``used``: anywhere on a path, all paths and those that end in an attack; ``first``: as a player's first move; ``seen``: as the first move of a player that a
    public observer (one on no list of who sees it) sees, by what it looks like. Forced moves count.
    """

    used: tuple[tuple[str, str], ...]
    first: tuple[tuple[str, str], ...]
    seen: tuple[tuple[str, str], ...]

    def __or__(self, other: "MoveKeys") -> "MoveKeys":
        """Both sets of keys, so that every policy of a run stores the same metrics."""
        return MoveKeys(
            used=tuple(dict.fromkeys(self.used + other.used)),
            first=tuple(dict.fromkeys(self.first + other.first)),
            seen=tuple(dict.fromkeys(self.seen + other.seen)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricPlan:
    """What turns terminal probabilities of a tree into metrics. ``V`` type profiles, ``K`` keys, ``T`` terminals.

    ``sums`` is the sparse matrix of shape ``(V * K, T)``; ``profile_types`` of shape ``(V, P)`` holds each player's type
    index; the slices say where each family of keys stands; ``level_slices`` is by consideration.
    """

    tree: Tree
    keys: MoveKeys
    sums: sparse.csr_array
    n_keys: int
    profile_types: IntArray
    outcomes: slice
    level_slices: Mapping[str, slice]
    used: slice
    attacked: slice
    first: slice
    seen: slice
    broken: int
    attack: tuple[int, ...]
    settlement: tuple[int, ...]
    acts: Mapping[str, tuple[int, ...]]
    excluded: tuple[str, ...]


def find_move_keys(
    tree: Tree, crisis: Crisis, terminals: NDArray[np.integer[Any]] | slice = slice(None)
) -> MoveKeys:
    """Return the pairs of player and instrument that occur in a tree, by player, in the order of the crisis file.

    With ``terminals`` those that occur on the way to some of them.
    """
    instruments = tuple(crisis.instruments)

    def pairs(first: Int16Array) -> tuple[tuple[str, str], ...]:
        return tuple(
            (player, instruments[place])
            for number, player in enumerate(tree.players)
            for place in np.unique(first[:, number]).tolist()
            if place >= 0
        )

    return MoveKeys(
        used=tuple(
            (item.player, item.id)
            for player in tree.players
            for item in crisis.instruments.values()
            if item.player == player and tree.used_by_terminal(item.id)[terminals].any()
        ),
        first=pairs(tree.first_move[terminals]),
        seen=pairs(tree.first_seen[terminals]),
    )


def compile_metrics(
    tree: Tree,
    crisis: Crisis,
    keys: MoveKeys,
    *,
    terminals: NDArray[np.integer[Any]] | None = None,
    with_levels: bool = True,
    broken: BoolArray | None = None,
) -> MetricPlan:
    """Find the terminals that each metric sums over.

    Parameters
    ----------
    tree
        The unrolled game under one policy.
    crisis
        The crisis it was unrolled from.
    keys
        The moves to store metrics for; those that do not occur in this tree sum to zero.
    terminals
        The terminals that play can come to, in the order of the probabilities that will be given; all by default.
    with_levels
        Whether levels of considerations and payoffs are wanted.
    broken
        Terminals that come of breaking a policy, if somebody pays for that, shape ``(T,)``.
    """
    n_terminals = tree.terminal_node.size
    levels = tree.class_level[tree.payoff_class].astype(np.intp)
    profile_types = _profile_types(tree)
    profile = tree.terminal_profile.astype(np.intp)
    everywhere = np.arange(n_terminals)
    entries: list[tuple[IntArray, IntArray]] = [(tree.outcome.astype(np.intp), everywhere)]
    at = len(tree.outcomes)
    level_slices: dict[str, slice] = {}
    for column, name in enumerate(tree.considerations if with_levels else ()):
        level_slices[name] = slice(at, at + len(tree.level_codes[column]))
        entries.append((at + levels[:, column], everywhere))
        at += len(tree.level_codes[column])
    families: dict[str, slice] = {}
    for family, pairs in (
        ("used", keys.used),
        ("attacked", keys.used),
        ("first", keys.first),
        ("seen", keys.seen),
    ):
        families[family] = slice(at, at + len(pairs))
        for place, pair in enumerate(pairs):
            found = np.flatnonzero(_happens(tree, crisis, family, pair))
            entries.append((np.full(found.size, at + place), found))
        at += len(pairs)
    if broken is not None:
        entries.append((np.full(np.count_nonzero(broken), at), np.flatnonzero(broken)))
        at += 1
    key, terminal = (np.concatenate(parts) for parts in zip(*entries, strict=True))
    if terminals is not None:
        place_of = np.full(n_terminals, -1, dtype=np.intp)
        place_of[terminals] = np.arange(len(terminals))
        there = place_of[terminal] >= 0
        key, profile_of = key[there], profile[terminal[there]]
        terminal, n_terminals = place_of[terminal[there]], len(terminals)
    else:
        profile_of = profile[terminal]
    rows = profile_of * at + key
    shape = (len(profile_types) * at, n_terminals)
    return MetricPlan(
        tree=tree,
        keys=keys,
        sums=sparse.csr_array((np.ones(rows.size), (rows, terminal)), shape=shape),
        n_keys=at,
        profile_types=profile_types,
        outcomes=slice(0, len(tree.outcomes)),
        level_slices=level_slices,
        used=families["used"],
        attacked=families["attacked"],
        first=families["first"],
        seen=families["seen"],
        broken=at - 1 if broken is not None else -1,
        attack=_flagged(tree, crisis, "attack"),
        settlement=_flagged(tree, crisis, "settlement"),
        acts=_acts(tree, crisis),
        excluded=find_excluded(tree, crisis, terminals),
    )


def evaluate_metrics(
    plan: MetricPlan,
    *,
    given_profile: FloatArray,
    profile_probs: FloatArray,
    priced: Priced,
    pledges: PricedPledges | None = None,
) -> dict[str, FloatArray]:
    """Compute every metric of the tree for a block of draws.

    Parameters
    ----------
    plan
        From :func:`compile_metrics`.
    given_profile
        Probability of each terminal given the type profile that it lies under, shape ``(T, D)``.
    profile_probs
        Probability of each type profile, shape ``(V, D)``.
    priced
        Prices and weights of the same draws.
    pledges
        What the policy costs, where it rests on pledges.

    Returns
    -------
    dict
        Values of shape ``(D,)`` by metric name, always in the same order.
    """
    tree = plan.tree
    n_profiles = len(plan.profile_types)
    sums = np.asarray(plan.sums @ given_profile).reshape(n_profiles, plan.n_keys, -1)
    overall = np.einsum("vd,vkd->kd", profile_probs, sums)
    metrics: dict[str, FloatArray] = {}
    outcomes = overall[plan.outcomes]
    for place, name in enumerate(tree.outcomes):
        metrics[metric_name("outcome", name)] = outcomes[place]
    metrics["attack"] = outcomes[list(plan.attack)].sum(axis=0)
    metrics["settlement"] = outcomes[list(plan.settlement)].sum(axis=0)
    for player, places in plan.acts.items():
        metrics[metric_name("attack_by", player)] = outcomes[list(places)].sum(axis=0)
    for name in plan.excluded:
        metrics[metric_name("excluded", name)] = np.ones(profile_probs.shape[1])
    for name in plan.level_slices:
        expected = (overall[plan.level_slices[name]] * priced.prices[name]).sum(axis=0)
        metrics[metric_name("level", name)] = expected
    for (player, instrument), value in zip(plan.keys.used, overall[plan.used], strict=True):
        metrics[metric_name("use", player, instrument)] = value
    for (player, instrument), value in zip(plan.keys.used, overall[plan.attacked], strict=True):
        metrics[metric_name("attack_with", player, instrument)] = value
    for number, player in enumerate(tree.players):
        _add_player(metrics, plan, number, player, sums, profile_probs, priced, pledges)
    return metrics


def _add_player(
    metrics: dict[str, FloatArray],
    plan: MetricPlan,
    number: int,
    player: str,
    sums: FloatArray,
    profile_probs: FloatArray,
    priced: Priced,
    pledges: PricedPledges | None,
) -> None:
    """Metrics given the types of one player, its payoffs and what its moves tell."""
    tree = plan.tree
    types = tree.types[number]
    prior = np.zeros((len(types), profile_probs.shape[1]))
    np.add.at(prior, plan.profile_types[:, number], profile_probs)
    likelihoods = np.zeros((len(types), len(plan.keys.seen), profile_probs.shape[1]))
    total = np.zeros(profile_probs.shape[1])
    for kind, name in enumerate(types):
        weights = _given_type(plan.profile_types, profile_probs, number, kind)
        given = np.einsum("vd,vkd->kd", weights, sums)
        metrics[metric_name("prior", player, name)] = prior[kind]
        outcomes = given[plan.outcomes]
        for place, outcome in enumerate(tree.outcomes):
            metrics[metric_name("outcome_given", player, name, outcome)] = outcomes[place]
        metrics[metric_name("attack_given", player, name)] = outcomes[list(plan.attack)].sum(axis=0)
        metrics[metric_name("settlement_given", player, name)] = outcomes[
            list(plan.settlement)
        ].sum(axis=0)
        mine = [place for place, pair in enumerate(plan.keys.first) if pair[0] == player]
        chosen = given[plan.first][mine]
        reached = chosen.sum(axis=0)
        for place, value in zip(mine, chosen, strict=True):
            share = np.divide(value, reached, out=np.zeros_like(value), where=reached > 0.0)
            metrics[metric_name("first", player, name, plan.keys.first[place][1])] = share
        likelihoods[kind] = given[plan.seen]
        if plan.level_slices:
            paid = _paid(plan, pledges, number, given)
            total = total + prior[kind] * _add_payoff(
                metrics, plan, (player, name), given, priced, paid
            )
    if plan.level_slices:
        metrics[metric_name("payoff", player)] = total
    if len(types) > 1:
        beliefs = posteriors(prior, likelihoods)
        for place, (mover, token) in enumerate(plan.keys.seen):
            if mover == player:
                for kind, name in enumerate(types):
                    metrics[metric_name("belief", player, name, token)] = beliefs[kind, place]


def _add_payoff(
    metrics: dict[str, FloatArray],
    plan: MetricPlan,
    who: tuple[str, str],
    given: FloatArray,
    priced: Priced,
    paid: FloatArray | None,
) -> FloatArray:
    """Metrics of what each consideration adds to the payoff of a type; return their sum, less what was paid."""
    player, name = who
    if paid is not None:
        metrics[metric_name("pledge", player, name)] = paid
    payoff = np.zeros(given.shape[1])
    for consideration in plan.level_slices:
        weight = priced.weights.get((player, name, consideration))
        if weight is None:
            continue
        levels = given[plan.level_slices[consideration]]
        part = weight * (levels * priced.prices[consideration]).sum(axis=0)
        metrics[metric_name("payoff", player, name, consideration)] = part
        payoff = payoff + part
    if paid is not None:
        payoff = payoff - paid
    metrics[metric_name("payoff", player, name)] = payoff
    return payoff


def _paid(
    plan: MetricPlan, pledges: PricedPledges | None, number: int, given: FloatArray
) -> FloatArray | None:
    """Return what a player is expected to pay for a policy, given its type, shape ``(D,)``; None if it never pays."""
    if pledges is None or not (pledges.cost.any() or pledges.broken.any()):
        return None
    paid: FloatArray = pledges.cost[number].copy()
    if plan.broken >= 0:
        paid += pledges.broken[number] * given[plan.broken]
    return paid


def _given_type(
    profile_types: IntArray, profile_probs: FloatArray, player: int, kind: int
) -> FloatArray:
    """Probability of each profile given that a player is of a type, shape (V, D).

    Types of different players are independent, so it is the product of the others' priors: defined where the player's
    own prior is zero.
    """
    weights = (profile_types[:, player] == kind).astype(np.float64)[:, None]
    weights = np.repeat(weights, profile_probs.shape[1], axis=1)
    for other in range(profile_types.shape[1]):
        if other == player:
            continue
        count = int(profile_types[:, other].max()) + 1
        prior = np.zeros((count, profile_probs.shape[1]))
        np.add.at(prior, profile_types[:, other], profile_probs)
        weights *= prior[profile_types[:, other]]
    return weights


def _profile_types(tree: Tree) -> IntArray:
    """Types of each branch of nature's draw, and whether the policy binds where that is drawn: the last vary fastest."""
    counts = tuple(len(values) for values in tree.rules.values[tree.rules.drawn_columns])
    grid = np.indices(counts).reshape(len(counts), -1).T
    branch = tree.terminal_node.astype(np.intp)
    while (above := tree.parent[branch] > 0).any():
        branch = np.where(above, tree.parent[branch], branch)
    if not np.array_equal(branch - tree.first_child[0], tree.terminal_profile):
        message = "the branches at the root are not the combinations of types in their order"
        raise GameError(
            message, code="game-invalid", at="tree", fix="unroll the game with detente.rules.unroll"
        )
    return grid.astype(np.intp)


def _happens(tree: Tree, crisis: Crisis, family: str, pair: tuple[str, str]) -> BoolArray:
    """Whether a pair of player and instrument counts at each terminal, shape (T,)."""
    if family == "used":
        return tree.used_by_terminal(pair[1])
    if family == "attacked":
        ends = np.isin(tree.outcome, _flagged(tree, crisis, "attack"))
        return np.asarray(tree.used_by_terminal(pair[1]) & ends)
    first = tree.first_move if family == "first" else tree.first_seen
    column = first[:, tree.players.index(pair[0])]
    return np.asarray(column == list(crisis.instruments).index(pair[1]))


def find_excluded(
    tree: Tree, crisis: Crisis, terminals: NDArray[np.integer[Any]] | None = None
) -> tuple[str, ...]:
    """Return the metrics of outcomes that are zero whatever the numbers: no play that is left ends so.

    Parameters
    ----------
    tree
        The unrolled game.
    crisis
        The crisis it was unrolled from.
    terminals
        The terminals that are left; all by default.
    """
    left = set(np.unique(tree.outcome if terminals is None else tree.outcome[terminals]).tolist())
    groups: dict[str, tuple[int, ...]] = {
        metric_name("outcome", name): (place,) for place, name in enumerate(tree.outcomes)
    }
    groups |= {metric_name("attack_by", player): at for player, at in _acts(tree, crisis).items()}
    groups |= {flag: _flagged(tree, crisis, flag) for flag in ("attack", "settlement")}
    return tuple(name for name, places in groups.items() if places and not left & set(places))


def _acts(tree: Tree, crisis: Crisis) -> dict[str, tuple[int, ...]]:
    """Return the outcomes that are an attack of each player who has any."""
    by_place = [crisis.outcomes[name].attack for name in tree.outcomes]
    return {
        player: tuple(place for place, act in enumerate(by_place) if act == player)
        for player in tree.players
        if player in by_place
    }


def _flagged(tree: Tree, crisis: Crisis, flag: str) -> tuple[int, ...]:
    return tuple(
        place for place, name in enumerate(tree.outcomes) if getattr(crisis.outcomes[name], flag)
    )
