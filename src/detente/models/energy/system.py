"""A gas system: periods, nodes, pipelines, sources, terminals, world supply and stores, and a situation it may face.

Capacities are rates in TWh per day, so that one system runs by month or by week; volumes (demand, stocks, totals) are
in TWh; prices in EUR per MWh. An array field is one number for all periods, or one number for each.
"""

import datetime as dt
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike

from detente.errors import ModelError, refuse

__all__ = [
    "GasNode",
    "GasSource",
    "GasSystem",
    "Period",
    "Pipeline",
    "Situation",
    "Step",
    "Store",
    "SupplyStep",
    "Terminal",
    "check_system",
    "months",
    "read_array",
    "weeks",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A stretch of time: its label and its length in days."""

    label: str
    days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A share of a node's demand that goes unserved from a price on: ``share`` of demand, price in EUR/MWh.

    Either may differ by period: where the periods cut one curve at different prices, the year follows it closely.
    """

    share: ArrayLike
    price: ArrayLike


@dataclass(frozen=True, slots=True, kw_only=True)
class GasNode:
    """A country or zone with one gas balance.

    ``demand_twh`` is demand before any response, per period. ``response`` gives way to the price in steps, by choice;
    ``shedding`` is what is cut off against the will of those who burn it. What neither covers must be served. Several
    shedding steps of rising price spread a shortage over the nodes.
    """

    name: str
    demand_twh: ArrayLike
    response: tuple[Step, ...] = ()
    shedding: tuple[Step, ...] = (Step(share=1.0, price=3000.0),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """A pipeline from one node to another: capacity at its entry, cost of passage, share lost on the way."""

    name: str
    start: str
    end: str
    capacity_twh_per_day: ArrayLike
    cost: float = 0.0
    loss_share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GasSource:
    """Gas that enters at a node: production, or a supplier beyond the system's border.

    It gives between ``minimum_twh_per_day`` (what must be taken) and ``capacity_twh_per_day``, and no more than
    ``total_twh`` over all periods, at ``cost``.
    """

    name: str
    node: str
    capacity_twh_per_day: ArrayLike
    minimum_twh_per_day: ArrayLike = 0.0
    total_twh: float | None = None
    cost: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """A terminal that turns liquefied gas into pipeline gas at a node, up to its send-out capacity."""

    name: str
    node: str
    capacity_twh_per_day: ArrayLike
    cost: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyStep:
    """A step of the world's supply of liquefied gas, shared by all terminals.

    Cargoes diverted from other buyers cost ``price + premium`` and arrive ``delay_days`` after the first day; in the
    period in which they begin to arrive they count for the part that is left.
    """

    name: str
    volume_twh_per_day: ArrayLike
    price: float
    premium: float = 0.0
    delay_days: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Storage at a node.

    The stock starts at ``initial_twh``, ends every period between ``floor_twh`` and ``capacity_twh`` and the last one
    at ``target_twh`` or more. With a ``target_price`` the target may be missed at that price per MWh.
    """

    name: str
    node: str
    capacity_twh: float
    initial_twh: float
    injection_twh_per_day: ArrayLike
    withdrawal_twh_per_day: ArrayLike
    floor_twh: ArrayLike = 0.0
    target_twh: float = 0.0
    target_price: float | None = None
    injection_cost: float = 0.0
    withdrawal_cost: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GasSystem:
    """Everything that the linear programme knows of a gas system. Names are unique across its parts."""

    periods: tuple[Period, ...]
    nodes: tuple[GasNode, ...]
    pipelines: tuple[Pipeline, ...] = ()
    sources: tuple[GasSource, ...] = ()
    terminals: tuple[Terminal, ...] = ()
    supply: tuple[SupplyStep, ...] = ()
    stores: tuple[Store, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What may befall a system without changing its build.

    ``weather`` multiplies demand: a number, one per period, or an array ``(n_nodes, n_periods)``. ``available``
    multiplies the capacity (and what must be taken) of a source, pipeline, terminal or supply step, by name. A node
    in ``hoarding`` sends out no more than comes in by pipe: transit passes, its own sources, terminals and store serve
    itself alone. Nobody named is solidarity. ``response`` replaces the shares of demand that
    the steps of response take away, in the order of nodes and steps, ``(n_response_steps, n_periods)``; shedding takes
    what they leave.
    """

    weather: ArrayLike = 1.0
    available: Mapping[str, ArrayLike] = field(default_factory=dict)
    hoarding: frozenset[str] = frozenset()
    response: ArrayLike | None = None


def months(start: str, n_periods: int) -> tuple[Period, ...]:
    """Return calendar months as periods.

    Parameters
    ----------
    start
        First month, as ``YYYY-MM``.
    n_periods
        How many.

    Returns
    -------
    tuple[Period, ...]
        Labelled ``YYYY-MM``.

    Examples
    --------
    >>> [(month.label, month.days) for month in months("2023-12", 3)]
    [('2023-12', 31), ('2024-01', 31), ('2024-02', 29)]
    """
    year, month = (int(part) for part in start.split("-"))
    firsts = [
        dt.date(year + (month - 1 + k) // 12, (month - 1 + k) % 12 + 1, 1)
        for k in range(n_periods + 1)
    ]
    return tuple(
        Period(label=f"{first:%Y-%m}", days=(after - first).days)
        for first, after in itertools.pairwise(firsts)
    )


def weeks(start: str, n_periods: int) -> tuple[Period, ...]:
    """Return weeks of seven days as periods, labelled by their first day.

    Parameters
    ----------
    start
        First day, as ``YYYY-MM-DD``.
    n_periods
        How many.

    Examples
    --------
    >>> [week.label for week in weeks("2023-12-25", 2)]
    ['2023-12-25', '2024-01-01']
    """
    first = dt.date.fromisoformat(start)
    return tuple(Period(label=f"{first + dt.timedelta(weeks=k)}", days=7) for k in range(n_periods))


def check_system(system: GasSystem) -> None:
    """Refuse a system that is not one.

    Raises
    ------
    ModelError
        ``input-invalid`` naming the part and the field: a name used twice or unknown, an array of the wrong length, a
        value that is not finite, negative or beyond its bound, shares of demand above one, shedding that is cheaper
        than response.
    """
    if not system.periods or not system.nodes:
        _refuse("a gas system needs a period and a node", "periods, nodes", "give at least one")
    parts: list[GasNode | Pipeline | GasSource | Terminal | SupplyStep | Store] = [
        *system.nodes,
        *system.pipelines,
        *system.sources,
        *system.terminals,
        *system.supply,
        *system.stores,
    ]
    seen: set[str] = set()
    for part in parts:
        if part.name in seen:
            _refuse(f"the name {part.name!r} is used twice", part.name, "give each part its own")
        seen.add(part.name)
    for period in system.periods:
        _check_number(period.days, f"period {period.label}.days", low=np.nextafter(0.0, 1.0))
    known = {node.name for node in system.nodes}
    for pipe in system.pipelines:
        _check_node(pipe.start, known, f"{pipe.name}.start")
        _check_node(pipe.end, known, f"{pipe.name}.end")
        if pipe.start == pipe.end:
            _refuse(f"{pipe.name} starts and ends at {pipe.end!r}", pipe.name, "join two nodes")
    entries: list[GasSource | Terminal | Store] = [
        *system.sources,
        *system.terminals,
        *system.stores,
    ]
    for entry in entries:
        _check_node(entry.node, known, f"{entry.name}.node")
    _check_values(system)


def read_array(values: ArrayLike, system: GasSystem, at: str) -> np.ndarray:
    """Return one number for each period, shape ``(n_periods,)``; refuse another shape, NaN and negative numbers."""
    n_periods = len(system.periods)
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        _refuse(f"{at} {values!r} is not a number", at, "give numbers")
    if array.shape not in {(), (n_periods,)}:
        _refuse(
            f"{at} has {array.shape} values for {n_periods} periods",
            at,
            "give one number, or one for each period",
        )
    array = np.broadcast_to(array, (n_periods,))
    wrong = np.isnan(array) | (array < 0.0)
    if wrong.any():
        period = int(np.argmax(wrong))
        _refuse(
            f"{at} {array[period]:g} in {system.periods[period].label} is negative or missing",
            f"{at} ({system.periods[period].label})",
            "give a number from zero up",
        )
    return array


def _check_values(system: GasSystem) -> None:
    for node in system.nodes:
        demand = read_array(node.demand_twh, system, f"{node.name}.demand_twh")
        _check_finite(demand, f"{node.name}.demand_twh")
        _check_steps(node, system)
    for pipe in system.pipelines:
        read_array(pipe.capacity_twh_per_day, system, f"{pipe.name}.capacity_twh_per_day")
        _check_number(pipe.cost, f"{pipe.name}.cost")
        _check_number(pipe.loss_share, f"{pipe.name}.loss_share", high=np.nextafter(1.0, 0.0))
    for source in system.sources:
        most = read_array(source.capacity_twh_per_day, system, f"{source.name}.capacity")
        least = read_array(source.minimum_twh_per_day, system, f"{source.name}.minimum")
        if (least > most).any():
            period = int(np.argmax(least > most))
            _refuse(
                f"{source.name} must give {least[period]:g} and can give {most[period]:g} TWh a day",
                f"{source.name}.minimum_twh_per_day ({system.periods[period].label})",
                "lower the minimum or raise the capacity",
            )
        _check_number(source.cost, f"{source.name}.cost")
        if source.total_twh is not None:
            _check_number(source.total_twh, f"{source.name}.total_twh")
    for terminal in system.terminals:
        read_array(terminal.capacity_twh_per_day, system, f"{terminal.name}.capacity_twh_per_day")
        _check_number(terminal.cost, f"{terminal.name}.cost")
    for step in system.supply:
        read_array(step.volume_twh_per_day, system, f"{step.name}.volume_twh_per_day")
        for name in ("price", "premium", "delay_days"):
            _check_number(getattr(step, name), f"{step.name}.{name}")
    for store in system.stores:
        _check_store(store, system)


def _check_steps(node: GasNode, system: GasSystem) -> None:
    shares, prices = (
        [
            read_array(getattr(step, name), system, f"{node.name} step {name}")
            for step in (*node.response, *node.shedding)
        ]
        for name in ("share", "price")
    )
    for name, arrays, high in (("share", shares, 1.0), ("price", prices, np.inf)):
        for array in arrays:
            _check_number(float(array.max()), f"{node.name} step {name}", high=high)
    n_response = len(node.response)
    responding = float(np.sum(shares[:n_response], axis=0).max(initial=0.0)) if n_response else 0.0
    if responding > 1.0 + 1e-12:
        _refuse(
            f"steps of response at {node.name} add up to {responding:g} of demand",
            f"{node.name}.response",
            "keep the sum of the shares at one or below",
        )
    dearest = np.max(prices[:n_response], axis=0) if n_response else np.zeros(len(system.periods))
    if any((price < dearest).any() for price in prices[n_response:]):
        _refuse(
            f"shedding at {node.name} costs less than response at {dearest.max():g} EUR/MWh",
            f"{node.name}.shedding",
            "price every shedding step above every response step",
        )


def _check_store(store: Store, system: GasSystem) -> None:
    _check_number(store.capacity_twh, f"{store.name}.capacity_twh")
    _check_number(store.initial_twh, f"{store.name}.initial_twh", high=store.capacity_twh)
    _check_number(store.target_twh, f"{store.name}.target_twh", high=store.capacity_twh)
    floor = read_array(store.floor_twh, system, f"{store.name}.floor_twh")
    _check_number(float(floor.max()), f"{store.name}.floor_twh", high=store.capacity_twh)
    read_array(store.injection_twh_per_day, system, f"{store.name}.injection_twh_per_day")
    read_array(store.withdrawal_twh_per_day, system, f"{store.name}.withdrawal_twh_per_day")
    for name in ("injection_cost", "withdrawal_cost"):
        _check_number(getattr(store, name), f"{store.name}.{name}")
    if store.target_price is not None:
        _check_number(store.target_price, f"{store.name}.target_price")


def _check_node(name: str, known: set[str], at: str) -> None:
    if name not in known:
        _refuse(f"{at} {name!r} is not a node", at, f"use one of {sorted(known)}")


def _check_number(value: float, at: str, low: float = 0.0, high: float = np.inf) -> None:
    if not np.isfinite(value) or not low <= value <= high:
        _refuse(
            f"{at} {value:g} is outside {low:g} to {high:g}",
            at,
            "check the unit and the sign",
        )


def _check_finite(array: np.ndarray, at: str) -> None:
    if not np.isfinite(array).all():
        _refuse(f"{at} is infinite", at, "give finite numbers")


def _refuse(message: str, at: str, fix: str) -> NoReturn:
    refuse(message, code="input-invalid", at=f"gas system {at}", fix=fix, error=ModelError)
