"""What each measure does: ranges and precedents from the research pack, and the rows that mechanisms price."""

from collections.abc import Iterator
from pathlib import Path

from crisis_tables.machinery import EFFECTS, split_citation
from ukraine_2022 import hand
from ukraine_2022.common import (
    Ledger,
    Row,
    all_claims,
    as_of,
    column_source,
    grade_of,
    joined,
    plain,
    read,
    without_hindsight,
)

__all__ = ["EFFECTS", "compile_effects"]

# research name of a measure: id, words, channel, mechanism of consent, claims
MEASURES = {
    "messaging cut-off (SWIFT)": ("swift", "messaging cut-off", "finance", "measure_swift", "S2"),
    "cut-off of large banks from the dollar": ("banks", "blocked banks", "finance", "measure_banks", "S3"),
    "ban on sovereign debt": ("debt", "ban on sovereign debt", "finance", "", "S3"),
    "stop of settlement in dollars": ("dollar", "stop of all settlement in dollars", "finance", "", "S3"),
    "export control on chips and electronics": ("chips", "export controls on technology", "controls", "measure_chips", "S4"),
    "oil import ban by the allies": ("oil", "ban on oil", "oil", "measure_oil", "A4"),
    "gas: stop in either direction": ("gas", "stop of gas", "gas", "", "A4"),
    "personal listings (Putin, officials, owners)": ("personal", "personal sanctions", "persons", "measure_personal", "S5"),
    "Nord Stream 2": ("pipeline", "stop of Nord Stream 2", "pipeline", "measure_pipeline", "A5"),
}  # fmt: skip
ORDER = [name for name, *_ in MEASURES.values()]
LEFT_OUT = {
    "freeze of central-bank reserves": "not on the table at the cut-off",
    "coal import ban by the allies": "not on the table at the cut-off",
    "oil supply cut by Russia": "an act of the target",
}
HORIZONS = {"1 month": "month", "1 year": "year", "3 years": "3y"}
QUANTITIES = {"GDP": "gdp", "rouble": "currency"}
UNITS = {"gdp": "pct_gdp", "currency": "pct"}
# wording of a unit in the pack, longest first: its closed name
WORDINGS = {
    "% of GDP": "pct_gdp", "% per %": "ratio", "% of": "pct", "%": "pct", "USD bn": "usd_bn",
    "EUR bn": "eur_bn", "points": "pct_points", "basis points": "basis_points",
}  # fmt: skip
# rows that mechanisms price: measure, on, quantity, horizons, output with {h}, state, note
OUTPUTS = (
    ("chips", "target", "gdp", "month year 3y", "pays_controls.loss_{h}_pct_gdp", "", "trade channel"),
    ("chips", "target", "gdp", "month year 3y", "missing_chips.loss_{h}_pct_gdp", "", "output that cannot do without"),
    ("chips", "members", "gdp", "month year 3y", "pays_controls.member_loss_{h}_pct_gdp", "", "trade channel only"),
    ("banks", "members", "gdp", "month year 3y", "pays_banks.member_loss_{h}_pct_gdp", "", "trade channel"),
    ("banks", "members", "gdp", "year", "pays_banks.member_claims_loss_pct_gdp", "", "bank claims written off over the first year"),
    ("banks", "target", "currency", "month", "rouble_banks.fall_pct", "", "outflow of capital, reserves free"),
    ("banks", "target", "currency", "year", "rouble_banks_year.fall_pct", "", "outflow of capital, reserves free"),
    ("oil", "target", "gdp", "year 3y", "oil_ban.target_loss_{h}_pct_gdp", "", "revenue; the sign is open"),
    ("oil", "senders", "gdp", "year 3y", "oil_ban.importer_loss_{h}_pct_gdp", "", "average importer"),
    ("oil", "world", "price", "month year 3y", "oil_ban.price_rise_{h}_pct", "", "world price of oil"),
    ("gas", "target", "gdp", "year 3y", "pays_gas.supplier_loss_pct_gdp", "gas=cut", "revenue forgone"),
    ("gas", "senders", "gdp", "year", "gas_system.loss_pct_gdp", "gas=cut", "mean of the European members by weight"),
    ("gas", "members", "gdp", "month year 3y", "pays_gas.member_loss_{h}_pct_gdp", "gas=cut", "gas system of the crisis"),
)  # fmt: skip
# rows without an estimate that the pack does not list: measure, on, horizons, sources, note
NOT_MODELLED = (
    ("dollar", "target", "month year 3y", "tass-kudrin", "deeper than a messaging cut-off and longer, says Kudrin in 2014, without a number"),
    ("dollar", "senders", "month year 3y", "judgement", "no estimate found"),
    ("debt", "senders", "month year 3y", "mem", "some USD 40 bn in foreign hands; no estimate of the holders' loss"),
    ("personal", "senders", "month year 3y", "judgement", "no estimate found"),
    ("swift", "members", "year", "judgement", "an average of the allies alone: nothing tells members apart"),
    ("oil", "members", "year", "judgement", "an average importer alone: no source gives what oil weighs in each member"),
    ("personal", "members", "year", "judgement", "no estimate found"),
    ("debt", "members", "year", "judgement", "no estimate found"),
    ("dollar", "members", "year", "judgement", "no estimate found"),
)  # fmt: skip


