"""Policies: forbidden actions and committed choices."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import SolverError
from detente.game import nash_conv, solve_logit_qre
from detente.game.formats.trees import game_from_tree
from detente.testing.games import bargaining_tree, game_trees
from detente.testing.profiles import examples

SLOW_ORACLE = examples(40)


def solve(game, rationality, **options):
    options = {"payoffs": game.payoffs, "chance_probs": game.chance_probs, **options}
    return solve_logit_qre(game.form, rationality, **options)


def deterrence():
    """A challenger holds or attacks, a defender yields or fights."""
    reply = {
        "player": 1, "infoset": 0, "actions": ["yield", "fight"],
        "children": [{"payoffs": [2.0, -2.0]}, {"payoffs": [-3.0, -1.0]}],
    }  # fmt: skip
    tree = {
        "player": 0, "infoset": 0, "actions": ["hold", "attack"],
        "children": [{"payoffs": [0.0, 0.0]}, reply],
    }  # fmt: skip
    return game_from_tree({"players": ["challenger", "defender"], "tree": tree})


def logit(difference):
    return 1.0 / (1.0 + np.exp(-difference))


def rows(game):
    """(player, infoset) -> rows of its actions."""
    form = game.form
    keys = zip(form.info_set_player.tolist(), map(int, form.info_set_label), strict=True)
    cuts = zip(form.action_offset[:-1].tolist(), form.action_offset[1:].tolist(), strict=True)
    return {key: slice(*cut) for key, cut in zip(keys, cuts, strict=True)}


def without(node, key, action):
    """The nested tree with one action of a set taken out."""
    node = copy.deepcopy(node)
    queue = [node]
    while queue:
        item = queue.pop()
        if "player" in item and (item["player"], item["infoset"]) == key:
            del item["children"][action], item["actions"][action]
        queue.extend(item.get("children", []))
    return node


def committed(node, key, probs):
    """The nested tree in which chance moves in the place of a set."""
    node = copy.deepcopy(node)
    queue = [node]
    while queue:
        item = queue.pop()
        if "player" in item and (item["player"], item["infoset"]) == key:
            del item["player"], item["infoset"]
            item["chance"] = list(probs)
        queue.extend(item.get("children", []))
    return node


def test_a_defender_that_cannot_yield_deters_more():
    """Oracle: hand: the attack is worth -3 then."""
    game = deterrence()
    result = solve(game, 1.0, allowed=[True, True, False, True])
    np.testing.assert_allclose(
        result.strategy[:, 0], [logit(3.0), logit(-3.0), 0.0, 1.0], rtol=1e-12
    )
    np.testing.assert_allclose(result.expected_payoffs[:, 0], [-3 * logit(-3.0), -logit(-3.0)])
    assert result.converged.all()


def test_a_committed_defender_is_met_with_the_logit_answer():
    """Oracle: hand: the attack is worth 2 * 0.3 - 3 * 0.7 = -1.5; draws may be committed differently or not at all."""
    game = deterrence()
    nan = np.nan
    fixed = np.array([[nan, nan, 0.3, 0.7], [nan, nan, nan, nan], [nan, nan, 0.0, 1.0]]).T
    result = solve(game, 1.0, fixed=fixed)
    attack = 2 * logit(-1.0) - 3 * logit(1.0)
    np.testing.assert_allclose(
        result.strategy[1], [logit(-1.5), logit(attack), logit(-3.0)], rtol=1e-12
    )
    np.testing.assert_allclose(result.strategy[3], [0.7, logit(1.0), 1.0], rtol=1e-12)
    np.testing.assert_array_equal(result.strategy[2:, 0], [0.3, 0.7])


def test_sets_that_no_play_can_come_to_choose_evenly_or_as_fixed():
    """Oracle: hand."""
    game = deterrence()
    result = solve(game, 3.0, allowed=[True, False, True, True])
    np.testing.assert_array_equal(result.strategy[:, 0], [1.0, 0.0, 0.5, 0.5])
    result = solve(game, 3.0, allowed=[True, False, True, True], fixed=[np.nan, np.nan, 0.2, 0.8])
    np.testing.assert_array_equal(result.strategy[:, 0], [1.0, 0.0, 0.2, 0.8])
    everything = solve(game, 3.0, fixed=[0.5, 0.5, 0.2, 0.8])
    np.testing.assert_allclose(everything.expected_payoffs[0], 0.5 * (0.4 - 2.4))
    assert everything.converged.all()


@SLOW_ORACLE
@given(tree=game_trees(max_nodes=40), seed=st.integers(0, 999))
def test_a_forbidden_action_is_as_good_as_none(tree, seed):
    """Oracle: theorem: the game solved is the smaller tree, built on its own."""
    game = game_from_tree(tree)
    places = rows(game)
    wide = [key for key, cut in places.items() if cut.stop - cut.start > 1]
    if not wide:
        return
    rng = np.random.default_rng(seed)
    key = wide[rng.integers(len(wide))]
    cut = places[key]
    action = int(rng.integers(cut.stop - cut.start))
    allowed = np.ones(game.form.n_actions, dtype=bool)
    allowed[cut.start + action] = False
    masked = solve(game, 1.0, allowed=allowed)
    small = game_from_tree({**tree, "tree": without(tree["tree"], key, action)})
    expected = solve(small, 1.0)
    assert masked.converged.all()
    assert masked.strategy[cut.start + action, 0] == 0.0
    np.testing.assert_allclose(masked.expected_payoffs, expected.expected_payoffs, atol=1e-8)
    for which, there in rows(small).items():
        mine = np.arange(places[which].start, places[which].stop)
        mine = mine[allowed[mine]]
        np.testing.assert_allclose(masked.strategy[mine], expected.strategy[there], atol=1e-8)
    sums = np.add.reduceat(masked.strategy, game.form.action_offset[:-1], axis=0)
    np.testing.assert_allclose(sums, 1.0, rtol=1e-12)


@SLOW_ORACLE
@given(tree=game_trees(max_nodes=40), seed=st.integers(0, 999))
def test_a_committed_set_is_as_good_as_chance(tree, seed):
    """Oracle: theorem: the same tree with chance in the place of the set."""
    game = game_from_tree(tree)
    places = rows(game)
    if not places:
        return
    rng = np.random.default_rng(seed)
    key = list(places)[rng.integers(len(places))]
    weight = rng.random(places[key].stop - places[key].start) + 0.1
    fixed = np.full(game.form.n_actions, np.nan)
    fixed[places[key]] = weight / weight.sum()
    result = solve(game, 1.0, fixed=fixed)
    other = game_from_tree({**tree, "tree": committed(tree["tree"], key, fixed[places[key]])})
    expected = solve(other, 1.0)
    np.testing.assert_allclose(result.expected_payoffs, expected.expected_payoffs, atol=1e-8)
    for which, there in rows(other).items():
        np.testing.assert_allclose(
            result.strategy[places[which]], expected.strategy[there], atol=1e-8
        )


def test_draws_with_different_masks_are_solved_as_if_alone():
    """Oracle: theorem; payoffs, chance, rationality and start differ by draw too."""
    game = game_from_tree(bargaining_tree(rounds=2, challenger_types=2, defender_types=2))
    form, rng = game.form, np.random.default_rng(2)
    allowed = rng.random((form.n_actions, 12)) < 0.8
    allowed[form.action_offset[:-1]] = True
    allowed[:, 6:] = allowed[:, :6]  # draws that share a mask
    payoffs = game.payoffs[..., None] + rng.normal(0.0, 0.1, (*game.payoffs.shape, 12))
    rationality = np.linspace(1.0, 4.0, 12)
    whole = solve(game, rationality, payoffs=payoffs, allowed=allowed, threads=2)
    assert whole.converged.all()
    assert (whole.strategy[~allowed] == 0.0).all()
    for draw in range(12):
        alone = solve(
            game, rationality[draw], payoffs=payoffs[:, :, draw], allowed=allowed[:, draw]
        )
        assert np.array_equal(alone.strategy[:, 0], whole.strategy[:, draw])
    warm = solve(game, rationality, payoffs=payoffs, allowed=allowed, start=form.uniform_strategy())
    np.testing.assert_allclose(warm.strategy, whole.strategy, atol=1e-8)
    assert np.isfinite(nash_conv(form, whole.strategy, payoffs, game.chance_probs)).all()


def test_a_mask_that_allows_everything_changes_nothing():
    """Oracle: theorem."""
    game = game_from_tree(bargaining_tree(rounds=2, challenger_types=2, defender_types=1))
    plain = solve(game, 4.0)
    masked = solve(game, 4.0, allowed=np.ones(game.form.n_actions, dtype=bool))
    np.testing.assert_allclose(masked.strategy, plain.strategy, atol=1e-12)


@pytest.mark.parametrize(
    "options",
    [
        {"allowed": [True, True, False, False]},
        {"allowed": [1, 1, 1, 1]},
        {"allowed": [True, True]},
        {"allowed": np.ones((4, 2), dtype=bool), "fixed": np.full((4, 3), np.nan)},
        {"fixed": [0.5, np.nan, np.nan, np.nan]},
        {"fixed": [0.5, 0.6, np.nan, np.nan]},
        {"fixed": [1.5, -0.5, np.nan, np.nan]},
        {"fixed": [np.inf, 0.0, np.nan, np.nan]},
        {"allowed": [True, False, True, True], "fixed": [0.5, 0.5, np.nan, np.nan]},
    ],
)
def test_policies_that_leave_no_choice_are_refused(options):
    with pytest.raises(SolverError) as caught:
        solve(deterrence(), 1.0, **options)
    assert caught.value.code == "policy-invalid"
    assert caught.value.fix


def test_masks_of_another_number_of_draws_are_refused():
    game = deterrence()
    with pytest.raises(SolverError):
        solve(game, [1.0, 2.0, 3.0], allowed=np.ones((4, 2), dtype=bool))


def test_a_game_without_choice_takes_any_policy():
    game = game_from_tree({"players": ["nobody"], "tree": {"payoffs": [1.0]}})
    assert solve(game, 1.0, allowed=np.ones(0, dtype=bool)).expected_payoffs[0, 0] == 1.0
