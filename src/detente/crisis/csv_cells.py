r"""What a cell of a table means: a number, a missing value, or something that only looks like a number.

One dialect for every table: numbers are decimal, with a point, or with a decimal comma where commas do not separate cells. A
cell that could be read in two ways, such as ``1,234`` between semicolons, is a number only if most other cells settle it.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "LARGEST_NUMBER",
    "MISSING_WORDS",
    "NUMBER",
    "NumberStyle",
    "find_number_style",
    "is_infinite",
    "is_missing",
    "looks_like_number",
    "read_number",
]

NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
"""A number as files write it: decimal, with a point, with or without an exponent."""

LARGEST_NUMBER = 1e100
"""Largest number of a table of a user's own, either sign: sums and products of such numbers stay within their range."""

MISSING_WORDS = (
    "",
    "NA",
    "N/A",
    "n.a.",
    "#N/A",
    "#NA",
    "<NA>",
    "NaN",
    "null",
    "-",
    "--",
    "---",
    "\N{EN DASH}",
    "\N{EM DASH}",
    ".",
    "..",
    "...",
    "…",
    ":",
    "?",
)
"""Cells that say that a value is missing, capitals or not. ``none`` is not among them: it names a category."""

_MISSING = frozenset(word.lower() for word in MISSING_WORDS) | {"#n/a n/a", "-nan", "+nan"}

_COMMA = re.compile(r"[-+]?([0-9]*,[0-9]+)([eE][-+]?[0-9]+)?")
_COMMA_OR_THOUSANDS = re.compile(r"[-+]?[1-9][0-9]{0,2},[0-9]{3}")
_POINT_OR_THOUSANDS = re.compile(r"[-+]?[1-9][0-9]{0,2}\.[0-9]{3}")
_POINT = re.compile(r"[-+]?[0-9]*\.[0-9]+([eE][-+]?[0-9]+)?")
_DATE = re.compile(r"\d{1,2}\.\s?\d{1,2}\.\s?\d{2,4}")
_HEXADECIMAL = re.compile(r"[-+]?0[xX][0-9a-fA-F]+")
_NOT_FINITE = re.compile(r"[-+]?(inf|infinity|nan|∞)", re.IGNORECASE)
_MONEY = "$€£¥₽₴₩₹"
_SIGN = "[-+\N{MINUS SIGN}]?"
_GROUPED = "[\\d.,_'\N{RIGHT SINGLE QUOTATION MARK}\\s]*"
_NEARLY = re.compile(
    rf"[<>≤≥=~≈≃±(]*\s*[{_MONEY}]?\s*{_SIGN}\s*[{_MONEY}]?\s*"  # comparison, brackets, sign, money
    rf"[.,]?\d{_GROUPED}([eE]{_SIGN}\d+)?"  # digits of any script, in groups
    rf"\s*[%‰{_MONEY})*]*"
)
"""What people write for a number and no reader may guess at: signs of percent and money, thousands in groups, comparisons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberStyle:
    """How the numbers of a table are written.

    ``open``: commas do not separate cells, so that either mark could be that of decimals or of thousands. ``comma``: where a
    cell does not settle that itself, decimals are marked by commas, not by points.
    """

    comma: bool = False
    open: bool = False

    def read(self, text: str) -> float | None:
        """Return the finite number that a cell holds, or None: no number, or one of two.

        Examples
        --------
        >>> NumberStyle(comma=True, open=True).read("1,234"), NumberStyle(open=True).read("1,234")
        (1.234, None)
        """
        if self.is_ambiguous(text):
            return None
        if self.open and "," in text and _COMMA.fullmatch(text):
            return read_number(text.replace(",", "."))
        return read_number(text)

    def is_ambiguous(self, text: str) -> bool:
        """Tell whether a cell has a mark of the other style that may also be that of thousands."""
        if not self.open or ("." if self.comma else ",") not in text:
            return False
        other = _POINT_OR_THOUSANDS if self.comma else _COMMA_OR_THOUSANDS
        return other.fullmatch(text) is not None

    def write(self, text: str) -> str:
        """Return a number that is written with a point as this style has it.

        Examples
        --------
        >>> NumberStyle(comma=True, open=True).write("1234.5")
        '1234,5'
        """
        return text.replace(".", ",") if self.comma else text

    def advise(self, text: str) -> str:
        """Say how to write an ambiguous cell so that it can be read in one way only."""
        plain = text.replace(",", ".")
        return f"write {plain.replace('.', '')}, or {self.write(plain)} if the mark is that of decimals"


def find_number_style(cells: Iterable[str], *, delimiter: str) -> NumberStyle:
    """Say how the numbers of a table are written: with the mark that most cells have that can have one only.

    Parameters
    ----------
    cells
        All cells, without space around them; not looked at where commas separate cells.
    delimiter
        What separates cells.

    Examples
    --------
    >>> find_number_style(["0,5", "1,234"], delimiter=";")
    NumberStyle(comma=True, open=True)
    """
    if delimiter == ",":
        return NumberStyle()
    commas = points = 0
    for cell in cells:
        if "," in cell:
            commas += bool(_COMMA.fullmatch(cell)) and not _COMMA_OR_THOUSANDS.fullmatch(cell)
        elif "." in cell:
            points += bool(_POINT.fullmatch(cell)) and not _POINT_OR_THOUSANDS.fullmatch(cell)
    return NumberStyle(comma=commas > points, open=True)


def read_number(text: str) -> float | None:
    """Return the finite number that a text holds, or None.

    Examples
    --------
    >>> read_number("2.5e1"), read_number("1_000"), read_number("nan"), read_number("")
    (25.0, None, None, None)
    """
    number = float(text) if NUMBER.fullmatch(text) else math.inf
    return number if math.isfinite(number) else None


def is_missing(text: str) -> bool:
    """Tell whether a cell, without space around it, says that a value is missing.

    Examples
    --------
    >>> is_missing("n/a"), is_missing(".."), is_missing("none"), is_missing("0")
    (True, True, False, False)
    """
    return text.lower() in _MISSING


def is_infinite(text: str) -> bool:
    """Tell whether a cell is a number that is not finite, or too large to be held."""
    return bool(_NOT_FINITE.fullmatch(text)) or (
        bool(NUMBER.fullmatch(text)) and read_number(text) is None
    )


def looks_like_number(text: str) -> bool:
    """Tell whether a person means a number by a cell, however it is written.

    Examples
    --------
    >>> [looks_like_number(cell) for cell in ("12%", "1,234", "2020_01", "$5", "inf", "phase 2", "10-19")]
    [True, True, True, True, True, False, False]
    """
    if NUMBER.fullmatch(text):
        return True
    if _DATE.fullmatch(text):
        return False
    return any(form.fullmatch(text) for form in (_NEARLY, _NOT_FINITE, _HEXADECIMAL))
