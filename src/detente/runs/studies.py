"""Studies in a run folder: what was computed on the draws of a run beside its games, kept with it and read from it.

The *record* of a study is a frozen dataclass of text, numbers, arrays and dataclasses of the same kind. Its arrays lie in
``studies/NAME.npz`` and everything else in ``studies/NAME.json``, which also says of which run they are and seals both.
Each file appears whole or not at all. A file that is damaged, of another run, or of the same run with another number of
draws is told apart and never read.
"""

import dataclasses
import hashlib
import io
import json
import types
import typing
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from pydantic_core import from_json

from detente.errors import RunError
from detente.files.reading import read_plain
from detente.files.writing import write_whole
from detente.runs.store import Manifest

__all__ = ["STUDY_FOLDER", "check_study", "read_study", "study_files", "write_study"]

STUDY_FOLDER = "studies"
"""Folder of the studies within the run folder."""

_FORMAT = 1
_MAX_JSON_BYTES = 64 * 2**20
_KINDS = "bif"
"""Arrays of truth values, whole numbers and numbers."""
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""Date of every member of the archive, so that the same arrays are the same bytes."""
_AGAIN = "run detente brief again, or detente.analysis.studies.keep_studies: it is made anew"

Record = TypeVar("Record")


def study_files(folder: Path, name: str) -> tuple[Path, Path]:
    """Paths of a study's arrays and of its JSON file."""
    place = folder / STUDY_FOLDER
    return place / f"{name}.npz", place / f"{name}.json"


def write_study(folder: Path, name: str, record: object, *, manifest: Manifest) -> None:
    """Write the record of a study.

    Parameters
    ----------
    folder, manifest
        The run folder, and what it holds.
    name
        Of the study.
    record
        A dataclass of text, numbers, arrays, tuples, mappings by text, and dataclasses of these.

    Raises
    ------
    RunError
        ``output-unwritable`` if the folder cannot be written or the disk is full.
    """
    arrays: dict[str, np.ndarray] = {}
    tree = _encode(record, "record", arrays)
    content = _pack(arrays)
    body = {
        "study": name,
        "format": _FORMAT,
        "stamp": manifest.stamp(),
        "n_draws": manifest.n_draws,
        "size": len(content),
        "arrays_sha256": hashlib.sha256(content).hexdigest(),
        "record": tree,
    }
    text = json.dumps({**body, "sha256": _seal(body)}, indent=1, ensure_ascii=False) + "\n"
    of_arrays, of_record = study_files(folder, name)
    write_whole(of_arrays, content, within=folder)
    write_whole(of_record, text.encode(), within=folder)


def check_study(folder: Path, name: str, *, manifest: Manifest, verify: bool = False) -> str:
    """Say what is wrong with a study of a run; empty if nothing is.

    Returns
    -------
    str
        ``missing`` if it is not there, ``outdated`` if the run has got more or fewer draws since, else words. Without
        ``verify`` the arrays are judged by their size alone.
    """
    try:
        body = _read_body(folder, name)
        if body is None:
            return "missing"
        _check_run(body, manifest)
        if verify:
            _read_arrays(folder, name, body)
        elif study_files(folder, name)[0].stat().st_size != body["size"]:
            return "its arrays are of another size"
    except OSError as error:
        return f"it cannot be read: {error.strerror or error}"
    except _Unfit as error:
        return str(error)
    return ""


def read_study(folder: Path, name: str, kind: type[Record], *, manifest: Manifest) -> Record:
    """Read the record of a study and verify it.

    Parameters
    ----------
    folder, manifest
        The run folder, and what it holds.
    name
        Of the study.
    kind
        Class of its record.

    Returns
    -------
    Record
        Its arrays cannot be written to.

    Raises
    ------
    RunError
        ``study-missing`` if the run holds none of that name, or one from before its number of draws was changed;
        ``run-corrupt`` if it is damaged or of another run.
    """
    path = study_files(folder, name)[1]
    try:
        body = _read_body(folder, name)
        if body is None:
            raise _missing(path, f"the run holds no study {name!r}")
        _check_run(body, manifest)
        found: Record = _decode(kind, body["record"], _read_arrays(folder, name, body))
    except _Outdated as error:
        message = f"the study {name!r} is of the run when it had another number of draws"
        raise _missing(path, message) from error
    except OSError as error:
        raise _damaged(path, f"it cannot be read: {error.strerror or error}") from error
    except _Unfit as error:
        raise _damaged(path, str(error)) from error
    return found


# --- inside ----------------------------------------------------------------------------------------------------------


class _Unfit(Exception):  # noqa: N818  # turned into an error of the run, or into words, before it leaves
    """A file that is not the study that was asked for."""


class _Outdated(_Unfit):
    """A study of the run when it had another number of draws."""


