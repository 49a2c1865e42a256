r"""Why a choice is made: what each option is worth to the mover, consideration by consideration, and what a policy changes in it.

At an information set the mover's payoff of an option is its expectation over what it holds possible there and over what
follows. Payoffs are sums over considerations, so that expectation is one, too:

.. math:: u_I(a) = \sum_c w_c \sum_\ell p_{c,\ell}\, P(\ell_c = \ell \mid I, a).

A *decision* is a phase of a round as one type of a player meets it, over everything that it may have seen by then: its
information sets, weighted by how often play comes to each.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from scipy import sparse

from detente.analysis.records import OWN_ODDS, PLEDGE_PART
from detente.arrays import BoolArray, FloatArray, IntArray
from detente.crisis.crisis import Crisis
from detente.engine import Solution
from detente.engine.solutions import SolvedBlock
from detente.errors import nearest, refuse
from detente.game import terminal_probs
from detente.rules import Tree
from detente.summaries import html_fields, text_fields

__all__ = [
    "Decision",
    "OptionWorth",
    "WorthChange",
    "attack_by_noise",
    "compare_worth",
    "explain_at",
    "explain_choice",
    "find_decisions",
    "find_turning_point",
    "noise_of_attack",
]

_TIE = 1e-9
"""Stakes by which options must differ for one to count as worth more."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Decision:
    """Where a choice is made: a move in a phase of a round, as a type of a player meets it, after what it has seen.

    ``move`` counts the moves of a phase from 1. ``seen`` names instruments, or ``instrument/outcome``, that the mover has
    seen or used before, in this order.
    """

    round: int
    phase: str
    move: int = 1
    player: str
    type: str
    seen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionWorth:
    """What an option is worth at a decision: means over the draws in which play comes to it.

    Attributes
    ----------
    instrument
        The option.
    prob
        How often it is taken at the decision, 0-1; over the options these sum to one. ``prob_low`` and ``prob_high`` are the
        5% and 95% quantiles over draws.
    payoff
        What the mover expects of it where it is on the menu, in stakes; ``low`` and ``high`` are the 5% and 95% quantiles
        over draws.
    parts
        What each consideration adds to ``payoff`` by the analysts' odds, in stakes, what the policy's pledge takes
        (:data:`PLEDGE_PART`), and what the mover's own odds add, if it has any (:data:`OWN_ODDS`); they sum to it.
    noise
        Share of the times at which it is taken although another option is worth more to the mover, 0-1.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    instrument: str
    prob: float
    prob_low: float
    prob_high: float
    payoff: float
    low: float
    high: float
    parts: Mapping[str, float]
    part_ranges: Mapping[str, tuple[float, float]]
    noise: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthChange:
    """How an option differs between two policies: in how often it is taken, in its payoff, and in what adds to that."""

    __repr__ = text_fields
    _repr_html_ = html_fields

    instrument: str
    prob: float
    payoff: float
    parts: Mapping[str, float]


def find_decisions(solution: Solution, *, seen: Sequence[str] = ()) -> tuple[Decision, ...]:
    """Return the decisions of a solved game in the order of play, those that play cannot come to left out.

    Parameters
    ----------
    solution
        The solved game.
    seen
        Only after the mover has seen or used these, in this order.
    """
    tree = solution.game.board.tree
    sets = solution.game.cut.info_sets
    chosen = sets[_after(tree, sets, _labels(solution, seen))]
    found = {
        (
            int(tree.info_set_round[item]),
            int(tree.info_set_phase[item]),
            int(tree.info_set_move[item]),
            int(tree.info_set_player[item]),
            int(tree.info_set_type[item]),
        )
        for item in chosen.tolist()
    }
    return tuple(
        Decision(
            round=round_,
            phase=tree.phases[phase],
            move=move + 1,
            player=tree.players[player],
            type=tree.types[player][kind],
            seen=tuple(seen),
        )
        for round_, phase, move, player, kind in sorted(found)
    )


def explain_choice(solution: Solution, decision: Decision) -> tuple[OptionWorth, ...]:
    """Say what each option of a decision is worth to the mover, and why.

    Parameters
    ----------
    solution
        The solved game.
    decision
        Of :func:`find_decisions`.

    Returns
    -------
    tuple of OptionWorth
        The likeliest first.

    Raises
    ------
    UsageError
        ``path-unknown`` if the game has no such decision.
    """
    return _worths(_Sums(solution, decision, _sets_of(solution, decision)))


def explain_at(solution: Solution, decision: Decision, info_set: int) -> tuple[OptionWorth, ...]:
    """Say what each option is worth at one information set of a decision, and why; as :func:`explain_choice`.

    Parameters
    ----------
    solution
        The solved game.
    decision
        Whose choice it is; what was seen is that of the set.
    info_set
        Among those that the policy leaves.
    """
    here = np.zeros(solution.game.cut.info_sets.size, dtype=np.bool_)
    here[info_set] = True
    return _worths(_Sums(solution, decision, here))


def _worths(sums: "_Sums") -> tuple[OptionWorth, ...]:
    whole = sums.over_blocks()
    found = []
    for name, (prob, parts, noise) in whole.items():
        payoff = np.sum(list(parts.values()), axis=0) if parts else np.zeros(prob.size)
        known = ~np.isnan(payoff)
        if not known.any():
            continue
        low, high = _ends(payoff[known])
        prob_low, prob_high = _ends(prob[known])
        taken = prob[known].mean()
        found.append(
            OptionWorth(
                instrument=name,
                prob=float(taken),
                prob_low=prob_low,
                prob_high=prob_high,
                payoff=float(payoff[known].mean()),
                low=low,
                high=high,
                parts={key: float(part[known].mean()) for key, part in parts.items()},
                part_ranges={key: _ends(part[known]) for key, part in parts.items()},
                noise=float((noise[known] * prob[known]).mean() / taken) if taken > 0.0 else 0.0,
            )
        )
    return tuple(sorted(found, key=lambda item: (-item.prob, item.instrument)))


def _ends(values: FloatArray) -> tuple[float, float]:
    """Return the 5% and 95% quantiles of values, shape ``(n,)``."""
    low, high = np.quantile(values, (0.05, 0.95))
    return float(low), float(high)


def find_turning_point(solution: Solution) -> tuple[Decision, ...]:
    """Return the decision that bears most on an attack, once for each type of its mover.

    What a decision bears is how often play comes to it, times by how much its options differ in the chance of an attack
    that follows; the move with the largest sum over the mover's types is taken, the first one of all where no
    choice bears on an attack.

    Raises
    ------
    UsageError
        ``path-unknown`` if nobody has a choice.
    """
    stakes: dict[tuple[int, str, int], float] = {}
    decisions = find_decisions(solution)
    for item in decisions:
        moment = (item.round, item.phase, item.move)
        stakes[moment] = (
            stakes.get(moment, 0.0)
            + _Sums(solution, item, _sets_of(solution, item)).bearing_on_attack()
        )
    if not decisions:
        refuse(
            "nobody has a choice in this game",
            code="path-unknown",
            at="--policy",
            fix="explain a policy that leaves a choice",
        )
    chosen = max(stakes, key=lambda key: stakes[key])
    return tuple(item for item in decisions if (item.round, item.phase, item.move) == chosen)


def compare_worth(
    before: Sequence[OptionWorth], after: Sequence[OptionWorth]
) -> tuple[WorthChange, ...]:
    """Say what differs between two explanations of one decision, option by option and part by part.

    Returns
    -------
    tuple of WorthChange
        The options that both have, in the order of ``after``; parts sum to the change of the payoff.
    """
    old = {item.instrument: item for item in before}
    return tuple(
        WorthChange(
            instrument=item.instrument,
            prob=item.prob - old[item.instrument].prob,
            payoff=item.payoff - old[item.instrument].payoff,
            parts={
                name: item.parts.get(name, 0.0) - old[item.instrument].parts.get(name, 0.0)
                for name in dict.fromkeys([*old[item.instrument].parts, *item.parts])
            },
        )
        for item in after
        if item.instrument in old
    )


def noise_of_attack(solution: Solution) -> float:
    """Return the share of the chance of an attack that is noise of choice, 0-1; see :func:`attack_by_noise`."""
    chance = float(solution["attack"].values.mean())
    return float(attack_by_noise(solution).mean()) / chance if chance > 0.0 else 0.0


def attack_by_noise(solution: Solution) -> FloatArray:
    """Return the chance of an attack that is noise of choice, by draw, shape ``(D,)``.

    An attack is noise where the move that made it was worth less to the mover than another option of its menu. That move is the
    one after which every way on leads to an attack, and before which some did not; where chance alone decides, nothing is
    noise. The definition is our own choice.
    """
    form, cut = solution.game.form, solution.game.cut
    attack = _is_attack(solution)
    sure = np.zeros(form.n_nodes, dtype=np.bool_)
    sure[form.terminal_node] = attack
    for node in range(form.n_nodes - 1, -1, -1):
        count = int(form.n_children[node])
        if count:
            first = int(form.first_child[node])
            sure[node] = sure[first : first + count].all()
    made = np.flatnonzero(sure)
    made = made[(made > 0) & ~sure[np.maximum(form.parent[made], 0)]]
    parent = form.parent[made]
    made, parent = made[form.player[parent] >= 0], parent[form.player[parent] >= 0]
    branch = made - form.first_child[parent]
    actions = np.unique(cut.action_offset[form.info_set[parent]] + branch)
    wasted = np.zeros(solution.n_draws)
    for decision in find_decisions(solution):
        sums = _Sums(solution, decision, _sets_of(solution, decision))
        rows = np.flatnonzero(np.isin(sums.action, actions))
        if rows.size:
            wasted += sums.noise(rows)
    return wasted


def _is_attack(solution: Solution) -> BoolArray:
    """Tell which terminals of a game are an attack, shape ``(T,)``."""
    board, cut = solution.game.board, solution.game.cut
    flags = np.array([bool(board.crisis.outcomes[name].attack) for name in board.tree.outcomes])
    return np.asarray(flags[board.tree.outcome[cut.terminals]])


class _Sums:
    """Where the options of a decision lead in a game: which action of it each terminal comes after."""

    def __init__(self, solution: Solution, decision: Decision, here: BoolArray) -> None:
        self.solution, self.decision = solution, decision
        tree, cut = solution.game.board.tree, solution.game.cut
        self.tree, self.cut = tree, cut
        sets = cut.info_sets
        counts = np.diff(cut.action_offset)
        owner = np.repeat(np.arange(sets.size), counts)
        action = np.flatnonzero(here[owner])
        row_of = np.full(owner.size, -1, dtype=np.intp)
        row_of[action] = np.arange(action.size)
        self.action: IntArray = action
        """The actions of the decision among those of the game, shape ``(R,)``."""
        self.set_of: IntArray = np.unique(owner[action], return_inverse=True)[1]
        self.name = [tree.action_label[number] for number in cut.actions[action].tolist()]
        self.n_sets = int(self.set_of.max()) + 1
        row = _rows_after(solution, row_of, cut.action_offset)
        self.inside: IntArray = np.flatnonzero(row >= 0)
        """The terminals of the game that come after the decision, shape ``(T',)``."""
        self.row: IntArray = row[self.inside]
        """The row that each of them comes after, shape ``(T',)``."""

    def over_blocks(
        self,
    ) -> dict[str, tuple[FloatArray, dict[str, FloatArray], FloatArray]]:
        """Return by option: how often it is taken, its parts, the share that is noise, each by draw."""
        blocks = [
            self._of_block(block, probs)
            for block, probs in zip(self.solution.blocks, self._probs(), strict=True)
        ]
        return {
            name: (
                np.concatenate([block[name][0] for block in blocks]),
                {
                    part: np.concatenate([block[name][1][part] for block in blocks])
                    for part in blocks[0][name][1]
                },
                np.concatenate([block[name][2] for block in blocks]),
            )
            for name in dict.fromkeys(self.name)
        }

    def bearing_on_attack(self) -> float:
        """Return how often play comes here times how far options differ in the chance of an attack, mean over draws."""
        attack = _is_attack(self.solution)[self.inside, None]
        found = []
        for probs in self._probs():
            taken = _sum_by(self.row, probs, self.action.size)
            lost = _sum_by(self.row, probs * attack, self.action.size)
            with np.errstate(invalid="ignore", divide="ignore"):
                share = np.nan_to_num(lost / taken)
            most, least = (
                np.zeros((self.n_sets, taken.shape[1])),
                np.ones((self.n_sets, taken.shape[1])),
            )
            np.maximum.at(most, self.set_of, share)
            np.minimum.at(least, self.set_of, share)
            reached = _sum_by(self.set_of, taken, self.n_sets)
            found.append((reached * (most - least)).sum(axis=0))
        return float(np.concatenate(found).mean())

    def noise(self, rows: IntArray) -> FloatArray:
        """Return how often rows are taken although another option of their set is worth more, by draw."""
        found = []
        for block, probs in zip(self.solution.blocks, self._probs(), strict=True):
            taken, _, worse = self._worth(block, probs)
            found.append((taken * worse)[rows].sum(axis=0))
        return np.concatenate(found)

    def _probs(self) -> Iterator[FloatArray]:
        """Yield the probabilities of the terminals that come after the decision, block by block of draws."""
        for block in self.solution.blocks:
            yield self._probs_by(block, block.priced.chance_probs)

    def _probs_by(self, block: SolvedBlock, odds: FloatArray) -> FloatArray:
        """Return the probabilities of these terminals by some odds of chance."""
        return terminal_probs(self.solution.game.form, block.strategy, odds)[self.inside]

    def _worth(
        self, block: SolvedBlock, probs: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray], BoolArray]:
        """Return by row how often it is taken, what adds to its worth to the mover, and whether another is worth more.

        Considerations are weighed by the analysts' odds; what the mover's own odds add is a part of its own.
        """
        taken = _sum_by(self.row, probs, self.action.size)
        with np.errstate(invalid="ignore", divide="ignore"):
            parts = {name: paid / taken for name, paid in self._paid(block, probs).items()}
            own = block.priced.own_odds.get(self.tree.players.index(self.decision.player))
            if own is not None:
                rated = self._probs_by(block, own)
                reached = _sum_by(self.row, rated, self.action.size)
                worth = np.sum(
                    [paid / reached for paid in self._paid(block, rated).values()], axis=0
                )
                parts[OWN_ODDS] = worth - np.sum(list(parts.values()), axis=0)
        total = np.sum(list(parts.values()), axis=0) if parts else np.zeros(taken.shape)
        best = np.full((self.n_sets, taken.shape[1]), -np.inf)
        np.maximum.at(best, self.set_of, np.where(np.isnan(total), -np.inf, total))
        return taken, parts, np.asarray(total < best[self.set_of] - _TIE)

    def _of_block(
        self, block: SolvedBlock, probs: FloatArray
    ) -> dict[str, tuple[FloatArray, dict[str, FloatArray], FloatArray]]:
        taken, parts, worse = self._worth(block, probs)
        reached = _sum_by(self.set_of, taken, self.n_sets)
        found = {}
        for name in dict.fromkeys(self.name):
            rows = np.array([number for number, item in enumerate(self.name) if item == name])
            weight = reached[self.set_of[rows]]
            whole, times = weight.sum(axis=0), taken[rows].sum(axis=0)
            wasted = (taken * worse)[rows].sum(axis=0)
            with np.errstate(invalid="ignore", divide="ignore"):
                found[name] = (
                    times / reached.sum(axis=0),
                    {
                        key: np.where(weight > 0.0, weight * part[rows], 0.0).sum(axis=0) / whole
                        for key, part in parts.items()
                    },
                    np.where(times > 0.0, wasted / times, 0.0),
                )
        return found

    def _paid(self, block: SolvedBlock, probs: FloatArray) -> dict[str, FloatArray]:
        """Return what each consideration pays the mover after each row, times how often play is there, ``(R, D)``."""
        tree, decision = self.tree, self.decision
        classes = tree.payoff_class[self.cut.terminals[self.inside]]
        found = {}
        for column, name in enumerate(tree.considerations):
            weight = block.priced.weights.get((decision.player, decision.type, name))
            if weight is None:
                continue
            prices = block.priced.prices[name]
            level = tree.class_level[classes, column]
            n_levels = len(prices)
            sums = _sum_by(self.row * n_levels + level, probs, self.action.size * n_levels)
            shaped = sums.reshape(self.action.size, n_levels, -1)
            found[name] = weight * (shaped * prices).sum(axis=1)
        return found | self._pledged(block, probs)

    def _pledged(self, block: SolvedBlock, probs: FloatArray) -> dict[str, FloatArray]:
        """Return what the policy's pledge takes from the mover after each row, times how often play is there."""
        pledges, player = block.pledges, self.tree.players.index(self.decision.player)
        if pledges is None:
            return {}
        paid = np.broadcast_to(pledges.cost[player], probs.shape)
        broken = self.solution.game.broken
        if broken is not None:
            here = broken[self.cut.terminals[self.inside]]
            paid = paid + here[:, None] * pledges.broken[player]
        return {PLEDGE_PART: -_sum_by(self.row, probs * paid, self.action.size)}


