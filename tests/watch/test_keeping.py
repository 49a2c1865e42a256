"""What a watch keeps: sealed, and made anew where a file is damaged or is none. Oracle: hand, the watch made afresh."""

import hashlib
import io
import os
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.crisis import load_crisis
from detente.engine.roots import Solved
from detente.errors import RunError
from detente.files import writing
from detente.testing import tiny_crisis_folder
from detente.watch.diary import keep_diary
from detente.watch.events import Event, understand
from detente.watch.keeping import Keeper

SAID = [
    (date(2030, 1, 16), "evidence:north.revisionist=2"),
    (date(2030, 1, 18), "state:threat=firm"),
]


@pytest.fixture(scope="module")
def crisis(tmp_path_factory):
    return load_crisis(tiny_crisis_folder(tmp_path_factory.mktemp("crisis")))


def keep(crisis, folder, notes=None):
    events = [
        Event(day=day, actor="NOR", target="", category="", mode="", text=does, does=does)
        for day, does in SAID
    ]
    note = None if notes is None else notes.append
    return keep_diary(
        crisis,
        understand(events, crisis),
        folder=folder,
        until=date(2030, 1, 19),
        n_draws=16,
        note=note,
    )


def archive():
    stream = io.BytesIO()
    np.savez(stream, reach=np.zeros((2, 3)), residual=0.0, unconverged=0)
    return stream.getvalue()


def make_pipe(path):
    path.unlink()
    os.mkfifo(path)


DAMAGES = {
    "a flipped bit": lambda path: path.write_bytes(
        path.read_bytes()[:-20] + bytes([path.read_bytes()[-20] ^ 1]) + path.read_bytes()[-19:]
    ),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:90]),
    "empty": lambda path: path.write_bytes(b""),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\n"),
    "an archive of arrays": lambda path: path.write_bytes(archive()),
    "a pipe": make_pipe,
    "unreadable numbers": lambda path: path.write_bytes(b'{"key": 1e999, "days": [[[[' * 9999),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("kind", ["days", "games"])
def test_a_damaged_file_is_told_of_and_made_anew(crisis, tmp_path, kind, damage):
    notes = []
    whole = keep(crisis, tmp_path, notes)
    assert notes == []
    files = sorted((tmp_path / kind).iterdir())
    before = [path.read_bytes() for path in files]
    DAMAGES[damage](files[1])
    if kind == "games":
        for day in (tmp_path / "days").iterdir():
            day.unlink()
    assert keep(crisis, tmp_path, notes) == whole
    assert notes == [f"{kind}/{files[1].name} is damaged; it is made anew"]
    assert [path.read_bytes() for path in files] == before


def test_a_folder_in_the_place_of_a_day_is_refused(crisis, tmp_path):
    keep(crisis, tmp_path)
    path = tmp_path / "days" / "2030-01-17.json"
    path.unlink()
    path.mkdir()
    with pytest.raises(RunError) as caught:
        keep(crisis, tmp_path)
    assert caught.value.code == "output-unwritable"
    assert "2030-01-17.json" in caught.value.at


def test_what_a_killed_watch_was_writing_is_removed(crisis, tmp_path):
    keep(crisis, tmp_path)
    (name,) = {path.name for path in tmp_path.iterdir()} - {"games"}
    left = tmp_path / name / f".2030-01-17.json.{writing._host()}-{2**22 + 7}-0123456789abcdef.part"
    left.write_bytes(b"{")
    keep(crisis, tmp_path)
    assert not left.exists()


@given(
    reach=st.lists(st.floats(0.0, 1.0), min_size=6, max_size=6),
    residual=st.floats(0.0, 1.0),
    unconverged=st.integers(0, 64),
)
@settings(max_examples=25, deadline=None)
def test_a_game_is_read_as_it_was_kept(tmp_path_factory, reach, residual, unconverged):
    keeper = Keeper(tmp_path_factory.mktemp("game"))
    solved = Solved(reach=np.array(reach).reshape(2, 3), residual=residual, unconverged=unconverged)
    keeper.keep_game("one", solved)
    found = keeper.read_game("one")
    np.testing.assert_array_equal(found.reach, solved.reach)
    assert (found.residual, found.unconverged) == (residual, unconverged)


@pytest.mark.parametrize(
    "head",
    [b"", b"[]", b'{"shape": [-1, 3]}', b'{"shape": [9999999999, 9999999999]}', b'{"shape": "x"}'],
)
def test_a_game_that_somebody_sealed_is_no_game_either(tmp_path, head):
    body = head + b"\n" + bytes(48)
    (tmp_path / "games").mkdir()
    seal = hashlib.sha256(body).hexdigest().encode()
    (tmp_path / "games" / "one.game").write_bytes(seal + b"\n" + body)
    notes = []
    assert Keeper(tmp_path, note=notes.append).read_game("one") is None
    assert notes
