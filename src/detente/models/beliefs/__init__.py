"""Beliefs: what a move tells about the one who makes it."""

from detente.models.beliefs.bayes import (
    LOG_RATIO_LIMIT,
    expected_shift,
    log_likelihood_ratio,
    move_probs,
    posteriors,
)
from detente.models.beliefs.registration import posterior

__all__ = [
    "LOG_RATIO_LIMIT",
    "expected_shift",
    "log_likelihood_ratio",
    "move_probs",
    "posterior",
    "posteriors",
]
