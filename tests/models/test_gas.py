"""The linear programme of a gas system."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import vstack

from detente.errors import ModelError
from detente.models.energy import (
    GasNode,
    GasSolver,
    GasSource,
    GasSystem,
    Period,
    Pipeline,
    Situation,
    Step,
    Store,
    SupplyStep,
    Terminal,
    bound_gas,
    compile_gas,
    months,
    residual_supply,
    response_steps,
    solve_gas,
    weeks,
)
from detente.testing.profiles import examples

BALANCE = 1e-7
"""TWh: the feasibility tolerance of HiGHS."""

COST = 1e-6
"""Relative: agreement of two optima."""

SHED = 3000.0
PRICES = (50, 75, 100, 150, 200, 300, 500)
DAY = (Period(label="day", days=1.0),)


def days(n_periods):
    return tuple(Period(label=f"day {k}", days=1.0) for k in range(1, n_periods + 1))


def two_nodes(**changes):
    """Gas at A for 10, at B for 30, ten TWh a day from A to B at 2."""
    parts = {
        "periods": DAY,
        "nodes": (GasNode(name="A", demand_twh=20.0), GasNode(name="B", demand_twh=20.0)),
        "pipelines": (
            Pipeline(name="A to B", start="A", end="B", capacity_twh_per_day=10.0, cost=2.0),
        ),
        "sources": (
            GasSource(name="field A", node="A", capacity_twh_per_day=100.0, cost=10.0),
            GasSource(name="field B", node="B", capacity_twh_per_day=100.0, cost=30.0),
        ),
    }
    return GasSystem(**(parts | changes))


def ring(n_nodes=30, n_periods=12, seed=1, *, periods=None, slack=1.0):
    """An invented ring of nodes with chords, fields, terminals and stores, short of gas in winter."""
    rng = np.random.default_rng(seed)
    periods = periods or months("2022-01", n_periods)
    winter = 1 + 0.5 * np.cos(2 * np.pi * np.arange(n_periods) / n_periods)
    length = np.array([period.days for period in periods])
    nodes, pipelines, sources, terminals, stores = [], [], [], [], []
    for i in range(n_nodes):
        nodes.append(
            GasNode(
                name=f"N{i}",
                demand_twh=rng.uniform(0.07, 0.66) * length * winter,
                response=response_steps(0.18, base_price=50, prices=PRICES),
                shedding=(Step(share=1.0, price=SHED),),
            )
        )
        pipelines.extend(
            Pipeline(
                name=f"P{i}-{j}",
                start=f"N{i}",
                end=f"N{j}",
                capacity_twh_per_day=rng.uniform(0.1, 0.5),
                cost=rng.uniform(0.3, 1.5),
                loss_share=0.01,
            )
            for j in sorted({(i + 1) % n_nodes, *rng.integers(n_nodes, size=2).tolist()} - {i})
        )
        if i % 3 == 0:
            rate, cost = slack * rng.uniform(0.1, 1.2), rng.uniform(5, 30)
            sources.append(
                GasSource(name=f"S{i}", node=f"N{i}", capacity_twh_per_day=rate, cost=cost)
            )
        if i % 3 == 1:
            rate = rng.uniform(0.1, 0.4)
            terminals.append(
                Terminal(name=f"T{i}", node=f"N{i}", capacity_twh_per_day=rate, cost=1)
            )
        if i % 2 == 0:
            stores.append(
                Store(
                    name=f"G{i}",
                    node=f"N{i}",
                    capacity_twh=30,
                    initial_twh=15,
                    target_twh=15,
                    target_price=900.0,
                    injection_twh_per_day=0.15,
                    withdrawal_twh_per_day=0.3,
                    injection_cost=0.5,
                )
            )
    return GasSystem(
        periods=periods,
        nodes=tuple(nodes),
        pipelines=tuple(pipelines),
        sources=tuple(sources),
        terminals=tuple(terminals),
        supply=residual_supply(
            "LNG",
            base_twh_per_day=n_nodes / 30,
            others_twh_per_day=8 * n_nodes / 30,
            elasticity=0.18,
            base_price=50,
            prices=PRICES,
            premium=3,
            delay_days=40,
        ),
        stores=tuple(stores),
    )


small_rings = st.builds(
    ring,
    n_nodes=st.integers(2, 6),
    n_periods=st.integers(1, 4),
    seed=st.integers(0, 10_000),
    slack=st.sampled_from([0.0, 0.3, 1.0, 3.0]),
)


def balance_by_hand(system, got):
    """Each node's balance, added up part by part. Oracle: hand."""
    place = {node.name: k for k, node in enumerate(system.nodes)}
    left = got.response_twh + got.shedding_twh - got.demand_twh
    for source, gas in zip(system.sources, got.supply_twh, strict=True):
        left[place[source.node]] += gas
    for terminal, gas in zip(system.terminals, got.sendout_twh, strict=True):
        left[place[terminal.node]] += gas
    for pipe, gas in zip(system.pipelines, got.flow_twh, strict=True):
        left[place[pipe.start]] -= gas
        left[place[pipe.end]] += gas * (1 - pipe.loss_share)
    for store, put, drawn in zip(system.stores, got.injection_twh, got.withdrawal_twh, strict=True):
        left[place[store.node]] += drawn - put
    return left


