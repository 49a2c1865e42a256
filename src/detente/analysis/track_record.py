"""The track record that ships: how forecasts of past crises by their class, and by the game of a template, were scored.

Facts counted by us on data that do not ship; ``tools/track_record.py`` makes the file from what ``detente reference-class``
and ``detente panel`` print. Forecasts that a user scores are read by :mod:`detente.analysis.forecasts`.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

from detente.analysis.forecasts import PairedDifference

__all__ = ["RecordRow", "TrackRecord", "Verdict", "judge_pool", "read_track_record"]

Verdict = Literal["adds", "worse", "not shown"]
"""Whether a pool of the model and the class prior is better than the class prior, worse, or not shown to be either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """Mean scores of one forecaster of past crises; ``template`` is empty where a crisis of any counts.

    ``auc`` is NaN where all or none of the crises went as far.
    """

    outcome: str
    template: str
    forecaster: str
    cases: int
    hits: int
    brier: float
    log: float
    auc: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRecord:
    """Reference classes and the panel as they were last scored, with the data and the commands that they come from."""

    source: str
    made_by: tuple[str, ...]
    reference_classes: tuple[RecordRow, ...]
    panel: tuple[RecordRow, ...]
    left_out: int
    draws: int
    weights: tuple[float, ...]
    differences: tuple[PairedDifference, ...]
    verdict: Verdict


def judge_pool(differences: Iterable[PairedDifference]) -> Verdict:
    """Judge a pool by how its scores differ from those of the class prior.

    Parameters
    ----------
    differences
        Of the pool less the class prior, one for each score.

    Returns
    -------
    str
        ``adds`` if every interval lies below zero, ``worse`` if every one lies above.

    References
    ----------
    Decision note 0101.
    """
    ends = [(item.low, item.high) for item in differences]
    if ends and all(high < 0.0 for _, high in ends):
        return "adds"
    if ends and all(low > 0.0 for low, _ in ends):
        return "worse"
    return "not shown"


def read_track_record() -> TrackRecord:
    """Return the track record that ships.

    Examples
    --------
    >>> read_track_record().verdict
    'not shown'
    """
    text = resources.files("detente.analysis").joinpath("track_record.json").read_text("utf-8")
    data = json.loads(text)
    panel = data["panel"]
    return TrackRecord(
        source=data["source"],
        made_by=tuple(data["made_by"]),
        reference_classes=tuple(map(_row, data["reference_classes"])),
        panel=tuple(map(_row, panel["scores"])),
        left_out=panel["left_out"],
        draws=panel["draws"],
        weights=tuple(panel["weights"]),
        differences=tuple(PairedDifference(**item) for item in panel["differences"]),
        verdict=panel["verdict"],
    )


def _row(item: Mapping[str, Any]) -> RecordRow:
    return RecordRow(**{**item, "auc": math.nan if item["auc"] is None else item["auc"]})
