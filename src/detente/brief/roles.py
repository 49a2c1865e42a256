"""Who plays which part in a crisis: challengers, defenders and the others, their actors, instruments and colours."""

from collections.abc import Sequence

from detente.brief.pictures.palette import player_colours
from detente.brief.words import join_words
from detente.crisis.crisis import Crisis
from detente.crisis.elements import Actor, Instrument, Player

__all__ = ["Roles"]


class Roles:
    """The players of a crisis by what they do in it; ``colours`` are by player.

    Parameters
    ----------
    crisis
        The crisis.
    defenders
        Ids of the players whose payoff regret is about.
    """

    def __init__(self, crisis: Crisis, *, defenders: Sequence[str]) -> None:
        self._crisis, self._defenders = crisis, tuple(defenders)
        self.colours = player_colours(crisis)

    def players(self, *roles: str) -> tuple[Player, ...]:
        """Return the players with one of the roles, in file order; without roles, all."""
        every = self._crisis.players.values()
        return tuple(player for player in every if not roles or player.role in roles)

    def names(self, *roles: str) -> str:
        """Return the names of the players with one of the roles, joined as in a sentence."""
        return join_words([player.name for player in self.players(*roles)])

    def opponents(self) -> tuple[Player, ...]:
        """Return the players whose payoff regret is about: defenders; without any, those who are no challengers."""
        return tuple(self._crisis.players[name] for name in self._defenders)

    def opponent_names(self) -> str:
        """Return the names of :meth:`opponents`, joined as in a sentence."""
        return join_words([player.name for player in self.opponents()])

    def lead_actor(self, player: Player, issue: str) -> Actor | None:
        """Return the player's first actor with a position on the issue."""
        for actor in player.actors:
            if f"positions.{actor}.{issue}" in self._crisis.quantities:
                return self._crisis.actors[actor]
        return None

    def instruments_of(self, player: str) -> tuple[Instrument, ...]:
        """Return a player's instruments in file order."""
        return tuple(item for item in self._crisis.instruments.values() if item.player == player)
