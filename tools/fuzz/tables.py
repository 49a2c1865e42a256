"""Tables of users: cases to discover in, events, forecasts, actors to bargain, trade, past crises."""

import io
import random
import sys
from pathlib import Path

import hostile
from cases import EVENTS, Case, category, copy_template, remove
from mutations import spoil_bytes, spoil_table

from detente.errors import DetenteError


@category
def cases(rng: random.Random, work: Path) -> Case:
    """Cases for ``discover``, as CSV and as Parquet."""
    rows = [
        f"{rng.random():.3f},{rng.random():.3f},{rng.choice('ab')},{rng.randrange(2)}\n"
        for _ in range(40)
    ]
    if rng.random() < 0.3:
        name, (what, content) = "t.parquet", spoil_bytes(rng, _parquet(rng))
    else:
        name, (what, content) = "t.csv", spoil_table(rng, f"x,y,z,failed\n{''.join(rows)}".encode())
    (work / name).write_bytes(content)
    options = rng.choice(
        [
            [], ["--tree"], ["--json"], ["--drop-missing"],
            ["--peel-alpha", rng.choice(["0", "1", "nan", "-1", "0.999"])],
            ["--mass-min", rng.choice(["0", "2", "nan"])],
            ["--boxes", rng.choice(["0", "-1", "50"])], ["--box", "999"],
            ["--tree", "--depth", rng.choice(["0", "-1", "500"])],
        ]
    )  # fmt: skip
    return Case(
        what=f"{name} {what}", arguments=("discover", name, "--outcome", "failed", *options)
    )


def _parquet(rng: random.Random) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {name: [rng.random() for _ in range(40)] for name in "xy"}
    stream = io.BytesIO()
    pq.write_table(pa.table({**columns, "failed": [row % 2 for row in range(40)]}), stream)
    return stream.getvalue()


@category
def events(rng: random.Random, work: Path) -> Case:
    """Events of a watch."""
    if not (work / "b").exists():
        copy_template("blockade", work / "b")
    what, content = spoil_table(rng, EVENTS, cells=hostile.EVENT_CELLS)
    (work / "e.csv").write_bytes(content)
    until = ["2030-10-27", "2030-10-19", "2030-02-31", "9999-12-31", "x", "0001-01-01"]
    options = ["--until", rng.choice(until)] if rng.random() < 0.3 else []
    arguments = ("watch", "./b", "--events", "e.csv", "--draws", "4", "--out", "w", *options)
    return Case(what=what, arguments=arguments, results=work / "w", scripts=1)


@category
def forecasts(rng: random.Random, work: Path) -> Case:
    """Forecasts of others beside a watch."""
    if not (work / "b").exists():
        copy_template("blockade", work / "b")
    (work / "e.csv").write_bytes(EVENTS)
    table = b'date,forecaster,prob,event\n2030-10-20,crowd,0.3,\n2030-10-22,crowd,0.5,war\n2030-10-22,"a,b",0.5,strike\n'
    what, content = spoil_table(rng, table, cells=hostile.EVENT_CELLS)
    (work / "f.csv").write_bytes(content)
    outcome = rng.choice(["war", "strike", "nope"])
    arguments = (
        *("watch", "./b", "--events", "e.csv", "--draws", "4", "--out", "w"),
        *("--forecasts", "f.csv", "--outcome", outcome),
    )
    return Case(what=what, arguments=arguments, results=work / "w", scripts=1)


@category
def bargain(rng: random.Random, work: Path) -> Case:
    """Actors and positions, from a file or from standard input."""
    table = (
        b"actor,capability,position,salience\nA,100,0,0.9\nB,60,40,0.5\nC,30,100,1\nD,5,70,0.1\n"
    )
    what, content = spoil_table(rng, table)
    (work / "t.csv").write_bytes(content)
    options = rng.choice(
        [
            [], [], ["--json"], ["--rounds", rng.choice(["0", "1000", "-1", "x"])],
            ["--low", rng.choice(["nan", "inf", "50", "-1e308"])], ["--high", rng.choice(["nan", "1e308", "10"])],
            ["--salience-max", rng.choice(["0", "-1", "nan", "inf", "1e-320"])], ["--variant", "pairwise-nearest"],
            ["--quadrants", rng.choice(["A", "nope", "\x1b[31m"])], ["--compare", "--capitulation"], ["--equal-capability"],
        ]
    )  # fmt: skip
    piped = rng.random() < 0.1
    return Case(
        what=f"{what} {' '.join(options)}",
        arguments=("bargain", "-" if piped else "t.csv", *options),
        stdin=content if piped else b"",
    )


@category
def icb(rng: random.Random, work: Path) -> Case:
    """A table of past crises, of which base rates are counted."""
    columns = [
        "crisno",
        "crisname",
        "yrtrig",
        "trigger",
        "gravty",
        "triggr",
        "trigent",
        "viol",
        "sevvio",
        "iwcmb",
        "intractab",
        "cractloc",
        "break",
    ]
    rows = [",".join(str(rng.choice([1, 2, 3, 1980, 4, 9])) for _ in columns) for _ in range(8)]
    what, content = spoil_table(rng, "\n".join([",".join(columns), *rows, ""]).encode())
    (work / "i.csv").write_bytes(content)
    options = rng.choice(
        [
            [], ["--since", "abc"], ["--since", "99999999999"], ["--trigger", "nope"], ["--json"],
            ["--leave-out", "-1"],
        ]
    )  # fmt: skip
    return Case(what=what, arguments=("base-rates", "i.csv", *options))


@category
def trade(rng: random.Random, work: Path) -> Case:
    """A table of trade between countries and sectors, read and calibrated."""
    row = "1,2,3,4,5,6,21"
    table = "row,AAA_x,AAA_y,BBB_x,BBB_y,FD_AAA,FD_BBB,OUTPUT\n" + "".join(
        f"{name},{row}\n" for name in ("AAA_x", "AAA_y", "BBB_x", "BBB_y")
    )
    table += "VA_z,9,9,9,9,0,0,0\n"
    what, content = spoil_table(rng, table.encode())
    if rng.random() < 0.08:
        what = "a cell of 140,000 digits"
        content = table.replace("21\nBBB_x", "2" * 140_000 + "\nBBB_x").encode()
    path = work / "t.csv"
    remove(path)
    match rng.choice(["file"] * 12 + ["folder", "link"]):
        case "folder":
            path.mkdir()
            what = "a folder"
        case "link":
            path.symlink_to("nowhere")
            what = "a link to nothing"
        case _:
            path.write_bytes(content)
    return Case(what=what, call=_calibrate)


def _calibrate() -> None:
    from detente.crisis.trade_tables import read_trade_table
    from detente.models.sanctions import InputOutputTable, calibrate_economy

    try:
        read = read_trade_table("t.csv")
        table = InputOutputTable(
            regions=read.regions,
            sectors=read.sectors,
            intermediate=read.intermediate,
            final=read.final,
            output=read.output,
            balance_tolerance=0.01,
        )
        calibrate_economy(table.without_negatives())
    except DetenteError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        raise SystemExit(2) from None
