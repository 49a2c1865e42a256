"""Blocks that sheets are made of: plain data that a page, a print and a text show alike. All words in them are text, never markup."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = [
    "Block",
    "Sheet",
    "bars",
    "head",
    "lines",
    "listed",
    "paragraph",
    "scale",
    "table",
    "to_markdown",
]

Block = Mapping[str, Any]
"""A block by its ``kind``: ``text``, ``head``, ``list``, ``table``, ``bars``, ``scale`` or ``lines``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet of paper: its name, title, the line above and the line below, and the blocks of each side.

    ``file`` names the file that it is printed in; ``fits`` tells that a side is one page, for which letters shrink.
    """

    id: str
    file: str
    title: str
    kicker: str
    note: str
    sides: tuple[tuple[Block, ...], ...]
    fits: bool = True


def head(text: str) -> Block:
    """Return a heading."""
    return {"kind": "head", "text": text}


def paragraph(text: str, *, strong: bool = False, small: bool = False) -> Block:
    """Return a paragraph."""
    return {"kind": "text", "text": text, "strong": strong, "small": small}


def listed(items: Sequence[str], *, numbered: bool = False) -> Block:
    """Return a list."""
    return {"kind": "list", "items": list(items), "numbered": numbered}


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, label: str) -> Block:
    """Return a table; the first column of numbers and names is as wide as its words."""
    return {
        "kind": "table",
        "columns": list(columns),
        "rows": [list(row) for row in rows],
        "label": label,
    }


def bars(rows: Sequence[tuple[str, float, float, float, str]], ends: Sequence[float]) -> Block:
    """Return bars from low to high with a mark at the mean, on one scale.

    Parameters
    ----------
    rows
        Label, mean, low and high in the unit of ``ends``, and the number in words.
    ends
        Lowest and highest value of the scale, which holds zero.

    Examples
    --------
    >>> bars([("war", -5.0, -10.0, 0.0, "-5")], [-10.0, 10.0])["rows"][0]["mean"]
    25.0
    """
    low, high = ends
    span = (high - low) or 1.0

    def at(value: float) -> float:
        return round(100.0 * (value - low) / span, 2)

    return {
        "kind": "bars",
        "zero": at(0.0),
        "rows": [
            {
                "label": label,
                "mean": at(mean),
                "low": at(least),
                "high": at(most),
                "text": words,
            }
            for label, mean, least, most, words in rows
        ],
    }


def scale(label: str, ends: Sequence[str], marks: Sequence[tuple[str, float]] = ()) -> Block:
    """Return a scale from 0 to 100 with the words at its ends and middle, and marks on it."""
    return {
        "kind": "scale",
        "label": label,
        "ends": list(ends),
        "marks": [{"label": name, "at": place} for name, place in marks],
        "words": ", ".join(f"{name} {place:.0f}" for name, place in marks),
    }


def lines(labels: Sequence[str]) -> Block:
    """Return empty lines to write on, each after its label."""
    return {"kind": "lines", "labels": list(labels)}


def to_markdown(sheets: Sequence[Sheet]) -> str:
    """Return sheets as text with marks; signs that would be marks in a text are escaped."""
    parts: list[str] = []
    for sheet in sheets:
        parts += [f"# {_plain(sheet.title)}", _plain(sheet.kicker)]
        for side in sheet.sides:
            parts += [_mark(block) for block in side]
        parts.append(_plain(sheet.note))
    return "\n\n".join(part for part in parts if part) + "\n"


def _plain(text: str) -> str:
    return "".join(f"\\{sign}" if sign in r"\`*_{}[]<>#|!" else sign for sign in text)


def _mark(block: Block) -> str:
    """Return a block as text with marks."""
    return _MARKS[block["kind"]](block)


def _mark_list(block: Block) -> str:
    marks = (f"{n}." if block["numbered"] else "-" for n in range(1, len(block["items"]) + 1))
    return "\n".join(
        f"{mark} {_plain(item)}" for mark, item in zip(marks, block["items"], strict=True)
    )


def _mark_table(block: Block) -> str:
    rows = [list(map(_plain, row)) for row in (block["columns"], *block["rows"])]
    rows.insert(1, ["---"] * len(block["columns"]))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _mark_scale(block: Block) -> str:
    ends = "; ".join(map(_plain, block["ends"]))
    return f"**{_plain(block['label'])}** ({ends}) {_plain(block['words'])}".rstrip()


_MARKS: Mapping[str, Callable[[Block], str]] = {
    "head": lambda block: f"## {_plain(block['text'])}",
    "text": lambda block: _plain(block["text"]),
    "list": _mark_list,
    "table": _mark_table,
    "bars": lambda block: "\n".join(
        f"- {_plain(row['label'])}: {row['text']}" for row in block["rows"]
    ),
    "scale": _mark_scale,
    "lines": lambda block: "\n".join(f"{_plain(label)}: ________" for label in block["labels"]),
}
"""How a block is written as text with marks, by its kind."""
