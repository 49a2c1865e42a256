"""The gas system of ``ukraine-2022``: nodes, routes, terminals, stores, demand by month and supply at sea.

Rates of entries are means of the four weeks to 23 January 2022, the last whole weeks before the cut-off. Capacities
between countries are single figures from pages and from memory, each graded; no data set is copied.
"""

import datetime as dt
from pathlib import Path

from ukraine_2022.common import Ledger, Row, plain, read

COMMON = ("as_of", "grade", "confidence", "source", "claims", "note")
NODES = ("id", "name", "actors", "area", *COMMON)
ROUTES = (
    "id", "name", "start", "end", "supplier", "capacity_twh_per_day", "flow_twh_per_day", "total_twh",
    "cost_eur_per_mwh", *COMMON,
)  # fmt: skip
TERMINALS = ("id", "name", "node", "capacity_twh_per_day", "cost_eur_per_mwh", *COMMON)
STORES = (
    "id", "name", "node", "capacity_twh", "stock_twh", "injection_twh_per_day",
    "withdrawal_twh_per_day", "target_share", *COMMON,
)  # fmt: skip
DEMAND = ("id", "node", "month", "demand_twh", *COMMON)
SUPPLY = (
    "id", "name", "group", "volume_twh_per_day", "price_eur_per_mwh", "premium_eur_per_mwh",
    "delay_days", *COMMON,
)  # fmt: skip

KWH_PER_M3 = 10.55
GROSS = 1.11
"""Gross over net calorific value: 40 over 36 MJ per cubic metre, the statistical review's standard gas."""
GROWTH = 1.04
PRICE = 90.0
LAST_WEEK = dt.date(2022, 1, 23)
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

NODE_ROWS = (
    # id, name, actors, area, countries of the energy statistics
    ("AT", "Austria", "AUT", "EU", "AUT"),
    ("BALT", "Finland and the Baltic states", "EST;FIN;LVA;LTU", "EU", "EST FIN LVA LTU"),
    ("BE", "Belgium and Luxembourg", "", "EU", "BEL LUX"),
    ("BG", "Bulgaria", "BGR", "EU", "BGR"),
    ("CH", "Switzerland", "", "", "CHE"),
    ("CZ", "Czechia", "CZE", "EU", "CZE"),
    ("DE", "Germany", "DEU", "EU", "DEU"),
    ("DK", "Denmark and Sweden", "DNK;SWE", "EU", "DNK SWE"),
    ("FR", "France", "FRA", "EU", "FRA"),
    ("GR", "Greece", "GRC", "EU", "GRC"),
    ("HR", "Croatia and Slovenia", "HRV", "EU", "HRV SVN"),
    ("HU", "Hungary", "HUN", "EU", "HUN"),
    ("IB", "Spain and Portugal", "ESP", "EU", "ESP PRT"),
    ("IE", "Ireland", "", "EU", "IRL"),
    ("IT", "Italy", "ITA", "EU", "ITA"),
    ("NL", "Netherlands", "NLD", "EU", "NLD"),
    ("PL", "Poland", "POL", "EU", "POL"),
    ("RO", "Romania", "ROU", "EU", "ROU"),
    ("RS", "Serbia", "", "", ""),
    ("SK", "Slovakia", "SVK", "EU", "SVK"),
    ("UK", "Britain", "GBR", "", "GBR"),
)
SERBIA_TWH = 28.0

