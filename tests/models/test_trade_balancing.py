"""Balancing a matrix, and overlaying bilateral purchases on a table."""

from dataclasses import replace

import numpy as np
import pytest

from detente.errors import ModelError
from detente.models.sanctions.trade_balancing import balance_matrix, overlay_purchases
from detente.models.sanctions.trade_table import InputOutputTable, calibrate_economy

CASE = np.array(
    [[7.0, 3.0, 5.0, -3.0], [2.0, 9.0, 8.0, 1.0], [-2.0, 0.0, 2.0, 1.0]],
)
"""The example of junius2003: goods, services and net taxes by goods, services, consumption and net exports."""


def make_table(seed=1, n=4, j=3):
    rng = np.random.default_rng(seed)
    intermediate = rng.uniform(0.1, 1.0, (n, j, n, j))
    final = rng.uniform(5.0, 9.0, (n, j, n))
    return InputOutputTable(
        regions=tuple("ABCDEF"[:n]),
        sectors=tuple(f"s{k}" for k in range(j)),
        intermediate=intermediate,
        final=final,
        output=intermediate.sum(axis=(2, 3)) + final.sum(axis=2),
    )


def test_example_of_the_method_meets_its_totals_and_keeps_its_signs():
    """Oracle: published (junius2003): first guess and totals of the paper's example."""
    rows, columns = np.array([15.0, 26.0, -1.0]), np.array([9.0, 16.0, 17.0, -2.0])
    got = balance_matrix(CASE, row_totals=rows, column_totals=columns)
    assert got.status == "converged"
    assert got.matrix.sum(axis=1) == pytest.approx(rows, abs=1e-8)
    assert got.matrix.sum(axis=0) == pytest.approx(columns, abs=1e-8)
    assert (np.sign(got.matrix) == np.sign(CASE)).all()


def test_answer_is_biproportional():
    """Oracle: theorem: positive entries are scaled by r s, negative ones by 1 / (r s)."""
    rows, columns = np.array([15.0, 26.0, -1.0]), np.array([9.0, 16.0, 17.0, -2.0])
    got = balance_matrix(CASE, row_totals=rows, column_totals=columns, tolerance=1e-13).matrix
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(CASE > 0, got / CASE, np.where(CASE < 0, CASE / got, np.nan))
    log = np.log(factor)
    # differences between two rows are the same in every column where both are given
    difference = log[0] - log[1]
    assert difference == pytest.approx(np.full(4, difference[0]), abs=1e-9)


def test_totals_that_are_met_change_nothing():
    got = balance_matrix(CASE, row_totals=CASE.sum(axis=1), column_totals=CASE.sum(axis=0))
    assert got.matrix == pytest.approx(CASE, abs=1e-12)


def test_positive_matrix_is_ras():
    """Oracle: independent code (alternate scaling of rows and columns)."""
    rng = np.random.default_rng(2)
    guess = rng.uniform(0.5, 2.0, (4, 5))
    rows = rng.uniform(2.0, 4.0, 4)
    columns = rng.uniform(1.0, 3.0, 5)
    columns *= rows.sum() / columns.sum()
    slow = guess.copy()
    for _ in range(2000):
        slow *= (rows / slow.sum(axis=1))[:, None]
        slow *= columns / slow.sum(axis=0)
    got = balance_matrix(guess, row_totals=rows, column_totals=columns, tolerance=1e-13)
    assert got.matrix == pytest.approx(slow, abs=1e-9)


def test_overlay_moves_sourcing_and_nothing_else():
    table = make_table()
    got = overlay_purchases(table, seller="A", sector="s1", purchases={"B": 12.0, "C": 3.0})
    assert got.residual < 1e-10
    assert got.after[1] == pytest.approx(12.0)
    assert got.after[2] == pytest.approx(3.0)
    assert got.table.sales == pytest.approx(table.sales, rel=1e-8)
    assert got.table.value_added == pytest.approx(table.value_added, rel=1e-8)
    used = table.intermediate.sum(axis=0)
    assert got.table.intermediate.sum(axis=0) == pytest.approx(used, rel=1e-8)
    assert got.table.final.sum(axis=0) == pytest.approx(table.final.sum(axis=0), rel=1e-8)
    assert (got.table.intermediate[:, 0] == table.intermediate[:, 0]).all()
    before, after = calibrate_economy(table), calibrate_economy(got.table)
    assert after.input_share == pytest.approx(before.input_share, rel=1e-8)


def test_overlay_of_the_present_values_changes_nothing():
    table = make_table(3)
    present = float(table.flows[1, 1, 0])
    got = overlay_purchases(table, seller="A", sector="s1", purchases={"B": present})
    assert got.table.intermediate == pytest.approx(table.intermediate, rel=1e-8)


def test_a_use_is_never_filled_beyond_its_size():
    table = make_table(4)
    room = float(table.flows[1, 1].sum())
    got = overlay_purchases(table, seller="A", sector="s1", purchases={"B": 0.7 * room})
    assert got.after[1] == pytest.approx(0.7 * room)
    assert (got.table.intermediate >= 0.0).all()


@pytest.mark.parametrize(
    ("purchases", "seller"),
    [
        ({"B": -1.0}, "A"),
        ({"B": np.inf}, "A"),
        ({"B": 1e6}, "A"),
        ({"B": 30.0, "C": 30.0}, "A"),
        ({"Z": 1.0}, "A"),
        ({"B": 1.0}, "Z"),
    ],
)
def test_refuses_what_cannot_be(purchases, seller):
    with pytest.raises(ModelError) as caught:
        overlay_purchases(make_table(5), seller=seller, sector="s1", purchases=purchases)
    assert caught.value.fix


def test_refuses_a_buyer_without_a_pattern():
    table = make_table(6)
    intermediate, final = table.intermediate.copy(), table.final.copy()
    intermediate[0, 1, 1], final[0, 1, 1] = 0.0, 0.0
    bare = replace(
        table,
        intermediate=intermediate,
        final=final,
        output=intermediate.sum(axis=(2, 3)) + final.sum(axis=2),
    )
    with pytest.raises(ModelError, match="0 before"):
        overlay_purchases(bare, seller="A", sector="s1", purchases={"B": 1.0})


@pytest.mark.parametrize(
    ("guess", "rows", "columns"),
    [
        (np.ones((2, 2)), np.array([1.0, 2.0]), np.array([1.0, 5.0])),
        (np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([1.0, 2.0]), np.array([1.0, 2.0])),
    ],
)
def test_refuses_totals_that_cannot_be_met(guess, rows, columns):
    with pytest.raises(ModelError):
        balance_matrix(guess, row_totals=rows, column_totals=columns)


def test_refuses_what_the_zeros_of_the_table_rule_out():
    """Nobody but the seller sells to B: if B buys less from it, no one can make up for it."""
    table = make_table(7)
    intermediate, final = table.intermediate.copy(), table.final.copy()
    for other in (1, 2, 3):
        intermediate[other, 1, 1], final[other, 1, 1] = 0.0, 0.0
    closed = replace(
        table,
        intermediate=intermediate,
        final=final,
        output=intermediate.sum(axis=(2, 3)) + final.sum(axis=2),
    )
    with pytest.raises(ModelError):
        overlay_purchases(closed, seller="A", sector="s1", purchases={"B": 1.0})
