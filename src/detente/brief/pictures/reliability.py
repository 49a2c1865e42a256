"""The picture of reliability: how often events happened, by the probability that was given to them."""

import math
from collections.abc import Mapping, Sequence

from detente.brief.figures import Chart
from detente.brief.pages import say
from detente.brief.pictures.drawing import WIDTH, Form, Key, Words, draw_key, make_chart
from detente.brief.pictures.palette import MUTED, OKABE_ITO, band, ink
from detente.brief.pictures.pen import Pen
from detente.brief.pictures.plane import lay_plane
from detente.scores import ReliabilityBin

__all__ = ["draw_reliability"]

_COLOURS = tuple(OKABE_ITO[name] for name in ("blue", "vermillion", "green", "purple", "orange"))
_MOST: dict[Form, float] = {"wide": 12.0, "narrow": 9.0}
"""Radius of the point with the most forecasts."""


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
    most = max(item.count for bins in shown.values() for item in bins)

    def build(form: Form) -> Pen:
        pen = Pen(WIDTH[form])
        keys = [Key(who, shade) for who, shade in zip(shown, _COLOURS, strict=False)]
        top = draw_key(pen, keys) if len(shown) > 1 else 0.0
        plane = lay_plane(
            pen, form, (0.0, 1.0), (0.0, 1.0), units=("prob", "prob"), heads=("given", "happened"), top=top
        )  # fmt: skip
        pen.shapes([[plane.at(0.0, 0.0), plane.at(1.0, 1.0)]], ink(MUTED), width=1.0, dash="4 3")
        for bins, shade in zip(shown.values(), _COLOURS, strict=False):
            points = [plane.at(item.mean, item.rate) for item in bins]
            pen.trace(points, ink(shade), width=1.5)
            for (x, y), item in zip(points, bins, strict=True):
                pen.dot(
                    x, y, band(shade), radius=max(3.0, _MOST[form] * math.sqrt(item.count / most))
                )
        return pen

    return make_chart(
        name,
        build,
        Words(
            title=say("pictures", "reliability_title"),
            subtitle=say("pictures", "reliability_measure"),
            footnote=say("pictures", "reliability_note"),
        ),
        ("Forecaster", "Given", "Happened", "Forecasts"),
        tuple(
            (who, f"{item.mean:.0%}", f"{item.rate:.0%}", str(item.count))
            for who, bins in shown.items()
            for item in bins
        ),
    )
