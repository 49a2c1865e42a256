"""`detente score`: what is printed, written and refused."""

import json
import xml.etree.ElementTree as ET

import pytest
from typer.testing import CliRunner

from detente.cli import app
from detente.errors import UsageError

FORECASTS = """id,forecaster,date,probability,note
a,crowd,2030-01-01,0.7,seen
b,crowd,2030-01-01,0.2,
c,crowd,2030-01-01,0,
a,panel,2030-01-01,0.6,
b,panel,2030-01-01,0.4,
c,panel,2030-01-01,0.5,
"""
OUTCOMES = "id,outcome\na,1\nb,0\nc,1\nd,1\n"


@pytest.fixture
def tables(tmp_path):
    forecasts, outcomes = tmp_path / "f.csv", tmp_path / "o.csv"
    forecasts.write_text(FORECASTS, encoding="utf-8")
    outcomes.write_text(OUTCOMES, encoding="utf-8")
    return forecasts, outcomes


def run(*words):
    return CliRunner().invoke(app, ["score", *map(str, words)])


def test_what_is_printed(tables):
    """Oracle: hand: (0.09 + 0.04 + 1) / 3, and one forecast that gave no chance to what happened."""
    result = run(*tables)
    assert result.exit_code == 0
    assert "0.3767" in result.stdout
    assert "infinite (1)" in result.stdout
    assert "Reliability of panel" in result.stdout
    assert "crowd less panel" in result.stdout
    assert "1 outcome has no forecast: d" in result.stderr
    assert "not read: note" in result.stderr


def test_json_is_json_and_says_the_same(tables):
    """Oracle: hand; what is infinite or not defined is null."""
    data = json.loads(run(*tables, "--json").stdout, parse_constant=pytest.fail)
    crowd, panel = data["forecasters"]
    assert crowd["scores"] == {"brier": pytest.approx(1.13 / 3), "log": None}
    assert (crowd["infinite_log_scores"], panel["infinite_log_scores"]) == (1, 0)
    assert panel["scores"]["brier"] == pytest.approx((0.16 + 0.16 + 0.25) / 3)
    assert sum(item["count"] for item in crowd["reliability"]) == 3
    brier, log = data["differences"]
    assert brier["mean"] == pytest.approx((1.13 - 0.57) / 3)
    assert log["low"] is None
    assert data["outcomes_without_forecast"] == ["d"]


def test_the_same_seed_gives_the_same_interval(tables):
    """Oracle: theorem."""
    once = run(*tables, "--json", "--seed", 3, "--resamples", 200).stdout
    assert once == run(*tables, "--json", "--seed", 3, "--resamples", 200).stdout


def test_a_forecast_of_numbers(tables, tmp_path):
    """Oracle: hand, absolute errors 2 and 4."""
    forecasts, outcomes = tables
    forecasts.write_text("id,mean,sd\na,1,0\nb,14,0\n", encoding="utf-8")
    outcomes.write_text("id,outcome\na,3\nb,10\n", encoding="utf-8")
    result = run(forecasts, outcomes)
    assert "3.0000" in result.stdout
    assert "Reliability" not in result.stdout
    assert isinstance(run(forecasts, outcomes, "--plot", tmp_path / "r.svg").exception, UsageError)


def test_the_picture_holds_a_point_for_each_bin(tables, tmp_path):
    """Oracle: hand, three bins of each of two forecasters."""
    path = tmp_path / "r.svg"
    assert run(*tables, "--plot", path).exit_code == 0
    text = path.read_text(encoding="utf-8")
    ET.fromstring(text)  # noqa: S314  # our own file
    assert text.count("<circle") == 6 + 2  # and one in the key for each forecaster
    assert "crowd" in text
    assert "How often it happened" in text


def test_more_forecasters_than_a_screen_holds_are_counted(tables):
    """Oracle: hand, 8 forecasters make 28 pairs with two scores each."""
    forecasts, outcomes = tables
    rows = "".join(f"a,w{k},0.{k + 1}\nb,w{k},0.5\n" for k in range(8))
    forecasts.write_text("id,forecaster,probability\n" + rows, encoding="utf-8")
    result = run(forecasts, outcomes)
    assert "and 3 more forecasters" in result.stdout
    assert "and 36 more: see --json" in result.stdout
