"""What moves and outcomes are worth: a first look at a crisis."""

import numpy as np
import pytest

from detente.analysis.worths import value_first_choices, value_outcomes
from detente.crisis import load_crisis
from detente.engine import Engine
from detente.testing.crises import tiny_crisis_folder


@pytest.fixture(scope="module")
def solution(tmp_path_factory):
    return Engine(load_crisis(tiny_crisis_folder(tmp_path_factory.mktemp("x")))).solve(draws=16)


def test_worths_of_outcomes_sum_to_the_expected_level(solution):
    """Oracle: theorem. Price by outcome, weighted by how often it happens, is the expected level, draw by draw where one draw is solved."""
    one = Engine(solution.game.board.crisis).solve(draws=1)
    found = value_outcomes(one)
    for name in ("conquest", "war_cost_north", "audience", "energy_cost"):
        owner = next(key for key in next(iter(found.values())) if key[2] == name)
        level = sum(
            one[f"outcome/{outcome}"].mean * parts[owner].price for outcome, parts in found.items()
        )
        assert level == pytest.approx(one[f"level/{name}"].mean, abs=1e-9)


def test_outcome_with_one_price_has_that_price(solution):
    """Oracle: hand. Backing down costs the audience cost, a triangular quantity from 2 to 15, at a weight of minus one."""
    worth = value_outcomes(solution)["backdown"]["north", "limited", "audience"]
    draws = Engine(solution.game.board.crisis).draw(16)
    assert worth.price == pytest.approx(draws.values[draws.row("audience.cost")].mean())
    assert worth.weight == -1.0
    assert worth.mean == pytest.approx(-worth.price)
    assert worth.low <= worth.mean <= worth.high


def test_first_choices_are_those_of_every_type_in_order(solution):
    """Oracle: hand. The west answers first, both of its types, then the north; the third player never moves."""
    found = value_first_choices(solution)
    assert [(item.decision.player, item.decision.phase) for item in found] == [
        ("west", "answer"),
        ("west", "answer"),
        ("north", "move"),
        ("north", "move"),
    ]
    for item in found:
        assert np.isclose(sum(option.prob for option in item.options), 1.0)
