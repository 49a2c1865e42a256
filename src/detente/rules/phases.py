"""Phases compiled: who chooses from which menu, what a policy leaves of it, and the schedule of a game.

The schedule lists every moment of the longest possible game; drivers walk it from the first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from detente.crisis.crisis import Crisis
from detente.crisis.elements import Move, Phase, Policy
from detente.errors import Place
from detente.rules.policies import menu_masks
from detente.rules.state import CompiledCondition, StateColumns

__all__ = [
    "CompiledMove",
    "CompiledPhase",
    "Kind",
    "Moment",
    "compile_phase",
    "make_schedule",
]


class Kind(Enum):
    """What happens at a moment of the schedule."""

    ENTER = "enter"
    MOVE = "move"
    RESOLVE = "resolve"
    CHANCE = "chance"
    CLOSE = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One entry of the schedule: in which round (from 1), phase and move (indices) something happens.

    A phase is entered (its condition is read), each of its moves is chosen, the choices take effect together, and then
    the chance outcomes of each chosen instrument are drawn. A round closes after its last phase.
    """

    kind: Kind
    round: int
    phase: int = -1
    move: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledMove:
    """One player's menu (instrument indices) with the masks that a policy puts on it, per round.

    ``restrictions[round]`` holds masks over the menu, strictest first; at a state the first that leaves something
    available applies, and none of them if all would empty the menu.
    """

    player: int
    menu: NDArray[np.int16]
    restrictions: Mapping[int, tuple[NDArray[np.bool_], ...]]
    may_chance: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledPhase:
    """A phase with its condition and moves compiled."""

    id: str
    label: str
    when: CompiledCondition
    moves: tuple[CompiledMove, ...]
    place: Place


def compile_phase(
    phase: Phase, crisis: Crisis, columns: StateColumns, policy: Policy | None
) -> CompiledPhase:
    """Compile a phase under a policy, or under none."""
    return CompiledPhase(
        id=phase.id,
        label=phase.label,
        when=columns.condition(phase.when),
        moves=tuple(
            _compile_move(move, phase, crisis, policy, len(columns.values[-1]))
            for move in phase.moves
        ),
        place=phase.place,
    )


def _compile_move(
    move: Move, phase: Phase, crisis: Crisis, policy: Policy | None, rounds: int
) -> CompiledMove:
    index = {name: number for number, name in enumerate(crisis.instruments)}
    return CompiledMove(
        player=tuple(crisis.players).index(move.player),
        menu=np.array([index[name] for name in move.menu], dtype=np.int16),
        restrictions={
            number: menu_masks(policy, phase.id, number, move.menu)
            for number in range(1, rounds + 1)
        },
        may_chance=any(crisis.instruments[name].chance for name in move.menu),
    )


def make_schedule(
    crisis: Crisis, phases: Sequence[CompiledPhase], rounds: Iterable[int]
) -> tuple[Moment, ...]:
    """List the moments of some rounds, in order."""
    moments = []
    for number in rounds:
        for index, (phase, compiled) in enumerate(zip(crisis.phases, phases, strict=True)):
            if phase.rounds and number not in phase.rounds:
                continue
            here = {"round": number, "phase": index}
            moves = range(len(compiled.moves))
            moments.append(Moment(kind=Kind.ENTER, **here))
            moments.extend(Moment(kind=Kind.MOVE, move=move, **here) for move in moves)
            moments.append(Moment(kind=Kind.RESOLVE, **here))
            moments.extend(
                Moment(kind=Kind.CHANCE, move=move, **here)
                for move in moves
                if compiled.moves[move].may_chance
            )
        moments.append(Moment(kind=Kind.CLOSE, round=number))
    return tuple(moments)
