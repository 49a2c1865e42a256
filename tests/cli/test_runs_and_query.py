"""``detente runs`` and ``detente query`` on a small real run."""

import csv
import io
import json
import shutil
import sys
from pathlib import Path

import pytest

import detente.crisis
from detente.cli import main
from detente.crisis import load_crisis
from detente.runs import Run, run_ensemble
from detente.runs.store import shard_file

TEMPLATE = Path(detente.crisis.__file__).with_name("templates") / "coercion"


def call(capsys, monkeypatch, *words):
    """Run the command line and return exit code, output and errors."""
    monkeypatch.setattr(sys, "argv", ["detente", *map(str, words)])
    capsys.readouterr()
    code = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code or 0
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "a"
    run_ensemble(load_crisis(TEMPLATE), folder=folder, policies=["free", "arm"], n_draws=100)
    return folder


@pytest.fixture
def run(kept, tmp_path):
    return Path(shutil.copytree(kept, tmp_path / "here" / "a"))


def test_runs_are_listed(capsys, monkeypatch, kept, run):
    code, out, _ = call(capsys, monkeypatch, "runs", run.parent)
    assert code == 0
    words = " ".join(out.split())
    assert "a my-crisis streams, probabilistic 100 2 " in words
    assert words.endswith("KiB complete")
    (run / "shards" / "shard-000001.parquet").unlink()
    words = " ".join(call(capsys, monkeypatch, "runs", run.parent)[1].split())
    assert "KiB unfinished, 1 of 2" in words
    shutil.copytree(kept, run, dirs_exist_ok=True)
    _, out, _ = call(capsys, monkeypatch, "runs", run.parent, "--json")
    (found,) = json.loads(out)
    assert (found["draws"], found["state"], found["policies"]) == (100, "complete", ["free", "arm"])


def test_a_folder_without_runs_says_so(capsys, monkeypatch, tmp_path):
    code, out, _ = call(capsys, monkeypatch, "runs", tmp_path)
    assert code == 0
    assert "no run" in out
    assert json.loads(call(capsys, monkeypatch, "runs", tmp_path, "--json")[1]) == []


def test_verifying_names_the_damaged_shard(capsys, monkeypatch, run):
    assert call(capsys, monkeypatch, "runs", run, "--verify")[0] == 0
    path = shard_file(run, 1)
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    code, out, _ = call(capsys, monkeypatch, "runs", run, "--verify")
    assert code == 1
    assert "shard-000001.parquet: its content does not match its seal" in out


def test_removing_asks_first(capsys, monkeypatch, run):
    code, _, err = call(capsys, monkeypatch, "runs", run, "--remove")
    assert code == 2
    assert "add --yes" in err
    assert run.exists()
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", lambda _question: False)
    assert call(capsys, monkeypatch, "runs", run, "--remove")[0] == 1
    assert run.exists()
    monkeypatch.setattr("typer.confirm", lambda _question: True)
    assert call(capsys, monkeypatch, "runs", run, "--remove")[0] == 0
    assert not run.exists()


def test_removing_leaves_what_is_not_of_the_run(capsys, monkeypatch, run):
    (run / "notes.txt").write_text("mine")
    code, out, _ = call(capsys, monkeypatch, "runs", run, "--remove", "--yes")
    assert code == 0
    assert "left, as not of the run: notes.txt" in out
    assert (run / "notes.txt").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["nowhere"], "run-corrupt"),
        ([".", "--yes"], "option-invalid"),
        ([".", "--remove", "--yes"], "run-corrupt"),
    ],
)
def test_bad_requests_are_refused(capsys, monkeypatch, tmp_path, words, code):
    monkeypatch.chdir(tmp_path)
    found, _, err = call(capsys, monkeypatch, "runs", *words)
    assert found == 2
    assert f"[{code}]" in err


SQL = "select policy, avg(value) as mean from run where metric = 'attack' group by policy order by policy"


