"""Limited foresight. Each test names its oracle."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from detente.errors import ModelError
from detente.models.energy import (
    GasNode,
    GasSource,
    GasSystem,
    Period,
    Step,
    Store,
    read_gas_tables,
    solve_gas,
    solve_rolling,
)
from detente.testing.gas import gas_tables


def system(rates, *, target=0.0):
    """Three periods of one day, one node that needs 10, a cheap source, a dear one and a store of 6, full to 3."""
    return GasSystem(
        periods=tuple(Period(label=f"day {k}", days=1) for k in range(3)),
        nodes=(GasNode(name="A", demand_twh=10, shedding=(Step(share=1.0, price=500.0),)),),
        sources=(
            GasSource(name="cheap", node="A", capacity_twh_per_day=rates, cost=10),
            GasSource(name="dear", node="A", capacity_twh_per_day=3, cost=100),
        ),
        stores=(
            Store(
                name="store",
                node="A",
                capacity_twh=6,
                initial_twh=3,
                injection_twh_per_day=6,
                withdrawal_twh_per_day=6,
                target_twh=target,
            ),
        ),
    )


def test_expectations_that_come_true_cost_no_more_than_foresight():
    """Oracle: theorem: a plan stays best when nothing unexpected happens."""
    reading = read_gas_tables(gas_tables(), start=dt.date(2022, 1, 27))
    foreseen = solve_gas(reading.system)
    stepwise = solve_rolling(reading.system, persisting=("main_line", "east_line"))
    missing = 1200.0 * foreseen.missing_twh.sum()
    assert stepwise.objective_eur_mn == pytest.approx(foreseen.objective_eur_mn - missing, rel=1e-6)
    np.testing.assert_allclose(
        stepwise.response_twh.sum() + stepwise.shedding_twh.sum(),
        foreseen.response_twh.sum() + foreseen.shedding_twh.sum(),
        rtol=1e-6,
    )


def test_a_surprise_costs_more_than_the_same_cut_foreseen():
    """Oracle: hand. Foreseen, 3 are stored on each of the days before; a surprise meets what was left.

    The cheap source gives 13, 13, 0. Foreseen: the store is filled from 3 to 6 and the third day lacks 10 - 6 - 3 = 1.
    Not foreseen, the store is drawn for nothing before; it holds what is cheapest at 10, so that the third day lacks more.
    """
    foreseen = solve_gas(system([13, 13, 0]))
    stepwise = solve_rolling(system([13, 13, 0]), persisting=("cheap",))
    assert foreseen.shedding_twh.sum() == pytest.approx(1.0)
    assert stepwise.shedding_twh.sum() > 1.0
    assert stepwise.objective_eur_mn > foreseen.objective_eur_mn


def test_gas_balances_day_by_day_and_stocks_are_carried_on():
    """Oracle: accounting."""
    got = solve_rolling(system([13, 6, 2], target=2.0), persisting=("cheap",))
    served = got.supply_twh.sum(axis=0) + got.withdrawal_twh[0] - got.injection_twh[0]
    np.testing.assert_allclose(served + got.shedding_twh[0], 10.0)
    before = np.r_[3.0, got.stock_twh[0, :-1]]
    np.testing.assert_allclose(
        got.stock_twh[0], before + got.injection_twh[0] - got.withdrawal_twh[0]
    )
    assert got.stock_twh[0, -1] >= 2.0 - 1e-9


def test_a_total_is_used_up_over_the_periods():
    """Oracle: hand: 20 in all, 10 a day, and the dear source stands in for the rest."""
    base = system(10)
    limited = replace(base, sources=(replace(base.sources[0], total_twh=20.0), base.sources[1]))
    got = solve_rolling(limited, persisting=())
    assert got.supply_twh[0].sum() == pytest.approx(20.0)


def test_an_unknown_source_is_refused():
    with pytest.raises(ModelError, match="'nowhere' is no source") as caught:
        solve_rolling(system(10), persisting=("nowhere",))
    assert "cheap" in caught.value.fix
