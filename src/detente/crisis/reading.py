"""Read a crisis file as a tree of nodes that know their line: no objects are constructed, hostile input is refused.

Only mappings, sequences, text, numbers, truth values and nothing exist. Plain scalars follow the core schema of YAML 1.2
(``yes`` is text, ``true`` is not). Tags are refused; duplicate keys are refused; aliases are allowed while the expanded
document stays small; depth, size and number of nodes are limited.

The parser takes half a second for a large file, so the tree of one that was read without a finding is kept and read again
from there as long as the text is the same.
"""

import hashlib
import io
import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from detente.characters import describe_character, escape, find_forbidden, join_surrogates
from detente.crisis.csv_cells import NUMBER
from detente.crisis.remembering import cache_folder, keep
from detente.errors import Code, Finding, Place, RunError
from detente.files.reading import read_plain

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_KEY",
    "MAX_NODES",
    "Document",
    "Node",
    "decode",
    "read_bytes",
    "read_document",
]

MAX_BYTES = 2 * 1024 * 1024
"""Largest crisis file or table, in bytes."""
MAX_NODES = 200_000
"""Most nodes of a document after its aliases are expanded."""
MAX_DEPTH = 40
"""Deepest nesting of a document."""

MAX_KEY = 1000
"""Longest key of a document, in characters."""
_REMOVE = "remove the character; retyping the word does it"
_MAX_NOTES = 1000
"""Most findings about one document."""

_WORTH_KEEPING = 16 * 1024
_MOST_REMEMBERED = 2**30
"""Length of a text from which on its tree is kept."""
_READER = b"3 "
"""Changes with what this module makes of a text, so that no tree of another reader is taken."""

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None} | {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}


@dataclass(slots=True, eq=False)
class Node:
    """A part of a document: ``content`` is a dict of nodes, a list of nodes, or a scalar; ``line`` counts from 1."""

    line: int
    content: Any
    key_lines: dict[str, int] = field(default_factory=dict)
    size: int = 1
    height: int = 1

    def plain(self) -> Any:
        """Return the same content as plain Python values; aliased parts are copied."""
        if isinstance(self.content, dict):
            return {key: child.plain() for key, child in self.content.items()}
        if isinstance(self.content, list):
            return [child.plain() for child in self.content]
        return self.content


@dataclass(slots=True, eq=False)
class Document:
    """A file's tree (None if it could not be read) and what reading found wrong with it."""

    file: str
    root: Node | None = None
    findings: list[Finding] = field(default_factory=list)
    nodes_seen: int = 0

    def line(self, *keys: str | int) -> int:
        """Return the line of the entry at the keys, or of the nearest parent that exists."""
        node, line = self.root, 1 if self.root is None else self.root.line
        for key in keys:
            if node is None:
                break
            if isinstance(node.content, dict) and str(key) in node.content:
                line = node.key_lines[str(key)]
                node = node.content[str(key)]
            elif (
                isinstance(node.content, list) and isinstance(key, int) and key < len(node.content)
            ):
                node = node.content[key]
                line = node.line
            else:
                break
        return line

    def place(self, *keys: str | int) -> Place:
        """Return the place of the entry at the keys."""
        return Place(file=self.file, line=self.line(*keys), path=".".join(map(str, keys)))

    def add(
        self, code: Code, message: str, *, line: int, fix: str, path: str = "", value: str = ""
    ) -> None:
        """Note a finding; beyond a thousand nothing is noted."""
        if len(self.findings) >= _MAX_NOTES:
            return
        self.findings.append(
            Finding(
                code=code,
                message=message,
                file=self.file,
                line=line,
                path=path,
                value=value[:200],
                fix=fix,
            )
        )


