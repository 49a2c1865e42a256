"""Rooms: the sessions that are played here, the links that open their seats, and the clock that lets deadlines work.

What opens a seat is computed from a key of the store, so links live as long as it does (:doc:`/decisions/0125-links-of-seats`).
"""

import base64
import hashlib
import hmac
import itertools
import json
import secrets
import threading
import time
import weakref
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NoReturn

from detente.crisis.crisis import Crisis
from detente.errors import DetenteError, refuse
from detente.log import Log
from detente.play.commands import stamp
from detente.play.comparing import MOST_ROOMS, compare_rooms, solution_key
from detente.play.language import Endpoint
from detente.play.options import MODEL, SessionOptions, read_options
from detente.play.questions import Questions
from detente.play.rulebooks import Rulebook
from detente.play.sessions import Session, stream_of
from detente.play.state import CONTROL, SessionState
from detente.play.views import PUBLIC, view
from detente.web.play.pricing import Odds, Pricing
from detente.web.workbench import Recent, Workbench

__all__ = ["RoomLine", "Rooms", "Seen", "class_stream", "make_seen"]

_LOOK = 0.2
"""Seconds between looks at the clock, and at what other processes have added."""
_LIVE, _BOOKS, _VIEWS = 256, 8, 512
"""Sessions, rulebooks and views that are kept at hand."""
_QUIET = 3600.0
"""Seconds after which a session that nobody asked for is let go; it is opened again when somebody does."""

_PATIENCE = 0.5
"""Seconds that a desk waits for its odds."""
_DIGITS = 7
"""Digits that the number of a link stays below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What somebody is sent of a session, and a name for it: the same for the same view, and of nothing else."""

    id: str
    view: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomLine:
    """A session in a list: its name, how it stands, when it was created, and the class that it belongs to, if any."""

    name: str
    status: str
    at: datetime
    group: str = ""


