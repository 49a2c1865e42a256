"""Pictures: ranges, positions, matrices, weeks and dumbbells, drawn with Vega-Lite and kept as plain SVG.

Every picture comes in a wide and a narrow form (a phone gets its own layout, not a smaller picture) and as a file that
stands alone with title, measure and source. Colour means who; greys and ink mean everything else.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from textwrap import wrap
from typing import Any, Literal

import altair as alt
import numpy as np
import vl_convert
from altair.utils import schemapi

from detente.brief.figures import Chart, Figure, TableView, link
from detente.brief.palette import INK, MUTED, NEUTRAL, PAPER, RULE, SOFT
from detente.brief.words import PERCENT_UNITS, format_number, format_range, format_value

__all__ = [
    "Dumbbell",
    "Mark",
    "Span",
    "Words",
    "draw_dumbbells",
    "draw_matrix",
    "draw_positions",
    "draw_ranges",
    "draw_stacks",
    "draw_weeks",
]

VALIDATE = False
"""Whether Altair checks every part against the Vega-Lite schema; the tests do, a briefing need not."""

Form = Literal["wide", "narrow"]
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
_WIDTH: dict[str, int] = {"wide": 700, "narrow": 350}
_WRAP: dict[str, int] = {"wide": 38, "narrow": 50}
LONGEST_HEAD = 24
"""Longer heads of a matrix become letters, explained under its title."""
_CELL_DARK, _CELL_LIGHT = "#fdfdfd", "#141414"
_DEEP = "#0b5f94"
_DARK = frozenset({INK, NEUTRAL, "#0072B2", "#D55E00", "#009E73"})
"""Colours of areas that bear light numbers."""

_ROWS = "rows:"
"""Begins the name under which rows travel through Altair."""

Spec = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of a picture: the finding, the measure with its unit, the source, and what the picture shows."""

    title: str
    subtitle: str
    footnote: str
    alt: str = ""
    key: tuple[str, ...] = ()


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
    axis = _axis([row[key] for row in data for key in ("low", "value", "high")], unit, zero=bars)

    def build(form: Form) -> dict[str, Any]:
        many = len(series) > 1
        rich = _prepared(data, form)
        grid = _grid(form, rows, series if many else ())
        base = grid.attach(alt.Chart(_data(rich)))
        colours = [next(s.colour for s in spans if s.series == one) for one in series]
        colour = (
            alt.Color(
                "series:N",
                sort=series,
                scale=alt.Scale(domain=series, range=colours),
                legend=_legend(form),
            )
            if many
            else alt.Color("colour:N", scale=None, legend=None)
        )
        x = alt.X("value:Q", scale=alt.Scale(domain=axis.domain, nice=False), axis=axis.spec(form))
        layers: list[Spec] = []
        if zero_line:
            layers.append(_rule_at(0.0))
        if bars:
            layers.append(
                base.mark_bar(height=14, opacity=0.85).encode(x=x, x2=alt.datum(0), color=colour)
            )
            layers.extend(
                base.mark_rule(strokeWidth=width, color=shade).encode(x=_x("low"), x2="high:Q")
                for width, shade in ((5, PAPER), (2, INK))
            )
        else:
            layers.append(
                base.mark_rule(strokeWidth=6, opacity=0.35, strokeCap="round").encode(
                    x=_x("low"), x2="high:Q", color=colour
                )
            )
            layers.append(
                base.mark_point(filled=True, size=95, opacity=1).encode(x=x, color=colour)
            )
        layers.append(
            base.mark_text(align="left", dx=8, fontSize=12, color=INK).encode(
                x=_x("high"), text="text:N"
            )
        )
        return grid.finish(layers)

    table = _range_table(name, spans, words, heads=(row_title, *heads), many=len(series) > 1)
    return _chart(name, build, words, table)


