"""`detente fit`: the words of the command line, on made-up data. Oracle: hand, unless said."""

import csv
import json

import pytest
from typer.testing import CliRunner

from detente.cli import app
from detente.errors import UsageError
from detente.fit import fit_game
from detente.testing.disputes import DISPUTES_SPEC, draw_disputes


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fit")
    columns = draw_disputes(300, seed=4)
    with (folder / "data.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    (folder / "spec.yaml").write_text(json.dumps(DISPUTES_SPEC), encoding="utf-8")
    return folder


def run(folder, *words, model="egame12", data="data.csv"):
    arguments = ["fit", model, str(folder / data), "--spec", str(folder / "spec.yaml")]
    return CliRunner().invoke(app, [*arguments, *words])


def test_json_has_the_keys_that_programs_read(folder):
    found = run(folder, "--json")
    assert found.exit_code == 0
    data = json.loads(found.stdout)
    assert {"loglik", "converged", "n", "starts", "separation", "coefficients"} <= set(data)
    assert data["converged"] is True
    assert data["n"] == 300
    assert data["separation"] == []
    assert [set(item) for item in data["coefficients"]] == [
        {"utility", "term", "estimate", "se"}
    ] * 6
    mine = fit_game("egame12", folder / "data.csv", folder / "spec.yaml")
    assert data["loglik"] == mine.loglik
    assert data["coefficients"][0]["estimate"] == mine.coefficients[0].estimate


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("text", "log-likelihood"),
        ("html", '<th colspan="2">u11</th>'),
        ("latex", r"\emph{u11} \\"),
        ("latex", r"\begin{tabular}{lr}"),
    ],
)
def test_tables_in_three_forms(form, words, folder):
    found = run(folder, "--table", form)
    assert found.exit_code == 0
    assert words in found.stdout
    assert "Standard errors from the inverse of the Hessian" in found.stdout


def test_kinds_of_errors_are_told(folder):
    found = run(folder, "--errors", "bootstrap", "--resamples", "10", "--table", "text")
    assert "Standard errors from the bootstrap" in found.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--table", "word"), "option-invalid"),
        (("--method", "npl"), "option-invalid"),
        (("--errors", "some"), "option-invalid"),
        (("--starts", "0"), "option-invalid"),
    ],
)
def test_an_option_that_is_wrong_is_refused(words, code, folder):
    found = run(folder, *words)
    assert isinstance(found.exception, UsageError)
    assert found.exception.code == code


def test_a_file_that_is_not_there_is_refused(folder):
    found = run(folder, data="none.csv")
    assert found.exception.code == "file-missing"
    words = ["fit", "egame12", str(folder / "data.csv"), "--spec", str(folder / "none.yaml")]
    found = CliRunner().invoke(app, words)
    assert found.exception.code == "file-missing"
    assert found.exception.at.endswith("none.yaml")


def test_a_model_that_is_not_there_is_refused(folder):
    assert run(folder, model="egame21").exception.code == "model-unknown"


def test_a_refused_row_is_exit_code_two(folder, monkeypatch, capsys):
    """By the whole command line: three lines on standard error, nothing on standard output."""
    from detente.cli import main

    lines = (folder / "data.csv").read_text("utf-8").splitlines()
    cells = lines[4].split(",")
    cells[0] = ""
    (folder / "gap.csv").write_text("\n".join([*lines[:4], ",".join(cells), *lines[5:]]) + "\n")
    words = [
        "detente",
        "fit",
        "egame12",
        str(folder / "gap.csv"),
        "--spec",
        str(folder / "spec.yaml"),
    ]
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit) as stopped:
        main()
    told = capsys.readouterr()
    assert stopped.value.code == 2
    assert not told.out
    assert "x is missing [table-row-invalid]" in told.err
    assert "gap.csv:5" in told.err
    assert "fix: fill it in" in told.err


def test_coefficients_go_into_a_crisis(folder, tmp_path):
    from detente.crisis import load_crisis, new_crisis

    crisis = new_crisis("mine", tmp_path / "mine")
    found = run(folder, "--into", str(crisis))
    assert found.exit_code == 0
    assert "has 6 new quantities, from fit.egame12.u11.const on" in found.stderr
    assert "fit.egame12.u24.z" in load_crisis(crisis).quantities


def test_effects_and_scores_are_printed_and_in_json(folder):
    """Oracle: independent code: the functions of the package."""
    from detente.fit import average_effects, cross_validate

    data = json.loads(run(folder, "--effects", "--folds", "3", "--json").stdout)
    mine = fit_game("egame12", folder / "data.csv", folder / "spec.yaml")
    assert len(data["effects"]) == 9
    assert data["effects"][0]["effect"] == pytest.approx(average_effects(mine)[0].effect)
    assert data["cross_validation"]["log_score"] == cross_validate(mine, folds=3).log_score
    shown = run(folder, "--effects", "--folds", "3").stdout
    assert "Rows not fitted to, 3 parts: mean log-likelihood -" in shown
    assert "Average effects on the probability of each outcome" in shown
    assert "effects" not in json.loads(run(folder, "--json").stdout)
