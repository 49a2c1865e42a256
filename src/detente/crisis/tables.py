"""Read the CSV tables that a crisis file names. A table's kind says which columns it must have; more are allowed."""

from collections.abc import Mapping
from pathlib import Path

from detente.crisis.csv_reader import CsvRow, MalformedCsvError, read_rows
from detente.crisis.draft import Draft, duplicates
from detente.crisis.elements import Table, TableRow
from detente.crisis.reading import decode, read_bytes
from detente.errors import Code, Place

__all__ = [
    "COMMON_COLUMNS",
    "GAS_COLUMNS",
    "MAX_ROWS",
    "NUMBER_COLUMNS",
    "TABLE_COLUMNS",
    "read_tables",
]

MAX_ROWS = 20_000
"""Most rows of a table."""

COMMON_COLUMNS = ("as_of", "grade", "confidence", "source", "claims")
"""Columns of every table but ``sources``: how each row is known."""

NUMBER_COLUMNS = (
    "value",
    "low",
    "high",
    "value_hi",
    "lo90",
    "hi90",
    "n",
    "salience",
    "red_line",
    "latitude",
    "longitude",
)
"""Columns that hold a number or nothing; so do the columns of the gas tables that ``attributes.csv`` lists."""

GAS_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "gas_nodes": ("id", "name", "actors", "area", *COMMON_COLUMNS),
    "gas_routes": (
        "id",
        "name",
        "start",
        "end",
        "supplier",
        "capacity_twh_per_day",
        "flow_twh_per_day",
        "total_twh",
        "cost_eur_per_mwh",
        *COMMON_COLUMNS,
    ),
    "gas_terminals": (
        "id",
        "name",
        "node",
        "capacity_twh_per_day",
        "cost_eur_per_mwh",
        *COMMON_COLUMNS,
    ),
    "gas_stores": (
        "id",
        "name",
        "node",
        "capacity_twh",
        "stock_twh",
        "injection_twh_per_day",
        "withdrawal_twh_per_day",
        "target_share",
        *COMMON_COLUMNS,
    ),
    "gas_demand": ("id", "node", "month", "demand_twh", *COMMON_COLUMNS),
    "gas_supply": (
        "id",
        "name",
        "group",
        "volume_twh_per_day",
        "price_eur_per_mwh",
        "premium_eur_per_mwh",
        "delay_days",
        *COMMON_COLUMNS,
    ),
}
"""The tables of a gas system: all of them or none (a system without storage or terminals has tables without rows)."""

TABLE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    **GAS_COLUMNS,
    "sources": ("key", "publisher", "title", "date", "address", "standing"),
    "exposures": ("actor", "variable", "value", "low", "high", "unit", *COMMON_COLUMNS),
    "positions": ("actor", "issue", "value", "salience", "basis", *COMMON_COLUMNS),
    "demands": (
        "id",
        "side",
        "document",
        "article",
        "issue",
        "demand",
        "answer",
        "challenger_status",
        "defender_status",
        *COMMON_COLUMNS,
    ),
    "tracks": (
        "id",
        "date",
        "status",
        "scheduled_for",
        "format",
        "place",
        "participants",
        "result",
        "visibility",
        *COMMON_COLUMNS,
    ),
    "forces": ("id", "side", "item", "place", "value", "low", "high", "unit", *COMMON_COLUMNS),
    "map": ("id", "kind", "name", "points", *COMMON_COLUMNS),
    "arms": ("id", "sender", "item", "value", "unit", *COMMON_COLUMNS),
    "measures": (
        "id",
        "measure",
        "variant",
        "proposed_by",
        "objected_by",
        "state",
        "effect_on",
        "value",
        "unit",
        "lag",
        *COMMON_COLUMNS,
    ),
    "effects": (
        "id",
        "kind",
        "measure",
        "label",
        "channel",
        "consent",
        "on",
        "quantity",
        "horizon",
        "low",
        "value",
        "high",
        "unit",
        "output",
        "when",
        *COMMON_COLUMNS,
    ),
    "estimates": ("id", "option", "statement", "value", "value_hi", "unit", *COMMON_COLUMNS),
    "reinforcement": ("id", "item", "value", "value_hi", "unit", *COMMON_COLUMNS),
    "rules": ("id", "body", "matter", "rule", "who_can_block", "lag", *COMMON_COLUMNS),
    "markets": ("id", "series", "value", "unit", *COMMON_COLUMNS),
    "base_rates": (
        "id",
        "topic",
        "population",
        "statistic",
        "value",
        "lo90",
        "hi90",
        "n",
        "unit",
        *COMMON_COLUMNS,
    ),
    "timeline": ("id", "date", "actors", "event", *COMMON_COLUMNS),
    "indicators": (
        "id",
        "indicator",
        "label",
        "outcomes",
        "value",
        "low",
        "high",
        "unit",
        "seen",
        *COMMON_COLUMNS,
    ),
    "packages": (
        "id",
        "package",
        "label",
        "table",
        "target",
        "direction",
        "sectors",
        "coverage",
        "scales",
        "third",
        *COMMON_COLUMNS,
    ),
    "table_regions": ("id", "actor", "region", "share", "loss_ratio", "leads", *COMMON_COLUMNS),
    "table_sectors": ("id", "sector", "label", "elasticity", *COMMON_COLUMNS),
    "responses": (
        "id",
        "package",
        "actor",
        "region",
        "stands_for",
        "case",
        "scales",
        "values",
        *COMMON_COLUMNS,
    ),
}
"""Required columns of each kind of table."""


