"""What a module of this folder declares: a study by its name, what it is about, its record and the function that makes it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from detente.crisis.crisis import Crisis
from detente.runs.run import Run

__all__ = ["Study"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A study of the draws of a run.

    Parameters
    ----------
    name
        Under which the run keeps it.
    models
        A crisis that binds none of these models has no such study.
    record
        Class of its record: plain data, from :mod:`detente.analysis.records`.
    compute
        Makes the record, of a crisis and its finished run: a pure function of the two.
    """

    name: str
    models: tuple[str, ...]
    record: type[Any]
    compute: Callable[[Crisis, Run], Any]

    def is_about(self, crisis: Crisis) -> bool:
        """Whether a crisis binds one of the models."""
        return any(mechanism.model in self.models for mechanism in crisis.mechanisms.values())