CHALLENGER = (
    # id, name, end, column of the flows, capacity bcm a year (0: the best four weeks), note
    ("nord_stream_1", "Nord Stream 1", "DE", "NordStream1", 55.0, "capacity by design"),
    ("yamal", "Yamal pipeline through Belarus", "PL", "Yamal_Kondratki", 33.0, "runs backwards to Poland since 21 December"),
    ("belarus_poland", "Belarus to Poland, other points", "PL", "Belarus_Poland_other", 0.0, ""),
    ("belarus_lithuania", "Belarus to Lithuania", "BALT", "Belarus_Lithuania_Kotlovka", 0.0, "net of 66 GWh a day that pass on to Kaliningrad (from memory)"),
    ("ukraine_slovakia", "Ukraine transit to Slovakia", "SK", "Ukraine_Slovakia_VelkeKapusany", 0.0, ""),
    ("ukraine_hungary", "Ukraine transit to Hungary", "HU", "Ukraine_Hungary_Bereg", 0.0, ""),
    ("ukraine_poland", "Ukraine transit to Poland", "PL", "Ukraine_Poland_GCP", 0.0, ""),
    ("ukraine_romania", "Ukraine transit to Romania", "RO", "Ukraine_Romania", 0.0, ""),
    ("turkstream", "TurkStream to Bulgaria", "BG", "TurkStream_Strandzha2", 15.75, "half of the line's 31.5 bcm goes to Europe"),
    ("russia_finland", "Russia to Finland", "BALT", "Finland_Imatra", 0.0, ""),
    ("russia_baltics", "Russia to the Baltic states", "BALT", "Baltic_Luhamaa_Varska_Misso", 0.0, ""),
)  # fmt: skip
KALININGRAD = 0.066
STEADY = (
    ("transmed", "Algeria to Italy (TransMed)", "IT", "DZA", "Algeria_Italy_Mazara"),
    ("medgaz", "Algeria to Spain (Medgaz)", "IB", "DZA", "Algeria_Spain_Medgaz"),
    ("greenstream", "Libya to Italy (Greenstream)", "IT", "LBY", "Libya_Italy_Gela"),
    ("tap_italy", "Trans Adriatic Pipeline to Italy", "IT", "AZE", "TAP_Melendugno"),
)
NORWAY = (
    ("norway_belgium", "Norway to Belgium (Zeepipe)", "BE", "Norway_Belgium_Zeepipe"),
    ("norway_france", "Norway to France (Franpipe)", "FR", "Norway_France_Franpipe"),
    ("norway_emden", "Norway to the Netherlands (Emden)", "NL", "Norway_Netherlands_EmdenGTS"),
)
PERMITS_BCM = 2.0
NORWAY_GERMANY_BCM = 30.0
NORWAY_UK_BCM = 33.0

PRODUCTION_BCM = {"HU": 1.5, "AT": 0.7, "HR": 0.9, "IE": 1.9}
"""Not in the energy statistics at hand, from memory."""
DECLINE = {"NL": 0.9, "UK": 0.9}
"""Production of 2022 against 2020: Groningen closes, the British fields decline (from memory, rounded)."""

