"""Variants: sets of changed assumptions that were given a name, and notes on the quantities of a crisis.

What is known of a variant are the events of its stream in the log, ``variant/CRISIS/ID``; of the notes of a crisis those of
``note/CRISIS``. Nothing is ever taken out: what was deleted can be put back.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from detente.crisis.crisis import Crisis
from detente.engine.usual import SEED
from detente.errors import refuse
from detente.log import Log, LogEvent
from detente.rules.policies import find_policy
from detente.web.answers import version
from detente.web.assumptions import look_up

__all__ = [
    "AskedName",
    "AskedNote",
    "AskedVariant",
    "Note",
    "Saved",
    "Variants",
    "fold_notes",
    "fold_variant",
]

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Command = Annotated[str, StringConstraints(max_length=100, pattern="^[!-~]*$")]


class AskedName(BaseModel):
    """A name for a variant; ``after`` is the number of the last event that the client knows, any if none."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    after: int | None = Field(default=None, ge=0, lt=2**31)


class AskedVariant(BaseModel):
    """A set of changed assumptions to be saved under a name; ``command`` names the request: sent again, it saves once."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    words: Words = ""
    set: dict[str, float | str | tuple[float, float]] = Field(default_factory=dict, max_length=200)
    policy: str | None = Field(default=None, max_length=200)
    seed: int = Field(default=SEED, ge=0, lt=2**53)
    command: Command = ""


class Saved(BaseModel):
    """A variant that was saved.

    ``set`` has values as a link has them, ``digest`` and ``engine`` say what it was saved with, ``last`` is the number of its
    last event.
    """

    id: str
    crisis: str
    name: str
    words: str
    set: dict[str, str]
    policy: str | None
    seed: int
    digest: str
    engine: str
    saved: str
    changed: str
    deleted: bool = False
    last: int


class AskedNote(BaseModel):
    """A note on a quantity; an empty text takes the note away. ``command`` names the request."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(max_length=300)
    text: Words
    after: int | None = Field(default=None, ge=0, lt=2**31)
    command: Command = ""


class Note(BaseModel):
    """A note on a quantity, and when it was written."""

    path: str
    text: str
    written: str


def fold_variant(events: Iterable[LogEvent]) -> Saved | None:
    """Return what the events of its stream make of a variant; none without any."""
    found: Saved | None = None
    for event in events:
        data, at = event.data, event.at.isoformat(timespec="seconds")
        if event.kind == "saved":
            _, crisis, name = event.stream.split("/")
            found = Saved(
                id=name, crisis=crisis, saved=at, changed=at, last=event.number, **dict(data)
            )
        elif found is not None:
            news = {"deleted": event.kind == "deleted"}
            if event.kind == "renamed":
                news = {"name": data["name"]}
            found = found.model_copy(update={**news, "changed": at, "last": event.number})
    return found


def fold_notes(events: Iterable[LogEvent]) -> dict[str, Note]:
    """Return the notes that the events of a crisis leave, by the path of the quantity, in the order of writing."""
    found: dict[str, Note] = {}
    for event in events:
        path, text = event.data["path"], event.data["text"]
        found.pop(path, None)
        if text:
            written = event.at.isoformat(timespec="seconds")
            found[path] = Note(path=path, text=text, written=written)
    return found


class Variants:
    """The variants and notes of a log.

    Parameters
    ----------
    log
        Where they are kept.
    """

    def __init__(self, log: Log) -> None:
        self._log = log

    def save(self, crisis: Crisis, asked: AskedVariant) -> Saved:
        """Save a set of changes under a name; committed when this returns.

        Raises
        ------
        UsageError
            The codes of :meth:`detente.crisis.Crisis.set`; ``policy-invalid``.
        """
        data: Mapping[str, Any] = {
            "name": asked.name,
            "words": asked.words,
            "set": dict(crisis.set(asked.set).overrides) if asked.set else {},
            "policy": getattr(find_policy(crisis, asked.policy), "id", None),
            "seed": asked.seed,
            "digest": crisis.digest,
            "engine": version(),
        }
        name = _name_of(asked.command)
        self._log.append(self._stream(crisis, name), [("saved", data)], command=asked.command)
        return self.find(crisis, name)

    def find(self, crisis: Crisis, name: str) -> Saved:
        """Return a variant, deleted or not.

        Raises
        ------
        UsageError
            ``page-unknown`` if there is none.
        """
        stream = self._stream(crisis, name)
        found = fold_variant(self._log.read(stream)) if name.isalnum() else None
        if found is None:
            refuse(
                f"there is no variant {name[:80]!r} of {crisis.id}",
                code="page-unknown",
                at="variant",
                fix="use the id that it was saved with",
            )
        return found

    def list(self, crisis: Crisis, *, deleted: bool = False) -> list[Saved]:
        """Return the variants of a crisis, the latest first: those that were deleted, or those that were not."""
        streams = self._log.streams(self._stream(crisis, ""))
        every = [fold_variant(self._log.read(stream)) for stream in streams]
        found = [item for item in every if item is not None and item.deleted == deleted]
        return sorted(found, key=lambda item: item.changed, reverse=True)

    def give_name(self, crisis: Crisis, name: str, asked: AskedName) -> Saved:
        """Give a variant another name.

        Raises
        ------
        RunError
            ``log-conflict`` if somebody else has changed it.
        """
        self.find(crisis, name)
        renamed = ("renamed", {"name": asked.name})
        self._log.append(self._stream(crisis, name), [renamed], after=asked.after)
        return self.find(crisis, name)

    def delete(self, crisis: Crisis, name: str) -> Saved:
        """Delete a variant; :meth:`restore` puts it back."""
        return self._mark(crisis, name, deleted=True)

    def restore(self, crisis: Crisis, name: str) -> Saved:
        """Put a deleted variant back."""
        return self._mark(crisis, name, deleted=False)

    def notes(self, crisis: Crisis) -> dict[str, Note]:
        """Return the notes on a crisis, by the path of the quantity."""
        return fold_notes(self._log.read(_notes_of(crisis)))

    def write(self, crisis: Crisis, asked: AskedNote) -> dict[str, Note]:
        """Write a note on a quantity, in the place of the one before; return all notes.

        Raises
        ------
        UsageError
            ``quantity-unknown``.
        RunError
            ``log-conflict`` if somebody else has written since ``after``.
        """
        look_up(crisis, asked.path)
        written = ("written", {"path": asked.path, "text": asked.text})
        self._log.append(_notes_of(crisis), [written], command=asked.command, after=asked.after)
        return self.notes(crisis)

    def _mark(self, crisis: Crisis, name: str, *, deleted: bool) -> Saved:
        found = self.find(crisis, name)
        if found.deleted != deleted:
            kind = "deleted" if deleted else "restored"
            self._log.append(self._stream(crisis, name), [(kind, {})])
        return self.find(crisis, name)

    @staticmethod
    def _stream(crisis: Crisis, name: str) -> str:
        return f"variant/{crisis.id}/{name}"


def _notes_of(crisis: Crisis) -> str:
    return f"note/{crisis.id}"


def _name_of(command: str) -> str:
    """Return the id of what a request writes: the same for the same request."""
    return hashlib.sha256(command.encode()).hexdigest()[:16] if command else secrets.token_hex(8)
