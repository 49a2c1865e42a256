"""Compile the shipped tables of the crisis ``ukraine-2022`` from the research copies.

Reads the research tables (``--shared``, the folder beside the checkout) and writes the CSV tables of the crisis folder.
Only figures and our own words are carried over, row by row with unit, as-of date, source, grade and confidence.
Nothing dated after the cut-off enters: such sources are dropped, and so is a row that is left without a source.
The run is deterministic and ends with a count of what was left out and why.

    python tools/compile_ukraine_2022.py --shared ../shared
"""

import argparse
from pathlib import Path

from crisis_tables.machinery import SOURCES
from crisis_tables.maps import MAP, compile_map
from ukraine_2022 import hand, tables
from ukraine_2022.common import Ledger, add_source, write
from ukraine_2022.effects import EFFECTS, compile_effects
from ukraine_2022.exposures import EXPOSURES, compile_exposures
from ukraine_2022.gas import compile_gas
from ukraine_2022.indicators import INDICATORS, compile_indicators


def main() -> None:
    """Write every table of the crisis folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    default = Path(__file__).resolve().parent.parent / "src/detente/crisis/shipped/ukraine-2022"
    parser.add_argument("--out", type=Path, default=default)
    options = parser.parse_args()
    shared, out = options.shared, options.out
    out.mkdir(parents=True, exist_ok=True)
    ledger = Ledger()
    for key in (*hand.ALWAYS, *hand.GAS):
        add_source(ledger, key, hand.SOURCES[key])
    compiled = {
        "exposures": (EXPOSURES, compile_exposures(shared, ledger)),
        "positions": (tables.POSITIONS, tables.compile_positions(shared, ledger)),
        "demands": (tables.DEMANDS, tables.compile_demands(shared, ledger)),
        "tracks": (tables.TRACKS, tables.compile_tracks(shared, ledger)),
        "measures": (tables.MEASURES, tables.compile_measures(shared, ledger)),
        "effects": (EFFECTS, compile_effects(shared, ledger)),
        "rules": (tables.RULES, tables.compile_rules(shared, ledger)),
        "markets": (tables.MARKETS, tables.compile_markets(shared, ledger)),
        "forces": (tables.FORCES, tables.compile_forces(shared, ledger)),
        "arms": (tables.ARMS, tables.compile_arms(shared, ledger)),
        "estimates": (tables.ESTIMATES, tables.compile_estimates(shared, ledger)),
        "reinforcement": (tables.REINFORCEMENT, tables.compile_reinforcement(shared, ledger)),
        "base_rates": (tables.BASE_RATES, tables.compile_base_rates(shared, ledger)),
        "indicators": (INDICATORS, compile_indicators(shared)),
        "timeline": (tables.TIMELINE, tables.compile_timeline(ledger)),
        "map": (MAP, compile_map(shared, hand.MAP_PLAN)),
        **compile_gas(shared, ledger),
    }
    cited = {
        key for _, rows in compiled.values() for row in rows for key in row["source"].split(";")
    }
    cited |= {*hand.ALWAYS, *hand.GAS}
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
    print(f"  sources later than the cut-off: {', '.join(sorted(ledger.late))}")


if __name__ == "__main__":
    main()
