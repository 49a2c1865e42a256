"""The exposures of each actor, and the European gas balance."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from ukraine_2022 import hand
from ukraine_2022.common import (
    PROVENANCE,
    Ledger,
    Row,
    add_source,
    admissible,
    all_claims,
    joined,
    keyed_sources,
    number,
    plain,
    provenance,
    read,
    without_hindsight,
)

EXPOSURES = ("actor", "variable", "label", "value", "low", "high", "unit", *PROVENANCE)


def exposure(actor: str, variable: str, value: str, unit: str, **cells: str) -> Row:
    """Make one exposure row; the caller gives as_of, grade, confidence and source."""
    empty = dict.fromkeys(EXPOSURES, "")
    return {**empty, "actor": actor, "variable": variable, "value": value, "unit": unit, **cells}


# --- research rows ---------------------------------------------------------------------------------------------------


def enters(row: Row, source: str, ledger: Ledger) -> bool:
    """Whether a research row becomes an exposure; counts it otherwise."""
    if row["variable"] == "stance_on_2014_sanctions":
        pass  # scored below
    elif not number(row["value"]):
        ledger.drop("exposures", "no number: kept as words in the actors' notes or other tables")
    elif row["variable"] in hand.EXPOSURES_ELSEWHERE:
        ledger.drop("exposures", "already in another table")
    elif "+" in row["actor"] and not row["variable"].endswith("_share"):
        ledger.drop("exposures", "level of a country group")
    else:
        return admissible(ledger, "exposures", row, source)
    return False


def remarks(row: Row, unit: str, factor: float) -> str:
    """Say what was changed and what to know about a research row."""
    return joined(
        without_hindsight(re.sub(r" 2022(-\d\d)?\b", "", row["note"])),
        "percent in the source" if factor != 1 else "",
        f"unit in the source: {row['unit']}" if unit in {"persons", "number"} else "",
        ""
        if row["knowable_by_cutoff"] == "yes"
        else f"knowable by the cut-off: {row['knowable_by_cutoff']}",
        "" if row["as_of"] else "constant; as-of is the cut-off",
        f"figure of the group {row['actor']}, the same for each member"
        if "+" in row["actor"]
        else "",
    )


def research_exposures(shared: Path, ledger: Ledger) -> Iterator[Row]:
    """Rows of allies_exposure.csv, renamed and in closed units."""
    for row in read(shared / "data/ukraine-2022/allies_exposure.csv"):
        source = keyed_sources(ledger, row)
        if not enters(row, source, ledger):
            continue
        name, unit, factor = hand.EXPOSURES[row["variable"]]
        name += hand.PERIODS.get(source, "")
        value = row["value"] if factor == 1 else plain(float(row["value"]) * factor)
        cells = {**provenance(row, source), "note": remarks(row, unit, factor)}
        if name == "challenger_share_of_gas" and row["actor"] in hand.GAS_RANGES:
            value, low, high, why = hand.GAS_RANGES[row["actor"]]
            cells |= {"low": low, "high": high, "note": joined(cells["note"], why)}
        elif name == "bank_claims_usd_bn":
            cells |= around(float(value), hand.CLAIMS_WIDTH)
        for actor in hand.GROUPS.get(row["actor"], (row["actor"],)):
            yield exposure(actor, name, value, unit, **cells)


# --- rows computed here ----------------------------------------------------------------------------------------------


def derived(actor: str, variable: str, value: float, unit: str, note: str, **cells: str) -> Row:
    """Make a row of our own computation; ``note`` says the formula."""
    base = {"as_of": "2020-12-31", "grade": "derived", "confidence": "medium", "note": note}
    return exposure(actor, variable, plain(value, 5), unit, **{**base, **cells})


def around(value: float, width: float) -> dict[str, str]:
    """Return the ends of a range about a value, ``width`` of it either way."""
    return {"low": plain(value * (1 - width), 5), "high": plain(value * (1 + width), 5)}


def gdp_by_actor(shared: Path) -> dict[str, float]:
    """GDP 2020 in current USD by ISO code, as the edition of 2021 has it where that is known."""
    later = {
        row["iso3"]: float(row["gdp_current_usd"])
        for row in read(shared / "data/gdp_population_2019_2023.csv")
        if row["year"] == "2020"
    }
    return {**later, **{actor: entry[0] * 1e9 for actor, entry in hand.GDP_2020.items()}}


def sizes(gdp: dict[str, float]) -> Iterator[Row]:
    """GDP, and each member's weight in the coalition."""
    for actor in hand.GDP_ACTORS:
        value = gdp[actor] / 1e9
        if actor in hand.GDP_2020:
            _, low, high, grade, confidence, source, note = hand.GDP_2020[actor]
            cells = {"low": plain(low, 5), "high": plain(high, 5), "confidence": confidence}
        else:
            grade, source, note = "fact", "wdi", "read in the edition of 2026, which may be revised"
            cells = around(value, hand.GDP_WIDTH)
        note = f"GDP 2020 at current prices; {note}"
        yield derived(
            actor, "gdp_usd_bn", value, "usd_bn", note, grade=grade, source=source, **cells
        )
    coalition = sum(gdp[actor] for actor in hand.MEMBERS)
    note = f"gdp_usd_bn over the sum of the {len(hand.MEMBERS)} members listed in the crisis"
    for actor in hand.MEMBERS:
        yield derived(actor, "gdp_weight", gdp[actor] / coalition, "share", note, source="wdi;mem")


