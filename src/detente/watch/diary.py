"""The diary of a watched crisis: a file per day, kept as long as nothing before or on that day has changed.

A day's record bears a key: the hash of the crisis, the draws, and all readings up to that day. A watch that is taken up
again, or to which a day is added, reads the days whose keys hold and computes the others. Solved games are kept beside them.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from detente.crisis.crisis import Crisis
from detente.engine.roots import Solved
from detente.engine.usual import DRAWS, SEED
from detente.errors import UsageError
from detente.summaries import html_bars, html_grid, html_summary, text_grid, text_summary
from detente.watch.events import EventReading
from detente.watch.keeping import Keeper, Note
from detente.watch.watching import Day, Watch, watched_policy

__all__ = ["DayRecord", "Diary", "keep_diary"]

Progress = Callable[[int, int], None]

FORMAT = 2
"""Version of a day's file; it rises when the meaning of a number in it changes."""

MOST_DAYS = 3660


class DayRecord(dict[str, Any]):
    """A day of a diary as plain data: :class:`detente.watch.watching.Day` by the names of its fields."""

    def _rows(self) -> list[tuple[str, str]]:
        mean, low, high, _ = self["attack"]
        told = [item for item in self["effects"] if item["kind"] not in {"noise", "unmapped"}]
        telling = sorted(told, key=lambda item: -abs(item["attack"]))[:5]
        likeliest = sorted(self["outcomes"].items(), key=lambda pair: -pair[1][0])[:6]
        return [
            ("attack", f"{mean:.3f} ({low:.3f} to {high:.3f})"),
            ("outcomes", ", ".join(f"{name} {row[0]:.0%}" for name, row in likeliest)),
            (
                "beliefs",
                ", ".join(
                    f"{item['player']}.{item['kind']} {item['mean']:.0%}"
                    for item in self["beliefs"]
                    if item["observer"] == "public"
                ),
            ),
            ("events", f"{len(self['effects'])}, {len(told)} of them told something"),
            *(
                (f"{100 * item['attack']:+.1f} points", f"{item['event']['text']}: {item['says']}")
                for item in telling
            ),
            ("watch for", ", ".join(item["instrument"] for item in self["signals"][:3])),
        ]

    def __repr__(self) -> str:
        """Show where things stand, what moved them, and what to watch."""
        return text_summary(f"{self['day']}, round {self['round']}", self._rows())

    def _repr_html_(self) -> str:
        rows = [(name, *row[:3]) for name, row in self["outcomes"].items()]
        title = f"{self['day']}, round {self['round']}"
        return html_summary(title, self._rows()) + html_bars("outcomes", rows, most=1.0)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Diary:
    """A crisis watched day by day.

    ``left_out`` has day, text and reason of each event that was not used.
    """

    crisis: Crisis
    days: tuple[DayRecord, ...]
    left_out: tuple[tuple[str, str, str], ...]
    draws: int

    def _title(self) -> str:
        days = f"{self.days[0]['day']} to {self.days[-1]['day']}"
        return f"Diary of {self.crisis.id}, {days}: {self.draws} draws, {len(self.left_out)} events left out"

    def _cells(self) -> list[list[str]]:
        """Return the days on which something was reported, and the first and the last."""
        last = len(self.days) - 1
        return [
            [
                day["day"],
                f"{day['attack'][0]:.3f}",
                f"{day['attack'][1]:.3f} to {day['attack'][2]:.3f}",
                "; ".join(item["event"]["text"] for item in day["effects"]),
            ]
            for place, day in enumerate(self.days)
            if day["effects"] or place in {0, last}
        ]

    def __repr__(self) -> str:
        """Show the chance of an attack on the first and the last day and on those with events."""
        return text_grid(self._title(), ["day", "attack", "5-95%", "events"], self._cells())

    def _repr_html_(self) -> str:
        bars = [(day["day"], *day["attack"][:3]) for day in self.days if day["effects"]]
        columns = ["day", "attack", "5-95%", "events"]
        return html_grid(self._title(), columns, self._cells()) + html_bars(
            "attack", bars, most=1.0
        )


