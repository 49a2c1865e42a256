"""Playing one game choice by choice: immutable positions over the same transition code as the tree.

Examples
--------
>>> from importlib.resources import files
>>> from detente.crisis import load_crisis
>>> from detente.rules.compiling import compile_rules
>>> crisis = load_crisis(str(files("detente.crisis") / "templates" / "coercion"))
>>> position = start(compile_rules(crisis), {"north": "limited", "west": "hollow"})
>>> position.mover, position.available()
('west', ('wait', 'offer', 'arm', 'threaten'))
>>> position.choose("wait").choose("withdraw").outcome
'backdown'
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from detente.arrays import BoolArray
from detente.errors import UsageError
from detente.rules import transition
from detente.rules.compiling import Rules, initial_states, profile_labels
from detente.rules.instruments import CompiledOutcome
from detente.rules.phases import CompiledMove, Kind, Moment
from detente.rules.state import BINDING
from detente.rules.transition import Batch
from detente.summaries import html_summary, text_summary

__all__ = ["Made", "Position", "Sight", "start"]

_SHOWN = 6
"""Last choices that a screen shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Something that a player has seen: when, and a code of ``rules.sights`` with its label."""

    round: int
    phase: str
    code: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A choice made, or an outcome drawn (``player`` empty), by id. ``forced``: there was no other."""

    round: int
    phase: str
    player: str
    choice: str
    forced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a game stands: someone has to choose, chance has to draw, or it is over.

    Make one with :func:`start`; go on with :meth:`choose`.

    Attributes
    ----------
    rules
        The rules played.
    history
        Everything done so far.
    batch
        The state of play as a batch of one row; None before nature draws the types.
    at
        Moment of the schedule, by index.
    open
        Which instruments of the menu (or outcomes) are open.
    sights
        What each player has seen, in order of players; see :meth:`seen`.
    """

    rules: Rules
    history: tuple[Made, ...]
    batch: Batch | None
    at: int
    open: tuple[bool, ...]
    sights: tuple[tuple[Sight, ...], ...]

    @property
    def is_over(self) -> bool:
        """Tell whether the game has ended."""
        return self.batch is not None and bool(self.batch.over[0])

    @property
    def moment(self) -> Moment | None:
        """The moment of the schedule; None before nature's draw and at the end."""
        if self.batch is None or self.is_over:
            return None
        return self.rules.schedule[self.at]

    @property
    def mover(self) -> str | None:
        """The player who has to choose; None at a chance event and at the end."""
        moment = self.moment
        if moment is None or moment.kind is Kind.CHANCE:
            return None
        return self.rules.players[_move_at(self.rules, moment).player]

    def available(self) -> tuple[str, ...]:
        """Return the instruments open to the mover, in menu order; empty if nobody has to choose."""
        moment = self.moment
        if moment is None or moment.kind is Kind.CHANCE:
            return ()
        return tuple(
            self.rules.instruments[item].id
            for item, open_ in zip(_move_at(self.rules, moment).menu, self.open, strict=True)
            if open_
        )

    def chance(self) -> tuple[str, ...]:
        """Return the outcomes that chance may draw, by id; empty if it is not chance's turn.

        Before the types are drawn these are their combinations, written ``player=type, ...``; where it may be that the
        policy does not hold, with ``policy.pledge=binds`` or ``policy.pledge=free``.
        """
        if self.batch is None:
            return profile_labels(self.rules)
        moment = self.moment
        if moment is None or moment.kind is not Kind.CHANCE:
            return ()
        return tuple(
            outcome.id
            for outcome, open_ in zip(self._outcomes(moment), self.open, strict=False)
            if open_
        )

    def _outcomes(self, moment: Moment) -> tuple[CompiledOutcome, ...]:
        """Return the chance outcomes of the instrument that was chosen, those that cannot follow included."""
        instrument = int(_of(self).choice[0, moment.move])
        return self.rules.instruments[instrument].outcomes

    def choose(self, choice: str) -> "Position":
        """Return the position after an instrument is chosen, or a chance outcome drawn.

        Raises
        ------
        UsageError
            ``instrument-unknown`` if the choice is not open here.
        """
        names = self.chance() or self.available()
        if choice not in names:
            message = f"{choice!r} is not open here"
            raise UsageError(
                message,
                code="instrument-unknown",
                at=self.moment.kind.value if self.moment else "position",
                fix=f"choose one of: {', '.join(names) or '(the game is over)'}",
            )
        if self.batch is None:
            state = initial_states(self.rules)[[names.index(choice)]]
            return _begin(self.rules, transition.begin(self.rules, state))
        if self.chance():
            ids = [outcome.id for outcome in self._outcomes(self.rules.schedule[self.at])]
            return _settle(_take(self, ids.index(choice), forced=False))
        moment = self.rules.schedule[self.at]
        ids = [self.rules.instruments[item].id for item in _move_at(self.rules, moment).menu]
        return _settle(_take(self, ids.index(choice), forced=False))

    @property
    def state(self) -> dict[str, str]:
        """The value of each variable; empty before the types are drawn."""
        if self.batch is None:
            return {}
        return {
            name: values[code]
            for name, values, code in zip(
                self.rules.variables, self.rules.values, self.batch.state[0], strict=True
            )
        }

    @property
    def outcome(self) -> str | None:
        """The id of the outcome; None while the game goes on.

        Raises
        ------
        CrisisFileError
            ``outcome-unnamed`` if no rule names the state.
        """
        if self.batch is None or not self.is_over:
            return None
        number = int(transition.name_outcomes(self.rules, self.batch.state)[0])
        if number < 0:
            raise transition.outcome_unnamed(self.rules, self.batch.state[0])
        return self.rules.outcomes[number]

    @property
    def levels(self) -> dict[str, dict[str, str]]:
        """Per consideration the values that decide its price in this state."""
        state = self.state
        if not state:
            return {}
        return {
            name: {variable: state[variable] for variable in reads.variables}
            for name, reads in zip(
                self.rules.considerations, self.rules.consideration_reads, strict=True
            )
        }

    def _rows(self) -> list[tuple[str, str]]:
        moment, rules = self.moment, self.rules
        words = {item.id: item.label for item in rules.instruments}
        done = [
            f"{item.player or 'chance'}: {item.choice}" for item in self.history if not item.forced
        ]
        return [
            ("round", f"{moment.round} of {rules.rounds}" if moment else ""),
            ("over", self.outcome or ""),
            ("to move", self.mover or ("chance" if self.chance() else "")),
            ("chance", "; ".join(self.chance())),
            *((name, words[name]) for name in self.available()),
            ("history", ", ".join(done[-_SHOWN:])),
            ("state", ", ".join(f"{name} {value}" for name, value in self.state.items())),
        ]

    def __repr__(self) -> str:
        """Show who has to choose among what, what was done, and the state."""
        return text_summary(f"Position of {self.rules.crisis!r}", self._rows())

    def _repr_html_(self) -> str:
        return html_summary(f"position of {self.rules.crisis}", self._rows())

    def seen(self, player: str) -> tuple[Sight, ...]:
        """Return what a player has seen, in order of time: all that it knows besides its type and its menus."""
        return self.sights[self.rules.players.index(player)]


