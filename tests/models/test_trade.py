"""World trade in changes: against an independent solver, theorems and hand-made cases."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import ModelError
from detente.models.sanctions import gains_from_trade_pct, trade_equilibrium
from detente.models.sanctions.trade_draws import solve_trade_draws
from detente.models.sanctions.trade_equilibrium import balance_trade, solve_trade
from detente.models.sanctions.trade_gains import autarky_loss_pct
from detente.models.sanctions.trade_shocks import (
    embargo,
    export_control,
    import_ban,
    raise_tariffs,
    raise_trade_costs,
)
from detente.models.sanctions.trade_table import (
    InputOutputTable,
    aggregate_table,
    calibrate_economy,
)

_SPEC = importlib.util.spec_from_file_location(
    "trade_reference", Path(__file__).with_name("trade_reference.py")
)
reference = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(reference)

EXACT = 1e-10
"""Two solvers of the same equations."""


def make_table(seed=1, n_regions=3, n_sectors=2, **options):
    intermediate, final = reference.random_table(
        np.random.default_rng(seed), n_regions, n_sectors, **options
    )
    return InputOutputTable(
        regions=tuple("ABCDEFGH"[:n_regions]),
        sectors=tuple(f"s{j}" for j in range(n_sectors)),
        intermediate=intermediate,
        final=final,
        output=intermediate.sum(axis=(2, 3)) + final.sum(axis=2),
    )


def make_economy(seed=1, theta=5.0, **options):
    return balance_trade(calibrate_economy(make_table(seed, **options)), trade_elasticity=theta)


def from_balanced(real_after, real_balanced):
    return 100.0 * (real_after / real_balanced - 1.0)


class TestAgainstTheReference:
    """Oracle: independent code (flows in loops, all unknowns in one root finder)."""

    @pytest.mark.parametrize(
        ("seed", "shape"), [(1, (2, 1)), (2, (3, 2)), (3, (4, 2)), (4, (3, 3))]
    )
    def test_partial_cost_shock_on_balanced_trade(self, seed, shape):
        table = make_table(seed, *shape)
        theta = np.random.default_rng(seed).uniform(1.0, 9.0, shape[1])
        economy = balance_trade(calibrate_economy(table), trade_elasticity=theta)
        shock = raise_trade_costs(
            economy, coalition={"A": 0.7}, target="B", cost_pct=30.0, coverage=0.8
        )
        got = solve_trade(economy, [shock], trade_elasticity=theta)
        kept = np.ones((shape[0], shape[0], shape[1]))
        for j in range(shape[1]):
            kept[0, 1, j] = kept[1, 0, j] = 1.0 - 0.56 + 0.56 * 1.3 ** -theta[j]
        before, _, _, start = reference.solve_reference(table.intermediate, table.final, theta)
        after, _, _, _ = reference.solve_reference(
            table.intermediate, table.final, theta, kept=kept, start=start
        )
        assert got.real_income_change_pct == pytest.approx(from_balanced(after, before), abs=1e-7)

    @pytest.mark.parametrize("seed", [5, 6])
    def test_embargo_with_deficits_kept(self, seed):
        table = make_table(seed, 3, 2)
        theta = np.array([4.0, 7.0])
        economy = calibrate_economy(table)
        got = solve_trade(
            economy, [embargo(economy, coalition=["A"], target="B")], trade_elasticity=theta
        )
        kept = np.ones((3, 3, 2))
        kept[0, 1] = kept[1, 0] = 0.0
        real, wage, price, _ = reference.solve_reference(
            table.intermediate, table.final, theta, kept=kept, balanced=False
        )
        assert got.real_income_change_pct == pytest.approx(100.0 * (real - 1.0), abs=1e-7)
        assert got.wage_ratio == pytest.approx(wage, rel=1e-9)
        assert pytest.approx(price, rel=1e-9) == got.price_ratio.T

    @pytest.mark.parametrize("seed", [7, 8])
    def test_tariff_with_its_revenue(self, seed):
        table = make_table(seed, 3, 2)
        theta = np.array([3.0, 6.0])
        economy = calibrate_economy(table)
        shock = raise_tariffs(
            economy, coalition=["A", "C"], target="B", tariff_pct=25.0, sectors=["s1"]
        )
        got = solve_trade(economy, [shock], trade_elasticity=theta)
        tariff = np.zeros((3, 3, 2))
        tariff[0, 1, 1] = tariff[2, 1, 1] = 0.25
        real, wage, _, _ = reference.solve_reference(
            table.intermediate, table.final, theta, tariff=tariff, balanced=False
        )
        assert got.status == "converged"
        assert got.real_income_change_pct == pytest.approx(100.0 * (real - 1.0), abs=1e-7)
        assert got.wage_ratio == pytest.approx(wage, rel=1e-9)

    def test_balanced_economy_has_the_incomes_of_the_reference(self):
        table = make_table(9, 4, 2)
        economy = balance_trade(calibrate_economy(table), trade_elasticity=5.0)
        _, wage, _, _ = reference.solve_reference(table.intermediate, table.final, np.full(2, 5.0))
        assert economy.value_added == pytest.approx(wage * table.value_added.sum(axis=1), rel=1e-9)


class TestTheorems:
    """Oracle: theorem."""

    @given(seed=st.integers(0, 10_000), theta=st.floats(0.37, 51.0))
    def test_no_shock_changes_nothing(self, seed, theta):
        got = solve_trade(make_economy(seed, theta), trade_elasticity=theta)
        assert np.abs(got.real_income_change_pct).max() <= 1e-12 * 100
        assert got.certificate.worst < 1e-9

    @given(seed=st.integers(0, 10_000), theta=st.floats(0.37, 51.0), share=st.floats(0.0, 1.0))
    def test_markets_clear_at_every_elasticity(self, seed, theta, share):
        economy = make_economy(seed, theta, n_regions=4, n_sectors=3)
        got = solve_trade(
            economy,
            [embargo(economy, coalition={"A": share, "B": 1.0}, target="C")],
            trade_elasticity=theta,
        )
        assert got.status == "converged"
        assert got.certificate.worst < 1e-9

    @given(seed=st.integers(0, 10_000))
    def test_elasticities_from_the_smallest_to_the_largest_in_one_table(self, seed):
        theta = np.array([0.37, 5.0, 51.0])
        economy = make_economy(seed, theta, n_regions=4, n_sectors=3)
        got = solve_trade(
            economy,
            [embargo(economy, coalition=["A", "B", "D"], target="C")],
            trade_elasticity=theta,
        )
        assert got.status == "converged"
        assert got.certificate.worst < 1e-9

    @given(seed=st.integers(0, 10_000), theta=st.floats(1.0, 12.0))
    def test_cut_off_from_everybody_is_autarky(self, seed, theta):
        economy = make_economy(seed, theta, n_regions=4, n_sectors=3)
        got = solve_trade(
            economy,
            [embargo(economy, coalition=["A", "B", "D"], target="C")],
            trade_elasticity=theta,
        )
        autarky = autarky_loss_pct(economy, trade_elasticity=theta)
        assert -got.change_pct("C") == pytest.approx(autarky[2], abs=1e-6)

    @given(seed=st.integers(0, 10_000), cost=st.floats(1.0, 400.0))
    def test_a_costlier_border_hurts_the_target_more(self, seed, cost):
        economy = make_economy(seed)
        loss = [
            solve_trade(
                economy,
                [raise_trade_costs(economy, coalition=["A", "C"], target="B", cost_pct=pct)],
                trade_elasticity=5.0,
            ).change_pct("B")
            for pct in (cost, 2.0 * cost, np.inf)
        ]
        assert 0.0 > loss[0] > loss[1] > loss[2]

    @given(seed=st.integers(0, 10_000), factor=st.floats(1e-3, 1e3))
    def test_the_unit_of_account_does_not_matter(self, seed, factor):
        table = make_table(seed)
        scaled = InputOutputTable(
            regions=table.regions,
            sectors=table.sectors,
            intermediate=table.intermediate * factor,
            final=table.final * factor,
            output=table.output * factor,
        )
        got = []
        for item in (table, scaled):
            economy = balance_trade(calibrate_economy(item), trade_elasticity=4.0)
            shock = import_ban(economy, coalition=["A"], target="B")
            got.append(solve_trade(economy, [shock], trade_elasticity=4.0).real_income_change_pct)
        assert got[0] == pytest.approx(got[1], abs=1e-9)

    def test_order_of_regions_and_sectors_does_not_matter(self):
        table = make_table(11, 4, 3)
        region, sector = [2, 0, 3, 1], [1, 2, 0]
        shuffled = InputOutputTable(
            regions=tuple(table.regions[i] for i in region),
            sectors=tuple(table.sectors[j] for j in sector),
            intermediate=table.intermediate[np.ix_(region, sector, region, sector)],
            final=table.final[np.ix_(region, sector, region)],
            output=table.output[np.ix_(region, sector)],
        )
        theta = np.array([2.0, 5.0, 9.0])
        results = []
        for item, elasticity in ((table, theta), (shuffled, theta[sector])):
            economy = balance_trade(calibrate_economy(item), trade_elasticity=elasticity)
            shock = export_control(economy, coalition=["A"], target="B", sectors=["s1"])
            results.append(solve_trade(economy, [shock], trade_elasticity=elasticity))
        for code in table.regions:
            assert results[0].change_pct(code) == pytest.approx(
                results[1].change_pct(code), abs=EXACT
            )

    def test_shocks_in_two_steps_are_the_shock_in_one(self):
        economy = make_economy(12)
        first = raise_trade_costs(economy, coalition=["A"], target="B", cost_pct=20.0)
        second = raise_trade_costs(economy, coalition=["C"], target="B", cost_pct=50.0)
        at_once = solve_trade(economy, [first, second], trade_elasticity=5.0)
        middle = solve_trade(economy, [first], trade_elasticity=5.0)
        moved = replace(
            economy,
            import_share=middle.import_share,
            value_added=economy.value_added * middle.wage_ratio,
        )
        last = solve_trade(moved, [second], trade_elasticity=5.0)
        both = (1 + middle.real_income_change_pct / 100) * (1 + last.real_income_change_pct / 100)
        assert 100 * (both - 1) == pytest.approx(at_once.real_income_change_pct, abs=1e-8)

    def test_spending_equals_income_and_sales(self):
        economy = make_economy(13)
        got = solve_trade(
            economy, [import_ban(economy, coalition=["A"], target="B")], trade_elasticity=5.0
        )
        assert got.certificate.walras < 1e-12
        assert got.certificate.trade_balance < 1e-9
        assert got.import_share.sum(axis=2) == pytest.approx(np.ones((2, 3)))

    def test_a_start_from_the_answer_takes_no_step(self):
        economy = make_economy(14)
        shock = [embargo(economy, coalition=["A"], target="B")]
        cold = solve_trade(economy, shock, trade_elasticity=5.0)
        warm = solve_trade(economy, shock, trade_elasticity=5.0, start=cold)
        assert warm.iterations == 1
        assert warm.real_income_change_pct == pytest.approx(cold.real_income_change_pct, abs=1e-9)


class TestSanctions:
    def test_who_imposes_nothing_loses_nothing(self):
        """Oracle: theorem."""
        economy = make_economy(15)
        shock = embargo(economy, coalition={"A": 0.0}, target="B")
        got = solve_trade(economy, [shock], trade_elasticity=5.0)
        assert (got.real_income_change_pct == 0.0).all()

    def test_a_control_leaks_through_third_countries(self):
        """Oracle: hand (signs): compliance of a third country deepens the target's loss."""
        economy = make_economy(16, n_regions=4, n_sectors=3)
        losses = [
            solve_trade(
                economy,
                [
                    export_control(
                        economy,
                        coalition=["A"],
                        target="B",
                        sectors=["s1"],
                        compliance={"C": share, "D": share},
                    )
                ],
                trade_elasticity=5.0,
            ).change_pct("B")
            for share in (0.0, 0.5, 1.0)
        ]
        assert 0.0 > losses[0] > losses[1] > losses[2]

    def test_a_control_stops_only_the_named_sector(self):
        economy = make_economy(17)
        shock = export_control(economy, coalition=["A"], target="B", sectors=["s1"])
        got = solve_trade(economy, [shock], trade_elasticity=5.0)
        assert got.import_share[1, 1, 0] == 0.0
        assert got.import_share[0, 1, 0] > 0.0
        assert got.import_share[1, 0, 1] > 0.0

    def test_half_cover_lies_between_nothing_and_a_ban(self):
        economy = make_economy(18)
        losses = [
            solve_trade(
                economy,
                [import_ban(economy, coalition=["A"], target="B", coverage=cover)],
                trade_elasticity=5.0,
            ).change_pct("B")
            for cover in (0.0, 0.5, 1.0)
        ]
        assert losses[0] == 0.0
        assert 0.0 > losses[1] > losses[2]

    def test_a_small_tariff_helps_the_one_who_sets_it(self):
        """Oracle: theorem (the optimal tariff of a large country is positive)."""
        economy = make_economy(19)
        shock = raise_tariffs(economy, coalition=["A"], target="B", tariff_pct=2.0)
        got = solve_trade(economy, [shock], trade_elasticity=5.0)
        assert got.change_pct("A") > 0.0 > got.change_pct("B")