def _sum_by(index: IntArray, values: FloatArray, count: int) -> FloatArray:
    matrix = sparse.csr_array(
        (np.ones(index.size), (index, np.arange(index.size))), shape=(count, index.size)
    )
    return np.asarray(matrix @ values)


def _rows_after(solution: Solution, row_of: IntArray, action_offset: IntArray) -> IntArray:
    """Return for each terminal the row of the action of the decision on its path, -1 without one."""
    form, cut = solution.game.form, solution.game.cut
    found = np.full(cut.terminal_node.size, -1, dtype=np.intp)
    node = np.asarray(cut.terminal_node, dtype=np.intp)
    while True:
        above = form.parent[node]
        climbing = above >= 0
        if not climbing.any():
            return found
        parent = np.where(climbing, above, 0)
        decides = climbing & (form.player[parent] >= 0)
        branch = node - form.first_child[parent]
        action = np.where(decides, action_offset[form.info_set[parent]] + branch, 0)
        row = np.where(decides, row_of[action], -1)
        found = np.where(row >= 0, row, found)
        node = np.where(climbing, parent, node)


def _sets_of(solution: Solution, decision: Decision) -> BoolArray:
    """Tell which of the game's information sets are those of a decision."""
    tree, sets = solution.game.board.tree, solution.game.cut.info_sets
    here = _is_at(tree, sets, decision) & _after(tree, sets, _labels(solution, decision.seen))
    if not here.any():
        _refuse_decision(solution, decision)
    return here


