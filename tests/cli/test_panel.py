"""`detente panel`: what is printed and refused, on made-up crises."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from detente.analysis.track_record import Verdict
from detente.cli import app
from detente.cli.panel import ANSWERS

CRISES = "crisno,crisname,yrtrig,motrig,datrig,yrterm,moterm,daterm,break,trigent,gravcr,viol,iwcmb,geog,pcid\n"
ACTORS = "crisno,cracid,yrtrig,motrig,datrig,powsta,cractloc,nuclear,regime\n"


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    rng = np.random.default_rng(2)
    crises, actors = [CRISES], [ACTORS]
    for number in range(160):
        year = 1920 + number // 2
        trigger = rng.choice([6, 7, 9])
        violence = 4 if rng.random() < 0.45 else 1
        crises.append(
            f"{number},C{number},{year},3,1,{year},4,1,{trigger},365,2,{violence},1,34,40\n"
        )
        actors.append(f"{number},290,{year},3,1,{rng.integers(1, 5)},1,1,{rng.integers(1, 4)}\n")
    folder = tmp_path_factory.mktemp("icb")
    (folder / "icb1.csv").write_text("".join(crises), encoding="utf-8")
    (folder / "icb2.csv").write_text("".join(actors), encoding="utf-8")
    return folder / "icb1.csv", folder / "icb2.csv"


def run(*words):
    return CliRunner().invoke(app, ["panel", *map(str, words), "--draws", "4"])


@pytest.fixture(scope="module")
def data(tables):
    return json.loads(run(*tables, "--since", 1960, "--json").stdout)


def test_what_is_printed(tables, data):
    """Oracle: hand, the answer comes first; counts are those of the data."""
    result = run(*tables, "--since", 1960)
    assert result.exit_code == 0, result.exception
    assert result.stdout.startswith(ANSWERS[data["verdict"]])
    count = len(data["cases"])
    assert (
        f"{count} crises, {sum(case['happened'] for case in data['cases'])} of which"
        in result.stdout
    )
    assert f"{80 - count} more have the shape of no template. 4 draws each." in result.stdout
    for part in ("Reliability of model", "By template", "pool less class prior", "SHA-256"):
        assert part in result.stdout


def test_json_holds_each_case(data):
    """Oracle: hand; the mean score is that of the forecasts beside it, and each template's of its own."""
    cases = data["cases"]
    assert len(cases) + data["left_out"] == 80
    assert [case["year"] for case in cases] == sorted(case["year"] for case in cases)
    for name, cards in {"": data["forecasters"], **data["templates"]}.items():
        own = [case for case in cases if name in {"", case["template"]}]
        for card in cards:
            mean = np.mean([(case[card["forecaster"]] - case["happened"]) ** 2 for case in own])
            assert card["scores"]["brier"] == pytest.approx(mean)
    assert all("prior" in path for case in cases for path in list(case["set"])[:1])


def test_each_answer_has_a_sentence():
    """Oracle: hand, by note 0101."""
    assert set(ANSWERS) == set(Verdict.__args__)
    assert "better" in ANSWERS["adds"]
    assert "worse" in ANSWERS["worse"]
    assert "do not show" in ANSWERS["not shown"]


def test_too_few_cases_are_refused(tables):
    """Oracle: hand."""
    assert "too few for a panel" in str(run(*tables, "--since", 1997).exception)
