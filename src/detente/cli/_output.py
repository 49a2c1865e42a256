"""What commands print: data as JSON, tables, folded lines. One way for all of them."""

import json
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from detente.characters import escape

if TYPE_CHECKING:
    from rich.console import (
        Console,
        ConsoleOptions,
        ConsoleRenderable,
        JustifyMethod,
        RenderableType,
        RenderHook,
        RenderResult,
    )
    from rich.table import Column, Table

__all__ = [
    "json_text",
    "make_table",
    "number",
    "print_line",
    "print_table",
    "terminal",
    "text",
    "write_json",
]


def json_text(data: Any) -> str:
    """Return data as JSON text that people can read, with a line end."""
    return write_json(data, indent=1) + "\n"


def write_json(data: Any, **how: Any) -> str:
    """Return data as JSON; where a character may not be printed, all beyond ASCII are codes, as JSON writes them.

    ``how`` is as for :func:`json.dumps`.
    """
    text = json.dumps(data, ensure_ascii=False, **how)
    return text if escape(text) == text else json.dumps(data, ensure_ascii=True, **how)


def text(head: str, **how: Any) -> "Column":
    """Return a column of words; ``how`` is as for :class:`rich.table.Column`."""
    from rich.table import Column

    return Column(head, **how)


def number(head: str, **how: Any) -> "Column":
    """Return a column of numbers, flush right."""
    return text(head, justify="right", **how)


def make_table(
    columns: "Sequence[Column]",
    rows: "Iterable[Sequence[RenderableType]]",
    *,
    head_style: str | None = "bold",
    title_justify: "JustifyMethod" = "left",
    **how: Any,
) -> "Table":
    """Return a table without lines; ``how`` is as for :class:`rich.table.Table`.

    Cells are read as markup: escape what comes from a file.
    """
    from rich.table import Table

    table = Table(
        *columns,
        box=None,
        pad_edge=False,
        header_style=head_style,
        title_justify=title_justify,
        **how,
    )
    for row in rows:
        table.add_row(*row)
    return table


def terminal(*, to_stderr: bool = False) -> "Console":
    """Return the terminal, which colours no number by itself and prints no character that acts on it."""
    from rich.console import Console

    return _made_safe(Console(highlight=False, stderr=to_stderr))


def print_table(table: "Table") -> None:
    """Print a table on standard output, as wide as it must be where that is no terminal."""
    from rich.console import Console

    _made_safe(Console(width=_width())).print(table)


class _Safe:
    """What a console is to show, with the forbidden characters of its texts as codes."""

    def __init__(self, shown: "ConsoleRenderable") -> None:
        self.shown = shown

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        from rich.segment import Segment

        for part in console.render(self.shown, options):
            yield part if part.control else Segment(escape(part.text), part.style)


class _SafeHook:
    """Makes all safe that a console is told to print."""

    def process_renderables(self, shown: "list[ConsoleRenderable]") -> "list[ConsoleRenderable]":
        return [_Safe(item) for item in shown]


def _made_safe(console: "Console") -> "Console":
    console.push_render_hook(cast("RenderHook", _SafeHook()))
    return console


def print_line(words: str) -> None:
    """Print a line on standard output, folded between words to the width of the page."""
    folded = textwrap.fill(
        words, _width(), subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
    sys.stdout.write(f"{folded}\n")


def _width() -> int:
    """Return the width of the terminal, or enough for a table where there is none."""
    console = terminal()
    return console.width if console.is_terminal else max(console.width, 110)
