"""The linear programme of a gas system: which variables, which rows, which bounds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import BoolArray, FloatArray, IntArray
from detente.errors import ModelError, refuse
from detente.models.energy.system import (
    GasSource,
    GasSystem,
    Pipeline,
    Situation,
    SupplyStep,
    Terminal,
    check_system,
    read_array,
)

if TYPE_CHECKING:
    from scipy.sparse import csc_array

__all__ = ["GasBounds", "GasProgramme", "StepTable", "bound_gas", "compile_gas"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GasBounds:
    """What a situation sets in the programme: bounds of columns and rows, and the demand that they hold."""

    lower: FloatArray
    upper: FloatArray
    row_lower: FloatArray
    row_upper: FloatArray
    demand_twh: FloatArray


class StepTable(NamedTuple):
    """The steps of unserved demand.

    Node index and whether it is shedding, ``(n_steps,)``; share of demand, EUR/MWh and the share before it is cut to
    what earlier steps leave, ``(n_steps, n_periods)``.
    """

    node: IntArray
    share: FloatArray
    price: FloatArray
    sheds: BoolArray
    asked: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class GasProgramme:
    r"""A gas system as a sparse linear programme.

    .. math:: \min_x c^\top x \quad\text{with}\quad l \le x \le u,\; r \le A x \le s

    Columns come in blocks, each ``(n_parts, n_periods)`` in C order: supply of sources, flow of pipelines, send-out
    of terminals, purchase by supply step, injection, withdrawal and stock (at the end of the period) of stores, and
    demand unserved by step; then ``missing``, one column per store for what its last stock lacks to its target. Rows
    likewise: balance of nodes, of stores, of liquefied gas; transit of nodes; then total of sources, target of stores.

    Attributes
    ----------
    cost
        EUR/MWh, so that the objective is in EUR million for columns in TWh, shape ``(n_columns,)``.
    matrix
        Shape ``(n_rows, n_columns)``.
    columns, rows
        The blocks by name.
    capacity_twh
        Most of each column block in each period as the system stands, ``(n_parts, n_periods)``.
    minimum_twh
        What sources must give, ``(n_sources, n_periods)``.
    demand_twh
        ``(n_nodes, n_periods)``.
    """

    system: GasSystem
    cost: FloatArray
    matrix: "csc_array"
    columns: Mapping[str, slice]
    rows: Mapping[str, slice]
    steps: StepTable
    capacity_twh: Mapping[str, FloatArray]
    minimum_twh: FloatArray
    demand_twh: FloatArray


def compile_gas(system: GasSystem) -> GasProgramme:
    """Check a system and write it as a linear programme.

    Raises
    ------
    ModelError
        ``input-invalid``; see :func:`detente.models.energy.system.check_system`.
    """
    check_system(system)
    steps = _list_steps(system)
    n_periods = len(system.periods)
    n_nodes, n_stores = len(system.nodes), len(system.stores)
    columns, n_columns = _lay_out(
        {
            "supply": len(system.sources) * n_periods,
            "flow": len(system.pipelines) * n_periods,
            "sendout": len(system.terminals) * n_periods,
            "purchase": len(system.supply) * n_periods,
            "injection": n_stores * n_periods,
            "withdrawal": n_stores * n_periods,
            "stock": n_stores * n_periods,
            "unserved": len(steps.node) * n_periods,
            "missing": n_stores,
        }
    )
    rows, n_rows = _lay_out(
        {
            "balance": n_nodes * n_periods,
            "store": n_stores * n_periods,
            "liquefied": n_periods,
            "transit": n_nodes * n_periods,
            "total": len(system.sources),
            "target": n_stores,
        }
    )
    capacity, minimum = _read_capacities(system)
    return GasProgramme(
        system=system,
        cost=_price_columns(system, columns, n_columns, steps),
        matrix=_fill_matrix(system, columns, rows, (n_rows, n_columns), steps),
        columns=columns,
        rows=rows,
        steps=steps,
        capacity_twh=capacity,
        minimum_twh=minimum,
        demand_twh=_stack(
            (read_array(node.demand_twh, system, node.name) for node in system.nodes), n_periods
        ),
    )


def bound_gas(programme: GasProgramme, situation: Situation | None = None) -> GasBounds:
    """Return the bounds of a programme in a situation; without one, the system as it stands.

    Raises
    ------
    ModelError
        ``input-invalid`` for an unknown name, or an array of the wrong shape or with values that are negative or not
        finite.
    """
    situation = situation or Situation()
    system = programme.system
    n_periods = len(system.periods)
    demand = programme.demand_twh * _read_weather(situation.weather, programme)
    capacity, minimum = _scale(programme, situation.available)
    hoarding = _read_hoarding(situation, system)

    lower = np.zeros(programme.cost.size)
    upper = np.full(programme.cost.size, np.inf)
    lower[programme.columns["supply"]] = minimum.ravel()
    for name, most in capacity.items():
        upper[programme.columns[name]] = most.ravel()
    steps = programme.steps
    share = (
        steps.share
        if situation.response is None
        else _replace_response(programme, situation.response)
    )
    upper[programme.columns["unserved"]] = (demand[steps.node] * share).ravel()
    lower[programme.columns["stock"]] = _stack(
        (read_array(store.floor_twh, system, store.name) for store in system.stores), n_periods
    ).ravel()

    row_lower = np.zeros(programme.matrix.shape[0])
    row_upper = np.zeros(programme.matrix.shape[0])
    row_lower[programme.rows["balance"]] = row_upper[programme.rows["balance"]] = demand.ravel()
    initial = np.zeros((len(system.stores), n_periods))
    initial[:, 0] = [store.initial_twh for store in system.stores]
    row_lower[programme.rows["store"]] = row_upper[programme.rows["store"]] = initial.ravel()
    row_lower[programme.rows["transit"]] = -np.inf
    row_upper[programme.rows["transit"]] = np.where(
        np.repeat([node.name in hoarding for node in system.nodes], n_periods), 0.0, np.inf
    )
    row_lower[programme.rows["total"]] = -np.inf
    row_upper[programme.rows["total"]] = [
        np.inf if source.total_twh is None else source.total_twh for source in system.sources
    ]
    row_lower[programme.rows["target"]] = [store.target_twh for store in system.stores]
    row_upper[programme.rows["target"]] = np.inf
    upper[programme.columns["missing"]] = [
        0.0 if store.target_price is None else store.target_twh for store in system.stores
    ]
    return GasBounds(
        lower=lower, upper=upper, row_lower=row_lower, row_upper=row_upper, demand_twh=demand
    )


def _list_steps(system: GasSystem) -> StepTable:
    """List the steps of all nodes."""
    n_periods = len(system.periods)
    node, sheds = [], []
    shares: list[FloatArray] = []
    prices: list[FloatArray] = []
    for index, item in enumerate(system.nodes):
        for kind, steps in ((False, item.response), (True, item.shedding)):
            for step in steps:
                node.append(index)
                sheds.append(kind)
                shares.append(read_array(step.share, system, item.name))
                prices.append(read_array(step.price, system, item.name))
    nodes, asked = np.array(node, dtype=np.intp), _stack(shares, n_periods)
    return StepTable(
        node=nodes,
        share=_cut_shares(nodes, asked),
        price=_stack(prices, n_periods),
        sheds=np.array(sheds, dtype=np.bool_),
        asked=asked,
    )


def _cut_shares(nodes: IntArray, asked: FloatArray) -> FloatArray:
    """Return the shares cut to what the steps of the same node before them leave of demand."""
    share = asked.copy()
    for index in np.unique(nodes):
        rows = np.flatnonzero(nodes == index)
        before = np.cumsum(asked[rows], axis=0) - asked[rows]
        share[rows] = np.clip(1.0 - before, 0.0, asked[rows])
    return share


def _lay_out(sizes: Mapping[str, int]) -> tuple[dict[str, slice], int]:
    blocks, start = {}, 0
    for name, size in sizes.items():
        blocks[name] = slice(start, start + size)
        start += size
    return blocks, start


def _stack(rows: Iterable[FloatArray], n_periods: int) -> FloatArray:
    return np.array(list(rows), dtype=np.float64).reshape(-1, n_periods)


def _read_capacities(system: GasSystem) -> tuple[dict[str, FloatArray], FloatArray]:
    days = np.array([period.days for period in system.periods])
    rates: dict[str, Iterable[tuple[str, ArrayLike]]] = {
        "supply": [(part.name, part.capacity_twh_per_day) for part in system.sources],
        "flow": [(part.name, part.capacity_twh_per_day) for part in system.pipelines],
        "sendout": [(part.name, part.capacity_twh_per_day) for part in system.terminals],
        "purchase": [(part.name, part.volume_twh_per_day) for part in system.supply],
        "injection": [(part.name, part.injection_twh_per_day) for part in system.stores],
        "withdrawal": [(part.name, part.withdrawal_twh_per_day) for part in system.stores],
    }
    capacity = {
        block: _stack((read_array(rate, system, name) * days for name, rate in parts), days.size)
        for block, parts in rates.items()
    }
    for index, step in enumerate(system.supply):
        capacity["purchase"][index] *= _share_arrived(step, days)
    capacity["stock"] = np.repeat(
        np.array([[store.capacity_twh] for store in system.stores]).reshape(-1, 1), days.size, 1
    )
    minimum = _stack(
        (
            read_array(source.minimum_twh_per_day, system, source.name) * days
            for source in system.sources
        ),
        days.size,
    )
    return capacity, minimum


def _share_arrived(step: SupplyStep, days: FloatArray) -> FloatArray:
    """Share of each period that lies after the delay."""
    ends = np.cumsum(days)
    share: FloatArray = np.clip((ends - step.delay_days) / days, 0.0, 1.0)
    return share


def _price_columns(
    system: GasSystem, columns: Mapping[str, slice], n_columns: int, steps: StepTable
) -> FloatArray:
    n_periods = len(system.periods)
    cost = np.zeros(n_columns)
    prices: dict[str, list[float]] = {
        "supply": [part.cost for part in system.sources],
        "flow": [part.cost for part in system.pipelines],
        "sendout": [part.cost for part in system.terminals],
        "purchase": [part.price + part.premium for part in system.supply],
        "injection": [part.injection_cost for part in system.stores],
        "withdrawal": [part.withdrawal_cost for part in system.stores],
    }
    for block, values in prices.items():
        cost[columns[block]] = np.repeat(values, n_periods)
    cost[columns["unserved"]] = steps.price.ravel()
    cost[columns["missing"]] = [part.target_price or 0.0 for part in system.stores]
    return cost


def _fill_matrix(
    system: GasSystem,
    columns: Mapping[str, slice],
    rows: Mapping[str, slice],
    shape: tuple[int, int],
    steps: StepTable,
) -> "csc_array":
    from scipy.sparse import coo_array, csc_array  # noqa: PLC0415  slow to load

    period = np.arange(len(system.periods))
    n_periods = period.size
    entries: list[tuple[IntArray, IntArray, float]] = []

    def put(row_block: str, row: int, column_block: str, column: int, value: float) -> None:
        entries.append(
            (
                rows[row_block].start + row * n_periods + period,
                columns[column_block].start + column * n_periods + period,
                value,
            )
        )

    index = {node.name: number for number, node in enumerate(system.nodes)}
    for number, source in enumerate(system.sources):
        put("balance", index[source.node], "supply", number, 1.0)
        line = np.full(n_periods, rows["total"].start + number)
        entries.append((line, columns["supply"].start + number * n_periods + period, 1.0))
    for number, pipe in enumerate(system.pipelines):
        arrives = 1.0 - pipe.loss_share
        put("balance", index[pipe.start], "flow", number, -1.0)
        put("balance", index[pipe.end], "flow", number, arrives)
        put("transit", index[pipe.start], "flow", number, 1.0)
        put("transit", index[pipe.end], "flow", number, -arrives)
    for number, terminal in enumerate(system.terminals):
        put("balance", index[terminal.node], "sendout", number, 1.0)
        put("liquefied", 0, "sendout", number, -1.0)
    for number in range(len(system.supply)):
        put("liquefied", 0, "purchase", number, 1.0)
    for number, store in enumerate(system.stores):
        put("balance", index[store.node], "withdrawal", number, 1.0)
        put("balance", index[store.node], "injection", number, -1.0)
        put("store", number, "withdrawal", number, 1.0)
        put("store", number, "injection", number, -1.0)
        put("store", number, "stock", number, 1.0)
        before = columns["stock"].start + number * n_periods + period[:-1]
        entries.append((rows["store"].start + number * n_periods + period[1:], before, -1.0))
        last = columns["stock"].start + (number + 1) * n_periods - 1
        line = np.array([rows["target"].start + number])
        entries.append((line, np.array([last]), 1.0))
        entries.append((line, np.array([columns["missing"].start + number]), 1.0))
    for number, node in enumerate(steps.node):
        put("balance", int(node), "unserved", number, 1.0)

    if not entries:
        return csc_array(shape)
    row = np.concatenate([entry[0] for entry in entries])
    column = np.concatenate([entry[1] for entry in entries])
    value = np.concatenate([np.full(entry[0].size, entry[2]) for entry in entries])
    return csc_array(coo_array((value, (row, column)), shape=shape))


def _read_weather(weather: ArrayLike, programme: GasProgramme) -> FloatArray:
    array = np.asarray(weather, dtype=np.float64)
    try:
        fits = np.broadcast_shapes(array.shape, programme.demand_twh.shape)
    except ValueError:
        fits = ()
    if fits != programme.demand_twh.shape:
        _refuse(
            f"weather has the shape {array.shape} for {programme.demand_twh.shape}",
            "weather",
            "give a number, one per period, or an array (n_nodes, n_periods)",
        )
    if not np.isfinite(array).all() or (array < 0.0).any():
        _refuse(
            f"weather {array.tolist()} is negative or not finite",
            "weather",
            "give multipliers from zero up",
        )
    return array


def _replace_response(programme: GasProgramme, response: ArrayLike) -> FloatArray:
    """Return the shares of all steps with those of response replaced."""
    steps = programme.steps
    given = np.asarray(response, dtype=np.float64)
    wanted = (int((~steps.sheds).sum()), len(programme.system.periods))
    if given.shape != wanted:
        _refuse(
            f"response has the shape {given.shape} for {wanted}",
            "response",
            "give one share for each step of response and period, in the order of nodes and steps",
        )
    if not np.isfinite(given).all() or (given < 0.0).any():
        _refuse("response holds shares that are negative or not finite", "response", "give shares")
    asked = steps.asked.copy()
    asked[~steps.sheds] = given
    return _cut_shares(steps.node, asked)


def _read_hoarding(situation: Situation, system: GasSystem) -> frozenset[str]:
    unknown = situation.hoarding - {node.name for node in system.nodes}
    if unknown:
        _refuse(
            f"hoarding {min(unknown)!r} is not a node",
            "hoarding",
            f"use names among {sorted(node.name for node in system.nodes)}",
        )
    return situation.hoarding


def _scale(
    programme: GasProgramme, available: Mapping[str, ArrayLike]
) -> tuple[Mapping[str, FloatArray], FloatArray]:
    """Multiply the capacities of the named parts, and what sources must give."""
    if not available:
        return programme.capacity_twh, programme.minimum_twh
    system = programme.system
    blocks: dict[str, tuple[GasSource | Pipeline | Terminal | SupplyStep, ...]] = {
        "supply": system.sources,
        "flow": system.pipelines,
        "sendout": system.terminals,
        "purchase": system.supply,
    }
    places = {
        part.name: (block, number)
        for block, parts in blocks.items()
        for number, part in enumerate(parts)
    }
    capacity = {block: array.copy() for block, array in programme.capacity_twh.items()}
    minimum = programme.minimum_twh.copy()
    for name, factor in available.items():
        if name not in places:
            _refuse(
                f"available {name!r} is no source, pipeline, terminal or supply step",
                f"available.{name}",
                f"use names among {sorted(places)}",
            )
        times = read_array(factor, system, f"available.{name}")
        if not np.isfinite(times).all():
            _refuse(f"available {name!r} is infinite", f"available.{name}", "give finite numbers")
        block, number = places[name]
        most = capacity[block][number]
        capacity[block][number] = np.where(times > 0.0, most, 0.0) * np.where(
            times > 0.0, times, 1.0
        )
        if block == "supply":
            minimum[number] *= times
    return capacity, minimum


def _refuse(message: str, at: str, fix: str) -> NoReturn:
    refuse(message, code="input-invalid", at=f"gas situation {at}", fix=fix, error=ModelError)
