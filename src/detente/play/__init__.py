"""Play: a crisis as a game for a room, on the rules and the engine: sessions, seats, bots, and what each may see."""

from typing import TYPE_CHECKING

from detente.lazily import offer

if TYPE_CHECKING:
    from detente.play.batches import play_sessions
    from detente.play.options import SessionOptions, read_options
    from detente.play.rulebooks import Rulebook
    from detente.play.sessions import Session
    from detente.play.state import Seat
    from detente.play.views import view

__all__ = [
    "Rulebook",
    "Seat",
    "Session",
    "SessionOptions",
    "play_sessions",
    "read_options",
    "view",
]

if not TYPE_CHECKING:
    __getattr__ = offer(__name__)
