"""Whose odds of a chance outcome differ from the analysts', and by what: stated at the outcome, or by hopes."""

from collections.abc import Iterator

from detente.crisis.crisis import Crisis
from detente.crisis.elements import Binding, ChanceOutcome, OwnOdds

__all__ = ["has_own_odds", "odds_bindings", "odds_of"]


def odds_of(crisis: Crisis, outcome: ChanceOutcome, player: str) -> OwnOdds | None:
    """Return how a player rates a chance outcome; None if as the analysts do.

    What the outcome says of the player goes before its hopes, which act on what favours it.
    """
    stated = outcome.own.get(player)
    if stated is not None:
        return stated
    if outcome.favours == player and player in crisis.hopes:
        return OwnOdds(shift=crisis.hopes[player])
    return None


def odds_bindings(crisis: Crisis, outcome: ChanceOutcome) -> Iterator[Binding]:
    """Yield everything that the odds of an outcome are read from, those of the analysts and of all players."""
    if outcome.prob is not None:
        yield outcome.prob
    for player in crisis.players:
        own = odds_of(crisis, outcome, player)
        if own is not None:
            yield from (binding for binding in (own.shift, own.prob) if binding is not None)


def has_own_odds(crisis: Crisis, player: str) -> bool:
    """Tell whether a player rates any chance outcome otherwise than the analysts."""
    return any(
        odds_of(crisis, outcome, player) is not None
        for instrument in crisis.instruments.values()
        for outcome in instrument.chance
    )
