"""The register of mechanisms: a model is a pure function whose signature says what it takes and gives.

Each keyword parameter is an array with an :class:`Input` (unit, meaning, range, default), each field of the returned
dictionary an array with an :class:`Output`; :func:`model` reads both and enters the function under its name::

    class _Outputs(TypedDict):
        loss_pct_gdp: Annotated[FloatArray, Output("pct_gdp", "loss of income in percent")]

    @model("mechanism.name", cites=("key",), reference="key, equation (3)")
    def name(*, lost_share: Annotated[FloatArray, share("share of income that is lost")]) -> _Outputs:
        return {"loss_pct_gdp": 100.0 * lost_share}

A crisis file binds a model's inputs to its own quantities, exposures and state; :mod:`detente.linking` evaluates it for
every level and draw. Array convention for every model in the register:

* a *scalar* input arrives as an array that broadcasts to ``(n_levels, n_draws)``;
* a *member* input (``per_member=True``) arrives as an array that broadcasts to ``(n_members, n_levels, n_draws)``;
* outputs come back in the same shapes, by name. Inputs are never changed in place.

Values are read, completed by defaults and checked against their ranges once, before the function is called. It gets
arrays of two axes for scalar inputs and of three for member inputs, the first of them of the full number of members.

A model may also work on whole tables of a crisis, or on what has been computed beforehand for one of its packages: its one
positional parameter is :class:`Prepared` once for each mechanism, by :meth:`Model.bind`.
"""

import datetime as dt
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import cache
from typing import Any, TypeVar, get_type_hints

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.arrays import FloatArray
from detente.errors import ModelError

__all__ = [
    "ROUNDING",
    "Input",
    "Model",
    "Output",
    "Prepared",
    "Price",
    "Remember",
    "Setting",
    "Tables",
    "all_models",
    "find_model",
    "model",
    "raise_where",
]


Tables = Mapping[str, Mapping[str, NDArray[Any]]]
"""Columns by kind of table: text as text, numbers as numbers, NaN where a cell is blank."""

Remember = Callable[[tuple[object, ...], Callable[[], FloatArray]], FloatArray]
"""Takes what an array depends on and how to compute it; returns it, from an earlier time if it is known."""

Price = Callable[..., Mapping[str, FloatArray]]
"""Takes the inputs of a model by name, gives its outputs."""

ROUNDING = 1e-9
"""Slack on a range: a value outside it by no more than this is rounding, and is set to the bound."""

_AXES = {2: ("level", "draw"), 3: ("member", "level", "draw")}


def _forget(parts: tuple[object, ...], compute: Callable[[], FloatArray]) -> FloatArray:
    del parts
    return compute()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a mechanism offers to a model that is prepared.

    ``tables`` has the kinds that the model names, ``start`` is the date of the crisis, ``members`` the mechanism's
    members, ``challengers`` the actors of the challenger; ``remember`` may keep what is dear to compute. ``design`` is the
    package whose responses the mechanism reads, ``responses`` the cells of their rows.
    """

    start: dt.date
    tables: Tables = field(default_factory=dict)
    members: tuple[str, ...] = ()
    challengers: tuple[str, ...] = ()
    remember: Remember = _forget
    design: str = ""
    responses: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Input:
    """An input of a model: its unit, whether it has one value per member, its allowed range and default.

    The unit ``any`` takes every unit; all inputs of a model with this unit must be given in the same one. The name is
    that of the parameter. An input without a default must be given; one whose default is NaN may be absent: the model then
    sees NaN.
    """

    unit: str
    description: str
    _: KW_ONLY
    per_member: bool = False
    default: float | None = None
    low: float = -np.inf
    high: float = np.inf
    name: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """An output of a model: its unit and whether it has one value per member.

    ``kept`` tells that an ensemble stores it; an output that only feeds other mechanisms need not be. The name is that of
    the field.
    """

    unit: str
    description: str
    _: KW_ONLY
    per_member: bool = False
    kept: bool = True
    name: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Marks the positional parameter of a model that is made once for each mechanism.

    ``make`` makes it of the mechanism's setting. It reads the kinds of tables named in ``tables``, or, with
    ``from_responses``, the responses to the package that the mechanism names as its ``design``.
    """

    make: Callable[[Setting], Any]
    _: KW_ONLY
    tables: tuple[str, ...] = ()
    from_responses: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Model:
    """A registered mechanism: what its file declares, and the function that holds the mathematics.

    Call it with values for its inputs, or :meth:`bind` it first if it is ``prepared``.
    """

    name: str
    function: Callable[..., Any]
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    cites: tuple[str, ...]
    reference: str
    summary: str = ""
    prepared: Prepared | None = None

    def __repr__(self) -> str:
        """Return the name and the names of inputs and outputs."""
        taken, given = (", ".join(i.name for i in part) for part in (self.inputs, self.outputs))
        return f"<Model {self.name}: {taken} -> {given}>"

    def __call__(self, **inputs: ArrayLike) -> Mapping[str, FloatArray]:
        """Evaluate the model on arrays in the shapes of this module's convention, or on numbers.

        Raises
        ------
        ModelError
            ``input-invalid`` for a missing or unknown input, a shape that does not fit, a value that is NaN, infinite or
            out of range; or for a model that is prepared: :meth:`bind` it first.
        """
        if self.prepared is not None:
            message = f"{self.name} works on tables and is not bound to any"
            raise ModelError(
                message, code="input-invalid", at=self.name, fix="call `bind` with a setting first"
            )
        outputs: Mapping[str, FloatArray] = self.function(**_read(self, inputs))
        return outputs

    def bind(self, setting: Setting) -> Price:
        """Return the function that prices situations: the model itself, or with what it makes of the setting.

        Raises
        ------
        ModelError
            ``input-invalid`` for a table that is missing or cannot be used.
        """
        if self.prepared is None:
            return self
        for kind in self.tables:
            if kind not in setting.tables:
                message = f"{self.name} needs the table {kind!r}"
                raise ModelError(
                    message,
                    code="input-invalid",
                    at=f"{self.name} {kind}",
                    fix=f"name a table {kind} under `tables` of the crisis file",
                )
        return self.apply(self.prepared.make(setting))

    def apply(self, prepared: object) -> Price:
        """Return the function that prices situations with what has been made of a setting."""

        def price(**inputs: ArrayLike) -> Mapping[str, FloatArray]:
            outputs: Mapping[str, FloatArray] = self.function(prepared, **_read(self, inputs))
            return outputs

        return price

    @property
    def tables(self) -> tuple[str, ...]:
        """The kinds of tables that :meth:`bind` wants."""
        return () if self.prepared is None else self.prepared.tables

    @property
    def reads_responses(self) -> bool:
        """Whether a mechanism must name the package whose responses the model reads."""
        return self.prepared is not None and self.prepared.from_responses

    def find_input(self, name: str) -> Input | None:
        """Return the input of that name, or None."""
        return next((item for item in self.inputs if item.name == name), None)

    def find_output(self, name: str) -> Output | None:
        """Return the output of that name, or None."""
        return next((item for item in self.outputs if item.name == name), None)


