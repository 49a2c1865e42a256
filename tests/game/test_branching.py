"""Bifurcations of the principal branch, and equilibria on other branches.

Oracle: hand and a scan for fixed points on a fine grid, which shares no line with the tracing.
"""

import numpy as np
import pytest
from scipy.optimize import brentq

from detente.errors import SolverError
from detente.game import (
    find_other_branches,
    logit_residual,
    read_efg,
    solve_logit_qre,
    trace_logit_branch,
)
from detente.game.catalogue import find_game
from detente.game.formats.nfg import parse_nfg
from detente.game.formats.trees import game_from_tree
from detente.testing.games import leduc_tree

MEETING = parse_nfg('NFG 1 R "meeting" { "a" "b" } { 2 2 } 1 1 0 0 0 0 1 1')
SEXES = parse_nfg('NFG 1 R "battle of the sexes" { "a" "b" } { 2 2 } 3 2 0 0 0 0 2 3')
STAG = parse_nfg('NFG 1 R "stag hunt" { "a" "b" } { 2 2 } 4 4 3 0 0 3 3 3')
THREE = parse_nfg('NFG 1 R "three places" { "a" "b" } { 3 3 } 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0 1 1')


def scan(game, rationality):
    """All logit equilibria of a game of two by two: sign changes of the best-known one-dimensional map on a grid."""
    pays = {}
    for row in (0, 1):
        for column in (0, 1):
            node = int(game.form.first_child[int(game.form.first_child[0]) + row]) + column
            pays[row, column] = game.payoffs[
                game.form.payoff_class[game.form.terminal_node == node]
            ][0]

    def reply(own, other):
        gain = sum(
            (pays[(0, k) if own == 0 else (k, 0)][own] - pays[(1, k) if own == 0 else (k, 1)][own])
            * (other if k == 0 else 1 - other)
            for k in (0, 1)
        )
        return 1 / (1 + np.exp(-rationality * gain))

    def gap(p):
        return reply(0, reply(1, p)) - p

    grid = np.concatenate([[1e-12], np.linspace(1e-6, 1 - 1e-6, 20_001) + 1e-9, [1 - 1e-12]])
    values = np.array([gap(p) for p in grid])
    found = [
        brentq(gap, grid[k], grid[k + 1], xtol=1e-15)
        for k in np.flatnonzero(values[:-1] * values[1:] < 0)
    ]
    return sorted((p, reply(1, p)) for p in found)


def search(game, values, **more):
    return find_other_branches(
        game.form, values, payoffs=game.payoffs, chance_probs=game.chance_probs, **more
    )


def both(game, value):
    """The equilibria found at one value, that on the principal branch among them, as the first actions' probabilities."""
    first = trace_logit_branch(game.form, [value], payoffs=game.payoffs).strategy[:, 0]
    others = [item.strategy for item in search(game, [value]).equilibria]
    return sorted((strategy[0], strategy[2]) for strategy in (first, *others))


def test_the_pitchfork_of_a_symmetric_game_is_where_it_must_be():
    """With payoffs 1 for meeting, p = f(2q - 1) and q = f(2p - 1) for f(d) = 1 / (1 + exp(-lambda d)). At 1/2 the slope of
    each is lambda / 2, so both together have slope 1 at lambda 2. Oracle: hand."""
    found = search(MEETING, [1.0, 3.0])
    assert [item.kind for item in found.bifurcations] == ["branch point"]
    assert found.bifurcations[0].rationality == pytest.approx(2.0, abs=1e-8)
    assert found.bifurcations[0].curves == 2
    assert found.passed == (0, 1)


@pytest.mark.parametrize("game", [MEETING, SEXES])
@pytest.mark.parametrize("value", [0.5, 1.5, 2.5, 4.0, 8.0])
def test_both_arms_are_found(game, value):
    """Oracle: independent code, the scan."""
    expected = scan(game, value)
    found = both(game, value)
    assert len(found) == len(expected)
    np.testing.assert_allclose(found, expected, atol=1e-8)


