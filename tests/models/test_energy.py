"""The gas balance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.models import find_model
from detente.models.energy import balance_gas

BALANCE = 1e-9
MODEL = find_model("energy.annual_balance")
BASE = {
    "demand_twh": 4000.0,
    "domestic_twh": 500.0,
    "other_pipeline_twh": 1300.0,
    "lng_twh": 800.0,
    "lng_spare_twh": 400.0,
    "challenger_gas_twh": 1400.0,
    "storage_twh": 400.0,
    "storage_floor_twh": 300.0,
    "cut_share": 1.0,
    "demand_response_share": 0.08,
}
amounts = st.floats(0.0, 5000.0)
fractions = st.floats(0.0, 1.0)
inputs = st.fixed_dictionaries(
    {key: fractions if key.endswith("share") else amounts for key in BASE}
)


def price(**changes):
    return {key: float(value[0, 0]) for key, value in MODEL(**(BASE | changes)).items()}


def test_a_full_cut_works_down_the_merit_order():
    """Oracle: hand. 4000 - 500 - 1300 - 800 - 400 - 100 (storage) - 320 (response) leaves 580."""
    got = price()
    assert got == pytest.approx(
        {
            "shortfall_twh": 580.0,
            "shortfall_share": 0.145,
            "lng_used_twh": 1200.0,
            "storage_end_twh": 300.0,
            "energy_change_pct": -22.5,
            "storage_draw_twh": 100.0,
            "demand_response_twh": 320.0,
            "challenger_used_twh": 0.0,
        }
    )


def test_without_a_cut_nothing_gives_way():
    """Oracle: hand. 500 + 1300 + 1400 + 800 cover 4000 exactly."""
    got = price(cut_share=0.0)
    assert got["energy_change_pct"] == 0.0
    assert got["shortfall_twh"] == 0.0
    assert got["lng_used_twh"] == 800.0
    assert got["storage_end_twh"] == 400.0


def test_zero_is_not_negative_zero():
    assert not np.signbit(MODEL(**(BASE | {"cut_share": 0.0}))["energy_change_pct"]).any()


def test_a_stock_below_the_floor_gives_nothing():
    assert price(storage_twh=200.0)["storage_end_twh"] == 200.0


def test_spare_lng_counts_as_far_as_the_price_wins_it():
    assert price(lng_spare_won_share=0.25)["lng_used_twh"] == 900.0


def test_no_demand_no_shortfall():
    got = price(demand_twh=0.0)
    assert got["shortfall_share"] == 0.0
    assert got["energy_change_pct"] == 0.0


@given(inputs)
def test_the_balance_closes(given_inputs):
    """Oracle: theorem. What is used and what is missing add up to demand."""
    x = {key: np.array(value) for key, value in given_inputs.items()}
    balance = balance_gas(
        x["demand_twh"],
        domestic=x["domestic_twh"],
        other_pipeline=x["other_pipeline_twh"],
        challenger=x["challenger_gas_twh"] * (1 - x["cut_share"]),
        lng_contracted=x["lng_twh"],
        lng_spare=x["lng_spare_twh"],
        storage_draw=np.maximum(x["storage_twh"] - x["storage_floor_twh"], 0),
        demand_response=x["demand_twh"] * x["demand_response_share"],
    )
    parts = [getattr(balance, name) for name in balance.__slots__]
    assert abs(sum(parts) - x["demand_twh"]) < BALANCE
    assert min(parts) >= 0.0
    got = {key: float(value[0, 0]) for key, value in MODEL(**given_inputs).items()}
    assert got["shortfall_twh"] == pytest.approx(float(balance.shortfall), abs=BALANCE)
    assert abs(got["storage_end_twh"] + got["storage_draw_twh"] - x["storage_twh"]) < BALANCE
    assert got["energy_change_pct"] <= 0.0


@given(
    inputs, st.sampled_from(["lng_twh", "lng_spare_twh", "storage_twh", "domestic_twh"]), amounts
)
def test_more_supply_never_raises_the_shortfall(given_inputs, source, extra):
    before = MODEL(**given_inputs)
    after = MODEL(**(given_inputs | {source: given_inputs[source] + extra}))
    assert after["shortfall_twh"] <= before["shortfall_twh"] + BALANCE


@given(inputs, fractions)
def test_a_deeper_cut_never_lowers_the_shortfall(given_inputs, other):
    low, high = sorted((given_inputs["cut_share"], other))
    mild = MODEL(**(given_inputs | {"cut_share": low}))
    harsh = MODEL(**(given_inputs | {"cut_share": high}))
    assert harsh["shortfall_twh"] >= mild["shortfall_twh"] - BALANCE
    assert harsh["energy_change_pct"] <= mild["energy_change_pct"] + BALANCE
