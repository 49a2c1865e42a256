"""Payoffs priced from levels, prices and weights. Oracle: hand, loops over the formula, unless said otherwise."""

import tracemalloc

import numpy as np
import pytest

from detente.errors import SolverError
from detente.game import (
    ExtensiveForm,
    PricedPayoffs,
    best_response,
    expected_payoffs,
    nash_conv,
    payoff_parts,
    solve_logit_qre,
    terminal_probs,
    type_payoffs,
)
from detente.game.formats.trees import game_from_tree
from detente.testing.games import bargaining_tree

GAME = game_from_tree(bargaining_tree(rounds=2, challenger_types=2, defender_types=2))
FORM = GAME.form
DRAWS = 11
rng = np.random.default_rng(3)
LEVEL = np.stack([rng.integers(0, count, FORM.n_classes) for count in (2, 3, 5)], axis=1)
PRICES = (rng.normal(size=(2, DRAWS)), rng.normal(size=3), rng.normal(size=(5, 1)))
WEIGHTS = rng.normal(size=(4, 3, DRAWS))
ROWS = rng.integers(0, 4, (FORM.n_classes, FORM.n_players))
PRICED = PricedPayoffs.from_parts(LEVEL, PRICES, WEIGHTS, weight_row=ROWS)


def written_out():
    """The formula of the module's head, entry by entry; shape (K, P, C, D)."""
    answer = np.empty((FORM.n_classes, FORM.n_players, 3, DRAWS))
    for k in range(FORM.n_classes):
        for i in range(FORM.n_players):
            for c in range(3):
                for d in range(DRAWS):
                    table = np.broadcast_to(
                        PRICES[c].reshape(len(PRICES[c]), -1), (len(PRICES[c]), DRAWS)
                    )
                    answer[k, i, c, d] = WEIGHTS[ROWS[k, i], c, d] * table[LEVEL[k, c], d]
    return answer


PARTS = written_out()
TABLE = PARTS.sum(axis=2)


def test_a_block_holds_the_sums_of_weights_times_prices():
    np.testing.assert_allclose(PRICED.block(slice(0, DRAWS)), TABLE, atol=1e-14)
    np.testing.assert_allclose(PRICED.block(np.array([7, 2])), TABLE[:, :, [7, 2]], atol=1e-14)
    assert PRICED.n_draws == DRAWS
    one = PricedPayoffs.from_parts([[0], [1]], [[1.0, 2.0]], [[3.0], [5.0]])
    assert one.n_draws == 1
    assert one.block(slice(5, 9)).shape == (2, 2, 1)


@pytest.mark.parametrize("policy", [False, True])
def test_priced_payoffs_solve_as_the_table_does(policy):
    allowed = np.ones((FORM.n_actions, DRAWS), dtype=bool)
    allowed[0, ::2] = not policy
    options = {"chance_probs": GAME.chance_probs, "allowed": allowed if policy else None}
    priced = solve_logit_qre(FORM, 1.5, payoffs=PRICED, **options)
    table = solve_logit_qre(FORM, 1.5, payoffs=TABLE, **options)
    assert priced.converged.all()
    np.testing.assert_allclose(priced.strategy, table.strategy, atol=1e-10)
    np.testing.assert_allclose(priced.expected_payoffs, table.expected_payoffs, atol=1e-10)


def test_evaluations_take_either():
    sigma = FORM.uniform_strategy()
    group = np.arange(FORM.terminal_node.size) % 3
    for call in (
        lambda payoffs: expected_payoffs(FORM, sigma, payoffs, GAME.chance_probs),
        lambda payoffs: nash_conv(FORM, sigma, payoffs, GAME.chance_probs),
        lambda payoffs: best_response(FORM, sigma, payoffs, GAME.chance_probs, player=1).payoff,
        lambda payoffs: type_payoffs(FORM, sigma, payoffs, GAME.chance_probs, group, 3),
    ):
        np.testing.assert_allclose(call(PRICED), call(TABLE), atol=1e-12)


def test_the_result_explains_payoffs_by_type_and_consideration():
    result = solve_logit_qre(FORM, 2.0, payoffs=PRICED, chance_probs=GAME.chance_probs)
    ends = terminal_probs(FORM, result.strategy, GAME.chance_probs)
    expected = np.einsum("td,tpcd->pcd", ends, PARTS[FORM.payoff_class])
    np.testing.assert_allclose(result.payoff_parts()[0], expected, atol=1e-12)
    np.testing.assert_allclose(
        result.payoff_parts()[0].sum(axis=1), result.expected_payoffs, atol=1e-9
    )
    group = np.arange(FORM.terminal_node.size) % 3
    parts = result.payoff_parts(group, 4)
    for which in range(3):
        mine = ends * (group == which)[:, np.newaxis]
        given = np.einsum("td,tpcd->pcd", mine, PARTS[FORM.payoff_class]) / mine.sum(axis=0)
        np.testing.assert_allclose(parts[which], given, atol=1e-12)
    assert np.isnan(parts[3]).all()
    np.testing.assert_allclose(parts.sum(axis=2)[:3], result.type_payoffs(group, 4)[:3], atol=1e-12)


