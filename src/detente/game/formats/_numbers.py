"""Numbers in files of games: integers, decimals and fractions, exact until they become floats."""

import re
from collections.abc import Sequence
from fractions import Fraction

__all__ = ["as_float", "as_fraction", "is_number", "number_text", "prob_texts"]

_NUMBER = re.compile(r"[-+]?(?:\d+/\d+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?)")
_LONGEST = 300
_LARGEST = 1e300


def is_number(text: str) -> bool:
    """Whether the text is a number of at most 1e300 in size."""
    if len(text) > _LONGEST or not text.isascii() or not _NUMBER.fullmatch(text):
        return False
    try:
        return abs(as_float(text)) <= _LARGEST
    except (ZeroDivisionError, OverflowError):
        return False


def as_float(text: str) -> float:
    """Return the float nearest to a number."""
    above, slash, below = text.partition("/")
    return int(above) / int(below) if slash else float(text)


def as_fraction(text: str) -> Fraction:
    """Return a number exactly."""
    return Fraction(text)


def number_text(value: float) -> str:
    """Return the shortest text that stands for the float, an integer where it is one; exponents without a plus."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(value).replace("e+", "e")  # Gambit takes no plus


def prob_texts(probs: Sequence[float]) -> tuple[str, ...]:
    """Return texts of probabilities that stand for these floats and, where they can, sum to one exactly.

    Decimals with few digits stay decimals, thirds become 1/3, and what rounding left over goes to the largest.
    """
    exact = [_simplest(prob) for prob in probs]
    rest = 1 - sum(exact, Fraction(0))
    if rest and abs(rest) < Fraction(1, 10**12):
        largest = max(range(len(exact)), key=lambda index: exact[index])
        exact[largest] += rest
    return tuple(_text(value) for value in exact)


def _simplest(prob: float) -> Fraction:
    """Return a short decimal or a fraction with a small denominator that rounds to the float."""
    decimal = Fraction(repr(prob))
    near = Fraction(prob).limit_denominator(100_000)
    return near if float(near) == prob and near.denominator < decimal.denominator else decimal


def _text(value: Fraction) -> str:
    below = value.denominator
    for factor in (2, 5):
        while below % factor == 0:
            below //= factor
    if below == 1:
        for digits in range(18):
            if (value * 10**digits).denominator == 1:
                whole = str(abs(int(value * 10**digits))).rjust(digits + 1, "0")
                sign = "-" if value < 0 else ""
                return sign + (f"{whole[:-digits]}.{whole[-digits:]}" if digits else whole)
    return f"{value.numerator}/{value.denominator}"
