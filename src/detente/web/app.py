"""The application: pages found by name, the JSON API, files, errors, and the guard before all of them."""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from detente.errors import Code, CrisisFileError, DetenteError, SystemFailedError, UsageError
from detente.log import Log
from detente.web import api, interface, start
from detente.web.access import Access, Guard, Limits
from detente.web.answers import Answers, version
from detente.web.briefings import Briefings
from detente.web.documents import Documents
from detente.web.drafts import Drafts
from detente.web.films import Films
from detente.web.jobs import Jobs
from detente.web.play.doors import seat_of
from detente.web.play.rooms import Rooms
from detente.web.rendering import Page, Renderer, describe
from detente.web.workbench import Workbench

__all__ = ["answer_error", "create_app", "find_pages"]

_HERE = Path(__file__).parent
_STATUS: Mapping[Code, int] = {
    "access-denied": 403,
    "crisis-unknown": 404,
    "log-conflict": 409,
    "log-failed": 503,
    "page-unknown": 404,
    "phase-over": 409,
    "request-limited": 429,
    "request-superseded": 409,
    "seat-foreign": 403,
    "session-mismatch": 409,
    "session-unknown": 404,
    "system-failed": 500,
}
"""Status of an error by code; what is refused otherwise is 422, what cannot be read 500."""


def create_app(
    bench: Workbench,
    *,
    log: Log | None = None,
    jobs: Jobs | None = None,
    rooms: Rooms | None = None,
    access: Access | None = None,
    limits: Limits | None = None,
    pages: Sequence[str] = (),
    templates: Sequence[Path] = (),
) -> Guard:
    """Return the application that serves some crises.

    Parameters
    ----------
    bench
        The crises.
    log
        Where what users write is kept; by default a log that goes with the application.
    jobs
        What does the jobs of that log; by default threads of this process, begun with the first job.
    rooms
        The sessions of that log that are played here.
    access
        Where it listens; the loopback address by default.
    limits
        How much one client may ask for.
    pages, templates
        Packages with further pages, and folders with their templates.
    """
    found = find_pages(["detente.web.pages", *pages])
    renderer = Renderer([_HERE / "templates", *templates], [page for page, *_ in found], bench)
    app = FastAPI(
        title="detente",
        version=version(),
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.bench, app.state.renderer = bench, renderer
    app.state.answers, app.state.briefings = Answers(bench), Briefings(bench)
    app.state.documents, app.state.films = Documents(bench), Films(bench)
    app.state.log = log if log is not None else Log.open("sqlite://")
    app.state.jobs = jobs or Jobs(bench, app.state.answers, app.state.log)
    app.state.rooms = rooms or Rooms(bench, app.state.log)
    app.state.drafts = Drafts(app.state.log, bench)
    bench.add(app.state.drafts)
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    app.include_router(api.router, prefix="/api")
    for _, _, more in found:  # before the pages: `/api/jobs/1` is no page of a crisis `api`
        if more is not None:
            app.include_router(more, prefix="/api")
    app.include_router(interface.router, include_in_schema=False)
    app.include_router(start.router, include_in_schema=False)
    for _, router, _ in found:
        app.include_router(router, include_in_schema=False)
    _answer_errors(app)
    return Guard(
        app,
        access=access or Access(),
        limits=limits or Limits(),
        refused=lambda scope, error: answer_error(renderer, Request(scope), error),
        counted=partial(seat_of, app.state.rooms),
    )


def find_pages(packages: Sequence[str]) -> tuple[tuple[Page, APIRouter, APIRouter | None], ...]:
    """Return the pages of some packages with their routes, in the order of the navigation.

    A module of a package is a page if its name does not begin with an underscore. It has ``PAGE``, which says how it is called,
    ``router``, its routes, and perhaps ``api``, what it adds to the JSON API.
    """
    found = []
    for package in packages:
        home = importlib.import_module(package)
        for item in pkgutil.iter_modules(home.__path__):
            if not item.name.startswith("_"):
                module = importlib.import_module(f"{package}.{item.name}")
                found.append((module.PAGE, module.router, getattr(module, "api", None)))
    return tuple(sorted(found, key=lambda pair: (pair[0].order, pair[0].path)))


_UNREADABLE = 400
"""Status by which the framework says that a body cannot be parsed."""


def _answer_errors(app: FastAPI) -> None:
    @app.exception_handler(DetenteError)
    def _tell(request: Request, error: DetenteError) -> Response:
        return answer_error(request.app.state.renderer, request, error)

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        own = UsageError(
            f"{place}: {first['msg']}",
            code="option-invalid",
            at=place,
            fix="send what /api/openapi.json describes",
        )
        return answer_error(request.app.state.renderer, request, own)

    @app.exception_handler(HTTPException)
    def _unknown(request: Request, error: HTTPException) -> Response:
        if error.status_code == _UNREADABLE:
            own = UsageError(
                "what was sent cannot be read as JSON",
                code="option-invalid",
                at="body",
                fix="send JSON, not nested deeply, as /api/openapi.json describes it",
            )
            return answer_error(request.app.state.renderer, request, own, status=_UNREADABLE)
        own = UsageError(
            f"there is nothing at {request.url.path[:120]!r} for {request.method}",
            code="page-unknown",
            at=request.url.path[:120],
            fix="begin at /, which lists the crises, or at /api/openapi.json",
        )
        return answer_error(request.app.state.renderer, request, own, status=error.status_code)


def answer_error(
    renderer: Renderer, request: Request, error: DetenteError, *, status: int = 0
) -> Response:
    """Return an error as JSON to a program or script and as a page to a reader, with its code, place and fix."""
    status = status or _STATUS.get(error.code, 422)
    if isinstance(error, SystemFailedError):
        status = 500
    data: dict[str, Any] = {"error": describe(error)}
    if isinstance(error, CrisisFileError):
        data["error"]["findings"] = [str(finding) for finding in error.findings]
    headers = {"retry-after": "1"} if error.code == "request-limited" else {}
    if request.url.path.startswith("/api") or request.headers.get("accept") == "application/json":
        return JSONResponse(data, status_code=status, headers=headers)
    text = renderer.render("error.html", request, error=error, status=status)
    return HTMLResponse(text, status_code=status, headers=headers)
