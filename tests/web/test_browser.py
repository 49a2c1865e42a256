"""The workbench in a browser: Debian's Chromium, driven by Playwright, over a socket of this machine.

Oracles by hand, but where a test says otherwise: what one does is what one sees.
"""

from itertools import pairwise

import pytest
from tests.web.conftest import CRISIS

pytestmark = pytest.mark.browser

PAGES = ["what-if", "policies", "game", "sources"]


def settled(page):
    """Wait for the last refinement."""
    page.locator("#status:not(.draft)").wait_for()
    return page


def headline(page):
    return page.locator("#say").inner_text()


def cells(page):
    """The numbers of the table behind the chart."""
    return page.locator("#as-table td").all_text_contents()


def slider(page, path):
    return page.locator(f'.quantity[data-path="{path}"] .slide input')


def field(page, path):
    return page.locator(f'.quantity[data-path="{path}"] .entry input')


TABLE = "[...document.querySelectorAll('#as-table td')].map((cell) => cell.textContent).join('|')"
TOP = "() => document.getElementById('t-out').getBoundingClientRect().y"


def first_path(page):
    return page.locator(".quantity").first.get_attribute("data-path")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [1440, 820, 390, 360])
def test_each_page_fits_and_keeps_to_itself(visit, name, width):
    """Nothing is loaded from elsewhere, the content policy has nothing to say, and nothing lies beyond the edge of the screen."""
    page = visit(f"/{CRISIS}/{name}", width=width)
    assert page.locator("h1").inner_text()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", PAGES)
