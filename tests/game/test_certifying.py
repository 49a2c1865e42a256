"""Certificates that can fail, and numbers that would overflow. Oracle: hand, the logit formula, unless said otherwise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import SolverError
from detente.game import (
    GameBuilder,
    PricedPayoffs,
    logit_residual,
    read_efg,
    solve_logit_qre,
    trace_logit_branch,
)
from detente.game.catalogue import find_game
from detente.game.form import ExtensiveForm
from detente.game.formats.nfg import parse_nfg
from detente.game.formats.trees import game_from_tree
from detente.game.kernels import logit as kernels
from detente.game.qre.certifying import hidden_by_rounding
from detente.game.qre.solving import Status
from detente.testing.games import game_trees
from detente.testing.profiles import examples


def choice(*payoffs):
    builder = GameBuilder(["A"])
    labels = [str(number) for number in range(len(payoffs))]
    root = builder.decision(None, player="A", info_set="1", actions=labels)
    for label, payoff in zip(labels, payoffs, strict=True):
        builder.terminal((root, label), payoffs=[payoff])
    return builder.build()


def trace(game, values, **more):
    return trace_logit_branch(
        game.form, values, payoffs=game.payoffs, chance_probs=game.chance_probs, **more
    )


# the certificate


@pytest.mark.parametrize("name", ["books/kuhn1950/poker", "ijgt/selten1975/fig1"])
def test_every_corruption_of_an_answer_is_seen(name):
    """Each probability moved, each pair of actions swapped, each entry made NaN or negative.
    Oracle: theorem, a strategy other than the equilibrium near it is no fixed point."""
    game = read_efg(find_game(name))
    options = {"payoffs": game.payoffs, "chance_probs": game.chance_probs}
    answer = trace(game, [2.0]).strategy[:, 0]
    assert logit_residual(game.form, answer, 2.0, **options)[0] < 1e-12
    for first, last in zip(game.form.action_offset[:-1], game.form.action_offset[1:], strict=True):
        for row in range(first, last):
            moved = answer.copy()
            moved[row] *= 1.0 - 1e-4
            moved[first if row > first else last - 1] += answer[row] * 1e-4
            assert logit_residual(game.form, moved, 2.0, **options)[0] > 1e-9
            for wrong in (np.nan, -0.1, np.inf):
                broken = answer.copy()
                broken[row] = wrong
                assert logit_residual(game.form, broken, 2.0, **options)[0] == np.inf
        swapped = answer.copy()
        swapped[first], swapped[last - 1] = swapped[last - 1], swapped[first]
        if abs(swapped[first] - answer[first]) > 1e-6:
            assert logit_residual(game.form, swapped, 2.0, **options)[0] > 1e-6


def test_an_answer_that_does_not_sum_to_one_is_none():
    game = choice(1.0, 0.0)
    for wrong in ([0.5, 0.4], [0.0, 0.0]):
        assert logit_residual(game.form, wrong, 1.0, payoffs=game.payoffs)[0] == np.inf


@examples(40)
@given(tree=game_trees(), rationality=st.sampled_from([0.0, 0.3, 1.0, 4.0]))
def test_the_certificate_of_probabilities_agrees_with_that_of_the_solver(tree, rationality):
    """Oracle: independent code; the solver's certificate is computed from payoffs of actions, by compiled walks."""
    game = game_from_tree(tree)
    options = {"payoffs": game.payoffs, "chance_probs": game.chance_probs}
    result = solve_logit_qre(game.form, rationality, **options)
    found = logit_residual(game.form, result.strategy, rationality, **options)
    assert np.abs(found - result.residual).max() < 1e-9


def test_a_corrupted_trace_is_reported(monkeypatch):
    """The strategy is spoilt on its way to the result: the status must say so."""
    game = choice(1.0, 0.0)
    whole = trace(game, [1.0])
    assert whole.status[0] == Status.CONVERGED
    true = kernels.walk

    for spoil in (
        lambda sigma: sigma[::-1].copy(),
        lambda sigma: 0.9 * sigma + 0.05,
    ):

        def walk(tree, block, point, exact, change, spoil=spoil):
            true(tree, block, point, exact, change)
            block.sigma_in[:] = spoil(block.sigma_in)

        monkeypatch.setattr(kernels, "walk", walk)
        found = trace(game, [1.0])
        assert found.status[0] == Status.STALLED
        assert found.residual[0] > 1e-3
        assert found.reasons[0]


def test_what_is_no_number_never_counts_as_converged(monkeypatch):
    """A payoff that turns NaN inside the solver."""
    game = choice(1.0, 0.0)

    def unchecked(form, payoffs):  # noqa: ARG001
        return np.full((2, 1, 1), np.nan)

    monkeypatch.setattr("detente.game.payoffs.as_payoffs", unchecked)
    monkeypatch.setattr("detente.game.qre.solving._refuse_span", lambda *_: None)
    with np.errstate(invalid="ignore"):
        result = solve_logit_qre(game.form, 1.0, payoffs=game.payoffs)
    assert result.status[0] == Status.STALLED
    assert not result.residual[0] <= 1.0


# overflow


