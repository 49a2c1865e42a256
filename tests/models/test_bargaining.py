"""The bargaining range, the points in it, and the simple averages."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from detente.errors import ModelError
from detente.models import find_model
from detente.models.bargaining import (
    agreement_volume,
    make_issue_space,
    weighted_mean,
    weighted_median,
)
from detente.testing.profiles import examples

MODEL = find_model("bargaining.settlement")
EXACT = 1e-9

costs = st.floats(0.01, 0.6)
probs = st.floats(0.0, 1.0)
positions = st.floats(0.0, 100.0)
saliences = st.floats(0.05, 1.0)
exponents = st.sampled_from([1.0, 1.5, 2.0, 3.0])
issue_lists = st.lists(
    st.tuples(positions, positions, saliences, saliences), min_size=1, max_size=4
).filter(lambda issues: max(abs(a - b) for a, b, _, _ in issues) > 1.0)


def members(*values):
    return np.array(values, dtype=float).reshape(-1, 1, 1)


def from_issues(issues, **scalars):
    names = ("challenger_position", "defender_position", "challenger_salience", "defender_salience")
    columns = np.array(issues, dtype=float).T[:, :, None, None]
    return dict(zip(names, columns, strict=True)) | scalars


def price(issues, **scalars):
    got = MODEL(**from_issues(issues, **scalars))
    return {key: value[..., 0, 0] for key, value in got.items()}


def utilities(issues, package, exponent):
    """Utilities by the definition, written out."""
    a, b, s, r = np.array(issues, dtype=float).T
    x = np.asarray(package)
    return (
        1 - (s * (np.abs(x - a) / 100) ** exponent).sum() / s.sum(),
        1 - (r * (np.abs(x - b) / 100) ** exponent).sum() / r.sum(),
    )


def reservation_values(issues, exponent, win, cost_c, cost_d):
    """What the costly lottery is worth, by the definition: the winner imposes its ideal package."""
    a, b, _, _ = np.array(issues, dtype=float).T
    if_c_wins, if_d_wins = utilities(issues, a, exponent), utilities(issues, b, exponent)
    return (
        win * if_c_wins[0] + (1 - win) * if_d_wins[0] - cost_c,
        win * if_c_wins[1] + (1 - win) * if_d_wins[1] - cost_d,
    )


SINGLE = [(0.0, 100.0, 1.0, 1.0)]
FIGHT = {"win_prob": 0.6, "challenger_war_cost": 0.1, "defender_war_cost": 0.2}


# --- theorems of Fearon (1995)


@examples(40)
@given(issue_lists, probs, costs, costs, exponents)
def test_a_range_always_exists_without_private_information(issues, win, cost_c, cost_d, exponent):
    """Oracle: theorem (fearon1995). Costly war, divisible issues, no disagreement: peace is possible."""
    got = price(
        issues,
        win_prob=win,
        challenger_war_cost=cost_c,
        defender_war_cost=cost_d,
        loss_exponent=exponent,
    )
    assert got["exists"] == 1.0
    assert got["width"] > 0.0
    assert got["challenger_gain"] > 0.0
    assert got["defender_gain"] > 0.0


@given(positions, positions, st.floats(0.25, 0.75), st.floats(0.01, 0.25), st.floats(0.01, 0.25))
def test_on_one_issue_the_width_is_the_sum_of_the_costs(a, b, win, cost_c, cost_d):
    """Oracle: theorem (fearon1995), for reservation values between the ideal points."""
    worth = abs(a - b) / 100
    assume(worth > 1e-3)
    cost_c, cost_d = cost_c * worth, cost_d * worth
    got = price(
        [(a, b, 0.7, 0.3)], win_prob=win, challenger_war_cost=cost_c, defender_war_cost=cost_d
    )
    assert got["width"] == pytest.approx(cost_c + cost_d, abs=EXACT)
    # the challenger concedes 1 - p of the way and the Nash point splits the surplus
    middle = a + (1 - win + (cost_c - cost_d) / worth / 2) * (b - a)
    assert got["nash_point"][0] == pytest.approx(middle, abs=1e-7)
    assert got["kalai_smorodinsky_point"][0] == pytest.approx(middle, abs=1e-7)


@given(st.floats(0.25, 0.75), st.floats(0.01, 0.2), st.floats(0.01, 0.2), st.floats(0.0, 1.0))
def test_disagreement_above_the_costs_empties_the_range(win, cost_c, cost_d, disagreement):
    """Oracle: hand. On one linear issue a range is left if the disagreement is below the sum of costs."""
    assume(abs(disagreement - cost_c - cost_d) > 1e-6)
    got = price(
        SINGLE,
        win_prob=win,
        challenger_war_cost=cost_c,
        defender_war_cost=cost_d,
        disagreement=disagreement,
    )
    believed = min(1 - win + disagreement, 1.0) - (1 - win)
    assert got["exists"] == float(believed < cost_c + cost_d)
    assert got["width"] == pytest.approx(max(cost_c + cost_d - believed, 0.0), abs=EXACT)


def test_a_deal_that_will_not_hold_empties_the_range():
    """Oracle: hand. Each side needs 0.2 more; the costs leave 0.3 for both."""
    got = price(SINGLE, **FIGHT, commitment_loss=0.2)
    assert got["exists"] == 0.0
    assert got["challenger_gain"] == got["defender_gain"] == got["width"] == 0.0
    held = price(SINGLE, **FIGHT, commitment_loss=0.1)
    assert held["exists"] == 1.0
    assert held["width"] == pytest.approx(0.1, abs=EXACT)


# --- the points


TWO_ISSUES = [
    [(0, 100, 1.0, 0.3), (10, 80, 0.2, 1.0)],
    [(20, 60, 0.5, 0.5), (0, 100, 0.5, 0.5)],
    [(90, 10, 0.1, 0.9), (30, 50, 1.0, 1.0)],
]


def gains_on_a_grid(issues, exponent, count=301):
    """Gains over fighting of both sides for every package of a fine grid, shape (packages, 2)."""
    a, b, s, r = np.array(issues, dtype=float).T
    grid = np.linspace(0.0, 1.0, count)
    shares = np.stack(np.meshgrid(*[grid] * len(issues), indexing="ij"), axis=-1)
    x = (a + shares * (b - a)).reshape(-1, len(issues))
    one = 1 - ((np.abs(x - a) / 100) ** exponent @ s) / s.sum()
    other = 1 - ((np.abs(x - b) / 100) ** exponent @ r) / r.sum()
    return np.stack([one, other], axis=1) - reservation_values(issues, exponent, 0.6, 0.1, 0.2)


@pytest.mark.parametrize("exponent", [1.0, 1.7, 2.0])
@pytest.mark.parametrize("issues", TWO_ISSUES)
def test_nash_point_beats_every_package_of_a_fine_grid(issues, exponent):
    """Oracle: independent code, exhaustive search."""
    got = price(issues, **FIGHT, loss_exponent=exponent)
    values = reservation_values(issues, exponent, 0.6, 0.1, 0.2)
    found = np.array(utilities(issues, got["nash_point"], exponent)) - values
    np.testing.assert_allclose(found, [got["challenger_gain"], got["defender_gain"]], atol=1e-9)
    gains = gains_on_a_grid(issues, exponent)
    searched = np.where((gains > 0).all(axis=1), gains.prod(axis=1), 0.0).max()
    assert searched - 1e-9 <= found.prod() <= searched + 5e-3


@pytest.mark.parametrize("exponent", [1.0, 1.7, 2.0])
@pytest.mark.parametrize("issues", TWO_ISSUES)
def test_width_and_kalai_smorodinsky_follow_from_the_largest_gains(issues, exponent):
    """Oracle: independent code, exhaustive search for the largest gain of each side (kalai1975)."""
    got = price(issues, **FIGHT, loss_exponent=exponent)
    gains = gains_on_a_grid(issues, exponent)
    most = [gains[gains[:, 1 - side] >= 0, side].max() for side in (0, 1)]
    assert got["width"] == pytest.approx(np.mean(most), abs=5e-3)
    values = reservation_values(issues, exponent, 0.6, 0.1, 0.2)
    found = np.array(utilities(issues, got["kalai_smorodinsky_point"], exponent)) - values
    assert found[0] / most[0] == pytest.approx(found[1] / most[1], abs=1e-2)
    # on the frontier: no package of the grid is better for both
    assert not (gains > found + 1e-9).all(axis=1).any()


@examples(40)
@given(issue_lists, probs, costs, costs, exponents)
def test_no_package_on_the_line_between_the_ideal_points_beats_the_nash_point(
    issues, win, cost_c, cost_d, exponent
):
    got = price(
        issues,
        win_prob=win,
        challenger_war_cost=cost_c,
        defender_war_cost=cost_d,
        loss_exponent=exponent,
    )
    a, b, _, _ = np.array(issues).T
    values = reservation_values(issues, exponent, win, cost_c, cost_d)

    def minus_product(share):
        one, other = utilities(issues, a + share * (b - a), exponent)
        gains = max(one - values[0], 0.0), max(other - values[1], 0.0)
        return -gains[0] * gains[1]

    best = minimize_scalar(minus_product, bounds=(0.0, 1.0), method="bounded")
    assert got["challenger_gain"] * got["defender_gain"] >= -best.fun - 1e-7


@examples(40)
@given(issue_lists, st.floats(0.2, 0.8), costs, costs, exponents)
def test_exchanging_the_sides_mirrors_the_answer(issues, win, cost_c, cost_d, exponent):
    """Oracle: theorem, symmetry of all three solutions."""
    one = price(
        issues,
        win_prob=win,
        challenger_war_cost=cost_c,
        defender_war_cost=cost_d,
        loss_exponent=exponent,
    )
    swapped = [(b, a, r, s) for a, b, s, r in issues]
    other = price(
        swapped,
        win_prob=1 - win,
        challenger_war_cost=cost_d,
        defender_war_cost=cost_c,
        loss_exponent=exponent,
    )
    assert one["width"] == pytest.approx(other["width"], abs=1e-7)
    assert one["challenger_gain"] == pytest.approx(other["defender_gain"], abs=1e-6)
    assert one["defender_gain"] == pytest.approx(other["challenger_gain"], abs=1e-6)
    assert one["volume"] == pytest.approx(other["volume"], abs=1e-12)


def test_issues_of_equal_worth_share_the_concession():
    """Oracle: theorem, by symmetry: no issue may be singled out by its place in the list."""
    got = price([(0, 100, 0.5, 0.5), (100, 0, 0.5, 0.5)], **FIGHT)
    assert got["nash_point"][0] == pytest.approx(100 - got["nash_point"][1], abs=1e-9)
    assert got["nash_point"][0] == pytest.approx(35.0, abs=1e-6)


def test_each_side_keeps_the_issue_it_cares_for_alone():
    """Oracle: hand. Opposite saliences: both get all they want."""
    for exponent in (1.0, 2.0):
        got = price([(0, 100, 1.0, 0.0), (0, 100, 0.0, 1.0)], **FIGHT, loss_exponent=exponent)
        np.testing.assert_allclose(got["nash_point"], [0.0, 100.0], atol=1e-6)
        assert got["challenger_gain"] == pytest.approx(0.5, abs=1e-6)
        assert got["defender_gain"] == pytest.approx(0.8, abs=1e-6)


def test_an_agreed_issue_stays_where_it_is():
    got = price([(0, 100, 1.0, 0.4), (30, 30, 1.0, 1.0), (50, 90, 0.2, 1.0)], **FIGHT)
    assert got["nash_point"][1] == 30.0
    assert got["exists"] == 1.0


@pytest.mark.parametrize("exponent", [1.0, 2.0])
def test_two_sides_that_agree_on_everything_have_nothing_to_fight_over(exponent):
    """Oracle: hand. War would only cost."""
    got = price([(30, 30, 1.0, 1.0)], **FIGHT, loss_exponent=exponent)
    assert got["exists"] == 1.0
    assert got["nash_point"][0] == 30.0
    assert got["challenger_gain"] == pytest.approx(0.1)
    assert got["defender_gain"] == pytest.approx(0.2)


def test_without_a_range_the_points_are_the_least_bad_package():
    """Oracle: hand. Linear issue, both 0.15 short: the challenger concedes 0.5."""
    got = price(SINGLE, win_prob=0.5, challenger_war_cost=-0.15, defender_war_cost=-0.15)
    assert got["exists"] == 0.0
    assert got["nash_point"][0] == pytest.approx(50.0, abs=1e-6)
    assert got["kalai_smorodinsky_point"][0] == pytest.approx(50.0, abs=1e-6)
    assert got["volume"] == 0.0


def test_a_concession_widens_the_room_that_costs_leave():
    """The less there is to win, the less it takes to outweigh it: the defender moves towards the challenger."""
    stubborn = price([(0, 100, 1.0, 1.0)], **FIGHT, disagreement=0.4)
    yielding = price([(0, 60, 1.0, 1.0)], **FIGHT, disagreement=0.4)
    assert stubborn["exists"] == 0.0
    assert yielding["exists"] == 1.0


def test_a_side_that_cares_for_nothing_accepts_anything():
    got = price([(0, 100, 0.0, 1.0)], **FIGHT)
    assert got["exists"] == 1.0
    assert got["nash_point"][0] == pytest.approx(100.0, abs=1e-6)


# --- volume


def test_volume_of_one_issue_is_its_width():
    """Oracle: hand, up to the spacing of the 256 points."""
    got = price(SINGLE, **FIGHT)
    assert got["volume"] == pytest.approx(0.3, abs=2 / 256)


@examples(40)
@given(issue_lists, probs, costs, st.floats(0.0, 0.5))
def test_dearer_war_never_shrinks_the_range(issues, win, cost, more):
    before = price(issues, win_prob=win, challenger_war_cost=cost, defender_war_cost=cost)
    after = price(issues, win_prob=win, challenger_war_cost=cost + more, defender_war_cost=cost)
    assert after["volume"] >= before["volume"]
    assert after["width"] >= before["width"] - 1e-9


@examples(20)
@given(issue_lists, st.floats(0.2, 0.8), costs, costs, exponents)
def test_volume_counts_the_packages_both_prefer(issues, win, cost_c, cost_d, exponent):
    """Oracle: independent code: random packages, utilities by the definition."""
    a, b, s, r = np.array(issues, dtype=float).T
    x = np.random.default_rng(0).uniform(0, 100, (20_000, len(issues)))
    one = 1 - ((np.abs(x - a) / 100) ** exponent @ s) / s.sum()
    other = 1 - ((np.abs(x - b) / 100) ** exponent @ r) / r.sum()
    values = reservation_values(issues, exponent, win, cost_c, cost_d)
    both = (one >= values[0]) & (other >= values[1])
    inputs = from_issues(issues)
    space = make_issue_space(
        inputs["challenger_position"],
        inputs["defender_position"],
        challenger_salience=inputs["challenger_salience"],
        defender_salience=inputs["defender_salience"],
        exponent=exponent,
    )
    volume = agreement_volume(
        space, challenger_value=np.array(values[0]), defender_value=np.array(values[1])
    )
    assert volume[0, 0] == pytest.approx(np.mean(both), abs=0.05)


@pytest.mark.parametrize("exponent", [1.0, 1.0000001, 2.0, 4.0])
@pytest.mark.parametrize("n_issues", [1, 3, 9])
@pytest.mark.parametrize("n", [75, pytest.param(300, marks=pytest.mark.slow)])
def test_ties_zeros_and_certain_wars_keep_the_theorem(n_issues, exponent, n):
    """Oracle: theorem (fearon1995), on coarse random cases: equal ideals, equal ratios, issues nobody cares for."""
    rng = np.random.default_rng(n_issues)
    shape = (n_issues, 1, n)
    disagreement = rng.choice([0.0, 0.5], (2, n))
    got = MODEL(
        challenger_position=rng.integers(0, 6, shape) * 20.0,
        defender_position=rng.integers(0, 6, shape) * 20.0,
        challenger_salience=rng.integers(0, 4, shape) / 3,
        defender_salience=rng.integers(0, 4, shape) / 3,
        win_prob=rng.integers(0, 11, (2, n)) / 10,
        challenger_war_cost=rng.uniform(0.0, 0.5, (2, 1)),
        defender_war_cost=rng.uniform(0.0, 0.5, (1, n)),
        disagreement=disagreement,
        loss_exponent=exponent,
    )
    assert all(np.isfinite(values).all() for values in got.values())
    assert (got["exists"][disagreement == 0.0] == 1.0).all()
    assert not ((got["volume"] > 0.0) & (got["exists"] == 0.0)).any()


# --- averages


def test_median_with_the_weight_exactly_halved_is_the_lower_position():
    assert weighted_median([10.0, 20.0], [1.0, 1.0]) == 10.0


def test_averages_work_on_columns():
    x = np.array([[0.0, 10.0], [50.0, 10.0], [100.0, 40.0]])
    np.testing.assert_allclose(weighted_mean(x, np.ones((3, 1))), [50.0, 20.0])
    np.testing.assert_allclose(weighted_median(x, np.ones((3, 1))), [50.0, 10.0])


@given(
    st.lists(st.tuples(positions, st.floats(0.01, 10.0)), min_size=1, max_size=8),
    st.floats(0.1, 50.0),
)
def test_averages_lie_inside_and_ignore_the_scale_of_weights(actors, scale):
    x, w = np.array(actors).T
    for average in (weighted_mean, weighted_median):
        value = average(x, w)
        assert x.min() - 1e-9 <= value <= x.max() + 1e-9
        assert value == pytest.approx(average(x, w * scale), abs=1e-9)


@pytest.mark.parametrize(
    ("x", "w", "match"),
    [
        ([np.nan, 1.0], [1.0, 1.0], "not finite"),
        ([0.0, 1.0], [1.0, np.inf], "not finite"),
        ([0.0, 1.0], [1.0, -1.0], "none negative"),
        ([0.0, 1.0], [0.0, 0.0], "positive in sum"),
    ],
)
def test_bad_tables_are_refused(x, w, match):
    with pytest.raises(ModelError, match=match) as caught:
        weighted_mean(x, w)
    assert caught.value.code == "input-invalid"
    assert caught.value.fix
