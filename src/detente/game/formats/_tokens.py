"""The tokens that Gambit's text formats are made of: texts in quotation marks, braces, words; errors by line."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NoReturn

from detente.errors import Code, GameError, refuse
from detente.game.formats._files import MOST_ACTIONS, check_characters, line_of, place_of
from detente.game.formats._numbers import is_number

__all__ = ["BRACE", "COMMA", "END", "TEXT", "WORD", "Tokens", "number_repeated"]

_TOKEN = re.compile(
    r'\s*+(?:"((?:[^"\\]|\\.)*+)"|([{}])|([^\s{},"]++)|(,)|(\Z)|("))',
    re.DOTALL,
)
TEXT, BRACE, WORD, COMMA, END, OPEN = range(1, 7)
_ESCAPE = re.compile(r'\\(["\\])')
_INTEGER = re.compile(r"[-+]?\d{1,18}")
_MARK = re.compile(r'\\.|(")', re.DOTALL)
_CLOSE = 'add the closing "; inside a text a quotation mark is written \\"'


def number_repeated(labels: Sequence[str], *, empty: bool = True) -> tuple[str, ...]:
    """Return the labels, those that are repeated numbered (``x_1``, ``x_2``), as Gambit does.

    With ``empty`` those without a name are numbered too (``_1``), otherwise they stay.
    """
    counts = Counter(labels)
    if not empty:
        del counts[""]
    if max(counts.values(), default=0) < 2 and not counts[""]:
        return tuple(labels)
    used, numbers = set(labels), Counter[str]()
    found: list[str] = []
    for label in labels:
        name = label
        while counts[label] > 1 or (empty and not label):
            numbers[label] += 1
            name = f"{label}_{numbers[label]}"
            if name not in used:
                break
        used.add(name)
        found.append(name)
    return tuple(found)


class Tokens:
    """A text, token by token: ``kind`` and ``value`` of the one at hand, which starts at ``start``."""

    def __init__(self, text: str, name: str) -> None:
        check_characters(text, name=name)
        self.text, self.name = text, name
        self.scan: Iterator[re.Match[str]] = _TOKEN.finditer(text)
        self.kind, self.value, self.start = 0, "", 0
        self.advance()

    def advance(self) -> None:
        """Go on to the next token."""
        found = next(self.scan)
        kind = found.lastindex or END
        if kind == OPEN:
            self.start = found.start(kind)
            self.refuse("a quotation mark opens here and never closes", _CLOSE)
        self.kind, self.value = kind, found[kind]
        self.start = found.start(kind) - (kind == TEXT)
        if kind == TEXT and "\\" in self.value:
            self.value = _ESCAPE.sub(r"\1", self.value)

    def refuse(
        self, message: str, fix: str, *, code: Code = "game-invalid", start: int | None = None
    ) -> NoReturn:
        """Refuse what was read, by line; a text whose end was forgotten is named in its place."""
        here = self.start if start is None else start
        opened = self.open_text() if code == "game-invalid" else None
        if opened is not None:
            here, message = opened
            fix = _CLOSE
        refuse(
            message, code=code, at=place_of(self.name, self.text, here), fix=fix, error=GameError
        )

    def open_text(self) -> tuple[int, str] | None:
        """Return where a text opens that was read so far and whose end was most likely forgotten, and what to say of it.

        A text that lacks its end runs on to the next quotation mark, which opens another one: the rest of that line has
        quotation marks in pairs. A text over several lines that is meant to be one ends on a line with one mark more.
        """
        for found in _TOKEN.finditer(self.text, 0, self.start + 1):
            if found.lastindex != TEXT or "\n" not in found[TEXT]:
                continue
            last = found.end() - 1
            line = self.text[self.text.rfind("\n", 0, last) + 1 : self.line_end(last)]
            if sum(1 for mark in _MARK.findall(line) if mark) % 2 == 0:
                first = found.start(TEXT) - 1
                ends = line_of(self.text, last)
                return first, (
                    f"a text opens here, {found[TEXT][:40]!r}, that ends only where another one begins, on line {ends}"
                )
        return None

    def line_end(self, offset: int) -> int:
        """Return where the line of an offset ends."""
        end = self.text.find("\n", offset)
        return len(self.text) if end < 0 else end

    def expected(self, what: str, fix: str = "") -> NoReturn:
        """Refuse the token at hand, where something else should stand."""
        found = {
            TEXT: f"the text {self.value[:40]!r}",
            END: "the end of the file",
        }.get(self.kind, repr(self.value[:40]))
        self.refuse(f"{found} stands where {what} should", fix or f"give {what} here")

    def take_text(self, what: str) -> str:
        """Return the text at hand and go on."""
        if self.kind != TEXT:
            self.expected(f"{what} in quotation marks")
        value = self.value
        self.advance()
        return value

    def take_integer(self, what: str, *, low: int | None = None) -> int:
        """Return the integer at hand, of a least size, and go on."""
        bound = "" if low is None else f" of {low} or more"
        if (
            self.kind != WORD
            or not _INTEGER.fullmatch(self.value)
            or (low is not None and int(self.value) < low)
        ):
            self.expected(f"{what}, an integer{bound},")
        value = int(self.value)
        self.advance()
        return value

    def take_number(self, what: str, *, code: Code) -> str:
        """Return the number at hand, as written, and go on."""
        if self.kind != WORD:
            self.expected(what)
        value = self.value
        if not is_number(value):
            infinite = value.lower().lstrip("+-")[:3] in {"nan", "inf"} or value[-1:].isdigit()
            self.refuse(
                f"{value[:40]!r} stands where {what} should",
                "give a finite number: an integer, a decimal or a fraction such as 1/3",
                code=code if infinite else "game-invalid",
            )
        self.advance()
        return value

    def take_brace(self, brace: str, what: str) -> None:
        """Go on behind a brace."""
        if self.kind != BRACE or self.value != brace:
            self.expected(f"{brace!r} {what}")
        self.advance()

    def check_count(self, count: int, what: str) -> None:
        """Refuse a list of too many."""
        if count > MOST_ACTIONS:
            self.refuse(
                f"there are more than {MOST_ACTIONS} {what}",
                f"shorten the list of {what}",
                code="game-too-large",
            )

    def unique(self, labels: list[str], what: str, start: int) -> tuple[str, ...]:
        """Return the labels, those that are empty or repeated numbered (``x_1``, ``x_2``), as Gambit does."""
        if not labels:
            self.refuse(f"the list of {what} is empty", f"name the {what}", start=start)
        return number_repeated(labels)
