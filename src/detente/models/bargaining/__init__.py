"""Bargaining: which settlements both sides prefer to fighting, and which of them reason would pick."""

from detente.models.bargaining.averages import weighted_mean, weighted_median
from detente.models.bargaining.issues import IssueSpace, fighting_values, make_issue_space
from detente.models.bargaining.ranges import BargainingRange, agreement_volume, solve_range
from detente.models.bargaining.registration import settlement

__all__ = [
    "BargainingRange",
    "IssueSpace",
    "agreement_volume",
    "fighting_values",
    "make_issue_space",
    "settlement",
    "solve_range",
    "weighted_mean",
    "weighted_median",
]
