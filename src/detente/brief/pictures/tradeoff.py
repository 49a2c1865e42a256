"""A scatter of two aims: each policy a point, those that are named with their ranges, and every point with its name.

A name that finds no place stands in a list below, with the values of its point.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from detente.brief.figures import Chart, Figure
from detente.brief.pictures.drawing import WIDTH, Form, Words, make_chart, uprights
from detente.brief.pictures.letters import balanced, text_width, wrap_text
from detente.brief.pictures.palette import INK, MUTED, NEUTRAL, RULE, ink
from detente.brief.pictures.pen import SMALL, Pen, Rect, TextPlace, is_clear
from detente.brief.pictures.scales import Scale, make_scale

__all__ = ["TradeoffPoint", "draw_tradeoff"]

_HIGH = {"wide": 380.0, "narrow": 380.0}
_PRINTED = (470.0, 350.0)
_STEP, _LINE, _FREE = 13.5, 1.2, 3.0
"""Pixels from line to line of a name, across a line, and kept free around a name."""
_WEIGHT = {"named": 4.0, "base": 2.0, "other": 1.0}
"""How much it counts that a name is far from its point."""
_BESIDE = 18.0
"""Pixels within which a name would be taken for that of a point."""
_NOWHERE = 1e6
"""How far a name is that has no place: it stands in the list below."""
_ROOMS = (190.0, 130.0, 90.0)
"""Widths into which a name may be broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeoffPoint:
    """One policy: its name and its two figures. The base case stands where the axes cross."""

    label: str
    across: Figure
    up: Figure
    kind: Literal["named", "base", "other"]


def draw_tradeoff(
    name: str,
    points: Sequence[TradeoffPoint],
    words: Words,
    *,
    colour: str,
    across: str,
    up: str,
    crowded: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, ...]],
) -> Chart:
    """Draw policies by two figures.

    Parameters
    ----------
    name, words
        The chart's id and words.
    points
        The policies; those whose figures have no value are left out.
    colour
        Of the points that are named.
    across, up
        What the axes say.
    crowded
        What stands before the list of points whose names find no place beside them.
    columns, rows
        The table that says the same in text.
    """
    kept = [
        point for point in points if point.across.value is not None and point.up.value is not None
    ]

    def draw(width: float, height: float) -> Pen:
        """Name the points in several orders, and keep the drawing whose names lie nearest to their points."""
        look = {"colour": colour, "across": across, "up": up}
        drawn = (_draw(kept, order, width=width, height=height, **look) for order in _orders(kept))
        _, pen, left = min(drawn, key=lambda found: found[0])
        _list_below(pen, crowded, left)
        return pen

    def build(form: Form) -> Pen:
        return draw(WIDTH[form], _HIGH[form])

    return make_chart(name, build, words, columns, rows, printed=lambda: draw(*_PRINTED))


def _orders(points: Sequence[TradeoffPoint]) -> Iterator[Sequence[TradeoffPoint]]:
    """Yield orders in which to name points: those that are named first or last, the crowded first, from the top, from the right."""
    ranked = sorted(points, key=lambda point: -_WEIGHT[point.kind])
    yield ranked
    yield ranked[::-1]
    middle = sum(point.up.value or 0.0 for point in points) / len(points)
    yield sorted(points, key=lambda point: abs((point.up.value or 0.0) - middle))
    yield sorted(points, key=lambda point: -(point.up.value or 0.0))
    yield sorted(points, key=lambda point: -(point.across.value or 0.0))


