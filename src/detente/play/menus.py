"""Menus in words: what is open to a seat, how it looks to others, and why the rest is closed.

The reason of a closed move is the condition that the crisis file writes, and never how things stand: a seat is not told the state.
"""

from typing import Any

from detente.crisis.crisis import Crisis
from detente.crisis.elements import AlternativeCondition, Condition, Instrument
from detente.play.courses import Menu, Stand
from detente.play.rulebooks import Rulebook

__all__ = ["condition_words", "describe_instrument", "describe_menu"]


def condition_words(crisis: Crisis, condition: Condition) -> str:
    """Say a condition in words; empty for one that always holds.

    Examples
    --------
    >>> from detente.crisis import load_crisis
    >>> crisis = load_crisis("cuba-1962")
    >>> condition_words(crisis, crisis.instruments["widen_to_fuel"].when)
    'measure at sea: quarantine of offensive arms'
    """
    return "; or ".join(_alternative(crisis, item) for item in condition if item.allowed)


def _alternative(crisis: Crisis, alternative: AlternativeCondition) -> str:
    words = []
    for name, values in alternative.allowed.items():
        player = name.removesuffix(".type")
        if name in crisis.state:
            variable = crisis.state[name]
            labels = [variable.value_labels.get(value, value) for value in values]
            words.append(f"{variable.label}: {' or '.join(labels)}")
        elif name == "round":
            words.append(f"round {' or '.join(values)}")
        else:
            types = {kind.id: kind.label for kind in crisis.players[player].types}
            kinds = " or ".join(types.get(value, value) for value in values)
            words.append(f"{crisis.players[player].name}: {kinds}")
    return ", ".join(words)


def describe_instrument(crisis: Crisis, instrument: Instrument) -> dict[str, Any]:
    """Return an instrument as a seat is told it: words, sources, who sees it and what others take it for."""
    others = [
        player
        for player in crisis.players
        if instrument.seen_by and player not in {*instrument.seen_by, instrument.player}
    ]
    looks = crisis.instruments.get(instrument.looks_like)
    return {
        "id": instrument.id,
        "label": instrument.label,
        "kind": instrument.kind,
        "description": instrument.description,
        "sources": list(instrument.sources),
        "hidden_from": others,
        "seen_as": (looks.id if looks else "") if others else instrument.id,
        "seen_as_label": (looks.label if looks else "a move that is not seen")
        if others
        else instrument.label,
        "chance": [{"id": item.id, "label": item.label} for item in instrument.chance],
    }


def describe_menu(book: Rulebook, stand: Stand, menu: Menu) -> dict[str, Any]:
    """Return a menu as its seat is told it: what is open, and the rest with the reason."""
    crisis = book.crisis
    round_number, phase = stand.where
    return {
        "open": [describe_instrument(crisis, crisis.instruments[name]) for name in menu.open],
        "closed": [
            {
                "id": name,
                "label": crisis.instruments[name].label,
                "why": _why(book, name, (phase, round_number)),
            }
            for name in menu.every
            if name not in menu.open
        ],
    }


def _why(book: Rulebook, name: str, place: tuple[str, int]) -> str:
    """Say when an instrument is open, and which commitment of the session may rule it out."""
    words = condition_words(book.crisis, book.crisis.instruments[name].when)
    reasons = [f"open only with {words}"] if words else []
    if book.policy is not None and book.narrows(name, *place):
        reasons.append(f"ruled out by the commitment: {book.policy.label}")
    return "; ".join(reasons)
