"""The picture of a matrix: rows against columns, the number in each cell, a fuller blue for more."""

from collections.abc import Sequence

from detente.brief.figures import Chart, Figure, link
from detente.brief.pictures.drawing import WIDTH, Form, Words, make_chart
from detente.brief.pictures.letters import balanced, text_width, wrap_text
from detente.brief.pictures.palette import MUTED, ink, on_shade, shade
from detente.brief.pictures.pen import SIZE, SMALL, Pen, Rect, TextPlace

__all__ = ["draw_matrix"]

_NAMES: dict[Form, float] = {"wide": 210.0, "narrow": 132.0}
"""Most room for the names of rows beside their cells."""
_CELL, _LINE = 26.0, 14.0
_TALL = 4
"""Most lines of a head above its column; longer ones stand on steps."""


def draw_matrix(
    name: str,
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Sequence[Figure | None]],
    words: Words,
    *,
    shades: Sequence[Sequence[float]] | None = None,
    names: Sequence[str] = (),
    corner: str = "",
) -> Chart:
    """Draw a matrix of shares: a fuller blue is more, the number in each cell, the words of each column above it.

    Words too long to stand above their columns stand on steps, each with a line down to its column.

    ``shades`` from 0 to 1 colour cells that hold no shares; ``names`` are the rows' names in the table where they are longer
    than on the picture, under the head ``corner``.
    """

    def level(place: int, number: int, figure: Figure) -> float:
        return float(figure.value or 0.0) if shades is None else shades[place][number]

    def build(form: Form) -> Pen:
        pen = Pen(WIDTH[form])
        filled = [
            [
                None
                if figure is None or figure.value is None
                else (_cell_text(figure, shares=shades is None), level(place, number, figure))
                for number, figure in enumerate(line)
            ]
            for place, line in enumerate(cells)
        ]
        _draw_cells(pen, form, rows, columns, filled)
        return pen

    body = tuple(
        (row, *("" if cell is None else link(cell, cell.full_text) for cell in line))
        for row, line in zip(names or rows, cells, strict=True)
    )
    return make_chart(name, build, words, (corner, *columns), body)


_Cells = Sequence[Sequence[tuple[str, float] | None]]


def _draw_cells(
    pen: Pen, form: Form, rows: Sequence[str], columns: Sequence[str], cells: _Cells
) -> None:
    size = SIZE if form == "wide" else SMALL
    numbers = [text_width(cell[0], SMALL) for line in cells for cell in line if cell is not None]
    least = max(numbers, default=0.0) + 7
    room = min(_NAMES[form], pen.width - least * len(columns) - 10)
    beside = room >= 60
    names = [balanced(row, room if beside else pen.width, size) for row in rows]
    left = max(text_width(line, size) for lines in names for line in lines) + 10 if beside else 0.0
    step = (pen.width - left) / len(columns)
    y = _draw_heads(pen, columns, [left + (number + 0.5) * step for number in range(len(columns))])
    for lines, line in zip(names, cells, strict=True):
        tall = 15.0 * len(lines)
        high = max(_CELL, tall + 6) if beside else _CELL
        if beside:
            first = y + (high - tall) / 2 + 11.5
            pen.lines(TextPlace(left - 10, first, "end"), lines, size=size, step=15.0)
        else:
            pen.lines(TextPlace(0.0, y + 14), lines, size=size, step=15.0)
            y += tall + 4
        for number, cell in enumerate(line):
            if cell is not None:
                start = left + number * step
                _draw_cell(pen, Rect(start + 1, y + 1, start + step - 1, y + high - 1), *cell)
        y += high + (0 if beside else 4)
    pen.height = y + 2


def _draw_heads(pen: Pen, columns: Sequence[str], centres: Sequence[float]) -> float:
    """Write the words of columns above their middles, or on steps down from the right; return where cells begin."""
    step = centres[1] - centres[0] if len(centres) > 1 else pen.width
    longest = max(text_width(word, SMALL) for head in columns for word in head.split() or [""])
    heads = [balanced(column, step - 4, SMALL) for column in columns] if longest + 4 <= step else []
    tall = max(map(len, heads), default=0)
    if 0 < tall <= _TALL:
        for x, lines in zip(centres, heads, strict=True):
            first = 12.0 + _LINE * (tall - len(lines))
            pen.lines(TextPlace(x, first, "middle"), lines, size=SMALL, step=_LINE)
        return _LINE * tall + 8
    y, ends = 12.0, []
    for x, column in reversed(list(zip(centres, columns, strict=True))):
        lines = wrap_text(column, x + 3, SMALL)
        pen.lines(TextPlace(x + 3, y, "end"), lines, size=SMALL, step=_LINE)
        y += _LINE * len(lines) + 2
        ends.append((x, y - _LINE + 1))
    for x, top in ends:
        pen.shapes([[(x, top), (x, y - 3)]], ink(MUTED), width=1.0)
    return y


def _draw_cell(pen: Pen, box: Rect, text: str, level: float) -> None:
    pen.bar(box, shade(level))
    place = TextPlace((box.left + box.right) / 2, (box.top + box.bottom) / 2 + 4.3, "middle")
    pen.text(place, text, tone=on_shade(level), size=SMALL, inside=True)


def _cell_text(figure: Figure, *, shares: bool) -> str:
    """Return a number for a cell: a share whole, anything else without its unit."""
    text = figure.text
    if shares:
        return text
    return "<1" if text.startswith("under 1 ") else text.partition(" ")[0].lstrip("+")
