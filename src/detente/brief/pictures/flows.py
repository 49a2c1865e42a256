"""Pictures of flows: stacks by month, and ribbons from sources to places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from detente.brief.figures import Chart, Figure, link
from detente.brief.pictures.drawing import (
    WIDTH,
    Form,
    Key,
    Words,
    draw_key,
    draw_names_below,
    make_chart,
)
from detente.brief.pictures.letters import text_width, wrap_text
from detente.brief.pictures.palette import INK, MUTED, RULE, band, edge, ink
from detente.brief.pictures.pen import LINE, SIZE, SMALL, Pen, Rect, TextPlace, spread
from detente.brief.pictures.scales import Scale, make_scale
from detente.brief.words import format_number

__all__ = ["Ribbon", "draw_months", "draw_ribbons"]

_PLOT: dict[Form, float] = {"wide": 250.0, "narrow": 220.0}
"""Height of a plot over periods."""
_FLOWS: dict[Form, float] = {"wide": 420.0, "narrow": 400.0}
_BESIDE: dict[Form, float] = {"wide": 170.0, "narrow": 104.0}
"""Most room for the names beside ribbons and at the ends of lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ribbon:
    """A flow from a source to a place."""

    source: str
    place: str
    figure: Figure
    colour: str


def draw_months(
    name: str,
    periods: Sequence[str],
    parts: Mapping[str, Sequence[Figure]],
    words: Words,
    *,
    colours: Mapping[str, str],
    below: Sequence[str] = (),
    unit: str = "",
) -> Chart:
    """Draw one column per period, stacked of parts from the axis up, those in ``below`` from the axis down."""
    kept = [part for part in parts if any(abs(figure.value or 0.0) > 0 for figure in parts[part])]
    stacks = [_stacked(kept, parts, index, below) for index in range(len(periods))]

    def build(form: Form) -> Pen:
        pen = Pen(WIDTH[form])
        top = draw_key(pen, [Key(part, colours[part], "bar") for part in kept]) + 20
        ends = [end for stack in stacks for _, start, stop in stack for end in (start, stop)]
        scale = _draw_values(pen, form, ends, unit, top, right=pen.width)
        centres = _draw_periods(pen, periods, scale, right=pen.width)
        half = 0.41 * (centres[1] - centres[0] if len(centres) > 1 else 60.0)
        for x, stack in zip(centres, stacks, strict=True):
            for part, start, stop in stack:
                if stop > start:
                    box = Rect(x - half, scale.at(stop), x + half, scale.at(start))
                    pen.bar(box, band(colours[part]), edge=edge(colours[part]))
        return pen

    body = tuple(
        (period, *(link(parts[part][index]) for part in kept))
        for index, period in enumerate(periods)
    )
    return make_chart(name, build, words, ("Month", *kept), body)


def draw_ribbons(
    name: str, ribbons: Sequence[Ribbon], words: Words, *, heads: tuple[str, str, str]
) -> Chart:
    """Draw flows as ribbons whose height is their size, sources at the left and places at the right, in their order."""
    sources = list(dict.fromkeys(ribbon.source for ribbon in ribbons))
    places = list(dict.fromkeys(ribbon.place for ribbon in ribbons))

    def build(form: Form) -> Pen:
        pen = Pen(WIDTH[form])
        columns = _columns(ribbons, sources, places)
        unit = min(_unit(column, _FLOWS[form]) for column in columns)
        leaving, entering = (_Stack(column, unit) for column in columns)
        left = _widest(leaving, form) + 10
        right = pen.width - _widest(entering, form) - 10
        for ribbon in ribbons:
            if _amount(ribbon) > 0:
                start = leaving.starts[ribbon.source, ribbon.place]
                end = entering.starts[ribbon.place, ribbon.source]
                high = _amount(ribbon) * unit
                pen.ribbon((left + 6, start), (right - 6, end), high, band(ribbon.colour))
        _draw_blocks(pen, form, leaving, left, "end", -1.0)
        _draw_blocks(pen, form, entering, right, "start", 1.0)
        return pen

    return make_chart(
        name,
        build,
        words,
        heads,
        tuple((ribbon.source, ribbon.place, link(ribbon.figure)) for ribbon in ribbons),
        numeric=(False, False, True),
    )


def _stacked(
    kept: Sequence[str], parts: Mapping[str, Sequence[Figure]], index: int, below: Sequence[str]
) -> list[tuple[str, float, float]]:
    """Return from where to where each part of a period reaches."""
    found, reached, sunk = [], 0.0, 0.0
    for part in kept:
        value = max(parts[part][index].value or 0.0, 0.0)
        if part in below:
            found.append((part, sunk - value, sunk))
            sunk -= value
        else:
            found.append((part, reached, reached + value))
            reached += value
    return found


