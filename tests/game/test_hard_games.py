"""Games that strain a solver: units, shifts, ties, rare moves, wide and deep trees, and crossings of branches."""

import numpy as np
import pytest
from hypothesis import given

from detente.game import Status, nash_conv, parse_efg, solve_logit_qre, trace_logit_branch
from detente.game.formats.trees import game_from_tree
from detente.game.qre import solving as qre
from detente.testing.games import game_trees
from detente.testing.profiles import examples

VALUES = [0.5, 1.0, 5.0, 20.0, 100.0]


def options(game):
    return {"payoffs": game.payoffs, "chance_probs": game.chance_probs}


def trace(game, values, **more):
    return trace_logit_branch(game.form, values, **{**options(game), **more})


def node(player, which, *children):
    return {"player": player, "infoset": which, "children": list(children)}


def pays(*values):
    return {"payoffs": [float(value) for value in values]}


def signalling(one=1.0, two=1.0):
    """Two types, two signals, two replies, in units of each player's own."""
    replies = [[(1, 1), (3, 0)], [(0, 1), (2, 0)], [(0, 0), (2, 1)], [(1, 0), (3, 1)]]
    cells = [[pays(one * a, two * b) for a, b in row] for row in replies]
    tree = {
        "chance": [0.4, 0.6],
        "children": [
            node(0, 0, node(1, 0, *cells[0]), node(1, 1, *cells[1])),
            node(0, 1, node(1, 0, *cells[2]), node(1, 1, *cells[3])),
        ],
    }
    return game_from_tree({"players": ["sender", "receiver"], "tree": tree})


FIGURE_5_15 = """EFG 2 R "Shoham and Leyton-Brown (2008), figure 5.15" { "1" "2" }
p "" 1 2 "" { "L" "C" "R" } 0
t "" 1 "" { 1 1 }
p "" 2 1 "" { "U" "D" } 0
t "" 2 "" { 0 1000 }
t "" 3 "" { 0 0 }
p "" 2 1 0
t "" 4 "" { 1 0 }
t "" 5 "" { 3 1 }
"""
FIGURE_5_10 = """EFG 2 R "Shoham and Leyton-Brown (2008), figure 5.10" { "1" "2" }
p "" 1 2 "" { "L" "R" } 0
p "" 2 3 "" { "A" "B" } 0
p "" 1 1 "" { "l" "r" } 0
t "" 1 "" { 0 0 }
t "" 2 "" { 2 4 }
p "" 1 1 0
t "" 3 "" { 4 2 }
t "" 4 "" { 0 0 }
t "" 5 "" { 0 0 }
"""


# units


@pytest.mark.parametrize("unit", [1e-6, 1e-3, 1e6])
def test_units_of_payoffs_do_not_matter(unit):
    """Oracle: theorem, lambda counts per unit of payoff, for each player alone too."""
    base = signalling()
    scaled = signalling(unit, 1.0 / unit)
    found = solve_logit_qre(
        scaled.form, [[value / unit for value in VALUES], [value * unit for value in VALUES]], **options(scaled)
    )  # fmt: skip
    expected = trace(base, VALUES)
    assert found.converged.all()
    np.testing.assert_allclose(found.strategy, expected.strategy, atol=1e-10)


@pytest.mark.parametrize("unit", [1e-6, 1e4])
def test_the_last_value_asked_for_does_not_matter_to_the_others(unit):
    """Lambda times payoffs up to 3e6 at the end of the tracing. Oracle: each value traced alone."""
    game = signalling(unit, 1.0)
    values = [1.0, 5.0, 20.0, 100.0]
    together = trace(game, values)
    assert (together.status == Status.CONVERGED).all()
    for stop, value in enumerate(values):
        alone = trace(game, [value])
        np.testing.assert_allclose(together.strategy[:, stop], alone.strategy[:, 0], atol=1e-9)


def test_large_payoffs_in_common_cost_no_digits():
    """Oracle: theorem, a constant added to a player's payoffs changes nothing; all payoffs here are exact in binary."""
    game = signalling()
    shift = np.array([1e9, -3e8])
    for method in (
        trace,
        lambda game, values, **more: solve_logit_qre(
            game.form, values, **{**options(game), **more}
        ),
    ):
        base, moved = method(game, VALUES), method(game, VALUES, payoffs=game.payoffs + shift)
        assert (moved.status == Status.CONVERGED).all()
        np.testing.assert_array_equal(moved.strategy, base.strategy)
        np.testing.assert_allclose(
            moved.expected_payoffs, base.expected_payoffs + shift[:, None], rtol=1e-15
        )


