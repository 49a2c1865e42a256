r"""Try inputs that nobody meant: many small changes to good ones, each judged by what no input may bring about.

``make fuzz ARGS="events --seed 7 --count 300"``; a category, or ``all``. Every case is made from the category, the seed and its
own number, so ``--first 41 --count 1`` makes case 41 again. Whatever was at fault is kept with what was printed.
"""

import argparse
import importlib
import io
import json
import os
import pkgutil
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import arguments  # noqa: F401  # each of these offers categories
import estimates  # noqa: F401
import folders  # noqa: F401
import games  # noqa: F401
import results  # noqa: F401
import tables  # noqa: F401
from cases import CATEGORIES, Case, copy_template, remove
from children import Outcome, command_line, run_in_child
from oracles import judge, judge_files

import detente

INPUTS = ("c", "g.efg", "g.json", "e.csv", "f.csv", "t.csv", "t.parquet", "i.csv", "x")
MOST_BYTES = 5_000_000
_HEAVY = (
    "rich.console", "rich.table", "rich.progress", "rich.markup", "duckdb", "pyarrow.parquet", "scipy.stats",
    "scipy.optimize", "pandas", "polars", "scoringrules", "sklearn.metrics",
)  # fmt: skip


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("category", choices=[*sorted(CATEGORIES), "all"])
    parser.add_argument("--seed", type=int, default=1, help="another seed, other cases")
    parser.add_argument("--count", type=int, default=100, help="how many cases")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--budget", type=float, default=1e9, help="stop after so many seconds")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-faults"), help="where faults go")
    parser.add_argument(
        "--follow", action="store_true", help="take a crisis that is accepted through a briefing"
    )
    return parser.parse_args()


def main() -> None:
    """Try the cases of a category; the exit code is 1 if one was at fault."""
    options = _options()
    chosen = sorted(CATEGORIES) if options.category == "all" else [options.category]
    at_fault = 0
    with tempfile.TemporaryDirectory(prefix="detente-fuzz-") as name:
        _warm(Path(name))
        for category in chosen:
            work = Path(name) / category
            work.mkdir()
            at_fault += _try_category(category, work, options)
    raise SystemExit(1 if at_fault else 0)


def _try_category(category: str, work: Path, options: argparse.Namespace) -> int:
    start, ends, at_fault = time.monotonic(), Counter[str](), 0
    for number in range(options.first, options.first + options.count):
        if time.monotonic() - start > options.budget:
            print(f"{category}: stopped after {options.budget:.0f} s")
            break
        for left in ("w", "o"):
            remove(work / left)
        case = CATEGORIES[category](random.Random(f"{category}/{options.seed}/{number}"), work)
        outcome, faults = _try(case, work)
        if options.follow and case.crisis and not outcome.exit_code:
            outcome, more = _try(_briefing(case, work), work)
            faults += [f"briefing: {fault}" for fault in more]
        ends[f"exit {outcome.exit_code}"] += 1
        if faults:
            at_fault += 1
            print(f"{category} {number}: {case.what[:160]!r} -> {'; '.join(faults)}", flush=True)
            _keep(options.keep / f"{category}-{options.seed}-{number}", work, case, outcome, faults)
    told = ", ".join(f"{end}: {count}" for end, count in sorted(ends.items()))
    took = time.monotonic() - start
    tried = sum(ends.values())
    print(
        f"{category}, seed {options.seed}: {tried} tried, {at_fault} at fault ({told}), {took:.0f} s",
        flush=True,
    )
    return at_fault


def _try(case: Case, work: Path) -> tuple[Outcome, list[str]]:
    call = case.call or command_line(*case.arguments)
    outcome = run_in_child(call, work, stdin=case.stdin, user=case.user)
    faults = judge(outcome, exit_codes=case.exit_codes, wanted=case.wanted)
    if case.results and case.results.exists():
        faults += judge_files(case.results, scripts=case.scripts)
    if (work / "unpickled").exists():
        faults.append("an object was unpickled")
        remove(work / "unpickled")
    return outcome, faults


def _briefing(case: Case, work: Path) -> Case:
    quick = ("--draws", "4", "--search", "0", "--workers", "1")
    return Case(
        what=case.what,
        arguments=("brief", f"./{case.crisis.name if case.crisis else ''}", *quick, "--out", "o"),
        exit_codes=(0,),
        results=work / "o",
    )


def _keep(folder: Path, work: Path, case: Case, outcome: Outcome, faults: list[str]) -> None:
    """Keep what was at fault: the inputs, how it was called, what was printed."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in INPUTS:
        source = work / name
        if source.is_dir():
            copied = {"symlinks": True, "dirs_exist_ok": True, "ignore": _unfit}
            shutil.copytree(source, folder / name, **copied)
        elif source.is_file() and source.stat().st_size < MOST_BYTES:
            shutil.copy(source, folder / name)
    said = (
        f"{' '.join(map(ascii, case.arguments))}\n{case.what}\n{'; '.join(faults)}\n"
        f"exit {outcome.exit_code}, {outcome.wall_s:.1f} s, {outcome.cpu_s:.1f} s of processor time, "
        f"{outcome.peak_bytes / 2**20:.0f} MiB\n--- out\n{outcome.out[:3000]}\n--- err\n{outcome.err[-4000:]}\n"
    )
    (folder / "case.txt").write_text(said, "utf-8", errors="backslashreplace")


def _unfit(folder: str, names: list[str]) -> list[str]:
    paths = {name: Path(folder) / name for name in names}
    return [
        name
        for name, path in paths.items()
        if not path.is_dir() and (not path.is_file() or path.stat().st_size > MOST_BYTES)
    ]


def _warm(work: Path) -> None:
    """Import everything and compile the kernels here, so that every child has them.

    No briefing and no watch: the renderer of charts starts threads, which do not survive a fork.
    """
    for module in pkgutil.walk_packages(detente.__path__, "detente."):
        if not module.name.endswith(("__main__", "_pen")) and ".testing" not in module.name:
            importlib.import_module(module.name)
    for heavy in _HEAVY:
        try:
            importlib.import_module(heavy)
        except ImportError:
            continue
    folder = work / "warm"
    copy_template("blockade", folder / "b")
    (folder / "t.csv").write_text("actor,capability,position,salience\nA,100,0,0.9\nB,60,40,0.5\n")
    rows = "".join(f"{row * 7 % 11},{row * 5 % 13},{row % 2}\n" for row in range(40))
    (folder / "d.csv").write_text(f"x,y,failed\n{rows}")
    one_worker = ("--executor", "threads", "--workers", "1")
    commands = [
        ("check", "./b"),
        ("bargain", "t.csv", "--compare"),
        ("solve", "books/kuhn1950/poker", "--lambda", "1"),
        ("show", "books/kuhn1950/poker"),
        ("discover", "d.csv", "--outcome", "failed"),
        ("discover", "d.csv", "--outcome", "failed", "--tree"),
        ("explore", "./b", "--draws", "64", "--run", "r", *one_worker),
    ]
    before, streams = Path.cwd(), (sys.stdout, sys.stderr)
    os.chdir(folder)
    try:
        for command in commands:
            sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
            try:
                command_line(*command)()
            except SystemExit as end:
                if end.code:
                    said = f"{json.dumps(command)}: {sys.stderr.getvalue()}"
                    raise RuntimeError(said) from end
    finally:
        sys.stdout, sys.stderr = streams
        os.chdir(before)


if __name__ == "__main__":
    main()
