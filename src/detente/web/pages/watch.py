"""*Watch*: the film of days as reports come in; a report is read, and what it would do is seen, before it is accepted."""

import json
import secrets
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from detente.brief.film import view_day
from detente.brief.settings import say_settings
from detente.crisis.crisis import Crisis
from detente.crisis.registers import event_categories, event_layouts, event_modes
from detente.errors import UsageError, refuse
from detente.log import Log
from detente.web.answers import DRAWS, Asked, Spread, list_changes
from detente.web.api import bench_of, stoppable
from detente.web.charts import Charted
from detente.web.exports import Exportable, cite, offer_exports
from detente.web.films import (
    MOST_AT_ONCE,
    Accepted,
    EventGiven,
    FilmCase,
    FilmOf,
    Films,
    ReadReport,
    SignView,
    accept,
    accepted_in,
    given_of,
    read_reports,
    take_back,
    tell_film,
)
from detente.web.links import open_link, write_link
from detente.web.pages._begin import CrisisOfPage
from detente.web.rendering import Page, renderer_of

__all__ = [
    "PAGE",
    "AcceptedView",
    "AskedEvents",
    "AskedReading",
    "FilmView",
    "ReadingView",
    "accept_events",
    "accept_reports",
    "api",
    "drop_event",
    "export_film",
    "read_events_asked",
    "read_given",
    "router",
    "show",
    "show_film",
    "take_one_back",
]

PAGE = Page(label="Watch", path="watch", order=60)
router = APIRouter()
api = APIRouter()

_EVERY_DAY = 60
"""Most days that are all told; of more, those on which something was reported, the first and the last."""


class AcceptedView(BaseModel):
    """A report that is kept: its number, by which it is taken back, and why it is left out if it is."""

    number: int
    event: EventGiven
    left_out: str


class FilmView(BaseModel):
    """A film: its days as ``detente watch --json`` has them, the reports behind it, and what may be seen next."""

    crisis: str
    digest: str
    draws: int
    seed: int
    policy: str
    case: FilmCase
    first: Spread
    attack: Spread
    days: list[dict[str, Any]]
    accepted: list[AcceptedView]
    left_out: list[tuple[str, str, str]]
    signs: list[SignView]


class AskedReading(BaseModel):
    """Reports that are to be read and not yet accepted: as objects, or as the text of a table, in a crisis with values set."""

    model_config = ConfigDict(extra="forbid")

    events: list[EventGiven] = Field(default_factory=list, max_length=MOST_AT_ONCE)
    table: str = Field(default="", max_length=200_000)
    layout: str = Field(default="", max_length=60)
    set: dict[str, float | str | tuple[float, float]] = Field(default_factory=dict, max_length=200)
    policy: str | None = Field(default=None, max_length=200)
    draws: Literal[64, 256, 1024] = 64


class AskedEvents(BaseModel):
    """Reports that are accepted; the same ``command`` twice keeps them once."""

    model_config = ConfigDict(extra="forbid")

    events: list[EventGiven] = Field(max_length=MOST_AT_ONCE)
    command: str = Field(default="", max_length=200, pattern=r"^[!-~]*$")


class ReadingView(BaseModel):
    """How reports are read, and the chance of an attack on the last day without them and with them."""

    last_day: str
    reports: list[ReadReport]
    without: Spread
    with_them: Spread


def _films_of(request: Request) -> Films:
    found: Films = request.app.state.films
    return found


def _log_of(request: Request) -> Log:
    found: Log = request.app.state.log
    return found


def _kept(request: Request, crisis: Crisis) -> tuple[Accepted, ...]:
    return accepted_in(_log_of(request), crisis)


async def _film(request: Request, crisis: Crisis, asked: Asked) -> FilmOf:
    events = [item.event for item in _kept(request, crisis) if not item.left_out]
    films = _films_of(request)
    return await stoppable(
        request, "", lambda stop: films.film(crisis.id, asked, events, is_stopped=stop)
    )


