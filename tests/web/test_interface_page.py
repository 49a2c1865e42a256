"""The page that describes the JSON API."""

import re

import pytest
from tests.web.conftest import HERE


def test_every_operation_and_shape_is_described(client):
    """Oracle: independent reading, the description by OpenAPI has each once, and every link of the page has its place."""
    spec = client.get("/api/openapi.json").json()
    text = client.get("/interface").text
    places = re.findall(r"<summary><code>([^<]+)</code>", text)
    assert places == [
        f"{method.upper()} {path}" for path, methods in spec["paths"].items() for method in methods
    ]
    names = re.findall(r'<section id="([^"]+)"', text)
    assert names == sorted(spec["components"]["schemas"])
    assert set(re.findall(r'href="#(?!main)([^"]+)"', text)) <= set(names)
    for schema in spec["components"]["schemas"].values():
        assert all(f"<code>{field}</code>" in text for field in schema.get("properties", {}))


def test_it_is_found_from_the_beginning(client):
    """Oracle by hand: the first page links to it, and it opens."""
    assert 'href="/interface"' in client.get("/").text
    assert client.get(f"{HERE}/interface").status_code == 200


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 390])
def test_it_fits_and_all_can_use_it(visit, width):
    """Oracle: independent code, axe with the rules of WCAG 2.2 AA."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit("/interface", width=width)
    page.locator("summary").first.click()
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = axe.run(page, options={"runOnly": {"type": "tag", "values": rules}})
    assert [item["id"] for item in found.response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
