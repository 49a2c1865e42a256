"""Red lines: the exact frontier against linear programmes, and what a red line must do to a range."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from detente.models.bargaining import make_issue_space, solve_range
from detente.models.bargaining.frontier import make_frontier
from detente.testing.profiles import examples

EXACT = 1e-8


def draw_space(seed, n_issues=3, firmness=3.0, *, lines=True):
    rng = np.random.default_rng(seed)
    a, b, red_a, red_b = np.round(rng.uniform(0, 100, (4, n_issues, 1)), 1)
    s, r = rng.uniform(0.05, 1.0, (2, n_issues, 1))
    return make_issue_space(
        a,
        b,
        challenger_salience=s,
        defender_salience=r,
        challenger_red_line=red_a if lines else None,
        defender_red_line=red_b if lines else None,
        firmness=firmness,
    )


def programme(space, v_c, v_d):
    """Most that each side can gain while the other gets its value, by linear programmes over packages."""
    n = len(space.challenger)
    c, d = space.challenger_stake[:, 0], space.defender_stake[:, 0]
    more = float(space.firmness[0]) - 1.0
    # variables: share conceded, distance beyond the challenger's line, distance short of the defender's
    cost = np.concatenate([c, more * c, np.zeros(n)])
    worth = np.concatenate([-d, np.zeros(n), more * d])
    eye, nil = np.eye(n), np.zeros((n, n))
    kinks = np.block([[eye, -eye, nil], [-eye, nil, -eye]])
    bounds_at = np.concatenate([space.challenger_limit[:, 0], -space.defender_limit[:, 0]])
    box = [(0, 1)] * n + [(0, None)] * (2 * n)
    most = []
    for aim, kept, value, constant in (
        (cost, worth, v_d, 1 - d.sum()),
        (worth, cost, v_c, 1.0),
    ):
        rows = np.vstack([kinks, kept])
        found = linprog(aim, A_ub=rows, b_ub=np.append(bounds_at, constant - value), bounds=box)
        own = (1.0 - found.fun - v_c) if aim is cost else (1.0 - d.sum() - found.fun - v_d)
        most.append(own if found.status == 0 else None)
    return most


@examples(60)
@given(st.integers(0, 10_000), st.floats(-0.5, 1.0), st.floats(-0.5, 1.0), st.booleans())
def test_the_largest_gains_are_those_of_a_linear_programme(seed, v_c, v_d, lines):
    """Oracle: independent code (HiGHS): each side's most with the other at its reservation value."""
    space = draw_space(seed, lines=lines)
    got = solve_range(space, challenger_value=np.array([v_c]), defender_value=np.array([v_d]))
    most_c, most_d = programme(space, v_c, v_d)
    if most_c is None or most_d is None:
        assert not got.exists[0]
        return
    assert got.most_challenger[0] == pytest.approx(most_c, abs=EXACT)
    assert got.most_defender[0] == pytest.approx(most_d, abs=EXACT)
    assert bool(got.exists[0]) == (most_c >= -1e-9)


@examples(40)
@given(st.integers(0, 10_000))
def test_the_nash_point_beats_random_packages(seed):
    """Oracle: independent code: random packages, utilities by the definition with both kinks."""
    space = draw_space(seed)
    v = np.array([0.2])
    got = solve_range(space, challenger_value=v, defender_value=v)
    x = np.random.default_rng(0).uniform(0, 1, (len(space.challenger), 5000))
    u_c, u_d = space.utilities(x)
    product = np.maximum(u_c - v, 0) * np.maximum(u_d - v, 0)
    assert product.max() <= got.challenger_gain[0] * got.defender_gain[0] + 1e-9
    mine, theirs = space.utilities(got.nash_conceded)
    if got.exists[0]:
        assert mine[0] - v[0] == pytest.approx(got.challenger_gain[0], abs=EXACT)
        assert theirs[0] - v[0] == pytest.approx(got.defender_gain[0], abs=EXACT)


@given(st.integers(0, 10_000), st.floats(1.0, 20.0))
def test_a_firmer_red_line_never_opens_a_range(seed, firmness):
    """Oracle: theorem. Firmness lowers the utility of packages and leaves reservation values alone."""
    v = np.array([0.4])
    soft, hard = (
        solve_range(draw_space(seed, firmness=f), challenger_value=v, defender_value=v)
        for f in (1.0, firmness)
    )
    assert hard.width[0] <= soft.width[0] + EXACT
    assert hard.exists[0] <= soft.exists[0]


def test_firmness_of_one_is_no_red_line():
    """Oracle: theorem."""
    v = np.array([0.3])
    lines, none = (
        solve_range(draw_space(5, firmness=1.0, lines=lines), challenger_value=v, defender_value=v)
        for lines in (True, False)
    )
    assert lines.width[0] == pytest.approx(none.width[0], abs=EXACT)
    np.testing.assert_allclose(lines.nash_point, none.nash_point, atol=1e-6)


