"""Redraw the pictures of the README from a briefing and the workbench of this build. Needs Debian's or any other chromium."""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=20000",
)
WORKBENCH = {
    "workbench-what-if": "what-if?set.clash.invasion=0.07&set.talks.close=0.8",
    "workbench-deter": "deter",
    "workbench-game": "game",
}
"""Pages of the workbench that are photographed."""


def photograph(address: str, picture: Path, *, width: int, height: int, scale: float = 1.0) -> None:
    """Write a PNG of the top of a page at a window size in CSS pixels."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("chromium is not installed; on Debian: apt-get install chromium")
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(  # noqa: S603 - our own arguments
            [
                browser,
                *FLAGS,
                f"--user-data-dir={profile}",
                f"--window-size={width},{height}",
                f"--force-device-scale-factor={scale}",
                f"--screenshot={picture}",
                address,
            ],
            check=True,
            capture_output=True,
            timeout=300,
        )


@contextmanager
def workbench(crisis: str) -> Iterator[str]:
    """Serve a crisis for as long as it is needed, and give the address of its pages."""
    command = [sys.executable, "-m", "detente", "serve", crisis]
    with subprocess.Popen(  # noqa: S603 - our own arguments
        [*command, "--port", "0", "--no-browser", "--store", "sqlite://"],
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            said = server.stdout.readline() if server.stdout else ""
            found = re.search(r"http://\S+", said)
            if found is None:
                sys.exit(f"the workbench does not say where it is: {said!r}")
            yield f"{found[0]}{crisis}/"
        finally:
            server.terminate()


def main() -> None:
    """Photograph the briefing for desktop and phone, and the workbench."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--brief", type=Path, default=ROOT / "brief" / "ukraine-2022" / "brief.html"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "_static")
    options = parser.parse_args()
    if not options.brief.exists():
        sys.exit(f"{options.brief} is missing; run: make brief")
    brief = options.brief.resolve().as_uri()
    photograph(brief, options.out / "brief-desktop.png", width=1280, height=1000)
    photograph(brief, options.out / "brief-phone.png", width=500, height=1100)
    with workbench("ukraine-2022") as pages:
        for name, page in WORKBENCH.items():
            photograph(pages + page, options.out / f"{name}.png", width=1280, height=1000)
    print(f"wrote brief-desktop, brief-phone, {', '.join(WORKBENCH)} into {options.out}")


if __name__ == "__main__":
    main()
