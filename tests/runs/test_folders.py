"""Run folders: found, inspected, removed; hostile ones named."""

import json
import os

import pytest

from detente.errors import RunError
from detente.files import writing
from detente.files.holding import holding
from detente.runs.folders import find_runs, inspect_run, remove_run
from detente.runs.store import read_manifest, shard_file


def test_runs_are_found_below_a_folder(run_folder, tmp_path):
    # oracle by hand
    (tmp_path / "deep" / "er").mkdir(parents=True)
    run_folder.rename(tmp_path / "deep" / "er" / "run")
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "manifest.json").write_text('{"name": "an app"}')
    (tmp_path / "broken" / "shards").mkdir(parents=True)
    (tmp_path / "broken" / "manifest.json").write_text("{")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path)
    assert find_runs(tmp_path) == (tmp_path / "broken", tmp_path / "deep" / "er" / "run")


def test_a_whole_run_is_complete(run_folder):
    report = inspect_run(run_folder, verify=True)
    assert report.state == "complete"
    assert (report.n_shards, report.present, report.missing) == (3, 3, 0)
    assert report.n_bytes == sum(p.stat().st_size for p in run_folder.rglob("*") if p.is_file())


def test_a_missing_shard_makes_a_run_unfinished(run_folder):
    shard_file(run_folder, 1).unlink()
    report = inspect_run(run_folder)
    assert report.state == "unfinished"
    assert (report.present, report.missing) == (2, 1)


def test_only_verifying_finds_a_flipped_bit(run_folder):
    path = shard_file(run_folder, 2)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    assert inspect_run(run_folder).state == "complete"
    report = inspect_run(run_folder, verify=True)
    assert report.state == "damaged"
    assert report.damaged == (("shard-000002.parquet", "its content does not match its seal"),)


def make_folder(path):
    path.unlink()
    path.mkdir()


def make_pipe(path):
    path.unlink()
    os.mkfifo(path)


def make_loop(path):
    path.unlink()
    path.symlink_to(path)


@pytest.mark.parametrize("change", [make_folder, make_pipe, make_loop])
def test_a_shard_that_is_no_file_is_named_and_read_by_nobody(run_folder, change):
    change(shard_file(run_folder, 1))
    report = inspect_run(run_folder, verify=True)
    assert report.state in {"damaged", "unfinished"}
    assert report.present == 2


def seal(path, **changes):
    seal = path.with_suffix(".json")
    seal.write_text(json.dumps(json.loads(seal.read_text()) | changes))


@pytest.mark.parametrize("content", [b"", b"PAR1", b"not a table at all", b"\0" * 5000])
def test_garbage_with_a_fitting_seal_is_named(run_folder, content):
    import hashlib

    path = shard_file(run_folder, 1)
    path.write_bytes(content)
    seal(path, size=len(content), sha256=hashlib.sha256(content).hexdigest())
    report = inspect_run(run_folder, verify=True)
    assert report.damaged == (("shard-000001.parquet", "it is no table of a run"),)


def test_a_table_of_something_else_with_a_fitting_seal_is_named(run_folder):
    import hashlib

    import pyarrow as pa
    import pyarrow.parquet as pq

    path = shard_file(run_folder, 1)
    pq.write_table(pa.table({"a": [1, 2]}), path)
    content = path.read_bytes()
    seal(path, size=len(content), sha256=hashlib.sha256(content).hexdigest())
    report = inspect_run(run_folder, verify=True)
    assert report.damaged == (("shard-000001.parquet", "it is no table of a run"),)


HOSTILE = {
    "empty": "",
    "half": '{"crisis": "x", "dig',
    "list": "[1, 2]",
    "deep": "[" * 100_000 + "]" * 100_000,
    "no fields": '{"format": 2}',
    "text for a number": {"n_draws": "many"},
    "negative": {"n_draws": -1},
    "huge": {"n_draws": 10**18},
    "huger": {"n_draws": 10**400},
    "odd shards": {"shard_draws": 65},
    "no shards": {"shard_draws": 0},
    "giant shards": {"shard_draws": 2**40},
    "text for policies": {"policies": "free"},
    "no policies": {"policies": []},
    "twice": {"policies": ["a", "a"]},
    "design": {"design": "grid"},
    "mode": {"mode": "guess"},
    "no levels": {"design": "factorial", "alternatives": [["x", []]]},
    "binary": b"\xff\xfe\x00garbage",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_manifest_is_named_at_once(run_folder, name):
    path = run_folder / "manifest.json"
    change = HOSTILE[name]
    if isinstance(change, dict):
        path.write_text(json.dumps(json.loads(path.read_text()) | change))
    elif isinstance(change, bytes):
        path.write_bytes(change)
    else:
        path.write_text(change)
    with pytest.raises(RunError, match="is not the manifest of a run") as caught:
        read_manifest(run_folder)
    assert caught.value.code == "run-corrupt"
    assert caught.value.fix
    report = inspect_run(run_folder)
    assert report.state == "unreadable"
    assert "manifest.json" in report.problem


@pytest.mark.parametrize("version", [1, 3, 99])
def test_a_run_of_another_format_is_named(run_folder, version):
    path = run_folder / "manifest.json"
    path.write_text(json.dumps({"format": version, "whatever": True}))
    with pytest.raises(RunError, match=f"format {version}, this version reads 2") as caught:
        read_manifest(run_folder)
    assert caught.value.code == "run-mismatch"


def test_a_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(RunError, match="holds no run") as caught:
        inspect_run(tmp_path)
    assert caught.value.code == "run-corrupt"


def test_removing_takes_the_run_and_nothing_else(run_folder):
    (run_folder / "notes.txt").write_text("mine")
    (run_folder / "shards" / "photo.jpg").write_text("mine")
    (run_folder / "shards" / ".shard-000001.parquet.host-1-2.part").write_text("half")
    assert inspect_run(run_folder).leftovers == (".shard-000001.parquet.host-1-2.part",)
    assert remove_run(run_folder) == ("notes.txt", "shards/photo.jpg")
    left = sorted(str(path.relative_to(run_folder)) for path in run_folder.rglob("*"))
    assert left == ["notes.txt", "shards", "shards/photo.jpg"]


def test_removing_a_clean_run_removes_its_folder(run_folder):
    assert remove_run(run_folder) == ()
    assert not run_folder.exists()


def test_removing_what_is_no_run_is_refused(tmp_path):
    (tmp_path / "file.txt").write_text("mine")
    with pytest.raises(RunError):
        remove_run(tmp_path)
    assert (tmp_path / "file.txt").exists()


def test_links_in_a_run_are_removed_not_followed(run_folder, tmp_path):
    outside = tmp_path / "outside.parquet"
    outside.write_text("mine")
    path = shard_file(run_folder, 1)
    path.unlink()
    path.symlink_to(outside)
    remove_run(run_folder)
    assert outside.read_text() == "mine"


def test_a_file_in_the_writing_is_no_leftover(run_folder):
    # oracle by hand: this process lives
    name = f".shard-000001.parquet.{writing._host()}-{os.getpid()}-7.part"
    (run_folder / "shards" / name).write_bytes(b"half")
    report = inspect_run(run_folder)
    assert report.leftovers == report.foreign == ()


def test_a_run_that_is_being_filled_is_not_removed(run_folder):
    with holding(run_folder, is_shared=True):
        with pytest.raises(RunError) as caught:
            remove_run(run_folder)
        assert caught.value.code == "run-busy"
    assert inspect_run(run_folder).state == "complete"
    assert remove_run(run_folder) == ()
    assert not run_folder.exists()
