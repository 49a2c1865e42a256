"""The distinct situations that the rules can reach, as a graph: exact and small where the tree is huge.

Two histories are in the same situation if they stand at the same moment with the same state and the same choices of the
current phase: all that follows is the same for both. What players have seen is no part of a situation. The tree of
histories is this graph unfolded, so its nodes can be counted by dynamic programming before any of them is made.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detente.arrays import BoolArray, Int64Array
from detente.errors import CrisisFileError, Finding
from detente.rules import transition
from detente.rules._rows import unique_rows
from detente.rules.compiling import Rules, initial_states
from detente.rules.phases import Kind, Moment
from detente.rules.state import StateArray
from detente.rules.transition import Batch
from detente.summaries import html_fields, text_fields

__all__ = [
    "NODE_LIMIT",
    "SITUATION_LIMIT",
    "Layer",
    "Situations",
    "find_situations",
    "game_too_large",
    "game_too_large_finding",
]

NODE_LIMIT = 2_000_000
"""Nodes of the largest tree that is unrolled unless the caller says otherwise."""

SITUATION_LIMIT = 1_000_000
"""Distinct situations at one moment at which the search gives up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """The situations at one moment of the schedule and where each leads.

    ``batch`` holds the situations before the moment. Situation ``i`` has the edges ``offset[i]:offset[i + 1]``; edge
    ``e`` takes ``pick[e]`` (-1: there is nothing to choose) and leads to situation ``child[e]`` of the next layer; at
    the close of a round a ``child`` below zero is terminal state ``-1 - child``. ``n_open`` counts what is open in each
    situation.
    """

    moment: Moment
    batch: Batch
    open: BoolArray
    n_open: Int64Array
    offset: Int64Array
    pick: Int64Array
    child: Int64Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Situations:
    """Everything that can happen under some rules.

    ``start`` maps each combination of types to its situation in the first layer. ``terminal_states`` are the distinct
    states in which the game can end, ``terminal_outcome`` their outcomes (-1: unnamed). ``n_nodes`` counts the tree's
    nodes (exact below 2**53), ``n_decisions`` its decision nodes. ``growth`` is, per (phase index, move index), the
    factor by which the move multiplies the histories, over all rounds. ``available`` tells which instruments are ever
    available; ``stuck`` holds for each moment at which a menu can be empty, or nothing follow by chance, situations where it
    is so, one for each instrument whose chance it is. ``mechanism_codes`` are the reachable levels of each mechanism and
    ``chance_codes`` those of the chance outcomes of each instrument. ``complete`` is False if the search gave up.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    layers: tuple[Layer, ...]
    start: Int64Array
    terminal_states: StateArray
    terminal_outcome: Int64Array
    n_nodes: float
    n_decisions: float
    growth: dict[tuple[int, int], float]
    available: BoolArray
    stuck: tuple[tuple[Moment, Batch], ...]
    mechanism_codes: dict[str, Int64Array]
    chance_codes: dict[str, Int64Array]
    complete: bool


def find_situations(rules: Rules, *, situation_limit: int = SITUATION_LIMIT) -> Situations:
    """Search every situation that can be reached, moment by moment.

    A situation whose menu is empty is recorded as stuck and ends there, so that one search finds every such place.
    """
    batch = transition.begin(rules, initial_states(rules))
    batch, start = _merge(rules, batch)
    histories: NDArray[np.float64] = np.bincount(start, minlength=len(batch)).astype(np.float64)
    tally = _Tally(rules, batch)
    layers: list[Layer] = []
    complete = True
    for moment in rules.schedule:
        layer, after, histories = _advance(rules, moment, batch, histories, tally)
        batch, child = _merge(rules, after)
        histories = np.bincount(child, weights=histories, minlength=len(batch)).astype(np.float64)
        if moment.kind is Kind.CLOSE:
            batch, child, histories = tally.end(rules, batch, child, histories)
        layers.append(replace(layer, child=child))
        if moment.kind is not Kind.MOVE:
            tally.reach(rules, batch)
        if len(batch) > situation_limit:
            complete = False
            break
    states = (
        np.concatenate(tally.terminal_states)
        if tally.terminal_states
        else np.zeros((0, len(rules.variables)), dtype=np.uint8)
    )
    return Situations(
        layers=tuple(layers),
        start=start,
        terminal_states=states,
        terminal_outcome=transition.name_outcomes(rules, states),
        n_nodes=tally.n_nodes,
        n_decisions=tally.n_decisions,
        growth=tally.growth,
        available=tally.available,
        stuck=tuple(tally.stuck),
        mechanism_codes={
            name: np.array(sorted(codes), dtype=np.int64)
            for name, codes in tally.mechanism_codes.items()
        },
        chance_codes={
            rules.instruments[number].id: np.array(sorted(codes), dtype=np.int64)
            for number, codes in tally.chance_codes.items()
        },
        complete=complete,
    )


class _Tally:
    """What the search counts on its way."""

    def __init__(self, rules: Rules, batch: Batch) -> None:
        self.n_nodes = 1.0
        self.n_decisions = 0.0
        self.growth: dict[tuple[int, int], float] = {}
        self.available = np.zeros(len(rules.instruments), dtype=np.bool_)
        self.stuck: list[tuple[Moment, Batch]] = []
        self.chance_codes: dict[int, set[int]] = {}
        self.terminal_states: list[StateArray] = []
        self.n_terminal_states = 0
        self.mechanism_codes: dict[str, set[int]] = {name: set() for name in rules.mechanism_reads}
        self.reach(rules, batch)

    def reach(self, rules: Rules, batch: Batch) -> None:
        """Note the levels of each mechanism that occur."""
        for name, projection in rules.mechanism_reads.items():
            found = self.mechanism_codes[name]
            if len(found) < projection.size:
                found.update(np.unique(projection.code(batch.state)).tolist())

    def choose(
        self, rules: Rules, layer: Layer, histories: NDArray[np.float64], grown: float
    ) -> None:
        """Count the nodes at a move or chance event."""
        moment = layer.moment
        nodes = float(histories[layer.n_open > 1].sum())
        self.n_nodes += nodes
        if moment.kind is Kind.MOVE:
            self.n_decisions += nodes
            menu = rules.phases[moment.phase].moves[moment.move].menu
            self.available[menu] |= layer.open.any(axis=0)
        else:
            self._draw(rules, layer)
        key = (moment.phase, moment.move)
        before = float(histories.sum())
        self.growth[key] = self.growth.get(key, 1.0) * (grown / before if before else 1.0)

    def _draw(self, rules: Rules, layer: Layer) -> None:
        """Note the levels at which chance draws between outcomes of each instrument."""
        chosen = layer.batch.choice[:, layer.moment.move]
        for instrument in np.unique(chosen[layer.n_open > 1]).tolist():
            reads = rules.chance_reads[instrument]
            if reads is not None:
                rows = (chosen == instrument) & (layer.n_open > 1)
                found = self.chance_codes.setdefault(instrument, set())
                found.update(np.unique(reads.code(layer.batch.state[rows])).tolist())

    def end(
        self, rules: Rules, batch: Batch, child: Int64Array, histories: NDArray[np.float64]
    ) -> tuple[Batch, Int64Array, NDArray[np.float64]]:
        """Set aside the situations in which the game is over."""
        del rules
        over = batch.over
        self.n_nodes += float(histories[over].sum())
        target = np.where(
            over,
            -1 - (self.n_terminal_states + np.cumsum(over) - 1),
            np.cumsum(~over) - 1,
        )
        self.terminal_states.append(batch.state[over])
        self.n_terminal_states += int(over.sum())
        return batch.select(~over), target[child], histories[~over]


def _advance(
    rules: Rules,
    moment: Moment,
    batch: Batch,
    histories: NDArray[np.float64],
    tally: _Tally,
) -> tuple[Layer, Batch, NDArray[np.float64]]:
    """Let one moment pass for every situation; return the layer (children still unmerged) and what comes of it."""
    n_rows = len(batch)
    if moment.kind not in {Kind.MOVE, Kind.CHANCE}:
        after = transition.pass_moment(rules, moment, batch)
        layer = Layer(
            moment=moment,
            batch=batch,
            open=np.zeros((n_rows, 0), dtype=np.bool_),
            n_open=np.zeros(n_rows, dtype=np.int64),
            offset=np.arange(n_rows + 1),
            pick=np.full(n_rows, -1, dtype=np.int64),
            child=np.arange(n_rows),
        )
        return layer, after, histories
    open_ = transition.options(rules, moment, batch)
    n_open = open_.sum(axis=1)
    stuck = transition.stuck(rules, moment, batch, open_)
    rows = np.flatnonzero(stuck)
    _, first = np.unique(batch.choice[rows, moment.move], return_index=True)
    tally.stuck.extend((moment, batch.select(rows[[one]])) for one in first)
    n_edges = np.where(stuck, 0, np.maximum(n_open, 1))
    rows = np.repeat(np.arange(n_rows), n_edges)
    pick = np.full(len(rows), -1, dtype=np.int64)
    pick[n_open[rows] > 0] = np.nonzero(open_ & ~stuck[:, None])[1]
    after = transition.take(rules, moment, batch.select(rows), pick)
    layer = Layer(
        moment=moment,
        batch=batch,
        open=open_,
        n_open=n_open,
        offset=np.concatenate(([0], np.cumsum(n_edges))),
        pick=pick,
        child=np.arange(len(rows)),
    )
    tally.choose(rules, layer, histories, float(histories[rows].sum()))
    return layer, after, histories[rows]


def _merge(rules: Rules, batch: Batch) -> tuple[Batch, Int64Array]:
    """Merge equal rows; return the distinct ones and the index of each old row among them."""
    width = len(rules.instruments) + 1
    first, inverse = unique_rows(
        [
            *((batch.state[:, index], len(values)) for index, values in enumerate(rules.values)),
            (batch.active, 2),
            (batch.over, 2),
            *((batch.choice[:, index] + 1, width) for index in range(batch.choice.shape[1])),
        ],
        len(batch),
    )
    return batch.select(first), inverse


def game_too_large_finding(rules: Rules, situations: Situations, *, limit: int) -> Finding:
    """Return the finding for a tree above the node limit; it names the menus that branch most."""
    most = sorted(situations.growth.items(), key=lambda item: -item[1])[:3]
    named = ", ".join(
        f"{rules.phases[phase].id!r} of {rules.players[rules.phases[phase].moves[move].player]!r}"
        f" (x {factor:,.3g})"
        for (phase, move), factor in most
        if factor > 1
    )
    size = (
        f"{situations.n_nodes:,.0f}" if situations.n_nodes < 2**53 else f"{situations.n_nodes:.2g}"
    )
    more = "" if situations.complete else "more than "
    worst = rules.phases[most[0][0][0]] if most else None
    return Finding(
        code="game-too-large",
        message=(
            f"the game of {rules.rounds} rounds has {more}{size} nodes, above the limit of {limit:,}; "
            f"the menus that multiply histories most are {named}"
        ),
        file=worst.place.file if worst else rules.place.file,
        line=worst.place.line if worst else 0,
        path=(worst.place.path or f"phases.{worst.id}") if worst else "phases",
        value=size,
        fix="shorten these menus, close doors with `when` conditions, give phases `rounds`, or ask for fewer rounds",
    )


def game_too_large(rules: Rules, situations: Situations, *, limit: int) -> CrisisFileError:
    """Return the error for a tree above the node limit."""
    return CrisisFileError([game_too_large_finding(rules, situations, limit=limit)])
