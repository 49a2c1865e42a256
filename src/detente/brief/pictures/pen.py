"""A pen: it draws marks and words in pixels, keeps words apart from each other, and writes SVG.

Coordinates run right and down from the top left. Words that must stand where they are told are written with
:meth:`Pen.text`; :meth:`Pen.label` is given several places and takes the first that is free, or leaves the words out.
Colours are tones (:mod:`detente.brief.pictures.palette`): within a page they are custom properties that follow its theme,
in a file of its own their light values are written out. Numbers are rounded, so that the same picture is the same bytes.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Literal

from detente.brief.pictures.letters import text_width
from detente.brief.pictures.palette import INK, PAPER, Tone, ink

__all__ = [
    "FONT",
    "LINE",
    "SIZE",
    "SMALL",
    "Anchor",
    "Pen",
    "Rect",
    "TextPlace",
    "declare_tones",
    "is_clear",
    "spread",
]

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
SIZE, SMALL = 13.0, 12.0
"""Sizes of letters, in pixels: names and values, and what stands beside them. There is none below the second."""
LINE = 16.0
"""From one line of a name to the next."""

Anchor = str
"""``start``, ``middle`` or ``end``: which part of the words stands at the place."""

_RISE, _FALL = 0.74, 0.22
"""How far letters reach above and below their line, in sizes."""
_ROOM = 2.0
"""Pixels kept free around words."""
_PAGE = frozenset({"ink", "muted", "rule", "paper"})
"""Properties that the page defines itself."""
_TONE = re.compile(r'"var\(--([a-z0-9]+)\)"')


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle of the picture."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Rect") -> bool:
        """Tell whether two rectangles share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def within(self, other: "Rect") -> bool:
        """Tell whether the rectangle lies in another."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )

    def grown(self, by: float) -> "Rect":
        """Return the rectangle with a margin."""
        return Rect(self.left - by, self.top - by, self.right + by, self.bottom + by)


@dataclass(frozen=True, slots=True)
class TextPlace:
    """Where words may stand: the start, middle or end of their line."""

    x: float
    y: float
    anchor: Anchor = "start"


def _plain(value: float) -> str:
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


class Pen:
    """A picture of one width while it is drawn; ``height`` is set when it is known, at the latest at the end.

    While ``kind`` is set, marks and words bear it as their class, so that a page can fade a kind of them.
    """

    def __init__(self, width: float) -> None:
        self.width = width
        self.height = 0.0
        self.kind = ""
        self._layers: tuple[list[str], list[str], list[str]] = ([], [], [])
        self._words: list[Rect] = []
        self._marks: list[Rect] = []
        self._tones: dict[str, Tone] = {}

    # --- marks ---------------------------------------------------------------------------------------------------

    def _kind(self) -> str:
        return f' class="{self.kind}"' if self.kind else ""

    def _paint(self, tone: Tone) -> str:
        self._tones[tone.name] = tone
        return f"var(--{tone.name})"

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        tone: Tone,
        *,
        width: float = 1.0,
        dash: str = "",
        under: bool = False,
    ) -> None:
        """Draw a straight line; ``under`` puts it below all marks."""
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        (x1, y1), (x2, y2) = start, end
        self._layers[0 if under else 1].append(
            f'<line x1="{_plain(x1)}" y1="{_plain(y1)}" x2="{_plain(x2)}" y2="{_plain(y2)}" '
            f'stroke="{self._paint(tone)}" stroke-width="{_plain(width)}"{dashes}/>'
        )

    def bar(
        self, box: Rect, tone: Tone, *, round_by: float = 0.0, edge: Tone | None = None
    ) -> None:
        """Fill a rectangle, with an edge of another tone if asked for."""
        corner = f' rx="{_plain(round_by)}"' if round_by else ""
        stroke = f' stroke="{self._paint(edge)}"' if edge else ""
        self._marks.append(box)
        self._layers[1].append(
            f'<rect x="{_plain(box.left)}" y="{_plain(box.top)}" width="{_plain(box.right - box.left)}" '
            f'height="{_plain(box.bottom - box.top)}"{corner} fill="{self._paint(tone)}"{stroke}{self._kind()}/>'
        )

    def dot(
        self,
        x: float,
        y: float,
        tone: Tone,
        *,
        radius: float = 5.0,
        look: Literal["full", "hollow", "dashed", "diamond"] = "full",
    ) -> None:
        """Draw a point or a diamond with an edge of paper, a ring filled with paper, or a dashed ring that the ground shines through."""
        own, paper = self._paint(tone), self._paint(ink(PAPER))
        r, edge = _plain(radius), f'fill="{own}" stroke="{paper}" stroke-width="1.5"'
        style = {
            "full": edge,
            "hollow": f'fill="{paper}" stroke="{own}" stroke-width="2.2"',
            "dashed": f'fill="{own}" fill-opacity="0.15" stroke="{own}" stroke-width="1.8" stroke-dasharray="4 2.5"',
        }
        self._marks.append(Rect(x - radius, y - radius, x + radius, y + radius))
        self._layers[1].append(
            f'<path d="M{_plain(x)} {_plain(y - radius)}l{r} {r}l-{r} {r}l-{r} -{r}z" {edge}{self._kind()}/>'
            if look == "diamond"
            else f'<circle cx="{_plain(x)}" cy="{_plain(y)}" r="{r}" {style[look]}{self._kind()}/>'
        )

    def area(
        self, points: Sequence[tuple[float, float]], tone: Tone, *, opacity: float = 1.0
    ) -> None:
        """Fill the area that the points go round."""
        veil = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
        self._layers[0 if opacity < 1 else 1].append(
            f'<path d="{_path(points)}z" fill="{self._paint(tone)}"{veil}/>'
        )

    def trace(
        self,
        points: Sequence[tuple[float, float]],
        tone: Tone,
        *,
        width: float = 2.2,
        dash: str = "",
    ) -> None:
        """Draw a line through points, on which no words stand."""
        half = max(width / 2, 1.0)
        for (x1, y1), (x2, y2) in pairwise(points):
            steps = max(1, math.ceil(math.hypot(x2 - x1, y2 - y1) / max(width, 4.0)))
            for k in range(steps + 1):
                x, y = x1 + (x2 - x1) * k / steps, y1 + (y2 - y1) * k / steps
                self._marks.append(Rect(x - half, y - half, x + half, y + half))
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self._layers[1].append(
            f'<path d="{_path(points)}" fill="none" stroke="{self._paint(tone)}" '
            f'stroke-width="{_plain(width)}" stroke-linejoin="round"{dashes}/>'
        )

    def shapes(
        self,
        lines: Iterable[Sequence[tuple[float, float]]],
        tone: Tone,
        *,
        width: float = 0.0,
        dash: str = "",
    ) -> None:
        """Fill shapes below all marks, or draw lines of a width there; words may stand on them."""
        path = "".join(_steps(line) + ("" if width else "z") for line in lines if line)
        if not path:
            return
        own = self._paint(tone)
        look = (
            f'fill="none" stroke="{own}" stroke-width="{_plain(width)}" stroke-linejoin="round"'
            if width
            else f'fill="{own}"'
        )
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self._layers[0].append(f'<path d="{path}" {look}{dashes}/>')

    def ribbon(
        self, start: tuple[float, float], end: tuple[float, float], high: float, tone: Tone
    ) -> None:
        """Draw a flow of one height from the right edge of one block to the left edge of another."""
        (x1, y1), (x2, y2) = start, end
        mid = _plain((x1 + x2) / 2)
        a, b, c, d = (_plain(y) for y in (y1, y2, y2 + high, y1 + high))
        left, right = _plain(x1), _plain(x2)
        self._layers[1].append(
            f'<path d="M{left} {a}C{mid} {a} {mid} {b} {right} {b}V{c}C{mid} {c} {mid} {d} {left} {d}z" '
            f'fill="{self._paint(tone)}" fill-opacity="0.8" stroke="{self._paint(tone)}" stroke-width="0.6"/>'
        )

    # --- words ---------------------------------------------------------------------------------------------------

    def text(
        self,
        place: TextPlace,
        words: str,
        *,
        tone: Tone | None = None,
        size: float = SIZE,
        bold: bool = False,
        halo: bool = False,
        inside: bool = False,
        slanted: bool = False,
    ) -> Rect:
        """Write words where they are told to stand; ``inside`` says that they belong on a mark."""
        box = self._box(place, words, size, bold=bold)
        self._words.append(box)
        tone = tone or ink(INK)
        look = [
            "" if place.anchor == "start" else f' text-anchor="{place.anchor}"',
            "" if size == SIZE else f' font-size="{size:g}"',
            ' font-weight="600"' if bold else "",
            "" if tone.name == "ink" else f' fill="{self._paint(tone)}"',
            f' stroke="{self._paint(ink(PAPER))}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"'
            if halo
            else "",
            ' class="inside"' if inside else self._kind(),
            ' font-style="italic"' if slanted else "",
        ]
        self._layers[2].append(
            f'<text x="{_plain(place.x)}" y="{_plain(place.y)}"{"".join(look)}>{escape(words)}</text>'
        )
        return box

    def lines(
        self,
        place: TextPlace,
        words: Iterable[str],
        *,
        tone: Tone | None = None,
        size: float = SIZE,
        bold: bool = False,
        halo: bool = False,
        step: float = LINE,
        slanted: bool = False,
    ) -> None:
        """Write lines below each other."""
        for number, line in enumerate(words):
            self.text(
                TextPlace(place.x, place.y + number * step, place.anchor),
                line,
                tone=tone,
                size=size,
                bold=bold,
                halo=halo,
                slanted=slanted,
            )

    def label(
        self,
        places: Iterable[TextPlace],
        words: str,
        *,
        tone: Tone | None = None,
        size: float = SMALL,
        bold: bool = False,
        halo: bool = True,
        over_marks: bool = False,
        within: Rect | None = None,
    ) -> TextPlace | None:
        """Write words at the first place that is free of words and marks, and return it; None leaves them out."""
        marks = () if over_marks else self._marks
        for place in places:
            box = self._box(place, words, size, bold=bold)
            if self._is_free(box, marks) and (within is None or box.within(within)):
                self.text(place, words, tone=tone, size=size, bold=bold, halo=halo)
                return place
        return None

    def _is_free(self, box: Rect, marks: Sequence[Rect]) -> bool:
        if box.left < 0 or box.right > self.width or box.top < 0:
            return False
        if self.height and box.bottom > self.height:
            return False
        near = box.grown(_ROOM)
        return not any(map(near.meets, self._words)) and not any(map(box.meets, marks))

    def _box(self, place: TextPlace, words: str, size: float, *, bold: bool) -> Rect:
        wide = text_width(words, size, bold=bold)
        shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[place.anchor]
        left = place.x - shift * wide
        return Rect(left, place.y - _RISE * size, left + wide, place.y + _FALL * size)

    # --- SVG -----------------------------------------------------------------------------------------------------

    def inline(self, name: str, alt: str) -> str:
        """Return the picture for a page: its colours follow the page's theme by custom properties of its own.

        Without a name it has none of its own, nor any style: the page has the tones in a style sheet, as of :func:`declare_tones`.
        """
        wide, high = _plain(self.width), _plain(self.height)
        own, size = (
            (f'id="{name}" ', f'style="max-width:{wide}px"') if name else ("", f'width="{wide}"')
        )
        theme = self._theme(name) if name else ""
        return (
            f'<svg role="img" aria-label="{escape(alt)}" {own}xmlns="http://www.w3.org/2000/svg" '
            f'viewBox="0 0 {wide} {high}" {size} {_ROOT}>{theme}{self._content()}</svg>'
        )

    def standalone(self, alt: str) -> str:
        """Return the picture as a file of its own, on paper, its colours written out."""
        wide, high = _plain(self.width), _plain(self.height)
        body = _TONE.sub(lambda match: f'"{self._tones[match[1]].light}"', self._content())
        root = _ROOT.replace("currentColor", INK)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(alt)}" '
            f'width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" {root}>'
            f'<rect width="100%" height="100%" fill="{PAPER}"/>{body}</svg>\n'
        )

    def embed(self, other: "Pen", x: float, y: float) -> None:
        """Set a finished picture into this one."""
        self._tones |= other._tones  # noqa: SLF001  # another pen
        self._layers[1].append(
            f'<g transform="translate({_plain(x)} {_plain(y)})">{other._content()}</g>'  # noqa: SLF001
        )

    def _content(self) -> str:
        return "".join(part for layer in self._layers for part in layer)

    def _theme(self, name: str) -> str:
        rules = declare_tones(self._tones.values(), f"#{name}")
        return f"<style>{rules}</style>" if rules else ""


def declare_tones(tones: Iterable[Tone], where: str = "") -> str:
    """Return the rules of a style sheet that give tones their values in light and in dark, but for those of the page itself.

    Parameters
    ----------
    tones
        Of pictures.
    where
        What they hold in, as a selector; the whole page by default.

    Examples
    --------
    >>> declare_tones([Tone("a", "#fff", "#000")], "#p").partition("@")[0]
    '#p{--a:#fff}'
    """
    own = dict.fromkeys(tone for tone in tones if tone.name not in _PAGE)
    if not own:
        return ""
    light, dark = (
        "{" + ";".join(f"--{tone.name}:{getattr(tone, side)}" for tone in own) + "}"
        for side in ("light", "dark")
    )
    if not where:
        return (
            f":root{light}@media screen{{:root[data-theme=dark]{dark}}}"
            f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){dark}}}"
        )
    return (
        f"{where}{light}@media screen{{[data-theme=dark] {where}{dark}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]) {where}{dark}}}"
    )


def is_clear(pen: Pen, box: Rect) -> bool:
    """Tell whether no words and no marks of a picture stand in a rectangle."""
    taken = (*pen._words, *pen._marks)  # noqa: SLF001  # of this module
    return not any(map(box.meets, taken))


def spread(
    wanted: Sequence[float], heights: Sequence[float], *, top: float, bottom: float
) -> list[float]:
    """Move middles of labels up or down as little as keeps them apart, in their order, above the bottom.

    Examples
    --------
    >>> spread([10.0, 12.0, 50.0], [10.0, 10.0, 10.0], top=0.0, bottom=60.0)
    [10.0, 20.0, 50.0]
    """
    order = sorted(range(len(wanted)), key=lambda k: wanted[k])
    placed = list(wanted)
    edge = top
    for k in order:
        placed[k] = max(placed[k], edge + heights[k] / 2)
        edge = placed[k] + heights[k] / 2
    edge = max(bottom, top + sum(heights))
    for k in reversed(order):
        placed[k] = min(placed[k], edge - heights[k] / 2)
        edge = placed[k] - heights[k] / 2
    return placed


_ROOT = f'font-family="{FONT}" font-size="{SIZE:g}" fill="currentColor"'


def _steps(points: Sequence[tuple[float, float]]) -> str:
    """Write a path by its steps, each from where the one before ended, so that rounding does not add up."""
    at = (round(points[0][0], 1), round(points[0][1], 1))
    said = [f"M{_plain(at[0])} {_plain(at[1])}"]
    for x, y in points[1:]:
        to = (round(x, 1), round(y, 1))
        if to != at:
            said.append(f"l{_plain(to[0] - at[0])} {_plain(to[1] - at[1])}")
            at = to
    return "".join(said)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_plain(x)} {_plain(y)}" for x, y in points)
