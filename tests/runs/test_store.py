"""The run folder: whole shards, recognised damage, nothing half-written."""

import json
import subprocess
import sys

import duckdb
import numpy as np
import pytest

from detente.errors import RunError
from detente.runs.run import Run
from detente.runs.store import (
    SHARD_DRAWS,
    Manifest,
    Shard,
    check_shard,
    read_manifest,
    read_shard,
    shard_file,
    store_shard,
    write_manifest,
    write_shard,
)


@pytest.fixture
def manifest(run_folder):
    return read_manifest(run_folder)


def test_a_shard_reads_back_as_written(run_folder, manifest):
    # oracle by hand
    shard = read_shard(run_folder, 1, stamp=manifest.stamp())
    assert shard.values.shape == (len(shard.series), SHARD_DRAWS)
    row = shard.series.index(("", "quantity/x"))
    assert shard.values[row, 0] == round(SHARD_DRAWS * 0.6180339887 % 1.0, 9)


def test_undefined_values_survive(run_folder, manifest):
    shard = read_shard(run_folder, 0, stamp=manifest.stamp())
    row = shard.series.index(("arm", "belief/north/bold/invade"))
    np.testing.assert_array_equal(np.isnan(shard.values[row, :4]), [True, False, False, True])


def test_writing_twice_gives_the_same_bytes(run_folder, manifest):
    path = shard_file(run_folder, 1)
    before = path.read_bytes()
    shard = read_shard(run_folder, 1, stamp=manifest.stamp())
    write_shard(run_folder, shard, stamp=manifest.stamp())
    assert path.read_bytes() == before
    assert sorted(item.name for item in path.parent.iterdir()) == [
        f"shard-{number:06d}.{ending}" for number in range(3) for ending in ("json", "parquet")
    ]


def test_a_shard_is_written_and_read_without_pandas(run_folder, manifest):
    """Oracle theorem (the requirement itself): pandas takes a quarter of a second to load, and no command needs it."""
    code = (
        "import sys; from pathlib import Path; from detente.runs.store import encode_shard, read_shard\n"
        "shard = read_shard(Path(sys.argv[1]), 1, stamp=sys.argv[2]); encode_shard(shard)\n"
        "print('pandas' in sys.modules)"
    )
    given = [sys.executable, "-c", code, str(run_folder), manifest.stamp()]
    told = subprocess.run(given, capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"


def test_files_are_plain_long_tables_for_other_tools(run_folder):
    # oracle by independent code: DuckDB's own Parquet reader
    table = duckdb.read_parquet(f"{run_folder}/shards/*.parquet")
    chosen = table.filter("policy = 'arm' AND metric = 'certificate/iterations'")
    rows = chosen.order("draw").fetchall()
    assert rows == [(draw, "arm", "certificate/iterations", 12.0) for draw in range(192)]


def test_the_manifest_reads_back_as_written(run_folder, manifest):
    write_manifest(run_folder, manifest)
    assert read_manifest(run_folder) == manifest
    assert read_manifest(run_folder.parent) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"policies": 3}'])
def test_a_broken_manifest_is_named(run_folder, text):
    (run_folder / "manifest.json").write_text(text)
    with pytest.raises(RunError, match=r"manifest\.json") as caught:
        read_manifest(run_folder)
    assert caught.value.code == "run-corrupt"


def test_a_manifest_of_another_format_is_refused(run_folder):
    path = run_folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
    with pytest.raises(RunError) as caught:
        read_manifest(run_folder)
    assert caught.value.code == "run-mismatch"


def test_a_good_shard_passes(run_folder, manifest):
    assert check_shard(run_folder, 0, stamp=manifest.stamp()) == ""


def test_a_missing_shard_is_named(run_folder, manifest):
    shard_file(run_folder, 1).unlink()
    with pytest.raises(RunError, match=r"shard-000001\.parquet is damaged: missing") as caught:
        read_shard(run_folder, 1, stamp=manifest.stamp())
    assert caught.value.code == "run-corrupt"


@pytest.mark.parametrize("kept", [0, 1, 100, 0.5, -1])
def test_a_truncated_shard_is_named(run_folder, manifest, kept):
    path = shard_file(run_folder, 1)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept) if isinstance(kept, float) else kept])
    assert check_shard(run_folder, 1, stamp=manifest.stamp()) != ""


def test_a_shard_of_another_run_or_number_is_not_taken(run_folder, manifest):
    other = Manifest(
        **{name: getattr(manifest, name) for name in Manifest.__dataclass_fields__} | {"seed": 2}
    )
    assert check_shard(run_folder, 0, stamp=other.stamp()) == "of another run"
    shard_file(run_folder, 1).write_bytes(shard_file(run_folder, 0).read_bytes())
    assert check_shard(run_folder, 1, stamp=manifest.stamp()) != ""


