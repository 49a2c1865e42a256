"""Deterrence: whether an attack would succeed, whether it would pay, what holds it back, and what arrives in time."""

from detente.models.deterrence.arrivals import share_in_place
from detente.models.deterrence.brinkmanship import PowerAndRisk, best_power, critical_risk
from detente.models.deterrence.contests import difference_success_prob, ratio_success_prob
from detente.models.deterrence.options import (
    MarginParts,
    option_value,
    split_margin,
    threshold_escalation_prob,
    threshold_success_prob,
)
from detente.models.deterrence.registration import arrival, brinkmanship, contest, option

__all__ = [
    "MarginParts",
    "PowerAndRisk",
    "arrival",
    "best_power",
    "brinkmanship",
    "contest",
    "critical_risk",
    "difference_success_prob",
    "option",
    "option_value",
    "ratio_success_prob",
    "share_in_place",
    "split_margin",
    "threshold_escalation_prob",
    "threshold_success_prob",
]
