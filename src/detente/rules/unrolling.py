"""The whole game tree as flat arrays, unfolded from the graph of situations moment by moment.

No loop runs over nodes. What a player has seen is an integer, its *memory*. Because all rows stand at the same moment,
equal memories are found by one ``np.unique``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.arrays import BoolArray, Int8Array, Int16Array, Int32Array, Int64Array
from detente.rules import transition
from detente.rules._memory import SightMemory, compress, rank
from detente.rules._rows import breadth_first, unique_rows
from detente.rules.compiling import Rules, profile_labels, profiles
from detente.rules.phases import Kind, Moment
from detente.rules.situations import (
    NODE_LIMIT,
    Layer,
    Situations,
    find_situations,
    game_too_large,
)
from detente.rules.state import BINDING, StateArray
from detente.summaries import html_fields, text_fields

__all__ = ["CHANCE", "TERMINAL", "Tree", "unroll"]

TERMINAL = -2
CHANCE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A game tree in breadth-first order; the children of a node are contiguous and in menu order.

    N nodes, I information sets, A actions (flat over information sets), C chance events, R chance branches (flat over
    events), T terminals, K payoff classes, P players, S distinct terminal states, H memories.

    Attributes
    ----------
    player
        ``(N,)`` -2 terminal, -1 chance, else the index of the mover.
    first_child, n_children, parent
        ``(N,)`` node indices; -1 for no child, no parent.
    info_set
        ``(N,)`` information set of a decision, chance event of a chance node, -1 for a terminal.
    info_set_player, info_set_phase, info_set_move, info_set_round, info_set_type
        ``(I,)`` mover; index into ``phases``; index of the move in its phase; round from 1; index of the mover's own type.
    info_set_memory
        ``(I,)`` the mover's memory, an index into ``memory_parent``.
    info_set_free
        ``(I,)`` the mover knows that the policy does not bind, where it may be so.
    action_offset, action_label
        ``(I + 1,)`` into the flat action axis; instrument id of each action.
    chance_offset, chance_label
        ``(C + 1,)`` into the flat axis of chance branches; label of each branch. Event 0 is nature's draw of the types.
    chance_outcome
        ``(R,)`` place of each branch among the chance outcomes of its instrument, or among the combinations of types.
    chance_instrument, chance_level
        ``(C,)`` instrument whose chance it is (-1: nature) and the code of the state that its probabilities read.
    terminal_node, payoff_class, outcome, terminal_state
        ``(T,)`` node; class; index into ``outcomes``; index into ``state_codes``.
    class_types, class_level
        ``(K, P)`` type of each player; ``(K, n_considerations)`` level of each consideration.
    level_codes
        Per consideration the code of each of its levels, in the projection of ``rules.consideration_reads``.
    state_codes
        ``(S, n_variables)`` distinct terminal states, columns as in ``rules.variables``.
    used
        ``(T, n_words)`` bit ``i`` of the row is set if instrument ``i`` was used, forced moves included.
    first_move, first_seen
        ``(T, P)`` instrument of each player's first move, and what an observer on no list took its first seen move
        for; forced moves included, -1 for none.
    memory_parent, memory_sight, memory_moment
        ``(H,)`` what was remembered before, what was seen (a code of ``rules.sights``; 0: the menu itself; below zero:
        own type, -1 - index; with as many again for who knows that the policy does not bind), and at which moment of the schedule (-1: before the first).
    mechanism_codes
        Reachable levels of each mechanism, as codes of ``rules.mechanism_reads``.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    rules: Rules
    players: tuple[str, ...]
    types: tuple[tuple[str, ...], ...]
    phases: tuple[str, ...]
    outcomes: tuple[str, ...]
    considerations: tuple[str, ...]
    player: Int8Array
    first_child: Int32Array
    n_children: Int32Array
    parent: Int32Array
    info_set: Int32Array
    info_set_player: Int8Array
    info_set_phase: Int16Array
    info_set_move: Int16Array
    info_set_round: Int16Array
    info_set_type: Int16Array
    info_set_memory: Int32Array
    info_set_free: BoolArray
    action_offset: Int32Array
    action_label: list[str]
    chance_offset: Int32Array
    chance_label: list[str]
    chance_outcome: Int32Array
    chance_instrument: Int16Array
    chance_level: Int64Array
    terminal_node: Int32Array
    payoff_class: Int32Array
    outcome: Int32Array
    terminal_state: Int32Array
    class_types: Int32Array
    class_level: Int32Array
    level_codes: tuple[Int64Array, ...]
    state_codes: StateArray
    used: NDArray[np.uint64]
    first_move: Int16Array
    first_seen: Int16Array
    memory_parent: Int32Array
    memory_sight: Int16Array
    memory_moment: Int16Array
    mechanism_codes: dict[str, Int64Array]

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.player)

    @property
    def n_info_sets(self) -> int:
        """Number of information sets."""
        return len(self.info_set_player)

    @property
    def terminal_profile(self) -> Int64Array:
        """What nature drew on the way to each terminal, an index into :func:`~detente.rules.compiling.profiles`, ``(T,)``."""
        drawn = self.state_codes[:, self.rules.drawn_columns].astype(np.int64)
        sizes = tuple(len(values) for values in self.rules.values[self.rules.drawn_columns])
        profile: Int64Array = np.ravel_multi_index(tuple(drawn.T), sizes)[self.terminal_state]
        return profile

    @property
    def info_set_label(self) -> list[str]:
        """What the mover knows at each information set, in words."""
        return [self.describe_info_set(index) for index in range(self.n_info_sets)]

    def describe_info_set(self, index: int) -> str:
        """Say in words who moves at an information set, when, and what it has seen."""
        rules = self.rules
        player = int(self.info_set_player[index])
        kind = rules.type_labels[player][self.info_set_type[index]]
        phase = rules.phases[self.info_set_phase[index]].label
        seen = self.memory_of(int(self.info_set_memory[index]))
        words = "; ".join(f"round {number}: {what}" for number, _, what in seen) or "nothing yet"
        if player in rules.pledgers:
            kind += ", not bound" if self.info_set_free[index] else ", bound"
        return (
            f"{self.players[player]} ({kind}), {phase}, round {self.info_set_round[index]}: {words}"
        )

    def memory_of(self, memory: int) -> tuple[tuple[int, str, str], ...]:
        """Return what has been seen in a memory: (round, phase id, label) in order of time."""
        result = []
        while memory >= 0:
            sight, moment = int(self.memory_sight[memory]), int(self.memory_moment[memory])
            if sight > 0:
                at = self.rules.schedule[moment]
                result.append((at.round, self.phases[at.phase], self.rules.sights[sight]))
            memory = int(self.memory_parent[memory])
        return tuple(reversed(result))

    def used_by_terminal(self, instrument: str) -> NDArray[np.bool_]:
        """Tell for each terminal whether an instrument was used on the way to it; shape ``(T,)``."""
        index = [item.id for item in self.rules.instruments].index(instrument)
        word, bit = divmod(index, 64)
        used: NDArray[np.bool_] = (self.used[:, word] >> np.uint64(bit)) & np.uint64(1) == 1
        return used

    def level_state(self, consideration: int, level: int) -> dict[str, str]:
        """Name the values that make a level of a consideration."""
        projection = self.rules.consideration_reads[consideration]
        row = projection.decode(self.level_codes[consideration][[level]])[0]
        return self.rules.values_of(row, projection)


def unroll(
    rules: Rules, *, node_limit: int = NODE_LIMIT, situations: Situations | None = None
) -> Tree:
    """Unroll rules into the tree of all histories.

    Parameters
    ----------
    rules
        Compiled rules; a policy's restrictions have already shortened their menus.
    node_limit
        Largest number of nodes; counted exactly before anything is unrolled.
    situations
        Result of :func:`find_situations` on the same rules, if it is at hand.

    Returns
    -------
    Tree
        Arrays; node 0 is nature's draw of the types, also where each player has one type.

    Raises
    ------
    CrisisFileError
        ``game-too-large``, ``menu-empty`` or ``outcome-unnamed``, naming menus or the state.
    """
    found = find_situations(rules) if situations is None else situations
    if not found.complete or found.n_nodes > node_limit:
        raise game_too_large(rules, found, limit=node_limit)
    if found.stuck:
        raise transition.dead_end(rules, *found.stuck[0])
    unnamed = np.flatnonzero(found.terminal_outcome < 0)
    if len(unnamed):
        raise transition.outcome_unnamed(rules, found.terminal_states[unnamed[0]])
    growth = _Growth(rules, found)
    for number, layer in enumerate(found.layers):
        growth.pass_layer(number, layer)
    return growth.finish()


class _Growth:
    """A tree while it grows. Rows are histories at the current moment, in the order of their choices."""

    def __init__(self, rules: Rules, found: Situations) -> None:
        self.rules = rules
        self.found = found
        drawn = profiles(rules)
        n_rows, n_players = len(drawn), rules.n_players
        self.memory = SightMemory()
        self.situation = found.start
        self.parent = np.zeros(n_rows, dtype=np.int32)
        self.ordinal = np.arange(n_rows, dtype=np.int32)
        self.depth = np.ones(n_rows, dtype=np.int32)
        self.seen = np.empty((n_players, n_rows), dtype=np.int32)
        for player in range(n_players):
            n_types = len(rules.types[player])
            known = drawn[:, player].astype(np.int64)
            if player in rules.pledgers:  # it knows its type and whether the policy binds
                known += n_types * drawn[:, -1]
            n_known = n_types * (len(BINDING) if player in rules.pledgers else 1)
            self.seen[player] = self.memory.size + known
            self.memory.add(np.full(n_known, -1), -1 - np.arange(n_known), -1)
        self.used = np.zeros((-(-len(rules.instruments) // 64), n_rows), dtype=np.uint64)
        self.first_move = np.full((n_players, n_rows), -1, dtype=np.int16)
        self.first_seen = np.full((n_players, n_rows), -1, dtype=np.int16)
        # nodes in order of creation, a list entry per moment; the root first
        self.n_made = 1
        self.node_player = [np.array([CHANCE])]
        self.node_parent = [np.array([-1])]
        self.node_ordinal = [np.array([0])]
        self.node_depth = [np.array([0])]
        self.node_children = [np.array([n_rows])]
        self.node_set = [np.array([0])]
        # information sets, chance events and terminals
        self.sets: list[dict[str, Int64Array]] = []
        self.n_sets = 0
        self.action_label: list[str] = []
        self.n_actions: list[Int64Array] = [np.zeros(1, dtype=np.int64)]
        self.chance_label = list(profile_labels(rules))
        self.chance_outcome = list(range(n_rows))
        self.n_branches = [n_rows]
        self.events: dict[tuple[int, int], int] = {(-1, 0): 0}
        self.terminals: list[dict[str, NDArray[np.generic]]] = []

    def pass_layer(self, number: int, layer: Layer) -> None:
        """Let one moment pass for every history."""
        moment = layer.moment
        if moment.kind is Kind.MOVE:
            self._move(number, layer)
        elif moment.kind is Kind.CHANCE:
            self._chance(number, layer)
        else:
            if moment.kind is Kind.RESOLVE:
                self._reveal(number, layer)
            self.situation = layer.child[self.situation]
            if moment.kind is Kind.CLOSE:
                self._end()

    def _move(self, number: int, layer: Layer) -> None:
        rules, moment = self.rules, layer.moment
        move = rules.phases[moment.phase].moves[moment.move]
        if not layer.n_open.any():
            self.situation = layer.child[layer.offset[self.situation]]
            return
        # the menu is part of what the mover knows
        menus, menu = np.unique(layer.open, axis=0, return_inverse=True)
        menu = np.where(layer.n_open > 0, menu.reshape(-1) + 1, 0)
        here = self.seen[move.player].copy()
        self.memory.update(
            here, menu[self.situation], np.zeros(len(menus) + 1, dtype=np.int64), number
        )
        deciding = layer.n_open[self.situation] > 1
        sets, which = _compress_some(here[deciding])
        if len(sets):
            self._add_info_sets(layer, sets, which, self.situation[deciding])
        self._add_nodes(deciding, move.player, layer, which + self.n_sets - len(sets))
        self.seen[move.player] = here
        pick = layer.pick[self._branch(layer, deciding)]
        position = np.append(np.arange(len(move.menu)) + 1, 0)[pick]
        self.memory.update(
            self.seen[move.player], position, np.append(0, move.menu + 1).astype(np.int64), number
        )
        self._note_use(move.player, np.append(move.menu, -1)[pick])

    def _add_info_sets(
        self, layer: Layer, sets: Int64Array, which: Int64Array, situation: Int64Array
    ) -> None:
        rules, moment = self.rules, layer.moment
        move = rules.phases[moment.phase].moves[moment.move]
        example = np.empty(len(sets), dtype=np.int64)
        example[which] = situation  # any member: the menu and the mover's type are the same in all
        state = layer.batch.state[example]
        labels = np.array([rules.instruments[item].id for item in move.menu], dtype=object)
        open_ = layer.open[example]
        self.action_label.extend(labels[np.nonzero(open_)[1]].tolist())
        self.n_actions.append(open_.sum(axis=1))
        self.sets.append(
            {
                "player": np.full(len(sets), move.player),
                "phase": np.full(len(sets), moment.phase),
                "move": np.full(len(sets), moment.move),
                "round": np.full(len(sets), moment.round),
                "type": state[:, rules.type_columns][:, move.player].astype(np.int64),
                "memory": sets,
                "free": (rules.is_free(state) & (move.player in rules.pledgers)).astype(np.int64),
            }
        )
        self.n_sets += len(sets)

    def _chance(self, number: int, layer: Layer) -> None:
        rules, moment = self.rules, layer.moment
        drawing = layer.n_open[self.situation] > 1
        event = self._events_of(layer)
        self._add_nodes(drawing, CHANCE, layer, event[self.situation[drawing]])
        edge = self._branch(layer, drawing)
        # what is seen depends on the situation and on the outcome: code each edge
        situation = np.repeat(np.arange(len(layer.batch)), np.diff(layer.offset))
        batch = layer.batch.select(situation)
        for player in range(rules.n_players):
            codes, old = rank(
                transition.sights(rules, moment, batch, pick=layer.pick, player=player)
            )
            self.memory.update(self.seen[player], codes[edge], old, number)

    def _events_of(self, layer: Layer) -> Int64Array:
        """Return the chance event of each situation (0 where nothing is drawn)."""
        rules, moment = self.rules, layer.moment
        result = np.zeros(len(layer.batch), dtype=np.int64)
        chosen = layer.batch.choice[:, moment.move]
        for instrument in rules.phases[moment.phase].moves[moment.move].menu:
            reads = rules.chance_reads[instrument]
            rows = np.flatnonzero((chosen == instrument) & (layer.n_open > 1))
            if reads is None or not len(rows):
                continue
            codes, example, inverse = np.unique(
                reads.code(layer.batch.state[rows]), return_index=True, return_inverse=True
            )
            item = rules.instruments[instrument]
            numbers = []
            for code, row in zip(codes.tolist(), rows[example].tolist(), strict=True):
                key = (int(instrument), code)
                if key not in self.events:
                    self.events[key] = len(self.events)
                    # what can follow is the same wherever the same is read
                    places = np.flatnonzero(layer.open[row]).tolist()
                    self.n_branches.append(len(places))
                    self.chance_outcome.extend(places)
                    self.chance_label.extend(
                        f"{item.id}: {item.outcomes[place].id}" for place in places
                    )
                numbers.append(self.events[key])
            result[rows] = np.array(numbers)[inverse]
        return result

    def _reveal(self, number: int, layer: Layer) -> None:
        """Show the moves of a phase to the players other than the mover."""
        moment = layer.moment
        nothing = np.full(len(layer.batch), -1, dtype=np.int64)
        for move in range(len(self.rules.phases[moment.phase].moves)):
            at = Moment(kind=Kind.RESOLVE, round=moment.round, phase=moment.phase, move=move)
            for player in range(self.rules.n_players):
                codes, old = rank(
                    transition.sights(self.rules, at, layer.batch, pick=nothing, player=player)
                )
                self.memory.update(self.seen[player], codes[self.situation], old, number)

    def _add_nodes(
        self, made: NDArray[np.bool_], player: int, layer: Layer, sets: Int64Array
    ) -> None:
        """Turn the rows marked into nodes."""
        n_made = int(made.sum())
        self.node_player.append(np.full(n_made, player))
        self.node_parent.append(self.parent[made])
        self.node_ordinal.append(self.ordinal[made])
        self.node_depth.append(self.depth[made])
        self.node_children.append(layer.n_open[self.situation[made]])
        self.node_set.append(sets)

    def _branch(self, layer: Layer, made: NDArray[np.bool_]) -> Int64Array:
        """Replace each row by its continuations; return the edge of the layer that each took."""
        n_edges = np.diff(layer.offset)[self.situation]
        rows = np.repeat(np.arange(len(self.situation)), n_edges)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(n_edges) - n_edges, n_edges)
        edge: Int64Array = layer.offset[self.situation][rows] + within
        node = np.cumsum(made) - 1 + self.n_made
        branching = made[rows]
        self.parent = np.where(branching, node[rows], self.parent[rows]).astype(np.int32)
        self.ordinal = np.where(branching, within, self.ordinal[rows]).astype(np.int32)
        self.depth = self.depth[rows] + branching
        self.seen = self.seen[:, rows]
        self.used = self.used[:, rows]
        self.first_move = self.first_move[:, rows]
        self.first_seen = self.first_seen[:, rows]
        self.situation = layer.child[edge]
        self.n_made += int(made.sum())
        return edge

    def _note_use(self, player: int, instrument: NDArray[np.int16]) -> None:
        """Remember which instruments were used, and each player's first."""
        moved = np.flatnonzero(instrument >= 0)
        taken = instrument[moved].astype(np.int64)
        for word in range(len(self.used)):
            bits = np.where(taken // 64 == word, np.uint64(1) << (taken % 64).astype(np.uint64), 0)
            self.used[word, moved] |= bits.astype(np.uint64)
        first = moved[self.first_move[player, moved] < 0]
        self.first_move[player, first] = instrument[first]
        public = np.array([item.public_sight - 1 for item in self.rules.instruments])
        public[public >= len(public)] = -1
        first = moved[self.first_seen[player, moved] < 0]
        self.first_seen[player, first] = public[instrument[first]]

    def _end(self) -> None:
        """Set aside the histories that are over."""
        over = self.situation < 0
        n_over = int(over.sum())
        self.terminals.append(
            {
                "node": np.arange(n_over) + self.n_made,
                "state": -1 - self.situation[over],
                "used": self.used[:, over],
                "first_move": self.first_move[:, over],
                "first_seen": self.first_seen[:, over],
            }
        )
        self.node_player.append(np.full(n_over, TERMINAL))
        self.node_parent.append(self.parent[over])
        self.node_ordinal.append(self.ordinal[over])
        self.node_depth.append(self.depth[over])
        self.node_children.append(np.zeros(n_over, dtype=np.int64))
        self.node_set.append(np.full(n_over, -1))
        self.n_made += n_over
        on = ~over
        self.situation, self.parent = self.situation[on], self.parent[on]
        self.ordinal, self.depth = self.ordinal[on], self.depth[on]
        self.seen, self.used = self.seen[:, on], self.used[:, on]
        self.first_move, self.first_seen = self.first_move[:, on], self.first_seen[:, on]

    def finish(self) -> Tree:
        """Put the nodes in breadth-first order and sort the terminals into payoff classes."""
        rules, found = self.rules, self.found
        n_children = np.concatenate(self.node_children)
        place, order, first_child = breadth_first(
            np.concatenate(self.node_depth),
            np.concatenate(self.node_parent),
            np.concatenate(self.node_ordinal),
            n_children,
        )
        made_parent = np.concatenate(self.node_parent)[order]
        terminal = {
            key: np.concatenate([entry[key] for entry in self.terminals], axis=-1)
            for key in self.terminals[0]
        }
        node = place[terminal["node"]]
        by_node = np.argsort(node)
        terminal = {key: value[..., by_node] for key, value in terminal.items()}
        # a state may be terminal in several rounds' searches: number the distinct ones
        first, same = unique_rows(
            [
                (found.terminal_states[:, column], len(values))
                for column, values in enumerate(rules.values)
            ],
            len(found.terminal_states),
        )
        states = found.terminal_states[first]
        state = same[terminal["state"]]
        level_codes, level = _levels(
            [reads.code(states) for reads in rules.consideration_reads], len(states)
        )
        types = states[:, rules.type_columns].astype(np.int64)
        first, class_of_state = unique_rows(
            [
                *((types[:, number], len(kinds)) for number, kinds in enumerate(rules.types)),
                *((level[:, number], len(codes)) for number, codes in enumerate(level_codes)),
            ],
            len(states),
        )
        sets = {
            key: np.concatenate([entry[key] for entry in self.sets] or [np.zeros(0, np.int64)])
            for key in ("player", "phase", "move", "round", "type", "memory", "free")
        }
        return Tree(
            rules=rules,
            players=rules.players,
            types=rules.types,
            phases=tuple(phase.id for phase in rules.phases),
            outcomes=rules.outcomes,
            considerations=rules.considerations,
            player=np.concatenate(self.node_player)[order].astype(np.int8),
            first_child=first_child.astype(np.int32),
            n_children=n_children[order].astype(np.int32),
            parent=np.where(made_parent >= 0, place[made_parent], -1).astype(np.int32),
            info_set=np.concatenate(self.node_set)[order].astype(np.int32),
            info_set_player=sets["player"].astype(np.int8),
            info_set_phase=sets["phase"].astype(np.int16),
            info_set_move=sets["move"].astype(np.int16),
            info_set_round=sets["round"].astype(np.int16),
            info_set_type=sets["type"].astype(np.int16),
            info_set_memory=sets["memory"].astype(np.int32),
            info_set_free=sets["free"].astype(np.bool_),
            action_offset=np.cumsum(np.concatenate(self.n_actions)).astype(np.int32),
            action_label=self.action_label,
            chance_offset=np.cumsum([0, *self.n_branches]).astype(np.int32),
            chance_label=self.chance_label,
            chance_outcome=np.array(self.chance_outcome, dtype=np.int32),
            chance_instrument=np.array([key[0] for key in self.events], dtype=np.int16),
            chance_level=np.array([key[1] for key in self.events], dtype=np.int64),
            terminal_node=node[by_node].astype(np.int32),
            payoff_class=class_of_state[state].astype(np.int32),
            outcome=transition.name_outcomes(rules, states)[state].astype(np.int32),
            terminal_state=state.astype(np.int32),
            class_types=types[first].astype(np.int32),
            class_level=level[first].astype(np.int32),
            level_codes=level_codes,
            state_codes=states,
            used=terminal["used"].T.astype(np.uint64),
            first_move=terminal["first_move"].T.astype(np.int16),
            first_seen=terminal["first_seen"].T.astype(np.int16),
            memory_parent=np.concatenate(self.memory.parent).astype(np.int32),
            memory_sight=np.concatenate(self.memory.sight).astype(np.int16),
            memory_moment=np.concatenate(self.memory.moment).astype(np.int16),
            mechanism_codes=found.mechanism_codes,
        )


def _compress_some(memory: NDArray[np.int32]) -> tuple[Int64Array, Int64Array]:
    if not len(memory):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    return compress(memory.astype(np.int64))


def _levels(
    codes: Sequence[Int64Array], n_states: int
) -> tuple[tuple[Int64Array, ...], Int64Array]:
    """Return the distinct codes of each consideration and the level of each state in them."""
    level_codes, levels = [], [np.zeros((n_states, 0), dtype=np.int64)]
    for column in codes:
        unique, inverse = np.unique(column, return_inverse=True)
        level_codes.append(unique)
        levels.append(inverse.reshape(-1, 1))
    return tuple(level_codes), np.concatenate(levels, axis=1)
