"""The rules of a crisis as one engine with three drivers: unroll the tree, step through a game, sample histories."""

from detente.rules.checks import check_game
from detente.rules.compiling import Rules, compile_rules
from detente.rules.payoffs import Plan, Priced, plan_pricing, price
from detente.rules.sampling import Histories, sample
from detente.rules.situated import Situated, evaluate_mechanisms
from detente.rules.situations import NODE_LIMIT, Situations, find_situations
from detente.rules.stepping import Position, start
from detente.rules.unrolling import Tree, unroll

__all__ = [
    "NODE_LIMIT",
    "Histories",
    "Plan",
    "Position",
    "Priced",
    "Rules",
    "Situated",
    "Situations",
    "Tree",
    "check_game",
    "compile_rules",
    "evaluate_mechanisms",
    "find_situations",
    "plan_pricing",
    "price",
    "sample",
    "start",
    "unroll",
]
