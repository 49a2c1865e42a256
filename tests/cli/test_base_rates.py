"""`detente base-rates`: counts by hand on a small table, and the shipped counts on the research copy."""

import json
import math
from pathlib import Path

import pytest
from scipy.stats import binomtest
from typer.testing import CliRunner

from detente.analysis.base_rates import (
    BaseRate,
    ReferenceClass,
    compare_with,
    count,
    ready_made,
)
from detente.cli import app
from detente.crisis.past_crises import read_past_crises
from detente.errors import UsageError

ICB = Path(__file__).parents[3] / "shared" / "data" / "history" / "icb1v15.csv"
HEAD = "crisno,crisname,yrtrig,break,trigent,gravcr,viol,iwcmb\n"
ROWS = """1,ONE,1950,7,365,6,4,1
2,TWO,1960,7.0,2,3,1,1
3,THREE,1970,9,365,6,4,2
4,FOUR,1980,9,2,,3,1
5,FIVE,1990,7,2,6,,1
"""


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "icb1.csv"
    path.write_text(HEAD + ROWS, encoding="utf-8")
    return path


def run(*words):
    return CliRunner().invoke(app, ["base-rates", *map(str, words)])


def test_counts_by_hand(table):
    crises = read_past_crises(table)
    everything = count(crises, ReferenceClass())
    assert (everything.hits, everything.cases) == (1, 3)  # three is in a war, five is not coded
    assert count(crises, ReferenceClass(trigger=7)).cases == 2
    assert count(crises, ReferenceClass(), violence=3).hits == 2
    assert count(crises, ReferenceClass(left_out=(1,))).hits == 0
    assert count(crises, ReferenceClass(since=1955, until=1965)).cases == 1
    assert count(crises, ReferenceClass(within_war=True)).cases == 1


def test_the_interval_is_that_of_scipy():  # oracle: independent code, to the last bit
    for cases in (1, 2, 7, 40, 483, 500):
        for hits in {0, 1, cases // 3, cases - 1, cases}:
            found = binomtest(hits, cases).proportion_ci(0.9, method="wilson")
            rate = BaseRate(label="", hits=hits, cases=cases)
            assert rate.interval == (float(found.low), float(found.high))


def test_the_interval_is_wilsons():  # oracle: the formula of 1927 by hand
    z, hits, n = 1.6448536269514722, 34, 410
    middle = (hits + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * math.sqrt(hits * (n - hits) / n + z * z / 4)
    assert BaseRate(label="", hits=hits, cases=n).interval == pytest.approx(
        (middle - half, middle + half), abs=1e-9
    )


def test_a_departure_by_hand():
    found = compare_with(BaseRate(label="", hits=2, cases=9), 0.5)
    assert found.points == pytest.approx(100 * (0.5 - 2 / 9))
    assert found.odds_ratio == pytest.approx(1 / (2.5 / 7.5))
    assert compare_with(BaseRate(label="", hits=0, cases=22), 0.3).odds_ratio > 1


def test_an_empty_class_is_refused(table):
    with pytest.raises(UsageError, match="no past crisis"):
        count(read_past_crises(table), ReferenceClass(since=2020))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "table-column-missing"),
        ("crisno,crisname\n", "table-column-missing"),
        (HEAD, "table-row-invalid"),
        (HEAD + "1,ONE,soon,7,365,6,4,1\n", "table-row-invalid"),
        (HEAD + ",ONE,1950,7,365,6,4,1\n", "table-row-invalid"),
    ],
)
def test_a_broken_table_is_refused(tmp_path, text, code):
    path = tmp_path / "icb1.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_past_crises(path)
    assert caught.value.code == code


def test_without_data_the_ready_made_counts_are_printed():
    result = run()
    assert result.exit_code == 0
    assert "34 of 410" in result.stdout
    assert "8.3%" in result.stdout


def test_a_class_without_data_is_refused():
    assert "no table is given" in str(run("--trigger", "violent").exception)


def test_json_and_a_briefing_beside(table, tmp_path):
    brief = tmp_path / "brief.json"
    figure = {"id": "outlook.attack", "value": 0.28}
    brief.write_text(json.dumps({"questions": [{"figures": [figure]}]}), encoding="utf-8")
    result = run(table, "--trigger", "7", "--beside", brief, "--json")
    data = json.loads(result.stdout)
    (row,) = data["base_rates"]
    assert (row["hits"], row["cases"], row["model"]) == (1, 2, 0.28)
    assert "SHA-256" in data["source"]
    assert "looked grave" in run(table, "--beside", brief).stdout


@pytest.mark.parametrize(
    "words",
    [
        ("--trigger", "loud"),
        ("--gravity", "9"),
        ("--violence", "total"),
        ("--beside", "no.json"),
        ("--since", "2020"),
    ],
)
def test_options_that_mean_nothing_are_refused(table, words):
    assert isinstance(run(table, *words).exception, UsageError)


@pytest.mark.research
@pytest.mark.skipif(not ICB.is_file(), reason="the research copies of ../shared are not here")
def test_the_ready_made_counts_are_those_of_the_data():  # oracle: published data, counted anew
    crises = read_past_crises(ICB)
    classes = (
        ReferenceClass(),
        ReferenceClass(trigger=7),
        ReferenceClass(triggered_by=365),
        ReferenceClass(gravity=6),
    )
    for ready, reference in zip(ready_made(), classes, strict=True):
        found = count(crises, reference)
        assert (found.hits, found.cases) == (ready.hits, ready.cases)