def test_every_control_has_a_name_and_headings_are_in_order(visit, name):
    """Oracle: WCAG 2.2, 4.1.2 and 1.3.1, read from the page."""
    page = visit(f"/{CRISIS}/{name}")
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('input:not([type=hidden]), select, button, a[href], [role=img], [role=region]')]
        .filter((item) => !(item.labels?.length || item.getAttribute('aria-label') || item.getAttribute('aria-labelledby') || item.textContent.trim()))
        .map((item) => item.outerHTML.slice(0, 120))"""
    )
    assert nameless == []
    levels = page.evaluate(
        "() => [...document.querySelectorAll('h1, h2, h3')].map((item) => Number(item.tagName[1]))"
    )
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = page.evaluate("() => [...document.querySelectorAll('[id]')].map((item) => item.id)")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_in_light_and_dark(visit, scheme):
    """Oracle: WCAG 2.2, 1.4.3; contrast of text against the ground that it stands on, worked out in the page."""
    page = visit(f"/{CRISIS}/what-if?set.calm=6", color_scheme=scheme)
    settled(page)
    weak = page.evaluate(
        """() => {
        const channel = (v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
        const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
        const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
        const ground = (item) => { for (; item; item = item.parentElement) { const c = numbers(getComputedStyle(item).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
        const found = [];
        for (const item of document.querySelectorAll('h1, h2, p, b, a, span, td, th, label, summary, button, code, svg text')) {
          if (![...item.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())) continue;
          if (!item.getClientRects().length || item.closest('[disabled], .sr, .skip') || getComputedStyle(item).visibility === 'hidden') continue;
          const style = getComputedStyle(item);
          const [one, two] = [light(numbers(item instanceof SVGElement ? style.fill : style.color)), light(ground(item))].sort((a, b) => b - a);
          const ratio = (one + 0.05) / (two + 0.05);
          if (ratio < 4.5) found.push(`${item.tagName} ${item.textContent.trim().slice(0, 40)} ${ratio.toFixed(2)}`);
        }
        return found; }"""
    )
    assert weak == []
    dark = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, dark.removeprefix("rgb(").removesuffix(")").split(","))) < 300) is (
        scheme == "dark"
    )


def test_a_slider_by_keyboard_changes_the_answer(visit):
    """The draft comes first and is marked; the last refinement is not; address, field, list and picture follow."""
    page = visit(f"/{CRISIS}/what-if")
    settled(page)
    path = first_path(page)
    before, drawn = headline(page), page.locator(".picture.wide").inner_html()
    page.evaluate(
        "() => { window.seen = []; document.addEventListener('shown', (event) => window.seen.push(event.detail.draws)); }"
    )
    top = page.evaluate(TOP)
    handle = slider(page, path)
    handle.focus()
    for _ in range(3):
        page.keyboard.press("PageUp")
    page.locator("#count", has_text="1 assumption changed").wait_for()
    assert page.evaluate(TOP) == pytest.approx(top, abs=1)
    settled(page)
    seen = page.evaluate("() => window.seen")
    assert (seen[0], seen[-2:]) == (64, [256, 1024])
    assert headline(page) != before
    assert page.locator(".picture.wide").inner_html() != drawn
    assert page.locator("#count").inner_text() == "1 assumption changed"
    assert f"set.{path}={field(page, path).input_value()}" in page.url
    assert page.locator("#changes tbody tr").count() == 1
    assert handle.evaluate("(item) => item === document.activeElement")
    page.locator("#shares .shares li").wait_for()
    assert "makes all of the difference" in page.locator("#t-why").inner_text()
    page.keyboard.press("Delete")
    settled(page)
    page.locator("#count", has_text="0 assumptions changed").wait_for()
    assert headline(settled(page)) == before
    assert field(page, path).input_value() == ""


def test_a_drag_shows_drafts_while_it_goes_on(visit):
    """Pictures come while the handle moves, not only when it is let go."""
    page = visit(f"/{CRISIS}/what-if")
    settled(page)
    box = slider(page, first_path(page)).bounding_box()
    page.evaluate(
        "() => { window.shown = 0; document.addEventListener('shown', () => { window.shown += 1; }); }"
    )
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    for step in range(40):
        page.mouse.move(box["x"] + box["width"] * (0.5 + step / 100), y)
        page.wait_for_timeout(50)
    during = page.evaluate("() => window.shown")
    page.mouse.up()
    assert during >= 2
    settled(page)


def test_a_range_is_narrowed_and_shifted(visit):
    """Oracle by hand: the ends move what the field says, both together keep the width, and the answer follows."""
    page = settled(visit(f"/{CRISIS}/what-if"))
    path = first_path(page)
    row = page.locator(f'.quantity[data-path="{path}"]')
    row.locator(".reach summary").click()
    low, high = (float(slider(page, path).get_attribute(name)) for name in ("min", "max"))
    width = high - low
    before = cells(page)
    row.get_by_label(": from").press("PageUp")
    row.get_by_label(": to").press("PageDown")
    row.get_by_label(": to").press("PageDown")
    first = [float(end) for end in field(page, path).input_value().split("..")]
    assert first == pytest.approx([low + 0.1 * width, low + 0.8 * width], abs=0.01 * width)
    row.get_by_label(": both together").press("PageUp")
    second = [float(end) for end in field(page, path).input_value().split("..")]
    assert second == pytest.approx([low + 0.2 * width, low + 0.9 * width], abs=0.01 * width)
    page.wait_for_function(f"before => {TABLE} !== before", arg="|".join(before))
    settled(page)
    assert f"set.{path}=" in page.url
    row.get_by_label(": from").press("Delete")
    assert field(page, path).input_value() == ""
    assert float(row.get_by_label(": to").input_value()) == high


def test_a_link_opens_to_the_same_numbers(visit):
    """Oracle: the page that wrote the link."""
    page = visit(f"/{CRISIS}/what-if")
    settled(page)
    field(page, first_path(page)).fill("0.2")
    page.keyboard.press("Enter")
    page.locator("#count", has_text="1 assumption changed").wait_for()
    settled(page)
    link = page.locator("#permalink").get_attribute("href")
    other = visit(link)
    settled(other)
    assert headline(other) == headline(page)
    assert cells(other) == cells(page)
    assert field(other, first_path(other)).input_value() == "0.2"


def test_undo_redo_and_back_to_the_crisis(visit):
    page = visit(f"/{CRISIS}/what-if")
    settled(page)
    path = first_path(page)
    value = field(page, path)
    for given in ("0.2", "0.35"):
        value.fill(given)
        page.keyboard.press("Enter")
        settled(page)
    page.locator("#undo").click()
    assert value.input_value() == "0.2"
    slider(page, path).focus()
    page.keyboard.press("Control+z")
    assert value.input_value() == ""
    page.keyboard.press("Control+Shift+z")
    assert value.input_value() == "0.2"
    page.locator("#redo").click()
    assert value.input_value() == "0.35"
    assert page.locator("#redo").is_disabled()
    page.locator("#replay").click()
    page.locator("#undo").focus()
    page.wait_for_timeout(2500)
    assert value.input_value() == "0.35"  # the replay ends where it began
    page.locator("#reset").click()
    page.locator("#count", has_text="0 assumptions changed").wait_for()
    assert value.input_value() == ""
    page.locator("#undo").click()
    assert value.input_value() == "0.35"
    settled(page)


def test_a_value_that_cannot_be_set_is_refused_beside_its_field(visit):
    page = visit(f"/{CRISIS}/what-if", quiet=False)
    settled(page)
    before = headline(page)
    value = field(page, first_path(page))
    value.fill("7")
    page.keyboard.press("Enter")
    page.locator("#problem:not([hidden])").wait_for()
    assert "outside the range" in page.locator("#problem").inner_text()
    assert value.get_attribute("aria-invalid") == "true"
    assert headline(page) == before
    value.fill("0.3")
    page.keyboard.press("Enter")
    page.locator("#problem").wait_for(state="hidden")
    assert value.get_attribute("aria-invalid") is None


def test_a_break_of_the_line_loses_nothing(visit):
    """What was changed while the server was away goes when it is back, and the page is not loaded anew."""
    page = visit(f"/{CRISIS}/what-if", quiet=False)
    settled(page)
    page.evaluate("() => { window.stayed = true; }")
    before = headline(page)
    page.context.set_offline(True)
    field(page, first_path(page)).fill("0.39")
    page.keyboard.press("Enter")
    page.locator("#problem:not([hidden])", has_text="does not answer").wait_for()
    page.context.set_offline(False)
    page.locator("#count", has_text="1 assumption changed").wait_for()
    settled(page)
    assert headline(page) != before
    assert page.evaluate("() => window.stayed")
    assert page.locator("#problem").is_hidden()


def test_on_a_phone_the_answer_stays_in_sight_of_the_sliders(visit):
    page = visit(f"/{CRISIS}/what-if", width=390, height=844)
    settled(page)
    handle = page.locator('.quantity input[type="range"]:visible').last
    handle.focus()
    page.evaluate("() => document.activeElement.scrollIntoView({block: 'end'})")
    assert page.locator(".headline").bounding_box()["y"] < -500
    page.keyboard.press("PageUp")
    page.locator("#count", has_text="1 assumption changed").wait_for()
    settled(page)
    top, box = page.locator("header.top").bounding_box(), page.locator("#short").bounding_box()
    assert top["y"] + top["height"] - 2 <= box["y"] < 200
    assert page.locator("#short").inner_text() == headline(page)


def test_an_assumption_is_found_by_its_words(visit):
    page = visit(f"/{CRISIS}/what-if")
    page.locator("body").press("/")
    assert page.locator("#find").evaluate("(item) => item === document.activeElement")
    page.keyboard.type("berlin")
    shown = page.locator(".quantity:visible")
    assert 0 < shown.count() < page.locator(".quantity").count()
    assert all("berlin" in text.lower() for text in shown.locator("label").all_inner_texts())
    page.locator("#find").fill("")
    assert page.locator(".quantity:visible").count() < page.locator(".quantity").count()
    settled(page)


def test_assumptions_are_ordered_by_weight_and_back(visit):
    """Oracle: the words of each row; the points that they name fall from the first row on."""
    page = visit(f"/{CRISIS}/what-if")
    settled(page)
    paths = page.locator(".quantity").evaluate_all("(rows) => rows.map((row) => row.dataset.path)")
    page.locator("#by-weight").click()
    rows = page.locator("#heaviest .quantity")
    rows.first.wait_for()
    words = page.locator("#heaviest .weight").all_inner_texts()
    points = [int(text.split()[-2]) if "under" not in text else 0 for text in words]
    assert len(points) == len(paths)
    assert points == sorted(points, reverse=True)
    assert points[0] > 0
    page.locator("#by-question").click()
    assert (
        page.locator(".quantity").evaluate_all("(rows) => rows.map((row) => row.dataset.path)")
        == paths
    )
    assert page.locator("#heaviest").is_hidden()


def test_a_list_entry_is_put_back(visit):
    page = visit(f"/{CRISIS}/what-if?set.calm=6&set.berlin.risk=4")
    settled(page)
    page.locator('a[data-drop="calm"]').click()
    page.locator("#count", has_text="1 assumption changed").wait_for()
    assert "set.calm" not in settled(page).url
    assert "set.berlin.risk=4" in page.url


def test_the_form_works_without_scripts(visit):
    page = visit(f"/{CRISIS}/what-if", java_script_enabled=False)
    assert page.locator("#status").inner_text().strip().startswith("64 of 1,024")
    assert not page.locator("#undo").is_visible()
    assert not page.locator(".slide").first.is_visible()
    field(page, first_path(page)).fill("0.2")
    page.locator("form#assumptions button.nojs").first.click()
    assert page.locator("#count").inner_text() == "1 assumption changed"
    assert "rises" in headline(page) or "falls" in headline(page) or "stays" in headline(page)
    page.get_by_role("link", name="Split the difference among the changes").click()
    assert page.locator("#shares .shares li").count() == 1
    page.locator("a[data-drop]").click()
    assert page.locator("#count").inner_text() == "0 assumptions changed"


def test_the_game_is_walked_by_keyboard(visit):
    page = visit(f"/{CRISIS}/game")
    first = page.locator("#t-game").inner_text()
    page.keyboard.press("1")
    page.locator(".crumbs a", has_text="Start").wait_for()
    page.keyboard.press("ArrowLeft")
    page.locator(".crumbs b", has_text="Start").wait_for()
    assert page.locator("#t-game").inner_text() == first


def test_two_policies_are_compared(visit):
    page = visit(f"/{CRISIS}/policies")
    before = page.locator("h1").inner_text()
    page.locator("#p-a").select_option("widen")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.locator("h1", has_text="Widen").or_(
        page.locator("h1").filter(has_not_text=before)
    ).first.wait_for()
    assert "a=widen" in page.url
    assert page.locator("#p-a").input_value() == "widen"


def test_the_theme_is_chosen_and_kept(visit):
    page = visit(f"/{CRISIS}/sources", color_scheme="light")
    page.locator("#theme").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.reload()
    page.locator('html[data-theme="dark"]').wait_for()
