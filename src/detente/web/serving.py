"""Serving: the application behind a socket, until somebody stops it."""

import os
import socket
import threading
import webbrowser
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import Any

import segno
import uvicorn

from detente.errors import refuse
from detente.log import Log
from detente.log.places import data_folder, usual_store
from detente.play.language import Endpoint
from detente.web.access import Access
from detente.web.answers import Answers
from detente.web.app import create_app
from detente.web.jobs import Jobs
from detente.web.play.rooms import Rooms
from detente.web.workbench import Workbench

__all__ = ["serve", "square_of"]

_PATIENCE = 10.0
"""Seconds that the end waits for what was begun in the background."""


def serve(
    bench: Workbench,
    *,
    host: str,
    port: int,
    store: str | None = None,
    executor: str | None = None,
    endpoint: Endpoint | None = None,
    opens_browser: bool,
    say: Callable[[str], object],
    begins_at: str = "",
) -> None:
    """Serve some crises until the process is asked to end.

    Parameters
    ----------
    bench
        The crises.
    host, port
        Where to listen; port 0 takes a free one. Any address but the loopback one wants a token, which is said as a link and as
        a square to be photographed.
    store
        Address of the log of what users write, as of :meth:`detente.log.Log.open`; by default a file among the user's data.
    executor
        What computes the runs of jobs: threads of this process, or a Dask scheduler by its address.
    endpoint
        The server of language models that may play seats of a game; by default none may.
    opens_browser
        Whether to open a browser.
    say
        Called with each line of text.
    begins_at
        Path of the page that is said and opened, with its query but for the token; the start page by default.

    Raises
    ------
    UsageError
        ``option-invalid`` if the address cannot be listened on or names no store, ``extra-missing`` without the extra
        ``postgres``.
    RunError
        ``log-unreadable`` or ``log-failed`` if the store cannot be opened.
    """
    with Log.open(store or usual_store()) as log:
        jobs = {"folder": data_folder() / "jobs", "executor": executor}
        _serve(
            bench,
            log,
            jobs,
            endpoint=endpoint,
            host=host,
            port=port,
            opens_browser=opens_browser,
            say=say,
            begins_at=begins_at,
        )


def _serve(
    bench: Workbench,
    log: Log,
    of_jobs: Mapping[str, Any],
    *,
    endpoint: Endpoint | None,
    host: str,
    port: int,
    opens_browser: bool,
    say: Callable[[str], object],
    begins_at: str,
) -> None:
    """Listen, and serve with a log."""
    listening = _listen(host, port)
    access = Access.of(host, listening.getsockname()[1])
    link = access.link_to(begins_at)
    say(f"detente serves {', '.join(bench.names)} at {link}")
    if access.token:
        say(square_of(link))
        say("Whoever has this link can use the workbench; others are refused.")
    say(f"What is saved stands in {log.place}. Stop with Ctrl-C.")
    jobs = Jobs(bench, Answers(bench), log, is_ending=lambda: server.should_exit, **of_jobs)
    rooms = Rooms(bench, log, endpoint)
    config = uvicorn.Config(
        create_app(bench, log=log, jobs=jobs, rooms=rooms, access=access),
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=3,
        lifespan="off",
    )
    server = uvicorn.Server(config)
    stop = threading.Event()
    warming = threading.Thread(target=_warm, args=(bench, stop), daemon=True)
    warming.start()
    jobs.start()
    if opens_browser and _has_screen():
        threading.Timer(0.5, webbrowser.open, args=(link,)).start()
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        pass  # the server has ended in order and says so once more
    finally:
        listening.close()
        jobs.close()
        rooms.close()
        stop.set()
        warming.join(_PATIENCE)


def square_of(link: str) -> str:
    """Return a link as a QR code in text, two rows to a line.

    Examples
    --------
    >>> len(square_of("http://192.0.2.1:8000/?token=x").splitlines()) > 10
    True
    """
    rows = [list(row) for row in segno.make(link, error="m").matrix_iter(border=2)]
    rows += [[0] * len(rows[0])] * (len(rows) % 2)
    blocks = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}  # light on a dark terminal
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join(
        "".join(blocks[int(bool(a)), int(bool(b))] for a, b in zip(*pair, strict=True))
        for pair in pairs
    )


def _listen(host: str, port: int) -> socket.socket:
    name = host.strip("[]")
    family = socket.AF_INET6 if ":" in name else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((name, port))
        listening.listen()  # who comes before the server is up waits for it
    except OSError as error:
        listening.close()
        refuse(
            f"nothing can listen on {host}, port {port}: {error.strerror or error}",
            code="option-invalid",
            at="--host, --port",
            fix="name an address of this machine and a port that is free; --port 0 takes any",
        )
    return listening


def _warm(bench: Workbench, stop: threading.Event) -> None:
    """Solve the first crisis at a few draws, so that what is compiled once is compiled before it is waited for."""
    crisis = bench.crisis(bench.names[0])
    with suppress(CancelledError):
        bench.solve(crisis, draws=64, seed=1, is_stopped=stop.is_set)


def _has_screen() -> bool:
    """Tell whether a browser can show something here."""
    return (
        os.name == "nt"
        or os.uname().sysname == "Darwin"
        or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    )
