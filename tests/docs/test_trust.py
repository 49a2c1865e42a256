"""The page of promises names tests that are there, and every promise has one. Oracle: the files of the checkout."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "trust.md").read_text("utf-8")
ROWS = [
    row.strip().strip("|").split("|")
    for row in PAGE.splitlines()
    if row.startswith("| ") and not row.startswith("| promise")
]


def test_every_promise_names_a_test_that_is_run():
    assert len(ROWS) > 20
    for promise, held in ROWS:
        named = re.findall(r"`(tests/[^`]+)`", held)
        assert named, promise
        for name in named:
            path = ROOT / name
            assert path.is_file(), name
            text = path.read_text("utf-8")
            assert "def test_" in text, name
            assert not re.search(r"^pytestmark = .*(slow|network|research)", text, re.MULTILINE), (
                name
            )
