"""Which entry of a crisis carries which claim of the text that the crisis encodes."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from detente.crisis.crisis import Crisis
from detente.crisis.schema import LIST_SECTIONS, MAPPING_SECTIONS
from detente.errors import Place

__all__ = ["claims_of"]


def claims_of(crisis: Crisis) -> Mapping[str, tuple[Place, ...]]:
    """Return the places of the entries and table rows that carry each claim, by its id.

    Parameters
    ----------
    crisis
        A loaded crisis.

    Returns
    -------
    Mapping
        Id of the claim to the places that carry it, in the order in which they were found.
    """
    found: dict[str, list[Place]] = {}
    for claims, place in _carriers(crisis):
        for claim in claims:
            places = found.setdefault(claim, [])
            if place not in places:
                places.append(place)
    return {claim: tuple(places) for claim, places in found.items()}


def _carriers(crisis: Crisis) -> Iterator[tuple[tuple[str, ...], Place]]:
    for section in MAPPING_SECTIONS:
        entries: Any = getattr(crisis, section)
        yield from _claims(entries.values())
    for player in crisis.players.values():
        for item in player.types:
            yield item.claims, player.place
    for section in LIST_SECTIONS:
        yield from _claims(getattr(crisis, section))
    for table in crisis.tables.values():
        yield from _claims(table.rows)


def _claims(entries: Iterable[Any]) -> Iterator[tuple[tuple[str, ...], Place]]:
    for entry in entries:
        yield getattr(entry, "claims", ()), entry.place
