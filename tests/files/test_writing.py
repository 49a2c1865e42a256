"""One writer: whole or not at all, never through a link. Oracle: hand, what lies outside does not change."""

import ast
import os
from pathlib import Path

import pytest

import detente
from detente.errors import RunError
from detente.files.links import check_links
from detente.files.reading import read_plain
from detente.files.writing import make_folder, write_whole

SRC = Path(detente.__file__).parent


def test_a_file_appears_whole_and_nothing_stays_beside_it(tmp_path):
    write_whole(tmp_path / "a", b"one")
    write_whole(tmp_path / "a", b"two")
    assert (tmp_path / "a").read_bytes() == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_folders_between_are_made_within_ones_own_alone(tmp_path):
    write_whole(tmp_path / "own/deep/a", b"one", within=tmp_path / "own")
    assert (tmp_path / "own/deep/a").read_bytes() == b"one"
    with pytest.raises(RunError) as caught:
        write_whole(tmp_path / "missing/a", b"one")
    assert caught.value.code == "output-unwritable"
    assert not (tmp_path / "missing").exists()


def test_a_failure_leaves_what_was_there_and_nothing_else(tmp_path, monkeypatch):
    write_whole(tmp_path / "a", b"one")

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match="No space left"):
        write_whole(tmp_path / "a", b"two")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"one"


@pytest.mark.parametrize("place", ["/", ".", "..", "folder"])
def test_a_folder_is_no_place_for_a_file(tmp_path, monkeypatch, place):
    """Oracle: hand."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    with pytest.raises(RunError) as caught:
        write_whole(Path(place), b"x")
    assert caught.value.code == "output-unwritable"
    assert [item.name for item in tmp_path.iterdir()] == ["folder"]


def test_a_link_in_the_place_of_a_file_is_replaced_or_refused_and_never_followed(tmp_path):
    (tmp_path / "outside").write_bytes(b"mine")
    own = tmp_path / "own"
    own.mkdir()
    (own / "a").symlink_to(tmp_path / "outside")
    with pytest.raises(RunError) as caught:
        write_whole(own / "a", b"one", within=own)
    assert caught.value.code == "path-linked"
    write_whole(own / "a", b"one")  # a file that the user named
    assert not (own / "a").is_symlink()
    assert (tmp_path / "outside").read_bytes() == b"mine"


def test_a_linked_folder_within_ones_own_is_refused_and_one_that_the_user_named_is_not(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "named").symlink_to(tmp_path / "outside")
    write_whole(tmp_path / "named/in/a", b"one", within=tmp_path / "named")
    assert (tmp_path / "outside/in/a").read_bytes() == b"one"
    (tmp_path / "own").mkdir()
    (tmp_path / "own/in").symlink_to(tmp_path / "outside")
    for work in (
        lambda: write_whole(tmp_path / "own/in/a", b"two", within=tmp_path / "own"),
        lambda: make_folder(tmp_path / "own/in/deep", within=tmp_path / "own"),
        lambda: check_links(tmp_path / "own", ("in/a",)),
    ):
        with pytest.raises(RunError) as caught:
            work()
        assert caught.value.code == "path-linked"
        assert "own/in" in caught.value.at
    assert {path.name for path in (tmp_path / "outside").rglob("*")} == {"in", "a"}


def test_only_plain_files_are_read(tmp_path):
    """A pipe would be waited for without end."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "long").write_bytes(b"x" * 11)
    (tmp_path / "link").symlink_to(tmp_path / "long")
    for name in ("pipe", "folder", "long", "missing"):
        with pytest.raises(OSError, match=name):
            read_plain(tmp_path / name, most=10)
    with pytest.raises(RunError) as caught:
        read_plain(tmp_path / "link", most=20)
    assert caught.value.code == "path-linked"
    assert read_plain(tmp_path / "long", most=11) == b"x" * 11


MADE = {
    "testing/crises.py": "files of a test",
    "testing/gas.py": "files of a test",
    "cli/query.py": "standard output alone",
    "cli/_streams.py": "standard output and standard error alone",
    "files/holding.py": "the folder that is held",
    "files/generations.py": "the writer itself",
    "files/writing.py": "the writer itself",
    "files/reading.py": "a handle to read by",
    "crisis/scaffold.py": "moves a folder under a random name to the one that was asked for",
    "analysis/running.py": "a temporary folder of its own",
    "watch/following.py": "a temporary folder of its own",
    "fit/formulas.py": "a temporary folder of its own",
    "fit/into.py": "a copy of the crisis in a temporary folder, checked before the folder itself is written",
    "crisis/rewriting.py": "makes the folder that was asked for, if there is none",
    "log/log.py": "a temporary folder of its own",
    "log/opening.py": "makes the file that the database then writes, for its owner alone",
    "web/drafts.py": "a temporary folder of its own",
    "web/films.py": "a temporary folder of its own",
    "web/jobs.py": "removes the runs of its own jobs",
    "runs/folders.py": "removes files of a run whose folders are no links",
}
"""Modules that may make, move or remove files, and why; every other one writes by `files.writing`."""

CHANGING = {
    "write_text", "write_bytes", "mkdir", "makedirs", "rename", "unlink", "rmdir", "rmtree", "touch", "symlink_to",
    "hardlink_to", "NamedTemporaryFile", "mkstemp", "mkdtemp", "TemporaryDirectory", "savez", "savez_compressed",
}  # fmt: skip


def changes_files(node):
    """Tell whether a call makes, moves or removes a file."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name == "replace" and isinstance(node.func, ast.Attribute):
        return len(node.args) == 1 and not node.keywords  # of a path; of a text there are two
    if name == "open":
        words = [item for item in ast.walk(node) if isinstance(item, ast.Constant)]
        of_system = (
            isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "os"
        )
        return of_system or any(
            item.value in {"w", "a", "x", "wb", "ab", "xb", "w+", "r+"} for item in words
        )
    return name in CHANGING


def test_no_other_module_makes_moves_or_removes_files():
    """Oracle: the source text."""
    found = set()
    for path in SRC.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        if any(map(changes_files, calls)):
            found.add(path.relative_to(SRC).as_posix())
    assert found <= set(MADE)
    assert "files/writing.py" in found
