"""What the pictures share: their words, keys, axes and rows, and the way to a chart in both widths.

A module with a new kind of picture takes its parts from here; :mod:`detente.brief.pictures.charts` shows how. Every picture
is drawn once for a wide and once for a narrow screen, by one function that is handed the form.
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from detente.brief.figures import Chart, Picture, present_table
from detente.brief.pictures.letters import balanced, text_width, wrap_text
from detente.brief.pictures.palette import INK, MUTED, RULE, band, edge, ink
from detente.brief.pictures.pen import LINE, SIZE, SMALL, Pen, Rect, TextPlace
from detente.brief.pictures.scales import Scale

__all__ = [
    "WIDTH",
    "Form",
    "Key",
    "RowLayout",
    "Slot",
    "Words",
    "draw_axis",
    "draw_key",
    "draw_names_below",
    "lay_rows",
    "make_chart",
    "uprights",
]

Form = Literal["wide", "narrow"]
WIDTH: dict[Form, float] = {"wide": 700.0, "narrow": 350.0}

_NAMES = 262.0
"""Most room for the names of rows beside their marks."""
_LABELS: dict[Form, float] = {"wide": 118.0, "narrow": 92.0}
"""Most room for the names of the marks within a row."""
_PRINTED: dict[Form, float] = {"wide": 230.0, "narrow": 132.0}
"""Most room for printed values; what does not fit is left to the table."""
_GAP, _EDGE = 12.0, 9.0
_APART = 8.0
"""Pixels between the end of a scale and the printed values, beyond the usual."""
_SLOT = 18.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of a picture: the finding, the measure with its unit, the source, and what the picture shows."""

    title: str
    subtitle: str
    footnote: str
    alt: str = ""


# --- keys and axes ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Key:
    """A mark with the words that it stands for, in its colour."""

    words: str
    colour: str
    mark: Literal["dot", "ring", "claim", "diamond", "bar", "box", "tick", "line", "dashes"] = "dot"


def draw_key(pen: Pen, keys: Sequence[Key], top: float = 0.0) -> float:
    """Write what marks stand for, as many to a line as fit; return where the picture goes on."""
    x, y, room = 0.0, top + 12.0, pen.width
    for key in keys:
        lines = wrap_text(key.words, room - 20, SIZE, bold=True)
        wide = max(text_width(line, SIZE, bold=True) for line in lines)
        if x and x + 20 + wide > room:
            x, y = 0.0, y + LINE + 2
        _draw_mark(pen, key, x + 7, y - 4.5)
        pen.lines(TextPlace(x + 20, y), lines, tone=ink(key.colour), bold=True)
        y += LINE * (len(lines) - 1)
        x += 20 + wide + 20
    return y + 12.0 if keys else top


def _draw_mark(pen: Pen, key: Key, x: float, y: float) -> None:
    if key.mark == "dot":
        pen.dot(x, y, ink(key.colour), radius=5.0)
    elif key.mark == "ring":
        pen.dot(x, y, ink(key.colour), radius=4.6, look="hollow")
    elif key.mark == "claim":
        pen.dot(x, y, ink(key.colour), radius=5.5, look="dashed")
    elif key.mark == "diamond":
        pen.dot(x, y, ink(key.colour), radius=6.0, look="diamond")
    elif key.mark == "bar":
        pen.bar(Rect(x - 6, y - 6, x + 6, y + 6), band(key.colour), edge=edge(key.colour))
    elif key.mark == "box":
        pen.bar(Rect(x - 7, y - 5, x + 7, y + 5), band(RULE), edge=ink(MUTED))
    elif key.mark == "tick":
        pen.bar(Rect(x - 1.5, y - 7, x + 1.5, y + 7), ink(key.colour))
    else:
        dash = "5 3" if key.mark == "dashes" else ""
        pen.line((x - 7, y), (x + 7, y), ink(key.colour), width=2.4, dash=dash)


