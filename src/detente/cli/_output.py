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
    "print_title",
    "terminal",
    "text",
    "write_json_items",
]


def json_text(data: Any) -> str:
    """Return data as JSON text that people can read, with a line end; see :func:`write_json_items`."""
    return write_json_items([data], indent=1) + "\n"


def write_json_items(items: Sequence[Any], *, between: str = "", **how: Any) -> str:
    """Return items as JSON, one after the other.

    Where a character of them may not be printed, all beyond ASCII are codes, as JSON writes them: the same data.

    Parameters
    ----------
    items
        What each makes a text of its own.
    between
        What stands between two texts.
    how
        As for :func:`json.dumps`.
    """
    shown = between.join(json.dumps(item, ensure_ascii=False, **how) for item in items)
    if escape(shown) == shown:
        return shown
    return between.join(json.dumps(item, ensure_ascii=True, **how) for item in items)


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
    """Return a table without lines; ``how`` is as for :class:`rich.table.Table`."""
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


def terminal(*, to_stderr: bool = False, width: int | None = None) -> "Console":
    """Return the terminal: it shows every text as it is written, and no character that acts on a terminal.

    Brackets are no markup, colons no pictures, numbers get no colour of their own. ``width`` stands in for its own.
    """
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False, stderr=to_stderr, width=width)
    console.push_render_hook(cast("RenderHook", _SafeHook()))
    return console


def print_title(console: "Console", title: str, rest: str) -> None:
    """Print a title, what follows it in the same line, and an empty line before and behind."""
    from rich.text import Text

    console.print(Text.assemble("\n", (title, "bold"), rest, "\n"))


def print_table(table: "Table", *, width: int | None = None) -> None:
    """Print a table on standard output, as wide as it must be where that is no terminal, or as ``width`` says."""
    terminal(width=width or _width()).print(table)


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


def print_line(words: str) -> None:
    """Print a line on standard output, folded between words to the width of the page."""
    folded = textwrap.fill(
        words, _width(), subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
    sys.stdout.write(f"{folded}\n")


def say_at_once(words: str) -> None:
    """Print a line as it is, and let it be read before anything else is done."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _width() -> int:
    """Return the width of the terminal, or enough for a table where there is none."""
    console = terminal()
    return console.width if console.is_terminal else max(console.width, 110)
