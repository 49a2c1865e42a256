"""Bargaining: which settlements both sides prefer to fighting, and which of them reason would pick."""

from detente.models.bargaining.averages import weighted_mean, weighted_median
from detente.models.bargaining.diagnosis import (
    carried_by_issue,
    slack_by_issue,
    trade_rate,
    undivided_exists,
)
from detente.models.bargaining.expected_utility import (
    MAX_ACTORS,
    MOVES,
    QUADRANTS,
    VARIANTS,
    BargainingIssue,
    ExpectedUtilityResult,
    QuadrantChart,
    Variant,
    chart_quadrants,
    find_variant,
    make_issue,
    solve_expected_utility,
)
from detente.models.bargaining.incentives import (
    best_demand,
    first_strike_width,
    preventive_motive,
)
from detente.models.bargaining.issues import IssueSpace, fighting_values, make_issue_space
from detente.models.bargaining.packages import (
    PackageResult,
    Parties,
    make_parties,
    solve_packages,
)
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

__all__ = [
    "DEFAULT_PREDICTOR",
    "MAX_ACTORS",
    "MOVES",
    "PREDICTORS",
    "QUADRANTS",
    "VARIANTS",
    "BargainingIssue",
    "BargainingRange",
    "ExpectedUtilityResult",
    "IssueSpace",
    "PackageResult",
    "Parties",
    "Predictor",
    "QuadrantChart",
    "Variant",
    "agreement_volume",
    "best_demand",
    "carried_by_issue",
    "chart_quadrants",
    "fighting_values",
    "find_predictor",
    "find_variant",
    "first_strike_width",
    "make_issue",
    "make_issue_space",
    "make_parties",
    "nash_point",
    "polarisation",
    "predictive_median",
    "preventive_motive",
    "slack_by_issue",
    "solve_expected_utility",
    "solve_packages",
    "solve_range",
    "trade_rate",
    "undivided_exists",
    "weighted_mean",
    "weighted_median",
]
