"""The picture of a matrix: rows against columns, the number in each cell, darker for more."""

from collections.abc import Sequence
from dataclasses import replace
from textwrap import wrap
from typing import Any

import altair as alt

from detente.brief.figures import Chart, Figure, link
from detente.brief.pictures.drawing import (
    Form,
    Words,
    configured,
    make_chart,
    tidy,
    with_rows,
)
from detente.brief.pictures.palette import CELL_DARK, CELL_LIGHT

__all__ = ["LONGEST_HEAD", "draw_matrix"]

LONGEST_HEAD = 24
"""Longer heads of a matrix become letters, explained under its title."""
_DEEP = "#0b5f94"


def draw_matrix(
    name: str,
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Sequence[Figure | None]],
    words: Words,
    *,
    shades: Sequence[Sequence[float]] | None = None,
    names: Sequence[str] = (),
    corner: str = "",
) -> Chart:
    """Draw a matrix of shares: darker is more, the number in each cell.

    ``shades`` from 0 to 1 colour cells that hold no shares; ``names`` are the rows' names in the table where they are longer
    than on the picture, under the head ``corner``.
    """
    marks = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if shades is None else "123456789"
    letters = list(marks[: len(columns)])
    short = max(len(column) for column in columns) <= LONGEST_HEAD
    heads_of = list(columns) if short else letters
    data = [
        {
            "row": row,
            "column": column,
            "value": tidy(figure.value if shades is None else shades[place][number]),
            "text": figure.text if shades is None else _cell_text(figure.text),
        }
        for place, (row, line) in enumerate(zip(rows, cells, strict=True))
        for number, (column, figure) in enumerate(zip(heads_of, line, strict=True))
        if figure is not None and figure.value is not None
    ]
    if not short:
        key = [f"{letter}: {column}" for letter, column in zip(letters, columns, strict=True)]
        words = replace(words, key=tuple(key))

    def build(form: Form) -> dict[str, Any]:
        columns = heads_of
        room, letter = (560, 7.2) if form == "wide" else (250, 6.2)
        limit = max(6, int(room / len(columns) / letter))
        lines = [wrap(column, limit, break_long_words=False) or [""] for column in columns]
        tall = max(len(line) for line in lines)
        heads = ["\n".join([""] * (tall - len(line)) + line) for line in lines]
        head = dict(zip(columns, heads, strict=True))
        sides = {row: row for row in rows}
        if shades is not None:
            sides = {
                row: "\n".join(wrap(row, 30 if form == "wide" else 17, break_long_words=False))
                for row in rows
            }
        deep = max(side.count("\n") + 1 for side in sides.values())
        rich = [
            {**row, "row": sides[str(row["row"])], "column": head[str(row["column"])]}
            for row in data
        ]
        base = alt.Chart(with_rows(rich)).encode(
            y=alt.Y(
                "row:N",
                sort=list(sides.values()),
                scale=alt.Scale(paddingInner=0.06),
                axis=alt.Axis(title=None, labelLimit=150 if form == "wide" else 100)
                if shades is None
                else alt.Axis(
                    title=None,
                    labelExpr="split(datum.label, '\\n')",
                    labelLineHeight=13,
                    labelLimit=0,
                    labelFontSize=12 if form == "wide" else 11,
                    labelOffset=_centred(deep),
                ),
            ),
            x=alt.X(
                "column:N",
                sort=heads,
                scale=alt.Scale(paddingInner=0.03),
                axis=alt.Axis(
                    title=None,
                    orient="top",
                    labelAngle=0,
                    labelExpr="split(datum.label, '\\n')",
                    labelFontSize=13 if form == "wide" else 11,
                    labelBaseline="bottom",
                    labelLineHeight=14,
                    labelPadding=4 + 14 * (tall - 1),
                    labelLimit=0,
                    labelOverlap=False,
                ),
            ),
        )
        scale = alt.Scale(domain=[0, 1], range=["#eaf3f9", _DEEP], clamp=True)
        ink = alt.condition(alt.datum.value > 0.78, alt.value(CELL_DARK), alt.value(CELL_LIGHT))
        layers = [
            base.mark_rect().encode(color=alt.Color("value:Q", scale=scale, legend=None)),
            base.mark_text(fontSize=12).encode(text=alt.Text("text:N"), color=ink),
        ]
        step = max(26 if form == "wide" else 28, 8 + 13 * deep)
        return configured(alt.layer(*layers).properties(height={"step": step}), form)

    body = tuple(
        (row, *("" if cell is None else link(cell, cell.full_text) for cell in line))
        for row, line in zip(names or rows, cells, strict=True)
    )
    return make_chart(name, build, words, (corner, *columns), body)


def _cell_text(text: str) -> str:
    """Return a number without its unit, for a cell."""
    return "<1" if text.startswith("under 1 ") else text.partition(" ")[0].lstrip("+")


def _centred(deep: int) -> Any:
    """Offset of labels of several lines, which hang from the middle of their row, by the number of lines."""
    return {
        "condition": [
            {"test": f"length(split(datum.label, '\\n')) == {lines}", "value": -6.5 * (lines - 1)}
            for lines in range(2, deep + 1)
        ],
        "value": 0,
    }
