"""The gas programme against what happened in Europe in 2022. Each test names its oracle.

Nothing here is fitted to the outcome. Inputs are the research tables, and the figures below, each with its source.
"""

import csv
import datetime as dt
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from detente.models.energy import (
    GasSystem,
    Node,
    Pipeline,
    Situation,
    Source,
    Step,
    Store,
    Terminal,
    months,
    residual_supply,
    response_steps,
    solve_gas,
)

pytestmark = pytest.mark.research

RESEARCH = Path(__file__).parents[2].parent / "shared" / "data"

BCM = 10.55
"""TWh per bcm, gross calorific value, as in the table of flows."""

DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])

DEMAND_2022 = 13.72e6 / 3600, 0.132
"""EU inland demand, TWh, and its fall on 2021: Eurostat, 4 May 2023, via sofiaglobe.com."""

LARGEST = {"DEU": (3.07e6, 0.154), "ITA": (2.61e6, 0.099), "FRA": (1.54e6, 0.096)}
"""The same for the three largest consumers, TJ and fall, from the same release."""

STORED_END_2022 = 0.8352
"""Share of EU storage filled on 2 January 2023: GIE, via Agence Europe, 4 January 2023."""

LIQUEFIED_WORLD = 382.7 * 15.1
"""World exports of 2021, TWh: 382.7 Mt (lng_supply_2021.csv) at 54.4 GJ/t."""

ELASTICITY = 0.18
"""Short-run price elasticity of demand for gas (labandeira2017; the figure is quoted from memory)."""

TOLL = 1.0
"""EUR/MWh for each border and each terminal: our own, so that gas takes the short way."""

MULTIPLES = (
    1,
    1.1,
    1.2,
    1.3,
    1.4,
    1.5,
    1.6,
    1.7,
    1.8,
    1.9,
    2,
    2.15,
    2.3,
    2.5,
    2.7,
    3,
    3.5,
    4,
    5,
    7,
    10,
)

ADDED_BCM = {
    ("DE", "PL"): 1.7 + 30.4e-3 * 365,  # 30.4 mcm a day by Mallnow on 20 January 2022, TASS
    ("Balkan", "HU"): 8.5,  # opened on 1 October 2021, CIJ Europe, 6 October 2021
    (
        "Balkan",
        "RO",
    ): 10.0,  # the Trans-Balkan line runs in reverse since 2020; no figure found, does not bind
    ("BE", "DE"): 24
    / 30
    * 365
    / BCM,  # 24 TWh in June 2022, near its most: Fluxys, WirtschaftsWoche, August 2022
}
"""What the table of 2015 lacks, bcm a year.

Looked up after a first run had shown where that table chokes; the last is a flow of the year itself. Results without
them, and without the last, stand beside the main ones.
"""

CHALLENGER = {
    "NordStream1": "DE",
    "Yamal_Kondratki": "PL",
    "Belarus_Poland_other": "PL",
    "Belarus_Lithuania_Kotlovka": "Baltic",
    "Ukraine_Slovakia_VelkeKapusany": "SK",
    "Ukraine_Hungary_Bereg": "HU",
    "Ukraine_Poland_GCP": "PL",
    "Ukraine_Romania": "RO",
    "TurkStream_Strandzha2": "Balkan",
    "Finland_Imatra": "Baltic",
    "Baltic_Luhamaa_Varska_Misso": "Baltic",
}
OTHERS = {
    "Algeria_Italy_Mazara": "IT",
    "Algeria_Spain_Medgaz": "Iberia",
    "Libya_Italy_Gela": "IT",
    "TAP_Melendugno": "IT",
    "Norway_Belgium_Zeepipe": "BE",
    "Norway_France_Franpipe": "FR",
    "Norway_Netherlands_EmdenGTS": "NL",
    "Norway_UK_StFergus_Easington": "UK",
}
TERMINALS = {
    "BEL": "BE",
    "FRA": "FR",
    "ESP_TVB": "Iberia",
    "ITA": "IT",
    "NLD": "NL",
    "POL": "PL",
    "PRT": "Iberia",
    "GRC": "Balkan",
    "LTU": "Baltic",
    "HRV": "Balkan",
    "GBR": "UK",
}
REGAS_BCM = {"GBR": 52.3, "LTU": 4.0, "HRV": 2.6}
"""Not in the table of terminals: the first two from the table of capacities, the last from memory."""

