"""Words and numbers as the briefing prints them: likelihood words, significant digits, units.

Likelihood words follow the first row of terms of Intelligence Community Directive 203, *Analytic Standards* (Office of
the Director of National Intelligence, 2 January 2015), section D.6.e.(2)(a); see :data:`LIKELIHOOD_BANDS`. Terms, bands
and the rule against mixing them with a level of confidence were checked against the directive's text as the repository
``wesinator/ICD203-intel-analysis`` quotes it, with a link to it. The directive keeps likelihood apart from confidence, and
so does every sentence made here.
"""

import math
from collections.abc import Sequence
from datetime import date

from detente.crisis.dates import UNDATED, first_day

__all__ = [
    "KNOWN_DIGITS",
    "LIKELIHOOD_BANDS",
    "LIKELIHOOD_SOURCE",
    "LINK_CLOSES",
    "LINK_OPENS",
    "LINK_TEXT",
    "be",
    "format_date",
    "format_exact",
    "format_number",
    "format_percent",
    "format_points",
    "format_range",
    "format_value",
    "join_words",
    "likelihood_word",
    "plain_label",
    "plural",
    "round_significant",
    "say_edition",
    "sentence_case",
    "spell_count",
    "spread_word",
    "unit_words",
]

LIKELIHOOD_BANDS: tuple[tuple[str, float, float], ...] = (
    ("almost no chance", 0.01, 0.05),
    ("very unlikely", 0.05, 0.20),
    ("unlikely", 0.20, 0.45),
    ("roughly even chance", 0.45, 0.55),
    ("likely", 0.55, 0.80),
    ("very likely", 0.80, 0.95),
    ("almost certain", 0.95, 0.99),
)
"""Term, lower and upper probability, as printed in ICD-203. Neighbouring bands share an edge in print."""

LIKELIHOOD_SOURCE = (
    "Intelligence Community Directive 203, Analytic Standards (ODNI, 2015), D.6.e.(2)(a)"
)
"""Where the words come from; printed with the methods."""

LINK_OPENS, LINK_TEXT, LINK_CLOSES = "\ufdd0", "\ufdd1", "\ufdd2"
"""What stands before the id of a figure that a text links to, before the words of the link, and behind them.

They are code points that Unicode keeps for use within a program, and that no text which is read may hold
(:mod:`detente.characters`): no label of a crisis can write a link.
"""

PERCENT_UNITS = frozenset({"prob", "share"})
"""Units held as 0-1 and printed as a percentage."""

KNOWN_DIGITS = 6
"""Most significant digits of a number that a source gives."""

CURRENCIES = frozenset({"USD", "EUR", "GBP"})
"""Words of units that stand before the number."""

_UNIT_WORDS = {
    "prob": "%",
    "share": "%",
    "pct": "%",
    "pct_gdp": "% of GDP",
    "points": "percentage points",
    "ratio": "",
    "number": "",
    "log_odds": "log-odds",
    "per_stake": "per stake",
    "score_0_100": "on a 0-100 scale",
    "twh": "TWh",
    "twh_per_year": "TWh a year",
    "bcm": "bcm",
    "usd": "USD",
    "usd_mn": "USD million",
    "usd_bn": "USD billion",
    "eur": "EUR",
    "eur_mn": "EUR million",
    "eur_bn": "EUR billion",
    "gbp_bn": "GBP billion",
    "bcm_per_year": "bcm a year",
    "usd_per_barrel": "USD per barrel",
    "rub_per_usd": "roubles per USD",
    "pct_points": "percentage points",
    "calendar_year": "",
    "eur_per_mwh": "EUR per MWh",
}


def likelihood_word(probability: float) -> str:
    """Return the ICD-203 term of a probability.

    Neighbouring bands share an edge in print; a value on an edge takes the term nearer to even (5 % is "very
    unlikely", 45 % and 55 % are a "roughly even chance", 95 % is "very likely"). Below 1 % and above 99 %, where the
    scale ends, the outer terms are kept. The probability is first rounded to the whole percentage that is printed
    beside the word, so that word and number agree.

    Examples
    --------
    >>> likelihood_word(0.31)
    'unlikely'
    >>> likelihood_word(0.55)
    'roughly even chance'
    """
    value = round(probability, 2)
    for term, low, high in LIKELIHOOD_BANDS:
        if value < 0.5 and low <= value < high:
            return term
        if value >= 0.5 and low < value <= high:
            return term
    return LIKELIHOOD_BANDS[0][0] if value < 0.5 else LIKELIHOOD_BANDS[-1][0]


def spread_word(low: float, high: float) -> str:
    """Say how far apart the ends of a 5-95 % range of a probability lie, in one word."""
    width = high - low
    if width < 0.10:
        return "narrow"
    return "moderate" if width < 0.30 else "wide"


def round_significant(value: float, digits: int = 2) -> float:
    """Round to significant digits; zero and non-finite values are returned as they are.

    Examples
    --------
    >>> round_significant(0.03456)
    0.035
    >>> round_significant(127_400)
    130000.0
    """
    if value == 0 or not math.isfinite(value):
        return value
    return float(round(float(value), digits - 1 - math.floor(math.log10(abs(value)))))


