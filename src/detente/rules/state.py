"""The state of a game as a row of small integers: its columns, conditions on it, projections of it, changes to it.

Columns of a state row: the crisis's state variables in file order, then ``PLAYER.type`` for each player, then ``policy.pledge``
where it may be that a commitment does not hold, then ``round`` (0 stands for round 1).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from detente.crisis.crisis import Crisis
from detente.crisis.elements import (
    Binding,
    ByState,
    Condition,
    ConditionalEffect,
    Effect,
    OutputOf,
    Product,
    Sum,
)
from detente.errors import CrisisFileError, Finding
from detente.rules._rows import KEY_LIMIT
from detente.rules.policies import change_table

__all__ = [
    "BINDING",
    "PLEDGE",
    "ROUND",
    "Changes",
    "CompiledCases",
    "CompiledCondition",
    "Projection",
    "StateArray",
    "StateColumns",
    "apply_changes",
    "condition_variables",
    "project",
    "read_outputs",
    "read_variables",
]

StateArray = NDArray[np.uint8]
"""States, one row each: shape ``(n, n_variables)``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledCases:
    """What happens to a variable by the value in another column."""

    column: int
    cases: "tuple[Change, ...]"


Change = StateArray | CompiledCases
"""What happens to a variable: a table whose entry at the old value is the new one, or one of these by the state."""
Changes = tuple[tuple[int, Change], ...]
"""What happens to some variables: pairs of a column and its change."""

ROUND = "round"
PLEDGE = "policy.pledge"
"""The column that says whether a commitment binds; no variable can have this name."""
BINDING = ("binds", "free")
"""Its values."""


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


class StateColumns:
    """The columns of a state row and how names become codes."""

    def __init__(self, crisis: Crisis, rounds: int, *, pledged: bool = False) -> None:
        names = [
            *crisis.state,
            *(f"{player}.type" for player in crisis.players),
            *([PLEDGE] if pledged else []),
            ROUND,
        ]
        values = [
            *(variable.values for variable in crisis.state.values()),
            *(tuple(kind.id for kind in player.types) for player in crisis.players.values()),
            *([BINDING] if pledged else []),
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

    def effects(self, effects: Mapping[str, Effect]) -> Changes:
        """Compile effects; :func:`detente.rules.policies.change_table` says what each does."""
        return tuple(
            (self.index[name], self._change(self.index[name], effect))
            for name, effect in effects.items()
        )

    def _change(self, column: int, effect: Effect) -> Change:
        if not isinstance(effect, ConditionalEffect):
            return change_table(self.values[column], effect)
        read = self.index[effect.variable]
        cases = (effect.cases[value] for value in self.values[read])
        return CompiledCases(column=read, cases=tuple(self._change(column, case) for case in cases))

    def project(self, variables: Iterable[str]) -> Projection:
        """Return the projection on some variables."""
        return project(variables, self.names, self.values)


def apply_changes(state: StateArray, changes: Changes) -> StateArray:
    """Return states after some changes, all of which read the states before them; shape ``(n, n_variables)``."""
    result = state.copy()
    for column, change in changes:
        result[:, column] = _changed(state, column, change)
    return result


def _changed(state: StateArray, column: int, change: Change) -> StateArray:
    if not isinstance(change, CompiledCases):
        return change[state[:, column]]
    result = np.empty(len(state), dtype=np.uint8)
    for code, case in enumerate(change.cases):
        rows = state[:, change.column] == code
        if rows.any():
            result[rows] = _changed(state[rows], column, case)
    return result


def project(
    variables: Iterable[str], names: Sequence[str], values: Sequence[tuple[str, ...]]
) -> Projection:
    """Return the projection on some variables, in column order.

    Raises
    ------
    CrisisFileError
        ``game-too-large`` for more combinations of values than an integer counts.
    """
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


def condition_variables(condition: Condition) -> frozenset[str]:
    """Return the variables that a condition reads."""
    return frozenset(name for alternative in condition for name in alternative.allowed)


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
