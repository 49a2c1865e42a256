"""The pictures of the workbench, drawn by the module that draws those of the briefing."""

from collections.abc import Sequence
from dataclasses import replace

from pydantic import BaseModel

from detente.brief.figures import Figure, Trace
from detente.brief.pictures.ghosts import GhostRow, draw_ghosts, tones_of
from detente.brief.pictures.palette import (
    INK,
    MUTED,
    NEUTRAL,
    OKABE_ITO,
    PAPER,
    RULE,
    SOFT,
    player_colours,
)
from detente.brief.pictures.pen import declare_tones
from detente.brief.pictures.scales import Scale
from detente.brief.words import format_percent, format_points, sentence_case
from detente.crisis.crisis import Crisis
from detente.web.answers import Row, Spread
from detente.web.assumptions import Assumption
from detente.web.findings import change_of

__all__ = ["Drawn", "draw_rows", "draw_track", "tones_css"]

_COLOURS = {
    "attack": INK,
    "attack outcome": INK,
    "settlement": OKABE_ITO["green"],
    "neither": NEUTRAL,
}


class Drawn(BaseModel):
    """A picture as SVG, for a wide and for a narrow screen; its colours are custom properties of the page."""

    wide: str
    narrow: str


def draw_rows(
    rows: Sequence[Row], *, compared: bool, alt: str, heads: tuple[str, str] = ("now", "change")
) -> Drawn:
    """Draw probabilities with their ranges, over those that they are compared with."""
    marks = [
        GhostRow(
            row=sentence_case(row.label),
            now=_figure(row, row.now),
            ghost=_figure(row, row.filed) if compared and row.filed is not None else None,
            colour=_COLOURS[row.kind],
            printed=_printed(row, compared=compared),
        )
        for row in rows
    ]
    types = [_short(item.label) for item in rows[0].by_type[:2]]
    shown = [*heads[: 2 if compared else 1], *types]
    return Drawn(
        wide=draw_ghosts(marks, "wide", heads=shown).inline("", alt),
        narrow=draw_ghosts([_fewer(mark, compared=compared) for mark in marks], "narrow").inline(
            "", alt
        ),
    )


def tones_css(crisis: Crisis | None) -> str:
    """Return the style sheet with the tones that pictures of a crisis are drawn in."""
    own = list(player_colours(crisis).values()) if crisis is not None else []
    colours = [*_COLOURS.values(), INK, MUTED, RULE, PAPER, SOFT, *OKABE_ITO.values(), *own]
    return declare_tones(tones_of(colours))


def _fewer(row: GhostRow, *, compared: bool) -> GhostRow:
    """Return a row for a phone: what it is now and by how much it changed; types are in the table."""
    return replace(row, printed=row.printed[: 2 if compared else 1])


def _figure(row: Row, found: Spread | None) -> Figure:
    return Figure(
        id=row.id,
        label=row.label,
        value=None if found is None else found.mean,
        low=None if found is None else found.low,
        high=None if found is None else found.high,
        unit="prob",
        trace=Trace(metric=row.id),
        excluded=found is None,
    )


def _printed(row: Row, *, compared: bool) -> tuple[str, ...]:
    if row.now is None:
        return ("excluded",)
    shown = [format_percent(row.now.mean)]
    if compared:
        points = format_points(change_of(row)).partition(" ")[0]
        shown.append("0" if points == "under" else points)
    return (*shown, *(format_percent(item.now.mean) for item in row.by_type[:2]))


def _short(label: str) -> str:
    """Return the first word of a label, for the head of a column."""
    return label.partition(" ")[0].strip(",;:")


def draw_track(assumption: Assumption) -> str:
    """Draw the range of an assumption behind its slider: how likely values are where that is a straight line, and the reference."""
    low, high = assumption.low, assumption.high
    scale = Scale(low=low, high=high, start=0.0, end=100.0, ticks=(), words=())
    at = scale.at(assumption.reference)
    shape = {
        "triangular": f"0,10 {at:.1f},0 100,10",
        "uniform": "0,10 0,5 100,5 100,10",
    }.get(assumption.family, "")
    ground = f'<polygon points="{shape}"/>' if shape else ""
    return (
        '<svg class="track" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'{ground}<line x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="10"/></svg>'
    )
