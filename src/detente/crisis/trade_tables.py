"""Read an inter-regional input-output table that a user brings: one wide CSV file, as the statistical offices give it.

The first row and the first column hold labels ``REGION_SECTOR``. A column ``FD_REGION``, or ``REGION_KIND`` with a kind
that is no sector, holds final demand (several kinds are added up). A column ``OUTPUT``, ``OUT`` or ``TOTAL`` holds
output. Rows that are no seller (value added, taxes) are left out: value added is what sales leave after purchases.
"""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from detente.arrays import FloatArray
from detente.crisis.csv_cells import (
    LARGEST_NUMBER,
    NumberStyle,
    find_number_style,
    is_infinite,
)
from detente.crisis.csv_reader import (
    MalformedCsvError,
    decode_text,
    find_delimiter,
    read_rows,
)
from detente.errors import Code, CrisisFileError, Finding, refuse
from detente.files.writing import write_whole
from detente.summaries import html_summary, text_summary

__all__ = [
    "MAX_TABLE_BYTES",
    "OUTPUT_LABELS",
    "TradeTable",
    "load_trade_table",
    "read_trade_table",
    "shipped_trade_tables",
    "trade_table_provenance",
    "write_trade_table",
]

MAX_TABLE_BYTES = 512 * 1024 * 1024
"""Largest table, in bytes."""

OUTPUT_LABELS = ("OUTPUT", "OUT", "TOTAL")
"""Labels of the output column."""

_SHIPPED = Path(__file__).parent / "trade"

