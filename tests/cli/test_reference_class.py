"""`detente reference-class`: what is printed and refused, on made-up crises."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from detente.cli import app
from detente.crisis.past_crises import read_crisis_actors, read_past_crises
from detente.errors import UsageError

CRISES = "crisno,crisname,yrtrig,motrig,datrig,yrterm,moterm,daterm,break,trigent,gravcr,viol,iwcmb,geog,pcid\n"
ACTORS = "crisno,cracid,yrtrig,motrig,datrig,powsta,cractloc,nuclear,regime\n"


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    rng = np.random.default_rng(2)
    crises, actors = [CRISES], [ACTORS]
    for number in range(120):
        year = 1930 + number // 2
        trigger = rng.choice([2, 9])
        violence = 4 if rng.random() < (0.6 if trigger == 9 else 0.2) else 1
        crises.append(
            f"{number},C{number},{year},3,1.0,{year},4.0,,{trigger},365,2,{violence},1,34,40.0\n"
        )
        actors.append(f"{number},290,{year},3,1,{rng.integers(1, 4)},1,1,{rng.integers(1, 4)}\n")
    folder = tmp_path_factory.mktemp("icb")
    (folder / "icb1.csv").write_text("".join(crises), encoding="utf-8")
    (folder / "icb2.csv").write_text("".join(actors), encoding="utf-8")
    return folder / "icb1.csv", folder / "icb2.csv"


def run(*words):
    return CliRunner().invoke(app, ["reference-class", *map(str, words)])


def test_what_is_read(tables):
    """Oracle: hand. An unknown day of the end is late; the codes 40 to 44 are no conflict."""
    first = read_past_crises(tables[0])[0]
    assert (first.began, first.ended) == ((1930, 3, 1), (1930, 4, 32))
    assert (first.region, first.conflict) == (34, None)
    actor = read_crisis_actors(tables[1])[0]
    assert (actor.crisis, actor.actor, actor.began) == (0, 290, (1930, 3, 1))


def test_what_is_printed(tables):
    """Oracle: hand, counted from the table: ten crises in the last five years."""
    result = run(*tables, "--since", 1985)
    assert result.exit_code == 0, result.exception
    assert "SERIOUS CLASHES OR WAR" in result.stdout
    assert "Forecasts of 10 crises from 1985 on" in result.stdout
    assert "Reliability of class means" in result.stdout
    assert "class means less logit" in result.stdout
    assert "SHA-256" in result.stdout


def test_json_holds_each_forecast(tables):
    """Oracle: hand; the mean score is that of the forecasts beside it."""
    data = json.loads(run(*tables, "--since", 1985, "--json").stdout)
    serious, war = data["outcomes"]
    assert serious["outcome"] == "serious clashes or war"
    rows = serious["forecasts"]
    assert [row["year"] for row in rows] == sorted(row["year"] for row in rows)
    assert len(rows) == 10
    for card in serious["forecasters"]:
        mean = np.mean([(row[card["forecaster"]] - row["happened"]) ** 2 for row in rows])
        assert card["scores"]["brier"] == pytest.approx(mean)
    assert set(serious["penalties"]) == {str(year) for year in range(1985, 1990)}
    assert war["rates"][0]["cases"] == 120


@pytest.mark.parametrize(
    ("which", "text", "code"),
    [
        (1, "crisno,cracid\n1,2\n", "table-column-missing"),
        (1, ACTORS, "table-row-invalid"),
        (1, ACTORS + "1,290,soon,1,1,1,1,1,1\n", "table-row-invalid"),
        (1, ACTORS + ",290,1950,1,1,1,1,1,1\n", "table-row-invalid"),
        (0, CRISES + "1,C,1950,1,1,end,1,1,9,2,1,4,1,34,40\n", "table-row-invalid"),
        (0, "crisno,crisname,yrtrig,break,trigent,gravcr,viol,iwcmb\n1,C,1950,9,2,1,4,1\n", "option-invalid"),
    ],
)  # fmt: skip
def test_a_broken_table_is_refused(tables, tmp_path, which, text, code):
    """Oracle: hand."""
    paths = list(tables)
    paths[which] = tmp_path / "broken.csv"
    paths[which].write_text(text, encoding="utf-8")
    error = run(*paths).exception
    assert isinstance(error, UsageError)
    assert error.code == code


def test_a_year_with_too_little_before_it_is_refused(tables):
    """Oracle: hand."""
    assert "too few" in str(run(*tables, "--since", 1931).exception)
