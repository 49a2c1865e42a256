r"""Walking a solved game: what is known and chosen after a history of moves, and what follows from there.

A history is what an onlooker sees who sees every move and every outcome of chance, but not the players' types. After it play
stands at one node for each profile of types for which the moves were open; these nodes have probabilities

.. math:: P(\theta, h) = p(\theta) \prod_{m \in h} \sigma(m),

so that the onlooker's belief is :math:`P(\theta \mid h) \propto P(\theta, h)`. The mover knows its own type and what it has seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np

from detente.analysis.why import Decision, OptionWorth, explain_at
from detente.arrays import FloatArray
from detente.engine.solutions import Solution
from detente.errors import nearest, refuse
from detente.game import reach_probs
from detente.rules.compiling import profiles
from detente.rules.unrolling import CHANCE, TERMINAL
from detente.summaries import html_fields, text_fields

__all__ = ["Branch", "Juncture", "Quantiles", "TypeChoice", "walk"]


_DIGITS = 12
"""Decimals of how often play comes somewhere, beyond which sums of probabilities are rounding."""


class Quantiles(NamedTuple):
    """Mean over the draws, and their 5% and 95% quantiles."""

    mean: float
    low: float
    high: float


class Branch(NamedTuple):
    """One way on: its id in a path, its label, and how often it is taken by whoever may be there."""

    id: str
    label: str
    prob: Quantiles


class TypeChoice(NamedTuple):
    """What a type of the mover does: how often each option is taken, in the order of the branches, and what each is worth."""

    type: str
    probs: tuple[Quantiles, ...]
    worths: tuple[OptionWorth, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Juncture:
    """Where play stands after a history.

    Attributes
    ----------
    path
        Ids of the moves and outcomes of chance that led here; where only one move was open there was no choice, and it is not
        named.
    kind
        Whether somebody chooses, chance draws, or the game is over.
    player, round, phase
        Who chooses and when; of a draw of chance ``player`` is empty and ``instrument`` is what it decides.
    seen
        What the mover has seen, in words.
    branches, choices
        The ways on, and what each type of the mover makes of them.
    reach
        How often play comes here.
    beliefs, priors
        Probability of each type of each player, by ``(player, type)``, after the history and before it.
    outcomes, at_start
        Probability of each outcome from here on and from the start, with ``attack`` for those that are one.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    path: tuple[str, ...]
    kind: Literal["choice", "chance", "end"]
    player: str = ""
    round: int = 0
    phase: str = ""
    instrument: str = ""
    seen: tuple[str, ...] = ()
    branches: tuple[Branch, ...] = ()
    choices: tuple[TypeChoice, ...] = ()
    reach: Quantiles
    beliefs: dict[tuple[str, str], Quantiles]
    priors: dict[tuple[str, str], Quantiles]
    outcomes: dict[str, Quantiles]
    at_start: dict[str, Quantiles]


def walk(solution: Solution, path: Sequence[str] = ()) -> Juncture:
    """Return where play stands after some moves and outcomes of chance.

    Parameters
    ----------
    solution
        The solved game.
    path
        Ids of instruments and of outcomes of chance, from the start.

    Returns
    -------
    Juncture
        With means and ranges over the draws.

    Raises
    ------
    UsageError
        ``instrument-unknown`` for a step that is not open where it is taken.

    Examples
    --------
    >>> from detente.crisis import load_crisis
    >>> from detente.engine import Engine
    >>> solution = Engine(load_crisis("cuba-1962")).solve("as_announced", draws=4)
    >>> start = walk(solution)
    >>> walk(solution, [start.branches[0].id]).path == (start.branches[0].id,)
    True
    """
    walker = _Walker(solution)
    nodes = walker.start
    for place, step in enumerate(path):
        nodes = walker.follow(nodes, step, taken=path[:place])
    return walker.describe(nodes, tuple(path))


class _Nodes(NamedTuple):
    """Nodes of the game at the same moment, one for each profile of types that may be there."""

    node: tuple[int, ...]
    profile: tuple[int, ...]


