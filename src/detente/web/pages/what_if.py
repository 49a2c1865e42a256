"""*What if*: the answer, what an assumption changes in it and why, and the assumptions themselves."""

from itertools import groupby
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from detente.crisis.crisis import Crisis
from detente.web.answers import DRAWS, MOST_SHARES, Asked
from detente.web.api import answers_of, bench_of, stoppable
from detente.web.assumptions import QUESTIONS, list_assumptions, list_switches
from detente.web.charts import draw_track
from detente.web.exports import Exportable, cite, offer_exports
from detente.web.links import SET, open_link, write_link
from detente.web.pages._begin import CrisisOfPage
from detente.web.rendering import Page, renderer_of
from detente.web.showing import chart_answer, show_answer, show_shares

__all__ = ["PAGE", "ask", "export_answer", "router", "show"]

PAGE = Page(label="What if", path="what-if", order=10, first=True)
router = APIRouter()


async def export_answer(request: Request, crisis: Crisis) -> Exportable:
    """Make the picture of the page, to be handed out."""
    asked = open_link(crisis, request.query_params.multi_items(), draws=DRAWS[0]).asked
    answers = answers_of(request)
    answer = await stoppable(
        request, "", lambda stop: answers.give(crisis.id, asked, is_stopped=stop)
    )
    return Exportable(
        charted=chart_answer(renderer_of(request), crisis, answer),
        citation=cite(bench_of(request), crisis, asked, page=PAGE.path),
    )


offer_exports(router, PAGE, export_answer)


@router.get("/{crisis}/what-if")
async def show(request: Request, crisis: CrisisOfPage) -> HTMLResponse:
    """WhatIf a what-if: that of the link, or the crisis as filed."""
    query = request.query_params.multi_items()
    opened = open_link(crisis, query, draws=DRAWS[0])
    asked, answers = opened.asked, answers_of(request)
    answer = await stoppable(
        request, "", lambda stop: answers.give(crisis.id, asked, is_stopped=stop)
    )
    renderer = renderer_of(request)
    split = dict(query).get("why") and answer.changes
    shares = show_shares(renderer, answers.split(crisis.id, asked)) if split else {"shares": None}
    assumptions = list_assumptions(crisis)
    return renderer.page(
        "what-if.html",
        request,
        crisis=crisis,
        stale=opened.stale,
        given={item.path: item.value for item in answer.changes},
        assumptions=assumptions,
        tracks={item.path: draw_track(item) for item in assumptions},
        groups=[
            (question, list(items))
            for question, items in groupby(assumptions, key=lambda item: item.question)
        ],
        questions=QUESTIONS,
        switches=list_switches(crisis),
        steps=DRAWS,
        most_shares=MOST_SHARES,
        link=write_link(crisis, asked),
        **show_answer(renderer, crisis, answer),
        **shares,
    )


@router.post("/{crisis}/what-if")
async def ask(request: Request, crisis: CrisisOfPage) -> RedirectResponse:
    """Take the form that works without scripts, and go to the link of what it asks."""
    pairs = parse_qsl((await request.body()).decode("utf-8", "replace"))
    given = {name: value.strip() for name, value in pairs}
    changes = {
        name.removeprefix(SET): value
        for name, value in given.items()
        if name.startswith(SET) and value
    }
    crisis.set(changes)  # what cannot be set is an error here, beside the form, and none in a link
    opened = open_link(crisis, given.items())
    asked = Asked.model_validate({**opened.asked.model_dump(), "set": changes})
    return RedirectResponse(write_link(crisis, asked), status_code=303)
