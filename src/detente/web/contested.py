"""What sources disagree on, side by side: rival values of a figure, and what an actor claims."""

from pydantic import BaseModel

from detente.analysis.uses import find_uses
from detente.brief.names import Names
from detente.brief.quantity_words import quantity_text
from detente.brief.words import format_value
from detente.crisis.crisis import Crisis
from detente.web.assumptions import SourceView, describe_quantity, sources_of

__all__ = ["ContestedFigure", "MadeClaim", "RivalValue", "list_claims", "list_contested"]


class RivalValue(BaseModel):
    """A value that some sources give, as it may be set in a what-if."""

    value: float
    text: str
    sources: list[SourceView]


class ContestedFigure(BaseModel):
    """A figure on which sources differ: each value with who gives it, what the model takes, and what reads it."""

    path: str
    label: str
    rivals: list[RivalValue]
    taken: str
    used_in: list[str]
    note: str


class MadeClaim(BaseModel):
    """What an actor says, whether it is a figure or a sentence; ``path`` names the figure."""

    who: str
    says: str
    path: str
    sources: list[SourceView]
    used_in: list[str]


def list_contested(crisis: Crisis) -> list[ContestedFigure]:
    """Return the figures on which sources differ, in the order of the file."""
    uses = find_uses(crisis)
    found = []
    for quantity in crisis.quantities.values():
        if not quantity.contested:
            continue
        told = describe_quantity(crisis, quantity, uses)
        found.append(
            ContestedFigure(
                path=quantity.path,
                label=quantity.label,
                rivals=[
                    RivalValue(
                        value=value,
                        text=format_value(value, quantity.unit, exact=True),
                        sources=sources_of(
                            crisis, tuple(filter(None, map(str.strip, keys.split(";"))))
                        ),
                    )
                    for value, keys in sorted(quantity.contested)
                ],
                taken=quantity_text(quantity),
                used_in=told.used_in,
                note=quantity.note,
            )
        )
    return found


def list_claims(crisis: Crisis) -> list[MadeClaim]:
    """Return what actors claim: figures, then sentences."""
    uses, names = find_uses(crisis), Names(crisis)
    figures = [
        MadeClaim(
            who=names.actors_text(quantity.claimed_by),
            says=f"{quantity.label}: {quantity_text(quantity)}",
            path=quantity.path,
            sources=sources_of(crisis, quantity.sources),
            used_in=describe_quantity(crisis, quantity, uses).used_in,
        )
        for quantity in crisis.quantities.values()
        if quantity.claimed_by
    ]
    sentences = [
        MadeClaim(
            who=names.actors_text(fact.claimed_by),
            says=fact.text,
            path="",
            sources=sources_of(crisis, fact.sources),
            used_in=[],
        )
        for fact in crisis.facts
        if fact.claimed_by
    ]
    return [*figures, *sentences]
