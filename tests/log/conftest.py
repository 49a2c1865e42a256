"""A log of either kind: a file, or a database of a real server."""

import pytest
from tests.log.postgres import new_database, running_postgres


@pytest.fixture(scope="session")
def postgres():
    """The address of a server; skips with a reason where there is none."""
    with running_postgres() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgres"])
def url(request, tmp_path):
    """The address of a log that nobody has opened yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'log.db'}"
    return new_database(request.getfixturevalue("postgres"))
