"""Pictures in rows: ranges, positions, stacks and dumbbells; and weeks.

Every picture comes in a wide and a narrow form (a phone gets its own layout, not a smaller picture) and as a file that
stands alone with title, measure and source. Colour means who; greys and ink mean everything else.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from detente.brief.figures import Chart, Figure, link
from detente.brief.pictures.drawing import (
    WIDTH,
    Form,
    Key,
    RowLayout,
    Slot,
    Words,
    draw_axis,
    draw_key,
    draw_names_below,
    lay_rows,
    make_chart,
    uprights,
)
from detente.brief.pictures.letters import text_width
from detente.brief.pictures.palette import (
    INK,
    MUTED,
    NEUTRAL,
    OKABE_ITO,
    RULE,
    SOFT,
    band,
    edge,
    ink,
    on_band,
)
from detente.brief.pictures.pen import SMALL, Pen, Rect, TextPlace
from detente.brief.pictures.scales import Scale, make_scale
from detente.brief.words import CURRENCIES, format_number, format_range, format_value, unit_words

__all__ = [
    "Dumbbell",
    "Mark",
    "Span",
    "draw_dumbbells",
    "draw_positions",
    "draw_range",
    "draw_ranges",
    "draw_stacks",
    "draw_weeks",
    "stack_bars",
]

BAND, BAR = 7.0, 14.0
"""Heights of a range and of a bar, in pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One value with its range in a row; several spans of a row differ by series.

    ``name`` is the row's name in the table where it is longer than on the picture.
    """

    row: str
    figure: Figure
    series: str = ""
    colour: str = NEUTRAL
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A point on a row of a 0-100 scale; ``kind`` is a player's position or the point of a settlement."""

    row: str
    series: str
    value: float
    colour: str
    low: float | None = None
    high: float | None = None
    kind: Literal["position", "settlement"] = "position"
    figure: Figure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dumbbell:
    """A row from one figure to another: before and after, or at the low and the high end of something."""

    row: str
    start: Figure
    end: Figure
    colour: str = NEUTRAL


# --- the pictures ----------------------------------------------------------------------------------------------------


def draw_ranges(
    name: str,
    spans: Sequence[Span],
    words: Words,
    *,
    bars: bool = False,
    zero_line: bool = False,
    row_title: str = "",
    heads: tuple[str, str] = ("Mean", "5\N{EN DASH}95% of cases"),
    keys: Sequence[Key] = (),
) -> Chart:
    """Draw one row per item: a point (or bar) with its 5-95 % range, and both in print.

    ``zero_line`` says that zero divides two signs: it is drawn darker than a tick. ``keys`` say what the colours are.
    """
    unit = spans[0].figure.unit
    many = len({span.series for span in spans}) > 1

    def build(form: Form) -> Pen:
        pen = Pen(WIDTH[form])
        slots = [
            Slot(
                row=span.row,
                label=span.series if many else "",
                colour=span.colour,
                printed=_printed(span.figure),
            )
            for span in spans
        ]
        layout = lay_rows(pen, form, slots, top=draw_key(pen, keys), heads=heads)
        values = [
            end for span in spans for end in (span.figure.low, span.figure.value, span.figure.high)
        ]
        scale = make_scale(values, unit, start=layout.left, end=layout.right)
        _draw_grid(pen, scale, layout, at=0.0 if zero_line else None)
        for span, y in zip(spans, layout.heights, strict=True):
            draw_range(pen, scale, y, span.figure, span.colour, bar=bars)
        pen.height = layout.bottom
        return pen

    columns, body, numeric = _range_rows(spans, heads=(row_title, *heads), many=many)
    return make_chart(name, build, words, columns, body, numeric=numeric)