def test_a_query_answers_as_json_csv_and_table(capsys, monkeypatch, run):
    # oracle by independent path: the results read back
    results = Run.open(run)
    expected = {policy: results.values("attack", policy).mean() for policy in ("arm", "free")}
    _, out, _ = call(capsys, monkeypatch, "query", run, SQL, "--json")
    rows = json.loads(out)
    assert [row["policy"] for row in rows] == ["arm", "free"]
    for row in rows:
        assert row["mean"] == pytest.approx(expected[row["policy"]], rel=1e-12)
    _, out, _ = call(capsys, monkeypatch, "query", run, SQL, "--csv")
    table = list(csv.reader(io.StringIO(out)))
    assert table[0] == ["policy", "mean"]
    assert float(table[1][1]) == pytest.approx(expected["arm"], rel=1e-12)
    _, out, _ = call(capsys, monkeypatch, "query", run, SQL)
    assert f"{expected['free']:.6g}" in out


def test_json_stays_json(capsys, monkeypatch, run):
    sql = "select 'a' as x, 'b' as x, cast('nan' as double) as n, date '2030-01-02' as d"
    _, out, _ = call(capsys, monkeypatch, "query", run, sql, "--json")
    assert json.loads(out) == [{"x": "a", "x_2": "b", "n": None, "d": "2030-01-02"}]
    _, out, _ = call(capsys, monkeypatch, "query", run, "select 1 where false", "--json")
    assert json.loads(out) == []


def test_a_query_may_come_from_standard_input(capsys, monkeypatch, run):
    monkeypatch.setattr(sys, "stdin", io.StringIO("select count(*) as n from policies"))
    _, out, _ = call(capsys, monkeypatch, "query", run, "-", "--json")
    assert json.loads(out) == [{"n": 2}]


def test_long_tables_are_cut_and_say_so(capsys, monkeypatch, run):
    _, out, _ = call(capsys, monkeypatch, "query", run, "select draw, metric, value from run")
    assert "the first 200 rows" in out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["selec"], "query-invalid"),
        (["select x from run"], "query-invalid"),
        (["select 1", "--json", "--csv"], "option-invalid"),
    ],
)
def test_bad_queries_are_refused(capsys, monkeypatch, run, words, code):
    found, out, err = call(capsys, monkeypatch, "query", run, *words)
    assert found == 2
    assert out == ""
    assert f"[{code}]" in err
    assert "\n  fix: " in err


def test_an_unfinished_run_cannot_be_asked(capsys, monkeypatch, run, tmp_path):
    shard_file(run, 0).unlink()
    code, _, err = call(capsys, monkeypatch, "query", run, SQL)
    assert code == 2
    assert "the run is unfinished: 1 of 2 shards are there" in err
    code, _, err = call(capsys, monkeypatch, "query", tmp_path, SQL)
    assert code == 2
    assert "holds no run" in err


def test_a_run_knows_the_search_of_its_briefing_as_its_own(capsys, monkeypatch, run):
    (run / "search.json").write_text("{}")
    (run / "other.json").write_text("{}")
    _, out, _ = call(capsys, monkeypatch, "runs", run)
    assert "other.json: not of the run" in out
    assert "search.json" not in out
    call(capsys, monkeypatch, "runs", run, "--remove", "--yes")
    assert [path.name for path in run.iterdir()] == ["other.json"]


def test_a_long_path_stays_in_one_line(capsys, monkeypatch, run):
    """So that it can be copied."""
    place = run.parent / ("a-long-name-" * 15) / ("of-a-folder-" * 15)
    place.parent.mkdir()
    run.rename(place)
    _, out, _ = call(capsys, monkeypatch, "runs", run.parent)
    assert str(place.relative_to(run.parent)) in out


def test_a_briefing_that_keeps_a_run_can_be_asked(capsys, monkeypatch, run, tmp_path):
    place = tmp_path / "brief" / "run" / "x"
    place.parent.mkdir(parents=True)
    run.rename(place)
    code, out, _ = call(capsys, monkeypatch, "query", tmp_path / "brief", "select 7 as n", "--json")
    assert (code, json.loads(out)) == (0, [{"n": 7}])
