"""Shipped crises played in the browser from the set-up to the report: two phones, the desk and the projector, bots in the other seats."""

import time

import pytest
from tests.web.test_play_page import check, create, sit, tab

from detente.web import Workbench

pytestmark = pytest.mark.browser

SHIPPED = {"ukraine-2022": ("usa", "rus"), "cuba-1962": ("usa", "ussr")}
"""Who sits at the phones, by crisis; the others are bots."""
SECONDS = 24
"""For an order: enough to seal, open and seal again on a slow machine, and no more than a test can wait for."""

REVEAL = """() => {
  const found = [...document.querySelectorAll("button:enabled")].find((button) => button.textContent.trim() === "Reveal now");
  found?.click();
  return Boolean(found);
}"""


@pytest.fixture(scope="module")
def bench():
    return Workbench(list(SHIPPED), workers=1)


def seal(page, place=0):
    """Seal the order that stands at a place of each menu; tell whether this seat was to choose."""
    form = page.locator("form.orders")
    if not form.count():
        return False
    tab(page, "orders")
    for item in form.locator("fieldset").all():
        found = item.locator("input[type='radio']")
        found.nth(min(place, found.count() - 1)).check()
    page.get_by_role("button", name="Seal the order").click()
    page.get_by_role("button", name="Open it again").wait_for()
    return True


def first_to_choose(desk, phones):
    """Return the phone whose seat has a move, revealing what bots have sealed until there is one."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for phone in phones:
            if phone.locator("form.orders").count():
                return phone
        reveal(desk)
        desk.wait_for_timeout(200)
    raise AssertionError(desk.locator("main").inner_text())


def reveal(desk):
    """Press the button where all orders are there; in one step, as the desk may change meanwhile."""
    desk.evaluate(REVEAL)


def reveal_all(desk):
    """Reveal when all orders are there: at the latest at the deadline."""
    desk.wait_for_function(REVEAL)


def propose(channel):
    """Propose terms on the first issue in a channel."""
    channel.get_by_text("Propose terms").click()
    channel.locator("input[name^='tick.']").first.check()
    channel.locator("input[name^='terms.']").first.fill("50")
    channel.get_by_role("button", name="Propose", exact=True).click()


def open_channel(page, other):
    """Open the talk of two seats."""
    tab(page, "talk")
    page.locator(f"#to-with-{other}").click()
    return page.locator(f"#ch-with-{other}")


def play_to_the_end(desk, phones):
    end = time.monotonic() + 240
    while time.monotonic() < end:
        if desk.get_by_text("The game has ended").count():
            return
        if True not in [seal(page) for page in phones]:
            reveal(desk)
            desk.wait_for_timeout(200)
    raise AssertionError(desk.locator("main").inner_text())


@pytest.mark.slow
@pytest.mark.parametrize("crisis", SHIPPED)
def test_a_shipped_crisis_is_played_from_the_set_up_to_the_report(visit, server, crisis):
    """Oracle: hand; what one window does the others show: a whisper, signed terms, an inject, an order opened and sealed anew, an order
    that the bot gives at the deadline. The report has the order that was sealed last, and axe finds nothing on any of the pages."""
    desk = visit("/")
    people = SHIPPED[crisis]
    links = create(desk, server, crisis, people, reveal="control", minutes=str(SECONDS / 60))
    phones = [visit("/" + links[who], width=390, height=844, has_touch=True) for who in people]
    wall = visit("/" + links["public"])
    for page, name in zip(phones, ("Ada", "Ben"), strict=True):
        sit(page, name)
    desk.get_by_role("button", name="Start", exact=True).click()

    one = first_to_choose(desk, phones)
    other = phones[1 - phones.index(one)]
    assert seal(one)
    one.get_by_role("button", name="Open it again").click()
    one.locator("form.orders").wait_for()
    assert seal(one, place=1)
    words = one.locator(".sealed h3").inner_text().removeprefix("Sealed: ")
    assert other.get_by_text(words).locator("visible=true").count() == 0
    reveal_all(desk)

    names = [page.locator("h1").inner_text() for page in phones]
    own, its = open_channel(phones[0], people[1]), open_channel(phones[1], people[0])
    own.locator("textarea[name='text']").first.fill("in confidence")
    own.get_by_role("button", name="Send").click()
    its.get_by_text("in confidence", exact=True).wait_for()
    propose(own)
    its.get_by_role("button", name="Sign P1").click()
    own.locator(".sigs").get_by_text(f"{names[1]}: signed").wait_for()
    desk.get_by_label("News, as seats read it").fill("A storm closes the ports.")
    desk.get_by_role("button", name="Bring it in").click()
    for page in (*phones, wall):
        page.get_by_text("A storm closes the ports.").first.wait_for(state="attached")

    late = first_to_choose(desk, phones)
    late.locator("form.orders").wait_for(state="detached", timeout=(SECONDS + 30) * 1000)
    for page in (*phones, desk, wall):
        check(page)

    play_to_the_end(desk, phones)
    for page in (wall, *phones):
        page.get_by_text("The game has ended").first.wait_for(
            state="attached"
        )  # perhaps on another tab
    desk.get_by_role("link", name="Report").first.click()
    desk.get_by_text("A thousand runs from each turn").wait_for()
    assert desk.get_by_text(words).count()
    assert desk.get_by_text("A storm closes the ports.").count()
    check(desk)
