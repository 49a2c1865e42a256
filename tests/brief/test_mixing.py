"""What question 7 says about mixes, against the run that it reads."""

import importlib.resources
import json
import re
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from tests.brief.test_data import SCHEMA

from detente.analysis.mixes import keep_mixes, with_mixes
from detente.analysis.studies import keep_studies
from detente.brief import compose
from detente.brief.export.explaining import explain_figure
from detente.brief.export.page import to_appendix
from detente.brief.export.rendering import as_data
from detente.brief.export.writing import write_files
from detente.brief.figures import plain
from detente.cli import main
from detente.crisis import load_crisis
from detente.engine import Design
from detente.runs import run_ensemble

TEMPLATES = Path(str(importlib.resources.files("detente.crisis") / "templates"))


def briefed(folder, template="occupation", policies=None, **overrides):
    crisis = load_crisis(TEMPLATES / template, overrides=overrides)
    chosen = tuple(policies or crisis.policies)
    found = keep_mixes(crisis, chosen, folder, n_draws=64, seed=1, design=Design())
    names = (*chosen, *(mix.id for mix in found.mixes))
    run = run_ensemble(with_mixes(crisis, found), folder=folder, policies=names, n_draws=64, seed=1)
    return compose(crisis, keep_studies(crisis, run))


@pytest.fixture(scope="module")
def brief(tmp_path_factory):
    return briefed(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def outlook(brief):
    return next(answer for answer in brief.answers if answer.id == "outlook")


def test_mixes_stand_apart_from_the_listed_policies(brief):
    context = brief.context
    assert context.policies.ids == ("free", "patience", "pressure", "sharing")
    assert len(context.policies.mixes) == 3
    assert context.policies.compared == (*context.policies.ids, *context.policies.mixes)
    assert [item["id"] for item in as_data(brief)["policies"]] == list(context.policies.ids)
    assert context.policies.short_name(context.policies.mixes[1]) == "mix B"
    assert context.policies.short_name("patience") == "“embargo alone”"


def test_regret_of_mixes_is_that_of_the_run(brief):
    # oracle by hand: the shortfall of each case, computed from the columns of the run
    context = brief.context
    attack = np.array(
        [context.columns.values("attack", name) for name in context.policies.compared]
    )
    shortfall = attack - attack.min(axis=0)
    for name, row in zip(context.policies.compared, shortfall, strict=True):
        figure = brief.figures[f"outlook.search.regret.attack.{name}"]
        assert figure.value == pytest.approx(row.mean())
        assert figure.high == pytest.approx(np.quantile(row, 0.95))
        assert figure.unit == "points"
    payoff = np.array(
        [context.columns.values("payoff/coalition", name) for name in context.policies.compared]
    )
    figure = brief.figures[f"outlook.search.regret.payoff.coalition.{context.policies.mixes[0]}"]
    place = context.policies.compared.index(context.policies.mixes[0])
    assert figure.value == pytest.approx((payoff.max(axis=0) - payoff[place]).mean())


def test_the_answer_says_what_was_searched_and_what_is_preferred(brief, outlook):
    counts = [brief.figures[f"outlook.search.{name}"].value for name in ("combinations", "games")]
    assert counts == [12, 7]
    assert any("12 combinations were tried" in plain(text) for text in outlook.model)
    table = next(table for table in outlook.tables if table.id == "mix-regret")
    assert len(table.rows) == 7
    assert len({row[0] for row in table.rows}) == 7
    chart = next(chart for chart in outlook.charts if chart.id == "outlook-mixes")
    assert chart.title.endswith("falls short least over all aims taken alike")
    assert [row[0] for row in chart.table.rows] == [
        row[0].removesuffix(" (base case)") for row in table.rows
    ]


def test_data_and_traces_hold_the_search(brief, tmp_path):
    data = as_data(brief)
    jsonschema.validate(data, SCHEMA)
    assert data["search"]["games"] == 7
    assert [mix["id"] for mix in data["search"]["mixes"]] == list(brief.context.policies.mixes)
    assert "Regret of mixes" in to_appendix(brief)
    paths = write_files(brief, tmp_path)
    mix = brief.context.policies.mixes[0]
    found = explain_figure(f"outlook.search.regret.attack.{mix}", paths.json)
    assert "ensemble.regret" in found.as_text()
    assert mix in found.as_text()


@pytest.mark.parametrize("picture", ["wide", "narrow"])
def test_the_picture_names_every_row(outlook, picture):
    chart = next(chart for chart in outlook.charts if chart.id == "outlook-mixes")
    words = " ".join(re.findall(r">([^<>]+)<", getattr(chart.picture(), picture)))
    for name in ("Mix A", "Mix B", "Mix C", "Embargo alone"):
        assert name in words


def test_nothing_to_combine_is_said(tmp_path):
    one = briefed(tmp_path / "one", policies=["free"])
    assert one.answers[-1].absent == ("Only one policy was run, so nothing is compared.",)
    assert not any("mix" in chart.id for chart in one.charts)
    same = briefed(tmp_path / "same", policies=["free", "sharing"])
    assert "outlook.search.combinations" not in same.figures
    assert not any("mix" in table.id for table in same.answers[-1].tables)
    assert not same.context.policies.mixes


def test_a_run_without_a_search_says_nothing_of_mixes(context):
    assert context.policies.search is None
    assert context.policies.compared == context.policies.ids


def test_the_command_searches_unless_told_not_to(tmp_path, capsys, monkeypatch):
    # oracle by hand
    def brief_at(name, *options):
        template = str(TEMPLATES / "occupation")
        words = ["detente", "brief", template, "--draws", "8", "--out", str(tmp_path / name)]
        monkeypatch.setattr("sys.argv", [*words, *options])
        try:
            code = main()
        except SystemExit as stopped:
            code = stopped.code
        capsys.readouterr()
        data = tmp_path / name / "brief.json"
        return code, json.loads(data.read_text()) if data.is_file() else {}

    code, data = brief_at("with")
    assert not code
    assert data["search"]["draws"] == 8
    assert len(list(tmp_path.glob("with/run/*/search.json"))) == 1
    code, data = brief_at("without", "--search", "0")
    assert not code
    assert "search" not in data
    assert not list(tmp_path.glob("without/run/*/search.json"))
    code, data = brief_at("few", "--search", "2")
    assert not code
    assert data["search"]["games"] == 2
    assert brief_at("wrong", "--search", "-1") == (2, {})
