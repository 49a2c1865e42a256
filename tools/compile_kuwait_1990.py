"""Compile the shipped tables of the crisis ``kuwait-1990`` from the research copies.

Reads the research tables (``--shared``, the folder beside the checkout) and writes the CSV tables of the crisis folder.
Only figures and our own words are carried over, row by row with unit, as-of date, source, grade and confidence.
Rows whose only page is later than the cut-off, or held back, do not enter; papers of the first days of December that report
30 November enter without a date, their day in ``edition``. The run is deterministic and ends with a count of what was left out.

    python tools/compile_kuwait_1990.py --shared ../shared
"""

import argparse
import math
from pathlib import Path

from crisis_tables import packs
from crisis_tables.machinery import (
    EFFECTS,
    SOURCES,
    Ledger,
    Row,
    joined,
    number,
    plain,
    read,
    write,
)
from crisis_tables.maps import MAP, compile_map
from kuwait_1990 import hand

ESTIMATES = (
    "id", "side", "option", "statement", "value", "value_hi", "unit", "verdict", "compare", "reads_low", "reads_high",
    *packs.PROVENANCE,
)  # fmt: skip
EARTH_KM = 6371.0


def estimates(pack: packs.Pack) -> list[Row]:
    """List what contemporaries expected, and what polls said."""
    found = []
    for file in ("options_estimates", "opinion"):
        for row, source, claims in pack.rows(file, "estimates"):
            value, value_hi, unit, words = pack.measured(row)
            verdict, compare, low, high = hand.VERDICTS.get(row["id"], ("", "", "", ""))
            found.append(
                {
                    "id": row["id"],
                    "side": packs.first(row, "side", "place"),
                    "option": packs.first(row, "option") or "public opinion",
                    "statement": packs.first(row, "item", "question"),
                    "value": value,
                    "value_hi": value_hi,
                    "unit": unit,
                    "verdict": verdict,
                    "compare": compare,
                    "reads_low": low,
                    "reads_high": high,
                    **pack.compiler.provenance(row, source, claims, note=words),
                }
            )
    return found


def effects(ledger: Ledger) -> list[Row]:
    """List what each measure does by itself, and what the embargo costs members, from their exposures."""
    columns = (
        "kind", "measure", "channel", "on", "quantity", "horizon", "low", "value", "high", "unit", "output",
        "grade", "source", "claims", "note",
    )  # fmt: skip
    rows = [
        {
            "id": name,
            **dict(zip(columns, map(str, cells), strict=True)),
            "as_of": hand.CUTOFF.isoformat(),
        }
        for name, cells in hand.EFFECTS.items()
    ]
    members = [key for key in hand.FIGURES if key[1] == "embargo_loss_share"]
    for serial, key in enumerate(members, start=len(rows) + 1):
        _, low, value, high, _, day, grade, source, claims, note = hand.FIGURES[key]
        ends = {"low": low, "value": value, "high": high}
        rows.append(
            {
                "id": f"X{serial:02d}",
                "kind": "range",
                "measure": "trade",
                "channel": "trade",
                "on": key[0],
                "quantity": "gdp",
                "horizon": "year",
                "unit": "pct_gdp",
                "output": "",
                "as_of": day,
                **{end: plain(100 * float(number_)) for end, number_ in ends.items()},
                "grade": grade,
                "source": source,
                "claims": claims,
                "note": note,
            }
        )
    for row in rows:
        row |= {
            "label": hand.MEASURE_WORDS[row["measure"]],
            "consent": "",
            "when": "",
            "confidence": "low",
        }
        if row["grade"] == "claim":
            row["claimed_by"] = row["note"]
        for key in row["source"].split(";"):
            if key in hand.SOURCES:
                hand.COMPILER.add_source(ledger, key, hand.SOURCES[key])
    return rows


