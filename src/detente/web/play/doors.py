"""Doors: who may open what of a session. A seat's link opens its seat, and after the end the report; nothing else.

Who may use the workbench at all may create sessions, and control and project them; a seat is opened by its link alone, so that on a
machine that several use nobody opens the seat of another by a room in the address.
"""

import re
from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Path, Request

from detente.errors import UsageError, refuse
from detente.play.state import CONTROL
from detente.play.views import PUBLIC
from detente.web.access import SEAT_COOKIE
from detente.web.play.classes import Classes, seat_of_class
from detente.web.play.rooms import Rooms

__all__ = [
    "ClassDoor",
    "Door",
    "Owned",
    "RoomName",
    "SeatName",
    "class_cookie_of",
    "classes_of",
    "controls",
    "cookie_of",
    "may_read",
    "opens_class",
    "owns",
    "rooms_of",
    "seat_of",
]

_PLACE = re.compile(r"/(?:api/sessions|play)/([A-Z2-9]{6})/([A-Za-z0-9_-]{1,64})(?:/.*)?")
_COOKIE = re.compile(re.escape(SEAT_COOKIE) + r"([A-Z2-9]{6})_([A-Za-z0-9_-]{1,64})")

RoomName = Annotated[str, Path(pattern="^[A-Z2-9]{6}$")]
SeatName = Annotated[str, Path(max_length=64, pattern="^[A-Za-z0-9_-]+$")]

_CLASS_COOKIE = re.compile(re.escape(SEAT_COOKIE) + r"class_([A-Z2-9]{6})")
_MOST_SEATS = 8
"""Cookies of seats that are looked at to tell whom a request is counted for."""


def rooms_of(request: Request) -> Rooms:
    """Return the sessions of the application that a request came to."""
    found: Rooms = request.app.state.rooms
    return found


def cookie_of(room: str, who: str) -> str:
    """Return the name of the cookie that holds what opens a seat."""
    return f"{SEAT_COOKIE}{room}_{who}"


def classes_of(request: Request) -> Classes:
    """Return the classes of the application that a request came to."""
    return Classes(rooms_of(request))


def class_cookie_of(group: str) -> str:
    """Return the name of the cookie that holds what opens the desk of a class."""
    return f"{SEAT_COOKIE}class_{group}"


def _open_class(request: Request, group: RoomName) -> str:
    """Let a request through that holds the link of the class that it names, or may use the whole workbench."""
    classes = classes_of(request)
    if owns(request):
        return classes.find(group).id
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    classes.check(group, request.cookies.get(class_cookie_of(group), "") or bearer)
    return group


ClassDoor = Annotated[str, Depends(_open_class)]
"""The class that an address names and the request may open."""


def opens_class(request: Request, group: str) -> bool:
    """Tell whether a request may open the desk of a class."""
    try:
        _open_class(request, group)
    except UsageError:
        return False
    return True


def seat_of(rooms: Rooms, path: str, cookies: Mapping[str, str], bearer: str) -> str:
    """Return the seat for which a request is counted: that of its address if it holds what opens it, else one that it holds; or none.

    It looks at signatures alone: whether a link was ended is asked where a door opens.
    """
    held = [
        (*found.groups(), token)
        for name, token in sorted(cookies.items())
        if (found := _COOKIE.fullmatch(name))
    ]
    held += [
        (*seat_of_class(found[1]), token)
        for name, token in sorted(cookies.items())
        if (found := _CLASS_COOKIE.fullmatch(name))
    ]
    place = _PLACE.fullmatch(path)
    if place is not None:
        held.sort(key=lambda item: item[:2] != place.groups())
        held[:0] = [(*place.groups(), bearer)] if bearer else []
    for room, who, token in held[:_MOST_SEATS]:
        if rooms.has_signed(room, who, token):
            return f"{room}/{who}"
    return ""


def owns(request: Request) -> bool:
    """Tell whether a request may use the whole workbench."""
    return bool(request.scope.get("state", {}).get("owner", False))


def _open(request: Request, room: RoomName, who: SeatName) -> str:
    """Let a request through that holds the link of the seat that it names."""
    rooms = rooms_of(request)
    if owns(request) and who in {CONTROL, PUBLIC}:
        rooms.find(room)
        return who
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    rooms.check(room, who, request.cookies.get(cookie_of(room, who), "") or bearer)
    return who


Door = Annotated[str, Depends(_open)]
"""The seat, ``control`` or ``public`` that an address names and the request may open."""


def _control(request: Request, room: RoomName) -> str:
    _open(request, room, CONTROL)
    return room


Owned = Annotated[str, Depends(_control)]
"""The session that an address names, of which the request holds control."""


def controls(request: Request, room: str) -> bool:
    """Tell whether a request holds control of a session."""
    try:
        _open(request, room, CONTROL)
    except UsageError:
        return False
    return True


def may_read(request: Request, room: RoomName) -> str:
    """Let a request through that may open any seat of a session."""
    rooms = rooms_of(request)
    for who in (CONTROL, PUBLIC, *rooms.find(room).state.seats):
        try:
            _open(request, room, who)
        except UsageError:
            continue
        return room
    refuse(
        f"this browser holds no link of session {room}",
        code="access-denied",
        at="link",
        fix="open the link of a seat first",
    )
    return None
