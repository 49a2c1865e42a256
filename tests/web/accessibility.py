"""What axe finds wrong with a page, by the rules of WCAG 2.2 AA and of good practice."""

import pytest

OPTIONS = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}


def find_faults(page):
    """Each rule that is broken, with the elements that break it."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
    found = axe.Axe().run(page, options=OPTIONS).response["violations"]
    return [(item["id"], [node["target"] for node in item["nodes"]]) for item in found]