def stances(shared: Path, ledger: Ledger) -> Iterator[Row]:
    """Score what each member thought of the sanctions of 2014, as far as a source says it."""
    for row in read(shared / "data/ukraine-2022/allies_exposure.csv"):
        score = hand.STANCES.get(row["unit"])
        if row["variable"] != "stance_on_2014_sanctions" or score is None:
            continue
        source = keyed_sources(ledger, row)
        days = [day for key, day in hand.STANCE_DAYS if key in source.split(";")]
        dated = {**row, "as_of": max(days, default="2014-12-31")}
        if admissible(ledger, "exposures", dated, source):
            spread = hand.STANCE_SPREAD
            yield exposure(
                row["actor"],
                "stance_2014",
                str(score),
                "score_0_100",
                **{
                    **provenance(dated, source),
                    "low": str(max(score - spread, 0)),
                    "high": str(min(score + spread, 100)),
                    "note": f"our score for: {row['unit']}",
                },
            )


def bodies(shared: Path) -> Iterator[Row]:
    """People of each member of the coalition, and whether it sits in the Council."""
    people = {
        row["iso3"]: row["population"]
        for row in read(shared / "data/gdp_population_2019_2023.csv")
        if row["year"] == "2020"
    }
    for actor in hand.MEMBERS_AND_OTHERS:
        note = "population 2020; read from a later snapshot, revisions are small"
        yield derived(
            actor, "population", float(people[actor]), "persons", note, grade="fact", source="wdi"
        ) | {"value": people[actor]}
        if actor in hand.EU27:
            yield exposure(
                actor,
                "council_seat",
                "1",
                "share",
                as_of="2022-01-27",
                grade="memory-unverified",
                confidence="high",
                source="mem",
                note="one of the 27 members, each with one seat",
            )


def bank_shares(gdp: dict[str, float], rows: Sequence[Row]) -> Iterator[Row]:
    """Bank claims over GDP."""
    for row in rows:
        if row["variable"] == "bank_claims_usd_bn":
            yield derived(
                row["actor"],
                "bank_claims_share_gdp",
                float(row["value"]) * 1e9 / gdp[row["actor"]],
                "share",
                "bank_claims_usd_bn (end of September 2021) over gdp_usd_bn (2020)",
                as_of=row["as_of"],
                source=f"{row['source']};{hand.GDP_2020.get(row['actor'], ('wdi',) * 6)[5]}",
                **around(float(row["value"]) * 1e9 / gdp[row["actor"]], hand.CLAIMS_WIDTH),
                confidence="medium: release day of the banking statistics not checked",
            )