def _decimal(value: float, digits: int) -> str:
    """Write a number already rounded to `digits` significant digits, keeping trailing zeros that are known."""
    if value == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{places}f}"
    return text.replace("-", "\N{MINUS SIGN}")


def format_number(value: float, digits: int = 2) -> str:
    """Write a result of the model with two significant digits and thousands separators.

    Examples
    --------
    >>> format_number(3.14159), format_number(127_400), format_number(0.0312)
    ('3.1', '130,000', '0.031')
    """
    if not math.isfinite(value):
        return "n/a"
    return _decimal(round_significant(value, digits), digits)


def format_exact(value: float) -> str:
    """Write a number of a source with the digits that it has (six significant digits at most).

    Examples
    --------
    >>> format_exact(106000.0), format_exact(24.4), format_exact(0.55)
    ('106,000', '24.4', '0.55')
    """
    if not math.isfinite(value):
        return "n/a"
    text = f"{value:,.6f}" if abs(value) < 1e6 else f"{value:,.0f}"
    if "." in text:
        text = f"{float(f'{value:.6g}'):,.10f}".rstrip("0").rstrip(".")
    return text.replace("-", "\N{MINUS SIGN}")


def _percent_core(probability: float) -> str:
    percent = probability * 100
    if percent == 0:
        return "0"
    if abs(percent) < 1:
        return "<1"
    if 99 < percent < 100:
        return ">99"
    return f"{percent:.0f}".replace("-", "\N{MINUS SIGN}")


def format_percent(probability: float) -> str:
    """Write a probability or share as a whole percentage; under one and over 99 per cent in words of the scale.

    Examples
    --------
    >>> format_percent(0.314), format_percent(0.004), format_percent(0.996)
    ('31%', '<1%', '>99%')
    """
    return "n/a" if not math.isfinite(probability) else _percent_core(probability) + "%"


def format_points(difference: float) -> str:
    """Write a difference of probabilities in percentage points, with its sign.

    Examples
    --------
    >>> format_points(-0.0812), format_points(0.002)
    ('−8 points', 'under 1 point')
    """
    points = difference * 100
    if abs(points) < 0.5:
        return "under 1 point"
    whole = round(points)
    sign = "\N{MINUS SIGN}" if whole < 0 else "+"
    return f"{sign}{abs(whole)} point{'' if abs(whole) == 1 else 's'}"


def unit_words(unit: str) -> str:
    """Return a unit of the closed list in words."""
    return _UNIT_WORDS.get(unit, unit.replace("_", " "))


_LEAST_PERCENT = 0.01
"""Smallest share in percent that a result is written with; less is "<0.01"."""


def format_value(
    value: float | None, unit: str, *, exact: bool = False, digits: int = KNOWN_DIGITS
) -> str:
    """Write a value with its unit: model results with two significant digits, sourced ones as known.

    ``digits`` limits those of a sourced one: two where it was computed from others or stands between rivals.

    Examples
    --------
    >>> format_value(0.31, "prob"), format_value(1.5712, "pct_gdp"), format_value(20, "brigades")
    ('31%', '1.6% of GDP', '20 brigades')
    >>> format_value(0.00074, "pct_gdp")
    '<0.01% of GDP'
    """
    if value is None or not math.isfinite(value):
        return "n/a"
    if unit in PERCENT_UNITS:
        return (
            f"{format_exact(round_significant(value * 100, min(digits, 3)))}%"
            if exact
            else format_percent(value)
        )
    if unit == "points":
        return format_points(value)
    if unit == "score_0_100":
        return format_exact(value) if exact else f"{value:.0f}"
    if exact:
        text = format_exact(round_significant(value, digits))
    else:
        text = _tenths(value) if unit == "stakes" else format_number(value)
        if unit_words(unit).startswith("%") and 0 < value < _LEAST_PERCENT:
            text = f"<{_LEAST_PERCENT}"
    return _joined(text, unit_words(unit))


def _joined(text: str, words: str) -> str:
    """Set a number and the words of its unit together."""
    if words.startswith("%"):
        return text + words
    if words[:3] in CURRENCIES:
        return f"{words[:3]} {text}{words[3:]}"
    return f"{text} {words}".strip()


def _tenths(value: float) -> str:
    """Write a payoff: whole from ten on, else with one decimal, so that the numbers of a picture agree."""
    text = f"{value + 0.0:,.0f}" if abs(value) >= 9.95 else f"{value + 0.0:.1f}"
    return "0" if float(text.replace(",", "")) == 0 else text.replace("-", "\N{MINUS SIGN}")


