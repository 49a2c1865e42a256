"""Words of event rules: what a word or a phrase finds in a text."""

import re
from collections.abc import Iterable
from functools import lru_cache

__all__ = ["covers", "pattern_of"]

_NO_SPACES = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_LETTER = rf"[^\W{_NO_SPACES}]"
"""A letter or digit of a script that puts spaces between words (Thai to Khmer, Chinese and Japanese do not)."""

_GAP = r"(?:\s*-\s*|\s+)"
"""What a blank in a phrase stands for: blanks, a line end or a hyphen."""

_SOME_WORDS = rf"(?:{_GAP}[^\s.,;:!?-]+){{0,4}}?{_GAP}"
"""What ``...`` in a phrase stands for: up to four words of the same clause."""


@lru_cache(maxsize=4096)  # the words of every rule meet every event
def pattern_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds any of some words or phrases in a text, both with capitals folded.

    A word is whole: no letter or digit stands beside it. One that ends in ``*`` may go on, as in ``withdraw*`` or ``pull* out``;
    ``...`` in a phrase stands for up to four words, as in ``cross* ... border``.
    Scripts that put no space between words have no such bounds. Of phrases that begin at one place the longest is found.

    Examples
    --------
    >>> bool(pattern_of(("turn*",)).search("ships returned")), bool(pattern_of(("pull* out",)).search("army pulls out"))
    (False, True)
    """
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile("|".join(_phrase(word) for word in longest_first))


def covers(words: Iterable[str], others: Iterable[str]) -> bool:
    """Tell whether some words find whatever others find.

    Examples
    --------
    >>> covers(("withdraw*",), ("withdraws", "withdraw* from")), covers(("withdraws",), ("withdraw*",))
    (True, False)
    """
    found = pattern_of(tuple(words))
    return all(found.search(_plainest(other)) is not None for other in others)


def _plainest(phrase: str) -> str:
    """Return the shortest text that a phrase finds, but that its words go on where they may."""
    return " ".join(word for word in phrase.replace("*", "x").split() if word != "...")


def _phrase(phrase: str) -> str:
    parts = [part.split() for part in phrase.split(" ... ")]
    joined = (_GAP.join(_whole_word(word) for word in words) for words in parts)
    return _SOME_WORDS.join(joined) or re.escape(phrase)


def _whole_word(word: str) -> str:
    stem = word.rstrip("*")
    if not stem:
        return re.escape(word)
    first = rf"(?<!{_LETTER})" if re.match(_LETTER, stem) else ""
    if stem != word:
        return rf"{first}{re.escape(stem)}{_LETTER}*"
    last = rf"(?!{_LETTER})" if re.match(_LETTER, stem[-1]) else ""
    return f"{first}{re.escape(stem)}{last}"