def _is_at(tree: Tree, sets: IntArray, decision: Decision) -> BoolArray:
    """Tell which information sets are those of a decision, whatever was seen."""
    if decision.player not in tree.players or decision.phase not in tree.phases:
        return np.zeros(sets.size, dtype=np.bool_)
    player = tree.players.index(decision.player)
    if decision.type not in tree.types[player]:
        return np.zeros(sets.size, dtype=np.bool_)
    kind = tree.types[player].index(decision.type)
    phase = tree.phases.index(decision.phase)
    return np.asarray(
        (tree.info_set_player[sets] == player)
        & (tree.info_set_type[sets] == kind)
        & (tree.info_set_phase[sets] == phase)
        & (tree.info_set_move[sets] == decision.move - 1)
        & (tree.info_set_round[sets] == decision.round)
    )


def _after(tree: Tree, sets: IntArray, labels: Sequence[str]) -> BoolArray:
    """Tell at which information sets the mover remembers some sights in their order."""
    if not labels:
        return np.ones(sets.size, dtype=np.bool_)
    found = np.zeros(sets.size, dtype=np.bool_)
    for place, item in enumerate(sets.tolist()):
        seen = iter(label for _, _, label in tree.memory_of(int(tree.info_set_memory[item])))
        found[place] = all(label in seen for label in labels)
    return found