def compile_effects(shared: Path, ledger: Ledger) -> list[Row]:
    """List effects by measure: ranges, outputs, what is not modelled, and precedents."""
    pack = read(shared / "data/ukraine-2022/measures_effects.csv")
    evidence = list(_evidence(pack, ledger))
    basis: dict[tuple[str, str], list[str]] = {}
    for row in evidence:
        if row["grade"] != "memory-unverified":
            keys = basis.setdefault((row["measure"], _about(row["quantity"])), [])
            keys += [key for key in row["source"].split(";") if key not in keys]
    made = [*_ranges(pack, ledger, basis), *_by_hand()]
    evidence += [row for row in made if row["kind"] == "evidence"]
    rows = [row for row in made if row["kind"] != "evidence"]
    rows.sort(key=lambda row: (row["measure"] not in ORDER, *_place(row)))
    return [*rows, *evidence]


def _place(row: Row) -> tuple[int, int, str, int]:
    measure = ORDER.index(row["measure"]) if row["measure"] in ORDER else 0
    sides = ("target", "senders", "members", "world")
    side = sides.index(row["on"]) if row["on"] in sides else len(sides)
    return measure, side, row["quantity"], [*HORIZONS.values()].index(row["horizon"])


def _head(name: str) -> Row:
    measure, label, channel, consent, _ = next(
        item for item in MEASURES.values() if item[0] == name
    )
    return {"measure": measure, "label": label, "channel": channel, "consent": consent}


def _claims(name: str) -> str:
    return next(item[4] for item in MEASURES.values() if item[0] == name)


def _about(quantity: str) -> str:
    """Say what a precedent speaks of: what a range of the same quantity may rest on."""
    words = quantity.lower()
    if "gdp" in words or "output" in words or "growth" in words:
        return "gdp"
    return "currency" if "rouble" in words or "currency" in words else ""


def _ranges(
    pack: list[Row], ledger: Ledger, basis: dict[tuple[str, str], list[str]]
) -> Iterator[Row]:
    """Proposed intervals, a loss or a fall being positive; those that a mechanism prices are left to it."""
    priced = {
        (measure, on, "Brent" if quantity == "price" else quantity, horizon)
        for measure, on, quantity, horizons, *_ in OUTPUTS
        for horizon in horizons.split()
    }
    for row in pack:
        if row["kind"] != "proposal":
            continue
        horizon, on = HORIZONS[row["horizon"]], {"RUS": "target"}.get(row["on"], row["on"])
        if row["measure"] == "any two financial measures":
            yield {
                "kind": "range", "measure": "finance", "label": "share of a further financial measure that adds",
                "channel": "finance", "consent": "", "on": on, "quantity": "overlap", "horizon": horizon,
                "low": row["low"], "value": row["value"], "high": row["high"], "unit": "share",
                "output": "", "when": "", **_proposed(row, "judgement", "S1"),
            }  # fmt: skip
            continue
        if reason := LEFT_OUT.get(row["measure"]):
            ledger.drop("effects", reason)
            continue
        measure = MEASURES[row["measure"]][0]
        quantity = QUANTITIES.get(row["quantity"], "")
        compared = (measure, on, quantity or row["quantity"], horizon) in priced
        if row["value"] and (compared or "only for comparison" in row["note"]):
            yield _beside(row, measure, on)
            continue
        if not quantity:
            ledger.drop("effects", "a mechanism takes it as an input, or nothing prints it")
            continue
        if row["unit"].endswith("DEU"):
            on = "DEU"
        numbers = [
            plain(0.0 - float(row[name])) if row[name] else "" for name in ("high", "value", "low")
        ]
        modelled = bool(row["value"])
        keys = ["judgement", *(basis.get((measure, quantity), []) if on == "target" else [])]
        yield {
            "kind": "range" if modelled else "none",
            **_head(measure), "on": on, "quantity": quantity, "horizon": horizon,
            "low": numbers[0], "value": numbers[1], "high": numbers[2],
            "unit": UNITS[quantity] if modelled else "", "output": "", "when": "",
            **_proposed(row, ";".join(dict.fromkeys(keys)), _claims(measure)),
        }  # fmt: skip


