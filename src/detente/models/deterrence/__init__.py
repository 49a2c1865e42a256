"""Deterrence: whether an attack would succeed, and whether it would pay."""

from detente.models.deterrence.contests import difference_success_prob, ratio_success_prob
from detente.models.deterrence.options import option_value, threshold_success_prob
from detente.models.deterrence.registration import contest, option

__all__ = [
    "contest",
    "difference_success_prob",
    "option",
    "option_value",
    "ratio_success_prob",
    "threshold_success_prob",
]
