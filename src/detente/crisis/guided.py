"""A first crisis made step by step from a template: names, date, moves, what each side wants, how sure the author is.

The template gives the shape: phases, what moves do, what they lead to. Everything that it says of its own invented world is
taken out or becomes the author's judgement, so that nothing in a new crisis rests on a source that does not exist.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from importlib import resources
from typing import Any, NamedTuple

from detente.crisis.draft import Keys
from detente.crisis.editing import remove_entry, set_value, value_at, write_value
from detente.crisis.entries import add_named, id_of, remove_named
from detente.crisis.expectations import EXPECTATIONS_FILE
from detente.crisis.loading import CRISIS_FILE
from detente.crisis.scaffold import template_names
from detente.errors import refuse

__all__ = [
    "Weighing",
    "add_move",
    "add_source",
    "begin_crisis",
    "drop_move",
    "list_effects",
    "list_weighings",
    "rename_words",
    "set_position",
    "set_weighing",
    "template_files",
]

_SOURCES, _POSITIONS, _REPORTS = "sources.csv", "positions.csv", "reports.csv"
_JUDGEMENT = "judgement"
_DAY = re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b")
_SAFE = re.compile(r"[^\W_][\w .,'()&/-]{0,79}")


class Weighing(NamedTuple):
    """How much a player cares about something, as a multiple of what the template says: 1 as much, 0 not at all."""

    consideration: str
    label: str
    player: str
    times: float


def template_files(template: str) -> dict[str, str]:
    """Return the texts of a template: its crisis file and its tables.

    Raises
    ------
    UsageError
        ``option-invalid`` for an unknown one.
    """
    if template not in template_names():
        refuse(
            f"there is no template {template[:80]!r}",
            code="option-invalid",
            at="template",
            fix=f"use one of: {', '.join(template_names())}",
        )
    folder = resources.files("detente.crisis").joinpath("templates", template)
    names = [item.name for item in folder.iterdir() if item.name.endswith((".yaml", ".csv"))]
    names.sort(key=lambda name: (name != CRISIS_FILE, name))
    return {name: folder.joinpath(name).read_text("utf-8") for name in names}


def begin_crisis(template: str, *, title: str, question: str, as_of: date) -> dict[str, str]:
    """Return the files of a new crisis that has the shape of a template and none of its world.

    Parameters
    ----------
    template
        One of :func:`detente.crisis.scaffold.template_names`.
    title, question
        Of the crisis; the question becomes its summary.
    as_of
        Its cut-off. All dates of the template move with it.

    Raises
    ------
    UsageError
        ``option-invalid`` for an unknown template, ``key-missing`` without a title or a question.
    """
    for name, text in (("title", title), ("question", question)):
        if not text.strip():
            refuse(
                f"the crisis has no {name}",
                code="key-missing",
                at=name,
                fix="write it in a sentence; it can be changed later",
            )
    files = {
        name: text
        for name, text in template_files(template).items()
        if name not in {EXPECTATIONS_FILE, _REPORTS}
    }
    cutoff = date.fromisoformat(str(value_at(files[CRISIS_FILE], ("as_of",))))
    by = as_of - cutoff
    files = {
        name: _DAY.sub(lambda found: _moved(found[0], by), text) for name, text in files.items()
    }
    text = files[CRISIS_FILE]
    text = re.sub(
        r"(?s)\A(?:#[^\n]*\n)+",
        "# Made step by step; everything in it is the author's.\n",
        text,
        count=1,
    )
    text = set_value(text, ("id",), id_of(title, {}).replace("_", "-"))
    text = set_value(text, ("title",), " ".join(title.split()))
    text = set_value(text, ("summary",), " ".join(question.split()))
    text = set_value(
        text,
        ("scope",),
        f"Begun from the shape of a {template}: its phases and what moves lead to.",
    )
    if value_at(text, ("facts",)):
        text = set_value(text, ("facts",), [])
    for path, entry in (value_at(text, ("quantities",)) or {}).items():
        if entry.get("source") != _JUDGEMENT:
            text = set_value(text, ("quantities", path, "source"), _JUDGEMENT)
            text = set_value(text, ("quantities", path, "grade"), "estimate")
            if "claimed_by" in entry:
                text = remove_entry(text, ("quantities", path, "claimed_by"))
    files = {**files, CRISIS_FILE: text}
    return {name: _own(name, text) for name, text in files.items()}


def rename_words(files: Mapping[str, str], words: Mapping[str, str]) -> dict[str, str]:
    """Return the files with some names in the place of others, wherever they are written.

    Raises
    ------
    UsageError
        ``value-type`` for a name that is empty or holds signs that a name does not have.
    """
    for new in words.values():
        if not _SAFE.fullmatch(new):
            refuse(
                f"{new[:80]!r} is no name",
                code="value-type",
                at="name",
                fix="begin with a letter; use letters, digits, blanks and , . ' ( ) & / -",
            )
    kept = {old: new for old, new in words.items() if old != new}
    if not kept:
        return dict(files)
    pattern = re.compile(
        "|".join(rf"(?<!\w){re.escape(old)}(?!\w)" for old in sorted(kept, key=len, reverse=True))
    )

    def put(text: str) -> str:
        return pattern.sub(lambda found: kept[found[0]], text)

    changed = {}
    for name, text in files.items():
        if name == CRISIS_FILE:
            changed[name] = _in_values(text, put)
        else:
            rows = [[put(cell) for cell in row] for row in csv.reader(io.StringIO(text))]
            changed[name] = _written(rows)
    return changed


def drop_move(files: Mapping[str, str], name: str) -> dict[str, str]:
    """Return the files without a move; what only it brought about is marked as left out on purpose.

    A commitment that fixed nothing but this move goes with it, and so does a variable that nothing reads any more.
    """
    before = value_at(files[CRISIS_FILE], ("instruments", name)) or {}
    changed = remove_named(files, "instruments", name)
    text = changed[CRISIS_FILE]
    effects = [before.get("effects") or {}]
    effects += [item.get("effects") or {} for item in before.get("chance") or []]
    for variable, value in [pair for effect in effects for pair in effect.items()]:
        if not value_at(text, ("state", variable)):
            continue  # it went with another effect of the move
        if not _is_read(text, variable):
            text = _without_variable(text, variable)
        elif isinstance(value, str) and not _is_set(text, variable, value):
            reason = f"the move that brought it about, {before.get('label', name)}, is left out"
            text = set_value(text, ("state", variable, "unused", value), reason)
    for policy, entry in (value_at(text, ("policies",)) or {}).items():
        if entry.get("fix") == {} and not entry.get("forbid") and not entry.get("state"):
            text = remove_entry(text, ("policies", policy))
    return {**changed, CRISIS_FILE: text}


def add_move(
    files: Mapping[str, str], *, label: str, player: str, phase: str, kind: str, effect: str
) -> dict[str, str]:
    """Return the files with a move of the author's own on the menu of a phase.

    Parameters
    ----------
    files
        Of the crisis.
    label, player, phase, kind
        Its name, whose it is, the phase that offers it, and one of the kinds of instruments.
    effect
        One of :func:`list_effects`; empty for none.
    """
    text = files[CRISIS_FILE]
    there = value_at(text, ("instruments",)) or {}
    nests = [item.get("nest") for item in there.values() if item.get("kind") == kind]
    entry: dict[str, Any] = {"label": " ".join(label.split()), "player": player, "kind": kind}
    nest = next((name for name in nests if name), next(iter(value_at(text, ("nests",)) or {}), ""))
    if nest:
        entry["nest"] = nest
    variable, _, value = effect.partition("=")
    entry["effects"] = {variable: value} if value else {}
    return add_named(files, "instruments", id_of(label, there), entry, phases=(phase,))


def list_effects(text: str) -> list[tuple[str, str]]:
    """Return what a move may bring about, as ``variable=value``, with words for it."""
    return [
        (f"{name}={value}", f"{item.get('label', name)}: {value}")
        for name, item in (value_at(text, ("state",)) or {}).items()
        for value in map(str, item.get("values") or [])
        if value != str(item.get("initial"))
    ]


def set_position(files: Mapping[str, str], actor: str, issue: str, value: float) -> dict[str, str]:
    """Return the files with another position of an actor on an issue, from 0 to 100.

    Raises
    ------
    UsageError
        ``value-out-of-range`` for another number.
    """
    if not 0 <= value <= 100:
        refuse(
            f"a position of {value:g} is outside 0-100",
            code="value-out-of-range",
            at=f"{actor}.{issue}",
            fix="give a number from 0 to 100",
        )
    rows = list(csv.reader(io.StringIO(files[_POSITIONS])))
    heads = rows[0]
    for row in rows[1:]:
        cells = dict(zip(heads, row, strict=True))
        if (cells["actor"], cells["issue"]) == (actor, issue):
            row[heads.index("value")] = f"{value:g}"
    return {**files, _POSITIONS: _written(rows)}


def list_weighings(text: str, template: str) -> list[Weighing]:
    """Return how much each player cares about each consideration, beside the template."""
    filed = template_files(template)[CRISIS_FILE]
    found = []
    for name, entry in (value_at(text, ("considerations",)) or {}).items():
        for player, weight in (entry.get("weights") or {}).items():
            base = value_at(filed, ("considerations", name, "weights", player))
            if base is not None:
                label = str(entry.get("label", name))
                found.append(Weighing(name, label, player, _times(weight, base)))
    return found


def set_weighing(
    files: Mapping[str, str], template: str, consideration: str, player: str, times: float
) -> dict[str, str]:
    """Return the files with a player caring a multiple of what the template says about a consideration.

    Raises
    ------
    UsageError
        ``value-out-of-range`` for a multiple outside 0-5, ``path-unknown`` for what the template does not weigh.
    """
    keys: Keys = ("considerations", consideration, "weights", player)
    base = value_at(template_files(template)[CRISIS_FILE], keys)
    if base is None:
        refuse(
            f"the template has no weight of {player!r} on {consideration!r}",
            code="path-unknown",
            at=consideration,
            fix="choose one that the page lists",
        )
    if not 0 <= times <= 5:
        refuse(
            f"{times:g} times is outside 0-5",
            code="value-out-of-range",
            at=consideration,
            fix="give a number from 0 to 5",
        )
    text = files[CRISIS_FILE]
    if abs(_times(value_at(text, keys), base) - times) > 1e-9:
        text = set_value(text, keys, _scaled(base, times))
    return {**files, CRISIS_FILE: text}


def add_source(
    files: Mapping[str, str], *, publisher: str, title: str, day: str, address: str, figure: str
) -> dict[str, str]:
    """Return the files with another source, which a quantity rests on beside the author's judgement."""
    rows = list(csv.reader(io.StringIO(files[_SOURCES])))
    taken = {row[0]: row for row in rows[1:]}
    key = id_of(publisher or title, taken).replace("_", "-")
    given = {
        "key": key,
        "publisher": publisher,
        "title": title,
        "date": day,
        "address": address,
        "standing": "press",
    }
    rows.append([" ".join(given.get(head, "").split()) for head in rows[0]])
    keys = ("quantities", figure, "source")
    there = value_at(files[CRISIS_FILE], keys)
    cited = [key, *(there if isinstance(there, list) else [there] if there else [])]
    text = set_value(files[CRISIS_FILE], keys, cited)
    return {**files, CRISIS_FILE: text, _SOURCES: _written(rows)}