def uprights(x: float, bands: Sequence[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """Return upright lines through bands, each from a top to a bottom."""
    return [[(x, top), (x, bottom)] for top, bottom in bands]


def draw_axis(pen: Pen, scale: Scale, layout: "RowLayout") -> None:
    """Draw a scale above rows: words of ticks, hairlines below them where marks are, zero as a darker one."""
    for tick, words in zip(scale.ticks, scale.words, strict=True):
        x, bare = scale.at(tick), tick == 0
        pen.shapes(uprights(x, layout.bands), ink(MUTED if bare else RULE), width=1.0)
        half = text_width(words, SMALL) / 2
        anchor = "start" if x - half < 0 else "end" if x + half > pen.width else "middle"
        at = {"start": 0.0, "middle": x, "end": pen.width}[anchor]
        pen.text(TextPlace(at, layout.top - 6, anchor), words, tone=ink(MUTED), size=SMALL)


def draw_names_below(pen: Pen, names: Sequence[str], centres: Sequence[float], y: float) -> None:
    """Write names below a plot: all of them, or every second, third, as their room allows."""
    step = centres[1] - centres[0] if len(centres) > 1 else pen.width
    widest = max((text_width(name, SMALL) for name in names), default=0.0)
    every = max(1, math.ceil((widest + 10) / step))
    for k in range(0, len(names), every):
        half = text_width(names[k], SMALL) / 2
        x = min(max(centres[k], half), pen.width - half)
        pen.text(TextPlace(x, y, "middle"), names[k], tone=ink(MUTED), size=SMALL)


# --- rows ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One line of marks in a row: its name where a row has several, and what is printed at its end."""

    row: str
    label: str = ""
    colour: str = INK
    printed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLayout:
    """Where the plot of rows lies: the height of each slot's marks, in the order of the slots, and the bands free of names."""

    left: float
    right: float
    top: float
    bottom: float
    heights: tuple[float, ...]
    bands: tuple[tuple[float, float], ...]


def lay_rows(
    pen: Pen,
    form: Form,
    slots: Sequence[Slot],
    *,
    top: float,
    heads: Sequence[str] = (),
    thick: float = 0.0,
) -> RowLayout:
    """Write the names of rows and what is printed at their ends, and say where the marks go.

    On a wide screen names stand at the left of their marks, on a phone above them.

    Parameters
    ----------
    pen, form
        The picture and its form.
    slots
        In the order in which they are drawn; those of a row stand together.
    top
        Where the axis begins.
    heads
        What the printed values are, above them on a wide screen.
    thick
        Height that marks need beyond that of a line of text.
    """
    rows = list(dict.fromkeys(slot.row for slot in slots))
    narrow = form == "narrow"
    names = {row: balanced(row, pen.width if narrow else _NAMES, SIZE) for row in rows}
    labels = [balanced(slot.label, _LABELS[form], SMALL) if slot.label else [] for slot in slots]
    beside = max((text_width(line, SMALL) for lines in labels for line in lines), default=0.0)
    named = (
        0.0 if narrow else max(text_width(line, SIZE) for row in rows for line in names[row]) + _GAP
    )
    left = named + (beside + _GAP if beside else 0.0)
    left = max(left, _EDGE)
    widths = _column_widths(slots, () if narrow else heads, _PRINTED[form])
    right = pen.width - (sum(widths) + _GAP * len(widths) + _APART if widths else 0.0) - _EDGE
    y = top + 20.0
    plot_top = y
    heights: list[float] = []
    bands: list[tuple[float, float]] = []
    for row in rows:
        mine = [k for k, slot in enumerate(slots) if slot.row == row]
        tall = [max(_SLOT, 14.0 * len(labels[k]) + 4, thick) for k in mine]
        block = LINE * len(names[row])
        if narrow:
            pen.lines(TextPlace(0.0, y + 15), names[row], halo=True)
            y += block + 4
            start = y
            bands.append((y, y + sum(tall)))
            y += sum(tall) + 7
        else:
            room = max(block, sum(tall)) + 9
            pen.lines(TextPlace(named - _GAP, y + (room - block) / 2 + 12.3, "end"), names[row])
            start = y + (room - sum(tall)) / 2
            y += room
        for k, high in zip(mine, tall, strict=True):
            middle = start + high / 2
            start += high
            heights.append(middle)
            _write_label(pen, labels[k], named, middle, slots[k].colour)
            _write_printed(pen, slots[k], widths, middle)
    if widths and heads and not narrow:
        _write_heads(pen, heads, widths, plot_top - 6)
    order = dict(zip(_in_rows(slots, rows), heights, strict=True))
    return RowLayout(
        left=left,
        right=right,
        top=plot_top,
        bottom=y,
        heights=tuple(order[k] for k in range(len(slots))),
        bands=tuple(bands) if narrow else ((plot_top, y),),
    )


def _in_rows(slots: Sequence[Slot], rows: Sequence[str]) -> list[int]:
    return [k for row in rows for k, slot in enumerate(slots) if slot.row == row]


def _column_widths(slots: Sequence[Slot], heads: Sequence[str], room: float) -> list[float]:
    """Return the widths of printed columns, as many of the first as fit; those that hold nothing are left out."""
    count = max((len(slot.printed) for slot in slots), default=0)
    widths: list[float] = []
    for column in range(count):
        cells = [slot.printed[column] for slot in slots if column < len(slot.printed)]
        if not any(cells):
            break
        wide = max(text_width(cell, SIZE, bold=column == 0) for cell in cells)
        if column < len(heads):
            wide = max(wide, text_width(heads[column], SMALL))
        if widths and sum(widths) + wide + _GAP * (column + 1) > room:
            break
        widths.append(wide)
    return widths


def _column_ends(width: float, widths: Sequence[float]) -> list[float]:
    return [
        width - sum(widths[column + 1 :]) - _GAP * (len(widths) - 1 - column)
        for column in range(len(widths))
    ]


def _write_heads(pen: Pen, heads: Sequence[str], widths: Sequence[float], y: float) -> None:
    for head, end in zip(heads, _column_ends(pen.width, widths), strict=False):
        pen.text(TextPlace(end, y, "end"), head, tone=ink(MUTED), size=SMALL)


def _write_printed(pen: Pen, slot: Slot, widths: Sequence[float], y: float) -> None:
    ends = _column_ends(pen.width, widths)
    for column, (text, end) in enumerate(zip(slot.printed, ends, strict=False)):
        if text:
            tone = ink(INK if column == 0 else MUTED)
            pen.text(TextPlace(end, y + 4.5, "end"), text, tone=tone, bold=column == 0)


def _write_label(pen: Pen, lines: Sequence[str], left: float, y: float, colour: str) -> None:
    first = y + 4.2 - 7.0 * (len(lines) - 1)
    pen.lines(TextPlace(left, first), lines, tone=ink(colour), size=SMALL, step=14.0)


# --- charts ----------------------------------------------------------------------------------------------------------

_MARGIN = 16.0
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")


def make_chart(
    name: str,
    build: Callable[[Form], Pen],
    words: Words,
    columns: Sequence[str],
    rows: Iterable[tuple[str, ...]],
    *,
    numeric: Sequence[bool] | None = None,
    printed: Callable[[], Pen] | None = None,
) -> Chart:
    """Join both forms, drawn when they are asked for, with the table that says the same in text.

    ``printed`` draws for a column of a printed page.
    """
    alt = words.alt or f"{words.title}. {words.subtitle}"
    safe = _UNSAFE.sub("-", name)

    @cache
    def picture() -> Picture:
        wide, narrow = build("wide"), build("narrow")
        return Picture(
            svg=_standalone(wide, words, alt),
            wide=wide.inline(f"{safe}-w", alt),
            narrow=narrow.inline(f"{safe}-n", alt),
            printed="" if printed is None else printed().standalone(alt),
        )

    @cache
    def inset(form: Form) -> str:
        return build(form).inline("", alt)

    def sheet(line: str) -> str:
        cited = replace(words, footnote=f"{words.footnote} {line}".strip())
        return _standalone(build("wide"), cited, alt)

    return Chart(
        id=name,
        title=words.title,
        subtitle=words.subtitle,
        footnote=words.footnote,
        alt=alt,
        picture=picture,
        inset=inset,
        sheet=sheet,
        table=present_table(f"{name}-table", columns, rows, title=words.subtitle, numeric=numeric),
    )


def _standalone(drawn: Pen, words: Words, alt: str) -> str:
    """Set the picture between its title and its footnote, in a file of its own."""
    sheet = Pen(drawn.width + 2 * _MARGIN)
    y = _paragraph(sheet, words.title, 18.0, 10.0, bold=True)
    y = _paragraph(sheet, words.subtitle, SIZE, y + 3, colour=MUTED) + 12
    sheet.embed(drawn, _MARGIN, y)
    sheet.height = _paragraph(sheet, words.footnote, SMALL, y + drawn.height + 8, colour=MUTED) + 14
    return sheet.standalone(alt)


def _paragraph(
    pen: Pen, text: str, size: float, top: float, *, bold: bool = False, colour: str = INK
) -> float:
    """Write a paragraph across the sheet; return where the next one begins."""
    step = round(1.27 * size)
    lines = wrap_text(text, pen.width - 2 * _MARGIN, size, bold=bold)
    first = TextPlace(_MARGIN, top + size)
    pen.lines(first, lines, size=size, bold=bold, tone=ink(colour), step=step)
    return top + step * len(lines)
