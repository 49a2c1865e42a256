"""``detente query``: ask a run in SQL."""

import csv
import io
import math
import sys
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Any

import typer

from detente.cli._options import JSON, reworded
from detente.cli._output import make_table, number, terminal, text, write_json_items
from detente.cli._runs import find_run
from detente.errors import UsageError

__all__ = ["command"]

_SHOWN = 200
_BATCH = 1000
"""Rows that are written at once."""

JsonOption = Annotated[bool, reworded(JSON, help="Print all rows as a JSON list of objects.")]
RunArgument = Annotated[
    Path, typer.Argument(help="Folder of a finished run, or of a briefing.", metavar="RUN")
]
SqlArgument = Annotated[
    str, typer.Argument(help="One SELECT; - reads it from standard input.", metavar="SQL")
]
AsCsvOption = Annotated[bool, typer.Option("--csv", help="Print all rows as CSV.")]


def command(
    run: RunArgument,
    sql: SqlArgument,
    *,
    as_json: JsonOption = False,
    as_csv: AsCsvOption = False,
) -> None:
    """Ask a run in SQL (DuckDB's dialect); without --json or --csv the first rows are shown as a table.

    The table run has the columns draw, policy, metric and value: one row per number. Metrics of the crisis itself stand
    under the policy ''. The tables policies (policy, label) and fixed (path, value) say the rest. A query can read
    nothing else and write nothing. A table ends with a line that says what the cases of the run are.

    For example:

      detente query runs/broad "select policy, avg(value) from run where metric = 'attack' group by policy"

      detente query runs/broad "select distinct metric from run" --csv
    """
    from detente.runs import Run

    if as_json and as_csv:
        message = "--json and --csv are two forms of one answer"
        raise UsageError(message, code="option-invalid", at="--csv", fix="give one of them")
    query = sys.stdin.read() if sql == "-" else sql
    results = Run.open(find_run(run))
    answer = results.ask(query)
    if as_json:
        _print_json(answer.columns, answer.rows)
    elif as_csv:
        _print_csv(answer.columns, answer.rows)
    else:
        _print_table(answer.columns, answer.rows)
        manifest = results.manifest
        sys.stdout.write(f"\n{manifest.crisis}: {results.n_draws:,} {manifest.plan.case_label}\n")


def _print_csv(columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    """Write rows as they come."""
    for batch in chain([[columns]], _batches(rows)):
        held = io.StringIO()
        csv.writer(held, lineterminator="\n").writerows(batch)
        sys.stdout.write(held.getvalue())


def _print_json(columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    """Write objects one a line, as they come; what JSON has no number for is null."""
    names = _unique(columns)
    separator = "["
    for batch in _batches(rows):
        items = [dict(zip(names, map(_plain, row), strict=True)) for row in batch]
        lines = write_json_items(items, default=str, between=",\n ")
        sys.stdout.write(f"{separator}\n {lines}")
        separator = ","
    sys.stdout.write("[]\n" if separator == "[" else "\n]\n")


def _batches(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _unique(names: tuple[str, ...]) -> list[str]:
    """Names of columns, numbered where one stands twice."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return found


def _print_table(columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    rest = list(islice(rows, _SHOWN + 1))
    shown = rest[:_SHOWN]
    heads = []
    for place, name in enumerate(columns):
        is_number = all(isinstance(row[place], int | float | None) for row in shown)
        head = number if is_number else text
        heads.append(head(name, overflow="fold"))
    console = terminal()
    console.print(make_table(heads, [tuple(map(_cell, row)) for row in shown]))
    if len(rest) > _SHOWN:
        console.print(f"(the first {_SHOWN} rows; --csv or --json gives all)")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
