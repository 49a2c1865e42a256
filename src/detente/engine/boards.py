"""Games of one starting position on one tree: a commitment is a mask on its actions.

A commitment shortens menus; it makes no new history. So the games of many commitments are all found in the tree without any,
which is unrolled and priced once. A menu that a commitment shortens to one action is a chance event with probability 1, so
that the solver is handed the same game as in a run, where forced moves are no decisions.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.crisis.elements import Crisis, Policy
from detente.engine.metrics import MetricPlan, MoveKeys, compile_metrics, evaluate_metrics
from detente.engine.solving import form_of, solve_draws
from detente.errors import UsageError
from detente.game import terminal_probs
from detente.linking import Plan, Priced, plan_pricing
from detente.rules import Tree, compile_rules, unroll

__all__ = ["AdaptivePolicy", "Board", "Game", "GameKey", "start_of"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]
GameKey = tuple[tuple[tuple[str, str], ...], bytes]
"""What tells games of a crisis apart: where they start and the actions that are left where play can come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptivePolicy:
    """Start with one policy, go on with another once a signal is seen.

    ``signal`` is an instrument of another player. At every information set of a player that has seen it (or what it takes
    for it), menus are those of ``switch``; at all others those of ``start``. Initial values are those of ``start``: a
    commitment cannot change what was before it.
    """

    id: str
    label: str
    start: Policy
    switch: Policy
    signal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """A game on a board: the actions that its commitments leave, and a key that equal games share.

    ``came_up`` are the pairs of phase and round in which a choice that the board has is reached.
    """

    board: "Board"
    allowed: BoolArray
    key: GameKey
    came_up: frozenset[tuple[str, int]]


def start_of(crisis: Crisis, policy: Policy) -> tuple[tuple[str, str], ...]:
    """Return what a policy changes in the state that the game starts from, sorted."""
    return tuple(
        sorted(
            (name, value)
            for name, value in policy.state.items()
            if name not in crisis.state or crisis.state[name].initial != value
        )
    )


