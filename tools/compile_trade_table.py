r"""Compile a compact trade table from an inter-regional input-output table, with its provenance.

Reads a wide table in the user's form (see ``detente.crisis.trade_tables``), adds up regions and sectors by a mapping
file, checks the balance, and writes two files side by side: the table, and ``<name>.provenance.json`` with the source,
its licence, the checksum of the input, the mapping, and the gaps that remain. Nothing is written if a check fails.

The mapping is a CSV with the columns ``kind,code,group`` (kind: region or sector) that names every code of the table.

With ``--overlay``, a CSV with the columns ``seller,sector,buyer,value,source,note``, purchases that are known better are set
and who supplies the others is rebalanced. The rows of that sector after it are written as ``<name>.overlay.csv``: the
table without them stays the raw variant.

Example
-------
    python tools/compile_trade_table.py WIOT.csv mapping.csv --out trade.csv --source timmer2015 \\
        --address https://doi.org/10.34894/PJ2M1C --licence CC-BY-4.0 --year 2014
"""

import argparse
import csv
import hashlib
import json
import sys
from pathlib import Path

import numpy as np

from detente.crisis.trade_tables import TradeTable, read_trade_table, write_trade_table
from detente.errors import DetenteError
from detente.models.sanctions import InputOutputTable, Overlay, aggregate_table, overlay_purchases

FREE_LICENCES = ("CC0-1.0", "CC-BY-4.0", "CC-BY-3.0", "PDDL-1.0", "ODC-By-1.0", "EU-2011/833")
"""Licences under which a derived table may ship in a package under Apache-2.0, with attribution."""


def read_mapping(path: Path) -> dict[str, dict[str, str]]:
    """Read the groups of regions and of sectors."""
    groups: dict[str, dict[str, str]] = {"region": {}, "sector": {}}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            groups[row["kind"]][row["code"]] = row["group"]
    return groups


def lay_over(table: InputOutputTable, path: Path) -> tuple[Overlay, str, str, list[dict[str, str]]]:
    """Set the purchases of one seller's sector that the file names, and rebalance."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    seller, sector = rows[0]["seller"], rows[0]["sector"]
    purchases = {row["buyer"]: float(row["value"]) for row in rows}
    overlay = overlay_purchases(table, seller=seller, sector=sector, purchases=purchases)
    return overlay, seller, sector, rows


def settle(table: InputOutputTable, decimals: int | None) -> TradeTable:
    """Put a table into the form of a file, figures rounded if asked."""
    intermediate, final = table.intermediate, table.final
    if decimals is not None:
        intermediate, final = np.round(intermediate, decimals), np.round(final, decimals)
    return TradeTable(
        regions=table.regions,
        sectors=table.sectors,
        intermediate=intermediate,
        final=final,
        output=intermediate.sum(axis=(2, 3)) + final.sum(axis=2),
    )


def compile_table(arguments: argparse.Namespace) -> dict[str, object]:
    """Read, aggregate, check and write; return the provenance."""
    read = read_trade_table(arguments.table, pattern=arguments.pattern)
    table = InputOutputTable(
        regions=read.regions,
        sectors=read.sectors,
        intermediate=read.intermediate,
        final=read.final,
        output=read.output,
        balance_tolerance=arguments.tolerance,
        unit=arguments.unit,
    )
    groups = read_mapping(arguments.mapping)
    small = aggregate_table(table, regions=groups["region"], sectors=groups["sector"])
    settled = small.without_negatives()
    provenance: dict[str, object] = {
        "source": arguments.source,
        "address": arguments.address,
        "licence": arguments.licence,
        "may_ship": arguments.licence in FREE_LICENCES,
        "year": arguments.year,
        "unit": arguments.unit,
        "input_sha256": hashlib.sha256(arguments.table.read_bytes()).hexdigest(),
        "changes": [
            "regions and sectors added up by the mapping below",
            "negative final sales (stocks run down) set to zero, output raised by as much",
        ],
        "negative_final_sales": float(np.minimum(small.final, 0.0).sum()),
        "largest_row_gap": float(np.abs(small.row_gaps).max()),
        "world_output": float(small.output.sum()),
        "mapping": groups,
        "notes": arguments.note,
    }
    if arguments.overlay is not None:
        overlay, seller, sector, rows = lay_over(settled, arguments.overlay)
        rows_of = [f"{region}_{sector}" for region in settled.regions]
        laid = arguments.out.with_suffix(".overlay.csv")
        write_trade_table(settle(overlay.table, arguments.decimals), laid, rows=rows_of)
        provenance["overlay"] = {
            "seller": seller,
            "sector": sector,
            "residual": overlay.residual,
            "before": dict(zip(settled.regions, overlay.before.round(1).tolist(), strict=True)),
            "after": dict(zip(settled.regions, overlay.after.round(1).tolist(), strict=True)),
            "purchases": rows,
            "sha256": hashlib.sha256(laid.read_bytes()).hexdigest(),
        }
    write_trade_table(settle(settled, arguments.decimals), arguments.out)
    provenance["sha256"] = hashlib.sha256(arguments.out.read_bytes()).hexdigest()
    arguments.out.with_suffix(".provenance.json").write_text(
        json.dumps(provenance, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    return provenance


def main() -> int:
    """Run the script; 2 for a table or mapping that cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("table", type=Path)
    parser.add_argument("mapping", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--source", required=True, help="key in docs/references.bib")
    parser.add_argument("--address", required=True)
    parser.add_argument("--licence", required=True, help="SPDX identifier as the source states it")
    parser.add_argument("--year", type=int, required=True)
    parser.add_argument("--unit", default="USD million")
    parser.add_argument("--tolerance", type=float, default=0.01)
    parser.add_argument("--overlay", type=Path, help="purchases known better, CSV")
    parser.add_argument("--decimals", type=int, help="round figures to so many decimals")
    parser.add_argument("--note", action="append", default=[], help="a sentence on origin or gaps")
    parser.add_argument("--pattern", default=r"(?P<region>[^_]+)_(?P<sector>.+)")
    arguments = parser.parse_args()
    try:
        provenance = compile_table(arguments)
    except (DetenteError, OSError, KeyError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"wrote {arguments.out}; may ship: {provenance['may_ship']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
