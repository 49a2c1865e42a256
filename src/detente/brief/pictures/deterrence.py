"""Pictures of deterrence: what holds an option back, what arrives when, and where forces stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import altair as alt

from detente.brief.figures import Chart, Figure, link
from detente.brief.pictures.drawing import (
    WIDTH,
    Form,
    Words,
    configured,
    make_axis,
    make_chart,
    make_grid,
    make_legend,
    prepared,
    tidy,
    with_rows,
    x_of,
)
from detente.brief.pictures.palette import INK, MUTED
from detente.brief.words import format_date, format_number

__all__ = [
    "MARK_COLUMNS",
    "Arrival",
    "Balance",
    "Spot",
    "draw_arrivals",
    "draw_balance",
    "draw_map",
]

_PART_COLOURS = ("#0072B2", "#56B4E9", "#E69F00", "#7a7a7a")
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
    data, marks = [], []
    for row in rows:
        reached = 0.0
        for part in parts:
            value = max(row.parts[part].value or 0.0, 0.0)
            data.append(
                {
                    "row": row.row,
                    "part": part,
                    "start": tidy(reached),
                    "end": tidy(reached + value),
                    "middle": tidy(reached + value / 2),
                    "text": format_number(value),
                    "wide": value,
                    "ink": "#fdfdfd" if part in (parts[0], parts[-1]) else "#141414",
                }
            )
            reached += value
        marks.append(
            {
                "row": row.row,
                "value": tidy(row.temptation.value),
                "text": format_number(row.temptation.value or 0.0),
            }
        )
    total = max([float(item["end"]) for item in data] + [float(m["value"]) for m in marks])
    axis = make_axis([0.0, total], "stakes", zero=True, room=0.0)

    def build(form: Form) -> dict[str, Any]:
        grid = make_grid(form, [row.row for row in rows])
        room = total * (0.07 if form == "wide" else 0.13)
        base = grid.attach(alt.Chart(with_rows(prepared(data, form))))
        names = grid.attach(
            alt.Chart(with_rows(prepared([d for d in data if d["wide"] >= room], form)))
        )
        at = grid.attach(alt.Chart(with_rows(prepared(marks, form))))
        colour = alt.Color(
            "part:N",
            sort=parts,
            scale=alt.Scale(domain=parts, range=[shades[part] for part in parts]),
            legend=make_legend(form, room=sum(len(part) + 4 for part in parts)),
        )
        x = alt.X("start:Q", scale=alt.Scale(domain=axis.domain, nice=False), axis=axis.spec(form))
        layers = [
            base.mark_bar(height=18).encode(x=x, x2="end:Q", color=colour),
            names.mark_text(fontSize=12).encode(
                x=x_of("middle"), text="text:N", color=alt.Color("ink:N", scale=None, legend=None)
            ),
            at.mark_tick(
                thickness=4, size=30 if form == "wide" else 20, color="#D55E00", opacity=1
            ).encode(x=x_of("value")),
        ]
        return grid.finish(layers)

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

    data = [
        {
            "row": row.row,
            "first": day(row.first.value),
            "ready": day(row.ready.value),
            "low": day(row.first.low if row.first.low is not None else row.first.value),
            "high": day(row.ready.high if row.ready.high is not None else row.ready.value),
            "colour": row.colour,
        }
        for row in rows
    ]
    lines = [{"at": when.isoformat(), "label": label} for label, when in dates]
    last = max([str(item["high"]) for item in data] + [str(line["at"]) for line in lines])
    domain = [start.isoformat(), last]

    def build(form: Form) -> dict[str, Any]:
        grid = make_grid(form, [row.row for row in rows])
        base = grid.attach(alt.Chart(with_rows(prepared(data, form))))
        scale = alt.Scale(domain=domain)
        axis = alt.Axis(
            title=None,
            orient="top",
            format="%-d %b",
            tickCount={"interval": "week", "step": 1 if form == "wide" else 2},
            labelFlush=False,
        )
        colour = alt.Color("colour:N", scale=None, legend=None)
        x = alt.X("low:T", scale=scale, axis=axis)
        layers: list[Any] = []
        if lines:
            layers.append(
                alt.Chart(with_rows(lines))
                .mark_rule(color=MUTED, strokeDash=[4, 3])
                .encode(x=alt.X("at:T", scale=scale))
            )
        layers += [
            base.mark_rule(strokeWidth=3, opacity=0.35, strokeCap="round").encode(
                x=x, x2="high:T", color=colour
            ),
            base.mark_rule(strokeWidth=10, opacity=0.9).encode(
                x=alt.X("first:T", scale=scale), x2="ready:T", color=colour
            ),
            base.mark_point(filled=True, size=70, opacity=1).encode(
                x=alt.X("first:T", scale=scale), color=colour
            ),
        ]
        return grid.finish(layers)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place on the map; ``size`` in persons is zero where nobody counts them."""

    label: str
    latitude: float
    longitude: float
    size: float
    series: str
    colour: str