def check_answer(system, got):
    assert got.status == "Optimal"
    assert got.residual_twh < BALANCE
    np.testing.assert_allclose(balance_by_hand(system, got), 0.0, atol=BALANCE)
    np.testing.assert_allclose(got.node_residual_twh, 0.0, atol=BALANCE)
    np.testing.assert_allclose(
        got.purchase_twh.sum(axis=0), got.sendout_twh.sum(axis=0), atol=BALANCE
    )
    for store, stock, put, drawn in zip(
        system.stores, got.stock_twh, got.injection_twh, got.withdrawal_twh, strict=True
    ):
        np.testing.assert_allclose(
            stock, store.initial_twh + np.cumsum(put - drawn), atol=10 * BALANCE
        )
    assert abs(got.gap_eur_mn) <= COST * max(1.0, got.objective_eur_mn)


class TestPrices:
    """Oracle: hand. The price is the cost of the marginal source."""

    def test_a_full_pipeline_parts_the_prices(self):
        got = solve_gas(two_nodes())
        np.testing.assert_allclose(got.price[:, 0], [10.0, 30.0])
        np.testing.assert_allclose(got.flow_twh, 10.0)
        np.testing.assert_allclose(got.supply_twh[:, 0], [30.0, 10.0])
        assert got.objective_eur_mn == pytest.approx(30 * 10 + 10 * 30 + 10 * 2)

    def test_a_wide_pipeline_joins_them_at_the_cost_of_passage(self):
        pipe = Pipeline(name="A to B", start="A", end="B", capacity_twh_per_day=np.inf, cost=2.0)
        got = solve_gas(two_nodes(pipelines=(pipe,)))
        np.testing.assert_allclose(got.price[:, 0], [10.0, 12.0])

    def test_what_is_lost_on_the_way_is_paid_for(self):
        pipe = Pipeline(
            name="A to B", start="A", end="B", capacity_twh_per_day=50.0, cost=2.0, loss_share=0.2
        )
        got = solve_gas(two_nodes(pipelines=(pipe,)))
        np.testing.assert_allclose(got.flow_twh, 25.0)
        np.testing.assert_allclose(got.price[1, 0], (10.0 + 2.0) / 0.8)

    def test_demand_that_gives_way_sets_the_price(self):
        nodes = (
            GasNode(name="A", demand_twh=20.0),
            GasNode(name="B", demand_twh=20.0, response=(Step(share=0.8, price=25.0),)),
        )
        got = solve_gas(two_nodes(nodes=nodes))
        np.testing.assert_allclose(got.price[1, 0], 25.0)
        np.testing.assert_allclose(got.response_twh[:, 0], [0.0, 10.0])

    def test_shedding_sets_the_price_where_nothing_else_is_left(self):
        got = solve_gas(two_nodes(sources=two_nodes().sources[:1]))
        np.testing.assert_allclose(got.price[:, 0], [10.0, SHED])
        np.testing.assert_allclose(got.shedding_twh[:, 0], [0.0, 10.0])

    def test_diverted_cargoes_come_late_and_at_a_premium(self):
        system = GasSystem(
            periods=days(3),
            nodes=(GasNode(name="A", demand_twh=10.0),),
            terminals=(Terminal(name="T", node="A", capacity_twh_per_day=50.0, cost=1.0),),
            supply=(
                SupplyStep(name="contracts", volume_twh_per_day=4.0, price=20.0),
                SupplyStep(
                    name="diverted",
                    volume_twh_per_day=8.0,
                    price=60.0,
                    premium=5.0,
                    delay_days=1.5,
                ),
            ),
        )
        got = solve_gas(system)
        # on the second day half of the eight arrives
        np.testing.assert_allclose(got.purchase_twh, [[4.0, 4.0, 4.0], [0.0, 4.0, 6.0]])
        np.testing.assert_allclose(got.shedding_twh[0], [6.0, 2.0, 0.0])
        np.testing.assert_allclose(got.price[0], [SHED, SHED, 66.0])
        assert got.liquefied_price[2] == pytest.approx(65.0)

    def test_a_store_carries_the_summer_price_into_winter(self):
        system = GasSystem(
            periods=days(2),
            nodes=(GasNode(name="A", demand_twh=[4.0, 12.0]),),
            sources=(GasSource(name="field", node="A", capacity_twh_per_day=10.0, cost=10.0),),
            stores=(
                Store(
                    name="cavern",
                    node="A",
                    capacity_twh=20.0,
                    initial_twh=5.0,
                    target_twh=5.0,
                    injection_twh_per_day=6.0,
                    withdrawal_twh_per_day=6.0,
                    injection_cost=1.0,
                    withdrawal_cost=0.5,
                ),
            ),
        )
        got = solve_gas(system)
        np.testing.assert_allclose(got.stock_twh, [[7.0, 5.0]])
        np.testing.assert_allclose(got.price[0], [10.0, 11.5])

    def test_shedding_steps_of_rising_price_spread_a_shortage(self):
        shedding = (Step(share=0.25, price=3000.0), Step(share=0.75, price=4000.0))
        nodes = tuple(GasNode(name=name, demand_twh=20.0, shedding=shedding) for name in "AB")
        sources = (GasSource(name="field A", node="A", capacity_twh_per_day=31.0, cost=10.0),)
        pipe = Pipeline(name="A to B", start="A", end="B", capacity_twh_per_day=50.0)
        got = solve_gas(two_nodes(nodes=nodes, sources=sources, pipelines=(pipe,)))
        assert got.shedding_twh.max() <= 5.0 + BALANCE
        assert got.shedding_twh.sum() == pytest.approx(9.0)


