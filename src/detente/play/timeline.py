"""What happened in a session, in the order in which it happened: talk, terms, interventions, moves, draws and surveys in one list."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from detente.play.state import SessionState

__all__ = ["tell_timeline"]

Data = Mapping[str, Any]

_TOLD_BY_EVENTS: Final = frozenset({"override", "seat", "state"})
"""Kinds of news that say in words what an event of its own says."""


def tell_timeline(state: SessionState) -> list[dict[str, Any]]:
    """Return the entries of a session in order.

    Each has its ``turn`` (0 before the start), ``kind``, and whether it came ``after`` the end; the rest of it are ids of the crisis
    file, of seats and of proposals, and what people wrote.
    """
    found: list[dict[str, Any]] = []
    over = False
    for turn, kind, data in state.history:
        place = {"turn": turn, "after": over, "kind": kind}
        found.extend({**place, **entry} for entry in _ENTRIES[kind](state, data))
        over = over or kind == "ended"
    return found


def _plain(*names: str) -> Callable[[SessionState, Data], list[dict[str, Any]]]:
    def tell(_state: SessionState, data: Data) -> list[dict[str, Any]]:
        return [{name: data[name] for name in names}]

    return tell


def _taken(_state: SessionState, data: Data) -> list[dict[str, Any]]:
    return [{"seat": data["seat"], "by": data["kind"]}]


def _said(_state: SessionState, data: Data) -> list[dict[str, Any]]:
    return [{"from": data["sender"], "to": list(data["to"]), "text": data["text"]}]


def _happened(state: SessionState, data: Data) -> list[dict[str, Any]]:
    inject = state.injects[data["inject"]]
    told = {"inject": inject.id, "status": data["status"], "why": inject.why}
    return [{**told, "state": dict(inject.state)}]


def _overridden(_state: SessionState, data: Data) -> list[dict[str, Any]]:
    told = {"what": data["what"], "of": data["of"], "choices": list(data["choices"])}
    return [{**told, "why": data["why"]}]


def _revealed(_state: SessionState, data: Data) -> list[dict[str, Any]]:
    return [
        {"seat": seat, "choices": list(order["choices"]), "by": order["by"], "why": order["why"]}
        for seat, order in data["orders"].items()
    ]


def _news(state: SessionState, data: Data) -> list[dict[str, Any]]:
    if data["kind"] in _TOLD_BY_EVENTS or (data["kind"] == "end" and state.outcome):
        return []
    return [{"to": list(data["to"]), "text": data["text"]}]


_ENTRIES: Final[dict[str, Callable[[SessionState, Data], list[dict[str, Any]]]]] = {
    "joined": _plain("seat", "name"),
    "taken": _taken,
    "said": _said,
    "proposed": _plain("proposal", "sponsor", "parties", "terms", "text"),
    "signed": _plain("proposal", "seat"),
    "refused": _plain("proposal", "seat"),
    "breached": _plain("proposal", "seat", "of"),
    "argued": _plain("argument", "seat", "text"),
    "happened": _happened,
    "changed": _plain("state"),
    "overridden": _overridden,
    "revealed": _revealed,
    "drew": _plain("instrument", "outcome", "odds", "by"),
    "news": _news,
    "ended": _plain("outcome"),
    "surveyed": _plain("seat", "answers"),
}
