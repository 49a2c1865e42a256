"""Shards: a draw's numbers are the same bits in whatever company it is priced and solved."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import detente.crisis
from detente.crisis import load_crisis
from detente.engine import Design
from detente.runs.running import make_manifest
from detente.runs.shards import BLOCK_DRAWS, ShardMaker
from detente.runs.workers import gather

HERE = Path(detente.crisis.__file__).parent
CRISES = sorted(
    path for kind in ("shipped", "templates") for path in (HERE / kind).iterdir() if path.is_dir()
)


def make_maker(folder, *, design="streams", n_draws=4096):
    crisis = load_crisis(folder)
    policies = (*crisis.policies, "free")[:2]
    manifest = make_manifest(
        crisis, policies[: len(crisis.policies) or 1], n_draws, 1, Design(name=design)
    )
    with ThreadPoolExecutor(1) as pool:
        return ShardMaker(crisis, manifest, pool)


@pytest.mark.parametrize(
    "numbers", [(9, 8, 2), pytest.param((9, 8, 11, 2, 3), marks=pytest.mark.slow)], ids=len
)
@pytest.mark.parametrize("folder", CRISES, ids=lambda path: path.name)
def test_a_draw_has_the_same_bits_in_any_company(folder, numbers):
    # oracle by theorem (the requirement itself): shards far apart and side by side, together and alone
    maker = make_maker(folder)
    together = maker.make_all(numbers)
    assert tuple(shard.number for shard in together) == numbers
    for shard in together:
        alone = maker.make(shard.number)
        assert alone.series == shard.series
        np.testing.assert_array_equal(alone.values, shard.values)


@pytest.mark.parametrize("design", ["sobol", "lhs", "monte-carlo"])
def test_shards_of_other_designs_may_be_made_together(design):
    # oracle by theorem (the requirement itself)
    maker = make_maker(HERE / "templates" / "coercion", design=design)
    for shard in maker.make_all([5, 0, 1]):
        np.testing.assert_array_equal(maker.make(shard.number).values, shard.values)


def test_nothing_is_made_once_it_is_stopped():
    maker = make_maker(HERE / "templates" / "coercion")
    assert maker.make_all([0, 1], is_stopped=lambda: True) == ()
    assert maker.make(0, is_stopped=lambda: True) is None
    answers = iter([False, True])  # two blocks: stopped between them
    many = replace(maker._manifest, shard_draws=2 * BLOCK_DRAWS)
    maker._manifest = many
    assert maker.make_all([0], is_stopped=lambda: next(answers)) == ()


@pytest.mark.parametrize(
    ("n_missing", "shard_draws", "n_workers", "sizes"),
    [
        (0, 64, 2, []),
        (3, 64, 1, [1, 1, 1]),
        (16, 64, 2, [2] * 8),
        (16, 64, 4, [2] * 8),  # two lots for each worker
        (16, 64, 5, [1] * 16),
        (17, 64, 2, [2] * 8 + [1]),
        (100, 64, 64, [1] * 100),
        (9, 128, 1, [1] * 9),
        (5, 1024, 1, [1] * 5),
    ],
)
def test_lots_fill_a_block_and_leave_work_for_all(n_missing, shard_draws, n_workers, sizes):
    # oracle by hand
    missing = [3 * number for number in range(n_missing)]
    lots = gather(missing, shard_draws=shard_draws, n_workers=n_workers)
    assert [len(lot) for lot in lots] == sizes
    assert [number for lot in lots for number in lot] == missing
