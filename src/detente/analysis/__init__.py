"""What a run or a crisis is asked beyond its results: drivers, boxes, trees, robust policies, coalitions, searches."""

from typing import TYPE_CHECKING

from detente.lazily import offer

if TYPE_CHECKING:
    from detente.analysis.coalitions import Coalition, CutOff, read_coalitions

__all__ = ["Coalition", "CutOff", "read_coalitions"]

if not TYPE_CHECKING:
    __getattr__ = offer(__name__)
