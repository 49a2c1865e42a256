"""The mode of a run stands in whatever a command says of its cases, so that shares are never taken for probabilities."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import detente.crisis
from detente.cli import app, main

TEMPLATE = str(Path(detente.crisis.__file__).with_name("templates") / "coercion")
WORDS = {
    "exploratory": "256 explored cases (exploratory: spread evenly over the declared ranges)",
    "probabilistic": "256 draws (probabilistic: from the declared distributions)",
}
SHARES = {
    "exploratory": "share of explored cases",
    "probabilistic": "probability under the declared distributions",
}
QUESTIONS = {
    "query": ["query", "RUN", "select avg(value) from run where metric = 'attack'"],
    "drivers": ["drivers", "RUN"],
    "discover": ["discover", "RUN", "--outcome", "attack", "--threshold", "0.3"],
    "tree": ["discover", "RUN", "--outcome", "attack", "--threshold", "0.3", "--tree"],
    "policies": ["policies", "RUN", "--satisfy", "attack<=0.2"],
    "diff": ["diff", "RUN", "RUN"],
    "explore": ["explore", TEMPLATE, "--run", "RUN", "--resume"],
}


def call(capsys, monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["detente", *map(str, words)])
    capsys.readouterr()
    code = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code or 0
    assert code == 0
    return capsys.readouterr().out


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A run of either mode."""
    folder = tmp_path_factory.mktemp("modes")
    for mode in WORDS:
        words = ["explore", TEMPLATE, "--draws", "256", "--policies", "free,arm", "--mode", mode]
        result = CliRunner().invoke(app, [*words, "--run", str(folder / mode)])
        assert result.exit_code == 0, result.output
    return folder


@pytest.mark.parametrize("mode", WORDS)
@pytest.mark.parametrize("name", QUESTIONS)
def test_every_answer_names_the_mode(capsys, monkeypatch, runs, name, mode):
    # oracle by hand: the label of the design, and none of the other
    words = [str(runs / mode) if word == "RUN" else word for word in QUESTIONS[name]]
    out = call(capsys, monkeypatch, *words)
    other = next(text for key, text in WORDS.items() if key != mode)
    assert WORDS[mode] in " ".join(out.split())
    assert other not in " ".join(out.split())


@pytest.mark.parametrize("mode", WORDS)
@pytest.mark.parametrize("name", ["drivers", "discover", "tree", "policies", "explore"])
def test_every_data_names_the_mode(capsys, monkeypatch, runs, name, mode):
    words = [str(runs / mode) if word == "RUN" else word for word in QUESTIONS[name]]
    data = json.loads(call(capsys, monkeypatch, *words, "--json"))
    assert (data["mode"], data["share_label"]) == (mode, SHARES[mode])


@pytest.mark.parametrize("mode", WORDS)
def test_a_good_enough_share_is_called_what_it_is(capsys, monkeypatch, runs, mode):
    out = call(capsys, monkeypatch, "policies", runs / mode, "--satisfy", "attack<=0.2")
    assert f"Good enough (attack <= 0.2), {SHARES[mode]}:" in out


def test_a_difference_between_modes_is_said_to_be_one(capsys, monkeypatch, runs):
    words = ["diff", runs / "exploratory", runs / "probabilistic"]
    out = call(capsys, monkeypatch, *words)
    for text in WORDS.values():
        assert text in out
    assert "The modes differ" in out
    assert [
        item["mode"] for item in json.loads(call(capsys, monkeypatch, *words, "--json"))["cases"]
    ] == [
        "exploratory",
        "probabilistic",
    ]
    assert "The modes differ" not in call(capsys, monkeypatch, "diff", words[1], words[1])
