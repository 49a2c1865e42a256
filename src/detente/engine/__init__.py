"""One engine: quantities are drawn, the game of a policy is priced and solved, and the solution is measured."""

from detente.engine.designs import Design
from detente.engine.drawing import Draws, draw_quantities

__all__ = ["Design", "Draws", "draw_quantities"]
