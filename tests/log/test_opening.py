"""Opening: addresses, what is no log, what is damaged, what is older or newer."""

import os
import sqlite3
import stat

import pytest
import sqlalchemy as sa
from tests.log.postgres import new_database

from detente.errors import DetenteError
from detente.log import Log
from detente.log.opening import database_of
from detente.log.tables import EVENTS, VERSION_TABLE


def code_of(url):
    with pytest.raises(DetenteError) as refused:
        Log.open(url).close()
    assert refused.value.fix
    return refused.value.code


@pytest.mark.parametrize(
    "url", ["", "x", "mysql://a/b", "sqlite://host/x", "http://x", "postgresql:/", "\0", "sqlite"]
)
def test_an_address_that_is_none_is_refused(url):
    """Oracle by hand."""
    assert code_of(url) == "option-invalid"


def test_a_password_is_not_repeated():
    """Oracle by hand: neither where the address is none nor where nobody answers."""
    for url in ("mysql://me:secret@here/x", "postgresql://me:secret@127.0.0.1:1/x"):
        with pytest.raises(DetenteError) as refused:
            Log.open(url)
        assert "secret" not in str(refused.value)


def test_a_server_that_does_not_answer_is_refused():
    """Oracle by hand: nobody listens on port 1."""
    assert code_of("postgresql://me@127.0.0.1:1/x") == "log-failed"


def test_without_psycopg_the_extra_is_named(monkeypatch):
    """Oracle by hand: the driver cannot be imported."""
    import sys

    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(DetenteError, match=r"detente\[postgres\]") as refused:
        Log.open("postgresql://me@127.0.0.1/x")
    assert refused.value.code == "extra-missing"


def test_a_file_of_something_else_is_refused_and_left_alone(tmp_path):
    """Oracle by hand: the bytes are the same afterwards."""
    path = tmp_path / "notes.txt"
    path.write_bytes(b"buy milk\n")
    assert code_of(f"sqlite:///{path}") == "log-unreadable"
    assert path.read_bytes() == b"buy milk\n"


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path):
    """Oracle by hand: its table has what it had, and no other came."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE places (name TEXT)")
        other.execute("INSERT INTO places VALUES ('x')")
    other.close()
    assert code_of(f"sqlite:///{path}") == "log-unreadable"
    other = sqlite3.connect(path)
    assert other.execute("SELECT name FROM sqlite_schema").fetchall() == [("places",)]
    assert other.execute("SELECT * FROM places").fetchall() == [("x",)]
    other.close()


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_damaged_file_is_refused(tmp_path, share):
    """Oracle by hand: a page of the file is overwritten, or the file is cut off."""
    path = tmp_path / "log.db"
    with Log.open(f"sqlite:///{path}") as log:
        for number in range(40):
            log.append("x", [("saved", {"text": "y" * 4000, "n": number})])
    size = path.stat().st_size
    with path.open("r+b") as stream:
        stream.seek(int(size * share) // 4096 * 4096)
        stream.write(b"\xff" * 4096)
    assert code_of(f"sqlite:///{path}") == "log-unreadable"


def test_a_file_cut_off_is_refused(tmp_path):
    """Oracle by hand: the second half is gone."""
    path = tmp_path / "log.db"
    with Log.open(f"sqlite:///{path}") as log:
        for number in range(40):
            log.append("x", [("saved", {"text": "y" * 4000, "n": number})])
    os.truncate(path, path.stat().st_size // 2 // 4096 * 4096)
    assert code_of(f"sqlite:///{path}") == "log-unreadable"


def test_a_folder_is_no_file(tmp_path):
    """Oracle by hand."""
    assert code_of(f"sqlite:///{tmp_path}") == "log-failed"


def test_a_newer_log_is_refused(url):
    """Oracle by hand: a step that this version does not know."""
    Log.open(url).close()
    engine = sa.create_engine(database_of(url))
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE detente_log_version SET version_num = '9999'")
    engine.dispose()
    assert code_of(url) == "log-unreadable"


def test_the_newest_step_makes_the_table_that_is_used(url):
    """Oracle: independent code, the columns and the key that the database itself tells."""
    Log.open(url).close()
    engine = sa.create_engine(database_of(url))
    found = sa.inspect(engine)
    columns = {column["name"]: column["nullable"] for column in found.get_columns(EVENTS.name)}
    assert columns == {column.name: column.nullable for column in EVENTS.columns}
    key = found.get_pk_constraint(EVENTS.name)["constrained_columns"]
    assert key == [column.name for column in EVENTS.primary_key]
    assert set(found.get_table_names()) == {EVENTS.name, VERSION_TABLE}
    engine.dispose()


def test_other_tables_of_a_server_are_left_alone(request):
    """Oracle by hand: on a server a log stands beside what else is there."""
    url = new_database(request.getfixturevalue("postgres"))
    engine = sa.create_engine(database_of(url))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE places (name TEXT)")
    with Log.open(url) as log:
        log.append("x", [("saved", {})])
    assert set(sa.inspect(engine).get_table_names()) == {"places", EVENTS.name, VERSION_TABLE}
    engine.dispose()


def test_a_commit_is_on_the_disk_before_it_is_acknowledged(tmp_path, request):
    """Oracle by hand: what SQLite (2 is FULL) and the server say of the connections that write."""
    with Log.open(f"sqlite:///{tmp_path / 'log.db'}") as log, log._engine.connect() as connection:
        said = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous")
        ]
    assert said == ["wal", 2]
    url = new_database(request.getfixturevalue("postgres"))
    with Log.open(url) as log, log._engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_a_file_is_its_owners_alone(tmp_path):
    """Oracle by hand; folders that are missing are made."""
    path = tmp_path / "a" / "b" / "log.db"
    with Log.open(f"sqlite:///{path}") as log:
        log.append("x", [("saved", {})])
        modes = {stat.S_IMODE(found.stat().st_mode) for found in path.parent.iterdir()}
    assert modes == {0o600}


def test_a_log_without_a_file_goes_when_it_is_closed():
    """Oracle by hand: the folder that it was in is gone."""
    from pathlib import Path

    with Log.open("sqlite://") as log:
        log.append("x", [("saved", {})])
        folder = Path(log._engine.url.database).parent
        assert folder.is_dir()
    assert not folder.exists()
