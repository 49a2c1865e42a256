"""``detente teach``: what is written is named, numbers go to standard output, and what is wrong is refused."""

import json

import pytest
from tests.cli.test_play import TEMPLATE, run

from detente.engine import usual
from detente.play.rulebooks import DRAWS
from detente.web.teaching.packs import PACK_FILES


def test_a_pack_is_written_where_it_is_said(capsys, monkeypatch, tmp_path):
    """Oracle: hand."""
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, monkeypatch, "teach", TEMPLATE, "--draws", "4")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == [
        f"teach/my-crisis/{name}" for name in PACK_FILES
    ]
    assert "Solving my-crisis at 4 cases" in err
    assert {path.name for path in (tmp_path / "teach" / "my-crisis").iterdir()} == {*PACK_FILES}


def test_numbers_are_told_as_json_and_nothing_is_written(capsys, monkeypatch, tmp_path):
    """Oracle: hand; the same seed gives the same bytes, another number of rounds another plan."""
    monkeypatch.chdir(tmp_path)
    asked = ("teach", TEMPLATE, "--draws", "4", "--json")
    code, out, err = run(capsys, monkeypatch, *asked)
    assert (code, err) == (0, "")
    assert run(capsys, monkeypatch, *asked)[1] == out
    data = json.loads(out)
    assert sum(row["mean"] for row in data["odds"]["ends"]) == pytest.approx(1.0, abs=1e-5)
    shorter = json.loads(run(capsys, monkeypatch, *asked, "--set", "rounds=1")[1])
    assert shorter["plans"]["turns"]["longest"] < data["plans"]["turns"]["longest"]
    assert list(tmp_path.iterdir()) == []


def test_checks_of_design_are_told_with_what_to_change(capsys, monkeypatch, tmp_path):
    """Oracle: hand, the template in which Midland has no move; a line and a fix for each that stands in the data."""
    monkeypatch.chdir(tmp_path)
    asked = ("teach", TEMPLATE, "--draws", "4", "--check")
    code, out, _ = run(capsys, monkeypatch, *asked)
    assert code == 0
    data = json.loads(run(capsys, monkeypatch, *asked, "--json")[1])
    assert "few_choices: Midland meets 0.00 choices" in " ".join(out.split())
    assert out.count("  fix: ") == len(data["findings"]) > 0
    assert f"{len(data['findings'])} things to look at." in out
    assert list(tmp_path.iterdir()) == []


def test_what_is_wrong_is_refused(capsys, monkeypatch, tmp_path):
    """Oracle: hand."""
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, monkeypatch, "teach", "nowhere")
    assert (code, "[crisis-unknown]" in err) == (2, True)
    (tmp_path / "teach").write_text("a file")
    code, _, err = run(capsys, monkeypatch, "teach", TEMPLATE, "--draws", "4")
    assert (code, "[system-failed]" in err) == (2, True)


def test_cases_are_those_of_a_session():
    """Oracle: hand; else the figures on the sheets would be others than those of the report."""
    assert usual.DRAWS_OF_A_CHANGE == DRAWS
