"""Routes of sessions: the JSON API, the events that a page follows, and the pages of seats, control, the public and the report."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any
from urllib.parse import parse_qsl, quote

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, ValidationError

from detente.play.reports import report_data
from detente.play.research import event_lines, move_table, number_people, survey_table
from detente.play.state import CONTROL
from detente.play.views import PUBLIC
from detente.web.play.asking import (
    AskedCommand,
    AskedFork,
    AskedLink,
    AskedSession,
    Done,
    SessionMade,
    kinds_of,
    read_form,
)
from detente.web.play.doors import (
    Door,
    Owned,
    RoomName,
    SeatName,
    classes_of,
    controls,
    cookie_of,
    may_read,
    opens_class,
    rooms_of,
)
from detente.web.play.following import follow, now_text
from detente.web.play.printing import to_pages
from detente.web.play.reporting import show_report
from detente.web.play.showing import show_control, show_seat
from detente.web.rendering import renderer_of

__all__ = [
    "Viewed",
    "api",
    "ask_on_page",
    "command_session",
    "create_session",
    "download_events",
    "download_moves",
    "download_report",
    "download_survey",
    "follow_session",
    "fork_on_page",
    "fork_session",
    "join",
    "link_of",
    "print_report",
    "relink_on_page",
    "relink_seat",
    "report_on_page",
    "report_session",
    "router",
    "show_page",
    "view_session",
]

api = APIRouter()
router = APIRouter()

_DAY = 86_400 * 30
"""Seconds that a browser keeps a seat."""

Reader = Annotated[str, Depends(may_read)]


class Viewed(BaseModel):
    """What a seat, control or the public is sent; ``id`` names this view, ``now`` is the server's time."""

    id: str
    now: str
    view: dict[str, Any]


# --- for programs ----------------------------------------------------------------------------------------------------


@api.post("/sessions", status_code=201)
def create_session(request: Request, asked: AskedSession) -> SessionMade:
    """Create a session; who may use the workbench has control of it, and each seat is opened by its link."""
    rooms = rooms_of(request)
    session = rooms.create(asked.crisis, asked.options(), asked.set)
    links = {who: link_of(request, session.name, who) for who in (*session.state.seats, CONTROL)}
    return SessionMade(id=session.name, links=links)


@api.get("/sessions/{room}/report")
def report_session(request: Request, room: Reader) -> dict[str, Any]:
    """Return the report of a session that has ended; as ``detente play --report --json``.

    ``rooms`` compares it with other rooms of the same crisis file, commitment and cases; for who holds control.
    """
    return _report(request, room)


def _report(request: Request, room: str) -> dict[str, Any]:
    rooms = rooms_of(request)
    data = report_data(rooms.find(room).state)
    return {**data, "rooms": rooms.compare(room) if controls(request, room) else []}


@api.get("/sessions/{room}/moves.csv", response_class=Response)
def download_moves(request: Request, room: Reader) -> Response:
    """Return the moves and draws of a session that has ended as a table, people numbered."""
    state = rooms_of(request).find(room).state
    report_data(state)
    return _file(move_table(state), "text/csv; charset=utf-8", f"{room}-moves.csv")


@api.get("/sessions/{room}/survey.csv", response_class=Response)
def download_survey(request: Request, room: Reader) -> Response:
    """Return the points of the survey of a session that has ended as a table, a row for each seat that answered."""
    state = rooms_of(request).find(room).state
    report_data(state)
    return _file(survey_table(state), "text/csv; charset=utf-8", f"{room}-survey.csv")


@api.get("/sessions/{room}/events.jsonl", response_class=Response)
def download_events(request: Request, room: Reader) -> Response:
    """Return the events of a session that has ended as lines of JSON, people numbered, without what anybody wrote."""
    session = rooms_of(request).find(room)
    report_data(session.state)
    lines = event_lines(session.state, [(event.kind, event.data) for event in session.events])
    return _file(lines, "application/x-ndjson", f"{room}-events.jsonl")


