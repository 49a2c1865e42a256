"""Pictures of paths over days: lines with bands, and a strip of events below the same days.

The plot area is fixed, so that a page can lay a cursor over any day: day ``k`` of ``n`` stands at
``LEFT + k / (n - 1) * width`` of the picture.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from detente.brief.figures import Chart
from detente.brief.pictures.drawing import WIDTH, Form, Words, make_chart
from detente.brief.pictures.letters import text_width
from detente.brief.pictures.palette import INK, MUTED, RULE, band, ink
from detente.brief.pictures.pen import SIZE, SMALL, Pen, TextPlace
from detente.brief.pictures.scales import make_scale

__all__ = ["LEFT", "Path", "StripEvent", "draw_paths", "draw_strip", "plot_width"]

LEFT, RIGHT = 44, 12
"""Room left and right of the plot, in pixels."""

_TOP, _BELOW = 22, 30
"""Room above and below the plot."""
_HEIGHT: dict[Form, float] = {"wide": 230.0, "narrow": 210.0}


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
    return int(WIDTH[form]) - LEFT - RIGHT


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

    def build(form: Form) -> Pen:
        pen = _ground(days, form, _HEIGHT[form])
        top, bottom = float(_TOP), _TOP + _HEIGHT[form]
        highest = min(1.0, max(0.1, *(max(path.high or path.values) for path in paths)))
        scale = make_scale([highest], "prob", start=bottom, end=top, most=5, along=False)
        for tick, text in zip(scale.ticks, scale.words, strict=True):
            y = scale.at(tick)
            tone = ink(MUTED if tick == 0 else RULE)
            pen.line((LEFT, y), (pen.width - RIGHT, y), tone, under=True)
            pen.text(TextPlace(LEFT - 7, y + 4, "end"), text, tone=ink(MUTED), size=SMALL)
        for path in paths:
            if path.low:
                low = [(_at(k, days, form), scale.at(v)) for k, v in enumerate(path.low)]
                high = [(_at(k, days, form), scale.at(v)) for k, v in enumerate(path.high)]
                pen.area([*high, *reversed(low)], band(path.colour), opacity=0.16)
                for edge in (low, high):
                    for one, two in pairwise(edge):
                        pen.line(one, two, band(path.colour), width=0.8, under=True)
        for path in paths:
            points = [(_at(k, days, form), scale.at(v)) for k, v in enumerate(path.values)]
            pen.trace(_steps(points), ink(path.colour), dash="5 3" if path.dashed else "")
        ends = [(path, scale.at(path.values[-1])) for path in paths]
        return _name_lines(pen, sorted(ends, key=lambda pair: pair[1]), bottom)

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

    def build(form: Form) -> Pen:
        high = 36.0
        pen = _ground(days, form, high * len(rows))
        for place, row in enumerate(rows):
            y = _TOP + high * (place + 1) - 9
            pen.line((LEFT, y), (pen.width - RIGHT, y), ink(RULE), under=True)
            pen.text(TextPlace(0.0, y - 11), row, tone=ink(MUTED), size=SMALL, halo=True)
            for moment in moments:
                if moment.row == row:
                    pen.dot(_at(moment.day, days, form), y, ink(moment.colour), radius=4.6)
        return pen

    return make_chart(
        name,
        build,
        words,
        ("Day", "Kind", "Event"),
        tuple(told),
        numeric=(False, False, False),
    )


def _at(day: int, days: Sequence[date], form: Form) -> float:
    return LEFT + day / max(len(days) - 1, 1) * plot_width(form)


def _steps(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Hold each value until the next day."""
    held = [points[0]]
    for x, y in points[1:]:
        held += [(x, held[-1][1]), (x, y)]
    return held


def _ground(days: Sequence[date], form: Form, high: float) -> Pen:
    """Begin a picture over days: its days below the plot, as many as leave room."""
    pen = Pen(WIDTH[form])
    pen.height = _TOP + high + _BELOW
    y = _TOP + high
    pen.line((LEFT, y), (pen.width - RIGHT, y), ink(MUTED), under=True)
    most = 6 if form == "wide" else 3
    for k in sorted({round(part * (len(days) - 1) / most) for part in range(most + 1)}):
        x = _at(k, days, form)
        text = f"{days[k].day} {days[k]:%b}"
        half = text_width(text, SMALL) / 2
        place = TextPlace(min(x, pen.width - half), y + 18, "middle")
        if pen.label([place], text, tone=ink(MUTED), halo=False):
            pen.line((x, y), (x, y + 4), ink(MUTED))
    return pen


def _name_lines(pen: Pen, ends: Sequence[tuple[Path, float]], bottom: float) -> Pen:
    """Write the name and the last value of each line near its end, in the order of the ends if there is room for that.

    They are tried from the top and from the bottom; where neither has room for all in order, each stands where it can.
    """
    for down in (True, False):
        trial = deepcopy(pen)
        last = 0.0 if down else bottom
        for path, y in ends if down else reversed(ends):
            within = (last, bottom) if down else (0.0, last)
            last = _name(trial, path, y, bottom, within=within)
            if not last:
                break
        else:
            return trial
    for path, y in ends:
        _name(pen, path, y, bottom, within=(0.0, bottom), over_marks=True)
    return pen


def _name(
    pen: Pen,
    path: Path,
    y: float,
    bottom: float,
    *,
    within: tuple[float, float],
    over_marks: bool = False,
) -> float:
    """Write the name of a line as near its end as is free between two heights, and return where; zero if there is no room."""
    x = pen.width - RIGHT - 2
    heights = sorted(
        (float(at) for at in range(_TOP + 2, int(bottom) - 4, 3)), key=lambda at: abs(at - (y - 7))
    )
    places = [TextPlace(x, at, "end") for at in heights if within[0] < at < within[1]]
    tone = ink(path.colour)
    for words in (f"{path.name}, {path.values[-1]:.0%}", path.name):
        place = pen.label(places, words, tone=tone, size=SIZE, bold=True)
        if place is None and over_marks:
            place = pen.label(places, words, tone=tone, size=SMALL, over_marks=True)
        if place is not None:
            return place.y
    return 0.0