@pytest.mark.parametrize("values", [[1.0, 1e308], [1e308, 1.0], [5e-324, 1.0, 1e300, 1e150]])
def test_no_value_spoils_another(values):
    """Oracle: hand, 1 / (1 + exp(-4)) at lambda 1, certain at the large ones, even at the smallest."""
    game = choice(4.0, 0.0)
    found = trace(game, values)
    expected = [0.5 if value < 1e-9 else 1 / (1 + np.exp(-min(4 * value, 700))) for value in values]
    np.testing.assert_allclose(found.strategy[0], expected, rtol=1e-12)
    assert (found.status == Status.CONVERGED).all()
    alone = trace(game, [1.0]).strategy[:, 0]
    np.testing.assert_array_equal(found.strategy[:, values.index(1.0)], alone)


@examples(60)
@given(
    exponents=st.lists(st.integers(-300, 300), min_size=1, max_size=4),
    payoffs=st.lists(
        st.sampled_from([0.0, 1.0, 2.5, -1e300, 1e300, 1e-300]), min_size=2, max_size=3
    ),
)
def test_answers_are_right_or_reported_at_any_size(exponents, payoffs):
    """Oracle: hand, softmax in exact exponents."""
    game = choice(*payoffs)
    values = [10.0**exponent for exponent in exponents]
    found = trace(game, values)
    for stop, value in enumerate(values):
        with np.errstate(over="ignore"):
            gaps = [max(payoffs) - payoff for payoff in payoffs]
            weights = np.exp([-min(value * gap, 1e4) if gap else 0.0 for gap in gaps])
        right = np.abs(found.strategy[:, stop] - weights / weights.sum()).max() < 1e-9
        assert right or found.status[stop] == Status.STALLED
        if value * max(gaps) < 1e6:
            assert right
            assert found.status[stop] == Status.CONVERGED


MEETING = 'NFG 1 R "" { "A" "B" } { 2 2 } 4 4 3 0 0 3 3 3'


def test_a_certain_equilibrium_holds_at_any_larger_rationality():
    """Oracle: theorem, choices that are strictly best stay so as lambda grows."""
    game = parse_nfg(MEETING)
    found = trace(game, [1.0, 1e6, 1e12, 1e200, 1e308])
    assert (found.status == Status.CONVERGED).all()
    np.testing.assert_allclose(found.strategy[:, 1:], np.tile([[0], [1], [0], [1]], 4), atol=1e-12)
    np.testing.assert_allclose(found.strategy[:, 0], trace(game, [1.0]).strategy[:, 0], atol=1e-12)


def test_what_rounding_may_hide_is_not_certified():
    """Payoffs 0.1 + 0.2 and 0.3 are equal, but not as floats: at lambda 1e17 the difference would decide.
    Oracle: hand."""
    game = choice(0.1 + 0.2, 0.3, 0.0)
    found = trace(game, [1.0, 1e17, 1e300])
    assert found.status.tolist() == [Status.CONVERGED, Status.STALLED, Status.STALLED]
    assert "rounding" in found.reasons[1]


def test_rounding_hides_nothing_of_certain_choices_and_half_of_ties():
    form = choice(1.0, 0.0).form
    rate = np.array([1e12])
    assert hidden_by_rounding(form, np.array([1.0, 0.0]), rate, rate) == 0.0
    assert hidden_by_rounding(form, np.array([1.0, 1.0]), rate, rate) > 1e-5
    assert hidden_by_rounding(form, np.array([1.0, 1.0]), np.array([1e30]), np.array([1e30])) == 1.0
    assert hidden_by_rounding(form, np.array([1.0, 1.0 - 1e-16]), np.array([1e20]), np.array([1e20])) > 0.5  # fmt: skip


def test_players_of_very_different_size_keep_their_own_scale():
    """Oracle: hand; the second player's payoffs are common to all its actions' ends but for 1, the first one's are huge."""
    game = parse_nfg('NFG 1 R "" { "A" "B" } { 2 2 } 1e290 1  0 1  1e290 0  0 0')
    found = trace(game, [1.0, 1e10])
    np.testing.assert_allclose(
        found.strategy[:3, 0], [1.0, 0.0, 1 / (1 + np.exp(-1.0))], atol=1e-12
    )
    assert (found.status == Status.CONVERGED).all()


@pytest.mark.parametrize("value", [1e308, 1e10])
def test_draws_beyond_what_floats_tell_are_refused(value):
    game = choice(4.0, 0.0)
    with pytest.raises(SolverError) as caught:
        solve_logit_qre(game.form, [1.0, value], payoffs=game.payoffs)
    assert caught.value.code == "rationality-invalid"
    assert "draw 1" in caught.value.message
    assert caught.value.fix


@pytest.mark.parametrize("size", [1.1e300, 1.7e308])
def test_payoffs_whose_differences_overflow_are_refused(size):
    game = choice(1.0, 0.0)
    priced = PricedPayoffs.from_parts([[0], [1]], [[0.0, size]], [[1.0]])
    for payoffs in ([[size], [-size]], priced):
        with pytest.raises(SolverError) as caught:
            solve_logit_qre(game.form, 1.0, payoffs=payoffs)
        assert caught.value.code == "payoff-not-finite"
        assert caught.value.fix


def test_a_game_without_choice_is_certified():
    form = ExtensiveForm.from_arrays(
        [-2], [0], [0], [-1], [], [0], [0], [0], [0], 1
    )  # fmt: skip
    assert logit_residual(form, np.zeros(0), 1.0, payoffs=[[1.0]]).tolist() == [0.0]
