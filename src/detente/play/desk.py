"""What control may ask of a session."""

from collections.abc import Callable
from datetime import datetime, timedelta

from detente.errors import refuse
from detente.play.advancing import advance, fill_in
from detente.play.arguing import add_reason, judge, tell_taken_back
from detente.play.commands import (
    MOST_CHARACTERS,
    Command,
    Recorder,
    check_running,
    clean,
    foreign,
    invalid,
    name_of,
    phase_over,
    read_choices,
    read_seats,
    read_state,
    read_text,
    say,
    stamp,
    tell,
)
from detente.play.options import KINDS

__all__ = ["OF_CONTROL"]

_ASKED = ("model", "prompt", "reply", "hash", "fault")
"""What is kept of a question to a language model."""


def _start(recorder: Recorder, _command: Command) -> None:
    if recorder.state.status == "practice":
        invalid("session", "a practice turn is on", "end it with `finish`, then start")
    if recorder.state.status != "lobby":
        invalid("session", "the session has started", "go on, or fork it")
    recorder.emit("started")
    advance(recorder)


def _practise(recorder: Recorder, _command: Command) -> None:
    """Show people the menus of the first phase, to try what a turn is; nothing of it counts."""
    if recorder.state.status != "lobby":
        invalid("session", "practice is held before the session starts", "go on with the game")
    recorder.emit("practised")
    if not recorder.state.waiting_for:
        invalid(
            "session",
            "no seat of a person has a move in the first phase",
            "start the session, or give such a seat to a person",
        )


def _finish(recorder: Recorder, _command: Command) -> None:
    if recorder.state.status != "practice":
        invalid("session", "no practice turn is on", "send `practise` in the lobby to begin one")
    recorder.emit("finished")


def _pause(recorder: Recorder, _command: Command) -> None:
    check_running(recorder.state)
    _halt(recorder, "Control has paused the session.")


def _halt(recorder: Recorder, words: str) -> None:
    ends = recorder.state.ends
    left = (datetime.fromisoformat(ends) - recorder.now).total_seconds() if ends else 0.0
    recorder.emit("paused", left_s=max(left, 0.0))
    tell(recorder, words, "clock")


def _resume(recorder: Recorder, _command: Command) -> None:
    state = recorder.state
    if state.status != "paused":
        invalid("session", "the session is not paused", "pause it first")
    left = state.left_s or (state.options.minutes or 0.0) * 60
    recorder.emit("resumed", ends=stamp(recorder.now + timedelta(seconds=left)) if left else "")
    tell(recorder, "The session goes on.", "clock")
    advance(recorder)


def _extend(recorder: Recorder, command: Command) -> None:
    state = recorder.state
    check_running(state)
    minutes = command.data.get("minutes", state.options.extra_minutes)
    if (
        isinstance(minutes, bool)
        or not isinstance(minutes, int | float)
        or not 0 < minutes <= 43200
    ):
        invalid(
            "minutes", f"time cannot be extended by {minutes!r} minutes", "use a number above 0"
        )
    if not state.ends:
        invalid("session", "this phase has no end in time", "let the orders come")
    _give_time(recorder, minutes, "Control has extended the time.")


def _give_time(recorder: Recorder, minutes: float, words: str) -> None:
    later = datetime.fromisoformat(recorder.state.ends) + timedelta(minutes=minutes)
    recorder.emit("extended", ends=stamp(max(later, recorder.now + timedelta(minutes=minutes))))
    tell(recorder, words, "clock")


def _reveal(recorder: Recorder, _command: Command) -> None:
    check_running(recorder.state)
    waiting = recorder.state.waiting_for
    if waiting:
        invalid(
            "orders", f"no order of {', '.join(waiting)} is sealed", "wait, or take the seat over"
        )
    advance(recorder, says_so=True)


def _tick(recorder: Recorder, _command: Command) -> None:
    """Let the time that has passed work: an order that is missing at the deadline."""
    state = recorder.state
    if state.status == "running" and not state.waiting_for:  # as after a fork
        advance(recorder)
        return
    if state.status != "running" or not state.ends:
        return
    if recorder.now <= datetime.fromisoformat(state.ends):
        return
    missing = state.options.missing
    if missing == "extend":
        _give_time(
            recorder, state.options.extra_minutes, "The time is extended: orders are missing."
        )
        return
    if missing == "pause":
        _halt(recorder, "The session is paused: orders are missing.")
        return
    for player in state.waiting_for:
        fill_in(recorder, player, default=missing == "default")
    advance(recorder)


def _inject(recorder: Recorder, command: Command) -> None:
    state, crisis = recorder.state, recorder.state.book.crisis
    changes = read_state(state, command, "state")
    when = read_state(state, command, "when")
    text = read_text(command, "text", need=not changes)
    why = read_text(command, "why", need=bool(changes))
    to = list(read_seats(state, command, "to"))
    last = max(state.where.where[0], state.begun.first_round)
    round_number = command.data.get("round", last + 1 if changes or when else 0)
    if not isinstance(round_number, int) or isinstance(round_number, bool):
        invalid("round", f"{round_number!r} is no round", "use the number of a round to come")
    if not changes and not when and not round_number:
        tell(recorder, text, "inject", to=to)
        return
    if state.status == "ended" or not last < round_number <= crisis.rounds:
        invalid(
            "round",
            f"round {round_number} does not begin any more, and values change only where a round begins",
            f"use a round from {last + 1} to {crisis.rounds}, or news alone",
        )
    recorder.emit(
        "injected",
        inject=f"I{len(state.injects) + 1}",
        round=round_number,
        text=text,
        state=changes,
        why=why,
        when=when,
        to=to,
    )