def draw_positions(name: str, marks: Sequence[Mark], words: Words) -> Chart:
    """Draw one row per issue on a 0-100 scale: the players' positions, the gap, and where a settlement would lie."""
    rows = list(dict.fromkeys(mark.row for mark in marks))
    series = list(dict.fromkeys(mark.series for mark in marks))
    colours = [next(mark.colour for mark in marks if mark.series == one) for one in series]
    data = [
        {
            "row": mark.row,
            "series": mark.series,
            "value": _tidy(mark.value),
            "low": _tidy(mark.value if mark.low is None else mark.low),
            "high": _tidy(mark.value if mark.high is None else mark.high),
            "kind": mark.kind,
        }
        for mark in marks
    ]
    spans = [
        {
            "row": row,
            "low": _tidy(min(m.value for m in marks if m.row == row)),
            "high": _tidy(max(m.value for m in marks if m.row == row)),
        }
        for row in rows
    ]
    axis = _axis([0.0, 100.0], "score_0_100", zero=True, room=0.0)
    kinds = [next(mark.kind for mark in marks if mark.series == one) for one in series]
    shapes = ["diamond" if kind == "settlement" else "circle" for kind in kinds]

    def build(form: Form) -> dict[str, Any]:
        grid = _grid(form, rows)
        x = alt.X("value:Q", scale=alt.Scale(domain=[-2, 102], nice=False), axis=axis.spec(form))
        colour = alt.Color(
            "series:N",
            sort=series,
            scale=alt.Scale(domain=series, range=colours),
            legend=_legend(form, symbol=False, room=sum(len(one) + 4 for one in series)),
        )
        shape = alt.Shape("series:N", sort=series, scale=alt.Scale(domain=series, range=shapes))
        line = grid.attach(alt.Chart(_data(_prepared(spans, form))))
        base = grid.attach(alt.Chart(_data(_prepared(data, form))))
        layers = [
            line.mark_rule(strokeWidth=2, color=SOFT).encode(x=_x("low"), x2="high:Q"),
            base.mark_rule(strokeWidth=6, opacity=0.3, strokeCap="round").encode(
                x=_x("low"), x2="high:Q", color=colour
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
    table = TableView(
        id=f"{name}-table",
        title=words.subtitle,
        columns=columns,
        rows=tuple(body),
        numeric=(False, *(True for _ in series)),
    )
    return _chart(name, build, words, table)


def draw_matrix(
    name: str,
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Sequence[Figure | None]],
    words: Words,
) -> Chart:
    """Draw a matrix of shares: darker is more, the number in each cell."""
    letters = [chr(ord("A") + k) for k in range(len(columns))]
    short = max(len(column) for column in columns) <= LONGEST_HEAD
    heads_of = list(columns) if short else letters
    data = [
        {"row": row, "column": column, "value": _tidy(figure.value), "text": figure.text}
        for row, line in zip(rows, cells, strict=True)
        for column, figure in zip(heads_of, line, strict=True)
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
        rich = [{**row, "column": head[str(row["column"])]} for row in data]
        base = alt.Chart(_data(rich)).encode(
            y=alt.Y(
                "row:N",
                sort=list(rows),
                scale=alt.Scale(paddingInner=0.06),
                axis=alt.Axis(title=None, labelLimit=150 if form == "wide" else 100),
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
        ink = alt.condition(alt.datum.value > 0.78, alt.value(_CELL_DARK), alt.value(_CELL_LIGHT))
        layers = [
            base.mark_rect().encode(color=alt.Color("value:Q", scale=scale, legend=None)),
            base.mark_text(fontSize=12).encode(text="text:N", color=ink),
        ]
        step = 26 if form == "wide" else 28
        return _configured(alt.layer(*layers).properties(height={"step": step}), form)

    body = tuple(
        (row, *("" if cell is None else link(cell, cell.full_text) for cell in line))
        for row, line in zip(rows, cells, strict=True)
    )
    table = TableView(
        id=f"{name}-table",
        title=words.subtitle,
        columns=("", *columns),
        rows=body,
        numeric=(False, *(True for _ in columns)),
    )
    return _chart(name, build, words, table)


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
            alt.Chart(_data(data))
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
                    legend=_legend(form) if len(states) > 1 else None,
                ),
                order=alt.Order("rank:Q"),
            )
            .properties(height=170)
        )
        return _configured(chart, form)

    for row in data:
        row["rank"] = list(states).index(str(row["state"]))
    body = tuple(
        (
            label,
            *(str(sum(c for w, s, c in weeks if w == label and s == state)) for state in states),
        )
        for label in labels
    )
    table = TableView(
        id=f"{name}-table",
        title=words.subtitle,
        columns=(unit, *states),
        rows=body,
        numeric=(False, *(True for _ in states)),
    )
    return _chart(name, build, words, table)


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
                    "start": _tidy(reached),
                    "end": _tidy(reached + value),
                    "middle": _tidy(reached + value / 2),
                    "share": _tidy(value / total),
                    "text": format_number(value),
                    "ink": _CELL_DARK if colours[part] in _DARK else _CELL_LIGHT,
                }
            )
            reached += value
    axis = _axis([0.0, total], "number", zero=True, room=0.0)

    def build(form: Form) -> dict[str, Any]:
        grid = _grid(form, list(rows))
        room = 0.06 if form == "wide" else 0.12
        base = grid.attach(alt.Chart(_data(_prepared(data, form))))
        wide = [row for row in data if (row["share"] or 0.0) >= room]
        names = grid.attach(alt.Chart(_data(_prepared(wide, form))))
        colour = alt.Color(
            "part:N",
            sort=parts,
            scale=alt.Scale(domain=parts, range=[colours[part] for part in parts]),
            legend=_legend(form, room=sum(len(part) + 4 for part in parts)),
        )
        x = alt.X("start:Q", scale=alt.Scale(domain=axis.domain, nice=False), axis=axis.spec(form))
        layers = [
            base.mark_bar(height=20, stroke=PAPER, strokeWidth=1).encode(
                x=x, x2="end:Q", color=colour
            ),
            names.mark_text(fontSize=12).encode(
                x=_x("middle"), text="text:N", color=alt.Color("ink:N", scale=None, legend=None)
            ),
        ]
        return grid.finish(layers)

    body = tuple(
        (label, *(link(row[part], row[part].full_text) for part in parts))
        for label, row in rows.items()
    )
    table = TableView(
        id=f"{name}-table",
        title=words.subtitle,
        columns=(row_title, *parts),
        rows=body,
        numeric=(False, *(True for _ in parts)),
    )
    return _chart(name, build, words, table)


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
            "start": _tidy(row.start.value),
            "end": _tidy(row.end.value),
            "most": _tidy(max(row.start.value or 0.0, row.end.value or 0.0)),
            "colour": row.colour,
            "text": f"{_bare(row.start)} → {_bare(row.end, unit=True)}",
        }
        for row in kept
    ]
    order_rows = [row.row for row in kept]
    extra = [] if line_at is None else [line_at]
    axis = _axis([d[key] for d in data for key in ("start", "end")] + extra, unit, zero=False)

    def build(form: Form) -> dict[str, Any]:
        grid = _grid(form, order_rows)
        base = grid.attach(alt.Chart(_data(_prepared(data, form))))
        colour = alt.Color("colour:N", scale=None, legend=None)
        x = alt.X("start:Q", scale=alt.Scale(domain=axis.domain, nice=False), axis=axis.spec(form))
        layers: list[Spec] = [] if line_at is None else [_rule_at(line_at)]
        layers += [
            base.mark_rule(strokeWidth=4, opacity=0.45).encode(x=x, x2="end:Q", color=colour),
            base.mark_point(filled=True, size=85, opacity=1, fill=PAPER, strokeWidth=2).encode(
                x=_x("start"), stroke=alt.Stroke("colour:N", scale=None, legend=None)
            ),
            base.mark_point(filled=True, size=95, opacity=1).encode(x=_x("end"), color=colour),
            base.mark_text(align="left", dx=9, fontSize=12, color=INK).encode(
                x=_x("most"), text="text:N"
            ),
        ]
        return grid.finish(layers)

    body = tuple(
        (row.row, link(row.start, row.start.full_text), link(row.end, row.end.full_text))
        for row in kept
    )
    table = TableView(
        id=f"{name}-table",
        title=words.subtitle,
        columns=(row_title, start, end),
        rows=body,
        numeric=(False, True, True),
    )
    return _chart(name, build, words, table)