def read_bytes(path: Path, file: str) -> tuple[bytes, Finding | None]:
    """Return the bytes of a file, or none and the finding that says why not.

    Nothing but a regular file is opened, and never more than :data:`MAX_BYTES` are read.
    """
    try:
        if not path.is_file():
            return b"", Finding(
                code="file-missing",
                message=f"there is no file {file!r} in the crisis folder",
                file=file,
                value=file,
                fix="create the file, or correct its name; `detente new NAME` makes a folder that has all files",
            )
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return b"", Finding(
            code="file-missing",
            message=f"the file {file!r} cannot be read: {error.strerror}",
            file=file,
            value=file,
            fix="make the file readable",
        )
    if len(content) > MAX_BYTES:
        return b"", Finding(
            code="file-too-large",
            message=f"the file {file!r} has more than {MAX_BYTES} bytes",
            file=file,
            value=file,
            fix="split off what the crisis does not need; data sets do not belong in a crisis folder",
        )
    return content, None


def decode(content: bytes, file: str) -> tuple[str, Finding | None]:
    """Return the text of a UTF-8 file, or the finding that says at which line it is none, or no text may hold what it holds."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        bad = content[error.start]
        return "", Finding(
            code="file-not-utf8",
            message=f"the file {file!r} is not UTF-8: byte 0x{bad:02x} at offset {error.start}",
            file=file,
            line=content.count(b"\n", 0, error.start) + 1,
            value=f"0x{bad:02x}",
            fix="save the file as UTF-8 without conversion losses",
        )
    at = find_forbidden(text)
    if at is None:
        return text, None
    sign, column = describe_character(text[at]), at - text.rfind("\n", 0, at)
    return "", Finding(
        code="character-forbidden",
        message=f"the file {file!r} holds the character {sign} at position {column} of the line, which no text may hold",
        file=file,
        line=text.count("\n", 0, at) + 1,
        value=escape(text[at]),
        fix=_REMOVE,
    )


def read_document(text: str, file: str, *, wanted: type = dict) -> Document:
    """Read the text of a crisis file, or of a list beside it.

    Parameters
    ----------
    text
        The text of the file.
    file
        Its name, for findings.
    wanted
        What it must hold: ``dict`` for a mapping, ``list`` for a list.

    Returns
    -------
    Document
        The tree with the findings; ``root`` is None if the text is no YAML within the limits, or holds something else.
    """
    document = _read(text, file)
    if document.root is not None and not isinstance(document.root.content, wanted):
        kind, fix = _ROOTS[wanted]
        document.add(
            "value-type",
            f"the file holds no {kind}",
            line=1,
            fix=fix,
            value=type(document.root.content).__name__,
        )
        document.root = None
    return document


_ROOTS: dict[type, tuple[str, str]] = {
    dict: ("mapping of keys to values", "start from `detente new NAME`"),
    list: ("list of entries", "write one entry after the other, each begun with `- id: NAME`"),
}


def _read(text: str, file: str) -> Document:
    """Read a text, or recall its tree."""
    folder = cache_folder("documents") if len(text) >= _WORTH_KEEPING else None
    if folder is None:
        return _parse(text, file)
    digest = hashlib.sha256(_READER + text.encode("utf-8", "surrogatepass"))
    path = folder / f"{digest.hexdigest()}.json"
    root = _recall(path)
    if root is not None:
        return Document(file=file, root=root)
    document = _parse(text, file)
    if document.root is not None and not document.findings:
        tree = json.dumps(_packed(document.root), separators=(",", ":")).encode()
        keep(path, lambda stream: stream.write(tree))
    return document


def _packed(node: Node) -> list[Any]:
    """Return a node as plain lists, aliased parts written out: its line and a scalar, or nothing, its nodes, and for a mapping keys and their lines."""
    if isinstance(node.content, dict):
        nodes = [_packed(child) for child in node.content.values()]
        return [node.line, None, nodes, list(node.key_lines), list(node.key_lines.values())]
    if isinstance(node.content, list):
        return [node.line, None, [_packed(child) for child in node.content]]
    return [node.line, node.content]


def _unpacked(packed: list[Any]) -> Node:
    """Return the node of :func:`_packed`."""
    line, scalar, *parts = packed
    if not parts:
        return Node(line, scalar)
    nodes = [_unpacked(child) for child in parts[0]]
    size = 1 + sum(child.size for child in nodes)
    height = 1 + max((child.height for child in nodes), default=0)
    if len(parts) == 1:
        return Node(line, nodes, {}, size, height)
    keys, key_lines = parts[1:]
    lines = dict(zip(keys, key_lines, strict=True))
    return Node(line, dict(zip(keys, nodes, strict=True)), lines, size, height)


def _recall(path: Path) -> Node | None:
    """Return the tree that is kept in a file, None if there is none that can be read."""
    try:
        return _unpacked(json.loads(read_plain(path, most=_MOST_REMEMBERED)))
    except (OSError, RunError, ValueError, TypeError, IndexError, RecursionError):
        return None


def _parse(text: str, file: str) -> Document:
    from ruamel.yaml import YAML  # noqa: PLC0415  slow to load
    from ruamel.yaml.error import MarkedYAMLError  # noqa: PLC0415  slow to load

    document = Document(file=file)
    builder = _Builder(document)
    try:
        for event in YAML(typ="safe", pure=True).parse(io.StringIO(text)):
            builder.take(event)
    except _RefusedError:
        return document
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = error.problem or error.context or "it cannot be parsed"
        line = 0 if mark is None else mark.line + 1
        _not_yaml(document, " ".join(str(reason).split()), line)
        return document
    except MemoryError:  # says nothing about the text
        raise
    except Exception as error:  # noqa: BLE001 - the parser is foreign code and its input hostile
        _not_yaml(document, " ".join(str(error).split()) or type(error).__name__, 0)
        return document
    document.root = builder.root
    if builder.root is None:
        document.add(
            "value-type",
            "the file holds nothing",
            line=1,
            fix="start from `detente new NAME`",
        )
    return document


def _not_yaml(document: Document, reason: str, line: int) -> None:
    document.add(
        "yaml-invalid",
        f"this is not YAML: {reason[:200]}",
        line=line,
        fix="correct the text at this line; quote text that holds `: `, `#`, `{` or `[`",
        value=reason,
    )


class _RefusedError(Exception):
    """Reading stops: the finding is already noted."""


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet."""

    node: Node
    anchor: str | None
    key: str | None = None
    path: str = ""


