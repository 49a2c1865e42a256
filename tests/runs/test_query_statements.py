"""What a query can do: read three tables, and nothing else.

Oracle: hand. Each statement is refused with ``query-invalid``, or it is harmless: it shows nothing of a file outside the
shards, and after it every file of the run, and one beside it, has the bytes that it had, and there are no others.
"""

import hashlib

import pytest

from detente.errors import UsageError
from detente.runs import Run

CANARY = "canary-0a1b2c3d"

REFUSED = [
    # writing files
    "copy run to '{outside}'",
    "copy (select 1) to '{shard}' (format parquet)",
    "copy fixed from '{canary}'",
    "copy policies to '{folder}/shards/new.csv'",
    "copy from database memory to other",
    "explain copy (select 1) to '{outside}'",
    "explain analyze copy (select 1) to '{outside}'",
    "explain analyze copy (select 1) to '{shard}' (format parquet)",
    "explain (analyze, format json) copy (select 1) to '{shard}'",
    "/* select */ explain /* */ analyze -- x\n copy (select 1) to '{shard}'",
    "with x as (copy (select 1) to '{outside}') select 1",
    "with x as (copy (select 1) to '{shard}') select * from run",
    "select * from (with x as (copy (select 1) to '{outside}') select 1)",
    "with a as (with x as (copy (select 1) to '{outside}') select 1) select * from a",
    "select (with x as (copy (select 1) to '{outside}') select 1)",
    "select 1 union all (with x as (copy (select 1) to '{outside}') select 1)",
    "export database '{folder}/out'",
    "import database '{folder}'",
    "attach '{outside}' as other",
    "attach '{shard}' as other (read_only)",
    "attach ':memory:' as other",
    "detach memory",
    "create table x as select 1",
    "create view x as select 1",
    "create macro f() as 1",
    "create secret s (type s3, key_id 'a', secret 'b')",
    "create or replace view run as select 1",
    "drop table policies",
    "drop view run",
    "alter table policies rename to x",
    "checkpoint",
    "vacuum",
    # changing tables
    "insert into fixed values ('x', 1)",
    "update policies set label = 'x'",
    "delete from policies",
    "truncate policies",
    "with x as (insert into fixed values ('x', 1) returning *) select * from x",
    "with x as (update policies set label = 'x' returning *) select * from x",
    "with x as (delete from policies returning *) select * from x",
    "explain analyze insert into fixed values ('x', 1)",
    "explain analyze create table x as select 1",
    # changing the program
    "set enable_external_access = true",
    "set memory_limit = '100GB'",
    "reset allowed_paths",
    "pragma enable_external_access",
    "pragma database_list",
    "install httpfs",
    "load httpfs",
    "load '{outside}'",
    "use other",
    "call pragma_version()",
    "call enable_logging('FileSystem')",
    "from enable_logging(storage = 'file', storage_path = '{outside}')",
    "from enable_profiling()",
    "from force_checkpoint()",
    # several statements, and statements within statements
    "select 1; copy (select 1) to '{outside}'",
    "select 1; select 2",
    "prepare p as select 1",
    "execute p",
    "begin transaction",
    "from query('select 1')",
    "from query($$with x as (copy (select 1) to '{outside}') select 1$$)",
    "from query_table(['policies'])",
    "from json_execute_serialized_sql('{{}}')",
    # reading files
    "select * from read_csv('{canary}')",
    "select * from READ_CSV_AUTO('{canary}')",
    "select * from read_parquet('{shard}')",
    "select * from parquet_scan('{folder}/shards/*')",
    "select * from read_text('{canary}')",
    "select * from read_text('{folder}/manifest.json')",
    "select * from read_blob('/etc/passwd')",
    "select * from read_json('{folder}/manifest.json')",
    "select * from read_ndjson_objects('{folder}/manifest.json')",
    "select (select content from read_text('{canary}'))",
    "select * from run, lateral (select * from read_text('{canary}'))",
    "with x as (select * from read_text('{canary}')) select * from x",
    "select 1 where exists (from read_text('{canary}'))",
    "summarize from read_text('{canary}')",
    "describe (from read_text('{canary}'))",
    "select * from glob('/*')",
    "select * from glob('{folder}/shards/*')",
    "select * from sniff_csv('{canary}')",
    "select * from parquet_metadata('{shard}')",
    "select * from parquet_kv_metadata('{shard}')",
    "select * from '{canary}'",
    "select * from '{folder}/manifest.json'",
    'select * from "{canary}"',
    "from '{canary}' select *",
    "select * from 'https://example.org/x.csv'",
    "select * from read_parquet('s3://bucket/x.parquet')",
    "select * from read_csv('https://example.org/x.csv')",
    # the process itself
    "select getenv('HOME')",
    "select * from duckdb_secrets()",
    "select * from which_secret('s3://x', 's3')",
    "from arrow_scan(1, 2, 3)",
    "from pandas_scan(1)",
    "from python_map_function(1)",
    "from seq_scan()",
    # no text
    "select '\x1b[2J'",
    "select '\ud800'",
]
HARMLESS = [
    "describe run",
    "summarize fixed",
    "show tables",
    "select current_setting('enable_external_access')",
    "select version()",
    "select '{canary}'",
    "select 1 -- ; copy (select 1) to '{outside}'",
    "select 'copy (select 1) to ''{outside}'''",
    "with recursive t(n) as (select 1 union all select n + 1 from t where n < 5) select * from t",
    "select * from range(3) r, unnest([1, 2]) u, generate_series(1, 2) g",
    "select policy, quantile_cont(value, 0.5) over (partition by policy) from run limit 3",
    "pivot run on policy in ('wait', 'arm') using avg(value)",
    "select max(value) from run where metric in (select metric from run) union select 1",
    "values (1), (2)",
    "from run select avg(value)",
    "table policies",
]


