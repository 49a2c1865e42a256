"""Reading files of games: sizes, encoding, and the line that a message points at."""

import zlib
from pathlib import Path
from typing import NoReturn

from detente.characters import describe_character, find_forbidden
from detente.errors import GameError, refuse

__all__ = [
    "MOST_ACTIONS",
    "MOST_BYTES",
    "MOST_NODES",
    "check_characters",
    "check_size",
    "decode",
    "line_of",
    "place_of",
    "read_bytes",
]

MOST_BYTES = 256 * 2**20
"""Largest file that is read."""
MOST_NODES = 2_000_000
"""Largest tree that is read."""
MOST_ACTIONS = 100_000
"""Most actions of one information set, branches of one event, or players."""
_MOST_CELLS = 50_000_000
_GZIP = b"\x1f\x8b"


def read_bytes(path: Path | str) -> bytes:
    """Return the bytes of a file of acceptable size; what gzip has packed is unpacked."""
    file = Path(path)
    try:
        with file.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        refuse(
            f"the file {str(path)!r} cannot be read: {reason}",
            code="file-missing",
            at=str(path),
            fix="name a file that exists and that you may read",
            error=GameError,
        )
    if len(data) > MOST_BYTES:
        _refuse_size(file.name)
    return _unpack(data, file.name) if data.startswith(_GZIP) else data


def _unpack(data: bytes, name: str) -> bytes:
    """Return what a gzip file holds, of acceptable size; no more than that is ever held in memory."""
    parts: list[bytes] = []
    size, rest = 0, data
    try:
        while rest.startswith(_GZIP):  # a file may hold several members, one after the other
            member = zlib.decompressobj(wbits=31)
            part = member.decompress(rest, MOST_BYTES + 1 - size)
            size += len(part)
            if size > MOST_BYTES:
                _refuse_size(name)
            parts.append(part)
            if not member.eof:
                _refuse_damaged(name, "it ends too early")
            rest = member.unused_data.lstrip(b"\0")
    except zlib.error as error:
        _refuse_damaged(name, str(error))
    return b"".join(parts)


def _refuse_size(name: str) -> NoReturn:
    refuse(
        f"the file {name!r} is larger than {MOST_BYTES // 2**20} MiB",
        code="file-too-large",
        at=name,
        fix="shorten the game; trees of this size are better built with GameBuilder or from arrays",
        error=GameError,
    )


def _refuse_damaged(name: str, why: str) -> NoReturn:
    refuse(
        f"the gzip file {name!r} is damaged: {why}",
        code="game-invalid",
        at=name,
        fix="copy or download it once more, or save the game without compression",
        error=GameError,
    )


def decode(data: bytes, *, name: str) -> str:
    """Return the text of UTF-8 bytes, without a byte order mark."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        refuse(
            f"the file {name!r} is not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}",
            code="file-not-utf8",
            at=f"{name}:{line}",
            fix="save the file as UTF-8 without conversion losses",
            error=GameError,
        )


def check_characters(text: str, *, name: str) -> None:
    """Refuse a text with a character that no text may hold."""
    offset = find_forbidden(text)
    if offset is not None:
        refuse(
            f"the game holds the character {describe_character(text[offset])}, which no text may hold",
            code="character-forbidden",
            at=place_of(name, text, offset),
            fix="remove the character; retyping the word does it",
            error=GameError,
        )


def line_of(text: str, offset: int) -> int:
    """Return the line of an offset, from 1."""
    return text.count("\n", 0, offset) + 1


def place_of(name: str, text: str, offset: int) -> str:
    """Return ``file:line`` of an offset."""
    return f"{name}:{line_of(text, offset)}"


def check_size(n_nodes: int, n_players: int, *, at: str) -> None:
    """Refuse a tree that would not fit in memory."""
    if n_nodes > MOST_NODES or n_nodes * n_players > _MOST_CELLS:
        refuse(
            f"the tree has {n_nodes} nodes or more, for {n_players} players",
            code="game-too-large",
            at=at,
            fix=f"shorten the game to at most {MOST_NODES} nodes and {_MOST_CELLS} nodes times players",
            error=GameError,
        )
