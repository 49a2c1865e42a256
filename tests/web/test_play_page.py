"""Play in the browser: windows of seats, control and the projector to the end of a game, and a server that is killed meanwhile."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from importlib.resources import files
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.web.conftest import PATIENCE

import detente
from detente.log import Log
from detente.play.sessions import events_digest
from detente.web import Workbench
from detente.web.play.rooms import Rooms

pytestmark = pytest.mark.browser

TEMPLATE = str(files("detente.crisis") / "templates" / "coercion")
SEALED = """() => {
  const form = document.querySelector("form.orders");
  return !form || (!form.dataset.busy && !form.querySelector("input:checked"));
}"""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def bench():
    """A crisis whose games are small, and the one that is played in four windows."""
    return Workbench([TEMPLATE, "cuba-1962"], workers=1)


def create(page, address, crisis, people, **options):
    """Create a session with the form, and return the links of its seats by the desk."""
    page.goto(f"{address}/{crisis}/play")
    for summary in page.locator(".setup summary").all():
        summary.click()
    for item in page.locator("select[name^='seats.']").all():
        who = item.get_attribute("name").partition(".")[2]
        item.select_option("human" if who in people else "equilibrium")
    page.select_option("#draws", "16")
    for name, value in options.items():
        item = page.locator(f"#{name}")
        if item.evaluate("node => node.tagName") == "SELECT":
            item.select_option(value)
        else:
            item.fill(value)
    page.get_by_role("button", name="Create the session").click()
    page.wait_for_url("**/control")
    found = [item.get_attribute("href") for item in page.locator("a.link").all()]
    return {link.split("/")[-2]: link.partition("//")[2].partition("/")[2] for link in found}


def sit(page, name):
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Take this seat").click()
    page.get_by_role("button", name="I am ready").click()
    page.get_by_role("button", name="You are ready").wait_for()


def tab(page, name):
    button = page.locator(f"[data-tab='{name}']")
    if button.is_visible():
        button.click()


def move(page):
    """Seal the first open order if this seat is to choose; tell whether it was."""
    form = page.locator("form.orders")
    if not form.count():
        return False
    tab(page, "orders")
    for item in form.locator("fieldset").all():
        item.locator("input").first.check()
    page.get_by_role("button", name="Seal the order").click()
    page.wait_for_function(SEALED)  # where others are bots, the next move comes at once
    return True


def play_out(desk, seats):
    for _ in range(60):
        if desk.get_by_text("The game has ended").count():
            return
        moved = [move(page) for page in seats]
        if True not in moved:
            desk.wait_for_timeout(300)
    raise AssertionError(desk.locator("main").inner_text())


def check(page):
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert found.response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_four_windows_and_bots_play_to_the_end(visit, server):
    """Oracle by hand: two phones and two laptops (two seats, the desk, the projector) and a bot play a shipped crisis; nobody reloads;
    the report opens for all; a whisper reaches its seat alone."""
    desk = visit("/")
    links = create(desk, server, "cuba-1962", {"usa", "ussr"}, rounds="1")
    phones = [
        visit("/" + links[who], width=390, height=844, has_touch=True) for who in ("usa", "ussr")
    ]
    wall = visit("/" + links["public"])
    for page, name in zip(phones, ("Ada <b>", "Ben"), strict=True):
        sit(page, name)
    windows = (desk, wall, *phones)
    for page in windows:
        page.evaluate("window.mark = 1")
    desk.get_by_text("Ada <b>").first.wait_for()
    desk.get_by_role("button", name="Start", exact=True).click()
    tab(phones[0], "talk")
    phones[0].locator("#to-with-ussr").click()
    phones[0].locator("#text-with-ussr").fill("in confidence")
    phones[0].get_by_role("button", name="Send", exact=True).click()
    phones[1].locator("[data-tab='talk'] .unread:not([hidden])").wait_for()
    tab(phones[1], "talk")
    phones[1].locator("#to-with-usa").click()
    phones[1].locator("#ch-with-usa").get_by_text("in confidence", exact=True).wait_for()
    desk.locator("[data-live='said']").get_by_text("in confidence", exact=True).wait_for()
    assert wall.get_by_text("in confidence").count() == 0
    for part in ("orders", "talk", "brief", "beliefs", "news"):
        tab(phones[1], part)
        assert phones[1].evaluate("document.documentElement.scrollWidth <= innerWidth"), part
    play_out(desk, phones)
    wall.get_by_text("The game has ended").first.wait_for()
    assert [page.evaluate("window.mark") for page in windows] == [1] * 4
    for page in (desk, phones[0]):
        tab(page, "orders")
        page.get_by_role("link", name="Report").first.click()
        page.get_by_text("A thousand runs from each turn").wait_for()
        assert page.locator(".thousand").count() >= 1


def test_two_windows_on_a_seat_agree_and_a_sealed_order_opens_again(visit, server):
    """Oracle by hand: what one seals the other shows sealed, what one opens again the other may change; typing is not touched."""
    desk = visit("/")
    links = create(desk, server, "my-crisis", {"west"}, minutes="5")
    phone, laptop = visit("/" + links["west"], width=390), visit("/" + links["west"])
    sit(phone, "Ada")
    laptop.get_by_role("button", name="You are ready").wait_for()
    desk.get_by_role("button", name="Start", exact=True).click()
    laptop.locator("form.orders").wait_for()
    laptop.get_by_label("Message to everyone").fill("half a sen")
    desk.get_by_role("button", name="Pause").click()
    laptop.get_by_text("The session is paused.").first.wait_for()
    desk.get_by_role("button", name="Go on").click()
    desk.get_by_role("button", name="+ 2 minutes").click()
    laptop.locator("#news").get_by_text("Control has extended the time.").wait_for()
    assert re.fullmatch(r"0[67]:\d\d", laptop.locator("#timer").text_content())
    assert laptop.get_by_label("Message to everyone").input_value() == "half a sen"
    assert laptop.get_by_label("Message to everyone").evaluate(
        "node => node === document.activeElement"
    )


def test_control_reveals_opens_again_and_ends_links(visit, server):
    """Oracle by hand: an order waits for the reveal and may be opened until then; a link that was ended says so in the page."""
    desk = visit("/")
    links = create(desk, server, "my-crisis", {"west"}, reveal="control", minutes="")
    seat = visit("/" + links["west"], width=390, quiet=False)
    other = visit("/" + links["west"])
    sit(seat, "Ada")
    desk.get_by_role("button", name="Start", exact=True).click()
    seat.locator("form.orders").wait_for()
    assert move(seat)
    other.get_by_role("button", name="Open it again").click()
    seat.locator("form.orders").wait_for()
    assert move(seat)
    other.get_by_role("button", name="Open it again").wait_for()
    desk.get_by_role("button", name="Reveal now").click()
    other.locator("#news").get_by_text("Westmark:").first.wait_for()
    other.close()
    desk.get_by_role("button", name="End this link and make a new one").first.click()
    seat.get_by_text("this link was ended by control").wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 820, 390, 360])
def test_the_pages_fit_and_all_can_use_them(visit, server, theme, width):
    """Oracle: independent code, axe with the rules of WCAG 2.2 AA; nothing is wider than the window."""
    look = {"width": width, "color_scheme": theme}
    desk = visit("/", **look)
    links = create(desk, server, "my-crisis", {"west"})
    check(desk)
    seat, wall = visit("/" + links["west"], **look), visit("/" + links["public"], **look)
    check(seat)
    sit(seat, "Ada")
    desk.get_by_role("button", name="Start", exact=True).click()
    seat.locator("form.orders").wait_for()
    for part in ("orders", "talk", "brief", "beliefs", "news"):
        tab(seat, part)
        check(seat)
    check(desk)
    check(wall)
    play_out(desk, [seat])
    desk.get_by_role("link", name="Report").first.click()
    desk.get_by_text("A thousand runs from each turn").wait_for()
    check(desk)
    desk.goto(f"{server}/my-crisis/play")
    check(desk)


@pytest.mark.slow
def test_a_killed_server_loses_nothing_and_a_half_typed_message_stays(browser, tmp_path):
    """Oracle: theorem: what was acknowledged before the server was killed is there, and the events replay to the same digest; by hand:
    the page says that it is away, comes back by itself, and what was typed and chosen stands."""
    store = f"sqlite:///{tmp_path / 'play.db'}"
    process, address = start_server(store, "0")
    try:
        context = browser.new_context()
        context.set_default_timeout(PATIENCE)
        desk = context.new_page()
        links = create(desk, address, "my-crisis", {"west"}, minutes="")
        page = context.new_page()
        page.goto(f"{address}/{links['west']}")
        sit(page, "Ada")
        desk.get_by_role("button", name="Start", exact=True).click()
        page.locator("form.orders").wait_for()
        said = page.get_by_label("Message to everyone")
        for number in range(3):
            said.fill(f"message {number}")
            page.get_by_role("button", name="Send", exact=True).click()
            page.locator(".thread").get_by_text(f"message {number}", exact=True).wait_for()
        page.locator("form.orders input[type='radio']").nth(1).check()
        said.fill("half a sen")
        process.kill()
        process.wait(60)
        process.stdout.close()
        page.locator("#conn.off").wait_for()
        page.get_by_role("button", name="Send", exact=True).click()
        page.get_by_text("Not sent").wait_for()
        process, again = start_server(store, address.rpartition(":")[2])
        assert again == address
        page.locator("#conn:not(.off)").wait_for()
        assert said.input_value() == "half a sen"
        assert page.locator("form.orders input[type='radio']").nth(1).is_checked()
        page.get_by_role("button", name="Send", exact=True).click()
        page.locator(".thread").get_by_text("half a sen", exact=True).wait_for()
        page.reload()
        assert page.locator("form.orders input[type='radio']").nth(1).is_checked()
        name = links["west"].split("/")[1]
        told = json.load(urllib.request.urlopen(f"{address}/api/sessions/{name}/control/view"))  # noqa: S310
        texts = [item["text"] for item in told["view"]["messages"]]
        assert texts == ["message 0", "message 1", "message 2", "half a sen"]
        context.close()
    finally:
        process.kill()
        process.wait(60)
        process.stdout.close()
    with Log.open(store) as log:
        rooms = Rooms(Workbench([TEMPLATE], workers=1), log)
        session = rooms.find(name)
        whole = [(event.kind, event.data) for event in log.read(f"session/{name}")]
        assert session.digest == events_digest(whole)
        assert [item["text"] for item in session.view("west")["messages"]] == texts
        rooms.close()


def start_server(store, port):
    command = [sys.executable, "-m", "detente", "serve", TEMPLATE, "--no-browser", "--port", port]
    process = subprocess.Popen(
        [*command, "--store", store],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(detente.__file__).parents[1])},
    )
    line = process.stdout.readline()
    return process, re.search(r"http://[\d.]+:\d+", line)[0]
