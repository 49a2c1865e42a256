"""Folders of results that somebody else wrote, or that a disk damaged: runs, watches, briefings."""

import hashlib
import io
import json
import math
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hostile
from cases import EVENTS, Case, base_run, category, copy_template, prepare, remove
from mutations import as_json, set_somewhere, spoil_bytes

VALUES = [
    *(value for value in hostile.SCALARS if not (isinstance(value, float) and math.isnan(value))),
    "../../x", 10**9, 2**63, -(2**63), [1], {"a": 1}, 64, 65, 128,
]  # fmt: skip


@category
def runs(rng: random.Random, work: Path) -> Case:
    """A run whose manifest, shards or seals are not what they were."""
    base, run = base_run(work), work / "r"
    remove(run)
    shutil.copytree(base, run)
    shard = run / "shards" / f"shard-{rng.randrange(3):06d}.parquet"
    what = rng.choice([*_FILES, *_TABLES, *_DOCUMENTS])
    wanted = "any"
    if what in _FILES:
        wanted = _FILES[what](rng, shard, work)
    elif what in _TABLES:
        _write_sealed(shard, _TABLES[what](rng, _read(shard)))
    else:
        what = f"{what}: {_DOCUMENTS[what](rng, run, shard)}"
    arguments = rng.choice(_ASKED)
    named = "policies" in arguments[-1] or arguments[0] in {"explore", "runs"}
    return Case(
        what=f"{what} | {' '.join(arguments[:2])}",
        arguments=arguments,
        exit_codes=(0, 1, 2) if arguments[0] == "runs" else (0, 2),
        wanted="any" if named else wanted,
    )


_ASKED: list[tuple[str, ...]] = [
    ("query", "r", "select policy, metric, avg(value) v from run group by all order by all limit 20"),
    ("query", "r", "select * from policies"),
    ("query", "r", "select * from run where metric='attack'", "--csv"),
    ("runs", "r", "--verify"),
    ("runs", "r"),
    ("drivers", "r"),
    ("policies", "r"),
    ("discover", "r", "--outcome", "attack", "--threshold", "0.3"),
    ("explore", "./b", "--run", "r", "--resume", "--executor", "threads", "--workers", "1"),
    ("diff", "r", "base"),
]  # fmt: skip


def _read(shard: Path) -> Any:
    import pyarrow.parquet as pq

    return pq.read_table(shard, use_threads=False)


def _write_sealed(shard: Path, table: Any) -> None:
    import pyarrow.parquet as pq

    stream = io.BytesIO()
    pq.write_table(table, stream, compression="zstd", row_group_size=65536)
    _seal(shard, stream.getvalue())