def _draw_values(
    pen: Pen, form: Form, values: Sequence[float | None], unit: str, top: float, *, right: float
) -> Scale:
    """Draw an upright scale at the left, its unit at the highest tick."""
    bottom = top + _PLOT[form]
    scale = make_scale(values, "number", start=bottom, end=top, most=6, along=False)
    words = [*scale.words[:-1], f"{scale.words[-1]} {unit}".strip()]
    left = max(text_width(text, SMALL) for text in scale.words) + 9
    for tick, text in zip(scale.ticks, words, strict=True):
        y = scale.at(tick)
        pen.line((left, y), (right, y), ink(MUTED if tick == 0 else RULE), under=True)
        if tick == scale.ticks[-1] and unit:
            pen.text(TextPlace(0.0, y - 5), text, tone=ink(MUTED), size=SMALL)
        else:
            pen.text(TextPlace(left - 7, y + 4, "end"), text, tone=ink(MUTED), size=SMALL)
    return scale


def _draw_periods(pen: Pen, periods: Sequence[str], scale: Scale, *, right: float) -> list[float]:
    """Write the periods below the plot, as many as leave room, and return their middles."""
    left = max(text_width(text, SMALL) for text in scale.words) + 9
    step = (right - left) / max(len(periods), 1)
    centres = [left + (k + 0.5) * step for k in range(len(periods))]
    draw_names_below(pen, periods, centres, scale.start + 18)
    pen.height = scale.start + 26
    return centres


# --- ribbons ---------------------------------------------------------------------------------------------------------


def _amount(ribbon: Ribbon) -> float:
    return max(ribbon.figure.value or 0.0, 0.0)


def _columns(
    ribbons: Sequence[Ribbon], sources: Sequence[str], places: Sequence[str]
) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:
    """Return what leaves each source by place, and what reaches each place by source, in their orders."""
    leaves = {one: {r.place: _amount(r) for r in ribbons if r.source == one} for one in sources}
    enters = {
        one: {
            r.source: _amount(r)
            for r in sorted(ribbons, key=lambda item: sources.index(item.source))
            if r.place == one
        }
        for one in places
    }
    return leaves, enters


_BETWEEN = 14.0
"""Pixels between two blocks of a side."""


def _unit(column: Mapping[str, Mapping[str, float]], high: float) -> float:
    """Return the height of an amount of one, where a side is to fill a height."""
    total = sum(sum(parts.values()) for parts in column.values()) or 1.0
    return max(high - _BETWEEN * (len(column) - 1), 0.3 * high) / total


class _Stack:
    """Blocks on each other with gaps: from where to where each reaches with its amount, and where its parts begin."""

    def __init__(self, column: Mapping[str, Mapping[str, float]], unit: float) -> None:
        self.blocks: dict[str, tuple[float, float, float]] = {}
        self.starts: dict[tuple[str, str], float] = {}
        y = 0.0
        for one, parts in column.items():
            reached = y
            for other, value in parts.items():
                self.starts[one, other] = reached
                reached += value * unit
            self.blocks[one] = (y, reached, sum(parts.values()))
            y = reached + _BETWEEN


def _widest(stack: _Stack, form: Form) -> float:
    return max(
        text_width(line, SIZE)
        for one, (_, _, amount) in stack.blocks.items()
        for line in _name_of(one, amount, form)
    )


def _name_of(name: str, amount: float, form: Form) -> list[str]:
    return wrap_text(f"{name} {format_number(amount)}", _BESIDE[form], SIZE)


def _draw_blocks(pen: Pen, form: Form, stack: _Stack, x: float, anchor: str, side: float) -> None:
    """Draw the blocks of a side with their names and sums, apart from each other."""
    names = [_name_of(one, amount, form) for one, (_, _, amount) in stack.blocks.items()]
    middles = [(low + high) / 2 for low, high, _ in stack.blocks.values()]
    tall = [LINE * len(lines) + 2 for lines in names]
    placed = spread(
        middles, tall, top=0.0, bottom=max(high for _, high, _ in stack.blocks.values())
    )
    for (low, high, _), lines, y, size in zip(
        stack.blocks.values(), names, placed, tall, strict=True
    ):
        inner = x - 6 * side
        pen.bar(Rect(min(x, inner), low, max(x, inner), max(high, low + 1)), ink(INK))
        first = y - LINE * len(lines) / 2 + 12
        pen.lines(TextPlace(x + 7 * side, first, anchor), lines)
        pen.height = max(pen.height, y + size / 2, high + 2)