BORDERS = (
    # start, end, GWh a day, source, note
    ("NL", "DE", 1600, "mem", "both qualities of gas"),
    ("NL", "BE", 1250, "mem", "both qualities of gas"),
    ("NL", "UK", 434, "lngjournal-061201", "15 bcm a year"),
    ("UK", "NL", 159, "mem", "5.5 bcm a year, physical reverse flow since 2019"),
    ("UK", "BE", 578, "rtr-150401", "20 bcm a year"),
    ("BE", "UK", 737, "rtr-150401", "25.5 bcm a year"),
    ("UK", "IE", 340, "mem", ""),
    ("BE", "NL", 290, "mem", "Zelzate and 's-Gravenvoeren"),
    ("DE", "NL", 350, "mem", ""),
    ("BE", "DE", 598, "mem;zeelink-2011", "320 at Eynatten and 278 (26.4 mcm a day) by the line that opened in 2021"),
    ("DE", "BE", 380, "mem", ""),
    ("BE", "FR", 870, "mem", "both qualities of gas"),
    ("FR", "BE", 231, "fluxys-160527", "8 bcm a year, without odour"),
    ("DE", "FR", 580, "mem", "nothing flows the other way: French gas is odorised"),
    ("DE", "CH", 560, "mem", "Wallbach"),
    ("FR", "CH", 260, "mem", "Oltingue"),
    ("CH", "IT", 630, "mem", "Passo Gries"),
    ("IT", "CH", 420, "mem", "reverse flow since 2018"),
    ("FR", "IB", 165, "mem", "Pirineos"),
    ("IB", "FR", 200, "mem", "Pirineos"),
    ("DE", "CZ", 1450, "mem", "behind Nord Stream"),
    ("CZ", "DE", 1100, "mem", "Waidhaus and others"),
    ("DE", "AT", 320, "mem", "Oberkappel and Burghausen"),
    ("AT", "DE", 500, "mem", ""),
    ("DE", "PL", 320, "tass-220120", "30.4 mcm a day through Mallnow on 20 January"),
    ("PL", "DE", 931, "mem", "Mallnow"),
    ("DE", "DK", 90, "mem", "Ellund; Denmark's own field is closed until 2023"),
    ("CZ", "PL", 28, "mem", ""),
    ("CZ", "SK", 1000, "mem", "Lanzhot, reverse flow"),
    ("SK", "CZ", 700, "mem", "Lanzhot"),
    ("SK", "AT", 1570, "mem", "Baumgarten"),
    ("AT", "SK", 247, "mem", ""),
    ("SK", "HU", 127, "mem", ""),
    ("HU", "SK", 51, "mem", ""),
    ("AT", "HU", 153, "mem", "Mosonmagyarovar"),
    ("AT", "IT", 1100, "mem", "Tarvisio"),
    ("IT", "AT", 190, "mem", ""),
    ("AT", "HR", 112, "mem", "Murfeld to Slovenia"),
    ("IT", "HR", 28, "mem", "Gorizia to Slovenia"),
    ("HR", "HU", 51, "mem", "reverse flow since the terminal on Krk opened"),
    ("HU", "HR", 77, "mem", ""),
    ("HU", "RO", 72, "mem", ""),
    ("RO", "HU", 50, "mem", "BRUA, first part"),
    ("BG", "RO", 150, "mem", "Trans-Balkan line in reverse since 2020"),
    ("RO", "BG", 150, "mem", "Trans-Balkan line"),
    ("BG", "RS", 370, "mem", "continuation of TurkStream"),
    ("RS", "HU", 245, "cij-211006", "8.5 bcm a year since 1 October 2021"),
    ("HU", "RS", 140, "mem", "Kiskundorozsma"),
    ("BG", "GR", 117, "mem", "Sidirokastro"),
    ("GR", "BG", 64, "mem", "Sidirokastro, reverse flow"),
)  # fmt: skip

NAMEPLATE_BCM = {
    "BEL": ("zeebrugge", "Zeebrugge", "BE", 9.0),
    "FRA": ("france", "Terminals of France", "FR", 33.0),
    "ESP_TVB": ("spain", "Terminals of Spain", "IB", 60.0),
    "ITA": ("italy", "Terminals of Italy", "IT", 15.2),
    "NLD": ("gate", "Gate, Rotterdam", "NL", 12.0),
    "POL": ("swinoujscie", "Swinoujscie", "PL", 6.2),
    "PRT": ("sines", "Sines", "IB", 7.6),
    "GRC": ("revithoussa", "Revithoussa", "GR", 7.0),
    "LTU": ("klaipeda", "Klaipeda", "BALT", 4.0),
    "HRV": ("krk", "Krk", "HR", 2.6),
    "GBR": ("britain", "Terminals of Britain", "UK", 48.1),
}  # fmt: skip

STORED = {
    # volume TWh, filled share about 26 January 2022; Germany is in the data
    "IT": (197.7, 0.52), "NL": (143.8, 0.28), "FR": (128.6, 0.37), "AT": (95.5, 0.22),
    "HU": (67.7, 0.38), "CZ": (43.9, 0.37), "SK": (38.9, 0.33), "IB": (39.0, 0.62),
    "PL": (36.0, 0.65), "RO": (33.0, 0.38), "BALT": (24.1, 0.50), "DK": (10.1, 0.55),
    "BE": (9.0, 0.24), "BG": (5.8, 0.30), "HR": (5.2, 0.30),
}  # fmt: skip
BRITAIN = (9.0, 0.75, 0.4, 1.1)
"""Volume TWh, filled share, TWh a day in and out: from memory; not in the union's total."""