class TestCertificate:
    @given(small_rings)
    @examples(40)
    def test_gas_balances_and_nothing_is_cheaper(self, system):
        """Oracle: theorem. Balances close at every node, and the dual objective equals the cost."""
        check_answer(system, solve_gas(system))

    def test_gas_balances_on_a_year_of_thirty_nodes(self):
        system = ring()
        got = solve_gas(system)
        check_answer(system, got)
        assert got.shedding_twh.sum() > 0
        assert got.response_twh.sum() > 0

    @given(small_rings)
    @examples(15)
    def test_scipy_finds_the_same_cost(self, system):
        """Oracle: independent code (another build of HiGHS, fed by another path)."""
        programme = compile_gas(system)
        bounds = bound_gas(programme)
        matrix = programme.matrix.tocsr()
        equal = bounds.row_lower == bounds.row_upper
        below = ~equal & np.isfinite(bounds.row_upper)
        above = ~equal & np.isfinite(bounds.row_lower)
        other = linprog(
            programme.cost,
            A_ub=vstack([matrix[below], -matrix[above]]),
            b_ub=np.r_[bounds.row_upper[below], -bounds.row_lower[above]],
            A_eq=matrix[equal],
            b_eq=bounds.row_lower[equal],
            bounds=np.c_[bounds.lower, bounds.upper],
        )
        assert other.status == 0
        assert solve_gas(system).objective_eur_mn == pytest.approx(other.fun, rel=COST)

    @given(small_rings, st.data())
    @examples(15)
    def test_prices_are_the_slopes_of_the_cost(self, system, data):
        """Oracle: finite differences. A price lies between the slopes of the cost to its left and to its right."""
        node = data.draw(st.integers(0, len(system.nodes) - 1))
        period = data.draw(st.integers(0, len(system.periods) - 1))
        step = 1e-4

        def cost(change):
            name = system.nodes[node].name
            forced = np.zeros(len(system.periods))
            forced[period] = abs(change) / system.periods[period].days
            if change < 0:
                gift = GasSource(
                    name="gift",
                    node=name,
                    capacity_twh_per_day=forced,
                    minimum_twh_per_day=forced,
                )
                return solve_gas(
                    dataclasses.replace(system, sources=(*system.sources, gift))
                ).objective_eur_mn
            demand = np.zeros(len(system.periods))
            demand[period] = change
            abroad = GasNode(name="abroad", demand_twh=demand, shedding=())
            pipe = Pipeline(name="out", start=name, end="abroad", capacity_twh_per_day=np.inf)
            return solve_gas(
                dataclasses.replace(
                    system,
                    nodes=(*system.nodes, abroad),
                    pipelines=(*system.pipelines, pipe),
                )
            ).objective_eur_mn

        got = solve_gas(system)
        left = (got.objective_eur_mn - cost(-step)) / step
        right = (cost(step) - got.objective_eur_mn) / step
        slack = 1e-3 * max(1.0, abs(left), abs(right))
        assert left - slack <= got.price[node, period] <= right + slack


