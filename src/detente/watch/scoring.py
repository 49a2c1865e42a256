"""Scores of daily forecasts against what happened, by the rules of :mod:`detente.scores`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from detente.crisis.crisis import Crisis
from detente.crisis.csv_cells import NumberStyle, read_number
from detente.crisis.user_tables import read_prob, read_user_table
from detente.errors import UsageError
from detente.scores import brier_scores, log_scores

__all__ = ["Forecast", "Score", "read_forecasts", "reference_forecasts", "score_days"]

OWN = "detente"
EVEN = "an even chance"
ATTACK = "attack"
"""The event that any outcome counted as an attack happens."""
_COLUMNS = ("date", "forecaster", "prob")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A probability that somebody gave to an event on a day; the event is an outcome's id or ``attack``."""

    day: date
    forecaster: str
    event: str
    prob: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A forecast with its scores; ``happened`` says whether the event did.

    ``log`` is infinite where what happened had been given no chance.
    """

    day: date
    forecaster: str
    event: str
    prob: float
    happened: bool
    brier: float
    log: float


def read_forecasts(path: Path, crisis: Crisis) -> tuple[Forecast, ...]:
    """Read forecasts of others: a CSV with ``date``, ``forecaster``, ``prob`` and, if it is not an attack, ``event``.

    Raises
    ------
    UsageError
        ``file-missing``, ``file-not-utf8``, ``character-forbidden``, ``table-column-missing`` or ``table-row-invalid``,
        with the line.
    """
    table = read_user_table(path, "forecasts", wanted=(*_COLUMNS, "event"))
    missing = [name for name in _COLUMNS if name not in table.columns]
    if missing:
        message = f"the table of forecasts has no column {', '.join(missing)}"
        fix = "give it the columns date, forecaster, prob, and event where it is not an attack"
        raise UsageError(message, code="table-column-missing", at=f"{path}:1", fix=fix)
    return tuple(
        _forecast(row, crisis, table.style, f"{path}:{line}") for line, row in table.records()
    )


def _forecast(row: Mapping[str, str], crisis: Crisis, style: NumberStyle, at: str) -> Forecast:
    event = row.get("event", "") or ATTACK
    if event != ATTACK and event not in crisis.outcomes:
        message = f"the crisis has no outcome {event!r}"
        fix = f"write attack, or one of: {', '.join(crisis.outcomes)}"
        raise UsageError(message, code="table-row-invalid", at=at, fix=fix)
    try:
        day = date.fromisoformat(row["date"])
    except ValueError as error:
        message = f"{row['date'][:40]!r} is no day"
        fix = "write YYYY-MM-DD"
        raise UsageError(message, code="table-row-invalid", at=at, fix=fix) from error
    prob = read_prob(row["prob"], style, at=at)
    who = row["forecaster"]
    return Forecast(day=day, forecaster=who or "unnamed", event=event, prob=prob)


def reference_forecasts(
    records: Sequence[Mapping[str, Any]], crisis: Crisis
) -> tuple[Forecast, ...]:
    """Return what whoever knows nothing of a crisis would say on each day: an even chance, and the base rates it ships.

    Parameters
    ----------
    records
        The days of a watch.
    crisis
        Rows of its table of base rates count that are compared with an attack of any kind or with one outcome.

    Returns
    -------
    tuple of Forecast
        For an attack an even chance, and for every event that a base rate is compared with an even chance and the rate.
    """
    rates = [
        (row.cells.get("compare", ""), row.cells["id"], row.cells["population"], rate)
        for row in (crisis.tables["base_rates"].rows if "base_rates" in crisis.tables else ())
        if row.cells.get("compare", "") in (ATTACK, *crisis.outcomes)
        if (rate := read_number(row.cells["value"])) is not None and 0.0 <= rate <= 1.0
    ]
    said = {(ATTACK, EVEN): 0.5}
    for event, name, population, rate in rates:
        said[event, EVEN] = 0.5
        said[event, f"base rate {name}, {population}"] = rate
    return tuple(
        Forecast(day=date.fromisoformat(str(record["day"])), forecaster=who, event=event, prob=prob)
        for (event, who), prob in said.items()
        for record in records
    )


def score_days(
    records: Sequence[Mapping[str, Any]],
    crisis: Crisis,
    outcome: str,
    forecasts: Sequence[Forecast] = (),
) -> tuple[Score, ...]:
    """Score each day's forecasts, our own and those of others, against the outcome that came about.

    Parameters
    ----------
    records
        The days of a watch.
    outcome
        Id of the outcome that came about.
    forecasts
        Forecasts of others; those of days that were not watched are left out.

    Returns
    -------
    tuple of Score
        By event, forecaster and day. Ours are those of an attack, and of every event that others forecast.

    Raises
    ------
    UsageError
        ``option-invalid`` if the crisis has no such outcome.
    """
    if outcome not in crisis.outcomes:
        message = f"the crisis {crisis.id!r} has no outcome {outcome!r}"
        fix = f"use one of: {', '.join(crisis.outcomes)}"
        raise UsageError(message, code="option-invalid", at="--outcome", fix=fix)
    days = {str(record["day"]): record for record in records}
    events = dict.fromkeys([ATTACK, *(item.event for item in forecasts)])
    own = [
        Forecast(
            day=date.fromisoformat(day),
            forecaster=OWN,
            event=event,
            prob=float((record["attack"] if event == ATTACK else record["outcomes"][event])[0]),
        )
        for event in events
        for day, record in days.items()
    ]
    others = [item for item in forecasts if item.day.isoformat() in days]
    found = []
    for item in (*own, *others):
        attack = bool(crisis.outcomes[outcome].attack)
        happened = attack if item.event == ATTACK else item.event == outcome
        found.append(_score(item, happened=happened))
    order = {name: place for place, name in enumerate(events)}
    return tuple(
        sorted(
            found,
            key=lambda row: (order[row.event], row.forecaster != OWN, row.forecaster, row.day),
        )
    )


def _score(item: Forecast, *, happened: bool) -> Score:
    prob, came = np.array([item.prob]), np.array([happened])
    return Score(
        day=item.day,
        forecaster=item.forecaster,
        event=item.event,
        prob=item.prob,
        happened=happened,
        brier=float(brier_scores(prob, came)[0]),
        log=float(log_scores(prob, came)[0]),
    )
