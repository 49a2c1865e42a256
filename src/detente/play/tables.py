"""Sessions of bots for a table or JSON: settled from what a command is told, played, and told as plain data."""

from collections.abc import Callable, Mapping
from typing import Any

from detente.crisis.crisis import Crisis
from detente.errors import refuse
from detente.play.batches import play_sessions
from detente.play.options import KINDS, SessionOptions, read_options
from detente.play.rulebooks import Rulebook

__all__ = ["BOTS", "all_bots_data", "session_options"]

BOTS = tuple(kind for kind in KINDS if kind not in {"human", "model"})
"""Kinds of players that need nobody."""


def session_options(
    crisis: Crisis,
    *,
    seats: Mapping[str, str],
    bot: str,
    policy: str = "",
    draws: int,
    seed: int,
    types: str = "hidden",
    model: str = "",
) -> SessionOptions:
    """Return options in which some seats are played as told and all others by a kind of bot.

    Raises
    ------
    UsageError
        ``player-unknown`` for a seat that the crisis does not have, ``option-invalid`` for a kind of bot that there is not.
    """
    for player in seats:
        if player not in crisis.players:
            refuse(
                f"crisis {crisis.id!r} has no player {player!r}",
                code="player-unknown",
                at="--seat",
                fix=f"use {', '.join(crisis.players)}",
            )
    if bot not in BOTS:
        refuse(
            f"there is no bot {bot!r}",
            code="option-invalid",
            at="--bot",
            fix=f"use {', '.join(BOTS)}",
        )
    if types not in {"hidden", "dealt"}:
        refuse(
            f"types cannot be {types!r}",
            code="option-invalid",
            at="--types",
            fix="use hidden (a seat knows its own alone) or dealt (all lie open)",
        )
    return read_options(
        {
            "seats": {player: seats.get(player, bot) for player in crisis.players},
            "policy": policy,
            "model": model,
            "draws": draws,
            "seed": seed,
            "session_seed": seed,
            "types": types,
        }
    )


def all_bots_data(
    book: Rulebook,
    options: SessionOptions,
    sessions: int,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Play sessions of bots and return how they ended.

    Returns
    -------
    dict
        By outcome its label, ``share`` and ``standard_error``, and what the ensemble says, where the bots play it.
    """
    found = play_sessions(book, options, sessions, progress=progress)
    policy = book.policy.id if book.policy is not None else ""
    return {
        "crisis": book.crisis.id,
        "digest": book.crisis.digest,
        "policy": policy,
        "bots": sorted(set(options.seats.values())),
        "types": options.types,
        "sessions": sessions,
        "cases": found.cases,
        "seed": options.session_seed,
        "outcomes": [
            {
                "outcome": name,
                "label": book.crisis.outcomes[name].label,
                "share": share,
                "standard_error": found.errors[name],
                "ensemble": None if found.expected is None else found.expected[name],
            }
            for name, share in found.shares.items()
        ],
    }
