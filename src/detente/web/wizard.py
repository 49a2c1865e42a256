"""A first crisis in some fifteen minutes, by clicks and typing: each step is a form on a draft, and explains itself."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, NamedTuple
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from detente.crisis.editing import set_distribution, set_value, value_at
from detente.crisis.guided import (
    add_move,
    add_source,
    begin_crisis,
    drop_move,
    list_effects,
    list_weighings,
    rename_words,
    set_position,
    set_weighing,
    template_files,
)
from detente.crisis.loading import CRISIS_FILE
from detente.crisis.registers import instrument_kinds
from detente.crisis.scaffold import template_names
from detente.engine.usual import SEED
from detente.errors import DetenteError, refuse
from detente.web.answers import Row, metrics_of, read_metrics, rows_of
from detente.web.api import bench_of, stoppable
from detente.web.draft_api import check, drafts_of, save
from detente.web.drafts import DraftState
from detente.web.editor import PREVIEW_DRAWS, list_findings, read_field
from detente.web.rendering import renderer_of
from detente.web.trees import Limb, draw_tree, grow_tree, list_limbs

__all__ = ["STEPS", "begin", "router", "show", "start", "take"]

router = APIRouter()

STEPS: tuple[tuple[str, str], ...] = (
    ("about", "What it is about"),
    ("who", "Who"),
    ("demands", "What is demanded"),
    ("moves", "What each can do"),
    ("ends", "How it can end"),
    ("wants", "What each wants"),
    ("sure", "How sure you are"),
    ("try", "Try it"),
)
"""The steps, in order."""
_TREE = "The first moves of the game, each line as wide as it is often taken"
_SOURCE = ("publisher", "title", "day", "address")
Files = Mapping[str, str]


class _Asked(NamedTuple):
    """A form: the files it changes, the template they have the shape of, and its fields."""

    files: Files
    template: str
    given: Mapping[str, str]


@router.get("/drafts/new/wizard")
def start(request: Request) -> HTMLResponse:
    """Show the first step: what it is about, and which shape it has."""
    return _first(request, {}, None)


@router.post("/drafts/new/wizard")
async def begin(request: Request) -> Response:
    """Begin a draft with the answers of the first step, and go on to the second."""
    given = await _given(request)
    try:
        files = begin_crisis(
            given.get("template", ""),
            title=given.get("title", ""),
            question=given.get("question", ""),
            as_of=_day(given.get("as_of", "")),
        )
    except DetenteError as error:
        return _first(request, given, error)
    state = drafts_of(request).begin(files, origin=given["template"])
    return RedirectResponse(_link(state.id, 2), status_code=303)


@router.get("/drafts/{draft}/wizard")
async def show(
    request: Request, draft: str, step: Annotated[int, Query(ge=1, le=len(STEPS))] = 2
) -> HTMLResponse:
    """Show a step of a draft."""
    return await _show(request, drafts_of(request).state(draft), step)


@router.post("/drafts/{draft}/wizard")
async def take(
    request: Request, draft: str, step: Annotated[int, Query(ge=1, le=len(STEPS))] = 2
) -> Response:
    """Take the answers of a step; go on, back, or stay where something is wrong with them."""
    given = await _given(request)
    drafts = drafts_of(request)
    state = drafts.state(draft)
    try:
        if STEPS[step - 1][0] == "try":
            saved = await save(request, draft)
            return RedirectResponse(saved.link, status_code=303)
        make = _STEPS[STEPS[step - 1][0]]
        template = state.origin

        def change(files: Files) -> Files:
            """Write what the step asked for into the files."""
            return make(_Asked(files, template, given))

        drafts.change(draft, change, label=f"step {step}")
    except DetenteError as error:
        return await _show(request, state, step, problem=error)
    to = {"back": step - 1, "stay": step}.get(given.get("go", ""), step + 1)
    return RedirectResponse(_link(draft, max(1, min(to, len(STEPS)))), status_code=303)


def _first(
    request: Request, given: Mapping[str, str], problem: DetenteError | None
) -> HTMLResponse:
    page = renderer_of(request).page(
        "wizard.html",
        request,
        **_frame(1, None, problem),
        given=given,
        templates=[(name, _summary(name)) for name in template_names()],
        today=date.today().isoformat(),  # noqa: DTZ011  # the day of whoever writes
    )
    page.status_code = 422 if problem else 200
    return page


async def _show(
    request: Request, state: DraftState, step: int, *, problem: DetenteError | None = None
) -> HTMLResponse:
    values = _values(state, STEPS[step - 1][0])
    if STEPS[step - 1][0] == "try":
        values |= await _tried(request, state)
    page = renderer_of(request).page(
        "wizard.html", request, **_frame(step, state, problem), **values
    )
    page.status_code = 422 if problem else 200
    return page


def _frame(step: int, state: DraftState | None, problem: DetenteError | None) -> dict[str, Any]:
    return {
        "step": step,
        "steps": STEPS,
        "here_step": STEPS[step - 1][0],
        "draft": state,
        "problem": problem,
        "link": _link,
    }


def _values(state: DraftState, step: str) -> dict[str, Any]:
    """Return what the page of a step shows: sections of the file, and what is worked out of them."""
    text = state.text
    sections = {
        name: value_at(text, (name,)) or {}
        for name in ("actors", "players", "issues", "phases", "outcomes", "summary")
    }
    more: Mapping[str, Callable[[], dict[str, Any]]] = {
        "about": lambda: {
            "given": {"title": state.title, "question": sections["summary"]},
            "templates": [],
            "today": "",
        },
        "demands": lambda: {"positions": _positions(state)},
        "moves": lambda: {
            "moves": value_at(text, ("instruments",)) or {},
            "kinds": list(instrument_kinds()),
            "effects": list_effects(text),
        },
        "wants": lambda: {"weighings": list_weighings(text, state.origin)},
        "sure": lambda: {"quantities": _ranges(state)},
    }
    return sections | (more[step]() if step in more else {})


async def _tried(request: Request, state: DraftState) -> dict[str, Any]:
    """Return the picture of the tree and the first answer, if the checks find no error."""
    _, checked = await check(request, state.id)
    crisis = checked.crisis
    if crisis is None or not checked.is_clean:
        return {"findings": list_findings(state, checked), "rows": None}

    def work(stop: Callable[[], bool]) -> tuple[list[Row], tuple[Limb, ...]]:
        solution = bench_of(request).solve(crisis, draws=PREVIEW_DRAWS, seed=SEED, is_stopped=stop)
        now = read_metrics(solution, metrics_of(crisis))
        return rows_of(crisis, now, now), grow_tree(crisis, solution)

    rows, limbs = await stoppable(request, "", work)
    return {
        "findings": list_findings(state, checked),
        "rows": rows,
        "tree": draw_tree(limbs, alt=_TREE),
        "ways": list_limbs(limbs),
        "draws": PREVIEW_DRAWS,
    }


# --- what each step does -------------------------------------------------------------------------------------------------


def _about(asked: _Asked) -> Files:
    text = asked.files[CRISIS_FILE]
    for field, key in (("title", "title"), ("question", "summary")):
        given = " ".join(asked.given.get(field, "").split())
        if not given:
            refuse(
                f"the crisis has no {field}",
                code="key-missing",
                at=field,
                fix="write it in a sentence; it can be changed later",
            )
        if given != value_at(text, (key,)):
            text = set_value(text, (key,), given)
    return {**asked.files, CRISIS_FILE: text}


def _who(asked: _Asked) -> Files:
    actors = value_at(asked.files[CRISIS_FILE], ("actors",)) or {}
    words = {
        str(item["name"]): " ".join(asked.given[f"actor.{name}"].split())
        for name, item in actors.items()
        if f"actor.{name}" in asked.given
    }
    if len({text.casefold() for text in words.values()}) < len(words):
        refuse(
            "two of them have the same name",
            code="id-duplicate",
            at="names",
            fix="give each a name of its own",
        )
    files = rename_words(asked.files, words)
    text = files[CRISIS_FILE]
    for player, entry in (value_at(text, ("players",)) or {}).items():
        for kind in entry.get("types") or {}:
            label = " ".join(asked.given.get(f"type.{player}.{kind}", "").split())
            keys = ("players", player, "types", kind)
            if label and label != value_at(text, (*keys, "label")):
                text = set_value(text, (*keys, "label"), label)
                if value_at(text, (*keys, "phrase")):
                    text = set_value(
                        text, (*keys, "phrase"), f"{entry['name']} is of this kind: {label}"
                    )
    return {**files, CRISIS_FILE: text}


def _demands(asked: _Asked) -> Files:
    files, text = dict(asked.files), asked.files[CRISIS_FILE]
    for issue, entry in (value_at(text, ("issues",)) or {}).items():
        for field in ("label", "at_0", "at_50", "at_100"):
            given = " ".join(asked.given.get(f"{field}.{issue}", "").split())
            if given and given != entry.get(field):
                text = set_value(text, ("issues", issue, field), given)
    files[CRISIS_FILE] = text
    for name, given in asked.given.items():
        kind, _, rest = name.partition(".")
        if kind == "position":
            actor, _, issue = rest.partition(".")
            files = set_position(files, actor, issue, _number(given, name))
    return files


def _moves(asked: _Asked) -> Files:
    files: Files = asked.files
    there = value_at(files[CRISIS_FILE], ("instruments",)) or {}
    text = files[CRISIS_FILE]
    for name, entry in there.items():
        label = " ".join(asked.given.get(f"label.{name}", "").split())
        if label and label != entry.get("label"):
            text = set_value(text, ("instruments", name, "label"), label)
    files = {**files, CRISIS_FILE: text}
    for name in there:
        if f"label.{name}" in asked.given and f"keep.{name}" not in asked.given:
            files = drop_move(files, name)
    own = asked.given.get("own", "").strip()
    if own:
        phase, _, player = asked.given.get("own.phase", "").partition("/")
        files = add_move(
            files,
            label=own,
            player=player,
            phase=phase,
            kind=asked.given.get("own.kind", "diplomacy"),
            effect=asked.given.get("own.effect", ""),
        )
    return files


def _ends(asked: _Asked) -> Files:
    text = asked.files[CRISIS_FILE]
    for name, entry in (value_at(text, ("outcomes",)) or {}).items():
        label = " ".join(asked.given.get(f"label.{name}", "").split())
        if label and label != entry.get("label"):
            text = set_value(text, ("outcomes", name, "label"), label)
    return {**asked.files, CRISIS_FILE: text}


def _wants(asked: _Asked) -> Files:
    files: Files = asked.files
    for item in list_weighings(files[CRISIS_FILE], asked.template):
        given = asked.given.get(f"times.{item.consideration}.{item.player}")
        if given is not None:
            times = _number(given, item.label)
            if times != item.times:
                files = set_weighing(files, asked.template, item.consideration, item.player, times)
    return files


def _sure(asked: _Asked) -> Files:
    files: Files = asked.files
    for number in ("1", "2"):
        path = asked.given.get(f"path.{number}", "")
        if not path:
            continue
        ends = [asked.given.get(f"{end}.{number}", "") for end in ("low", "mode", "high")]
        if any(text.strip() for text in ends):
            value = [_number(text, path) for text in ends]
            text = set_distribution(files[CRISIS_FILE], path, "triangular", value)
            note = " ".join(asked.given.get(f"note.{number}", "").split())
            if note:
                text = set_value(text, ("quantities", path, "note"), note)
            files = {**files, CRISIS_FILE: text}
        source = {name: asked.given.get(f"{name}.{number}", "").strip() for name in _SOURCE}
        if bool(source["title"]) != bool(source["publisher"]):
            refuse(
                "a source has a publisher and a title",
                code="key-missing",
                at=path,
                fix="fill both, or leave both blank: then it is judgement",
            )
        if source["title"]:
            source["day"] = source["day"] or str(value_at(files[CRISIS_FILE], ("as_of",)))
            files = add_source(files, figure=path, **source)
    return files


_STEPS: Mapping[str, Callable[[_Asked], Files]] = {
    "about": _about,
    "who": _who,
    "demands": _demands,
    "moves": _moves,
    "ends": _ends,
    "wants": _wants,
    "sure": _sure,
}


async def _given(request: Request) -> dict[str, str]:
    body = (await request.body()).decode("utf-8", "replace")
    return {
        name: value for name, value in parse_qsl(body, keep_blank_values=True) if name != "csrf"
    }


def _number(text: str, at: str) -> float:
    value = read_field("", text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        refuse(
            f"{text[:40]!r} is no number",
            code="value-type",
            at=at,
            fix="write a number such as 40 or 0.25",
        )
    return value


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        refuse(
            f"{text[:40]!r} is no day",
            code="value-type",
            at="as_of",
            fix="write YYYY-MM-DD",
            cause=error,
        )


def _summary(template: str) -> str:
    return str(value_at(template_files(template)[CRISIS_FILE], ("summary",)))


def _positions(state: DraftState) -> dict[str, float]:
    lines = [line.split(",") for line in state.files.get("positions.csv", "").splitlines()[1:]]
    return {f"{line[0]}.{line[1]}": float(line[2]) for line in lines if len(line) > 2 and line[2]}


def _ranges(state: DraftState) -> list[tuple[str, str, list[float], str]]:
    """Return the quantities of a draft that have three ends: path, label, ends and unit."""
    return [
        (path, str(entry.get("label", path)), entry["triangular"], str(entry.get("unit", "")))
        for path, entry in (value_at(state.text, ("quantities",)) or {}).items()
        if isinstance(entry, dict) and isinstance(entry.get("triangular"), list)
    ]


def _link(draft: str, step: int) -> str:
    return f"/drafts/{draft}/wizard?step={step}"
