"""The gas year of a crisis at the central values of its quantities: what the gas mechanism prices, month by month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Binding, ByState, Constant, Mechanism, QuantityOf, Sum
from detente.crisis.elements import Product as ProductOf
from detente.crisis.quantities import reference_value
from detente.errors import UsageError, nearest
from detente.linking.tables import setting_of, table_arrays
from detente.models import find_model
from detente.models.energy import (
    GAS_TABLES,
    GasCase,
    GasReading,
    GasSolution,
    GasSolver,
    Span,
    compile_gas,
    cut_routes,
    read_gas_tables,
    situation_of,
)

__all__ = [
    "GAS_MODEL",
    "GasYear",
    "balance_union",
    "case_totals",
    "country_totals",
    "gas_mechanism",
    "gas_year_data",
    "rank_flows",
    "read_cuts",
    "run_gas_years",
    "sea_price",
]

GAS_MODEL = "energy.gas_system"


@dataclass(frozen=True, slots=True, kw_only=True)
class GasYear:
    """One case of the year and the programme's answer to it."""

    id: str
    label: str
    case: GasCase
    reading: GasReading
    solution: GasSolution

    @property
    def union(self) -> FloatArray:
        """Say per node whether it is of the union, ``(n_nodes,)``; all are where no node names an area."""
        inside = np.array([area == "EU" for area in self.reading.areas])
        return inside if inside.any() else np.ones_like(inside)

    def supply_of(self, *suppliers: str) -> FloatArray:
        """Return what routes of some suppliers bring, TWh by period; without names, all but production."""
        wanted = suppliers or tuple(name for name in self.reading.suppliers if name != "own")
        routes = {route for name in wanted for route in self.reading.suppliers.get(name, ())}
        rows = [source.name in routes for source in self.reading.system.sources]
        total: FloatArray = self.solution.supply_twh[rows].sum(axis=0)
        return total


def gas_mechanism(crisis: Crisis) -> Mechanism | None:
    """Return the first mechanism of a crisis that prices its gas system, or None."""
    return next((item for item in crisis.mechanisms.values() if item.model == GAS_MODEL), None)


def run_gas_years(
    crisis: Crisis,
    mechanism: Mechanism,
    *,
    cut: Mapping[str, float] | None = None,
    periods: Sequence[Span] | None = None,
) -> tuple[GasYear, ...]:
    """Solve the year at central values: as things stand, cut, cut with a pact, and cut while members hoard.

    Parameters
    ----------
    crisis
        A loaded crisis.
    mechanism
        From :func:`gas_mechanism`.
    cut
        Share withheld by id of a route or by supplier; without it, what the mechanism's ``cut_share`` comes to where it is
        highest, on every route of the challenger.
    periods
        Other periods than twelve months from the date of the crisis, such as
        :func:`detente.models.energy.weeks_from` gives.

    Returns
    -------
    tuple[GasYear, ...]
        Ids ``stands``, ``cut``, ``pact`` (where the crisis has a pact) and ``hoarding``.

    Raises
    ------
    ModelError
        ``input-invalid`` for an unknown route, or a system that cannot be run: the node and month are named.
    """
    model = find_model(GAS_MODEL)
    assert model is not None  # noqa: S101 - this package registers it
    setting = setting_of(crisis, model, mechanism)
    reading = read_gas_tables(setting.tables, start=setting.start, periods=periods)
    values = {
        item.name: _extremes(mechanism.inputs[item.name], crisis)
        if item.name in mechanism.inputs
        else (item.default or 0.0, item.default or 0.0)
        for item in model.inputs
        if not item.per_member
    }
    if cut is None:
        cut = dict.fromkeys(cut_routes(reading, setting.challengers), values["cut_share"][1])
    solver = GasSolver(compile_gas(reading.system))

    def run(name: str, label: str, **changes: object) -> GasYear:
        given: dict[str, object] = {
            "cut": {},
            "lng_spare_twh": values["lng_spare_twh"][0],
            "demand_elasticity": values["demand_elasticity"][0],
            "weather": values["weather"][0],
            **changes,
        }
        case = GasCase(**given)  # type: ignore[arg-type]
        return GasYear(
            id=name,
            label=label,
            case=case,
            reading=reading,
            solution=solver.solve(situation_of(reading, case)),
        )

    years = [run("stands", "as things stand"), run("cut", "gas cut", cut=cut)]
    pact = values["lng_pact_twh"][1]
    if pact > 0.0:
        years.append(run("pact", "gas cut, with a pact", cut=cut, lng_pact_twh=pact))
    years.append(run("hoarding", "gas cut, members hoard", cut=cut, hoarding=True))
    return tuple(years)


