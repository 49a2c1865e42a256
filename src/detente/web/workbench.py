"""The crises of a workbench, and what it remembers: crises with values set, solutions, and who asked last.

A client names a channel with what it asks for. The latest request of a channel is the one that counts: an earlier one is
stopped in the engine before its next block of draws.
"""

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Generic, Protocol, TypeVar

import detente
from detente.crisis.crisis import Crisis
from detente.crisis.loading import shipped_crises
from detente.engine.engine import Engine
from detente.engine.solutions import Solution
from detente.errors import nearest, refuse

__all__ = ["Channels", "Recent", "Shelf", "Workbench"]

_CRISES, _SOLUTIONS = 64, 4
"""Crises with values set and solutions that are kept."""
_KEPT_DRAWS = 256
"""Most draws of a solution that is kept: a larger one of a large game takes more than 100 MB."""
_CHANNELS, _TABLES = 512, 32

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """What was used lately, by key; may be shared by threads."""

    def __init__(self, most: int) -> None:
        self._most, self._kept = most, OrderedDict[object, Value]()
        self._lock = threading.Lock()

    def get(self, key: object, make: Callable[[], Value]) -> Value:
        """Return what is kept, or make and keep it; two threads may make the same at once."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            self._kept[key] = made
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made


class Channels:
    """The latest request of each channel; may be shared by threads."""

    def __init__(self) -> None:
        self._latest: OrderedDict[str, threading.Event] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def latest(self, channel: str) -> Iterator[threading.Event]:
        """Stop the request that a channel is at, and give what is set when this one is to stop."""
        stop = threading.Event()
        if channel:
            with self._lock:
                before = self._latest.pop(channel, None)
                self._latest[channel] = stop
                if len(self._latest) > _CHANNELS:
                    self._latest.popitem(last=False)
            if before is not None:
                before.set()
        try:
            yield stop
        finally:
            with self._lock:
                if channel and self._latest.get(channel) is stop:
                    del self._latest[channel]


class Shelf(Protocol):
    """Crises that are written while they are served: a version that was saved is there at once."""

    def names(self) -> tuple[str, ...]:
        """Return their names."""

    def load(self, name: str) -> Crisis:
        """Return one of them."""


class Workbench:
    """Some crises, their engines, and what was asked of them lately; may be shared by threads.

    Parameters
    ----------
    sources
        Names of shipped crises, or folders; all that ship by default.
    workers
        Threads of an engine.
    beside
        Folders of crises, and briefings, that the served ones may be compared with.

    Examples
    --------
    >>> bench = Workbench(["cuba-1962"])
    >>> bench.names
    ('cuba-1962',)
    >>> bench.changed("cuba-1962", {"rounds": "2"}).rounds
    2
    """

    def __init__(
        self,
        sources: Sequence[str] = (),
        *,
        workers: int | None = None,
        beside: Sequence[str] = (),
    ) -> None:
        self.beside = tuple(dict.fromkeys(beside))
        self.channels = Channels()
        self.tables: Recent[dict[str, Any]] = Recent(_TABLES)
        self.weights: Recent[list[Any]] = Recent(_TABLES)
        self.workers = workers
        self._loaded: dict[str, Crisis] = {}
        self._lock = threading.Lock()
        self._changed: Recent[Crisis] = Recent(_CRISES)
        self._shelved: Recent[Crisis] = Recent(_CRISES)
        self._solutions: Recent[Solution] = Recent(_SOLUTIONS)
        shipped = shipped_crises()
        names = []
        for source in sources or shipped:
            if source in shipped:
                names.append(source)  # loaded when it is asked for
                continue
            crisis = detente.load(source)
            self._loaded[crisis.id] = crisis
            names.append(crisis.id)
        self._names = tuple(dict.fromkeys(names))
        self._shelves: list[weakref.ref[Shelf]] = []

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the crises that are served, those of shelves last."""
        more = [name for shelf in self._alive() for name in shelf.names()]
        return tuple(dict.fromkeys([*self._names, *more]))

    def add(self, shelf: "Shelf") -> None:
        """Serve the crises of a shelf as well, as long as somebody holds it."""
        self._shelves.append(weakref.ref(shelf))

    def _alive(self) -> "list[Shelf]":
        return [shelf for item in self._shelves if (shelf := item()) is not None]

    def crisis(self, name: str) -> Crisis:
        """Return a crisis as its folder says it.

        Raises
        ------
        UsageError
            ``crisis-unknown`` for a name that is not served.
        """
        if (
            name not in self._names and name not in self.names
        ):  # saved versions are asked of the store
            near = nearest(name, self.names) or self.names
            refuse(
                f"no crisis {name[:80]!r} is served here",
                code="crisis-unknown",
                at="crisis",
                fix=f"use one of: {', '.join(near)}",
            )
        with self._lock:
            if name not in self._loaded and name in self._names:
                self._loaded[name] = detente.load(name)
            if name in self._loaded:
                return self._loaded[name]
        shelf = next(shelf for shelf in self._alive() if name in shelf.names())
        return self._shelved.get((id(shelf), name), lambda: shelf.load(name))

    def changed(self, name: str, changes: Mapping[str, object]) -> Crisis:
        """Return a crisis with some values set, as :meth:`detente.crisis.Crisis.set` does."""
        crisis = self.crisis(name)
        if not changes:
            return crisis
        key = (crisis.digest, tuple(sorted((path, repr(value)) for path, value in changes.items())))
        return self._changed.get(key, lambda: crisis.set(changes))

    def solve(
        self,
        crisis: Crisis,
        *,
        policy: str | None = None,
        draws: int,
        seed: int,
        is_stopped: Callable[[], bool] | None = None,
    ) -> Solution:
        """Solve a crisis under a policy, as :meth:`detente.engine.Engine.solve` does, or return what was solved lately.

        Raises
        ------
        concurrent.futures.CancelledError
            If ``is_stopped`` says so.
        """
        chosen = policy or next(iter(crisis.policies), None)

        def solve() -> Solution:
            engine = Engine(crisis, workers=self.workers)
            return engine.solve(chosen, draws=draws, seed=seed, is_stopped=is_stopped)

        if draws > _KEPT_DRAWS:
            return solve()
        return self._solutions.get((crisis.digest, chosen, draws, seed), solve)
