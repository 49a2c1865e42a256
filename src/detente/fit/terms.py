"""Columns of a data set, and the terms of a utility as columns of numbers.

A term is ``const``, the name of a column, ``sqrt(name)``, ``log(name)``, ``name[word]`` (1 where the column holds the word), or a
product of such, ``x * y``. A column that holds words becomes an indicator for each word but the first by the alphabet. Nothing is
evaluated.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NoReturn

import numpy as np

from detente.arrays import FloatArray, IntArray
from detente.crisis.csv_cells import is_missing, looks_like_number
from detente.crisis.user_tables import UserTable, read_user_table
from detente.errors import Code, UsageError, nearest, refuse
from detente.fit.maximising import Equation
from detente.fit.separation import dependent_column
from detente.fit.specs import Spec

__all__ = ["Observations", "columns_of", "read_observations"]

CONST = "const"
_FUNCTION = re.compile(r"(sqrt|log)\s*\(\s*(.+?)\s*\)")
_INDICATOR = re.compile(r"(.+)\[(.+)\]")


@dataclass(slots=True, kw_only=True, eq=False)
class Observations:
    """The rows of a table that are used.

    Attributes
    ----------
    columns
        Cells by column, as text.
    lines
        Where each row begins in the file.
    """

    file: str
    columns: Mapping[str, Sequence[str]]
    lines: Sequence[int]
    table: UserTable = field(repr=False)

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self.lines)

    def at(self, row: int) -> str:
        """Return the place of a row, for messages."""
        return f"{self.file}:{self.lines[row]}"

    def refuse(self, code: Code, message: str, row: int, *, fix: str) -> NoReturn:
        """Refuse a row."""
        refuse(message, code=code, at=self.at(row), fix=fix, error=UsageError)

    def keep(self, rows: IntArray) -> "Observations":
        """Return some rows."""
        columns = {name: [cells[row] for row in rows] for name, cells in self.columns.items()}
        lines = [self.lines[row] for row in rows]
        return Observations(file=self.file, columns=columns, lines=lines, table=self.table)

    def cells(self, name: str, spec: Spec, *keys: str | int) -> Sequence[str]:
        """Return the cells of a column that an entry of the specification names."""
        if name in self.columns:
            return self.columns[name]
        near = nearest(name, self.columns) or list(self.columns)[:8]
        return spec.refuse(
            "table-column-missing",
            f"the table has no column {name!r}",
            *keys,
            fix=f"use a column of {self.file}, such as {', '.join(near)}",
        )

    def numbers(self, name: str, spec: Spec, *keys: str | int) -> FloatArray:
        """Return a column of numbers; a cell that is none is refused with its row."""
        cells = self.cells(name, spec, *keys)
        known = {cell: self.table.style.read(cell) for cell in set(cells)}
        found = np.empty(len(cells))
        for row, cell in enumerate(cells):
            number = known[cell]
            if number is None:
                what = "missing" if is_missing(cell) else f"{cell[:40]!r}, no number"
                self.refuse(
                    "table-row-invalid",
                    f"{name} is {what}",
                    row,
                    fix="write a number with a decimal point, or drop rows without one by `missing: drop`",
                )
            found[row] = number
        return found

    def equation(self, name: str, terms: Sequence[str], spec: Spec, *keys: str | int) -> Equation:
        """Return the columns of a utility's terms.

        Raises
        ------
        UsageError
            ``table-column-missing``, ``table-row-invalid``, ``value-out-of-range``, ``data-too-few`` or ``regressor-collinear``.
        """
        names: list[str] = []
        columns: list[FloatArray] = []
        for term in terms:
            for label, column in self._term(term, spec, *keys):
                names.append(label)
                columns.append(column)
        if self.size < len(columns):
            self.refuse(
                "data-too-few",
                f"{self.size} rows are fewer than the {len(columns)} terms of {name}",
                self.size - 1,
                fix="give more rows, or leave out terms",
            )
        matrix = np.column_stack(columns) if columns else np.zeros((self.size, 0))
        place = dependent_column(matrix) if self.size else None
        if place is not None:
            others = ", ".join(names[:place])
            zero = not matrix[:, place].any()
            why = "0 in every row" if zero else f"a combination of {others} in every row"
            spec.refuse(
                "regressor-collinear",
                f"{names[place]!r} is {why} of {name}, so its coefficient has no estimate",
                *keys,
                fix=f"leave {names[place]!r} out of {name}, or use data in which it varies by itself",
            )
        return Equation(name=name, terms=tuple(names), columns=matrix)

    def _term(self, term: str, spec: Spec, *keys: str | int) -> Iterable[tuple[str, FloatArray]]:
        if term == CONST:
            return [(CONST, np.ones(self.size))]
        if term not in self.columns and "*" in term:
            parts = [part.strip() for part in term.split("*")]
            product = np.ones(self.size)
            for part in parts:
                found = list(self._term(part, spec, *keys))
                if len(found) != 1:
                    spec.refuse(
                        "value-type",
                        f"{part!r} in the product {term!r} has several categories",
                        *keys,
                        fix="make an indicator column for each and multiply those",
                    )
                product = product * found[0][1]
            return [(term, product)]
        indicator = _INDICATOR.fullmatch(term)
        if term not in self.columns and indicator is not None:
            cells = self.cells(indicator[1], spec, *keys)
            return [(term, np.array([float(cell == indicator[2]) for cell in cells]))]
        match = _FUNCTION.fullmatch(term)
        if term in self.columns or match is None:
            cells = self.cells(term, spec, *keys)
            words = self.words(term)
            if words:
                return [
                    (f"{term}[{word}]", np.array([float(cell == word) for cell in cells]))
                    for word in words[1:]
                ]
            return [(term, self.numbers(term, spec, *keys))]
        return [(term, self._function(match[1], match[2], term, spec, *keys))]

    def _function(
        self, function: str, name: str, term: str, spec: Spec, *keys: str | int
    ) -> FloatArray:
        values = self.numbers(name, spec, *keys)
        least = np.where(values < 0.0) if function == "sqrt" else np.where(values <= 0.0)
        if least[0].size:
            row = int(least[0][0])
            self.refuse(
                "value-out-of-range",
                f"{name} is {values[row]:g}, of which there is no {term!r}",
                row,
                fix="use the column itself, or correct the row",
            )
        return np.sqrt(values) if function == "sqrt" else np.log(values)

    def words(self, name: str) -> list[str]:
        """Return the words of a column by the alphabet; none if it holds a number."""
        known = sorted({cell for cell in self.columns[name] if not is_missing(cell)})
        return [] if any(looks_like_number(cell) for cell in known) else known

    def replacing(self, name: str, cells: Sequence[str]) -> "Observations":
        """Return the rows with other cells in a column."""
        return replace(self, columns={**self.columns, name: cells})

    def same_equation(self, equation: Equation) -> Equation:
        """Return an equation of the same terms on these rows."""
        nothing = Spec(entries={})
        columns = [column for term in equation.terms for _, column in self._term(term, nothing)]
        return replace(equation, columns=np.column_stack(columns))


def read_observations(path: Path, spec: Spec, used: Iterable[str]) -> Observations:
    """Read the rows of a table that a specification can use.

    Parameters
    ----------
    path
        A CSV file.
    spec
        With ``missing: drop``, rows that lack a value in a column that is used are left out; else they are refused.
    used
        Terms and columns that are used.

    Raises
    ------
    UsageError
        As :func:`detente.crisis.user_tables.read_user_table`; ``table-row-invalid`` for a missing value, ``data-too-few`` if
        no row is left.
    """
    table = read_user_table(path, "data")
    columns = {
        name: [row.cells[place] for row in table.rows] for place, name in enumerate(table.columns)
    }
    lines = [row.line for row in table.rows]
    data = Observations(file=str(path), columns=columns, lines=lines, table=table)
    names = dict.fromkeys(name for term in used for name in columns_of(term, columns))
    drop = spec.word("missing", ("refuse", "drop")) == "drop"
    gaps = {name: {cell for cell in set(columns[name]) if is_missing(cell)} for name in names}
    lacking = [name for name in names if gaps[name]]
    kept = []
    for row in range(data.size):
        gap = next((name for name in lacking if columns[name][row] in gaps[name]), None)
        if gap is None:
            kept.append(row)
        elif not drop:
            data.refuse(
                "table-row-invalid",
                f"{gap} is missing",
                row,
                fix="fill it in, or write `missing: drop` into the specification to leave such rows out",
            )
    if not kept:
        refuse(
            "the table has no row that can be used",
            code="data-too-few",
            at=str(path),
            fix="give it rows with all the columns that the specification names",
            error=UsageError,
        )
    return data if len(kept) == data.size else data.keep(np.asarray(kept))


def columns_of(term: str, columns: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the columns that a term reads, as far as they exist."""
    if term in columns:
        return [term]
    if "*" in term:
        return [name for part in term.split("*") for name in columns_of(part.strip(), columns)]
    indicator = _INDICATOR.fullmatch(term)
    if indicator is not None and indicator[1] in columns:
        return [indicator[1]]
    match = _FUNCTION.fullmatch(term)
    return [match[2]] if match is not None and match[2] in columns else []
