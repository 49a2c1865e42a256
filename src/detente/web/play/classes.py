"""Classes: rooms that are played side by side, opened by one link and run at once.

A class is a stream of the log: its name and crisis, the rooms in their order, and what was asked of all of them
(:doc:`/decisions/0128-the-desk-and-its-class`).
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from detente.engine.keys import key_of
from detente.errors import refuse
from detente.log import LogEvent
from detente.play.options import SessionOptions
from detente.play.sessions import new_name
from detente.play.state import CONTROL, SessionState
from detente.web.play.asking import AskedOfClass, DoneInRooms
from detente.web.play.rooms import Rooms, Seen, class_stream, make_seen

__all__ = ["ClassOfRooms", "Classes", "seat_of_class"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassOfRooms:
    """A class: its id, name and crisis, its rooms in order, and how often its link was ended."""

    id: str
    name: str
    crisis: str
    rooms: tuple[str, ...]
    ended: int


_POSSIBLE: Final[Mapping[str, Callable[[SessionState], bool]]] = {
    "start": lambda state: state.status == "lobby",
    "pause": lambda state: state.status == "running",
    "resume": lambda state: state.status == "paused",
    "extend": lambda state: state.status == "running" and bool(state.ends),
}
"""Which rooms can do now what is asked of all."""


def seat_of_class(group: str) -> tuple[str, str]:
    """Return under which names the link of a class is signed; no session has such a name."""
    return class_stream(group), CONTROL


class Classes:
    """The classes of a log.

    Parameters
    ----------
    rooms
        The sessions of the log.
    """

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def create(
        self,
        crisis: str,
        options: SessionOptions,
        changes: Mapping[str, object],
        *,
        name: str,
        rooms: int,
        same: bool,
    ) -> ClassOfRooms:
        """Create a class with its rooms; with the same draws in all of them, or with a key of its own for each."""
        group = new_name()
        for number in range(rooms):
            own = key_of(options.session_seed, str(number), "class") >> 11
            mine = options if same else replace(options, session_seed=own)
            self._rooms.create(crisis, mine, changes, group=group)
        opened = {"name": name, "crisis": crisis}
        self._rooms.log.append(class_stream(group), [("opened", opened)], command="opened")
        return self.find(group)

    def find(self, group: str) -> ClassOfRooms:
        """Return a class.

        Raises
        ------
        UsageError
            ``session-unknown``.
        """
        events = self._events(group)
        opened = next((event.data for event in events if event.kind == "opened"), None)
        if opened is None:
            refuse(
                f"there is no class {group!r}",
                code="session-unknown",
                at=self._rooms.log.place,
                fix="use the link that was given when the class was created",
            )
        return ClassOfRooms(
            id=group,
            name=opened["name"],
            crisis=opened["crisis"],
            rooms=tuple(event.data["room"] for event in events if event.kind == "added"),
            ended=sum(event.kind == "relinked" for event in events),
        )

    def see(self, group: str) -> Seen:
        """Return how all rooms of a class stand: for its desk."""
        found = self.find(group)
        return make_seen(
            {
                "id": group,
                "name": found.name,
                "crisis": found.crisis,
                "ends": "",
                "status": "",
                "rooms": [
                    self._line(number, room) for number, room in enumerate(found.rooms, start=1)
                ],
            }
        )

    def _line(self, number: int, room: str) -> dict[str, Any]:
        state = self._rooms.find(room).state
        view = self._rooms.see(room, CONTROL, wait_s=0.0).view
        odds = view["odds"]
        expected = odds["expected"] if odds else None
        kept = ("status", "turn", "round", "rounds", "phase", "phase_label", "ends", "sealed")
        more = ("waiting_for", "here", "away", "outcome", "outcome_label", "seats", "odds_due")
        return {
            "id": room,
            "number": number,
            "fork_of": state.forked[0],
            **{name: view[name] for name in (*kept, *more)},
            "attack": expected["attack"] if expected else None,
        }

    def moved(self, group: str) -> tuple[object, ...]:
        """Return something that differs when what the desk of a class is sent may differ."""
        rooms = self.find(group).rooms
        return tuple(self._rooms.moved(room, CONTROL) for room in rooms)

    def send(self, group: str, asked: AskedOfClass) -> DoneInRooms:
        """Do in each room that can do it what is asked of all; the same id again gives what it gave."""
        found = self.find(group)
        command = f"asked:{asked.id}"
        before = next((item for item in self._events(group) if item.command == command), None)
        if before is not None:
            return DoneInRooms(done=before.data["done"], left=before.data["left"])
        done: list[str] = []
        if asked.kind != "relink":
            data = {"minutes": asked.minutes} if asked.kind == "extend" else {}
            for room in found.rooms:
                session = self._rooms.find(room)
                if _POSSIBLE[asked.kind](session.state):
                    session.send(CONTROL, asked.kind, data, command=f"class:{asked.id}")
                    self._rooms.note(room)
                    done.append(room)
        left = [room for room in found.rooms if room not in done]
        kind = "relinked" if asked.kind == "relink" else "asked"
        told = {"kind": asked.kind, "done": done, "left": left}
        self._rooms.log.append(class_stream(group), [(kind, told)], command=command)
        return DoneInRooms(done=done, left=left)

    def token(self, group: str) -> str:
        """Return what opens the desk of a class."""
        return self._rooms.sign(*seat_of_class(group), self.find(group).ended)

    def check(self, group: str, token: str) -> None:
        """Refuse who does not hold the link of a class.

        Raises
        ------
        UsageError
            ``session-unknown``, ``access-denied``.
        """
        if not secrets.compare_digest(self.token(group).encode(), token.encode()):
            refuse(
                f"this browser does not hold the link that opens class {group}",
                code="access-denied",
                at="link",
                fix="open the link of the class that its desk shows",
            )

    def _events(self, group: str) -> tuple[LogEvent, ...]:
        return tuple(self._rooms.log.read(class_stream(group)))
