"""Scales: where a value stands, which ticks are marked, and how they are written. A scale of amounts holds zero."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from detente.brief.pictures.letters import text_width
from detente.brief.pictures.pen import SMALL
from detente.brief.words import PERCENT_UNITS, unit_words

__all__ = ["Scale", "make_scale", "nice_ticks", "tick_words"]

_APART = 14.0
"""Pixels between the words of two ticks."""
_NO_ZERO = frozenset({"calendar_year"})
"""Units whose zero means nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A straight scale from values to pixels, with its ticks and their words."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]
    words: tuple[str, ...]

    def at(self, value: float) -> float:
        """Return where a value stands; what lies beyond the ends stands at the end."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)


def make_scale(
    values: Iterable[float | None],
    unit: str,
    *,
    start: float,
    end: float,
    most: int = 6,
    along: bool = True,
) -> Scale:
    """Choose a scale that holds the values and zero, and as many ticks as their words leave room for.

    Parameters
    ----------
    values
        What is drawn; None is nothing.
    unit
        Of the values, from the closed list.
    start, end
        Pixels of the first and the last tick.
    most
        Most steps between ticks.
    along
        Whether the words of ticks stand beside each other, and not below.
    """
    numbers = [float(value) for value in values if value is not None] or [0.0, 1.0]
    if unit not in _NO_ZERO:
        numbers.append(0.0)
    if unit == "score_0_100":
        numbers += [0.0, 100.0]
    for steps in range(most, 0, -1):
        ticks = nice_ticks(min(numbers), max(numbers), steps)
        words = tuple(tick_words(tick, unit) for tick in ticks)
        scale = Scale(low=ticks[0], high=ticks[-1], start=start, end=end, ticks=ticks, words=words)
        if not along or _room_for_words(scale):
            break
    return scale


def nice_ticks(low: float, high: float, steps: int) -> tuple[float, ...]:
    """Return ticks at multiples of 1, 2 or 5 that hold both ends, in at most so many steps and two at the ends.

    Examples
    --------
    >>> nice_ticks(0.0, 0.47, 5)
    (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
    >>> nice_ticks(-3.0, 8.0, 4)
    (-5.0, 0.0, 5.0, 10.0)
    """
    if high <= low:
        high = low + (abs(low) or 1.0)
    power = 10.0 ** math.floor(math.log10((high - low) / steps))
    for step in (factor * power for factor in (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)):
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first <= max(steps, 2):
            break
    return tuple(float(f"{k * step:.6g}") for k in range(first, last + 1))


def tick_words(value: float, unit: str) -> str:
    """Write a tick: percent, points with their sign, other numbers alone; their unit stands in the subtitle.

    Examples
    --------
    >>> tick_words(0.2, "prob"), tick_words(3.0, "pct_gdp"), tick_words(-0.05, "points"), tick_words(1500.0, "twh")
    ('20%', '3%', '−5', '1,500')
    """
    if unit in PERCENT_UNITS:
        return _number(value * 100) + "%"
    if unit_words(unit).startswith("%"):
        return _number(value) + "%"
    if unit == "points":
        return ("+" if value > 0 else "") + _number(value * 100)
    return f"{value:.0f}" if unit in _NO_ZERO else _number(value)


def _number(value: float) -> str:
    text = f"{value:,.6f}".rstrip("0").rstrip(".") if abs(value) < 1000 else f"{value:,.0f}"
    return text.replace("-", "\N{MINUS SIGN}")


def _room_for_words(scale: Scale) -> bool:
    wide = [text_width(words, SMALL) for words in scale.words]
    at = [scale.at(tick) for tick in scale.ticks]
    return all(
        at[k + 1] - at[k] >= (wide[k] + wide[k + 1]) / 2 + _APART for k in range(len(at) - 1)
    )
