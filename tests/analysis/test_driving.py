"""Tornado and Sobol' indices of a crisis against single solutions and a plain estimate."""

from pathlib import Path

import numpy as np
import pytest

import detente.crisis
from detente.analysis.driving import (
    find_crisis_indices,
    find_crisis_swings,
    group_by_source,
)
from detente.analysis.reading import uncertain_paths
from detente.analysis.solving import PolicySolver
from detente.crisis import load_crisis
from detente.crisis.quantities import ppf, reference_value
from detente.engine import Engine
from detente.errors import UsageError

TEMPLATE = Path(detente.crisis.__file__).with_name("templates") / "coercion"
PATH = "prior.revisionist"


def make_solver(crisis, *, n_draws, **options):
    engine = Engine(crisis)
    return PolicySolver(engine, engine.draw(n_draws, **options))


@pytest.fixture(scope="module")
def crisis():
    return load_crisis(TEMPLATE)


def test_a_bar_ends_where_the_game_is_solved_with_one_quantity_moved(crisis):
    # oracle independent code: one solution per end
    policy = crisis.policies["free"]
    swings = {item.name: item for item in find_crisis_swings(crisis, "attack", policy)}
    assert set(swings) == set(uncertain_paths(crisis))
    settings = {
        path: [reference_value(item.distribution)] for path, item in crisis.quantities.items()
    }
    for share, found in ((0.05, swings[PATH].at_low), (0.95, swings[PATH].at_high)):
        end = ppf(crisis.quantities[PATH].distribution, np.array([share]))
        solver = make_solver(crisis, n_draws=1, settings=settings | {PATH: end})
        assert found == pytest.approx(
            solver.evaluate([policy], ["attack"]).values["attack"][0, 0], abs=1e-8
        )
    assert swings[PATH].at_high > swings[PATH].at_low


def test_indices_of_one_quantity_are_one(crisis):
    # oracle theorem: with one input all variance is its own
    names, found = find_crisis_indices(
        crisis, "attack", crisis.policies["free"], paths=[PATH], n_base=64
    )
    assert names == (PATH,)
    assert found.first[0] == pytest.approx(1.0, abs=0.1)
    assert found.total[0] == pytest.approx(1.0, abs=0.1)


def test_sources_group_the_quantities_that_rest_on_them(crisis):
    groups = group_by_source(crisis)
    assert {path for paths in groups.values() for path in paths} == set(uncertain_paths(crisis))
    for key, paths in groups.items():
        assert all(key in crisis.quantities[path].sources for path in paths)


def test_quantities_that_cannot_be_moved_are_refused(crisis):
    with pytest.raises(UsageError, match="no uncertain quantity"):
        find_crisis_swings(crisis, "attack", crisis.policies["free"], paths=["nothing"])


def test_tied_quantities_have_no_sobol_indices():
    crisis = load_crisis("ukraine-2022")
    tied = next(
        path
        for path in uncertain_paths(crisis)
        if crisis.correlations.get(crisis.quantities[path].group or "", 0.0)
    )
    with pytest.raises(UsageError, match="tied to others"):
        find_crisis_indices(
            crisis, "attack", next(iter(crisis.policies.values())), paths=[tied], n_base=2
        )
