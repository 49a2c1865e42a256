"""A crisis joined to its models: bindings compiled, prices planned, and every situation of the game priced draw by draw."""

from typing import TYPE_CHECKING

from detente.lazily import offer

if TYPE_CHECKING:
    from detente.linking.checks import check_game
    from detente.linking.loading import load
    from detente.linking.pricing import Plan, Priced, plan_pricing, price
    from detente.linking.situated import Situated, evaluate_mechanisms

__all__ = [
    "Plan",
    "Priced",
    "Situated",
    "check_game",
    "evaluate_mechanisms",
    "load",
    "plan_pricing",
    "price",
]

if not TYPE_CHECKING:
    __getattr__ = offer(__name__)