def sea_price(year: GasYear) -> FloatArray:
    """Return the mean price in the union by period, weighted by demand, EUR/MWh."""
    demand = year.solution.demand_twh[year.union]
    price: FloatArray = (year.solution.price[year.union] * demand).sum(axis=0) / np.maximum(
        demand.sum(axis=0), 1e-12
    )
    return price


def read_cuts(crisis: Crisis, cuts: Mapping[str, float]) -> dict[str, float]:
    """Return the share withheld by id of a route; a supplier stands for all its routes.

    Raises
    ------
    UsageError
        ``option-invalid`` for a name that is neither, with the nearest.
    """
    reading = read_gas_tables(table_arrays(crisis, GAS_TABLES), start=crisis.as_of)
    routes = [name for name, _ in _parts(reading)]
    found: dict[str, float] = {}
    for name, share in cuts.items():
        if name in reading.suppliers:
            found |= dict.fromkeys(reading.suppliers[name], share)
        elif name in routes:
            found[name] = share
        else:
            known = [*reading.suppliers, *routes]
            near = nearest(name, known)
            message = f"there is no gas route or supplier {name!r}"
            raise UsageError(
                message,
                code="option-invalid",
                at="--cut",
                fix=f"name one such as {', '.join(near or known[:6])}",
            )
    return found


def _parts(reading: GasReading) -> list[tuple[str, ArrayLike]]:
    """Return id and rate of sources, pipelines and terminals, in this order."""
    system = reading.system
    return [
        *((source.name, source.capacity_twh_per_day) for source in system.sources),
        *((pipe.name, pipe.capacity_twh_per_day) for pipe in system.pipelines),
        *((terminal.name, terminal.capacity_twh_per_day) for terminal in system.terminals),
    ]


def _carried(year: GasYear) -> FloatArray:
    """Return what each of :func:`_parts` carries, TWh by period."""
    got = year.solution
    return np.concatenate([got.supply_twh, got.flow_twh, got.sendout_twh])


def balance_union(year: GasYear) -> dict[str, FloatArray]:
    """Return what covers the union's demand, TWh by period; what crosses its border by pipe is the rest.

    Returns
    -------
    dict
        ``demand``, what answers the price (``response``), what is ``cut_off``, ``from_<supplier>``, ``liquefied``,
        ``from_storage``, ``over_border`` and the ``stock``, shape ``(n_periods,)`` each.
    """
    got, system, union = year.solution, year.reading.system, year.union
    names = [node.name for node in system.nodes]

    def inside(parts: Any) -> Any:
        return [bool(union[names.index(part.node)]) for part in parts]

    supply: dict[str, Any] = {}
    for supplier, routes in year.reading.suppliers.items():
        rows = [
            source.name in routes and bool(union[names.index(source.node)])
            for source in system.sources
        ]
        if any(rows):
            supply[supplier] = got.supply_twh[rows].sum(axis=0)
    stores = inside(system.stores)
    parts = {
        "demand": got.demand_twh[union].sum(axis=0),
        "response": got.response_twh[union].sum(axis=0),
        "cut_off": got.shedding_twh[union].sum(axis=0),
        **{f"from_{name}": twh for name, twh in supply.items()},
        "liquefied": got.sendout_twh[inside(system.terminals)].sum(axis=0),
        "from_storage": (got.withdrawal_twh - got.injection_twh)[stores].sum(axis=0),
    }
    covered = sum(value for key, value in parts.items() if key != "demand")
    parts["over_border"] = parts["demand"] - covered
    parts["stock"] = got.stock_twh[stores].sum(axis=0)
    return {key: np.asarray(value) for key, value in parts.items()}