class TestDraws:
    def test_each_draw_is_the_single_solution(self):
        """Oracle: independent code (Newton's method, draw by draw)."""
        economy = calibrate_economy(make_table(40, 4, 3))
        theta = np.random.default_rng(1).lognormal(np.log(5.0), 0.4, (120, 3))
        shocks = [
            embargo(economy, coalition=["A"], target="B"),
            raise_trade_costs(economy, coalition={"C": 0.5}, target="B", cost_pct=40.0),
        ]
        got = solve_trade_draws(economy, shocks, trade_elasticity=theta)
        assert got.converged.all()
        for draw in (0, 49, 50, 119):
            balanced = balance_trade(economy, trade_elasticity=theta[draw])
            one = solve_trade(balanced, shocks, trade_elasticity=theta[draw])
            assert got.real_income_change_pct[draw] == pytest.approx(
                one.real_income_change_pct, abs=1e-6
            )

    def test_elasticities_far_apart_are_handed_to_newton(self):
        economy = calibrate_economy(make_table(41, 4, 3))
        theta = np.geomspace(0.37, 51.0, 30)[:, None]
        shocks = [embargo(economy, coalition=["A", "C", "D"], target="B")]
        got = solve_trade_draws(economy, shocks, trade_elasticity=theta)
        assert got.converged.all()
        assert (np.diff(got.real_income_change_pct[:, 1]) > 0.0).all()

    def test_tariffs_and_kept_deficits(self):
        economy = calibrate_economy(make_table(42, 3, 2))
        theta = np.random.default_rng(2).uniform(2.0, 8.0, (60, 2))
        shocks = [raise_tariffs(economy, coalition=["A"], target="B", tariff_pct=20.0)]
        got = solve_trade_draws(economy, shocks, trade_elasticity=theta, balanced=False)
        one = solve_trade(economy, shocks, trade_elasticity=theta[59])
        assert got.converged.all()
        assert got.real_income_change_pct[59] == pytest.approx(one.real_income_change_pct, abs=1e-6)

    def test_threads_do_not_change_a_byte(self):
        economy = calibrate_economy(make_table(43, 5, 4))
        theta = np.random.default_rng(3).uniform(2.0, 9.0, (220, 4))
        shocks = [embargo(economy, coalition=["A"], target="B")]
        runs = [
            solve_trade_draws(economy, shocks, trade_elasticity=theta, threads=threads)
            for threads in (1, 4)
        ]
        assert runs[0].real_income_change_pct.tobytes() == runs[1].real_income_change_pct.tobytes()

    @pytest.mark.parametrize("theta", [5.0, np.ones((2, 7)), np.zeros((2, 1)), np.ones((0, 1))])
    def test_elasticities_of_the_wrong_shape_or_sign(self, theta):
        economy = calibrate_economy(make_table(44))
        refused(lambda: solve_trade_draws(economy, [], trade_elasticity=theta))


