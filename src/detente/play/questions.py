"""Questions to a language model that are put beside everything else: a room goes on while a model thinks."""

import threading
import time
from collections.abc import Callable
from typing import Final

from detente.errors import DetenteError
from detente.play.language import Endpoint, answer_seat, seats_of_models
from detente.play.sessions import Session

__all__ = ["Questions"]

_AT_ONCE: Final = 4
"""Questions that are put at the same time, whatever the number of rooms."""
_AGAIN_S: Final = 5.0
"""Seconds after which a question is put again whose answer could not be kept, as where the store was away."""


class Questions:
    """Asks a server for the orders of seats of language models, each once for a turn, in threads of its own.

    Parameters
    ----------
    endpoint
        Whom to ask.
    told
        Called with the name of a session when an answer is in its log.
    """

    def __init__(self, endpoint: Endpoint, told: Callable[[str], object]) -> None:
        self.endpoint, self._told = endpoint, told
        self._put: dict[tuple[str, str], tuple[int, float]] = {}
        self._free, self._lock = threading.Semaphore(_AT_ONCE), threading.Lock()
        self._is_closed = False

    def look(self, session: Session) -> None:
        """Put the questions that a session waits for; returns at once."""
        state = session.state
        for seat in seats_of_models(state):
            place = (session.name, seat)
            with self._lock:
                turn, until = self._put.get(place, (0, 0.0))
                if self._is_closed or (turn == state.turn and time.monotonic() < until):
                    continue
                self._put[place] = (state.turn, float("inf"))
            threading.Thread(
                target=self._ask, args=(session, seat, state.turn), daemon=True
            ).start()

    def close(self) -> None:
        """Put no more questions; an answer that is still to come is left, and asked for anew when the session is opened again."""
        with self._lock:
            self._is_closed = True

    def _ask(self, session: Session, seat: str, turn: int) -> None:
        until = float("inf")
        with self._free:
            try:
                if not self._is_closed:
                    answer_seat(session, self.endpoint, seat)
                    self._told(session.name)
            except DetenteError:
                until = time.monotonic() + _AGAIN_S
        with self._lock:
            self._put[session.name, seat] = (turn, until)
