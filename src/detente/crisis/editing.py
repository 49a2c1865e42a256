"""Edit the text of a crisis file: only what is changed is written anew, everything else keeps its words, order and comments.

An entry is named by its keys, as a finding names it: ``("quantities", "war.gain", "triangular")``. What is put in the place of
a value is written in one line; what is added stands below the last entry of its parent. The text between the ends of what is
changed is all that differs: comments, blank lines, quotes and the way that others are written stay as they are.
"""

import io
import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, NamedTuple, NoReturn

from detente.crisis.draft import Keys
from detente.crisis.reading import read_document
from detente.crisis.schema import WAYS_TO_GIVE_A_VALUE
from detente.errors import refuse

__all__ = [
    "add_entry",
    "lines_at",
    "read_value",
    "remove_entry",
    "rename_entry",
    "set_distribution",
    "set_value",
    "value_at",
    "write_value",
]

_PLAIN = re.compile(r"[^\W\d_][\w./%()'’+@|*–-]*(?: [\w./%()'’+@|*–-]+)*")  # noqa: RUF001
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_SECTION = re.compile(r"(?m)^[A-Za-z_][A-Za-z0-9_]*:(?=\s|$)")
_WIDTH = 130
"""Length of a line of a text that is folded."""


def write_value(value: Any) -> str:
    """Return a value as YAML in one line; what a reader could take for something else is quoted.

    Examples
    --------
    >>> write_value({"label": "cost of war", "triangular": [15, 30, 60], "answered": "yes"})
    '{label: cost of war, triangular: [15, 30, 60], answered: "yes"}'
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {write_value(value[key])}" for key in value) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(write_value, value)) + "]"
    return _scalar(value)


def read_value(text: str) -> Any:
    """Return the plain value of a piece of YAML, such as one cell of a sheet.

    Raises
    ------
    UsageError
        ``yaml-invalid``, or the code of what else is wrong with it.

    Examples
    --------
    >>> read_value("[15, 30, 60]")
    [15, 30, 60]
    """
    inside = textwrap.indent(text, " ") if "\n" in text else f" {text}"
    document = read_document(f"value:{inside}\n", "value")
    if document.findings or document.root is None:
        first = document.findings[0]
        refuse(first.message, code=first.code, at=text[:80], fix=first.fix)
    if set(document.root.content) != {"value"}:
        refuse(
            f"{text[:80]!r} is more than one value",
            code="yaml-invalid",
            at=text[:80],
            fix="write one value: a number, text in quotes, a list in [ ] or a mapping in { }",
        )
    return document.root.content["value"].plain()


def value_at(text: str, keys: Keys) -> Any:
    """Return the plain value at some keys of a crisis file; None where there is none, or the file cannot be read."""
    node = _section_root(text, str(keys[0])) if keys else _root(text)
    for key in keys:
        content = None if node is None else node.content
        if isinstance(content, dict):
            node = content.get(str(key))
        elif isinstance(content, list) and _is_index(key) and int(key) < len(content):
            node = content[int(key)]
        else:
            return None
    return None if node is None else node.plain()


def lines_at(text: str, keys: Keys) -> tuple[int, int]:
    """Return where the lines of an entry begin and end in the text: what stands in whole lines of its own.

    An entry that shares a line with others has that line.

    Raises
    ------
    UsageError
        ``path-unknown`` if there is no such entry, ``yaml-invalid`` if the text is no YAML.
    """
    *parents, last = keys
    for item in (_find(text, parents) if parents else _compose(text, str(last))).items():
        if item.name == str(last):
            return text.rfind("\n", 0, item.start) + 1, _line_end(text, item.end)
    return _no_place(keys)


def set_value(text: str, keys: Keys, value: Any) -> str:
    """Return the text with another value at some keys; what is not there yet is added to its parent.

    Parameters
    ----------
    text
        The text of a crisis file.
    keys
        Where, outermost first; a number counts the entries of a list.
    value
        Plain values.

    Raises
    ------
    UsageError
        ``path-unknown`` if there is no parent to hold it, ``yaml-invalid`` if the text is no YAML.
    """
    *parents, last = keys
    if parents and value_at(text, tuple(parents)) is None:
        return add_entry(text, keys, value)
    for item in _find(text, parents).items():
        if item.name == str(last):
            return _replaced(text, item, value)
    return add_entry(text, keys, value)


def add_entry(text: str, keys: Keys, value: Any, *, before: str = "") -> str:
    """Return the text with an entry added to its mapping, or to its list if the last key is ``-``.

    It stands at the end, or before an entry of the same parent.

    Raises
    ------
    UsageError
        ``id-duplicate`` if it is there already, ``path-unknown`` if there is no parent to hold it.
    """
    *parents, last = keys
    if parents and value_at(text, tuple(parents)) in (None, {}, []):
        empty = [value] if last == "-" else {str(last): value}
        return _fill(text, tuple(parents), empty)
    parent = _find(text, parents)
    is_list = parent.kind == "sequence"
    items = list(parent.items())
    if parent.kind in {"scalar", "alias"} or is_list != (last == "-"):
        _no_place(keys)
    if not is_list and any(item.name == str(last) for item in items):
        refuse(
            f"{last!r} stands in the file already",
            code="id-duplicate",
            at=_dotted(keys),
            fix="choose another id",
        )
    written = write_value(value) if is_list else f"{_scalar(str(last))}: {write_value(value)}"
    follower = next((item for item in items if item.name == before), None)
    if parent.flow and follower is not None:
        return f"{text[: follower.start]}{written}, {text[follower.start :]}"
    if parent.flow:
        at = items[-1].end if items else parent.start + 1
        return f"{text[:at]}{', ' if items else ''}{written}{text[at:]}"
    indent = " " * _indent_of(text, items[0])
    dash = "- " if is_list else ""
    if follower is not None:
        at = text.rfind("\n", 0, follower.start) + 1
        return f"{text[:at]}{indent}{dash}{written}\n{text[at:]}"
    at = _line_end(text, items[-1].end)
    return f"{text[:at]}\n{indent}{dash}{written}{text[at:]}"


def set_distribution(text: str, path: str, way: str, value: Any) -> str:
    """Return the text with another way to give the value of a quantity, in the place of the one that stands there.

    Parameters
    ----------
    text
        The text of a crisis file.
    path
        Of a quantity in it.
    way
        One of :data:`detente.crisis.schema.WAYS_TO_GIVE_A_VALUE`.
    value
        What stands under it.
    """
    keys = ("quantities", path)
    there = value_at(text, keys) or {}
    given = [name for name in WAYS_TO_GIVE_A_VALUE if name in there]
    if given and given[0] != way:
        text = rename_entry(text, (*keys, given[0]), way)
    for other in given[1:]:
        text = remove_entry(text, (*keys, other))
    return set_value(text, (*keys, way), value)


def remove_entry(text: str, keys: Keys) -> str:
    """Return the text without the entry at some keys; the comment at the end of its line goes with it.

    Raises
    ------
    UsageError
        ``path-unknown`` if there is none.
    """
    *parents, last = keys
    parent = _find(text, parents)
    items = list(parent.items())
    place = next((n for n, item in enumerate(items) if item.name == str(last)), len(items))
    if place == len(items):
        _no_place(keys)
    if len(items) == 1:
        return _fill(text, tuple(parents), [] if parent.kind == "sequence" else {})
    item = items[place]
    if parent.flow:
        if place:
            return text[: items[place - 1].end] + text[item.end :]
        return text[: item.start] + text[items[1].start :]
    start = text.rfind("\n", 0, item.start) + 1
    return text[:start] + text[_line_end(text, item.end) + 1 :]


def rename_entry(text: str, keys: Keys, name: str) -> str:
    """Return the text with another key for an entry; what refers to it is left as it is.

    Raises
    ------
    UsageError
        ``path-unknown`` if there is no such entry, ``id-duplicate`` if there is one of that name.
    """
    *parents, last = keys
    items = list(_find(text, parents).items())
    if any(item.name == name for item in items) and name != str(last):
        refuse(
            f"{name[:80]!r} stands in the file already",
            code="id-duplicate",
            at=_dotted(keys),
            fix="choose another id",
        )
    for item in items:
        if item.name == str(last) and item.key is not None:
            return text[: item.start] + _scalar(name) + text[item.key.end :]
    return _no_place(keys)


# --- where things stand ---------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class _Part:
    """A part of a text: where it begins and ends, and its entries, by key or in order."""

    kind: Literal["mapping", "sequence", "scalar", "alias"]
    start: int
    end: int
    flow: bool = True
    style: str = ""
    text: str = ""
    keys: list["_Part"] = field(default_factory=list)
    values: list["_Part"] = field(default_factory=list)

    def take(self, part: "_Part") -> None:
        """Take a part as the next key or value."""
        if self.kind == "mapping" and len(self.keys) == len(self.values):
            self.keys.append(part)
        else:
            if self.keys and part.start >= part.end:  # nothing: its mark stands at the next thing
                part.start = part.end = self.keys[-1].end
            self.values.append(part)
        self.end = max(self.end, part.end)

    def items(self) -> "Iterator[_Item]":
        """Yield the entries of a mapping or list; none of a scalar."""
        if self.kind == "mapping":
            for key, value in zip(self.keys, self.values, strict=True):
                yield _Item(key.text, key, value, key.start, max(key.end, value.end))
        elif self.kind == "sequence":
            for number, value in enumerate(self.values):
                yield _Item(str(number), None, value, value.start, value.end)


class _Item(NamedTuple):
    """An entry of a mapping or list: its value, its key in a mapping, and where it begins and ends."""

    name: str
    key: _Part | None
    value: _Part
    start: int
    end: int


def _find(text: str, keys: Sequence[str | int]) -> _Part:
    """Return the part at some keys."""
    part = _compose(text, str(keys[0]) if keys else "")
    for key in keys:
        item = next((item for item in part.items() if item.name == str(key)), None)
        if item is None:
            _no_place(keys)
        part = item.value
    return part


def _indent_of(text: str, item: _Item) -> int:
    """Return how far an entry of a block is indented; that of a list at its dash."""
    begin = text.rfind("\n", 0, item.start) + 1
    line = text[begin : item.start]
    return len(line) - len(line.lstrip()) if item.key is None else len(line)


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found


def _replaced(text: str, item: _Item, value: Any) -> str:
    """Put a value in the place of that of an entry."""
    old = item.value
    if item.key is not None and (not old.flow or old.start >= old.end):
        start = text.index(":", item.key.end) + 1  # a block below its key, or nothing after it
        return f"{text[:start]} {write_value(value)}{text[max(item.end, start) :]}"
    if old.style == ">" and _folds(value):
        indent = " " * (_indent_of(text, item) + 2)
        lines = textwrap.wrap(value, _WIDTH, break_long_words=False, break_on_hyphens=False)
        return f"{text[: old.start]}>-\n{indent}" + f"\n{indent}".join(lines) + text[old.end :]
    return text[: old.start] + write_value(value) + text[old.end :]


def _folds(value: Any) -> bool:
    """Tell whether a value is a text that a folded scalar gives back as it is."""
    return isinstance(value, str) and bool(value) and value == " ".join(value.split())


def _fill(text: str, keys: Keys, value: Any) -> str:
    """Put a value where there is nothing, or an empty mapping or list."""
    if not keys:
        _no_place(keys)
    *parents, last = keys
    for item in _find(text, parents).items():
        if item.name == str(last):
            return _replaced(text, item, value)
    if len(keys) > 1:
        return add_entry(text, keys, value)
    kept = text if text.endswith("\n") or not text else f"{text}\n"
    return f"{kept}\n{_scalar(str(last))}: {write_value(value)}\n"


def _section_root(text: str, section: str) -> Any:
    """Return the root of a document with one section of a text, or of all of it where that cannot be read alone."""
    start, end = _chunk(text, section)
    node = _root(text[start:end])
    return _root(text) if node is None else node


@lru_cache(maxsize=64)
def _root(text: str) -> Any:
    found = read_document(text, "crisis.yaml")
    if found.root is None:  # perhaps a list beside it
        found = read_document(text, "crisis.yaml", wanted=list)
    return found.root


@lru_cache(maxsize=32)
def _compose(text: str, section: str) -> _Part:
    """Return the parts of a text, or of the section that is wanted: large files are slow to read whole."""
    from ruamel.yaml.error import MarkedYAMLError  # noqa: PLC0415  slow to load

    for start, end in dict.fromkeys([_chunk(text, section), (0, len(text))]):
        try:
            part = _parse(text[start:end], start)
        except (MarkedYAMLError, ValueError):
            continue
        if part is not None and part.kind in {"mapping", "sequence"}:
            return part
    return refuse(
        "the text is no YAML, so no part of it can be changed alone",
        code="yaml-invalid",
        at="crisis.yaml",
        fix="correct the text first",
    )


def _parse(text: str, by: int) -> _Part | None:
    """Return the parts of a text that begins ``by`` characters into the file."""
    from ruamel.yaml import YAML, events  # noqa: PLC0415  slow to load

    opened: list[_Part] = []
    root: _Part | None = None
    for event in YAML(typ="safe", pure=True).parse(io.StringIO(text)):
        start, end = event.start_mark.index, event.end_mark.index
        part: _Part | None = None
        if isinstance(event, events.ScalarEvent):
            if event.style in ("|", ">"):
                end = start + len(text[start:end].rstrip(" \n"))
            style = event.style or ""
            part = _Part("scalar", start + by, end + by, style=style, text=str(event.value))
        elif isinstance(event, events.AliasEvent):
            part = _Part("alias", start + by, end + by)
        elif isinstance(event, events.MappingStartEvent | events.SequenceStartEvent):
            is_map, flow = isinstance(event, events.MappingStartEvent), bool(event.flow_style)
            begin, stop = start + by, (end if flow else start) + by
            opened.append(_Part("mapping" if is_map else "sequence", begin, stop, flow=flow))
        elif isinstance(event, events.MappingEndEvent | events.SequenceEndEvent):
            part = opened.pop()
            part.end = end + by if part.flow else part.end
        if part is not None and opened:
            opened[-1].take(part)
        elif part is not None:
            root = part
    return root


def _chunk(text: str, section: str) -> tuple[int, int]:
    """Return where a section begins and ends: large files are slow to read whole."""
    starts = [match.start() for match in _SECTION.finditer(text)]
    for place, start in enumerate(starts):
        if section and text.startswith(f"{section}:", start):
            return start, starts[place + 1] if place + 1 < len(starts) else len(text)
    return 0, len(text)


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    text = str(value)
    plain = _PLAIN.fullmatch(text) or _DATE.fullmatch(text)
    if plain and text.lower() not in _WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)


def _is_index(key: str | int) -> bool:
    return str(key).isascii() and str(key).isdecimal()


def _dotted(keys: Sequence[str | int]) -> str:
    return ".".join(map(str, keys))


def _no_place(keys: Sequence[str | int]) -> NoReturn:
    refuse(
        f"the file has no place {_dotted(keys)[:200]!r}",
        code="path-unknown",
        at=_dotted(keys)[:200],
        fix="name an entry that stands in the file, or add its parent first",
    )