class TestGains:
    def test_one_sector_is_the_formula_of_the_share_at_home(self):
        """Oracle: hand; one sector, value-added share b: 1 - share ** (1 / (theta b))."""
        economy = make_economy(20, n_regions=3, n_sectors=1)
        got = autarky_loss_pct(economy, trade_elasticity=5.0)
        home, added = economy.domestic_share[0], economy.value_added_share[0]
        hand = gains_from_trade_pct(home, trade_elasticity=5.0, value_added_share=added)
        assert got == pytest.approx(hand, abs=1e-12)

    def test_two_sectors_without_inputs_by_hand(self):
        """Oracle: hand; without inputs the loss is the product of the sectors' terms."""
        table = make_table(21, 2, 2)
        bare = InputOutputTable(
            regions=table.regions,
            sectors=table.sectors,
            intermediate=np.zeros_like(table.intermediate),
            final=table.final,
            output=table.final.sum(axis=2),
        )
        economy = balance_trade(calibrate_economy(bare), trade_elasticity=[2.0, 6.0])
        got = autarky_loss_pct(economy, trade_elasticity=[2.0, 6.0])
        home, taste = economy.domestic_share, economy.final_share
        hand = 1.0 - home[0] ** (taste[0] / 2.0) * home[1] ** (taste[1] / 6.0)
        assert got == pytest.approx(100.0 * hand, abs=1e-12)

    def test_inputs_make_the_loss_larger(self):
        economy = make_economy(22)
        bare = replace(
            economy,
            input_share=np.zeros_like(economy.input_share),
            value_added_share=np.ones_like(economy.value_added_share),
        )
        assert (
            autarky_loss_pct(economy, trade_elasticity=5.0)
            > autarky_loss_pct(bare, trade_elasticity=5.0)
        ).all()


