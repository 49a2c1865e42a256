"""Packages of a crisis on its trade table: who they are aimed at, which measures they hold, who may take part.

The crisis names packages, and what its actors are to the trade table, in tables of its own; :func:`read_trade_basis`
puts them together with the trade table that ships, for models to price.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from detente.crisis.crisis import Crisis
from detente.crisis.elements import TableRow
from detente.crisis.registers import terms
from detente.crisis.trade_tables import load_trade_table, shipped_trade_tables
from detente.errors import CrisisFileError, Finding, UsageError
from detente.models.sanctions import (
    Element,
    InputOutputTable,
    Package,
    Participant,
    ResponseDesigner,
    TradeEconomy,
    calibrate_economy,
)

__all__ = ["TRADE_TABLES", "TradeBasis", "check_packages", "read_trade_basis"]

TRADE_TABLES = ("packages", "table_regions", "table_sectors")
"""Tables of a crisis that put its actors and packages on a trade table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeBasis:
    """What a crisis says of its trade: packages by id, actors and regions, elasticities by sector.

    ``apart`` holds what is left of packages of which something is priced apart (column ``coverage_apart``). ``labels`` names packages as readers see them, ``third`` the regions that may follow a package's elements on exports,
    ``sources`` the keys of the sources of packages, regions and sectors.
    """

    table: str
    target: str
    economy: TradeEconomy
    packages: Mapping[str, Package]
    apart: Mapping[str, Package]
    labels: Mapping[str, str]
    third: Mapping[str, tuple[str, ...]]
    participants: tuple[Participant, ...]
    followers: Mapping[str, float]
    by_sector: tuple[float, ...]
    sources: tuple[str, ...]

    def designer(self) -> ResponseDesigner:
        """Return what solves the designs of the packages."""
        return ResponseDesigner(
            economy=self.economy,
            participants=self.participants,
            by_sector=self.by_sector,
            followers=self.followers,
        )


def read_trade_basis(crisis: Crisis, *, variant: str = "overlay") -> TradeBasis:
    """Read packages, regions and sectors of a crisis and the trade table that they refer to.

    Parameters
    ----------
    crisis
        Has the tables of :data:`TRADE_TABLES`.
    variant
        Variant of the trade table, see :func:`detente.crisis.trade_tables.load_trade_table`.

    Returns
    -------
    TradeBasis
        Ready to price.

    Raises
    ------
    UsageError
        ``table-missing`` naming the table that the crisis lacks.
    CrisisFileError
        ``table-row-invalid`` for a cell that cannot be used, with its line; ``path-unknown`` for another trade table.
    """
    for kind in TRADE_TABLES:
        if kind not in crisis.tables:
            message = (
                f"crisis {crisis.id!r} names no table of {kind}, so no package is priced on trade"
            )
            raise UsageError(
                message,
                code="table-missing",
                at=f"tables.{kind}",
                fix=f"add the tables {', '.join(TRADE_TABLES)}; see the guide on trade tables",
            )
    rows = crisis.tables["packages"].rows
    table = _one(rows, "table")
    target = _one(rows, "target")
    if table not in shipped_trade_tables():
        raise _wrong(rows[0], "table", f"use one of: {', '.join(shipped_trade_tables())}")
    economy = _economy(table, variant)
    by_sector = _by_sector(crisis, economy.sectors)
    packages: dict[str, list[Element]] = {}
    rest: dict[str, list[Element]] = {}
    labels: dict[str, str] = {}
    third: dict[str, dict[str, None]] = {}
    for row in rows:
        name = row.cells["package"]
        packages.setdefault(name, []).append(_element(row, economy))
        rest.setdefault(name, []).append(_element(row, economy, column="coverage_apart"))
        labels.setdefault(name, row.cells["label"] or name)
        codes = row.cells["third"].split()
        _known(row, "third", codes, economy.regions)
        third.setdefault(name, {}).update(dict.fromkeys(codes))
    regions = crisis.tables["table_regions"].rows
    participants, followers = _participants(regions, economy, crisis)
    every = (row for kind in TRADE_TABLES for row in crisis.tables[kind].rows)
    return TradeBasis(
        table=table,
        target=target,
        economy=economy,
        packages={
            name: Package(name=name, target=target, elements=tuple(elements))
            for name, elements in packages.items()
        },
        apart={
            name: Package(name=name, target=target, elements=tuple(elements))
            for name, elements in rest.items()
            if elements != packages[name]
        },
        labels=labels,
        third={name: tuple(codes) for name, codes in third.items()},
        participants=participants,
        followers=followers,
        by_sector=by_sector,
        sources=tuple(
            dict.fromkeys(key for row in every for key in row.cells["source"].split(";") if key)
        ),
    )


