"""A made-up run, written without solving anything."""

import numpy as np
import pytest

from detente.runs.store import (
    SHARD_DRAWS,
    Manifest,
    Shard,
    write_manifest,
    write_shard,
)

POLICIES = ("wait", "arm")


def make_manifest(**changes):
    fields = {
        "crisis": "made-up",
        "digest": "d" * 64,
        "seed": 1,
        "n_draws": 150,
        "policies": POLICIES,
        "policy_labels": {"wait": "wait and see", "arm": "arm the ally"},
        "players": ("north", "west"),
        "defenders": ("west",),
        "overrides": {},
        "fixed": {"c.fixed": 7.0},
        "versions": {"detente": "0"},
    }
    return Manifest(**(fields | changes))


def make_shard(number):
    """Shard of a run in which everything is a plain function of two quantities x and y."""
    draw = number * SHARD_DRAWS + np.arange(SHARD_DRAWS)
    x = ((draw * 0.6180339887) % 1.0).round(9)
    y = ((draw * 0.7548776662) % 1.0).round(9)
    series = {
        ("", "quantity/x"): x,
        ("", "quantity/y"): y,
    }
    for policy, attack, payoff in (("wait", 0.5 * x, 3.0 - 4.0 * x), ("arm", 0.25 * x, y)):
        series[policy, "attack"] = attack
        series[policy, "payoff/west"] = payoff
        series[policy, "certificate/residual"] = np.full(SHARD_DRAWS, 1e-10)
        series[policy, "certificate/iterations"] = np.full(SHARD_DRAWS, 12.0)
        series[policy, "certificate/converged"] = (draw != 149).astype(float)
        series[policy, "certificate/nashconv"] = x / 10
        series[policy, "belief/north/bold/invade"] = np.where(draw % 3 == 0, np.nan, x)
    return Shard(number=number, series=tuple(series), values=np.array(list(series.values())))


def write_run(folder, manifest=None):
    manifest = manifest or make_manifest()
    write_manifest(folder, manifest)
    for number in range(manifest.n_shards):
        write_shard(folder, make_shard(number), stamp=manifest.stamp())
    return manifest


@pytest.fixture
def run_folder(tmp_path):
    write_run(tmp_path / "run")
    return tmp_path / "run"