def test_three_places_have_the_branches_of_their_symmetries():
    """All three places are alike: at lambda 3 three curves cross the even one, each to both sides, and each folds before.
    Oracle: hand, with q elsewhere and p = 1 - 2q, log(p / q) = lambda (p - q), which has two answers just below lambda 3."""
    found = search(THREE, [2.9, 5.0])
    assert found.bifurcations[0].rationality == pytest.approx(3.0, abs=1e-8)
    assert found.bifurcations[0].curves == 6

    def gap(p, value):
        q = (1 - p) / 2
        return np.log(p / q) - value * (p - q)

    lower, upper = brentq(gap, 0.34, 0.5, args=(2.9,)), brentq(gap, 0.5, 0.99, args=(2.9,))
    near = sorted(
        round(item.strategy[:3].max(), 8) for item in found.equilibria if item.rationality == 2.9
    )
    assert near == [round(lower, 8)] * 3 + [round(upper, 8)] * 3
    fold = min(
        np.linspace(0.34, 0.95, 100_001),
        key=lambda p: np.log(p / ((1 - p) / 2)) / (p - (1 - p) / 2),
    )
    least = np.log(fold / ((1 - fold) / 2)) / (fold - (1 - fold) / 2)
    turns = {round(item.rationality, 6) for item in found.bifurcations if item.kind == "turn"}
    assert turns == {round(least, 6)}


def test_every_equilibrium_carries_its_certificate():
    """Oracle: the certificate of probabilities, and Newton's answer from there by the batch solver."""
    for game, value in ((SEXES, 4.0), (THREE, 5.0)):
        for item in search(game, [value]).equilibria:
            assert item.residual <= 1e-9
            check = logit_residual(game.form, item.strategy, value, payoffs=game.payoffs)
            assert check[0] <= 1e-9
            warm = solve_logit_qre(game.form, value, payoffs=game.payoffs, start=item.strategy)
            if np.abs(warm.strategy[:, 0] - item.strategy).max() < 1e-3:
                np.testing.assert_allclose(warm.strategy[:, 0], item.strategy, atol=1e-8)


def test_a_game_without_symmetry_passes_nothing():
    found = search(STAG, [1.0, 20.0])
    assert (found.bifurcations, found.equilibria, found.passed) == ((), (), (0, 0))


def test_turns_of_the_branch_are_named_where_they_are():
    """Oracle: the tracer's own count of turns."""
    game = read_efg(find_game("ijgt/selten1975/fig1"))
    traced = trace_logit_branch(game.form, [1.0, 8.0], payoffs=game.payoffs)
    found = search(game, [1.0, 8.0])
    kinds = [item.kind for item in found.bifurcations if item.curve == 0]
    assert kinds.count("turn") == traced.turns.max()


def test_other_branches_are_left_alone_unless_they_are_asked_for():
    found = search(MEETING, [3.0], switch=False)
    assert [item.curves for item in found.bifurcations] == [-1]
    assert found.equilibria == ()


def test_games_too_large_say_so():
    game = game_from_tree(leduc_tree())
    found = search(game, [1.0])
    assert "150" in found.left_out
    assert found.equilibria == ()
    assert "1e+09" in search(MEETING, [3.0, 1e9]).left_out


def test_a_failed_switch_says_so(monkeypatch):
    monkeypatch.setattr("detente.game.qre.branching.leave_branch", lambda *_args: iter(()))
    found = search(MEETING, [3.0])
    assert found.bifurcations[0].curves == 0


def test_progress_is_told():
    told = []
    search(THREE, [5.0], progress=told.append)
    trace_logit_branch(MEETING.form, [5.0], payoffs=MEETING.payoffs, progress=told.append)
    assert told
    assert all(0.0 <= share <= 1.0 for share in told)


def test_branches_belong_to_one_game():
    with pytest.raises(SolverError) as caught:
        find_other_branches(MEETING.form, [1.0], payoffs=np.stack([MEETING.payoffs] * 2, axis=2))
    assert caught.value.code == "game-invalid"
