"""Templates: the words and the frame of every page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse

from detente.brief.quantity_words import quantity_text, source_date
from detente.brief.words import (
    format_date,
    format_percent,
    format_points,
    format_range,
    format_value,
    plural,
    sentence_case,
    unit_words,
)
from detente.crisis.crisis import Crisis
from detente.errors import DetenteError
from detente.web.workbench import Workbench

__all__ = ["Page", "Renderer", "describe", "format_stakes", "renderer_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of the workbench: its name in the navigation, what follows ``/CRISIS/`` in its address, and its place.

    ``first`` marks the page that a crisis begins with.
    """

    label: str
    path: str
    order: int = 50
    first: bool = False


def describe(error: DetenteError) -> dict[str, str]:
    """Return an error as plain values."""
    return {"code": error.code, "message": error.message, "at": error.at, "fix": error.fix}


def format_stakes(value: float) -> str:
    """Write a payoff or a part of one with its sign and one decimal.

    Examples
    --------
    >>> format_stakes(-51.06), format_stakes(0.04)
    ('−51.1', '+0.0')
    """
    return f"{value:+.1f}".replace("-", "\N{MINUS SIGN}")


def _carry(query: Sequence[tuple[str, str]]) -> str:
    """Return what a link to another page of the crisis takes along: the what-if, with the mark of a query before it."""
    kept = [
        (name, value)
        for name, value in query
        if name in {"digest", "engine", "seed", "policy"} or name.startswith("set.")
    ]
    return f"?{urlencode(kept)}" if kept else ""


class Renderer:
    """Renders templates with what every page has: navigation, the crises served, the token against forgery.

    Parameters
    ----------
    folders
        Where templates are; the first that has one counts.
    pages
        The pages, in the order of the navigation.
    bench
        The crises served.
    """

    def __init__(self, folders: Sequence[Path], pages: Sequence[Page], bench: Workbench) -> None:
        self._pages, self._bench = tuple(pages), bench
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader([str(folder) for folder in folders]),
            autoescape=jinja2.select_autoescape(enabled_extensions=("html",), default=False),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {
            "percent": format_percent,
            "points": format_points,
            "day": format_date,
            "sentence": sentence_case,
            "unit_words": unit_words,
            "stakes": format_stakes,
        }
        self._environment.globals |= {
            "format_range": format_range,
            "format_value": format_value,
            "quantity_text": quantity_text,
            "source_date": source_date,
            "plural": plural,
        }

    @property
    def first_path(self) -> str:
        """Path of the page that a crisis begins with."""
        return next((page for page in self._pages if page.first), self._pages[0]).path

    def render(
        self, name: str, request: Request, *, crisis: Crisis | None = None, **values: Any
    ) -> str:
        """Return a page."""
        known: Mapping[str, Any] = {
            "csrf": request.scope.get("state", {}).get("csrf", ""),
            "crisis": crisis,
            "crises": self._bench.names,
            "pages": self._pages,
            "here": "".join(request.url.path.split("/")[2:3]),
            "begins_at": self.first_path if self._pages else "",
            "carried": _carry(request.query_params.multi_items()),
        }
        return self._environment.get_template(name).render(**{**known, **values})

    def part(self, name: str, **values: Any) -> str:
        """Return a part of a page."""
        return self._environment.get_template(name).render(**values)

    def words(self, template: str, macro: str, *given: Any) -> str:
        """Return words: what a macro of a template writes, on one line."""
        module = self._module(template)
        return " ".join(str(getattr(module, macro)(*given)).split())

    @cache  # noqa: B019  # one renderer lives as long as its application
    def _module(self, template: str) -> Any:
        return self._environment.get_template(template).module

    def page(
        self, name: str, request: Request, *, crisis: Crisis | None = None, **values: Any
    ) -> HTMLResponse:
        """Return a page as an answer that nobody keeps."""
        text = self.render(name, request, crisis=crisis, **values)
        return HTMLResponse(text, headers={"cache-control": "no-store"})


def renderer_of(request: Request) -> Renderer:
    """Return the renderer of the application that a request came to."""
    found: Renderer = request.app.state.renderer
    return found
