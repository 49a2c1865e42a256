"""Deterrence: whether an attack would succeed, whether it would pay, what holds it back, and what arrives in time."""

from detente.models.deterrence.brinkmanship import PowerAndRisk, best_power, critical_risk
from detente.models.deterrence.contest import difference_success_prob, ratio_success_prob
from detente.models.deterrence.option import (
    MarginParts,
    option_value,
    split_margin,
    threshold_escalation_prob,
    threshold_success_prob,
)

__all__ = [
    "MarginParts",
    "PowerAndRisk",
    "best_power",
    "critical_risk",
    "difference_success_prob",
    "option_value",
    "ratio_success_prob",
    "split_margin",
    "threshold_escalation_prob",
    "threshold_success_prob",
]
