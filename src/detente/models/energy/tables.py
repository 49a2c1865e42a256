"""A gas system from the tables of a crisis: arrays by column in, nodes, routes, terminals, stores and supply out."""

import calendar
import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from detente.arrays import FloatArray
from detente.errors import ModelError, refuse
from detente.models.energy.curves import cut_curve, stagger_prices
from detente.models.energy.system import (
    GasNode,
    GasSource,
    GasSystem,
    Period,
    Pipeline,
    Step,
    Store,
    SupplyStep,
    Terminal,
)
from detente.models.registry import Tables

__all__ = ["GAS_TABLES", "GasReading", "Span", "read_gas_tables", "weeks_from", "year_from"]

Span = tuple[dt.date, dt.date]
"""First day of a period and the day after its last."""

GAS_TABLES = (
    "gas_nodes",
    "gas_routes",
    "gas_terminals",
    "gas_stores",
    "gas_demand",
    "gas_supply",
)
"""The tables that make a gas system."""

N_STEPS = 14
HIGHEST = 12.0
"""Steps of response between the base price and this many times it; beyond, nothing more gives way by choice."""
SHEDDING = (
    Step(share=0.15, price=1500.0),
    Step(share=0.25, price=2250.0),
    Step(share=1.0, price=3000.0),
)
"""Cutting off costs more the deeper it goes, so that tied nodes share a shortage; EUR/MWh, above every response."""
MISSING_PRICE = 1200.0
"""EUR/MWh for what a store lacks to its target: dearer than response, cheaper than cutting off."""
ELASTICITY = 0.18
INJECTION_COST = 0.5
SHORTEST_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class GasReading:
    """A gas system read from tables, with what the programme itself does not need.

    Attributes
    ----------
    system
        The system as things stand on its first day, parts named by their ids.
    names
        Name in words of every part by its id.
    actors
        Per node the actors that it holds.
    areas
        Per node the area that it counts to, empty for none.
    heat_share
        Share of demand above that of the mildest month, ``(n_nodes, n_periods)``: what the weather moves.
    suppliers
        Ids of the sources by supplier; ``own`` is production.
    market, pact
        Ids of the supply steps that the price draws, and of those that a pact diverts.
    base_price
        Price at which demand is as in the table, EUR/MWh: that of the cheapest supply step at sea.
    response_prices
        Prices that bound the steps of response, ``(n_steps + 1, n_nodes, n_periods)``.
    """

    system: GasSystem
    names: Mapping[str, str]
    actors: tuple[tuple[str, ...], ...]
    areas: tuple[str, ...]
    heat_share: FloatArray
    suppliers: Mapping[str, tuple[str, ...]]
    market: tuple[str, ...]
    pact: tuple[str, ...]
    base_price: float
    response_prices: FloatArray

    def response(self, elasticity: float) -> FloatArray:
        """Return the shares of demand that the steps of response take away, for :class:`Situation`."""
        shares, _ = cut_curve(elasticity, self.response_prices)
        n_periods = len(self.system.periods)
        return np.moveaxis(shares, 0, 1).reshape(-1, n_periods)


