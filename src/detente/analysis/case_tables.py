"""Tables of cases from a CSV or Parquet file: columns of numbers and of categories, each cell checked."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from detente.crisis.csv_reader import MalformedCsvError, decode_text, find_delimiter, read_rows
from detente.errors import UsageError

__all__ = ["read_cases"]

_MISSING = frozenset({"", "na", "nan", "n/a", "null", "none"})


def read_cases(
    path: Path, *, leave_out: Sequence[str] = (), drop_missing: bool = False
) -> dict[str, NDArray[np.generic]]:
    """Read a file of cases, a row for each, into columns.

    A column of a CSV file whose cells are all whole numbers becomes integers, one of numbers floats, any other text; those of
    a Parquet file (by its ending) have types, and truth values become text. A column without any value is text.

    Parameters
    ----------
    path
        The file; the first row names the columns.
    leave_out
        Columns to leave out.
    drop_missing
        Leave out cases that lack a value in any column that has some.

    Raises
    ------
    UsageError
        ``file-missing``, ``file-not-utf8``, ``table-column-missing`` for a column to leave out that is not there, or
        ``table-row-invalid`` with the line: cells too many or few, a name twice, a missing value among numbers, no case left.
    """
    parquet = path.suffix.lower() in {".parquet", ".pq"}
    cells, lines = _read_parquet(path) if parquet else _read_csv(path)
    for name in leave_out:
        if name not in cells:
            message = f"{path.name} has no column {name!r}"
            raise UsageError(
                message,
                code="table-column-missing",
                at=str(path),
                fix=f"use some of: {', '.join(cells)}",
            )
    cells = {name: row for name, row in cells.items() if name not in leave_out}
    if drop_missing:
        there = [[cell.lower() not in _MISSING for cell in row] for row in cells.values()]
        known = [row for row in there if any(row)]
        kept = [place for place in range(len(lines)) if all(row[place] for row in known)]
        if not kept:
            raise _bad(path, 1, "no case has a value in every column", "leave columns out instead")
        cells = {name: [row[place] for place in kept] for name, row in cells.items()}
        lines = [lines[place] for place in kept]
    return {name: _column(path, name, row, lines) for name, row in cells.items()}


Cells = dict[str, list[str]]


def _read_csv(path: Path) -> tuple[Cells, list[int]]:
    """Return the cells of each column and the line of each case."""
    try:
        text = decode_text(path.read_bytes())
    except UnicodeDecodeError as error:
        message = (
            f"{path.name} is not UTF-8 text: byte {error.start} is {error.object[error.start]:#x}"
        )
        raise UsageError(
            message, code="file-not-utf8", at=str(path), fix="save the file as UTF-8"
        ) from error
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        rows = list(read_rows(text, delimiter=find_delimiter(text, ",;\t")))
    except MalformedCsvError as error:
        what = f"it is no table: {error.reason}"
        raise _bad(path, error.line, what, "quote cells as CSV files do") from error
    names = [name.strip() for name in rows[0].cells] if rows else []
    if len(names) < 2 or len(rows) < 2:
        raise _bad(
            path,
            1,
            "a table of cases has a row of names, two columns and a case at least",
            "name the columns in the first row",
        )
    twice = [name for name in names if names.count(name) > 1 or not name]
    if twice:
        raise _bad(path, 1, f"the column name {twice[0]!r} stands twice or is empty", "rename it")
    body = rows[1:]
    for line, row in body:
        if len(row) != len(names):
            raise _bad(
                path, line, f"{len(row)} cells stand under {len(names)} names", "mend the row"
            )
    cells = {name: [row[place].strip() for _, row in body] for place, name in enumerate(names)}
    return cells, [line for line, _ in body]


def _read_parquet(path: Path) -> tuple[Cells, list[int]]:
    """Return the cells of each column as a CSV file would hold them, and the place of each case, from 1."""
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, ValueError) as error:
        raise _bad(path, 1, f"it is no Parquet file: {error}", "write it anew") from error
    except OSError as error:
        raise _unreadable(path, error) from error
    names = table.column_names
    if len(names) < 2 or not table.num_rows or len(set(names)) < len(names):
        raise _bad(
            path,
            1,
            "a table of cases has two columns of different names and a case at least",
            "give a larger table",
        )
    cells = {name: [_written(cell) for cell in table.column(name).to_pylist()] for name in names}
    return cells, list(range(1, table.num_rows + 1))


def _unreadable(path: Path, error: OSError) -> UsageError:
    return UsageError(
        f"cannot read {path}: {error.strerror or error}",
        code="file-missing",
        at=str(path),
        fix="give the path of a CSV or Parquet file",
    )


def _written(cell: object) -> str:
    """Write a value of a Parquet file as a CSV file would hold it."""
    return "" if cell is None else repr(cell) if isinstance(cell, float) else str(cell)


def _column(path: Path, name: str, cells: list[str], lines: list[int]) -> NDArray[np.generic]:
    numbers: list[float] = []
    odd: list[int] = []
    for place, cell in enumerate(cells):
        try:
            numbers.append(float(cell))
        except ValueError:
            numbers.append(float("nan"))
            odd.append(place)
    missing = [place for place, cell in enumerate(cells) if cell.lower() in _MISSING]
    if len(missing) == len(cells):  # says nothing, as any column with one value
        return np.full(len(cells), "")
    if len(odd) > len([place for place in odd if cells[place].lower() in _MISSING]):
        return np.array(cells)
    if missing or not np.isfinite(numbers).all():
        place = missing[0] if missing else int(np.flatnonzero(~np.isfinite(numbers))[0])
        raise _bad(
            path,
            lines[place],
            f"column {name!r} holds {cells[place]!r} among numbers",
            "fill the value in, leave the column out, or leave out cases without a value (--drop-missing)",
        )
    if all(cell.lstrip("+-").isdigit() for cell in cells):
        return np.array(numbers).astype(np.int64)
    return np.array(numbers)


def _bad(path: Path, line: int, what: str, fix: str) -> UsageError:
    return UsageError(
        f"{path.name}: {what}", code="table-row-invalid", at=f"{path}:{line}", fix=fix
    )