def great_circle_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Distance of two points given by latitude and longitude in degrees, on a sphere."""
    (a, b), (c, d) = (tuple(map(math.radians, point)) for point in (one, other))
    half = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(half))


def figures(pack: packs.Pack) -> list[Row]:
    """Exposures of the pack, those written by hand, and distances of capitals."""
    found = pack.exposures(hand.EXPOSURES)
    for row in found:
        if row["unit"] == "pct":  # shares of one
            row.update(value=plain(float(row["value"]) / 100), unit="share")
    common = {"claimed_by": "", "grade_wording": ""}
    for (actor, variable), cells in hand.FIGURES.items():
        label, low, value, high, unit, day, grade, source, claims, note = cells
        found.append(
            {
                "actor": actor,
                "variable": variable,
                "label": label,
                "value": plain(value),
                "low": "" if low == "" else plain(low),
                "high": "" if high == "" else plain(high),
                "unit": unit,
                "as_of": day,
                "grade": grade,
                "confidence": "medium" if grade == "fact" else "low",
                "source": source,
                "claims": claims,
                "note": note,
                **common,
            }
        )
    centre = hand.CAPITALS["IRQ"]
    for actor, place in hand.CAPITALS.items():
        if actor != "IRQ":
            found.append(
                {
                    "actor": actor,
                    "variable": "distance_km",
                    "label": "distance of the capital from Baghdad",
                    "value": plain(round(great_circle_km(centre, place), -1)),
                    "low": "",
                    "high": "",
                    "unit": "km",
                    "as_of": hand.CUTOFF.isoformat(),
                    "grade": "derived",
                    "confidence": "medium",
                    "source": "derived",
                    "claims": "",
                    "note": "great circle between coordinates from memory",
                    **common,
                }
            )
    return found


def with_range(rows: list[Row], pack: packs.Pack) -> list[Row]:
    """Keep the upper value of a series in its note; the table of markets has one value a row."""
    upper = {row["id"]: number(row["value_hi"]) for row in read(pack.folder / "economy.csv")}
    for row in rows:
        if high := upper.get(row["id"]):
            row["note"] = joined(f"from {row['value']} to {high}", row["note"])
    return rows


def main() -> None:
    """Write every table of the crisis folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    default = Path(__file__).resolve().parent.parent / "src/detente/crisis/shipped/kuwait-1990"
    parser.add_argument("--out", type=Path, default=default)
    options = parser.parse_args()
    out = options.out
    out.mkdir(parents=True, exist_ok=True)
    ledger = Ledger()
    pack = packs.Pack(
        compiler=hand.COMPILER,
        ledger=ledger,
        folder=options.shared / "data/kuwait-1990",
        claims=hand.CLAIMS,
        skip=hand.SKIP,
    )
    for key in hand.ALWAYS:
        hand.COMPILER.add_source(ledger, key, hand.SOURCES[key])
    compiled = {
        "positions": (packs.POSITIONS, pack.positions()),
        "demands": (packs.DEMANDS, pack.demands(hand.CHALLENGER)),
        "tracks": (packs.TRACKS, pack.tracks()),
        "forces": (packs.FORCES, pack.forces(hand.POINTS, hand.SCHEDULED)),
        "map": (MAP, compile_map(options.shared, hand.MAP_PLAN)),
        "rules": (packs.RULES, pack.rules()),
        "markets": (packs.MARKETS, with_range(pack.markets(), pack)),
        "measures": (packs.MEASURES, pack.measures({key: {} for key in hand.MEASURES})),
        "effects": (EFFECTS, effects(ledger)),
        "estimates": (ESTIMATES, estimates(pack)),
        "exposures": (packs.EXPOSURES, figures(pack)),
        "timeline": (packs.TIMELINE, pack.timeline(hand.PUBLIC, hand.KNOWN)),
    }
    cited = {
        key for _, rows in compiled.values() for row in rows for key in row["source"].split(";")
    }
    cited |= {*hand.ALWAYS, *hand.BY_THE_CRISIS}
    unknown = sorted(cited - set(ledger.sources))
    if unknown:
        message = f"rows cite sources that are not listed: {unknown}"
        raise SystemExit(message)
    sources = [row for key, row in sorted(ledger.sources.items()) if key in cited]
    compiled["sources"] = (SOURCES, sources)
    for name, (columns, rows) in sorted(compiled.items()):
        print(f"{name}.csv: {write(out / f'{name}.csv', columns, rows)} rows")
    print("left out:")
    for (table, reason), count in sorted(ledger.dropped.items()):
        print(f"  {count:4d}  {table}: {reason}")
    print(f"  sources later than the cut-off: {', '.join(sorted(ledger.late & cited))}")


if __name__ == "__main__":
    main()