# --- axes and layers -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Axis:
    """A value axis whose ticks stop at the data while its domain leaves room for the printed values."""

    domain: list[float]
    ticks: list[float]
    percent: bool

    def spec(self, form: Form) -> alt.Axis:
        ticks = self.ticks if form == "wide" or len(self.ticks) <= 5 else self.ticks[::2]
        return alt.Axis(
            title=None,
            values=ticks,
            format=".0%" if self.percent else ",~f",
            labelFlush=False,
            orient="top",
        )


def _axis(values: Sequence[Any], unit: str, *, zero: bool, room: float = 0.34) -> _Axis:
    numbers = [float(value) for value in values if value is not None] or [0.0, 1.0]
    low, high = min(numbers), max(numbers)
    if zero or (low >= 0 and low < 0.6 * high):
        low = min(0.0, low)
    if high <= low:
        high = low + (abs(low) or 1.0) * 0.1
    step = _nice_step((high - low) / 5)
    first, last = np.floor(low / step + 1e-9) * step, np.ceil(high / step - 1e-9) * step
    ticks = [_tidy(first + step * k) for k in range(round((last - first) / step) + 1)]
    top = max(last if room == 0 else high + room * (high - first), last)
    return _Axis(
        domain=[_tidy(first), _tidy(top)],
        ticks=[tick for tick in ticks if tick is not None],
        percent=unit in PERCENT_UNITS or unit == "points",
    )


