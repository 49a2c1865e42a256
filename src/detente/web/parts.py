"""Pages that show a part of a briefing, live: what each shows is read off a run of the what-if, beside the crisis as filed.

A page says what it reads (:class:`BriefedPage`); here stand its routes: the page itself, its part of the JSON API, and the files of
its pictures.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from detente.brief.export.rendering import figure_data
from detente.brief.figures import Chart, Figure, TableView, links_in, plain
from detente.crisis.crisis import Crisis
from detente.web.answers import DRAWS, Asked
from detente.web.api import bench_of, stoppable
from detente.web.briefings import Briefings, Told
from detente.web.charts import Charted
from detente.web.exports import Citation, Exportable, cite, cite_line, offer_exports
from detente.web.links import SET, Stale, open_link, write_link
from detente.web.pages._begin import CrisisOfPage
from detente.web.rendering import Page, Renderer, renderer_of

__all__ = [
    "STEPS",
    "AskedPart",
    "BriefedPage",
    "CellView",
    "ChartView",
    "Content",
    "DifferCase",
    "PartTable",
    "PartView",
    "briefings_of",
    "cells_of",
    "count_changed",
    "routes_of",
    "tell_difference",
]

STEPS = DRAWS[:2]
"""Draws of a part: the draft, and what it is refined to."""

DifferCase = Literal["as filed", "same", "differ"]
"""How a page says what the changed assumptions do to its numbers: nothing is changed, none differs, some do."""

Options = Mapping[str, str]
"""What a page is asked beside the what-if, such as a month: names and values of its address."""


class CellView(BaseModel):
    """A cell of a table: its text, that of the crisis as filed where it is another, and the figure that it stands for."""

    text: str
    filed: str = ""
    figure: str = ""


class PartTable(BaseModel):
    """A table; ``numeric`` marks columns of numbers."""

    id: str
    title: str
    columns: list[str]
    numeric: list[bool]
    rows: list[list[CellView]]
    note: str


class ChartView(BaseModel):
    """A picture: its finding, its measure, its source, and its numbers as a table."""

    id: str
    title: str
    measure: str
    source: str
    table: PartTable


class AskedPart(Asked):
    """A what-if and what a page is asked beside it; ``shows`` also asks for the part of the page as HTML."""

    model_config = ConfigDict(extra="forbid")

    options: dict[str, str] = Field(default_factory=dict, max_length=8)
    shows: bool = False


class PartView(Citation):
    """What a page shows: a finding, sentences, pictures and tables with their figures, and what it does not show.

    ``unsolved`` counts solutions that missed the solver's tolerance; they are in every number. ``differ`` counts the cells that
    differ from the crisis as filed, by the same draws. ``shown`` is the part of the page, ``cited`` the line that cites.
    """

    draft: bool
    unsolved: int
    finding: str
    sentences: list[str]
    absent: list[str]
    charts: list[ChartView]
    tables: list[PartTable]
    figures: dict[str, dict[str, Any]]
    differ: int
    cited: str
    shown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a page reads off a run: its finding, sentences behind it, pictures, tables, and their figures by id.

    ``absent`` says what the crisis has no model of, ``more`` is what the template of the page reads beside.
    """

    finding: str
    sentences: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[TableView, ...] = ()
    figures: Mapping[str, Figure] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefedPage:
    """A page that shows a part of a briefing.

    Parameters
    ----------
    page
        The page; its template has the name of its path.
    read
        Reads the page off a run.
    every_policy
        Whether it compares policies, so that all are run.
    around
        Makes what stands around the part and does not follow from a run: of the renderer, the crisis as filed and what is
        asked.
    options
        Names of what the address may ask beside the what-if.
    """

    page: Page
    read: Callable[[Renderer, Told, Options], Content]
    every_policy: bool = False
    around: Callable[[Crisis, Asked], Mapping[str, Any]] = lambda _crisis, _asked: {}
    options: tuple[str, ...] = ()


