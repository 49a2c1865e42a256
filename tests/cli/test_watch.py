"""`detente watch`: files, summary, errors, and the page."""

import json
import re

import pytest
from typer.testing import CliRunner

from detente.cli import app
from detente.errors import DetenteError
from detente.testing import tiny_crisis_folder

EVENTS = """date,actor,target,category,mode,event,source
2030-01-16,NOR,MID,MOBILIZE,troops,More brigades <arrive>,gazette
2030-01-17,WES,NOR,CONSULT,,Talks,gazette
2030-01-18,WES,NOR,THREATEN,,Firm words,gazette
2030-01-18,WES,MID,AID,,Arms are sent,gazette
2030-01-19,MID,NOR,PROTEST,,A protest,gazette
2029-12-01,NOR,MID,ACCUSE,,Long ago,gazette
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    parent = tmp_path_factory.mktemp("watch")
    crisis = tiny_crisis_folder(parent)
    (parent / "events.csv").write_text(EVENTS, encoding="utf-8")
    return crisis


def run(folder, *options, catch=True):
    events = str(folder.parent / "events.csv")
    words = ["watch", str(folder), "--events", events, "--draws", "64", *options]
    return CliRunner().invoke(app, words, catch_exceptions=catch)


def fails(folder, *options):
    result = run(folder, *options)
    assert isinstance(result.exception, DetenteError)
    return result.exception


@pytest.fixture(scope="module")
def out(folder):
    path = folder.parent / "out"
    result = run(folder, "--out", str(path), "--outcome", "war", catch=False)
    assert result.exit_code == 0
    assert "What moved it most" in result.stdout
    assert "1 events fit no rule, 1 are on no watched day" in result.stdout
    return path


def test_every_file_is_written(out):
    assert {item.name for item in out.iterdir()} == {
        "days",
        "games",
        "watch.html",
        "watch.md",
        "watch.json",
        "watch.csv",
    }


def test_the_data_hold_every_day_and_event(out):
    data = json.loads((out / "watch.json").read_text(encoding="utf-8"))
    assert [record["day"] for record in data["days"]] == [f"2030-01-{day}" for day in range(15, 20)]
    kinds = [effect["kind"] for record in data["days"] for effect in record["effects"]]
    assert kinds == ["evidence", "noise", "state", "move", "unmapped"]
    assert data["left_out"][0]["reason"] == "before the first day, 2030-01-15"
    assert all(abs(sum(row[0] for row in r["outcomes"].values()) - 1) < 1e-9 for r in data["days"])
    assert len(data["scores"]) == 10  # ours and an even chance, for each of five days


def test_the_page_stands_alone_and_escapes_what_was_reported(out):
    page = (out / "watch.html").read_text(encoding="utf-8")
    assert "&lt;arrive&gt;" in page
    assert "<arrive>" not in page
    assert page.count('<section class="day"') == 5
    assert not re.search(r'(?:src|href)="https?://', page)
    assert "One crisis proves nothing" in page


def test_the_table_has_a_row_for_each_day_and_measure(out):
    lines = (out / "watch.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "day,measure,mean,low,high"
    assert sum(",attack," in line for line in lines) == 5


def test_json_is_the_data_file(folder, out):
    result = run(folder, "--out", str(out), "--outcome", "war", "--json", catch=False)
    assert result.stdout == (out / "watch.json").read_text(encoding="utf-8")


def test_options_that_mean_nothing_are_refused(folder, tmp_path):
    out = ("--out", str(tmp_path))
    assert fails(folder, *out, "--until", "soon").at == "--until"
    assert fails(folder, *out, "--until", "2029-01-01").code == "option-invalid"
    assert fails(folder, *out, "--policy", "none").at == "--policy"
    assert fails(folder, *out, "--outcome", "rain").at == "--outcome"
    assert fails(folder, *out, "--events", str(tmp_path / "no.csv")).code == "file-missing"


def test_forecasts_need_an_outcome(folder, tmp_path):
    path = tmp_path / "crowd.csv"
    path.write_text("date,forecaster,prob\n2030-01-16,crowd,0.5\n", encoding="utf-8")
    error = fails(folder, "--out", str(tmp_path), "--forecasts", str(path))
    assert error.at == "--outcome"


def test_a_crisis_without_events_says_what_to_give(folder, tmp_path):
    result = CliRunner().invoke(app, ["watch", str(folder), "--out", str(tmp_path)])
    assert "--events" in str(result.exception)


def test_a_day_of_thousands_of_events_stays_readable(folder, tmp_path):
    rows = "".join(f"2030-01-16,WES,NOR,CONSULT,,call {k},\n" for k in range(3000))
    path = tmp_path / "many.csv"
    path.write_text("date,actor,target,category,mode,event,source\n" + rows, encoding="utf-8")
    words = ["watch", str(folder), "--events", str(path), "--draws", "64", "--out", str(tmp_path)]
    assert CliRunner().invoke(app, words).exit_code == 0
    page = (tmp_path / "watch.html").read_text(encoding="utf-8")
    assert "2,950 more that told nothing" in page
    assert page.count("call ") < 100
    data = json.loads((tmp_path / "watch.json").read_text(encoding="utf-8"))
    assert len(data["days"][1]["effects"]) == 3000


def test_signs_are_listed_without_a_table_of_events(tmp_path):
    """Oracle: hand; the crisis ships no events, so the day of the cut-off stands alone, and its signs on page and screen."""
    words = ["watch", "ukraine-2022", "--indicators", "--draws", "4", "--out", str(tmp_path)]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0
    assert "Signs, 2022-01-27" in result.stdout
    assert "blood supply" in result.stdout
    data = json.loads((tmp_path / "watch.json").read_text(encoding="utf-8"))
    (day,) = data["days"]
    named = {sign["indicator"] for sign in day["indicators"]}
    assert {"IN03", "IN05", "IN26"} <= named
    assert "IN16" not in named  # the certification was suspended before the cut-off
    html = (tmp_path / "watch.html").read_text(encoding="utf-8")
    assert "Signs to watch for" in html
    assert f"{len(named) - 5} more are in watch.json" in html


def test_a_crisis_without_signs_says_so(folder, tmp_path):
    """Oracle: hand."""
    result = run(folder, "--indicators", "--out", str(tmp_path / "out"), catch=False)
    assert "no indicators that were not seen yet" in result.stdout


def test_page_and_summary_say_the_commitment_and_what_is_set(folder, tmp_path):
    """Oracle: hand, the named cases of tests/watch/test_agreement.py as they are printed."""
    settings = ["--policy", "arm", "--set", "state.posture=armed", "--set", "prior.revisionist=0.8"]
    result = run(folder, *settings, "--out", str(tmp_path / "out"), catch=False)
    printed = " ".join(result.stdout.split())
    data = json.loads((tmp_path / "out" / "watch.json").read_text(encoding="utf-8"))
    assert len(data["settings"]) == 3
    for name in ("watch.html", "watch.md"):
        page = (tmp_path / "out" / name).read_text(encoding="utf-8")
        for line in data["settings"]:
            assert line in page
            assert line in printed
    assert "a briefing speaks of “no commitment”" in data["settings"][0]