N_STEPS, HIGHEST, ELASTICITY = 12, 5.0, 0.18
"""What others give up between one and five times the price, along a curve of that elasticity, in so many steps."""
SPARE_TWH, PACT_TWH = 250.0, 60.0


class Flows:
    """Weekly flows, TWh a day."""

    def __init__(self, shared: Path) -> None:
        rows = read(shared / "data" / "gas_flows_weekly_gwh_2020_2023.csv")
        known = [row for row in rows if dt.date.fromisoformat(row["week_ending"]) <= LAST_WEEK]
        self._rows = known

    def _rates(self, column: str) -> list[float]:
        return [float(row[column] or 0.0) / 7000.0 for row in self._rows]

    def last(self, column: str) -> float:
        """Return the mean of the last four weeks."""
        return sum(self._rates(column)[-4:]) / 4

    def best(self, column: str) -> float:
        """Return the best mean of four weeks in a row since 2020."""
        rates = self._rates(column)
        return max(sum(rates[k : k + 4]) / 4 for k in range(len(rates) - 3))

    def of_2021(self, column: str, month: int = 0) -> float:
        """Return the flow of 2021 or of one month of it, TWh; weeks are split evenly over their days."""
        total = 0.0
        for row in self._rows:
            end = dt.date.fromisoformat(row["week_ending"])
            days = [end - dt.timedelta(k) for k in range(7)]
            hits = sum(day.year == 2021 and month in {0, day.month} for day in days)
            total += hits * float(row[column] or 0.0) / 7000.0
        return total


def compile_gas(shared: Path, ledger: Ledger) -> dict[str, tuple[tuple[str, ...], list[Row]]]:
    """Return the six tables: columns and rows by name."""
    del ledger  # every row is admissible: nothing later than the cut-off is read
    flows = Flows(shared)
    mix = {
        row["iso3"]: row for row in read(shared / "data" / "energy_mix_by_country_2020_2021.csv")
    }
    storage = {
        (row["area"], row["gas_day"]): row
        for row in read(shared / "data" / "gas_storage_eu_de_daily_2019_2022.csv")
    }
    return {
        "gas_nodes": (NODES, _nodes()),
        "gas_routes": (ROUTES, [*_entries(flows), *_production(mix), *_borders()]),
        "gas_terminals": (TERMINALS, _terminals(flows)),
        "gas_stores": (STORES, _stores(storage)),
        "gas_demand": (DEMAND, _demand(flows, mix, storage)),
        "gas_supply": (SUPPLY, _supply(flows)),
    }


def _row(columns: tuple[str, ...], **cells: str | float) -> Row:
    empty = dict.fromkeys(columns, "")
    given = {
        key: plain(cell, 5) if isinstance(cell, float) else cell for key, cell in cells.items()
    }
    return {**empty, **given}


def _nodes() -> list[Row]:
    return [
        _row(
            NODES, id=node, name=name, actors=actors, area=area, as_of="2022-01-27",
            grade="convention", confidence="high", source="judgement",
            note="grouping of ours" if ";" in actors or " and " in name else "",
        )
        for node, name, actors, area, _ in NODE_ROWS
    ]  # fmt: skip


def _entry(flow: float | str, best: float, **cells: str | float) -> Row:
    return _row(
        ROUTES, capacity_twh_per_day=best, flow_twh_per_day=flow, as_of="2022-01-23", grade="fact",
        confidence="high", **{"source": "entsog-2201", **cells},
    )  # fmt: skip


