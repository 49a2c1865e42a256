"""Rulebooks: what a session is played by. The rules of a crisis, and the solved ensemble that bots and odds are read off.

Nothing is solved before it is asked for: a session of people on a board whose odds nobody wants costs no solution.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property, partial

import numpy as np

from detente.arrays import FloatArray, Int32Array, IntArray
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Policy
from detente.engine import Draws, Engine
from detente.engine.engine import find_game
from detente.engine.roots import Root
from detente.engine.usual import SEED
from detente.errors import refuse
from detente.play.courses import Course, PossibleWorld, Stand
from detente.rules import FREE, Rules, compile_rules
from detente.rules import start as start_game
from detente.rules.policies import find_policy, start_state

__all__ = ["DRAWS", "Opening", "Rulebook"]

DRAWS = 64
"""Cases of the ensemble that a session is played on: the least number that stratifies each quantity."""


class Opening:
    """A starting position with its course and, once it is asked for, its solution in every case.

    Parameters
    ----------
    book
        What it is played by.
    first_round, state
        Where it starts.
    priors
        Returns the joint probabilities of the types by case, shape ``(V, D)``; None: those of the crisis.
    turn
        Number of turns before.
    """

    def __init__(
        self,
        book: "Rulebook",
        *,
        first_round: int = 1,
        state: Mapping[str, str] | None = None,
        priors: Callable[[], FloatArray] | None = None,
        turn: int = 0,
    ) -> None:
        self.book, self.first_round, self._priors = book, first_round, priors
        self.state = dict(start_state(book.crisis, book.policy) if state is None else state)
        self.course = Course(book.rules_from(first_round, self.state), turn=turn)
        self._lock = threading.Lock()
        self._nodes: dict[tuple[int, ...], int] = {}
        self.closings = cache(self._closings)

    @cached_property
    def root(self) -> Root:
        """The solved game from here on."""
        book = self.book
        return book.engine.condition(
            book.drawn,
            policy=book.policy,
            first_round=self.first_round,
            state=self.state,
            priors=None if self._priors is None else self._priors(),
        )

    @cached_property
    def mass(self) -> FloatArray:
        """Probability with which each node of the solved game is reached, in every case, shape ``(N, D)``."""
        with self._lock:
            mass = self.gather(self.root.reach)
            mass.setflags(write=False)
            return mass

    def gather(self, amounts: FloatArray) -> FloatArray:
        """Sum amounts of complete histories, shape ``(T, ...)``, over those that lie below each node, shape ``(N, ...)``."""
        form = self.root.form
        found = np.zeros((form.n_nodes, *amounts.shape[1:]))
        found[form.terminal_node] = amounts
        for nodes in reversed(self.levels):
            np.add.at(found, form.parent[nodes], found[nodes])
        return found

    @cached_property
    def levels(self) -> list[IntArray]:
        """The nodes of the solved game by their depth, the children of the root first."""
        return _levels(self.root.form.parent)

    def node(self, stand: Stand) -> int:
        """Return the node of the solved game at which a stand is."""
        return self._node(stand.path)

    def _node(self, path: tuple[int, ...]) -> int:
        if not path:
            return 0
        found = self._nodes.get(path)
        if found is None:
            found = int(self.root.form.first_child[self._node(path[:-1])]) + path[-1]
            self._nodes[path] = found
        return found

    def _closings(
        self, stand: Stand, round_number: int
    ) -> tuple[tuple[int, Mapping[str, str]], ...]:
        """Return where a round (or, if it offers no choice, a later one) begins from a stand on: nodes, and how the round before closed."""
        return tuple(
            (self.node(begin), self.book.closing(self, begin, begin.where[0]))
            for begin in self.course.begins_of(stand, round_number)
        )

    def odds(self, stand: Stand) -> FloatArray:
        """Return how likely each open choice (or outcome of chance) of a stand is, in every case, shape ``(n, D)``.

        The mover's choice is that of its type, knowing what it knows; in a case in which play never comes here all are alike.
        """
        node, form = self.node(stand), self.root.form
        first, count = int(form.first_child[node]), int(form.n_children[node])
        below = self.mass[first : first + count]
        total = below.sum(axis=0)
        odds: FloatArray = np.divide(
            below, total, out=np.full_like(below, 1.0 / count), where=total > 0.0
        )
        return odds

    def prior(self) -> FloatArray:
        """Return the probability of each combination of types where it starts, in every case, shape ``(V, D)``."""
        prior: FloatArray = self.mass[1 : 1 + len(self.course.profiles)]
        return prior

    def weigh(self, worlds: Sequence[PossibleWorld]) -> FloatArray:
        """Return how likely worlds are that none comes before, all cases taken together, by combination of types and case.

        Shape ``(V, D)``, not normalised: what the worlds weigh is the chance of coming to know what is known there.
        """
        weights = np.zeros((len(self.course.profiles), self.mass.shape[1]))
        for world in worlds:
            if world.first:
                weights[world.stand.path[0]] += self.mass[self.node(world.stand)]
        return weights

    def ends(self, stands: Sequence[Stand]) -> FloatArray:
        """Return how likely each outcome is after any of some stands, by outcome and case, shape ``(n_outcomes, D)``, not normalised."""
        reach, outcome = self.root.reach, self.root.outcome
        found = np.zeros((len(self.root.outcomes), reach.shape[1]))
        for stand in stands:
            rows = self._below(self.node(stand))
            np.add.at(found, outcome[rows], reach[rows])
        return found

    def _below(self, node: int) -> IntArray:
        """Terminals, by place, below a node."""
        form = self.root.form
        inside = np.zeros(form.n_nodes, dtype=np.bool_)
        inside[node] = True
        for nodes in self.levels:
            inside[nodes] |= inside[form.parent[nodes]]
        return np.flatnonzero(inside[form.terminal_node])


class Rulebook:
    """What sessions of one crisis under one commitment are played by; may be shared by sessions and threads.

    Parameters
    ----------
    crisis
        The crisis.
    policy
        A commitment that binds for the whole session, by id; None: no commitment.
    draws
        Number of cases that are solved.
    seed
        Key of their draw.

    Raises
    ------
    UsageError
        ``policy-invalid`` for an unknown policy, or one that may not hold.
    """

    def __init__(
        self, crisis: Crisis, *, policy: str | None = None, draws: int = DRAWS, seed: int = SEED
    ) -> None:
        self.crisis, self.draws, self.seed = crisis, draws, seed
        self.policy: Policy | None = find_policy(crisis, policy)
        if self.policy is not None and self.policy.pledges:
            refuse(
                f"the policy {policy!r} may not hold or has a cost, and a session plays what surely binds",
                code="policy-invalid",
                at="policy",
                fix="choose a policy without credibility, cost and broken",
            )
        self.engine = Engine(crisis)
        self.worth = cache(self._worth)
        self._closing_rules = cache(self._rules_until)
        self._lock = threading.RLock()
        self._openings: dict[object, Opening] = {}

    @cached_property
    def drawn(self) -> Draws:
        """The cases."""
        return self.engine.draw(self.draws, seed=self.seed)

    def rules_from(
        self, first_round: int, state: Mapping[str, str], *, rounds: int | None = None
    ) -> Rules:
        """Return the rules from a round and a state on, to the last round of the crisis or another."""
        base = self.policy or FREE
        changed = {
            name: value for name, value in state.items() if value != self.crisis.state[name].initial
        }
        policy = replace(base, state=changed)
        return compile_rules(self.crisis, policy=policy, first_round=first_round, rounds=rounds)

    def opening(self, known: Mapping[str, str] | None = None) -> Opening:
        """Return the start of the crisis; with ``known`` that of the game in which all know the types of all."""
        types = None if known is None else tuple(sorted(known.items()))
        with self._lock:
            if types not in self._openings:
                priors = None if known is None else partial(self._sure_of, dict(known))
                self._openings[types] = Opening(self, priors=priors)
            return self._openings[types]

    def opening_after(
        self, opening: Opening, stand: Stand, *, first_round: int, state: Mapping[str, str]
    ) -> Opening:
        """Return the start of a round in a state that was set from outside, told to all, after a stand of another opening.

        Its priors are what one believes who has seen what all have seen and is told the state.
        """
        key = (id(opening), stand.path, first_round, tuple(sorted(state.items())))
        with self._lock:
            if key not in self._openings:
                self._openings[key] = Opening(
                    self,
                    first_round=first_round,
                    state=state,
                    priors=lambda: self._believed(opening, stand, first_round),
                    turn=stand.turn - 1,
                )
            return self._openings[key]

    def _believed(self, opening: Opening, stand: Stand, first_round: int) -> FloatArray:
        """Joint probabilities of types by case, of one who knows what all have seen and how the last round closed."""
        closed = self.closing(opening, stand, first_round)
        stands = [
            world.stand
            for world in opening.course.worlds(stand, "")
            if world.stand.where[0] == first_round
            and self.closing(opening, world.stand, first_round) == closed
        ]
        paths = {found.path for found in stands}
        weights = opening.weigh(
            [
                PossibleWorld(
                    stand=found,
                    first=not any(found.path[:n] in paths for n in range(len(found.path))),
                )
                for found in stands
            ]
        )
        total = weights.sum(axis=0)
        found: FloatArray = np.divide(weights, total, out=opening.prior().copy(), where=total > 0.0)
        return found

    def closing(self, opening: Opening, stand: Stand, first_round: int) -> dict[str, str]:
        """Return the state in which the round before a round closed, on the way to a stand in it."""
        start = tuple(sorted(opening.state.items()))
        rules = self._closing_rules(opening.first_round, start, first_round - 1)
        position = start_game(rules, opening.course.profiles[stand.path[0]])
        for made in stand.position.history:
            if not made.forced and not position.is_over:
                position = position.choose(made.choice)
        return {name: position.state[name] for name in self.crisis.state}

    def _rules_until(
        self, first_round: int, state: tuple[tuple[str, str], ...], rounds: int
    ) -> Rules:
        return self.rules_from(first_round, dict(state), rounds=rounds)

    def narrows(self, instrument: str, phase: str, round_number: int) -> bool:
        """Tell whether the commitment takes an instrument out of a menu of a phase in a round, if something else is open."""
        rules = self.opening().course.rules
        place = [item.id for item in rules.instruments].index(instrument)
        return any(
            not mask[move.menu == place].all()
            for item in rules.phases
            if item.id == phase
            for move in item.moves
            for mask in move.restrictions[round_number]
        )

    @cached_property
    def payoffs(self) -> FloatArray:
        """What each end of the game from the start of the crisis is worth, in stakes, shape ``(T, P, D)``."""
        game = find_game(self.engine, self.policy)
        table = self.engine.price(self.drawn, self.policy).payoffs_of(game.classes)
        payoffs: FloatArray = table[game.form.payoff_class]
        return payoffs

    def _worth(self, player: str, kind: str) -> dict[str, tuple[FloatArray, FloatArray]]:
        """Return by outcome what it is worth to a type in each case, and how likely it is in that case given the type.

        An outcome can come about in several ways; they are weighed by how likely they are. Shapes ``(D,)``.
        """
        opening = self.opening()
        root, number = opening.root, list(self.crisis.players).index(player)
        mine = np.array([types[player] == kind for types in opening.course.profiles])
        found = {}
        for place, name in enumerate(root.outcomes):
            rows = np.flatnonzero((root.outcome == place) & mine[root.profile])
            reach = root.reach[rows]
            total = reach.sum(axis=0)
            paid = (reach * self.payoffs[rows, number]).sum(axis=0)
            found[name] = (
                np.divide(paid, total, out=np.zeros_like(total), where=total > 0.0),
                total,
            )
        return found

    def _sure_of(self, types: Mapping[str, str]) -> FloatArray:
        """Return the priors of a game in which everybody knows all types, shape ``(V, D)``."""
        every = self.opening().course.profiles
        sure = np.array([types == profile for profile in every], dtype=np.float64)
        return np.repeat(sure[:, None], self.draws, axis=1)


def _levels(parent: Int32Array) -> list[IntArray]:
    """Return the nodes of a tree by their depth, the root's children first."""
    depth = np.zeros(parent.size, dtype=np.intp)
    above = parent.astype(np.intp)
    while (above >= 0).any():
        depth += above >= 0
        above = np.where(above >= 0, parent[np.maximum(above, 0)], -1)
    return [np.flatnonzero(depth == level) for level in range(1, int(depth.max()) + 1)]