GERMAN_NAMES = {
    "Italien": "ITA",
    "Spanien": "ESP_TVB",
    "Frankreich": "FRA",
    "Griechenland": "GRC",
    "Portugal": "PRT",
    "Polen": "POL",
    "Belgien": "BEL",
    "Holland": "NLD",
}
COUNTRIES = {
    country: node
    for node, countries in {
        "DE": "DEU",
        "FR": "FRA",
        "IT": "ITA",
        "PL": "POL",
        "NL": "NLD",
        "BE": "BEL LUX",
        "Iberia": "ESP PRT",
        "AT": "AUT",
        "HU": "HUN",
        "CZ": "CZE",
        "SK": "SVK",
        "Balkan": "BGR GRC HRV SVN",
        "RO": "ROU",
        "Baltic": "FIN EST LVA LTU",
        "DK": "DNK SWE",
        "IE": "IRL",
        "CH": "CHE",
    }.items()
    for country in countries.split()
}
OUTSIDE = {"UK", "CH"}
"""Nodes that are not of the European Union."""


def research_rows(name):
    path = RESEARCH / name
    if not path.exists():
        pytest.skip(f"needs the research data {name} in ../shared/data, which does not ship")
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def monthly_flows(year):
    """Flows by route and month, TWh: weeks are split evenly over their days."""
    rows = research_rows("gas_flows_weekly_gwh_2020_2023.csv")
    flows = {route: np.zeros(12) for route in list(rows[0])[1:]}
    for row in rows:
        end = dt.date.fromisoformat(row["week_ending"])
        days = [end - dt.timedelta(k) for k in range(7)]
        for route, by_month in flows.items():
            for day in days:
                if day.year == year:
                    by_month[day.month - 1] += float(row[route] or 0) / 7 / 1000
    return flows


@cache
def storage():
    return {
        (row["area"], row["gas_day"]): {
            key: float(value) for key, value in row.items() if key not in {"area", "gas_day"}
        }
        for row in research_rows("gas_storage_eu_de_daily_2019_2022.csv")
    }


def stock(area, day):
    return storage()[area, day]["gas_in_storage_twh"]


def most_seen():
    """The largest day of each route from 2019 to 2021, TWh."""
    most = defaultdict(float)
    for row in research_rows("gas_flows_annual_2019_2023.csv"):
        if row["year"] in {"2019", "2020", "2021"}:
            most[row["route"]] = max(most[row["route"]], float(row["max_day_GWh"]) / 1000)
    return most


def base_price():
    rows = research_rows("ttf_price_monthly_2015_2023.csv")
    month, price = list(rows[0])[:2]
    return np.mean([float(row[price]) for row in rows if row[month].startswith("2021")])


