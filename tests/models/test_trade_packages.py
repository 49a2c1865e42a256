"""Packages, elasticities and responses. Oracles: hand, theorem, and the equilibrium itself (independent of the design)."""

from dataclasses import replace

import numpy as np
import pytest

from detente.errors import ModelError
from detente.models import find_model
from detente.models.sanctions import (
    Element,
    InputOutputTable,
    Package,
    PackageResponse,
    Participant,
    ResponseDesigner,
    balance_trade,
    calibrate_economy,
    elasticities,
    embargo,
    export_control,
    package_shock,
    read_response,
    solve_trade,
)
from detente.models.sanctions.responses import SCALE_RANGE, SIZES, chebyshev_nodes
from detente.models.sanctions.trade_shocks import remaining_demand

REGIONS = ("T", "A", "B", "C", "W")
SECTORS = ("fuel", "chips", "rest")
OWN = ("alone", "together", "outside")
BY_SECTOR = (12.0, 4.0, 2.0)


@pytest.fixture(scope="module")
def economy():
    rng = np.random.default_rng(5)
    n, j = len(REGIONS), len(SECTORS)
    near = np.full((n, n), 0.06) + np.eye(n)
    near[0, 1:] *= 2.0
    size = np.array([1.0, 2.0, 1.5, 0.7, 6.0])
    intermediate = rng.uniform(0.5, 1.5, (n, j, n, j)) * 0.1 * (near * size)[:, None, :, None]
    final = rng.uniform(0.5, 1.5, (n, j, n)) * (near * size)[:, None, :]
    return calibrate_economy(
        InputOutputTable(
            regions=REGIONS,
            sectors=SECTORS,
            intermediate=intermediate,
            final=final,
            output=intermediate.sum(axis=(2, 3)) + final.sum(axis=2),
        )
    )


BANKS = Package(
    name="banks",
    target="T",
    elements=(
        Element(direction="both", sectors=("chips", "rest")),
        Element(direction="imports", sectors=("fuel",), coverage=0.4),
    ),
)


class TestShock:
    def test_a_whole_package_is_the_embargo(self, economy):
        """Oracle: independent code (trade_shocks)."""
        package = Package(name="all", target="T", elements=(Element(direction="both"),))
        got = package_shock(economy, package, participation={"A": 1.0, "B": 0.25})
        wanted = embargo(economy, coalition={"A": 1.0, "B": 0.25}, target="T")
        theta = np.array([1.0, 5.0, 9.0])
        assert remaining_demand([got], trade_elasticity=theta) == pytest.approx(
            remaining_demand([wanted], trade_elasticity=theta)
        )

    def test_third_countries_follow_on_exports_alone(self, economy):
        """Oracle: independent code (export_control)."""
        package = Package(
            name="chips", target="T", elements=(Element(direction="exports", sectors=("chips",)),)
        )
        got = package_shock(economy, package, participation={"A": 1.0}, compliance={"W": 0.3})
        wanted = export_control(
            economy, coalition=["A"], target="T", sectors=["chips"], compliance={"W": 0.3}
        )
        assert got.coverage == pytest.approx(wanted.coverage)

    def test_elements_on_the_same_flows_overlap_by_chance(self, economy):
        """Oracle: hand: 1 - (1 - 0.5 x 0.6)(1 - 0.5 x 0.2) = 0.37."""
        package = Package(
            name="two",
            target="T",
            elements=(
                Element(direction="imports", sectors=("fuel",), coverage=0.6),
                Element(direction="both", coverage=0.2, scales=False),
            ),
        )
        shock = package_shock(economy, package, participation={"A": 0.5}, intensity=1.0)
        assert shock.coverage[0, 1, 0] == pytest.approx(0.37)
        assert shock.coverage[0, 0, 1] == pytest.approx(0.1)
        none = package_shock(economy, package, participation={"A": 0.5}, intensity=0.0)
        assert none.coverage[0, 1, 0] == pytest.approx(0.1)

    @pytest.mark.parametrize(
        ("given", "word"),
        [
            ({"participation": {"A": 1.5}}, "1.5"),
            ({"participation": {"T": 1.0}}, "target T"),
            ({"participation": {"Z": 1.0}}, "unknown region code 'Z'"),
            ({"participation": {"A": 1.0}, "intensity": 2.0}, "intensity 2"),
            ({"participation": {}, "compliance": {"A": -1.0}}, "-1"),
        ],
    )
    def test_what_cannot_be_is_refused(self, economy, given, word):
        with pytest.raises(ModelError, match=word) as caught:
            package_shock(economy, BANKS, **given)
        assert caught.value.code == "input-invalid"
        assert caught.value.fix

    def test_elements_are_checked(self):
        with pytest.raises(ModelError, match="sideways"):
            Element(direction="sideways")
        with pytest.raises(ModelError, match="coverage 2"):
            Element(direction="both", coverage=2.0)


