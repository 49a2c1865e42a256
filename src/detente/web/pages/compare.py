"""*Compare*: two versions of a crisis, or two briefings, such as those of two versions of the program: which numbers change."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from detente.crisis.crisis import Crisis
from detente.web.answers import DRAWS, MOST_SHARES, Asked
from detente.web.api import bench_of, stoppable
from detente.web.links import open_link, write_link
from detente.web.pages._begin import CrisisOfPage
from detente.web.rendering import Page, renderer_of
from detente.web.showing import show_shares
from detente.web.versions import (
    Versions,
    compare_briefings,
    compare_versions,
    find_other,
    list_others,
    search,
    short_name,
    split_versions,
    tell_versions,
)

__all__ = ["PAGE", "api", "compare_api", "router", "show"]

PAGE = Page(label="Compare", path="compare", order=90)
router = APIRouter()
api = APIRouter()

_SHOWN = 200
"""Rows of a table on the page; a search finds the others."""

Text = Annotated[str, Query(max_length=500)]


async def _compare(
    request: Request, crisis: Crisis, asked: Asked, other: str, first: str, second: str
) -> Versions:
    bench, renderer = bench_of(request), renderer_of(request)
    if first and second:
        return compare_briefings(bench, renderer, first, second)
    before = find_other(bench, crisis, other)
    after = bench.changed(crisis.id, asked.set)
    here = f"{crisis.id}, changed" if asked.set else crisis.id
    return await stoppable(
        request,
        "",
        lambda stop: compare_versions(
            bench, renderer, before, after, asked, names=(other, here), is_stopped=stop
        ),
    )


@router.get("/{crisis}/compare")
async def show(  # each is a part of the address
    request: Request,
    crisis: CrisisOfPage,
    other: Annotated[str, Query(alias="with", max_length=500)] = "as filed",
    a: Text = "",
    b: Text = "",
    q: Annotated[str, Query(max_length=100)] = "",
    every: Annotated[str, Query(max_length=10)] = "",
    why: Annotated[str, Query(max_length=10)] = "",
) -> HTMLResponse:
    """Show which numbers, inputs and rules differ between two versions."""
    opened = open_link(crisis, request.query_params.multi_items(), draws=DRAWS[1])
    asked, bench, renderer = opened.asked, bench_of(request), renderer_of(request)
    found = await _compare(request, crisis, asked, other, a, b)
    figures, inputs = search(found, q, every=bool(every))
    others = list_others(bench, crisis)
    count = len(found.inputs) + bool(found.rules)
    can_split = found.kind == "crisis" and 0 < count <= MOST_SHARES
    shares = None
    if why and can_split:
        before, after = find_other(bench, crisis, other), bench.changed(crisis.id, asked.set)
        split = await stoppable(request, "", lambda _stop: split_versions(before, after, asked))
        shares = show_shares(renderer, split)
    link = write_link(crisis, asked, page=PAGE.path).partition("?")[2]
    return renderer.page(
        "compare.html",
        request,
        crisis=crisis,
        stale=opened.stale,
        found=found,
        headline=renderer.words("compare-words.j2", "headline", tell_versions(found), found),
        figures=figures[:_SHOWN],
        more_figures=max(0, len(figures) - _SHOWN),
        inputs=inputs[:_SHOWN],
        more_inputs=max(0, len(inputs) - _SHOWN),
        others=[(name, short_name(bench, name)) for name, case in others if case != "briefing"],
        briefings=[(name, short_name(bench, name)) for name, case in others if case == "briefing"],
        other=other,
        a=a,
        b=b,
        q=q,
        every=every,
        asked=asked,
        can_split=can_split,
        split=shares,
        query=link,
        kept=[
            (name, value)
            for name, value in request.query_params.multi_items()
            if name.startswith("set.") or name in {"policy", "seed", "draws"}
        ],
    )


@api.get("/crises/{name}/compare")
async def compare_api(
    request: Request,
    name: str,
    other: Annotated[str, Query(alias="with", max_length=500)] = "as filed",
    a: Text = "",
    b: Text = "",
) -> Versions:
    """Say which numbers, inputs and rules differ between a crisis with values set and another version; or between two briefings."""
    crisis = bench_of(request).crisis(name)
    asked = open_link(crisis, request.query_params.multi_items(), draws=DRAWS[1]).asked
    return await _compare(request, crisis, asked, other, a, b)
