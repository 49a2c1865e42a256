r"""Characters that no text of a user may hold, and how they are shown where they came in all the same.

A control character moves a terminal's cursor, a bidirectional control reorders what a reader sees, half of a surrogate pair
cannot be written to a file. Readers refuse them with the code ``character-forbidden``; what is printed or written is escaped.
"""

import re
import unicodedata

__all__ = ["describe_character", "escape", "find_forbidden", "join_surrogates"]

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_HALVES = "\ud800-\udfff"
_NO_CHARACTERS = "\ufdd0-\ufdef\ufffe\uffff"
_FORBIDDEN = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_BIDI}{_HALVES}{_NO_CHARACTERS}]")
_ESCAPED = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029{_BIDI}{_HALVES}{_NO_CHARACTERS}]")


def find_forbidden(text: str) -> int | None:
    r"""Return where the first forbidden character of a text stands, from 0, or None.

    Forbidden are controls other than tab, line feed and carriage return, bidirectional controls (Unicode standard annex 9),
    halves of surrogate pairs, and code points that are no characters.

    Examples
    --------
    >>> find_forbidden("plain\ttext"), find_forbidden("a\u202eb"), find_forbidden("\x1b[31m")
    (None, 1, 0)
    """
    found = _FORBIDDEN.search(text)
    return None if found is None else found.start()


def describe_character(character: str) -> str:
    r"""Return the code point of a character, and its name if it has one.

    Examples
    --------
    >>> describe_character("\u202e"), describe_character("\x1b")
    ('U+202E (RIGHT-TO-LEFT OVERRIDE)', 'U+001B')
    """
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}" + (f" ({name})" if name else "")


def escape(text: str) -> str:
    r"""Return a text that may be printed: forbidden characters, carriage returns and line separators as ``\xNN`` or ``\uNNNN``.

    Line feeds and tabs stay; every other text comes back as it is.

    Examples
    --------
    >>> print(escape("a\x1b[31mb\u202ec"))
    a\x1b[31mb\u202ec
    """
    return _ESCAPED.sub(_as_code, text)


def join_surrogates(text: str) -> str:
    r"""Return a text whose surrogate pairs, as JSON writes them, are the characters that they stand for.

    Halves without their other half stay, for :func:`find_forbidden` to find.

    Examples
    --------
    >>> join_surrogates("\ud83d\ude00") == "\U0001f600"
    True
    """
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def _as_code(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"  # one byte, or two
