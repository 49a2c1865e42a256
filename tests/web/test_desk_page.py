"""The desk of control: odds for it alone, injects and chance as forms, and a bot for one who has gone."""

import re
import threading
import time
from importlib.resources import files

import pytest
from fastapi import Request
from tests.web.accessibility import find_faults
from tests.web.conftest import csrf_of

from detente.log import Log
from detente.play.options import SessionOptions
from detente.play.state import CONTROL
from detente.web import Workbench
from detente.web.play.desks import odds_case
from detente.web.play.pricing import Pricing
from detente.web.play.rooms import Rooms
from detente.web.play.showing import show_seat
from detente.web.rendering import renderer_of

CRISIS = "my-crisis"
PEOPLE = {"north": "human", "west": "human", "mid": "human"}
TYPES = {"north": "limited", "west": "hollow"}


@pytest.fixture(scope="module")
def bench():
    """A template: its games are small."""
    return Workbench([str(files("detente.crisis") / "templates" / "coercion")], workers=1)


def begin(rooms, **options):
    given = {"seats": PEOPLE, "draws": 16, "case": 0, "chosen": TYPES, **options}
    session = rooms.create(CRISIS, SessionOptions(**given))
    session.send(CONTROL, "start")
    return session


def desk(client, session):
    answer = client.get(f"/play/{session.name}/control")
    assert answer.status_code == 200
    return answer.text


def post(client, session, who="control", **form):
    place = f"/play/{session.name}/{who}"
    csrf = csrf_of(client.get(place).text)
    answer = client.post(place, data={"csrf": csrf, "seen": str(time.monotonic()), **form})
    assert answer.status_code == 303, answer.text


def plain(text):
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_desk_shows_the_odds_and_nobody_else_is_sent_them(make, rooms):
    """Oracle: theorem: the desk has attack, settlement and the order of the seat that moves, with their ranges; a seat and the projector
    are sent the same bytes before and after the desk was priced, and no number of it."""
    session, owner = begin(rooms, beliefs=False), make(owner=True)
    clients = {}
    for who in ("west", "mid", "public"):
        clients[who] = make()
        clients[who].get(f"/play/{session.name}/{who}/join?s={rooms.token(session.name, who)}")

    def sent(who):
        page = clients[who].get(f"/play/{session.name}/{who}").text
        page = page.replace(csrf_of(page), "")
        told = clients[who].get(f"/api/sessions/{session.name}/{who}/view").json()
        return re.sub(r'data-now="[^"]+"', "", page), told["id"], told["view"]

    before = {who: sent(who) for who in clients}
    text = plain(desk(owner, session))
    view = owner.get(f"/api/sessions/{session.name}/control/view").json()["view"]
    odds = view["odds"]
    assert "Mean over 16 explored cases" in text
    assert f"An attack {round(100 * odds['expected']['attack'][0])}%" in text
    assert set(odds["choices"]) == {session.state.menus[0].player}
    for who, was in before.items():
        assert sent(who) == was
        assert "explored cases" not in was[0]
        assert "odds" not in was[2]


def test_odds_that_take_long_come_when_they_are_there(bench):
    """Oracle by hand: the desk opens at once and says that they are being computed; when they are there its view has another name."""
    go, asked = threading.Event(), []

    def slow(state):
        asked.append(state)
        go.wait(30)
        return {"cases": 16, "expected": None, "dealt": None, "choices": {}, "chance": {}}

    rooms = Rooms(bench, Log.open("sqlite://"), pricing=Pricing(slow))
    session = begin(rooms)
    started = time.monotonic()
    first = rooms.see(session.name, CONTROL)
    assert time.monotonic() - started < 1.0
    assert first.view["odds_due"]
    assert rooms.see(session.name, CONTROL).id == first.id
    moved = rooms.moved(session.name, CONTROL), rooms.moved(session.name, "west")
    go.set()
    end = time.monotonic() + 30
    while rooms.moved(session.name, CONTROL) == moved[0]:
        assert time.monotonic() < end
        time.sleep(0.01)
    assert not rooms.see(session.name, CONTROL).view["odds_due"]
    assert rooms.moved(session.name, "west") == moved[1]
    assert len(asked) == 1
    rooms.close()


