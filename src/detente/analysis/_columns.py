"""Columns of a table of cases as the analyses take them: numbers, or categories with their labels."""

from collections.abc import ItemsView, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import BoolArray, FloatArray
from detente.crisis.metric_names import metric_name
from detente.errors import UsageError, refuse
from detente.runs.run import Run

__all__ = ["InputColumn", "numeric_column", "split_columns"]


class InputColumn(NamedTuple):
    """An input: ``values`` of shape ``(n_cases,)``; those of a category are codes, places in ``labels``."""

    name: str
    values: FloatArray
    is_integer: bool = False
    labels: tuple[str, ...] = ()


class StoredQuantities(Mapping[str, FloatArray]):
    """Quantities of a run by path, each of shape ``(n_cases,)``; a large run is read some at a time and never held.

    Parameters
    ----------
    run
        The run.
    paths
        The quantities, none of them fixed.
    cases
        The draws that count, shape ``(n_draws,)``; all by default.
    """

    def __init__(self, run: Run, paths: Sequence[str], *, cases: BoolArray | None = None) -> None:
        self._run, self._paths = run, tuple(paths)
        self._cases = None if cases is None or cases.all() else cases

    def __len__(self) -> int:
        return len(self._paths)

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __getitem__(self, path: str) -> FloatArray:
        if path not in self._paths:
            raise KeyError(path)
        return self._chosen(self._run.values(metric_name("quantity", path)))

    def items(self) -> ItemsView[str, FloatArray]:
        """Return path and values of each quantity; going through them reads each once."""
        return _StoredItems(self)

    def read(self) -> Iterator[tuple[str, FloatArray]]:
        """Yield path and values of each quantity."""
        stored = self._run.stream([metric_name("quantity", path) for path in self._paths])
        for path, (_, values) in zip(self._paths, stored, strict=True):
            yield path, self._chosen(values)

    def _chosen(self, values: FloatArray) -> FloatArray:
        return values if self._cases is None else values[self._cases]


class _StoredItems(ItemsView[str, FloatArray]):
    def __init__(self, quantities: StoredQuantities) -> None:
        super().__init__(quantities)
        self._quantities = quantities

    def __iter__(self) -> Iterator[tuple[str, FloatArray]]:
        return self._quantities.read()


def split_columns(inputs: Mapping[str, ArrayLike], n_cases: int) -> tuple[InputColumn, ...]:
    """Read inputs as numbers or categories; those with a single value, or with none, are left out.

    Raises
    ------
    UsageError
        ``option-invalid`` if an input has another number of cases or none varies, ``value-not-finite``.
    """
    found = []
    for name, given in inputs.items():
        array = np.asarray(given)
        if array.dtype == object:
            array = np.array([_plain(item) for item in array.reshape(-1)])
        array = array.reshape(-1)
        if array.size != n_cases:
            refuse(
                f"input {name!r} has {array.size} cases where the outcome has {n_cases}",
                code="option-invalid",
                at=f"inputs[{name!r}]",
                fix="give one entry for each case",
            )
        if array.dtype.kind == "f" and np.isnan(array).all():
            continue  # a column without any value says as little as one with a single value
        if array.dtype.kind in "fiu":
            values = numeric_column(f"inputs[{name!r}]", array)
            if values.min() < values.max():
                found.append(InputColumn(name, values, is_integer=array.dtype.kind in "iu"))
            continue
        labels, codes = np.unique(array.astype(str), return_inverse=True)
        if labels.size > 1:
            found.append(
                InputColumn(
                    name, codes.reshape(-1).astype(np.float64), labels=tuple(labels.tolist())
                )
            )
    if not found:
        refuse(
            "no input takes more than one value",
            code="option-invalid",
            at="inputs",
            fix="give an input that varies",
        )
    return tuple(found)


def numeric_column(at: str, given: ArrayLike) -> FloatArray:
    """Read numbers, shape ``(n,)``.

    Raises
    ------
    UsageError
        ``option-invalid`` for what is no number, ``value-not-finite`` for NaN or infinity, with the place.
    """
    try:
        values = np.asarray(given, dtype=np.float64).reshape(-1)
    except (TypeError, ValueError):
        refuse(
            f"{at} holds something that is no number",
            code="option-invalid",
            at=at,
            fix="pass numbers",
        )
    if not np.isfinite(values).all():
        place = int(np.flatnonzero(~np.isfinite(values))[0])
        message = f"{at} holds {values[place]} in place {place}"
        raise UsageError(
            message,
            code="value-not-finite",
            at=at,
            fix="leave out the cases without a value, and say so",
        )
    return values


def _plain(item: object) -> str:
    return str(item)
