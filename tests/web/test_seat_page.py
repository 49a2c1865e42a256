"""The page of a seat in the browser: practice, channels, terms, estimates, two windows, a clock that is wrong."""

import datetime as dt
import json
import re
import urllib.request
from importlib.resources import files

import pytest
from tests.web.accessibility import find_faults

from detente.web import Workbench

pytestmark = pytest.mark.browser

TEMPLATE = str(files("detente.crisis") / "templates" / "coercion")
PEOPLE = {"north": "human", "west": "human", "mid": "human"}


@pytest.fixture(scope="module")
def bench():
    """A crisis whose games are small."""
    return Workbench([TEMPLATE], workers=1)


class Room:
    """A session that a test creates and steers as a program, and its links."""

    def __init__(self, address, **options):
        asked = {"crisis": "my-crisis", "seats": PEOPLE, "draws": 16, "session_seed": 1, **options}
        self.address = address
        made = self.post("/api/sessions", asked)
        self.name, self.sent = made["id"], 0
        self.links = {who: "/" + link.split("/", 3)[3] for who, link in made["links"].items()}
        self.tokens = {who: link.partition("?s=")[2] for who, link in made["links"].items()}

    def post(self, path, data, token=""):
        headers = {"content-type": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        body = json.dumps(data).encode()
        asked = urllib.request.Request(self.address + path, body, headers)  # noqa: S310
        with urllib.request.urlopen(asked) as answer:  # noqa: S310
            return json.load(answer)

    def do(self, who, kind, **data):
        self.sent += 1
        command = {"id": f"c{self.sent}", "kind": kind, "data": data}
        self.post(f"/api/sessions/{self.name}/{who}/commands", command, self.tokens[who])
        return self


def tab(page, name):
    button = page.locator(f"[data-tab='{name}']")
    if button.is_visible():
        button.click()


def test_a_practice_turn_goes_back_to_the_lobby(visit, server):
    """Oracle by hand: the desk begins it, seat and projector say so, the last seal ends it, and the message of practice is gone."""
    room = Room(server, seats={"west": "human"})
    room.do("west", "join", name="Ada").do("west", "ready")
    desk = visit(f"/play/{room.name}/control")
    seat, wall = visit(room.links["west"], width=390), visit(f"/play/{room.name}/public")
    desk.get_by_role("button", name="Practice turn").click()
    wall.get_by_text("A practice turn: nothing of it counts.").wait_for()
    seat.locator("#orders .practice").get_by_text("Practice: choose and seal").wait_for()
    room.do("west", "say", to=["north"], text="only practice")
    seat.locator("#ch-with-north").get_by_text("only practice").wait_for(state="attached")
    for item in seat.locator("form.orders fieldset").all():
        item.locator("input").first.check()
    seat.get_by_role("button", name="Seal the order").click()
    seat.locator("#orders .state-line").get_by_text("nothing of it counts: orders").wait_for()
    assert seat.get_by_text("only practice").count() == 0
    desk.get_by_role("button", name="Practise once more").wait_for()
    desk.get_by_role("button", name="Start", exact=True).click()
    seat.locator("form.orders").wait_for()
    assert seat.locator("main").get_by_text("Practice").count() == 0


def test_channels_keep_what_is_typed_and_count_what_is_unread(visit, server):
    """Oracle by hand: a whisper is counted at its channel until it is opened; arrows move between channels; half a sentence stays with
    its channel over a change of channel and a reload, and is sent to that channel alone."""
    room = Room(server).do("west", "join", name="Ada").do("control", "start")
    seat = visit(room.links["west"])
    seat.locator("#text-with-mid").wait_for(state="attached")
    assert seat.get_by_role("tab").count() == 4
    room.do("north", "say", to=["west"], text="a word")
    seat.locator("#to-with-north .count").get_by_text("1 unread").wait_for()
    seat.get_by_role("tab", name="Everyone").click()
    seat.keyboard.press("ArrowRight")
    north = seat.locator("#to-with-north")
    assert north.evaluate("node => node === document.activeElement")
    assert north.get_attribute("aria-selected") == "true"
    assert north.locator(".count").is_hidden()
    seat.locator("#text-with-north").fill("half a sen")
    seat.locator("#to-with-mid").click()
    assert seat.locator("#text-with-mid").input_value() == ""
    seat.get_by_text("Nobody has written here. Both of you can.").locator("visible=true").wait_for()
    seat.reload()
    seat.locator("#to-with-north").click()
    assert seat.locator("#text-with-north").input_value() == "half a sen"
    seat.locator("#ch-with-north").get_by_role("button", name="Send").click()
    seat.locator("#ch-with-north .thread").get_by_text("half a sen").wait_for()
    assert (
        seat.locator("#ch-everyone .thread, #ch-with-mid .thread").get_by_text("half").count() == 0
    )
    room.do("mid", "say", to=["west", "north"], text="the three of us")
    seat.locator("#to-with-north-mid .count").wait_for()
    seat.locator("#to-with-north-mid").click()
    seat.get_by_text("Only the 3 of you and control read this.").wait_for()


def test_terms_are_changed_and_sent_back(visit, server):
    """Oracle by hand: the point of a slider is the number beside it, ticks its issue, and goes back to the sponsor in place of P1."""
    room = Room(server).do("west", "join", name="Ada").do("control", "start")
    seat = visit(room.links["west"], width=390, height=844)
    tab(seat, "talk")
    seat.locator("#to-with-north").click()
    form = seat.locator("form[data-form='propose-with-north']")
    seat.locator("#ch-with-north").get_by_text("Propose terms").click()
    slider = form.locator("[type='range']").first
    slider.fill("30")
    assert form.locator("[type='number']").first.input_value() == "30"
    assert form.locator("[type='checkbox']").first.is_checked()
    form.get_by_role("button", name="Propose").click()
    seat.get_by_text("Terms P1, proposed by you").wait_for()
    other = visit(room.links["north"], width=390, height=844)
    tab(other, "talk")
    other.locator("#to-with-west").click()
    assert other.locator("#ch-with-west .scale .proposed").count() == 1
    other.get_by_text("Change P1 and send it back").click()
    back = other.locator("form[data-form='back-P1']")
    assert back.locator("[type='checkbox']:checked").count() == 1
    back.locator("[type='number']").first.fill("45")
    back.get_by_role("button", name="Send back").click()
    seat.get_by_text("in place of P1").wait_for()
    assert seat.locator(".prop").first.locator(".chip.warn").text_content().endswith(": refused")


def test_of_two_windows_the_older_says_so_and_a_wrong_clock_does_not_matter(visit, server):
    """Oracle by hand: the line stands in the first window while the second is open; a clock five hours off shows the server's time."""
    room = Room(server, minutes=10).do("west", "join", name="Ada").do("control", "start")
    first = visit(room.links["west"])
    line = first.locator("#windows")
    first.locator("#conn:not([hidden])").wait_for()
    second = visit(room.links["west"])
    line.wait_for()
    assert second.locator("#windows").is_hidden()
    second.close()
    line.wait_for(state="hidden")
    first.clock.set_system_time(dt.datetime.now(dt.UTC) + dt.timedelta(hours=5))
    first.reload()
    first.locator("#timer:not([hidden])").wait_for()
    assert re.fullmatch(r"(09:\d\d|10:00)", first.locator("#timer").text_content())


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_talk_terms_and_estimates_fit_and_all_can_use_them(visit, server, theme, width):
    """Oracle: independent code, axe with the rules of WCAG 2.2 AA and of good practice; nothing is wider than the window."""
    room = Room(server).do("west", "join", name="Ada").do("control", "start")
    room.do("north", "say", to=["west"], text="a word")
    room.do("north", "say", to=["west", "mid"], text="the three of us")
    seat = visit(room.links["west"], width=width, color_scheme=theme)
    issue = seat.locator("[name^='terms.']").first.get_attribute("name").partition(".")[2]
    room.do("north", "propose", to=["west"], terms={issue: 40.0}, text="in words", lapses=2)
    seat.locator("#ch-with-north .prop").wait_for(state="attached")
    tab(seat, "talk")
    seat.locator("#to-with-north").click()
    seat.get_by_text("Change P1 and send it back").click()
    for part in ("talk", "beliefs"):
        tab(seat, part)
        assert find_faults(seat) == [], part
        assert seat.evaluate("document.documentElement.scrollWidth <= innerWidth"), part
