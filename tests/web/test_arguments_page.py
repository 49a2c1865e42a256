"""Arguments of a matrix game on the pages: forms without scripts, what each screen shows, and what axe finds."""

import re
from importlib.resources import files

import pytest
from fastapi import Request
from starlette.testclient import TestClient
from tests.web.accessibility import find_faults
from tests.web.conftest import HERE, csrf_of

from detente.log import Log
from detente.play.options import SessionOptions
from detente.web import Workbench, create_app
from detente.web.access import Access, Limits
from detente.web.play.asking import AskedSession, read_form, read_session
from detente.web.play.rooms import Rooms
from detente.web.rendering import renderer_of

TEMPLATE = str(files("detente.crisis") / "templates" / "coercion")
PEOPLE = {"north": "human", "west": "human", "mid": "human"}
TYPES = {"north": "limited", "west": "hollow"}


@pytest.fixture(scope="module")
def bench():
    """A template: its games are small."""
    return Workbench([TEMPLATE], workers=1)


@pytest.fixture(scope="module")
def rooms(bench):
    found = Rooms(bench, Log.open("sqlite://"))
    yield found
    found.close()


def create(rooms):
    """A session that has started, in which the west has argued and mid has doubts."""
    options = SessionOptions(seats=PEOPLE, draws=16, chosen=TYPES, case=0, arguments=True)
    session = rooms.create("my-crisis", options)
    session.send("control", "start")
    data = {
        "text": "<b>A convoy</b> arrives.",
        "reasons": ["It left."],
        "state": {"posture": "armed"},
    }
    session.send("west", "argue", data)
    session.send("mid", "reason", {"argument": "A1", "side": "against", "text": "Rough sea."})
    return session


@pytest.fixture
def client(bench, rooms):
    access = Access(host="127.0.0.1", port=8000)
    app = create_app(bench, log=rooms.log, rooms=rooms, access=access, limits=Limits(burst=10_000))
    found = TestClient(app, base_url=HERE, follow_redirects=False)
    found.inner = app._app
    return found


def test_forms_say_what_commands_need():
    """Oracle: hand: odds in per cent, reasons in order without the empty ones, the tick of the set-up."""
    pairs = [("kind", "judge"), ("argument", "A1"), ("odds", "58.3"), ("why", "x")]
    assert read_form(pairs).data == {"argument": "A1", "odds": pytest.approx(0.583), "why": "x"}
    assert read_form([("kind", "judge"), ("odds", ""), ("refused", "yes")]).data == {
        "refused": "yes"
    }
    assert read_form([("kind", "judge"), ("odds", "half")]).data == {"odds": "half"}
    argue = [("kind", "argue"), ("reasons.1", "a"), ("reasons.2", ""), ("state.posture", "armed")]
    assert read_form(argue).data == {"reasons": ["a"], "state": {"posture": "armed"}}
    asked = AskedSession.model_validate(read_session("c", [("arguments", "yes")]))
    assert asked.options().arguments
    assert not AskedSession(crisis="c").options().arguments


def test_control_judges_by_a_form_and_all_screens_say_so(client, rooms):
    """Oracle: hand: the model's chance stands at the desk and nowhere else; words of people are text; a report without a move opens."""
    session = create(rooms)
    place = f"/play/{session.name}"
    rooms.odds(session.name, wait_s=120)
    desk = client.get(f"{place}/control").text
    assert "without the argument" in desk
    assert "21" in desk
    assert "&lt;b&gt;A convoy&lt;/b&gt;" in desk
    seen = re.search(r'name="seen" value="([^"]*)"', desk).group(1)
    form = {"csrf": csrf_of(desk), "seen": seen, "kind": "judge", "argument": "A1"}
    done = client.post(f"{place}/control", data={**form, "odds": "100", "why": "so it is"})
    assert done.status_code == 303
    client.get(f"{place}/west/join?s={rooms.token(session.name, 'west')}")
    for who in ("control", "public", "west"):
        text = client.get(f"{place}/{who}").text
        assert "ucceeded: odds 100%" in text
        assert ("without the argument" in text) == (who == "control")
    session.send("control", "end", {"why": "time"})
    report = client.get(f"{place}/report").text
    assert "What was argued outside the menus" in report
    assert "the game ended first" in report


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("open", "to be judged"),
        ("withdrawn", "withdrawn"),
        ("lapsed", "lapsed, nobody judged it"),
        ("refused", "refused by control"),
        ("succeeded", "succeeded: odds 60%, drawn 12.3"),
        ("failed", "failed: odds 60%, drawn 12.3"),
    ],
)
def test_each_status_of_an_argument_has_its_words(client, status, words):
    """Oracle: hand."""
    item = {"status": status, "odds": 0.6, "drawn": 0.1234}
    assert _words(client, "argued", item) == words


