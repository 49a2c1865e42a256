"""A gas system read from tables, and the mechanism that prices it. Each test names its oracle."""

import calendar
import datetime as dt
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from detente.crisis import load_crisis
from detente.errors import ModelError
from detente.linking.tables import setting_of
from detente.models import find_model
from detente.models.energy import (
    GasCase,
    GasSolver,
    compile_gas,
    cut_curve,
    cut_routes,
    design_points,
    fit_gas,
    read_gas_tables,
    situation_of,
    stagger_prices,
    weeks_from,
    year_from,
)
from detente.models.energy.pricing import AXES, HIGH, LOW, _summary
from detente.models.registry import Setting
from detente.testing.gas import gas_tables

START = dt.date(2022, 1, 27)


def changed(kind, column, value, row=0):
    tables = {name: dict(columns) for name, columns in gas_tables().items()}
    array = tables[kind][column].astype(object)
    array[row] = value
    tables[kind][column] = (
        array.astype(np.float64) if isinstance(value, float) else array.astype(np.str_)
    )
    return tables


class TestPeriods:
    """Oracle: hand."""

    def test_a_short_rest_of_a_month_joins_the_next(self):
        first, after = year_from(START)[0]
        assert (first, after) == (dt.date(2022, 1, 27), dt.date(2022, 3, 1))
        assert len(year_from(START)) == 12
        assert year_from(START)[-1][1] == dt.date(2023, 2, 1)

    def test_a_long_rest_is_a_period_of_its_own(self):
        assert year_from(dt.date(2021, 12, 10), 2)[0][1] == dt.date(2022, 1, 1)
        assert year_from(dt.date(2021, 12, 31), 2)[1] == (dt.date(2022, 2, 1), dt.date(2022, 3, 1))


class TestWeeks:
    """Oracle: hand, and the months of the same system."""

    def test_demand_has_the_rate_of_each_day(self):
        tables = gas_tables()
        weeks = read_gas_tables(tables, start=START, periods=weeks_from(START)).system
        months = read_gas_tables(tables, start=START).system
        assert [period.days for period in weeks.periods] == [7] * 52
        assert weeks.periods[0].label == "2022-01-27"
        table = tables["gas_demand"]
        node = months.nodes[0].name
        rate = {
            int(month): twh / calendar.monthrange(2022, int(month))[1]
            for name, month, twh in zip(
                table["node"], table["month"], table["demand_twh"], strict=True
            )
            if name == node
        }
        assert weeks.nodes[0].demand_twh[0] == pytest.approx(5 * rate[1] + 2 * rate[2])
        longer = weeks_from(START, 53)
        days = sum(period.days for period in months.periods)
        more = read_gas_tables(tables, start=START, periods=longer).system.nodes[0].demand_twh
        assert (53 * 7 - days) == 1
        assert np.sum(months.nodes[0].demand_twh) == pytest.approx(np.sum(more) - rate[2])

    def test_the_year_in_weeks_is_near_that_in_months(self):
        """Finer periods can only find what months average out: within a twentieth on the small system."""
        lost = []
        for periods in (None, weeks_from(START)):
            reading = read_gas_tables(gas_tables(), start=START, periods=periods)
            routes = cut_routes(reading, ("EAS",))
            case = GasCase(cut=dict.fromkeys(routes, 0.8), lng_spare_twh=60.0)
            got = GasSolver(compile_gas(reading.system)).solve(situation_of(reading, case))
            assert got.residual_twh < 1e-6
            gone = got.response_twh.sum() + got.shedding_twh.sum()
            lost.append(gone / got.demand_twh.sum())
        assert lost[1] == pytest.approx(lost[0], rel=0.05)