def format_range(
    low: float | None,
    high: float | None,
    unit: str,
    *,
    exact: bool = False,
    bare: bool = False,
    digits: int = KNOWN_DIGITS,
) -> str:
    """Write a range with its unit once; empty when there is none. ``bare`` leaves a unit other than % out.

    Examples
    --------
    >>> format_range(0.08, 0.62, "prob")
    '8–62%'
    >>> format_range(0.85, 0.998, "prob")
    '85 to >99%'
    """
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return ""
    if low == high:
        return ""
    if unit == "points":
        return f"{_signed(low * 100)} to {_signed(high * 100)} points"
    if unit in PERCENT_UNITS:
        ends = (
            tuple(format_exact(round_significant(end * 100, min(digits, 3))) for end in (low, high))
            if exact
            else (_percent_core(low), _percent_core(high))
        )
        suffix = "%"
    elif unit == "score_0_100":
        ends, suffix = (f"{low:.0f}", f"{high:.0f}"), ""
    else:
        ends = (
            tuple(format_exact(round_significant(end, min(digits, 4))) for end in (low, high))
            if exact
            else _paired(low, high)
        )
        if unit_words(unit).startswith("%") and not exact and 0 <= low <= high < _LEAST_PERCENT:
            return ""  # the value itself says that it is less
        words = "" if bare else unit_words(unit)
        suffix = words if words.startswith("%") else f" {words}".rstrip()
    if ends[0] == ends[1]:
        return ""
    signed = "\N{MINUS SIGN}" in "".join(ends) or ends[1].startswith(">")
    dash = " to " if signed else "\N{EN DASH}"
    return f"{ends[0]}{dash}{ends[1]}{suffix}"


def _paired(low: float, high: float) -> tuple[str, str]:
    """Write both ends with the decimals that the larger one carries at two significant digits."""
    largest = max(abs(low), abs(high))
    if largest == 0:
        return "0", "0"
    places = 1 - math.floor(math.log10(largest))
    ends = []
    for value in (low, high):
        rounded = round(value, places)
        text = f"{rounded + 0.0:,.{max(0, places)}f}"
        ends.append("0" if rounded == 0 else text.replace("-", "\N{MINUS SIGN}"))
    return ends[0], ends[1]


def _signed(points: float) -> str:
    whole = round(points)
    if whole == 0:
        return "0"
    return f"{'+' if whole > 0 else chr(0x2212)}{abs(whole)}"


def format_date(day: date | str | None) -> str:
    """Write a date as 5 January 2030, a month as January 2030; text that is neither is returned as it is.

    Examples
    --------
    >>> format_date("2030-01-05"), format_date("2030-01"), format_date("2030")
    ('5 January 2030', 'January 2030', '2030')
    """
    if day is None:
        return "undated"
    if isinstance(day, str):
        first = first_day(day)
        if first is None or len(day) == len("2030"):
            return day
        return f"{first:%B %Y}" if len(day) == len("2030-01") else format_date(first)
    return f"{day.day} {day:%B %Y}"


def say_edition(edition: str) -> str:
    """Return the day, month or year of the text that was read of a source, in words; nothing for nothing.

    Examples
    --------
    >>> say_edition("2030-04"), say_edition("2030-04-01"), say_edition("undated")
    ('as read in April 2030', 'as read on 1 April 2030', 'as read in an undated text')
    """
    if edition == UNDATED:
        return "as read in an undated text"
    word = "on" if len(edition) == len("2030-04-01") else "in"
    return f"as read {word} {format_date(edition)}" if edition else ""


def be(name: str) -> str:
    """Return the form of to be behind a name: plural where it joins two.

    Examples
    --------
    >>> be("the crown and its council"), be("the crown")
    ('are', 'is')
    """
    return "are" if " and " in name else "is"


def join_words(words: Sequence[str], *, last: str = "and") -> str:
    """Join words as a sentence does.

    Examples
    --------
    >>> join_words(["a", "b", "c"]), join_words(["a", "b"]), join_words([])
    ('a, b and c', 'a and b', '')
    """
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def sentence_case(text: str) -> str:
    """Raise the first letter and leave the rest alone, even behind the opening of a link to a figure."""
    if text.startswith(LINK_OPENS):
        head, bar, rest = text.partition(LINK_TEXT)
        return head + bar + rest[:1].upper() + rest[1:]
    at = 1 if text.startswith("\N{LEFT DOUBLE QUOTATION MARK}") else 0
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]


def plain_label(identifier: str) -> str:
    """Turn an identifier into words where a file gives no label."""
    return identifier.replace("_", " ")


def plural(count: int, noun: str, many: str = "") -> str:
    """Write a count with its noun.

    Examples
    --------
    >>> plural(1, "case"), plural(3, "case"), plural(2, "policy", "policies")
    ('1 case', '3 cases', '2 policies')
    """
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


_SPELLED = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)


def spell_count(text: str) -> str:
    """Spell the number out that a text begins with, up to twelve.

    Examples
    --------
    >>> spell_count("9 weeks"), spell_count("20 members"), spell_count("1,024 versions")
    ('nine weeks', '20 members', '1,024 versions')
    """
    number, _, rest = text.partition(" ")
    if not number.isdecimal() or int(number) >= len(_SPELLED):
        return text
    return f"{_SPELLED[int(number)]} {rest}".rstrip()
