"""Tables of a crisis as arrays, and models that work on whole tables bound to them."""

import hashlib
import io
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.arrays import FloatArray
from detente.crisis import attributes
from detente.crisis.crisis import Crisis
from detente.crisis.csv_cells import read_number
from detente.crisis.elements import Mechanism
from detente.crisis.remembering import cache_folder, keep
from detente.errors import ModelError, RunError
from detente.files.reading import read_plain
from detente.models.registry import Model, Price, Setting

__all__ = ["bind_model", "responses_to", "setting_of", "table_arrays"]


def table_arrays(crisis: Crisis, kinds: Iterable[str]) -> dict[str, Mapping[str, NDArray[Any]]]:
    """Return the tables of some kinds that a crisis has, column by column.

    Parameters
    ----------
    crisis
        A loaded crisis.
    kinds
        Kinds of tables.

    Returns
    -------
    dict
        Per kind its columns: numbers where the register of attributes knows the column (NaN where the cell is blank or
        none), text elsewhere.
    """
    found: dict[str, Mapping[str, NDArray[Any]]] = {}
    for kind in kinds:
        table = crisis.tables.get(kind)
        if table is None:
            continue
        columns: dict[str, NDArray[Any]] = {}
        for column in table.columns:
            cells = [row.cells[column] for row in table.rows]
            if column in attributes():
                numbers = [read_number(cell) for cell in cells]
                columns[column] = np.array(
                    [np.nan if number is None else number for number in numbers], dtype=np.float64
                )
            else:
                columns[column] = np.array(cells, dtype=np.str_)
        found[kind] = columns
    return found


def responses_to(package: str, crisis: Crisis) -> tuple[Mapping[str, str], ...]:
    """Return the cells of the rows that hold the responses to a package; none if there is none."""
    table = crisis.tables.get("responses")
    rows = () if table is None else table.rows
    return tuple(row.cells for row in rows if row.cells["package"] == package)


def setting_of(crisis: Crisis, model: Model, mechanism: Mechanism) -> Setting:
    """Return what a mechanism offers to its model if that is prepared."""
    challengers = tuple(
        actor
        for player in crisis.players.values()
        if player.role == "challenger"
        for actor in player.actors
    )
    return Setting(
        tables=table_arrays(crisis, model.tables),
        start=crisis.as_of,
        members=mechanism.members,
        challengers=challengers,
        remember=_remember,
        design=mechanism.design,
        responses=responses_to(mechanism.design, crisis) if model.reads_responses else (),
    )


def bind_model(mechanism: Mechanism, model: Model, crisis: Crisis) -> Price:
    """Return the function of a mechanism's model, bound to the tables of the crisis if it works on any.

    Raises
    ------
    ModelError
        ``input-invalid`` naming the mechanism.
    """
    try:
        return model.bind(setting_of(crisis, model, mechanism))
    except ModelError as error:
        message = f"mechanism {mechanism.id!r}: {error.message}"
        raise ModelError(message, code=error.code, at=error.at, fix=error.fix) from error


def _remember(parts: tuple[object, ...], compute: Callable[[], FloatArray]) -> FloatArray:
    """Return an array, from memory or from disk if it was computed from the same parts by the same code before.

    The file is named by a digest of the parts and of the source text of the models, is written whole or not at all, and
    is computed anew if it cannot be read; a folder that cannot be written to is no error.
    """
    digest = hashlib.sha256(_models_digest())
    for part in parts:
        _feed(digest, part)
    return _kept(digest.hexdigest(), compute)


_MEMORY: dict[str, FloatArray] = {}
_MOST_KEPT = 2**34


def _kept(name: str, compute: Callable[[], FloatArray]) -> FloatArray:
    if name in _MEMORY:
        return _MEMORY[name]
    folder = cache_folder("designs")
    path = None if folder is None else folder / f"{name}.npy"
    array = None if path is None else _load(path)
    if array is None:
        array = compute()
        if path is not None:
            keep(path, partial(np.save, arr=array, allow_pickle=False))
    array.setflags(write=False)
    _MEMORY[name] = array
    return array


def _load(path: Path) -> FloatArray | None:
    try:
        content = io.BytesIO(read_plain(path, most=_MOST_KEPT))
        array: FloatArray = np.load(content, allow_pickle=False)
    except (OSError, RunError, ValueError, EOFError):
        return None
    return array if array.dtype == np.float64 and np.isfinite(array).all() else None


@cache
def _models_digest() -> bytes:
    digest = hashlib.sha256()
    pending = [resources.files("detente.models")]
    while pending:
        for item in sorted(pending.pop().iterdir(), key=lambda entry: entry.name):
            if item.is_dir() and item.name != "__pycache__":
                pending.append(item)
            elif item.name.endswith(".py"):
                digest.update(item.name.encode())
                digest.update(item.read_bytes())
    return digest.digest()


def _feed(digest: Any, part: object) -> None:
    """Add a value to a digest so that different values give different bytes."""
    if isinstance(part, Mapping):
        for key in sorted(part):
            digest.update(f"key {key}\n".encode())
            _feed(digest, part[key])
    elif isinstance(part, np.ndarray):
        digest.update(f"array {part.dtype} {part.shape}\n".encode())
        digest.update(np.ascontiguousarray(part).tobytes())
    else:
        digest.update(f"{type(part).__name__} {part!r}\n".encode())
