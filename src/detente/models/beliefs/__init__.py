"""Beliefs: what a move tells about the one who makes it, how it is read, and how fear feeds on fear."""

from detente.models.beliefs.bayes import (
    LOG_RATIO_LIMIT,
    expected_shift,
    log_likelihood_ratio,
    move_probs,
    posteriors,
)
from detente.models.beliefs.readings import (
    Kind,
    MoveReading,
    classify_change,
    pool_by_look,
    read_moves,
    signal_senders,
)
from detente.models.beliefs.trust import (
    ArmsRace,
    cooperates,
    solve_arms_race,
    spiral_index,
    trust_threshold,
)

__all__ = [
    "LOG_RATIO_LIMIT",
    "ArmsRace",
    "Kind",
    "MoveReading",
    "classify_change",
    "cooperates",
    "expected_shift",
    "log_likelihood_ratio",
    "move_probs",
    "pool_by_look",
    "posteriors",
    "read_moves",
    "signal_senders",
    "solve_arms_race",
    "spiral_index",
    "trust_threshold",
]
