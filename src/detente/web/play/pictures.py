"""Pictures of play: what ends are worth, a thousand runs as squares, how chances and beliefs moved, the ladder of force, rooms."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

__all__ = [
    "HALF",
    "WIDE",
    "draw_belief",
    "draw_both",
    "draw_ladder",
    "draw_path",
    "draw_rooms",
    "draw_share",
    "draw_thousand",
    "draw_worth",
]

_SQUARE, _ROW = 8, 50


def draw_worth(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of what ends are worth, each with a bar of its range and a mark at its mean, on one scale through zero."""
    ends = [0.0, *(row[name] for row in rows for name in ("low", "high"))]
    low, high = min(ends), max(ends)
    span = (high - low) or 1.0

    def x(value: float) -> str:
        return f"{(value - low) / span * 96 + 2:.1f}"

    found = []
    for row in rows:
        width = float(x(row["high"])) - float(x(row["low"]))
        bar = (
            f'<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
            f'<line class="zero" x1="{x(0)}" x2="{x(0)}" y1="0" y2="10"/>'
            f'<rect class="range" x="{x(row["low"])}" y="3" width="{max(width, 0.5):.1f}" height="4"/>'
            f'<rect class="point" x="{float(x(row["mean"])) - 0.6:.1f}" y="1" width="1.2" height="8"/></svg>'
        )
        found.append({**row, "bar": bar})
    return found


def draw_share(share: Sequence[float]) -> str:
    """Return a share with its 5-95% range on a line from 0 to 1.

    Examples
    --------
    >>> draw_share((0.5, 0.25, 0.75)).count("<rect")
    2
    """
    mean, low, high = (100.0 * end for end in share)
    return (
        f'<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<line class="zero" x1="0" x2="0" y1="0" y2="10"/>'
        f'<rect class="range" x="{low:.1f}" y="2" width="{max(high - low, 0.5):.1f}" height="6"/>'
        f'<rect class="point" x="{min(max(mean - 0.5, 0.0), 99.0):.1f}" y="0" width="1" height="10"/></svg>'
    )


