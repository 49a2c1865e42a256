"""All-bot sessions: equilibrium bots reproduce the solved ensemble, and the same seed plays the same game."""

import numpy as np
import pytest

from detente.play.batches import play_alone, play_sessions
from detente.play.options import SessionOptions
from detente.play.rulebooks import Rulebook


def _holds(found, sigmas=4.0):
    """Compare shares with the ensemble: each within its sampling error, and the chi-square of all within its own."""
    shares = np.array([found.shares[name] for name in found.shares])
    expected = np.array([found.expected[name] for name in found.shares])
    there = expected > 0
    assert (shares[~there] == 0).all()
    errors = np.sqrt(expected * (1 - expected) / found.sessions)
    assert (np.abs(shares - expected)[there] < sigmas * errors[there]).all()
    chi_square = found.sessions * ((shares - expected)[there] ** 2 / expected[there]).sum()
    freedom = there.sum() - 1
    assert chi_square < freedom + sigmas * np.sqrt(2 * freedom)


@pytest.mark.parametrize("name", ["coercion", "cuba"])
def test_equilibrium_bots_reproduce_the_ensemble(name, request):
    """Oracle: theorem; 2,000 plays of a behaviour strategy end as its outcome probabilities say, within sampling error."""
    book = request.getfixturevalue(name)
    found = play_sessions(book, SessionOptions(draws=book.draws, session_seed=11), 2000)
    _holds(found)
    assert sum(found.shares.values()) == pytest.approx(1.0)


def test_a_wrong_ensemble_would_be_noticed(coercion):
    """Oracle: hand; random bots do not play the solution, so the same comparison must fail for them."""
    options = SessionOptions(draws=coercion.draws)
    right = play_sessions(coercion, options, 64)
    seats = dict.fromkeys(coercion.crisis.players, "random")
    other = play_sessions(coercion, SessionOptions(draws=coercion.draws, seats=seats), 1000)
    assert other.expected is None
    from dataclasses import replace

    with pytest.raises(AssertionError):
        _holds(replace(other, expected=right.expected))


def test_under_a_commitment_sessions_reproduce_its_game(coercion):
    """Oracle: theorem, as above."""
    book = Rulebook(coercion.crisis, policy="arm", draws=16)
    _holds(play_sessions(book, SessionOptions(draws=16, policy="arm"), 1000))


def test_the_same_seed_plays_the_same_game(coercion):
    """Oracle: theorem, and different seeds do not all play one game."""
    ends = [
        play_alone(coercion, SessionOptions(draws=16, session_seed=seed)).outcome
        for seed in (*range(12), *range(12))
    ]
    assert ends[:12] == ends[12:]
    assert len(set(ends)) > 1


def test_types_are_dealt_by_the_prior(coercion):
    """Oracle: theorem; dealt types are as frequent as the prior of the case says, within four standard errors."""
    dealt = [
        play_alone(coercion, SessionOptions(draws=16, session_seed=seed, case=3)).types["north"]
        for seed in range(600)
    ]
    opening = coercion.opening()
    rows = [types["north"] == "limited" for types in opening.course.profiles]
    prior = opening.prior()[rows, 3].sum()
    assert abs(np.mean([kind == "limited" for kind in dealt]) - prior) < 4 * np.sqrt(
        prior * (1 - prior) / 600
    )
