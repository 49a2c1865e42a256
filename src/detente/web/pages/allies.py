"""*Allies*: who joins which measure, who stays when gas is cut, whom to win, and who pays."""

from detente.brief.figures import plain
from detente.web.briefings import Told
from detente.web.parts import BriefedPage, Content, Options, routes_of
from detente.web.rendering import Page, Renderer

__all__ = ["PAGE", "api", "read", "router"]

PAGE = Page(label="Allies", path="allies", order=33)
_PAYERS = ("payers", "payers-countered", "members-by-measure")
"""Tables of the question about sanctions that say who pays."""
_GAS = "alliance-gas-"
"""Pictures of the gas system begin so: they stand on the page of energy."""


def read(_renderer: Renderer, told: Told, _options: Options) -> Content:
    """Read the answer to the question about allies, and of that about sanctions who pays."""
    said, sanctions = told.answer("alliance"), told.answer("sanctions")
    charts = [chart for chart in said.charts if not chart.id.startswith(_GAS)]
    charts += [chart for chart in sanctions.charts if chart.id == "sanctions-members"]
    tables = [table for table in said.tables if table.id != "gas-countries"]
    tables += [table for table in sanctions.tables if table.id in _PAYERS]
    return Content(
        finding=plain(said.answer),
        sentences=tuple(map(plain, (said.so_what, *said.model))),
        absent=said.absent,
        charts=tuple(charts),
        tables=tuple(tables),
        figures={figure.id: figure for figure in (*said.figures, *sanctions.figures)},
    )


router, api = routes_of(BriefedPage(page=PAGE, read=read))
