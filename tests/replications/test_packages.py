"""Responses of the reference crisis to its packages, and growth in 2022 (bar E9 of #4).

Oracles: the equilibrium solved afresh, independent of the design; published forecasts and outturn.
"""

from functools import cache

import numpy as np
import pytest

from detente.crisis import load_crisis
from detente.engine import draw_quantities
from detente.linking.packages import read_trade_basis
from detente.models import find_model
from detente.models.sanctions import read_response
from detente.models.sanctions.responses import SCALE_RANGE, SIZES, chebyshev_nodes


@cache
def crisis():
    return load_crisis("ukraine-2022")


@cache
def basis():
    return read_trade_basis(crisis())


@cache
def designer():
    return basis().designer()


def response(package, members):
    rows = [row.cells for row in crisis().tables["responses"].rows]
    return read_response(package, [row for row in rows if row["package"] == package], members)


def compare(package, *, n, seed, apart=False):
    """Relative errors of the interpolated loss at random points, six kinds of coalitions in turn.

    About a mean with spread, the United States alone, all without them, all alike, half of the members by lot, and the
    five largest. A fifth of the points has the full intensity.
    """
    actors = [p.actor for p in basis().participants]
    found = response(package, actors)
    found = found.apart if apart else found
    measures = (basis().apart if apart else basis().packages)[package]
    at = basis().economy.regions.index(basis().target)
    rng = np.random.default_rng(seed)
    errors = []
    for number in range(n):
        scale = float(np.exp(rng.uniform(np.log(0.06), np.log(1.5))))
        spread, intensity = float(rng.uniform()), float(rng.uniform(0.1, 1.0))
        if number % 5 == 4:
            intensity = 1.0
        joins = coalition(number % 6, actors, rng)
        y = designer().solve(
            measures,
            designer().regions_of(joins),
            intensity=intensity,
            scale=scale,
            spread=spread,
        )[at]
        got = found.target_loss_pct(
            np.array([joins[a] for a in actors]).reshape(-1, 1, 1),
            intensity=np.full((1, 1), intensity),
            scale=np.full((1, 1), scale),
            spread=np.full((1, 1), spread),
        )[0, 0]
        errors.append(got / (-100.0 * np.expm1(y / scale)) - 1.0)
    return np.abs(errors)


def compare_members(package, *, n, seed):
    """Relative errors of members' own losses above 0.1% of income, those taking part drawn by lot."""
    actors = [p.actor for p in basis().participants]
    found = response(package, actors)
    regions = {p.actor: basis().economy.regions.index(p.region) for p in basis().participants}
    rng = np.random.default_rng(seed)
    errors = []
    for _ in range(n):
        scale = float(np.exp(rng.uniform(np.log(0.06), np.log(1.5))))
        spread, intensity = float(rng.uniform()), float(rng.uniform(0.1, 1.0))
        joins = {a: float(rng.uniform() < 0.6) for a in actors}
        joins |= dict.fromkeys(("LVA", "EST"), joins["LTU"])  # one region
        y = designer().solve(
            basis().packages[package],
            designer().regions_of(joins),
            intensity=intensity,
            scale=scale,
            spread=spread,
        )
        got = found.member_loss_pct(
            np.array([joins[a] for a in actors]).reshape(-1, 1, 1),
            intensity=np.full((1, 1), intensity),
            scale=np.full((1, 1), scale),
            spread=np.full((1, 1), spread),
        )[:, 0, 0]
        for loss, actor in zip(got, actors, strict=True):
            true = -100.0 * np.expm1(y[regions[actor]] / scale)
            if joins[actor] and true > 0.1 and actor != "DNK":  # a part of its region only
                errors.append(abs(loss / true - 1.0))
    return np.array(errors)


def coalition(kind, actors, rng):
    middle = rng.uniform(0.3, 1.0)
    joins = {a: float(np.clip(rng.normal(middle, 0.25), 0.0, 1.0)) for a in actors}
    lot = {a: float(rng.uniform() < 0.5) for a in actors}
    largest = {"DEU", "POL", "USA", "GBR", "ITA"}
    return (
        joins,
        {a: float(a == "USA") for a in actors},
        joins | {"USA": 0.0},
        dict.fromkeys(actors, middle),
        lot,
        {a: float(a in largest) for a in actors},
    )[kind]


NODE = (
    (
        0.5,
        np.exp(np.mean(np.log(SCALE_RANGE))),
        float(chebyshev_nodes(0.0, 1.0, SIZES["together"][2])[1]),
    ),
    (2, 2, 1),
)
"""Intensity, scale and spread at a node of the design, and where it is."""
PACKAGES = ("import_ban", "energy_embargo", "controls", "banks", "embargo")


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_is_interpolated_within_two_percent(package):
    assert compare(package, n=12, seed=8).max() < 0.02


