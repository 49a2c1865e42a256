"""Commands and what all of them need: events as they are decided, texts and names as they are read, refusals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NoReturn

from detente.characters import find_forbidden
from detente.errors import refuse
from detente.play.courses import Menu
from detente.play.folding import fold
from detente.play.state import CONTROL, SessionState

__all__ = [
    "MOST_CHARACTERS",
    "Command",
    "Events",
    "Recorder",
    "check_running",
    "clean",
    "foreign",
    "invalid",
    "name_of",
    "phase_over",
    "read_choices",
    "read_seats",
    "read_state",
    "read_text",
    "say",
    "stamp",
    "tell",
]

MOST_CHARACTERS = 2000
"""Longest text of a person, in characters."""

Events = tuple[tuple[str, dict[str, Any]], ...]
"""Kinds of events and their data, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a seat, or control, asks of a session.

    ``id`` makes it safe to send twice; ``seat`` is who sends it, by the link that was opened and not by what the sender says.
    """

    id: str
    seat: str
    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)


class Recorder:
    """Events as they are decided, and the state that they lead to."""

    def __init__(self, state: SessionState, now: datetime) -> None:
        self.state, self.now = state, now
        self.events: list[tuple[str, dict[str, Any]]] = []

    def emit(self, event: str, /, **data: Any) -> None:
        """Add an event."""
        self.events.append((event, data))
        self.state = fold(self.state, event, data)


def read_choices(command: Command, mine: list[Menu]) -> list[str]:
    """Check the choices of an order against the menus of its seat."""
    given = command.data.get("choices")
    given = [given] if isinstance(given, str) else given
    if not isinstance(given, list | tuple) or len(given) != len(mine):
        refuse(
            f"the order {given!r} does not have {len(mine)} choice{'s' if len(mine) > 1 else ''}",
            code="order-illegal",
            at="choices",
            fix=f"choose from {' and then from '.join(', '.join(menu.open) for menu in mine)}",
        )
    for choice, menu in zip(given, mine, strict=True):
        if choice not in menu.open:
            refuse(
                f"{choice!r} is not open to {menu.player!r} here",
                code="order-illegal",
                at="choices",
                fix=f"choose one of: {', '.join(menu.open)}",
            )
    return list(given)


def say(recorder: Recorder, command: Command) -> None:
    """Note what a seat or control says to some or to all."""
    state = recorder.state
    to = read_seats(state, command, "to", and_control=True)
    if command.seat != CONTROL and CONTROL not in to:
        if state.options.talk == "none":
            invalid("to", "this game has no talk between seats", "write to control")
        if state.options.talk == "all" and to:
            invalid("to", "in this game seats speak to all at once", "leave `to` empty")
    if command.seat in to:
        invalid("to", f"{command.seat!r} writes to itself", "name others")
    recorder.emit("said", sender=command.seat, to=list(to), text=read_text(command, "text"))


def clean(text: str) -> str:
    r"""Return a text without the characters that no text of a user may hold.

    Examples
    --------
    >>> clean("a\x1b[31mb")
    'a[31mb'
    """
    while (place := find_forbidden(text)) is not None:
        text = text[:place] + text[place + 1 :]
    return text.strip()


def read_text(
    command: Command, name: str, *, need: bool = True, most: int = MOST_CHARACTERS
) -> str:
    """Return a text of a command, without forbidden characters; refuse one that is too long, or empty where it is needed."""
    given = command.data.get(name, "")
    if not isinstance(given, str) or len(given) > most:
        invalid(name, f"{name} is no text of at most {most} characters", f"shorten it to {most}")
    text = clean(given)
    if need and not text:
        invalid(name, f"{name} is empty", "write something")
    return text


def read_seats(
    state: SessionState, command: Command, name: str, *, and_control: bool = False
) -> tuple[str, ...]:
    """Return the seats that a command names, each once; refuse names that are none."""
    given = command.data.get(name, [])
    given = [given] if isinstance(given, str) else given
    known = {*state.seats, *([CONTROL] if and_control else [])}
    if not isinstance(given, list | tuple) or any(
        not isinstance(seat, str) or seat not in known for seat in given
    ):
        invalid(name, f"{given!r} are no seats of this game", f"use {', '.join(sorted(known))}")
    return tuple(dict.fromkeys(given))


def read_state(state: SessionState, command: Command, name: str) -> dict[str, str]:
    """Return values of state variables that a command names; refuse variables and values that the crisis does not have."""
    given = command.data.get(name, {})
    if not isinstance(given, Mapping):
        invalid(name, f"{given!r} are no values", "give a value by variable")
    variables = state.book.crisis.state
    for variable, value in given.items():
        if variable not in variables:
            refuse(
                f"the crisis has no state variable {variable!r}",
                code="variable-unknown",
                at=name,
                fix=f"use {', '.join(variables)}",
            )
        if value not in variables[variable].values:
            refuse(
                f"{variable!r} has no value {value!r}",
                code="state-value-unknown",
                at=f"{name}.{variable}",
                fix=f"use {', '.join(variables[variable].values)}",
            )
    return dict(given)


def check_running(state: SessionState, *, or_practice: bool = False) -> None:
    """Refuse what needs a session that runs, or where that does as well, one in its practice turn."""
    if state.status != "running" and not (or_practice and state.status == "practice"):
        words = {
            "lobby": "has not started",
            "practice": "is in its practice turn",
            "paused": "is paused",
            "ended": "has ended",
        }
        invalid("session", f"the session {words[state.status]}", "wait until it goes on")


def tell(recorder: Recorder, text: str, kind: str, *, to: list[str] | None = None) -> None:
    """Tell seats, by default all, a plain line."""
    recorder.emit("news", text=text, kind=kind, to=to or [])


def name_of(state: SessionState, player: str) -> str:
    """Return the name of a player."""
    return state.book.crisis.players[player].name


def stamp(when: datetime) -> str:
    """Return a time as it stands in events."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds")


def invalid(at: str, message: str, fix: str) -> NoReturn:
    """Refuse what is not understood, or not possible now."""
    refuse(message, code="command-invalid", at=at, fix=fix)


def foreign(message: str, fix: str) -> NoReturn:
    """Refuse what only another may do."""
    refuse(message, code="seat-foreign", at="seat", fix=fix)


def phase_over(message: str, fix: str) -> NoReturn:
    """Refuse what comes too late."""
    refuse(message, code="phase-over", at="phase", fix=fix)
