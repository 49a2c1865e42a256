"""*Game*: walk the tree: who moves, what it knows, how often each option is taken, and what it is worth and why."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from detente.analysis.walking import Juncture
from detente.brief.pictures.drawing import Words
from detente.crisis.crisis import Crisis
from detente.web.answers import OfType, Row, RowKind
from detente.web.api import bench_of, stoppable
from detente.web.charts import Charted, draw_rows
from detente.web.exports import Exportable, cite, offer_exports
from detente.web.links import SET, Opened, open_link
from detente.web.pages._begin import CrisisOfPage
from detente.web.rendering import Page, Renderer, renderer_of
from detente.web.walks import Option, PlaceView, crumbs_of, show_juncture, view_place, walk_to

__all__ = ["PAGE", "chart_place", "export_place", "router", "show"]

PAGE = Page(label="Game", path="game", order=30)
router = APIRouter()


async def _walk(request: Request, crisis: Crisis) -> tuple[Opened, Crisis, Juncture]:
    """Walk to the place of the address."""
    opened = open_link(crisis, request.query_params.multi_items())
    asked, bench = opened.asked, bench_of(request)
    changed = bench.changed(crisis.id, asked.set)
    path = request.query_params.get("path", "")
    steps = [step for step in path.split("/") if step]
    place = await stoppable(
        request,
        "",
        lambda stop: walk_to(
            bench, changed, steps, policy=asked.policy, seed=asked.seed, is_stopped=stop
        ),
    )
    return opened, changed, place


def chart_place(renderer: Renderer, crisis: Crisis, place: Juncture) -> Charted:
    """Draw how often each option is taken, and what follows from here beside what follows from the start."""
    shown = show_juncture(renderer, crisis, place)
    view: PlaceView = shown["place"]
    drawn = []
    if view.options:
        words = Words(
            title=shown["headline"],
            subtitle=renderer.words("game-words.j2", "measure_options"),
            footnote="",
        )
        rows = [_option_row(crisis, view, option) for option in view.options]
        drawn.append(
            draw_rows("options", rows, words, compared=False, columns=("Chance", "Before"))
        )
    follows = Words(
        title=renderer.words("game-words.j2", "from_here", view.from_here["attack"].mean),
        subtitle=renderer.words("game-words.j2", "measure_follows"),
        footnote="",
    )
    outcomes = [
        Row(
            id=name,
            label=shown["names"][name],
            kind=_kind(crisis, name),
            now=found,
            filed=view.at_start[name],
            by_type=[],
        )
        for name, found in view.from_here.items()
    ]
    columns = ("From here", "From the start")
    drawn.append(
        draw_rows(
            "from-here",
            outcomes,
            follows,
            compared=True,
            heads=("here", "change"),
            columns=columns,
        )
    )
    return Charted(
        charts=tuple(chart for part in drawn for chart in part.charts),
        figures={name: figure for part in drawn for name, figure in part.figures.items()},
    )


def _option_row(crisis: Crisis, view: PlaceView, option: Option) -> Row:
    name = crisis.players[view.player].name if view.player in crisis.players else ""
    several = option.by_type if len(option.by_type) > 1 else []
    return Row(
        id=option.step,
        label=option.label,
        kind="neither",
        now=option.prob,
        filed=None,
        by_type=[
            OfType(
                player=view.player,
                player_label=name,
                type=item.type,
                label=item.label,
                now=item.prob,
                filed=item.prob,
            )
            for item in several
        ],
    )


def _kind(crisis: Crisis, name: str) -> RowKind:
    rule = crisis.outcomes.get(name)
    if rule is None:
        return "attack"
    if rule.attack:
        return "attack outcome"
    return "settlement" if rule.settlement else "neither"


async def export_place(request: Request, crisis: Crisis) -> Exportable:
    """Make the pictures of the place, to be handed out."""
    opened, changed, place = await _walk(request, crisis)
    citation = cite(bench_of(request), crisis, opened.asked, page=PAGE.path)
    link = f"{citation.link}&{urlencode({'path': '/'.join(place.path)})}"
    made = {"draws": view_place(changed, place).draws, "link": link}
    return Exportable(
        charted=chart_place(renderer_of(request), changed, place),
        citation=citation.model_copy(update=made),
    )


offer_exports(router, PAGE, export_place)


@router.get("/{crisis}/game")
async def show(
    request: Request, crisis: CrisisOfPage, path: Annotated[str, Query(max_length=4000)] = ""
) -> HTMLResponse:
    """Show where play stands after the moves of the address."""
    opened, changed, place = await _walk(request, crisis)
    asked, renderer = opened.asked, renderer_of(request)
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
        pictures={item.id: item for item in chart_place(renderer, changed, place).charts},
        exports=urlencode({"path": path, **kept}),
        **show_juncture(renderer, changed, place),
    )
