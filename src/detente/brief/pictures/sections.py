"""Ranges in sections: rows under headings, each with one mark or several, as the first charts of a briefing have them.

A mark is a band from the low to the high end with a point on it. Shapes tell marks of a row apart, never colour alone: a
filled or hollow point on a band of its kind, a diamond, or an open box for what somebody else said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from detente.brief.figures import Chart
from detente.brief.pictures.drawing import WIDTH, Form, Words, make_chart, uprights
from detente.brief.pictures.letters import balanced, text_width, wrap_text
from detente.brief.pictures.palette import INK, MUTED, PAPER, RULE, band, ink, shade
from detente.brief.pictures.pen import LINE, SIZE, SMALL, Pen, Rect, TextPlace
from detente.brief.pictures.scales import Scale, make_scale

__all__ = ["RangeMark", "RangeRow", "RangeSection", "Shape", "draw_sections", "type_shape"]

Shape = Literal["dot", "ring", "diamond", "box"]

_BAND = 7.0
_GAP, _EDGE = 12.0, 8.0
_NAMES = 0.4
"""Most of the width that names may take beside their marks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spacing:
    """Pixels from one mark of a row to the next, of a line of a name, around a row, and of a heading."""

    step: float = 14.0
    alone: float = 18.0
    line: float = LINE
    around: float = 4.0
    heading: float = LINE + 6.0


