r"""The one reader of CSV: from the bytes of a file to its rows, each with the line on which it begins.

Encodings, delimiters, line ends, quoting and which characters may stand in a cell are decided here and nowhere else. What a
cell means is said in :mod:`detente.crisis.csv_cells`, and how a table of a user's own becomes columns in
:mod:`detente.crisis.user_tables`. What a row must hold is its reader's own business.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import NamedTuple

from detente.characters import describe_character, find_forbidden
from detente.errors import Code

__all__ = [
    "DELIMITERS",
    "CsvRow",
    "MalformedCsvError",
    "check_characters",
    "decode_text",
    "find_delimiter",
    "read_records",
    "read_rows",
]

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
"""What may separate the cells of a table of a user's own, and its name."""

_SAMPLE = 100
"""Rows by which a delimiter is judged."""

_QUOTES = "close every quote; double a quote inside a quoted cell"
_MOST_LETTERS = 131_072
"""Most characters of a cell: the limit of the standard library."""

_SEPARATOR = re.compile(r'"?sep=([,;\t|])"?[,;\t|]*(?:\r\n|\r|\n)')
"""The first line by which some spreadsheets say what separates cells."""


class CsvRow(NamedTuple):
    """One row that is not blank: the line on which it begins, from 1, and its cells as they stand."""

    line: int
    cells: list[str]


class MalformedCsvError(ValueError):
    """A text that is no table: the ``reason``, and the ``code`` and the ``advice`` of a refusal.

    The bad row begins on ``line``; ``end`` is the last line that was read of it. ``value`` is the offending cell, if it is one.
    """

    def __init__(
        self,
        reason: str,
        *,
        line: int,
        end: int,
        code: Code = "table-row-invalid",
        advice: str = _QUOTES,
        value: str = "",
    ) -> None:
        super().__init__(f"{reason} (line {line})")
        self.reason, self.line, self.end = reason, line, end
        self.code, self.advice, self.value = code, advice, value


def decode_text(content: bytes) -> str:
    r"""Return the text of a table, without a byte-order mark.

    Parameters
    ----------
    content
        UTF-8, or UTF-16 if it says so by a byte-order mark or every second byte of its first line is zero.

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
    >>> decode_text(b"\xef\xbb\xbfa,b"), decode_text("a,b".encode("utf-16-le"))
    ('a,b', 'a,b')
    """
    return content.decode(_encoding(content)).lstrip("\ufeff")


def _encoding(content: bytes) -> str:
    """Name the encoding of a table; text in UTF-8 holds no zero byte that would be accepted."""
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    start = content[:256]
    zeros = [start[first::2].count(0) for first in (0, 1)]
    if max(zeros) * 2 > len(start) // 2 and min(zeros) == 0:  # most letters of the head are ASCII
        return "utf-16-be" if zeros[0] else "utf-16-le"
    return "utf-8-sig"


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
        The row of column names first. Line ends are those of any system; other separators of lines and paragraphs are text.

    Raises
    ------
    MalformedCsvError
        At the first row whose quotes are not closed or stand amid a cell, whose cell is too long, or that holds a character
        that no text may hold.

    Examples
    --------
    >>> [row.line for row in read_rows('a,b\n"1\n2",3\n\n4,5\n')]
    [1, 2, 5]
    """
    forbidden = find_forbidden(text)
    for row in _parse(text, delimiter):
        if forbidden is not None:
            check_characters(row)
        yield row


def check_characters(row: CsvRow) -> None:
    """Refuse a row of which a cell holds a character that no text may hold.

    Raises
    ------
    MalformedCsvError
        ``character-forbidden``, with line, column and position.
    """
    for number, cell in enumerate(row.cells, start=1):
        at = find_forbidden(cell)
        if at is not None:
            reason = (
                f"column {number} holds the character {describe_character(cell[at])} at position "
                f"{at + 1}, which no text may hold"
            )
            before = "".join([*row.cells[: number - 1], cell[:at]])
            line = row.line + before.replace("\r\n", "\n").replace("\r", "\n").count("\n")
            raise MalformedCsvError(
                reason,
                line=line,
                end=line,
                code="character-forbidden",
                advice="remove the character; retyping the word does it",
                value=cell,
            )


def _parse(text: str, delimiter: str) -> Iterator[CsvRow]:
    start = _SEPARATOR.match(text)
    skipped = 0 if start is None else 1
    stream = io.StringIO(text if start is None else text[start.end() :], newline="")
    reader = csv.reader(stream, strict=True, delimiter=delimiter)
    line = 1 + skipped
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield CsvRow(line, cells)
            line = reader.line_num + 1 + skipped
    except csv.Error as error:
        reason, advice = str(error), _QUOTES
        if "field limit" in reason:
            reason = f"a cell has more than {_MOST_LETTERS:,} characters"
            advice = "shorten the cell; if it is not meant to be long, close a quote that was left open before it"
        raise MalformedCsvError(
            reason, line=line, end=reader.line_num + skipped, advice=advice
        ) from error


def read_records(text: str) -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:
    r"""Return the column names of a table that ships and, for each row, its line and its cells by column.

    Cells that a short row lacks are empty; those of a long row that no column names are left out. Tables of users are read
    by :func:`detente.crisis.user_tables.read_user_table`, which refuses both.

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


def find_delimiter(
    text: str, *, wanted: Sequence[str] = (), candidates: Sequence[str] = tuple(DELIMITERS)
) -> str:
    r"""Return the delimiter of a table, by its header and by how well its first rows fit it.

    Parameters
    ----------
    text
        The table.
    wanted
        Column names, in lower case, that the reader looks for.
    candidates
        One character each.

    Returns
    -------
    str
        The delimiter that a first line ``sep=`` names; else the one that shows most of the wanted columns, then the one with
        the largest share of rows as long as the header, then the one with most columns, then the first. Those with a
        header of one cell come last.

    Examples
    --------
    >>> find_delimiter("a;b\n0,5;1\n"), find_delimiter("name;x,y,z\n", wanted=["name"])
    (';', ';')
    """
    named = _SEPARATOR.match(text)
    if named is not None and named[1] in candidates:
        return named[1]
    known = set(wanted)

    def fitness(delimiter: str) -> tuple[bool, int, float, int]:
        rows = _first_rows(text, delimiter)
        if not rows:
            return False, 0, 0.0, 0
        head = rows[0]
        names = {cell.strip().lower() for cell in head}
        body = rows[1:] or rows
        fits = sum(len(row) == len(head) for row in body) / len(body)
        return len(head) > 1, len(known & names), fits, len(head)

    return max(candidates, key=fitness)


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    """Return the first rows that are more than delimiters, as far as they can be read."""
    rows: list[list[str]] = []
    with suppress(MalformedCsvError):  # the reader of the whole table says what is wrong
        rows.extend(row.cells for row in islice(_parse(text, delimiter), _SAMPLE))
    return rows