def _entries(flows: Flows) -> list[Row]:
    rows = []
    for key, name, end, column, bcm, note in CHALLENGER:
        net = KALININGRAD if column == "Belarus_Lithuania_Kotlovka" else 0.0
        flow = max(flows.last(column) - net, 0.0)
        rows.append(
            _entry(
                flow, max(bcm * KWH_PER_M3 / 365, flows.best(column) - net), id=key, name=name,
                start="RUS", end=end, supplier="RUS", claims="A4",
                source="entsog-2201;mem" if bcm or net else "entsog-2201", note=note,
            )
        )  # fmt: skip
    rows.append(
        _row(
            ROUTES, id="nord_stream_2", name="Nord Stream 2", start="RUS", end="DE", supplier="RUS",
            capacity_twh_per_day=55.0 * KWH_PER_M3 / 365, flow_twh_per_day=0.0, as_of="2022-01-27",
            grade="fact", confidence="high", source="hindu-0118;mem", claims="A5",
            note="built and filled, not certified; 55 bcm a year from memory",
        )
    )  # fmt: skip
    for key, name, end, supplier, column in STEADY:
        flow = flows.last(column)
        rows.append(
            _entry(flow, flows.best(column), id=key, name=name, start=supplier, end=end, supplier=supplier)
        )  # fmt: skip
    southern = {
        "last": flows.last("TAP_Kipoi") - flows.last("TAP_Melendugno"),
        "best": flows.best("TAP_Kipoi") - flows.best("TAP_Melendugno"),
    }
    rows.append(
        _entry(
            southern["last"], max(southern.values()), id="tap_greece", start="AZE", end="GR",
            name="Trans Adriatic Pipeline to Greece and Bulgaria", supplier="AZE",
            note="what enters Greece less what reaches Italy",
        )
    )  # fmt: skip
    for key, name, end, column in NORWAY:
        rows.append(
            _entry(
                "", flows.best(column), id=key, name=name, start="NOR", end=end, supplier="NOR",
                total_twh=flows.of_2021(column),
                note="swings with the season: at most the best four weeks, in the year what came in 2021",
            )
        )  # fmt: skip
    for key, name, end, bcm, extra in (
        ("norway_germany", "Norway to Germany (Emden, Dornum)", "DE", NORWAY_GERMANY_BCM, PERMITS_BCM),
        ("norway_britain", "Norway to Britain", "UK", NORWAY_UK_BCM, 0.0),
    ):  # fmt: skip
        rows.append(
            _row(
                ROUTES, id=key, name=name, start="NOR", end=end, supplier="NOR",
                capacity_twh_per_day=1.3 * bcm * KWH_PER_M3 / 365,
                total_twh=(bcm + extra) * KWH_PER_M3, as_of="2021-12-31", grade="memory-unverified",
                confidence="within some 3 bcm", source="mem;equinor-210920" if extra else "mem",
                note=f"{bcm:g} bcm in 2021" + (
                    f"; {extra:g} bcm more by permits for two fields from October 2021" if extra else ""
                ) + "; at most 1.3 times the mean",
            )
        )  # fmt: skip
    return rows


def _production(mix: dict[str, Row]) -> list[Row]:
    rows = []
    for node, name, _, _, countries in NODE_ROWS:
        twh = GROSS * sum(
            float(mix[country]["gas_production_twh_2020"] or 0.0) for country in countries.split()
        )
        known = bool(twh)
        twh = twh * DECLINE.get(node, 1.0) if known else PRODUCTION_BCM.get(node, 0.0) * KWH_PER_M3
        if twh:
            rows.append(
                _row(
                    ROUTES, id=f"production_{node}", name=f"Production of {name}", start="production",
                    end=node, supplier="own", capacity_twh_per_day=twh / 365, as_of="2020-12-31",
                    grade="derived" if known else "memory-unverified",
                    confidence="medium", source="owid" if known else "mem",
                    note=f"output of 2020 times {GROSS:g} for the gross calorific value" + (
                        f" and {DECLINE[node]:g} for decline" if node in DECLINE else ""
                    ) if known else "",
                )
            )  # fmt: skip
    return rows


