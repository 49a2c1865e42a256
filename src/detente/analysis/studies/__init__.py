"""Studies: what a run is asked that takes more solving, computed once on its draws and kept in its folder.

A study is a module of this folder with a :class:`Study` named ``STUDY``; it is found, not listed. What it keeps is a record of
:mod:`detente.analysis.records`, so that readers of a run, the briefing first of all, never solve.
"""

import importlib
import pkgutil
from collections.abc import Callable

from detente.analysis.studies._study import Study
from detente.crisis.crisis import Crisis
from detente.errors import RunError
from detente.runs.run import Run
from detente.runs.studies import read_study, write_study

__all__ = ["Study", "find_studies", "keep_studies"]


def find_studies() -> tuple[Study, ...]:
    """Return every study, sorted by name."""
    names = sorted(item.name for item in pkgutil.iter_modules(__path__) if item.name[0] != "_")
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return tuple(sorted((module.STUDY for module in modules), key=lambda study: study.name))


def keep_studies(
    crisis: Crisis, results: Run, *, progress: Callable[[str], None] | None = None
) -> Run:
    """Compute the studies of a run and keep them in its folder; those that it holds whole are left as they are.

    Parameters
    ----------
    crisis
        The crisis that was run, with the same overrides.
    results
        The finished run.
    progress
        Told the name of each study before it is computed.

    Returns
    -------
    Run
        The run that was given.

    Raises
    ------
    RunError
        ``run-mismatch`` if the run is of another crisis or of other overrides; ``output-unwritable`` if the folder cannot
        be written.
    """
    results.check_crisis(crisis)
    for study in find_studies():
        if not study.is_about(crisis) or _is_kept(study, results):
            continue
        if progress is not None:
            progress(study.name)
        record = study.compute(crisis, results)
        write_study(results.folder, study.name, record, manifest=results.manifest)
    return results


def _is_kept(study: Study, results: Run) -> bool:
    try:
        read_study(results.folder, study.name, study.record, manifest=results.manifest)
    except RunError:
        return False
    return True