_PLAIN = "give a number such as 1234.5, or nothing for zero"
_FINAL = "FD"
_LABEL = r"(?P<region>[^_]+)_(?P<sector>.+)"


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeTable:
    """Labels and arrays of an input-output table, as read.

    Attributes
    ----------
    regions, sectors
        Labels, ``N`` and ``J`` of them, in the order of the file.
    intermediate
        Shape ``(N, J, N, J)``: seller region, seller sector, buyer region, buyer sector.
    final
        Shape ``(N, J, N)``: seller region, seller sector, buyer region.
    output
        Shape ``(N, J)``; the sum of the row if the file has no output column.
    other_rows
        Labels of rows that are no seller.
    """

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    intermediate: FloatArray
    final: FloatArray
    output: FloatArray
    other_rows: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Regions, sectors and total output, not the arrays."""
        return text_summary("TradeTable", self._rows())

    def _repr_html_(self) -> str:
        return html_summary("Trade table", self._rows())

    def _rows(self) -> list[tuple[str, str]]:
        return [
            ("regions", f"{len(self.regions)}: {', '.join(self.regions)}"),
            ("sectors", f"{len(self.sectors)}: {', '.join(self.sectors)}"),
            ("output", f"{self.output.sum():g} in all"),
        ]


@dataclass(slots=True, kw_only=True)
class _Reader:
    """The file, its labels and the findings so far."""

    file: str
    findings: list[Finding] = field(default_factory=list)

    def note(self, code: Code, message: str, *, fix: str, line: int = 0, path: str = "") -> None:
        self.findings.append(
            Finding(code=code, message=message, file=self.file, line=line, path=path, fix=fix)
        )

    def stop_if_wrong(self) -> None:
        if self.findings:
            raise CrisisFileError(self.findings)


def read_trade_table(path: str | Path, *, pattern: str = _LABEL) -> TradeTable:
    """Read an input-output table from a CSV file.

    Parameters
    ----------
    path
        The file, in the dialect of every table of users.
    pattern
        Regular expression that splits a label into the groups ``region`` and ``sector``.

    Returns
    -------
    TradeTable
        Arrays and labels; nothing is balanced or filled. An empty cell is zero.

    Raises
    ------
    CrisisFileError
        ``file-missing``, ``file-too-large``, ``file-not-utf8``, ``id-duplicate`` for a label that repeats,
        ``table-column-missing`` for a seller without a column or a region without final demand,
        ``table-row-invalid`` for a missing row or a cell that is no number, ``value-not-finite``.
    """
    path = Path(path)
    reader = _Reader(file=path.name)
    header, rows, style = _read_cells(path, reader)
    columns = header[1:]
    split = re.compile(pattern)
    sellers = {
        row[0]: (line, found.group("region"), found.group("sector"))
        for line, row in rows
        if (found := split.fullmatch(row[0])) and row[0] in set(columns)
    }
    if not sellers:
        reader.note(
            "table-column-missing",
            "no row of the table has a column of the same label",
            fix="label rows and columns REGION_SECTOR, or give the pattern of the labels",
        )
    regions = tuple(dict.fromkeys(region for _, region, _ in sellers.values()))
    sectors = tuple(dict.fromkeys(sector for _, _, sector in sellers.values()))
    label_of = {(region, sector): label for label, (_, region, sector) in sellers.items()}
    for region in regions:
        for sector in sectors:
            if (region, sector) not in label_of:
                reader.note(
                    "table-row-invalid",
                    f"{region} has no row and column for the sector {sector}",
                    path=f"{region}_{sector}",
                    fix="give every region every sector (zeros if it has none)",
                )
    final_columns = _find_final(columns, regions, sectors, split)
    for region in regions:
        if region not in final_columns:
            reader.note(
                "table-column-missing",
                f"no column holds the final demand of {region}",
                path=region,
                fix=f"add a column {_FINAL}_{region}",
            )
    reader.stop_if_wrong()
    labels = [label_of[region, sector] for region in regions for sector in sectors]
    place = {label: index for index, label in enumerate(columns)}
    cells = _read_numbers(
        {row[0]: (line, row) for line, row in rows}, labels, columns, style, reader
    )
    n, j = len(regions), len(sectors)
    final = np.stack(
        [
            cells[:, [place[name] for name in final_columns[region]]].sum(axis=1)
            for region in regions
        ],
        axis=1,
    )
    intermediate = cells[:, [place[label] for label in labels]]
    output_label = next((name for name in OUTPUT_LABELS if name in place), None)
    output = (
        intermediate.sum(axis=1) + final.sum(axis=1)
        if output_label is None
        else cells[:, place[output_label]]
    )
    return TradeTable(
        regions=regions,
        sectors=sectors,
        intermediate=intermediate.reshape(n, j, n, j),
        final=final.reshape(n, j, n),
        output=output.reshape(n, j),
        other_rows=tuple(row[0] for _, row in rows if row[0] not in sellers),
    )


def write_trade_table(
    table: TradeTable, path: str | Path, *, rows: Sequence[str] | None = None
) -> None:
    """Write a table in the form that :func:`read_trade_table` reads; the file appears whole or not at all.

    Parameters
    ----------
    table
        What to write.
    path
        The new file; an old one is replaced.
    rows
        Labels of the rows to write; None for all.
    """
    path = Path(path)
    labels = [f"{region}_{sector}" for region in table.regions for sector in table.sectors]
    size = len(labels)
    intermediate = table.intermediate.reshape(size, size)
    final = table.final.reshape(size, -1)
    output = table.output.reshape(size)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["row", *labels, *(f"{_FINAL}_{code}" for code in table.regions), "OUTPUT"])
    for index, label in enumerate(labels):
        if rows is not None and label not in rows:
            continue
        numbers = (*intermediate[index], *final[index], output[index])
        writer.writerow([label, *(f"{number:.10g}" for number in numbers)])
    write_whole(path, stream.getvalue().encode())


def shipped_trade_tables() -> Mapping[str, Path]:
    """Return the tables that ship with the package: name to file.

    Examples
    --------
    >>> sorted(shipped_trade_tables())
    ['wiod-2011']
    """
    return {
        path.stem: path
        for path in sorted(_SHIPPED.glob("*.csv"))
        if not path.stem.endswith(".overlay")
    }


def load_trade_table(name: str = "wiod-2011", *, variant: str = "overlay") -> TradeTable:
    """Load a table that ships with the package.

    Parameters
    ----------
    name
        One of :func:`shipped_trade_tables`.
    variant
        ``overlay``: with purchases that are known better laid over and rebalanced; ``raw``: as the source has it.

    Returns
    -------
    TradeTable
        Balanced up to rounding, no negative entry. Its source, licence, checksum and remaining gaps stand in
        :func:`trade_table_provenance`.

    Raises
    ------
    UsageError
        ``path-unknown`` for another name, ``option-invalid`` for another variant.
    """
    path = _find_shipped(name)
    if variant not in {"overlay", "raw"}:
        message = f"the variant {variant!r} is none of overlay, raw"
        refuse(message, code="option-invalid", at="variant", fix="use overlay (the default) or raw")
    table = read_trade_table(path)
    laid = path.with_suffix(".overlay.csv")
    if variant == "raw" or not laid.exists():
        return table
    intermediate, final, output = table.intermediate.copy(), table.final.copy(), table.output.copy()
    n, j = len(table.regions), len(table.sectors)
    for row in list(read_rows(decode_text(laid.read_bytes())))[1:]:
        region, _, sector = row.cells[0].partition("_")
        at = table.regions.index(region), table.sectors.index(sector)
        cells = np.array(row.cells[1:], dtype=np.float64)
        intermediate[at] = cells[: n * j].reshape(n, j)
        final[at] = cells[n * j : n * j + n]
        output[at] = cells[-1]
    return replace(table, intermediate=intermediate, final=final, output=output)


def trade_table_provenance(name: str = "wiod-2011") -> Mapping[str, Any]:
    """Return where a shipped table comes from: source, licence, checksums, mapping, overlay and gaps."""
    path = _find_shipped(name).with_suffix(".provenance.json")
    found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _find_shipped(name: str) -> Path:
    known = shipped_trade_tables()
    if name not in known:
        message = f"no trade table named {name!r} ships with the package"
        fix = f"use one of: {', '.join(known)}; or read your own with read_trade_table"
        refuse(message, code="path-unknown", at="name", fix=fix)
    return known[name]


Rows = list[tuple[int, list[str]]]


def _read_cells(path: Path, reader: _Reader) -> tuple[list[str], Rows, NumberStyle]:
    """Header, rows with their line numbers, and how numbers are written; labels are checked for repetition."""
    if not path.is_file():
        reader.note("file-missing", f"there is no table {path}", fix="check the path")
    elif path.stat().st_size > MAX_TABLE_BYTES:
        reader.note(
            "file-too-large",
            f"the table has {path.stat().st_size} bytes, more than {MAX_TABLE_BYTES}",
            fix="aggregate regions or sectors before loading",
        )
    reader.stop_if_wrong()
    try:
        text = decode_text(path.read_bytes())
    except UnicodeDecodeError as error:
        reader.note(
            "file-not-utf8",
            f"byte {error.start} is not {error.encoding.upper()}",
            fix="save the table as UTF-8",
        )
    reader.stop_if_wrong()
    try:
        delimiter = find_delimiter(text)
        rows = list(read_rows(text, delimiter=delimiter))
    except MalformedCsvError as error:
        reader.note(
            error.code,
            f"the table cannot be read: {error.reason}",
            line=error.line,
            fix=error.advice,
        )
    reader.stop_if_wrong()
    if not rows:
        reader.note("table-row-invalid", "the table is empty", fix="give a header and rows")
    reader.stop_if_wrong()
    header = [label.strip() for label in rows[0].cells]
    body = [(line, [row[0].strip(), *row[1:]]) for line, row in rows[1:]]
    for kind, names in (("column", header[1:]), ("row", [row[0] for _, row in body])):
        seen: set[str] = set()
        for name in names:
            if name in seen:
                reader.note(
                    "id-duplicate",
                    f"the {kind} {name!r} appears twice",
                    path=name,
                    fix="keep one of them",
                )
            seen.add(name)
    reader.stop_if_wrong()
    style = find_number_style(
        (cell.strip() for _, row in body for cell in row[1:]), delimiter=delimiter
    )
    return header, body, style


def _find_final(
    columns: Sequence[str],
    regions: Sequence[str],
    sectors: Sequence[str],
    split: re.Pattern[str],
) -> dict[str, list[str]]:
    """Columns of final demand of each region."""
    found: dict[str, list[str]] = {}
    for name in columns:
        prefix, _, rest = name.partition("_")
        if prefix == _FINAL and rest in regions:
            found.setdefault(rest, []).append(name)
            continue
        match = split.fullmatch(name)
        if match and match.group("region") in regions and match.group("sector") not in sectors:
            found.setdefault(match.group("region"), []).append(name)
    return found


def _read_numbers(
    rows: dict[str, tuple[int, list[str]]],
    labels: Sequence[str],
    columns: Sequence[str],
    style: NumberStyle,
    reader: _Reader,
) -> FloatArray:
    """Cells of the sellers' rows, shape ``(n_rows, n_columns)``."""
    cells = np.zeros((len(labels), len(columns)))
    for index, label in enumerate(labels):
        line, row = rows[label]
        if len(row) != len(columns) + 1:
            reader.note(
                "table-row-invalid",
                f"the row has {len(row) - 1} cells, the header {len(columns)}",
                line=line,
                path=label,
                fix="give each row a cell for each column",
            )
            continue
        for column, text in enumerate(row[1:]):
            cell = text.strip()
            number = style.read(cell) if cell else 0.0
            if number is None:
                finite = not is_infinite(cell)
                fix = style.advise(cell) if style.is_ambiguous(cell) else _PLAIN
                reader.note(
                    "table-row-invalid" if finite else "value-not-finite",
                    f"{cell[:40]!r} is {'no plain number' if finite else 'not finite'}",
                    line=line,
                    path=f"{label}, {columns[column]}",
                    fix=fix,
                )
                break
            if abs(number) > LARGEST_NUMBER:
                reader.note(
                    "value-out-of-range",
                    f"{cell[:40]!r} is beyond {LARGEST_NUMBER:g}",
                    line=line,
                    path=f"{label}, {columns[column]}",
                    fix="give the table in a larger unit",
                )
                break
            cells[index, column] = number
    reader.stop_if_wrong()
    return cells
