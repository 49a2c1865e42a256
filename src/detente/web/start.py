"""Where the workbench begins: the crises that are served, and the style sheet of their colours."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from detente.web.api import bench_of
from detente.web.charts import tones_css
from detente.web.rendering import renderer_of

__all__ = ["begin", "router", "show_crises", "tones"]

router = APIRouter()


@router.get("/")
def show_crises(request: Request) -> HTMLResponse:
    """List the crises."""
    bench = bench_of(request)
    crises = [bench.crisis(name) for name in bench.names]
    return renderer_of(request).page("start.html", request, shown=crises)


@router.get("/{name}")
def begin(request: Request, name: str) -> RedirectResponse:
    """Go to the first page of a crisis."""
    crisis = bench_of(request).crisis(name)
    return RedirectResponse(f"/{crisis.id}/{renderer_of(request).first_path}", status_code=303)


@router.get("/{name}/tones.css")
def tones(request: Request, name: str) -> Response:
    """Return the colours that pictures of a crisis are drawn in."""
    css = tones_css(bench_of(request).crisis(name))
    return Response(css, media_type="text/css", headers={"cache-control": "max-age=300"})