def _borders() -> list[Row]:
    names = {node: name for node, name, *_ in NODE_ROWS}
    return [
        _row(
            ROUTES, id=f"{start}_{end}", name=f"{names[start]} to {names[end]}", start=start, end=end,
            capacity_twh_per_day=rate / 1000, cost_eur_per_mwh=1.0, as_of="2022-01-27",
            grade="memory-unverified" if source == "mem" else "fact",
            confidence="firm capacity, within some 20 percent; the toll is a convention", source=source,
            note=note,
        )
        for start, end, rate, source, note in BORDERS
    ]  # fmt: skip


def _terminals(flows: Flows) -> list[Row]:
    rows = []
    for column, (key, name, node, bcm) in NAMEPLATE_BCM.items():
        best = flows.best(f"LNG_sendout_{column}")
        plate = bcm * KWH_PER_M3 / 365
        rows.append(
            _row(
                TERMINALS, id=key, name=name, node=node, capacity_twh_per_day=max(best, plate),
                cost_eur_per_mwh=1.0, as_of="2022-01-23",
                grade="fact" if best > plate else "memory-unverified", confidence="medium",
                source="entsog-2201" if best > plate else (
                    "bracewell-2108;mem" if column == "ESP_TVB" else "mem"
                ),
                claims="A6",
                note=f"what it can send out for long: nameplate {bcm:g} bcm a year, best four weeks "
                f"{best * 365 / KWH_PER_M3:.1f} at a yearly rate; the larger",
            )
        )  # fmt: skip
    return rows


def _stores(storage: dict[tuple[str, str], Row]) -> list[Row]:
    union, germany = storage["EU", "2022-01-26"], storage["DEU", "2022-01-26"]

    def part(key: str) -> tuple[float, float]:
        return float(germany[key]), float(union[key]) - float(germany[key])

    volume, stock = part("working_gas_volume_twh"), part("gas_in_storage_twh")
    inward, outward = part("injection_capacity_gwh_d"), part("withdrawal_capacity_gwh_d")
    size = volume[1] / sum(twh for twh, _ in STORED.values())
    filled = stock[1] / (size * sum(twh * share for twh, share in STORED.values()))
    common = {"as_of": "2022-01-26", "confidence": "medium"}
    names = {node: name for node, name, *_ in NODE_ROWS}
    rows = [
        _row(
            STORES, id="store_DE", name="Storage of Germany", node="DE", capacity_twh=volume[0],
            stock_twh=stock[0], injection_twh_per_day=inward[0] / 1000,
            withdrawal_twh_per_day=outward[0] / 1000, target_share=stock[0] / volume[0],
            grade="fact", source="agsi", claims="A4",
            note="the year ends with as much in store as it began with", **common,
        )
    ]  # fmt: skip
    for node, (twh, share) in STORED.items():
        own = twh * size
        rows.append(
            _row(
                STORES, id=f"store_{node}", name=f"Storage of {names[node]}", node=node,
                capacity_twh=own, stock_twh=own * share * filled,
                injection_twh_per_day=inward[1] / 1000 * own / volume[1],
                withdrawal_twh_per_day=outward[1] / 1000 * own / volume[1],
                target_share=share * filled, grade="derived", source="agsi;mem",
                note="volume and filled share from memory, scaled to the union's volume and stock without "
                "Germany; rates by volume; ends as it began", **common,
            )
        )  # fmt: skip
    twh, share, inside, outside = BRITAIN
    rows.append(
        _row(
            STORES, id="store_UK", name="Storage of Britain", node="UK", capacity_twh=twh,
            stock_twh=twh * share, injection_twh_per_day=inside, withdrawal_twh_per_day=outside,
            target_share=share, grade="memory-unverified", source="mem", note="ends as it began", **common,
        )
    )  # fmt: skip
    return rows


