"""The forms of the editor: what each of them does to a draft."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from detente.crisis.draft import Keys
from detente.crisis.editing import set_distribution, set_value, value_at
from detente.crisis.entries import EntryKind, add_named, id_of, remove_named, rename_named
from detente.crisis.loading import CRISIS_FILE
from detente.crisis.mending import mend
from detente.crisis.schema import WAYS_TO_GIVE_A_VALUE
from detente.errors import refuse
from detente.web.draft_api import check_file
from detente.web.drafts import Drafts
from detente.web.editor import EditorPart, read_field

__all__ = ["do_form"]

_NAMED: Mapping[str, EntryKind] = {
    "actors": "actors",
    "moves": "instruments",
    "outcomes": "outcomes",
}


def do_form(  # one case for each form of the page
    drafts: Drafts, draft: str, part: EditorPart, entry: str, given: dict[str, str]
) -> str:
    """Do what a form asks; return the entry to show next.

    Parameters
    ----------
    drafts, draft
        The drafts of the application, and the one that is changed.
    part, entry
        Where the form stands.
    given
        Its fields; ``do`` says what it asks.
    """
    base = int(given["base"]) if given.get("base", "").isdecimal() else drafts.state(draft).version
    match given.get("do"):
        case "undo" | "redo":
            drafts.undo(draft, again=given["do"] == "redo")
        case "aside" | "back":
            drafts.set_aside(draft, aside=given["do"] == "aside")
        case "entry":
            _set_fields(drafts, draft, part, entry, given, base)
        case "text":
            file = given.get("file", CRISIS_FILE)
            check_file(drafts.state(draft), file)
            span = None
            if given.get("end"):
                span = int(given.get("start", "0")), int(given["end"])
            text = given.get("text", "").replace("\r\n", "\n")
            drafts.replace_text(draft, file, text, base=base, span=span)
        case "mend":
            _mend(drafts, draft, given)
        case "add":
            return _add(drafts, draft, part, given)
        case "rename":
            kind, new = _NAMED[part.name], given.get("new", "").strip()
            drafts.change(
                draft, lambda files: rename_named(files, kind, entry, new), label=f"rename {entry}"
            )
            return new
        case "remove":
            _remove(drafts, draft, part, entry)
            return ""
        case _:
            pass
    return entry


def _set_fields(  # one form
    drafts: Drafts, draft: str, part: EditorPart, entry: str, given: dict[str, str], base: int
) -> None:
    """Set the fields of a form that differ from what it showed."""
    for name, text in given.items():
        if name.startswith("f.") and text.strip() != given.get(f"w.{name[2:]}", "").strip():
            keys = json.loads(given[f"at.{name[2:]}"])
            value = read_field(name[2:], text)
            drafts.patch(draft, tuple(keys), value, base=base, removes=value is None)
    if part.name == "quantities" and "way" in given:
        _set_law(drafts, draft, entry, given)


def _set_law(drafts: Drafts, draft: str, path: str, given: dict[str, str]) -> None:
    way, was = given["way"], given.get("was", "")
    if way not in WAYS_TO_GIVE_A_VALUE:
        refuse(
            f"{way[:80]!r} is no way to give a value",
            code="distribution-invalid",
            at=path,
            fix=f"use one of: {', '.join(WAYS_TO_GIVE_A_VALUE)}",
        )
    typed = [given[name] for name in sorted(given) if name.startswith("n.")]
    shown = [given[name] for name in sorted(given) if name.startswith("v.")]
    if way == was and (typed, given.get("raw")) == (shown, given.get("raw.was")):
        return
    if typed:
        numbers = [read_field("", text) for text in typed]
        value = _converted(way, numbers) if way != was else numbers
        value = value[0] if way == "value" and isinstance(value, list) else value
    else:
        value = read_field("", given.get("raw", ""))
    drafts.change(
        draft,
        lambda files: {
            **files,
            CRISIS_FILE: set_distribution(files[CRISIS_FILE], path, way, value),
        },
        label=f"quantities.{path}.{way}",
    )


def _converted(way: str, numbers: list[Any]) -> Any:
    """Return the numbers of another family that begin where those of the old one ended: its ends, and its middle."""
    known = [float(item) for item in numbers if isinstance(item, int | float)]
    if not known:
        return numbers
    low, high = min(known), max(known)
    middle = sorted(known)[len(known) // 2] if len(known) != 2 else (low + high) / 2
    spread = (high - low) or abs(middle) or 1.0
    if low == high and way in {"triangular", "uniform"}:
        low, high = middle - spread / 2, middle + spread / 2
    return {
        "value": middle,
        "triangular": [low, middle, high],
        "uniform": [low, high],
        "normal": [middle, round(spread / 4, 6)],
        "lognormal": [max(middle, 1e-6), 0.5],
        "beta": [2, 2, low, high if high > low else low + 1],
        "discrete": {low: 0.5, high: 0.5} if high > low else {middle: 1},
        "contested": [{"value": item, "source": "judgement"} for item in known],
        "missing": {"reason": "not known"},
    }[way]


def _mend(drafts: Drafts, draft: str, given: dict[str, str]) -> None:
    state = drafts.state(draft)
    for finding in drafts.check(state).findings:
        if (finding.code, finding.path) == (given.get("code"), given.get("path")):
            found = mend(state.files, finding)
            if found is not None:
                changed = {**state.files, CRISIS_FILE: found.text}
                drafts.change(draft, partial(_given, changed), label=found.label)
            return


def _given(changed: Mapping[str, str], _files: Mapping[str, str]) -> Mapping[str, str]:
    return changed


def _add(drafts: Drafts, draft: str, part: EditorPart, given: dict[str, str]) -> str:
    """Add an entry by the label that was typed; what it needs besides is filled with what is plainest."""
    state = drafts.state(draft)
    label = " ".join(given.get("label", "").split())
    if not label:
        refuse(
            "a new entry needs a name",
            code="key-missing",
            at=part.label,
            fix="type the name that readers will see",
        )
    there = value_at(state.text, (part.section,)) or {}
    name = id_of(label, there if isinstance(there, dict) else {})
    players = list(value_at(state.text, ("players",)) or {})
    cutoff = value_at(state.text, ("as_of",))
    match part.name:
        case "actors":
            entry: dict[str, Any] = {"name": label, "kind": "state"}
        case "moves":
            player = given.get("player") or next(iter(players), "")
            entry = {"label": label, "player": player, "kind": "diplomacy", "effects": {}}
        case "outcomes":
            entry = {"label": label, "when": {}}
        case "quantities":
            entry = {"label": label, "triangular": [0, 1, 2], "unit": "stakes", "as_of": cutoff}
            entry |= {"source": "judgement", "grade": "estimate"}
        case "policies":
            entry = {"label": label}
        case _:
            refuse(
                f"an entry of {part.label} has more than a name",
                code="key-missing",
                at=part.label,
                fix="write it into the text of the file",
            )
    phase = given.get("phase", "")

    def make(files: Mapping[str, str]) -> Mapping[str, str]:
        if part.name in _NAMED:
            return add_named(
                files, _NAMED[part.name], name, entry, phases=(phase,) if phase else ()
            )
        text = set_value(files[CRISIS_FILE], (part.section, name), entry)
        return {**files, CRISIS_FILE: text}

    drafts.change(draft, make, label=f"add {name}")
    return name


def _remove(drafts: Drafts, draft: str, part: EditorPart, entry: str) -> None:
    if part.name in _NAMED:
        kind = _NAMED[part.name]
        drafts.change(
            draft, lambda files: remove_named(files, kind, entry), label=f"remove {entry}"
        )
        return
    state = drafts.state(draft)
    is_list = isinstance(value_at(state.text, (part.section,)), list)
    keys: Keys = (part.section, int(entry) if is_list and entry.isdecimal() else entry)
    drafts.patch(draft, keys, None, base=state.version, removes=True)
