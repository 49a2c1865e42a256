"""Records of studies in a run folder: what goes in comes out; damaged, foreign and outdated ones are told apart."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
import pytest

from detente.errors import RunError
from detente.runs import Run
from detente.runs.folders import find_strangers, inspect_run, remove_run
from detente.runs.store import read_manifest, write_manifest
from detente.runs.studies import check_study, read_study, study_files, write_study


@dataclass(frozen=True, kw_only=True)
class Part:
    name: str
    values: np.ndarray
    more: np.ndarray | None


@dataclass(frozen=True, kw_only=True)
class Record:
    count: int
    share: float
    told: bool
    names: Mapping[str, str]
    pairs: tuple[tuple[float, int], ...]
    by_rule: Mapping[str, np.ndarray]
    parts: tuple[Part, ...]
    nothing: Part | None


RECORD = Record(
    count=3,
    share=0.1 + 0.2,
    told=True,
    names={"z": "last letter", "a": "ünicode"},
    pairs=((0.5, 3), (0.95, 0)),
    by_rule={"all": np.arange(6.0).reshape(2, 3), "some": np.array([np.nan, np.inf, -0.0])},
    parts=(
        Part(name="x", values=np.array([True, False]), more=None),
        Part(name="y", values=np.array([], dtype=np.int64), more=np.array(1.5)),
    ),
    nothing=None,
)


@pytest.fixture
def kept(run_folder):
    manifest = read_manifest(run_folder)
    write_study(run_folder, "made-up", RECORD, manifest=manifest)
    return run_folder


def test_what_goes_in_comes_out_to_the_last_bit(kept):
    """Oracle: hand."""
    found = Run.open(kept).study("made-up", Record)
    assert isinstance(found, Record)
    assert found.share == RECORD.share
    assert (found.count, found.told, found.nothing) == (3, True, None)
    assert list(found.names.items()) == list(RECORD.names.items())
    assert found.pairs == RECORD.pairs
    for rule, values in RECORD.by_rule.items():
        assert found.by_rule[rule].tobytes() == values.tobytes()
        assert found.by_rule[rule].shape == values.shape
    assert [part.name for part in found.parts] == ["x", "y"]
    assert found.parts[0].values.dtype == np.bool_
    assert found.parts[0].more is None
    assert found.parts[1].more == 1.5
    with pytest.raises(ValueError, match="read-only"):
        found.by_rule["all"][0, 0] = 1.0


def test_the_same_record_is_the_same_bytes(kept):
    before = [path.read_bytes() for path in study_files(kept, "made-up")]
    write_study(kept, "made-up", RECORD, manifest=read_manifest(kept))
    assert [path.read_bytes() for path in study_files(kept, "made-up")] == before


def test_arrays_are_read_by_numpy_alone(kept):
    """Nothing of it is pickled."""
    with np.load(study_files(kept, "made-up")[0], allow_pickle=False) as archive:
        np.testing.assert_array_equal(archive["record.by_rule.all"], RECORD.by_rule["all"])


@pytest.mark.parametrize("value", [object(), [1], {1}, np.array(["text"]), np.array([None])])
def test_what_a_record_cannot_hold_is_refused(run_folder, value):
    with pytest.raises(TypeError):
        write_study(
            run_folder,
            "made-up",
            replace(RECORD, nothing=value),
            manifest=read_manifest(run_folder),
        )


def read(folder):
    return read_study(folder, "made-up", Record, manifest=read_manifest(folder))


def test_a_study_that_is_not_there_is_named_with_what_to_do(run_folder):
    with pytest.raises(RunError) as caught:
        read(run_folder)
    assert caught.value.code == "study-missing"
    assert "made-up" in caught.value.message
    assert "keep_studies" in caught.value.fix


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path):
    path.write_bytes(path.read_bytes()[:-9])


def empty(path):
    path.write_bytes(b"")


def make_folder(path):
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("harm", [flip, cut, empty, make_folder, os.unlink])
@pytest.mark.parametrize("which", [0, 1])
def test_a_damaged_study_is_refused_and_found_by_verifying(kept, harm, which):
    harm(study_files(kept, "made-up")[which])
    with pytest.raises(RunError) as caught:
        read(kept)
    gone = harm is os.unlink and which == 1
    assert caught.value.code == ("study-missing" if gone else "run-corrupt")
    assert caught.value.fix
    report = inspect_run(kept, verify=True)
    assert report.state == "damaged"
    assert [name for name, _ in report.damaged] == ["studies/made-up"]


def test_a_flipped_bit_of_the_arrays_is_found_by_verifying_alone(kept):
    flip(study_files(kept, "made-up")[0])
    assert inspect_run(kept).state == "complete"
    assert inspect_run(kept, verify=True).state == "damaged"


def test_a_study_of_another_run_is_refused(kept):
    manifest = read_manifest(kept)
    write_study(kept, "made-up", RECORD, manifest=replace(manifest, seed=2))
    assert check_study(kept, "made-up", manifest=manifest) == "of another run"
    with pytest.raises(RunError, match="of another run") as caught:
        read(kept)
    assert caught.value.code == "run-corrupt"


def test_a_study_of_fewer_draws_is_outdated_and_no_damage(kept):
    manifest = read_manifest(kept)
    write_manifest(kept, replace(manifest, n_draws=manifest.n_draws - 1))
    with pytest.raises(RunError, match="another number of draws") as caught:
        read(kept)
    assert caught.value.code == "study-missing"
    report = inspect_run(kept, verify=True)
    assert report.state == "complete"
    assert report.studies == ()
    assert report.outdated == ("made-up",)


def test_a_record_of_another_shape_is_refused(kept):
    @dataclass(frozen=True)
    class Other:
        count: int

    with pytest.raises(RunError, match="of another kind"):
        read_study(kept, "made-up", Other, manifest=read_manifest(kept))


@pytest.mark.parametrize("field", [item.name for item in fields(Record)])
def test_a_record_with_a_field_of_another_kind_is_refused(kept, field):
    """A file with a fitting seal and a strange content: oracle by hand."""
    import hashlib

    path = study_files(kept, "made-up")[1]
    body = json.loads(path.read_text())
    body.pop("sha256")
    body["record"][field] = {"array": "no such"} if field in {"by_rule", "nothing"} else [None]
    seal = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    path.write_text(json.dumps({**body, "sha256": seal}))
    with pytest.raises(RunError) as caught:
        read(kept)
    assert caught.value.code == "run-corrupt"


def test_a_study_belongs_to_the_run(kept):
    report = inspect_run(kept, verify=True)
    assert report.state == "complete"
    assert report.studies == ("made-up",)
    assert report.foreign == ()
    assert report.n_bytes == sum(p.stat().st_size for p in kept.rglob("*") if p.is_file())
    assert find_strangers(kept) == ()
    assert remove_run(kept) == ()
    assert not kept.exists()


def test_the_cases_of_a_run_are_its_columns(run_folder, monkeypatch):
    """Oracle: the columns; a run that is too large to hold gives the same."""
    results = Run.open(run_folder)
    found = results.cases(100)
    assert list(found) == ["c.fixed", "x", "y"]
    assert found["x"].tobytes() == results.values("quantity/x")[:100].tobytes()
    assert (found["c.fixed"] == 7.0).all()
    assert all(len(values) == 150 for values in results.cases(1000).values())
    monkeypatch.setattr("detente.runs.run._DENSE_BYTES", 0)
    again = Run.open(run_folder).cases(100)
    assert {path: values.tobytes() for path, values in again.items()} == {
        path: values.tobytes() for path, values in found.items()
    }
