"""A crisis day by day in the workbench: reports that were accepted, how a new one is read and what it would do, and the film.

What a report means is said by :mod:`detente.watch`; here reports come in, are kept in the log, and are told.
"""

import csv
import hashlib
import io
import json
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from detente.brief.film import Film, make_film
from detente.brief.signals import SignCase, find_direction
from detente.crisis.crisis import Crisis
from detente.errors import DetenteError, UsageError, refuse
from detente.log import Log, LogEvent
from detente.watch.diary import Diary
from detente.watch.events import Event, EventReading, read_events, understand
from detente.watch.explaining import NearRule, explain
from detente.watch.following import follow
from detente.watch.layouts import read_layout
from detente.web.answers import Asked, Spread
from detente.web.workbench import Recent, Workbench

__all__ = [
    "MOST_ACCEPTED",
    "MOST_AT_ONCE",
    "Accepted",
    "EventGiven",
    "FilmCase",
    "FilmOf",
    "Films",
    "ReadReport",
    "SignView",
    "accept",
    "accepted_in",
    "event_of",
    "given_of",
    "read_reports",
    "stream_of",
    "take_back",
    "tell_film",
]

IsStopped = Callable[[], bool]
FilmCase = Literal["nothing reported", "unmoved", "rises", "falls"]
"""How a film is told: no report yet; the printed chance of an attack is the same on the last day, higher or lower."""

MOST_AT_ONCE = 200
"""Most reports that are read together."""
MOST_ACCEPTED = 1000
"""Most reports that are kept for a crisis."""
_KEPT = 24
_TABLE = "reports"
_COLUMNS = ("date", "actor", "target", "category", "mode", "event", "source", "weight", "does")


class EventGiven(BaseModel):
    """A report, by the columns of a table of events."""

    model_config = ConfigDict(extra="forbid")

    date: date
    actor: str = Field(min_length=1, max_length=200)
    event: str = Field(default="", max_length=2000)
    target: str = Field(default="", max_length=200)
    category: str = Field(default="", max_length=60)
    mode: str = Field(default="", max_length=60)
    source: str = Field(default="", max_length=200)
    weight: float | None = Field(default=None, ge=0, le=1)
    does: str = Field(default="", max_length=400)


class SignView(BaseModel):
    """What may be seen next: how likely, which way it points, the chance of an attack with it and without it, bits it tells."""

    label: str
    kind: Literal["move", "indicator"]
    direction: SignCase
    prob: float
    attack_if: float
    attack_if_not: float
    bits: float


