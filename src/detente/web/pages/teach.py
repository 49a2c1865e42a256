"""*Teach*: a crisis for a class: role cards, handouts, the facilitator's sheets and an assignment, to read and to print."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from detente.crisis.crisis import Crisis
from detente.crisis.teaching import read_teaching
from detente.play.design_checks import design_data
from detente.web.api import bench_of
from detente.web.links import open_link, write_link
from detente.web.pages._begin import CrisisOfPage
from detente.web.play.doors import rooms_of
from detente.web.rendering import Page, renderer_of
from detente.web.teaching.packs import PACK_FILES, Pack, make_pack

__all__ = ["PAGE", "hand_out", "router", "show", "show_design", "show_sheets"]

PAGE = Page(label="Teach", path="teach", order=86)
router = APIRouter()


def _changed(request: Request, crisis: Crisis) -> Crisis:
    """Return the crisis with what the query changes."""
    asked = open_link(crisis, request.query_params.multi_items()).asked
    return bench_of(request).changed(crisis.id, asked.set)


async def _pack(request: Request, crisis: Crisis) -> Pack:
    """Return the pack of what the query asks for; its game is solved once."""

    def make() -> Pack:
        """Make it."""
        return make_pack(
            rooms_of(request).rulebook(_changed(request, crisis)), renderer_of(request)
        )

    return await asyncio.to_thread(make)


@router.get("/{crisis}/teach")
def show(request: Request, crisis: CrisisOfPage) -> HTMLResponse:
    """Offer what can be printed; nothing is solved for it."""
    opened = open_link(crisis, request.query_params.multi_items())
    renderer = renderer_of(request)
    return renderer.page(
        "teach.html",
        request,
        crisis=crisis,
        stale=opened.stale,
        query=write_link(crisis, opened.asked, page=PAGE.path).partition("?")[2],
        notes=read_teaching(crisis),
        files={name: renderer.words("teach-words.j2", "file_is", name) for name in PACK_FILES},
    )


@router.get("/{crisis}/teach/sheets")
async def show_sheets(request: Request, crisis: CrisisOfPage) -> HTMLResponse:
    """Show all sheets, to read and to print."""
    pack = await _pack(request, crisis)
    return renderer_of(request).page(
        "teach-sheets.html", request, crisis=crisis, sheets=pack.sheets
    )


@router.get("/{crisis}/teach/design")
async def show_design(request: Request, crisis: CrisisOfPage) -> HTMLResponse:
    """Show what of the crisis makes a poor game, and what to change."""

    def check() -> dict[str, Any]:
        """Solve and check it."""
        return design_data(rooms_of(request).rulebook(_changed(request, crisis)))

    data = await asyncio.to_thread(check)
    renderer = renderer_of(request)
    says = [
        {
            **item,
            "fault": renderer.words("teach-words.j2", "fault", item),
            "mend": renderer.words("teach-words.j2", "mend", item),
        }
        for item in data["findings"]
    ]
    return renderer.page(
        "teach-design.html",
        request,
        crisis=crisis,
        data=data,
        findings=says,
        finding=renderer.words("teach-words.j2", "design_finding", len(says)),
    )


@router.get("/{crisis}/teach/{name}")
async def hand_out(
    request: Request, crisis: CrisisOfPage, name: Annotated[str, Path(max_length=200)]
) -> Response:
    """Hand out a file of the pack, or a single sheet."""
    pack = await _pack(request, crisis)
    content = await asyncio.to_thread(pack.write, name)
    return Response(
        content,
        media_type=PACK_FILES.get(name, "application/pdf"),
        headers={
            "content-disposition": f'attachment; filename="{crisis.id}-{name}"',
            "cache-control": "no-store",
        },
    )
