"""Courses: everything that can happen from one starting position, walked stand by stand, and who may know what of it.

A *stand* is a position of the rules with the way to it. What an observer may know is what the rules say (:doc:`/explanation/rules`):
its own type, its own menus and choices, and what it has seen. All stands that agree in this are its *worlds*: what holds in all of
them it knows, and nothing else.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from detente.rules import Position, Rules, transition
from detente.rules import start as start_game
from detente.rules.compiling import profile_labels, profiles
from detente.rules.phases import Kind, Moment

__all__ = ["Course", "Menu", "Observation", "PossibleWorld", "Stand"]

Observation = tuple[int, ...]
"""Something observed: when, and what; a menu or a sight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """A choice that a player has in a phase: which move of the phase, what is open and all that the menu lists."""

    player: str
    move: int
    open: tuple[str, ...]
    every: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stand:
    """Where a game stands and how it came there.

    ``path`` holds the place of what was chosen or drawn among what was open, from nature's draw on; ``turn`` counts the phases
    with a choice that have begun, ``begins`` tells whether one begins here; ``seen`` is what each player has observed.
    """

    position: Position
    path: tuple[int, ...]
    turn: int
    begins: bool
    seen: tuple[tuple[Observation, ...], ...]

    @property
    def at(self) -> Moment | None:
        """The moment of the rules; None at the end."""
        return self.position.moment

    @property
    def where(self) -> tuple[int, str]:
        """Round and phase; round 0 at the end."""
        moment = self.position.moment
        if moment is None:
            return (0, "")
        return (moment.round, self.position.rules.phases[moment.phase].id)

    @property
    def drawing(self) -> str:
        """The instrument whose chance is to be drawn; empty if it is not chance's turn."""
        moment, batch = self.position.moment, self.position.batch
        if moment is None or batch is None or moment.kind is not Kind.CHANCE:
            return ""
        return self.position.rules.instruments[int(batch.choice[0, moment.move])].id


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PossibleWorld:
    """A stand that an observer holds possible; ``first`` if none before it on its way is."""

    stand: Stand
    first: bool


