"""One engine: quantities are drawn, the game of a policy is priced and solved, and the solution is measured."""

from detente.engine.designs import Design
from detente.engine.drawing import Draws, draw_quantities
from detente.engine.engine import Engine
from detente.engine.solutions import MetricValues, Solution

__all__ = ["Design", "Draws", "Engine", "MetricValues", "Solution", "draw_quantities"]
