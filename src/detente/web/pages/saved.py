"""*Saved*: what-ifs that were given a name, and notes on quantities."""

import asyncio
import secrets
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError

from detente.crisis.crisis import Crisis
from detente.web.answers import list_changes
from detente.web.api import bench_of
from detente.web.links import SET, join_link, open_link
from detente.web.pages._begin import CrisisOfPage
from detente.web.rendering import Page, renderer_of
from detente.web.variants import AskedName, AskedNote, AskedVariant, Note, Saved, Variants

__all__ = [
    "PAGE",
    "SavedLinked",
    "api",
    "change_on_page",
    "delete_variant",
    "list_notes",
    "list_variants",
    "rename_variant",
    "restore_variant",
    "router",
    "save_on_page",
    "save_variant",
    "show",
    "show_variant",
    "variants_of",
    "write_note",
    "write_on_page",
]

PAGE = Page(label="Saved", path="saved", order=75)
router = APIRouter()
api = APIRouter()
Id = Annotated[str, Path(max_length=64)]


class SavedLinked(Saved):
    """A variant with the link that opens it."""

    link: str


def variants_of(request: Request) -> Variants:
    """Return the variants of the application that a request came to."""
    return Variants(request.app.state.log)


def _linked(crisis: Crisis, saved: Saved) -> SavedLinked:
    """Return a variant with its link, which says what it was saved with; what cannot be set any more is told when it is opened."""
    link = join_link(
        crisis.id,
        digest=saved.digest,
        engine=saved.engine,
        seed=saved.seed,
        policy=saved.policy,
        changes=saved.set,
    )
    return SavedLinked(**saved.model_dump(), link=link)


# --- for programs ----------------------------------------------------------------------------------------------------


@api.get("/crises/{name}/variants")
def list_variants(
    request: Request, name: str, *, deleted: Annotated[bool, Query()] = False
) -> list[SavedLinked]:
    """Return the saved variants of a crisis, the latest first, or those that were deleted."""
    crisis = bench_of(request).crisis(name)
    return [_linked(crisis, item) for item in variants_of(request).list(crisis, deleted=deleted)]


@api.post("/crises/{name}/variants", status_code=201)
def save_variant(request: Request, name: str, asked: AskedVariant) -> SavedLinked:
    """Save a set of changed assumptions under a name. What is answered is committed."""
    crisis = bench_of(request).crisis(name)
    return _linked(crisis, variants_of(request).save(crisis, asked))


@api.get("/crises/{name}/variants/{variant}")
def show_variant(request: Request, name: str, variant: Id) -> SavedLinked:
    """Return a variant, deleted or not."""
    crisis = bench_of(request).crisis(name)
    return _linked(crisis, variants_of(request).find(crisis, variant))


@api.post("/crises/{name}/variants/{variant}/name")
def rename_variant(request: Request, name: str, variant: Id, asked: AskedName) -> SavedLinked:
    """Give a variant another name."""
    crisis = bench_of(request).crisis(name)
    return _linked(crisis, variants_of(request).give_name(crisis, variant, asked))


@api.delete("/crises/{name}/variants/{variant}")
def delete_variant(request: Request, name: str, variant: Id) -> SavedLinked:
    """Delete a variant; it can be restored."""
    crisis = bench_of(request).crisis(name)
    return _linked(crisis, variants_of(request).delete(crisis, variant))


@api.post("/crises/{name}/variants/{variant}/restore")
def restore_variant(request: Request, name: str, variant: Id) -> SavedLinked:
    """Put a deleted variant back."""
    crisis = bench_of(request).crisis(name)
    return _linked(crisis, variants_of(request).restore(crisis, variant))


@api.get("/crises/{name}/notes")
def list_notes(request: Request, name: str) -> list[Note]:
    """Return the notes on quantities of a crisis."""
    return list(variants_of(request).notes(bench_of(request).crisis(name)).values())


