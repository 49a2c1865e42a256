"""Responses of the reference crisis to its packages, and growth in 2022 (bar E9 of #4).

Oracles: the equilibrium solved afresh, independent of the design; published forecasts and outturn.
"""

from functools import cache

import numpy as np
import pytest

from detente.crisis import load_crisis
from detente.ensemble import draw_quantities
from detente.models import find_model
from detente.models.sanctions import read_response
from detente.models.sanctions.responses import SCALE_RANGE
from detente.rules.packages import read_trade_basis


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


def compare(package, *, n, seed):
    """Relative errors of the interpolated loss at random points, three kinds of coalitions in turn."""
    actors = [p.actor for p in basis().participants]
    found = response(package, actors)
    at = basis().economy.regions.index(basis().target)
    rng = np.random.default_rng(seed)
    errors = []
    for number in range(n):
        scale = float(np.exp(rng.uniform(np.log(0.12), np.log(1.5))))
        spread, intensity = float(rng.uniform()), float(rng.uniform(0.15, 1.0))
        middle = rng.uniform(0.3, 1.0)
        joins = {a: float(np.clip(rng.normal(middle, 0.15), 0.0, 1.0)) for a in actors}
        if number % 3 == 1:
            joins = {a: float(a == "USA") for a in actors}
        elif number % 3 == 2:
            joins["USA"] = 0.0
        y = designer().solve(
            basis().packages[package],
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


@pytest.mark.parametrize("package", ["banks", "controls", "embargo"])
def test_what_the_game_reads_is_interpolated_within_two_percent(package):
    assert compare(package, n=12, seed=8).max() < 0.02


@pytest.mark.parametrize("package", ["import_ban", "banks", "embargo"])
def test_responses_are_those_of_the_table_that_ships(package):
    """Oracle: the equilibrium itself, at a node of the design; another overlay moves Germany by more than this."""
    (intensity, scale, spread), node = (0.5, np.exp(np.mean(np.log(SCALE_RANGE))), 0.5), (1, 1, 1)
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


@pytest.mark.slow
@pytest.mark.parametrize("package", ["import_ban", "energy_embargo"])
def test_other_packages_too_in_the_median(package):
    errors = compare(package, n=30, seed=1)
    assert np.median(errors) < 0.015
    assert errors.max() < 0.05


class TestGrowthOf2022:
    """E9. After the cut-off, tests only. Forecast before the war +2.8 (IMF, January 2022); consensus -8.5 and outturn -1.2.

    The package actually taken: all members but Turkey cut off banks and control electronics, ten months of twelve. The
    model prices neither the windfall of energy prices nor public spending.
    """

    @staticmethod
    @cache
    def growth():
        values = draw_quantities(crisis(), 1024, seed=1).as_mapping()
        members = crisis().mechanisms["pays_banks"].members
        model = find_model("sanctions.package_loss")
        shared = {
            "joining_prob": np.array([float(m != "TUR") for m in members]).reshape(-1, 1, 1),
            "trade_elasticity": values["trade.elasticity"][None],
            "elasticity_scale": values["trade.scale_year"][None],
            "elasticity_spread": values["trade.spread"][None],
        }
        chips = model(
            design=response("controls", members),
            trade_cost_pct=values["trade.cost_chips"][None],
            compliance=values["chips.compliance"][None],
            **shared,
        )["loss_pct_gdp"]
        finance = values["finance.banks"] + values["finance.europe"] + values["finance.messaging"]
        banks = model(
            design=response("banks", members),
            trade_cost_pct=values["trade.cost_banks"][None],
            finance_loss_pct_gdp=finance[None] + chips,
            **shared,
        )["loss_pct_gdp"][0]
        return 2.8 - banks * 10.0 / 12.0

    def test_the_range_lies_between_consensus_and_outturn_and_covers_neither(self):
        """Measured miss: 90% from -7.7 to -3.0, short of -8.5 by 0.8 points and of -1.2 by 1.8."""
        low, high = np.quantile(self.growth(), [0.05, 0.95])
        assert low == pytest.approx(-7.7, abs=0.3)
        assert high == pytest.approx(-3.0, abs=0.3)
        assert -8.5 < low < high < -1.2

    def test_every_case_together_covers_the_consensus(self):
        assert self.growth().min() < -8.5