def purchases(shared: Path) -> tuple[dict[str, float], float]:
    """Sum what Russia bought from each region in 2011, and Russian value added, USD million."""
    bought: Counter[str] = Counter()
    value_added = 0.0
    for row in read(shared / "data/wiod2013r_2011_27regions_14sectors_musd.csv"):
        columns = [key for key in row if key.startswith("RUS_")]
        if re.match(r"^[A-Z]{3}_[A-Z]{3}$", row["row"]):
            bought[row["row"][:3]] += sum(float(row[key]) for key in (*columns, "FD_RUS"))
        elif row["row"].startswith("VA"):
            value_added = sum(float(row[key]) for key in columns)
    return dict(bought), value_added


def purchase_shares(shared: Path, gdp: dict[str, float]) -> Iterator[Row]:
    """Divide what Russia buys from each member by its value added; regions split by GDP."""
    bought, value_added = purchases(shared)
    for region, total in bought.items():
        members = hand.WIOD_REGIONS.get(region, (region,))
        split = f"; share of the region {region} by GDP 2020" if len(members) > 1 else ""
        for actor in members:
            if actor in hand.MEMBERS:
                part = gdp[actor] / sum(gdp[other] for other in members)
                yield derived(
                    actor,
                    "challenger_purchase_share",
                    total / value_added * part,
                    "share",
                    f"Russian purchases from the member over Russian value added, 2011{split}",
                    as_of="2011-12-31",
                    source="wiod",
                    confidence="low: ten years old, order of magnitude only",
                )


def trade_shares(rows: Sequence[Row]) -> Iterator[Row]:
    """Mean of exports and imports over value added."""
    found = {(row["actor"], row["variable"]): float(row["value"]) for row in rows}
    for actor in hand.MEMBERS:
        yield derived(
            actor,
            "trade_share_gdp",
            (found[actor, "export_share_gdp"] + found[actor, "import_share_gdp"]) / 2,
            "share",
            "mean of export_share_gdp and import_share_gdp",
            as_of="2011-12-31",
            source="wiod",
            confidence="low: ten years old; energy deliveries to DEU are understated",
        )


def gas_dependence(rows: Sequence[Row]) -> Iterator[Row]:
    """Gas in energy times Russia in gas; one row per contested share."""
    energy = {row["actor"]: row for row in rows if row["variable"] == "gas_share_of_energy"}
    for share in rows:
        if share["variable"] != "challenger_share_of_gas" or share["actor"] not in energy:
            continue
        gas = energy[share["actor"]]
        part = float(gas["value"])
        bounds = {
            side: plain(float(share[side]) * part, 5) for side in ("low", "high") if share[side]
        }
        unverified = share["grade"] == "memory-unverified"
        yield derived(
            share["actor"],
            "challenger_gas_dependence",
            float(share["value"]) * part,
            "share",
            f"gas_share_of_energy {plain(part)} x challenger_share_of_gas {share['value']}",
            source=";".join(dict.fromkeys(f"{gas['source']};{share['source']}".split(";"))),
            grade="memory-unverified" if unverified else "derived",
            confidence=share["confidence"],
            as_of=share["as_of"],
            **bounds,
        )


# --- the gas balance -------------------------------------------------------------------------------------------------


def flows(data: Path) -> Iterator[Row]:
    """Entry flows of 2021 by route, and their sums by origin."""
    common = {"as_of": "2021-12-31", "grade": "fact", "confidence": "high", "source": "entsog"}
    routes = [r for r in read(data / "gas_flows_annual_2019_2023.csv") if r["year"] == "2021"]
    for route in routes:
        if route["route"] in hand.FLOWS:
            actor, variable = hand.FLOWS[route["route"]]
            note = joined("physical entry flow 2021, gross calorific value", route["note"])
            yield exposure(actor, variable, route["twh_gcv"], "twh", **common, note=note)
    for variable, (origins, without) in hand.FLOW_SUMS.items():
        parts = [r for r in routes if r["origin"] in origins and r["route"] not in without]
        total = sum(float(r["twh_gcv"]) for r in parts)
        note = f"sum of 2021 entry flows: {', '.join(sorted(r['route'] for r in parts))}"
        cells = {**common, "grade": "derived", "note": note}
        yield exposure("EU", variable, plain(total, 5), "twh", **cells)