_OPEN, _DENSE = _Spacing(), _Spacing(step=12.5, alone=15.0, line=14.0, around=2.5, heading=18.0)
"""On a screen, and in a column of a printed page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeMark:
    """One value with its range, its colour and shape, and what is printed at its end; a box has no value."""

    value: float | None
    low: float | None
    high: float | None
    colour: str
    shape: Shape = "dot"
    printed: tuple[str, ...] = ()
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeRow:
    """A row by its name, with its marks below each other; a shaded one is what the title speaks of."""

    name: str
    marks: tuple[RangeMark, ...]
    bold: bool = False
    shaded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeSection:
    """Rows under a heading, which may be empty."""

    heading: str
    rows: tuple[RangeRow, ...]


def type_shape(place: int, count: int) -> Shape:
    """Return the shape of a type by its place: the last is a dot, the first a ring, between them a diamond."""
    if place == count - 1:
        return "dot"
    return "ring" if place == 0 else "diamond"


def draw_sections(
    name: str,
    sections: Sequence[RangeSection],
    words: Words,
    *,
    unit: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, ...]],
    heads: Sequence[str] = (),
    sides: tuple[str, str] | None = None,
    printed_width: float = 505.0,
) -> Chart:
    """Draw sections of rows over one scale.

    Parameters
    ----------
    name, words
        The chart's id and words.
    sections
        What is drawn, in order.
    unit
        Of all values.
    columns, rows
        The table that says the same in text.
    heads
        What the printed columns are.
    sides
        Words for below and above zero, which then is a dark line.
    printed_width
        Pixels across in a column of a printed page.
    """

    def draw(width: float, spacing: _Spacing, *, narrow: bool) -> Pen:
        return _draw(
            sections, unit, width=width, spacing=spacing, narrow=narrow, heads=heads, sides=sides
        )

    def build(form: Form) -> Pen:
        return draw(WIDTH[form], _OPEN, narrow=form == "narrow")

    return make_chart(
        name,
        build,
        words,
        columns,
        rows,
        printed=lambda: draw(printed_width, _DENSE, narrow=False),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """Where names end, where the scale lies, and where printed columns end."""

    names: float
    scale: Scale
    ends: tuple[float, ...]
    spacing: _Spacing


def _draw(
    sections: Sequence[RangeSection],
    unit: str,
    *,
    width: float,
    spacing: _Spacing,
    narrow: bool,
    heads: Sequence[str],
    sides: tuple[str, str] | None,
) -> Pen:
    pen = Pen(width)
    frame = _lay_out(pen, sections, unit, spacing=spacing, narrow=narrow, heads=heads)
    y = _write_sides(pen, frame, sides) if sides else 4.0
    y = _write_heads(pen, frame, heads, y)
    bands: list[tuple[float, float]] = []
    for section in sections:
        if section.heading:
            lines = wrap_text(section.heading, width, SIZE, bold=True)
            pen.lines(TextPlace(0.0, y + spacing.heading - 6.0), lines, bold=True)
            y += spacing.heading + LINE * (len(lines) - 1)
        top = y
        for row in section.rows:
            draw_row = _narrow_row if narrow else _wide_row
            y = draw_row(pen, frame, row, y, bands)
        if not narrow and y > top:
            bands.append((top, y))
    _draw_axis(pen, frame.scale, bands, y, zero=sides is not None)
    pen.height = y + 22.0
    return pen


def _lay_out(
    pen: Pen,
    sections: Sequence[RangeSection],
    unit: str,
    *,
    spacing: _Spacing,
    narrow: bool,
    heads: Sequence[str],
) -> _Frame:
    rows = [row for section in sections for row in section.rows]
    marks = [mark for row in rows for mark in row.marks]
    most = _NAMES * pen.width
    wide = max(
        (
            text_width(line, SIZE, bold=row.bold)
            for row in rows
            for line in balanced(row.name, most, SIZE)
        ),
        default=0.0,
    )
    names = 0.0 if narrow else min(wide, most * 1.1) + _GAP
    count = max((len(mark.printed) for mark in marks), default=0)
    widths = [
        max(
            [
                text_width(mark.printed[k], SIZE, bold=True)
                for mark in marks
                if k < len(mark.printed)
            ]
            + [text_width(line, SMALL) for line in (heads[k].split("\n") if k < len(heads) else ())]
        )
        for k in range(count)
    ]
    ends = tuple(pen.width - sum(widths[k + 1 :]) - _GAP * (count - 1 - k) for k in range(count))
    right = pen.width - sum(widths) - _GAP * count - _EDGE
    values = [end for mark in marks for end in (mark.low, mark.value, mark.high)]
    scale = make_scale(values, unit, start=names + _EDGE, end=right)
    return _Frame(names=names, scale=scale, ends=ends, spacing=spacing)


def _write_sides(pen: Pen, frame: _Frame, sides: tuple[str, str]) -> float:
    """Write what lies on either side of zero, in two lines where one has no room."""
    zero = frame.scale.at(0.0)
    left, right = f"\N{LEFTWARDS ARROW} {sides[0]}", f"{sides[1]} \N{RIGHTWARDS ARROW}"
    fits = (
        zero - 8 - text_width(left, SMALL, bold=True) >= 0
        and zero + 8 + text_width(right, SMALL, bold=True) <= pen.width
    )
    tone = ink(MUTED)
    if fits:
        pen.text(TextPlace(zero - 8, 12.0, "end"), left, tone=tone, size=SMALL, bold=True)
        pen.text(TextPlace(zero + 8, 12.0), right, tone=tone, size=SMALL, bold=True)
        return 18.0
    pen.text(TextPlace(0.0, 12.0), left, tone=tone, size=SMALL, bold=True)
    pen.text(TextPlace(pen.width, 28.0, "end"), right, tone=tone, size=SMALL, bold=True)
    return 34.0


def _write_heads(pen: Pen, frame: _Frame, heads: Sequence[str], y: float) -> float:
    if not heads or not frame.ends:
        return y
    lines = [head.split("\n") for head in heads]
    deep = max(map(len, lines))
    for words, end in zip(lines, frame.ends, strict=False):
        first = y + 11.0 + 14.0 * (deep - len(words))
        pen.lines(TextPlace(end, first, "end"), words, tone=ink(MUTED), size=SMALL, step=14.0)
    return y + 14.0 * deep + 2.0


def _wide_row(
    pen: Pen, frame: _Frame, row: RangeRow, y: float, bands: list[tuple[float, float]]
) -> float:
    del bands  # one for the whole section
    lines = balanced(row.name, frame.names - _GAP + 0.5, SIZE)
    spacing = frame.spacing
    steps = spacing.alone if len(row.marks) == 1 else spacing.step
    marks_high, words_high = steps * len(row.marks), spacing.line * len(lines)
    high = max(marks_high, words_high) + spacing.around * (1 if len(row.marks) == 1 else 2)
    if row.shaded:
        pen.area(
            [(0, y), (pen.width, y), (pen.width, y + high), (0, y + high)], shade(0.0), opacity=0.99
        )
    first = y + (high - words_high) / 2 + 12.0
    place = TextPlace(frame.names - _GAP, first, "end")
    pen.lines(place, lines, bold=row.bold, step=spacing.line)
    start = y + (high - marks_high) / 2
    for k, mark in enumerate(row.marks):
        _draw_mark(pen, frame, mark, start + (k + 0.5) * steps)
    return y + high


def _narrow_row(
    pen: Pen, frame: _Frame, row: RangeRow, y: float, bands: list[tuple[float, float]]
) -> float:
    lines = wrap_text(row.name, pen.width, SIZE, bold=row.bold)
    step = frame.spacing.step
    high = LINE * len(lines) + step * len(row.marks) + 8.0
    if row.shaded:
        pen.area(
            [(0, y), (pen.width, y), (pen.width, y + high), (0, y + high)], shade(0.0), opacity=0.99
        )
    pen.lines(TextPlace(0.0, y + 13.0), lines, bold=row.bold)
    start = y + LINE * len(lines) + 3.0
    bands.append((start, y + high - 2.0))
    for k, mark in enumerate(row.marks):
        _draw_mark(pen, frame, mark, start + (k + 0.5) * step)
    return y + high


def _draw_mark(pen: Pen, frame: _Frame, mark: RangeMark, y: float) -> None:
    """Draw a mark and print its columns."""
    scale, colour = frame.scale, mark.colour
    pen.kind = f"t-{mark.shape}"
    low = None if mark.low is None else scale.at(mark.low)
    high = None if mark.high is None else scale.at(mark.high)
    if low is not None and high is not None and high - low > 1.0:
        half = _BAND / 2 + (1.0 if mark.shape == "box" else 0.0)
        hollow = mark.shape in {"ring", "box"}
        tone = ink(MUTED) if mark.shape == "box" else band(colour)
        pen.bar(
            Rect(low, y - half, high, y + half),
            ink(PAPER) if hollow else tone,
            round_by=0.0 if mark.shape == "box" else half,
            edge=tone if hollow else None,
        )
    if mark.value is not None and mark.shape != "box":
        x = scale.at(mark.value)
        if mark.shape == "diamond":
            pen.dot(x, y, ink(colour), radius=6.0, look="diamond")
        else:
            pen.dot(
                x, y, ink(colour), radius=4.6, look="hollow" if mark.shape == "ring" else "full"
            )
    for k, (text, end) in enumerate(zip(mark.printed, frame.ends, strict=False)):
        strong = mark.strong and k == 0
        tone = ink(INK if mark.strong or k == 0 else MUTED)
        pen.text(TextPlace(end, y + 4.5, "end"), text, tone=tone, bold=strong)
    pen.kind = ""


def _draw_axis(
    pen: Pen, scale: Scale, bands: Sequence[tuple[float, float]], y: float, *, zero: bool
) -> None:
    """Draw ticks below and hairlines through the rows; zero dark where it divides two sides."""
    for tick, words in zip(scale.ticks, scale.words, strict=True):
        x = scale.at(tick)
        dark = zero and tick == 0.0
        pen.shapes(uprights(x, bands), ink(INK if dark else RULE), width=1.4 if dark else 1.0)
        half = text_width(words, SMALL) / 2
        at = min(max(x, half), pen.width - half)
        pen.text(TextPlace(at, y + 15.0, "middle"), words, tone=ink(MUTED), size=SMALL)
