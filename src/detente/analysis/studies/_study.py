"""What a module of this folder declares: a study by its name, what it is about, its record and the function that makes it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from detente.crisis.crisis import Crisis
from detente.runs.run import Run

__all__ = ["Study", "binding"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A study of the draws of a run.

    Parameters
    ----------
    name
        Under which the run keeps it.
    is_about
        Whether a crisis has such a study; :func:`binding` makes it of the models that one needs.
    record
        Class of its record: plain data, from :mod:`detente.analysis.records`.
    compute
        Makes the record, of a crisis and its finished run: a pure function of the two.
    """

    name: str
    is_about: Callable[[Crisis], bool]
    record: type[Any]
    compute: Callable[[Crisis, Run], Any]


def binding(*models: str) -> Callable[[Crisis], bool]:
    """Return what tells whether a crisis binds one of some models."""

    def is_about(crisis: Crisis) -> bool:
        return any(mechanism.model in models for mechanism in crisis.mechanisms.values())

    return is_about
