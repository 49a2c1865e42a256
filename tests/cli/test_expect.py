"""``detente check --expect``: what is printed, and the exit code. Oracle: hand."""

import json
import shutil
from pathlib import Path

import pytest

import detente.crisis
from detente.cli import main

TEMPLATE = Path(detente.crisis.__file__).with_name("templates") / "coercion"


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "c"
    shutil.copytree(TEMPLATE, made)
    return made


def run(capsys, monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["detente", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    return ended.value.code or 0, out, err


def test_what_fails_is_named_with_its_reason(folder, capsys, monkeypatch):
    (folder / "expect.yaml").write_text(
        "- {id: fine, metric: attack, range: [0, 1], why: It is a probability.}\n"
        "- {id: wrong, metric: attack, set: {war.gain: 80}, sign: lower, why: This is false.}\n"
    )
    code, out, _ = run(capsys, monkeypatch, "check", folder, "--expect", "--draws", "8")
    assert code == 1
    assert "wrong (line 2): This is false." in out
    assert "1 of 2 expectations hold at 8 draws." in out
    assert run(capsys, monkeypatch, "check", folder)[0] == 0
    code, out, _ = run(capsys, monkeypatch, "check", folder, "--expect", "--draws", "8", "--json")
    data = json.loads(out)
    assert (code, data["findings"]) == (1, [])
    assert [item["holds"] for item in data["expectations"]] == [True, False]
    assert data["expectations"][1]["change"] > 0


def test_a_folder_without_expectations_says_so(folder, capsys, monkeypatch):
    (folder / "expect.yaml").unlink()
    code, out, _ = run(capsys, monkeypatch, "check", folder, "--expect")
    assert code == 0
    assert "the folder has no expect.yaml" in out


def test_a_file_that_cannot_be_used_is_refused(folder, capsys, monkeypatch):
    (folder / "expect.yaml").write_text("- {id: a}")
    code, out, _ = run(capsys, monkeypatch, "check", folder, "--expect")
    assert code == 2
    assert "expect.yaml:1" in out
    assert "[key-missing]" in out


def test_a_new_crisis_brings_its_expectations(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(capsys, monkeypatch, "new", "strait-2031")[0] == 0
    assert (tmp_path / "strait-2031" / "expect.yaml").is_file()
    code, out, _ = run(capsys, monkeypatch, "check", "strait-2031", "--expect", "--draws", "16")
    assert "expectations hold at 16 draws." in out
    assert code in {0, 1}
