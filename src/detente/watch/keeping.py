"""What a watch keeps in its folder: a file per day and one per solved game, each sealed with the checksum of its content.

A file that is missing is made. One whose seal does not hold, or that is no plain file, is told of and made anew: nothing of it
is read, so that neither a flipped bit nor somebody's file comes into a number.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pydantic_core import from_json, to_json

from detente.arrays import FloatArray
from detente.engine.roots import Solved
from detente.files.links import check_links
from detente.files.reading import read_plain
from detente.files.writing import remove_leftovers, write_whole

__all__ = ["Keeper", "Note"]

Note = Callable[[str], None]
"""Told, in words, of a kept file that is damaged."""

_MOST_BYTES = 2**34
_DAY_SEAL = re.compile(rb'\{"sha256": "([0-9a-f]{64})", "record":\n')
_GAME_SEAL = re.compile(rb"([0-9a-f]{64})\n")
_NUMBER = np.dtype("<f8")


class Keeper:
    """The kept days and games of a watch.

    Parameters
    ----------
    folder
        The folder of the watch; made when something is kept.
    note
        Told of each damaged file.

    Raises
    ------
    RunError
        ``path-linked`` if one of its folders is a link.
    """

    def __init__(self, folder: Path, *, note: Note | None = None) -> None:
        self.folder = folder
        self._note = note or (lambda _words: None)
        check_links(folder, ("days", "games"))
        remove_leftovers([*folder.glob("days/.*.part"), *folder.glob("games/.*.part")])

    def read_day(self, day: str, key: str) -> dict[str, Any] | None:
        """Return the record of a day if its file is there, whole, and of that key."""
        path = self._day_file(day)
        body = self._unsealed(path, _DAY_SEAL, end=b"\n}\n")
        if body is None:
            return None
        try:
            record = from_json(body)
        except ValueError:
            self._tell(path)
            return None
        return record if isinstance(record, dict) and record.get("key") == key else None

    def keep_day(self, day: str, record: Mapping[str, Any]) -> dict[str, Any]:
        """Keep the record of a day; return it as it will be read."""
        body = to_json(record, inf_nan_mode="constants")
        seal = hashlib.sha256(body).hexdigest().encode()
        content = b'{"sha256": "' + seal + b'", "record":\n' + body + b"\n}\n"
        write_whole(self._day_file(day), content, within=self.folder)
        found: dict[str, Any] = from_json(body)
        return found

    def read_game(self, name: str) -> Solved | None:
        """Return a solved game if its file is there and whole."""
        path = self._game_file(name)
        body = self._unsealed(path, _GAME_SEAL)
        if body is None:
            return None
        head, _, numbers = body.partition(b"\n")
        try:
            found = from_json(head)
            shape = tuple(int(size) for size in found["shape"])
            reach: FloatArray = np.frombuffer(numbers, dtype=_NUMBER).reshape(shape)
            residual, unconverged = float(found["residual"]), int(found["unconverged"])
        except (ValueError, KeyError, TypeError, OverflowError):
            self._tell(path)
            return None
        return Solved(reach=reach.astype(np.float64), residual=residual, unconverged=unconverged)

    def keep_game(self, name: str, solved: Solved) -> None:
        """Keep a solved game: its numbers follow a line that says how many there are."""
        head = {
            "shape": list(solved.reach.shape),
            "residual": solved.residual,
            "unconverged": int(solved.unconverged),
        }
        numbers = np.ascontiguousarray(solved.reach, dtype=_NUMBER).tobytes()
        body = json.dumps(head).encode() + b"\n" + numbers
        content = hashlib.sha256(body).hexdigest().encode() + b"\n" + body
        write_whole(self._game_file(name), content, within=self.folder)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _day_file(self, day: str) -> Path:
        return self.folder / "days" / f"{day}.json"

    def _game_file(self, name: str) -> Path:
        return self.folder / "games" / f"{name}.game"

    def _unsealed(self, path: Path, seal: re.Pattern[bytes], *, end: bytes = b"") -> bytes | None:
        """Return what a seal says was written; None if the file is missing or damaged."""
        try:
            content = read_plain(path, most=_MOST_BYTES)
        except FileNotFoundError:
            return None
        except OSError:
            self._tell(path)
            return None
        found = seal.match(content)
        body = content[found.end() : len(content) - len(end)] if found else b""
        holds = (
            found is not None
            and content.endswith(end)
            and hashlib.sha256(body).hexdigest().encode() == found[1]
        )
        if not holds:
            self._tell(path)
            return None
        return body

    def _tell(self, path: Path) -> None:
        place = path.relative_to(self.folder)
        self._note(f"{place.as_posix()} is damaged; it is made anew")
