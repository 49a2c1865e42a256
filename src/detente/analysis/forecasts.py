"""Tables of forecasts and of what came about: read, joined by id, scored, and compared forecaster by forecaster.

The scores are those of :mod:`detente.scores`. Two forecasters are compared on the forecasts that both made, with an interval by
the bootstrap over events (:cite:p:`efron1979`): days of one event are drawn together, since they share what came about.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise
from pathlib import Path
from typing import Literal, NoReturn

import numpy as np

from detente.arrays import FloatArray, IntArray
from detente.crisis.csv_cells import LARGEST_NUMBER, NumberStyle
from detente.crisis.user_tables import UserTable, read_prob, read_user_table
from detente.errors import nearest, refuse
from detente.scores import (
    BrierParts,
    ReliabilityBin,
    area_under_curve,
    brier_scores,
    crps_of_climatology,
    crps_of_normal,
    crps_of_quantiles,
    log_scores,
    partition_brier,
    reliability,
)

__all__ = [
    "ForecastTable",
    "PairedDifference",
    "Scorecard",
    "compare_forecasters",
    "read_forecast_table",
    "score_forecasters",
]

Kind = Literal["probability", "normal", "quantiles"]

COIN = 0.5
"""What one who knows nothing gives to an event."""
RESAMPLES = 2000
_UNNAMED = "unnamed"
_ALIASES = {"prob": "probability"}
_KNOWN = ("id", "forecaster", "date", "probability", "mean", "sd")
_LEVEL = re.compile(r"q(\d{2}(?:\.\d+)?)")
_LIKE_LEVEL = re.compile(r"q\d.*")
_BLOCK = 4_000_000
"""Most numbers of a block of resamples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastTable:
    """Forecasts of one kind, each with what came about: a row each.

    ``numbers`` holds a probability; or mean and standard deviation; or a quantile for each of ``levels``. ``values`` is 0 or 1
    where probabilities were given. ``days`` are empty where the table has no column of dates.
    """

    kind: Kind
    ids: tuple[str, ...]
    days: tuple[str, ...]
    forecasters: tuple[str, ...]
    numbers: FloatArray
    levels: FloatArray
    values: FloatArray
    without: tuple[str, ...] = ()
    """Ids of outcomes that nobody forecast."""
    unread: tuple[str, ...] = ()
    """Columns of the forecasts that mean nothing here."""

    def places(self, forecaster: str) -> IntArray:
        """Return the rows of a forecaster."""
        return np.flatnonzero(np.array(self.forecasters) == forecaster)

    def scores(self) -> dict[str, FloatArray]:
        """Score every row: Brier's and the logarithmic score, or the continuous ranked probability score."""
        if self.kind == "probability":
            prob, happened = self.numbers[:, 0], self.values > 0.0
            return {"brier": brier_scores(prob, happened), "log": log_scores(prob, happened)}
        if self.kind == "normal":
            return {"crps": crps_of_normal(self.values, self.numbers[:, 0], self.numbers[:, 1])}
        return {"crps": crps_of_quantiles(self.values, self.numbers, self.levels)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """What one forecaster's forecasts are worth.

    ``means`` are mean scores by name; ``baselines`` those of climatology, which knows how often it happens in the end, and of a
    coin. ``infinite`` counts forecasts that gave no chance to what happened. The rest is there for probabilities only.
    """

    forecaster: str
    forecasts: int
    events: int
    means: Mapping[str, float]
    baselines: Mapping[str, Mapping[str, float]]
    infinite: int = 0
    parts: BrierParts | None = None
    auc: float = math.nan
    bins: tuple[ReliabilityBin, ...] = ()

    def skill(self, baseline: str, score: str) -> float:
        """Return the share of a baseline's loss that the forecaster saves; NaN where the baseline loses nothing."""
        loss = self.baselines[baseline][score]
        return 1.0 - self.means[score] / loss if loss > 0.0 else math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedDifference:
    """Mean score of ``first`` less that of ``second`` on what both forecast; below zero where ``first`` is better.

    ``low`` and ``high`` are the 5% and 95% ends over resamples of events, NaN with a single event or where a score is infinite.
    ``better`` is the share of resamples in which ``first`` is.
    """

    first: str
    second: str
    score: str
    forecasts: int
    events: int
    mean: float
    low: float
    high: float
    better: float


# --- reading ---------------------------------------------------------------------------------------------------------


def read_forecast_table(forecasts: Path, outcomes: Path) -> ForecastTable:
    """Read forecasts and what came about, and join them by id.

    Parameters
    ----------
    forecasts
        A table with ``id``; ``probability``, or ``mean`` and ``sd``, or quantiles (``q05``, ``q50``, ``q95``, ...); and, where
        there are several, ``forecaster`` and ``date``.
    outcomes
        A table with ``id`` and ``outcome``: 0 or 1 for probabilities, else a number.

    Raises
    ------
    UsageError
        ``file-missing``, ``file-not-utf8``, ``character-forbidden``, ``table-column-missing``, ``table-row-invalid`` or
        ``id-duplicate``, with the line.
    """
    table = read_user_table(forecasts, "forecasts", wanted=_KNOWN, aliases=_ALIASES)
    kind, columns = _find_kind(table, forecasts)
    came = _read_outcomes(outcomes, happened=kind == "probability")
    ids, days, names, numbers = [], [], [], []
    seen: dict[tuple[str, str, str], int] = {}
    for line, row in table.records():
        at = f"{forecasts}:{line}"
        name = row.get("forecaster", "") or _UNNAMED
        day = _read_day(row["date"], at) if "date" in row else ""
        if row["id"] not in came:
            _refuse_id(row["id"], came, at, outcomes)
        key = (row["id"], name, day)
        if key in seen:
            when = f" on {day}" if day else ""
            message = f"{name!r} forecasts {row['id']!r} twice{when}: here and in line {seen[key]}"
            fix = "leave one out, or give the forecasts of several days a column date"
            refuse(message, code="id-duplicate", at=at, fix=fix)
        seen[key] = line
        ids.append(row["id"])
        days.append(day)
        names.append(name)
        numbers.append(_read_numbers(kind, [row[column] for column in columns], table.style, at))
    if not ids:
        message = "the table of forecasts has no row"
        refuse(message, code="table-row-invalid", at=str(forecasts), fix="give a row per forecast")
    levels = [float(column[1:]) / 100.0 for column in columns] if kind == "quantiles" else []
    return ForecastTable(
        kind=kind,
        ids=tuple(ids),
        days=tuple(days),
        forecasters=tuple(names),
        numbers=np.array(numbers, dtype=float),
        levels=np.array(levels),
        values=np.array([came[name] for name in ids]),
        without=tuple(name for name in came if name not in set(ids)),
        unread=tuple(name for name in table.columns if name not in (*_KNOWN, *columns)),
    )


def _find_kind(table: UserTable, path: Path) -> tuple[Kind, list[str]]:
    """Say what the forecasts are, and the columns that hold them, quantiles from the lowest."""
    at = f"{path}:{table.line}"
    kinds = "probability, or mean and sd, or quantiles in pairs such as q05, q50, q95"
    if "id" not in table.columns:
        message = "the table of forecasts has no column id"
        fix = f"give it the columns id, {kinds}, and forecaster and date where there are several"
        refuse(message, code="table-column-missing", at=at, fix=fix)
    found: dict[Kind, list[str]] = {}
    if "probability" in table.columns:
        found["probability"] = ["probability"]
    if {"mean", "sd"} & set(table.columns):
        found["normal"] = ["mean", "sd"]
    if levels := [name for name in table.columns if _LIKE_LEVEL.fullmatch(name)]:
        found["quantiles"] = levels
    if len(found) != 1:
        said = " and ".join(name for columns in found.values() for name in columns)
        message = f"the table has {said}: forecasts of more than one kind"
        if not found:
            message = "the table of forecasts has no column that holds a forecast"
        if not found and "outcome" in table.columns:
            message += ", but a column outcome: the forecasts come first, then the outcomes"
        fix = f"give each row one kind of forecast: {kinds}"
        refuse(message, code="table-column-missing", at=at, fix=fix)
    ((kind, columns),) = found.items()
    if kind == "normal" and not {*columns} <= {*table.columns}:
        message = "a normal forecast needs both mean and sd"
        fix = "add the other column; a forecast of a single number has an sd of 0"
        refuse(message, code="table-column-missing", at=at, fix=fix)
    return kind, _order_levels(columns, at) if kind == "quantiles" else columns


def _order_levels(columns: list[str], at: str) -> list[str]:
    """Return the columns of quantiles from the lowest level; they must lie in pairs."""
    ordered = sorted(columns, key=lambda name: _read_level(name, at))
    levels = [_read_level(name, at) for name in ordered]
    mirrored = [100.0 - level for level in reversed(levels)]
    if not np.allclose(levels, mirrored, rtol=0.0, atol=1e-9):
        message = f"the quantiles {', '.join(ordered)} do not lie in pairs around the median"
        fix = "give for each level its counterpart: q05 with q95, q25 with q75; q50 alone"
        refuse(message, code="table-column-missing", at=at, fix=fix)
    return ordered


def _read_level(name: str, at: str) -> float:
    found = _LEVEL.fullmatch(name)
    if found is None or float(found[1]) <= 0.0:
        message = f"the column {name!r} names no quantile"
        fix = "write the level in percent with two digits, such as q05, q50, q95 or q97.5"
        refuse(message, code="table-column-missing", at=at, fix=fix)
    return float(found[1])


def _read_numbers(
    kind: Kind, cells: Sequence[str], style: NumberStyle, at: str
) -> tuple[float, ...]:
    if kind == "probability":
        return (read_prob(cells[0], style, at=at),)
    numbers = tuple(_read_number(cell, style, at) for cell in cells)
    if kind == "normal" and numbers[1] < 0.0:
        message = f"the standard deviation {cells[1]} is below zero"
        refuse(
            message, code="table-row-invalid", at=at, fix="give a standard deviation of 0 or more"
        )
    if kind == "quantiles" and any(a > b for a, b in pairwise(numbers)):
        message = f"the quantiles fall: {', '.join(cells)}"
        fix = "give each level a quantile no lower than that of the level before"
        refuse(message, code="table-row-invalid", at=at, fix=fix)
    return numbers


def _read_number(cell: str, style: NumberStyle, at: str) -> float:
    number = style.read(cell)
    if number is None or abs(number) > LARGEST_NUMBER:
        message = f"{cell[:40]!r} is no number that can be scored"
        refuse(message, code="table-row-invalid", at=at, fix="write a plain number, such as 12.5")
    return number


def _read_day(cell: str, at: str) -> str:
    try:
        return date.fromisoformat(cell).isoformat()
    except ValueError as error:
        message = f"{cell[:40]!r} is no day"
        refuse(message, code="table-row-invalid", at=at, fix="write YYYY-MM-DD", cause=error)


def _read_outcomes(path: Path, *, happened: bool) -> dict[str, float]:
    """Return what came about, by id."""
    table = read_user_table(path, "outcomes", wanted=("id", "outcome"))
    missing = [name for name in ("id", "outcome") if name not in table.columns]
    if missing:
        message = f"the table of outcomes has no column {', '.join(missing)}"
        fix = "give it the columns id and outcome"
        refuse(message, code="table-column-missing", at=f"{path}:{table.line}", fix=fix)
    found: dict[str, float] = {}
    lines: dict[str, int] = {}
    for line, row in table.records():
        at = f"{path}:{line}"
        name = row["id"]
        if not name:
            message = "an outcome has no id"
            refuse(message, code="table-row-invalid", at=at, fix="give the id of its forecasts")
        if name in found:
            message = f"the outcome of {name!r} stands twice: here and in line {lines[name]}"
            refuse(message, code="id-duplicate", at=at, fix="leave one of the rows out")
        found[name] = _read_number(row["outcome"], table.style, at)
        lines[name] = line
        if happened and found[name] not in (0.0, 1.0):
            message = f"the outcome {row['outcome'][:40]!r} of {name!r} is neither 0 nor 1"
            fix = "write 1 if the event happened and 0 if not; leave out what is not settled"
            refuse(message, code="table-row-invalid", at=at, fix=fix)
    return found


def _refuse_id(name: str, known: Iterable[str], at: str, outcomes: Path) -> NoReturn:
    close = nearest(name, known)
    message = f"no outcome has the id {name[:80]!r} of this forecast"
    fix = f"add its outcome to {outcomes.name}, or leave the forecast out"
    if close:
        fix = f"write {' or '.join(close)}, or {fix}"
    refuse(message, code="table-row-invalid", at=at, fix=fix)


# --- scoring ---------------------------------------------------------------------------------------------------------


def score_forecasters(table: ForecastTable, *, bins: int) -> tuple[Scorecard, ...]:
    """Score each forecaster on what it forecast; every row counts the same.

    Parameters
    ----------
    table
        From :func:`read_forecast_table`.
    bins
        As for :func:`detente.scores.reliability`.

    Returns
    -------
    tuple of Scorecard
        In the order of the table. Baselines are those of the same rows: who forecast other events has others.
    """
    scores = table.scores()
    return tuple(
        _score_one(table, scores, forecaster, bins)
        for forecaster in dict.fromkeys(table.forecasters)
    )


def _score_one(
    table: ForecastTable, scores: Mapping[str, FloatArray], forecaster: str, bins: int
) -> Scorecard:
    rows = table.places(forecaster)
    values = table.values[rows]
    events = len({table.ids[row] for row in rows})
    means = {name: float(column[rows].mean()) for name, column in scores.items()}
    if table.kind != "probability":
        return Scorecard(
            forecaster=forecaster,
            forecasts=rows.size,
            events=events,
            means=means,
            baselines={"climatology": {"crps": crps_of_climatology(values)}},
        )
    prob, happened = table.numbers[rows, 0], values > 0.0
    baselines = {
        name: {
            "brier": float(brier_scores(given, happened).mean()),
            "log": float(log_scores(given, happened).mean()),
        }
        for name, level in (("climatology", happened.mean()), ("coin", COIN))
        for given in (np.full(rows.size, level),)
    }
    return Scorecard(
        forecaster=forecaster,
        forecasts=rows.size,
        events=events,
        means=means,
        baselines=baselines,
        infinite=int(np.isinf(scores["log"][rows]).sum()),
        parts=partition_brier(prob, happened, bins=bins),
        auc=area_under_curve(prob, happened),
        bins=reliability(prob, happened, bins=bins),
    )


def compare_forecasters(
    table: ForecastTable, *, resamples: int = RESAMPLES, seed: int = 1
) -> tuple[PairedDifference, ...]:
    """Compare every two forecasters, by each score, on the forecasts (id and day) that both made.

    Parameters
    ----------
    table
        From :func:`read_forecast_table`.
    resamples
        How often events are drawn anew, with replacement.
    seed
        Key of the draws; each pair has its own.

    Returns
    -------
    tuple of PairedDifference
        Pairs in the order of the table; those with no forecast in common are left out.

    References
    ----------
    :cite:p:`efron1979`, percentile intervals.
    """
    scores = table.scores()
    by_name: dict[str, dict[tuple[str, str], int]] = {}
    for row, key in enumerate(zip(table.ids, table.days, strict=True)):
        by_name.setdefault(table.forecasters[row], {})[key] = row
    found = []
    for place, (first, second) in enumerate(combinations(by_name, 2)):
        common = [key for key in by_name[first] if key in by_name[second]]
        if not common:
            continue
        left = np.array([by_name[first][key] for key in common])
        right = np.array([by_name[second][key] for key in common])
        names = {
            name: number for number, name in enumerate(dict.fromkeys(key[0] for key in common))
        }
        events = np.array([names[key[0]] for key in common])
        usable = {
            name: column[left] - column[right]
            for name, column in scores.items()
            if len(names) > 1
            and np.isfinite(column[left]).all()
            and np.isfinite(column[right]).all()
        }
        rng = np.random.default_rng([seed, place])
        drawn = _resample(usable, events, resamples, rng)
        for score, column in scores.items():
            ends = (math.nan, math.nan, math.nan)
            if score in drawn:
                ends = _ends(drawn[score])
            found.append(
                PairedDifference(
                    first=first,
                    second=second,
                    score=score,
                    forecasts=len(common),
                    events=len(names),
                    mean=float(column[left].mean()) - float(column[right].mean()),
                    low=ends[0],
                    high=ends[1],
                    better=ends[2],
                )
            )
    return tuple(found)


def _resample(
    differences: Mapping[str, FloatArray],
    events: IntArray,
    resamples: int,
    rng: np.random.Generator,
) -> dict[str, FloatArray]:
    """Return the mean of each column over events drawn anew, shape ``(resamples,)``."""
    counts = np.bincount(events).astype(float)
    sums = {name: np.bincount(events, weights=column) for name, column in differences.items()}
    n = counts.size
    means: dict[str, list[FloatArray]] = {name: [] for name in sums}
    step = max(_BLOCK // n, 1)
    for start in range(0, resamples if sums else 0, step):
        size = min(step, resamples - start)
        weights = rng.multinomial(n, np.full(n, 1.0 / n), size=size).astype(float)
        total = weights @ counts
        for name, column in sums.items():
            means[name].append(weights @ column / total)
    return {name: np.concatenate(parts) for name, parts in means.items()}


def _ends(means: FloatArray) -> tuple[float, float, float]:
    """Return the 5% and the 95% end, and the share below zero; zero itself counts half."""
    low, high = np.quantile(means, [0.05, 0.95])
    better = (means < 0.0).mean() + 0.5 * (means == 0.0).mean()
    return float(low), float(high), float(better)