class ReadReport(BaseModel):
    """How a report is read: the rule, the meaning in the words of the column ``does``, and which rules nearly read it.

    ``points`` is what it does to the mean chance of an attack on its day, in 0-1, and ``types`` to the belief in each type;
    none where it is on no watched day, with the reason in ``left_out``.
    """

    event: EventGiven
    kind: Literal["move", "state", "evidence", "noise", "unmapped"]
    rule: str
    reading: str
    nearly: list[tuple[str, str]]
    points: float | None
    types: list[tuple[str, float]]
    left_out: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A report that was accepted: its number in the log, and why it is left out if it is."""

    number: int
    event: Event
    left_out: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmOf:
    """A film with what it was made from."""

    diary: Diary
    film: Film
    draws: int

    @property
    def attack(self) -> Spread:
        """The chance of an attack on the last day."""
        return _spread(self.diary.days[-1]["attack"])

    @property
    def first(self) -> Spread:
        """The chance of an attack on the first day."""
        return _spread(self.diary.days[0]["attack"])

    @property
    def signs(self) -> list[SignView]:
        """What may be seen next after the last day, the most telling first."""
        crisis, last = self.diary.crisis, self.diary.days[-1]
        found = []
        for item in sorted(
            [*last["signals"], *last["indicators"]], key=lambda sign: -float(sign["bits"])
        ):
            move = item["instrument"]
            known = (
                crisis.instruments[move].label
                if move
                else crisis.indicators[item["indicator"]].label
            )
            found.append(
                SignView(
                    label=known,
                    kind="move" if move else "indicator",
                    direction=find_direction(item),
                    prob=item["prob"],
                    attack_if=item["attack_if"],
                    attack_if_not=item["attack_if_not"],
                    bits=item["bits"],
                )
            )
        return found


class Films:
    """Films of a workbench: days and solved games are kept in a temporary folder, so that a new report costs its day only.

    Parameters
    ----------
    bench
        The crises.
    """

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._kept: Recent[FilmOf] = Recent(_KEPT)
        self._folder = Path(tempfile.mkdtemp(prefix="detente-films-"))
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def film(
        self,
        name: str,
        asked: Asked,
        events: Sequence[Event],
        *,
        until: date | None = None,
        is_stopped: IsStopped | None = None,
    ) -> FilmOf:
        """Follow a crisis with values set through reports.

        Parameters
        ----------
        name, asked
            The crisis, and what is set.
        events
            The reports; without any, the day of the cut-off stands alone.
        until
            Last day; by default that of the last report.
        is_stopped
            Asked before each day.

        Raises
        ------
        UsageError
            As :func:`detente.watch.following.follow`.
        concurrent.futures.CancelledError
            If ``is_stopped`` says so.
        """
        crisis = self._bench.changed(name, asked.set)
        base = (crisis.digest, asked.policy, asked.draws, asked.seed)

        def look(_done: int, _total: int) -> None:
            if is_stopped is not None and is_stopped():
                raise CancelledError

        def make() -> FilmOf:
            place = hashlib.sha256(repr(base).encode()).hexdigest()[:16]
            with self._lock:
                lock = self._locks.setdefault(place, threading.Lock())
            with lock:
                diary = follow(
                    crisis,
                    tuple(events),
                    draws=asked.draws,
                    seed=asked.seed,
                    policy=asked.policy,
                    folder=self._folder / place,
                    until=until,
                    progress=look,
                )
            film = make_film(crisis, diary.days, left_out=diary.left_out, draws=asked.draws)
            return FilmOf(diary=diary, film=film, draws=asked.draws)

        return self._kept.get((base, tuple(events), until), make)

    def read(
        self,
        name: str,
        asked: Asked,
        accepted: Sequence[Event],
        new: Sequence[Event],
        *,
        is_stopped: IsStopped | None = None,
    ) -> tuple[list[ReadReport], FilmOf, FilmOf]:
        """Say how reports are read and what they would do, before they are accepted.

        Returns
        -------
        tuple
            A reading of each new report in order of days, the film without them and the film with them, to the same last day.
        """
        crisis = self._bench.changed(name, asked.set)
        new = sorted(new, key=lambda event: event.day)
        told = explain(new, crisis)
        readings = understand(new, crisis)
        before = self.film(name, asked, accepted, is_stopped=is_stopped)
        last = max(date.fromisoformat(before.diary.days[-1]["day"]), *(e.day for e in new))
        before = self.film(name, asked, accepted, until=last, is_stopped=is_stopped)
        after = self.film(name, asked, [*accepted, *new], until=last, is_stopped=is_stopped)
        effects = _effects_of(after.diary, new)
        left = {(day, text): reason for day, text, reason in after.diary.left_out}
        found = [
            ReadReport(
                event=given_of(event),
                kind=_kind(reading),
                rule=item.rule,
                reading=item.reading,
                nearly=[_near(near) for near in item.nearly],
                points=None if effect is None else float(effect["attack"]),
                types=[] if effect is None else _types(crisis, effect),
                left_out=left.get((str(event.day), event.text), "") if effect is None else "",
            )
            for event, reading, item, effect in zip(new, readings, told, effects, strict=True)
        ]
        return found, before, after


def tell_film(film: FilmOf, reported: int) -> FilmCase:
    """Return the case in which a film is told."""
    if not reported:
        return "nothing reported"
    before, after = f"{film.first.mean:.0%}", f"{film.attack.mean:.0%}"
    if before == after:
        return "unmoved"
    return "rises" if film.attack.mean > film.first.mean else "falls"


# --- reports that come in ----------------------------------------------------------------------------------------------


def read_reports(text: str, crisis: Crisis, *, layout: str = "") -> tuple[Event, ...]:
    """Read reports from a text: a table as ``detente watch`` reads it, or JSON, a list of objects with its columns.

    Parameters
    ----------
    text
        The table, or the JSON.
    crisis
        Whose actors a layout looks for.
    layout
        Name of the layout of another's event data; none by default.

    Raises
    ------
    UsageError
        The codes of :func:`detente.watch.events.read_events`, with the line; ``option-invalid`` for no reports, too many, or
        JSON of another shape; ``table-row-invalid`` if the column ``does`` names what the crisis does not have.
    """
    table = _as_table(text) if text.lstrip().startswith(("[", "{")) else text
    with tempfile.TemporaryDirectory(prefix="detente-") as folder:
        path = Path(folder) / _TABLE
        path.write_text(table, encoding="utf-8")
        try:
            events, left = read_layout(path, layout, crisis) if layout else read_events(path)
        except UsageError as error:
            place = error.at.replace(str(path), _TABLE)
            raise UsageError(error.message, code=error.code, at=place, fix=error.fix) from error
    if not events:
        reason = f": {left[0].reason}" if left else ""
        refuse(
            f"there is no report in this that can be used{reason}",
            code="option-invalid",
            at=_TABLE,
            fix="give a row of column names and a row for each report: date, actor, event",
        )
    if len(events) > MOST_AT_ONCE:
        refuse(
            f"{len(events):,} reports are more than {MOST_AT_ONCE} at once",
            code="option-invalid",
            at=_TABLE,
            fix="send them in parts, or use detente watch for a whole table",
        )
    understand(events, crisis)
    return events


def _as_table(text: str) -> str:
    """Return JSON with reports as a table of events."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        refuse(
            f"this is not JSON: {str(error)[:120]}",
            code="option-invalid",
            at=_TABLE,
            fix='send a list of objects such as [{"date": "2030-01-16", "actor": "NOR", "event": "..."}], or a table',
            cause=error,
        )
    rows = data if isinstance(data, list) else [data]
    if not all(isinstance(row, dict) for row in rows):
        refuse(
            "a report in JSON is an object",
            code="option-invalid",
            at=_TABLE,
            fix=f"send a list of objects with {', '.join(_COLUMNS[:6])}",
        )
    names = list(dict.fromkeys(str(name) for row in rows for name in row))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([[_cell(row.get(name)) for name in names] for row in rows])
    return out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def given_of(event: Event) -> EventGiven:
    """Return a report by the columns of a table of events."""
    return EventGiven(
        date=event.day,
        actor=event.actor[:200],
        event=event.text[:2000],
        target=event.target[:200],
        category=event.category,
        mode=event.mode,
        source=event.source[:200],
        weight=event.weight,
        does=event.does,
    )


