"""Hindcasts of shipped crises: what they said, what they scored, and what happened after the cut-off.

All of it is dated after the cut-offs, so it is no input of anything: the tables lie in the folders of the crises, but no crisis
file names them, so that they enter neither a digest nor a run. Their rows are the figures of the page of the track record, which a
test holds to them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from detente.crisis.csv_reader import decode_text, read_records
from detente.crisis.loading import shipped_crises

__all__ = ["EVEN_BRIER", "Hindcast", "all_hindcasts", "mean_brier"]

TABLE = "hindcasts.csv"
EVEN_BRIER = 0.25
"""Brier's score of who says one half every day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindcast:
    """One forecast day by day: what it said on its first and on its last day, its scores over all days, and what happened.

    ``event`` is ``attack`` or an outcome. ``belief`` names a type as ``player.type``, whose probability went from
    ``belief_first`` to ``belief_last``; empty where the row tells of none. ``attacked`` tells whether it ended in an attack.
    """

    crisis: str
    event: str
    words: str
    since: date
    until: date
    days: int
    brier: float
    log: float
    first_prob: float | None
    first_low: float | None
    first_high: float | None
    last_prob: float
    last_low: float | None
    last_high: float | None
    belief: str
    belief_first: float | None
    belief_last: float | None
    happened_on: date
    attacked: bool
    happened: str

    @property
    def worse_than_even(self) -> bool:
        """Tell whether an even chance every day would have scored better."""
        return self.brier > EVEN_BRIER


def mean_brier(rows: Sequence[Hindcast]) -> float:
    """Return the mean of Brier's scores, each crisis counting once."""
    return sum(row.brier for row in rows) / len(rows)


@cache
def all_hindcasts() -> tuple[Hindcast, ...]:
    """Return every hindcast of a shipped crisis."""
    tables = {name: folder / TABLE for name, folder in shipped_crises().items()}
    return tuple(
        Hindcast(
            crisis=name,
            event=cells["event"],
            words=cells["words"],
            since=date.fromisoformat(cells["since"]),
            until=date.fromisoformat(cells["until"]),
            days=int(cells["days"]),
            brier=float(cells["brier"]),
            log=float(cells["log"]),
            first_prob=_number(cells["first_prob"]),
            first_low=_number(cells["first_low"]),
            first_high=_number(cells["first_high"]),
            last_prob=float(cells["last_prob"]),
            last_low=_number(cells["last_low"]),
            last_high=_number(cells["last_high"]),
            belief=cells["belief"],
            belief_first=_number(cells["belief_first"]),
            belief_last=_number(cells["belief_last"]),
            happened_on=date.fromisoformat(cells["happened_on"]),
            attacked=cells["attacked"] == "yes",
            happened=cells["happened"],
        )
        for name, table in tables.items()
        if table.is_file()
        for _, cells in read_records(decode_text(table.read_bytes()))[1]
    )


def _number(text: str) -> float | None:
    return float(text) if text else None
