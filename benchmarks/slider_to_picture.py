"""How long it takes from a slider of the workbench to the changed picture, measured in Debian's chromium.

    python benchmarks/slider_to_picture.py [CRISIS] [MOVES]

Each move of a slider sets it to a value that was not asked for before. Timed is the way from its event in the page to the
picture that stands in the page: of the draft (64 draws), and of the refinement that follows it (256). Wall time depends on
who else uses the machine; so the processor time of the server is printed, too, per move.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

TARGETS = {"p50": 0.3, "p95": 1.0}
"""Seconds from slider to picture at 256 draws that the design asks for, on two quiet cores."""

MOVE = """([path, share]) => new Promise((done) => {
  const slider = document.querySelector(`.quantity[data-path="${path}"] input[type=range]`);
  slider.value = Number(slider.min) + share * (slider.max - slider.min);
  const start = performance.now();
  const found = {};
  document.addEventListener('shown', function note(event) {
    requestAnimationFrame(() => {
      found[event.detail.draws] = (performance.now() - start) / 1000;
      if (event.detail.draws >= 256) { document.removeEventListener('shown', note); done(found); }
    });
  });
  slider.dispatchEvent(new Event('input'));
})"""


@contextmanager
def serving(crisis):
    """Serve a crisis in a process of its own; give its address and what tells its processor time."""
    command = [sys.executable, "-m", "detente", "serve", crisis, "--no-browser", "--port", "0"]
    command += ["--store", "sqlite://"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  # this program
    tick = os.sysconf("SC_CLK_TCK")

    def spent():
        with open(f"/proc/{process.pid}/stat", encoding="utf-8") as stream:  # noqa: PTH123  # no file
            fields = stream.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / tick

    try:
        address = re.search(r"http://\S+", process.stdout.readline())[0]
        yield address.rstrip("/"), spent
    finally:
        process.terminate()
        process.wait(20)


def measure(crisis, moves):
    """Return seconds of each move by draws, and the processor time of the server for each."""
    times, used = {64: [], 256: []}, []
    with serving(crisis) as (address, spent), sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page()
        page.set_default_timeout(300_000)
        page.goto(f"{address}/{crisis}/what-if")
        page.locator("#status:not(.draft)").wait_for()
        paths = page.locator(".quantity").evaluate_all(
            "(rows) => rows.map((row) => row.dataset.path)"
        )
        for number in range(moves):
            before = spent()
            path = paths[number * len(paths) // moves]  # from every question
            found = page.evaluate(MOVE, [path, 0.15 + 0.7 * (number + 1) / (moves + 1)])
            used.append(spent() - before)
            for draws, seconds in times.items():
                seconds.append(found[str(draws)])
        browser.close()
    return times, used


def main():
    """Measure, and print."""
    crisis = sys.argv[1] if len(sys.argv) > 1 else "ukraine-2022"
    moves = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    times, used = measure(crisis, moves)
    print(  # noqa: T201  the answer
        f"{crisis}, {moves} moves, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    for draws, seconds in times.items():
        p50, p95 = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
        met = "met" if p50 <= TARGETS["p50"] and p95 <= TARGETS["p95"] else "MISSED"
        print(  # noqa: T201  the answer
            f"{draws:5} draws: slider to picture p50 {p50:.2f} s, p95 {p95:.2f} s ({met})"
        )
    print(  # noqa: T201  the answer
        f"processor time of the server, draft and refinement to 256: median {statistics.median(used):.2f} s a move"
    )


if __name__ == "__main__":
    main()
