"""Tables rank and restrict only what a result can depend on: a quantity that nothing reads stays out of all of them.

Oracle: hand: a template with one uncertain quantity that nothing reads.
"""

import pytest

from detente.analysis.box_tables import cases_of_run
from detente.analysis.driver_tables import drivers_in_run
from detente.analysis.policy_tables import compare_in_crisis, compare_in_run
from detente.analysis.reading import paths_read, paths_read_in_run
from detente.analysis.robustness import Aim
from detente.analysis.studies import keep_studies
from detente.brief import compose
from detente.brief.export.rendering import as_data
from detente.crisis import load_crisis
from detente.runs import run_ensemble
from detente.testing import tiny_crisis_folder

UNREAD = "a.reserve"
POSITIONS = {f"positions.{actor}.membership" for actor in ("NOR", "WES", "MID")}
"""Of the template no mechanism reads them."""
QUANTITY = f"quantities:\n  {UNREAD}: {{label: reserves, uniform: [1, 9], unit: brigades, as_of: 2030-01-01, source: judgement, grade: estimate, unused: for the test}}"


@pytest.fixture(scope="module")
def crisis(tmp_path_factory):
    folder = tiny_crisis_folder(tmp_path_factory.mktemp("crisis"))
    path = folder / "crisis.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("quantities:", QUANTITY, 1), encoding="utf-8")
    return load_crisis(folder)


@pytest.fixture(scope="module")
def results(crisis, tmp_path_factory):
    return run_ensemble(crisis, folder=tmp_path_factory.mktemp("run"), n_draws=64, seed=1)


def test_a_run_at_hand_tells_what_a_metric_reads(crisis, results):
    assert UNREAD in results.quantities()
    read = paths_read_in_run(results, "attack")
    assert set(results.quantities()) - set(read) == {UNREAD, *POSITIONS}
    assert paths_read(crisis, "attack+settlement", [UNREAD, "force.north"]) == ("force.north",)


def test_boxes_and_drivers_leave_out_what_is_not_read(results):
    columns, _ = cases_of_run(results, "attack", None)
    assert UNREAD not in columns
    assert "force.north" in columns
    table = drivers_in_run(results, "attack", None)
    assert set(table["not_read"]) == {UNREAD, *POSITIONS}


def test_policies_switch_places_only_at_quantities_that_are_read(crisis, results, monkeypatch):
    seen = []

    def note(quantities, *_, **__):
        seen.append(set(quantities))
        return ()

    monkeypatch.setattr("detente.analysis.policy_tables.find_switch_points", note)
    compare_in_run(results, (), ())
    compare_in_crisis(crisis, (Aim("attack"),), (), (), 16, 1, 2)
    assert len(seen) == 2
    assert all(UNREAD not in names and "force.north" in names for names in seen)


def test_the_briefings_table_of_drivers_leaves_it_out_too(crisis, results):
    listed = [
        row["quantity"]
        for row in as_data(compose(crisis, keep_studies(crisis, results)))["drivers"]
    ]
    assert UNREAD not in listed
    assert "force.north" in listed