def test_constant_payoffs_and_payoffs_that_hardly_differ_give_even_choices():
    """Oracle: hand."""
    game = signalling()
    even = game.form.uniform_strategy()[:, None]
    for payoffs in (np.full_like(game.payoffs, 7.0), 1.0 + 1e-12 * game.payoffs):
        found = trace(game, VALUES, payoffs=payoffs)
        assert (found.status == Status.CONVERGED).all()
        np.testing.assert_allclose(
            found.strategy, np.broadcast_to(even, found.strategy.shape), atol=1e-9
        )


def test_payoffs_of_very_different_size_fold_where_they_fold():
    """Lambda times payoffs comes to 1e5, and the branch turns where one reply is worth 1000 times another.
    Oracle: published (Gambit 16.7.0, each lambda alone)."""
    game = parse_efg(FIGURE_5_15)
    expected = {
        0.1: (0.344253345742747, 0.31149330851450585, 1.0),
        1.0: (0.4223187982515224, 0.15536240349695535, 1.0),
        10.0: (2.0630259151591187e-09, 9.366123181644572e-14, 4.53978688274083e-05),
        100.0: (1.3838965267367376e-87, 5.148200222412013e-131, 3.720076044e-44),
    }
    found = trace(game, list(expected))
    assert (found.status == Status.CONVERGED).all()
    assert found.turns.tolist() == [0, 0, 2, 2]
    np.testing.assert_allclose(found.strategy[[0, 1, 3]].T, list(expected.values()), atol=1e-8)
    np.testing.assert_allclose(
        solve_logit_qre(game.form, list(expected), **options(game)).strategy, found.strategy, atol=1e-10
    )  # fmt: skip


# crossings


def test_where_branches_cross_the_answer_does_not_depend_on_the_stops():
    """Behind the crossing at lambda 0.69 three answers exist; the one that goes straight on treats both players alike.
    Oracle: theorem (symmetry), and the fixed point by bisection."""
    game = parse_efg(FIGURE_5_10)
    values = [0.5, 0.68, 0.7, 1.0, 2.0, 5.0, 20.0, 100.0]
    found = trace(game, values)
    assert (found.status == Status.CONVERGED).all()
    for stop, value in enumerate(values):
        low, high = 0.0, 1.0
        for _ in range(
            60
        ):  # p = logit(lambda (4 (1 - p) - 2 p)) for the move that the mover likes better
            middle = (low + high) / 2
            above = middle > 1 / (1 + np.exp(-value * (4.0 - 6.0 * middle)))
            low, high = (low, middle) if above else (middle, high)
        np.testing.assert_allclose(found.strategy[[2, 4], stop], low, atol=1e-9)
        alone = trace(game, [value])
        np.testing.assert_allclose(alone.strategy[:, 0], found.strategy[:, stop], atol=1e-9)


# rare moves


def rare():
    """A safe move worth 10, and two that are made once in e**50 plays: the odds between them are a belief."""
    left = node(1, 0, pays(0.3, 0.3), pays(0.1, 0.0))
    right = node(1, 0, pays(0.0, 0.0), pays(0.2, 0.3))
    return game_from_tree({"players": ["a", "b"], "tree": node(0, 0, pays(10.0, 0.0), left, right)})


@pytest.mark.parametrize("rationality", [2.0, 5.0, 20.0])
def test_accelerated_iteration_converges_on_beliefs_behind_rare_moves(monkeypatch, rationality):
    """Probabilities stand still long before the odds of the two rare moves do; without tracing to fall back on.
    Oracle: bisection of the one equation for the odds."""
    monkeypatch.setattr(qre, "_SMALL", 0)
    game = rare()
    found = solve_logit_qre(game.form, rationality, **options(game), most_walks=0)
    assert found.converged.all()
    low, high = 0.0, 1.0
    for _ in range(80):  # q: the reply "u", answered to by odds of left against right
        q = (low + high) / 2
        odds = rationality * ((0.3 * q + 0.1 * (1 - q)) - 0.2 * (1 - q))
        left = 1 / (1 + np.exp(-odds))
        above = q > 1 / (1 + np.exp(-rationality * 0.3 * (2 * left - 1)))
        low, high = (low, q) if above else (q, high)
    assert found.strategy[3, 0] == pytest.approx(low, abs=1e-9)
    assert found.iterations[0] < 40


@pytest.mark.parametrize("prob", [0.0, 1e-300, 1e-12])
def test_sets_that_chance_hardly_leads_to_choose_as_if_it_did(prob):
    """Oracle: the same branch as a game of its own."""
    aside = node(0, 9, node(1, 9, pays(1, 2), pays(0, 1)), node(1, 9, pays(2, 0), pays(0.5, 1)))
    main = node(0, 0, node(1, 0, pays(1, 0), pays(0, 1)), node(1, 0, pays(0, 2), pays(3, 0)))
    both = game_from_tree(
        {"players": ["a", "b"], "tree": {"chance": [1.0 - prob, prob], "children": [main, aside]}}
    )
    found = trace(both, VALUES)
    assert (found.status == Status.CONVERGED).all()
    for tree in (main, aside):
        game = game_from_tree({"players": ["a", "b"], "tree": tree})
        rows = [
            row
            for which, label in enumerate(both.form.info_set_label)
            if label in game.form.info_set_label
            for row in range(*both.form.action_offset[which : which + 2])
        ]
        np.testing.assert_allclose(found.strategy[rows], trace(game, VALUES).strategy, atol=1e-9)


