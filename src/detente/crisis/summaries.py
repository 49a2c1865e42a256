"""What a notebook or a prompt shows of a large object: a title and a few named rows, as text and as HTML."""

import html
import textwrap
from collections.abc import Iterable, Sequence

__all__ = ["html_grid", "html_summary", "text_summary"]

Rows = Iterable[tuple[str, str]]

_WIDTH = 100
_MOST = 300
"""Longest value of a row, in characters."""


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
        f"<tr>{''.join(f'<td>{html.escape(_cut(cell, _MOST))}</td>' for cell in row)}</tr>"
        for row in rows
    )
    return f"<table><caption>{html.escape(title)}</caption><tr>{head}</tr>{body}</table>"


def _known(rows: Rows) -> list[tuple[str, str]]:
    return [(name, _cut(value, _MOST)) for name, value in rows if value]


def _cut(text: str, most: int) -> str:
    """Keep a text to one line and a length."""
    return textwrap.shorten(text, most, placeholder=" ...")
