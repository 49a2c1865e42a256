"""Many users of one workbench: each moves a slider every two seconds, for a minute.

    python benchmarks/workbench_load.py [CRISIS] [USERS] [SECONDS]

A user does what the page does: a move asks for a draft of 64 draws, which supersedes what the same user still waits for, and
then for the refinement to 256, which is given up when the next move comes. No value is asked for twice. Users come from
addresses of their own on the loopback network, as the limits of the server count them. Printed are the seconds from a move to
its draft, what failed, how many refinements came in time, and the memory of the server at the start and at each half.
"""

import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

PAUSE = 2.0
"""Seconds between moves of a user."""
TARGET = 2.0
"""Seconds that 95% of the drafts should take at most."""


class User(threading.Thread):
    """A user who moves sliders until the time is up."""

    def __init__(self, number, users, address, crisis, paths, end):
        super().__init__(daemon=True)
        self.number, self.users, self.end = number, users, end
        self.place = urlsplit(address)
        self.target, self.paths = f"/api/crises/{crisis}/what-if", paths
        self.seconds, self.errors, self.refined = [], Counter(), 0

    def connect(self):
        source = f"127.0.{self.number // 250 + 1}.{self.number % 250 + 1}"
        return http.client.HTTPConnection(
            self.place.hostname, self.place.port, timeout=60, source_address=(source, 0)
        )

    def ask(self, connection, asked):
        body = {**asked, "channel": f"user-{self.number}", "shows": True}
        connection.request(
            "POST", self.target, json.dumps(body), {"content-type": "application/json"}
        )

    def run(self):
        time.sleep(PAUSE * self.number / self.users)  # not all in the same moment
        turn, refining = 0, None
        while (begin := time.monotonic()) < self.end:
            item = self.paths[(self.number + turn) % len(self.paths)]
            share = 0.05 + 0.9 * (((turn * self.users + self.number) * 0.6180339887) % 1.0)
            value = item["low"] + share * (item["high"] - item["low"])
            asked = {"set": {item["path"]: value}}
            if refining is not None:
                self.refined += self.is_there(refining)
                refining.close()
            connection = self.connect()
            try:
                self.ask(connection, {**asked, "draws": 64})
                answer = connection.getresponse()
                answer.read()
                if answer.status == 200:
                    self.seconds.append(time.monotonic() - begin)
                else:
                    self.errors[answer.status] += 1
                refining = self.connect()
                self.ask(refining, {**asked, "draws": 256})
            except OSError as error:
                self.errors[type(error).__name__] += 1
                refining = None
            finally:
                connection.close()
            turn += 1
            time.sleep(max(0.0, begin + PAUSE - time.monotonic()))

    @staticmethod
    def is_there(connection):
        """Tell whether an answer has come by now."""
        connection.sock.setblocking(False)
        try:
            return connection.sock.recv(12).startswith(b"HTTP/1.1 200")
        except OSError:
            return False


def memory_of(process):
    """Return the resident memory of a process in MiB."""
    text = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024


def spent(process):
    """Return the processor time of a process in seconds."""
    text = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8")
    fields = text.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def fetch(address, path):
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=300)
    connection.request("GET", path)
    found = json.load(connection.getresponse())
    connection.close()
    return found


def main():
    """Serve, load, and print."""
    crisis = sys.argv[1] if len(sys.argv) > 1 else "cuba-1962"
    users = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 60.0
    command = [sys.executable, "-m", "detente", "serve", crisis, "--no-browser", "--port", "0"]
    process = subprocess.Popen(  # noqa: S603  # this program
        [*command, "--store", "sqlite://"], stdout=subprocess.PIPE, text=True
    )
    try:
        address = re.search(r"http://\S+", process.stdout.readline())[0].rstrip("/")
        paths = fetch(address, f"/api/crises/{crisis}/quantities")
        warm = User(users, users + 1, address, crisis, paths, time.monotonic() + 10.0)
        warm.start()
        warm.join()
        before, load, used = memory_of(process), os.getloadavg()[0], spent(process)
        end = time.monotonic() + seconds
        crowd = [User(number, users, address, crisis, paths, end) for number in range(users)]
        for user in crowd:
            user.start()
        time.sleep(seconds / 2)
        half = memory_of(process)
        for user in crowd:
            user.join()
        after, used = memory_of(process), spent(process) - used
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()
    took = [taken for user in crowd for taken in user.seconds]
    errors = sum((user.errors for user in crowd), Counter())
    p95 = statistics.quantiles(took, n=20)[-1]
    met = "met" if p95 < TARGET and not errors else "MISSED"
    print(  # noqa: T201  the answer
        f"{crisis}, {users} users, a move each {PAUSE:g} s for {seconds:g} s; load {load:.1f} before, {os.cpu_count()} cores\n"
        f"{len(took)} drafts of 64 draws: p50 {statistics.median(took):.2f} s, p95 {p95:.2f} s, worst {max(took):.2f} s ({met})\n"
        f"of {users * seconds / PAUSE:.0f} moves that were meant; {sum(user.refined for user in crowd)} refinements to 256 came before the next move\n"
        f"processor time of the server: {used:.1f} s, {used / len(took):.3f} s for each draft and what was begun of its refinement\n"
        f"errors: {dict(errors) or 'none'}\n"
        f"memory of the server: {before:.0f} MiB before, {half:.0f} at half, {after:.0f} after"
    )


if __name__ == "__main__":
    main()
