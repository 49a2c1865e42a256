"""Levels: the outputs of a crisis's mechanisms at the states at which the run evaluated them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from detente.arrays import FloatArray
from detente.brief.columns import Columns, tamed
from detente.brief.names import Names
from detente.brief.words import join_words
from detente.crisis.crisis import Crisis
from detente.crisis.elements import (
    Binding,
    ByState,
    Consideration,
    Mechanism,
    OutputOf,
    Product,
    QuantityOf,
    Sum,
)
from detente.crisis.metric_names import Metric, metric_name, metric_prefix

__all__ = ["EvaluatedLevels", "Level", "reads"]

NEXT_TO_NOTHING = 0.05
"""Levels whose means differ by less than this share of their spread count as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One evaluated output of a mechanism: at which state, for which member."""

    metric: str
    mechanism: str
    output: str
    state: tuple[tuple[str, str], ...]
    member: str = ""


class EvaluatedLevels:
    """The evaluated levels of every mechanism, in the order of the state's values, and what they are called.

    Parameters
    ----------
    crisis
        The crisis.
    columns
        The values of its run.
    names
        The names of the crisis.
    """

    def __init__(self, crisis: Crisis, *, columns: Columns, names: Names) -> None:
        self._crisis, self._columns, self._names = crisis, columns, names

    def mechanisms(self, *models: str) -> tuple[Mechanism, ...]:
        """Return the mechanisms whose model is one of the names, or of a family written ``family.``."""
        return tuple(
            mechanism
            for mechanism in self._crisis.mechanisms.values()
            if any(
                mechanism.model == name or (name.endswith(".") and mechanism.model.startswith(name))
                for name in models
            )
        )

    def of(self, mechanism: str, output: str) -> tuple[Level, ...]:
        """Return every evaluated level of a mechanism's output, in the order of the state's values."""
        return self._levels.get((mechanism, output), ())

    def main(
        self, mechanism: str, output: str, *, most: int = 5, skip_zero: bool = False
    ) -> tuple[Level, ...]:
        """Return the levels to show: all if they are few, else the one nearest to the start and those a change away.

        A level that differs from one nearer to the start by next to nothing is left out, and with ``skip_zero`` one
        that is zero in every case.
        """
        every = self.of(mechanism, output)
        if skip_zero:
            every = tuple(level for level in every if self._columns.values(level.metric).any())
        every = self._telling(every)
        states = list(dict.fromkeys(level.state for level in every))
        if len(states) > most:
            ranked = sorted(states, key=lambda state: (self._distance(state), states.index(state)))
            nearest = self._distance(ranked[0])
            near = [state for state in ranked if self._distance(state) <= nearest + 1]
            states = near[: most + 1]
        return tuple(level for level in every if level.state in states)

    def start(self, mechanism: str, output: str) -> tuple[Level, ...]:
        """Return the levels of an output nearest to the initial state (one per member)."""
        every = self.of(mechanism, output)
        if not every:
            return ()
        least = min(self._distance(level.state) for level in every)
        first = next(level.state for level in every if self._distance(level.state) == least)
        return tuple(level for level in every if level.state == first)

    def changed(self, level: Level) -> tuple[tuple[str, str], ...]:
        """Return the part of a level's state that differs from the start of the game."""
        known = self._crisis.state
        return tuple(
            (variable, value)
            for variable, value in level.state
            if variable not in known or known[variable].initial != value
        )

    def label(self, level: Level) -> str:
        """Return in words what differs at a level from the start of the game, to stand behind a noun."""
        parts = [
            self._names.state_phrase(variable, value) for variable, value in self.changed(level)
        ]
        return join_words(parts) if parts else "as things stand"

    def state_words(self, level: Level) -> str:
        """Return in words the whole state that a level depends on, the start of the game included."""
        parts = [self._names.state_phrase(variable, value) for variable, value in level.state]
        return join_words(parts) if parts else "as things stand"

    def full_label(self, level: Level) -> str:
        """Return a mechanism's label with what differs at a level from the start of the game."""
        label = self._crisis.mechanisms[level.mechanism].label
        return f"{label} {self.label(level)}" if self.changed(level) else label

    def key(self, level: Level) -> str:
        """Return the part of a figure's id that names a level: what differs from the start."""
        parts = [f"{variable}={value}" for variable, value in self.changed(level)]
        return "." + "+".join(parts) if parts else ""

    def binding_values(self, binding: Binding | None) -> tuple[FloatArray, str] | None:
        """Return the values and the metric of a binding at the start of the game; None if it is not a simple one."""
        if isinstance(binding, OutputOf):
            levels = self.start(binding.mechanism, binding.output)
            if levels:
                return self._columns.values(levels[0].metric), levels[0].metric
        if isinstance(binding, ByState) and binding.variable in self._crisis.state:
            return self.binding_values(
                binding.cases.get(self._crisis.state[binding.variable].initial)
            )
        if isinstance(binding, QuantityOf):
            metric = metric_name("quantity", binding.path)
            return self._columns.values(metric), metric
        return None

    def priced_by(self, mechanism: str) -> tuple[Consideration, ...]:
        """Return the considerations whose price reads an output of a mechanism."""
        every = self._crisis.considerations.values()
        return tuple(item for item in every if reads(item.price, {mechanism}))

    @cached_property
    def _levels(self) -> Mapping[tuple[str, str], tuple[Level, ...]]:
        found: dict[tuple[str, str], list[Level]] = {}
        for name in self._columns.metrics(metric_prefix("mechanism")):
            level = self._parse_level(name)
            if level is not None:
                found.setdefault((level.mechanism, level.output), []).append(level)
        return {key: tuple(sorted(rows, key=self._level_order)) for key, rows in found.items()}

    def _parse_level(self, name: str) -> Level | None:
        found = Metric.parse(name)
        if found.about not in self._crisis.mechanisms:
            return None
        mechanism, output = found.parts
        return Level(
            metric=name,
            mechanism=mechanism,
            output=output,
            state=found.state,
            member=found.member,
        )

    def _level_order(self, level: Level) -> tuple[object, ...]:
        members = self._crisis.mechanisms[level.mechanism].members
        at = members.index(level.member) if level.member in members else -1
        return (*(self._value_rank(*pair) for pair in level.state), at, level.metric)

    def _value_rank(self, variable: str, value: str) -> int:
        known = self._crisis.state.get(variable)
        if known is not None and value in known.values:
            return known.values.index(value)
        return int(value) if value.isdigit() else 0

    def _telling(self, levels: Sequence[Level]) -> tuple[Level, ...]:
        """Leave out states whose values hardly differ from those of a state kept before it, the start first."""
        by_state: dict[tuple[tuple[str, str], ...], dict[str, Level]] = {}
        for level in levels:
            by_state.setdefault(level.state, {})[level.member] = level
        kept: list[tuple[tuple[str, str], ...]] = []
        for state in sorted(by_state, key=self._distance):
            if not any(self._alike(by_state[state], by_state[other]) for other in kept):
                kept.append(state)
        return tuple(level for level in levels if level.state in kept)

    def _alike(self, first: Mapping[str, Level], second: Mapping[str, Level]) -> bool:
        for member, level in first.items():
            if member not in second:
                return False
            (mine, other), _ = tamed(
                self._columns.values(level.metric), self._columns.values(second[member].metric)
            )
            spread = max(float(np.std(mine)), float(np.std(other)))
            if float(np.abs(np.mean(mine - other))) > NEXT_TO_NOTHING * spread:
                return False
        return True

    def _distance(self, state: tuple[tuple[str, str], ...]) -> int:
        variables = self._crisis.state
        return sum(
            1
            for variable, value in state
            if variable in variables and variables[variable].initial != value
        )


def reads(binding: Binding, mechanisms: set[str]) -> bool:
    """Say whether a binding reads an output of one of the mechanisms."""
    if isinstance(binding, OutputOf):
        return binding.mechanism in mechanisms
    parts: Iterable[Binding] = ()
    if isinstance(binding, ByState):
        parts = binding.cases.values()
    elif isinstance(binding, Sum):
        parts = binding.terms
    elif isinstance(binding, Product):
        parts = binding.factors
    return any(reads(part, mechanisms) for part in parts)