def test_the_result_tells_reach_beliefs_outcomes_and_gains():
    result = solve_logit_qre(FORM, 2.0, payoffs=TABLE, chance_probs=GAME.chance_probs)
    ends = result.reach_probs()[FORM.terminal_node]
    np.testing.assert_allclose(ends.sum(axis=0), 1.0)
    halves = np.arange(FORM.terminal_node.size) % 2
    expected = [ends[halves == 0].sum(axis=0), ends[halves == 1].sum(axis=0)]
    np.testing.assert_allclose(result.outcome_probs(halves, 2), expected)
    inner = np.flatnonzero(FORM.player >= 0)
    sums = np.zeros((FORM.n_info_sets, DRAWS))
    np.add.at(sums, FORM.info_set[inner], result.posteriors()[inner])
    np.testing.assert_allclose(sums, 1.0)
    assert (result.nash_conv() >= 0.0).all()
    with pytest.raises(SolverError, match="no parts") as caught:
        result.payoff_parts()
    assert "PricedPayoffs" in caught.value.fix


def wide_game(n_branches=2000, draws=1000):
    """A choice between two lotteries over many payoff classes: almost no strategy, many payoffs."""
    ends = 2 * n_branches
    form = ExtensiveForm.from_arrays(
        [0, -1, -1, *[-2] * ends],
        [1, 3, 3 + n_branches, *[0] * ends],
        [2, n_branches, n_branches, *[0] * ends],
        [0, 0, 1, *[-1] * ends],
        [0],
        [0, 2],
        [0, n_branches, ends],
        np.arange(3, 3 + ends),
        np.arange(ends),
        2,
    )
    generator = np.random.default_rng(1)
    priced = PricedPayoffs.from_parts(
        generator.integers(0, 9, (ends, 2)),
        [generator.normal(size=(9, draws)), generator.normal(size=(9, draws))],
        generator.normal(size=(2, 2, draws)),
    )
    return form, priced, np.full(ends, 1.0 / n_branches)


def test_payoffs_are_never_written_out_for_all_draws():
    form, priced, chance = wide_game()
    solve_logit_qre(form, 1.0, payoffs=priced.pick(slice(0, 8)), chance_probs=chance)
    tracemalloc.start()
    result = solve_logit_qre(form, 1.0, payoffs=priced, chance_probs=chance)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert result.converged.all()
    written = 8 * form.n_classes * form.n_players * priced.n_draws
    assert written > 60_000_000
    assert peak < written / 10


def test_many_draws_are_evaluated_block_by_block(monkeypatch):
    sigma = np.random.default_rng(5).dirichlet([1.0, 1.0], 1000).T
    form, priced, chance = wide_game(n_branches=30)
    whole = expected_payoffs(form, sigma, priced, chance)
    gains = nash_conv(form, sigma, priced, chance)
    monkeypatch.setattr("detente.game.evaluation._MOST_CELLS", 63 * 100)
    np.testing.assert_array_equal(expected_payoffs(form, sigma, priced, chance), whole)
    np.testing.assert_array_equal(nash_conv(form, sigma, priced, chance), gains)
    assert payoff_parts(form, sigma[:, :0], priced.pick(slice(0, 0)), chance).shape == (1, 2, 2, 0)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (([[0]], [[1.0]], [[np.nan]]), "payoff-not-finite"),
        (([[0]], [[np.inf]], [[1.0]]), "payoff-not-finite"),
        (([[1]], [[1.0]], [[1.0]]), "game-invalid"),
        (([[-1]], [[1.0]], [[1.0]]), "game-invalid"),
        (([[0.5]], [[1.0]], [[1.0]]), "game-invalid"),
        (([0], [[1.0]], [[1.0]]), "game-invalid"),
        (([[0]], [[1.0], [1.0]], [[1.0]]), "game-invalid"),
        (([[0]], [[1.0]], [1.0]), "game-invalid"),
        (([[0]], [[[[1.0]]]], [[1.0]]), "game-invalid"),
        (([[0]], [[[1.0, 2.0, 3.0]]], [[[1.0, 2.0]]]), "game-invalid"),
    ],
)
def test_parts_that_do_not_fit_are_refused(parts, code):
    with pytest.raises(SolverError) as caught:
        PricedPayoffs.from_parts(*parts)
    assert caught.value.code == code
    assert caught.value.fix


@pytest.mark.parametrize("rows", [[[1]], [[0], [0]]])
def test_weight_rows_that_do_not_fit_are_refused(rows):
    with pytest.raises(SolverError) as caught:
        PricedPayoffs.from_parts([[0]], [[1.0]], [[1.0]], weight_row=rows)
    assert caught.value.at == "weight_row"


def test_priced_payoffs_of_another_game_and_sums_without_bound_are_refused():
    with pytest.raises(SolverError, match="payoff classes"):
        solve_logit_qre(FORM, 1.0, payoffs=PricedPayoffs.from_parts([[0]], [[1.0]], [[1.0]]))
    large = PricedPayoffs.from_parts([[0]], [[1e200]], [[1e200]])
    with pytest.raises(SolverError) as caught:
        large.block(slice(0, 1))
    assert caught.value.code == "payoff-not-finite"