class Board:
    """The tree of a crisis from one starting position, with what prices and measures it.

    Parameters
    ----------
    crisis
        The crisis.
    start
        What is changed in the state that the game starts from, as of :func:`start_of`.
    base
        Plan of another board of the crisis, to share mechanisms with.
    """

    def __init__(
        self, crisis: Crisis, start: tuple[tuple[str, str], ...], *, base: Plan | None = None
    ) -> None:
        self.start = start
        policy = Policy(id="", label="", description="", fix={}, forbid=(), state=dict(start))
        self.tree: Tree = unroll(compile_rules(crisis, policy=policy if start else None))
        self.pricing = plan_pricing(self.tree, crisis, every_state=base is None, base=base)
        self.form = form_of(self.tree)
        self.measures: MetricPlan = compile_metrics(
            self.tree, crisis, MoveKeys(used=(), first=(), seen=())
        )
        tree = self.tree
        counts = np.diff(tree.action_offset).astype(np.intp)
        self._owner = np.repeat(np.arange(counts.size), counts)
        self._labels = np.array(tree.action_label, dtype=object)
        self._moments: dict[tuple[str, int], IntArray] = {}
        for pair in sorted(
            set(zip(tree.info_set_phase.tolist(), tree.info_set_round.tolist(), strict=True))
        ):
            here = (tree.info_set_phase == pair[0]) & (tree.info_set_round == pair[1])
            self._moments[tree.phases[pair[0]], pair[1]] = np.flatnonzero(here)
        parent = tree.parent.astype(np.intp)
        ordinal = np.arange(parent.size) - tree.first_child[parent]
        mover = tree.player[parent] >= 0
        mover[0] = False  # the root has no parent
        decided = tree.action_offset[np.where(mover, tree.info_set[parent], 0)] + ordinal
        self._branch = np.where(mover, decided, len(self._labels))  # the last entry is always open
        self._levels = _levels(parent)

    def game(self, policy: Policy | AdaptivePolicy) -> Game:
        """Return the game that commitments make of the board.

        Raises
        ------
        UsageError
            ``policy-invalid`` for a signal that is no instrument.
        """
        if isinstance(policy, AdaptivePolicy):
            seen = self._has_seen(policy.signal)[self._owner]
            mask = np.where(seen, self._left(policy.switch), self._left(policy.start))
        else:
            mask = self._left(policy)
        there = self._reached_sets(mask)
        mask = mask | ~there[self._owner]
        came_up = frozenset(moment for moment, sets in self._moments.items() if there[sets].any())
        return Game(
            board=self,
            allowed=mask,
            key=(self.start, np.packbits(mask).tobytes()),
            came_up=came_up,
        )

    def solve(
        self, game: Game, priced: Priced, rationality: FloatArray, *, n_real: int
    ) -> tuple[dict[str, FloatArray], int]:
        """Solve a game for the draws that the board is priced at; return metrics and how many of the first draws failed."""
        chance = priced.chance_probs
        first = self.tree.action_offset[:-1]
        left = np.add.reduceat(game.allowed, first, dtype=np.intp) if first.size else np.zeros(0)
        forced = (left == 1)[self._owner]
        solution = solve_draws(
            self.form,
            rationality,
            payoffs=priced.payoffs,
            chance_probs=chance,
            allowed=game.allowed,
            fixed=np.where(forced, game.allowed.astype(np.float64), np.nan),
        )
        n_profiles = int(self.form.chance_offset[1])
        given = chance.copy()
        given[:n_profiles] = 1.0 / n_profiles
        metrics = evaluate_metrics(
            self.measures,
            given_profile=terminal_probs(self.form, solution.strategy, given) * n_profiles,
            profile_probs=chance[:n_profiles],
            priced=priced,
        )
        return metrics, int((~solution.converged[:n_real]).sum())

    # --- inside ------------------------------------------------------------------------------------------------------

    def _left(self, policy: Policy) -> BoolArray:
        """Actions that a policy leaves, shape ``(A,)``: the strictest of its masks that leaves a menu something."""
        free = ~np.isin(self._labels, list(policy.forbid)) if policy.forbid else None
        keep = np.ones(self._labels.size, dtype=np.bool_)
        for (phase, number), sets in self._moments.items():
            fixed = policy.fix.get(f"{phase}@{number}", policy.fix.get(phase, ()))
            if fixed:
                here = np.isin(self._owner, sets)
                keep[here] = np.isin(self._labels[here], list(fixed))
        found = keep if free is None else keep & free
        for other in (free, np.ones_like(keep)):
            if other is not None:
                found = np.where(self._some(found)[self._owner], found, other)
        return found

    def _some(self, mask: BoolArray) -> BoolArray:
        """Tell which information sets a mask leaves an action, shape ``(I,)``."""
        found = np.zeros(self.tree.n_info_sets, dtype=np.bool_)
        found[self._owner[mask]] = True
        return found

    def _reached_sets(self, mask: BoolArray) -> BoolArray:
        """Tell which information sets some play comes to, shape ``(I,)``."""
        tree = self.tree
        open_ = np.append(mask, True)[self._branch]
        reached = np.zeros(tree.n_nodes, dtype=np.bool_)
        reached[0] = True
        for first, last in self._levels:
            part = slice(first, last)
            reached[part] = reached[tree.parent[part]] & open_[part]
        found = np.zeros(tree.n_info_sets, dtype=np.bool_)
        found[tree.info_set[reached & (tree.player >= 0)]] = True
        return found

    def _has_seen(self, name: str) -> BoolArray:
        """Tell at which information sets the mover has seen an instrument of another player, shape ``(I,)``."""
        tree = self.tree
        known = {item.id: item for item in tree.rules.instruments}
        if name not in known:
            message = f"the signal {name!r} is no instrument of the crisis"
            raise UsageError(
                message,
                code="policy-invalid",
                at="signal",
                fix=f"use one of: {', '.join(known)}",
            )
        signal = known[name]
        seen_by = np.array(
            [_remembers(tree, signal.sight[player]) for player in range(len(tree.players))]
        )
        player = tree.info_set_player.astype(np.intp)
        seen: BoolArray = seen_by[player, tree.info_set_memory] & (player != signal.player)
        return seen


def _levels(parent: IntArray) -> list[tuple[int, int]]:
    """Ranges of nodes of one depth, from the children of the root on: nodes are in breadth-first order."""
    found = []
    first, last = 0, 1
    while last < parent.size:
        first, last = last, int(np.searchsorted(parent, last))
        found.append((first, last))
    return found


def _remembers(tree: Tree, sight: int) -> BoolArray:
    """Tell of each memory whether it holds a sight, shape ``(H,)``; the last entry answers for an empty memory."""
    found = np.zeros(len(tree.memory_parent) + 1, dtype=np.bool_)
    for memory in range(len(tree.memory_parent)):  # what was remembered before comes before
        parent = int(tree.memory_parent[memory])
        found[memory] = int(tree.memory_sight[memory]) == sight or (parent >= 0 and found[parent])
    return found
