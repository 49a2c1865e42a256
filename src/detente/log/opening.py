"""Opening the database of a log: what an address names, whether what is there is a log, and bringing it up to date."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from detente.errors import RunError, refuse
from detente.log.tables import APPLICATION_ID, VERSION_TABLE

__all__ = ["database_of", "failing", "open_database", "place_of"]

_PATIENCE = 30.0
"""Seconds that a writer waits for another one, and a server has to answer."""
_LOCK_OF_MIGRATIONS = 0x6465_7465_6E74_6500
_HEAD = b"SQLite format 3\0"
_PASSWORD = re.compile(r":[^:/@]*@")
_READS = {"isolation_level": "AUTOCOMMIT"}


def database_of(url: str) -> sa.URL:
    """Return the database that an address names.

    ``sqlite:///FOLDER/FILE`` is a file, ``sqlite://`` one that goes when it is closed, ``postgresql://USER@HOST/NAME`` a
    database of a server.

    Raises
    ------
    UsageError
        ``option-invalid`` for anything else.

    Examples
    --------
    >>> database_of("sqlite:///a.db").database, database_of("postgres://me@here/log").drivername
    ('a.db', 'postgresql+psycopg')
    """
    try:
        found = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        found = sa.URL.create("")
    kind = found.drivername.partition("+")[0]
    if kind not in {"sqlite", "postgres", "postgresql"} or (kind == "sqlite" and found.host):
        refuse(
            f"{_PASSWORD.sub(':***@', url)[:120]!r} names no store of events",
            code="option-invalid",
            at="--store",
            fix="write sqlite:///FOLDER/FILE or postgresql://USER@HOST/DATABASE",
        )
    if kind == "sqlite":
        return found.set(drivername="sqlite", query={})
    return found.set(drivername="postgresql+psycopg")


def open_database(database: sa.URL) -> tuple[sa.Engine, Path | None]:
    """Open a database, check that it is that of a log, and bring it up to date.

    What is returned beside it is the folder that is to go with it, if it was asked for no file.

    Raises
    ------
    UsageError
        ``extra-missing`` for a server without the extra ``postgres``.
    RunError
        ``log-unreadable`` for what is no log, is damaged, or is of a newer version; ``log-failed`` if it cannot be opened.
    """
    folder = None
    if database.drivername == "sqlite" and database.database in {None, "", ":memory:"}:
        folder = Path(tempfile.mkdtemp(prefix="detente-log-"))
        database = database.set(database=str(folder / "log.db"))
    with failing(database):
        engine = _file(database) if database.drivername == "sqlite" else _server(database)
        try:
            _bring_up_to_date(engine)
        except BaseException:
            engine.dispose()
            raise
    return engine, folder


@contextmanager
def failing(database: sa.URL) -> Iterator[None]:
    """Tell what a database says in the errors of this package.

    Raises
    ------
    RunError
        ``log-unreadable`` for damage, ``log-failed`` for what else goes wrong.
    """
    try:
        yield
    except sa.exc.DBAPIError as error:
        said = str(error.orig).strip().partition("\n")[0] or type(error.orig).__name__
        damaged = database.drivername == "sqlite" and (
            "malformed" in said or "not a database" in said
        )
        if damaged:
            _refuse_unreadable(database, f"is damaged: {said}", cause=error)
        _refuse_failed(database, said, cause=error)
    except sa.exc.TimeoutError as error:
        _refuse_failed(database, "too much is asked of it at once", cause=error)
    except OSError as error:
        _refuse_failed(database, error.strerror or str(error), cause=error)


def _file(database: sa.URL) -> sa.Engine:
    path = Path(str(database.database))
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # nobody else's to read
    with path.open("rb") as stream:
        head = stream.read(len(_HEAD))
    if head and head != _HEAD:
        _refuse_unreadable(database, "is no database of SQLite")
    engine = sa.create_engine(
        database, connect_args={"timeout": _PATIENCE}, pool_size=10, max_overflow=54
    )
    sa.event.listen(engine, "connect", _set_up)
    sa.event.listen(engine, "begin", _begin)
    try:
        _check_file(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _check_file(engine: sa.Engine) -> None:
    with engine.connect().execution_options(**_READS) as reading:

        def ask(pragma: str) -> Any:
            return reading.exec_driver_sql(f"PRAGMA {pragma}").scalar()

        has_tables = bool(sa.inspect(reading).get_table_names())
        if has_tables and ask("application_id") != APPLICATION_ID:
            _refuse_unreadable(engine.url, "is a database of another program")
        found = ask("quick_check(1)")
        if found != "ok":
            _refuse_unreadable(engine.url, f"is damaged: {str(found).splitlines()[-1]}")
        if ask("journal_mode") != "wal":
            _refuse_failed(engine.url, "its file system cannot share a file between processes")


def _set_up(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun here, not by the driver
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: sa.Connection) -> None:
    if connection.get_isolation_level() != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _server(database: sa.URL) -> sa.Engine:
    try:
        return sa.create_engine(
            database,
            connect_args={
                "connect_timeout": int(_PATIENCE),
                "options": "-c synchronous_commit=on",
            },
            pool_size=10,
            max_overflow=54,
            pool_pre_ping=True,
        )
    except ModuleNotFoundError as error:
        refuse(
            "psycopg is not installed, so a Postgres server cannot be used",
            code="extra-missing",
            at="--store",
            fix="install it with: pip install 'detente[postgres]'",
            cause=error,
        )


def _bring_up_to_date(engine: sa.Engine) -> None:
    config = Config(attributes={})
    config.set_main_option("script_location", "detente.log:migrations")
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK_OF_MIGRATIONS)))
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        found = context.get_current_revision()
        known = {step.revision for step in script.walk_revisions()}
        if found is not None and found not in known:
            _refuse_unreadable(engine.url, "is of a newer version of detente", fix="update detente")
        if found != script.get_current_head():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _refuse_unreadable(
    database: sa.URL,
    what: str,
    *,
    fix: str = "name another file, or put back a copy of this one",
    cause: BaseException | None = None,
) -> NoReturn:
    refuse(
        f"the store {place_of(database)} {what}",
        code="log-unreadable",
        at=place_of(database),
        fix=fix,
        error=RunError,
        cause=cause,
    )


def _refuse_failed(database: sa.URL, said: str, *, cause: BaseException | None = None) -> NoReturn:
    refuse(
        f"the store {place_of(database)} cannot be used: {said}",
        code="log-failed",
        at=place_of(database),
        fix="look at the disk or the server that holds it, or name another store with --store",
        error=RunError,
        cause=cause,
    )


def place_of(database: sa.URL) -> str:
    """Return where a database is, for people: a file, or an address without its password."""
    if database.drivername == "sqlite":
        return str(database.database)
    return database.set(drivername="postgresql").render_as_string(hide_password=True)
