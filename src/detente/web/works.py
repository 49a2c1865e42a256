"""What runs as a job: comparisons, searches and splits that take longer than a reader waits, each from a request to plain values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from detente.analysis.policy_tables import compare_in_run, search_in_crisis
from detente.analysis.search import default_aims
from detente.crisis.crisis import Crisis
from detente.engine.usual import DRAWS_OF_A_COMPARISON, SEED
from detente.rules.policies import find_policy
from detente.runs.running import run_ensemble
from detente.web.answers import Answers, Asked
from detente.web.weights import weigh
from detente.web.workbench import Workbench

__all__ = ["MOST_DRAWS", "WORKS", "AskedJob", "WorkName", "Workplace", "check_asked", "do_work"]

MOST_DRAWS = 65_536
"""Most draws of a job."""

WorkName = Literal["policies", "search", "shares", "weights"]
Progress = Callable[[int, int], None]


class AskedJob(BaseModel):
    """Work that is to be done as a job, on a crisis with values set.

    ``policies`` compares all commitments, ``search`` searches their combinations, ``shares`` splits the change of an attack
    among the values that are set, ``weights`` finds how far each assumption of the crisis as filed moves an attack. The last
    two have their own number of draws. ``command`` names the request: sent again, it finds the job that it began.
    """

    model_config = ConfigDict(extra="forbid")

    work: WorkName
    set: dict[str, float | str | tuple[float, float]] = Field(default_factory=dict, max_length=200)
    policy: str | None = Field(default=None, max_length=200)
    draws: int = Field(default=DRAWS_OF_A_COMPARISON, ge=64, le=MOST_DRAWS)
    seed: int = Field(default=SEED, ge=0, lt=2**53)
    command: str = Field(default="", max_length=100, pattern="^[!-~]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """Where work is done: the crises, a folder of its own that survives a restart, and what computes runs."""

    bench: Workbench
    answers: Answers
    folder: Path
    executor: str | None = None


def check_asked(bench: Workbench, name: str, asked: AskedJob) -> Crisis:
    """Return the crisis with the values set.

    Raises
    ------
    UsageError
        The codes of :meth:`detente.crisis.Crisis.set`; ``policy-invalid``; ``option-invalid`` for shares of no change.
    """
    changed = bench.changed(name, asked.set)
    find_policy(changed, asked.policy)
    return changed


def do_work(place: Workplace, name: str, asked: AskedJob, progress: Progress) -> dict[str, Any]:
    """Do what is asked; what ``progress`` raises stops it."""
    return WORKS[asked.work](place, name, asked, progress)


def _compare(place: Workplace, name: str, asked: AskedJob, progress: Progress) -> dict[str, Any]:
    """Compare all commitments on a run, which goes on in its folder where it was stopped."""
    crisis = place.bench.changed(name, asked.set)
    run = run_ensemble(
        crisis,
        folder=place.folder,
        n_draws=asked.draws,
        seed=asked.seed,
        executor=place.executor,
        progress=progress,
    )
    found = compare_in_run(run, default_aims(crisis), ())
    return found | {"unconverged": run.certificate.unconverged}


def _search(place: Workplace, name: str, asked: AskedJob, progress: Progress) -> dict[str, Any]:
    crisis = place.bench.changed(name, asked.set)
    return search_in_crisis(crisis, (), None, asked.draws, asked.seed, None, progress=progress)


def _split(place: Workplace, name: str, asked: AskedJob, progress: Progress) -> dict[str, Any]:
    what = Asked(set=asked.set, policy=asked.policy, seed=asked.seed)
    return place.answers.split(name, what, progress=progress).model_dump()


def _weigh(place: Workplace, name: str, asked: AskedJob, progress: Progress) -> dict[str, Any]:
    found = weigh(place.bench, name, asked.policy, progress=progress)
    return {"weights": [item.model_dump() for item in found]}


WORKS: Mapping[WorkName, Callable[[Workplace, str, AskedJob, Progress], dict[str, Any]]] = {
    "policies": _compare,
    "search": _search,
    "shares": _split,
    "weights": _weigh,
}
"""What does each kind of work."""
