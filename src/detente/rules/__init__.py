"""The rules of a crisis as one engine with three drivers: unroll the tree, step through a game, sample histories."""

from typing import TYPE_CHECKING

from detente.lazily import offer

if TYPE_CHECKING:
    from detente.rules.compiling import Rules, compile_rules
    from detente.rules.policies import FREE, AdaptivePolicy
    from detente.rules.sampling import PlayedGames, sample
    from detente.rules.situations import NODE_LIMIT, Situations, find_situations
    from detente.rules.stepping import Position, start
    from detente.rules.unrolling import Tree, unroll

__all__ = [
    "FREE",
    "NODE_LIMIT",
    "AdaptivePolicy",
    "PlayedGames",
    "Position",
    "Rules",
    "Situations",
    "Tree",
    "compile_rules",
    "find_situations",
    "sample",
    "start",
    "unroll",
]

if not TYPE_CHECKING:
    __getattr__ = offer(__name__)
