"""Time of a yearly gas programme of thirty nodes by month: cold, warm, and by other ways to HiGHS."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import vstack

from detente.crisis import load_crisis
from detente.linking.tables import table_arrays
from detente.models.energy import (
    GAS_TABLES,
    GasSolver,
    Situation,
    bound_gas,
    compile_gas,
    cut_routes,
    read_gas_tables,
    solve_gas,
    weeks,
)

_PATH = Path(__file__).parents[1] / "tests" / "models" / "test_gas.py"
_SPEC = importlib.util.spec_from_file_location("gas_systems", _PATH)
_GAS = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_GAS)

SYSTEMS = {
    "30 nodes x 12 months": _GAS.ring,
    "30 nodes x 52 weeks": lambda: _GAS.ring(n_periods=52, periods=weeks("2022-01-03", 52)),
}


@pytest.fixture(params=SYSTEMS)
def system(request):
    return SYSTEMS[request.param]()


def test_cold(benchmark, system):
    benchmark.pedantic(solve_gas, args=(system,), rounds=5, warmup_rounds=1)


def test_warm(benchmark, system):
    """Weather and one supplier vary from solve to solve."""
    solver = GasSolver(compile_gas(system))
    rng = np.random.default_rng(1)

    def draw():
        situation = Situation(
            weather=rng.normal(1.0, 0.05), available={"S0": rng.uniform(), "S3": rng.uniform()}
        )
        return (situation,), {}

    benchmark.pedantic(solver.solve, setup=draw, rounds=20)


def test_reference_year(benchmark):
    """The gas system of the reference crisis, its tables read, compiled and solved with the challenger's gas cut by half."""
    crisis = load_crisis("ukraine-2022")
    tables = table_arrays(crisis, GAS_TABLES)

    def solve():
        reading = read_gas_tables(tables, start=crisis.as_of)
        cut = dict.fromkeys(cut_routes(reading, ("RUS",)), 0.5)
        return solve_gas(reading.system, Situation(available=cut))

    benchmark.pedantic(solve, rounds=5, warmup_rounds=1)


def test_scipy(benchmark, system):
    """The same programme, compiled and bounded, through scipy's copy of HiGHS."""

    def solve():
        programme = compile_gas(system)
        bounds = bound_gas(programme)
        matrix = programme.matrix.tocsr()
        equal = bounds.row_lower == bounds.row_upper
        below = ~equal & np.isfinite(bounds.row_upper)
        above = ~equal & np.isfinite(bounds.row_lower)
        return linprog(
            programme.cost,
            A_ub=vstack([matrix[below], -matrix[above]]),
            b_ub=np.r_[bounds.row_upper[below], -bounds.row_lower[above]],
            A_eq=matrix[equal],
            b_eq=bounds.row_lower[equal],
            bounds=np.c_[bounds.lower, bounds.upper],
        )

    benchmark.pedantic(solve, rounds=5, warmup_rounds=1)
