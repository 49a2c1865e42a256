"""Which entry of a crisis carries which claim of the text that the crisis encodes."""

from collections.abc import Iterator, Mapping

from detente.crisis.elements import Crisis
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
    sections = (
        crisis.actors,
        crisis.quantities,
        crisis.issues,
        crisis.state,
        crisis.instruments,
        crisis.outcomes,
        crisis.mechanisms,
        crisis.considerations,
        crisis.policies,
        crisis.aims,
    )
    for section in sections:
        for entry in section.values():
            yield entry.claims, entry.place
    for player in crisis.players.values():
        for item in player.types:
            yield item.claims, player.place
    for fact in crisis.facts:
        yield fact.claims, fact.place
    for table in crisis.tables.values():
        for row in table.rows:
            yield row.claims, row.place
