"""What is saved, in the browser: from a slider to a name and back, by keyboard; all can use it."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.web.conftest import CRISIS

pytestmark = pytest.mark.browser


def test_a_what_if_is_saved_opened_deleted_and_undone(visit):
    """Oracle by hand: what was typed on one page is what opens from the other."""
    page = visit(f"/{CRISIS}/what-if")
    page.evaluate(
        "for (const group of document.querySelectorAll('details.group')) group.open = true"
    )
    field = page.locator('[name="set.calm"]')
    field.fill("6")
    field.press("Enter")
    page.wait_for_function("() => document.getElementById('save').search.includes('set.calm=6')")
    page.locator("#save").click()
    page.locator("#name").fill("Calmer")
    page.locator("#name").press("Enter")
    card = page.locator(".variant").first
    assert "Calmer" in card.locator("h2").text_content()
    card.get_by_role("link", name="Open: Calmer").press("Enter")
    page.wait_for_url(re.compile("what-if"))
    assert page.locator('[name="set.calm"]').input_value() == "6"
    page.go_back()
    page.get_by_role("button", name="Delete: Calmer").press("Enter")
    page.get_by_role("button", name="Undo").press("Enter")
    page.locator(".variant").first.wait_for()
    assert page.get_by_text("is deleted").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 820, 390, 360])
def test_the_page_fits_and_all_can_use_it(visit, theme, width):
    """Oracle: independent code, axe with the rules of WCAG 2.2 AA; nothing is wider than the window."""
    page = visit(f"/{CRISIS}/saved?set.calm=6&policy=widen", width=width, color_scheme=theme)
    page.locator("#name").fill("A long name that does not fit into one line of a telephone " * 2)
    page.locator("#name").press("Enter")
    page.locator("#path").fill("calm")
    page.locator("#text").fill("x" * 300)
    page.get_by_role("button", name="Write").press("Enter")
    page.locator(".notes dd").first.wait_for()
    page.evaluate(
        "scrollTo(0, 0)"
    )  # the bar at the top covers what lies below it while one scrolls
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": rules}})
    wrong = [
        (item["id"], node["html"])
        for item in found.response["violations"]
        for node in item["nodes"]
    ]
    assert wrong == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
