"""The currency under sanctions. Oracles: hand, theorem (signs of the levers), published (bar E8)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import ModelError
from detente.models import find_model
from detente.models.sanctions import currency_price_ratio

MARKET = {"export_ratio": 1.4, "import_elasticity": 0.8, "hoarding_elasticity": 0.8}


def test_nothing_moves_without_a_shock():
    """Oracle: theorem: the outflow before is kept."""
    for ratio in (0.6, 1.0, 1.45):
        assert currency_price_ratio(
            export_ratio=ratio, import_elasticity=0.5, hoarding_elasticity=1.5
        ) == pytest.approx(1.0, abs=1e-14)


def test_one_elasticity_has_a_closed_form():
    """Oracle: hand: e = (demand over supply) to the power 1 / elasticity."""
    got = currency_price_ratio(
        export_ratio=1.45,
        export_stop=0.1,
        import_stop=0.2,
        hoarding_ratio=0.5,
        controls_share=0.3,
        rate_rise=10.0,
        rate_response=0.02,
        sales_capacity=0.1,
        import_elasticity=0.76,
        hoarding_elasticity=0.76,
    )
    demand = 0.8 + 0.5 * 0.7 * np.exp(-0.2)
    supply = 0.9 * 1.45 + 0.1 - 0.45
    assert got == pytest.approx((demand / supply) ** (1.0 / 0.76), rel=1e-12)


@given(
    st.floats(0.7, 2.5),
    st.floats(0.0, 1.0),
    st.floats(0.2, 3.0),
    st.floats(0.2, 3.0),
    st.floats(0.01, 0.3),
)
def test_the_three_levers_have_their_own_signs(ratio, hoarding, eta, zeta, lever):
    """Oracle: published (itskhoki2022): stops of exports and a freeze depreciate, stops of imports appreciate."""
    market = {
        "export_ratio": ratio,
        "hoarding_ratio": hoarding,
        "import_elasticity": eta,
        "hoarding_elasticity": zeta,
    }
    base = currency_price_ratio(**market, sales_capacity=0.3)
    assert currency_price_ratio(**market, sales_capacity=0.3, export_stop=lever / ratio) >= base
    assert currency_price_ratio(**market, export_stop=lever / ratio) > currency_price_ratio(
        **market
    )
    assert currency_price_ratio(**market, sales_capacity=0.3, import_stop=lever) <= base
    assert currency_price_ratio(**market, import_stop=lever) < currency_price_ratio(**market)
    assert currency_price_ratio(**market, sales_capacity=0.3 - lever) >= base
    assert currency_price_ratio(**market, controls_share=lever) <= currency_price_ratio(**market)


def test_the_market_clears():
    """Oracle: the equation itself, evaluated at the answer."""
    rng = np.random.default_rng(3)
    n = 500
    chi, x, m, h = (
        rng.uniform(1, 2, n),
        rng.uniform(0, 0.3, n),
        rng.uniform(0, 0.9, n),
        rng.uniform(0, 3, n),
    )
    eta, zeta = rng.uniform(0.05, 5, n), rng.uniform(0.05, 5, n)
    e = currency_price_ratio(
        export_ratio=chi,
        export_stop=x / 2,
        import_stop=m,
        hoarding_ratio=h,
        import_elasticity=eta,
        hoarding_elasticity=zeta,
    )
    left = (1 - m) * e**-eta + h * e**-zeta + chi - 1
    assert left == pytest.approx((1 - x / 2) * chi, rel=1e-9)


def test_a_market_that_cannot_clear_is_refused():
    with pytest.raises(ModelError, match="no price clears") as caught:
        currency_price_ratio(
            export_ratio=1.5, export_stop=0.9, import_elasticity=1, hoarding_elasticity=1
        )
    assert caught.value.code == "input-invalid"


# Bank of Russia, 1 January 2022 (annual report 2021, as printed by vg.hu in April 2022), in percent of all reserves
PLACE = {"DEU": 15.7, "FRA": 9.9, "JPN": 9.3, "USA": 6.4, "GBR": 5.1, "CAN": 2.7, "AUT": 2.5}
CURRENCY = {"EUR": 33.9, "USD": 10.9, "GBP": 6.2, "JPY": 5.9, "CAD": 3.2, "AUD": 1.0}
GOLD, YUAN = 21.5, 17.1


class TestReserves:
    """Oracle: hand, on the figures of the central bank."""

    @pytest.mark.parametrize(
        ("joining", "share"),
        [
            ({"USA"}, 6.4),
            ({"USA", "GBR", "CAN"}, 14.2),
            ({"DEU", "FRA", "AUT"}, 28.1),
            (set(PLACE), 51.6),
        ],
    )
    def test_each_coalition_has_its_share_by_place(self, joining, share):
        held = np.array(list(PLACE.values())).reshape(-1, 1, 1) / 100
        joins = np.array([float(code in joining) for code in PLACE]).reshape(-1, 1, 1)
        got = find_model("sanctions.freezable_reserves")(held_share=held, joining_prob=joins)
        assert 100 * got["frozen_share"] == pytest.approx(share, abs=0.05)

    def test_by_currency_and_by_place_say_about_the_same_of_the_whole_coalition(self):
        assert sum(CURRENCY.values()) == pytest.approx(61.1)
        assert (
            abs(sum(CURRENCY.values()) - sum(PLACE.values())) < 10
        )  # the rest lies with institutions

    def test_shares_above_one_are_refused(self):
        with pytest.raises(ModelError, match="more than all reserves"):
            find_model("sanctions.freezable_reserves")(
                held_share=np.array([0.7, 0.6]).reshape(2, 1, 1), joining_prob=1.0
            )


class TestRouble:
    """E8. Oracle: published (itskhoki2022 and market prices after the cut-off): a depreciation of 25-45% in the week of
    the freeze, undone within two months by bans on imports, controls and rates. A test of the model, never an input.

    Inputs are measured before or set by rule: trade of 2021 (exports over imports 1.45, imports USD 380 bn), the elasticity
    of trade within the first year (boehm2023), hoarding at the rate of the fourth quarter of 2014, from cash alone (USD 34 bn
    in 13 weeks, 0.36 of the imports of a week) to all outflow beyond a year before (72.9 less 16.9 bn, 0.59), and the
    reserves above, of which a central bank can sell 2% a week.
    """

    TRADE = MARKET | {"export_ratio": 1.45, "import_elasticity": 0.76, "hoarding_elasticity": 0.76}
    FROZEN = sum(PLACE.values()) / 100
    SALES = 0.02 * 612.9 / (380 / 52)
    """Two percent of the reserves a week over the imports of a week."""

    def run(self, **more):
        given = {key: np.atleast_2d(value) for key, value in (self.TRADE | more).items()}
        return find_model("sanctions.currency")(**given)["depreciation_pct"].ravel()

    def test_a_freeze_with_hoarding_depreciates_by_the_published_band(self):
        week = self.run(
            hoarding_ratio=np.array([0.36, 0.475, 0.59]),
            frozen_share=self.FROZEN,
            illiquid_share=(GOLD + YUAN) / 100,
            defence_ratio=self.SALES,
        )
        assert 25 <= week[1] <= 45
        assert week == pytest.approx([22.7, 36.5, 50.7], abs=0.5)

    def test_without_the_freeze_reserves_would_have_met_the_hoarding(self):
        week = self.run(
            hoarding_ratio=0.59, illiquid_share=(GOLD + YUAN) / 100, defence_ratio=self.SALES
        )
        assert week == pytest.approx(0.0, abs=1e-9)

    def test_bans_on_imports_with_controls_and_rates_undo_it_in_two_months(self):
        later = self.run(
            hoarding_ratio=0.475,
            frozen_share=self.FROZEN,
            illiquid_share=(GOLD + YUAN) / 100,
            defence_ratio=self.SALES,
            import_stop=np.array([0.15, 0.3, 0.4]),
            controls_share=0.7,
            rate_rise=10.5,
            rate_response=0.02,
        )
        assert later.max() < 0
        assert later.min() > -45


def test_a_personal_listing_costs_the_channel_its_share():
    """Oracle: hand: 0.6 x 0.5 x 0.2 = 0.06; nobody listed, nothing lost."""
    model = find_model("sanctions.personal_listing")
    got = model(closing_prob=0.6, listed_share=[[0.0, 0.5, 1.0]], narrowing_share=0.2)
    assert got["channel_cost_prob"][0] == pytest.approx([0.0, 0.06, 0.12])
    assert got["closing_prob"][0] == pytest.approx([0.6, 0.54, 0.48])
