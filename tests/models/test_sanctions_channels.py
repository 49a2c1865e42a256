"""Channels of sanctions beyond trade: oil, missing inputs, outflow of capital."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.models import find_model

OIL = {
    "banned_mb_per_day": 3.5,
    "other_exports_mb_per_day": 4.3,
    "rest_mb_per_day": 92.2,
    "stranded_month": 0.5,
    "stranded_year": 0.25,
    "stranded_3y": 0.1,
    "net_elasticity_month": 0.17,
    "net_elasticity_year": 0.28,
    "net_elasticity_3y": 0.45,
    "importer_response": 0.15,
    "revenue_pct_gdp": 15.5,
    "discount_share": 0.1,
    "gdp_per_revenue_year": 0.6,
    "gdp_per_revenue_3y": 1.1,
}


def oil(**changes):
    found = find_model("sanctions.oil_market")(**(OIL | changes))
    return {name: float(np.asarray(values).squeeze()) for name, values in found.items()}


def test_a_missing_volume_doubles_the_price_at_the_elasticity_of_the_scenario():
    """Oracle: published. JPMorgan, 21 January 2022: 2.3 mb/d less takes the price from 75 to 150; -1.6% of world GDP."""
    found = oil(
        banned_mb_per_day=2.3,
        rest_mb_per_day=93.4,
        stranded_month=1,
        net_elasticity_month=0.0336,
        stranded_year=1,
        net_elasticity_year=0.0336,
        importer_response=0.16,
    )
    assert found["price_rise_month_pct"] == pytest.approx(100, abs=1.0)
    assert found["importer_loss_year_pct_gdp"] == pytest.approx(1.6, abs=0.02)


def test_revenue_is_what_is_sold_at_the_new_price():
    """Oracle: hand. Half of the exports banned, half of those stranded, an elasticity of infinity nearly: a quarter is lost."""
    found = oil(
        banned_mb_per_day=4.0,
        other_exports_mb_per_day=4.0,
        stranded_year=0.5,
        net_elasticity_year=1000,
        discount_share=0,
        revenue_pct_gdp=16,
    )
    assert found["revenue_loss_year_pct_gdp"] == pytest.approx(4.0, abs=1e-3)
    assert found["target_loss_year_pct_gdp"] == pytest.approx(2.4, abs=1e-3)


def test_the_sign_of_the_targets_loss_is_open():
    """Oracle: theorem. Below a net elasticity of about its share of the market less sold pays more, above it less."""
    assert oil(net_elasticity_year=0.03)["revenue_loss_year_pct_gdp"] < 0
    assert oil(net_elasticity_year=0.6)["revenue_loss_year_pct_gdp"] > 0


def test_a_ban_that_strands_nothing_moves_no_price():
    """Oracle: hand. Everything finds another buyer: only the discount is lost."""
    found = oil(stranded_month=0, stranded_year=0, stranded_3y=0)
    assert found["price_rise_month_pct"] == found["price_rise_3y_pct"] == 0.0
    assert found["importer_loss_year_pct_gdp"] == 0.0
    assert found["revenue_loss_year_pct_gdp"] == pytest.approx(15.5 * 0.1 * 3.5 / 7.8)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_more_stranded_oil_is_dearer(one, other):
    """Oracle: theorem, the price rises with what is missing."""
    low, high = sorted((one, other))
    assert (
        oil(stranded_month=high)["price_rise_month_pct"]
        >= oil(stranded_month=low)["price_rise_month_pct"]
    )


def test_a_missing_input_stops_its_output_one_for_one_after_stocks():
    """Oracle: hand, on the one-for-one fall of Boehm, Flaaen and Pandalai-Nayar (2019)."""
    model = find_model("sanctions.missing_input")
    given_ = {"output_share": 0.1, "missing_share": 0.25, "replaced_share": 0.4}
    none, half, two = (
        {name: float(np.squeeze(v)) for name, v in model(**given_, stock_months=months).items()}
        for months in (0.0, 6.0, 30.0)
    )
    assert none["loss_month_pct_gdp"] == none["loss_year_pct_gdp"] == pytest.approx(2.5)
    assert none["loss_3y_pct_gdp"] == pytest.approx(1.5)
    assert half["loss_month_pct_gdp"] == 0.0
    assert half["loss_year_pct_gdp"] == pytest.approx(1.25)
    assert two["loss_year_pct_gdp"] == 0.0
    assert two["loss_3y_pct_gdp"] == pytest.approx(0.75)


def test_outflow_moves_the_currency_by_its_response():
    """Oracle: published. 2014: 4.4% of GDP left beyond the year before; of -41 to -46% a tenth to a third was not oil."""
    found = find_model("sanctions.outflow")(
        outflow_pct_gdp=np.array([[0.0, 0.01, 4.4, 4.4]]),
        fall_per_pct_gdp=np.array([[5.0, 5.0, 1.0, 3.5]]),
    )
    fall = found["fall_pct"][0]
    assert fall[0] == 0.0
    assert fall[1] == pytest.approx(0.05, rel=1e-3)
    assert 4 <= fall[2] <= fall[3] <= 16
    assert found["depreciation_pct"][0] == pytest.approx(100 * fall / (100 - fall))