async def export_film(request: Request, crisis: Crisis) -> Exportable:
    """Make the pictures of the page, to be handed out."""
    asked = open_link(crisis, request.query_params.multi_items(), draws=DRAWS[0]).asked
    film = await _film(request, crisis, asked)
    return Exportable(
        charted=Charted(charts=film.film.charts, figures={}),
        citation=cite(bench_of(request), crisis, asked, page=PAGE.path),
    )


offer_exports(router, PAGE, export_film)


@router.get("/{crisis}/watch")
async def show(request: Request, crisis: CrisisOfPage) -> HTMLResponse:
    """Show the film of the reports that were accepted, and the forms for a new one."""
    return await _page(request, crisis, {}, None)


async def _page(
    request: Request, crisis: Crisis, given: dict[str, str], problem: UsageError | None
) -> HTMLResponse:
    opened = open_link(crisis, request.query_params.multi_items(), draws=DRAWS[0])
    asked, renderer = opened.asked, renderer_of(request)
    accepted = _kept(request, crisis)
    film = await _film(request, crisis, asked)
    days = film.diary.days
    told = [
        day
        for place, day in enumerate(days)
        if day["effects"] or place in {0, len(days) - 1} or len(days) <= _EVERY_DAY
    ]
    link = write_link(crisis, asked, page=PAGE.path)
    page = renderer.page(
        "watch.html",
        request,
        crisis=crisis,
        stale=opened.stale,
        asked=asked,
        steps=DRAWS,
        accepted=accepted,
        film=film,
        headline=renderer.words(
            "watch-words.j2",
            "headline",
            tell_film(film, len(accepted)),
            film.first,
            film.attack,
            days[0]["day"],
            days[-1]["day"],
        ),
        settings=say_settings(film.diary.crisis, days),
        views=[view_day(film.diary.crisis, day) for day in told],
        left_out=film.diary.left_out,
        changes=list_changes(crisis, bench_of(request).changed(crisis.id, asked.set)),
        query=link.partition("?")[2],
        exports=f"{link.partition('?')[2]}&draws={asked.draws}",
        categories=event_categories(),
        modes=list(event_modes()),
        layouts=list(event_layouts()),
        most=MOST_AT_ONCE,
        given=given,
        problem=problem,
        last=days[-1]["day"],
    )
    if problem is not None:
        page.status_code = 422
    return page


@router.post("/{crisis}/watch/reading")
async def read_given(request: Request, crisis: CrisisOfPage) -> HTMLResponse:
    """Show how the reports of a form are read, and what they would do; nothing is kept yet."""
    given = {
        name: value.strip()
        for name, value in parse_qsl((await request.body()).decode("utf-8", "replace"))
    }
    asked = open_link(crisis, request.query_params.multi_items(), draws=DRAWS[0]).asked
    try:
        new = read_reports(_table_in(given), crisis, layout=given.get("layout", ""))
    except UsageError as error:
        return await _page(request, crisis, given, error)
    kept = [item.event for item in _kept(request, crisis) if not item.left_out]
    films = _films_of(request)
    reports, before, after = await stoppable(
        request, "", lambda stop: films.read(crisis.id, asked, kept, new, is_stopped=stop)
    )
    renderer = renderer_of(request)
    link = write_link(crisis, asked, page=PAGE.path)
    return renderer.page(
        "watch-reading.html",
        request,
        crisis=crisis,
        asked=asked,
        reports=[
            (item, json.dumps(item.event.model_dump(mode="json"), ensure_ascii=False))
            for item in reports
        ],
        says=[renderer.words("watch-words.j2", "reading", item, crisis) for item in reports],
        headline=renderer.words("watch-words.j2", "would", before.attack, after.attack),
        before=before,
        after=after,
        command=secrets.token_urlsafe(12),
        query=link.partition("?")[2],
    )


@router.post("/{crisis}/watch")
async def accept_reports(request: Request, crisis: CrisisOfPage) -> RedirectResponse:
    """Keep the reports that were chosen, and go on with the film."""
    pairs = parse_qsl((await request.body()).decode("utf-8", "replace"))
    chosen = [value for name, value in pairs if name == "event"][:MOST_AT_ONCE]
    try:
        events = [EventGiven.model_validate_json(text) for text in chosen]
    except ValidationError as error:
        refuse(
            f"a report that is to be accepted is not as it was read: {error.errors()[0]['msg']}",
            code="option-invalid",
            at="event",
            fix="have it read again",
            cause=error,
        )
    accept(_log_of(request), crisis, events, command=dict(pairs).get("command", "")[:200])
    return _back(request, crisis)


