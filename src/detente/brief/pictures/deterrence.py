"""Pictures of deterrence: what holds an option back, and what arrives when."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from detente.brief.figures import Chart, Figure, link
from detente.brief.pictures.charts import stack_bars
from detente.brief.pictures.drawing import (
    WIDTH,
    Form,
    Key,
    RowLayout,
    Slot,
    Words,
    draw_axis,
    draw_key,
    lay_rows,
    make_chart,
)
from detente.brief.pictures.letters import balanced, text_width
from detente.brief.pictures.palette import MUTED, NEUTRAL, OKABE_ITO, band, ink
from detente.brief.pictures.pen import SMALL, Pen, Rect, TextPlace
from detente.brief.pictures.scales import Scale, make_scale
from detente.brief.words import format_date, format_number

__all__ = [
    "Arrival",
    "Balance",
    "draw_arrivals",
    "draw_balance",
]

_PART_COLOURS = (OKABE_ITO["blue"], OKABE_ITO["sky"], OKABE_ITO["orange"], NEUTRAL)
_TEMPTING = OKABE_ITO["vermillion"]
"""Blues for denial, orange for punishment, grey for the shadow of a wider war."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What holds one option back, part by part in print order, against what tempts to it; all in one unit."""

    row: str
    parts: Mapping[str, Figure]
    temptation: Figure


def draw_balance(
    name: str, rows: Sequence[Balance], words: Words, *, tempting: str, row_title: str
) -> Chart:
    """Draw per option one stacked bar of what holds it back and a line where temptation stands.

    A bar that passes the line deters on average. Parts are drawn in the order in which the first row names them.
    """
    parts = list(rows[0].parts)
    shades = dict(zip(parts, _PART_COLOURS, strict=False))

    def build(form: Form) -> Pen:
        pen = Pen(WIDTH[form])
        keys = [Key(part, shades[part], "bar") for part in parts]
        top = draw_key(pen, [*keys, Key(tempting, _TEMPTING, "tick")])
        slots = [
            Slot(row=row.row, printed=(format_number(row.temptation.value or 0.0),)) for row in rows
        ]
        layout = lay_rows(pen, form, slots, top=top, heads=(tempting,), thick=32.0)
        sums = [sum(max(row.parts[part].value or 0.0, 0.0) for part in parts) for row in rows]
        values = [*sums, *(row.temptation.value for row in rows)]
        scale = make_scale(values, "stakes", start=layout.left, end=layout.right)
        draw_axis(pen, scale, layout)
        for row, y in zip(rows, layout.heights, strict=True):
            x = scale.at(row.temptation.value or 0.0)
            stacked = [(row.parts[part].value or 0.0, shades[part]) for part in parts]
            stack_bars(pen, scale, y, stacked, keep_off=x)
            pen.bar(Rect(x - 2, y - 15, x + 2, y + 15), ink(_TEMPTING))
        pen.height = layout.bottom
        return pen

    return make_chart(
        name,
        build,
        words,
        (row_title, *parts, tempting),
        tuple(
            (
                row.row,
                *(link(row.parts[part], row.parts[part].full_text) for part in parts),
                link(row.temptation, row.temptation.full_text),
            )
            for row in rows
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One reinforcement: when its first part is in place and when all of it, in days from the cut-off."""

    row: str
    first: Figure
    ready: Figure
    colour: str


def draw_arrivals(
    name: str,
    rows: Sequence[Arrival],
    words: Words,
    *,
    start: date,
    dates: Sequence[tuple[str, date]],
) -> Chart:
    """Draw a calendar: per force a bar from its first to its last part, its range as a thin line, and days that bind.

    ``dates`` are lines across the picture, such as the end of an exercise.
    """

    def day(offset: float | None) -> str:
        return (start + timedelta(days=round(offset or 0.0))).isoformat()

    ends = [row.ready.value if row.ready.high is None else row.ready.high for row in rows]
    last = max(
        [*(end or 0.0 for end in ends), *(float((when - start).days) for _, when in dates), 7.0]
    )

    def build(form: Form) -> Pen:
        pen = Pen(WIDTH[form])
        layout = lay_rows(pen, form, [Slot(row=row.row) for row in rows], top=0.0)
        scale = _calendar(start, last, layout.left, layout.right)
        draw_axis(pen, scale, layout)
        for row, y in zip(rows, layout.heights, strict=True):
            first, ready = scale.at(row.first.value or 0.0), scale.at(row.ready.value or 0.0)
            low = first if row.first.low is None else scale.at(row.first.low)
            high = ready if row.ready.high is None else scale.at(row.ready.high)
            pen.line((low, y), (high, y), band(row.colour), width=2.5)
            pen.bar(Rect(first, y - 5, ready, y + 5), band(row.colour))
            pen.dot(first, y, ink(row.colour))
        pen.height = layout.bottom
        _draw_dates(
            pen, scale, layout, [(text, when, float((when - start).days)) for text, when in dates]
        )
        return pen

    return make_chart(
        name,
        build,
        words,
        (
            "Force",
            "First part in place",
            "All in place",
            "Days to the first",
            "Days to all",
        ),
        tuple(
            (
                row.row,
                format_date(day(row.first.value)),
                format_date(day(row.ready.value)),
                link(row.first, row.first.full_text),
                link(row.ready, row.ready.full_text),
            )
            for row in rows
        ),
        numeric=(False, False, False, True, True),
    )


def _draw_dates(
    pen: Pen, scale: Scale, layout: RowLayout, dates: Sequence[tuple[str, date, float]]
) -> None:
    """Draw days as dashed lines that end in their words: the latest at the top, each earlier one below where it must."""
    y, step, edge = layout.bottom + 14, 16.0, pen.width
    for words, when, offset in sorted(dates, key=lambda item: -item[2]):
        x = scale.at(offset)
        lines = balanced(f"{words}, {_day_text(when)}", pen.width, SMALL)
        wide = max(text_width(line, SMALL) for line in lines)
        start = min(x + 5, max(0.0, pen.width - wide))
        if start + wide + 8 > edge:
            y += step
        edge, step = min(start, x), 15.0 * len(lines) + 1
        pen.line((x, layout.top), (x, y + 2), ink(MUTED), dash="4 3", under=True)
        pen.lines(TextPlace(start, y), lines, size=SMALL, halo=start < x, step=15.0)
        pen.height = max(pen.height, y + step - 9)


def _calendar(start: date, last: float, left: float, right: float) -> Scale:
    """Return a scale of days from a start, with ticks at whole weeks, as many as their words leave room for."""
    weeks = max(1, math.ceil(last / 7))
    room = (right - left) / (text_width("27 Sep", SMALL) + 14)
    every = max(1, math.ceil(weeks / max(room, 1.0)))
    ticks = tuple(7.0 * week for week in range(0, weeks + 1, every))
    words = tuple(_day_text(start + timedelta(days=int(tick))) for tick in ticks)
    return Scale(
        low=0.0, high=max(7.0 * weeks, last), start=left, end=right, ticks=ticks, words=words
    )


def _day_text(day: date) -> str:
    return f"{day.day} {day:%b}"
