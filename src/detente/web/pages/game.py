"""*Game*: walk the tree: who moves, what it knows, how often each option is taken, and what it is worth and why."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from detente.web.api import bench_of, stoppable
from detente.web.links import SET, open_link
from detente.web.pages._begin import CrisisOfPage
from detente.web.rendering import Page, renderer_of
from detente.web.walks import crumbs_of, show_juncture, walk_to

__all__ = ["PAGE", "router", "show"]

PAGE = Page(label="Game", path="game", order=30)
router = APIRouter()


@router.get("/{crisis}/game")
async def show(
    request: Request, crisis: CrisisOfPage, path: Annotated[str, Query(max_length=4000)] = ""
) -> HTMLResponse:
    """Show where play stands after the moves of the address."""
    opened = open_link(crisis, request.query_params.multi_items())
    asked, bench = opened.asked, bench_of(request)
    changed = bench.changed(crisis.id, asked.set)
    steps = [step for step in path.split("/") if step]
    place = await stoppable(
        request,
        "",
        lambda stop: walk_to(
            bench, changed, steps, policy=asked.policy, seed=asked.seed, is_stopped=stop
        ),
    )
    renderer = renderer_of(request)
    kept = {SET + name: text for name, text in asked.set.items()} | {"seed": str(asked.seed)}
    if asked.policy:
        kept["policy"] = asked.policy
    return renderer.page(
        "game.html",
        request,
        crisis=crisis,
        kept=kept,
        policy=asked.policy or next(iter(crisis.policies), ""),
        stale=opened.stale,
        crumbs=crumbs_of(changed, place.path),
        **show_juncture(renderer, changed, place),
    )
