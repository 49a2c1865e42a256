"""What a watch stands under and what is set by hand in it, said wherever it may differ from a briefing."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from detente.brief.pages import say_lines
from detente.brief.words import format_date
from detente.crisis.crisis import Crisis
from detente.crisis.elements import QuantityOf

__all__ = ["say_settings"]


def say_settings(crisis: Crisis, records: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Say under which commitment a crisis is watched and what is set by hand: all in which it may differ from a briefing."""
    first, base = records[0]["policy"], next(iter(crisis.policies), "")
    given = sorted(crisis.overrides.items())
    return say_lines(
        "watch",
        "settings",
        policy=_label(crisis, first),
        base="" if first == base or not base else _label(crisis, base),
        set_by_hand=[
            (kind, chosen)
            for kind, belongs in _KINDS_OF_SETTING
            if (chosen := [f"{path}={value}" for path, value in given if belongs(crisis, path)])
        ],
        broken=[
            (
                format_date(date.fromisoformat(after["day"])),
                _label(crisis, before["policy"]),
            )
            for before, after in pairwise(records)
            if before["policy"] != after["policy"]
        ],
    )


def _label(crisis: Crisis, policy: str) -> str:
    """Return the label of a commitment; empty where there is none."""
    known = crisis.policies.get(policy)
    return "" if known is None else known.label


def _is_prior(crisis: Crisis, path: str) -> bool:
    """Tell whether a path sets the prior of a type: by name, or the quantity that it reads."""
    priors = {
        kind.prior.path
        for player in crisis.players.values()
        for kind in player.types
        if isinstance(kind.prior, QuantityOf)
    }
    return path.startswith("types.") or path in priors


def _is_state(_crisis: Crisis, path: str) -> bool:
    return path.startswith("state.")


_KINDS_OF_SETTING: tuple[tuple[str, Callable[[Crisis, str], bool]], ...] = (
    ("priors", _is_prior),
    ("start", _is_state),
    (
        "others",
        lambda crisis, path: not _is_prior(crisis, path) and not _is_state(crisis, path),
    ),
)
"""What a setting changes, in the order in which the page says it."""
