"""Comparing two briefings: which figures moved and which inputs differ, read from their data files alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from detente.brief.export.reading import figures_in
from detente.brief.words import format_value

__all__ = ["BriefComparison", "MovedFigure", "compare_briefs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedFigure:
    """A figure with another value: ``change`` in its unit, None where it stands in one briefing only.

    ``same_as`` names the figures of other questions that are the same one: label, unit and values.
    """

    id: str
    label: str
    unit: str
    before: float | None
    after: float | None
    before_text: str
    after_text: str
    same_as: tuple[str, ...] = ()

    @property
    def change(self) -> float | None:
        """After less before."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before

    @property
    def size(self) -> float:
        """How far it moved, in shares of its own size; probabilities and shares as they are. New figures come last."""
        if self.change is None or self.before is None or self.after is None:
            return -1.0
        if self.unit in {"prob", "share", "points"}:
            return abs(self.change)
        largest = max(abs(self.before), abs(self.after))
        return abs(self.change) / largest if largest else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefComparison:
    """What differs between two briefings: figures that the headlines quote come first, then those moved farthest."""

    same_crisis: bool
    same_digest: bool
    same_draws: bool
    overrides: tuple[Mapping[str, str], Mapping[str, str]]
    runs: tuple[tuple[int, int], tuple[int, int]]
    figures: tuple[MovedFigure, ...]
    n_figures: int
    inputs: tuple[tuple[str, str, str, str], ...]


def compare_briefs(before: Mapping[str, Any], after: Mapping[str, Any]) -> BriefComparison:
    """Compare the data of two briefings.

    Parameters
    ----------
    before, after
        From :func:`detente.brief.export.reading.read_brief`.
    """
    old, new = figures_in(before), figures_in(after)
    moved: dict[tuple[Identity, Identity], MovedFigure] = {}
    names = list(dict.fromkeys([*before["headline_figures"], *old, *new]))
    for name in names:
        first, second = old.get(name), new.get(name)
        known = second or first
        if known is None or (first and second and first["value"] == second["value"]):
            continue
        key = (_identity(first), _identity(second))
        if key in moved:
            moved[key] = replace(moved[key], same_as=(*moved[key].same_as, name))
            continue
        moved[key] = MovedFigure(
            id=name,
            label=str(known["label"]),
            unit=str(known["unit"]),
            before=first["value"] if first else None,
            after=second["value"] if second else None,
            before_text=_text(first),
            after_text=_text(second),
        )
    paths = dict.fromkeys([*before["inputs"], *after["inputs"]])
    inputs = []
    for path in paths:
        first, second = before["inputs"].get(path), after["inputs"].get(path)
        if _law(first) != _law(second):
            known = second or first or {}
            inputs.append((path, str(known.get("label", path)), _value(first), _value(second)))
    inputs += _policies(before, after)
    inputs += _sources(before, after)
    return BriefComparison(
        same_crisis=before["crisis"] == after["crisis"],
        same_digest=before.get("digest") == after.get("digest"),
        overrides=(dict(before.get("overrides", {})), dict(after.get("overrides", {}))),
        runs=((before["draws"], before["seed"]), (after["draws"], after["seed"])),
        same_draws=all(before[key] == after[key] for key in ("draws", "seed", "design", "mode")),
        figures=_ranked(moved.values(), [*before["headline_figures"], *after["headline_figures"]]),
        n_figures=len(names),
        inputs=tuple(inputs),
    )


Rows = list[tuple[str, str, str, str]]
Identity = tuple[object, ...] | None


def _identity(figure: Mapping[str, Any] | None) -> Identity:
    """Return what makes two figures the same one: what they say and what they are worth."""
    return None if figure is None else (figure["label"], figure["unit"], figure["value"])


def _ranked(moved: Iterable[MovedFigure], headline: Sequence[str]) -> tuple[MovedFigure, ...]:
    """Order figures: those of the headlines as they stand there, then the others by how far they moved."""
    places = {name: place for place, name in reversed(list(enumerate(headline)))}
    last = len(headline)
    return tuple(sorted(moved, key=lambda item: (places.get(item.id, last), -item.size, item.id)))


def _policies(before: Mapping[str, Any], after: Mapping[str, Any]) -> Rows:
    """Return the policies that one briefing compares and the other does not, or under another label."""
    old, new = (
        {item["id"]: str(item["label"]) for item in data.get("policies", ())}
        for data in (before, after)
    )
    return [
        (
            f"policies.{name}",
            new.get(name, old.get(name, "")),
            old.get(name, "absent"),
            new.get(name, "absent"),
        )
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    ]


def _sources(before: Mapping[str, Any], after: Mapping[str, Any]) -> Rows:
    """Return sources that came, went, changed, or stand under another key with all else the same."""
    old, new = (
        {key: _said(item) for key, item in data.get("sources", {}).items()}
        for data in (before, after)
    )
    gone = [key for key in old if key not in new]
    come = [key for key in new if key not in old]
    rows: Rows = []
    for key in gone:
        other = next((name for name in come if new[name] == old[key]), None)
        if other is None:
            rows.append((f"sources.{key}", old[key], old[key], "absent"))
        else:
            come.remove(other)
            rows.append((f"sources.{key}", old[key], key, f"{other}, the same source renamed"))
    rows += [(f"sources.{key}", new[key], "absent", new[key]) for key in come]
    rows += [
        (f"sources.{key}", new[key], old[key], new[key])
        for key in old
        if key in new and old[key] != new[key]
    ]
    return rows


def _said(source: Mapping[str, Any]) -> str:
    """Return all that a briefing says of a source, but its key and the line of its file."""
    names = ("publisher", "title", "date", "address", "standing")
    return ", ".join(str(source[name]) for name in names if source.get(name))


def _text(figure: Mapping[str, Any] | None) -> str:
    if figure is None:
        return "absent"
    return format_value(figure["value"], str(figure["unit"]))


def _law(item: Mapping[str, Any] | None) -> Any:
    return None if item is None else (item.get("family"), item.get("parameters"), item.get("value"))


def _value(item: Mapping[str, Any] | None) -> str:
    return "absent" if item is None else str(item.get("value"))
