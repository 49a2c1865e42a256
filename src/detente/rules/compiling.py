"""Rules compiled for arrays: a state is a row of small integers, a condition a set of lookup masks.

Columns of a state row: the crisis's state variables in file order, then ``PLAYER.type`` for each player, then ``round``
(0 stands for round 1). The schedule lists every moment of the longest possible game; drivers walk it from the first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from detente.crisis.elements import (
    Binding,
    ByState,
    Condition,
    Crisis,
    Instrument,
    Mechanism,
    Move,
    OutputOf,
    Phase,
    Policy,
    Product,
    Sum,
)
from detente.errors import CrisisFileError, Finding, Place, UsageError
from detente.rules._rows import KEY_LIMIT
from detente.rules.policies import change_table, find_policy, menu_masks, start_state
from detente.summaries import html_fields, text_fields

__all__ = [
    "UNSEEN",
    "CompiledCondition",
    "CompiledInstrument",
    "CompiledMove",
    "CompiledOutcome",
    "CompiledPhase",
    "Effect",
    "Kind",
    "Moment",
    "Projection",
    "Rules",
    "StateArray",
    "compile_rules",
    "initial_states",
    "read_outputs",
    "read_variables",
    "type_combinations",
    "type_labels",
]

StateArray = NDArray[np.uint8]
"""States, one row each: shape ``(n, n_variables)``."""

ROUND = "round"
UNSEEN = "a move it does not see"


class Kind(Enum):
    """What happens at a moment of the schedule."""

    ENTER = "enter"
    MOVE = "move"
    RESOLVE = "resolve"
    CHANCE = "chance"
    CLOSE = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One entry of the schedule: in which round (from 1), phase and move (indices) something happens.

    A phase is entered (its condition is read), each of its moves is chosen, the choices take effect together, and then
    the chance outcomes of each chosen instrument are drawn. A round closes after its last phase.
    """

    kind: Kind
    round: int
    phase: int = -1
    move: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledCondition:
    """A condition as lookup masks: per alternative, pairs of column and allowed values."""

    alternatives: tuple[tuple[tuple[int, NDArray[np.bool_]], ...], ...]

    def holds(self, state: StateArray) -> NDArray[np.bool_]:
        """Tell for each state row whether the condition holds; shape ``(n,)``."""
        if not self.alternatives:
            return np.ones(len(state), dtype=np.bool_)
        result = np.zeros(len(state), dtype=np.bool_)
        for tests in self.alternatives:
            every = np.ones(len(state), dtype=np.bool_)
            for column, mask in tests:
                every &= mask[state[:, column]]
            result |= every
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What happens to one variable: ``table[old value]`` is its new value."""

    column: int
    table: StateArray


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledOutcome:
    """A chance outcome of an instrument; ``sight`` is the code of having seen it."""

    id: str
    label: str
    effects: tuple[Effect, ...]
    sight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledInstrument:
    """An instrument with its condition, effects and chance outcomes compiled.

    ``sight`` gives for each player the code of what it sees when the instrument is used, ``public_sight`` the code for
    an observer who is on no list. ``sees_chance`` tells which players see the chance outcome.
    """

    id: str
    label: str
    player: int
    when: CompiledCondition
    effects: tuple[Effect, ...]
    outcomes: tuple[CompiledOutcome, ...]
    sight: tuple[int, ...]
    public_sight: int
    sees_chance: tuple[bool, ...]
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledMove:
    """One player's menu (instrument indices) with the masks that a policy puts on it, per round.

    ``restrictions[round]`` holds masks over the menu, strictest first; at a state the first that leaves something
    available applies, and none of them if all would empty the menu.
    """

    player: int
    menu: NDArray[np.int16]
    restrictions: Mapping[int, tuple[NDArray[np.bool_], ...]]
    may_chance: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledPhase:
    """A phase with its condition and moves compiled."""

    id: str
    label: str
    when: CompiledCondition
    moves: tuple[CompiledMove, ...]
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """The variables that something reads, and one integer for each combination of their values."""

    variables: tuple[str, ...]
    columns: NDArray[np.intp]
    strides: NDArray[np.int64]
    size: int

    def code(self, state: StateArray) -> NDArray[np.int64]:
        """Return the code of each state row; shape ``(n,)``, in ``range(size)``."""
        return self.code_values(state[:, self.columns])

    def code_values(self, values: StateArray) -> NDArray[np.int64]:
        """Return the code of each row of values of these variables alone."""
        result: NDArray[np.int64] = values.astype(np.int64) @ self.strides
        return result

    def decode(self, codes: NDArray[np.int64]) -> StateArray:
        """Return the values behind codes; shape ``(n, n_variables_read)``."""
        if not len(self.columns):
            return np.zeros((len(codes), 0), dtype=np.uint8)
        upper = np.append(self.size, self.strides[:-1])
        values: StateArray = ((codes[:, None] % upper) // self.strides).astype(np.uint8)
        return values


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of a crisis, compiled, with a policy's restrictions on menus and its initial values applied.

    ``sights`` are the labels of everything that a player can come to see; code 0 is nothing. ``consideration_reads``,
    ``chance_reads`` (per instrument; None without chance) and ``mechanism_reads`` say which variables decide the level.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

    crisis: str
    policy: str
    rounds: int
    players: tuple[str, ...]
    types: tuple[tuple[str, ...], ...]
    type_labels: tuple[tuple[str, ...], ...]
    variables: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    initial: StateArray
    instruments: tuple[CompiledInstrument, ...]
    phases: tuple[CompiledPhase, ...]
    schedule: tuple[Moment, ...]
    ends_when: CompiledCondition
    outcomes: tuple[str, ...]
    outcome_rules: tuple[CompiledCondition, ...]
    sights: tuple[str, ...]
    considerations: tuple[str, ...]
    consideration_reads: tuple[Projection, ...]
    chance_reads: tuple[Projection | None, ...]
    mechanism_reads: Mapping[str, Projection]
    place: Place

    @property
    def n_players(self) -> int:
        """Number of strategic players."""
        return len(self.players)

    @property
    def type_columns(self) -> slice:
        """Columns of a state row that hold the players' types."""
        return slice(len(self.variables) - 1 - self.n_players, len(self.variables) - 1)

    @property
    def max_moves(self) -> int:
        """Moves in the phase that has most."""
        return max((len(phase.moves) for phase in self.phases), default=0)

    def project(self, variables: Iterable[str]) -> Projection:
        """Return the projection on some variables, in column order."""
        return _project(variables, self.variables, self.values)

    def describe(self, state: NDArray[np.uint8], variables: Iterable[str] | None = None) -> str:
        """Write a state row as ``variable=value, ...``, for messages."""
        wanted = set(self.variables if variables is None else variables)
        return ", ".join(
            f"{name}={values[code]}"
            for name, values, code in zip(self.variables, self.values, state, strict=True)
            if name in wanted and len(values) > 1
        )

    def values_of(self, row: NDArray[np.uint8], projection: Projection) -> dict[str, str]:
        """Name the values in a decoded row of a projection."""
        return {
            name: self.values[column][code]
            for name, column, code in zip(
                projection.variables, projection.columns, row, strict=True
            )
        }