@pytest.mark.slow
@pytest.mark.parametrize("package", ["import_ban", "energy_embargo", "banks", "embargo"])
def test_members_own_losses_are_within_two_percent_in_nearly_all_cases(package):
    """Measured: 95 in 100 within 1.0 to 1.9%, the largest 6.9% (energy embargo)."""
    errors = compare_members(package, n=60, seed=3)
    assert np.quantile(errors, 0.95) < 0.02
    assert errors.max() < 0.08


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
@pytest.mark.parametrize("apart", [False, True])
def test_and_in_ninety_cases_more(package, apart):
    if apart and package not in basis().apart:
        pytest.skip("nothing of this package is priced apart")
    errors = compare(package, n=90, seed=1, apart=apart)
    assert np.median(errors) < 0.003
    assert errors.max() < 0.02


@pytest.mark.parametrize("package", ["import_ban", "banks", "embargo"])
def test_responses_are_those_of_the_table_that_ships(package):
    """Oracle: the equilibrium itself, at a node of the design; another overlay moves Germany by more than this."""
    (intensity, scale, spread), node = NODE
    y = designer().solve(
        basis().packages[package],
        designer().whole_coalition(),
        intensity=intensity,
        scale=float(scale),
        spread=spread,
    )
    for actor in ("DEU", "ITA", "HUN"):
        here = y[basis().economy.regions.index(actor)]
        if all(element.scales for element in basis().packages[package].elements):
            here /= intensity
        assert response(package, [actor]).together[0][node] == pytest.approx(here, rel=1e-4)


VINTAGES = {
    2012: (3.3, 3.4), 2013: (3.7, 1.3), 2014: (2.0, 0.6), 2015: (-3.0, -3.7), 2016: (-1.0, -0.2),
    2017: (1.1, 1.5), 2018: (1.7, 2.3), 2019: (1.6, 1.3), 2020: (1.9, -3.1), 2021: (3.0, 4.7),
}  # fmt: skip
"""Growth of Russia: forecast of the IMF's January update and first estimate of the outturn. From memory, unverified."""


class TestGrowthOf2022:
    """E9. After the cut-off, tests only. Forecast before the war +2.8 (IMF, January 2022); consensus -8.5 and outturn -1.2.

    The package actually taken: all members but Turkey cut off banks and control electronics, ten months of twelve. The
    model prices neither the windfall of energy prices nor public spending. Consensus and outturn are of growth, which
    misses its forecast without any war: the error of a forecast of January is drawn beside the package, with the root
    mean square of ten years (from memory), normal and unbiased.
    """

    @staticmethod
    @cache
    def losses():
        values = draw_quantities(crisis(), 1024, seed=1).as_mapping()
        members = crisis().mechanisms["pays_banks"].members
        model = find_model("sanctions.package_loss")
        shared = {
            "joining_prob": np.array([float(m != "TUR") for m in members]).reshape(-1, 1, 1),
            "trade_elasticity": values["trade.elasticity"][None],
            "elasticity_scale": values["trade.scale_year"][None],
            "elasticity_spread": values["trade.spread"][None],
        }
        chips = model.apply(response("controls", members))(
            trade_cost_pct=values["trade.cost_chips"][None],
            compliance=values["chips.compliance"][None],
            **shared,
        )["loss_pct_gdp"]
        finance = values["finance.banks"] + values["finance.europe"] + values["finance.messaging"]
        return model.apply(response("banks", members))(
            trade_cost_pct=values["trade.cost_banks"][None],
            finance_loss_pct_gdp=finance[None] + chips,
            **shared,
        )["loss_pct_gdp"][0]

    def effect_alone(self):
        return 2.8 - self.losses() * 10.0 / 12.0

    def growth(self):
        misses = np.array([outturn - forecast for forecast, outturn in VINTAGES.values()])
        spread = np.sqrt(np.mean(misses**2))
        assert spread == pytest.approx(1.9, abs=0.1)
        error = np.random.default_rng(2022).normal(0.0, spread, 1024)
        return self.effect_alone() + error

    def test_the_effect_of_the_package_alone_covers_neither(self):
        """Measured: 90% from -7.7 to -3.0, short of -8.5 by 0.8 points and of -1.2 by 1.8: it is no range of growth."""
        low, high = np.quantile(self.effect_alone(), [0.05, 0.95])
        assert low == pytest.approx(-7.7, abs=0.3)
        assert high == pytest.approx(-3.0, abs=0.3)

    def test_growth_covers_the_consensus(self):
        low, high = np.quantile(self.growth(), [0.05, 0.95])
        assert low < -8.5 < high
