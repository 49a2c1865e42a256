"""Quantal joining."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import expit

from detente.errors import ModelError
from detente.models import find_model
from detente.models.alliance import (
    coverage_share,
    equilibrium,
    exposure_ranking,
    extreme_joining,
    proximity,
    solve_joining,
    unanimity_prob,
)

RESIDUAL = 1e-9
MODEL = find_model("alliance.joining")
fractions = st.floats(0.0, 1.0)


def members(*values):
    return np.array(values, dtype=float).reshape(-1, 1, 1)


BASE = {
    "dependence": members(0.05, 0.5, 0.8),
    "trade_exposure": members(0.005, 0.02, 0.04),
    "bank_exposure": members(0.001, 0.002, 0.01),
    "position": members(90, 60, 30),
    "distance_km": members(2000, 1200, 900),
    "weight": members(1, 2, 1),
    "severity": 1.0,
    "package_strength": 1.0,
    "side_payment": 0.0,
    "rationality": 1.0,
}

member_vectors = st.lists(
    st.tuples(fractions, st.floats(0.0, 0.2), st.floats(0.0, 100.0), st.floats(0.1, 5.0)),
    min_size=1,
    max_size=6,
)


def from_vectors(vectors, **changes):
    columns = np.array(vectors, dtype=float).T[:, :, None, None]
    names = ("dependence", "trade_exposure", "position", "weight")
    inputs = dict(zip(names, columns, strict=True))
    return BASE | inputs | {"bank_exposure": 0.01, "distance_km": 1000.0} | changes


def test_one_member_is_a_plain_logit():
    """Oracle: hand. No others, no pressure: severity * (6 * .6 + e^-1) - (2 * .5 + 10 * .02 + 20 * .01 + 2)."""
    got = MODEL(
        dependence=members(0.5),
        trade_exposure=members(0.02),
        bank_exposure=members(0.01),
        position=members(60.0),
        distance_km=members(1000.0),
        weight=members(3.0),
        severity=0.8,
        package_strength=1.0,
        side_payment=0.0,
        rationality=1.5,
        w_social=5.0,
    )
    expected = expit(1.5 * (0.8 * (3.6 + np.exp(-1)) - 3.4))
    for key in ("joining_prob", "coverage", "unanimity_prob", "expected_share"):
        assert np.squeeze(got[key]) == pytest.approx(expected, abs=1e-12)


@given(member_vectors, fractions, fractions, st.floats(0.0, 5.0), st.floats(0.0, 10.0))
def test_answers_are_fixed_points(vectors, severity, strength, rationality, social):
    """Oracle: the equation, evaluated here by itself."""
    inputs = from_vectors(
        vectors,
        severity=severity,
        package_strength=strength,
        rationality=rationality,
        w_social=social,
    )
    got = MODEL(**inputs)
    p = got["joining_prob"][:, 0, 0]
    w = inputs["weight"][:, 0, 0]
    exposure = 2 * inputs["dependence"] + 10 * inputs["trade_exposure"] + 20 * 0.01
    benefit = severity * (6 * inputs["position"] / 100 + np.exp(-1)) - strength * (exposure + 2)
    for m, net in enumerate(benefit[:, 0, 0]):
        rest = np.arange(len(p)) != m
        pressure = 2 * (w[rest] @ p[rest]) / w[rest].sum() - 1 if rest.any() else 0.0
        assert p[m] == pytest.approx(expit(rationality * (net + social * pressure)), abs=1e-7)
    assert got["residual"][0, 0] < RESIDUAL


@given(member_vectors, st.integers(0, 5), fractions, st.floats(0.0, 3.0))
def test_more_dependence_never_raises_joining(vectors, index, higher, social):
    assume(index < len(vectors))
    inputs = from_vectors(vectors, w_social=social, rationality=0.6)
    raised = inputs["dependence"].copy()
    raised[index] = np.maximum(raised[index], higher)
    before, after = MODEL(**inputs), MODEL(**(inputs | {"dependence": raised}))
    # with pressure everybody follows, nobody goes the other way
    assert (after["joining_prob"] <= before["joining_prob"] + 1e-9).all()
    if higher > inputs["dependence"][index, 0, 0] + 1e-6:
        assert after["joining_prob"][index] < before["joining_prob"][index]


@given(member_vectors, fractions, fractions)
def test_side_payments_never_lower_joining(vectors, one, other):
    low, high = sorted((one, other))
    less = MODEL(**from_vectors(vectors, side_payment=low))
    more = MODEL(**from_vectors(vectors, side_payment=high))
    assert (more["joining_prob"] >= less["joining_prob"] - 1e-9).all()


@given(member_vectors, fractions, fractions)
def test_a_worse_act_never_lowers_joining(vectors, one, other):
    low, high = sorted((one, other))
    mild = MODEL(**from_vectors(vectors, severity=low))
    grave = MODEL(**from_vectors(vectors, severity=high))
    assert (grave["joining_prob"] >= mild["joining_prob"] - 1e-9).all()


@given(st.tuples(fractions, st.floats(0.0, 0.2), st.floats(0.0, 100.0), st.just(1.0)))
def test_identical_exposures_join_identically(vector):
    """Oracle: theorem, by symmetry."""
    got = MODEL(**from_vectors([vector] * 4, w_social=3.0))
    p = got["joining_prob"][:, 0, 0]
    np.testing.assert_allclose(p, p[0], atol=1e-12)
    assert got["unanimity_prob"][0, 0] == pytest.approx(p[0] ** 4, abs=1e-9)


@given(member_vectors, st.randoms(use_true_random=False))
def test_the_order_of_members_is_no_matter(vectors, random):
    order = list(range(len(vectors)))
    random.shuffle(order)
    one = MODEL(**from_vectors(vectors, w_social=3.0))
    other = MODEL(**from_vectors([vectors[i] for i in order], w_social=3.0))
    np.testing.assert_allclose(other["joining_prob"], one["joining_prob"][order], atol=1e-9)
    np.testing.assert_allclose(other["coverage"], one["coverage"], atol=1e-9)


def test_identical_members_solve_the_scalar_equation():
    """Oracle: independent code. With identical members p = logit(lambda (b + J (2 p - 1)))."""
    b, j, lam = -0.3, 1.4, 1.2
    root = brentq(lambda p: p - expit(lam * (b + j * (2 * p - 1))), 0.0, 1.0, xtol=1e-14)
    got = solve_joining(np.full((5, 1), b), weight=1.0, social=j, rationality=lam)
    np.testing.assert_allclose(got.prob, root, atol=1e-10)
    assert not got.multiple.any()


def test_strong_pressure_holds_up_more_than_one_answer():
    """Oracle: theorem (brock2001). Identical members, no own motive: three answers if lambda * J > 2."""
    shape = (4, 3)
    got = solve_joining(np.zeros(shape), weight=1.0, social=[1.0, 1.9, 2.6], rationality=1.0)
    np.testing.assert_array_equal(got.multiple, [False, False, True])
    np.testing.assert_allclose(got.prob, 0.5)
    low, high = extreme_joining(np.zeros(shape), weight=1.0, social=2.6, rationality=1.0)
    root = brentq(lambda p: p - expit(2.6 * (2 * p - 1)), 0.6, 1.0, xtol=1e-14)
    np.testing.assert_allclose(high, root, atol=1e-8)
    np.testing.assert_allclose(low, 1 - root, atol=1e-8)


@given(member_vectors, st.floats(0.0, 8.0))
def test_every_answer_lies_between_the_extremes(vectors, social):
    b = np.array([v[2] / 20 - 3 * v[0] for v in vectors])[:, None]
    w = np.array([v[3] for v in vectors])[:, None]
    low, high = extreme_joining(b, weight=w, social=social, rationality=1.0)
    got = solve_joining(b, weight=w, social=social, rationality=1.0)
    assert (low <= got.prob + 1e-7).all()
    assert (got.prob <= high + 1e-7).all()


def test_slow_cases_are_finished_by_newton():
    """At the edge of uniqueness best responses crawl; the answer must still be one."""
    b = np.linspace(-1e-7, 1e-7, 5).reshape(5, 1) * np.ones((5, 40))
    got = solve_joining(b, weight=1.0, social=np.linspace(1.99, 2.01, 40), rationality=1.0)
    assert got.residual.max() < RESIDUAL


def test_two_members_under_heavy_pressure_do_not_swing():
    """Each answers only the other: undamped best responses would change places for ever."""
    got = solve_joining(np.array([[-1.0], [-0.04]]), weight=1.0, social=7.0, rationality=3.0)
    assert got.residual[0] < RESIDUAL
    assert got.multiple[0]


@pytest.mark.parametrize("social", [1.0, 5.0])
def test_an_answer_that_does_not_settle_is_an_error(monkeypatch, social):
    monkeypatch.setattr(equilibrium, "_MAX_ITERATIONS", 1)
    monkeypatch.setattr(equilibrium, "_NEWTON_STEPS", 0)
    with pytest.raises(ModelError, match="do not settle") as caught:
        solve_joining(np.array([[0.4], [0.1]]), weight=1.0, social=social, rationality=1.0)
    assert caught.value.fix


def test_a_member_that_is_all_the_weight_feels_no_pressure():
    got = solve_joining(
        np.array([[0.4], [0.0]]), weight=[[1.0], [0.0]], social=2.0, rationality=1.0
    )
    assert got.prob[0, 0] == pytest.approx(expit(0.4), abs=1e-12)
    assert got.prob[1, 0] == pytest.approx(expit(2.0 * (2 * expit(0.4) - 1)), abs=1e-9)


def test_weights_move_coverage_and_not_the_plain_share():
    """Oracle: hand."""
    got = MODEL(**BASE)
    p = got["joining_prob"][:, 0, 0]
    assert got["coverage"][0, 0] == pytest.approx((p[0] + 2 * p[1] + p[2]) / 4)
    assert got["expected_share"][0, 0] == pytest.approx(p.mean())
    assert coverage_share(p, weight=[1, 2, 1]) == pytest.approx(got["coverage"][0, 0])
    assert unanimity_prob(p) == pytest.approx(got["unanimity_prob"][0, 0])


def test_weights_of_zero_are_refused():
    with pytest.raises(ModelError, match="nothing to weigh by"):
        MODEL(**(BASE | {"weight": 0.0}))


def test_closeness_falls_with_distance():
    np.testing.assert_allclose(proximity([0.0, 1000.0]), [1.0, np.exp(-1)])


def test_rankings_differ_by_channel_and_leave_missing_members_out():
    got = exposure_ranking({"gas": {"A": 0.2, "B": 0.9, "C": 0.2}, "banks": {"A": 30.0, "C": 10.0}})
    assert [name for name, _ in got["gas"]] == ["B", "A", "C"]
    assert [name for name, _ in got["banks"]] == ["A", "C"]
