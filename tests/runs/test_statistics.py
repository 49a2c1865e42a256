"""Drivers, regret, differences and first changes, each on numbers that can be checked by hand."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from detente.runs.statistics import (
    find_drivers,
    find_effects,
    find_first_changes,
    find_regret,
    split_fifths,
    summarise_difference,
)


def make_quantities(n_draws=1000):
    """Two shuffled uniform grids on 0-1, without correlation to speak of."""
    grid = np.arange(n_draws) / (n_draws - 1)
    rng = np.random.default_rng(7)
    return np.array([grid, rng.permutation(grid)])


def test_drivers_of_a_linear_function_have_the_hand_made_effects():
    # oracle by hand: the fifths of a uniform grid have means 0.1 and 0.9, so its own effect is 0.8 times its coefficient;
    # the other quantity adds what its chance correlation brings
    values = make_quantities()
    fifths = split_fifths(("small", "large"), values)
    metric = 2.0 * values[0] - 10.0 * values[1] + 5.0
    first, second = find_drivers([fifths], metric)
    assert (first.path, second.path) == ("large", "small")
    low, high = fifths.bottom[1], fifths.top[1]
    other = 2.0 * (values[0][high].mean() - values[0][low].mean())
    assert first.effect == pytest.approx(
        -8.0 + other, abs=0.02
    )  # fifths of a grid, not of the line
    assert first.effect == pytest.approx(first.mean_at_top - first.mean_at_bottom)
    # oracle by independent code
    assert first.rank_correlation == pytest.approx(spearmanr(values[1], metric).statistic)


def test_ties_are_ordered_by_path_and_constants_drive_nothing():
    grid = make_quantities(50)[0]
    fifths = split_fifths(("b", "a", "c"), np.array([grid, grid, np.full(50, 3.0)]))
    drivers = find_drivers([fifths], grid)
    assert [driver.path for driver in drivers] == ["a", "b", "c"]
    assert drivers[2].effect == 0.0
    assert drivers[2].rank_correlation == 0.0


def test_undefined_draws_are_left_out_of_drivers():
    grid = make_quantities(100)[0]
    metric = grid.copy()
    metric[::2] = np.nan
    driver = find_drivers([split_fifths(("x",), grid[None])], metric)[0]
    # oracle by hand: what is left of the top fifth (from 0.795, by `nearest`) has mean 0.9, of the bottom fifth 0.11
    kept = grid[1::2]
    assert driver.effect == pytest.approx(kept[kept > 0.79].mean() - kept[kept < 0.21].mean())


@pytest.mark.parametrize(
    ("values", "bottom", "top"),
    [
        ([0] * 50 + [1] * 50, 0, 1),
        ([0] * 95 + [1] * 5, 0, 1),
        ([0] * 5 + [1] * 95, 0, 1),
        ([0] * 5 + [1] * 90 + [2] * 5, 0, 2),
    ],
)
def test_quantities_with_few_values_are_compared_end_to_end(values, bottom, top):
    # oracle by hand
    item = np.array(values, dtype=float)
    fifths = split_fifths(("x",), item[None])
    assert set(item[fifths.bottom[0]]) == {bottom}
    assert set(item[fifths.top[0]]) == {top}


TABLE = np.array(
    [
        [10.0, 0.0, 5.0, 5.0],  # a
        [8.0, 4.0, 5.0, 1.0],  # b
        [0.0, 8.0, 0.0, 5.0],  # c
    ]
)


def test_regret_of_a_made_up_table():
    # oracle by hand: best by draw 10, 8, 5, 5; regrets a 0 8 0 0, b 2 4 0 4, c 10 0 5 0;
    # the best of draw 3 is shared by a and b, of draw 4 by a and c
    table = find_regret("gain", ("a", "b", "c"), TABLE)
    assert [row.mean for row in table.rows] == [2.0, 2.5, 3.75]
    assert [row.maximum for row in table.rows] == [8.0, 4.0, 10.0]
    assert [row.best_share for row in table.rows] == [0.5, 0.125, 0.375]
    assert table.rows[0].high == pytest.approx(np.quantile([0, 8, 0, 0], 0.95))
    assert (table.minimax, table.least_mean) == ("b", "a")


def test_regret_of_a_loss_is_regret_of_its_negative():
    # oracle by theorem
    loss = find_regret("loss", ("a", "b", "c"), TABLE, lower_is_better=True)
    gain = find_regret("loss", ("a", "b", "c"), -TABLE)
    assert loss.rows == gain.rows


def test_differences_are_paired():
    # oracle by hand
    found = summarise_difference("attack", "p", "q", np.array([-1.0, 0.0, 1.0, 2.0]))
    assert found.mean == 0.5
    assert (found.share_lower, found.share_higher) == (0.25, 0.5)
    half = 1.6448536269514722 * np.sqrt(5 / 3) / 2
    assert found.mean_high - found.mean == pytest.approx(half)
    assert found.mean - found.mean_low == pytest.approx(half)


def test_first_change_is_where_the_better_policy_changes():
    # oracle by hand: policy b overtakes a where the quantity passes 0.5; in fifths b is better from the fourth on
    grid = make_quantities()[0]
    values = np.array([np.full(1000, 0.55), grid])
    (change,) = find_first_changes([split_fifths(("x",), grid[None])], ("a", "b"), values)
    assert (change.path, change.direction) == ("x", "above")
    assert (change.before, change.after) == ("a", "b")
    assert change.threshold == pytest.approx(0.6, abs=1e-3)
    assert change.advantage == pytest.approx(0.7 - 0.55, abs=1e-3)


def test_no_change_is_found_where_one_policy_is_always_better():
    grid = make_quantities()[0]
    values = np.array([grid + 1.0, grid])
    assert find_first_changes([split_fifths(("x",), grid[None])], ("a", "b"), values) == ()


def test_first_change_ignores_what_chance_may_have_made():
    # oracle by hand: policies that differ by noise alone; at 1.645 standard errors few of 400 tests pass
    rng = np.random.default_rng(1)
    quantities = rng.random((200, 200))
    values = rng.random((2, 200))
    fifths = split_fifths([f"q{number}" for number in range(200)], quantities)
    changes = find_first_changes([fifths], ("a", "b"), values)
    assert len(changes) < 80
    assert all(change.advantage > 1.6 * change.advantage_error for change in changes)


def test_quantities_with_few_values_have_no_fifths_to_change_in():
    coin = np.array([0.0, 1.0] * 50)
    assert (
        find_first_changes(
            [split_fifths(("x",), coin[None])], ("a", "b"), np.array([coin, 1 - coin])
        )
        == ()
    )


def test_a_metric_without_a_defined_draw_has_no_drivers():
    grid = make_quantities(50)[0]
    (driver,) = find_drivers([split_fifths(("x",), grid[None])], np.full(50, np.nan))
    assert (driver.effect, driver.rank_correlation) == (0.0, 0.0)


def test_quantities_in_blocks_give_what_they_give_together():
    """Oracle: theorem; what a quantity does depends on no other one."""
    generator = np.random.default_rng(3)
    values = generator.random((7, 60))
    metric = values[2] - 0.5 * values[5] + 0.1 * generator.random(60)
    table = np.array([metric, 0.3 + 0.0 * metric])
    paths = tuple("gfedcba")
    whole = [split_fifths(paths, values)]
    parts = [split_fifths(paths[k : k + 3], values[k : k + 3]) for k in (0, 3, 6)]
    assert find_drivers(parts, metric) == find_drivers(whole, metric)
    assert find_effects(parts, metric) == find_effects(whole, metric)
    changes = [find_first_changes(blocks, ("a", "b"), table) for blocks in (parts, whole)]
    assert changes[0] == changes[1] != ()
