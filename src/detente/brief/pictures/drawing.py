"""What the pictures share: words, value axes, rows, and the way from a Vega-Lite specification to plain SVG.

A module with a new kind of picture takes its parts from here; :mod:`detente.brief.pictures.charts` shows how.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from textwrap import wrap
from typing import Any, Literal

import altair as alt
import numpy as np
from altair.utils import schemapi

from detente.brief.figures import Chart, Picture, present_table
from detente.brief.pictures.beside import render
from detente.brief.pictures.palette import INK, MUTED, PAPER, RULE
from detente.brief.words import PERCENT_UNITS

__all__ = [
    "WIDTH",
    "Axis",
    "Form",
    "Grid",
    "Spec",
    "Words",
    "configured",
    "make_axis",
    "make_chart",
    "make_grid",
    "make_legend",
    "prepared",
    "rule_at",
    "tidy",
    "with_rows",
    "wrapped",
    "x_of",
]

VALIDATE = False
"""Whether Altair checks every part against the Vega-Lite schema; the tests do, a briefing need not."""

Form = Literal["wide", "narrow"]
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
WIDTH: dict[str, int] = {"wide": 700, "narrow": 350}
"""Width of a picture in each form, in pixels."""
_WRAP: dict[str, int] = {"wide": 38, "narrow": 50}
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


# --- axes and layers -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A value axis whose ticks stop at the data while its domain leaves room for the printed values."""

    domain: list[float]
    ticks: list[float]
    percent: bool

    def spec(self, form: Form) -> alt.Axis:
        """Return the axis of a form: every tick, or every other one on a phone."""
        ticks = self.ticks if form == "wide" or len(self.ticks) <= 5 else self.ticks[::2]
        return alt.Axis(
            title=None,
            values=ticks,
            format=".0%" if self.percent else ",~f",
            labelFlush=False,
            orient="top",
        )


def make_axis(values: Sequence[Any], unit: str, *, zero: bool, room: float = 0.34) -> Axis:
    """Choose ticks for values; ``room`` is the share of the axis kept free for printed values at its far end."""
    numbers = [float(value) for value in values if value is not None] or [0.0, 1.0]
    low, high = min(numbers), max(numbers)
    if zero or (low >= 0 and low < 0.6 * high):
        low = min(0.0, low)
    if high <= low:
        high = low + (abs(low) or 1.0) * 0.1
    step = _nice_step((high - low) / 5)
    first, last = np.floor(low / step + 1e-9) * step, np.ceil(high / step - 1e-9) * step
    ticks = [tidy(first + step * k) for k in range(round((last - first) / step) + 1)]
    top = max(last if room == 0 else high + room * (high - first), last)
    return Axis(
        domain=[tidy(first), tidy(top)],
        ticks=[tick for tick in ticks if tick is not None],
        percent=unit in PERCENT_UNITS or unit == "points",
    )


def with_rows(rows: Sequence[Mapping[str, Any]]) -> alt.NamedData:
    """Hand rows to Altair as a name, which it copies at no cost; :func:`_with_data` puts them back."""
    return alt.NamedData(name=_ROWS + json.dumps([dict(row) for row in rows], ensure_ascii=False))


def _with_data(part: Any) -> Any:
    """Put the rows of :func:`with_rows` back into a finished specification."""
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


def tidy(value: float | None) -> Any:
    """Round to six significant digits, so that the same picture is the same bytes."""
    return None if value is None else float(f"{float(value):.6g}")


def x_of(field: str) -> alt.X:
    """Put a field on the value axis."""
    return alt.X(f"{field}:Q")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
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
                alt.Chart(with_rows(names))
                .mark_text(
                    align="left",
                    baseline="middle",
                    fontSize=13,
                    color=INK,
                    lineBreak="\n",
                    lineHeight=16,
                )
                .encode(
                    y=self._y,
                    yOffset=self._offset("slot:N"),
                    x=alt.value(0),
                    text=alt.Text("row:N"),
                )
            )
        height = {"step": step, "for": "position"} if self.slots else {"step": step}
        return configured(alt.layer(*layers).properties(height=height), self.form)


_LABEL_OFFSET = {
    "condition": [
        {"test": "length(split(datum.label, '\\n')) == 2", "value": -7.5},
        {"test": "length(split(datum.label, '\\n')) > 2", "value": -15},
    ],
    "value": 0,
}
"""Multi-line labels of an axis hang from their first line; this centres them on their row."""


def make_grid(form: Form, rows: Sequence[str], series: Sequence[str] = ()) -> Grid:
    """Lay out the rows of a picture, with a slot per series."""
    names = tuple(wrapped(row, form) for row in rows)
    slots = tuple(series)
    if form == "narrow":
        lines = 1 + max(row.count("\n") for row in names)
        slots = (*(f"name{k}" for k in range(lines)), *(series or ("mark",)))
    return Grid(form=form, rows=names, series=tuple(series), slots=slots)


def prepared(data: Sequence[dict[str, Any]], form: Form) -> list[dict[str, Any]]:
    """Break the names of rows to the width of the form."""
    return [{**row, "row": wrapped(str(row["row"]), form), "slot": "mark"} for row in data]


def make_legend(form: Form, *, symbol: bool = True, room: int = 0) -> alt.Legend:
    """Return a legend above the picture."""
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


def rule_at(value: float) -> Spec:
    """Draw a dashed line at a value."""
    return (
        alt.Chart(with_rows([{"at": tidy(value)}]))
        .mark_rule(color=MUTED, strokeDash=[4, 3])
        .encode(x=x_of("at"))
    )


def configured(chart: Spec, form: Form) -> dict[str, Any]:
    """Finish a chart as a plain specification: on the object, every setting would copy the whole chart again."""
    return {
        **_with_data(chart.to_dict(validate=VALIDATE)),
        "width": WIDTH[form],
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


def _begin(spec: dict[str, Any]) -> Callable[[], str]:
    """Start rendering a picture; the function returned gives it without what a page does not need."""
    if VALIDATE:
        alt.Chart.from_dict(spec, validate=True)
    finished = render(spec)

    def cleaned() -> str:
        svg = _NOISE.sub("", finished())
        return svg.replace('<rect width="100%" height="100%" fill="none"/>', "")

    return cleaned


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


def make_chart(
    name: str,
    build: Any,
    words: Words,
    columns: Sequence[str],
    rows: Iterable[tuple[str, ...]],
    *,
    numeric: Sequence[bool] | None = None,
) -> Chart:
    """Draw both forms, with the table that says the same in text; ``build`` makes the specification of a form."""
    with schemapi.debug_mode(VALIDATE):
        wide_one, narrow_one = _begin(build("wide")), _begin(build("narrow"))
    alt_text = words.alt or f"{words.title}. {words.subtitle}"

    @cache
    def picture() -> Picture:
        wide, narrow = wide_one(), narrow_one()
        return Picture(
            svg=_standalone(wide, words),
            wide=_inline(wide, f"{name}-w", alt_text),
            narrow=_inline(narrow, f"{name}-n", alt_text),
        )

    return Chart(
        id=name,
        title=words.title,
        subtitle=words.subtitle,
        footnote=words.footnote,
        key=words.key,
        alt=alt_text,
        picture=picture,
        table=present_table(f"{name}-table", columns, rows, title=words.subtitle, numeric=numeric),
    )


def wrapped(text: str, form: Form) -> str:
    """Break a text into lines that fit the form."""
    return "\n".join(wrap(text, _WRAP[form], break_long_words=False)) or text