def test_what_cannot_be_priced_is_said_to_be_not_modelled(bench):
    """Oracle by hand: a fault of the engine is on the desk in its own words, and the game goes on."""

    def broken(_state):
        message = "no such case"
        raise ZeroDivisionError(message)

    rooms = Rooms(bench, Log.open("sqlite://"), pricing=Pricing(broken))
    session = begin(rooms)
    assert "no such case" in rooms.see(session.name, CONTROL).view["odds_fault"]
    session.send("west", "seal", {"choices": [session.state.menus[0].open[0]]})
    assert session.state.turn == 2
    rooms.close()


@pytest.mark.parametrize(
    ("change", "case", "said"),
    [
        ({"status": "ended"}, "over", "the report has the odds"),
        ({"odds_due": True}, "due", "being computed"),
        ({"odds_fault": "no equilibrium"}, "fault", "not modelled: no equilibrium"),
        ({"odds": {"expected": None}}, "astray", "none of the 64 explored cases leads here"),
        ({}, "shown", "Mean over 64 explored cases"),
    ],
)
def test_how_the_odds_are_told_has_a_case_for_all(make, change, case, said):
    """Oracle by hand; each case has words of its own."""
    view = {"status": "running", "odds_due": False, "odds_fault": "", "odds": {"expected": {}}}
    view["odds"] = {"expected": {"attack": [0.1, 0.0, 0.2]}}
    found = odds_case({**view, **change})
    assert found == case
    scope = {"type": "http", "app": make.app, "headers": []}
    words = renderer_of(Request(scope)).words
    assert said in words("play/words.j2", "odds_note", found, 64, change.get("odds_fault", ""))


def test_injects_are_forms_with_menus(make, rooms):
    """Oracle by hand: news in confidence at once; a change under a condition when round 2 begins; it waits, and is taken back; one that
    needs a reason and has none, or names a value that there is not, is refused."""
    session, owner = begin(rooms), make(owner=True)
    variable = next(iter(session.book.crisis.state.values()))
    value = variable.values[-1]
    page = desk(owner, session)
    for name in (f"state.{variable.id}", f"when.{variable.id}"):
        assert f'name="{name}"' in page
    post(owner, session, kind="inject", text="for your eyes", to=["west", "mid"])
    post(
        owner,
        session,
        kind="inject",
        round="2",
        text="later",
        to=["north"],
        why="to see",
        **{f"state.{variable.id}": value, f"when.{variable.id}": variable.initial},
    )
    state = session.state
    assert [(item.text, item.to) for item in state.news] == [("for your eyes", ("west", "mid"))]
    waiting = state.injects["I1"]
    assert (waiting.round, waiting.to, dict(waiting.state)) == (2, ("north",), {variable.id: value})
    assert dict(waiting.when) == {variable.id: variable.initial}
    assert "Take I1 back" in desk(owner, session)
    post(owner, session, kind="withdraw", inject="I1")
    assert session.state.injects["I1"].status == "withdrawn"
    assert "taken back" in desk(owner, session)
    csrf = csrf_of(desk(owner, session))
    form = {"csrf": csrf, "kind": "inject", "text": "x", "round": "2"}
    for more in ({"state.nothing": "x"}, {f"state.{variable.id}": value}):
        answer = owner.post(f"/play/{session.name}/control", data={**form, **more})
        assert answer.status_code == 422


def test_news_of_a_round_reaches_the_seats_that_it_is_for(coercion_session):
    """Oracle by hand: an inject for one seat is in its news when the round begins, and in no other's."""
    session = coercion_session
    session.send(CONTROL, "inject", {"text": "only you", "round": 2, "to": ["mid"]})
    for _ in range(30):
        state = session.state
        if state.status == "ended" or state.where.where[0] > 1:
            break
        for seat in state.movers:
            order = [menu.open[0] for menu in state.menus if menu.player == seat]
            session.send(seat, "seal", {"choices": order})
    assert session.state.injects["I1"].status == "happened"
    told = {who: str(session.view(who)["news"]) for who in ("north", "west", "mid", "public")}
    assert [who for who, news in told.items() if "only you" in news] == ["mid"]


@pytest.fixture
def coercion_session(rooms):
    return begin(rooms)


