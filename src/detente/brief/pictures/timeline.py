"""What comes when: forces that arrive, with their ranges, and days that are known, on one calendar."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from detente.brief.figures import Chart, Figure, link
from detente.brief.pictures.drawing import (
    WIDTH,
    Form,
    RowLayout,
    Slot,
    Words,
    draw_axis,
    lay_rows,
    make_chart,
)
from detente.brief.pictures.letters import text_width, wrap_text
from detente.brief.pictures.palette import INK, NEUTRAL, band, ink
from detente.brief.pictures.pen import LINE, SIZE, SMALL, Pen, Rect, TextPlace
from detente.brief.pictures.scales import Scale
from detente.brief.words import format_date

__all__ = ["Arrival", "Dated", "draw_timeline"]

_EDGE, _HEAD, _STEP = 9.0, 24.0, 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One reinforcement: when its first part is in place and when all of it, in days from the cut-off."""

    row: str
    first: Figure
    ready: Figure
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A day that is known, or days from one to another, which is the last."""

    words: str
    day: date
    until: date | None = None


def draw_timeline(
    name: str,
    arrivals: Sequence[Arrival],
    dates: Sequence[Dated],
    words: Words,
    *,
    start: date,
    heads: tuple[str, str],
) -> Chart:
    """Draw a calendar from a start: arrivals above, days that are known below, each under its head.

    An arrival is a point at its first part, a bar to all of it, its range a thin line. A day is a diamond with its words
    beside it; days from one to another have a bar.
    """

    def after(day: date) -> float:
        return float((day - start).days)

    last = max(
        [7.0]
        + [
            (row.ready.value if row.ready.high is None else row.ready.high) or 0.0
            for row in arrivals
        ]
        + [after(item.until or item.day) + (item.until is not None) for item in dates]
    )
    ordered = sorted(dates, key=lambda item: (item.day, item.words))

    def build(form: Form) -> Pen:
        pen = Pen(WIDTH[form])
        layout = _lay(pen, form, arrivals, heads[0])
        scale = _calendar(start, last, layout.left, layout.right)
        for row, y in zip(arrivals, layout.heights, strict=True):
            _draw_arrival(pen, scale, row, y)
        below = _draw_dates(pen, scale, ordered, after, head=heads[1], top=layout.bottom)
        bands = (*layout.bands, below) if ordered else layout.bands
        draw_axis(pen, scale, replace(layout, bands=bands))
        pen.height = below[1] if ordered else layout.bottom
        return pen

    return make_chart(
        name,
        build,
        words,
        ("What", "From", "Until", "Days from the cut-off"),
        (
            *(_arrival_row(row, start) for row in arrivals),
            *(
                (
                    item.words,
                    format_date(item.day.isoformat()),
                    format_date(item.until.isoformat()) if item.until else "",
                    f"{after(item.day):.0f}",
                )
                for item in ordered
            ),
        ),
        numeric=(False, False, False, True),
    )


def _arrival_row(row: Arrival, start: date) -> tuple[str, ...]:
    first, ready = (
        format_date((start + timedelta(days=round(figure.value or 0.0))).isoformat())
        for figure in (row.first, row.ready)
    )
    days = f"{link(row.first, row.first.full_text)} to {link(row.ready, row.ready.full_text)}"
    return row.row, first, ready, days


def _lay(pen: Pen, form: Form, arrivals: Sequence[Arrival], head: str) -> RowLayout:
    """Lay the rows of arrivals under their head; without any, only the axis."""
    if not arrivals:
        return RowLayout(
            left=_EDGE, right=pen.width - _EDGE, top=20.0, bottom=20.0, heights=(), bands=()
        )
    pen.text(TextPlace(0.0, SIZE), head, bold=True)
    return lay_rows(pen, form, [Slot(row=row.row) for row in arrivals], top=_HEAD)


def _draw_arrival(pen: Pen, scale: Scale, row: Arrival, y: float) -> None:
    first, ready = scale.at(row.first.value or 0.0), scale.at(row.ready.value or 0.0)
    low = first if row.first.low is None else scale.at(row.first.low)
    high = ready if row.ready.high is None else scale.at(row.ready.high)
    pen.line((low, y), (high, y), band(row.colour), width=2.5)
    pen.bar(Rect(first, y - 5, ready, y + 5), band(row.colour))
    pen.dot(first, y, ink(row.colour))


def _draw_dates(
    pen: Pen,
    scale: Scale,
    dates: Sequence[Dated],
    after: Callable[[date], float],
    *,
    head: str,
    top: float,
) -> tuple[float, float]:
    """Draw the days below each other, each with its words beside its mark or above it; return the band that they take."""
    if not dates:
        return top, top
    pen.text(TextPlace(0.0, top + 8 + SIZE), head, bold=True)
    y = begin = top + 8 + _HEAD
    for item in dates:
        x = scale.at(after(item.day))
        end = scale.at(after(item.until) + 1) if item.until else x
        said = f"{_day_text(item.day, scale_start=dates[0].day)}: {item.words}"
        lines = wrap_text(said, pen.width, SIZE)
        wide = max(text_width(line, SIZE) for line in lines)
        if end + 13 + wide <= pen.width:
            pen.lines(TextPlace(end + 13, y + 14), lines, halo=True)
        elif x - 13 - wide >= 0:
            pen.lines(TextPlace(x - 13, y + 14, "end"), lines, halo=True)
        else:
            left = max(0.0, min(x - 6, pen.width - wide))
            pen.lines(TextPlace(left, y + 13), lines, halo=True)
            y += LINE * len(lines) + 1
        if item.until:
            pen.bar(Rect(x, y + 6, end, y + 13), band(NEUTRAL))
        pen.dot(x, y + 9.5, ink(INK), radius=6.0, look="diamond")
        y += _STEP
    return begin, y


def _calendar(start: date, last: float, left: float, right: float) -> Scale:
    """Return a scale of days from a start, with ticks at whole weeks, as many as their words leave room for."""
    weeks = max(1, math.ceil(last / 7))
    room = (right - left) / (text_width("27 Sep", SMALL) + 14)
    every = max(1, math.ceil(weeks / max(room, 1.0)))
    ticks = tuple(7.0 * week for week in range(0, weeks + 1, every))
    words = tuple(
        _day_text(start + timedelta(days=int(tick)), scale_start=start, plain=True)
        for tick in ticks
    )
    return Scale(
        low=0.0, high=max(7.0 * weeks, last), start=left, end=right, ticks=ticks, words=words
    )


def _day_text(day: date, *, scale_start: date, plain: bool = False) -> str:
    year = f" {day.year}" if day.year != scale_start.year and not plain else ""
    return f"{day.day} {day:%b}{year}"
