"""Reading the inputs of a mechanism: defaults filled, shapes joined, every value checked against its range."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from detente.errors import ModelError
from detente.models.registry import FloatArray, Input

__all__ = ["ROUNDING", "read_inputs", "refuse"]

ROUNDING = 1e-9
"""Slack on a range: a value outside it by no more than this is rounding, and is set to the bound."""

_AXES = {2: ("level", "draw"), 3: ("member", "level", "draw")}


def read_inputs(
    model: str, inputs: tuple[Input, ...], values: Mapping[str, ArrayLike]
) -> dict[str, FloatArray]:
    """Check and complete the inputs of a model.

    Parameters
    ----------
    model
        Name in the register, for error messages.
    inputs
        What the model declares.
    values
        What the caller gave: arrays that broadcast to ``(n_levels, n_draws)``, or to
        ``(n_members, n_levels, n_draws)`` for member inputs.

    Returns
    -------
    dict[str, FloatArray]
        Every declared input. Scalar inputs have two axes; member inputs have three, the first of them of the full
        number of members. Arrays may be views of the caller's and must not be written to.

    Raises
    ------
    ModelError
        ``input-invalid`` for a missing or unknown input, a shape that does not fit, or a value that is NaN, infinite
        or out of range.
    """
    known = {item.name for item in inputs}
    for name in values:
        if name not in known:
            message = f"{model} has no input {name!r}"
            raise ModelError(
                message, code="input-invalid", at=f"{model}.{name}", fix=f"use {sorted(known)}"
            )
    read: dict[str, FloatArray] = {}
    for item in inputs:
        given = values.get(item.name, item.default)
        if given is None:
            message = f"{model} needs the input {item.name!r} ({item.description})"
            raise ModelError(
                message, code="input-invalid", at=f"{model}.{item.name}", fix="give it a value"
            )
        read[item.name] = _read_one(model, item, given)
    _check_shapes(model, read)
    members = [read[item.name] for item in inputs if item.per_member]
    if members:
        n_members = max(array.shape[0] for array in members)
        for item in inputs:
            if item.per_member:
                array = read[item.name]
                read[item.name] = np.broadcast_to(array, (n_members, *array.shape[1:]))
    return read


def refuse(
    model: str, name: str, array: FloatArray, wrong: np.ndarray, *, why: str, fix: str
) -> None:
    """Raise ``input-invalid`` naming the first wrong value and its place; do nothing if none is wrong.

    Parameters
    ----------
    model, name
        Model and input, for the message.
    array
        The values.
    wrong
        True where a value is refused, same shape as ``array``.
    why
        What is wrong with the value, to stand after it in the message.
    fix
        What to do.
    """
    if not wrong.any():
        return
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    axes = _AXES.get(len(index), tuple(f"axis {i}" for i in range(len(index))))
    place = ", ".join(f"{axis} {i}" for axis, i in zip(axes, index, strict=True))
    message = f"{name} {float(array[index]):g} {why}"
    raise ModelError(message, code="input-invalid", at=f"{model}.{name} ({place})", fix=fix)


def _read_one(model: str, item: Input, given: ArrayLike) -> FloatArray:
    n_axes = 3 if item.per_member else 2
    try:
        array: FloatArray = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        message = f"{item.name} {given!r} is not a number or an array of numbers"
        raise ModelError(
            message, code="input-invalid", at=f"{model}.{item.name}", fix="give numbers"
        ) from None
    if array.ndim > n_axes or array.size == 0:
        message = f"{item.name} has the shape {array.shape}"
        raise ModelError(
            message,
            code="input-invalid",
            at=f"{model}.{item.name}",
            fix=f"give an array that broadcasts to {_AXES[n_axes]}",
        )
    array = array.reshape((1,) * (n_axes - array.ndim) + array.shape)
    refuse(
        model,
        item.name,
        array,
        ~np.isfinite(array),
        why="is not finite",
        fix="fill missing values before pricing; check the quantity's distribution",
    )
    if array.min() < item.low or array.max() > item.high:
        slack = ROUNDING * np.maximum(1.0, np.abs(array))
        refuse(
            model,
            item.name,
            array,
            (array < item.low - slack) | (array > item.high + slack),
            why=f"is outside {item.low:g} to {item.high:g} [{item.unit}]",
            fix=f"check the unit and the distribution: {item.description}",
        )
        array = np.clip(array, item.low, item.high)
    return array


def _check_shapes(model: str, read: Mapping[str, FloatArray]) -> None:
    try:
        np.broadcast_shapes(*(array.shape for array in read.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in read.items())
        message = f"inputs of {model} do not fit together: {shapes}"
        raise ModelError(
            message,
            code="input-invalid",
            at=model,
            fix="give arrays that broadcast to one (members, levels, draws)",
        ) from None