def test_chance_is_settled_by_a_form_and_settled_anew(make, rooms):
    """Oracle by hand: the outcomes of an instrument that may come are listed with their odds; the last that control settles is drawn, with
    the odds that it had, and stands in the turns as control's."""
    session, owner = begin(rooms), make(owner=True)
    for _ in range(10):
        page = desk(owner, session)
        found = re.findall(r'data-form="chance-(\w+)"', page)
        if found:
            break
        for menu in session.state.menus:
            session.send(menu.player, "seal", {"choices": [menu.open[0]]})
    (name, *_) = found
    outcomes = [item.id for item in session.book.crisis.instruments[name].chance]
    for outcome in (outcomes[0], outcomes[-1]):
        post(owner, session, kind="override", instrument=name, outcome=outcome, why="a test")
    assert "settled by control" in desk(owner, session)
    for seat in session.state.movers:
        menus = [menu for menu in session.state.menus if menu.player == seat]
        order = [name if name in menu.open else menu.open[0] for menu in menus]
        session.send(seat, "seal", {"choices": order})
    drawn = [draw for turn in session.state.turns for draw in turn.draws]
    assert (drawn[0].outcome, drawn[0].by) == (outcomes[-1], CONTROL)
    assert session.state.overrides == {}


def test_who_has_gone_is_away_and_a_bot_plays_until_it_is_back(make, rooms):
    """Oracle by hand: the desk says since when; after the session's limit a bot plays as a new member, all are told, what was said keeps
    its sender; by the button on its page the person takes the seat back."""
    session, owner, west = begin(rooms, away_minutes=0.02), make(owner=True), make()
    west.get(f"/play/{session.name}/west/join?s={rooms.token(session.name, 'west')}")
    window = rooms.come(session.name, "west")
    session.send("west", "join", {"name": "Ada"})
    session.send("west", "say", {"text": "I am here"})
    rooms.tick()
    assert rooms.away(session.name) == {}
    time.sleep(1.5)
    assert session.state.seats["west"].kind == "human"
    rooms.go(session.name, "west", window)
    rooms.tick()
    assert "away" in plain(desk(owner, session))
    assert set(owner.get(f"/api/sessions/{session.name}/control/view").json()["view"]["away"]) == {
        "west"
    }
    wait_for(lambda: session.state.seats["west"].kind == "equilibrium")
    assert any("nobody is there" in item.text for item in session.state.news)
    assert session.state.messages[0].sender == "west"
    assert session.state.turn > 1
    page = west.get(f"/play/{session.name}/west").text
    assert "Take the seat back" in page
    post(west, session, "west", kind="join", name="Ada")
    assert session.state.seats["west"].kind == "human"
    assert "Take the seat back" not in west.get(f"/play/{session.name}/west").text


def wait_for(holds):
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize("options", [{}, {"away_minutes": 1000.0}])
def test_nobody_loses_a_seat_before_the_limit(rooms, options):
    """Oracle by hand: without a limit, or before it, who is away stays a person."""
    session = begin(rooms, **options)
    session.send("west", "join", {"name": "Ada"})
    rooms.tick()
    first = rooms.away(session.name)
    assert set(first) == {"west"}
    time.sleep(0.3)
    rooms.tick()
    assert rooms.away(session.name) == first
    assert session.state.seats["west"].kind == "human"


def test_in_a_pause_nobody_loses_a_seat(rooms):
    """Oracle by hand: the bot takes it when the session goes on."""
    session = begin(rooms, away_minutes=0.002)
    session.send(CONTROL, "pause")
    session.send("west", "join", {"name": "Ada"})
    rooms.tick()
    time.sleep(0.3)
    rooms.tick()
    assert session.state.seats["west"].kind == "human"
    session.send(CONTROL, "resume")
    wait_for(lambda: session.state.seats["west"].kind == "equilibrium")


def test_the_desk_says_what_seats_think_and_why_they_moved(make, rooms):
    """Oracle by hand: estimates by the names of the crisis file, in per cent; reasons of orders once they are revealed, and who moved."""
    session, owner = begin(rooms), make(owner=True)
    outcome = next(iter(session.book.crisis.outcomes.values()))
    kind = session.book.crisis.players["north"].types[0]
    estimates = {f"north.{kind.id}": 0.4, f"outcome.{outcome.id}": 0.25}
    session.send("west", "estimate", {"estimates": estimates})
    order = [menu.open[0] for menu in session.state.menus if menu.player == "west"]
    session.send("west", "seal", {"choices": order, "why": "time is with us"})
    text = plain(desk(owner, session))
    player = session.book.crisis.players["north"].name
    assert f"turn 1: {player}: {kind.label} 40%; {outcome.label} 25%" in text
    assert "“time is with us”" in text
    mover = session.state.movers[0]
    orders = [menu.open[0] for menu in session.state.menus if menu.player == mover]
    post(owner, session, kind="override", seat=mover, why="a test", **{"choices.0": orders[0]})
    assert "(set by control)" in plain(desk(owner, session))


