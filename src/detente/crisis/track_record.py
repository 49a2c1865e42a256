"""What hindcasts of shipped crises scored, and what happened: dated after their cut-offs, so it is no input of anything.

The table stands outside the folders of crises: it enters neither the digest of a crisis nor a run. Its rows are the figures
of the page of the track record, which a test holds to it.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from detente.crisis.csv_reader import decode_text, read_records

__all__ = ["EVEN_BRIER", "TrackRecord", "track_record"]

EVEN_BRIER = 0.25
"""Brier's score of who says one half every day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRecord:
    """One forecast of a hindcast: what it said on its last day, its scores over all days, and what happened.

    ``belief`` names a type as ``player.type``, whose probability went from ``belief_first`` to ``belief_last``; empty where the row
    tells of none.
    """

    crisis: str
    event: str
    words: str
    since: date
    until: date
    days: int
    brier: float
    log: float
    last_day: date
    last_prob: float
    last_low: float | None
    last_high: float | None
    belief: str
    belief_first: float | None
    belief_last: float | None
    happened_on: date
    happened: str

    @property
    def worse_than_even(self) -> bool:
        """Tell whether an even chance every day would have scored better."""
        return self.brier > EVEN_BRIER


def track_record(crisis: str) -> tuple[TrackRecord, ...]:
    """Return the scored forecasts of a crisis by its id, none where there are none.

    Examples
    --------
    >>> [row.event for row in track_record("ukraine-2022")]
    ['attack', 'full_invasion']
    >>> track_record("cuba-1962")
    ()
    """
    return tuple(row for row in _rows() if row.crisis == crisis)


@cache
def _rows() -> tuple[TrackRecord, ...]:
    data = (resources.files("detente.crisis") / "track_record.csv").read_bytes()
    return tuple(
        TrackRecord(
            crisis=cells["crisis"],
            event=cells["event"],
            words=cells["words"],
            since=date.fromisoformat(cells["since"]),
            until=date.fromisoformat(cells["until"]),
            days=int(cells["days"]),
            brier=float(cells["brier"]),
            log=float(cells["log"]),
            last_day=date.fromisoformat(cells["last_day"]),
            last_prob=float(cells["last_prob"]),
            last_low=_number(cells["last_low"]),
            last_high=_number(cells["last_high"]),
            belief=cells["belief"],
            belief_first=_number(cells["belief_first"]),
            belief_last=_number(cells["belief_last"]),
            happened_on=date.fromisoformat(cells["happened_on"]),
            happened=cells["happened"],
        )
        for _, cells in read_records(decode_text(data))[1]
    )


def _number(text: str) -> float | None:
    return float(text) if text else None
