"""Views: all that a seat, control or the projector is sent. Plain data, and the only way out of a session.

The view of a seat, and that of the public, is made of what the observer may know and of nothing else: the same to the last byte
in any two sessions that differ only in what it may not know. Control sees everything; sealed orders if the session allows a look,
and after it looked.
"""

import json
from typing import Any

from detente.play.aims import describe_role
from detente.play.knowing import Knowledge, possible
from detente.play.menus import describe_menu
from detente.play.options import MODEL
from detente.play.priors import tell_arguments
from detente.play.state import CONTROL, Message, Proposal, SessionState
from detente.play.survey import is_asked

__all__ = ["PUBLIC", "view", "view_bytes"]

PUBLIC = "public"
"""The projector: what all may know."""


def view(state: SessionState, who: str) -> dict[str, Any]:
    """Return what somebody is sent of a session.

    Parameters
    ----------
    state
        The session.
    who
        A player, ``control`` or ``public``.
    """
    if who == CONTROL:
        return _control(state)
    observer = "" if who == PUBLIC else who
    knowledge = Knowledge(state, observer)
    found = {
        "who": who,
        **_common(state),
        **_clock(state, knowledge),
        **_told(state, observer),
        **_known(state, knowledge),
        "arguments": tell_arguments(state, knowledge),
    }
    return {**found, **_own(state, who)} if observer else found


def view_bytes(state: SessionState, who: str) -> bytes:
    """Return a view as it is sent."""
    return json.dumps(view(state, who), sort_keys=True, ensure_ascii=True).encode()


def _common(state: SessionState) -> dict[str, Any]:
    """Return what everybody is sent."""
    crisis = state.book.crisis
    policy = state.book.policy
    return {
        "crisis": {"id": crisis.id, "title": crisis.title, "as_of": crisis.as_of.isoformat()},
        "status": state.status,
        "practised": state.practised,
        "talk": state.options.talk,
        "rounds": crisis.rounds,
        "commitment": policy.label if policy is not None else "",
        "seats": [
            {
                "id": seat.player,
                "name": crisis.players[seat.player].name,
                "role": crisis.players[seat.player].role,
                "colour": crisis.players[seat.player].colour,
                "kind": seat.kind,
                "model": state.options.model if seat.kind == MODEL else "",
                "people": list(seat.names),
                "ready": seat.ready,
            }
            for seat in state.seats.values()
        ],
        "outcome": state.outcome,
        "outcome_label": crisis.outcomes[state.outcome].label if state.outcome else "",
    }


def _clock(state: SessionState, knowledge: Knowledge) -> dict[str, Any]:
    """Return where the game is, as far as the observer may know it, and who has sealed."""
    crisis = state.book.crisis
    place, movers = knowledge.phase, knowledge.movers
    mine = knowledge.observer in state.movers
    running = state.status in {"practice", "running", "paused"}
    asked = {"human"} if state.status == "practice" else {"human", "model"}
    label = next((item.label for item in crisis.phases if place and item.id == place[1]), "")
    return {
        "turn": knowledge.turn,
        "round": place[0] if place else None,
        "phase": place[1] if place else None,
        "phase_label": label,
        "ends": state.ends if running and (mine or place) else "",
        "sealed": {
            player: player in state.orders or state.seats[player].kind not in asked
            for player in movers or ()
        }
        if running
        else {},
    }


def _told(state: SessionState, observer: str) -> dict[str, Any]:
    """Return messages, proposals and news that reach an observer."""
    return {
        "messages": [
            _message(item)
            for item in state.messages
            if not item.to or (observer and observer in {item.sender, *item.to})
        ],
        "proposals": [
            _proposal(item) for item in state.proposals.values() if observer in item.parties
        ],
        "news": [
            {"text": item.text, "kind": item.kind}
            for item in state.news
            if not item.to or observer in item.to
        ],
    }


def _message(item: Message) -> dict[str, Any]:
    return {"from": item.sender, "to": list(item.to), "text": item.text}


def _proposal(item: Proposal) -> dict[str, Any]:
    return {
        "id": item.id,
        "sponsor": item.sponsor,
        "parties": list(item.parties),
        "terms": dict(item.terms),
        "text": item.text,
        "lapses": item.lapses,
        "answers": dict(item.answers),
        "in_force": item.in_force,
        "breaches": [list(pair) for pair in item.breaches],
        "instead_of": item.instead_of,
    }


