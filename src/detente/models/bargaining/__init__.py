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
from detente.models.bargaining.predictors import (
    DEFAULT_PREDICTOR,
    PREDICTORS,
    Predictor,
    find_predictor,
    nash_point,
    polarisation,
    predictive_median,
)
from detente.models.bargaining.ranges import BargainingRange, agreement_volume, solve_range
from detente.models.bargaining.registration import settlement

__all__ = [
    "DEFAULT_PREDICTOR",
    "MAX_ACTORS",
    "MOVES",
    "PREDICTORS",
    "QUADRANTS",
    "VARIANTS",
    "BargainingRange",
    "ExpectedUtilityResult",
    "Issue",
    "IssueSpace",
    "Predictor",
    "QuadrantChart",
    "Variant",
    "agreement_volume",
    "chart_quadrants",
    "fighting_values",
    "find_predictor",
    "find_variant",
    "make_issue",
    "make_issue_space",
    "nash_point",
    "polarisation",
    "predictive_median",
    "settlement",
    "solve_expected_utility",
    "solve_range",
    "weighted_mean",
    "weighted_median",
]