def refused(action):
    with pytest.raises(ModelError) as caught:
        action()
    assert caught.value.code == "input-invalid"
    assert caught.value.fix
    return caught.value


class TestAggregation:
    def test_sums_by_hand(self):
        """Oracle: hand."""
        table = make_table(50, 3, 2)
        got = aggregate_table(
            table,
            regions={"A": "west", "B": "east", "C": "west"},
            sectors={"s0": "all", "s1": "all"},
        )
        assert got.regions == ("west", "east")
        inside = table.intermediate[np.ix_([0, 2], [0, 1], [0, 2], [0, 1])].sum()
        assert got.intermediate[0, 0, 0, 0] == pytest.approx(inside)
        assert got.final[1, 0, 0] == pytest.approx(table.final[1][:, [0, 2]].sum())
        assert got.value_added.sum() == pytest.approx(table.value_added.sum())

    def test_each_in_its_own_group_changes_nothing(self):
        table = make_table(51, 3, 2)
        got = aggregate_table(
            table,
            regions={code: code for code in table.regions},
            sectors={code: code for code in table.sectors},
        )
        assert got.intermediate == pytest.approx(table.intermediate)

    def test_every_code_needs_a_group(self):
        table = make_table(52, 3, 2)
        sectors = {"s0": "x", "s1": "x"}
        refused(lambda: aggregate_table(table, regions={"A": "x", "B": "x"}, sectors=sectors))
        codes = {"A": "x", "B": "x", "C": "x", "D": "x"}
        refused(lambda: aggregate_table(table, regions=codes, sectors=sectors))


