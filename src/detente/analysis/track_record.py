"""The track record that ships: hindcasts of shipped crises, and forecasts of past crises by their class and by a template's game.

Facts counted by us on data that do not ship; ``tools/track_record.py`` makes the file from what ``detente reference-class``
and ``detente panel`` print, and hindcasts stand beside their crises. A briefing says by it how far its model is to be trusted.
Forecasts that a user scores are read by :mod:`detente.analysis.forecasts`.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

from detente.analysis.forecasts import PairedDifference
from detente.crisis.hindcasts import Hindcast, all_hindcasts

__all__ = ["Judgement", "RecordRow", "TrackRecord", "Verdict", "judge_pool", "read_track_record"]

Verdict = Literal["adds", "worse", "not shown"]
"""Whether a pool of the model and the class prior is better than the class prior, worse, or not shown to be either."""

Judgement = Literal["replay better", "replay worse", "panel adds", "panel worse", "panel not shown"]
"""What the record says of a crisis: of its own replays, if it has any, else of games like it."""


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
    """Hindcasts, reference classes and the panel as they were last scored, with the data and the commands that they come from."""

    source: str
    made_by: tuple[str, ...]
    reference_classes: tuple[RecordRow, ...]
    panel: tuple[RecordRow, ...]
    left_out: int
    draws: int
    weights: tuple[float, ...]
    differences: tuple[PairedDifference, ...]
    verdict: Verdict
    hindcasts: tuple[Hindcast, ...]

    def hindcasts_of(self, crisis: str) -> tuple[Hindcast, ...]:
        """Return the hindcasts of a crisis by its id, none where there are none."""
        return tuple(row for row in self.hindcasts if row.crisis == crisis)

    @property
    def panel_cases(self) -> int:
        """How many past crises the panel ran."""
        return max((row.cases for row in self.panel if not row.template), default=0)

    def judge(self, crisis: str) -> Judgement:
        """Say what the record says of a crisis by its id.

        Its own replays come first: they are worse if any did worse than an even chance. Of a crisis that was never replayed,
        the panel speaks.

        References
        ----------
        Decision note 0103.
        """
        own = self.hindcasts_of(crisis)
        if own:
            return "replay worse" if any(row.worse_than_even for row in own) else "replay better"
        found: dict[Verdict, Judgement] = {
            "adds": "panel adds",
            "worse": "panel worse",
            "not shown": "panel not shown",
        }
        return found[self.verdict]


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
    >>> record = read_track_record()
    >>> record.verdict, record.judge("cuba-1962"), record.judge("my-crisis")
    ('not shown', 'replay better', 'panel not shown')
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
        hindcasts=all_hindcasts(),
    )


def _row(item: Mapping[str, Any]) -> RecordRow:
    return RecordRow(**{**item, "auc": math.nan if item["auc"] is None else item["auc"]})
