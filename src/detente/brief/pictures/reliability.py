"""The picture of reliability: how often events happened, by the probability that was given to them."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from detente.brief.figures import Chart
from detente.brief.pictures.drawing import (
    Form,
    Words,
    configured,
    make_chart,
    make_legend,
    tidy,
    with_rows,
)
from detente.brief.pictures.palette import MUTED, OKABE_ITO
from detente.scores import ReliabilityBin

__all__ = ["draw_reliability"]

WORDS = Words(
    title="How often it happened, by the probability given",
    subtitle="Share of events that happened in each bin, against the mean forecast of the bin",
    footnote="On the dashed line, what was given 30% happens in 30% of cases. The area of a point grows with the number of its forecasts.",
)
_COLOURS = tuple(OKABE_ITO[name] for name in ("blue", "vermillion", "green", "purple", "orange"))


def draw_reliability(name: str, curves: Mapping[str, Sequence[ReliabilityBin]]) -> Chart:
    """Draw one line of points for each forecaster, with the diagonal; the first five are drawn.

    Parameters
    ----------
    name
        Id of the picture.
    curves
        Bins by forecaster.
    """
    shown = dict(list(curves.items())[: len(_COLOURS)])
    data = [
        {
            "series": who,
            "x": tidy(item.mean),
            "y": tidy(item.rate),
            "count": item.count,
        }
        for who, bins in shown.items()
        for item in bins
    ]
    most = max(item["count"] for item in data)

    def build(form: Form) -> dict[str, Any]:
        scale = alt.Scale(domain=[0, 1], nice=False)
        axis = alt.Axis(title=None, format=".0%", values=[0, 0.25, 0.5, 0.75, 1], grid=True)
        x = alt.X("x:Q", scale=scale, axis=axis)
        y = alt.Y("y:Q", scale=scale, axis=axis)
        colour = alt.Color(
            "series:N",
            sort=list(shown),
            scale=alt.Scale(domain=list(shown), range=list(_COLOURS[: len(shown)])),
            legend=make_legend(form) if len(shown) > 1 else None,
        )
        base = alt.Chart(with_rows(data)).encode(x=x, y=y, color=colour)
        size = alt.Size(
            "count:Q",
            scale=alt.Scale(domain=[0, most], range=[12, 420 if form == "wide" else 240]),
            legend=None,
        )
        diagonal = (
            alt.Chart(with_rows([{"x": 0, "y": 0}, {"x": 1, "y": 1}]))
            .mark_line(color=MUTED, strokeDash=[4, 3])
            .encode(x=x, y=y)
        )
        layers = [
            diagonal,
            base.mark_line(strokeWidth=1.5, opacity=0.6),
            base.mark_point(filled=True, shape="circle", opacity=0.8).encode(size=size),
        ]
        height = 460 if form == "wide" else 320
        return configured(alt.layer(*layers).properties(height=height), form)

    return make_chart(
        name,
        build,
        WORDS,
        ("Forecaster", "Given", "Happened", "Forecasts"),
        tuple(
            (who, f"{item.mean:.0%}", f"{item.rate:.0%}", str(item.count))
            for who, bins in shown.items()
            for item in bins
        ),
    )
