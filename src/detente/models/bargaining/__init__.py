"""Bargaining: which settlements both sides prefer to fighting, and which of them reason would pick."""

from detente.models.bargaining.averages import weighted_mean, weighted_median
from detente.models.bargaining.expected_utility import (
    MAX_ACTORS,
    MOVES,
    QUADRANTS,
    VARIANTS,
    ExpectedUtilityResult,
    Issue,
    QuadrantChart,
    Variant,
    chart_quadrants,
    find_variant,
    make_issue,
    solve_expected_utility,
)
from detente.models.bargaining.issues import IssueSpace, fighting_values, make_issue_space
from detente.models.bargaining.ranges import BargainingRange, agreement_volume, solve_range
from detente.models.bargaining.registration import settlement

__all__ = [
    "MAX_ACTORS",
    "MOVES",
    "QUADRANTS",
    "VARIANTS",
    "BargainingRange",
    "ExpectedUtilityResult",
    "Issue",
    "IssueSpace",
    "QuadrantChart",
    "Variant",
    "agreement_volume",
    "chart_quadrants",
    "fighting_values",
    "find_variant",
    "make_issue",
    "make_issue_space",
    "settlement",
    "solve_expected_utility",
    "solve_range",
    "weighted_mean",
    "weighted_median",
]
