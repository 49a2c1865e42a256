"""What is on a picture, read from its SVG by a parser of its own: words with their boxes, marks, ticks, and what touches."""

import re
import xml.etree.ElementTree as ET  # our own output
from dataclasses import dataclass

from detente.brief.pictures.letters import text_width

NAME = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Word:
    text: str
    left: float
    top: float
    right: float
    bottom: float
    x: float
    size: float
    bold: bool
    muted: bool
    inside: bool


@dataclass(frozen=True)
class Rectangle:
    left: float
    top: float
    right: float
    bottom: float


def parts(svg):
    """Yield the elements of a picture with how far they are moved right and down."""

    def walk(element, x, y):
        moved = re.match(r"translate\((\S+) (\S+)\)", element.get("transform", ""))
        if moved:
            x, y = x + float(moved[1]), y + float(moved[2])
        yield element.tag.removeprefix(NAME), element, x, y
        for child in element:
            yield from walk(child, x, y)

    yield from walk(ET.fromstring(svg), 0.0, 0.0)  # noqa: S314


def words(svg):
    found = []
    for tag, element, dx, dy in parts(svg):
        if tag != "text":
            continue
        size, bold = float(element.get("font-size", 13)), element.get("font-weight") == "600"
        wide = text_width(element.text or "", size, bold=bold)
        x, y = float(element.get("x")) + dx, float(element.get("y")) + dy
        left = (
            x - {"start": 0, "middle": wide / 2, "end": wide}[element.get("text-anchor", "start")]
        )
        found.append(
            Word(
                text=element.text or "",
                left=left,
                top=y - 0.7 * size,
                right=left + wide,
                bottom=y + 0.2 * size,
                x=x,
                size=size,
                bold=bold,
                muted="muted" in element.get("fill", ""),
                inside=element.get("class") == "inside",
            )
        )
    return found


def dots(svg):
    """Return middle, height and radius of every point."""
    return [
        (float(part.get("cx")) + dx, float(part.get("cy")) + dy, float(part.get("r")))
        for tag, part, dx, dy in parts(svg)
        if tag == "circle"
    ]


def bars(svg):
    """Return every rectangle but the ground of a file."""
    return [
        Rectangle(x := float(part.get("x")) + dx, y := float(part.get("y")) + dy,
                  x + float(part.get("width")), y + float(part.get("height")))
        for tag, part, dx, dy in parts(svg)
        if tag == "rect" and part.get("width") != "100%"
    ]  # fmt: skip


def strokes(svg):
    """Return a box for every few pixels of each line that is as thick as a mark."""
    found = []
    for tag, part, dx, dy in parts(svg):
        wide = float(part.get("stroke-width", 0))
        if tag != "path" or part.get("fill") != "none" or wide < 2:
            continue
        x = y = 0.0
        for step, first, second in re.findall(r"([MLl])(-?[\d.]+) (-?[\d.]+)", part.get("d")):
            last, (x, y) = (x, y), (
                (x + float(first), y + float(second)) if step == "l" else (float(first), float(second))
            )  # fmt: skip
            count = 0 if step == "M" else int(max(abs(x - last[0]), abs(y - last[1])) / 3) + 1
            for k in range(count + 1 if count else 0):
                px = last[0] + (x - last[0]) * k / count + dx
                py = last[1] + (y - last[1]) * k / count + dy
                found.append(Rectangle(px - wide / 2, py - wide / 2, px + wide / 2, py + wide / 2))
    return found


def meet(one, other):
    """Tell whether two boxes share more than half a pixel in both directions."""
    return (
        min(one.right, other.right) - max(one.left, other.left) > 0.5
        and min(one.bottom, other.bottom) - max(one.top, other.top) > 0.5
    )


def collisions(svg):
    """Return what touches: words with words, words with marks, words that leave the picture."""
    box = [float(number) for number in re.search(r'viewBox="0 0 (\S+) (\S+)"', svg).groups()]
    found = []
    said = words(svg)
    for k, one in enumerate(said):
        found += [(one.text, other.text) for other in said[k + 1 :] if meet(one, other)]
        if (
            one.left < -0.5
            or one.right > box[0] + 0.5
            or one.top < -0.5
            or one.bottom > box[1] + 0.5
        ):
            found.append((one.text, "the edge"))
    marks = [
        *bars(svg),
        *(Rectangle(x - r, y - r, x + r, y + r) for x, y, r in dots(svg)),
        *strokes(svg),
    ]
    for one in said:
        if not one.inside:
            found += [(one.text, mark) for mark in marks if meet(one, mark)]
    return found


def axis(svg):
    """Return the straight line from values to pixels that the words of the ticks in the first line of ticks give."""
    ticks = [
        word
        for word in words(svg)
        if word.muted and re.fullmatch("[+\N{MINUS SIGN}]?[0-9,.]+%?", word.text)
    ]
    first = min(word.top for word in ticks)
    row = sorted((word for word in ticks if word.top == first), key=lambda word: word.x)
    value = [
        float(word.text.replace("\N{MINUS SIGN}", "-").replace(",", "").rstrip("%"))
        / (100 if word.text.endswith("%") else 1)
        for word in row
    ]
    step = (row[-1].x - row[0].x) / (value[-1] - value[0])
    for word, number in zip(row, value, strict=True):
        assert abs(row[0].x + (number - value[0]) * step - word.x) < 0.2
    return lambda number: row[0].x + (number - value[0]) * step
