"""Drafts of crises: every change is an event of the draft's stream, kept for good; what a draft is now is what its events make of it.

A draft holds the texts of a folder. Changes are cut out of them character by character, so that they can be undone and made
again, and so that a change made on an older view of the draft still fits, if nothing else was changed at its place.
"""

import secrets
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from detente.analysis.checking import examine
from detente.crisis.crisis import Crisis
from detente.crisis.draft import Keys
from detente.crisis.editing import remove_entry, set_value, value_at
from detente.crisis.loading import CRISIS_FILE
from detente.errors import CrisisFileError, DetenteError, Finding, RunError, refuse
from detente.log import Log, LogEvent
from detente.web.workbench import Recent, Workbench

__all__ = ["Checked", "DraftState", "Drafts", "Edit", "EditConflictError", "Splice", "files_of"]

_PIECE = 200_000
"""Characters of a text in one event."""
_CHECKS = 64
_NEVER = datetime.min.replace(tzinfo=UTC)
_TRIES = 5
_STREAM, _VERSION = "draft/", "version/"


@dataclass(frozen=True, slots=True)
class Splice:
    """A change of a text: at a place some characters give way to others."""

    at: int
    removed: str
    added: str

    def apply(self, text: str) -> str:
        """Return the text with the change."""
        return text[: self.at] + self.added + text[self.at + len(self.removed) :]

    def inverse(self) -> "Splice":
        """Return what undoes it."""
        return Splice(self.at, self.added, self.removed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change of a draft: what it did, in words, and the change of each file."""

    label: str
    splices: Mapping[str, Splice]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftState:
    """A draft as its events have made it.

    ``version`` counts its events, ``origin`` is the crisis or template it was begun from, ``versions`` names the crises that
    were saved of it, the latest last.
    """

    id: str
    version: int = 0
    origin: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    done: tuple[Edit, ...] = ()
    undone: tuple[Edit, ...] = ()
    versions: tuple[str, ...] = ()
    is_aside: bool = False
    at: datetime = _NEVER

    @property
    def text(self) -> str:
        """The text of the crisis file."""
        return self.files[CRISIS_FILE]

    @property
    def title(self) -> str:
        """Its title, or its id where the file gives none."""
        return str(value_at(self.text, ("title",)) or self.name)

    @property
    def name(self) -> str:
        """The id of the crisis in the file."""
        return str(value_at(self.text, ("id",)) or "crisis")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the checks find in a draft, and its crisis if none of it is an error."""

    findings: tuple[Finding, ...]
    crisis: Crisis | None

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing keeps it from being saved."""
        return self.crisis is not None and not any(
            item.severity == "error" for item in self.findings
        )


class EditConflictError(RunError):
    """A change of what somebody else has changed since: with both values, and the one that both began from."""

    def __init__(self, keys: Keys, *, was: Any, theirs: Any, yours: Any, version: int) -> None:
        super().__init__(
            f"{'.'.join(map(str, keys))[:200]} was changed elsewhere since this page was loaded",
            code="log-conflict",
            at=".".join(map(str, keys))[:200],
            fix="keep the other value, or send yours again on top of it",
        )
        self.was, self.theirs, self.yours, self.version = was, theirs, yours, version


def files_of(folder: Path) -> dict[str, str]:
    """Return the texts of a crisis folder: the crisis file first, tables, expectations."""
    names = sorted(
        item.name
        for item in folder.iterdir()
        if item.suffix in {".yaml", ".csv"} and item.is_file()
    )
    names.sort(key=lambda name: name != CRISIS_FILE)
    return {name: folder.joinpath(name).read_text("utf-8-sig") for name in names}


class Drafts:
    """The drafts of a workbench; may be shared by threads, and its log by processes.

    Parameters
    ----------
    log
        Where their events are.
    bench
        The crises that are served; it is told of saved versions.
    """

    def __init__(self, log: Log, bench: Workbench) -> None:
        self._log, self._bench = log, bench
        self._known: dict[str, DraftState] = {}
        self._lock = threading.Lock()
        self._checked: Recent[Checked] = Recent(_CHECKS)
        self._folders = Path(tempfile.mkdtemp(prefix="detente-drafts-"))
        weakref.finalize(self, shutil.rmtree, self._folders, ignore_errors=True)

    # --- reading ----------------------------------------------------------------------------------------------------

    def state(self, draft: str, *, upto: int | None = None) -> DraftState:
        """Return a draft as it is, or as it was at an event.

        Raises
        ------
        UsageError
            ``page-unknown`` if there is no such draft.
        """
        if not draft.isalnum() or len(draft) > 40:
            _no_draft(draft)
        if upto is not None:
            events = self._log.read(_STREAM + draft)
            return _fold(DraftState(id=draft), [item for item in events if item.number <= upto])
        known = self._known.get(draft, DraftState(id=draft))
        found = _fold(known, self._log.read(_STREAM + draft, after=known.version))
        if not found.files:
            _no_draft(draft)
        with self._lock:
            if found.version >= self._known.get(draft, found).version:
                self._known[draft] = found
        return found

    def begun_at(self, draft: str) -> int:
        """Return the event at which a draft had the texts that it was begun with."""
        kinds = {"begun", "file"}
        events = self._log.read(_STREAM + draft)
        return max((item.number for item in events if item.kind in kinds), default=0)

    def list(self) -> list[DraftState]:
        """Return the drafts that are not set aside, the latest first."""
        ids = [name.removeprefix(_STREAM) for name in self._log.streams(_STREAM)]
        found = [self.state(draft) for draft in ids]
        return sorted((item for item in found if not item.is_aside), key=lambda item: item.at)[::-1]

    def check(self, state: DraftState) -> Checked:
        """Return what the checks find in a draft as it is: those of ``detente check``."""

        def do() -> Checked:
            findings, crisis = examine(self._write(state.files, f"{state.id}-{state.version}"))
            return Checked(findings=findings, crisis=crisis)

        return self._checked.get((state.id, state.version), do)

    # --- changing ---------------------------------------------------------------------------------------------------

    def begin(self, files: Mapping[str, str], *, origin: str) -> DraftState:
        """Begin a draft with the texts of a folder."""
        draft = secrets.token_hex(6)
        events: list[tuple[str, dict[str, Any]]] = [("begun", {"origin": origin})]
        for name, text in files.items():
            pieces = range(0, max(len(text), 1), _PIECE)
            events += [("file", {"name": name, "text": text[at : at + _PIECE]}) for at in pieces]
        self._log.append(_STREAM + draft, events, after=0)
        return self.state(draft)

    def change(
        self,
        draft: str,
        make: Callable[[Mapping[str, str]], Mapping[str, str]],
        *,
        label: str,
        command: str = "",
    ) -> DraftState:
        """Change the files of a draft by a function of them; it is called again if the draft went on meanwhile."""
        for _ in range(_TRIES):
            state = self.state(draft)
            splices = _differences(state.files, make(state.files))
            if not splices:
                return state
            data = {
                "label": label[:200],
                "files": {name: [s.at, s.removed, s.added] for name, s in splices.items()},
            }
            if self._append(state, "changed", data, command):
                return self.state(draft)
        return _busy(draft)

    def patch(  # one request of one page
        self,
        draft: str,
        keys: Keys,
        value: Any,
        *,
        base: int,
        removes: bool = False,
        command: str = "",
    ) -> DraftState:
        """Set a value of the crisis file, or remove it, as somebody does who saw the draft at an event.

        Raises
        ------
        EditConflictError
            If the value at that place was changed since, and not to this one.
        """

        def make(files: Mapping[str, str]) -> Mapping[str, str]:
            text = files[CRISIS_FILE]
            here = value_at(text, keys)
            if base < self.state(draft).version:
                was = value_at(self.state(draft, upto=base).text, keys)
                if here not in (was, value):
                    raise EditConflictError(
                        keys,
                        was=was,
                        theirs=here,
                        yours=None if removes else value,
                        version=self.state(draft).version,
                    )
            if removes:
                return files if here is None else {**files, CRISIS_FILE: remove_entry(text, keys)}
            return {**files, CRISIS_FILE: set_value(text, keys, value)}

        if base < 0 or base > self.state(draft).version:
            refuse(
                f"the draft has {self.state(draft).version} events, so nobody saw event {base}",
                code="option-invalid",
                at="base",
                fix="send the version that the draft had when it was read",
            )
        return self.change(draft, make, label=".".join(map(str, keys)), command=command)

    def replace_text(
        self, draft: str, file: str, text: str, *, base: int, span: tuple[int, int] | None = None
    ) -> DraftState:
        """Put a text in the place of a file, or of a part of it as it was at an event.

        Raises
        ------
        EditConflictError
            If the part was changed since.
        """
        before = self.state(draft, upto=base).files.get(file, "")
        start, end = span or (0, len(before))

        def make(files: Mapping[str, str]) -> Mapping[str, str]:
            now, old = files.get(file, ""), before[start:end]
            at = now.find(old) if old else start
            if at < 0 or (not span and now != before):
                raise EditConflictError(
                    (file,), was=old, theirs=now, yours=text, version=self.state(draft).version
                )
            return {**files, file: now[:at] + text + now[at + len(old) :]}

        return self.change(draft, make, label=f"text of {file}")

    def undo(self, draft: str, *, again: bool = False) -> DraftState:
        """Take the latest change back, or make the one that was taken back again; nothing happens if there is none."""
        for _ in range(_TRIES):
            state = self.state(draft)
            if not (state.undone if again else state.done):
                return state
            if self._append(state, "redone" if again else "undone", {}):
                return self.state(draft)
        return _busy(draft)

    def set_aside(self, draft: str, *, aside: bool) -> DraftState:
        """Take a draft off the list, or put it back; it is kept either way."""
        self._log.append(_STREAM + draft, [("set-aside" if aside else "taken-up", {})])
        return self.state(draft)

    # --- versions ---------------------------------------------------------------------------------------------------

    def save(self, draft: str) -> Crisis:
        """Save a version of a draft: a crisis of its own, which is served from now on.

        Raises
        ------
        CrisisFileError
            With every finding, if the checks find an error.
        """
        state = self.state(draft)
        checked = self.check(state)
        if not checked.is_clean:
            raise CrisisFileError([item for item in checked.findings if item.severity == "error"])
        number = 1
        while True:
            name = f"{state.name[:70]}-v{number}"
            saved = {"draft": draft, "event": state.version}
            if name not in self._bench.names and self._claim(name, saved):
                break
            number += 1
        self._log.append(_STREAM + draft, [("saved", {"name": name, "event": state.version})])
        return self._bench.crisis(name)

    def names(self) -> tuple[str, ...]:
        """Return the names of all saved versions."""
        return tuple(name.removeprefix(_VERSION) for name in self._log.streams(_VERSION))

    def load(self, name: str) -> Crisis:
        """Return a saved version."""
        saved = self._log.read(_VERSION + name)[0].data
        state = self.state(saved["draft"], upto=saved["event"])
        text = set_value(state.text, ("id",), name)
        folder = self._write({**state.files, CRISIS_FILE: text}, name)
        findings, crisis = examine(folder)
        if crisis is None:
            raise CrisisFileError(findings)
        return crisis

    def _claim(self, name: str, saved: Mapping[str, Any]) -> bool:
        try:
            self._log.append(_VERSION + name, [("saved", saved)], after=0)
        except DetenteError as error:
            if error.code == "log-conflict":
                return False
            raise
        return True

    def _append(
        self, state: DraftState, kind: str, data: Mapping[str, Any], command: str = ""
    ) -> bool:
        """Add an event to a draft; tell whether it had not gone on meanwhile."""
        try:
            self._log.append(
                _STREAM + state.id, [(kind, data)], after=state.version, command=command
            )
        except DetenteError as error:
            if error.code == "log-conflict":
                return False
            raise
        return True

    def _write(self, files: Mapping[str, str], name: str) -> Path:
        """Write a folder, once."""
        folder = self._folders / name
        if not folder.is_dir():
            new = Path(tempfile.mkdtemp(dir=self._folders))
            for file, text in files.items():
                new.joinpath(file).write_text(text, encoding="utf-8")
            try:
                new.rename(folder)
            except OSError:  # another thread was faster
                return new
        return folder


def _fold(state: DraftState, events: Sequence[LogEvent]) -> DraftState:
    """Return what events make of a draft."""
    for event in events:
        state = replace(_step(state, event), version=event.number, at=event.at)
    return state


def _step(state: DraftState, event: LogEvent) -> DraftState:
    data = event.data
    match event.kind:
        case "begun":
            return replace(state, origin=data["origin"])
        case "file":
            text = state.files.get(data["name"], "") + data["text"]
            return replace(state, files={**state.files, data["name"]: text})
        case "saved":
            return replace(state, versions=(*state.versions, data["name"]))
        case "changed" | "undone" | "redone":
            return _edited(state, event)
        case _:
            return replace(state, is_aside=event.kind == "set-aside")


def _edited(state: DraftState, event: LogEvent) -> DraftState:
    if event.kind == "changed":
        splices = {name: Splice(*given) for name, given in event.data["files"].items()}
        edit = Edit(label=event.data["label"], splices=splices)
        return replace(_with(state, splices), done=(*state.done, edit), undone=())
    if event.kind == "undone":
        edit = state.done[-1]
        back = {name: splice.inverse() for name, splice in edit.splices.items()}
        return replace(_with(state, back), done=state.done[:-1], undone=(*state.undone, edit))
    edit = state.undone[-1]
    done = (*state.done, edit)
    return replace(_with(state, edit.splices), done=done, undone=state.undone[:-1])


def _with(state: DraftState, splices: Mapping[str, Splice]) -> DraftState:
    files = dict(state.files)
    for name, splice in splices.items():
        files[name] = splice.apply(files.get(name, ""))
    return replace(state, files={name: text for name, text in files.items() if text})


def _differences(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, Splice]:
    """Return the change of each file that differs: from the first character that does to the last."""
    found = {}
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name, ""), after.get(name, "")
        if old == new:
            continue
        most = min(len(old), len(new))
        head = next((n for n in range(most) if old[n] != new[n]), most)
        most -= head
        tail = next((n for n in range(most) if old[-1 - n] != new[-1 - n]), most)
        found[name] = Splice(head, old[head : len(old) - tail], new[head : len(new) - tail])
    return found


def _no_draft(draft: str) -> NoReturn:
    refuse(
        f"there is no draft {draft[:80]!r}",
        code="page-unknown",
        at="draft",
        fix="begin one on the page Edit of a crisis, or open one that is listed there",
    )


def _busy(draft: str) -> NoReturn:
    refuse(
        f"the draft {draft!r} is changed from elsewhere faster than this change can be made",
        code="log-conflict",
        at=draft,
        fix="wait a moment and change it again",
        error=RunError,
    )
