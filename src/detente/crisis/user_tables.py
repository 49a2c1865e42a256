r"""Tables that users bring: from a file to named columns, by one set of rules for every command.

A table has a row of names and a cell under each name in every row. Columns that a program wrote beside the data (row numbers
without a name, empty columns at the end) are left out with a note; a column that stands twice is refused, since nobody could
say which of the two counts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from detente.crisis.csv_cells import NumberStyle, find_number_style
from detente.crisis.csv_reader import (
    DELIMITERS,
    CsvRow,
    MalformedCsvError,
    decode_text,
    find_delimiter,
    read_rows,
)
from detente.errors import UsageError, refuse

__all__ = [
    "MAX_BYTES",
    "UserTable",
    "assemble_table",
    "parse_user_table",
    "read_content",
    "read_prob",
    "read_user_table",
    "table_error",
]

MAX_BYTES = 512 * 1024 * 1024
"""Largest table of a user's own, in bytes."""

_INDEX_NAMES = frozenset({"", "unnamed: 0", "__index_level_0__"})
"""Names of a column of row numbers as data frames write it, or read it back."""

_WORKBOOK = b"PK\x03\x04"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTable:
    """Columns by name and rows of as many cells, without space around them.

    ``line`` is that of the row of names. ``style`` says how numbers are written, ``notes`` what was read otherwise than it
    stands there.
    """

    columns: tuple[str, ...]
    line: int
    rows: tuple[CsvRow, ...]
    style: NumberStyle
    notes: tuple[str, ...] = ()

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield the line of each row, and its cells by column."""
        return ((row.line, dict(zip(self.columns, row.cells, strict=True))) for row in self.rows)


def read_user_table(
    path: Path, what: str, *, wanted: Sequence[str] = (), aliases: Mapping[str, str] | None = None
) -> UserTable:
    """Read a table of a user's own.

    Parameters
    ----------
    path
        A CSV file.
    what
        What its rows are, in the plural, for messages.
    wanted, aliases
        As for :func:`parse_user_table`.

    Raises
    ------
    UsageError
        ``file-missing``, ``file-too-large``, ``file-not-utf8``, ``character-forbidden`` or ``table-row-invalid``, with the line.
    """
    content = read_content(path, what)
    try:
        return parse_user_table(decode_text(content), wanted=wanted, aliases=aliases)
    except (UnicodeDecodeError, MalformedCsvError) as error:
        raise table_error(error, path, what) from error


def read_prob(cell: str, style: NumberStyle, *, at: str) -> float:
    """Return the probability that a cell holds.

    Raises
    ------
    UsageError
        ``table-row-invalid`` if it holds none, with the place ``at``.
    """
    prob = style.read(cell)
    if prob is None or not 0.0 <= prob <= 1.0:
        message = f"{cell[:40]!r} is no probability"
        fix = "write a number from 0 to 1, such as 0.25"
        refuse(message, code="table-row-invalid", at=at, fix=fix)
    return prob


def read_content(path: Path, what: str) -> bytes:
    """Return the bytes of a table of a user's own.

    Raises
    ------
    UsageError
        ``file-missing`` or ``file-too-large``.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        message = f"the {what} cannot be read: {getattr(error, 'strerror', None) or error}"
        fix = "name a CSV file that can be read"
        refuse(message, code="file-missing", at=str(path), fix=fix, cause=error)
    if len(content) > MAX_BYTES:
        message = f"the table of {what} has more than {MAX_BYTES:,} bytes"
        fix = "split the table, or leave out what is not needed"
        refuse(message, code="file-too-large", at=str(path), fix=fix)
    return content


def table_error(error: UnicodeDecodeError | MalformedCsvError, path: Path, what: str) -> UsageError:
    """Return the refusal of a table that is no text (``file-not-utf8``), or no table, with the line."""
    if isinstance(error, MalformedCsvError):
        message = f"the table of {what} cannot be read: {error.reason}"
        return UsageError(message, code=error.code, at=f"{path}:{error.end}", fix=error.advice)
    message = f"the table of {what} is not {error.encoding.upper()} at byte {error.start}"
    fix = "save the table as UTF-8"
    if error.object.startswith(_WORKBOOK):
        message = f"the table of {what} is a workbook or an archive, not a text"
        fix = "export the sheet as CSV in UTF-8"
    return UsageError(message, code="file-not-utf8", at=str(path), fix=fix)