def _draw(
    points: Sequence[TradeoffPoint],
    order: Sequence[TradeoffPoint],
    *,
    colour: str,
    across: str,
    up: str,
    width: float,
    height: float,
) -> tuple[float, Pen, list[TradeoffPoint]]:
    """Draw, naming points in an order; return how far names lie from their points, the drawing, and points without a name."""
    pen = Pen(width)
    pen.height = height
    left, top, bottom = 44.0, 26.0, height - 40.0
    named = [point for point in points if point.kind == "named"]
    x = make_scale(
        [point.across.value for point in points]
        + [end for point in named for end in (point.across.low, point.across.high)],
        points[0].across.unit,
        start=left,
        end=width - 10.0,
    )
    y = make_scale(
        [point.up.value for point in points]
        + [end for point in named for end in (point.up.low, point.up.high)],
        points[0].up.unit,
        start=bottom,
        end=top,
        along=False,
    )
    _draw_axes(pen, x, y, across=across, up=up, width=width)
    base = next((point for point in points if point.kind == "base"), None)
    if base is not None:
        at = x.at(base.across.value or 0.0)
        pen.bar(Rect(at - 0.7, top, at + 0.7, bottom), ink(INK))
    for point in named:
        _draw_ranges(pen, x, y, point, colour)
    tones = {"named": ink(colour), "base": ink(INK), "other": ink(NEUTRAL)}
    radius = {"named": 6.0, "base": 5.0, "other": 4.5}
    for kind in ("other", "base", "named"):
        for point in points:
            if point.kind == kind:
                pen.dot(*_at(x, y, point), tones[kind], radius=radius[kind])
    places = {id(point): _at(x, y, point) for point in points}
    far = 0.0
    unnamed: list[TradeoffPoint] = []
    for point in order:
        others = [place for key, place in places.items() if key != id(point)]
        apart = _write_name(pen, point, places[id(point)], others, colour, x)
        far += apart
        if apart >= _NOWHERE:
            unnamed.append(point)
    return far, pen, unnamed


def _list_below(pen: Pen, crowded: str, points: Sequence[TradeoffPoint]) -> None:
    """Write the names that found no place below the picture, with the values of their points."""
    said = "; ".join(f"{one.label} ({one.across.text}, {one.up.text})" for one in points)
    lines = wrap_text(f"{crowded} {said}", pen.width, SMALL) if points else ()
    for row, line in enumerate(lines, start=1):
        pen.text(TextPlace(0.0, pen.height + row * _STEP), line, tone=ink(INK), size=SMALL)
    pen.height += (len(lines) + 0.5) * _STEP if lines else 0.0


def _at(x: Scale, y: Scale, point: TradeoffPoint) -> tuple[float, float]:
    return x.at(point.across.value or 0.0), y.at(point.up.value or 0.0)


def _draw_axes(pen: Pen, x: Scale, y: Scale, *, across: str, up: str, width: float) -> None:
    pen.text(
        TextPlace(0.0, 12.0), f"\N{UPWARDS ARROW} {up}", tone=ink(MUTED), size=SMALL, bold=True
    )
    for tick, words in zip(x.ticks, x.words, strict=True):
        at = x.at(tick)
        pen.shapes(uprights(at, [(y.end, y.start)]), ink(RULE), width=1.0)
        half = text_width(words, SMALL) / 2
        place = min(max(at, half), width - half)
        pen.text(TextPlace(place, y.start + 16.0, "middle"), words, tone=ink(MUTED), size=SMALL)
    for tick, words in zip(y.ticks, y.words, strict=True):
        at = y.at(tick)
        signed = f"+{words}" if tick > 0 else words
        if tick == 0:
            pen.bar(Rect(x.start, at - 0.7, x.end, at + 0.7), ink(INK))
        else:
            pen.line((x.start, at), (x.end, at), ink(RULE), under=True)
        pen.text(TextPlace(x.start - 8.0, at + 4.0, "end"), signed, tone=ink(MUTED), size=SMALL)
    words = f"{across} \N{RIGHTWARDS ARROW}"
    pen.text(TextPlace(width, y.start + 34.0, "end"), words, tone=ink(MUTED), size=SMALL, bold=True)