def keep_diary(
    crisis: Crisis,
    readings: Sequence[EventReading],
    *,
    folder: Path,
    since: date | None = None,
    until: date | None = None,
    n_draws: int = DRAWS,
    seed: int = SEED,
    policy: str | None = None,
    progress: Progress | None = None,
    note: Note | None = None,
) -> tuple[DayRecord, ...]:
    """Watch a crisis day by day.

    Parameters
    ----------
    crisis
        A crisis with a calendar, its overrides applied.
    readings
        What events mean, in order of their days. Those before ``since`` or after ``until`` are left out.
    folder
        Where days and solved games are kept; made if missing.
    since, until
        First and last day; by default that of the calendar, and that of the last reading (without any: the cut-off).
    n_draws, seed, policy
        As for :class:`detente.watch.watching.Watch`.
    progress
        Told how many days and events are done, and of how many.
    note
        Told, in words, of each kept file that is damaged: it is made anew.

    Returns
    -------
    tuple of DayRecord
        A record for each day, in order: :class:`detente.watch.watching.Day` as plain data.

    Raises
    ------
    UsageError
        ``option-invalid`` if the last day comes before the first, or the crisis has no calendar.
    RunError
        ``output-unwritable`` if a day cannot be kept, ``path-linked`` if a link stands among what is kept.
    """
    keeper = Keeper(folder, note=note)
    first = since or (crisis.calendar[0] if crisis.calendar else crisis.as_of)
    last = until or max([first, *(item.event.day for item in readings)], default=first)
    n_days = (last - first).days + 1
    if not 0 < n_days <= MOST_DAYS:
        message = f"a watch from {first} to {last} has {n_days} days"
        fix = f"let it end on or after its first day, and within {MOST_DAYS} days"
        raise UsageError(message, code="option-invalid", at="--until", fix=fix)
    by_day = {
        day: tuple(items)
        for day, items in groupby(
            sorted(readings, key=lambda item: item.event.day), lambda item: item.event.day
        )
    }
    chosen = watched_policy(crisis, policy).id
    key = _digest(FORMAT, version("detente"), crisis.digest, n_draws, seed, chosen, str(first))
    days = [first + timedelta(days=number) for number in range(n_days)]
    steps = _Steps(progress, n_days + sum(len(by_day.get(day, ())) for day in days))
    watch = _Late(crisis, keeper, steps, n_draws=n_draws, seed=seed, policy=chosen)
    records: list[DayRecord] = []
    for day in days:
        todays = by_day.get(day, ())
        key = _digest(key, str(day), [_describe(item) for item in todays])
        record = keeper.read_day(str(day), key)
        if record is None:
            found = watch.ready().advance(todays, day)
            record = keeper.keep_day(str(day), _as_record(found, key))
        else:
            watch.skip(todays, day)
        records.append(DayRecord(record))
        steps.finish(len(todays) + 1)
    return tuple(records)


class _Steps:
    """Counts days and events as steps of the work, and tells of them."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def tell(self, number: int) -> None:
        """Tell that so many events of a day are taken in."""
        if self._progress is not None:
            self._progress(self._done + number, self._total)

    def finish(self, number: int) -> None:
        """Tell that a day of so many steps is done."""
        self._done += number
        self.tell(0)


class _Late:
    """A watch that is opened when the first day must be computed, and brought up to that day."""

    def __init__(
        self,
        crisis: Crisis,
        keeper: Keeper,
        steps: "_Steps",
        *,
        n_draws: int,
        seed: int,
        policy: str,
    ) -> None:
        self._crisis, self._policy = crisis, policy
        self._n_draws, self._seed = n_draws, seed
        self._stamp = [version("detente"), crisis.digest, n_draws, seed, policy]
        self._keeper, self._steps = keeper, steps
        self._skipped: list[tuple[tuple[EventReading, ...], date]] = []
        self._watch: Watch | None = None

    def skip(self, readings: tuple[EventReading, ...], day: date) -> None:
        """Note a day that need not be computed."""
        if self._watch is not None:
            self._watch.take(readings, day)
        else:
            self._skipped.append((readings, day))

    def ready(self) -> Watch:
        """Return the watch, brought up to the day before."""
        if self._watch is None:
            self._watch = Watch(
                self._crisis,
                n_draws=self._n_draws,
                seed=self._seed,
                policy=self._policy,
                solved=self._solved,
                progress=self._steps.tell,
            )
            for readings, day in self._skipped:
                self._watch.take(readings, day)
        return self._watch

    def _solved(self, key: tuple[object, ...], solve: Callable[[], Solved]) -> Solved:
        """Read a solved game, or solve and keep it."""
        parts = [_hash_array(part) if isinstance(part, np.ndarray) else part for part in key]
        name = _digest(self._stamp, parts)[:16]
        solved = self._keeper.read_game(name)
        if solved is None:
            solved = solve()
            self._keeper.keep_game(name, solved)
        return solved


def _hash_array(array: Any) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()


def _describe(reading: EventReading) -> list[object]:
    """Write everything of a reading that a day's numbers or words depend on."""
    event, rule = reading.event, reading.rule
    row = [event.actor, event.target, event.category, event.mode, event.text, event.source]
    if rule is None:
        return [*row, "unmapped", reading.reason]
    evidence = [[*name, str(value)] for name, value in rule.evidence.items()]
    said = [rule.move, rule.outcome, dict(rule.state), evidence, rule.indicator, rule.noise]
    return [*row, rule.id, *said, str(rule.weight), list(rule.seen_by)]


def _as_record(day: Day, key: str) -> dict[str, Any]:
    """Turn a day into plain data, its events into what a page shows of them."""
    record = asdict(replace(day, effects=()))
    record["day"] = day.day.isoformat()
    record["effects"] = [
        {
            "event": {
                "actor": item.reading.event.actor,
                "target": item.reading.event.target,
                "category": item.reading.event.category,
                "mode": item.reading.event.mode,
                "text": item.reading.event.text,
                "source": item.reading.event.source,
            },
            "kind": item.reading.kind,
            "rule": item.reading.rule.id if item.reading.rule else "",
            "says": _says(item.reading),
            "attack": item.attack,
            "outcomes": dict(item.outcomes),
            "types": dict(item.types),
        }
        for item in day.effects
    ]
    return {"key": key, **record}


def _says(reading: EventReading) -> str:
    rule = reading.rule
    if rule is None:
        return reading.reason
    if rule.move:
        return f"{rule.move}/{rule.outcome}" if rule.outcome else rule.move
    if rule.state:
        return ", ".join(f"{variable}={value}" for variable, value in rule.state.items())
    evidence = ", ".join(".".join(name) for name in rule.evidence)
    return evidence or rule.indicator or rule.noise
