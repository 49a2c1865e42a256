"""Studies computed on the draws of a run and kept in it."""

import shutil
import sys
from dataclasses import replace

import numpy as np
import pytest

from detente.analysis import studies
from detente.analysis.records import CoalitionStudy, CutOff, GasStudy, PayerStudy
from detente.analysis.studies import find_studies, keep_studies
from detente.analysis.studies import gas as gas_module
from detente.analysis.studies.coalitions import CASES, TRIED, solve_coalitions
from detente.brief.book import Book
from detente.brief.context import Context
from detente.brief.questions._coalition import coalition_parts
from detente.brief.questions._gas import describe_gas
from detente.brief.questions._payers import find_payers
from detente.crisis import load_crisis
from detente.engine import Design, draw_quantities
from detente.errors import RunError
from detente.linking.counters import find_counters, package_costs
from detente.linking.gas import gas_mechanism, run_gas_years, sea_price
from detente.runs import Run, run_ensemble
from detente.runs.studies import study_files

POLICIES = ["as_announced"]
DESIGNS = {
    "streams": Design(),
    "sobol": Design(name="sobol"),
    "lhs": Design(name="lhs"),
    "exploratory": Design(mode="exploratory"),
}


@pytest.fixture(scope="module")
def crisis():
    return load_crisis("ukraine-2022")


@pytest.fixture(scope="module")
def runs(crisis, tmp_path_factory):
    """Give a small run of each design with its studies, each made once."""
    found = {}

    def run(name):
        if name not in found:
            results = run_ensemble(
                crisis,
                folder=tmp_path_factory.mktemp(name),
                policies=POLICIES,
                n_draws=64,
                seed=3,
                design=DESIGNS[name],
            )
            found[name] = keep_studies(crisis, results)
        return found[name]

    return run


def test_studies_are_found_and_named_after_their_modules():
    assert [study.name for study in find_studies()] == [
        "coalitions",
        "gas",
        "hopes",
        "measures",
        "payers",
        "reasons",
    ]


ADDED = """
from detente.analysis.studies import Study
from detente.analysis.studies._study import binding
from detente.analysis.records import CutOff
import numpy as np

STUDY = Study(
    name="added",
    is_about=binding("alliance.joining"),
    record=CutOff,
    compute=lambda crisis, results: CutOff(
        variable=crisis.id, value="x", join=np.full(3, results.n_draws)
    ),
)
"""


def test_a_study_is_added_by_one_file(crisis, runs, tmp_path, monkeypatch):
    results = runs("streams")
    (tmp_path / "added.py").write_text(ADDED, encoding="utf-8")
    monkeypatch.setattr(studies, "__path__", [str(tmp_path)])
    try:
        keep_studies(crisis, results)
    finally:
        sys.modules.pop("detente.analysis.studies.added", None)
    found = results.study("added", CutOff)
    assert (found.variable, found.join.tolist()) == (crisis.id, [64, 64, 64])
    for path in study_files(results.folder, "added"):
        path.unlink()


@pytest.mark.parametrize("name", DESIGNS)
def test_a_study_is_of_the_draws_of_its_run(crisis, runs, name):
    """Oracle: the run's columns, and draws made again with the run's design: the same to the byte."""
    results = runs(name)
    cases = results.cases(CASES)
    drawn = draw_quantities(crisis, 64, seed=3, design=DESIGNS[name], total=64).as_mapping()
    assert cases.keys() == drawn.keys()
    for path, values in cases.items():
        assert values.tobytes() == np.ascontiguousarray(drawn[path]).tobytes(), path
        if results.has(f"quantity/{path}"):
            assert values.tobytes() == results.values(f"quantity/{path}").tobytes()
    study = results.study("coalitions", CoalitionStudy)
    for kept, made in zip(study.coalitions, solve_coalitions(crisis, drawn), strict=True):
        assert kept.join.tobytes() == np.ascontiguousarray(made.join).tobytes()


def test_the_study_says_what_the_run_says_of_the_package_in_force(crisis, runs):
    """Oracle: independent code, the columns of the run: an exploratory run has the members that the study has."""
    results = runs("exploratory")
    first = results.study("coalitions", CoalitionStudy).coalitions[0]
    compared = 0
    for place, member in enumerate(first.members):
        for metric in results.metrics(f"mechanism/{first.mechanism}/joining_prob", policy=""):
            state = dict(part.split("=") for part in metric.split("@")[-1].split("/")[0].split(","))
            same = all(
                first.state.get(name, crisis.state[name].initial) == value
                for name, value in state.items()
            )
            if metric.endswith(f"/{member}") and same:
                np.testing.assert_allclose(
                    results.values(metric), first.join[place, first.announced], atol=1e-9
                )
                compared += 1
    assert compared == len(first.members)


def test_designs_differ(runs):
    joins = [
        runs(name).study("coalitions", CoalitionStudy).coalitions[0].join.mean()
        for name in ("streams", "sobol", "exploratory")
    ]
    assert len(set(joins)) == 3


def test_a_record_is_what_the_lattice_gives(crisis, runs):
    """Oracle: independent code."""
    results = runs("streams")
    study = results.study("coalitions", CoalitionStudy)
    for kept, made in zip(
        study.coalitions, solve_coalitions(crisis, results.cases(CASES)), strict=True
    ):
        assert kept.full == made.full
        assert kept.chain == made.chain()
        assert dict(kept.strongest) == made.strongest()
        pivots = made.pivots(made.full, most=TRIED)
        assert [item.member for item in kept.winning] == [pivot.member for pivot in pivots]
        for item, pivot in zip(kept.winning, pivots, strict=True):
            np.testing.assert_array_equal(item.chance, pivot.chance)
            if item.made_good is not None:
                relieved = made.with_gas_made_good(made.full, item.member)
                np.testing.assert_array_equal(item.made_good, relieved)


