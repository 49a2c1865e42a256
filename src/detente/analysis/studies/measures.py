"""Sanctions by measure, on all draws of a run."""

from detente.analysis.measures import study_measures
from detente.analysis.records import MeasureStudy
from detente.analysis.studies._study import Study
from detente.analysis.studies.payers import read_levels
from detente.crisis.crisis import Crisis
from detente.linking.measures import find_measures
from detente.runs.run import Run

__all__ = ["STUDY"]


def _is_about(crisis: Crisis) -> bool:
    return bool(find_measures(crisis))


def _compute(crisis: Crisis, results: Run) -> MeasureStudy:
    return study_measures(crisis, read_levels(results), results.cases(results.n_draws))


STUDY = Study(name="measures", is_about=_is_about, record=MeasureStudy, compute=_compute)