@pytest.mark.parametrize("ending", ["parquet", "json"])
def test_every_flipped_bit_is_found_or_harmless(run_folder, manifest, ending):
    # oracle by theorem: whatever reading accepts must be what was written
    good = read_shard(run_folder, 0, stamp=manifest.stamp())
    path = shard_file(run_folder, 0).with_suffix(f".{ending}")
    content = path.read_bytes()
    rng = np.random.default_rng(3)
    for place in rng.integers(len(content), size=100).tolist():
        broken = bytearray(content)
        broken[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(broken)
        shard = read_or_none(run_folder, manifest.stamp())
        assert shard is None or ending == "json"
        if shard is not None:
            np.testing.assert_array_equal(shard.values, good.values)


def read_or_none(folder, stamp):
    try:
        return read_shard(folder, 0, stamp=stamp)
    except RunError:
        return None


def test_a_folder_that_cannot_be_written_is_named(tmp_path, manifest):
    (tmp_path / "shards").write_text("a file where the folder should be")
    shard = Shard(number=0, series=(("", "x"),), values=np.zeros((1, SHARD_DRAWS)))
    with pytest.raises(RunError) as caught:
        write_shard(tmp_path, shard, stamp=manifest.stamp())
    assert caught.value.code == "output-unwritable"
    assert caught.value.fix


def test_a_file_in_the_way_of_the_folder_is_no_run_and_no_traceback(tmp_path, manifest):
    (tmp_path / "file").write_text("in the way")
    inside = tmp_path / "file" / "run"
    assert read_manifest(inside) is None
    assert check_shard(inside, 0, stamp=manifest.stamp()) == "missing"
    with pytest.raises(RunError) as caught:
        write_manifest(inside, manifest)
    assert caught.value.code == "output-unwritable"
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_manifest_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "manifest.json").mkdir()
    with pytest.raises(RunError) as caught:
        read_manifest(tmp_path)
    assert caught.value.code == "run-corrupt"
    assert caught.value.at == str(tmp_path / "manifest.json")


@pytest.mark.parametrize("value", ["text", 1e308, float("inf"), 7])
def test_a_sealed_shard_of_what_no_run_computes_is_damaged(run_folder, manifest, value):
    """Oracle: hand. The column of values holds text, whole numbers, or numbers that cannot be squared."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(shard_file(run_folder, 0))
    sink = pa.BufferOutputStream()
    changed = table.set_column(3, "value", pa.array([value] * len(table)))
    pq.write_table(changed, sink, row_group_size=65_536)
    store_shard(run_folder, 0, sink.getvalue().to_pybytes(), stamp=manifest.stamp())
    results = Run.open(run_folder)
    for read in (
        lambda: read_shard(run_folder, 0, stamp=manifest.stamp()),
        lambda: results.values("attack", "arm"),
    ):
        with pytest.raises(RunError, match="shard-000000") as caught:
            read()
        assert caught.value.code == "run-corrupt"


@pytest.mark.parametrize("rows", [0, 1, 100])
def test_a_sealed_shard_of_other_draws_is_damaged(run_folder, manifest, rows):
    """Oracle: hand. Rows are missing, so that the draws are not those of each series."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(shard_file(run_folder, 1)).slice(0, rows)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    store_shard(run_folder, 1, sink.getvalue().to_pybytes(), stamp=manifest.stamp())
    with pytest.raises(RunError, match="shard-000001") as caught:
        read_shard(run_folder, 1, stamp=manifest.stamp())
    assert caught.value.code == "run-corrupt"


@pytest.mark.parametrize("wrong", ["names", "gaps"])
def test_a_sealed_shard_in_other_columns_is_damaged(run_folder, manifest, wrong):
    """Oracle: hand. Names are no dictionary, or a value is missing."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(shard_file(run_folder, 0))
    names = table["policy"].combine_chunks()
    values = table["value"].to_pylist()
    if wrong == "names":
        names = names.dictionary_decode()
    else:
        values[5] = None
    changed = table.set_column(1, "policy", names).set_column(3, "value", pa.array(values))
    sink = pa.BufferOutputStream()
    pq.write_table(changed, sink)
    store_shard(run_folder, 0, sink.getvalue().to_pybytes(), stamp=manifest.stamp())
    with pytest.raises(RunError, match="shard-000000") as caught:
        read_shard(run_folder, 0, stamp=manifest.stamp())
    assert caught.value.code == "run-corrupt"
