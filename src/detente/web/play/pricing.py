"""Odds for the desk, priced beside what is asked: one that takes long is given when it is there, and nobody waits for it."""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from detente.errors import DetenteError
from detente.play.desk_odds import desk_odds
from detente.play.state import SessionState

__all__ = ["Odds", "Pricing"]

_MOST = 256
"""Stands whose odds are kept."""


@dataclass(slots=True)
class Odds:
    """The odds of a stand: ``found`` once ``ready`` is set, or what kept them from being found.

    ``state`` keeps the game at hand that the key of the stand is made of.
    """

    state: SessionState
    ready: threading.Event = field(default_factory=threading.Event)
    found: Mapping[str, Any] | None = None
    fault: str = ""


class Pricing:
    """Prices each stand once, one after the other, in a thread of its own; may be shared by threads.

    Parameters
    ----------
    price
        What prices the stand of a state.

    Attributes
    ----------
    priced
        How many stands were priced until now.
    """

    def __init__(self, price: Callable[[SessionState], Mapping[str, Any]] = desk_odds) -> None:
        self._price = price
        self._kept: OrderedDict[tuple[object, ...], Odds] = OrderedDict()
        self._todo: deque[Odds] = deque()
        self._works, self._lock = False, threading.Lock()
        self.priced = 0

    def odds(self, state: SessionState, *, wait_s: float = 0.0) -> Odds:
        """Return the odds where a session stands, after waiting for them a while at most."""
        stage = state.status if state.status in {"lobby", "practice"} else "begun"
        argued = tuple(
            (item.id, item.round, tuple(sorted(item.state.items())))
            for item in state.arguments.values()
            if item.status == "open"
        )
        key = (id(state.begun), state.where.path, tuple(sorted(state.types.items())), stage, argued)
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                found = self._kept[key] = Odds(state)
                self._todo.append(found)
                if len(self._kept) > _MOST:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            if self._todo and not self._works:
                self._works = True
                threading.Thread(target=self._work, daemon=True).start()
        if wait_s:
            found.ready.wait(wait_s)
        return found

    def _work(self) -> None:
        """Price what is asked until nothing is."""
        while True:
            with self._lock:
                if not self._todo:
                    self._works = False
                    return
                odds = self._todo.popleft()
            try:
                odds.found = self._price(odds.state)
            except DetenteError as error:
                odds.fault = error.message
            except Exception as error:  # noqa: BLE001  # a fault of one stand is not the end of the others
                odds.fault = f"{type(error).__name__}: {error}"
            odds.ready.set()
            self.priced += 1