def _beside(row: Row, measure: str, on: str) -> Row:
    """Return a proposed interval where a mechanism is used in its place: printed beside it, with the sign of the pack."""
    unit = next(UNIT for start, UNIT in WORDINGS.items() if row["unit"].startswith(start))
    return {
        "kind": "evidence", **_head(measure), "on": row["on"] if on != "world" else on,
        "quantity": joined(f"interval proposed before any run: {row['quantity']}", row["unit"]),
        "horizon": row["horizon"], "low": row["low"], "value": row["value"], "high": row["high"],
        "unit": unit, "output": "", "when": "", **_proposed(row, "judgement", _claims(measure)),
    }  # fmt: skip


def _proposed(row: Row, source: str, claims: str) -> Row:
    return {
        "id": row["id"], "as_of": as_of(row["as_of"]), "grade": "estimate", "claimed_by": "",
        "grade_wording": "judgement" if row["value"] else "not modelled",
        "confidence": row["confidence"] or "low: nothing to go by", "source": source, "claims": claims,
        "note": "" if row["note"] == 'print "not modelled"' else row["note"],
    }  # fmt: skip


def _by_hand() -> Iterator[Row]:
    serial = 0
    for measure, on, quantity, horizons, output, when, note in OUTPUTS:
        for horizon in horizons.split():
            serial += 1
            yield {
                **_hand(f"M{serial:03d}", measure, "derived", note),
                "kind": "output", "on": on, "quantity": quantity, "horizon": horizon,
                "output": output.format(h=horizon), "when": when,
            }  # fmt: skip
    for measure, on, horizons, source, note in NOT_MODELLED:
        for horizon in horizons.split():
            serial += 1
            yield {
                **_hand(f"M{serial:03d}", measure, source, note),
                "kind": "none", "on": on, "quantity": "gdp", "horizon": horizon,
                "grade_wording": "not modelled",
            }  # fmt: skip


def _hand(name: str, measure: str, source: str, note: str) -> Row:
    return {
        "id": name, **_head(measure), "as_of": hand.CUT, "source": source, "note": note,
        "grade": {"derived": "derived", "mem": "memory-unverified"}.get(source, "estimate"),
        "confidence": "that of the mechanism" if source == "derived" else "low: nothing to go by",
        "claims": _claims(measure),
    }  # fmt: skip


def _evidence(pack: list[Row], ledger: Ledger) -> Iterator[Row]:
    """Precedents with their own sign and bounds, and searches that found nothing: printed, never an input."""
    for row in pack:
        if row["kind"] == "proposal" or row["measure"] not in MEASURES:
            continue
        found = row["kind"] == "evidence"
        if row["grade"] == "pointer":
            ledger.drop("effects", "points to another row")
            continue
        grade, claimed_by = grade_of(row["grade"]) if found else ("estimate", "")
        keys = []
        for text in row["source"].split(" || "):
            cited = split_citation(text)
            if not text or text.startswith("none"):
                keys.append("mem")
            elif text.startswith("our judgement"):
                keys.append("judgement")
            elif key := column_source(
                ledger,
                {
                    "id": row["id"], "source_publisher": cited["publisher"],
                    "source_title": cited["title"] or row["measure"],
                    "source_date": cited["date_printed"], "source_url": cited["address"],
                },
            ):  # fmt: skip
                keys.append(key)
        if not found:
            keys = ["judgement"]
        if not keys:
            ledger.drop("effects", "no source up to the cut-off")
            continue
        wording = row["unit"]
        unit = next((UNIT for start, UNIT in WORDINGS.items() if wording.startswith(start)), "")
        measured = bool(unit) and any(row[name] for name in ("low", "value", "high"))
        measure = MEASURES[row["measure"]][0]
        yield {
            "id": row["id"], "kind": "evidence", **_head(measure), "on": row["on"],
            "quantity": joined(f"{row['precedent_or_study']}: {row['quantity']}", wording),
            "horizon": row["horizon"],
            "low": row["low"] if measured else "", "value": row["value"] if measured else "",
            "high": row["high"] if measured else "", "unit": unit if measured else "",
            "output": "", "when": "", "as_of": as_of(row["as_of"]), "grade": grade,
            "claimed_by": claimed_by, "grade_wording": "none found" if not found else row["grade"],
            "confidence": row["confidence"] or "nothing was found", "source": ";".join(dict.fromkeys(keys)),
            "claims": all_claims(_claims(measure)),
            "note": joined(row["isolated"], without_hindsight(row["note"])),
        }  # fmt: skip
