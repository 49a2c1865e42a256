"""The data file: its schema, its sums, its bytes."""

import importlib.resources
import json

import jsonschema
import numpy as np
import pytest

from detente.analysis.studies import keep_studies
from detente.brief import compose, to_html, to_json, to_markdown
from detente.brief.export.rendering import as_data, to_csv_files
from detente.runs import run_ensemble

SCHEMA = json.loads(
    (importlib.resources.files("detente.brief") / "brief.schema.json").read_text("utf-8")
)


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_data_follow_the_schema(brief):
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(to_json(brief)))


def test_keys_of_the_issue_are_there(brief):
    data = as_data(brief)
    wanted = [
        "crisis",
        "as_of",
        "seed",
        "draws",
        "outcomes",
        "questions",
        "policies",
        "drivers",
        "certificate",
    ]
    assert set(wanted) <= set(data)
    figure = data["questions"][0]["figures"][0]
    assert {"id", "label", "value", "low", "high", "unit", "trace"} <= set(figure)
    assert {"sources", "quantities", "model", "reference"} <= set(figure["trace"])


def test_outcomes_sum_to_one(brief):
    for policy in as_data(brief)["policies"]:
        rows = policy["outcomes"].values()
        assert all(row["mean"] is not None or row["excluded"] for row in rows)
        assert sum(row["mean"] or 0.0 for row in rows) == pytest.approx(1, abs=1e-9)


def test_outcomes_are_means_of_the_run(brief, results):
    data = as_data(brief)
    for name, row in data["outcomes"].items():
        values = results.values(f"outcome/{name}", "free")
        assert row["mean"] == pytest.approx(values.mean(), rel=1e-9)
        assert [row["low"], row["high"]] == pytest.approx(
            np.quantile(values, (0.05, 0.95)), rel=1e-9
        )


def test_regret_is_never_negative_and_someone_is_best(brief):
    rows = as_data(brief)["policies"]
    assert all(row["regret"] >= 0 and row["regret_attack"] >= 0 for row in rows)


def test_same_inputs_give_the_same_bytes(brief, crisis, tmp_path):
    run = run_ensemble(crisis, folder=tmp_path, n_draws=64, seed=1, workers=1)
    again = compose(crisis, keep_studies(crisis, run))
    assert to_json(again) == to_json(brief)
    assert to_html(again) == to_html(brief)
    assert to_markdown(again) == to_markdown(brief)
    assert to_csv_files(again) == to_csv_files(brief)
    assert [chart.svg for chart in again.charts] == [chart.svg for chart in brief.charts]


def test_files_hold_no_paths_of_this_machine(brief, template):
    for text in (to_json(brief), to_html(brief), to_markdown(brief)):
        assert str(template.parent) not in text


def test_all_figures_stand_in_one_table(brief):
    lines = to_csv_files(brief)["figures.csv"].splitlines()
    assert len(lines) == len(brief.figures) + 1
