"""The single transition code: what is available, what a choice does, how a round goes on. Vectorised over rows.

Unrolling, stepping, sampling and the checks all walk the schedule with these functions and nothing else, in batches of
any size. All rows of a batch stand at the same moment; a row for which a phase does not take place is not ``active``.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detente.arrays import BoolArray, Int64Array
from detente.errors import CrisisFileError, Finding
from detente.rules.compiling import Rules
from detente.rules.phases import Kind, Moment
from detente.rules.policies import narrow
from detente.rules.state import Changes, StateArray, apply_changes

__all__ = [
    "Batch",
    "begin",
    "close",
    "dead_end",
    "dead_end_finding",
    "enter",
    "forced",
    "name_outcomes",
    "options",
    "outcome_unnamed",
    "outcome_unnamed_finding",
    "own_sights",
    "pass_moment",
    "resolve",
    "sights",
    "stuck",
    "take",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows of play at the same moment.

    ``state`` ``(n, n_variables)``; ``active`` ``(n,)``: the current phase takes place; ``over`` ``(n,)``: the game has
    ended; ``choice`` ``(n, max_moves)``: instrument chosen in each move of the current phase, -1 for none yet.
    """

    state: StateArray
    active: BoolArray
    over: BoolArray
    choice: NDArray[np.int16]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.state)

    def select(self, rows: Int64Array | BoolArray) -> "Batch":
        """Return some rows, in the order given; rows may repeat."""
        return Batch(
            state=self.state[rows],
            active=self.active[rows],
            over=self.over[rows],
            choice=self.choice[rows],
        )


def begin(rules: Rules, state: StateArray) -> Batch:
    """Return a batch before the first moment, from initial states (see ``initial_states``)."""
    n_rows = len(state)
    return Batch(
        state=state,
        active=np.zeros(n_rows, dtype=np.bool_),
        over=np.zeros(n_rows, dtype=np.bool_),
        choice=np.full((n_rows, rules.max_moves), -1, dtype=np.int16),
    )


def enter(rules: Rules, moment: Moment, batch: Batch) -> Batch:
    """Enter a phase: it takes place in the rows where its condition holds."""
    return replace(
        batch,
        active=~batch.over & rules.phases[moment.phase].when.holds(batch.state),
        choice=np.full_like(batch.choice, -1),
    )


def options(rules: Rules, moment: Moment, batch: Batch) -> BoolArray:
    """Tell what is open to each row at a move (its menu) or a chance event (the outcomes of the chosen instrument).

    Returns
    -------
    BoolArray
        Shape ``(n, n_menu)`` or ``(n, most outcomes)``; all False in a row that has nothing to choose or draw.
    """
    move = rules.phases[moment.phase].moves[moment.move]
    if moment.kind is Kind.CHANCE:
        return _outcomes_open(rules, moment, batch)
    open_ = np.empty((len(batch), len(move.menu)), dtype=np.bool_)
    for position, instrument in enumerate(move.menu):
        open_[:, position] = batch.active & rules.instruments[instrument].when.holds(batch.state)
    shortened = narrow(open_, move.restrictions[moment.round])
    free = rules.is_free(batch.state)
    return np.where(free[:, None], open_, shortened) if free.any() else shortened


def _outcomes_open(rules: Rules, moment: Moment, batch: Batch) -> BoolArray:
    """Tell which chance outcomes of the chosen instrument can follow in each row."""
    menu = rules.phases[moment.phase].moves[moment.move].menu
    chosen = batch.choice[:, moment.move]
    most = max(len(rules.instruments[instrument].outcomes) for instrument in menu)
    open_ = np.zeros((len(batch), most), dtype=np.bool_)
    for instrument in menu:
        rows = np.flatnonzero(chosen == instrument)
        if rows.size:
            for number, outcome in enumerate(rules.instruments[instrument].outcomes):
                open_[rows, number] = outcome.when.holds(batch.state[rows])
    return open_


