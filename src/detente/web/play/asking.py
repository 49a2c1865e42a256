"""What is asked of sessions: how one is created, commands, and the forms of the pages that work without scripts."""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from detente.play.options import SessionOptions, read_options
from detente.play.survey import QUESTIONS

__all__ = [
    "MOST_ROOMS",
    "AskedClass",
    "AskedCommand",
    "AskedFork",
    "AskedLink",
    "AskedOfClass",
    "AskedSession",
    "ClassMade",
    "Done",
    "DoneInRooms",
    "SessionMade",
    "kinds_of",
    "read_form",
    "read_session",
]

Kind = Literal["human", "equilibrium", "scripted", "random", "model"]
_KINDS: dict[str, str] = {
    "human": "a person",
    "equilibrium": "bot: the model's odds",
    "scripted": "bot: waits and holds back",
    "random": "bot: any legal move",
}

MOST_ROOMS = 30
"""Rooms of a class (:doc:`/decisions/0128-the-desk-and-its-class`)."""

_LISTS = frozenset({"to", "choices", "reasons"})
_TABLES = frozenset({"terms", "tick", "estimates", "state", "when", "answers"})
_POINTS = frozenset(item.id for item in QUESTIONS if item.kind == "points")
_SETTINGS = frozenset(
    {"minutes", "missing", "types", "reveal", "talk", "policy", "draws", "seed", "session_seed"}
    | {"away_minutes", "rooms", "chance", "name"}
)
_NUMBERS = frozenset({"minutes", "round", "lapses", "odds"})


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AskedSession(_Asked):
    """A session to be created; seats that are not named are played by the model's odds."""

    crisis: str = Field(max_length=200)
    seats: dict[str, Kind] = Field(default_factory=dict, max_length=32)
    minutes: float | None = Field(default=None, gt=0, le=43200)
    missing: Literal["bot", "default", "extend", "pause"] = "bot"
    types: Literal["hidden", "dealt"] = "hidden"
    reveal: Literal["auto", "control"] = "auto"
    talk: Literal["any", "all", "none"] = "any"
    beliefs: bool = True
    looks: bool = False
    arguments: bool = False
    chosen: dict[str, str] = Field(default_factory=dict, max_length=32)
    away_minutes: float | None = Field(default=None, gt=0, le=43200)
    policy: str = Field(default="", max_length=200)
    draws: Literal[16, 64, 256] = 64
    seed: int = Field(default=1, ge=0, lt=2**53)
    session_seed: int | None = Field(default=None, ge=0, lt=2**53)
    set: dict[str, float | str | tuple[float, float]] = Field(default_factory=dict, max_length=200)

    def options(self) -> SessionOptions:
        """Return it as the session takes it; the key of its draws is made up unless it is given."""
        data = self.model_dump(exclude={"crisis", "set"})
        if self.session_seed is None:
            data["session_seed"] = secrets.randbelow(2**31)
        return read_options(data)


def kinds_of(model: str) -> dict[str, str]:
    """Return who may play a seat, in words; ``model`` names the language model that is set up, if one is.

    Examples
    --------
    >>> kinds_of("some-model")["model"]
    'language model: some-model'
    >>> "model" in kinds_of("")
    False
    """
    return {**_KINDS, "model": f"language model: {model}"} if model else dict(_KINDS)


class AskedClass(AskedSession):
    """Rooms of one class to be created: all options are the same; ``chance`` says whether the draws are too."""

    name: str = Field(default="", max_length=80)
    rooms: int = Field(default=2, ge=1, le=MOST_ROOMS)
    chance: Literal["same", "own"] = "same"

    def options(self) -> SessionOptions:
        """Return them as each session takes them."""
        data = self.model_dump(exclude={"name", "rooms", "chance"})
        return AskedSession.model_validate(data).options()


class ClassMade(BaseModel):
    """A class that was created: its id, the link that opens it, and by room and seat the links of its rooms."""

    id: str
    link: str
    rooms: dict[str, dict[str, str]]


class AskedOfClass(_Asked):
    """What is asked of all rooms at once that can do it now: sent again with the same id, it is done once."""

    id: str = Field(min_length=1, max_length=64, pattern="^[!-~]+$")
    kind: Literal["start", "pause", "resume", "extend", "relink"]
    minutes: float = Field(default=2.0, gt=0, le=43200)


class DoneInRooms(BaseModel):
    """In which rooms it was done, and which stay as they are."""

    ok: Literal[True] = True
    done: list[str]
    left: list[str]


class SessionMade(BaseModel):
    """A session that was created: its name, and by seat the link that opens it."""

    id: str
    links: dict[str, str]


class AskedCommand(_Asked):
    """A command of a seat or of control: sent again with the same id, it is done once."""

    id: str = Field(min_length=1, max_length=64, pattern="^[!-~]+$")
    kind: str = Field(max_length=32)
    data: dict[str, Any] = Field(default_factory=dict, max_length=32)


