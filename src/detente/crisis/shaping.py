"""Give the parts of a crisis file their shape: each entry goes through its pydantic model, each problem becomes a finding."""

import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from detente.crisis.draft import Draft, Keys
from detente.crisis.reading import Node
from detente.crisis.schema import (
    LIST_SECTIONS,
    MAPPING_SECTIONS,
    ChanceEntry,
    ContestedEntry,
    CrisisDocument,
    Entry,
    Header,
    MissingEntry,
    MoveEntry,
    TypeEntry,
)
from detente.errors import CODES, Code, nearest

__all__ = ["shape", "shape_entry"]

_HEADER = {(info.alias or name): (name, info) for name, info in Header.model_fields.items()}
_KNOWN = [*_HEADER, *MAPPING_SECTIONS, *LIST_SECTIONS]
_REQUIRED = {
    info.alias or name for name, info in CrisisDocument.model_fields.items() if info.is_required()
}

_EXPECTED = re.compile(r"'([^']*)'")
"""The words in pydantic's list of what is expected."""

_VALUE_FIX = (
    "give a value of the kind that the key takes; `detente schema` prints what each key takes"
)


def shape(draft: Draft, root: Node) -> None:
    """Validate the header and every entry of a document; what is valid lands in the draft."""
    for key in root.content:
        if key not in _KNOWN:
            _report_unknown(draft, (key,), key, _KNOWN)
    for key in _KNOWN:
        if key in _REQUIRED and key not in root.content:
            draft.report(
                "key-missing",
                f"the crisis file has no {key!r}",
                at=(key,),
                value=key,
                fix=f"add the key {key!r}",
            )
    for key, child in root.content.items():
        if key in _HEADER:
            _header(draft, key, child.plain())
    for section, model in MAPPING_SECTIONS.items():
        draft.entries[section] = _section(
            draft, root, section, model, dict, "a mapping of ids to entries"
        )
    for section, model in LIST_SECTIONS.items():
        draft.entries[section] = _section(draft, root, section, model, list, "a list of entries")


def _header(draft: Draft, key: str, raw: Any) -> None:
    name, info = _HEADER[key]
    if raw is None and not info.is_required():
        return
    try:
        adapter = TypeAdapter(info.rebuild_annotation())
        draft.header[name] = adapter.validate_python(raw, strict=True)
    except ValidationError as error:
        _report(draft, error, (key,), ())


def _section(
    draft: Draft, root: Node, section: str, model: type[Entry], container: type[Any], wanted: str
) -> dict[str, Entry]:
    """Return the valid entries of a section, by id, or by index as text."""
    node = root.content.get(section)
    if node is None or (node.content is None and section not in _REQUIRED):
        return {}
    content: Any = node.content
    if not isinstance(content, container):
        text = _show(node.plain())
        draft.report(
            "value-type",
            f"{section!r} must be {wanted}, not {text}",
            at=(section,),
            value=text,
            fix=f"write {wanted}",
        )
        return {}
    if not content and section in _REQUIRED:
        draft.report(
            "key-missing",
            f"the section {section!r} has no entry",
            at=(section,),
            value=section,
            fix="add at least one entry",
        )
    keys = list(content) if container is dict else range(len(content))
    found = {
        str(key): shape_entry(draft, model, content[key].plain(), (section, key)) for key in keys
    }
    return {key: entry for key, entry in found.items() if entry is not None}


def shape_entry(draft: Draft, model: type[Entry], raw: Any, keys: Keys) -> Entry | None:
    """Validate an entry; one whose only fault is unknown keys is still used, so that its other faults are found."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        _report(draft, error, keys, _fields(model))
        problems = error.errors(include_url=False, include_context=False)
        if any(problem["type"] != "extra_forbidden" for problem in problems):
            return None
        for problem in problems:
            _remove(raw, problem["loc"])
        return model.model_validate(raw)


def _remove(raw: Any, loc: Keys) -> None:
    for key in loc[:-1]:
        raw = raw[key]
    del raw[loc[-1]]


def _fields(model: type[BaseModel]) -> list[str]:
    return [info.alias or name for name, info in model.model_fields.items()]


def _allowed(model_fields: Iterable[str], loc: Keys) -> Iterable[str]:
    """Return the keys allowed where an unknown one stands: those of the entry, or of the nested entry."""
    nested: dict[str, type[Entry]] = {
        "types": TypeEntry,
        "chance": ChanceEntry,
        "moves": MoveEntry,
        "contested": ContestedEntry,
        "missing": MissingEntry,
    }
    if len(loc) == 1:
        return model_fields
    return _fields(nested[str(loc[0])]) if str(loc[0]) in nested else ()


def _report(draft: Draft, error: ValidationError, keys: Keys, fields: Iterable[str]) -> None:
    for problem in error.errors(include_url=False):
        loc = tuple(problem["loc"])
        place = (*keys, *loc)
        kind, value = problem["type"], problem["input"]
        if kind == "extra_forbidden":
            _report_unknown(draft, place, str(loc[-1]), _allowed(fields, loc))
        elif kind == "missing":
            name = str(loc[-1])
            draft.report(
                "source-missing" if name == "source" else "key-missing",
                f"{'.'.join(map(str, place[:-1]))} has no {name!r}",
                at=place,
                value=name,
                fix=f"add the key {name!r}",
            )
        elif kind == "literal_error":
            allowed = problem["ctx"]["expected"]
            near = nearest(value, _EXPECTED.findall(allowed)) if isinstance(value, str) else ()
            draft.report(
                "grade-unknown" if loc[-1] == "grade" else "value-out-of-range",
                f"{_show(value)} is not one of {allowed}",
                at=place,
                value=_show(value),
                fix=f"did you mean {' or '.join(near)}?" if near else f"write one of {allowed}",
            )
        else:
            draft.report(
                _code(kind),
                f"{_show(value)} is not accepted here: {problem['msg']}",
                at=place,
                value=_show(value),
                fix=_VALUE_FIX,
            )


_RANGE = ("greater_than", "less_than", "too_short", "too_long")


def _code(kind: str) -> Code:
    for code in CODES:
        if kind == code:
            return code
    if any(part in kind for part in _RANGE):
        return "value-out-of-range"
    return "value-type"


def _report_unknown(draft: Draft, keys: Keys, name: str, allowed: Iterable[str]) -> None:
    names = list(allowed)
    found = nearest(name, names)
    hint = (
        f"did you mean {' or '.join(found)}?" if found else f"remove it; keys: {', '.join(names)}"
    )
    draft.report(
        "key-unknown", f"the key {name[:80]!r} is not known here", at=keys, value=name, fix=hint
    )


def _show(value: Any) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
