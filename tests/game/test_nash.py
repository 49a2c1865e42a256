"""The Nash-seeking method: published values, theorems, general sums."""

import numpy as np
import pytest
from hypothesis import given

from detente.errors import SolverError
from detente.game import nash_conv, solve_nash
from detente.game.formats.trees import game_from_tree
from detente.testing.games import bargaining_tree, game_trees, kuhn_tree, leduc_tree
from detente.testing.profiles import examples


def solve(game, **options):
    return solve_nash(
        game.form, **{"payoffs": game.payoffs, "chance_probs": game.chance_probs, **options}
    )


@pytest.mark.parametrize(
    ("tree", "value", "n_info_sets"),
    [(kuhn_tree, -1.0 / 18.0, 12), (leduc_tree, -0.085606424, 288)],
)
def test_poker_has_its_published_value(tree, value, n_info_sets):
    """Oracle: published (Kuhn's value; Leduc's as issue 3 states it)."""
    game = game_from_tree(tree())
    assert game.form.n_info_sets == n_info_sets
    result = solve(game, tolerance=1e-4)
    assert result.converged
    assert result.expected_payoffs[0] == pytest.approx(value, abs=1e-4)
    assert result.expected_payoffs.sum() == pytest.approx(0.0, abs=1e-12)
    again = nash_conv(game.form, result.strategy, game.payoffs, game.chance_probs)
    assert result.nash_conv == again[0]


def test_kuhn_is_played_as_kuhn_says():
    """Oracle: published: the second player bets its lowest card after a check, and calls with the middle one, once in
    three; the first player bets the highest card three times as often as the lowest."""
    game = game_from_tree(kuhn_tree())
    form = game.form
    result = solve(game, tolerance=2e-5)
    bet = {
        label: result.strategy[form.action_offset[which] + 1]
        for which, label in enumerate(form.info_set_label)
    }
    assert bet["0c"] == pytest.approx(1 / 3, abs=2e-3)
    assert bet["1b"] == pytest.approx(1 / 3, abs=2e-3)
    assert bet["2"] == pytest.approx(3 * bet["0"], abs=1e-2)
    assert bet["2b"] == pytest.approx(1.0, abs=1e-3)


@examples(40)
@given(tree=game_trees(max_players=2, max_nodes=40))
def test_zero_sum_games_of_two_are_solved(tree):
    """Oracle: theorem: convergence, and the certificate recomputed by best responses."""
    if len(tree["players"]) == 1:
        return
    game = game_from_tree(tree)
    payoffs = np.stack([game.payoffs[:, 0], -game.payoffs[:, 0]], axis=1)
    result = solve(game, payoffs=payoffs, tolerance=1e-3)
    assert result.converged
    assert nash_conv(game.form, result.strategy, payoffs, game.chance_probs)[0] <= 1e-3


def test_a_prisoners_dilemma_ends_in_defection():
    """Oracle: hand; general sum, solved by dominance."""
    inner = lambda a, b: {  # noqa: E731
        "player": 1, "infoset": 0, "actions": ["c", "d"],
        "children": [{"payoffs": a}, {"payoffs": b}],
    }  # fmt: skip
    tree = {
        "player": 0, "infoset": 0, "actions": ["c", "d"],
        "children": [inner([2.0, 2.0], [0.0, 3.0]), inner([3.0, 0.0], [1.0, 1.0])],
    }  # fmt: skip
    result = solve(game_from_tree({"players": ["one", "two"], "tree": tree}))
    np.testing.assert_allclose(result.strategy, [0, 1, 0, 1], atol=1e-9)
    assert result.converged


@pytest.mark.parametrize("zero_sum", [True, False])
def test_the_bargaining_game_is_solved(zero_sum):
    """Oracle: theorem (best responses)."""
    game = game_from_tree(
        bargaining_tree(rounds=3, challenger_types=2, defender_types=2, zero_sum=zero_sum)
    )
    assert solve(game).converged


def test_too_few_iterations_are_told():
    """Oracle: hand."""
    result = solve(game_from_tree(kuhn_tree()), tolerance=1e-6, most_iterations=20)
    assert not result.converged
    assert result.iterations == 20


def test_a_game_without_choice_is_in_equilibrium():
    game = game_from_tree({"players": ["nobody"], "tree": {"payoffs": [1.0]}})
    result = solve(game)
    assert (result.nash_conv, result.expected_payoffs[0]) == (0.0, 1.0)


def test_draws_are_refused():
    game = game_from_tree(kuhn_tree())
    with pytest.raises(SolverError) as caught:
        solve(game, payoffs=np.repeat(game.payoffs[:, :, None], 2, axis=2))
    assert (caught.value.code, caught.value.fix) == ("game-invalid", "solve draws one by one")
