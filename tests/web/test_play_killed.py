"""A server of sessions that is killed again and again while seats send and follow: nothing acknowledged is lost or done twice."""

import http.client
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

import detente
from detente.log import Log
from detente.play.sessions import events_digest
from detente.web import Workbench
from detente.web.play.rooms import Rooms

TEMPLATE = str(files("detente.crisis") / "templates" / "coercion")
SEATS = ("west", "north")
LONGEST = 300.0
"""Seconds after which a client gives up, and the test fails."""


class Server:
    """A workbench in a process of its own, always at the same port."""

    def __init__(self, store):
        self.store, self.port, self.process = store, "0", None
        self.start()

    def start(self):
        command = [sys.executable, "-m", "detente", "serve", TEMPLATE, "--no-browser"]
        self.process = subprocess.Popen(
            [*command, "--port", self.port, "--store", self.store],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(Path(detente.__file__).parents[1])},
        )
        self.port = re.search(r"http://[\d.]+:(\d+)", self.process.stdout.readline())[1]

    def kill(self):
        self.process.kill()
        self.process.wait(60)
        self.process.stdout.close()

    def ask(self, method, path, body=None, *, token="", headers=None):
        there = http.client.HTTPConnection("127.0.0.1", int(self.port), timeout=20)
        sent = {"content-type": "application/json", **(headers or {})}
        sent |= {"authorization": f"Bearer {token}"} if token else {}
        try:
            there.request(method, path, None if body is None else json.dumps(body), sent)
            answer = there.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            there.close()


class Sender(threading.Thread):
    """A seat that sends a command after another, each again with the same id until it is answered."""

    def __init__(self, server, name, seat, token, stop):
        super().__init__(daemon=True)
        self.server, self.seat, self.token, self.stop = server, seat, token, stop
        self.path = f"/api/sessions/{name}/{seat}/commands"
        self.acknowledged, self.refused, self.again = [], [], 0

    def run(self):
        end, number = time.monotonic() + LONGEST, 0
        while not self.stop.is_set() and time.monotonic() < end:
            number += 1
            kind = ("seal", "say", "open")[number % 3]
            data = {"seal": {"choices": ["wait"]}, "say": {"text": f"{self.seat} {number}"}}
            body = {"id": f"c{number}", "kind": kind, "data": data.get(kind, {})}
            while time.monotonic() < end:
                try:
                    status, _ = self.server.ask("POST", self.path, body, token=self.token)
                except (OSError, http.client.HTTPException, ValueError):
                    self.again += 1
                    time.sleep(0.05)
                    continue
                (self.acknowledged if status == 200 else self.refused).append((kind, body["id"]))
                break
            time.sleep(0.03)


class Follower(threading.Thread):
    """A window of a seat: follows its events, and comes back with the id that it saw last."""

    def __init__(self, server, name, seat, token):
        super().__init__(daemon=True)
        self.server, self.token, self.last, self.came = server, token, "", 0
        self.path = f"/api/sessions/{name}/{seat}/events"
        self.done = threading.Event()

    def run(self):
        end = time.monotonic() + LONGEST
        while not self.done.is_set() and time.monotonic() < end:
            there = http.client.HTTPConnection("127.0.0.1", int(self.server.port), timeout=20)
            headers = {"authorization": f"Bearer {self.token}", "last-event-id": self.last}
            try:
                there.request("GET", self.path, None, headers)
                answer = there.getresponse()
                self.came += 1
                while not self.done.is_set() and (line := answer.readline()):
                    if line.startswith(b"id: "):
                        self.last = line[4:].strip().decode()
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
            finally:
                there.close()


@pytest.mark.parametrize(
    "kills", [pytest.param(20, marks=pytest.mark.slow, id="20"), pytest.param(3, id="3")]
)
def test_a_server_killed_at_any_moment_loses_and_doubles_nothing(tmp_path, kills):
    """Oracle: theorem: acknowledged means committed, and a command with an id is done once. Clients count what they were told; the log
    is read afterwards by a process that never served it. Windows of one seat end at the same view, also one that had slept meanwhile."""
    store = f"sqlite:///{tmp_path / 'play.db'}"
    server, chance, stop = Server(store), random.Random(kills), threading.Event()  # noqa: S311
    seats = dict.fromkeys(("west", "north", "mid"), "human")
    asked = {"crisis": "my-crisis", "seats": seats, "draws": 16, "session_seed": 3, "minutes": None}
    try:
        status, made = server.ask("POST", "/api/sessions", asked)
        assert status == 201
        name, tokens = made["id"], {s: link.partition("s=")[2] for s, link in made["links"].items()}
        start = {"id": "go", "kind": "start"}
        commands = f"/api/sessions/{name}/control/commands"
        assert server.ask("POST", commands, start, token=tokens["control"])[0] == 200
        senders = [Sender(server, name, seat, tokens[seat], stop) for seat in SEATS]
        windows = [Follower(server, name, seat, tokens[seat]) for seat in ("west", "west", "north")]
        for thread in (*senders, *windows):
            thread.start()
        for _ in range(kills):
            time.sleep(chance.uniform(0.1, 0.9))
            server.kill()
            server.start()
        time.sleep(1.0)
        stop.set()
        for sender in senders:
            sender.join(60)
            assert not sender.is_alive()
        views = {seat: seen(server, name, seat, tokens) for seat in (*SEATS, "mid")}
        end = time.monotonic() + 60
        while any(window.last != views[seat]["id"] for window, seat in zip(windows, ("west", "west", "north"), strict=True)):  # fmt: skip
            assert time.monotonic() < end
            time.sleep(0.05)
        for window in windows:
            window.done.set()
    finally:
        stop.set()
        server.kill()
    assert all(
        window.came > kills // 2 for window in windows
    )  # a start may be killed before they are back
    assert sum(sender.again for sender in senders) >= kills  # it was killed while they sent
    with Log.open(store) as log:
        events = log.read(f"session/{name}")
        rooms = Rooms(Workbench([TEMPLATE], workers=1), log)
        session = rooms.find(name)
        assert session.digest == events_digest((event.kind, event.data) for event in events)
        state = session.state
        rooms.close()
    kept = {event.command for event in events}
    for sender in senders:
        assert sender.acknowledged
        assert {f"{sender.seat}:{number}" for _, number in sender.acknowledged} <= kept
        assert not {f"{sender.seat}:{number}" for _, number in sender.refused} & kept
    said = Counter(item.text for item in state.messages)
    sent = [f"{s.seat} {number[1:]}" for s in senders for kind, number in s.acknowledged if kind == "say"]  # fmt: skip
    assert said == Counter(sent)
    assert [item["text"] for item in views["mid"]["view"]["messages"]] == [
        item.text for item in state.messages
    ]


def seen(server, name, seat, tokens):
    status, found = server.ask("GET", f"/api/sessions/{name}/{seat}/view", token=tokens[seat])
    assert status == 200
    return found