def parse_user_table(
    text: str, *, wanted: Sequence[str] = (), aliases: Mapping[str, str] | None = None
) -> UserTable:
    r"""Read the text of a table.

    Parameters
    ----------
    text
        What :func:`detente.crisis.csv_reader.decode_text` returns.
    wanted
        Column names, in lower case, that the reader looks for. If there are any, all names are put into lower case.
    aliases
        Other names of columns, with the name that counts.

    Returns
    -------
    UserTable
        Without columns if the text has no row.

    Raises
    ------
    MalformedCsvError
        As :func:`detente.crisis.csv_reader.read_rows`; for a column that has no name or stands twice, however it is written;
        for a row with more or fewer cells than there are names.

    Examples
    --------
    >>> table = parse_user_table("a;b\n0,5;x\n")
    >>> table.columns, table.rows, table.style.read("0,5")
    (('a', 'b'), (CsvRow(line=2, cells=['0,5', 'x']),), 0.5)
    """
    known = [*wanted, *(aliases or ())]
    delimiter = find_delimiter(text, wanted=known)
    rows = list(read_rows(text, delimiter=delimiter))
    if not rows:
        return UserTable(columns=(), line=1, rows=(), style=NumberStyle())
    stripped = [CsvRow(line, [cell.strip() for cell in cells]) for line, cells in rows]
    style = find_number_style(
        (cell for row in stripped[1:] for cell in row.cells), delimiter=delimiter
    )
    mark = DELIMITERS[delimiter]
    return assemble_table(stripped, style, fold=bool(wanted), aliases=aliases, mark=mark)


def assemble_table(
    rows: Sequence[CsvRow],
    style: NumberStyle,
    *,
    fold: bool = False,
    aliases: Mapping[str, str] | None = None,
    mark: str = "",
) -> UserTable:
    """Make a table of rows, the first of which holds the names; ``mark`` says what separates cells, for messages.

    Raises
    ------
    MalformedCsvError
        As :func:`parse_user_table` for columns and the length of rows.
    """
    line, names = rows[0]
    body = rows[1:]
    keys = _keys(names, line, aliases or {})
    for row in body:
        if len(row.cells) != len(names):
            raise _ragged(row, len(names), mark)
    kept, notes = _choose_columns(names, body)
    unnamed = next((place for place in kept if not names[place]), None)
    if unnamed is not None:
        reason = f"column {unnamed + 1} has no name"
        advice = "name every column in the first row, or delete the column"
        raise MalformedCsvError(reason, line=line, end=line, advice=advice)
    columns = tuple((keys if fold else names)[place] for place in kept)
    if len(kept) < len(names):
        body = [CsvRow(row.line, [row.cells[place] for place in kept]) for row in body]
    return UserTable(columns=columns, line=line, rows=tuple(body), style=style, notes=tuple(notes))


def _choose_columns(names: list[str], body: Sequence[CsvRow]) -> tuple[list[int], list[str]]:
    """Return the places of the columns that are data, and sentences on those that a program left beside them."""
    kept = list(range(len(names)))
    notes = []
    for place in {0, len(names) - 1}:  # data frames write it first, to Parquet last
        if names[place].lower() not in _INDEX_NAMES:
            continue
        if _counts_rows([row.cells[place] for row in body]):
            kept.remove(place)
            shown = repr(names[place]) if names[place] else "without a name"
            notes.append(f"a column {shown} only counts the rows: it is left out")
    last = len(kept)
    while kept and not names[kept[-1]] and not any(row.cells[kept[-1]] for row in body):
        kept.pop()
    if len(kept) < last:
        notes.append("columns at the end that have neither a name nor a cell are left out")
    return kept, notes


def _counts_rows(cells: list[str]) -> bool:
    """Tell whether cells are 0, 1, ... or 1, 2, ..."""
    return bool(cells) and any(
        cells == [str(first + place) for place in range(len(cells))] for first in (0, 1)
    )


def _keys(names: list[str], line: int, aliases: Mapping[str, str]) -> list[str]:
    """Return the names that count, in lower case; none stands twice."""
    keys: list[str] = []
    for place, name in enumerate(names):
        plain = " ".join(name.split()).lower()
        key = aliases.get(plain, plain)
        if key and key in keys:
            other = names[keys.index(key)]
            twice = f"the columns {other!r} and {name!r} are the same column"
            if other == name:
                twice = f"the column {name!r} stands twice (columns {keys.index(key) + 1} and {place + 1})"
            advice = "delete one of them, or give each column its own name"
            raise MalformedCsvError(twice, line=line, end=line, advice=advice, value=name)
        keys.append(key)
    return keys


def _ragged(row: CsvRow, expected: int, mark: str) -> MalformedCsvError:
    advice = "give the row a cell for each column (blank where there is none)"
    if len(row.cells) > expected:
        advice = f"put cells that hold {mark} in double quotes, or name every column"
    reason = f"the row has {len(row.cells)} cells under {expected} names"
    return MalformedCsvError(reason, line=row.line, end=row.line, advice=advice)
