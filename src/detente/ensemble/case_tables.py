"""Tables of cases from a CSV file: columns of numbers and of categories, each cell checked."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detente.errors import UsageError

__all__ = ["read_cases"]

_MISSING = frozenset({"", "na", "nan", "n/a", "null", "none"})


def read_cases(path: Path, *, leave_out: Sequence[str] = ()) -> dict[str, NDArray[np.generic]]:
    """Read a CSV file of cases, a row for each, into columns.

    A column whose cells are all whole numbers becomes integers, one of numbers floats, any other text.

    Parameters
    ----------
    path
        The file; the first row names the columns.
    leave_out
        Columns to leave out.

    Raises
    ------
    UsageError
        ``file-missing``, ``file-not-utf8``, ``table-column-missing`` for a column to leave out that is not there, or
        ``table-row-invalid`` with the line: cells too many or few, a name twice, a missing value among numbers.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        message = (
            f"{path.name} is not UTF-8 text: byte {error.start} is {error.object[error.start]:#x}"
        )
        raise UsageError(
            message, code="file-not-utf8", at=str(path), fix="save the file as UTF-8"
        ) from error
    except OSError as error:
        message = f"cannot read {path}: {error.strerror or error}"
        raise UsageError(
            message, code="file-missing", at=str(path), fix="give the path of a CSV file"
        ) from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(text.splitlines(), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise _bad(path, 1, f"it is no table: {error}", "quote cells as CSV files do") from error
    names = [name.strip() for name in rows[0]] if rows else []
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
    for name in leave_out:
        if name not in names:
            message = f"{path.name} has no column {name!r}"
            raise UsageError(
                message,
                code="table-column-missing",
                at=str(path),
                fix=f"use some of: {', '.join(names)}",
            )
    body = [
        (line, row) for line, row in enumerate(rows[1:], 2) if any(cell.strip() for cell in row)
    ]
    for line, row in body:
        if len(row) != len(names):
            raise _bad(
                path, line, f"{len(row)} cells stand under {len(names)} names", "mend the row"
            )
    return {
        name: _column(
            path, name, [row[place].strip() for _, row in body], [line for line, _ in body]
        )
        for place, name in enumerate(names)
        if name not in leave_out
    }


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
    if len(odd) > len([place for place in odd if cells[place].lower() in _MISSING]):
        return np.array(cells)
    if missing or not np.isfinite(numbers).all():
        place = missing[0] if missing else int(np.flatnonzero(~np.isfinite(numbers))[0])
        raise _bad(
            path,
            lines[place],
            f"column {name!r} holds {cells[place]!r} among numbers",
            "fill the value in, or leave the case or the column out",
        )
    if all(cell.lstrip("+-").isdigit() for cell in cells):
        return np.array(numbers).astype(np.int64)
    return np.array(numbers)


def _bad(path: Path, line: int, what: str, fix: str) -> UsageError:
    return UsageError(
        f"{path.name}: {what}", code="table-row-invalid", at=f"{path}:{line}", fix=fix
    )
