"""A package and what the other side does in return, put together. Oracle: hand."""

from dataclasses import replace

import numpy as np
import pytest

from detente.crisis import load_crisis
from detente.errors import UsageError
from detente.linking.counters import (
    GAS_MODEL,
    PACKAGE_MODEL,
    bans_gas,
    find_counter,
    find_counters,
    join_losses_pct,
    package_costs,
)


@pytest.fixture(scope="module")
def crisis():
    return load_crisis("ukraine-2022")


def test_losses_come_one_on_top_of_the_other():
    assert join_losses_pct(np.array([10.0, 0.0]), np.array([20.0, 0.0])) == pytest.approx(
        [28.0, 0.0]
    )
    assert join_losses_pct(np.array([-10.0])) == pytest.approx([-10.0])


def test_a_counter_measure_is_an_instrument_that_the_gas_mechanism_sees(crisis):
    (found,) = find_counters(crisis)
    assert found.instrument.id == "cut_gas"
    assert found.changes == {"gas": "cut"}
    assert found.mechanism.model == GAS_MODEL
    assert find_counter(crisis, "cut_gas") == found


def test_a_crisis_without_the_model_has_none(crisis):
    without = replace(
        crisis,
        mechanisms={k: m for k, m in crisis.mechanisms.items() if m.model != GAS_MODEL},
    )
    assert find_counters(without) == ()
    with pytest.raises(UsageError, match="nothing prices") as caught:
        find_counter(without, "cut_gas")
    assert GAS_MODEL in caught.value.fix


def test_parts_are_read_where_the_counter_measure_is_in_force(crisis):
    asked = []

    def read(mechanism, output, member, state):
        asked.append((mechanism, output, member, state["gas"]))
        if mechanism == "pays_gas" and member == "USA":
            return None
        return np.full(2, 10.0)

    package = crisis.mechanisms["pays_embargo"]
    counter = find_counter(crisis, "cut_gas")
    rows = {
        (c.actor, c.horizon): c.parts for c in package_costs(crisis, package, read, counter=counter)
    }
    assert {state for *_, state in asked} == {"cut"}
    assert rows["", "year"]["total"] == pytest.approx(100 * (1 - 0.9**3))
    assert rows["DEU", "3y"]["total"] == pytest.approx(
        100 * (1 - 0.9**2)
    )  # claims are gone by then
    assert rows["USA", "year"]["total"] == pytest.approx(100 * (1 - 0.9**2))
    assert ("pays_gas", "member_stopped_year_pct_gdp", "DEU", "cut") in asked
    before = package_costs(crisis, package, read)
    assert set(before[0].parts) == {"trade", "finance", "total"}


def test_packages_that_hold_gas_are_known_by_their_table(crisis):
    found = {
        m.design: bans_gas(crisis, m)
        for m in crisis.mechanisms.values()
        if m.model == PACKAGE_MODEL
    }
    assert found == {
        "banks": False, "controls": False, "import_ban": True, "energy_embargo": True, "embargo": True,
    }  # fmt: skip
