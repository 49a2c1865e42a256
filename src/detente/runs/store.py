"""The run folder: one Parquet file per shard of draws, and a manifest that says what they are draws of.

A shard is a pure function of the manifest's stamp (crisis digest, seed, policies, design, version) and its number. It is
written to a temporary file and renamed, so a file with the right name is a whole file. Beside each shard stands its *seal*: a
small JSON file with the stamp, the size and the SHA-256 of the shard. So a shard of another run, a truncated one and a
damaged one are told apart from a good one before anything tries to parse them.
"""

import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from detente.arrays import FloatArray
from detente.engine.designs import Alternatives, Design, DesignName, Mode
from detente.engine.streams import MAX_DRAWS
from detente.errors import RunError
from detente.files.links import check_links, forbid_link
from detente.files.reading import read_plain
from detente.files.writing import remove_leftovers, write_whole
from detente.summaries import html_fields, text_fields

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "AGAIN",
    "FORMAT",
    "LARGE_RUN_DRAWS",
    "LARGE_SHARD_DRAWS",
    "MAX_SHARD_DRAWS",
    "RUN_FOLDERS",
    "SEARCH_FILE",
    "SHARD_DRAWS",
    "Manifest",
    "Shard",
    "check_run_links",
    "check_shard",
    "damaged",
    "encode_shard",
    "read_manifest",
    "read_rows",
    "read_sealed",
    "read_shard",
    "remove_run_leftovers",
    "series_per_group",
    "shard_file",
    "store_shard",
    "write_manifest",
    "write_shard",
]

Series = tuple[str, str]

SEARCH_FILE = "search.json"
"""What a briefing writes of its search for mixes, beside the manifest."""

SHARD_DRAWS = 64
"""Draws that are solved together, and least number per shard. Shards are always whole: a run of 50 draws holds 64 and
reads 50. Larger shards hold several such blocks, so that their size moves no number."""

LARGE_SHARD_DRAWS = 1024
"""Draws per shard of a run of more than :data:`LARGE_RUN_DRAWS`, unless another number is asked for."""

LARGE_RUN_DRAWS = 16_384
"""Up to this many draws a run has shards of :data:`SHARD_DRAWS`."""

MAX_SHARD_DRAWS = 65_536
"""Most draws per shard: it is made in memory."""

AGAIN = "run the command that made it again (explore: with --resume): damaged and missing shards are computed anew"
"""What to do about a run that is not whole."""

FORMAT = 2
"""Version of the run folder; it rises when the meaning of a stored number changes."""