@pytest.mark.parametrize(
    ("came", "words"),
    [
        ("happened", "; it held when round 2 began"),
        ("passed", "; the game ended first"),
        ("withdrawn", "; control took it back"),
        ("", ""),
    ],
)
def test_what_came_of_it_has_its_words(client, came, words):
    """Oracle: hand."""
    assert _words(client, "came", {"came": came, "round": 2}) == words


def test_the_debrief_question_has_its_words(client):
    """Oracle: hand."""
    item = {"case": "odds_apart", "turn": 1, "seat": "west", "argument": "A1"}
    item |= {"odds": 0.6, "model": 0.1}
    words = _words(client, "question", item, {"west": "Westmark"}, {}, {})
    assert words.startswith("Turn 1: control gave what Westmark argued (A1) odds of 60%")


def _words(client, name, *given):
    scope = {"type": "http", "headers": [], "app": client.inner}
    return renderer_of(Request(scope)).words("play/words.j2", name, *given)


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 820, 390])
def test_a_room_argues_and_all_can_use_the_pages(visit, width, theme, tmp_path):
    """Oracle: by hand: what the seat writes is judged at the desk and told to all; independent code: axe, and no sideways scroll."""
    look = {"width": width, "color_scheme": theme}
    desk = visit("/my-crisis/play", **look)
    desk.locator("details[data-key=time] > summary").click()
    desk.locator("[name=arguments]").check()
    desk.get_by_role("button", name="Create the session").click()
    desk.wait_for_url("**/control")
    found = [item.get_attribute("href") for item in desk.locator("a.link").all()]
    links = {link.split("/")[-2]: link.partition("//")[2].partition("/")[2] for link in found}
    seat, wall = visit("/" + links["north"], **look), visit("/" + links["public"], **look)
    desk.get_by_role("button", name="Start", exact=True).click()
    seat.locator("form.orders").wait_for()
    if seat.locator("[data-tab=talk]").is_visible():
        seat.locator("[data-tab=talk]").click()
    seat.get_by_text("Argue for an action").click()
    seat.get_by_label("What happens").fill("An envoy goes to the capital at night.")
    seat.get_by_label("Why, first reason").fill("Nobody loses face.")
    seat.locator("#a-talks").select_option("offered")
    check(seat)
    seat.get_by_role("button", name="Argue it before all").click()
    desk.get_by_text("as you know the world").wait_for()
    check(desk)
    check(seat)
    check(wall)
    desk.get_by_label("Odds of A1, in per cent").fill("100")
    desk.locator("#judged-A1").fill("It is in the interest of both.")
    desk.screenshot(path=tmp_path / "desk.png", full_page=True)
    desk.get_by_role("button", name="Set the odds and draw").click()
    seat.get_by_text("succeeded: odds 100%").first.wait_for()
    wall.get_by_text("Succeeded: odds 100%").first.wait_for()
    check(wall)
    for name, page in (("seat", seat), ("wall", wall)):
        page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
    desk.locator("summary", has_text="End the session").click()
    desk.locator("#end-why").fill("time")
    desk.get_by_role("button", name="End it").click()
    desk.get_by_role("link", name="Report").first.click()
    desk.get_by_text("What was argued outside the menus").wait_for()
    check(desk)
    desk.screenshot(path=tmp_path / "report.png", full_page=True)


def check(page):
    """Refuse what axe finds, and a page that is wider than its window."""
    assert find_faults(page) == []
    wide = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
