"""*Jobs*: what takes longer than one waits, how far it is, and what came of it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, ValidationError

from detente.crisis.crisis import Crisis
from detente.errors import UsageError
from detente.log import Log
from detente.web.answers import Shares
from detente.web.api import bench_of
from detente.web.comparing import unit_of
from detente.web.jobs import ENDED, Job, Jobs, JobStatus, fold_job
from detente.web.links import SET, open_link
from detente.web.pages._begin import CrisisOfPage
from detente.web.rendering import Page, Renderer, renderer_of
from detente.web.showing import show_shares
from detente.web.works import AskedJob

__all__ = [
    "PAGE",
    "JobCase",
    "JobNews",
    "JobTold",
    "api",
    "ask",
    "cancel_job",
    "cancel_on_page",
    "find_job",
    "follow_job",
    "jobs_of",
    "list_jobs",
    "panel",
    "queue_job",
    "result",
    "router",
    "show",
    "show_job",
    "show_result",
    "tell_job",
    "told_of",
]

PAGE = Page(label="Jobs", path="jobs", order=80)
router = APIRouter()
api = APIRouter()

JobCase = Literal[
    "waiting", "elsewhere", "begins", "running", "again", "done", "failed", "cancelled"
]
"""How a job is told: it waits for a server, or for one that has the crisis as it was; it begins, goes on, or goes on after a
restart; it is done, failed or cancelled."""

SIZES = (256, 1024, 4096, 16_384)
"""Draws that a reader may choose from."""
_LOOK = 0.25
"""Seconds between looks for news of a job that is followed."""


class JobTold(Job):
    """A job, with the sentence that says how it stands."""

    words: str


class JobNews(BaseModel):
    """What is new of a job."""

    status: JobStatus
    step: int
    done: int
    whole: int
    words: str
    ended: bool


def jobs_of(request: Request) -> Jobs:
    """Return the jobs of the application that a request came to."""
    found: Jobs = request.app.state.jobs
    return found


def tell_job(job: Job, digest: str) -> JobCase:
    """Return the case in which a job is told.

    Parameters
    ----------
    job
        The job.
    digest
        Of the crisis as it is served here; empty if it is not.
    """
    if job.status == "waiting":
        return "waiting" if job.digest == digest else "elsewhere"
    if job.status == "running":
        if not job.whole:
            return "begins" if job.starts < 2 else "again"
        return "running"
    return job.status


def show_result(renderer: Renderer, crisis: Crisis, job: Job) -> dict[str, Any]:
    """Return what the template of a result needs."""
    found, words = job.result or {}, ""
    more: dict[str, Any] = {"shares": None}
    if job.work == "policies":
        count = sum(item["pareto"] for item in found["policies"])
        words = renderer.words("words.j2", "unbeaten", count, len(found["policies"]))
    elif job.work == "search":
        words = renderer.words("jobs-words.j2", "found", found)
    elif job.work == "shares":
        more = show_shares(renderer, Shares.model_validate(found))
    return {
        "job": job,
        "found": found,
        "unit_of": unit_of,
        "types": {
            f"{player.id}/{kind.id}": kind.label
            for player in crisis.players.values()
            for kind in player.types
        },
        "of_job": {SET + path: _text(value) for path, value in job.asked.set.items()},
        "words": words,
        **more,
    }


def told_of(request: Request, crisis: Crisis, name: str | None) -> dict[str, Any]:
    """Return what another page needs to show a job and to offer new ones; a name that is none is as if there were none."""
    shown: dict[str, Any] = {"job": None, "sizes": SIZES}
    if name:
        try:
            told = _told(request, jobs_of(request).find(name))
        except UsageError:
            return shown
        if told.crisis == crisis.id:
            shown["job"] = told
            if told.result is not None:
                shown |= show_result(renderer_of(request), crisis, told)
    return shown


# --- for programs ----------------------------------------------------------------------------------------------------

JobId = Annotated[str, Path(max_length=64)]


@api.post("/crises/{name}/jobs", status_code=202)
def queue_job(request: Request, name: str, asked: AskedJob) -> JobTold:
    """Queue work that takes long; follow it at ``/api/jobs/ID/events``. It goes on when nobody looks and after a restart."""
    bench_of(request).crisis(name)
    return _told(request, jobs_of(request).add(name, asked))


@api.get("/jobs")
def list_jobs(
    request: Request, crisis: Annotated[str | None, Query(max_length=200)] = None
) -> list[JobTold]:
    """Return the jobs, the latest first, without their results."""
    return [_told(request, job) for job in jobs_of(request).list(crisis)]


@api.get("/jobs/{job}")
def find_job(request: Request, job: JobId) -> JobTold:
    """Return a job, with its result if it is done."""
    return _told(request, jobs_of(request).find(job))


@api.delete("/jobs/{job}")
def cancel_job(request: Request, job: JobId) -> JobTold:
    """Cancel a job: it stops in the engine. One that has ended stays as it is."""
    return _told(request, jobs_of(request).cancel(job))


def _known(request: Request, job: JobId) -> Job:
    return jobs_of(request).find(job)


@api.get("/jobs/{job}/events", response_class=EventSourceResponse)
async def follow_job(
    request: Request,
    job: Annotated[Job, Depends(_known)],
    after: Annotated[int, Query(ge=0, lt=2**31)] = 0,
    last_event_id: Annotated[int | None, Header(ge=0, lt=2**31)] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Follow a job: its events in order, from the first, or from the one after ``Last-Event-ID`` on, until it has ended."""
    log: Log = request.app.state.log
    seen, stream = last_event_id if last_event_id is not None else after, f"job/{job.id}"
    jobs = jobs_of(request)
    state: Job | None = None
    while not jobs.is_ending:
        events = await asyncio.to_thread(log.read, stream, after=state.last if state else 0)
        for event in events:
            state = fold_job([event], state)
            if state is not None and event.number > seen:
                yield _news(request, state, event.kind)
        if state is not None and state.status in ENDED:
            return
        await asyncio.sleep(_LOOK)


