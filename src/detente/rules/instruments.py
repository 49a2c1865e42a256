"""Instruments compiled: when they are open, what they change, what chance adds, and who sees them as what."""

from dataclasses import dataclass

from detente.crisis.crisis import Crisis
from detente.crisis.elements import Constant, Instrument
from detente.errors import Place
from detente.rules.state import Changes, CompiledCondition, StateColumns

__all__ = ["UNSEEN", "CompiledInstrument", "CompiledOutcome", "compile_instruments"]

UNSEEN = "a move it does not see"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledOutcome:
    """A chance outcome of an instrument; ``sight`` is the code of having seen it.

    ``may_be_alone`` tells whether it may be all that can follow: it takes the rest, or it is certain.
    """

    id: str
    label: str
    when: CompiledCondition
    effects: Changes
    sight: int
    may_be_alone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledInstrument:
    """An instrument with its condition, effects and chance outcomes compiled.

    ``sight`` gives for each player the code of what it sees when the instrument is used, ``public_sight`` the code for
    an observer who is on no list. ``sees_chance`` tells which players see the chance outcome.
    """

    id: str
    label: str
    player: int
    when: CompiledCondition
    effects: Changes
    outcomes: tuple[CompiledOutcome, ...]
    sight: tuple[int, ...]
    public_sight: int
    sees_chance: tuple[bool, ...]
    place: Place


def compile_instruments(
    crisis: Crisis, columns: StateColumns
) -> tuple[tuple[CompiledInstrument, ...], tuple[str, ...]]:
    """Compile instruments and number everything that can be seen: types, moves, the unseen move, chance outcomes."""
    players = tuple(crisis.players)
    sights = [
        "nothing",
        *(item.label for item in crisis.instruments.values()),
        UNSEEN,
    ]
    codes = {name: number + 1 for number, name in enumerate(crisis.instruments)}
    unseen = len(codes) + 1
    compiled = []
    for item in crisis.instruments.values():
        outcomes = []
        for outcome in item.chance:
            outcomes.append(
                CompiledOutcome(
                    id=outcome.id,
                    label=outcome.label,
                    when=columns.condition(outcome.when),
                    effects=columns.effects(outcome.effects),
                    sight=len(sights),
                    may_be_alone=outcome.prob is None or outcome.prob == Constant(value=1.0),
                )
            )
            sights.append(outcome.label)
        compiled.append(
            CompiledInstrument(
                id=item.id,
                label=item.label,
                player=players.index(item.player),
                when=columns.condition(item.when),
                effects=columns.effects(item.effects),
                outcomes=tuple(outcomes),
                sight=tuple(codes.get(_look(item, crisis, player), unseen) for player in players),
                public_sight=codes.get(_look(item, crisis, ""), unseen),
                sees_chance=tuple(_sees(item, player) for player in players),
                place=item.place,
            )
        )
    return tuple(compiled), tuple(sights)


def _sees(instrument: Instrument, player: str) -> bool:
    return not instrument.seen_by or player == instrument.player or player in instrument.seen_by


def _look(instrument: Instrument, crisis: Crisis, player: str) -> str:
    """Return the id of the instrument that a player takes this one for; empty if it sees only that a move was made."""
    visited = set()
    while not _sees(instrument, player):
        visited.add(instrument.id)
        if instrument.looks_like not in crisis.instruments or instrument.looks_like in visited:
            return ""
        instrument = crisis.instruments[instrument.looks_like]
    return instrument.id
