"""The lattice of packages: 30 members, 64 packages, 1,000 draws, with uniqueness checked and every rule of decision."""

import numpy as np
import pytest

from detente.models.alliance import RULES, Alliance, adoption_prob, solve_packages, take_votes

N_MEMBERS, N_MEASURES, N_DRAWS = 30, 6, 1_000


def make_alliance(*, social):
    rng = np.random.default_rng(5)
    alliance = Alliance(
        worth=rng.uniform(1.0, 6.0, (N_MEMBERS, N_DRAWS)),
        weight=rng.uniform(0.1, 5.0, (N_MEMBERS, 1)),
        rationality=rng.triangular(0.5, 1.0, 2.0, N_DRAWS),
        social=social,
        burden_sharing=0.2,
        free_riding=0.1,
    )
    return alliance, rng.uniform(0.0, 1.5, (N_MEASURES, N_MEMBERS, N_DRAWS))


@pytest.mark.parametrize("social", [1.0, 3.0])
def test_lattice(benchmark, social):
    """Equilibria of 64,000 alliances at once; the second pressure is past the bound for one answer in most draws."""
    alliance, cost = make_alliance(social=social)
    solved = benchmark.pedantic(solve_packages, (alliance, cost), rounds=3, warmup_rounds=1)
    assert solved.residual.max() < 1e-9


@pytest.mark.parametrize("rule", sorted(RULES))
def test_rules(benchmark, rule):
    """The chance of adoption of 64,000 alliances under a rule of decision."""
    alliance, cost = make_alliance(social=1.0)
    votes = take_votes(alliance, solve_packages(alliance, cost).prob)
    chance = benchmark.pedantic(adoption_prob, (rule, votes), rounds=3, warmup_rounds=1)
    assert chance.shape == (2**N_MEASURES, N_DRAWS)