@cache
def year_of_2021():
    """Demand by node and month, production by node, and the entry that no route reports, all TWh of 2021."""
    flows = monthly_flows(2021)
    mix = {row["iso3"]: row for row in research_rows("energy_mix_by_country_2020_2021.csv")}
    total = DEMAND_2022[0] / (1 - DEMAND_2022[1])
    by_country = {name: tj / 3600 / (1 - fall) for name, (tj, fall) in LARGEST.items()}
    others = [name for name in COUNTRIES if name not in by_country and name != "CHE"]
    gas_2020 = {name: float(mix[name]["gas_twh_2020"]) for name in COUNTRIES}
    scale = (total - sum(by_country.values())) / sum(gas_2020[name] for name in others)
    by_country |= {name: scale * gas_2020[name] for name in others} | {"CHE": gas_2020["CHE"]}
    demand, production = defaultdict(float), defaultdict(float)
    for name, node in COUNTRIES.items():
        demand[node] += by_country[name]
        production[node] += float(mix[name]["gas_production_twh_2020"] or 0)
    continent = sum(production.values())

    firsts = [f"2021-{month:02d}-01" for month in range(1, 13)] + ["2022-01-01"]
    drawn = -np.diff([stock("EU", day) for day in firsts])
    entries = sum(flows[route] for route in CHALLENGER)
    entries = entries + sum(flows[route] for route, node in OTHERS.items() if node != "UK")
    entries = entries + sum(
        flows[f"LNG_sendout_{name}"] for name, node in TERMINALS.items() if node != "UK"
    )
    to_continent = flows["UK_Belgium_IZT"] + flows["UK_Netherlands_BBL"]
    entries = entries + to_continent + flows["Algeria_Spain_GME_Tarifa"]
    entries = entries + flows["TAP_Kipoi"] - flows["TAP_Melendugno"]
    unreported = sum(demand.values()) - demand["IE"] - entries.sum() - drawn.sum() - continent
    season = entries + drawn + (continent + unreported) * DAYS / 365
    season /= season.sum()
    by_month = {node: twh * season for node, twh in demand.items()}
    production["UK"] = float(mix["GBR"]["gas_production_twh_2020"])
    by_month["UK"] = (
        flows["LNG_sendout_GBR"]
        + flows["Norway_UK_StFergus_Easington"]
        + production["UK"] * DAYS / 365
        - to_continent
        - by_month["IE"]
    )
    return by_month, dict(production), unreported


def capacities(added):
    most = most_seen()
    rates = {}
    names = {"IBERIA": "Iberia", "BALKAN": "Balkan", "BALTIC": "Baltic"}
    for row in research_rows("gas_network_capacity_bcm_2015.csv"):
        if row["kind"] == "cross_border":
            ends = tuple(
                names.get(row[end][3:].upper(), row[end][3:].upper())
                for end in ("from_node", "to_node")
            )
            if not {"BY", "UA", "SE"} & set(ends):
                rates[ends] = float(row["capacity_bcm_per_year"]) * BCM / 365
    rates["UK", "BE"] = max(rates["UK", "BE"], most["UK_Belgium_IZT"])
    rates["UK", "NL"] = max(rates["UK", "NL"], most["UK_Netherlands_BBL"])
    rates["UK", "IE"] = 1.0  # does not bind
    return rates | {ends: ADDED_BCM[ends] * BCM / 365 for ends in added}


def sendout():
    """Capacity of terminals, TWh a day: of the tables, or the largest day seen to 2021."""
    rates = defaultdict(float, {name: bcm * BCM / 365 for name, bcm in REGAS_BCM.items()})
    for row in research_rows("lng_terminals_2018.csv"):
        if row["country_german"] in GERMAN_NAMES:
            name = GERMAN_NAMES[row["country_german"]]
            rates[name] += float(row["regas_bcm_per_year"]) * BCM / 365
    most = most_seen()
    return {name: max(rates[name], most[f"LNG_sendout_{name}"]) for name in TERMINALS}


def make_stores(year, filled_twh):
    """Germany as reported; the rest of the Union's storage over nodes by working volume."""
    volume = {
        row["node"]: float(row["working_gas_volume_bcm"])
        for row in research_rows("gas_storage_capacity_bcm_by_node.csv")
        if row["node"] not in {"BY", "UA", "UK"}
    }
    start = f"{year}-01-01"
    union, germany = storage()["EU", start], storage()["DEU", start]
    rest = sum(twh for node, twh in volume.items() if node != "DE")
    share = filled_twh / union["working_gas_volume_twh"]

    def part(node, key):
        if node == "DE":
            return germany[key]
        return (union[key] - germany[key]) * volume[node] / rest

    return tuple(
        Store(
            name=f"store {node}",
            node=node,
            capacity_twh=part(node, "working_gas_volume_twh"),
            initial_twh=part(node, "gas_in_storage_twh"),
            target_twh=share * part(node, "working_gas_volume_twh"),
            injection_twh_per_day=part(node, "injection_capacity_gwh_d") / 1000,
            withdrawal_twh_per_day=part(node, "withdrawal_capacity_gwh_d") / 1000,
            injection_cost=0.5,
        )
        for node in volume
    )


