"""Deterrence: whether an attack would succeed, whether it would pay, what holds it back, and what arrives in time."""

from detente.models.deterrence.brinkmanship import critical_risk
from detente.models.deterrence.contest import difference_success_prob, ratio_success_prob
from detente.models.deterrence.option import (
    option_value,
    threshold_escalation_prob,
    threshold_success_prob,
)

__all__ = [
    "critical_risk",
    "difference_success_prob",
    "option_value",
    "ratio_success_prob",
    "threshold_escalation_prob",
    "threshold_success_prob",
]
