"""Language models behind servers that do not keep to HTTP: whatever comes over the wire, the bot plays and the fault is logged."""

import socket
import threading
import time
from contextlib import contextmanager

import pytest

from detente.log import Log
from detente.play import Session, SessionOptions
from detente.play.language import Endpoint, answer_seats

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def _sending(parts, pause_s=0.0):
    """Listen on the loopback address, and send each who asks the same bytes, part by part, and hang up."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                there, _ = listening.accept()
            except OSError:
                return
            with there, there.makefile("rb") as asked:
                head = dict(
                    line.lower().split(b": ", 1)
                    for line in iter(asked.readline, b"\r\n")
                    if b": " in line
                )
                asked.read(int(head[b"content-length"]))  # all of it, or hanging up resets the line
                for part in parts:
                    try:
                        there.sendall(part)
                    except OSError:  # who asked has gone
                        break
                    time.sleep(pause_s)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(20)


@pytest.fixture
def session(coercion):
    with Log.open("sqlite://") as log:
        options = SessionOptions(seats={"west": "model"}, draws=16, case=0)
        found = Session.create(log, coercion, options)
        found.send("control", "start")
        yield found


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ([], "failed"),
        ([b"\x16\x03\x01\x02\x00 no http at all\r\n\r\n"], "failed"),
        ([b"HTTP/1.1 nonsense\r\n\r\n"], "failed"),
        ([b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n"], "failed"),
        ([b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n"], "failed"),
        ([HEAD + b"Content-Length: 400\r\n\r\n", b'{"choices": [{"mess'], "no reply"),
        ([HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"5\r\n{'ch"], "failed"),
        ([HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"zz\r\nnonsense\r\n"], "failed"),
    ],
)
def test_what_is_no_http_is_a_fault_and_the_bot_plays(session, parts, fault):
    """Oracle: hand; nothing is raised, every question is logged with its fault, and the session ends by legal orders."""
    with _sending(parts) as url:
        answer_seats(session, Endpoint(url=url, model="tiny", timeout_s=5.0))
    state = session.state
    assert state.status == "ended"
    assert state.asked
    assert {item["fault"] for item in state.asked} == {fault}
    assert all(item["fallback"] for item in state.asked)


def test_an_answer_that_trickles_is_late(session):
    """Oracle: hand; each part comes in time and the whole does not: a question ends after its time all the same."""
    trickle = [HEAD + b"Content-Length: 400\r\n\r\n", *[b" "] * 400]
    with _sending(trickle, pause_s=0.05) as url:
        begun = time.monotonic()
        answer_seats(session, Endpoint(url=url, model="tiny", timeout_s=0.3))
        took = time.monotonic() - begun
    asked = session.state.asked
    assert {item["fault"] for item in asked} == {"late"}
    assert took < 400 * 0.05 * len(asked)