class TestShortage:
    @given(small_rings, st.floats(1.0, 3.0))
    @examples(25)
    def test_more_liquefied_gas_never_raises_unserved_demand(self, system, factor):
        """Oracle: theorem. Shedding costs more than all else, and more supply only widens what is feasible."""
        more = {part.name: factor for part in (*system.supply, *system.terminals)}
        solver = GasSolver(compile_gas(system))
        before, after = solver.solve(), solver.solve(Situation(available=more))
        assert after.shedding_twh.sum() <= before.shedding_twh.sum() + BALANCE * 10
        assert after.objective_eur_mn <= before.objective_eur_mn * (1 + COST)

    @given(small_rings, st.data())
    @examples(25)
    def test_hoarding_never_lowers_unserved_demand(self, system, data):
        """Oracle: theorem. Hoarding narrows what is feasible."""
        names = [node.name for node in system.nodes]
        hoarding = frozenset(data.draw(st.lists(st.sampled_from(names))))
        solver = GasSolver(compile_gas(system))
        together = solver.solve()
        apart = solver.solve(Situation(hoarding=hoarding))
        assert apart.shedding_twh.sum() >= together.shedding_twh.sum() - BALANCE * 10
        assert apart.objective_eur_mn >= together.objective_eur_mn * (1 - COST)

    def test_a_node_that_hoards_lets_transit_pass_and_keeps_the_rest(self):
        """Oracle: hand. B gets the six that A sends through C, and none of C's own surplus of four."""
        system = GasSystem(
            periods=DAY,
            nodes=(
                GasNode(name="A", demand_twh=0.0),
                GasNode(name="C", demand_twh=2.0),
                GasNode(name="B", demand_twh=20.0),
            ),
            pipelines=(
                Pipeline(name="A to C", start="A", end="C", capacity_twh_per_day=6.0),
                Pipeline(name="C to B", start="C", end="B", capacity_twh_per_day=50.0),
            ),
            sources=(
                GasSource(name="field A", node="A", capacity_twh_per_day=50.0),
                GasSource(name="field C", node="C", capacity_twh_per_day=6.0),
            ),
        )
        assert solve_gas(system).shedding_twh.sum() == pytest.approx(10.0)
        got = solve_gas(system, Situation(hoarding=frozenset({"C"})))
        assert got.shedding_twh[2, 0] == pytest.approx(14.0)
        assert got.flow_twh[1, 0] == pytest.approx(6.0)

    def test_weather_multiplies_demand(self):
        got = solve_gas(two_nodes(), Situation(weather=[[1.1], [0.5]]))
        np.testing.assert_allclose(got.demand_twh[:, 0], [22.0, 10.0])

    def test_a_share_of_a_supplier_can_be_cut(self):
        got = solve_gas(two_nodes(), Situation(available={"field B": 0.0, "A to B": 0.5}))
        np.testing.assert_allclose(got.shedding_twh[:, 0], [0.0, 15.0])

    def test_what_is_lost_is_told_as_a_change_of_energy(self):
        """Oracle: hand. A keeps its gas, B loses half; a node without demand loses nothing."""
        nodes = (*two_nodes().nodes, GasNode(name="C", demand_twh=0.0))
        got = solve_gas(two_nodes(nodes=nodes), Situation(available={"field B": 0.0}))
        np.testing.assert_allclose(got.energy_change_pct, [0.0, -50.0, 0.0])
        assert not np.signbit(got.energy_change_pct[[0, 2]]).any()

    def test_capacity_without_bound_makes_no_system_unbounded(self):
        there_and_back = tuple(
            Pipeline(name=f"{a} to {b}", start=a, end=b, capacity_twh_per_day=np.inf)
            for a, b in ("AB", "BA")
        )
        got = solve_gas(two_nodes(pipelines=there_and_back))
        assert got.objective_eur_mn == pytest.approx(400.0)
        cut = Situation(available={"A to B": 0.0})
        assert solve_gas(two_nodes(pipelines=there_and_back), cut).flow_twh[0, 0] == 0.0

    def test_a_total_binds_over_all_periods(self):
        system = GasSystem(
            periods=days(2),
            nodes=(GasNode(name="A", demand_twh=[10.0, 10.0]),),
            sources=(GasSource(name="field", node="A", capacity_twh_per_day=9.0, total_twh=15.0),),
        )
        assert solve_gas(system).shedding_twh.sum() == pytest.approx(5.0)

    def test_a_target_with_a_price_may_be_missed(self):
        store = Store(
            name="cavern",
            node="A",
            capacity_twh=20.0,
            initial_twh=5.0,
            target_twh=9.0,
            target_price=100.0,
            injection_twh_per_day=0.0,
            withdrawal_twh_per_day=1.0,
        )
        got = solve_gas(two_nodes(stores=(store,)))
        assert got.missing_twh[0] == pytest.approx(4.0)


