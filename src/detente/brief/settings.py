"""What a watch stands under and what is set by hand in it, said wherever it may differ from a briefing."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from detente.brief.words import format_date
from detente.crisis.crisis import Crisis
from detente.crisis.elements import QuantityOf

__all__ = ["say_settings"]


def say_settings(crisis: Crisis, records: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Say under which commitment a crisis is watched and what is set by hand: all in which it may differ from a briefing."""
    first, base = records[0]["policy"], next(iter(crisis.policies), "")
    if first == base or not base:
        lines = [f"Under {_policy_label(crisis, first)}, as a briefing"]
    else:
        lines = [
            f"Under {_policy_label(crisis, first)}; a briefing speaks of {_policy_label(crisis, base)}"
        ]
    lines[0] += (
        ": without events, the day of the cut-off has the figures of a run under it with the same values set, draws and "
        "seed."
    )
    for words, belongs in _KINDS_OF_SETTING:
        given = [f"{path}={value}" for path, value in sorted(crisis.overrides.items())]
        chosen = [item for item in given if belongs(crisis, item.partition("=")[0])]
        if chosen:
            lines.append(f"{words}, against the crisis file: {', '.join(chosen)}.")
    for before, after in pairwise(records):
        if before["policy"] != after["policy"]:
            day = format_date(date.fromisoformat(after["day"]))
            lines.append(
                f"From {day} on with no commitment: a report says that {_policy_label(crisis, before['policy'])} was broken."
            )
    return tuple(lines)


def _policy_label(crisis: Crisis, policy: str) -> str:
    known = crisis.policies.get(policy)
    return f"“{known.label}”" if known is not None else "no commitment"


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
    ("Priors of types are set by hand", _is_prior),
    ("The start of the game is set by hand", _is_state),
    (
        "Other values are set by hand",
        lambda crisis, path: not _is_prior(crisis, path) and not _is_state(crisis, path),
    ),
)
"""What a setting changes, in the order in which the page says it."""
