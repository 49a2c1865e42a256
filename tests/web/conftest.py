"""One workbench of a small crisis for all tests, and ways to talk to it without a socket."""

import re

import pytest
from starlette.testclient import TestClient

from detente.web import Workbench, create_app
from detente.web.access import Access, Limits

CRISIS = "cuba-1962"
HERE = "http://127.0.0.1:8000"
TOKEN = "a-token-of-some-length"  # noqa: S105  # opens nothing but the workbench of a test


@pytest.fixture(scope="session")
def bench():
    return Workbench([CRISIS], workers=1)


@pytest.fixture
def client(bench):
    """A program on this machine: no cookies unless a page gave it some."""
    app = create_app(bench, limits=Limits(burst=10_000))
    return TestClient(app, base_url=HERE, follow_redirects=False)


@pytest.fixture
def make_client(bench):
    def make(*, token="", host="127.0.0.1", base=HERE, pages=(), templates=(), **limits):
        access = Access(host=host, port=8000, token=token)
        app = create_app(
            bench,
            access=access,
            limits=Limits(**{"burst": 10_000, **limits}),
            pages=pages,
            templates=templates,
        )
        return TestClient(app, base_url=base, follow_redirects=False)

    return make


def csrf_of(text):
    """The token that a page carries."""
    return re.search(r'name="csrf" content="([^"]+)"', text)[1]