def stuck(rules: Rules, moment: Moment, batch: Batch, open_: BoolArray) -> BoolArray:
    """Tell in which rows something must happen and cannot.

    A move takes place and nothing is available; or chance must draw and nothing can follow, or one outcome alone that
    neither takes the rest nor is certain.
    """
    if moment.kind is Kind.MOVE:
        return batch.active & ~open_.any(axis=1)
    result = np.zeros(len(batch), dtype=np.bool_)
    if moment.kind is Kind.CHANCE:
        chosen = batch.choice[:, moment.move]
        n_open = open_.sum(axis=1)
        for instrument in rules.phases[moment.phase].moves[moment.move].menu:
            outcomes = rules.instruments[instrument].outcomes
            if outcomes:
                alone = np.array([item.may_be_alone for item in outcomes], dtype=np.bool_)
                fine = (n_open > 1) | (open_[:, : len(outcomes)] & alone).any(axis=1)
                result |= (chosen == instrument) & ~fine
    return result


def forced(open_: BoolArray) -> Int64Array:
    """Return the only thing open to each row, -1 where there is none; rows with more than one give the first."""
    return np.where(open_.any(axis=1), open_.argmax(axis=1), -1)


def take(rules: Rules, moment: Moment, batch: Batch, pick: Int64Array) -> Batch:
    """Let each row choose from its menu, or let chance draw an outcome.

    Parameters
    ----------
    rules, moment, batch
        Where the rows stand.
    pick
        Position in the menu or among the outcomes, -1 for rows that have nothing to choose; shape ``(n,)``.
    """
    if moment.kind is Kind.MOVE:
        menu = np.append(rules.phases[moment.phase].moves[moment.move].menu, np.int16(-1))
        choice = batch.choice.copy()
        choice[:, moment.move] = menu[pick]
        return replace(batch, choice=choice)
    state = batch.state.copy()
    chosen = batch.choice[:, moment.move]
    for instrument in rules.phases[moment.phase].moves[moment.move].menu:
        for number, outcome in enumerate(rules.instruments[instrument].outcomes):
            _apply(state, outcome.effects, (chosen == instrument) & (pick == number))
    return replace(batch, state=state)


def pass_moment(rules: Rules, moment: Moment, batch: Batch) -> Batch:
    """Let a moment pass at which nobody chooses: entering a phase, resolving it, closing a round."""
    if moment.kind is Kind.ENTER:
        return enter(rules, moment, batch)
    if moment.kind is Kind.RESOLVE:
        return resolve(rules, moment, batch)
    return close(rules, moment, batch)


def resolve(rules: Rules, moment: Moment, batch: Batch) -> Batch:
    """Let the choices of a phase take effect, in the order of its moves."""
    state = batch.state.copy()
    for number, move in enumerate(rules.phases[moment.phase].moves):
        chosen = batch.choice[:, number]
        for instrument in move.menu:
            _apply(state, rules.instruments[instrument].effects, chosen == instrument)
    return replace(batch, state=state)


def _apply(state: StateArray, effects: Changes, rows: BoolArray) -> None:
    if effects and rows.any():
        where = np.flatnonzero(rows)
        state[where] = apply_changes(state[where], effects)


def close(rules: Rules, moment: Moment, batch: Batch) -> Batch:
    """Close a round: the game ends where ``ends_when`` holds or no round is left; elsewhere the next round begins."""
    over = batch.over | rules.ends_when.holds(batch.state)
    state = batch.state
    if moment.round == rules.rounds:
        over = np.ones_like(over)
    else:
        state = state.copy()
        state[~over, -1] = moment.round
    return Batch(
        state=state,
        active=np.zeros_like(batch.active),
        over=over,
        choice=np.full_like(batch.choice, -1),
    )


def name_outcomes(rules: Rules, state: StateArray) -> Int64Array:
    """Return the index of the first outcome rule that holds in each state, -1 where none does."""
    result = np.full(len(state), -1, dtype=np.int64)
    for number in reversed(range(len(rules.outcome_rules))):
        result[rules.outcome_rules[number].holds(state)] = number
    return result


# --- what players see ------------------------------------------------------------------------------------------------


def own_sights(moment: Moment, batch: Batch) -> Int64Array:
    """Return what the mover sees of its own choice (codes of ``rules.sights``), after :func:`take` at a move."""
    return batch.choice[:, moment.move].astype(np.int64) + 1


