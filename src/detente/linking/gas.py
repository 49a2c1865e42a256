"""The gas year of a crisis at the central values of its quantities: what the gas mechanism prices, month by month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detente.crisis.elements import Binding, ByState, Constant, Crisis, Mechanism, QuantityOf, Sum
from detente.crisis.elements import Product as ProductOf
from detente.crisis.quantities import reference_value
from detente.linking.tables import setting_of
from detente.models import find_model
from detente.models.energy import (
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
from detente.models.registry import FloatArray

__all__ = ["GAS_MODEL", "GasYear", "gas_mechanism", "run_gas_years", "sea_price"]

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
