"""One workbench of a small crisis for all tests, ways to talk to it without a socket, and a browser."""

import re
import shutil
import socket
import threading
import time

import pytest
import uvicorn
from starlette.testclient import TestClient

from detente.log import Log
from detente.web import Workbench, create_app
from detente.web.access import Access, Limits
from detente.web.play.rooms import Rooms

CRISIS = "cuba-1962"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE = 60_000
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


@pytest.fixture(scope="module")
def rooms(bench):
    """The sessions of the crises of a module, in a log of their own."""
    found = Rooms(bench, Log.open("sqlite://"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def make(bench, rooms):
    """Clients of one server that wants a token; with no token of the workbench unless they are its owner."""
    access = Access(host="0.0.0.0", port=8000, token=TOKEN)  # noqa: S104  # nothing listens
    app = create_app(bench, log=rooms.log, rooms=rooms, access=access, limits=Limits(burst=10_000))

    def client(*, owner=False):
        headers = {"authorization": f"Bearer {TOKEN}"} if owner else {}
        return TestClient(app, base_url=HERE, follow_redirects=False, headers=headers)

    client.app = app._app
    return client


def csrf_of(text):
    """The token that a page carries."""
    return re.search(r'name="csrf" content="([^"]+)"', text)[1]


@pytest.fixture(scope="module")
def server(bench):
    """The address of a workbench that listens."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    app = create_app(bench, access=Access(port=port), limits=Limits(burst=10_000))
    config = uvicorn.Config(app, log_level="warning", lifespan="off")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join(10)
    listening.close()


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as play:
        found = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def visit(browser, server):
    """Open a page in a browser of its own; what its console says and what it asks of others is kept, and must be nothing."""
    contexts, said, outside = [], [], []

    def open_page(path, *, width=1440, height=900, quiet=True, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        if quiet:
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
        page.on(
            "request",
            lambda request: (
                outside.append(request.url) if not request.url.startswith(server) else None
            ),
        )
        page.goto(server + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []
    assert outside == []