RUN_FOLDERS = ("shards", "studies")
"""Folders within a run folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a run folder holds.

    ``policies`` are in the order of the run; ``defenders`` are the players whose payoff regret is about; ``fixed`` are the
    quantities that are not uncertain, by path; ``versions`` are those of the libraries that wrote it. ``design``, ``mode``,
    ``alternatives`` and ``others`` are those of :class:`detente.engine.Design`; ``shard_draws`` is the number of draws
    per shard.
    """

    __repr__ = text_fields
    _repr_html_ = html_fields

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
    design: DesignName = "streams"
    mode: Mode = "probabilistic"
    alternatives: Alternatives = ()
    others: Literal["median", "drawn"] = "median"
    shard_draws: int = SHARD_DRAWS
    format: int = FORMAT

    @property
    def n_shards(self) -> int:
        """Number of shards that hold the draws."""
        return -(-self.n_draws // self.shard_draws)

    @property
    def plan(self) -> Design:
        """The design of the run."""
        return Design(
            name=self.design, mode=self.mode, alternatives=self.alternatives, others=self.others
        )

    def stamp(self) -> str:
        """Everything that a shard's bytes depend on, but its own number, as one line of text."""
        parts: dict[str, object] = {
            "crisis": self.crisis,
            "digest": self.digest,
            "seed": self.seed,
            "policies": list(self.policies),
            "design": [self.design, self.mode, self.alternatives, self.others],
            "shard_draws": self.shard_draws,
            "format": self.format,
            "detente": self.versions.get("detente", ""),
        }
        if not self.plan.is_extensible:
            parts["n_draws"] = self.n_draws
        return json.dumps(parts, sort_keys=True)


_MANIFEST = TypeAdapter(Manifest)
_MAX_MANIFEST_BYTES = 64 * 2**20
_MAX_SEAL_BYTES = 2**20
_MAX_SHARD_BYTES = 2**36
_LARGEST_VALUE = 1e150
"""Largest number that a shard may hold: its square is a number too."""
_GROUP_ROWS = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """The numbers of one shard: ``values`` of shape ``(n_series, shard_draws)``, a series is (policy, metric)."""

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
    write_whole(folder / "manifest.json", text.encode(), within=folder)


def read_manifest(folder: Path) -> Manifest | None:
    """Read ``manifest.json``; None if the folder has none.

    Raises
    ------
    RunError
        ``run-corrupt`` if the file is not the manifest of a run; ``run-mismatch`` if it is of another format.
    """
    path = folder / "manifest.json"
    try:
        text = read_plain(path, most=_MAX_MANIFEST_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        message = f"{path.name} cannot be read: {error.strerror or error}"
        raise RunError(
            message, code="run-corrupt", at=str(path), fix="make it readable, or use another folder"
        ) from error
    try:
        fields = from_json(text)
        found = fields.get("format") if isinstance(fields, dict) else None
        if isinstance(found, int) and found != FORMAT:
            message = f"the run is of format {found}, this version reads {FORMAT}"
            raise RunError(
                message,
                code="run-mismatch",
                at=str(path),
                fix="run into a new folder, or read it with the version that wrote it",
            )
        manifest = _MANIFEST.validate_json(text)
        _check_manifest(manifest)
    except ValueError as error:
        reason = str(error)
        if isinstance(error, ValidationError):
            first = error.errors()[0]
            reason = f"{'.'.join(map(str, first['loc'])) or 'it'}: {first['msg']}"
        message = f"{path.name} is not the manifest of a run: {reason[:200]}"
        raise RunError(
            message,
            code="run-corrupt",
            at=str(path),
            fix="name another folder; if it was a run, remove it and run again",
        ) from error
    return manifest


def _check_manifest(manifest: Manifest) -> None:
    """Refuse numbers that no run can have, so that nothing later loops or allocates by them."""
    draws = manifest.shard_draws
    if not 1 <= manifest.n_draws <= MAX_DRAWS:
        message = f"n_draws: {manifest.n_draws} is outside 1-{MAX_DRAWS}"
        raise ValueError(message)
    if draws % SHARD_DRAWS or not SHARD_DRAWS <= draws <= MAX_SHARD_DRAWS:
        message = f"shard_draws: {draws} is no multiple of {SHARD_DRAWS} up to {MAX_SHARD_DRAWS}"
        raise ValueError(message)
    if not manifest.policies or len(set(manifest.policies)) < len(manifest.policies):
        message = "policies: none, or one stands twice"
        raise ValueError(message)
    if manifest.format != FORMAT:
        message = f"format: {manifest.format} is not {FORMAT}"
        raise ValueError(message)
    if manifest.design == "factorial" and any(not levels for _, levels in manifest.alternatives):
        message = "alternatives: a quantity without any"
        raise ValueError(message)


def check_run_links(folder: Path) -> None:
    """Refuse links among the files and folders of a run.

    Raises
    ------
    RunError
        ``path-linked``, naming the first one.
    """
    check_links(folder, ("manifest.json", SEARCH_FILE))
    for place in RUN_FOLDERS:
        check_links(folder, (place,))
        with (
            contextlib.suppress(FileNotFoundError, NotADirectoryError),
            os.scandir(folder / place) as found,
        ):
            for item in found:
                if item.is_symlink():
                    forbid_link(Path(item.path))


# --- shards ----------------------------------------------------------------------------------------------------------


def shard_file(folder: Path, number: int) -> Path:
    """Path of a shard."""
    return folder / "shards" / f"shard-{number:06d}.parquet"


def encode_shard(shard: Shard) -> bytes:
    """Return a shard as the bytes of a Parquet file.

    Long format, a row per draw, policy and metric, ordered by series as in ``shard.series``, then by draw. A row group
    holds some whole series, so that one series can be read without the others.
    """
    import pyarrow as pa  # noqa: PLC0415  slow to load
    import pyarrow.parquet as pq  # noqa: PLC0415  slow to load

    n_series, n_draws = shard.values.shape
    first = shard.number * n_draws
    policies, metrics = zip(*shard.series, strict=True)
    draw = np.tile(np.arange(first, first + n_draws, dtype=np.int32), n_series)
    columns = [
        _column(draw),
        _dictionary(policies, n_draws),
        _dictionary(metrics, n_draws),
        _column(np.ascontiguousarray(shard.values).reshape(-1)),
    ]
    table = pa.table(columns, names=["draw", "policy", "metric", "value"])
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        compression="zstd",
        use_dictionary=["draw", "policy", "metric"],
        write_statistics=["policy", "metric"],
        row_group_size=series_per_group(n_draws) * n_draws,
    )
    return bytes(sink.getvalue().to_pybytes())


def write_shard(folder: Path, shard: Shard, *, stamp: str) -> Path:
    """Write a shard and its seal, each in one step: to a temporary file in the same folder, then renamed."""
    return store_shard(folder, shard.number, encode_shard(shard), stamp=stamp)


def store_shard(folder: Path, number: int, content: bytes, *, stamp: str) -> Path:
    """Write the bytes of a shard and its seal.

    Raises
    ------
    RunError
        ``output-unwritable`` if the folder cannot be written or the disk is full.
    """
    seal = {
        "number": number,
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "stamp": stamp,
    }
    path = shard_file(folder, number)
    text = json.dumps(seal, indent=1, sort_keys=True) + "\n"
    write_whole(_seal_file(path), text.encode(), within=folder)
    write_whole(path, content, within=folder)
    return path


def series_per_group(shard_draws: int) -> int:
    """Return the number of series in a row group of a shard."""
    return max(1, _GROUP_ROWS // shard_draws)


def check_shard(folder: Path, number: int, *, stamp: str) -> str:
    """Say what is wrong with a shard's file, judged by its seal and size; empty if nothing is.

    It tells a missing, a truncated and a foreign file from a good one; damage inside is found by :func:`read_shard`.
    """
    path = shard_file(folder, number)
    try:
        found = path.lstat()
    except OSError:
        return "missing"
    if not stat.S_ISREG(found.st_mode):
        return "a link" if stat.S_ISLNK(found.st_mode) else "no plain file"
    seal = _read_seal(path)
    if seal is None:
        return "without a readable seal"
    if seal.get("stamp") != stamp or seal.get("number") != number:
        return "of another run"
    if seal.get("size") != found.st_size:
        return f"{found.st_size} bytes instead of {seal.get('size')}"
    return ""


def read_shard(folder: Path, number: int, *, stamp: str) -> Shard:
    """Read a shard and verify it against its seal.

    Raises
    ------
    RunError
        ``run-corrupt``, naming the file and what is wrong with it.
    """
    import pyarrow as pa  # noqa: PLC0415  slow to load

    content = read_sealed(folder, number, stamp=stamp)
    try:
        return _parse(content, number)
    except (pa.ArrowException, KeyError, ValueError):
        raise damaged(shard_file(folder, number), "it is no table of a run") from None


def read_sealed(folder: Path, number: int, *, stamp: str) -> bytes:
    """Read the bytes of a shard and verify them against its seal.

    Raises
    ------
    RunError
        ``run-corrupt``, naming the file and what is wrong with it.
    """
    path = shard_file(folder, number)
    wrong = check_shard(folder, number, stamp=stamp)
    if wrong:
        raise damaged(path, wrong)
    try:
        content = read_plain(path, most=_MAX_SHARD_BYTES)
    except OSError as error:
        raise damaged(path, f"it cannot be read: {error.strerror or error}") from error
    seal = _read_seal(path) or {}
    if hashlib.sha256(content).hexdigest() != seal.get("sha256"):
        raise damaged(path, "its content does not match its seal")
    return content


def read_rows(
    folder: Path, number: int, places: Sequence[int], *, n_series: int, shard_draws: int
) -> FloatArray:
    """Read some series of a shard, shape ``(len(places), shard_draws)``, without verifying the rest.

    Parameters
    ----------
    places
        Rows of the series in the order of the shard; neighbours are read together.
    n_series
        Number of series that the shard must have.

    Raises
    ------
    RunError
        ``run-corrupt`` if the file is no such shard.
    """
    import pyarrow as pa  # noqa: PLC0415  slow to load
    import pyarrow.parquet as pq  # noqa: PLC0415  slow to load

    path = shard_file(folder, number)
    found = np.empty((len(places), shard_draws))
    groups: dict[int, list[tuple[int, int]]] = {}
    for at, place in enumerate(places):
        group, row = divmod(place, series_per_group(shard_draws))
        groups.setdefault(group, []).append((at, row))
    try:
        with pq.ParquetFile(path) as file:
            if file.metadata.num_rows != n_series * shard_draws:
                raise damaged(path, "it holds other metrics than the first")
            for group, rows in groups.items():
                values = _numbers(file.read_row_group(group, columns=["value"])["value"])
                for at, row in rows:
                    found[at] = values[row * shard_draws : (row + 1) * shard_draws]
    except (OSError, pa.ArrowException, KeyError, ValueError, IndexError) as error:
        raise damaged(path, "it is no table of a run") from error
    return found


def damaged(path: Path, wrong: str) -> RunError:
    """Return the error that names a damaged shard."""
    return RunError(
        f"shard {path.name} is damaged: {wrong}",
        code="run-corrupt",
        at=str(path),
        fix=AGAIN,
    )


def _parse(content: bytes, number: int) -> Shard:
    """Turn the bytes of a verified shard into series."""
    import pyarrow as pa  # noqa: PLC0415  slow to load
    import pyarrow.parquet as pq  # noqa: PLC0415  slow to load

    table = pq.ParquetFile(pa.BufferReader(content)).read()
    draw = _plain(table["draw"].combine_chunks(), np.int32)
    again = np.flatnonzero(draw[1:] == draw[:1])
    draws = int(again[0]) + 1 if again.size else draw.size
    first = number * draws
    if draws == 0 or (draw.reshape(-1, draws) != np.arange(first, first + draws)).any():
        message = "its draws are not those of its number"
        raise ValueError(message)
    series = tuple(zip(*(_names(table[name], draws) for name in ("policy", "metric")), strict=True))
    values = _numbers(table["value"]).reshape(len(series), draws)
    return Shard(number=number, series=series, values=values)


def _names(column: "pa.ChunkedArray", draws: int) -> list[str]:
    """Return the words of every series of a shard, from a column that repeats each for its draws.

    Raises
    ------
    ValueError
        If it is of another type.
    """
    import pyarrow as pa  # noqa: PLC0415  slow to load

    whole = column.combine_chunks()
    if not pa.types.is_dictionary(whole.type):
        message = "its names are no dictionary"
        raise ValueError(message)
    words = whole.dictionary.to_pylist()
    return [words[code] for code in _plain(whole.indices, np.int32)[::draws].tolist()]


def _numbers(column: "pa.ChunkedArray") -> FloatArray:
    """Return a column of a shard as numbers that can be summed and squared; NaN is one that is not defined.

    Raises
    ------
    ValueError
        If it is of another type, or holds what no run computes.
    """
    values: FloatArray = _plain(column.combine_chunks(), np.float64)
    if (np.abs(values) > _LARGEST_VALUE).any():
        message = "it holds what no run computes"
        raise ValueError(message)
    return values


def _plain(column: "pa.Array", kind: type[Any]) -> NDArray[Any]:
    """Return a column without gaps as numbers that share its memory; `to_numpy` would load pandas.

    Raises
    ------
    ValueError
        If it is of another type, or has gaps.
    """
    import pyarrow as pa  # noqa: PLC0415  slow to load

    if column.type != pa.from_numpy_dtype(kind) or column.null_count or not len(column):
        message = f"it holds {column.type}, gaps or nothing where it should hold {kind.__name__}"
        raise ValueError(message)
    size = np.dtype(kind).itemsize
    return np.frombuffer(column.buffers()[1], kind, len(column), column.offset * size)


def _seal_file(path: Path) -> Path:
    return path.with_suffix(".json")


def _read_seal(path: Path) -> dict[str, Any] | None:
    """Read the seal of a shard; None if it is missing or no seal."""
    try:
        seal = from_json(read_plain(_seal_file(path), most=_MAX_SEAL_BYTES))
    except (OSError, ValueError):
        return None
    return seal if isinstance(seal, dict) else None


def _dictionary(names: Sequence[str], repeats: int) -> "pa.DictionaryArray":
    """Dictionary-encoded column in which each name stands ``repeats`` times."""
    import pyarrow as pa  # noqa: PLC0415  slow to load

    words = list(dict.fromkeys(names))
    place = {word: index for index, word in enumerate(words)}
    codes = np.repeat(np.array([place[name] for name in names], dtype=np.int32), repeats)
    letters = [word.encode() for word in words]
    ends = np.cumsum([0, *map(len, letters)], dtype=np.int32)
    text = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(letters))]
    known = pa.Array.from_buffers(pa.string(), len(words), text)
    return pa.DictionaryArray.from_arrays(_column(codes), known)


def _column(values: NDArray[Any]) -> "pa.Array":
    """Return numbers side by side as a column that shares their memory; `pa.array` would load pandas, to see whether they are its."""
    import pyarrow as pa  # noqa: PLC0415  slow to load

    return pa.Array.from_buffers(
        pa.from_numpy_dtype(values.dtype), values.size, [None, pa.py_buffer(values)]
    )


def remove_run_leftovers(folder: Path) -> None:
    """Remove temporary files in a run folder of processes of this machine that have ended."""
    patterns = (".manifest.json.*.part", "shards/.shard-*.part", "studies/.*.part")
    remove_leftovers(path for pattern in patterns for path in folder.glob(pattern))