class TestManySituations:
    def test_an_answer_does_not_depend_on_the_answers_before_it(self):
        system = ring(8, 6)
        situations = [
            Situation(weather=weather, available={"S0": share})
            for weather in (0.9, 1.0, 1.2)
            for share in (0.0, 0.5)
        ]
        one, other = (GasSolver(compile_gas(system)) for _ in range(2))
        forth = [one.solve(situation) for situation in situations]
        back = [other.solve(situation) for situation in reversed(situations)][::-1]
        for a, b in zip(forth, back, strict=True):
            for field in dataclasses.fields(a):
                np.testing.assert_array_equal(getattr(a, field.name), getattr(b, field.name))

    @given(small_rings, st.floats(0.5, 1.5))
    @examples(15)
    def test_a_warm_start_finds_the_cost_of_a_cold_one(self, system, weather):
        situation = Situation(weather=weather)
        warm = GasSolver(compile_gas(system)).solve(situation)
        check_answer(system, warm)
        assert warm.objective_eur_mn == pytest.approx(
            solve_gas(system, situation).objective_eur_mn, rel=COST
        )

    def test_weeks_and_months_of_the_same_rates_cost_the_same_per_day(self):
        def cost(periods):
            n = len(periods)
            length = np.array([period.days for period in periods])
            nodes = tuple(GasNode(name=name, demand_twh=0.5 * length) for name in "AB")
            return solve_gas(two_nodes(periods=periods, nodes=nodes)).objective_eur_mn / sum(
                length
            ), n

        assert cost(weeks("2022-01-03", 4))[0] == pytest.approx(cost(months("2022-01", 3))[0])


