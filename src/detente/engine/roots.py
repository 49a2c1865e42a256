r"""Roots: the complete histories of a solved game and their probabilities, to be weighed by what is observed.

The equilibrium of the game gives every complete history of play a probability. What is observed makes histories more or
less likely, by Bayes' rule. Since players choose every open move with some probability, the strategies after any public
history are those of the equilibrium, so nothing need be solved again (:cite:p:`mckelvey1998`). Only what comes from outside
the game makes a new root: a game that starts in a later round, in another state, with the beliefs of the day as priors.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from detente.arrays import BoolArray, FloatArray, Int32Array, IntArray
from detente.crisis.crisis import Crisis
from detente.engine.boards import PolicyGame
from detente.rules import Tree
from detente.rules.unrolling import CHANCE

__all__ = ["Root", "Solved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """The solution of a root: probability of each history ``(T, D)``, largest residual, draws without convergence."""

    reach: FloatArray
    residual: float
    unconverged: int


class Root:
    """A solved game: probability of each complete history in each draw, and what can be read of the histories.

    ``reach`` has shape ``(T, D)``; ``outcome`` ``(T,)`` says how a history ends; ``profile`` ``(T,)`` under which
    profile it lies, whose types ``profile_types`` ``(V, P)`` names, in a last column whether the policy binds where that is drawn. ``of_outcome`` lists the histories of each
    outcome. Histories are those that the policy leaves: the ``terminals`` of the ``tree``, in this order, and the terminal
    nodes of the ``form``, the game that was solved.
    """

    def __init__(self, crisis: Crisis, game: PolicyGame, solved: Solved) -> None:
        tree, self.terminals = game.board.tree, game.cut.terminals
        self.form = game.form
        self.crisis, self.first_round, self.tree = crisis, game.board.first_round, tree
        self.reach, self.residual = solved.reach, solved.residual
        self.unconverged = solved.unconverged
        self.outcomes = tree.outcomes
        self.outcome = tree.outcome[self.terminals]
        counts = tuple(len(values) for values in tree.rules.values[tree.rules.drawn_columns])
        self.profile: IntArray = tree.terminal_profile[self.terminals].astype(np.intp)
        self.profile_types: IntArray = np.indices(counts).reshape(len(counts), -1).T.astype(np.intp)
        self.of_outcome = tuple(
            np.flatnonzero(self.outcome == place) for place in range(len(tree.outcomes))
        )
        self._uses: dict[tuple[str, int, str], BoolArray] = {}
        self._outcome_sums: _Sums | None = None

    @property
    def n_histories(self) -> int:
        """Number of complete histories."""
        return int(self.outcome.size)

    def has(self, instrument: str, round_number: int = 0, outcome: str = "") -> BoolArray:
        """Tell for each history whether an instrument is used in it, in a round (0: any), with a chance outcome.

        A move that the state alone forces makes no node, so its round is not known; it counts in every round.
        """
        key = (instrument, round_number, outcome)
        if key not in self._uses:
            self._uses[key] = _find_uses(self.tree, self.crisis, *key)[self.terminals]
        return self._uses[key]

    def sums(
        self, groups: Sequence[IntArray], factor: FloatArray, evidence: FloatArray
    ) -> FloatArray:
        """Sum the weighed probabilities of histories, by profile and group, shape ``(V, n_groups, D)``.

        ``factor`` ``(T,)`` weighs histories, ``evidence`` ``(V, O, D)`` profiles and outcomes.
        """
        places = range(len(self.outcomes))
        split = [rows[self.outcome[rows] == place] for rows in groups for place in places]
        parts = self._sums(split)(self.reach, factor)
        by_outcome = parts.reshape(len(evidence), len(groups), len(places), -1)
        return np.asarray(np.einsum("vgod,vod->vgd", by_outcome, evidence))

    def sums_of_outcomes(self, factor: FloatArray, evidence: FloatArray) -> FloatArray:
        """Sum the weighed probabilities of histories, by profile and outcome, shape ``(V, n_outcomes, D)``."""
        if self._outcome_sums is None:
            self._outcome_sums = self._sums(self.of_outcome)
        return np.asarray(self._outcome_sums(self.reach, factor) * evidence)

    def _sums(self, groups: Sequence[IntArray]) -> "_Sums":
        return _Sums(groups, self.profile, len(self.profile_types))

    def looks(self, instrument: str, round_number: int, outcome: str, observer: str) -> BoolArray:
        """Tell for each history whether an observer may take it for one in which an instrument is used in a round."""
        found = self.has(instrument, round_number, outcome)
        for other in self.crisis.instruments.values():
            hidden = other.seen_by and observer not in (*other.seen_by, other.player)
            if other.looks_like == instrument and hidden:
                found = found | self.has(other.id, round_number)
        return found


class _Sums:
    """Sums over groups of histories by profile: a sparse matrix whose places stay while its weights change."""

    def __init__(self, groups: Sequence[IntArray], profile: IntArray, n_profiles: int) -> None:
        terminals = np.concatenate(groups)
        group = np.repeat(np.arange(len(groups)), [len(rows) for rows in groups])
        rows = profile[terminals] * len(groups) + group
        order = np.lexsort((terminals, rows))
        self._terminals = terminals[order]
        self._shape = (n_profiles, len(groups))
        size = n_profiles * len(groups)
        self._starts = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=size))))

    def __call__(self, reach: FloatArray, factor: FloatArray) -> FloatArray:
        data = factor[self._terminals]
        shape = (self._starts.size - 1, factor.size)
        matrix = sparse.csr_array((data, self._terminals, self._starts), shape=shape)
        return np.asarray(matrix @ reach).reshape(*self._shape, -1)


def _find_uses(
    tree: Tree, crisis: Crisis, instrument: str, round_number: int, outcome: str
) -> BoolArray:
    """Tell for each history whether it holds a use; a forced use makes no node, so it counts in every round."""
    anywhere = tree.used_by_terminal(instrument)
    if not anywhere.any() or (round_number == 0 and not outcome):
        return anywhere
    chosen, wanted = _follow(tree, crisis, instrument, round_number, outcome)
    return wanted if outcome else wanted | (anywhere & ~chosen)


def _follow(
    tree: Tree, crisis: Crisis, instrument: str, round_number: int, outcome: str
) -> tuple[BoolArray, BoolArray]:
    """Follow every history down the tree: was the instrument chosen at a node at all, and as wanted."""
    parent = np.maximum(tree.parent, 0)
    ordinal = np.arange(tree.n_nodes) - tree.first_child[parent]
    decided = (tree.parent >= 0) & (tree.player[parent] >= 0)
    labels = np.asarray([*tree.action_label, ""], dtype=object)
    sets = np.where(decided, tree.info_set[parent], 0)
    action = np.where(decided, tree.action_offset[sets] + ordinal, len(labels) - 1)
    chosen = labels[action] == instrument
    used_in = np.where(chosen, tree.info_set_round[sets] if len(tree.info_set_round) else 0, 0)
    drawn = _drawn(tree, crisis, instrument, outcome, parent, ordinal)
    wanted = np.zeros(tree.n_nodes, dtype=np.bool_)
    start, end = 0, 1
    while end < tree.n_nodes:
        stop = end + int(tree.n_children[start:end].sum())
        above = tree.parent[end:stop]
        here = slice(end, stop)
        used_in[here] = np.where(chosen[here], used_in[here], used_in[above])
        in_time = (used_in[here] == round_number) | (round_number == 0) | (used_in[here] == 0)
        wanted[here] = wanted[above] | (in_time & (drawn[here] if outcome else chosen[here]))
        chosen[here] |= chosen[above]
        start, end = end, stop
    return chosen[tree.terminal_node], wanted[tree.terminal_node]


def _drawn(
    tree: Tree,
    crisis: Crisis,
    instrument: str,
    outcome: str,
    parent: Int32Array,
    ordinal: IntArray,
) -> BoolArray:
    """Tell for each node whether it is the branch of an instrument's chance outcome."""
    if not outcome:
        return np.zeros(tree.n_nodes, dtype=np.bool_)
    index = list(crisis.instruments).index(instrument)
    place = [item.id for item in crisis.instruments[instrument].chance].index(outcome)
    by_chance = (tree.parent > 0) & (tree.player[parent] == CHANCE)
    event = np.where(by_chance, tree.info_set[parent], 0)
    found: BoolArray = (
        by_chance
        & (tree.chance_instrument[event] == index)
        & (
            tree.chance_outcome[tree.chance_offset[event] + np.where(by_chance, ordinal, 0)]
            == place
        )
    )
    return found