class TestElasticities:
    def test_level_spread_and_scale(self):
        """Oracle: hand."""
        assert elasticities([2.0, 8.0], level=5.0, spread=0.0) == pytest.approx([5.0, 5.0])
        assert elasticities([2.0, 8.0], level=5.0, spread=1.0, scale=0.5) == pytest.approx(
            [1.0, 4.0]
        )
        half = elasticities([2.0, 8.0], level=4.0, spread=np.array([0.5, 1.0]))
        assert half == pytest.approx(np.array([[8**0.5, 32**0.5], [2.0, 8.0]]))

    @pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
    def test_an_elasticity_of_zero_is_refused(self, bad):
        for given in ({"by_sector": [1.0, bad], "level": 5.0}, {"by_sector": [1.0], "level": bad}):
            with pytest.raises(ModelError, match="no equilibrium") as caught:
                elasticities(given.pop("by_sector"), **given)
            assert caught.value.code == "input-invalid"


@pytest.fixture(scope="module")
def designed(economy):
    designer = ResponseDesigner(
        economy=economy,
        participants=(
            Participant(actor="a", region="A", leads=True),
            Participant(actor="b1", region="B", share=0.6),
            Participant(actor="b2", region="B", share=0.4),
        ),
        by_sector=BY_SECTOR,
        followers={"C": 0.5},
    )
    return designer, designer.design(BANKS, third=("W",))


def loss(economy, shares, *, intensity, scale, spread, region="T", compliance=None):
    theta = elasticities(BY_SECTOR, level=5.0, scale=scale, spread=spread)
    world = balance_trade(economy, trade_elasticity=theta)
    shock = package_shock(
        world, BANKS, participation=shares, intensity=intensity, compliance=compliance
    )
    return -solve_trade(world, [shock], trade_elasticity=theta).change_pct(region)