class TestCurves:
    def test_steps_add_up_to_the_curve(self):
        """Oracle: hand, (500 / 50)^-0.18."""
        steps = response_steps(0.18, base_price=50, prices=PRICES)
        assert sum(step.share for step in steps) == pytest.approx(1 - 10**-0.18)
        assert [step.price for step in steps] == sorted(step.price for step in steps)

    def test_supply_at_the_base_price_is_what_is_bought_today(self):
        base, *diverted = residual_supply(
            "LNG",
            base_twh_per_day=2.0,
            others_twh_per_day=10.0,
            elasticity=0.2,
            base_price=50,
            prices=[50, 100],
            premium=4.0,
            delay_days=20.0,
        )
        assert (base.volume_twh_per_day, base.price, base.premium) == (2.0, 50, 0.0)
        assert diverted[0].volume_twh_per_day == pytest.approx(10 * (1 - 2**-0.2))
        assert (diverted[0].premium, diverted[0].delay_days) == (4.0, 20.0)

    @pytest.mark.parametrize("prices", [[50], [100, 50], [20, 60], [50, np.inf]])
    def test_prices_that_make_no_curve_are_refused(self, prices):
        with pytest.raises(ModelError, match="no curve") as caught:
            response_steps(0.1, base_price=50, prices=prices)
        assert caught.value.code == "input-invalid"
        assert "rising" in caught.value.fix


def replace_part(system, block, **changes):
    parts = getattr(system, block)
    return dataclasses.replace(
        system, **{block: (dataclasses.replace(parts[0], **changes), *parts[1:])}
    )


