"""Redraw the pictures of the README from a briefing of this build. Needs Debian's or any other chromium."""

import argparse
import shutil
import subprocess
import sys
import tempfile
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
)


def photograph(page: Path, picture: Path, *, width: int, height: int, scale: float = 1.0) -> None:
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
                page.resolve().as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )


def main() -> None:
    """Photograph the briefing for desktop and phone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--brief", type=Path, default=ROOT / "brief" / "ukraine-2022" / "brief.html"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "_static")
    options = parser.parse_args()
    if not options.brief.exists():
        sys.exit(f"{options.brief} is missing; run: make brief")
    photograph(options.brief, options.out / "brief-desktop.png", width=1280, height=1000)
    photograph(options.brief, options.out / "brief-phone.png", width=500, height=1100)
    print(f"wrote {options.out}/brief-desktop.png and brief-phone.png")


if __name__ == "__main__":
    main()
