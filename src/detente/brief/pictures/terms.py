"""The picture of a negotiation: on each issue both sides' positions and red lines, the best common terms, and the room."""

from collections.abc import Sequence
from dataclasses import dataclass

from detente.brief.figures import Chart, Figure, link
from detente.brief.pictures.drawing import (
    WIDTH,
    Form,
    Key,
    Slot,
    Words,
    draw_axis,
    draw_key,
    lay_rows,
    make_chart,
)
from detente.brief.pictures.palette import INK, MUTED, RULE, SOFT, band, ink
from detente.brief.pictures.pen import Pen, Rect
from detente.brief.pictures.scales import Scale, make_scale
from detente.brief.words import format_value

__all__ = ["TermNames", "TermRow", "draw_terms"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRow:
    """One issue: positions and red lines of two sides, best terms, and how far the issue alone could move from them."""

    row: str
    positions: tuple[Figure, Figure]
    red_lines: tuple[Figure | None, Figure | None]
    best: Figure | None
    ends: tuple[Figure, Figure] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TermNames:
    """What rows and marks are called: the issue, the best terms, the room, a red line, and the red line of each side."""

    issue: str
    best: str
    room: str
    line: str
    lines: tuple[str, ...]


def draw_terms(
    name: str,
    rows: Sequence[TermRow],
    words: Words,
    *,
    names: TermNames,
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
    names
        What rows and marks are called.
    sides, colours
        Names and colours of the two sides.
    """

    def build(form: Form) -> Pen:
        pen = Pen(WIDTH[form])
        top = draw_key(pen, _keys(rows, names, sides, colours))
        layout = lay_rows(pen, form, [Slot(row=row.row) for row in rows], top=top, thick=24.0)
        scale = make_scale((), "score_0_100", start=layout.left, end=layout.right)
        draw_axis(pen, scale, layout)
        for row, y in zip(rows, layout.heights, strict=True):
            _draw_row(pen, scale, y, row, colours)
        pen.height = layout.bottom
        return pen

    return make_chart(name, build, words, *_table(rows, names, sides))


def _keys(
    rows: Sequence[TermRow], names: TermNames, sides: tuple[str, str], colours: tuple[str, str]
) -> list[Key]:
    keys = [Key(side, colour) for side, colour in zip(sides, colours, strict=True)]
    if any(row.best is not None and row.best.value is not None for row in rows):
        keys.append(Key(names.best, INK, "diamond"))
    if any(line is not None for row in rows for line in row.red_lines):
        keys.append(Key(names.line, MUTED, "tick"))
    if any(row.ends is not None for row in rows):
        keys.append(Key(names.room, MUTED, "box"))
    return keys


def _draw_row(pen: Pen, scale: Scale, y: float, row: TermRow, colours: tuple[str, str]) -> None:
    first, second = (scale.at(figure.value or 0.0) for figure in row.positions)
    pen.line((first, y), (second, y), band(SOFT), width=2.0)
    if row.ends is not None:
        low, high = sorted(scale.at(figure.value or 0.0) for figure in row.ends)
        pen.bar(Rect(low, y - 5.5, high, y + 5.5), band(RULE), edge=ink(MUTED))
    for line, colour in zip(row.red_lines, colours, strict=True):
        if line is not None and line.value is not None:
            x = scale.at(line.value)
            pen.bar(Rect(x - 1.5, y - 11, x + 1.5, y + 11), ink(colour))
    for x, colour, radius in (
        (first, colours[0], 5.5),
        (second, colours[1], 3.5 if abs(first - second) < 6 else 5.5),
    ):
        pen.dot(x, y, ink(colour), radius=radius)
    if row.best is not None and row.best.value is not None:
        pen.dot(scale.at(row.best.value), y, ink(INK), radius=6.5, look="diamond")


def _table(
    rows: Sequence[TermRow], names: TermNames, sides: tuple[str, str]
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    def cell(figure: Figure | None) -> str:
        return "" if figure is None else link(figure, figure.full_text)

    columns = (names.issue, *sides, *names.lines, names.best, names.room)
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