class TestBadInput:
    @pytest.mark.parametrize(
        ("block", "changes", "words"),
        [
            ("nodes", {"demand_twh": [1.0, 2.0]}, r"A.demand_twh has \(2,\) values for 1 period"),
            ("nodes", {"demand_twh": "much"}, "not a number"),
            ("nodes", {"demand_twh": np.nan}, "nan in day is negative or missing"),
            ("nodes", {"demand_twh": np.inf}, "infinite"),
            ("nodes", {"name": "B"}, "'B' is used twice"),
            ("nodes", {"response": (Step(share=0.7, price=1.0),) * 2}, "add up to 1.4"),
            ("nodes", {"response": (Step(share=1.7, price=1.0),)}, "outside 0 to 1"),
            ("nodes", {"response": (Step(share=0.1, price=4000.0),)}, "costs less than response"),
            ("pipelines", {"start": "Z"}, "'Z' is not a node"),
            ("pipelines", {"end": "A"}, "starts and ends"),
            ("pipelines", {"cost": -1.0}, "-1 is outside"),
            ("pipelines", {"loss_share": 1.0}, "loss_share 1 is outside"),
            ("sources", {"node": "Z"}, "'Z' is not a node"),
            ("sources", {"minimum_twh_per_day": 101.0}, "must give 101 and can give 100"),
            ("sources", {"total_twh": -1.0}, "total_twh -1"),
            ("periods", {"days": 0.0}, "days 0 is outside"),
        ],
    )
    def test_a_system_that_is_not_one_is_refused(self, block, changes, words):
        with pytest.raises(ModelError, match=words) as caught:
            solve_gas(replace_part(two_nodes(), block, **changes))
        assert caught.value.code == "input-invalid"
        assert caught.value.fix

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"initial_twh": 21.0}, "initial_twh 21 is outside 0 to 20"),
            ({"target_twh": 21.0}, "target_twh 21"),
            ({"floor_twh": 21.0}, "floor_twh 21"),
            ({"target_price": -1.0}, "target_price -1"),
        ],
    )
    def test_a_store_that_is_not_one_is_refused(self, changes, words):
        store = Store(
            name="cavern",
            node="A",
            capacity_twh=20.0,
            initial_twh=5.0,
            injection_twh_per_day=1.0,
            withdrawal_twh_per_day=1.0,
        )
        with pytest.raises(ModelError, match=words):
            solve_gas(two_nodes(stores=(dataclasses.replace(store, **changes),)))

    def test_a_system_without_periods_is_refused(self):
        with pytest.raises(ModelError, match="needs a period and a node"):
            solve_gas(two_nodes(periods=()))

    @pytest.mark.parametrize(
        ("situation", "words"),
        [
            (Situation(weather=[1.0, 2.0]), "weather has the shape"),
            (Situation(weather=[[1.0], [1.0], [1.0]]), "weather has the shape"),
            (Situation(weather=-1.0), "negative"),
            (Situation(available={"field C": 0.5}), "'field C' is no source"),
            (Situation(available={"field A": -0.5}), "-0.5 in day is negative"),
            (Situation(available={"field A": np.inf}), "infinite"),
            (Situation(hoarding=frozenset({"Z"})), "'Z' is not a node"),
        ],
    )
    def test_a_situation_that_does_not_fit_is_refused(self, situation, words):
        with pytest.raises(ModelError, match=words) as caught:
            solve_gas(two_nodes(), situation)
        assert caught.value.fix

    def test_demand_that_must_be_served_and_cannot_names_node_and_month(self):
        """Oracle: hand. B lacks 12 less 10 in the second period."""
        system = GasSystem(
            periods=months("2022-01", 3),
            nodes=(
                GasNode(name="A", demand_twh=1.0, shedding=()),
                GasNode(name="B", demand_twh=[5.0, 12.0, 5.0], shedding=()),
            ),
            sources=(
                GasSource(name="field A", node="A", capacity_twh_per_day=1.0),
                GasSource(
                    name="field B", node="B", capacity_twh_per_day=[10 / 31, 10 / 28, 10 / 31]
                ),
            ),
        )
        with pytest.raises(ModelError, match="B lacks 2 TWh in 2022-02") as caught:
            solve_gas(system)
        assert caught.value.code == "input-invalid"
        assert "B, 2022-02" in caught.value.at
        assert "raise what can be supplied" in caught.value.fix

    def test_gas_that_must_be_taken_and_cannot_names_node_and_period(self):
        system = replace_part(two_nodes(), "sources", minimum_twh_per_day=33.0)
        with pytest.raises(ModelError, match="A must take 3 TWh more than it can use"):
            solve_gas(system)

    def test_a_target_out_of_reach_names_the_store(self):
        store = Store(
            name="cavern",
            node="A",
            capacity_twh=20.0,
            initial_twh=5.0,
            target_twh=9.0,
            injection_twh_per_day=1.0,
            withdrawal_twh_per_day=1.0,
        )
        with pytest.raises(ModelError, match="cavern ends 3 TWh below its target in day"):
            solve_gas(two_nodes(stores=(store,)))
        floor = dataclasses.replace(store, target_twh=0.0, floor_twh=8.0)
        with pytest.raises(ModelError, match="cavern is 2 TWh below its floor in day"):
            solve_gas(two_nodes(stores=(floor,)))

    def test_a_total_below_what_must_be_given_names_the_source(self):
        system = replace_part(two_nodes(), "sources", minimum_twh_per_day=20.0, total_twh=15.0)
        with pytest.raises(ModelError, match="field A must give 5 TWh more than its total"):
            solve_gas(system)

    def test_nothing_to_run_on_is_a_lack_too(self):
        system = GasSystem(periods=DAY, nodes=(GasNode(name="A", demand_twh=1.0, shedding=()),))
        with pytest.raises(ModelError, match="A lacks 1 TWh in day"):
            solve_gas(system)

    def test_a_status_that_nothing_explains_is_named(self, monkeypatch):
        monkeypatch.setattr("detente.models.energy.solving._find_lacks", lambda *_: [])
        system = replace_part(two_nodes(), "sources", minimum_twh_per_day=33.0)
        with pytest.raises(ModelError, match="ends with the status 'Infeasible'") as caught:
            solve_gas(system)
        assert "orders of magnitude" in caught.value.fix

    def test_four_lacks_are_cut_to_three_and_a_count(self):
        system = GasSystem(periods=days(4), nodes=(GasNode(name="A", demand_twh=1.0, shedding=()),))
        with pytest.raises(ModelError, match="; and 1 more"):
            solve_gas(system)