class TestReading:
    """Oracle: hand, on the small system."""

    def test_demand_goes_by_the_days_of_each_month(self):
        reading = read_gas_tables(gas_tables(), start=START)
        assert reading.system.nodes[0].demand_twh[0] == pytest.approx(31 * 5 / 31 + 26)
        assert reading.system.nodes[0].demand_twh[1] == pytest.approx(25)

    def test_weather_moves_what_stands_above_the_mildest_month(self):
        reading = read_gas_tables(gas_tables(), start=START)
        july = [period.label for period in reading.system.periods].index("2022-07")
        assert reading.heat_share[0, july] == pytest.approx(0.0)
        assert reading.heat_share[0, 1] == pytest.approx(1 - 11 / 25)

    def test_a_route_from_outside_is_a_source_and_gives_its_flow(self):
        reading = read_gas_tables(gas_tables(), start=START)
        assert {source.name for source in reading.system.sources} == {
            "main_line",
            "east_line",
            "north_line",
            "production_AA",
        }
        rate = {source.name: source.capacity_twh_per_day for source in reading.system.sources}
        assert rate["main_line"] == pytest.approx(0.4)
        assert rate["north_line"] == pytest.approx(0.5)
        assert reading.system.sources[2].total_twh == pytest.approx(130 * 370 / 365)
        assert cut_routes(reading, ("EAS",)) == ("main_line", "east_line")
        assert (reading.market, reading.pact) == (("near", "far"), ("friend",))

    @pytest.mark.parametrize(
        ("kind", "column", "value", "word"),
        [
            ("gas_demand", "month", "13", "no demand for month 01"),
            ("gas_demand", "node", "XX", "no demand for month 01"),
            ("gas_routes", "end", "XX", "not a node"),
            ("gas_routes", "flow_twh_per_day", -1.0, "negative"),
            ("gas_terminals", "capacity_twh_per_day", -0.1, "negative"),
            ("gas_stores", "stock_twh", 70.0, "outside"),
        ],
    )
    def test_bad_tables_are_refused_with_a_fix(self, kind, column, value, word):
        with pytest.raises(ModelError, match=word) as caught:
            compile_gas(read_gas_tables(changed(kind, column, value), start=START).system)
        assert caught.value.code == "input-invalid"
        assert caught.value.fix

    def test_a_table_or_column_that_is_missing_is_named(self):
        tables = gas_tables()
        with pytest.raises(ModelError, match="no table 'gas_supply'"):
            read_gas_tables({k: v for k, v in tables.items() if k != "gas_supply"}, start=START)
        less = {k: {c: a for c, a in v.items() if c != "end"} for k, v in tables.items()}
        with pytest.raises(ModelError, match="no column 'end'"):
            read_gas_tables(less, start=START)

    def test_a_system_without_a_route_of_the_challenger_names_the_suppliers(self):
        reading = read_gas_tables(gas_tables(), start=START)
        with pytest.raises(ModelError, match="no gas route has the supplier QQQ") as caught:
            cut_routes(reading, ("QQQ",))
        assert "EAS" in caught.value.fix

    def test_a_year_that_cannot_be_run_says_which_node_lacks_what(self):
        """Oracle: hand. In December Corland needs 6.2 TWh and can get (0.08 + 0.05) x 31; nobody may be cut off."""
        reading = read_gas_tables(gas_tables(), start=START)
        nodes = tuple(replace(node, response=(), shedding=()) for node in reading.system.nodes)
        with pytest.raises(ModelError, match=r"CC lacks 2.17 TWh in 2022-12") as caught:
            GasSolver(compile_gas(replace(reading.system, nodes=nodes)))
        assert caught.value.fix


class TestStaggering:
    def test_bounds_rise_from_the_base_to_the_highest(self):
        """Oracle: hand: ratio 2, offset a half."""
        prices = stagger_prices(4, base_price=10, highest=80, offsets=np.array([0.5, 1.0]))
        np.testing.assert_allclose(prices[:, 0], [10, 10 * 2**0.5, 10 * 2**1.5, 10 * 2**2.5, 80])
        np.testing.assert_allclose(prices[:, 1], [10, 20, 40, 80, 80])

    def test_shares_add_up_to_the_curve(self):
        """Oracle: theorem: the steps telescope."""
        prices = stagger_prices(6, base_price=50, highest=600, offsets=np.linspace(0.1, 1, 7))
        shares, at = cut_curve(0.18, prices)
        np.testing.assert_allclose(shares.sum(axis=0), 1 - 12**-0.18)
        assert (at[1:] >= at[:-1]).all()


@cache
def small_system():
    """The model bound to the small system once: it is fitted as its answers are asked for, whatever the options."""
    setting = Setting(
        tables=gas_tables(), start=START, members=("AAA", "BBB", "CCC", "DDD"), challengers=("EAS",)
    )
    return find_model("energy.gas_system").bind(setting)


