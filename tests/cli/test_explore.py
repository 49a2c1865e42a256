"""``detente explore``: options, labels of the modes, resuming, parts, refusals; on the template crisis."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

import detente.crisis
from detente.cli import app, main
from detente.cli._plans import parse_part
from detente.errors import UsageError
from detente.runs import Run, store
from detente.runs.store import read_manifest
from detente.testing.crises import tiny_crisis_folder

TEMPLATE = str(Path(detente.crisis.__file__).with_name("templates") / "coercion")


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
    """A run of 64 cases under two policies; tests that change it copy it."""
    folder = tmp_path_factory.mktemp("explore") / "run"
    words = [TEMPLATE, "--draws", "64", "--policies", "arm,free", "--run", str(folder)]
    result = CliRunner().invoke(app, ["explore", *words])
    assert result.exit_code == 0, result.output
    return folder


def test_a_probabilistic_run_says_so(capsys, monkeypatch, tmp_path):
    code, out, _ = call(
        capsys,
        monkeypatch,
        "explore",
        TEMPLATE,
        "--draws",
        64,
        "--policies",
        "free",
        "--run",
        tmp_path / "r",
    )
    assert code == 0
    assert "probabilistic: from the declared distributions" in out
    assert "Probability in the model under the declared distributions" in " ".join(out.split())
    assert "explored cases" not in out


@pytest.mark.parametrize("design", ["streams", "sobol", "lhs", "monte-carlo"])
def test_an_exploratory_run_speaks_of_explored_cases(capsys, monkeypatch, tmp_path, design):
    words = ["--mode", "exploratory", "--design", design, "--draws", 64, "--policies", "free"]
    code, out, _ = call(
        capsys, monkeypatch, "explore", TEMPLATE, *words, "--run", tmp_path / "r", "--json"
    )
    found = json.loads(out)
    assert code == 0
    assert (found["mode"], found["design"]) == ("exploratory", design)
    assert found["share_label"] == "share of explored cases"
    assert "declared distributions" not in out


def test_text_of_an_exploratory_run_gives_no_probability_of_the_event(
    capsys, monkeypatch, tmp_path
):
    words = ["--mode", "exploratory", "--draws", 64, "--policies", "free", "--run", tmp_path / "r"]
    _, out, _ = call(capsys, monkeypatch, "explore", TEMPLATE, *words)
    assert "5-95% of explored" in " ".join(out.split())
    assert "no probability of the event" in " ".join(out.split())


def test_the_summary_is_what_the_run_says(capsys, monkeypatch, kept, tmp_path):
    # oracle by independent path: the results read back
    target = shutil.copytree(kept, tmp_path / "run")
    code, out, _ = call(
        capsys, monkeypatch, "explore", TEMPLATE, "--run", target, "--resume", "--json"
    )
    found, results = json.loads(out), Run.open(target)
    assert code == 0
    assert list(found["policies"]) == ["free", "arm"]
    summary = results.summary("attack", "arm")
    assert found["policies"]["arm"]["attack"] == {
        "mean": summary.mean,
        "low": summary.low,
        "high": summary.high,
    }


def test_a_folder_with_a_run_is_left_alone_without_resume(capsys, monkeypatch, kept):
    code, _, err = call(capsys, monkeypatch, "explore", TEMPLATE, "--run", kept, "--draws", 64)
    assert code == 2
    assert "[folder-exists]" in err
    assert "--resume" in err


def test_resume_takes_what_is_not_given_from_the_run(capsys, monkeypatch, kept, tmp_path):
    target = shutil.copytree(kept, tmp_path / "run")
    (target / "shards" / "shard-000000.parquet").unlink()
    code, _, _ = call(capsys, monkeypatch, "explore", TEMPLATE, "--run", target, "--resume")
    assert code == 0
    assert (target / "shards" / "shard-000000.parquet").read_bytes() == (
        kept / "shards" / "shard-000000.parquet"
    ).read_bytes()
    call(capsys, monkeypatch, "explore", TEMPLATE, "--run", target, "--resume", "--draws", 100)
    assert read_manifest(target).n_draws == 100
    assert read_manifest(target).policies == ("free", "arm")


def test_resuming_where_a_run_was_stopped_before_it_began_begins_it(
    capsys, monkeypatch, kept, tmp_path
):
    """Oracle: the run that was made without being stopped."""
    words = ["explore", TEMPLATE, "--draws", 64, "--policies", "arm,free", "--resume", "--run"]
    (tmp_path / "empty").mkdir()
    (tmp_path / "left").mkdir()
    left = tmp_path / "left" / ".manifest.json.host-1-0123456789abcdef.part"
    left.write_text("{")
    for name in ("empty", "left"):
        code, _, err = call(capsys, monkeypatch, *words, tmp_path / name)
        assert code == 0, err
        for path in (kept / "shards").iterdir():
            assert (tmp_path / name / "shards" / path.name).read_bytes() == path.read_bytes()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letters.txt").write_text("dear sir")
    code, _, err = call(capsys, monkeypatch, *words, tmp_path / "mine")
    assert code == 2
    assert "[folder-exists]" in err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letters.txt"]


def test_resuming_a_changed_crisis_is_refused_by_name(capsys, monkeypatch, tmp_path):
    crisis = tiny_crisis_folder(tmp_path)
    words = ["explore", crisis, "--run", tmp_path / "r", "--draws", 64, "--policies", "free"]
    assert call(capsys, monkeypatch, *words)[0] == 0
    text = (crisis / "crisis.yaml").read_text()
    (crisis / "crisis.yaml").write_text(text + "\n# a remark\n")
    code, _, err = call(capsys, monkeypatch, *words, "--resume")
    assert code == 2
    assert "another version of the crisis files" in err
    assert "[run-mismatch]" in err


def test_overrides_are_kept_for_resuming(capsys, monkeypatch, tmp_path):
    words = ["explore", TEMPLATE, "--run", tmp_path / "r", "--draws", 64, "--policies", "free"]
    assert call(capsys, monkeypatch, *words, "--set", "war.gain=40")[0] == 0
    assert call(capsys, monkeypatch, *words, "--resume")[0] == 0
    code, _, err = call(capsys, monkeypatch, *words, "--resume", "--set", "war.gain=41")
    assert code == 2
    assert "[run-mismatch]" in err


def test_parts_complete_a_run(capsys, monkeypatch, tmp_path):
    words = ["explore", TEMPLATE, "--run", tmp_path / "r", "--draws", 128, "--policies", "free"]
    code, out, _ = call(capsys, monkeypatch, *words, "--shards", "2/2")
    assert code == 0
    assert "1 shards of other parts are not there yet" in out
    code, out, _ = call(capsys, monkeypatch, *words, "--shards", "1/2", "--json")
    assert json.loads(out)["missing_elsewhere"] == 0
    assert Run.open(tmp_path / "r").n_draws == 128


def test_contested_values_are_the_default_alternatives(capsys, monkeypatch, tmp_path):
    # oracle by hand: the template has no contested quantity, so it says what to name
    words = ["explore", TEMPLATE, "--run", tmp_path / "r", "--design", "factorial"]
    code, _, err = call(capsys, monkeypatch, *words)
    assert code == 2
    assert "no contested quantity" in err
    more = ["--alternatives", "war.gain=low:20,high:40", "--alternatives", "war.cost.north=20,50"]
    code, out, _ = call(capsys, monkeypatch, *words, *more, "--json")
    assert code == 0
    found = json.loads(out)
    assert found["draws"] == 4
    assert "combinations of alternatives" in found["cases"]
    assert found["mode"] == "exploratory"


BAD = [
    (["--draws", "0"], "option-invalid"),
    (["--draws", "16777217"], "option-invalid"),
    (["--draws", "1000", "--design", "sobol"], "option-invalid"),
    (["--seed", "-1"], "option-invalid"),
    (["--draws", "-5"], "option-invalid"),
    (["--workers", "0"], "option-invalid"),
    (["--workers", "257"], "option-invalid"),
    (["--design", "grid"], "option-invalid"),
    (["--mode", "explore"], "option-invalid"),
    (["--policies", "armm"], "option-invalid"),
    (["--policies", ","], "option-invalid"),
    (["--others", "drawn"], "option-invalid"),
    (["--alternatives", "war.gain=1,2"], "option-invalid"),
    (
        ["--design", "factorial", "--mode", "probabilistic", "--alternatives", "war.gain=1,2"],
        "option-invalid",
    ),
    (["--design", "factorial", "--alternatives", "war.gain"], "option-invalid"),
    (["--design", "factorial", "--alternatives", "war.gain=,"], "option-invalid"),
    (["--design", "factorial", "--alternatives", "war.gain=:2"], "option-invalid"),
    (["--design", "factorial", "--alternatives", "war.gain=1..2,3"], "option-invalid"),
    (["--design", "factorial", "--alternatives", "war.gain=2,2"], "option-invalid"),
    (["--design", "factorial", "--alternatives", "war.gain=a:1,a:2"], "option-invalid"),
    (["--design", "factorial", "--alternatives", "war.gaim=1,2"], "path-unknown"),
    (["--design", "factorial", "--alternatives", "war.gain=x"], "value-type"),
    (["--design", "factorial", "--alternatives", "rounds=1,2"], "option-invalid"),
    (["--design", "factorial", "--alternatives", "war.gain=1,2", "--draws", "5"], "option-invalid"),
    (["--shards", "0/2"], "option-invalid"),
    (["--shards", "3/2"], "option-invalid"),
    (["--shards", "x"], "option-invalid"),
    (["--shards", "1/2", "--executor", "dask://h:1"], "option-invalid"),
    (["--executor", "here"], "option-invalid"),
    (["--executor", "http://h:1"], "option-invalid"),
    (["--shard-draws", "100"], "option-invalid"),
    (["--set", "war.gain"], "option-invalid"),
    (["--resume"], "run-corrupt"),
]


@pytest.mark.parametrize(
    ("words", "code"), BAD, ids=lambda value: " ".join(value) if isinstance(value, list) else value
)
def test_bad_options_are_refused_with_a_code_and_a_fix(capsys, monkeypatch, tmp_path, words, code):
    found, out, err = call(
        capsys, monkeypatch, "explore", TEMPLATE, "--run", tmp_path / "r", *words
    )
    assert found == 2
    assert out == ""
    assert f"[{code}]" in err
    assert "\n  fix: " in err
    assert not (tmp_path / "r" / "shards").exists()


def test_a_folder_of_something_else_is_left_alone(capsys, monkeypatch, tmp_path):
    (tmp_path / "letters.txt").write_text("dear sir")
    words = ["explore", TEMPLATE, "--draws", 64, "--policies", "free", "--run", tmp_path]
    code, _, err = call(capsys, monkeypatch, *words)
    assert code == 2
    assert "holds something that is no run: letters.txt [folder-exists]" in err
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_processes_are_asked_for_by_name(capsys, monkeypatch, kept, tmp_path):
    # oracle by theorem (the requirement itself)
    words = ["explore", TEMPLATE, "--draws", 64, "--policies", "free,arm", "--workers", 1]
    place = tmp_path / "r"
    code, _, _ = call(capsys, monkeypatch, *words, "--run", place, "--executor", "processes")
    assert code == 0
    name = Path("shards") / "shard-000000.parquet"
    assert (place / name).read_bytes() == (kept / name).read_bytes()


@pytest.mark.parametrize("text", ["", "1", "1/", "/2", "a/b", "1/2/3", "-1/2", "2/1", "1/10000000"])
def test_parts_that_are_none_are_refused(text):
    with pytest.raises(UsageError):
        parse_part(text)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_leaves_a_run_that_resumes(capsys, monkeypatch, tmp_path, number, code):
    # a real signal to a real process; the run is resumed in this one
    words = [sys.executable, "-m", "detente", "explore", TEMPLATE, "--run", str(tmp_path / "r")]
    process = subprocess.Popen(
        [*words, "--draws", "16000", "--policies", "free"],
        stderr=subprocess.PIPE,
        text=True,
        # tests that run in the background inherit a SIGINT that is ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("r/shards/*.parquet")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert "interrupted: " in err
    assert "cases are kept in" in err
    assert f"--run {tmp_path / 'r'} --resume" in err
    assert not list(tmp_path.rglob("*.part"))
    there = len(list(tmp_path.glob("r/shards/*.parquet")))
    resumed, out, _ = call(capsys, monkeypatch, *words[3:], "--resume", "--draws", str(64 * there))
    assert resumed == 0
    assert f"{64 * there:,} draws" in out


def test_more_combinations_than_anybody_meant_are_refused(capsys, monkeypatch, tmp_path):
    # oracle by hand
    monkeypatch.setattr(store, "LARGE_RUN_DRAWS", 3)
    words = ["explore", TEMPLATE, "--run", tmp_path / "r", "--design", "factorial"]
    words += ["--alternatives", "war.gain=20,40", "--alternatives", "war.cost.north=20,50"]
    code, _, err = call(capsys, monkeypatch, *words)
    assert code == 2
    assert "2 quantities with alternatives make 4 combinations [option-invalid]" in err
    assert "--draws 4" in err
    assert not (tmp_path / "r").exists()
    assert call(capsys, monkeypatch, *words, "--draws", 4)[0] == 0