_MODELS: dict[str, Model] = {}
Declared = TypeVar("Declared")


def model(
    name: str, *, cites: tuple[str, ...], reference: str
) -> Callable[[Callable[..., Mapping[str, object]]], Model]:
    """Enter a function in the register; its signature says what it takes and gives.

    Parameters
    ----------
    name
        ``mechanism.name``, by which a crisis file binds it.
    cites
        Keys of ``docs/references.bib``.
    reference
        The equation in print (key and equation or section), which a figure's trace shows.

    Returns
    -------
    Callable
        Turns the function into the registered :class:`Model`; its docstring's first line is the model's summary.

    Raises
    ------
    ValueError
        When it is applied, if the name is taken.
    TypeError
        When it is applied, if a parameter or a field of what it returns declares nothing.
    """

    def enter(function: Callable[..., Mapping[str, object]]) -> Model:
        if name in _MODELS:
            message = f"model {name!r} is registered twice"
            raise ValueError(message)
        inputs, outputs, prepared = _read_signature(name, function)
        _MODELS[name] = Model(
            name=name,
            function=function,
            inputs=inputs,
            outputs=outputs,
            cites=cites,
            reference=reference,
            summary=(function.__doc__ or "").strip().partition("\n")[0],
            prepared=prepared,
        )
        return _MODELS[name]

    return enter


@cache
def _import_families() -> None:
    """Import every module of every family, once; each enters its models."""
    package = importlib.import_module("detente.models")
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.rpartition(".")[2].startswith("_"):
            importlib.import_module(found.name)


def all_models() -> Mapping[str, Model]:
    """Return every registered model by name, in the order of their names."""
    _import_families()
    return dict(sorted(_MODELS.items()))


def find_model(name: str) -> Model | None:
    """Return the model of that name, or None."""
    _import_families()
    return _MODELS.get(name)


def raise_where(wrong: np.ndarray, *, at: str, array: FloatArray, why: str, fix: str) -> None:
    """Refuse the first wrong value, naming it and its place; do nothing where none is wrong.

    Parameters
    ----------
    wrong
        True where a value is refused.
    at
        Model and input, ``mechanism.name.input``.
    array
        The values, same shape.
    why
        What is wrong with the value, to stand after it in the message.
    fix
        What to do.

    Raises
    ------
    ModelError
        ``input-invalid`` if any value is wrong.
    """
    if not wrong.any():
        return
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    axes = _AXES.get(len(index), tuple(f"axis {i}" for i in range(len(index))))
    place = ", ".join(f"{axis} {i}" for axis, i in zip(axes, index, strict=True))
    message = f"{at.rpartition('.')[2]} {float(array[index]):g} {why}"
    raise ModelError(message, code="input-invalid", at=f"{at} ({place})", fix=fix)