@api.post("/sessions/{room}/forks", status_code=201)
def fork_session(request: Request, room: Owned, asked: AskedFork) -> SessionMade:
    """Play a turn anew in a session of its own; this one stays as it is."""
    session = rooms_of(request).fork(room, asked.turn)
    links = {who: link_of(request, session.name, who) for who in (*session.state.seats, CONTROL)}
    return SessionMade(id=session.name, links=links)


@api.post("/sessions/{room}/links")
def relink_seat(request: Request, room: Owned, asked: AskedLink) -> dict[str, str]:
    """End the link of a seat and return the new one."""
    rooms_of(request).renew(room, asked.who, asked.id)
    return {"link": link_of(request, room, asked.who)}


@api.get("/sessions/{room}/{who}/view")
def view_session(request: Request, room: RoomName, who: Door) -> Viewed:
    """Return what a seat, ``control`` or ``public`` may know of a session, and nothing else."""
    seen = rooms_of(request).see(room, who)
    return Viewed(id=seen.id, now=now_text(), view=dict(seen.view))


@api.get("/sessions/{room}/{who}/events", response_class=EventSourceResponse)
async def follow_session(
    request: Request,
    room: RoomName,
    who: Door,
    after: Annotated[str, Query(max_length=64)] = "",
    last_event_id: Annotated[str | None, Header(max_length=64)] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Follow a session: an event when what the follower is sent has changed, with the name of the new view as its id.

    A follower that comes back with the id that it saw last is told at once if anything has changed since; nothing about what it
    may not know, not even that something happened, is sent.
    """
    rooms = rooms_of(request)
    token = request.cookies.get(cookie_of(room, who), "")
    window = rooms.come(room, who)
    try:
        events = follow(
            request,
            last_event_id if last_event_id is not None else after,
            moved=partial(rooms.moved, room, who),
            see=partial(rooms.see, room, who),
            check=partial(rooms.check, room, who, token) if token else None,
            newer=partial(rooms.has_newer, room, who, window) if who != PUBLIC else None,
        )
        async for event in events:
            yield event
    finally:
        rooms.go(room, who, window)


@api.post("/sessions/{room}/{who}/commands")
def command_session(request: Request, room: RoomName, who: Door, asked: AskedCommand) -> Done:
    """Do what a seat or control asks; when this answers, it is committed. The same id again gives the same answer."""
    return _command(request, room, who, asked)


def _command(request: Request, room: str, who: str, asked: AskedCommand) -> Done:
    rooms = rooms_of(request)
    session = rooms.find(room)
    if who == CONTROL and asked.kind == "take":
        rooms.check_kinds([asked.data.get("kind")])
    events = session.send(who, asked.kind, asked.data, command=f"{who}:{asked.id}")
    rooms.note_presence(room, who)
    rooms.note(room)
    return Done(at=events[0].at.isoformat() if events else "")


# --- the pages -------------------------------------------------------------------------------------------------------


@router.get("/play/{room}/report")
def report_on_page(request: Request, room: Reader) -> HTMLResponse:
    """Show the report of a session that has ended."""
    session, renderer = rooms_of(request).find(room), renderer_of(request)
    shown = show_report(renderer, session.book.crisis, _report(request, room))
    given: dict[str, Any] = {
        "room": room,
        "digest": session.digest,
        "forks": controls(request, room),
    }
    return renderer.page("play/report.html", request, **given, **shown)


@router.get("/play/{room}/report.pdf")
def print_report(request: Request, room: Reader) -> Response:
    """Return the report as PDF, people numbered."""
    return _pages(request, room, "report.pdf", "application/pdf")


@router.get("/play/{room}/report.html")
def download_report(request: Request, room: Reader) -> Response:
    """Return the report as one file that needs no server, people numbered."""
    return _pages(request, room, "report.html", "text/html; charset=utf-8")


def _pages(request: Request, room: str, name: str, kind: str) -> Response:
    session = rooms_of(request).find(room)
    data = number_people(session.state, _report(request, room))
    crisis, digest = session.book.crisis, session.digest
    made = to_pages(renderer_of(request), crisis, data, room=room, digest=digest)
    return _file(made[name], kind, f"{room}-{name}")


@router.post("/play/{room}/control/links")
async def relink_on_page(request: Request, room: Owned) -> RedirectResponse:
    """Take the form that ends the link of a seat."""
    given = dict(await _pairs(request))
    try:
        asked = AskedLink(who=given.get("who", ""), id=given.get("id", ""))
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
    await asyncio.to_thread(rooms_of(request).renew, room, asked.who, asked.id)
    return _back(room, CONTROL)


@router.post("/play/{room}/control/forks")
async def fork_on_page(request: Request, room: Owned) -> RedirectResponse:
    """Take the form that plays a turn anew, and go to the desk of the new session."""
    turn = dict(await _pairs(request)).get("turn", "")
    try:
        asked = AskedFork(turn=int(turn) if turn.isdecimal() else 0)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
    session = await asyncio.to_thread(rooms_of(request).fork, room, asked.turn)
    return _back(session.name, CONTROL)


@router.get("/play/{room}/{who}/join")
def join(
    request: Request, room: RoomName, who: SeatName, s: Annotated[str, Query(max_length=100)] = ""
) -> RedirectResponse:
    """Take the link of a seat, let the browser keep what opens it, and go there."""
    rooms_of(request).check(room, who, s)
    answer = _back(room, who)
    answer.set_cookie(
        cookie_of(room, who), s, max_age=_DAY, path="/", httponly=True, samesite="lax"
    )
    return answer


@router.get("/play/{room}/{who}")
def show_page(request: Request, room: RoomName, who: Door) -> HTMLResponse:
    """Show a seat, the desk of control, or what all may know."""
    rooms, renderer = rooms_of(request), renderer_of(request)
    session, seen = rooms.find(room), rooms.see(room, who)
    common: dict[str, Any] = {
        "room": room,
        "who": who,
        "seen": seen.id,
        "view": seen.view,
        "told": session.book.crisis,
        "now": now_text(),
    }
    if who == CONTROL:
        links = {
            seat: link_of(request, room, seat) for seat in (*session.state.seats, PUBLIC, CONTROL)
        }
        shown = show_control(session, seen.view, links, kinds_of(rooms.model))
        group = rooms.group_of(room)
        shown["group"] = (
            classes_of(request).see(group).view if group and opens_class(request, group) else None
        )
        return renderer.page("play/control.html", request, **common, **shown)
    shown = show_seat(session.book.crisis, seen.view, session.book.opening().state)
    template = "play/public.html" if who == PUBLIC else "play/seat.html"
    return renderer.page(template, request, **common, **shown)


@router.post("/play/{room}/{who}")
async def ask_on_page(request: Request, room: RoomName, who: Door) -> Response:
    """Take a form of a page: to a script it says that it is done, a reader goes back to the page."""
    try:
        asked = read_form(await _pairs(request))
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
    done = await asyncio.to_thread(_command, request, room, who, asked)
    if request.headers.get("accept") == "application/json":
        return Response(done.model_dump_json(), media_type="application/json")
    return _back(room, who)


def link_of(request: Request, room: str, who: str) -> str:
    """Return the link that opens a seat, on the address by which the workbench was asked."""
    token = rooms_of(request).token(room, who)
    return f"{str(request.base_url).rstrip('/')}/play/{room}/{quote(who)}/join?s={token}"


async def _pairs(request: Request) -> list[tuple[str, str]]:
    return parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)


def _back(room: str, who: str) -> RedirectResponse:
    return RedirectResponse(f"/play/{room}/{quote(who)}", status_code=303)


def _file(text: str | bytes, kind: str, room: str) -> Response:
    headers = {
        "content-disposition": f'attachment; filename="{room}"',
        "cache-control": "no-store",
    }
    return Response(text, media_type=kind, headers=headers)
