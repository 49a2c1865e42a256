"""Alliances: who joins a common measure, given what it would cost each member and what the others do."""

from detente.models.alliance.benefits import exposure_cost, stated_value
from detente.models.alliance.decisions import (
    BINS,
    RULES,
    Votes,
    adoption_prob,
    consensus_prob,
    majority_prob,
    split_weight,
    veto_share,
    willing_prob,
)
from detente.models.alliance.equilibrium import (
    Joining,
    coverage_share,
    extreme_joining,
    find_joinings,
    proximity,
    solve_joining,
    unanimity_prob,
)
from detente.models.alliance.exposures import exposure_ranking
from detente.models.alliance.packages import (
    MOST_MEASURES,
    Alliance,
    Pivot,
    contains,
    find_pivots,
    package_members,
    package_strength,
    price_of_joining,
    solve_packages,
    strongest_packages,
    take_votes,
)
from detente.models.alliance.registration import adoption, joining, measure

__all__ = [
    "BINS",
    "MOST_MEASURES",
    "RULES",
    "Alliance",
    "Joining",
    "Pivot",
    "Votes",
    "adoption",
    "adoption_prob",
    "consensus_prob",
    "contains",
    "coverage_share",
    "exposure_cost",
    "exposure_ranking",
    "extreme_joining",
    "find_joinings",
    "find_pivots",
    "joining",
    "majority_prob",
    "measure",
    "package_members",
    "package_strength",
    "price_of_joining",
    "proximity",
    "solve_joining",
    "solve_packages",
    "split_weight",
    "stated_value",
    "strongest_packages",
    "take_votes",
    "unanimity_prob",
    "veto_share",
    "willing_prob",
]
