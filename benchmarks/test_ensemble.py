"""Times of analyses: Sobol' indices, a box by PRIM, a tree. Ratios to peers: ``benchmarks/ensemble_peers.py``."""

import time

import numpy as np
import pytest

from detente.analysis.cart import grow_tree
from detente.analysis.discovery import find_box
from detente.analysis.sensitivity import find_sobol_indices

pytestmark = pytest.mark.benchmark(timer=time.process_time)  # CPU seconds, as the targets


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(1)
    inputs = {f"x{k}": rng.random(10_000) for k in range(20)}
    hit = (inputs["x3"] > 0.6) & (inputs["x7"] < 0.5) & (inputs["x11"] > 0.3)
    return inputs, hit ^ (rng.random(10_000) < 0.03)


def test_sobol_indices(benchmark):
    values = np.random.default_rng(1).random(22 * 2**14)
    found = benchmark(lambda: find_sobol_indices(values, n_inputs=20))
    benchmark.extra_info["target_cpu_s"] = 0.3
    assert found.n_base == 2**14


def test_prim(benchmark, table):
    boxes = benchmark(lambda: find_box(*table).boxes)
    benchmark.extra_info["target_cpu_s"] = 0.3
    assert len(boxes) > 80


def test_tree(benchmark, table):
    tree = benchmark(lambda: grow_tree(*table))
    assert tree.impurity < tree.impurity_before