def small(**options):
    return small_system()(
        **{
            "cut_share": [[0.0], [0.5], [1.0]],
            "lng_spare_twh": 60.0,
            "energy_share": 0.02,
            "elasticity": 0.1,
            **options,
        }
    )


class TestMechanism:
    """Oracle: signs that any model must show, on the small system."""

    def test_nothing_is_lost_where_nothing_is_cut(self):
        got = small()
        assert got["loss_pct_gdp"][0, 0] == pytest.approx(0.0, abs=1e-12)
        assert got["member_energy_change_pct"][:, 0].ravel() == pytest.approx([0] * 4, abs=1e-9)

    def test_a_deeper_cut_costs_more_and_raises_the_price(self):
        got = small()
        assert (np.diff(got["loss_pct_gdp"][:, 0]) > 0).all()
        assert (np.diff(got["price_eur_per_mwh"][:, 0]) > 0).all()

    def test_a_member_without_a_node_loses_nothing(self):
        assert (small()["member_loss_pct_gdp"][3] == 0).all()

    def test_more_gas_at_sea_or_a_pact_never_costs(self):
        more = small(lng_spare_twh=200.0)["loss_pct_gdp"][2, 0]
        pact = small(lng_pact_twh=60.0)["loss_pct_gdp"][2, 0]
        bare = small()["loss_pct_gdp"][2, 0]
        assert more < bare
        assert pact < bare

    def test_hoarding_costs_the_members_together_and_counts_only_with_a_cut(self):
        apart, together = small(hoarding_prob=1.0), small()
        assert apart["loss_pct_gdp"][2, 0] > together["loss_pct_gdp"][2, 0]
        assert apart["loss_pct_gdp"][0, 0] == together["loss_pct_gdp"][0, 0]

    def test_the_chance_of_hoarding_weighs_the_two(self):
        """Oracle: hand."""
        low, high, mixed = (
            small(hoarding_prob=prob)["loss_pct_gdp"][2, 0] for prob in (0.0, 1.0, 0.25)
        )
        assert mixed == pytest.approx(0.75 * low + 0.25 * high)

    def test_cold_raises_the_price(self):
        cold, mild = (small(weather=w)["price_eur_per_mwh"][2, 0] for w in (1.1, 0.9))
        assert cold > mild


@pytest.fixture(scope="module")
def shipped():
    crisis = load_crisis("ukraine-2022")
    model = find_model("energy.gas_system")
    setting = setting_of(crisis, model, crisis.mechanisms["gas_system"])
    return crisis, replace(setting, members=("DEU", "HUN", "FRA"))


def draws_of(n_draws):
    """Cases as the crisis draws them: Russia cuts, everything else is uncertain."""
    rng = np.random.default_rng(20220127)
    return np.stack(
        [
            rng.triangular(0.4, 0.75, 1.0, n_draws),
            rng.triangular(50, 250, 500, n_draws),
            rng.triangular(0.1, 0.18, 0.3, n_draws),
            rng.triangular(0.9, 1.0, 1.1, n_draws),
            np.where(rng.random(n_draws) < 0.5, rng.triangular(20, 60, 150, n_draws), 0.0),
        ],
        axis=1,
    )


