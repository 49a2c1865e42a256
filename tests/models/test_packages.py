"""Packages of several parties, what carries and empties a range, and Fearon's mechanisms in closed form."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from detente.errors import ModelError
from detente.models import find_model
from detente.models.bargaining import (
    best_demand,
    first_strike_width,
    make_issue_space,
    make_parties,
    preventive_motive,
    solve_packages,
    solve_range,
    undivided_exists,
)
from detente.testing.profiles import examples

MODEL = find_model("bargaining.settlement")
CONSENT = find_model("bargaining.consent")
EXACT = 1e-7
seeds = st.integers(0, 10_000)


def draw_parties(seed, n_parties=3, n_issues=3, n_draws=4, lines=None):
    rng = np.random.default_rng(seed)
    shape = (n_parties, n_issues, n_draws)
    position, salience = rng.uniform(0, 100, shape), rng.uniform(0.05, 1.0, shape)
    red = rng.uniform(0, 100, shape) if lines else None
    return make_parties(position, salience, red_line=red, firmness=lines or 1.0)


# --- several parties


@examples(12)
@given(seeds)
def test_two_parties_get_what_the_frontier_gives(seed):
    """Oracle: independent code: the exact frontier of two sides, with red lines."""
    rng = np.random.default_rng(seed)
    a, b = np.round(rng.uniform(0, 100, (2, 3, 5)), 1)
    s, r = rng.uniform(0.05, 1.0, (2, 3, 5))
    red_a, red_b = (
        a + rng.uniform(0, 1, a.shape) * (b - a),
        b + rng.uniform(0, 1, a.shape) * (a - b),
    )
    v = rng.uniform(0.1, 0.7, (2, 5))
    parties = make_parties(
        np.stack([a, b]), np.stack([s, r]), red_line=np.stack([red_a, red_b]), firmness=3.0
    )
    space = make_issue_space(
        a,
        b,
        challenger_salience=s,
        defender_salience=r,
        challenger_red_line=red_a,
        defender_red_line=red_b,
        firmness=3.0,
    )
    got = solve_packages(parties, v)
    exact = solve_range(space, challenger_value=v[0], defender_value=v[1])
    np.testing.assert_array_equal(got.exists, exact.exists)
    on = got.exists
    np.testing.assert_allclose(got.most[0][on], exact.most_challenger[on], atol=1e-6)
    np.testing.assert_allclose(got.most[1][on], exact.most_defender[on], atol=1e-6)
    np.testing.assert_allclose(got.gains[0][on], exact.challenger_gain[on], atol=1e-4)
    shares = parties.utilities(got.kalai_smorodinsky_point) - v
    np.testing.assert_allclose(
        shares[0][on] * got.most[1][on], shares[1][on] * got.most[0][on], atol=1e-6
    )


@examples(8)
@given(seeds, st.sampled_from([None, 3.0]))
def test_no_random_package_is_fairer_or_better_than_the_points(seed, lines):
    """Oracle: independent code: ten thousand random packages, utilities by the definition."""
    parties = draw_parties(seed, lines=lines)
    v = np.full((3, 4), 0.35)
    got = solve_packages(parties, v)
    x = np.random.default_rng(0).uniform(0, 100, (3, 10_000, 4))
    gains = parties.utilities(x) - v[:, None]
    assert (gains.min(axis=0).max(axis=0) <= got.slack + EXACT).all()
    product = np.where((gains > 0).all(axis=0), gains.prod(axis=0), 0.0).max(axis=0)
    assert (product <= got.gains.prod(axis=0) + 1e-6).all()
    fair = (parties.utilities(got.fairest) - v).min(axis=0)
    np.testing.assert_allclose(fair, got.slack, atol=EXACT)


def test_a_third_party_only_narrows_the_range():
    """Oracle: theorem: one more veto."""
    parties = draw_parties(3, n_draws=20)
    two = make_parties(parties.position[:2], parties.slope[:2])
    v = np.full((3, 20), 0.72)
    both, all_three = solve_packages(two, v[:2]), solve_packages(parties, v)
    assert (all_three.slack <= both.slack + EXACT).all()
    assert 0 < all_three.exists.sum() < both.exists.sum()


@examples(8)
@given(seeds)
def test_indivisible_issues_are_enumerated(seed):
    """Oracle: independent code: all whole packages by brute force."""
    parties = draw_parties(seed, n_parties=3, n_issues=2, n_draws=3)
    v = np.full((3, 3), 0.3)
    got = solve_packages(parties, v, indivisible=[True, True])
    assert got.choices == 9
    best = np.full(3, -np.inf)
    for i in range(3):
        for j in range(3):
            package = np.stack([parties.position[i, 0], parties.position[j, 1]])
            best = np.maximum(best, (parties.utilities(package) - v).min(axis=0))
    np.testing.assert_allclose(got.slack, best, atol=EXACT)
    assert (got.slack <= solve_packages(parties, v).slack + EXACT).all()


def test_one_whole_issue_and_one_divisible_by_hand():
    """Oracle: hand. The whole issue goes to one side, the other issue makes up for it."""
    parties = make_parties([[0.0, 0.0], [100.0, 100.0]], [[1.0, 1.0], [1.0, 1.0]])
    got = solve_packages(parties, [0.4, 0.4], indivisible=[True, False])
    assert got.exists.all()
    assert got.slack[0] == pytest.approx(0.1, abs=EXACT)
    assert set(np.round(got.fairest[:, 0], 5)) in ({0.0, 100.0}, {100.0, 0.0})
    none = solve_packages(parties, [0.55, 0.55], indivisible=[True, False])
    assert not none.exists[0]
    assert none.slack[0] == pytest.approx(-0.05, abs=EXACT)
    assert np.isnan(none.most).all()


@pytest.mark.parametrize(
    ("position", "more", "match"),
    [
        ([[1.0, 2.0]], {}, "two parties"),
        ([[1.0], [101.0]], {}, "from 0 to 100"),
        ([[1.0], [np.nan]], {}, "from 0 to 100"),
        ([[1.0], [2.0]], {"firmness": 0.5}, "one or more"),
        ([[1.0], [2.0]], {"red_line": [[-1.0], [2.0]]}, "from 0 to 100"),
    ],
)
def test_parties_that_cannot_be_are_refused(position, more, match):
    with pytest.raises(ModelError) as caught:
        make_parties(position, np.ones_like(np.array(position)), **more)
    assert caught.value.code == "input-invalid"
    assert match in caught.value.fix


def test_packages_that_cannot_be_are_refused():
    parties = draw_parties(0, n_parties=3, n_issues=6, n_draws=1)
    for values, whole in (
        ([0.1, 0.2], None),
        ([0.1, 0.2, np.nan], None),
        ([0.1] * 3, [True] * 6),
        ([0.1] * 3, [True]),
    ):
        with pytest.raises(ModelError) as caught:
            solve_packages(parties, values, indivisible=whole)
        assert caught.value.code == "input-invalid"
        assert caught.value.fix


# --- what carries and empties a range


def draw_inputs(seed, n=200, n_issues=3):
    rng = np.random.default_rng(seed)
    member, scalar = (n_issues, 1, n), (1, n)
    return {
        "challenger_position": rng.uniform(0, 40, member),
        "defender_position": rng.uniform(60, 100, member),
        "challenger_salience": rng.uniform(0.1, 1, member),
        "defender_salience": rng.uniform(0.1, 1, member),
        "challenger_red_line": rng.uniform(20, 60, member),
        "defender_red_line": rng.uniform(40, 80, member),
        "red_line_firmness": rng.uniform(1, 4, scalar),
        "win_prob": rng.uniform(0, 1, scalar),
        "challenger_war_cost": rng.uniform(0.02, 0.3, scalar),
        "defender_war_cost": rng.uniform(0.02, 0.3, scalar),
        "disagreement": rng.uniform(0, 0.4, scalar),
        "commitment_loss": rng.uniform(0, 0.2, scalar),
        "first_strike_advantage": rng.uniform(0, 0.2, scalar),
    }


def test_each_cause_taken_away_is_the_model_without_it():
    """Oracle: theorem, by the definition of each."""
    inputs = draw_inputs(1)
    got = MODEL(**inputs)
    for name, change in (
        ("exists_common_beliefs", {"disagreement": 0.0}),
        ("exists_firm_deals", {"commitment_loss": 0.0, "first_strike_advantage": 0.0}),
        ("exists_no_red_lines", {"red_line_firmness": 1.0}),
    ):
        other = MODEL(**{**inputs, **change})["exists"]
        np.testing.assert_array_equal(got[name], other)
        assert (got[name] >= got["exists"]).all()
        assert (got[name] > got["exists"]).any()
    assert (got["exists_undivided"] <= got["exists"]).all()
    assert 0 < got["exists_undivided"].mean() < got["exists"].mean() < 1


@examples(30)
@given(seeds)
def test_whole_issues_by_brute_force(seed):
    """Oracle: independent code: every assignment, utilities by the definition."""
    rng = np.random.default_rng(seed)
    a, b, s, r, red_a, red_b = rng.uniform(0, 100, (6, 3, 1))
    space = make_issue_space(
        a,
        b,
        challenger_salience=s,
        defender_salience=r,
        challenger_red_line=red_a,
        defender_red_line=red_b,
        firmness=2.0,
    )
    v = rng.uniform(0.1, 0.8, (2, 1))
    corners = np.array([[(k >> j) & 1 for j in range(3)] for k in range(8)], dtype=float).T
    u_c, u_d = space.utilities(corners)
    found = bool(((u_c >= v[0]) & (u_d >= v[1])).any())
    assert bool(undivided_exists(space, challenger_value=v[0], defender_value=v[1])[0]) == found


def test_shortfall_is_what_opens_the_range():
    """Oracle: theorem: a side whose war costs it that much more has a range of width zero, with a bit more one."""
    inputs = draw_inputs(2) | {"commitment_loss": 0.0}
    got = MODEL(**inputs)
    shut = got["exists"] == 0
    assert shut.any()
    for side in ("challenger", "defender"):
        short = got[f"{side}_shortfall"]
        assert (short[shut] > 0).all()
        assert (short[~shut] == 0).all()
        for slack, opens in ((1e-6, True), (-1e-6, False)):
            moved = {**inputs, f"{side}_war_cost": inputs[f"{side}_war_cost"] + short + slack}
            exists = MODEL(**moved)["exists"][shut] > 0
            assert (exists == opens).all()


def test_ends_of_an_issue_leave_one_side_with_nothing():
    """Oracle: theorem: at an end that is not an ideal point, one side is as well off as fighting."""
    inputs = draw_inputs(3)
    got = MODEL(**inputs)
    a, b = inputs["challenger_position"], inputs["defender_position"]
    s, r = (
        inputs[f"{side}_salience"] / inputs[f"{side}_salience"].sum(axis=0)
        for side in ("challenger", "defender")
    )
    firm = inputs["red_line_firmness"]
    red_a, red_b = inputs["challenger_red_line"], inputs["defender_red_line"]

    def losses(x):
        over = np.maximum(x - np.maximum(red_a, a), 0) * (firm - 1)
        under = np.maximum(np.minimum(red_b, b) - x, 0) * (firm - 1)
        return (s * (x - a + over) / 100).sum(axis=0), (r * (b - x + under) / 100).sum(axis=0)

    on = got["exists"] > 0
    base_c, base_d = losses(got["nash_point"])
    for k in range(3):
        for side, base, gain, ideal in (
            (0, base_c, got["challenger_gain"], b),
            (1, base_d, got["defender_gain"], a),
        ):
            x = got["nash_point"].copy()
            end = got["range_defender_end" if side == 0 else "range_challenger_end"]
            x[k] = end[k]
            lost = losses(x)[side] - base
            inner = on & (np.abs(end[k] - ideal[k]) > 1e-6)
            np.testing.assert_allclose(lost[inner], gain[inner], atol=1e-9)
            assert (lost[on] <= gain[on] + 1e-9).all()


def test_what_issues_carry_by_hand():
    """Oracle: hand. An agreed issue carries nothing. On the disputed one the costs saved can change hands, without it not."""
    column = lambda *values: np.array(values, dtype=float).reshape(-1, 1, 1)  # noqa: E731
    fight = {"win_prob": 0.5, "challenger_war_cost": 0.1, "defender_war_cost": 0.1}
    agreed = MODEL(
        challenger_position=column(0, 30),
        defender_position=column(100, 30),
        challenger_salience=column(1, 1),
        defender_salience=column(1, 1),
        **fight,
    )
    # costs of 0.2 in all are one side's gain at most; left to chance, each saves its own 0.1
    np.testing.assert_allclose(agreed["carried"].ravel(), [0.5, 0.0], atol=1e-12)
    traded = MODEL(
        challenger_position=column(0, 0),
        defender_position=column(100, 100),
        challenger_salience=column(1, 0.2),
        defender_salience=column(0.2, 1),
        **fight,
    )
    # with both: most of 0.52 each; with one left to chance: 0.5167 and 0.12
    np.testing.assert_allclose(traded["carried"].ravel(), 1 - (0.62 + 1 / 60) / 2 / 0.52, atol=1e-9)
    np.testing.assert_allclose(traded["trade_rate"].ravel(), [5 / 6, 1 / 6])


# --- a third party whose consent is needed


def test_consent_by_hand():
    """Oracle: hand. The package costs 0.3, war 0.6 x 1 + 0.1; a red line at 80 doubles what lies beyond it."""
    given = {
        "position": 100.0,
        "salience": 1.0,
        "challenger_position": 0.0,
        "status_quo": 80.0,
        "win_prob": 0.6,
        "war_cost": 0.1,
    }
    got = CONSENT(package=70.0, **given)
    assert got["gain"].item() == pytest.approx(0.4)
    assert got["consents"].item() == 1.0
    firm = CONSENT(package=70.0, red_line=80.0, red_line_firmness=2.0, **given)
    assert firm["gain"].item() == pytest.approx(0.3)
    assert CONSENT(package=20.0, **given)["consents"].item() == 0.0


def test_consent_is_measured_against_things_as_they_stand_too():
    """Oracle: hand. At 80 a party loses 0.2: a package at 70 is better than a war that costs 0.7 and worse than today."""
    given = {
        "position": 100.0,
        "salience": 1.0,
        "challenger_position": 0.0,
        "status_quo": 80.0,
        "win_prob": 0.6,
        "war_cost": 0.1,
    }
    over_its_head = CONSENT(package=70.0, **given)
    assert (over_its_head["consents"].item(), over_its_head["gain"].item()) == (
        1.0,
        pytest.approx(0.4),
    )
    assert over_its_head["consents_as_things_stand"].item() == 0.0
    assert over_its_head["gain_as_things_stand"].item() == pytest.approx(-0.1)
    better = CONSENT(package=85.0, **given)
    assert better["consents_as_things_stand"].item() == 1.0
    assert better["gain_as_things_stand"].item() == pytest.approx(0.05)


@given(st.floats(0.0, 100.0), st.floats(0.0, 100.0), st.floats(0.0, 100.0))
def test_a_package_that_changes_nothing_is_neither_better_nor_worse_than_today(x, ideal, rival):
    """Oracle: theorem: without a red line the same position has the same worth."""
    got = CONSENT(
        package=x, status_quo=x, position=ideal, salience=1.0, challenger_position=rival,
        win_prob=0.5, war_cost=0.1,
    )  # fmt: skip
    assert got["gain_as_things_stand"].item() == 0.0
    assert got["consents_as_things_stand"].item() == 1.0


LINES = {"challenger_red_line": [[[50.0]]], "defender_red_line": [[[60.0]]]}
SIDES = {
    "challenger_position": [[[0.0]]],
    "defender_position": [[[100.0]]],
    "challenger_salience": [[[1.0]]],
    "defender_salience": [[[1.0]]],
    "win_prob": 0.5,
    "challenger_war_cost": 0.3,
    "defender_war_cost": 0.3,
}


def test_a_red_line_that_is_written_acts():
    """Oracle: hand. Lines at 50 and 60 leave no package between them; at a price, or without lines, there is one."""
    settle = MODEL
    hard = settle(**SIDES, **LINES)
    assert (hard["exists"].item(), hard["exists_no_red_lines"].item()) == (0.0, 1.0)
    assert settle(**SIDES, **LINES, red_line_firmness=1.5)["exists"].item() == 1.0
    assert settle(**SIDES)["exists"].item() == 1.0
    one = settle(**SIDES, challenger_red_line=[[[30.0]]])
    assert one["exists"].item() == 1.0
    assert one["nash_point"].item() <= 30.0 + 1e-3


@given(st.floats(1.0, 99.0), st.floats(0.02, 0.4))
def test_no_package_crosses_a_hard_line(line, cost):
    """Oracle: theorem: a gain of at most the whole issue space pays for no point that costs a million times as much."""
    settle = MODEL
    sides = SIDES | {"challenger_war_cost": cost, "defender_war_cost": cost}
    got = settle(**sides, challenger_red_line=[[[line]]])
    if got["exists"].item():
        assert got["nash_point"].item() <= line + 1e-3


def test_without_lines_firmness_changes_nothing():
    """Oracle: theorem: nothing is crossed where no line is drawn."""
    settle = MODEL
    free, firm = settle(**SIDES), settle(**SIDES, red_line_firmness=7.0)
    assert all(np.array_equal(free[name], firm[name]) for name in free)


def test_several_parties_keep_their_lines_too():
    """Oracle: hand. The first signs up to 40 only; without the line all three meet at 50."""
    parties = make_parties(
        [[0.0], [100.0], [50.0]], [[1.0]] * 3, red_line=[[40.0], [np.nan], [np.nan]]
    )
    got = solve_packages(parties, [0.3, 0.3, 0.3])
    assert got.exists[0]
    assert got.nash_point[0, 0] <= 40.0 + 1e-4


# --- mechanisms of Fearon, in closed form


@given(st.floats(0.05, 0.6), st.floats(0.0, 0.4), st.floats(0.0, 0.2), st.floats(0.01, 0.3))
def test_best_demand_beats_every_other(win, cost, low, spread):
    """Oracle: independent code: the expected value of a demand, written out and searched."""
    high = low + spread

    def value(demand):
        refused = np.clip((demand - win - low) / spread, 0.0, 1.0)
        return (1 - refused) * min(demand, 1.0) + refused * (win - cost)

    demand, risk = best_demand(win, own_cost=cost, other_low=low, other_high=high)
    searched = minimize_scalar(
        lambda x: -value(x), bounds=(win, min(win + high, 1.0)), method="bounded"
    )
    assert value(float(demand)) >= -searched.fun - 1e-9
    assert float(risk) == pytest.approx(np.clip((demand - win - low) / spread, 0, 1), abs=1e-12)


def test_without_private_information_a_demand_takes_no_risk():
    """Oracle: theorem (fearon1995)."""
    demand, risk = best_demand(0.5, own_cost=0.1, other_low=0.2, other_high=0.2)
    assert (float(demand), float(risk)) == (0.7, 0.0)


def test_striking_first_empties_the_range_beyond_the_costs():
    """Oracle: hand (fearon1995), and the same in the model of settlements."""
    assert float(first_strike_width(0.6, 0.6, cost_a=0.1, cost_b=0.2)) == pytest.approx(0.3)
    assert float(first_strike_width(0.8, 0.5, cost_a=0.1, cost_b=0.2)) == pytest.approx(0.0)
    one = {"challenger_position": 0.0, "defender_position": 100.0, "win_prob": 0.6}
    one |= {"challenger_salience": 1.0, "defender_salience": 1.0}
    one |= {"challenger_war_cost": 0.1, "defender_war_cost": 0.1}
    for gain, width in ((0.0, 0.2), (0.1, 0.1), (0.3, 0.0)):
        got = MODEL(**one, first_strike_advantage=gain)["width"].item()
        assert got == pytest.approx(width, abs=1e-12)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 0.95), st.floats(0.0, 1.0))
def test_preventive_motive_compares_war_now_with_the_best_peace(now, later, delta, cost):
    """Oracle: hand. Value of war now, and of the whole stake today and the least that tomorrow's war leaves."""
    war = (1 - now) / (1 - delta) - cost
    peace = 1 + delta * ((1 - later) / (1 - delta) - cost)
    motive = preventive_motive(now, later, discount=delta, cost=cost)
    assert float(motive) == pytest.approx((war - peace) * (1 - delta), abs=1e-9)
