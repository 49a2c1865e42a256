"""The interface of drafts: what the editor shows and does, for programs."""

from collections.abc import Mapping
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from detente.analysis.expecting import run_expectations
from detente.crisis.crisis import Crisis
from detente.crisis.draft import Keys
from detente.crisis.editing import set_distribution, set_value, value_at
from detente.crisis.entries import add_named, id_of, remove_named, rename_named
from detente.crisis.expectations import EXPECTATIONS_FILE, read_expectations
from detente.crisis.loading import CRISIS_FILE
from detente.crisis.uploads import pack_folder, read_upload
from detente.errors import CrisisFileError, refuse
from detente.web.api import bench_of, stoppable
from detente.web.drafts import Checked, Drafts, DraftState, EditConflictError, files_of
from detente.web.editor import (
    PREVIEW_DRAWS,
    FindingView,
    MoveWorth,
    list_findings,
    list_worths,
    read_field,
)
from detente.web.rendering import describe, renderer_of

__all__ = [
    "AskedDraft",
    "AskedEdit",
    "AskedEntry",
    "AskedText",
    "ChecksView",
    "DraftText",
    "DraftView",
    "ExpectedView",
    "PreviewView",
    "SavedView",
    "before",
    "begin_draft",
    "begin_of",
    "check",
    "check_draft",
    "check_file",
    "drafts_of",
    "edit_draft",
    "edit_entries",
    "edit_text",
    "export_draft",
    "list_drafts",
    "preview_draft",
    "redo",
    "router",
    "save",
    "save_draft",
    "show_draft",
    "undo",
    "unwritable",
    "upload_draft",
]

router = APIRouter()


class AskedDraft(BaseModel):
    """A draft that is to be begun: from a crisis that is served, with values set."""

    model_config = ConfigDict(extra="forbid")

    crisis: str = Field(max_length=200)
    set: dict[str, str] = Field(default_factory=dict, max_length=200)


class AskedEdit(BaseModel):
    """A value of the crisis file that is to be set: by its keys, as seen at an event of the draft; no value removes it.

    ``shown`` is what was typed into the field, ``value`` a plain value in its place. ``command`` names the request: one that is
    sent twice changes once.
    """

    model_config = ConfigDict(extra="forbid")

    base: int = Field(ge=0)
    at: list[str | int] = Field(min_length=1, max_length=20)
    shown: str | None = Field(default=None, max_length=100_000)
    value: Any = None
    command: str = Field(default="", max_length=64, pattern="^[A-Za-z0-9-]*$")


class AskedEntry(BaseModel):
    """An actor, move or outcome that is to be added, renamed or removed with what refers to it."""

    model_config = ConfigDict(extra="forbid")

    do: Literal["add", "rename", "remove"]
    kind: Literal["actors", "instruments", "outcomes"]
    name: str = Field(max_length=100)
    new: str = Field(default="", max_length=100)
    entry: dict[str, Any] = Field(default_factory=dict)
    phases: list[str] = Field(default_factory=list, max_length=100)


class AskedText(BaseModel):
    """A text that is to stand in the place of a file, as seen at an event of the draft."""

    model_config = ConfigDict(extra="forbid")

    base: int = Field(ge=0)
    file: str = Field(default=CRISIS_FILE, max_length=120)
    text: str


class DraftView(BaseModel):
    """A draft: ``version`` counts its events."""

    id: str
    version: int
    title: str
    crisis: str
    origin: str
    can_undo: bool
    can_redo: bool
    versions: list[str]
    changed_at: str


class DraftText(DraftView):
    """A draft with the texts of its files."""

    files: dict[str, str]


class ChecksView(BaseModel):
    """What the checks find in a draft."""

    clean: bool
    findings: list[FindingView]


class PreviewView(BaseModel):
    """What moves are worth in a draft, beside the version before; explored cases, not a forecast."""

    draws: int
    worths: list[MoveWorth]


class ExpectedView(BaseModel):
    """An expectation, and whether it holds."""

    id: str
    why: str
    holds: bool
    mean: float


class SavedView(BaseModel):
    """A version that was saved: a crisis that is served from now on, and whether its expectations hold."""

    crisis: str
    link: str
    expectations: list[ExpectedView]


def drafts_of(request: Request) -> Drafts:
    """Return the drafts of the application that a request came to."""
    found: Drafts = request.app.state.drafts
    return found


