"""The register of mechanisms: a model is a pure function with named inputs, outputs, units and citations.

A crisis file binds a model's inputs to its own quantities, exposures and state; :mod:`detente.rules` evaluates it for
every level and draw. Array convention for every model in the register:

* a *scalar* input arrives as an array that broadcasts to ``(n_levels, n_draws)``;
* a *member* input (``per_member=True``) arrives as an array that broadcasts to ``(n_members, n_levels, n_draws)``;
* outputs come back in the same shapes, by name. Inputs are never changed in place.

A model may also work on whole tables of a crisis: it names their kinds and gives a function that prepares it once for
them. The prepared function then takes inputs as any other.
"""

import datetime as dt
import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from detente.errors import ModelError

__all__ = [
    "FloatArray",
    "Input",
    "Model",
    "Output",
    "Prepare",
    "ReadDesign",
    "Remember",
    "Setting",
    "Tables",
    "all_models",
    "find_model",
    "register",
]

FloatArray = NDArray[np.float64]

Tables = Mapping[str, Mapping[str, NDArray[Any]]]
"""Columns by kind of table: text as text, numbers as numbers, NaN where a cell is blank."""

Remember = Callable[[tuple[object, ...], Callable[[], FloatArray]], FloatArray]
"""Takes what an array depends on and how to compute it; returns it, from an earlier time if it is known."""


def _forget(parts: tuple[object, ...], compute: Callable[[], FloatArray]) -> FloatArray:
    del parts
    return compute()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a model that works on tables is prepared for.

    ``tables`` has the kinds that the model names, ``start`` is the date of the crisis, ``members`` the mechanism's
    members, ``challengers`` the actors of the challenger; ``remember`` may keep what is dear to compute.
    """

    tables: Tables
    start: dt.date
    members: tuple[str, ...] = ()
    challengers: tuple[str, ...] = ()
    remember: Remember = _forget


Prepare = Callable[[Setting], Callable[..., Mapping[str, FloatArray]]]
"""Makes the function of a model that works on tables."""

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])


ReadDesign = Callable[[str, Sequence[Mapping[str, str]], Sequence[str]], object]
"""Reads what a model has computed beforehand: id of the design, cells of its rows, members; gives the design."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """An input of a model: its unit, whether it has one value per member, its allowed range and default.

    The unit ``any`` takes every unit; all inputs of a model with this unit must be given in the same one.
    """

    name: str
    unit: str
    description: str
    per_member: bool = False
    default: float | None = None
    low: float = -np.inf
    high: float = np.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """An output of a model: its unit and whether it has one value per member.

    ``kept`` tells that an ensemble stores it; an output that only feeds other mechanisms need not be.
    """

    name: str
    unit: str
    description: str
    per_member: bool = False
    kept: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A registered mechanism; ``tables`` are the kinds of tables that :meth:`bind` wants."""

    name: str
    function: Callable[..., Mapping[str, FloatArray]]
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    cites: tuple[str, ...]
    reference: str
    summary: str = field(default="")
    tables: tuple[str, ...] = ()
    read_design: ReadDesign | None = field(default=None)

    def __call__(self, **inputs: Any) -> Mapping[str, FloatArray]:
        """Evaluate the model on arrays in the shapes of this module's convention.

        A model that reads a design takes it as the keyword ``design``.

        Raises
        ------
        ModelError
            ``input-invalid`` for a model that works on tables; :meth:`bind` it first.
        """
        if self.tables:
            message = f"{self.name} works on tables and is not bound to any"
            raise ModelError(
                message, code="input-invalid", at=self.name, fix="call `bind` with a setting first"
            )
        return self.function(**inputs)

    def bind(self, setting: Setting) -> "Callable[..., Mapping[str, FloatArray]]":
        """Return the function that prices situations: the model itself, or what it makes of its tables.

        Raises
        ------
        ModelError
            ``input-invalid`` for a table that is missing or cannot be used.
        """
        if not self.tables:
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
        prepared: Callable[..., Mapping[str, FloatArray]] = self.function(setting)  # type: ignore[assignment]
        return prepared

    def find_input(self, name: str) -> Input | None:
        """Return the input of that name, or None."""
        return next((item for item in self.inputs if item.name == name), None)

    def find_output(self, name: str) -> Output | None:
        """Return the output of that name, or None."""
        return next((item for item in self.outputs if item.name == name), None)


_MODELS: dict[str, Model] = {}


def register(
    name: str,
    *,
    inputs: tuple[Input, ...],
    outputs: tuple[Output, ...],
    cites: tuple[str, ...],
    reference: str,
    tables: tuple[str, ...] = (),
    read_design: ReadDesign | None = None,
) -> Callable[[AnyFunction], AnyFunction]:
    """Enter a function in the register under ``mechanism.name``.

    ``cites`` are keys of ``docs/references.bib``; ``reference`` names the equation in print (key and equation or
    section), which a figure's trace shows. With ``tables`` the function is a :data:`Prepare`: it takes a
    :class:`Setting` and returns the function of the inputs. ``read_design`` is given
    by a model that interpolates what was computed beforehand: it reads rows of the table of responses, and the function
    takes the result as ``design``. The function is returned unchanged.
    """

    def enter(function: AnyFunction) -> AnyFunction:
        if name in _MODELS:
            message = f"model {name!r} is registered twice"
            raise ValueError(message)
        summary = (function.__doc__ or "").strip().partition("\n")[0]
        _MODELS[name] = Model(
            name=name,
            function=function,
            inputs=inputs,
            outputs=outputs,
            cites=cites,
            reference=reference,
            summary=summary,
            tables=tables,
            read_design=read_design,
        )
        return function

    return enter


@cache
def _import_families() -> None:
    """Import every family of mechanisms, once; each module enters its models."""
    package = importlib.import_module("detente.models")
    for found in pkgutil.iter_modules(package.__path__):
        if found.ispkg:
            importlib.import_module(f"{package.__name__}.{found.name}")


def all_models() -> Mapping[str, Model]:
    """Return every registered model by name, in the order of their names."""
    _import_families()
    return dict(sorted(_MODELS.items()))


def find_model(name: str) -> Model | None:
    """Return the model of that name, or None."""
    _import_families()
    return _MODELS.get(name)
