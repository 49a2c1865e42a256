"""Games as nested trees: the JSON form in which games travel between programs.

A game is ``{"title": ..., "players": [names], "tree": node}``. A node has ``children`` with ``actions`` (labels), and
either ``player`` (a number from 0) with ``infoset`` (a number or label, per player) or ``chance`` (a probability for
each branch); a node without children ends the game. ``payoffs`` (one per player) are paid on passing the node, so the
payoffs along a path add up. ``label`` may name an information set.
"""

import math
from collections.abc import Mapping
from typing import Any, NoReturn

from detente.game._refusals import refuse_game
from detente.game.building import Game, GameBuilder, Place

__all__ = ["game_from_tree"]


def game_from_tree(data: Mapping[str, Any]) -> Game:
    """Return the game that a nested tree describes.

    Raises
    ------
    GameError
        ``game-invalid`` with the path of the node that is wrong, ``recall-imperfect`` if a player would forget.

    Examples
    --------
    >>> tree = {"player": 0, "infoset": 0, "actions": ["a", "b"],
    ...         "children": [{"payoffs": [1.0]}, {"payoffs": [2.0]}]}
    >>> game_from_tree({"players": ["you"], "tree": tree}).payoffs.tolist()
    [[1.0], [2.0]]
    """
    if not isinstance(data, Mapping):
        _refuse("a game", data, "game")
    players = data.get("players")
    if not isinstance(players, list) or not all(isinstance(name, str) for name in players):
        _refuse("a list of player names", players, "players")
    builder = GameBuilder(players, title=str(data.get("title", "")))
    stack: list[tuple[Any, Place, str]] = [(data.get("tree"), None, "tree")]
    while stack:
        node, place, at = stack.pop()
        if not isinstance(node, Mapping):
            _refuse("a node", node, at)
        number = _add(builder, node, place, at)
        children = node.get("children") or []
        labels = _labels(node, len(children))
        below = [
            (child, (number, label), f"{at}.children[{index}]")
            for index, (child, label) in enumerate(zip(children, labels, strict=True))
        ]
        stack.extend(reversed(below))
    return builder.build()


def _refuse(expected: str, value: object, at: str) -> NoReturn:
    text = repr(value)
    refuse_game(
        f"{text if len(text) < 60 else text[:57] + '...'} is not {expected}",
        at=at,
        fix=f"give {expected}; the format is described at detente.game.trees",
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _labels(node: Mapping[str, Any], count: int) -> list[str]:
    actions = node.get("actions")
    return [str(number + 1) for number in range(count)] if actions is None else list(actions)


def _add(builder: GameBuilder, node: Mapping[str, Any], place: Place, at: str) -> int:
    """Add one node of the tree to the builder; return its number."""
    children, actions = node.get("children", []), node.get("actions")
    if not isinstance(children, list):
        _refuse("a list of children", children, f"{at}.children")
    if actions is not None and (
        not isinstance(actions, list)
        or len(actions) != len(children)
        or not all(isinstance(label, str) for label in actions)
    ):
        _refuse(f"a list of {len(children)} labels", actions, f"{at}.actions")
    payoffs = node.get("payoffs", [])
    if not isinstance(payoffs, list) or not all(_is_number(value) for value in payoffs):
        _refuse("a list of finite numbers", payoffs, f"{at}.payoffs")
    if not children:
        return builder.terminal(place, payoffs=payoffs)
    labels = _labels(node, len(children))
    if "chance" in node:
        probs = node["chance"]
        if (
            not isinstance(probs, list)
            or len(probs) != len(children)
            or not all(_is_number(value) for value in probs)
        ):
            _refuse(f"a list of {len(children)} probabilities", probs, f"{at}.chance")
        return builder.chance(place, probs=dict(zip(labels, probs, strict=True)), payoffs=payoffs)
    mover, which = node.get("player"), node.get("infoset")
    names = builder.players
    if not isinstance(mover, int) or isinstance(mover, bool) or not 0 <= mover < len(names):
        _refuse(f"a player from 0 to {len(names) - 1}", mover, f"{at}.player")
    if not isinstance(which, int | str) or isinstance(which, bool):
        _refuse("a number or label of an information set", which, f"{at}.infoset")
    return builder.decision(
        place, player=names[mover], info_set=str(which), actions=labels, payoffs=payoffs
    )
