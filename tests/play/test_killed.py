"""A session whose process is killed: what was acknowledged is there, and the log replays to the same digest."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import detente
from detente.log import Log
from detente.play import Session
from detente.play.sessions import events_digest
from detente.play.views import view_bytes

CHILD = """
import sys
from importlib.resources import files
from detente.crisis import load_crisis
from detente.log import Log
from detente.play import Rulebook, Session, SessionOptions

book = Rulebook(load_crisis(str(files("detente.crisis") / "templates" / "coercion")), draws=16)
types = {"north": "limited", "west": "hollow", "mid": "only"}
seats = dict.fromkeys(types, "human")
options = SessionOptions(seats=seats, chosen=types, case=0, draws=16)
log = Log.open(sys.argv[1])
session = Session.create(log, book, options, name="room")
session.send("control", "start", command="start")
print("start", flush=True)
number = 0
while True:
    number += 1
    session.send("west", "say", {"text": f"message {number}"}, command=f"m{number}")
    print(f"m{number}", flush=True)
    if number % 7 == 0 and session.state.waiting_for:
        seat = session.state.waiting_for[0]
        menus = [menu for menu in session.state.menus if menu.player == seat]
        session.send(seat, "seal", {"choices": [menu.open[0] for menu in menus]}, command=f"s{number}")
        print(f"s{number}", flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_no_acknowledged_command_is_lost_when_the_process_is_killed(coercion, tmp_path, seed):
    """Oracle: theorem: acknowledged means committed; the parent counts what it was told before it kills."""
    store = f"sqlite:///{tmp_path / 'sessions.db'}"
    environment = os.environ | {"PYTHONPATH": str(Path(detente.__file__).parents[1])}
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, store], stdout=subprocess.PIPE, text=True, env=environment
    )
    with child:
        told = [child.stdout.readline().strip()]
        assert told == ["start"]
        told += [child.stdout.readline().strip() for _ in range(random.Random(seed).randint(0, 60))]  # noqa: S311
        os.kill(child.pid, signal.SIGKILL)
        told += child.stdout.read().split()
    with Log.open(store) as log:
        session = Session(log, "room", coercion)
        kept = {event.command for event in session.events}
        assert set(told) <= kept
        assert (
            len(kept) <= len(told) + 2
        )  # the creation, and one command that was committed and not yet told
        again = Session(log, "room", coercion)
        assert again.digest == session.digest
        assert session.digest == events_digest(
            (event.kind, event.data) for event in log.read("session/room")
        )
        assert view_bytes(again.state, "control") == view_bytes(session.state, "control")
        # who sends it again is told what it gave, and nothing is done twice
        last = told[-1]
        count = len(session.events)
        assert session.send("west", "say", {"text": "x"}, command=last)
        assert len(session.events) == count
