"""The editor: a draft as sheets and forms, what the checks say of it, and a first look at what it means."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, get_args

from pydantic import BaseModel

from detente.analysis.worths import value_first_choices, value_outcomes
from detente.crisis.crisis import Crisis
from detente.crisis.draft import Keys
from detente.crisis.editing import lines_at, read_value, value_at, write_value
from detente.crisis.elements import Distribution, Grade, Role
from detente.crisis.expectations import EXPECTATIONS_FILE
from detente.crisis.loading import CRISIS_FILE
from detente.crisis.mending import keys_of, mend
from detente.crisis.quantities import distribution_problem
from detente.crisis.registers import instrument_kinds, units
from detente.crisis.schema import (
    LIST_SECTIONS,
    MAPPING_SECTIONS,
    WAYS_TO_GIVE_A_VALUE,
    Header,
)
from detente.engine.usual import SEED
from detente.errors import DetenteError, Finding
from detente.web.drafts import Checked, DraftState
from detente.web.workbench import Workbench

__all__ = [
    "PARTS",
    "PREVIEW_DRAWS",
    "EditorPart",
    "FieldView",
    "FindingView",
    "MoveWorth",
    "PayoffSheet",
    "Range",
    "TellChecksCase",
    "expectations_of",
    "law_of",
    "list_fields",
    "list_findings",
    "list_payoffs",
    "list_rows",
    "list_worths",
    "numbers_of",
    "phases_of",
    "read_field",
    "show_field",
    "tell_checks",
    "text_of",
]

PREVIEW_DRAWS = 32
"""Draws of a first look."""


class EditorPart(NamedTuple):
    """A part of the editor: its name in the address, its label, the section of the file, and the columns of its sheet."""

    name: str
    label: str
    section: str
    columns: tuple[str, ...] = ()


PARTS: tuple[EditorPart, ...] = (
    EditorPart("about", "About", ""),
    EditorPart("actors", "Actors", "actors", ("name", "kind", "player", "members")),
    EditorPart("players", "Players", "players", ("name", "role", "actors", "types")),
    EditorPart("issues", "Issues", "issues", ("label", "at_0", "at_50", "at_100", "negotiable")),
    EditorPart("state", "State of the crisis", "state", ("label", "values", "initial")),
    EditorPart(
        "moves", "Moves", "instruments", ("label", "player", "kind", "when", "effects", "seen_by")
    ),
    EditorPart(
        "phases", "Rounds and phases", "phases", ("label", "player", "menu", "when", "rounds")
    ),
    EditorPart(
        "outcomes", "Outcomes", "outcomes", ("label", "when", "attack", "settlement", "group")
    ),
    EditorPart("payoffs", "Payoffs", "considerations", ("label", "price", "weights")),
    EditorPart("quantities", "Quantities", "quantities"),
    EditorPart("models", "Models", "mechanisms", ("label", "model", "inputs")),
    EditorPart(
        "policies", "Policies", "policies", ("label", "description", "fix", "forbid", "state")
    ),
    EditorPart("facts", "Facts", "facts", ("text", "question", "source", "as_of", "grade")),
    EditorPart("text", "Text of the files", ""),
)
"""The parts of the editor, in the order of its list."""

_WORDS = frozenset(
    {
        "at_0",
        "at_100",
        "at_50",
        "claimed_by",
        "confidence",
        "decision_rule",
        "description",
        "design",
        "group",
        "label",
        "name",
        "noise",
        "note",
        "phrase",
        "scope",
        "summary",
        "text",
        "title",
    }
)
"""Fields that hold words; all others hold YAML."""
_TOP = ("title", "as_of", "summary", "scope", "disputes", "limits", "rounds", "rationality")
_NUMBERS: Mapping[str, tuple[str, ...]] = {
    "value": ("Value",),
    "triangular": ("Lowest", "Likeliest", "Highest"),
    "uniform": ("Lowest", "Highest"),
    "normal": ("Mean", "Standard deviation"),
    "lognormal": ("Median", "Sigma of the logarithm"),
    "beta": ("a", "b", "Lowest", "Highest"),
}

TellChecksCase = Literal["clean", "to look at", "to fix"]
"""How a draft stands with its checks: nothing found, warnings alone, or errors."""


class Range(BaseModel):
    """Mean over draws, and their 5% and 95% quantiles."""

    mean: float
    low: float
    high: float


class FieldView(BaseModel):
    """A field of an entry: its keys as JSON, what stands in it, whether that is words, what it means, and what may stand there."""

    name: str
    at: str
    shown: str
    words: bool
    hint: str
    choices: list[str]
    required: bool


class FindingView(BaseModel):
    """What a check found: as ``detente check`` says it, with the part of the editor where it is, and the fix that is a button."""

    code: str
    severity: str
    message: str
    fix: str
    place: str
    path: str
    part: str
    entry: str
    mend: str


class MoveWorth(BaseModel):
    """What a move is worth to a type of its player at its first choice, beside the version before; in stakes."""

    player: str
    type: str
    phase: str
    option: str
    now: Range
    before: Range | None
    prob: float


class PayoffSheet(BaseModel):
    """What an outcome is worth: rows by consideration, one cell for each type of each player, and sums."""

    outcome: str
    label: str
    heads: list[str]
    rows: list[tuple[str, str, list[Range | None]]]
    sums: list[float]


# --- fields -------------------------------------------------------------------------------------------------------------


def show_field(name: str, value: Any) -> str:
    """Return what stands in a field: words as they are, all else as YAML in a line.

    Examples
    --------
    >>> show_field("label", "yes"), show_field("initial", "yes"), show_field("menu", ["a", "b"])
    ('yes', '"yes"', '[a, b]')
    """
    if value is None:
        return ""
    return (
        str(value) if name in _WORDS and not isinstance(value, dict | list) else write_value(value)
    )


def read_field(name: str, shown: str) -> Any:
    """Return the value of what was typed into a field; None if it is empty.

    Raises
    ------
    UsageError
        ``yaml-invalid`` for what is no YAML.
    """
    text = shown.strip()
    if not text:
        return None
    return " ".join(text.split()) if name in _WORDS else read_value(text)


def numbers_of(way: str, value: Any) -> list[tuple[str, str]]:
    """Return the numbers of a distribution with their names; none where it is given in another form."""
    names = _NUMBERS.get(way)
    if names is None:
        return []
    given = value if isinstance(value, list) else [value]
    if way == "beta" and len(given) == 2:
        given = [*given, 0, 1]
    shown = [show_field("", item) for item in given]
    return [(name, shown[n] if n < len(shown) else "") for n, name in enumerate(names)]


def law_of(entry: Any) -> Distribution | None:
    """Return the distribution of an entry of quantities, if it is one."""
    if not isinstance(entry, dict):
        return None
    way = next((name for name in WAYS_TO_GIVE_A_VALUE if name in entry), "")
    try:
        numbers = tuple(float(text) for _, text in numbers_of(way, entry.get(way)))
        law = Distribution(family="fixed" if way == "value" else way, parameters=numbers)  # type: ignore[arg-type]  # one of them
        return law if numbers and not distribution_problem(law) else None
    except (ValueError, TypeError, KeyError):
        return None


def list_rows(state: DraftState, part: EditorPart) -> list[tuple[str, list[FieldView]]]:
    """Return the entries of a section with the fields of its sheet."""
    root = value_at(state.text, (part.section,))
    entries = root.items() if isinstance(root, dict) else enumerate(root or [])
    return [
        (str(key), _cells(state, part, key, entry, part.columns))
        for key, entry in entries
        if isinstance(entry, dict)
    ]


def phases_of(state: DraftState) -> dict[str, str]:
    """Return for each move the phases whose menus offer it, in words."""
    found: dict[str, list[str]] = {}
    for phase in value_at(state.text, ("phases",)) or []:
        for move in [phase, *(phase.get("moves") or [])]:
            menu = move.get("menu") or []
            for name in menu if isinstance(menu, list) else [menu]:
                found.setdefault(str(name), []).append(str(phase.get("label", phase.get("id"))))
    return {name: "; ".join(labels) for name, labels in found.items()}


def list_fields(state: DraftState, part: EditorPart, key: str) -> list[FieldView]:
    """Return all fields of an entry, or of the top of the file."""
    if not part.section:
        given = value_at(state.text, ()) or {}
        names = (
            "title",
            "as_of",
            "summary",
            "scope",
            "disputes",
            "limits",
            "rounds",
            "rationality",
        )
        return _cells(state, part, "", given, names)
    place: str | int = int(key) if part.section in LIST_SECTIONS and key.isdecimal() else key
    entry = value_at(state.text, (part.section, place))
    model = _model(part)
    fields = [info.alias or name for name, info in model.model_fields.items()]
    skipped = {"claims", *(WAYS_TO_GIVE_A_VALUE if part.section == "quantities" else ())}
    return _cells(state, part, place, entry or {}, tuple(n for n in fields if n not in skipped))


def _cells(
    state: DraftState,
    part: EditorPart,
    key: str | int,
    entry: Mapping[str, Any],
    names: tuple[str, ...],
) -> list[FieldView]:
    model = _model(part)
    infos = {info.alias or name: info for name, info in model.model_fields.items()}
    keys: Keys = (part.section, key) if part.section else ()
    return [
        FieldView(
            name=name,
            at=json.dumps([*keys, name]),
            shown=show_field(name, entry.get(name)),
            words=name in _WORDS,
            hint=infos[name].description or "",
            choices=_choices(state, part, name),
            required=infos[name].is_required(),
        )
        for name in names
    ]


def _model(part: EditorPart) -> type[BaseModel]:
    if not part.section:
        return Header
    return {**MAPPING_SECTIONS, **LIST_SECTIONS}[part.section]


def _choices(state: DraftState, part: EditorPart, name: str) -> list[str]:
    """Return what may stand in a field, where that is a closed list."""
    known: Mapping[str, Callable[[], Any]] = {
        "unit": units,
        "grade": lambda: get_args(Grade),
        "role": lambda: get_args(Role),
        "player": lambda: value_at(state.text, ("players",)) or {},
        "nest": lambda: value_at(state.text, ("nests",)) or {},
    }
    if name == "kind":
        return (
            list(instrument_kinds()) if part.section == "instruments" else ["state", "institution"]
        )
    return list(known[name]()) if name in known else []


def text_of(state: DraftState, part: EditorPart, entry: str) -> tuple[int, int, int]:
    """Return where the text of a part or entry stands in the crisis file, and its line; all of it where that cannot be told."""
    keys: Keys = (part.section,) if part.section else ()
    if entry:
        is_list = part.section in LIST_SECTIONS and entry.isdecimal()
        keys = (part.section, int(entry) if is_list else entry)
    try:
        start, end = lines_at(state.text, keys) if keys else (0, len(state.text))
    except DetenteError:
        start, end = 0, len(state.text)
    return start, end, state.text.count("\n", 0, start) + 1


# --- checks -------------------------------------------------------------------------------------------------------------


def list_findings(state: DraftState, checked: Checked) -> list[FindingView]:
    """Return what the checks found, errors first."""
    ordered = sorted(checked.findings, key=lambda item: item.severity != "error")
    return [_finding(state, item) for item in ordered[:100]]


def tell_checks(checked: Checked) -> tuple[TellChecksCase, int, int]:
    """Return the case in which the checks are told, and how many errors and warnings there are."""
    errors = sum(item.severity == "error" for item in checked.findings)
    warnings = len(checked.findings) - errors
    case: TellChecksCase = "to fix" if errors else "to look at" if warnings else "clean"
    return case, errors, warnings


def _finding(state: DraftState, finding: Finding) -> FindingView:
    section, _, _ = finding.path.partition(".")
    part = next((part.name for part in PARTS if part.section and part.section == section), "")
    keys = keys_of(state.text, finding.path) if finding.file in {CRISIS_FILE, ""} else None
    if not part and finding.file == CRISIS_FILE and section in Header.model_fields:
        part = "about"
    mended = mend(state.files, finding)
    return FindingView(
        code=finding.code,
        severity=finding.severity,
        message=finding.message,
        fix=finding.fix,
        place=f"{finding.file}:{finding.line}" if finding.line else finding.file,
        path=finding.path,
        part=part or "text",
        entry=str(keys[1]) if keys and len(keys) > 1 and part not in {"about", ""} else "",
        mend=mended.label if mended else "",
    )


# --- a first look -------------------------------------------------------------------------------------------------------


def list_worths(
    bench: Workbench,
    crisis: Crisis,
    before: Crisis | None,
    *,
    is_stopped: Callable[[], bool] | None = None,
) -> list[MoveWorth]:
    """Return what moves are worth at the first choice of each type, beside the version before, at a few draws."""
    old = {} if before is None else _first_worths(bench, before, is_stopped)
    found = _first_worths(bench, crisis, is_stopped)
    phases = {item.id: item.label for item in crisis.phases}
    return [
        MoveWorth(
            player=crisis.players[player].name,
            type=next(item.label for item in crisis.players[player].types if item.id == kind),
            phase=phases[phase],
            option=crisis.instruments[option].label,
            now=now,
            before=old.get((player, kind, phase, option), (None, 0.0))[0],
            prob=prob,
        )
        for (player, kind, phase, option), (now, prob) in found.items()
    ]


def _first_worths(
    bench: Workbench, crisis: Crisis, is_stopped: Callable[[], bool] | None
) -> dict[tuple[str, str, str, str], tuple[Range, float]]:
    solution = bench.solve(crisis, draws=PREVIEW_DRAWS, seed=SEED, is_stopped=is_stopped)
    return {
        (choice.decision.player, choice.decision.type, choice.decision.phase, item.instrument): (
            Range(mean=item.payoff, low=item.low, high=item.high),
            item.prob,
        )
        for choice in value_first_choices(solution)
        for item in choice.options
    }


def list_payoffs(
    bench: Workbench, crisis: Crisis, *, is_stopped: Callable[[], bool] | None = None
) -> list[PayoffSheet]:
    """Return a sheet for each outcome that play ends in."""
    solution = bench.solve(crisis, draws=PREVIEW_DRAWS, seed=SEED, is_stopped=is_stopped)
    kinds = [(player, kind) for player in crisis.players.values() for kind in player.types]
    sheets = []
    for outcome, worths in value_outcomes(solution).items():
        rows: list[tuple[str, str, list[Range | None]]] = []
        for item in crisis.considerations.values():
            found = [worths.get((player.id, kind.id, item.id)) for player, kind in kinds]
            cells = [
                None if worth is None else Range(mean=worth.mean, low=worth.low, high=worth.high)
                for worth in found
            ]
            rows.append((item.id, item.label, cells))
        sheets.append(
            PayoffSheet(
                outcome=outcome,
                label=crisis.outcomes[outcome].label,
                heads=[
                    f"{player.name}: {kind.label}" if len(player.types) > 1 else player.name
                    for player, kind in kinds
                ],
                rows=rows,
                sums=[
                    sum(cell.mean for _, _, cells in rows if (cell := cells[place]) is not None)
                    for place in range(len(kinds))
                ],
            )
        )
    return sheets


def expectations_of(state: DraftState) -> str:
    """Return the text of what the crisis is expected to say."""
    return state.files.get(EXPECTATIONS_FILE, "")