def briefings_of(request: Request) -> Briefings:
    """Return the briefings of the application that a request came to."""
    found: Briefings = request.app.state.briefings
    return found


def cells_of(table: TableView, filed: TableView | None = None) -> list[list[CellView]]:
    """Return the cells of a table, those with another number than in the crisis as filed with that number.

    Rows belong together that have the same words in the columns that hold no numbers, those of the same words in order.
    """
    numeric = _numeric(table)
    known: dict[tuple[str, ...], list[Sequence[str]]] = {}
    if filed is not None and filed.columns == table.columns:
        for row in filed.rows:
            known.setdefault(_words(row, numeric), []).append(row)
    found = []
    for row in table.rows:
        mine = known.get(_words(row, numeric))
        before = mine.pop(0) if mine else row
        found.append(
            [
                CellView(
                    text=plain(cell),
                    filed=plain(was) if holds and plain(was) != plain(cell) else "",
                    figure=next(iter(links_in(cell)), ""),
                )
                for cell, was, holds in zip(row, before, numeric, strict=True)
            ]
        )
    return found


def tell_difference(changes: int, differ: int) -> DifferCase:
    """Return the case in which a page says what the changed assumptions do to its numbers."""
    if not changes:
        return "as filed"
    return "differ" if differ else "same"


def count_changed(tables: Sequence[PartTable]) -> int:
    """Count the cells that differ from the crisis as filed."""
    return sum(bool(cell.filed) for table in tables for row in table.rows for cell in row)


def routes_of(part: BriefedPage) -> tuple[APIRouter, APIRouter]:
    """Return the routes of a page, and what it adds to the JSON API."""
    router, api = APIRouter(), APIRouter()

    async def export(request: Request, crisis: Crisis) -> Exportable:
        """Return the pictures of the page as they were asked for."""
        asked, options, _ = _open(part, request, crisis)
        content, _ = await _read(part, request, crisis, asked, options)
        return Exportable(
            charted=Charted(charts=content.charts, figures=content.figures),
            citation=cite(bench_of(request), crisis, asked, page=part.page.path),
        )

    offer_exports(router, part.page, export)

    @router.get("/{crisis}/" + part.page.path)
    async def show(request: Request, crisis: CrisisOfPage) -> HTMLResponse:
        """Show the page of a what-if."""
        asked, options, stale = _open(part, request, crisis)
        values = await _values(part, request, crisis, asked, options)
        return renderer_of(request).page(
            f"{part.page.path}.html",
            request,
            crisis=crisis,
            stale=stale,
            asked=asked.model_dump(include={"set", "policy", "seed"}),
            given={SET + path: text for path, text in asked.set.items()},
            **part.around(crisis, asked),
            **values,
        )

    @api.post("/crises/{name}/" + part.page.path, name=f"show_{part.page.path}")
    async def ask(request: Request, name: str, asked: AskedPart) -> PartView:
        """Read a part of the briefing of a crisis with values set: pictures and tables with their figures, beside the crisis as filed."""
        crisis = bench_of(request).crisis(name)
        options = _options(part, asked.options)
        values = await _values(part, request, crisis, asked, options)
        view: PartView = values["view"]
        if asked.shows:
            shown = renderer_of(request).part(f"{part.page.path}-part.html", **values)
            return view.model_copy(update={"shown": shown})
        return view

    return router, api


def _open(part: BriefedPage, request: Request, crisis: Crisis) -> tuple[Asked, Options, Stale]:
    query = request.query_params
    opened = open_link(crisis, query.multi_items(), draws=STEPS[0])
    return opened.asked, _options(part, query), opened.stale


def _options(part: BriefedPage, given: Mapping[str, str]) -> Options:
    """Return what a page is asked beside the what-if, in the order of the page."""
    return {name: given[name][:80] for name in part.options if given.get(name)}


