"""How a session goes on: phases begin, orders are revealed, chance draws, rounds bring injects, and the game ends."""

from datetime import timedelta

from detente.play import bots
from detente.play.commands import Recorder, stamp, tell

__all__ = ["advance", "fill_in"]

_LOST = 1e-12
"""Odds below which an outcome cannot be settled by control."""


def advance(recorder: Recorder, *, says_so: bool = False) -> None:
    """Go on as far as nobody is waited for: phases begin, orders are revealed, chance draws, rounds bring injects, it ends.

    A practice turn is over where nobody is waited for.
    """
    if recorder.state.status == "practice" and not recorder.state.waiting_for:
        recorder.emit("finished")
    while recorder.state.status == "running":
        state = recorder.state
        stand = state.where
        if stand.position.is_over:
            outcome = stand.position.outcome or ""
            recorder.emit("ended", outcome=outcome)
            label = state.book.crisis.outcomes[outcome].label
            tell(recorder, f"The game has ended: {label}.", "end")
            return
        if stand.position.chance():
            _draw(recorder)
            continue
        if state.began != stand.turn:
            _begin(recorder)
            continue
        if state.waiting_for:
            return
        people = any(state.seats[player].kind == "human" for player in state.movers)
        if state.options.reveal == "control" and people and not says_so:
            return
        says_so = False
        _show(recorder)


def _begin(recorder: Recorder) -> None:
    """Begin a phase, after what the round that begins with it brings."""
    state = recorder.state
    round_number, phase = state.where.where
    if _bring(recorder, round_number):
        return
    minutes = state.options.minutes
    ends = stamp(recorder.now + timedelta(minutes=minutes)) if minutes else ""
    recorder.emit("began", turn=state.where.turn, round=round_number, phase=phase, ends=ends)


def _bring(recorder: Recorder, round_number: int) -> bool:
    """Let the injects happen that wait for a round that has begun; tell whether the state was set from outside."""
    state = recorder.state
    due = [
        inject
        for inject in state.injects.values()
        if inject.status == "waiting" and inject.round <= round_number
    ]
    if not due:
        return False
    closed = state.book.closing(state.begun, state.where, round_number)
    changes: dict[str, str] = {}
    for inject in due:
        holds = all(closed[name] == value for name, value in inject.when.items())
        status = "happened" if holds else "passed"
        recorder.emit("happened", inject=inject.id, status=status)
        if holds:
            changes |= inject.state
            if inject.text:
                tell(recorder, inject.text, "inject", to=list(inject.to))
    if not changes:
        return False
    variables = state.book.crisis.state
    now = closed | changes
    recorder.emit("changed", round=round_number, state=now)
    words = "; ".join(
        f"{variables[name].label}: {variables[name].value_labels.get(value, value)}"
        for name, value in now.items()
    )
    tell(recorder, f"All are told how things stand. {words}.", "state")
    return True


def _show(recorder: Recorder) -> None:
    """Reveal what all movers of the phase chose."""
    state = recorder.state
    filled = bots.fill(state)
    orders = {}
    for player, choices in filled.items():
        order = state.orders.get(player)
        by = order.by if order else state.seats[player].kind
        orders[player] = {"choices": choices, "why": order.why if order else "", "by": by}
    recorder.emit("revealed", turn=state.turn, orders=orders)


def _draw(recorder: Recorder) -> None:
    """Let chance draw, unless control has settled what follows."""
    state = recorder.state
    instrument, outcome, odds = bots.draw_chance(state)
    settled, by = state.overrides.get(instrument), "chance"
    if settled in odds and odds[settled] > _LOST:
        outcome, by = settled, "control"
    recorder.emit("drew", instrument=instrument, outcome=outcome, odds=odds, by=by)


def fill_in(recorder: Recorder, player: str, *, default: bool) -> None:
    """Seal an order for one who gave none: by its script or the default move, or by the solution."""
    state = recorder.state
    mine = [menu for menu in state.menus if menu.player == player]
    choices = (
        [bots.scripted_move(state, state.where, menu) for menu in mine]
        if default
        else bots.fill(state)[player]
    )
    by = "default" if default else "bot"
    recorder.emit("sealed", seat=player, choices=choices, why="", by=by)
