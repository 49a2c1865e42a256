"""SQL over a run, by DuckDB: the tables ``run``, ``policies`` and ``fixed``, and nothing else.

A query reads the shards of its run alone: it cannot write, nor read another file, so that a query from elsewhere can be
tried. Two things hold that. The database may open the files of the shards and no other, by a configuration that is locked.
And a query is answered only if its tree, as the database's own parser gives it, is made of the kinds of nodes that read and
calls no table function but those that make rows out of numbers: what writes (also within a common table expression), runs
other SQL, opens files or reads addresses in memory is not among them, in this version of the database or a later one.
"""

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.characters import describe_character, find_forbidden
from detente.errors import UsageError
from detente.runs.store import Manifest, read_sealed, shard_file

if TYPE_CHECKING:
    import duckdb

__all__ = ["QueryResult", "connect", "run_query"]

_MEMORY = "512MB"
_BATCH = 4096
_TABLES = (
    "read the tables run, policies and fixed; the columns of run are draw, policy, metric and value"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryResult:
    """Names of the columns of an answer, and its rows, which come as they are asked for."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


def connect(folder: Path, manifest: Manifest) -> "duckdb.DuckDBPyConnection":
    """Open a database in memory with the tables of a run; once per thread.

    ``run`` has the columns draw, policy, metric and value; ``policies`` id and label in the order of the run; ``fixed``
    path and value of the quantities that are not uncertain. Every shard is verified against its seal first.

    Raises
    ------
    RunError
        ``run-corrupt``, naming the shard that is missing or damaged.
    """
    import duckdb  # noqa: PLC0415  slow to load

    for number in range(manifest.n_shards):
        read_sealed(folder, number, stamp=manifest.stamp())
    connection = duckdb.connect()
    files = ", ".join(
        _quoted(str(shard_file(folder.resolve(), number))) for number in range(manifest.n_shards)
    )
    spill = Path(tempfile.gettempdir()) / f"detente-query-{os.getpid()}"
    for statement in (
        f"CREATE VIEW run AS SELECT * FROM read_parquet([{files}]) WHERE draw < {manifest.n_draws}",  # noqa: S608
        "CREATE TABLE policies (policy VARCHAR, label VARCHAR)",
        "CREATE TABLE fixed (path VARCHAR, value DOUBLE)",
        f"SET memory_limit = '{_MEMORY}'",
        f"SET temp_directory = {_quoted(str(spill))}",
        "SET python_enable_replacements = false",
        "SET autoinstall_known_extensions = false",
        "SET autoload_known_extensions = false",
        f"SET allowed_paths = [{files}]",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        connection.execute(statement)
    labels = [(name, manifest.policy_labels.get(name, name)) for name in manifest.policies]
    connection.executemany("INSERT INTO policies VALUES (?, ?)", labels)
    if manifest.fixed:
        connection.executemany("INSERT INTO fixed VALUES (?, ?)", list(manifest.fixed.items()))
    return connection


def run_query(
    connection: "duckdb.DuckDBPyConnection", sql: str, parameters: Sequence[object] = ()
) -> QueryResult:
    """Answer one query.

    Raises
    ------
    UsageError
        ``query-invalid`` for SQL with a mistake, more than one statement, or one that does not just read.
    """
    import duckdb  # noqa: PLC0415  slow to load

    at = find_forbidden(sql)
    if at is not None:
        sign = describe_character(sql[at])
        message = f"the query holds the character {sign}, which no text may hold"
        raise _refusal(message, sql)
    try:
        statements = connection.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            what = "several statements" if len(statements) > 1 else "no query"
            message = f"the text is {what}: a run answers one SELECT at a time"
            raise _refusal(message, sql)
        foreign = _find_foreign(connection, sql)
        if foreign:
            message = f"the query does more than read the run: it uses {foreign}"
            raise _refusal(message, sql)
        cursor = connection.execute(statements[0], list(parameters))
        columns = tuple(column[0] for column in cursor.description or ())
    except duckdb.Error as error:
        message = f"the query cannot be answered: {_first_line(error)}"
        raise _refusal(message, sql) from error
    return QueryResult(columns=columns, rows=_rows(cursor, sql))


_READING = {"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"}
"""Kinds of nodes of a query that read."""

_ROW_MAKERS = {"generate_series", "range", "repeat", "unnest"}
"""Table functions that open nothing."""


def _find_foreign(connection: "duckdb.DuckDBPyConnection", sql: str) -> str:
    """Return the first thing in the tree of a SELECT that may do more than read the tables, or nothing.

    The database writes the tree as JSON, and only that of a SELECT.
    """
    answer = connection.execute("SELECT json_serialize_sql($1)", [sql]).fetchone()
    try:
        tree = json.loads(answer[0]) if answer else {"error": True}
    except RecursionError:
        return "more levels of brackets than can be looked through"
    if tree["error"]:
        return "a statement that is no SELECT"
    waiting: list[Any] = [tree]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            waiting += part.values()
            foreign = _foreign(part)
            if foreign:
                return foreign
    return ""


def _foreign(part: dict[str, Any]) -> str:
    """Say in what way a node of the tree does more than read, or nothing."""
    kind = part.get("type")
    if kind == "TABLE_FUNCTION":
        name = str(part["function"]["function_name"]).lower()
        return "" if name in _ROW_MAKERS else f"the table function {name}"
    if isinstance(kind, str) and kind.endswith("_NODE") and kind not in _READING:
        return kind.removesuffix("_NODE").removesuffix("_QUERY").replace("_", " ")
    return ""


def _rows(cursor: "duckdb.DuckDBPyConnection", sql: str) -> Iterator[tuple[Any, ...]]:
    import duckdb  # noqa: PLC0415  slow to load

    try:
        while rows := cursor.fetchmany(_BATCH):
            yield from rows
    except duckdb.Error as error:
        message = f"the query cannot be answered: {_first_line(error)}"
        raise _refusal(message, sql) from error


def _refusal(message: str, sql: str) -> UsageError:
    return UsageError(message, code="query-invalid", at=" ".join(sql.split())[:120], fix=_TABLES)


def _first_line(error: Exception) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), "no reason given")[:300]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
