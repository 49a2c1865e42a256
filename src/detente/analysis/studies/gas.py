"""The gas year: the programme of the gas system run at the central values of the crisis, month by month."""

import numpy as np

from detente.analysis.records import GasStudy, GasYearRecord
from detente.analysis.studies._study import Study, binding
from detente.arrays import FloatArray
from detente.crisis.crisis import Crisis
from detente.linking.gas import GAS_MODEL, GasYear, gas_mechanism, run_gas_years, sea_price
from detente.models import find_model
from detente.runs.run import Run

__all__ = ["STUDY", "study_gas"]


def study_gas(crisis: Crisis) -> GasStudy:
    """Run the gas year of a crisis in every case that :func:`detente.linking.gas.run_gas_years` knows.

    Parameters
    ----------
    crisis
        A crisis that binds the model of gas systems.

    Returns
    -------
    GasStudy
        One run of the programme a case, at the median of every quantity: it does not depend on draws.
    """
    mechanism, model = gas_mechanism(crisis), find_model(GAS_MODEL)
    assert mechanism is not None  # noqa: S101 - the study is about crises that bind it
    assert model is not None  # noqa: S101 - this package registers it
    years = run_gas_years(crisis, mechanism)
    reading = years[0].reading
    system = reading.system
    days = np.array([float(period.days) for period in system.periods])
    sources = {
        key
        for kind in model.tables
        for row in crisis.tables[kind].rows
        for key in row.cells.get("source", "").split(";")
        if key
    }
    return GasStudy(
        mechanism=mechanism.id,
        model=GAS_MODEL,
        reference="riepin2022, least-cost programme by month; one run at the median of every quantity",
        sources=tuple(sorted(sources)),
        periods=tuple(period.label for period in system.periods),
        days=days,
        names=dict(reading.names),
        nodes=tuple(node.name for node in system.nodes),
        union=np.asarray(years[0].union),
        actors=tuple(tuple(actors) for actors in reading.actors),
        entries=tuple(entry.name for entry in system.sources),
        entry_nodes=tuple(entry.node for entry in system.sources),
        suppliers={name: tuple(routes) for name, routes in reading.suppliers.items()},
        pipelines=tuple(pipe.name for pipe in system.pipelines),
        pipeline_twh_per_day=_by_period(
            [pipe.capacity_twh_per_day for pipe in system.pipelines], days
        ),
        terminal_nodes=tuple(part.node for part in system.terminals),
        terminal_twh_per_day=_by_period(
            [part.capacity_twh_per_day for part in system.terminals], days
        ),
        store_nodes=tuple(part.node for part in system.stores),
        store_twh=np.array([part.capacity_twh for part in system.stores], dtype=np.float64),
        years=tuple(_record(year) for year in years),
    )


def _by_period(capacities: list[object], days: FloatArray) -> FloatArray:
    """Write capacities out by period, shape ``(n_parts, n_periods)``."""
    rows = [np.broadcast_to(np.asarray(one, dtype=np.float64), days.shape) for one in capacities]
    return np.array(rows).reshape(len(rows), len(days))


def _record(year: GasYear) -> GasYearRecord:
    got = year.solution
    return GasYearRecord(
        id=year.id,
        label=year.label,
        lng_pact_twh=float(year.case.lng_pact_twh),
        demand_twh=got.demand_twh,
        supply_twh=got.supply_twh,
        flow_twh=got.flow_twh,
        sendout_twh=got.sendout_twh,
        injection_twh=got.injection_twh,
        withdrawal_twh=got.withdrawal_twh,
        stock_twh=got.stock_twh,
        response_twh=got.response_twh,
        shedding_twh=got.shedding_twh,
        price=got.price,
        union_price=sea_price(year),
    )


def _study(crisis: Crisis, _: Run) -> GasStudy:
    return study_gas(crisis)


STUDY = Study(name="gas", is_about=binding(GAS_MODEL), record=GasStudy, compute=_study)
