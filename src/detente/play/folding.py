"""Events folded into the state of a session: the only place in which a session's state changes.

Folding knows no clock, no chance and no opinion: what was drawn, and when time ends, stands in the events. The same events
give the same state, whoever folds them and whenever.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from detente.errors import refuse
from detente.play.courses import Stand
from detente.play.options import read_options
from detente.play.practice import back_to_lobby, to_practice
from detente.play.rulebooks import Rulebook
from detente.play.state import (
    Argument,
    ChanceDraw,
    Inject,
    Message,
    News,
    Order,
    Proposal,
    Reason,
    Seat,
    SessionState,
    Turn,
)

__all__ = ["KINDS_OF_EVENT", "TOLD", "fold", "fold_all"]

Data = Mapping[str, Any]


def fold_all(book: Rulebook, events: Iterable[tuple[str, Data]]) -> SessionState:
    """Return the state that events add up to, from none on."""
    state = SessionState(book=book)
    for kind, data in events:
        state = fold(state, kind, data)
    return state


def fold(state: SessionState, kind: str, data: Data) -> SessionState:
    """Return the state after an event.

    Raises
    ------
    UsageError
        ``session-mismatch`` for a kind of event that there is not, or a session of another crisis.
    """
    if kind not in _FOLDS:
        refuse(
            f"a session has no event {kind!r}",
            code="session-mismatch",
            at=f"event {state.events + 1}",
            fix="read the session with the version of detente that wrote it",
        )
    after = _FOLDS[kind](state, data)
    history = after.history
    if kind in TOLD:
        early = state.status in {"lobby", "practice"}
        history = (*history, (0 if early else state.turn, kind, data))
    return replace(after, events=state.events + 1, history=history)


def _created(state: SessionState, data: Data) -> SessionState:
    crisis = state.book.crisis
    if data["digest"] != crisis.digest:
        refuse(
            f"the session is of the crisis {data['crisis']!r} with digest {data['digest'][:12]}, and this is {crisis.digest[:12]}",
            code="session-mismatch",
            at="crisis",
            fix="open the session with the crisis folder that it was created from",
        )
    options = read_options(data["options"])
    types = dict(data["types"])
    opening = state.book.opening(known=types if options.types == "dealt" else None)
    return replace(
        state,
        options=options,
        status="lobby",
        seed=data["seed"],
        case=data["case"],
        types=types,
        seats={
            player: Seat(player=player, kind=data["seats"][player]) for player in crisis.players
        },
        opening=opening,
        stand=opening.course.begin(opening.course.profile(types)),
    )


def _joined(state: SessionState, data: Data) -> SessionState:
    seat = state.seats[data["seat"]]
    names = tuple(dict.fromkeys((*seat.names, data["name"])))
    return _with_seat(state, replace(seat, names=names))


def _readied(state: SessionState, data: Data) -> SessionState:
    return _with_seat(state, replace(state.seats[data["seat"]], ready=True))


def _taken(state: SessionState, data: Data) -> SessionState:
    return _with_seat(state, replace(state.seats[data["seat"]], kind=data["kind"]))


def _with_seat(state: SessionState, seat: Seat) -> SessionState:
    return replace(state, seats={**state.seats, seat.player: seat})


def _started(state: SessionState, _data: Data) -> SessionState:
    return replace(state, status="running", practised=False)


def _practised(state: SessionState, _data: Data) -> SessionState:
    return to_practice(state)


def _finished(state: SessionState, _data: Data) -> SessionState:
    return back_to_lobby(state)


def _began(state: SessionState, data: Data) -> SessionState:
    return replace(state, began=data["turn"], ends=data["ends"])


def _said(state: SessionState, data: Data) -> SessionState:
    message = Message(
        sender=data["sender"], to=tuple(data["to"]), text=data["text"], turn=state.turn
    )
    return replace(state, messages=(*state.messages, message))


def _proposed(state: SessionState, data: Data) -> SessionState:
    proposal = Proposal(
        id=data["proposal"],
        sponsor=data["sponsor"],
        parties=tuple(data["parties"]),
        terms=dict(data["terms"]),
        text=data["text"],
        turn=state.turn,
        lapses=data["lapses"],
        answers={data["sponsor"]: "signed"},
        instead_of=data.get("instead_of", ""),
    )
    return replace(state, proposals={**state.proposals, proposal.id: proposal})


def _answered(word: str) -> Callable[[SessionState, Data], SessionState]:
    def answered(state: SessionState, data: Data) -> SessionState:
        proposal = state.proposals[data["proposal"]]
        changed = replace(proposal, answers={**proposal.answers, data["seat"]: word})
        return replace(state, proposals={**state.proposals, proposal.id: changed})

    return answered


def _breached(state: SessionState, data: Data) -> SessionState:
    proposal = state.proposals[data["proposal"]]
    changed = replace(proposal, breaches=(*proposal.breaches, (data["seat"], data["of"])))
    return replace(state, proposals={**state.proposals, proposal.id: changed})


def _sealed(state: SessionState, data: Data) -> SessionState:
    order = Order(choices=tuple(data["choices"]), why=data["why"], by=data["by"])
    return replace(state, orders={**state.orders, data["seat"]: order})


def _opened(state: SessionState, data: Data) -> SessionState:
    return replace(
        state, orders={seat: order for seat, order in state.orders.items() if seat != data["seat"]}
    )


def _revealed(state: SessionState, data: Data) -> SessionState:
    """Let the choices of a phase be made, in the order of its moves."""
    orders = {
        seat: Order(choices=tuple(found["choices"]), why=found["why"], by=found["by"])
        for seat, found in data["orders"].items()
    }
    left = {seat: list(order.choices) for seat, order in orders.items()}
    course, before = state.begun.course, state.where
    after = before
    for menu in course.menus(before):
        after = course.after(after, left[menu.player].pop(0))
    turn = Turn(
        number=before.turn,
        opening=state.begun,
        before=before,
        after=after,
        orders=orders,
        event=state.events + 1,
    )
    return _moved(replace(state, orders={}, turns=(*state.turns, turn)), after)


def _drew(state: SessionState, data: Data) -> SessionState:
    drawn = ChanceDraw(
        instrument=data["instrument"],
        outcome=data["outcome"],
        odds=dict(data["odds"]),
        by=data["by"],
    )
    after = state.begun.course.after(state.where, data["outcome"])
    here = state.where
    if not state.turns or state.turns[-1].after is not here:  # chance before anybody has chosen
        alone = Turn(number=here.turn, opening=state.begun, before=here, after=here, orders={})
        state = replace(state, turns=(*state.turns, alone))
    last = state.turns[-1]
    turn = replace(last, draws=(*last.draws, drawn))
    overrides = {name: what for name, what in state.overrides.items() if name != drawn.instrument}
    return _moved(replace(state, turns=(*state.turns[:-1], turn), overrides=overrides), after)


def _moved(state: SessionState, after: Stand) -> SessionState:
    last = replace(state.turns[-1], after=after)
    return replace(state, stand=after, turns=(*state.turns[:-1], last))


def _news(state: SessionState, data: Data) -> SessionState:
    item = News(text=data["text"], kind=data["kind"], turn=state.turn, to=tuple(data["to"]))
    return replace(state, news=(*state.news, item))


def _believed(state: SessionState, data: Data) -> SessionState:
    item = (state.turn, data["seat"], dict(data["estimates"]))
    return replace(state, estimates=(*state.estimates, item))


def _injected(state: SessionState, data: Data) -> SessionState:
    inject = Inject(
        id=data["inject"],
        round=data["round"],
        text=data["text"],
        state=dict(data["state"]),
        why=data["why"],
        when=dict(data["when"]),
        to=tuple(data["to"]),
    )
    return replace(state, injects={**state.injects, inject.id: inject})


def _withdrawn(state: SessionState, data: Data) -> SessionState:
    return _with_status(state, data["inject"], "withdrawn")


def _with_status(state: SessionState, inject: str, status: str) -> SessionState:
    changed = replace(state.injects[inject], status=status)
    return replace(state, injects={**state.injects, inject: changed})


def _happened(state: SessionState, data: Data) -> SessionState:
    return _with_status(state, data["inject"], data["status"])


def _changed(state: SessionState, data: Data) -> SessionState:
    """Go on from the start of a round in a state that was set from outside and that all are told."""
    before = state.where
    opening = state.book.opening_after(
        state.begun, before, first_round=data["round"], state=dict(data["state"])
    )
    stand = opening.course.begin(before.path[0])
    return replace(
        state,
        earlier=(*state.earlier, (state.begun, before)),
        opening=opening,
        stand=stand,
    )


def _argued(state: SessionState, data: Data) -> SessionState:
    own = tuple(Reason(sender=data["seat"], side="for", text=text) for text in data["reasons"])
    argument = Argument(
        id=data["argument"],
        seat=data["seat"],
        text=data["text"],
        state=dict(data["state"]),
        round=data["round"],
        turn=state.turn,
        reasons=own,
    )
    return _with_argument(state, argument)


def _reasoned(state: SessionState, data: Data) -> SessionState:
    argument = state.arguments[data["argument"]]
    reason = Reason(sender=data["sender"], side=data["side"], text=data["text"])
    return _with_argument(state, replace(argument, reasons=(*argument.reasons, reason)))


def _retracted(state: SessionState, data: Data) -> SessionState:
    return _with_argument(state, replace(state.arguments[data["argument"]], status="withdrawn"))


def _judged(state: SessionState, data: Data) -> SessionState:
    judged = replace(
        state.arguments[data["argument"]],
        status=data["status"],
        odds=data["odds"],
        drawn=data["drawn"],
        prior=dict(data["prior"]),
        why=data["why"],
        inject=data["inject"],
    )
    return _with_argument(state, judged)


def _with_argument(state: SessionState, argument: Argument) -> SessionState:
    return replace(state, arguments={**state.arguments, argument.id: argument})


def _noted(state: SessionState, data: Data) -> SessionState:
    return replace(state, notes=(*state.notes, data["text"]))


def _overridden(state: SessionState, data: Data) -> SessionState:
    if data["what"] == "order":
        order = Order(choices=tuple(data["choices"]), why=data["why"], by="control")
        return replace(state, orders={**state.orders, data["of"]: order})
    return replace(state, overrides={**state.overrides, data["of"]: data["choices"][0]})


def _looked(state: SessionState, _data: Data) -> SessionState:
    return replace(state, looked=(*state.looked, state.turn))


def _extended(state: SessionState, data: Data) -> SessionState:
    return replace(state, ends=data["ends"])


def _paused(state: SessionState, data: Data) -> SessionState:
    return replace(state, status="paused", ends="", left_s=data["left_s"])


def _resumed(state: SessionState, data: Data) -> SessionState:
    return replace(state, status="running", ends=data["ends"])


def _asked(state: SessionState, data: Data) -> SessionState:
    return replace(state, asked=(*state.asked, {"turn": state.turn, **data}))


def _ended(state: SessionState, data: Data) -> SessionState:
    return replace(state, status="ended", ends="", outcome=data["outcome"])


def _surveyed(state: SessionState, data: Data) -> SessionState:
    return replace(state, surveys={**state.surveys, data["seat"]: dict(data["answers"])})


def _forked(state: SessionState, data: Data) -> SessionState:
    return replace(state, forked=(data["of"], data["turn"]), seed=data["seed"], ends="")


_FOLDS: dict[str, Callable[[SessionState, Data], SessionState]] = {
    "created": _created,
    "joined": _joined,
    "readied": _readied,
    "taken": _taken,
    "practised": _practised,
    "finished": _finished,
    "started": _started,
    "began": _began,
    "said": _said,
    "proposed": _proposed,
    "signed": _answered("signed"),
    "refused": _answered("refused"),
    "breached": _breached,
    "sealed": _sealed,
    "opened": _opened,
    "revealed": _revealed,
    "drew": _drew,
    "news": _news,
    "believed": _believed,
    "injected": _injected,
    "withdrawn": _withdrawn,
    "happened": _happened,
    "changed": _changed,
    "argued": _argued,
    "reasoned": _reasoned,
    "retracted": _retracted,
    "judged": _judged,
    "noted": _noted,
    "overridden": _overridden,
    "looked": _looked,
    "extended": _extended,
    "paused": _paused,
    "resumed": _resumed,
    "asked": _asked,
    "ended": _ended,
    "forked": _forked,
    "surveyed": _surveyed,
}

TOLD = frozenset(
    {
        "joined",
        "taken",
        "said",
        "proposed",
        "signed",
        "refused",
        "breached",
        "argued",
        "happened",
        "changed",
        "overridden",
        "revealed",
        "drew",
        "news",
        "ended",
        "surveyed",
    }
)
"""Kinds of events that a report tells in order."""

KINDS_OF_EVENT = tuple(_FOLDS)
"""Every kind of event that a session may hold."""
