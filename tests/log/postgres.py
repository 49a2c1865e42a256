"""A Postgres server of a test's own, from Debian's packages: on the loopback address, in a folder that goes with it."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

USER = "detente"


def _programs():
    """The folder of the newest server that is installed."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4])
    )
    if not found:
        pytest.skip("no Postgres server on this machine: apt-get install postgresql")
    return found[-1].parent


def _owner():
    """Whom the server runs as: it refuses to run as root."""
    if os.getuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    name = "postgres" if "postgres" in names else "nobody"
    return {"user": name, "group": pwd.getpwnam(name).pw_gid, "extra_groups": []}


@contextmanager
def running_postgres():
    """The address of a new database of a server that runs as long as this does."""
    programs, owner = _programs(), _owner()
    home = Path(tempfile.mkdtemp(prefix="detente-postgres-"))
    if owner:
        shutil.chown(home, owner["user"], owner["group"])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def call(name, *words):
        subprocess.run(
            [str(programs / name), *words],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            cwd=home,
            timeout=120,
            **owner,
        )

    data = str(home / "data")
    options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1"
    try:
        call("initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        call("pg_ctl", "-D", data, "-w", "-l", str(home / "said"), "-o", options, "start")
        try:
            yield f"postgresql://{USER}@127.0.0.1:{port}/postgres"
        finally:
            call("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def new_database(server):
    """The address of a new, empty database of a server."""
    import secrets

    import psycopg

    name = f"log_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 LC_COLLATE 'C.UTF-8'")
    return server.rpartition("/")[0] + f"/{name}"