@api.post("/crises/{name}/notes", status_code=201)
def write_note(request: Request, name: str, asked: AskedNote) -> list[Note]:
    """Write a note on a quantity, in the place of the one before; an empty text takes it away."""
    crisis = bench_of(request).crisis(name)
    return list(variants_of(request).write(crisis, asked).values())


# --- the page --------------------------------------------------------------------------------------------------------


@router.get("/{crisis}/saved")
def show(
    request: Request, crisis: CrisisOfPage, undo: Annotated[str, Query(max_length=64)] = ""
) -> HTMLResponse:
    """Show what is saved, offer to save the what-if of the address, and to undo what was just deleted."""
    opened = open_link(crisis, request.query_params.multi_items())
    variants = variants_of(request)
    gone = [item for item in variants.list(crisis, deleted=True) if item.id == undo]
    changes = list_changes(crisis, crisis.set(opened.asked.set)) if opened.asked.set else []
    return renderer_of(request).page(
        "saved.html",
        request,
        crisis=crisis,
        saved=[_linked(crisis, item) for item in variants.list(crisis)],
        gone=gone[0] if gone else None,
        notes=variants.notes(crisis),
        changes=changes,
        given={SET + path: text for path, text in opened.asked.set.items()},
        asked=opened.asked,
        stale=opened.stale,
        note_on=request.query_params.get("note", ""),
        commands=(_fresh(), _fresh()),
    )


@router.post("/{crisis}/saved")
async def save_on_page(request: Request, crisis: CrisisOfPage) -> RedirectResponse:
    """Take the form that saves a what-if."""
    given = await _form(request)
    changes = {
        name.removeprefix(SET): value for name, value in given.items() if name.startswith(SET)
    }
    plain = {name: given[name] for name in ("seed", "command", "words") if given.get(name)}
    asked = _read(
        AskedVariant,
        {
            "name": given.get("name", ""),
            "set": changes,
            "policy": given.get("policy") or None,
            **plain,
        },
    )
    await asyncio.to_thread(variants_of(request).save, crisis, asked)
    return _back(crisis)


@router.post("/{crisis}/saved/notes")
async def write_on_page(request: Request, crisis: CrisisOfPage) -> RedirectResponse:
    """Take the form that writes a note."""
    given = await _form(request)
    plain = {name: given.get(name, "") for name in ("path", "text", "command")}
    await asyncio.to_thread(variants_of(request).write, crisis, _read(AskedNote, plain))
    return _back(crisis, "#notes")


@router.post("/{crisis}/saved/{variant}")
async def change_on_page(request: Request, crisis: CrisisOfPage, variant: Id) -> RedirectResponse:
    """Take the buttons of a variant: rename, delete, restore."""
    given, variants = await _form(request), variants_of(request)
    if given.get("do") == "delete":
        await asyncio.to_thread(variants.delete, crisis, variant)
        return _back(crisis, f"?undo={variant}")
    if given.get("do") == "restore":
        await asyncio.to_thread(variants.restore, crisis, variant)
    else:
        asked = _read(
            AskedName, {"name": given.get("name", ""), "after": given.get("after") or None}
        )
        await asyncio.to_thread(variants.give_name, crisis, variant, asked)
    return _back(crisis)


async def _form(request: Request) -> dict[str, str]:
    text = (await request.body()).decode("utf-8", "replace")
    return dict(parse_qsl(text, keep_blank_values=True))


def _read(kind: Any, given: Mapping[str, Any]) -> Any:
    """Return what a form asks; what it does not take is refused as in the interface."""
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


def _back(crisis: Crisis, to: str = "") -> RedirectResponse:
    return RedirectResponse(f"/{crisis.id}/{PAGE.path}{to}", status_code=303)


def _fresh() -> str:
    """Return a name for the request of a form, so that a form sent twice is saved once."""
    return secrets.token_hex(8)