def draw_range(
    pen: Pen, scale: Scale, y: float, figure: Figure, colour: str, *, bar: bool = False
) -> None:
    """Draw a value with its range: a band with a point, or a bar from zero with a line; nothing without a value."""
    if figure.value is None:
        return
    x = scale.at(figure.value)
    low = scale.at(figure.value if figure.low is None else figure.low)
    high = scale.at(figure.value if figure.high is None else figure.high)
    if bar:
        zero = scale.at(0.0)
        if x != zero:
            pen.bar(Rect(min(zero, x), y - BAR / 2, max(zero, x), y + BAR / 2), band(colour))
        if high > low:
            _draw_whisker(pen, y, (low, high), (min(zero, x), max(zero, x)), colour)
        return
    if high > low:
        box = Rect(low, y - BAND / 2, high, y + BAND / 2)
        pen.bar(box, band(colour), round_by=BAND / 2)
    pen.dot(x, y, ink(colour))


def _draw_whisker(
    pen: Pen, y: float, ends: tuple[float, float], bar: tuple[float, float], colour: str
) -> None:
    """Draw a range across a bar: in ink, and where it lies on the bar in what stands out from that."""
    low, high = ends
    start, stop = max(low, bar[0]), min(high, bar[1])
    for tone, first, last in (
        (ink(INK), low, min(high, bar[0])),
        (on_band(colour), start, stop),
        (ink(INK), max(low, bar[1]), high),
    ):
        if last > first:
            pen.line((first, y), (last, y), tone, width=1.6)
    for x in ends:
        tone = on_band(colour) if bar[0] < x < bar[1] else ink(INK)
        pen.line((x, y - 3.5), (x, y + 3.5), tone, width=1.6)


def draw_positions(name: str, marks: Sequence[Mark], words: Words) -> Chart:
    """Draw one row per issue on a 0-100 scale: the players' positions, the gap, and where a settlement would lie."""
    rows = list(dict.fromkeys(mark.row for mark in marks))
    series = list(dict.fromkeys(mark.series for mark in marks))

    def build(form: Form) -> Pen:
        pen = Pen(WIDTH[form])
        first = [next(mark for mark in marks if mark.series == one) for one in series]
        keys = [
            Key(mark.series, mark.colour, "dot" if mark.kind == "position" else "diamond")
            for mark in first
        ]
        layout = lay_rows(pen, form, [Slot(row=row) for row in rows], top=draw_key(pen, keys))
        scale = make_scale((), "score_0_100", start=layout.left, end=layout.right)
        _draw_grid(pen, scale, layout)
        for row, y in zip(rows, layout.heights, strict=True):
            mine = [mark for mark in marks if mark.row == row]
            ends = [scale.at(mark.value) for mark in mine]
            pen.line((min(ends), y), (max(ends), y), band(SOFT), width=2.0)
            for mark in mine:
                if mark.low is not None and mark.high is not None and mark.high > mark.low:
                    low, high = scale.at(mark.low), scale.at(mark.high)
                    box = Rect(low, y - BAND / 2, high, y + BAND / 2)
                    pen.bar(box, band(mark.colour), round_by=BAND / 2)
            for mark in mine:
                if mark.kind == "settlement":
                    pen.dot(scale.at(mark.value), y, ink(mark.colour), radius=6.5, look="diamond")
                else:
                    pen.dot(scale.at(mark.value), y, ink(mark.colour), radius=5.5)
        pen.height = layout.bottom
        return pen

    columns = ("", *series)
    body = []
    for row in rows:
        cells = {mark.series: _mark_text(mark) for mark in marks if mark.row == row}
        body.append((row, *(cells.get(one, "") for one in series)))
    return make_chart(name, build, words, columns, body)


