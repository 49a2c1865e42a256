"""*Sanctions*: what packages and measures do to the target at one month, one and three years, who pays, and what is not modelled."""

from detente.brief.figures import plain
from detente.web.briefings import Told
from detente.web.parts import BriefedPage, Content, Options, routes_of
from detente.web.rendering import Page, Renderer

__all__ = ["PAGE", "api", "read", "router"]

PAGE = Page(label="Sanctions", path="sanctions", order=35)


def read(_renderer: Renderer, told: Told, _options: Options) -> Content:
    """Read the answer to the question about sanctions."""
    said = told.answer("sanctions")
    return Content(
        finding=plain(said.answer),
        sentences=tuple(map(plain, (said.so_what, *said.model))),
        absent=said.absent,
        charts=said.charts,
        tables=said.tables,
        figures={figure.id: figure for figure in said.figures},
    )


router, api = routes_of(BriefedPage(page=PAGE, read=read))