def _labels(solution: Solution, seen: Sequence[str]) -> list[str]:
    """Return the labels under which instruments and outcomes are remembered."""
    crisis: Crisis = solution.game.board.crisis
    labels = []
    for name in seen:
        instrument, _, outcome = name.partition("/")
        item = crisis.instruments.get(instrument)
        chance = {one.id: one.label for one in item.chance} if item is not None else {}
        if item is None or (outcome and outcome not in chance):
            near = nearest(name, [*crisis.instruments, *chance])
            refuse(
                f"there is no instrument or outcome {name!r} to have been seen",
                code="instrument-unknown",
                at="--at",
                fix=f"did you mean {' or '.join(near)}?"
                if near
                else "name instruments of the crisis",
            )
        labels.append(chance[outcome] if outcome else item.label)
    return labels


def _refuse_decision(solution: Solution, decision: Decision) -> NoReturn:
    known = {f"{item.phase}@{item.round}" for item in find_decisions(solution)}
    seen = f" after {', '.join(decision.seen)}" if decision.seen else ""
    refuse(
        f"{decision.player} ({decision.type}) has no choice in {decision.phase}@{decision.round}{seen} "
        f"under {solution.label or solution.policy!r}",
        code="path-unknown",
        at="--at",
        fix=f"choices are made in: {', '.join(sorted(known))}",
    )