class AskedFork(_Asked):
    """A turn to be played anew."""

    turn: int = Field(ge=1, le=10_000)


class AskedLink(_Asked):
    """A seat whose link is to end; ``id`` makes it safe to send twice."""

    who: str = Field(max_length=64)
    id: str = Field(default="", max_length=64, pattern="^[!-~]*$")


class Done(BaseModel):
    """That a command is committed, and when."""

    ok: Literal[True] = True
    at: str = ""


def read_form(pairs: Sequence[tuple[str, str]]) -> AskedCommand:
    """Return the command that a form sends.

    ``choices`` and ``reasons``, in order, and ``to`` may stand several times; ``odds`` are in per cent; ``terms.ISSUE``, ``state.VARIABLE``, ``when.VARIABLE``, ``answers.QUESTION`` and ``estimates.NAME``,
    the latter in per cent, fill tables. Without an id of its own it gets one from what it says and what was seen when it was written, so that a form
    that is sent twice is done once.

    Examples
    --------
    >>> read_form([("id", "a"), ("kind", "say"), ("to", "usa"), ("text", "yes")]).data
    {'to': ['usa'], 'text': 'yes'}
    >>> read_form([("kind", "estimate"), ("estimates.usa.firm", "60"), ("seen", "1")]).data
    {'estimates': {'usa.firm': 0.6}}
    >>> form = [("kind", "propose"), ("tick.line", "yes"), ("terms.line", "40"), ("terms.arms", "50")]
    >>> read_form(form).data  # a term counts where it is ticked
    {'terms': {'line': 40.0}}
    >>> read_form([("kind", "survey"), ("answers.aims", "4"), ("answers.remark", "4")]).data
    {'answers': {'aims': 4, 'remark': '4'}}
    """
    data: dict[str, Any] = {}
    plain: dict[str, str] = {}
    for name, value in pairs:
        table, _, key = name.partition(".")
        if name in {"csrf", "id", "seen", "kind"}:
            plain[name] = value
        elif table in _LISTS:
            found = data.setdefault(table, [])
            if value:
                found.append(value)
        elif table in _TABLES and key:
            if value.strip():
                data.setdefault(table, {})[key] = _cell(table, key, value)
        elif name in _NUMBERS:
            if value.strip():
                data[name] = _figure(name, value)
        elif name == "by":  # who plays a seat from now on
            data["kind"] = value
        else:
            data[name] = value
    _keep_ticked(data)
    own = hashlib.sha256(repr([pair for pair in pairs if pair[0] != "csrf"]).encode()).hexdigest()
    return AskedCommand(id=plain.get("id") or own[:32], kind=plain.get("kind", ""), data=data)


def _keep_ticked(data: dict[str, Any]) -> None:
    """Leave out the terms that are not ticked."""
    ticked = data.pop("tick", {})
    if "terms" in data:
        data["terms"] = {key: value for key, value in data["terms"].items() if key in ticked}


def read_session(crisis: str, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return what the form that creates a session asks, as :class:`AskedClass` takes it.

    Examples
    --------
    >>> read_session("c", [("seats.usa", "human"), ("minutes", ""), ("looks", "yes")])
    {'crisis': 'c', 'seats': {'usa': 'human'}, 'set': {}, 'chosen': {}, 'beliefs': False, 'looks': True, 'arguments': False}
    """
    asked: dict[str, Any] = {"crisis": crisis, "seats": {}, "set": {}, "chosen": {}}
    given = {name for name, _ in pairs}
    for name, value in pairs:
        table, _, key = name.partition(".")
        if table in {"seats", "set", "chosen"} and key:
            if value.strip():
                asked[table][key] = value.strip()
        elif name in _SETTINGS and value.strip():
            whole = name in {"draws", "rooms"} and value.isascii() and value.isdecimal()
            asked[name] = int(value) if whole else value
    return asked | {name: name in given for name in ("beliefs", "looks", "arguments")}


def _cell(table: str, key: str, value: str) -> float | str:
    """Return what a field of a table holds: a number, a share of what is written in per cent, a point of the survey, or a text."""
    if table in {"state", "when", "answers", "tick"}:
        whole = value.isascii() and value.isdecimal()
        return int(value) if table == "answers" and key in _POINTS and whole else value
    number = _number(value)
    return number / 100 if table == "estimates" and isinstance(number, float) else number


def _figure(name: str, value: str) -> float | str:
    """Return what a field for a number holds: odds are written in per cent, and all but minutes may be whole."""
    number = _number(value)
    if isinstance(number, str) or name == "minutes":
        return number
    if name == "odds":
        return number / 100
    return int(number) if number.is_integer() else number


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
