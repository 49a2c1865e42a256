"""How moves are read, when trust suffices, and how far arming feeds on fear."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import ModelError
from detente.models.beliefs import (
    classify_change,
    cooperates,
    move_probs,
    pool_by_look,
    read_moves,
    signal_senders,
    solve_arms_race,
    spiral_index,
    trust_threshold,
)

EXACT = 1e-12
probs = st.floats(0.0, 1.0)
inner = st.floats(0.01, 0.99)


def read_one(prior, safe, dangerous, hostility=(-1.0, 1.0)):
    """One move of a mover that is safe or dangerous; the observer strikes the dangerous."""
    return read_moves(
        [[1.0 - prior], [prior]], [[[safe]], [[dangerous]]], [[hostility[0]], [hostility[1]]]
    )


# --- reassurance, provocation, noise ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (0.02, "provocation"),
        (-0.02, "reassurance"),
        (0.005, "noise"),
        (0.0, "noise"),
        (0.01, "provocation"),
    ],
)
def test_the_classification_is_as_stated(change, kind):
    """Oracle: hand, the definition."""
    assert classify_change(change, least=0.01) == kind
    assert classify_change(0.0, least=0.0) == "noise"


@given(inner, probs, probs)
def test_what_the_dangerous_do_more_often_provokes(prior, safe, dangerous):
    """Oracle: theorem (kydd1997). Fear rises if and only if the dangerous type is likelier to make the move."""
    got = read_one(prior, safe, dangerous)
    change = float(got.after[0, 0] - got.before[0])
    if abs(safe - dangerous) > 1e-6 and max(safe, dangerous) > 1e-6:
        assert (change > 0.0) == (dangerous > safe)
    if safe == dangerous:
        assert got.kinds(least=0.0) == ("noise",)
        assert change == 0.0


@given(st.floats(0.0, 1.0), inner)
def test_a_move_all_types_make_alike_changes_nothing_at_all(prior, likelihood):
    """Oracle: theorem. To the last digit."""
    got = read_one(prior, likelihood, likelihood, hostility=(-0.3, 0.7))
    assert got.posterior[1, 0, 0] == prior
    assert got.after[0, 0] == got.before[0]
    assert not got.switches.any()


@given(inner, st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_readings_average_to_what_was_believed(prior, safe, dangerous):
    """Oracle: theorem. Over all moves the hostile option neither gains nor loses."""
    p = [[1.0 - prior], [prior]]
    q = [[[safe], [1.0 - safe]], [[dangerous], [1.0 - dangerous]]]
    got = read_moves(p, q, [[-1.0], [2.0]])
    mean = (move_probs(p, q) * got.after).sum(axis=0)
    np.testing.assert_allclose(mean, got.before, atol=1e-9)


def test_a_switch_of_the_best_option_by_hand():
    """Oracle: hand. At 0.4 the observer waits; the move takes it to 0.4 * 0.8 / (0.4 * 0.8 + 0.6 * 0.3) = 0.64: it strikes."""
    got = read_one(0.4, 0.3, 0.8)
    assert got.posterior[1, 0, 0] == pytest.approx(0.64)
    assert got.before[0] == pytest.approx(-0.2)
    assert got.after[0, 0] == pytest.approx(0.28)
    assert got.switches[0, 0]
    assert got.kinds(least=0.05) == ("provocation",)


# --- public and private channels -----------------------------------------------------------------------------------------


def test_an_offer_in_confidence_moves_those_who_see_it_and_not_the_public():
    """Oracle: hand. Only the resolute reject for real; in public an offer looks like a rejection."""
    prior = [[0.5], [0.5]]
    likelihood = np.array([[[1.0], [0.0]], [[0.2], [0.8]]])
    inside = read_moves(prior, likelihood, [[1.0], [0.0]])
    outside = read_moves(prior, pool_by_look(likelihood, (0, 0)), [[1.0], [0.0]])
    assert inside.posterior[0, :, 0] == pytest.approx([1 / 1.2, 0.0])
    np.testing.assert_array_equal(outside.posterior[0, :, 0], [0.5, 0.5])


def test_moves_seen_as_they_are_read_alike_by_all():
    likelihood = np.random.default_rng(0).dirichlet(np.ones(3), 2)[:, :, None]
    np.testing.assert_array_equal(pool_by_look(likelihood, (0, 1, 2)), likelihood)


@pytest.mark.parametrize("looks", [(0,), (0, 2), (0, -1)])
def test_looks_that_do_not_fit_are_refused(looks):
    with pytest.raises(ModelError, match="do not fit") as caught:
        pool_by_look(np.full((2, 2, 1), 0.5), looks)
    assert caught.value.fix


# --- costly and cheap signals --------------------------------------------------------------------------------------------


def test_costly_signals_separate_and_cheap_ones_do_not():
    """Oracle: published (kydd2000): it takes a cost that the trustworthy bear and the others do not."""
    gain = np.array([1.0, 0.6])  # mutual cooperation is worth more to the trustworthy
    assert signal_senders(gain, [0.0, 0.0]).tolist() == [True, True]
    assert signal_senders(gain, [0.8, 0.8]).tolist() == [True, False]
    assert signal_senders(gain, [1.2, 1.2]).tolist() == [False, False]


# --- trust -----------------------------------------------------------------------------------------------------------------


def test_the_threshold_by_hand():
    """Oracle: hand. R 4, T 3, S 0, P 1 (assurance): one half. R 4, T 3, S -8, P 1: nine tenths."""
    np.testing.assert_allclose(trust_threshold(4, 3, [0, -8], 1), [0.5, 0.9])
    assert cooperates([0.4, 0.5, 0.6], 0.5).tolist() == [False, True, True]


@given(st.floats(0.1, 5), st.floats(0.0, 5), inner)
def test_at_the_threshold_both_choices_are_worth_the_same(hope, fear, mutual):
    """Oracle: theorem, the expected payoffs."""
    r, t, s, p = mutual, mutual - hope, -fear, 0.0
    trust = trust_threshold(r, t, s, p)
    assert trust * r + (1 - trust) * s == pytest.approx(
        float(trust * t + (1 - trust) * p), abs=1e-9
    )


def test_one_that_would_rather_exploit_never_cooperates():
    """Oracle: published (kydd2005): mistrust is the belief that the other prefers to exploit."""
    assert np.isinf(trust_threshold(3, 4, 0, 1))
    assert not cooperates(1.0, trust_threshold(3, 4, 0, 1))
    assert trust_threshold(3, 2, 1, 1) == 0.0


@given(st.floats(0.1, 3), st.floats(0.0, 3), st.floats(0.0, 3))
def test_a_worse_exploitation_asks_for_more_trust(hope, fear, more):
    assert trust_threshold(hope, 0, -fear - more, 0) >= trust_threshold(hope, 0, -fear, 0)


def test_no_dilemma_is_refused():
    with pytest.raises(ModelError, match="more than conflict"):
        trust_threshold(3, 1, 2, 1)


# --- the spiral ------------------------------------------------------------------------------------------------------------


@given(inner, inner, inner, inner)
def test_the_index_has_the_sign_and_the_size_of_the_shifts(a, b, after_a, after_b):
    got = float(spiral_index((a, b), (after_a, after_b)))
    assert -1.0 <= got <= 1.0
    if after_a >= a and after_b >= b:
        assert got >= 0.0
    assert spiral_index((a, b), (a, b)) == 0.0
    assert spiral_index((a, b), (1.0, 1.0)) == pytest.approx(1.0)
    assert spiral_index((a, b), (0.0, 0.0)) == pytest.approx(-1.0)


def uniform(low, high):
    return lambda cost: float(np.clip((cost - low) / (high - low), 0.0, 1.0))


def test_fear_alone_can_make_an_arms_race_certain():
    """Oracle: published (baliga2004). Few arm for gain (one in a hundred), yet F(c) d > c all the way: all arm."""
    cost = uniform(0.0, 1.0)
    race = solve_arms_race((cost, cost), advantage=(0.01, 0.01), damage=(1.2, 1.2))
    np.testing.assert_allclose(race.dominant, 0.01)
    np.testing.assert_allclose(race.arming, 1.0)
    np.testing.assert_allclose(race.fear_share, 0.99)
    assert (np.diff(race.path, axis=0) >= 0.0).all()


def test_a_spiral_that_dies_out_by_hand():
    """Oracle: hand. F uniform on 0-1: p = mu + p (d - mu), so p = 0.1 / (1 - 0.4) with mu 0.1 and d 0.5."""
    cost = uniform(0.0, 1.0)
    race = solve_arms_race((cost, cost), advantage=(0.1, 0.1), damage=(0.5, 0.5))
    np.testing.assert_allclose(race.arming, 1 / 6, atol=1e-9)
    np.testing.assert_allclose(race.cutoff, 1 / 6, atol=1e-9)


def test_without_dominant_types_nobody_starts():
    """Oracle: hand. Nobody arms for gain, so nobody has anything to fear."""
    cost = uniform(0.2, 1.0)
    race = solve_arms_race((cost, cost), advantage=(0.1, 0.1), damage=(2.0, 2.0))
    np.testing.assert_allclose(race.arming, 0.0)


def test_one_dangerous_side_frightens_the_other():
    race = solve_arms_race(
        (uniform(0.0, 1.0), uniform(0.5, 1.5)), advantage=(0.3, 0.3), damage=(0.9, 0.9)
    )
    assert race.dominant[1] == 0.0
    assert race.fear_share[0] >= 0.0
    assert race.arming[0] > race.arming[1]


def test_a_loss_below_the_gain_is_refused():
    with pytest.raises(ModelError, match="smaller than the gain"):
        solve_arms_race((uniform(0, 1),) * 2, advantage=(0.5, 0.5), damage=(0.4, 0.6))


def test_a_spiral_without_rest_is_an_error(monkeypatch):
    from detente.models.beliefs import trust

    monkeypatch.setattr(trust, "_STEPS", 2)
    with pytest.raises(ModelError, match="come to rest"):
        solve_arms_race((uniform(0, 1),) * 2, advantage=(0.1, 0.1), damage=(0.9, 0.9))
