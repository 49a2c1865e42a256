"""One engine: quantities are drawn, the game of a policy is priced and solved, and the solution is measured."""

from typing import TYPE_CHECKING

from detente.lazily import offer

if TYPE_CHECKING:
    from detente.engine.designs import Design
    from detente.engine.drawing import Draws, draw_quantities
    from detente.engine.engine import Engine
    from detente.engine.solutions import MetricValues, Solution

__all__ = ["Design", "Draws", "Engine", "MetricValues", "Solution", "draw_quantities"]

if not TYPE_CHECKING:
    __getattr__ = offer(__name__)
