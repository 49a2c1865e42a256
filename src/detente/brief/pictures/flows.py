"""Pictures of flows and of courses over months: stacks by month, ribbons from sources to places, lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import altair as alt
import numpy as np

from detente.brief.figures import Chart, Figure, link
from detente.brief.pictures.drawing import (
    Form,
    Spec,
    Words,
    configured,
    make_chart,
    make_legend,
    tidy,
    with_rows,
)
from detente.brief.pictures.palette import INK, MUTED, PAPER, RULE
from detente.brief.words import format_number

__all__ = ["Course", "Ribbon", "draw_courses", "draw_months", "draw_ribbons"]

_SAMPLES = 15
"""Points along each edge of a ribbon."""
LABEL = 18
"""Longest line of a name beside a ribbon, in letters."""
_HEIGHT: dict[str, int] = {"wide": 300, "narrow": 270}


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A line over periods; ``dash`` tells lines apart that share a colour."""

    label: str
    values: Sequence[Figure]
    colour: str
    dash: tuple[int, ...] = (1, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ribbon:
    """A flow from a source to a place."""

    source: str
    place: str
    figure: Figure
    colour: str


def draw_months(
    name: str,
    periods: Sequence[str],
    parts: Mapping[str, Sequence[Figure]],
    words: Words,
    *,
    colours: Mapping[str, str],
    below: Sequence[str] = (),
    unit: str = "",
) -> Chart:
    """Draw one column per period, stacked of parts from the axis up, those in ``below`` from the axis down."""
    kept = [part for part in parts if any(abs(figure.value or 0.0) > 0 for figure in parts[part])]
    data = []
    for index, period in enumerate(periods):
        reached, sunk = 0.0, 0.0
        for part in kept:
            value = max(parts[part][index].value or 0.0, 0.0)
            start = sunk - value if part in below else reached
            if part in below:
                sunk -= value
            else:
                reached += value
            data.append(
                {"period": period, "part": part, "start": tidy(start), "end": tidy(start + value)}
            )

    def build(form: Form) -> dict[str, Any]:
        x = alt.X(
            "period:N",
            sort=list(periods),
            scale=alt.Scale(paddingInner=0.18),
            axis=alt.Axis(title=None, labelAngle=0 if form == "wide" else -90, labelOverlap=False),
        )
        y = alt.Y(
            "start:Q",
            axis=alt.Axis(title=None, grid=True, tickCount=6, labelExpr=_with_unit(unit)),
            scale=alt.Scale(nice=True),
        )
        colour = alt.Color(
            "part:N",
            sort=kept,
            scale=alt.Scale(domain=kept, range=[colours[part] for part in kept]),
            legend=make_legend(form, room=sum(len(part) + 4 for part in kept)),
        )
        bars = (
            alt.Chart(with_rows(data))
            .mark_bar(stroke=PAPER, strokeWidth=0.5)
            .encode(x=x, y=y, y2="end:Q", color=colour)
        )
        return _finish([bars, _zero()], form)

    body = tuple(
        (period, *(link(parts[part][index]) for part in kept))
        for index, period in enumerate(periods)
    )
    return make_chart(name, build, words, ("Month", *kept), body)


def draw_courses(
    name: str, periods: Sequence[str], courses: Sequence[Course], words: Words, *, unit: str = ""
) -> Chart:
    """Draw lines over periods, each named at its end or in the legend."""
    labels = [course.label for course in courses]
    data = [
        {"period": period, "course": course.label, "value": tidy(figure.value)}
        for course in courses
        for period, figure in zip(periods, course.values, strict=True)
    ]

    def build(form: Form) -> dict[str, Any]:
        lines = (
            alt.Chart(with_rows(data))
            .mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(filled=True, size=28))
            .encode(
                x=alt.X(
                    "period:N",
                    sort=list(periods),
                    axis=alt.Axis(
                        title=None, labelAngle=0 if form == "wide" else -90, labelOverlap=False
                    ),
                ),
                y=alt.Y(
                    "value:Q",
                    axis=alt.Axis(title=None, tickCount=6, labelExpr=_with_unit(unit)),
                    scale=alt.Scale(zero=True, nice=True),
                ),
                color=alt.Color(
                    "course:N",
                    sort=labels,
                    scale=alt.Scale(domain=labels, range=[course.colour for course in courses]),
                    legend=make_legend(
                        form, symbol=False, room=sum(len(one) + 4 for one in labels)
                    ),
                ),
                strokeDash=alt.StrokeDash(
                    "course:N",
                    sort=labels,
                    scale=alt.Scale(domain=labels, range=[list(course.dash) for course in courses]),
                    legend=None,
                ),
            )
        )
        return _finish([lines], form)

    body = tuple(
        (period, *(link(course.values[index]) for course in courses))
        for index, period in enumerate(periods)
    )
    return make_chart(name, build, words, ("Month", *labels), body)