_LETTER = 0.56
"""Width of a letter of a label, as a share of the size of its type."""

MARK_COLUMNS = ("Place", "Side", "What", "How many", "Who says so", "As of", "Grade")
"""What the table beside the map says of each mark."""


def _without_overlaps(
    places: Sequence[dict[str, Any]], *, per_degree: tuple[float, float], font: float
) -> list[dict[str, Any]]:
    """Return the places whose labels cover no label of a larger place, in pixels per degree east and north."""
    kept: list[tuple[float, float, dict[str, Any]]] = []
    for place in sorted(places, key=lambda item: -float(item["size"])):
        left, y = float(place["x"]) * per_degree[0], float(place["y"]) * per_degree[1]
        length = _LETTER * font * len(str(place["label"]))
        if all(
            abs(y - other_y) >= 1.1 * font
            or left + length < other_left
            or other_left + _LETTER * font * len(str(other["label"])) < left
            for other_left, other_y, other in kept
        ):
            kept.append((left, y, place))
    return [place for _, _, place in kept]


def draw_map(
    name: str, spots: Sequence[Spot], marks: Sequence[tuple[str, ...]], words: Words
) -> Chart:
    """Draw places at their coordinates, without coasts or borders: a sketch of where forces stand, not a map.

    The area of a disc grows with the number of persons; places without a count are small. A label that would cover that of
    a larger place is left out. ``marks`` are the rows of the table beside the map (:data:`MARK_COLUMNS`).
    """
    series = list(dict.fromkeys(spot.series for spot in spots))
    colours = [next(spot.colour for spot in spots if spot.series == one) for one in series]
    data = [
        {
            "x": tidy(spot.longitude),
            "y": tidy(spot.latitude),
            "label": spot.label,
            "size": max(spot.size, 0.0),
            "series": spot.series,
        }
        for spot in spots
    ]
    longitudes = [spot.longitude for spot in spots]
    latitudes = [spot.latitude for spot in spots]
    largest = max([float(item["size"]) for item in data] + [1.0])

    def build(form: Form) -> dict[str, Any]:
        pad = 1.5
        west, east = min(longitudes) - pad, max(longitudes) + pad + (5.0 if form == "wide" else 7.0)
        south, north = min(latitudes) - pad, max(latitudes) + pad
        font, height = (12, 380) if form == "wide" else (10, 330)
        per_degree = (WIDTH[form] / (east - west), height / (north - south))
        base = alt.Chart(with_rows(data)).encode(
            x=alt.X("x:Q", scale=alt.Scale(domain=[west, east], nice=False), axis=None),
            y=alt.Y("y:Q", scale=alt.Scale(domain=[south, north], nice=False), axis=None),
        )
        colour = alt.Color(
            "series:N",
            sort=series,
            scale=alt.Scale(domain=series, range=colours),
            legend=make_legend(form),
        )
        most = 1500 if form == "wide" else 700
        layers = [
            base.mark_point(filled=True, shape="circle", opacity=0.65).encode(
                color=colour,
                size=alt.Size(
                    "size:Q",
                    scale=alt.Scale(domain=[0, largest], range=[45, most]),
                    legend=None,
                ),
            ),
            base.mark_text(align="left", dx=10, fontSize=font, color=INK)
            .encode(text="label:N")
            .properties(data=with_rows(_without_overlaps(data, per_degree=per_degree, font=font))),
        ]
        return configured(alt.layer(*layers).properties(height=height), form)

    return make_chart(
        name,
        build,
        words,
        MARK_COLUMNS,
        tuple(marks),
        numeric=tuple(column == "How many" for column in MARK_COLUMNS),
    )