def _data(rows: Sequence[Mapping[str, Any]]) -> alt.NamedData:
    """Hand rows to Altair as a name, which it copies at no cost; :func:`_with_data` puts them back."""
    return alt.NamedData(name=_ROWS + json.dumps([dict(row) for row in rows], ensure_ascii=False))


def _with_data(part: Any) -> Any:
    """Put the rows of :func:`_data` back into a finished specification."""
    if isinstance(part, dict):
        name = part.get("name")
        if isinstance(name, str) and name.startswith(_ROWS):
            return {"values": json.loads(name.removeprefix(_ROWS))}
        return {key: _with_data(value) for key, value in part.items()}
    return [_with_data(item) for item in part] if isinstance(part, list) else part


def _nice_step(rough: float) -> float:
    power = 10.0 ** np.floor(np.log10(rough))
    for factor in (1.0, 2.0, 5.0, 10.0):
        if factor * power >= rough * 0.999:
            return float(factor * power)
    return float(10 * power)


def _tidy(value: float | None) -> Any:
    return None if value is None else float(f"{float(value):.6g}")


def _x(field: str) -> alt.X:
    return alt.X(f"{field}:Q")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """The rows of a picture. On a phone a row's name stands above its marks, in slots of its own."""

    form: Form
    rows: tuple[str, ...]
    series: tuple[str, ...]
    slots: tuple[str, ...]

    @property
    def _y(self) -> alt.Y:
        axis = None
        if self.form == "wide":
            axis = alt.Axis(
                title=None,
                labelExpr="split(datum.label, '\\n')",
                labelLimit=290,
                labelPadding=10,
                labelLineHeight=15,
                labelOffset=_LABEL_OFFSET,
            )
        return alt.Y("row:N", sort=list(self.rows), axis=axis, scale=alt.Scale(type="band"))

    def attach(self, chart: Spec) -> Spec:
        """Give a layer its rows, and its slot within the row where a row has several."""
        if not self.slots:
            return chart.encode(y=self._y)
        return chart.encode(
            y=self._y, yOffset=self._offset(f"{'series' if self.series else 'slot'}:N")
        )

    def _offset(self, field: str) -> alt.YOffset:
        pad = 0.5 if self.form == "wide" else 0.2
        scale = alt.Scale(domain=list(self.slots), paddingOuter=pad, paddingInner=0)
        return alt.YOffset(field, sort=list(self.slots), scale=scale)

    def finish(self, layers: list[Spec]) -> dict[str, Any]:
        """Join the layers, with the rows' names where they have no axis."""
        lines = 1 + max(row.count("\n") for row in self.rows)
        step = max(34, 15 * lines + 8) if self.form == "wide" else 0
        if self.slots:
            step = 16 * len(self.slots) + 20 if self.form == "wide" else 18 * len(self.slots) + 10
        if self.form == "narrow":
            heads = sum(slot.startswith("name") for slot in self.slots)
            names = [
                {"row": row, "slot": f"name{heads - 1 - row.count(chr(10))}"} for row in self.rows
            ]
            layers.append(
                alt.Chart(_data(names))
                .mark_text(
                    align="left",
                    baseline="middle",
                    fontSize=13,
                    color=INK,
                    lineBreak="\n",
                    lineHeight=16,
                )
                .encode(y=self._y, yOffset=self._offset("slot:N"), x=alt.value(0), text="row:N")
            )
        height = {"step": step, "for": "position"} if self.slots else {"step": step}
        return _configured(alt.layer(*layers).properties(height=height), self.form)


