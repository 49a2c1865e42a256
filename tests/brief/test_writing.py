"""Writing: all files or none, and what was there stays."""

import pytest

from detente.brief import writing
from detente.brief.writing import write_files
from detente.errors import RunError


def test_every_file_is_written(brief, tmp_path):
    paths = write_files(brief, tmp_path / "out")
    for path in (paths.html, paths.markdown, paths.json, *paths.charts, *paths.tables):
        assert path.stat().st_size > 0
    assert not list((tmp_path / "out").glob(".brief-*"))


def test_writing_again_replaces_the_files_and_leaves_others(brief, tmp_path):
    write_files(brief, tmp_path)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "kept").write_text("x")
    (tmp_path / "charts" / "stale.svg").write_text("x")
    write_files(brief, tmp_path)
    assert (tmp_path / "run" / "kept").exists()
    assert not (tmp_path / "charts" / "stale.svg").exists()


@pytest.mark.parametrize("fails_at", range(1, 9))
def test_a_failure_at_any_step_loses_nothing(brief, tmp_path, monkeypatch, fails_at):
    write_files(brief, tmp_path)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    real = type(tmp_path).replace
    calls = iter(range(1, 1000))

    def broken(self, target):
        if next(calls) == fails_at:
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(writing.Path, "replace", broken)
    with pytest.raises(RunError) as caught:
        write_files(brief, tmp_path)
    monkeypatch.undo()
    assert caught.value.code == "output-unwritable"
    assert caught.value.fix
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_a_file_in_the_way_is_an_error(brief, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(RunError) as caught:
        write_files(brief, tmp_path / "out")
    assert caught.value.code == "output-unwritable"
    assert (tmp_path / "out").read_text() == "mine"
