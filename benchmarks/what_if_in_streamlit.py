"""The same what-if in Streamlit and in the workbench: from a slider to the changed picture, in Debian's chromium.

    make peers .peers/.streamlit; python benchmarks/what_if_in_streamlit.py [CRISIS] [MOVES]

Both solve the same draws by the same call, a draft of 64 and its refinement to 256. A slider of Streamlit is moved by its
arrow keys, for that is what it can be told; a slider of the workbench by its event. The workbench goes on to 1,024 draws.
"""

import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import sync_playwright
from slider_to_picture import measure

HERE = Path(__file__).parent
PEERS = HERE.parent / ".peers"
START = """
import sys
sys.path += sys.argv.pop(1).split(":")
from streamlit.web import cli
cli.main()
"""
LISTEN = """(number) => {
  const main = () => document.querySelector('[data-testid="stMain"]').innerText;
  const before = main(), found = {};
  let start = 0;
  addEventListener('keydown', () => { start = performance.now(); }, { once: true, capture: true });
  window.answered = new Promise((done) => {
    const look = new MutationObserver(() => {
      const text = main(), said = /shown: (\\d+) draws/.exec(text);
      if (said === null || text === before || found[said[1]] !== undefined) return;
      if (said[1] === '256' && found['64'] === undefined) return;
      found[said[1]] = 0;
      requestAnimationFrame(() => {
        found[said[1]] = (performance.now() - start) / 1000;
        if (said[1] === '256') { look.disconnect(); done(found); }
      });
    });
    look.observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  document.querySelectorAll('[data-testid="stSlider"] input[type=range]')[number].focus();
}"""


def measure_streamlit(crisis, moves):
    """Return seconds of each move by draws."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    more = ":".join(str(path) for path in PEERS.glob("lib/python*/site-packages"))
    words = ["run", str(HERE / "_streamlit_what_if.py"), "--server.port", str(port)]
    words += ["--server.address", "127.0.0.1", "--server.headless", "true"]
    words += ["--browser.gatherUsageStats", "false", "--", crisis]
    process = subprocess.Popen(  # noqa: S603  # ours
        [sys.executable, "-c", START, more, *words], stdout=subprocess.DEVNULL
    )
    times = {64: [], 256: []}
    try:
        with sync_playwright() as play:
            browser = play.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            page = browser.new_page()
            page.set_default_timeout(300_000)
            wait_for(port)
            page.goto(f"http://127.0.0.1:{port}")
            page.get_by_text(re.compile("shown: 256 draws")).wait_for()
            sliders = page.locator('[data-testid="stSlider"] input[type=range]')
            sliders.last.wait_for(state="attached")
            count = sliders.count()
            for number in range(moves):
                page.evaluate(LISTEN, number * count // moves)
                page.keyboard.press("ArrowRight" if number % 2 else "ArrowLeft")
                found = page.evaluate("() => window.answered")
                for draws, seconds in times.items():
                    seconds.append(found[str(draws)])
            browser.close()
    finally:
        process.terminate()
        process.wait(30)
    return times


def wait_for(port):
    """Wait until somebody listens."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        with socket.socket() as place:
            if place.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)


def main():
    """Measure both, one after the other, and print."""
    if not (PEERS / "bin" / "streamlit").exists():
        sys.exit(f"no Streamlit in {PEERS}: make {PEERS.name}/.streamlit")
    crisis = sys.argv[1] if len(sys.argv) > 1 else "cuba-1962"
    moves = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    for name, way in (("Streamlit", measure_streamlit), ("workbench", lambda *a: measure(*a)[0])):
        load = os.getloadavg()[0]
        for draws, seconds in way(crisis, moves).items():
            p50, p95 = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
            print(f"{crisis} in {name}, {draws:4} draws: p50 {p50:.2f} s, p95 {p95:.2f} s")  # noqa: T201
        print(f"load {load:.1f} on {os.cpu_count()} cores before it")  # noqa: T201


if __name__ == "__main__":
    main()
