"""The one reader of CSV: from the bytes of a file to its rows, each with the line on which it begins.

Encodings, delimiters, quoting and what counts as a number are decided here and nowhere else. What a row must hold, and the
words in which a table is refused, are its reader's own business.
"""

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from detente.errors import UsageError

__all__ = [
    "NUMBER",
    "CsvRow",
    "MalformedCsvError",
    "decode_text",
    "find_delimiter",
    "read_number",
    "read_records",
    "read_rows",
    "read_table",
]


NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
"""A number as files write it: decimal, with a point, with or without an exponent."""


class CsvRow(NamedTuple):
    """One row that is not blank: the line on which it begins, from 1, and its cells as they stand."""

    line: int
    cells: list[str]


class MalformedCsvError(ValueError):
    """A text that is no CSV: ``reason``, the ``line`` on which the bad row begins, and the ``end`` of what was read of it."""

    def __init__(self, reason: str, *, line: int, end: int) -> None:
        super().__init__(f"{reason} (line {line})")
        self.reason, self.line, self.end = reason, line, end


def decode_text(content: bytes, *, utf16: bool = False) -> str:
    r"""Return the text of a table, without a byte-order mark.

    Parameters
    ----------
    content
        UTF-8.
    utf16
        Whether UTF-16 is read too, if it says so by a byte-order mark.

    Returns
    -------
    str
        Line ends as in the file.

    Raises
    ------
    UnicodeDecodeError
        If the bytes are no such text.

    Examples
    --------
    >>> decode_text(b"\xef\xbb\xbfa,b")
    'a,b'
    """
    if utf16 and content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    return content.decode("utf-8-sig")


def read_rows(text: str, *, delimiter: str = ",") -> Iterator[CsvRow]:
    r"""Yield the rows of a table that are not blank.

    Parameters
    ----------
    text
        What :func:`decode_text` returns.
    delimiter
        What separates cells: one character.

    Yields
    ------
    CsvRow
        The row of column names first.

    Raises
    ------
    MalformedCsvError
        At the first row whose quotes are not closed or stand amid a cell, or whose cell is too long.

    Examples
    --------
    >>> [row.line for row in read_rows('a,b\n"1\n2",3\n\n4,5\n')]
    [1, 2, 5]
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield CsvRow(line, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise MalformedCsvError(str(error), line=line, end=reader.line_num) from error


def read_records(text: str) -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:
    r"""Return the column names of a table and, for each row, its line and its cells by column.

    Cells that a short row lacks are empty; those of a long row that no column names are left out.

    Raises
    ------
    MalformedCsvError
        As :func:`read_rows`; for a row, once it is asked for.

    Examples
    --------
    >>> columns, records = read_records("a,b\n1\n")
    >>> columns, list(records)
    (['a', 'b'], [(2, {'a': '1', 'b': ''})])
    """
    rows = read_rows(text)
    columns = next(rows, CsvRow(1, [])).cells
    empty = dict.fromkeys(columns, "")
    return columns, (
        (row.line, empty | dict(zip(columns, row.cells, strict=False))) for row in rows
    )


def read_table(path: Path, what: str) -> str:
    """Return the text of a table of a user's own; see :func:`decode_text`.

    Parameters
    ----------
    path
        A CSV file.
    what
        What its rows are, in the plural, for messages.

    Raises
    ------
    UsageError
        ``file-missing`` or ``file-not-utf8``.
    """
    try:
        return decode_text(path.read_bytes())
    except OSError as error:
        message = f"the {what} cannot be read: {error.strerror or error}"
        fix = "name a CSV file that can be read"
        raise UsageError(message, code="file-missing", at=str(path), fix=fix) from error
    except UnicodeDecodeError as error:
        message = f"the table of {what} is not UTF-8 at byte {error.start}"
        fix = "save the table as UTF-8"
        raise UsageError(message, code="file-not-utf8", at=str(path), fix=fix) from error


def find_delimiter(text: str, candidates: str, *, wanted: Sequence[str] = ()) -> str:
    r"""Return the delimiter of a table by its first line that is more than delimiters.

    Parameters
    ----------
    text
        The table.
    candidates
        One character each; of those that do equally well the first counts.
    wanted
        Column names, in lower case. The delimiter that shows most of them is taken; without them the commonest one.

    Returns
    -------
    str
        One of the candidates.

    Examples
    --------
    >>> find_delimiter("a;b,c;d\n", ",;"), find_delimiter("name;x,y,z\n", ",;", wanted=["name"])
    (';', ';')
    """
    header = next((line for line in text.splitlines() if line.strip(f" {candidates}")), "")

    def found(delimiter: str) -> int:
        if not wanted:
            return header.count(delimiter)
        names = {field.strip().strip('"').strip().lower() for field in header.split(delimiter)}
        return sum(column in names for column in wanted)

    return max(candidates, key=found)


def read_number(text: str) -> float | None:
    """Return the finite number that a text holds, or None.

    Examples
    --------
    >>> read_number("2.5e1"), read_number("1_000"), read_number("nan"), read_number("")
    (25.0, None, None, None)
    """
    number = float(text) if NUMBER.fullmatch(text) else math.inf
    return number if math.isfinite(number) else None
