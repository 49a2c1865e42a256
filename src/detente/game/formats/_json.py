"""Reading and writing JSON without recursion, so that a tree may be as deep as it likes; objects know their line."""

import re
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]
from typing import Any, NoReturn

from detente.characters import describe_character, find_forbidden, join_surrogates
from detente.errors import GameError, refuse
from detente.game.formats._files import check_characters, place_of

__all__ = ["MOST_OBJECTS", "JsonObject", "parse_json"]

_TOKEN = re.compile(
    r'[ \t\r\n]*+(?:([{}\[\],:])|(")|(-?(?:0|[1-9]\d*+)(?:\.\d++)?(?:[eE][-+]?\d++)?)|([A-Za-z]\w*+)|(\Z))'
)
_MARK, _QUOTE, _NUMBER, _WORD, _END = range(1, 6)
_WORDS = {"true": True, "false": False, "null": None}
_LONGEST = 300
MOST_OBJECTS = 5_000_000
"""Most objects and lists of a text: those of a tree of a million nodes and some more."""


class JsonObject(dict[str, Any]):
    """An object that knows where in the text it starts."""

    __slots__ = ("place",)

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place


class _Parser:
    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, name
        self.start = self.end = self.line = self.counted = self.objects = 0

    def refuse(self, message: str, fix: str) -> NoReturn:
        refuse(
            message,
            code="game-invalid",
            at=place_of(self.name, self.text, self.start),
            fix=fix,
            error=GameError,
        )

    def place(self) -> str:
        """Return the place of the token, counting lines on from the last one asked for."""
        self.line += self.text.count("\n", self.counted, self.start)
        self.counted = self.start
        return f"{self.name}:{self.line + 1}"

    def token(self) -> tuple[int, Any]:
        """Return the kind and value of the next token; strings and numbers are values already."""
        found = _TOKEN.match(self.text, self.end)
        if found is None:
            self.start = self.end
            self.refuse(
                f"{self.text[self.end : self.end + 20].strip()!r} is no JSON", "write plain JSON"
            )
        kind = found.lastindex or _END
        self.start, self.end = found.start(kind), found.end()
        if kind == _QUOTE:
            try:
                value, self.end = scanstring(self.text, self.end, True)
            except JSONDecodeError as error:
                self.refuse(
                    f"a text is broken: {error.msg}", "close it and escape control characters"
                )
            return kind, self.checked(value)
        if kind == _NUMBER:
            return kind, self.number(found[kind])
        if kind == _WORD and found[kind] in {"NaN", "Infinity"}:
            return kind, float("nan")
        if kind == _WORD and found[kind] not in _WORDS:
            self.refuse(f"{found[kind][:20]!r} is no JSON", "put texts in quotation marks")
        return kind, _WORDS[found[kind]] if kind == _WORD else found[kind]

    def checked(self, value: str) -> str:
        """Return a text with its surrogate pairs joined; refuse characters that no text may hold, escaped ones too."""
        value = join_surrogates(value)
        offset = find_forbidden(value)
        if offset is not None:
            refuse(
                f"a text holds the character {describe_character(value[offset])}, which no text may hold",
                code="character-forbidden",
                at=self.place(),
                fix="remove the character; retyping the word does it",
                error=GameError,
            )
        return value

    def number(self, text: str) -> float | int:
        if len(text) > _LONGEST:
            self.refuse(f"a number has {len(text)} digits", "write numbers with fewer digits")
        return int(text) if text.lstrip("-").isdigit() else float(text)

    def parse(self) -> Any:
        outer: list[Any] = []
        stack: list[JsonObject | list[Any]] = []
        keys: list[str] = []
        into: JsonObject | list[Any] = outer
        fresh = False
        while True:
            kind, value = self.token()
            if fresh and kind == _MARK and value == _closing(into):
                into = stack.pop()
            else:
                inner = self.value(into, keys, kind, value)
                if inner is not None:
                    stack.append(into)
                    into, fresh = inner, True
                    continue
            into, fresh = self.separate(into, stack), False
            if into is outer:
                break
        kind, value = self.token()
        if kind != _END:
            self.unexpected(value)
        return outer[0]

    def value(
        self, into: JsonObject | list[Any], keys: list[str], kind: int, value: Any
    ) -> JsonObject | list[Any] | None:
        """Put the value that stands here where it goes; return it if it is an object or list that opens."""
        if isinstance(into, JsonObject):
            kind, value = self.key(into, keys, kind, value)
        inner: JsonObject | list[Any] | None = None
        if kind == _MARK and value in "{[":
            self.objects += 1
            if self.objects > MOST_OBJECTS:
                refuse(
                    f"the file holds more than {MOST_OBJECTS} objects and lists",
                    code="game-too-large",
                    at=place_of(self.name, self.text, self.start),
                    fix="build games of this size with GameBuilder or ExtensiveForm.from_arrays",
                    error=GameError,
                )
            inner = value = JsonObject(self.place()) if value == "{" else []
        elif kind == _END:
            self.refuse("the file ends too early", "close every bracket")
        elif kind == _MARK:
            self.unexpected(value)
        if isinstance(into, JsonObject):
            into[keys.pop()] = value
        else:
            into.append(value)
        return inner

    def key(self, into: JsonObject, keys: list[str], kind: int, value: Any) -> tuple[int, Any]:
        """Take the key that stands here and its colon; return the token that follows."""
        if kind == _END:
            self.refuse("the file ends too early", "close every bracket")
        if kind != _QUOTE:
            self.unexpected(value)
        if value in into:
            self.refuse(f"the key {value[:40]!r} stands twice in one object", "give each key once")
        keys.append(value)
        mark = self.token()
        if mark != (_MARK, ":"):
            self.unexpected(mark[1])
        return self.token()

    def separate(self, into: Any, stack: list[Any]) -> Any:
        """Read closing brackets up to a comma; return where the next value goes."""
        while stack:
            kind, value = self.token()
            if (kind, value) == (_MARK, ","):
                break
            if kind == _END:
                self.refuse("the file ends too early", "close every bracket")
            if kind != _MARK or value != _closing(into):
                self.unexpected(value)
            into = stack.pop()
        return into

    def unexpected(self, value: Any) -> NoReturn:
        self.refuse(
            f"{str(value)[:40]!r} stands where JSON needs something else",
            "check brackets, commas and quotation marks before this place",
        )


def _closing(into: object) -> str:
    return "}" if isinstance(into, JsonObject) else "]"


def parse_json(text: str, *, name: str) -> Any:
    """Return the value of a JSON text; objects are :class:`JsonObject`."""
    check_characters(text, name=name)
    return _Parser(text, name).parse()
