"""The picture of a negotiation: on each issue both sides' positions and red lines, the best common terms, and the room."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from detente.brief.figures import Chart, Figure, link
from detente.brief.pictures.drawing import (
    Form,
    Words,
    make_axis,
    make_chart,
    make_grid,
    make_legend,
    prepared,
    tidy,
    with_rows,
    x_of,
)
from detente.brief.pictures.palette import INK, SOFT
from detente.brief.words import format_value

__all__ = ["TermRow", "draw_terms"]

_TERMS = "Best common terms"


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRow:
    """One issue: positions and red lines of two sides, best terms, and how far the issue alone could move from them."""

    row: str
    positions: tuple[Figure, Figure]
    red_lines: tuple[Figure | None, Figure | None]
    best: Figure | None
    ends: tuple[Figure, Figure] | None


def draw_terms(
    name: str,
    rows: Sequence[TermRow],
    words: Words,
    *,
    sides: tuple[str, str],
    colours: tuple[str, str],
) -> Chart:
    """Draw one row per issue on a 0-100 scale.

    Parameters
    ----------
    name
        Id of the chart.
    rows
        The issues, in the order in which they are drawn.
    words
        Title, subtitle and footnote.
    sides, colours
        Names and colours of the two sides.
    """
    order = [row.row for row in rows]
    points, ways, rooms = [], [], []
    lines: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    for row in rows:
        values = [figure.value for figure in row.positions]
        ways.append(_line(row.row, *values))
        for side, figure in zip(sides, row.positions, strict=True):
            points.append({"row": row.row, "series": side, "value": tidy(figure.value)})
        for drawn, line in zip(lines, row.red_lines, strict=True):
            if line is not None:
                drawn.append({"row": row.row, "value": tidy(line.value)})
        if row.best is not None and row.best.value is not None:
            points.append({"row": row.row, "series": _TERMS, "value": tidy(row.best.value)})
        if row.ends is not None:
            rooms.append(_line(row.row, *(figure.value for figure in row.ends)))
    series = [*sides, *([_TERMS] if any(p["series"] == _TERMS for p in points) else [])]
    shades = [*colours, INK][: len(series)]
    shapes = ["circle", "circle", "diamond"][: len(series)]
    axis = make_axis([0.0, 100.0], "score_0_100", zero=True, room=0.0)

    def build(form: Form) -> dict[str, Any]:
        grid = make_grid(form, order)

        def layer(data: list[dict[str, Any]]) -> Any:
            return grid.attach(alt.Chart(with_rows(prepared(data, form))))

        x = alt.X("value:Q", scale=alt.Scale(domain=[-2, 102], nice=False), axis=axis.spec(form))
        legend = make_legend(form, symbol=False, room=sum(len(one) + 4 for one in series))
        layers = [
            layer(ways).mark_rule(strokeWidth=2, color=SOFT).encode(x=x_of("low"), x2="high:Q"),
            layer(rooms)
            .mark_rule(strokeWidth=11, color=INK, opacity=0.22)
            .encode(x=x_of("low"), x2="high:Q"),
            *(
                layer(drawn).mark_tick(thickness=3, size=22, opacity=1, color=colour).encode(x=x)
                for drawn, colour in zip(lines, colours, strict=True)
            ),
            layer(points)
            .mark_point(filled=True, size=105, opacity=1)
            .encode(
                x=x,
                color=alt.Color(
                    "series:N",
                    sort=series,
                    scale=alt.Scale(domain=series, range=shades),
                    legend=legend,
                ),
                shape=alt.Shape(
                    "series:N", sort=series, scale=alt.Scale(domain=series, range=shapes)
                ),
            ),
        ]
        data = (ways, rooms, *lines, points)
        return grid.finish([part for part, rows in zip(layers, data, strict=True) if rows])

    return make_chart(name, build, words, *_table(rows, sides))


def _line(row: str, first: float | None, second: float | None) -> dict[str, Any]:
    ends = sorted((first or 0.0, second or 0.0))
    return {"row": row, "low": tidy(ends[0]), "high": tidy(ends[1])}


def _table(
    rows: Sequence[TermRow], sides: tuple[str, str]
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    def cell(figure: Figure | None) -> str:
        return "" if figure is None else link(figure, figure.full_text)

    columns = (
        "Issue",
        *sides,
        *(f"Red line, {side}" for side in sides),
        _TERMS,
        "Room on this issue alone",
    )
    body = []
    for row in rows:
        room = ""
        if row.ends is not None:
            low, high = sorted(row.ends, key=lambda figure: figure.value or 0.0)
            room = (
                f"{link(low, format_value(low.value, low.unit))} to "
                f"{link(high, format_value(high.value, high.unit))}"
            )
        body.append(
            (
                row.row,
                *(cell(figure) for figure in row.positions),
                *(cell(figure) for figure in row.red_lines),
                cell(row.best),
                room,
            )
        )
    return columns, body
