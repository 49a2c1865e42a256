"""Pictures of paths over days: lines with bands, and a strip of events below the same days.

The plot area is fixed, so that a page can lay a cursor over any day: day ``k`` of ``n`` stands at
``LEFT + k / (n - 1) * width`` of the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt

from detente.brief.figures import Chart
from detente.brief.pictures.drawing import Form, Words, configured, make_chart, tidy, with_rows
from detente.brief.pictures.palette import INK, NEUTRAL, PAPER

__all__ = ["LEFT", "Path", "StripEvent", "draw_paths", "draw_strip", "plot_width"]

LEFT, RIGHT = 44, 12
"""Room left and right of the plot, in pixels."""

_FULL = {"wide": 700, "narrow": 350}
_HEIGHT = {"wide": 230, "narrow": 210}


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A probability over days, with the low and high end of its band; a ``dashed`` line stands behind others."""

    name: str
    values: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    colour: str = INK
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StripEvent:
    """An event on the strip: the index of its day, its row, and words for it."""

    day: int
    row: str
    colour: str
    words: str


def plot_width(form: Form) -> int:
    """Return the width of the plot area in pixels."""
    return _FULL[form] - LEFT - RIGHT


def draw_paths(name: str, days: Sequence[date], paths: Sequence[Path], words: Words) -> Chart:
    """Draw probabilities over days.

    Parameters
    ----------
    name
        Id of the picture.
    days
        The days, in order.
    paths
        At least one path, a value for each day.
    words
        Title, measure and source.
    """

    def build(form: Form) -> dict[str, Any]:
        top = max(max(path.high or path.values) for path in paths)
        high = min(1.0, max(0.1, -(-top // 0.1) * 0.1))
        scale = alt.Scale(domain=[0, tidy(high)], nice=False)
        y = alt.Y("value:Q", scale=scale, axis=alt.Axis(title=None, format=".0%", tickCount=5))
        layers: list[Any] = []
        for path in paths:
            if path.low:
                rows = [
                    {"day": k, "low": tidy(low), "value": tidy(end)}
                    for k, (low, end) in enumerate(zip(path.low, path.high, strict=True))
                ]
                layers.append(
                    alt.Chart(with_rows(rows))
                    .mark_area(color=path.colour, opacity=0.16)
                    .encode(x=_day_axis(days, form), y=y, y2="low:Q")
                )
        for path in paths:
            rows = [{"day": k, "value": tidy(value)} for k, value in enumerate(path.values)]
            dash = [5, 3] if path.dashed else [1, 0]
            layers.append(
                alt.Chart(with_rows(rows))
                .mark_line(
                    color=path.colour, strokeWidth=2.2, interpolate="step-after", strokeDash=dash
                )
                .encode(x=_day_axis(days, form), y=y)
            )
        layers += _labels(days, paths, form, y)
        return _fixed(alt.layer(*layers), form, _HEIGHT[form])

    return make_chart(
        name,
        build,
        words,
        ("Day", *(path.name for path in paths)),
        tuple(
            (day.isoformat(), *(f"{path.values[k]:.0%}" for path in paths))
            for k, day in enumerate(days)
        ),
    )


def draw_strip(
    name: str,
    days: Sequence[date],
    rows: Sequence[str],
    moments: Sequence[StripEvent],
    told: Sequence[tuple[str, str, str]],
    words: Words,
) -> Chart:
    """Draw events as points on their days, a row per kind; ``told`` are day, kind and words of each, for the table."""

    def build(form: Form) -> dict[str, Any]:
        data = [
            {"day": item.day, "row": item.row, "colour": item.colour, "words": item.words}
            for item in moments
        ]
        y = alt.Y(
            "row:N",
            sort=list(rows),
            scale=alt.Scale(domain=list(rows)),
            axis=alt.Axis(title=None, orient="left", labels=False, grid=True),
        )
        points = (
            alt.Chart(with_rows(data))
            .mark_point(filled=True, size=70, opacity=0.8)
            .encode(x=_day_axis(days, form), y=y, color=alt.Color("colour:N", scale=None))
        )
        names = (
            alt.Chart(with_rows([{"row": row} for row in rows]))
            .mark_text(align="left", baseline="bottom", dy=-7, fontSize=12, color=NEUTRAL)
            .encode(y=y, x=alt.value(2), text="row:N")
        )
        return _fixed(alt.layer(points, names), form, 34 * len(rows))

    return make_chart(
        name,
        build,
        words,
        ("Day", "Kind", "Event"),
        tuple(told),
        numeric=(False, False, False),
    )


def _day_axis(days: Sequence[date], form: Form) -> alt.X:
    last = max(len(days) - 1, 1)
    most = 6 if form == "wide" else 3
    ticks = sorted({round(k * last / most) for k in range(most + 1)})
    labels = {k: _day_text(days[min(k, len(days) - 1)]) for k in ticks}
    expression = " : ".join(f"datum.value == {k} ? '{text}'" for k, text in labels.items())
    return alt.X(
        "day:Q",
        scale=alt.Scale(domain=[0, last], nice=False),
        axis=alt.Axis(
            title=None,
            values=ticks,
            labelExpr=f"{expression} : ''",
            grid=False,
            labelFlush=True,
            tickSize=4,
            ticks=True,
        ),
    )


def _day_text(day: date) -> str:
    return f"{day.day} {day:%b}"


def _labels(days: Sequence[date], paths: Sequence[Path], form: Form, y: Any) -> list[Any]:
    """Name each line at its end, apart from one another."""
    _, top = (0.0, max(max(path.high or path.values) for path in paths))
    gap = 0.075 * max(top, 0.1) * (1.0 if form == "wide" else 1.15)
    placed: list[tuple[float, Path]] = []
    for path in sorted(paths, key=lambda item: item.values[-1]):
        at = path.values[-1] + 0.35 * gap
        if placed and at < placed[-1][0] + gap:
            at = placed[-1][0] + gap
        placed.append((at, path))
    layers = []
    for at, path in placed:
        rows = with_rows([{"day": len(days) - 1, "value": tidy(at), "text": path.name}])
        for halo in (
            True,
            False,
        ):  # the ground behind the letters first, so that no line runs through them
            mark: dict[str, Any] = {"stroke": PAPER, "strokeWidth": 4} if halo else {}
            layers.append(
                alt.Chart(rows)
                .mark_text(
                    align="right",
                    baseline="bottom",
                    dx=-2,
                    fontSize=13,
                    fontWeight=600,
                    color=path.colour,
                    **mark,
                )
                .encode(x=_day_axis(days, form), y=y, text="text:N")
            )
    return layers


def _fixed(chart: Any, form: Form, height: int) -> dict[str, Any]:
    spec = configured(chart, form)
    return {
        **spec,
        "width": plot_width(form),
        "height": height,
        "autosize": {"type": "none"},
        "padding": {"left": LEFT, "right": RIGHT, "top": 22, "bottom": 30},
    }
