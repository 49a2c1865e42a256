"""The log itself: appending to a stream, reading it, and waiting for what comes."""

import json
import re
import shutil
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

import sqlalchemy as sa

from detente.errors import RunError, UsageError, refuse
from detente.log.opening import database_of, failing, open_database, place_of
from detente.log.tables import EVENTS

__all__ = ["MOST_BYTES", "MOST_EVENTS", "Log", "LogEvent"]

MOST_BYTES = 2**20
"""Most bytes of an event's data, as JSON."""
MOST_EVENTS = 1000
"""Most events of one call."""

_POLL = 0.1
"""Seconds between looks for what other processes have added."""
_STREAM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~:/-]{0,199}")
_KIND = re.compile(r"[a-z][a-z0-9-]{0,63}")
_COMMAND = re.compile(r"[!-~]{0,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvent:
    """Something that happened: the number counts from 1 within the stream, ``at`` is UTC by the clock of whoever added it."""

    stream: str
    number: int
    kind: str
    data: Mapping[str, Any]
    at: datetime
    command: str = ""


class Log:
    """Streams of events that are only ever added to. Threads and processes may share one.

    Examples
    --------
    >>> with Log.open("sqlite://") as log:
    ...     _ = log.append("note/cuba-1962", [("written", {"text": "ask again"})], command="a1")
    ...     again = log.append("note/cuba-1962", [("written", {"text": "ask again"})], command="a1")
    ...     [(event.number, event.data["text"]) for event in log.read("note/cuba-1962")]
    [(1, 'ask again')]
    """

    def __init__(self, engine: sa.Engine, folder: Path | None = None) -> None:
        self._engine = engine
        self._added, self._writer = threading.Condition(), threading.Lock()
        self._end = weakref.finalize(self, _let_go, engine, folder)

    @classmethod
    def open(cls, url: str) -> Self:
        """Open a log, made if it is missing and brought up to date if it is old.

        Parameters
        ----------
        url
            ``sqlite:///FOLDER/FILE``, ``sqlite://`` for one that goes when it is closed, or
            ``postgresql://USER@HOST/DATABASE``.

        Raises
        ------
        UsageError
            ``option-invalid`` for an address that is none of these, ``extra-missing`` without the extra ``postgres``.
        RunError
            ``log-unreadable`` for what is no log, is damaged or is newer; ``log-failed`` if it cannot be opened.
        """
        return cls(*open_database(database_of(url)))

    @property
    def place(self) -> str:
        """Where the log is: a file, or an address without its password."""
        return place_of(self._engine.url)

    def __enter__(self) -> Self:
        """Return the log."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._end()

    def append(
        self,
        stream: str,
        events: Sequence[tuple[str, Mapping[str, Any]]],
        *,
        command: str = "",
        after: int | None = None,
    ) -> tuple[LogEvent, ...]:
        """Add events to a stream, all or none. They are committed when this returns.

        Parameters
        ----------
        stream
            Name of the stream, such as ``note/cuba-1962``.
        events
            Kinds and data; the data are JSON.
        command
            What the events answer to: the second time that a stream is told the same one, it returns what it added the first
            time, and adds nothing.
        after
            Number of the last event that the caller knows; any if none.

        Returns
        -------
        tuple of LogEvent
            As :meth:`read` returns them.

        Raises
        ------
        UsageError
            ``log-event-invalid`` for names, data or sizes that it does not take.
        RunError
            ``log-conflict`` if the stream has gone on since ``after``; ``log-failed`` if the database fails.
        """
        _check(stream, events, command)
        texts = [(kind, _write(data, f"{stream} {kind}")) for kind, data in events]
        at = datetime.now(UTC).isoformat()
        # SQLite lets those who wait for a writer sleep and try again; a lock hands on at once
        alone = nullcontext() if self._engine.dialect.name == "postgresql" else self._writer
        with failing(self._engine.url), alone, self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":  # one writer to a stream at a time
                connection.execute(
                    sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(stream, 0)))
                )
            if command:
                known = _read(connection, stream, EVENTS.c.command == command)
                if known:
                    return known
            last = _last(connection, stream)
            if after is not None and after != last:
                _refuse_conflict(stream, after, last)
            rows: list[dict[str, Any]] = [
                {
                    "stream": stream,
                    "number": number,
                    "kind": kind,
                    "data": text,
                    "at": at,
                    "command": command,
                }
                for number, (kind, text) in enumerate(texts, last + 1)
            ]
            connection.execute(sa.insert(EVENTS), rows)
        with self._added:
            self._added.notify_all()
        return tuple(_event(**row) for row in rows)

    def read(self, stream: str, *, after: int = 0) -> tuple[LogEvent, ...]:
        """Return the events of a stream that follow a number, in order."""
        with failing(self._engine.url), self._reading() as connection:
            return _read(connection, stream, EVENTS.c.number > after)

    def last(self, stream: str) -> int:
        """Return the number of the last event of a stream; 0 for one that has none."""
        with failing(self._engine.url), self._reading() as connection:
            return _last(connection, stream)

    def streams(self, prefix: str = "") -> tuple[str, ...]:
        """Return the names of the streams that begin with some text, in order."""
        names = EVENTS.c.stream
        asked = sa.select(names).where(EVENTS.c.number == 1).order_by(names)
        if prefix:  # names are ASCII, and compared byte by byte
            asked = asked.where(names >= prefix, names < prefix + "\x7f")
        with failing(self._engine.url), self._reading() as connection:
            return tuple(connection.execute(asked).scalars())

    def wait(self, stream: str, after: int, seconds: float) -> bool:
        """Wait for an event that follows a number, of this process or another; tell whether there is one."""
        end = time.monotonic() + seconds
        while self.last(stream) <= after:
            left = end - time.monotonic()
            if left <= 0:
                return False
            with self._added:
                self._added.wait(min(_POLL, left))
        return True

    def _reading(self) -> sa.Connection:
        return self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def _let_go(engine: sa.Engine, folder: Path | None) -> None:
    engine.dispose()
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


def _check(stream: str, events: Sequence[tuple[str, Mapping[str, Any]]], command: str) -> None:
    for what, text, pattern in (
        ("stream", stream, _STREAM),
        ("command", command, _COMMAND),
        *(("kind", kind, _KIND) for kind, _ in events),
    ):
        if pattern.fullmatch(text) is None:
            _refuse_event(f"{text[:80]!r} is no name of a {what}", what, "use letters and digits")
    if not 1 <= len(events) <= MOST_EVENTS:
        _refuse_event(
            f"{len(events)} events cannot be added at once",
            stream,
            f"add from 1 to {MOST_EVENTS}",
        )


def _write(data: Mapping[str, Any], place: str) -> str:
    try:
        text = json.dumps(dict(data), allow_nan=False, separators=(",", ":"))
        json.loads(text)  # what is kept can be read again
    except (TypeError, ValueError, RecursionError) as error:
        _refuse_event(
            f"the data of an event are no JSON: {error}",
            place,
            "send finite numbers, texts, lists and mappings",
        )
    if len(text) > MOST_BYTES:
        _refuse_event(
            f"the data of an event have {len(text):,} bytes, more than {MOST_BYTES:,}",
            place,
            "keep large things in a file, and its name in the event",
        )
    return text


def _refuse_event(message: str, at: str, fix: str) -> NoReturn:
    raise UsageError(message, code="log-event-invalid", at=at[:120], fix=fix)


def _refuse_conflict(stream: str, after: int, last: int) -> NoReturn:
    refuse(
        f"{stream} has gone on to event {last} since event {after}",
        code="log-conflict",
        at=stream,
        fix="read what was added, and decide again",
        error=RunError,
    )


def _read(
    connection: sa.Connection, stream: str, wanted: sa.ColumnElement[bool]
) -> tuple[LogEvent, ...]:
    asked = sa.select(EVENTS).where(EVENTS.c.stream == stream, wanted).order_by(EVENTS.c.number)
    return tuple(_event(**row) for row in connection.execute(asked).mappings())


def _last(connection: sa.Connection, stream: str) -> int:
    asked = sa.select(sa.func.max(EVENTS.c.number)).where(EVENTS.c.stream == stream)
    return connection.execute(asked).scalar() or 0


def _event(*, stream: str, number: int, kind: str, data: str, at: str, command: str) -> LogEvent:
    return LogEvent(
        stream=stream,
        number=number,
        kind=kind,
        data=json.loads(data),
        at=datetime.fromisoformat(at),
        command=command,
    )
