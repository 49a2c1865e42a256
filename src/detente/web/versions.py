"""Two versions side by side: of a crisis, whose numbers are worked out on the same cases, or of a briefing, read from its data.

Which inputs and rules differ is said by :mod:`detente.analysis.differences`, what differs between briefings by
:mod:`detente.brief.export.comparing`; here they are brought into one form.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

import detente
from detente.analysis.differences import (
    explain_change,
    find_changed_inputs,
    find_changed_priors,
    find_changed_rules,
)
from detente.brief.export.comparing import compare_briefs
from detente.brief.export.data_files import DATA_FILE, holds_briefing
from detente.brief.export.reading import read_brief
from detente.brief.words import format_points, format_range, format_value
from detente.crisis.crisis import Crisis
from detente.crisis.metric_names import Metric
from detente.engine.usual import DRAWS_OF_A_CHANGE
from detente.errors import nearest, refuse
from detente.rules.policies import base_policy
from detente.web.answers import MOST_SHARES, Asked, Share, Shares, Spread, metrics_of, read_metrics
from detente.web.rendering import Renderer
from detente.web.telling import label_figure, unit_of_figure
from detente.web.workbench import Workbench

__all__ = [
    "FigureRow",
    "InputRow",
    "OtherCase",
    "Versions",
    "VersionsCase",
    "compare_briefings",
    "compare_versions",
    "find_other",
    "list_others",
    "search",
    "short_name",
    "split_versions",
    "tell_versions",
]

OtherCase = Literal["filed", "crisis", "folder", "briefing"]
"""What one compares with: the crisis as filed, another one that is served, a folder, or a briefing."""
VersionsCase = Literal["alike", "inputs only", "moved"]
"""How a comparison is told: nothing differs; inputs differ and no printed number does; printed numbers differ."""


class FigureRow(BaseModel):
    """A number of both versions, in words with ranges; ``change`` in its unit where both have it."""

    id: str
    label: str
    unit: str
    before: str
    after: str
    change: float | None
    change_text: str
    moved: bool


class InputRow(BaseModel):
    """An input that differs, or a rule: what it is in each version."""

    path: str
    label: str
    before: str
    after: str


class Versions(BaseModel):
    """Two versions: ``before`` and ``after`` name them, ``made_with`` says from what the numbers are."""

    kind: Literal["crisis", "briefing"]
    before: str
    after: str
    made_with: str
    figures: list[FigureRow]
    inputs: list[InputRow]
    rules: list[str]

    @property
    def moved(self) -> int:
        """How many printed numbers differ."""
        return sum(row.moved for row in self.figures)


def list_others(bench: Workbench, crisis: Crisis) -> list[tuple[str, OtherCase]]:
    """Return what a crisis may be compared with, by name."""
    served: list[tuple[str, OtherCase]] = [
        (name, "crisis") for name in bench.names if name != crisis.id
    ]
    given: list[tuple[str, OtherCase]] = [
        (name, "briefing" if _is_briefing(name) else "folder") for name in bench.beside
    ]
    return [("as filed", "filed"), *given, *served]


def short_name(bench: Workbench, name: str) -> str:
    """Return what a version is called on a page: the last part of its path, where no other has the same."""
    short = Path(name).name
    alike = [other for other in bench.beside if Path(other).name == short]
    return short if name in bench.beside and len(alike) == 1 else name


def find_other(bench: Workbench, crisis: Crisis, name: str) -> Crisis:
    """Return the crisis of a name of :func:`list_others`.

    Raises
    ------
    UsageError
        ``option-invalid`` for what is none, or no crisis; the codes of loading.
    """
    known = dict(list_others(bench, crisis))
    if known.get(name) not in {"filed", "crisis", "folder"}:
        crises = [other for other, case in known.items() if case != "briefing"]
        near = nearest(name[:80], crises) or crises
        refuse(
            f"there is no version {name[:80]!r} of the crisis to compare with",
            code="option-invalid",
            at="with",
            fix=f"use one of: {', '.join(near)}; serve with --other FOLDER for others",
        )
    if known[name] == "filed":
        return crisis
    return bench.crisis(name) if known[name] == "crisis" else detente.load(name)


def compare_versions(
    bench: Workbench,
    renderer: Renderer,
    before: Crisis,
    after: Crisis,
    asked: Asked,
    *,
    names: tuple[str, str],
    is_stopped: Callable[[], bool] | None = None,
) -> Versions:
    """Solve two versions of a crisis on the same draws and seed, and say which numbers, inputs and rules differ.

    Parameters
    ----------
    bench, renderer
        Solve, and have the words.
    before, after
        The versions; each under the policy that is asked for, if it has it, else under its first.
    asked
        Draws, seed and policy.
    names
        What they are called.
    is_stopped
        Asked before each block of draws.

    Raises
    ------
    concurrent.futures.CancelledError
        If ``is_stopped`` says so.
    """
    spreads: list[dict[str, Spread | None]] = []
    labels = []
    for crisis in (before, after):
        policy = crisis.policies.get(asked.policy or "") or base_policy(crisis)
        labels.append(policy.label or policy.id)
        solution = bench.solve(
            crisis,
            policy=policy.id if policy.id in crisis.policies else None,
            draws=asked.draws,
            seed=asked.seed,
            is_stopped=is_stopped,
        )
        spreads.append(read_metrics(solution, metrics_of(crisis)))
    return Versions(
        kind="crisis",
        before=short_name(bench, names[0]),
        after=names[1],
        made_with=renderer.words(
            "compare-words.j2", "made_with", before.digest, after.digest, labels, asked
        ),
        figures=_sorted(
            _figure(renderer, before if name in spreads[0] else after, name, spreads)
            for name in dict.fromkeys([*spreads[0], *spreads[1]])
        ),
        inputs=[
            InputRow(
                path=item.path,
                label=item.label,
                before=item.before or "absent",
                after=item.after or "absent",
            )
            for item in (
                *find_changed_inputs(before, after),
                *find_changed_priors(before, after),
            )
        ],
        rules=list(find_changed_rules(before, after)),
    )


def split_versions(before: Crisis, after: Crisis, asked: Asked) -> Shares:
    """Split the change of an attack among the inputs and rules that differ.

    Raises
    ------
    UsageError
        ``option-invalid`` for more differences than :data:`detente.web.answers.MOST_SHARES`, or versions that share no game.
    """
    inputs = [*find_changed_inputs(before, after), *find_changed_priors(before, after)]
    rules = find_changed_rules(before, after)
    if len(inputs) + bool(rules) > MOST_SHARES:
        refuse(
            f"{len(inputs)} differences are more than {MOST_SHARES}: every set of them would be solved",
            code="option-invalid",
            at="with",
            fix="use detente diff, which samples orders of making the changes",
        )
    known = {item.path: item for item in inputs}
    found = explain_change(
        before,
        after,
        "attack",
        policy=asked.policy if asked.policy in before.policies else None,
        n_draws=DRAWS_OF_A_CHANGE,
        seed=asked.seed,
    )
    return Shares(
        metric="attack",
        before=found.before,
        after=found.after,
        draws=DRAWS_OF_A_CHANGE,
        parts=[
            Share(
                path=part.name,
                label=known[part.name].label if part.name in known else part.name,
                part=part.part,
                alone=part.alone,
                was=(known[part.name].before or "absent") if part.name in known else "",
                now=(known[part.name].after or "absent") if part.name in known else "",
                read_by=[],
            )
            for part in found.parts
        ],
    )


def compare_briefings(bench: Workbench, renderer: Renderer, before: str, after: str) -> Versions:
    """Compare two briefings that were named when the workbench was started.

    Raises
    ------
    UsageError
        ``option-invalid`` for a briefing that was not named.
    RunError
        As of :func:`detente.brief.export.reading.read_brief`.
    """
    known = [name for name in bench.beside if _is_briefing(name)]
    for name in (before, after):
        if name not in known:
            refuse(
                f"there is no briefing {name[:80]!r} here",
                code="option-invalid",
                at="briefing",
                fix=f"use one of: {', '.join(known)}"
                if known
                else "serve with --other FOLDER for each of two briefings",
            )
    first, second = (read_brief(_data_file(name)) for name in (before, after))
    found = compare_briefs(first, second)
    return Versions(
        kind="briefing",
        before=short_name(bench, before),
        after=short_name(bench, after),
        made_with=renderer.words("compare-words.j2", "briefed_with", found),
        figures=[
            FigureRow(
                id=item.id,
                label=item.label,
                unit=item.unit,
                before=item.before_text,
                after=item.after_text,
                change=item.change,
                change_text=_change_text(item.change, item.unit),
                moved=item.before_text != item.after_text,
            )
            for item in found.figures
        ],
        inputs=[
            InputRow(path=path, label=label, before=old, after=new)
            for path, label, old, new in found.inputs
        ],
        rules=[],
    )


def tell_versions(versions: Versions) -> VersionsCase:
    """Return the case in which a comparison is told."""
    if versions.moved:
        return "moved"
    return "inputs only" if versions.inputs or versions.rules else "alike"


def search(versions: Versions, text: str, *, every: bool) -> tuple[list[FigureRow], list[InputRow]]:
    """Return the figures and inputs with a text in id or label; of figures those that moved, or every one."""
    wanted = text.casefold()
    return (
        [
            row
            for row in versions.figures
            if (every or row.moved) and wanted in f"{row.id} {row.label}".casefold()
        ],
        [row for row in versions.inputs if wanted in f"{row.path} {row.label}".casefold()],
    )


def _is_briefing(name: str) -> bool:
    path = Path(name)
    return path.suffix == ".json" or holds_briefing(path)


def _data_file(name: str) -> Path:
    path = Path(name)
    return path if path.suffix == ".json" else path / DATA_FILE


def _figure(
    renderer: Renderer, crisis: Crisis, name: str, spreads: Sequence[dict[str, Spread | None]]
) -> FigureRow:
    metric = Metric.parse(name)
    unit = unit_of_figure(metric)
    texts = [_text(spread, name, unit) for spread in spreads]
    first, second = (spread.get(name) for spread in spreads)
    change = None if first is None or second is None else second.mean - first.mean
    return FigureRow(
        id=name,
        label=label_figure(renderer, crisis, metric),
        unit=unit,
        before=texts[0],
        after=texts[1],
        change=change,
        change_text=_change_text(change, unit),
        moved=texts[0] != texts[1],
    )


def _text(spread: dict[str, Spread | None], name: str, unit: str) -> str:
    if name not in spread:
        return "absent"
    found = spread[name]
    if found is None:
        return "excluded"
    ends = format_range(found.low, found.high, unit)
    return f"{format_value(found.mean, unit)}{f' ({ends})' if ends else ''}"


def _change_text(change: float | None, unit: str) -> str:
    if change is None:
        return ""
    if unit in {"prob", "share", "points"}:
        return format_points(change)
    sign = "+" if change > 0 else ""
    return f"{sign}{format_value(change, unit)}"


def _sorted(rows: Iterable[FigureRow]) -> list[FigureRow]:
    """Return figures in the order of how far they moved; what one version lacks comes last."""
    return sorted(rows, key=lambda row: 1.0 if row.change is None else -abs(row.change))
