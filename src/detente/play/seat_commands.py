"""What a seat may ask of a session."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from detente.crisis.crisis import Crisis
from detente.errors import refuse
from detente.play.advancing import advance
from detente.play.arguing import add_reason, argue, retract
from detente.play.commands import (
    Command,
    Recorder,
    check_running,
    invalid,
    name_of,
    phase_over,
    read_choices,
    read_seats,
    read_text,
    say,
    stamp,
    tell,
)
from detente.play.state import SessionState
from detente.play.survey import answer_survey

__all__ = ["OF_SEATS"]

_SHORT = 80
"""Longest name of a person, in characters."""
_ROUNDED = 0.005
"""What rounding to a whole per cent moves a probability by at most (:doc:`/decisions/0126-practice-talk-and-terms`)."""


def _join(recorder: Recorder, command: Command) -> None:
    name = read_text(command, "name", most=_SHORT)
    seat = recorder.state.seats[command.seat]
    recorder.emit("joined", seat=command.seat, name=name)
    if seat.kind not in {"human", "model"}:
        recorder.emit("taken", seat=command.seat, kind="human")
        tell(
            recorder,
            f"{name_of(recorder.state, command.seat)} is played by a person from now on.",
            "seat",
        )


def _ready(recorder: Recorder, command: Command) -> None:
    recorder.emit("readied", seat=command.seat)


def _propose(recorder: Recorder, command: Command) -> None:
    state = recorder.state
    to = read_seats(state, command, "to")
    old = command.data.get("instead_of", "")
    if old != "":
        old = _refusable(recorder, command, "instead_of")
        same = tuple(seat for seat in state.proposals[old].parties if seat != command.seat)
        if {*to, command.seat} - {command.seat} not in [set(), {*same}]:
            invalid("to", f"{old} has other parties than this", f"name {', '.join(same)}, or none")
        to = same
    parties = [command.seat, *(seat for seat in to if seat != command.seat)]
    if len(parties) == 1:
        invalid("to", "a proposal needs another party", "name at least one other seat in `to`")
    lapses = command.data.get("lapses", 0)
    if not isinstance(lapses, int) or isinstance(lapses, bool) or lapses < 0:
        invalid("lapses", f"a proposal cannot lapse after round {lapses!r}", "use a round, or 0")
    terms = _terms(state, command.data.get("terms", {}))
    text = read_text(command, "text", need=False)
    if old:
        recorder.emit("refused", proposal=old, seat=command.seat)
    recorder.emit(
        "proposed",
        proposal=f"P{len(state.proposals) + 1}",
        sponsor=command.seat,
        parties=parties,
        terms=terms,
        text=text,
        lapses=lapses,
        instead_of=old,
    )


def _terms(state: SessionState, given: Any) -> dict[str, float]:
    """Check terms: for some negotiable issues a point of the scale."""
    issues = {name: item for name, item in state.book.crisis.issues.items() if item.negotiable}
    if not isinstance(given, Mapping) or not given:
        invalid("terms", "a proposal has no terms", f"give a point for one of: {', '.join(issues)}")
    for name, value in given.items():
        if name not in issues:
            refuse(
                f"there is no negotiable issue {name!r}",
                code="issue-unknown",
                at="terms",
                fix=f"use {', '.join(issues) or '(the crisis has none)'}",
            )
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
            invalid(f"terms.{name}", f"{value!r} is no point of the scale", "use 0 to 100")
    return {name: float(value) for name, value in given.items()}


def _proposal(recorder: Recorder, command: Command, at: str = "proposal") -> str:
    """Return the id of a proposal that the sender is a party to."""
    state, name = recorder.state, command.data.get(at)
    proposal = state.proposals.get(name) if isinstance(name, str) else None
    if (
        proposal is None or command.seat not in proposal.parties
    ):  # of others one is not even told that they are there
        invalid(
            at,
            f"{command.seat!r} is party to no proposal {name!r}",
            "name a proposal that you were sent",
        )
    return proposal.id


def _sign(recorder: Recorder, command: Command) -> None:
    name = _proposal(recorder, command)
    proposal = recorder.state.proposals[name]
    round_number = recorder.state.where.where[0]
    if proposal.lapses and not 0 < round_number <= proposal.lapses:
        invalid("proposal", f"proposal {name} lapsed after round {proposal.lapses}", "make it anew")
    if command.seat in proposal.answers:
        invalid("proposal", f"{command.seat!r} has answered {name}", "make another proposal")
    recorder.emit("signed", proposal=name, seat=command.seat)


def _refusable(recorder: Recorder, command: Command, at: str = "proposal") -> str:
    """Return the id of a proposal that the sender may refuse: it is a party, and not all have signed."""
    name = _proposal(recorder, command, at)
    if recorder.state.proposals[name].in_force:
        invalid(at, f"{name} is signed by all", "say that it is breached, and by whom")
    return name


def _reject(recorder: Recorder, command: Command) -> None:
    name = _refusable(recorder, command)
    recorder.emit("refused", proposal=name, seat=command.seat)


def _breach(recorder: Recorder, command: Command) -> None:
    name = _proposal(recorder, command)
    proposal, of = recorder.state.proposals[name], command.data.get("of")
    if not proposal.in_force:
        invalid("proposal", f"{name} is not signed by all", "nothing can be breached yet")
    if of not in proposal.parties:
        invalid("of", f"{of!r} is no party to {name}", f"use {', '.join(proposal.parties)}")
    recorder.emit("breached", proposal=name, seat=command.seat, of=of)


def _seal(recorder: Recorder, command: Command) -> None:
    state, seat = recorder.state, command.seat
    check_running(state, or_practice=True)
    mine = [menu for menu in state.menus if menu.player == seat]
    named = command.data.get("phase"), command.data.get("round")
    round_number, phase = state.where.where
    if not mine or named not in [(None, None), (phase, None), (phase, round_number)]:
        phase_over(
            f"{seat!r} has no move now",
            "wait for a phase in which you have one",
        )
    if state.ends and recorder.now > datetime.fromisoformat(state.ends):
        phase_over(
            f"the phase ended at {state.ends}, and it is {stamp(recorder.now)}",
            "wait for the next phase; what was settled for a missing order is done",
        )
    choices = read_choices(command, mine)
    recorder.emit(
        "sealed",
        seat=seat,
        choices=choices,
        why=read_text(command, "why", need=False),
        by=state.seats[seat].kind if state.seats[seat].kind == "model" else "human",
    )
    advance(recorder)


def _open(recorder: Recorder, command: Command) -> None:
    check_running(recorder.state, or_practice=True)
    if command.seat not in recorder.state.orders:
        phase_over(f"{command.seat!r} has sealed no order", "seal one first")
    recorder.emit("opened", seat=command.seat)


def _estimate(recorder: Recorder, command: Command) -> None:
    crisis = recorder.state.book.crisis
    known = {
        *(f"{name}.{kind.id}" for name, who in crisis.players.items() for kind in who.types),
        *(f"outcome.{name}" for name in crisis.outcomes),
    }
    given = command.data.get("estimates")
    if not isinstance(given, Mapping) or not given:
        invalid("estimates", "there are no estimates", "give a probability by name")
    for name, value in given.items():
        if name not in known:
            invalid(
                "estimates", f"nothing here is called {name!r}", "use PLAYER.TYPE or outcome.NAME"
            )
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            invalid(f"estimates.{name}", f"{value!r} is no probability", "use 0 to 1")
    _check_sums(crisis, given)
    recorder.emit("believed", seat=command.seat, estimates=dict(given))


def _check_sums(crisis: Crisis, given: Mapping[str, float]) -> None:
    """Refuse estimates of all types of a player that do not add up to one, but for what rounding to whole per cents can do."""
    for name, who in crisis.players.items():
        held = [given[f"{name}.{kind.id}"] for kind in who.types if f"{name}.{kind.id}" in given]
        total, slack = sum(held), _ROUNDED * len(held) + 1e-9
        if total > 1.0 + slack or (len(held) == len(who.types) and total < 1.0 - slack):
            invalid(
                f"estimates.{name}",
                f"the types of {who.name} add up to {100 * total:g}%",
                "change them to 100% together, since it has one of these types",
            )


OF_SEATS: dict[str, Callable[[Recorder, Command], None]] = {
    "join": _join,
    "ready": _ready,
    "say": say,
    "propose": _propose,
    "sign": _sign,
    "refuse": _reject,
    "breach": _breach,
    "seal": _seal,
    "open": _open,
    "estimate": _estimate,
    "argue": argue,
    "reason": add_reason,
    "withdraw": retract,
    "survey": answer_survey,
}
"""By the kind of the command, what it does."""