def _known(state: SessionState, knowledge: Knowledge) -> dict[str, Any]:
    """Return what an observer has seen, and what it may conclude."""
    over = state.where.position.is_over
    shows = state.options.beliefs and state.options.types == "hidden" and not over
    open_types = state.options.types == "dealt" or state.status == "ended"
    return {
        "state": possible(knowledge.values()),
        "seen": knowledge.seen(),
        "drawn": knowledge.drawn(),
        "beliefs": knowledge.beliefs() if shows else {},
        "types": dict(state.types) if open_types else {},
        "type_labels": _type_labels(state) if open_types else {},
    }


def _type_labels(state: SessionState) -> dict[str, str]:
    players = state.book.crisis.players
    return {
        player: next(item.label for item in players[player].types if item.id == kind)
        for player, kind in state.types.items()
    }


def _own(state: SessionState, player: str) -> dict[str, Any]:
    """Return what is a seat's alone: its type and aims, its menus, its order and its estimates."""
    order = state.orders.get(player)
    mine = [menu for menu in state.menus if menu.player == player]
    return {
        "type": state.types[player],
        "brief": describe_role(state.book, player, state.types[player]),
        "menus": [describe_menu(state.book, state.where, menu) for menu in mine],
        "order": {"choices": list(order.choices), "why": order.why} if order else None,
        "estimates": [dict(values) for _, seat, values in state.estimates if seat == player],
        "survey": dict(state.surveys.get(player, {})) if is_asked(state, player) else None,
    }


def _control(state: SessionState) -> dict[str, Any]:
    """Return what control is sent: everything, but sealed orders only after a look that the log holds."""
    crisis, stand = state.book.crisis, state.where
    looked = state.options.looks and state.turn in state.looked
    round_number, phase = stand.where
    running = state.status in {"practice", "running", "paused"}
    return {
        "who": CONTROL,
        **_common(state),
        "turn": state.turn,
        "round": round_number or None,
        "phase": phase or None,
        "phase_label": next((item.label for item in crisis.phases if item.id == phase), ""),
        "ends": state.ends,
        "types": dict(state.types),
        "type_labels": _type_labels(state),
        "case": state.case,
        "seed": state.seed,
        "state": dict(stand.position.state),
        "menus": {
            player: [
                describe_menu(state.book, stand, menu)
                for menu in state.menus
                if menu.player == player
            ]
            for player in state.movers
        },
        "sealed": {player: player in state.orders for player in state.movers} if running else {},
        "waiting_for": list(state.waiting_for),
        "orders": {
            player: {"choices": list(order.choices), "why": order.why, "by": order.by}
            for player, order in state.orders.items()
            if looked
        },
        "played": [
            {
                "turn": turn.number,
                "round": turn.before.where[0],
                "phase": turn.before.where[1],
                "orders": {player: list(order.choices) for player, order in turn.orders.items()},
                "by": {player: order.by for player, order in turn.orders.items()},
                "why": {player: order.why for player, order in turn.orders.items()},
                "drawn": [
                    {
                        "instrument": item.instrument,
                        "outcome": item.outcome,
                        "odds": dict(item.odds),
                        "by": item.by,
                    }
                    for item in turn.draws
                ],
            }
            for turn in state.turns
        ],
        "messages": [_message(item) for item in state.messages],
        "proposals": [_proposal(item) for item in state.proposals.values()],
        "news": [
            {"text": item.text, "kind": item.kind, "to": list(item.to)} for item in state.news
        ],
        "injects": [
            {
                "id": item.id,
                "round": item.round,
                "text": item.text,
                "state": dict(item.state),
                "when": dict(item.when),
                "to": list(item.to),
                "why": item.why,
                "status": item.status,
            }
            for item in state.injects.values()
        ],
        "overrides": dict(state.overrides),
        "arguments": tell_arguments(state, None),
        "notes": list(state.notes),
        "estimates": [
            {"turn": turn, "seat": seat, "estimates": dict(values)}
            for turn, seat, values in state.estimates
        ],
        "asked": [dict(item) for item in state.asked],
    }
