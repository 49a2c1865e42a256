"""Each player's own odds of chance. Oracles: theorems on heterogeneous priors, hand, an implementation by whole paths."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given

from detente.errors import DetenteError
from detente.game import (
    GameBuilder,
    action_payoffs,
    best_response,
    equilibrium_sensitivity,
    expected_payoffs,
    game_from_tree,
    nash_conv,
    solve_logit_qre,
    trace_logit_branch,
)
from detente.game.qre import solving as qre
from detente.testing.games import game_trees, with_menus, with_own_odds
from detente.testing.profiles import examples

SLOW_ORACLE = examples(
    25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
SMALL_GAMES = game_trees(max_players=3, max_depth=4, max_nodes=24)


def terms(game):
    return {
        "payoffs": game.payoffs,
        "chance_probs": game.chance_probs,
        "menus": game.menus,
        "own_odds": game.own_odds,
    }


def solve(game, rationality, **options):
    return solve_logit_qre(game.form, rationality, **{**terms(game), **options})


def by_set(game, strategy, draw=0):
    """A flat strategy as a dict by player and name of the set."""
    form = game.form
    cuts = np.split(strategy[:, draw], form.action_offset[1:-1]) if form.n_info_sets else []
    keys = zip(form.info_set_player.tolist(), form.info_set_label, strict=True)
    return {(player, label): part for (player, label), part in zip(keys, cuts, strict=True)}


def dict_strategy(game, tree_sets, strategy):
    found = by_set(game, strategy)
    return {(player, name): found[player, str(name)] for player, name in tree_sets}


def war(own):
    """Peace, or a war whose chance of success the two may see differently."""
    tree = {
        "player": 0, "infoset": "start", "actions": ["wait", "attack"],
        "children": [
            {"payoffs": [0.0, 0.0]},
            {"player": 1, "infoset": "reply", "actions": ["yield", "fight"],
             "children": [
                 {"payoffs": [1.0, -1.0]},
                 {"chance": [0.4, 0.6], "own": own, "actions": ["won", "lost"],
                  "children": [{"payoffs": [0.8, -1.4]}, {"payoffs": [-0.7, 0.3]}]},
             ]},
        ],
    }  # fmt: skip
    return game_from_tree({"players": ["challenger", "defender"], "tree": tree})


def test_disagreement_at_the_end_is_a_change_of_payoffs():
    """Oracle: theorem, the chance node becomes an end that pays each player its own expectation."""
    hopeful = war({"0": [0.7, 0.3], "1": [0.2, 0.8]})
    builder = GameBuilder(["challenger", "defender"])
    root = builder.decision(None, player="challenger", info_set="a", actions=["wait", "attack"])
    builder.terminal((root, "wait"), payoffs=[0.0, 0.0])
    reply = builder.decision((root, "attack"), player="defender", info_set="b", actions=["y", "f"])
    builder.terminal((reply, "y"), payoffs=[1.0, -1.0])
    builder.terminal((reply, "f"), payoffs=[0.7 * 0.8 - 0.3 * 0.7, 0.2 * -1.4 + 0.8 * 0.3])
    plain = builder.build()
    for lam in (0.5, 3.0, 20.0):
        one, other = solve(hopeful, lam), solve(plain, lam)
        np.testing.assert_allclose(one.strategy, other.strategy, atol=1e-14)
        np.testing.assert_allclose(one.expected_payoffs, other.expected_payoffs, atol=1e-14)


def test_what_comes_about_goes_by_the_analysts_odds():
    """Oracle: hand, the challenger's hope is worth its chance of a war times what it errs in it."""
    game = war({"0": [0.7, 0.3]})
    result = solve(game, 3.0)
    outcome = result.outcome_probs(np.arange(game.form.terminal_node.size), 4)[:, 0]
    fight = result.strategy[1, 0] * result.strategy[3, 0]
    ends = dict(zip(game.form.terminal_node.tolist(), outcome, strict=True))
    won, lost = sorted(ends)[-2:]
    np.testing.assert_allclose([ends[won], ends[lost]], [fight * 0.4, fight * 0.6], rtol=1e-13)
    hope = result.expected_payoffs - result.analysts_payoffs()
    np.testing.assert_allclose(hope[:, 0], [fight * 0.3 * 1.5, 0.0], atol=1e-14)


