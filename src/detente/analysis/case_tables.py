r"""Tables of cases from a CSV or Parquet file: columns of numbers and of categories, each cell checked.

A column is one of numbers if :data:`NUMERIC_SHARE` of its cells or more are numbers, or are meant as numbers however they
are written. Any other cell in it is then refused with its line, so that one odd cell never turns numbers into categories.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from detente.crisis.csv_cells import (
    LARGEST_NUMBER,
    NumberStyle,
    is_infinite,
    is_missing,
    looks_like_number,
)
from detente.crisis.csv_reader import CsvRow, MalformedCsvError, check_characters
from detente.crisis.user_tables import (
    UserTable,
    assemble_table,
    read_content,
    read_user_table,
    table_error,
)
from detente.errors import Code, refuse

__all__ = ["IDENTIFIER_SHARE", "NUMERIC_SHARE", "CaseTable", "read_cases"]

NUMERIC_SHARE = 0.8
"""From this share of numbers on, among cells that are not missing, a column is one of numbers."""

IDENTIFIER_SHARE = 0.5
"""A column of words with more different words than this share of the cases names cases; it is no input."""

_MIXED_SHARE = 0.2
"""From this share of numbers on a column of words is reported as mixed."""

_LARGEST_WHOLE = 2**53
"""Up to here every whole number is one of double precision too."""

_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTable:
    """Columns by name, each of shape ``(n_cases,)``; the line of each case; what was left out, in sentences."""

    columns: dict[str, NDArray[np.generic]]
    lines: tuple[int, ...]
    notes: tuple[str, ...]


def read_cases(
    path: Path,
    *,
    leave_out: Sequence[str] = (),
    drop_missing: bool = False,
    keep: Collection[str] = (),
) -> CaseTable:
    """Read a file of cases, a row for each, into columns.

    A column of whole numbers up to :data:`_LARGEST_WHOLE` becomes integers, one of other numbers floats, any other text. Cells
    of a Parquet file (by its ending) are read by the same rules as those of a CSV file, truth values as words. A column
    without any value is text.

    Parameters
    ----------
    path
        The file; the first row names the columns.
    leave_out
        Columns to leave out.
    drop_missing
        Leave out cases that lack a value in any column that has some.
    keep
        Columns that are not left out though their words name cases: the outcome, and inputs that are asked for.

    Raises
    ------
    UsageError
        ``file-missing``, ``file-too-large``, ``file-not-utf8``, ``character-forbidden``, ``table-column-missing`` for a column
        to leave out that is not there, ``value-not-finite``, ``value-out-of-range``, or ``table-row-invalid`` with the line: cells too many or few, a
        name twice, a missing value, a cell that is no number among numbers, no case left.
    """
    parquet = path.suffix.lower() in {".parquet", ".pq"}
    table = _read_parquet(path) if parquet else read_user_table(path, "cases")
    if len(table.columns) < 2 or not table.rows:
        what = "a table of cases has a row of names, two columns and a case at least"
        _refuse(path, table.line, what, "name the columns in the first row, and give a row a case")
    for name in leave_out:
        if name not in table.columns:
            refuse(
                f"{path.name} has no column {name!r}",
                code="table-column-missing",
                at=str(path),
                fix=f"use some of: {', '.join(table.columns)}",
            )
    lines = [row.line for row in table.rows]
    cells = {
        name: [row.cells[place] for row in table.rows]
        for place, name in enumerate(table.columns)
        if name not in leave_out
    }
    notes = list(table.notes)
    if drop_missing:
        cells, lines = _drop(path, cells, lines, notes)
    reader = _ColumnReader(path, lines, table.style, notes)
    columns = {name: reader.read(name, column) for name, column in cells.items()}
    for name, column in list(columns.items()):
        if name not in keep and _names_cases(column):
            n_words = len(set(column.tolist()))
            notes.append(
                f"column {name!r} holds {n_words} different words in {len(lines)} cases and so names cases: "
                "it is left out"
            )
            del columns[name]
    return CaseTable(columns=columns, lines=tuple(lines), notes=tuple(notes))


Cells = dict[str, list[str]]


def _drop(path: Path, cells: Cells, lines: list[int], notes: list[str]) -> tuple[Cells, list[int]]:
    """Leave out cases that lack a value in a column that has some."""
    there = [[not is_missing(cell) for cell in column] for column in cells.values()]
    known = [column for column in there if any(column)]
    kept = [place for place in range(len(lines)) if all(column[place] for column in known)]
    if not kept:
        emptiest = min(
            (sum(column), name) for name, column in zip(cells, there, strict=True) if any(column)
        )[1]
        what = f"no case has a value in every column; {emptiest!r} has fewest"
        _refuse(path, 1, what, f"leave columns out as well (--leave-out {emptiest})")
    if len(kept) < len(lines):
        notes.append(
            f"{len(lines) - len(kept)} of {len(lines)} cases lack a value and are left out"
        )
    cells = {name: [column[place] for place in kept] for name, column in cells.items()}
    return cells, [lines[place] for place in kept]


def _names_cases(column: NDArray[np.generic]) -> bool:
    """Tell whether the words of a column tell cases apart rather than sort them."""
    if column.dtype.kind != "U":
        return False
    n_words = len(set(column.tolist()))
    return n_words > 2 and n_words > IDENTIFIER_SHARE * column.size


def _read_parquet(path: Path) -> UserTable:
    """Return the table as a CSV file would hold it; a line is the place of a case, from 1."""
    content = read_content(path, "cases")
    try:
        table = pq.read_table(pa.BufferReader(content))
    except (pa.ArrowException, ValueError, OSError) as error:
        _refuse(path, 1, f"it is no Parquet file: {error}", "write it anew")
    columns = [[_written(cell) for cell in column.to_pylist()] for column in table.columns]
    rows = [CsvRow(0, [name.strip() for name in table.column_names])]
    rows += [CsvRow(line, list(cells)) for line, cells in enumerate(zip(*columns, strict=True), 1)]
    try:
        for row in rows:
            check_characters(row)
        return assemble_table(rows, NumberStyle()) if columns else _EMPTY
    except MalformedCsvError as error:
        raise table_error(error, path, "cases") from error


_EMPTY = UserTable(columns=(), line=1, rows=(), style=NumberStyle())


def _written(cell: object) -> str:
    """Write a value of a Parquet file as a CSV file would hold it."""
    return "" if cell is None else repr(cell) if isinstance(cell, float) else str(cell).strip()


class _ColumnReader:
    """Reads the columns of one table: numbers, or words."""

    def __init__(self, path: Path, lines: list[int], style: NumberStyle, notes: list[str]) -> None:
        self.path, self.lines, self.style, self.notes = path, lines, style, notes

    def read(self, name: str, cells: list[str]) -> NDArray[np.generic]:
        """Return a column as integers, floats or text."""
        numbers = [self.style.read(cell) for cell in cells]
        others = [place for place, number in enumerate(numbers) if number is None]
        missing = [place for place in others if is_missing(cells[place])]
        if len(missing) == len(cells):  # says nothing, as any column with one value
            return np.full(len(cells), "")
        odd = [place for place in others if not is_missing(cells[place])]
        n_numbers = len(cells) - len(others) + sum(looks_like_number(cells[place]) for place in odd)
        share = n_numbers / (len(cells) - len(missing))
        if odd and share >= NUMERIC_SHARE:
            self._refuse_odd(name, cells[odd[0]], odd[0])
        if missing:
            self._refuse_missing(name, cells[missing[0]], missing[0], words=share < NUMERIC_SHARE)
        if share < NUMERIC_SHARE:
            if share >= _MIXED_SHARE:
                self.notes.append(
                    f"column {name!r} holds numbers ({share:.0%} of its cells) among words: all are read as words"
                )
            return np.array(cells)
        values = np.array(numbers, dtype=np.float64)
        if (np.abs(values) > LARGEST_NUMBER).any():
            self._refuse_large(name, cells, int(np.abs(values).argmax()))
        whole = all(cell.lstrip("+-").isdigit() for cell in cells)
        if whole and (np.abs(values) <= _LARGEST_WHOLE).all():
            return values.astype(np.int64)
        return values

    def _refuse_odd(self, name: str, cell: str, place: int) -> NoReturn:
        line, shown = self.lines[place], cell[:_SHOWN]
        out = f"or leave the column out (--leave-out {name!r})"
        if is_infinite(cell):
            what = f"column {name!r} holds {shown!r}, which is not finite"
            fix = f"remove the row, {out}"
            _refuse(self.path, line, what, fix, code="value-not-finite")
        if self.style.is_ambiguous(cell):
            what = (
                f"column {name!r} holds {shown!r}, which may have a decimal mark or mark thousands"
            )
            _refuse(self.path, line, what, f"{self.style.advise(cell)}, {out}")
        what = f"column {name!r} holds {shown!r} among numbers"
        fix = (
            f"write a plain number such as {self.style.write('1234.5')}, without signs of percent, money or thousands; "
            f"leave the cell blank and give --drop-missing; {out}"
        )
        _refuse(self.path, line, what, fix)

    def _refuse_large(self, name: str, cells: list[str], place: int) -> NoReturn:
        what = f"column {name!r} holds {cells[place][:_SHOWN]!r}, beyond {LARGEST_NUMBER:g}"
        fix = f"give the column in a larger unit, or leave it out (--leave-out {name!r})"
        _refuse(self.path, self.lines[place], what, fix, code="value-out-of-range")

    def _refuse_missing(self, name: str, cell: str, place: int, *, words: bool) -> NoReturn:
        shown = f"{cell!r}, a missing value" if cell else "no value"
        what = f"column {name!r} holds {shown}, among {'words' if words else 'numbers'}"
        fix = (
            f"fill the value in, leave the column out (--leave-out {name!r}), or leave out cases "
            "without a value (--drop-missing)"
        )
        _refuse(self.path, self.lines[place], what, fix)


def _refuse(
    path: Path, line: int, what: str, fix: str, *, code: Code = "table-row-invalid"
) -> NoReturn:
    refuse(f"{path.name}: {what}", code=code, at=f"{path}:{line}", fix=fix)