def test_absolute_red_lines_that_clash_leave_nothing():
    """Oracle: hand. The challenger signs up to 30, the defender from 60 on: no package, however dear war is."""
    space = make_issue_space(
        [[0.0]],
        [[100.0]],
        challenger_salience=[[1.0]],
        defender_salience=[[1.0]],
        challenger_red_line=[[30.0]],
        defender_red_line=[[60.0]],
        firmness=1e6,
    )
    got = solve_range(space, challenger_value=np.array([0.0]), defender_value=np.array([0.0]))
    assert not got.exists[0]
    meeting = make_issue_space(
        [[0.0]],
        [[100.0]],
        challenger_salience=[[1.0]],
        defender_salience=[[1.0]],
        challenger_red_line=[[60.0]],
        defender_red_line=[[30.0]],
        firmness=1e6,
    )
    got = solve_range(meeting, challenger_value=np.array([0.1]), defender_value=np.array([0.1]))
    assert got.exists[0]
    # gains of 0.9 - x/100 and x/100 - 0.1 meet halfway, inside both lines
    assert got.nash_point[0, 0] == pytest.approx(50.0, abs=1e-4)
    assert got.most_challenger[0] == pytest.approx(0.6, abs=1e-4)
    assert got.most_defender[0] == pytest.approx(0.5, abs=1e-4)


@examples(15)
@given(st.integers(0, 10_000), st.sampled_from([1.5, 2.0]))
def test_bent_losses_with_red_lines_beat_random_packages(seed, exponent):
    """Oracle: independent code: random packages, utilities by the definition."""
    rng = np.random.default_rng(seed)
    a, b, red_a, red_b = np.round(rng.uniform(0, 100, (4, 2, 1)), 1)
    space = make_issue_space(
        a,
        b,
        challenger_salience=rng.uniform(0.05, 1.0, (2, 1)),
        defender_salience=rng.uniform(0.05, 1.0, (2, 1)),
        challenger_red_line=red_a,
        defender_red_line=red_b,
        firmness=4.0,
        exponent=exponent,
    )
    v = np.array([0.3])
    got = solve_range(space, challenger_value=v, defender_value=v)
    u_c, u_d = space.utilities(np.random.default_rng(0).uniform(0, 1, (2, 20_000)))
    product = np.maximum(u_c - v, 0) * np.maximum(u_d - v, 0)
    reached = got.challenger_gain[0] * got.defender_gain[0]
    assert product.max() <= reached + 1e-6
    assert product.max() >= reached - 0.02


@given(st.integers(0, 10_000))
def test_the_frontier_runs_from_one_ideal_package_to_the_other(seed):
    """Oracle: theorem. Gains trade off at ever worse terms: the frontier is concave."""
    frontier = make_frontier(draw_space(seed, n_issues=4))
    u, w = frontier.challenger[:, 0], frontier.defender[:, 0]
    assert u[0] == pytest.approx(1.0)
    assert w[-1] == pytest.approx(1.0)
    assert (np.diff(u) <= EXACT).all()
    assert (np.diff(w) >= -EXACT).all()
    lost, won = -np.diff(u), np.diff(w)
    for k in range(len(lost) - 1):
        assert won[k] * lost[k + 1] >= won[k + 1] * lost[k] - 1e-12


@given(st.integers(0, 10_000), st.floats(0.1, 5.0), st.floats(-2.0, 2.0))
def test_nash_point_does_not_depend_on_the_unit_of_utility(seed, scale, shift):
    """Oracle: theorem (nash1950), invariance: rescaling one side's utility moves its gains, not the package."""
    frontier = make_frontier(draw_space(seed))
    v = np.array([0.1])
    place = frontier.best_product(v, v)
    other = type(frontier)(
        challenger=frontier.challenger * scale + shift,
        defender=frontier.defender,
        before=frontier.before,
        tied=frontier.tied,
        length=frontier.length,
        idle=frontier.idle,
    )
    assert other.best_product(v * scale + shift, v)[0] == pytest.approx(place[0], abs=1e-6)


@examples(60)
@given(st.integers(0, 10_000), st.floats(0.0, 0.5))
def test_kalai_smorodinsky_is_monotone(seed, more):
    """Oracle: theorem (kalai1975): where one side's own prospects improve and the other's do not, it gets no less.

    A lower reservation value of the defender leaves its most as it gains more, and offers the challenger more.
    """
    space = draw_space(seed, lines=False)
    v_c, v_d = np.array([0.3]), np.array([0.3])

    def gains(value_c):
        got = solve_range(space, challenger_value=value_c, defender_value=v_d)
        share = np.abs(got.kalai_smorodinsky_point - space.challenger)
        way = np.abs(space.defender - space.challenger)
        conceded = np.where(way > 0, share / np.where(way > 0, way, 1), 0.0)
        return space.utilities(conceded)[0][0], got.exists[0]

    weak, open_weak = gains(v_c)
    strong, open_strong = gains(v_c + more)
    if open_weak and open_strong:
        assert strong >= weak - 1e-7