def compile_rules(
    crisis: Crisis,
    *,
    policy: str | Policy | None = None,
    rounds: int | None = None,
    first_round: int = 1,
) -> Rules:
    """Compile the rules of a crisis for the drivers.

    Parameters
    ----------
    crisis
        A crisis whose references are sound (``detente check`` finds no error).
    policy
        A commitment, by id or as such: it restricts menus and sets initial values. None: no commitment.
    rounds
        Number of rounds instead of the crisis's own.
    first_round
        Round in which the game starts; of a crisis that is under way.

    Returns
    -------
    Rules
        What unroll, step and sample walk.

    Raises
    ------
    UsageError
        ``policy-invalid`` for an unknown policy, ``option-invalid`` for less than one round or a start after the last.
    """
    policy = find_policy(crisis, policy)
    n_rounds = crisis.rounds if rounds is None else rounds
    if n_rounds < 1:
        message = f"a game of {n_rounds} rounds has no moves"
        raise UsageError(message, code="option-invalid", at="rounds", fix="ask for 1 or more")
    if not 1 <= first_round <= n_rounds:
        message = f"a game of {n_rounds} rounds cannot start in round {first_round}"
        fix = f"start it in a round from 1 to {n_rounds}"
        raise UsageError(message, code="option-invalid", at="first_round", fix=fix)
    columns = _Columns(crisis, n_rounds)
    instruments, sights = _compile_instruments(crisis, columns)
    phases = tuple(_compile_phase(phase, crisis, columns, policy) for phase in crisis.phases)
    initial = {**start_state(crisis, policy), ROUND: str(first_round)}
    return Rules(
        crisis=crisis.id,
        policy=policy.id if policy is not None else "",
        rounds=n_rounds,
        players=tuple(crisis.players),
        types=tuple(tuple(kind.id for kind in player.types) for player in crisis.players.values()),
        type_labels=tuple(
            tuple(kind.label for kind in player.types) for player in crisis.players.values()
        ),
        variables=columns.names,
        values=columns.values,
        initial=np.array(
            [columns.code(name, initial[name]) if name in initial else 0 for name in columns.names],
            dtype=np.uint8,
        ),
        instruments=instruments,
        phases=phases,
        schedule=_schedule(crisis, phases, range(first_round, n_rounds + 1)),
        ends_when=columns.condition(crisis.ends_when),
        outcomes=tuple(crisis.outcomes),
        outcome_rules=tuple(columns.condition(rule.when) for rule in crisis.outcomes.values()),
        sights=sights,
        considerations=tuple(crisis.considerations),
        consideration_reads=tuple(
            columns.project(read_variables(item.price, crisis))
            for item in crisis.considerations.values()
        ),
        chance_reads=tuple(
            columns.project(_chance_variables(item, crisis)) if item.chance else None
            for item in crisis.instruments.values()
        ),
        mechanism_reads={
            item.id: columns.project(_mechanism_variables(item, crisis))
            for item in crisis.mechanisms.values()
        },
        place=Place(file="crisis.yaml", path="phases"),
    )