def sights(
    rules: Rules, moment: Moment, batch: Batch, *, pick: Int64Array, player: int
) -> Int64Array:
    """Return what a player comes to see at a moment; 0 is nothing.

    When a phase resolves (``moment.kind`` RESOLVE with ``moment.move`` set to one of its moves) the other players see
    that move, or what it looks like to them. When chance draws, those who see the instrument see its outcome.

    Parameters
    ----------
    rules, moment, batch
        Where the rows stand; at a chance event ``batch`` may be before or after :func:`take`.
    pick
        Chance outcome drawn, -1 where none; ignored at other moments.
    player
        Index of the observer.

    Returns
    -------
    Int64Array
        Codes of ``rules.sights``; shape ``(n,)``.
    """
    chosen = batch.choice[:, moment.move]
    menu = rules.phases[moment.phase].moves[moment.move].menu
    result = np.zeros(len(batch), dtype=np.int64)
    for instrument in menu:
        item = rules.instruments[instrument]
        if moment.kind is Kind.RESOLVE:
            if item.player != player:
                result[chosen == instrument] = item.sight[player]
        elif item.sees_chance[player] and item.outcomes:
            codes = np.array([*(outcome.sight for outcome in item.outcomes), 0])
            rows = chosen == instrument
            result[rows] = codes[pick[rows]]
    return result


# --- what the rules leave open ---------------------------------------------------------------------------------------


def dead_end(rules: Rules, moment: Moment, batch: Batch) -> CrisisFileError:
    """Return the error for the first row of a batch that is stuck."""
    return CrisisFileError([dead_end_finding(rules, moment, batch)])


def dead_end_finding(rules: Rules, moment: Moment, batch: Batch) -> Finding:
    """Return the finding for the first row of a batch that is stuck: a menu or a chance event with nothing open."""
    if moment.kind is Kind.CHANCE:
        return _chance_empty(rules, moment, batch)
    return _menu_empty(rules, moment, batch.state[0])


def _chance_empty(rules: Rules, moment: Moment, batch: Batch) -> Finding:
    item = rules.instruments[batch.choice[0, moment.move]]
    where = rules.describe(batch.state[0], rules.variables[:-1])
    (open_,) = options(rules, moment, batch.select(np.array([0])))
    names = [outcome.id for outcome, is_open in zip(item.outcomes, open_, strict=False) if is_open]
    problem = (
        f"only {names[0]!r} can follow, which is neither certain nor the rest,"
        if names
        else "nothing can follow"
    )
    return Finding(
        code="chance-empty",
        message=f"after {item.id!r} in round {moment.round}, {problem} at {where}",
        file=item.place.file,
        line=item.place.line,
        path=f"{item.place.path or f'instruments.{item.id}'}.chance",
        value=where,
        fix="give one outcome `prob: rest` and no `when`, or widen the conditions",
    )


def _menu_empty(rules: Rules, moment: Moment, state: NDArray[np.uint8]) -> Finding:
    phase = rules.phases[moment.phase]
    player = rules.players[phase.moves[moment.move].player]
    where = rules.describe(state, rules.variables[:-1])
    return Finding(
        code="menu-empty",
        message=f"in phase {phase.id!r}, round {moment.round}, {player!r} has nothing to choose at {where}",
        file=phase.place.file,
        line=phase.place.line,
        path=phase.place.path or f"phases.{phase.id}",
        value=where,
        fix="give the menu an instrument without `when`, or give the phase a `when` that skips it here",
    )


def outcome_unnamed(rules: Rules, state: NDArray[np.uint8]) -> CrisisFileError:
    """Return the error for a terminal state that no outcome rule names."""
    return CrisisFileError([outcome_unnamed_finding(rules, state)])


def outcome_unnamed_finding(rules: Rules, state: NDArray[np.uint8]) -> Finding:
    """Return the finding for a terminal state that no outcome rule names."""
    where = rules.describe(state, rules.variables[: rules.drawn_columns.start])
    return Finding(
        code="outcome-unnamed",
        message=f"the game can end at {where}, and no outcome rule names that state",
        file=rules.place.file,
        path="outcomes",
        value=where,
        fix="add an outcome for it; a last one with `when: {}` names all that is left",
    )
