"""A practice turn: the first menus in the lobby, and nothing of what is chosen stays (:doc:`/decisions/0126-practice-talk-and-terms`)."""

from dataclasses import replace
from typing import Final

from detente.play.state import SessionState

__all__ = ["back_to_lobby", "to_practice"]

_OF_PLAY: Final = frozenset({"said", "proposed", "signed", "refused", "breached"})
"""Kinds of events of a practice turn that no report tells."""


def to_practice(state: SessionState) -> SessionState:
    """Return a lobby in its practice turn, which keeps the lobby that it goes back to."""
    return replace(state, status="practice", practised=False, lobby=state)


def back_to_lobby(state: SessionState) -> SessionState:
    """Return the lobby after its practice turn: without what was chosen, said, proposed, estimated and looked at in it."""
    before = state.lobby
    if before is None:  # pragma: no cover - a practice turn has the lobby that it began in
        message = "no practice turn is on"
        raise AssertionError(message)
    since = state.history[len(before.history) :]
    return replace(
        state,
        status="lobby",
        practised=True,
        lobby=None,
        orders=before.orders,
        messages=before.messages,
        proposals=before.proposals,
        estimates=before.estimates,
        looked=before.looked,
        history=(*before.history, *(item for item in since if item[1] not in _OF_PLAY)),
    )
