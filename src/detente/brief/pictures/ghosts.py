"""Ranges as they are now, each over the ghost of what it is compared with: what a change does, or one policy beside another."""

from collections.abc import Sequence
from dataclasses import dataclass

from detente.brief.figures import Figure
from detente.brief.pictures.charts import BAND
from detente.brief.pictures.drawing import (
    WIDTH,
    Form,
    RowLayout,
    Slot,
    draw_axis,
    lay_rows,
    uprights,
)
from detente.brief.pictures.palette import INK, MUTED, NEUTRAL, RULE, SOFT, Tone, band, edge, ink
from detente.brief.pictures.pen import Pen, Rect
from detente.brief.pictures.scales import Scale, make_scale

__all__ = ["GhostRow", "draw_ghosts", "tones_of"]

_HALF = 6.0
"""Half the height of the outline that a ghost's range has, in pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GhostRow:
    """A row: its name, what it is now, what it is compared with if that differs, and what is printed at its end."""

    row: str
    now: Figure
    ghost: Figure | None = None
    colour: str = NEUTRAL
    printed: tuple[str, ...] = ()


def draw_ghosts(rows: Sequence[GhostRow], form: Form, *, heads: Sequence[str] = ()) -> Pen:
    """Draw a row per item: a point on a band for now; a ring, a dashed outline and the way from the ring for the ghost.

    Parameters
    ----------
    rows
        From the top.
    form
        Wide, or narrow for a phone.
    heads
        What the printed values are.
    """
    pen = Pen(WIDTH[form])
    slots = [Slot(row=row.row, colour=row.colour, printed=row.printed) for row in rows]
    layout = lay_rows(pen, form, slots, top=0.0, heads=heads)
    values = [
        end
        for row in rows
        for figure in (row.now, row.ghost)
        if figure is not None
        for end in (figure.low, figure.value, figure.high)
    ]
    scale = make_scale(values, rows[0].now.unit, start=layout.left, end=layout.right)
    _draw_grid(pen, scale, layout)
    for row, y in zip(rows, layout.heights, strict=True):
        if row.ghost is not None:
            _outline(pen, scale, y, row.ghost)
        _draw_band(pen, scale, y, row.now, row.colour)
        if row.ghost is not None:
            _ring(pen, scale, y, row.now, row.ghost)
        if row.now.value is not None:
            pen.dot(scale.at(row.now.value), y, ink(row.colour))
    pen.height = layout.bottom
    return pen


def tones_of(colours: Sequence[str]) -> tuple[Tone, ...]:
    """Return the tones that pictures of some colours are drawn in, for the style sheet of a page."""
    return tuple(dict.fromkeys(tone(colour) for colour in colours for tone in (band, edge, ink)))


def _draw_grid(pen: Pen, scale: Scale, layout: RowLayout) -> None:
    draw_axis(pen, scale, layout)
    for tick in scale.ticks:
        pen.shapes(uprights(scale.at(tick), layout.bands), ink(RULE), width=1.0)


def _outline(pen: Pen, scale: Scale, y: float, ghost: Figure) -> None:
    """Draw the range of a ghost as a dashed outline."""
    if ghost.low is None or ghost.high is None or ghost.high <= ghost.low:
        return
    left, right = scale.at(ghost.low), scale.at(ghost.high)
    corners = [(left, y - _HALF), (right, y - _HALF), (right, y + _HALF), (left, y + _HALF)]
    pen.trace([*corners, corners[0]], ink(MUTED), width=1.0, dash="2 2")


def _draw_band(pen: Pen, scale: Scale, y: float, now: Figure, colour: str) -> None:
    """Draw a range; that of ink in grey, so that its point can be seen on it."""
    if now.low is None or now.high is None or now.high <= now.low:
        return
    box = Rect(scale.at(now.low), y - BAND / 2, scale.at(now.high), y + BAND / 2)
    pen.bar(box, band(SOFT if colour in {INK, NEUTRAL} else colour), round_by=BAND / 2)


def _ring(pen: Pen, scale: Scale, y: float, now: Figure, ghost: Figure) -> None:
    """Draw the mean of a ghost as a ring, with a line to what it became."""
    if ghost.value is None:
        return
    start = scale.at(ghost.value)
    if now.value is not None:
        end = scale.at(now.value)
        reach = 4.6 if end > start else -4.6
        if abs(end - start) > abs(reach):
            pen.line((start + reach, y), (end, y), ink(MUTED), width=2.0)
    pen.dot(start, y, ink(MUTED), radius=4.6, look="hollow")
