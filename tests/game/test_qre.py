"""Agent quantal response equilibria: closed forms, theorems, published numbers, an independent implementation."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given

from detente.errors import SolverError
from detente.game import GameBuilder, Status, read_efg, solve_logit_qre, trace_logit_branch
from detente.game.catalogue import find_game
from detente.game.formats.trees import game_from_tree
from detente.game.qre import solving as qre
from detente.testing.games import bargaining_tree, game_trees
from detente.testing.profiles import examples

REFERENCE = Path(__file__).parents[3] / "shared" / "data" / "reference_agent_qre.json"
SLOW_ORACLE = examples(
    25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def solve(game, rationality, **options):
    options = {"payoffs": game.payoffs, "chance_probs": game.chance_probs, **options}
    return solve_logit_qre(game.form, rationality, **options)


def by_set(game, strategy, draw=0):
    """A flat strategy as the dict that the oracle speaks."""
    form = game.form
    if not form.n_info_sets:
        return {}
    cuts = np.split(strategy[:, draw], form.action_offset[1:-1])
    keys = zip(form.info_set_player.tolist(), map(int, form.info_set_label), strict=True)
    return dict(zip(keys, cuts, strict=True))


def signalling():
    """Two types of a sender, two signals, two replies: beliefs matter."""
    node = lambda which, pays: {  # noqa: E731
        "player": 1, "infoset": which, "actions": ["u", "d"],
        "children": [{"payoffs": pay} for pay in pays],
    }  # fmt: skip
    sender = lambda number, pays: {  # noqa: E731
        "player": 0, "infoset": number, "actions": ["L", "R"],
        "children": [node(0, pays[0]), node(1, pays[1])],
    }  # fmt: skip
    return {
        "players": ["sender", "receiver"],
        "tree": {
            "chance": [0.4, 0.6],
            "actions": ["strong", "weak"],
            "children": [
                sender(0, [[[1.0, 1.0], [3.0, 0.0]], [[0.0, 1.0], [2.0, 0.0]]]),
                sender(1, [[[0.0, 0.0], [2.0, 1.0]], [[1.0, 0.0], [3.0, 1.0]]]),
            ],
        },
    }


def interleaved():
    """Two sets that lie above and below each other, by a coin: no order puts ancestors first."""
    first = lambda player, other: {  # noqa: E731
        "player": player, "infoset": 0, "actions": ["x", "y"],
        "children": [
            {"player": other, "infoset": 0, "actions": ["x", "y"],
             "children": [{"payoffs": [2.0, 0.0]}, {"payoffs": [-1.0, 1.0]}]},
            {"payoffs": [0.0, 0.5 + player]},
        ],
    }  # fmt: skip
    return {
        "players": ["one", "two"],
        "tree": {
            "chance": [0.3, 0.7],
            "actions": ["heads", "tails"],
            "children": [first(0, 1), first(1, 0)],
        },
    }


# closed forms


def test_one_choice_is_the_logit_formula():
    """Oracle: hand, exp(2) / (exp(2) + 1 + exp(-1))."""
    builder = GameBuilder(["me"])
    root = builder.decision(None, player="me", info_set="s", actions=["a", "b", "c"])
    for label, pay in zip("abc", (2.0, 0.0, -1.0), strict=True):
        builder.terminal((root, label), payoffs=[pay])
    result = solve(builder.build(), 1.0)
    weight = np.exp([2.0, 0.0, -1.0])
    np.testing.assert_allclose(result.strategy[:, 0], weight / weight.sum(), rtol=1e-14)
    assert result.status[0] == Status.CONVERGED


def test_perfect_information_is_solved_by_backward_logit():
    """Oracle: hand, the second mover's formula put into the first mover's."""
    builder = GameBuilder(["first", "second"])
    root = builder.decision(None, player="first", info_set="s", actions=["out", "in"])
    builder.terminal((root, "out"), payoffs=[0.5, 2.0])
    reply = builder.decision((root, "in"), player="second", info_set="t", actions=["l", "r"])
    builder.terminal((reply, "l"), payoffs=[2.0, 1.0])
    builder.terminal((reply, "r"), payoffs=[-1.0, 0.0])
    result = solve(builder.build(), 3.0)
    left = 1 / (1 + np.exp(-3.0))
    enter = 1 / (1 + np.exp(-3.0 * (2.0 * left - (1 - left) - 0.5)))
    np.testing.assert_allclose(
        result.strategy[:, 0], [1 - enter, enter, left, 1 - left], rtol=1e-13
    )
    assert result.iterations[0] == 3  # one walk solves it, one repeats it, one certifies it


def test_matching_pennies_stays_even_at_any_rationality():
    """Oracle: theorem, symmetry."""
    coin = lambda pays: {  # noqa: E731
        "player": 1,
        "infoset": 0,
        "children": [{"payoffs": [p, -p]} for p in pays],
    }
    tree = {"player": 0, "infoset": 0, "children": [coin([1.0, -1.0]), coin([-1.0, 1.0])]}
    game = game_from_tree({"players": ["row", "column"], "tree": tree})
    result = solve(game, [0.0, 1.0, 30.0])
    np.testing.assert_allclose(result.strategy, 0.5, atol=1e-14)
    assert result.converged.all()


# theorems


def test_zero_rationality_gives_uniform_choice():
    """Oracle: theorem."""
    game = game_from_tree(signalling())
    assert (solve(game, 0.0).strategy[:, 0] == game.form.uniform_strategy()).all()


def test_a_constant_added_to_a_players_payoffs_changes_nothing():
    """Oracle: theorem."""
    game = game_from_tree(signalling())
    base, moved = solve(game, 2.0), solve(game, 2.0, payoffs=game.payoffs + np.array([100.0, -7.0]))
    np.testing.assert_allclose(moved.strategy, base.strategy, atol=1e-11)
    np.testing.assert_allclose(
        moved.expected_payoffs[:, 0], base.expected_payoffs[:, 0] + [100.0, -7.0], atol=1e-9
    )


def test_scaling_payoffs_is_scaling_rationality():
    """Oracle: theorem."""
    game = game_from_tree(signalling())
    base = solve(game, [[2.0], [6.0]])
    scaled = solve(game, 2.0, payoffs=game.payoffs * [1.0, 3.0])
    np.testing.assert_allclose(scaled.strategy, base.strategy, atol=1e-11)


def swap_players(node):
    """The same tree with the two players renamed."""
    turned = dict(node)
    if "player" in node:
        turned["player"] = 1 - node["player"]
    if "payoffs" in node:
        turned["payoffs"] = node["payoffs"][::-1]
    turned["children"] = [swap_players(child) for child in node.get("children", [])]
    return turned


def test_relabelling_players_permutes_the_answer():
    """Oracle: theorem."""
    data = signalling()
    game = game_from_tree(data)
    other = game_from_tree({"players": ["b", "a"], "tree": swap_players(data["tree"])})
    base, turned = (
        by_set(game, solve(game, 2.0).strategy),
        by_set(other, solve(other, 2.0).strategy),
    )
    for (player, which), probs in base.items():
        np.testing.assert_allclose(turned[1 - player, which], probs, atol=1e-12)


@pytest.mark.parametrize("tree", [signalling(), interleaved()])
def test_a_player_who_does_not_care_is_uniform_and_others_answer_to_that(tree, dense):
    """Rationality by player. Oracle: independent code."""
    game = game_from_tree(tree)
    result = solve(game, [[0.0], [2.0]])
    found = by_set(game, result.strategy)
    expected, residual = dense.solve(tree, [0.0, 2.0])
    assert residual < 1e-10
    for key, probs in expected.items():
        np.testing.assert_allclose(found[key], probs, atol=1e-9)
        if key[0] == 0:
            np.testing.assert_allclose(probs, 0.5)


# an independent implementation


@pytest.fixture(params=["traced", "accelerated"])
def method(request, monkeypatch):
    """Both ways to solve, whatever the size of the game."""
    monkeypatch.setattr(qre, "_SMALL", 10_000 if request.param == "traced" else 0)
    return request.param


@SLOW_ORACLE
@given(tree=game_trees())
def test_random_games_agree_with_the_dense_implementation(method, tree, dense):  # noqa: ARG001
    """Oracle: independent code, for the answer, its certificate and its payoffs."""
    game = game_from_tree(tree)
    result = solve(game, [0.4, 1.5])
    for draw, rationality in enumerate((0.4, 1.5)):
        found = by_set(game, result.strategy, draw)
        answer = dense.respond(tree, found, rationality)
        gap = max((np.abs(answer[key] - found[key]).max() for key in found), default=0.0)
        assert gap == pytest.approx(result.residual[draw], abs=1e-12)
        assert result.converged[draw] == (gap <= result.tolerance)
        np.testing.assert_allclose(
            result.expected_payoffs[:, draw], dense.value(tree, found), atol=1e-10
        )
    if found:
        expected, residual = dense.solve(tree, 0.4, steps=3)
        assert residual < 1e-10
        for key, probs in by_set(game, result.strategy).items():
            np.testing.assert_allclose(probs, expected[key], atol=1e-8)


@pytest.mark.parametrize("rationality", [0.5, 1.0, 3.0])
def test_sets_above_and_below_each_other_are_solved(rationality, dense):
    """Oracle: independent code."""
    tree = interleaved()
    game = game_from_tree(tree)
    result = solve(game, rationality)
    expected, residual = dense.solve(tree, rationality)
    assert result.converged[0]
    assert residual < 1e-10
    for key, probs in by_set(game, result.strategy).items():
        np.testing.assert_allclose(probs, expected[key], atol=1e-8)


# published numbers

POKER = {
    # Gambit 16.7.0 on "A simple Poker game" (Myerson 1991, figure 2.1): lambda -> raise on red,
    # raise on black, meet
    0.5: (0.575744629639184, 0.5209911676935487, 0.6106572981002114),
    1.0: (0.6618142701453149, 0.49645777173551137, 0.6713897167029155),
    4.999999999999967: (0.9698564820870244, 0.39806489507472337, 0.6942356396950877),
    9.999999999974206: (0.9989379496665942, 0.3683099417422299, 0.6846491347673955),
}


def poker():
    meet = lambda win: {  # noqa: E731
        "player": 1, "infoset": 0, "actions": ["Meet", "Pass"],
        "children": [{"payoffs": [win, -win]}, {"payoffs": [1.0, -1.0]}],
    }  # fmt: skip
    deal = lambda number, win, fold: {  # noqa: E731
        "player": 0, "infoset": number, "actions": ["Raise", "Fold"],
        "children": [meet(win), {"payoffs": [fold, -fold]}],
    }  # fmt: skip
    return {
        "players": ["Fred", "Alice"],
        "tree": {
            "chance": [0.5, 0.5],
            "actions": ["Red", "Black"],
            "children": [deal(0, 2.0, 1.0), deal(1, -2.0, -1.0)],
        },
    }


def test_myersons_poker_agrees_with_gambit():
    """Oracle: published (Gambit's numbers, to the digits that its lambda allows)."""
    game = game_from_tree(poker())
    result = solve(game, [0.5, 1.0, 4.999999999999967, 9.999999999974206])
    for draw, (rationality, expected) in enumerate(POKER.items()):
        found = by_set(game, result.strategy, draw)
        got = [found[0, 0][0], found[0, 1][0], found[1, 0][0]]
        np.testing.assert_allclose(got, expected, atol=1e-9, err_msg=str(rationality))


@pytest.mark.research
@pytest.mark.skipif(not REFERENCE.exists(), reason="research data are not beside the checkout")
def test_reference_games_agree_with_gambit():
    """Oracle: published (Gambit 16.7.0), every probability and payoff."""
    for data in json.loads(REFERENCE.read_text(encoding="utf-8"))["games"]:
        game = game_from_tree(data)
        result = solve(game, [entry["lam"] for entry in data["qre"]])
        assert result.converged.all()
        for draw, entry in enumerate(data["qre"]):
            found = by_set(game, result.strategy, draw)
            for row in entry["profile"]:
                probs = found[data["players"].index(row["player"]), row["infoset"]]
                np.testing.assert_allclose(probs, row["probs"], atol=1e-10, err_msg=data["name"])
            np.testing.assert_allclose(result.expected_payoffs[:, draw], entry["ev"], atol=1e-9)


# draws


def noisy_payoffs(game, n_draws, seed=5):
    rng = np.random.default_rng(seed)
    return game.payoffs[:, :, None] + rng.normal(0, 0.3, (*game.payoffs.shape, n_draws))


def test_a_draws_bytes_depend_on_that_draw_alone(method):  # noqa: ARG001
    """Oracle: the same solver on other blockings and threads, byte by byte."""
    game = game_from_tree(signalling())
    payoffs = noisy_payoffs(game, 37)
    chance = np.repeat(np.array([[0.4], [0.6]]), 37, axis=1)
    base = solve(game, 4.0, payoffs=payoffs, chance_probs=chance)
    spread = solve(game, 4.0, payoffs=payoffs, chance_probs=chance, threads=3)
    assert base.strategy.tobytes() == spread.strategy.tobytes()
    assert base.residual.tobytes() == spread.residual.tobytes()
    for first, last in ((0, 1), (5, 18), (36, 37)):
        part = solve(game, 4.0, payoffs=payoffs[:, :, first:last])
        assert part.strategy.tobytes() == base.strategy[:, first:last].tobytes()
        assert (part.iterations == base.iterations[first:last]).all()


def test_draws_of_like_effort_are_solved_side_by_side_to_the_same_bytes(method):  # noqa: ARG001
    """Oracle theorem: a draw's numbers depend on that draw alone, so the order of the draws moves no byte."""
    game = game_from_tree(signalling())
    payoffs = noisy_payoffs(game, 37)
    rationality = np.linspace(0.5, 6.0, 37)
    allowed = np.ones((game.form.n_actions, 37), dtype=bool)
    allowed[0, ::3] = False
    for more in ({}, {"allowed": allowed}):
        base = solve(game, rationality, payoffs=payoffs, **more)
        again = solve(
            game, rationality, payoffs=payoffs, effort=-base.iterations, threads=2, **more
        )
        for name in ("strategy", "residual", "iterations", "expected_payoffs", "status"):
            assert getattr(again, name).tobytes() == getattr(base, name).tobytes(), name


def test_draws_of_everything_broadcast():
    game = game_from_tree(signalling())
    result = solve(game, np.linspace(0.0, 3.0, 11), payoffs=noisy_payoffs(game, 11))
    assert result.strategy.shape == (game.form.n_actions, 11)
    assert result.expected_payoffs.shape == result.rationality.shape == (2, 11)
    assert result.converged.all()


def test_a_start_near_the_answer_saves_walks_and_a_far_one_does_no_harm():
    game = game_from_tree(signalling())
    base = solve(game, 3.0)
    near = solve(game, 3.0, start=base.strategy)
    assert near.iterations[0] < base.iterations[0]
    np.testing.assert_allclose(near.strategy, base.strategy, atol=1e-10)
    far = np.tile([0.0, 1.0], game.form.n_info_sets)
    np.testing.assert_allclose(solve(game, 3.0, start=far).strategy, base.strategy, atol=1e-10)


def test_no_draws_give_an_empty_answer():
    game = game_from_tree(signalling())
    result = solve(game, 1.0, payoffs=np.zeros((*game.payoffs.shape, 0)))
    assert result.strategy.shape == (game.form.n_actions, 0)


def test_sets_that_are_hardly_reached_keep_exact_beliefs():
    """A receiver moves after an action worth e**-800. Oracle: hand, the odds of its two types there."""
    tree = signalling()
    game = game_from_tree(tree)
    payoffs = game.payoffs.copy()
    result = solve(game, 400.0, payoffs=payoffs)
    assert np.isfinite(result.strategy).all()
    assert result.residual[0] <= 1e-9 or result.status[0] == Status.STALLED


def test_a_game_without_choice_has_only_payoffs():
    """Oracle: hand."""
    data = {"players": ["a"], "tree": {"chance": [0.25, 0.75],
            "children": [{"payoffs": [4.0]}, {"payoffs": [0.0]}]}}  # fmt: skip
    result = solve(game_from_tree(data), 1.0)
    assert result.expected_payoffs[0, 0] == 1.0
    assert result.strategy.shape == (0, 1)
    assert (
        solve(game_from_tree({"players": ["a"], "tree": {"payoffs": [2.0]}}), 1.0).residual == 0.0
    )


# the branch as a curve


def test_a_branch_is_followed_round_its_turns(dense):
    """The branch of this game folds near 25.4. Oracle: independent code for each answer, known place of the fold."""
    tree = bargaining_tree(rounds=2, challenger_types=2, defender_types=2)
    game = game_from_tree(tree)
    values = [50.0, 1.0, 20.0, 25.3, 100.0, 0.0]
    result = trace_logit_branch(
        game.form, values, payoffs=game.payoffs, chance_probs=game.chance_probs
    )
    assert (result.status == Status.CONVERGED).all()
    assert result.turns.tolist() == [2, 0, 0, 0, 2, 0]
    assert result.rationality.tolist() == values
    assert (result.walks[[0, 4]] > result.walks[3]).all()
    for stop, value in enumerate(values):
        found = by_set(game, result.strategy, stop)
        answer = dense.respond(tree, found, value)
        assert max(np.abs(answer[key] - found[key]).max() for key in found) < 1e-9
        np.testing.assert_allclose(
            result.expected_payoffs[:, stop], dense.value(tree, found), atol=1e-10
        )


def test_the_solver_falls_back_on_tracing_where_iteration_stalls(monkeypatch):
    """Oracle: the curve, which the accelerated iteration must not leave behind a fold."""
    game = game_from_tree(bargaining_tree(rounds=2, challenger_types=2, defender_types=2))
    curve = trace_logit_branch(
        game.form, [20.0, 50.0], payoffs=game.payoffs, chance_probs=game.chance_probs
    )
    monkeypatch.setattr(qre, "_SMALL", 0)
    result = solve(game, [20.0, 50.0])
    assert result.converged.all()
    assert result.turns.tolist() == [0, 2]
    np.testing.assert_allclose(result.strategy, curve.strategy, atol=1e-8)
    given_up = solve(game, [20.0, 50.0], most_walks=10)
    assert given_up.converged.tolist() == [True, False]
    assert given_up.status[1] == Status.STALLED
    assert given_up.residual[1] > 1e-3
    assert np.isfinite(given_up.strategy).all()


def test_a_larger_game_converges_at_every_rationality_asked_for():
    """Oracle: theorem, the certificate, here against a fresh evaluation by posteriors."""
    game = game_from_tree(bargaining_tree(rounds=3, challenger_types=2, defender_types=2))
    result = solve(game, [1.0, 5.0, 10.0])
    assert result.converged.all()
    curve = trace_logit_branch(
        game.form, [1.0, 5.0, 10.0], payoffs=game.payoffs, chance_probs=game.chance_probs
    )
    np.testing.assert_allclose(result.strategy, curve.strategy, atol=1e-9)


def test_symmetric_games_stay_on_the_branch_that_they_came_on():
    """Battle of the sexes keeps its symmetric equilibrium. Oracle: theorem, and the fixed point by bisection."""
    reply = lambda pays: {  # noqa: E731
        "player": 1,
        "infoset": 0,
        "children": [{"payoffs": pay} for pay in pays],
    }
    tree = {"player": 0, "infoset": 0, "children": [
        reply([[2.0, 1.0], [0.0, 0.0]]), reply([[0.0, 0.0], [1.0, 2.0]])]}  # fmt: skip
    game = game_from_tree({"players": ["one", "two"], "tree": tree})
    result = solve(game, 20.0)
    first = result.strategy[0, 0]
    assert result.strategy[3, 0] == pytest.approx(first, abs=1e-9)
    low, high = 0.5, 1.0
    for _ in range(60):  # the symmetric answer: p = logit(20 * (2 * (1 - p) - p))
        middle = (low + high) / 2
        above = middle > 1 / (1 + np.exp(-20.0 * (2.0 - 3.0 * middle)))
        low, high = (low, middle) if above else (middle, high)
    assert first == pytest.approx(low, abs=1e-9)


def relabelled(node, factor, shift):
    """The same tree with payoffs times a factor, in information sets of its own."""
    turned = dict(node)
    if "player" in node:
        turned["infoset"] = node["infoset"] + shift
    if "payoffs" in node:
        turned["payoffs"] = [factor * pay for pay in node["payoffs"]]
    turned["children"] = [relabelled(child, factor, shift) for child in node.get("children", [])]
    return turned


@pytest.mark.parametrize(("factor", "turns"), [(1.03, 4), (1.001, 4), (1.00003, 4), (1.0, 2)])
def test_two_games_beside_each_other_are_followed_as_each_alone(factor, turns):
    """A coin picks one of two nearly equal games, each with a fold of its own; the folds all but coincide, where other
    curves lie close by. Oracle: theorem, what is played in one game does not bear on the other one."""
    base = bargaining_tree(rounds=2, challenger_types=2, defender_types=2)
    parts = [relabelled(base["tree"], 1.0, 0), relabelled(base["tree"], factor, 1000)]
    both = game_from_tree(
        {"players": base["players"], "tree": {"chance": [0.5, 0.5], "children": parts}}
    )
    values = [20.0, 30.0, 50.0, 100.0]
    joint = trace_logit_branch(
        both.form, values, payoffs=both.payoffs, chance_probs=both.chance_probs
    )
    assert (joint.status == Status.CONVERGED).all()
    assert joint.turns[-1] == turns
    for which, part in enumerate(parts):
        game = game_from_tree({"players": base["players"], "tree": part})
        alone = trace_logit_branch(
            game.form, values, payoffs=game.payoffs, chance_probs=game.chance_probs
        )
        for stop in range(len(values)):
            found = by_set(both, joint.strategy, stop)
            for key, probs in by_set(game, alone.strategy, stop).items():
                assert key[1] >= 1000 or which == 0
                np.testing.assert_allclose(found[key], probs, atol=1e-8)


@pytest.mark.parametrize("size", [(2, 2, 2), (3, 2, 2), (3, 4, 3)])
def test_steps_of_other_lengths_follow_the_same_branch(size):
    """Steps depend on how far the branch is traced. Oracle: theorem, the answers do not."""
    rounds, mine, theirs = size
    game = game_from_tree(
        bargaining_tree(rounds=rounds, challenger_types=mine, defender_types=theirs)
    )
    options = {"payoffs": game.payoffs, "chance_probs": game.chance_probs}
    base = trace_logit_branch(game.form, [30.0, 60.0, 100.0], **options)
    assert (base.status == Status.CONVERGED).all()
    assert (base.residual < 1e-9).all()
    for further in (130.0, 400.0):
        other = trace_logit_branch(game.form, [30.0, 60.0, 100.0, further], **options)
        assert other.turns[:3].tolist() == base.turns.tolist()
        np.testing.assert_allclose(other.strategy[:, :3], base.strategy, atol=1e-8)


@pytest.mark.parametrize(
    ("rationality", "third"),
    [
        (10.00000000001417, 0.10559531785221556),
        (14.999999999999993, 0.06495102025482988),
        (50.0, 0.016374908535696692),
    ],
)
def test_beliefs_behind_moves_that_are_hardly_made_are_followed(rationality, third):
    """Selten's horse: at lambda 50 the third player moves once in 1e20 plays, and the residual in probabilities cannot
    see the odds between the two ways to get there. Oracle: published (Gambit 17.0.0b2, logit_solve_lambda)."""
    game = read_efg(find_game("ijgt/selten1975/fig1"))
    for result in (
        solve(game, rationality),
        trace_logit_branch(game.form, [1.0, rationality], payoffs=game.payoffs),
    ):
        assert (result.status == Status.CONVERGED).all()
        assert result.strategy[4, -1] == pytest.approx(third, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "top"),
    [("books/kuhn1950/poker", 200.0), ("geb/bagwell1995/noise-1pct", 200.0),
     ("books/myerson1991/fig4_2", 1000.0), ("ijgt/selten1975/fig1", 1000.0)],
)  # fmt: skip
def test_published_games_converge_at_high_rationality(name, top):
    """Oracle: theorem, the certificate, and that a trace through other stops agrees."""
    game = read_efg(find_game(name))
    options = {"payoffs": game.payoffs, "chance_probs": game.chance_probs}
    result = solve(game, top)
    assert result.converged.all()
    curve = trace_logit_branch(game.form, [1.0, top / 3, top], **options)
    assert (curve.residual < 1e-9).all()
    np.testing.assert_allclose(result.strategy[:, 0], curve.strategy[:, -1], atol=1e-7)


