"""*Edit*: the crisis as sheets and forms with its text beside them, checks, a first look, drafts and versions."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from detente.crisis.editing import value_at
from detente.crisis.loading import CRISIS_FILE
from detente.crisis.schema import WAYS_TO_GIVE_A_VALUE
from detente.errors import DetenteError, refuse
from detente.web import draft_api, wizard
from detente.web.api import bench_of, stoppable
from detente.web.densities import draw_density
from detente.web.draft_api import SavedView, before, begin_of, check, drafts_of, save, unwritable
from detente.web.draft_forms import do_form
from detente.web.drafts import DraftState, EditConflictError
from detente.web.editor import (
    PARTS,
    PREVIEW_DRAWS,
    EditorPart,
    MoveWorth,
    expectations_of,
    law_of,
    list_fields,
    list_findings,
    list_payoffs,
    list_rows,
    list_worths,
    numbers_of,
    phases_of,
    show_field,
    tell_checks,
    text_of,
)
from detente.web.links import SET, open_link
from detente.web.pages._begin import CrisisOfPage
from detente.web.rendering import Page, renderer_of

__all__ = ["PAGE", "api", "begin", "edit", "router", "show", "show_drafts"]

PAGE = Page(label="Edit", path="edit", order=90)
router = APIRouter()
router.include_router(wizard.router)
api = draft_api.router

_PARTS = {part.name: part for part in PARTS}
_AT_ONCE = 60


# --- pages --------------------------------------------------------------------------------------------------------------


@router.get("/{crisis}/edit")
def show_drafts(request: Request, crisis: CrisisOfPage) -> HTMLResponse:
    """List the drafts of a crisis, and offer to begin one with what the link changes."""
    opened = open_link(crisis, request.query_params.multi_items())
    drafts = drafts_of(request).list()
    return renderer_of(request).page(
        "drafts.html",
        request,
        crisis=crisis,
        drafts=[item for item in drafts if item.origin == crisis.id or crisis.id in item.versions],
        others=[item for item in drafts if item.origin != crisis.id],
        given=opened.asked.set,
        stale=opened.stale,
        left_out=unwritable(crisis, opened.asked.set),
        set_prefix=SET,
    )


@router.post("/{crisis}/edit")
async def begin(request: Request, crisis: CrisisOfPage) -> RedirectResponse:
    """Begin a draft of a crisis, and go to it."""
    given = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
    changes = {name.removeprefix(SET): text for name, text in given.items() if name.startswith(SET)}
    state, _ = begin_of(request, crisis, changes)
    return RedirectResponse(_link(state.id), status_code=303)


@router.get("/drafts/{draft}/edit")
async def show(
    request: Request,
    draft: str,
    part: Annotated[str, Query(max_length=40)] = "quantities",
    entry: Annotated[str, Query(max_length=200)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    piece: Literal["", "pane", "beside"] = "",
    channel: Annotated[str, Query(max_length=64)] = "",
) -> HTMLResponse:
    """Show a part of a draft, its text, what the checks find and a first look.

    ``piece`` is one side of the page alone, ``channel`` names the page that asks for it again and again.
    """
    return await _show(request, draft, _part(part), entry, q=q, piece=piece, channel=channel)


@router.post("/drafts/{draft}/edit")
async def edit(
    request: Request,
    draft: str,
    part: Annotated[str, Query(max_length=40)] = "quantities",
    entry: Annotated[str, Query(max_length=200)] = "",
    piece: Literal["", "pane"] = "",
) -> Response:
    """Take a form of the page, and show the page again: with what was wrong with it, and what was typed, if something was."""
    given = dict(
        parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    )
    place = _part(part)
    try:
        entry = do_form(drafts_of(request), draft, place, entry, given)
        if given.get("do") == "save":
            saved = await save(request, draft)
            return await _show(request, draft, place, entry, piece=piece, saved=saved)
    except DetenteError as error:
        return await _show(request, draft, place, entry, piece=piece, problem=error, given=given)
    return RedirectResponse(_link(draft, place.name, entry, piece), status_code=303)


async def _show(  # what a page may have to say
    request: Request,
    draft: str,
    part: EditorPart,
    entry: str,
    *,
    q: str = "",
    piece: str = "",
    channel: str = "",
    problem: DetenteError | None = None,
    given: Mapping[str, str] | None = None,
    saved: SavedView | None = None,
) -> HTMLResponse:
    renderer = renderer_of(request)
    state = drafts_of(request).state(draft)
    if part.name == "quantities" and not entry:
        entry = next(iter(value_at(state.text, ("quantities",)) or {}), "")
    values: dict[str, Any] = {
        "here": PAGE.path,
        "draft": state,
        "part": part,
        "parts": [(item, _count(state, item)) for item in PARTS],
        "entry": entry,
        "q": q,
        "problem": problem,
        "given": given or {},
        "saved": saved,
        "served": state.origin in bench_of(request).names,
        "link": _link,
        "choices_of": lambda name: list(value_at(state.text, (f"{name}s",)) or {}),
        "phases": [
            (item.get("id", ""), item.get("label", ""))
            for item in value_at(state.text, ("phases",)) or []
        ],
    }
    if piece != "beside":
        values |= await _pane(request, state, part, entry, q)
    if piece != "pane":
        values |= await _beside(request, state, part, entry, channel)
    crisis = bench_of(request).crisis(state.origin) if values["served"] else None
    template = {"pane": "_edit-pane.html", "beside": "_edit-beside.html"}.get(piece, "edit.html")
    page = renderer.page(template, request, crisis=crisis, **values)
    page.status_code = 409 if isinstance(problem, EditConflictError) else 422 if problem else 200
    return page


async def _pane(
    request: Request, state: DraftState, part: EditorPart, entry: str, q: str
) -> dict[str, Any]:
    found: dict[str, Any] = {"rows": [], "fields": [], "sheets": None, "density": "", "numbers": []}
    if part.name == "text":
        file = entry if entry in state.files else CRISIS_FILE
        return {**found, "file": file, "file_text": state.files[file]}
    if part.name == "quantities":
        paths = value_at(state.text, ("quantities",)) or {}
        wanted = q.casefold()
        listed = [
            (path, str((item or {}).get("label", "")))
            for path, item in paths.items()
            if wanted in f"{path} {item}".casefold()
        ]
        entry = entry if not q or entry in dict(listed) else (listed[0][0] if listed else "")
        found |= {"listed": listed[:_AT_ONCE], "more": len(listed) - _AT_ONCE, "shown_entry": entry}
        found |= _quantity(request, state, entry)
    elif entry or not part.section:
        found["fields"] = list_fields(state, part, entry)
    else:
        found |= {"rows": list_rows(state, part), "menus": phases_of(state)}
    if part.name == "payoffs" and not entry:
        _, checked = await check(request, state.id)
        crisis = checked.crisis if checked.is_clean else None
        if crisis is not None:
            found["sheets"] = await stoppable(
                request,
                "",
                lambda stop: list_payoffs(bench_of(request), crisis, is_stopped=stop),
            )
    return found


def _quantity(request: Request, state: DraftState, path: str) -> dict[str, Any]:
    here = value_at(state.text, ("quantities", path)) if path else None
    if not isinstance(here, dict):
        return {}
    way = next((name for name in WAYS_TO_GIVE_A_VALUE if name in here), "value")
    filed = drafts_of(request).state(state.id, upto=_first(request, state))
    old = value_at(filed.text, ("quantities", path))
    law, before = law_of(here), law_of(old)
    numbers = numbers_of(way, here.get(way))
    alt = ", ".join(f"{name.lower()} {text}" for name, text in numbers) or way
    return {
        "fields": list_fields(state, _PARTS["quantities"], path),
        "ways": WAYS_TO_GIVE_A_VALUE,
        "way": way,
        "numbers": numbers,
        "raw": "" if numbers else show_field(way, here.get(way)),
        "density": draw_density(law, before, alt=f"Density, {way}: {alt}"),
        "differs": before is not None and law != before,
    }


def _first(request: Request, state: DraftState) -> int:
    """Return the event at which a draft had the texts it was begun with."""
    return drafts_of(request).begun_at(state.id)


async def _beside(
    request: Request, state: DraftState, part: EditorPart, entry: str, channel: str
) -> dict[str, Any]:
    checked = (await check(request, state.id))[1]
    start, end, line = text_of(state, part, entry)
    worths: list[MoveWorth] | None = None
    if checked.crisis is not None and checked.is_clean:
        crisis = checked.crisis
        worths = await stoppable(
            request,
            channel,
            lambda stop: list_worths(
                bench_of(request), crisis, before(request, state), is_stopped=stop
            ),
        )
    case, errors, warnings = tell_checks(checked)
    ends = [
        end for item in worths or [] for end in (item.now.low, item.now.high, item.now.mean, 0.0)
    ]
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    return {
        "findings": list_findings(state, checked),
        "checks_words": renderer_of(request).words(
            "edit-words.j2", "checks", case, errors, warnings
        ),
        "checks_case": case,
        "text": state.text[start:end],
        "span": (start, end),
        "line": line,
        "worths": worths,
        "draws": PREVIEW_DRAWS,
        "scale": (low, (high - low) or 1.0),
        "expectations": expectations_of(state),
    }


def _part(name: str) -> EditorPart:
    if name not in _PARTS:
        refuse(
            f"the editor has no part {name[:40]!r}",
            code="page-unknown",
            at="part",
            fix=f"use one of: {', '.join(_PARTS)}",
        )
    return _PARTS[name]


def _count(state: DraftState, part: EditorPart) -> str:
    if part.name == "text":
        return str(len(state.files))
    found = value_at(state.text, (part.section,)) if part.section else None
    return str(len(found)) if isinstance(found, dict | list) else ""


def _link(draft: str, part: str = "", entry: str = "", piece: str = "", q: str = "") -> str:
    """Return the address of a part of a draft."""
    pairs = {"part": part, "entry": entry, "q": q, "piece": piece}
    query = urlencode({name: text for name, text in pairs.items() if text})
    return f"/drafts/{draft}/edit{'?' if query else ''}{query}"