def _missing(path: Path, message: str) -> RunError:
    fix = "run detente brief, or call detente.analysis.studies.keep_studies(crisis, results) first"
    return RunError(message, code="study-missing", at=str(path), fix=fix)


def _damaged(path: Path, wrong: str) -> RunError:
    message = f"the study {path.stem!r} of the run is unusable: {wrong}"
    return RunError(message, code="run-corrupt", at=str(path), fix=_AGAIN)


def _seal(body: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _read_body(folder: Path, name: str) -> dict[str, Any] | None:
    """Read the JSON file of a study, verified against its own seal; None if there is none."""
    path = study_files(folder, name)[1]
    try:
        content = read_plain(path, most=_MAX_JSON_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        body = from_json(content)
    except ValueError as error:
        message = "it is no JSON"
        raise _Unfit(message) from error
    if not isinstance(body, dict) or body.pop("sha256", None) != _seal(body):
        message = "its checksum is not that of its content"
        raise _Unfit(message)
    if body.get("study") != name or body.get("format") != _FORMAT:
        message = "it is another study, or one of another version"
        raise _Unfit(message)
    return body


def _check_run(body: Mapping[str, Any], manifest: Manifest) -> None:
    if body["stamp"] != manifest.stamp():
        message = "of another run"
        raise _Unfit(message)
    if body["n_draws"] != manifest.n_draws:
        message = "outdated"
        raise _Outdated(message)


def _read_arrays(folder: Path, name: str, body: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Read the arrays of a study and verify them."""
    path = study_files(folder, name)[0]
    content = read_plain(path, most=max(int(body["size"]), 0))
    if hashlib.sha256(content).hexdigest() != body["arrays_sha256"]:
        message = "its arrays do not match their seal"
        raise _Unfit(message)
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            found = {key: archive[key] for key in archive.files}
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        message = "its arrays are no archive of arrays"
        raise _Unfit(message) from error
    for array in found.values():
        array.setflags(write=False)
    return found


def _pack(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return arrays as the bytes of an archive that NumPy reads, the same for the same arrays."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for key, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{key}.npy", _FIRST_DAY), member.getvalue())
    return sink.getvalue()


def _encode(value: Any, place: str, arrays: dict[str, np.ndarray]) -> Any:
    """Turn a record into what JSON can say; arrays are put aside by their place in it."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in _KINDS or place in arrays:
            message = f"{place} is an array of {value.dtype}, or stands twice"
            raise TypeError(message)
        arrays[place] = value
        return {"array": place}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _encode(getattr(value, field.name), f"{place}.{field.name}", arrays)
            for field in dataclasses.fields(value)
        }
    if isinstance(value, Mapping):
        return {str(key): _encode(item, f"{place}.{key}", arrays) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_encode(item, f"{place}.{k}", arrays) for k, item in enumerate(value)]
    if value is None or type(value) in {bool, int, float, str}:
        return value
    message = f"{place} is a {type(value).__name__}, which a record cannot hold"
    raise TypeError(message)


def _decode(kind: Any, tree: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """Turn what :func:`_encode` gave back into a value of a kind."""
    origin, given = typing.get_origin(kind), typing.get_args(kind)
    if origin in {typing.Union, types.UnionType}:
        (kind,) = (item for item in given if item is not types.NoneType)
        return None if tree is None else _decode(kind, tree, arrays)
    if kind is np.ndarray or origin is np.ndarray:
        found = arrays.get(str(_fields(tree).get("array")))
        if found is None:
            raise _other_kind()
        return found
    if dataclasses.is_dataclass(kind):
        return _decode_dataclass(kind, _fields(tree), arrays)
    if origin is tuple:
        return _decode_tuple(given, tree, arrays)
    if origin is not None and issubclass(origin, Mapping):
        return {key: _decode(given[1], item, arrays) for key, item in _fields(tree).items()}
    if type(tree) is not kind:
        raise _other_kind()
    return tree


def _decode_tuple(
    kinds: tuple[Any, ...], tree: Any, arrays: Mapping[str, np.ndarray]
) -> tuple[Any, ...]:
    if not isinstance(tree, list):
        raise _other_kind()
    if kinds[1:] == (...,):
        kinds = kinds[:1] * len(tree)
    if len(kinds) != len(tree):
        raise _other_kind()
    return tuple(_decode(kind, item, arrays) for kind, item in zip(kinds, tree, strict=True))


def _decode_dataclass(kind: Any, tree: dict[str, Any], arrays: Mapping[str, np.ndarray]) -> Any:
    hints = typing.get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]
    if list(tree) != names:
        raise _other_kind()
    return kind(**{name: _decode(hints[name], tree[name], arrays) for name in names})


def _fields(tree: Any) -> dict[str, Any]:
    if not isinstance(tree, dict):
        raise _other_kind()
    return tree


def _other_kind() -> _Unfit:
    return _Unfit("its record is of another kind")