def _draw_ranges(pen: Pen, x: Scale, y: Scale, point: TradeoffPoint, colour: str) -> None:
    here = _at(x, y, point)
    if point.across.low is not None and point.across.high is not None:
        low, high = x.at(point.across.low), x.at(point.across.high)
        pen.bar(Rect(low, here[1] - _LINE / 2, high, here[1] + _LINE / 2), ink(colour))
    if point.up.low is not None and point.up.high is not None:
        low, high = y.at(point.up.high), y.at(point.up.low)
        pen.bar(Rect(here[0] - _LINE / 2, low, here[0] + _LINE / 2, high), ink(colour))


def _write_name(
    pen: Pen,
    point: TradeoffPoint,
    here: tuple[float, float],
    others: Sequence[tuple[float, float]],
    colour: str,
    x: Scale,
) -> float:
    """Write a name at the nearest free place to its point, tied to it by a thin line if that is far; return how far it is.

    No name stands beside another point than its own.
    """
    bold = point.kind != "other"
    tone = ink(colour if point.kind == "named" else INK)
    broken = dict.fromkeys(tuple(balanced(point.label, room, SMALL)) for room in _ROOMS)
    wraps = [lines for lines in broken if " ".join(lines) == point.label]
    wraps = wraps or [tuple(wrap_text(point.label, x.end - x.start, SMALL))]
    for cost, place, lines, far in _places(here, wraps):
        edge = (
            place.x + (-3.0 if place.anchor == "start" else 3.0),
            place.y + (len(lines) - 1) * _STEP / 2 - 4.0,
        )
        if far and any(math.dist(edge, other) < _BESIDE for other in others):
            continue
        if _is_free(pen, place, lines, least=x.start - 4.0, bold=bold):
            pen.lines(place, lines, tone=tone, size=SMALL, bold=bold, halo=True, step=_STEP)
            if far:
                pen.line(here, edge, ink(NEUTRAL), under=True)
            return math.pow(cost, 1.5) * _WEIGHT[point.kind]
    return _NOWHERE


def _is_free(pen: Pen, place: TextPlace, lines: Sequence[str], *, least: float, bold: bool) -> bool:
    """Tell whether a name of so many lines can stand at a place, right of ``least``, with a little room around it."""
    wide = max(text_width(line, SMALL, bold=bold) for line in lines)
    left = place.x - (wide if place.anchor == "end" else 0.0)
    bottom = place.y + (len(lines) - 1) * _STEP + 0.22 * SMALL
    box = Rect(left, place.y - 0.74 * SMALL, left + wide, bottom)
    if box.left < least or box.right > pen.width or box.top < 0.0 or box.bottom > pen.height:
        return False
    return is_clear(pen, box.grown(_FREE))


def _places(
    here: tuple[float, float], wraps: Sequence[tuple[str, ...]]
) -> Iterator[tuple[float, TextPlace, tuple[str, ...], bool]]:
    """Yield places around a point with the lines to be written there and how far they are, the nearest first."""
    x, y = here
    for cost, rank, right, down, far in _offsets(tuple(map(len, wraps))):
        place = TextPlace(x + right, y + down, "start" if right > 0 else "end")
        yield cost, place, wraps[rank], far


@cache
def _offsets(counts: tuple[int, ...]) -> tuple[tuple[float, int, float, float, bool], ...]:
    """Return places as steps right and down from a point, for names of so many lines: which name, and whether it is far."""
    found = []
    for rank, count in enumerate(counts):
        rise = (count - 1) * _STEP
        for gap in (9.0, 20.0, 34.0, 50.0, 70.0, 95.0, 125.0, 160.0, 200.0):
            for shift in range(-180, 186, 6):
                apart = max(abs(shift) - 6.0 - rise / 2, 0.0)
                cost = math.hypot(gap, apart) + 4.0 * rank
                down, far = shift + 4.0 - rise / 2, gap > 12.0 or apart > 8.0
                found.append((cost, rank, gap, down, far))
                found.append((cost + 1.0, rank, -gap, down, far))
    return tuple(sorted(found, key=lambda item: item[0]))
