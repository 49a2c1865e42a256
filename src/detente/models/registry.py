"""The register of mechanisms: a model is a pure function with named inputs, outputs, units and citations.

A crisis file binds a model's inputs to its own quantities, exposures and state; :mod:`detente.rules` evaluates it for
every level and draw. Array convention for every model in the register:

* a *scalar* input arrives as an array that broadcasts to ``(n_levels, n_draws)``;
* a *member* input (``per_member=True``) arrives as an array that broadcasts to ``(n_members, n_levels, n_draws)``;
* outputs come back in the same shapes, by name. Inputs are never changed in place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["FloatArray", "Input", "Model", "Output", "all_models", "find_model", "register"]

FloatArray = NDArray[np.float64]


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
    """A registered mechanism."""

    name: str
    function: Callable[..., Mapping[str, FloatArray]]
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    cites: tuple[str, ...]
    reference: str
    summary: str = field(default="")

    def __call__(self, **inputs: FloatArray) -> Mapping[str, FloatArray]:
        """Evaluate the model on arrays in the shapes of this module's convention."""
        return self.function(**inputs)

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
) -> Callable[[Callable[..., Mapping[str, FloatArray]]], Callable[..., Mapping[str, FloatArray]]]:
    """Enter a function in the register under ``mechanism.name``.

    ``cites`` are keys of ``docs/references.bib``; ``reference`` names the equation in print (key and equation or
    section), which a figure's trace shows. The function is returned unchanged.
    """

    def enter(
        function: Callable[..., Mapping[str, FloatArray]],
    ) -> Callable[..., Mapping[str, FloatArray]]:
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
        )
        return function

    return enter


def all_models() -> Mapping[str, Model]:
    """Return every registered model by name, in the order of their names."""
    return dict(sorted(_MODELS.items()))


def find_model(name: str) -> Model | None:
    """Return the model of that name, or None."""
    return _MODELS.get(name)
