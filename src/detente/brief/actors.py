"""Who plays, what each type cares about, and what each can do, as the crisis file says it in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from detente.brief.pictures.palette import ink, player_colours
from detente.brief.quantity_words import centre, given_range, quantity_text
from detente.brief.words import format_number, format_percent, format_range
from detente.crisis.crisis import Crisis
from detente.crisis.elements import (
    Binding,
    Constant,
    Instrument,
    Phase,
    Player,
    Product,
    QuantityOf,
    Sum,
)

__all__ = [
    "ActorView",
    "CareCase",
    "CareView",
    "PhaseView",
    "TypeView",
    "list_actors",
    "list_phases",
    "tell_care",
]

CareCase = Literal["gains", "loses", "depends"]
"""What a player does by a consideration: gains, loses, or either, as the draw has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CareView:
    """A consideration that a type weighs: its label, the weight in words, and whether the type gains or loses by it."""

    id: str
    label: str
    weight: str
    case: CareCase


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeView:
    """A type: its label, how likely it is in words, and what it weighs; empty words where there is one type."""

    id: str
    label: str
    prior: str
    cares: tuple[CareView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorView:
    """A player with its tone, its actors, its types and its instruments; ``shared`` is what all types weigh alike."""

    id: str
    name: str
    role: str
    tone: str
    actors: tuple[str, ...]
    types: tuple[TypeView, ...]
    shared: tuple[CareView, ...]
    instruments: tuple[Instrument, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseView:
    """A phase of a round: its label, who moves with how many options, in which rounds, and whether the moves are sealed."""

    label: str
    movers: tuple[tuple[str, int], ...]
    rounds: tuple[int, ...]
    sealed: bool


def list_actors(crisis: Crisis) -> tuple[ActorView, ...]:
    """Return the players in the order of the file."""
    return tuple(_actor(crisis, player) for player in crisis.players.values())


def list_phases(crisis: Crisis) -> tuple[PhaseView, ...]:
    """Return the phases of a round in their order."""
    return tuple(_phase(crisis, phase) for phase in crisis.phases)


def tell_care(low: float, high: float) -> CareCase:
    """Return the case in which a weight is told, by the ends of its range."""
    if low >= 0.0 < high:
        return "gains"
    return "loses" if high <= 0.0 > low else "depends"


def _actor(crisis: Crisis, player: Player) -> ActorView:
    types = [
        TypeView(
            id=kind.id,
            label=kind.label,
            prior=_prior(crisis, kind.prior) if len(player.types) > 1 else "",
            cares=tuple(_cares(crisis, player.id, kind.id)),
        )
        for kind in player.types
    ]
    alike = {care for care in types[0].cares if all(care in kind.cares for kind in types)}
    return ActorView(
        id=player.id,
        name=player.name,
        role=player.role,
        tone=ink(player_colours(crisis)[player.id]).name,
        actors=tuple(crisis.actors[name].name for name in player.actors),
        types=tuple(
            TypeView(
                id=kind.id,
                label=kind.label,
                prior=kind.prior,
                cares=tuple(care for care in kind.cares if care not in alike),
            )
            for kind in types
        ),
        shared=tuple(care for care in types[0].cares if care in alike),
        instruments=tuple(item for item in crisis.instruments.values() if item.player == player.id),
    )


def _cares(crisis: Crisis, player: str, kind: str) -> Iterator[CareView]:
    """Yield what a type weighs and not with zero, in the order of the file."""
    for item in crisis.considerations.values():
        weights: Mapping[str, Binding] = item.weights.get(player, {})
        if kind not in weights:
            continue
        text, low, high = _weight(crisis, weights[kind])
        if low != 0.0 or high != 0.0:
            yield CareView(id=item.id, label=item.label, weight=text, case=tell_care(low, high))


def _weight(crisis: Crisis, binding: Binding) -> tuple[str, float, float]:
    """Return a weight in words with the ends of its range."""
    if isinstance(binding, Constant):
        return format_number(binding.value), binding.value, binding.value
    low, middle, high = _span(crisis, binding)
    if isinstance(binding, QuantityOf):
        return quantity_text(crisis.quantities[binding.path]), low, high
    inside = f" ({format_range(low, high, 'number', bare=True)})" if low < high else ""
    return f"{format_number(middle)}{inside}", low, high


def _span(crisis: Crisis, binding: Binding) -> tuple[float, float, float]:
    """Return the least, the central and the greatest value of a weight; of a sum or product those of its parts put together."""
    if isinstance(binding, Constant):
        return binding.value, binding.value, binding.value
    if isinstance(binding, QuantityOf):
        law = crisis.quantities[binding.path].distribution
        low, high = given_range(law)
        return low, centre(law), high
    if isinstance(binding, Sum):
        parts = [_span(crisis, term) for term in binding.terms]
        low, middle, high = (sum(part[k] for part in parts) for k in range(3))
        return low, middle, high
    if isinstance(binding, Product):
        low = middle = high = 1.0
        for factor in binding.factors:
            least, usual, most = _span(crisis, factor)
            corners = [end * other for end in (low, high) for other in (least, most)]
            low, middle, high = min(corners), middle * usual, max(corners)
        return low, middle, high
    return -1.0, 0.0, 1.0  # weights depend on no state and on no output


def _prior(crisis: Crisis, binding: Binding | None) -> str:
    if isinstance(binding, QuantityOf):
        return quantity_text(crisis.quantities[binding.path])
    if isinstance(binding, Constant):
        return format_percent(binding.value)
    return "the rest"


def _phase(crisis: Crisis, phase: Phase) -> PhaseView:
    movers = tuple((crisis.players[move.player].name, len(move.menu)) for move in phase.moves)
    return PhaseView(
        label=phase.label or phase.id,
        movers=movers,
        rounds=phase.rounds,
        sealed=len({name for name, _ in movers}) > 1,
    )