def europe(year, *, added=tuple(ADDED_BCM), elasticity=ELASTICITY, toll=TOLL, filled_twh=None):
    """Demand, production and other suppliers as in 2021, route by route and month by month; the challenger as it was."""
    before, flows = monthly_flows(2021), monthly_flows(year)
    demand, production, unreported = year_of_2021()
    price = base_price()
    prices = [price * multiple for multiple in MULTIPLES]
    rates = {
        **{route: (node, flows[route] / DAYS) for route, node in CHALLENGER.items()},
        **{route: (node, before[route] / DAYS) for route, node in OTHERS.items()},
        "TAP to Greece and Bulgaria": (
            "Balkan",
            np.maximum(before["TAP_Kipoi"] - before["TAP_Melendugno"], 0.0) / DAYS,
        ),
        # closed on 1 November 2021
        "Algeria_Spain_GME_Tarifa": (
            "Iberia",
            before["Algeria_Spain_GME_Tarifa"] / DAYS * (year == 2021),
        ),
        "unreported": ("DE", unreported / 365),
        **{f"production {node}": (node, twh / 365) for node, twh in production.items()},
    }
    bought = sum(before[f"LNG_sendout_{name}"].sum() for name in TERMINALS)
    if filled_twh is None:
        filled_twh = stock("EU", "2022-01-01")
        if year == 2022:
            filled_twh = STORED_END_2022 * storage()["EU", "2022-09-01"]["working_gas_volume_twh"]
    return GasSystem(
        periods=months(f"{year}-01", 12),
        nodes=tuple(
            Node(
                name=node,
                demand_twh=twh,
                response=response_steps(elasticity, base_price=price, prices=prices),
                shedding=(Step(share=1.0, price=3000.0),),
            )
            for node, twh in demand.items()
        ),
        pipelines=tuple(
            Pipeline(
                name=f"{start} to {end}",
                start=start,
                end=end,
                capacity_twh_per_day=rate,
                cost=toll,
            )
            for (start, end), rate in capacities(added).items()
        ),
        sources=tuple(
            Source(name=name, node=node, capacity_twh_per_day=rate)
            for name, (node, rate) in rates.items()
        ),
        terminals=tuple(
            Terminal(name=name, node=TERMINALS[name], capacity_twh_per_day=rate, cost=toll)
            for name, rate in sendout().items()
        ),
        supply=residual_supply(
            "liquefied",
            base_twh_per_day=bought / 365,
            others_twh_per_day=(LIQUEFIED_WORLD - bought) / 365,
            elasticity=elasticity,
            base_price=price,
            prices=prices,
        ),
        stores=make_stores(year, filled_twh),
    )


def summary(system, got):
    """EU liquefied gas and net transit from Britain in bcm, change of EU demand in percent, price, terminals of all."""
    union = np.array([node.name not in OUTSIDE for node in system.nodes])
    union_terminal = np.array([terminal.node not in OUTSIDE for terminal in system.terminals])
    flow = {pipe.name: gas.sum() for pipe, gas in zip(system.pipelines, got.flow_twh, strict=True)}
    lost = (got.response_twh + got.shedding_twh)[union].sum()
    demand = got.demand_twh[union]
    return {
        "lng": got.sendout_twh[union_terminal].sum() / BCM,
        "transit": (flow["UK to BE"] + flow["UK to NL"] - flow["BE to UK"] - flow["NL to UK"])
        / BCM,
        "demand": -100 * lost / demand.sum(),
        "price": float((got.price[union] * demand).sum() / demand.sum()),
        "shedding": got.shedding_twh.sum(),
        "lng_all": got.sendout_twh.sum() / BCM,
    }


@cache
def hindcast(year, **options):
    system = europe(year, **options)
    got = solve_gas(system)
    assert got.residual_twh < 1e-6
    assert abs(got.gap_eur_mn) < 1e-6 * got.objective_eur_mn
    return summary(system, got)


