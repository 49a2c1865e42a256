"""What a result can depend on: the crisis of a run, if it is at hand, and the quantities that a metric reads."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from detente.crisis.crisis import Crisis
from detente.crisis.loading import load_as_it_was
from detente.runs.tracing import trace_metric

if TYPE_CHECKING:
    from detente.runs.run import Run

__all__ = ["find_crisis_of", "paths_read", "paths_read_in_run", "uncertain_paths"]


def find_crisis_of(results: "Run") -> Crisis | None:
    """Return the crisis of a run, if it is at hand as it was."""
    manifest = results.manifest
    return results.crisis or load_as_it_was(manifest.crisis, manifest.overrides, manifest.digest)


def uncertain_paths(crisis: Crisis) -> tuple[str, ...]:
    """Return the paths of quantities that are not fixed, sorted."""
    return tuple(
        path
        for path in sorted(crisis.quantities)
        if crisis.quantities[path].distribution.family != "fixed"
    )


def paths_read(crisis: Crisis, metric: str, paths: Iterable[str]) -> tuple[str, ...]:
    """Return those of some quantities that a metric, or a sum ``A+B`` of some, can depend on, in the order given."""
    read = {path for part in metric.split("+") for path in trace_metric(crisis, part).quantities}
    return tuple(path for path in paths if path in read)


def paths_read_in_run(results: "Run", metric: str) -> tuple[str, ...]:
    """Return the quantities of a run that a metric can depend on; all, if the crisis is not at hand as it was."""
    crisis = find_crisis_of(results)
    paths = results.quantities()
    return paths if crisis is None else paths_read(crisis, metric, paths)
