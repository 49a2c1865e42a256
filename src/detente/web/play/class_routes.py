"""Routes of classes: rooms side by side, what is asked of all at once, and the sheets of links that are handed out."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Header, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import ValidationError

from detente.play.sessions import Session
from detente.play.state import CONTROL
from detente.web.play.asking import (
    AskedClass,
    AskedOfClass,
    ClassMade,
    DoneInRooms,
    read_form,
)
from detente.web.play.classes import ClassOfRooms
from detente.web.play.doors import (
    ClassDoor,
    Owned,
    RoomName,
    class_cookie_of,
    classes_of,
    owns,
    rooms_of,
)
from detente.web.play.following import follow, now_text
from detente.web.play.routes import Viewed, link_of
from detente.web.play.showing import square
from detente.web.rendering import renderer_of

__all__ = [
    "api",
    "ask_class",
    "ask_class_on_page",
    "class_link_of",
    "create_class",
    "follow_class",
    "join_class",
    "make_class",
    "router",
    "show_class",
    "show_class_sheet",
    "show_sheet",
    "view_class",
]

api = APIRouter()
router = APIRouter()

_DAY = 86_400 * 30
"""Seconds that a browser keeps the desk of a class."""


# --- for programs ----------------------------------------------------------------------------------------------------


@api.post("/classes", status_code=201)
def create_class(request: Request, asked: AskedClass) -> ClassMade:
    """Create the rooms of a class; its link opens its desk, and each seat of each room has its own."""
    found = make_class(request, asked)
    rooms = rooms_of(request)
    return ClassMade(
        id=found.id,
        link=class_link_of(request, found.id),
        rooms={
            room: {
                who: link_of(request, room, who) for who in (*rooms.find(room).state.seats, CONTROL)
            }
            for room in found.rooms
        },
    )


@api.get("/classes/{group}/view")
def view_class(request: Request, group: ClassDoor) -> Viewed:
    """Return how the rooms of a class stand: turn, who has sealed, who is here, and how likely an attack is from there."""
    seen = classes_of(request).see(group)
    return Viewed(id=seen.id, now=now_text(), view=dict(seen.view))


@api.get("/classes/{group}/events", response_class=EventSourceResponse)
async def follow_class(
    request: Request,
    group: ClassDoor,
    after: Annotated[str, Query(max_length=64)] = "",
    last_event_id: Annotated[str | None, Header(max_length=64)] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Follow a class: an event when what its desk is sent has changed, as of a session."""
    classes = classes_of(request)
    token = request.cookies.get(class_cookie_of(group), "")
    events = follow(
        request,
        last_event_id if last_event_id is not None else after,
        moved=partial(classes.moved, group),
        see=partial(classes.see, group),
        check=partial(classes.check, group, token) if token and not owns(request) else None,
    )
    async for event in events:
        yield event


@api.post("/classes/{group}/commands")
def ask_class(request: Request, group: ClassDoor, asked: AskedOfClass) -> DoneInRooms:
    """Start, pause, resume or extend every room that can do it now; the same id again gives the same answer."""
    return classes_of(request).send(group, asked)


# --- the pages -------------------------------------------------------------------------------------------------------


@router.get("/play/class/{group}/join")
def join_class(
    request: Request, group: RoomName, s: Annotated[str, Query(max_length=100)] = ""
) -> RedirectResponse:
    """Take the link of a class, let the browser keep what opens its desk, and go there."""
    classes_of(request).check(group, s)
    return _keep(_back(group), group, s)


@router.get("/play/class/{group}/sheet")
def show_class_sheet(request: Request, group: ClassDoor) -> HTMLResponse:
    """Show the links of all seats of a class as slips to be printed and cut."""
    rooms = rooms_of(request)
    found = classes_of(request).find(group)
    slips = [
        slip
        for number, room in enumerate(found.rooms, start=1)
        for slip in _slips(request, rooms.find(room), f"Room {number}")
    ]
    title = found.name or f"Class {group}"
    return renderer_of(request).page("play/sheet.html", request, title=title, slips=slips)


@router.get("/play/{room}/control/sheet")
def show_sheet(request: Request, room: Owned) -> HTMLResponse:
    """Show the links of all seats of a session as slips to be printed and cut."""
    slips = _slips(request, rooms_of(request).find(room), "")
    return renderer_of(request).page(
        "play/sheet.html", request, title=f"Session {room}", slips=slips
    )


@router.get("/play/class/{group}")
def show_class(request: Request, group: ClassDoor) -> HTMLResponse:
    """Show the rooms of a class side by side."""
    seen, rooms = classes_of(request).see(group), rooms_of(request)
    links = {
        room["id"]: {
            who: link_of(request, room["id"], who)
            for who in (*(seat["id"] for seat in room["seats"]), CONTROL, "public")
        }
        for room in seen.view["rooms"]
    }
    first = rooms.find(seen.view["rooms"][0]["id"])
    return renderer_of(request).page(
        "play/class.html",
        request,
        room=group,
        who="class",
        seen=seen.id,
        view=seen.view,
        now=now_text(),
        told=first.book.crisis,
        links=links,
        own=class_link_of(request, group),
        own_square=square(class_link_of(request, group)),
    )


@router.post("/play/class/{group}")
async def ask_class_on_page(request: Request, group: ClassDoor) -> Response:
    """Take a form of the desk of a class."""
    text = (await request.body()).decode("utf-8", "replace")
    try:
        given = read_form(parse_qsl(text, keep_blank_values=True))
        data: dict[str, Any] = {"id": given.id, "kind": given.kind, **given.data}
        asked = AskedOfClass.model_validate(data)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
    classes = classes_of(request)
    done = await asyncio.to_thread(classes.send, group, asked)
    if asked.kind == "relink":  # who ends the link keeps the class
        return _keep(_back(group), group, classes.token(group))
    if request.headers.get("accept") == "application/json":
        return Response(done.model_dump_json(), media_type="application/json")
    return _back(group)


def make_class(request: Request, asked: AskedClass) -> ClassOfRooms:
    """Create the class that is asked for."""
    return classes_of(request).create(
        asked.crisis,
        asked.options(),
        asked.set,
        name=asked.name,
        rooms=asked.rooms,
        same=asked.chance == "same",
    )


def class_link_of(request: Request, group: str) -> str:
    """Return the link that opens the desk of a class, on the address by which the workbench was asked."""
    token = classes_of(request).token(group)
    return f"{str(request.base_url).rstrip('/')}/play/class/{group}/join?s={token}"


def _slips(request: Request, session: Session, label: str) -> list[dict[str, str]]:
    """Return what stands on the slip of each seat that a person plays, or may play."""
    crisis, found = session.book.crisis, []
    for seat in session.state.seats.values():
        if seat.kind == "human":
            link = link_of(request, session.name, seat.player)
            found.append(
                {
                    "room": session.name,
                    "label": label,
                    "crisis": crisis.title,
                    "seat": crisis.players[seat.player].name,
                    "link": link,
                    "square": square(link),
                }
            )
    return found


def _keep(answer: RedirectResponse, group: str, token: str) -> RedirectResponse:
    """Let the browser keep what opens a class."""
    cookie = class_cookie_of(group)
    answer.set_cookie(cookie, token, max_age=_DAY, path="/", httponly=True, samesite="lax")
    return answer


def _back(group: str) -> RedirectResponse:
    return RedirectResponse(f"/play/class/{group}", status_code=303)
