"""The pages that show a part of a briefing, in a browser. Oracles by hand, but where a test says otherwise: what one does is what one sees."""

import json

import pytest
from tests.web.small import FULL, GAS, write_full, write_gas

from detente.web import Workbench

pytestmark = pytest.mark.browser

PAGES = ["overview", "deter", "allies", "sanctions", "energy"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """A workbench of two small crises: one with every mechanism, one with a gas system."""
    folder = tmp_path_factory.mktemp("small")
    return Workbench([str(write_full(folder)), str(write_gas(folder))], workers=1)


def settled(page):
    """Wait for the last refinement."""
    page.locator("#status:not(.draft)").wait_for()
    page.locator("#part:not(.busy)").wait_for()
    return page


EVERY = [*((FULL, name) for name in PAGES), (GAS, "energy")]


@pytest.mark.parametrize("width", [1440, 820, 390, 360])
def test_each_page_fits_and_keeps_to_itself(visit, width):
    """Nothing is loaded from elsewhere, the content policy has nothing to say, and nothing lies beyond the edge of the screen."""
    for crisis, name in EVERY:
        page = visit(f"/{crisis}/{name}", width=width)
        assert page.locator("h1").inner_text()
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width, name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser, server, scheme):
    """Oracle: axe-core, WCAG 2.2 AA, with every fold open."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    found = {}
    for crisis, name in [*EVERY, (FULL, "what-if"), (FULL, "policies")]:
        context = browser.new_context(color_scheme=scheme)
        context.add_init_script("window.fetch = () => new Promise(() => {})")  # the draft stays
        page = context.new_page()
        page.goto(f"{server}/{crisis}/{name}?set.war.gain=25")
        page.evaluate(
            "() => document.querySelectorAll('details').forEach((item) => { item.open = true; })"
        )
        results = axe.Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
        assert len(results.response["passes"]) > 10  # it did look
        for item in results.response["violations"]:
            found[f"{name}: {item['id']}"] = [node["html"][:160] for node in item["nodes"][:3]]
        context.close()
    assert found == {}, json.dumps(found, indent=1)


def test_a_draft_is_refined_and_folds_stay_open(visit):
    page = visit(f"/{FULL}/deter")
    fold = page.locator("#d-summary-moves")
    fold.locator("summary").click()
    assert "256 of 256 cases" in settled(page).locator("#status").inner_text()
    assert fold.get_attribute("open") is not None
    assert page.locator("#d-summary-moves tbody tr").count() > 4


def test_a_judged_range_is_moved_by_keyboard(visit):
    """The picture follows, the address says what is changed, the filed numbers stand below, and undoing it gives the page back."""
    page = settled(visit(f"/{FULL}/deter"))
    row = page.locator('.quantity[data-path="test.alarm"]')
    before = (
        page.locator("#t-deterrence-readings").locator("..").locator(".picture.wide").inner_html()
    )
    handle = row.locator('input[type="range"]')
    handle.focus()
    page.keyboard.press("PageDown")
    page.locator("#given").wait_for()
    settled(page)
    assert "set.test.alarm=" in page.url
    assert handle.evaluate("(item) => item === document.activeElement")
    after = (
        page.locator("#t-deterrence-readings").locator("..").locator(".picture.wide").inner_html()
    )
    assert after != before
    assert page.locator(".was").count() > 0
    link = page.locator('.nav a[href*="/allies"]').get_attribute("href")
    assert "set.test.alarm=" in link
    page.keyboard.press("Delete")
    page.locator("#given").wait_for(state="detached")
    settled(page)
    assert (
        page.locator("#t-deterrence-readings").locator("..").locator(".picture.wide").inner_html()
        == before
    )


def test_what_moves_are_compared_with_is_chosen(visit):
    page = settled(visit(f"/{FULL}/deter"))
    page.locator("#policy").select_option("arm")
    page.locator(".pictured .muted", has_text="against “arm Midland”").first.wait_for()
    assert "policy=arm" in settled(page).url


def test_a_changed_assumption_is_put_back(visit):
    page = settled(visit(f"/{FULL}/sanctions?set.war.gain=25&set.war.cost.north=45"))
    page.locator('a[data-drop="war.gain"]').click()
    page.locator('a[data-drop="war.gain"]').wait_for(state="detached")
    settled(page)
    assert "set.war.gain" not in page.url
    assert "set.war.cost.north=45" in page.url


def test_months_are_walked_by_keyboard_and_linked(visit):
    """Oracle: the page that the link opens shows the same picture."""
    page = settled(visit(f"/{GAS}/energy"))
    slider = page.locator("#at")
    slider.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    words = page.locator("#month-words").inner_text()
    page.locator("#t-energy-month-stock", has_text=words).wait_for()
    settled(page)
    assert slider.get_attribute("aria-valuetext") == words
    assert slider.evaluate("(item) => item === document.activeElement")
    assert "month=" in page.url
    path = page.url.partition("://")[2].partition("/")[2]
    other = settled(visit(f"/{path}"))
    assert other.locator("#month-words").inner_text() == words
    for name in ("short", "stock"):
        shown, again = (
            one.locator(f"#t-energy-month-{name}")
            .locator("..")
            .locator(".picture.wide")
            .inner_html()
            for one in (page, other)
        )
        assert shown == again


def test_without_scripts_there_are_lists_buttons_and_files(visit):
    page = visit(f"/{GAS}/energy", java_script_enabled=False)
    page.locator("#month").select_option(index=3)
    page.locator("#case").select_option("stands")
    page.get_by_role("button", name="Show").click()
    words = page.locator("#month option[selected]").inner_text()
    assert words in page.locator("#t-energy-month-stock").inner_text()
    with page.expect_download() as waiting:
        page.locator(".exports a", has_text="CSV").first.click()
    assert waiting.value.suggested_filename.endswith(".csv")
    other = visit(f"/{FULL}/deter", java_script_enabled=False)
    other.locator('input[name="set.test.alarm"]').fill("0.5")
    other.get_by_role("button", name="Show what follows").click()
    assert other.locator("#given").inner_text()
    assert "64 of 256" in other.locator("#status").inner_text()


def test_a_break_of_the_line_loses_nothing(visit):
    page = settled(visit(f"/{FULL}/deter", quiet=False))
    page.context.set_offline(True)
    field = page.locator('.quantity[data-path="test.alarm"] .entry input')
    field.fill("0.5")
    page.keyboard.press("Enter")
    page.locator("#problem:not([hidden])", has_text="does not answer").wait_for()
    page.context.set_offline(False)
    page.locator("#given").wait_for()
    assert settled(page).locator("#problem").is_hidden()
    assert field.input_value() == "0.5"


def test_a_page_is_printed_whole(visit):
    """Oracle: the style of print: tables have no end of their own, controls are gone."""
    page = settled(visit(f"/{FULL}/deter"))
    page.emulate_media(media="print")
    assert page.locator("#judged").is_hidden()
    assert page.locator(".picture.wide").first.is_visible()
    cut = page.evaluate(
        "() => [...document.querySelectorAll('#part .scroll')].filter((item) => item.scrollHeight > item.clientHeight + 1).length"
    )
    assert cut == 0