@SLOW_ORACLE
@given(with_own_odds(with_menus(SMALL_GAMES)))
def test_equal_odds_are_todays_answer_bit_for_bit(tree):
    """Oracle: theorem, and the solver without own odds; other draws of the block have odds that differ."""
    game = game_from_tree(tree)
    assume(game.own_odds)
    common = dict.fromkeys(game.own_odds, game.chance_probs)
    mixed = {
        player: np.stack([game.chance_probs, odds, game.chance_probs], axis=1)
        for player, odds in game.own_odds.items()
    }
    for small in (qre._SMALL, 0):
        keep = qre._SMALL
        qre._SMALL = small
        try:
            today = solve(game, 1.5, own_odds=None)
            equal, block = solve(game, 1.5, own_odds=common), solve(game, 1.5, own_odds=mixed)
        finally:
            qre._SMALL = keep
        for name in ("strategy", "residual", "iterations", "turns"):
            bits = getattr(today, name)[..., 0].tobytes()
            assert getattr(equal, name)[..., 0].tobytes() == bits
            assert getattr(block, name)[..., 0].tobytes() == bits
            assert getattr(block, name)[..., 2].tobytes() == bits
        np.testing.assert_allclose(equal.expected_payoffs, today.expected_payoffs, rtol=1e-14)


@pytest.mark.parametrize("way", ["traced", "iterated", "branch"])
@SLOW_ORACLE
@given(with_own_odds(with_menus(SMALL_GAMES)))
def test_random_games_agree_with_sums_over_whole_paths(paths, way, tree):
    """Oracle: independent code, by whole paths: choices, beliefs' consequences, payoffs, ends, best replies."""
    lam = 1.2
    wanted, gap = paths.solve(tree, lam)
    assume(gap < 1e-10)
    game = game_from_tree(tree)
    keep = qre._SMALL
    qre._SMALL = 0 if way == "iterated" else keep
    try:
        result = (
            trace_logit_branch(game.form, [lam], **terms(game))
            if way == "branch"
            else solve(game, lam)
        )
    finally:
        qre._SMALL = keep
    assume((result.turns == 0).all())
    assert result.residual.max() < 1e-9
    found = by_set(game, result.strategy)
    for (player, name), probs in wanted.items():
        np.testing.assert_allclose(found[player, str(name)], probs, atol=1e-8)
    np.testing.assert_allclose(
        result.expected_payoffs[:, 0], paths.expected(tree, wanted), atol=1e-8
    )


@SLOW_ORACLE
@given(with_own_odds(SMALL_GAMES))
def test_what_is_said_of_a_strategy_agrees_with_whole_paths(paths, tree):
    """Oracle: independent code, whole paths for payoffs of actions, ends, both expectations and best replies."""
    game = game_from_tree(tree)
    form = game.form
    rng = np.random.default_rng(1)
    options = paths.options_of(tree)
    strategy = {key: rng.dirichlet(np.ones(len(item))) for key, item in options.items()}
    flat = np.zeros(form.n_actions)
    for which in range(form.n_info_sets):
        name = form.info_set_label[which]
        key = next(k for k in options if (k[0], str(k[1])) == (form.info_set_player[which], name))
        flat[form.action_offset[which] : form.action_offset[which + 1]] = strategy[key]
    own, arguments = game.own_odds, (form, flat, game.payoffs, game.chance_probs)
    wanted = paths.expected(tree, strategy)
    np.testing.assert_allclose(expected_payoffs(*arguments, own_odds=own)[:, 0], wanted, atol=1e-12)
    analysts = paths.expected(tree, strategy, own=False)
    np.testing.assert_allclose(expected_payoffs(*arguments)[:, 0], analysts, atol=1e-12)
    found = by_set(game, action_payoffs(*arguments, own_odds=own))
    for key, pays in paths.payoffs_of_actions(tree, strategy).items():
        np.testing.assert_allclose(found[key[0], str(key[1])], pays, atol=1e-11)
    best = [paths.best(tree, strategy, player) for player in range(form.n_players)]
    gains = [
        best_response(*arguments, player=player, own_odds=own).payoff[0]
        for player in range(form.n_players)
    ]
    np.testing.assert_allclose(gains, best, atol=1e-12)
    conv = nash_conv(*arguments, own_odds=own)[0]
    np.testing.assert_allclose(conv, np.sum(best) - wanted.sum(), atol=1e-11)


