"""Sessions in a log: commands come in, events are committed, and the state is what they add up to.

Any number of threads and processes may hold the same session: a command is decided on the events that its holder has seen, and is
decided anew where the stream has gone on meanwhile. What a command gave is given again when it is sent again.
"""

import hashlib
import json
import secrets
import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Self

from detente.crisis.crisis import Crisis
from detente.engine.keys import key_of
from detente.errors import RunError, refuse
from detente.log import Log, LogEvent
from detente.log.log import MOST_EVENTS
from detente.play.commands import Command, Events
from detente.play.creating import create
from detente.play.deciding import decide
from detente.play.folding import fold
from detente.play.options import SessionOptions, read_options
from detente.play.rulebooks import Rulebook
from detente.play.state import CONTROL, SessionState
from detente.play.views import view
from detente.summaries import html_summary, text_summary

__all__ = ["Session", "events_digest", "events_until", "new_name", "stream_of"]

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Of the names of sessions: none that is read as another."""
_TRIES = 20


def new_name() -> str:
    """Make up a name of six letters and digits, for a session or several of them."""
    return "".join(secrets.choice(_LETTERS) for _ in range(6))


def stream_of(name: str) -> str:
    """Return the stream of a session."""
    return f"session/{name}"


class Session:
    """A crisis played once, in a log; may be shared by threads.

    Make one with :meth:`create`, or open one that is there.

    Parameters
    ----------
    log
        Where its events are.
    name
        Its name.
    book
        What it is played by: of the same crisis, policy and cases.

    Raises
    ------
    UsageError
        ``session-unknown`` if the log has no session of that name, ``session-mismatch`` if it is of another crisis.

    Examples
    --------
    >>> from detente.crisis import load_crisis
    >>> from detente.log import Log
    >>> from detente.play import Rulebook, Session, SessionOptions
    >>> book = Rulebook(load_crisis("cuba-1962"), draws=4)
    >>> options = SessionOptions(seats={"usa": "human"}, draws=4)
    >>> with Log.open("sqlite://") as log:
    ...     session = Session.create(log, book, options)
    ...     _ = session.send("control", "start")
    ...     session.view("usa")["menus"][0]["open"][0]["label"]
    'keep to the quarantine'
    """

    def __init__(self, log: Log, name: str, book: Rulebook) -> None:
        self.log, self.name, self.book = log, name, book
        self._lock = threading.RLock()
        self._state = SessionState(book=book)
        self._events: list[LogEvent] = []
        self._commands: dict[str, tuple[LogEvent, ...]] = {}
        if self.state.status == "empty":
            refuse(
                f"there is no session {name!r}",
                code="session-unknown",
                at=log.place,
                fix="use the name that was given when the session was created, and the same store",
            )

    @classmethod
    def create(cls, log: Log, book: Rulebook, options: SessionOptions, *, name: str = "") -> Self:
        """Create a session; its name is made up unless one is given.

        Raises
        ------
        UsageError
            As of :func:`detente.play.creating.create`.
        RunError
            ``log-conflict`` if there is a session of that name.
        """
        found = name or new_name()
        log.append(stream_of(found), create(book, options), after=0)
        return cls(log, found, book)

    @classmethod
    def find(cls, log: Log, name: str, crisis: Crisis) -> Self:
        """Open a session with the rulebook that it was created with.

        Raises
        ------
        UsageError
            ``session-unknown``, ``session-mismatch``.
        """
        first = next(iter(log.read(stream_of(name))), None)
        given = read_options(first.data["options"]) if first is not None else SessionOptions()
        book = Rulebook(crisis, policy=given.policy or None, draws=given.draws, seed=given.seed)
        return cls(log, name, book)

    @property
    def state(self) -> SessionState:
        """Where it stands, with all that was committed until now."""
        with self._lock:
            self._fold(self.log.read(stream_of(self.name), after=len(self._events)))
            return self._state

    @property
    def events(self) -> tuple[LogEvent, ...]:
        """Everything that happened."""
        with self._lock:
            _ = self.state
            return tuple(self._events)

    def send(
        self,
        seat: str,
        kind: str,
        data: Mapping[str, Any] | None = None,
        *,
        command: str = "",
        now: datetime | None = None,
    ) -> tuple[LogEvent, ...]:
        """Do what a seat or control asks, and return the events that it gave, committed.

        Parameters
        ----------
        seat
            Who asks.
        kind, data
            What is asked; see :func:`detente.play.deciding.decide`.
        command
            Id of the command: sent again, it gives what it gave and does nothing.
        now
            The time of the server; the present by default.

        Raises
        ------
        UsageError
            If it is refused; nothing is added then.
        """
        given = Command(id=command, seat=seat, kind=kind, data=dict(data or {}))
        for _ in range(_TRIES):
            with self._lock:
                state = self.state
                if command and command in self._commands:
                    return self._commands[command]
                decided = decide(state, given, now=now or datetime.now(UTC))
                added = self._append(decided, command)
                if added is not None:
                    return added
        message = f"the session {self.name!r} goes on faster than {kind!r} can be decided"
        raise RunError(
            message, code="log-conflict", at=stream_of(self.name), fix="send the command again"
        )

    def _append(self, decided: Events, command: str) -> tuple[LogEvent, ...] | None:
        """Add events; None if others came before them."""
        if not decided:
            return ()
        try:
            added = self.log.append(
                stream_of(self.name), decided, command=command, after=len(self._events)
            )
        except RunError as error:
            if error.code != "log-conflict":
                raise
            return None
        self._fold(event for event in added if event.number > len(self._events))
        return added

    def _fold(self, events: Iterable[LogEvent]) -> None:
        for event in events:
            self._state = fold(self._state, event.kind, event.data)
            self._events.append(event)
            if event.command:
                self._commands[event.command] = (*self._commands.get(event.command, ()), event)

    def view(self, who: str) -> dict[str, Any]:
        """Return all that a seat, ``control`` or the ``public`` is sent."""
        return view(self.state, who)

    def fork(self, turn: int, *, name: str = "", seed: int | None = None) -> "Session":
        """Return a new session that was the same until a turn began; this one stays as it is.

        Parameters
        ----------
        turn
            Number of the turn that is played anew.
        name
            Of the new session; made up unless it is given.
        seed
            Key of what is drawn from there on; one that depends on the new name by default.

        Raises
        ------
        UsageError
            ``command-invalid`` for a turn that did not begin.
        """
        state = self.state
        kept = events_until(((event.kind, event.data) for event in self.events), turn)
        if not kept:
            refuse(
                f"turn {turn!r} of session {self.name!r} has not begun",
                code="command-invalid",
                at="turn",
                fix=f"use a turn from 1 to {state.turn}",
            )
        found = name or new_name()
        key = key_of(state.seed, found, "fork") >> 11 if seed is None else seed
        forked = ("forked", {"of": self.name, "turn": turn, "seed": key})
        copied = [*kept, forked]
        for first in range(0, len(copied), MOST_EVENTS):
            self.log.append(stream_of(found), copied[first : first + MOST_EVENTS], after=first)
        session = Session(self.log, found, self.book)
        session.send(CONTROL, "tick")
        return session

    @property
    def digest(self) -> str:
        """SHA-256 of kinds and data of all events: equal for equal plays."""
        return events_digest((event.kind, event.data) for event in self.events)

    def _rows(self) -> list[tuple[str, str]]:
        state = self.state
        seats = ", ".join(f"{seat.player} ({seat.kind})" for seat in state.seats.values())
        return [
            ("crisis", self.book.crisis.id),
            ("status", state.status),
            ("turn", str(state.turn)),
            ("seats", seats),
            ("waiting for", ", ".join(state.waiting_for)),
            ("outcome", state.outcome),
        ]

    def __repr__(self) -> str:
        """Name, crisis, where it stands, seats."""
        return text_summary(f"Session {self.name!r}", self._rows())

    def _repr_html_(self) -> str:
        return html_summary(f"session {self.name}", self._rows())


def events_until(
    events: Iterable[tuple[str, Mapping[str, Any]]], turn: int
) -> list[tuple[str, Mapping[str, Any]]]:
    """Return events until a turn began, that included; nothing if it did not."""
    kept: list[tuple[str, Mapping[str, Any]]] = []
    for kind, data in events:
        kept.append((kind, data))
        if kind == "began" and data["turn"] == turn:
            return kept
    return []


def events_digest(events: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    """Return the SHA-256 of kinds and data of events."""
    found = hashlib.sha256()
    for kind, data in events:
        found.update(json.dumps([kind, data], sort_keys=True).encode() + b"\n")
    return found.hexdigest()
