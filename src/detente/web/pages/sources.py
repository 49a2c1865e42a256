"""*Sources*: every figure of the crisis, where it comes from, and where it is used."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from detente.analysis.uses import find_uses
from detente.web.assumptions import describe_quantity
from detente.web.contested import list_claims, list_contested
from detente.web.pages._begin import CrisisOfPage
from detente.web.pages.saved import variants_of
from detente.web.rendering import Page, renderer_of

__all__ = ["PAGE", "router", "show"]

PAGE = Page(label="Sources", path="sources", order=40)
router = APIRouter()

_AT_ONCE = 100
"""Figures on one page."""


@router.get("/{crisis}/sources")
def show(
    request: Request,
    crisis: CrisisOfPage,
    q: Annotated[str, Query(max_length=100)] = "",
    source: Annotated[str, Query(max_length=200)] = "",
    first: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> HTMLResponse:
    """List figures: all, those of a source, or those with a text in path, label or note."""
    wanted = q.casefold()
    found = [
        quantity
        for quantity in crisis.quantities.values()
        if wanted in f"{quantity.path} {quantity.label} {quantity.note}".casefold()
        and (not source or source in quantity.sources)
    ]
    uses = find_uses(crisis)
    counts: dict[str, int] = {}
    for quantity in crisis.quantities.values():
        for key in quantity.sources:
            counts[key] = counts.get(key, 0) + 1
    return renderer_of(request).page(
        "sources.html",
        request,
        crisis=crisis,
        notes=variants_of(request).notes(crisis),
        q=q,
        source=source,
        count=len(found),
        first=first,
        at_once=_AT_ONCE,
        figures=[describe_quantity(crisis, item, uses) for item in found[first : first + _AT_ONCE]],
        contested=list_contested(crisis),
        claims=list_claims(crisis),
        sources=[(item, counts.get(key, 0)) for key, item in crisis.sources.items()],
    )
