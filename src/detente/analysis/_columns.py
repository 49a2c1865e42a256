"""Columns of a table of cases as the analyses take them: numbers, or categories with their labels."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import FloatArray
from detente.errors import UsageError, refuse

__all__ = ["InputColumn", "numeric_column", "split_columns"]


class InputColumn(NamedTuple):
    """An input: ``values`` of shape ``(n_cases,)``; those of a category are codes, places in ``labels``."""

    name: str
    values: FloatArray
    is_integer: bool = False
    labels: tuple[str, ...] = ()


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
