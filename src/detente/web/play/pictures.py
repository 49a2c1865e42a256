"""Pictures of play: what ends are worth to a seat, a thousand runs as squares, and how the chances moved from turn to turn."""

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["draw_path", "draw_share", "draw_thousand", "draw_worth"]

_WIDE, _HIGH = 640, 220
_LEFT, _RIGHT, _TOP, _LOW = 40, 16, 12, 28
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


def draw_path(turns: Sequence[Mapping[str, Any]]) -> str:
    """Return how the chances of an attack and of a settlement stood as each turn began, with their 5-95% ranges."""
    if not turns:
        return ""
    step = (_WIDE - _LEFT - _RIGHT) / max(len(turns) - 1, 1)

    def x(number: int) -> float:
        return _LEFT + number * step

    def y(share: float) -> float:
        return _TOP + (1.0 - share) * (_HIGH - _TOP - _LOW)

    marks = [
        f'<line class="grid" x1="{_LEFT}" x2="{_WIDE - _RIGHT}" y1="{y(share):.1f}" y2="{y(share):.1f}"/>'
        f'<text x="{_LEFT - 6}" y="{y(share) + 4:.1f}" text-anchor="end">{share:.0%}</text>'
        for share in (0.0, 0.5, 1.0)
    ]
    for name in ("attack", "settlement"):
        spots = [(x(number), turn[name]) for number, turn in enumerate(turns)]
        there = [f"{at:.1f},{y(share[1]):.1f}" for at, share in spots]
        back = [f"{at:.1f},{y(share[2]):.1f}" for at, share in reversed(spots)]
        marks.append(f'<polygon class="band {name}" points="{" ".join([*there, *back])}"/>')
        line = " ".join(f"{at:.1f},{y(share[0]):.1f}" for at, share in spots)
        marks.append(f'<polyline class="line {name}" points="{line}"/>')
        marks += [
            f'<circle class="{name}" cx="{at:.1f}" cy="{y(share[0]):.1f}" r="3.5"/>'
            for at, share in spots
        ]
    marks += [
        f'<text x="{x(number):.1f}" y="{_HIGH - 8}" text-anchor="middle">{turn["turn"]}</text>'
        for number, turn in enumerate(turns)
    ]
    return (
        f'<svg class="path" viewBox="0 0 {_WIDE} {_HIGH}" role="img" '
        f'aria-label="Chance of an attack and of a settlement as each turn began; the table below has the numbers">'
        f"{''.join(marks)}</svg>"
    )