def draw_thousand(counts: Sequence[int]) -> str:
    """Return a thousand runs as squares, row by row, coloured by their end in its order; as many as there are runs.

    Examples
    --------
    >>> draw_thousand([3, 0, 2]).count("<path")
    2
    """
    total = sum(counts)
    rows = -(-total // _ROW)
    parts, begun = [], 0
    for number, count in enumerate(counts):
        cells = "".join(
            f"M{place % _ROW * _SQUARE} {place // _ROW * _SQUARE}h6v6h-6z"
            for place in range(begun, begun + count)
        )
        begun += count
        if count:
            parts.append(f'<path class="end-{number % 10}" d="{cells}"/>')
    return (
        f'<svg class="thousand" viewBox="0 0 {_ROW * _SQUARE} {max(rows, 1) * _SQUARE}" aria-hidden="true">'
        f"{''.join(parts)}</svg>"
    )


WIDE, HALF, _NARROW = 960, 560, 340
"""Widths in which a picture is drawn: for a whole page, for half of one, and for a phone; letters have one size in all."""
_TALL = 230
_SIDE, _HEAD, _FOOT = 36, 12, 26
_LETTER = 7.0
"""Width of a letter of the labels, about, in the units of the pictures."""


def draw_both(draw: Callable[[int], str], *, wide: int = WIDE) -> str:
    """Return a picture for a laptop and for a phone; a page shows one of them, and a reader without sight meets one."""
    both = {"wide": wide, "narrow": _NARROW}
    return "".join(f'<div class="{name}">{draw(width)}</div>' for name, width in both.items())


def draw_path(
    path: Sequence[Mapping[str, Any]], points: Mapping[int, str], *, width: int, says: str
) -> str:
    """Return how the chances of an attack and of a settlement stood at the start and after each step, with their 5-95% ranges.

    Parameters
    ----------
    path
        Points of the report: ``turn``, ``step``, and ``attack`` and ``settlement`` as ranges.
    points
        By number of a step that was a turning point, what was done in it.
    width
        Of the picture.
    says
        What it shows, in words.
    """
    if not path:
        return ""
    named = [number for number, item in enumerate(path) if item["step"] in points]
    rows = len(named)
    head = _HEAD + 18 * rows
    x, y = _scales(width, len(path), head)
    marks = []
    for row, number in enumerate(named):
        band = (x(1) - x(0)) * 0.5 if len(path) > 1 else 10.0
        high = head - 18 * (rows - row) + 12
        left, right = max(x(number) - band / 2, _SIDE), min(x(number) + band / 2, width)
        marks.append(
            f'<rect class="turned" x="{left:.1f}" y="{high - 11}" width="{right - left:.1f}" '
            f'height="{y(0.0) - high + 11:.1f}"/>'
        )
    marks += _grid(width, y)
    for row, number in enumerate(named):
        words = _cut(points[path[number]["step"]], width - 70)
        wide = len(words) * _LETTER / 2
        at = min(max(x(number), _SIDE + wide), width - 6 - wide)
        high = head - 18 * (rows - row) + 12
        marks.append(
            f'<text class="named" x="{at:.1f}" y="{high}" text-anchor="middle">{escape(words)}</text>'
        )
    for name in ("attack", "settlement"):
        marks += _line(name, [(x(number), item[name]) for number, item in enumerate(path)], y)
    every = max(1, round(len(path) * 26 / (width - _SIDE)))
    for number, item in enumerate(path):
        if number in named or number % every == 0:
            kind = "named" if number in named else "plain"
            marks.append(
                f'<text class="{kind}" x="{x(number):.1f}" y="{_TALL + head - _HEAD - 6}" '
                f'text-anchor="middle">{_stop(item, number)}</text>'
            )
    return _picture("path", width, _TALL + head - _HEAD, "".join(marks), says)


def _stop(item: Mapping[str, Any], number: int) -> str:
    """Return what stands below a point of the path: the number of its step, or that values were changed."""
    return "start" if number == 0 else str(item["step"] or "set")


def draw_ladder(
    turns: Sequence[Mapping[str, Any]], rungs: Mapping[int, str], *, width: int, says: str
) -> str:
    """Return how high the moves of each turn stand on the ladder of force, as steps between named rungs."""
    if not turns or not rungs:
        return ""
    levels = sorted(rungs)
    side = min(max(len(words) for words in rungs.values()) * _LETTER + 12, width * 0.42)
    high, gap = 22, (width - side - 4) / len(turns)
    foot = _HEAD + high * len(levels)

    def y(force: int) -> float:
        return _HEAD + high * (len(levels) - levels.index(force)) - 10.0

    marks = [
        f'<line class="grid" x1="{side:.1f}" x2="{width - 4}" y1="{y(level):.1f}" y2="{y(level):.1f}"/>'
        f'<text x="{side - 8:.1f}" y="{y(level) + 4:.1f}" text-anchor="end">{escape(_cut(rungs[level], side - 12))}</text>'
        for level in levels
    ]
    path = ""
    for number, turn in enumerate(turns):
        if turn["ladder"]:
            at = side + number * gap
            path += f"{'V' if path else f'M{at:.1f} '}{y(turn['ladder']):.1f}H{at + gap:.1f}"
    marks.append(f'<path class="rung" d="{path}"/>')
    marks += [
        f'<text class="plain" x="{side + (number + 0.5) * gap:.1f}" y="{foot + 14}" text-anchor="middle">{turn["turn"]}</text>'
        for number, turn in enumerate(turns)
    ]
    return _picture("ladder", width, foot + 20, "".join(marks), says)


def draw_belief(readings: Sequence[Sequence[float]], own: Sequence[float | None], says: str) -> str:
    """Return a small line of what could be believed as each turn began, with its 5-95% range, and own estimates as points."""
    width, tall = 240, 64
    step = (width - 16) / max(len(readings) - 1, 1)

    def x(number: int) -> float:
        return 8 + number * step

    def y(share: float) -> float:
        return 6 + (1.0 - share) * (tall - 12)

    marks = [
        f'<line class="grid" x1="4" x2="{width - 4}" y1="{y(share):.1f}" y2="{y(share):.1f}"/>'
        for share in (0.0, 0.5, 1.0)
    ]
    marks += _line("reading", [(x(number), item) for number, item in enumerate(readings)], y)
    marks += [
        f'<circle class="own" cx="{x(number):.1f}" cy="{y(value):.1f}" r="4.5"/>'
        for number, value in enumerate(own)
        if value is not None
    ]
    return _picture("belief", width, tall, "".join(marks), says)


def draw_rooms(rooms: Sequence[Sequence[float]], *, width: int, says: str) -> str:
    """Return the chance of an attack along the paths of several rooms, the first on top; a path ends where its room did."""
    longest = max((len(room) for room in rooms), default=0)
    if not longest:
        return ""
    x, y = _scales(width, longest, _HEAD)
    marks = _grid(width, y)
    for number, room in reversed(list(enumerate(rooms))):
        line = " ".join(f"{x(place):.1f},{y(share):.1f}" for place, share in enumerate(room))
        kind = "here" if number == 0 else f"end-{(number - 1) % 10}"
        marks.append(f'<polyline class="room {kind}" points="{line}"/>')
        marks.append(
            f'<circle class="room {kind}" cx="{x(len(room) - 1):.1f}" cy="{y(room[-1]):.1f}" r="4"/>'
        )
    return _picture("rooms", width, _TALL, "".join(marks), says)


def _scales(
    width: int, count: int, head: int
) -> tuple[Callable[[int], float], Callable[[float], float]]:
    step = (width - _SIDE - 24) / max(count - 1, 1)
    tall = _TALL - _HEAD - _FOOT

    def x(number: int) -> float:
        return _SIDE + 10 + number * step

    def y(share: float) -> float:
        return head + (1.0 - share) * tall

    return x, y


def _grid(width: int, y: Callable[[float], float]) -> list[str]:
    return [
        f'<line class="grid" x1="{_SIDE}" x2="{width - 4}" y1="{y(share):.1f}" y2="{y(share):.1f}"/>'
        f'<text x="{_SIDE - 5}" y="{y(share) + 4:.1f}" text-anchor="end">{share * 100:.0f}{"%" if share == 1.0 else ""}</text>'
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]


def _line(
    name: str, spots: Sequence[tuple[float, Sequence[float]]], y: Callable[[float], float]
) -> list[str]:
    """Return a range as a band, its means as a line, and a mark at each."""
    there = [f"{at:.1f},{y(share[1]):.1f}" for at, share in spots]
    back = [f"{at:.1f},{y(share[2]):.1f}" for at, share in reversed(spots)]
    line = " ".join(f"{at:.1f},{y(share[0]):.1f}" for at, share in spots)
    return [
        f'<polygon class="band {name}" points="{" ".join([*there, *back])}"/>',
        f'<polyline class="line {name}" points="{line}"/>',
        *(
            f'<circle class="{name}" cx="{at:.1f}" cy="{y(share[0]):.1f}" r="3.5"/>'
            for at, share in spots
        ),
    ]


def _cut(words: str, room: float) -> str:
    most = int(room / _LETTER)
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}"


def _picture(name: str, width: int, tall: float, marks: str, says: str) -> str:
    return (
        f'<svg class="drawn {name}" viewBox="0 0 {width} {tall:.0f}" role="img" '
        f'aria-label="{escape(says)}"><desc>{escape(says)}</desc>{marks}</svg>'
    )