def read_tables(draft: Draft) -> None:
    """Read every table that the header of a draft names, with the findings about their form."""
    for kind, file in draft.header.get("tables", {}).items():
        keys = ("tables", kind)
        if kind not in TABLE_COLUMNS:
            fix = draft.suggest(
                kind,
                TABLE_COLUMNS,
                otherwise="remove it; extra columns are allowed, extra kinds are not",
            )
            draft.report(
                "key-unknown", f"there is no kind of table {kind!r}", at=keys, value=kind, fix=fix
            )
            continue
        table = _read(draft, kind, file)
        if table is None:
            draft.unread_tables.add(kind)
        else:
            draft.tables[kind] = table
    tables = draft.header.get("tables")
    if tables is not None and "sources" not in tables:
        draft.report(
            "table-missing",
            "the crisis names no table of sources",
            at=("tables",),
            value="sources",
            fix="add `sources: sources.csv` under `tables` and list each source there",
        )


def _inside(folder: Path, file: str) -> Path | None:
    """Return the path of a file if it lies in the folder, links resolved."""
    try:
        path = (folder / file).resolve()
        inside = path.is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):
        return None
    plain = not Path(file).is_absolute() and "\\" not in file and ".." not in Path(file).parts
    return path if inside and plain else None


def _read(draft: Draft, kind: str, file: str) -> Table | None:
    keys = ("tables", kind)
    path = _inside(draft.folder, file)
    if path is None:
        draft.report(
            "table-missing",
            f"the table {file!r} lies outside the crisis folder",
            at=keys,
            value=file,
            fix="name a file in the crisis folder, without .. and without links to other places",
        )
        return None
    content, problem = read_bytes(path, file)
    if problem is not None:
        code: Code = "table-missing" if problem.code == "file-missing" else problem.code
        draft.report(code, problem.message, at=keys, value=file, fix=problem.fix)
        return None
    draft.files[file] = content
    text, problem = decode(content, file)
    if problem is not None:
        draft.findings.append(problem)
        return None
    return _parse(draft, kind, file, text)


def _parse(draft: Draft, kind: str, file: str, text: str) -> Table | None:
    rows: list[CsvRow] = []
    try:
        for row in read_rows(text):
            rows.append(row)
            if len(rows) > MAX_ROWS + 1:
                _report(
                    draft,
                    file,
                    "file-too-large",
                    f"the table has more than {MAX_ROWS} rows",
                    row.line,
                    str(MAX_ROWS),
                    "keep the rows that the crisis needs",
                )
                return None
    except MalformedCsvError as error:
        _report(
            draft,
            file,
            error.code,
            f"the table cannot be read: {error.reason}",
            error.line,
            error.value or error.reason,
            error.advice,
        )
        return None
    head = rows[0] if rows else CsvRow(1, [])
    columns = tuple(cell.strip() for cell in head.cells)
    if not _check_columns(draft, kind, file, head.line, columns):
        return None
    return Table(
        kind=kind,
        file=file,
        columns=columns,
        rows=tuple(_rows(draft, kind, file, columns, rows[1:])),
    )


def _check_columns(draft: Draft, kind: str, file: str, line: int, columns: tuple[str, ...]) -> bool:
    absent = [column for column in TABLE_COLUMNS[kind] if column not in columns]
    for column in absent:
        fix = draft.suggest(
            column,
            set(columns) - set(TABLE_COLUMNS[kind]),
            otherwise="add the column to the first row",
        )
        _report(
            draft,
            file,
            "table-column-missing",
            f"the table of {kind} has no column {column!r}",
            line,
            column,
            f"add the column {column!r}; {fix}" if fix.startswith("did") else fix,
        )
    twice = [name for _, name in duplicates(columns)]
    for column in twice:
        _report(
            draft,
            file,
            "table-row-invalid",
            f"the column {column!r} stands twice",
            line,
            column,
            "give each column its own name",
        )
    return not absent and not twice


def _rows(
    draft: Draft,
    kind: str,
    file: str,
    columns: tuple[str, ...],
    rows: list[CsvRow],
) -> list[TableRow]:
    found = []
    for line, cells in rows:
        if len(cells) != len(columns):
            _report(
                draft,
                file,
                "table-row-invalid",
                f"the row has {len(cells)} cells, the table {len(columns)} columns",
                line,
                str(len(cells)),
                "quote cells that hold a comma; give every column a cell",
                path=f"{kind}.{cells[0][:80]}",
            )
            continue
        named = {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}
        name = _row_name(kind, named)
        found.append(
            TableRow(cells=named, place=Place(file=file, line=line, path=f"{kind}.{name}"))
        )
    return found


def _row_name(kind: str, cells: Mapping[str, str]) -> str:
    if kind == "exposures":
        return f"{cells['actor']}.{cells['variable']}"
    if kind == "positions":
        return f"{cells['actor']}.{cells['issue']}"
    return cells["key"] if kind == "sources" else cells["id"]


def _report(
    draft: Draft,
    file: str,
    code: Code,
    message: str,
    line: int,
    value: str,
    fix: str,
    *,
    path: str = "",
) -> None:
    place = Place(file=file, line=line, path=path)
    draft.report(code, message, at=place, fix=fix, value=value)