def initial_states(rules: Rules) -> StateArray:
    """Return the state at the start of the game for each combination of types.

    Returns
    -------
    StateArray
        One row per combination, the last player's type varying fastest; shape ``(n_combinations, n_variables)``.
    """
    combinations = type_combinations(rules)
    states = np.tile(rules.initial, (len(combinations), 1))
    states[:, rules.type_columns] = combinations
    return states


def type_combinations(rules: Rules) -> StateArray:
    """Return every combination of the players' types, the last player's varying fastest."""
    rows = list(product(*(range(len(kinds)) for kinds in rules.types)))
    return np.array(rows, dtype=np.uint8).reshape(len(rows), rules.n_players)


def type_labels(rules: Rules) -> tuple[str, ...]:
    """Return the label of each combination of types, ``player=type, ...``."""
    return tuple(
        ", ".join(
            f"{player}={kinds[code]}"
            for player, kinds, code in zip(rules.players, rules.types, row, strict=True)
        )
        for row in type_combinations(rules)
    )


def read_variables(binding: Binding, crisis: Crisis) -> frozenset[str]:
    """Return the state variables that decide a binding's value, through the mechanisms that it reads."""
    found: set[str] = set()
    seen: set[str] = set()
    todo: list[Binding] = [binding]
    while todo:
        item = todo.pop()
        if isinstance(item, ByState):
            found.add(item.variable)
        elif isinstance(item, OutputOf) and item.mechanism not in seen:
            seen.add(item.mechanism)
            if item.mechanism in crisis.mechanisms:
                todo.extend(crisis.mechanisms[item.mechanism].inputs.values())
        todo.extend(_parts(item))
    return frozenset(found)