def demand_and_production(data: Path) -> Iterator[Row]:
    """EU gas use and production in 2020."""
    mix = {r["iso3"]: r for r in read(data / "energy_mix_by_country_2020_2021.csv")}
    members = [code for code in hand.EU27 if code in mix]
    for variable, column in (
        ("gas_use_twh", "gas_twh_2020"),
        ("gas_production_twh", "gas_production_twh_2020"),
    ):
        yield exposure(
            "EU",
            variable,
            plain(sum(float(mix[code][column] or 0) for code in members), 4),
            "twh",
            as_of="2020-12-31",
            grade="derived",
            confidence="medium: energy by the substitution method, approximate",
            source="owid",
            note=f"sum over the {len(members)} members with data, 2020",
        )


def storage(data: Path) -> Iterator[Row]:
    """Gas in storage on the last day published by the cut-off."""
    for row in read(data / "gas_storage_eu_de_daily_2019_2022.csv"):
        if row["gas_day"] == "2022-01-26":
            for variable, column, unit, factor in (
                ("gas_storage_twh", "gas_in_storage_twh", "twh", 1.0),
                ("gas_storage_fill", "full_pct", "share", 0.01),
                ("gas_storage_capacity_twh", "working_gas_volume_twh", "twh", 1.0),
            ):
                yield exposure(
                    row["area"],
                    variable,
                    plain(float(row[column]) * factor),
                    unit,
                    as_of="2022-01-26",
                    grade="fact",
                    confidence="high",
                    source="agsi",
                    note="gas day 26 January 2022, the last one published by the cut-off",
                )


def lng_exports(data: Path) -> Iterator[Row]:
    """List exports of liquefied gas in 2021."""
    for row in read(data / "lng_supply_2021.csv"):
        if row["exporter"] in hand.LNG_EXPORTERS:
            for variable, column in (
                ("lng_exports_tonnes", "exports_mt_2021"),
                ("lng_exports_to_europe_tonnes", "of_which_to_europe_mt"),
            ):
                yield exposure(
                    row["exporter"],
                    variable,
                    f"{float(row[column]) * 1e6:.0f}",
                    "tonnes",
                    as_of="2021-12-31",
                    grade="estimate",
                    confidence="medium",
                    source="vygon-2201",
                    note="calendar year 2021; a million tonnes are about 1.38 bcm of gas",
                )


def compile_exposures(shared: Path, ledger: Ledger) -> list[Row]:
    """All exposure rows, sorted by actor and variable."""
    data = shared / "data"
    rows = list(research_exposures(shared, ledger))
    for line in hand.MORE_EXPOSURES:
        for key in line["source"].split(";"):
            if key in hand.SOURCES:
                add_source(ledger, key, hand.SOURCES[key])
        rows.append(exposure(**line))
    for key in ("wdi", "entsog", "agsi", "owid", "vygon-2201", "ice-ttf", "mem"):
        add_source(ledger, key, hand.SOURCES[key])
    gdp = gdp_by_actor(shared)
    rows += [*flows(data), *demand_and_production(data), *storage(data), *lng_exports(data)]
    rows += [*stances(shared, ledger), *bodies(shared)]
    rows += [*sizes(gdp), *bank_shares(gdp, rows), *purchase_shares(shared, gdp)]
    rows += [*trade_shares(rows), *gas_dependence(rows)]
    for row in rows:
        marks = hand.EXPOSURE_CLAIMS.get((row["actor"], row["variable"]), "")
        row["claims"] = all_claims(row["claims"], marks)
        row["label"] = hand.EXPOSURE_LABELS.get(row["variable"], row["variable"].replace("_", " "))
    rows = [row for row in rows if row["actor"] in hand.ACTORS]
    return sorted(rows, key=lambda r: (r["actor"], r["variable"], r["as_of"], float(r["value"])))
