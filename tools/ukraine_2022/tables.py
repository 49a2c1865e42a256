"""The other tables: positions, demands, tracks, forces, arms, measures, estimates, rules, markets and events."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from ukraine_2022 import hand
from ukraine_2022.common import (
    CUTOFF,
    PROVENANCE,
    Ledger,
    Row,
    add_source,
    admissible,
    as_of,
    column_source,
    grade_of,
    joined,
    keyed_sources,
    number,
    plain,
    provenance,
    ranged,
    read,
    unit_of,
    who_says,
)


def admitted(path: Path, ledger: Ledger, table: str) -> Iterator[tuple[Row, str]]:
    """Rows of a table of research data that the cut-off lets in, with the keys of their sources."""
    for row in read(path):
        source = column_source(ledger, row)
        if admissible(ledger, table, row, source):
            yield row, source


POSITIONS = (
    "actor", "issue", "value", "salience", "red_line", "basis", "paraphrase", "reasoning", "stated_on",
    "statement_grade", *PROVENANCE,
)  # fmt: skip


def compile_positions(shared: Path, ledger: Ledger) -> list[Row]:
    """Positions on the 0-100 scales; blank stays blank."""
    rows = []
    for row in read(shared / "data/ukraine-2022/positions.csv"):
        source = keyed_sources(ledger, row)
        value, salience, basis, note = row["value"], row["salience_0_1"], row["basis"], ""
        source = source or hand.POSITION_SOURCES.get((row["actor"], row["issue"]), "")
        statement = row["grade"]
        if value and not source:
            ledger.drop("positions", "value blanked: its only source is later than the cut-off")
            value = salience = ""
            statement = ""
            basis, note = "not found", "the only source found is later than the cut-off"
        grade, claimed_by = grade_of(statement)
        if value and grade != "memory-unverified":
            grade = "estimate"
        if source == "mem":
            grade = "memory-unverified"
        rows.append(
            {
                "actor": row["actor"],
                "issue": row["issue"],
                "value": value,
                "salience": salience,
                "red_line": hand.RED_LINES.get((row["actor"], row["issue"]), "") if value else "",
                "basis": basis,
                "paraphrase": row["paraphrase"] if value else "",
                "reasoning": row["reasoning"] if value else "",
                "stated_on": as_of(row["stated_on"]) if value else "",
                "statement_grade": statement,
                "as_of": as_of(row["as_of"]) if value else CUTOFF.isoformat(),
                "grade": grade if value else "convention",
                "claimed_by": claimed_by,
                "grade_wording": "",
                "confidence": row["confidence"] if value else "no statement found",
                "source": source if value else "judgement",
                "claims": hand.position_claims(row["actor"], row["issue"]) if value else "",
                "note": note,
            }
        )
    order = {issue: i for i, issue in enumerate(hand.ISSUES)}
    return sorted(rows, key=lambda r: (r["actor"], order[r["issue"]]))


DEMANDS = (
    "id", "side", "document", "article", "issue", "demand", "binds", "value", "unit", "answer",
    "answer_detail", "challenger_status", "defender_status", *PROVENANCE,
)  # fmt: skip


def compile_demands(shared: Path, ledger: Ledger) -> list[Row]:
    """Demands of both sides, article by article, with the answer known by the cut-off."""
    rows = []
    for row in read(shared / "data/ukraine-2022/demands.csv"):
        source = keyed_sources(ledger, row)
        if not admissible(ledger, "demands", row, source):
            continue
        extra = joined(
            f"{row['unit']}: {row['value']}" if row["value"] else "",
        )
        cells = provenance(row, source, hand.DEMAND_CLAIMS.get(row["id"], ""), note=extra)
        rows.append(
            {
                "id": row["id"],
                "side": row["side"],
                "document": row["document"],
                "article": row["article"],
                "issue": hand.DEMAND_ISSUES.get(row["issue"], row["issue"]),
                "demand": row["demand"],
                "binds": row["binds"],
                "value": "",
                "unit": "",
                "answer": row["answer_by_2022_01_27"],
                "answer_detail": row["answer_detail"],
                "challenger_status": row["rus_status"],
                "defender_status": row["west_status"],
                **cells,
            }
        )
    return rows


TRACKS = (
    "id", "date", "status", "scheduled_for", "format", "place", "participants", "level", "value",
    "unit", "result", "visibility", *PROVENANCE,
)  # fmt: skip


def compile_tracks(shared: Path, ledger: Ledger) -> list[Row]:
    """Meetings, calls and papers; what lay ahead has ``scheduled_for``."""
    rows = []
    for row in read(shared / "data/ukraine-2022/tracks.csv"):
        source = keyed_sources(ledger, row)
        if not admissible(ledger, "tracks", row, source):
            continue
        ahead = row["status"] in {"scheduled", "pending"}
        unit, wording = unit_of(row["unit"]) if row["unit"] else ("", "")
        cells = provenance(
            row, source, hand.TRACK_CLAIMS.get(row["id"], ""),
            note=f"duration printed as {row['value']} {wording}" if wording else "",
        )  # fmt: skip
        rows.append(
            {
                "id": row["id"],
                "date": cells["as_of"] if ahead or not row["date"] else row["date"],
                "status": row["status"],
                "scheduled_for": row["date"] if ahead else "",
                "format": row["format"],
                "place": row["place"],
                "participants": row["participants"],
                "level": row["level"],
                "value": row["value"],
                "unit": unit,
                "result": row["outcome"],
                "visibility": row["visibility"],
                **cells,
            }
        )
    return rows


def measured(row: Mapping[str, str]) -> tuple[str, str, str, str, str]:
    """Value, upper value, unit, scheduled date and words of a row whose value may be text."""
    value, value_hi = number(row["value"]), number(row.get("value_hi", ""))
    unit, wording = unit_of(row["unit"]) if row["unit"] else ("", "")
    scheduled, words = "", ""
    if unit == "date":
        first = row["value"] if len(row["value"]) > 7 else f"{row['value']}-01"
        if first > CUTOFF.isoformat():
            scheduled = first
            words = joined(
                "month only" if first != row["value"] else "",
                f"until {date.fromisoformat(row['value_hi']):%d %B %Y}"
                if row.get("value_hi")
                else "",
            )
        else:
            words = f"on {row['value']}"
        return "", "", "", scheduled, words
    if unit == "text" or not value:
        plain_words = {"qualitative", "verdict", "indicator", "yes/no"}
        words = row["unit"] if unit == "text" and row["unit"] not in plain_words else row["value"]
        return "", "", "", "", words
    if factor := hand.FACTORS.get(re.sub(r"\s*\(.*", "", row["unit"])):
        words = f"printed as {value} {row['unit']}"
        return plain(float(value) * factor, 4), value_hi, unit, "", words
    return value, value_hi, unit, "", f"unit in the source: {wording}" if wording else ""


FORCES = (
    "id", "side", "actor", "item", "place", "latitude", "longitude", "value", "low", "high", "unit", "holds", *PROVENANCE,
)  # fmt: skip


def compile_forces(shared: Path, ledger: Ledger) -> list[Row]:
    """List forces in and near the theatre; what has coordinates is a mark on the map."""
    rows = []
    for row, source in admitted(
        shared / "data/ukraine-2022/forces_in_theatre.csv", ledger, "forces"
    ):
        value, value_hi, unit, _, words = measured(row)
        place = hand.PLACE_NAMES.get(row["where"], row["where"])
        off = hand.OFF_MAP.get(row["id"], "")
        point = ("", "") if off or unit == "km" else hand.PLACES.get(place, ("", ""))
        cells = provenance(
            row, source, hand.FORCE_CLAIMS.get(row["id"], ""), note=joined(words, off)
        )
        rows.append(
            {
                "id": row["id"],
                "side": row["side"],
                "actor": row["actor"],
                "item": row["item"],
                "place": place,
                "latitude": point[0],
                "longitude": point[1],
                **ranged(value, value_hi),
                "unit": unit,
                "holds": hand.HOLDS.get(row["id"], ""),
                **cells,
                "claimed_by": who_says(cells),
            }
        )
    return [*rows, *compile_places(shared, ledger)]


def split_total(middles: Mapping[str, float]) -> dict[str, int]:
    """Scale the middles of the places to the total, to the hundred; what rounding leaves goes to the largest."""
    scale = hand.FORCES_TOTAL / sum(middles.values())
    found = {place: round(middle * scale / 100) * 100 for place, middle in middles.items()}
    largest = max(middles, key=lambda place: middles[place])
    found[largest] += hand.FORCES_TOTAL - sum(found.values())
    return found


def compile_places(shared: Path, ledger: Ledger) -> Iterator[Row]:
    """List what was seen at each place, by whom, and beside it our split of the total."""
    kept = []
    for row in read(shared / "data/ukraine-2022/forces_places.csv"):
        if reason := hand.PLACE_SKIP.get(row["id"]):
            ledger.drop("forces", f"place: {reason}")
        else:
            kept.append(row)
    split = split_total(
        {row["id"]: float(row["allocation_mid"]) for row in kept if row["allocation_mid"]}
    )
    for row in kept:
        place = {
            "side": row["side"], "place": hand.PLACE_NAMES.get(row["place"], row["place"]),
            "latitude": row["latitude"], "longitude": row["longitude"], "holds": "", "claims": "", "grade_wording": "",
        }  # fmt: skip
        blank = dict.fromkeys(("value", "low", "high", "unit"), "")
        if row["id"] not in hand.NO_SIGHTING:
            yield {
                **place, **blank, "id": row["id"], "actor": "Russian armed forces" if row["id"] != "FP19" else
                "1st and 2nd army corps (Donetsk, Luhansk)", "item": row["what"], "as_of": as_of(row["as_of"]),
                "grade": row["grade"], "claimed_by": row["claimant"], "confidence": row["confidence"],
                "source": place_sources(ledger, row), "note": row["note"],
                **hand.PLACE_WORDS.get(row["id"], {}),
            }  # fmt: skip
        if row["id"] in split:
            yield {
                **place, "id": f"{row['id']}-split", "actor": "Russian armed forces",
                "item": f"troops, our split of {hand.FORCES_TOTAL:,} over the places", "value": str(split[row["id"]]),
                "low": row["allocation_low"], "high": row["allocation_high"], "unit": "persons",
                "as_of": CUTOFF.isoformat(), "grade": "estimate", "claimed_by": "",
                "confidence": "low: no side published a split by place", "source": "judgement",
                "claims": "W1", "note": f"what was seen there stands in {row['id'] if row['id'] not in hand.NO_SIGHTING else 'F034'}",
            }  # fmt: skip


def place_sources(ledger: Ledger, row: Row) -> str:
    """Keys of the sources of a place."""
    found = [
        key
        for start, keys in hand.PLACE_SOURCES.items()
        if start in row["source"]
        for key in keys.split(";")
    ]
    for key in found:
        if key in hand.SOURCES:
            add_source(ledger, key, hand.SOURCES[key])
    return ";".join(found) or "mem"


ARMS = ("id", "sender", "item", "place", "value", "value_hi", "unit", *PROVENANCE)


def compile_arms(shared: Path, ledger: Ledger) -> list[Row]:
    """Arms, equipment and training for Ukraine."""
    rows = []
    for row, source in admitted(shared / "data/ukraine-2022/arms_to_ukraine.csv", ledger, "arms"):
        value, value_hi, unit, _, words = measured(row)
        rows.append(
            {
                "id": row["id"],
                "sender": row["actor"],
                "item": row["item"],
                "place": row["where"],
                "value": value,
                "value_hi": value_hi,
                "unit": unit,
                **provenance(row, source, hand.ARMS_CLAIMS.get(row["id"], ""), note=words),
            }
        )
    return rows


MEASURES = (
    "id", "measure", "variant", "proposed_by", "objected_by", "state", "effect_on", "value", "unit",
    "effect_note", "lag", "us_power", "eu_rule", *PROVENANCE,
)  # fmt: skip


def compile_measures(shared: Path, ledger: Ledger) -> list[Row]:
    """List the menu of sanctions and counter-measures as discussed."""
    rows = []
    for row in read(shared / "data/ukraine-2022/sanctions_menu.csv"):
        source = keyed_sources(ledger, row)
        if not admissible(ledger, "measures", row, source):
            continue
        unit, wording = unit_of(row["unit"].strip()) if row["unit"].strip() else ("", "")
        words = f"unit in the source: {wording}" if wording else ""
        rows.append(
            {
                "id": row["id"],
                "measure": row["measure"],
                "variant": row["variant"],
                "proposed_by": row["proposed_by"],
                "objected_by": row["objected_by"],
                "state": row["state_on_2022_01_27"],
                "effect_on": row["effect_on"],
                "value": number(row["value"]),
                "unit": unit,
                "effect_note": row["effect_note"],
                "lag": row["implementation_lag"],
                "us_power": row["us_power"],
                "eu_rule": row["eu_rule"],
                **provenance(row, source, hand.MEASURE_CLAIMS.get(row["id"], ""), note=words),
            }
        )
    return rows


ESTIMATES = (
    "id", "option", "place", "statement", "value", "value_hi", "unit", "compare", "verdict",
    "reads_low", "reads_high", *PROVENANCE,
)  # fmt: skip


def compile_estimates(shared: Path, ledger: Ledger) -> list[Row]:
    """List what each source thought of each option of the challenger."""
    rows = []
    for row, source in admitted(
        shared / "data/ukraine-2022/options_estimates.csv", ledger, "estimates"
    ):
        value, value_hi, unit, _, words = measured(row)
        statement = row["item"]
        if not unit and words:
            statement, words = f"{statement}: {words}", ""
        compare, verdict, reads_low, reads_high = hand.VERDICTS.get(row["id"], ("", "", "", ""))
        rows.append(
            {
                "id": row["id"],
                "compare": compare,
                "verdict": verdict,
                "reads_low": reads_low,
                "reads_high": reads_high,
                "option": row["actor"],
                "place": row["where"],
                "statement": statement,
                "value": value,
                "value_hi": value_hi,
                "unit": unit,
                **provenance(row, source, hand.option_claims(row["actor"], row["id"]), note=words),
            }
        )
    return rows


REINFORCEMENT = (
    "id", "side", "actor", "place", "item", "value", "value_hi", "unit", "scheduled_for", *PROVENANCE,
)  # fmt: skip


def compile_reinforcement(shared: Path, ledger: Ledger) -> list[Row]:
    """Notice, transport times, distances and dates that bind."""
    rows = []
    for row, source in admitted(
        shared / "data/ukraine-2022/reinforcement.csv", ledger, "reinforcement"
    ):
        value, value_hi, unit, scheduled, words = measured(row)
        rows.append(
            {
                "id": row["id"],
                "side": row["side"],
                "actor": row["actor"],
                "place": row["where"],
                "item": row["item"],
                "value": value,
                "value_hi": value_hi,
                "unit": unit,
                "scheduled_for": scheduled,
                **provenance(row, source, hand.REINFORCEMENT_CLAIMS.get(row["id"], ""), note=words),
            }
        )
    return rows


RULES = (
    "id", "body", "matter", "rule", "value", "unit", "who_can_block", "lag", "scheduled_for",
    *PROVENANCE,
)  # fmt: skip


def compile_rules(shared: Path, ledger: Ledger) -> list[Row]:
    """Who decides and who can block."""
    rows = []
    for row in read(shared / "data/ukraine-2022/decision_rules.csv"):
        source = keyed_sources(ledger, row)
        if not admissible(ledger, "rules", row, source):
            continue
        value, _, unit, scheduled, words = measured({**row, "value_hi": ""})
        rows.append(
            {
                "id": row["id"],
                "body": row["body"],
                "matter": hand.RULE_MATTERS.get(row["id"], ""),
                "rule": row["rule"],
                "value": value,
                "unit": unit if value else "",
                "who_can_block": row["who_can_block"],
                "lag": row["speed"],
                "scheduled_for": scheduled,
                **provenance(row, source, hand.RULE_CLAIMS.get(row["id"], ""), note=words),
            }
        )
    rows += [{**dict.fromkeys(RULES, ""), **line} for line in hand.MORE_RULES]
    return rows


MARKETS = ("id", "series", "place", "value", "unit", "scheduled_for", *PROVENANCE)


def compile_markets(shared: Path, ledger: Ledger) -> list[Row]:
    """Markets and polls before the crisis peaked."""
    rows = []
    for row in read(shared / "data/ukraine-2022/markets_and_opinion_before.csv"):
        source = keyed_sources(ledger, row)
        if not row["value"]:
            ledger.drop("markets", "no value found")
            continue
        if not admissible(ledger, "markets", row, source):
            continue
        value, _, unit, scheduled, words = measured({**row, "value_hi": ""})
        rows.append(
            {
                "id": row["id"],
                "series": row["indicator"],
                "place": row["place"],
                "value": value,
                "unit": unit,
                "scheduled_for": scheduled,
                **provenance(row, source, hand.MARKET_CLAIMS.get(row["id"], ""), note=words),
            }
        )
    for row in read(shared / "data/ttf_price_monthly_2015_2023.csv"):
        if row["month"] in {"2021-10", "2021-11", "2021-12"}:
            stamp = row["month"].replace("-", "")
            rows.append(
                {
                    "id": f"TTF{stamp}",
                    "series": "TTF front month, monthly average",
                    "place": "EU",
                    "value": row["ttf_front_month_eur_mwh_avg"],
                    "unit": "eur_per_mwh",
                    "scheduled_for": "",
                    "as_of": as_of(row["month"]),
                    "grade": "fact",
                    "claimed_by": "",
                    "grade_wording": "",
                    "confidence": "high",
                    "source": "ice-ttf",
                    "claims": "A4",
                    "note": "monthly average of daily settlements, as printed in replication data",
                }
            )
    return rows


BASE_RATES = (
    "id", "topic", "population", "statistic", "value", "lo90", "hi90", "n", "unit", "show", "words",
    "compare", "differs", *PROVENANCE,
)  # fmt: skip


def compile_base_rates(shared: Path, ledger: Ledger) -> list[Row]:
    """Frequencies computed from historical data, and findings of the literature."""
    rows = []
    for row in read(shared / "data/ukraine-2022/war_outcome_base_rates.csv"):
        source = column_source(ledger, row)
        row = {**row, "note": row["computation_or_note"]}  # noqa: PLW2901
        if not admissible(ledger, "base_rates", row, source):
            continue
        value, _, unit, _, words = measured({**row, "value_hi": ""})
        said, compare, differs = hand.BASE_RATES_SHOWN.get(row["id"], ("", "", ""))
        rows.append(
            {
                "show": "yes" if said else "",
                "words": said,
                "compare": compare,
                "differs": differs,
                "id": row["id"],
                "topic": row["topic"],
                "population": row["population"],
                "statistic": row["statistic"],
                "value": value,
                "lo90": row["lo90"],
                "hi90": row["hi90"],
                "n": row["n"],
                "unit": unit,
                **provenance(row, source, note=words),
            }
        )
    return [*rows, *hand.MORE_BASE_RATES]


TIMELINE = ("id", "date", "actors", "event", *PROVENANCE)


def compile_timeline(ledger: Ledger) -> list[Row]:
    """Dated events in our own words, each resting on sources of the other tables."""
    rows = []
    for index, (day, actors, event, source, claims, grade) in enumerate(hand.TIMELINE, start=1):
        for key in source.split(";"):
            if key not in ledger.sources:
                message = f"timeline event of {day} cites {key!r}, which is not among the sources"
                raise SystemExit(message)
        rows.append(
            {
                "id": f"E{index:02d}",
                "date": day,
                "actors": actors,
                "event": event,
                "as_of": day,
                "grade": grade,
                "claimed_by": "",
                "grade_wording": "",
                "confidence": "high" if grade == "fact" else "medium",
                "source": source,
                "claims": claims,
                "note": "",
            }
        )
    return rows
