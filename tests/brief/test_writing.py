"""Writing: all files or none, and what was there stays. Oracle: hand."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detente.brief.export.data_files import BRIEFING
from detente.brief.export.explaining import find_data_file
from detente.brief.export.writing import check_place, write_files
from detente.cli import app
from detente.errors import RunError


def test_every_file_is_written(brief, tmp_path):
    paths = write_files(brief, tmp_path / "out")
    for path in (paths.html, paths.markdown, paths.json, *paths.charts, *paths.tables):
        assert path.stat().st_size > 0
    assert not list((tmp_path / "out").glob(".brief*"))


def test_a_briefing_may_own_each_of_its_files(brief, tmp_path):
    write_files(brief, tmp_path)
    names = [path.relative_to(tmp_path).as_posix() for path in contents(tmp_path)]
    assert all(map(BRIEFING.may_own, names))
    assert not any(map(BRIEFING.may_own, ("charts/../x.svg", "charts/a/b.svg", "run/x", "a.csv")))


def test_one_file_holds_all_if_it_is_to(brief, tmp_path):
    """The appendix of an earlier briefing goes, and comes back with the next that has one. Oracle: hand."""
    write_files(brief, tmp_path)
    assert (tmp_path / "appendix.html").exists()
    paths = write_files(brief, tmp_path, single_file=True)
    assert paths.appendix == paths.html
    assert not (tmp_path / "appendix.html").exists()
    text = paths.html.read_text("utf-8")
    assert all(f'<dl id="{name}">' in text for name in brief.figures)
    assert "appendix.html" not in text
    write_files(brief, tmp_path)
    assert (tmp_path / "appendix.html").exists()
    assert "appendix.html#" in paths.html.read_text("utf-8")


class StoppedError(BaseException):
    """Stands for a kill."""


def stopped(brief, folder, monkeypatch, number):
    """Write a briefing and stop, as a kill does, before the given move of a file."""
    real, calls = os.replace, iter(range(1, 1000))

    def stopping(*paths, **options):
        if next(calls) >= number:
            raise StoppedError
        return real(*paths, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", stopping)
        patch.setattr(os, "unlink", stopping)
        with pytest.raises(StoppedError):
            write_files(brief, folder)


@pytest.mark.parametrize("number", [2, 3, 4, 9, 40])
def test_no_reader_sees_half_a_briefing(brief, tmp_path, monkeypatch, number):
    write_files(brief, tmp_path)
    whole = contents(tmp_path)
    stopped(brief, tmp_path, monkeypatch, number)
    other = tmp_path / "other.json"
    other.write_bytes(whole[tmp_path / "brief.json"])
    for words in (
        ["trace", "outlook.attack", "--run", str(tmp_path)],
        ["diff", str(tmp_path), str(other)],
        ["diff", str(other), str(tmp_path)],
        ["base-rates", "--beside", str(tmp_path / "brief.json")],
    ):
        error = CliRunner().invoke(app, words).exception
        assert error.code == "run-corrupt", words
        assert "the same detente brief command" in error.fix
    other.unlink()
    check_place(tmp_path)
    assert contents(tmp_path) == whole
    assert find_data_file(tmp_path) == tmp_path / "brief.json"


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_files_of_others_are_left_alone(brief, tmp_path):
    mine = ("keep.csv", "tables/keep.csv", "tables/deep/keep.csv", "charts/keep.svg", "run/kept")
    for name in mine:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("mine")
    for _ in range(2):
        write_files(brief, tmp_path)
        assert all((tmp_path / name).read_text() == "mine" for name in mine)


def test_only_files_that_an_earlier_briefing_lists_are_removed(brief, tmp_path):
    write_files(brief, tmp_path)
    data = json.loads((tmp_path / "brief.json").read_text("utf-8"))
    data["files"] += ["charts/stale.svg", "tables/stale.csv", "tables/../keep.csv", "keep.csv", 3]
    (tmp_path / "brief.json").write_text(json.dumps(data))
    for name in ("charts/stale.svg", "tables/stale.csv", "keep.csv", "charts/other.svg"):
        (tmp_path / name).write_text("x")
    data["files"].pop()
    (tmp_path / "brief.json").write_text(json.dumps(data))
    write_files(brief, tmp_path)
    there = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}
    assert not {"charts/stale.svg", "tables/stale.csv"} & there
    assert {"keep.csv", "charts/other.svg"} <= there
    assert not [name for name in there if ".brief-" in name]


@pytest.mark.parametrize("name", ["brief.html", "brief.json", "charts/outlook-outcomes.svg"])
def test_a_folder_in_the_way_is_an_error(brief, tmp_path, name):
    (tmp_path / name).mkdir(parents=True)
    (tmp_path / name / "mine").write_text("mine")
    before = contents(tmp_path)
    with pytest.raises(RunError) as caught:
        write_files(brief, tmp_path)
    assert caught.value.code == "output-unwritable"
    assert contents(tmp_path) == before


def test_a_table_that_no_briefing_wrote_is_not_overwritten(brief, tmp_path):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "timeline.csv").write_text("mine")
    with pytest.raises(RunError) as caught:
        write_files(brief, tmp_path)
    assert caught.value.code == "output-unwritable"
    assert "timeline.csv" in str(caught.value)
    assert list(contents(tmp_path)) == [tmp_path / "tables" / "timeline.csv"]


def test_a_place_is_checked_before_solving(tmp_path):
    check_place(tmp_path / "new")
    (tmp_path / "charts").write_text("mine")
    with pytest.raises(RunError) as caught:
        check_place(tmp_path)
    assert caught.value.code == "output-unwritable"


@pytest.mark.parametrize("fails_at", [1, 2, 3, 4, 5, 9, 40])
def test_a_failure_at_any_step_loses_nothing(brief, tmp_path, monkeypatch, fails_at):
    write_files(brief, tmp_path)
    before = contents(tmp_path)
    real = type(tmp_path).replace
    calls = iter(range(1, 1000))

    def broken(self, target):
        if next(calls) == fails_at:
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(RunError) as caught:
        write_files(brief, tmp_path)
    monkeypatch.undo()
    assert caught.value.code == "output-unwritable"
    assert caught.value.fix
    assert contents(tmp_path) == before


def test_a_file_in_the_way_is_an_error(brief, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(RunError) as caught:
        write_files(brief, tmp_path / "out")
    assert caught.value.code == "output-unwritable"
    assert (tmp_path / "out").read_text() == "mine"
