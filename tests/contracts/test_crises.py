"""What every crisis can do, shipped or not: checked, briefed, explored, priced and watched by the same commands.

A crisis that ships, or a template of one, is picked up from its folder. Nothing here knows a crisis.
"""

import json

import pytest
from typer.testing import CliRunner

from detente.cli import app
from detente.crisis import load_crisis, new_crisis, shipped_crises
from detente.crisis.scaffold import template_names
from detente.errors import DetenteError

SHIPPED = sorted(shipped_crises())
DRAWS = ("--draws", "64")


def run(*words):
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module", params=[*SHIPPED, *(f"new {name}" for name in template_names())])
def crisis(request, tmp_path_factory):
    """Name or folder of each shipped crisis, and of a new one from each template: an outsider's crisis."""
    kind, _, template = request.param.rpartition(" ")
    if not kind:
        return template
    return new_crisis(f"a-{template}", tmp_path_factory.mktemp("new") / "a", template=template)


@pytest.fixture(scope="module")
def first(crisis):
    return next(iter(load_crisis(crisis).policies))


def test_it_passes_every_check(crisis):
    assert "0 problems" in run("check", crisis)


def test_it_briefs(crisis, first, tmp_path):
    out = tmp_path / "brief"
    data = json.loads(run("brief", crisis, *DRAWS, "--policy", first, "--out", out, "--json"))
    assert [question["id"] for question in data["questions"]] == [
        "aims",
        "options",
        "diplomacy",
        "deterrence",
        "sanctions",
        "alliance",
        "outlook",
    ]
    assert data["certificate"]["unconverged_share"] == 0
    rows = data["outcomes"].values()
    assert sum(row["mean"] for row in rows if not row.get("excluded")) == pytest.approx(1.0)
    page = (out / "brief.html").read_text("utf-8")
    assert "None" not in data["headline"][0]
    assert "[[" not in page


def test_it_can_be_explored_and_queried(crisis, first, tmp_path):
    folder = tmp_path / "run"
    run("explore", crisis, *DRAWS, "--policies", first, "--run", folder)
    text = run("query", folder, "select count(*) from run where metric = 'attack'", "--csv")
    assert text.split()[-1] == "64"


@pytest.mark.parametrize("subject", ["sanctions", "energy"])
def test_it_prices_a_subject_or_says_that_it_has_none(crisis, subject):
    families = {item.model.partition(".")[0] for item in load_crisis(crisis).mechanisms.values()}
    if subject in families:
        assert json.loads(run("price", crisis, subject, *DRAWS, "--json"))
        return
    with pytest.raises(DetenteError) as caught:
        run("price", crisis, subject, *DRAWS, "--json")
    assert caught.value.fix


def test_it_can_be_watched(crisis, tmp_path):
    loaded = load_crisis(crisis)
    day = loaded.calendar[0].isoformat()
    who = next(iter(loaded.actors))
    events = tmp_path / "events.csv"
    events.write_text(f"date,actor,event,does\n{day},{who},words,noise\n", encoding="utf-8")
    out = tmp_path / "watch"
    data = json.loads(run("watch", crisis, "--events", events, *DRAWS, "--out", out, "--json"))
    (record,) = data["days"]
    assert sum(row[0] for row in record["outcomes"].values()) == pytest.approx(1.0)
    assert (out / "watch.html").is_file()
