"""Special cases and theorems of the expected-utility model."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from detente.errors import ModelError, UsageError
from detente.models.bargaining import (
    MAX_ACTORS,
    QUADRANTS,
    VARIANTS,
    chart_quadrants,
    make_issue,
    solve_expected_utility,
)

SAME = 1e-9

variants = st.sampled_from(sorted(VARIANTS))
tables = st.integers(0, 10_000).map(
    lambda seed: np.random.default_rng(seed).uniform([0.1, 0.0, 0.05], [1.0, 100.0, 1.0], (6, 3)).T
)


def solve(table, **options):
    return solve_expected_utility(make_issue(*table), **options)


def test_two_actors_by_hand():
    """Oracle: hand. Both resist, the first has two thirds of the capability.

    A challenge is worth 4 P - 2 before risk. Chances over all votes are 1/3 and 1/6, so the first fears -4/3, the
    second -2/3, and their exponents are 2 and 1/2. With 1/2 the quiet life is worth 2 - 2 sqrt 2, so the second loses
    more by challenging than the first gains: it is compelled.
    """
    table = [[2, 1], [0, 100], [1, 1]]
    result = solve(table, rounds=1)
    quiet = 2 - 2 * np.sqrt(2)
    np.testing.assert_allclose(result.risk_exponents, [[2.0, 0.5]])
    second = chart_quadrants(result.issue, 1)
    np.testing.assert_allclose(second.own, [4 / 6 - 2 - quiet, 0.0])
    np.testing.assert_allclose(second.other, [4 / 3 - 2 - quiet, 0.0])
    assert [QUADRANTS[code] for code in second.quadrants] == ["is compelled", "same position"]
    first = chart_quadrants(result.issue, 0)
    np.testing.assert_allclose(first.own, [0.0, 4 / 3 - 3])
    np.testing.assert_allclose(first.other, [0.0, 4 / 6 - 3])
    assert QUADRANTS[first.quadrants[1]] == "stalemate"
    assert result.positions[1].tolist() == [0.0, 100.0]
    assert solve(table, rounds=1, capitulation=True).positions[1].tolist() == [0.0, 0.0]


def test_two_actors_by_hand_with_chances_of_their_contest():
    """Oracle: hand. Chances are 2/3 and 1/3; the second would gain by challenging, but less than the first."""
    result = solve([[2, 1], [0, 100], [1, 1]], rounds=1, variant="pairwise")
    quiet = 2 - 2 * np.sqrt(2)
    chart = chart_quadrants(result.issue, 1, variant="pairwise")
    np.testing.assert_allclose(chart.own, [4 / 3 - 2 - quiet, 0.0])
    np.testing.assert_allclose(chart.other, [8 / 3 - 2 - quiet, 0.0])
    assert QUADRANTS[chart.quadrants[0]] == "confrontation, lower hand"
    assert result.positions[1].tolist() == [0.0, 0.0]
    assert result.partners.tolist() == [[-1, 0]]


@pytest.mark.parametrize("variant", VARIANTS)
def test_actors_at_one_position_stay(variant):
    """Oracle: theorem, nobody has anything to gain."""
    result = solve([[1, 2, 3], [40, 40, 40], [0.3, 0.9, 1]], variant=variant, rounds=3)
    np.testing.assert_array_equal(result.positions, 40.0)
    np.testing.assert_array_equal(result.risk_exponents, 1.0)
    np.testing.assert_array_equal(result.means, 40.0)


@pytest.mark.parametrize("variant", VARIANTS)
def test_equal_opponents_stay(variant):
    """Oracle: theorem, by symmetry none has the upper hand and exponents are one."""
    result = solve([[1, 1], [0, 100], [0.5, 0.5]], variant=variant, rounds=3)
    np.testing.assert_array_equal(result.positions[-1], [0.0, 100.0])
    np.testing.assert_array_equal(result.risk_exponents, 1.0)


@pytest.mark.parametrize("variant", VARIANTS)
def test_an_actor_that_does_not_resist_is_drawn_to_one_that_does(variant):
    """Oracle: hand. The second loses 4 - 2 sqrt 2 by challenging, the first gains 2 sqrt 2: it moves sqrt 2 - 1."""
    result = solve([[1, 1], [0, 100], [1.0, 0.0]], variant=variant, rounds=1)
    np.testing.assert_allclose(result.positions[1], [0.0, 100 * (2 - np.sqrt(2))])


@given(tables, variants, st.booleans(), st.permutations(range(6)))
def test_relabelling_actors_permutes_the_answer(table, variant, capitulation, order):
    """Oracle: theorem, where no two offers are equally good."""
    order = list(order)
    first = solve(table, variant=variant, rounds=3, capitulation=capitulation)
    second = solve(table[:, order], variant=variant, rounds=3, capitulation=capitulation)
    np.testing.assert_allclose(second.positions, first.positions[:, order], atol=1e-6)
    np.testing.assert_allclose(second.means, first.means, atol=1e-6)


@given(tables, variants, st.floats(1e-150, 1e150))
def test_only_proportions_of_capability_matter(table, variant, factor):
    """Oracle: theorem."""
    scaled = table.copy()
    scaled[0] *= factor
    first, second = (solve(t, variant=variant, rounds=2) for t in (table, scaled))
    np.testing.assert_allclose(second.positions, first.positions, atol=1e-6)


@given(tables, variants, st.floats(0.001, 1000.0), st.floats(-1000.0, 1000.0))
def test_units_of_position_do_not_matter(table, variant, factor, shift):
    """Oracle: theorem."""
    moved = table.copy()
    moved[1] = moved[1] * factor + shift
    first, second = (solve(t, variant=variant, rounds=2) for t in (table, moved))
    np.testing.assert_allclose(
        second.positions, first.positions * factor + shift, rtol=1e-6, atol=1e-5 * factor
    )


@given(tables)
def test_nearest_offer_knows_no_direction(table):
    """Oracle: theorem: turning the scale around turns the answer around. The published choice leans to the low end."""
    turned = table.copy()
    turned[1] = 100.0 - turned[1]
    first, second = (solve(t, variant="pairwise-nearest", rounds=2) for t in (table, turned))
    np.testing.assert_allclose(second.positions, 100.0 - first.positions, atol=1e-6)


@given(tables, variants, st.booleans())
def test_nobody_leaves_the_range_and_exponents_keep_theirs(table, variant, capitulation):
    """Oracle: theorem."""
    result = solve(table, variant=variant, rounds=4, capitulation=capitulation)
    assert result.positions.min() >= table[1].min() - SAME
    assert result.positions.max() <= table[1].max() + SAME
    assert result.risk_exponents.min() >= 0.5 - SAME
    assert result.risk_exponents.max() <= 2.0 + SAME
    stayed = result.moves == 0
    assert (result.positions[1:][stayed] == result.positions[:-1][stayed]).all()
    assert ((result.partners == -1) == stayed).all()
    if not capitulation:
        assert (result.moves != 3).all()


@given(tables)
def test_pairwise_chances_of_two_opponents_sum_to_one(table):
    """Oracle: theorem."""
    issue = make_issue(*table)
    charts = [chart_quadrants(issue, i, variant="pairwise").win_prob for i in range(6)]
    chances = np.array(charts) + np.array(charts).T
    np.testing.assert_allclose(chances[~np.eye(6, dtype=bool)], 1.0)


@given(tables)
def test_capitulation_is_the_compelled_quadrant(table):
    """Oracle: theorem. Whoever has no other offer and is compelled capitulates."""
    issue = make_issue(*table)
    result = solve_expected_utility(issue, rounds=1, capitulation=True)
    without = solve_expected_utility(issue, rounds=1)
    for i in range(6):
        seen = {QUADRANTS[code] for code in chart_quadrants(issue, i).quadrants}
        open_otherwise = {"confrontation, lower hand", "compromise, lower hand"} & seen
        expected = "is compelled" in seen and not open_otherwise
        assert (result.moves[0, i] == 3) == expected
        assert not expected or without.moves[0, i] == 0


def test_a_wider_scale_makes_disputes_smaller():
    """Oracle: theorem. On a longer scale the same distance is worth less."""
    narrow = make_issue([2, 1], [40, 60], [1, 1])
    wide = make_issue([2, 1], [40, 60], [1, 1], low=0, high=100)
    stakes = [abs(chart_quadrants(issue, 0, variant="pairwise").own[1]) for issue in (narrow, wide)]
    assert stakes[0] > stakes[1]


def test_no_rounds_leave_the_stated_positions():
    result = solve([[1, 1], [0, 10], [1, 0.5]], rounds=0)
    assert result.positions.tolist() == [[0.0, 10.0]]
    assert result.means.tolist() == pytest.approx([10 / 3])


def test_blocks_of_rows_change_nothing():
    """Oracle: theorem. A table in many blocks, some of whose actors are the small table twelve times over."""
    rng = np.random.default_rng(3)
    table = rng.uniform([0.1, 0, 0.1], [1, 100, 1], (700, 3)).T
    seen = []
    result = solve(table, rounds=1, progress=lambda done, total: seen.append((done, total)))
    chart = chart_quadrants(result.issue, 17)
    assert seen == [(1, 1)]
    assert chart.risk_exponent == pytest.approx(result.risk_exponents[0, 17])
    again = solve(table[:, ::-1], rounds=1)
    np.testing.assert_allclose(again.positions[1][::-1], result.positions[1], atol=1e-6)


@pytest.mark.parametrize(
    ("table", "options", "place"),
    [
        ([[1], [0], [1]], {}, "position"),
        ([[], [], []], {}, "position"),
        ([[1, 1], [0, 1], [1]], {}, "salience"),
        ([[1, -1], [0, 1], [1, 1]], {}, "capability[1]"),
        ([[1, np.inf], [0, 1], [1, 1]], {}, "capability[1]"),
        ([[1, 1], [0, np.nan], [1, 1]], {}, "position[1]"),
        ([[1, 1], [0, 1], [1, 1.01]], {}, "salience[1]"),
        ([[1, 1], [0, 1], [0, 0]], {}, "capability, salience"),
        ([[0, 1], [0, 1], [1, 0]], {}, "capability, salience"),
        ([[1, 1], [0, 1], [1, 1]], {"low": 0.5}, "position[0]"),
        ([[1, 1], [0, 1], [1, 1]], {"low": 3.0, "high": 2.0}, "low, high"),
        ([[1, 1], [0, 1], [1, 1]], {"high": np.nan}, "low, high"),
    ],
)
def test_input_that_means_nothing_is_refused(table, options, place):
    with pytest.raises(ModelError) as caught:
        make_issue(*table, **options)
    assert caught.value.code == "input-invalid"
    assert caught.value.at == place
    assert caught.value.fix


def test_too_many_actors_are_refused_with_the_limit():
    column = np.ones(MAX_ACTORS + 1)
    issue = make_issue(column, np.arange(MAX_ACTORS + 1), column)
    with pytest.raises(ModelError, match=str(MAX_ACTORS)) as caught:
        solve_expected_utility(issue, rounds=1)
    assert "merge" in caught.value.fix
    assert solve_expected_utility(issue, rounds=0).means[0] == pytest.approx(MAX_ACTORS / 2)


def test_options_that_do_not_exist_are_refused():
    issue = make_issue([1, 1], [0, 1], [1, 1])
    with pytest.raises(UsageError, match="no variant 'best'") as caught:
        solve_expected_utility(issue, variant="best")
    assert "pairwise-nearest" in caught.value.fix
    with pytest.raises(UsageError, match="-1"):
        solve_expected_utility(issue, rounds=-1)
    with pytest.raises(UsageError, match="no actor 2"):
        chart_quadrants(issue, 2)


@given(tables, variants)
def test_inputs_are_left_alone(table, variant):
    assume(table[1].std() > 0)
    before = table.copy()
    issue = make_issue(*table)
    solve_expected_utility(issue, variant=variant, rounds=2)
    np.testing.assert_array_equal(table, before)
    np.testing.assert_array_equal(issue.position, before[1])