# --- the set-up ------------------------------------------------------------------------------------------------------


def set_up(client, **form):
    place = f"/{CRISIS}/play"
    csrf = csrf_of(client.get(place).text)
    usual = {"draws": "16", "seats.north": "human", "beliefs": "yes", "rooms": "1"}
    return client.post(place, data={"csrf": csrf, **usual, **form})


def test_the_set_up_as_it_comes_creates_a_session(make):
    """Oracle by hand: every field of the form has a value that works; sent as it stands it leads to a desk."""
    owner = make(owner=True)
    page = owner.get(f"/{CRISIS}/play").text
    form = page[page.index('class="setup"') : page.index("</form>")]
    sent = dict(re.findall(r'<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', form))
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form):
        marked = re.search(r'value="([^"]*)" selected', options)
        sent[name] = (marked or re.search(r'value="([^"]*)"', options))[1]
    assert {"minutes", "missing", "away_minutes", "types", "talk", "reveal", "rooms"} <= set(sent)
    answer = owner.post(f"/{CRISIS}/play", data={**sent, "looks": ""})
    assert re.fullmatch(r"/play/[A-Z2-9]{6}/control", answer.headers["location"])


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("minutes", "-3", "greater than 0"),
        ("minutes", "ten", "valid number"),
        ("rooms", "31", "less than or equal to 30"),
        ("away_minutes", "0", "greater than 0"),
        ("session_seed", "x", "valid integer"),
        ("chosen.north", "nobody", "has no type"),
        ("seats.north", "model of all", "Input should be"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_the_rest_stays(make, rooms, name, value, said):
    """Oracle by hand: the field is marked and described by its error, no session was created, and what was filled in is kept."""
    before = len(rooms.lines(CRISIS))
    answer = set_up(make(owner=True), **{"talk": "all", "name": "Seminar <b>", name: value})
    assert answer.status_code == 422
    text = answer.text
    field = name.replace(".", "-")
    mark = rf'name="{re.escape(name)}"[^>]* aria-invalid="true" aria-describedby="fault-{field}"'
    assert re.search(mark, text)
    assert said in re.search(rf'id="fault-{field}">([^<]*)<', text)[1]
    assert '<option value="all" selected>' in text
    assert "Seminar &lt;b&gt;" in text
    assert len(rooms.lines(CRISIS)) == before


def test_an_error_without_a_field_is_said_above(make):
    """Oracle by hand: an assumption that the crisis does not have."""
    answer = set_up(make(owner=True), **{"set.nothing.at.all": "3"})
    assert answer.status_code == 422
    assert "Not created." in answer.text
    assert "nothing.at.all" in answer.text


def test_one_button_leads_to_the_first_move_of_the_first_person(make, rooms):
    """Oracle by hand: the session is started, the browser holds the seat, and the page has its orders."""
    owner = make(owner=True)
    answer = set_up(owner, at="seat", **{"seats.north": "equilibrium", "seats.west": "human"})
    link = answer.headers["location"]
    assert re.fullmatch(r"/play/[A-Z2-9]{6}/west/join\?s=.+", link)
    page = owner.get(owner.get(link).headers["location"]).text
    assert "Seal the order" in page
    assert rooms.find(link.split("/")[2]).state.status == "running"


def test_several_rooms_lead_to_their_class(make):
    """Oracle by hand: types that are chosen hold in all of them."""
    owner = make(owner=True)
    answer = set_up(owner, rooms="2", name="Seminar", **{"chosen.north": "revisionist"})
    place = answer.headers["location"]
    page = owner.get(place).text
    assert "<h1>Seminar</h1>" in page
    found = re.findall(r"/play/([A-Z2-9]{6})/control/join", page)
    for room in set(found):
        view = owner.get(f"/api/sessions/{room}/control/view").json()["view"]
        assert view["types"]["north"] == "revisionist"
    assert len(set(found)) == 2
    assert place in owner.get(f"/{CRISIS}/play").text


# --- the projector, and all pages in a browser -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "same", "said"),
    [
        (0, 0, ""),
        (0, 7, "7 more as at the start"),
        (1, 0, "1 more change"),
        (2, 3, "2 more changes; 3 as at the start"),
    ],
)
def test_what_the_projector_leaves_out_is_said(make, changed, same, said):
    """Oracle by hand."""
    scope = {"type": "http", "app": make.app, "headers": []}
    assert renderer_of(Request(scope)).words("play/words.j2", "board_more", changed, same) == said


