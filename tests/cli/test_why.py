"""What ``detente why`` prints, for people and as JSON."""

import json
from pathlib import Path

import pytest

import detente.crisis
from detente.cli import main

TEMPLATE = str(Path(detente.crisis.__file__).with_name("templates") / "coercion")


def run(capsys, monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["detente", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    return ended.value.code or 0, out, err


def test_a_choice_is_explained(capsys, monkeypatch):
    """Oracle: hand; the labels are those of the file, the numbers those of the JSON."""
    asked = ("why", TEMPLATE, "--policy", "arm", "--against", "free", "--draws", "8")
    code, out, err = run(capsys, monkeypatch, *asked)
    assert (code, err) == (0, "")
    data = json.loads(run(capsys, monkeypatch, *asked, "--json")[1])
    assert "Northland, limited aims:" in out
    assert "Northland, revisionist:" in out
    assert "What “arm Midland” changes against “no commitment”:" in out
    assert f"An attack: {data['attack']:.0%}" in " ".join(out.split())
    for item in data["types"]:
        for option in item["options"]:
            assert option["label"].split()[0] in out
            assert f"{option['payoff']:.1f}" in out


def test_few_options_are_printed_unless_more_are_asked_for(capsys, monkeypatch):
    """Oracle: hand."""
    asked = ("why", TEMPLATE, "--draws", "4", "--at", "offer,move@1")
    few = run(capsys, monkeypatch, *asked, "--options", "2")[1]
    every = run(capsys, monkeypatch, *asked, "--options", "9")[1]
    assert "and 3 more options (--options 5)" in few
    assert "more options" not in every
    assert "invade" in every


def test_a_decision_that_is_not_there_is_refused(capsys, monkeypatch):
    code, _, err = run(capsys, monkeypatch, "why", TEMPLATE, "--at", "move@7", "--draws", "4")
    assert code == 2
    assert "[path-unknown]" in err
    assert "move@1" in err
