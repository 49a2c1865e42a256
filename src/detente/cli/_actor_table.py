"""Read a table of actors on one issue: CSV with the columns actor, capability, position, salience."""

import sys
from dataclasses import dataclass
from pathlib import Path

from detente.crisis.csv_cells import LARGEST_NUMBER, NumberStyle, is_infinite, is_missing
from detente.crisis.csv_reader import MalformedCsvError, decode_text
from detente.crisis.user_tables import UserTable, parse_user_table
from detente.errors import Code, CrisisFileError, Finding

__all__ = ["COLUMNS", "ActorTable", "check_fits", "read_actor_table"]

COLUMNS = ("actor", "capability", "position", "salience")
"""The columns that the table must have, in any order; others are left alone."""

PERCENT = 100.0
_SURELY_PERCENT = 10.0

_MOST_BYTES = 20_000_000
_MOST_FINDINGS = 20
_SHOWN_HEADER = 80
_NUMBER_FIXES = {
    "capability": "give a number, zero or more, with a point for decimals",
    "position": "give a number on one scale for all actors, with a point for decimals",
    "salience": "give a share from 0 to 1, with a point for decimals; 80% is 0.8",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorTable:
    """Actors in the order of the file; ``lines`` are those on which their rows begin.

    ``notes`` say what was read otherwise than it stands there.
    """

    source: str
    notes: tuple[str, ...]
    lines: tuple[int, ...]
    names: tuple[str, ...]
    capability: tuple[float, ...]
    position: tuple[float, ...]
    salience: tuple[float, ...]


def read_actor_table(
    source: str, *, salience_max: float | None = None, equal_capability: bool = False
) -> ActorTable:
    """Read a CSV file, or standard input for ``-``.

    Parameters
    ----------
    source
        Path of the file. Fields may be separated by commas, semicolons, tabs or bars; except between commas, a number
        may have a decimal comma.
    salience_max
        What full salience is in the table, > 0. By default 1, or 100 if no salience is above 100, most are above 1 and
        one is 10 or more: then the column is in per cent.
    equal_capability
        Give every actor the capability 1, with no column read.

    Raises
    ------
    CrisisFileError
        With a finding for everything that is wrong, by line and column.
    """
    name = "standard input" if source == "-" else source
    wanted = tuple(
        column for column in COLUMNS if not (equal_capability and column == "capability")
    )
    table = _table(_decoded(_content(source, name), name), name)
    _check_columns(table, name, wanted)
    findings: list[Finding] = []
    first_line: dict[str, int] = {}
    records: list[list[float]] = []
    saliences: list[tuple[int, float]] = []
    line = 1
    for line, row in table.records():
        actor = row["actor"]
        findings += _name_findings(actor, first_line, name, line)
        first_line.setdefault(actor, line)
        cells = [row[column] if column in wanted else "1" for column in COLUMNS[1:]]
        numbers = [
            _number(cell, column, name, line, table.style)
            for cell, column in zip(cells, COLUMNS[1:], strict=True)
        ]
        findings += [number for number in numbers if isinstance(number, Finding)]
        records.append([number for number in numbers if isinstance(number, float)])
        if isinstance(numbers[-1], float):
            saliences.append((line, numbers[-1]))
        if len(findings) >= _MOST_FINDINGS:
            break
    full = salience_max or _full_salience([salience for _, salience in saliences])
    findings += _salience_findings(saliences, full, name)[: _MOST_FINDINGS - len(findings)]
    findings = findings or _whole_findings(records, name, line)
    if findings:
        raise CrisisFileError(findings)
    capability, position, salience = zip(*records, strict=True)
    notes = list(table.notes)
    if full == PERCENT and salience_max is None:
        notes.append("Saliences are read as per cent: most of them are above 1, none above 100.")
    if equal_capability:
        notes.append("All actors count as equally capable.")
    return ActorTable(
        source=name,
        notes=tuple(notes),
        lines=tuple(first_line.values()),
        names=tuple(first_line),
        capability=capability,
        position=position,
        salience=tuple(value / full for value in salience),
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
        return decode_text(content)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"the byte {content[error.start]:#04x} is not {error.encoding.upper()}"
        fix = "save the table as UTF-8 (in a spreadsheet: CSV UTF-8)"
        raise CrisisFileError(
            [_finding("file-not-utf8", message, name, line, "", "", fix)]
        ) from error


def _table(text: str, name: str) -> UserTable:
    try:
        return parse_user_table(text, wanted=COLUMNS)
    except MalformedCsvError as error:
        message = f"the table cannot be read: {error.reason}"
        finding = _finding(error.code, message, name, error.end, "", error.value, error.advice)
        raise CrisisFileError([finding]) from error


def _check_columns(table: UserTable, name: str, wanted: tuple[str, ...]) -> None:
    missing = [column for column in wanted if column not in table.columns]
    if not missing:
        return
    read = ",".join(table.columns)
    read = read if len(read) <= _SHOWN_HEADER else read[:_SHOWN_HEADER] + "..."
    message = f"there is no column {' or '.join(missing)}; the header reads {read!r}"
    if not table.columns:
        message = "the table is empty"
    fix = f"start with a header row that has {', '.join(wanted)} once each, separated by commas"
    if missing == ["capability"]:
        fix += "; if all actors are equally capable, give --equal-capability"
    path = ", ".join(missing)
    raise CrisisFileError(
        [_finding("table-column-missing", message, name, table.line, path, "", fix)]
    )


def _full_salience(saliences: list[float]) -> float:
    """Return what full salience is: 100 where the column can only be in per cent, else 1."""
    above = sum(salience > 1.0 for salience in saliences)
    most = max(saliences, default=0.0)
    percent = 2 * above > len(saliences) and _SURELY_PERCENT <= most <= PERCENT
    return PERCENT if percent else 1.0


def _salience_findings(saliences: list[tuple[int, float]], full: float, name: str) -> list[Finding]:
    fix = _NUMBER_FIXES["salience"]
    fix += "; if the column runs to another number, such as 10 or 100, say so with --salience-max"
    return [
        _finding(
            "value-out-of-range",
            f"salience {salience:g} is outside 0 to {full:g}",
            name,
            line,
            "salience",
            f"{salience:g}",
            fix,
        )
        for line, salience in saliences
        if salience > full
    ]


def _number(value: str, column: str, name: str, line: int, style: NumberStyle) -> float | Finding:
    fix = _NUMBER_FIXES[column]
    fix = fix.replace("a point", "a comma").replace("0.8", "0,8") if style.comma else fix
    if style.is_ambiguous(value):
        message = f"{column} {value!r} may have a decimal mark or mark thousands"
        fix = style.advise(value)
        return _finding("table-row-invalid", message, name, line, column, value, fix)
    number = style.read(value)
    if number is None and is_infinite(value):
        message = f"{column} {value!r} is not a finite number"
        return _finding("value-not-finite", message, name, line, column, value, fix)
    if number is None:
        blank = is_missing(value)
        message = f"{column} is blank ({value!r})" if blank and value else f"{column} is blank"
        message = message if blank else f"{column} {value!r} is not a number"
        return _finding("table-row-invalid", message, name, line, column, value, fix)
    low = -LARGEST_NUMBER if column == "position" else 0.0
    high = LARGEST_NUMBER
    if not low <= number <= high:
        message = (
            f"{column} {value} is outside {low:g} to {1.0 if column == 'salience' else high:g}"
        )
        return _finding("value-out-of-range", message, name, line, column, value, fix)
    return number


def _finding(
    code: Code, message: str, file: str, line: int, path: str, value: str, fix: str
) -> Finding:
    return Finding(
        code=code, message=message, file=file, line=line, path=path, value=value, fix=fix
    )
