"""Plays drawn from strategies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import SolverError
from detente.game import sample_histories, terminal_probs
from detente.game.formats.trees import game_from_tree
from detente.testing.games import bargaining_tree, game_trees
from detente.testing.profiles import examples


def small():
    return game_from_tree(bargaining_tree(rounds=2, challenger_types=2, defender_types=2))


def random_strategy(form, rng, n_draws):
    weight = rng.exponential(size=(form.n_actions, n_draws)) + 1e-9
    total = np.add.reduceat(weight, form.action_offset[:-1], axis=0)
    return weight / np.repeat(total, np.diff(form.action_offset), axis=0)


def test_ends_come_as_often_as_their_probabilities_say():
    """Oracle: theorem; chi-square of 40,000 plays in each draw below its mean plus five deviations."""
    game, n, rng = small(), 40_000, np.random.default_rng(3)
    strategy = random_strategy(game.form, rng, 3)
    plays = sample_histories(game.form, strategy, game.chance_probs, n=n, rng=rng)
    expected = n * terminal_probs(game.form, strategy, game.chance_probs)
    for draw in range(3):
        seen = np.bincount(plays.terminal[:, draw], minlength=expected.shape[0])
        common = expected[:, draw] > 5.0
        chi2 = ((seen - expected[:, draw]) ** 2 / expected[:, draw])[common].sum()
        freedom = common.sum()
        assert chi2 < freedom + 5.0 * np.sqrt(2.0 * freedom)


@examples(40)
@given(tree=game_trees(), seed=st.integers(0, 99))
def test_every_play_is_a_path_to_its_end_that_the_strategy_allows(tree, seed):
    """Oracle: theorem."""
    game, rng = game_from_tree(tree), np.random.default_rng(seed)
    form = game.form
    strategy = np.zeros(form.n_actions)
    strategy[form.action_offset[1:] - 1] = 1.0  # always the last action
    plays = sample_histories(form, strategy, game.chance_probs, n=20, rng=rng)
    ends = form.terminal_node[plays.terminal[:, 0]]
    possible = terminal_probs(form, strategy, game.chance_probs)[:, 0] > 0.0
    assert possible[plays.terminal[:, 0]].all()
    for play in range(20):
        path = plays.nodes[:, play, 0]
        path = path[path >= 0]
        assert path[0] == 0
        assert path[-1] == ends[play]
        assert (form.parent[path[1:]] == path[:-1]).all()


def test_the_generator_fixes_the_plays_and_no_play_is_a_number():
    """Oracle: hand."""
    game = small()
    strategy = game.form.uniform_strategy()
    one, two = (
        sample_histories(game.form, strategy, game.chance_probs, n=50, rng=np.random.default_rng(7))
        for _ in range(2)
    )
    assert np.array_equal(one.nodes, two.nodes)
    assert one.nodes.shape[1:] == (50, 1)
    none = sample_histories(
        game.form, strategy, game.chance_probs, n=0, rng=np.random.default_rng(7)
    )
    assert none.terminal.shape == (0, 1)


def test_a_negative_number_of_plays_is_refused():
    game = small()
    with pytest.raises(SolverError) as caught:
        sample_histories(
            game.form,
            game.form.uniform_strategy(),
            game.chance_probs,
            n=-1,
            rng=np.random.default_rng(1),
        )
    assert (caught.value.code, caught.value.fix) == ("game-invalid", "ask for 0 plays or more")
