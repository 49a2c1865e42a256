"""*Energy*: the gas system month by month: routes and what they carry, who is short, what is in store, and what else there is."""

from detente.brief.book import Book
from detente.brief.figures import plain
from detente.brief.gas_months import GasMonth, read_gas_month
from detente.web.briefings import Told
from detente.web.parts import BriefedPage, Content, Options, routes_of
from detente.web.rendering import Page, Renderer

__all__ = ["PAGE", "api", "read", "router"]

PAGE = Page(label="Energy", path="energy", order=37)
_BEGIN = ("alliance-gas-", "alliance-energy", "alliance-supply-")
"""How the ids of the pictures begin that the question about allies has of gas."""

_YEAR = "alliance-gas-routes"
"""The routes in a year as things stand: here they are drawn by month."""


def read(renderer: Renderer, told: Told, options: Options) -> Content:
    """Read the month that is asked for, and of the answer about allies what it says of gas."""
    said = told.answer("alliance")
    book = Book(told.context, "energy")
    month = read_gas_month(
        told.context, book, case=options.get("case", ""), month=options.get("month", "")
    )
    charts = [chart for chart in said.charts if chart.id.startswith(_BEGIN) and chart.id != _YEAR]
    if month is None:
        finding = renderer.words("energy-words.j2", "absent", len(charts))
        figures = {figure.id: figure for figure in said.figures}
        return Content(finding=finding, charts=tuple(charts), figures=figures, more={"month": None})
    titles = [chart.title for chart in charts if chart.id == "alliance-gas-months"]
    figures = {figure.id: figure for figure in (*said.figures, *book.figures)}
    return Content(
        finding=f"{titles[0]}." if titles else f"{month.charts[0].title}.",
        charts=(*month.charts, *charts),
        tables=(month.others, *(table for table in said.tables if table.id == "gas-countries")),
        figures=figures,
        sentences=tuple(f"{plain(chart.title)}." for chart in month.charts),
        more={"month": _steps(month)},
    )


def _steps(month: GasMonth) -> dict[str, object]:
    """Return the month with its place among the months, and those before and after it."""
    periods = list(month.months)
    at = periods.index(month.month)
    return {
        "case": month.case,
        "month": month.month,
        "words": month.months[month.month],
        "at": at,
        "before": periods[at - 1] if at else "",
        "after": periods[at + 1] if at + 1 < len(periods) else "",
        "cases": dict(month.cases),
        "months": dict(month.months),
    }


router, api = routes_of(BriefedPage(page=PAGE, read=read, options=("case", "month")))