def _news(request: Request, job: Job, kind: str) -> ServerSentEvent:
    told = _told(request, job)
    news = JobNews(
        status=job.status,
        step=job.step,
        done=job.done,
        whole=job.whole,
        words=told.words,
        ended=job.status in ENDED,
    )
    return ServerSentEvent(id=str(job.last), event=kind, data=news, retry=1000)


def _told(request: Request, job: Job) -> JobTold:
    words = renderer_of(request).words("jobs-words.j2", "told", _case(request, job), job)
    return JobTold(**job.model_dump(), words=words)


def _case(request: Request, job: Job) -> JobCase:
    bench = bench_of(request)
    return tell_job(job, bench.crisis(job.crisis).digest if job.crisis in bench.names else "")


# --- the page --------------------------------------------------------------------------------------------------------


@router.get("/{crisis}/jobs")
def show(request: Request, crisis: CrisisOfPage) -> HTMLResponse:
    """List the jobs of a crisis, and offer to queue one."""
    opened = open_link(crisis, request.query_params.multi_items())
    return renderer_of(request).page(
        "jobs.html",
        request,
        crisis=crisis,
        jobs=[_told(request, job) for job in jobs_of(request).list(crisis.id)],
        stale=opened.stale,
        given={SET + path: _text(value) for path, value in opened.asked.set.items()},
        policy=opened.asked.policy or "",
        seed=opened.asked.seed,
        sizes=SIZES,
    )


@router.post("/{crisis}/jobs")
async def ask(request: Request, crisis: CrisisOfPage) -> RedirectResponse:
    """Take the form that works without scripts, queue the job, and go to its page."""
    pairs = parse_qsl((await request.body()).decode("utf-8", "replace"))
    job = await asyncio.to_thread(jobs_of(request).add, crisis.id, _asked(dict(pairs)))
    return RedirectResponse(f"/{crisis.id}/jobs/{job.id}", status_code=303)


@router.get("/{crisis}/jobs/{job}")
def show_job(request: Request, crisis: CrisisOfPage, job: str) -> HTMLResponse:
    """Show a job: how far it is, or what it found."""
    told = _told(request, jobs_of(request).find(job))
    renderer = renderer_of(request)
    shown = show_result(renderer, crisis, told) if told.result is not None else {"job": told}
    return renderer.page("job.html", request, crisis=crisis, **shown, ended=told.status in ENDED)


@router.get("/{crisis}/jobs/{job}/panel")
def panel(request: Request, crisis: CrisisOfPage, job: str) -> HTMLResponse:
    """Return the part of a page that follows a job."""
    told = _told(request, jobs_of(request).find(job))
    csrf = request.scope.get("state", {}).get("csrf", "")
    return _part(renderer_of(request).part("_job.html", crisis=crisis, job=told, csrf=csrf))


@router.get("/{crisis}/jobs/{job}/result")
def result(request: Request, crisis: CrisisOfPage, job: str) -> HTMLResponse:
    """Return the part of a page that shows what a job found; nothing of one that is not done."""
    told, renderer = jobs_of(request).find(job), renderer_of(request)
    if told.result is None:
        return _part("")
    shown = show_result(renderer, crisis, told)
    return _part(renderer.part("_job-result.html", crisis=crisis, **shown))


@router.post("/{crisis}/jobs/{job}/cancel")
def cancel_on_page(request: Request, crisis: CrisisOfPage, job: str) -> RedirectResponse:
    """Take the button that works without scripts, cancel the job, and go back to its page."""
    cancelled = jobs_of(request).cancel(job)
    return RedirectResponse(f"/{crisis.id}/jobs/{cancelled.id}", status_code=303)


def _asked(given: Mapping[str, str]) -> AskedJob:
    """Return what a form asks; what is no number is refused as in the API."""
    changes = {
        name.removeprefix(SET): value.strip()
        for name, value in given.items()
        if name.startswith(SET) and value.strip()
    }
    plain = {name: given[name] for name in ("draws", "seed", "command") if given.get(name)}
    asked = {"work": given.get("work"), "set": changes, "policy": given.get("policy") or None}
    try:
        return AskedJob.model_validate({**asked, **plain})
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


def _text(value: object) -> str:
    return "..".join(f"{end:g}" for end in value) if isinstance(value, tuple) else str(value)


def _part(text: str) -> HTMLResponse:
    return HTMLResponse(text, headers={"cache-control": "no-store"})