def draw_weeks(
    name: str,
    weeks: Sequence[tuple[str, str, int]],
    words: Words,
    *,
    states: Sequence[str],
    unit: str,
) -> Chart:
    """Draw bars per week (label of the week, state, count), stacked by state."""
    shades = dict(zip(states, _SHADES, strict=False))
    labels = list(dict.fromkeys(week for week, _, _ in weeks))
    counts = {
        (label, state): sum(c for w, s, c in weeks if w == label and s == state)
        for label in labels
        for state in states
    }
    most = max((sum(counts[label, state] for state in states) for label in labels), default=1)

    def build(form: Form) -> Pen:
        pen = Pen(WIDTH[form])
        keys = [Key(state, shades[state], "bar") for state in states] if len(states) > 1 else []
        top = draw_key(pen, keys) + 8
        left, bottom = 34.0, top + 150.0
        scale = make_scale(
            [float(most)], "number", start=bottom, end=top, most=min(most, 5), along=False
        )
        for tick, text in zip(scale.ticks, scale.words, strict=True):
            y = scale.at(tick)
            pen.line((left, y), (pen.width, y), ink(MUTED if tick == 0 else RULE), under=True)
            pen.text(TextPlace(left - 7, y + 4, "end"), text, tone=ink(MUTED), size=SMALL)
        step = (pen.width - left) / max(len(labels), 1)
        for place, label in enumerate(labels):
            x, reached = left + place * step, 0.0
            for state in states:
                count = counts[label, state]
                if count:
                    box = Rect(x + 1, scale.at(reached + count), x + step - 1, scale.at(reached))
                    pen.bar(box, band(shades[state]), edge=edge(shades[state]))
                reached += count
        centres = [left + (place + 0.5) * step for place in range(len(labels))]
        draw_names_below(pen, labels, centres, bottom + 17)
        pen.height = bottom + 24
        return pen

    body = tuple((label, *(str(counts[label, state]) for state in states)) for label in labels)
    return make_chart(name, build, words, (unit, *states), body)


_SHADES = (INK, OKABE_ITO["sky"], SOFT, OKABE_ITO["blue"], OKABE_ITO["purple"])
"""Colours of states, which belong to nobody."""


def draw_stacks(
    name: str,
    rows: Mapping[str, Mapping[str, Figure]],
    words: Words,
    *,
    colours: Mapping[str, str],
    row_title: str = "",
) -> Chart:
    """Draw one bar per row, stacked of parts in the order of ``colours``; parts wide enough bear their value."""
    parts = [part for part in colours if any((row[part].value or 0) > 0 for row in rows.values())]

    def build(form: Form) -> Pen:
        pen = Pen(WIDTH[form])
        top = draw_key(pen, [Key(part, colours[part], "bar") for part in parts])
        layout = lay_rows(pen, form, [Slot(row=row) for row in rows], top=top, thick=24.0)
        sums = [sum(max(row[part].value or 0.0, 0.0) for part in parts) for row in rows.values()]
        scale = make_scale(sums, "number", start=layout.left, end=layout.right)
        _draw_grid(pen, scale, layout)
        for row, y in zip(rows.values(), layout.heights, strict=True):
            stack_bars(pen, scale, y, [(row[part].value or 0.0, colours[part]) for part in parts])
        pen.height = layout.bottom
        return pen

    body = tuple(
        (label, *(link(row[part], row[part].full_text) for part in parts))
        for label, row in rows.items()
    )
    return make_chart(name, build, words, (row_title, *parts), body)


def stack_bars(
    pen: Pen,
    scale: Scale,
    y: float,
    parts: Sequence[tuple[float, str]],
    *,
    keep_off: float = -math.inf,
) -> None:
    """Draw amounts end to end from zero; those wide enough bear their number, unless a mark stands at its place."""
    reached = 0.0
    for amount, colour in parts:
        value = max(amount, 0.0)
        start, end = scale.at(reached), scale.at(reached + value)
        reached += value
        if end <= start:
            continue
        pen.bar(Rect(start, y - 10, end, y + 10), band(colour), edge=edge(colour))
        text = format_number(value)
        wide, middle = text_width(text, SMALL), (start + end) / 2
        if wide + 8 <= end - start and abs(middle - keep_off) > wide / 2 + 4:
            place = TextPlace(middle, y + 4.2, "middle")
            pen.text(place, text, tone=on_band(colour), size=SMALL, inside=True)


