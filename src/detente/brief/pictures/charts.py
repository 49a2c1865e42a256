"""Pictures: ranges, positions, weeks, stacks and dumbbells, drawn with Vega-Lite and kept as plain SVG.

Every picture comes in a wide and a narrow form (a phone gets its own layout, not a smaller picture) and as a file that
stands alone with title, measure and source. Colour means who; greys and ink mean everything else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt

from detente.brief.figures import Chart, Figure, link
from detente.brief.pictures.drawing import (
    Form,
    Spec,
    Words,
    configured,
    make_axis,
    make_chart,
    make_grid,
    make_legend,
    prepared,
    rule_at,
    tidy,
    with_rows,
    x_of,
)
from detente.brief.pictures.palette import CELL_DARK, CELL_LIGHT, INK, NEUTRAL, PAPER, SOFT
from detente.brief.words import format_number, format_range, format_value

__all__ = [
    "Dumbbell",
    "Mark",
    "Span",
    "draw_dumbbells",
    "draw_positions",
    "draw_ranges",
    "draw_stacks",
    "draw_weeks",
]


_DARK = frozenset({INK, NEUTRAL, "#0072B2", "#D55E00", "#009E73"})
"""Colours of areas that bear light numbers."""


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
) -> Chart:
    """Draw one row per item: a point (or bar) with its 5-95 % range and the value in print."""
    unit = spans[0].figure.unit
    rows = list(dict.fromkeys(span.row for span in spans))
    series = list(dict.fromkeys(span.series for span in spans))
    data = [_span_row(span) for span in spans if span.figure.value is not None]
    axis = make_axis(
        [row[key] for row in data for key in ("low", "value", "high")], unit, zero=bars
    )

    def build(form: Form) -> dict[str, Any]:
        many = len(series) > 1
        rich = prepared(data, form)
        grid = make_grid(form, rows, series if many else ())
        base = grid.attach(alt.Chart(with_rows(rich)))
        colours = [next(s.colour for s in spans if s.series == one) for one in series]
        colour = (
            alt.Color(
                "series:N",
                sort=series,
                scale=alt.Scale(domain=series, range=colours),
                legend=make_legend(form),
            )
            if many
            else alt.Color("colour:N", scale=None, legend=None)
        )
        x = alt.X("value:Q", scale=alt.Scale(domain=axis.domain, nice=False), axis=axis.spec(form))
        layers: list[Spec] = []
        if zero_line:
            layers.append(rule_at(0.0))
        if bars:
            layers.append(
                base.mark_bar(height=14, opacity=0.85).encode(x=x, x2=alt.datum(0), color=colour)
            )
            layers.extend(
                base.mark_rule(strokeWidth=width, color=shade).encode(
                    x=x_of("low"), x2=alt.X2("high:Q")
                )
                for width, shade in ((5, PAPER), (2, INK))
            )
        else:
            layers.append(
                base.mark_rule(strokeWidth=6, opacity=0.35, strokeCap="round").encode(
                    x=x_of("low"), x2=alt.X2("high:Q"), color=colour
                )
            )
            layers.append(
                base.mark_point(filled=True, size=95, opacity=1).encode(x=x, color=colour)
            )
        layers.append(
            base.mark_text(align="left", dx=8, fontSize=12, color=INK).encode(
                x=x_of("high"), text=alt.Text("text:N")
            )
        )
        return grid.finish(layers)

    columns, body, numeric = _range_rows(spans, heads=(row_title, *heads), many=len(series) > 1)
    return make_chart(name, build, words, columns, body, numeric=numeric)


def draw_positions(name: str, marks: Sequence[Mark], words: Words) -> Chart:
    """Draw one row per issue on a 0-100 scale: the players' positions, the gap, and where a settlement would lie."""
    rows = list(dict.fromkeys(mark.row for mark in marks))
    series = list(dict.fromkeys(mark.series for mark in marks))
    colours = [next(mark.colour for mark in marks if mark.series == one) for one in series]
    data = [
        {
            "row": mark.row,
            "series": mark.series,
            "value": tidy(mark.value),
            "low": tidy(mark.value if mark.low is None else mark.low),
            "high": tidy(mark.value if mark.high is None else mark.high),
            "kind": mark.kind,
        }
        for mark in marks
    ]
    spans = [
        {
            "row": row,
            "low": tidy(min(m.value for m in marks if m.row == row)),
            "high": tidy(max(m.value for m in marks if m.row == row)),
        }
        for row in rows
    ]
    axis = make_axis([0.0, 100.0], "score_0_100", zero=True, room=0.0)
    kinds = [next(mark.kind for mark in marks if mark.series == one) for one in series]
    shapes = ["diamond" if kind == "settlement" else "circle" for kind in kinds]

    def build(form: Form) -> dict[str, Any]:
        grid = make_grid(form, rows)
        x = alt.X("value:Q", scale=alt.Scale(domain=[-2, 102], nice=False), axis=axis.spec(form))
        colour = alt.Color(
            "series:N",
            sort=series,
            scale=alt.Scale(domain=series, range=colours),
            legend=make_legend(form, symbol=False, room=sum(len(one) + 4 for one in series)),
        )
        shape = alt.Shape("series:N", sort=series, scale=alt.Scale(domain=series, range=shapes))
        line = grid.attach(alt.Chart(with_rows(prepared(spans, form))))
        base = grid.attach(alt.Chart(with_rows(prepared(data, form))))
        layers = [
            line.mark_rule(strokeWidth=2, color=SOFT).encode(x=x_of("low"), x2=alt.X2("high:Q")),
            base.mark_rule(strokeWidth=6, opacity=0.3, strokeCap="round").encode(
                x=x_of("low"), x2=alt.X2("high:Q"), color=colour
            ),
            base.mark_point(filled=True, size=110, opacity=1).encode(
                x=x, color=colour, shape=shape
            ),
        ]
        return grid.finish(layers)

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
    shades = [INK, NEUTRAL, SOFT, "#56B4E9", "#dddddd"]
    labels = list(dict.fromkeys(week for week, _, _ in weeks))
    data = [{"week": week, "state": state, "count": count} for week, state, count in weeks]
    most = max((sum(c for w, _, c in weeks if w == label) for label in labels), default=1)

    def build(form: Form) -> dict[str, Any]:
        every = -(-len(labels) // (9 if form == "wide" else 5))
        shown = labels[:: max(1, every)]
        chart = (
            alt.Chart(with_rows(data))
            .mark_bar(binSpacing=1)
            .encode(
                x=alt.X(
                    "week:N",
                    sort=labels,
                    axis=alt.Axis(title=None, labelAngle=0, values=shown, labelOverlap=True),
                ),
                y=alt.Y(
                    "count:Q",
                    stack="zero",
                    axis=alt.Axis(
                        title=None, tickMinStep=1, tickCount=min(most, 6), format="d", grid=True
                    ),
                ),
                color=alt.Color(
                    "state:N",
                    sort=list(states),
                    scale=alt.Scale(domain=list(states), range=shades[: len(states)]),
                    legend=make_legend(form) if len(states) > 1 else None,
                ),
                order=alt.Order("rank:Q"),
            )
            .properties(height=170)
        )
        return configured(chart, form)

    for row in data:
        row["rank"] = list(states).index(str(row["state"]))
    body = tuple(
        (
            label,
            *(str(sum(c for w, s, c in weeks if w == label and s == state)) for state in states),
        )
        for label in labels
    )
    return make_chart(name, build, words, (unit, *states), body)


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
    total = max(sum(max(row[part].value or 0.0, 0.0) for part in parts) for row in rows.values())
    data = []
    for label, row in rows.items():
        reached = 0.0
        for part in parts:
            value = max(row[part].value or 0.0, 0.0)
            data.append(
                {
                    "row": label,
                    "part": part,
                    "start": tidy(reached),
                    "end": tidy(reached + value),
                    "middle": tidy(reached + value / 2),
                    "share": tidy(value / total),
                    "text": format_number(value),
                    "ink": CELL_DARK if colours[part] in _DARK else CELL_LIGHT,
                }
            )
            reached += value
    axis = make_axis([0.0, total], "number", zero=True, room=0.0)

    def build(form: Form) -> dict[str, Any]:
        grid = make_grid(form, list(rows))
        room = 0.06 if form == "wide" else 0.12
        base = grid.attach(alt.Chart(with_rows(prepared(data, form))))
        wide = [row for row in data if (row["share"] or 0.0) >= room]
        names = grid.attach(alt.Chart(with_rows(prepared(wide, form))))
        colour = alt.Color(
            "part:N",
            sort=parts,
            scale=alt.Scale(domain=parts, range=[colours[part] for part in parts]),
            legend=make_legend(form, room=sum(len(part) + 4 for part in parts)),
        )
        x = alt.X("start:Q", scale=alt.Scale(domain=axis.domain, nice=False), axis=axis.spec(form))
        layers = [
            base.mark_bar(height=20, stroke=PAPER, strokeWidth=1).encode(
                x=x, x2=alt.X2("end:Q"), color=colour
            ),
            names.mark_text(fontSize=12).encode(
                x=x_of("middle"),
                text=alt.Text("text:N"),
                color=alt.Color("ink:N", scale=None, legend=None),
            ),
        ]
        return grid.finish(layers)

    body = tuple(
        (label, *(link(row[part], row[part].full_text) for part in parts))
        for label, row in rows.items()
    )
    return make_chart(name, build, words, (row_title, *parts), body)


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
    data = [
        {
            "row": row.row,
            "start": tidy(row.start.value),
            "end": tidy(row.end.value),
            "most": tidy(max(row.start.value or 0.0, row.end.value or 0.0)),
            "colour": row.colour,
            "text": f"{_bare(row.start)} → {_bare(row.end, unit=True)}",
        }
        for row in kept
    ]
    order_rows = [row.row for row in kept]
    extra = [] if line_at is None else [line_at]
    axis = make_axis([d[key] for d in data for key in ("start", "end")] + extra, unit, zero=False)

    def build(form: Form) -> dict[str, Any]:
        grid = make_grid(form, order_rows)
        base = grid.attach(alt.Chart(with_rows(prepared(data, form))))
        colour = alt.Color("colour:N", scale=None, legend=None)
        x = alt.X("start:Q", scale=alt.Scale(domain=axis.domain, nice=False), axis=axis.spec(form))
        layers: list[Spec] = [] if line_at is None else [rule_at(line_at)]
        layers += [
            base.mark_rule(strokeWidth=4, opacity=0.45).encode(
                x=x, x2=alt.X2("end:Q"), color=colour
            ),
            base.mark_point(filled=True, size=85, opacity=1, fill=PAPER, strokeWidth=2).encode(
                x=x_of("start"), stroke=alt.Stroke("colour:N", scale=None, legend=None)
            ),
            base.mark_point(filled=True, size=95, opacity=1).encode(x=x_of("end"), color=colour),
            base.mark_text(align="left", dx=9, fontSize=12, color=INK).encode(
                x=x_of("most"), text=alt.Text("text:N")
            ),
        ]
        return grid.finish(layers)

    body = tuple(
        (row.row, link(row.start, row.start.full_text), link(row.end, row.end.full_text))
        for row in kept
    )
    return make_chart(name, build, words, (row_title, start, end), body)


# --- words on the pictures -------------------------------------------------------------------------------------------


def _span_row(span: Span) -> dict[str, Any]:
    figure = span.figure
    return {
        "row": span.row,
        "series": span.series,
        "value": tidy(figure.value),
        "low": tidy(figure.value if figure.low is None else figure.low),
        "high": tidy(figure.value if figure.high is None else figure.high),
        "colour": span.colour,
        "text": figure.text,
    }


def _bare(figure: Figure, *, unit: bool = False) -> str:
    text = format_value(figure.value, figure.unit)
    return text if unit else text.removesuffix("%")


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