_LABEL_OFFSET = {
    "condition": [
        {"test": "length(split(datum.label, '\\n')) == 2", "value": -7.5},
        {"test": "length(split(datum.label, '\\n')) > 2", "value": -15},
    ],
    "value": 0,
}
"""Multi-line labels of an axis hang from their first line; this centres them on their row."""


def _grid(form: Form, rows: Sequence[str], series: Sequence[str] = ()) -> _Grid:
    wrapped = tuple(_wrapped(row, form) for row in rows)
    slots = tuple(series)
    if form == "narrow":
        lines = 1 + max(row.count("\n") for row in wrapped)
        slots = (*(f"name{k}" for k in range(lines)), *(series or ("mark",)))
    return _Grid(form=form, rows=wrapped, series=tuple(series), slots=slots)


def _prepared(data: Sequence[dict[str, Any]], form: Form) -> list[dict[str, Any]]:
    return [{**row, "row": _wrapped(str(row["row"]), form), "slot": "mark"} for row in data]


def _legend(form: Form, *, symbol: bool = True, room: int = 0) -> alt.Legend:
    words: dict[str, Any] = {"symbolType": "circle"} if symbol else {}
    return alt.Legend(
        title=None,
        orient="top",
        direction="horizontal" if form == "wide" else "vertical",
        symbolOpacity=1,
        labelLimit=320,
        columns=3 if form == "wide" and room > 60 else 0 if form == "wide" else 2,
        **words,
    )


def _rule_at(value: float) -> Spec:
    return (
        alt.Chart(_data([{"at": _tidy(value)}]))
        .mark_rule(color=MUTED, strokeDash=[4, 3])
        .encode(x=_x("at"))
    )


def _configured(chart: Spec, form: Form) -> dict[str, Any]:
    """Finish a chart as a plain specification: on the object, every setting would copy the whole chart again."""
    return {
        **_with_data(chart.to_dict(validate=VALIDATE)),
        "width": _WIDTH[form],
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": {"left": 2, "right": 6, "top": 2, "bottom": 2},
        "config": {
            "font": FONT,
            "background": "transparent",
            "view": {"stroke": None},
            "axis": {
                "labelColor": INK,
                "labelFontSize": 13,
                "gridColor": RULE,
                "domain": False,
                "ticks": False,
                "labelPadding": 6,
            },
            "axisY": {"grid": False},
            "legend": {"labelColor": INK, "labelFontSize": 13, "symbolSize": 90, "rowPadding": 4},
        },
    }


# --- SVG -------------------------------------------------------------------------------------------------------------

_NOISE = re.compile(r' (?:aria-[a-z]+|role|pointer-events|xmlns:xlink)="[^"]*"')
_SIZE = re.compile(r'width="([0-9.]+)" height="([0-9.]+)"')
_THEME = {INK: "currentColor", MUTED: "var(--muted)", RULE: "var(--rule)", PAPER: "var(--paper)"}


def _render(spec: dict[str, Any]) -> str:
    if VALIDATE:
        alt.Chart.from_dict(spec, validate=True)
    svg = vl_convert.vegalite_to_svg(spec)
    svg = _NOISE.sub("", str(svg))
    return svg.replace('<rect width="100%" height="100%" fill="none"/>', "")


def _size(svg: str) -> tuple[float, float]:
    match = _SIZE.search(svg)
    if match is None:  # pragma: no cover - the renderer always writes a size
        return 0.0, 0.0
    return float(match[1]), float(match[2])