@pytest.fixture
def asked(run_folder, tmp_path):
    """Return the run, and a function that fills the places of a statement."""
    canary = tmp_path / "canary.csv"
    canary.write_text(f"{CANARY}\n1\n", encoding="utf-8")
    places = {
        "folder": run_folder,
        "shard": min((run_folder / "shards").glob("*.parquet")),
        "canary": canary,
        "outside": tmp_path / "outside.file",
    }
    return Run.open(run_folder), lambda sql: sql.format(**places)


def files_in(folder):
    return {
        path: hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize("sql", REFUSED)
def test_a_statement_that_does_more_than_read_the_run_is_refused(sql, asked, tmp_path):
    results, filled = asked
    before = files_in(tmp_path)
    with pytest.raises(UsageError) as caught:
        results.query(filled(sql))
    assert caught.value.code == "query-invalid"
    assert caught.value.fix
    assert CANARY not in caught.value.message
    assert files_in(tmp_path) == before


@pytest.mark.parametrize("sql", HARMLESS)
def test_a_statement_that_reads_is_answered(sql, asked, tmp_path):
    results, filled = asked
    before = files_in(tmp_path)
    rows = results.query(filled(sql))
    assert rows
    assert CANARY not in str(rows)
    assert files_in(tmp_path) == before


def test_the_lists_are_long_enough():
    """Sixty-five statements were asked for."""
    assert len({*REFUSED, *HARMLESS}) == len(REFUSED) + len(HARMLESS) >= 65


def test_the_database_itself_opens_the_shards_alone(asked, tmp_path):
    """Without the look at the tree: the configuration refuses all other files, and cannot be changed."""
    import duckdb

    from detente.runs.querying import connect

    results, filled = asked
    connection = connect(results.folder, results.manifest)
    assert connection.execute("select count(*) from run").fetchone()[0] > 0
    for sql in (
        "copy (select 1) to '{outside}'",
        "explain analyze copy (select 1) to '{folder}/shards/new.csv'",
        "select * from read_text('{canary}')",
        "select * from read_text('{folder}/manifest.json')",
        "attach '{outside}' as other",
        "set enable_external_access = true",
        "set allowed_directories = ['/']",
    ):
        with pytest.raises(duckdb.Error):
            connection.execute(filled(sql))
    assert not (tmp_path / "outside.file").exists()
