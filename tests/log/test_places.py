"""Where a log is kept by default. Oracle by hand: the rules of each system."""

from pathlib import Path

import pytest

from detente.log.opening import database_of
from detente.log.places import data_folder, usual_store


@pytest.mark.parametrize(
    ("system", "given", "expected"),
    [
        ("linux", {}, "me/.local/share/detente"),
        ("linux", {"XDG_DATA_HOME": "/data"}, "/data/detente"),
        ("linux", {"XDG_DATA_HOME": "data"}, "me/.local/share/detente"),
        ("freebsd14", {"XDG_DATA_HOME": ""}, "me/.local/share/detente"),
        ("darwin", {"XDG_DATA_HOME": "/data"}, "me/Library/Application Support/detente"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/detente"),
        ("win32", {}, "me/AppData/Local/detente"),
    ],
)
def test_the_folder_of_a_users_data(system, given, expected):
    assert data_folder(system=system, home=Path("me"), given=given) == Path(expected)


def test_the_usual_store_is_a_file_there(monkeypatch, tmp_path):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "a folder"))
    assert database_of(usual_store()).database == str(data_folder() / "store.db")