@router.post("/{crisis}/watch/back")
async def take_one_back(request: Request, crisis: CrisisOfPage) -> RedirectResponse:
    """Take an accepted report back."""
    given = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
    number = given.get("number", "")
    take_back(_log_of(request), crisis, int(number) if number.isascii() and number.isdigit() else 0)
    return _back(request, crisis)


def _back(request: Request, crisis: Crisis) -> RedirectResponse:
    asked = open_link(crisis, request.query_params.multi_items()).asked
    return RedirectResponse(write_link(crisis, asked, page=PAGE.path), status_code=303)


def _table_in(given: dict[str, str]) -> str:
    """Return the table of a form: that of the field for one, or a row of the fields for one report."""
    if given.get("table"):
        return given["table"]
    row = {
        name: given.get(name, "")
        for name in ("date", "actor", "target", "category", "mode", "event", "source", "weight")
    }
    return json.dumps([row])


@api.get("/crises/{name}/watch")
async def show_film(
    request: Request,
    name: str,
    draws: Annotated[str, Query(pattern="^(64|256|1024)$")] = "64",
) -> FilmView:
    """Return the film of the reports that were accepted; the query is that of a link."""
    crisis = bench_of(request).crisis(name)
    pairs = [*request.query_params.multi_items(), ("draws", draws)]
    asked = open_link(crisis, pairs).asked
    film = await _film(request, crisis, asked)
    accepted = _kept(request, crisis)
    return FilmView(
        crisis=crisis.id,
        digest=crisis.digest,
        draws=asked.draws,
        seed=asked.seed,
        policy=film.diary.days[-1]["policy"],
        case=tell_film(film, len(accepted)),
        first=film.first,
        attack=film.attack,
        days=[
            {key: value for key, value in day.items() if key != "key"} for day in film.diary.days
        ],
        accepted=[
            AcceptedView(number=item.number, event=given_of(item.event), left_out=item.left_out)
            for item in accepted
        ],
        left_out=list(film.diary.left_out),
        signs=film.signs,
    )


@api.post("/crises/{name}/watch/reading")
async def read_events_asked(request: Request, name: str, asked: AskedReading) -> ReadingView:
    """Say how reports are read and what they would do; nothing is kept."""
    crisis = bench_of(request).crisis(name)
    text = asked.table or json.dumps([item.model_dump(mode="json") for item in asked.events])
    new = read_reports(text, crisis, layout=asked.layout)
    plain = Asked(set=asked.set, policy=asked.policy, draws=asked.draws)
    kept = [item.event for item in _kept(request, crisis) if not item.left_out]
    films = _films_of(request)
    reports, before, after = await stoppable(
        request, "", lambda stop: films.read(name, plain, kept, new, is_stopped=stop)
    )
    return ReadingView(
        last_day=after.diary.days[-1]["day"],
        reports=reports,
        without=before.attack,
        with_them=after.attack,
    )


@api.post("/crises/{name}/watch/events")
def accept_events(request: Request, name: str, asked: AskedEvents) -> list[AcceptedView]:
    """Keep reports, and return all that are kept."""
    crisis = bench_of(request).crisis(name)
    for given in asked.events:
        read_reports(json.dumps([given.model_dump(mode="json")]), crisis)
    accept(_log_of(request), crisis, asked.events, command=asked.command)
    return [
        AcceptedView(number=item.number, event=given_of(item.event), left_out=item.left_out)
        for item in _kept(request, crisis)
    ]


@api.delete("/crises/{name}/watch/events/{number}")
def drop_event(request: Request, name: str, number: int) -> list[AcceptedView]:
    """Take an accepted report back, and return those that are kept."""
    crisis = bench_of(request).crisis(name)
    take_back(_log_of(request), crisis, number)
    return [
        AcceptedView(number=item.number, event=given_of(item.event), left_out=item.left_out)
        for item in _kept(request, crisis)
    ]