def _season(flows: Flows, storage: dict[tuple[str, str], Row]) -> list[float]:
    """Return the share of each month in the union's use of 2021: entries, draw and a constant for the rest."""
    inside = [column for column, (*_, node, _) in NAMEPLATE_BCM.items() if node != "UK"]
    columns = [
        *(column for *_, column, _, _ in CHALLENGER), *(column for *_, column in STEADY[:3]),
        *(column for *_, column in NORWAY), "TAP_Kipoi", "Algeria_Spain_GME_Tarifa",
        "UK_Belgium_IZT", "UK_Netherlands_BBL", *(f"LNG_sendout_{column}" for column in inside),
    ]  # fmt: skip
    firsts = [f"2021-{month:02d}-01" for month in range(1, 13)] + ["2022-01-01"]
    stock = [float(storage["EU", day]["gas_in_storage_twh"]) for day in firsts]
    steady = (NORWAY_GERMANY_BCM * KWH_PER_M3 + 470.0) / 365
    use = [
        sum(flows.of_2021(column, month) for column in columns)
        + stock[month - 1] - stock[month] + steady * DAYS[month - 1]
        for month in range(1, 13)
    ]  # fmt: skip
    return [twh / sum(use) for twh in use]


def _demand(flows: Flows, mix: dict[str, Row], storage: dict[tuple[str, str], Row]) -> list[Row]:
    season = _season(flows, storage)
    rows = []
    for node, *_, countries in NODE_ROWS:
        year = GROSS * GROWTH * sum(float(mix[name]["gas_twh_2020"]) for name in countries.split())
        rows += [
            _row(
                DEMAND, id=f"{node}-{month:02d}", node=node, month=f"{month:02d}",
                demand_twh=(year or SERBIA_TWH) * season[month - 1], as_of="2021-12-31",
                grade="derived" if year else "memory-unverified", confidence="medium",
                source="owid;entsog;agsi;mem" if year else "mem;entsog;agsi",
                note="use of 2020, gross calorific value, 4 percent more in 2021 (from memory); the union's "
                "season of 2021" if year else "some 2.7 bcm a year, the union's season",
            )
            for month in range(1, 13)
        ]  # fmt: skip
    return rows


def _supply(flows: Flows) -> list[Row]:
    base = sum(flows.last(f"LNG_sendout_{column}") for column in NAMEPLATE_BCM)
    rows = [
        _row(
            SUPPLY, id="pace_of_january", name="cargoes at the pace of January", group="base",
            volume_twh_per_day=base, price_eur_per_mwh=PRICE, premium_eur_per_mwh=0.0, delay_days=0.0,
            as_of="2022-01-23", grade="fact", confidence="high for the pace; that it lasts is assumed",
            source="entsog-2201;tass-ttf", claims="A6",
            note="send-out of the union and Britain; the price is that of the last week, 79 to 94 on 24 January",
        )
    ]  # fmt: skip
    edges = [HIGHEST ** (k / N_STEPS) for k in range(N_STEPS + 1)]
    left = [edge**-ELASTICITY for edge in edges]
    for number in range(1, N_STEPS + 1):
        share = (left[number - 1] - left[number]) / (left[0] - left[-1])
        price = PRICE * (edges[number - 1] * edges[number]) ** 0.5
        rows.append(
            _row(
                SUPPLY, id=f"diverted_{number:02d}", name=f"cargoes that others give up, step {number}",
                group="market", volume_twh_per_day=share * SPARE_TWH / 365, price_eur_per_mwh=price,
                premium_eur_per_mwh=0.0, delay_days=20.0, as_of="2022-01-27", grade="estimate",
                confidence="low", source="judgement", claims="A6",
                note="share of what others give up between one and five times the price at an elasticity of "
                "0.18; the crisis scales all steps to what it takes for spare",
            )
        )  # fmt: skip
    rows.append(
        _row(
            SUPPLY, id="qatar", name="cargoes that Qatar and others divert by a pact", group="pact",
            volume_twh_per_day=PACT_TWH / 365, price_eur_per_mwh=PRICE, premium_eur_per_mwh=15.0,
            delay_days=45.0, as_of="2022-01-27", grade="estimate", confidence="low",
            source="vygon-2201;bs-0126;judgement", claims="A6",
            note="77.8 Mt a year at full capacity, most under long contracts with Asia; some 5 percent of it; "
            "voyage and consent of the buyers take six weeks; the crisis scales it",
        )
    )  # fmt: skip
    return rows
