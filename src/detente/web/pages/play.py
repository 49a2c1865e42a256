"""*Play*: the crisis as a game for a room: its sessions, and a new one."""

import asyncio
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError

from detente.web.links import SET, open_link
from detente.web.pages._begin import CrisisOfPage
from detente.web.play import class_routes, routes
from detente.web.play.asking import AskedSession, kinds_of, read_session
from detente.web.play.doors import rooms_of
from detente.web.rendering import Page, renderer_of

__all__ = ["PAGE", "api", "create_on_page", "router", "show"]

PAGE = Page(label="Play", path="play", order=85)
api = APIRouter()
api.include_router(class_routes.api)
api.include_router(routes.api)
router = APIRouter()


@router.get("/{crisis}/play")
def show(request: Request, crisis: CrisisOfPage) -> HTMLResponse:
    """List the sessions of a crisis, and offer a new one."""
    opened = open_link(crisis, request.query_params.multi_items())
    given = {SET + path: _text(value) for path, value in opened.asked.set.items()}
    return renderer_of(request).page(
        "play.html",
        request,
        crisis=crisis,
        rooms=rooms_of(request).lines(crisis.id),
        kinds=kinds_of(rooms_of(request).model),
        given=given,
        stale=opened.stale,
        policy=opened.asked.policy or "",
    )


@router.post("/{crisis}/play")
async def create_on_page(request: Request, crisis: CrisisOfPage) -> RedirectResponse:
    """Take the form, create a session, and go to its desk."""
    pairs = parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    try:
        asked = AskedSession.model_validate(read_session(crisis.id, pairs))
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
    session = await asyncio.to_thread(
        rooms_of(request).create, asked.crisis, asked.options(), asked.set
    )
    return RedirectResponse(f"/play/{session.name}/control", status_code=303)


router.include_router(
    class_routes.router
)  # before those of sessions: `/play/class/...` is no room `class`
router.include_router(routes.router)


def _text(value: object) -> str:
    return "..".join(f"{end:g}" for end in value) if isinstance(value, tuple) else str(value)
