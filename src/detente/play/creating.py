"""Sessions created: options are held against the crisis, types are dealt, and the case is drawn, by the seed of the session."""

from collections.abc import Mapping
from typing import Any

from detente.errors import refuse
from detente.play import bots
from detente.play.commands import Events, invalid
from detente.play.options import SessionOptions
from detente.play.rulebooks import Rulebook
from detente.play.state import CONTROL

__all__ = ["create"]


def create(book: Rulebook, options: SessionOptions) -> Events:
    """Return the events that create a session: types are dealt, and the case is drawn, by its seed.

    Raises
    ------
    UsageError
        ``command-invalid`` for options that do not fit the crisis, ``player-unknown``, ``type-unknown``.
    """
    crisis = book.crisis
    _check_players("seats", options.seats, crisis.players)
    _check_players("chosen", options.chosen, crisis.players)
    _check_players("scripts", options.scripts, crisis.players)
    if CONTROL in crisis.players:
        invalid("seats", f"a player has the name {CONTROL!r}", "give the player another name")
    if (options.draws, options.seed, options.policy or None) != (
        book.draws,
        book.seed,
        book.policy.id if book.policy is not None else None,
    ):
        invalid(
            "options",
            "the cases, their seed or the policy are not those of the rulebook",
            "make the rulebook with the draws, seed and policy of the options",
        )
    for player, kind in options.chosen.items():
        known = [item.id for item in crisis.players[player].types]
        if kind not in known:
            refuse(
                f"player {player!r} has no type {kind!r}",
                code="type-unknown",
                at=f"options.chosen.{player}",
                fix=f"use {', '.join(known)}",
            )
    _check_scripts(book, options)
    seed, case = options.session_seed, options.case
    if case is None:
        case = int(bots.uniform(seed, "case") * options.draws)
    return (
        (
            "created",
            {
                "crisis": crisis.id,
                "digest": crisis.digest,
                "seed": seed,
                "case": case,
                "types": _deal(book, options, seed, case),
                "seats": {
                    player: options.seats.get(player, "equilibrium") for player in crisis.players
                },
                "options": options.as_data(),
            },
        ),
    )


def _deal(book: Rulebook, options: SessionOptions, seed: int, case: int) -> dict[str, str]:
    """Deal types by the prior of the case, given those that are chosen."""
    opening = book.opening()
    every = opening.course.profiles
    fits = [all(types[who] == what for who, what in options.chosen.items()) for types in every]
    if sum(fits) == 1:
        return dict(every[fits.index(True)])
    prior = opening.prior()[:, case].tolist()
    weights = [weight * fit for weight, fit in zip(prior, fits, strict=True)]
    if sum(weights) <= 0.0:
        invalid(
            "options.chosen",
            "the chosen types have no chance in the case that is played",
            "choose types with a prior above zero",
        )
    return dict(every[bots.pick(weights, bots.uniform(seed, "types"))])


def _check_players(what: str, given: Mapping[str, Any], players: Mapping[str, Any]) -> None:
    for player in given:
        if player not in players:
            refuse(
                f"there is no player {player!r}",
                code="player-unknown",
                at=f"options.{what}",
                fix=f"use {', '.join(players)}",
            )


def _check_scripts(book: Rulebook, options: SessionOptions) -> None:
    phases = {phase.id for phase in book.crisis.phases}
    for player, script in options.scripts.items():
        for key, names in script.items():
            wrong = [name for name in names if name not in book.crisis.instruments]
            if key.partition("@")[0] not in phases or wrong:
                invalid(
                    f"options.scripts.{player}.{key}",
                    f"the script of {player!r} names {(wrong or [key])[0]!r}, which the crisis does not have",
                    "name a phase, or phase@round, and instruments of its menu",
                )