def test_the_gas_study_is_the_programme_at_central_values(crisis, runs):
    """Oracle: independent code: the programme run again."""
    study = runs("exploratory").study("gas", GasStudy)
    years = run_gas_years(crisis, gas_mechanism(crisis))
    assert [year.id for year in study.years] == [year.id for year in years]
    for kept, made in zip(study.years, years, strict=True):
        np.testing.assert_array_equal(kept.price, made.solution.price)
        np.testing.assert_array_equal(kept.union_price, sea_price(made))
    assert study.pipeline_twh_per_day.shape == (len(study.pipelines), len(study.periods))


def test_the_payer_study_adds_up_the_columns_of_the_run(crisis, runs):
    """Oracle: independent code: the parts read from the run by the names of metrics, joined again."""
    results = runs("streams")
    study = results.study("payers", PayerStudy)
    (counter,) = find_counters(crisis)
    assert (study.instrument, study.mechanism) == (counter.instrument.id, counter.mechanism.id)
    context = Context.of(crisis, results)

    def read(mechanism, output, member, state):
        for level in context.levels.of(mechanism, output):
            if level.member == member and all(state.get(k) == v for k, v in level.state):
                return context.columns.values(level.metric)
        return None

    for item in study.packages:
        package = crisis.mechanisms[item.package]
        for kept, against in ((item.plain, None), (item.countered, counter)):
            made = [
                cost
                for cost in package_costs(crisis, package, read, counter=against)
                if cost.horizon == "year"
            ]
            assert [cost.actor for cost in kept] == [cost.actor for cost in made]
            for one, other in zip(kept, made, strict=True):
                np.testing.assert_array_equal(one.total, other.parts["total"])
                assert (one.gas is None) == ("gas" not in other.parts)


def files_of(results):
    return {path.name: path.read_bytes() for path in sorted((results.folder / "studies").iterdir())}


def test_same_bytes_for_any_number_of_workers_and_whatever_was_kept(crisis, runs, tmp_path):
    before = files_of(runs("streams"))
    results = run_ensemble(
        crisis, folder=tmp_path, policies=POLICIES, n_draws=64, seed=3, workers=1
    )
    told = []
    keep_studies(crisis, results, progress=told.append)
    assert told == ["coalitions", "gas", "hopes", "measures", "payers", "reasons"]
    assert files_of(results) == before
    keep_studies(crisis, results, progress=told.append)
    assert told == ["coalitions", "gas", "hopes", "measures", "payers", "reasons"]
    # what a killed run left: one study missing, one half written, a temporary file
    study_files(tmp_path, "gas")[1].unlink()
    arrays = study_files(tmp_path, "payers")[0]
    arrays.write_bytes(arrays.read_bytes()[:100])
    keep_studies(crisis, Run.open(tmp_path), progress=told.append)
    assert told[6:] == ["gas", "payers"]
    assert files_of(results) == before


@pytest.fixture
def bare(runs, tmp_path):
    """A run without studies."""
    folder = tmp_path / "bare"
    shutil.copytree(runs("streams").folder, folder, ignore=shutil.ignore_patterns("studies"))
    return Run.open(folder)


def test_a_killed_study_leaves_nothing_half(crisis, bare, monkeypatch):

    def stop(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(gas_module, "study_gas", stop)
    with pytest.raises(KeyboardInterrupt):
        keep_studies(crisis, bare)
    assert set(files_of(bare)) == {"coalitions.json", "coalitions.npz"}
    assert bare.study("coalitions", CoalitionStudy).coalitions


def test_a_run_of_another_crisis_is_refused(crisis, runs):
    other = replace(crisis, digest="0" * 64)
    with pytest.raises(RunError) as caught:
        keep_studies(other, runs("streams"))
    assert caught.value.code == "run-mismatch"


@pytest.mark.parametrize("part", [coalition_parts, describe_gas, find_payers])
def test_a_briefing_of_a_run_without_studies_says_what_to_do(crisis, bare, part):
    context = Context.of(crisis, bare)
    with pytest.raises(RunError) as caught:
        part(context, Book(context, "alliance"))
    assert caught.value.code == "study-missing"
    assert "keep_studies" in caught.value.fix


def test_a_briefing_reads_and_does_not_solve(crisis, runs, monkeypatch):
    """The numbers of the coalition are those of the record, with nothing left to solve with."""
    from detente.analysis.studies import coalitions

    results = runs("sobol")

    def refuse(*_, **__):
        raise AssertionError

    for name in ("solve_packages", "find_pivots", "evaluate_mechanisms"):
        monkeypatch.setattr(coalitions, name, refuse)
    context = Context.of(crisis, results)
    parts = coalition_parts(context, Book(context, "alliance"))
    assert parts.strongest
    assert parts.tables


def test_a_crisis_without_such_mechanisms_keeps_only_the_reasons(tmp_path):
    from detente.analysis.studies.hopes import without_own_odds
    from detente.testing import tiny_crisis_folder

    tiny = without_own_odds(load_crisis(tiny_crisis_folder(tmp_path)))
    results = run_ensemble(tiny, folder=tmp_path / "run", n_draws=64, seed=1)
    keep_studies(tiny, results)
    assert set(files_of(results)) == {"reasons.json", "reasons.npz"}