def test_the_projector_shows_first_what_may_have_changed():
    """Oracle by hand: of nine variables two differ from the start, one of them perhaps; they lead, in the order of the file, and two
    lines of the others are left out and counted."""
    crisis = Workbench(["cuba-1962"]).crisis("cuba-1962")
    start = {name: item.initial for name, item in crisis.state.items()}
    names = list(start)
    last, fifth = names[-1], names[4]
    state = {**start, fifth: list(crisis.state[fifth].values), last: "another"}
    view = {"state": state, "seats": [], "status": "lobby", "practised": False}
    board = show_seat(crisis, view, start)["board"]
    labels = [row["label"] for row in board["rows"]]
    assert labels[:2] == [crisis.state[fifth].label, crisis.state[last].label]
    assert [row["changed"] for row in board["rows"]] == [True] * 2 + [False] * 5
    assert (board["changed"], board["same"]) == (0, len(names) - 7)


SMALL_TYPE = """() => [...document.querySelectorAll("body *")].filter((node) => {
  const box = node.getBoundingClientRect();
  const size = parseFloat(getComputedStyle(node).fontSize);
  const says = [...node.childNodes].some((one) => one.nodeType === 3 && one.textContent.trim());
  return says && box.width > 1 && box.height > 1 && size > 0 && size < innerWidth * 0.018 - 0.01;
}).map((node) => node.textContent)"""


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_control_are_accessible_and_fit(visit, server, scheme):
    """Oracle: axe finds nothing, nothing is wider than a phone, and the projector has no type below 1.8% of its width (decision 0128), no
    button, form or link to follow, and needs no scrolling. Two rooms of a class are started with one button, and follow by themselves."""
    page = visit(f"/{CRISIS}/play", color_scheme=scheme)
    for summary in page.locator(".setup summary").all():
        summary.click()
    page.evaluate("scrollTo(0, 0)")
    assert find_faults(page) == []
    page.fill("#rooms", "2")
    page.fill("#name", "Seminar")
    page.select_option("#draws", "16")
    page.get_by_role("button", name="Create the session").click()
    page.wait_for_url("**/play/class/*")
    assert find_faults(page) == []
    page.evaluate("window.mark = 1")
    page.get_by_role("button", name="Start all").click()
    page.get_by_text("From here an attack is at").first.wait_for()
    assert page.evaluate("window.mark") == 1
    hrefs = [item.get_attribute("href") for item in page.locator(".roomcards .btn").all()]
    places = [href.partition("/play/")[2] for href in hrefs[:2]]
    phone = visit(page.url.removeprefix(server), width=390, height=844, color_scheme=scheme)
    sheet = visit(
        page.url.removeprefix(server) + "/sheet", width=390, height=844, color_scheme=scheme
    )
    desk = visit(f"/play/{places[0]}", color_scheme=scheme)
    desk.get_by_text("An attack").wait_for()
    small = visit(f"/play/{places[0]}", width=390, height=844, color_scheme=scheme)
    middle = visit(f"/play/{places[0]}", width=820, height=1100, color_scheme=scheme)
    wall = visit(f"/play/{places[1]}", height=810, color_scheme=scheme)
    for window in (phone, sheet, desk, small, middle, wall):
        for summary in window.locator("summary").all():
            summary.click()
        window.evaluate("scrollTo(0, 0)")
        assert find_faults(window) == [], window.url
        assert window.evaluate("document.documentElement.scrollWidth <= innerWidth"), window.url
    assert wall.evaluate(SMALL_TYPE) == []
    assert wall.locator("button, form, main a, footer a").count() == 0
    assert wall.evaluate("document.documentElement.scrollHeight <= innerHeight")
