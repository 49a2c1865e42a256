"""Alliances: who joins a common measure, given what it would cost each member and what the others do."""

from detente.models.alliance.equilibrium import (
    Joining,
    coverage_share,
    extreme_joining,
    proximity,
    solve_joining,
    unanimity_prob,
)
from detente.models.alliance.exposures import exposure_ranking
from detente.models.alliance.registration import joining

__all__ = [
    "Joining",
    "coverage_share",
    "exposure_ranking",
    "extreme_joining",
    "joining",
    "proximity",
    "solve_joining",
    "unanimity_prob",
]
