"""*Export*: the present what-if as documents, as data, and as a crisis folder; what is changed goes into each of them."""

import asyncio
from collections.abc import Callable
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel

from detente.crisis.crisis import Crisis
from detente.errors import refuse
from detente.web.answers import DRAWS, list_changes
from detente.web.api import bench_of, stoppable
from detente.web.documents import FORMS, Documents, Making, MakingCase, zip_changed
from detente.web.links import Opened, open_link, write_link
from detente.web.pages._begin import CrisisOfPage
from detente.web.rendering import Page, renderer_of

__all__ = [
    "PAGE",
    "HowFar",
    "api",
    "begin",
    "documents_of",
    "hand_out",
    "how_far",
    "router",
    "show",
]

PAGE = Page(label="Export", path="export", order=95)
router = APIRouter()
api = APIRouter()

_USUAL = DRAWS[1]
_PATIENCE = 0.2


class HowFar(BaseModel):
    """How far a briefing is: the case, and the cases that are solved of all; ``says`` is the sentence of the page."""

    case: MakingCase
    begun: bool
    done: int
    total: int
    says: str


def documents_of(request: Request) -> Documents:
    """Return the documents of the application that a request came to."""
    found: Documents = request.app.state.documents
    return found


def _opened(request: Request, crisis: Crisis) -> Opened:
    return open_link(crisis, request.query_params.multi_items(), draws=_USUAL)


def _say(request: Request, making: Making, *, begun: bool) -> str:
    return renderer_of(request).words("export-words.j2", "how_far", making, begun)


@router.get("/{crisis}/export")
def show(request: Request, crisis: CrisisOfPage) -> HTMLResponse:
    """Show what may be taken, and how far its briefing is."""
    opened = _opened(request, crisis)
    asked, documents = opened.asked, documents_of(request)
    making = documents.find(crisis.id, asked)
    begun = documents.is_begun(making)
    link = write_link(crisis, asked, page=PAGE.path)
    return renderer_of(request).page(
        "export.html",
        request,
        crisis=crisis,
        stale=opened.stale,
        changes=list_changes(crisis, bench_of(request).changed(crisis.id, asked.set)),
        policy=crisis.policies.get(asked.policy or next(iter(crisis.policies), "")),
        asked=asked,
        steps=DRAWS,
        making=making,
        begun=begun,
        busy=begun and making.case not in {"ready", "failed"},
        says=_say(request, making, begun=begun),
        query=f"{link.partition('?')[2]}&draws={asked.draws}",
        forms=list(FORMS),
        sizes={name: len(content) for name, content in making.files.items()},
    )


@router.post("/{crisis}/export")
async def begin(request: Request, crisis: CrisisOfPage) -> RedirectResponse:
    """Begin to make the briefing, or stop it, and go to the page that shows it."""
    given = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
    pairs = [*request.query_params.multi_items(), *given.items()]
    asked = open_link(crisis, pairs, draws=_USUAL).asked
    documents = documents_of(request)
    if given.get("stop"):
        documents.find(crisis.id, asked).stop.set()
    else:
        documents.begin(crisis.id, asked)
    link = f"{write_link(crisis, asked, page=PAGE.path)}&draws={asked.draws}"
    return RedirectResponse(link, status_code=303)


@router.get("/{crisis}/export/{name}")
async def hand_out(
    request: Request, crisis: CrisisOfPage, name: Annotated[str, Path(max_length=80)]
) -> Response:
    """Hand out a file of the what-if; a briefing that is not there yet is made, and waited for."""
    asked = _opened(request, crisis).asked
    if name == "crisis.zip":
        changed = bench_of(request).changed(crisis.id, asked.set)
        content = await asyncio.to_thread(zip_changed, changed)
        return _file(crisis, name, content, "application/zip")
    if name not in FORMS:
        refuse(
            f"there is no export {name[:80]!r}",
            code="page-unknown",
            at="address",
            fix=f"use one of: crisis.zip, {', '.join(FORMS)}",
        )
    making = documents_of(request).begin(crisis.id, asked)
    await stoppable(request, "", lambda stop: _wait(making, stop))
    if making.error is not None:
        raise making.error
    return _file(crisis, name, making.files[name], FORMS[name])


@api.get("/crises/{name}/export")
def how_far(request: Request, name: str) -> HowFar:
    """Say how far the briefing of a what-if is; the query is that of a link, with ``draws``."""
    crisis = bench_of(request).crisis(name)
    documents = documents_of(request)
    making = documents.find(name, _opened(request, crisis).asked)
    begun = documents.is_begun(making)
    return HowFar(
        case=making.case,
        begun=begun,
        done=making.done,
        total=making.total,
        says=_say(request, making, begun=begun),
    )


def _wait(making: Making, is_stopped: Callable[[], bool]) -> None:
    """Wait until a briefing is there; it goes on being made for whoever comes back."""
    while not (making.finished.wait(_PATIENCE) or is_stopped()):
        pass


def _file(crisis: Crisis, name: str, content: bytes, kind: str) -> Response:
    file = f"{crisis.id}-{name}" if name != "crisis.zip" else f"{crisis.id}.zip"
    return Response(
        content,
        media_type=kind,
        headers={
            "content-disposition": f'attachment; filename="{file}"',
            "cache-control": "no-store",
        },
    )