def _read_signature(
    name: str, function: Callable[..., Any]
) -> tuple[tuple[Input, ...], tuple[Output, ...], Prepared | None]:
    """Return inputs, outputs and what is prepared, as the annotations of a function say."""
    hints = get_type_hints(function, include_extras=True)
    inputs: list[Input] = []
    prepared: Prepared | None = None
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
            declared = _declared(hints.get(parameter.name), Input, f"{name}.{parameter.name}")
            inputs.append(replace(declared, name=parameter.name))
        else:
            prepared = _declared(hints.get(parameter.name), Prepared, f"{name}.{parameter.name}")
    fields = get_type_hints(hints.get("return"), include_extras=True)
    outputs = tuple(
        replace(_declared(hint, Output, f"{name}: {field_name}"), name=field_name)
        for field_name, hint in fields.items()
    )
    return tuple(inputs), outputs, prepared


def _declared(hint: object, kind: type[Declared], place: str) -> Declared:
    """Return what an annotation declares."""
    for item in getattr(hint, "__metadata__", ()):
        if isinstance(item, kind):
            return item
    message = f"{place} is not annotated with {kind.__name__}(...)"
    raise TypeError(message)


def _read(declared: Model, values: Mapping[str, ArrayLike]) -> dict[str, FloatArray]:
    """Check and complete the inputs of a model, in the order of its signature.

    Arrays may be views of the caller's and must not be written to.
    """
    read: dict[str, FloatArray] = {}
    _check_names(declared, values)
    for item in declared.inputs:
        given = values.get(item.name, item.default)
        if given is None:
            message = f"{declared.name} needs the input {item.name!r} ({item.description})"
            raise ModelError(
                message,
                code="input-invalid",
                at=f"{declared.name}.{item.name}",
                fix="give it a value",
            )
        absent = item.name not in values and np.isnan(given).all()
        read[item.name] = (
            np.full((1,) * _axes(item), np.nan) if absent else _read_one(declared.name, item, given)
        )
    _check_shapes(declared.name, read)
    members = [item.name for item in declared.inputs if item.per_member]
    n_members = max((read[name].shape[0] for name in members), default=1)
    for name in members:
        array = read[name]
        read[name] = np.broadcast_to(array, (n_members, *array.shape[1:]))
    return read


def _check_names(declared: Model, values: Mapping[str, ArrayLike]) -> None:
    known = {item.name for item in declared.inputs}
    for name in values:
        if name not in known:
            message = f"{declared.name} has no input {name!r}"
            raise ModelError(
                message,
                code="input-invalid",
                at=f"{declared.name}.{name}",
                fix=f"use {sorted(known)}",
            )


def _axes(item: Input) -> int:
    return 3 if item.per_member else 2


def _read_one(name: str, item: Input, given: ArrayLike) -> FloatArray:
    at = f"{name}.{item.name}"
    n_axes = _axes(item)
    try:
        array: FloatArray = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        message = f"{item.name} {given!r} is not a number or an array of numbers"
        raise ModelError(message, code="input-invalid", at=at, fix="give numbers") from None
    if array.ndim > n_axes or array.size == 0:
        message = f"{item.name} has the shape {array.shape}"
        fix = f"give an array that broadcasts to {_AXES[n_axes]}"
        raise ModelError(message, code="input-invalid", at=at, fix=fix)
    array = array.reshape((1,) * (n_axes - array.ndim) + array.shape)
    lowest, highest = array.min(), array.max()
    if not (np.isfinite(lowest) and np.isfinite(highest)):
        raise_where(
            ~np.isfinite(array),
            at=at,
            array=array,
            why="is not finite",
            fix="fill missing values before pricing; check the quantity's distribution",
        )
    if lowest < item.low or highest > item.high:
        slack = ROUNDING * np.maximum(1.0, np.abs(array))
        raise_where(
            (array < item.low - slack) | (array > item.high + slack),
            at=at,
            array=array,
            why=f"is outside {item.low:g} to {item.high:g} [{item.unit}]",
            fix=f"check the unit and the distribution: {item.description}",
        )
        array = np.clip(array, item.low, item.high)
    return array


def _check_shapes(name: str, read: Mapping[str, FloatArray]) -> None:
    try:
        np.broadcast_shapes(*(array.shape for array in read.values()))
    except ValueError:
        shapes = ", ".join(f"{key} {array.shape}" for key, array in read.items())
        message = f"inputs of {name} do not fit together: {shapes}"
        raise ModelError(
            message,
            code="input-invalid",
            at=name,
            fix="give arrays that broadcast to one (members, levels, draws)",
        ) from None