def draw_ribbons(
    name: str, ribbons: Sequence[Ribbon], words: Words, *, heads: tuple[str, str, str]
) -> Chart:
    """Draw flows as ribbons whose height is their size, sources at the left and places at the right, in their order."""
    sources = list(dict.fromkeys(ribbon.source for ribbon in ribbons))
    places = list(dict.fromkeys(ribbon.place for ribbon in ribbons))
    size = {id(ribbon): max(ribbon.figure.value or 0.0, 0.0) for ribbon in ribbons}
    total = sum(size.values()) or 1.0
    gap = 0.028 * total
    left, right = (
        _stack(
            names,
            {
                one: sum(size[id(ribbon)] for ribbon in ribbons if getattr(ribbon, side) == one)
                for one in names
            },
            gap,
        )
        for names, side in ((sources, "source"), (places, "place"))
    )
    used = {("source", one): left[one][0] for one in sources} | {
        ("place", one): right[one][0] for one in places
    }
    at: dict[int, tuple[float, float]] = {}
    for one in sources:
        for ribbon in ribbons:
            if ribbon.source == one:
                at[id(ribbon)] = (used["source", one], 0.0)
                used["source", one] += size[id(ribbon)]
    for one in places:
        for ribbon in sorted(
            (item for item in ribbons if item.place == one),
            key=lambda item: sources.index(item.source),
        ):
            at[id(ribbon)] = (at[id(ribbon)][0], used["place", one])
            used["place", one] += size[id(ribbon)]
    step = np.linspace(0.0, 1.0, _SAMPLES)
    bend = step * step * (3.0 - 2.0 * step)
    curves = [
        {
            "x": tidy(float(x)),
            "low": tidy(start + float(b) * (end - start)),
            "high": tidy(start + float(b) * (end - start) + size[id(ribbon)]),
            "ribbon": number,
            "colour": ribbon.colour,
        }
        for number, ribbon in enumerate(ribbons)
        for start, end in (at[id(ribbon)],)
        for x, b in zip(step, bend, strict=True)
    ]
    ends = [
        {
            "x": side,
            "x2": side + (-0.012 if side == 0.0 else 0.012),
            "low": tidy(low),
            "high": tidy(high),
            "middle": tidy((low + high) / 2),
            "text": "\n".join(wrap(f"{one} {format_number(high - low)}", LABEL)),
        }
        for side, places_of in ((0.0, left), (1.0, right))
        for one, (low, high) in places_of.items()
    ]

    def build(form: Form) -> dict[str, Any]:
        margin = (0.34, 0.36) if form == "wide" else (0.8, 0.85)
        scale = alt.Scale(domain=[-margin[0], 1.0 + margin[1]], nice=False)
        y = alt.Scale(reverse=True, nice=False, zero=False)
        flows = (
            alt.Chart(with_rows(curves))
            .mark_area(opacity=0.72, line=False)
            .encode(
                x=alt.X("x:Q", axis=None, scale=scale),
                y=alt.Y("low:Q", axis=None, scale=y),
                y2="high:Q",
                detail="ribbon:N",
                color=alt.Color("colour:N", scale=None, legend=None),
            )
        )
        blocks = (
            alt.Chart(with_rows(ends))
            .mark_rect(color=INK)
            .encode(x=alt.X("x:Q"), x2="x2:Q", y=alt.Y("low:Q"), y2="high:Q")
        )
        layers: list[Spec] = [flows, blocks]
        layers.extend(
            alt.Chart(with_rows([row for row in ends if row["x"] == side]))
            .mark_text(
                align="right" if side == 0.0 else "left",
                dx=-10 if side == 0.0 else 10,
                fontSize=13 if form == "wide" else 11,
                lineBreak="\n",
                baseline="middle",
                color=INK,
            )
            .encode(x=alt.X("x:Q"), y=alt.Y("middle:Q"), text="text:N")
            for side in (0.0, 1.0)
        )
        chart = alt.layer(*layers).properties(height=430 if form == "wide" else 400)
        return configured(chart, form)

    return make_chart(
        name,
        build,
        words,
        heads,
        tuple((ribbon.source, ribbon.place, link(ribbon.figure)) for ribbon in ribbons),
        numeric=(False, False, True),
    )


def _stack(
    names: Sequence[str], sizes: Mapping[str, float], gap: float
) -> dict[str, tuple[float, float]]:
    """Return from where to where each name reaches when they stand on each other with gaps."""
    found: dict[str, tuple[float, float]] = {}
    reached = 0.0
    for one in names:
        found[one] = (reached, reached + sizes[one])
        reached += sizes[one] + gap
    return found


def _zero() -> Spec:
    return alt.Chart(with_rows([{"at": 0}])).mark_rule(color=MUTED).encode(y=alt.Y("at:Q"))


def _with_unit(unit: str) -> str:
    return f"datum.label + ' {unit}'" if unit else "datum.label"


def _finish(layers: list[Spec], form: Form) -> dict[str, Any]:
    spec = configured(alt.layer(*layers).properties(height=_HEIGHT[form]), form)
    spec["config"]["axisY"] = {"grid": True, "gridColor": RULE}
    spec["config"]["axisX"] = {"grid": False}
    return spec
