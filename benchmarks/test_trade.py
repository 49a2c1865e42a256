"""Time of one trade shock on a world of 27 regions and 14 sectors: cold, warm-started, and a batch over draws."""

import numpy as np
import pytest

from detente.models.sanctions import (
    InputOutputTable,
    calibrate_economy,
    embargo,
    solve_trade,
    solve_trade_draws,
)

REGIONS = tuple(f"R{number:02d}" for number in range(27))
SECTORS = tuple(f"S{number:02d}" for number in range(14))
COALITION = REGIONS[1:12]


@pytest.fixture(scope="module")
def economy():
    """A made-up world in which trade with oneself dominates."""
    rng = np.random.default_rng(2022)
    n_regions, n_sectors = len(REGIONS), len(SECTORS)
    size = rng.lognormal(0.0, 1.0, n_regions)
    near = np.full((n_regions, n_regions), 0.01) + np.eye(n_regions)
    intermediate = rng.lognormal(0.0, 0.5, (n_regions, n_sectors, n_regions, n_sectors))
    intermediate *= 0.5 * (near * size)[:, None, :, None] / n_sectors
    final = rng.lognormal(0.0, 0.5, (n_regions, n_sectors, n_regions))
    final *= (near * size)[:, None, :]
    return calibrate_economy(
        InputOutputTable(
            regions=REGIONS,
            sectors=SECTORS,
            intermediate=intermediate,
            final=final,
            output=intermediate.sum(axis=(2, 3)) + final.sum(axis=2),
        )
    )


@pytest.fixture(scope="module")
def shock(economy):
    return [embargo(economy, coalition=COALITION, target=REGIONS[0])]


def test_cold(benchmark, economy, shock):
    benchmark.pedantic(
        solve_trade, args=(economy, shock), kwargs={"trade_elasticity": 5.0}, rounds=5
    )


def test_warm(benchmark, economy, shock):
    start = solve_trade(economy, shock, trade_elasticity=5.0)
    benchmark.pedantic(
        solve_trade,
        args=(economy, shock),
        kwargs={"trade_elasticity": 5.2, "start": start},
        rounds=5,
    )


def test_draws(benchmark, economy, shock):
    theta = 5.0 * np.random.default_rng(1).lognormal(0.0, 0.3, (200, len(SECTORS)))
    benchmark.pedantic(
        solve_trade_draws, args=(economy, shock), kwargs={"trade_elasticity": theta}, rounds=1
    )
