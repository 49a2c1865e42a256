"""Arguments of a matrix game: argued, reasoned for and against, withdrawn, and judged by control with odds and a seeded draw.

The rules stand in :doc:`/decisions/0129-arguments-of-a-matrix-game`.
"""

from typing import Final

from detente.play import bots
from detente.play.commands import (
    Command,
    Recorder,
    check_running,
    foreign,
    invalid,
    name_of,
    read_state,
    read_text,
    tell,
)
from detente.play.priors import prior_of, public_round
from detente.play.state import Argument, SessionState

__all__ = [
    "MOST_REASONS",
    "add_reason",
    "argue",
    "judge",
    "retract",
    "tell_taken_back",
]

MOST_REASONS: Final = 3
"""Reasons that a seat gives with its argument."""
_SIDES: Final = ("for", "against")


def argue(recorder: Recorder, command: Command) -> None:
    """Take an argument of a seat: what happens, why, and which values are to hold when the next round begins."""
    state = recorder.state
    _check_open(state)
    round_number = public_round(state)
    if round_number is None:
        invalid("session", "not all can know which round is on", "wait until a round begins anew")
    if round_number >= state.book.crisis.rounds:
        invalid(
            "round", "no round is to come in which it could hold", "argue before the last round"
        )
    if any(
        item.seat == command.seat and item.round == round_number + 1 and item.status != "withdrawn"
        for item in state.arguments.values()
    ):
        invalid("session", f"{command.seat!r} has argued in this round", "withdraw it, or wait")
    wanted = read_state(state, command, "state")
    if not wanted:
        invalid("state", "the argument changes nothing", "give a value for at least one variable")
    recorder.emit(
        "argued",
        argument=f"A{len(state.arguments) + 1}",
        seat=command.seat,
        text=read_text(command, "text"),
        reasons=_reasons(command),
        state=wanted,
        round=round_number + 1,
    )


def _reasons(command: Command) -> list[str]:
    """Return the reasons of an argument, each checked as any text; empty ones are left out."""
    given = command.data.get("reasons", [])
    if not isinstance(given, list | tuple) or len(given) > MOST_REASONS:
        invalid(
            "reasons", f"there are more than {MOST_REASONS} reasons, or none", "list up to three"
        )
    named = {f"reasons.{place}": text for place, text in enumerate(given)}
    one_by_one = Command(id="", seat=command.seat, kind=command.kind, data=named)
    texts = [read_text(one_by_one, name, need=False) for name in named]
    found = [text for text in texts if text]
    if not found:
        invalid("reasons", "the argument has no reason", "say at least once why it happens")
    return found


def add_reason(recorder: Recorder, command: Command) -> None:
    """Take a reason for or against an open argument, of control or of a seat that does not argue it."""
    argument = _find(recorder.state, command)
    if command.seat == argument.seat:
        foreign("reasons for an argument of one's own come with it", "let others give theirs")
    side = command.data.get("side")
    if side not in _SIDES:
        invalid("side", f"a reason cannot be {side!r}", "use for or against")
    text = read_text(command, "text")
    recorder.emit("reasoned", argument=argument.id, sender=command.seat, side=side, text=text)


def retract(recorder: Recorder, command: Command) -> None:
    """Let a seat withdraw its argument before it is judged."""
    argument = _find(recorder.state, command)
    if command.seat != argument.seat:
        foreign(f"{argument.id} is argued by {argument.seat!r}", "withdraw what you argue yourself")
    recorder.emit("retracted", argument=argument.id)


def judge(recorder: Recorder, command: Command) -> None:
    """Set the odds of an argument and draw, or refuse it; both with a reason that all are told."""
    state = recorder.state
    argument = _find(state, command)
    why = read_text(command, "why")
    name = f"{argument.id}, argued by {name_of(state, argument.seat)}"
    refused, odds = command.data.get("refused", False), command.data.get("odds")
    if not isinstance(refused, bool) and refused != "yes":
        invalid(
            "refused", f"an argument is refused or not, and not {refused!r}", "use true or false"
        )
    if (argument.round <= state.where.where[0]) and not refused:
        invalid("argument", f"round {argument.round} has begun", "refuse it: it has lapsed")
    prior = {
        who: None if found is None else list(found)
        for who, found in prior_of(state, argument).items()
    }
    common = {"argument": argument.id, "why": why, "prior": prior}
    if refused:
        recorder.emit("judged", status="refused", odds=None, drawn=None, inject="", **common)
        tell(recorder, f"Control refuses {name}: {why}", "argument")
        return
    if isinstance(odds, bool) or not isinstance(odds, int | float) or not 0 <= odds <= 1:
        invalid("odds", f"{odds!r} are no odds", "use a probability from 0 to 1, or refuse it")
    drawn = bots.uniform(state.seed, f"argument/{argument.id}")
    status = "succeeded" if drawn < odds else "failed"
    inject = f"I{len(state.injects) + 1}" if status == "succeeded" else ""
    recorder.emit("judged", status=status, odds=float(odds), drawn=drawn, inject=inject, **common)
    words = f"odds {100 * odds:.0f}%, drawn {100 * drawn:.1f}"
    if not inject:
        tell(recorder, f"{name}, has failed: {words}. Control: {why}", "argument")
        return
    then = f"It holds when round {argument.round} begins."
    tell(recorder, f"{name}, has succeeded: {words}. {then} Control: {why}", "argument")
    recorder.emit(
        "injected",
        inject=inject,
        round=argument.round,
        text="",
        state=dict(argument.state),
        why=f"{argument.id}: {argument.text}",
        when={},
        to=[],
    )


def tell_taken_back(recorder: Recorder, inject: str) -> None:
    """Tell all that an inject which an argument became is taken back; nothing of any other."""
    for item in recorder.state.arguments.values():
        if item.inject == inject:
            tell(recorder, f"Control has taken back what {item.id} had won.", "argument")


def _check_open(state: SessionState) -> None:
    if not state.options.arguments:
        invalid("session", "in this game nobody argues", "create a session with `arguments`")
    if state.status != "paused":
        check_running(state)


def _find(state: SessionState, command: Command) -> Argument:
    """Return the open argument that a command names."""
    _check_open(state)
    name = command.data.get("argument")
    found = state.arguments.get(name) if isinstance(name, str) else None
    if found is None or found.status != "open":
        known = [item.id for item in state.arguments.values() if item.status == "open"]
        fix = f"name an open one: {', '.join(known)}" if known else "wait until somebody argues"
        invalid("argument", f"no argument {name!r} is open", fix)
    return found