def actual(year):
    flows = monthly_flows(year)
    lng = sum(
        flows[f"LNG_sendout_{name}"].sum() for name, node in TERMINALS.items() if node != "UK"
    )
    transit = flows["UK_Belgium_IZT"] + flows["UK_Netherlands_BBL"]
    return {
        "lng": lng / BCM,
        "transit": transit.sum() / BCM,
        "lng_all": (lng + flows["LNG_sendout_GBR"].sum()) / BCM,
    }


class TestHindcast:
    """E6. Oracle: published data (ENTSOG, GIE, Eurostat). Bars: LNG +49 bcm, transit +17 bcm, demand -13%, 15% each."""

    def test_the_data_bear_out_the_bars(self):
        before, after = actual(2021), actual(2022)
        assert after["lng"] - before["lng"] == pytest.approx(49, abs=0.5)
        assert after["transit"] - before["transit"] == pytest.approx(17, abs=0.1)

    def test_the_year_2021_comes_back(self):
        """Within 4 bcm: gas moves more freely in the programme than it did."""
        got, was = hindcast(2021), actual(2021)
        assert got["lng"] == pytest.approx(was["lng"], abs=4.0)
        assert got["transit"] == pytest.approx(was["transit"], abs=4.0)
        assert got["demand"] == pytest.approx(0.0, abs=0.5)
        assert got["price"] == pytest.approx(base_price(), rel=0.03)

    def test_transit_comes_within_the_bar(self):
        change = hindcast(2022)["transit"] - actual(2021)["transit"]
        assert change == pytest.approx(17, rel=0.15)
        assert change == pytest.approx(15.2, abs=0.5)

    def test_liquefied_gas_of_the_union_misses_its_bar_and_that_of_europe_does_not(self):
        """Measured: +61.7 against +49 (26% too much). With Britain +63.5 against +60.0 (6%): the split is wrong."""
        got, before, after = hindcast(2022), actual(2021), actual(2022)
        assert got["lng"] - before["lng"] == pytest.approx(61.7, abs=0.5)
        assert got["lng_all"] - before["lng_all"] == pytest.approx(
            after["lng_all"] - before["lng_all"], rel=0.15
        )

    def test_demand_misses_its_bar(self):
        """Measured: -15.2% against -13%, 17% too much."""
        assert hindcast(2022)["demand"] == pytest.approx(-15.2, abs=0.2)
        assert hindcast(2022)["shedding"] == pytest.approx(0.0, abs=1e-6)

    def test_changes_on_the_programme_s_own_2021(self):
        """Measured: LNG +58.2 bcm, transit +18.9 bcm, demand -14.8 points."""
        got, base = hindcast(2022), hindcast(2021)
        assert got["lng"] - base["lng"] == pytest.approx(58.2, abs=0.3)
        assert got["transit"] - base["transit"] == pytest.approx(18.9, abs=0.3)
        assert got["demand"] - base["demand"] == pytest.approx(-14.8, abs=0.2)

    @pytest.mark.parametrize("toll", [0.5, 2.0])
    def test_the_toll_hardly_matters(self, toll):
        got, base = hindcast(2022, toll=toll), hindcast(2022)
        assert got["lng"] == pytest.approx(base["lng"], abs=0.5)
        assert got["transit"] == pytest.approx(base["transit"], abs=0.5)

    def test_the_price_is_near_that_of_the_exchange(self):
        """Measured: 115 against 131 EUR/MWh on average."""
        assert hindcast(2022)["price"] == pytest.approx(131, rel=0.15)

    def test_the_network_of_2015_chokes(self):
        """Measured with the table as it is: LNG +51.1 bcm, transit +4.8 bcm, demand -20.4%, and 4.7 TWh shed."""
        got, before = hindcast(2022, added=()), actual(2021)
        assert got["lng"] - before["lng"] == pytest.approx(51.1, abs=0.5)
        assert got["transit"] - before["transit"] == pytest.approx(4.8, abs=0.5)
        assert got["demand"] == pytest.approx(-20.4, abs=0.3)
        assert got["shedding"] == pytest.approx(4.7, abs=0.3)

    def test_transit_hangs_on_the_way_from_belgium_to_germany(self):
        """Measured without the last addition: LNG +58.9 bcm, transit +5.1 bcm, demand -18.3%."""
        got, before = hindcast(2022, added=tuple(ADDED_BCM)[:-1]), actual(2021)
        assert got["lng"] - before["lng"] == pytest.approx(58.9, abs=0.5)
        assert got["transit"] - before["transit"] == pytest.approx(5.1, abs=0.5)
        assert got["demand"] == pytest.approx(-18.3, abs=0.3)

    @pytest.mark.parametrize(("elasticity", "price"), [(0.10, 255), (0.30, 80)])
    def test_the_elasticity_moves_the_price_and_hardly_the_volumes(self, elasticity, price):
        """The same elasticity on both sides: who gives way is a matter of size, not of the figure."""
        got, base = hindcast(2022, elasticity=elasticity), hindcast(2022)
        assert got["price"] == pytest.approx(price, rel=0.05)
        assert got["demand"] == pytest.approx(base["demand"], abs=0.5)
        assert got["lng"] == pytest.approx(base["lng"], abs=1.0)
        assert got["transit"] == pytest.approx(base["transit"], abs=1.0)