@router.get("/drafts")
def list_drafts(request: Request) -> list[DraftView]:
    """Return the drafts, the latest first."""
    return [_view(state) for state in drafts_of(request).list()]


@router.post("/drafts")
def begin_draft(request: Request, asked: AskedDraft) -> DraftView:
    """Begin a draft of a crisis."""
    return _view(begin_of(request, bench_of(request).crisis(asked.crisis), asked.set)[0])


@router.post("/drafts/upload")
async def upload_draft(request: Request) -> DraftView:
    """Begin a draft with a folder that is sent: a zip archive of it, or a crisis file, as the body of the request."""
    content = await request.body()
    return _view(await stoppable(request, "", lambda _stop: _receive(request, content)))


@router.get("/drafts/{draft}")
def show_draft(request: Request, draft: str) -> DraftText:
    """Return a draft with its texts."""
    state = drafts_of(request).state(draft)
    return DraftText(**_view(state).model_dump(), files=dict(state.files))


@router.patch("/drafts/{draft}", responses={409: {"description": "It was changed elsewhere."}})
def edit_draft(request: Request, draft: str, asked: AskedEdit) -> Response:
    """Set a value; where somebody else changed it since, the answer is 409 with both values."""
    keys: Keys = tuple(asked.at)
    value = asked.value if asked.shown is None else read_field(str(keys[-1]), asked.shown)
    try:
        state = drafts_of(request).patch(
            draft, keys, value, base=asked.base, removes=value is None, command=asked.command
        )
    except EditConflictError as error:
        return JSONResponse(_conflict(error), status_code=409)
    return JSONResponse(_view(state).model_dump())


@router.post("/drafts/{draft}/entries")
def edit_entries(request: Request, draft: str, asked: AskedEntry) -> DraftView:
    """Add, rename or remove an actor, move or outcome, with everything that refers to it."""

    def make(files: Mapping[str, str]) -> Mapping[str, str]:
        if asked.do == "add":
            return add_named(files, asked.kind, asked.name, asked.entry, phases=tuple(asked.phases))
        if asked.do == "rename":
            return rename_named(files, asked.kind, asked.name, asked.new)
        return remove_named(files, asked.kind, asked.name)

    return _view(drafts_of(request).change(draft, make, label=f"{asked.do} {asked.name}"))


@router.post("/drafts/{draft}/text", responses={409: {"description": "It was changed elsewhere."}})
def edit_text(request: Request, draft: str, asked: AskedText) -> Response:
    """Put a text in the place of a file of the draft."""
    drafts = drafts_of(request)
    check_file(drafts.state(draft), asked.file)
    try:
        state = drafts.replace_text(draft, asked.file, asked.text, base=asked.base)
    except EditConflictError as error:
        return JSONResponse(_conflict(error), status_code=409)
    return JSONResponse(_view(state).model_dump())


@router.post("/drafts/{draft}/undo")
def undo(request: Request, draft: str) -> DraftView:
    """Take the latest change back."""
    return _view(drafts_of(request).undo(draft))


@router.post("/drafts/{draft}/redo")
def redo(request: Request, draft: str) -> DraftView:
    """Make the change again that was taken back last."""
    return _view(drafts_of(request).undo(draft, again=True))


@router.get("/drafts/{draft}/checks")
async def check_draft(request: Request, draft: str) -> ChecksView:
    """Return what the checks find: the same as ``detente check``."""
    state, checked = await check(request, draft)
    return ChecksView(clean=checked.is_clean, findings=list_findings(state, checked))


@router.post("/drafts/{draft}/preview")
async def preview_draft(request: Request, draft: str) -> PreviewView:
    """Solve a draft at a few draws, and say what moves are worth."""
    state, checked = await check(request, draft)
    crisis = _clean(checked)
    worths = await stoppable(
        request,
        "",
        lambda stop: list_worths(
            bench_of(request), crisis, before(request, state), is_stopped=stop
        ),
    )
    return PreviewView(draws=PREVIEW_DRAWS, worths=worths)


@router.post("/drafts/{draft}/save")
async def save_draft(request: Request, draft: str) -> SavedView:
    """Save a version, which needs clean checks; it is served from now on. Its expectations are run."""
    return await save(request, draft)


