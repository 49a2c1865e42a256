"""What strategies do: reach, payoffs, beliefs and best responses."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from detente.errors import SolverError
from detente.game import (
    best_response,
    class_probs,
    expected_payoffs,
    information_set_beliefs,
    nash_conv,
    outcome_probs,
    posteriors,
    reach_probs,
    terminal_probs,
    type_payoffs,
)
from detente.game.formats.trees import game_from_tree
from detente.testing.games import game_trees
from detente.testing.profiles import examples

SLOW_ORACLE = examples(
    40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def signalling():
    """Nature picks a type (0.25 strong), the sender signals l or r, the receiver answers a or b on r."""
    answer = lambda pays: {  # noqa: E731
        "player": 1, "infoset": 0, "actions": ["a", "b"],
        "children": [{"payoffs": pay} for pay in pays],
    }  # fmt: skip
    sender = lambda number, out, pays: {  # noqa: E731
        "player": 0, "infoset": number, "actions": ["l", "r"],
        "children": [{"payoffs": out}, answer(pays)],
    }  # fmt: skip
    tree = {
        "chance": [0.25, 0.75],
        "children": [
            sender(0, [1.0, 0.0], [[2.0, 1.0], [0.0, 0.0]]),
            sender(1, [1.0, 0.0], [[2.0, -1.0], [0.0, 0.0]]),
        ],
    }
    return game_from_tree({"players": ["sender", "receiver"], "tree": tree})


STRATEGY = np.array([0.2, 0.8, 0.5, 0.5, 0.6, 0.4])  # strong: l r; receiver: a b; weak: l r


def random_strategy(game, seed):
    """A strategy with some zeros."""
    rng = np.random.default_rng(seed)
    weight = rng.exponential(size=game.form.n_actions) * (rng.random(game.form.n_actions) < 0.8)
    weight = weight + 1e-3 * (rng.random() < 0.5)
    for first, last in zip(game.form.action_offset, game.form.action_offset[1:], strict=False):
        total = weight[first:last].sum()
        weight[first:last] = weight[first:last] / total if total else 1.0 / (last - first)
    return weight


def by_set(game, strategy):
    form = game.form
    offset = form.action_offset
    return {
        (int(player), int(label)): strategy[offset[index] : offset[index + 1]]
        for index, (player, label) in enumerate(
            zip(form.info_set_player, form.info_set_label, strict=True)
        )
    }


def test_reach_multiplies_along_the_path():
    """Oracle: hand."""
    game = signalling()
    reach = reach_probs(game.form, STRATEGY, game.chance_probs)[:, 0]
    np.testing.assert_allclose(
        reach, [1, 0.25, 0.75, 0.05, 0.2, 0.45, 0.3, 0.1, 0.1, 0.15, 0.15], rtol=1e-14
    )
    ends = terminal_probs(game.form, STRATEGY, game.chance_probs)
    assert ends.sum() == pytest.approx(1.0)


def test_beliefs_follow_bayes_rule():
    """Oracle: hand, 0.2 against 0.3 after the right signal."""
    game = signalling()
    belief = posteriors(game.form, STRATEGY, game.chance_probs)
    np.testing.assert_allclose(belief[[1, 2, 4, 6], 0], [1.0, 1.0, 0.4, 0.6], rtol=1e-14)
    node_type = np.array([0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 1])
    by_type = information_set_beliefs(game.form, belief, node_type, 2)
    np.testing.assert_allclose(by_type[:, :, 0], [[1, 0], [0.4, 0.6], [0, 1]], atol=1e-15)


def test_a_move_that_both_types_make_alike_shifts_no_belief():
    """Oracle: theorem."""
    game = signalling()
    pooled = np.array([0.3, 0.7, 0.5, 0.5, 0.3, 0.7])
    belief = posteriors(game.form, pooled, game.chance_probs)
    np.testing.assert_allclose(belief[[4, 6], 0], [0.25, 0.75], rtol=1e-14)


def test_beliefs_where_nobody_goes_are_even_and_at_tiny_odds_exact():
    """Oracle: hand."""
    game = signalling()
    never = np.array([1.0, 0.0, 0.5, 0.5, 1.0, 0.0])
    np.testing.assert_allclose(posteriors(game.form, never, game.chance_probs)[[4, 6], 0], 0.5)
    rare = np.array([1.0, 3e-300, 0.5, 0.5, 1.0, 1e-300])
    belief = posteriors(game.form, rare, game.chance_probs)
    np.testing.assert_allclose(belief[[4, 6], 0], [0.5, 0.5], rtol=1e-12)
    certain = np.array([0.5, 0.5, 0.5, 0.5, 1.0, 0.0])
    np.testing.assert_allclose(
        posteriors(game.form, certain, game.chance_probs)[[4, 6], 0], [1.0, 0.0]
    )


def test_outcomes_and_classes_collect_terminals():
    """Oracle: hand."""
    game = signalling()
    form = game.form
    quits = (form.player[form.parent[form.terminal_node]] == 0).astype(np.int64)
    chance = outcome_probs(form, STRATEGY, game.chance_probs, quits, 2)
    np.testing.assert_allclose(chance[:, 0], [0.5, 0.5], rtol=1e-14)
    probs = class_probs(form, STRATEGY, game.chance_probs)
    np.testing.assert_allclose(
        (game.payoffs * probs).sum(axis=0),
        expected_payoffs(form, STRATEGY, game.payoffs, game.chance_probs)[:, 0],
    )


def test_payoffs_by_type_average_to_the_expected_ones():
    """Oracle: hand for the types, theorem for the mean."""
    game = signalling()
    form = game.form
    above = form.parent[form.terminal_node]
    sender = np.where(form.player[above] == 0, above, form.parent[above])
    types = (sender == 2).astype(np.int64)
    given_type = type_payoffs(form, STRATEGY, game.payoffs, game.chance_probs, types, 3)
    np.testing.assert_allclose(given_type[:2, 0, 0], [0.2 + 0.8, 0.6 + 0.4], rtol=1e-14)
    np.testing.assert_allclose(given_type[:2, 1, 0], [0.4, -0.2], rtol=1e-14)
    assert np.isnan(given_type[2]).all()
    np.testing.assert_allclose(
        0.25 * given_type[0] + 0.75 * given_type[1],
        expected_payoffs(form, STRATEGY, game.payoffs, game.chance_probs),
    )


def test_best_response_of_a_receiver():
    """Oracle: hand: against 0.4 strong the answer a pays 0.5 * (0.4 - 0.6), b pays 0."""
    game = signalling()
    reply = best_response(game.form, STRATEGY, game.payoffs, game.chance_probs, player=1)
    assert reply.payoff[0] == 0.0
    assert reply.gain[0] == pytest.approx(0.05)
    assert reply.strategy[:, 0].tolist() == [0.2, 0.8, 0.0, 1.0, 0.6, 0.4]


@SLOW_ORACLE
@given(tree=game_trees(max_players=3, max_depth=4, max_nodes=24), seed=st.integers(0, 99))
def test_random_games_agree_with_the_dense_implementation(tree, seed, dense):
    """Oracle: independent code, and every pure strategy tried for best responses."""
    game = game_from_tree(tree)
    form, payoffs, chance = game.form, game.payoffs, game.chance_probs
    strategy = random_strategy(game, seed)
    sets = by_set(game, strategy)
    np.testing.assert_allclose(
        reach_probs(form, strategy, chance)[:, 0], dense.reach(tree, sets), atol=1e-14
    )
    value = dense.value(tree, sets)
    np.testing.assert_allclose(
        expected_payoffs(form, strategy, payoffs, chance)[:, 0], value, atol=1e-12
    )
    counts = np.diff(form.action_offset)
    total = 0.0
    for player in range(form.n_players):
        if math.prod(counts[form.info_set_player == player].tolist()) > 2000:
            return
        best = dense.best(tree, sets, player)
        reply = best_response(form, strategy, payoffs, chance, player=player)
        assert reply.payoff[0] == pytest.approx(best, abs=1e-12)
        assert reply.gain[0] == pytest.approx(best - value[player], abs=1e-12)
        reached = expected_payoffs(form, reply.strategy, payoffs, chance)[player, 0]
        assert reached == pytest.approx(best, abs=1e-12)
        total += best - value[player]
    assert nash_conv(form, strategy, payoffs, chance)[0] == pytest.approx(total, abs=1e-12)


def test_draws_are_evaluated_one_by_one():
    game = signalling()
    many = np.stack([random_strategy(game, seed) for seed in range(7)], axis=1)
    payoffs = game.payoffs[:, :, None] * np.arange(1.0, 8.0)
    chance = np.linspace(0.1, 0.9, 7)[None] * np.array([[1.0], [-1.0]]) + np.array([[0.0], [1.0]])
    whole = nash_conv(game.form, many, payoffs, chance)
    belief = posteriors(game.form, many, chance)
    for draw in range(7):
        alone = nash_conv(game.form, many[:, draw], payoffs[:, :, draw], chance[:, draw])
        assert alone[0] == pytest.approx(whole[draw], abs=1e-13)
        one = posteriors(game.form, many[:, draw], chance[:, draw])
        np.testing.assert_allclose(one[:, 0], belief[:, draw], atol=1e-15)


def test_a_player_without_moves_cannot_gain():
    """Oracle: hand."""
    tree = {
        "player": 0,
        "infoset": 0,
        "children": [{"payoffs": [1.0, 5.0]}, {"payoffs": [0.0, 7.0]}],
    }
    game = game_from_tree({"players": ["mover", "watcher"], "tree": tree})
    reply = best_response(game.form, [0.5, 0.5], game.payoffs, player=1)
    assert (reply.payoff[0], reply.gain[0]) == (6.0, 0.0)
    assert posteriors(game.form, [0.5, 0.5])[0, 0] == 1.0


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda g: reach_probs(g.form, np.ones(6), g.chance_probs), "game-invalid"),
        (lambda g: reach_probs(g.form, np.ones(2), g.chance_probs), "game-invalid"),
        (
            lambda g: outcome_probs(g.form, STRATEGY, g.chance_probs, [0, 1], 2),
            "game-invalid",
        ),
        (
            lambda g: outcome_probs(g.form, STRATEGY, g.chance_probs, np.full(6, 2), 2),
            "game-invalid",
        ),
        (
            lambda g: best_response(g.form, STRATEGY, g.payoffs, g.chance_probs, player=2),
            "player-unknown",
        ),
        (
            lambda g: nash_conv(g.form, STRATEGY, g.payoffs * np.nan, g.chance_probs),
            "payoff-not-finite",
        ),
    ],
)
def test_arguments_that_do_not_fit_are_refused(call, code):
    with pytest.raises(SolverError) as caught:
        call(signalling())
    assert caught.value.code == code
    assert caught.value.fix
