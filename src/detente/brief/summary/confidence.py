"""How sure the answer is: a word by a count of stated tests, and which of them failed; decision note 0103."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from detente.analysis.provenance import StandingCount, count_standing
from detente.analysis.track_record import Judgement, TrackRecord
from detente.brief.context import Context
from detente.brief.figures import Figure
from detente.brief.shared import MOST_MOVERS, SharedFigures
from detente.brief.summary.likely import Likely
from detente.brief.summary.value import ConfidenceWord
from detente.brief.words import spread_word

__all__ = ["Doubt", "Doubts", "RecordState", "read_doubts", "word_for"]

FAR_APART = 0.30
"""Types whose chances of an attack lie so far apart are what the answer turns on; also where a range is called wide."""

Doubt = Literal["spread", "inputs", "record"]
RecordState = Literal["passed", "failed", "open"]

STATES: Mapping[Judgement, RecordState] = {
    "replay better": "passed",
    "replay worse": "failed",
    "panel adds": "open",
    "panel worse": "failed",
    "panel not shown": "open",
}
"""Whether a crisis passes by its record: only by replays of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """What failed, with what the reasons speak of; ``past`` is how many past crises the panel ran."""

    word: ConfidenceWord
    failed: tuple[Doubt, ...]
    record: RecordState
    judgement: Judgement
    past: int
    wide: bool
    apart: bool
    one_case: bool
    explored: bool
    attack: Figure
    standing: StandingCount


def word_for(failed: int, record: RecordState) -> ConfidenceWord:
    """Return the word of confidence for so many tests that failed.

    Examples
    --------
    >>> word_for(0, "passed"), word_for(0, "open"), word_for(1, "passed"), word_for(2, "open")
    ('high', 'medium', 'medium', 'low')
    """
    if failed == 0:
        return "high" if record == "passed" else "medium"
    return "medium" if failed == 1 else "low"


def read_doubts(
    context: Context, shared: SharedFigures, likely: Likely, record: TrackRecord
) -> Doubts:
    """Try the tests on a run; a crisis in which something was set by hand is not the one that was replayed."""
    attack = shared.attack
    wide = (
        attack.low is not None
        and attack.high is not None
        and spread_word(attack.low, attack.high) == "wide"
    )
    values = [figure.value or 0.0 for _, figure in likely.by_type]
    apart = len(values) > 1 and max(values) - min(values) >= FAR_APART
    strongest = [driver.path for driver in context.traces.movers("attack")[:MOST_MOVERS]]
    standing = count_standing(context.crisis, strongest)
    judgement = record.judge("" if context.crisis.overrides else context.crisis.id)
    state = STATES[judgement]
    failed: list[Doubt] = []
    if wide or apart:
        failed.append("spread")
    if 2 * standing.judged > standing.n:
        failed.append("inputs")
    if state == "failed":
        failed.append("record")
    one_case = context.results.n_draws == 1
    explored = context.results.manifest.mode == "exploratory"
    word = "low" if one_case or explored else word_for(len(failed), state)
    return Doubts(
        word=word,
        failed=tuple(failed),
        record=state,
        judgement=judgement,
        past=record.panel_cases,
        wide=wide,
        apart=apart,
        one_case=one_case,
        explored=explored,
        attack=attack,
        standing=standing,
    )
