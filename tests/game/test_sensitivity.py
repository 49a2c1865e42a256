"""Derivatives of equilibria: closed forms, theorems, central differences of solutions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import SolverError
from detente.game import equilibrium_sensitivity, outcome_probs, solve_logit_qre, terminal_probs
from detente.game.formats.trees import game_from_tree
from detente.testing.games import bargaining_tree, game_trees
from detente.testing.profiles import examples

STEP = 2e-5


def solve(game, rationality, payoffs, **options):
    return solve_logit_qre(
        game.form,
        rationality,
        payoffs=payoffs,
        chance_probs=game.chance_probs,
        tolerance=1e-12,
        **options,
    )


def differences(game, rationality, directions, **options):
    """Central differences of the strategy, terminal probabilities and payoffs."""
    form, columns = game.form, []
    for way in directions:
        sides = []
        for sign in (1.0, -1.0):
            answer = solve(game, rationality, game.payoffs + sign * STEP * way, **options)
            ends = terminal_probs(form, answer.strategy, game.chance_probs)
            sides.append(np.concatenate([answer.strategy, ends, answer.expected_payoffs])[:, 0])
        columns.append((sides[0] - sides[1]) / (2 * STEP))
    cuts = [form.n_actions, form.n_actions + form.terminal_node.size]
    return np.split(np.stack(columns, axis=1), cuts)


def check(game, rationality, directions, **options):
    answer = solve(game, rationality, game.payoffs, **options)
    moves = equilibrium_sensitivity(
        game.form,
        answer.strategy,
        rationality,
        payoffs=game.payoffs,
        directions=directions,
        chance_probs=game.chance_probs,
        fixed=options.get("fixed"),
    )
    assert (moves.residual < 1e-8).all()
    expected = differences(game, rationality, directions, **options)
    found = (moves.strategy, moves.terminal_probs, moves.expected_payoffs)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=2e-5)
    return moves


def test_one_choice_moves_by_the_logit_slope():
    """Oracle: hand: lambda p (1 - p)."""
    tree = {"player": 0, "infoset": 0, "children": [{"payoffs": [0.5]}, {"payoffs": [0.0]}]}
    game = game_from_tree({"players": ["one"], "tree": tree})
    prob = 1.0 / (1.0 + np.exp(-1.5))
    first = (game.payoffs[:, 0] == 0.5)[:, None] * np.ones((1, 1))
    moves = check(game, 3.0, [first, np.ones_like(game.payoffs)])
    np.testing.assert_allclose(moves.strategy[:, 0], 3 * prob * (1 - prob) * np.array([1, -1]))
    np.testing.assert_allclose(moves.strategy[:, 1], 0.0, atol=1e-15)
    np.testing.assert_allclose(moves.expected_payoffs[0, 1], 1.0, rtol=1e-14)


@pytest.mark.parametrize("rationality", [2.0, 8.0, 20.0])
def test_a_bargaining_game_moves_as_its_solutions_do(rationality):
    """Oracle: central differences of solutions."""
    game = game_from_tree(bargaining_tree(rounds=2, challenger_types=2, defender_types=2))
    rng = np.random.default_rng(4)
    directions = rng.normal(size=(3, *game.payoffs.shape))
    moves = check(game, rationality, directions)
    np.testing.assert_allclose(moves.terminal_probs.sum(axis=0), 0.0, atol=1e-10)
    outcome = rng.integers(0, 3, game.form.terminal_node.size)
    answer = solve(game, rationality, game.payoffs + STEP * directions[0])
    before = solve(game, rationality, game.payoffs - STEP * directions[0])
    slope = (
        outcome_probs(game.form, answer.strategy, game.chance_probs, outcome, 3)
        - outcome_probs(game.form, before.strategy, game.chance_probs, outcome, 3)
    ) / (2 * STEP)
    np.testing.assert_allclose(
        moves.outcome_probs(outcome, 3)[:, 0], slope[:, 0], rtol=1e-4, atol=1e-5
    )


@examples(30)
@given(tree=game_trees(max_nodes=30), seed=st.integers(0, 99))
def test_random_games_move_as_their_solutions_do(tree, seed):
    """Oracle: central differences of solutions; lambda small enough for one branch without turns."""
    game = game_from_tree(tree)
    rng = np.random.default_rng(seed)
    check(game, 0.3, rng.normal(size=(2, *game.payoffs.shape)))


def test_players_differ_and_hands_are_tied():
    """Oracle: central differences of solutions under the same policy."""
    game = game_from_tree(bargaining_tree(rounds=2, challenger_types=2, defender_types=1))
    form, rng = game.form, np.random.default_rng(9)
    directions = rng.normal(size=(2, *game.payoffs.shape))
    rates = np.array([[4.0], [2.0]])
    allowed = np.ones(form.n_actions, dtype=bool)
    allowed[1] = False
    moves = check(game, rates, directions, allowed=allowed)
    assert (moves.strategy[1] == 0.0).all()
    fixed = np.full(form.n_actions, np.nan)
    fixed[: form.action_offset[1]] = [0.1, 0.2, 0.3, 0.4]
    moves = check(game, rates, directions, fixed=fixed)
    assert (moves.strategy[: form.action_offset[1]] == 0.0).all()


def test_no_direction_gives_nothing_and_no_choice_only_payoffs():
    """Oracle: hand."""
    game = game_from_tree({"players": ["nobody"], "tree": {"payoffs": [1.0]}})
    moves = equilibrium_sensitivity(game.form, [], 1.0, payoffs=game.payoffs, directions=[[[2.0]]])
    assert moves.expected_payoffs.tolist() == [[2.0]]
    none = equilibrium_sensitivity(
        game.form, [], 1.0, payoffs=game.payoffs, directions=np.zeros((0, 1, 1))
    )
    assert none.terminal_probs.shape == (1, 0)


@pytest.mark.parametrize(
    "options",
    [
        {"directions": np.zeros((1, 2, 1))},
        {"directions": np.full((1, 1, 1), np.nan)},
        {"payoffs": np.zeros((1, 1, 2))},
    ],
)
def test_arguments_that_do_not_fit_are_refused(options):
    game = game_from_tree({"players": ["nobody"], "tree": {"payoffs": [1.0]}})
    options = {"payoffs": game.payoffs, "directions": np.zeros((1, 1, 1)), **options}
    with pytest.raises(SolverError) as caught:
        equilibrium_sensitivity(game.form, [], 1.0, **options)
    assert caught.value.code == "game-invalid"
    assert caught.value.fix