def gas_year_data(year: GasYear) -> dict[str, Any]:
    """Return a year as plain values: the case, the union, countries and flows by period, and the certificate."""
    got, system, reading = year.solution, year.reading.system, year.reading
    months = [period.label for period in system.periods]

    def by_month(values: Any) -> dict[str, float]:
        return {month: round(float(value), 4) for month, value in zip(months, values, strict=True)}

    return {
        "case": year.id,
        "label": year.label,
        "cut": dict(year.case.cut),
        "lng_spare_twh": year.case.lng_spare_twh,
        "lng_pact_twh": year.case.lng_pact_twh,
        "demand_elasticity": year.case.demand_elasticity,
        "weather": year.case.weather,
        "hoarding": year.case.hoarding,
        "unit": "TWh a period; prices in EUR/MWh",
        "union": {key: by_month(value) for key, value in balance_union(year).items()},
        "price": by_month(sea_price(year)),
        "countries": [
            {
                "node": node.name,
                "name": reading.names[node.name],
                "actors": list(actors),
                "demand": by_month(got.demand_twh[k]),
                "response": by_month(got.response_twh[k]),
                "cut_off": by_month(got.shedding_twh[k]),
                "price": by_month(got.price[k]),
            }
            for k, (node, actors) in enumerate(zip(system.nodes, reading.actors, strict=True))
        ],
        "flows": [
            {"id": name, "name": reading.names[name], "twh": by_month(twh)}
            for (name, _), twh in zip(_parts(reading), _carried(year), strict=True)
        ],
        "certificate": {
            "residual_twh": got.residual_twh,
            "gap_eur_mn": got.gap_eur_mn,
        },
    }


def case_totals(year: GasYear) -> dict[str, float]:
    """Return what a year comes to in the union.

    Returns
    -------
    dict
        ``lost_pct`` of demand, and of it ``cut_off`` (TWh), ``liquefied`` (TWh), the ``stock`` at the end (TWh) and the
        mean ``price`` over periods (EUR/MWh).
    """
    parts = balance_union(year)
    lost = parts["response"].sum() + parts["cut_off"].sum()
    return {
        "lost_pct": float(100 * lost / max(parts["demand"].sum(), 1e-12)),
        "cut_off": float(parts["cut_off"].sum()),
        "liquefied": float(parts["liquefied"].sum()),
        "stock": float(parts["stock"][-1]),
        "price": float(sea_price(year).mean()),
    }


def country_totals(year: GasYear) -> list[dict[str, float]]:
    """Return what a year comes to at each node: ``demand`` (TWh), ``lost`` and ``shed`` (% of it), ``price`` (EUR/MWh)."""
    got = year.solution
    found = []
    for k in range(len(year.reading.system.nodes)):
        demand = float(got.demand_twh[k].sum())
        whole = max(demand, 1e-12)
        shed = 100 * float(got.shedding_twh[k].sum()) / whole
        lost = 100 * float(got.response_twh[k].sum()) / whole + shed
        price = float((got.price[k] * got.demand_twh[k]).sum()) / whole
        found.append({"demand": demand, "lost": lost, "shed": shed, "price": price})
    return found


def rank_flows(year: GasYear) -> list[tuple[float, str, float]]:
    """Return TWh over the year, id and share of the capacity used of each route, the largest first."""
    days = np.array([period.days for period in year.reading.system.periods])
    rows = []
    for (name, rate), twh in zip(_parts(year.reading), _carried(year), strict=True):
        room = float((np.broadcast_to(np.asarray(rate), days.shape) * days).sum())
        share = float(twh.sum()) / room if room else 0.0
        rows.append((float(twh.sum()), name, share))
    rows.sort(key=lambda row: -row[0])
    return rows


def _extremes(binding: Binding, crisis: Crisis) -> tuple[float, float]:
    """Return the lowest and highest value of a binding over the states, quantities at their central values."""
    if isinstance(binding, Constant):
        return binding.value, binding.value
    if isinstance(binding, QuantityOf):
        value = reference_value(crisis.quantities[binding.path].distribution)
        return value, value
    parts: list[tuple[float, float]]
    if isinstance(binding, ByState):
        parts = [_extremes(case, crisis) for case in binding.cases.values()]
        return min(low for low, _ in parts), max(high for _, high in parts)
    if isinstance(binding, Sum):
        parts = [_extremes(term, crisis) for term in binding.terms]
        return sum(low for low, _ in parts), sum(high for _, high in parts)
    if isinstance(binding, ProductOf):
        low, high = 1.0, 1.0
        for factor in binding.factors:
            ends = _extremes(factor, crisis)
            corners = [a * b for a in (low, high) for b in ends]
            low, high = min(corners), max(corners)
        return low, high
    return 0.0, 0.0