def year_from(start: dt.date, n_periods: int = 12) -> tuple[Span, ...]:
    """Return periods of calendar months from a day on, as first days and days after the last.

    The first period ends with the month of the day, or with the next month if fewer than 14 days are left of it.

    Examples
    --------
    >>> [str(first) for first, _ in year_from(dt.date(2022, 1, 27), 3)]
    ['2022-01-27', '2022-03-01', '2022-04-01']
    """
    left = calendar.monthrange(start.year, start.month)[1] - start.day + 1
    month = start.year * 12 + start.month - 1 + (2 if left < SHORTEST_DAYS else 1)
    ends = [dt.date((month + k) // 12, (month + k) % 12 + 1, 1) for k in range(n_periods)]
    return tuple(zip((start, *ends[:-1]), ends, strict=True))


def weeks_from(start: dt.date, n_periods: int = 52) -> tuple[Span, ...]:
    """Return weeks of seven days from a day on, as first days and days after the last.

    Examples
    --------
    >>> [str(after) for _, after in weeks_from(dt.date(2022, 1, 27), 2)]
    ['2022-02-03', '2022-02-10']
    """
    days = [start + dt.timedelta(7 * k) for k in range(n_periods + 1)]
    return tuple(itertools.pairwise(days))


def read_gas_tables(
    tables: Tables,
    *,
    start: dt.date,
    periods: Sequence[Span] | None = None,
    elasticity: float = ELASTICITY,
) -> GasReading:
    """Make a gas system of twelve months, or of other periods, from the tables of a crisis.

    A route that starts at no node is a source: it gives its flow as things stand, or up to its capacity where the flow
    is blank, and no more than its total in twelve months. A store must end at its target share, or pay for it. Demand
    gives way along a curve of constant elasticity from the price of the cheapest cargo.

    Parameters
    ----------
    tables
        The six tables by name, columns as :data:`GAS_TABLES` and the register of attributes describe.
    start
        First day: the stores are as full as the table says.
    periods
        First days and days after the last, one after the other from ``start``; without them :func:`year_from`. Demand
        has the rate of the calendar month of each day, in weeks (:func:`weeks_from`) too.
    elasticity
        Elasticity of demand without its sign.

    Returns
    -------
    GasReading
        The system is not checked; :func:`detente.models.energy.compile_gas` does that.

    Raises
    ------
    ModelError
        ``input-invalid`` for a table or column that is missing, a month without demand or a supply without a price.
    """
    given = {kind: _columns(tables, kind) for kind in GAS_TABLES}
    periods = year_from(start) if periods is None else tuple(periods)
    ids = [str(name) for name in given["gas_nodes"]["id"]]
    demand, mild = _demand(given["gas_demand"], ids, periods)
    supply = _supply(given["gas_supply"])
    base = min((step.price for step in supply), default=0.0)
    if base <= 0.0:
        _refuse("no step of the supply at sea has a price", "gas_supply", "give a step and a price")
    prices = stagger_prices(
        N_STEPS, base_price=base, highest=HIGHEST * base, offsets=_offsets(len(ids), len(periods))
    )
    shares, at = cut_curve(elasticity, prices)
    sources, pipelines, suppliers = _routes(given["gas_routes"], set(ids), periods)
    group = given["gas_supply"]["group"]
    system = GasSystem(
        periods=tuple(
            Period(label=_label(first, after), days=(after - first).days)
            for first, after in periods
        ),
        nodes=tuple(
            GasNode(
                name=name,
                demand_twh=demand[node],
                response=tuple(
                    Step(share=shares[step, node], price=at[step, node]) for step in range(N_STEPS)
                ),
                shedding=SHEDDING,
            )
            for node, name in enumerate(ids)
        ),
        pipelines=pipelines,
        sources=sources,
        terminals=_terminals(given["gas_terminals"]),
        supply=supply,
        stores=_stores(given["gas_stores"]),
    )
    return GasReading(
        system=system,
        names={
            str(name): str(words)
            for kind in GAS_TABLES
            if "name" in given[kind]
            for name, words in zip(given[kind]["id"], given[kind]["name"], strict=True)
        },
        actors=tuple(
            tuple(filter(None, str(cell).split(";"))) for cell in given["gas_nodes"]["actors"]
        ),
        areas=tuple(str(cell) for cell in given["gas_nodes"]["area"]),
        heat_share=1.0 - mild / np.where(demand > 0.0, demand, 1.0),
        suppliers=suppliers,
        market=tuple(
            step.name for step, kind in zip(supply, group, strict=True) if kind == "market"
        ),
        pact=tuple(step.name for step, kind in zip(supply, group, strict=True) if kind == "pact"),
        base_price=base,
        response_prices=prices,
    )


_WANTED: Mapping[str, tuple[str, ...]] = {
    "gas_nodes": ("id", "name", "actors", "area"),
    "gas_routes": (
        "id",
        "start",
        "end",
        "supplier",
        "capacity_twh_per_day",
        "flow_twh_per_day",
        "total_twh",
        "cost_eur_per_mwh",
    ),
    "gas_terminals": ("id", "node", "capacity_twh_per_day", "cost_eur_per_mwh"),
    "gas_stores": (
        "id",
        "node",
        "capacity_twh",
        "stock_twh",
        "injection_twh_per_day",
        "withdrawal_twh_per_day",
        "target_share",
    ),
    "gas_demand": ("node", "month", "demand_twh"),
    "gas_supply": (
        "id",
        "group",
        "volume_twh_per_day",
        "price_eur_per_mwh",
        "premium_eur_per_mwh",
        "delay_days",
    ),
}


def _columns(tables: Tables, kind: str) -> Mapping[str, NDArray[Any]]:
    if kind not in tables:
        _refuse(f"there is no table {kind!r}", kind, "name it under `tables` of the crisis file")
    for column in _WANTED[kind]:
        if column not in tables[kind]:
            _refuse(f"the table {kind} has no column {column!r}", kind, "add the column")
    return tables[kind]


def _offsets(n_nodes: int, n_periods: int) -> FloatArray:
    """Return offsets from above 0 to 1 that spread evenly over nodes and over periods: multiples of two irrationals."""
    node, period = np.arange(n_nodes)[:, None], np.arange(n_periods)
    return 1.0 - np.mod(node * 0.7548776662 + period * 0.5698402910, 1.0)


def _label(first: dt.date, after: dt.date) -> str:
    """Return the month in which a period has its middle, or its first day if it is shorter than 14 days."""
    if (after - first).days < SHORTEST_DAYS:
        return first.isoformat()
    return f"{first + (after - first) / 2:%Y-%m}"


def _demand(
    table: Mapping[str, NDArray[Any]],
    nodes: list[str],
    periods: tuple[Span, ...],
) -> tuple[FloatArray, FloatArray]:
    """Demand by node and period, and what it would be at the daily rate of the node's mildest month."""
    monthly = np.full((len(nodes), 12), np.nan)
    for node, month, twh in zip(table["node"], table["month"], table["demand_twh"], strict=True):
        if str(node) in nodes and str(month).isdigit() and 1 <= int(month) <= 12:
            monthly[nodes.index(str(node)), int(month) - 1] = twh
    if np.isnan(monthly).any():
        node, month = (int(k) for k in np.argwhere(np.isnan(monthly))[0])
        _refuse(
            f"the node {nodes[node]!r} has no demand for month {month + 1:02d}",
            f"gas_demand {nodes[node]}-{month + 1:02d}",
            "add the row; write 0 where a node only passes gas on",
        )
    demand = np.zeros((len(nodes), len(periods)))
    for k, (first, after) in enumerate(periods):
        day = first
        while day < after:
            length = calendar.monthrange(day.year, day.month)[1]
            last = min(after, day + dt.timedelta(length - day.day + 1))
            demand[:, k] += monthly[:, day.month - 1] * (last - day).days / length
            day = last
    days = np.array([(after - first).days for first, after in periods])
    mildest = (monthly / np.array([calendar.monthrange(2022, k)[1] for k in range(1, 13)])).min(
        axis=1
    )
    return demand, np.minimum(mildest[:, None] * days, demand)


def _routes(
    table: Mapping[str, NDArray[Any]],
    nodes: set[str],
    periods: tuple[Span, ...],
) -> tuple[tuple[GasSource, ...], tuple[Pipeline, ...], dict[str, tuple[str, ...]]]:
    sources: list[GasSource] = []
    pipelines: list[Pipeline] = []
    suppliers: dict[str, tuple[str, ...]] = {}
    years = (periods[-1][1] - periods[0][0]).days / 365.0
    for row in _rows(table):
        cost = 0.0 if np.isnan(row["cost_eur_per_mwh"]) else float(row["cost_eur_per_mwh"])
        name, capacity = str(row["id"]), float(row["capacity_twh_per_day"])
        if str(row["start"]) in nodes:
            pipelines.append(
                Pipeline(
                    name=name,
                    start=str(row["start"]),
                    end=str(row["end"]),
                    capacity_twh_per_day=capacity,
                    cost=cost,
                )
            )
            continue
        flow, total = float(row["flow_twh_per_day"]), float(row["total_twh"])
        sources.append(
            GasSource(
                name=name,
                node=str(row["end"]),
                capacity_twh_per_day=capacity if np.isnan(flow) else flow,
                total_twh=None if np.isnan(total) else total * years,
                cost=cost,
            )
        )
        supplier = str(row["supplier"])
        suppliers[supplier] = (*suppliers.get(supplier, ()), name)
    return tuple(sources), tuple(pipelines), suppliers


def _terminals(table: Mapping[str, NDArray[Any]]) -> tuple[Terminal, ...]:
    return tuple(
        Terminal(
            name=str(row["id"]),
            node=str(row["node"]),
            capacity_twh_per_day=float(row["capacity_twh_per_day"]),
            cost=0.0 if np.isnan(row["cost_eur_per_mwh"]) else float(row["cost_eur_per_mwh"]),
        )
        for row in _rows(table)
    )


def _stores(table: Mapping[str, NDArray[Any]]) -> tuple[Store, ...]:
    return tuple(
        Store(
            name=str(row["id"]),
            node=str(row["node"]),
            capacity_twh=float(row["capacity_twh"]),
            initial_twh=float(row["stock_twh"]),
            injection_twh_per_day=float(row["injection_twh_per_day"]),
            withdrawal_twh_per_day=float(row["withdrawal_twh_per_day"]),
            target_twh=float(row["target_share"]) * float(row["capacity_twh"]),
            target_price=MISSING_PRICE,
            injection_cost=INJECTION_COST,
        )
        for row in _rows(table)
    )


def _supply(table: Mapping[str, NDArray[Any]]) -> tuple[SupplyStep, ...]:
    return tuple(
        SupplyStep(
            name=str(row["id"]),
            volume_twh_per_day=float(row["volume_twh_per_day"]),
            price=float(row["price_eur_per_mwh"]),
            premium=float(row["premium_eur_per_mwh"]),
            delay_days=float(row["delay_days"]),
        )
        for row in _rows(table)
    )


def _rows(table: Mapping[str, NDArray[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(table, cells, strict=True)) for cells in zip(*table.values(), strict=True)]


def _refuse(message: str, at: str, fix: str) -> NoReturn:
    refuse(message, code="input-invalid", at=at, fix=fix, error=ModelError)
