"""``detente price CRISIS energy``: the gas year by month and country, then what every mechanism of energy says over draws."""

import difflib
import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from detente.cli._pricing import PriceRequest
    from detente.linking.gas import GasYear
    from detente.models.energy import GasReading
    from detente.models.registry import FloatArray

__all__ = ["price_subject"]

FULL = 0.995
"""A route above this share of its capacity over the year counts as full."""
FLOWS_SHOWN = 14


def price_subject(request: "PriceRequest") -> None:
    """Print the gas year at central values, and the mechanisms of energy over draws."""
    from detente.cli._pricing import describe_family, find_family, print_mechanism

    if request.coalition is not None:
        message = "the gas system takes its members from the crisis file"
        raise UsageError(message, code="option-invalid", at="--coalition", fix="leave it out")
    family = find_family(request)
    years = _years(request)
    found = describe_family(request, family)
    if request.as_json:
        found["gas_year"] = [_as_data(year) for year in years]
        sys.stdout.write(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        return
    if years:
        _print_years(years)
    for item in found["mechanisms"]:
        print_mechanism(item)


def _years(request: "PriceRequest") -> "tuple[GasYear, ...]":
    from detente.linking.gas import gas_mechanism, run_gas_years
    from detente.models.energy import weeks_from

    mechanism = gas_mechanism(request.crisis)
    if mechanism is None or (request.packages and mechanism.id not in request.packages):
        if request.cuts:
            message = f"crisis {request.crisis.id!r} binds no gas system to cut"
            raise UsageError(
                message,
                code="mechanism-unknown",
                at="--cut",
                fix="bind the model energy.gas_system under `mechanisms`",
            )
        return ()
    cut = _expand(request) if request.cuts else None
    weeks = weeks_from(request.crisis.as_of) if request.weekly else None
    return run_gas_years(request.crisis, mechanism, cut=cut, periods=weeks)


def _expand(request: "PriceRequest") -> dict[str, float]:
    """Return the share withheld by id of a route; a supplier stands for all its routes."""
    from detente.linking.tables import table_arrays
    from detente.models.energy import GAS_TABLES, read_gas_tables

    reading = read_gas_tables(table_arrays(request.crisis, GAS_TABLES), start=request.crisis.as_of)
    routes = _routes(reading)
    found: dict[str, float] = {}
    for name, share in request.cuts.items():
        if name in reading.suppliers:
            found |= dict.fromkeys(reading.suppliers[name], share)
        elif name in routes:
            found[name] = share
        else:
            known = [*reading.suppliers, *routes]
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
            message = f"there is no gas route or supplier {name!r}"
            raise UsageError(
                message,
                code="option-invalid",
                at="--cut",
                fix=f"name one such as {', '.join(near or known[:6])}",
            )
    return found


def _routes(reading: "GasReading") -> list[str]:
    return [name for name, _ in _parts(reading)]


def _parts(reading: "GasReading") -> "list[tuple[str, ArrayLike]]":
    """Return id and rate of sources, pipelines and terminals, in this order."""
    system = reading.system
    return [
        *((source.name, source.capacity_twh_per_day) for source in system.sources),
        *((pipe.name, pipe.capacity_twh_per_day) for pipe in system.pipelines),
        *((terminal.name, terminal.capacity_twh_per_day) for terminal in system.terminals),
    ]


def _carried(year: "GasYear") -> "FloatArray":
    """Return what each of :func:`_parts` carries, TWh by period."""
    import numpy as np

    got = year.solution
    return np.concatenate([got.supply_twh, got.flow_twh, got.sendout_twh])


def _balance(year: "GasYear") -> dict[str, Any]:
    """Return what covers the union's demand, TWh by period; what crosses its border by pipe is the rest."""
    import numpy as np

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


def _as_data(year: "GasYear") -> dict[str, Any]:
    from detente.linking.gas import sea_price

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
        "union": {key: by_month(value) for key, value in _balance(year).items()},
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


def _print_years(years: "tuple[GasYear, ...]") -> None:
    from detente.cli._pricing import print_table

    print_table(_cases(years))
    shown = next(year for year in years if year.id == "cut")
    print_table(_months(shown))
    print_table(_countries(years))
    print_table(_flows(shown))
    sys.stdout.write("All at the central values of the crisis; the ranges over draws follow.\n\n")


def _table(title: str, heads: Mapping[str, bool]) -> Any:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", title=title, title_justify="left")
    for head, number in heads.items():
        table.add_column(head, justify="right" if number else "left", no_wrap=number)
    return table


def _cases(years: "tuple[GasYear, ...]") -> Any:
    from detente.linking.gas import sea_price

    table = _table(
        "The gas year of the union, case by case",
        {
            "case": False,
            "demand lost, %": True,
            "cut off, TWh": True,
            "LNG, TWh": True,
            "stock at the end, TWh": True,
            "price, EUR/MWh": True,
        },
    )
    for year in years:
        parts = _balance(year)
        lost = parts["response"].sum() + parts["cut_off"].sum()
        table.add_row(
            year.label,
            f"{100 * lost / max(parts['demand'].sum(), 1e-12):.1f}",
            f"{parts['cut_off'].sum():.1f}",
            f"{parts['liquefied'].sum():.0f}",
            f"{parts['stock'][-1]:.0f}",
            f"{sea_price(year).mean():.0f}",
        )
    return table


def _months(year: "GasYear") -> Any:
    from detente.linking.gas import sea_price

    parts = _balance(year)
    suppliers = [key for key in parts if key.startswith("from_") and key != "from_storage"]
    heads = [
        "demand",
        *suppliers,
        "liquefied",
        "over_border",
        "from_storage",
        "response",
        "cut_off",
    ]
    table = _table(
        f"The union by period, {year.label}: TWh",
        {
            "period": False,
            **{_head(key): True for key in heads},
            "stock": True,
            "EUR/MWh": True,
        },
    )
    price = sea_price(year)
    for k, period in enumerate(year.reading.system.periods):
        table.add_row(
            period.label,
            *(f"{parts[key][k]:.0f}" for key in heads),
            f"{parts['stock'][k]:.0f}",
            f"{price[k]:.0f}",
        )
    return table


def _head(key: str) -> str:
    words = {"liquefied": "LNG", "over_border": "border", "from_storage": "storage"}
    return words.get(key, key.removeprefix("from_").replace("_", " "))


def _countries(years: "tuple[GasYear, ...]") -> Any:
    table = _table(
        "By country: share of demand lost, %, of it cut off in brackets; price over the year, EUR/MWh",
        {"country": False, "demand, TWh": True, **{year.label: True for year in years}},
    )
    first = years[0]
    for k, node in enumerate(first.reading.system.nodes):
        demand = float(first.solution.demand_twh[k].sum())
        cells = []
        for year in years:
            got = year.solution
            whole = max(float(got.demand_twh[k].sum()), 1e-12)
            shed = 100 * float(got.shedding_twh[k].sum()) / whole
            lost = 100 * float(got.response_twh[k].sum()) / whole + shed
            price = float((got.price[k] * got.demand_twh[k]).sum()) / whole
            cells.append(f"{lost:.0f}{f' ({shed:.0f})' if shed >= 0.5 else ''}; {price:.0f}")
        table.add_row(first.reading.names[node.name], f"{demand:.0f}", *cells)
    return table


def _flows(year: "GasYear") -> Any:
    import numpy as np

    days = np.array([period.days for period in year.reading.system.periods])
    rows = []
    for (name, rate), twh in zip(_parts(year.reading), _carried(year), strict=True):
        room = float((np.broadcast_to(np.asarray(rate), days.shape) * days).sum())
        share = float(twh.sum()) / room if room else 0.0
        rows.append((float(twh.sum()), year.reading.names[name], share))
    rows.sort(key=lambda row: -row[0])
    table = _table(
        f"The largest flows, {year.label}",
        {"route": False, "TWh": True, "of its rate, %": True, "": False},
    )
    for twh, name, share in rows[:FLOWS_SHOWN]:
        table.add_row(name, f"{twh:.0f}", f"{100 * share:.0f}", "full" if share >= FULL else "")
    return table
