"""The run folder: one Parquet file per shard of draws, and a manifest that says what they are draws of.

A shard is a pure function of the manifest's stamp (crisis digest, seed, policies, version) and its number. It is written
to a temporary file and renamed, so a file with the right name is a whole file. Beside each shard stands its *seal*: a
small JSON file with the stamp, the size and the SHA-256 of the shard. So a shard of another run, a truncated one and a
damaged one are told apart from a good one before anything tries to parse them.
"""

import contextlib
import hashlib
import json
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from detente.errors import RunError

__all__ = [
    "FORMAT",
    "SHARD_DRAWS",
    "Manifest",
    "Shard",
    "check_shard",
    "read_manifest",
    "read_shard",
    "shard_file",
    "write_manifest",
    "write_shard",
]

FloatArray = NDArray[np.float64]
Series = tuple[str, str]

SHARD_DRAWS = 64
"""Draws per shard. Shards are always whole: a run of 50 draws holds 64 and reads 50."""

FORMAT = 1
"""Version of the run folder; it rises when the meaning of a stored number changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a run folder holds.

    ``policies`` are in the order of the run; ``defenders`` are the players whose payoff regret is about; ``fixed`` are the
    quantities that are not uncertain, by path; ``versions`` are those of the libraries that wrote it.
    """

    crisis: str
    digest: str
    seed: int
    n_draws: int
    policies: tuple[str, ...]
    policy_labels: Mapping[str, str]
    players: tuple[str, ...]
    defenders: tuple[str, ...]
    overrides: Mapping[str, str]
    fixed: Mapping[str, float]
    versions: Mapping[str, str]
    format: int = FORMAT

    @property
    def n_shards(self) -> int:
        """Number of shards that hold the draws."""
        return -(-self.n_draws // SHARD_DRAWS)

    def stamp(self) -> str:
        """Everything that a shard's numbers depend on, but its own number, as one line of text."""
        parts = {
            "crisis": self.crisis,
            "digest": self.digest,
            "seed": self.seed,
            "policies": list(self.policies),
            "format": self.format,
            "detente": self.versions.get("detente", ""),
        }
        return json.dumps(parts, sort_keys=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """The numbers of one shard: ``values`` of shape ``(n_series, SHARD_DRAWS)``, a series is (policy, metric)."""

    number: int
    series: tuple[Series, ...]
    values: FloatArray


# --- manifest --------------------------------------------------------------------------------------------------------


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``manifest.json`` in one step."""
    fields = {name: getattr(manifest, name) for name in Manifest.__dataclass_fields__}
    fields = {
        name: dict(value) if isinstance(value, Mapping) else value for name, value in fields.items()
    }
    text = json.dumps(fields, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    _write_whole(folder / "manifest.json", text.encode())


def read_manifest(folder: Path) -> Manifest | None:
    """Read ``manifest.json``; None if the folder has none.

    Raises
    ------
    RunError
        ``run-corrupt`` if the file is not the manifest of a run; ``run-mismatch`` if it is of another format.
    """
    path = folder / "manifest.json"
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        message = f"{path.name} cannot be read: {error.strerror or error}"
        raise RunError(
            message, code="run-corrupt", at=str(path), fix="make it readable, or use another folder"
        ) from error
    try:
        fields: dict[str, Any] = json.loads(text)
        fields["policies"], fields["players"], fields["defenders"] = (
            tuple(fields[name]) for name in ("policies", "players", "defenders")
        )
        manifest = Manifest(**fields)
    except (ValueError, TypeError, KeyError) as error:
        message = f"{path.name} is not the manifest of a run: {error}"
        raise RunError(
            message, code="run-corrupt", at=str(path), fix="remove the folder and run again"
        ) from error
    if manifest.format != FORMAT:
        message = f"the run is of format {manifest.format}, this version reads {FORMAT}"
        raise RunError(message, code="run-mismatch", at=str(path), fix="run into a new folder")
    return manifest


# --- shards ----------------------------------------------------------------------------------------------------------


def shard_file(folder: Path, number: int) -> Path:
    """Path of a shard."""
    return folder / "shards" / f"shard-{number:06d}.parquet"


def write_shard(folder: Path, shard: Shard, *, stamp: str) -> Path:
    """Write a shard in one step: to a temporary file in the same folder, then renamed.

    Long format, a row per draw, policy and metric, ordered by series as in ``shard.series``, then by draw.
    """
    n_series, n_draws = shard.values.shape
    first = shard.number * SHARD_DRAWS
    policies, metrics = zip(*shard.series, strict=True)
    draw = np.tile(np.arange(first, first + n_draws, dtype=np.int32), n_series)
    columns = [
        pa.array(draw),
        _dictionary(policies, n_draws),
        _dictionary(metrics, n_draws),
        pa.array(np.ascontiguousarray(shard.values).reshape(-1)),
    ]
    table = pa.table(columns, names=["draw", "policy", "metric", "value"])
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        compression="zstd",
        use_dictionary=["draw", "policy", "metric"],
        write_statistics=False,
    )
    content = sink.getvalue().to_pybytes()
    seal = {
        "number": shard.number,
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "stamp": stamp,
    }
    path = shard_file(folder, shard.number)
    _write_whole(_seal_file(path), (json.dumps(seal, indent=1, sort_keys=True) + "\n").encode())
    _write_whole(path, content)
    return path


def check_shard(folder: Path, number: int, *, stamp: str) -> str:
    """Say what is wrong with a shard's file, judged by its seal and size; empty if nothing is.

    It tells a missing, a truncated and a foreign file from a good one; damage inside is found by :func:`read_shard`.
    """
    path = shard_file(folder, number)
    try:
        size = path.stat().st_size
    except OSError:
        return "missing"
    seal = _read_seal(path)
    if seal is None:
        return "without a readable seal"
    if seal.get("stamp") != stamp or seal.get("number") != number:
        return "of another run"
    if seal.get("size") != size:
        return f"{size} bytes instead of {seal.get('size')}"
    return ""


def read_shard(folder: Path, number: int, *, stamp: str) -> Shard:
    """Read a shard and verify it against its seal.

    Raises
    ------
    RunError
        ``run-corrupt``, naming the file and what is wrong with it.
    """
    path = shard_file(folder, number)
    wrong = check_shard(folder, number, stamp=stamp)
    if not wrong:
        content = path.read_bytes()
        seal = _read_seal(path) or {}
        if hashlib.sha256(content).hexdigest() == seal.get("sha256"):
            return _parse(content, number)
        wrong = "its content does not match its seal"
    message = f"shard {path.name} is damaged: {wrong}"
    raise RunError(
        message,
        code="run-corrupt",
        at=str(path),
        fix="run the same command again: damaged and missing shards are computed anew",
    )


def _parse(content: bytes, number: int) -> Shard:
    """Turn the bytes of a verified shard into series."""
    table = pq.read_table(pa.BufferReader(content))
    policies, metrics = (
        table[name].combine_chunks()[::SHARD_DRAWS].to_pylist() for name in ("policy", "metric")
    )
    series = tuple(zip(policies, metrics, strict=True))
    values = table["value"].to_numpy().reshape(len(series), SHARD_DRAWS)
    return Shard(number=number, series=series, values=values)


def _seal_file(path: Path) -> Path:
    return path.with_suffix(".json")


def _read_seal(path: Path) -> dict[str, Any] | None:
    """Read the seal of a shard; None if it is missing or no seal."""
    try:
        seal = json.loads(_seal_file(path).read_bytes())
    except (OSError, ValueError):
        return None
    return seal if isinstance(seal, dict) else None


def _dictionary(names: Sequence[str], repeats: int) -> pa.DictionaryArray:
    """Dictionary-encoded column in which each name stands ``repeats`` times."""
    words = list(dict.fromkeys(names))
    place = {word: index for index, word in enumerate(words)}
    codes = np.repeat(np.array([place[name] for name in names], dtype=np.int32), repeats)
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(words, type=pa.string()))


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it appears whole or not at all.

    Raises
    ------
    RunError
        ``output-unwritable`` if the folder cannot be written or the disk is full.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        message = f"cannot write {path.name}: {error.strerror or error}"
        raise RunError(
            message,
            code="output-unwritable",
            at=str(path),
            fix="free space or choose another folder; what is already there stays valid",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
