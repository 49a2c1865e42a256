"""The assumptions of a crisis as a reader moves them: with label, unit, range, sources, and what they are used for."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from detente.analysis.reading import paths_read, uncertain_paths
from detente.analysis.uses import Use, find_uses
from detente.brief.quantity_words import centre, file_line, given_range, quantity_text, source_date
from detente.brief.words import unit_words
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Quantity
from detente.crisis.overrides import override_paths
from detente.crisis.registers import units
from detente.errors import nearest, refuse

__all__ = [
    "QUESTIONS",
    "Assumption",
    "SourceView",
    "Switch",
    "describe_quantity",
    "list_assumptions",
    "list_switches",
    "look_up",
    "sources_of",
]

QUESTIONS: Mapping[str, str] = {
    "prior": "Who the players are",
    "aims": "What they want, and what it costs them",
    "deterrence": "What force can do",
    "chance": "What moves lead to",
    "beliefs": "What a move tells",
    "bargaining": "What could be agreed",
    "alliance": "Who joins",
    "sanctions": "What sanctions cost",
    "energy": "What gas decides",
    "choice": "How choices are made",
    "pledge": "Whether a commitment holds",
}
"""Questions that assumptions are grouped by, in this order."""

_QUESTION_OF = {"price": "aims", "weight": "aims"}


class SourceView(BaseModel):
    """A source as a reader sees it."""

    key: str
    title: str
    publisher: str
    date: str
    address: str


class Assumption(BaseModel):
    """A quantity that may be set: ``reference`` is the value that stands for it, ``low`` and ``high`` its range.

    ``least`` and ``most`` are what its unit allows, none where that has no end. ``note`` says why the range is what it is.
    ``family`` and ``parameters`` are its distribution.
    """

    path: str
    label: str
    unit: str
    unit_words: str
    family: str
    parameters: list[float]
    reference: float
    low: float
    high: float
    least: float | None
    most: float | None
    text: str
    note: str
    grade: str
    claimed_by: str
    as_of: str
    place: str
    question: str
    sources: list[SourceView]
    used_in: list[str]
    contested: list[str]


class Switch(BaseModel):
    """A variable of the state, with the values that it may start from."""

    path: str
    label: str
    initial: str
    values: list[tuple[str, str]]


def look_up(crisis: Crisis, path: str) -> Quantity:
    """Return a quantity of a crisis.

    Raises
    ------
    UsageError
        ``quantity-unknown`` with the nearest paths.
    """
    if path not in crisis.quantities:
        near = nearest(path, crisis.quantities)
        refuse(
            f"crisis {crisis.id!r} has no quantity {path[:80]!r}",
            code="quantity-unknown",
            at="path",
            fix=f"nearest: {', '.join(near)}" if near else "use a path of the crisis file",
        )
    return crisis.quantities[path]


def describe_quantity(
    crisis: Crisis, quantity: Quantity, uses: Mapping[str, tuple[Use, ...]]
) -> Assumption:
    """Return a quantity as a reader sees it."""
    law, unit = quantity.distribution, units()[quantity.unit]
    used = uses.get(quantity.path, ())
    low, high = given_range(law)
    return Assumption(
        path=quantity.path,
        label=quantity.label,
        unit=quantity.unit,
        unit_words=unit_words(quantity.unit),
        family=law.family,
        parameters=list(law.parameters),
        reference=centre(law),
        low=low,
        high=high,
        least=_end(unit.low),
        most=_end(unit.high),
        text=quantity_text(quantity),
        note=quantity.note,
        grade=quantity.grade,
        claimed_by=quantity.claimed_by,
        as_of=quantity.as_of.isoformat(),
        place=file_line(quantity),
        question=_question(used),
        sources=sources_of(crisis, quantity.sources),
        used_in=list(dict.fromkeys(use.label for use in used)),
        contested=[f"{value:g} ({key})" for value, key in quantity.contested],
    )


def list_assumptions(crisis: Crisis, *, metric: str = "attack") -> list[Assumption]:
    """Return the uncertain quantities that a metric depends on, by question and in the order of the file."""
    uses = find_uses(crisis)
    read = frozenset(paths_read(crisis, metric, uncertain_paths(crisis)))
    found = [
        describe_quantity(crisis, quantity, uses)
        for path, quantity in crisis.quantities.items()
        if path in read
    ]
    order = list(QUESTIONS)
    return sorted(found, key=lambda item: order.index(item.question))


def list_switches(crisis: Crisis) -> list[Switch]:
    """Return what has named values that policies of the crisis set at the start: where it may begin."""
    known = override_paths(crisis)
    set_by_policies = {name for policy in crisis.policies.values() for name in policy.state}
    return [
        Switch(
            path=f"state.{name}",
            label=variable.label,
            initial=variable.initial,
            values=[(value, variable.value_labels.get(value, value)) for value in variable.values],
        )
        for name, variable in crisis.state.items()
        if name in set_by_policies and f"state.{name}" in known
    ]


def _question(uses: tuple[Use, ...]) -> str:
    """Return the question that a quantity belongs to, by what reads it first."""
    for use in uses:
        name = use.family if use.kind == "mechanism" else _QUESTION_OF.get(use.kind, use.kind)
        if name in QUESTIONS:
            return name
    return "choice"


def sources_of(crisis: Crisis, keys: tuple[str, ...]) -> list[SourceView]:
    """Return the sources of some keys as a reader sees them; keys that the crisis does not have are left out."""
    return list(_sources(crisis, keys))


def _sources(crisis: Crisis, keys: tuple[str, ...]) -> Iterator[SourceView]:
    for key in keys:
        source = crisis.sources.get(key)
        if source is not None:
            yield SourceView(
                key=key,
                title=source.title,
                publisher=source.publisher,
                date=source_date(source),
                address=source.address,
            )


def _end(value: float) -> float | None:
    """Return an end of a unit's range; none where it has no end."""
    return value if abs(value) < float("inf") else None