class _Builder:
    """Build the tree from the events of the parser, without recursion."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.root: Node | None = None
        self.open: list[_Open] = []
        self.anchors: dict[str, Node | None] = {}
        self.documents = 0
        self.nodes = 0

    def take(self, event: Any) -> None:
        from ruamel.yaml import events  # noqa: PLC0415  slow to load

        line = event.start_mark.line + 1
        if isinstance(event, events.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.stop("yaml-invalid", "the file holds more than one document", line, "---")
        elif isinstance(event, events.AliasEvent):
            self.take_alias(str(event.anchor), line)
        elif isinstance(event, events.ScalarEvent):
            self.check_tag(event, line)
            text = self.text(event, line)
            node = Node(line, self.scalar(event, text, line))
            self.attach(node, line, text, event.anchor)
        elif isinstance(event, events.MappingStartEvent | events.SequenceStartEvent):
            self.check_tag(event, line)
            if len(self.open) >= MAX_DEPTH:
                self.stop(
                    "yaml-invalid", f"the nesting is deeper than {MAX_DEPTH}", line, str(MAX_DEPTH)
                )
            if event.anchor is not None:
                self.anchors[event.anchor] = None
            content: Any = {} if isinstance(event, events.MappingStartEvent) else []
            self.open.append(_Open(Node(line, content), event.anchor, path=self.path()))
        elif isinstance(event, events.MappingEndEvent | events.SequenceEndEvent):
            closed = self.open.pop()
            self.attach(closed.node, closed.node.line, None, closed.anchor)

    def stop(self, code: Code, message: str, line: int, value: str) -> None:
        fixes = {
            "yaml-alias-bomb": "write the repeated parts out, or drop the aliases",
            "yaml-invalid": "keep one plain document of mappings, lists, text and numbers",
        }
        self.document.add(code, message, line=line, fix=fixes[code], value=value, path=self.path())
        raise _RefusedError

    def check_tag(self, event: Any, line: int) -> None:
        tag = event.tag
        if tag is not None:
            self.stop("yaml-invalid", f"the tag {str(tag)[:80]!r} is not accepted", line, str(tag))

    def path(self) -> str:
        parts = [self.open[0].path] if self.open and self.open[0].path else []
        for entry in self.open:
            if isinstance(entry.node.content, list):
                parts.append(str(len(entry.node.content)))
            elif entry.key is not None:
                parts.append(entry.key)
        return ".".join(parts)

    def text(self, event: Any, line: int) -> str:
        """Return the text of a key or a scalar; a character that no text may hold is noted and written as its code."""
        text = join_surrogates(str(event.value))
        at = find_forbidden(text)
        if at is None:
            return text
        sign, shown = describe_character(text[at]), escape(text)
        self.document.add(
            "character-forbidden",
            f"{shown[:80]!r} holds the character {sign} at position {at + 1}, which no text may hold",
            line=line,
            path=self.path(),
            value=shown,
            fix=_REMOVE,
        )
        return shown

    def scalar(self, event: Any, text: str, line: int) -> Any:
        if event.style not in (None, ""):
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            return int(text)
        if NUMBER.fullmatch(text):
            number = float(text)
            if math.isfinite(number):
                return number
        elif not _NOT_FINITE.fullmatch(text):
            return text
        self.document.add(
            "value-not-finite",
            f"{text[:40]!r} is not a finite number",
            line=line,
            path=self.path(),
            value=text,
            fix="give a finite number, or `missing: {reason: ...}` for a quantity that is not known",
        )
        return 0

    def take_alias(self, anchor: str, line: int) -> None:
        if anchor not in self.anchors:
            self.stop("yaml-invalid", f"the alias {anchor[:80]!r} has no anchor", line, anchor)
        node = self.anchors[anchor]
        if node is None:
            self.stop("yaml-alias-bomb", f"the alias {anchor[:80]!r} holds itself", line, anchor)
        else:
            self.attach(node, line, None, None, alias=anchor)

    def attach(
        self, node: Node, line: int, text: str | None, anchor: str | None, *, alias: str = ""
    ) -> None:
        if anchor is not None:
            self.anchors[anchor] = node
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if isinstance(parent.node.content, list):
            self.grow(parent.node, node, line, alias)
            parent.node.content.append(node)
        elif parent.key is None:
            if text is None:
                self.stop("yaml-invalid", "a key must be plain text", line, alias)
            else:
                self.take_key(parent, text, line)
        else:
            self.grow(parent.node, node, line, alias)
            parent.node.content.setdefault(parent.key, node)
            parent.key = None

    def take_key(self, parent: _Open, text: str, line: int) -> None:
        if len(text) > MAX_KEY:
            self.stop("yaml-invalid", f"a key is longer than {MAX_KEY} characters", line, text)
        if text in parent.node.key_lines:
            first = parent.node.key_lines[text]
            path = self.path()
            self.document.add(
                "yaml-duplicate-key",
                f"the key {text[:80]!r} stands twice, first in line {first}",
                line=line,
                path=f"{path}.{text}" if path else text,
                value=text,
                fix="keep one of the two entries",
            )
        else:
            parent.node.key_lines[text] = line
        parent.key = text

    def grow(self, parent: Node, child: Node, line: int, alias: str) -> None:
        """Count the child's nodes; every open parent will hold them, so the sum over open nodes bounds the document."""
        parent.size += child.size
        parent.height = max(parent.height, child.height + 1)
        expanded = sum(entry.node.size for entry in self.open)
        if expanded > MAX_NODES:
            code: Code = "yaml-alias-bomb" if alias else "yaml-invalid"
            self.stop(
                code, f"the document has more than {MAX_NODES} parts when expanded", line, alias
            )
        if len(self.open) + child.height > MAX_DEPTH + 1:
            self.stop("yaml-alias-bomb", "aliases nest too deeply", line, alias)
