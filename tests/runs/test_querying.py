"""SQL over a run: it answers, it cannot write, it sees nothing else."""

import numpy as np
import pytest

from detente.errors import RunError, UsageError
from detente.runs import Run
from detente.runs.store import shard_file


@pytest.fixture
def results(run_folder):
    return Run.open(run_folder)


def test_tables_describe_the_run(results):
    # oracle by hand
    assert results.query("SELECT * FROM policies") == [
        ("wait", "wait and see"),
        ("arm", "arm the ally"),
    ]
    assert results.query("SELECT * FROM fixed") == [("c.fixed", 7.0)]
    assert results.query("SELECT count(DISTINCT draw), min(draw), max(draw) FROM run") == [
        (150, 0, 149)
    ]
    columns = [row[0] for row in results.query("DESCRIBE run")]
    assert columns == ["draw", "policy", "metric", "value"]


def test_answers_come_in_any_size(results):
    answer = results.ask("SELECT draw, value FROM run WHERE metric = 'quantity/x' ORDER BY draw")
    assert answer.columns == ("draw", "value")
    values = [row[1] for row in answer.rows]
    np.testing.assert_array_equal(values, results.values("quantity/x"))


def test_a_flipped_bit_in_a_shard_is_named_and_nothing_answered(results, run_folder):
    """Oracle: hand; the file is as long as before, and only its seal tells that it is another."""
    path = shard_file(run_folder, 1)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    with pytest.raises(RunError) as caught:
        results.query("SELECT count(*) FROM policies")
    assert caught.value.code == "run-corrupt"
    assert path.name in caught.value.message


def test_a_folder_with_a_quote_in_its_name_can_be_asked(run_folder):
    odd = run_folder.rename(run_folder.with_name('o\'run "x" [1] *'))
    assert Run.open(odd).query("SELECT count(*) FROM policies") == [(2,)]


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "selec 1",
        "select nothing from run",
        "select * from nowhere",
        "select 1; select 2",
        "drop view run",
        "insert into fixed values ('x', 1)",
        "copy (select 1) to '{folder}/shards/out.csv'",
        "copy (select 1) to '{outside}'",
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('{folder}/manifest.json')",
        "select * from glob('/*')",
        "attach '{outside}' as other",
        "set enable_external_access = true",
        "install httpfs",
        "select 1/0 from run where error('stop')",
        "select cast(policy as integer) from run",
    ],
)
def test_a_query_that_does_more_than_read_the_run_is_refused(results, run_folder, tmp_path, sql):
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    with pytest.raises(UsageError) as caught:
        results.query(sql.format(folder=run_folder, outside=tmp_path / "outside.db"))
    assert caught.value.code == "query-invalid"
    assert caught.value.fix
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_variables_of_the_program_are_no_tables(results):
    import pandas as pd

    secret = pd.DataFrame({"a": [1]})
    with pytest.raises(UsageError):
        results.query("SELECT * FROM secret")
    assert len(secret) == 1