@SLOW_ORACLE
@given(with_own_odds(SMALL_GAMES))
def test_own_odds_are_payoffs_tilted_at_the_ends_with_a_divisor(paths, tree):
    """Oracle: theorem 3, payoffs times likelihood ratios, divided at each set by how likely the mover holds it."""
    game = game_from_tree(tree)
    assume(game.own_odds and game.form.n_actions)
    result = solve(game, 1.0)
    sigma = dict_strategy(game, paths.options_of(tree), result.strategy)
    found = by_set(
        game,
        action_payoffs(
            game.form, result.strategy, game.payoffs, game.chance_probs, own_odds=game.own_odds
        ),
    )
    ways = paths.paths_of(tree)
    for key, options in paths.options_of(tree).items():
        player = key[0]
        for place in range(len(options)):
            tilted = reached = before = 0.0
            for steps, paid in ways:
                if ("move", key, place) not in steps:
                    continue
                here = steps.index(("move", key, place))
                weight = paths.weight_of(steps, sigma, None, without=key)
                ratio = paths.weight_of(steps, sigma, player, without=key) / weight
                above = steps[:here]
                kappa = paths.weight_of(above, sigma, player) / paths.weight_of(above, sigma, None)
                tilted += weight * ratio * paid[player]
                reached += weight
                before += weight * kappa
            wanted = (tilted / reached) / (before / reached)
            np.testing.assert_allclose(found[player, str(key[1])][place], wanted, atol=1e-11)


@SLOW_ORACLE
@given(with_own_odds(with_menus(SMALL_GAMES)))
def test_sensitivities_are_differences_of_solutions(tree):
    """Oracle: independent code, central differences of the solver's answers."""
    game = game_from_tree(tree)
    assume(game.form.n_actions and game.own_odds)
    answer = solve(game, 0.7)
    assume(answer.residual[0] < 1e-11 and answer.turns[0] == 0)
    way = np.random.default_rng(3).normal(size=game.payoffs.shape)
    moves = equilibrium_sensitivity(
        game.form, answer.strategy, 0.7, directions=[way], **terms(game)
    )
    assert moves.residual[0] < 1e-8
    step = 1e-5
    up, down = (solve(game, 0.7, payoffs=game.payoffs + sign * step * way) for sign in (1.0, -1.0))
    for name in ("strategy", "expected_payoffs"):
        slope = (getattr(up, name) - getattr(down, name))[:, 0] / (2 * step)
        np.testing.assert_allclose(getattr(moves, name)[:, 0], slope, atol=2e-6)


def test_committed_moves_are_seen_alike_by_all():
    """Oracle: hand, a fixed reply and odds of its own of the war behind it."""
    game = war({"0": [0.7, 0.3]})
    fixed = np.array([np.nan, np.nan, 0.25, 0.75])
    result = solve(game, 2.0, fixed=fixed)
    attack = 0.25 * 1.0 + 0.75 * (0.7 * 0.8 - 0.3 * 0.7)
    share = 1.0 / (1.0 + np.exp(-2.0 * attack))
    np.testing.assert_allclose(result.strategy[:, 0], [1 - share, share, 0.25, 0.75], rtol=1e-13)
    np.testing.assert_allclose(result.expected_payoffs[0], share * attack, rtol=1e-13)


@pytest.mark.parametrize(
    ("own", "code"),
    [
        ({0: [1.0, 0.0]}, "odds-incompatible"),
        ({0: [0.5, 0.6]}, "game-invalid"),
        ({0: [0.5, 0.5, 0.0]}, "game-invalid"),
        ({2: [0.5, 0.5]}, "player-unknown"),
        ({0: [[0.5, 0.4, 0.3], [0.5, 0.6, 0.7]], 1: [[0.5, 0.5], [0.5, 0.5]]}, "game-invalid"),
    ],
)
def test_own_odds_that_do_not_fit_are_refused(own, code):
    """Oracle: hand; a set reached only through what its mover holds impossible has no own belief."""
    game = war({})
    with pytest.raises(DetenteError) as caught:
        solve(game, 1.0, own_odds=own)
    assert caught.value.code == code
    if code == "odds-incompatible":
        with pytest.raises(DetenteError) as caught:
            war({"0": own[0]})
        assert caught.value.code == code
