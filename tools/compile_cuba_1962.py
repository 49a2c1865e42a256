"""Compile the shipped tables of the crisis ``cuba-1962`` from the research pack.

Reads the research tables (``--shared``, the folder beside the checkout) and writes the CSV tables of the crisis folder.
Facts are of the evening of 22 October 1962 or before. A source written later may carry an earlier fact: it has no date in
the folder, and its year stands in the column ``edition`` of the sources alone. What one side hid from the other does not
enter the tables. The run is deterministic and ends with a count of what was left out and why.

    python tools/compile_cuba_1962.py --shared ../shared
"""

import argparse
from pathlib import Path

from crisis_tables import packs
from crisis_tables.machinery import EFFECTS, SOURCES, Compiler, Ledger, Row, plain, read, write
from crisis_tables.maps import MAP, compile_map
from crisis_tables.packs import Pack
from cuba_1962 import hand

COMPILER = Compiler(
    cutoff=hand.CUTOFF,
    units=hand.UNITS,
    factors=hand.FACTORS,
    sources=hand.SOURCES,
    left_out=hand.LEFT_OUT,
    later_writing=True,
    editions=hand.EDITIONS,
)


def keep_sources(pack: Pack) -> None:
    """Enter the sources of quantities, wherever the research tables name them."""
    for key in hand.ALWAYS:
        COMPILER.add_source(pack.ledger, key, hand.SOURCES[key])
    for path in sorted(pack.folder.glob("*.csv")):
        for row in read(path):
            if row["copy_after_cutoff"] not in hand.LEFT_OUT:
                wanted = set(row["source_key"].split("+")) & set(hand.QUANTITY_SOURCES)
                if wanted:
                    COMPILER.keyed_sources(pack.ledger, row)


def effects() -> list[Row]:
    """List what each measure does by itself: what the trade formula gives, and what nothing prices."""
    columns = (
        "kind", "measure", "label", "channel", "quantity", "output", "when", "value", "grade", "source", "claims", "note",
    )  # fmt: skip
    rows = [
        {"id": name, **dict(zip(columns, cells, strict=True)), "on": "target", "horizon": "year"}
        for name, cells in hand.EFFECTS.items()
    ]
    for row in rows:
        row |= {"low": row["value"], "high": row["value"], "unit": "share" if row["value"] else ""}
        row |= {"as_of": hand.CUTOFF.isoformat(), "confidence": "low"}
    return rows


def more_exposures() -> list[Row]:
    """Distances from Havana and weights of the allies: computed, with their note."""
    far = ("GBR", "FRA", "FRG", "ITA", "TUR", "CAN", "BRA", "MEX")
    way, words = "great circle between the capitals", "distance of the capital from Havana"
    rows = [
        _exposure(actor, "distance_km", words, str(round(distance(actor))), "km", way, "A4")
        for actor in far
    ]
    index, words = "composite index of national capability, 1962", "share of world capability"
    rows += [
        _exposure(actor, "capability_share", words, plain(weight, 3), "index", index, "A2")
        for actor, weight in hand.WEIGHTS.items()
    ]
    return rows


def distance(actor: str) -> float:
    """Distance of a capital from Havana."""
    return hand.distance_km(actor, "CUB")


def _exposure(
    actor: str, variable: str, label: str, value: str, unit: str, note: str, claims: str
) -> Row:
    source = "derived" if variable == "distance_km" else "nmc"
    return {
        **dict.fromkeys(packs.EXPOSURES, ""),
        "actor": actor,
        "variable": variable,
        "label": label,
        "value": value,
        "unit": unit,
        "as_of": hand.CUT,
        "grade": "derived",
        "confidence": "high",
        "source": source,
        "claims": claims,
        "note": note,
    }


def main() -> None:
    """Write every table of the crisis folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    default = Path(__file__).resolve().parent.parent / "src/detente/crisis/shipped/cuba-1962"
    parser.add_argument("--out", type=Path, default=default)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    ledger = Ledger()
    pack = Pack(
        compiler=COMPILER,
        ledger=ledger,
        folder=options.shared / "data/cuba-1962",
        claims=hand.CLAIMS,
        skip=hand.SKIP,
        mended=hand.MENDED,
    )
    keep_sources(pack)
    known = {**hand.KNOWN}
    timeline = pack.timeline(hand.PUBLIC, known)
    for row in timeline:
        for event, words in hand.SHARED_SECRETS.items():
            if row["event"].startswith(event):
                row["event"] = f"{event} ({words})"
    compiled = {
        "positions": (packs.POSITIONS, pack.positions()),
        "demands": (packs.DEMANDS, pack.demands(("USR", "CUB"))),
        "tracks": (packs.TRACKS, pack.tracks()),
        "forces": (packs.FORCES, pack.forces(hand.POINTS, {})),
        "map": (MAP, compile_map(options.shared, hand.MAP_PLAN)),
        "rules": (packs.RULES, pack.rules()),
        "markets": (packs.MARKETS, pack.markets()),
        "measures": (packs.MEASURES, pack.measures(hand.MEASURES)),
        "effects": (EFFECTS, effects()),
        "base_rates": (packs.BASE_RATES, pack.base_rates(hand.BASE_RATES_SHOWN)),
        "exposures": (packs.EXPOSURES, [*pack.exposures(hand.EXPOSURES), *more_exposures()]),
        "timeline": (packs.TIMELINE, timeline),
    }
    cited = {
        key for _, rows in compiled.values() for row in rows for key in row["source"].split(";")
    }
    cited |= {*hand.ALWAYS, *hand.QUANTITY_SOURCES}
    unknown = sorted(cited - set(ledger.sources))
    if unknown:
        message = f"rows cite sources that are not listed: {unknown}"
        raise SystemExit(message)
    sources = [row for key, row in sorted(ledger.sources.items()) if key in cited]
    compiled["sources"] = (SOURCES, sources)
    for name, (columns, rows) in sorted(compiled.items()):
        print(f"{name}.csv: {write(options.out / f'{name}.csv', columns, rows)} rows")
    print("left out:")
    for (table, reason), count in sorted(ledger.dropped.items()):
        print(f"  {count:4d}  {table}: {reason}")
    print(f"  sources written after the cut-off: {len(ledger.late)}")


if __name__ == "__main__":
    main()