class Course:
    """All stands from one starting position; what was walked once is kept.

    Parameters
    ----------
    rules
        Compiled from the round and the state of the start.
    turn
        Number of turns before the start.
    """

    def __init__(self, rules: Rules, *, turn: int = 0) -> None:
        self.rules, self.turn = rules, turn
        self.profiles: tuple[dict[str, str], ...] = tuple(
            {
                player: rules.types[number][code]
                for number, (player, code) in enumerate(zip(rules.players, row, strict=True))
            }
            for row in profiles(rules).tolist()
        )
        self.labels = profile_labels(rules)
        self.menus = cache(self._menus)
        self.after = cache(self._after)
        self.begin = cache(self._begin)
        self.worlds = cache(self._worlds)
        self.begins_of = cache(self._begins_of)

    def profile(self, types: dict[str, str]) -> int:
        """Return the number of a combination of types."""
        return self.profiles.index({player: types[player] for player in self.rules.players})

    def _begin(self, profile: int) -> Stand:
        position = start_game(self.rules, self.profiles[profile])
        return Stand(
            position=position,
            path=(profile,),
            turn=self.turn + (not position.is_over),
            begins=position.mover is not None,
            seen=tuple(_sights(position, number, 0) for number in range(self.rules.n_players)),
        )

    def _after(self, stand: Stand, choice: str) -> Stand:
        position = stand.position
        options = position.chance() or position.available()
        after = position.choose(choice)
        seen = list(stand.seen)
        moment = position.moment
        if position.mover is not None and moment is not None:
            mover = self.rules.players.index(position.mover)
            seen[mover] = (*seen[mover], (0, position.at, *map(int, position.open)))
        for number in range(self.rules.n_players):
            known = len(position.sights[number])
            seen[number] = (*seen[number], *_sights(after, number, known))
        begins = after.mover is not None and _phase(after.moment) != _phase(moment)
        return Stand(
            position=after,
            path=(*stand.path, options.index(choice)),
            turn=stand.turn + begins,
            begins=begins,
            seen=tuple(seen),
        )

    def _menus(self, stand: Stand) -> tuple[Menu, ...]:
        """Return the choices of the phase from a stand on; in a sealed phase those of all its movers."""
        moment, batch = stand.position.moment, stand.position.batch
        if moment is None or batch is None or moment.kind is not Kind.MOVE:
            return ()
        found = []
        for later in self.rules.schedule[stand.position.at :]:
            if later.kind is not Kind.MOVE or _phase(later) != _phase(moment):
                break
            open_ = transition.options(self.rules, later, batch)[0]
            if open_.sum() > 1:
                move = self.rules.phases[later.phase].moves[later.move]
                every = tuple(self.rules.instruments[item].id for item in move.menu)
                found.append(
                    Menu(
                        player=self.rules.players[move.player],
                        move=later.move,
                        open=tuple(np.array(every, dtype=object)[open_].tolist()),
                        every=every,
                    )
                )
        return tuple(found)

    def _begins_of(self, stand: Stand, round_number: int) -> tuple[Stand, ...]:
        """Return the stands, from one on, at which a round or, where it offers no choice, a later one begins."""
        found, todo = [], [stand]
        while todo:
            here = todo.pop()
            if here.position.is_over:
                continue
            if here.begins and here.where[0] >= round_number:
                found.append(here)
                continue
            options = here.position.chance() or here.position.available()
            todo.extend(self.after(here, choice) for choice in options)
        return tuple(sorted(found, key=lambda item: item.path))

    # --- who may know what -------------------------------------------------------------------------------------------

    def observed(self, stand: Stand, observer: str) -> tuple[Observation, ...]:
        """Return what an observer has observed on the way; ``""`` is one who sees only what all see."""
        if observer:
            return stand.seen[self.rules.players.index(observer)]
        return self._public(stand)

    def _public(self, stand: Stand) -> tuple[Observation, ...]:
        """Return what an observer on no list has seen: each move as it looks to it, and chance that all players see."""
        codes = {item.id: item.public_sight for item in self.rules.instruments}
        index = {phase.id: number for number, phase in enumerate(self.rules.phases)}
        at = stand.at  # what is chosen in a phase is seen when the phase is over
        now = _phase(at) if at is not None and at.kind is Kind.MOVE else None
        found: list[Observation] = []
        drawn = [
            [sight for sight in mine if sight.code > len(codes) + 1]
            for mine in stand.position.sights
        ]
        common = [sight for sight in drawn[0] if all(sight in other for other in drawn[1:])]
        for made in stand.position.history:
            here = (made.round, index[made.phase])
            if made.player and here != now:
                found.append((1, *here, codes[made.choice]))
        found.extend((1, sight.round, index[sight.phase], sight.code) for sight in common)
        return tuple(sorted(found, key=lambda item: item[1:3]))

    def sees_chance(self, instrument: str, observer: str) -> bool:
        """Tell whether an observer sees what chance makes of an instrument."""
        seen = next(item.sees_chance for item in self.rules.instruments if item.id == instrument)
        return seen[self.rules.players.index(observer)] if observer else all(seen)

    def knows(self, stand: Stand, observer: str) -> tuple[object, ...]:
        """Return what an observer knows where a phase begins: what it observed, and the menus that it now has."""
        mine = tuple(menu for menu in self.menus(stand) if menu.player == observer)
        return (stand.position.is_over, self.observed(stand, observer), mine)

    def _worlds(self, stand: Stand, observer: str) -> tuple[PossibleWorld, ...]:
        """Return the stands that an observer cannot tell from this one, which begins a phase or is an end."""
        wanted = self.knows(stand, observer)
        seen = self.observed(stand, observer)
        own = self.profiles[stand.path[0]].get(observer)
        todo = [
            (self.begin(number), True)
            for number, types in enumerate(self.profiles)
            if not observer or types[observer] == own
        ]
        found: list[PossibleWorld] = []
        while todo:
            here, first = todo.pop()
            mine = self.observed(here, observer)
            if mine != seen[: len(mine)]:
                continue
            stops = here.begins or here.position.is_over
            if stops and self.knows(here, observer) == wanted:
                found.append(PossibleWorld(stand=here, first=first))
                first = False
            options = here.position.chance() or here.position.available()
            todo.extend((self.after(here, choice), first) for choice in options)
        return tuple(sorted(found, key=lambda world: world.stand.path))


def _phase(moment: Moment | None) -> tuple[int, int]:
    return (0, 0) if moment is None else (moment.round, moment.phase)


def _sights(position: Position, player: int, known: int) -> tuple[Observation, ...]:
    index = {phase.id: number for number, phase in enumerate(position.rules.phases)}
    return tuple(
        (1, sight.round, index[sight.phase], sight.code)
        for sight in position.sights[player][known:]
    )
