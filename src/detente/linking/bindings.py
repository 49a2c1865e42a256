"""Bindings compiled for pricing: every index is worked out once, so that a block of draws costs a few array operations.

A binding is evaluated on *levels*: rows of values of the state variables that it reads. Results broadcast to
``(n_levels, n_draws)``, or ``(n_members, n_levels, n_draws)`` for one value per member.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from detente.arrays import FloatArray, Int64Array
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Binding, ByState, Column, Constant, OutputOf, QuantityOf, Sum
from detente.errors import Place, refuse
from detente.rules.compiling import Rules
from detente.rules.state import Projection, StateArray

__all__ = [
    "AbstractTerm",
    "DrawBlock",
    "FixedTerm",
    "Levels",
    "Scope",
    "column_paths",
    "compile_binding",
    "outputs_needed",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawBlock:
    """A block of draws while it is priced: quantities ``(D,)`` by path and the mechanisms evaluated so far."""

    values: Mapping[str, FloatArray]
    n_draws: int
    outputs: dict[str, dict[str, FloatArray]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Levels on which something is evaluated: rows of values of the variables of a projection."""

    projection: Projection
    values: StateArray

    def __len__(self) -> int:
        """Return the number of levels."""
        return len(self.values)

    def select(self, rows: Int64Array) -> "Levels":
        """Return some of the levels."""
        return Levels(projection=self.projection, values=self.values[rows])

    def column(self, variable: str) -> StateArray:
        """Return the value of one variable at each level."""
        return self.values[:, self.projection.variables.index(variable)]

    def codes_for(self, other: Projection) -> Int64Array:
        """Return the codes of these levels in a projection that reads a subset of the variables."""
        columns = [self.projection.variables.index(name) for name in other.variables]
        return other.code_values(self.values[:, columns])


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where bindings are compiled: the rules, the crisis and the levels at which each mechanism is evaluated.

    ``per_member(mechanism, output)`` tells whether an output has one value per member.
    """

    crisis: Crisis
    rules: Rules
    levels: Mapping[str, Int64Array]
    per_member: Callable[[str, str], bool]
    paths: set[str] = field(default_factory=set)


class AbstractTerm(ABC):
    """A compiled binding."""

    __slots__ = ()

    @abstractmethod
    def evaluate(self, draws: DrawBlock) -> FloatArray:
        """Return the value per level and draw (and member)."""

    def reads(self) -> Iterator[tuple[str, str]]:
        """Yield what the value depends on: ``("quantity", path)`` and ``("mechanism", id)``."""
        yield from ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Number(AbstractTerm):
    value: FloatArray

    def evaluate(self, draws: DrawBlock) -> FloatArray:
        del draws
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedTerm(AbstractTerm):
    """Values given from outside in the place of a binding; they broadcast to levels and draws (and members)."""

    value: FloatArray

    def evaluate(self, draws: DrawBlock) -> FloatArray:
        """Return the values, whatever the draws."""
        del draws
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class _Value(AbstractTerm):
    path: str

    def evaluate(self, draws: DrawBlock) -> FloatArray:
        return draws.values[self.path][None, :]

    def reads(self) -> Iterator[tuple[str, str]]:
        yield "quantity", self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Members(AbstractTerm):
    """One value per member: a path, or a fill where the table has none."""

    entries: tuple[str | float, ...]

    def evaluate(self, draws: DrawBlock) -> FloatArray:
        result = np.empty((len(self.entries), 1, draws.n_draws))
        for member, entry in enumerate(self.entries):
            result[member, 0] = draws.values[entry] if isinstance(entry, str) else entry
        return result

    def reads(self) -> Iterator[tuple[str, str]]:
        yield from (("quantity", entry) for entry in self.entries if isinstance(entry, str))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Output(AbstractTerm):
    mechanism: str
    output: str
    levels: Int64Array | None  # None: all, in order
    members: Int64Array | None

    def evaluate(self, draws: DrawBlock) -> FloatArray:
        result = draws.outputs[self.mechanism][self.output]
        if self.members is not None:
            result = result[self.members]
        return result if self.levels is None else result[..., self.levels, :]

    def reads(self) -> Iterator[tuple[str, str]]:
        yield "mechanism", self.mechanism


@dataclass(frozen=True, slots=True, kw_only=True)
class _ByState(AbstractTerm):
    n_levels: int
    cases: tuple[tuple[Int64Array, AbstractTerm], ...]

    def evaluate(self, draws: DrawBlock) -> FloatArray:
        parts = [(rows, term.evaluate(draws)) for rows, term in self.cases]
        n_members = max((len(part) for _, part in parts if part.ndim == 3), default=0)
        lead = (n_members,) if any(part.ndim == 3 for _, part in parts) else ()
        result = np.empty((*lead, self.n_levels, draws.n_draws))
        for rows, part in parts:
            result[..., rows, :] = part
        return result

    def reads(self) -> Iterator[tuple[str, str]]:
        for _, term in self.cases:
            yield from term.reads()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fold(AbstractTerm):
    """The sum or product of terms, from left to right."""

    multiply: bool
    terms: tuple[AbstractTerm, ...]

    def evaluate(self, draws: DrawBlock) -> FloatArray:
        result = self.terms[0].evaluate(draws)
        for term in self.terms[1:]:
            other = term.evaluate(draws)
            result = result * other if self.multiply else result + other
        return result

    def reads(self) -> Iterator[tuple[str, str]]:
        for term in self.terms:
            yield from term.reads()


def compile_binding(
    binding: Binding,
    *,
    scope: Scope,
    levels: Levels,
    members: Sequence[str] = (),
    place: Place,
) -> AbstractTerm:
    """Compile a binding for some levels.

    Parameters
    ----------
    binding
        What to evaluate.
    scope
        Crisis, rules and mechanism levels; the paths of the quantities read are added to ``scope.paths``.
    levels
        Where it is evaluated.
    members
        Members of the mechanism whose input this is; empty where one number is wanted.
    place
        Where the binding stands, for errors.

    Raises
    ------
    CrisisFileError
        ``quantity-unknown``, ``exposure-unknown`` or ``value-type`` (one number is wanted, one per member given).
    """
    if isinstance(binding, Constant):
        return _Number(value=np.full((1, 1), binding.value))
    if isinstance(binding, QuantityOf):
        if binding.path not in scope.crisis.quantities:
            refuse(
                f"there is no quantity {binding.path!r}",
                code="quantity-unknown",
                at=place,
                fix="declare it under `quantities`, or bind another",
            )
        scope.paths.add(binding.path)
        return _Value(path=binding.path)
    if isinstance(binding, Column):
        return _compile_column(binding, scope=scope, members=members, place=place)
    if isinstance(binding, OutputOf):
        return _compile_output(binding, scope=scope, levels=levels, members=members, place=place)

    def inner(part: Binding, rows: Int64Array | None = None) -> AbstractTerm:
        return compile_binding(
            part,
            scope=scope,
            levels=levels if rows is None else levels.select(rows),
            members=members,
            place=place,
        )

    if isinstance(binding, ByState):
        return _ByState(
            n_levels=len(levels),
            cases=tuple(
                (rows, inner(case, rows)) for rows, case in _cases(binding, scope.rules, levels)
            ),
        )
    parts = binding.terms if isinstance(binding, Sum) else binding.factors
    return _Fold(multiply=not isinstance(binding, Sum), terms=tuple(inner(part) for part in parts))


def outputs_needed(
    binding: Binding, *, rules: Rules, levels: Levels
) -> Iterator[tuple[str, Int64Array]]:
    """Yield each mechanism that a binding reads with the codes of the levels at which it needs it."""
    if isinstance(binding, OutputOf):
        yield binding.mechanism, levels.codes_for(rules.mechanism_reads[binding.mechanism])
    elif isinstance(binding, ByState):
        for rows, case in _cases(binding, rules, levels):
            yield from outputs_needed(case, rules=rules, levels=levels.select(rows))
    elif not isinstance(binding, Constant | QuantityOf | Column):
        for part in binding.terms if isinstance(binding, Sum) else binding.factors:
            yield from outputs_needed(part, rules=rules, levels=levels)


def column_paths(
    binding: Column, crisis: Crisis, members: Sequence[str]
) -> list[tuple[str, str | None]]:
    """Return for each member the path of its quantity, None where the table has none.

    ``position`` and ``salience`` name an issue where members are actors, and an actor where members are issues.
    """
    found: list[tuple[str, str | None]] = []
    for member in members:
        if binding.table == "exposure":
            path = f"exposures.{member}.{binding.name}"
        else:
            table = {"position": "positions", "red_line": "red_lines"}.get(
                binding.table, "salience"
            )
            pair = (binding.name, member) if member in crisis.issues else (member, binding.name)
            path = f"{table}.{pair[0]}.{pair[1]}"
        found.append((member, path if path in crisis.quantities else None))
    return found


def _cases(binding: ByState, rules: Rules, levels: Levels) -> Iterator[tuple[Int64Array, Binding]]:
    """Yield the levels of each case that occurs."""
    values = rules.values[rules.variables.index(binding.variable)]
    column = levels.column(binding.variable)
    for code, value in enumerate(values):
        rows = np.flatnonzero(column == code)
        if len(rows):
            yield rows, binding.cases[value]


def _compile_column(
    binding: Column, *, scope: Scope, members: Sequence[str], place: Place
) -> AbstractTerm:
    if not members:
        refuse(
            f"{binding.table} {binding.name!r} has one value per member where one number is wanted",
            code="value-type",
            at=place,
            fix="bind it to a per-member input of a mechanism with `members`",
        )
    entries: list[str | float] = []
    for member, path in column_paths(binding, scope.crisis, members):
        if path is not None:
            scope.paths.add(path)
            entries.append(path)
        elif binding.missing is not None:
            entries.append(binding.missing)
        else:
            refuse(
                f"{member!r} has no {binding.table} {binding.name!r}",
                code="exposure-unknown",
                at=place,
                fix="add the row to the table, or say `missing: VALUE` in the binding",
            )
    return _Members(entries=tuple(entries))


def _compile_output(
    binding: OutputOf, *, scope: Scope, levels: Levels, members: Sequence[str], place: Place
) -> AbstractTerm:
    positions = None
    if scope.per_member(binding.mechanism, binding.output):
        given = scope.crisis.mechanisms[binding.mechanism].members
        lacking = [member for member in members if member not in given]
        if not members or lacking:
            what = f"it has none for {lacking[0]!r}" if lacking else "one number is wanted"
            refuse(
                f"{binding.mechanism}.{binding.output} has one value per member, and {what}",
                code="value-type",
                at=place,
                fix="bind it to a per-member input of a mechanism over the same members",
            )
        positions = np.array([given.index(member) for member in members])
    codes = scope.levels[binding.mechanism]
    index = np.searchsorted(codes, levels.codes_for(scope.rules.mechanism_reads[binding.mechanism]))
    identity = len(index) == len(codes) and bool((index == np.arange(len(codes))).all())
    return _Output(
        mechanism=binding.mechanism,
        output=binding.output,
        levels=None if identity else index,
        members=positions,
    )
