"""Where the quantities of a crisis are used: in which mechanism, consideration, chance, prior or choice."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from detente.crisis.crisis import Crisis
from detente.crisis.elements import Binding, Mechanism
from detente.crisis.odds import odds_bindings
from detente.runs.tracing import quantities_read

__all__ = ["Use", "UseKind", "find_uses"]

UseKind = Literal["prior", "mechanism", "price", "weight", "chance", "choice", "pledge"]
"""What reads a quantity: who players are, a model, what a consideration is worth and to whom, what a move leads to, how
choices are made, and how sure a commitment is."""


class Use(NamedTuple):
    """One thing that reads a quantity: its kind, its id and its words; ``family`` is that of a mechanism's model."""

    kind: UseKind
    id: str
    label: str
    family: str = ""


def find_uses(crisis: Crisis) -> Mapping[str, tuple[Use, ...]]:
    """Return what reads each quantity of a crisis itself, not through something else.

    Quantities that nothing reads are left out.

    Examples
    --------
    >>> from detente.crisis import load_crisis
    >>> find_uses(load_crisis("cuba-1962"))["calm"][0].kind
    'price'
    """
    found: dict[str, dict[Use, None]] = {}
    for use, bindings, mechanism in _readers(crisis):
        for path in quantities_read(crisis, bindings, mechanism):
            found.setdefault(path, {})[use] = None
    return {path: tuple(uses) for path, uses in found.items()}


def _readers(
    crisis: Crisis,
) -> Iterator[tuple[Use, Iterable[Binding | None], Mechanism | None]]:
    """Yield whatever has bindings, with these."""
    for player in crisis.players.values():
        for kind in player.types:
            yield Use("prior", player.id, f"{player.name}: {kind.label}"), (kind.prior,), None
    for item in crisis.mechanisms.values():
        family = item.model.partition(".")[0]
        yield Use("mechanism", item.id, item.label, family), item.inputs.values(), item
    for part in crisis.considerations.values():
        yield Use("price", part.id, part.label), (part.price,), None
        for player_id, weights in part.weights.items():
            label = f"{part.label}, to {crisis.players[player_id].name}"
            yield Use("weight", part.id, label), weights.values(), None
    yield from _choices(crisis)
    for policy in crisis.policies.values():
        for pledge in policy.pledges:
            paid = [binding for _, binding in (*pledge.cost, *pledge.broken)]
            yield Use("pledge", policy.id, policy.label), (pledge.credibility, *paid), None


def _choices(
    crisis: Crisis,
) -> Iterator[tuple[Use, Iterable[Binding | None], Mechanism | None]]:
    """Yield what moves lead to, and how they are chosen."""
    for move in crisis.instruments.values():
        for outcome in move.chance:
            use = Use("chance", move.id, f"{move.label}: {outcome.label}")
            yield use, odds_bindings(crisis, outcome), None
        yield Use("choice", move.id, move.label), (move.weight,), None
    for nest in crisis.nests.values():
        yield Use("choice", nest.id, nest.label), (nest.similarity, nest.weight), None
    yield Use("choice", "rationality", "how strictly players choose"), (crisis.rationality,), None