class TestSurface:
    """Oracle: independent code: the programme itself, solved at cases that the design does not hold."""

    def test_the_design_keeps_to_its_box_and_holds_the_corners(self):
        points = design_points(96)
        assert points.shape == (96, len(AXES))
        assert (points >= LOW).all()
        assert (points <= HIGH).all()
        corners = ((points == LOW) | (points == HIGH)).all(axis=1)
        assert corners.sum() == 2 ** len(AXES)
        assert len(np.unique(points, axis=0)) == 96

    def test_the_surface_goes_through_its_points(self):
        """Oracle: theorem."""
        setting = Setting(tables=gas_tables(), start=START, challengers=("EAS",))
        surface = fit_gas(setting, hoarding=True)
        got = surface.read(surface.points[:20])
        np.testing.assert_allclose(got["lost"], np.clip(surface.values[:20, :3].T, 0, 1), atol=1e-8)

    def test_what_a_point_gives_depends_on_no_other_point(self):
        """Oracle: theorem; the same bits alone, in any company, at any place."""
        setting = Setting(tables=gas_tables(), start=START, challengers=("EAS",))
        surface = fit_gas(setting, hoarding=True)
        at = draws_of(45)
        whole = surface.read(at)
        for first, last in ((0, 1), (3, 17), (44, 45), (1, 45)):
            part = surface.read(at[first:last])
            for name, values in whole.items():
                np.testing.assert_array_equal(part[name], values[..., first:last])

    def test_the_error_between_the_points_is_below_two_percent(self, shipped):
        """Mean absolute error over 48 drawn cases, as a share of what is lost on average.

        Measured: 0.9% for the union (1.6% in 95 of 100 cases), 1.7% over nodes, 2.7% for the worst node; prices 2.6%.
        """
        _, setting = shipped
        surface = fit_gas(setting)
        reading = surface.reading
        solver = GasSolver(compile_gas(reading.system))
        routes = cut_routes(reading, setting.challengers)
        at = draws_of(48)
        truth = np.array(
            [
                _summary(
                    reading,
                    solver.solve(
                        situation_of(
                            reading,
                            GasCase(
                                cut=dict.fromkeys(routes, cut),
                                lng_spare_twh=spare,
                                demand_elasticity=elasticity,
                                weather=weather,
                                lng_pact_twh=pact,
                            ),
                        )
                    ),
                )
                for cut, spare, elasticity, weather, pact in at.tolist()
            ]
        )
        got = surface.read(at)
        n_nodes = len(reading.system.nodes)
        union = truth[:, 2 * n_nodes] + truth[:, 2 * n_nodes + 1]
        error = np.abs(got["responds"] + got["shed"] - union)
        nodes = np.abs(got["lost"].T - truth[:, :n_nodes])
        price = np.abs(np.log(got["price"].T) - truth[:, n_nodes : 2 * n_nodes])
        assert error.mean() < 0.02 * union.mean()
        assert nodes.mean() < 0.02 * truth[:, :n_nodes].mean()
        assert price.mean() < 0.05
        first = np.abs(got["first"].T - truth[:, 2 * n_nodes + 3 :])
        # measured: 5.8%: a planner shifts what gives way between months, so a month is rougher than the year
        assert first.mean() < 0.1 * truth[:, 2 * n_nodes + 3 :].mean()


def horizons(**options):
    setting = Setting(
        tables=gas_tables(), start=START, members=("AAA", "BBB", "CCC", "DDD"), challengers=("EAS",)
    )
    return find_model("energy.gas_horizons").bind(setting)(
        **{
            "cut_share": [[0.0], [0.5], [1.0]],
            "lng_spare_twh": 60.0,
            "energy_share": 0.02,
            "elasticity": 0.1,
            **options,
        }
    )


class TestHorizons:
    """Oracle: the mechanism of the year, and signs that any model must show."""

    def test_the_year_is_that_of_the_gas_system(self):
        np.testing.assert_allclose(
            horizons(hoarding_prob=0.3)["member_loss_year_pct_gdp"],
            small(hoarding_prob=0.3)["member_loss_pct_gdp"],
        )

    def test_the_third_year_is_the_first_with_more_substitution(self):
        got = horizons(third_year_ratio=3.0)
        np.testing.assert_allclose(
            got["member_loss_3y_pct_gdp"], small(elasticity=0.3)["member_loss_pct_gdp"]
        )
        assert (got["member_loss_3y_pct_gdp"] <= got["member_loss_year_pct_gdp"] + 1e-12).all()

    def test_less_substitution_makes_the_month_worse(self):
        stiff, same = horizons(month_ratio=0.5), horizons()
        worse = stiff["member_loss_month_pct_gdp"] - same["member_loss_month_pct_gdp"]
        assert (worse[:3, 2] > 0).any()
        assert (worse >= -1e-12).all()

    def test_nothing_taken_is_a_cut_of_all_and_only_once_there_is_a_cut(self):
        got = horizons()
        stopped, cut = got["member_stopped_year_pct_gdp"], got["member_loss_year_pct_gdp"]
        np.testing.assert_allclose(stopped[:, 1], cut[:, 2])
        assert (np.abs(stopped[:, 0]) < 1e-12).all()

    def test_the_supplier_loses_its_revenue(self):
        got = horizons(revenue_pct_gdp=[[0.0], [1.0], [2.0]])["supplier_loss_pct_gdp"]
        assert np.ravel(got).tolist() == [0.0, 1.0, 2.0]
