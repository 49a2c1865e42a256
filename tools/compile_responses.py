r"""Compile the responses of a crisis to its packages: world trade solved on a design, written as a table.

Reads the tables of packages, regions and sectors of the crisis folder and the trade table that they name; writes
``responses.csv`` into the folder, whole or not at all. Each row is one case of one actor (see
``detente.models.sanctions.PackageResponse``). Takes about a minute a package, two where something is priced apart.

Example
-------
    python tools/compile_responses.py src/detente/crisis/shipped/ukraine-2022 --source wiod
"""

import argparse
import csv
import io
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

# matrices are small: threads of linear algebra only wait for each other
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from detente.crisis import load_crisis
from detente.crisis.tables import TABLE_COLUMNS
from detente.errors import DetenteError
from detente.linking.packages import read_trade_basis
from detente.models.sanctions import Package, PackageResponse, ResponseDesigner

OUTPUT = "responses.csv"


def rows_of(response: PackageResponse) -> Iterator[tuple[str, str, str, str, np.ndarray]]:
    """Yield actor, region, who stands for it, case and values."""
    yield "", "", "", "target", response.target
    if response.followed.any():
        yield "", "", "", "followed", response.followed
    for number, region in enumerate(response.regions):
        stands = " ".join(
            f"{actor}={share:.6g}"
            for actor, share in zip(response.actors, response.share[number], strict=True)
            if share
        )
        yield "", region, stands, "reach", response.reach[number]
        yield "", region, "", "pair", response.pair[number]
    for number, actor in enumerate(response.actors):
        for case in ("alone", "together", "outside"):
            yield actor, "", "", case, getattr(response, case)[number]
        yield actor, " ".join(response.regions), "", "cross", response.cross[number]


def cases_of(
    designer: ResponseDesigner, package: Package, rest: Package | None, third: Sequence[str]
) -> Iterator[tuple[bool, str, str, str, str, np.ndarray]]:
    """Yield the rows of a package, then those of what is left of it where something is priced apart."""
    for prefix, each in (("", package), ("apart.", rest)):
        if each is not None:
            response = designer.design(each, third=third)
            for actor, region, stands, case, values in rows_of(response):
                yield response.scales, actor, region, stands, prefix + case, values


def main() -> int:
    """Run the script; 2 for a crisis that cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--package", action="append", help="only these; the others are kept")
    parser.add_argument("--source", required=True, help="keys of the crisis's sources, by ;")
    parser.add_argument("--variant", default="overlay")
    arguments = parser.parse_args()
    out = arguments.folder / OUTPUT
    columns = TABLE_COLUMNS["responses"]
    if not out.exists():
        out.write_text(",".join(columns) + "\n", encoding="utf-8")
    try:
        crisis = load_crisis(arguments.folder)
        basis = read_trade_basis(crisis, variant=arguments.variant)
        designer = basis.designer()
        wanted = arguments.package or list(basis.packages)
        kept = [
            [row.cells.get(column, "") for column in columns]
            for row in crisis.tables["responses"].rows
            if row.cells["package"] not in wanted and row.cells["package"] in basis.packages
        ]
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(kept)
        for name in wanted:
            start = time.monotonic()
            rows = cases_of(
                designer, basis.packages[name], basis.apart.get(name), basis.third[name]
            )
            for scales, actor, region, stands, case, values in rows:
                cells = {
                    "id": f"{name}.{actor or region or 'target'}.{case}",
                    "package": name,
                    "actor": actor,
                    "region": region,
                    "stands_for": stands,
                    "case": case,
                    "scales": "yes" if scales else "no",
                    "values": " ".join(f"{value:.5g}" for value in values.ravel()),
                    "as_of": crisis.as_of.isoformat(),
                    "grade": "derived",
                    "confidence": "low: trade of 2011",
                    "source": arguments.source,
                    "claims": "",
                }
                writer.writerow([cells[column] for column in columns])
            print(f"{name}: {time.monotonic() - start:.0f} s", flush=True)
    except (DetenteError, KeyError) as error:
        print(error, file=sys.stderr)
        return 2
    partial = out.with_suffix(".part")
    partial.write_text(stream.getvalue(), encoding="utf-8")
    partial.replace(out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