class _Walker:
    """A solved game with the probability of every node."""

    def __init__(self, solution: Solution) -> None:
        self.solution = solution
        self.tree, self.cut, self.form = (
            solution.game.board.tree,
            solution.game.cut,
            solution.game.form,
        )
        self.strategy = np.concatenate([block.strategy for block in solution.blocks], axis=1)
        self.reach = np.concatenate(
            [
                reach_probs(self.form, block.strategy, block.priced.chance_probs)
                for block in solution.blocks
            ],
            axis=1,
        )
        self.types = np.asarray(profiles(self.tree.rules))
        first, count = int(self.form.first_child[0]), int(self.form.n_children[0])
        self.start = self._together(_Nodes(tuple(range(first, first + count)), tuple(range(count))))

    def follow(self, nodes: _Nodes, step: str, *, taken: Sequence[str]) -> _Nodes:
        """Return the nodes after a step."""
        found = [
            (child, profile)
            for node, profile in zip(*nodes, strict=True)
            for name, _, child in self._ways(node)
            if name == step
        ]
        if not found:
            names = list(
                dict.fromkeys(name for node in nodes.node for name, _, _ in self._ways(node))
            )
            near = nearest(step, names) or tuple(names)
            refuse(
                f"{step[:80]!r} is not open after {', '.join(taken) or 'the start'}",
                code="instrument-unknown",
                at="path",
                fix=f"take one of: {', '.join(near) or '(the game is over)'}",
            )
        children, profiles = zip(*found, strict=True)
        return self._together(_Nodes(children, profiles))

    def describe(self, nodes: _Nodes, path: tuple[str, ...]) -> Juncture:
        """Return what there is to say of some nodes."""
        weights = self.reach[list(nodes.node)]
        found = Juncture(
            path=path,
            kind="end",
            reach=_sum_up(weights.sum(axis=0).round(_DIGITS)),
            beliefs=self._beliefs(nodes),
            priors=self._beliefs(self.start),
            outcomes=self._outcomes(nodes.node),
            at_start=self._outcomes((0,)),
        )
        first = nodes.node[0]
        if self.form.player[first] == TERMINAL:
            return found
        ways = self._ways(first)
        taken = [
            sum(
                self.reach[child]
                for node in nodes.node
                for name, _, child in self._ways(node)
                if name == way
            )
            for way, _, _ in ways
        ]
        branches = tuple(
            Branch(name, label, _sum_up(_share(prob, weights.sum(axis=0))))
            for (name, label, _), prob in zip(ways, taken, strict=True)
        )
        if self.form.player[first] == CHANCE:
            instrument = self.tree.rules.instruments[
                int(self.tree.chance_instrument[self.form.info_set[first]])
            ].id
            return replace(found, kind="chance", instrument=instrument, branches=branches)
        whole = int(self.cut.info_sets[self.form.info_set[first]])
        tree = self.tree
        return replace(
            found,
            kind="choice",
            player=tree.players[int(tree.info_set_player[whole])],
            round=int(tree.info_set_round[whole]),
            phase=tree.phases[int(tree.info_set_phase[whole])],
            seen=tuple(label for _, _, label in tree.memory_of(int(tree.info_set_memory[whole]))),
            branches=branches,
            choices=self._choices(nodes),
        )

    def _choices(self, nodes: _Nodes) -> tuple[TypeChoice, ...]:
        """Return what each type of the mover does; nodes of one type are one information set to it."""
        found: dict[int, TypeChoice] = {}
        tree = self.tree
        for node in nodes.node:
            here = int(self.form.info_set[node])
            if here in found:
                continue
            whole = int(self.cut.info_sets[here])
            player = int(tree.info_set_player[whole])
            decision = Decision(
                round=int(tree.info_set_round[whole]),
                phase=tree.phases[int(tree.info_set_phase[whole])],
                move=int(tree.info_set_move[whole]) + 1,
                player=tree.players[player],
                type=tree.types[player][int(tree.info_set_type[whole])],
            )
            first, last = (int(self.form.action_offset[here + more]) for more in (0, 1))
            found[here] = TypeChoice(
                decision.type,
                tuple(_sum_up(row) for row in self.strategy[first:last]),
                explain_at(self.solution, decision, here),
            )
        return tuple(found.values())

    def _ways(self, node: int) -> list[tuple[str, str, int]]:
        """Return id, label and node of each way on."""
        kind, first = int(self.form.player[node]), int(self.form.first_child[node])
        here, crisis = int(self.form.info_set[node]), self.solution.game.board.crisis
        if kind == TERMINAL:
            return []
        if kind == CHANCE:
            row = int(self.tree.chance_offset[here])
            chance = self.tree.rules.instruments[int(self.tree.chance_instrument[here])]
            count = int(self.form.n_children[node])
            drawn = [
                crisis.instruments[chance.id].chance[int(place)]
                for place in self.tree.chance_outcome[row : row + count]
            ]
            return [(item.id, item.label, first + k) for k, item in enumerate(drawn)]
        begin, end = (int(self.form.action_offset[here + more]) for more in (0, 1))
        names = [self.tree.action_label[number] for number in self.cut.actions[begin:end].tolist()]
        return [(name, crisis.instruments[name].label, first + k) for k, name in enumerate(names)]

    def _together(self, nodes: _Nodes) -> _Nodes:
        """Return the nodes that are at the same moment as the likeliest of them: where types have other menus not all are."""
        moments = [self._moment(node) for node in nodes.node]
        weight = {
            moment: sum(
                float(self.reach[node].mean())
                for node, other in zip(nodes.node, moments, strict=True)
                if other == moment
            )
            for moment in moments
        }
        chosen = max(weight, key=lambda moment: weight[moment])
        kept = [
            (node, profile)
            for node, profile, moment in zip(*nodes, moments, strict=True)
            if moment == chosen
        ]
        here, profiles = zip(*kept, strict=True)
        return _Nodes(here, profiles)

    def _moment(self, node: int) -> tuple[int, ...]:
        kind, here = int(self.form.player[node]), int(self.form.info_set[node])
        if kind == TERMINAL:
            return (kind,)
        if kind == CHANCE:
            return kind, int(self.tree.chance_instrument[here])
        whole = int(self.cut.info_sets[here])
        return (
            kind,
            int(self.tree.info_set_round[whole]),
            int(self.tree.info_set_phase[whole]),
            int(self.tree.info_set_move[whole]),
        )

    def _beliefs(self, nodes: _Nodes) -> dict[tuple[str, str], Quantiles]:
        weights, kinds = self.reach[list(nodes.node)], self.types[list(nodes.profile)]
        total = weights.sum(axis=0)
        return {
            (player, kind): _sum_up(_share(weights[kinds[:, column] == place].sum(axis=0), total))
            for column, (player, names) in enumerate(
                zip(self.tree.players, self.tree.types, strict=True)
            )
            for place, kind in enumerate(names)
            if len(names) > 1
        }

    def _outcomes(self, nodes: Sequence[int]) -> dict[str, Quantiles]:
        """Return the probability of each outcome below some nodes."""
        node = np.asarray(self.form.terminal_node, dtype=np.intp)
        below = np.zeros(node.size, dtype=np.bool_)
        climbing = np.ones(node.size, dtype=np.bool_)
        while climbing.any():
            below |= climbing & np.isin(node, nodes)
            above = self.form.parent[node]
            climbing &= above >= 0
            node = np.where(climbing, above, node)
        probs = self.reach[self.form.terminal_node] * below[:, None]
        total = probs.sum(axis=0)
        outcome = self.tree.outcome[self.cut.terminals]
        rules = self.solution.game.board.crisis.outcomes
        by_name = {
            name: probs[outcome == place].sum(axis=0)
            for place, name in enumerate(self.tree.outcomes)
        }
        attack = sum(
            (values for name, values in by_name.items() if rules[name].attack),
            np.zeros_like(total),
        )
        return {
            name: _sum_up(_share(values, total))
            for name, values in {"attack": attack, **by_name}.items()
        }


def _share(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Return shares, where there is something to share."""
    return part[whole > 0.0] / whole[whole > 0.0]


def _sum_up(values: FloatArray) -> Quantiles:
    if values.size == 0:
        return Quantiles(0.0, 0.0, 0.0)
    low, high = np.quantile(values, (0.05, 0.95))
    return Quantiles(float(values.mean()), float(low), float(high))
