"""What a run or a crisis is asked beyond its results: drivers, boxes, trees, robust policies, coalitions, searches."""

from detente.analysis.coalitions import Coalition, CutOff, read_coalitions

__all__ = ["Coalition", "CutOff", "read_coalitions"]