def start(rules: Rules, types: Mapping[str, str] | None = None, *, pledge: str = "") -> Position:
    """Return the first position of a game.

    Parameters
    ----------
    rules
        Compiled rules.
    types
        Type of each player by id; players with one type may be left out. None: the first position is nature's draw of
        the types, a chance event whose outcomes ``position.chance()`` lists.
    pledge
        ``binds`` or ``free``, where it may be that the policy does not hold: wanted there with ``types``.

    Raises
    ------
    UsageError
        ``player-unknown``, ``type-unknown``, or ``option-invalid`` for the pledge.
    """
    if types is None:
        return Position(
            rules=rules,
            history=(),
            batch=None,
            at=0,
            open=(),
            sights=tuple(() for _ in rules.players),
        )
    for player in types:
        if player not in rules.players:
            message = f"there is no player {player!r}"
            raise UsageError(
                message, code="player-unknown", at="types", fix=f"use {', '.join(rules.players)}"
            )
    row = []
    for player, kinds in zip(rules.players, rules.types, strict=True):
        kind = types.get(player, kinds[0] if len(kinds) == 1 else "")
        if kind not in kinds:
            message = f"player {player!r} has no type {kind!r}"
            raise UsageError(
                message, code="type-unknown", at=f"types.{player}", fix=f"use {', '.join(kinds)}"
            )
        row.append(kinds.index(kind))
    if rules.pledgers:
        if pledge not in BINDING:
            message = "it may be that the policy does not hold, and it is not said whether it does"
            raise UsageError(
                message, code="option-invalid", at="pledge", fix=f"use {' or '.join(BINDING)}"
            )
        row.append(BINDING.index(pledge))
    state = rules.initial.copy()
    state[rules.drawn_columns] = row
    return _begin(rules, transition.begin(rules, state[None, :]))


