"""A crisis run and studied: what a notebook asks for in one call."""

import shutil
import sys
import tempfile
import weakref
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

from detente.analysis.studies import keep_studies
from detente.crisis.crisis import Crisis
from detente.engine.designs import Design
from detente.engine.usual import DRAWS, SEED
from detente.runs.progress import ProgressDisplay
from detente.runs.run import Run
from detente.runs.running import run_ensemble

__all__ = ["run"]


def run(
    crisis: Crisis,
    *,
    draws: int = DRAWS,
    folder: str | Path | None = None,
    policies: Sequence[str] | None = None,
    seed: int = SEED,
    design: Design | None = None,
    workers: int | None = None,
    executor: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Run:
    """Solve a crisis for every draw and policy, with the studies that a briefing reads.

    Parameters
    ----------
    crisis
        The crisis, as :func:`detente.load` gives it or with values set.
    draws
        How many draws.
    folder
        Where the run is kept: a run that was stopped goes on there, and more draws add to those there. By default a
        temporary folder, which goes when the run is no longer used.
    policies
        Ids of the policies, the first is the base case; all of the crisis by default.
    seed, design, workers, executor
        As of :func:`detente.runs.run_ensemble`.
    progress
        Told how far the run is; by default a bar on a terminal, a counter in a notebook.

    Returns
    -------
    Run
        The finished run; it knows its crisis.

    Raises
    ------
    UsageError, RunError
        As :func:`detente.runs.run_ensemble` and :func:`detente.analysis.studies.keep_studies`.
    """
    place = Path(folder) if folder is not None else Path(tempfile.mkdtemp(prefix="detente-run-"))
    try:
        with nullcontext(progress) if progress is not None else _display(draws) as told:
            found = run_ensemble(
                crisis,
                folder=place,
                policies=policies,
                n_draws=draws,
                seed=seed,
                design=design,
                workers=workers,
                executor=executor,
                progress=told,
            )
        keep_studies(crisis, found)
    except BaseException:
        if folder is None:
            shutil.rmtree(place, ignore_errors=True)
        raise
    if folder is None:
        weakref.finalize(found, shutil.rmtree, place, ignore_errors=True)
    return found


def _display(draws: int) -> ProgressDisplay:
    return ProgressDisplay(
        f"Solving {draws:,} cases",
        elsewhere="counter" if "ipykernel" in sys.modules else "nothing",
    )