async def _read(
    part: BriefedPage, request: Request, crisis: Crisis, asked: Asked, options: Options
) -> tuple[Content, Told]:
    briefings, renderer = briefings_of(request), renderer_of(request)

    def work(is_stopped: Callable[[], bool]) -> tuple[Content, Told]:
        told = briefings.read(
            crisis.id, asked, every_policy=part.every_policy, is_stopped=is_stopped
        )
        return part.read(renderer, told, options), told

    return await stoppable(request, asked.channel, work)


async def _values(
    part: BriefedPage, request: Request, crisis: Crisis, asked: Asked, options: Options
) -> dict[str, Any]:
    """Return what the template of a part reads."""
    content, told = await _read(part, request, crisis, asked, options)
    before = None
    if told.crisis.digest != crisis.digest:
        filed = Asked.model_validate({**asked.model_dump(exclude={"options", "shows"}), "set": {}})
        before, _ = await _read(part, request, crisis, filed, options)
    renderer, page = renderer_of(request), part.page.path
    citation = cite(bench_of(request), crisis, asked, page=page)
    link = citation.link + (f"&{urlencode(options)}" if options else "")
    view = _view(
        content,
        before,
        citation.model_copy(update={"link": link}),
        unsolved=told.results.certificate.unconverged,
        cited=cite_line(renderer, citation),
    )
    return {
        "view": view,
        "page": page,
        "options": dict(options),
        "steps": STEPS,
        "differ": renderer.words(
            "parts-words.j2",
            "differ",
            tell_difference(len(view.changes), view.differ),
            view.differ,
        ),
        "charts": {chart.id: chart for chart in content.charts},
        "drawn": {
            chart.id: shown for chart, shown in zip(content.charts, view.charts, strict=True)
        },
        "tables": {table.id: table for table in view.tables},
        "exports": f"{link.partition('?')[2]}&draws={asked.draws}",
        "without": {
            item.path: write_link(
                crisis,
                Asked.model_validate(
                    {
                        "set": {k: v for k, v in asked.set.items() if k != item.path},
                        "policy": asked.policy,
                        "seed": asked.seed,
                    }
                ),
                page=page,
            )
            for item in citation.changes
        },
        "more": content.more,
    }


def _view(
    content: Content, before: Content | None, citation: Citation, *, unsolved: int, cited: str
) -> PartView:
    charts = {} if before is None else {chart.id: chart.table for chart in before.charts}
    tables = {} if before is None else {table.id: table for table in before.tables}
    drawn = [
        ChartView(
            id=chart.id,
            title=chart.title,
            measure=chart.subtitle,
            source=chart.footnote,
            table=_table(chart.table, charts.get(chart.id)),
        )
        for chart in content.charts
    ]
    shown = [_table(table, tables.get(table.id)) for table in content.tables]
    every = [*shown, *(chart.table for chart in drawn)]
    used = {cell.figure for table in every for row in table.rows for cell in row}
    return PartView(
        **citation.model_dump(),
        draft=citation.draws < STEPS[-1],
        unsolved=unsolved,
        finding=content.finding,
        sentences=list(content.sentences),
        absent=list(content.absent),
        charts=drawn,
        tables=shown,
        figures={
            name: figure_data(figure) for name, figure in content.figures.items() if name in used
        },
        differ=count_changed(every),
        cited=cited,
    )


def _table(table: TableView, filed: TableView | None) -> PartTable:
    return PartTable(
        id=table.id,
        title=plain(table.title),
        columns=list(table.columns),
        numeric=list(_numeric(table)),
        rows=cells_of(table, filed),
        note=plain(table.note),
    )


def _numeric(table: TableView) -> tuple[bool, ...]:
    return table.numeric or tuple(place > 0 for place in range(len(table.columns)))


def _words(row: Sequence[str], numeric: Sequence[bool]) -> tuple[str, ...]:
    return tuple(plain(cell) for cell, holds in zip(row, numeric, strict=True) if not holds)
