"""A plane: two straight scales across each other, on which points stand."""

from collections.abc import Iterable
from dataclasses import dataclass

from detente.brief.pictures.drawing import Form
from detente.brief.pictures.letters import text_width
from detente.brief.pictures.palette import MUTED, RULE, ink
from detente.brief.pictures.pen import SMALL, Pen, TextPlace
from detente.brief.pictures.scales import Scale, make_scale

__all__ = ["Plane", "lay_plane"]

_HIGH: dict[Form, float] = {"wide": 380.0, "narrow": 290.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """Where values across and up stand."""

    across: Scale
    up: Scale

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return where two values stand."""
        return self.across.at(x), self.up.at(y)


def lay_plane(
    pen: Pen,
    form: Form,
    xs: Iterable[float | None],
    ys: Iterable[float | None],
    *,
    units: tuple[str, str],
    heads: tuple[str, str],
    top: float,
) -> Plane:
    """Draw both scales with their hairlines and heads, zero as a darker line; the pen's height is set.

    Parameters
    ----------
    pen, form
        The picture and its form.
    xs, ys
        What is drawn across and up.
    units
        Of both, from the closed list.
    heads
        What is measured across (written below) and up (written above).
    top
        Where the picture goes on.
    """
    start = top + 24.0
    bottom = start + _HIGH[form]
    up = make_scale(ys, units[1], start=bottom, end=start, most=6, along=False)
    left = max(text_width(words, SMALL) for words in up.words) + 10
    most = 6 if form == "wide" else 4
    across = make_scale(xs, units[0], start=left, end=pen.width - 16, most=most)
    pen.text(TextPlace(0.0, top + 12), heads[1], tone=ink(MUTED), size=SMALL)
    for tick, words in zip(up.ticks, up.words, strict=True):
        y = up.at(tick)
        tone = ink(MUTED if tick == 0 else RULE)
        pen.line((left, y), (pen.width - 16, y), tone, under=True)
        pen.text(TextPlace(left - 7, y + 4, "end"), words, tone=ink(MUTED), size=SMALL)
    for tick, words in zip(across.ticks, across.words, strict=True):
        x = across.at(tick)
        pen.line((x, start), (x, bottom), ink(MUTED if tick == 0 else RULE), under=True)
        anchor = "end" if x + text_width(words, SMALL) / 2 > pen.width else "middle"
        pen.text(
            TextPlace(min(x, pen.width), bottom + 16, anchor), words, tone=ink(MUTED), size=SMALL
        )
    pen.text(TextPlace(pen.width, bottom + 34, "end"), heads[0], tone=ink(MUTED), size=SMALL)
    pen.height = bottom + 40
    return Plane(across=across, up=up)
