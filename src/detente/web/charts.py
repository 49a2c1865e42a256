"""The pictures of the workbench, drawn by the module that draws those of the briefing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from detente.brief.figures import Chart, Figure, Trace, link
from detente.brief.pictures.drawing import Form, Words, make_chart
from detente.brief.pictures.ghosts import GhostRow, draw_ghosts, tones_of
from detente.brief.pictures.palette import (
    INK,
    LAND,
    MUTED,
    NEUTRAL,
    OKABE_ITO,
    PAPER,
    RULE,
    SOFT,
    WATER,
    on_band,
    on_shade,
    player_colours,
    shade,
)
from detente.brief.pictures.pen import Pen, declare_tones
from detente.brief.pictures.scales import Scale
from detente.brief.words import format_percent, format_points, sentence_case
from detente.crisis.crisis import Crisis
from detente.web.answers import Row, Spread
from detente.web.assumptions import Assumption
from detente.web.findings import change_of

__all__ = ["Charted", "draw_rows", "draw_track", "tones_css"]

_COLOURS = {
    "attack": INK,
    "attack outcome": INK,
    "settlement": OKABE_ITO["green"],
    "neither": NEUTRAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Charted:
    """Pictures with the figures that their tables link to, by id."""

    charts: tuple[Chart, ...]
    figures: Mapping[str, Figure]


def draw_rows(
    name: str,
    rows: Sequence[Row],
    words: Words,
    *,
    compared: bool,
    heads: tuple[str, str] = ("now", "change"),
    columns: tuple[str, str] = ("Now", "As filed"),
) -> Charted:
    """Draw probabilities with their ranges, over those that they are compared with.

    Parameters
    ----------
    name, words
        The chart's id and words.
    rows
        From the top.
    compared
        Whether there is anything to compare with.
    heads, columns
        What is printed beside the marks, and what the columns of the table are.
    """
    marks = [
        GhostRow(
            row=sentence_case(row.label),
            now=_figure(f"{row.id}.now", row.label, row.now),
            ghost=_figure(f"{row.id}.filed", row.label, row.filed)
            if compared and row.filed is not None
            else None,
            colour=_COLOURS[row.kind],
            printed=_printed(row, compared=compared),
        )
        for row in rows
    ]
    shown = [
        *heads[: 2 if compared else 1],
        *(_short(item.label) for item in rows[0].by_type[:2]),
    ]

    def build(form: Form) -> Pen:
        if form == "wide":
            return draw_ghosts(marks, "wide", heads=shown)
        return draw_ghosts([_fewer(mark, compared=compared) for mark in marks], "narrow")

    sides = 2 if compared else 1
    types = {(item.player, item.type): item.label for row in rows for item in row.by_type}
    lines = []
    for row in rows:
        known = {(item.player, item.type): (item.now, item.filed) for item in row.by_type}
        line = [(f"{row.id}.now", row.now), (f"{row.id}.filed", row.filed)][:sides]
        for key in types:
            pair = known.get(key, (None, None))
            ends = zip(("now", "filed"), pair, strict=True)
            line += [(f"{row.id}.{'.'.join(key)}.{end}", found) for end, found in ends][:sides]
        lines.append([_figure(figure, row.label, found) for figure, found in line])
    heads_of_types = [f"{side}, if {label}" for label in types.values() for side in columns[:sides]]
    chart = make_chart(
        name,
        build,
        words,
        ("Outcome", *columns[:sides], *heads_of_types),
        [
            (sentence_case(row.label), *(link(figure, figure.full_text) for figure in line))
            for row, line in zip(rows, lines, strict=True)
        ],
    )
    figures = {figure.id: figure for line in lines for figure in line}
    return Charted(charts=(chart,), figures=figures)


def tones_css(crisis: Crisis | None) -> str:
    """Return the style sheet with the tones that pictures of a crisis are drawn in."""
    own = list(player_colours(crisis).values()) if crisis is not None else []
    colours = [*_COLOURS.values(), INK, MUTED, RULE, PAPER, SOFT, *OKABE_ITO.values(), *own]
    steps = [step / 20 for step in range(21)]
    return declare_tones(
        [
            *tones_of(colours),
            *(tone(step) for step in steps for tone in (shade, on_shade)),
            *(on_band(colour) for colour in (*OKABE_ITO.values(), *own)),
            LAND,
            WATER,
        ]
    )


def _fewer(row: GhostRow, *, compared: bool) -> GhostRow:
    """Return a row for a phone: what it is now and by how much it changed; types are in the table."""
    return replace(row, printed=row.printed[: 2 if compared else 1])


def _figure(name: str, label: str, found: Spread | None) -> Figure:
    return Figure(
        id=name,
        label=label,
        value=None if found is None else found.mean,
        low=None if found is None else found.low,
        high=None if found is None else found.high,
        unit="prob",
        trace=Trace(metric=name.partition(".")[0]),
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
