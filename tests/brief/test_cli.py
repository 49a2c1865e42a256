"""The commands ``detente brief`` and ``detente trace``, in process."""

import json
import os
import re

import pytest

from detente.brief.words import LIKELIHOOD_BANDS
from detente.cli._crises import parse_assignments
from detente.cli.brief import command as brief_command
from detente.cli.trace import command as trace_command
from detente.errors import DetenteError, UsageError


@pytest.fixture(scope="module")
def out(template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli") / "brief" / "my-crisis"
    brief_command(
        str(template), draws=64, seed=1, assignments=None, policies=None, out=folder, workers=2
    )
    return folder


def trace(capsys, figure, run, **more):
    capsys.readouterr()
    trace_command(figure, run=run, **more)
    return capsys.readouterr().out


def test_files_and_summary(template, tmp_path, capsys):
    brief_command(str(template), draws=64, seed=1, out=tmp_path / "b")
    text = capsys.readouterr().out
    assert (tmp_path / "b" / "brief.html").exists()
    assert "An attack within eight weeks is unlikely" in " ".join(text.split())
    assert "5-95% of cases" in text
    assert "brief.html" in text.replace("\n", "")
    assert re.search(r"solved in [0-9.]+ s", text)
    assert re.search(r"studied\s+in\s+[0-9.]+\s+s", text)


def test_the_run_is_kept_and_used_again(out, template):
    (run,) = (out / "run").iterdir()
    before = {p.name: p.stat().st_mtime_ns for p in (run / "shards").iterdir()}
    brief_command(str(template), draws=64, seed=1, out=out)
    assert {p.name: p.stat().st_mtime_ns for p in (run / "shards").iterdir()} == before
    brief_command(str(template), draws=64, seed=1, out=out, assignments=["war.gain=20..40"])
    assert len(list((out / "run").iterdir())) == 2
    brief_command(str(template), draws=64, seed=1, out=out)


def test_json_is_the_data_file(out, template, capsys):
    capsys.readouterr()
    brief_command(str(template), draws=64, seed=1, out=out, as_json=True)
    assert json.loads(capsys.readouterr().out) == json.loads(
        (out / "brief.json").read_text("utf-8")
    )


def test_policies_are_limited_in_the_order_of_the_file(template, tmp_path):
    brief_command(str(template), draws=64, out=tmp_path, policies=["threaten", "arm"])
    data = json.loads((tmp_path / "brief.json").read_text("utf-8"))
    assert [row["id"] for row in data["policies"]] == ["arm", "threaten"]
    assert data["base_policy"] == "arm"


@pytest.mark.parametrize(
    ("options", "code", "hint"),
    [
        ({"draws": 0}, "option-invalid", ""),
        ({"draws": 10**12}, "option-invalid", ""),
        ({"seed": -1}, "option-invalid", ""),
        ({"workers": 0}, "option-invalid", ""),
        ({"policies": ["armm"]}, "option-invalid", "arm"),
        ({"assignments": ["war.gain"]}, "option-invalid", "PATH" and "war.gain=20"),
        ({"assignments": ["=3"]}, "option-invalid", ""),
        ({"assignments": ["war.gian=3"]}, "path-unknown", "war.gain"),
    ],
)
def test_wrong_options_are_errors_with_a_fix(template, tmp_path, options, code, hint):
    with pytest.raises(DetenteError) as caught:
        brief_command(str(template), **{"draws": 64, "out": tmp_path / "b", **options})
    assert caught.value.code == code
    assert hint in str(caught.value)
    assert caught.value.fix
    assert not (tmp_path / "b" / "brief.html").exists()


def test_an_unknown_crisis_is_an_error(tmp_path):
    with pytest.raises(DetenteError) as caught:
        brief_command("no-such-crisis", out=tmp_path)
    assert caught.value.code == "crisis-unknown"


def test_later_assignments_win():
    assert parse_assignments(["a = 1", "a=2", "b=x=y"]) == {"a": "2", "b": "x=y"}


def test_trace_goes_down_to_source_and_line(out, capsys):
    text = trace(capsys, "outlook.attack", out)
    assert "outlook.attack" in text
    assert "game.logit_qre (mckelvey1998" in text
    assert re.search(r"war\.cost\.north  \[crisis\.yaml:[1-9][0-9]*\]", text)
    assert re.search(r"judgement  \[sources\.csv:[1-9]\]", text)
    assert "authors: Judgement of the authors, 15 January 2030" in text


def test_trace_of_a_mechanism_names_its_model(out, capsys):
    figure = "sanctions.loss.target_loss.sanctions=imposed"
    text = trace(capsys, figure, out / "brief.json")
    assert "sanctions.target_loss (arkolakis2012" in text
    assert "exposures.WES.import_share  [exposures.csv:3]" in text


def test_trace_as_data(out, capsys):
    data = json.loads(trace(capsys, "outlook.attack", out, as_json=True))
    assert data["figure"]["id"] == "outlook.attack"
    assert data["quantities"]["war.cost.north"]["line"] > 0


def test_every_figure_can_be_traced(out, capsys):
    data = json.loads((out / "brief.json").read_text("utf-8"))
    for question in data["questions"]:
        for figure in question["figures"]:
            assert figure["id"] in trace(capsys, figure["id"], out)


def test_an_unknown_figure_gives_the_nearest(out):
    with pytest.raises(UsageError) as caught:
        trace_command("outlook.atack", run=out)
    assert caught.value.code == "figure-unknown"
    assert "outlook.attack" in caught.value.fix


def test_the_newest_briefing_is_the_default(out, capsys, monkeypatch):
    monkeypatch.chdir(out.parents[1])
    assert "outlook.attack" in trace(capsys, "outlook.attack", None)


def test_no_briefing_is_an_error(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        trace_command("outlook.attack")
    assert caught.value.code == "file-missing"


def test_a_broken_data_file_is_an_error(tmp_path):
    (tmp_path / "brief.json").write_text("{}")
    with pytest.raises(DetenteError) as caught:
        trace_command("outlook.attack", run=tmp_path)
    assert caught.value.code == "run-corrupt"


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written(template, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(DetenteError) as caught:
        brief_command(str(template), draws=64, out=tmp_path / "b")
    assert caught.value.code == "output-unwritable"


def test_an_exploratory_briefing_says_so_and_uses_no_word_of_likelihood(template, tmp_path):
    brief_command(str(template), draws=64, seed=1, out=tmp_path / "b", mode="exploratory")
    data = json.loads((tmp_path / "b" / "brief.json").read_text())
    assert (data["mode"], data["design"]) == ("exploratory", "streams")
    text = (tmp_path / "b" / "brief.md").read_text()
    assert "Cases are spread evenly over ranges: percentages are averages" in text
    assert "64 versions (exploratory)" in (tmp_path / "b" / "appendix.html").read_text()
    assert "all versions of the crisis" in " ".join(data["headline"])
    said = " ".join(
        [*data["headline"], *data["sure"], *(item["answer"] for item in data["questions"])]
    )
    said = re.sub(r"\b(?:as|less) likely\b", "", said)  # comparisons
    for term, _, _ in LIKELIHOOD_BANDS:
        assert not re.search(rf"\b{term}\b", said)


def test_modes_and_designs_have_runs_of_their_own(out, template):
    before = set((out / "run").iterdir())
    brief_command(str(template), draws=64, seed=1, out=out, mode="exploratory", design="sobol")
    assert len(set((out / "run").iterdir()) - before) == 1


@pytest.mark.parametrize(
    "options",
    [
        {"design": "factorial"},
        {"design": "grid"},
        {"mode": "guess"},
        {"design": "sobol", "draws": 100},
    ],
)
def test_designs_that_no_briefing_has_are_refused(template, tmp_path, options):
    with pytest.raises(UsageError) as caught:
        brief_command(str(template), **({"draws": 64, "seed": 1, "out": tmp_path / "b"} | options))
    assert caught.value.code == "option-invalid"
    assert not (tmp_path / "b").exists()
