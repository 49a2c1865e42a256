"""Commands decided: what a seat or control asks for becomes events, or is refused with what is wrong and what to do.

Deciding reads the state and the time that it is told; it changes nothing. The events of a command stand in the log together
or not at all.
"""

from datetime import datetime

from detente.play.commands import Command, Events, Recorder, foreign, invalid
from detente.play.desk import OF_CONTROL
from detente.play.seat_commands import OF_SEATS
from detente.play.state import CONTROL, SessionState

__all__ = ["decide"]


def decide(state: SessionState, command: Command, *, now: datetime) -> Events:
    """Return the events of a command.

    Parameters
    ----------
    state
        Where the session stands.
    command
        What is asked, and by whom.
    now
        The time of the server.

    Raises
    ------
    UsageError
        ``command-invalid`` for what is not understood or not possible now, ``seat-foreign`` for what only another may do,
        ``order-illegal`` for a choice that is not open, ``phase-over`` for an order that comes too late.
    """
    if state.status == "empty":
        invalid("session", "the session was not created yet", "create it first")
    if command.seat != CONTROL and command.seat not in state.seats:
        foreign(f"there is no seat {command.seat!r}", "use the link of a seat of this game")
    if command.kind not in {*OF_SEATS, *OF_CONTROL}:
        invalid(
            "kind",
            f"there is no command {command.kind!r}",
            f"use one of: {', '.join(sorted({*OF_SEATS, *OF_CONTROL}))}",
        )
    mine = OF_CONTROL if command.seat == CONTROL else OF_SEATS
    if command.kind not in mine:
        who = "a seat" if command.seat == CONTROL else "control"
        foreign(
            f"{command.kind!r} is for {who} and not for {command.seat!r}",
            f"let {who} do it, with its own link",
        )
    recorder = Recorder(state, now)
    mine[command.kind](recorder, command)
    return tuple(recorder.events)
