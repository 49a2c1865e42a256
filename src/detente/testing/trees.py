"""Trees of small games as data, for :func:`detente.game.formats.trees.game_from_tree`."""

from typing import Any

__all__ = ["end", "move"]


def end(*payoffs: float) -> dict[str, Any]:
    """Return an end with the payoff of each player."""
    return {"payoffs": list(payoffs)}


def move(player: int, infoset: int, **children: dict[str, Any]) -> dict[str, Any]:
    """Return a move of a player at an information set, what follows each action by its name.

    Examples
    --------
    >>> move(0, 0, leave=end(0), act=end(1))["actions"]
    ['leave', 'act']
    """
    return {
        "player": player,
        "infoset": infoset,
        "actions": list(children),
        "children": list(children.values()),
    }