def read_outputs(binding: Binding) -> tuple[OutputOf, ...]:
    """Return the mechanism outputs that a binding itself names, in order."""
    found: list[OutputOf] = []
    todo: list[Binding] = [binding]
    while todo:
        item = todo.pop(0)
        if isinstance(item, OutputOf):
            found.append(item)
        todo.extend(_parts(item))
    return tuple(found)


def _parts(binding: Binding) -> tuple[Binding, ...]:
    if isinstance(binding, ByState):
        return tuple(binding.cases.values())
    if isinstance(binding, Sum):
        return binding.terms
    if isinstance(binding, Product):
        return binding.factors
    return ()


def _chance_variables(instrument: Instrument, crisis: Crisis) -> frozenset[str]:
    return frozenset().union(
        *(
            read_variables(outcome.prob, crisis)
            for outcome in instrument.chance
            if outcome.prob is not None
        )
    )


def _mechanism_variables(mechanism: Mechanism, crisis: Crisis) -> frozenset[str]:
    return frozenset().union(
        *(read_variables(binding, crisis) for binding in mechanism.inputs.values())
    )


def _project(
    variables: Iterable[str], names: Sequence[str], values: Sequence[tuple[str, ...]]
) -> Projection:
    wanted = set(variables)
    columns = [index for index, name in enumerate(names) if name in wanted]
    sizes = [len(values[column]) for column in columns]
    size = prod(sizes)
    if size > KEY_LIMIT:
        read = ", ".join(names[column] for column in columns)
        raise CrisisFileError(
            [
                Finding(
                    code="game-too-large",
                    message=f"one price or probability reads {len(columns)} variables: {read}",
                    file="crisis.yaml",
                    value=str(size),
                    fix="let it read fewer state variables",
                )
            ]
        )
    strides = [prod(sizes[index + 1 :]) for index in range(len(sizes))]
    return Projection(
        variables=tuple(names[column] for column in columns),
        columns=np.array(columns, dtype=np.intp),
        strides=np.array(strides, dtype=np.int64),
        size=size,
    )


class _Columns:
    """The columns of a state row and how names become codes."""

    def __init__(self, crisis: Crisis, rounds: int) -> None:
        names = [*crisis.state, *(f"{player}.type" for player in crisis.players), ROUND]
        values = [
            *(variable.values for variable in crisis.state.values()),
            *(tuple(kind.id for kind in player.types) for player in crisis.players.values()),
            tuple(str(number + 1) for number in range(rounds)),
        ]
        self.names = tuple(names)
        self.values: tuple[tuple[str, ...], ...] = tuple(values)
        self.index = {name: number for number, name in enumerate(names)}

    def code(self, name: str, value: str) -> int:
        """Return the code of a value of a variable."""
        return self.values[self.index[name]].index(value)

    def condition(self, condition: Condition) -> CompiledCondition:
        """Compile a condition. Values that the variable does not have (a later round) are never met."""
        return CompiledCondition(
            alternatives=tuple(
                tuple(
                    (
                        self.index[name],
                        np.array(
                            [value in allowed for value in self.values[self.index[name]]],
                            dtype=np.bool_,
                        ),
                    )
                    for name, allowed in alternative.allowed.items()
                )
                for alternative in condition
            )
        )

    def effects(self, effects: Mapping[str, str]) -> tuple[Effect, ...]:
        """Compile effects: a value, or ``up`` / ``down`` along the variable's order, stopping at its ends."""
        return tuple(
            Effect(
                column=self.index[name],
                table=change_table(self.values[self.index[name]], target),
            )
            for name, target in effects.items()
        )

    def project(self, variables: Iterable[str]) -> Projection:
        """Return the projection on some variables."""
        return _project(variables, self.names, self.values)


