"""Arguments of commands: values that no option means."""

import random
from pathlib import Path

import hostile
from cases import Case, base_run, category, copy_template, remove

_BRIEF = ("brief", "./b", "--out", "o")
_EXPLORE = ("explore", "./b", "--run", "o")
_QUICK = ("--draws", "4")

COMMANDS: list[tuple[str, ...]] = [
    (*_BRIEF, "--draws", "?"),
    (*_BRIEF, *_QUICK, "--seed", "?", "--search", "0"),
    (*_BRIEF, *_QUICK, "--search", "?"),
    (*_BRIEF, *_QUICK, "--search", "0", "--workers", "?"),
    (*_EXPLORE, "--draws", "?"),
    (*_EXPLORE, *_QUICK, "--shards", "?"),
    (*_EXPLORE, *_QUICK, "--shards", "?/?"),
    (*_EXPLORE, "--draws", "64", "--shard-draws", "?"),
    (*_EXPLORE, *_QUICK, "--executor", "?"),
    (*_EXPLORE, *_QUICK, "--executor", "dask://?"),
    (*_EXPLORE, *_QUICK, "--policies", "?"),
    (*_EXPLORE, *_QUICK, "--design", "factorial", "--alternatives", "face=?"),
    (*_EXPLORE, *_QUICK, "--design", "factorial", "--alternatives", "?"),
    (*_EXPLORE, *_QUICK, "--set", "face=?", "--executor", "threads", "--workers", "1"),
    (*_EXPLORE, *_QUICK, "--set", "?=1"),
    (*_EXPLORE, *_QUICK, "--set", "state.sites=?"),
    ("solve", "books/kuhn1950/poker", "--lambda", "?"),
    ("solve", "books/kuhn1950/poker", "--lambda", "1,?"),
    ("solve", "?"),
    ("show", "?"),
    ("check", "?"),
    ("new", "?"),
    ("new", "n1", "--from-template", "?"),
    ("query", "base", "?"),
    ("query", "?", "select 1"),
    ("trace", "?"),
    ("runs", "?"),
    ("drivers", "base", "--metric", "?"),
    ("drivers", "base", "--policy", "?"),
    ("drivers", "base", "--most", "?"),
    ("drivers", "./b", "--sobol", "?"),
    ("drivers", "./b", "--tornado", "--quantity", "?"),
    ("policies", "base", "--metric", "?"),
    ("discover", "base", "--outcome", "?"),
    ("discover", "base", "--outcome", "attack", "--threshold", "?"),
    ("price", "./b", "?"),
    ("price", "ukraine-2022", "energy", "--draws", "2", "--cut", "?"),
    ("price", "./b", "sanctions", "--coalition", "?"),
    ("watch", "./b", "--since", "?"),
    ("watch", "./b", "--until", "?"),
    ("watch", "./b", "--events", "?"),
    ("diff", "?", "?"),
    ("diff", "./b", "./b", "--draws", "?"),
    ("diff", "base", "base", "--most", "?"),
    ("schema", "--out", "?"),
    ("base-rates", "?"),
    ("base-rates", "--violence", "?"),
    ("bargain", "?"),
    ("fit", "?", "t.csv", "--spec", "s.yaml"),
    ("fit", "egame12", "?", "--spec", "?"),
    ("score", "?", "?"),
    ("reference-class", "?", "?"),
    ("panel", "?", "?", "--draws", "1"),
]
"""Every command with the option that is tried as ``?``."""


@category
def args(rng: random.Random, work: Path) -> Case:
    """A command with a value that its option cannot mean."""
    if not (work / "b").exists():
        copy_template("blockade", work / "b")
    base_run(work)
    for name in ("o", "n1", "my-crisis"):
        remove(work / name)
    value = rng.choice(hostile.ARGUMENTS)
    arguments = tuple(part.replace("?", value) for part in rng.choice(COMMANDS))
    return Case(
        what=" ".join(part[:40] for part in arguments),
        arguments=arguments,
        exit_codes=(0, 1, 2) if arguments[0] in {"solve", "runs"} else (0, 2),
    )
