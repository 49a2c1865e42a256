"""What a notebook or a prompt shows of a large object: a title and a few named rows, as text and as HTML."""

import dataclasses
import html
import math
import reprlib
import textwrap
from collections.abc import Iterable, Sequence

__all__ = [
    "Ranged",
    "html_bars",
    "html_fields",
    "html_grid",
    "html_summary",
    "text_fields",
    "text_grid",
    "text_summary",
]

Rows = Iterable[tuple[str, str]]

_WIDTH = 100
_MOST = 300
"""Longest value of a row, in characters."""
_UNBROKEN = 20
_LINES = 20
"""Most rows of a table in text."""

Ranged = tuple[str, float, float, float]
"""A name, a mean, and the 5% and 95% ends."""


_NAME, _BAR, _ROW = 210, 260, 18
"""Of a chart: width of the names, width of the bars, height of a row, in pixels."""
_FEW, _LONG = 8, 80
"""Most entries of a collection that are written out, and the longest text of them."""
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 80


def text_summary(title: str, rows: Rows) -> str:
    """Return a title and under it one row per name, wrapped; a row without a value is left out.

    Examples
    --------
    >>> print(text_summary("Crisis 'tiny'", [("rounds", "2"), ("overrides", "")]))
    Crisis 'tiny'
      rounds  2
    """
    known = _known(rows)
    width = max((len(name) for name, _ in known), default=0)
    lines = [_cut(title, _WIDTH)]
    for name, value in known:
        head = f"  {name:{width}}  "
        lines += textwrap.wrap(
            value, _WIDTH, initial_indent=head, subsequent_indent=" " * len(head)
        )
    return "\n".join(lines)


def html_summary(title: str, rows: Rows) -> str:
    """Return the same as a small table.

    Examples
    --------
    >>> html_summary("<tiny>", [("rounds", "2")])
    '<table><caption>&lt;tiny&gt;</caption><tr><th>rounds</th><td>2</td></tr></table>'
    """
    body = "".join(
        f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>"
        for name, value in _known(rows)
    )
    return f"<table><caption>{html.escape(_cut(title, _MOST))}</caption>{body}</table>"


def html_grid(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table with a row of column names.

    Examples
    --------
    >>> html_grid("t", ["a"], [["1"]])
    '<table><caption>t</caption><tr><th>a</th></tr><tr><td>1</td></tr></table>'
    """
    head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{_unbroken(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return f"<table><caption>{html.escape(title)}</caption><tr>{head}</tr>{body}</table>"


def _unbroken(cell: str) -> str:
    """Escape a cell; one that is short, a range for instance, stays in one line."""
    shown = html.escape(_cut(cell, _MOST))
    return shown.replace(" ", "&nbsp;") if len(cell) <= _UNBROKEN else shown


def text_grid(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as text: the first column to the left, the others to the right; what does not fit is counted.

    Examples
    --------
    >>> print(text_grid("t", ["name", "mean"], [["attack", "0.25"]]))
    t
      name    mean
      attack  0.25
    """
    cells = [[_cut(cell, 40) for cell in row] for row in rows]
    shown = cells if len(cells) <= _LINES else cells[: _LINES - 1]
    widths = [max(map(len, column)) for column in zip(columns, *shown, strict=True)]
    lines = [
        "  "
        + "  ".join(
            f"{cell:<{width}}" if place == 0 else f"{cell:>{width}}"
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (columns, *shown)
    ]
    more = [f"  and {len(cells) - len(shown)} more"] if len(shown) < len(cells) else []
    return "\n".join([_cut(title, _WIDTH), *lines, *more])


def html_bars(title: str, rows: Iterable[Ranged], *, most: float | None = None) -> str:
    """Return a small chart: a bar for each mean and a line over it for the range, drawn from zero.

    Parameters
    ----------
    title
        What is shown, for readers who cannot see it.
    rows
        What is drawn; an end that is no number is left out.
    most
        Right end of the axis; the largest number drawn by default.

    Examples
    --------
    >>> html_bars("t", [("a & b", 0.5, 0.25, 1.0)])[:61]
    '<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0'
    """
    drawn = [(name, _finite(mean), _finite(low), _finite(high)) for name, mean, low, high in rows]
    ends = [end for _, mean, low, high in drawn for end in (mean, low, high)]
    scale = _BAR / (most or max(map(abs, ends), default=0.0) or 1.0)
    zero = _NAME + (_BAR / 2 if min(ends, default=0.0) < 0.0 else 0.0)
    scale = scale / 2 if zero > _NAME else scale
    parts = []
    for number, (name, mean, low, high) in enumerate(drawn):
        y = number * _ROW
        left, right = sorted((zero, zero + mean * scale))
        parts.append(
            f'<text x="{_NAME - 6}" y="{y + 13}" text-anchor="end">{html.escape(_cut(name, 34))}</text>'
            f'<rect x="{left:.1f}" y="{y + 3}" width="{right - left:.1f}" height="12" fill="#9bb7d4"/>'
            f'<path d="M{zero + low * scale:.1f} {y + 9}H{zero + high * scale:.1f}" stroke="#1f3a5f"/>'
        )
    height = len(drawn) * _ROW
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {_NAME + _BAR + 8} {height}" '
        f'width="{_NAME + _BAR + 8}" height="{height}" font-family="sans-serif" font-size="11">'
        f"<title>{html.escape(title)}</title>{''.join(parts)}</svg>"
    )


def text_fields(item: object) -> str:
    """Return the class of a record and a row for each field: arrays by their shape, the rest cut to what fits.

    Examples
    --------
    >>> import dataclasses
    >>> print(text_fields(dataclasses.make_dataclass("Pair", ["x"])([1, 2])))
    Pair
      x  [1, 2]
    """
    return text_summary(type(item).__name__, _fields(item))


def html_fields(item: object) -> str:
    """Return the same as a small table."""
    return html_summary(type(item).__name__, _fields(item))


def _fields(item: object) -> list[tuple[str, str]]:
    """Return the public fields of a record, each in a line or two."""
    names = [field.name for field in dataclasses.fields(item)]  # type: ignore[arg-type]
    rows = [(name, _brief(getattr(item, name))) for name in names if name[0] != "_"]
    more = len(rows) - _LINES
    return rows if more <= 0 else [*rows[:_LINES], ("...", f"and {more} more fields")]


def _brief(value: object) -> str:
    """Say a value in a line: an array by type and shape, a long collection by how much it holds."""
    shape = getattr(value, "shape", None)
    if shape:
        return f"{getattr(value, 'dtype', type(value).__name__)} array of shape {shape}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return type(value).__name__
    if isinstance(value, dict | tuple | list | set | frozenset) and len(value) > _FEW:
        return f"{type(value).__name__} of {len(value)}"
    if isinstance(value, tuple | list) and any(map(dataclasses.is_dataclass, value)):
        return f"{type(value).__name__} of {len(value)} {type(value[0]).__name__}"
    # nothing is said of what is not there: own odds of a game where nobody has any
    missing = value is None or (isinstance(value, dict) and not value)
    text = "" if missing else _SHORT.repr(value)
    if len(text) > _LONG and isinstance(value, dict | tuple | list | set | frozenset):
        return f"{type(value).__name__} of {len(value)}"
    return text


def _finite(number: float) -> float:
    return float(number) if math.isfinite(number) else 0.0


def _known(rows: Rows) -> list[tuple[str, str]]:
    return [(name, _cut(value, _MOST)) for name, value in rows if value]


def _cut(text: str, most: int) -> str:
    """Keep a text to one line and a length."""
    return textwrap.shorten(text, most, placeholder=" ...")