class TestNoEquilibrium:
    """Oracle: theorem: these worlds have no equilibrium, and the answer must not pretend that they have."""

    def test_a_surplus_that_nobody_can_be_paid(self):
        economy = calibrate_economy(make_table(60, 3, 2))
        assert not economy.is_balanced
        shock = embargo(economy, coalition=["A", "C"], target="B")
        got = solve_trade(economy, [shock], trade_elasticity=5.0)
        assert got.status == "stalled"
        assert got.certificate.worst > 1e-6

    def test_a_region_that_sells_nothing_abroad_is_priced_out_of_trade(self):
        table = make_table(61, 3, 2)
        intermediate, final = table.intermediate.copy(), table.final.copy()
        for buyer in (0, 2):
            intermediate[1, :, buyer], final[1, :, buyer] = 0.0, 0.0
        hermit = replace(
            table,
            intermediate=intermediate,
            final=final,
            output=intermediate.sum(axis=(2, 3)) + final.sum(axis=2),
        )
        economy = calibrate_economy(hermit)
        assert economy.domestic_share[:, 1].max() < 0.9
        balanced = balance_trade(economy, trade_elasticity=5.0)
        assert balanced.domestic_share[:, 1] == pytest.approx([1.0, 1.0], abs=1e-9)

    def test_deficits_that_cannot_be_removed(self, monkeypatch):
        economy = calibrate_economy(make_table(62, 3, 2))
        monkeypatch.setattr(trade_equilibrium, "_REUSES", 0)
        monkeypatch.setattr(trade_equilibrium, "_HALVINGS", 0)
        error = refused(lambda: balance_trade(economy, trade_elasticity=5.0))
        assert "no balanced equilibrium" in error.message

    def test_damped_steps_alone_find_the_same(self, monkeypatch):
        """Oracle: independent code (the other path through the solver)."""
        economy = make_economy(63)
        shock = [embargo(economy, coalition=["A"], target="B")]
        usual = solve_trade(economy, shock, trade_elasticity=5.0)
        monkeypatch.setattr(trade_equilibrium, "_REUSES", 0)
        damped = solve_trade(economy, shock, trade_elasticity=5.0)
        assert damped.status == "converged"
        assert damped.real_income_change_pct == pytest.approx(
            usual.real_income_change_pct, abs=1e-8
        )

    def test_draws_without_an_equilibrium_are_marked(self):
        economy = calibrate_economy(make_table(60, 3, 2))
        shock = embargo(economy, coalition=["A", "C"], target="B", coverage=1.0)
        got = solve_trade_draws(
            economy, [shock], trade_elasticity=np.full((2, 1), 5.0), balanced=False
        )
        assert got.converged.shape == (2,)
        assert not got.converged.any()