def _begin(rules: Rules, batch: Batch) -> Position:
    return _settle(
        Position(
            rules=rules,
            history=(),
            batch=batch,
            at=0,
            open=(),
            sights=tuple(() for _ in rules.players),
        )
    )


def _settle(position: Position) -> Position:
    """Go on to the next moment at which there is a choice or a draw, making forced moves on the way."""
    rules = position.rules
    while not position.is_over:
        moment = rules.schedule[position.at]
        batch = _of(position)
        if moment.kind in {Kind.MOVE, Kind.CHANCE}:
            open_: BoolArray = transition.options(rules, moment, batch)
            if transition.stuck(rules, moment, batch, open_)[0]:
                raise transition.dead_end(rules, moment, batch)
            if open_.sum() > 1:
                return replace(position, open=tuple(bool(item) for item in open_[0]))
            position = _take(position, int(transition.forced(open_)[0]), forced=True)
            continue
        if moment.kind is Kind.RESOLVE:
            position = _reveal(position, moment)
        position = replace(
            position,
            batch=transition.pass_moment(rules, moment, batch),
            at=position.at + 1,
        )
    return position


def _reveal(position: Position, moment: Moment) -> Position:
    """Show the moves of a phase to the players other than the mover."""
    rules = position.rules
    for move in range(len(rules.phases[moment.phase].moves)):
        at = replace(moment, move=move)
        codes = [
            int(transition.sights(rules, at, _of(position), pick=np.array([-1]), player=player)[0])
            for player in range(rules.n_players)
        ]
        position = replace(position, sights=_see(position, moment, codes))
    return position


def _see(position: Position, moment: Moment, codes: list[int]) -> tuple[tuple[Sight, ...], ...]:
    rules = position.rules
    phase = rules.phases[moment.phase].id
    return tuple(
        (*seen, Sight(round=moment.round, phase=phase, code=code, label=rules.sights[code]))
        if code
        else seen
        for seen, code in zip(position.sights, codes, strict=True)
    )


def _of(position: Position) -> Batch:
    batch = position.batch
    if batch is None:  # pragma: no cover - every caller stands behind nature's draw
        message = "the types are not drawn yet"
        raise AssertionError(message)
    return batch


def _move_at(rules: Rules, moment: Moment) -> CompiledMove:
    return rules.phases[moment.phase].moves[moment.move]


def _take(position: Position, pick: int, *, forced: bool) -> Position:
    """Take what stands at a place in the menu (-1: nothing) and step past the moment."""
    rules, moment, before = position.rules, position.rules.schedule[position.at], _of(position)
    array = np.array([pick])
    after = transition.take(rules, moment, before, array)
    position = replace(position, batch=after, at=position.at + 1, open=())
    if pick < 0:
        return position
    move = _move_at(rules, moment)
    if moment.kind is Kind.MOVE:
        codes = [0] * rules.n_players
        codes[move.player] = int(transition.own_sights(moment, after)[0])
        player = rules.players[move.player]
        choice = rules.instruments[move.menu[pick]].id
    else:
        codes = [
            int(transition.sights(rules, moment, before, pick=array, player=index)[0])
            for index in range(rules.n_players)
        ]
        player = ""
        choice = rules.instruments[after.choice[0, moment.move]].outcomes[pick].id
    made = Made(
        round=moment.round,
        phase=rules.phases[moment.phase].id,
        player=player,
        choice=choice,
        forced=forced,
    )
    return replace(
        position,
        sights=_see(position, moment, codes),
        history=(*position.history, made),
    )
