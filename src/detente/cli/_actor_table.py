"""Read a table of actors on one issue: CSV with the columns actor, capability, position, salience."""

import csv
import io
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from detente.errors import Code, CrisisFileError, Finding

__all__ = ["COLUMNS", "ActorTable", "check_fits", "read_actor_table"]

COLUMNS = ("actor", "capability", "position", "salience")
"""The columns that the table must have, in any order; others are left alone."""

_MOST_BYTES = 20_000_000
_MOST_FINDINGS = 20
_SHOWN_HEADER = 80
_LARGEST = 1e100
_NUMBER_FIXES = {
    "capability": "give a number, zero or more, with a point for decimals",
    "position": "give a number on one scale for all actors, with a point for decimals",
    "salience": "give a share from 0 to 1, with a point for decimals; 80% is 0.8",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorTable:
    """Actors in the order of the file; ``lines`` are those on which their rows end."""

    source: str
    lines: tuple[int, ...]
    names: tuple[str, ...]
    capability: tuple[float, ...]
    position: tuple[float, ...]
    salience: tuple[float, ...]


def read_actor_table(source: str) -> ActorTable:
    """Read a CSV file, or standard input for ``-``.

    Raises
    ------
    CrisisFileError
        With a finding for everything that is wrong, by line and column.
    """
    name = "standard input" if source == "-" else source
    rows = _rows(_decoded(_content(source, name), name), name)
    _, header = next(rows, (1, []))
    places = _places(header, name)
    findings: list[Finding] = []
    first_line: dict[str, int] = {}
    records: list[list[float]] = []
    line = 1
    for line, row in rows:
        if len(row) != len(header):
            message = f"the row has {len(row)} fields, the header {len(header)}"
            fix = "give each column one value; put text that has a comma in double quotes"
            findings.append(_finding("table-row-invalid", message, name, line, "", "", fix))
        else:
            actor = row[places["actor"]].strip()
            findings += _name_findings(actor, first_line, name, line)
            first_line.setdefault(actor, line)
            numbers = [_number(row[places[column]], column, name, line) for column in COLUMNS[1:]]
            findings += [number for number in numbers if isinstance(number, Finding)]
            records.append([number for number in numbers if isinstance(number, float)])
        if len(findings) >= _MOST_FINDINGS:
            break
    findings = findings or _whole_findings(records, name, line)
    if findings:
        raise CrisisFileError(findings)
    capability, position, salience = zip(*records, strict=True)
    return ActorTable(
        source=name,
        lines=tuple(first_line.values()),
        names=tuple(first_line),
        capability=capability,
        position=position,
        salience=salience,
    )


def check_fits(
    table: ActorTable, *, low: float | None, high: float | None, most_actors: int | None
) -> None:
    """Check that positions lie on the scale and that there are not too many actors.

    Raises
    ------
    CrisisFileError
        With the line of each position off the scale (``value-out-of-range``), or of the first actor too many
        (``input-invalid``).
    """
    findings: list[Finding] = []
    ends = (
        min(table.position) if low is None else low,
        max(table.position) if high is None else high,
    )
    for line, position in zip(table.lines, table.position, strict=True):
        if not ends[0] <= position <= ends[1] and len(findings) < _MOST_FINDINGS:
            message = f"position {position:g} lies off the scale from {ends[0]:g} to {ends[1]:g}"
            fix = "correct the position, or widen the scale with --low and --high"
            findings.append(
                _finding(
                    "value-out-of-range",
                    message,
                    table.source,
                    line,
                    "position",
                    f"{position:g}",
                    fix,
                )
            )
    count = len(table.names)
    if most_actors is not None and count > most_actors:
        message = f"there are {count} actors; the model compares all pairs of at most {most_actors}"
        fix = "merge actors of one position and salience, adding capability, or give --rounds 0"
        line = table.lines[most_actors]
        findings.append(_finding("input-invalid", message, table.source, line, "", "", fix))
    if findings:
        raise CrisisFileError(findings)


def _name_findings(actor: str, first_line: dict[str, int], name: str, line: int) -> list[Finding]:
    if not actor:
        message, fix = "the row names no actor", "name the actor, or delete the row"
        return [_finding("table-row-invalid", message, name, line, "actor", "", fix)]
    if actor in first_line:
        message = f"actor {actor!r} stands in line {first_line[actor]} already"
        fix = "name each actor once; add up capabilities of rows that belong together"
        return [_finding("id-duplicate", message, name, line, "actor", actor, fix)]
    return []


def _whole_findings(records: list[list[float]], name: str, line: int) -> list[Finding]:
    """Return what is wrong with the table though each row is right."""
    if len(records) < 2:
        message = "the table has 1 actor" if records else "the table has no actors"
        fix = "give two actors or more, one a row"
        return [_finding("table-row-invalid", message, name, line, "", "", fix)]
    if not any(capability > 0.0 and salience > 0.0 for capability, _, salience in records):
        message = "capability times salience is zero for every actor, so nobody has any weight"
        fix = "give at least one actor both above zero"
        return [_finding("table-row-invalid", message, name, line, "", "", fix)]
    return []


def _content(source: str, name: str) -> bytes:
    try:
        if source == "-":
            content = sys.stdin.buffer.read(_MOST_BYTES + 1)
        else:
            with Path(source).open("rb") as stream:
                content = stream.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"the table {name!r} cannot be read: {reason}"
        fix = "give the path of a CSV file, or - for standard input"
        raise CrisisFileError([_finding("file-missing", message, name, 0, "", "", fix)]) from error
    if len(content) > _MOST_BYTES:
        message = f"the table is larger than {_MOST_BYTES // 1_000_000} MB"
        fix = "keep one row per actor and only the columns " + ", ".join(COLUMNS)
        raise CrisisFileError([_finding("file-too-large", message, name, 0, "", "", fix)])
    return content


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"the byte {content[error.start]:#04x} is not UTF-8"
        fix = "save the table as UTF-8 (in a spreadsheet: CSV UTF-8)"
        raise CrisisFileError(
            [_finding("file-not-utf8", message, name, line, "", "", fix)]
        ) from error


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, each with the line that it ends on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            if any(field.strip() for field in row):
                yield reader.line_num, row
    except csv.Error as error:
        message = f"the row is not valid CSV: {error}"
        fix = "check the double quotes: a quoted text ends with one, and one inside it is doubled"
        finding = _finding("table-row-invalid", message, name, reader.line_num, "", "", fix)
        raise CrisisFileError([finding]) from error


def _places(header: list[str], name: str) -> dict[str, int]:
    columns = [field.strip().lower() for field in header]
    missing = [column for column in COLUMNS if column not in columns]
    double = [column for column in COLUMNS if columns.count(column) > 1]
    if not columns:
        message = "the table is empty"
    elif missing:
        read = ",".join(header)
        read = read if len(read) <= _SHOWN_HEADER else read[:_SHOWN_HEADER] + "..."
        message = f"there is no column {' or '.join(missing)}; the header reads {read!r}"
    else:
        message = f"the column {' and '.join(double)} stands there more than once"
    if missing or double:
        fix = (
            f"start with a header row that has {', '.join(COLUMNS)} once each, separated by commas"
        )
        path = ", ".join(missing or double)
        raise CrisisFileError([_finding("table-column-missing", message, name, 1, path, "", fix)])
    return {column: columns.index(column) for column in COLUMNS}


def _number(text: str, column: str, name: str, line: int) -> float | Finding:
    fix = _NUMBER_FIXES[column]
    value = text.strip()
    try:
        # float() takes 1_000
        number = float("?" if "_" in value else value)
    except ValueError:
        message = f"{column} {value!r} is not a number" if value else f"{column} is blank"
        return _finding("table-row-invalid", message, name, line, column, value, fix)
    if not math.isfinite(number):
        message = f"{column} {value!r} is not a finite number"
        return _finding("value-not-finite", message, name, line, column, value, fix)
    low = -_LARGEST if column == "position" else 0.0
    high = 1.0 if column == "salience" else _LARGEST
    if not low <= number <= high:
        message = f"{column} {value} is outside {low:g} to {high:g}"
        return _finding("value-out-of-range", message, name, line, column, value, fix)
    return number


def _finding(
    code: Code, message: str, file: str, line: int, path: str, value: str, fix: str
) -> Finding:
    return Finding(
        code=code, message=message, file=file, line=line, path=path, value=value, fix=fix
    )