class TestRefusals:
    def test_a_table_that_does_not_balance_names_its_worst_row(self):
        table = make_table(23)
        output = table.output.copy()
        output[1, 0] *= 1.1
        output[2, 1] *= 1.5
        error = refused(lambda: replace(table, output=output))
        assert "C_s1" in error.message
        assert "2 row(s)" in error.message

    def test_negative_value_added_names_its_column(self):
        table = make_table(24)
        intermediate = table.intermediate.copy()
        intermediate[:, :, 1, 1] *= 50.0
        error = refused(
            lambda: replace(
                table,
                intermediate=intermediate,
                output=intermediate.sum(axis=(2, 3)) + table.final.sum(axis=2),
            )
        )
        assert "B_s1" in error.message

    def test_negative_sales_to_producers(self):
        table = make_table(25)
        intermediate = table.intermediate.copy()
        intermediate[0, 1, 2, 0] = -1.0
        error = refused(lambda: replace(table, intermediate=intermediate))
        assert "A_s1" in error.message
        assert "C_s0" in error.message

    def test_negative_final_sales_must_be_settled_before_use(self):
        table = make_table(26)
        final = table.final.copy()
        final[0, 0, 1] = -0.01
        run_down = replace(
            table, final=final, output=table.intermediate.sum(axis=(2, 3)) + final.sum(axis=2)
        )
        error = refused(lambda: calibrate_economy(run_down))
        assert "A_s0" in error.message
        assert calibrate_economy(run_down.without_negatives()).regions == table.regions

    def test_an_unknown_code_names_the_nearest(self):
        economy = make_economy(27)
        error = refused(lambda: embargo(economy, coalition=["A"], target="b"))
        assert "'b'" in error.message
        error = refused(
            lambda: export_control(economy, coalition=["A"], target="B", sectors=["s9"])
        )
        assert "s1" in error.fix

    @pytest.mark.parametrize("theta", [0.0, -1.0, np.nan, np.inf, [5.0, 0.0]])
    def test_an_elasticity_that_is_not_positive(self, theta):
        economy = make_economy(28)
        refused(lambda: solve_trade(economy, trade_elasticity=theta))

    def test_elasticities_of_the_wrong_number(self):
        economy = make_economy(28)
        refused(lambda: solve_trade(economy, trade_elasticity=[5.0, 5.0, 5.0]))

    def test_a_buyer_without_any_seller(self):
        table = make_table(29)
        intermediate, final = table.intermediate.copy(), table.final.copy()
        intermediate[1, 0], final[1, 0] = 0.0, 0.0
        intermediate[:, :, 1, 0] = 0.0
        sales = intermediate.sum(axis=(2, 3)) + final.sum(axis=2)
        importer = replace(table, intermediate=intermediate, final=final, output=sales)
        economy = balance_trade(calibrate_economy(importer), trade_elasticity=5.0)
        shock = embargo(economy, coalition=["A", "C"], target="B")
        error = refused(lambda: solve_trade(economy, [shock], trade_elasticity=5.0))
        assert "B is left without any seller of s0" in error.message

    @pytest.mark.parametrize(
        "options",
        [
            {"coalition": ["B"]},
            {"coalition": {"A": 1.5}},
            {"coalition": ["A"], "coverage": 2.0},
            {"coalition": ["A"], "cost_pct": -100.0},
            {"coalition": ["A"], "direction": "sideways"},
        ],
    )
    def test_measures_that_make_no_sense(self, options):
        economy = make_economy(30)
        given_options = {"target": "B", "cost_pct": 10.0} | options
        refused(lambda: raise_trade_costs(economy, **given_options))

    def test_tariffs_that_make_no_sense(self):
        economy = make_economy(30)
        refused(lambda: raise_tariffs(economy, coalition=["A"], target="B", tariff_pct=-1.0))
        twice = [raise_tariffs(economy, coalition=["A"], target="B", tariff_pct=1.0)] * 2
        refused(lambda: solve_trade(economy, twice, trade_elasticity=5.0))

    def test_a_member_is_no_third_country(self):
        economy = make_economy(30)
        refused(
            lambda: export_control(
                economy, coalition=["A"], target="B", sectors=["s0"], compliance={"A": 0.5}
            )
        )

    @pytest.mark.parametrize(
        "change",
        [
            {"regions": ()},
            {"regions": ("A", "A", "B")},
            {"sectors": ("s0",)},
            {"final": np.full((3, 2, 3), np.nan)},
        ],
    )
    def test_labels_and_shapes(self, change):
        table = make_table(31)
        refused(lambda: replace(table, **change))

    def test_a_region_without_final_demand(self):
        table = make_table(32)
        final = table.final.copy()
        final[:, :, 1] = 0.0
        sales = table.intermediate.sum(axis=(2, 3)) + final.sum(axis=2)
        refused(lambda: calibrate_economy(replace(table, final=final, output=sales)))