def test_a_branch_that_never_happens_counts_for_less_than_any_move():
    """The mover cannot tell a move made once in e**1000 plays from a deal that never happens: it is the move.
    Oracle: hand, the reply to the move alone."""
    tree = {
        "chance": [1.0, 0.0],
        "children": [
            node(0, 0, pays(10.0, 0.0), node(1, 0, pays(0.0, 1.0), pays(0.0, 0.0))),
            node(1, 0, pays(0.0, 0.0), pays(0.0, 50.0)),
        ],
    }
    game = game_from_tree({"players": ["a", "b"], "tree": tree})
    for found in (trace(game, [100.0]), solve_logit_qre(game.form, 100.0, **options(game))):
        assert found.strategy[2, 0] == pytest.approx(1.0, abs=1e-12)


# shapes


def test_fifty_actions_against_fifty(dense):
    """Oracle: independent code."""
    rng = np.random.default_rng(3)
    cells = rng.normal(size=(50, 50, 2))
    tree = node(0, 0, *(node(1, 0, *(pays(*cell) for cell in row)) for row in cells))
    data = {"players": ["a", "b"], "tree": tree}
    game = game_from_tree(data)
    values = [1.0, 5.0, 20.0]
    for found in (trace(game, values), solve_logit_qre(game.form, values, **options(game))):
        assert (found.status == Status.CONVERGED).all()
        for stop, value in enumerate(values):
            strategy = {(0, 0): found.strategy[:50, stop], (1, 0): found.strategy[50:, stop]}
            answer = dense.respond(data, strategy, value)
            assert max(np.abs(answer[key] - strategy[key]).max() for key in strategy) < 1e-9


def test_two_hundred_moves_deep():
    """Oracle: hand, backward logit."""
    rng = np.random.default_rng(5)
    out = rng.normal(size=(200, 2))
    tree = pays(0, 0)
    for level in range(199, -1, -1):
        tree = node(level % 2, level, pays(*out[level]), tree)
    game = game_from_tree({"players": ["a", "b"], "tree": tree})
    found = trace(game, VALUES)
    rows = {int(label): 2 * which for which, label in enumerate(game.form.info_set_label)}
    for stop, value in enumerate(VALUES):
        ahead = np.zeros(2)
        for level in range(199, -1, -1):
            mover = level % 2
            stay = 1 / (1 + np.exp(-value * (ahead[mover] - out[level, mover])))
            assert found.strategy[rows[level] + 1, stop] == pytest.approx(stay, abs=1e-12)
            ahead = stay * ahead + (1 - stay) * out[level]


def test_private_types_a_hundred_moves_deep():
    """Oracle: the two ways to solve agree, and the strategy's own regret is what lambda allows."""
    rng = np.random.default_rng(5)
    out = rng.normal(size=(100, 2))

    def play(kind):
        tree = pays(0, 0)
        for level in range(99, -1, -1):
            own = level + 1000 * kind if level % 2 == 0 else level
            tree = node(level % 2, own, pays(out[level, 0] + kind, out[level, 1] - kind / 2), tree)
        return tree

    data = {
        "players": ["a", "b"],
        "tree": {"chance": [0.5, 0.5], "children": [play(0), play(1)]},
    }
    game = game_from_tree(data)
    found = trace(game, VALUES)
    assert (found.status == Status.CONVERGED).all()
    again = solve_logit_qre(game.form, VALUES, **options(game))
    np.testing.assert_allclose(again.strategy, found.strategy, atol=1e-9)
    gains = nash_conv(game.form, found.strategy, game.payoffs, game.chance_probs)
    assert (np.diff(gains) < 0.0).all()


@examples(60)
@given(tree=game_trees(max_nodes=40))
def test_stops_and_units_leave_random_games_as_they_are(tree):
    """Oracle: theorems, for games with many ties: where a tracing ends and what payoffs are counted in do not matter."""
    game = game_from_tree(tree)
    values = [0.3, 1.0, 4.0]
    base = trace(game, values)
    assert (base.status == Status.CONVERGED).all()
    further = trace(game, [*values, 60.0])
    other = trace(game, [1e3 * value for value in values], payoffs=1e-3 * game.payoffs)
    np.testing.assert_allclose(further.strategy[:, :3], base.strategy, atol=1e-8)
    np.testing.assert_allclose(other.strategy, base.strategy, atol=1e-8)