class TestResponse:
    """Oracle: the equilibrium solved afresh at points between the nodes."""

    @pytest.mark.parametrize("even", [True, False])
    def test_interpolation_is_within_two_percent(self, economy, designed, even):
        _, response = designed
        rng = np.random.default_rng(11)
        worst = 0.0
        for _ in range(25):
            a, s, w = rng.uniform(0.05, 1), np.exp(rng.uniform(*np.log((0.08, 1.5)))), rng.uniform()
            joins = np.full(3, rng.uniform(0.2, 1.0)) if even else rng.uniform(0.0, 1.0, 3)
            got = response.target_loss_pct(
                joins.reshape(3, 1, 1),
                intensity=np.full((1, 1), a),
                scale=np.full((1, 1), s),
                spread=np.full((1, 1), w),
            )[0, 0]
            shares = {"A": joins[0], "B": 0.6 * joins[1] + 0.4 * joins[2], "C": 0.5 * joins[0]}
            want = loss(economy, shares, intensity=a, scale=s, spread=w)
            worst = max(worst, abs(got / want - 1.0))
        assert worst < 0.02

    @pytest.mark.slow
    def test_a_measure_that_does_not_scale_is_there_at_any_intensity(self, economy, designed):
        """Participation and intensity are then two axes."""
        designer, _ = designed
        both = Package(
            name="both",
            target="T",
            elements=(
                Element(direction="imports", sectors=("fuel",), coverage=0.6),
                Element(direction="exports", coverage=0.5, scales=False),
            ),
        )
        response = designer.design(both)
        assert not response.scales
        rows = [row | {"scales": "no"} for row in rows_of(response)]
        response = read_again(response, rows, response.actors)
        joins = np.array([0.3, 0.9, 0.9])
        for a, s, w in ((0.0, 0.3, 0.2), (0.4, 0.9, 0.6), (1.0, 0.2, 0.1)):
            theta = elasticities(BY_SECTOR, level=5.0, scale=s, spread=w)
            world = balance_trade(economy, trade_elasticity=theta)
            shares = {"A": 0.3, "B": 0.9, "C": 0.15}
            shock = package_shock(world, both, participation=shares, intensity=a)
            change = solve_trade(world, [shock], trade_elasticity=theta).change_pct("T")
            got = response.target_loss_pct(
                joins.reshape(3, 1, 1),
                intensity=np.full((1, 1), a),
                scale=np.full((1, 1), s),
                spread=np.full((1, 1), w),
            )[0, 0]
            assert got == pytest.approx(-change, rel=0.02)
        with pytest.raises(ModelError, match="as if it scaled otherwise"):
            read_again(response, rows_of(response), response.actors)

    def test_what_is_priced_apart_is_left_out(self, designed):
        """Oracle: the two responses by themselves."""
        _, response = designed
        rest = replace(response, target=0.5 * response.target, reach=0.5 * response.reach)
        rows = rows_of(response) + [row | {"case": f"apart.{row['case']}"} for row in rows_of(rest)]
        found = read_again(response, rows, response.actors)
        assert found.apart is not None
        assert found.apart.target == pytest.approx(rest.target)
        assert found.target == pytest.approx(response.target)
        model = find_model("sanctions.package_horizons")
        given = {
            "joining_prob": np.ones((3, 1, 1)), "intensity": 0.8, "trade_elasticity": 5.0,
            "scale_month": 0.2, "scale_year": 0.4, "scale_3y": 0.7,
        }  # fmt: skip
        share = np.array([0.0, 0.5, 1.0]).reshape(3, 1)
        got = model.apply(found)(apart_share=share, **given)["loss_year_pct_gdp"].ravel()
        ends = [
            model.apply(design)(**given)["loss_year_pct_gdp"].item() for design in (response, rest)
        ]
        assert got == pytest.approx([ends[0], sum(ends) / 2, ends[1]])
        assert ends[1] < ends[0]

    def test_members_lose_what_the_equilibrium_says(self, economy, designed):
        _, response = designed
        point = {"intensity": 0.5, "scale": 0.5, "spread": 0.5}
        arrays = {key: np.full((1, 1), value) for key, value in point.items()}
        whole = response.member_loss_pct(np.ones((3, 1, 1)), **arrays)[:, 0, 0]
        full = {"A": 1.0, "B": 1.0, "C": 0.5}
        for number, region in ((0, "A"), (1, "B"), (2, "B")):
            assert whole[number] == pytest.approx(
                loss(economy, full, **point, region=region), rel=0.02
            )
        only = response.member_loss_pct(np.array([1.0, 0, 0]).reshape(3, 1, 1), **arrays)[:, 0, 0]
        shares = {"A": 1.0, "C": 0.5}
        assert only[0] == pytest.approx(loss(economy, shares, **point, region="A"), rel=0.05)

    def test_nothing_imposed_costs_nothing(self, designed):
        """Oracle: theorem."""
        _, response = designed
        arrays = {"scale": np.full((1, 4), 0.4), "spread": np.full((1, 4), 0.3)}
        zero = np.zeros((3, 1, 1))
        one = np.ones((3, 1, 1))
        for joins, intensity in ((zero, 0.7), (one, 0.0)):
            given = arrays | {"intensity": np.full((1, 1), intensity)}
            assert (response.target_loss_pct(joins, **given) == 0).all()
            assert (response.member_loss_pct(joins, **given) == 0).all()

    def test_each_region_is_stood_for_and_followers_do_as_the_leader(self, designed):
        """Oracle: hand."""
        designer, response = designed
        assert response.regions == ("A", "B", "C")
        assert response.share == pytest.approx(np.array([[1, 0, 0], [0, 0.6, 0.4], [1, 0, 0]]))
        assert response.pair.sum(axis=0) == pytest.approx(1.0)
        point = {"scale": np.full((1, 1), 0.4), "spread": np.full((1, 1), 0.3)}
        joins = np.array([[1.0, 1, 1], [0, 0, 0], [0, 1, 1]])
        got = [response.joined(row.reshape(3, 1, 1), **point).item() for row in joins]
        assert got[:2] == pytest.approx([1.0, 0.0])
        assert 0.2 < got[2] < 0.8
        alone = ResponseDesigner(
            economy=designer.economy, participants=designer.participants, by_sector=BY_SECTOR
        )
        assert alone.whole_coalition() == {"A": 1.0, "B": 1.0}
        assert designer.regions_of({"a": 0.5, "b1": 1.0}) == {"A": 0.5, "B": 0.6, "C": 0.25}

    def test_compliance_of_third_countries_adds_to_the_loss(self, economy, designed):
        _, response = designed
        point = {"intensity": 0.5, "scale": 0.5, "spread": 0.5}
        arrays = {key: np.full((1, 1), value) for key, value in point.items()}
        got = response.target_loss_pct(np.ones((3, 1, 1)), **arrays, compliance=1.0)[0, 0]
        full = {"A": 1.0, "B": 1.0, "C": 0.5}
        assert got == pytest.approx(loss(economy, full, **point, compliance={"W": 1.0}), rel=0.02)

    def test_rows_give_back_the_response(self, designed):
        _, response = designed
        assert read_again(response, rows_of(response), ("b2", "a")).actors == ("b2", "a")
        again = read_again(response, rows_of(response), response.actors)
        for name in ("share", "target", "reach", "pair", *OWN, "cross", "followed"):
            assert getattr(again, name) == pytest.approx(getattr(response, name), rel=1e-12)

    @pytest.mark.parametrize(
        ("spoil", "word"),
        [
            (lambda rows: rows[1:], "no target"),
            (lambda rows: [*rows, rows[0]], "twice"),
            (lambda rows: [rows[0] | {"values": "1 2 x"}, *rows[1:]], "not numbers"),
            (lambda rows: [rows[0] | {"values": "1 2"}, *rows[1:]], "2 numbers"),
            (lambda rows: [rows[0] | {"case": "odd"}, *rows[1:]], "odd"),
            (lambda rows: [row for row in rows if row["actor"] != "a"], "alone of a"),
            (lambda rows: [row for row in rows if row["case"] != "reach"], "no reach"),
            (lambda rows: [row for row in rows if row["case"] != "pair"], "no pair of A"),
            (lambda rows: [row | {"stands_for": "a=2"} for row in rows], "a=2"),
            (lambda rows: [row for row in rows if row["case"] != "cross"], "no cross of"),
            (
                lambda rows: [
                    row | ({"region": "C B A"} if row["case"] == "cross" else {}) for row in rows
                ],
                "other regions",
            ),
        ],
    )
    def test_rows_that_do_not_fit_are_refused(self, designed, spoil, word):
        _, response = designed
        with pytest.raises(ModelError, match=word) as caught:
            read_again(response, spoil(rows_of(response)), response.actors)
        assert caught.value.code == "input-invalid"
        assert "compile" in caught.value.fix

    def test_nodes_lie_inside_and_rise(self):
        nodes = chebyshev_nodes(*SCALE_RANGE, 4)
        assert (np.diff(nodes) > 0).all()
        assert SCALE_RANGE[0] < nodes[0] < nodes[-1] < SCALE_RANGE[1]
        assert set(SIZES) == {"target", "reach", "pair", *OWN, "cross", "followed"}


def rows_of(response):
    def row(case, values, *, actor="", region="", stands=""):
        return {
            "case": case,
            "actor": actor,
            "region": region,
            "stands_for": stands,
            "scales": "yes",
            "values": " ".join(repr(float(value)) for value in np.ravel(values)),
        }

    rows = [row("target", response.target), row("followed", response.followed)]
    for number, region in enumerate(response.regions):
        shares = zip(response.actors, response.share[number], strict=True)
        stands = " ".join(f"{actor}={float(share)!r}" for actor, share in shares if share)
        rows.append(row("reach", response.reach[number], region=region, stands=stands))
        rows.append(row("pair", response.pair[number], region=region))
    for number, actor in enumerate(response.actors):
        rows += [row(case, getattr(response, case)[number], actor=actor) for case in OWN]
        regions = " ".join(response.regions)
        rows.append(row("cross", response.cross[number], actor=actor, region=regions))
    return rows


def read_again(response, rows, actors):
    found = read_response(response.package, rows, actors)
    assert isinstance(found, PackageResponse)
    return replace(found)
