"""Pictures and their numbers as files: PNG, SVG, CSV and JSON, each with the line that says what it was made from."""

import asyncio
import csv
import io
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from detente.brief.export.printing import to_png
from detente.brief.export.rendering import figure_data
from detente.brief.figures import Chart, Figure, links_in, plain
from detente.crisis.crisis import Crisis
from detente.errors import refuse
from detente.web.answers import Asked, Change, list_changes, version
from detente.web.charts import Charted
from detente.web.links import write_link
from detente.web.pages._begin import CrisisOfPage
from detente.web.rendering import Page, Renderer, renderer_of
from detente.web.workbench import Workbench

__all__ = [
    "ENDINGS",
    "Citation",
    "Exportable",
    "cite",
    "cite_line",
    "offer_exports",
    "write_export",
]

ENDINGS: Mapping[str, str] = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
"""What a picture is handed out as, by the ending of the file."""
_DIGITS = 10
"""Significant digits of a number in a file, as in the data file of a briefing."""


class Citation(BaseModel):
    """What a picture was made from: with these the same numbers come again.

    ``digest`` is that of the crisis as filed, ``link`` opens the page from the root of the workbench.
    """

    crisis: str
    digest: str
    engine: str
    seed: int
    draws: int
    policy: str
    policy_label: str
    changes: list[Change]
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exportable:
    """The pictures of a page with their figures, and what they were made from."""

    charted: Charted
    citation: Citation


def cite(
    bench: Workbench, crisis: Crisis, asked: Asked, *, page: str, policy: str = ""
) -> Citation:
    """Return what the pictures of a page are made from.

    Parameters
    ----------
    bench, crisis, asked
        The crisis as filed, and what was asked of it.
    page
        Path of the page.
    policy
        The commitment that they are about, if it is another than that of ``asked``.
    """
    chosen = crisis.policies.get(policy or asked.policy or next(iter(crisis.policies), ""))
    return Citation(
        crisis=crisis.id,
        digest=crisis.digest,
        engine=version(),
        seed=asked.seed,
        draws=asked.draws,
        policy="" if chosen is None else chosen.id,
        policy_label="" if chosen is None else chosen.label or chosen.id,
        changes=list_changes(crisis, bench.changed(crisis.id, asked.set)),
        link=write_link(crisis, asked, page=page),
    )


def cite_line(renderer: Renderer, citation: Citation) -> str:
    """Write the line that stands below a picture and its numbers."""
    return renderer.words("citation-words.j2", "citation", citation)


def write_export(exportable: Exportable, name: str, ending: str, *, line: str) -> bytes:
    """Write a picture or its numbers.

    Parameters
    ----------
    exportable
        The pictures of a page.
    name, ending
        The picture's id, and one of :data:`ENDINGS`.
    line
        Of :func:`cite_line`.

    Raises
    ------
    UsageError
        ``page-unknown`` for a picture that the page does not have, or another ending.
    RunError
        ``print-failed`` if a picture cannot be drawn as PNG.
    """
    known = {chart.id: chart for chart in exportable.charted.charts}
    if name not in known or ending not in ENDINGS:
        names = ", ".join(f"{one}.{end}" for one in known for end in ENDINGS)
        refuse(
            f"there is no picture {name[:80]!r} as {ending[:12]!r} on this page",
            code="page-unknown",
            at="address",
            fix=f"use one of: {names}" if names else "open a page that has pictures",
        )
    chart, figures = known[name], exportable.charted.figures
    if ending == "svg":
        return chart.sheet(line).encode()
    if ending == "png":
        return to_png({name: chart.sheet(line)}, exportable.citation.crisis)[name]
    if ending == "csv":
        return _csv(chart, figures, line).encode()
    data = _data(chart, figures, exportable.citation, line)
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def offer_exports(
    router: APIRouter, page: Page, find: Callable[[Request, Crisis], Awaitable[Exportable]]
) -> None:
    """Give a page the addresses of its pictures: ``/CRISIS/PAGE/PICTURE.ENDING``, with the query of the page.

    Parameters
    ----------
    router, page
        Of the page.
    find
        Makes the pictures that the query asks for.
    """

    @router.get("/{crisis}/" + page.path + "/{name}.{ending}")
    async def export(request: Request, crisis: CrisisOfPage, name: str, ending: str) -> Response:
        """Hand out a picture of the page."""
        found = await find(request, crisis)
        line = cite_line(renderer_of(request), found.citation)
        content = await asyncio.to_thread(write_export, found, name, ending, line=line)
        return Response(
            content,
            media_type=ENDINGS[ending],
            headers={
                "content-disposition": f'attachment; filename="{crisis.id}-{name}.{ending}"',
                "cache-control": "no-store",
            },
        )


def _linked(cell: str, figures: Mapping[str, Figure]) -> Figure | None:
    return next((figures[name] for name in links_in(cell) if name in figures), None)


def _numeric(chart: Chart, figures: Mapping[str, Figure]) -> list[bool]:
    """Tell of each column whether its cells stand for figures."""
    columns = range(len(chart.table.columns))
    return [any(_linked(row[k], figures) for row in chart.table.rows) for k in columns]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.{_DIGITS}g}"


def _csv(chart: Chart, figures: Mapping[str, Figure], line: str) -> str:
    """Write the table: a column of figures becomes its value, its ends and its unit; the first line, a comment, cites."""
    numeric = _numeric(chart, figures)
    file = io.StringIO()
    file.write(f"# {chart.title}. {line}\n")
    writer = csv.writer(file, lineterminator="\n")
    heads: list[str] = []
    for name, holds in zip(chart.table.columns, numeric, strict=True):
        heads += [name, f"{name}, low", f"{name}, high", f"{name}, unit"] if holds else [name]
    writer.writerow(heads)
    for row in chart.table.rows:
        cells: list[str] = []
        for cell, holds in zip(row, numeric, strict=True):
            figure = _linked(cell, figures)
            if not holds:
                cells.append(plain(cell))
            elif figure is None:
                cells += [plain(cell), "", "", ""]
            elif figure.value is None:
                cells += [figure.text, "", "", figure.unit]
            else:
                ends = (figure.value, figure.low, figure.high)
                cells += [*map(_number, ends), figure.unit]
        writer.writerow(cells)
    return file.getvalue()


def _data(
    chart: Chart, figures: Mapping[str, Figure], citation: Citation, line: str
) -> dict[str, Any]:
    rows: Sequence[Sequence[str]] = chart.table.rows
    used = [name for row in rows for cell in row for name in links_in(cell) if name in figures]
    return {
        "id": chart.id,
        "title": chart.title,
        "measure": chart.subtitle,
        "source": chart.footnote,
        "citation": {"line": line, **citation.model_dump()},
        "columns": list(chart.table.columns),
        "rows": [
            [
                {
                    "text": plain(cell),
                    **({} if figure is None else {"figure": figure.id}),
                }
                for cell in row
                for figure in (_linked(cell, figures),)
            ]
            for row in rows
        ],
        "figures": {name: figure_data(figures[name]) for name in dict.fromkeys(used)},
    }