def test_perfect_information_and_empty_branches():
    """Oracle: the accelerated solver, which walks such games once."""
    tree = {"player": 0, "infoset": 0, "children": [{"payoffs": [1.0]}, {"payoffs": [0.0]}]}
    game = game_from_tree({"players": ["a"], "tree": tree})
    result = trace_logit_branch(game.form, [2.0, 0.0], payoffs=game.payoffs)
    np.testing.assert_array_equal(result.strategy, solve(game, [2.0, 0.0]).strategy)
    assert trace_logit_branch(game.form, [], payoffs=game.payoffs).strategy.shape == (2, 0)


@pytest.mark.parametrize(
    "options", [{"payoffs": np.zeros((8, 2, 3))}, {"rationality": np.ones((2, 2))}]
)
def test_a_branch_belongs_to_one_game(options):
    game = game_from_tree(signalling())
    options = {"payoffs": game.payoffs, "chance_probs": game.chance_probs, **options}
    with pytest.raises(SolverError) as caught:
        trace_logit_branch(game.form, options.pop("rationality", [1.0]), **options)
    assert caught.value.code == "game-invalid"


# refusals


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"payoffs": np.full((8, 2), np.nan)}, "payoff-not-finite"),
        ({"payoffs": np.zeros((3, 2))}, "game-invalid"),
        ({"payoffs": np.zeros((8, 2, 3, 1))}, "game-invalid"),
        ({"chance_probs": [0.5, 0.6]}, "game-invalid"),
        ({"chance_probs": [-0.5, 1.5]}, "game-invalid"),
        ({"chance_probs": [1.0]}, "game-invalid"),
        ({"chance_probs": [np.nan, 1.0]}, "game-invalid"),
        ({"rationality": -1.0}, "rationality-invalid"),
        ({"rationality": np.nan}, "rationality-invalid"),
        ({"rationality": np.inf}, "rationality-invalid"),
        ({"rationality": np.ones((3, 1))}, "game-invalid"),
        ({"start": np.ones(8)}, "game-invalid"),
        ({"start": np.tile([-1.0, 2.0], 4)}, "game-invalid"),
        ({"start": np.ones(3)}, "game-invalid"),
        ({"payoffs": np.zeros((8, 2, 3)), "rationality": [1.0, 2.0]}, "game-invalid"),
        ({"payoffs": np.zeros((8, 2, 3)), "effort": [1.0, 2.0]}, "game-invalid"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(options, code):
    game = game_from_tree(signalling())
    with pytest.raises(SolverError) as caught:
        solve(game, options.pop("rationality", 1.0), **options)
    assert caught.value.code == code
    assert caught.value.fix