class Rooms:
    """The sessions of a log that are played on some crises; may be shared by threads.

    Parameters
    ----------
    bench
        The crises.
    log
        Where sessions are.
    endpoint
        The server of language models that may play seats; by default none may.
    pricing
        What prices the odds of desks.
    """

    def __init__(
        self,
        bench: Workbench,
        log: Log,
        endpoint: Endpoint | None = None,
        pricing: Pricing | None = None,
    ) -> None:
        self._bench, self.log = bench, log
        self._questions = None if endpoint is None else Questions(endpoint, self.note)
        self._books: Recent[Rulebook] = Recent(_BOOKS)
        self._views: Recent[Seen] = Recent(_VIEWS)
        self._live: dict[str, tuple[Session, float]] = {}
        self._last: dict[str, int] = {}
        self._here: dict[tuple[str, str], list[int]] = {}
        self._windows = itertools.count()
        self._left: dict[str, dict[str, datetime]] = {}
        self._pricing = pricing or Pricing()
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._clock: threading.Thread | None = None

    # --- sessions ----------------------------------------------------------------------------------------------------

    def create(
        self,
        crisis: str,
        options: SessionOptions,
        changes: Mapping[str, object] | None = None,
        *,
        group: str = "",
    ) -> Session:
        """Create a session of a crisis, perhaps with values set, and perhaps as a room of a class.

        Raises
        ------
        UsageError
            ``command-invalid`` for a language model where no server of them is set up; others as of
            :meth:`detente.play.sessions.Session.create`.
        """
        self.check_kinds(options.seats.values())
        options = replace(options, model=self.model)
        book = self._book(self._bench.changed(crisis, changes or {}), options)
        session = Session.create(self.log, book, options)
        self._open_room(session.name, crisis, changes or {}, group)
        self._keep(session)
        return session

    @property
    def model(self) -> str:
        """Name of the language model that may play seats; empty where none is set up."""
        return "" if self._questions is None else self._questions.endpoint.model

    def check_kinds(self, kinds: Iterable[object]) -> None:
        """Refuse a language model where no server of them is set up."""
        if self._questions is None and MODEL in kinds:
            refuse(
                "no server of language models is set up here",
                code="command-invalid",
                at="seats",
                fix="choose a person or a bot, or start the workbench with --model-url and --model",
            )

    def fork(self, name: str, turn: int) -> Session:
        """Play a turn of a session anew in a room of its own, of the same class; it stays as it is."""
        crisis, changes = self._opened(name)
        session = self.find(name).fork(turn)
        self._open_room(session.name, crisis, changes, self.group_of(name))
        self._keep(session)
        return session

    def find(self, name: str) -> Session:
        """Return a session.

        Raises
        ------
        UsageError
            ``session-unknown``, ``session-mismatch`` where the crisis has changed since, ``crisis-unknown``.
        """
        with self._lock:
            if name in self._live:
                session = self._live[name][0]
                self._live[name] = (session, time.monotonic())
                return session
        first = next(iter(self.log.read(stream_of(name))), None)
        if first is None:
            _unknown(name, self.log.place)
        crisis, changes = self._opened(name)
        book = self._book(self._bench.changed(crisis, changes), read_options(first.data["options"]))
        session = Session(self.log, name, book)
        return self._keep(session)

    def lines(self, crisis: str) -> list[RoomLine]:
        """Return the rooms of a crisis, the latest first."""
        found = []
        for stream in self.log.streams("room/"):
            opened = self.log.read(stream)[0]
            if opened.data.get("crisis") != crisis:
                continue
            name = stream.removeprefix("room/")
            kinds = {event.kind for event in self.log.read(stream_of(name))}
            status = "ended" if "ended" in kinds else "running" if "started" in kinds else "lobby"
            found.append(
                RoomLine(name=name, status=status, at=opened.at, group=opened.data.get("class", ""))
            )
        return sorted(found, key=lambda line: line.at, reverse=True)

    def compare(self, name: str) -> list[dict[str, Any]]:
        """Return how this room went and the others that were played by the same solution and have ended, the latest first."""
        session = self.find(name)
        own = solution_key(session.events[0].data)
        found: list[tuple[datetime, str]] = []
        for stream in self.log.streams(stream_of("")):
            other = stream.removeprefix(stream_of(""))
            events = self.log.read(stream) if other != name else ()
            ended = any(event.kind == "ended" for event in events)
            if ended and solution_key(events[0].data) == own:
                found.append((events[0].at, other))
        latest = [other for _, other in sorted(found, reverse=True)][: MOST_ROOMS - 1]
        others = {other: Session(self.log, other, session.book).state for other in latest}
        return compare_rooms(name, session.state, others)

    def group_of(self, name: str) -> str:
        """Return the class that a room belongs to; empty for none."""
        opened = next((item for item in self.log.read(_room(name)) if item.kind == "opened"), None)
        return str(opened.data.get("class", "")) if opened is not None else ""

    def _open_room(self, name: str, crisis: str, changes: Mapping[str, object], group: str) -> None:
        data = {"crisis": crisis, "set": dict(changes), **({"class": group} if group else {})}
        self.log.append(_room(name), [("opened", data)], command="opened")
        if group:
            self.log.append(class_stream(group), [("added", {"room": name})], command=name)

    def _opened(self, name: str) -> tuple[str, Mapping[str, Any]]:
        """Return the crisis of a room and what is set in it; a session made elsewhere says its crisis itself."""
        opened = next((item for item in self.log.read(_room(name)) if item.kind == "opened"), None)
        if opened is not None:
            changes = opened.data["set"]
            return str(opened.data["crisis"]), {
                path: tuple(value) if isinstance(value, list) else value
                for path, value in changes.items()
            }
        return str(self.log.read(stream_of(name))[0].data["crisis"]), {}

    def rulebook(self, crisis: Crisis) -> Rulebook:
        """Return what a session of a crisis without a commitment is played by, at the usual number of cases."""
        return self._book(crisis, SessionOptions())

    def _book(self, crisis: Crisis, options: SessionOptions) -> Rulebook:
        key = (crisis.digest, options.policy, options.draws, options.seed)
        return self._books.get(
            key,
            lambda: Rulebook(
                crisis, policy=options.policy or None, draws=options.draws, seed=options.seed
            ),
        )

    # --- what is sent ------------------------------------------------------------------------------------------------

    def see(self, name: str, who: str, *, wait_s: float = _PATIENCE) -> Seen:
        """Return what a seat, control or the public is sent of a session as it stands; control waits a while for its odds."""
        state = self.find(name).state
        if who != CONTROL:
            return self._views.get((name, state.events, who), lambda: make_seen(view(state, who)))
        here, away = sorted(self.here(name)), self.away(name)
        odds = self.odds(name, wait_s=wait_s)
        ready = odds is not None and odds.ready.is_set()

        def look() -> Seen:
            found = view(state, who)
            found |= {"here": here, "away": {seat: stamp(when) for seat, when in away.items()}}
            found |= {"odds": odds.found if odds and ready else None}
            found |= {"odds_fault": odds.fault if odds and ready else "", "odds_due": not ready}
            return make_seen(found)

        key = (name, state.events, who, tuple(here), tuple(sorted(away.items())), ready)
        return self._views.get(key, look)

    def odds(self, name: str, *, wait_s: float = 0.0) -> Odds | None:
        """Return the odds where a session stands, for its desk alone; None of one that has ended."""
        state = self.find(name).state
        return None if state.status == "ended" else self._pricing.odds(state, wait_s=wait_s)

    def moved(self, name: str, who: str) -> tuple[object, ...]:
        """Return something that differs when what somebody is sent may differ; it asks neither the log nor the rules."""
        with self._lock:
            last = self._last.get(name, 0)
        if who != CONTROL:
            return (last,)
        return (last, *sorted(self.here(name)), *sorted(self.away(name)), self._pricing.priced)

    def here(self, name: str) -> tuple[str, ...]:
        """Return the seats that follow the session now."""
        with self._lock:
            return tuple(
                who for (room, who), windows in self._here.items() if room == name and windows
            )

    def away(self, name: str) -> dict[str, datetime]:
        """Return the seats that a person has taken and nobody follows now, and since when."""
        with self._lock:
            return dict(self._left.get(name, {}))

    def come(self, name: str, who: str) -> int:
        """Note that a window begins to follow a session, and return its number."""
        with self._lock:
            window = next(self._windows)
            self._here.setdefault((name, who), []).append(window)
            self._left.get(name, {}).pop(who, None)
        return window

    def go(self, name: str, who: str, window: int) -> None:
        """Note that a window follows it no longer."""
        with self._lock:
            self._here[name, who].remove(window)

    def has_newer(self, name: str, who: str, window: int) -> bool:
        """Tell whether a window that came later follows the same seat."""
        with self._lock:
            return self._here[name, who][-1] != window

    def note_presence(self, name: str, who: str) -> None:
        """Note that somebody who may not follow a session has done something: it is away from now on, and not from before."""
        with self._lock:
            self._left.get(name, {}).pop(who, None)

    def _look_for(
        self, name: str, state: SessionState, now: datetime
    ) -> list[tuple[str, datetime]]:
        """Note who is away, and return the seats that a bot is to take, with when they were left."""
        people = {
            seat.player for seat in state.seats.values() if seat.kind == "human" and seat.names
        }
        here, limit = self.here(name), state.options.away_minutes
        with self._lock:
            before = self._left.get(name, {})
            left = {who: before.get(who, now) for who in state.seats if who in people - {*here}}
            self._left[name] = left
        if state.status != "running" or limit is None:
            return []
        return [item for item in left.items() if (now - item[1]).total_seconds() >= 60.0 * limit]

    # --- links -------------------------------------------------------------------------------------------------------

    @cached_property
    def _key(self) -> bytes:
        made = self.log.append(
            "key/play", [("made", {"key": secrets.token_hex(32)})], command="made"
        )
        return bytes.fromhex(made[0].data["key"])

    def token(self, name: str, who: str) -> str:
        """Return what opens a seat of a session, as long as its link is not renewed."""
        return self.sign(name, who, len(self._renewed(name, who)))

    def renew(self, name: str, who: str, command: str = "") -> str:
        """End the link of a seat, and return what opens it from now on."""
        self._known(name, who)
        self.log.append(_room(name), [("relinked", {"who": who})], command=command)
        return self.token(name, who)

    def check(self, name: str, who: str, token: str) -> None:
        """Refuse who does not hold the link of a seat.

        Raises
        ------
        UsageError
            ``session-unknown``, ``seat-foreign`` for a seat that there is not, ``access-denied``.
        """
        self._known(name, who)
        if not self.has_signed(name, who, token):
            refuse(
                f"this browser does not hold the link that opens {who!r} of session {name}",
                code="access-denied",
                at="link",
                fix="open the link, or photograph the square, that control shows for this seat",
            )
        number, ended = token.partition(".")[0], self._renewed(name, who)
        if int(number) < len(ended):
            refuse(
                f"this link was ended by control at {ended[int(number)]:%H:%M} UTC",
                code="access-denied",
                at="link",
                fix="ask control for the new link of this seat",
            )

    def has_signed(self, name: str, who: str, token: str) -> bool:
        """Tell whether what opens a seat was made here, be its link ended or not; it asks no session."""
        number = token.partition(".")[0]
        if not (number.isascii() and number.isdecimal() and len(number) < _DIGITS):
            return False
        return hmac.compare_digest(self.sign(name, who, int(number)).encode(), token.encode())

    def _known(self, name: str, who: str) -> None:
        state = self.find(name).state
        if who not in {*state.seats, CONTROL, PUBLIC}:
            refuse(
                f"session {name} has no seat {who[:80]!r}",
                code="seat-foreign",
                at="seat",
                fix=f"use {', '.join([*state.seats, CONTROL, PUBLIC])}",
            )

    def sign(self, name: str, who: str, number: int) -> str:
        """Return what opens a seat by the link of a number."""
        mac = hmac.new(self._key, f"{name}/{who}/{number}".encode(), "sha256").digest()
        return f"{number}.{base64.urlsafe_b64encode(mac[:24]).decode()}"

    def _renewed(self, name: str, who: str) -> list[datetime]:
        return [
            event.at
            for event in self.log.read(_room(name))
            if event.kind == "relinked" and event.data["who"] == who
        ]

    # --- the clock ---------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Stop the clock."""
        self._stop.set()
        if self._questions is not None:
            self._questions.close()
        if self._clock is not None:
            self._clock.join(10)

    def tick(self) -> None:
        """Let the time that has passed work in every session at hand, and note what others have added."""
        with self._lock:
            live = list(self._live.items())
        for name, (session, used) in live:
            with suppress(DetenteError):  # what fails now is tried again with the next look
                state = session.state
                now = datetime.now(UTC)
                ends = datetime.fromisoformat(state.ends) if state.ends else None
                if state.status == "running" and ends is not None and now > ends:
                    session.send(CONTROL, "tick", now=now)
                for who, when in self._look_for(name, session.state, now):
                    told = {"seat": who, "kind": "equilibrium", "why": "nobody is there"}
                    session.send(CONTROL, "take", told, command=f"away:{who}:{stamp(when)}")
                state = session.state
                if self._questions is not None:
                    self._questions.look(session)
                with self._lock:
                    self._last[name] = state.events
                    if time.monotonic() - used > _QUIET and state.status != "running":
                        self._live.pop(name, None)
                        self._left.pop(name, None)
                        self._last.pop(name, None)

    def note(self, name: str) -> None:
        """Let those who follow a session look at once."""
        events = self.find(name).state.events
        with self._lock:
            self._last[name] = events

    def _keep(self, session: Session) -> Session:
        with self._lock:
            kept = self._live.setdefault(session.name, (session, time.monotonic()))[0]
            while len(self._live) > _LIVE:
                oldest = min(self._live, key=lambda name: self._live[name][1])
                del self._live[oldest]
            if self._clock is None:
                self._clock = threading.Thread(
                    target=_run, args=(weakref.ref(self), self._stop), daemon=True
                )
                self._clock.start()
        return kept


def _run(of: "weakref.ref[Rooms]", stop: threading.Event) -> None:
    """Look at the clock until the rooms are closed or nobody holds them."""
    while not stop.wait(_LOOK):
        rooms = of()
        if rooms is None:
            return
        rooms.tick()
        del rooms


def make_seen(found: Mapping[str, Any]) -> Seen:
    """Return a view with its name."""
    sent = json.dumps(found, sort_keys=True).encode()
    return Seen(id=hashlib.sha256(sent).hexdigest()[:24], view=found)


def class_stream(group: str) -> str:
    """Return the stream of a class."""
    return f"class/{group}"


def _room(name: str) -> str:
    return f"room/{name}"


def _unknown(name: str, place: str) -> NoReturn:
    refuse(
        f"there is no session {name[:80]!r}",
        code="session-unknown",
        at=place,
        fix="use the link that was given when the session was created",
    )
