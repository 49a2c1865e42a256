"""Read the tables of statistical projects with pymrio: WIOD, the OECD's inter-country tables, and any system it holds.

FIGARO comes as one wide file with labels ``REGION_SECTOR``: :func:`detente.crisis.trade_tables.read_trade_table` reads it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from detente.crisis.trade_tables import TradeTable, read_trade_table
from detente.errors import Place, refuse

__all__ = ["SOURCES", "convert_mrio", "read_mrio"]

SOURCES = ("wiod", "oecd", "figaro", "pymrio")
"""Forms that :func:`read_mrio` knows: a WIOD folder or workbook, an OECD folder or CSV, a FIGARO CSV, a saved system."""

_FIGARO = r"(?P<region>[A-Z][A-Z0-9]{1,4})_(?P<sector>.+)"


def read_mrio(path: str | Path, *, source: str, year: int | None = None) -> TradeTable:
    """Read a table as its publisher distributes it.

    Parameters
    ----------
    path
        The file or folder; with ``pymrio``, a folder that pymrio saved.
    source
        One of :data:`SOURCES`.
    year
        Year to read where the folder holds several.

    Returns
    -------
    TradeTable
        As the source has it: nothing is balanced. :class:`detente.models.sanctions.InputOutputTable` checks it and names
        the worst row.

    Raises
    ------
    UsageError
        ``option-invalid`` for another source, or if pymrio is not installed (the extra ``trade``).
    CrisisFileError
        ``file-missing``, or ``table-row-invalid`` if the file cannot be read as that source.
    """
    if source not in SOURCES:
        message = f"the source {source!r} is none of {', '.join(SOURCES)}"
        refuse(message, code="option-invalid", at="source", fix="use one of them")
    path = Path(path)
    if not path.exists():
        refuse(
            f"there is no table {str(path)!r}",
            code="file-missing",
            at=Place(file=path.name),
            fix="check the path; the publisher's file is downloaded by hand",
        )
    if source == "figaro":
        return read_trade_table(path, pattern=_FIGARO)
    pymrio = _import_pymrio()
    readers: dict[str, Callable[[], Any]] = {
        "wiod": lambda: pymrio.parse_wiod(path, year=year),
        "oecd": lambda: pymrio.parse_oecd(path, year=year),
        "pymrio": lambda: pymrio.load_all(path),
    }
    try:
        system = readers[source]()
    except Exception as error:  # noqa: BLE001  # the readers of the library raise whatever a file makes them raise
        message = f"pymrio cannot read {path.name!r} as {source}: {error}"
        refuse(
            message[:300],
            code="table-row-invalid",
            at=Place(file=path.name),
            fix="check source and year; give the file as its publisher distributes it",
            cause=error,
        )
    return convert_mrio(system)


def convert_mrio(system: Any) -> TradeTable:
    """Turn a pymrio system into a trade table.

    Parameters
    ----------
    system
        A :class:`pymrio.IOSystem` with ``Z`` and ``Y``; final-demand categories are added up. Where it has no output
        ``x``, rows are taken as balanced.

    Returns
    -------
    TradeTable
        Regions and sectors in the order of ``Z``.

    Raises
    ------
    CrisisFileError
        ``table-row-invalid`` if a region lacks a sector, or if ``Z`` and ``Y`` do not fit.
    """
    flows, final = system.Z, system.Y
    if flows is None or final is None:
        message = "the system has no Z or no Y"
        _unfit(message, "load one with inter-industry and final demand")
    regions = tuple(dict.fromkeys(str(code) for code in flows.index.get_level_values(0)))
    sectors = tuple(dict.fromkeys(str(code) for code in flows.index.get_level_values(1)))
    n, j = len(regions), len(sectors)
    labels = [(str(a), str(b)) for a, b in flows.index]
    wanted = [(region, sector) for region in regions for sector in sectors]
    if sorted(labels) != sorted(wanted) or flows.shape != (n * j, n * j):
        lacking = sorted(set(wanted) - set(labels))
        what = f"{lacking[0][0]} has no sector {lacking[0][1]!r}" if lacking else "Z is not square"
        _unfit(what, "give every region every sector (zeros if it has none)")
    place = [labels.index(label) for label in wanted]
    cells = np.asarray(flows.to_numpy(dtype=np.float64))[np.ix_(place, place)]
    buyers = [str(code) for code in final.columns.get_level_values(0)]
    lacking_final = [code for code in regions if code not in buyers]
    if lacking_final or len(final) != n * j:
        message = f"{(lacking_final or ['Y'])[0]} has no final demand"
        _unfit(message, "give each region final demand")
    demand = np.asarray(final.to_numpy(dtype=np.float64))[place]
    final_cells = np.stack(
        [
            demand[:, [k for k, code in enumerate(buyers) if code == region]].sum(axis=1)
            for region in regions
        ],
        axis=1,
    )
    given = getattr(system, "x", None)
    output = (
        cells.sum(axis=1) + final_cells.sum(axis=1)
        if given is None
        else np.asarray(given.to_numpy(dtype=np.float64)).ravel()[place]
    )
    return TradeTable(
        regions=regions,
        sectors=sectors,
        intermediate=cells.reshape(n, j, n, j),
        final=final_cells.reshape(n, j, n),
        output=output.reshape(n, j),
    )


def _unfit(message: str, fix: str) -> NoReturn:
    refuse(message, code="table-row-invalid", at=Place(file="pymrio system"), fix=fix)


def _import_pymrio() -> Any:
    try:
        import pymrio  # noqa: PLC0415  # an optional extra
    except ImportError as error:
        message = "reading this source needs pymrio, which is not installed"
        fix = "install the extra: pip install 'detente[trade]'"
        refuse(message, code="option-invalid", at="source", fix=fix, cause=error)
    return pymrio