def _inline(svg: str, name: str, alt_text: str) -> str:
    """Make an SVG fit the page: its theme's colours, ids of its own, a text for screen readers."""
    width, _ = _size(svg)
    for plain_colour, themed in _THEME.items():
        svg = svg.replace(f'"{plain_colour}"', f'"{themed}"')
    svg = re.sub(r'(id="|url\(#|href="#)', rf"\1{name}-", svg)
    svg = _SIZE.sub("", svg, count=1)
    opening = (
        f'<svg role="img" aria-label="{escape(alt_text, quote=True)}" '
        f'style="max-width:{width:.0f}px"'
    )
    return svg.replace("<svg", opening, 1).replace('version="1.1" ', "")


def _standalone(svg: str, words: Words) -> str:
    """Set the picture between its title and its footnote, in a file of its own."""
    width, height = _size(svg)
    margin, y, lines = 16, 16.0, []
    for text, size, weight, colour, limit in (
        (words.title, 18, "bold", INK, 78),
        (words.subtitle, 13, "normal", MUTED, 108),
        *((line, 12, "normal", MUTED, 116) for line in words.key),
    ):
        for part in wrap(text, limit):
            y += size * 1.25
            lines.append(_text(part, margin, y, size, weight, colour))
        y += 4
    top = y + 10
    y = top + height + 12
    for part in wrap(words.footnote, 122):
        y += 15
        lines.append(_text(part, margin, y, 11.5, "normal", MUTED))
    total, full = y + 14, width + 2 * margin
    inner = svg.replace("<svg", f'<svg x="{margin}" y="{top:.1f}"', 1)
    alt_text = escape(words.alt or words.title, quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{alt_text}" '
        f'width="{full:.0f}" height="{total:.0f}" viewBox="0 0 {full:.0f} {total:.0f}">'
        f'<rect width="100%" height="100%" fill="{PAPER}"/>{"".join(lines)}{inner}</svg>\n'
    )


def _text(text: str, x: float, y: float, size: float, weight: str, colour: str) -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.1f}" font-family="{FONT}" font-size="{size}" '
        f'font-weight="{weight}" fill="{colour}">{escape(text)}</text>'
    )


def _chart(name: str, build: Any, words: Words, table: TableView) -> Chart:
    with schemapi.debug_mode(VALIDATE):
        wide, narrow = _render(build("wide")), _render(build("narrow"))
    alt_text = words.alt or f"{words.title}. {words.subtitle}"
    return Chart(
        id=name,
        title=words.title,
        subtitle=words.subtitle,
        footnote=words.footnote,
        key=words.key,
        alt=alt_text,
        svg=_standalone(wide, words),
        wide=_inline(wide, f"{name}-w", alt_text),
        narrow=_inline(narrow, f"{name}-n", alt_text),
        table=table,
    )


# --- words on the pictures -------------------------------------------------------------------------------------------


def _span_row(span: Span) -> dict[str, Any]:
    figure = span.figure
    return {
        "row": span.row,
        "series": span.series,
        "value": _tidy(figure.value),
        "low": _tidy(figure.value if figure.low is None else figure.low),
        "high": _tidy(figure.value if figure.high is None else figure.high),
        "colour": span.colour,
        "text": figure.text,
    }


def _bare(figure: Figure, *, unit: bool = False) -> str:
    text = format_value(figure.value, figure.unit)
    return text if unit else text.removesuffix("%")


def _wrapped(text: str, form: Form) -> str:
    return "\n".join(wrap(text, _WRAP[form], break_long_words=False)) or text


def _mark_text(mark: Mark) -> str:
    text = format_value(mark.value, "score_0_100")
    if mark.low is not None and mark.high is not None and mark.low != mark.high:
        text += f" ({format_range(mark.low, mark.high, 'score_0_100')})"
    return text if mark.figure is None else link(mark.figure, text)


def _range_table(
    name: str, spans: Sequence[Span], words: Words, *, heads: tuple[str, ...], many: bool
) -> TableView:
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
    return TableView(
        id=f"{name}-table", title=words.subtitle, columns=head, rows=body, numeric=numeric
    )