def _seal(shard: Path, content: bytes) -> None:
    """Write a shard and a seal that fits it: what somebody does who means it."""
    seal = shard.with_suffix(".json")
    said = json.loads(seal.read_text())
    said |= {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    shard.write_bytes(content)
    seal.write_text(json.dumps(said, indent=1, sort_keys=True) + "\n")


def _flipped(rng: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    changed[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _neighbour(shard: Path) -> Path:
    return shard.with_name(f"shard-{(int(shard.stem[-6:]) + 1) % 3:06d}.parquet")


def _swap(first: Path, second: Path) -> None:
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)


def _cut(rng: random.Random, shard: Path, _: Path) -> str:
    shard.write_bytes(shard.read_bytes()[: rng.randrange(shard.stat().st_size)])
    return "refuse"


def _flip(rng: random.Random, shard: Path, _: Path) -> str:
    shard.write_bytes(_flipped(rng, shard.read_bytes()))
    return "refuse"


def _flip_sealed(rng: random.Random, shard: Path, _: Path) -> str:
    _seal(shard, _flipped(rng, shard.read_bytes()))
    return "any"


def _swap_shards(_: random.Random, shard: Path, __: Path) -> str:
    _swap(shard, _neighbour(shard))
    return "refuse"


def _swap_seals(_: random.Random, shard: Path, __: Path) -> str:
    _swap(shard.with_suffix(".json"), _neighbour(shard).with_suffix(".json"))
    return "refuse"


def _foreign_shard(_: random.Random, shard: Path, work: Path) -> str:
    for path in (shard, shard.with_suffix(".json")):
        shutil.copy(work / "other" / "shards" / f"shard-000000{path.suffix}", path)
    return "refuse"


def _foreign_manifest(_: random.Random, shard: Path, work: Path) -> str:
    shutil.copy(work / "other" / "manifest.json", shard.parents[1])
    return "refuse"


def _instead(make: Callable[[Path], Any]) -> Callable[[random.Random, Path, Path], str]:
    def replace(_: random.Random, shard: Path, __: Path) -> str:
        shard.unlink()
        make(shard)
        return "refuse"

    return replace


def _strays(_: random.Random, shard: Path, __: Path) -> str:
    shutil.copy(shard, shard.with_name("shard-000009.parquet"))
    (shard.parents[1] / "evil.txt").write_text("x")
    (shard.parent / ".shard-000000.parquet.x-1-1.part").symlink_to("/etc/passwd")
    (shard.parents[1] / ".manifest.json.vm-999999-1.part").write_text("x")
    return "any"


def _linked_shards(_: random.Random, shard: Path, work: Path) -> str:
    remove(work / "moved")
    shutil.move(shard.parent, work / "moved")
    shard.parent.symlink_to(work / "moved")
    return "any"


_FILES: dict[str, Callable[[random.Random, Path, Path], str]] = {
    "cut": _cut,
    "flip": _flip,
    "flip, sealed": _flip_sealed,
    "no shard": _instead(lambda _: None),
    "empty shard": _instead(lambda path: path.write_bytes(b"")),
    "folder": _instead(Path.mkdir),
    "link": _instead(lambda path: path.symlink_to("/etc/passwd")),
    "pipe": _instead(os.mkfifo),
    "shards swapped": _swap_shards,
    "seals swapped": _swap_seals,
    "shard of another run": _foreign_shard,
    "manifest of another run": _foreign_manifest,
    "strays": _strays,
    "shards are a link": _linked_shards,
}
"""What stands in place of files; each returns what is wanted of a command that reads them all."""


def _with_column(name: str, values: Callable[[random.Random, Any], Any]) -> Callable[..., Any]:
    def change(rng: random.Random, table: Any) -> Any:
        return table.set_column(table.column_names.index(name), name, values(rng, table))

    return change


def _numbers(rng: random.Random, table: Any) -> Any:
    import pyarrow as pa

    number = rng.choice([float("nan"), 1e308, float("inf"), -1e308])
    return pa.array([number] * len(table), pa.float64())


def _draws(rng: random.Random, table: Any) -> Any:
    import pyarrow as pa

    return pa.array([rng.choice([0, -1, 10**6])] * len(table), pa.int32())


def _words(_: random.Random, table: Any) -> Any:
    import pyarrow as pa

    return pa.array(["x" * 10] * len(table))


def _names(_: random.Random, table: Any) -> Any:
    import pyarrow as pa

    return pa.array([f"{name}\x1b]0;title\x07[bold]" for name in table["metric"].to_pylist()])


def _twice(_: random.Random, table: Any) -> Any:
    import pyarrow as pa

    return pa.concat_tables([table, table])


_TABLES: dict[str, Callable[[random.Random, Any], Any]] = {
    "another column": lambda _, table: table.rename_columns(["draw", "policy", "metric", "wert"]),
    "fewer rows": lambda rng, table: table.slice(0, rng.choice([0, 1, 64, 1000])),
    "rows twice": _twice,
    "odd numbers": _with_column("value", _numbers),
    "words for numbers": _with_column("value", _words),
    "odd draws": _with_column("draw", _draws),
    "odd names": _with_column("metric", _names),
}
"""Shards that are sealed, and hold what they should not."""


def _edit(file: Path, rng: random.Random, times: int) -> str:
    tree = json.loads(file.read_text())
    done = "; ".join(set_somewhere(rng, tree, VALUES) for _ in range(times))
    file.write_bytes(as_json(tree))
    return done


def _damage(file: Path, rng: random.Random) -> str:
    what, content = spoil_bytes(rng, file.read_bytes())
    file.write_bytes(content)
    return what


_DOCUMENTS: dict[str, Callable[[random.Random, Path, Path], str]] = {
    "manifest edited": lambda rng, run, _: _edit(run / "manifest.json", rng, rng.choice([1, 3])),
    "manifest edited once": lambda rng, run, _: _edit(run / "manifest.json", rng, 1),
    "manifest damaged": lambda rng, run, _: _damage(run / "manifest.json", rng),
    "seal edited": lambda rng, _, shard: _edit(shard.with_suffix(".json"), rng, 1),
    "seal damaged": lambda rng, _, shard: _damage(shard.with_suffix(".json"), rng),
}
"""Documents of a run that say something else."""


@category
def watchdir(rng: random.Random, work: Path) -> Case:
    """The folder of a watch, damaged; often the last day is to be computed again."""
    (work / "e.csv").write_bytes(EVENTS)
    arguments = ("watch", "./b", "--events", "e.csv", "--draws", "4", "--out", "w")
    kept, folder = work / "w0", work / "w"
    if not kept.exists():
        copy_template("blockade", work / "b")
        prepare(work, *arguments)
        folder.rename(kept)
    remove(folder)
    shutil.copytree(kept, folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    inner = [path for path in files if path.parent != folder]
    file = rng.choice(inner if inner and rng.random() < 0.9 else files)
    what = _spoil_kept(rng, file, files)
    days = sorted((folder / "days").glob("*.json"))
    if rng.random() < 0.5 and days and days[-1] != file and days[-1].is_file():
        days[-1].unlink()
        what += ", last day to be computed again"
    return Case(
        what=f"{file.parent.name}/{file.name[:12]} {what}",
        arguments=arguments,
        results=folder,
        scripts=1,
    )


def _spoil_kept(rng: random.Random, file: Path, files: list[Path]) -> str:
    import numpy as np

    what = rng.choice(
        ["bytes"] * 3 + ["empty", "json", "json", "object", "numbers", "array", "bomb", "folder", "pipe", "link"]
    )  # fmt: skip
    arrays = rng.choice([path for path in files if path.suffix == ".npz"] or [file])
    named = {"residual": 0.0, "unconverged": 0}
    match what:
        case "empty":
            file.write_bytes(b"")
        case "json" if file.suffix == ".json":
            return f"json {_edit(file, rng, 1)}"
        case "object":
            with arrays.open("wb") as stream:
                np.savez(stream, reach=np.array([_Opener()], dtype=object), **named)
        case "numbers":
            with arrays.open("wb") as stream:
                np.savez(stream, reach=np.zeros((2, 3)), **named)
        case "array":
            with arrays.open("wb") as stream:
                np.save(stream, np.zeros(3))
        case "bomb":
            with arrays.open("wb") as stream:
                np.savez_compressed(stream, reach=np.zeros(40_000_000), **named)
        case "folder":
            file.unlink()
            file.mkdir()
        case "pipe":
            file.unlink()
            os.mkfifo(file)
        case "link":
            file.unlink()
            file.symlink_to("/etc/passwd")
        case _:
            return f"bytes {_damage(file, rng)}"
    return what


class _Opener:
    """An object that does something when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, ("unpickled",))


@category
def briefjson(rng: random.Random, work: Path) -> Case:
    """The figures of a briefing, read back."""
    source = work / "br"
    if not source.exists():
        copy_template("blockade", work / "b")
        prepare(
            work, "brief", "./b", "--draws", "16", "--search", "0", "--out", "br", "--workers", "1"
        )
    folder = work / "x"
    remove(folder)
    folder.mkdir()
    content = (source / "brief.json").read_bytes()
    if rng.random() < 0.4:
        what, content = spoil_bytes(rng, content)
    else:
        tree = json.loads(content)
        what = "; ".join(set_somewhere(rng, tree, VALUES) for _ in range(rng.choice([1, 3, 30])))
        content = as_json(tree)
    (folder / "brief.json").write_bytes(content)
    arguments = rng.choice(
        [
            ("trace", "outlook.attack", "--run", "x"),
            ("trace", "nope", "--run", "x", "--json"),
            ("diff", "br", "x"),
            ("diff", "x/brief.json", "br/brief.json", "--json"),
            ("base-rates", "--beside", "x/brief.json"),
        ]
    )
    return Case(what=what[:150], arguments=arguments)
