"""Widths of text: the advance widths of Liberation Sans, which are those of Arial and Helvetica, and lines that fit.

In thousandths of the letter's size, read from the fonts (version 2, SIL Open Font Licence). A letter that the tables lack
counts as wide as a Cyrillic capital, one of East Asia as a square.
"""

from functools import lru_cache
from unicodedata import combining, east_asian_width

__all__ = ["balanced", "text_width", "wrap_text"]


def _widths(latin: str, further: str, signs: str) -> dict[str, int]:
    found = dict(zip(map(chr, range(32, 127)), map(int, latin.split()), strict=True))
    found |= dict(zip(map(chr, range(160, 384)), map(int, further.split()), strict=True))
    return found | dict(zip(_SIGNS, map(int, signs.split()), strict=True))


_SIGNS = "‐‑–—‘’‚“”„•…‰€←↑→↓−≈≠≤≥"  # noqa: RUF001

_REGULAR = _widths(
    """
    278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556
    556 556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833
    722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556
    556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334
    260 334 584
    """,
    """
    278 333 556 556 556 556 260 556 333 737 370 556 584 333 737 552 400 549 333 333 333 576 537
    278 333 333 365 556 834 834 834 611 667 667 667 667 667 667 1000 722 667 667 667 667 278 278
    278 278 722 722 778 778 778 778 778 584 778 722 722 722 722 667 667 611 556 556 556 556 556
    556 889 500 556 556 556 556 278 278 278 278 556 556 556 556 556 556 556 549 611 556 556 556
    556 500 556 500 667 556 667 556 667 556 722 500 722 500 722 500 722 500 722 615 722 556 667
    556 667 556 667 556 667 556 667 556 778 556 778 556 778 556 778 556 722 556 722 556 278 278
    278 278 278 278 278 222 278 278 735 444 500 222 667 500 500 556 222 556 222 556 292 556 334
    556 222 722 556 722 556 722 556 604 723 556 778 556 778 556 778 556 1000 944 722 333 722 333
    722 333 667 500 667 500 667 500 667 500 611 278 611 375 611 278 722 556 722 556 722 556 722
    556 722 556 722 556 944 722 667 500 667 611 500 611 500 611 500 222
    """,
    """
    333 333 556 1000 222 222 222 333 333 333 350 1000 1000 556 1000 500 1000 500 584 549 549 549
    549
    """,
)

_BOLD = _widths(
    """
    278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556
    556 556 556 333 333 584 584 584 611 975 722 722 722 722 667 611 778 722 278 556 722 611 833
    722 778 667 778 722 667 611 722 667 944 667 667 611 333 278 333 584 556 333 556 611 556 611
    556 333 611 611 278 278 556 278 889 611 611 611 611 389 556 333 611 556 778 556 556 500 389
    280 389 584
    """,
    """
    278 333 556 556 556 556 280 556 333 737 370 556 584 333 737 552 400 549 333 333 333 576 556
    278 333 333 365 556 834 834 834 611 722 722 722 722 722 722 1000 722 667 667 667 667 278 278
    278 278 722 722 778 778 778 778 778 584 778 722 722 722 722 667 667 611 556 556 556 556 556
    556 889 556 556 556 556 556 278 278 278 278 611 611 611 611 611 611 611 549 611 611 611 611
    611 556 611 556 722 556 722 556 722 556 722 556 722 556 722 556 722 556 722 719 722 611 667
    556 667 556 667 556 667 556 667 556 778 611 778 611 778 611 778 611 722 611 722 611 278 278
    278 278 278 278 278 278 278 278 785 556 556 278 722 556 556 611 278 611 278 611 385 611 479
    611 278 722 611 722 611 722 611 708 723 611 778 611 778 611 778 611 1000 944 722 389 722 389
    722 389 667 556 667 556 667 556 667 556 611 333 611 479 611 333 722 611 722 611 722 611 722
    611 722 611 722 611 944 778 667 556 667 611 500 611 500 611 500 278
    """,
    """
    333 333 556 1000 278 278 278 500 500 500 350 1000 1000 556 1000 500 1000 500 584 549 549 549
    549
    """,
)

_OTHER, _SQUARE = 680, 1000


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a line of text in pixels.

    Examples
    --------
    >>> text_width("Wait", 10.0), text_width("Wait", 10.0, bold=True)
    (20.0, 21.11)
    """
    return _thousandths(text, bold=bold) * size / 1000


@lru_cache(maxsize=4096)
def _thousandths(text: str, *, bold: bool) -> int:
    """Return the width of a line in thousandths of its size; a label is tried at many places."""
    table = _BOLD if bold else _REGULAR
    return sum(table.get(letter) or _unlisted(letter) for letter in text)


def _unlisted(letter: str) -> int:
    if combining(letter) or not letter.isprintable():
        return 0
    return _SQUARE if east_asian_width(letter) in {"W", "F"} else _OTHER


def wrap_text(text: str, room: float, size: float, *, bold: bool = False) -> list[str]:
    """Break text at its spaces into lines no wider than the room; a word that is wider than that is broken itself."""
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, size, bold=bold) <= room:
            lines[-1] = joined
            continue
        rest = word
        while text_width(rest, size, bold=bold) > room and len(rest) > 1:
            cut = _fitting(rest, room, size, bold=bold)
            lines.append(rest[:cut])
            rest = rest[cut:]
        lines.append(rest)
    return lines or [""]


def balanced(text: str, room: float, size: float) -> list[str]:
    """Break text into as few lines as the room allows, and those as even as whole words can be."""
    lines = wrap_text(text, room, size)
    least = max(text_width(word, size) for word in text.split() or [""])
    for share in (0.5, 0.6, 0.7, 0.8, 0.9) if len(lines) > 1 else ():
        evener = wrap_text(text, share * room, size) if least <= share * room else []
        if len(evener) == len(lines):
            return evener
    return lines


def _fitting(word: str, room: float, size: float, *, bold: bool) -> int:
    """Return how many of the first letters fit, at least one."""
    cut = 1
    while cut < len(word) and text_width(word[: cut + 1], size, bold=bold) <= room:
        cut += 1
    return cut
