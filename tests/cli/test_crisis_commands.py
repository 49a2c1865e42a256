import json
import subprocess
import sys

import pytest

from detente import cli
from detente.cli import main
from detente.crisis import crisis_schema, load_crisis, new_crisis, scaffold, shipped_crises
from detente.errors import CrisisFileError, Finding, RunError
from detente.testing import tiny_crisis_folder


@pytest.fixture
def detente(monkeypatch, capsys, tmp_path):
    """Return a function that runs the command line in an empty folder: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["detente", *map(str, arguments)])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_new_folder_passes_the_check(detente, tmp_path):
    code, out, _ = detente("new", "strait-2031")
    assert code == 0
    assert "detente check strait-2031" in out
    crisis = load_crisis(tmp_path / "strait-2031")
    assert (crisis.id, crisis.title) == ("strait-2031", "Strait 2031")
    schema = json.loads((tmp_path / "strait-2031" / "crisis.schema.json").read_text())
    assert schema == crisis_schema()
    code, out, _ = detente("check", "strait-2031")
    counted, _, choice = out.partition("\n")
    assert (code, counted) == (0, "0 problems")
    # oracle: hand, from the template's triangle 0.05, 0.1, 0.2: its quantiles 5% and 95%, and e to ten times these
    assert " ".join(choice.split()) == (
        "Choice: rationality 0.0694 to 0.173 per stake. An option that is 10 stakes better is taken 2 to 5.62 times as "
        "often; of two such options the worse is still taken in 15% to 33% of choices. Inputs: of 22 uncertain quantities "
        "that the game reads 20 are the authors' judgement."
    )


def test_new_takes_a_folder_with_missing_parents_and_an_empty_one(detente, tmp_path):
    code, out, _ = detente("new", "strait", "--folder", "deep er/down")
    assert code == 0
    assert 'detente check "deep er/down"' in out
    (tmp_path / "empty").mkdir()
    assert detente("new", "strait", "--folder", "empty")[0] == 0
    assert (tmp_path / "empty" / "crisis.yaml").exists()


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_new_leaves_what_exists_alone(detente, tmp_path, kind):
    if kind == "folder":
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "notes.txt").write_text("keep")
    elif kind == "file":
        (tmp_path / "mine").write_text("keep")
    else:
        (tmp_path / "mine").symlink_to(tmp_path / "nowhere")
    before = sorted(tmp_path.rglob("*"))
    code, _, err = detente("new", "mine")
    assert code == 2
    assert "[folder-exists]" in err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["../evil", "a b", "", "9lives", "x" * 200, *shipped_crises()])
def test_new_refuses_bad_names(detente, tmp_path, name):
    code, _, err = detente("new", name)
    assert code == 2
    assert "[id-invalid]" in err
    assert not list(tmp_path.iterdir())


def test_new_leaves_nothing_half_written(tmp_path, monkeypatch):
    def fail():
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(scaffold, "crisis_schema", fail)
    with pytest.raises(RunError) as caught:
        new_crisis("strait", tmp_path / "strait")
    assert caught.value.code == "output-unwritable"
    assert "No space left" in caught.value.message
    assert not list(tmp_path.iterdir())


def test_schema_is_printed_or_written(detente, tmp_path):
    code, out, _ = detente("schema")
    assert code == 0
    assert json.loads(out) == crisis_schema()
    assert detente("schema", "--out", "s.json")[0] == 0
    assert json.loads((tmp_path / "s.json").read_text()) == crisis_schema()
    assert [path.name for path in tmp_path.iterdir()] == ["s.json"]


def test_schema_that_cannot_be_written_leaves_the_old_one(detente, tmp_path):
    code, _, err = detente("schema", "--out", "no/where.json")
    assert code == 2
    assert "[output-unwritable]" in err
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "x").write_text("keep")
    assert detente("schema", "--out", "taken")[0] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_list_shows_what_ships(detente):
    code, out, _ = detente("list")
    assert code == 0
    rows = json.loads(detente("list", "--json")[1])
    assert [row["name"] for row in rows] == list(shipped_crises())
    for row in rows:
        assert row["name"] in out
        assert row["as_of"] in out
        assert row["rounds"] == load_crisis(row["name"]).rounds
        assert row["claims"] >= 0


def test_strict_check_fails_on_warnings(detente, tmp_path):
    folder = tiny_crisis_folder(tmp_path)
    path = folder / "crisis.yaml"
    path.write_text(path.read_text().replace("correlations: {}", "correlations: {lonely: 0.5}"))
    code, out, _ = detente("check", folder)
    assert code == 0
    assert "warning: " in out
    assert "\n1 problem (0 errors, 1 warning)\nChoice: rationality " in out
    assert detente("check", folder, "--strict")[0] == 2
    (printed,) = json.loads(detente("check", folder, "--json")[1])
    assert printed["severity"] == "warning"
    assert printed["file"] == "crisis.yaml"
    assert printed["line"] > 1


def test_unknown_crisis_is_three_lines_and_exit_code_two(detente):
    code, out, err = detente("check", "atlantis")
    assert code == 2
    assert not out
    assert err.startswith(
        "UsageError: there is no crisis and no folder 'atlantis' [crisis-unknown]\n  at:  "
    )
    assert err.count("\n") == 3


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (
            CrisisFileError([Finding(code="key-unknown", message=word, fix="go") for word in "ab"]),
            2,
            "CrisisFileError: a [key-unknown]\n  at:  -\n  fix: go\n\nb [key-unknown]\n  at:  -\n  fix: go\n",
        ),
    ],
)
def test_errors_of_a_command_end_it_in_order(detente, monkeypatch, error, code, text):
    def fail():
        raise error

    monkeypatch.setattr(cli, "app", fail)
    assert detente("anything") == (code, "", text)


def test_whole_program_gives_no_traceback(tmp_path):
    # Oracle: hand; the one test that starts a process.
    folder = tiny_crisis_folder(tmp_path)
    (folder / "crisis.yaml").write_bytes(b"\xff\xfe")
    done = subprocess.run(
        [sys.executable, "-m", "detente", "check", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "[file-not-utf8]" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