def _withdraw(recorder: Recorder, command: Command) -> None:
    name = command.data.get("inject")
    inject = recorder.state.injects.get(name) if isinstance(name, str) else None
    if inject is None or inject.status != "waiting":
        invalid("inject", f"no inject {name!r} is waiting", "name one that has not happened yet")
    recorder.emit("withdrawn", inject=inject.id)
    tell_taken_back(recorder, inject.id)


def _note(recorder: Recorder, command: Command) -> None:
    recorder.emit("noted", text=read_text(command, "text"))


def _override(recorder: Recorder, command: Command) -> None:
    """Put another legal order in the place of a seat's, or settle what chance will draw; both with a reason."""
    state = recorder.state
    check_running(state)
    why = read_text(command, "why")
    seat, instrument = command.data.get("seat"), command.data.get("instrument")
    if isinstance(seat, str):
        mine = [menu for menu in state.menus if menu.player == seat]
        if not mine:
            invalid("seat", f"{seat!r} has no move now", "name a seat that has one")
        choices = read_choices(command, mine)
        recorder.emit("overridden", what="order", of=seat, choices=choices, why=why)
        words = f"Control has set the order of {name_of(state, seat)}: {why}"
        tell(recorder, words, "override")
        advance(recorder)
        return
    outcome = command.data.get("outcome")
    known = state.book.crisis.instruments
    if not isinstance(instrument, str) or instrument not in known:
        refuse(
            f"there is no instrument {instrument!r}",
            code="instrument-unknown",
            at="instrument",
            fix="name the instrument whose chance is settled, or a seat whose order is set",
        )
    names = [item.id for item in known[instrument].chance]
    if outcome not in names:
        invalid(
            "outcome",
            f"{outcome!r} cannot follow {instrument!r}",
            f"use {', '.join(names) or '(none)'}",
        )
    recorder.emit("overridden", what="outcome", of=instrument, choices=[outcome], why=why)
    tell(recorder, f"Control has settled what chance will draw: {why}", "override")


def _take(recorder: Recorder, command: Command) -> None:
    """Let a seat be played by another kind of player from now on."""
    state, seat, kind = recorder.state, command.data.get("seat"), command.data.get("kind")
    if not isinstance(seat, str) or seat not in state.seats:
        invalid("seat", f"there is no seat {seat!r}", f"use {', '.join(state.seats)}")
    if kind not in KINDS:
        invalid("kind", f"no seat is played by {kind!r}", f"use {', '.join(KINDS)}")
    why = read_text(command, "why", need=False)
    recorder.emit("taken", seat=seat, kind=kind)
    words = "a person" if kind == "human" else "a language model" if kind == "model" else "a bot"
    because = f": {why}" if why else ""
    tell(recorder, f"{name_of(state, seat)} is played by {words} from now on{because}.", "seat")
    advance(recorder)


def _look(recorder: Recorder, _command: Command) -> None:
    if not recorder.state.options.looks:
        foreign(
            "in this game control does not see sealed orders",
            "wait for the reveal; the option `looks` is settled when a session is created",
        )
    recorder.emit("looked")


def _end(recorder: Recorder, command: Command) -> None:
    if recorder.state.status == "ended":
        invalid("session", "the session has ended", "fork a turn of it to play on")
    why = read_text(command, "why")
    if recorder.state.status == "practice":
        recorder.emit("finished")
    recorder.emit("ended", outcome="")
    tell(recorder, f"Control has ended the session: {why}", "end")


def _answer(recorder: Recorder, command: Command) -> None:
    """Note what a language model was asked and answered; where that is no order, the bot's stands in its place."""
    state, seat = recorder.state, command.data.get("seat")
    check_running(state)
    if (
        not isinstance(seat, str)
        or seat not in state.waiting_for
        or state.seats[seat].kind != "model"
    ):
        phase_over(f"no language model is waited for at {seat!r}", "ask where one is waited for")
    told = {name: str(command.data.get(name, "")) for name in _ASKED}
    mine = [menu for menu in state.menus if menu.player == seat]
    choices = command.data.get("choices")
    legal = (
        isinstance(choices, list)
        and len(choices) == len(mine)
        and all(choice in menu.open for choice, menu in zip(choices, mine, strict=True))
    )
    recorder.emit("asked", seat=seat, fallback=not legal, **told)
    if isinstance(choices, list) and legal:
        why = clean(str(command.data.get("why", "")))[:MOST_CHARACTERS]
        recorder.emit("sealed", seat=seat, choices=list(choices), why=why, by="model")
    else:
        fill_in(recorder, seat, default=False)
    advance(recorder)


OF_CONTROL: dict[str, Callable[[Recorder, Command], None]] = {
    "practise": _practise,
    "finish": _finish,
    "start": _start,
    "pause": _pause,
    "resume": _resume,
    "extend": _extend,
    "reveal": _reveal,
    "tick": _tick,
    "inject": _inject,
    "withdraw": _withdraw,
    "reason": add_reason,
    "judge": judge,
    "note": _note,
    "override": _override,
    "take": _take,
    "look": _look,
    "say": say,
    "end": _end,
    "answer": _answer,
}
"""By the kind of the command, what it does."""