def event_of(given: EventGiven) -> Event:
    """Return a report as a watch takes it."""
    return Event(
        day=given.date,
        actor=given.actor,
        target=given.target,
        category=given.category,
        mode=given.mode,
        text=given.event,
        source=given.source,
        does=given.does,
        weight=given.weight,
    )


# --- reports that are kept ---------------------------------------------------------------------------------------------


def stream_of(crisis: str) -> str:
    """Return the stream of the log in which reports about a crisis are kept."""
    return f"note/{crisis}/events"


def accepted_in(log: Log, crisis: Crisis) -> tuple[Accepted, ...]:
    """Return the reports that were accepted and not taken back, by day; one that the crisis cannot read is marked."""
    known: dict[int, Event] = {}
    for item in log.read(stream_of(crisis.id)):
        if item.kind == "event-accepted":
            known[item.number] = event_of(EventGiven.model_validate(item.data))
        elif item.kind == "event-taken-back":
            known.pop(int(item.data["number"]), None)
    found = [
        Accepted(number=number, event=event, left_out=_fault(event, crisis))
        for number, event in known.items()
    ]
    return tuple(sorted(found, key=lambda item: (item.event.day, item.number)))


def accept(
    log: Log, crisis: Crisis, events: Iterable[EventGiven], *, command: str = ""
) -> tuple[LogEvent, ...]:
    """Keep reports; the same command twice keeps them once.

    Raises
    ------
    UsageError
        ``option-invalid`` for more than may be kept.
    """
    given = [("event-accepted", item.model_dump(mode="json")) for item in events]
    if len(accepted_in(log, crisis)) + len(given) > MOST_ACCEPTED:
        refuse(
            f"more than {MOST_ACCEPTED:,} reports would be kept for this crisis",
            code="option-invalid",
            at="events",
            fix="take some back, or follow the whole table with detente watch",
        )
    return log.append(stream_of(crisis.id), given, command=command) if given else ()


