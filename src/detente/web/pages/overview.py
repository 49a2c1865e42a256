"""*Overview*: where and when, who wants what, what each can do, how the game goes, and what it may come to."""

from collections.abc import Mapping
from typing import Any

from detente.brief.actors import list_actors, list_phases
from detente.brief.figures import TableView, plain
from detente.crisis.crisis import Crisis
from detente.web.answers import Asked
from detente.web.briefings import Told
from detente.web.parts import BriefedPage, Content, Options, routes_of
from detente.web.rendering import Page, Renderer

__all__ = ["PAGE", "api", "read", "router"]

PAGE = Page(label="Overview", path="overview", order=5)
_CHARTS = ("deterrence-theatre", "deterrence-timeline", "aims-terms", "outlook-outcomes")
_EVENTS = {
    "date": "Date",
    "actors": "Actors",
    "event": "Event",
    "grade": "Grade",
    "source": "Source",
}


def read(_renderer: Renderer, told: Told, _options: Options) -> Content:
    """Read where forces stand, what comes when, and what stands between the sides."""
    answers = [told.answer(name) for name in ("deterrence", "aims", "outlook")]
    known = {chart.id: chart for said in answers for chart in said.charts}
    charts = tuple(known[name] for name in _CHARTS if name in known)
    aims = answers[1]
    demands: list[TableView] = [table for table in aims.tables if table.id in {"demands", "scales"}]
    events = told.context.tables.view("timeline", _EVENTS, title="Events before the cut-off")
    return Content(
        finding=told.crisis.title,
        sentences=(told.crisis.summary, plain(aims.answer), plain(aims.so_what)),
        charts=charts,
        tables=(*([] if events is None else [events]), *demands),
        figures={figure.id: figure for said in answers for figure in said.figures},
    )


def _around(crisis: Crisis, _asked: Asked) -> Mapping[str, Any]:
    return {
        "actors": list_actors(crisis),
        "phases": list_phases(crisis),
        "aims": list(crisis.aims.values()),
        "outcomes": list(crisis.outcomes.values()),
    }


router, api = routes_of(BriefedPage(page=PAGE, read=read, around=_around))
