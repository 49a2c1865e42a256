"""Times of the engine: one metric of one policy after one changed quantity, as a live page asks for it."""

import time

import pytest

from detente.crisis import load_crisis
from detente.engine import Engine

pytestmark = pytest.mark.benchmark(timer=time.process_time)  # CPU seconds, as the targets
PATH = "stakes.per_pct_gdp_west"


@pytest.mark.parametrize("policy", ["as_announced", "dual_track", "free"])
def test_solve_after_one_changed_quantity(benchmark, policy):
    engines = [
        Engine(load_crisis("ukraine-2022", overrides={PATH: value})) for value in ("3", "3.5")
    ]
    turn = iter(range(10**9))

    def solve():
        return engines[next(turn) % 2].solve(policy, draws=256)["attack"].mean

    engines[0].solve(policy, draws=256)
    assert 0.0 <= benchmark(solve) <= 1.0