def _compile_instruments(
    crisis: Crisis, columns: _Columns
) -> tuple[tuple[CompiledInstrument, ...], tuple[str, ...]]:
    """Compile instruments and number everything that can be seen: types, moves, the unseen move, chance outcomes."""
    players = tuple(crisis.players)
    sights = [
        "nothing",
        *(item.label for item in crisis.instruments.values()),
        UNSEEN,
    ]
    codes = {name: number + 1 for number, name in enumerate(crisis.instruments)}
    unseen = len(codes) + 1
    compiled = []
    for item in crisis.instruments.values():
        outcomes = []
        for outcome in item.chance:
            outcomes.append(
                CompiledOutcome(
                    id=outcome.id,
                    label=outcome.label,
                    effects=columns.effects(outcome.effects),
                    sight=len(sights),
                )
            )
            sights.append(outcome.label)
        compiled.append(
            CompiledInstrument(
                id=item.id,
                label=item.label,
                player=players.index(item.player),
                when=columns.condition(item.when),
                effects=columns.effects(item.effects),
                outcomes=tuple(outcomes),
                sight=tuple(codes.get(_look(item, crisis, player), unseen) for player in players),
                public_sight=codes.get(_look(item, crisis, ""), unseen),
                sees_chance=tuple(_sees(item, player) for player in players),
                place=item.place,
            )
        )
    return tuple(compiled), tuple(sights)


def _sees(instrument: Instrument, player: str) -> bool:
    return not instrument.seen_by or player == instrument.player or player in instrument.seen_by


def _look(instrument: Instrument, crisis: Crisis, player: str) -> str:
    """Return the id of the instrument that a player takes this one for; empty if it sees only that a move was made."""
    visited = set()
    while not _sees(instrument, player):
        visited.add(instrument.id)
        if instrument.looks_like not in crisis.instruments or instrument.looks_like in visited:
            return ""
        instrument = crisis.instruments[instrument.looks_like]
    return instrument.id


def _compile_phase(
    phase: Phase, crisis: Crisis, columns: _Columns, policy: Policy | None
) -> CompiledPhase:
    return CompiledPhase(
        id=phase.id,
        label=phase.label,
        when=columns.condition(phase.when),
        moves=tuple(
            _compile_move(move, phase, crisis, policy, len(columns.values[-1]))
            for move in phase.moves
        ),
        place=phase.place,
    )


def _compile_move(
    move: Move, phase: Phase, crisis: Crisis, policy: Policy | None, rounds: int
) -> CompiledMove:
    index = {name: number for number, name in enumerate(crisis.instruments)}
    return CompiledMove(
        player=tuple(crisis.players).index(move.player),
        menu=np.array([index[name] for name in move.menu], dtype=np.int16),
        restrictions={
            number: menu_masks(policy, phase.id, number, move.menu)
            for number in range(1, rounds + 1)
        },
        may_chance=any(crisis.instruments[name].chance for name in move.menu),
    )


def _schedule(
    crisis: Crisis, phases: Sequence[CompiledPhase], rounds: Iterable[int]
) -> tuple[Moment, ...]:
    moments = []
    for number in rounds:
        for index, (phase, compiled) in enumerate(zip(crisis.phases, phases, strict=True)):
            if phase.rounds and number not in phase.rounds:
                continue
            here = {"round": number, "phase": index}
            moves = range(len(compiled.moves))
            moments.append(Moment(kind=Kind.ENTER, **here))
            moments.extend(Moment(kind=Kind.MOVE, move=move, **here) for move in moves)
            moments.append(Moment(kind=Kind.RESOLVE, **here))
            moments.extend(
                Moment(kind=Kind.CHANCE, move=move, **here)
                for move in moves
                if compiled.moves[move].may_chance
            )
        moments.append(Moment(kind=Kind.CLOSE, round=number))
    return tuple(moments)