@router.get(
    "/drafts/{draft}/folder.zip",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}}},
)
def export_draft(request: Request, draft: str) -> Response:
    """Return the folder of a draft as a zip archive."""
    state = drafts_of(request).state(draft)
    name = id_of(state.name, {}).replace("_", "-")
    return Response(
        pack_folder(state.files, name),
        media_type="application/zip",
        headers={"content-disposition": f'attachment; filename="{name}.zip"'},
    )


async def save(request: Request, draft: str) -> SavedView:
    """Save a version of a draft, and run what it is expected to say."""
    await check(request, draft)
    crisis = drafts_of(request).save(draft)
    results = await stoppable(
        request, "", lambda _stop: run_expectations(crisis, read_expectations(crisis), workers=1)
    )
    return SavedView(
        crisis=crisis.id,
        link=f"/{crisis.id}/{renderer_of(request).first_path}",
        expectations=[
            ExpectedView(
                id=item.expected.id, why=item.expected.why, holds=item.holds, mean=item.mean
            )
            for item in results
        ],
    )


async def check(request: Request, draft: str) -> tuple[DraftState, Checked]:
    """Return a draft and what the checks find in it; they run in a thread."""
    drafts = drafts_of(request)
    state = drafts.state(draft)
    return state, await stoppable(request, "", lambda _stop: drafts.check(state))


def begin_of(
    request: Request, crisis: Crisis, changes: Mapping[str, str]
) -> tuple[DraftState, tuple[str, ...]]:
    """Begin a draft of a crisis, with the values of a what-if written into its file."""
    drafts = drafts_of(request)
    crisis.set(dict(changes))
    state = drafts.begin(files_of(crisis.folder), origin=crisis.id)
    left_out = unwritable(crisis, changes)
    kept = {path: text for path, text in changes.items() if path not in left_out}
    if kept:

        def make(files: Mapping[str, str]) -> Mapping[str, str]:
            text = files[CRISIS_FILE]
            for path, value in kept.items():
                text = _written(text, path, value)
            return {**files, CRISIS_FILE: text}

        state = drafts.change(state.id, make, label="values of a what-if")
    return state, left_out


def _written(text: str, path: str, value: str) -> str:
    short = path.removeprefix("quantities.")
    if path == "rounds":
        return set_value(text, ("rounds",), int(value))
    if path.startswith("state."):
        return set_value(text, ("state", path.removeprefix("state."), "initial"), value)
    ends = [read_field("", end) for end in value.split("..")]
    way = "uniform" if len(ends) > 1 else "value"
    return set_distribution(text, short, way, ends if len(ends) > 1 else ends[0])


def unwritable(crisis: Crisis, changes: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a what-if sets that does not stand in the crisis file by that name: priors, and figures of tables."""
    written = crisis.files.get(CRISIS_FILE, b"").decode("utf-8-sig")
    paths = value_at(written, ("quantities",)) or {}
    return tuple(
        path
        for path in changes
        if path != "rounds"
        and not path.startswith("state.")
        and path.removeprefix("quantities.") not in paths
    )


def _receive(request: Request, content: bytes) -> DraftState:
    return drafts_of(request).begin(read_upload(content), origin="upload")


def before(request: Request, state: DraftState) -> Crisis | None:
    """Return the crisis that a draft is looked at beside: its latest version, or what it was begun from."""
    bench = bench_of(request)
    name = state.versions[-1] if state.versions else state.origin
    return bench.crisis(name) if name in bench.names else None


def _clean(checked: Checked) -> Crisis:
    if checked.crisis is None or not checked.is_clean:
        raise CrisisFileError([item for item in checked.findings if item.severity == "error"])
    return checked.crisis


def check_file(state: DraftState, file: str) -> None:
    """Refuse a file that a draft neither has nor may have."""
    if file not in state.files and file != EXPECTATIONS_FILE:
        refuse(
            f"the draft has no file {file[:80]!r}",
            code="path-unknown",
            at="file",
            fix=f"name one of: {', '.join(state.files)}",
        )


def _view(state: DraftState) -> DraftView:
    return DraftView(
        id=state.id,
        version=state.version,
        title=state.title,
        crisis=state.name,
        origin=state.origin,
        can_undo=bool(state.done),
        can_redo=bool(state.undone),
        versions=list(state.versions),
        changed_at=state.at.isoformat(),
    )


def _conflict(error: EditConflictError) -> dict[str, Any]:
    return {
        "error": describe(error),
        "was": error.was,
        "theirs": error.theirs,
        "yours": error.yours,
        "version": error.version,
    }