def take_back(log: Log, crisis: Crisis, number: int) -> None:
    """Take an accepted report back.

    Raises
    ------
    UsageError
        ``option-invalid`` if none of this number is kept.
    """
    if number not in {item.number for item in accepted_in(log, crisis)}:
        refuse(
            f"there is no accepted report of number {number}",
            code="option-invalid",
            at="number",
            fix="reload the page: it was taken back already",
        )
    log.append(stream_of(crisis.id), [("event-taken-back", {"number": number})])


def _fault(event: Event, crisis: Crisis) -> str:
    try:
        understand([event], crisis)
    except DetenteError as error:
        return error.message
    return ""


# --- inside ------------------------------------------------------------------------------------------------------------


def _kind(reading: EventReading) -> Literal["move", "state", "evidence", "noise", "unmapped"]:
    kinds: dict[str, Literal["move", "state", "evidence", "noise", "unmapped"]] = {
        "move": "move",
        "state": "state",
        "evidence": "evidence",
        "noise": "noise",
    }
    return kinds.get(reading.kind, "unmapped")


def _near(near: NearRule) -> tuple[str, str]:
    return near.rule, near.why


def _effects_of(diary: Diary, new: Sequence[Event]) -> list[Mapping[str, Any] | None]:
    """Return the effect of each new report in a diary; None of one that is on no day."""
    waiting: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for record in diary.days:
        for effect in record["effects"]:
            told = effect["event"]
            key = (record["day"], told["actor"], told["target"], told["category"], told["text"])
            waiting.setdefault(key, []).append(effect)
    found: list[Mapping[str, Any] | None] = []
    for event in new:
        key = (str(event.day), event.actor, event.target, event.category, event.text)
        effects = waiting.get(key)
        found.append(effects.pop() if effects else None)  # the last of several alike is the new one
    return found


def _types(crisis: Crisis, effect: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Return by how much a report moves the belief in each type, the most first; of two types the second says it."""
    found = []
    for player in crisis.players.values():
        kinds = player.types[1:] if len(player.types) == 2 else player.types
        for kind in kinds if len(player.types) > 1 else ():
            change = float(effect["types"].get(f"{player.id}.{kind.id}", 0.0))
            if abs(change) >= _NEGLIGIBLE:
                found.append((f"{player.name}: {kind.label}", change))
    return sorted(found, key=lambda pair: -abs(pair[1]))


_NEGLIGIBLE = 0.005
"""A change of a belief that does not show in whole points."""


def _spread(row: Sequence[float]) -> Spread:
    return Spread(mean=row[0], low=row[1], high=row[2])
