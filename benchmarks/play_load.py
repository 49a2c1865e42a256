"""Sessions under load: how fast orders are acknowledged, and whether any that was is lost.

``python benchmarks/play_load.py [SESSIONS] [SEATS] [SECONDS] [CRISIS]``: a server of its own, with its store in a file, and by default 50
sessions whose 8 clients each send an order or an estimate every 5 seconds for a minute, each from a loopback address of its own.
The clients of a session share the seats of the template crisis, or of a shipped one; whoever has a move seals it or opens it again, so
that no game ends. Memory of the server is noted every 5 seconds.
"""

import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from detente.crisis import load_crisis
from detente.log import Log

TEMPLATE = "my-crisis"
EACH = 5.0
"""Seconds from one command of a client to the next."""


def ask(address, method, path, body=None, *, token="", source="127.0.0.1"):
    """Ask once, on a connection of its own."""
    there = http.client.HTTPConnection(address.hostname, address.port, 60, (source, 0))
    headers = {"content-type": "application/json"}
    headers |= {"authorization": f"Bearer {token}"} if token else {}
    there.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = there.getresponse()
    found = answer.status, json.loads(answer.read())
    there.close()
    return found


def play(address, room, client, until, told):
    """Send a command every few seconds; note how long each took and what was acknowledged."""
    name, links = room
    seat = told["seats"][client % len(told["seats"])]
    token = links[seat].partition("s=")[2]
    source = f"127.0.{1 + client}.{1 + told['place']}"
    number = 0
    time.sleep(EACH * (client * 50 + told["place"]) / 400)
    while time.monotonic() < until:
        begun, number = time.monotonic(), number + 1
        kind = ("seal", "open")[number % 2 == 0] if client == 0 else "estimate"
        data = {
            "seal": {"choices": told["choices"]},
            "open": {},
            "estimate": {"estimates": {f"outcome.{told['end']}": number % 100 / 100}},
        }[kind]
        body = {"id": f"c{client}-{number}", "kind": kind, "data": data}
        path = f"/api/sessions/{name}/{seat}/commands"
        status, _ = ask(address, "POST", path, body, token=token, source=source)
        told["took"].append(time.monotonic() - begun)
        told["acknowledged" if status == 200 else "refused"].append(f"{seat}:{body['id']}")
        time.sleep(max(0.0, begun + EACH - time.monotonic()))


def main(sessions=50, seats=8, seconds=60, crisis=TEMPLATE):
    """Serve, play, and print what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        store = f"sqlite:///{Path(folder) / 'play.db'}"
        folder_of = str(files("detente.crisis") / "templates" / "coercion")
        place_of = folder_of if crisis == TEMPLATE else crisis
        players, end = list((read := load_crisis(place_of)).players), next(iter(read.outcomes))
        command = [
            sys.executable,
            "-m",
            "detente",
            "serve",
            place_of,
            "--no-browser",
            "--port",
            "0",
        ]
        server = subprocess.Popen(  # noqa: S603  # our own
            [*command, "--store", store], stdout=subprocess.PIPE, text=True
        )
        try:
            address = urlsplit(re.search(r"http://\S+", server.stdout.readline())[0])
            rooms = []
            for place in range(sessions):
                asked = {"crisis": crisis, "draws": 16, "session_seed": place, "reveal": "control"}
                asked["seats"] = dict.fromkeys(players, "human")
                source = f"127.1.1.{1 + place}"
                _, made = ask(address, "POST", "/api/sessions", asked, source=source)
                start = {"id": "start", "kind": "start"}
                path = f"/api/sessions/{made['id']}/control/commands"
                ask(address, "POST", path, start, source=source)
                rooms.append((made["id"], made["links"]))
            seen = f"/api/sessions/{rooms[0][0]}/control/view"
            menus = ask(address, "GET", seen)[1]["view"]["menus"]
            mover = next(iter(menus))
            first = {
                "seats": [mover, *(player for player in players if player != mover)],
                "choices": [menu["open"][0]["id"] for menu in menus[mover]],
                "end": end,
            }
            told = [
                {"place": place, "took": [], "acknowledged": [], "refused": [], **first}
                for place in range(sessions)
            ]
            held = [memory(server.pid)]
            until = time.monotonic() + seconds
            threads = [
                threading.Thread(target=play, args=(address, room, client, until, told[place]))
                for place, room in enumerate(rooms)
                for client in range(seats)
            ]
            for thread in threads:
                thread.start()
            while any(thread.is_alive() for thread in threads):
                time.sleep(EACH)
                held.append(memory(server.pid))
            load = os.getloadavg()[0]
        finally:
            server.kill()
            server.wait(60)
        with Log.open(store) as log:
            kept = [{event.command for event in log.read(f"session/{name}")} for name, _ in rooms]
    lost = sum(len(set(item["acknowledged"]) - have) for item, have in zip(told, kept, strict=True))
    took = sorted(second for item in told for second in item["took"])
    cuts = statistics.quantiles(took, n=100)
    refused = sum(len(item["refused"]) for item in told)
    say(f"{crisis}: {sessions} sessions x {seats} clients, {seconds} s: {len(took):,} commands")
    say(f"acknowledged after {cuts[49] * 1e3:.0f} ms (median), {cuts[94] * 1e3:.0f} ms (p95)")
    say(f"refused {refused}, lost after a kill {lost}, load of the machine {load:.1f}")
    say(f"memory in MB, every {EACH:.0f} s: {', '.join(f'{item:.0f}' for item in held)}")


def say(line):
    """Print a line."""
    sys.stdout.write(f"{line}\n")


def memory(process):
    """Resident memory of a process, in MB."""
    text = Path(f"/proc/{process}/status").read_text("utf-8")
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024


if __name__ == "__main__":
    main(*(int(word) if word.isdecimal() else word for word in sys.argv[1:]))
