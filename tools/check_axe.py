"""Run axe-core over pages of a briefing and print what it finds.

axe-core (MPL 2.0) is no dependency of detente: give its minified script, as it lies in the npm package ``axe-core`` or in the
wheel of ``axe-playwright-python``. A browser that prints the DOM is needed: Chromium.

    python tools/check_axe.py AXE_JS brief/ukraine-2022/brief.html [--dark]
"""

import argparse
import html
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

RUN = """<script>%s</script><script>
document.querySelectorAll('details').forEach(one => { one.open = true; });
axe.run(document).then(found => {
  const place = document.createElement('pre'); place.id = 'axe-found';
  place.textContent = JSON.stringify(found.violations.map(one => [one.id, one.impact, one.nodes.map(node => node.html)]));
  document.body.appendChild(place);
});</script></body>"""


def violations(
    page: str, script: str, *, browser: str, dark: bool
) -> list[tuple[str, str, list[str]]]:
    """Return rule, impact and elements of what axe finds, all folds open."""
    if dark:
        page = page.replace("<html ", '<html data-theme="dark" ', 1)
    at = page.rindex("</body>")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "page.html"
        copy.write_text(page[:at] + RUN % script + page[at + 7 :], encoding="utf-8")
        words = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1280,2000"]
        words += ["--virtual-time-budget=60000", "--dump-dom", copy.as_uri()]
        shown = subprocess.run(words, capture_output=True, text=True, check=True).stdout  # noqa: S603  # a browser that is named
    found = re.search(r'<pre id="axe-found">(.*?)</pre>', shown, re.DOTALL)
    if found is None:
        sys.exit("axe did not finish: is the script axe.min.js, and the browser Chromium?")
    return [(rule, impact, nodes) for rule, impact, nodes in json.loads(html.unescape(found[1]))]


def main() -> None:
    """Check the pages that are named; leave with 1 if anything is found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("script", type=Path, help="axe.min.js")
    parser.add_argument("pages", type=Path, nargs="+")
    parser.add_argument("--browser", default="chromium")
    parser.add_argument("--dark", action="store_true")
    given = parser.parse_args()
    script = given.script.read_text(encoding="utf-8")
    bad = False
    for path in given.pages:
        found = violations(
            path.read_text(encoding="utf-8"), script, browser=given.browser, dark=given.dark
        )
        sys.stdout.write(f"{path}: {len(found)} rules violated\n")
        for rule, impact, nodes in found:
            bad = True
            sys.stdout.write(f"  {rule} ({impact}), {len(nodes)} elements: {nodes[0][:160]}\n")
    sys.exit(int(bad))


if __name__ == "__main__":
    main()