def draw_dumbbells(
    name: str,
    rows: Sequence[Dumbbell],
    words: Words,
    *,
    start: str,
    end: str,
    line_at: float | None = None,
    row_title: str = "",
) -> Chart:
    """Draw one row per item from a hollow point (start) to a filled one (end)."""
    unit = rows[0].start.unit
    kept = [row for row in rows if row.start.value is not None and row.end.value is not None]

    def build(form: Form) -> Pen:
        pen = Pen(WIDTH[form])
        top = draw_key(pen, [Key(start, INK, "ring"), Key(end, INK)])
        slots = [Slot(row=row.row, printed=(_from_to(row),)) for row in kept]
        layout = lay_rows(pen, form, slots, top=top)
        values = [figure.value for row in kept for figure in (row.start, row.end)]
        scale = make_scale([*values, line_at], unit, start=layout.left, end=layout.right)
        _draw_grid(pen, scale, layout, at=line_at)
        for row, y in zip(kept, layout.heights, strict=True):
            first, last = scale.at(row.start.value or 0.0), scale.at(row.end.value or 0.0)
            low, high = sorted((first, last))
            if high - low > 1:
                pen.bar(Rect(low, y - 2, high, y + 2), band(row.colour))
            pen.dot(first, y, ink(row.colour), radius=5.2, look="hollow")
            pen.dot(last, y, ink(row.colour), radius=5.2 if high - low > 3 else 3.6)
        pen.height = layout.bottom
        return pen

    body = tuple(
        (row.row, link(row.start, row.start.full_text), link(row.end, row.end.full_text))
        for row in kept
    )
    return make_chart(name, build, words, (row_title, start, end), body)


def _draw_grid(pen: Pen, scale: Scale, layout: RowLayout, *, at: float | None = None) -> None:
    """Draw the axis of rows, and a dashed line at a value."""
    draw_axis(pen, scale, layout)
    if at is not None:
        dash = "" if at == 0 else "4 3"
        pen.shapes(uprights(scale.at(at), layout.bands), ink(INK), width=1.2, dash=dash)


# --- words on the pictures -------------------------------------------------------------------------------------------


def _printed(figure: Figure) -> tuple[str, ...]:
    """Return the value and its range as they stand beside the marks."""
    bare = format_range(
        figure.low, figure.high, figure.unit, exact=figure.exact, digits=figure.digits, bare=True
    )
    bare = bare.removesuffix(" points").replace("\N{EN DASH}>", " to >")
    return _alone(figure), "" if bare == "0 to 0" else bare


def _alone(figure: Figure) -> str:
    """Return the value without the words of its unit, which stand in the subtitle; a percent sign stays.

    Examples
    --------
    >>> from detente.brief.figures import Trace
    >>> parts = {"id": "x", "label": "x", "low": None, "high": None, "trace": Trace(model="m")}
    >>> [_alone(Figure(value=v, unit=u, **parts)) for v, u in ((3.4, "pct_gdp"), (0.002, "points"), (29.0, "eur_per_mwh"))]
    ['3.4%', '<1', '29']
    """
    text, words = figure.text.removesuffix(" of GDP"), unit_words(figure.unit)
    if figure.unit == "points":
        return "<1" if text.startswith("under 1 ") else text.partition(" ")[0]
    if words[:3] in CURRENCIES and text.startswith(f"{words[:3]} "):
        return text[4:].removesuffix(words[3:])
    return text.removesuffix(f" {words}")


def _from_to(row: Dumbbell) -> str:
    """Write both ends, one alone where they print alike."""
    first, last = (format_value(figure.value, figure.unit) for figure in (row.start, row.end))
    return last if first == last else f"{first.removesuffix('%')} → {last}"


def _mark_text(mark: Mark) -> str:
    text = format_value(mark.value, "score_0_100")
    if mark.low is not None and mark.high is not None and mark.low != mark.high:
        text += f" ({format_range(mark.low, mark.high, 'score_0_100')})"
    return text if mark.figure is None else link(mark.figure, text)


def _range_rows(
    spans: Sequence[Span], *, heads: tuple[str, ...], many: bool
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], tuple[bool, ...]]:
    """Return the columns of the text table, its rows, and which columns hold numbers."""
    head = (heads[0], *(("Series",) if many else ()), *heads[1:])
    body = tuple(
        (
            span.name or span.row,
            *((span.series,) if many else ()),
            link(span.figure),
            span.figure.range_text or "\N{EN DASH}",
        )
        for span in spans
    )
    numeric = (False, *((False,) if many else ()), True, True)
    return head, body, numeric