IMPORTED = 201.6
"""The challenger's entries from 1 February to 31 March 2022, TWh: sum of the daily ENTSOG table.

The weekly table that is at hand gives 200.1 when weeks are split evenly over their days; it serves for the months.
"""


def two_months(*, entries):
    """The Union as one node. Demand is what storage and the challenger covered; all other sources stay as they were."""
    flows = monthly_flows(2022)
    weekly = sum(flows[route] for route in CHALLENGER)[1:3]
    imported = IMPORTED * weekly / weekly.sum()
    stocks = [stock("EU", day) for day in ("2022-02-01", "2022-03-01", "2022-03-31")]
    state = storage()["EU", "2022-02-01"]
    periods = months("2022-02", 2)
    length = np.array([period.days for period in periods])
    return GasSystem(
        periods=periods,
        nodes=(Node(name="Union", demand_twh=imported - np.diff(stocks)),),
        sources=(
            Source(
                name="challenger", node="Union", capacity_twh_per_day=imported / length * entries
            ),
        ),
        stores=(
            Store(
                name="storage",
                node="Union",
                capacity_twh=state["working_gas_volume_twh"],
                initial_twh=stocks[0],
                injection_twh_per_day=state["injection_capacity_gwh_d"] / 1000,
                withdrawal_twh_per_day=state["withdrawal_capacity_gwh_d"] / 1000,
                withdrawal_cost=0.5,
            ),
        ),
    )


class TestTwoMonthsWithout:
    """E7. Oracle: published data (GIE AGSI+, ENTSOG)."""

    def test_what_is_left_on_31_march_2022_without_the_challenger(self):
        got = solve_gas(two_months(entries=0.0))
        assert got.stock_twh[0, -1] == pytest.approx(89.7, abs=0.5)
        assert got.shedding_twh.sum() == pytest.approx(0.0, abs=1e-9)

    def test_with_the_challenger_the_stock_is_what_it_was(self):
        got = solve_gas(two_months(entries=1.0))
        assert got.stock_twh[0, -1] == pytest.approx(stock("EU", "2022-03-31"), abs=0.5)

    def test_hoarding_hurts_the_union_when_the_challenger_stops(self):
        """Oracle: theorem, on the whole of 2022 without the challenger. Measured: 78 TWh shed, or 519 with hoarding."""
        system = europe(2022)
        cut = dict.fromkeys(CHALLENGER, 0.0)
        together = solve_gas(system, Situation(available=cut))
        union = frozenset(node.name for node in system.nodes) - OUTSIDE
        apart = solve_gas(system, Situation(available=cut, hoarding=union))
        assert apart.objective_eur_mn > together.objective_eur_mn
        assert together.shedding_twh.sum() == pytest.approx(78, abs=2)
        assert apart.shedding_twh.sum() == pytest.approx(519, abs=5)
        short = {
            node.name
            for node, gas in zip(system.nodes, together.shedding_twh, strict=True)
            if gas.sum() > 0.1
        }
        assert short == {"HU", "SK", "RO", "Baltic"}