def _moved(day: str, by: timedelta) -> str:
    return (date.fromisoformat(day) + by).isoformat()


def _own(name: str, text: str) -> str:
    """Return a file without the sources of the template's world: its timeline is empty, all else is judgement."""
    if name == CRISIS_FILE:
        return text
    rows = list(csv.reader(io.StringIO(text)))
    heads = rows[0]
    if name == _SOURCES:
        return _written([row for row in rows if row[0] in {"key", _JUDGEMENT}])
    if name == "timeline.csv":
        return _written(rows[:1])
    for row in rows[1:]:
        for head, own in (("source", _JUDGEMENT), ("grade", "estimate")):
            if head in heads:
                row[heads.index(head)] = own
    return _written(rows)


def _written(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _in_values(text: str, put: Callable[[str], str]) -> str:
    """Change words in the values of a crisis file, which keep being the text that they are."""
    root = value_at(text, ())
    for section in root if isinstance(root, dict) else ():
        for keys, found in _texts(root[section], (section,)):
            new = put(found)
            if new != found:
                text = set_value(text, keys, new)
    return text


def _texts(value: Any, keys: Keys) -> list[tuple[Keys, str]]:
    if isinstance(value, str):
        return [(keys, value)]
    items: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [pair for key, child in items for pair in _texts(child, (*keys, key))]


def _is_set(text: str, variable: str, value: str) -> bool:
    """Tell whether a move, a chance outcome or a commitment brings a value about, or it stands at the start."""
    state = value_at(text, ("state", variable)) or {}
    if str(state.get("initial")) == value:
        return True
    sections = ("instruments", "policies", "event_rules")
    rules = [value_at(text, (section,)) or {} for section in sections]
    return f"{variable}: {value}" in write_value(rules)


def _is_read(text: str, variable: str) -> bool:
    """Tell whether a condition, a price or the input of a model depends on a variable."""
    reading: list[Any] = [
        value_at(text, (section,))
        for section in ("phases", "outcomes", "ends_when", "mechanisms", "considerations")
    ]
    for item in (value_at(text, ("instruments",)) or {}).values():
        reading.append({key: value for key, value in item.items() if key != "effects"})
        reading += list((item.get("effects") or {}).values())
    name = re.escape(variable)
    return bool(re.search(rf"(?<![\w.-]){name}: |by: {name}(?![\w-])", write_value(reading)))


def _without_variable(text: str, variable: str) -> str:
    """Return the text without a variable of the state and what sets it."""
    text = remove_entry(text, ("state", variable))
    for section, key in (("instruments", "effects"), ("policies", "state")):
        for name, item in (value_at(text, (section,)) or {}).items():
            if variable in (item.get(key) or {}):
                text = remove_entry(text, (section, name, key, variable))
    rules = value_at(text, ("event_rules",)) or []
    for number in reversed(range(len(rules))):
        if variable in (rules[number].get("state") or {}):
            text = remove_entry(text, ("event_rules", number))
    return text


def _times(weight: Any, base: Any) -> float:
    """Return the multiple of a weight of the template that a weight is; 1 where that cannot be told."""
    if isinstance(base, dict) and isinstance(weight, dict):
        known = [
            _times(weight.get(kind), item) for kind, item in base.items() if item not in (0, 0.0)
        ]
        return known[0] if known else 1.0
    if isinstance(weight, dict) and isinstance(weight.get("product"), list):
        return float(weight["product"][0])
    if isinstance(weight, int | float) and isinstance(base, int | float) and base:
        return round(weight / base, 6)
    return 1.0 if weight == base or not isinstance(weight, int | float) else 0.0


def _scaled(base: Any, times: float) -> Any:
    if isinstance(base, dict):
        return {kind: _scaled(item, times) for kind, item in base.items()}
    if isinstance(base, int | float):
        return round(base * times, 6) if times != 1 else base
    return base if times == 1 else 0 if times == 0 else {"product": [times, base]}