def check_packages(crisis: Crisis) -> Iterator[Finding]:
    """Yield what does not fit the trade table in the packages, regions and sectors that responses are compiled from."""
    read = any(item.design for item in crisis.mechanisms.values())
    if not read or any(kind not in crisis.tables for kind in TRADE_TABLES):
        return
    try:
        read_trade_basis(crisis)
    except CrisisFileError as error:
        yield from error.findings


def _economy(table: str, variant: str) -> TradeEconomy:
    read = load_trade_table(table, variant=variant)
    return calibrate_economy(
        InputOutputTable(
            regions=read.regions,
            sectors=read.sectors,
            intermediate=read.intermediate,
            final=read.final,
            output=read.output,
        )
    )


def _by_sector(crisis: Crisis, sectors: tuple[str, ...]) -> tuple[float, ...]:
    found: dict[str, float] = {}
    rows = crisis.tables["table_sectors"].rows
    for row in rows:
        _known(row, "sector", [row.cells["sector"]], sectors)
        found[row.cells["sector"]] = _number(row, "elasticity", low=1e-3, high=1000.0)
    lacking = [code for code in sectors if code not in found]
    if lacking:
        raise _wrong(
            rows[-1], "sector", f"add a row for {lacking[0]}: each sector needs an elasticity"
        )
    return tuple(found[code] for code in sectors)


def _element(row: TableRow, economy: TradeEconomy, *, column: str = "coverage") -> Element:
    """Return a measure; a blank cell of another column than ``coverage`` is read as that."""
    sectors = tuple(row.cells["sectors"].split())
    _known(row, "sectors", sectors, economy.sectors)
    _known(row, "target", [row.cells["target"]], economy.regions)
    if row.cells["direction"] not in terms("package direction"):
        raise _wrong(row, "direction", f"write {' or '.join(terms('package direction'))}")
    if row.cells["scales"] not in {"yes", "no"}:
        raise _wrong(row, "scales", "write yes or no")
    return Element(
        direction=row.cells["direction"],
        sectors=sectors,
        coverage=_number(
            row, column if row.cells.get(column, "") else "coverage", low=0.0, high=1.0
        ),
        scales=row.cells["scales"] == "yes",
    )


def _participants(
    rows: Iterable[TableRow], economy: TradeEconomy, crisis: Crisis
) -> tuple[tuple[Participant, ...], dict[str, float]]:
    participants, followers = [], {}
    for row in rows:
        region, actor = row.cells["region"], row.cells["actor"]
        _known(row, "region", [region], economy.regions)
        share = _number(row, "share", low=0.0, high=1.0)
        if not actor:
            followers[region] = share
            continue
        _known(row, "actor", [actor], tuple(crisis.actors))
        participants.append(
            Participant(
                actor=actor,
                region=region,
                share=share,
                loss_ratio=_number(row, "loss_ratio", low=0.0, high=100.0),
                leads=row.cells["leads"] == "yes",
            )
        )
    return tuple(participants), followers


def _one(rows: Iterable[TableRow], column: str) -> str:
    found = {row.cells[column]: row for row in rows}
    if len(found) != 1:
        raise _wrong(list(found.values())[-1], column, "name one and the same in every row")
    return next(iter(found))


def _known(row: TableRow, column: str, codes: Iterable[str], known: tuple[str, ...]) -> None:
    for code in codes:
        if code not in known:
            raise _wrong(row, column, f"{code!r} is unknown; use one of: {', '.join(known)}")


def _number(row: TableRow, column: str, *, low: float, high: float) -> float:
    try:
        value = float(row.cells[column])
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise _wrong(row, column, f"give a number from {low:g} to {high:g}")
    return value


def _wrong(row: TableRow, column: str, fix: str) -> CrisisFileError:
    return CrisisFileError(
        [
            Finding(
                code="table-row-invalid",
                message=f"{column} {row.cells[column]!r} cannot be used",
                file=row.place.file,
                line=row.place.line,
                path=f"{row.place.path}.{column}",
                value=row.cells[column],
                fix=fix,
            )
        ]
    )
